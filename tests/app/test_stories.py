#!/usr/bin/python3
"""test_stories.py BUILD [SIZE [NAME]]: the workflows from beginning to end, through the window of the device and
the office: a major hazard until it is struck off, a general hazard until it is closed."""

import contextlib
import json
import sys
from pathlib import Path

from collector import begins, main
from samples import PINS
from steps import add_hazard, begin_visit, fill_hazard, sign_by_all, sign_in, sign_on_pad, take_photo
from stories import CRITERION, StoryTest, day

WANG = ("tile-2", PINS["staff-wang"])


class Stories(StoryTest):
    build = Path(sys.argv[1]).resolve()
    name = "stories"

    # --- a major hazard (workflow 2) ---

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

    @begins("suspected", picture=30)
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
        """The inspector reports progress on the device; a page that the leader signed and one that the
        company signed make the report valid."""
        with self.open() as app:
            self.open_record(app)
            app.create("progress_report-of_hazard")
            app.type("summary", "传感器已加装")
            app.type("progress_made", "加装 12 台，全部校验")
            app.click("save")
            app.gone("summary")
            app.text("待签字")
        self.sync()
        report = self.find_id("progress_report", "submitted")
        self.refuse_at_office("staff-zhou", "rectifying", "没有两方都签字的当日进展报告", progress_on=day())
        office = self.office("staff-zhou")
        office_steps = (("leader_signed", dict(leader_name="周样例", leader_post="副区长",
                                               leader_signed_at=f"{day()} 09:00")),
                        ("valid", dict(company="样例集团", company_head="样例负责人01", company_post="董事长",
                                       company_signed_at=f"{day()} 10:00")))
        for state, values in office_steps:
            with self.assertRaisesRegex(RuntimeError, "签字件"):
                office.step(report, state, values)
            self.attach_at_office("staff-zhou", "signed", report)
            office.step(report, state, values)
        self.step_at_office("staff-zhou", "rectifying", progress_on=day())
        self.assertEqual(self.query("progress_report", "state"), ["valid"])

    def refuse_and_stop(self):
        """The enterprise refuses; the leader stops production, and the inspector sees it resume."""
        with self.open() as app:
            self.open_record(app)
            app.click("step-refused")
            app.type("refusal_note", "企业拒不停产整改")
            app.click("save")                # the proofs of the double report are of an earlier step
            app.text("请附本次拒不整改的证明")
            self.assertFalse([id for id in app.ids() if id and id.startswith("photo-")])
            take_photo(app)
            self.assertEqual(self.overflow(app, "photo-1"), 0)
            self.shot(app, "refusal")
            app.click("save")
            app.gone("refusal_note")
            app.text("拒不整改")
            self.assertEqual(self.offered(app), set())
        self.assert_state("refused")
        self.refuse_at_office("staff-sun", "stopped", "403", stop_number="停1号", stop_on=day())
        ruling = self.issue_suspension()
        offered = self.office("staff-zhou").get_record(self.record)["acts"][0]
        self.assertEqual((offered["act"], offered["hint"]), ("step/stopped", "停产停工决定书已下达"))
        self.assertEqual(offered["returned"]["record"], ruling["id"])
        self.step_at_office("staff-zhou", "stopped")
        self.assertEqual(self.values()["stop_number"], ruling["values"]["number"])
        self.assertEqual(self.values()["stop_on"], day())
        with self.open() as app:
            self.open_record(app)
            self.assertIsNone(app.look("hint-step-rectifying"))
            app.click_text(ruling["title"])
            app.click("step-lifted")
            app.click("lifted_on-plus-0")
            app.click("save")
            app.text("已解除或办结")
            app.click("back")
            app.find("hint-step-rectifying")
            self.shot(app, "lifted")
            app.click("step-rectifying")
            app.click("save")
            app.text("整改中")
        self.assert_state("rectifying")

    def issue_suspension(self):
        """The refusal opened the document that stops production; the inspector issues it."""
        ruling, = self.rows("ruling")
        self.assertEqual((ruling["state"], ruling["values"]["doc_type"], ruling["values"]["hazard"]),
                         ("requested", "suspension", self.record))
        with self.open() as app:
            self.open_record(app)
            app.click_text(ruling["title"])
            app.click("step-issued")
            app.type("decision", "停产整改，未经复查合格不得恢复")
            app.click("issued_on-plus-0")
            take_photo(app)
            self.shot(app, "suspension")
            app.click("save")
            app.gone("decision")
            app.text("已下达")
        self.sync()
        ruling, = self.rows("ruling")
        return ruling

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
        self.refuse_at_office("staff-zhou", "signed_off", "签字的验收意见", **passed)
        self.attach_at_office("staff-zhou", "signed")
        self.step_at_office("staff-zhou", "signed_off", **passed)
        self.refuse_at_office("staff-sun", "struck_off", "请填写公开名单更新日期", strike_off_on=day())
        self.step_at_office("staff-sun", "struck_off", strike_off_on=day(), strike_off_public_on=day())
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-hazard-rectification")
            app.settle(1)
            self.assertIsNone(app.look("row-1"))

    @begins("suspected", picture=70)
    def test_a_major_hazard_is_treated_as_an_accident(self):
        self.begin_story("hazard", "suspected")
        self.list_for_supervision()
        self.refuse_at_office("staff-sun", "as_accident", "403", accident_trigger="not_rectified")
        self.step_at_office("staff-zhou", "as_accident", accident_trigger="not_rectified")
        self.refuse_at_office("staff-sun", "rectifying", "请填写调查案号")
        report = dict(report_department_to="平鲁区应急管理局", report_department_on=day(),
                      report_workforce_to="staff", report_workforce_on=day())
        case = dict(accident_case_number="平事调〔2026〕2号")
        self.refuse_at_office("staff-sun", "rectifying", "请填写接收部门", **case)
        self.refuse_at_office("staff-sun", "rectifying", "双报告要有两份证明", **case, **report)
        for _ in range(2):
            self.attach_at_office("staff-sun", "proof")
        self.step_at_office("staff-sun", "rectifying", **case, **report)
        self.ask_for_acceptance()
        self.accept()

    @begins("suspected")
    def test_a_suspected_hazard_turns_out_to_be_general(self):
        self.begin_story("hazard", "suspected")
        self.refuse_at_office("staff-sun", "found", "等级应为一般", level_reason="未达到判定标准")
        self.step_at_office("staff-sun", "found", level="general", level_reason="未达到判定标准")
        with self.open() as app:
            sign_in(app)
            app.text("已发现，未下达文书 · 1")
        self.assertEqual(self.values()["level"], "general")

    # --- a general hazard (workflow 1) ---

    def report_fixed(self, app, text):
        """Li reports the fix with a photo."""
        self.open_record(app)
        app.click("step-reported_fixed")
        app.type("fix_report", text)
        app.click("reported_on-plus-0")
        self.take_photo_of(app, 0)
        app.click("save")
        app.gone("fix_report")
        app.text("已报整改")

    @begins("sent", picture=7)
    def test_a_hazard_fails_its_re_check_and_passes_the_next(self):
        self.begin_story("hazard", "ordered")
        before = self.values()["deadline"]
        with self.open() as app:
            self.report_fixed(app, "风门已修")
            self.assertEqual(self.offered(app), {"ordered", "closed"})
            app.click("step-closed")         # who reported the fix does not check it
            app.click("recheck_result-passed")
            app.click("recheck_on-plus-0")
            app.click("save")
            app.text("复查人不能是报告整改的录入人")
            self.shot(app, "own-re-check")
            app.click("discard")
        self.assert_state("reported_fixed")
        with self.open() as app:
            self.open_record(app, *WANG)
            app.click("step-ordered")
            app.click("recheck_result-not_passed")
            app.click("recheck_on-plus-0")
            app.type("recheck_note", "门扇仍关不严")
            app.click("deadline-plus-30")
            self.shot(app, "re-check-failed")
            app.click("save")
            app.gone("recheck_note")
            app.text("限期整改")
        self.assert_state("ordered")
        self.assertGreater(self.values()["deadline"], before)
        with self.open() as app:
            self.report_fixed(app, "门扇已更换")
        self.assert_state("reported_fixed")
        with self.open() as app:
            self.open_record(app, *WANG)
            app.click("step-closed")
            app.click("recheck_result-passed")
            app.click("recheck_on-plus-0")
            self.take_photo_of(app, 0)       # after the fix
            self.take_photo_of(app, 1)       # the place as it was found
            self.shot(app, "re-check-passed")
            app.click("save")
            app.gone("recheck_on-plus-0")
            app.text("已销号")
        self.assert_state("closed")
        self.assertEqual(self.roles_of_files(), ["after_photo"] * 3 + ["photo"])

    @begins("sent", picture=50)
    def test_the_office_moves_a_day_and_a_workday_on_the_device(self):
        """What the leader sets, and the calendar that the hub loads, reach the lists and forms of the device."""
        self.begin_story("hazard", "ordered")
        with self.open() as app:
            self.report_fixed(app, "风门已修")
        self.assert_state("reported_fixed")
        setting = {"name": "recheck_days", "value": "7", "valid_from": day(-30), "basis": "样例〔2026〕1号"}
        self.office("staff-zhou").create("setting", "create/set", setting)
        off = {"calendar": "test", "source": "样例", "years": {}}
        for year in {day()[:4], day(15)[:4]}:
            off["years"][year] = {"off": [day(15)] if day(15).startswith(year) else [], "work": []}
        pack = self.folder / "off.json"
        pack.write_text(json.dumps(off))
        self.hub.run("load", str(pack))
        before = self.due()
        self.sync()
        self.assertEqual((before, self.due()), (None, day(7)))
        with self.open() as app:
            sign_in(app, *WANG)
            app.click("lists")
            app.click("list-hazard-rectification")
            app.text("还剩 7 天")
            self.shot(app, "day-of-a-setting")
            app.click("row-1")
            app.click("step-ordered")
            app.click("deadline-plus-15")
            app.text("当天不是工作日")
        other = self.office("staff-zhou").create("setting", "create/set", {**setting, "value": "3",
                                                                           "valid_from": day(-1)})
        self.sync()
        self.assertEqual(self.due(), day(3))
        self.office("staff-zhou").act(other, "step/withdrawn", {"reason": "样例"})
        self.sync()
        self.assertEqual(self.due(), day(7))

    @begins("enrolled", picture=54)
    def test_R013_a_business_of_the_area_is_recorded_and_its_duty_settled(self):
        """The form offers the types of the city of the enterprise; what the office adds reaches the device."""
        with self.open() as app:
            sign_in(app)
            self.open_subject(app)
            app.click("edit-on_site")
            self.assertIsNone(app.look("emerging_business-homestay"))   # a type of the other city
            app.click("emerging_business-cableway")
            app.click("duty_state-settled")
            app.text("本区划还没有可选的代码")
            app.click("save")
            app.text("请填写“牵头部门”")
            app.click("duty_state-unsettled")
            self.shot(app, "emerging-business")
            app.click("save")
            app.text("缆车索道")
            app.text("未明确")
        self.sync()
        code = {"list": "department", "code": "culture", "label_zh": "区文旅局", "area": "140603",
                "valid_from": day(-30), "basis": "样例〔2026〕2号"}
        self.office("staff-zhou").create("code", "create/set", code)
        self.sync()
        with self.open() as app:
            sign_in(app)
            self.open_subject(app)
            app.text("缆车索道")
            app.click("edit-on_site")
            app.click("duty_state-settled")
            app.click("lead_department-culture")
            app.click("save")
            app.text("区文旅局")
        self.sync()
        values = next(row["values"] for row in self.rows("enterprise")
                      if row["values"].get("emerging_business"))
        self.assertEqual((values["emerging_business"], values["lead_department"]), ("cableway", "culture"))

    def open_subject(self, app):
        """Opens the record of the enterprise whose code the camera shows."""
        app.click("scan")
        app.click("open-record")

    def due(self):
        """The day on which the record of the story is due on the device."""
        row = next(row for row in self.rows(self.kind) if row["id"] == self.record)
        return (row.get("due") or {}).get("day")

    @begins("sent", picture=10)
    def test_a_leader_extends_a_deadline(self):
        self.begin_story("hazard", "ordered")
        before = self.values()["deadline"]
        approver = self.office("staff-zhou").ask("GET", "session")["staff"]["id"]
        asked = dict(extension_reason="配件在途", extension_approver=approver)
        self.refuse_at_office("staff-sun", "ordered", "403", **asked, deadline=day(40))
        self.refuse_at_office("staff-zhou", "ordered", "新期限应晚于原期限", **asked, deadline=day(1))
        self.step_at_office("staff-zhou", "ordered", **asked, deadline=day(40))
        self.assertEqual((self.values()["extension_old_deadline"], self.values()["deadline"]),
                         (before, day(40)))
        with self.open() as app:
            self.open_record(app)
            app.text("还剩 40 天")
            self.assertNotIn("ordered", self.offered(app))

    @begins("visit", picture=11)
    def test_a_hazard_is_fixed_later_in_the_visit(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            add_hazard(app, "安全出口堆物")
            app.click("hazard-1")
            app.check("fixed_on_site")
            take_photo(app)
            self.shot(app, "fixed-later")
            app.click("save")
            app.gone("summary")
            app.text("当场整改")
            app.click("participants")
            app.click("add-colleague-1")
            app.click("back")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.find("make")
        self.sync()
        self.begin_story("hazard", "fixed_on_site")
        self.assertEqual(self.roles_of_files(), ["after_photo"])
        self.step_at_office("staff-sun", "closed")

    # --- a hazard that an upper level found ---

    @begins("sent", picture=20)
    def test_a_hazard_is_escalated_with_its_reason(self):
        self.begin_story("hazard", "ordered")
        with self.open() as app:
            self.open_record(app)
            app.click("edit-escalate")
            app.type("escalated_to", "平鲁区安委会")
            app.click("save")
            app.find("problem-escalation_reason")
            app.type("escalation_reason", "涉及相邻矿井，本级协调不了")
            self.shot(app, "escalate")
            app.click("save")
            app.gone("escalation_reason")
            app.text("平鲁区安委会")
        self.assert_state("ordered")
        shown = str(self.office("staff-sun").get_record(self.record))
        self.assertIn("涉及相邻矿井", shown)

    @contextlib.contextmanager
    def at_county(self):
        """What is done with the device of the county."""
        own, self.store = self.store, self.folder / "county"
        try:
            yield
        finally:
            self.store = own

    def make_county(self):
        """The county has a device, too."""
        self.begin_with("enrolled")
        self.hub.serve()
        self.hub.run("staff", "add", "--name", "钱样例", "--unit", "140603", "--roles", "inspector",
                     "--certificate", "SL140603016", "--certificate-until", "2030-06-30")
        with self.at_county():
            self.ctl("enrol", self.hub.invite("140603"))

    def find_at_county(self):
        """An inspector of the county finds a hazard, which the local unit is to order."""
        with self.at_county(), self.open() as app:
            app.find("tile-1")
            tile = next(id for id in app.ids() if id.startswith("tile-") and "陈样例" in app.value(id))
            sign_in(app, tile, PINS["staff-chen"])
            begin_visit(app, colleague="colleague-6")
            fill_hazard(app, "局部通风机无备用电源")
            app.click("found_by-upper_level")
            self.shot(app, "found-by")
            app.click("save")
            app.gone("summary")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.find("make")                 # the local unit orders, not this visit
            self.assertIsNone(app.look("legal_basis"))
            app.click("make")
            app.find("document-onsite_record", 60)
            self.assertIsNone(app.look("document-order_rectify"))
        with self.at_county():
            self.sync()

    @begins("county", picture=12)
    def test_a_hazard_of_the_county_is_handed_over_to_the_township_and_its_result_returns(self):
        self.find_at_county()
        self.sync()
        self.begin_story("hazard", "found")
        self.hand_over()
        ruling, = self.rows("ruling")
        self.assertEqual((ruling["state"], ruling["values"]["doc_type"]), ("requested", "local_order"))
        with self.open() as app:
            self.open_record(app)
            self.assertIsNone(app.look("hint-step-ordered"))
            app.click("step-ordered")
            app.click("save")
            app.text("请填写属地文书编号")
            app.click("back")
            app.click_text(ruling["title"])
            app.click("step-issued")
            app.type("decision", "限期整改，增设备用电源")
            app.click("deadline-plus-15")
            app.click("issued_on-plus-0")
            take_photo(app)
            app.click("save")
            app.gone("decision")
            app.text("已下达")
            app.click("back")
            app.find("hint-step-ordered")
            app.click("step-ordered")
            app.find("local_document_number")
            self.shot(app, "local-document")
            app.click("save")
            app.gone("local_document_number")
            app.text("限期整改")
        self.assert_state("ordered")
        self.assertEqual(self.values()["local_document_number"], self.rows("ruling")[0]["values"]["number"])
        self.assertEqual(self.values()["deadline"], day(15))
        with self.open() as app:
            self.report_fixed(app, "备用电源已接入")
        self.assert_state("reported_fixed")
        passed = dict(recheck_result="passed", recheck_on=day())
        self.refuse_at_office("staff-sun", "closed", "交办的隐患须反馈结果", **passed)
        returned = dict(result_returned_on=day(), result_returned_text="备用电源已接入，复查合格")
        self.refuse_at_office("staff-sun", "closed", "反馈材料", **passed, **returned)
        self.attach_at_office("staff-sun", "returned")
        self.refuse_at_office("staff-sun", "closed", "请填写反馈内容", **passed, result_returned_on=day())
        page = self.page("staff-sun")
        page.open_record(self.record, "局部通风机无备用电源")
        page.begin("复查合格销号", "recheck_on")
        page.choose("recheck_result", "passed")
        page.type("recheck_on", day())
        page.send_and_be_refused("交办的隐患须反馈结果")
        page.type("result_returned_on", day())
        page.type("result_returned_text", "备用电源已接入，复查合格")
        page.send_and_see("已销号", ".pane .chips")
        self.assert_state("closed")
        self.assertEqual(self.values()["result_returned_on"], day())
        self.assertIn("returned", self.roles_of_files())

    def hand_over(self):
        """The office hands the hazard over to the unit of the device, on its page."""
        self.refuse_at_office("staff-sun", "handed_over", "请填写交办单位")
        page = self.page("staff-sun")
        page.open_record(self.record, "局部通风机无备用电源")
        page.begin("交办属地", "handed_over_to")
        page.send_and_be_refused("请填写交办单位")
        page.type("handed_over_to", "井坪镇")
        page.pick("handed_over_unit", "井坪镇", "井坪镇")
        page.type("handed_over_on", day())
        page.send_and_see("已交办", ".pane .chips")
        page.close()
        self.assert_state("handed_over")

    # --- by the pages of records ---

    def open_enterprise(self, app):
        """The page of the enterprise whose code the camera shows, from the first page."""
        app.click("scan")
        app.find("open-record")

    @begins("enrolled", picture=14)
    def test_a_site_is_made_on_the_device_and_chosen_for_a_hazard(self):
        with self.open() as app:
            sign_in(app)
            self.open_enterprise(app)
            self.shot(app, "enterprise")
            app.click("open-record")
            app.create("site-at_enterprise")
            app.type("name", "3201 备采面")
            app.click("save")
            app.find("problem-site_type")
            app.click("site_type-face")
            app.check("video")
            app.type("camera_point", "平鲁-东坡沟-3201")
            self.shot(app, "new-site")
            app.click("save")
            app.gone("site_type-face")
            app.text("3201 备采面")
            self.assertIn(app.value("state"), ("未上送", "中心已收"))
            self.shot(app, "site")
            self.go_home(app)
            begin_visit(app)
            fill_hazard(app, "瓦斯传感器未校验")
            app.click("site")
            app.type("site-search", "3201")
            app.settle(1)
            app.click("site-result-0")
            app.find("site-chosen-0")
            app.click("save")
            app.gone("summary")
        self.sync()
        site = next(row for row in self.rows("site") if row["values"]["name"] == "3201 备采面")
        self.assertEqual(self.find_site(), site["id"])
        self.assertEqual(site["values"]["camera_point"], "平鲁-东坡沟-3201")
        with self.open() as app:             # what was sent is corrected
            sign_in(app)
            self.open_enterprise(app)
            app.click("open-record")
            app.click_text("3201 备采面")
            app.click("edit-correct")
            app.type("name", "3201 综采面")
            app.click("save")
            app.gone("site_type-face")
            app.text("3201 综采面")
        self.sync()
        self.assertEqual(self.office("staff-sun").get_record(site["id"])["title"], "3201 综采面")

    def find_site(self):
        """The site of the only hazard that was recorded here."""
        return next(row["values"]["site"] for row in self.rows("hazard")
                    if row["values"]["summary"] == "瓦斯传感器未校验" and "site" in row["values"])

    @begins("sent", picture=17)
    def test_an_order_is_served_by_post_with_its_receipt(self):
        self.record = next(row["id"] for row in self.rows("document")
                           if row["values"]["doc_type"] == "order_rectify")
        self.kind = "document"
        self.assert_state("issued")
        with self.open() as app:
            sign_in(app)
            self.open_enterprise(app)
            app.click("inspection-1")
            app.click_text("责令限期整改指令书")
            app.click("step-served")
            app.click("served_at")
            app.click(f"served_at-day-{day()}")
            app.click("service_method-posted")
            app.click("save")
            app.text("请附送达的照片或扫描件")
            self.take_photo_of(app, 0)       # the scan
            self.shot(app, "served-by-post")
            app.click("save")
            app.gone("service_method-posted")
            app.text("已送达")
            self.shot(app, "served")
        self.assert_state("served")
        served = self.values()
        self.assertEqual(served["service_method"], "posted")
        self.assertGreaterEqual(served["served_at"] // 60000, served["issued_at"] // 60000)
        self.assertIn("scan", self.roles_of_files())

    @begins("enrolled", picture=60)
    def test_an_expert_gives_the_opinion_on_the_page_of_the_record_and_signs(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2", expert="专家甲")
            self.go_home(app)
            self.open_enterprise(app)
            app.click("inspection-1")
            app.click_text("专家甲")
            app.click("edit-opinion")
            app.type("opinion", "通风系统符合要求")
            self.shot(app, "opinion")
            app.click("save")
            app.gone("opinion")
            app.text("通风系统符合要求")
            app.create("opinion_item-of_expert")
            app.type("summary", "风门联锁失效")
            app.type("place", "东翼回风巷")
            app.type("demand", "每周检查一次联锁")
            self.shot(app, "opinion-item")
            app.click("save")
            app.gone("demand")
            app.click("step-made_hazard")
            app.find("opens")
            app.click("deadline-plus-15")
            self.shot(app, "item-becomes-hazard")
            app.click("save")
            app.gone("demand")
            app.text("已列为隐患")
            self.go_home(app)
            app.click("open-1")
            app.click("finish")
            sign_on_pad(app, "signer-expert-3")
            self.assertEqual(self.query("signature", "role"), ["expert"])
            sign_by_all(app, "signer-enterprise-4")
            app.click("done")
            app.find("make")
        self.sync()
        self.begin_story("inspection", "signed")
        expert = next(row for row in self.rows("participant") if row["values"]["role"] == "expert")
        self.assertIn("通风系统符合要求", str(self.office("staff-sun").get_record(expert["id"])))
        item = self.rows("opinion_item")[0]
        self.assertEqual(item["state"], "made_hazard")
        hazard = next(row for row in self.rows("hazard") if row["values"].get("from_item") == item["id"])
        self.assertEqual(hazard["values"]["summary"], "风门联锁失效")
        self.assertEqual(hazard["values"]["found_by"], "expert")


if __name__ == "__main__":
    sys.exit(main({"360x640": Stories}))
