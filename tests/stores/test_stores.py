#!/usr/bin/python3
"""Stores that other versions of the programs made (README.md) open, migrate and sync with those of today."""

import contextlib
import functools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import stores
from stores import DRAFT, Pair, call_owner, count_migrations, is_owned, read_version

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "app")]
import programs  # noqa: E402, found by stores
import second_client as second  # noqa: E402
from hub_office import Office  # noqa: E402

DEVICES = ("device", "device-2")
UPGRADE = None  # the program of upgrade.c


def on_each(test):
    """Runs a test on each fixture, unpacked anew."""
    @functools.wraps(test)
    def run(self):
        self.assertGreaterEqual(len(stores.NAMES), 2)
        for name in stores.NAMES:
            with self.subTest(name), self.unpacked(name) as pair:
                test(self, pair)
    return run


class Case(unittest.TestCase):
    maxDiff = None

    @contextlib.contextmanager
    def unpacked(self, name):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-stores-"))
        pair = Pair(name, folder)
        try:
            yield pair
        finally:
            pair.hub.stop()
            shutil.rmtree(folder)

    def read_drafts(self, pair):
        """The drafts of the inspector, from the agent that has the store open."""
        agent = programs.start("bihuan-agent", "--store", pair.folder / "device",
                               log=pair.folder / "agent.log")
        try:
            programs.wait_for("the agent", lambda: is_owned(pair.folder / "device"))
            author = next(one["id"] for one in call_owner(pair.folder / "device", "list_staff")["staff"]
                          if one["name"] == stores.INSPECTOR)
            drafts = call_owner(pair.folder / "device", "draft_list", author=author)["drafts"]
            return [call_owner(pair.folder / "device", "draft_get", author=author,
                               record=draft["record"]) for draft in drafts]
        finally:
            programs.stop(agent)

    def assert_same_device(self, pair, device):
        self.assertEqual(pair.describe(device), pair.shown[device])


