"""A hub with sample data and the API of its office, for tests of the collector's window."""

import http.client
import json
import os
import re
import ssl
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from samples import PASSWORDS, TOP, UNIT


class Hub:
    """A hub under `folder`; reachable on loopback only between `serve` and `stop`."""

    def __init__(self, build, folder, listen="127.0.0.1:0"):
        self.program = str(Path(build) / "sync/hub/bihuan-hub")
        self.folder = Path(folder)
        self.env = dict(os.environ, BIHUAN_DATADIR=str(TOP))
        self.listen = listen
        self.office = None
        self.log = Path(build) / "meson-logs/hub.log"
        self.process = None

    def run(self, command, *args):
        return subprocess.run([self.program, command, "--data", str(self.folder), *args], env=self.env,
                              check=True, capture_output=True, text=True).stdout

    def make(self):
        self.run("init", "--name", "样例·平鲁区枢纽", "--area", "140603")
        self.run("load", "--demo", *(str(TOP / "assets" / p) for p in ("packs", "checklists", "samples")))

    def serve(self, listen=None):
        """Serves at `listen`, or where it was served before."""
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", str(self.folder), "--listen", listen or self.listen,
                 "--office-listen", "127.0.0.1:0"], env=self.env, stdout=subprocess.PIPE, stderr=log,
                text=True)
        line = self.process.stdout.readline()
        self.listen, self.office = re.search(r"https://(\S+) and the office at (\S+)", line).groups()
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def invite(self, unit=UNIT):
        """The one-time text for a new device of a unit (name, area or id)."""
        return re.search(r"BHE1:.*", self.run("enrol", "--unit", unit, "--name", "样例手持机"))[0]


class Office:
    """The office's API, signed in with an account."""

    def __init__(self, hub, login):
        address = urlsplit(hub.office)
        self.host = address.netloc
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the sample hub's own certificate, on loopback
        self.connection = http.client.HTTPSConnection(self.host, context=context, timeout=20)
        self.headers = {"Origin": f"https://{self.host}", "Content-Type": "application/json"}
        session = self.ask("POST", "session", {"login": login, "password": PASSWORDS[login]})
        self.headers["X-Bihuan-Token"] = session["token"]

    def get(self, path):
        """Bytes of a GET."""
        return self._ask("GET", path, None)

    def ask(self, method, path, body=None):
        text = self._ask(method, path, body)
        return json.loads(text) if text else None

    def _ask(self, method, path, body):
        headers = self.headers
        if isinstance(body, bytes):
            headers = {**headers, "Content-Type": "application/octet-stream"}
        elif body is not None:
            body = json.dumps(body)
        self.connection.request(method, f"/office/v1/{path}", headers=headers, body=body)
        answer = self.connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if not cookie.startswith(("bihuan-known=", "__Host-bihuan-known=")):
                self.headers["Cookie"] = cookie.split(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")
        return content

    def get_record(self, record):
        """What the office shows of a record."""
        return self.ask("GET", f"records/{record}")

    def step(self, record, state, values):
        """Takes a step with the values of its form, as the office page does."""
        return self.act(record, f"step/{state}", values)

    def act(self, record, act, values):
        """Does an act with the values of its form, as the office page does."""
        return self.ask("POST", f"records/{record}/act", {
            "act": act, "values": values, "covers": self.get_record(record)["covers"]})

    def create(self, kind, act, values, origin=None):
        """Makes a record with the values of its form; the id of it."""
        record = str(uuid.uuid4())
        body = {"record": record, "kind": kind, "act": act, "values": values}
        self.ask("POST", "records", {**body, "origin": origin} if origin else body)
        return record

    def attach(self, record, role, content):
        """Sends a file of at most 1 MiB."""
        begun = self.ask("POST", f"records/{record}/files", {"role": role, "size": len(content)})
        return self.ask("PATCH", f"uploads/{begun['upload']}?offset=0", content)

    def make_plaque(self):
        """Serial of a new plaque without an enterprise."""
        return self.ask("POST", "plaques", {"blank": 1})["first"]

    def close(self):
        self.connection.close()
