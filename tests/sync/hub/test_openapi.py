#!/usr/bin/env python3
"""Compares the device API with schema/openapi.yaml.

usage: test_openapi.py SOURCE_DIR TEST_PROGRAM...

The test programs talk to a real hub and log every request and answer (BIHUAN_API_LOG). Then every route of
the server must be in the document, every documented route must exist, the statuses in the log must be
exactly the documented ones, and answers must have the members that the document declares.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def resolve(document, node):
    while isinstance(node, dict) and "$ref" in node:
        at = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        node = at
    return node


def misfit(document, schema, value, where):
    """Returns the differences between `value` and its declaration, as a list of texts."""
    schema = resolve(document, schema)
    found = []
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        return [f"{where} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is {value!r}")
    if isinstance(value, dict):
        found += [f"{where} lacks {name}" for name in schema.get("required", []) if name not in value]
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                found += misfit(document, inner, value[name], f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value[:20]):
            found += misfit(document, schema["items"], item, f"{where}[{index}]")
    return found


def run_programs(programs, source, log):
    environment = dict(os.environ, BIHUAN_DATADIR=str(source), BIHUAN_API_LOG=str(log))
    for program in programs:
        done = subprocess.run([program], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.exit(done.stdout.decode(errors="replace"))


def main():
    source = pathlib.Path(sys.argv[1])
    document = yaml.safe_load((source / "schema/openapi.yaml").read_text(encoding="utf-8"))
    documented = {}
    for path, operations in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for method, operation in operations.items():
            documented[method.upper(), path] = operation["responses"]

    routes = re.findall(r'\{"([A-Z]+)", "(/v1/[^"]*)"',
                        (source / "sync/hub/devices/routes.c").read_text(encoding="utf-8"))
    problems = [f"route {method} {path} is not documented"
                for method, path in routes if (method, path) not in documented]
    problems += [f"{method} {path} is documented, but not a route"
                 for method, path in documented if (method, path) not in routes]

    with tempfile.TemporaryDirectory() as directory:
        log = pathlib.Path(directory) / "api.log"
        run_programs(sys.argv[2:], source, log)
        exchanges = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    seen = set()
    for exchange in exchanges:
        target = exchange["path"].split("?")[0]
        for (method, path), responses in documented.items():
            if method != exchange["method"] or not re.fullmatch(
                    re.sub(r"\{\w+\}", "[^/]+", path), target):
                continue
            status = str(exchange["status"])
            what = f"{method} {path} → {status}"
            if status == "0":
                continue  # the hub closed the connection, as it does for a body over the limit
            seen.add((method, path, status))
            if status not in responses:
                problems.append(f"{what} is not documented ({target})")
                continue
            content = resolve(document, responses[status]).get("content", {})
            if content and method != "HEAD":
                schema = next(iter(content.values()))["schema"]
                problems += misfit(document, schema, exchange["json"], what)

    problems += [f"{method} {path} → {status} was never seen"
                 for (method, path), responses in documented.items()
                 for status in responses if (method, path, status) not in seen]
    for problem in sorted(set(problems)):
        print(problem)
    print(f"{len(exchanges)} exchanges, {len(seen)} documented answers seen")
    return 1 if problems else 0


sys.exit(main())
