#!/usr/bin/python3
"""schema/requirements.csv: each requirement has one row, and each pointer of a row names something
that exists. README.md lists the forms of pointers. Needs no build: the names of tests are read from
the meson files."""

import csv
import io
import json
import re

from lint import Report, c_code, files, read

TABLE = "schema/requirements.csv"
COLUMNS = ["row", "priority", "chapter", "status", "fulfilled_by", "test", "note"]
LAST_ROW = 269
PRIORITIES = {"core", "expected", "beyond"}
STATUSES = {"works", "partly", "not"}
CHAPTERS = {str(number) for number in range(1, 19)}
NOTE = re.compile(r"[^.]+\.( \S.*\.)?")

# --- what a pointer may name ---

ROUTE = re.compile(r'\{"(GET|POST|PUT|DELETE|PATCH|HEAD)", "(/[^"]*)"')
PAGES = re.compile(r"(app/[\w-]+/[\w-]+\.c|assets/office/[\w-]+\.js)")


class House:
    """What exists in the tree: kinds, checklists, files, routes."""

    def __init__(self):
        self.files = set(files())
        self.kinds = {}
        for path in sorted(self.files):
            if re.fullmatch(r"schema/kinds/\w+\.json", path):
                kind = json.loads(read(path))
                self.kinds[kind.get("kind")] = kind
        self.routes = {f"{match[1]} {match[2]}" for path in self.files
                       if path.startswith("sync/hub/") and path.endswith(".c")
                       for match in ROUTE.finditer(read(path))}

    def named(self, kind, part, name):
        return any(item.get("name") == name for item in self.kinds.get(kind, {}).get(part, []))

    def has_code(self, kind, field, code):
        return any(item["name"] == field and choice["code"] == code
                   for item in self.kinds.get(kind, {}).get("fields", [])
                   for choice in item.get("choices", []))

    def has_step(self, kind, source, target):
        """`source` is "new" for the step that makes a record."""
        return any(step["to"] == target and (step["from"] is None if source == "new"
                                             else source in (step["from"] or []))
                   for step in self.kinds.get(kind, {}).get("transitions", []))

    def has_item(self, checklist, number):
        path = f"assets/checklists/{checklist}.csv"
        return path in self.files and any(row and row[0] == number
                                          for row in csv.reader(io.StringIO(read(path))))

    def has(self, form, name):
        kind, _, rest = name.partition(".")
        if form == "kind":
            return name in self.kinds
        if form in ("field", "state", "ledger"):
            return self.named(kind, form + "s", rest)
        if form == "form":
            return rest in self.kinds.get(kind, {}).get("forms", {})
        if form == "code":
            return self.has_code(kind, *(rest.split(".", 1) if "." in rest else (rest, "")))
        if form == "step":
            source, _, target = rest.partition(">")
            return self.has_step(kind, source, target)
        if form == "checklist":
            return f"assets/checklists/{name}.csv" in self.files
        if form == "item":
            return self.has_item(kind, rest)
        if form == "route":
            return name in self.routes
        if form == "page":
            return name in self.files and PAGES.fullmatch(name) is not None
        return form == "file" and name in self.files


# --- tests ---

FOREACH = re.compile(r"^foreach (\w+)(?:, (\w+))? : (\[.*?\]|\{.*?\}|\w+)\n(.*?)^endforeach",
                     re.S | re.M)
TEST = re.compile(r"\btest\(\s*'([\w/-]+)'\s*(\+\s*)?")


def list_values(text, values):
    """The members of a meson list or the keys of a meson dictionary, each with its value."""
    if re.fullmatch(r"\w+", values):
        found = re.search(rf"^{values} = (\[.*?\])", text, re.S | re.M)
        values = found[1] if found else "[]"
    if values.startswith("{"):
        return re.findall(r"'([^']+)'\s*:\s*(\[[^\]]*\]|\w+)", values)
    return [(name, "") for name in re.findall(r"'([^']+)'", values)]


def names_of_loop(text, loop):
    for test in TEST.finditer(loop[4]):
        for name, value in list_values(text, loop[3]):
            # A test that runs in several sizes of the window has the size in its name.
            sizes = re.findall(r"'([^']+)'", value) if loop[2] == "sizes" else []
            if not test[2]:
                yield test[1]
            elif len(sizes) > 1:
                yield from (f"{test[1]}{name}-{size}" for size in sizes)
            else:
                yield test[1] + name


