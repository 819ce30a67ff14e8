"""A release from quarantine must not apply a change that the person could not make directly."""

from attack_world import (AREA_A, AREA_B, OFFICE_ROLES, Case, act, devices, enterprise, hazard,
                          is_given, new, sessions, shown, staff, units, visit)


class Release(Case):
    def nobody_releases(self, entry, names=None):
        for name in names or [f"{unit}-{role}" for unit in ("a", "b", "county")
                              for role in OFFICE_ROLES]:
            self.refused(sessions[name].release(entry))

    def test_a_reviewer_cannot_release_his_own_promotion(self):
        entry = self.held(act("a", [(staff["a-reviewer"], "staff",
                                     {"roles": ["admin", "leader", "legal", "reviewer"]})]))
        self.nobody_releases(entry)
        self.assertEqual(shown("a", staff["a-reviewer"], "roles"), ["reviewer"])

    def test_nobody_releases_new_staff_or_a_move_to_another_unit(self):
        person = new("a")
        for record, values in ((person, {"name": "新人", "unit": units["county"],
                                         "roles": ["admin"], "state": "active"}),
                               (staff["a-township"], {"unit": units["county"]})):
            self.nobody_releases(self.held(act("a", [(record, "staff", values)])))
        self.assertFalse(is_given("a", person))
        self.assertEqual(shown("a", staff["a-township"], "unit"), units["a"])

    def test_nobody_releases_authority_for_a_unit(self):
        before = shown("b", units["b"], "authority")
        entry = self.held(act("b", [(units["b"], "unit", {"authority": ["penalty"]})]))
        self.nobody_releases(entry)
        self.assertEqual(shown("b", units["b"], "authority"), before)

    def test_nobody_releases_a_device_key_or_a_revocation(self):
        other = devices["b"].device
        for values in ({"key": "A" * 43 + "="}, {"state": "revoked"}):
            self.nobody_releases(self.held(act("a", [(other, "device", values)])))
        self.assertEqual(shown("b", other, "state"), "enrolled")
        devices["b"].head()

    def test_nobody_releases_an_inspection_that_begins_as_accepted(self):
        mine = enterprise("a", AREA_A)
        record, entry, held = visit("a", mine, state="accepted")
        self.assertTrue(held)
        self.nobody_releases(entry)
        self.assertFalse(is_given("a", record))

    def test_nobody_releases_records_of_another_township(self):
        mine = enterprise("b", AREA_B, "乙镇煤矿")
        entry = self.held(act("a", [(mine, "enterprise", {"name": "改名煤矿"})]))
        self.nobody_releases(entry)
        self.assertEqual(shown("b", mine, "name"), "乙镇煤矿")

    def test_nobody_releases_a_covert_visit_or_records_below_it(self):
        mine = enterprise("county", AREA_A, "暗访煤矿")
        covert, _, held = visit("county", mine, ["covert"])
        self.assertFalse(held)
        entry = self.held(act("a", [(covert, "inspection", {"released": True})]))
        below, planted, held = hazard("a", covert, mine)
        self.assertTrue(held)
        for each in (entry, planted):
            self.nobody_releases(each, [f"a-{role}" for role in OFFICE_ROLES])
            self.nobody_releases(each, [f"county-{role}" for role in OFFICE_ROLES])
        self.assertFalse(is_given("a", covert))
        self.assertFalse(is_given("a", below))
        self.assertIn(shown("county", covert, "released"), (None, False))

    def test_a_fault_of_data_is_released_only_by_people_with_access(self):
        mine = enterprise("a", AREA_A)
        entry = self.held(act("a", [(mine, "enterprise", {"address": "长" * 300})]))
        self.refused(sessions["b-reviewer"].release(entry))
        self.done(sessions["a-reviewer"].release(entry))
        self.assertEqual(shown("a", mine, "address"), "长" * 300)
        self.refused(sessions["a-reviewer"].release(entry))

    def test_a_refused_release_leaves_everything_as_it_was(self):
        mine = enterprise("b", AREA_B)
        entry = self.held(act("a", [(mine, "enterprise", {"address": "长" * 300})]))
        self.nobody_releases(entry)
        status, detail = sessions["county-reviewer"].ask("GET", f"/quarantine/{entry}")
        self.assertEqual(status, 200, detail)
        self.assertFalse(detail["may_decide"] and detail.get("may_release", False))
