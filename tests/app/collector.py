"""Tests of the collector's window that do not depend on each other: each begins with its own copy of a
hub and of a device, in a named state that is made once per class."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from hub_office import Hub, Office
from samples import PINS, TOP, enterprise
from steps import add_hazard, begin_visit, make_order, sign_by_all, sign_in

sys.path.insert(0, str(TOP / "tests" / "support"))
from atspi import App, Bus, Display  # noqa: E402


def begins(state="enrolled", picture=None):
    """The state that a test begins with (a method `make_STATE` of WindowTest), and the number of its
    first picture, because tests run in any order."""
    def mark(test):
        test.state, test.picture = state, picture
        return test
    return mark


def own_address():
    """An address of loopback that no other test uses at the same time. The device keeps the hub's
    address and port; on 127.0.0.1 another program could take the port while the hub is stopped."""
    pid = os.getpid()
    return f"127.{64 + (pid >> 16) % 64}.{(pid >> 8) % 256}.{pid % 256}"


class WindowTest(unittest.TestCase):
    """Display and bus serve all tests of a class. Each test has its own `folder` with the hub's data
    and the device's store. The hub is stopped until the test calls `self.hub.serve()`."""

    build = None  # set by the program
    size = (360, 640)
    name = "app"
    keeps_pictures = False  # of an earlier run

    @classmethod
    def setUpClass(cls):
        cls.top = Path(tempfile.mkdtemp(prefix="bihuan-window-"))
        cls.addClassCleanup(shutil.rmtree, cls.top, ignore_errors=True)
        cls.listen = f"{own_address()}:0"
        cls.ctl_program = str(cls.build / "app/ctl/bihuanctl")
        cls.code = cls.top / "code.png"
        subprocess.run(["qrencode", "-s", "8", "-o", str(cls.code), enterprise("ent-01")["uscc"]],
                       check=True)
        cls.display = Display()
        cls.addClassCleanup(cls.display.__exit__)
        cls.bus = Bus(cls.display, BIHUAN_DATADIR=str(TOP), LANG="C.UTF-8")
        cls.addClassCleanup(cls.bus.__exit__)
        cls.pictures = cls.build / "pictures" / f"{cls.name}-{cls.size[0]}x{cls.size[1]}"
        if not cls.keeps_pictures:
            shutil.rmtree(cls.pictures, ignore_errors=True)
        cls.pictures.mkdir(parents=True, exist_ok=True)
        cls.taken = set()

    def setUp(self):
        self.folder = self.top / "test"
        self.store = self.folder / "device"
        self.hub = None
        test = getattr(self, self._testMethodName)
        self.next_picture = getattr(test, "picture", None)
        self.addCleanup(self.stop_hub)
        self.begin_with(getattr(test, "state", "enrolled"))

    # --- states ---

    def begin_with(self, state):
        """Replaces the test's hub and device by a copy of a state. All copies have the same path."""
        saved = self.top / "states" / state
        if not saved.exists():
            getattr(self, f"make_{state}")()
            self.stop_hub()
            shutil.copytree(self.folder, saved, ignore=shutil.ignore_patterns("*.sock"))
        self.stop_hub()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(saved, self.folder)
        self.hub = Hub(self.build, self.folder / "hub", type(self).listen)

    def stop_hub(self):
        if self.hub:
            self.hub.stop()

    def make_new(self):
        """A hub with sample data, and no device."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        Hub(self.build, self.folder / "hub").make()

    def make_enrolled(self):
        self.begin_with("new")
        type(self).listen = self.hub.serve().listen  # from now on always the same port
        self.ctl("enrol", self.hub.invite())

    def make_visit(self):
        """A visit has begun; nothing is recorded yet."""
        self.begin_with("enrolled")
        with self.open() as app:
            sign_in(app)
            begin_visit(app)

    def make_hazard_draft(self):
        """Of a hazard, only the summary is written; it is not saved."""
        self.begin_with("visit")
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.type("summary", "fan 2 broken at once")
            app.click("back")
            app.find("finish")

    def make_signed(self):
        """A visit of two inspectors with one hazard is signed by all; no documents are made."""
        self.begin_with("enrolled")
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2")
            add_hazard(app, "风门损坏")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.find("make")

    def make_ordered(self):
        """The documents of the signed visit are made: its hazard is ordered to be rectified."""
        self.begin_with("signed")
        with self.open() as app:
            sign_in(app)
            app.click("lane-papers-1")
            make_order(app)

    def make_sent(self):
        """The hub has all of it."""
        self.begin_with("ordered")
        self.hub.serve()
        self.ctl("sync")
        status = self.status()
        self.assertEqual((status["pending"], status["files_pending"]), (0, 0))

    # --- the window ---

    def open(self, camera=True, more=(), **env):
        log = open(self.build / "meson-logs" / "collector.log", "a")
        self.addCleanup(log.close)
        command = [str(self.build / "app/bihuan"), "--store", str(self.store), *more]
        if camera:
            command += ["--scan-image", str(self.code)]
        app = App(self.bus, command, self.size, log=log, **env)
        self.addCleanup(app.close)
        return app

    def shot(self, app, name):
        picture = f"{self.next_picture:02d}-{name}.png"
        self.next_picture += 1
        self.assertNotIn(picture[:2], self.taken, "two tests take a picture of this number")
        self.taken.add(picture[:2])
        app.shot(self.pictures / picture)

    # --- the device, beside the window ---

    def ctl(self, *args):
        """Output of bihuanctl on the test's store."""
        return subprocess.run([self.ctl_program, "--store", str(self.store), *args], env=self.bus.env,
                              check=True, capture_output=True, text=True).stdout

    def status(self):
        return json.loads(self.ctl("status", "--json"))

    def rows(self, kind):
        rows = json.loads(self.ctl("list", kind, "--json"))
        return rows["rows"] if isinstance(rows, dict) else rows

    def find_id(self, kind, state):
        return next(row["id"] for row in self.rows(kind) if row["values"]["state"] == state)

    def query(self, kind, key):
        return sorted(row["values"][key] for row in self.rows(kind))

    def record(self, kind, id, values):
        """Changes a record as the inspector Li, with bihuanctl."""
        pin = self.folder / "pin"
        pin.write_text(PINS["staff-li"])
        lines = self.folder / "lines.json"
        lines.write_text(json.dumps({"ops": [{"record": id, "kind": kind, "set": values}]}))
        staff = next(row["id"] for row in self.rows("staff") if row["values"]["name"] == "李样例")
        self.ctl("record", "--by", staff, "--pin-file", str(pin), str(lines))

    # --- the office ---

    def sign_in_office(self, login, hub=None):
        office = Office(hub or self.hub, login)
        self.addCleanup(office.close)
        return office


def choose(case, name):
    """Names of the tests to run: one, or all of them in a random order."""
    names = unittest.defaultTestLoader.getTestCaseNames(case)
    if name:
        name = name.split(".")[-1]
        if name not in names:
            sys.exit(f"no test {name}; there are:\n" + "\n".join(names))
        return [name]
    seed = os.environ.get("TEST_SEED") or str(random.randrange(10000))
    print(f"order of the tests: TEST_SEED={seed}", file=sys.stderr, flush=True)
    random.Random(seed).shuffle(names)
    return names


def main(cases):
    """BUILD [SIZE [NAME]]: runs the case of this size, all of its tests in a random order or the one
    with this name. The environment variable TEST_SEED repeats an order."""
    case = cases[sys.argv[2] if len(sys.argv) > 2 else "360x640"]
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    name = sys.argv[3] if len(sys.argv) > 3 else None
    case.keeps_pictures = name is not None
    suite = unittest.TestSuite(map(case, choose(case, name)))
    return not unittest.TextTestRunner(verbosity=2, failfast=True).run(suite).wasSuccessful()
