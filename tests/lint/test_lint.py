#!/usr/bin/python3
"""A rule that finds nothing is worth nothing: each one is shown a sin and has to name it."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent

# check, file, contents, what has to be said about it. Built from pieces where this file would
# otherwise be a sinner itself.
SINS = [
    ("layout", "junk.txt", "x\n", "junk.txt: does not belong to the top level"),
    ("layout", "app/new/a.c", "int a;\n", "app/new: has no README.md"),
    ("layout", "app/long.c", "\n" * 801, "app/long.c: has 801 lines"),
    ("layout", "schema/sql/hub/0003-late.sql", "--\n", "schema/sql/hub: migrations are not 1"),
    ("layout", "app/space.c", "int a; \n", "app/space.c:1: ends in white space"),
    ("layout", "app/tab.c", "\tint a;\n", "app/tab.c:1: holds a tab"),
    ("layout", "app/end.c", "int a;", "app/end.c: does not end with a newline"),
    ("layout", "app/later.c", "/* TO" + "DO */\n", "app/later.c:1: something left to do"),
    ("layout", "app/path.c", 'char *p = "/ho' + 'me/me";\n', "app/path.c:1: a path of somebody"),
    ("sources", "schema/up.c", '#include "sync/db/db.h"\n', "schema must not include"),
    ("sources", "sync/up.c", '#include "app/page.h"\n', "sync must not include"),
    ("sources", "app/near.c", '#include "near.h"\n', "is not written from the top"),
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
    ("data", "schema/a.json", '{"a":1,"a":2}\n', "stands there twice"),
    ("data", "schema/b.yaml", "a: [\n", "schema/b.yaml"),
    ("data", "app/a.ui", "<a>\n", "app/a.ui"),
    ("data", "app/a.sh", "#!/bin/bash\nif\n", "app/a.sh"),
    ("data", "assets/office/a.js", "const = 1;\n", "assets/office/a.js"),
    ("data", "assets/office/b.js", "e.innerHTML = t;\n", "innerHTML"),
    ("data", "assets/office/c.html", '<script>a()</script>\n', "inline script"),
    ("data", "assets/office/d.html", '<img src="https://x.example/a">\n', "from outside"),
    ("data", "assets/paper/a.html", "<p>{{a}}\n", "is a template without its names"),
    ("data", ".devcontainer/Containerfile", "RUN /x/install build\n", "Containerfile: installs [['build']]"),
    ("translations", "app/l.c", 'w = gtk_label_new("Save");\n', '"Save" is shown but not marked'),
    ("translations", "app/z.c", 's = "保存";\n', "Chinese in a source string"),
    ("translations", "app/u.ui", '<a><property name="label">Save</property></a>\n', "translatable"),
    ("translations", "app/m.c", 'w = gtk_label_new(_("Not translated"));\n', "zh_CN.po"),
    ("translations", "sync/m.c", 't = _("Not translated");\n', "zh_CN.po"),
]
# What looks like a sin and is none.
FINE = [
    ("layout", "tests/fuzz/corpus/json/a", "TO" + "DO \n"),
    ("sources", "app/user-error.c", "/* goto strcpy(a, b) */\nchar *s = \"strcpy(\";\n"),
    ("sources", "app/gmt.c", 's = g_date_time_format(t, "%H:%M:%S GMT");\n'),
    ("sources", "app/words.c", 'char *s = "Select an enterprise from the list";\n'),
    ("sources", "sync/b-store.c", 'q = "SELECT a FROM b WHERE c = :c";\n'),
    ("translations", "app/id.c", 'w = gtk_label_new("");\n'),
]


class Rules(unittest.TestCase):
    def look(self, check, path, contents, beside=()):
        with tempfile.TemporaryDirectory() as directory:
            for name, text in [(path, contents), *beside]:
                target = Path(directory) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return subprocess.run(
                [sys.executable, HERE / f"{check}.py"], capture_output=True, text=True,
                env=dict(os.environ, BIHUAN_LINT_TOP=directory)).stdout

    def test_every_sin_is_named(self):
        for check, path, contents, said in SINS:
            with self.subTest(path):
                self.assertIn(said, self.look(check, path, contents))

    def test_what_only_looks_like_one_is_left_alone(self):
        for check, path, contents in FINE:
            with self.subTest(path):
                findings = [line for line in self.look(check, path, contents).splitlines()
                            if line.startswith("# ") and path in line]
                self.assertEqual(findings, [])

    def test_a_template_keeps_to_its_names(self):
        names = ("assets/case/a.json", '{"rows": [{"a": "text"}], "b": "flag"}')
        fine = "{{#rows}}\n{{a}}{{^b}}{{a}}{{/b}}{{/rows}}\n"
        wrong = {"{{a}}\n": "a.html:1: {{a}}: the names", "{{#rows}}{{a}}\n": "rows has no end",
                 "{{#b}}{{/rows}}\n": "ends what has not begun",
                 "{{#rows}}{{/rows}}{{#b}}{{/b}}\n": "a.json: rows/a is in no place",
                 "{{$x}}{{a}}{{/x}}\n{{>x}}{{^b}}{{/b}}\n": "a.html:1: {{a}}: the names",
                 "{{>x}}\n": "a.html:1: {{>x}} is not a block", "{{$x}}\n": "the block x has no end"}
        blocks = "{{$x}}\n{{a}}{{^b}}{{a}}{{/b}}\n{{/x}}\n{{#rows}}\n{{>x}}\n{{/rows}}\n"
        for text in (fine, blocks):
            self.assertNotIn("a.html", self.look("data", "assets/case/a.html", text, [names]))
        for text, said in wrong.items():
            with self.subTest(text):
                self.assertIn(said, self.look("data", "assets/case/a.html", text, [names]))


if __name__ == "__main__":
    unittest.main()
