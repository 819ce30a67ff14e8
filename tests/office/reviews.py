"""The meaning and extent of reviews, and the revocation of a device. Run by test_api.py on its hub."""

import unittest

from hub import Client

HUB = None


def signed_in(login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


def view_of(client, name):
    return client.ask("GET", f"/office/v1/records/{HUB.told[name]}")[1]


def act(client, name, what, body):
    status, content, _ = client.ask("POST", f"/office/v1/records/{HUB.told[name]}/{what}", body)
    return status, content


class WorkByReview(unittest.TestCase):
    def test_what_came_since_is_named_with_its_writer(self):
        sun = signed_in()
        path = f"/office/v1/records/{HUB.told['second']}"
        covers = view_of(sun, "second")["covers"]
        self.assertEqual(sun.ask("GET", f"{path}/news?since={covers}")[1], {"rows": [], "more": False})
        HUB.do("concur second")
        row, = sun.ask("GET", f"{path}/news?since={covers}")[1]["rows"]
        self.assertEqual((row["by"], row["own"]), ("李样例", False))
        self.assertIn("后补的证明", row["title"] + str(row["sets"]))
        self.assertGreater(len(sun.ask("GET", f"{path}/news?since=none")[1]["rows"]), 2)
        far = signed_in("staff-far")
        self.assertEqual(far.ask("GET", f"/office/v1/records/{HUB.told['covert']}/news?since={covers}")[0], 404)

    def test_the_key_of_drafts_is_one_persons_own(self):
        keys = [signed_in(login).ask("GET", "/office/v1/session")[1]["drafts"]
                for login in ("staff-sun", "staff-sun", "staff-zhou")]
        self.assertEqual(keys[0], keys[1])
        self.assertNotEqual(keys[0], keys[2])
        self.assertRegex(keys[0], "^[0-9a-f]{64}$")

    def test_a_comment_of_blanks_is_none_and_is_kept_without_blanks(self):
        sun = signed_in()
        covers = view_of(sun, "second")["covers"]
        for blank in ("", " ", "\u3000", "\u00a0\u200b", "\ufeff\n\u2800"):
            status, content = act(sun, "second", "review",
                                  {"decision": "return", "covers": covers, "comment": blank})
            self.assertEqual((status, content["error"]), (400, "invalid"), repr(blank))
        status, content = act(sun, "second", "review", {
            "decision": "return", "covers": covers, "comment": "\u3000\u200b请补照片\n一张\u00a0\u3000"})
        self.assertEqual(status, 200, content)
        self.assertEqual(view_of(sun, "second")["reviews"][0]["comment"], "请补照片\n一张")

    def test_what_waits_for_a_step_is_not_approved_and_stays_in_the_inbox(self):
        sun = signed_in()
        view = view_of(sun, "major")
        self.assertEqual((view["may_approve"], view["may_return"]), (False, True))
        self.assertIn("疑似重大", view["not_approved"])
        status, content = act(sun, "major", "review", {"decision": "approve", "covers": view["covers"]})
        self.assertEqual((status, content["error"]), (400, "invalid"))
        self.assertIn("下一步", content["message"])
        self.assertEqual(view_of(sun, "major")["review"], "new")
        self.assertIn("step/confirmed", [step["act"] for step in view["acts"]])

    def test_nothing_of_a_visit_that_goes_on_is_reviewed(self):
        rows = signed_in().ask("GET", "/office/v1/ledger?kind=hazard&name=rectification")[1]["rows"]
        path = "/office/v1/records/" + next(row["id"] for row in rows if row["title"].endswith(" 30 天"))
        for client in (signed_in(), signed_in("staff-zheng")):
            view = client.ask("GET", path)[1]
            body = {"decision": "approve", "covers": view["covers"]}
            self.assertEqual((view["may_approve"], view["may_return"]), (False, False))
            self.assertEqual(client.ask("POST", f"{path}/review", body)[0], 400)

    def test_what_comes_below_between_look_and_approval_and_after_it_is_looked_at_again(self):
        sun = signed_in()
        HUB.do("more")
        body = {"decision": "approve", "covers": view_of(sun, "more")["covers"]}
        HUB.do("photo more")
        status, content = act(sun, "more", "review", body)
        self.assertEqual((status, content["error"]), (409, "chain"))
        body["covers"] = view_of(sun, "more")["covers"]
        self.assertEqual(act(sun, "more", "review", body)[0], 200)
        self.assertEqual(view_of(sun, "more")["review"], "accepted")
        HUB.do("photo more")
        view = view_of(sun, "more")
        self.assertEqual((view["state"], view["review"], view["may_approve"]), ("accepted", "new", True))
        self.assertEqual([row["kind_label"] for row in view["changed_since"]["rows"]], ["附件"])

    def test_counts_are_of_all_pages_and_of_what_the_reader_may_see(self):
        near, far = signed_in(), signed_in("staff-far")
        for query in ("list=inbox&lane=new", "list=inbox&lane=new&kind=hazard", "list=enterprises",
                      "list=enterprises&group=coal_mine", "list=ledger&kind=hazard&name=overdue",
                      "list=inbox&lane=quarantine"):
            path, _, rest = query.removeprefix("list=").partition("&")
            for client in (near, far):
                rows = client.ask("GET", f"/office/v1/{path}?{rest}")[1]["rows"]
                self.assertLess(len(rows), 100)
                counted = client.ask("GET", f"/office/v1/count?{query}")[1]
                self.assertEqual((counted["total"], counted["more"]), (len(rows), False), query)
        for query in ("list=inbox&lane=x", "list=ledger", "list=x", ""):
            self.assertEqual(near.ask("GET", f"/office/v1/count?{query}")[0], 400, query)

    def test_what_a_view_leaves_out_is_said(self):
        sun = signed_in()
        sun.ask("POST", "/office/v1/plaques", {"enterprises": [HUB.told["enterprise"]]})
        path = f"/office/v1/records/{HUB.told['enterprise']}"
        before = {group["kind"]: group for group in sun.ask("GET", path)[1]["related"]}
        HUB.do("crowd 60")
        group = {group["kind"]: group for group in sun.ask("GET", path)[1]["related"]}["inspection"]
        self.assertEqual((len(group["rows"]), group["more"]), (50, False))
        self.assertEqual(group["total"], before["inspection"]["total"] + 60)
        for index in range(3):
            HUB.do("photos 100")
        files = view_of(sun, "crowded")["files"]
        self.assertEqual(len(files), 300)


class WorkOfLostDevicesEnds(unittest.TestCase):
    def test_a_step_of_the_record_is_the_revocation_and_both_are_for_the_same_people(self):
        devices = {login: signed_in(login).ask("GET", "/office/v1/devices")[1]["rows"][0]
                   for login in ("staff-wu", "staff-zhou", "staff-sun", "staff-zheng")}
        self.assertEqual({login: row["may_revoke"] for login, row in devices.items()},
                         {"staff-wu": True, "staff-zhou": True, "staff-sun": False, "staff-zheng": False})
        admin, leader = signed_in("staff-wu"), signed_in("staff-zhou")
        device = devices["staff-wu"]["id"]
        path = f"/office/v1/records/{device}"
        covers = leader.ask("GET", path)[1]["covers"]
        step = {"act": "step/revoked", "values": {"revoke_reason": "巡查途中遗失"}, "covers": covers}
        self.assertEqual(signed_in().ask("POST", f"{path}/act", step)[0], 403)
        self.assertEqual(leader.ask("POST", f"{path}/act", step)[0], 200)
        row = admin.ask("GET", "/office/v1/devices")[1]["rows"][0]
        self.assertEqual((row["revoked"], row["may_revoke"]), (True, False))
        path = f"/office/v1/devices/{device}/revoke"
        self.assertEqual(admin.ask("POST", path, {"reason": "巡查途中遗失"})[0], 200)
        self.assertEqual(admin.ask("POST", path, {"reason": "再次停用"})[0], 200)
        rows = admin.ask("GET", "/office/v1/devices")[1]["rows"]
        self.assertTrue(next(row for row in rows if row["id"] == device)["revoked"])
