#!/usr/bin/python3
"""analyze.py BUILD gcc|clang-tidy [FILE…]: runs a static analyzer over the C files of the product. Each
finding must be fixed or listed in exceptions.txt, and each exception there must still be needed. Prints
TAP. With FILE… only those files are analyzed, and unneeded exceptions are not reported.

The findings of a file are kept in BUILD/analyzed and used again until the file or one of its includes
changes."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(os.environ.get("BIHUAN_ANALYZE_TOP", Path(__file__).resolve().parents[2]))
EXCEPTIONS = TOP / "tests/analyze/exceptions.txt"
CONFIG = TOP / ".clang-tidy"
ROOMS = ("schema", "sync", "app")
FINDING = re.compile(r"^(?P<place>[^\s:][^:\n]*(?::\d+)*): (?P<level>warning|error): (?P<text>.*) \[(?P<check>[\w.,-]+)\]$",
                     re.M)
JOBS = min(os.cpu_count() or 1, 4)


def sources(build):
    """Returns the compiler arguments for each C file of the product, without ccache and output files."""
    found = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = (Path(command["directory"]) / command["file"]).resolve()
        if not path.is_relative_to(TOP) or path.relative_to(TOP).parts[0] not in ROOMS:
            continue
        words = [word for word in shlex.split(command["command"]) if not word.endswith("ccache")]
        for option in ("-MQ", "-MF", "-o"):
            if option in words:
                at = words.index(option)
                del words[at:at + 2]
        words = [word for word in words if word not in ("-c", "-MD", "-Werror")]
        words[0] = "gcc"
        found.setdefault(str(path.relative_to(TOP)), (command["directory"], words))
    return found


def analyse_with_gcc(_build, directory, words):
    # Optimisation is off: gcc removes stores and then reports variables that were never set. Fortified
    # functions need optimisation, so they are off too.
    return [*words, "-U_FORTIFY_SOURCE", "-O0", "-fanalyzer", "-fdiagnostics-plain-output", "-c", "-o",
            "/dev/null"], directory


def analyse_with_clang_tidy(build, directory, words):
    return ["clang-tidy", "--quiet", f"--config-file={CONFIG}", "-p", str(build), words[-1]], directory


TOOLS = {
    "gcc": (analyse_with_gcc, ["gcc", "--version"]),
    "clang-tidy": (analyse_with_clang_tidy, ["clang-tidy", "--version"]),
}


def key_of(tool, version, directory, words):
    text = subprocess.run([*words, "-E"], cwd=directory, capture_output=True, check=True).stdout
    config = CONFIG.read_bytes() if tool == "clang-tidy" else b""
    return hashlib.sha256(b"\0".join([version, config, " ".join(words).encode(), text])).hexdigest()


def findings_of(output, path):
    """Returns (name of the check, text) of each finding. One in a header is reported for the file that
    includes it."""
    found = []
    for match in FINDING.finditer(output):
        if match["place"] == "cc1" and "‘<unknown>’" in match["text"]:
            continue  # gcc 12 makes such a variable for g_autoptr at the end of a block
        check = re.sub(r"^-W(error=)?", "", match["check"]).split(",")[0]
        place = re.sub(r"^.*?/\.\./|^(\.\./)+", "", match["place"].replace(str(TOP) + "/", ""))
        found.append((check, f"{place}: {match['text']}" if place.startswith(path) else
                      f"{path} (in {place}): {match['text']}"))
    return sorted(set(found))


def analyze_file(build, tool, version, path, directory, words):
    analyse, _ = TOOLS[tool]
    kept = build / "analyzed" / tool / key_of(tool, version, directory, words)
    if kept.exists():
        return [tuple(row) for row in json.loads(kept.read_text())]
    command, where = analyse(build, directory, words)
    done = subprocess.run(command, cwd=where, capture_output=True, encoding="utf-8", check=False,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    output = re.sub(r" \[CWE-\d+\]", "", done.stdout + done.stderr)
    found = findings_of(output, path)
    if done.returncode != 0 and not found:
        return [("failed", f"{path}: {tool} ended with {done.returncode}: {output.strip()[-400:]}")]
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(found))
    part.rename(kept)
    return found


def read_exceptions(tool):
    """Returns {(file, check): reason} of a tool, and the faults of the list itself."""
    exceptions, problems = {}, []
    for number, line in enumerate(EXCEPTIONS.read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 3)
        if len(words) < 4 or words[0] not in TOOLS:
            problems.append(f"{EXCEPTIONS.name}:{number}: is not TOOL FILE WARNING REASON")
        elif words[0] == tool:
            if (words[1], words[2]) in exceptions:
                problems.append(f"{EXCEPTIONS.name}:{number}: duplicate {words[1]} {words[2]}")
            exceptions[words[1], words[2]] = words[3]
    return exceptions, problems


def main():
    build, tool, *chosen = sys.argv[1:]
    build = Path(build).resolve()
    version = subprocess.run(TOOLS[tool][1], capture_output=True, check=True).stdout
    wanted = {path: how for path, how in sources(build).items() if not chosen or path in chosen}
    exceptions, problems = read_exceptions(tool)
    found = defaultdict(list)
    with ThreadPoolExecutor(JOBS) as pool:
        results = pool.map(lambda item: analyze_file(build, tool, version, item[0], *item[1]), sorted(wanted.items()))
        for path, findings in zip(sorted(wanted), results):
            for check, what in findings:
                found[path, check].append(what)

    open_findings = [f"{what} [{check}]" for (path, check), whats in sorted(found.items())
                     if (path, check) not in exceptions for what in whats]
    needless = [f"{EXCEPTIONS.name}: {path} {check} is not needed any more"
                for path, check in sorted(exceptions) if (path, check) not in found and not chosen]
    bad = False
    for number, (name, lines) in enumerate([
            (f"{tool} finds nothing in {len(wanted)} files that is not named", open_findings),
            ("every exception is written well and needed", problems + needless),
            ("at least one file is analyzed", [] if wanted else ["no file"])], 1):
        for line in lines:
            print("# " + line)
        print(f"{'not ok' if lines else 'ok'} {number} - {name}")
        bad = bad or bool(lines)
    print("1..3")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
