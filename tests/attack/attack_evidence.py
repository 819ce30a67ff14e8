"""Claims must not be taken for proof: times that a device claims, exports verified without the hub's key."""

import time

import programs
from attack_world import AREA_A, Case, act, devices, hub, new, now_ms, sessions, staff, units
from second_client import Person


class Time(Case):
    def test_a_claimed_hub_time_is_not_proof(self):
        day = 86400000
        for shift in (-400 * day, 400 * day, -day):
            clock = {"wall_ms": now_ms() + shift, "boot_ms": 1000000,
                     "boot_id": Person(staff["a-inspector"], devices["a"].ids, None).boot_id,
                     "quality": 0, "hub_ms": now_ms() + shift, "hub_boot_ms": 999000}
            record = new("a")
            _, held = act("a", [(record, "enterprise", {
                "state": "provisional", "name": "回到去年", "provisional": True,
                "provisional_reason": "无证照", "sector": "coal_mine", "area": AREA_A,
                "unit": units["a"]})], clock=clock)
            if held:
                continue
            status, history = sessions["a-reviewer"].ask("GET", f"/records/{record}/history")
            self.assertEqual(status, 200)
            evidence = history["rows"][0]["evidence"]
            year = time.strftime("%Y", time.gmtime((now_ms() + shift) / 1000))
            if evidence.get("exact"):
                self.fail(f"the time that the device claims is shown as exact: {evidence}")
            if shift == -400 * day:
                self.assertFalse(evidence.get("proved_from", evidence.get("from") or "")
                                 .startswith(year) and not evidence.get("claimed"), evidence)
            status, anomalies = sessions["a-admin"].ask("GET", "/anomalies?kind=clock")
            self.assertIn(record, str(anomalies))


class Verify(Case):
    def test_a_self_consistent_export_does_not_give_exit_code_0(self):
        import attack_world
        out = attack_world.directory / "all"
        programs.run("bihuan-hub", "export", "--data", attack_world.hub.directory, "--out", out)
        bare = programs.run("bihuan-hub", "verify", out, check=False)
        self.assertNotIn(bare.returncode, (0, 1, 2, 3, 4, 5), bare.stdout + bare.stderr)
