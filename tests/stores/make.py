#!/usr/bin/python3
"""make.py BUILD NAME [papers]: makes the fixture NAME.tar.xz with the programs of this tree: a hub, two
devices of it, and what all of them showed (shown.json). It walks through the real window, so that drafts,
signatures and papers are stored as people make them. README.md says when to run it."""

import json
import lzma
import shutil
import subprocess
import sys
import tarfile
import unittest
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "app"))
from collector import WindowTest, begins  # noqa: E402
from hub_office import Hub  # noqa: E402
from samples import PINS, SAMPLES, TOP  # noqa: E402
from steps import add_hazard, begin_visit, sign_in  # noqa: E402

sys.path.insert(0, str(TOP / "tests" / "support"))
import pictures  # noqa: E402

NAME = sys.argv[2] if len(sys.argv) > 2 else ""
PAPERS = "papers" in sys.argv[3:]  # with the documents of the signed visit, whose files are large
DRAFT = "fan 2 broken at once"  # as in stores.py
ENTERPRISE = "ent-01"  # the enterprise of the samples that the visits are at
CHECKLIST = "coal-mine.*"
PHOTO_BYTES = 300


class Maker(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "stores"

    def make_new(self):
        """A hub with some of the sample data and one checklist, because the fixture is to be small."""
        shutil.rmtree(self.folder, ignore_errors=True)
        some = self.folder / "some"
        shutil.copytree(SAMPLES, some)
        for path in (TOP / "assets" / "checklists").glob(CHECKLIST):
            shutil.copy(path, some)
        for name in ("enterprises", "sites"):
            path = some / f"{name}.json"
            samples = json.loads(path.read_text())
            samples["records"] = [record for record in samples["records"] if ENTERPRISE in (
                record["name"], record["set"].get("enterprise", {}).get("$ref"))]
            path.write_text(json.dumps(samples))
        hub = Hub(self.build, self.folder / "hub")
        hub.run("init", "--name", "样例·平鲁区枢纽", "--area", "140603")
        hub.run("load", "--demo", str(TOP / "assets" / "packs"), str(some))
        shutil.rmtree(some)

    # --- both devices ---

    def of_device(self, device, *args):
        return subprocess.run([self.ctl_program, "--store", str(self.folder / device), *args],
                              env=self.bus.env, check=True, capture_output=True, text=True).stdout

    def list_rows(self, device, kind):
        return json.loads(self.of_device(device, "list", kind, "--limit", "500", "--json"))["rows"]

    def save(self, device, ops):
        """Saves one entry as the inspector of the sample data."""
        pin = self.folder / "pin"
        pin.write_text(PINS["staff-li"])
        lines = self.folder / "lines"
        lines.write_text(json.dumps({"ops": ops}))
        staff = next(row["id"] for row in self.list_rows(device, "staff")
                     if row["values"]["name"] == "李样例")
        self.of_device(device, "record", "--by", staff, "--pin-file", str(pin), str(lines))
        lines.unlink()
        pin.unlink()

    def photo(self, number):
        path = self.folder / f"{number}.jpg"
        path.write_bytes(pictures.make_jpeg(PHOTO_BYTES, number))
        return str(path)

    def hazard(self, device, summary, photo=None, state="found", **more):
        """Saves a hazard of the first enterprise of the device, with a photo."""
        enterprise = min(row["id"] for row in self.list_rows(device, "enterprise"))
        values = {"enterprise": enterprise, "summary": summary, "level": "general", "state": state,
                  "place": "1301 工作面", "found_by": "inspection", "demand": "立即整改",
                  "responsible_person": "样例负责人02", "no_photo_reason": "井下不允许拍照", **more}
        record = str(uuid.uuid4())
        ops = [{"record": record, "kind": "hazard", "set": values}]
        if photo:
            ops.append({"record": str(uuid.uuid4()), "kind": "file",
                        "set": {"parent": record, "role": "photo", "path": self.photo(photo)}})
        self.save(device, ops)
        return record

    # --- what both sides showed ---

    def describe_device(self, device):
        status = json.loads(self.of_device(device, "status", "--json"))
        queue = json.loads(self.of_device(device, "queue", "--limit", "200", "--json"))["items"]
        return {
            "status": {key: status[key] for key in
                       ("pending", "files_pending", "drafts", "delivered", "quarantined", "kinds")},
            "records": {kind: {row["id"]: {"title": row["title"], "values": row["values"]}
                               for row in self.list_rows(device, kind)}
                        for kind in self.kinds()},
            "queue": sorted(item["title"] for item in queue if item.get("title")),
        }

    def kinds(self):
        return sorted(path.stem for path in (TOP / "schema" / "kinds").glob("*.json"))

    def describe_hub(self):
        office = self.sign_in_office("staff-sun")
        lanes = {}
        for lane in ("new", "returned", "answered", "conflict", "quarantine"):
            rows = office.ask("GET", f"inbox?lane={lane}")["rows"]
            lanes[lane] = sorted([row.get("id") or row.get("record"), row["title"]] for row in rows)
        return lanes

    # --- the pair ---

    def make_pair(self):
        self.begin_with("ordered" if PAPERS else "signed")
        self.hub.serve()
        self.ctl("sync")
        self.of_device("device-2", "enrol", self.hub.invite())
        self.of_device("device-2", "sync")
        self.hazard("device-2", "第二台：皮带防护罩缺失", photo=1)
        self.hazard("device-2", "第二台：已当场整改", state="fixed_on_site", fixed_on_site=True)
        major = self.hazard("device-2", "第二台：疑似重大", photo=2, state="suspected", level="major",
                            criterion="瓦斯超限作业")
        self.of_device("device-2", "sync")
        self.ctl("sync")
        office = self.sign_in_office("staff-sun")
        for record, decision in ((self.find_id("inspection", "signed"), "approve"), (major, "return")):
            view = office.ask("GET", f"records/{record}")
            office.ask("POST", f"records/{record}/review", {
                "decision": decision, "covers": view["covers"],
                **({"comment": "请补充判定依据"} if decision == "return" else {})})
        self.ctl("sync")
        # What the first device is still to receive.
        self.hazard("device-2", "第二台：后来发现", photo=3)
        self.of_device("device-2", "sync")
        self.expected = {"hub": self.describe_hub()}
        self.hub.stop()
        self.hazard("device", "未上送：安全出口堆物", photo=4)
        self.hazard("device", "未上送：通风不畅", photo=5)
        self.hazard("device-2", "第二台未上送：照明不足", photo=6)
        with self.open() as app:
            sign_in(app)
            begin_visit(app)
            add_hazard(app, "未上送：风门损坏")
            app.click("add_hazard")
            app.type("summary", DRAFT)
            app.click("back")
            app.find("finish")
        self.expected["draft"] = DRAFT
        self.expected["device"] = self.describe_device("device")
        self.expected["device-2"] = self.describe_device("device-2")

    @begins("pair")
    def test_make(self):
        shown = self.folder / "shown.json"
        shown.write_text(json.dumps(self.expected, ensure_ascii=False, sort_keys=True))
        paths = [path for part in ("hub", "device", "device-2")
                 for path in sorted((self.folder / part).rglob("*"))
                 if path.suffix not in (".lock", ".sock")
                 and path.name != "serve.json"]
        with lzma.open(HERE / f"{NAME}.tar.xz", "wb", preset=9 | lzma.PRESET_EXTREME) as packed, \
                tarfile.open(fileobj=packed, mode="w") as tar:
            for path in [*paths, shown]:
                self.pack(tar, path)

    def pack(self, tar, path):
        member = tar.gettarinfo(path, str(path.relative_to(self.folder)))
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        if path.is_dir():
            tar.addfile(member)
            return
        with open(path, "rb") as content:
            tar.addfile(member, content)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    made = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite([Maker("test_make")]))
    sys.exit(not made.wasSuccessful())
