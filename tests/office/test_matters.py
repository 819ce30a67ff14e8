"""Matters of the office that begin without a visit, each from its first record to its last: tip-offs,
accidents, evaluations, leads to other bodies, letters, credit, scores, townships, plans and monthly
packs (workflows 5 to 9)."""

import re
import sys
import unittest

import acts
from acts import make, pick, view_of
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


class Matter(Story):
    SUN, ZHOU, WANG = "staff-sun", "staff-zhou", "staff-wang"

    def found(self, kind, search):
        """The id of a record that a form offers for this text."""
        return pick(self.client(self.SUN), kind=kind, search=search)[1]["rows"][0]["id"]

    def unit(self, name="平鲁区应急管理局"):
        return self.found("unit", name)

    def text(self, record, *names, login="staff-sun"):
        shown = self.rows(login, record)
        return [shown[name]["text"] if name in shown else None for name in names]

    def figure(self, record, name):
        """A computed number, without unit and note."""
        return float(re.match(r"-?[\d.]+", self.text(record, name)[0].replace(",", ""))[0])

    def listed(self, kind, name):
        return [row["id"] for row in self.ledger(kind, name)]

    def refuse_make(self, login, kind, creation, word, origin=None, **values):
        status, content = make(self.client(login), kind, creation, values, origin)
        self.assertIn(status, (400, 403), content)
        self.assertIn(word, str(content))


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
        self.assertGreaterEqual(self.figure(tip, "tips_about"), 2)
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
        untrue = self.tip(tip_subject="不实举报")
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
    CLOSE = dict(closing_number="平政〔2026〕3号", four_settled=["cause", "education", "liable", "measures"])

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
        self.do(self.SUN, accident, "edit/supervise", supervision_level="city", supervising_body="朔州市安委会",
                supervised_points=["advice", "cause", "liability", "nature", "procedure", "time"])
        self.assertIn(accident, self.listed("accident", "accidents_supervised"))
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
        for level, to in (("city", "朔州市应急管理局"), ("province", "山西省应急管理厅")):
            sent = self.make(self.SUN, "strike_off_submission", "create/of_accident", accident, submit_level=level,
                             submitted_to=to)
            self.do(self.SUN, sent, "edit/correct", answered_on=day(), answer_text="同意")
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
        self.do(self.SUN, larger, "step/investigating", strike_off_refused_because="死因证据不足")
        self.assertEqual(self.state(larger), "investigating")

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
        self.do(self.ZHOU, accident, "step/investigating", misreport_persons="矿长甲", accident_grade="general",
                inquiry_unit="市政府调查组", **listing)
        self.assertEqual(self.state(accident), "investigating")
        self.assertEqual(self.text(accident, "misreport_persons"), ["矿长甲"])

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


