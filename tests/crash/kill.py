#!/usr/bin/python3
"""Kills collector, agent and hub with SIGKILL while findings are recorded and synced.

Each program is killed a fixed number of times. Half of the kills wait until it is at work: the owner of
the store has saved a finding for another program, or the hub has committed something since it started.
The other half hit at a random moment, which may be during the start. Afterwards device and hub agree,
nothing that was reported as saved is missing, and nothing is stored twice (I1, I2, I12). The seed is
printed; --seed repeats it."""

import argparse
import collections
import contextlib
import json
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import atspi  # noqa: E402
import programs  # noqa: E402
import recording  # noqa: E402


class Recorder(threading.Thread):
    """Records findings without a pause, as a person would, while programs are killed."""

    def __init__(self, store, staff, pin_file, enterprise, photo_dir):
        super().__init__(daemon=True)
        self.store, self.staff, self.pin_file = store, staff, pin_file
        self.enterprise = enterprise
        self.photo_dir = photo_dir
        self.saved = []      # summaries of findings for which saving was confirmed
        self.tried = set()   # summaries of all findings, including those whose saving was interrupted
        self.entries = {}    # marker -> entry id
        self.refusals = collections.Counter()
        self.ending = threading.Event()
        self.number = 0

    def line(self):
        self.number += 1
        marker = f"击杀试验 {self.number:05d}"
        photo = None
        if self.number % 5 == 0:
            photo = self.photo_dir / f"{self.number}.jpg"
            recording.make_photo(photo, self.number, 40_000 + 700 * (self.number % 100))
        return marker, recording.make_finding(self.enterprise, marker, photo)

    def run(self):
        while not self.ending.is_set():
            marker, line = self.line()
            self.tried.add(marker)
            done = programs.run("bihuanctl", "--store", self.store, "record", "--json", "--by",
                                self.staff, "--pin-file", self.pin_file, "-", stdin=line + "\n",
                                check=False)
            if done.returncode == 0:
                rows = [json.loads(row) for row in done.stdout.splitlines() if row.strip()]
                self.entries[marker] = rows[0]["entry"]
                self.saved.append(marker)
            else:
                self.refusals[done.stderr.strip()[-160:]] += 1


class Field:
    """The processes that are killed: the owner of a device's store, and the hub."""

    def __init__(self, hub, store, top, desktop, recorder, chance):
        self.hub, self.store, self.top, self.desktop = hub, store, top, desktop
        self.recorder, self.chance = recorder, chance
        self.kind, self.owner = None, None
        self.taps = []  # processes of `bihuanctl sync`

    def need_owner(self, kind):
        """Starts an owner of this program, unless one is running."""
        if self.owner is not None and self.owner.poll() is None and self.kind == kind:
            return
        programs.stop(self.owner)
        env = programs.environment(**(self.desktop or {}))
        self.kind = kind
        self.owner = programs.start(kind, "--store", self.store, log=self.top / f"{kind}.log",
                                    env=env)

    def has_store(self):
        """Whether the lock file names this process as the owner; then other programs save through it."""
        owner_line = (self.store / "owner.lock").read_text()
        return owner_line.endswith(f", process {self.owner.pid}\n")

    def wait_for_owner_at_work(self):
        programs.wait_for(f"{self.kind} has the store", self.has_store, timeout=300, step=0.02)
        saved = len(self.recorder.saved)
        programs.wait_for(f"a finding saved while {self.kind} has the store",
                          lambda: len(self.recorder.saved) > saved, timeout=300, step=0.01)
        assert self.has_store(), f"{self.kind} is not the owner of the store any more"

    def read_hub_log(self):
        log = (self.hub.directory / "hub.db-wal").stat()
        return log.st_mtime_ns, log.st_size

    def wait_for_hub_at_work(self):
        """Waits until the hub commits something. `bihuanctl sync` makes the engine send at once."""
        log = self.read_hub_log()
        for _ in range(20):
            self.taps.append(programs.start("bihuanctl", "--store", self.store, "sync",
                                            log=self.top / "taps.log"))
            try:
                programs.wait_for("a commit", lambda: self.read_hub_log() != log, 3, step=0.005)
                return
            except AssertionError:
                continue
        raise AssertionError("findings were saved, but the hub committed nothing")

    def kill_owner(self, at_work):
        if at_work:
            self.wait_for_owner_at_work()
        time.sleep(self.chance.random() * 0.3)
        hit(self.kind, self.owner)
        self.owner = None

    def kill_hub(self, at_work):
        if at_work:
            self.wait_for_hub_at_work()
        time.sleep(self.chance.random() * (0.05 if at_work else 0.3))
        hit("bihuan-hub", self.hub.process)
        self.hub.process = None
        if self.chance.random() < 0.5:
            time.sleep(self.chance.random() * 0.3)
        self.hub.serve()

    def end(self):
        for tap in self.taps:
            tap.wait(120)
        programs.stop(self.owner)


