"""Matters of the office that begin without a visit, each from its first record to its last: tip-offs,
accidents, evaluations, leads to other bodies, letters, credit, scores, townships, plans and monthly
packs (workflows 5 to 9)."""

import io
import sys
import unittest
import zipfile

import acts
from acts import make, pick, view_of
from hub import Hub
from story import Matter, day

HUB = None


def setUpModule():
    global HUB
    HUB = acts.HUB = Hub(*sys.argv[1:3])


def tearDownModule():
    code = HUB.close()
    if code != 0:
        raise AssertionError(f"the hub ended with {code}")


class TipOffs(Matter):
    INTAKE = dict(tip_channel="hotline", tip_type="hidden_danger", tip_subject="井下瓦斯超限仍作业",
                  tip_text="中班瓦斯报警后未撤人")

    def tip(self, **values):
        return self.make(self.SUN, "tip_off", "create/at_enterprise", HUB.told["enterprise"],
                         **{**self.INTAKE, **values})

    def judge(self, tip, **values):
        self.do(self.SUN, tip, "step/judged", tip_level="township", handling_unit=self.unit("井坪"),
                judge_reason="属地办理", **values)

    def verify(self, tip):
        self.do(self.SUN, tip, "step/verifying", tip_verifier=self.found("staff", "王样例"),
                verify_plan="夜班突击核查，调取监控", verify_team="王样例、李样例")

    def conclude(self, tip, verdict, **values):
        self.refuse(self.ZHOU, tip, "step/concluded", "核查步骤", tip_verdict=verdict, tip_finding="情况",
                    verdict_basis="依据")
        step = self.make(self.WANG, "tip_step", "create/of_tip", tip, step_type="site", step_text="调取甲烷曲线",
                         step_by="王样例")
        self.attach(self.WANG, step, "proof", "curve")
        self.refuse(self.ZHOU, tip, "step/concluded", "核查证据", tip_verdict=verdict, tip_finding="情况",
                    verdict_basis="依据")
        self.attach(self.ZHOU, tip, "proof", "evidence")
        self.refuse(self.ZHOU, tip, "step/concluded", "请填写结论依据", tip_verdict=verdict, tip_finding="情况")
        self.refuse(self.SUN, tip, "step/concluded", "", tip_verdict=verdict, tip_finding="情况", verdict_basis="依据")
        self.do(self.ZHOU, tip, "step/concluded", tip_verdict=verdict, tip_finding="曲线超限四次",
                verdict_basis="煤矿安全规程", **values)

    def test_a_sealed_value_is_called_sealed_in_the_case_and_the_history(self):
        tip = self.tip(informant="钱样例举报")
        self.judge(tip)
        self.verify(tip)
        self.attach(self.ZHOU, tip, "proof", "evidence")
        for query in ("", "?without_personal=1"):
            status, content, _ = self.client(self.ZHOU).ask("GET", f"/office/v1/records/{tip}/case{query}")
            self.assertEqual(status, 200, content)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                page = archive.read("index.html").decode().replace("<bdi>", "").replace("</bdi>", "")
                self.assertNotIn("钱样例举报".encode(), archive.read("case.export"))
            for said in ("<th>举报人姓名</th><td>（封存，不在案卷中）</td>", "举报人姓名：（封存）"):
                self.assertTrue(said in page, said)
            self.assertNotIn("钱样例举报", page)
        rows = self.client(self.ZHOU).ask("GET", f"/office/v1/records/{tip}/history")[1]["rows"]
        sets = {one["label"]: one for row in rows for one in row["sets"]}
        self.assertEqual((sets["举报人姓名"]["text"], sets["举报人姓名"]["sealed"]), ("", True))
        self.assertNotIn("sealed", sets["类型"])

    def test_R145_to_R151_a_tip_off_from_intake_to_reward(self):
        earlier = self.tip(tip_subject="瓦斯探头被堵")
        self.assertTrue(self.text(earlier, "number")[0].split("-")[-1].isdigit())
        self.refuse_make(self.SUN, "tip_off", "create/at_enterprise", "tip_channel", HUB.told["enterprise"],
                         tip_type="accident", tip_subject="缺渠道")
        self.refuse_make(self.SUN, "tip_off", "create/at_enterprise", "受理日期不能晚于今天", HUB.told["enterprise"],
                         **self.INTAKE, tip_on=day(1))
        self.refuse_make(self.WANG, "tip_off", "create/at_enterprise", "", HUB.told["enterprise"], **self.INTAKE)
        tip = self.tip(tip_on=day(-3), insider="是")
        self.assertIn(tip, self.listed("tip_off", "tips_insider"))
        # The local unit does not see it before it is judged to be its matter.
        self.assertEqual(self.client(self.WANG).ask("GET", f"/office/v1/records/{tip}")[0], 404)
        self.refuse(self.SUN, tip, "step/judged", "请填写研判理由", tip_level="county", handling_unit=self.unit())
        self.judge(tip, repeats=earlier, repeated_tip="是")
        self.assertEqual(self.text(tip, "tip_level", "judged_on", "judged_by"), ["乡镇（街道）", day(), "孙样例"])
        # Tip-offs of the same type about the same enterprise are counted apart.                        # R-147
        kinds = [self.figure(tip, name) for name in ("tips_about", "tips_alike")]
        self.tip(tip_type="illegal_act", tip_subject="另一类举报")
        self.assertEqual([self.figure(tip, name) for name in ("tips_about", "tips_alike")], [kinds[0] + 1, kinds[1]])
        self.assertGreaterEqual(kinds[1], 2)
        self.verify(tip)
        self.assertEqual(self.client(self.WANG).ask("GET", f"/office/v1/records/{tip}")[0], 200)
        self.refuse(self.SUN, tip, "step/supervised", "须是上级交办", repeated_tip="否", supervised_on=day(),
                    supervising_body="市局", supervise_demand="限三日")
        self.do(self.SUN, tip, "step/supervised", repeated_tip="是", supervised_on=day(), supervising_body="市应急局",
                supervise_demand="限三日核查完毕")
        self.assertIn(tip, self.listed("tip_off", "tips_supervised"))
        meeting = self.make(self.SUN, "meeting_record", "create/about_record", tip, meeting_type="push",
                            meeting_subject="现场推进会", meeting_decision="三日内结案")
        self.assertEqual(self.text(meeting, "meeting_type", "meeting_decision"), ["现场推进会", "三日内结案"])
        self.do(self.SUN, tip, "step/verifying", supervise_result="已完成夜查")
        self.conclude(tip, "true", proved_hazards=[HUB.told["hazard"]])
        self.assertEqual(self.text(tip, "verdict_approved_by", "concluded_on"), ["周样例", day()])
        self.refuse(self.SUN, tip, "step/answered", "答复不能早于受理", answered_on=day(-4), answer_way="telephone")
        self.do(self.SUN, tip, "step/answered", answered_on=day(), answer_way="telephone", answer_text="已查实处理")
        self.assertEqual(self.figure(tip, "answer_days"), 3)
        self.refuse(self.SUN, tip, "step/closed", "请填写不奖励原因")
        self.do(self.ZHOU, tip, "step/rewarded", reward_level="major", reward_amount="30000", reward_payer="government",
                reward_decided_on=day())
        self.assertIn(tip, self.listed("tip_off", "tips_rewarded"))
        self.refuse(self.SUN, tip, "step/closed", "请填写支付日期")
        self.do(self.SUN, tip, "step/closed", reward_paid_on=day())
        self.assertEqual(self.state(tip), "closed")
        self.refuse(self.SUN, tip, "edit/correct", "", tip_subject="改动")

    def test_R149_an_answer_is_due_after_the_days_that_the_office_sets(self):
        status, content = make(self.client(self.ZHOU), "setting", "create/set", {
            "name": "tip_answer_days", "value": "5", "valid_from": "2020-01-01", "basis": "样例"})
        self.assertEqual(status, 200, content)
        tip = self.tip(tip_on=day(-6))
        self.assertIn(tip, self.listed("tip_off", "tips_late"))
        # It stays late while it is supervised on site.
        self.judge(tip, from_above="是")
        self.verify(tip)
        self.do(self.SUN, tip, "step/supervised", supervised_on=day(), supervising_body="市局", supervise_demand="限三日")
        self.assertIn(tip, self.listed("tip_off", "tips_late"))
        untrue = self.tip(tip_subject="不实举报", tip_type="illegal_act")
        self.assertNotIn(untrue, self.listed("tip_off", "tips_late"))
        self.judge(untrue)
        self.verify(untrue)
        self.conclude(untrue, "untrue")
        self.do(self.SUN, untrue, "step/answered", answered_on=day(), answer_way="unreachable")
        self.refuse(self.ZHOU, untrue, "step/rewarded", "只奖励查实的举报", reward_level="general", reward_amount="1",
                    reward_payer="company", reward_decided_on=day())
        self.do(self.SUN, untrue, "step/closed")
        other = self.tip(tip_subject="属交通部门")
        self.judge(other)
        self.do(self.SUN, other, "step/referred", referred_to="区交通局", referred_on=day())
        self.assertEqual(self.state(other), "referred")

    def test_R156_R157_R165_leads_are_compared_with_accidents(self):
        tip = self.tip(tip_type="accident", tip_subject="上月死亡一人未报")
        lead = self.make(self.SUN, "accident_lead", "create/of_tip", tip)
        self.assertEqual(self.text(lead, "lead_sources", "lead_text"), ["举报", "上月死亡一人未报"])
        other = self.make(self.SUN, "accident_lead", "create/new", lead_sources=["opinion", "work_injury"],
                          lead_text="工伤认定申请", injury_number="工伤〔2026〕7号")
        self.assertEqual(self.listed("accident_lead", "leads_unmatched"), [other, lead])
        accident = self.make(self.SUN, "accident", "create/at_enterprise", HUB.told["enterprise"], happened_on=day(-30),
                             accident_text="顶板冒落", accident_dead="1", info_sources=["tip_off", "work_injury"])
        self.refuse(self.SUN, lead, "step/matched", "请选择对应的事故", lead_known="unreported")
        self.do(self.SUN, lead, "step/matched", accident=accident, lead_known="unreported")
        self.refuse(self.SUN, other, "step/ruled_out", "请填写排除原因")
        self.do(self.SUN, other, "step/ruled_out", dismissed_because="非生产场所")
        row, = self.ledger("accident_lead", "leads_matched")
        self.assertIn("顶板冒落", str(row))
        self.assertIn("举报", str(row))
        self.assertIn("舆情", self.text(other, "lead_sources")[0])