class Evaluations(Matter):
    PARTS = {f"part_{name}": f"{name}部分" for name in ("process", "opinion", "measures", "problems", "advice")}

    def closed(self, name, closed_on, grade="general", **values):
        """An accident whose case another body closed on that day; its evaluation."""
        accident = self.make(self.WANG, "accident", "create/at_enterprise", HUB.told["enterprise"],
                             happened_on=day(-700), accident_text=name, **values)
        self.do(self.SUN, accident, "step/investigating", accident_grade=grade, inquiry_unit="调查组")
        self.attach(self.SUN, accident, "signed", name)
        self.do(self.SUN, accident, "step/determined", nature_members="甲", nature_opinion="是", determined_on=day(-400),
                investigation_ended_on=day(-400))
        self.do(self.SUN, accident, "step/disclosed", disclosed_on=day(-390), disclosed_where="网站")
        self.do(self.SUN, accident, "step/case_closed", case_closed_on=closed_on, **Accidents.CLOSE)
        return next(row["id"] for row in self.ledger("accident_evaluation", "evaluations_waiting") if name in str(row))

    def set_group(self, evaluation, **values):
        self.do(self.SUN, evaluation, "step/falls_due")
        self.do(self.SUN, evaluation, "step/group_set", **{
            "organiser_level": "county", "executing_unit": "区安委办", "group_set_on": day(), "group_head": "周样例",
            "group_head_post": "office_head", "discipline_invited_on": day(-1), **values})

    def add(self, evaluation, kind, **values):
        return self.make(self.SUN, kind, "create/of_evaluation", evaluation, **values)

    def test_R177_R178_R179_an_evaluation_falls_due_ten_months_after_the_case_was_closed(self):
        early = self.closed("刚结案的事故", day(-10))
        self.refuse(self.SUN, early, "step/falls_due", "")
        self.assertEqual(self.state(early), "not_due")
        late = self.closed("超期的事故", day(-380))
        self.assertIn(early, self.listed("accident_evaluation", "evaluations_waiting"))
        self.do(self.SUN, late, "step/falls_due")
        self.assertIn(late, self.listed("accident_evaluation", "evaluations_late"))
        order = self.listed("accident_evaluation", "evaluations_waiting")
        self.assertLess(order.index(late), order.index(early))
        values = dict(executing_unit="区安委办", group_set_on=day(), group_head="甲", discipline_invited_on=day())
        self.refuse(self.SUN, late, "step/group_set", "一般事故由县（区）组织评估", organiser_level="city",
                    group_head_post="office_head", **values)
        self.refuse(self.SUN, late, "step/group_set", "副职任组长须说明空缺情况", organiser_level="county",
                    group_head_post="deputy", **values)
        self.do(self.ZHOU, late, "edit/notice", late_notice_on=day(), late_points="2.5")
        self.assertEqual(self.text(late, "late_notice_on", "late_points"), [day(), "2.5"])
        disaster = self.closed("山洪冲毁井口", day(-320), case_type="disaster")
        self.do(self.SUN, disaster, "step/falls_due")
        larger = self.closed("较大事故", day(-320), "larger")
        self.do(self.SUN, larger, "step/falls_due")
        self.refuse(self.SUN, larger, "step/group_set", "较大事故由市级组织评估", organiser_level="county",
                    group_head_post="office_head", **values)

    def test_R180_to_R198_an_evaluation_from_the_group_to_the_finished_tasks(self):
        evaluation = self.closed("提升机断绳", day(-320))
        self.set_group(evaluation)
        other = self.client("staff-other")
        self.assertEqual(other.ask("GET", f"/office/v1/records/{evaluation}")[0], 404)
        for kind, body in (("member", "区应急局"), ("discipline", "区纪委监委"), ("expert", "某矿业大学")):
            self.add(evaluation, "evaluation_member", member_type=kind, member_body=body)
        line = dict(line_type="measure", line_text="更换提升钢丝绳", line_unit="样例东坡沟煤矿", line_action="已更换",
                    line_effect="检验合格", line_evidence="检验报告", line_rating="done")
        self.add(evaluation, "evaluation_line", **line)
        self.add(evaluation, "evaluation_line", **{**line, "line_type": "penalty", "line_text": "罚款 20 万元"})
        self.refuse_make(self.SUN, "evaluation_line", "create/of_evaluation", "纪委监委参加时", evaluation,
                         **{**line, "line_type": "accountability"})
        self.do(self.SUN, evaluation, "edit/correct", discipline_joined="是")
        self.add(evaluation, "evaluation_line", **{**line, "line_type": "accountability", "line_person": "干部甲"})
        self.refuse(self.SUN, evaluation, "step/drafting", "资料审查")
        for values in (dict(work_method="file_review", work_text="对照报告审查"),
                       dict(work_method="talk", work_text="座谈三人", work_people="矿长、总工"),
                       dict(work_method="papers", papers_seen=["enforcement", "minutes", "official_papers", "vouchers"],
                            papers_missing="人事档案", work_text="已核对"),
                       dict(work_method="visit", visit_target="accident_company", visit_place="东坡沟煤矿",
                            visit_inspection=HUB.told["second"], work_text="查看绞车房")):
            self.add(evaluation, "evaluation_work", **values)
        self.refuse(self.SUN, evaluation, "step/drafting", "走访同类企业")
        self.refuse_make(self.SUN, "evaluation_work", "create/of_evaluation", "visit_target", evaluation,
                         work_method="visit", work_text="未填对象")
        self.add(evaluation, "evaluation_work", work_method="visit", visit_target="similar_company", visit_place="某矿",
                 work_text="同类检查")
        problem = self.add(evaluation, "evaluation_point", point_list="problem", point_text="钢丝绳台账不全",
                           point_unit="样例东坡沟煤矿", point_deadline=day(20), on_site="是", fed_back_on=day(),
                           fed_back_to="井坪镇、区能源局", hazard=HUB.told["hazard"])
        self.do(self.SUN, evaluation, "step/drafting")
        material = self.make(self.SUN, "evidence_item", "create/of_record", evaluation, evidence_no="评-01",
                             evidence_name="检验报告", evidence_type="paper", evidence_source="矿方", keeper="孙样例")
        self.attach(self.SUN, material, "scan", "report")
        heard = dict(members_met_on=day(), members_met="成员单位六家", members_opinion="无异议")
        self.do(self.SUN, evaluation, "edit/write", **self.PARTS)
        self.attach(self.SUN, evaluation, "scan", "minutes")
        self.refuse(self.SUN, evaluation, "step/members_heard", "工作建议清单", **heard)
        self.add(evaluation, "evaluation_point", point_list="advice", point_text="建立台账制度")
        self.add(evaluation, "evaluation_point", point_list="practice", point_text="绞车在线监测")
        self.refuse(self.SUN, evaluation, "step/members_heard", "请填写会议意见", **{**heard, "members_opinion": None})
        self.do(self.SUN, evaluation, "step/members_heard", **heard)
        self.do(self.SUN, evaluation, "step/drafting", changes_asked="补充成效")
        self.do(self.SUN, evaluation, "step/members_heard", members_met_on=day(), members_opinion="同意")
        self.do(self.ZHOU, evaluation, "step/agreed", agreed_on=day())
        self.attach(self.SUN, evaluation, "returned", "receipt 1")
        self.do(self.SUN, evaluation, "step/submitted", submitted_to="平鲁区政府", submitted_on=day())
        fed = dict(fed_back_to="各乡镇和部门", fed_back_on=day(), filed_with="市安委办", filed_on=day())
        self.refuse(self.SUN, evaluation, "step/fed_back", "回执", **fed)
        self.attach(self.SUN, evaluation, "returned", "receipt 2")
        self.do(self.SUN, evaluation, "step/fed_back", **fed)
        published = dict(evaluation_public_on=day(), evaluation_url="https://www.example.gov/pg/1")
        self.refuse(self.SUN, evaluation, "step/published", "公开的报告全文", **published)
        self.attach_pdf(self.SUN, evaluation, "document")
        self.do(self.SUN, evaluation, "step/published", **published)
        self.assertEqual(other.ask("GET", f"/office/v1/records/{evaluation}")[0], 200)
        self.refuse(self.SUN, evaluation, "step/completed", "有问题须交办整改", finished_on=day())
        self.do(self.SUN, evaluation, "step/tracking", assigned_points=[problem])
        task = next(row["id"] for row in self.ledger("evaluation_task", "tasks_open"))
        self.assertEqual(self.text(task, "task_text", "task_unit", "deadline"), ["钢丝绳台账不全", "样例东坡沟煤矿", day(20)])
        self.refuse(self.SUN, evaluation, "step/completed", "还有未完成的整改任务", finished_on=day())
        self.attach(self.WANG, task, "proof", "ledger")
        self.do(self.WANG, task, "step/reported", task_report="台账已补齐", reported_on=day())
        self.do(self.SUN, task, "step/completed", recheck_on=day(), recheck_note="属实")
        self.do(self.SUN, evaluation, "step/completed", finished_on=day())
        self.assertEqual(self.state(evaluation), "completed")

    def attach_pdf(self, login, record, role):
        client = self.client(login)
        data = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
        status, begun, _ = client.ask("POST", f"/office/v1/records/{record}/files", {"role": role, "size": len(data)})
        self.assertEqual(status, 200, begun)
        status, done, _ = client.ask("PATCH", f"/office/v1/uploads/{begun['upload']}?offset=0", data,
                                     {"Content-Type": "application/octet-stream"})
        self.assertEqual(status, 200, done)


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
        item = self.make(self.WANG, "self_check_item", "create/at_enterprise", enterprise, self_text="皮带缺护网",
                         self_place="主运巷", self_level="general", found_on=day(-5), self_measures="加装", deadline=day(-1),
                         self_person="机电队长")
        self.assertIn(item, self.listed("self_check_item", "self_late"))
        self.refuse(self.WANG, item, "step/self_fixed", "请填写整改情况", fixed_on=day())
        self.do(self.WANG, item, "step/self_fixed", fixed_on=day(), self_fix="已加装")
        self.assertEqual(self.figure(item, "self_age"), 5)
        # What the enterprise found itself within a year stands beside what inspectors found.
        found = [self.figure(enterprise, name) for name in ("self_found", "inspectors_found", "self_found_share")]
        self.assertGreater(found[1], 0)
        self.assertEqual((found[0], found[2]), (1, round(100 / (1 + found[1]))))
        self.do(self.WANG, item, "step/confirmed", confirm_note="现场核实")
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
        self.do(leader, people[0], "step/left")
        self.assertTrue(self.text(unit, "enough_emergency_staff")[0].startswith("否"))
        self.do(leader, person, "edit/correct", valid_to=day(300))
        self.refuse(leader, person, "edit/correct", "任职止不能早于任职起", valid_to=day(-1))
        expert = self.make(leader, "staff", "create/register", unit, name="通风专家", roles=["expert"],
                           speciality="矿井通风", expert_sector=["coal"], valid_from=day(-10), valid_to=day(700),
                           fee_note="每次 800 元")
        self.assertEqual(self.text(expert, "speciality", "expert_sector", "fee_note"), ["矿井通风", "煤矿", "每次 800 元"])
        self.assertEqual(self.figure(expert, "expert_visits"), 0)     # app/ends: counted with the visit
        self.assertIn("通风专家", str(pick(self.client(self.SUN), kind="staff", search="通风")))

    def test_R140_duties_that_are_handed_down_are_tracked(self):
        values = dict(duty_matter="小作坊执法检查", duty_kind="enforcement", handed_down_on=day(-30))
        self.refuse_make(self.SUN, "duty_transfer", "create/record", "承接单位不能是下放单位", **values, to_unit=self.unit())
        duty = self.make(self.SUN, "duty_transfer", "create/record", **values, to_unit=self.unit("井坪"))
        self.assertEqual(self.listed("duty_transfer", "handed_to_township"), [duty])
        self.do(self.SUN, duty, "step/able", capacity_opinion="人员不足但可承接", capacity_on=day())
        self.do(self.SUN, duty, "step/taken_back", taken_back_because="不得下放执法责任", taken_back_on=day())
        self.assertEqual(self.listed("duty_transfer", "handed_to_township"), [])


