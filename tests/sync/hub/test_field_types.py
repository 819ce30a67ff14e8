#!/usr/bin/env python3
"""Numbers with units, months, durations, web addresses and identity cards at the hub's shell: a kind
with each of these types is loaded, filled from a table, and exported as a case.

usage: test_field_types.py SOURCE_DIR PROGRAM
"""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile

SOURCE, PROGRAM = sys.argv[1:3]
CHINESE = {name: value for name, value in os.environ.items() if name != "G_MESSAGES_DEBUG"}
CHINESE.update(BIHUAN_DATADIR=SOURCE, LC_ALL="zh_CN.UTF-8", LANG="zh_CN.UTF-8")
ENGLISH = dict(CHINESE, LC_ALL="en_US.UTF-8", LANG="en_US.UTF-8")
OK, INVALID = 0, 5
HEADER = "名称,费用,占比,月份,用时,网址,身份证号,人数,重量\n"
ROW = '甲,"１，２５０．５ 元",12.5％,2026年1月,3小时20分,https：／／a。cn/x,11010519491231002x,12人,"1,200.50"\n'


class FieldTypes(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = pathlib.Path(directory.name)
        self.hub = self.top / "hub"
        self.kinds = self.top / "kinds"
        shutil.copytree(pathlib.Path(SOURCE, "schema", "kinds"), self.kinds)
        shutil.copy(pathlib.Path(SOURCE, "tests", "support", "measure-kind.json"),
                    self.kinds / "measure.json")
        self.run_hub(OK, "init", "--data", self.hub, "--name", "枢纽", "--area", "140603")
        self.load(OK, self.kinds)

    @staticmethod
    def run_hub(expected, *words, env=None):
        done = subprocess.run([PROGRAM, *map(str, words)], env=env or CHINESE, text=True,
                              encoding="utf-8", capture_output=True, timeout=60, check=False)
        if done.returncode != expected:
            raise AssertionError((words, done.returncode, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def load(self, expected, *words, env=None):
        return self.run_hub(expected, "load", "--data", self.hub, *words, env=env)

    def table(self, text):
        path = self.top / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def records(self):
        with contextlib.closing(sqlite3.connect(self.hub / "hub.db")) as store:
            return {record: {key: heads["heads"][0].get("v") for key, heads in
                             json.loads(snapshot)["keys"].items()}
                    for record, snapshot in store.execute(
                        "SELECT id, snapshot FROM record WHERE kind = 'measure'")}

    def test_a_table_is_read_as_people_write_it(self):
        self.load(OK, "--kind", "measure", self.table(HEADER + ROW))
        (values,) = self.records().values()
        for key, value in {"cost": "1250.5", "share": "12.5", "month": "2026-01", "length": 200,
                           "page": "https://a.cn/x", "people": 12, "weight": "1200.50"}.items():
            self.assertEqual(values[key], value, key)
        # Personal: the record has a commitment only, and the case below shows the value.
        self.assertIsNone(values["card"])

    def test_each_bad_cell_is_named_with_what_is_allowed(self):
        bad = {"cost": ("1,23", "1000000000000 的数，小数最多 2 位", "a number from 0 to 1000000000000"),
               "share": ("120%", "0 到 100 的数，小数最多 1 位", "a number from 0 to 100"),
               "month": ("2026-13", "应为年月，如 2026-11", "a month such as 2026-11"),
               "length": ("3:60", "应为 0 分到 8784 小时的时长", "a duration from 0 min to 8784 h"),
               "page": ("javascript:x", "以 http:// 或 https:// 开头", "a web address that begins"),
               "people": ("12 t", "2147483647 的整数", "a whole number from 0")}
        for env, which in ((CHINESE, 1), (ENGLISH, 2)):
            for key, case in bad.items():
                output = self.load(INVALID, "--kind", "measure",
                                   self.table(f'name,{key}\n甲,"{case[0]}"\n'), env=env)
                self.assertIn(case[0], output)
                self.assertIn(case[which], output)
        self.assertEqual(self.records(), {})

    def test_a_wrong_identity_card_is_refused_and_not_repeated(self):
        for wrong in ("110105194912310021", "110105194902290029", "1101051949123100"):
            output = self.load(INVALID, "--kind", "measure", self.table(f"name,card\n甲,{wrong}\n"))
            self.assertIn("身份证号", output)
            self.assertIn("应为 18 位居民身份证号码", output)
            self.assertNotIn(wrong, output)
        self.assertEqual(self.records(), {})

    def test_the_case_shows_values_with_their_units(self):
        self.load(OK, "--kind", "measure", self.table(HEADER + ROW))
        (record,) = self.records()
        case = self.top / "case.zip"
        self.run_hub(OK, "export", "--data", self.hub, "--record", record, "--out", case)
        with zipfile.ZipFile(case) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith("index.html")]
            page = archive.read(name).decode()
        for text in ("1,250.50 元", "12.5%", "2026-01", "3 小时 20 分", "https://a.cn/x",
                     "11010519491231002X", "12 人", "1200.50 吨"):
            self.assertIn(text, page)
        self.assertNotIn("href=\"https://a.cn", page)
        self.run_hub(OK, "export", "--data", self.hub, "--record", record, "--out",
                     self.top / "without.zip", "--without-personal")
        with zipfile.ZipFile(self.top / "without.zip") as archive:
            for name in archive.namelist():
                self.assertNotIn(b"11010519491231002X", archive.read(name), name)

    def test_an_identity_card_that_is_not_personal_is_refused_with_its_place(self):
        kind = json.loads((self.kinds / "measure.json").read_text(encoding="utf-8"))
        for index, field in enumerate(kind["fields"]):
            if field["type"] != "id_number":
                continue
            del field["personal"]
            (self.kinds / "measure.json").write_text(json.dumps(kind), encoding="utf-8")
            output = self.load(INVALID, self.kinds, env=ENGLISH)
            self.assertIn(f"measure.json: $.fields[{index}].personal: must be true", output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
