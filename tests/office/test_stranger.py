"""The page on kinds that the product does not ship (../stranger): people make, list, filter, open, move and
correct their records, by mouse and by keyboard. Cases run in order of their names."""

import sys
import unittest

from page import PICTURES, Forms, Page
from program_hub import ProgramHub
from webdriver import Browser

KINDS = ["loan.json", "loan_item.json"]
PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\n"
       b"startxref\n47\n%%EOF\n")


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

    def pick(self, name, words, title):
        """Finds a record by words in a field of the form, and chooses it with the keys alone."""
        options = f'.act-form [data-field="{name}"] .pick-list li'
        self.fill(name, words)
        self.browser.wait(lambda: title in self.browser.text(options), f"{title} among the records of {name}")
        self.press_key("down", "enter")

    def check(self, name, code):
        self.browser.run("document.querySelector(`.act-form [name=\"${arguments[0]}\"][value=\"${arguments[1]}\"]`).click()",
                         name, code)

    def send(self):
        self.browser.press("确定", ".act-form")

    def shown(self):
        """The labels of the fields that the form shows."""
        return self.browser.run("return [...document.querySelectorAll('.act-form .form-field')]"
                                ".filter((one) => one.checkVisibility()).map((one) => one.dataset.field)")

    def chips(self):
        return self.browser.text(".pane .record-head .chips")

    def values(self, record):
        return next(row["values"] for row in self.hub.ask("list", "loan", "--limit", 200)["rows"] if row["id"] == record)

    def record_id(self):
        return self.browser.run("return location.hash").split("?")[0].split("/")[-1]

    def address(self):
        return self.browser.run("return location.hash")

    def test_01_a_list_has_columns_filters_and_orders_that_are_in_the_address(self):
        browser = self.browser
        self.loan("乙事", "oral", **{"from": "2026-03-01"}, deposit="20.5")
        self.loan("丙事", "gift", **{"from": "2026-01-01"})
        self.loan("甲事", "oral", **{"from": "2026-02-01"})
        self.sign_in("staff-sun")
        browser.press("台账", ".nav")
        browser.wait_text("未归还", ".ledger-choice")
        self.assertIn("器材借用", browser.text(".ledger-choice"))
        self.assertNotIn("暂不公开", browser.text(".ledger-choice"))
        browser.run("const node = document.querySelector('.ledger-choice'); node.value = 'loan/*';"
                    "node.dispatchEvent(new Event('change'))")
        browser.wait_text("未归还", ".lanes")
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

    def test_04_a_record_is_made_from_the_menu_by_its_declaration(self):
        browser = self.browser
        self.choose_creation("新建", "器材借用：登记借用", "purpose")
        browser.wait(lambda: "basis" in self.shown(), "the form")
        self.assertEqual(self.value("from"), browser.run("return new Date(Date.now() + 8 * 36e5).toISOString().slice(0, 10)"))
        self.assertNotIn("kept_for", self.shown())
        self.send()
        browser.wait(lambda: "请填写" in self.problem("purpose"), "the problem at its field")
        self.assertEqual(self.problem("borrower"), "")
        self.picture("stranger-form-problems")
        self.fill("purpose", "夏季<b>演练</b>")
        self.choose("basis", "contract")
        browser.wait(lambda: "kept_for" in self.shown(), "the field that the choice shows")
        self.fill("kept_for", "3:20")
        self.fill("deposit", "1,250.5")
        self.fill("share", "120")
        self.fill("idno", "110101199003070000")
        self.pick("borrower", self.enterprise["title"], self.enterprise["title"])
        browser.run("const node = document.querySelector('.act-form [data-field=approved_by] select');"
                    "node.value = 'unit'; node.dispatchEvent(new Event('change', { bubbles: true }))")
        self.pick("approved_by", "朔州", "朔州市应急管理局")
        for name in ("王样例", "赵样例"):
            self.pick("witnesses", name, name)
        browser.wait(lambda: browser.count("[data-field=witnesses] .chip") == 2, "two witnesses")
        browser.press("确定", ".act-form")
        browser.wait(lambda: self.problem("share") and self.problem("idno"), "the problems of share and card")
        self.picture("stranger-form")
        self.fill("share", "12.5")
        self.fill("idno", "")
        self.fill("page", "https://example.com/a")
        self.send()
        browser.wait_text("已申请", ".pane .chips")
        self.assertRegex(browser.text(".pane h2"), "^合字20[0-9]{2}第001号 夏季<b>演练</b>$")
        for text in ("1,250.50 元", "12.5%", "3 小时 20 分", "王样例; 赵样例", "朔州市应急管理局", "借用", "条款"):
            self.assertIn(text, browser.text(".sections"))
        self.assertNotIn("归还时间", browser.text(".sections"))
        self.picture("stranger-record")
        values = self.values(self.record_id())
        self.assertEqual((values["deposit"], values["kept_for"], len(values["witnesses"])), ("1250.5", 200, 2))
        type(self).made = self.record_id()
        self.assert_quiet(but=["400"])

    def test_05_children_are_added_changed_and_removed(self):
        browser = self.browser
        for what, pieces in (("头灯", "3"), ("绳索", "２ 件")):
            self.go(f"#/ledger/loan/*/{self.made}", "夏季")
            browser.wait_text("夏季", ".pane h2")
            self.begin("新建：借用器材", "what")
            self.fill("what", what)
            self.fill("pieces", "0")
            self.send()
            browser.wait(lambda: self.problem("pieces"), "the problem of a number that is too small")
            self.fill("pieces", pieces)
            self.fill("weight", "0.125")
            self.send()
            browser.wait_text(what, ".pane h2")
            browser.wait_text(f"{pieces[0].replace('２', '2')} 件", ".sections")
        self.begin("修改", "what")
        self.fill("weight", "")
        self.fill("pieces", "5")
        self.send()
        browser.wait_text("5 件", ".sections")
        self.assertNotIn("0.125", browser.text(".sections"))
        self.go(f"#/ledger/loan/*/{self.made}", "夏季")
        browser.wait_text("头灯", ".children")
        self.assertIn("5 件", browser.text(".children"))
        browser.press("头灯", ".children")
        browser.wait_text("头灯", ".pane h2")
        self.begin_empty("移除")
        self.send()
        browser.wait_text("已移除", ".pane .chips")
        self.assertEqual(browser.count(".actions"), 0)
        self.go(f"#/ledger/loan/*/{self.made}", "夏季")
        browser.wait_text("已移除", ".children")
        self.picture("stranger-children")
        self.assert_quiet(but=["400"])

    def begin_empty(self, button):
        """Opens the form of an act that asks for nothing."""
        self.browser.press(button, ".actions")
        self.browser.wait(lambda: self.browser.count(".act-form .primary"), "the form")

    def test_06_a_step_asks_for_values_and_files(self):
        browser = self.browser
        receipt = self.hub.top / "receipt.pdf"
        receipt.write_bytes(PDF)
        self.begin("借出", "due_on")
        self.fill_date("due_on", "2026-01-01")
        self.send()
        browser.wait(lambda: "应还日不能早于借用日" in self.problem("due_on"), "the guard")
        browser.wait_text("请附上借条（至少 1 份，现有 0 份）", ".act-form")
        self.fill_date("due_on", "2031-01-31")
        box = browser.find(".act-form .attach-input")
        browser.call("POST", f"/element/{box}/value", {"text": str(receipt)})
        browser.wait_text("已收到", ".act-form .attach-file")
        browser.wait_text("现有 1 份", ".act-form .form-files")
        self.picture("stranger-step")
        self.send()
        browser.wait(lambda: "已借出" in self.chips(), "the new state")
        self.assertIn("还剩", self.chips())
        self.begin("归还", "damage")
        self.check("damage", "none")
        self.check("damage", "lost")
        self.send()
        browser.wait(lambda: self.problem("damage"), "choices that exclude each other")
        self.check("damage", "none")
        browser.wait(lambda: "damage_note" in self.shown(), "the note that the choice shows")
        self.fill("damage_note", "丢了一条")
        self.send()
        browser.wait(lambda: "已归还" in self.chips(), "the last state")
        browser.wait_text("归还时间", ".sections")
        self.assertEqual(browser.count(".actions"), 0)
        self.assert_quiet(but=["400"])

    def fill_date(self, name, day):
        self.browser.run("""
            const node = document.querySelector(`.act-form [name="${arguments[0]}"]`);
            node.value = arguments[1];
            for (const event of ['input', 'change']) node.dispatchEvent(new Event(event, { bubbles: true }));""", name, day)

    def test_07_a_record_is_made_from_the_page_it_refers_to(self):
        browser = self.browser
        self.go(f"#/enterprises/{self.enterprise['id']}", self.enterprise["title"])
        browser.wait_text(self.enterprise["title"], ".pane h2")
        self.begin("新建：器材借用", "purpose")
        self.assertEqual((self.value("purpose"), self.value("basis")), (self.enterprise["title"], "contract"))
        self.fill_date("from", "2026-05-01")
        self.send()
        browser.wait_text("已申请", ".pane .chips")
        self.assertIn("第002号", browser.text(".pane h2"))
        self.assertEqual(self.values(self.record_id())["borrower"], self.enterprise["id"])
        self.begin("更正条款", "purpose")
        self.fill("purpose", "换个用途")
        self.send()
        browser.wait(lambda: "请填写" in self.problem("why"), "the reason")
        self.fill("why", "写错了")
        self.send()
        browser.wait_text("换个用途", ".pane h2")
        self.assert_quiet(but=["400"])

    def test_08_late_and_double_answers_belong_to_their_question(self):
        browser = self.browser
        self.choose_creation("新建", "器材借用：登记借用", "purpose")
        browser.wait(lambda: "basis" in self.shown(), "the form")
        # The answer to the first choice comes after the one to the second.
        browser.run("""
            const real = window.fetch;
            window.waiting = [];
            window.fetch = async (path, how) => {
              const answer = await real(path, how);
              if (/v1.form/.test(path) && how.body.includes('contract')) {
                await new Promise((go) => { window.waiting.push(go); });
              }
              return answer;
            };
            window.restore = () => { window.fetch = real; };""")
        self.choose("basis", "contract")
        browser.wait(lambda: browser.run("return window.waiting.length"), "the first answer to be held back")
        self.choose("basis", "oral")
        self.fill("deposit", "2000")
        required = ("return !document.querySelector('.act-form [data-field=note] .required').hidden")
        browser.wait(lambda: browser.run(required), "the answer to the second choice")
        browser.run("window.waiting.forEach((go) => go()); window.restore()")
        browser.run("return new Promise((done) => setTimeout(done, 500))")
        self.assertNotIn("kept_for", self.shown())
        self.assertTrue(browser.run(required))
        # A button that is pressed twice sends once.
        before = len(self.hub.ask("list", "loan", "--limit", 200)["rows"])
        self.fill("purpose", "按了两次")
        self.fill("note", "口头")
        browser.run("const button = document.querySelector('.act-form .primary'); button.click(); button.click()")
        browser.wait_text("按了两次", ".pane h2")
        self.assertEqual(len(self.hub.ask("list", "loan", "--limit", 200)["rows"]), before + 1)
        # What was sent is no draft any more, although the focus was in a field.
        self.choose_creation("新建", "器材借用：登记借用", "purpose")
        browser.wait(lambda: "basis" in self.shown(), "a new form")
        self.assertEqual((self.value("purpose"), self.value("note")), ("", ""))
        browser.call("POST", "/back", {})
        browser.call("POST", "/back", {})
        browser.wait_text("按了两次", ".pane h2")
        self.assert_quiet()

    def test_09_a_step_that_somebody_else_took_is_told_and_nothing_typed_is_lost(self):
        browser = self.browser
        record = self.record_id()
        self.begin("作废", "why")
        self.fill("why", "我写的原因")
        self.hub.run("step", "--as", "孙样例", record, "void", "--set", "why=别处先作废")
        self.send()
        browser.wait_text("别处先作废", ".pane")
        browser.wait_text("我写的原因", ".pane .actions")
        self.assertIn("作废", self.chips())
        self.assertEqual(self.values(record)["why"], "别处先作废")
        self.assert_quiet(but=["409", "v1/form"])

    def test_10_everything_can_be_done_with_the_keys(self):
        browser = self.browser
        receipt = self.hub.top / "receipt.pdf"
        self.press_until("新建", "enter")
        self.press_until("器材借用：登记借用", "enter")
        browser.wait(lambda: browser.run("return document.activeElement.name") == "purpose", "the first field")
        self.keys("用键盘登记")
        self.press_key("tab")
        self.keys("口")                     # a select takes the first letters
        browser.wait(lambda: self.value("basis") == "oral", "the choice")
        self.press_until_field("witnesses")
        self.keys("王样例")
        browser.wait(lambda: "王样例" in browser.text("[data-field=witnesses] .pick-list"), "the person")
        self.press_key("down", "enter")
        browser.wait(lambda: "王样例" in browser.text("[data-field=witnesses] .form-chips"), "the witness")
        self.press_until("确定", "enter")
        browser.wait_text("用键盘登记", ".pane h2")
        self.assertEqual(browser.run("return document.activeElement.tagName"), "H2")
        self.press_until("新建：借用器材", "enter")
        browser.wait(lambda: browser.run("return document.activeElement.name") == "what", "the form of the child")
        self.keys("水泵")
        self.press_key("tab")
        self.keys("2")
        self.press_until("确定", "enter")
        browser.wait_text("水泵", ".pane h2")
        browser.call("POST", "/back", {})
        browser.wait_text("用键盘登记", ".pane h2")
        browser.wait_text("水泵", ".children")
        # Files: the button opens the dialog of the browser, which takes the path here.
        self.press_until_element(".attach-role select")
        self.keys("扫")
        browser.wait(lambda: browser.run("return document.querySelector('.attach-role select').value") == "scan", "the role")
        self.press_until("选择文件…", None)
        browser.call("POST", f"/element/{browser.find('.attach-input')}/value", {"text": str(receipt)})
        browser.wait_text("已收到", ".attach-file")
        self.press_until("借出", "enter")
        browser.wait(lambda: browser.run("return document.activeElement.name") == "due_on", "the form of the step")
        self.press_until("取消", "enter")
        browser.wait(lambda: not browser.count(".act-form"), "the form to be closed")
        self.assert_quiet()

    def test_11_the_new_pages_fit_in_both_languages(self):
        browser = self.browser
        loan = self.loan("一次很长很长的借用，说明它为什么需要这么多字才能说清楚一件本来很简单的小事情",
                         "contract", borrower=self.enterprise["id"], deposit="50000")
        for language, press in (("zh", None), ("en", "English")):
            if press:
                browser.press(press)
                browser.wait_text("Sign out", ".who")
            for name, place, ready in (("list", "#/ledger/loan/*", ".side .rows"),
                                       ("side", f"#/ledger/loan/*/{loan}", ".pane h2"),
                                       ("menu", "#/new", ".side .rows")):
                self.go(place)
                browser.wait(lambda ready=ready: browser.text(ready).strip(), name)
                self.look(f"stranger-{name}-{language}")
            self.go(f"#/ledger/loan/*/{loan}")
            browser.wait_text("一次很长", ".pane h2")
            self.begin("借出" if language == "zh" else "Hand out", "due_on")
            self.look(f"stranger-act-{language}", ".act-form")
            self.go("#/new/loan/desk")
            browser.wait(lambda: browser.count('.act-form [name="purpose"]'), "the form")
            self.look(f"stranger-create-{language}")
            if language == "en":
                self.assertNotRegex(browser.text(".pane .form").replace("样例", ""), "[\u3400-\u9fff]")
        browser.press("中文")
        browser.wait_text("退出", ".who")
        self.assert_quiet()

    def look(self, name, at=None):
        """Pictures; nothing reaches beyond the edge at any size."""
        for width, height in ((1280, 800), (800, 480), (360, 640)):
            self.browser.size(width, height)
            if at:
                self.browser.run("document.querySelector(arguments[0]).scrollIntoView()", at)
            self.assertTrue(self.browser.run("return document.documentElement.scrollWidth <= innerWidth"), (name, width))
            if PICTURES:
                self.browser.picture(f"{PICTURES}/office-{name}-{width}.png")
        self.browser.size(1280, 800)

    def keys(self, text):
        self.browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            one for sign in text for one in ({"type": "keyDown", "value": sign}, {"type": "keyUp", "value": sign})]}]})

    def press_until_element(self, selector, most=80):
        """Moves the focus with the key Tab to an element."""
        for _ in range(most):
            if self.browser.run("return document.activeElement.matches(arguments[0])", selector):
                # Who moves with keys sees where they are.
                self.assertNotEqual(self.browser.run("return getComputedStyle(document.activeElement).outlineStyle"), "none")
                return
            self.press_key("tab")
        self.fail(f"{selector} cannot be reached with the keys")

    def press_until_field(self, name):
        self.press_until_element(f'.act-form [name="{name}"]')

    def press_until(self, text, key, most=80):
        """Moves the focus with the key Tab to a button or link with this text, and presses the key."""
        for _ in range(most):
            if self.browser.run("return [document.activeElement, document.activeElement.querySelector('.row-title')]"
                                ".some((one) => one?.textContent.trim() === arguments[0])", text):
                if key:
                    self.press_key(key)
                return
            self.press_key("tab")
        self.fail(f"{text} cannot be reached with the keys")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=True)
