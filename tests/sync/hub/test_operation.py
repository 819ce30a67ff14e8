#!/usr/bin/env python3
"""The hub as its administrator uses it: log, health, metrics, settings.

usage: test_operation.py SOURCE_DIR PROGRAM
"""
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

SOURCE, PROGRAM = sys.argv[1:3]
ENGLISH = {name: value for name, value in os.environ.items() if name != "G_MESSAGES_DEBUG"}
ENGLISH.update(BIHUAN_DATADIR=SOURCE, LC_ALL="en_US.UTF-8")
OK, FAILED, USAGE, NOT_FOUND, INVALID = 0, 1, 2, 3, 5
PASSWORD = "a-good-password-1"
TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\w+) ([\w-]+) (?:\[([0-9a-f]{12})\] )?(.*)")


def unchecked():
    """Returns a TLS context that accepts the hub's self-signed certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                     urllib.request.HTTPSHandler(context=unchecked()))


class WithHub(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = pathlib.Path(directory.name)
        self.hub = self.top / "hub"
        self.run_hub(OK, "init", "--data", self.hub, "--name", "枢纽", "--area", "140603")
        self.log = None

    @staticmethod
    def run_hub(expected, *words, env=None, stdin=None):
        done = subprocess.run([PROGRAM, *map(str, words)], env=env or ENGLISH, input=stdin, text=True,
                              encoding="utf-8", capture_output=True, timeout=60, check=False)
        if done.returncode != expected:
            raise AssertionError((words, done.returncode, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def serve(self, *words, env=None, data=True):
        # pylint: disable=consider-using-with
        log = open(self.top / "log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        self.log = log
        own = ["--data", self.hub, "--listen", "127.0.0.1:0", "--office-listen", "127.0.0.1:0"]
        server = subprocess.Popen([PROGRAM, "serve", *(own if data else []), *map(str, words)],
                                  env=env or ENGLISH, stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.assertTrue(server.stdout.readline(), (self.top / "log").read_text())
        self.served = json.loads((self.hub / "serve.json").read_text())
        return server

    def end(self, server):
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=20), OK)
        return self.read_log()

    def read_log(self):
        return (self.top / "log").read_text(encoding="utf-8")

    def ask(self, path, method="GET", body=None, office=True, headers=None):
        listen = self.served["office_listen" if office else "listen"]
        request = urllib.request.Request(
            f"https://{listen}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Origin": f"https://{listen}",
                     **(headers or {})})
        try:
            answer = OPENER.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), answer.headers

    def sign_in(self, login, password):
        status, text, headers = self.ask("/office/v1/session", "POST",
                                         {"login": login, "password": password})
        if status != 200:
            return status, None
        cookie = headers["Set-Cookie"].split(";")[0]
        return status, {"Cookie": cookie, "X-Bihuan-Token": json.loads(text)["token"]}

    def version(self):
        return self.run_hub(OK, "--version").split()[1]

    def load_people(self):
        self.run_hub(OK, "load", "--data", self.hub, "--demo",
                     pathlib.Path(SOURCE) / "assets/samples")


class Log(WithHub):
    def lines(self):
        matches = [TEXT_LINE.fullmatch(line) for line in self.read_log().splitlines()]
        self.assertTrue(all(matches), self.read_log())
        return [match.groups() for match in matches]

    def test_the_log_has_start_and_stop_with_version_and_addresses(self):
        log = self.end(self.serve())
        self.assertIn(f"message bihuan-hub-cli started: version {self.version()},", log)
        self.assertIn(self.served["listen"], log)
        self.assertIn(self.served["office_listen"], log)
        self.assertRegex(log, r"message bihuan-hub-cli stopped\n$")

    def test_a_request_is_found_by_the_id_of_its_answer(self):
        server = self.serve(env=dict(ENGLISH, G_MESSAGES_DEBUG="bihuan-hub-http"))
        status, text, headers = self.ask("/v1/head?incarnation=0", office=False)
        self.assertEqual(status, 401)
        self.assertEqual(json.loads(text)["request"], headers["Bihuan-Request"])
        self.end(server)
        own = [line for line in self.lines() if line[2] == headers["Bihuan-Request"]]
        self.assertTrue([line for line in own if line[0] == "debug" and "/v1/head: 401" in line[3]],
                        self.read_log())

    def test_json_lines_are_one_object_each(self):
        server = self.serve("--log-format", "json")
        self.ask("/v1/head?incarnation=0", office=False)
        lines = [json.loads(line) for line in self.end(server).splitlines()]
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertLessEqual({"time", "level", "domain", "message"}, line.keys())
        self.run_hub(USAGE, "serve", "--data", self.hub, "--log-format", "xml")

    def test_the_log_says_who_did_what_and_contains_no_secret(self):
        self.load_people()
        server = self.serve(env=dict(ENGLISH, G_MESSAGES_DEBUG="all"))
        staff = self.run_hub(OK, "staff", "add", "--data", self.hub, "--name", "新人保密", "--unit",
                             "140603100", "--roles", "reviewer").strip()
        self.run_hub(OK, "staff", "set-pin", "--data", self.hub, "--staff", staff, "--file", "-",
                     stdin="470251\n")
        self.run_hub(OK, "staff", "set-password", "--data", self.hub, "--staff", staff, "--login",
                     "newcomer", "--file", "-", stdin=PASSWORD + "\n")
        self.run_hub(OK, "enrol", "--data", self.hub, "--unit", "140603100", "--url",
                     "https://127.0.0.1:1")
        self.assertEqual(self.sign_in("newcomer", "typed-by-mistake")[0], 403)
        self.assertEqual(self.sign_in("a-password-in-the-wrong-place", "x" * 12)[0], 403)
        status, session = self.sign_in("newcomer", PASSWORD)
        self.assertEqual(status, 200)
        cookie, token = session["Cookie"], session["X-Bihuan-Token"]
        self.ask("/office/v1/devices/nobody/revoke", "POST", {"reason": "私人原因"}, headers=session)
        self.ask("/office/v1/session", "DELETE", headers=session)
        bearer = "Bearer 0190a0b0-0000-7000-8000-000000000001." + "A" * 43 + "="
        self.ask("/v1/changes", office=False, headers={"Authorization": bearer})
        log = self.end(server)
        said = [line[3] for line in self.lines() if line[0] == "message"]
        for wanted in (f"shell: made {staff}, entry ", f"shell: set the PIN of {staff}",
                       f"shell: set the password of {staff}", "shell: invited a device of unit ",
                       f"sign-in of {staff} from 127.0.0.1 is refused",
                       "sign-in of an unknown name from 127.0.0.1 is refused",
                       f"{staff} signed in from 127.0.0.1",
                       f"{staff}: POST /office/v1/devices/{{id}}/revoke of nobody is refused: denied",
                       f"{staff}: DELETE /office/v1/session", "device that is not known here is refused: "):
            self.assertTrue([line for line in said if line.startswith(wanted)], (wanted, log))
        for secret in ("470251", PASSWORD, "typed-by-mistake", "wrong-place", "新人保密", "私人原因",
                       cookie.split("=", 1)[1], token, "A" * 43):
            self.assertNotIn(secret, log)

    def test_commands_write_no_log_to_the_terminal(self):
        output = self.run_hub(OK, "unit", "list", "--data", self.hub)
        self.assertNotIn("bihuan-hub-", output)


class Health(WithHub):
    def test_health_needs_no_sign_in_and_names_what_fails(self):
        self.serve()
        for office in (True, False):
            status, text, headers = self.ask("/healthz", office=office)
            self.assertEqual((status, json.loads(text)), (200, {"status": "ok", "version": self.version()}))
            self.assertEqual(headers["Cache-Control"], "no-store")

    def test_metrics_need_a_local_request_or_the_token(self):
        token = self.top / "token"
        token.write_text("short\n")
        token.chmod(0o600)
        start = ("serve", "--data", self.hub, "--metrics-token-file", token)
        self.assertIn("16 to 512", self.run_hub(INVALID, *start))
        token.write_text("figures-for-the-office\nmore\n")
        token.chmod(0o604)
        self.assertIn("everybody may read it", self.run_hub(INVALID, *start))
        token.chmod(0o640)
        self.run_hub(NOT_FOUND, *start[:3], "--metrics-token-file", self.top / "none")
        self.serve("--metrics-token-file", token)
        self.assertEqual(self.ask("/metrics")[0], 200)
        # A request with a header of a proxy does not count as local, also when the proxy is not in the settings.
        for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            status, text, _ = self.ask("/metrics", headers={header: "127.0.0.1"})
            self.assertEqual(status, 403, header)
            self.assertNotIn("bihuan_", text)
        bearer = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer figures-for-the-office"}
        self.assertEqual(self.ask("/metrics", headers=bearer)[0], 200)
        for wrong in ("Bearer figures-for-the-offic", "Bearer figures-for-the-officer", "Bearer ",
                      "figures-for-the-office", "Basic figures-for-the-office"):
            status = self.ask("/metrics", headers={**bearer, "Authorization": wrong})[0]
            self.assertEqual(status, 403, wrong)

    def figures(self):
        status, text, headers = self.ask("/metrics", office=False)
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        found, typed = {}, set()
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                typed.add(line.split()[2])
                continue
            if line.startswith("#"):
                continue
            match = re.fullmatch(r'([a-z_]+)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (-?[\d.e+-]+)', line)
            self.assertTrue(match, line)
            base = re.sub(r"_(bucket|sum|count)$", "", match[1])
            self.assertTrue({match[1], base} & typed, line)
            self.assertNotIn(match[1] + (match[2] or ""), found)
            found[match[1] + (match[2] or "")] = float(match[3])
        return found

    def test_metrics_match_the_state_of_the_hub(self):
        self.load_people()
        self.serve()
        self.run_hub(OK, "enrol", "--data", self.hub, "--unit", "140603100", "--url",
                     "https://127.0.0.1:1")
        self.ask("/v1/head?incarnation=0", office=False)
        self.ask("/v1/secret-name", office=False)
        self.ask("/office/v1/session")
        self.figures()
        found = self.figures()
        self.assertEqual(found['bihuan_http_requests_total{server="devices",method="GET",'
                               'route="/v1/head",status="401"}'], 1)
        self.assertEqual(found['bihuan_http_requests_total{server="office",method="GET",'
                               'route="/office/v1/session",status="200"}'], 1)
        self.assertNotIn("secret-name", str(found))
        self.assertEqual(found['bihuan_entries_total{verdict="applied"}'], 0)
        self.assertEqual(found['bihuan_devices{last_contact="older"}'], 0)
        self.assertGreater(found["bihuan_commits_total"], 0)
        self.assertGreater(found["bihuan_database_bytes"], 4096)
        self.assertGreater(found["bihuan_disk_free_bytes"], 0)
        self.assertGreater(found["bihuan_certificate_days_left"], 7000)
        self.assertEqual(found["bihuan_quarantine_entries"], 0)
        self.assertEqual([name for name in found if name.startswith("bihuan_build_info")],
                         ['bihuan_build_info{version="%s"}' % self.version()])

    def version(self):
        return re.search(r"started: version (\S+),", self.read_log())[1]


class Settings(WithHub):
    def config(self, text):
        path = self.top / "hub.conf"
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, expected, text):
        return self.run_hub(expected, "--check-config", self.config(text))

    def test_the_sample_settings_are_accepted_also_when_uncommented(self):
        sample = pathlib.Path(SOURCE, "assets/systemd/hub.conf").read_text(encoding="utf-8")
        whole = re.sub(r"^#(?=[a-z-]+=)", "", sample, flags=re.M)
        self.check(OK, sample)
        output = self.check(OK, whole)
        self.assertNotIn("is not set", output)
        # The sample must contain every option of `serve`.
        options = set(re.findall(r"--([a-z-]+)", self.run_hub(OK, "serve", "--help")))
        self.assertEqual(options - {"help", "config"}, set(re.findall(r"^([a-z-]+)=", whole, re.M)))

    def test_wrong_settings_are_reported_with_line_and_allowed_values(self):
        output = self.check(INVALID, "listen=early\n[serve]\n# fine\nlisten=nowhere\nlistne=0.0.0.0:1\n"
                                   "data=/a\ndata=/b\nnonsense\n[other]\nx=1\n")
        path = self.top / "hub.conf"
        for line, words in ((1, "before the group [serve]"), (5, "unknown key listne; allowed are data, "),
                            (7, "duplicate data; it is on line 6"), (8, "neither KEY=VALUE"),
                            (9, "unknown group [other]; allowed is [serve]")):
            self.assertRegex(output, re.escape(f"{path}:{line}: ") + ".*" + re.escape(words))
        output = self.check(INVALID, "[serve]\nlisten=nowhere\noffice-listen=localhost\ndata=here\n"
                                   "public-url=http://x\nproxy=127.0.0.1;proxy.example\n"
                                   "log-format=xml\nmetrics-token-file=token\ndevice-encryption=maybe\n")
        for line in range(2, 10):
            self.assertRegex(output, re.escape(f"{path}:{line}: ") + r'[a-z-]+: ".*" is not allowed; it must be ')
        output = self.check(INVALID, "[serve]\nlistne=x\nlisten=nowhere\n")
        for words in (f"{path}:2: unknown key listne", f'{path}:3: listen: "nowhere" is not allowed'):
            self.assertIn(words, output)
        self.run_hub(INVALID, "--check-config", self.config("[serve]\n" + "#" * 70000))
        path.write_bytes(b"[serve]\ndata=/\xff\n")
        self.run_hub(INVALID, "--check-config", path)
        self.run_hub(NOT_FOUND, "--check-config", self.top / "none.conf")
        self.run_hub(NOT_FOUND, "serve", "--config", self.top / "none.conf")
        self.run_hub(INVALID, "serve", "--config", self.config("[serve]\nlistne=x\n"))

    def test_the_command_line_wins_over_the_file(self):
        config = self.config(f"[serve]\ndata={self.hub}\nlisten=127.0.0.1:0\n"
                             "office-listen=203.0.113.1:1\nlog-format=json\n"
                             "public-url=https://hub.example:8443\n")
        server = self.serve("--config", config, "--office-listen", "127.0.0.1:0", data=False)
        self.assertEqual(self.served["url"], "https://hub.example:8443")
        for line in self.end(server).splitlines():
            json.loads(line)
        self.run_hub(USAGE, "serve", "--config", self.config("[serve]\nlisten=127.0.0.1:0\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
