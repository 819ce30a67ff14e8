"""Checklists that are filled in on the page of the record to which they belong: in the browser, from the shell, by
two people at once, with a connection that breaks, and in the file of a case. Cases run in order of their names."""

import json
import pathlib
import sys
import unittest
import zipfile

from page import Forms, Page
from program_hub import ProgramHub
from story import day
from webdriver import Browser

TODAY = day()
ITEMS_HERE = 20  # of 26: those of 朔州 and of the province
ITEM = ".worksheet [data-item='{}']"


class Worksheet(Forms, Page):
    @classmethod
    def setUpClass(cls):
        cls.hub = ProgramHub(*sys.argv[1:3], [])
        cls.browser = Browser(insecure=True)
        cls.browser.open(cls.hub.page)
        cls.unit = next(row for row in cls.hub.ask("list", "unit", "--limit", 50)["rows"]
                        if row["values"]["level"] == "township")

    # --- tools ---

    def make(self, kind, act, who="孙样例", origin=None, **values):
        words = [f"--set={name}={value}" for name, value in values.items()]
        words += [f"--origin={origin}"] if origin else []
        return self.hub.ask("create", kind, f"--act={act}", *words, who=who)["record"]

    def sheet(self, record, who="孙样例"):
        return self.hub.ask("worksheet", record, who=who)

    def answer(self, record, item, answer, *words, who="孙样例"):
        return self.hub.ask("worksheet", record, "--item", item, "--answer", answer, *words, who=who)

    def item(self, record, number):
        return next(one for one in self.sheet(record)["items"] if one["item"] == number)

    def open_sheet(self, record, first="TWN-01"):
        self.go(f"#/inbox/new/{record}")
        self.browser.wait(lambda: self.browser.count(ITEM.format(first)), "the worksheet")

    def press_answer(self, number, code):
        self.browser.run("document.querySelector(`${arguments[0]} [data-answer='${arguments[1]}']`).click()",
                         ITEM.format(number), code)

    def focus(self, number):
        self.browser.run("document.querySelector(`${arguments[0]} button`).focus()", ITEM.format(number))

    def type_keys(self, text):
        self.browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            one for key in text for one in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})]}]})

    def pressed(self, number):
        return self.browser.run("return document.querySelector(`${arguments[0]} [aria-pressed=true]`)?.dataset.answer || ''",
                                ITEM.format(number))

    def state(self, number):
        return self.browser.text(f"{ITEM.format(number)} .sheet-state")

    def wait_saved(self, record, number, answer, note=None):
        def is_saved():
            one = self.item(record, number)
            return one.get("answer") == answer and one.get("note") == note
        self.browser.wait(is_saved, f"{number} {answer} {note} at the hub")

    def focused_item(self):
        return self.browser.run("return document.activeElement.closest('.sheet-item')?.dataset.item || ''")

    def break_line(self, how):
        """Answers do not reach the hub ("broken"), are lost on their way back ("lost"), or pass again ("")."""
        self.browser.run("""
            const how = arguments[0];
            window.plainFetch ||= window.fetch;
            window.fetch = how ? async (path, options) => {
              const isAnswer = options.method === 'POST' && path.includes('/worksheet');
              if (!isAnswer || how === 'lost') await window.plainFetch(path, options).then((answer) => {
                if (!isAnswer) window.lastAnswer = answer;
              });
              if (isAnswer) throw new TypeError('broken');
              return window.lastAnswer;
            } : window.plainFetch;""", how)

    def history(self, record):
        return self.browser.run_async("fetch(`/office/v1/records/${arguments[0]}/history`).then((one) => one.json())"
                                      ".then(arguments[1])", record)["rows"]

    # --- cases ---

    def test_00_without_a_list_in_force_the_page_says_what_to_do(self):
        self.sign_in("staff-sun")
        record = self.make("capacity_assessment", "of_unit", assessed_unit=self.unit["id"])
        self.go(f"#/inbox/new/{record}")
        self.browser.wait_text("没有可填的清单：township-capacity", ".worksheet")
        self.hub.run("load", pathlib.Path(sys.argv[2], "assets/checklists"))
        self.assertEqual(self.sheet(record)["total"], ITEMS_HERE)

    def test_01_R051_a_township_office_is_checked_with_its_list(self):
        record = self.__class__.township = self.make("capacity_assessment", "of_unit", assessed_unit=self.unit["id"])
        self.open_sheet(record)
        self.assertEqual(self.browser.text(".worksheet h3"), "清单")
        self.assertIn("乡镇监管能力检查清单 2026.1", self.browser.text(".worksheet"))
        self.assertEqual(self.browser.count(".sheet-item"), ITEMS_HERE)
        text = self.browser.text(ITEM.format("TWN-01"))
        for part in ("监管执法人员是否不少于3人", "在岗、能履职的不少于3人", "查阅资料", "限期配齐", "朔安发〔2022〕3号第48条"):
            self.assertIn(part, text)
        # Why the list is short stands beside it.
        others = self.browser.text(".sheet-others summary")
        self.assertIn("共 26 项，其中 6 项不在", others)
        self.assertIn("平鲁区", others)
        self.assertIn("晋城市", others)
        self.browser.run("document.querySelector('.sheet-others').open = true")
        self.assertIn("村（社区）是否指定专人", self.browser.text(".sheet-others [data-item='TWN-04']"))
        # The keys alone.
        self.focus("TWN-01")
        self.type_keys("1")
        self.wait_saved(record, "TWN-01", "compliant")
        self.assertEqual((self.pressed("TWN-01"), self.focused_item()), ("compliant", "TWN-05"))
        self.type_keys("2")
        self.browser.wait(lambda: self.browser.run("return document.activeElement.tagName") == "TEXTAREA", "the remark")
        self.browser.run("document.execCommand('insertText', false, '只有2人，企业41户')")
        self.press_key("escape")
        self.wait_saved(record, "TWN-05", "noncompliant", "只有2人，企业41户")
        self.press_key("down")
        self.type_keys("3")
        self.wait_saved(record, "TWN-06", "not_applicable")
        self.browser.wait(lambda: "已填 3 项，共 20 项，不符合 1 项" in self.browser.text(".sheet-sum"), "the count")
        self.assertIn("2/2", self.browser.text(".sheet-section h4"))
        self.assertEqual(self.sheet(record)["answered"], 3)
        self.picture("worksheet")
        # A filter shows what is left.
        self.browser.run("document.querySelector('.worksheet [data-filter=left]').click()")
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('.sheet-item')].filter((one) => !one.hidden).length"),
                         ITEMS_HERE - 3)
        self.browser.run("document.querySelector('.worksheet [data-filter=all]').click()")
        self.assert_quiet()

    def test_02_what_is_typed_outlives_a_broken_line_and_a_reload(self):
        record = self.township
        self.open_sheet(record)
        self.break_line("broken")
        self.press_answer("TWN-07", "noncompliant")
        self.browser.run("""
            const note = document.querySelector(`${arguments[0]} textarea`);
            note.focus();
            document.execCommand('insertText', false, '牌子还没挂');
            note.blur();""", ITEM.format("TWN-07"))
        self.browser.wait(lambda: "尚未保存" in self.browser.text(".sheet-sum") or "尚未保存" in self.state("TWN-07"),
                          "the word that it is not saved")
        self.assertNotIn("answer", self.item(record, "TWN-07"))
        self.browser.call("POST", "/refresh", {})
        self.browser.wait(lambda: self.pressed("TWN-07") == "noncompliant", "the kept answer")
        self.assertEqual(self.browser.run("return document.querySelector(`${arguments[0]} textarea`).value",
                                          ITEM.format("TWN-07")), "牌子还没挂")
        self.press_answer("TWN-07", "noncompliant")
        self.wait_saved(record, "TWN-07", "noncompliant", "牌子还没挂")

    def test_03_an_answer_that_was_lost_on_the_way_is_written_once(self):
        record = self.township
        self.open_sheet(record)
        self.break_line("lost")
        self.press_answer("TWN-08", "compliant")
        self.wait_saved(record, "TWN-08", "compliant")
        self.break_line("")
        self.browser.wait(lambda: "已保存" in self.state("TWN-08"), "the second try")
        self.assertEqual(sum("TWN-08" in json.dumps(row) for row in self.history(record)), 1)

    def test_04_two_people_at_one_item_overwrite_nothing_unseen(self):
        record = self.township
        self.open_sheet(record)
        self.answer(record, "TWN-09", "noncompliant", "--note", "制度缺页", who="周样例")
        self.press_answer("TWN-09", "compliant")
        self.browser.wait(lambda: "周样例" in self.state("TWN-09"), "who answered meanwhile")
        self.assertIn("不符合：制度缺页", self.state("TWN-09"))
        self.assertEqual(self.item(record, "TWN-09")["answer"], "noncompliant")
        self.browser.press("采用对方的", ITEM.format("TWN-09"))
        self.browser.wait(lambda: self.pressed("TWN-09") == "noncompliant", "the other answer")
        self.answer(record, "TWN-10", "compliant", who="周样例")
        self.press_answer("TWN-10", "noncompliant")
        self.browser.wait(lambda: "周样例" in self.state("TWN-10"), "who answered meanwhile")
        self.browser.press("保存我的", ITEM.format("TWN-10"))
        self.wait_saved(record, "TWN-10", "noncompliant")
        # Answers of others appear by themselves, also under the hand of a person.
        self.focus("TWN-12")
        self.answer(record, "TWN-13", "compliant", who="周样例")
        self.browser.wait(lambda: self.pressed("TWN-13") == "compliant", "the answer of the other person")
        self.assertEqual(self.focused_item(), "TWN-12")

    def test_05_a_step_follows_and_then_the_answers_can_only_be_read(self):
        record = self.township
        self.open_sheet(record)
        self.press_answer("TWN-11", "compliant")
        self.wait_saved(record, "TWN-11", "compliant")
        self.begin("完成检查", "capacity_summary")
        self.fill("capacity_summary", "人员不足，限期配齐")
        self.browser.press("确定", ".act-form")
        self.browser.wait(lambda: "已完成" in self.browser.text(".pane .record-head .chips"), "the new state")
        self.browser.wait(lambda: self.browser.count(".sheet-closed"), "the closed worksheet")
        self.assertTrue(self.browser.run("return document.querySelector(`${arguments[0]} button`).disabled", ITEM.format("TWN-01")))
        sheet = self.sheet(record)
        self.assertEqual((sheet["open"], sheet["why"]), (False, "state"))
        self.assertIn("not open to this person", self.hub.fail("worksheet", "--as", "孙样例", record, "--item", "TWN-14",
                                                              "--answer", "compliant"))
        self.assertNotIn("answer", self.item(record, "TWN-14"))

    def test_06_the_case_has_the_answers(self):
        target = self.hub.top / "case.zip"
        self.hub.run("export", "--record", self.township, "--out", target)
        with zipfile.ZipFile(target) as archive:
            page = archive.read("index.html").decode()
        for part in ("监管执法人员是否不少于3人", "只有2人，企业41户", "牌子还没挂"):
            self.assertIn(part, page)

    def test_07_R052_tip_off_accident_and_evaluation_have_their_lists(self):
        tip = self.make("tip_off", "register", tip_channel="hotline", tip_type="hidden_danger", tip_subject="堆场无证施工",
                        area="140603")
        self.open_sheet(tip, "TIP-01")
        self.assertEqual(self.browser.count(".sheet-item"), 24)
        self.press_answer("TIP-05", "compliant")
        self.wait_saved(tip, "TIP-05", "compliant")
        accident = self.make("accident", "fill_in", happened_on=TODAY, accident_text="顶板事故", area="140603")
        self.open_sheet(accident, "ADR-01")
        self.press_answer("ADR-03", "compliant")
        self.wait_saved(accident, "ADR-03", "compliant")
        # The evaluation is opened when the case is closed.
        opinion = self.hub.top / "opinion.pdf"
        opinion.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \n"
                            b"trailer<</Root 1 0 R>>\nstartxref\n47\n%%EOF\n")
        self.hub.ask("attach", accident, opinion, "--role", "signed")
        for state, values in (("investigating", {"accident_grade": "general", "inquiry_unit": "区政府调查组"}),
                              ("determined", {"nature_members": "甲、乙", "nature_opinion": "生产安全事故",
                                              "determined_on": TODAY, "investigation_ended_on": TODAY,
                                              "supervision_level": "city", "supervising_body": "市安委会"}),
                              ("disclosed", {"disclosed_on": TODAY, "disclosed_where": "网站"}),
                              ("case_closed", {"case_closed_on": TODAY, "closing_number": "平政〔2026〕3号",
                                               "four_settled": "cause,education,liable,measures"})):
            self.hub.ask("step", accident, state, *(f"--set={name}={value}" for name, value in values.items()))
        evaluation = self.hub.ask("list", "accident_evaluation")["rows"][0]["id"]
        # Most items bind in the district of their source only: three are left, and the page says why.
        self.open_sheet(evaluation, "EVA-01")
        self.assertEqual(self.browser.count(".sheet-item"), 3)
        self.assertIn("共 34 项，其中 31 项不在", self.browser.text(".sheet-others summary"))
        self.assertIn("麒麟区", self.browser.text(".sheet-others summary"))
        self.press_answer("EVA-33", "not_applicable")
        self.wait_saved(evaluation, "EVA-33", "not_applicable")
        self.picture("worksheet-short")

    def test_08_who_may_not_answer_reads_and_who_may_not_see_finds_nothing(self):
        record = self.make("capacity_assessment", "of_unit", assessed_unit=self.unit["id"])
        reader = self.sheet(record, who="李样例")
        self.assertEqual((reader["open"], reader["why"], len(reader["items"])), (False, "actor", ITEMS_HERE))
        for words, part in ((("--item", "TWN-04", "--answer", "compliant"), "TWN-04 is not asked"),
                            (("--item", "COAL-01", "--answer", "compliant"), "no item \"COAL-01\""),
                            (("--item", "TWN-01", "--answer", "yes"), "unknown answer \"yes\""),
                            (("--item", "TWN-01", "--answer", "compliant", "--note", "长" * 2001), "more than 2000"),
                            (("--item", "TWN-01", "--answer", "compliant", "--list", record), "no such list")):
            failed = self.hub.fail("worksheet", "--as", "孙样例", record, *words)
            self.assertIn(part, failed, words)
        self.assertEqual(self.sheet(record)["answered"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=True)
