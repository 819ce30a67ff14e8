"""People who are signed in at the office must not go beyond their rights or around the workflow."""

import threading

from attack_world import (AREA_A, Case, act, devices, enterprise, hazard, heads, hub, new, now_ms,
                          sessions, shown, signed, staff, visit, why)
from second_client import Set, compact

import programs


def ended(unit, by=None):
    """Makes a visit that has ended, so that the office can review it. Returns (record, entry that ended it)."""
    mine = enterprise(unit, AREA_A)
    seen, began, held = visit(unit, mine, ["remote"], by)
    assert not held
    entry, held = act(unit, [(seen, "inspection", {
        "state": Set("unsigned", [began]), "ended_at": now_ms(), "outcome": "carried_out",
        "unsigned_reason": "远程"} | signed())], by)
    assert not held
    return seen, mine, entry


class Revocation(Case):
    def test_a_permitted_revocation_works_at_once_by_every_path(self):
        for path in ("devices", "records"):
            device = type(devices["a"])(programs.Hub.enrol_text(hub_of(), AREA_A), path)
            device.head()
            if path == "devices":
                self.done(sessions["county-admin"].ask(
                    "POST", f"/devices/{device.device}/revoke", {"reason": "丢失"}))
            else:
                answer = sessions["county-leader"].step(device.device, "revoked",
                                                        {"revoke_reason": "丢失"})
                if answer[0] != 200:
                    # Refused as a step: then nothing has changed, and the request to revoke must work.
                    device.head()
                    self.done(sessions["county-admin"].ask(
                        "POST", f"/devices/{device.device}/revoke", {"reason": "丢失"}))
            for method, where in (("GET", "/v1/changes"), ("POST", "/v1/entries"),
                                  ("GET", "/v1/head?incarnation=" + "0" * 32)):
                self.assertIn(device.ask(method, where, b"" if method == "POST" else None).status,
                              (401, 403), where)
            again = programs.run("bihuan-hub", "device", "revoke", "--data", hub_of().directory,
                                 "--device", device.device, "--reason", "again", check=False)
            self.assertEqual(again.returncode, 0, again.stderr)
            device.close()

    def test_people_without_the_role_do_not_revoke(self):
        device = devices["b"]
        for name in ("a-admin", "a-leader", "b-reviewer", "b-legal", "county-reviewer"):
            self.refused(sessions[name].ask("POST", f"/devices/{device.device}/revoke",
                                            {"reason": "x"}))
            self.refused(sessions[name].step(device.device, "revoked", {"revoke_reason": "x"}))
        device.head()


def hub_of():
    import attack_world
    return attack_world.hub