def hit(name, process):
    """Kills a process, which must have been running and must end by this signal."""
    assert process.poll() is None, f"{name} had ended by itself: {process.returncode}"
    process.kill()
    assert process.wait(20) == -signal.SIGKILL, f"{name}: {process.returncode}"


def plan(moments, owners, chance):
    """Returns (program, whether it must be at work) for each kill: equal numbers, in random order."""
    victims = [*owners, "bihuan-hub"]
    deck = [(victims[i % len(victims)], i // len(victims) % 2 == 0) for i in range(moments)]
    chance.shuffle(deck)
    return deck


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=201)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--owners", default="bihuan,bihuan-agent",
                        help="programs that own the store in turn")
    parser.add_argument("--keep", action="store_true", help="keep the directory of the run")
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
        staff, pin = recording.pick_inspector(store)
        enterprise = recording.list_rows(store, "enterprise")[0]["id"]
        pin_file = top / "pin"
        pin_file.write_text(pin + "\n")

        recorder = Recorder(store, staff, pin_file, enterprise, photos)
        recorder.start()
        field = Field(hub, store, top, desktop, recorder, chance)
        stack.callback(lambda: programs.stop(field.owner))
        kills = collections.Counter()
        owners = options.owners.split(",")
        for victim, at_work in plan(options.moments, owners, chance):
            if victim == "bihuan-hub":
                field.need_owner(field.kind or chance.choice(owners))
                field.kill_hub(at_work)
            else:
                field.need_owner(victim)
                field.kill_owner(at_work)
            kills[victim, at_work] += 1
        recorder.ending.set()
        recorder.join(60)
        assert not recorder.is_alive(), "the thread that records findings does not end"
        field.end()
        for victim in (*owners, "bihuan-hub"):
            print(f"{victim} was killed {kills[victim, True]} times at work and"
                  f" {kills[victim, False]} times at any moment", flush=True)
            least = options.moments // (2 * (len(owners) + 1))
            assert min(kills[victim, True], kills[victim, False]) >= least, victim
        print(f"{len(recorder.saved)} saved, "
              f"{len(recorder.tried) - len(recorder.saved)} cut off", flush=True)
        for why, times in recorder.refusals.most_common(6):
            print(f"  {times} times: {why}", flush=True)
        assert len(recorder.saved) >= options.moments / 20, "too few findings were saved for a meaningful result"
        settle(store)
        judge(top, hub, store, recorder)
    finally:
        stack.close()
        if options.keep:
            print(f"kept {top}")
        else:
            shutil.rmtree(top, ignore_errors=True)


def settle(store):
    """Syncs until nothing is pending, now that no process is killed any more."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        programs.run("bihuanctl", "--store", store, "sync", check=False, timeout=240)
        status = recording.read_status(store)
        if status["pending"] == 0 and status["files_pending"] == 0:
            return
        time.sleep(0.5)
    raise AssertionError(f"the queue did not drain: {status}")


def judge(top, hub, store, recorder):
    export = top / "export.bhx"
    exported = json.loads(programs.run("bihuan-hub", "export", "--data", hub.directory, "--out", export,
                                       "--json").stdout)
    programs.run("bihuan-hub", "verify", export, "--hub-key", exported["hub_key"])
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
    assert not lost, f"I1: saved, but not in the export of the hub: {lost[:5]} of {len(lost)}"
    twice = [marker for marker, count in markers.items() if count > 1]
    assert not twice, f"I12: stored twice: {twice[:5]}"
    strange = set(markers) - recorder.tried
    assert not strange, f"the hub has findings that nobody recorded: {sorted(strange)[:3]}"
    assert max(places.values()) == 1, "I2: two envelopes with the same number in one chain"
    assert all(len(hashes) == 1 for hashes in bodies.values()), "I2: two bodies for one entry id"
    ids = {entry["body"]["id"] for entry in entries}
    assert all(recorder.entries[marker] in ids for marker in recorder.saved)
    device = recording.read_status(store)
    assert device["pending"] == 0 and device["quarantined"] == 0, device
    print(f"{len(entries)} entries at the hub, {sum(markers.values())} findings, none lost, "
          "none twice", flush=True)


if __name__ == "__main__":
    main()
