"""Making and correcting records with the page in Debian's Chromium: forms follow what is typed,
problems stand at their fields, references are found by name, nothing typed is lost. Cases run in
order of their names."""

import sys
import unittest
import uuid

from hub import Client
from page import Forms, Page
from pictures import MAKE

ADD_PEOPLE = 300


class Acts(Forms, Page):
    def open_enterprise(self):
        self.go(f"#/enterprises/{self.hub.told['enterprise']}")
        self.browser.wait_text("样例东坡沟煤矿", ".pane h2")

    def client(self, login="staff-zhou"):
        client = Client(self.hub)
        self.assertEqual(client.sign_in(login)[0], 200)
        return client

    def test_01_a_record_is_made_from_the_page_of_another(self):
        browser = self.browser
        self.sign_in("staff-sun")
        self.open_enterprise()
        self.begin("新建：作业地点", "name")
        self.assertEqual(browser.run("return document.activeElement.name"), "name")
        self.assertTrue(browser.run("return document.querySelector('[data-field=name] .required').checkVisibility()"))
        self.assertFalse(browser.run("return document.querySelector('[data-field=in_use] .required').checkVisibility()"))
        self.picture("create")
        browser.press("确定", ".act-form")
        browser.wait(lambda: "请填写" in self.problem("name"), "the problem at its field")
        self.assertIn("请填写", self.problem("site_type"))
        self.assertEqual(self.problem("in_use"), "")
        self.assertEqual(browser.run("return document.activeElement.name"), "name")
        self.picture("create-problems")
        self.fill("name", "东翼运输巷")
        self.choose("site_type", "roadway")
        self.assertEqual(self.problem("name"), "")
        browser.press("确定", ".act-form")
        browser.wait_text("东翼运输巷", ".pane h2")
        browser.wait_text("巷道", ".sections")
        # It stands under the same list, and below its enterprise.
        self.assertTrue(browser.run("return location.hash").startswith("#/enterprises/"))
        self.open_enterprise()
        browser.wait_text("东翼运输巷", ".children")
        self.assert_quiet(but=["400"])

    def test_02_what_was_typed_survives_a_reload_and_another_page(self):
        browser = self.browser
        self.begin("新建：作业地点", "name")
        self.fill("name", "没发出的名称")
        self.choose("site_type", "shaft")
        browser.call("POST", "/refresh", {})
        browser.wait(lambda: self.value("name") == "没发出的名称", "the text after a reload")
        browser.wait_text("已恢复上次没发出的内容", ".act-form")
        self.assertEqual(self.value("site_type"), "shaft")
        self.go("#/devices", "井坪 1 号终端")
        self.open_enterprise()
        browser.wait(lambda: self.value("name") == "没发出的名称", "the text after another page")
        browser.press("取消", ".act-form")
        self.assertIsNone(self.value("name"))
        self.begin("新建：作业地点", "name")
        browser.wait(lambda: self.value("name") == "没发出的名称", "the text of the closed form")
        self.fill("name", "")
        self.choose("site_type", "")
        browser.press("取消", ".act-form")
        self.assertNotIn("bihuan-draft", browser.run("return JSON.stringify(sessionStorage)"))
        self.assert_quiet()

    def test_03_the_second_press_makes_no_second_record(self):
        browser = self.browser
        self.begin("新建：作业地点", "name")
        self.fill("name", "只建一次的地点")
        self.choose("site_type", "plant")
        # The answer to the first request is lost on the way.
        browser.run("""
            const real = window.fetch;
            window.fetch = async (path, how) => {
              const answer = await real(path, how);
              if (how.method !== 'POST' || !/v1.records[?]/.test(path)) return answer;
              window.fetch = real;
              throw new TypeError('lost');
            };""")
        browser.press("确定", ".act-form")
        browser.wait_text("连不上中心", ".act-form .action-error")
        self.assertEqual(self.value("name"), "只建一次的地点")
        browser.press("确定", ".act-form")
        browser.wait_text("只建一次的地点", ".pane h2")
        self.open_enterprise()
        browser.wait_text("只建一次的地点", ".children")
        self.assertEqual(browser.text(".pane").count("只建一次的地点"), 1)
        self.assert_quiet()

    def test_04_two_who_correct_one_record_lose_nothing(self):
        browser = self.browser
        browser.press("只建一次的地点", ".children")
        browser.wait_text("只建一次的地点", ".pane h2")
        record = browser.run("return location.hash").split("/")[2].split("?")[0]
        self.begin("更正", "name")
        self.assertEqual(self.value("name"), "只建一次的地点")
        self.fill("name", "我更正的名称")
        zhou = self.client()
        path = f"/office/v1/records/{record}"
        covers = zhou.ask("GET", path)[1]["covers"]
        self.assertEqual(zhou.ask("POST", f"{path}/act", {
            "act": "edit/correct", "values": {"in_use": "no"}, "covers": covers})[0], 200)
        # The page may not know it yet.
        browser.press("确定", ".act-form")
        browser.wait_text("所以没有发出", ".notice-changed")
        browser.wait_text("周样例", ".notice-changed")
        browser.wait(lambda: self.value("name") == "我更正的名称", "the typed text")
        self.assertEqual(self.value("in_use"), "no")
        browser.press("确定", ".act-form")
        browser.wait_text("我更正的名称", ".pane h2")
        browser.wait_text("停用", ".sections")
        self.assert_quiet(but=["409"])

    # --- many new records behind one button ---

    def menu(self):
        """The open list: headings and the labels under them."""
        return self.browser.run("""
            return [...document.querySelectorAll('.menu-list section')].filter((one) => one.checkVisibility()).map((one) => [
              one.querySelector('h4').textContent,
              [...one.querySelectorAll('.row-title')].filter((row) => row.checkVisibility()).map((row) => row.textContent)])""")

    def focused(self):
        return self.browser.run("return document.activeElement.name || document.activeElement.textContent.trim()")

    def search(self, text):
        self.browser.run("""
            const node = document.activeElement;
            node.select();
            document.execCommand(arguments[0] ? 'insertText' : 'delete', false, arguments[0]);""", text)

    def is_open(self):
        return self.browser.run("return [document.querySelector('.menu').checkVisibility(),"
                                "document.querySelector('.buttons [aria-expanded]').getAttribute('aria-expanded')]")

    def test_04b_many_new_records_are_in_one_list_with_groups(self):
        browser = self.browser
        self.open_enterprise()
        browser.wait(lambda: "新建…" in browser.text(".pane .actions"), "the button of the list")
        buttons = browser.text(".pane .actions .buttons")
        # Only what is urgent keeps a button of its own; steps and corrections stay.
        self.assertEqual([line for line in buttons.split() if line.startswith("新建：")], ["新建：报送紧急信息"])
        browser.press("新建…", ".actions")
        self.assertEqual((self.is_open(), self.focused()), ([True, "true"], "find"))
        self.picture("new-menu")
        menu = self.menu()
        headings = [heading for heading, _ in menu]
        self.assertEqual(headings[:4], ["监督检查", "隐患治理", "执法处置", "企业和许可"])
        self.assertNotIn("其他", headings)
        self.assertIn("作业地点", dict(menu)["企业和许可"])
        self.assertGreater(sum(len(rows) for _, rows in menu), 15)
        self.search("可 证")
        self.assertEqual(self.menu(), [["企业和许可", ["许可证"]]])
        self.search("样例〔2026〕")
        self.assertEqual(self.menu(), [])
        self.assertIn("没有找到", browser.text(".menu"))
        self.picture("new-menu-nothing")
        self.press_key("escape")
        self.assertEqual((self.is_open(), self.focused()), ([False, "false"], "新建…"))
        self.assert_quiet()

    def test_04c_the_list_obeys_the_keys(self):
        browser = self.browser
        self.press_key("enter")
        self.assertEqual((self.is_open()[0], self.focused(), len(self.menu()) > 5), (True, "find", True))
        rows = [row for _, labels in self.menu() for row in labels]
        self.press_key("down")
        self.assertEqual(self.focused(), rows[0])
        self.press_key("down", "down", "up")
        self.assertEqual(self.focused(), rows[1])
        self.press_key("up", "up")
        self.assertEqual(self.focused(), "find")
        self.press_key("tab")
        self.assertEqual(self.focused(), rows[0])
        self.press_key("escape")
        self.assertEqual(self.focused(), "新建…")
        self.press_key("enter")
        self.search("作业地点")
        self.press_key("enter")
        browser.wait(lambda: self.focused() == "name", "the form of the only row")
        self.assertEqual(self.is_open(), [False, "false"])
        browser.press("取消", ".act-form")
        self.assertEqual(self.focused(), "新建…")
        self.assert_quiet()

    def test_04d_two_presses_open_one_form_and_nothing_redraws_an_open_list(self):
        browser = self.browser
        browser.press("新建…", ".actions")
        browser.run("const row = [...document.querySelectorAll('.menu .row')].find((one) => one.textContent === '作业地点');"
                    "row.click(); row.click();")
        browser.wait(lambda: browser.count(".act-form [name=name]"), "the form")
        self.assertEqual(browser.count(".form-place > *"), 1)
        browser.press("取消", ".act-form")
        # Somebody else changes the record while the list is open.
        browser.press("新建…", ".actions")
        self.search("作业")
        zhou, path = self.client(), f"/office/v1/records/{self.hub.told['enterprise']}"
        view = zhou.ask("GET", path)[1]
        act = next(one["act"] for one in view["acts"] if one["type"] == "edit")
        form = zhou.ask("POST", "/office/v1/form?lang=zh", {"record": self.hub.told["enterprise"], "act": act})[1]
        names = [field["name"] for section in form["sections"] for field in section["fields"]]
        self.assertIn("address", names)
        answer = zhou.ask("POST", f"{path}/act", {"act": act, "values": {"address": "样例路 7 号"}, "covers": view["covers"]})
        self.assertEqual(answer[0], 200, answer)
        browser.wait(lambda: browser.count(".notice:not([hidden])"), "the word of the change")
        self.assertEqual((self.is_open()[0], self.focused()), (True, "find"))
        self.assertIn(["企业和许可", ["作业地点"]], self.menu())
        # Another record has a list of its own, closed.
        self.go(f"#/enterprises/{self.hub.told['hazard']}")
        browser.wait(lambda: browser.count(".pane .actions"), "another record")
        self.assertEqual(browser.count(".menu:not([hidden])"), 0)
        self.assert_quiet()

    def test_04e_the_page_of_new_records_has_the_same_groups(self):
        browser = self.browser
        browser.press("新建", ".nav")
        browser.wait(lambda: browser.count(".menu-page .row"), "the rows")
        self.assertEqual(self.menu()[0][0], "监督检查")
        self.picture("new-page")
        browser.run("document.querySelector('.menu-page input').focus()")
        self.search("举报")
        labels = [label for _, rows in self.menu() for label in rows]
        self.assertTrue(labels and all("举报" in label for label in labels), labels)
        self.press_key("down", "enter")
        browser.wait(lambda: browser.count(".act-form [name]"), "the form")
        self.assertIn("举报", browser.run("return document.querySelector('.menu-page [aria-current]').textContent"))
        browser.run("document.querySelector('.menu-page input').focus()")
        self.search("")
        self.assertGreater(len(self.menu()), 5)
        self.assert_quiet()

    def test_05_a_form_follows_what_is_typed(self):
        browser = self.browser
        self.choose_creation("新建", "登记企业", "sector")
        self.assertFalse(self.is_shown("mine_type"))
        self.choose("sector", "coal_mine")
        browser.wait(lambda: self.is_shown("mine_type"), "the fields of a mine")
        self.fill("uscc", "91140603MA00000151")
        browser.wait(lambda: self.is_shown("uscc_doubt"), "the field for the reason")
        browser.wait_text("校验位", '.act-form [data-field="uscc"] .form-note')
        self.assertEqual(browser.run("return document.activeElement.name"), "uscc")
        self.fill("capacity_10kt", "很多")
        browser.wait(lambda: self.problem("capacity_10kt"), "what cannot be read")
        self.assertEqual(self.value("capacity_10kt"), "很多")
        self.picture("register")
        self.choose("sector", "transport")
        browser.wait(lambda: not self.is_shown("mine_type"), "no mine")
        browser.run("document.querySelector('.act-form [name=vehicles][value=freight]').click()")
        self.fill("name", "页面登记运输公司")
        self.fill("uscc", "91140603MA0000015Q")
        self.choose("area", "140603100")
        self.fill("position.lat", "39.512")
        browser.press("确定", ".act-form")
        browser.wait(lambda: self.problem("position"), "half a place")
        self.fill("position.lon", "112.288")
        browser.press("确定", ".act-form")
        browser.wait_text("页面登记运输公司", ".pane h2")
        browser.wait_text("普通货运", ".sections")
        self.assertIn("39.512", browser.text(".sections"))
        self.assertTrue(browser.run("return location.hash").startswith("#/new/"))
        self.picture("registered")
        self.assert_quiet(but=["400"])

    def test_06_one_of_many_is_found_by_name_and_with_keys_alone(self):
        browser = self.browser
        self.hub.do(f"people {ADD_PEOPLE}")
        self.begin("更正档案", "supervisor")
        browser.run("document.querySelector('.act-form [name=supervisor]').focus()")
        self.press_key("down")
        options = ".act-form [data-field=supervisor] .pick-list li"
        browser.wait(lambda: browser.count(options) == 21, "a page and the way to more")
        browser.run("document.querySelectorAll(arguments[0])[20].click()", options)
        browser.wait(lambda: browser.count(options) == 41, "two pages")
        self.fill("supervisor", "人员 277")
        browser.wait(lambda: browser.count(options) == 1, "the one")
        self.assertNotRegex(browser.text(options), "[0-9a-f]{8}-")
        self.picture("picker")
        self.press_key("escape")
        browser.press("确定", ".act-form")
        browser.wait(lambda: "选择一条" in self.problem("supervisor"), "a name that is not chosen")
        browser.run("document.querySelector('.act-form [name=supervisor]').focus()")
        self.press_key("down")
        browser.wait(lambda: browser.count(options) == 1, "the one again")
        self.press_key("down", "enter")
        self.assertEqual(self.value("supervisor"), "样例人员 277")
        # The choice survives a reload, by its name.
        browser.call("POST", "/refresh", {})
        browser.wait(lambda: self.value("supervisor") == "样例人员 277", "the choice after a reload")
        browser.press("确定", ".act-form")
        browser.wait_text("样例人员 277", ".sections")
        browser.press("更正档案", ".actions")
        browser.wait(lambda: self.value("supervisor") == "样例人员 277", "the form anew")
        self.fill("supervisor", "")
        browser.press("确定", ".act-form")
        browser.wait(lambda: "样例人员 277" not in browser.text(".sections"), "no supervisor")
        self.assert_quiet()

    def test_07_the_menu_is_for_those_who_can_make_something(self):
        browser = self.browser
        self.sign_out()
        self.sign_in("staff-zheng")
        browser.wait_text("台账", ".nav")
        self.assertNotIn("新建", browser.text(".nav"))
        self.open_enterprise()
        self.assertEqual(browser.count(".pane .actions"), 0)
        self.assert_quiet()

    def test_08_a_step_takes_its_files_in_its_own_form(self):
        browser = self.browser
        self.sign_out()
        self.sign_in("staff-sun")
        self.go("#/ledger/hazard/rectification", "30 天")
        browser.run("[...document.querySelectorAll('.rows .row')].find((row) => row.innerText.includes('30 天')).click()")
        browser.wait(lambda: browser.count(".pane .actions"), "the record")
        self.begin("报告整改完成", "fix_report")
        browser.wait_text("可附文件", ".act-form .form-files")
        self.fill("fix_report", "已更换传感器")
        browser.run("const node = document.querySelector('.act-form [name=reported_on]'); node.value = '2026-11-28';"
                    "node.dispatchEvent(new Event('input', { bubbles: true }))")
        browser.press("确定", ".act-form")
        browser.wait_text("请附整改证明", ".act-form .action-error")
        browser.run("const node = document.querySelector('.act-form .attach-role select'); node.value = 'proof';"
                    "node.dispatchEvent(new Event('change'))")
        browser.run_async(f"""
            const done = arguments[0];
            (async () => {{
              const name = '整改证明.jpg', size = 2000;
              {MAKE}
              const transfer = new DataTransfer();
              transfer.items.add(file);
              document.querySelector('.act-form .attach-target').dispatchEvent(
                new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: transfer }}));
              done();
            }})();""")
        browser.wait_text("已收到", ".act-form .attach-file")
        self.assertEqual(self.value("fix_report"), "已更换传感器")
        # The file of this person is no change by somebody else.
        browser.press("确定", ".act-form")
        browser.wait_text("已办理", ".notice-good")
        browser.wait_text("已报整改", ".pane .chips")
        self.assert_quiet(but=["400"])

    def test_08b_codes_follow_the_area_that_is_chosen(self):
        browser, client = self.browser, self.client()
        for code, label, area in (("cableway", "缆车索道", "140603"), ("homestay", "乡村民宿", "140603200")):
            answer = client.ask("POST", "/office/v1/records", {
                "record": str(uuid.uuid4()), "kind": "code", "act": "create/set",
                "values": {"list": "emerging_business", "code": code, "label_zh": label, "area": area,
                           "valid_from": "2020-01-01", "basis": "样例"}})
            self.assertEqual(answer[0], 200, answer)
        self.choose_creation("新建", "登记企业", "sector")

        def options():
            return browser.run("return [...document.querySelector('.act-form [name=emerging_business]').options]"
                               ".map((one) => one.textContent)")[1:]
        self.assertEqual(options(), [])
        self.choose("area", "140603100")
        browser.wait(lambda: options() == ["缆车索道"], "the codes of the county")
        self.assertFalse(self.is_shown("duty_state"))
        self.choose("emerging_business", "cableway")
        browser.wait(lambda: self.is_shown("duty_state"), "the field of the duty")
        self.choose("area", "140602")
        browser.wait(lambda: self.value("emerging_business") == "cableway", "the code that was chosen")
        self.picture("codes")
        for name in ("emerging_business", "area"):   # leaves no draft
            self.choose(name, "")
        browser.wait(lambda: options() == [], "no codes without an area")
        browser.press("取消", ".act-form")
        self.assert_quiet()

    def test_09_in_english_everything_is_english(self):
        browser = self.browser
        self.sign_out()
        self.sign_in("staff-sun")
        browser.press("English")
        self.choose_creation("New", "Enterprise", "sector")
        self.picture("register-english")
        for size in ((360, 640), (800, 480)):
            browser.size(*size)
            wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
            self.assertLessEqual(wide, 0, size)
        browser.size(1280, 800)
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