class Accidents(Matter):
    BOTH = dict(reported_to_department=f"{day(-2)} 10:00", department_receiver="区局值班",
                reported_to_police=f"{day(-2)} 10:20", police_receiver="110")

    def accident(self, login="staff-wang", **values):
        return self.make(login, "accident", "create/at_enterprise", HUB.told["enterprise"], **{
            "happened_on": day(-2), "happened_at": f"{day(-2)} 08:00", "accident_text": "运输巷跑车",
            "accident_dead": "1", **values})

    def investigate(self, accident, **values):
        self.do(self.SUN, accident, "step/investigating", accident_grade="general", inquiry_unit="区政府调查组", **values)

    def determine(self, accident, to, **values):
        self.refuse(self.SUN, accident, f"step/{to}", "签字的审查意见", nature_members="甲、乙", nature_opinion="是",
                    determined_on=day(), **values)
        self.attach(self.SUN, accident, "signed", "opinion")
        self.do(self.SUN, accident, f"step/{to}", nature_members="甲、乙", nature_opinion="联合审查认定",
                determined_on=day(), **values)

    def test_R158_to_R171_a_work_accident_from_the_first_report_to_the_evaluation(self):
        status, content = make(self.client(self.ZHOU), "setting", "create/set", {
            "name": "accident_report_hours", "value": "1", "valid_from": "2020-01-01", "basis": "样例"})
        self.assertEqual(status, 200, content)
        accident = self.accident()
        self.assertEqual(self.state(accident), "filled_first")
        self.assertIn(accident, self.listed("accident", "accidents_late"))
        self.refuse(self.SUN, accident, "step/investigating", "须先登记双报告", accident_grade="general",
                    inquiry_unit="区政府调查组")
        self.refuse(self.WANG, accident, "step/both_reported", "请填写公安机关接报人", **{**self.BOTH, "police_receiver": None})
        self.do(self.WANG, accident, "step/both_reported", **self.BOTH)
        self.assertNotIn(accident, self.listed("accident", "accidents_late"))
        self.assertEqual([self.figure(accident, name) for name in ("department_delay", "police_delay", "entry_delay")],
                         [2.0, 2.3, 2])
        self.investigate(accident, emergency_led="是")
        # Each accident is supervised before its nature is determined.                                  # R-168
        self.assertIn(accident, self.listed("accident", "accidents_unsupervised"))
        self.refuse(self.SUN, accident, "step/determined", "请选择督办层级", nature_members="甲", nature_opinion="是",
                    determined_on=day(), investigation_ended_on=day())
        self.do(self.SUN, accident, "edit/supervise", supervision_level="city", supervising_body="朔州市安委会",
                supervised_points=["advice", "cause", "liability", "nature", "procedure", "time"])
        self.assertIn(accident, self.listed("accident", "accidents_supervised"))
        self.assertNotIn(accident, self.listed("accident", "accidents_unsupervised"))
        self.refuse(self.ZHOU, accident, "step/raised", "请选择提级原因", raised_level="city", raised_on=day())
        self.do(self.ZHOU, accident, "step/raised", raised_because="impact", raised_level="city", raised_on=day())
        self.do(self.ZHOU, accident, "step/investigating", inquiry_unit="市政府调查组")
        self.do(self.SUN, accident, "edit/inquire", track_company="企业违章指挥", track_supervisor="监管检查记录齐全")
        self.determine(accident, "determined", investigation_ended_on=day(-31))
        self.do(self.SUN, accident, "step/disclosed", disclosed_on=day(), disclosed_where="区政府网站")
        self.assertIn(accident, self.listed("accident", "accidents_late"))
        self.assertIn(accident, self.listed("accident", "reports_to_upload"))
        self.assertNotIn("step/case_closed", self.offered(self.SUN, accident))
        self.refuse(self.SUN, accident, "step/report_uploaded", "调查报告", report_uploaded_on=day())
        self.attach(self.SUN, accident, "document", "report")
        self.do(self.SUN, accident, "step/report_uploaded", report_uploaded_on=day())
        self.refuse(self.SUN, accident, "step/case_closed", "四不放过须全部落实", case_closed_on=day(),
                    **{**self.CLOSE, "four_settled": ["cause", "liable"]})
        self.do(self.SUN, accident, "step/case_closed", case_closed_on=day(), **self.CLOSE)
        # The evaluation of the accident waits from then on.
        self.assertEqual(self.state(accident), "case_closed")
        for period, is_listed in (("from=2021-01-01", True), (f"to={day(-1)}", False), (f"from={day()}&to={day()}", True)):
            self.assertEqual(accident in self.listed("accident", f"cases_closed&{period}"), is_listed)
        waiting = [row for row in self.ledger("accident_evaluation", "evaluations_waiting") if "运输巷跑车" in str(row)]
        self.assertEqual(len(waiting), 1, waiting)

    def test_R160_R161_a_death_that_was_no_accident_is_struck_off(self):
        accident = self.accident(accident_text="宿舍猝死")
        self.do(self.WANG, accident, "step/both_reported", **self.BOTH)
        self.investigate(accident)
        self.determine(accident, "determined_not_work")
        self.refuse(self.SUN, accident, "step/strikeoff_asked", "死因认定意见", strike_off_unit="区公安局",
                    strike_off_opinion_on=day())
        self.attach(self.SUN, accident, "proof", "cause")
        self.do(self.SUN, accident, "step/strikeoff_asked", strike_off_unit="区公安局", strike_off_opinion_on=day())
        self.assertIn(accident, self.listed("accident", "strike_offs"))
        values = dict(strike_off_number="晋应急核〔2026〕2号", strike_off_record_on=day())
        self.attach(self.ZHOU, accident, "scan", "approval")
        self.refuse(self.ZHOU, accident, "step/struck_off", "一般事故由省级批准核销", strike_off_approver="ministry", **values)
        self.refuse(self.ZHOU, accident, "step/struck_off", "逐级上报", strike_off_approver="province", **values)
        self.submit(accident, "city")
        self.refuse(self.ZHOU, accident, "step/struck_off", "省级及答复", strike_off_approver="province", **values)
        self.submit(accident, "province")
        self.do(self.ZHOU, accident, "step/struck_off", strike_off_approver="province", **values)
        self.assertEqual(self.state(accident), "struck_off")
        larger = self.accident(accident_text="较大事故核销")
        self.do(self.WANG, larger, "step/both_reported", **self.BOTH)
        self.do(self.SUN, larger, "step/investigating", accident_grade="larger", inquiry_unit="市政府调查组")
        self.determine(larger, "determined_not_work")
        self.attach(self.SUN, larger, "proof", "cause")
        self.do(self.SUN, larger, "step/strikeoff_asked", strike_off_unit="市公安局", strike_off_opinion_on=day())
        self.attach(self.ZHOU, larger, "scan", "approval")
        self.refuse(self.ZHOU, larger, "step/struck_off", "由应急管理部批准核销", strike_off_approver="province", **values)
        for level, missing in (("city", "省级及答复"), ("province", "应急管理部及答复")):
            self.submit(larger, level)
            self.refuse(self.ZHOU, larger, "step/struck_off", missing, strike_off_approver="ministry", **values)
        self.do(self.SUN, larger, "step/investigating", strike_off_refused_because="死因证据不足")
        self.assertEqual(self.state(larger), "investigating")

    def submit(self, accident, level):
        """One step of the submission upward: it counts from the answer on."""
        sent = self.make(self.SUN, "strike_off_submission", "create/of_accident", accident, submit_level=level,
                         submitted_to=level)
        self.refuse(self.ZHOU, accident, "step/struck_off", "及答复", strike_off_approver="province",
                    strike_off_number="x", strike_off_record_on=day())
        self.do(self.SUN, sent, "edit/correct", answered_on=day(), answer_text="同意")

    def test_R170_a_concealed_accident_goes_on_only_when_the_upper_body_listed_it(self):
        accident = self.accident(accident_text="瞒报死亡一人", info_sources=["tip_off"])
        values = dict(misreport_type="concealed", misreport_on=day(), misreport_text="矿方私下赔偿")
        self.refuse(self.SUN, accident, "step/concealed", "查实材料", **values)
        self.attach(self.SUN, accident, "proof", "payment")
        self.do(self.SUN, accident, "step/concealed", **values)
        self.assertIn(accident, self.listed("accident", "misreports"))
        listing = dict(upper_listing_body="朔州市安委会", upper_listing_number="朔安督〔2026〕1号", upper_listing_on=day())
        for left_out in listing:
            self.refuse(self.ZHOU, accident, "step/investigating", "请填写", **{**listing, left_out: None})
        inquiry = dict(accident_grade="general", inquiry_unit="市政府调查组")
        for left_out in inquiry:
            self.refuse(self.ZHOU, accident, "step/investigating", "请", **listing, **{**inquiry, left_out: None})
        self.do(self.ZHOU, accident, "step/investigating", misreport_persons="矿长甲", **inquiry, **listing)
        self.assertEqual(self.state(accident), "investigating")
        self.assertEqual(self.text(accident, "misreport_persons", "misreport_inquiry_on"), ["矿长甲", day()])

    def test_R170_a_late_report_goes_on_without_a_listing(self):
        for code in ("delayed", "falsified", "missed"):
            accident = self.accident(accident_text=f"{code} 的事故", accident_dead=None)
            self.attach(self.SUN, accident, "proof", code)
            self.do(self.SUN, accident, "step/concealed", misreport_type=code, misreport_on=day(), misreport_text="查实")
            self.refuse(self.ZHOU, accident, "step/investigating", "请选择事故等级", inquiry_unit="区政府调查组")
            self.do(self.ZHOU, accident, "step/investigating", accident_grade="general", inquiry_unit="区政府调查组")
            self.assertEqual(self.state(accident), "investigating", code)

    def test_R099_R154_a_hazard_proved_by_a_tip_off_opens_a_case(self):
        hazard = HUB.told["major"]
        self.do(self.SUN, hazard, "step/confirmed", criterion="判定标准第四条")
        self.do(self.SUN, hazard, "step/planned", five_measures="停", five_responsibility="矿长", five_funds="30 万元",
                five_time_limit=day(30), five_plan="撤人")
        self.do(self.SUN, hazard, "step/listed", listing_body="city_committee", listing_body_name="朔州市安委会",
                listing_number="朔安办〔2026〕1号", listing_on=day(-10), listing_deadline=day(60))
        self.do(self.SUN, hazard, "edit/publish", listing_published_on=day(), listing_published_where="市政府网站")
        self.assertEqual(self.text(hazard, "listing_published_on", "listing_published_where"), [day(), "市政府网站"])
        self.assertGreaterEqual(self.figure(hazard, "days_to_publish"), 0)
        status, content = make(self.client(self.ZHOU), "setting", "create/set", {
            "name": "progress_days", "value": "9", "valid_from": "2020-01-01", "basis": "样例"})
        self.assertEqual(status, 200, content)
        for note in ("department", "workforce"):
            self.attach(self.SUN, hazard, "proof", note)
        self.do(self.SUN, hazard, "step/rectifying", report_department_to="平鲁局", report_department_on=day(),
                report_workforce_to="staff", report_workforce_on=day())
        self.assertEqual(self.listed("hazard", "silent"), [hazard])
        tip = self.make(self.SUN, "tip_off", "create/at_enterprise", HUB.told["enterprise"], tip_channel="letter",
                        tip_type="major_risk", tip_subject="采空区积水未探放")
        self.do(self.SUN, tip, "step/judged", tip_level="township", handling_unit=self.unit("井坪"), judge_reason="属地")
        self.do(self.SUN, tip, "step/verifying", tip_verifier=self.found("staff", "王样例"), verify_plan="现场核查")
        self.make(self.WANG, "tip_step", "create/of_tip", tip, step_type="site", step_text="探放记录造假")
        self.attach(self.ZHOU, tip, "proof", "records")
        self.do(self.ZHOU, tip, "step/concluded", tip_verdict="true", tip_finding="属实", verdict_basis="现场",
                proved_hazards=[hazard])
        self.do(self.ZHOU, hazard, "step/as_accident", accident_trigger="tip_off")
        row, = self.ledger("accident", "treated")
        self.assertEqual(self.state(row["id"]), "filled_first")
        shown = self.rows(self.SUN, row["id"])
        self.assertEqual((shown["from_hazard"]["ref"], shown["treated_reason"]["text"], shown["case_type"]["text"]),
                         (hazard, "举报查实", "比照事故的重大隐患"))
        self.investigate(row["id"])
        self.assertEqual(self.state(row["id"]), "investigating")


