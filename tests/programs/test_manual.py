#!/usr/bin/python3
"""test_manual.py BUILD: manual pages and bash completion contain all that --help lists, and are installed."""

import json
import os
import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
BUILD = Path(sys.argv.pop(1)).resolve()
os.environ["BIHUAN_BUILD"] = str(BUILD)
import programs  # noqa: E402

ENGLISH = {"bihuan": ["--lang=en"]}
NAMES = ["bihuan", "bihuanctl", "bihuan-agent", "bihuan-hub"]
MANUAL = BUILD / "assets" / "manual"
OPTION = re.compile(r"^  (?:-\w, )?(--[a-z][a-z-]*)", re.M)


def ask(name, *words):
    return programs.run(name, *ENGLISH.get(name, []), *words, "--help",
                        env=programs.environment(LANGUAGE="en")).stdout


def options(text):
    found = OPTION.findall(text)
    assert "--help" in found, text
    return found


def commands(text):
    """Returns the names of the commands that the text of --help lists below "Commands:"."""
    listed = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


class Pages(unittest.TestCase):
    def read(self, name):
        """Returns the page as `man` shows it. Any warning of groff fails the test."""
        done = subprocess.run(["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=200n",
                               str(MANUAL / f"{name}.1")], check=True, capture_output=True, text=True)
        self.assertEqual(done.stderr, "", name)
        return re.sub(r" +", " ", done.stdout)

    def test_a_page_names_every_option_and_command(self):
        for name in NAMES:
            page, text = self.read(name), ask(name)
            for option in options(text):
                self.assertRegex(page, rf"(?m)^ (-\w, )?{option}\b", name)
            for command in commands(text):
                self.assertRegex(page, rf"(?m)^ ({name} )?{command}\b", name)

    def test_the_hubs_page_names_the_options_of_each_command_below_it(self):
        page = self.read("bihuan-hub")
        names = commands(ask("bihuan-hub"))
        self.assertGreater(len(names), 10)
        for command in names:
            part = page.partition(f" bihuan-hub {command} [OPTION")[2].partition("\n bihuan-hub ")[0]
            for option in options(ask("bihuan-hub", command)):
                self.assertRegex(part, rf"(?m)^ (-\w, )?{option}\b", command)

    def test_a_page_says_what_a_program_is_for_and_its_exit_codes(self):
        for name in NAMES:
            page = self.read(name)
            self.assertRegex(page, rf"\nNAME\n {name} - \w\w+", name)
            self.assertEqual("Exit codes" in ask(name), "\nEXIT STATUS\n" in page, name)
            for other in set(NAMES) - {name}:
                self.assertRegex(page.partition("\nSEE ALSO\n")[2], rf"(?<![\w-]){other}\(1\)")


class Completion(unittest.TestCase):
    def offer(self, *words):
        """Returns the completions that bash offers for the last word."""
        line = " ".join(shlex.quote(word) for word in words)
        script = f"""source {shlex.quote(str(MANUAL / words[0]))}
            COMP_WORDS=({line}) COMP_CWORD={len(words) - 1}
            $(complete -p {words[0]} | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
            printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = subprocess.run(["bash", "--norc", "-c", script], check=True, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_every_option_and_command_is_offered(self):
        for name in NAMES:
            text = ask(name)
            offered = {word.rstrip("=") for word in self.offer(name, "")}
            self.assertEqual(offered, set(options(text)) | set(commands(text)), name)

    def test_the_options_of_a_command_of_the_hub_are_offered_after_it(self):
        for command in commands(ask("bihuan-hub")):
            offered = {word.rstrip("=") for word in self.offer("bihuan-hub", command, "--")}
            self.assertEqual(offered, set(options(ask("bihuan-hub", command))), command)

    def test_the_beginning_of_a_word_is_completed(self):
        self.assertEqual(self.offer("bihuan-hub", "res"), ["restore"])
        self.assertEqual(self.offer("bihuan-hub", "serve", "--log"), ["--log-format="])
        self.assertEqual(self.offer("bihuan-hub", "unit", "--data", "x", "s"), ["set"])
        self.assertEqual(self.offer("bihuanctl", "--store", "x", "stat"), ["status"])
        self.assertEqual(self.offer("bihuanctl", "list", "--lim"), ["--limit="])

    def test_paths_are_offered_for_options_that_take_one_and_nothing_for_others(self):
        room = str(Path(__file__).parent)
        page = f"{room}/README.md"
        self.assertEqual(self.offer("bihuan-hub", "load", page[:-4]), [page])
        self.assertEqual(self.offer("bihuan-hub", "serve", "--config", page[:-4]), [page])
        self.assertEqual(self.offer("bihuanctl", "--store", room[:-2]), [room])
        self.assertEqual(self.offer("bihuanctl", "--store", "=", room[:-2]), [room])
        self.assertEqual(self.offer("bihuanctl", "--store", page[:-4]), [])
        self.assertEqual(self.offer("bihuanctl", "--name", ""), [])
        self.assertEqual(self.offer("bihuan-hub", "init", "-n", ""), [])


class Installed(unittest.TestCase):
    def test_pages_and_completions_are_where_they_are_looked_for(self):
        installed = {Path(built): to for built, to in
                     json.loads((BUILD / "meson-info" / "intro-installed.json").read_text()).items()}
        for name in NAMES:
            self.assertTrue(installed[MANUAL / f"{name}.1"].endswith(f"/man/man1/{name}.1"))
            self.assertTrue(installed[MANUAL / name].endswith(f"/bash-completion/completions/{name}"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
