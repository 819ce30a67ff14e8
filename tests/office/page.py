"""Shared by the tests of the page: a hub, a browser, and the steps of a reviewer."""

import os
import sys
import unittest

from hub import PASSWORDS, Hub
from webdriver import Browser

KEYS = {"down": "\ue015", "up": "\ue013", "enter": "\ue007", "escape": "\ue00c", "tab": "\ue004", "space": " "}
PICTURES = sys.argv[3] if len(sys.argv) > 3 else None


class Page(unittest.TestCase):
    """One hub and one browser for all cases of a class; cases run in order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.hub = Hub(*sys.argv[1:3])
        if PICTURES:
            os.makedirs(PICTURES, exist_ok=True)
        cls.browser = Browser()
        cls.browser.open(cls.hub.page)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        code = cls.hub.close()
        if code != 0:
            raise AssertionError(f"the hub ended with {code}")

    def go(self, place, text=None):
        self.browser.run("location.hash = arguments[0]", place)
        if text:
            self.browser.wait_text(text, "#main")

    def open_record(self, name, text, lane="new", where=".pane h2"):
        """Opens a record of the hub by the name that office-server gave it, in a lane of the inbox."""
        self.go(f"#/inbox/{lane}/{self.hub.told[name]}")
        self.browser.wait_text(text, where)

    def try_to_sign_in(self, login, password):
        self.browser.wait_text("登录审核页")
        self.browser.type("input[name=login]", login)
        self.browser.type("input[name=password]", password)
        self.browser.press("登录")

    def sign_in(self, login):
        self.try_to_sign_in(login, PASSWORDS[login])
        self.browser.wait(lambda: self.browser.count(".who-name"), "being signed in")

    def sign_out(self):
        self.browser.press("退出")
        self.browser.wait_text("登录审核页")

    def begin_return(self, name, number):
        """Opens the form that returns a record to its writer."""
        self.open_record(name, number)
        self.browser.press("退回补正", ".actions")

    def picture(self, name):
        if PICTURES:
            for width, height, kind in ((1280, 800, "wide"), (390, 844, "phone")):
                self.browser.size(width, height)
                for dark in (False, True):
                    self.browser.scheme(dark)
                    self.browser.wait_pictures()
                    self.browser.picture(f"{PICTURES}/office-{name}-{kind}{'-dark' if dark else ''}.png")
            self.browser.size(1280, 800)
            self.browser.scheme(False)

    def assert_quiet(self, but=()):
        lines = [line["message"] for line in self.browser.messages()]
        loud = [line for line in lines if not any(part in line for part in but)]
        self.assertEqual(loud, [])


class Forms:
    """What a person does in the form of an act; for a Page."""

    def fill(self, name, text):
        """Types into the field of the open form, as pasting does."""
        self.browser.run("""
            const node = document.querySelector(`.act-form [name="${arguments[0]}"]`);
            node.focus();
            node.select();
            document.execCommand(arguments[1] ? 'insertText' : 'delete', false, arguments[1]);""", name, text)

    def choose(self, name, code):
        self.browser.run("""
            const node = document.querySelector(`.act-form [name="${arguments[0]}"]`);
            node.value = arguments[1];
            node.dispatchEvent(new Event('change', { bubbles: true }));""", name, code)

    def value(self, name):
        return self.browser.run(
            "return document.querySelector(`.act-form [name=\"${arguments[0]}\"]`)?.value", name)

    def is_shown(self, name):
        return self.browser.run("return document.querySelector(`.act-form [data-field=\"${arguments[0]}\"]`)"
                                "?.checkVisibility() || false", name)

    def problem(self, name):
        return self.browser.text(f'.act-form [data-field="{name}"] .form-problem')

    def press_key(self, *names):
        self.browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            one for name in names for one in ({"type": "keyDown", "value": KEYS[name]},
                                              {"type": "keyUp", "value": KEYS[name]})]}]})

    def begin(self, button, first):
        self.browser.press_act(button)
        self.browser.wait(lambda: self.browser.count(f'.act-form [name="{first}"]'), "the form")

    def choose_creation(self, menu, label, first):
        """Opens a form from the menu."""
        self.browser.press(menu, ".nav")
        self.browser.wait_text(label, ".side .menu-page")
        self.browser.run("[...document.querySelectorAll('.side .rows a')]"
                         ".find((one) => one.querySelector('.row-title').textContent === arguments[0]).click()", label)
        self.browser.wait(lambda: self.browser.count(f'.act-form [name="{first}"]'), "the form")
