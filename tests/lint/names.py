#!/usr/bin/python3
"""Lines of C and JavaScript that name a kind, a field or a state of the domain. The domain is data
(schema/kinds), so only the pages of a visit (app/visit) may name it. names.json says how many such
lines each other file has today: a number may only fall, and a file that is not listed has none.
What the pages of a visit and its papers name stands in schema/page-needs.json.
`names.py --lower` writes the numbers that fell. README.md says what is counted."""

import json
import re
import sys

from lint import TOP, Report, c_strings, files, line_of, read

ALLOWED = "tests/lint/names.json"
VISIT = "app/visit/"
NEEDS = "schema/page-needs.json"
# Files that may rely on what NEEDS lists.
NEEDING = re.compile(r"app/(visit|paper)/.*|schema/(freeze|signed-text)\.c")
# Kinds that the programs themselves need. Other kinds are the domain.
MACHINERY = {"unit", "staff", "device", "file", "review", "plaque", "scan", "release", "clock_note",
             "number_block", "setting", "calendar", "code"}
# Words of the programs that the domain has as names too: in which files (regular expression on the
# path) the word is not counted, and what it means there.
WORDS = {
    "accepted": (".*", "lane of the inbox"),
    "answers": (r"sync/hub/.*|assets/office/.*", "member of a view"),
    "assigned": (r"app/visit/start\.[ch]", "member of a draft"),
    "checklist": (r"schema/checklist.*", "member of an item file"),
    "deadline": (r"schema/(kind-.*|workflow|deadline)\.c", "member of a transition"),
    "draft": (".*", "record that is not saved"),
    "enterprise": (r"schema/checklist.*", "addressee of an item"),
    "found": (".*", "result of a search"),
    "item_no": (r"schema/checklist.*|sync/hub/cli/load\.c", "member of an item file"),
    "major_candidate": (r"schema/checklist.*", "member of an item file"),
    "measures": (r"schema/(checklist.*|worksheet\.c)|app/pages/item-sheet\.c", "member of an item file"),
    "modes": (r"sync/hub/cli/doctor-.*", "name of a check"),
    "number": (".*", "name of an anomaly, column of a table"),
    "order": (".*", "order of a list, member of a declaration"),
    "pdf": (r"sync/hub/(cases|office)/.*|schema/(kind-act|media)\.c|app/pages/(act-files|attached)\.c|"
            r"assets/office/.*", "suffix or type of a file"),
    "place": (".*", "field type"),
    "policy_source": (r"schema/checklist.*", "member of an item file"),
    "provisional": (r"schema/numbering\.c", "member of a declaration"),
    "refused": (".*", "answer of the hub"),
    "released": (".*", "decision about an entry"),
    "returned": (".*", "lane of the inbox"),
    "same_as": (r"schema/checklist.*", "member of an item file"),
    "sections": (".*", "member of a declaration"),
    "sector": (r"schema/checklist.*", "member of an item file"),
    "served": (".*", "name of a check"),
    "signature": (r"schema/(entry-text|error)\.c|sync/.*-store\.c", "signature of an entry"),
    "signed": (r"schema/body\.c|sync/.*", "member of a body, kind of proof"),
    "stopped": (r"sync/hub/cli/.*", "line of the log"),
    "summary": (r"assets/office/.*", "element of HTML"),
    "title": (".*", "member of a declaration, title of a record"),
    "uscc": (r"schema/kind-field\.c", "field type"),
    "video": (r"schema/(kind-act|media)\.c|app/.*|sync/.*|assets/office/.*", "type of a file"),
    "version": (".*", "version of a program, a store or a file"),
}
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![^\s;{}])//[^\n]*", re.S)
JS_NAME = re.compile(r"""(['"`])([a-z][a-z0-9_]*)\1""")


def names_of(kind):
    """The names of the fields and states that a kind declares."""
    return {one["name"] for part in ("fields", "states") for one in kind.get(part, [])}


