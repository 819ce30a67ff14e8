#!/usr/bin/python3
"""Files that are no C: they parse, and the page keeps to its policy."""

import json
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import yaml

from lint import TOP, Report, files, is_text, line_of, read

report = Report()


def refuse_duplicates(pairs):
    seen = {}
    for key, value in pairs:
        if key in seen:
            raise ValueError(f"the member {key!r} stands there twice")
        seen[key] = value
    return seen


def run(path, command):
    result = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    if result.returncode:
        for line in (result.stdout + result.stderr).strip().splitlines()[:12]:
            report.add(path, 0, line)


for path in files(".json"):
    if not is_text(path):
        continue
    try:
        json.loads(read(path), object_pairs_hook=refuse_duplicates)
    except ValueError as error:
        report.add(path, 0, str(error))
report.close("JSON files parse and repeat no member")

for path in files(".yaml", ".yml"):
    try:
        yaml.safe_load(read(path))
    except yaml.YAMLError as error:
        report.add(path, 0, str(error).replace("\n", " "))
if not (TOP / "schema/openapi.yaml").is_file():
    report.add("schema/openapi.yaml", 0, "is missing")
report.close("YAML files parse")

for path in files(".ui", ".xml", ".svg"):
    try:
        ElementTree.fromstring(read(path))
    except ElementTree.ParseError as error:
        report.add(path, 0, str(error))
report.close("XML files are well-formed")

for path in files(".desktop"):
    run(path, ["desktop-file-validate", path])
report.close("desktop files are valid")

for path in files():
    first = read(path).split("\n", 1)[0] if is_text(path) else ""
    if re.match(r"#!.*\b(ba)?sh\b", first):
        run(path, ["bash", "-n", path])
        run(path, ["shellcheck", "--severity=warning", "--format=gcc", path])
    elif re.match(r"#!.*\bpython", first) or path.endswith(".py"):
        try:
            compile(read(path), path, "exec")
        except SyntaxError as error:
            report.add(path, error.lineno or 0, str(error.msg))
report.close("scripts are sound")

CONTAINER = ".devcontainer/Containerfile"
groups = {path: [found.split() for found in re.findall(r"/install ((?:[a-z]+\b(?!/) ?)+)", read(path))]
          for path in (CONTAINER, "tests/run") if (TOP / path).is_file()}
if CONTAINER not in groups:
    report.add(CONTAINER, 0, "is missing")
elif len(groups[CONTAINER]) != 1 or groups[CONTAINER] != groups.get("tests/run"):
    report.add(CONTAINER, 0, f"installs {groups[CONTAINER]}, tests/run installs {groups.get('tests/run')}")
report.close("the container for development has what tests/run installs")

with tempfile.TemporaryDirectory() as directory:
    for path in files(".js"):
        # Without this ending node would read a module as a script.
        module = Path(directory) / "module.mjs"
        module.write_text(read(path), encoding="utf-8")
        run(path, ["node", "--check", str(module)])
report.close("scripts of the page parse")

UNSAFE_JS = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b")
OUTSIDE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
                     r"""|(?:import|from)\s*\(?\s*["'](?:https?:)?//|fetch\(\s*["'`]https?:""")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|javascript:", re.I)
for path in files(".js", ".html", ".css"):
    if not path.startswith("assets/"):
        continue
    text = read(path)
    for match in OUTSIDE.finditer(text):
        report.add(path, line_of(text, match.start()), "a resource from outside")
    if path.endswith(".js"):
        for match in UNSAFE_JS.finditer(text):
            report.add(path, line_of(text, match.start()), f"{match[1]}: text becomes nodes by textContent")
    if path.endswith(".html"):
        for match in INLINE.finditer(text):
            report.add(path, line_of(text, match.start()), "inline script or style; the policy refuses it")
report.close("the page loads nothing from outside and nothing inline")

TAG = re.compile(r"\{\{([#^$>/]?)([a-z0-9_]*)\}\}")


def list_tags(path, text):
    """The tags of a template as (sign, name, line); a block's tags are where it is put."""
    tags, blocks, defined = [], {}, None
    for match in TAG.finditer(text):
        sign, name, line = match[1], match[2], line_of(text, match.start())
        if sign == "$" and defined is None:
            defined, blocks[name] = name, []
        elif sign == "/" and name == defined:
            defined = None
        elif sign == ">":
            if name not in blocks or name == defined:
                report.add(path, line, f"{match[0]} is not a block that was defined before")
            (tags if defined is None else blocks[defined]).extend(blocks.get(name, []))
        else:
            (tags if defined is None else blocks[defined]).append((sign, name, line))
    if defined is not None:
        report.add(path, 0, f"the block {defined} has no end")
    return tags


def check_template(path, text, names):
    """Reads a template as schema/template.c does: sections nest, and each name is declared."""
    scopes, open_sections, used = [("", names)], [], set()
    for sign, name, line in list_tags(path, text):
        tag = f"{{{{{sign}{name}}}}}"
        if sign == "/":
            if not open_sections or open_sections.pop() != name:
                report.add(path, line, f"{tag} ends what has not begun here")
                return
            scopes.pop()
            continue
        where, found = next((one for one in reversed(scopes) if name in one[1]), ("", {}))
        if name not in found:
            report.add(path, line, f"{tag}: the names beside it do not have it")
        used.add(f"{where}{name}")
        if sign:
            inner = found.get(name)
            open_sections.append(name)
            is_list = sign == "#" and isinstance(inner, list)
            scopes.append((f"{where}{name}/", inner[0]) if is_list else scopes[-1])
    for name in open_sections:
        report.add(path, 0, f"the section {name} has no end")
    for name in sorted(all_names(names) - used):
        report.add(path.rsplit(".", 1)[0] + ".json", 0, f"{name} is in no place of the template")


def all_names(names, where=""):
    found = {where + name for name in names}
    for name, inner in names.items():
        found |= all_names(inner[0], f"{where}{name}/") if isinstance(inner, list) else set()
    return found


for path in files(".html", ".txt"):
    if not path.startswith("assets/") or "{{" not in read(path):
        continue
    beside = path.rsplit(".", 1)[0] + ".json"
    if not (TOP / beside).is_file():
        report.add(path, 0, f"is a template without its names, {beside}")
    else:
        check_template(path, read(path), json.loads(read(beside)))
report.close("templates use the names that are declared, and all of them")

report.finish()
