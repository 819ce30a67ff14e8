"""The page in Debian's Chromium against a real hub: what a reviewer does, and what must not
happen. Cases run in order of their names and build on one another."""

import base64
import os
import re
import subprocess
import sys
import tempfile
import unittest

from hub import PASSWORDS
from page import PICTURES, Page
from story import day


class Reviewer(Page):
    def lane(self, name):
        found = re.search(name + r"\s*(\d+)?", self.browser.text(".lanes"))
        return int(found.group(1) or 0)

    def total(self):
        """The number in the line above the list; 0 while it shows none."""
        found = re.search(r"共\s*(\d+)\s*条", self.browser.text(".list-total"))
        return int(found.group(1)) if found else 0

    def test_01_a_wrong_password_is_said_and_nothing_opens(self):
        browser = self.browser
        browser.wait_text("登录审核页")
        self.picture("sign-in")
        self.try_to_sign_in("staff-sun", "wrong-password-1")
        browser.wait_text("用户名或密码不对", ".form-error")
        self.assertEqual(browser.cookies(), [])
        self.assertEqual(browser.run("return document.activeElement.name"), "password")
        self.assert_quiet(but=["403"])

    def test_02_the_right_one_opens_the_inbox(self):
        browser = self.browser
        browser.type("input[name=password]", PASSWORDS["staff-sun"])
        browser.press("登录")
        browser.wait_text("样例东坡沟煤矿", ".rows")
        browser.wait(lambda: self.lane("待核") >= 4, "the count of the lane")
        cookie = browser.cookies()[0]
        self.assertTrue(cookie["httpOnly"])
        self.assertEqual(cookie["sameSite"], "Strict")
        self.assertEqual(browser.run("return document.cookie"), "")
        self.picture("inbox")
        self.assert_quiet()

    def test_03_L9_a_record_shows_photos_and_what_is_missing(self):
        browser = self.browser
        self.open_record("inspection", "JC-2026-0001")
        browser.wait_text("共 2 个，已到 1 个，缺 1 个", ".pane")
        browser.wait_text("缺：尚未传到中心", ".file-gone")
        browser.wait_text("中心已收", ".received")
        self.assertNotIn("送达", browser.text(".pane"))
        browser.wait_text("不符合", ".answers")
        browser.wait(lambda: browser.run(
            "const image = document.querySelector('.file img');"
            "image.scrollIntoView(); return image.complete && image.naturalWidth > 0"), "a photo")
        self.picture("record")
        links = [browser.run("return document.querySelectorAll('.case-link')[arguments[0]]"
                             ".getAttribute('href')", nr) for nr in (0, 1)]
        whole = f"/office/v1/records/{self.hub.told['inspection']}/case"
        self.assertEqual(links, [whole, f"{whole}?without_personal=1"])
        self.assert_quiet()

    def test_03_M_the_case_is_offered_where_the_hub_says(self):
        browser = self.browser
        for name, wanted in (("hazard", 2), ("enterprise", 0)):
            self.go(f"#/inbox/new/{self.hub.told[name]}")
            browser.wait(lambda: browser.count(".sections .card"), name)
            self.assertEqual(browser.count(".case-link"), wanted, name)
        self.go(f"#/inbox/new/{self.hub.told['inspection']}")
        browser.wait(lambda: browser.count(".case-link"), "the visit again")
        self.assert_quiet()

    def test_04_history_tells_who_when_and_which_device(self):
        browser = self.browser
        browser.run("document.querySelector('.history-box summary').click()")
        browser.wait_text("李样例", ".history")
        for text in ("终端：井坪 1 号终端", "可证：不早于", "（终端登记）", "（未证实）", "中心收到："):
            self.assertIn(text, browser.text(".history"))
        self.assert_quiet()

    def test_05_return_needs_a_comment_then_moves_the_record(self):
        browser = self.browser
        browser.press("退回补正", ".actions")
        browser.press("退回", ".form")
        browser.wait_text("请写明退回的原因", ".form")
        browser.type(".form textarea", "请补充井口照片，并核对结束时间。")
        browser.run("document.querySelector('.form input[value=ended_at]').click()")
        self.picture("return")
        browser.press("退回", ".form")
        browser.wait_text("已退回", ".notice-good")
        browser.wait_text("请补充井口照片", ".reviews")
        browser.wait_text("结束时间", ".reviews")
        self.go("#/inbox/returned", "样例东坡沟煤矿")
        browser.wait(lambda: self.lane("退回补正") == 1, "one returned")
        self.assert_quiet()

    def test_06_approve_moves_the_record(self):
        browser = self.browser
        self.open_record("second", "JC-2026-0002")
        browser.wait(lambda: self.total() > 0, "the total of the lane")
        before = self.total()
        self.assertEqual(before, self.lane("待核"))
        browser.press("审核通过", ".actions")
        browser.wait_text("已审核通过", ".notice-good")
        # The badge, the total and the rows say the same without a turn of the pulse being waited for.
        browser.wait(lambda: self.total() == before - 1, "the total after the act")
        browser.wait(lambda: self.lane("待核") == before - 1, "the badge after the act")
        self.go("#/inbox/accepted", "JC-2026-0002")
        self.assert_quiet()

    def test_07_a_step_asks_for_its_fields_and_is_taken(self):
        browser = self.browser
        self.open_record("hazard", "YH-2026-0001")
        browser.press("撤销", ".actions")
        browser.press("确定", ".form")
        browser.wait_text("请填写撤销原因", ".form .action-error")
        browser.type(".form input", "与另一条重复。")
        browser.press("确定", ".form")
        browser.wait_text("已办理", ".notice-good")
        browser.wait_text("与另一条重复。", ".sections")
        self.assertNotIn("撤销", browser.text(".actions"))
        self.assert_quiet(but=["400"])

    def test_08_a_conflict_is_shown_side_by_side_and_resolved(self):
        browser = self.browser
        self.open_record("conflicted", "冲突：同一项有不同的内容", lane="conflict", where=".pane")
        self.assertGreaterEqual(browser.count(".side-by"), 2)
        self.picture("conflict")
        browser.press("采用这一项", ".side-by:first-child")
        browser.wait_text("已选定", ".notice-good")
        self.assertEqual(browser.count(".side-by"), 0)
        browser.wait_text("意见乙：停产整顿。", ".sections")
        self.assert_quiet()

    def test_09_I10_quarantine_is_released_or_dismissed_with_a_reason(self):
        browser = self.browser
        self.go("#/inbox/quarantine")
        browser.wait(lambda: browser.count(".rows .row") > 1, "rows in quarantine")
        waiting = browser.count(".rows .row")
        self.open_record("quarantined2", "隔离的记录", lane="quarantine", where=".pane")
        browser.wait_text("[U+202E]<img src=x onerror=alert(8)>", ".pane")
        self.picture("quarantine")
        browser.press("不予采用", ".actions")
        browser.wait_text("请写明理由", ".actions")
        browser.type(".actions textarea", "等级代码不对，已电话核实作废。")
        browser.press("不予采用", ".actions")
        browser.wait_text("已作不采用处理", ".pane")
        self.go("#/inbox/quarantine")
        browser.wait(lambda: browser.count(".rows .row") == waiting - 1,
                     "one less in quarantine")
        self.assert_quiet()

    def test_10_hostile_text_stays_text(self):
        browser = self.browser
        browser.run("window.ran = false; window.alert = () => { window.ran = true; };")
        # The number was made up by the device, so the hub replaced it; the history still shows it.
        self.open_record("hostile", "样例北岭煤业", where=".pane")
        browser.run("document.querySelector('.history-box summary').click()")
        browser.wait_text("<img src=x onerror=alert(0)>", ".history")
        browser.wait_text("<img src=x onerror=alert(1)><script>alert(2)</script>", ".sections")
        browser.wait_text("😀👩‍🚒 {{7*7}} ${7*7} javascript:alert(6)", ".sections")
        browser.wait_text("<b onclick=alert(3)>粗</b>", ".child")
        self.picture("hostile")
        self.open_record("hostile_hazard", "<b onclick=alert(3)>粗</b>", where=".pane")
        browser.wait_text('" onmouseover="alert(4)', ".sections")
        browser.wait_text("W" * 500, ".sections")
        browser.run("document.querySelector('.history-box summary').click()")
        browser.wait_text("<b onclick=alert(3)>粗</b>", ".history")
        self.assertFalse(browser.run("return window.ran"))
        self.assertEqual(browser.count("main script, main b[onclick], main [onerror], main [onmouseover]"), 0)
        self.assertEqual(browser.run(
            "return [...document.querySelectorAll('a')].filter((one) => !/^(#|\\/office\\/)/"
            ".test(one.getAttribute('href'))).length"), 0)
        for width in (360, 1440):
            browser.size(width, 800)
            self.assertTrue(browser.run(
                "return document.documentElement.scrollWidth <= innerWidth"), f"overflow at {width}")
        browser.size(1280, 800)
        self.assert_quiet()

    def test_11_markup_cannot_be_made_from_text_at_all(self):
        self.assertTrue(self.browser.run(
            "try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; }"))
        self.browser.messages()

    def test_12_new_records_appear_by_themselves(self):
        browser = self.browser
        self.go("#/inbox/new")
        browser.wait(lambda: browser.count(".rows .row") > 0, "rows")
        self.hub.do("more")
        browser.wait_text("JC-2026-0099", ".rows")
        self.assert_quiet()

    def test_13_an_open_form_is_not_taken_away_by_news(self):
        browser = self.browser
        self.begin_return("more", "JC-2026-0099")
        browser.type(".form textarea", "正在写")
        browser.run("document.querySelector('.form textarea').dataset.mark = 'mine'")
        self.hub.do("concur more")
        browser.wait_text("这条记录刚有变动", ".notice")
        self.assertEqual(browser.run("return document.querySelector('.form textarea').value"), "正在写")
        browser.press("退回", ".form")
        browser.wait_text("所以没有发出", ".notice-changed")
        self.assertEqual(browser.run("return document.querySelector('.form textarea').value"), "正在写")
        self.assert_quiet(but=["409"])

    def test_14_enterprises_devices_and_plaques(self):
        browser = self.browser
        self.go(f"#/enterprises/{self.hub.told['enterprise']}", "统一社会信用代码")
        browser.wait_text("JC-2026-0001", ".pane")
        self.picture("enterprise")
        self.go("#/devices", "井坪 1 号终端")
        browser.wait_text("磁盘加密", ".table")
        browser.wait_text("未知", ".table")
        self.picture("devices")
        self.go("#/enterprises")
        browser.wait(lambda: browser.count(".row-choose input") > 2, "enterprises")
        browser.run("[...document.querySelectorAll('.row-choose input')].slice(0, 2).forEach((one) => one.click())")
        browser.press("为选中的 2 家打印企业码")
        browser.wait(lambda: browser.count(".plaque") == 2, "two plaques")
        browser.wait_pictures()
        self.picture("plaques")
        self.assert_quiet()

    def test_15_printed_plaques_have_their_true_size_and_can_be_read(self):
        browser = self.browser
        self.go("#/plaques", "空白企业码张数")
        browser.type("input[type=number]", "11")
        browser.press("制作并预览")
        browser.wait(lambda: browser.count(".plaque") == 11, "eleven plaques")
        browser.wait_pictures()
        box = browser.run("const box = document.querySelector('.plaque-code').getBoundingClientRect();"
                          "return [box.width, box.height]")
        for side in box:
            self.assertAlmostEqual(side, 40 / 25.4 * 96, delta=0.6)
        with tempfile.TemporaryDirectory(prefix="bihuan-print-") as directory:
            pdf = browser.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
            path = os.path.join(directory, "sheet.pdf")
            with open(path, "wb") as file:
                file.write(base64.b64decode(pdf))
            subprocess.run(["pdftoppm", "-r", "300", "-png", path, os.path.join(directory, "page")],
                           check=True)
            pages = sorted(one for one in os.listdir(directory) if one.endswith(".png"))
            self.assertEqual(len(pages), 2)
            if PICTURES:
                subprocess.run(["convert", os.path.join(directory, pages[0]), "-resize", "35%",
                                f"{PICTURES}/office-sheet.png"], check=True)
            codes = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable",
                                    os.path.join(directory, pages[0])],
                                   capture_output=True, text=True).stdout.splitlines()
        self.assertEqual(len(codes), 10)
        self.assertTrue(all(code.startswith("BH1:") for code in codes))
        self.assert_quiet()

    def test_16_everything_has_a_name_and_is_reached_by_keyboard(self):
        browser = self.browser
        nameless = """
            const named = (one) => (one.getAttribute('aria-label') || one.innerText || '').trim()
              || (one.labels && one.labels.length && one.labels[0].innerText.trim());
            return [...document.querySelectorAll('button, a[href], input, select, textarea')]
              .filter((one) => one.checkVisibility() && !named(one)
                && !one.querySelector('img[alt]:not([alt=""])'))
              .map((one) => one.outerHTML.slice(0, 120));"""
        small = """
            return [...document.querySelectorAll('button, .nav-link, .lane, select')]
              .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 39.5)
              .map((one) => one.outerHTML.slice(0, 120));"""
        for place in (f"#/inbox/new/{self.hub.told['hostile']}", "#/ledger", "#/enterprises", "#/plaques",
                      "#/devices"):
            self.go(place)
            browser.wait(lambda: browser.count("main *") > 8, place)
            self.assertEqual(browser.run(nameless), [], place)
            self.assertEqual(browser.run(small), [], place)
        self.assertEqual(browser.run("return document.querySelectorAll('[tabindex]:not([tabindex=\"-1\"])').length"), 0)
        self.assert_quiet()

    def enter_day(self, day):
        self.browser.run("const input = document.querySelector('[name=from]'); input.value = arguments[0];"
                         "input.dispatchEvent(new Event('change'))", day)

    def test_16b_R080_the_ledger_shows_what_is_overdue(self):
        browser = self.browser
        self.go("#/ledger/hazard/overdue", "逾期 400 天")
        self.assertEqual(browser.count(".rows .row"), 2)
        self.assertIn("逾期 7 天", browser.text(".rows"))
        self.picture("ledger")
        browser.run("document.querySelector('.rows .row').click()")
        browser.wait_text("逾期 400 天", ".pane")
        self.go("#/ledger/hazard/rectification", "今天到期")
        self.assertIn("还剩 30 天", browser.text(".rows"))
        # A period is kept in the address, and orders the list by day.
        self.enter_day(day(20))
        browser.wait(lambda: "今天到期" not in browser.text(".rows"), "only the days of the period")
        self.assertIn("还剩 30 天", browser.text(".rows"))
        self.assertEqual(browser.count("[name=order]"), 0)
        self.assertIn("from=2", browser.run("return location.hash"))
        self.picture("period")
        self.enter_day("")
        browser.wait_text("今天到期", ".rows")
        self.assertEqual(browser.count("[name=order]"), 1)
        self.go("#/ledger", "问题整改清单")
        self.assert_quiet()

    def test_17_english_on_request(self):
        browser = self.browser
        self.go("#/inbox/new")
        browser.press("English")
        browser.wait_text("To review", ".lanes")
        self.go(f"#/inbox/new/{self.hub.told['hostile']}")
        browser.wait_text("Enterprise", ".pane")
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        browser.press("中文")
        browser.wait_text("待核", ".lanes")
        self.assert_quiet()

    def test_18_both_languages_have_the_same_words(self):
        keys = self.browser.run_async("""
            const done = arguments[arguments.length - 1];
            Promise.all(['zh', 'en'].map((name) => import(`/office/messages.${name}.js`)))
              .then((both) => done(both.map((one) => Object.entries(one.default)
                .map(([key, text]) => key + (text.match(/\\{\\w+\\}/g) || []).sort().join('')).sort())));""")
        self.assertEqual(keys[0], keys[1])
        self.assertGreater(len(keys[0]), 100)

    def test_19_lock_out_is_said_with_its_time(self):
        browser = self.browser
        self.sign_out()
        # The browser stays known; nobody is signed in.
        self.assertEqual([cookie for cookie in browser.cookies() if cookie["name"] == "bihuan"], [])
        for _ in range(5):
            self.try_to_sign_in("staff-zheng", "wrong-password-1")
            browser.wait_text("用户名或密码不对", ".form-error")
            browser.run("document.querySelector('.form-error').textContent = ''")
        browser.type("input[name=password]", PASSWORDS["staff-zheng"])
        browser.press("登录")
        browser.wait_text("失败次数太多", ".form-error")
        self.assert_quiet(but=["403", "429"])

    def test_19b_a_person_without_duties_is_offered_what_the_role_may_do(self):
        browser = self.browser
        browser.open(self.hub.page)
        self.sign_in("staff-wang")
        browser.wait_text("台账", ".nav")
        links = browser.run("return [...document.querySelectorAll('.nav-link')].map((one) => one.getAttribute('href'))")
        self.assertEqual(links, ["#/ledger", "#/enterprises", "#/new"])
        self.assertEqual(browser.count(".row-choose input"), 0)
        for page in ("inbox", "devices", "plaques", "access"):
            self.go(f"#/{page}", "您的岗位不能查看")
        browser.run("document.querySelector('.nothing a').click()")
        browser.wait(lambda: browser.run("return location.hash").startswith("#/ledger"), "the first page")
        self.go("#/enterprises", "样例")
        self.picture("without-duties")
        self.sign_out()
        self.assert_quiet()

    def test_20_R257_who_answers_for_need_to_know_sees_who_looked(self):
        browser = self.browser
        browser.open(self.hub.page)
        self.sign_in("staff-late")
        self.open_record("covert", "JC-AN-0001")
        browser.wait_text("限知悉", ".pane .chips")
        self.assertEqual(browser.count("a[href^='#/access']"), 0)
        self.go("#/access", "您的岗位不能查看")
        self.sign_out()
        self.sign_in("staff-wu")
        self.open_record("covert", "JC-AN-0001")
        self.picture("restricted")
        browser.run("document.querySelector('.pane .chips a').click()")
        browser.wait_text("迟审核", ".table")
        browser.wait_text("只看这条记录", ".chips")
        for text in ("打开记录", "列表中看到", "检查", "JC-AN-0001"):
            self.assertIn(text, browser.text(".table"))
        browser.run("[...document.querySelectorAll('.table a')].find((one) => one.innerText === '迟审核').click()")
        browser.wait_text("只看此人或终端：迟审核", ".chips")
        self.assertNotIn("吴样例", browser.text(".table"))
        self.go("#/access", "访问记录")
        browser.wait_text("吴样例", ".table")
        self.picture("access")
        self.assert_quiet()

    def test_20b_an_unexpected_error_names_its_request(self):
        browser = self.browser
        answer = """window.kept = window.fetch; window.fetch = async () => new Response(
            JSON.stringify({error: %s, message: 'x', request: '0123456789ab'}), {status: %s});"""
        browser.run(answer % ("'failed'", 500))
        browser.run("location.hash = '#/devices'")
        browser.wait_text("请求编号 0123456789ab", "small.request")
        browser.run(answer % ("'denied'", 403))
        browser.run("location.hash = '#/access'")
        browser.wait_text("没有做这件事的权限")
        self.assertEqual(browser.count("small.request"), 0)
        browser.run("window.fetch = window.kept; location.hash = '#/inbox/new'; location.reload()")
        browser.wait_text("待核")
        self.assert_quiet()

    def test_21_an_address_that_leads_nowhere_is_said(self):
        browser = self.browser
        for place in ("#/nowhere", "#/%E0%A4%A"):
            self.go(place, "没有这一页")
        self.picture("unknown")
        browser.run("document.querySelector('#main a').click()")
        browser.wait_text("待核", ".lanes")
        self.assert_quiet()

    def test_22_R250_what_was_odd_is_listed(self):
        browser = self.browser
        self.go("#/devices", "井坪 1 号终端")
        browser.run("document.querySelector('.lanes a[href$=anomalies]').click()")
        browser.wait_text("终端时钟早于已知的中心时间", ".table")
        for text in ("本次开机共 2 条", "井坪 1 号终端", "隔离", "不符合规定", "已处理"):
            self.assertIn(text, browser.text(".table"))
        self.picture("anomalies")
        self.go("#/devices/anomalies/clock", "终端时钟快于中心")
        browser.wait(lambda: "不符合规定" not in browser.text(".table"), "only clocks")
        browser.run("[...document.querySelectorAll('.table a')].pop().click()")
        browser.wait(lambda: browser.count(".pane .record-head"), "the record")
        self.assert_quiet()

    def test_22b_R105_the_register_of_numbers(self):
        browser = self.browser
        self.go("#/devices", "井坪 1 号终端")
        browser.run("document.querySelector('.lanes a[href$=numbers]').click()")
        browser.wait_text("未用", ".table")
        self.assertIn("责改", browser.text(".table"))
        self.picture("numbers")
        browser.run("{ const kind = document.querySelector('select[name=kind]'); kind.value = 'hazard';"
                    " kind.dispatchEvent(new Event('change')); }")
        browser.wait_text("-YH-", ".table")
        browser.wait(lambda: "责改" not in browser.text(".table"), "only numbers of hazards")
        self.assert_quiet()

    def test_22b_an_urgent_entry_that_came_first_is_shown_on_each_page_until_it_arrives(self):
        browser = self.browser
        self.go("#/devices", "井坪 1 号终端")
        self.assertFalse(browser.run("return document.querySelector('.urgent').checkVisibility()"))
        self.hub.do("ahead")
        browser.wait_text("有 1 条紧急信息先到", ".urgent")
        browser.run("document.querySelector('.urgent').click()")
        browser.wait_text("3201 工作面冒顶，2 人被困", ".ahead")
        browser.wait_text("李样例", ".ahead")
        browser.wait_text("已停产撤人", ".ahead")
        self.picture("ahead")
        self.hub.do("arrive")
        browser.wait_text("没有先到的紧急信息", ".list-status")
        self.assertFalse(browser.run("return document.querySelector('.urgent').checkVisibility()"))
        self.assert_quiet()

    def test_23_a_lost_device_is_shut_out(self):
        browser = self.browser
        self.go("#/devices", "井坪 1 号终端")
        browser.wait(lambda: browser.count("td button"), "a device in use")
        browser.run("document.querySelector('td button').click()")
        browser.press("停用", ".form")
        browser.wait_text("请写明停用的原因", ".form")
        self.picture("revoke")
        browser.type(".form input", "巡查途中遗失")
        browser.press("停用", ".form")
        browser.wait_text("已停用", ".notice-good")
        browser.wait_text("已停用", ".table")
        self.picture("revoked")
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=False)