def domain_names(kinds):
    """Names of domain kinds, and names of their fields and states that no machinery kind has."""
    domain = {name for name in kinds if name not in MACHINERY}
    shared = MACHINERY.union(*(names_of(kinds[name]) for name in kinds if name in MACHINERY))
    return domain | set().union(*(names_of(kinds[name]) for name in domain)) - shared


def is_word(name, path):
    """Whether the name means something else in this file."""
    return name in WORDS and re.fullmatch(WORDS[name][0], path) is not None


def strings_of(path, text):
    """(line, value) of each string literal of a C or JavaScript file; in JavaScript only of those
    that look like a name."""
    if path.endswith(".js"):
        code = JS_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        return [(line_of(code, match.start()), match[2]) for match in JS_NAME.finditer(code)]
    return c_strings(text)


def count(names):
    """{path: {line: [name, …]}} of each counted file with at least one such line."""
    found = {}
    sources = files(".c", ".h", under=("schema", "sync", "app")) + files(".js", under=("assets",))
    for path in sources:
        if path.startswith(VISIT):
            continue
        for line, value in strings_of(path, read(path)):
            if value in names and not is_word(value, path):
                found.setdefault(path, {}).setdefault(line, []).append(value)
    return found


def needed_names():
    """All names in NEEDS."""
    needs = json.loads(read(NEEDS))["kinds"]
    choices = [codes for kind in needs.values() for codes in kind.get("choices", {}).values()]
    return set(needs).union(*choices, *(kind.get(part, ()) for kind in needs.values()
                                        for part in ("fields", "optional", "states", "forms", "pages")))


def check_needs(names, report):
    """Each name that a needing file uses is in NEEDS, and each name in NEEDS is used by a program."""
    needed = needed_names()
    unused = set(needed)
    for path in files(".c", ".h", under=("schema", "sync", "app")):
        for line, value in strings_of(path, read(path)):
            unused.discard(value)
            if NEEDING.fullmatch(path) and value in names - needed and not is_word(value, path):
                report.add(path, line, f"names {value}, which {NEEDS} does not list")
    for name in sorted(unused):
        report.add(NEEDS, 0, f"lists {name}, which no program names")
    report.close("the pages of a visit and its papers need what is listed")


def lower(found, allowed):
    """Writes the numbers that fell. Raises no number and adds no file."""
    kept = {path: min(number, len(found.get(path, ()))) for path, number in allowed.items()}
    text = json.dumps({path: kept[path] for path in sorted(kept) if kept[path]}, indent=1)
    (TOP / ALLOWED).write_text(text + "\n", encoding="utf-8")


def check(found, allowed, report):
    for path, lines in sorted(found.items()):
        if len(lines) <= allowed.get(path, 0):
            continue
        for line, values in sorted(lines.items()):
            report.add(path, line, f"names {', '.join(values)} of the domain")
        report.add(path, 0, f"has {len(lines)} lines that name the domain, {ALLOWED} allows "
                            f"{allowed.get(path, 0)}; read the name from the kinds instead")
    report.close("no more lines than before name a kind, a field or a state of the domain")
    for path, number in sorted(allowed.items()):
        if len(found.get(path, ())) < number:
            report.add(ALLOWED, 0, f"{path} has {len(found.get(path, ()))} lines now, "
                                   f"not {number}; run tests/lint/names.py --lower")
    report.close("the numbers of lines are those of today")
    total = sum(len(lines) for lines in found.values())
    print(f"# {total} lines in {len(found)} files name the domain")


def main():
    declared = [json.loads(read(path)) for path in files(".json", under=("schema",))
                if path.startswith("schema/kinds/")]
    kinds = {kind["kind"]: kind for kind in declared}
    found = count(domain_names(kinds))
    allowed = json.loads(read(ALLOWED)) if (TOP / ALLOWED).is_file() else {}
    if sys.argv[1:] == ["--lower"]:
        lower(found, allowed)
    else:
        report = Report()
        check(found, allowed, report)
        check_needs(domain_names(kinds), report)
        report.finish()


if __name__ == "__main__":
    main()
