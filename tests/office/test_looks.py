"""How the pages look at three sizes in both languages: nothing reaches beyond the edge, every control is large
enough for a finger, nothing is cut off, and no page shows words of the other language, codes or ids. Also the
form that opens a sealed value. Cases run in order of their names."""

import sys
import unittest
import uuid

from hub import Client
from page import PICTURES, Forms, Page

SIZES = ((1280, 800), (800, 480), (360, 640))
INFORMANT = "钱样例举报"
REASON = "核实举报地点"

# What a reader would complain about. Values of records are in their own language; labels and buttons are not.
CHECK = """
  const [language, width] = arguments;
  const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const text = (node) => node.textContent.trim();
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    found.push('wider than the page: ' + all('#app *').filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
      .slice(-1).map((node) => node.tagName + '.' + node.className + ' ' + text(node).slice(0, 40)));
  }
  for (const node of all('button, select, input:not([type=checkbox], [type=radio]), textarea, summary, .row, .nav-link, .lane, .back, .check, .case-link')) {
    const box = node.getBoundingClientRect();
    if (box.height < 40 && !node.closest('.visually-hidden')) found.push(`only ${Math.round(box.height)} px high: ${node.tagName}.${node.className} ${text(node).slice(0, 30)}`);
  }
  for (const node of all('button, h2, h3, h4, .badge, .field-label, .hint, th, dt, .nav-link, .lane, .row-kind, .back, label')) {
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline' && getComputedStyle(node).overflowX !== 'visible') {
      found.push(`cut off: ${node.tagName}.${node.className} ${text(node).slice(0, 40)}`);
    }
  }
  for (const node of all('.menu-list .row-title, .badge, button, .lane, .nav-link')) {
    if (node.scrollHeight > node.clientHeight + 2 && getComputedStyle(node).overflowY === 'hidden') found.push(`cut off below: ${text(node).slice(0, 60)}`);
  }
  const here = document.querySelector('.nav [aria-current]')?.getBoundingClientRect();
  if (here && (here.left < -1 || here.right > innerWidth + 1)) found.push('the name of the page is out of sight in the menu');
  for (const node of all('select')) {
    // The chosen text fits; 2.5 em are for padding and arrow.
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = getComputedStyle(node).font;
    const said = node.selectedOptions[0]?.textContent.trim() || '';
    if (!node.closest('.ledger-choice') && pen.measureText(said).width > node.clientWidth - 28) found.push(`cut off in a select: ${said}`);
  }
  const ids = document.getElementById('app').innerText.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) || [];
  for (const id of ids) found.push(`an id: ${id}`);
  // Labels that the kinds and the page give.
  const labels = all('h3, h4, dt, th[scope=col], legend, .field-label, .hint, .row-kind, .record-kind, .badge-state, .badge-due, .badge-overdue, ' +
    '.nav-link, .lane, .muted, summary, .no-print button, .buttons button, .menu-list .row-title, label.check, select option, .list-status, .list-total');
  const mine = { en: /[\\u3400-\\u9fff]/, zh: /[A-Za-z]{3,}/ }[language];
  for (const node of labels) {
    if (node.querySelector('bdi') || node.closest('bdi, .who, [data-foreign]')) continue;
    const said = text(node);
    if (mine.test(said)) found.push(`${language}: ${node.tagName}.${node.className} ${said.slice(0, 60)}`);
  }
  // A code in place of its label: "some_code".
  for (const node of all('bdi, .badge, dd, option, .row-title, .row-sub')) {
    if (/\\b[a-z]{2,}_[a-z_]+\\b/.test(text(node))) found.push(`a code: ${text(node).slice(0, 60)}`);
  }
  if (language === 'en' && /undefined|null|NaN|\\[object/.test(document.getElementById('app').innerText)) found.push('a value that is none');
  return [...new Set(found)];
"""

# Names, and values of the samples, that stand in a label of the other language by right.
ALLOWED = (
    "English", "PDF", "JPEG", "PNG",
    "Source: ", "Basis: ",  # documents have the names that their authors gave them
)


