"""The page of the office in Chromium, as a person uses it beside the window of a device."""

import sys
from pathlib import Path

from samples import PASSWORDS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "office"))
from webdriver import Browser  # noqa: E402

ENTER, DOWN = "\ue007", "\ue015"


class OfficePage:
    """Signed in as one person; `close` ends the browser."""

    def __init__(self, hub, login):
        self.browser = Browser(insecure=True)
        self.browser.open(hub.office)
        self.browser.wait_text("登录审核页")
        self.browser.type("input[name=login]", login)
        self.browser.type("input[name=password]", PASSWORDS[login])
        self.browser.press("登录")
        self.browser.wait(lambda: self.browser.count(".who-name"), "being signed in")

    def close(self):
        if self.browser:
            self.browser.close()
        self.browser = None

    def go(self, place, text):
        self.browser.run("location.hash = arguments[0]", place)
        self.browser.wait_text(text, "#main")

    def open_record(self, record, text):
        self.go(f"#/enterprises/{record}", text)

    def begin(self, button, field):
        """Opens the form of an act on the page of a record."""
        self.browser.press_act(button)
        self.wait_form(field)

    def begin_creation(self, label, field):
        """Opens a form from the menu of the office."""
        self.browser.press("新建", ".nav")
        self.browser.wait_text(label, ".side .menu-page")
        self.browser.run("[...document.querySelectorAll('.side .rows a')]"
                         ".find((one) => one.querySelector('.row-title').textContent === arguments[0]).click()", label)
        self.wait_form(field)

    def wait_form(self, field):
        self.browser.wait(lambda: self.browser.count(f'.act-form [name="{field}"]'), f"the form with {field}")

    def type(self, field, text):
        self.browser.run("""
            const node = document.querySelector(`.act-form [name="${arguments[0]}"]`);
            node.value = arguments[1];
            for (const name of ['input', 'change']) node.dispatchEvent(new Event(name, { bubbles: true }));""", field, text)

    def choose(self, field, code):
        self.type(field, code)

    def check(self, field, code):
        self.browser.run("document.querySelector(`.act-form [name=\"${arguments[0]}\"][value=\"${arguments[1]}\"]`).click()",
                         field, code)

    def pick(self, field, words, title):
        """Finds a record by words, and chooses the first one with the keys."""
        options = f'.act-form [data-field="{field}"] .pick-list li'
        self.browser.run("""
            const node = document.querySelector(`.act-form [name="${arguments[0]}"]`);
            node.focus();
            node.select();
            document.execCommand('insertText', false, arguments[1]);""", field, words)
        self.browser.wait(lambda: title in self.browser.text(options), f"{title} among the records of {field}")
        self.keys(DOWN, ENTER)
        self.browser.wait(lambda: title in self.browser.run(
            "return document.querySelector(`.act-form [name=\"${arguments[0]}\"]`).value", field), f"{title} in {field}")

    def keys(self, *values):
        self.browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            one for value in values for one in ({"type": "keyDown", "value": value},
                                                {"type": "keyUp", "value": value})]}]})

    def problem(self, field):
        return self.browser.text(f'.act-form [data-field="{field}"] .form-problem')

    def send(self):
        self.browser.press("确定", ".act-form")

    def send_and_see(self, text, where=".pane"):
        self.send()
        self.browser.wait_text(text, where)

    def send_and_be_refused(self, text):
        self.send()
        self.browser.wait_text(text, ".act-form")
