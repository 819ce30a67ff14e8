"""Work of the office beyond one visit, by the acts that kinds declare: listed supervision, progress that two
people sign, the eleven steps of the guarantee mechanism, escalation, sorting, and covert visits."""

import io
import sys
import unittest
import zipfile

import acts
from acts import act, make, view_of
from hub import Hub
from story import Story, day

HUB = None


def setUpModule():
    global HUB
    HUB = acts.HUB = Hub(*sys.argv[1:3])


def tearDownModule():
    code = HUB.close()
    if code != 0:
        raise AssertionError(f"the hub ended with {code}")


class Supervision(Story):
    def ordered(self, days):
        """The hazard with an order that is due after so many days."""
        return next(row["id"] for row in self.ledger("hazard", "rectification")
                    if f"期限差 {days} 天" in str(row))

    # --- covert visits ---

    def test_R059_a_leader_releases_a_covert_visit(self):
        covert = HUB.told["covert"]
        # Both look after the area of the visit, in another unit.
        others = [self.client(login) for login in ("staff-far", "staff-other")]
        for other in others:
            self.assertEqual(other.ask("GET", f"/office/v1/records/{covert}")[0], 404)
        self.refuse("staff-zhou", covert, "step/accepted", "released", released="是", published_at=day())
        self.do("staff-sun", covert, "step/accepted")
        self.assertNotIn("step/accepted", self.offered("staff-sun", covert))
        self.refuse("staff-sun", covert, "step/accepted", "", released="是")
        self.refuse("staff-zhou", covert, "step/accepted", "请确认解除保密")
        self.do("staff-zhou", covert, "step/accepted", released="是", published_at=day())
        for other in others:
            status, view, _ = other.ask("GET", f"/office/v1/records/{covert}")
            self.assertEqual((status, view["state"]), (200, "accepted"))

    # --- general hazards ---

    def test_R086_the_office_answers_an_escalation(self):
        hazard = self.ordered(-7)
        self.assertNotIn("edit/answer_escalation", self.offered("staff-sun", hazard))
        self.refuse("staff-wang", hazard, "edit/escalate", "上报原因", escalated_to="平鲁区安委会")
        self.do("staff-wang", hazard, "edit/escalate", escalated_to="平鲁区安委会", escalation_reason="涉及相邻矿井")
        self.assertNotIn("edit/answer_escalation", self.offered("staff-wang", hazard))
        self.do("staff-sun", hazard, "edit/answer_escalation", escalation_answer="由区安委会牵头协调")
        shown = self.rows("staff-wang", hazard)
        self.assertEqual([shown[name]["text"] for name in ("escalated_to", "escalation_reason", "escalation_answer")],
                         ["平鲁区安委会", "涉及相邻矿井", "由区安委会牵头协调"])
        self.assertEqual(self.state(hazard), "ordered")

    def test_R086_what_was_escalated_is_listed_until_the_upper_level_answers(self):
        hazard = HUB.told["hazard"]
        self.assertEqual(self.state(hazard), "found")
        status, form = acts.ask_form(self.client("staff-wang"), {"record": hazard, "act": "edit/escalate"})
        self.assertEqual(status, 200)
        self.assertTrue(all(field["shown"] for field in acts.fields_of(form).values()), form)
        self.do("staff-wang", hazard, "edit/escalate", escalated_to="朔州市安委会", escalation_reason="本级无力封闭老窑")
        listed = {row["id"]: str(row) for row in self.ledger("hazard", "escalated")}
        self.assertIn("朔州市安委会", listed[hazard])
        self.refuse("staff-sun", hazard, "edit/answer_escalation", "escalation_answer", escalation_answer="")
        self.do("staff-sun", hazard, "edit/answer_escalation", escalation_answer="由市局协调封闭")
        self.assertNotIn(hazard, [row["id"] for row in self.ledger("hazard", "escalated")])
        self.assertEqual(self.state(hazard), "found")

    def test_R078_each_type_of_problem_asks_for_fields_of_its_own(self):
        hazard = self.ordered(30)
        for code, needed in (("institutional", {"special_plan": "修订采掘接续管理制度"}),
                             ("mechanism", {"lead_unit": "平鲁区应急管理局", "lead_experts": "专家甲、专家乙"}),
                             ("approval_enforcement", {"laxity_duty": "审批局复核全部许可"}), ("on_site", {})):
            for left_out in needed:
                values = {name: text for name, text in needed.items() if name != left_out}
                status, content = act(self.client("staff-sun"), hazard, "edit/sort",
                                      {"problem_type": code, **values})
                self.assertEqual((status, set(acts.problems_of(content))), (400, {left_out}), content)
            self.do("staff-sun", hazard, "edit/sort", problem_type=code, **needed)
            shown = self.rows("staff-sun", hazard)
            self.assertEqual({name: shown[name]["text"] for name in needed}, needed)

    # --- the guarantee mechanism ---

    SLOTS = ["loop", "transfer_1", "transfer_2", "disclosure_1", "disclosure_2", "disclosure_3", "assessment_1",
             "assessment_2", "assessment_3", "assessment_4", "trace_back"]

    def fill_slots(self, hazard):
        """All eleven steps with day, person and proof, and with a name of the office's own."""
        for number, slot in enumerate(self.SLOTS):
            step = self.make("staff-sun", "guarantee_step", "create/of_hazard", hazard, slot=slot,
                             name=f"第 {number + 1} 步", done_on=day(-number), person="样例负责人")
            self.attach("staff-sun", step, "proof", slot)
            shown = self.rows("staff-zhou", step)
            self.assertEqual([shown[name]["text"] for name in ("name", "done_on", "person")],
                             [f"第 {number + 1} 步", day(-number), "样例负责人"])
            self.assertEqual(len(view_of(self.client("staff-zhou"), step)["files"]), 1)
        shown = str(view_of(self.client("staff-sun"), hazard)["children"])
        for number, _ in enumerate(self.SLOTS):
            self.assertIn(f"第 {number + 1} 步", shown)

    def test_R103_an_illegal_act_has_the_eleven_steps(self):
        self.assertEqual(make(self.client("staff-sun"), "guarantee_step", "create/of_hazard",
                              {"slot": "loop"}, self.ordered(-400))[0], 403)
        hazard = self.ordered(0)
        self.assertEqual(make(self.client("staff-wang"), "guarantee_step", "create/of_hazard",
                              {"slot": "loop"}, hazard)[0], 403)
        self.fill_slots(hazard)

    # --- a major hazard ---

    def test_R094_a_risk_type_suggests_listed_supervision(self):
        hazard = HUB.told["hazard"]
        self.assertNotIn(hazard, [row["id"] for row in self.ledger("hazard", "to_list")])
        self.do("staff-sun", hazard, "step/suspected", level="major", mass_casualty_type="large_shift_mine")
        listed = {row["id"]: row for row in self.ledger("hazard", "to_list")}
        self.assertIn(hazard, listed)
        self.assertNotIn(HUB.told["major"], listed)  # major, but of no such type
        form = acts.ask_form(self.client("staff-sun"), {"record": hazard, "act": "step/confirmed"})
        self.assertEqual(form[0], 200)

    def confirm_and_list(self, hazard, **values):
        self.do("staff-sun", hazard, "step/confirmed", criterion="判定标准第四条")
        self.do("staff-sun", hazard, "step/planned", five_measures="停", five_responsibility="矿长",
                five_funds="30 万元", five_time_limit=day(30), five_plan="撤人")
        self.assertIn("隐患五到位（五落实）", str(view_of(self.client("staff-sun"), hazard)["sections"]))
        self.do("staff-sun", hazard, "step/listed", **{
            "listing_body": "city_committee", "listing_body_name": "朔州市安委会", "listing_number": "朔安办〔2026〕1号",
            "listing_on": day(), "listing_deadline": day(60), **values})

    def report_progress(self, hazard):
        """One report is signed by the leader first, one by the company first, one by nobody."""
        client = self.client("staff-sun")
        values = dict(reported_on=day(), summary="已停产排查")
        first = self.make("staff-sun", "progress_report", "create/of_hazard", hazard, **values)
        second = self.make("staff-wang", "progress_report", "create/of_hazard", hazard,
                           **dict(values, summary="传感器已加装", reported_on=day(-1)))
        status, content = make(client, "progress_report", "create/of_hazard",
                               dict(values, reported_on=day(1)), hazard)
        self.assertEqual(status, 400, content)
        leader = dict(leader_name="周样例", leader_post="副区长", leader_signed_at=f"{day()} 09:00")
        company = dict(company="样例集团", company_head="样例负责人01", company_post="董事长",
                       company_signed_at=f"{day()} 10:00")
        self.refuse("staff-sun", first, "step/leader_signed", "领导签字件", **leader)
        self.attach("staff-sun", first, "signed", "leader")
        self.refuse("staff-sun", first, "step/leader_signed", "请填写领导职务", **{**leader, "leader_post": None})
        self.refuse("staff-wang", first, "step/leader_signed", "", **leader)
        self.do("staff-sun", first, "step/leader_signed", **leader)
        self.refuse("staff-sun", hazard, "step/rectifying", "没有两方都签字的当日进展报告", progress_on=day())
        self.refuse("staff-sun", first, "edit/correct", "", summary="签字后改动")
        self.refuse("staff-sun", first, "step/valid", "企业签字件", **company)
        self.attach("staff-sun", first, "signed", "company")
        self.refuse("staff-sun", first, "step/valid", "请填写企业签字时间", **{**company, "company_signed_at": None})
        self.do("staff-sun", first, "step/valid", **company)
        self.attach("staff-sun", second, "signed", "company")
        # A report counts for its own day only.
        self.refuse("staff-sun", hazard, "step/rectifying", "没有两方都签字的当日进展报告", progress_on=day(-1))
        self.refuse("staff-sun", hazard, "step/rectifying", "进展日期不能晚于今天", progress_on=day(300))
        self.refuse("staff-wang", second, "edit/correct", "进展日期不能晚于今天", reported_on=day(1))
        self.refuse("staff-wang", second, "step/company_signed", "签字时间不能晚于今天",
                    **{**company, "company_signed_at": f"{day(1)} 10:00"})
        self.do("staff-wang", second, "step/company_signed", **company)
        self.assertEqual([row["id"] for row in self.ledger("progress_report", "unsigned")], [second])
        self.attach("staff-sun", second, "signed", "leader")
        self.do("staff-zhou", second, "step/valid", **leader)
        self.assertEqual(self.ledger("progress_report", "unsigned"), [])
        # Each report is a record of its own, with its two signatures.
        for record, summary in ((first, "已停产排查"), (second, "传感器已加装")):
            shown = self.rows("staff-sun", record)
            self.assertEqual([shown[name]["text"] for name in ("summary", "leader_name", "company_head")],
                             [summary, "周样例", "样例负责人01"])
            self.assertEqual(len(view_of(client, record)["files"]), 2)
        self.do("staff-sun", hazard, "step/rectifying", progress_on=day())

    def test_R097_a_major_hazard_is_struck_off_after_progress_and_acceptance_were_signed(self):
        hazard = HUB.told["major"]
        self.confirm_and_list(hazard)
        self.assertNotIn(hazard, [row["id"] for row in self.ledger("hazard", "overdue")])
        by_body = {name: [row["id"] for row in self.ledger("hazard", f"listed_{name}")]
                   for name in ("supervision", "committee", "department", "headquarters")}
        self.assertEqual(by_body, {"supervision": [hazard], "committee": [hazard], "department": [],
                                   "headquarters": []})
        self.fill_slots(hazard)
        for note in ("department", "workforce"):
            self.attach("staff-sun", hazard, "proof", note)
        self.do("staff-sun", hazard, "step/rectifying", report_department_to="平鲁局", report_department_on=day(),
                report_workforce_to="staff", report_workforce_on=day())
        self.report_progress(hazard)
        self.do("staff-sun", hazard, "step/acceptance", acceptance_asked_on=day(), fix_report="全部完成")
        passed = dict(acceptance_team="专家三人", acceptance_result="passed", acceptance_on=day(),
                      sign_off_name="周样例", sign_off_post="副区长", sign_off_on=day())
        self.refuse("staff-zhou", hazard, "step/signed_off", "签字的验收意见", **passed)
        self.attach("staff-zhou", hazard, "signed", "acceptance")
        self.refuse("staff-sun", hazard, "step/signed_off", "", **passed)
        self.do("staff-zhou", hazard, "step/signed_off", **passed)
        self.do("staff-sun", hazard, "step/struck_off", strike_off_on=day(), strike_off_public_on=day())
        self.assertEqual(self.state(hazard), "struck_off")
        # The steps of the mechanism go on after the end: assessment, trace-back.
        self.make("staff-sun", "guarantee_step", "create/of_hazard", hazard, slot="trace_back", name="倒查补充")

    def late(self, hazard, days):
        """The hazard is in the list of those overdue, by so many days."""
        row, = (row for row in self.ledger("hazard", "overdue") if row["id"] == hazard)
        self.assertEqual((row["due"]["days"], self.rows("staff-sun", hazard)["overdue_days"]["text"]),
                         (-days, f"{days} 天"))

    def test_R098_a_listed_hazard_is_refused_from_the_start_and_its_deadline_is_kept_in_sight(self):
        hazard = HUB.told["hazard"]
        if self.state(hazard) == "found":
            self.do("staff-sun", hazard, "step/suspected", level="major", mass_casualty_type="large_shift_mine")
        self.confirm_and_list(hazard, listing_on=day(-20), listing_deadline=day(-5),
                              listing_body="group_headquarters", listing_body_name="样例集团总部")
        self.assertIn(hazard, [row["id"] for row in self.ledger("hazard", "listed_headquarters")])
        self.late(hazard, 5)
        self.refuse("staff-zhou", hazard, "step/refused", "请附本次拒不整改的证明", refusal_note="拒不停产")
        self.attach("staff-zhou", hazard, "photo", "refusal")
        self.do("staff-zhou", hazard, "step/refused", refusal_note="拒不停产")
        self.late(hazard, 5)
        self.do("staff-zhou", hazard, "step/stopped", stop_number="停1号", stop_on=day())
        self.late(hazard, 5)
        self.do("staff-zhou", hazard, "step/rectifying")
        self.late(hazard, 5)
        # The double report, which was left out so far, is asked for before the acceptance.
        done = dict(acceptance_asked_on=day(), fix_report="已封闭")
        report = dict(report_department_to="平鲁局", report_department_on=day(), report_workforce_to="staff",
                      report_workforce_on=day())
        self.refuse("staff-sun", hazard, "step/acceptance", "请填写接收部门", **done)
        self.refuse("staff-sun", hazard, "step/acceptance", "双报告要有两份证明", **done, **report)
        for note in ("department", "workforce"):
            self.attach("staff-sun", hazard, "proof", note)
        self.do("staff-sun", hazard, "step/acceptance", **done, **report)
        self.late(hazard, 5)

    # --- planned visits ---

    def test_R056_the_office_plans_and_assigns_each_mode_by_its_rule(self):
        sun = self.client("staff-sun")
        lead = sun.ask("GET", "/office/v1/pick?kind=staff&search=%E6%9D%8E")[1]
        lead = lead["rows"][0]["id"]
        base = dict(enterprise=HUB.told["enterprise"], planned_month=day(10))

        def refuse(word, **values):
            status, content = make(sun, "inspection", "create/assign", {**base, "lead": lead, **values})
            self.assertEqual(status, 400, content)
            self.assertIn(word, str(content))

        refuse("请填写计划时间，或计划外原因", modes=["routine"], planned_month=None)
        refuse("双随机检查须有抽取记录", modes=["double_random"])
        refuse("联合执法须明确牵头部门", modes=["joint"])
        refuse("四不两直不得提前通知", modes=["unannounced"], notice_sent="是")
        refuse("交叉执法不能检查本辖区企业", modes=["cross_area"])
        # the district organises the swap, and the station of one township visits another one.
        station, district = (acts.pick(sun, kind="unit", search=name)[1]["rows"][0]["id"]
                             for name in ("井坪镇", "平鲁区应急管理局"))
        elsewhere = self.make("staff-sun", "enterprise", "create/register", name="邻乡某砖厂", uscc="91140603000009X7X7",
                              uscc_doubt="样例", sector="metallurgy", area="140603200", duty_state="settled")
        swap = self.make("staff-sun", "inspection", "create/assign", **{**base, "enterprise": elsewhere}, lead=lead,
                         modes=["cross_area"], unit=station, organised_by=district)
        self.assertEqual(self.rows("staff-sun", swap)["organised_by"]["ref"], district)
        for modes, more in ((["double_random"], {"draw_record": "全部煤矿，种子 7，抽中 1 家"}),
                            (["joint"], {"lead_department": "平鲁区应急管理局"}), (["unannounced"], {}),
                            (["guidance", "open"], {}), (["expert", "sampling"], {}), (["recheck", "remote"], {}),
                            (["stationed"], {}), (["self_check"], {})):
            record = self.make("staff-sun", "inspection", "create/assign", **base, lead=lead, modes=modes, **more)
            self.assertEqual(self.state(record), "assigned")
        planned = self.make("staff-sun", "inspection", "create/plan", **base, modes=["double_random"])
        self.assertEqual(self.state(planned), "planned")
        self.refuse("staff-sun", planned, "step/assigned", "双随机检查须有抽取记录", lead=lead)
        self.do("staff-sun", planned, "step/assigned", lead=lead, draw_record="全部煤矿，种子 8，抽中 1 家")
        # A further inspection of the same enterprise names the one before.
        later = self.make("staff-sun", "inspection", "create/continue", HUB.told["second"], lead=lead,
                          unplanned_reason="复查未整改的隐患")
        shown = self.rows("staff-sun", later)
        self.assertEqual(shown["continuation_of"]["ref"], HUB.told["second"])
        self.assertIn("复查", shown["modes"]["text"])

    # --- tip-offs, which stay at the office ---

    def offers_tip_off(self, login):
        creations = self.client(login).ask("GET", "/office/v1/creations?from=office")[1]["creations"]
        return "create/register" in [one["act"] for one in creations if one["kind"] == "tip_off"]

    def tips(self, login):
        status, page, _ = self.client(login).ask("GET", "/office/v1/ledger?kind=tip_off&name=*")
        self.assertEqual(status, 200, page)
        return [row["id"] for row in page["rows"]]

    def check_sealed(self, tip):
        """The informant is stored, shown to nobody, and opened by those who may, with a reason in the access log."""
        sun, zhou = "staff-sun", "staff-zhou"
        self.do(sun, tip, "edit/correct", informant="钱样例", informant_phone="13900000001")
        for login in (sun, zhou):
            client = self.client(login)
            row = self.rows(login, tip)["informant"]
            self.assertEqual((row["sealed"], row["withheld"], row["may_open"], row["text"]), (True, True, True, ""))
            for path in (f"records/{tip}", f"records/{tip}/history", "ledger?kind=tip_off&name=*",
                         "ledger?kind=tip_off&name=*&search=%E9%92%B1"):
                status, view, _ = client.ask("GET", f"/office/v1/{path}")
                self.assertEqual(status, 200, view)
                self.assertNotIn("钱样例", str(view))
                self.assertNotIn("13900000001", str(view))
            archive = client.ask("GET", f"/office/v1/records/{tip}/case")[1]
            with zipfile.ZipFile(io.BytesIO(archive)) as case:
                for name in case.namelist():
                    self.assertNotIn("钱样例".encode(), case.read(name), name)
        form = self.client(sun).ask("POST", "/office/v1/form", {"record": tip, "act": "edit/correct", "values": {}})[1]
        self.assertNotIn("钱样例", str(form))
        path = f"/office/v1/records/{tip}/unseal"
        why = "联系举报人核实地点"
        for status, body in ((400, {"field": "informant", "reason": " "}), (400, {"field": "informant"}),
                             (400, {"field": "tip_subject", "reason": why}),
                             (400, {"field": "informant", "reason": "长" * 201})):
            self.assertEqual(self.client(sun).ask("POST", path, body)[0], status, body)
        self.assertEqual(self.client("staff-other").ask("POST", path, {"field": "informant", "reason": why})[0], 404)
        for login in (sun, zhou, zhou):
            status, opened, _ = self.client(login).ask("POST", path, {"field": "informant", "reason": why})
            self.assertEqual((status, opened.get("text")), (200, "钱样例"), opened)
        rows = self.client(zhou).ask("GET", f"/office/v1/access?record={tip}")[1]["rows"]
        unsealed = [(row["by"], row["field"], row["reason"]) for row in rows if row["way"] == "unseal"]
        self.assertEqual(unsealed, [(name, "举报人姓名", why) for name in ("周样例", "周样例", "孙样例")])
        # A correction without the field leaves it; another value takes its place.
        self.do(sun, tip, "edit/correct", tip_place="东翼")
        self.assertEqual(self.client(sun).ask("POST", path, {"field": "informant", "reason": why})[1]["text"], "钱样例")
        self.do(sun, tip, "edit/correct", informant="吴样例")
        self.assertEqual(self.client(sun).ask("POST", path, {"field": "informant", "reason": why})[1]["text"], "吴样例")

    def test_R150_who_tips_off_is_sealed_and_no_other_record_tells_of_it(self):
        sun, zhou = "staff-sun", "staff-zhou"
        self.assertTrue(self.offers_tip_off(sun))
        tip = self.make(sun, "tip_off", "create/at_enterprise", HUB.told["enterprise"], tip_channel="hotline",
                        tip_type="hidden_danger", tip_subject="夜班超定员", tip_text="夜班下井人数超过核定人数")
        self.check_sealed(tip)
        # Only those who handle tip-offs in the unit know of it.
        self.assertEqual((self.tips(sun), self.tips(zhou)), ([tip], [tip]))
        for other in ("staff-far", "staff-other", "staff-wang"):
            self.assertEqual(self.tips(other), [])
            self.assertEqual(self.client(other).ask("GET", f"/office/v1/records/{tip}")[0], 404)
        # The inspection and the hazard do not tell that there was a tip-off.
        status, content = act(self.client(sun), tip, "step/judged", {
            "tip_level": "county", "handling_unit": acts.pick(self.client(sun), kind="unit", search="平鲁")[1]["rows"][0]["id"],
            "judge_reason": "本级办理"})
        self.assertEqual(status, 200, content)
        self.do(sun, tip, "step/verifying", verify_plan="夜间核查，按普通检查进行",
                tip_verifier=acts.pick(self.client(sun), kind="staff", search="王")[1]["rows"][0]["id"])
        self.assertEqual(self.tips("staff-wang"), [tip])
        status, view, _ = self.client("staff-zheng").ask("GET", f"/office/v1/records/{HUB.told['second']}")
        self.assertEqual(status, 200)
        self.assertNotIn(tip, str(view))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
