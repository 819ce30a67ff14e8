"""A browser for tests: chromedriver spoken to in plain WebDriver JSON, nothing to install beside
Debian's chromium and chromium-driver."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class BrowserError(Exception):
    pass


class Browser:
    def __init__(self, width=1280, height=800, dark=False, insecure=False):
        self.home = tempfile.mkdtemp(prefix="bihuan-browser-")
        environment = dict(os.environ, HOME=self.home, LANG="zh_CN.UTF-8", no_proxy="127.0.0.1,localhost")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0", "--log-level=WARNING"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        self.url = None
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                self.url = f"http://127.0.0.1:{found.group(1)}"
                break
        if self.url is None:
            raise BrowserError("chromedriver did not start")
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--no-proxy-server", "--lang=zh-CN", "--hide-scrollbars", "--no-first-run",
                     "--force-color-profile=srgb", f"--user-data-dir={self.home}/profile"]
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "acceptInsecureCerts": insecure,
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments},
        }}})
        self.session = f"/session/{answer['sessionId']}"
        self.size(width, height)
        self.scheme(dark)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with OPENER.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message']}") from None

    def call(self, method, path, body=None):
        return self._call(method, self.session + path, body)

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def scheme(self, dark):
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        return self.call("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def button(self, text, within="body"):
        """The first visible button or link with exactly this text."""
        found = self.wait(lambda: self.run(
            "const scope = document.querySelector(arguments[1]);"
            "return scope && [...scope.querySelectorAll('button, a')].find("
            "(one) => one.checkVisibility() && one.textContent.trim() === arguments[0])",
            text, within), f"button {text}")
        return found[ELEMENT]

    def click(self, element):
        self.run("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: element})
        self.call("POST", f"/element/{element}/click", {})

    def press(self, text, within="body"):
        self.click(self.button(text, within))

    def press_act(self, text):
        """Presses the button of an act on the page of a record. What makes another record is in the list
        behind the button 新建… when there are many."""
        prefix, more = "新建：", "新建…"
        shown = """return [...document.querySelectorAll('.actions .buttons button')]
                   .map((one) => one.textContent.trim()).find((one) => arguments[0].includes(one))"""
        if self.wait(lambda: self.run(shown, [text, more] if text.startswith(prefix) else [text]), f"the button {text}") == text:
            self.press(text, ".actions")
        else:
            self.press(more, ".actions")
            self.press(text[len(prefix):], ".actions .menu")

    def type(self, selector, text):
        element = self.find(selector)
        self.call("POST", f"/element/{element}/clear", {})
        self.call("POST", f"/element/{element}/value", {"text": text})

    def text(self, selector="body"):
        return self.run("const node = document.querySelector(arguments[0]);"
                        "return node ? node.innerText : ''", selector)

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def wait(self, ready, what, seconds=30):
        end = time.monotonic() + seconds
        while True:
            value = ready()
            if value:
                return value
            if time.monotonic() > end:
                raise BrowserError(f"waited in vain for {what}; the page says:\n{self.text()[:1500]}")
            time.sleep(0.05)

    def wait_text(self, text, selector="body"):
        self.wait(lambda: text in self.text(selector), f"{text!r} in {selector}")

    def wait_pictures(self):
        self.wait(lambda: self.run("return [...document.images].filter((one) => one.loading !== 'lazy')"
                                   ".every((one) => one.complete)"), "pictures")

    def cookies(self):
        return self.call("GET", "/cookie")

    def messages(self):
        """Warnings and errors of the console since the last call."""
        return [line for line in self.call("POST", "/se/log", {"type": "browser"})
                if line["level"] in ("WARNING", "SEVERE")]

    def picture(self, path, whole=False):
        if whole:
            shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        else:
            shot = self.call("GET", "/screenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot))

    def close(self):
        try:
            self.call("DELETE", "")
        except (BrowserError, OSError):
            pass
        self.driver.terminate()
        self.driver.wait(timeout=20)
        self.driver.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)
