#!/usr/bin/env python3
"""The commands of bihuan-hub as a shell uses them: exit codes and JSON, alone and beside a serving hub.

usage: test_commands.py SOURCE_DIR PROGRAM
"""
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile

SOURCE, PROGRAM = sys.argv[1:3]
ENVIRONMENT = dict(os.environ, BIHUAN_DATADIR=SOURCE)
OK, USAGE, NOT_FOUND, BUSY, INVALID, UNPROVED = 0, 2, 3, 4, 5, 6


def run(expected, *words, stdin=None):
    done = subprocess.run([PROGRAM, *map(str, words)], env=ENVIRONMENT, input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == expected, (words, done.returncode, done.stdout, done.stderr)
    assert expected == OK or done.stderr or done.stdout, words
    return done.stdout


def sample_id(name):
    """Returns the id of a named sample record (schema/ident.h)."""
    raw = bytearray(hashlib.sha256(b"bihuan/id/1\0samples\0" + name.encode() + b"\0").digest()[:16])
    raw[6], raw[8] = raw[6] & 0x0f | 0x80, raw[8] & 0x3f | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def load_visit(hub):
    """Loads a visit and its hazard, with text that looks like markup."""
    visit = {"enterprise": {"$ref": "ent-01"}, "modes": ["routine"], "number": "=1+1",
             "unit": {"$ref": "unit-jingping"}, "lead": {"$ref": "staff-li"},
             "subject_found_by": "code", "started_at": 1795258740000,
             "opinion": "<script>alert(1)</script>", "state": "on_site"}
    hazard = {"inspection": {"$ref": "visit"}, "enterprise": {"$ref": "ent-01"}, "level": "general",
              "summary": "<b>粗</b>", "responsible_person": "张保密", "found_by": "inspection",
              "description": "某处", "demand": "整改", "place": "井口", "state": "found"}
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "visit.json")
        path.write_text(json.dumps({"bihuan-records": 1, "space": "samples", "records": [
            {"name": "visit", "kind": "inspection", "set": visit},
            {"name": "hazard", "kind": "hazard", "set": hazard}]}), encoding="utf-8")
        run(OK, "load", "--data", hub, path)
    return sample_id("visit"), sample_id("hazard")


def check_case(hub, out):
    inspection, hazard = load_visit(hub)
    exported = json.loads(run(OK, "export", "--data", hub, "--record", inspection, "--out", out, "--json"))
    assert exported["out"] == str(out) and exported["entries"] >= 4, exported
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["index.html", "case.export"]
        page, text = (archive.read(name).decode() for name in archive.namelist())
    assert "<script" not in page and "&lt;script&gt;" in page and "张保密" in page
    assert "张保密" in text and "样例" in page
    report = json.loads(run(UNPROVED, "verify", out, "--json"))
    assert report["verdict"] == "self-consistent" and report["case"]["record"] == inspection
    assert "Proved" in run(UNPROVED, "verify", out)
    run(OK, "verify", out, "--hub-key", exported["hub_key"])
    assert json.loads(run(OK, "verify", out, "--hub-key", exported["hub_key"],
                          "--json"))["verdict"] == "authentic"
    run(INVALID, "verify", out, "--hub-key", "A" * 43 + "=")
    run(OK, "export", "--data", hub, "--record", inspection, "--without-personal", "--out", out)
    with zipfile.ZipFile(out) as archive:
        assert all("张保密" not in archive.read(name).decode() for name in archive.namelist())
    assert json.loads(run(UNPROVED, "verify", out, "--json"))["case"]["personal"] is False
    whole = out.read_bytes()
    out.write_bytes(whole.replace("整改".encode(), "整治".encode(), 1))
    assert json.loads(run(INVALID, "verify", out, "--json"))["verdict"] == "broken"
    other = out.with_name("none.zip")
    # A record below another one makes a smaller case, which can be verified by itself. What is only context
    # makes none.
    smaller = json.loads(run(OK, "export", "--data", hub, "--record", hazard, "--out", other, "--json"))
    assert smaller["entries"] <= exported["entries"]
    report = json.loads(run(OK, "verify", other, "--hub-key", smaller["hub_key"], "--json"))
    assert report["verdict"] == "authentic" and report["case"]["record"] == hazard
    other.unlink()
    for name in ("ent-01", "staff-li"):
        run(INVALID, "export", "--data", hub, "--record", sample_id(name), "--out", other)
    run(NOT_FOUND, "export", "--data", hub, "--record", "nothing", "--out", other)
    run(USAGE, "export", "--data", hub, "--without-personal", "--out", other)
    assert not other.exists() and not list(out.parent.glob("*.part"))


