#!/usr/bin/python3
"""test_ways.py BUILD: ways through the collector beside the main one: refused, unfinished, wrong or
late input; scanner keys; the idle lock; the English window."""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from collector import (PASSWORDS, PINS, App, Hub, Missing, Office, WindowTest, enterprise,
                       fill_hazard, main, sign_in)

MINE = enterprise("ent-01")
LONG = "采煤工作面上隅角瓦斯浓度超过规定且未按要求设置挡风帘" * 200  # longer than any field takes
IDLE_S = 60


class Ways(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "ways"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.idle_store = Path(cls.folder) / "idle"
        cls.hub.enrol(cls.idle_store)
        (cls.idle_store / "collector.ini").write_text("[window]\nlock-minutes=1\n")

    # --- parts ---

    def begin(self, app, name=None, colleague=None):
        """Starts an inspection of the mine, or of an enterprise found by name; its page is on top."""
        if name:
            app.click("find")
            app.type("reason", "没有企业码")
            app.type("search", name)
            app.text(name)
            app.settle(1)
            app.click("result-1")
        else:
            app.click("scan")
        app.click("start")
        app.check("certificate_shown")
        app.check("recusal_advised")
        if colleague:
            app.check(colleague)
        app.click("begin")
        app.find("answer-compliant")
        app.click("back")
        app.find("finish")

    def add_hazard(self, app, summary, deadline="deadline-plus-15"):
        fill_hazard(app, summary, deadline)
        app.click("save")
        app.gone("summary")

    def pad(self, app, signer, name=None):
        app.click(signer)
        app.find("canvas")
        if name:
            app.type("pad_name", name)
        app.scroll_to("canvas")
        app.settle(0.5)
        app.draw("canvas", [[(.2, .3), (.3, .6), (.5, .2), (.7, .7)]])
        app.click("pad_save")
        app.gone("canvas")

    def extents(self, app, id):
        return app.find(id).get_extents(self.bus.atspi.CoordType.WINDOW)

    # --- tests, in order: the first window stays idle while the others run ---

    def test_01_nobody_touches_this_one(self):
        cls = type(self)
        log = subprocess.DEVNULL
        cls.idle = App(self.bus, [str(self.build / "app/bihuan"), "--store", str(self.idle_store),
                                  "--scan-image", str(self.code)], self.size, log=log)
        self.addClassCleanup(cls.idle.close)
        sign_in(cls.idle)
        self.begin(cls.idle)
        cls.idle.click("add_hazard")
        cls.idle.type("summary", "锁定之前写的")
        cls.idle.settle(1)
        cls.idle_since = time.monotonic()

    def test_02_what_is_refused_stays_with_its_error_and_a_draft_comes_back(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app)
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

    def test_03_what_was_refused_on_the_inspection_is_told_before_it_ends(self):
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

    def test_04_words_stand_clear_of_the_first_line_and_of_the_buttons(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            self.add_hazard(app, "安全出口堆物")
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

    def test_05_not_carried_out_keeps_what_was_typed(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app, "样例东坡沟煤矿")
            app.click("not_carried_out")
            app.click("outcome-gate_closed")
            app.type("outcome_note", "大门紧锁")
            app.click("add_photo")
            app.click("take")
            app.click("keep")
            app.find("photo-1")
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

    def test_06_the_enterprise_refuses_to_sign(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app, colleague="colleague-2")
            self.add_hazard(app, "瓦斯传感器未校验", "deadline-plus-7")
            app.click("finish")
            self.pad(app, "signer-inspector-1")
            self.pad(app, "signer-second_inspector-2")
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
            app.type("legal_basis", "《安全生产法》第六十五条")
            app.click("make")
            app.find("document-order_rectify", 60)
            self.shot(app, "documents-after-refusal")
        self.assertIn("refused_sign", self.query("inspection", "state"))

    def test_07_the_wrong_enterprise_is_put_right_with_one_that_is_in_no_list(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app)
            self.add_hazard(app, "记在错误的企业")
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

    def test_08_an_expired_certificate_ends_in_referral(self):
        with self.open() as app:
            sign_in(app, "tile-3", PINS["staff-zhao"])
            self.begin(app, colleague="colleague-1")
            self.add_hazard(app, "通风设施损坏", "deadline-plus-7")
            app.click("finish")
            self.pad(app, "signer-inspector-1")
            self.pad(app, "signer-second_inspector-2")
            self.pad(app, "signer-enterprise-3", "样例负责人01")
            app.click("done")
            app.text("带队人员没有有效的执法证")
            self.assertIsNone(app.look("legal_basis"))
            self.shot(app, "referral")
            app.click("make")
            app.find("document-onsite_record", 60)
            self.assertIsNone(app.look("document-order_rectify"))

    def test_09_plaques_that_do_not_open_an_enterprise(self):
        office = Office(self.hub, "staff-wu", PASSWORDS["staff-wu"])
        self.addCleanup(office.close)
        foreign = Hub(self.build, Path(self.folder) / "foreign")
        self.addCleanup(foreign.__exit__)
        other = Office(foreign, "staff-wu", PASSWORDS["staff-wu"])
        self.addCleanup(other.close)
        first = other.ask("POST", "plaques", {"blank": 1})
        text = self.read_code(other.get(f"plaques/{first['first']}/qr.svg"))
        with self.open(camera=False) as app:
            sign_in(app)
            app.click("scan")
            for typed, said in ((text, "其他中心"), ("0000-0001-11", "校验位"),
                                ("91140603MA0000015R", "校验位"), ("你好", "没有使用此编码")) :
                app.type("typed_code", typed)
                app.click("typed_go")
                app.text(said)
                self.shot(app, "plaque-refused")

    def test_10_a_deadline_in_the_past_is_told_before_anybody_leaves(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app, colleague="colleague-2")
            self.add_hazard(app, "避灾路线无标识", deadline=None)
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

    def record(self, kind, id, values):
        pin = Path(self.folder) / "pin"
        pin.write_text(PINS["staff-li"])
        lines = Path(self.folder) / "lines.json"
        lines.write_text(json.dumps({"ops": [{"record": id, "kind": kind, "set": values}]}))
        staff = next(row["id"] for row in self.rows("staff") if row["values"]["name"] == "李样例")
        subprocess.run([self.hub.ctl, "--store", str(self.store), "record", "--by", staff,
                        "--pin-file", str(pin), str(lines)], env=self.hub.env, check=True)

    def read_code(self, svg):
        """Text of a QR code that is given as SVG."""
        import gi
        gi.require_version("GdkPixbuf", "2.0")
        from gi.repository import GdkPixbuf
        path = Path(self.folder) / "plaque.svg"
        path.write_bytes(svg)
        picture = GdkPixbuf.Pixbuf.new_from_file_at_size(str(path), 800, 800)
        flat = picture.composite_color_simple(800, 800, GdkPixbuf.InterpType.NEAREST, 255, 8,
                                              0xffffff, 0xffffff)
        flat.savev(str(path.with_suffix(".png")), "png", [], [])
        return subprocess.run(["zbarimg", "--quiet", "--raw", str(path.with_suffix(".png"))],
                              check=True, capture_output=True, text=True).stdout.strip()

    def test_11_a_scanner_that_types(self):
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

    def test_12_the_window_in_english(self):
        with self.open(more=["--lang", "en"]) as app:
            sign_in(app)
            for way, title in (("settings", "Settings"), ("recent", "Inspections"),
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

    def test_13_everything_is_copied_with_one_tap(self):
        with self.open() as app:
            sign_in(app)
            app.click("sync_line")
            app.click("export_all")
            app.click_text("复制到这里")
            app.text("已全部复制到", 60)
            said = app.value("toast_text")
            copy = Path(said[said.index("/"):].strip())
            self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
            self.shot(app, "copied")
            self.assertTrue((copy / "store.db").exists(), list(copy.iterdir()))
            for name in (path.name for path in (self.store / "files").rglob("*") if path.is_file()):
                self.assertTrue(list(copy.rglob(name)), name)

    def test_14_R250_what_a_person_says_of_the_clock_is_recorded(self):
        self.hub.stop()
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
        self.hub.serve(self.hub.listen)
        note, = self.rows("clock_note")
        said = note["values"]
        self.assertEqual(said["verdict"], "wrong")
        self.assertGreater(abs(said["reading"] - said["shown_at"]), 28 * 60000)

    def test_99_the_one_nobody_touched_is_locked_and_lost_nothing(self):
        app = self.idle
        app.settle(0)
        wait = IDLE_S + 20 - (time.monotonic() - self.idle_since)
        app.find("tile-1", max(wait, 1))
        self.shot(app, "locked")
        self.assertIsNone(app.look("summary"))
        sign_in(app)
        app.click("draft-1")
        self.assertEqual(app.value("summary"), "锁定之前写的")


if __name__ == "__main__":
    sys.exit(main({"360x640": Ways}))
