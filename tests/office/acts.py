"""Making, correcting and moving records by what their kinds declare. Run by test_api.py on its hub."""

import concurrent.futures
import json
import unittest
import urllib.error
import urllib.parse
import uuid

from hub import Client

HUB = None
MINE_AREA = "140603100"
SIDE_AREA = "140603200"


def signed_in(login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


def view_of(client, record):
    return client.ask("GET", f"/office/v1/records/{record}")[1]


def ask_form(client, body, language="zh"):
    status, content, _ = client.ask("POST", f"/office/v1/form?lang={language}", body)
    return status, content


def fields_of(form):
    return {field["name"]: dict(field, section=section["name"])
            for section in form["sections"] for field in section["fields"]}


def make(client, kind, act, values, origin=None, record=None, language="zh"):
    body = {"record": record or str(uuid.uuid4()), "kind": kind, "act": act, "values": values}
    if origin:
        body["origin"] = origin
    status, content, _ = client.ask("POST", f"/office/v1/records?lang={language}", body)
    return status, content


def act(client, record, name, values, covers=None):
    covers = covers or view_of(client, record)["covers"]
    status, content, _ = client.ask("POST", f"/office/v1/records/{record}/act",
                                    {"act": name, "values": values, "covers": covers})
    return status, content


def problems_of(content):
    return {problem["field"]: problem["text"] for problem in content.get("problems", [])}


def pick(client, **query):
    return client.ask("GET", f"/office/v1/pick?{urllib.parse.urlencode(query)}")[:2]


class MakingRecords(unittest.TestCase):
    def test_R013_codes_are_added_by_a_leader_and_offered_by_area(self):
        leader, sun = signed_in("staff-zhou"), signed_in()
        values = {"list": "department", "code": "culture", "label_zh": "区文旅局", "area": "140603",
                  "valid_from": "2020-01-01", "basis": "样例〔2026〕1号"}
        self.assertNotEqual(make(sun, "code", "create/set", values)[0], 200)
        status, content = make(leader, "code", "create/set", {**values, "code": "区 文旅"})
        self.assertEqual((status, list(problems_of(content))), (400, ["code"]), content)
        status, content = make(leader, "code", "create/set", values)
        self.assertEqual(status, 200, content)
        record = content["record"]
        status, content = make(leader, "code", "create/set", {**values, "area": "140602"})
        self.assertEqual((status, list(problems_of(content))), (400, ["area"]), content)
        other = {**values, "area": "140603200", "label_zh": "另一个局"}
        status, content = make(leader, "code", "create/set", other)
        self.assertEqual((status, list(problems_of(content))), (400, ["label_zh"]), content)
        self.assertIn("区文旅局", problems_of(content)["label_zh"])
        # The form of an enterprise offers the code in its area only.
        ask = {"kind": "enterprise", "act": "create/register"}
        typed = {"area": "140603100", "emerging_business": "cableway", "duty_state": "settled"}

        def offered(area):
            form = fields_of(ask_form(leader, {**ask, "values": {**typed, "area": area}})[1])
            return [(one["code"], one["label"]) for one in form["lead_department"]["choices"]]
        self.assertEqual(offered("140603100"), [("culture", "区文旅局")])
        self.assertEqual(offered("140602"), [])
        shop = {"name": "样例索道", "sector": "culture_tourism", "uscc": "91140600MA0K00077K",
                "uscc_doubt": "样例", **typed}
        status, content = make(leader, "enterprise", "create/register",
                               {**shop, "area": "140602", "lead_department": "culture"})
        self.assertEqual(status, 400, content)
        self.assertIn("lead_department", problems_of(content))
        status, content = act(leader, record, "edit/end", {"valid_to": "2020-12-31"})
        self.assertEqual(status, 200, content)
        self.assertEqual(offered("140603100"), [])

    def test_R150_a_sealed_value_is_opened_by_those_who_may(self):
        sun = signed_in()
        status, made = make(sun, "tip_off", "create/register", {
            "tip_channel": "letter", "tip_type": "illegal_act", "informant": "钱样例", "tip_subject": "夜间盗采",
            "area": "140603100"})
        self.assertEqual(status, 200, made)
        tip = made["record"]
        for login, field, expected in (("staff-sun", "informant", 200), ("staff-sun", "tip_subject", 400),
                                       ("staff-zheng", "informant", 403), ("staff-far", "informant", 404)):
            body = {"field": field, "reason": "核实地点"}
            self.assertEqual(signed_in(login).ask("POST", f"/office/v1/records/{tip}/unseal", body)[0], expected, login)

    def test_R064_a_setting_is_set_by_a_leader_and_gives_days(self):
        leader, sun = signed_in("staff-zhou"), signed_in()
        menu = [one["act"] for one in leader.ask("GET", "/office/v1/creations")[1]["creations"]
                if one["kind"] == "setting"]
        self.assertEqual(menu, ["create/set"])
        self.assertFalse([one for one in sun.ask("GET", "/office/v1/creations")[1]["creations"]
                          if one["kind"] == "setting"])
        form = fields_of(ask_form(leader, {"kind": "setting", "act": "create/set"})[1])
        self.assertIn({"code": "recheck_days", "label": "复查期限"},
                      [{key: one[key] for key in ("code", "label")} for one in form["name"]["choices"]])
        values = {"name": "recheck_days", "value": "9", "valid_from": "2020-01-01", "basis": "样例〔2026〕1号"}
        self.assertNotEqual(make(sun, "setting", "create/set", values)[0], 200)
        status, content = make(leader, "setting", "create/set", {**values, "value": "9999"})
        self.assertEqual(status, 400, content)
        self.assertIn("须在 1 到 366 之间", problems_of(content)["value"])
        status, content = make(leader, "setting", "create/set", {**values, "valid_to": "2019-12-31"})
        self.assertEqual((status, list(problems_of(content))), (400, ["valid_to"]), content)
        status, content = make(leader, "setting", "create/set", values)
        self.assertEqual(status, 200, content)
        setting = content["record"]
        listed = sun.ask("GET", "/office/v1/list?kind=setting")
        self.assertEqual(view_of(sun, setting)["title"], "复查期限 9", listed)
        # The leader of a township decides neither for everybody nor for others.
        side = signed_in("staff-side")
        self.assertFalse([one["act"] for one in view_of(side, setting)["acts"] if one["act"].startswith("edit/")])
        self.assertEqual(act(side, setting, "edit/end", {"valid_to": "2020-12-31"})[0], 403)
        status, content = act(side, setting, "step/withdrawn", {"reason": "样例"})
        self.assertEqual((status, list(problems_of(content))), (400, ["area"]), content)
        for area in ({}, {"area": "140603"}, {"area": "140603100"}):
            status, content = make(side, "setting", "create/set", {**values, **area})
            self.assertEqual((status, list(problems_of(content))), (400, ["area"]), content)
        status, content = act(leader, setting, "step/withdrawn", {"reason": "样例"})
        self.assertEqual(status, 200, content)

    def site(self, client, name="主井口", record=None, **more):
        return make(client, "site", "create/at_enterprise",
                    {"name": name, "site_type": "shaft", **more}, HUB.told["enterprise"], record)

    def enterprise(self, client, name, area, **more):
        status, content = make(client, "enterprise", "create/register", {
            "name": name, "uscc": "91140603MA0000015Q", "sector": "transport", "area": area, **more})
        self.assertEqual(status, 200, content)
        return content["record"]

    def test_a_record_offers_what_can_be_made_of_it_and_done_with_it(self):
        sun = signed_in()
        view = view_of(sun, HUB.told["enterprise"])
        self.assertIn(("site", "create/at_enterprise"), [(one["kind"], one["act"]) for one in view["creations"]])
        self.assertIn("edit/file", [one["act"] for one in view["acts"]])
        asked = sun.ask("GET", f"/office/v1/creations?from={HUB.told['enterprise']}")[1]
        self.assertEqual(asked["creations"], view["creations"])
        menu = sun.ask("GET", "/office/v1/creations")[1]["creations"]
        self.assertEqual(menu, sun.ask("GET", "/office/v1/creations?from=office")[1]["creations"])
        self.assertIn("create/register", [one["act"] for one in menu])
        self.assertNotIn("site", [one["kind"] for one in menu])
        legal = signed_in("staff-zheng")
        self.assertEqual(legal.ask("GET", "/office/v1/creations")[1]["creations"], [])
        self.assertEqual(view_of(legal, HUB.told["enterprise"])["acts"], [])
        self.assertEqual(sun.ask("GET", f"/office/v1/creations?from={uuid.uuid4()}")[0], 404)

    def test_a_form_follows_what_is_typed(self):
        sun = signed_in()
        body = {"kind": "site", "act": "create/at_enterprise", "origin": HUB.told["enterprise"]}
        status, form = ask_form(sun, body)
        self.assertEqual(status, 200, form)
        fields = fields_of(form)
        self.assertEqual(list(fields), ["name", "site_type", "video", "camera_point", "in_use"])
        self.assertTrue(fields["name"]["required"] and fields["site_type"]["required"])
        self.assertEqual((form["type"], form["kind_label"]), ("create", "作业地点"))
        self.assertIn("样例", form["title"])
        body = {"kind": "enterprise", "act": "create/register", "values": {}}
        shown = {name for name, field in fields_of(ask_form(sun, body)[1]).items() if field["shown"]}
        self.assertFalse({"mine_type", "pond_idle_since", "uscc_doubt", "vehicles"} & shown)
        body["values"] = {"sector": "coal_mine", "uscc": "91140603MA00000151", "licence_valid_to": "2026-99",
                          "area": MINE_AREA}
        fields = fields_of(ask_form(sun, body)[1])
        shown = {name for name, field in fields.items() if field["shown"]}
        self.assertTrue({"mine_type", "uscc_doubt"} <= shown)
        self.assertTrue(fields["uscc_doubt"]["required"] and fields["uscc"]["doubt"])
        self.assertEqual((fields["licence_valid_to"]["typed"], fields["licence_valid_to"]["problem"]),
                         ("2026-99", "不是日期"))
        self.assertIn("井坪镇", fields["area"]["area_name"])
        # The unit of the person is offered, by its name.
        self.assertEqual([one["title"] for one in fields["unit"]["records"]], ["样例·平鲁区应急管理局"])
        self.assertEqual([one["code"] for one in fields["unit"]["ref_kinds"]], ["unit"])
        english = fields_of(ask_form(sun, body, "en")[1])
        self.assertEqual(english["licence_valid_to"]["problem"], "is not a date")

    def test_a_record_is_made_once_and_belongs_to_its_origin(self):
        sun = signed_in()
        record = str(uuid.uuid4())
        status, content = self.site(sun, "东翼工作面", record)
        self.assertEqual((status, content["record"]), (200, record), content)
        view = view_of(sun, record)
        rows = {row["key"]: row for section in view["sections"] for row in section["rows"]}
        self.assertEqual((rows["enterprise"]["ref"], rows["name"]["text"]), (HUB.told["enterprise"], "东翼工作面"))
        newest = sun.ask("GET", f"/office/v1/records/{record}/history")[1]["rows"]
        self.assertEqual([(row["by"], row["entry"]) for row in newest], [("孙样例", content["entry"])])
        # The same again, as after a lost answer, makes nothing.
        status, content = self.site(sun, "东翼工作面", record)
        self.assertEqual((status, content), (200, {"record": record, "repeated": True}))
        self.assertEqual(len(sun.ask("GET", f"/office/v1/records/{record}/history")[1]["rows"]), 1)
        # Other values are neither written nor taken for written.
        status, content = self.site(sun, "西翼工作面", record)
        self.assertEqual((status, content["error"], content["record"]), (409, "chain", record))
        self.assertEqual(view_of(sun, record)["title"], "东翼工作面")
        # The id of a record of somebody else says nothing of it.
        status, content = self.site(signed_in("staff-zhou"), "东翼工作面", record)
        self.assertEqual((status, content["error"], "record" in content), (409, "chain", False))

    def test_problems_are_said_at_their_fields_and_nothing_is_written(self):
        sun = signed_in()
        record = str(uuid.uuid4())
        status, content = make(sun, "site", "create/at_enterprise", {"name": "长" * 61, "site_type": "x"},
                               HUB.told["enterprise"], record)
        self.assertEqual((status, content["error"]), (400, "invalid"))
        self.assertEqual(problems_of(content), {"name": "有 61 字，最多 60 字", "site_type": "填写的格式不对"})
        self.assertIn("名称：有 61 字，最多 60 字", content["message"])
        status, content = make(sun, "site", "create/at_enterprise", {}, HUB.told["enterprise"], record)
        self.assertEqual(set(problems_of(content)), {"name", "site_type"})
        self.assertEqual(sun.ask("GET", f"/office/v1/records/{record}")[0], 404)

    def test_what_is_not_offered_is_refused(self):
        sun = signed_in()
        values = {"name": "x", "site_type": "shaft"}
        for kind, name, origin in (("site", "create/at_enterprise", None),
                                   ("site", "create/at_enterprise", HUB.told["hazard"]),
                                   ("site", "create/none", HUB.told["enterprise"]),
                                   ("site", "edit/correct", HUB.told["enterprise"]),
                                   ("none", "create/register", None),
                                   ("guarantee_step", "create/of_hazard", HUB.told["hazard"])):
            for status, content in (make(sun, kind, name, values, origin),
                                    ask_form(sun, {"kind": kind, "act": name, "origin": origin} if origin
                                             else {"kind": kind, "act": name})):
                self.assertEqual((status, content["error"]), (403, "denied"), (kind, name))
        self.assertEqual(make(signed_in("staff-zheng"), "enterprise", "create/register", {})[0], 403)
        hidden = HUB.told["covert"]
        self.assertEqual(make(signed_in("staff-far"), "site", "create/at_enterprise", values, hidden)[0], 404)
        for record, act_name in ((HUB.told["enterprise"], "create/register"), (HUB.told["enterprise"], "step/none"),
                                 (HUB.told["enterprise"], "nothing")):
            self.assertEqual(ask_form(sun, {"record": record, "act": act_name})[0], 400, act_name)
        self.assertEqual(ask_form(sun, {"record": str(uuid.uuid4()), "act": "edit/file"})[0], 404)
        for record in ("", "x", "0" * 36, HUB.told["enterprise"].upper()):
            self.assertEqual(self.site(sun, record=record or "-")[0], 400, record)
        for values in ([], "x", {"sort": "1"}, {"enterprise": HUB.told["enterprise"]}, {"state": "confirmed"}):
            status, content = make(sun, "site", "create/at_enterprise", values, HUB.told["enterprise"])
            self.assertEqual((status, content["error"]), (400, "invalid"), values)

    def test_a_correction_is_kept_with_its_author_and_the_second_of_two_is_told(self):
        sun, zhou = signed_in(), signed_in("staff-zhou")
        record = self.site(sun, "北翼工作面")[1]["record"]
        covers = view_of(sun, record)["covers"]
        self.assertEqual(act(sun, record, "edit/correct", {"name": "北翼新工作面"}, covers)[0], 200)
        status, content = act(zhou, record, "edit/correct", {"name": "别的名称"}, covers)
        self.assertEqual((status, content["error"]), (409, "chain"))
        self.assertEqual(view_of(sun, record)["title"], "北翼新工作面")
        # After another look, the other person's change is made.
        self.assertEqual(act(zhou, record, "edit/correct", {"sort": "7", "in_use": "no"})[0], 200)
        rows = sun.ask("GET", f"/office/v1/records/{record}/history")[1]["rows"]
        self.assertEqual([row["by"] for row in rows], ["周样例", "孙样例", "孙样例"])
        status, content = act(zhou, record, "edit/correct", {"sort": "7"})
        self.assertEqual((status, problems_of(content)), (400, {"": "没有改动"}))
        status, content = act(zhou, record, "edit/correct", {"name": None})
        self.assertEqual((status, set(problems_of(content))), (400, {"name"}))
        self.assertEqual(act(signed_in("staff-zheng"), record, "edit/correct", {"name": "x"})[0], 403)
        self.assertEqual(view_of(sun, record)["title"], "北翼新工作面")

    def test_an_enterprise_is_registered_and_its_file_is_corrected(self):
        sun = signed_in()
        record = self.enterprise(sun, "样例新登记运输公司", MINE_AREA, vehicles=["freight"],
                                 position="39.512, 112.288", licence_valid_to="2027年3月1日", concern="否",
                                 mine_type="underground")
        view = view_of(sun, record)
        rows = {row["key"]: row["text"] for section in view["sections"] for row in section["rows"]}
        self.assertEqual((view["state"], rows["vehicles"], rows["unit"], rows["licence_valid_to"]),
                         ("confirmed", "普通货运", "样例·平鲁区应急管理局", "2027-03-01"))
        # The kind of mine was typed while the sector was another: nobody saw it when it was sent.
        self.assertEqual(rows.get("mine_type", ""), "")
        self.assertIn("39.512", rows["position"])
        status, content = act(sun, record, "edit/file", {"concern": True, "phone": "电话不详"})
        self.assertEqual((status, set(problems_of(content))), (400, {"concern_reason", "concern_reviewer", "phone"}))
        def lacks():
            rows = sun.ask("GET", "/office/v1/ledger?kind=enterprise&name=no_supervisor&search="
                           + urllib.parse.quote("样例新登记运输公司"))[1]["rows"]
            return record in [row["id"] for row in rows]
        self.assertTrue(lacks())
        supervisor = pick(sun, kind="staff", search="李")[1]["rows"][0]
        status, content = act(sun, record, "edit/file", {
            "concern": True, "concern_reason": "多次停产整顿", "concern_reviewer": supervisor["id"],
            "phone": "0349-6660000", "supervisor": supervisor["id"]})
        self.assertEqual(status, 200, content)
        self.assertFalse(lacks())
        form = fields_of(ask_form(sun, {"record": record, "act": "edit/file"})[1])
        self.assertEqual((form["phone"]["text"], form["concern"]["value"]), ("0349-6660000", True))
        self.assertEqual(form["supervisor"]["records"], [{"id": supervisor["id"], "title": supervisor["title"]}])
        self.assertEqual((form["name"]["section"], form["vehicles"]["section"]), ("identity", "features"))
        # What inspectors correct on site is not an act of the office.
        self.assertNotIn("edit/on_site", [one["act"] for one in view_of(sun, record)["acts"]])

    def test_a_reference_is_refused_at_its_field(self):
        side = signed_in("staff-side")
        record = self.enterprise(side, "样例邻乡运输队", SIDE_AREA)
        self.assertEqual(side.ask("GET", f"/office/v1/records/{HUB.told['enterprise']}")[0], 404)
        wrong = [str(uuid.uuid4()), record, HUB.told["enterprise"]]
        for supervisor in wrong:
            status, content = act(side, record, "edit/file", {"supervisor": supervisor})
            self.assertEqual((status, set(problems_of(content))), (400, {"supervisor"}), supervisor)
        status, content = act(side, record, "step/closed", {
            "closed_reason": "并入", "merged_into": HUB.told["enterprise"]})
        self.assertEqual((status, set(problems_of(content))), (400, {"merged_into"}))
        # Nothing tells whether there is such a record.
        absent = act(side, record, "step/closed", {"closed_reason": "并入", "merged_into": wrong[0]})[1]
        self.assertEqual(problems_of(content), problems_of(absent))
        self.assertEqual(view_of(side, record)["state"], "confirmed")

    def test_records_are_found_by_name_and_only_those_open_to_the_person(self):
        sun, side = signed_in(), signed_in("staff-side")
        status, page = pick(sun, kind="enterprise", search="样例东坡沟")
        self.assertEqual([row["id"] for row in page["rows"]], [HUB.told["enterprise"]])
        self.assertEqual(pick(side, kind="enterprise", search="样例东坡沟")[1]["rows"], [])
        found, after = [], None
        while True:
            query = {"kind": "enterprise", **({"after": after} if after else {})}
            page = pick(sun, **query)[1]
            self.assertLessEqual(len(page["rows"]), 20)
            found += [row["id"] for row in page["rows"]]
            after = page.get("after")
            if not after:
                break
        total = sun.ask("GET", "/office/v1/count?list=enterprises")[1]["total"]
        self.assertEqual((len(found), len(set(found))), (total, total))
        self.assertNotIn(HUB.told["covert"], json.dumps(pick(signed_in("staff-far"), kind="inspection")[1]))
        for query, status in (({"kind": "none"}, 400), ({}, 400), ({"kind": "unit", "after": "x"}, 400),
                              ({"kind": "unit", "search": "长" * 401}, 413)):
            self.assertEqual(pick(sun, **query)[0], status, query)

    def test_a_step_twice_from_two_places_is_taken_once(self):
        sun, zhou = signed_in(), signed_in("staff-zhou")
        record = self.enterprise(sun, "样例将注销运输公司", MINE_AREA)
        covers = view_of(sun, record)["covers"]
        self.assertEqual(act(sun, record, "step/closed", {"closed_reason": "停业"}, covers)[0], 200)
        status, content = act(zhou, record, "step/closed", {"closed_reason": "吊销"}, covers)
        self.assertEqual((status, content["error"]), (409, "chain"))
        rows = {row["key"]: row["text"] for section in view_of(zhou, record)["sections"] for row in section["rows"]}
        self.assertEqual(rows["closed_reason"], "停业")

    def test_a_step_by_many_at_once_is_taken_once(self):
        record = self.enterprise(signed_in(), "样例八人同时注销的公司", MINE_AREA)
        clients = [signed_in(login) for login in ("staff-sun", "staff-zhou") for _ in range(4)]
        covers = view_of(clients[0], record)["covers"]
        before = history_of(clients[0], record)
        with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
            answers = list(pool.map(lambda one: act(one[1], record, "step/closed", {"closed_reason": f"第{one[0]}人"}, covers),
                                    enumerate(clients)))
        self.assertEqual(sorted(status for status, _ in answers), [200] + [409] * 7, answers)
        self.assertEqual({content["error"] for status, content in answers if status != 200}, {"chain"})
        winner = next(number for number, (status, _) in enumerate(answers) if status == 200)
        rows = {row["key"]: row["text"] for section in view_of(clients[0], record)["sections"] for row in section["rows"]}
        self.assertEqual(rows["closed_reason"], f"第{winner}人")
        self.assertEqual(len(history_of(clients[0], record)), len(before) + 1)


def history_of(client, record):
    return client.ask("GET", f"/office/v1/records/{record}/history")[1]["rows"]


class Worksheets(unittest.TestCase):
    def test_R051_an_item_is_answered_once_and_the_second_person_is_told(self):
        sun, zhou = signed_in(), signed_in("staff-zhou")
        town = next(row["id"] for row in pick(sun, kind="unit")[1]["rows"] if "井坪镇" in row["title"])
        status, content = make(sun, "capacity_assessment", "create/of_unit", {"assessed_unit": town})
        self.assertEqual(status, 200, content)
        place = f"/office/v1/records/{content['record']}/worksheet"
        view = sun.ask("GET", place)[1]
        self.assertEqual((view["open"], view["total"], view["answered"]), (True, 26, 0))
        body = {"item": "TWN-01", "answer": "compliant", "note": "三人在岗", "heads": []}
        status, done, _ = sun.ask("POST", place, body)
        self.assertEqual((status, len(done["heads"])), (200, 1), done)
        status, again, _ = sun.ask("POST", place, body)
        self.assertEqual((status, again["repeated"], again["heads"]), (200, True, done["heads"]))
        status, refused, _ = zhou.ask("POST", place, {**body, "answer": "noncompliant"})
        self.assertEqual((status, refused["present"]["by"], refused["present"]["note"]), (409, "孙样例", "三人在岗"))
        self.assertEqual(zhou.ask("POST", place, {**body, "answer": "noncompliant", "heads": done["heads"]})[0], 200)
        self.assertEqual(sun.ask("POST", place, {**body, "note": "长" * 2001})[0], 413)
        for wrong in ({"item": "TWN-99"}, {"answer": "yes"}, {"heads": None}, {"item": 7}):
            self.assertEqual(sun.ask("POST", place, {**body, **wrong})[0], 400, wrong)
        absent = f"/office/v1/records/{uuid.uuid4()}/worksheet"
        self.assertEqual((sun.ask("GET", absent)[0], sun.ask("POST", absent, body)[0]), (404, 404))
        other = f"/office/v1/records/{HUB.told['hazard']}/worksheet"
        self.assertEqual((sun.ask("GET", other)[0], sun.ask("POST", other, body)[0]), (400, 400))

    def test_files_of_a_record_that_is_not_made_yet(self):
        sun = signed_in()
        about = {"record": str(uuid.uuid4()), "kind": "tip_off", "act": "create/register", "role": "proof", "size": 9}
        self.assertEqual(sun.ask("POST", "/office/v1/uploads", {**about, "size": 64 * 1024 * 1024 + 1})[0], 413)
        self.assertEqual(sun.ask("POST", "/office/v1/uploads", {**about, "act": "create/at_enterprise",
                                                                 "origin": str(uuid.uuid4())})[0], 404)
        begun, statuses = [], []
        while not statuses or (statuses[-1] == 200 and len(statuses) < 9):
            status, content, _ = sun.ask("POST", "/office/v1/uploads", about)
            statuses.append(status)
            begun += [content["upload"]] if status == 200 else []
        self.assertEqual((statuses[0], statuses[-1]), (200, 503))
        for upload in begun:
            self.assertEqual(sun.ask("DELETE", f"/office/v1/uploads/{upload}")[0], 200)


class TooMuch(unittest.TestCase):
    """Input without end or measure: refused by name, and nothing is written."""

    def setUp(self):
        self.client = signed_in()
        self.total = self.count()

    def tearDown(self):
        self.assertEqual(self.count(), self.total)

    def count(self):
        return self.client.ask("GET", "/office/v1/count?list=enterprises")[1]["total"]

    def register(self, **values):
        return make(self.client, "enterprise", "create/register", {"name": "多", "sector": "transport", **values})

    def assert_too_large(self, send):
        """The hub refuses it before it has read all, so the connection may end first."""
        try:
            self.assertEqual(send()[0], 413)
        except urllib.error.URLError as error:
            self.assertIsInstance(error.reason, ConnectionError)

    def test_a_huge_form(self):
        for values in ({"name": "长" * 200000}, {"name": ["x"] * 100000}):
            self.assert_too_large(lambda values=values: self.register(**values))
        # A body that is nested too deeply is answered in any case.
        nested = json.loads("[" * 40 + "]" * 40)
        self.assertEqual(self.register(name=nested)[0], 413)
        self.assertEqual(ask_form(self.client, {"kind": "enterprise", "act": "create/register",
                                                "values": {"name": nested}})[0], 413)
        many = self.register(**{f"field_{number}": "x" for number in range(10000)})
        self.assertEqual((many[0], many[1]["error"]), (400, "invalid"), many)
        self.assertIn("field_", many[1]["message"])
        deep = json.loads("[" * 20 + "]" * 20)
        for value in (deep, {"a": deep}, "长" * 20000, [1] * 20000, 10 ** 18, -1.5, True):
            status, content = self.register(name=value)
            self.assertEqual(status, 400, content)
            self.assertIn("name", problems_of(content), content)
        self.assert_too_large(lambda: ask_form(self.client, {"kind": "enterprise", "act": "create/register",
                                                             "values": {"name": "长" * 200000}}))

    def test_a_million_references(self):
        ids = [str(uuid.uuid4()) for _ in range(5000)]
        self.assertEqual(self.register(supervisor=ids)[0], 400)
        self.assert_too_large(lambda: self.register(supervisor=ids * 200))

    def test_a_list_of_everything(self):
        path = "/office/v1/ledger?kind=hazard&name=rectification&where="
        many = ",".join(["general"] * 900)
        for where, word in ((f"level:{many}", "1000"), (";".join(f"f{n}:x" for n in range(300)), "1000"),
                            ("level:" + "x" * 5000, "1000"), ("level", "where"), (":x", ""), ("level:", ""),
                            ("level:general,zz", "level"), ("responsible_person:x", "responsible_person"), ("state:lost", "state")):
            status, content, _ = self.client.ask("GET", path + urllib.parse.quote(where) + "&lang=en")
            self.assertEqual(status, 400, (where[:40], content))
            self.assertIn(word, content["message"])
        self.assertEqual(self.client.ask("GET", path + "level:general;level:major")[0], 200)
        for query in ("order=upward", "order=due&after=x", "after=x", "order=title&after=1"):
            self.assertEqual(self.client.ask("GET", f"{path}&{query}")[0], 400, query)
        self.assertEqual(self.client.ask("GET", "/office/v1/ledger?kind=hazard&name=overdue&order=title")[0], 400)
        for name in ("*", "none", "", "../x"):
            self.assertEqual(self.client.ask("GET", f"/office/v1/ledger?kind=hazard&name={name}")[0], 400, name)
        self.assertEqual(self.client.ask("GET", "/office/v1/ledger?kind=inspection&name=*")[0], 200)
