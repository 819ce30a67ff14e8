#!/usr/bin/python3
"""test_hardening.py BUILD: all installed programs and modules have the compiler's protections against
exploits of memory errors."""

import json
import platform
import re
import subprocess
import sys
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv.pop(1)).resolve()


def read(name):
    return json.loads((BUILD / "meson-info" / f"intro-{name}.json").read_text())


OPTIONS = {option["name"]: option["value"] for option in read("buildoptions")}
INSTALLED = [Path(built) for built in read("installed") if Path(built).is_relative_to(BUILD)]
PROGRAMS = [Path(built) for built, to in read("installed").items() if Path(to).parent.name == "bin"]
MODULES = [path for path in INSTALLED if path.suffix == ".so"]


def readelf(option, path):
    return subprocess.run(["readelf", "--wide", option, str(path)], check=True, capture_output=True,
                          text=True).stdout


class Hardening(unittest.TestCase):
    def check(self, paths, option, *patterns):
        self.assertGreaterEqual(len(paths), 3)
        for path in paths:
            for pattern in patterns:
                with self.subTest(path.name):
                    self.assertRegex(readelf(option, path), pattern)

    def test_programs_are_position_independent(self):
        self.check(PROGRAMS, "--file-header", r"Type: +DYN ")
        self.check(PROGRAMS, "--dynamic", r"\(FLAGS_1\) .*\bPIE\b")

    def test_relocations_are_resolved_at_start_and_then_read_only(self):
        self.check(PROGRAMS + MODULES, "--program-headers", r"\bGNU_RELRO\b")
        self.check(PROGRAMS + MODULES, "--dynamic", r"\(FLAGS_1\) .*\bNOW\b")

    def test_no_memory_is_both_writable_and_executable(self):
        for path in PROGRAMS + MODULES:
            with self.subTest(path.name):
                headers = readelf("--program-headers", path)
                segments = re.findall(r"^ +(GNU_STACK|LOAD)\b(?: +0x[0-9a-f]+){5} ([R ][W ][E ])", headers, re.M)
                self.assertIn(("GNU_STACK", "RW "), segments)
                self.assertGreaterEqual(len(segments), 3, headers)
                self.assertEqual([s for s in segments if "W" in s[1] and "E" in s[1]], [])

    def test_programs_have_a_stack_protector(self):
        self.check(PROGRAMS + MODULES, "--dyn-syms", r"\b__stack_chk_fail\b")

    def test_memcpy_is_checked_where_the_size_is_known(self):
        checked = OPTIONS["optimization"] not in ("0", "g", "plain") and OPTIONS["b_sanitize"] == "none"
        for path in PROGRAMS:
            with self.subTest(path.name):
                self.assertEqual("__memcpy_chk" in readelf("--dyn-syms", path), checked)

    def test_every_file_is_compiled_with_the_protecting_flags(self):
        flags = {"-fstack-protector-strong", "-fstack-clash-protection"}
        if platform.machine() in ("x86_64", "i686"):
            flags.add("-fcf-protection")
        checked = 0
        for command in json.loads((BUILD / "compile_commands.json").read_text()):
            source = (Path(command["directory"]) / command["file"]).resolve()
            if source.is_relative_to(TOP) and source.relative_to(TOP).parts[0] in ("schema", "sync", "app"):
                words = set(command["command"].split())
                self.assertEqual(flags - words, set(), source)
                self.assertFalse({w for w in words if w.startswith("-fno-stack")}, source)
                checked += 1
        self.assertGreater(checked, 100)


if __name__ == "__main__":
    unittest.main(verbosity=2)