class Device(Case):
    @on_each
    def test_a_store_migrates_once_and_shows_everything(self, pair):
        for device in DEVICES:
            path = pair.folder / device / "store.db"
            before, now = read_version(path), count_migrations("device")
            self.assert_same_device(pair, device)
            self.assertEqual(read_version(path), now)
            copies = sorted(one.name for one in path.parent.glob("store.db.before-*"))
            self.assertEqual(copies, [f"store.db.before-{before + 1}"] if before < now else [])
            if copies:
                copy = path.with_name(copies[0])
                self.assertEqual(read_version(copy), before)
                made = copy.stat().st_mtime_ns
                pair.ctl(device, "status")
                self.assertEqual(copy.stat().st_mtime_ns, made, "migrated again")
            checks = {check["name"]: check for check in json.loads(
                pair.ctl(device, "doctor", "--json", check=False).stdout)["checks"]}
            for name in ("store", "enrolled", "chain", "damaged", "files", "orphans"):
                self.assertTrue(checks[name]["ok"], checks[name])

    @on_each
    def test_photos_and_signatures_are_there_byte_by_byte(self, pair):
        for device in DEVICES:
            rows = [row["values"] for row in pair.rows(device, "file")]
            here = 0
            for values in rows:
                hash = values["sha256"]
                path = pair.folder / device / "files" / hash[:2] / hash
                if path.exists():
                    here += 1
                    data = path.read_bytes()
                    self.assertEqual((second.sha256(data), len(data)), (hash, values["size"]))
            self.assertGreaterEqual(here, 4, device)

    @on_each
    def test_a_draft_is_there_with_what_was_typed(self, pair):
        drafts = self.read_drafts(pair)
        self.assertEqual(len(drafts), 1)
        self.assertEqual(drafts[0]["values"]["summary"], pair.shown["draft"])
        self.assertEqual(pair.shown["draft"], DRAFT)

    @on_each
    def test_an_upgrade_that_is_cut_off_leaves_a_store_that_opens(self, pair):
        """The disk is full, the power fails or the program ends at many moments of an upgrade."""
        for side, path in (("device", pair.folder / "device" / "store.db"),
                           ("hub", pair.folder / "hub" / "hub.db")):
            if read_version(path) == count_migrations(side):
                continue
            with tempfile.TemporaryDirectory(prefix="bihuan-upgrade-") as folder:
                done = subprocess.run([UPGRADE, side, path, folder], text=True, capture_output=True,
                                      check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(int(done.stdout.split()[-2]), 20, done.stdout)

    def test_there_is_a_store_of_an_older_version(self):
        with self.unpacked(stores.NAMES[0]) as pair:
            self.assertLess(read_version(pair.folder / "device" / "store.db"), count_migrations("device"))
            self.assertLess(read_version(pair.folder / "hub" / "hub.db"), count_migrations("hub"))


class Sync(Case):
    def sync(self, pair, *devices):
        for device in devices:
            pair.ctl(device, "sync")
            status = pair.ask(device, "status")
            self.assertEqual([status[key] for key in ("pending", "files_pending", "quarantined")],
                             [0, 0, 0], device)

    def serve(self, pair):
        """Serves the hub, and tells both devices where."""
        pair.hub.serve()
        for device in DEVICES:
            pair.move_to_hub(device)

    def assert_nothing_is_lost(self, pair):
        """The devices still have each record of the fixture with each value that it had."""
        for device in DEVICES:
            for kind, rows in pair.shown[device]["records"].items():
                now = {row["id"]: row["values"] for row in pair.rows(device, kind)} if rows else {}
                for id, row in rows.items():
                    for name, value in row["values"].items():
                        self.assertEqual(now[id].get(name), value, f"{device}: {kind} {row['title']}")

    def read_lanes(self, pair):
        office = Office(pair.hub, "staff-sun")
        try:
            return {lane: sorted([row.get("id") or row.get("record"), row["title"]] for row in
                                 office.ask("GET", f"inbox?lane={lane}")["rows"])
                    for lane in pair.shown["hub"]}
        finally:
            office.close()

    def verify(self, pair):
        path = pair.folder / "export"
        exported = json.loads(pair.hub_run("export", "--out", path, "--json").stdout)
        report = json.loads(programs.run("bihuan-hub", "verify", path, "--hub-key",
                                         exported["hub_key"], "--json").stdout)
        self.assertEqual((report["verdict"], report["doubtful"]), ("authentic", 0))
        return report["entries"]

    def assert_healthy(self, pair):
        done = pair.hub_run("doctor", "--full", "--json", check=False)
        bad = [found for found in json.loads(done.stdout) if found["level"] == "bad"]
        self.assertEqual(bad, [])

    @on_each
    def test_a_hub_migrates_once_and_shows_everything(self, pair):
        path = pair.hub.directory / "hub.db"
        before, now = read_version(path), count_migrations("hub")
        done = pair.hub_run("doctor", "--json", check=False)
        self.assertNotIn('"bad"', done.stdout)
        pair.hub.serve()
        self.assertEqual(self.read_lanes(pair), pair.shown["hub"])
        entries = self.verify(pair)
        pair.hub.stop()
        self.assertEqual(read_version(path), now)
        copies = sorted(one.name for one in path.parent.glob("hub.db.before-*"))
        self.assertEqual(copies, [f"hub.db.before-{before + 1}"] if before < now else [])
        self.assert_healthy(pair)
        pair.hub.serve()
        self.assertEqual(self.read_lanes(pair), pair.shown["hub"])
        self.assertEqual(self.verify(pair), entries)

    def check_traffic(self, pair):
        """What waited arrives at the hub, and what came meanwhile at the devices."""
        self.sync(pair, *DEVICES, "device")
        lanes = self.read_lanes(pair)
        self.assertEqual(lanes["quarantine"], [])
        titles = " ".join(title for _, title in lanes["new"])
        for summary in ("未上送：安全出口堆物", "未上送：通风不畅", "第二台未上送：照明不足"):
            self.assertIn(summary, titles)
        for device in DEVICES:
            here = " ".join(row["title"] for row in pair.rows(device, "hazard"))
            for summary in ("第二台：后来发现", "第二台未上送：照明不足", "未上送：风门损坏"):
                self.assertIn(summary, here, device)
        for row in pair.rows("device", "file"):
            hash = row["values"]["sha256"]
            data = (pair.hub.directory / "files" / hash[:2] / hash).read_bytes()
            self.assertEqual((second.sha256(data), len(data)), (hash, row["values"]["size"]))
        self.assert_nothing_is_lost(pair)
        self.verify(pair)

    def check_disks(self, pair):
        """The office sees what the devices report of their disks since they have this version."""
        office = Office(pair.hub, "staff-sun")
        self.addCleanup(office.close)
        told = {row["id"]: row.get("encryption") for row in office.ask("GET", "devices")["rows"]}
        for device in DEVICES:
            status = pair.ask(device, "status")
            self.assertEqual(told[status["device"]], status["encryption"])

    def check_new_kinds(self, pair):
        """Devices take the kinds of today, keep what they had, and go on working."""
        pair.load_kinds()
        self.sync(pair, *DEVICES)
        hashes = {pair.ask(device, "status")["kinds"] for device in DEVICES}
        self.assertEqual(len(hashes), 1)
        self.assert_nothing_is_lost(pair)
        self.check_work(pair, "新版：栏杆松动")
        return hashes.pop()

    def check_work(self, pair, summary):
        """A hazard that is found on one device arrives on the other."""
        pair.record("device", [{"kind": "hazard", "set": {
            "enterprise": pair.rows("device", "enterprise")[0]["id"], "summary": summary, "level": "general",
            "state": "found", "place": "井口", "found_by": "inspection", "demand": "立即整改",
            "responsible_person": "样例负责人02", "no_photo_reason": "井下不允许拍照"}}])
        self.sync(pair, *DEVICES)
        self.assertTrue(any(summary in row["title"] for row in pair.rows("device-2", "hazard")))

    @on_each
    def test_what_waited_is_sent_and_the_kinds_of_today_are_taken(self, pair):
        self.serve(pair)
        self.check_traffic(pair)
        self.check_new_kinds(pair)
        self.verify(pair)
        drafts = self.read_drafts(pair)
        self.assertEqual([draft["values"]["summary"] for draft in drafts], [DRAFT])
        pair.hub.stop()
        self.assert_healthy(pair)

    @on_each
    def test_a_queue_of_older_kinds_is_taken_by_a_hub_of_newer_ones(self, pair):
        pair.load_kinds()
        self.serve(pair)
        self.check_traffic(pair)
        self.check_disks(pair)
        pair.hub.stop()
        self.assert_healthy(pair)

    @on_each
    def test_an_older_kind_set_takes_the_place_of_a_newer_one_and_goes_again(self, pair):
        """A load of a whole folder replaces the set in use, in either direction (schema/kinds/README.md)."""
        self.serve(pair)
        self.check_traffic(pair)
        newer = self.check_new_kinds(pair)
        pair.load_kinds(pair.write_old_kinds())
        self.sync(pair, *DEVICES)
        for device in DEVICES:
            self.assertEqual(pair.ask(device, "status")["kinds"],
                             pair.shown[device]["status"]["kinds"])
        self.assert_nothing_is_lost(pair)
        self.check_work(pair, "旧版：水沟盖板缺失")
        pair.load_kinds()
        self.sync(pair, *DEVICES)
        self.assertEqual(pair.ask("device", "status")["kinds"], newer)
        self.assert_nothing_is_lost(pair)
        here = " ".join(row["title"] for row in pair.rows("device-2", "hazard"))
        self.assertIn("新版：栏杆松动", here)
        self.assertIn("旧版：水沟盖板缺失", here)
        self.verify(pair)

    @on_each
    def test_a_client_that_knows_older_kinds_only_goes_on(self, pair):
        """Entries name the kind set under which they were made, and the hub keeps them all (PROTOCOL § 9)."""
        pair.load_kinds()
        pair.hub.serve()
        client = second.Client(pair.hub.enrol_text(stores.UNIT), "older client")
        self.addCleanup(client.close)
        older = pair.shown["device"]["status"]["kinds"]
        known = {kind["kind"] for kind in client.kind_set(older)["kinds"]}
        today = {kind["kind"] for kind in client.kind_set(client.kinds)["kinds"]}
        self.assertLessEqual(known, today)
        records, _ = client.pull()
        ids = {id for rows in pair.shown["device-2"]["records"].values() for id in rows}
        sent = {id for id in ids if id in records}
        self.assertGreater(len(sent), 40)
        staff = client.staff()["staff"]
        person = next(one for one in staff if one["name"] == stores.INSPECTOR)
        pins = json.loads((programs.SOURCE / "assets/samples/demo-pins.json").read_text())
        acting = second.Person(person["id"], client.ids, client,
                               second.open_seal(person["seal"], pins["staff-li"]))
        client.chain = second.Chain(client.key, client.hub, client.device, older)
        mine = client.ids.next()
        entry = client.chain.put(*acting.body([(mine, "enterprise", {
            "state": "provisional", "name": "旧版客户端煤矿", "provisional": True,
            "provisional_reason": "无证照", "sector": "coal_mine", "area": "140603100",
            "unit": client.unit})]))
        self.assertEqual(client.push([entry]), [])
        records, _ = client.pull()
        self.assertEqual(second.shown(records[mine], "name"), "旧版客户端煤矿")
        for kind in sorted(today - known)[:1]:
            # A kind that this set does not have cannot be judged: it waits for the office.
            entry = client.chain.put(*acting.body([(client.ids.next(), kind, {"state": "x"})]))
            self.assertEqual(client.push([entry]), [entry.id])
        self.verify(pair)


if __name__ == "__main__":
    UPGRADE = sys.argv.pop(1)
    unittest.main(verbosity=2)
