"""A hub with sample data and a device enrolled at it, for tests of the collector's window."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))

UNIT = "unit-jingping"
PINS = json.loads((TOP / "assets/samples/demo-pins.json").read_text())


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


def sign_in(app, tile="tile-1", pin=PINS["staff-li"]):
    app.click(tile)
    for digit in pin:
        app.click(f"key-{digit}")
    app.click("key-ok")
    app.find("scan")
