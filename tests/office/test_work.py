"""A reviewer's day with the page in Debian's Chromium: what is typed stays, lists keep their place,
and what is refused is said in words. Cases run in order of their names."""

import json
import sys
import unittest
from pathlib import Path

from page import Page

# What is blank, for the hub and the page.
BLANK = Path(__file__).resolve().parents[1] / "schema" / "fixtures" / "blank.json"


class Work(Page):
    def fill(self, selector, text):
        """Enters a text of any length at once, as pasting does, once the field is there."""
        self.browser.wait(lambda: self.browser.count(selector), selector)
        self.browser.run("""
            const node = document.querySelector(arguments[0]);
            node.focus();
            node.select();
            document.execCommand('insertText', false, arguments[1]);""", selector, text)

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
        self.begin_return("inspection", "JC-2026-0001")
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

    def typed(self):
        return self.browser.run("return document.querySelector('.form textarea')?.value")

    def test_04_unsent_text_outlives_the_session_for_its_writer_alone(self):
        browser = self.browser
        self.begin_return("inspection", "JC-2026-0001")
        self.fill(".form textarea", "请补充井口照片。")
        browser.run("document.querySelector('.form input[value=ended_at]').click()")
        browser.call("DELETE", "/cookie/bihuan")
        browser.wait_text("登录已结束", ".signin")
        browser.wait_text("没发出的文字还在", ".signin")
        self.picture("session-over")
        # It is nobody else's, and not to be read from the browser.
        self.sign_in("staff-zhou")
        browser.wait_text("JC-2026-0001", ".pane h2")
        browser.wait_text("退回补正", ".actions")
        self.assertIsNone(self.typed())
        kept = browser.run("return JSON.stringify(sessionStorage)")
        self.assertIn("bihuan-draft", kept)
        self.assertNotIn("井口", kept)
        self.sign_out()
        self.sign_in("staff-sun")
        browser.wait(lambda: self.typed() == "请补充井口照片。", "the text")
        browser.wait_text("已恢复上次没发出的内容", ".form")
        self.assertTrue(browser.run("return document.querySelector('.form input[value=ended_at]').checked"))
        self.picture("text-back")
        # A reload of the whole page, and a look at another record.
        browser.open(self.hub.page + "?1#/inbox/new/" + self.hub.told["second"])
        browser.wait_text("JC-2026-0002", ".pane h2")
        self.open_record("inspection", "JC-2026-0001")
        browser.wait(lambda: self.typed() == "请补充井口照片。", "the text after a reload")
        browser.press("取消", ".form")
        self.assertIsNone(self.typed())
        browser.press("退回补正", ".actions")
        self.assertEqual(self.typed(), "请补充井口照片。")
        self.assert_quiet(but=["401", "403"])

    def test_05_who_changed_what_is_said_and_the_text_stays(self):
        browser = self.browser
        self.hub.do("concur inspection")
        browser.wait_text("李样例", ".notice")
        browser.wait_text("后补的证明", ".notice")
        self.picture("changed-meanwhile")
        browser.press("重新载入", ".notice")
        browser.wait(lambda: not browser.count(".notice:not([hidden])"), "the record anew")
        self.assertEqual(self.typed(), "请补充井口照片。")
        # The page does not know yet that it was changed again.
        browser.run("window.realFetch = window.fetch; window.fetch = (path, how) =>"
                    "how.method === 'GET' && /records.[0-9a-z-]+[?]|head/.test(path) && !window.told ?"
                    "new Promise(() => {}) : window.realFetch(path, how);")
        self.hub.do("concur inspection")
        browser.run("const old = window.fetch; window.fetch = (path, how) => {"
                    "if (how.method === 'POST') window.told = true; return old(path, how); };")
        browser.press("退回", ".form")
        browser.wait_text("所以没有发出", ".notice-changed")
        browser.run("window.fetch = window.realFetch")
        browser.wait_text("李样例", ".notice-changed")
        self.assertTrue(browser.run("return document.activeElement.matches('.notice-changed')"))
        self.assertEqual(self.typed(), "请补充井口照片。")
        browser.press("退回", ".form")
        browser.wait_text("已退回", ".notice-good")
        self.assertNotIn("bihuan-draft", browser.run("return JSON.stringify(sessionStorage)"))
        self.assert_quiet(but=["409"])

    def test_06_another_tab_signs_out_and_the_text_is_kept(self):
        browser = self.browser
        self.begin_return("second", "JC-2026-0002")
        self.fill(".form textarea", "第二条的意见")
        first = browser.call("GET", "/window")
        other = browser.call("POST", "/window/new", {"type": "tab"})["handle"]
        browser.call("POST", "/window", {"handle": other})
        browser.open(self.hub.page)
        self.sign_out()
        browser.call("DELETE", "/window")
        browser.call("POST", "/window", {"handle": first})
        browser.wait_text("已在另一个窗口退出", ".signin")
        self.sign_in("staff-sun")
        browser.wait(lambda: self.typed() == "第二条的意见", "the text")
        self.assert_quiet(but=["401"])

    def test_07_typing_uses_the_session(self):
        browser = self.browser
        browser.run("""
            window.heads = [];
            const real = window.fetch;
            window.fetch = (path, how) => {
              if (/v1.head/.test(path)) window.heads.push('X-Bihuan-Poll' in how.headers);
              return real(path, how);
            };""")
        browser.wait(lambda: browser.run("return window.heads.length > 0"), "a poll")
        self.assertTrue(browser.run("return window.heads[0]"))
        self.fill(".form textarea", "第二条的意见，再写")
        browser.wait(lambda: browser.run("return window.heads.includes(false)"), "a use of the session")
        self.assert_quiet()

    def test_08_what_is_held_back_is_said_in_the_readers_words(self):
        browser = self.browser
        self.go("#/inbox/quarantine")
        browser.wait(lambda: browser.count(".rows .row") == 4, "what is held back")
        rows = browser.run("return [...document.querySelectorAll('.rows .row')].map((row) => row.innerText)")
        for row in rows:
            self.assertNotIn("您没有", row)
            self.assertIn("井坪 1 号终端", row)
        level, = [row for row in rows if "onerror" in row]
        for words in ("隐患", "样例", "等级：不是可选的内容"):
            self.assertIn(words, level)
        self.assertTrue(any("隐患摘要：有 200 字，最多 60 字" in row for row in rows), rows)
        self.assertTrue(any("样例露天煤矿一矿" in row and "中心没有这个项目" in row for row in rows), rows)
        self.picture("held-list")
        self.go(f"#/inbox/quarantine/{self.hub.told['quarantined2']}")
        browser.wait_text("[U+202E]<img src=x onerror=alert(8)>", ".pane h2")
        browser.wait_text("等级：不是可选的内容", ".pane .card-conflict")
        self.assertNotIn("is not one of", browser.text(".pane"))
        self.assertNotIn("技术细节", browser.text(".pane"))
        self.picture("held")
        self.assert_quiet()

    def test_09_after_an_act_the_eye_and_the_keys_are_at_what_it_says(self):
        browser = self.browser
        self.begin_return("conflicted", "JC-2026-0003")
        browser.size(800, 600)
        # An error beside one button moves no other.
        place = "const box = [...document.querySelectorAll('.form .buttons button')].pop().getBoundingClientRect();" \
                "return [box.left, box.top]"
        before = browser.run(place)
        browser.press("退回", ".form")
        browser.wait_text("请写明退回的原因", ".form")
        scrolled = "return document.querySelector('.form').getBoundingClientRect().top"
        before[1] -= browser.run(scrolled)
        after = browser.run(place)
        after[1] -= browser.run(scrolled)
        self.assertAlmostEqual(after[0], before[0], delta=1)
        self.fill(".form textarea", "请核对。")
        browser.press("退回", ".form")
        browser.wait_text("已退回", ".notice-good")
        self.assertTrue(browser.run("return document.activeElement.matches('.notice-good')"))
        self.assertTrue(browser.run(
            "const box = document.querySelector('.notice-good').getBoundingClientRect();"
            "return box.top >= 0 && box.bottom <= innerHeight"))
        self.picture("after-act")
        browser.press("下一条", ".notice-good")
        browser.wait(lambda: "JC-2026-0003" not in browser.text(".pane h2"), "the next record")
        browser.size(1280, 800)
        self.assert_quiet()

    def test_10_a_prefilled_field_that_is_cleared_is_cleared(self):
        browser = self.browser
        self.sign_out()
        self.sign_in("staff-zhou")
        # The order is made by a page of the collector, so this page does not offer it.
        self.open_record("hazard", "YH-2026-0001")
        self.assertNotIn("责令限期整改", browser.text(".actions"))
        self.open_record("ordered", "YH-2026-0101")
        browser.press("延期", ".actions")
        browser.wait(lambda: browser.count(".form [name=deadline]"), "the form")
        browser.run("const node = document.querySelector('.form [name=deadline]'); node.value = '';"
                    "for (const type of ['input', 'change']) node.dispatchEvent(new Event(type, { bubbles: true }))")
        browser.press("确定", ".form")
        # All that is missing at once, by the labels, and nothing by its code.
        for text in ("请填写延期原因", "请填写批准人"):
            browser.wait_text(text, ".form .action-error")
        self.assertNotRegex(browser.text(".form .action-error"), "[a-z_]{4}")
        self.picture("problems")
        self.assertIn("YH-2026-0101", browser.text(".pane h2"))
        self.assertIn("限期整改", browser.text(".pane .chips"))
        self.assert_quiet(but=["400"])

    def test_11_filters_stand_in_the_address(self):
        browser = self.browser
        asked = "return document.querySelector('input[type=search]')?.value"
        for place, rows in (("#/inbox/new", "样例东坡沟"), ("#/ledger/hazard/rectification", "YH-2026-01"),
                            ("#/enterprises", "样例")):
            self.go(place, rows)
            self.fill("input[type=search]", "样例东坡沟")
            browser.wait(lambda: "search=" in browser.run("return location.hash"), "the address")
            browser.wait(lambda: browser.count(".rows .row"), "rows")
            browser.run("document.querySelector('.rows .row').click()")
            browser.wait(lambda: browser.count(".pane h2"), "a record")
            self.assertEqual(browser.run(asked), "样例东坡沟")
            # Another page and back by its link, back by the browser, and the whole page anew.
            self.go("#/devices", "井坪 1 号终端")
            name = place.split("/")[1]
            browser.run(f"document.querySelector('.nav a[href^=\"#/{name}\"]').click()")
            browser.wait(lambda: browser.run(asked) == "样例东坡沟", "the search by the link")
            self.go("#/devices", "井坪 1 号终端")
            browser.call("POST", "/back", {})
            browser.wait(lambda: browser.run(asked) == "样例东坡沟", "the search by back")
            browser.call("POST", "/refresh", {})
            browser.wait(lambda: browser.run(asked) == "样例东坡沟", "the search after a reload")
            browser.wait(lambda: browser.count(".rows .row"), "rows after a reload")
            self.assertNotIn("样例南窑", browser.text(".rows"))
        self.assert_quiet()

    def test_12_a_printed_ledger_is_whole_and_says_what_it_is(self):
        browser = self.browser
        browser.run("window.print = () => { window.printed = true; }")
        self.go("#/ledger/hazard/rectification?search=%E6%A0%B7%E4%BE%8B%E4%B8%9C%E5%9D%A1%E6%B2%9F")
        browser.press("打印本清单")
        browser.wait(lambda: browser.run("return window.printed"), "the print")
        said = browser.run("return document.querySelector('.only-print').textContent")
        count = browser.count(".rows .row")
        self.assertIn(f"列出 {count} 条，共 {count} 条；条件：搜索：样例东坡沟；截至 20", said)
        self.assert_quiet()

    def test_13_a_hub_whose_clock_is_wrong_says_so_and_work_goes_on(self):
        browser = self.browser
        self.hub.do(f"clock {-26 * 365 * 86400}")
        browser.wait_text("中心的时钟不对：现在显示 2000-", "#app > .lost:not([hidden])")
        browser.run("location.hash = '#/devices'")
        browser.wait(lambda: browser.count(".page-devices"), "the other page")
        self.assertEqual(1, browser.count("#app > .lost:not([hidden])"), "said on each page at once")
        # Who works here still signs in, and what they do is marked.
        self.sign_out()
        self.sign_in("staff-sun")
        browser.wait_text("中心的时钟不对", "#app > .lost:not([hidden])")
        self.open_record("crowded", "JC-2026-9")
        browser.press("审核通过", ".actions")
        browser.wait_text("已审核通过", ".notice-good")
        self.open_record("crowded", "JC-2026-9", "accepted")
        browser.run("document.querySelector('.history-box summary').click()")
        browser.wait_text("中心所作，中心时钟存疑", ".history")
        browser.wait_text("或更晚", ".history")
        self.picture("clock")
        self.hub.do("clock 0")
        browser.wait(lambda: not browser.count("#app > .lost:not([hidden])"), "the clock is right again")
        self.assert_quiet()

    def test_14_blank_means_blank(self):
        browser = self.browser
        # One character by itself, of all that the hub takes for blank and of their neighbours.
        ranges = json.loads(BLANK.read_text())["ranges"]
        wrong = browser.run_async("""
            const [ranges, done] = arguments;
            import('/office/dom.js').then(({ trimmed }) => {
              const wrong = [];
              for (let code = 1; code <= 0xffff; code++) {
                const blank = ranges.some(([from, to]) => from <= code && code <= to);
                if ((trimmed(String.fromCharCode(code)) === '') !== blank) wrong.push(code);
              }
              if (trimmed(' \\u3000 甲\\u3000乙\\u200b\\n') !== '甲\\u3000乙') wrong.push('ends');
              done(wrong);
            }).catch((error) => done(String(error)));""", ranges)
        self.assertEqual(wrong, [])
        self.begin_return("second", "JC-2026-0002")
        self.fill(".form textarea", "\u3000\u00a0\u200b\ufeff")
        browser.press("退回", ".form")
        browser.wait_text("请写明退回的原因", ".form .action-error")
        browser.press("取消", ".form")
        self.go("#/enterprises", "样例")
        self.fill("input[type=search]", "\u3000\u200b")
        browser.wait(lambda: "search=" not in browser.run("return location.hash"), "no search")
        self.assert_quiet()

    def test_15_a_late_answer_is_not_shown_to_who_signed_in_meanwhile(self):
        browser = self.browser
        self.go("#/inbox/new", "样例东坡沟煤矿")
        others = browser.text(".lanes")
        browser.press("退出")
        # The counts of one person come after another has signed in, and theirs have come.
        browser.run("""
            const real = window.fetch;
            window.held = [];
            window.answered = 0;
            window.fetch = (url, ...rest) => {
              if (!String(url).includes('/head')) return real(url, ...rest);
              const answer = real(url, ...rest);
              if (window.held) return new Promise((go) => window.held.push(() => go(answer)));
              answer.then(() => { window.answered += 1; });
              return answer;
            };""")
        self.sign_in("staff-sun")
        browser.wait(lambda: browser.run("return window.held.length"), "a question for counts")
        browser.press("退出")
        self.hub.do("more")
        browser.run("window.late = window.held; window.held = null;")
        self.sign_in("staff-side")
        browser.wait(lambda: browser.run("return window.answered") and browser.count(".lanes"), "counts")
        own = browser.text(".lanes")
        self.assertNotEqual(own, others)
        told = browser.run_async("""
            const done = arguments[0];
            const told = [];
            new MutationObserver(() => told.push(document.querySelector('.lanes').innerText))
              .observe(document.body, { childList: true, subtree: true, characterData: true });
            window.late.forEach((go) => go());
            setTimeout(() => done(told), 1000);""")
        self.assertEqual([text for text in told if text != own], [])
        self.assert_quiet(but=["401"])

    def test_16_numbers_months_and_codes_are_typed_and_shown_with_their_units(self):
        browser = self.browser
        self.hub.do("measure")
        browser.open(self.hub.page)  # without the observer of the case before
        browser.wait(lambda: browser.count(".lanes"), "the page")
        self.sign_out()
        self.sign_in("staff-sun")
        self.open_record("measure", "样例量表")
        browser.wait_text("1 小时 35 分", ".sections")
        # An address is a link that gives the page it opens no hold on this page.
        self.assertEqual(browser.run("""
            const link = document.querySelector('.sections a[target=_blank]');
            return [link.href, link.rel, link.textContent]"""),
                         ["https://example.cn/x?y=1", "noopener noreferrer", "https://example.cn/x?y=1"])
        browser.press("填报", ".actions")
        browser.wait(lambda: browser.count(".form input"), "the form")
        self.assertEqual(browser.run("""
            return [...document.querySelectorAll('.form input')].map((node) => [node.name, node.type, node.value,
              node.parentNode.querySelector('.unit')?.textContent || ''])"""), [
                ["cost", "text", "", "元"], ["share", "text", "", "%"], ["month", "month", "", ""],
                ["length", "text", "1:35", ""], ["page", "url", "https://example.cn/x?y=1", ""],
                ["card", "text", "", ""], ["people", "text", "", "人"], ["weight", "text", "", "吨"]])
        self.picture("measures")
        self.fill("[name=cost]", "1,23")
        self.fill("[name=page]", "javascript:alert(1)")
        self.fill("[name=card]", "110105194912310021")
        browser.press("确定", ".form")
        for text in ("不是金额，如 1250.50", "网址应以 http:// 或 https:// 开头", "身份证号码的校验码不对"):
            browser.wait_text(text, ".form .action-error")
        self.assertNotIn("110105194912310021", browser.text(".form .action-error"))
        for name, typed in (("cost", "１，２５０．５元"), ("share", "12.5％"), ("length", "3小时20分"),
                            ("page", "https：／／a。cn"), ("card", "110105 19491231 002x"),
                            ("people", "12 人"), ("weight", "1,200.5")):
            self.fill(f"[name={name}]", typed)
        browser.run("const node = document.querySelector('[name=month]'); node.value = '2026-02';"
                    "node.dispatchEvent(new Event('input', { bubbles: true }))")
        browser.press("确定", ".form")
        browser.wait_text("已办理", ".notice-good")
        for text in ("1,250.50 元", "12.5%", "2026-02", "3 小时 20 分", "https://a.cn",
                     "11010519491231002X", "12 人", "1200.5 吨"):
            browser.wait_text(text, ".sections")
        self.assert_quiet(but=["400"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=False)
