#!/usr/bin/python3
"""count_tests.py BUILD SELECTED: reads meson's testlog and prints the last line of tests/run.

Test programs say how many cases they ran: cmocka by "[  PASSED  ] 5 test(s).", TAP by its "ok"
lines, Python's unittest by "Ran 5 tests". A program that says nothing counts as one. A selected
test without a result, and a program that failed without naming a failed case, is one failure."""

import json
import re
import sys
from pathlib import Path

CMOCKA_PASSED = re.compile(r"^\[  PASSED  \] (\d+) test\(s\)\.", re.M)
CMOCKA_FAILED = re.compile(r"^\[  FAILED  \] \w+: (\d+) test\(s\)|^\[  FAILED  \] (\d+) test\(s\)", re.M)
CMOCKA_SKIPPED = re.compile(r"^\[  SKIPPED \] \w+: (\d+) test\(s\)|^\[  SKIPPED \] (\d+) test\(s\)", re.M)
TAP = re.compile(r"^(ok|not ok)\b(.*)$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(OK|FAILED)(?: \((.*)\))?", re.M)
FINE = {"OK", "EXPECTEDFAIL"}


def total(pattern, text):
    return sum(int(next(g for g in m.groups() if g)) for m in pattern.finditer(text))


def count_cases(text):
    """(passed, failed, skipped) that a program's output names; all 0 when it names none."""
    passed = total(CMOCKA_PASSED, text)
    failed = total(CMOCKA_FAILED, text)
    skipped = total(CMOCKA_SKIPPED, text)
    for verdict, rest in TAP.findall(text):
        if re.search(r"#\s*skip", rest, re.I):
            skipped += 1
        elif verdict == "ok":
            passed += 1
        else:
            failed += 1
    for ran, _, details in UNITTEST.findall(text):
        parts = dict(p.split("=") for p in details.split(", ")) if details else {}
        bad = int(parts.get("failures", 0)) + int(parts.get("errors", 0))
        out = int(parts.get("skipped", 0))
        passed += int(ran) - bad - out
        failed += bad
        skipped += out
    return passed, failed, skipped


def main() -> int:
    build, selected = Path(sys.argv[1]), Path(sys.argv[2])
    missing = set(selected.read_text().split("\n")) - {""}
    passed = failed = skipped = 0
    bad = []
    for log in sorted((build / "meson-logs").glob("testlog*.json")):
        for line in log.read_text(errors="replace").splitlines():
            test = json.loads(line)
            name = test["name"].split(" / ")[-1]
            missing.discard(name)
            p, f, s = count_cases(test.get("stdout", "") + "\n" + test.get("stderr", ""))
            if test["result"] == "SKIP":
                skipped += max(1, s)
                bad.append(f"{name} (skipped)")
            elif test["result"] in FINE:
                passed += p if p + f + s else 1
                failed += f
                skipped += s
                if f or s:
                    bad.append(f"{name} ({f} failed, {s} skipped cases)")
            else:
                passed += p
                failed += max(1, f)
                skipped += s
                bad.append(f"{name} ({test['result'].lower()})")
    failed += len(missing)
    bad += [f"{name} (did not run)" for name in sorted(missing)]
    if bad:
        print("\nNot well:")
        for line in bad:
            print("  " + line)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or skipped or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
