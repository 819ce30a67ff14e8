#!/usr/bin/env python3
"""Sets up a new hub by its own commands, as an office does: area, units, people.

usage: test_setup.py SOURCE_DIR PROGRAM SHIFT_CLOCK_LIBRARY (preloaded, it moves the wall clock)
"""
import contextlib
import hashlib
import json
import os
import pathlib
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE, PROGRAM, SHIFT_CLOCK = sys.argv[1:4]
CHINESE = dict(os.environ, BIHUAN_DATADIR=SOURCE, LC_ALL="zh_CN.UTF-8")
ENGLISH = dict(CHINESE, LC_ALL="en_US.UTF-8")
OK, FAILED, USAGE, NOT_FOUND, BUSY, INVALID = 0, 1, 2, 3, 4, 5


class Commands(unittest.TestCase):
    """Each test has a hub of its own in self.hub, and an empty directory in self.top."""

    def setUp(self):
        # pylint: disable=consider-using-with
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = pathlib.Path(directory.name)
        self.hub = self.top / "hub"
        self.run_hub(OK, "init", "--name", "枢纽", "--area", "140603")

    def run_any(self, expected, *words, stdin=None, env=None):
        done = subprocess.run([PROGRAM, *map(str, words)], env=env or ENGLISH, input=stdin,
                              text=True, encoding="utf-8", capture_output=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, expected, (words, done.stdout, done.stderr))
        return done

    def run_hub(self, expected, command, *words, stdin=None, env=None):
        """Runs a command. Returns its stdout when it is expected to succeed, else its stderr."""
        done = self.run_any(expected, command, *words, "--data", self.hub, stdin=stdin, env=env)
        return done.stdout if expected == OK else done.stderr

    def list_json(self, command):
        return json.loads(self.run_hub(OK, command, "list", "--json"))

    def values(self, command, record):
        return {row["id"]: row for row in self.list_json(command)}[record]["values"]

    def add_unit(self, name="平鲁区应急管理局", area="140603", level="county", *more):
        return self.run_hub(OK, "unit", "add", "--name", name, "--area", area, "--level", level,
                            *more).strip()

    def add_staff(self, name, unit, *more, roles="inspector", env=None):
        return self.run_hub(OK, "staff", "add", "--name", name, "--unit", unit, "--roles", roles,
                            *more, env=env).strip()


