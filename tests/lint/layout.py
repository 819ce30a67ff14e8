#!/usr/bin/python3
"""The layout of the tree: top level, READMEs, sizes, migrations, run bits, white space, leftovers."""

import os
import re
from collections import defaultdict

from lint import TOP, Report, files, is_text, read

TOP_LEVEL = {"meson.build", "meson_options.txt", "app", "sync", "schema", "assets", "tests", "cross",
             "README.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md", "NEWS"}
FOLDERS_BELOW = {"app", "sync", "schema", "assets"}
TEST_FOLDERS = {"support", "lint", "analyze", "programs", "e2e", "bench", "sim", "crash", "fuzz"}
# Folders without a README of their own: the folder above explains their files.
PLAIN_FOLDERS = {"assets/icons", "assets/pictures", "assets/po", "assets/systemd", "schema/sql"}
SOURCE = (".c", ".h", ".js", ".py", ".sh", ".css")
MAX_LINES = 800
EXECUTABLE = {"app/run", "tests/run", ".ci/run", "tests/lint/run", "tests/support/install",
              "tests/support/requirements", "cross/sysroot.sh"}
# The words are put together from pieces, so that this file does not contain them.
LEFTOVER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(" + "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot"]) + r")/\w")
REGISTRY = re.compile("|".join(["deb\\.deb" + "ian\\.org", "npm" + "js\\.org", "py" + "pi\\.org",
                                "proxy\\.gol" + "ang"]))

report = Report()
everything = files()
texts = {p: True for p in everything if is_text(p)}

for name in sorted({p.split("/")[0] for p in everything}):
    if name not in TOP_LEVEL and not name.startswith("."):
        report.add(name, 0, "does not belong to the top level")
for name in sorted(TOP_LEVEL - {p.split("/")[0] for p in everything}):
    report.add(name, 0, "is missing at the top level")
report.close("the top level has the expected files and no others")

folders = set()
for path in everything:
    parts = path.split("/")
    if len(parts) > 1 and parts[0] in TOP_LEVEL:
        folders.add(parts[0])
    if len(parts) > 2 and parts[0] in FOLDERS_BELOW and parts[-1] != "meson.build":
        folders.add("/".join(parts[:2]))
    if path.endswith(".c") and parts[0] != "tests":
        folders.add("/".join(parts[:-1]))
    if len(parts) > 2 and parts[0] == "tests" and parts[1] in TEST_FOLDERS and parts[-1] != "meson.build":
        folders.add("/".join(parts[:2]))
for folder in sorted(folders - PLAIN_FOLDERS):
    if f"{folder}/README.md" not in everything:
        report.add(folder, 0, "has no README.md")
report.close("every folder has a README")

for path in texts:
    if path.endswith(SOURCE):
        lines = read(path).count("\n")
        if lines > MAX_LINES:
            report.add(path, 0, f"has {lines} lines (at most {MAX_LINES}); split it by concept")
report.close("no source file is too long")

# A part that several stores share has no number; the migrations that include it name it in a line.
included = set(re.findall(r"^-- include (\S+)$", "\n".join(
    read(path) for path in everything if re.match(r"schema/sql/\w+/.*\.sql$", path)), re.M))
migrations = defaultdict(set)
for path in everything:
    match = re.fullmatch(r"schema/sql/(\w+)/(\d+)[-_][\w-]+\.sql", path)
    if match:
        if not path.endswith("-pg.sql"):
            if int(match[2]) in migrations[match[1]]:
                report.add(path, 0, f"number {match[2]} is used twice")
            migrations[match[1]].add(int(match[2]))
    elif path.startswith("schema/sql/") and path.endswith(".sql") and \
            path[len("schema/sql/"):] not in included:
        report.add(path, 0, "is not named NUMBER-name.sql in a folder of schema/sql")
for side, numbers in migrations.items():
    if numbers != set(range(1, len(numbers) + 1)):
        report.add(f"schema/sql/{side}", 0, f"migrations are not 1 … {len(numbers)} without a gap")
report.close("migrations are numbered without gaps")

for path in everything:
    shebang = path in texts and read(path).startswith("#!")
    runs = os.access(TOP / path, os.X_OK)
    if runs and not shebang:
        report.add(path, 0, "has a run bit but no #! line")
    if path in EXECUTABLE and not runs:
        report.add(path, 0, "has no run bit")
for path in sorted(EXECUTABLE - set(everything)):
    report.add(path, 0, "is missing")
report.close("executable files have a run bit and a #! line")

for path in texts:
    if path.endswith(".csv"):
        continue
    text = read(path)
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            report.add(path, number, "ends in white space")
        if "\t" in line and path.endswith((".c", ".h", ".py", ".js", ".build", ".css", ".ui")):
            report.add(path, number, "contains a tab")
    if text and not text.endswith("\n"):
        report.add(path, 0, "does not end with a newline")
    if "\r" in text:
        report.add(path, 0, "contains carriage returns")
report.close("no trailing white space, no tabs, and a newline at the end")

for path in texts:
    for number, line in enumerate(read(path).split("\n"), 1):
        if LEFTOVER.search(line) and path != ".clang-format":
            report.add(path, number, "a note about unfinished work")
        if MACHINE_PATH.search(line):
            report.add(path, number, "a path of a developer's machine")
        if REGISTRY.search(line):
            report.add(path, number, "the host of a package registry")
report.close("there are no leftovers: unfinished work, paths of a machine, package hosts")

report.finish()
