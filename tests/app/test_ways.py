#!/usr/bin/python3
"""test_ways.py BUILD [SIZE [NAME]]: ways through the collector beside the main one: refused, unfinished, wrong or
late input; scanner keys; the idle lock; the English window."""

import json
import shutil
import sqlite3
import struct
import sys
import time
from pathlib import Path

from collector import WindowTest, begins, main
from hub_office import Hub
from samples import PINS, enterprise
from steps import (add_hazard, begin_visit, make_order, read_code, sign_by_all, sign_in, sign_on_pad,
                   take_photo)
from atspi import Missing  # noqa: E402, found by collector

MINE = enterprise("ent-01")
LONG = "采煤工作面上隅角瓦斯浓度超过规定且未按要求设置挡风帘" * 200  # longer than any field takes
IDLE_S = 60


class Ways(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "ways"

    def extents(self, app, id):
        return app.find(id).get_extents(self.bus.atspi.CoordType.WINDOW)

    @begins(picture=1)
    def test_what_is_refused_stays_with_its_error_and_a_draft_comes_back(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app)
            app.click("add_hazard")
            app.type("summary", "风门损坏")
            app.type("description", LONG)
            app.find("problem-description")
            app.click("back")
            app.click("hazard-1")
            app.find("problem-description")
            self.assertEqual(app.value("description"), LONG)
            app.click("save")
            app.find("description")
            app.scroll_to("description")
            self.shot(app, "refused")
            app.click("discard")
            app.text("草稿已丢弃")
            self.shot(app, "discarded")
            self.assertIsNone(app.look("hazard-1"))
            app.click("toast_button")
            app.click("hazard-1")
            self.assertEqual(app.value("summary"), "风门损坏")
            app.type("description", "门扇变形，无法关闭")
            app.gone("problem-description")
            app.click("discard")
            app.find("finish")

    @begins("visit", picture=3)
    def test_what_was_refused_on_the_inspection_is_told_before_it_ends(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.type("opinion", LONG)
            app.find("problem-opinion")
            app.click("finish")
            app.click("done")
            app.text("那一栏写明了原因")
            self.shot(app, "sign-refused-field")
            app.click("back")
            app.find("problem-opinion")
            app.type("opinion", "基本符合")
            app.gone("problem-opinion")

    @begins("visit", picture=4)
    def test_words_stand_clear_of_the_first_line_and_of_the_buttons(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            add_hazard(app, "安全出口堆物")
            app.text("已保存，联网后自动上送")
            app.settle(0.6)
            said = self.extents(app, "toast_text")
            self.shot(app, "said")
            first, last = self.extents(app, "subject"), self.extents(app, "finish")
            self.assertGreater(said.y, first.y + first.height)
            self.assertLessEqual(said.y + said.height, last.y)
            app.click("checklist")
            app.find("answer-compliant")
            app.gone("toast_text", 2)

    @begins(picture=5)
    def test_not_carried_out_keeps_what_was_typed(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, "样例东坡沟煤矿")
            app.click("not_carried_out")
            app.click("outcome-gate_closed")
            app.type("outcome_note", "大门紧锁")
            take_photo(app)
            app.settle(0.8)
            app.kill()
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            app.click("not_carried_out")
            self.assertEqual(app.value("outcome_note"), "大门紧锁")
            app.find("photo-1")
            self.shot(app, "not-carried-out")
            app.click("save")
            app.find("scan")
            self.assertIsNone(app.look("draft-1"))

    @begins(picture=6)
    def test_the_enterprise_refuses_to_sign(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2")
            add_hazard(app, "瓦斯传感器未校验", "deadline-plus-7")
            app.click("finish")
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-second_inspector-2")
            app.click("signer-enterprise-3")
            app.click("refuse")
            app.type("refuse_reason", "对检查结论有异议")
            app.click("refuse_save")
            app.text("拒签须写明原因和见证人")
            self.shot(app, "refusal-without-witness")
            app.type("refuse_witness", "样例见证人")
            self.shot(app, "refusal")
            app.click("refuse_save")
            app.text("拒签")
            app.gone("refuse_save")
            self.shot(app, "refused-to-sign")
            app.click("done")
            make_order(app)
            self.shot(app, "documents-after-refusal")
        self.assertIn("refused_sign", self.query("inspection", "state"))

    @begins(picture=10)
    def test_the_wrong_enterprise_is_put_right_with_one_that_is_in_no_list(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app)
            add_hazard(app, "记在错误的企业")
            app.click("retarget")
            app.type("search", "样例黑口子二号井")
            app.settle(1)
            self.shot(app, "retarget")
            app.click("provisional")
            app.text("请先填写原因")
            app.type("reason", "走错井口")
            app.click("provisional")
            app.text("1 条隐患和 0 份草稿随检查一并移到新企业")
            self.shot(app, "retarget-question")
            app.click("move_yes")
            app.click("sector-unfold")
            app.click("sector-coal_mine")
            self.shot(app, "retarget-provisional")
            app.click("save")
            app.text("检查对象已更换为该企业")
            app.text("样例黑口子二号井")
            self.shot(app, "retargeted")
        self.assertIn("走错井口", json.dumps(self.rows("inspection"), ensure_ascii=False))
        moved = next(row for row in self.rows("inspection")
                     if row["values"].get("retarget_reason") == "走错井口")
        hazard = next(row for row in self.rows("hazard")
                      if row["values"]["summary"] == "记在错误的企业")
        self.assertEqual(hazard["values"]["enterprise"], moved["values"]["enterprise"],
                         "what was recorded below the visit moves with it")

    @begins(picture=14)
    def test_an_expired_certificate_ends_in_referral(self):
        with self.open() as app:
            sign_in(app, "tile-3", PINS["staff-zhao"])
            begin_visit(app, colleague="colleague-1")
            add_hazard(app, "通风设施损坏", "deadline-plus-7")
            app.click("finish")
            sign_by_all(app)
            app.click("done")
            app.text("带队人员没有有效的执法证")
            self.assertIsNone(app.look("legal_basis"))
            self.shot(app, "referral")
            app.click("make")
            app.find("document-onsite_record", 60)
            self.assertIsNone(app.look("document-order_rectify"))

    @begins(picture=15)
    def test_plaques_that_do_not_open_an_enterprise(self):
        foreign = Hub(self.build, self.folder / "foreign")
        self.addCleanup(foreign.stop)
        foreign.make()
        office = self.sign_in_office("staff-wu", foreign.serve())
        text = read_code(office.get(f"plaques/{office.make_plaque()}/qr.svg"), self.folder)
        with self.open(camera=False) as app:
            sign_in(app)
            app.click("scan")
            for typed, said in ((text, "其他中心"), ("0000-0001-11", "校验位"),
                                ("91140603MA0000015R", "校验位"), ("你好", "没有使用此编码")):
                app.type("typed_code", typed)
                app.click("typed_go")
                app.text(said)
                self.shot(app, "plaque-refused")

    def test_a_deadline_in_the_past_is_told_before_anybody_leaves(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2")
            add_hazard(app, "避灾路线无标识", deadline=None)
        hazard = next(row for row in self.rows("hazard")
                      if row["values"]["summary"] == "避灾路线无标识")
        self.record("hazard", hazard["id"], {"deadline": "2024-01-05"})
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("finish")
            app.find("done")
            app.click("done")
            app.text("避灾路线无标识：整改期限早于今天")

    def test_a_scanner_that_types(self):
        with self.open(camera=False) as app:
            sign_in(app)
            for page in ("scan", "typed_code"):
                app.find(page)
                for _ in range(3):  # a busy machine may stretch a burst
                    app.scan_keys(MINE["uscc"])
                    try:
                        app.find("start", 5)
                        break
                    except Missing:
                        continue
                app.text(MINE["name"])
                app.click("back")
                app.click("scan")

    @begins("visit", picture=19)
    def test_the_window_in_english(self):
        with self.open(more=["--lang", "en"]) as app:
            sign_in(app)
            for way, title in (("settings", "Settings"), ("lists", "Lists"),
                               ("sync_line", "Not sent yet"), ("find", "Find an enterprise"),
                               ("scan", "Enterprise file")):
                app.click(way)
                app.text(title)
                self.shot(app, f"english-{way}")
                self.assertEqual(app.small_targets(), [], f"small targets on page {title}")
                app.click("back")
                app.find("scan")
            app.click("open-1")
            for text in ("Record a hazard", "Check and sign"):
                app.text(text)
            self.shot(app, "english-inspection")

    @begins("visit", picture=25)
    def test_everything_is_copied_with_one_tap(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            take_photo(app)
            app.click("back")
            app.click("back")
            app.click("sync_line")
            app.click("export_all")
            app.click_text("复制到这里")
            app.text("已全部复制到", 60)
            said = app.value("toast_text")
            copy = Path(said[said.index("/"):].strip())
            self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
            self.shot(app, "copied")
            self.assertTrue((copy / "store.db").exists(), list(copy.iterdir()))
            names = [path.name for path in (self.store / "files").rglob("*") if path.is_file()]
            self.assertTrue(names, "the photo is a file")
            for name in names:
                self.assertTrue(list(copy.rglob(name)), name)

    @begins(picture=26)
    def test_R250_what_a_person_says_of_the_clock_is_recorded(self):
        with sqlite3.connect(self.store / "store.db") as store:
            store.execute("UPDATE hub_time SET hub_ms = hub_ms + 86400000")
        store.close()
        with self.open() as app:
            sign_in(app)
            app.text("本机时钟不准")
            self.shot(app, "clock-wrong")
            app.click("clock_ask")
            app.click("save")
            app.click("verdict-wrong")
            app.click("save")
            app.text("请填写实际时间")
            app.find("reading-minute").get_value_iface().set_current_value(
                (time.localtime().tm_min + 30) % 60)
            self.shot(app, "clock-asked")
            app.click("save")
            app.find("scan")
        note, = self.rows("clock_note")
        said = note["values"]
        self.assertEqual(said["verdict"], "wrong")
        self.assertGreater(abs(said["reading"] - said["shown_at"]), 28 * 60000)

    @begins("visit", picture=30)
    def test_a_remark_of_an_item_is_kept_with_its_answer(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("checklist")
            app.find("answer-compliant")
            first = app.value("item_no")
            take_photo(app)
            # Typed before the answer: one entry holds both.
            app.click("remark_open")
            app.type("remark", "抽查 3 台，均有效")
            self.shot(app, "remark")
            app.click("answer-compliant")
            app.find("remark_open")
            app.gone("photo-1")
            second = app.value("item_no")
            # Without an answer the item is not checked, and the remark says why.
            app.click("remark_open")
            app.type("remark", "采空区，不能进入")
            app.click("next")
            app.find("remark_open")
            app.click("previous")
            app.find("remark")
            self.assertEqual(app.value("remark"), "采空区，不能进入")
            app.click("previous")
            app._wait(lambda: app.value("remark").startswith("抽查"), "the remark of the first item", 5)
            # A later remark leaves the answer as it is, and a later answer the remark.
            app.type("remark", "抽查 4 台，均有效")
            app.click("back")
            app.find("finish")
            app.click("checklist")
            app.click("jump")
            app.click("go-section-1")
            app.find("photo-1")
            app.click("answer-not_applicable")
            app.find("remark")
            app.click("back")
            app.find("finish")
        visit = self.rows("inspection")[0]["id"]
        files = [row["values"] for row in self.rows("file")]
        self.assertEqual([(one["parent"], one["of_item"], one["role"]) for one in files], [(visit, first, "photo")])
        values = json.loads(self.ctl("show", visit, "--json"))["values"]
        self.assertEqual(values[f"answers/{first}"], {"answer": "not_applicable", "note": "抽查 4 台，均有效"})
        self.assertEqual(values[f"answers/{second}"], {"answer": "unchecked", "note": "采空区，不能进入"})
        changes = [one["value"] for entry in json.loads(self.ctl("history", visit, "--json"))["entries"]
                   for one in entry["sets"] if one["key"] == f"answers/{first}"]
        self.assertEqual([(one["answer"], one["note"][3]) for one in changes],
                         [("not_applicable", "4"), ("compliant", "4"), ("compliant", "3")])

    @begins(picture=28)
    def test_who_touches_nothing_for_a_minute_is_signed_out_and_loses_nothing(self):
        (self.store / "collector.ini").write_text("[window]\nlock-minutes=1\n")
        shift = self.folder / "shift"
        shift.write_bytes(struct.pack("=q", 0))
        with self.open(LD_PRELOAD=str(self.build / "tests/support/shift-clock.so"),
                       SHIFT_CLOCK_FILE=str(shift)) as app:
            sign_in(app)
            begin_visit(app)
            app.click("add_hazard")
            app.type("summary", "锁定之前写的")
            app.settle(1)
            with open(shift, "r+b") as file:
                file.write(struct.pack("=q", IDLE_S + 1))
            app.find("tile-1")
            self.shot(app, "locked")
            self.assertIsNone(app.look("summary"))
            sign_in(app)
            app.click("draft-1")
            self.assertEqual(app.value("summary"), "锁定之前写的")


if __name__ == "__main__":
    sys.exit(main({"360x640": Ways}))