def list_tests():
    """{name of a meson test: folder of its meson file}."""
    found = {}
    for path in files("meson.build", under=("tests",)):
        text = re.sub(r"#[^\n]*", "", read(path))
        folder = path.rsplit("/", 1)[0]
        for loop in FOREACH.finditer(text):
            found.update((name, folder) for name in names_of_loop(text, loop))
        for test in TEST.finditer(FOREACH.sub("", text)):
            found[test[1]] = folder
    return found


def list_cases(folder):
    """The names of test functions in the files of a folder; of a script without .py all methods."""
    cases = set()
    for path in files():
        if path.rsplit("/", 1)[0] != folder:
            continue
        if path.endswith(".c"):
            cases.update(re.findall(r"\bvoid\s+(test_\w+)\(", c_code(read(path))))
        elif path.endswith(".py"):
            cases.update(re.findall(r"^    def (test_\w+)\(self", read(path), re.M))
        elif "." not in path.rsplit("/", 1)[1] and read(path).startswith("#!/usr/bin/python3"):
            cases.update(re.findall(r"^    def (\w+)\(self", read(path), re.M))
    return cases


# --- the checks ---

def check_rows(report, rows):
    expected = [f"R-{number:03d}" for number in range(1, LAST_ROW + 1)]
    names = [row["row"] for _, row in rows]
    for (line, row), wanted in zip(rows, expected):
        if row["row"] != wanted:
            report.add(TABLE, line, f"{row['row']} stands where {wanted} belongs")
            break
    for name in sorted(set(expected) - set(names)):
        report.add(TABLE, 0, f"{name} has no row")
    for name in sorted({name for name in names if names.count(name) > 1}):
        report.add(TABLE, 0, f"{name} has {names.count(name)} rows")
    for name in sorted(set(names) - set(expected)):
        report.add(TABLE, 0, f"{name} is not a requirement")
    report.close("each requirement has one row, in order")


def check_values(report, rows):
    for line, row in rows:
        for column, allowed in (("priority", PRIORITIES), ("chapter", CHAPTERS),
                                ("status", STATUSES)):
            if row[column] not in allowed:
                report.add(TABLE, line, f"{column}: {row[column]!r} is not one of "
                                        f"{', '.join(sorted(allowed))}")
        if row["status"] == "works" and not row["test"]:
            report.add(TABLE, line, f"{row['row']} works, but names no test")
        if row["status"] != "not" and not row["fulfilled_by"]:
            report.add(TABLE, line, f"{row['row']} names nothing that fulfils it")
        note = NOTE.fullmatch(row["note"])
        if not note:
            report.add(TABLE, line, "note: begins with the name of the requirement and a full "
                                    "stop, and ends with a full stop")
        elif row["status"] != "works" and not note[1]:
            report.add(TABLE, line, f"note: does not say what {row['row']} lacks")
    report.close("values are those that are allowed, and say what is missing")


def check_pointers(report, rows):
    house, tests, cases = House(), list_tests(), {}
    for line, row in rows:
        for pointer in filter(None, row["fulfilled_by"].split(";")):
            form, _, name = pointer.partition(":")
            if not house.has(form, name):
                report.add(TABLE, line, f"fulfilled_by: {pointer} does not exist")
        for pointer in filter(None, row["test"].split(";")):
            name, mark, case = pointer.partition("#")
            folder = tests.get(name)
            if folder is None:
                report.add(TABLE, line, f"test: no meson test is called {name}")
            elif mark and case not in cases.setdefault(folder, list_cases(folder)):
                report.add(TABLE, line, f"test: {name} has no case {case}")
    report.close("each pointer names something that exists")


def main():
    report = Report()
    reader = csv.DictReader(io.StringIO(read(TABLE)))
    if reader.fieldnames != COLUMNS:
        report.add(TABLE, 1, f"the columns are {','.join(reader.fieldnames or [])}, "
                             f"not {','.join(COLUMNS)}")
    rows = [(reader.line_num, row) for row in reader]
    for line, row in rows:
        if None in row or None in row.values():
            report.add(TABLE, line, f"has another number of columns than {len(COLUMNS)}")
    report.close("the table of requirements has its columns")
    if not report.bad:
        check_rows(report, rows)
        check_values(report, rows)
        check_pointers(report, rows)
    report.finish()


if __name__ == "__main__":
    main()
