#!/usr/bin/python3
"""test_worksheets.py BUILD [SIZE [NAME]]: working a record through with a checklist, on the page of any kind that
declares "lists": with a kind that only these tests have, and with a shipped one."""

import json
import struct
import sys
from pathlib import Path

from collector import WindowTest, begins, main
from steps import sign_in

KIND = Path(__file__).parents[1] / "stranger" / "errand.json"
LISTS = ["fire", "gas"]  # codes of shipped lists
BOUNCES_S = (0.06, 0.12, 0.2, 0.29)  # between the two taps of a finger that meant one
IDLE_S = 60


def make_kind():
    """Errands that are worked through with one of two lists, by inspectors and at the office, until they are
    dropped."""
    kind = json.loads(KIND.read_text())
    kind["fields"] += [
        {"name": "sheet", "type": "ref", "label": {"zh": "清单", "en": "List"}, "ref_kinds": ["checklist"],
         "in_form": False},
        {"name": "ticks", "type": "items", "label": {"zh": "逐项核对", "en": "Points to check"}, "lists": LISTS,
         "max": 600}]
    kind["sections"][1]["fields"].append("ticks")
    kind["states"].append({"name": "dropped", "label": {"zh": "不办", "en": "Dropped"}, "final": True})
    kind["transitions"].append({"from": ["open"], "to": "dropped", "label": {"zh": "不办了", "en": "Drop"},
                                "who": ["inspector"]})
    kind["edit"] = [{"name": "tick", "label": {"zh": "逐项核对", "en": "Work through the list"},
                     "who": ["inspector", "reviewer", "leader"], "fields": ["ticks"],
                     "when": {"field": "state", "is": "open"}}]
    return kind


