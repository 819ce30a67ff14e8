"""The stores of this folder, unpacked: a hub and its two devices, and what the program that made them showed."""

import json
import lzma
import os
import pathlib
import socket
import sqlite3
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import programs  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NAMES = sorted(path.name[:-len(".tar.xz")] for path in HERE.glob("*.tar.xz"))
UNIT = "unit-jingping"  # of both devices
INSPECTOR = "李样例"
DRAFT = "fan 2 broken at once"  # what the inspector typed last


def unpack(name, folder):
    """Unpacks a fixture and returns what its makers showed."""
    mask = os.umask(0o077)  # the folders of keys are open to their owner only
    try:
        with lzma.open(HERE / f"{name}.tar.xz") as packed, tarfile.open(fileobj=packed) as tar:
            tar.extractall(folder)
    finally:
        os.umask(mask)
    return json.loads((folder / "shown.json").read_text())


class Pair:
    """The stores of one fixture in a folder."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.shown = unpack(name, self.folder)
        self.hub = ServedHub(self.folder / "hub")

    def ctl(self, device, *words, **more):
        return programs.run("bihuanctl", "--store", self.folder / device, *words, **more)

    def ask(self, device, *words):
        return json.loads(self.ctl(device, *words, "--json").stdout)

    def rows(self, device, kind):
        return self.ask(device, "list", kind, "--limit", "500")["rows"]

    def describe(self, device):
        """What make.py noted of a device, as the program of today shows it."""
        status = self.ask(device, "status")
        noted = self.shown[device]
        return {
            "status": {key: status[key] for key in noted["status"]},
            "records": {kind: {row["id"]: {"title": row["title"], "values": row["values"]}
                               for row in self.rows(device, kind)} for kind in noted["records"]},
            "queue": sorted(item["title"] for item in
                            self.ask(device, "queue", "--limit", "200")["items"] if item.get("title")),
        }

    def find_inspector(self, device):
        return next(row["id"] for row in self.rows(device, "staff")
                    if row["values"]["name"] == INSPECTOR)

    def record(self, device, ops):
        """Saves an entry as the inspector; the result of the line."""
        pin = self.folder / "pin"
        pins = json.loads((programs.SOURCE / "assets/samples/demo-pins.json").read_text())
        pin.write_text(pins["staff-li"])
        done = self.ctl(device, "record", "--json", "--by", self.find_inspector(device), "--pin-file",
                        pin, "-", stdin=json.dumps({"ops": ops}) + "\n")
        return json.loads(done.stdout)

    def move_to_hub(self, device):
        """Tells a device where its hub is served now, by an enrolment text of the same hub."""
        self.ctl(device, "enrol", self.hub.enrol_text(UNIT))

    def hub_run(self, command, *words, **more):
        return programs.run("bihuan-hub", command, "--data", self.hub.directory, *words, **more)

    def load_kinds(self, kinds=programs.SOURCE / "schema" / "kinds"):
        """Loads a folder of kinds in place of those that the hub uses."""
        self.hub_run("load", kinds)

    def write_old_kinds(self):
        """Writes the kind set of the fixture as a folder of kinds, and returns it."""
        database = sqlite3.connect(f"file:{self.hub.directory / 'hub.db'}?mode=ro", uri=True)
        body, = database.execute("SELECT body FROM kind_set WHERE hash = ?",
                                 (self.shown["device"]["status"]["kinds"],)).fetchone()
        database.close()
        folder = self.folder / "old-kinds"
        folder.mkdir()
        for kind in json.loads(body)["kinds"]:
            (folder / f"{kind['kind']}.json").write_text(json.dumps(kind, ensure_ascii=False))
        return folder


class ServedHub(programs.Hub):
    """The hub of a fixture, which exists already."""

    def __init__(self, directory):  # pylint: disable=super-init-not-called
        self.directory = pathlib.Path(directory)
        self.process = None
        self.env = None
        self.listen = self.office_listen = "127.0.0.1:0"
        self.log = str(self.directory) + ".log"

    @property
    def office(self):
        return "https://" + self.office_listen


def read_version(path):
    """The number of the last migration of a store that no program has open."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return database.execute("SELECT version FROM schema_version").fetchone()[0]
    finally:
        database.close()


def count_migrations(side):
    return len(list((programs.SOURCE / "schema" / "sql" / side).glob("[0-9]*.sql")))


def call_owner(folder, method, **params):
    """Asks the process that has a store open (sync/owner)."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(str(folder / "owner.sock"))
        line.sendall(json.dumps({"method": method, "params": params}).encode() + b"\n")
        answer = json.loads(line.makefile("rb").readline())
    assert "ok" in answer, answer
    return answer["ok"]


def is_owned(folder):
    """Whether a process has the store open and answers."""
    try:
        return bool(call_owner(folder, "owner"))
    except OSError:
        return False
