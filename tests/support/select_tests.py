#!/usr/bin/python3
"""select_tests.py [--programs] BUILD [NAME…]: prints the names of the tests of a build directory
that are meant by NAME (a test, a suite, or a pattern), one per line; without NAME all but those that run
only when they are asked for.
With --programs only those that are programs of the build: scripts are of no use under valgrind."""

import fnmatch
import json
import sys
from pathlib import Path


# Suites that take long and need not be run with every change.
ON_REQUEST = {"analyze"}


def main() -> int:
    arguments = sys.argv[1:]
    programs = "--programs" in arguments
    arguments = [a for a in arguments if a != "--programs"]
    build, wanted = Path(arguments[0]).resolve(), arguments[1:]
    tests = json.loads((build / "meson-info" / "intro-tests.json").read_text())
    matched = set()
    for test in tests:
        suites = {suite.split(":")[-1] for suite in test["suite"]}
        hits = {w for w in wanted
                if w in suites or fnmatch.fnmatchcase(test["name"], w)}
        matched |= hits
        if programs and build not in Path(test["cmd"][0]).parents:
            continue
        if hits or not (wanted or suites & ON_REQUEST):
            print(test["name"])
    unknown = [w for w in wanted if w not in matched]
    if unknown:
        print("no such test: " + " ".join(unknown), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
