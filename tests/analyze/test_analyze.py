#!/usr/bin/python3
"""An analyzer that finds nothing is worth nothing: it is shown a small house with faults."""

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

    def look(self, tool, text, *chosen):
        """Exit status and what is said about a house of one file."""
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
            code, said = self.look(tool, text)
            self.assertEqual(code, 1, said)
            self.assertIn(f"# {what}", said)
            self.assertEqual(self.look(tool, text), (code, said))  # kept, and said again
            self.assertEqual(self.look(tool, SOUND)[0], 0)

    def test_what_is_named_is_let_pass_by_that_tool_and_in_that_file_only(self):
        self.name("gcc schema/a.c analyzer-malloc-leak the sample has to leak\n")
        self.assertEqual(self.look("gcc", LEAK)[0], 0)
        self.name("gcc schema/b.c analyzer-malloc-leak another file\n")
        self.assertEqual(self.look("gcc", LEAK)[0], 1)
        self.name("clang-tidy schema/a.c cert-err34-c the sample has to\n")
        self.assertEqual(self.look("clang-tidy", NUMBER)[0], 0)
        self.assertEqual(self.look("gcc", LEAK)[0], 1)

    def test_a_name_that_is_not_needed_is_a_fault(self):
        self.name("gcc schema/a.c analyzer-malloc-leak the sample leaked once\n")
        code, said = self.look("gcc", SOUND)
        self.assertEqual(code, 1)
        self.assertIn("schema/a.c analyzer-malloc-leak is not needed any more", said)

    def test_a_name_without_a_reason_is_a_fault(self):
        self.name("gcc schema/a.c analyzer-malloc-leak\n")
        code, said = self.look("gcc", LEAK)
        self.assertEqual(code, 1)
        self.assertIn("exceptions.txt:1: is not TOOL FILE WARNING REASON", said)

    def test_a_file_that_cannot_be_looked_at_is_a_fault(self):
        for tool in ("gcc", "clang-tidy"):
            code, said = self.look(tool, "int broken(\n")
            self.assertEqual(code, 1, said)
            self.assertIn("# schema/a.c", said)

    def test_nothing_to_look_at_is_a_fault(self):
        self.assertEqual(self.look("gcc", SOUND, "schema/none.c")[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
