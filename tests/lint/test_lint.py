#!/usr/bin/python3
"""Checks the rules of this folder: each must report a text that breaks it, and no text that only seems to."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent

# The check, the file, its contents, and the expected report. Some texts are put together from pieces, so
# that this file does not break the rule itself.
BROKEN = [
    ("layout", "junk.txt", "x\n", "junk.txt: does not belong to the top level"),
    ("layout", "app/new/a.c", "int a;\n", "app/new: has no README.md"),
    ("layout", "app/long.c", "\n" * 801, "app/long.c: has 801 lines"),
    ("layout", "schema/sql/hub/0003-late.sql", "--\n", "schema/sql/hub: migrations are not 1"),
    ("layout", "app/space.c", "int a; \n", "app/space.c:1: ends in white space"),
    ("layout", "app/tab.c", "\tint a;\n", "app/tab.c:1: contains a tab"),
    ("layout", "app/end.c", "int a;", "app/end.c: does not end with a newline"),
    ("layout", "app/later.c", "/* TO" + "DO */\n", "app/later.c:1: a note about unfinished work"),
    ("layout", "app/path.c", 'char *p = "/ho' + 'me/me";\n', "app/path.c:1: a path of a developer"),
    ("sources", "schema/up.c", '#include "sync/db/db.h"\n', "schema must not include"),
    ("sources", "sync/up.c", '#include "app/page.h"\n', "sync must not include"),
    ("sources", "app/near.c", '#include "near.h"\n', "must be included by its path from the top"),
    ("sources", "app/gone.c", '#include "app/gone.h"\n', "does not exist"),
    ("sources", "sync/hub/x.c", "#include <microhttpd.h>\n", "is only for"),
    ("sources", "sync/hub/log/x.c", '#include "sync/hub/office/office.h"\n',
     '"log" must not include "office"'),
    ("sources", "sync/hub/office/x.c", '#include "sync/hub/records/internal.h"\n',
     "is for its own folder"),
    ("sources", "sync/hub/other/x.c", "int x;\n", "is not named in FOLDERS"),
    ("sources", "sync/device/store/x.c", '#include "sync/device/engine/engine.h"\n',
     '"store" must not include "engine"'),
    ("sources", "sync/device/engine/x.c", '#include "sync/device/run/run.h"\n',
     '"engine" must not include "run"'),
    ("sources", "app/inside.c", '#include "sync/device/store/core.h"\n', "is for its own folder"),
    ("sources", "schema/db.c", "#include <sqlite3.h>\n", "is only for"),
    ("sources", "app/copy.c", "void f(void)\n{\n  strcpy(a, b);\n}\n", "app/copy.c:3: strcpy()"),
    ("sources", "app/jump.c", "void f(void)\n{\n  goto end;\n}\n", "app/jump.c:3: goto"),
    ("sources", "sync/j.c", "x = json_dumps(v, 0);\n", "JSON is read and written by"),
    ("sources", "app/q.c", 'q = "SELECT a "\n    "FROM b";\n', "app/q.c:1: SQL outside"),
    ("sources", "sync/a-store.c", "q = \"DELETE FROM a WHERE b = '%s'\";\n", "bind it by name"),
    ("sources", "app/bare.h", "int a;\n", "has no #pragma once"),
    ("sources", "app/when.c", 's = g_date_time_format(t, "%F");\n', "by bh_time_format"),
    ("sources", "assets/office/when.js", "t = new Date();\n", "the text to show"),
    ("sources", "assets/office/blank.js", "s = a.trim();\n", "use trimmed() of dom.js"),
    ("promises", "tests/README.md", "| L1 | x | `tests/a.c` | `test_none` |\n", "tests/a.c does not"),
    ("promises", "tests/README.md", "| L1 | x |\n", "L2 has no row"),
    ("promises", "tests/README.md", "| L1 | x | `tests/README.md` | `test_none` |\n",
     "has no test test_none"),
    ("format", "app/wild.c", "int  a ;\n", "app/wild.c:1: is not formatted"),
    ("data", "schema/a.json", '{"a":1,"a":2}\n', "duplicate member"),
    ("data", "schema/b.yaml", "a: [\n", "schema/b.yaml"),
    ("data", "app/a.ui", "<a>\n", "app/a.ui"),
    ("data", "app/a.sh", "#!/bin/bash\nif\n", "app/a.sh"),
    ("data", "assets/office/a.js", "const = 1;\n", "assets/office/a.js"),
    ("data", "assets/office/b.js", "e.innerHTML = t;\n", "innerHTML"),
    ("data", "assets/office/c.html", '<script>a()</script>\n', "inline script"),
    ("data", "assets/office/d.html", '<img src="https://x.example/a">\n', "from outside"),
    ("data", "assets/paper/a.html", "<p>{{a}}\n", "is a template without the file"),
    ("data", ".devcontainer/Containerfile", "RUN /x/install build\n", "Containerfile: installs [['build']]"),
    ("translations", "app/l.c", 'w = gtk_label_new("Save");\n', '"Save" is shown but not marked'),
    ("translations", "app/z.c", 's = "保存";\n', "Chinese in a source string"),
    ("translations", "app/u.ui", '<a><property name="label">Save</property></a>\n', "translatable"),
    ("translations", "app/m.c", 'w = gtk_label_new(_("Not translated"));\n', "zh_CN.po"),
    ("translations", "sync/m.c", 't = _("Not translated");\n', "zh_CN.po"),
]
# Texts that seem to break a rule and do not.
FINE = [
    ("layout", "tests/fuzz/corpus/json/a", "TO" + "DO \n"),
    ("sources", "app/user-error.c", "/* goto strcpy(a, b) */\nchar *s = \"strcpy(\";\n"),
    ("sources", "app/gmt.c", 's = g_date_time_format(t, "%H:%M:%S GMT");\n'),
    ("sources", "app/words.c", 'char *s = "Select an enterprise from the list";\n'),
    ("sources", "sync/b-store.c", 'q = "SELECT a FROM b WHERE c = :c";\n'),
    ("translations", "app/id.c", 'w = gtk_label_new("");\n'),
]


class Rules(unittest.TestCase):
    def run_check(self, check, path, contents, beside=()):
        with tempfile.TemporaryDirectory() as directory:
            for name, text in [(path, contents), *beside]:
                target = Path(directory) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return subprocess.run(
                [sys.executable, HERE / f"{check}.py"], capture_output=True, text=True,
                env=dict(os.environ, BIHUAN_LINT_TOP=directory)).stdout

    def test_every_broken_rule_is_reported(self):
        for check, path, contents, expected in BROKEN:
            with self.subTest(path):
                self.assertIn(expected, self.run_check(check, path, contents))

    def test_what_only_seems_to_break_a_rule_is_not_reported(self):
        for check, path, contents in FINE:
            with self.subTest(path):
                findings = [line for line in self.run_check(check, path, contents).splitlines()
                            if line.startswith("# ") and path in line]
                self.assertEqual(findings, [])

    def test_a_template_uses_exactly_its_declared_names(self):
        names = ("assets/case/a.json", '{"rows": [{"a": "text"}], "b": "flag"}')
        fine = "{{#rows}}\n{{a}}{{^b}}{{a}}{{/b}}{{/rows}}\n"
        wrong = {"{{a}}\n": "a.html:1: {{a}} is not declared", "{{#rows}}{{a}}\n": "rows has no end",
                 "{{#b}}{{/rows}}\n": "ends a section that was not begun",
                 "{{#rows}}{{/rows}}{{#b}}{{/b}}\n": "a.json: rows/a is not used",
                 "{{$x}}{{a}}{{/x}}\n{{>x}}{{^b}}{{/b}}\n": "a.html:1: {{a}} is not declared",
                 "{{>x}}\n": "a.html:1: {{>x}} is not a block", "{{$x}}\n": "the block x has no end"}
        blocks = "{{$x}}\n{{a}}{{^b}}{{a}}{{/b}}\n{{/x}}\n{{#rows}}\n{{>x}}\n{{/rows}}\n"
        for text in (fine, blocks):
            self.assertNotIn("a.html", self.run_check("data", "assets/case/a.html", text, [names]))
        for text, expected in wrong.items():
            with self.subTest(text):
                self.assertIn(expected, self.run_check("data", "assets/case/a.html", text, [names]))

    # Kinds in which "mine" and "dug" are names of the domain, and "name" is one of the machinery too.
    KINDS = [("schema/kinds/mine.json", '{"bihuan-kind": 1, "kind": "mine", "fields": [{"name": "depth", '
              '"choices": [{"code": "deep"}]}, {"name": "name"}, {"name": "title"}], '
              '"states": [{"name": "dug"}], "forms": {"short": ["depth"]}, "ledgers": [{"name": "late"}], '
              '"transitions": [{"from": null, "to": "dug"}, {"from": ["dug"], "to": "shut"}]}'),
             ("schema/kinds/unit.json", '{"bihuan-kind": 1, "kind": "unit", "fields": [{"name": "name"}]}')]

    def test_a_name_of_the_domain_is_counted(self):
        for path, text in (("app/a.c", 'x = "mine";\n'), ("schema/a.h", '#define D "depth"\n'),
                           ("sync/a.c", 'f("dug", "mine");\n'), ("assets/office/a.js", "x === 'dug'\n"),
                           ("assets/office/b.js", "f(`mine`) // 'not this'\n")):
            with self.subTest(path):
                output = self.run_check("names", path, text, self.KINDS)
                self.assertIn(f"# {path}:1: names ", output)
                self.assertIn(f"# {path}: has 1 lines that name the domain", output)
                self.assertIn("# 1 lines in 1 files name the domain", output)

    def test_what_is_no_name_of_the_domain_is_not_counted(self):
        for path, text in (("app/a.c", '/* "mine" */ x = "mine.depth"; y = "unit"; z = "name";\n'),
                           ("app/b.c", 't = "title"; c = "deep";\n'), ("app/visit/a.c", 'x = "mine";\n'),
                           ("tests/app/a.c", 'x = "mine";\n'), ("assets/a.js", "// 'mine'\nx.mine = 1;\n")):
            with self.subTest(path):
                output = self.run_check("names", path, text, self.KINDS)
                self.assertIn("# 0 lines in 0 files name the domain", output)
                self.assertNotIn("not ok", output)

    def test_numbers_of_names_only_fall(self):
        allowed = [*self.KINDS, ("tests/lint/names.json", '{"app/a.c": 2, "app/b.c": 1}')]
        two = 'x = "mine";\ny = "dug";\n'
        for text, expected in ((two + 'z = "dug";\n', "app/a.c: has 3 lines that name the domain"),
                               ('x = "mine";\n', "app/a.c has 1 lines now, not 2")):
            self.assertIn(expected, self.run_check("names", "app/a.c", text, allowed))
        self.assertIn("ok 1 -", self.run_check("names", "app/a.c", two, allowed))
        self.assertIn("app/b.c has 0 lines now, not 1", self.run_check("names", "app/a.c", two, allowed))

    def test_the_list_of_names_is_lowered_and_never_raised(self):
        with tempfile.TemporaryDirectory() as directory:
            top = Path(directory)
            for name, text in [*self.KINDS, ("app/a.c", 'x = "mine";\n'), ("app/b.c", 'x = "mine";\n' * 2),
                               ("app/c.c", "int c;\n"),
                               ("tests/lint/names.json", '{"app/a.c": 2, "app/b.c": 1, "app/c.c": 3}')]:
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text(text, encoding="utf-8")
            subprocess.run([sys.executable, HERE / "names.py", "--lower"], check=True,
                           env=dict(os.environ, BIHUAN_LINT_TOP=directory))
            self.assertEqual(json.loads((top / "tests/lint/names.json").read_text()),
                             {"app/a.c": 1, "app/b.c": 1})

    def check_requirements(self, change):
        """Runs the check over a complete table in which R-002 is replaced."""
        rows = [f"R-{number:03d},core,1,not,,,Name. Missing is all." for number in range(1, 270)]
        rows[1:2] = change
        beside = [*self.KINDS, ("assets/checklists/gas.csv", "item_no\nGAS-01\n"), ("app/pages/a.c", "int a;\n"),
                  ("sync/hub/routes.c", 'x = {{"GET", "/office/v1/head", 0}};\n'),
                  ("tests/x/test-a.c", "static void test_a(void **state)\n{\n}\n"),
                  ("tests/x/meson.build", "foreach name, sizes : {'w': ['1', '2'], 'v': ['1']}\n"
                   "  test('x/' + name, python)\nendforeach\nl = [\n  'a',\n  'b',\n]\nforeach name : l\n"
                   "  test('y/' + name,\n    exe)\nendforeach\n# test('no')\ntest('z', exe)\n")]
        head = "row,priority,chapter,status,fulfilled_by,test,note"
        table = "\n".join([head, *rows]) + "\n"
        return self.run_check("requirements", "schema/requirements.csv", table, beside)

    def test_a_broken_row_of_the_requirements_is_reported(self):
        good = "R-002,core,1,partly,kind:mine,,Name. Missing is all."
        for row, expected in (
                ("", "R-002 has no row"), (f"{good}\n{good}", "R-002 has 2 rows"),
                (good.replace("002", "270"), "R-270 is not a requirement"),
                (f"R-003{good[5:]}", "R-003 stands where R-002 belongs"),
                (good.replace("core", "must"), "priority: 'must' is not one of"),
                (good.replace(",1,", ",19,"), "chapter: '19' is not one of"),
                (good.replace("partly", "maybe"), "status: 'maybe' is not one of"),
                (good.replace("partly", "works"), "R-002 works, but names no test"),
                (good.replace("kind:mine", ""), "R-002 names nothing that fulfils it"),
                (good.replace(" Missing is all.", ""), "note: does not say what R-002 lacks"),
                (good.replace("Name. Missing is all.", ""), "note: begins with the name"),
                (good + ",more", "has another number of columns")):
            with self.subTest(expected):
                self.assertIn(expected, self.check_requirements(row.split("\n") if row else []))

    def test_pointers_of_the_requirements_lead_somewhere(self):
        row = "R-002,core,1,works,{},{},Name."
        fine = ["kind:mine", "field:mine.depth", "code:mine.depth.deep", "state:mine.dug", "step:mine.new>dug",
                "step:mine.dug>shut", "form:mine.short", "ledger:mine.late", "checklist:gas", "item:gas.GAS-01",
                "page:app/pages/a.c", "file:app/pages/a.c", "route:GET /office/v1/head"]
        wrong = ["kind:mines", "field:mine.dug", "code:mine.depth.shallow", "code:mine.depth", "state:mine.shut",
                 "step:mine.new>shut", "step:mine.dug", "form:mine.long", "ledger:mine.early", "checklist:coal",
                 "item:gas.GAS-02", "page:sync/hub/routes.c", "file:app/pages/b.c",
                 "route:POST /office/v1/head", "mine"]
        tests = ["x/w-1", "x/w-2", "x/v", "y/a", "y/b", "z", "z#test_a"]
        output = self.check_requirements([row.format(";".join(fine), ";".join(tests))])
        self.assertNotIn("not ok", output)
        output = self.check_requirements([row.format(";".join(wrong), "z")])
        for pointer in wrong:
            self.assertIn(f"fulfilled_by: {pointer} does not exist", output)
        output = self.check_requirements([row.format("kind:mine", "no;x/w;x/v-1;y/c;z#test_b")])
        for name in ("no", "x/w", "x/v-1", "y/c"):
            self.assertIn(f"no meson test is called {name}\n", output)
        self.assertIn("test: z has no case test_b", output)


if __name__ == "__main__":
    unittest.main()