def logins(hub):
    with contextlib.closing(sqlite3.connect(pathlib.Path(hub, "hub.db"))) as store:
        return [row[0] for row in store.execute("SELECT login FROM office_account")]


def check_commands(hub, samples, out):
    loaded = json.loads(run(OK, "load", "--data", hub, "--json", "--demo", samples))
    assert loaded["entries"] == 0, loaded
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
    run(OK, "staff", "set-pin", "--data", hub, "--staff", staff, "--file", "-", stdin="470251\n")
    for weak in ("1", "1234", "123456", "111111", "654321", "135791", "121212", "990314", "199003",
                 "19900314", "12341234", "47025", "470251x", "1234567890123"):
        run(INVALID, "staff", "set-pin", "--data", hub, "--staff", staff, "--file", "-",
            stdin=f"{weak}\n")
    run(NOT_FOUND, "staff", "set-pin", "--data", hub, "--staff", "nobody", "--file", "-",
        stdin="470251\n")
    run(OK, "staff", "set-password", "--data", hub, "--staff", staff, "--login", "newcomer",
        "--file", "-", stdin="a-good-password-1\n")
    assert logins(hub).count("newcomer") == 1
    run(OK, "staff", "remove-password", "--data", hub, "--staff", staff)
    assert "newcomer" not in logins(hub)
    run(USAGE, "staff", "remove-password", "--data", hub)
    run(NOT_FOUND, "staff", "remove-password", "--data", hub, "--staff", "nobody")
    pins = {row["id"]: row["pin"] for row in json.loads(run(OK, "staff", "list", "--data", hub,
                                                            "--json"))}
    assert pins[staff] == "set" and "none" in pins.values() and "old" not in pins.values(), pins
    assert json.loads(run(OK, "device", "list", "--data", hub, "--json")) == []
    run(NOT_FOUND, "device", "revoke", "--data", hub, "--device", "none")
    run(OK, "export", "--data", hub, "--out", out)
    assert json.loads(run(UNPROVED, "verify", out, "--json"))["verdict"] == "self-consistent"
    text = out.read_bytes()
    out.write_bytes(text.replace("新人".encode(), "旧人".encode()))
    assert json.loads(run(INVALID, "verify", out, "--json"))["verdict"] == "broken"
    check_case(hub, out.with_suffix(".zip"))
    backup = out.with_suffix(".backup")
    run(OK, "backup", "--data", hub, "--out", backup)
    check_access(hub)
    check_anomalies(hub)
    check_numbers(hub)
    check_settings(hub)
    assert (backup / "hub.db").stat().st_size > 0


def check_access(hub):
    """Checks that a backup and an export are recorded in the access log (R-257)."""
    rows = json.loads(run(OK, "access", "list", "--data", hub, "--json"))["rows"]
    assert [row["way"] for row in rows[:2]] == ["backup", "export"], rows
    assert {row["by"] for row in rows[:2]} == {"枢纽"} and "record" not in rows[0], rows
    output = run(OK, "access", "list", "--data", hub, "--by", rows[0]["reader"])
    assert "backup" in output and "everything" in output, output
    older = json.loads(run(OK, "access", "list", "--data", hub, "--before", rows[0]["nr"], "--json"))
    assert older["rows"] == rows[1:] and older["before"] is None, older
    of_one = json.loads(run(OK, "access", "list", "--data", hub, "--by", "吴样例", "--json"))
    assert of_one["rows"] == [], of_one
    run(NOT_FOUND, "access", "list", "--data", hub, "--by", "nobody")
    run(INVALID, "access", "list", "--data", hub, "--record", "../x")
    run(USAGE, "access", "--data", hub)


