#!/usr/bin/python3
"""test_fingers.py BUILD: what fingers, keys and scanners really do to the window: taps that bounce,
codes that are typed by a scanner, the wheel, and a keyboard on the screen."""

import sys
from pathlib import Path

from collector import WindowTest, main, sign_in

BOUNCES_S = (0.06, 0.12, 0.2, 0.29)  # between the two taps of a finger that meant one


class Fingers(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "fingers"

    def begin(self, app):
        app.click("scan")
        app.click("start")
        app.check("certificate_shown")
        app.check("recusal_advised")
        app.click("begin")
        app.find("answer-compliant")

    def add_hazard(self, app, summary):
        app.click("add_hazard")
        app.type("summary", summary)
        app.type("place", "3号煤3105工作面")
        app.type("no_photo_reason", "井下不能带非防爆相机")
        app.type("demand", "立即整改")
        app.type("responsible_person", "样例负责人01")
        app.click("deadline-plus-15")

    # --- one tap, one act ---

    def test_01_two_taps_begin_no_visit_with_defaults(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.find("start")
            app.settle()
            app.tap("start", 2, 0.09)
            app.find("begin")
            app.settle(1)
            app.find("begin")
        self.assertEqual(self.rows("inspection"), [])

    def test_02_two_taps_answer_one_item(self):
        with self.open() as app:
            sign_in(app)
            self.begin(app)
            app.text("已答 0 项")
            app.settle(1)
            for answered, gap_s in enumerate(BOUNCES_S, 1):
                app.tap("answer-compliant", 2, gap_s)
                app.settle(0.6)
                app.text(f"已答 {answered} 项", 3)
            app.tap("answer-compliant", 4, 0.49)  # on purpose, one after the other
            app.text(f"已答 {len(BOUNCES_S) + 4} 项", 3)

    def test_03_two_taps_on_save_do_not_open_what_lies_below(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            self.add_hazard(app, "风门损坏")
            app.settle(1)
            app.tap("save", 2, 0.15)
            app.gone("summary")
            app.settle(1)
            app.find("finish")

    def test_04_two_taps_keep_no_picture_that_nobody_saw(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.click("add_photo")
            app.find("take")
            app.settle(1)
            app.tap("take", 2, 0.15)
            app.find("keep")
            app.settle(1)
            app.find("keep")
            app.tap("keep")
            app.find("photo-1")
            app.click("discard")

    # --- a scanner is not a keyboard ---

    def test_05_a_scan_answers_nothing_and_is_said(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("checklist")
            app.find("answer-compliant")
            app.find("answer-compliant").grab_focus()
            before = [text for text in app.texts() if "已答" in text]
            app.scan_keys("AB12CD34")
            app.text("AB12CD34")
            self.assertIn("用不上", app.value("toast_text"))
            self.shot(app, "scan-of-no-use")
            self.assertEqual([text for text in app.texts() if "已答" in text], before)

    def test_06_a_scan_types_into_no_field_and_people_still_do(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.find("summary").grab_focus()
            app.settle()
            app.scan_keys("6901234567892")
            app.text("6901234567892")
            self.assertEqual(app.value("summary"), "")
            app.xdo("type", "--delay", "90", "fan 2 broken")
            app.settle()
            self.assertEqual(app.value("summary"), "fan 2 broken")
            app.xdo("type", "--delay", "2", " at once")  # pasted by a keyboard on the screen
            app.settle(1)
            self.assertEqual(app.value("summary"), "fan 2 broken at once")

    def test_07_neither_enter_nor_a_scan_throws_a_draft_away(self):
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            app.find("summary")
            app.settle(1)
            app.xdo("key", "Return")
            app.settle()
            app.find("summary")
            app.find("discard").grab_focus()
            app.settle()
            app.xdo("key", "Return")
            app.scan_keys("6901234567892")
            app.settle()
            self.assertEqual(app.value("summary"), "fan 2 broken at once")
            app.click("discard")
            app.gone("summary")


if __name__ == "__main__":
    sys.exit(main({"360x640": Fingers}))
