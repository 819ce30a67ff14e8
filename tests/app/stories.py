"""A story of one record through the device in an inspector's hand and the office: each step is taken
by a person who may take it, and after each step hub and device agree about the state."""

import datetime
import os

from collector import WindowTest
from office_page import OfficePage
from steps import begin_visit, fill_hazard, sign_by_all, sign_in

CRITERION = "《煤矿重大事故隐患判定标准》第四条"


CHINA = datetime.timezone(datetime.timedelta(hours=8))


def day(days=0):
    """A date as people type it at the office, `days` after today in China, wherever the test runs."""
    return (datetime.datetime.now(CHINA).date() + datetime.timedelta(days)).isoformat()


class StoryTest(WindowTest):
    """The hub is served from the beginning. `self.record` is the record of the story."""

    def setUp(self):
        super().setUp()
        self.offices = {}
        self.kind = self.record = None
        self.hub.serve()

    def sync(self):
        self.ctl("sync")
        status = self.status()
        self.assertEqual((status["pending"], status["files_pending"]), (0, 0))

    def begin_story(self, kind, state):
        """Sends what the device has; the story goes on with its record in this state."""
        self.kind, self.record = kind, self.find_id(kind, state)
        self.assert_state(state)

    def assert_state(self, state):
        """Device and hub have the record in this state."""
        self.sync()
        self.assertEqual(self.values()["state"], state)
        self.assertEqual(self.office("staff-sun").get_record(self.record)["state"], state)

    def values(self):
        """Values of the record on the device."""
        return next(row["values"] for row in self.rows(self.kind) if row["id"] == self.record)

    # --- the office ---

    def office(self, login):
        if login not in self.offices:
            self.offices[login] = self.sign_in_office(login)
        return self.offices[login]

    def step_at_office(self, login, state, **values):
        """A person takes a step at the office; then the device learns of the step."""
        self.office(login).step(self.record, state, values)
        self.assert_state(state)

    def refuse_at_office(self, login, state, reason, **values):
        """The office refuses the step, and the reason contains `reason`."""
        with self.assertRaisesRegex(RuntimeError, reason):
            self.office(login).step(self.record, state, values)

    def page(self, login):
        """The page of the office in a browser, signed in as this person."""
        page = OfficePage(self.hub, login)
        self.addCleanup(page.close)
        return page

    def attach_at_office(self, login, role, record=None):
        """Attaches a picture, which is like no other one, to the record of the story."""
        picture = self.code.read_bytes() + os.urandom(16)
        self.office(login).attach(record or self.record, role, picture)

    # --- the device ---

    def record_major_hazard(self, app):
        """A visit ends with one hazard that may be major."""
        sign_in(app)
        begin_visit(app, colleague="colleague-2")
        fill_hazard(app, "瓦斯超限作业")
        app.click("level-major")
        app.type("criterion", CRITERION)
        app.click("save")
        app.gone("summary")
        app.click("finish")
        sign_by_all(app)
        app.click("done")
        app.find("make")

    def make_suspected(self):
        self.begin_with("enrolled")
        with self.open() as app:
            self.record_major_hazard(app)

    def open_record(self, app, *person):
        """A person signs in and opens the record of the story, the first one by its deadline."""
        sign_in(app, *person)
        app.click("lists")
        app.click("list-hazard-rectification")
        app.click("row-1")

    def go_home(self, app):
        """Goes back, page by page, to the first page."""
        while not app.look("scan"):
            app.click("back")
            app.settle()

    def offered(self, app):
        """States to which the page offers a step."""
        app.settle(0.5)
        return {id[len("step-"):] for id in app.ids() if id and id.startswith("step-")}

    def take_photo_of(self, app, strip):
        """Adds a photo to a strip of the page of a step, by its number from 0."""
        before = sum(id.startswith("photo-") for id in app.ids())
        app.settle(0.3)
        buttons = [node for node in app.walk() if node.get_accessible_id() == "add_photo"]
        buttons[strip].get_action_iface().do_action(0)
        app.click("take")
        app.click("keep")
        app.find("save")
        app.settle(0.5)
        self.assertEqual(sum(id.startswith("photo-") for id in app.ids()), before + 1)

    def roles_of_files(self):
        """Roles of the files below the record, sorted."""
        return sorted(row["values"]["role"] for row in self.rows("file")
                      if row["values"]["parent"] == self.record)

    def overflow(self, app, id):
        """Pixels by which a control reaches beyond the right edge of the window."""
        place = app.find(id).get_extents(self.bus.atspi.CoordType.WINDOW)
        return max(0, place.x + place.width - self.size[0])
