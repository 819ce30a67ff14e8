"""What people of each role may do at the office, and what people without duties see. Run by test_api.py
on its hub."""

import json
import re
import unittest

from hub import Client, unnamed

HUB = None
OPERATIONS = {}  # (method, path) of each request that schema/openapi.yaml documents

# A person of each role, and the duties of the roles (schema/kinds/staff.json).
PEOPLE = {"inspector": "staff-other", "township": "staff-town", "expert": "staff-expert",
          "reviewer": "staff-sun", "legal": "staff-zheng", "leader": "staff-zhou", "admin": "staff-wu"}
DUTIES = {"inspector": set(), "township": set(), "expert": set(),
          "reviewer": {"review", "resolve", "release", "plaques"}, "legal": {"review", "resolve"},
          "leader": {"review", "resolve", "release", "oversee", "administer"},
          "admin": {"release", "oversee", "administer", "plaques"}}
ANY = set().union(*DUTIES.values())
# The duties of which one is needed. All other requests are open to everybody who may sign in.
NEEDS = {("GET", "inbox"): ANY, ("GET", "devices"): ANY, ("GET", "plaques"): ANY,
         ("GET", "plaques/{serial}/qr.svg"): ANY, ("GET", "access"): {"oversee"}, ("GET", "ahead"): ANY,
         ("GET", "anomalies"): {"release"}, ("GET", "numbers"): {"release"}, ("GET", "quarantine/{id}"): {"release"},
         ("POST", "quarantine/{id}"): {"release"}, ("POST", "plaques"): {"plaques"},
         ("POST", "devices/{id}/revoke"): {"administer"}, ("POST", "records/{id}/review"): {"review"},
         ("POST", "records/{id}/resolve"): {"resolve"}}


def signed_in(login):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


def enterprise_of(client, finder):
    """The enterprise of the covert visit, which `finder` can see, as `client` sees it."""
    view = finder.ask("GET", f"/office/v1/records/{HUB.told['covert']}")[1]
    enterprise, = (row["ref"] for section in view["sections"] for row in section["rows"] if row["key"] == "enterprise")
    return client.ask("GET", f"/office/v1/records/{enterprise}")[1]


