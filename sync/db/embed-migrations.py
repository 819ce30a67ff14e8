#!/usr/bin/env python3
"""Turns schema/sql/{device,hub}/NNNN-name.sql into one C file for sync/db/migrations.h. A line
"-- include NAME" stands for schema/sql/NAME, so that both stores can share tables.

usage: embed-migrations.py SQL_DIR OUT.c DEPFILE
"""

import os
import re
import sys

INCLUDE = re.compile(r"^-- include (\S+)$", re.M)
NAME = re.compile(r"^([0-9]{4})-[a-z0-9-]+\.sql$")


def include(sql_dir, text, watched):
    def read(match):
        path = os.path.join(sql_dir, match[1])
        watched.append(path)
        with open(path, encoding="utf-8") as file:
            return file.read()
    return INCLUDE.sub(read, text)


def read_migrations(folder):
    """[(version, file name, text)], contiguous from 1."""
    names = sorted(n for n in os.listdir(folder) if n.endswith(".sql")) if os.path.isdir(folder) else []
    found = []
    for want, name in enumerate(names, start=1):
        match = NAME.match(name)
        if not match or int(match.group(1)) != want:
            sys.exit(f"{folder}/{name}: expected number {want:04d} and a name like {want:04d}-what.sql")
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found.append((want, name, file.read()))
    return found


def c_string(text):
    lines = []
    for line in text.splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
        lines.append(f'    "{escaped}\\n"')
    return "\n".join(lines) or '    ""'


def main():
    sql_dir, out, depfile = sys.argv[1:]
    watched = [sql_dir if os.path.isdir(sql_dir) else os.path.dirname(sql_dir)]
    text = ['#include "sync/db/migrations.h"', ""]
    for store in ("device", "hub"):
        folder = os.path.join(sql_dir, store)
        migrations = read_migrations(folder)
        if os.path.isdir(folder):
            watched.append(folder)
        watched += [os.path.join(folder, name) for _, name, _ in migrations]
        text.append(f"static const BhMigration {store}_steps[] = {{")
        for version, name, sql in migrations:
            sql = include(sql_dir, sql, watched)
            text.append(f'  {{{version}, "{name}",\n{c_string(sql)}}},')
        text.append("  {0, NULL, NULL},\n};\n")
        text.append(f"const BhMigration *\nbh_migrations_get_{store}(gsize *n)\n{{")
        text.append(f"  *n = G_N_ELEMENTS({store}_steps) - 1;\n  return {store}_steps;\n}}\n")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(text))
    with open(depfile, "w", encoding="utf-8") as file:
        file.write(f"{out}: " + " ".join(path.replace(" ", "\\ ") for path in watched) + "\n")


main()