class OtherBodies(Matter):
    """Leads, letters, disclosures and typical cases."""

    def test_R088_R112_R123_a_lead_is_transferred_and_its_result_comes_back(self):
        hazard = next(row["id"] for row in self.ledger("hazard", "rectification") if "期限差 -400 天" in str(row))
        self.do(self.SUN, hazard, "step/accountability")
        lead = next(row["id"] for row in self.ledger("lead_transfer", "leads_discipline"))
        self.do(self.SUN, lead, "edit/correct", lead_reason="监管人员失职，逾期四百天", receiver_name="平鲁区纪委监委")
        self.assertEqual(self.text(lead, "transfer_type", "lead_reason", "receiver_name"),
                         ["违纪和职务违法", "监管人员失职，逾期四百天", "平鲁区纪委监委"])
        # The hazard, which the whole area sees, tells neither the reason nor the addressee.
        for login in (self.WANG, "staff-other", "staff-far", "staff-side"):
            client = self.client(login)
            for path in (f"records/{hazard}", f"records/{hazard}/history"):
                told = str(client.ask("GET", f"/office/v1/{path}")[1])
                self.assertNotIn("失职", told, login)
                self.assertNotIn("纪委", told, login)
        self.assertEqual(self.rows(self.SUN, lead)["about_record"]["ref"], hazard)
        for login in (self.WANG, "staff-other", "staff-side"):
            self.assertEqual(self.client(login).ask("GET", f"/office/v1/records/{lead}")[0], 404, login)
        sent = dict(transfer_code="unfinished", transfer_subject="矿长甲", lead_facts="三次责令未整改", sent_on=day())
        self.refuse(self.ZHOU, lead, "step/dispatched", "移送书", **sent)
        self.attach(self.ZHOU, lead, "scan", "letter")
        self.refuse(self.ZHOU, lead, "step/dispatched", "请填写移送原因", **sent, lead_reason=None)
        self.do(self.SUN, lead, "edit/correct", transfer_code="unfinished", transfer_subject="矿长甲", lead_facts="三次责令未整改")
        self.refuse(self.SUN, lead, "step/dispatched", "", sent_on=day())
        self.do(self.ZHOU, lead, "step/dispatched", sent_on=day())
        self.do(self.SUN, lead, "edit/joint_inquiry", joint_inquiry_on=day(), joint_inquiry_note="已商请")
        self.refuse(self.SUN, lead, "step/receipted", "回执", receipt_on=day(), receipt_number="回〔2026〕1号")
        self.attach(self.SUN, lead, "returned", "receipt")
        self.do(self.SUN, lead, "step/receipted", receipt_on=day(), receipt_number="回〔2026〕1号")
        self.assertIn(lead, self.listed("lead_transfer", "leads_open"))
        self.do(self.SUN, lead, "step/resulted", lead_result="filed", lead_result_on=day())
        self.assertNotIn(lead, self.listed("lead_transfer", "leads_open"))
        crime = self.make(self.SUN, "lead_transfer", "create/of_record", HUB.told["enterprise"], transfer_type="crime",
                          transfer_code="dangerous_work", lead_facts="关闭瓦斯监控作业", receiver_type="police",
                          receiver_name="区公安局")
        self.assertIn(crime, self.listed("lead_transfer", "leads_crime"))
        total = self.client(self.SUN).ask("GET", "/office/v1/count?list=ledger&kind=lead_transfer&name=leads_crime")[1]
        self.assertEqual(total["total"], 1)
        # A hazard of another department becomes a lead, too.
        hazard = HUB.told["hazard"]
        self.do(self.SUN, hazard, "step/transferred", transferred_to="区自然资源局", transferred_on=day(),
                transfer_reason="越界开采", case_number="案〔2026〕9号")
        row, = self.ledger("lead_transfer", "leads_department")
        self.assertEqual(self.text(row["id"], "receiver_name", "lead_reason"), ["区自然资源局", "越界开采"])

    def test_R075_R122_R195_R242_letters_are_sent_received_and_answered(self):
        letter = self.make(self.SUN, "official_letter", "create/of_record", HUB.told["second"], letter_type="feedback",
                           letter_to_type="department", letter_to="平鲁区能源局", matter="抽查结果反馈", letter_text="见附件")
        self.assertRegex(self.text(letter, "number")[0], r"馈〔\d{4}〕\d+号")
        self.refuse(self.ZHOU, letter, "step/dispatched", "盖章函件", sent_on=day(-2))
        self.attach(self.ZHOU, letter, "scan", "sealed")
        self.do(self.ZHOU, letter, "step/dispatched", sent_on=day(-2))
        self.refuse(self.SUN, letter, "step/arrived", "不能早于发出日期", received_on=day(-3))
        self.do(self.SUN, letter, "step/arrived", received_on=day(-1))
        self.do(self.SUN, letter, "step/filed")
        self.assertEqual(self.text(letter, "sent_on", "received_on"), [day(-2), day(-1)])
        for code, to in (("party", "区委"), ("discipline", "区纪委监委"), ("court", "区法院"), ("procuratorate", "区检察院")):
            notice = self.make(self.SUN, "official_letter", "create/new", letter_type="consult", letter_to_type=code,
                               letter_to=to, matter="商请落实处理意见", answer_by=day(-1))
            self.attach(self.ZHOU, notice, "scan", to)
            self.do(self.ZHOU, notice, "step/dispatched", sent_on=day(-5))
            self.assertIn(notice, self.listed("official_letter", "letters_late"))
        self.do(self.SUN, notice, "step/answered", answered_on=day(), answer_text="已判决")
        self.assertNotIn(notice, self.listed("official_letter", "letters_waiting"))
        # Illegal subcontracting: three parties and two notices.
        hazard = next(row["id"] for row in self.ledger("hazard", "rectification") if "期限差 0 天" in str(row))
        self.do(self.WANG, hazard, "edit/parties", contract_giver="样例东坡沟煤矿", contract_taker="某矿建公司",
                qualification_owner="某集团工程公司")
        self.assertEqual(self.text(hazard, "contract_giver", "contract_taker", "qualification_owner"),
                         ["样例东坡沟煤矿", "某矿建公司", "某集团工程公司"])
        self.assertEqual(len([self.make(self.SUN, "official_letter", "create/of_record", hazard, letter_type="report",
                                        letter_to_type=code, letter_to=to, matter="违法分包情况报告")
                              for code, to in (("superior", "市能源局"), ("discipline", "区纪委监委"))]), 2)

    def test_R107_R118_plans_people_and_results_are_disclosed_and_cases_are_sent(self):
        for code, ledger in (("plan", "public_plans"), ("person", "public_people"), ("result", "public_results")):
            shown = self.make(self.SUN, "disclosure", "create/new", disclosure_type=code, disclosure_title=f"{code} 公示",
                              disclosure_text="公示内容")
            self.refuse(self.ZHOU, shown, "step/on_display", "请填写公示载体", displayed_on=day())
            self.assertNotIn(shown, self.listed("disclosure", ledger))
            self.do(self.ZHOU, shown, "step/on_display", displayed_on=day(), displayed_where="区政府网站")
            self.assertEqual(self.listed("disclosure", ledger), [shown])
        result = self.make(self.SUN, "disclosure", "create/of_record", HUB.told["second"], disclosure_title="检查结果",
                           disclosure_text="检查一家")
        self.assertEqual(self.text(result, "disclosure_type"), ["执法结果"])
        case = self.make(self.SUN, "typical_case", "create/of_record", HUB.told["second"], case_title="某矿超员作业案",
                         case_summary="某矿井下超员")
        self.refuse(self.ZHOU, case, "step/reported_up", "请填写报送单位", case_sent_on=day())
        self.do(self.ZHOU, case, "step/reported_up", case_sent_to="市应急局", case_sent_on=day())
        self.assertIn(case, self.listed("typical_case", "cases_sent"))
        # What others may learn from it is a note of its own, which every unit and its devices read.   # R-263
        other = self.client("staff-far")
        note = dict(note_title="某矿超员作业案例", note_field="enforcement", note_summary="井下超员", note_lesson="严格定员")
        self.refuse_make(self.WANG, "case_note", "create/share", "", **note)
        note = self.make(self.SUN, "case_note", "create/share", **note)
        self.do(self.SUN, case, "edit/share", shared_as=note)
        self.assertEqual(self.rows(self.SUN, case)["shared_as"]["ref"], note)
        self.assertEqual(self.text(note, "note_lesson", "shared_on", login="staff-far"), ["严格定员", day()])
        self.assertNotIn("edit/correct", self.offered("staff-far", note))
        self.refuse(self.ZHOU, note, "step/taken_back", "请填写撤回原因")
        self.do(self.ZHOU, note, "step/taken_back", taken_back_because="含当事人姓名")
        self.assertEqual(other.ask("GET", f"/office/v1/records/{note}")[0], 404)
        self.refuse(self.SUN, note, "edit/correct", "", note_title="改动")


