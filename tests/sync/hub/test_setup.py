#!/usr/bin/env python3
"""A hub set up from nothing by its own commands, as an office does it: area, units, people.

usage: test_setup.py SOURCE_DIR PROGRAM
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE, PROGRAM = sys.argv[1:3]
CHINESE = dict(os.environ, BIHUAN_DATADIR=SOURCE, LC_ALL="zh_CN.UTF-8")
ENGLISH = dict(CHINESE, LC_ALL="en_US.UTF-8")
OK, USAGE, NOT_FOUND, BUSY, INVALID = 0, 2, 3, 4, 5


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
        """What it prints: on stdout when it is expected to succeed, else on stderr."""
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
        told = self.run_hub(OK, "unit", "list")
        self.assertIn(bureau, told)
        self.assertIn("井坪镇", told)
        self.assertIn("140603100", told)

    def test_a_unit_with_a_wrong_value_is_refused_with_label_value_and_choices(self):
        for words, wanted in (
                (("--level", "区级"), ("层级", "区级", "县级", "county")),
                (("--level", "county", "--set", "phone=x"), ("电话", "x")),
                (("--level", "county", "--set", "area_code=1"), ("area_code",)),
                (("--level", "county", "--parent", "没有的单位"), ("没有的单位",)),
                (("--level", "county", "--set", "authority=penalty"), ("权限依据",))):
            told = self.run_hub(INVALID if "--parent" not in words else NOT_FOUND, "unit", "add",
                                "--name", "某局", "--area", "140603", *words, env=CHINESE)
            for text in wanted:
                self.assertIn(text, told)
        told = self.run_hub(INVALID, "unit", "add", "--name", "某局", "--area", "140603999",
                            "--level", "township", env=CHINESE)
        self.assertIn("140603999", told)
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
        told = self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                            "皇帝", env=CHINESE)
        self.assertIn("角色", told)
        self.assertIn("执法人员（inspector）", told)
        told = self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                            "inspector", "--from", "2026-02-01", "--until", "2026-01-01",
                            env=CHINESE)
        self.assertIn("任职止不能早于任职起", told)
        self.run_hub(INVALID, "staff", "add", "--name", "甲", "--unit", unit, "--roles",
                     "inspector", "--set", "sign_key=AAAA")  # set by the program, not typed

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

    def test_people_of_one_name_are_told_apart(self):
        self.add_unit()
        self.add_unit("井坪镇", "140603100", "township")
        one = self.add_staff("新人", "平鲁区应急管理局", roles="inspector,reviewer")
        other = self.add_staff("新人", "井坪镇", roles="township")
        told = self.run_hub(INVALID, "staff", "set-pin", "--staff", "新人", "--file", "-",
                            stdin="470251\n", env=CHINESE)
        for text in (one, other, "平鲁区应急管理局", "井坪镇", "执法人员", "乡镇监管人员"):
            self.assertIn(text, told)
        self.run_hub(OK, "staff", "set-pin", "--staff", other, "--file", "-", stdin="470251\n")
        rows = self.run_hub(OK, "staff", "list").splitlines()
        self.assertEqual(len(rows), 2)
        for row in rows:
            wanted = ("平鲁区应急管理局", "inspector,reviewer") if one in row else ("井坪镇", "township")
            for text in ("新人", *wanted):
                self.assertIn(text, row)

    def test_words_are_utf8_whatever_the_locale(self):
        for locale in ("C", "POSIX", "zh_CN.GB18030", "no_SUCH"):
            env = dict(CHINESE, LC_ALL=locale, LANG=locale)
            unit = self.run_hub(OK, "unit", "add", "--name", f"局 {locale}", "--area", "平鲁区",
                                "--level", "county", env=env).strip()
            self.add_staff("钱样例", unit, env=env)
            self.assertIn(f"局 {locale}", self.run_hub(OK, "unit", "list", env=env))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
