#!/usr/bin/python3
"""Pushes that are not allowed: each gets the answer that PROTOCOL.md § 5 specifies."""

import json
import os
import threading

import nacl.signing
import zstandard

import second_client as second
import second_verifier as verifier
from second_client import Personal, ZERO_HASH, compact, sha256
from second_world import (Case, World, body, enterprise, exported, flip, fresh, lines, make,
                          new_client, person, signed_again)


class Entries(Case):
    @classmethod
    def setUpClass(cls):
        cls.own = new_client("hostile")

    def setUp(self):
        self.client = self.own

    def test_ten_concurrent_identical_posts_are_stored_once(self):
        chain, entries = make(self.client, 20)
        data, answers = lines(entries), []

        def post():
            answers.append(self.client.post(data))

        threads = [threading.Thread(target=post) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 10)
        for answer in answers:
            self.assertEqual(self.stored(answer, chain), [])
        data = exported().read_bytes().split(b"\n")
        for entry in entries:
            self.assertEqual(data.count(entry.body), 1)

    def test_a_gap_stores_nothing(self):
        chain, entries = make(self.client, 4)
        error = self.expect_error(self.client.post(lines(entries[2:])), 409, "chain")
        self.assertEqual((error["seq"], error["hash"]), (0, ZERO_HASH))
        self.assertEqual(self.client.head(chain.incarnation), (0, ZERO_HASH))
        self.stored(self.client.post(lines(entries)), chain)

    def test_a_gap_is_reported_before_other_errors(self):
        chain, entries = make(self.client, 4)
        entries[3].signature = flip(entries[3].signature)
        error = self.expect_error(self.client.post(lines(entries[1:])), 409, "chain")
        self.assertEqual((error["seq"], error["hash"]), (0, ZERO_HASH))
        self.assertEqual(self.client.head(chain.incarnation), (0, ZERO_HASH))

    def refused(self, entries, index, code):
        """Asserts that the entry at `index` is refused with `code`, and that those before it are stored."""
        error = self.expect_error(self.client.post(lines(entries)), 400, code)
        self.assertEqual(error["index"], index)
        incarnation = second.parse(entries[0].envelope)["incarnation"]
        if index == 0:
            self.assertNotIn("seq", error)
            self.assertNotIn("hash", error)
            self.assertEqual(self.client.head(incarnation), (0, ZERO_HASH))
        else:
            there = index, entries[index - 1].hash
            self.assertEqual((error["seq"], error["hash"]), there)
            self.assertEqual(self.client.head(incarnation), there)

    def test_a_gap_within_a_batch(self):
        _, entries = make(self.client, 4)
        self.refused(entries[:2] + entries[3:], 2, "chain")
        _, entries = make(self.client, 2)
        _, others = make(self.client, 1)
        self.refused(entries + others, 2, "format")

    def test_a_fork_is_refused_and_a_new_incarnation_accepted(self):
        chain, entries = make(self.client, 3)
        self.stored(self.client.post(lines(entries)), chain)
        copy = fresh(self.client)
        copy.incarnation, copy.seq, copy.prev = chain.incarnation, 1, entries[0].hash
        others = [copy.put(*body(self.client)) for _ in range(2)]
        error = self.expect_error(self.client.post(lines([entries[0]] + others)), 409, "fork")
        self.assertEqual((error["seq"], error["hash"]), (1, entries[0].hash))
        error = self.expect_error(self.client.post(lines(others)), 409, "fork")
        self.assertEqual((error["seq"], error["hash"]), (1, entries[0].hash))
        lost = fresh(self.client)
        lost.incarnation, lost.seq, lost.prev = chain.incarnation, 3, "1" * 64
        error = self.expect_error(self.client.post(lost.put(*body(self.client)).lines()), 409, "fork")
        self.assertEqual((error["seq"], error["hash"]), (0, ZERO_HASH))
        self.stored(self.client.post(entries[1].lines()), chain)
        self.assertEqual(self.client.head(chain.incarnation), (3, chain.prev))
        after = fresh(self.client)
        moved = [after.put(entry.body) for entry in entries[1:] + others]
        self.assertEqual(self.stored(self.client.post(lines(moved)), after), [])
        # An entry id has one body: another body with the same id is quarantined.
        changed = json.loads(entries[0].body)
        changed["ops"][0]["set"]["name"] = {"v": "改"}
        liar = after.put(signed_again(self.client, changed))
        self.assertEqual(self.stored(self.client.post(liar.lines()), after), [entries[0].id])
        World.quarantined.discard(entries[0].id)
        records, page = new_client("after the fork").pull()
        for entry in entries + others:
            record = json.loads(entry.body)["ops"][0]["record"]
            self.assertEqual(second.heads_of(records[record], "name"), [entry.id])

    def test_forged_signatures(self):
        for index in (0, 2):
            _, entries = make(self.client, 3)
            entries[index].signature = flip(entries[index].signature)
            self.refused(entries, index, "signature")
        _, entries = make(self.client, 3)
        entries[1].envelope = entries[1].envelope.replace(b'"seq":2', b'"seq": 2')
        self.refused(entries, 1, "signature")
        chain = second.Chain(nacl.signing.SigningKey.generate(), self.client.hub,
                             self.client.device, self.client.kinds)
        self.refused(make(self.client, 1, chain)[1], 0, "signature")
        _, entries = make(self.client, 1)
        entries[0].signature = b"no base64"
        self.refused(entries, 0, "format")

    def test_a_body_with_another_hash(self):
        for index in (0, 1):
            _, entries = make(self.client, 2)
            entries[index].body = entries[index].body.replace("第二".encode(), "第三".encode())
            self.refused(entries, index, "signature")

    def test_envelopes_of_another_hub_or_device(self):
        other = new_client("other").device
        for member, value, code in (
                ("hub", other, "invalid"), ("device", other, "denied"), ("seq", 0, "format"),
                ("seq", "1", "format"), ("format", "bihuan-entry-2", "unknown"),
                ("incarnation", "A" * 32, "format"), ("body", "x", "format"),
                ("more", 1, "format"), ("prev", "1" * 64, "format")):
            chain = fresh(self.client)
            entry = chain.put(*body(self.client), **{member: value})
            error = self.expect_error(self.client.post(entry.lines()), 400, code)
            self.assertEqual(error["index"], 0, member)
            self.assertEqual(self.client.head(chain.incarnation), (0, ZERO_HASH))

    def test_envelopes_that_are_not_plain_json(self):
        data, _ = body(self.client)
        for change in (lambda text: text[:-1] + b',"seq":1}', lambda text: text + b"x",
                       lambda text: b"\xef\xbb\xbf" + text, lambda text: b"[" + text + b"]",
                       lambda text: text.replace(b'"seq":1', b'"seq":1.0'),
                       lambda text: text.replace(b'"seq":1', b'"seq":1e0'),
                       lambda text: text.replace(b'"seq":1', b'"seq":-1'),
                       lambda text: text.replace(b'"seq":1', b'"seq":true'),
                       lambda text: text.replace(b'"seq":1', b'"seq":null'),
                       lambda text: text.replace(b'"seq":1', b'"seq":9223372036854775808'),
                       lambda text: text.replace(b'"seq":1', b'"seq":' + b"9" * 40),
                       lambda text: text.replace(b"bihuan-entry-1", b"bihuan-entry-1\\u0000"),
                       lambda text: text.replace(b'"hub"', b'"h\xffb"'),
                       lambda text: text.replace(b'"hub"', b'"\\ud800"')):
            chain = fresh(self.client)
            envelope = change(chain.put(data).envelope)
            entry = second.Entry(envelope, chain.sign(envelope), data, b"")
            answer = self.client.post(entry.lines())
            self.assertEqual((answer.status, answer.json["index"]), (400, 0), envelope)
            self.assertIn(answer.json["error"], ("format", "unknown"), envelope)

    def test_json_may_be_written_in_any_way(self):
        chain = fresh(self.client)
        members = json.loads(body(self.client)[0])
        members.pop("signed")
        data = person(self.client).sign(json.dumps(members, indent=None).encode())
        envelope = json.loads(chain.put(data).envelope)
        envelope = json.dumps(dict(reversed(envelope.items())), separators=(" , ", " : "))
        envelope = envelope.replace("bihuan", "\\u0062ihuan").encode()
        chain.prev = sha256(envelope)
        entry = second.Entry(envelope, chain.sign(envelope), data, b"")
        self.assertEqual(self.stored(self.client.post(entry.lines()), chain), [])
        self.assertEqual(self.stored(self.client.post(entry.lines()), chain), [])

    def test_two_devices_with_the_same_incarnation_have_separate_chains(self):
        other = new_client("same incarnation")
        mine, theirs = fresh(self.client), fresh(other)
        theirs.incarnation = mine.incarnation
        self.stored(self.client.post(lines(make(self.client, 3, mine)[1])), mine)
        self.stored(other.post(lines(make(other, 2, theirs)[1])), theirs)
        self.assertEqual(self.client.head(mine.incarnation), (3, mine.prev))
        self.assertEqual(other.head(mine.incarnation), (2, theirs.prev))

    def test_broken_batches(self):
        _, entries = make(self.client, 1)
        whole = entries[0].lines()
        self.expect_error(self.client.post(b""), 400, "format")
        for data in (whole[:-1], whole[:500], b"\n\n\n\n", b"{}\n\n\n\n", b"\xff\xfe\n\n\n\n"):
            self.expect_error(self.client.post(data), 400, "format")
        self.expect_error(self.client.post(whole.replace(b"\n", b"\r\n")), 400, "limit")
        for depth in (900, 100000):
            self.expect_error(self.client.post(b"[" * depth + b"\n\n\n\n"), 400, "limit")
        self.expect_error(self.client.post(b"{\0" + whole), 400, "format")
        answer = self.client.ask("POST", "/v1/entries", whole, {"Content-Type": "text/plain"})
        self.expect_error(answer, 415, "format")
        answer = self.client.ask("POST", "/v1/entries", whole, {
            "Content-Type": "application/x-bihuan-entries", "Content-Encoding": "gzip"})
        self.expect_error(answer, 400, "format")

    def quarantined(self, data, openings=b"", name=None, **envelope):
        """Asserts that the entry is acknowledged, is not applied, and does not stop later entries."""
        client = self.client
        chain = fresh(client)
        bad = chain.put(data, openings, **envelope)
        good = chain.put(*body(client))
        name = name or bad.hash
        self.assertEqual(self.stored(client.post(lines([bad, good])), chain), [name])
        self.assertEqual(self.stored(client.post(lines([bad, good])), chain), [name])
        records, page = client.pull()
        listed = [one for one in page["quarantined"] if one["entry"] == name]
        self.assertEqual(len(listed), 1)
        self.assertTrue(listed[0]["reason"])
        self.assertEqual(page["included"][chain.incarnation], 2)
        self.assertIn(json.loads(good.body)["ops"][0]["record"], records)
        try:
            record = json.loads(data)["ops"][0]["record"]
        except (ValueError, RecursionError, LookupError, TypeError):
            return
        self.assertNotIn(record, records)

    def test_bodies_that_cannot_be_read_are_quarantined(self):
        data, _ = body(self.client)
        for bad in (b"no JSON", b"", b"[]", b"[" * 100000, b'{"a":' * 50000,
                    data.replace("第二".encode(), b"\xff\xfe"), data[:-1],
                    data.replace(b'"v":', b'"v":1.5,"x":'), data + b"x",
                    data.replace(b'"by"', b'"id":"x","by"')):
            with self.subTest(bad=bad[:60]):
                self.quarantined(bad)

    def test_bodies_against_the_kinds_are_quarantined(self):
        client, acting = self.client, person(self.client)
        record, kind, values = enterprise(client)
        cases = {
            "unknown kind": (record, "starship", values),
            "unknown field": (record, kind, dict(values, warp="9")),
            "an item of a plain field": (record, kind, {**values, "name/x": "y"}),
            "a transition nobody declared": (record, kind, dict(values, state=second.Set(
                "closed", [client.ids.next()]))),
            "over-long field": (record, kind, dict(values, name="长" * 101)),
            "another type": (record, kind, dict(values, name=5)),
            "open personal value": (record, kind, dict(values, phone="13900000001")),
            "sealed plain value": (record, kind, dict(values, name=Personal("x"))),
            "a state nobody begins in": (record, kind, dict(values, state="closed")),
            "a kind of the hub": (record, "device", {"name": "x"}),
        }
        for what, operation in cases.items():
            with self.subTest(what=what):
                data, openings = acting.body([operation])
                self.quarantined(data, openings, json.loads(data)["id"])

    def test_a_kind_set_the_hub_never_had(self):
        data, _ = body(self.client)
        self.quarantined(data, name=json.loads(data)["id"], kinds="1" * 64)

    def test_a_device_that_acts_as_the_hub(self):
        data, _ = second.Person(self.client.hub, self.client.ids).body([enterprise(self.client)])
        self.quarantined(data, name=json.loads(data)["id"])

    def test_limits_and_rules_of_a_body(self):
        """Each case violates one rule of § 1."""
        client, acting = self.client, person(self.client)
        record, kind, values = enterprise(client)
        declared = {"sha256": "1" * 64, "size": 5, "type": "image/jpeg"}
        deep = 1
        for _ in range(17):
            deep = [deep]
        one, other = client.ids.next(), client.ids.next()

        def changed(**members):
            return acting.body([(record, kind, values)], **members)[0]

        def setting(value):
            return changed(ops=[{"record": record, "kind": kind, "set": {"notes": value}}])

        clock = acting.clock()
        wrong = {
            "65 operations": acting.body([enterprise(client) for _ in range(65)])[0],
            "513 keys": acting.body([(record, kind, {f"f{n}": 1 for n in range(513)})])[0],
            "33 files": changed(files=[dict(declared, sha256=f"{n:064}") for n in range(33)]),
            "no files": changed(observed_ms=1).replace(b'"observed_ms":1', b'"files":[]'),
            "a size of 0": changed(files=[dict(declared, size=0)]),
            "a size over 64 MiB": changed(files=[dict(declared, size=(64 << 20) + 1)]),
            "a type with parameters": changed(files=[dict(declared, type="text/plain; x=1")]),
            "a value too deep": setting({"v": deep}),
            "a fraction": setting({"v": 1.5}),
            "neither v nor c": setting({"was": [one]}),
            "both v and c": setting({"v": "x", "c": "1" * 64}),
            "was without order": setting({"v": "x", "was": [other, one]}),
            "was with a repeat": setting({"v": "x", "was": [one, one]}),
            "an empty was": setting({"v": "x", "was": []}),
            "a commitment of another form": setting({"c": "x"}),
            "an empty set": changed(ops=[{"record": record, "kind": kind, "set": {}}]),
            "no operations": changed(ops=[]),
            "a record twice": acting.body([(record, kind, values)] * 2)[0],
            "a key of another form": acting.body([(record, kind, {"Name": "x"})])[0],
            "a key over 96 bytes": acting.body([(record, kind, {"answers/" + "x" * 90: 1})])[0],
            "an unknown member": changed(more=1),
            "observed_ms of 0": changed(observed_ms=0),
            "hub_ms of 0": changed(clock=dict(clock, hub_ms=0)),
            "a hub_sig without hub_ms": changed(clock={**{name: clock[name] for name in clock
                                                         if name != "hub_ms"},
                                                      "hub_sig": second.to_base64(bytes(64))}),
            "a short hub_sig": changed(clock=dict(clock, hub_ms=5,
                                                  hub_sig=second.to_base64(bytes(63)))),
            "a quality of 3": changed(clock=dict(clock, quality=3)),
            "a long boot_id": changed(clock=dict(clock, boot_id="x" * 37)),
            "a year over 9999": changed(clock=dict(clock, wall_ms=253402300800000)),
            "an id in capitals": changed(id=client.ids.next().upper()),
        }
        for what, data in wrong.items():
            with self.subTest(what=what):
                with self.assertRaises((ValueError, second.ProtocolError)):
                    verifier.check_body(data)
                self.quarantined(data)
        right = {
            "before 1970": changed(clock=dict(clock, wall_ms=-5)),
            "all of a clock": changed(clock=dict(clock, hub_boot_ms=5), observed_ms=1),
            "a hub_sig of somebody else": changed(clock=dict(clock, hub_ms=5,
                                                            hub_sig=second.to_base64(bytes(64)))),
            "64 operations": acting.body([enterprise(client) for _ in range(64)])[0],
        }
        for what, data in right.items():
            with self.subTest(what=what):
                verifier.check_body(data)
                chain = fresh(client)
                data = signed_again(client, dict(json.loads(data), id=client.ids.next()))
                self.assertEqual(self.stored(client.post(chain.put(data).lines()), chain), [])

    def test_openings_that_do_not_fit_are_quarantined(self):
        data, openings = body(self.client, phone=Personal("13900000001"))
        parsed = json.loads(openings)
        wrong = [compact([dict(parsed[0], value='"13900000002"')]), compact(parsed + parsed),
                 compact([dict(parsed[0], op=7)]), "[", "[" * 60000, compact([dict(parsed[0], x=1)])]
        for one in wrong:
            with self.subTest(openings=one[:40]):
                self.quarantined(data, one.encode())

    def test_lines_over_their_limit_and_nul_bytes(self):
        data, _ = body(self.client)
        openings = b"[" + b" " * 65536 + b"]"
        for broken, code in (
                (dict(data=data[:-1] + b" " * 262144 + b"}"), "limit"),
                (dict(data=data, openings=openings), "limit"),
                (dict(data=data.replace(b"coal", b"co\0l")), "format")):
            chain, entries = make(self.client, 1)
            bad = chain.put(broken["data"], broken.get("openings", b""))
            self.refused(entries + [bad], 1, code)

    def test_batches_over_their_limits(self):
        chain, entries = make(self.client, 501)
        self.refused(entries, 500, "limit")
        self.stored(self.client.post(entries[500].lines()), chain)
        big = b"x" * (4 * 1024 * 1024 + 1)
        self.expect_error(self.client.post(big, zstd=False), 413, "limit")
        self.expect_error(self.client.post(big), 413, "limit")
        self.expect_error(self.client.post(os.urandom(2 * 1024 * 1024 + 100)), 413, "limit")

    def test_invalid_zstd_and_decompression_bombs(self):
        headers = {"Content-Type": "application/x-bihuan-entries", "Content-Encoding": "zstd"}

        def post(data):
            return self.client.ask("POST", "/v1/entries", data, headers)

        bomb = zstandard.ZstdCompressor(level=19).compress(b"\0" * (256 * 1024 * 1024))
        self.expect_error(post(bomb), 413, "limit")
        wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(
            window_log=27, enable_ldm=False)).compressobj()
        self.expect_error(post(wide.compress(b"x" * 100) + wide.flush()), 413, "limit")
        _, entries = make(self.client, 1)
        packed = zstandard.ZstdCompressor().compress(entries[0].lines())
        for data in (b"", b"no frame", packed[:-5], packed + b"x", packed + packed):
            self.expect_error(post(data), 400, "format")