class Subjects(Matter):
    """What is recorded about enterprises and their heads."""

    def test_R201_R202_R206_a_subject_is_listed_used_and_removed(self):
        enterprise = HUB.told["enterprise"]
        values = dict(subject_type="company", dishonest_reason="瞒报事故", dishonest_basis="处罚决定〔2026〕1号",
                      listed_from=day(-400), listed_until=day(-35))
        self.refuse_make(self.SUN, "dishonesty_entry", "create/at_enterprise", "期满不能早于列入", enterprise,
                         **{**values, "listed_until": day(-401)})
        self.refuse_make(self.SUN, "dishonesty_entry", "create/at_enterprise", "listed_person", enterprise,
                         **{**values, "subject_type": "person"})
        entry = self.make(self.SUN, "dishonesty_entry", "create/at_enterprise", enterprise, **values)
        self.refuse(self.ZHOU, entry, "step/on_list", "列入决定")
        self.attach(self.ZHOU, entry, "scan", "decision")
        self.do(self.ZHOU, entry, "step/on_list")
        self.assertIn(entry, self.listed("dishonesty_entry", "dishonest"))
        self.assertIn("瞒报事故", str(view_of(self.client(self.WANG), enterprise)))                       # for the field
        for values in (dict(use_type="query", used_by="区发改局", use_text="招投标查询"),
                       dict(use_type="punishment", used_by="区财政局", use_text="取消补贴", measure_type="finance",
                            use_result="已执行"),
                       dict(use_type="feedback", used_by="区市场局", use_text="已应用")):
            self.make(self.SUN, "credit_use", "create/of_entry", entry, **values)
        self.refuse_make(self.SUN, "credit_use", "create/of_entry", "measure_type", entry, use_type="punishment",
                         used_by="区财政局", use_text="无措施")
        self.assertIn("限制融资", str(view_of(self.client(self.SUN), entry)["children"]))
        self.assertIn(entry, self.listed("dishonesty_entry", "dishonest_ended"))
        self.attach(self.ZHOU, entry, "scan", "removal")
        self.do(self.ZHOU, entry, "step/removed", removed_because="期满", removed_on=day())
        self.assertNotIn(entry, self.listed("dishonesty_entry", "dishonest"))

    def test_R204_a_credit_grade_has_its_day_and_reason(self):
        enterprise = HUB.told["enterprise"]
        self.do(self.ZHOU, enterprise, "edit/file", credit_grade="c", credit_graded_on=day(-1), credit_reason="两次逾期未整改",
                visits_wanted="4")
        self.assertEqual(self.text(enterprise, "credit_grade", "credit_graded_on", "credit_reason"),
                         ["C 级", day(-1), "两次逾期未整改"])
        # The plan uses it: so many visits a year are wanted.
        status, content = make(self.client(self.ZHOU), "setting", "create/set", {
            "name": "visits_low_credit", "value": "4", "valid_from": "2020-01-01", "basis": "样例"})
        self.assertEqual(status, 200, content)
        self.refuse(self.ZHOU, enterprise, "edit/file", "少于信用 C、D 级企业的每年检查次数", visits_wanted="3")

    def test_R207_points_are_given_and_added_up(self):
        rule = self.make(self.ZHOU, "score_rule", "create/add", rule_text="未带班下井", rule_points="3", rule_basis="记分办法第五条")
        head = self.make(self.WANG, "responsible_head", "create/at_enterprise", HUB.told["enterprise"], head_name="矿长甲",
                         head_post="矿长", head_from=day(-500))
        entries = [self.make(self.WANG, "score_entry", "create/of_head", head, score_rule=rule, score_text="未带班下井",
                             points=points, score_basis="记分办法第五条", scored_on=on)
                   for points, on in (("3", day()), ("2", day()), ("4", day(-400)))]
        self.assertEqual((self.figure(head, "points_this_year"), self.figure(head, "points_ever")), (5, 9))
        self.do(self.ZHOU, entries[1], "step/voided", void_reason="申诉成立")
        self.assertEqual((self.figure(head, "points_this_year"), self.figure(head, "points_ever")), (3, 7))
        self.refuse_make(self.WANG, "score_entry", "create/of_head", "score_basis", head, score_text="无依据", points="1")

    def test_R065_R066_R068_R069_R083_R255_what_is_recorded_at_an_enterprise(self):
        enterprise = HUB.told["enterprise"]
        found = [self.figure(enterprise, name) for name in ("self_found", "found_by_inspection")]
        self.assertGreater(found[1], 0)
        self.assertGreaterEqual(self.figure(enterprise, "oldest_open_days"), 0)
        item = self.make(self.WANG, "self_check_item", "create/at_enterprise", enterprise, self_text="皮带缺护网",
                         self_place="主运巷", self_level="general", found_on=day(-5), self_measures="加装", deadline=day(-1),
                         self_person="机电队长")
        self.assertIn(item, self.listed("self_check_item", "self_late"))
        self.refuse(self.WANG, item, "step/self_fixed", "请填写整改情况", fixed_on=day())
        self.do(self.WANG, item, "step/self_fixed", fixed_on=day(), self_fix="已加装")
        self.assertEqual(self.figure(item, "self_age"), 5)
        self.do(self.WANG, item, "step/confirmed", confirm_note="现场核实")
        wrong = self.make(self.WANG, "self_check_item", "create/at_enterprise", enterprise, self_text="误报", self_place="x",
                          self_level="general", found_on=day(), self_measures="x", deadline=day(), self_person="x")
        self.assertEqual([self.figure(enterprise, name) for name in ("self_found", "found_by_inspection")],
                         [found[0] + 2, found[1]])
        self.do(self.WANG, wrong, "step/voided", void_reason="误报")
        self.assertEqual(self.figure(enterprise, "self_found"), found[0] + 1)
        point = self.make(self.WANG, "risk_point", "create/at_enterprise", enterprise, risk_name="采空区积水",
                          risk_place="3 号煤层", risk_grade="major", control_measures="先探后掘", control_person="总工")
        hazard = HUB.told["major"]
        self.do(self.SUN, hazard, "edit/relate", risk_point=point)
        self.assertEqual(self.figure(point, "hazards_here"), 1)
        exam = self.make(self.WANG, "third_party_exam", "create/at_enterprise", enterprise, exam_body="某安全技术公司",
                         exam_contract="HT-7", examined_on=day(-3), exam_findings="通风系统图不符", exam_count="1")
        self.attach(self.WANG, exam, "document", "report")
        watch = self.make(self.WANG, "watch_shift", "create/at_enterprise", enterprise, watcher="王样例",
                          watch_from=f"{day()} 00:10", watch_to=f"{day()} 00:20", watch_text="无人员入井")
        self.assertEqual(self.text(watch, "watcher", "watch_text"), ["王样例", "无人员入井"])
        self.refuse_make(self.WANG, "watch_shift", "create/at_enterprise", "盯守止不能早于盯守起", enterprise, watcher="王",
                         watch_from=f"{day()} 10:00", watch_to=f"{day()} 09:00", watch_text="x")
        seal = self.make(self.WANG, "electronic_seal", "create/at_enterprise", enterprise, seal_number="F-001",
                         seal_place="副井口")
        self.do(self.WANG, seal, "step/intact", seal_checked_on=day())
        self.refuse(self.WANG, seal, "step/seal_broken", "封条照片", seal_checked_on=day(), seal_note="封条断开")
        self.attach(self.WANG, seal, "photo", "broken")
        self.do(self.WANG, seal, "step/seal_broken", seal_checked_on=day(), seal_note="封条断开")
        self.assertEqual(self.listed("electronic_seal", "seals_alarm"), [seal])


