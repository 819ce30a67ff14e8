"""The office API against programs that do not behave like the page."""

import json
import pathlib
import re
import sys
import unittest

import yaml

import acts, cases, duties, lists, reviews, uploads
from duties import RolesAndDuties, enterprise_of
from hub import PASSWORDS, Client, Hub, unnamed
from acts import MakingRecords, TooMuch, Worksheets
from cases import Cases
from lists import WorkAtDoubts, WorkInBulk, WorkWithLists, WorkWithNumbers
from reviews import WorkByReview, WorkOfLostDevicesEnds
from story import day
from uploads import AttachedFiles

HUB = None
# On the same hub.
for case in (WorkByReview, WorkOfLostDevicesEnds, WorkWithLists, AttachedFiles, WorkAtDoubts, WorkInBulk, WorkWithNumbers,
             MakingRecords, TooMuch, Worksheets, RolesAndDuties, Cases):
    case.__module__ = __name__
del case  # a class under two names would run twice
DOCUMENT = yaml.safe_load(pathlib.Path(sys.argv[2], "schema/openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = {(method.upper(), path): operation
              for path, operations in DOCUMENT["paths"].items() if path.startswith("/office/v1/")
              for method, operation in operations.items()}
duties.OPERATIONS = OPERATIONS


def setUpModule():
    global HUB
    HUB = reviews.HUB = lists.HUB = acts.HUB = cases.HUB = uploads.HUB = duties.HUB = Hub(*sys.argv[1:3])


def tearDownModule():
    code = HUB.close()
    if code != 0:
        raise AssertionError(f"the hub ended with {code}")


def signed_in(login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


class Sessions(unittest.TestCase):
    def test_cookie_is_kept_from_scripts_and_other_pages(self):
        client = Client(HUB)
        _, _, headers = client.sign_in("staff-sun")
        cookie = headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assertIn("Path=/", cookie)
        self.assertNotIn("Domain", cookie)
        self.assertTrue(cookie.startswith("bihuan="))

    def test_every_answer_carries_the_policy(self):
        for path in ("/office/", "/office/main.js", "/office/v1/session", "/office/none", "/nowhere"):
            _, _, headers = Client(HUB).ask("GET", path)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_a_stranger_sees_nothing(self):
        told = HUB.told
        client = Client(HUB)
        for path in ("head", "inbox", "ledger", "enterprises", "devices", "filters", "plaques",
                     f"records/{told['inspection']}", f"records/{told['inspection']}/history",
                     f"quarantine/{told['quarantined']}", "plaques/1/qr.svg"):
            status, content, _ = client.ask("GET", f"/office/v1/{path}")
            self.assertEqual((status, content["error"]), (401, "expired"), path)
        status, content, _ = client.ask("GET", "/office/v1/session")
        self.assertEqual((status, content), (200, {"staff": None}))

    def test_nothing_is_open_without_session_and_nothing_changes_without_token(self):
        ids = {"id": HUB.told["second"], "sha256": "0" * 64, "serial": "1"}
        sun = signed_in()
        sun.token = None
        for (method, path), operation in OPERATIONS.items():
            if operation["security"] == []:
                continue
            place = re.sub(r"\{(\w+)\}", lambda match: ids[match.group(1)], path)
            body = {} if method == "POST" else None
            self.assertEqual(Client(HUB).ask(method, place, body)[0], 401, (method, path))
            if method != "GET":
                self.assertEqual(sun.ask(method, place, body)[0], 403, (method, path))

    def test_wrong_password_unknown_name_and_who_left_get_the_same_answer(self):
        answers = [unnamed(Client(HUB).sign_in(*who)) for who in (
            ("staff-zheng", "wrong-password-1"), ("nobody-at-all", "wrong-password-1"), ("staff-gone",))]
        for status, content in answers:
            self.assertEqual(status, 403)
            self.assertEqual(content, answers[0][1])

    def test_lock_out_grows_and_holds_for_the_right_password_too(self):
        client = Client(HUB)
        for _ in range(5):
            self.assertEqual(client.sign_in("staff-late", "wrong-password-1")[0], 403)
        status, content, headers = client.sign_in("staff-late")
        self.assertEqual((status, content["error"]), (429, "locked"))
        self.assertTrue(1 <= int(headers["Retry-After"]) <= 30)
        self.assertEqual(Client(HUB).sign_in("staff-zhou")[0], 200)

    def test_a_planted_session_is_worth_nothing(self):
        client = Client(HUB)
        client.cookie = "planted-by-somebody-else"
        status, _, headers = client.sign_in("staff-sun")
        self.assertEqual(status, 200)
        self.assertNotEqual(client.cookie, "planted-by-somebody-else")
        planted = Client(HUB)
        planted.cookie = "planted-by-somebody-else"
        self.assertEqual(planted.ask("GET", "/office/v1/head")[0], 401)

    def test_signing_in_again_ends_the_session_before(self):
        client = signed_in()
        old = client.cookie
        client.sign_in("staff-sun")
        before = Client(HUB)
        before.cookie = old
        self.assertEqual(before.ask("GET", "/office/v1/head")[0], 401)

    def test_signing_out_ends_the_session_at_the_hub(self):
        client = signed_in()
        self.assertEqual(client.ask("GET", "/office/v1/head")[0], 200)
        self.assertEqual(client.ask("DELETE", "/office/v1/session")[0], 200)
        self.assertEqual(client.ask("GET", "/office/v1/head")[0], 401)

    def test_an_error_that_cuts_a_text_of_the_request_has_its_message(self):
        content = signed_in().ask("GET", "/office/v1/inbox?lane=" + "%E4%BE%8B" * 30)[1]
        self.assertIn("no such lane: 例", content["message"])


class OtherPages(unittest.TestCase):
    def attempt(self, headers, token=True, origin=True):
        client = signed_in()
        if not token:
            client.token = None
        return client.ask("POST", f"/office/v1/records/{HUB.told['second']}/review",
                          {"decision": "approve", "covers": ""}, headers, origin)[:2]

    def test_changes_from_another_origin_are_refused(self):
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Origin": HUB.origin.replace("http:", "https:")},
                        {"Origin": HUB.origin + ".evil.example"},
                        {"Origin": HUB.origin, "Sec-Fetch-Site": "cross-site"}):
            status, content = self.attempt(headers)
            self.assertEqual((status, content["error"]), (403, "denied"), headers)
        self.assertEqual(self.attempt({}, origin=False)[0], 403)

    def test_changes_without_the_token_of_the_session_are_refused(self):
        self.assertEqual(self.attempt({}, token=False)[0], 403)
        self.assertEqual(self.attempt({"X-Bihuan-Token": "x" * 43})[0], 403)
        other = signed_in("staff-zhou")
        self.assertEqual(self.attempt({"X-Bihuan-Token": other.token})[0], 403)

    def test_a_form_cannot_speak_to_the_hub(self):
        client = signed_in()
        status, content, _ = client.ask(
            "POST", f"/office/v1/records/{HUB.told['second']}/review", {"decision": "approve"},
            {"Content-Type": "text/plain"})
        self.assertEqual((status, content["error"]), (400, "format"))

    def test_a_host_that_a_proxy_changed_is_told_apart_from_a_wrong_password(self):
        for headers, why in (({"Host": "inside:8444"}, "origin"), ({}, None)):
            status, content, _ = Client(HUB).ask("POST", "/office/v1/session", {
                "login": "staff-sun", "password": "not-this-one"}, headers)
            self.assertEqual((status, content["error"], content.get("why"), content.get("host")),
                             (403, "denied", why, headers.get("Host")))

    def test_sign_in_from_another_origin_is_refused(self):
        client = Client(HUB)
        status, _, _ = client.ask("POST", "/office/v1/session", {
            "login": "staff-sun", "password": PASSWORDS["staff-sun"]},
            {"Origin": "https://evil.example"})
        self.assertEqual(status, 403)


class Roles(unittest.TestCase):
    def test_what_a_role_does_not_allow_is_refused_by_the_hub(self):
        told = HUB.told
        legal = signed_in("staff-zheng")
        leader = signed_in("staff-zhou")
        cases = [
            (legal, "POST", f"quarantine/{told['quarantined']}", {"action": "release", "reason": "x"}),
            (legal, "GET", f"quarantine/{told['quarantined']}", None),
            (legal, "POST", "plaques", {"blank": 1}),
            (leader, "POST", "plaques", {"blank": 1}),
            (legal, "POST", f"devices/{told['second']}/revoke", {"reason": "x"}),
        ]
        for client, method, path, body in cases:
            status, content, _ = client.ask(method, f"/office/v1/{path}", body)
            self.assertEqual((status, content["error"]), (403, "denied"), path)

    def test_a_device_is_revoked_with_a_reason_only(self):
        admin = signed_in("staff-wu")
        device = admin.ask("GET", "/office/v1/devices")[1]["rows"][0]["id"]
        for id, body, status in ((device, {"reason": " "}, 400), (device, {"reason": "x" * 201}, 413),
                                 (HUB.told["second"], {"reason": "遗失"}, 404)):
            self.assertEqual(admin.ask("POST", f"/office/v1/devices/{id}/revoke", body)[0], status, body)

    def test_a_decision_that_moves_the_record_is_for_who_may_take_that_step(self):
        legal = signed_in("staff-zheng")
        path = f"/office/v1/records/{HUB.told['second']}"
        _, view, _ = legal.ask("GET", path)
        self.assertEqual((view["may_approve"], view["may_return"]), (False, False))
        for body in ({"decision": "approve"}, {"decision": "return", "comment": "缺照片"}):
            status, content, _ = legal.ask("POST", f"{path}/review", dict(body, covers=view["covers"]))
            self.assertEqual((status, content["error"]), (403, "denied"), body)
        self.assertTrue(signed_in().ask("GET", path)[1]["may_approve"])

    def test_a_step_of_another_role_is_refused(self):
        legal = signed_in("staff-zheng")
        _, view, _ = legal.ask("GET", f"/office/v1/records/{HUB.told['hazard']}")
        self.assertEqual(view["acts"], [])
        status, content, _ = legal.ask("POST", f"/office/v1/records/{HUB.told['hazard']}/act",
            {"act": "step/withdrawn", "values": {"withdraw_reason": "x"}, "covers": view["covers"]})
        self.assertEqual((status, content["error"]), (403, "denied"))

    def test_a_step_asks_for_its_own_fields_only(self):
        sun = signed_in()
        path = f"/office/v1/records/{HUB.told['hazard']}"
        _, view, _ = sun.ask("GET", path)
        status, content, _ = sun.ask("POST", f"{path}/act", {
            "act": "step/withdrawn", "values": {"summary": "changed"}, "covers": view["covers"]})
        self.assertEqual((status, content["error"]), (400, "invalid"))
        status, content, _ = sun.ask("POST", f"{path}/act", {
            "act": "step/withdrawn", "values": {}, "covers": view["covers"]})
        self.assertEqual((status, content["error"]), (400, "invalid"))


class AccessLog(unittest.TestCase):
    """The log of who was shown restricted records (R-257)."""

    def log(self, **query):
        parts = "&".join(f"{name}={value}" for name, value in query.items())
        status, content, _ = signed_in("staff-wu").ask("GET", f"/office/v1/access?{parts}")
        self.assertEqual(status, 200)
        return content["rows"]

    def test_each_way_of_reading_a_covert_visit_is_logged_once(self):
        covert = HUB.told["covert"]
        path = f"/office/v1/records/{covert}"
        reader = signed_in("staff-zhou")
        for _ in range(2):
            photo = reader.ask("GET", path)[1]["files"][0]
            reader.ask("GET", f"{path}/history")
            self.assertEqual(reader.ask("GET", f"{path}/case")[0], 200)
            file = f"/office/v1/records/{photo['record']}/files/{photo['sha256']}"
            self.assertEqual(reader.ask("GET", file)[0], 200)
            reader.ask("GET", "/office/v1/inbox?lane=new")
        mine = [row for row in self.log(record=covert) if row["by"].startswith("周")]
        self.assertEqual(sorted(row["way"] for row in mine),
                         ["export", "history", "list", "record"])
        self.assertEqual({(row["kind"], row["title"][:10], row["reader_kind"]) for row in mine},
                         {("检查", "JC-AN-0001", "staff")})
        of_photo = [row["way"] for row in self.log(record=photo["record"], reader=mine[0]["reader"])]
        self.assertEqual(sorted(of_photo), ["export", "file", "list"])

    def test_open_records_and_counts_are_not_logged(self):
        reader = signed_in("staff-zheng")
        for place in ("head", f"records/{HUB.told['inspection']}", "enterprises",
                      f"records/{HUB.told['inspection']}/history"):
            self.assertEqual(reader.ask("GET", f"/office/v1/{place}")[0], 200)
        self.assertEqual([row for row in self.log() if row["by"].startswith("郑")], [])

    def test_reading_the_log_is_not_logged(self):
        signed_in("staff-zhou").ask("GET", f"/office/v1/records/{HUB.told['covert']}")
        overseer = signed_in("staff-wu")
        who = overseer.ask("GET", "/office/v1/session")[1]["staff"]["id"]
        before = self.log(reader=who)
        rows = overseer.ask("GET", "/office/v1/access")[1]["rows"]
        self.assertIn("JC-AN-0001", " ".join(row["title"] for row in rows))
        self.assertEqual(self.log(reader=who), before)

    def test_only_who_answers_for_it_reads_it(self):
        self.assertEqual(Client(HUB).ask("GET", "/office/v1/access")[0], 401)
        for login, status in (("staff-sun", 403), ("staff-zheng", 403), ("staff-zhou", 200),
                              ("staff-wu", 200)):
            self.assertEqual(signed_in(login).ask("GET", "/office/v1/access")[0], status, login)
        self.assertEqual(signed_in("staff-wu").ask("GET", "/office/v1/access?record=../x")[0], 400)

    def test_the_log_is_read_as_far_as_the_unit_serves(self):
        signed_in("staff-sun").ask("GET", f"/office/v1/records/{HUB.told['covert']}")
        status, content, _ = signed_in("staff-side").ask("GET", "/office/v1/access")
        self.assertEqual((status, content["rows"]), (200, []))

    def test_what_cannot_be_logged_is_not_shown(self):
        covert = HUB.told["covert"]
        path = f"/office/v1/records/{covert}"
        reader = signed_in("staff-sun")
        photo = reader.ask("GET", path)[1]["files"][0]
        late = signed_in("staff-late")
        HUB.do("log full")
        try:
            for place in (path, f"{path}/history", f"{path}/news", f"{path}/case", "/office/v1/inbox?lane=new",
                          f"{path}/files/{photo['sha256']}".replace(covert, photo["record"])):
                status, content, _ = late.ask("GET", place)
                self.assertEqual((status, content["error"]), (507, "storage"), place)
                self.assertNotIn("JC-AN", json.dumps(content))
            self.assertEqual(late.ask("GET", f"/office/v1/records/{HUB.told['inspection']}")[0], 200)
        finally:
            HUB.do("log free")
        self.assertEqual(late.ask("GET", path)[0], 200)


class Visibility(unittest.TestCase):
    def test_I13_a_covert_visit_is_not_there_for_another_unit(self):
        covert = HUB.told["covert"]
        near, far = signed_in("staff-sun"), signed_in("staff-far")
        path = f"/office/v1/records/{covert}"
        status, view, _ = near.ask("GET", path)
        self.assertEqual((status, view["title"][:10]), (200, "JC-AN-0001"))
        photo = view["files"][0]
        counted = []
        for one in (path, f"{path}/history", f"{path}/files/{photo['sha256']}",
                    f"/office/v1/records/{photo['record']}",
                    f"/office/v1/records/{photo['record']}/files/{photo['sha256']}"):
            self.assertEqual(far.ask("GET", one)[0], 404, one)
        for client, there in ((near, True), (far, False)):
            rows = client.ask("GET", "/office/v1/inbox?lane=new")[1]["rows"]
            self.assertEqual(covert in [row["id"] for row in rows], there)
            lanes = client.ask("GET", "/office/v1/head")[1]["lanes"]
            self.assertEqual(lanes["new"], len(rows))
            found = client.ask("GET", "/office/v1/inbox?lane=new&search=JC-AN-0001")[1]["rows"]
            self.assertEqual([row["id"] for row in found], [covert] if there else [])
            enterprise = enterprise_of(client, near)
            titles = [row["title"] for group in enterprise["related"] for row in group["rows"]]
            self.assertEqual(any("JC-AN-0001" in title for title in titles), there)
            visits, = (row for section in enterprise["sections"] for row in section["rows"]
                       if row["key"] == "inspections_this_year")
            self.assertTrue(visits["computed"])
            self.assertIn("仅按可见记录计算", visits["text"])
            counted.append(int(visits["text"].split()[0]))
        self.assertEqual(counted[0] - counted[1], 1, counted)
        for act, body in (("review", {"decision": "approve", "covers": view["covers"]}),
                          ("resolve", {"key": "opinion", "entry": "x", "heads": []}),
                          ("act", {"act": "step/accepted", "covers": view["covers"]})):
            self.assertEqual(far.ask("POST", f"{path}/{act}", body)[0], 404, act)

    def test_R264_devices_and_what_they_left_waiting_are_for_whom_they_serve(self):
        near, side = signed_in("staff-zhou"), signed_in("staff-side")
        held = near.ask("GET", "/office/v1/inbox?lane=quarantine")[1]["rows"]
        devices = near.ask("GET", "/office/v1/devices")[1]["rows"]
        self.assertTrue(held and devices)
        self.assertEqual(side.ask("GET", "/office/v1/inbox?lane=quarantine")[1]["rows"], [])
        self.assertEqual(side.ask("GET", "/office/v1/devices")[1]["rows"], [])
        self.assertEqual(side.ask("GET", "/office/v1/head")[1]["lanes"]["quarantine"], 0)
        path = f"/office/v1/quarantine/{held[0]['entry']}"
        self.assertEqual(near.ask("GET", path)[0], 200)
        self.assertEqual(side.ask("GET", path)[0], 404)
        self.assertEqual(side.ask("POST", path, {"action": "dismiss", "reason": "x"})[0], 404)


    def test_what_waits_in_quarantine_is_read_in_a_history_by_whom_the_lane_shows_it(self):
        held, words = HUB.told["held"], "只有隔离区能看的话"
        for login, there in (("staff-sun", True), ("staff-zheng", False), ("staff-side", False)):
            client = signed_in(login)
            lane = client.ask("GET", f"/office/v1/quarantine/{held}")
            self.assertEqual(lane[0] == 200, there, login)
            history = client.ask("GET", f"/office/v1/records/{HUB.told['held_of']}/history")[1]
            self.assertEqual(words in json.dumps(history, ensure_ascii=False), there, login)
            self.assertEqual(held in json.dumps(history), there, login)

    def test_of_what_is_hidden_the_quarantine_names_no_record_and_no_reason_with_values(self):
        far = signed_in("staff-far")
        item = far.ask("GET", f"/office/v1/quarantine/{HUB.told['held_covert']}")[1]
        self.assertEqual([op["hidden"] for op in item["ops"]], [True])
        rows = [item] + far.ask("GET", "/office/v1/inbox?lane=quarantine")[1]["rows"]
        rows += far.ask("GET", "/office/v1/anomalies")[1]["rows"]
        told = json.dumps(rows, ensure_ascii=False)
        self.assertNotIn(HUB.told["covert"], told)
        self.assertNotIn("暗访隔离", told)
        near = signed_in("staff-sun").ask("GET", f"/office/v1/quarantine/{HUB.told['held_covert']}")
        self.assertIn(HUB.told["covert"], json.dumps(near[1]))

    def test_the_page_offers_of_quarantine_what_would_be_done(self):
        far, path = signed_in("staff-far"), f"/office/v1/quarantine/{HUB.told['held_covert']}"
        item = far.ask("GET", path)[1]
        self.assertEqual((item["may_decide"], item["may_release"], item["may_dismiss"], item["refused"],
                          item["refused_message"]), (False, False, False, "denied", ""))
        for action in ("release", "dismiss"):
            status, content, _ = far.ask("POST", path, {"action": action, "reason": "x"})
            self.assertEqual((status, content["error"]), (403, "denied"))
            self.assertNotIn(HUB.told["covert"], content["message"])
        item = signed_in("staff-sun").ask("GET", path)[1]
        self.assertEqual((item["may_decide"], item["may_release"], item["may_dismiss"]), (True,) * 3)
        self.assertNotIn("refused", item)


class Records(unittest.TestCase):
    def test_nobody_decides_over_what_was_not_seen(self):
        sun = signed_in()
        path = f"/office/v1/records/{HUB.told['second']}"
        _, view, _ = sun.ask("GET", path)
        status, content, _ = sun.ask("POST", f"{path}/review",
                                     {"decision": "approve", "covers": HUB.told["quarantined"]})
        self.assertEqual((status, content["error"]), (409, "chain"))
        self.assertEqual(sun.ask("GET", path)[1]["covers"], view["covers"])

    def test_a_return_needs_its_reason_and_known_fields(self):
        sun = signed_in()
        path = f"/office/v1/records/{HUB.told['second']}"
        covers = sun.ask("GET", path)[1]["covers"]
        for body in ({"decision": "return", "covers": covers, "comment": "  "},
                     {"decision": "return", "covers": covers, "comment": "x", "items": ["no_such"]},
                     {"decision": "maybe", "covers": covers, "comment": "x"},
                     {"decision": "return", "covers": covers, "comment": "x" * 2001}):
            self.assertIn(sun.ask("POST", f"{path}/review", body)[0], (400, 413), body)

    def test_L9_the_office_sees_which_files_are_missing(self):
        _, view, _ = signed_in().ask("GET", f"/office/v1/records/{HUB.told['major']}")
        self.assertEqual(sorted(one["here"] for one in view["files"]), [False, True])

    def test_children_stand_in_the_order_of_their_kinds(self):
        _, view, _ = signed_in().ask("GET", f"/office/v1/records/{HUB.told['inspection']}")
        kinds = [(group["kind"], group["first"]) for group in view["children"]]
        self.assertEqual(kinds, [("hazard", True), ("signature", False)])

    def test_L14_history_tells_device_time_hub_time_and_what_can_be_proved(self):
        _, page, _ = signed_in().ask("GET", f"/office/v1/records/{HUB.told['inspection']}/history")
        first, told = page["rows"][-1], page["rows"][-1]["evidence"]
        self.assertEqual((first["by"], first["device"]), ("李样例", "井坪 1 号终端"))
        self.assertTrue(told["claimed"] < told["from"] <= told["to"], told)
        self.assertEqual((told["basis"], told["to"]), ("enrolment", first["received"]))
        for name in ("device_time", "received"):
            self.assertRegex(first[name], r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
        self.assertLess(first["device_time"], first["received"])

    def test_unknown_and_crooked_ids_are_not_found(self):
        sun = signed_in()
        for one in ("0190a2b4-0000-7000-8000-000000000000", "x", "%27%20OR%201=1--", "a" * 500):
            status, content, _ = sun.ask("GET", f"/office/v1/records/{one}")
            self.assertEqual((status, content["error"]), (404, "not_found"), one)
        status, content, _ = sun.ask("GET", "/office/v1/inbox?lane=none")
        self.assertEqual((status, content["error"]), (400, "unknown"))

    def test_bad_bodies_are_named(self):
        sun = signed_in()
        path = f"/office/v1/records/{HUB.told['second']}/review"
        for body in ([], "text", {"decision": "approve"}, {"decision": "approve", "covers": 7}):
            self.assertEqual(sun.ask("POST", path, body)[0], 400, body)
        deep = {}
        for _ in range(100):
            deep = {"a": deep}
        self.assertEqual(sun.ask("POST", path, deep)[0], 413)
        self.assertEqual(sun.ask("POST", path, {"comment": "x" * 70000})[0], 413)


class Files(unittest.TestCase):
    def files(self):
        _, view, _ = signed_in().ask("GET", f"/office/v1/records/{HUB.told['hazard']}")
        return {one["note"]: one for one in view["files"]}

    def test_a_picture_is_shown_and_nothing_may_run_in_it(self):
        one = self.files()["断线处"]
        status, content, headers = signed_in().ask(
            "GET", f"/office/v1/records/{one['record']}/files/{one['sha256']}")
        self.assertEqual(status, 200)
        self.assertTrue(content.startswith(b"\xff\xd8\xff"))
        self.assertEqual(headers["Content-Type"], "image/jpeg")
        self.assertTrue(headers["Content-Disposition"].startswith("inline; filename="))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_a_page_that_poses_as_a_photo_is_only_handed_out_as_bytes(self):
        one = self.files()["冒充照片的网页"]
        status, _, headers = signed_in().ask(
            "GET", f"/office/v1/records/{one['record']}/files/{one['sha256']}")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "application/octet-stream")
        self.assertTrue(headers["Content-Disposition"].startswith("attachment"))

    def test_a_file_is_given_only_through_a_record_that_shows_it(self):
        one = self.files()["断线处"]
        sun = signed_in()
        for record in (HUB.told["second"], "x"):
            self.assertEqual(sun.ask(
                "GET", f"/office/v1/records/{record}/files/{one['sha256']}")[0], 404)
        self.assertEqual(sun.ask("GET", f"/office/v1/records/{one['record']}/files/{'0' * 64}")[0], 404)
        self.assertEqual(Client(HUB).ask(
            "GET", f"/office/v1/records/{one['record']}/files/{one['sha256']}")[0], 401)

    def test_the_page_gives_its_own_files_only(self):
        for path in ("../../etc/passwd", "..%2f..%2fREADME.md", "README.md", ".git", "none.js",
                     "%2e%2e/samples/demo-pins.json", "a/b.js", "main.js%00.html"):
            self.assertIn(Client(HUB).ask("GET", f"/office/{path}")[0], (400, 404), path)


class Plaques(unittest.TestCase):
    def test_plaques_are_for_whom_the_unit_serves(self):
        sun, side = signed_in("staff-sun"), signed_in("staff-side")
        for order in ({"blank": 1}, {"enterprises": [HUB.told["enterprise"]]}):
            serial = sun.ask("POST", "/office/v1/plaques", order)[1]["first"]
            svg, page = f"/office/v1/plaques/{serial}/qr.svg", f"/office/v1/plaques?first={serial}"
            self.assertEqual(sun.ask("GET", svg)[0], 200)
            self.assertEqual(len(sun.ask("GET", page)[1]["rows"]), 1)
            self.assertEqual(unnamed(side.ask("GET", svg)), unnamed(side.ask("GET", svg.replace(
                f"/{serial}/", "/99999/"))), "as if there were no such serial")
            self.assertEqual(side.ask("GET", page)[1]["rows"], [])
        self.assertEqual(side.ask("GET", "/office/v1/plaques")[1]["rows"], [])

    def test_serials_are_never_given_twice(self):
        sun = signed_in()
        first = sun.ask("POST", "/office/v1/plaques", {"blank": 3})[1]
        second = sun.ask("POST", "/office/v1/plaques", {"enterprises": [HUB.told["enterprise"]]})[1]
        self.assertEqual(second["first"], first["first"] + 3)
        _, page, _ = sun.ask("GET", f"/office/v1/plaques?first={second['first']}&count=1")
        self.assertEqual(page["rows"][0]["name"], "样例东坡沟煤矿")
        status, svg, headers = sun.ask("GET", f"/office/v1/plaques/{second['first']}/qr.svg")
        self.assertEqual((status, headers["Content-Type"]), (200, "image/svg+xml"))
        self.assertIn(b'width="40mm"', svg)

    def test_wrong_orders_are_refused(self):
        sun = signed_in()
        for body in ({}, {"blank": 0}, {"blank": 201}, {"blank": 1, "enterprises": [HUB.told["enterprise"]]},
                     {"enterprises": [HUB.told["inspection"]]}, {"enterprises": ["x"]}):
            self.assertIn(sun.ask("POST", "/office/v1/plaques", body)[0], (400, 404), json.dumps(body))


def resolved(node):
    while "$ref" in node:
        at = DOCUMENT
        for step in node["$ref"][2:].split("/"):
            at = at[step]
        node = at
    return node


def misfits(schema, value, where):
    schema = resolved(schema)
    found = [f"{where} lacks {name}" for name in schema.get("required", []) if name not in value]
    for name, inner in schema.get("properties", {}).items():
        inner = resolved(inner)
        if isinstance(value, dict) and isinstance(value.get(name), dict):
            found += misfits(inner, value[name], f"{where}.{name}")
        for index, item in enumerate(value.get(name) or [] if inner.get("type") == "array" else []):
            found += misfits(inner["items"], item, f"{where}.{name}[{index}]") if "items" in inner \
                and isinstance(item, dict) else []
    return found


class Work(unittest.TestCase):
    """The work of a reviewer without a browser, and conflicts of two who work at the same time."""

    def view(self, client, name):
        return client.ask("GET", f"/office/v1/records/{HUB.told[name]}")[1]

    def act(self, client, name, what, body):
        status, content, _ = client.ask("POST", f"/office/v1/records/{HUB.told[name]}/{what}", body)
        return status, content

    def test_lists_and_filters(self):
        sun = signed_in()
        filters = sun.ask("GET", "/office/v1/filters")[1]
        self.assertIn("hazard", [one["code"] for one in filters["kinds"]])
        self.assertEqual(filters["areas"][0]["code"], "140603")
        mines = sun.ask("GET", "/office/v1/enterprises?group=coal_mine&area=140603100")[1]["rows"]
        self.assertTrue(mines and all(row["area"] == "井坪镇" for row in mines))
        self.assertEqual(sun.ask("GET", "/office/v1/enterprises?after=crooked")[0], 400)
        hazards = sun.ask("GET", "/office/v1/inbox?lane=new&kind=hazard")[1]["rows"]
        self.assertTrue(hazards and all(row["kind"] == "hazard" for row in hazards))
        device = sun.ask("GET", "/office/v1/devices")[1]["rows"][0]
        self.assertGreaterEqual(device["quarantined"], 1)

    def test_R081_lists_are_kept_by_state_and_what_is_overdue_comes_oldest_first(self):
        sun = signed_in()
        ledgers = sun.ask("GET", "/office/v1/filters")[1]["ledgers"]
        self.assertEqual([one["name"] for one in ledgers if one["kind"] == "hazard"],
                         ["rectification", "overdue", "listed_supervision", "listed_committee", "listed_department",
                          "listed_headquarters", "to_list", "silent", "accountability", "answered", "unordered"])
        late = sun.ask("GET", "/office/v1/ledger?kind=hazard&name=overdue")[1]["rows"]
        self.assertEqual([(row["title"], row["due"]["days"]) for row in late],
                         [("YH-2026-0102 期限差 -400 天", -400), ("YH-2026-0100 期限差 -7 天", -7)])
        openly = sun.ask("GET", "/office/v1/ledger?kind=hazard&name=rectification")[1]["rows"]
        titles = [row["title"] for row in openly]
        for number in range(4):
            self.assertTrue(any(f"YH-2026-010{number}" in title for title in titles), titles)
        for narrowed, count in (("area=140603100", 2), ("area=140603200", 0), ("search=0102", 1)):
            rows = sun.ask("GET", f"/office/v1/ledger?kind=hazard&name=overdue&{narrowed}")[1]["rows"]
            self.assertEqual(len(rows), count, narrowed)
        week, year = (day(-days) for days in (7, 400))
        for period, count in ((f"from={week}", 1), (f"to={week}", 2), (f"from={year}&to={year}", 1),
                              (f"from={year}&to={week}", 2), (f"from={week}&to={year}", 0), ("to=2999-12-31", 2)):
            query = f"kind=hazard&name=overdue&{period}"
            self.assertEqual(len(sun.ask("GET", f"/office/v1/ledger?{query}")[1]["rows"]), count, period)
            self.assertEqual(sun.ask("GET", f"/office/v1/count?list=ledger&{query}")[1]["total"], count, period)
        for query in ("", "?kind=hazard", "?kind=hazard&name=none", "?kind=none&name=overdue",
                      "?kind=hazard&name=overdue&after=7", "?kind=hazard&name=rectification&from=2026-13-01",
                      "?kind=hazard&name=rectification&to=tomorrow", "?kind=enterprise&name=register&from=2026-01-01",
                      "?kind=hazard&name=rectification&from=2026-01-01&order=title"):
            self.assertEqual(sun.ask("GET", "/office/v1/ledger" + query)[0], 400, query)

    def test_of_two_reviewers_only_the_first_decides(self):
        sun, zhou = signed_in("staff-sun"), signed_in("staff-zhou")
        seen = self.view(sun, "inspection")["covers"]
        body = {"decision": "return", "comment": "缺井口照片", "items": ["ended_at"], "covers": seen}
        self.assertEqual(self.act(sun, "inspection", "review", body)[0], 200)
        status, content = self.act(zhou, "inspection", "review", {"decision": "approve", "covers": seen})
        self.assertEqual((status, content["error"]), (409, "chain"))
        view = self.view(zhou, "inspection")
        self.assertEqual((view["state"], view["review"]), ("returned", "returned"))
        review = view["reviews"][0]
        self.assertEqual((review["by"], review["comment"], review["items"]),
                         ("孙样例", "缺井口照片", ["结束时间"]))

    def test_the_decision_stands_in_the_history_of_the_record_with_its_actor(self):
        sun = signed_in()
        covers = self.view(sun, "second")["covers"]
        status, content = self.act(sun, "second", "review", {"decision": "approve", "covers": covers})
        self.assertEqual(self.view(sun, "second")["state"], "accepted")
        newest = sun.ask("GET", f"/office/v1/records/{HUB.told['second']}/history")[1]["rows"][0]
        self.assertEqual((newest["entry"], newest["by"]), (content["entry"], "孙样例"))

    def test_a_step_is_taken_once(self):
        sun = signed_in()
        covers = self.view(sun, "hazard")["covers"]
        body = {"act": "step/withdrawn", "values": {"withdraw_reason": "重复"}, "covers": covers}
        stale = dict(body, covers=HUB.told["quarantined"])
        self.assertEqual(self.act(sun, "hazard", "act", stale)[0], 409)
        self.assertEqual(self.act(sun, "hazard", "act", body)[0], 200)
        self.assertEqual([self.view(sun, "hazard")[key] for key in ("state", "review")], ["withdrawn", "accepted"])
        self.assertEqual(self.act(sun, "hazard", "act", body)[0], 409)

    def test_I8_a_resolution_names_every_value_it_replaces(self):
        sun = signed_in()
        conflict = self.view(sun, "conflicted")["conflicts"][0]
        heads = [head["entry"] for head in conflict["heads"]]
        body = {"key": conflict["key"], "entry": heads[-1], "heads": heads}
        self.assertEqual(self.act(sun, "conflicted", "resolve", dict(body, heads=heads[:1]))[0], 409)
        self.assertEqual(self.act(sun, "conflicted", "resolve", {"key": "opinion"})[0], 400)
        self.assertEqual(self.act(sun, "conflicted", "resolve", body)[0], 200)
        view = self.view(sun, "conflicted")
        self.assertEqual(view["conflicts"], [])
        newest = sun.ask("GET", f"/office/v1/records/{HUB.told['conflicted']}/history")[1]["rows"][0]
        self.assertEqual(newest["sets"][0]["replaces"], len(heads))

    def test_a_value_the_hub_does_not_have_is_not_chosen(self):
        sun, withheld = signed_in(), HUB.told["withheld"]

        def heads():
            sides = self.view(sun, "half_known")["conflicts"][0]["heads"]
            return {head["entry"]: head["may_take"] for head in sides}

        before = heads()
        self.assertEqual((before[withheld], before[HUB.told["open"]]), (False, True))
        body = {"key": "legal_representative", "entry": withheld, "heads": list(before)}
        status, content = self.act(sun, "half_known", "resolve", body)
        self.assertEqual((status, content["error"]), (400, "invalid"))
        self.assertEqual(heads(), before)
        body["entry"] = HUB.told["open"]
        self.assertEqual(self.act(sun, "half_known", "resolve", body)[0], 200)
        view = self.view(sun, "half_known")
        self.assertEqual(view["conflicts"], [])
        self.assertIn("乙某", json.dumps(view, ensure_ascii=False))

    def test_quarantine_is_decided_once_and_with_a_reason(self):
        wu = signed_in("staff-zhou")
        path = f"/office/v1/quarantine/{HUB.told['quarantined']}"
        view = wu.ask("GET", path)[1]
        self.assertIn("hazard.summary", view["message"])
        self.assertEqual(view["ops"][0]["rows"][-1]["text"], "x" * 200)
        for body in ({"action": "release"}, {"action": "release", "reason": " "},
                     {"action": "eat", "reason": "x"}):
            self.assertEqual(wu.ask("POST", path, body)[0], 400)
        self.assertEqual(wu.ask("POST", path, {"action": "dismiss", "reason": "摘要过长"})[0], 200)
        self.assertEqual(wu.ask("GET", path)[0], 404)
        self.assertEqual(wu.ask("POST", path, {"action": "dismiss", "reason": "x"})[0], 404)

    def test_limits_of_sign_in_and_codes(self):
        client = Client(HUB)
        self.assertEqual(client.sign_in("x" * 65, "y")[0], 413)
        self.assertEqual(client.ask("POST", "/office/v1/session", {"login": "x"})[0], 400)
        self.assertEqual(signed_in().ask("GET", "/office/v1/plaques/99999/qr.svg")[0], 404)


class Anomalies(unittest.TestCase):
    """Anomalies of received data (R-250)."""

    def rows(self, login="staff-zhou", query=""):
        status, content, _ = signed_in(login).ask("GET", f"/office/v1/anomalies{query}")
        self.assertEqual(status, 200)
        return content["rows"]

    def test_a_clock_is_one_row_for_a_boot_and_says_what_it_said(self):
        behind, = [row for row in self.rows(query="?kind=clock") if row["code"] == "behind"]
        self.assertEqual((behind["times"], behind["device"]), (2, "井坪 1 号终端"))
        self.assertEqual((behind["record_kind"], behind["by"][:1]), ("企业", "李"))
        self.assertLess(behind["device_time"], behind["at"])

    def test_kinds_are_kept_apart_and_pages_end(self):
        every = self.rows()
        self.assertEqual([row["nr"] for row in every],
                         sorted((row["nr"] for row in every), reverse=True))
        for kind in ("clock", "report", "quarantine", "fork", "refusal", "number"):
            self.assertEqual(self.rows(query=f"?kind={kind}"),
                             [row for row in every if row["kind"] == kind])
        self.assertEqual(self.rows(query=f"?after={every[1]['nr']}"), every[2:])
        self.assertEqual(signed_in("staff-wu").ask("GET", "/office/v1/anomalies?kind=x")[0], 400)

    def test_a_device_nobody_knows_is_told_to_who_answers_for_the_hub(self):
        stranger, = self.rows(query="?kind=refusal")
        self.assertEqual((stranger["code"], stranger["device"]), ("denied", ""))

    def test_who_answers_for_devices_reads_them_as_far_as_the_unit_serves(self):
        self.assertEqual(Client(HUB).ask("GET", "/office/v1/anomalies")[0], 401)
        for login, status in (("staff-sun", 200), ("staff-zheng", 403), ("staff-wu", 200)):
            self.assertEqual(signed_in(login).ask("GET", "/office/v1/anomalies")[0], status, login)
        self.assertEqual(self.rows("staff-side"), [])

    def test_of_a_covert_visit_others_learn_only_that_the_clock_was_wrong(self):
        ahead, = [row for row in self.rows() if row["code"] == "ahead"]
        self.assertEqual((ahead["hidden"], bool(ahead["record"])), (False, True))
        hidden, = [row for row in self.rows("staff-far") if row["code"] == "ahead"]
        self.assertEqual((hidden["hidden"], hidden["title"], hidden["by"]), (True, "", ""))
        self.assertFalse({"record", "record_kind", "entry"} & set(hidden))


class WrittenDown(unittest.TestCase):
    """Its name makes it run last: all answers of the cases before match schema/openapi.yaml."""

    def test_routes_and_document_are_the_same(self):
        source = pathlib.Path(sys.argv[2], "sync/hub/office/routes.c").read_text(encoding="utf-8")
        routes = set(re.findall(r'\{"([A-Z]+)", "(/office/v1/[^"]*)"', source))
        self.assertEqual(routes, set(OPERATIONS))

    def test_answers_are_as_documented_and_all_were_seen(self):
        seen, problems = set(), set()
        for method, place, status, raw in HUB.exchanges:
            for (documented, path), operation in OPERATIONS.items():
                if documented != method or not re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), place):
                    continue
                answer = operation["responses"].get(str(status))
                what = f"{method} {path} → {status}"
                seen.add(what)
                if answer is None:
                    problems.add(f"{what} is not documented")
                    continue
                content = resolved(answer).get("content")
                if content:
                    problems |= set(misfits(content["application/json"]["schema"], json.loads(raw), what))
        every = {f"{method} {path} → {status}" for (method, path), operation in OPERATIONS.items()
                 for status in operation["responses"]}
        self.assertEqual(problems | {f"{what} was never seen" for what in every - seen}, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
