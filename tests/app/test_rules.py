#!/usr/bin/python3
"""test_rules.py BUILD [SIZE [NAME]]: visits of a special kind and decisions with rules of their own, through the
window of the device and the office: what the office assigns, joint and remote visits, what must be fixed at once,
major decisions."""

import io
import json
import sys
import wave
import zipfile
from pathlib import Path

from collector import begins, main
from samples import PINS
from steps import LEGAL_BASIS, begin_visit, fill_hazard, sign_by_all, sign_in, take_photo
from stories import CRITERION, StoryTest, day


class Rules(StoryTest):
    build = Path(sys.argv[1]).resolve()
    name = "rules"

    def open_visit(self, app):
        """The record page of the visit to the enterprise whose code the camera shows."""
        self.go_home(app)
        app.click("scan")
        app.find("open-record")
        app.click("inspection-1")

    # --- what the office plans and assigns ---

    @begins("enrolled", picture=1)
    def test_a_drawn_visit_is_planned_and_assigned_by_the_office_and_carried_out(self):
        office = self.office("staff-sun")
        people = {row["values"]["name"]: row["id"] for row in self.rows("staff")}
        enterprise = next(row["id"] for row in self.rows("enterprise") if "东坡沟" in row["values"]["name"])
        unit = next(row["id"] for row in self.rows("unit") if "井坪镇" in row["values"]["name"])
        planned = office.create("inspection", "create/plan", {
            "enterprise": enterprise, "modes": ["double_random"], "unit": unit, "planned_month": day(3)})
        with self.assertRaisesRegex(RuntimeError, "双随机检查须有抽取记录"):
            office.step(planned, "assigned", {"lead": people["李样例"]})
        office.step(planned, "assigned", {"lead": people["李样例"], "draw_record": "平鲁区煤矿 12 家，种子 20261，抽中 1 家"})
        self.sync()
        with self.open() as app:
            sign_in(app)
            app.text("已派任务 · 1")
            app.click("lane-assigned-1")
            app.click("finish")
            app.check("certificate_shown")
            app.check("recusal_advised")
            app.check("colleague-2")
            self.shot(app, "assigned")
            app.click("begin")
            app.find("answer-compliant")
            app.click("back")
            app.find("finish")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.find("make")
        self.begin_story("inspection", "signed")
        self.assertEqual(self.record, planned)
        self.step_at_office("staff-sun", "accepted")

    # --- joint enforcement ---

    @begins("enrolled", picture=3)
    def test_in_a_joint_visit_each_department_signs_its_own_findings(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2", mode="joint", lead_department="平鲁区应急管理局")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.text("联合执法须登记参加部门的人员")
            self.shot(app, "no-department")
            self.open_visit(app)
            app.create("participant-of_visit")
            app.click("role-department")
            app.type("name", "消防甲")
            app.click("save")
            app.find("problem-employer")
            app.type("employer", "平鲁区消防救援大队")
            app.type("post", "参谋")
            app.click("save")
            app.gone("employer")
            self.go_home(app)
            app.click("open-1")
            app.click("finish")
            app.click("done")
            app.text("每个参加部门都要填写并签署本部门的检查发现")
            self.open_visit(app)
            app.click_text("消防甲")
            app.click("edit-own_findings")
            app.type("own_findings", "疏散通道堆放杂物")
            app.click("save")
            app.text("本人签字的检查发现")
            self.assertTrue(app.look("own_findings"))     # without the signed page nothing is saved
            take_photo(app)
            self.shot(app, "findings")
            app.click("save")
            app.gone("own_findings")
            app.text("疏散通道堆放杂物")
            self.go_home(app)
            app.click("open-1")
            app.click("finish")
            app.settle(1)
            if app.look("changes"):
                sign_by_all(app)
            app.click("done")
            app.find("make")
        self.begin_story("inspection", "signed")
        shown = str(self.office("staff-sun").get_record(self.record))
        for text in ("平鲁区消防救援大队", "疏散通道堆放杂物"):
            self.assertIn(text, shown)

    # --- major hazards on other ways than the usual one ---

    @begins("suspected")
    def test_a_major_hazard_that_was_never_listed_is_treated_as_an_accident(self):
        self.begin_story("hazard", "suspected")
        self.step_at_office("staff-sun", "confirmed", criterion=CRITERION)
        self.step_at_office("staff-zhou", "as_accident", accident_trigger="unlisted")
        for _ in range(2):
            self.attach_at_office("staff-sun", "proof")
        self.step_at_office("staff-sun", "rectifying", accident_case_number="平事调〔2026〕3号",
                            report_department_to="平鲁区应急管理局", report_department_on=day(),
                            report_workforce_to="staff", report_workforce_on=day())
        with self.open() as app:             # the five in place are asked for at the end
            self.open_record(app)
            app.click("step-acceptance")
            app.click("acceptance_asked_on-plus-0")
            app.type("fix_report", "瓦斯已降至限值以下")
            app.type("five_measures", "停止作业，排放瓦斯")
            app.type("five_responsibility", "矿长负总责")
            app.type("five_funds", "企业自筹 30 万元")
            app.click("five_time_limit-plus-15")
            app.type("five_plan", "瓦斯超限撤人预案")
            app.click("save")
            app.gone("fix_report")
            app.text("申请验收")
        self.assert_state("acceptance")

    @begins("suspected", picture=70)
    def test_a_major_hazard_that_is_removed_at_once_has_its_double_report(self):
        self.begin_story("hazard", "suspected")
        self.step_at_office("staff-sun", "confirmed", criterion=CRITERION)
        with self.open() as app:
            self.open_record(app)
            app.click("step-acceptance")
            app.check("fixed_on_site")
            app.type("fix_note", "当场撤人，瓦斯已降至限值以下")
            app.type("five_measures", "停止作业，排放瓦斯")
            app.type("five_responsibility", "矿长负总责")
            app.type("five_funds", "企业自筹 1 万元")
            app.click("five_time_limit-plus-15")
            app.type("five_plan", "瓦斯超限撤人预案")
            app.click("save")
            app.text("请填写接收部门")
            app.type("report_department_to", "平鲁区应急管理局")
            app.click("report_department_on-plus-0")
            app.click("report_workforce_to-congress")
            app.click("report_workforce_on-plus-0")
            app.click("save")
            app.text("双报告要有两份证明")
            self.shot(app, "removed-at-once")
        self.assert_state("confirmed")
        for role in ("after_photo", "proof", "proof"):
            self.attach_at_office("staff-sun", role)
        self.sync()
        with self.open() as app:
            self.open_record(app)
            app.click("step-acceptance")
            app.settle(1)
            app.click("save")
            app.gone("fix_note")
            app.text("申请验收")
        self.assert_state("acceptance")

    # --- what must be fixed at once ---

    @begins("visit", picture=6)
    def test_what_must_be_fixed_at_once_is_due_today(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            fill_hazard(app, "安全出口被锁", deadline=None)
            app.check("at_once")
            app.click("save")
            app.find("problem-deadline")
            app.click("deadline-plus-15")
            app.click("save")
            app.text("须立即整改的，期限为当天")
            self.shot(app, "at-once")
            app.click("deadline-plus-0")
            app.click("save")
            app.gone("summary")
        hazard = self.rows("hazard")[0]["values"]
        self.assertEqual((hazard["at_once"], hazard["deadline"]), (True, day()))

    @begins("enrolled", picture=14)
    def test_the_item_about_blocked_exits_proposes_to_open_them_at_once(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.click("start")
            app.check("certificate_shown")
            app.check("recusal_advised")
            app.click_text("消防现场检查清单  2026.2")
            app.click("begin")
            app.find("answer-compliant")
            app.text("安全出口是否畅通")
            app.click("answer-noncompliant")
            app.find("summary")
            self.assertTrue(app.is_checked("at_once"))
            app.text("今天")
            self.shot(app, "proposed")
            app.type("summary", "安全出口被锁")
            app.type("place", "二层东侧")
            app.type("no_photo_reason", "相机损坏")
            app.type("responsible_person", "样例负责人01")
            app.click("as_general")
            app.type("level_reason", "未达判定标准")
            app.click("save")
            app.gone("summary")
        hazard = self.rows("hazard")[0]["values"]
        self.assertEqual((hazard["at_once"], hazard["deadline"], hazard["demand"]), (True, day(), "责令立即打开"))

    # --- a major decision with measures ---

    @begins("signed", picture=8)
    def test_a_fine_is_a_major_decision_that_waits_for_the_legal_review(self):
        unit = next(row["id"] for row in self.rows("unit") if "井坪镇" in row["values"]["name"])
        self.hub.run("unit", "set", "--unit", unit, "--authority", "order_rectify,penalty,record")
        self.sync()
        with self.open() as app:
            sign_in(app)
            app.click("lane-papers-1")
            app.type("legal_basis", LEGAL_BASIS)
            app.click("measures-fine")
            app.check("major_decision")
            app.click("make")
            app.text("请填写“罚款金额（元）”")
            app.type("fine_amount", "20000")
            self.shot(app, "measures")
            app.click("make")
            app.find("document-order_rectify", 60)
            app.text("法制审核")
            self.assertIsNone(app.look("receipt"))
            self.shot(app, "waits")
        self.record = next(row["id"] for row in self.rows("document")
                           if row["values"]["doc_type"] == "order_rectify")
        self.kind = "document"
        self.assert_state("legal_review")
        review = dict(legal_opinion="依据充分，程序合法", legal_reviewed_on=day())
        self.refuse_at_office("staff-sun", "approved", "403", **review)
        self.refuse_at_office("staff-zheng", "approved", "请填写法制审核意见", legal_reviewed_on=day())
        self.step_at_office("staff-zheng", "approved", **review)
        with self.open() as app:
            sign_in(app)
            app.click("lane-to_issue-1")
            app.click("step-issued")
            app.text("责令限期整改文书已写好")
            self.assertIsNone(app.look("legal_basis"))
            self.shot(app, "reviewed")
            app.click("make")
            app.find("receipt", 60)
            self.shot(app, "issued")
        self.assert_state("issued")
        made = self.values()
        self.assertEqual((made["measures"], made["fine_amount"], made["legal_basis"], made["legal_opinion"]),
                         (["fine"], "20000", LEGAL_BASIS, "依据充分，程序合法"))
        reviewer = next(row["id"] for row in self.rows("staff") if row["values"]["name"] == "郑样例")
        self.assertEqual(made["legal_reviewer"], reviewer)

    # --- accidents ---

    @begins("signed", picture=41)
    def test_an_accident_is_filled_in_without_a_network_and_investigated_by_the_office(self):
        self.hub.stop()
        with self.open() as app:
            sign_in(app)
            app.create("accident-fill_in")
            app.type("accident_text", "运输巷跑车")
            app.type("accident_dead", "1")
            self.shot(app, "accident")
            app.click("save")
            app.gone("accident_text")
            self.assertIn("未上送", app.value("state"))
            app.click("step-both_reported")
            app.find("department_receiver")
            self.shot(app, "both-reports")
        self.hub.serve()
        self.begin_story("accident", "filled_first")
        self.refuse_at_office("staff-sun", "investigating", "须先登记双报告", accident_grade="general",
                              inquiry_unit="区政府调查组")

    # --- urgent messages ---

    @begins("signed", picture=15)
    def test_an_urgent_message_is_reported_without_a_network_acknowledged_and_followed_up(self):
        self.hub.stop()
        with self.open() as app:
            sign_in(app)
            app.create("urgent_message-report")
            app.click("message_type-accident")
            app.type("headline", "3201 工作面冒顶，2 人被困")
            app.type("people_missing", "2")
            app.type("event_text", "已停产撤人，正在清点")
            self.shot(app, "urgent")
            app.click("save")
            app.gone("headline")
            self.assertIn("未上送", app.value("state"))
        self.hub.serve()
        self.begin_story("urgent_message", "reported")
        values = self.values()
        self.assertLess(values["happened_at"], values["reported_at"] + 60000)
        self.refuse_at_office("staff-zheng", "received_by_office", "403")
        self.step_at_office("staff-sun", "received_by_office", instruction="立即启动预案，救护队已出发")
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-urgent_message")
            app.click("row-1")
            app.text("立即启动预案，救护队已出发")
            app.create("urgent_message-follow_up")
            app.type("headline", "2 人已救出，轻伤")
            app.type("people_injured", "2")
            app.click("save")
            app.gone("headline")
        self.sync()
        later = self.find_id("urgent_message", "reported")
        shown = self.office("staff-sun").get_record(later)
        self.assertIn("3201 工作面冒顶", str(shown))     # the message that it follows
        self.assertEqual(shown["title"], "生产安全事故 2 人已救出，轻伤")

    # --- remote visits, and the record of the whole process ---

    @begins("enrolled", picture=12)
    def test_a_remote_visit_has_its_film_and_the_case_has_all_of_it(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, mode="remote", remote_link="rtsp://10.1.2.3/3201", remote_operator="调度员甲")
        self.record = self.find_id("inspection", "on_site")
        film, sound, text = make_film(), make_sound(), b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
        for name, content in (("film.mp4", film), ("sound.wav", sound), ("text.pdf", text)):
            (self.folder / name).write_bytes(content)
            self.attach_on_device(self.record, self.folder / name)
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            self.open_visit(app)
            app.text("调度员甲")
            app.find("edit-video")
            self.shot(app, "remote")
            self.go_home(app)
            app.click("open-1")
            app.click("checklist")
            app.find("answer-compliant")
            item = app.value("item_no")
            app.click("remark_by_video")
            app.click("answer-compliant")
            app.click("back")
            app.type("unsigned_reason", "远程巡查，企业不在现场")
            app.click("finish")
            app.click("done")
            app.find("make")
        self.begin_story("inspection", "unsigned")
        self.assertEqual(json.loads(self.ctl("show", self.record, "--json"))["values"][f"answers/{item}"],
                         {"answer": "compliant", "remote": True})
        office = self.office("staff-sun")
        types = [row["media_type"] for row in office.get_record(self.record)["files"]]
        self.assertEqual(sorted(types), ["application/pdf", "audio/wav", "video/mp4"])
        case = zipfile.ZipFile(io.BytesIO(office.get(f"records/{self.record}/case")))
        self.assertIsNone(case.testzip())
        contents = [case.read(name) for name in case.namelist()]
        for content in (film, sound, text):
            self.assertIn(content, contents)

    def attach_on_device(self, record, path):
        pin = self.folder / "pin"
        pin.write_text(PINS["staff-li"])
        staff = next(row["id"] for row in self.rows("staff") if row["values"]["name"] == "李样例")
        self.ctl("--by", staff, "--pin-file", str(pin), "attach", record, str(path), "--role", "proof")


def make_film():
    """An MP4 file: one track of pictures."""
    def box(name, content):
        return (8 + len(content)).to_bytes(4, "big") + name + content
    handler = box(b"hdlr", bytes(8) + b"vide" + b"name\0")
    track = box(b"trak", box(b"mdia", box(b"mdhd", b"speed") + handler))
    return (box(b"ftyp", b"isom" + bytes(4) + b"mp42") + box(b"mdat", b"20 bytes of pictures")
            + box(b"moov", box(b"mvhd", b"length and speed") + track))


def make_sound():
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main({"360x640": Rules}))