class Begins(Commands):
    def setUp(self):
        # pylint: disable=consider-using-with
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = pathlib.Path(directory.name)
        self.hub = self.top / "new" / "hub"

    def pack(self, *areas):
        path = self.top / "pack.json"
        path.write_text(json.dumps({"region": "test", "source": "test", "areas": [
            dict(zip(("code", "name", "level", "parent"), area)) for area in areas]}))
        return path

    def init(self, expected, *words, env=None, **more):
        done = subprocess.run([PROGRAM, "init", "--data", self.hub, *words], env=env or CHINESE,
                              text=True, encoding="utf-8", capture_output=True, check=False, **more)
        self.assertEqual(done.returncode, expected, (words, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def test_a_clock_that_went_back_is_reported_and_can_be_confirmed(self):
        now, past = ENGLISH, dict(ENGLISH, LD_PRELOAD=SHIFT_CLOCK, SHIFT_CLOCK_S=str(-30 * 86400))
        self.init(OK, "--name", "枢纽", "--area", "140603")
        self.add_unit("平鲁区应急管理局", "140603")
        self.assertIn("trusts the machine's clock", self.run_hub(OK, "clock", env=now))
        self.assertIn("in doubt", self.run_hub(OK, "clock", env=past))
        self.assertTrue(json.loads(self.run_hub(OK, "clock", "--json", env=past))["doubted"])
        serving = subprocess.Popen([PROGRAM, "serve", "--data", self.hub, "--listen", "127.0.0.1:0",
                                    "--office-listen", "127.0.0.1:0"],  # pylint: disable=consider-using-with
                                   env=past, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not (self.hub / "serve.json").exists():
            self.assertIsNone(serving.poll())
            time.sleep(0.05)
        self.assertIn("in doubt", self.run_hub(OK, "clock", env=now))
        serving.terminate()
        out, log = serving.communicate(timeout=30)
        self.assertEqual(serving.returncode, OK, log)
        self.assertIn("The clock of this machine is wrong", out)
        self.assertIn("times are in doubt", log)
        self.assertIn("trusts the machine's clock", self.run_hub(OK, "clock", "--right", env=past))
        self.assertIn("trusts the machine's clock", self.run_hub(OK, "clock", env=past))

    def test_init_makes_a_hub_for_any_area_of_a_pack(self):
        pack = self.pack(("330000", "浙江省", "province"), ("330100", "杭州市", "city", "330000"),
                         ("330106", "西湖区", "county", "330100"),
                         ("330106001", "北山街道", "township", "330106"))
        self.init(OK, "--name", "西湖", "--regions", pack, "--area", "杭州市西湖区")
        pack.unlink()
        self.add_unit("西湖区应急管理局", "330106")
        self.add_unit("北山街道", "北山街道", "township")
        self.assertEqual([row["values"]["area"] for row in self.list_json("unit")],
                         ["330106001", "330106"])

    def test_init_leaves_nothing_behind_when_it_fails(self):
        twice = self.pack(("330000", "浙江省", "province"), ("330100", "杭州市", "city", "330000"),
                          ("330102", "上城区", "county", "330100"),
                          ("340000", "安徽省", "province"), ("340100", "上城区", "city", "340000"))
        output = self.init(INVALID, "--name", "枢纽", "--regions", twice, "--area", "上城区")
        for text in ("330102", "340100", "浙江省杭州市上城区"):
            self.assertIn(text, output)
        self.assertIn("330999", self.init(INVALID, "--name", "枢纽", "--area", "330999"))
        self.init(INVALID, "--name", "", "--area", "140603")
        self.init(NOT_FOUND, "--name", "枢纽", "--regions", self.top / "none.json", "--area", "140603")
        broken = self.top / "broken.json"
        broken.write_text("{")
        self.init(INVALID, "--name", "枢纽", "--regions", broken, "--area", "140603")
        self.assertFalse(self.hub.parent.exists())

        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.init(FAILED, "--name", "枢纽", "--area", "140603", preexec_fn=no_room)
        self.assertFalse(self.hub.parent.exists())
        self.hub.mkdir(parents=True)
        self.init(FAILED, "--name", "枢纽", "--area", "140603", preexec_fn=no_room)
        self.assertEqual(list(self.hub.iterdir()), [])
        self.init(OK, "--name", "枢纽", "--area", "平鲁区")

    def test_init_changes_no_existing_file(self):
        for name in ("hub.db", "keys", "regions.json"):
            self.hub.mkdir(parents=True, exist_ok=True)
            (self.hub / name).write_text("precious")
            self.assertIn(name if name != "hub.db" else "hub",
                          self.init(BUSY, "--name", "枢纽", "--area", "140603"))
            self.assertEqual([path.name for path in self.hub.iterdir()], [name])
            self.assertEqual((self.hub / name).read_text(), "precious")
            (self.hub / name).unlink()


class Serves(Commands):
    def serve(self, *words, listen="127.0.0.1:0"):
        """Starts a serving hub, which is stopped at the end of the test. Returns it and the addresses it printed."""
        # pylint: disable=consider-using-with
        server = subprocess.Popen([PROGRAM, "serve", "--data", self.hub, "--listen", listen,
                                   "--office-listen", "127.0.0.1:0", *words], env=ENGLISH,
                                  stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.assertTrue(server.stdout.readline())
        return server, json.loads((self.hub / "serve.json").read_text())

    @staticmethod
    def end(server):
        server.terminate()
        server.wait()

    def enrol(self, expected, *words):
        output = self.run_hub(expected, "enrol", "--unit", "140603", "--json", *words)
        return json.loads(output)["url"] if expected == OK else output

    def test_enrolment_never_names_an_address_that_cannot_be_reached(self):
        self.add_unit()
        self.assertIn("--public-url", self.enrol(INVALID))
        server, addresses = self.serve(listen="0.0.0.0:0")
        self.assertNotIn("url", addresses)
        self.assertIn("--public-url", self.enrol(INVALID))
        for wrong in ("https://0.0.0.0:8443", "https://[::]:8443", "https://h/x", "http://h"):
            self.assertIn(wrong, self.enrol(INVALID, "--url", wrong))
            self.run_any(INVALID, "init", "--data", self.top / "x", "--name", "x", "--area",
                         "140603", "--public-url", wrong)
        self.assertEqual(self.enrol(OK, "--url", "https://hub.example:1"), "https://hub.example:1")
        self.end(server)
        self.run_hub(INVALID, "serve", "--listen", "127.0.0.1:0", "--public-url",
                     "https://0.0.0.0:8443")
        # The public URL is stored: a later start without the option keeps it and does not use the listen address.
        server, addresses = self.serve("--public-url", "https://hub.example:8443", listen="0.0.0.0:0")
        self.assertEqual(addresses["url"], "https://hub.example:8443")
        self.end(server)
        server, addresses = self.serve()
        self.assertEqual(addresses["url"], "https://hub.example:8443")
        self.assertEqual(self.enrol(OK), "https://hub.example:8443")

    def test_init_says_where_devices_reach_the_hub(self):
        self.hub = self.top / "other"
        self.run_hub(OK, "init", "--name", "枢纽", "--area", "140603", "--public-url",
                     "https://hub.example")
        self.add_unit()
        self.assertEqual(self.enrol(OK), "https://hub.example")

    def test_the_shipped_service_runs_the_program_as_it_is(self):
        unit = pathlib.Path(SOURCE, "assets/systemd/bihuan-hub.service").read_text()
        sample = pathlib.Path(SOURCE, "assets/systemd/hub.conf").read_text(encoding="utf-8")
        settings = self.top / "hub.conf"
        settings.write_text(sample.replace("/var/lib/bihuan-hub", str(self.hub))
                            .replace(":8443", ":0").replace(":8444", ":0"), encoding="utf-8")

        def words(key):
            line = next(line for line in unit.splitlines() if line.startswith(key + "="))
            program, *rest = shlex.split(line.partition("=")[2])
            self.assertEqual(program, "/usr/bin/bihuan-hub")
            return [word.replace("/etc/bihuan/hub.conf", str(settings)) for word in rest]
        self.assertIn("StateDirectory=bihuan-hub\n", unit)
        subprocess.run([PROGRAM, *words("ExecStartPre")], env=ENGLISH, check=True, capture_output=True)
        # pylint: disable=consider-using-with
        server = subprocess.Popen([PROGRAM, *words("ExecStart")], env=ENGLISH, stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.kill)
        self.assertTrue(server.stdout.readline())
        self.add_unit()
        self.assertIn("--public-url", self.enrol(INVALID))
        server.terminate()
        self.assertEqual(server.wait(timeout=20), OK)
        users = pathlib.Path(SOURCE, "assets/systemd/bihuan-hub.sysusers").read_text()
        self.assertIn("User=" + users.split()[1] + "\n", unit)


class Restores(Commands):
    def value(self, hub, name):
        with contextlib.closing(sqlite3.connect(hub / "hub.db")) as store:
            return store.execute("SELECT value FROM hub_value WHERE name = ?", (name,)).fetchone()[0]

    def add_file(self, hub):
        """Adds a photo that is complete at the hub."""
        sha = hashlib.sha256(b"photo").hexdigest()
        with contextlib.closing(sqlite3.connect(hub / "hub.db")) as store, store:
            store.execute("INSERT INTO file VALUES (?, 5, 'image/jpeg', 1)", (sha,))
        path = hub / "files" / sha[:2] / sha
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")
        return path.relative_to(hub)

    def backup(self, expected=OK, name="copy"):
        return self.run_hub(expected, "backup", "--out", self.top / name)

    def restore(self, expected, name="copy", where="again"):
        done = self.run_any(expected, "restore", self.top / name, "--data", self.top / where)
        return done.stdout + done.stderr

    def damage(self, name):
        copy = self.top / name
        shutil.copytree(self.top / "copy", copy)
        return copy

    def test_a_restored_hub_is_whole_and_begins_a_new_epoch(self):
        unit = self.add_unit()
        photo = self.add_file(self.hub)
        self.backup()
        copy = self.top / "copy"
        modes = {path.name: path.stat().st_mode & 0o777 for path in copy.rglob("*")
                 if path.is_file()}
        self.assertEqual({modes[name] for name in ("hub.db", "hub.key", "tls.key")}, {0o600})
        output = self.restore(OK)
        self.assertIn("枢纽", output)
        self.assertIn("serve --data", output)
        again = self.top / "again"
        self.assertEqual((again / photo).read_bytes(), b"photo")
        for name, same in (("id", True), ("epoch", False), ("incarnation", False)):
            self.assertEqual(self.value(again, name) == self.value(self.hub, name), same, name)
        epoch = self.value(again, "epoch")
        # The restored hub can make entries, in a new chain, so that they are not a fork of the old hub's chain.
        self.hub, old = again, self.hub
        self.add_staff("钱样例", unit)
        self.assertEqual(self.value(again, "epoch"), epoch)
        self.run_hub(OK, "export", "--out", self.top / "all.export")
        self.assertEqual(self.run_any(6, "verify", self.top / "all.export", "--json").returncode, 6)
        self.assertIn("again", self.restore(BUSY))
        # A copy that is served without `restore` begins a new epoch, too.
        self.hub = copy
        self.add_staff("孙样例", unit)
        self.assertNotIn(self.value(copy, "epoch"), (epoch, self.value(old, "epoch")))

    def test_a_backup_is_renewed_in_its_folder_and_in_no_other(self):
        self.add_unit()
        self.backup()
        photo = self.add_file(self.hub)
        self.add_unit("井坪镇", "140603100", "township")
        self.backup()
        self.assertTrue((self.top / "copy" / photo).exists())
        self.restore(OK)
        self.hub = self.top / "again"
        self.assertEqual(len(self.list_json("unit")), 2)
        self.hub = self.top / "other"
        self.run_hub(OK, "init", "--name", "别的", "--area", "140603")
        self.backup(BUSY)
        (self.top / "full").mkdir()
        (self.top / "full" / "letter.txt").write_text("dear")
        self.backup(BUSY, "full")
        self.assertEqual(len(list((self.top / "full").iterdir())), 1)

    def test_a_bad_copy_is_refused_and_leaves_nothing_behind(self):
        photo = self.add_file(self.hub)
        self.backup()
        self.run_any(OK, "init", "--data", self.top / "other", "--name", "别的", "--area", "140603")
        keys = self.damage("keys")
        shutil.copy(self.top / "other/keys/hub.key", keys / "keys/hub.key")
        cert = self.damage("cert")
        shutil.copy(self.top / "other/keys/tls.crt", cert / "keys/tls.crt")
        torn = self.damage("torn")
        store = bytearray((torn / "hub.db").read_bytes())
        store[8192:12288] = b"\xa5" * 4096
        (torn / "hub.db").write_bytes(store)
        (self.damage("pack") / "regions.json").unlink()
        (self.damage("half") / "hub.db").unlink()
        for name, expected in (("keys", INVALID), ("cert", INVALID), ("torn", FAILED),
                               ("pack", FAILED), ("half", NOT_FOUND), ("nowhere", NOT_FOUND)):
            self.restore(expected, name)
            self.assertFalse((self.top / "again").exists(), name)
        lost = self.damage("lost")
        (lost / photo).write_bytes(b"phot0")
        self.assertIn("1 of 1 files", self.restore(OK, "lost"))
        self.assertFalse((self.top / "again" / photo).exists())


class People(Commands):
    def test_a_unit_is_added_and_its_id_printed(self):
        bureau = self.add_unit("平鲁区应急管理局", "平鲁区", "县级", "--short-name", "平应急",
                               "--authority", "record,order_rectify", "--set",
                               "authority_basis=安全生产法", "--set", "two_officers=是")
        town = self.add_unit("井坪镇", "140603100", "township", "--parent", "平鲁区应急管理局",
                             "--phone", "0349-600 0000")
        self.assertEqual(self.values("unit", bureau), {
            "name": "平鲁区应急管理局", "area": "140603", "level": "county", "short_name": "平应急",
            "authority": ["order_rectify", "record"], "authority_basis": "安全生产法",
            "two_officers": True})
        self.assertEqual(self.values("unit", town)["parent"], bureau)
        output = self.run_hub(OK, "unit", "list")
        self.assertIn(bureau, output)
        self.assertIn("井坪镇", output)
        self.assertIn("140603100", output)

    def test_a_unit_with_a_wrong_value_is_refused_with_label_value_and_choices(self):
        for words, wanted in (
                (("--level", "区级"), ("层级", "区级", "县级", "county")),
                (("--level", "county", "--set", "phone=x"), ("电话", "x")),
                (("--level", "county", "--set", "area_code=1"), ("area_code",)),
                (("--level", "county", "--parent", "没有的单位"), ("没有的单位",)),
                (("--level", "county", "--set", "authority=penalty"), ("权限依据",))):
            output = self.run_hub(INVALID if "--parent" not in words else NOT_FOUND, "unit", "add",
                                  "--name", "某局", "--area", "140603", *words, env=CHINESE)
            for text in wanted:
                self.assertIn(text, output)
        output = self.run_hub(INVALID, "unit", "add", "--name", "某局", "--area", "140603999",
                              "--level", "township", env=CHINESE)
        self.assertIn("140603999", output)
        self.run_hub(USAGE, "unit", "add", "--level", "county")
        self.run_hub(USAGE, "unit", "add", "--name", "甲", "--set", "name=乙", "--level", "county")
        self.run_hub(USAGE, "unit", "add", "--name", "甲", "--set", "level")
        self.assertEqual(self.list_json("unit"), [])

    def test_staff_get_what_lets_them_lead_an_order(self):
        unit = self.add_unit()
        person = self.add_staff("钱样例", "平鲁区应急管理局", "--phone", "13800000000",
                                "--certificate", "晋F-1", "--certificate-until", "2030/1/31",
                                "--from", "2026-01-01", "--until", "2031-12-31", "--set", "sort=3",
                                roles="执法人员,leader")
        self.assertEqual(self.values("staff", person), {
            "name": "钱样例", "unit": unit, "roles": ["inspector", "leader"], "state": "active",
            "phone": "13800000000", "certificate_no": "晋F-1", "certificate_valid_to": "2030-01-31",
            "valid_from": "2026-01-01", "valid_to": "2031-12-31", "sort": 3})
        output = self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                              "皇帝", env=CHINESE)
        self.assertIn("角色", output)
        self.assertIn("执法人员（inspector）", output)
        output = self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                              "inspector", "--from", "2026-02-01", "--until", "2026-01-01",
                              env=CHINESE)
        self.assertIn("任职止不能早于任职起", output)
        self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                     "inspector", "--set", "sign_key=AAAA")  # only the program may set this field

    def test_roles_unit_and_service_change_later(self):
        bureau = self.add_unit()
        town = self.add_unit("井坪镇", "140603100", "township")
        person = self.add_staff("钱样例", bureau)
        self.run_hub(OK, "staff", "set-roles", "--staff", "钱样例", "--roles", "reviewer,领导")
        self.assertEqual(self.values("staff", person)["roles"], ["leader", "reviewer"])
        self.run_hub(OK, "staff", "set", "--staff", person, "--certificate", "晋F-2")
        self.assertEqual(self.values("staff", person)["certificate_no"], "晋F-2")
        self.run_hub(OK, "staff", "set", "--staff", person, "--set", "certificate_no=")
        self.assertNotIn("certificate_no", self.values("staff", person))
        self.run_hub(OK, "staff", "move", "--staff", "钱样例", "--unit", "井坪镇")
        self.assertEqual(self.values("staff", person)["unit"], town)
        self.run_hub(OK, "staff", "retire", "--staff", "钱样例", "--until", "2026-11-30")
        self.assertEqual(self.values("staff", person)["state"], "left")
        self.assertEqual(self.values("staff", person)["valid_to"], "2026-11-30")
        self.run_hub(INVALID, "staff", "retire", "--staff", "钱样例")
        self.run_hub(OK, "staff", "return", "--staff", "钱样例", "--set", "valid_to=")
        self.assertEqual(self.values("staff", person)["state"], "active")
        self.run_hub(NOT_FOUND, "staff", "retire", "--staff", "孙样例")
        for word in ("set-roles", "move", "retire", "return", "set"):
            self.run_hub(USAGE, "staff", word)
        self.run_hub(OK, "unit", "set", "--unit", "井坪镇", "--short-name", "井坪")
        self.assertEqual(self.values("unit", town)["short_name"], "井坪")

    def test_people_of_one_name_must_be_named_by_id(self):
        self.add_unit()
        self.add_unit("井坪镇", "140603100", "township")
        one = self.add_staff("新人", "平鲁区应急管理局", roles="inspector,reviewer")
        other = self.add_staff("新人", "井坪镇", roles="township")
        output = self.run_hub(INVALID, "staff", "set-pin", "--staff", "新人", "--file", "-",
                              stdin="470251\n", env=CHINESE)
        for text in (one, other, "平鲁区应急管理局", "井坪镇", "执法人员", "乡镇监管人员"):
            self.assertIn(text, output)
        self.run_hub(OK, "staff", "set-pin", "--staff", other, "--file", "-", stdin="470251\n")
        rows = self.run_hub(OK, "staff", "list").splitlines()
        self.assertEqual(len(rows), 2)
        for row in rows:
            wanted = ("平鲁区应急管理局", "inspector,reviewer") if one in row else ("井坪镇", "township")
            for text in ("新人", *wanted):
                self.assertIn(text, row)

    def test_arguments_are_read_as_utf8_in_any_locale(self):
        for locale in ("C", "POSIX", "zh_CN.GB18030", "no_SUCH"):
            env = dict(CHINESE, LC_ALL=locale, LANG=locale)
            unit = self.run_hub(OK, "unit", "add", "--name", f"局 {locale}", "--area", "平鲁区",
                                "--level", "county", env=env).strip()
            self.add_staff("钱样例", unit, env=env)
            self.assertIn(f"局 {locale}", self.run_hub(OK, "unit", "list", env=env))


HEADER = "企业名称,统一社会信用代码,行业领域,所在区划,监管单位,联系电话,重点企业\n"
ROW_1 = "平鲁煤业,91140600MA0K00001C,煤矿,140603,平应急,0349-6000000,是\n"
ROW_2 = "井坪加油站,91140600MA0K00002A,危险化学品,井坪镇,平应急,,否\n"
CHECKLIST = "item_no,section_zh,check_zh,standard_zh,basis_zh,major_hazard,rectification_zh,method_zh\n"
ITEM = "{},一,查什么,合格,文件,no,改,现场检查\n"


def check_character(first17):
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(c) * 3 ** i for i, c in enumerate(first17))
    return letters[-total % 31]


