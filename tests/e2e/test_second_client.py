#!/usr/bin/python3
"""The second client (second_client.py) does the whole job against a real hub, then everything that a
client must not do. Each wrong request gets the answer that PROTOCOL.md specifies and affects nobody else."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import nacl.signing

import second_client as second
import second_verifier as verifier
import second_world
from hostile_entries import Entries
from hostile_files import Doors, Enrolment, Files
from second_client import Personal, Set, ZERO_HASH, sha256
from second_world import (AREA, Case, Office, World, enterprise, exported, flip, make,
                          new_client, person, programs)


class Vector(unittest.TestCase):
    def test_the_example_entry_of_the_document_verifies(self):
        path = programs.SOURCE / "tests/schema/fixtures/entry-1.json"
        vector = json.loads(path.read_text(encoding="utf-8"))
        key = nacl.signing.SigningKey(second.from_base64(vector["secret_seed"], 32))
        self.assertEqual(second.to_base64(key.verify_key.encode()), vector["public_key"])
        envelope = vector["envelope"].encode()
        signature = second.from_base64(vector["signature"], 64)
        self.assertEqual(sha256(envelope), vector["envelope_sha256"])
        self.assertTrue(second.signature_fits(key.verify_key.encode(), "bihuan/entry/1", envelope,
                                              signature))
        self.assertEqual(key.sign(second.signed_text("bihuan/entry/1", envelope)).signature,
                         signature)
        self.assertEqual(verifier.check_envelope(envelope)["body"], sha256(vector["body"].encode()))
        read = verifier.check_body(vector["body"].encode())
        openings = verifier.check_openings(vector["openings"].encode(), read)
        self.assertEqual(openings[(0, "responsible_person")][1], '"王小明"')
        for at in range(0, len(envelope), 7):
            self.assertFalse(second.signature_fits(
                key.verify_key.encode(), "bihuan/entry/1",
                envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1:], signature))


class Job(Case):
    def test_the_whole_job(self):
        client = new_client("whole job")
        self.assertEqual(client.head(), (0, ZERO_HASH))
        records, page = client.pull(limit=7)
        self.assertIn(client.unit, records)
        self.assertEqual((page["included"], page["quarantined"]), ({}, []))
        kinds = client.kind_set(client.kinds)
        self.assertIn("hazard", [kind["kind"] for kind in kinds["kinds"]])

        photo = os.urandom(2 * 1024 * 1024 + 4321)
        mine = enterprise(client, phone=Personal("13900000001"))
        file = client.ids.next(), "file", {
            "parent": mine[0], "role": "photo", "sha256": sha256(photo), "size": len(photo),
            "media_type": "image/jpeg", "source": "camera"}
        declared = {"sha256": sha256(photo), "size": len(photo), "type": "image/jpeg"}
        acting = person(client)
        entries = [client.chain.put(*acting.body([mine])),
                   client.chain.put(*acting.body([file], files=[declared]))]
        for number in range(600):
            # More entries than a batch holds (500), so a second one is needed.
            entries.append(client.chain.put(*acting.body(
                [(client.ids.next(), "site", {"enterprise": mine[0], "name": f"工作面{number}",
                                              "site_type": "face"})])))
        self.assertEqual(client.push(entries), [])
        self.assertEqual(client.head(), (client.chain.seq, client.chain.prev))
        self.assertEqual(client.push(entries[-40:]), [], "a repeat is success")

        self.assertEqual(client.upload(photo), 3)
        self.assertEqual(client.upload(photo), 0, "nothing left to send")
        self.assertEqual(client.download(sha256(photo)), photo)
        self.assertEqual(client.download(sha256(photo), 1000, 2999), photo[1000:3000])

        records, page = client.pull(limit=100)
        self.assertEqual(page["included"], {client.chain.incarnation: client.chain.seq})
        self.assertEqual(second.shown(records[mine[0]], "phone"), "13900000001")
        self.assertEqual(sum(record["kind"] == "site" and
                             second.shown(record, "enterprise") == mine[0]
                             for record in records.values()), 600)
        again, page = client.pull()
        self.assertEqual((page["records"], again), ([], records))

    def test_a_second_client_receives_records_and_concurrent_changes_conflict(self):
        one, other = new_client("one"), new_client("other")
        mine = enterprise(one)
        first = one.chain.put(*person(one).body([mine]))
        one.push([first])
        records, _ = other.pull()
        self.assertEqual(second.shown(records[mine[0]], "name"), mine[2]["name"])
        ids = []
        for client, name in ((one, "甲"), (other, "乙")):
            entry = client.chain.put(*person(client).body(
                [(mine[0], "enterprise", {"name": Set(name, [first.id])})]))
            client.push([entry], zstd=False)
            ids.append(entry.id)
        records, _ = one.pull()
        self.assertEqual(second.heads_of(records[mine[0]], "name"), sorted(ids, reverse=True))
        entry = one.chain.put(*person(one).body(
            [(mine[0], "enterprise", {"name": Set("丙", ids)})]))
        one.push([entry])
        records, _ = other.pull()
        self.assertEqual(second.heads_of(records[mine[0]], "name"), [entry.id])
        self.assertEqual(second.shown(records[mine[0]], "name"), "丙")

    def test_a_replaced_entry_may_arrive_after_its_successor(self):
        one, other = new_client("early"), new_client("late")
        mine = enterprise(one)
        one.push([one.chain.put(*person(one).body([mine]))])
        acting = person(other)
        late = other.chain.put(*acting.body([(mine[0], "enterprise", {"notes": "旧"})]))
        early = one.chain.put(*person(one).body(
            [(mine[0], "enterprise", {"notes": Set("新", [late.id])})]))
        one.push([early])
        records, _ = one.pull()
        self.assertEqual(records[mine[0]]["keys"]["notes"],
                         {"heads": [{"e": early.id, "v": "新"}], "pending": [late.id]})
        other.push([late])
        records, _ = one.pull()
        self.assertEqual(records[mine[0]]["keys"]["notes"],
                         {"heads": [{"e": early.id, "v": "新"}]})

    def test_a_value_is_cleared(self):
        one = new_client("clear")
        mine = enterprise(one, notes="备注", phone=Personal("13900000001"))
        first = one.chain.put(*person(one).body([mine]))
        second_entry = one.chain.put(*person(one).body(
            [(mine[0], "enterprise", {"notes": Set(None, [first.id]),
                                      "phone": Set(None, [first.id])})]))
        self.assertEqual(one.push([first, second_entry]), [])
        records, _ = one.pull()
        for key in ("notes", "phone"):
            self.assertEqual(records[mine[0]]["keys"][key]["heads"],
                             [{"e": second_entry.id, "v": None}])

    def test_the_version_of_the_staff_comes_with_the_last_page(self):
        _, page = self.client.pull()
        _, again = self.client.pull()
        self.assertEqual(page["staff"], again["staff"])
        programs.run("bihuan-hub", "staff", "add", "--data", World.hub.directory, "--name", "新人",
                     "--unit", "140603100", "--roles", "township")
        _, page = self.client.pull()
        self.assertNotEqual(page["staff"], again["staff"])
        self.assertIn("新人", [one["name"] for one in self.client.staff()["staff"]])

    def test_staff_are_sealed_for_this_device_alone(self):
        sealed = self.client.staff()
        self.assertTrue(sealed["made_ms"] > 0)
        self.assertTrue(World.staff["seal"].startswith("BHP1:"))
        sealed = second.from_base64(self.client.get("/v1/staff").json["sealed"])
        stranger = nacl.signing.SigningKey.generate().to_curve25519_private_key()
        with self.assertRaises(second.nacl.exceptions.CryptoError):
            second.nacl.public.SealedBox(stranger).decrypt(sealed)

    def test_a_server_with_another_key_gets_nothing(self):
        line = second.Line(self.client.url, {b"\0" * 32}, self.client.hub)
        with self.assertRaisesRegex(second.ProtocolError, "pinned"):
            line.ask("GET", "/v1/head")

    def test_a_cursor_of_another_hub_starts_from_the_beginning(self):
        for cursor in ("x", "1.2.3.4", "9" * 300, "%00", "1..d.-1"):
            answer = self.client.ask("GET", "/v1/changes?limit=3&cursor=" + cursor)
            if cursor == "%00":
                self.expect_error(answer, 400, "format")
                continue
            self.assertEqual((answer.status, answer.json["reset"]), (200, True), cursor)
        for limit in ("0", "501", "-1", "x", ""):
            self.expect_error(self.client.ask("GET", "/v1/changes?limit=" + limit), 400, "format")

    def test_a_plaque_verifies(self):
        records, _ = World.good.pull()
        mine = next(record for record in records.values() if record["kind"] == "enterprise"
                    and second.shown(record, "area") == AREA)
        office = Office("staff-sun", "bihuan-review-1")
        office.ask("POST", "/office/v1/plaques", {"enterprises": [mine["record"]]})
        records, _ = World.good.pull()
        plaque = next(record for record in records.values() if record["kind"] == "plaque"
                      and second.shown(record, "enterprise") == mine["record"])
        text = second.shown(plaque, "text")
        read = second.Plaque(text, self.client.plaque_keys)
        self.assertEqual((read.type, read.hub, read.enterprise, read.serial),
                         ("E", self.client.hub, mine["record"], second.shown(plaque, "serial")))
        made = office.ask("GET", f"/office/v1/plaques?first={read.serial}")["rows"][0]
        self.assertEqual(int(made["code"].replace("-", "")) // 100, read.serial)
        self.assertEqual(int(made["code"].replace("-", "")) % 97, 1)
        forged = text[:-1] + ("0" if text[-1] != "0" else "1")
        with self.assertRaises(second.ProtocolError):
            second.Plaque(forged, self.client.plaque_keys)


class Export(Case):
    def test_a_changed_file_does_not_verify(self):
        client = new_client("exported")
        client.push(make(client, 3, client.chain)[1])
        data = exported().read_bytes()
        key = self.client.hub_key
        parts = data.split(b"\n")
        first = parts.index(b"E")
        body_line, other = first + 3, first + 6
        changes = [
            data[:-1], data + b"x\n", data.replace(b'"made_ms":1', b'"made_ms":2', 1),
            b"\n".join(parts[:body_line] + [parts[body_line].replace(b'"v":', b'"v": ', 1)]
                       + parts[body_line + 1:]),
            b"\n".join(parts[:first] + parts[first + 5:]),
            b"\n".join(parts[:other] + [flip(parts[other])] + parts[other + 1:]),
            b"\n".join(parts[:-2]) + b"\n",
        ]
        for changed in changes:
            report = verifier.Verifier(key).verify(changed)
            self.assertEqual(report.verdict, "broken")
            path = pathlib.Path(World.directory) / "changed"
            path.write_bytes(changed)
            done = programs.run("bihuan-hub", "verify", path, check=False)
            self.assertEqual(done.returncode, 5, done.stdout)
        report = verifier.Verifier().verify(data)
        self.assertEqual(report.verdict, "self-consistent")

    def test_a_script_does_not_mistake_a_file_without_a_key_for_authentic(self):
        """Both verifiers end with an exit code other than 0 unless the file is proved by a given key."""
        client = new_client("exported for a script")
        client.push(make(client, 3, client.chain)[1])
        path, key = exported(), second.to_base64(client.hub_key)
        changed = path.with_name("changed")
        changed.write_bytes(path.read_bytes().replace(b'"made_ms":1', b'"made_ms":2', 1))
        other = second.to_base64(bytes(32))
        for code, words in ((0, [path, key]), (6, [path]), (5, [path, other]), (5, [changed]),
                            (5, [changed, key])):
            ours = programs.run("bihuan-hub", "verify", words[0],
                                *["--hub-key" for _ in words[1:]], *words[1:], check=False)
            theirs = subprocess.run([sys.executable, verifier.__file__, *map(str, words)],
                                    capture_output=True, text=True, check=False)
            self.assertEqual((ours.returncode, theirs.returncode), (code, code),
                             (ours.stdout, theirs.stdout, theirs.stderr))


class OneCase(Case):
    """The exported case of one inspection, whose device has done other work as well."""

    def visit(self):
        client = new_client("visit")
        acting = person(client)
        mine, other = enterprise(client, "本案煤矿"), enterprise(client, "别案煤矿", notes="别案内情")
        inspection, hazard, file = (client.ids.next() for _ in range(3))
        photo = os.urandom(5000)
        declared = {"sha256": sha256(photo), "size": len(photo), "type": "image/jpeg"}
        lost = {"sha256": sha256(b"lost"), "size": 4, "type": "video/mp4"}
        bodies = [
            acting.body([mine]), acting.body([other]),
            acting.body([(inspection, "inspection", {
                "enterprise": mine[0], "modes": ["routine"], "unit": client.unit,
                "lead": World.staff["id"], "started_at": 1795258740000, "state": "on_site"})]),
            acting.body([(other[0], "enterprise", {"notes": "别案内情之二"})]),
            acting.body([(hazard, "hazard", {
                "inspection": inspection, "enterprise": mine[0], "summary": "本案隐患",
                "level": "general", "responsible_person": Personal("张保密"), "state": "found"}),
                         (file, "file", {
                             "parent": hazard, "role": "photo", "sha256": declared["sha256"],
                             "size": len(photo), "media_type": "image/jpeg"})],
                        files=[declared, lost])]
        bodies += [acting.body([enterprise(client, f"别案煤矿{number}")]) for number in range(300)]
        self.assertEqual(client.push([client.chain.put(*each) for each in bodies]), [])
        client.upload(photo)
        return client, inspection, photo

    def exported(self, inspection, *options):
        path = pathlib.Path(World.directory) / "case.zip"
        programs.run("bihuan-hub", "export", "--data", World.hub.directory, "--record", inspection,
                     "--out", path, *options)
        verified = json.loads(programs.run("bihuan-hub", "verify", path, "--hub-key",
                                           second.to_base64(self.client.hub_key), "--json").stdout)
        return path, verified

    def test_a_stranger_can_verify_one_case_and_sees_no_other(self):
        client, inspection, photo = self.visit()
        path, verified = self.exported(inspection)
        data = path.read_bytes()
        stranger = verifier.CaseVerifier(client.hub_key)
        report = stranger.verify(data)
        self.assertEqual(report.problems, [])
        self.assertEqual((verified["verdict"], report.verdict), ("authentic", "authentic"))
        self.assertEqual((verified["entries"], verified["withheld"], verified["doubtful"]),
                         (report.entries, report.withheld, report.doubtful))
        self.assertEqual(verified["times"], report.times)
        for name in verified["times"]:
            self.assertGreater(verified["times"][name], 0, verified["times"])
        self.assertEqual((verified["case"]["gaps"], verified["case"]["files"], verified["case"]["files_missing"]),
                         (stranger.gaps, 2, 1))
        self.assertEqual(stranger.missing, 1)
        self.assertEqual(list(stranger.spans().values()), [(3, 5)])
        self.assertEqual((report.withheld, stranger.header["record"]), (1, inspection))
        self.assertEqual(stranger.heads[client.device, client.chain.incarnation][0], 5,
                         "what came later is not needed")
        members = dict(stranger.members)
        self.assertEqual(members[f"files/{sha256(photo)}.jpg"], photo)
        page = members["index.html"].decode()
        for text in ("本案煤矿", "本案隐患", "张保密", sha256(photo), sha256(b"lost"), "缺"):
            self.assertIn(text, page)
        self.assertIn("张保密".encode(), data)
        self.assertNotIn("别案".encode(), data)
        alone = verifier.CaseVerifier(client.hub_key)
        text = verifier.unpacked(data)[0][-1][1]
        self.assertEqual((alone.verify(text).verdict, alone.members), ("authentic", None))

    def test_personal_values_stay_out_and_the_signatures_still_hold(self):
        client, inspection, _ = self.visit()
        path, verified = self.exported(inspection, "--without-personal")
        self.assertEqual((verified["verdict"], verified["case"]["personal"]), ("authentic", False))
        self.assertEqual(verifier.CaseVerifier(client.hub_key).verify(path.read_bytes()).verdict,
                         "authentic")
        self.assertNotIn("张保密".encode(), path.read_bytes())

    def test_T10_both_verifiers_notice_every_change(self):
        client, inspection, _ = self.visit()
        path, _ = self.exported(inspection)
        data = path.read_bytes()
        members, stamp = verifier.unpacked(data)
        changes = [verifier.packed_again(members[:1] + members[2:], stamp),
                   verifier.packed_again(members[1:], stamp),
                   verifier.packed_again([members[1], members[0], *members[2:]], stamp),
                   verifier.packed_again([members[0], members[0], *members[1:]], stamp),
                   verifier.packed_again(members, stamp ^ 1), data[:-1], data + b"\0"]
        changes += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
                    for at in range(0, len(data), len(data) // 300)]
        for number, changed in enumerate(changes):
            report = verifier.CaseVerifier(client.hub_key).verify(changed)
            self.assertEqual(report.verdict, "broken", number)
            if number > 20 and number % 10:
                continue
            path.write_bytes(changed)
            done = programs.run("bihuan-hub", "verify", path, check=False)
            self.assertEqual(done.returncode, 5, (number, done.stdout))


class Afterwards(Case):
    def test_the_hubs_log_has_no_internal_error(self):
        """An error answer does not show a failed assertion, an internal error or a sanitizer report; the log does."""
        log = pathlib.Path(World.hub.log).read_text(encoding="utf-8", errors="replace")
        for word in ("CRITICAL", "WARNING", "ERROR", "Sanitizer", "runtime error"):
            self.assertNotIn(word, log)

    def test_a_well_behaved_client_still_works_and_the_file_verifies(self):
        client = new_client("afterwards")
        chain, entries = make(client, 30, client.chain)
        self.assertEqual(client.push(entries), [])
        self.assertEqual(client.head(), (30, chain.prev))
        records, _ = client.pull()
        path = exported()
        verified = json.loads(programs.run("bihuan-hub", "verify", path, "--hub-key",
                                           second.to_base64(client.hub_key), "--json").stdout)
        report = verifier.Verifier(client.hub_key).verify(path.read_bytes())
        self.assertEqual(report.problems, [])
        self.assertEqual((verified["verdict"], report.verdict), ("authentic", "authentic"))
        self.assertEqual((verified["entries"], verified["withheld"], verified["doubtful"]),
                         (report.entries, report.withheld, report.doubtful))

        fold = verifier.Fold()
        for each, openings in report.folded:
            if each["id"] not in World.quarantined:
                fold.apply(each, openings)
        for record, snapshot in records.items():
            self.assertEqual(verifier.without_openings(fold.snapshot(record)),
                             verifier.without_openings(snapshot))


class Guessing(Case):
    """Runs last, because this address cannot enrol for a minute afterwards."""

    def test_guesses_of_enrolment_texts_are_slowed_down(self):
        for _ in range(25):
            answer = self.client.line().ask("POST", "/v1/enrol", b"{}")
            if answer.status == 429:
                break
            self.expect_error(answer, 400, "format")
        self.expect_error(answer, 429, "busy")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.client.staff()


def load_tests(loader, tests, pattern):
    """The order matters: the last tests check the state after all others."""
    suite = unittest.TestSuite()
    for case in (Vector, Export, Job, Enrolment, Entries, Files, Doors, Afterwards, Guessing):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    # One hub for the tests of all modules.
    second_world.start()
    try:
        unittest.main(verbosity=2)
    finally:
        second_world.stop()
