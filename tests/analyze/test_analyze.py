#!/usr/bin/python3
"""Checks that the analyzers report faults: analyze.py runs over a small source tree that contains some."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEAK = """#include <stdlib.h>
int leak(int n);
int leak(int n)
{
  int *all = malloc(10 * sizeof *all);
  if (all == NULL)
    return 0;
  all[0] = n;
  if (n > 3)
    return 3;
  free(all);
  return n;
}
"""
NUMBER = """#include <stdlib.h>
int number(const char *text);
int number(const char *text)
{
  return atoi(text);
}
"""
SOUND = "int sound(void);\nint sound(void)\n{\n  return 1;\n}\n"


class Analyze(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name).resolve()
        self.build = self.top / "build"
        for name in ("build", "schema", "tests/analyze"):
            (self.top / name).mkdir(parents=True)
        (self.top / ".clang-tidy").write_text((HERE.parents[1] / ".clang-tidy").read_text())
        self.name("")

    def name(self, exceptions):
        (self.top / "tests/analyze/exceptions.txt").write_text(exceptions)

    def analyze(self, tool, text, *chosen):
        """Runs analyze.py over a source tree of one file. Returns its exit status and output."""
        (self.top / "schema/a.c").write_text(text)
        (self.build / "compile_commands.json").write_text(json.dumps([{
            "directory": str(self.build), "file": "../schema/a.c", "output": "a.o",
            "command": "cc -O2 -MD -MQ a.o -MF a.o.d -o a.o -c ../schema/a.c"}]))
        done = subprocess.run([sys.executable, str(HERE / "analyze.py"), str(self.build), tool, *chosen],
                              env=dict(os.environ, BIHUAN_ANALYZE_TOP=str(self.top)), capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_a_fault_is_found_with_its_file_line_and_name(self):
        for tool, text, what in (("gcc", LEAK, "schema/a.c:10:12: leak of"),
                                 ("clang-tidy", NUMBER, "schema/a.c:5:10: 'atoi'")):
            code, output = self.analyze(tool, text)
            self.assertEqual(code, 1, output)
            self.assertIn(f"# {what}", output)
            # The second run reports the stored findings.
            self.assertEqual(self.analyze(tool, text), (code, output))
            self.assertEqual(self.analyze(tool, SOUND)[0], 0)

    def test_an_exception_holds_for_its_tool_and_file_only(self):
        self.name("gcc schema/a.c analyzer-malloc-leak the sample has to leak\n")
        self.assertEqual(self.analyze("gcc", LEAK)[0], 0)
        self.name("gcc schema/b.c analyzer-malloc-leak another file\n")
        self.assertEqual(self.analyze("gcc", LEAK)[0], 1)
        self.name("clang-tidy schema/a.c cert-err34-c the sample has to\n")
        self.assertEqual(self.analyze("clang-tidy", NUMBER)[0], 0)
        self.assertEqual(self.analyze("gcc", LEAK)[0], 1)

    def test_an_exception_that_is_not_needed_is_a_fault(self):
        self.name("gcc schema/a.c analyzer-malloc-leak the sample leaked once\n")
        code, output = self.analyze("gcc", SOUND)
        self.assertEqual(code, 1)
        self.assertIn("schema/a.c analyzer-malloc-leak is not needed any more", output)

    def test_an_exception_without_a_reason_is_a_fault(self):
        self.name("gcc schema/a.c analyzer-malloc-leak\n")
        code, output = self.analyze("gcc", LEAK)
        self.assertEqual(code, 1)
        self.assertIn("exceptions.txt:1: is not TOOL FILE WARNING REASON", output)

    def test_a_file_that_does_not_compile_is_a_fault(self):
        for tool in ("gcc", "clang-tidy"):
            code, output = self.analyze(tool, "int broken(\n")
            self.assertEqual(code, 1, output)
            self.assertIn("# schema/a.c", output)

    def test_a_file_that_does_not_exist_is_a_fault(self):
        self.assertEqual(self.analyze("gcc", SOUND, "schema/none.c")[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