def code(number):
    first = f"91140600MA0K{number:05d}"
    return first + check_character(first)


ROW_1 = ROW_1.replace("91140600MA0K00001C", code(1))
ROW_2 = ROW_2.replace("91140600MA0K00002A", code(2))


class Loads(Commands):
    def setUp(self):
        super().setUp()
        self.unit = self.add_unit("平鲁区应急管理局", "140603", "county", "--short-name", "平应急")

    def write(self, name, text, encoding="utf-8"):
        path = self.top / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    def load(self, expected, *words, env=None):
        done = self.run_any(expected, "load", "--data", self.hub, *words, env=env or CHINESE)
        return done.stdout + done.stderr

    def records(self, kind):
        found = {}
        with contextlib.closing(sqlite3.connect(self.hub / "hub.db")) as store:
            for record, snapshot in store.execute(
                    "SELECT id, snapshot FROM record WHERE kind = ?", (kind,)):
                found[record] = {key: heads["heads"][0].get("v") for key, heads in
                                 json.loads(snapshot)["keys"].items()}
        return found

    def count(self, output):
        return int(output.split(":")[1].split()[0])

    def test_a_table_of_enterprises_loads_however_excel_wrote_it(self):
        table = HEADER + ROW_1 + ROW_2
        self.assertEqual(self.count(self.load(OK, "--kind", "enterprise",
                                              self.write("a.csv", table))), 2)
        for name, text in (("bom.csv", table.encode("utf-8-sig")),
                           ("gb.csv", table.replace("\n", "\r\n").encode("gb18030")),
                           ("utf16.csv", table.replace(",", "\t").encode("utf-16")),
                           ("semicolon.csv", table.replace(",", ";")),
                           ("spaces.csv", table.replace(",", "\u3000,\u00a0\u200b")),
                           ("blank.csv", HEADER + "\n,,,,,,\n" + ROW_1 + ",,,,,,\n" + ROW_2 + "\r\n\n"),
                           ("names.csv", "name,uscc,sector,area,unit,key_enterprise\n"
                            f"井坪加油站,{code(2)},hazardous_chemicals,140603100,{self.unit},no\n")):
            output = self.load(OK, "--kind", "enterprise", self.write(name, text))
            self.assertEqual(self.count(output), 0, (name, output))
        found = {values["name"]: values for values in self.records("enterprise").values()}
        self.assertEqual(found["井坪加油站"]["area"], "140603100")
        self.assertEqual(found["井坪加油站"]["unit"], self.unit)
        self.assertEqual(found["平鲁煤业"]["state"], "confirmed")
        self.assertIs(found["平鲁煤业"]["key_enterprise"], True)
        # A changed cell changes the record; an empty cell keeps the present value.
        output = self.load(OK, "--kind", "enterprise", self.write(
            "b.csv", HEADER + ROW_1.replace("煤矿", "").replace("是", "否")))
        self.assertEqual(self.count(output), 1)
        found = {values["name"]: values for values in self.records("enterprise").values()}
        self.assertEqual((found["平鲁煤业"]["sector"], found["平鲁煤业"]["key_enterprise"]),
                         ("coal_mine", False))

    def test_all_faults_of_a_table_are_reported_with_row_value_and_choices(self):
        rows = [("甲", code(3), "煤矿井", "140603", "平应急", "", ""),
                ("乙", code(4), "煤矿", "140603299", "平应急", "", ""),
                ("丙", code(5), "煤矿", "140603", "没有的局", "", ""),
                ("丁", code(6)[:-1], "煤矿", "140603", "", "", ""),
                ("", code(7), "煤矿", "140603", "", "", ""),
                ("戊", code(8), "煤矿", "140603", "", "", "也许"),
                ("己", code(3), "煤矿", "140603", "", "", ""),
                ("庚" * 101, code(9), "煤矿", "140603", "", "", ""),
                ("辛", "", "煤矿", "140603", "", "", "")]
        path = self.write("bad.csv", HEADER + "\n" + "".join(",".join(row) + "\n" for row in rows))
        output = self.load(INVALID, "--kind", "enterprise", path)
        for line, texts in ((3, ("行业领域", "煤矿井", "煤矿（coal_mine）")), (4, ("所在区划", "140603299")),
                            (5, ("监管单位", "没有的局")), (6, ("统一社会信用代码", "18 位")),
                            (7, ("企业名称",)), (8, ("重点企业", "也许", "是 或 否")),
                            (9, ("统一社会信用代码", "第 3 行")), (10, ("企业名称", "100")),
                            (11, ("统一社会信用代码",))):
            lines = [text for text in output.splitlines() if f"  bad.csv 第 {line} 行" in text]
            self.assertEqual(len(lines), 1, (line, output))
            for text in texts:
                self.assertIn(text, lines[0])
        self.assertIn("9", output.splitlines()[0])
        self.assertEqual(self.records("enterprise"), {})
        self.assertIn("bad.csv, line 4", self.load(INVALID, "--kind", "enterprise", path, env=ENGLISH))
        many = HEADER + "".join(f"企业{i},{code(i)},没有,140603,,,\n" for i in range(60))
        output = self.load(INVALID, "--kind", "enterprise", self.write("many.csv", many))
        self.assertEqual(output.count("many.csv 第"), 50)
        self.assertIn("60", output)

    def test_a_doubtful_code_is_loaded_and_reported_with_its_row(self):
        doubtful = code(6)[:-1] + ("0" if code(6)[-1] != "0" else "1")
        output = self.load(OK, "--kind", "enterprise",
                           self.write("a.csv", HEADER + ROW_1 + f"丁,{doubtful},煤矿,140603,,,\n"))
        self.assertEqual(self.count(output), 2)
        lines = [line for line in output.splitlines() if "a.csv 第 3 行" in line]
        self.assertEqual(len(lines), 1, output)
        for text in ("统一社会信用代码", doubtful, "校验位"):
            self.assertIn(text, lines[0])
        found = {values["name"]: values for values in self.records("enterprise").values()}
        self.assertEqual(found["丁"]["uscc"], doubtful)

    def test_R013_codes_of_an_area_are_loaded_and_used_in_tables(self):
        pack = pathlib.Path(SOURCE) / "assets/packs/codes.json"
        self.assertEqual(self.count(self.load(OK, pack)), 11)
        self.assertEqual(self.count(self.load(OK, pack)), 0)
        header = "企业名称,统一社会信用代码,行业领域,所在区划,新兴行业领域,监管职责\n"

        def row(number, business, area="140603"):
            return f"企业{number},{code(number)},煤矿,{area},{business},未明确\n"
        self.load(OK, "--kind", "enterprise",
                  self.write("a.csv", header + row(1, "缆车索道") + row(2, "ice_snow")))
        found = {values["name"]: values["emerging_business"]
                 for values in self.records("enterprise").values()}
        self.assertEqual(found, {"企业1": "cableway", "企业2": "ice_snow"})
        # The other city has other types; a type that nobody names is refused too.
        output = self.load(INVALID, "--kind", "enterprise", self.write(
            "b.csv", header + row(3, "乡村民宿") + row(4, "玻璃栈道", "140502") + row(5, "scooter")))
        for line, text in ((2, "“乡村民宿”在本区划或当日不适用"), (4, "没有这个代码")):
            lines = [text for text in output.splitlines() if f"b.csv 第 {line} 行" in text]
            self.assertEqual(len(lines), 1, output)
            self.assertIn(text, lines[0])
        self.assertNotIn("第 3 行", output)
        # A code that ends is refused for other enterprises; one that has it keeps it.
        ended = json.loads(pack.read_text())
        ended["lists"] = ended["lists"][:1]
        ended["lists"][0]["codes"][1]["valid_to"] = "2022-12-31"
        path = self.write("ended.json", json.dumps(ended))
        self.assertEqual(self.count(self.load(OK, path)), 1)
        self.assertIn("不适用", self.load(INVALID, "--kind", "enterprise",
                                       self.write("c.csv", header + row(6, "缆车索道"))))
        self.assertEqual(self.count(self.load(OK, "--kind", "enterprise", self.write(
            "d.csv", header + row(1, "缆车索道").replace("未明确", "")))), 0)
        for change, text in ((lambda one: one.pop("label"), "label"), (lambda one: one.update(code="a b"), "40"),
                             (lambda one: one.update(colour=1), "colour"),
                             (lambda one: one["label"].update(zh="滑道"), "玻璃栈道")):
            broken = json.loads(pack.read_text())
            change(broken["lists"][1]["codes"][0])
            self.assertIn(text, self.load(INVALID, self.write("broken.json", json.dumps(broken))))

    def test_a_table_is_checked_against_the_settings_of_the_hub(self):
        kind = {"bihuan-kind": 1, "kind": "pit", "label": {"zh": "坑", "en": "Pit"}, "scope": "all",
                "title": "{name}", "settings": [
                    {"name": "pit_depth", "type": "integer", "label": {"zh": "坑深", "en": "Depth"},
                     "min": 1, "max": 900, "default": 20}],
                "fields": [{"name": "name", "type": "text", "label": {"zh": "名称", "en": "Name"}},
                           {"name": "depth", "type": "integer", "label": {"zh": "深度", "en": "Depth"},
                            "max": {"setting": "pit_depth"}}]}
        self.load(OK, self.write("pit.json", json.dumps(kind)))
        table = self.write("pits.csv", "名称,深度\n甲,20\n乙,21\n")
        output = self.load(INVALID, "--kind", "pit", table)
        self.assertIn("不能大于 20", output)
        self.assertIn("pits.csv 第 3 行", output)
        self.assertNotIn("第 2 行", output)
        self.run_hub(OK, "setting", "set", "--name", "pit_depth", "--value", "21", "--from",
                     "2020-01-01", "--basis", "样例")
        self.assertEqual(self.count(self.load(OK, "--kind", "pit", table)), 2)

    def test_unknown_columns_are_refused_and_the_known_ones_listed(self):
        output = self.load(INVALID, "--kind", "enterprise",
                           self.write("a.csv", "企业名称,备用列,企业名称,sign\n甲,1,2,3\n"))
        for text in ("备用列", "sign", "统一社会信用代码", "企业名称"):
            self.assertIn(text, output)
        self.load(INVALID, "--kind", "nothing", self.write("b.csv", HEADER + ROW_1))
        output = self.load(INVALID, self.write("c.csv", HEADER + ROW_1))
        self.assertIn("--kind", output)
        self.load(INVALID, "--kind", "enterprise", self.write("d.csv", ""))
        self.load(INVALID, "--kind", "enterprise", self.write("e.csv", HEADER + '"甲,1\n'))

    def test_kinds_with_which_the_collector_could_not_work_are_refused(self):
        scan = json.loads(pathlib.Path(SOURCE, "schema/kinds/scan.json").read_text(encoding="utf-8"))
        scan["fields"] = [field for field in scan["fields"] if field["name"] != "code"]
        output = self.load(INVALID, self.write("scan.json", json.dumps(scan)))
        self.assertIn('scan: the field "code" is missing', output)

    def test_a_credit_code_of_another_enterprise_is_refused(self):
        self.load(OK, "--kind", "enterprise", self.write("a.csv", HEADER + ROW_1))
        output = self.load(INVALID, "--kind", "enterprise",
                           self.write("b.csv", HEADER + ROW_1.replace("平鲁煤业", "别的煤业")))
        self.assertIn("平鲁煤业", output)
        identity = next(iter(self.records("enterprise")))
        self.assertIn(identity, output)
        # A row with the id of the enterprise renames it.
        row = ROW_1.replace("平鲁煤业", "别的煤业").strip()
        self.load(OK, "--kind", "enterprise", self.write(
            "c.csv", "id," + HEADER + f"{identity},{row}\n"))
        self.assertEqual(self.records("enterprise")[identity]["name"], "别的煤业")

    def test_records_as_json_are_checked_like_tables(self):
        def file(*records, name="r.json"):
            return self.write(name, json.dumps(
                {"bihuan-records": 1, "space": "here", "records": records}))

        def enterprise(name, **more):
            return {"name": name, "kind": "enterprise", "set": {
                "name": name, "sector": "coal_mine", "area": "140603", "state": "confirmed",
                "uscc": code(20)} | more}
        output = self.load(INVALID, file(
            enterprise("one"), enterprise("two"),
            enterprise("three", uscc=code(21), area="140603299"),
            enterprise("four", uscc=code(22), unit="00000000-0000-7000-8000-000000000000"),
            enterprise("five", uscc=code(23), sector="煤矿", height=3),
            {"name": "six", "kind": "castle", "set": {}}))
        for number, texts in ((2, ("统一社会信用代码",)), (3, ("140603299",)), (4, ("监管单位",)),
                              (5, ("行业领域", "coal_mine")), (5, ("height",)), (6, ("castle",))):
            found = [text for text in output.splitlines() if f"第 {number} 条" in text and
                     all(word in text for word in texts)]
            self.assertEqual(len(found), 1, (number, texts, output))
        self.assertEqual(self.records("enterprise"), {})
        self.load(OK, file(enterprise("one", supervisor={"$ref": "qian"}), {
            "name": "qian", "kind": "staff", "set": {"name": "钱样例", "unit": self.unit,
                                                     "roles": ["inspector"], "state": "active"}}))

    def test_units_of_a_table_name_each_other_and_staff_name_units(self):
        output = self.load(OK, "--kind", "unit", self.write(
            "units.csv", "名称,行政区划,层级,上级单位\n井坪镇,井坪镇,township,平鲁区住建局\n"
            "平鲁区住建局,140603,县级,平鲁区应急管理局\n"))
        self.assertEqual(self.count(output), 2)
        staff = self.write("staff.csv", "姓名,单位,角色,执法证号,执法证有效期至\n"
                           "钱样例,井坪镇,乡镇监管人员、执法人员,晋F1,2030/1/5\n新人,井坪镇,township,,\n"
                           "新人,平应急,inspector,,\n")
        self.assertEqual(self.count(self.load(OK, "--kind", "staff", staff)), 3)
        self.assertEqual(self.count(self.load(OK, "--kind", "staff", staff)), 0)
        people = {row["values"]["name"]: row["values"] for row in self.list_json("staff")}
        self.assertEqual(people["钱样例"]["roles"], ["inspector", "township"])
        self.assertEqual(people["钱样例"]["certificate_valid_to"], "2030-01-05")
        self.assertEqual(people["钱样例"]["state"], "active")
        output = self.load(INVALID, "--kind", "staff", self.write(
            "twice.csv", "姓名,单位,角色\n孙样例,井坪镇,township\n孙样例,井坪镇,inspector\n"))
        self.assertIn("第 2 行", output)
        self.assertIn("第 3 行", output)

    def test_files_that_cannot_be_loaded_are_refused_with_a_remedy(self):
        for name in ("a.xlsx", "a.xls", "a.ods"):
            output = self.load(INVALID, "--kind", "enterprise", self.write(name, b"PK\x03\x04"))
            self.assertIn("CSV", output)
        self.load(INVALID, self.write("a.doc", b"x"))
        self.load(INVALID, self.write("b.json", "{}"))
        self.assertIn("--demo", self.load(INVALID, self.write("demo-pins.json", "{}")))
        folder = self.top / "folder"
        folder.mkdir()
        (folder / "README.md").write_text("x")
        (folder / "b.xlsx").write_bytes(b"PK")
        self.assertIn("b.xlsx", self.load(INVALID, folder))

    def test_checklists_load_from_chinese_encodings_and_all_faults_are_reported(self):
        head = {"code": "local", "name": {"zh": "本地清单", "en": "Local"}, "version": "1",
                "valid_from": "2026-01-01", "source": "本局"}
        self.write("list.items.json", json.dumps({"bihuan-items": 1, "checklist": head, "items": {}}))
        text = CHECKLIST + ITEM.format("L-1") + ",,,,,,,\n" + ITEM.format("L-2") + "\n"
        self.load(OK, self.write("list.csv", text.replace("\n", "\r\n"), "gb18030"))
        output = self.load(OK, self.write("list.csv", text, "utf-8-sig"))
        self.assertIn("0 new entries", output)
        output = self.load(INVALID, self.write(
            "list.csv", CHECKLIST + ITEM.format("l-1") + "\n" + ITEM.format("L-2").replace(",no,", ",否,")))
        self.assertIn("list.csv 第 2 行", output)
        self.assertIn("list.csv 第 4 行", output)
        self.assertIn("major_hazard", output)
        (self.top / "list.items.json").unlink()
        self.assertIn("list.items.json", self.load(INVALID, self.top / "list.csv"))

    def checklist(self, version, valid_from, question="查什么", name="list"):
        head = {"code": "local", "name": {"zh": "本地清单", "en": "Local"}, "version": version,
                "valid_from": valid_from, "source": "本局"}
        self.write(f"{name}.items.json",
                   json.dumps({"bihuan-items": 1, "checklist": head, "items": {}}))
        return self.write(f"{name}.csv", CHECKLIST + ITEM.format("L-1").replace("查什么", question))

    def lists(self):
        return {values["version"]: (values["items"][0]["check"], values.get("valid_to"))
                for values in self.records("checklist").values()}

    def test_a_checklist_version_in_use_cannot_change(self):
        self.load(OK, self.checklist("1", "2026-01-01"))
        self.assertIn("0 new", self.load(OK, self.checklist("1", "2026-01-01")))
        for changed in (self.checklist("1", "2026-01-01", "查别的", "a"),
                        self.checklist("1", "2026-02-01", name="b")):
            output = self.load(INVALID, changed)
            self.assertIn("版本", output)
        self.assertEqual(self.lists(), {"1": ("查什么", None)})

    def test_a_newer_version_ends_the_older_one(self):
        old = self.checklist("1", "2026-01-01", name="old")
        new = self.checklist("2", "2026-11-01", "查别的", "new")
        self.load(OK, old)
        self.load(OK, new)
        wanted = {"1": ("查什么", "2026-10-31"), "2": ("查别的", None)}
        self.assertEqual(self.lists(), wanted)
        for path in (old, new):
            self.assertIn("0 new", self.load(OK, path))
        # An older version that is loaded later, and several versions that are loaded together.
        self.load(OK, self.checklist("0", "2025-01-01", name="older"))
        self.load(OK, self.checklist("3", "2027-01-01", name="x"), self.checklist("4", "2028-01-01", name="y"))
        wanted |= {"0": ("查什么", "2025-12-31"), "2": ("查别的", "2026-12-31"),
                   "3": ("查什么", "2027-12-31"), "4": ("查什么", None)}
        self.assertEqual(self.lists(), wanted)
        self.assertIn("0 new", self.load(OK, old))
        self.assertEqual(self.lists(), wanted)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
