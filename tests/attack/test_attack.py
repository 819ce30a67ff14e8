#!/usr/bin/python3
"""Attacks on a real hub with a valid device key or an ordinary office sign-in. Each test attempts something
that the rules forbid, and fails if it succeeds. Similar honest acts are tested beside it and must succeed.
All tests share one hub: `test_attack.py Release` runs the tests of one class."""

import sys
import unittest

import attack_world as world
from attack_doors import *  # noqa: F401,F403
from attack_evidence import *  # noqa: F401,F403
from attack_office import *  # noqa: F401,F403
from attack_release import *  # noqa: F401,F403
from attack_rules import *  # noqa: F401,F403
from attack_visibility import *  # noqa: F401,F403


def main():
    world.start()
    try:
        program = unittest.main(argv=[sys.argv[0], *sys.argv[1:]], exit=False)
    finally:
        world.stop()
    return 0 if program.result.wasSuccessful() and program.result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
