"""Runs the programs of Bihuan in tests: starts them, asks them, ends them by pid."""

import json
import os
import pathlib
import signal
import subprocess
import time

SOURCE = pathlib.Path(os.environ.get("BIHUAN_SOURCE", pathlib.Path(__file__).resolve().parents[2]))


def build_dir():
    return pathlib.Path(os.environ.get("BIHUAN_BUILD", SOURCE / "build"))


def program(name):
    places = {
        "bihuan": "app/bihuan",
        "bihuanctl": "app/ctl/bihuanctl",
        "bihuan-agent": "sync/device/run/bihuan-agent",
        "bihuan-hub": "sync/hub/bihuan-hub",
    }
    path = build_dir() / places[name]
    if not path.exists():
        raise SystemExit(f"{path} is not built")
    return str(path)


def environment(**more):
    env = dict(os.environ, BIHUAN_DATADIR=str(SOURCE), LC_ALL="C.UTF-8")
    env.update({key: str(value) for key, value in more.items()})
    return env


def run(name, *arguments, check=True, stdin=None, timeout=120, env=None):
    """Runs a program to its end; returns the finished process (text mode)."""
    done = subprocess.run(
        [program(name), *map(str, arguments)], input=stdin, text=True, capture_output=True,
        timeout=timeout, env=env or environment())
    if check and done.returncode != 0:
        raise AssertionError(
            f"{name} {' '.join(map(str, arguments))}: exit {done.returncode}\n"
            f"{done.stdout}\n{done.stderr}")
    return done


def start(name, *arguments, log=None, env=None):
    out = open(log, "ab") if log else subprocess.DEVNULL
    return subprocess.Popen([program(name), *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=out, stderr=out, env=env or environment())


def stop(process, hard=False, timeout=20):
    """Ends one process by its pid; SIGKILL when `hard` or when it does not react."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout)


def wait_for(what, condition, timeout=30, step=0.1):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(step)
    raise AssertionError(f"{what} did not come about within {timeout} s")


class Hub:
    """A hub in its own directory, served on loopback; it can be killed and served again."""

    options = ()  # further options of serve

    def __init__(self, directory, name="样例中心", area="140603"):
        self.directory = pathlib.Path(directory)
        self.process = None
        self.env = None  # of what is served from now on; None: as for any program
        self.listen = "127.0.0.1:0"
        self.office_listen = "127.0.0.1:0"
        self.log = str(self.directory) + ".log"
        run("bihuan-hub", "init", "--data", self.directory, "--name", name, "--area", area)

    def load_samples(self):
        run("bihuan-hub", "load", "--data", self.directory, "--demo", SOURCE / "assets" / "packs",
            SOURCE / "assets" / "checklists", SOURCE / "assets" / "samples")

    def serve(self):
        chosen = self.directory / "serve.json"
        chosen.unlink(missing_ok=True)
        self.process = start("bihuan-hub", "serve", "--data", self.directory, "--listen",
                             self.listen, "--office-listen", self.office_listen, *self.options,
                             log=self.log,
                             env=self.env)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError("the hub ended: " + pathlib.Path(self.log).read_text()[-2000:])
            try:
                return json.loads(chosen.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                return None

        told = wait_for("serving", ready)
        # The same addresses again after a restart: devices know them.
        self.listen = told["listen"]
        self.office_listen = told["office_listen"]
        return self

    def kill(self):
        stop(self.process, hard=True)
        self.process = None

    def stop(self):
        stop(self.process)
        self.process = None

    def enrol_text(self, unit, url=None):
        told = run("bihuan-hub", "enrol", "--data", self.directory, "--unit", unit, "--json",
                   *(["--url", url] if url else []))
        return json.loads(told.stdout)["text"]


def read_export(path):
    """Reads the entries of an export file (PROTOCOL § 11) independently of the product. A body that
    cannot be read (the hub keeps such entries in quarantine) is None."""
    lines = pathlib.Path(path).read_bytes().split(b"\n")
    assert lines[0] == b"bihuan-export-1", lines[0]
    entries = []
    at = 2
    while not lines[at].startswith(b"Z "):
        if lines[at].startswith(b"K "):
            at += 1
            continue
        assert lines[at] == b"E", f"line {at + 1}: {lines[at][:40]}"
        envelope, signature, body, openings = lines[at + 1:at + 5]
        try:
            read = json.loads(body) if body else None
        except ValueError:
            read = None
        entries.append({"envelope": json.loads(envelope), "signature": signature.decode(),
                        "body": read, "openings": json.loads(openings) if openings else []})
        at += 5
    return entries