class Worksheets(WindowTest):
    name = "worksheets"
    build = Path(sys.argv[1]).resolve()

    def make_errand(self):
        """A device on which one errand is recorded; no list is chosen yet."""
        self.begin_with("new")
        path = self.folder / "errand.json"
        path.write_text(json.dumps(make_kind()))
        self.hub.run("load", str(path))
        type(self).listen = self.hub.serve().listen
        self.ctl("enrol", self.hub.invite())
        with self.open() as app:
            sign_in(app)
            app.create("errand-anywhere")
            app.type("what", "送整改通知")
            app.click("save")
            app.find("worksheet")
        self.ctl("sync")

    def make_chosen(self):
        """The first item of the chosen list is answered."""
        self.begin_with("errand")
        with self.open() as app:
            self.open_sheet(app)
            app.click("list-1")
            app.find("item_no")
            app.click("answer-compliant")
            app.text("已答 1 项")
        self.hub.serve()
        self.ctl("sync")

    # --- helpers ---

    def open_record(self, app, *person):
        sign_in(app, *person)
        app.click("lists")
        app.click("list-errand")
        app.click("row-1")
        app.find("worksheet")

    def open_sheet(self, app, *person):
        self.open_record(app, *person)
        app.click("worksheet")

    def look_at(self, app, name):
        app.settle()
        self.shot(app, name)
        self.assertEqual(app.small_targets(), [], f"small targets on page {name}")

    def errand(self):
        return self.rows("errand")[0]["id"]

    def values(self):
        return json.loads(self.ctl("show", self.errand(), "--json"))["values"]

    def answers(self):
        return {key[len("ticks/"):]: value for key, value in self.values().items() if key.startswith("ticks/")}

    def entries(self):
        return json.loads(self.ctl("history", self.errand(), "--json"))["entries"]

    def office_sheet(self, office):
        return office.ask("GET", f"records/{self.errand()}/worksheet")

    def answer_at_office(self, office, item, answer, note=""):
        heads = next(one["heads"] for one in self.office_sheet(office)["items"] if one["item"] == item)
        office.ask("POST", f"records/{self.errand()}/worksheet",
                   {"item": item, "answer": answer, "note": note, "heads": heads})

    # --- the way through a list ---

    @begins("errand", picture=1)
    def test_a_list_is_chosen_and_worked_through(self):
        with self.open() as app:
            self.open_record(app)
            self.look_at(app, "record")
            app.click("worksheet")
            app.find("list-2")
            self.look_at(app, "choice")
            app.click("list-1")
            app.find("item_no")
            self.assertEqual(self.answers(), {})  # looking at a list chooses none
            app.click("jump")
            app.click("other_list")
            app.find("list-2")
            app.click("list-1")
            first = app.value("item_no")
            self.look_at(app, "item")
            app.click("answer-compliant")
            app.text("已答 1 项")
            second = app.value("item_no")
            self.assertNotEqual(first, second)
            # What is not met stays, with a place for the remark.
            app.click("answer-noncompliant")
            app.type("remark", "灭火器压力不足")
            self.assertEqual(app.value("item_no"), second)
            self.look_at(app, "remark")
            remark, answers = (app.find(id).get_extents(self.bus.atspi.CoordType.WINDOW)
                               for id in ("remark", "answers"))
            self.assertLessEqual(remark.y + remark.height, answers.y, "the remark is in sight")
            app.click("next")
            app._wait(lambda: app.value("item_no") not in (first, second), "the third item", 5)
            third = app.value("item_no")
            app.click("previous")
            app._wait(lambda: app.value("item_no") == second, "the second item", 5)
            self.assertEqual(app.value("remark"), "灭火器压力不足")
            # The list of items says what is unanswered, and leads to each item.
            app.click("jump")
            app.find(f"go-item-{third}")
            self.look_at(app, "items")
            app.click("filter")
            app.gone(f"go-item-{first}")
            self.look_at(app, "items-left")
            app.click(f"go-item-{third}")
            app._wait(lambda: app.value("item_no") == third, "the third item", 5)
            app.click("filter")
            app.click("answer-not_applicable")
            app._wait(lambda: app.value("item_no") != third, "the next item", 5)
            app.click("back")
            app.find("worksheet")
            app.text("已答 3 项")
            self.look_at(app, "record-begun")
        self.assertEqual(self.answers(), {
            first: {"answer": "compliant"}, second: {"answer": "noncompliant", "note": "灭火器压力不足"},
            third: {"answer": "not_applicable"}})
        lists = {row["id"]: row["values"]["code"] for row in self.rows("checklist")}
        self.assertEqual(lists[self.values()["sheet"]], "fire")
        # The hub has it, and shows the same.
        self.hub.serve()
        self.ctl("sync")
        sheet = self.office_sheet(self.sign_in_office("staff-sun"))
        self.assertEqual((sheet["answered"], sheet["counts"]["noncompliant"]), (3, 1))

    @begins("errand")
    def test_two_taps_answer_one_item(self):
        with self.open() as app:
            self.open_sheet(app)
            app.find("list-1")
            app.settle(1)
            app.tap("list-1", 2, 0.12)  # the second one does not answer the first item
            app.find("item_no")
            app.settle(1)
            app.text("已答 0 项")
            for answered, gap_s in enumerate(BOUNCES_S, 1):
                app.tap("answer-compliant", 2, gap_s)
                app.settle(0.6)
                app.text(f"已答 {answered} 项", 3)
            last = app.value("item_no")
            app.tap("answer-noncompliant", 2, 0.3)
            app.settle(0.6)
            self.assertEqual(app.value("item_no"), last)
            before = len(self.entries())
            app.tap("answer-noncompliant", 1)  # the same answer again makes no entry
            app.settle(0.6)
            self.assertEqual(len(self.entries()), before)
        self.assertEqual(len(self.answers()), len(BOUNCES_S) + 1)

    # --- leaving and coming back ---

    @begins("chosen", picture=9)
    def test_a_killed_window_and_a_lock_lose_no_answer(self):
        (self.store / "collector.ini").write_text("[window]\nlock-minutes=1\n")
        shift = self.folder / "shift"
        shift.write_bytes(struct.pack("=q", 0))
        with self.open(LD_PRELOAD=str(self.build / "tests/support/shift-clock.so"),
                       SHIFT_CLOCK_FILE=str(shift)) as app:
            self.open_sheet(app)
            item = app.find("item_no") and app.value("item_no")
            app.click("answer-noncompliant")
            app.type("remark", "锁定之前写的")
            with open(shift, "r+b") as file:
                file.write(struct.pack("=q", IDLE_S + 1))
            app.find("tile-1")
            self.assertEqual(self.answers()[item], {"answer": "noncompliant", "note": "锁定之前写的"})
            sign_in(app)
            app.click("lists")
            app.click("list-errand")
            app.click("row-1")
            app.click("worksheet")
            app.find("item_no")
            other = app.value("item_no")      # the first one that is left
            self.assertNotEqual(other, item)
            app.click("answer-compliant")
            app.text("已答 3 项")
            app.settle(0.5)
            app.kill()
        with self.open() as app:
            self.open_record(app)
            app.text("已答 3 项")
            app.click("worksheet")
            app.find("item_no")
            app.click("previous")
            app._wait(lambda: app.value("item_no") == other, "the item before", 5)
        self.assertEqual(set(self.answers()), {item, other} | set(list(self.answers())[:1]))

    # --- several people ---

    @begins("chosen", picture=10)
    def test_an_answer_of_somebody_else_is_shown_while_the_page_is_open(self):
        self.hub.serve()
        office = self.sign_in_office("staff-sun")
        with self.open() as app:
            self.open_sheet(app)
            app.find("item_no")
            item = app.value("item_no")
            self.answer_at_office(office, item, "noncompliant", "办公室先填的")
            self.ctl("sync")
            app.text("办公室先填的")
            self.assertEqual(app.value("item_no"), item)
            self.look_at(app, "answered-elsewhere")
            app.click("answer-compliant")     # the person saw it, and decides
            app._wait(lambda: app.value("item_no") != item, "the next item", 5)
        self.assertEqual(self.answers()[item], {"answer": "compliant", "note": "办公室先填的"})
        self.assertFalse(json.loads(self.ctl("show", self.errand(), "--json")).get("conflicts"))

    @begins("chosen", picture=11)
    def test_two_answers_without_a_network_are_both_kept_until_one_decides(self):
        self.hub.serve()
        office = self.sign_in_office("staff-sun")
        item = next(one["item"] for one in self.office_sheet(office)["items"] if "answer" not in one)
        self.answer_at_office(office, item, "noncompliant", "办公室填的")
        self.hub.stop()
        with self.open() as app:
            self.open_sheet(app)
            app.find("item_no")
            self.assertEqual(app.value("item_no"), item)
            app.click("answer-compliant")
            app._wait(lambda: app.value("item_no") != item, "the next item", 5)
            self.hub.serve()
            self.ctl("sync")
            self.ctl("sync")
            app.click("previous")
            app.find("item_conflict")
            self.look_at(app, "conflict")
            app.click("answer-noncompliant")
            app.gone("item_conflict")
            app.settle(0.5)
        self.ctl("sync")
        self.assertEqual(self.answers()[item]["answer"], "noncompliant")
        sheet = self.office_sheet(self.sign_in_office("staff-sun"))
        row = next(one for one in sheet["items"] if one["item"] == item)
        self.assertEqual((row["answer"], row["conflict"]), ("noncompliant", False))

    @begins("chosen", picture=12)
    def test_a_closed_list_can_be_read_only(self):
        with self.open() as app:
            self.open_record(app)
            app.click("step-dropped")
            app.click("save")
            app.find("worksheet")
            app.click("worksheet")
            app.find("closed")
            app.find("item_no")
            self.assertIsNone(app.look("answer-compliant"))
            self.assertIsNone(app.look("remark_open"))
            self.assertEqual(app.value("given_answer"), "未填写")
            app.click("previous")
            app._wait(lambda: app.value("given_answer") == "符合", "the answer that was given", 5)
            self.look_at(app, "closed")
        self.assertEqual(len(self.answers()), 1)

    # --- shipped kinds, English ---

    @begins(picture=13)
    def test_a_shipped_kind_has_its_list_in_english(self):
        with self.open(more=("--lang", "en")) as app:
            sign_in(app)
            app.create("accident-fill_in")
            app.type("accident_text", "roof fall")
            app.type("accident_place", "face 3105")
            app.type("accident_course", "one part of the roof came down")
            app.type("accident_dead", "0")
            app.type("accident_injured", "1")
            app.click("save")
            app.click("worksheet")
            app.find("item_no")
            app.click("answer-noncompliant")
            app.type("remark", "reported by telephone only")
            self.look_at(app, "english")
            app.click("jump")
            app.find("section_list")
            self.look_at(app, "english-items")
            app.click("jump")
            app.click("back")
            app.text("1 of ")
            self.look_at(app, "english-record")
        values = next(row["values"] for row in self.rows("accident"))
        self.assertTrue(any(key.startswith("answers/") for key in values), values)


class Wide(Worksheets):
    size = (800, 480)


if __name__ == "__main__":
    sys.exit(main({"360x640": Worksheets, "800x480": Wide}))
