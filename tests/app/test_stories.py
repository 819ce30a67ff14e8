#!/usr/bin/python3
"""test_stories.py BUILD [SIZE [NAME]]: the workflows from beginning to end, through the window of the device and
the office: a major hazard until it is struck off, a general hazard until it is closed."""

import sys
from pathlib import Path

from collector import begins, main
from samples import PINS
from steps import begin_visit, fill_hazard, sign_by_all, sign_in, take_photo
from stories import StoryTest, day

WANG = ("tile-2", PINS["staff-wang"])
CRITERION = "《煤矿重大事故隐患判定标准》第四条"


class Stories(StoryTest):
    build = Path(sys.argv[1]).resolve()
    name = "stories"

    # --- a major hazard (workflow 2) ---

    def record_major_hazard(self, app):
        """A visit ends with one hazard that may be major."""
        sign_in(app)
        begin_visit(app, colleague="colleague-2")
        fill_hazard(app, "瓦斯超限作业")
        app.click("level-major")
        app.type("criterion", CRITERION)
        app.click("save")
        app.gone("summary")
        app.click("finish")
        sign_by_all(app)
        app.click("done")
        app.find("make")

    def make_suspected(self):
        self.begin_with("enrolled")
        with self.open() as app:
            self.record_major_hazard(app)

    def put_five_in_place(self, app):
        """The five fields of the step; without the last of them the step is refused."""
        self.open_record(app)
        app.click("step-planned")
        app.type("five_measures", "停止作业，排放瓦斯，加装传感器")
        app.type("five_responsibility", "矿长负总责，通风副总具体负责")
        app.type("five_funds", "企业自筹 30 万元")
        app.click("five_time_limit-plus-15")
        app.click("save")
        app.text("五到位缺“预案”")
        self.shot(app, "five-in-place")
        app.type("five_plan", "瓦斯超限撤人预案")
        app.click("save")
        app.gone("five_plan")
        app.text("五到位齐全")

    def report_to_both(self, app):
        """The double report needs two proofs, one for the department and one for the workforce."""
        self.open_record(app)
        app.click("step-rectifying")
        app.type("report_department_to", "平鲁区应急管理局")
        app.click("report_department_on-plus-0")
        app.click("report_workforce_to-congress")
        app.click("report_workforce_on-plus-0")
        take_photo(app)
        app.click("save")
        app.text("双报告要有两份证明")
        self.shot(app, "one-proof-of-two")
        app.click("add_photo")
        app.click("take")
        app.click("keep")
        app.find("photo-2")
        app.click("save")
        app.text("整改中")

    def list_for_supervision(self):
        """The steps of both sides until the hazard is listed."""
        self.step_at_office("staff-sun", "confirmed", criterion=CRITERION)
        with self.open() as app:
            self.put_five_in_place(app)
        self.assert_state("planned")
        self.refuse_at_office("staff-sun", "listed", "请填写挂牌文号", listing_body="county_department")
        self.step_at_office("staff-sun", "listed", listing_body="county_department",
                            listing_body_name="平鲁区应急管理局", listing_number="平应急督〔2026〕1号",
                            listing_on=day(), listing_deadline=day(30))

    @begins("suspected", picture=1)
    def test_a_major_hazard_is_struck_off(self):
        self.begin_story("hazard", "suspected")
        with self.open() as app:             # who recorded the hazard does not confirm it
            self.open_record(app)
            self.assertEqual(self.offered(app), set())
        self.list_for_supervision()
        with self.open() as app:
            self.report_to_both(app)
            self.shot(app, "rectifying")
        self.assert_state("rectifying")
        self.endorse_progress()
        self.refuse_and_stop()
        self.ask_for_acceptance()
        self.accept()

    def endorse_progress(self):
        """Progress with two endorsements, by the leader at the office."""
        progress = dict(progress_on=day(), progress_text="传感器已加装", progress_leader="周样例",
                        progress_leader_post="副区长", progress_company_head="样例负责人01")
        self.refuse_at_office("staff-zhou", "rectifying", "请填写负责人职务", **progress)
        self.step_at_office("staff-zhou", "rectifying", **progress, progress_company_post="董事长")
        self.assertEqual(self.values()["progress_company_post"], "董事长")

    def refuse_and_stop(self):
        """The enterprise refuses; the leader stops production, and the inspector sees it resume."""
        with self.open() as app:
            self.open_record(app)
            app.click("step-refused")
            app.type("refusal_note", "企业拒不停产整改")
            take_photo(app)
            self.assertEqual(self.overflow(app, "photo-3"), 0)
            self.shot(app, "refusal")
            app.click("save")
            app.gone("refusal_note")
            app.text("拒不整改")
            self.assertEqual(self.offered(app), set())
        self.assert_state("refused")
        self.refuse_at_office("staff-sun", "stopped", "403", stop_number="停1号", stop_on=day())
        self.step_at_office("staff-zhou", "stopped", stop_number="平应急停〔2026〕1号", stop_on=day())
        with self.open() as app:
            self.open_record(app)
            app.click("step-rectifying")
            app.click("save")
            app.text("整改中")
        self.assert_state("rectifying")

    def ask_for_acceptance(self):
        with self.open() as app:
            self.open_record(app)
            app.click("step-acceptance")
            app.click("acceptance_asked_on-plus-0")
            app.click("save")
            app.find("problem-fix_report")
            app.type("fix_report", "全部措施完成，连续三十天无超限")
            app.click("save")
            app.gone("fix_report")
            app.text("申请验收")
            self.shot(app, "acceptance")
        self.assert_state("acceptance")

    def accept(self):
        """First not passed, then passed; the leader signs, the reviewer strikes the hazard off."""
        self.step_at_office("staff-sun", "rectifying", acceptance_result="not_passed",
                            acceptance_on=day(), acceptance_note="预案未演练", listing_deadline=day(60))
        with self.open() as app:
            self.open_record(app)
            app.click("step-acceptance")
            app.click("save")
            app.gone("fix_report")
            app.text("申请验收")
        self.assert_state("acceptance")
        passed = dict(acceptance_team="专家组三人", acceptance_result="passed", acceptance_on=day(),
                      sign_off_name="周样例", sign_off_post="副区长", sign_off_on=day())
        self.refuse_at_office("staff-sun", "signed_off", "403", **passed)
        self.step_at_office("staff-zhou", "signed_off", **passed)
        self.refuse_at_office("staff-sun", "struck_off", "请填写公开名单更新日期", strike_off_on=day())
        self.step_at_office("staff-sun", "struck_off", strike_off_on=day(), strike_off_public_on=day())
        with self.open() as app:
            sign_in(app)
            app.click("by_deadline")
            app.settle(1)
            self.assertIsNone(app.look("row-1"))

    @begins("suspected", picture=6)
    def test_a_major_hazard_is_treated_as_an_accident(self):
        self.begin_story("hazard", "suspected")
        self.list_for_supervision()
        self.refuse_at_office("staff-sun", "as_accident", "403", accident_trigger="not_rectified")
        self.step_at_office("staff-zhou", "as_accident", accident_trigger="not_rectified")
        self.refuse_at_office("staff-sun", "rectifying", "请填写调查案号")
        self.step_at_office("staff-sun", "rectifying", accident_case_number="平事调〔2026〕2号")


if __name__ == "__main__":
    sys.exit(main({"360x640": Stories}))
