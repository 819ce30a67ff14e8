#!/usr/bin/python3
"""kill -9 of collector, agent and hub at random moments while recording and syncing.

Afterwards device and hub agree, nothing that was reported as saved is missing and nothing is
there twice (I1, I2, I12). The seed is printed and can be given again."""

import argparse
import collections
import contextlib
import json
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import atspi  # noqa: E402
import programs  # noqa: E402


class Recorder(threading.Thread):
    """A person who records without a pause, whatever dies around them."""

    def __init__(self, store, staff, pin_file, enterprise, photo_dir):
        super().__init__(daemon=True)
        self.store, self.staff, self.pin_file = store, staff, pin_file
        self.enterprise = enterprise
        self.photo_dir = photo_dir
        self.saved = []      # markers whose saving was confirmed
        self.tried = set()   # markers that may or may not have been saved
        self.entries = {}    # marker -> entry id
        self.refusals = collections.Counter()
        self.ending = threading.Event()
        self.number = 0

    def line(self):
        self.number += 1
        marker = f"击杀试验 {self.number:05d}"
        hazard = programs_uuid()
        ops = [{"record": hazard, "kind": "hazard", "set": {
            "enterprise": self.enterprise, "summary": marker, "level": "general",
            "place": "1301 工作面", "description": "支护间距超过作业规程",
            "found_by": "inspection", "responsible_person": "王某", "state": "found",
            "no_photo_reason": "井下不允许拍照"}}]
        if self.number % 5 == 0:
            path = self.photo_dir / f"{self.number}.jpg"
            make_photo(path, self.number)
            ops.append({"record": programs_uuid(), "kind": "file", "set": {
                "parent": hazard, "role": "photo", "path": str(path)}})
        return marker, json.dumps({"ops": ops}, ensure_ascii=False)

    def run(self):
        while not self.ending.is_set():
            marker, line = self.line()
            self.tried.add(marker)
            done = programs.run("bihuanctl", "--store", self.store, "record", "--json", "--by",
                                self.staff, "--pin-file", self.pin_file, "-", stdin=line + "\n",
                                check=False)
            if done.returncode == 0:
                told = [json.loads(row) for row in done.stdout.splitlines() if row.strip()]
                self.entries[marker] = told[0]["entry"]
                self.saved.append(marker)
            else:
                self.refusals[done.stderr.strip()[-160:]] += 1


def programs_uuid():
    raw = bytearray(random.randbytes(16))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def make_photo(path, number):
    # A JPEG by its first and last bytes; what is between is noise, so that every file differs.
    body = random.Random(number).randbytes(40_000 + 700 * (number % 100))
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + body + b"\xff\xd9")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--owners", default="bihuan,bihuan-agent",
                        help="which programs own the store in turn")
    parser.add_argument("--keep", action="store_true", help="keep the directory for a look")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)

    top = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-kill-"))
    store = top / "device"
    photos = top / "photos"
    photos.mkdir()
    stack = contextlib.ExitStack()
    try:
        desktop = None
        if "bihuan" in options.owners.split(","):
            desktop = stack.enter_context(atspi.Bus(stack.enter_context(atspi.Display()))).env
        hub = programs.Hub(top / "hub")
        hub.load_samples()
        hub.serve()
        stack.callback(lambda: hub.stop())
        programs.run("bihuanctl", "--store", store, "enrol", hub.enrol_text("140603100"))
        pins = json.loads((programs.SOURCE / "assets/samples/demo-pins.json").read_text())
        people = json.loads(programs.run("bihuanctl", "--store", store, "list", "staff", "--json")
                            .stdout)["rows"]
        enterprises = json.loads(programs.run("bihuanctl", "--store", store, "list", "enterprise",
                                              "--json").stdout)["rows"]
        staff, pin = pick_inspector(people, pins)
        pin_file = top / "pin"
        pin_file.write_text(pin + "\n")

        recorder = Recorder(store, staff, pin_file, enterprises[0]["id"], photos)
        recorder.start()
        owner = None
        kills = collections.Counter()
        for moment in range(options.moments):
            if owner is None or owner[1].poll() is not None:
                kind = chance.choice(options.owners.split(","))
                owner = (kind, start_owner(kind, store, top, desktop))
            time.sleep(chance.random() * 0.5)
            victim = chance.choice(["owner", "hub"])
            if victim == "owner":
                programs.stop(owner[1], hard=True)
                kills[owner[0]] += 1
                owner = None
            else:
                hub.kill()
                kills["bihuan-hub"] += 1
                if chance.random() < 0.5:
                    time.sleep(chance.random() * 0.3)
                hub.serve()
        recorder.ending.set()
        recorder.join(60)
        assert not recorder.is_alive(), "the recorder hangs"
        if owner:
            programs.stop(owner[1])
        print(f"killed {dict(kills)}; {len(recorder.saved)} saved, "
              f"{len(recorder.tried) - len(recorder.saved)} cut off", flush=True)
        for why, times in recorder.refusals.most_common(6):
            print(f"  {times} times: {why}", flush=True)
        assert len(recorder.saved) >= options.moments / 20, "too little was recorded to say anything"
        settle(store)
        judge(top, hub, store, recorder)
    finally:
        stack.close()
        if options.keep:
            print(f"kept {top}")
        else:
            shutil.rmtree(top, ignore_errors=True)


