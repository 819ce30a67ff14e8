#!/usr/bin/python3
"""Rules about what C files may include, call and contain."""

import re
from pathlib import PurePath

from lint import TOP, Report, c_code, c_strings, files, line_of, read

ROOMS = {"schema": {"schema"}, "sync": {"sync", "schema"}, "app": {"app", "sync", "schema"}}
# header → the only files that may include it (regular expression on the path)
KEPT_HEADERS = {
    r"microhttpd\.h": r"sync/hub/http/server-internal\.h",
    r"sqlite3\.h": r"sync/db/.*",
    r"libpq.*": r"sync/db/.*",
    r"curl/.*": r"sync/device/run/[\w-]*(curl|transport)[\w-]*\.c|sync/hub/log/[\w-]*s3[\w-]*\.c",
    r"(gtk|gdk|handy|pango|cairo)\b.*": r"app/.*",
    r"gst/.*": r"app/devices/.*",
}
# For each program: which other folders each of its folders may include, always by the one header that is
# named after the folder. "" is the folder above them.
FOLDERS = {
    "sync/device": {
        "store": set(),
        "engine": {"store"},
        "run": {"engine", "store"},
    },
    "sync/hub": {
        "trace": set(),
        "http": {"trace"},
        "log": {"trace"},
        "records": {"log", "trace"},
        "ingest": {"records", "log", "trace"},
        "": {"ingest", "records", "log", "http", "trace"},
        "access": {"", "records", "log", "trace"},
        "devices": {"access", "", "records", "log", "http", "trace"},
        "cases": {"access", "", "records", "log", "trace"},
        "status": {"devices", "access", "", "ingest", "records", "log", "http", "trace"},
        "office": {"cases", "devices", "access", "", "ingest", "records", "log", "http", "trace"},
        "cli": {"status", "office", "cases", "devices", "access", "", "ingest", "records", "log",
                "http", "trace"},
    },
}
HEADERS_ABOVE = {"sync/device": set(), "sync/hub": {"hub.h", "hub-private.h"}}
BANNED = {
    "strcpy": "g_strlcpy", "strcat": "g_strlcat or GString", "strncpy": "g_strlcpy",
    "strncat": "g_strlcat", "sprintf": "g_snprintf", "vsprintf": "g_vsnprintf",
    "gets": "a bounded read", "system": "GSubprocess", "popen": "GSubprocess",
    "g_spawn_command_line_sync": "GSubprocess", "g_spawn_command_line_async": "GSubprocess",
    "localtime": "schema/civil", "localtime_r": "schema/civil", "gmtime": "schema/civil",
    "mktime": "schema/civil", "ctime": "schema/civil", "strftime": "schema/civil",
    "g_date_time_new_now_local": "schema/civil", "g_date_time_new_from_unix_local": "schema/civil",
    "g_date_time_to_local": "schema/civil", "g_date_time_new_local": "schema/civil",
    "atoi": "g_ascii_string_to_signed", "atol": "g_ascii_string_to_signed",
    "atof": "g_ascii_strtod with a check", "rand": "BhRandom", "srand": "BhRandom",
    "random": "BhRandom", "g_random_int": "BhRandom", "g_random_int_range": "BhRandom",
    "strtok": "g_strsplit", "strtok_r": "g_strsplit", "alloca": "g_malloc", "g_alloca": "g_malloc",
    "tmpnam": "g_file_open_tmp", "mktemp": "g_mkdtemp", "tempnam": "g_file_open_tmp",
}
BANNED_CALL = re.compile(r"(?<![\w>.])(" + "|".join(BANNED) + r")\s*\(")
GOTO = re.compile(r"\bgoto\b")
JANSSON_IO = re.compile(r"\bjson_(load|dump)(s|b|f|fd|_file|_callback)\s*\(")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)
# Times that programs read are in UTC and end with "GMT" or "Z"; this finds the others.
TIME_TEXT = re.compile(r'\bg_date_time_format\s*\(\s*[^;"]*"(?![^"]*(?:GMT|Z)")')
BLANK_JS = re.compile(r"\.(trim(?:Start|End)?)\s*\(")
TIME_TEXT_JS = re.compile(r"\b(new Date|Date\.now|Intl\.|toLocale\w*)")
SQL = re.compile(
    r"\s*(?:SELECT\s.+\bFROM\b|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s"
    r"|UPDATE\s+(?:OR\s+\w+\s+)?\S+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|VIRTUAL\s+)*(?:TABLE|INDEX|TRIGGER|VIEW)\s"
    r"|(?:ALTER|DROP)\s+(?:TABLE|INDEX|VIEW|TRIGGER)\s|WITH\s+\w+.*\sAS\s*\("
    r"|PRAGMA\s+\w|SAVEPOINT\s+\w|BEGIN(?:\s+IMMEDIATE|\s+EXCLUSIVE|\s+TRANSACTION)?\s*;?$"
    r"|COMMIT\s*;?$|ROLLBACK\b)", re.S)
