"""Records that somebody may not see must not reach them by any route; entries of one device must not
prevent another from working."""

import json
import urllib.parse

import second_client as second
from attack_world import (AREA_A, AREA_B, OFFICE_ROLES, Case, act, devices, enterprise, is_given,
                          new, now_ms, sessions, staff, units, visit)

MARK = "暗访标记七七"


def declared(data):
    return {"sha256": second.sha256(data), "size": len(data), "type": "image/jpeg"}


def everything(session, records=()):
    """Returns all answers of the office's API to a person, by path."""
    paths = ["/head", "/filters", "/enterprises", "/devices", "/access", "/anomalies", "/plaques",
             "/inbox?search=" + urllib.parse.quote(MARK),
             "/enterprises?search=" + urllib.parse.quote(MARK)]
    paths += [f"/inbox?lane={lane}" for lane in ("new", "returned", "answered", "conflict",
                                                 "quarantine", "accepted")]
    for record in records:
        paths += [f"/records/{record}", f"/records/{record}/history", f"/records/{record}/case",
                  f"/quarantine/{record}"]
    answers = {}
    for path in paths:
        status, content = session.ask("GET", path)
        answers[path] = content if isinstance(content, bytes) else json.dumps(
            content, ensure_ascii=False).encode()
    return answers


# One number in eight spellings.
ALIKE = ["平应急-2026-B0010", "平应急-2026-B0010 ", "平应急－2026－B0010", "平应急\u20112026\u2011B0010",
         "平应急-\u200b2026-B0010", "平应急\u00a0-2026-B0010", "平应急-2026-b0010", "平应急-2026-BOO1O"]