def pick_inspector(people, pins):
    """The sample inspector of the township whose device this is."""
    units = json.loads((programs.SOURCE / "assets/samples/units.json").read_text())["records"]
    sample = next(r for r in units if r["name"] == "staff-li")
    person = next(p for p in people if p["values"]["name"] == sample["set"]["name"])
    return person["id"], pins["staff-li"]


def start_owner(kind, store, top, desktop):
    env = programs.environment(**(desktop or {}))
    return programs.start(kind, "--store", store, log=top / f"{kind}.log", env=env)


def settle(store):
    """Everything drains once nothing dies any more."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        programs.run("bihuanctl", "--store", store, "sync", check=False, timeout=240)
        status = json.loads(programs.run("bihuanctl", "--store", store, "status", "--json").stdout)
        if status["pending"] == 0 and status["files_pending"] == 0:
            return
        time.sleep(0.5)
    raise AssertionError(f"the queue did not drain: {status}")


def judge(top, hub, store, recorder):
    export = top / "export.bhx"
    programs.run("bihuan-hub", "export", "--data", hub.directory, "--out", export)
    programs.run("bihuan-hub", "verify", export)
    entries = programs.read_export(export)
    markers = collections.Counter()
    places = collections.Counter()
    bodies = collections.defaultdict(set)
    for entry in entries:
        envelope = entry["envelope"]
        places[envelope["device"], envelope["incarnation"], envelope["seq"]] += 1
        bodies[entry["body"]["id"]].add(envelope["body"])
        for op in entry["body"]["ops"]:
            summary = op["set"].get("summary")
            if op["kind"] == "hazard" and summary:
                markers[summary["v"]] += 1
    lost = [marker for marker in recorder.saved if not markers[marker]]
    assert not lost, f"I1: saved but not at the hub: {lost[:5]} of {len(lost)}"
    twice = [marker for marker, count in markers.items() if count > 1]
    assert not twice, f"I12: there twice: {twice[:5]}"
    strange = set(markers) - recorder.tried
    assert not strange, f"nobody recorded {sorted(strange)[:3]}"
    assert max(places.values()) == 1, "I2: two envelopes for one place"
    assert all(len(hashes) == 1 for hashes in bodies.values()), "I2: two bodies for one entry id"
    ids = {entry["body"]["id"] for entry in entries}
    assert all(recorder.entries[marker] in ids for marker in recorder.saved)
    device = json.loads(programs.run("bihuanctl", "--store", store, "status", "--json").stdout)
    assert device["pending"] == 0 and device["quarantined"] == 0, device
    print(f"{len(entries)} entries at the hub, {sum(markers.values())} findings, none lost, "
          "none twice", flush=True)


if __name__ == "__main__":
    main()