SQL_FILE = re.compile(r"(.*-store(-\w+)*|.*-sqlite|migrate(-.*)?)\.[ch]$")

report = Report()
sources = files(".c", ".h", under=("schema", "sync", "app"))
generated = re.compile(r"(^|/)[\w-]+-(resources|generated)\.h$")

for path in sources:
    room, text = path.split("/")[0], read(path)
    for match in INCLUDE.finditer(text):
        name, line = match[1], line_of(text, match.start())
        if name is None or generated.search(name):
            continue
        if "/" not in name or name.startswith("."):
            report.add(path, line, f'"{name}" must be included by its path from the top')
        elif name.split("/")[0] not in ROOMS[room]:
            report.add(path, line, f'{room} must not include "{name}" (app → sync → schema)')
        elif not (TOP / name).is_file():
            report.add(path, line, f'"{name}" does not exist')
report.close("includes run one way: app, sync, schema")

def folder_of(top, path):
    """Returns the folder below `top` that contains a file, "" for `top` itself."""
    rest = path[len(top) + 1:]
    return rest.split("/")[0] if "/" in rest else ""


for top, allowed in FOLDERS.items():
    for path in sources:
        inside = path.startswith(top + "/")
        own, text = folder_of(top, path) if inside else None, read(path)
        if inside and own not in allowed:
            report.add(path, 0, f'the folder "{own}" is not named in FOLDERS of sources.py')
            continue
        for match in INCLUDE.finditer(text):
            name, line = match[1], line_of(text, match.start())
            if name is None or not name.startswith(top + "/"):
                continue
            other, header = folder_of(top, name), name.split("/")[-1]
            if other == own:
                continue
            heads = {f"{other}.h"} if other else HEADERS_ABOVE[top]
            if inside and other not in allowed[own]:
                report.add(path, line, f'"{own}" must not include "{other}"')
            elif header not in heads:
                report.add(path, line, f'"{name}" is for its own folder; include "{other}/{other}.h"')
report.close("folders of a program are included one way, each by its own header")

for path in sources:
    text = read(path)
    for match in INCLUDE.finditer(text):
        for header, owners in KEPT_HEADERS.items():
            if re.fullmatch(header, match[2] or match[1]) and not re.fullmatch(owners, path):
                report.add(path, line_of(text, match.start()),
                           f"<{match[2] or match[1]}> is only for {owners}")
report.close("each outside library is included by its own files only")

for path in sources + files(".c", ".h", under=("tests",)):
    code = c_code(read(path))
    for match in BANNED_CALL.finditer(code):
        # Tests may use real randomness, for instance to kill a process at any moment.
        if path.startswith("tests/") and match[1].startswith("g_random_int"):
            continue
        report.add(path, line_of(code, match.start()),
                   f"{match[1]}() is banned; use {BANNED[match[1]]}")
    for match in GOTO.finditer(code):
        report.add(path, line_of(code, match.start()), "goto; use g_autoptr and early returns")
report.close("no banned call, no goto")

for path in sources:
    if path == "schema/json.c":
        continue
    code = c_code(read(path))
    for match in JANSSON_IO.finditer(code):
        report.add(path, line_of(code, match.start()), "JSON is read and written by schema/json.c only")
report.close("JSON is read and written in one place")

for path in sources:
    for line, value in c_strings(read(path)):
        if not SQL.match(value.replace("\\n", " ")):
            continue
        if not SQL_FILE.match(PurePath(path).name):
            report.add(path, line, "SQL outside a *-store.c, *-sqlite.c or migrate.c")
        elif re.search(r"'%|= ?%[sd]|\(%[sd]", value):
            report.add(path, line, "a value printed into SQL; bind it by name")
report.close("SQL is in its own files, with bound parameters")

for path in sources:
    text = read(path)
    for match in TIME_TEXT.finditer(text) if path != "schema/civil.c" else ():
        report.add(path, line_of(text, match.start()), "people read times by bh_time_format")
for path in files(".js", under=("assets",)):
    text = read(path)
    for match in TIME_TEXT_JS.finditer(text):
        report.add(path, line_of(text, match.start()),
                   f"{match[1]}: the hub sends times as the text to show")
report.close("one rule shows times, everywhere")

for path in files(".js", under=("assets",)):
    text = read(path)
    for match in BLANK_JS.finditer(text):
        report.add(path, line_of(text, match.start()),
                   f"{match[1]}() knows other blanks than the hub; use trimmed() of dom.js")
report.close("one rule says what is blank")

for path in sources + files(".h", under=("tests",)):
    if path.endswith(".h") and "#pragma once" not in read(path):
        report.add(path, 0, "has no #pragma once")
report.close("headers are guarded")

report.finish()
