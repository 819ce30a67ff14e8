#!/usr/bin/python3
"""test_registers.py BUILD [SIZE [NAME]]: what belongs to an enterprise beside its visits, entered on the device; and
a plan of the office whose inspections are carried out on the device and counted."""

import json
import sys
from pathlib import Path

from collector import begins, main
from samples import TOP
from steps import begin_visit, sign_by_all, sign_in, take_photo
from stories import StoryTest, day


class Registers(StoryTest):
    build = Path(sys.argv[1]).resolve()
    name = "registers"

    def add(self, app, kind, act="at_enterprise"):
        """Opens the form of a new record below the one on the page."""
        app.create(f"{kind}-{act}")

    def save(self, app, field):
        app.click("save")
        app.gone(field)

    @begins("enrolled", picture=1)
    def test_an_inspector_enters_what_belongs_to_an_enterprise(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.click("open-record")
            self.shot(app, "enterprise")
            self.add(app, "licence")
            app.click("licence_type-unfold")
            app.click("licence_type-safety")
            app.type("number", "晋安许 0077")
            app.type("issuer", "山西省应急管理厅")
            app.click("valid_to-plus-15")
            self.shot(app, "licence")
            self.save(app, "issuer")
            app.text("有效")
            app.click("back")
            self.add(app, "insurance")
            app.type("insurer", "样例保险")
            app.type("policy_number", "P-77")
            app.click("valid_from-plus-0")
            app.click("valid_to-plus-30")
            app.type("insured_sum", "5000000")
            self.save(app, "insurer")
            app.click("back")
            self.add(app, "emergency_drill")
            app.type("topic", "瓦斯撤人")
            app.click("drill_type-evacuation")
            take_photo(app)
            self.save(app, "topic")
            app.text("瓦斯撤人")
            app.click("back")
            app.click("edit-guard")                         # the mine has stopped
            app.click("production_state-suspended")
            app.type("guard_name", "样例看守")
            app.click("power_off-safety_only")
            app.type("seal_number", "平封 0007")
            self.shot(app, "suspended")
            self.save(app, "seal_number")
            app.text("平封 0007")
            self.go_home(app)
            app.click("lists")
            app.click("list-licence-expiring")
            app.text("晋安许 0077")
            self.shot(app, "licences")
        self.sync()
        office = self.office("staff-sun")
        enterprise = next(row["id"] for row in self.rows("enterprise") if "东坡沟" in row["values"]["name"])
        shown = str(office.get_record(enterprise))
        for text in ("晋安许 0077", "P-77", "瓦斯撤人", "平封 0007", "样例看守", day()):
            self.assertIn(text, shown)

    # --- what an inspector checks in a visit ---

    def check(self, app, topic):
        """Opens the form of a check of facts on the record page of the visit."""
        app.create("fact_check-of_visit")
        app.click(f"topic-{topic}")

    @begins("enrolled", picture=20)
    def test_an_inspector_checks_facts_and_asks_people(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2")
            self.go_home(app)
            app.click("scan")
            app.click("inspection-1")
            self.check(app, "seven_duties")
            for duty in ("staff", "rules", "training", "investment", "prevention", "rescue"):
                app.click(f"duty_{duty}-done")
            app.click("duty_report-not_done")
            self.shot(app, "duties")
            self.save(app, "check_note")
            app.text("1 项")
            app.click("back")
            self.check(app, "shift")
            app.click("shift_day-plus-0")
            app.click("planned_shift-morning")
            app.click("actual_shift-morning")
            app.click("same_shift_leader-no")
            self.save(app, "check_note")
            app.text("带班与计划不符")
            app.click("back")
            self.check(app, "posts")
            self.shot(app, "posts")
            self.save(app, "check_note")
            for number, passed in enumerate(("yes", "no", "yes")):
                app.create("asked_person-of_check")
                app.type("name", f"样例工人{number}")
                app.type("post_asked", f"岗位{number}")
                app.click(f"passed-{passed}")
                self.save(app, "post_asked")
                app.click("back")
            app.text("3 人")
            app.click("back")
            self.check(app, "safety_staff")
            app.click("safety_body-yes")
            app.type("full_time_staff", "6")
            app.type("safety_engineers", "1")
            self.save(app, "check_note")
            app.click("back")
            self.check(app, "funds")
            app.type("funds_year", "2026")
            app.type("funds_needed", "300000")
            app.type("funds_drawn", "250000.50")
            app.type("funds_used", "200000")
            self.save(app, "check_note")
            app.text("49,999.50 元")
            app.click("back")
            self.check(app, "key_posts")
            app.type("key_post_people", "40")
            app.type("key_post_certified", "37")
            self.save(app, "check_note")
            app.text("92.5%")
            app.click("back")
            self.check(app, "training")
            self.save(app, "check_note")
            app.create("asked_person-of_check")
            app.type("name", "样例工人9")
            app.type("post_asked", "掘进工")
            app.click("passed-no")
            self.save(app, "post_asked")
            app.click("back")
            app.text("不合格")
            app.click("back")
            self.check(app, "subcontract")
            app.click("review_held_on-plus-0")
            app.click("review_result-reviewed")
            self.save(app, "check_note")
        self.begin_story("inspection", "on_site")
        office = self.office("staff-sun")
        shown = str(office.get_record(self.record))
        for text in ("七项职责", "矿长带班下井", "全员责任制抽问", "安全机构和人员", "安全费用", "三项岗位人员", "培训合格上岗",
                     "分包合规审查"):
            self.assertIn(text, shown)
        checks = {row["values"]["topic"]: row["id"] for row in self.rows("fact_check")}
        self.assertEqual(self.figures(checks["posts"], "people_asked", "enough_asked", "people_not_passed"),
                         ["3 人", "是", "1 人"])
        self.assertEqual(self.figures(checks["training"], "people_asked", "people_not_passed"), ["1 人", "1 人"])
        self.assertEqual(self.figures(checks["shift"], "shift_mismatch"), ["是"])

    # --- the annual plan ---

    def make_plan(self):
        """A plan of the township station: written, approved by the leader, filed with the proof."""
        office = self.office("staff-sun")
        unit = next(row["id"] for row in self.rows("unit") if "井坪镇" in row["values"]["name"])
        self.plan = office.create("inspection_plan", "create/draft", {
            "name": "井坪镇年度监督检查计划", "plan_year": day()[:4], "unit": unit, "starts_on": f"{day()[:4]}-01-01",
            "ends_on": f"{day()[:4]}-12-31", "plan_text": "煤矿按分级检查"})
        line = office.create("plan_line", "create/of_plan", {
            "line_text": "煤矿外包队伍联合检查", "target_sector": "coal_mine", "visits_number": "1",
            "cross_function": True, "joint_departments": "平鲁区消防救援大队"}, self.plan)
        self.office("staff-zhou").step(self.plan, "approved", {"approved_on": day()})
        with self.assertRaisesRegex(RuntimeError, "报备材料"):
            office.step(self.plan, "filed", {"filed_on": day(), "filed_with": "平鲁区纪委监委"})
        self.attach_at_office("staff-sun", "proof", self.plan)
        office.step(self.plan, "filed", {"filed_on": day(), "filed_with": "平鲁区纪委监委"})
        self.change_plan(line)
        return line

    def change_plan(self, line):
        """A plan that was approved is changed only after the leader took it back; then it is approved and filed again."""
        office, leader = self.office("staff-sun"), self.office("staff-zhou")
        with self.assertRaisesRegex(RuntimeError, "403"):
            office.act(line, "edit/correct", {"visits_number": "2"})
        with self.assertRaisesRegex(RuntimeError, "请填写调整原因"):
            leader.step(self.plan, "draft", {})
        leader.step(self.plan, "draft", {"change_reason": "下半年增加一次检查"})
        office.act(line, "edit/correct", {"visits_number": "2"})
        leader.step(self.plan, "approved", {"approved_on": day()})
        office.step(self.plan, "filed", {"filed_on": day(), "filed_with": "平鲁区纪委监委"})

    def figures(self, record, *fields):
        rows = {row["key"]: row["text"] for section in self.office("staff-sun").get_record(record)["sections"]
                for row in section["rows"]}
        return [rows[field].split("（")[0] for field in fields]

    def carry_out_joint(self, app):
        """The visit of the line, on the device: it names the inspected contractor, and the other department signs."""
        app.click("lane-assigned-1")
        app.click("finish")
        app.check("certificate_shown")
        app.check("recusal_advised")
        app.check("colleague-2")
        app.click("begin")
        app.find("answer-compliant")
        self.go_home(app)
        app.click("scan")
        app.click("open-record")
        self.add(app, "contractor")
        app.type("name", "样例掘进队")
        app.type("work", "掘进")
        self.save(app, "work")
        app.click("back")
        app.click("back")
        app.click("inspection-1")
        app.click("edit-tag")
        app.click("contractor")
        app.click("contractor-result-0")
        self.shot(app, "contractor")
        self.save(app, "contractor")
        app.text("样例掘进队")
        app.create("participant-of_visit")
        app.click("role-department")
        app.type("name", "消防甲")
        app.type("employer", "平鲁区消防救援大队")
        app.type("post", "参谋")
        self.save(app, "employer")
        app.click("edit-own_findings")
        app.type("own_findings", "疏散通道堆放杂物")
        take_photo(app)
        self.save(app, "own_findings")
        self.go_home(app)
        app.click("open-1")
        app.click("finish")
        sign_by_all(app)
        app.click("done")
        app.find("make")

    @begins("enrolled", picture=8)
    def test_the_inspections_of_a_plan_are_carried_out_and_counted(self):
        line = self.make_plan()
        office = self.office("staff-sun")
        people = {row["values"]["name"]: row["id"] for row in self.rows("staff")}
        enterprise = next(row["id"] for row in self.rows("enterprise") if "东坡沟" in row["values"]["name"])
        campaign = office.create("special_campaign", "create/begin", {
            "name": "治本攻坚三年行动", "document_number": "晋政发〔2024〕1号", "starts_on": "2024-01-01",
            "ends_on": "2026-12-31", "target_sectors": ["coal_mine"]})
        planned = office.create("inspection", "create/of_line", {
            "enterprise": enterprise, "modes": ["joint"], "planned_month": day(3), "target_reason": "past_accident",
            "special_campaign": campaign}, line)
        self.assertEqual(self.figures(planned, "plan_content", "target_reason"), ["煤矿外包队伍联合检查", "发生过事故"])
        self.assertEqual(self.figures(self.plan, "visits_in_plan", "plan_progress", "number_planned"),
                         ["1 次", "0%", "2 次"])
        office.step(planned, "assigned", {"lead": people["李样例"], "lead_department": "平鲁区应急管理局"})
        self.sync()
        with self.open() as app:
            sign_in(app)
            self.carry_out_joint(app)
            self.go_home(app)
            begin_visit(app, "样例", colleague="colleague-2")
        self.sync()
        self.assertEqual(self.figures(self.plan, "visits_carried_out", "plan_progress", "visits_outside", "joint_visits",
                                      "filed_with"), ["1 次", "50%", "1 次", "1 次", "平鲁区纪委监委"])
        self.assertEqual(self.figures(line, "line_carried_out", "line_joint"), ["1 次", "1 次"])
        self.assertEqual(self.figures(campaign, "campaign_visits"), ["1 次"])
        self.assertEqual(self.figures(planned, "contractor"), ["样例掘进队"])

    # --- the 58 measures ---

    @begins("enrolled", picture=30)
    def test_the_58_measures_are_loaded_and_a_unit_reports_its_progress(self):
        self.hub.run("load", str(TOP / "assets/measures"))
        self.sync()
        listed = json.loads(self.ctl("list", "measure_task", "--limit", "100", "--json"))
        tasks = {row["values"]["task_number"]: row for row in listed["rows"]}
        self.assertEqual(sorted(tasks), list(range(1, 59)))
        self.assertEqual(sum("task_deadline" in row["values"] for row in tasks.values()), 34)
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-measure_task")
            app.type("search", tasks[14]["title"][:12])
            app.settle(1)
            app.click("row-1")
            app.create("measure_progress-of_task")
            app.type("progress_text", "挂牌企业本月全部检查")
            app.type("progress_share", "60")
            self.shot(app, "progress")
            self.save(app, "progress_share")
            app.text("60%")
        self.sync()
        shown = self.office("staff-sun").get_record(tasks[14]["id"])
        self.assertIn("挂牌企业本月全部检查", str(self.office("staff-sun").get_record(self.rows("measure_progress")[0]["id"])))
        self.assertEqual(shown["state"], "")

    # --- what the office tells everybody ---

    @begins("enrolled", picture=40)
    def test_a_shared_case_and_the_stages_of_a_campaign_are_read_offline(self):
        office = self.office("staff-sun")
        note = office.create("case_note", "create/share", {
            "note_title": "某矿超员作业案例", "note_field": "enforcement", "note_summary": "井下超定员组织生产",
            "note_lesson": "严格定员管理"})
        campaign = office.create("special_campaign", "create/begin", {
            "name": "大检查大整治大提升", "document_number": "朔安发〔2022〕3号", "starts_on": day(-30), "ends_on": day(60)})
        office.create("campaign_stage", "create/of_campaign", {
            "stage": "screening", "stage_text": "自查摸底", "stage_from": day(-30), "stage_to": day(20)}, campaign)
        self.sync()
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            self.shot(app, "lists")
            app.click("list-case_note")
            app.click("row-1")
            app.text("严格定员管理")
            self.shot(app, "shared-case")
            self.assertFalse([id for id in app.ids() if id.startswith("edit-")])
            self.go_home(app)
            app.click("lists")
            app.click("list-campaign_stage-stages")
            self.shot(app, "stages")
            app.click("row-1")
            app.text("自查摸底")
            self.shot(app, "stage")
        # A note that was taken back leaves the devices of other units.
        self.office("staff-zhou").step(note, "taken_back", {"taken_back_because": "含当事人姓名"})
        self.sync()
        self.assertEqual(json.loads(self.ctl("list", "case_note", "--json"))["rows"], [])


if __name__ == "__main__":
    sys.exit(main({"360x640": Registers}))
