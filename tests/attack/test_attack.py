#!/usr/bin/python3
"""Attacks with a valid device key or an ordinary office sign-in, as programs against a real hub.
Each asks for an effect that the rules forbid and fails when it gets it. Beside them stand the honest
acts that look alike and must go through. All share one hub: `test_attack.py Release` runs a part."""

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
