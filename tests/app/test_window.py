#!/usr/bin/python3
"""test_window.py BUILD [SIZE [NAME]]: walks the pages of the collector as a screen reader sees them, against a
store enrolled at a real hub, and leaves a picture of each in BUILD/pictures/app-SIZE/.

Checked on every page: nothing English is left in the Chinese window, and nothing that can be tapped
is smaller than a thumb."""

import json
import re
import sys
import time
from pathlib import Path

from collector import WindowTest, begins, main
from samples import PINS, enterprise
from steps import LEGAL_BASIS, read_code, sign_in, take_photo

LATIN = re.compile(r"[A-Za-z]{4,}")
# Codes, addresses and digests are not checked as words.
CODES = re.compile(r"https?://\S+|BHE1\S*|BH1:.*|COAL-\d+|SHA-256|[0-9a-f]{12,}|Apache-2.0|[A-Z0-9]{18}"
                   r"|[A-Z]?[0-9A-F]{5,7}|edit-\w+-symbolic|Gtk\S*|Cairo|renderer|pinglu\S*")


class Walk(WindowTest):
    build = Path(sys.argv[1]).resolve()

    def look_at(self, app, name):
        """Takes a picture, and checks what every page must fulfil."""
        self.shot(app, name)
        english = [t for t in app.texts() if LATIN.search(CODES.sub("", t))]
        self.assertEqual(english, [], f"English on page {name}")
        self.assertEqual(app.small_targets(), [], f"small targets on page {name}")

    @begins("new", picture=1)
    def test_enrolment_by_the_one_time_text(self):
        self.hub.serve()
        with self.open() as app:
            app.find("one_time_text")
            self.look_at(app, "enrol")
            app.type("one_time_text", "BHE1:0000")
            app.click("enrol")
            app.find("message")
            self.look_at(app, "enrol-refused")
            app.type("one_time_text", self.hub.invite())
            app.click("enrol")
            app.find("tile-3")
            self.look_at(app, "sign-in")

    def test_bold_text_needs_no_second_face_of_the_font(self):
        with self.open() as app:
            sign_in(app)
            maps = Path(f"/proc/{app.process.pid}/maps").read_text()
            faces = {Path(line.split()[-1]).name for line in maps.splitlines()
                     if "NotoSansCJK" in line}
            self.assertEqual(faces, {"NotoSansCJK-Regular.ttc"})

    @begins(picture=4)
    def test_sign_in_counts_wrong_pins_and_locks_out(self):
        with self.open() as app:
            app.click("tile-3")
            for digit in "0000":
                app.click(f"key-{digit}")
            app.click("key-ok")
            app.text("PIN 错误")
            self.look_at(app, "wrong-pin")
            app.click("other_person")
            sign_in(app)
            self.look_at(app, "home")
            self.assertEqual(app.value("who"), "李样例")
            app.click("user")
            app.find("tile-1")
            self.assertIsNone(app.look("scan"), "the pages of the one before are gone")

    @begins(picture=6)
    def test_an_inspection_from_the_code_to_the_documents(self):
        self.hub.serve()
        with self.open() as app:
            sign_in(app)
            self.start(app)
            self.hub.stop()
            self.walk_list(app)
            self.begin_major(app)
            app.kill()  # nothing typed before is lost
        with self.open() as app:
            sign_in(app)
            self.finish_major(app)
            self.sign(app)
            self.make_documents(app)

    def start(self, app):
        app.click("scan")
        app.find("start")
        app.text("样例东坡沟煤矿")
        self.look_at(app, "enterprise")
        app.click("start")
        app.find("section-1")
        self.look_at(app, "start")
        app.check("colleague-2")
        app.check("certificate_shown")
        app.check("recusal_advised")
        app.click("begin")

    def walk_list(self, app):
        app.text("共 30 项，已答 0 项")
        visit, = self.rows("inspection")
        known = [row["values"] for row in self.rows("scan") if row["values"]["outcome"] == "known"]
        self.assertEqual([scan.get("inspection") for scan in known], [visit["id"]],
                         "R-020: the scan belongs to the visit that it began")
        self.look_at(app, "checklist")
        for answered in range(1, 5):
            app.click("answer-compliant")
            app.text(f"已答 {answered} 项")
        app.click("jump")
        self.look_at(app, "checklist-jump")
        app.click("bulk")
        app.click("jump")
        app.type("jump_entry", "12")
        app.click("jump_go")
        app.text("COAL-12")
        app.click("answer-noncompliant")
        app.find("summary")
        self.look_at(app, "hazard")
        app.click("save")
        app.text("请拍照，或写明无照片的原因")
        app.click("add_photo")
        app.click("take")
        app.find("keep")
        self.look_at(app, "photo")
        app.click("keep")
        app.find("photo-1")
        self.assertEqual(app.value("summary"), "")  # the question describes nothing
        app.type("summary", "普查未按批准的方案进行")
        app.type("place", "3号煤3105工作面")
        app.type("responsible_person", "样例负责人01")
        app.click("save")
        app.text("请填写“等级”")  # the item asks whether it is major, and nobody said
        app.click("as_general")
        app.type("level_reason", "普查方案已报批，正在实施")
        app.click("deadline-plus-15")
        app.click("site")
        app.click("site-result-1")
        app.find("site-chosen-0")
        self.look_at(app, "hazard-filled")
        app.click("save")
        app.find("linked_hazard")
        self.look_at(app, "checklist-recorded")
        app.click("back")

    def begin_major(self, app):
        app.find("finish")
        self.look_at(app, "inspection")
        app.click("add_hazard")
        app.find("summary")
        app.click("back")  # looked at and left: no draft of it stays
        app.find("finish")
        app.click("add_hazard")
        app.type("summary", "<b>瓦斯监控</b> & 数据异常")
        app.click("level-major")
        app.type("criterion", "重大事故隐患判定标准第四条")
        app.type("place", "回风巷")
        app.type("no_photo_reason", "井下不能带非防爆相机")
        app.type("demand", "立即停止作业")
        app.settle(1)  # half a second's pause makes a draft

    def finish_major(self, app):
        self.look_at(app, "home-draft")
        self.assertIsNone(app.look("draft-2"))
        app.click("draft-1")
        self.assertEqual(app.value("criterion"), "重大事故隐患判定标准第四条")
        app.click("deadline-plus-7")
        app.click("save")
        app.gone("summary")
        app.click("open-1")
        app.text("<b>瓦斯监控</b> & 数据异常")
        self.look_at(app, "inspection-2")

    def sign(self, app):
        app.type("opinion", "总体情况基本符合要求")
        app.click("finish")
        app.find("signer-enterprise-3")
        app.click("done")
        app.text("尚未签字")
        self.look_at(app, "sign-problems")
        for signer in ("signer-inspector-1", "signer-second_inspector-2", "signer-enterprise-3"):
            app.click(signer)
            app.find("canvas")
            if "enterprise" in signer:
                app.type("pad_name", "样例负责人01")
                app.type("pad_post", "矿长")
            app.settle(0.5)
            app.draw("canvas", [[(.2, .3), (.3, .6), (.5, .2), (.7, .7)], [(.2, .8), (.8, .8)]])
            if "enterprise" in signer:
                self.look_at(app, "signature")
            app.click("pad_save")
            app.gone("canvas")
        app.click("done")
        app.find("make")

    def make_documents(self, app):
        app.click("make")
        app.text("指令书须有法律依据")
        app.type("legal_basis", LEGAL_BASIS)
        app.click("make")
        app.find("document-order_rectify")
        app.gone("make")
        self.look_at(app, "documents")
        app.click("queue")
        app.find("queue-1")
        self.look_at(app, "queue")
        app.click("back")
        app.click("home")
        self.look_at(app, "home-unsent")
        app.click("lists")
        app.click("list-inspection")
        app.click("row-1")
        app.text("已签字")
        app.find("open-documents")
        self.look_at(app, "record")
        app.click("back")
        app.click("back")
        app.click("back")
        app.click("settings")
        app.click("doctor")
        app.find("check-1")
        app.check("dark")
        self.look_at(app, "settings-dark")
        self.assertEqual(self.query("hazard", "state"), ["ordered", "suspected"])
        self.assertEqual(self.query("document", "state"), ["issued", "issued"])
        self.assertEqual(self.query("inspection", "state"), ["signed"])

    @begins("ordered", picture=24)
    def test_the_queue_drains_when_the_hub_is_back(self):
        self.hub.serve()
        with self.open() as app:
            sign_in(app, "tile-2", PINS["staff-wang"])
            app.click("queue")
            app.click("sync_now")
            app.text("全部中心已收", 60)
            self.look_at(app, "queue-empty")
        status = self.status()
        self.assertEqual((status["pending"], status["files_pending"]), (0, 0))

    @begins(picture=25)
    def test_no_code_a_provisional_enterprise_and_a_closed_gate(self):
        with self.open() as app:
            sign_in(app)
            app.click("find")
            app.find("result-1")
            app.click("result-1")
            app.text("请先填写原因")
            app.type("reason", "无牌无证，群众指认")
            app.type("search", "样例黑口子")
            self.look_at(app, "find")
            app.click("provisional")
            app.click("sector-unfold")
            app.click("sector-coal_mine")
            self.look_at(app, "provisional")
            app.click("save")
            app.find("confirm")
            self.look_at(app, "enterprise-by-hand")
            app.click("start")
            app.find("section-1")
            app.click("begin")
            app.find("answer-compliant")
            app.click("back")
            app.click("not_carried_out")
            app.click("outcome-gate_closed")
            app.type("outcome_note", "大门紧锁，无人应答")
            app.click("save")
            app.text("请拍照或附证明")
            self.look_at(app, "outcome-problems")
            take_photo(app)
            app.click("save")
            app.find("scan")
        self.assertIn("not_carried_out", self.query("inspection", "state"))

    @begins("sent", picture=29)
    def test_a_returned_record_comes_back_with_the_comment_and_is_corrected(self):
        self.hub.serve()
        office = self.sign_in_office("staff-sun")
        inspection = self.find_id("inspection", "signed")
        covers = office.ask("GET", f"records/{inspection}")["covers"]
        office.ask("POST", f"records/{inspection}/review",
                   {"decision": "return", "comment": "请补充检查地点", "items": ["place_note"],
                    "covers": covers})
        with self.open() as app:
            sign_in(app)
            app.click("queue")
            app.click("sync_now")
            app.click("back")
            app.text("请补充检查地点", 60)
            self.look_at(app, "home-returned")
            app.click(f"returned-{inspection}")
            app.find("place_note")
            self.look_at(app, "returned")
            app.type("place_note", "3号煤3105工作面")
            app.type("answer", "已补充")
            app.click("send_again")
            app.find("scan")
            app.gone(f"returned-{inspection}")
            app.click("queue")
            app.click("sync_now")
            app.text("全部中心已收", 60)
        record = office.ask("GET", f"records/{inspection}")
        self.assertIn("3号煤3105工作面", json.dumps(record, ensure_ascii=False))
        self.assertIn("resubmitted", json.dumps(record))

    @begins(picture=31)
    def test_plaques_genuine_blank_and_forged(self):
        self.hub.serve()
        office = self.sign_in_office("staff-wu")
        blank = office.make_plaque()
        text = read_code(office.get(f"plaques/{blank}/qr.svg"), self.folder)
        forged = text[:-4] + ("0000" if text[-4:] != "0000" else "1111")
        with self.open(camera=False) as app:
            sign_in(app)
            app.click("scan")
            app.type("typed_code", enterprise("ent-01")["uscc"])
            app.click("typed_go")
            app.find("start")
            app.click("back")
            app.click("scan")
            app.type("typed_code", forged)
            app.click("typed_go")
            app.find("message")
            self.look_at(app, "forged")
            app.type("typed_code", text)
            app.click("typed_go")
            app.find("bind")
            self.look_at(app, "blank")
            app.click("bind")
            app.find("result-1")
            app.type("search", "样例北岭煤业")
            app.text("样例北岭煤业")
            app.settle(1)
            app.click("result-1")
            app.find("start")
            app.text("样例北岭煤业")
        scans = [(row["values"]["outcome"], row["values"]["means"], "code" in row["values"],
                  row["values"].get("serial")) for row in self.rows("scan")]
        self.assertIn(("forged", "typed", True, None), scans, "R-020: who read what is kept")
        self.assertIn(("blank", "typed", False, blank), scans)
        self.assertIn("known", [scan[0] for scan in scans])

    @begins("ordered", picture=33)
    def test_R077_what_was_ordered_is_listed_by_its_day(self):
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-hazard-rectification")
            app.find("row-1")
            app.text("还剩")
            self.look_at(app, "by-deadline")
            app.click("row-1")
            app.text("限期整改")

    @begins(picture=34)
    def test_a_hub_that_moved_is_found_by_a_new_text(self):
        before = self.hub.listen
        self.hub.serve("127.0.0.1:0")
        self.assertNotEqual(self.hub.listen, before)
        with self.open() as app:
            sign_in(app)
            app.click("settings")
            app.click("moved")
            app.type("one_time_text", "BHE1:0000")
            app.click("enrol")
            app.find("message")
            self.look_at(app, "moved")
            app.type("one_time_text", self.hub.invite())
            app.click("enrol")
            app.find("doctor", 30)
            app.text(self.hub.listen)
            self.look_at(app, "settings")
            told = time.time() * 1000
            app.click("back")
            app.click("queue")
            app.click("sync_now")
            for _ in range(60):
                if self.status()["last_sync_ms"] > told:
                    break
                app.settle(0.5)
            self.assertGreater(self.status()["last_sync_ms"], told)


class WalkWide(Walk):
    size = (800, 480)


if __name__ == "__main__":
    sys.exit(main({"360x640": Walk, "800x480": WalkWide}))
