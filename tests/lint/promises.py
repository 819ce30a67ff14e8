#!/usr/bin/python3
"""Every promise in the table of tests/README.md names tests that exist and are run."""

import re

from lint import TOP, Report, c_code, read

TABLE = "tests/README.md"
ROW = re.compile(r"^\| (?P<name>[A-Z]+[0-9]*) \|(?P<rest>.*)\|$")
PLACE = re.compile(r"`(tests/[\w./-]+)`")
NAME = re.compile(r"`(test_\w+|\"[^\"`]+\")`")
NAMES = [f"L{n}" for n in range(1, 23)] + [f"I{n}" for n in range(1, 14)] \
    + [f"A{n}" for n in range(1, 21)] \
    + [f"F{n}" for n in range(1, 24)] + ["ODK", "BAD"]


def tests_of(path):
    """Returns the names of the tests that a file runs; for a lint check, the texts of its checks."""
    text = read(path)
    if path.endswith(".c"):
        code = c_code(text)
        return {name for name in re.findall(r"\bvoid\s+(test_\w+)\(", code)
                if len(re.findall(r"[A-Z_a-z]\w*\(\s*" + name + r"\b", code)) > 0}
    if path.endswith(".py"):
        return set(re.findall(r"^    def (test_\w+)\(self", text, re.M)) \
            | {f'"{name}"' for name in re.findall(r'report\.close\("([^"]+)"\)', text)}
    return set()


report = Report()
seen = set()
for number, line in enumerate(read(TABLE).split("\n"), 1):
    row = ROW.match(line)
    if not row:
        continue
    seen.add(row["name"])
    if row["name"] not in NAMES:
        report.add(TABLE, number, f"{row['name']} is not the name of a promise (see NAMES)")
    for cell in row["rest"].split("<br>"):
        places, names = PLACE.findall(cell), NAME.findall(cell)
        for path in places:
            if not (TOP / path).is_file():
                report.add(TABLE, number, f"{path} does not exist")
            for name in names if (TOP / path).is_file() else ():
                if name not in tests_of(path):
                    report.add(TABLE, number, f"{path} has no test {name}")
report.close("each promise names tests that exist and run")

for name in NAMES:
    if name not in seen:
        report.add(TABLE, 0, f"{name} has no row")
report.close("each promise has a row")

report.finish()
