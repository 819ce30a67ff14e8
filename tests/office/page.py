"""Shared by the tests of the page: a hub, a browser, and the steps of a reviewer."""

import os
import sys
import unittest

from hub import PASSWORDS, Hub
from webdriver import Browser

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