class Townships(Matter):
    def test_R131_R136_R137_R143_R144_a_township_keeps_its_registers(self):
        unit = self.unit("井坪")
        have = self.make(self.WANG, "eight_haves", "create/of_unit", unit, have_item="stamp", have_met="yes")
        missing = self.make(self.WANG, "eight_haves", "create/of_unit", unit, have_item="uniform", have_met="no",
                            have_note="待配发")
        self.assertIn(missing, self.listed("eight_haves", "haves_missing"))
        self.refuse(self.SUN, have, "step/confirmed", "须有照片或证明材料")
        self.attach(self.WANG, have, "photo", "stamp")
        self.do(self.SUN, have, "step/confirmed")
        self.assertEqual(self.text(have, "have_checked_on", "have_checked_by"), [day(), "孙样例"])
        self.assertEqual(self.figure(unit, "haves_confirmed"), 1)
        village = self.make(self.WANG, "village_contact", "create/of_unit", unit, village="东坡村")
        self.assertIn(village, self.listed("village_contact", "villages_without"))
        self.refuse(self.WANG, village, "step/contact_known", "请填写电话", contact_name="村民甲", contact_from=day())
        self.do(self.WANG, village, "step/contact_known", contact_name="村民甲", contact_phone="13800000009",
                contact_from=day())
        self.assertNotIn(village, self.listed("village_contact", "villages_without"))
        guide = self.make(self.SUN, "work_guide", "create/write", guide_title="网格安全事项指南", guide_version="2026-1",
                          guide_department="区应急局", guide_from=day(), guide_text="一、巡查事项……")
        self.do(self.ZHOU, guide, "step/in_use")
        self.assertIn(guide, self.listed("work_guide", "guides_valid"))
        cell = self.make(self.WANG, "grid_cell", "create/of_unit", unit, grid_name="东坡 1 网格", grid_worker="网格员甲",
                         guide=guide)
        for count, text in ((1, "否"), (2, "是")):
            self.make(self.WANG, "training_record", "create/of_unit", unit, training_for="grid", training_topic="巡查",
                      training_hours="4", training_people="12")
            self.assertEqual(self.figure(cell, "grid_trainings"), count)
            self.assertTrue(self.text(cell, "grid_trained")[0].startswith(text))
        training = self.make(self.SUN, "training_record", "create/of_unit", unit, training_for="inspectors",
                             training_topic="安全生产法", training_hours="16", trained=[self.found("staff", "王样例")])
        self.assertEqual(self.text(training, "training_topic", "training_hours"), ["安全生产法", "16"])
        for code in ("duty", "task"):
            self.make(self.SUN, "duty_list", "create/of_unit", unit, list_type=code, holder_post="镇长", list_year="2026",
                      list_issued_on=day())
        self.assertEqual(len(self.ledger("duty_list", "*")), 2)
        # The power and duty list goes to the discipline authority.                                      R-023
        power = self.make(self.SUN, "duty_list", "create/of_unit", unit, list_type="power", holder_post="镇长",
                          list_year="2026", list_issued_on=day(-9))
        self.assertEqual(self.listed("duty_list", "to_file"), [power])
        filing = dict(filed_on=day(), filed_with="平鲁区纪委监委")
        self.refuse(self.SUN, power, "edit/file", "filed_with", filed_on=day())
        self.refuse(self.SUN, power, "edit/file", "请附报备的证明材料", **filing)
        self.attach(self.SUN, power, "proof", "receipt")
        self.refuse(self.SUN, power, "edit/file", "报备日期不能早于印发日期", **{**filing, "filed_on": day(-10)})
        self.do(self.SUN, power, "edit/file", **filing)
        self.assertEqual(self.listed("duty_list", "to_file"), [])
        self.assertEqual(self.text(power, "filed_on", "filed_with"), [day(), "平鲁区纪委监委"])

    def test_R125_R130_R133_R134_R135_people_are_entered_and_counted(self):
        unit, leader = self.unit(), self.ZHOU
        self.refuse_make(self.SUN, "staff", "create/register", "", name="x", unit=unit, roles=["inspector"])
        counts = [self.figure(unit, name) for name in ("supervision_staff", "emergency_staff", "safety_staff")]
        self.assertTrue(self.text(unit, "enough_emergency_staff")[0].startswith("否"))
        people = [self.make(leader, "staff", "create/register", unit, name=f"应急{number}", roles=["emergency"],
                            safety_duty="是") for number in (1, 2, 3)]
        person = self.make(leader, "staff", "create/register", unit, name="新执法", roles=["inspector"], qualified="是",
                           certificate_no="SL1", valid_from=day())
        self.assertEqual([self.figure(unit, name) for name in ("supervision_staff", "emergency_staff", "safety_staff")],
                         [counts[0] + 1, counts[1] + 3, counts[2] + 3])
        self.assertTrue(self.text(unit, "enough_emergency_staff")[0].startswith("是"))
        self.assertTrue(self.text(unit, "enough_safety_staff")[0].startswith("是"))
        self.assertGreater(self.figure(unit, "qualified_share"), 0)
        # Whose term is over, or has not begun, takes no step and is not counted.
        for term in (dict(valid_from=day(-9), valid_to=day(-1)), dict(valid_from=day(5), valid_to="")):
            self.do(leader, person, "edit/correct", **term)
            self.do(leader, people[1], "edit/correct", **term)
            self.assertEqual([self.figure(unit, name) for name in ("supervision_staff", "emergency_staff", "safety_staff")],
                             [counts[0], counts[1] + 2, counts[2] + 2])
            self.assertTrue(self.text(unit, "enough_emergency_staff")[0].startswith("否"))
        for one in (person, people[1]):
            self.do(leader, one, "edit/correct", valid_from=day(-9), valid_to=day())
        self.assertEqual(self.figure(unit, "emergency_staff"), counts[1] + 3)
        self.do(leader, people[0], "step/left")
        self.assertTrue(self.text(unit, "enough_emergency_staff")[0].startswith("否"))
        self.do(leader, person, "edit/correct", valid_to=day(300))
        self.refuse(leader, person, "edit/correct", "任职止不能早于任职起", valid_from=day(), valid_to=day(-1))
        expert = self.make(leader, "staff", "create/register", unit, name="通风专家", roles=["expert"],
                           speciality="矿井通风", expert_sector=["coal"], valid_from=day(-10), valid_to=day(700),
                           fee_note="每次 800 元")
        self.assertEqual(self.text(expert, "speciality", "expert_sector", "fee_note"), ["矿井通风", "煤矿", "每次 800 元"])
        self.assertEqual(self.figure(expert, "expert_visits"), 0)     # app/ends: counted with the visit
        self.assertIn("通风专家", str(pick(self.client(self.SUN), kind="staff", search="通风")))

    def test_R140_duties_that_are_handed_down_are_tracked(self):
        values = dict(duty_matter="小作坊执法检查", duty_kind="enforcement", handed_down_on=day(-30), to_level="township")
        self.refuse_make(self.SUN, "duty_transfer", "create/record", "承接单位不能是下放单位", **values, to_unit=self.unit())
        duty = self.make(self.SUN, "duty_transfer", "create/record", **values, to_unit=self.unit("井坪"))
        self.assertEqual([self.listed("duty_transfer", name) for name in ("handed_to_township", "handed_down")], [[duty], [duty]])
        self.refuse(self.SUN, duty, "edit/correct", "与承接单位的层级不符", to_level="county")
        self.do(self.SUN, duty, "step/able", capacity_opinion="人员不足但可承接", capacity_on=day())
        self.do(self.SUN, duty, "step/taken_back", taken_back_because="不得下放执法责任", taken_back_on=day())
        self.assertEqual(self.listed("duty_transfer", "handed_to_township"), [])


