#!/usr/bin/python3
"""test_version.py BUILD: the version stands in meson.build; all that names one takes it from there."""

import json
import os
import re
import ssl
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / room) for room in ("app", "support")]
BUILD = Path(sys.argv[1]).resolve()
os.environ["BIHUAN_BUILD"] = str(BUILD)
import programs  # noqa: E402
from collector import TOP, WindowTest  # noqa: E402
from steps import sign_in  # noqa: E402

VERSION = re.search(r"^project\([^)]*?\bversion: '([^']+)'", (TOP / "meson.build").read_text(), re.M | re.S)[1]
PROGRAMS = ["bihuan", "bihuanctl", "bihuan-agent", "bihuan-hub"]


class Programs(unittest.TestCase):
    def test_each_program_prints_it(self):
        for name in PROGRAMS:
            self.assertEqual(programs.run(name, "--version").stdout, f"{name} {VERSION}\n")

    def test_no_other_program_is_installed(self):
        installed = json.loads((BUILD / "meson-info" / "intro-installed.json").read_text())
        self.assertEqual(sorted(Path(to).name for to in installed.values() if Path(to).parent.name == "bin"),
                         sorted(PROGRAMS))

    def test_the_hub_names_it_in_its_log_and_to_who_asks_for_its_health(self):
        with tempfile.TemporaryDirectory() as folder:
            hub = programs.Hub(Path(folder) / "hub").serve()
            try:
                self.assertIn(f"started: version {VERSION}, hub ", Path(hub.log).read_text())
                self.assertEqual(self.ask_health(hub)["version"], VERSION)
            finally:
                hub.stop()

    @staticmethod
    def ask_health(hub):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the hub's own certificate, on loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=context))
        with opener.open(f"https://{hub.listen}/healthz", timeout=20) as answer:
            return json.load(answer)


class Written(unittest.TestCase):
    def test_news_begin_with_it(self):
        self.assertTrue((TOP / "NEWS").read_text().startswith(f"Bihuan {VERSION} "))

    def test_no_source_writes_it_down(self):
        found = [str(path.relative_to(TOP)) for folder in ("app", "sync", "schema", "assets")
                 for path in sorted((TOP / folder).rglob("*"))
                 if path.suffix in (".c", ".h", ".in", ".build", ".js", ".html", ".service", ".yaml")
                 and re.search(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])", path.read_text())]
        self.assertEqual(found, [])


class Window(WindowTest):
    build = BUILD
    name = "version"

    def test_the_settings_page_shows_it(self):
        with self.open() as app:
            sign_in(app)
            app.click("settings")
            app.find("doctor")
            app.text("版本")
            self.assertIn(VERSION, app.texts())


if __name__ == "__main__":
    cases = [unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in (Programs, Written, Window)]
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(cases)).wasSuccessful())
