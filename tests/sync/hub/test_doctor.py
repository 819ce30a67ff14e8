#!/usr/bin/env python3
"""bihuan-hub doctor: each test makes a fault, which must be found and reported with a remedy.

usage: test_doctor.py SOURCE_DIR PROGRAM SHIFT_CLOCK
"""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

from test_operation import ENGLISH, NOT_FOUND, OK, PROGRAM, SOURCE, USAGE, WithHub

SHIFT_CLOCK = sys.argv[3]
CHINESE = dict(ENGLISH, LC_ALL="zh_CN.UTF-8", LANG="zh_CN.UTF-8")
GOOD, LOOK, BAD = 0, 1, 2
CHECKS = ["served", "store", "version", "log", "backup", "chains", "files", "orphans", "disk", "modes",
          "keys", "certificate", "clock", "kinds", "regions"]


class Doctor(WithHub):
    def setUp(self):
        super().setUp()
        self.load_people()
        self.run_hub(OK, "backup", "--data", self.hub, "--out", self.top / "backup")

    def look(self, expected, *words, env=None):
        """Runs doctor, which must not change the store. Returns its findings by the name of their check."""
        before = hashlib.sha256((self.hub / "hub.db").read_bytes()).digest()
        output = self.run_hub(expected, "doctor", "--data", self.hub, "--json", *words, env=env)
        self.assertEqual(hashlib.sha256((self.hub / "hub.db").read_bytes()).digest(), before)
        findings = {row["check"]: row for row in json.loads(output)}
        for row in findings.values():
            self.assertEqual("next" in row, row["level"] != "good", row)
        return findings

    def find(self, expected, check, *words, env=None):
        """Runs doctor. Returns the text of its only finding that is not good, which must be of this check."""
        findings = self.look(expected, *words, env=env)
        level = {LOOK: "warning", BAD: "bad"}[expected]
        self.assertEqual([row["check"] for row in findings.values() if row["level"] != "good"], [check])
        self.assertEqual(findings[check]["level"], level)
        return findings[check]["text"]

    def change(self, *statements):
        with contextlib.closing(sqlite3.connect(self.hub / "hub.db")) as store, store:
            for statement, *values in statements:
                self.assertNotEqual(store.execute(statement, values).rowcount, 0, statement)

    def value(self, name):
        with contextlib.closing(sqlite3.connect(self.hub / "hub.db")) as store:
            row = store.execute("SELECT value FROM hub_value WHERE name = ?", (name,)).fetchone()
            return row and row[0]

    def test_a_sound_hub_is_good_stopped_and_served_in_both_languages(self):
        findings = self.look(GOOD)
        self.assertEqual(list(findings), CHECKS)
        self.assertIn("not served", findings["served"]["text"])
        self.assertIn("signatures", self.look(GOOD, "--full"))
        output = self.run_hub(GOOD, "doctor", "--data", self.hub, env=CHINESE)
        self.assertIn("[正常] 数据库完整", output)
        self.assertNotIn("[good]", output)
        self.assertIn("[good] The store is undamaged", self.run_hub(GOOD, "doctor", "--data", self.hub))
        self.serve()
        self.assertIn("served and answers", self.look(GOOD, "--full")["served"]["text"])
        self.run_hub(NOT_FOUND, "doctor", "--data", self.top / "none")
        self.run_hub(USAGE, "doctor")

    def test_each_fault_is_reported_with_a_remedy(self):
        shutil.rmtree(self.hub / "keys")
        output = self.run_hub(BAD, "doctor", "--data", self.hub)
        self.assertIn("[BAD] The keys cannot be used: ", output)
        self.assertIn("→ Put the folder keys/ of the newest backup in place.", output)
        output = self.run_hub(BAD, "doctor", "--data", self.hub, env=CHINESE)
        self.assertIn("[异常] 密钥不能使用：", output)
        self.assertIn("→ 请用最近备份里的 keys/ 目录替换。", output)

    def test_damage_of_the_store(self):
        path = self.hub / "hub.db"
        whole = bytearray(path.read_bytes())
        middle = len(whole) // 2048 // 2 * 2048
        whole[middle:middle + 8192] = b"\xff" * 8192
        path.write_bytes(whole)
        findings = self.look(BAD)
        self.assertEqual(findings["store"]["level"], "bad")
        path.write_bytes(b"not a store at all" * 1000)
        self.assertIn("cannot be opened", self.look(BAD)["store"]["text"])

    def test_a_store_of_another_version(self):
        self.change(("UPDATE schema_version SET version = version - 1",))
        self.assertIn("1 migrations", self.find(LOOK, "version"))
        self.change(("UPDATE schema_version SET version = 99",))
        self.assertIn("newer program", self.find(BAD, "version"))

    def test_chains_that_do_not_end_where_they_should(self):
        self.change(("UPDATE incarnation SET hash = ?", "0" * 64))
        self.assertIn("1 of 1 chains", self.find(BAD, "chains"))

    def test_an_entry_that_is_missing(self):
        self.change(("DELETE FROM entry WHERE position = (SELECT position FROM entry"
                     " ORDER BY position LIMIT 1 OFFSET 40)",))
        self.assertIn("1 of 1 chains", self.find(BAD, "chains"))

    def test_an_entry_that_was_changed(self):
        self.change(("UPDATE entry SET body = replace(body, '\"by\"', '\"By\"') WHERE position ="
                     " (SELECT min(position) FROM entry)",))
        self.look(GOOD)
        self.assertRegex(self.find(BAD, "signatures", "--full"), r"^1 of \d+ entries do not verify")

    def test_files_that_are_missing_damaged_or_orphaned(self):
        content = b"a photo"
        sha = hashlib.sha256(content).hexdigest()
        path = self.hub / "files" / sha[:2] / sha
        self.change(("INSERT INTO file VALUES (?, ?, 'image/jpeg', 1)", sha, len(content)),
                    ("INSERT INTO file VALUES (?, 5, 'image/jpeg', NULL)", "0" * 64))
        self.assertIn("Of 1 files 1 are missing and 0 damaged", self.find(BAD, "files"))
        path.parent.mkdir(mode=0o700)
        path.write_bytes(content)
        self.assertIn("1, all complete; 1 are still on devices", self.look(GOOD, "--full")["files"]["text"])
        path.write_bytes(b"another")
        self.look(GOOD)
        self.assertIn("0 are missing and 1 damaged", self.find(BAD, "files", "--full"))
        path.write_bytes(b"short")
        self.assertIn(str(path), self.find(BAD, "files"))
        path.write_bytes(content)
        stray, upload = path.with_name("f" * 64), self.hub / "uploads" / "left-over"
        for orphan in (stray, upload):
            orphan.write_bytes(b"x" * 10)
        self.look(GOOD)  # they are new: their rows might be written soon
        for orphan in (stray, upload):
            os.utime(orphan, (time.time() - 7200,) * 2)
        self.assertIn("2 files on the disk belong to no record or upload (20 bytes)", self.find(LOOK, "orphans"))

    def test_secrets_that_others_may_read(self):
        for name in ("keys/hub.key", "keys/tls.key", "hub.db", "keys", "."):
            path = self.hub / name
            mode = path.stat().st_mode & 0o777
            path.chmod(mode | 0o040)
            self.assertIn(str(path), self.find(BAD, "modes"))
            path.chmod(mode)
        self.look(GOOD)

    def test_keys_of_another_hub(self):
        keys = self.hub / "keys"
        shutil.copy(keys / "plaque.key", keys / "hub.key")
        self.assertIn("not the key of this hub", self.find(BAD, "keys"))

    def test_a_certificate_that_ends_soon_or_cannot_be_read(self):
        keys = self.hub / "keys"

        def make(days, key):
            subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=bihuan-hub",
                            "-days", str(days), "-out", keys / "tls.crt"], check=True, capture_output=True)
        make(10, keys / "tls.key")
        self.assertIn("valid until", self.find(LOOK, "certificate"))
        make(365, keys / "tls.key")
        self.look(GOOD)
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                        self.top / "other.key"], check=True, capture_output=True)
        make(365, self.top / "other.key")
        self.assertIn("does not match its key", self.find(BAD, "certificate"))

    def test_a_clock_that_is_behind(self):
        past = dict(ENGLISH, LD_PRELOAD=SHIFT_CLOCK, SHIFT_CLOCK_S=str(-86400))
        self.assertIn("but the hub received something at", self.find(BAD, "clock", env=past))

    def test_kinds_and_areas_that_cannot_be_read(self):
        kinds = self.value("kinds")
        self.change(("UPDATE hub_value SET value = ? WHERE name = 'kinds'", "0" * 64))
        self.find(BAD, "kinds")
        self.change(("UPDATE hub_value SET value = ? WHERE name = 'kinds'", kinds),
                    ("INSERT INTO hub_value VALUES ('derived_by', ?) ON CONFLICT (name)"
                     " DO UPDATE SET value = excluded.value", kinds))
        self.find(LOOK, "derived")
        self.change(("UPDATE hub_value SET value = '' WHERE name = 'derived_by'",))
        (self.hub / "regions.json").write_text("{", encoding="utf-8")
        self.find(BAD, "regions")

    def test_a_long_log_and_an_old_backup(self):
        self.change(("UPDATE hub_value SET value = '1' WHERE name = 'backup_ms'",))
        self.find(LOOK, "backup")
        self.change(("DELETE FROM hub_value WHERE name = 'backup_ms'",))
        self.assertIn("No backup", self.find(LOOK, "backup"))
        self.serve()
        self.run_hub(OK, "backup", "--data", self.hub, "--out", self.top / "backup")
        self.look(GOOD)

    def test_the_queries_of_the_readme_work_beside_a_served_hub(self):
        self.serve()
        text = pathlib.Path(SOURCE, "sync/hub/log/README.md").read_text(encoding="utf-8")
        queries = re.findall(r"```sql\n(.*?);\n```", text, re.S)
        self.assertEqual(len(queries), 3)
        with contextlib.closing(sqlite3.connect(f"file:{self.hub}/hub.db?mode=ro", uri=True)) as store:
            record = store.execute("SELECT id FROM record LIMIT 1").fetchone()[0]
            rows = [store.execute(query, {"record": record} if ":record" in query else {}).fetchall()
                    for query in queries]
        self.assertEqual(rows[0], [])
        self.assertGreaterEqual(len(rows[2]), 1)

    def test_a_long_log(self):
        with open(self.hub / "hub.db-wal", "wb") as log:
            log.truncate(80 * 1024 * 1024)
        self.assertIn("80 MiB", self.find(LOOK, "log"))


if __name__ == "__main__":
    assert os.access(PROGRAM, os.X_OK)
    unittest.main(argv=sys.argv[:1])