class Reports(Matter):
    PARTS = {name: "内容" for name in ("part_summary", "part_root_cause", "part_table", "part_measure_list",
                                       "part_task_list")}

    def test_R234_R235_R236_R237_a_monthly_pack_is_compiled_sent_appraised_and_ranked(self):
        station = "staff-station"
        self.refuse_make(station, "monthly_pack", "create/begin", "报送月份应是月报月份的次月", pack_month="2026-01",
                         pack_due_month="2026-03")
        campaign = self.make(self.SUN, "special_campaign", "create/begin", name="安全生产大检查",
                             document_number="朔安发〔2022〕3号", starts_on=day(-300))
        pack = self.make(station, "monthly_pack", "create/begin", pack_month="2026-01", pack_due_month="2026-02",
                         special_campaign=campaign)
        self.assertEqual(self.rows(self.SUN, pack)["special_campaign"]["ref"], campaign)
        self.assertEqual(self.text(pack, "pack_due_on"), ["2026-02-02"])
        self.assertIn(pack, self.listed("monthly_pack", "packs_late"))
        self.refuse(station, pack, "step/compiled", "请填写四、三年行动任务清单", **{**self.PARTS, "part_task_list": None})
        self.do(station, pack, "edit/compile", **self.PARTS)
        self.do(station, pack, "step/compiled")
        self.attach(station, pack, "signed", "page")
        self.do(station, pack, "step/signed_off")
        self.do(station, pack, "step/submitted", submitted_on="2026-02-03")
        self.assertTrue(self.text(pack, "pack_late")[0].startswith("是"))
        self.do(self.SUN, pack, "step/pack_returned", pack_returned_because="报表不符")
        self.do(station, pack, "step/compiled")
        self.do(station, pack, "step/signed_off")
        # The first day of sending decides, also when it is sent again.
        self.refuse(station, pack, "step/submitted", "首次报送日期不能改", submitted_on="2026-02-02", sent_again_on=day())
        self.refuse(station, pack, "step/submitted", "请填写重新报送日期")
        self.do(station, pack, "step/submitted", sent_again_on=day())
        self.assertEqual(self.text(pack, "submitted_on", "first_sent_on", "sent_again_on"),
                         ["2026-02-03", "2026-02-03", day()])
        self.assertTrue(self.text(pack, "pack_late")[0].startswith("是"))
        # The unit above appraises and ranks, not the unit itself.
        self.refuse(self.ZHOU, pack, "step/appraised", "请先登记评分项", pack_score="90")
        items = [dict(item_name=name, item_points=points, item_weight="0.5")
                 for name, points in (("工作进度", "80"), ("数据质量", "100"))]
        self.refuse_make(station, "appraisal_item", "create/of_pack", "", pack, **items[0])
        entered = [self.make(self.SUN, "appraisal_item", "create/of_pack", pack, **item) for item in items]
        self.refuse(station, entered[0], "edit/correct", "", item_points="100")
        self.assertEqual(self.figure(pack, "pack_formula_score"), 90)
        for step, values in (("appraised", dict(pack_score="90")),
                             ("made_ranking", dict(pack_rank="1", ranking_where="《工作简报》第3期", ranking_public_on=day()))):
            self.assertNotIn(f"step/{step}", self.offered(station, pack))
            self.refuse(station, pack, f"step/{step}", "", **values)
            self.do(self.ZHOU, pack, f"step/{step}", **values)
            # What the score is made of does not change afterwards.
            self.refuse(self.SUN, entered[0], "edit/correct", "", item_points="60")
        self.assertEqual(self.figure(pack, "pack_formula_score"), 90)
        self.assertEqual(self.listed("monthly_pack", "packs_ranked"), [pack])
        audit = dict(audit_subject="大检查巡查", audit_coverage=["fifteen", "tasks"], audit_score="70",
                     audit_findings="任务三项未落实")
        self.refuse_make(self.SUN, "audit_record", "create/record", "不能巡查本单位", audited_unit=self.unit(), **audit)
        audit = self.make(self.SUN, "audit_record", "create/record", audited_unit=self.unit("井坪"), **audit)
        self.refuse(station, audit, "edit/correct", "", audit_score="100")
        self.do(station, audit, "edit/answer", audit_answered_on=day(), audit_answer="已整改")
        self.assertEqual(self.text(audit, "audit_answer", "audit_score"), ["已整改", "70"])
        weights = dict(monthly_weight="0.60", audit_weight="0.40")
        begin = dict(appraisal_name="2026 年综合考评", appraised_unit=self.unit("井坪"))
        # No source gives the weights: who appraises enters them.
        self.refuse_make(self.SUN, "overall_appraisal", "create/begin", "monthly_weight", **begin)
        self.refuse_make(self.SUN, "overall_appraisal", "create/begin", "不能考评本单位",
                         **{**begin, **weights, "appraised_unit": self.unit()})
        overall = self.make(self.SUN, "overall_appraisal", "create/begin", **begin, **weights)
        self.refuse(station, overall, "edit/correct", "", monthly_weight="0.90")
        self.assertEqual([self.figure(overall, name) for name in ("monthly_mean", "audit_mean", "overall_score")],
                         [90, 70, 82])
        self.make(self.SUN, "appraisal_item", "create/of_record", overall, item_name="扣分", item_points="-1",
                  item_weight="1")
        self.attach(self.ZHOU, overall, "document", "table")
        self.do(self.ZHOU, overall, "step/reported_up", final_score="82", sent_on=day(),
                sent_to_bodies=["discipline", "government", "organisation", "party"])
        self.assertEqual(self.state(overall), "reported_up")

    def test_R233_a_permanent_task_is_confirmed_again(self):
        values = dict(group_title="严格执法", task_text="领导每月检查挂牌煤矿", responsible_units="市县领导", deadline_text="长期坚持")
        self.refuse_make(self.ZHOU, "measure_task", "create/at_office", "confirm_period", task_number="901", **values)
        task = self.make(self.ZHOU, "measure_task", "create/at_office", task_number="901", confirm_period="month", **values)
        self.assertEqual(self.listed("measure_task", "permanent"), [task])
        progress = self.make(self.WANG, "measure_progress", "create/of_task", task, progress_text="已检查", progress_share="90")
        self.attach(self.WANG, progress, "proof", "visit")
        self.do(self.WANG, progress, "step/claimed_done")
        for word, on in (("下次确认日期", None), ("下次确认日期", day(-1)), ("每月确认一次", day(40))):
            self.refuse(self.ZHOU, progress, "step/verified", word, next_confirm_on=on)
        self.do(self.ZHOU, progress, "step/verified", next_confirm_on=day(30))
        self.assertEqual(self.text(progress, "verified_on", "next_confirm_on"), [day(), day(30)])
        self.assertEqual(self.figure(progress, "confirm_days"), 30)
        row, = self.ledger("measure_progress", "confirm_again")
        self.assertEqual(row["id"], progress)
        self.assertIn(day(30), str(row))
        self.do(self.SUN, progress, "step/in_progress")
        self.assertEqual(self.text(progress, "progress_share", "updated_on"), ["0%", day()])
        self.assertEqual(self.listed("measure_progress", "confirm_again"), [])
        # A task with a fixed day is late after it, and is verified once.
        fixed = self.make(self.ZHOU, "measure_task", "create/at_office", task_number="902", task_deadline=day(-1),
                          **{**values, "deadline_text": "已到期"})
        late = self.make(self.WANG, "measure_progress", "create/of_task", fixed, progress_text="未完成", progress_share="50")
        self.assertEqual(self.listed("measure_progress", "tasks_late"), [late])
        self.attach(self.WANG, late, "proof", "plan")
        self.do(self.WANG, late, "step/claimed_done")
        self.do(self.ZHOU, late, "step/verified")
        self.assertEqual(self.listed("measure_progress", "tasks_late"), [])

    def test_R239_a_campaign_has_a_calendar_of_stages(self):
        campaign = self.make(self.SUN, "special_campaign", "create/begin", name="大检查大整治大提升",
                             document_number="朔安发〔2022〕3号", starts_on=day(-60), ends_on=day(60))
        add = lambda **values: self.make(self.SUN, "campaign_stage", "create/of_campaign", campaign, **values)
        for word, first, last in (("不能早于起始日期", 0, -1), ("不能早于专项行动", -61, 0), ("不能晚于专项行动", 0, 61)):
            self.refuse_make(self.SUN, "campaign_stage", "create/of_campaign", word, campaign, stage="screening",
                             stage_from=day(first), stage_to=day(last))
        last = add(stage="consolidation", stage_text="考评通报", stage_from=day(31), stage_to=day(60))
        now = add(stage="screening", stage_text="自查摸底", stage_from=day(-30), stage_to=day(30))
        past = add(stage="start_up", stage_from=day(-60), stage_to=day(-31))
        self.assertEqual(self.listed("campaign_stage", "stages"), [past, now, last])
        self.assertEqual([self.text(one, "stage_now")[0][0] for one in (past, now, last)], ["否", "是", "否"])
        self.assertEqual(self.figure(now, "stage_days_left"), 30)
        # Everybody reads it, and only the unit of the campaign changes it.
        self.assertEqual(self.text(now, "stage", login="staff-far"), ["排查整改"])
        self.refuse("staff-far", now, "edit/correct", "", stage_text="改动")
        self.refuse_make("staff-far", "campaign_stage", "create/of_campaign", "", campaign, stage="screening",
                         stage_from=day(), stage_to=day())
        self.do(self.SUN, now, "edit/correct", stage_text="自查摸底和检查执法")

    def test_R116_returns_are_defined_and_filed_when_they_are_due(self):
        values = dict(return_name="执法检查日报", return_type="prompt", due_days="1", return_basis="晋应急发〔2022〕103号")
        prompt = self.make(self.ZHOU, "return_definition", "create/define", **values)
        self.refuse_make(self.ZHOU, "return_definition", "create/define", "return_period", **{**values, "return_type": "periodic"})
        yearly = self.make(self.ZHOU, "return_definition", "create/define", return_name="执法年报", return_type="periodic",
                           return_period="year", due_days="15", return_basis="晋应急发〔2022〕103号")
        self.assertEqual([self.listed("return_definition", name) for name in ("returns_prompt", "returns_periodic")],
                         [[prompt], [yearly]])
        self.refuse_make(self.SUN, "return_filing", "create/of_return", "加报送期限", yearly, counted_to=day(-5), due_on=day(11))
        open_one = self.make(self.SUN, "return_filing", "create/of_return", yearly, counted_to=day(-5), due_on=day(10))
        late = self.make(self.SUN, "return_filing", "create/of_return", prompt, counted_to=day(-3), due_on=day(-2))
        self.assertEqual(self.listed("return_filing", "filings_overdue"), [late])
        self.assertEqual(self.listed("return_filing", "filings_open"), [late, open_one])
        done = dict(filing_text="检查 3 家，处罚 1 家", filed_on=day(), filing_number="TJ-7")
        self.refuse(self.SUN, late, "step/return_filed", "填报凭证", **done)
        self.attach(self.SUN, late, "proof", "screen")
        self.refuse(self.SUN, late, "step/return_filed", "不能早于", **{**done, "filed_on": day(-4)})
        self.do(self.SUN, late, "step/return_filed", **done)
        self.assertTrue(self.text(late, "filing_late")[0].startswith("是"))
        self.assertEqual(self.figure(prompt, "filings_late"), 1)
        self.assertEqual(self.listed("return_filing", "filings_overdue"), [])
        self.refuse(self.ZHOU, yearly, "step/return_ended", "还有待报送的填报")
        self.do(self.ZHOU, open_one, "step/filing_voided", void_reason="误登")
        self.do(self.ZHOU, yearly, "step/return_ended")
        self.assertNotIn("create/of_return", str(view_of(self.client(self.SUN), yearly)))

    def test_R238_an_action_plan_is_filed_on_time(self):
        plan = self.make(self.SUN, "action_plan", "create/record", plan_name="大检查行动方案", plan_due_on=day(1))
        self.refuse(self.SUN, plan, "step/plan_filed", "行动方案", plan_filed_on=day(), plan_filed_with="市安委办")
        self.attach(self.SUN, plan, "document", "plan")
        self.do(self.SUN, plan, "step/plan_filed", plan_filed_on=day(), plan_filed_with="市安委办")
        self.assertTrue(self.text(plan, "plan_in_time")[0].startswith("是"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
