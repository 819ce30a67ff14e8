#!/usr/bin/env python3
"""generate.py MAN COMPLETION VERSION SEE_ALSO PROGRAM [ARG…]: makes the manual page and the bash
completion of a program from what it prints with --help. ARG… go before --help.

A help text has a usage, a summary (after a dash in the usage, or as first paragraph), lists under the titles
in LISTS, and paragraphs. Where it says that "COMMAND --help" lists options, each command is asked, too."""

import os
import re
import subprocess
import sys
from pathlib import Path

LISTS = {"Commands:", "Options:", "Help Options:", "Application Options:"}
OPTION = re.compile(r"  (?:-(?P<short>\w), )?--(?P<long>[\w-]+)(?:(?P<join>[= ])(?P<value>\S+))?  +(?P<text>\S.*)")
COMMAND = re.compile(r"  (?P<name>[a-z][\w-]*)(?: +(?P<value>\[?[A-Z]+(?:\|-)?\]?(?: [A-Z]+…?)*))?  +(?P<text>\S.*)")
# Values that name something on the disk, for the completion.
PATHS = {"DIR": "-d", "FILE": "-f", "PATH": "-f"}


class Help:
    def __init__(self, text):
        """The parts of a help text. Raises ValueError for a line in a list that it does not know."""
        lines = text.rstrip().split("\n")
        if lines[0] == "Usage:":
            lines[:2] = ["Usage: " + lines[1].strip()]
        usage = lines[0].removeprefix("Usage: ")
        self.usage, _, self.summary = re.sub(r" [–-] ", "\0", usage, count=1).partition("\0")
        self.commands, self.options, self.exit_codes = [], [], []
        self.before, self.after = [], []
        kind = None
        for line in lines[1:]:
            if line in LISTS:
                kind = line
            elif kind and line.startswith("  "):
                self._add_row(kind, line)
            elif line.startswith("Exit codes:"):
                kind = None
                self.exit_codes = [line.removeprefix("Exit codes:").strip()]
            elif self.exit_codes and line:
                self.exit_codes.append(line)
            else:
                kind = None if line else kind
                (self.after if self.options or self.commands else self.before).append(line)
        # The exit codes end a help text; what precedes the lists describes the program.
        self.exit_codes = [line for line in self.exit_codes if line]

    def _add_row(self, kind, line):
        match = (COMMAND if kind == "Commands:" else OPTION).fullmatch(line)
        if match is None:
            raise ValueError(f"cannot read under “{kind}”: {line}")
        (self.commands if kind == "Commands:" else self.options).append(match.groupdict())


def ask(program, *words):
    # A locale that every system has; no report of the leak checker in a build with sanitizers.
    env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en", ASAN_OPTIONS="detect_leaks=0")
    return subprocess.run([program, *words], env=env, check=True, capture_output=True).stdout.decode()


# --- the manual page ---

def roff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", r"\\&.", escaped)


def paragraphs(lines):
    """Filled text; what is indented stays as it is."""
    out = []
    verbatim = False
    for line in lines:
        indented = line.startswith("  ")
        if indented != verbatim and line:
            out += [".IP", ".nf"] if indented else [".fi", ".PP"]
            verbatim = indented
        if line:
            out.append(roff(line[2:] if indented else line))
        elif out and not verbatim and out[-1] != ".PP":
            out.append(".PP")
    if verbatim:
        out.append(".fi")
    while out and out[-1] == ".PP":
        out.pop()
    return out


def option_rows(options):
    out = []
    for option in options:
        names = [f"\\fB\\-{option['short']}\\fR"] if option["short"] else []
        value = f"{option['join']}\\fI{roff(option['value'])}\\fR" if option["value"] else ""
        names.append(f"\\fB{roff('--' + option['long'])}\\fR{value}")
        out += [".TP", ", ".join(names), roff(option["text"])]
    return out


def command_rows(commands):
    out = []
    for command in commands:
        value = f" \\fI{roff(command['value'])}\\fR" if command["value"] else ""
        out += [".TP", f"\\fB{roff(command['name'])}\\fR{value}", roff(command["text"])]
    return out