class RolesAndDuties(unittest.TestCase):
    def test_each_request_is_open_to_the_roles_whose_duties_allow_it(self):
        ids = {"id": HUB.told["second"], "sha256": "0" * 64, "serial": "1"}
        operations = sorted((method, path.removeprefix("/office/v1/")) for method, path in OPERATIONS)
        self.assertLessEqual(set(NEEDS), set(operations))
        for role, login in PEOPLE.items():
            client = signed_in(login)
            session = client.ask("GET", "/office/v1/session")[1]["staff"]
            self.assertEqual((session["roles"], set(session["duties"])), ([role], DUTIES[role]))
            for method, path in operations:
                if path == "session":
                    continue
                place = re.sub(r"\{(\w+)\}", lambda match: ids[match.group(1)], path)
                status, content, _ = client.ask(method, f"/office/v1/{place}", {} if method == "POST" else None)
                refused = status == 403 and content["message"].startswith("role: ")
                needed = NEEDS.get((method, path))
                self.assertEqual(refused, needed is not None and not needed & DUTIES[role], (role, method, path))

    def test_a_person_with_two_roles_has_the_duties_of_both(self):
        client = signed_in("staff-both")
        session = client.ask("GET", "/office/v1/session")[1]["staff"]
        self.assertEqual((sorted(session["roles"]), set(session["duties"])),
                         (["inspector", "legal"], DUTIES["legal"]))
        self.assertEqual(client.ask("GET", "/office/v1/inbox")[0], 200)
        view = client.ask("GET", f"/office/v1/records/{HUB.told['hazard']}")[1]
        beside = signed_in("staff-wang").ask("GET", f"/office/v1/records/{HUB.told['hazard']}")[1]
        steps, others = ([act["act"] for act in one["acts"] if act["act"].startswith("step/")]
                         for one in (view, beside))
        self.assertEqual(steps, others)

    def test_a_person_without_duties_is_shown_no_inbox_and_decides_nothing(self):
        wang = signed_in("staff-wang")
        self.assertEqual(wang.ask("GET", "/office/v1/head")[1]["lanes"], {})
        for lane in ("new", "quarantine"):
            status, content, _ = wang.ask("GET", f"/office/v1/count?list=inbox&lane={lane}")
            self.assertEqual((status, content["error"]), (403, "denied"))
        self.assertGreater(wang.ask("GET", "/office/v1/count?list=enterprises")[1]["total"], 0)
        view = wang.ask("GET", f"/office/v1/records/{HUB.told['second']}")[1]
        self.assertEqual((view["may_approve"], view["may_return"], view["may_resolve"], view["may_oversee"]),
                         (False,) * 4)
        conflicted = wang.ask("GET", f"/office/v1/records/{HUB.told['conflicted']}")[1]
        self.assertTrue(conflicted["conflicts"])
        self.assertFalse(any(head["may_take"] for one in conflicted["conflicts"] for head in one["heads"]))

    def test_an_inspector_takes_the_steps_of_the_role_and_no_others(self):
        path = f"/office/v1/records/{HUB.told['hazard']}"
        wang = signed_in("staff-wang")
        view = wang.ask("GET", path)[1]
        self.assertNotIn("step/withdrawn", [act["act"] for act in view["acts"]])
        status, content, _ = wang.ask("POST", f"{path}/act", {
            "act": "step/withdrawn", "values": {"withdraw_reason": "x"}, "covers": view["covers"]})
        self.assertEqual((status, content["error"]), (403, "denied"))

    def test_I13_a_covert_visit_is_not_there_for_an_inspector_of_another_unit(self):
        """Not by its id, in no list, count or search, and not beside other records."""
        covert = HUB.told["covert"]
        own, other = signed_in("staff-wang"), signed_in("staff-other")
        path = f"/office/v1/records/{covert}"
        status, view, _ = own.ask("GET", path)
        self.assertEqual((status, view["title"][:10]), (200, "JC-AN-0001"))
        photo = view["files"][0]
        unknown = other.ask("GET", f"/office/v1/records/{'f' * len(covert)}")
        for one in (path, f"{path}/history", f"{path}/news", f"{path}/case", f"{path}/files/{photo['sha256']}",
                    f"/office/v1/records/{photo['record']}",
                    f"/office/v1/records/{photo['record']}/files/{photo['sha256']}"):
            self.assertEqual(other.ask("GET", one)[0], 404, one)
        self.assertEqual(unnamed(other.ask("GET", path)), unnamed(unknown))
        self.assertEqual(other.ask("POST", f"{path}/act", {"act": "step/accepted", "covers": view["covers"]})[0], 404)
        near = signed_in("staff-sun")
        for client, there in ((near, True), (other, False)):
            self.assertEqual("JC-AN-0001" in json.dumps(enterprise_of(client, near), ensure_ascii=False), there)
        for client, there in ((own, True), (other, False)):
            for ledger in client.ask("GET", "/office/v1/filters")[1]["ledgers"]:
                query = f"kind={ledger['kind']}&name={ledger['name']}"
                for search in ("", "&search=JC-AN-0001"):
                    rows = client.ask("GET", f"/office/v1/ledger?{query}{search}")[1]["rows"]
                    if not there:
                        self.assertNotIn(covert, json.dumps(rows))
                        self.assertNotIn("JC-AN-0001", json.dumps(rows))
                    count = client.ask("GET", f"/office/v1/count?list=ledger&{query}{search}")[1]
                    if not count["more"] and count["total"] <= 100:
                        self.assertEqual(count["total"], len(rows), ledger)

    def test_people_without_duties_see_what_their_unit_serves(self):
        for login, there in (("staff-wang", True), ("staff-other", True), ("staff-expert", True), ("staff-town", None)):
            client = signed_in(login)
            status, view, _ = client.ask("GET", f"/office/v1/records/{HUB.told['inspection']}")
            rows = client.ask("GET", "/office/v1/enterprises")[1]["rows"]
            if there:
                self.assertEqual(status, 200, login)
            self.assertEqual(status == 200, any(row["id"] == HUB.told["enterprise"] for row in rows), login)
