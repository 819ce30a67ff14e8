"""The hub under test: office-server in a directory of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PASSWORDS = {"staff-sun": "bihuan-review-1", "staff-zhou": "bihuan-leader-1",
             "staff-wu": "bihuan-admin-1", "staff-zheng": "bihuan-legal-1",
             "staff-wang": "bihuan-field-1", "staff-far": "bihuan-staff-far-1",
             "staff-side": "bihuan-staff-side-1", "staff-late": "bihuan-staff-late-1",
             **{f"staff-{name}": f"bihuan-staff-{name}-1" for name in ("other", "town", "expert", "both", "gone", "station")}}


def unnamed(answer):
    """Status and content of an answer without its request id, which differs each time."""
    status, content = answer[:2]
    return status, {name: value for name, value in content.items() if name != "request"}


class Hub:
    def __init__(self, program, data):
        self.exchanges = []
        self.dir = tempfile.mkdtemp(prefix="bihuan-office-")
        for number in (1, 2, 3):
            subprocess.run(["convert", "-size", "900x675", f"gradient:#{number}46-#fa{number}",
                            "-fill", "white", "-draw", f"circle 450,330 {450 + 60 * number},330",
                            f"{self.dir}/photo{number}.jpg"], check=True)
        with open(f"{self.dir}/page.html", "w", encoding="utf-8") as file:
            file.write("<script>document.title = 'ran'</script>")
        self.process = subprocess.Popen([program, self.dir], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, BIHUAN_DATADIR=data))
        self.told = json.loads(self.process.stdout.readline())
        self.origin = f"http://127.0.0.1:{self.told['port']}"
        self.page = f"{self.origin}/office/"

    def do(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        self.told = json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        return code


class Client:
    """The API without a browser, as a hostile program could use it."""

    def __init__(self, hub):
        self.hub = hub
        self.cookie = None
        self.token = None

    def ask(self, method, path, body=None, headers=None, origin=True):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if data is not None else {}
        if origin and method != "GET":
            sent["Origin"] = self.hub.origin
        if self.cookie:
            sent["Cookie"] = f"bihuan={self.cookie}"
        if self.token and method != "GET":
            sent["X-Bihuan-Token"] = self.token
        for name, value in (headers or {}).items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = value
        request = urllib.request.Request(self.hub.origin + path, data=data, method=method,
                                         headers=sent)
        try:
            answer = OPENER.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            raw = answer.read()
            self.hub.exchanges.append((method, path.split("?")[0], answer.status, raw))
            kind = answer.headers.get("Content-Type", "")
            content = json.loads(raw) if kind.startswith("application/json") and raw else raw
            return answer.status, content, answer.headers

    def sign_in(self, login, password=None):
        status, content, headers = self.ask("POST", "/office/v1/session", {
            "login": login, "password": password or PASSWORDS[login]})
        if status == 200:
            self.cookie = headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
            self.token = content["token"]
        return status, content, headers