def make_page(name, version, see_also, top, below):
    described = list(top.before)
    while described and not described[0]:
        described.pop(0)
    summary = top.summary or described.pop(0).rstrip(".")
    out = [f'.TH {roff(name.upper())} 1 "" "Bihuan {version}" "Bihuan"',
           ".SH NAME", f"{roff(name)} \\- {roff(summary)}",
           ".SH SYNOPSIS", f"\\fB{roff(name)}\\fR{roff(top.usage.removeprefix(name))}"]
    text = paragraphs(described + [""] + top.after)
    if text:
        out += [".SH DESCRIPTION", *text]
    if top.commands and not below:
        out += [".SH COMMANDS", *command_rows(top.commands)]
    out += [".SH OPTIONS", *option_rows(top.options)]
    if below:
        out.append(".SH COMMANDS")
    for command, helped in below:
        out += [f".SS {roff(helped.usage)}", roff(command["text"][0].upper() + command["text"][1:]) + ".", ".PP",
                *paragraphs(helped.before + [""] + helped.after), *option_rows(helped.options)]
    if top.exit_codes:
        out += [".SH EXIT STATUS", *paragraphs(top.exit_codes)]
    others = ", ".join(f"\\fB{roff(other)}\\fR(1)" for other in see_also if other != name)
    return "\n".join([*out, ".SH SEE ALSO", others]) + "\n"


# --- the completion ---

def words_of(options):
    return [f"--{o['long']}" + ("=" if o["value"] and o["join"] == "=" else "") for o in options]


def actions_of(helped, name):
    """The words of a usage like "unit [OPTION…] add|set|list"."""
    last = helped.usage.removeprefix(name).split()[-1]
    return last.split("|") if re.fullmatch(r"[a-z][a-z-]*(\|[a-z-]+)+", last) else []


def quoted(words):
    return "'" + " ".join(words) + "'"


COMPLETION = """\
# bash completion for {name}: made from its --help.
{function}()
{{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} option= command= i
  COMPREPLY=()
  # Bash cuts --option=value at the sign.
  if [ "$word" = = ]; then
    option=$before word=
  elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
    option=${{COMP_WORDS[COMP_CWORD - 2]}}
  else
    option=$before
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
{commands}    esac
  done
  case $command$option in
{values}  esac
  local words files=
  case $command in
{words}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [ -n "$files" ] && [[ $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
    return
  fi
  [[ ${{#COMPREPLY[@]}} != 1 || ${{COMPREPLY[0]}} != *= ]] || compopt -o nospace 2>/dev/null
}}
complete -F {function} {name}
"""


def value_case(command, option):
    """What stands after an option with a value: a path, or what nobody can guess."""
    names = [f"{command}--{option['long']}"]
    if option["short"]:
        names.append(f"{command}-{option['short']}")
    flag = PATHS.get(option["value"].strip("[]"))
    reply = f'mapfile -t COMPREPLY < <(compgen {flag} -- "$word"); compopt -o filenames 2>/dev/null; ' if flag else ""
    return f"    {' | '.join(names)}) {reply}return ;;\n"


def make_completion(name, top, below):
    commands = [command["name"] for command in top.commands]
    values, cases = "", ""
    for command, helped in below:
        offered = words_of(helped.options) + actions_of(helped, name)
        values += "".join(value_case(command["name"], o) for o in helped.options if o["value"])
        files = " files=yes" if re.search(r"\b(PATH|FILE)", helped.usage) else ""
        cases += f"    {command['name']}) words={quoted(offered)}{files} ;;\n"
    values += "".join(value_case("*" if not below else "", o) for o in top.options if o["value"])
    offered = quoted(words_of(top.options) + ([] if not below else commands))
    if not below and commands:
        cases += f"    '') words={quoted(words_of(top.options) + commands)} ;;\n"
    cases += f"    *) words={offered} ;;\n"
    taken = f"      {' | '.join(commands)}) command=${{COMP_WORDS[i]}}; break ;;\n" if commands else "      *) ;;\n"
    return COMPLETION.format(name=name, function="_" + name.replace("-", "_"), commands=taken,
                             values=values or "    *) ;;\n", words=cases)


def main():
    page, completion, version, see_also, program, *first = sys.argv[1:]
    name = Path(program).name
    text = ask(program, *first, "--help")
    top = Help(text)
    below = []
    if "COMMAND --help" in text:
        below = [(command, Help(ask(program, command["name"], "--help"))) for command in top.commands]
    Path(page).write_text(make_page(name, version, see_also.split(","), top, below), encoding="utf-8")
    Path(completion).write_text(make_completion(name, top, below), encoding="utf-8")


if __name__ == "__main__":
    main()