def check_anomalies(hub):
    """Checks the list of anomalies (R-250), which is empty on a hub without any."""
    assert json.loads(run(OK, "anomaly", "list", "--data", hub, "--json")) == \
        {"rows": [], "before": None}
    run(OK, "anomaly", "list", "--data", hub, "--kind", "clock", "--before", "5")
    run(INVALID, "anomaly", "list", "--data", hub, "--kind", "ghost")
    run(USAGE, "anomaly", "--data", hub)


def check_settings(hub):
    words = ("setting", "--data", hub)
    given = ("--from", "2026-01-01", "--basis", "样例〔2026〕1号")
    everywhere = run(OK, *words, "set", "--name", "recheck_days", "--value", "7", *given).strip()
    local = run(OK, *words, "set", "--name", "复查期限", "--value", "5", "--area", "平鲁区", *given).strip()
    for wrong in (("--name", "recheck_days", "--value", "367"), ("--name", "recheck_days", "--value", "2.5"),
                  ("--name", "nothing", "--value", "7"), ("--name", "recheck_days"),
                  ("--name", "recheck_days", "--value", "7", "--to", "2025-12-31")):
        run(INVALID, *words, "set", *wrong, *given)
    run(INVALID, *words, "withdraw", "--record", local)
    run(OK, *words, "withdraw", "--record", local, "--reason", "误设")
    run(OK, *words, "end", "--record", everywhere, "--to", "2026-12-31")
    run(USAGE, *words, "end", "--record", everywhere)
    run(USAGE, *words, "remove")
    rows = {row["id"]: row["values"] for row in json.loads(run(OK, *words, "list", "--json"))}
    assert rows[everywhere]["valid_to"] == "2026-12-31" and rows[everywhere]["state"] == "set", rows
    assert (rows[local]["area"], rows[local]["state"]) == ("140603", "withdrawn"), rows
    assert "recheck_days = 5" in run(OK, *words, "list")


def check_numbers(hub):
    """Checks the register of numbers (R-105): the visit of the case has a number of its own, its hazard one
    that the hub gave."""
    words = ("numbers", "--data", hub, "--kind")
    page = json.loads(run(OK, *words, "hazard", "--unit", "样例·井坪镇应急管理和综合执法办公室", "--json"))
    row = page["rows"][0]
    assert (row["state"], row["title"].endswith("<b>粗</b>")) == ("used", True), page
    assert row["number"].endswith(f"-YH-{page['year']}-0001"), page
    assert [rest["state"] for rest in page["rows"][1:]] == ["free"], page
    output = run(OK, *words, "hazard")
    assert row["number"] in output and "free" in output, output
    assert json.loads(run(OK, *words, "hazard", "--year", "1999", "--json"))["rows"] == []
    assert json.loads(run(OK, *words, "inspection", "--json"))["rows"] == []
    run(INVALID, *words, "staff")
    run(INVALID, *words, "hazard", "--after", "x")
    run(NOT_FOUND, *words, "hazard", "--unit", "nowhere")
    run(USAGE, *words, "hazard", "--year", "10000")
    run(USAGE, "numbers", "--data", hub)


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
        for command in ("init", "load", "serve", "enrol", "staff", "device", "access", "anomaly", "numbers",
                        "setting", "export", "verify", "backup", "restore", "unit", "acts", "create", "edit", "step",
                        "attach", "list"):
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
        serving = json.loads((hub / "serve.json").read_text())
        assert serving["url"].startswith("https://127.0.0.1:") and serving["pid"] == server.pid
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