class Reports(Matter):
    PARTS = {name: "内容" for name in ("part_summary", "part_root_cause", "part_table", "part_measure_list",
                                       "part_task_list")}

    def test_R234_R235_R236_R237_a_monthly_pack_is_compiled_sent_appraised_and_ranked(self):
        self.refuse_make(self.SUN, "monthly_pack", "create/begin", "报送月份应是月报月份的次月", pack_month="2026-01",
                         pack_due_month="2026-03")
        pack = self.make(self.SUN, "monthly_pack", "create/begin", pack_month="2026-01", pack_due_month="2026-02")
        self.assertEqual(self.text(pack, "pack_due_on"), ["2026-02-02"])
        self.assertIn(pack, self.listed("monthly_pack", "packs_late"))
        self.refuse(self.SUN, pack, "step/compiled", "请填写四、三年行动任务清单", **{**self.PARTS, "part_task_list": None})
        self.do(self.SUN, pack, "edit/compile", **self.PARTS)
        self.do(self.SUN, pack, "step/compiled")
        self.attach(self.ZHOU, pack, "signed", "page")
        self.do(self.ZHOU, pack, "step/signed_off")
        self.do(self.SUN, pack, "step/submitted", submitted_on="2026-02-03")
        self.assertTrue(self.text(pack, "pack_late")[0].startswith("是"))
        self.do(self.SUN, pack, "step/pack_returned", pack_returned_because="报表不符")
        self.do(self.SUN, pack, "step/compiled")
        self.do(self.ZHOU, pack, "step/signed_off")
        self.do(self.SUN, pack, "step/submitted", submitted_on="2026-02-02")
        self.assertTrue(self.text(pack, "pack_late")[0].startswith("否"))
        self.refuse(self.ZHOU, pack, "step/appraised", "请先登记评分项", pack_score="90")
        for name, points, weight in (("工作进度", "80", "0.5"), ("数据质量", "100", "0.5")):
            self.make(self.SUN, "appraisal_item", "create/of_record", pack, item_name=name, item_points=points,
                      item_weight=weight)
        self.assertEqual(self.figure(pack, "pack_formula_score"), 90)
        self.do(self.ZHOU, pack, "step/appraised", pack_score="90")
        self.do(self.ZHOU, pack, "step/made_ranking", pack_rank="1", ranking_where="《工作简报》第3期", ranking_public_on=day())
        self.assertEqual(self.listed("monthly_pack", "packs_ranked"), [pack])
        audit = self.make(self.SUN, "audit_record", "create/record", audited_unit=self.unit(), audit_subject="大检查巡查",
                          audit_coverage=["fifteen", "tasks"], audit_score="70", audit_findings="任务三项未落实")
        self.do(self.SUN, audit, "edit/correct", audit_answer="已整改")
        overall = self.make(self.SUN, "overall_appraisal", "create/begin", appraisal_name="2026 年综合考评",
                            appraised_unit=self.unit())
        self.assertEqual([self.figure(overall, name) for name in ("monthly_mean", "audit_mean", "overall_score")],
                         [90, 70, 82])
        self.attach(self.ZHOU, overall, "document", "table")
        self.do(self.ZHOU, overall, "step/reported_up", final_score="82", sent_on=day(),
                sent_to_bodies=["discipline", "government", "organisation", "party"])
        self.assertEqual(self.state(overall), "reported_up")

    def test_R238_an_action_plan_is_filed_on_time(self):
        plan = self.make(self.SUN, "action_plan", "create/record", plan_name="大检查行动方案", plan_due_on=day(1))
        self.refuse(self.SUN, plan, "step/plan_filed", "行动方案", plan_filed_on=day(), plan_filed_with="市安委办")
        self.attach(self.SUN, plan, "document", "plan")
        self.do(self.SUN, plan, "step/plan_filed", plan_filed_on=day(), plan_filed_with="市安委办")
        self.assertTrue(self.text(plan, "plan_in_time")[0].startswith("是"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
