"""A reviewer's day with the page in Debian's Chromium: what is typed stays, lists keep their place,
and what is refused is said in words. Cases run in order of their names."""

import sys
import unittest

from page import Page


class Work(Page):
    def fill(self, selector, text):
        """A text of any length at once, as pasting gives it."""
        self.browser.run("""
            const node = document.querySelector(arguments[0]);
            node.focus();
            node.select();
            document.execCommand('insertText', false, arguments[1]);""", selector, text)

    def open_record(self, name, number, lane="new"):
        self.go(f"#/inbox/{lane}/{self.hub.told[name]}")
        self.browser.wait_text(number, ".pane h2")

    def test_01_a_search_that_finds_nothing_says_so(self):
        browser = self.browser
        self.sign_in("staff-sun")
        browser.wait_text("样例东坡沟煤矿", ".rows")
        for place, rows in (("#/inbox/new", "样例东坡沟煤矿"), ("#/ledger/hazard/overdue", "逾期"),
                            ("#/enterprises", "样例")):
            self.go(place, rows)
            self.fill("input[type=search]", "查无此企业")
            browser.wait_text("没有找到“查无此企业”", ".list-status")
            self.assertNotIn("都核完了", browser.text("#main"))
            self.fill("input[type=search]", "")
        self.go("#/inbox/new", "样例东坡沟煤矿")
        browser.run("const node = document.querySelector('.filters select'); node.value = 'document';"
                    "node.dispatchEvent(new Event('change'))")
        browser.wait_text("没有符合所选条件的记录", ".list-status")
        browser.run("const node = document.querySelector('.filters select'); node.value = '';"
                    "node.dispatchEvent(new Event('change'))")
        browser.wait_text("样例东坡沟煤矿", ".rows")
        self.assert_quiet()

    def test_02_nothing_is_cut_what_is_too_long_is_said_and_not_sent(self):
        browser = self.browser
        self.open_record("inspection", "JC-2026-0001")
        browser.press("退回补正", ".actions")
        text = "一二三四五六七八九十" * 250
        self.fill(".form textarea", text)
        self.assertEqual(browser.run("return document.querySelector('.form textarea').value"), text)
        browser.wait_text("2500/2000", ".form")
        browser.press("退回", ".form")
        browser.wait_text("意见多了 500 字，没有发出", ".form .action-error")
        self.assertEqual(browser.run("return document.activeElement.tagName"), "TEXTAREA")
        # As the hub counts: one sign that takes two units of a script's text is one character.
        self.fill(".form textarea", "😀" * 2000)
        browser.wait_text("2000/2000", ".form")
        self.fill(".form textarea", "")
        browser.press("取消", ".form")
        self.fill("input[type=search]", "长" * 150)
        browser.wait_text("搜索多了 50 字，没有发出", ".side")
        self.assertEqual(browser.run("return document.querySelector('input[type=search]').value"), "长" * 150)
        self.fill("input[type=search]", "")
        browser.wait_text("样例东坡沟煤矿", ".rows")
        # No input of any page cuts by itself.
        for place in (f"#/inbox/quarantine/{self.hub.told['quarantined']}", "#/ledger", "#/enterprises",
                      f"#/inbox/new/{self.hub.told['hazard']}"):
            self.go(place)
            browser.wait(lambda: browser.count("main textarea, main input, .pane .actions"), place)
            self.assertEqual(browser.count("[maxlength]"), 0, place)
        self.assert_quiet()

    def test_03_a_list_stays_expanded_and_keeps_its_place(self):
        browser = self.browser
        self.hub.do("ended 250")
        self.go("#/inbox/new")
        browser.wait_text("JC-2026-9249", ".rows")
        for shown in (200, 258):
            browser.press("更多")
            browser.wait(lambda: browser.count(".rows .row") == shown, f"{shown} rows")
        for first in (0, 120):
            browser.run("document.querySelector('.side').scrollTop = 0;"
                        "document.querySelectorAll('.rows .row')[arguments[0]].dataset.mark = 'mine';"
                        "if (arguments[0]) document.querySelectorAll('.rows .row')[arguments[0]].scrollIntoView();", first)
            place = "return document.querySelector('[data-mark]').getBoundingClientRect().top"
            before = browser.run(place)
            # A new record above, and one that moves away from below.
            self.hub.do("ended 1")
            browser.wait(lambda: browser.run("return document.querySelectorAll('.rows .row')[1]"
                                             ".dataset.mark !== undefined") or first, "a new row on top")
            browser.wait(lambda: browser.count(".rows .row") == 259 + (first > 0), "one row more")
            if first:
                self.assertAlmostEqual(browser.run(place), before, delta=1)
            browser.run("delete document.querySelector('[data-mark]').dataset.mark")
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=False)