class Approval(Case):
    def test_nobody_approves_the_visit_they_led(self):
        import attack_world
        records = {"bihuan-records": 1, "space": "samples", "records": [
            {"name": "a-both", "kind": "staff", "set": {
                "name": "a-both", "unit": {"$ref": "unit-a"}, "state": "active",
                "roles": ["inspector", "reviewer"], "certificate_no": "SLboth",
                "certificate_valid_to": "2040-01-01", "valid_from": "2020-01-01"}}]}
        folder = attack_world.directory / "both"
        folder.mkdir()
        (folder / "people.json").write_text(compact(records))
        (folder / "demo-passwords.json").write_text(
            compact({"a-both": attack_world.password("a-both")}))
        (folder / "demo-pins.json").write_text(compact({"a-both": attack_world.PIN}))
        programs.run("bihuan-hub", "load", "--data", hub_of().directory, "--demo", folder)
        attack_world.open_keys()
        snapshots, _ = devices["county"].pull()
        attack_world.staff["a-both"] = next(
            record for record, snapshot in snapshots.items() if snapshot["kind"] == "staff"
            and attack_world.second.shown(snapshot, "name") == "a-both")
        seen, _, _ = ended("a", "a-both")
        error = self.refused(attack_world.Office("a-both").review(seen, "approve"))
        self.assertIn("带队", error["message"])
        self.assertEqual(shown("a", seen, "state"), "unsigned")
        status, rows = sessions["a-reviewer"].ask("GET", "/inbox?lane=new")
        self.assertIn(seen, [row["id"] for row in rows["rows"]])
        self.done(sessions["a-reviewer"].review(seen, "approve"))
        self.assertEqual(shown("a", seen, "state"), "accepted")

    def test_a_township_does_not_decide_for_the_county(self):
        seen, mine, _ = ended("county")
        for decision in ("approve", "return"):
            self.refused(sessions["a-reviewer"].review(seen, decision, "乡镇"))
            self.refused(sessions["a-leader"].review(seen, decision, "乡镇"))
        self.assertEqual(shown("county", seen, "state"), "unsigned")
        self.done(sessions["county-reviewer"].review(seen, "approve"))

    def test_a_township_does_not_lower_a_major_hazard_of_the_county(self):
        mine = enterprise("county", AREA_A)
        seen, _, _ = visit("county", mine)
        record, found, held = hazard("county", seen, mine, level="major", state="suspected",
                                 mass_casualty_type="large_shift_mine", level_reason="疑似",
                                 criterion="第三条")
        self.assertFalse(held, held and why(found))
        for name in ("a-reviewer", "a-leader", "a-legal"):
            for to in ("found", "confirmed", "withdrawn"):
                self.refused(sessions[name].step(record, to, {"level": "general",
                                                              "level_reason": "降级"}))
            self.refused(sessions[name].review(record, "approve"))
        self.assertEqual(shown("county", record, "state"), "suspected")

    def test_a_legal_reviewer_approves_nothing_unfinished(self):
        mine = enterprise("a", AREA_A)
        seen, _, _ = visit("a", mine)
        record, _, _ = hazard("a", seen, mine)
        for each in (seen, record):
            for name in ("a-legal", "a-reviewer", "county-legal"):
                self.refused(sessions[name].review(each, "approve"))
        self.assertEqual(shown("a", seen, "state"), "on_site")
        self.assertEqual(shown("a", record, "state"), "found")

    def test_an_approval_does_not_cover_later_entries(self):
        seen, _, _ = ended("a")
        covers = sessions["a-reviewer"].covers(seen)
        photo = new("a")
        entry, held = act("a", [(photo, "file", {
            "parent": seen, "role": "photo", "sha256": "ab" * 32, "size": 9,
            "media_type": "image/jpeg"})], files=[{"sha256": "ab" * 32, "size": 9, "type": "image/jpeg"}])
        if not held:  # otherwise an ended visit is locked for photos, and nothing came after what was seen
            self.refused(sessions["a-reviewer"].review(seen, "approve", covers=covers), (409,))
            self.done(sessions["a-reviewer"].review(seen, "approve"))
        else:
            self.done(sessions["a-reviewer"].review(seen, "approve", covers=covers))

    def test_of_several_concurrent_decisions_only_one_counts(self):
        seen, _, _ = ended("a")
        covers = sessions["a-reviewer"].covers(seen)
        answers = []

        def decide(name, decision):
            answers.append(sessions[name].review(seen, decision, "意见", covers)[0])

        threads = [threading.Thread(target=decide, args=arguments) for arguments in
                   (("a-reviewer", "approve"), ("county-reviewer", "return"),
                    ("a-leader", "approve"), ("county-leader", "return"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers)[0], 200)
        self.assertNotIn(200, sorted(answers)[1:])

    def test_a_conflict_of_a_decision_with_a_late_step_can_be_resolved(self):
        mine = enterprise("a", AREA_A)
        seen, began, _ = visit("a", mine, ["remote"])
        self.applied(act("a", [(seen, "inspection", {
            "state": Set("unsigned", [began]), "ended_at": now_ms(), "outcome": "carried_out",
            "unsigned_reason": "远程"} | signed())]))
        self.done(sessions["a-reviewer"].review(seen, "approve"))
        accepted = heads("a", seen, "state")
        late = self.applied(act("a", [(seen, "inspection", {
            "state": Set("cancelled", [began]), "cancel_reason": "误建"})]))
        self.assertEqual(sorted(heads("a", seen, "state")), sorted(accepted + [late]))
        status, content = sessions["a-reviewer"].ask("GET", f"/records/{seen}")
        self.assertTrue(content["conflicts"], "the office is not shown the conflict")
        status, rows = sessions["a-reviewer"].ask("GET", "/inbox?lane=conflict")
        self.assertIn(seen, [row["id"] for row in rows["rows"]])
        choice = {"key": "state", "entry": accepted[0], "heads": accepted + [late]}
        self.refused(sessions["b-leader"].ask("POST", f"/records/{seen}/resolve", choice))
        self.done(sessions["a-leader"].ask("POST", f"/records/{seen}/resolve", choice))
        self.assertEqual(shown("a", seen, "state"), "accepted")
        self.assertEqual(len(heads("a", seen, "state")), 1)
