#!/usr/bin/python3
"""Checks the counting behind the last line of tests/run."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from count_tests import count_cases

HERE = Path(__file__).resolve().parent

CMOCKA_FINE = """[==========] Running 5 test(s).
[       OK ] test_a
[==========] 5 test(s) run.
[  PASSED  ] 5 test(s).
"""
CMOCKA_BAD = """[==========] tests: Running 3 test(s).
[==========] tests: 3 test(s) run.
[  PASSED  ] 1 test(s).
[  SKIPPED ] tests: 1 test(s), listed below:
[  SKIPPED ] test_c
[  FAILED  ] tests: 1 test(s), listed below:
[  FAILED  ] test_b

 1 FAILED TEST(S)
"""


class Cases(unittest.TestCase):
    def test_counts_what_cmocka_says(self):
        self.assertEqual(count_cases(CMOCKA_FINE), (5, 0, 0))
        self.assertEqual(count_cases(CMOCKA_FINE * 2), (10, 0, 0))
        self.assertEqual(count_cases(CMOCKA_BAD), (1, 1, 1))

    def test_counts_tap(self):
        self.assertEqual(count_cases("ok 1 - a\nnot ok 2 - b\nok 3 # SKIP no\n1..3\n"), (1, 1, 1))

    def test_counts_unittest(self):
        self.assertEqual(count_cases("Ran 1 test in 0.001s\n\nOK\n"), (1, 0, 0))
        self.assertEqual(
            count_cases("Ran 9 tests in 1.2s\n\nFAILED (failures=2, errors=1, skipped=1)\n"),
            (5, 3, 1))

    def test_a_silent_program_names_no_case(self):
        self.assertEqual(count_cases("hello\n"), (0, 0, 0))


class LastLine(unittest.TestCase):
    def count(self, results, selected):
        with tempfile.TemporaryDirectory() as directory:
            build = Path(directory)
            (build / "meson-logs").mkdir()
            (build / "meson-logs" / "testlog.json").write_text(
                "".join(json.dumps(r) + "\n" for r in results))
            (build / "selected").write_text("\n".join(selected) + "\n")
            done = subprocess.run(
                [sys.executable, HERE / "count_tests.py", build, build / "selected"],
                capture_output=True, text=True)
            return done.stdout.splitlines()[-1], done.returncode

    def test_all_fine(self):
        results = [{"name": "bihuan:schema / schema/entry", "result": "OK", "stdout": CMOCKA_FINE},
                   {"name": "bihuan:lint / lint/format", "result": "OK", "stdout": "quiet"}]
        self.assertEqual(self.count(results, ["schema/entry", "lint/format"]),
                         ("6 passed, 0 failed, 0 skipped", 0))

    def test_a_crash_after_passing_cases_is_a_failure(self):
        results = [{"name": "a", "result": "FAIL", "stdout": CMOCKA_FINE}]
        self.assertEqual(self.count(results, ["a"]), ("5 passed, 1 failed, 0 skipped", 1))

    def test_a_timeout_and_a_test_that_never_ran_are_failures(self):
        results = [{"name": "a", "result": "TIMEOUT"}]
        self.assertEqual(self.count(results, ["a", "b"]), ("0 passed, 2 failed, 0 skipped", 1))

    def test_a_skip_is_not_success(self):
        results = [{"name": "a", "result": "SKIP"}, {"name": "b", "result": "OK"}]
        self.assertEqual(self.count(results, ["a", "b"]), ("1 passed, 0 failed, 1 skipped", 1))

    def test_nothing_at_all_is_not_success(self):
        self.assertEqual(self.count([], []), ("0 passed, 0 failed, 0 skipped", 1))


class Select(unittest.TestCase):
    def select(self, *names):
        with tempfile.TemporaryDirectory() as build:
            (Path(build) / "meson-info").mkdir()
            (Path(build) / "meson-info" / "intro-tests.json").write_text(json.dumps([
                {"name": "schema/a", "suite": ["bihuan:schema"], "cmd": ["a"]},
                {"name": "analyze/gcc", "suite": ["bihuan:analyze"], "cmd": ["b"]}]))
            done = subprocess.run([sys.executable, str(HERE / "select_tests.py"), build, *names],
                                  capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.split()

    def test_what_takes_long_is_run_only_when_it_is_named(self):
        self.assertEqual(self.select(), (0, ["schema/a"]))
        self.assertEqual(self.select("analyze"), (0, ["analyze/gcc"]))
        self.assertEqual(self.select("analyze/gcc", "schema"), (0, ["schema/a", "analyze/gcc"]))

    def test_a_name_of_no_test_is_an_error(self):
        self.assertEqual(self.select("schema", "none")[0], 2)


if __name__ == "__main__":
    unittest.main()