class Visibility(Case):
    def assert_unseen(self, unit, marks, records=(), asked=()):
        for role in OFFICE_ROLES:
            for path, data in everything(sessions[f"{unit}-{role}"], list(records) + list(asked)
                                         ).items():
                for mark in marks:
                    # An answer may repeat the id or text that was in the request.
                    if mark in path:
                        continue
                    self.assertNotIn(mark.encode(), data, f"{unit}-{role} {path}")
        snapshots, _ = devices[unit].pull()
        for record in records:
            self.assertNotIn(record, snapshots)
        for mark in marks:
            self.assertNotIn(mark, json.dumps(snapshots, ensure_ascii=False))

    def test_a_scan_does_not_reveal_a_covert_visit(self):
        mine = enterprise("county", AREA_A, "被暗访煤矿")
        scan = new("county")
        self.applied(act("county", [(scan, "scan", {
            "scanned_at": now_ms(), "scanned_by": staff["county-inspector"], "outcome": "known",
            "means": "camera", "enterprise": mine})]))
        covert, _, held = visit("county", mine, ["covert"])
        self.assertFalse(held)
        self.assertTrue(is_given("county", scan))
        self.assert_unseen("a", [scan, covert], [scan, covert], [mine])

    def test_a_covert_visit_is_hidden_in_the_quarantine_too(self):
        mine = enterprise("county", AREA_A, "又一煤矿")
        covert, _, held = visit("county", mine, ["covert"], place_note=MARK)
        self.assertFalse(held)
        over, held = act("county", [(covert, "inspection", {"opinion": MARK + "长" * 5000})])
        self.assertTrue(held)
        self.assert_unseen("a", [MARK, covert, over], [covert], [mine])
        self.assert_unseen("b", [MARK, covert, over], [covert], [mine])

    def test_history_shows_nothing_that_the_quarantine_lane_hides(self):
        mine = enterprise("a", AREA_A, "有隔离煤矿")
        entry, held = act("a", [(mine, "enterprise", {"address": MARK * 60})])
        self.assertTrue(held)
        status, _ = sessions["a-legal"].ask("GET", f"/quarantine/{entry}")
        self.assertIn(status, (403, 404))
        status, history = sessions["a-legal"].ask("GET", f"/records/{mine}/history")
        self.assertEqual(status, 200)
        self.assertNotIn(MARK, json.dumps(history, ensure_ascii=False))

    def test_plaques_are_shown_to_the_units_that_serve_them(self):
        mine = enterprise("a", AREA_A, "有牌煤矿")
        self.done(sessions["a-reviewer"].ask("POST", "/plaques", {"enterprises": [mine]}))
        status, plaques = sessions["a-reviewer"].ask("GET", "/plaques")
        serials = [row["serial"] for row in plaques["rows"]]
        self.assertTrue(serials)
        for name in ("b-reviewer", "b-admin", "b-leader", "b-legal"):
            status, plaques = sessions[name].ask("GET", "/plaques")
            self.assertFalse(set(serials) & {row["serial"] for row in plaques.get("rows", [])}, name)
            for serial in serials:
                self.refused(sessions[name].ask("GET", f"/plaques/{serial}/qr.svg"))

    def test_records_below_a_missing_parent_are_shown_to_their_device_only(self):
        parent, child = new("a"), new("a")
        photo = b"photo of a"
        named = {"sha256": second.sha256(photo), "size": len(photo), "media_type": "image/jpeg"}
        self.applied(act("a", [(child, "file", {"parent": parent, "role": "photo", **named})],
                         files=[declared(photo)]))
        devices["a"].upload(photo)
        self.assertEqual(devices["a"].download(named["sha256"]), photo)
        self.assertFalse(is_given("b", child))
        with self.assertRaises(second.Refused):
            devices["b"].download(named["sha256"])

    def test_a_wrong_size_declared_by_one_device_does_not_block_another(self):
        mine, photo = enterprise("a", AREA_A), b"a photo that b knows the hash of"
        name = second.sha256(photo)
        theirs = enterprise("b", AREA_B)
        act("b", [(new("b"), "file", {"parent": theirs, "role": "photo", "sha256": name,
                                      "size": 1, "media_type": "image/jpeg"})],
            files=[{"sha256": name, "size": 1, "type": "image/jpeg"}])
        named = {"sha256": name, "size": len(photo), "media_type": "image/jpeg"}
        self.applied(act("a", [(new("a"), "file", {"parent": mine, "role": "photo", **named})],
                         files=[declared(photo)]))
        devices["a"].upload(photo)
        self.assertEqual(devices["a"].download(name), photo)
        with self.assertRaises(second.Refused):
            devices["b"].download(name)

    def test_numbers_that_look_alike_are_reported_as_duplicates(self):
        records = []
        for spelling in ALIKE:
            records.append(new("a"))
            act("a", [(records[-1], "enterprise", {
                "state": "provisional", "name": "形近煤矿", "provisional": True, "provisional_reason": "无证照",
                "sector": "coal_mine", "area": AREA_A, "unit": units["a"], "short_code": spelling})])
        status, anomalies = sessions["a-admin"].ask("GET", "/anomalies?kind=number")
        text = json.dumps(anomalies, ensure_ascii=False)
        given = [record for record in records if is_given("a", record)]
        self.assertGreaterEqual(len(given), 2)
        for record in given:
            self.assertIn(record, text)

    def test_numbers_that_a_device_made_up_are_replaced(self):
        mine = enterprise("a", AREA_A)
        seen, _, _ = visit("a", mine)
        documents = []
        for spelling in ALIKE:
            documents.append(new("a"))
            act("a", [(documents[-1], "document", {
                "inspection": seen, "enterprise": mine, "doc_type": "onsite_record",
                "title": "记录", "number": spelling, "drafted_by": staff["a-inspector"],
                "state": "draft"})])
        snapshots, _ = devices["a"].pull()
        numbers = [second.shown(snapshots[one], "number") for one in documents if one in snapshots]
        self.assertGreaterEqual(len(numbers), 2)
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertFalse(set(numbers) & set(ALIKE))

    def test_an_id_from_the_far_future_does_not_win(self):
        mine = enterprise("a", AREA_A, "现名")
        far = "ffffffff-ffff-7fff-bfff-ffffffffffff"
        _, held = act("a", [(mine, "enterprise", {"name": "未来名"})], id=far)
        snapshots, _ = devices["a"].pull()
        self.assertEqual(second.shown(snapshots[mine], "name"), "现名")
        self.applied(act("a", [(mine, "enterprise", {
            "name": second.Set("后名", second.heads_of(snapshots[mine], "name"))})]))
        snapshots, _ = devices["a"].pull()
        self.assertEqual(second.shown(snapshots[mine], "name"), "后名")
