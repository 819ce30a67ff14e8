#!/usr/bin/env python3
"""bihuan-hub's commands as a shell sees them: exit codes, JSON, and the same through a serving hub.

usage: test_commands.py SOURCE_DIR PROGRAM
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

SOURCE, PROGRAM = sys.argv[1:3]
ENVIRONMENT = dict(os.environ, BIHUAN_DATADIR=SOURCE)
OK, USAGE, NOT_FOUND, BUSY, INVALID = 0, 2, 3, 4, 5


def run(expected, *words, stdin=None):
    done = subprocess.run([PROGRAM, *map(str, words)], env=ENVIRONMENT, input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == expected, (words, done.returncode, done.stdout, done.stderr)
    assert expected == OK or done.stderr or done.stdout, words
    return done.stdout


def check_commands(hub, samples, out):
    told = json.loads(run(OK, "load", "--data", hub, "--json", "--demo", samples))
    assert told["entries"] == 0, told
    invitation = json.loads(run(OK, "enrol", "--data", hub, "--unit", "140603100", "--url",
                                "https://127.0.0.1:1", "--json"))
    assert invitation["text"].startswith("BHE1:")
    assert "█" in run(OK, "enrol", "--data", hub, "--unit", "unit-jingping", "--url",
                      "https://127.0.0.1:1")
    run(NOT_FOUND, "enrol", "--data", hub, "--unit", "nowhere", "--url", "https://127.0.0.1:1")
    run(INVALID, "enrol", "--data", hub, "--unit", "140603100", "--url", "ftp://x")
    staff = run(OK, "staff", "add", "--data", hub, "--name", "新人", "--unit", "140603100",
                "--roles", "inspector").strip()
    run(INVALID, "staff", "add", "--data", hub, "--name", "新人", "--unit", "140603100", "--roles",
        "emperor")
    run(OK, "staff", "set-pin", "--data", hub, "--staff", staff, "--file", "-", stdin="123456\n")
    run(INVALID, "staff", "set-pin", "--data", hub, "--staff", staff, "--file", "-", stdin="1\n")
    run(NOT_FOUND, "staff", "set-pin", "--data", hub, "--staff", "nobody", "--file", "-",
        stdin="123456\n")
    assert staff in [row["id"] for row in json.loads(run(OK, "staff", "list", "--data", hub,
                                                         "--json"))]
    assert json.loads(run(OK, "device", "list", "--data", hub, "--json")) == []
    run(NOT_FOUND, "device", "revoke", "--data", hub, "--device", "none")
    run(OK, "export", "--data", hub, "--out", out)
    assert json.loads(run(OK, "verify", out, "--json"))["verdict"] == "self-consistent"
    text = out.read_bytes()
    out.write_bytes(text.replace("新人".encode(), "旧人".encode()))
    assert json.loads(run(INVALID, "verify", out, "--json"))["verdict"] == "broken"
    backup = out.with_suffix(".db")
    run(OK, "backup", "--data", hub, "--out", backup)
    assert backup.stat().st_size > 0


def main():
    samples = pathlib.Path(SOURCE) / "assets/samples"
    with tempfile.TemporaryDirectory() as directory:
        top = pathlib.Path(directory)
        hub = top / "hub"
        run(USAGE)
        run(USAGE, "fly")
        run(USAGE, "init", "--data", hub)
        run(USAGE, "load", "--no-such-option")
        assert "Exit codes" in run(OK, "--help")
        for command in ("init", "load", "serve", "enrol", "staff", "device", "export", "verify",
                        "backup"):
            assert "--" in run(OK, command, "--help")
        run(NOT_FOUND, "staff", "list", "--data", hub)
        run(INVALID, "init", "--data", hub, "--name", "枢纽", "--area", "999999")
        run(OK, "init", "--data", hub, "--name", "枢纽", "--area", "140603")
        run(BUSY, "init", "--data", hub, "--name", "枢纽", "--area", "140603")
        modes = {path.name: path.stat().st_mode & 0o777 for path in (hub / "keys").iterdir()}
        assert set(modes.values()) == {0o600}, modes
        run(NOT_FOUND, "load", "--data", hub, top / "missing")
        run(OK, "load", "--data", hub, "--demo", samples)
        check_commands(hub, samples, top / "one")

        server = subprocess.Popen([PROGRAM, "serve", "--data", str(hub), "--listen", "127.0.0.1:0",
                                   "--office-listen", "127.0.0.1:0"], env=ENVIRONMENT,
                                  stdout=subprocess.PIPE)
        server.stdout.readline()
        told = json.loads((hub / "serve.json").read_text())
        assert told["url"].startswith("https://127.0.0.1:") and told["pid"] == server.pid
        run(BUSY, "serve", "--data", hub, "--listen", "127.0.0.1:0", "--office-listen",
            "127.0.0.1:0")
        check_commands(hub, samples, top / "two")
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == OK
        print(f"the hub ended {time.monotonic() - begun:.1f} s after SIGTERM")
        server.stdout.close()
        run(OK, "staff", "list", "--data", hub)


main()
