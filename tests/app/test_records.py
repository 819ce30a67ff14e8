"""Lists, agenda and record page of any kind: with a kind that only these tests have, and with shipped
ones."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from collector import WindowTest, begins, main
from samples import PINS
from steps import sign_in, take_photo

KIND = Path(__file__).parents[1] / "stranger" / "errand.json"


def today():
    """The day in China, which the collector shows wherever it runs."""
    return datetime.now(timezone(timedelta(hours=8))).date()


def choose_day(app, field, day):
    """Chooses a day of this month or of one beside it."""
    app.click(field)
    if day.month != today().month:
        app.click(f"{field}-month-{'before' if day < today() else 'after'}")
    app.click(f"{field}-day-{day.isoformat()}")


def add_errand(app, what, sort, days=None):
    """Records an errand on a page that offers it; ends on its record page."""
    app.create("errand-anywhere")
    app.type("what", what)
    app.click(f"sort-{sort}")
    if days is not None:
        choose_day(app, "by", today() + timedelta(days))
    app.click("save")
    app.find("step-done")


class Records(WindowTest):
    name = "records"
    build = Path(sys.argv[1]).resolve()

    def make_errands(self):
        """A device whose kinds have errands, of which four are recorded by the inspector Li."""
        self.begin_with("new")
        self.hub.run("load", str(KIND))
        type(self).listen = self.hub.serve().listen
        self.ctl("enrol", self.hub.invite())
        with self.open() as app:
            sign_in(app)
            for what, sort, days in (("送整改通知", "letter", -2), ("打给矿长", "call", 0),
                                     ("取回执", "letter", 5), ("问水泵厂家", "call", None)):
                add_errand(app, what, sort, days)
                app.click("back")
                app.find("scan")

    def look_at(self, app, name):
        self.shot(app, name)
        self.assertEqual(app.small_targets(), [], f"small targets on page {name}")

    def rows_of(self, app, prefix="row"):
        """Texts of the rows on the page, in their order."""
        return [node for node in app.ids() if node.startswith(f"{prefix}-")]

    @begins("errands", picture=1)
    def test_a_list_is_filtered_searched_and_added_to(self):
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.find("list-errand-mine")
            self.look_at(app, "lists")
            app.click("list-errand")
            app.find("row-4")
            self.look_at(app, "list")
            app.click("filter")
            self.look_at(app, "filters")
            app.click("filter-sort-letter")
            app.gone("row-3")
            app.text("筛选 · 1")
            app.click("filter-state-done")
            app.text("没有符合搜索和筛选条件的记录")
            app.click("filter-clear")
            app.find("row-4")
            app.click("filter")
            app.type("search", "水泵")
            app.gone("row-2")
            app.text("问水泵厂家")
            app.type("search", "")
            app.find("row-4")
            add_errand(app, "交材料", "letter", 1)
            app.click("back")
            app.find("row-5")
            app.click("row-1")
            app.text("交材料")
        self.assertEqual(len(self.rows("errand")), 5)

    @begins("errands", picture=4)
    def test_a_ledger_has_its_own_records_and_order(self):
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-errand-mine")
            app.find("row-3")
            app.click("more")                # those without a day come after those with one
            app.find("row-4")
            app.click("row-1")               # the oldest day first
            app.text("送整改通知")
            app.click("back")
            app.click("row-4")
            app.text("问水泵厂家")
            app.click("back")
            app.click("back")
            app.click("list-errand-letters")
            app.find("row-2")
            self.assertIsNone(app.look("row-3"))
        with self.open() as app:             # another person has none of them
            sign_in(app, "tile-2", PINS["staff-wang"])
            app.click("lists")
            app.click("list-errand-mine")
            app.text("暂无内容")
            self.assertIsNone(app.look("row-1"))
            self.shot(app, "list-empty")

    @begins("errands", picture=5)
    def test_the_agenda_groups_what_is_due(self):
        with self.open() as app:
            sign_in(app)
            app.find("due-1")
            self.look_at(app, "home-due")
            app.click("agenda")
            app.find("row-4")
            for heading in ("已逾期", "今天", "7 天内", "未定日期"):
                app.text(heading)
            app.text("逾期 2 天")
            self.look_at(app, "agenda")
            app.click("row-1")
            app.text("送整改通知")
            self.look_at(app, "record")

    @begins("enrolled", picture=20)
    def test_many_new_records_are_on_one_page_with_groups(self):
        with self.open() as app:
            sign_in(app)
            # Three have buttons of their own.
            for id in ("urgent_message-report", "accident-fill_in", "capacity_assessment-of_unit"):
                app.find(f"create-{id}")
            self.assertIsNone(app.look("new"))
            app.click("scan")
            app.click("open-record")
            app.find("new")
            # What is urgent keeps its button.
            app.find("create-urgent_message-at_enterprise")
            self.assertIsNone(app.look("create-site-at_enterprise"))
            app.settle(1)                  # the page is read again
            app.focus("new")
            self.look_at(app, "new-button")
            app.click("new")
            app.find("create-site-at_enterprise")
            self.look_at(app, "new-page")
            texts = app.texts()
            places = [texts.index(text) for text in ("监督检查", "隐患治理", "企业和许可", "许可证", "责任和值守")]
            self.assertEqual(places, sorted(places))
            self.assertNotIn("其他", texts)
            for id in self.rows_of(app, "create"):
                self.assertGreaterEqual(app.find(id).get_extents(app.bus.atspi.CoordType.SCREEN).height, 48, id)
            app.type("search", "地 点")       # spaces make no difference
            app.gone("create-licence-at_enterprise")
            self.assertEqual(self.rows_of(app, "create"), ["create-site-at_enterprise"])
            self.assertNotIn("监督检查", app.texts())
            self.look_at(app, "new-search")
            app.type("search", "没有这样的")
            app.gone("create-site-at_enterprise")
            app.text("没有找到")
            self.look_at(app, "new-nothing")
            app.type("search", "")
            app.find("create-licence-at_enterprise")
            # Back leads to the record, also from the form.
            app.click("create-site-at_enterprise")
            app.find("site_type-face")
            app.click("back")
            app.find("open-record" if app.look("open-record") else "new")
            self.assertIsNone(app.look("create-licence-at_enterprise"))
            app.click("new")
            app.click("back")
            app.find("new")
            self.assertEqual(app.value("title"), "企业")

    @begins("enrolled")
    def test_two_taps_on_a_new_record_open_one_form(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.click("open-record")
            app.click("new")
            app.type("search", "作业地点")
            app.gone("create-licence-at_enterprise")
            app.settle(1)
            app.tap("create-site-at_enterprise", 2, 0.15)
            app.find("site_type-face")
            app.settle(1)
            app.click("back")
            app.find("new")
            self.assertIsNone(app.look("site_type-face"))
            app.settle(1)                  # the page is read again
            app.focus("new")
            app.tap("new", 2, 0.15)
            app.find("search")
            app.click("back")
            app.find("new")
            self.assertIsNone(app.look("search"))
        self.assertEqual([row for row in self.rows("site") if row["pending"]], [])

    @begins("errands", picture=8)
    def test_the_record_page_shows_sections_and_leads_on(self):
        with self.open() as app:
            sign_in(app)
            app.click("agenda")
            app.click("row-3")
            for text in ("事项", "做什么", "取回执", "待办"):
                app.text(text)
            app.text("交办人")
            app.text("李样例")
            app.click("ref-asked_by")
            app.text("人员")
            self.look_at(app, "record-staff")
            app.click("back")
            app.find("step-done")


class RecordsWide(Records):
    size = (800, 480)


if __name__ == "__main__":
    sys.exit(main({"360x640": Records, "800x480": RecordsWide}))
