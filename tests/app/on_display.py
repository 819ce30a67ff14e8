#!/usr/bin/python3
"""on_display.py PROGRAM [ARG…]: runs a program on its own X server, without accessibility."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from atspi import Display  # noqa: E402

with Display() as display:
    env = dict(os.environ, DISPLAY=display.name, GDK_BACKEND="x11", NO_AT_BRIDGE="1",
               GSETTINGS_BACKEND="memory")
    env.pop("WAYLAND_DISPLAY", None)
    sys.exit(subprocess.run(sys.argv[1:], env=env, check=False).returncode)