class Looks(Forms, Page):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.found = []

    def client(self, login="staff-zhou"):
        client = Client(self.hub)
        self.assertEqual(client.sign_in(login)[0], 200)
        return client

    def make(self, client, kind, act, values, origin=None):
        body = {"record": str(uuid.uuid4()), "kind": kind, "act": act, "values": values}
        if origin:
            body["origin"] = origin
        status, content, _ = client.ask("POST", "/office/v1/records", body)
        self.assertEqual(status, 200, content)
        return content["record"]

    def look(self, name, at=None):
        """Checks and pictures of what the page shows, at all sizes."""
        language = self.browser.run("return document.documentElement.lang") == "en" and "en" or "zh"
        for width, height in SIZES:
            self.browser.size(width, height)
            self.browser.wait_pictures()
            if at:
                self.browser.run("document.querySelector(arguments[0])?.scrollIntoView()", at)
            if PICTURES:
                self.browser.picture(f"{PICTURES}/look-{name}-{language}-{width}.png")
            for one in self.browser.run(CHECK, language, width):
                if not any(word in one for word in ALLOWED):
                    self.found.append(f"{name} {language} {width}: {one}")
        self.browser.size(1280, 800)

    def speak(self, language):
        if (self.browser.run("return document.documentElement.lang") == "en") != (language == "en"):
            self.browser.press("English" if language == "en" else "中文")
            self.browser.wait_text("Sign out" if language == "en" else "退出", ".who")

    def show(self, place, ready):
        self.go(place)
        self.browser.wait(lambda: self.browser.count(ready), f"{ready} of {place}")
        self.browser.wait(lambda: not self.browser.run(
            "return [...document.querySelectorAll('.list-status, .nothing')].some((one) => /正在|Loading/.test(one.textContent))"),
            f"the rows of {place}")

    def both(self, name, place, ready, then=None, at=None):
        for language in ("zh", "en"):
            self.speak(language)
            self.show(place, ready)
            if then:
                then()
            self.look(name, at)
        self.speak("zh")

    def report(self):
        found, type(self).found = self.found, []
        if found:
            self.fail("\n".join(found))

    # --- sealed values ---

    def value_row(self, label):
        return self.browser.run("""
            return [...document.querySelectorAll('.value-row')].find((one) => one.querySelector('dt').textContent === arguments[0])
              ?.querySelector('dd').innerText || ''""", label)

    def test_01_a_sealed_value_is_opened_with_a_reason_and_gone_with_the_next_view(self):
        browser = self.browser
        self.sign_in("staff-sun")
        type(self).tip = self.make(self.client("staff-sun"), "tip_off", "create/register", {
            "tip_channel": "letter", "tip_type": "illegal_act", "informant": INFORMANT, "tip_subject": "夜间盗采",
            "area": "140603100"})
        place = f"#/ledger/tip_off/open_tips/{self.tip}"
        self.both("sealed", place, ".pane .value-row")
        browser.wait_text("夜间盗采", ".pane h2")
        self.assertEqual(self.value_row("举报人姓名").split(), ["封存", "启封"])
        self.assertNotIn(INFORMANT, browser.text())
        browser.press("启封", ".sections")
        self.assertEqual(browser.run("return document.activeElement.name"), "unseal-informant")
        self.look("unseal", ".unseal")
        self.press_key("escape")
        self.assertEqual(browser.run("return document.activeElement.textContent"), "启封")
        browser.press("启封", ".sections")
        # Without a reason nothing is opened: the form asks for it.
        browser.press("确定启封", ".unseal")
        self.assertTrue(browser.run("return document.querySelector('.unseal :invalid') !== null"))
        self.assertNotIn(INFORMANT, browser.text())
        self.keys(REASON)
        self.press_key("enter")
        browser.wait(lambda: INFORMANT in self.value_row("举报人姓名"), "the value")
        self.assertIn("已记入查看记录", self.value_row("举报人姓名"))
        self.look("unsealed", ".sections")
        # Nothing of it stays behind.
        self.go("#/enterprises", "样例")
        self.show(place, ".pane .value-row")
        self.assertNotIn(INFORMANT, browser.text())
        self.assertNotIn(INFORMANT, browser.run("return JSON.stringify([localStorage, sessionStorage])"))
        self.assert_quiet()

    def test_02_a_late_answer_does_not_show_a_sealed_value_on_another_page(self):
        browser = self.browser
        browser.run("""
            window.real = window.fetch;
            window.asked = 0;
            window.fetch = (path, how) => /unseal/.test(path)
              ? new Promise((done) => { window.asked += 1; window.late = () => done(window.real(path, how)); }) : window.real(path, how);""")
        browser.press("启封", ".sections")
        self.keys(REASON)
        self.press_key("enter")
        browser.wait(lambda: browser.run("return Boolean(window.late)"), "the request")
        # Two presses are one opening.
        browser.run("document.querySelector('.unseal button').click(); document.querySelector('.unseal').requestSubmit()")
        self.assertEqual(browser.run("return window.asked"), 1)
        self.go("#/enterprises", "样例")
        browser.run("window.fetch = window.real; window.late()")
        self.show(f"#/ledger/tip_off/open_tips/{self.tip}", ".pane .value-row")
        self.assertNotIn(INFORMANT, browser.text())
        self.assert_quiet()

    def test_03_who_may_not_open_sees_no_button_and_a_failure_is_told(self):
        browser = self.browser
        browser.run("""
            window.fetch = (path, how) => /unseal/.test(path) ? Promise.reject(new TypeError('gone')) : window.real(path, how);""")
        browser.press("启封", ".sections")
        self.keys(REASON)
        self.press_key("enter")
        browser.wait_text("连不上中心", ".unseal")
        self.assertEqual(browser.run("return document.querySelector('.unseal input').value"), REASON)
        browser.run("window.fetch = window.real")
        self.sign_out()
        self.sign_in("staff-zheng")
        self.show(f"#/ledger/tip_off/open_tips/{self.tip}", ".pane")
        self.assertNotIn("启封", browser.text(".pane"))
        self.assertNotIn(INFORMANT, browser.text())
        self.sign_out()
        self.assert_quiet(but=["401"])  # a request that was on its way at the sign-out

    def test_04_the_access_log_names_person_record_field_and_reason(self):
        browser = self.browser
        self.sign_in("staff-zhou")
        self.both("access", f"#/access/record/{self.tip}", ".access-rows tbody tr, .access tbody tr, main table tbody tr")
        browser.wait(lambda: browser.count("main table tbody tr"), "the rows")
        rows = browser.run("return [...document.querySelectorAll('main table tbody tr')].map((row) =>"
                           "[...row.children].map((cell) => cell.innerText.trim()))")
        heads = browser.run("return [...document.querySelectorAll('main table thead th')].map((cell) => cell.innerText.trim())")
        self.assertTrue(heads, browser.text("main"))
        self.assertTrue(all(len(row) == len(heads) for row in rows), (heads, rows))
        opened = [dict(zip(heads, row)) for row in rows if any("启封" in cell for cell in row)]
        self.assertTrue(opened, rows)
        self.assertTrue(any("孙样例" in cell for cell in opened[0].values()), opened)
        self.assertTrue(any(REASON in cell for cell in opened[0].values()), opened)
        self.assertTrue(any("举报人姓名" in cell for cell in opened[0].values()), opened)
        self.assertFalse(any(INFORMANT in cell for row in rows for cell in row))
        self.assert_quiet()

    # --- pages ---

    def test_10_lists_and_records(self):
        told = self.hub.told
        self.both("inbox", "#/inbox/new", ".side .row")
        self.both("inspection", f"#/inbox/new/{told['inspection']}", ".pane h2")
        self.both("hazard", f"#/ledger/hazard/rectification/{told['hazard']}", ".pane h2")
        self.both("enterprises", "#/enterprises", ".side .row")
        self.both("enterprise", f"#/enterprises/{told['enterprise']}", ".pane .value-row")
        self.both("list", "#/ledger/hazard/rectification", ".side .row")
        self.both("list-empty", "#/ledger/accident/open_accidents", ".list-status")
        self.both("list-tips", "#/ledger/tip_off/open_tips", ".side .row")
        self.both("settings", "#/ledger/setting/*", ".ledger-head h2")
        self.both("code-list", "#/ledger/code/*", ".ledger-head h2")
        self.report()

    def test_11_forms(self):
        told = self.hub.told
        self.both("new", "#/new", ".menu-page .row")
        for kind, act in (("accident", "fill_in"), ("setting", "set"), ("code", "set"), ("enterprise", "register"),
                          ("tip_off", "register"), ("inspection", "assign")):
            self.both(f"create-{kind}", f"#/new/{kind}/{act}", ".act-form [name]")

        def press(zh, en):
            return lambda: (self.browser.press_act(en if self.browser.run("return document.documentElement.lang") == "en" else zh),
                            self.browser.wait(lambda: self.browser.count(".act-form [name], .menu:not([hidden])"), zh))
        self.both("edit", f"#/enterprises/{told['enterprise']}", ".pane .actions button",
                  press("更正档案", "Correct the file"), ".act-form")
        self.both("new-menu", f"#/enterprises/{told['enterprise']}", ".pane .actions button",
                  press("新建…", "New …"), ".menu")
        self.report()

    def test_12_machinery(self):
        self.both("devices", "#/devices", ".row, tbody tr, .card")
        self.both("quarantine", "#/inbox/quarantine", ".side")
        self.both("anomalies", "#/devices/anomalies", "main .lane")
        self.both("numbers", "#/devices/numbers", "main .lane")
        self.both("ahead", "#/ahead", "main h2")
        self.report()

    def keys(self, text):
        self.browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            one for sign in text for one in ({"type": "keyDown", "value": sign}, {"type": "keyUp", "value": sign})]}]})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
