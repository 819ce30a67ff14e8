"""The page on kinds that the product does not ship (../stranger): people make, list, filter, open, move and
correct their records, by mouse and by keyboard. Cases run in order of their names."""

import sys
import unittest

from page import PICTURES, Forms, Page
from program_hub import ProgramHub
from webdriver import Browser

KINDS = ["loan.json", "loan_item.json"]


class Stranger(Forms, Page):
    @classmethod
    def setUpClass(cls):
        cls.hub = ProgramHub(*sys.argv[1:3], KINDS)
        cls.browser = Browser(insecure=True)
        cls.browser.open(cls.hub.page)
        cls.enterprise = cls.hub.ask("list", "enterprise", "--order", "title", "--limit", "1")["rows"][0]

    def loan(self, purpose, basis="gift", who="孙样例", **values):
        """Makes a loan from the shell; its id."""
        words = [f"--set={name}={value}" for name, value in values.items()]
        return self.hub.ask("create", "loan", f"--set=purpose={purpose}", f"--set=basis={basis}", *words,
                            who=who)["record"]

    def picture(self, name):
        """Pictures at the sizes of a desk and of a small screen."""
        if not PICTURES:
            return
        for width, height in ((1280, 800), (800, 480)):
            self.browser.size(width, height)
            self.browser.picture(f"{PICTURES}/office-{name}-{width}.png")
        self.browser.size(1280, 800)

    def rows(self):
        """Titles of the rows of the list."""
        return self.browser.run("return [...document.querySelectorAll('.side .rows .row-title')].map((one) => one.textContent)")

    def wait_rows(self, *titles):
        """Waits until the list has exactly rows whose titles end so, in this order."""
        def are():
            found = self.rows()
            return len(found) == len(titles) and all(row.endswith(title) for row, title in zip(found, titles))
        self.browser.wait(are, f"the rows {titles}, not {self.rows()}")

    def choose_filter(self, name, code):
        self.browser.run("""
            const node = document.querySelector(`.filters [name="${arguments[0]}"]`);
            node.value = arguments[1];
            node.dispatchEvent(new Event('change', { bubbles: true }));""", name, code)

    def address(self):
        return self.browser.run("return location.hash")

    def test_01_a_list_has_columns_filters_and_orders_that_are_in_the_address(self):
        browser = self.browser
        self.loan("乙事", "oral", **{"from": "2026-03-01"}, deposit="20.5")
        self.loan("丙事", "gift", **{"from": "2026-01-01"})
        self.loan("甲事", "oral", **{"from": "2026-02-01"})
        self.sign_in("staff-sun")
        browser.press("台账", ".nav")
        browser.wait_text("未归还", ".lanes")
        self.assertIn("器材借用", browser.text(".lanes"))
        self.assertNotIn("暂不公开", browser.text(".lanes"))
        browser.press("器材借用", ".lanes")
        self.wait_rows("甲事", "丙事", "乙事")
        self.assertEqual(self.address(), "#/ledger/loan/*")
        self.assertIn("20.50", browser.text(".rows"))
        self.assertIn("押金", browser.text(".columns-head"))
        self.picture("stranger-list")
        self.choose_filter("where-basis", "oral")
        self.wait_rows("甲事", "乙事")
        self.choose_filter("order", "title")
        browser.type(".filters input[type=search]", "事")
        browser.wait(lambda: "search=" in self.address(), "the search in the address")
        place = self.address()
        self.assertEqual(place, "#/ledger/loan/*?where=basis%3Aoral&order=title&search=%E4%BA%8B")
        self.wait_rows("乙事", "甲事")
        browser.wait_text("共 2 条", ".list-total")
        # The list is the same after a reload, after a record, and for a colleague who gets the address.
        browser.call("POST", "/refresh", {})
        self.wait_rows("乙事", "甲事")
        self.assertEqual(browser.run("return document.querySelector('[name=where-basis]').value"), "oral")
        browser.run("document.querySelector('.rows a').click()")
        browser.wait_text("乙事", ".pane h2")
        self.assertIn("?where=basis%3Aoral&order=title", self.address())
        browser.call("POST", "/back", {})
        browser.wait(lambda: self.address() == place, "the address of the list")
        self.wait_rows("乙事", "甲事")
        self.sign_out()
        self.sign_in("staff-zhou")
        browser.run("location.hash = ''")
        browser.wait_text("收件", ".nav")
        browser.run("location.hash = arguments[0]", place)
        self.wait_rows("乙事", "甲事")
        self.sign_out()
        self.assert_quiet()

    def test_02_a_view_has_a_name_and_belongs_to_one_person(self):
        browser = self.browser
        self.sign_in("staff-sun")
        place = "#/ledger/loan/*?where=basis%3Aoral&order=title"
        self.go(place)
        self.wait_rows("乙事", "甲事")
        browser.press("把本清单存为视图", ".views")
        self.assertEqual(browser.run("return document.activeElement.name"), "view")
        browser.press("保存视图", ".views")
        browser.wait_text("请给视图起个名称", ".views")
        browser.type("[name=view]", "口头借用")
        self.press_key("enter")
        browser.wait_text("口头借用", ".views .form-chips")
        self.assertNotIn("口头", browser.run("return JSON.stringify(localStorage)"))
        self.picture("stranger-view")
        self.go("#/ledger/loan/mine", "我经手的")
        self.sign_out()
        self.sign_in("staff-zhou")
        self.go("#/ledger/loan/mine", "我经手的")
        browser.wait_text("存为视图", ".views")
        self.assertEqual(browser.text(".views .form-chips"), "")
        self.sign_out()
        self.sign_in("staff-sun")
        self.go("#/ledger/loan/mine", "我经手的")
        browser.press("口头借用", ".views")
        self.wait_rows("乙事", "甲事")
        self.assertEqual(self.address(), place)
        browser.run("document.querySelector('.views .chip button').click()")
        browser.wait(lambda: "口头借用" not in browser.text(".views"), "the view to be gone")
        self.assert_quiet()

    def test_03_an_address_that_asks_for_nonsense_is_refused_by_name(self):
        browser = self.browser
        for where, text in (("depth:3", "depth：不是本类记录可筛选的字段"), ("state:lost", "state：没有这个值"),
                            ("basis:x", "where.basis："), ("purpose:x", "purpose：不是"), ("basis", "不对"),
                            ("state:out,", "state：没有这个值")):
            self.go(f"#/ledger/loan/*?where={where}")
            browser.wait_text(text, ".list-status")
            self.assertEqual(self.rows(), [])
        self.go("#/ledger/loan/*?where=basis:oral,gift")
        browser.wait(lambda: len(self.rows()) == 3, "rows of either value")
        self.go("#/ledger/loan/*?rows=1000000000")
        browser.wait(lambda: len(self.rows()) == 3, "all rows")
        self.assert_quiet(but=["400"])



if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=True)
