"""Shared by the lint checks: the list of files, C text without comments, and a report that prints one line
per finding as FILE:LINE: TEXT, and one "ok"/"not ok" line per check (TAP)."""

import os
import re
import subprocess
import sys
from pathlib import Path

# test_lint.py sets this to a tree that breaks the rules.
TOP = Path(os.environ.get("BIHUAN_LINT_TOP", Path(__file__).resolve().parents[2]))

_BUILD_DIRECTORY = re.compile(r"build(-.*)?$")


def files(*suffixes, under=()):
    """Paths relative to the top, sorted: what git tracks or would track, or without git all files
    outside build directories. `under` limits to directories, `suffixes` to endings."""
    git = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=TOP, capture_output=True)
    if git.returncode == 0:
        found = [p for p in git.stdout.decode().split("\0") if p]
    else:
        found = []
        for directory, children, names in os.walk(TOP):
            here = os.path.relpath(directory, TOP)
            children[:] = [c for c in children
                           if c not in (".git", "__pycache__", "node_modules")
                           and not (here == "." and _BUILD_DIRECTORY.match(c))]
            found += [os.path.normpath(os.path.join(here, n)) for n in names]
    return sorted({p for p in found
                   if (TOP / p).is_file()
                   and (not suffixes or p.endswith(suffixes))
                   and (not under or p.split("/")[0] in under)})


def read(path):
    return (TOP / path).read_text(encoding="utf-8")


# Broken inputs that tests need.
_SAMPLES = re.compile(r"tests/(.*/)?(corpus|fixtures)/")


def is_text(path):
    """Whether the rules for text apply: not to pictures, and not to broken inputs of tests."""
    data = (TOP / path).read_bytes()
    if b"\0" in data or _SAMPLES.match(path):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_C_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.S)


def c_code(text):
    """Returns the text with comments and the contents of literals blanked; line numbers stay the same."""
    def blank(match):
        if match.lastgroup == "comment":
            return re.sub(r"[^\n]", " ", match.group())
        quote = match.group()[0]
        return quote + " " * (len(match.group()) - 2) + quote
    return _C_TOKEN.sub(blank, text)


def c_strings(text):
    """Returns (line, value as written) of each string literal; adjacent literals are joined."""
    found = []
    end = None
    for match in _C_TOKEN.finditer(text):
        if match.lastgroup == "comment":
            continue
        if match.lastgroup != "string":
            end = None
            continue
        value = match.group()[1:-1]
        between = "x" if end is None else re.sub(r"/\*.*?\*/|//[^\n]*", "", text[end:match.start()])
        if end is not None and between.strip() == "":
            line, before = found.pop()
            found.append((line, before + value))
        else:
            found.append((text.count("\n", 0, match.start()) + 1, value))
        end = match.end()
    return found


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    def __init__(self):
        self.number = 0
        self.bad = False
        self.findings = []

    def add(self, path, line, what):
        self.findings.append(f"{path}:{line}: {what}" if line else f"{path}: {what}")

    def close(self, check):
        """Ends one check, to which all findings since the last close belong."""
        self.number += 1
        for finding in self.findings:
            print("# " + finding)
        print(f"{'not ok' if self.findings else 'ok'} {self.number} - {check}")
        self.bad = self.bad or bool(self.findings)
        self.findings = []

    def finish(self):
        print(f"1..{self.number}")
        sys.exit(1 if self.bad else 0)
