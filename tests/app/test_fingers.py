#!/usr/bin/python3
"""test_fingers.py BUILD [SIZE [NAME]]: real pointer and key events: taps that bounce, codes typed by a scanner, the
wheel, and an on-screen keyboard."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from collector import WindowTest, begins, main
from samples import PINS
from steps import add_hazard, begin_visit, fill_hazard, sign_in, take_photo
import pictures  # noqa: E402, found by collector

BOUNCES_S = (0.06, 0.12, 0.2, 0.29)  # between the two taps of a finger that meant one


class Fingers(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "fingers"

    # --- a double tap acts once ---

    def test_two_taps_begin_no_visit_with_defaults(self):
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

    def test_two_taps_answer_one_item(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, page="checklist")
            app.text("已答 0 项")
            app.settle(1)
            for answered, gap_s in enumerate(BOUNCES_S, 1):
                app.tap("answer-compliant", 2, gap_s)
                app.settle(0.6)
                app.text(f"已答 {answered} 项", 3)
            app.tap("answer-compliant", 4, 0.49)  # on purpose, one after the other
            app.text(f"已答 {len(BOUNCES_S) + 4} 项", 3)

    @begins("visit")
    def test_two_taps_on_save_do_not_open_what_lies_below(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            fill_hazard(app, "风门损坏")
            app.settle(1)
            app.tap("save", 2, 0.15)
            app.gone("summary")
            app.settle(1)
            app.find("finish")

    @begins("visit")
    def test_two_taps_keep_no_picture_that_nobody_saw(self):
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
            app.gone("summary")

    # --- a scanner is not a keyboard ---

    @begins("visit", picture=1)
    def test_a_scan_answers_nothing_and_is_said(self):
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

    @begins("visit")
    def test_a_scan_types_into_no_field_and_people_still_do(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.find("summary").grab_focus()
            app.settle()
            app.scan_keys("6901234567892")
            app.text("6901234567892")
            self.assertEqual(app.value("summary"), "")
            app.type_keys("fan 2 broken", 90)
            app.settle()
            self.assertEqual(app.value("summary"), "fan 2 broken")
            app.type_keys(" at once", 2)  # pasted by a keyboard on the screen
            app.settle(1)
            self.assertEqual(app.value("summary"), "fan 2 broken at once")

    @begins("hazard_draft")
    def test_neither_enter_nor_a_scan_throws_a_draft_away(self):
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            app.find("summary")
            app.settle(1)
            app.keys("Return")
            app.settle()
            app.find("summary")
            app.find("discard").grab_focus()
            app.settle()
            app.keys("Return")
            app.scan_keys("6901234567892")
            app.settle()
            self.assertEqual(app.value("summary"), "fan 2 broken at once")
            app.click("discard")
            app.gone("summary")

    # --- nothing is chosen by accident ---

    @begins("visit", picture=2)
    def test_only_a_tap_on_a_day_sets_a_date(self):
        today = datetime.now(timezone(timedelta(hours=8))).date()
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.scroll_to("deadline")
            app.settle()
            app.click("deadline")
            app.text(f"{today.year}年{today.month}月")
            app.text(f"{today.isoformat()}，今天")
            app.settle()
            self.shot(app, "month")
            last = max(id for id in app.ids() if id.startswith("deadline-day-"))
            area = app.find(last).get_extents(self.bus.atspi.CoordType.WINDOW)
            self.assertLessEqual(area.y + area.height, self.size[1], "opens in sight")
            area = app.find(last).get_extents(self.bus.atspi.CoordType.WINDOW)
            self.assertGreaterEqual(area.height, 48)
            # Without a window manager the window has a frame, which takes a pixel of each column.
            self.assertGreaterEqual(area.width, 46)
            area = app.find("deadline-month-after").get_extents(self.bus.atspi.CoordType.WINDOW)
            self.assertGreaterEqual(area.height, 48)
            self.assertLessEqual(area.x + area.width, self.size[0])
            app.tap("deadline-month-after")
            app.settle()
            app.wheel("deadline-month", 3)
            app.settle()
            self.assertIn("选择日期", app.value("deadline"))
            following = (today.replace(day=1) + timedelta(days=32)).replace(day=17)
            app.text(f"{following.year}年{following.month}月")
            app.scroll_to(f"deadline-day-{following}")
            app.settle()
            app.tap(f"deadline-day-{following}")
            app.settle()
            self.assertIn(f"{following.month}月17日", app.value("deadline"))
            self.assertIsNone(app.look(f"deadline-day-{following}"))
            app.click("discard")
            app.gone("summary")

    def test_the_wheel_changes_no_value(self):
        with self.open() as app:
            sign_in(app)
            app.click("settings")
            app.find("lock_minutes")
            app.settle(1)
            before = app.value("lock_minutes")
            app.wheel("lock_minutes", -3)
            app.settle()
            self.assertEqual(app.value("lock_minutes"), before)

    # --- typed text is stored ---

    @begins("visit")
    def test_typing_without_a_pause_outlives_the_program(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.find("summary").grab_focus()
            app.settle()
            app.type_keys("the fan of the return airway is broken again", 120)
            app.kill()
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            self.assertTrue(app.value("summary").startswith("the fan of the"), app.value("summary"))
            app.click("discard")
            app.gone("summary")

    @begins(picture=3)
    def test_what_was_typed_on_the_start_page_is_there_again(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.click("start")
            app.check("section-2", False)
            app.check("colleague-2")
            app.check("certificate_shown")
            app.type("expert", "专家甲")
            app.click("user")  # another person takes the device at once
            sign_in(app, "tile-2", PINS["staff-wang"])
            self.assertIsNone(app.look("draft-1"))
            app.click("scan")
            app.click("start")
            app.find("colleague-1")
            self.assertEqual(app.value("expert"), "")
            app.click("user")
            sign_in(app)
            app.click("scan")
            app.click("start")
            app.find("colleague-2")
            self.look_at_start(app)
            app.click("back")
            app.click("back")
            app.click("draft-1")
            app.find("colleague-2")
            self.look_at_start(app)
            self.shot(app, "start-draft")
            app.click("discard")
            app.find("scan")
            app.gone("draft-1")
            app.click("scan")
            app.click("start")
            app.find("colleague-2")
            self.assertFalse(app.is_checked("colleague-2"))

    def look_at_start(self, app):
        self.assertEqual(app.value("expert"), "专家甲")
        self.assertTrue(app.is_checked("colleague-2"))
        self.assertTrue(app.is_checked("certificate_shown"))
        self.assertTrue(app.is_checked("section-1"))
        self.assertFalse(app.is_checked("section-2"))

    # --- what a tap opens ---

    @begins("visit", picture=4)
    def test_a_photo_is_shown_large(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            take_photo(app)
            app.settle()
            app.click("photo-1")
            app.find("size")
            self.shot(app, "picture")
            app.click("size")
            app.text("适合屏幕")
            self.shot(app, "picture-full")
            app.click("back")
            app.find("photo-1")

    @begins("visit", picture=6)
    def test_what_is_wrong_with_a_chosen_picture_is_said(self):
        home = Path(self.folder) / "card"
        home.mkdir()
        sound = pictures.make_jpeg(90000, 1)
        (home / "1.jpg").write_bytes(sound[:30000])
        (home / "2.jpg").write_bytes(sound[:3])
        (home / "3.jpg").write_bytes(pictures.make_jpeg_sized(60000, 40000))
        (home / "4.jpg").write_bytes(pictures.make_jpeg_sized(9800, 7350))
        before = self.bus.env.get("HOME")
        self.bus.env["HOME"] = str(home)
        self.addCleanup(self.bus.env.update, HOME=before or "")
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("add_hazard")
            app.click("add_photo")
            app.find("take")
            for number, said in ((1, "照片不完整：文件被截断，缺少结尾部分"), (2, "缺少结尾部分"),
                                 (3, "照片过大：2400 百万像素，此类照片最多 256 百万像素")):
                app.click("choose")
                app.click(f"entry-{number}")
                app.text(said)
                self.shot(app, f"refused-{number}")
                self.assertIsNone(app.look("keep"))
            app.click("choose")
            app.click("entry-4")
            app.find("keep")
            self.shot(app, "72-megapixels")
            app.click("keep")
            app.find("photo-1")

    @begins("hazard_draft")
    def test_a_draft_opens_from_what_is_not_sent(self):
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            app.type("summary", "风门损坏，待补充")
            app.click("back")
            app.click("sync_line")
            app.click_text("风门损坏，待补充")
            app.find("save")  # the page before has a control named "summary" too
            self.assertEqual(app.value("summary"), "风门损坏，待补充")
            app.click("user")
            sign_in(app, "tile-2", PINS["staff-wang"])
            app.click("sync_line")
            app.click_text("风门损坏，待补充")
            app.text("这份草稿属于李样例")
            app.find("export_all")

    @begins(picture=10)
    def test_a_folder_is_chosen_on_a_narrow_screen(self):
        with self.open() as app:
            sign_in(app)
            app.click("sync_line")
            app.click("export_all")
            app.find("files_accept")
            self.shot(app, "files")
            for id in ("files_accept", "files_back", "place-home"):
                area = app.find(id).get_extents(self.bus.atspi.CoordType.SCREEN)
                self.assertLessEqual(area.x + area.width, self.size[0], id)
                self.assertGreaterEqual(area.x, 0, id)
            app.click("up")
            app.find("entry-1")
            app.click("files_back")
            app.gone("files_accept")

    # --- input method, on-screen keyboard, toast ---

    @begins("hazard_draft")
    def test_escape_gives_up_what_is_composed_before_the_page(self):
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            app.find("summary").grab_focus()
            app.keys("End", "ctrl+shift+u", "6", "3")
            app.settle()
            app.keys("Escape")
            app.settle()
            app.find("summary")
            app.keys("Escape")
            app.gone("summary", 5)

    @begins("hazard_draft", picture=11)
    def test_the_field_in_use_stays_in_sight(self):
        with self.open() as app:
            sign_in(app)
            app.click("draft-1")
            for id in ("demand", "responsible_person"):
                app.scroll_to(id)
                app.find(id).grab_focus()
                app.settle()
                app.resize(360, 380)
                app.settle()
                self.shot(app, f"keyboard-{id}")
                area = app.find(id).get_extents(self.bus.atspi.CoordType.WINDOW)
                save = app.find("save").get_extents(self.bus.atspi.CoordType.WINDOW)
                self.assertLessEqual(area.y + area.height, save.y, id)
                self.assertGreaterEqual(area.y, 60, id)
                app.resize(*self.size)

    @begins("visit", picture=13)
    def test_what_is_said_stands_in_no_way(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            for summary in ("一条", "又一条"):  # so many that a button is below what is said
                add_hazard(app, summary)
            app.click("back")
            app.click("open-1")
            app.find("finish")
            app.settle(0.6)
            app.scan_keys("AB12CD34")
            app.text("AB12CD34")
            below = None
            for _ in range(8):
                below = below or self.find_below(app, "toast_text")
                if below is None:  # the page under it is at another place
                    app.wheel("hazard-1", 1)
            self.assertIsNotNone(below, app.ids())
            self.shot(app, "said-over-a-button")
            app.tap("toast_text")
            app.gone(below, 2)

    def find_below(self, app, id):
        """The button below the centre of a control."""
        kind = self.bus.atspi.CoordType.WINDOW
        said = app.find(id).get_extents(kind)
        x, y = said.x + said.width // 2, said.y + said.height // 2
        for node in app.walk():
            area = node.get_extents(kind)
            if node.get_role_name() == "push button" and area.x < x < area.x + area.width and \
                    area.y < y < area.y + area.height:
                return node.get_accessible_id()
        return None

    @begins("visit", picture=14)
    def test_a_tapped_answer_marks_no_answer_of_the_next_item(self):
        with self.open() as app:
            sign_in(app)
            app.click("open-1")
            app.click("checklist")
            app.find("answer-compliant")
            app.settle(1)
            app.keys("Tab")
            app.tap("answer-compliant")
            app.settle()
            self.shot(app, "next-item")
            states = app.find("answer-compliant").get_state_set()
            self.assertFalse(states.contains(self.bus.atspi.StateType.FOCUSED))


if __name__ == "__main__":
    sys.exit(main({"360x640": Fingers}))
