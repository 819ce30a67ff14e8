#!/usr/bin/python3
"""C files are formatted as clang-format 14 does it (the version of Debian 12; others differ)."""

import subprocess
import sys

from lint import TOP, Report, files

report = Report()
paths = files(".c", ".h", under=("schema", "sync", "app", "tests"))
if paths:
    command = ["clang-format-14", "--dry-run", "--Werror", "--ferror-limit=1"] + paths
    try:
        result = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    except FileNotFoundError:
        print("Bail out! clang-format-14 is not installed")
        sys.exit(1)
    for line in result.stderr.splitlines():
        if "error: " in line:
            path, number = line.split(":")[:2]
            report.add(path, int(number), "is not formatted; run clang-format-14 -i on it")
    if result.returncode and not report.findings:
        report.add("clang-format-14", 0, result.stderr.strip())
report.close("C files are formatted")
report.finish()
