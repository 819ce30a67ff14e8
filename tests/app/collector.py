"""A hub with sample data and a device enrolled at it, for tests of the collector's window."""

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urlsplit

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from atspi import App, Bus, Display, Missing  # noqa: E402, F401

UNIT = "unit-jingping"
PINS = json.loads((TOP / "assets/samples/demo-pins.json").read_text())

PASSWORDS = json.loads((TOP / "assets/samples/demo-passwords.json").read_text())


def enterprise(name):
    """Values of a sample enterprise."""
    records = json.loads((TOP / "assets/samples/enterprises.json").read_text())["records"]
    return next(r["set"] for r in records if r["name"] == name)


class Hub:
    """A hub under `folder`, served on loopback while the object is open."""

    def __init__(self, build, folder):
        self.program = str(Path(build) / "sync/hub/bihuan-hub")
        self.ctl = str(Path(build) / "app/ctl/bihuanctl")
        self.folder = Path(folder) / "hub"
        self.env = dict(os.environ, BIHUAN_DATADIR=str(TOP))
        self.run("init", "--name", "样例·平鲁区枢纽", "--area", "140603")
        self.run("load", "--demo", *(str(TOP / "assets" / p) for p in ("packs", "checklists", "samples")))
        self.serve()

    def run(self, command, *args):
        return subprocess.run([self.program, command, "--data", str(self.folder), *args], env=self.env,
                              check=True, capture_output=True, text=True).stdout

    def serve(self, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", str(self.folder), "--listen", listen,
             "--office-listen", "127.0.0.1:0"], env=self.env, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.listen, self.office = re.search(r"https://(\S+) and the office at (\S+)", line).groups()

    def invite(self):
        return re.search(r"BHE1:.*", self.run("enrol", "--unit", UNIT, "--name", "样例手持机"))[0]

    def enrol(self, store):
        subprocess.run([self.ctl, "--store", str(store), "enrol", self.invite()], env=self.env,
                       check=True, capture_output=True)

    def status(self, store):
        out = subprocess.run([self.ctl, "--store", str(store), "status", "--json"], env=self.env,
                             check=True, capture_output=True, text=True).stdout
        return json.loads(out)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()


class Office:
    """The office's API, signed in with an account."""

    def __init__(self, hub, login, password):
        address = urlsplit(hub.office)
        self.host = address.netloc
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the sample hub's own certificate, on loopback
        self.connection = http.client.HTTPSConnection(self.host, context=context, timeout=20)
        self.headers = {"Origin": f"https://{self.host}", "Content-Type": "application/json"}
        session = self.ask("POST", "session", {"login": login, "password": password})
        self.headers["X-Bihuan-Token"] = session["token"]

    def get(self, path):
        """Bytes of a GET."""
        return self._ask("GET", path, None)

    def ask(self, method, path, body=None):
        text = self._ask(method, path, body)
        return json.loads(text) if text else None

    def _ask(self, method, path, body):
        self.connection.request(method, f"/office/v1/{path}", headers=self.headers,
                                body=None if body is None else json.dumps(body))
        answer = self.connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if not cookie.startswith(("bihuan-known=", "__Host-bihuan-known=")):
                self.headers["Cookie"] = cookie.split(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")
        return content

    def close(self):
        self.connection.close()


def fill_hazard(app, summary, deadline="deadline-plus-15"):
    """Fills in the required fields of the open hazard form; saves nothing."""
    app.click("add_hazard")
    app.type("summary", summary)
    app.type("place", "3号煤3105工作面")
    app.type("no_photo_reason", "井下不能带非防爆相机")
    app.type("demand", "立即整改")
    app.type("responsible_person", "样例负责人01")
    if deadline:
        app.click(deadline)


def sign_in(app, tile="tile-1", pin=PINS["staff-li"]):
    app.click(tile)
    for digit in pin:
        app.click(f"key-{digit}")
    app.click("key-ok")
    app.find("scan")


class WindowTest(unittest.TestCase):
    """A hub with sample data, a store and a display for the tests of one class."""

    build = None  # set by the program
    size = (360, 640)
    name = "app"
    enrolled = True

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="bihuan-window-")
        cls.hub = Hub(cls.build, cls.folder)
        cls.store = Path(cls.folder) / "device"
        if cls.enrolled:
            cls.hub.enrol(cls.store)
        cls.code = Path(cls.folder) / "code.png"
        subprocess.run(["qrencode", "-s", "8", "-o", str(cls.code), enterprise("ent-01")["uscc"]],
                       check=True)
        cls.display = Display()
        cls.bus = Bus(cls.display, BIHUAN_DATADIR=str(TOP), LANG="C.UTF-8")
        cls.pictures = cls.build / "pictures" / f"{cls.name}-{cls.size[0]}x{cls.size[1]}"
        shutil.rmtree(cls.pictures, ignore_errors=True)
        cls.pictures.mkdir(parents=True)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.hub.__exit__()
        cls.bus.__exit__()
        cls.display.__exit__()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def open(self, camera=True, store=None, more=()):
        log = open(self.build / "meson-logs" / "collector.log", "a")
        self.addCleanup(log.close)
        command = [str(self.build / "app/bihuan"), "--store", str(store or self.store), *more]
        if camera:
            command += ["--scan-image", str(self.code)]
        app = App(self.bus, command, self.size, log=log)
        self.addCleanup(app.close)
        return app

    def shot(self, app, name):
        type(self).count += 1
        app.shot(self.pictures / f"{type(self).count:02d}-{name}.png")

    def rows(self, kind):
        out = subprocess.run([self.hub.ctl, "--store", str(self.store), "list", kind, "--json"],
                             env=self.hub.env, check=True, capture_output=True, text=True).stdout
        rows = json.loads(out)
        return rows["rows"] if isinstance(rows, dict) else rows

    def find_id(self, kind, state):
        return next(row["id"] for row in self.rows(kind) if row["values"]["state"] == state)

    def query(self, kind, key):
        return sorted(row["values"][key] for row in self.rows(kind))


def main(cases):
    """BUILD [SIZE]: runs the case of this size."""
    chosen = cases[sys.argv[2] if len(sys.argv) > 2 else "360x640"]
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(chosen)
    return not unittest.TextTestRunner(verbosity=2, failfast=True).run(suite).wasSuccessful()
