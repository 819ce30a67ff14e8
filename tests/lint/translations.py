#!/usr/bin/python3
"""Every text a person sees is marked, and the Chinese translation is complete."""

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from lint import TOP, Report, c_code, c_strings, files, line_of, read

CATALOGUE = "assets/po/zh_CN.po"
SHOWN = {"label", "title", "subtitle", "text", "tooltip-text", "tooltip_text", "placeholder-text",
         "placeholder_text", "description", "secondary-text", "accessible-name",
         "AtkObject::accessible-name", "AtkObject::accessible-description"}
# Calls whose literal argument would be shown; a marked one begins with _( or a friend of it.
SHOWING_CALL = re.compile(
    r"\b(?:gtk_(?:label_new(?:_with_mnemonic)?|button_new_with_(?:label|mnemonic)"
    r"|check_button_new_with_label|menu_item_new_with_label|window_set_title|label_set_(?:text|markup)"
    r"|button_set_label|entry_set_placeholder_text|widget_set_tooltip_text|header_bar_set_title)"
    r"|hdy_\w+_set_(?:title|subtitle|description)|atk_object_set_(?:name|description))"
    r'\s*\((?:[^;"]*,)?\s*"')
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2}")
MARK = re.compile(r"(?<![\w])_\(")
CJK = re.compile(r"[\u4e00-\u9fff]")

report = Report()
c_files = [p for p in files(".c", under=("app",)) if not p.startswith("app/paper/")]
ui_files = files(".ui", under=("app",))
# Other programs that speak to people by the same catalogue.
marked = [p for p in files(".c", under=("sync",)) if MARK.search(c_code(read(p)))]

for path in c_files + marked:
    text = read(path)
    code = c_code(text)
    for match in SHOWING_CALL.finditer(code):
        start = match.end() - 1
        literal = text[start + 1:text.index('"', start + 1)]
        if LETTERS.search(literal):
            report.add(path, line_of(text, start), f'"{literal}" is shown but not marked with _()')
    for line, value in c_strings(text):
        if CJK.search(value):
            report.add(path, line, "Chinese in a source string; write English and translate it")
for path in ui_files:
    for element in ElementTree.fromstring(read(path)).iter():
        if element.tag not in ("property", "item", "col") or not LETTERS.search(element.text or ""):
            continue
        name = element.get("name", "")
        if (name in SHOWN or element.tag == "item") and element.get("translatable") is None:
            report.add(path, 0, f'{name or element.tag} "{element.text}" has no translatable="yes" or "no"')
report.close("every text a person sees is marked")

if c_files or marked or ui_files:
    if not (TOP / CATALOGUE).is_file():
        report.add(CATALOGUE, 0, "is missing")
    else:
        with tempfile.TemporaryDirectory() as directory:
            messages = Path(directory) / "messages.pot"
            base = ["xgettext", "--from-code=UTF-8", "--no-location", "--force-po", "-o", str(messages)]
            if c_files or marked:
                subprocess.run(base + ["--language=C", "--keyword=_", "--keyword=N_",
                                       "--keyword=C_:1c,2", "--keyword=NC_:1c,2",
                                       "--keyword=g_dngettext:2,3"] + c_files + marked, cwd=TOP, check=True)
            if ui_files:
                join = ["--join-existing"] if c_files or marked else []
                subprocess.run(base + join + ["--language=Glade"] + ui_files, cwd=TOP, check=True)
            english = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
            for command in (["msgfmt", "--check", "-o", "/dev/null", CATALOGUE],
                            ["msgcmp", CATALOGUE, str(messages)]):
                result = subprocess.run(command, cwd=TOP, capture_output=True, text=True, env=english)
                if result.returncode:
                    for line in result.stderr.strip().splitlines():
                        report.add(CATALOGUE, 0, line.replace(str(messages), "the sources"))
            statistics = subprocess.run(["msgfmt", "--statistics", "-o", "/dev/null", CATALOGUE],
                                        cwd=TOP, capture_output=True, text=True, env=english).stderr
            if "fuzzy" in statistics or "untranslated" in statistics:
                report.add(CATALOGUE, 0, statistics.strip())
report.close("the Chinese translation is complete")

report.finish()
