"""The evaluation of an accident, from the day on which it falls due to the last task (workflow 7)."""

import sys
import unittest

import acts
from acts import make, view_of
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


class Evaluations(Matter):
    PARTS = {f"part_{name}": f"{name}部分" for name in ("process", "opinion", "measures", "problems", "advice")}

    def closed(self, name, closed_on, grade="general", **values):
        """An accident whose case another body closed on that day; its evaluation."""
        accident = self.make(self.WANG, "accident", "create/at_enterprise", HUB.told["enterprise"],
                             happened_on=day(-700), accident_text=name, **values)
        self.do(self.SUN, accident, "step/investigating", accident_grade=grade, inquiry_unit="调查组")
        self.attach(self.SUN, accident, "signed", name)
        self.do(self.SUN, accident, "step/determined", supervision_level="city", supervising_body="市安委会",
                nature_members="甲", nature_opinion="是", determined_on=day(-400),
                investigation_ended_on=day(-400))
        self.do(self.SUN, accident, "step/disclosed", disclosed_on=day(-390), disclosed_where="网站")
        self.do(self.SUN, accident, "step/case_closed", case_closed_on=closed_on, **self.CLOSE)
        return next(row["id"] for row in self.ledger("accident_evaluation", "evaluations_waiting") if name in str(row))

    def set_group(self, evaluation, **values):
        self.do(self.SUN, evaluation, "step/falls_due")
        self.do(self.SUN, evaluation, "step/group_set", **{
            "organiser_level": "county", "executing_unit": "区安委办", "group_set_on": day(), "group_head": "周样例",
            "group_head_post": "office_head", "discipline_invited_on": day(-1), **values})

    EXCUSES = ("no_file_review", "no_talk", "no_papers", "no_company_visit", "no_similar_visit")

    def work(self, evaluation, *lists):
        """A group does its work and hears the members; the lists have one entry each."""
        self.add(evaluation, "evaluation_member", member_type="member", member_body="区应急局")
        self.add(evaluation, "evaluation_line", line_type="measure", line_text="更换钢丝绳", line_unit="某矿", line_rating="done")
        self.do(self.SUN, evaluation, "step/drafting", **{name: "书面评估" for name in self.EXCUSES})
        for code in lists:
            self.add(evaluation, "evaluation_point", point_list=code, point_text=code, point_unit="某矿",
                     point_deadline=day(20))
        self.do(self.SUN, evaluation, "edit/write", **self.PARTS)
        self.attach(self.SUN, evaluation, "scan", "minutes")

    HEARD = dict(members_met_on=day(), members_met="成员单位六家", members_opinion="无异议")
    FED_BACK = dict(fed_back_to="各乡镇和部门", fed_back_on=day(), filed_with="市安委办", filed_on=day())

    def publish(self, evaluation):
        """From the meeting to the publication."""
        self.do(self.ZHOU, evaluation, "step/agreed", agreed_on=day())
        for number in (1, 2, 3):
            self.attach(self.SUN, evaluation, "returned", f"receipt {number}")
        self.do(self.SUN, evaluation, "step/submitted", submitted_to="平鲁区政府", submitted_on=day())
        self.do(self.SUN, evaluation, "step/fed_back", **self.FED_BACK)
        self.attach_pdf(self.SUN, evaluation, "document")
        self.do(self.SUN, evaluation, "step/published", evaluation_public_on=day(),
                evaluation_url="https://www.example.gov/pg/1")

    def test_R191_R193_an_evaluation_without_problems_is_finished_without_tasks(self):
        evaluation = self.closed("无问题的评估", day(-320))
        self.set_group(evaluation)
        self.work(evaluation, "advice")
        none = dict(no_problems="是", no_practice="是")
        for word, values in (("缺少：问题清单", dict(none, no_problems="否")), ("缺少：经验做法清单", dict(none, no_practice="否")),
                             ("不能勾选没有建议", dict(none, no_advice="是"))):
            self.refuse(self.SUN, evaluation, "step/members_heard", word, **self.HEARD, **values)
        # A measure that was not carried out is a problem.
        poor = self.add(evaluation, "evaluation_line", line_type="measure", line_text="建立台账", line_unit="某矿",
                        line_rating="partly")
        self.refuse(self.SUN, evaluation, "step/members_heard", "须列入问题清单", **self.HEARD, **none)
        self.do(self.SUN, poor, "edit/correct", line_rating="done")
        self.do(self.SUN, evaluation, "step/members_heard", **self.HEARD, **none)
        self.publish(evaluation)
        self.do(self.SUN, evaluation, "step/completed", finished_on=day())
        self.assertEqual(self.state(evaluation), "completed")

    def test_R177_R181_R196_a_late_evaluation_is_listed_in_every_state(self):
        evaluation = self.closed("一直逾期的评估", day(-380))
        late = lambda: evaluation in self.listed("accident_evaluation", "evaluations_late")
        self.set_group(evaluation)
        self.assertTrue(late(), "group_set")
        self.work(evaluation, "problem", "advice", "practice")
        self.assertTrue(late(), "drafting")
        self.do(self.SUN, evaluation, "step/members_heard", **self.HEARD)
        self.assertTrue(late(), "members_heard")
        self.do(self.ZHOU, evaluation, "step/agreed", agreed_on=day())
        self.assertTrue(late(), "agreed")
        self.attach(self.SUN, evaluation, "returned", "receipt")
        self.do(self.SUN, evaluation, "step/submitted", submitted_to="平鲁区政府", submitted_on=day())
        self.assertTrue(late(), "submitted")
        # The group has thirty days until the report is agreed, also when the year is not over.
        slow = self.closed("超过三十日的评估", day(-320))
        self.set_group(slow, group_set_on=day(-31))
        self.work(slow, "problem", "advice", "practice")
        self.do(self.SUN, slow, "step/members_heard", **self.HEARD)
        self.assertIn(slow, self.listed("accident_evaluation", "evaluations_late"))
        self.do(self.ZHOU, slow, "step/agreed", agreed_on=day())
        self.assertNotIn(slow, self.listed("accident_evaluation", "evaluations_late"))

    def test_R184_R187_each_method_is_used_or_has_its_own_excuse(self):
        evaluation = self.closed("五种方法", day(-320))
        self.set_group(evaluation)
        self.add(evaluation, "evaluation_member", member_type="member", member_body="区应急局")
        self.add(evaluation, "evaluation_line", line_type="measure", line_text="更换钢丝绳", line_unit="某矿", line_rating="done")
        status, content = make(self.client(self.ZHOU), "setting", "create/set", {
            "name": "evaluation_similar_visits", "value": "2", "valid_from": "2020-01-01", "basis": "样例"})
        self.assertEqual(status, 200, content)
        excuses = {name: "书面评估" for name in self.EXCUSES}
        for name, word in zip(self.EXCUSES, ("资料审查", "座谈问询", "查阅文件", "走访事故企业", "走访同类企业")):
            self.refuse(self.SUN, evaluation, "step/drafting", word, **{**excuses, name: None})
        # The office sets how many similar enterprises are visited.
        self.do(self.SUN, evaluation, "edit/correct", **{**excuses, "no_similar_visit": None})
        for number in (1, 2):
            self.refuse(self.SUN, evaluation, "step/drafting", "走访同类企业")
            self.add(evaluation, "evaluation_work", work_method="visit", visit_target="similar_company",
                     visit_place=f"某矿{number}", work_text="同类检查")
        self.do(self.SUN, evaluation, "step/drafting")
        self.do(self.ZHOU, content["record"], "step/withdrawn", reason="样例")

    def test_R194_the_reason_of_a_handover_stands_on_the_lead_only(self):
        evaluation = self.closed("久拖不改的评估", day(-320))
        self.set_group(evaluation)
        self.work(evaluation, "problem", "advice", "practice")
        self.do(self.SUN, evaluation, "step/members_heard", **self.HEARD)
        self.publish(evaluation)
        before = set(self.listed("lead_transfer", "leads_discipline"))
        point = next(row["id"] for child in view_of(self.client(self.SUN), evaluation)["children"]
                     if child["kind"] == "evaluation_point" for row in child["rows"] if "problem" in str(row))
        self.do(self.SUN, evaluation, "step/tracking", assigned_points=[point])
        self.do(self.ZHOU, evaluation, "step/transferred")
        lead, = set(self.listed("lead_transfer", "leads_discipline")) - before
        self.do(self.ZHOU, lead, "edit/correct", transfer_code="unfinished", transfer_subject="镇长甲",
                lead_facts="涉嫌监管人员失职")
        self.assertEqual(self.text(lead, "lead_facts"), ["涉嫌监管人员失职"])
        # Everybody reads the evaluation, and nobody else the lead.
        for login in ("staff-other", self.WANG):
            self.assertNotIn("失职", str(view_of(self.client(login), evaluation)))
            self.assertEqual(self.client(login).ask("GET", f"/office/v1/records/{lead}")[0], 404)

    def add(self, evaluation, kind, **values):
        return self.make(self.SUN, kind, "create/of_evaluation", evaluation, **values)

    def test_R177_R178_R179_an_evaluation_falls_due_ten_months_after_the_case_was_closed(self):
        early = self.closed("刚结案的事故", day(-10))
        self.refuse(self.SUN, early, "step/falls_due", "")
        self.assertEqual(self.state(early), "not_due")
        late = self.closed("超期的事故", day(-380))
        self.assertIn(early, self.listed("accident_evaluation", "evaluations_waiting"))
        # An evaluation that nobody began is in a list of its own, and can be called out too.
        self.assertEqual(self.listed("accident_evaluation", "evaluations_to_begin"), [late])
        self.do(self.ZHOU, late, "edit/notice", late_notice_on=day(-1), late_points="1")
        self.assertEqual(self.text(late, "late_notice_on"), [day(-1)])
        self.do(self.SUN, late, "step/falls_due")
        self.assertEqual(self.listed("accident_evaluation", "evaluations_to_begin"), [])
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
        # Reviewers, leaders and the people of the group see it; their colleagues do not.              # R-197
        expert, colleague = self.client("staff-expert"), self.client("staff-both")
        for client, status in ((other, 404), (self.client(self.WANG), 404), (expert, 404), (colleague, 200)):
            self.assertEqual(client.ask("GET", f"/office/v1/records/{evaluation}")[0], status)
        self.do(self.SUN, evaluation, "edit/correct", group_recorder=self.found("staff", "某专家"),
                second_recorder=self.found("staff", "王样例"))
        for client in (expert, self.client(self.WANG)):
            self.assertEqual(client.ask("GET", f"/office/v1/records/{evaluation}")[0], 200)
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
        found = dict(point_list="problem", point_text="钢丝绳台账不全", point_unit="样例东坡沟煤矿", point_deadline=day(20),
                     on_site="是", fed_back_on=day(), fed_back_to="井坪镇、区能源局", hazard=HUB.told["hazard"])
        self.refuse_make(self.SUN, "evaluation_point", "create/of_evaluation", "整改建议", evaluation, **found)
        # A person of the group records it on the day.
        problem = self.make(self.WANG, "evaluation_point", "create/of_evaluation", evaluation, **found,
                            point_advice="立即停用，补做探伤")
        self.assertEqual(self.text(problem, "point_advice"), ["立即停用，补做探伤"])
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
        fed = self.FED_BACK
        for number in (2, 3):
            self.refuse(self.SUN, evaluation, "step/fed_back", "回执", **fed)
            self.attach(self.SUN, evaluation, "returned", f"receipt {number}")
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
