#!/usr/bin/python3
"""Checks what tests/support/requirements prints of schema/requirements.csv."""

import csv
import re
import subprocess
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "schema/requirements.csv"


class Requirements(unittest.TestCase):
    def run_program(self, *arguments):
        return subprocess.run([HERE / "requirements", *arguments], capture_output=True, text=True)

    def rows(self):
        with TABLE.open(encoding="utf-8", newline="") as table:
            return list(csv.DictReader(table))

    def test_every_row_is_counted_once(self):
        done = self.run_program()
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [[int(number) for number in re.findall(r"\d+(?=/|  |$)", line[27:])]
                 for line in done.stdout.splitlines()[1:]]
        self.assertEqual(len(lines), 19)
        self.assertEqual([sum(column) for column in zip(*lines[:-1])], lines[-1])
        self.assertEqual(sum(lines[-1][:9]), len(self.rows()))
        self.assertEqual(sum(lines[-1][9:]), len(self.rows()))

    def test_counts_are_by_chapter_priority_and_status(self):
        number = sum(row["chapter"] == "1" and row["priority"] == "core" and row["status"] == "partly"
                     for row in self.rows())
        first = self.run_program().stdout.splitlines()[1]
        self.assertEqual(int(first[27:].split("/")[1]), number)

    def test_one_row_is_printed_with_its_note(self):
        row = next(row for row in self.rows() if row["row"] == "R-020")
        done = self.run_program("--row", "R-020")
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"{row['row']} ({row['priority']}, chapter {row['chapter']}", done.stdout)
        for text in (row["note"], *row["fulfilled_by"].split(";"), *row["test"].split(";")):
            self.assertIn(text, done.stdout)

    def test_a_row_that_does_not_exist_is_an_error(self):
        done = self.run_program("--row", "R-999")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row R-999", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_help_is_printed(self):
        self.assertIn("--row R-NNN", self.run_program("--help").stdout)


if __name__ == "__main__":
    unittest.main()
