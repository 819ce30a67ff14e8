"""Lists of the office: what they find and show. Run by test_api.py on its hub."""

import json
import pathlib
import re
import sys
import unittest
import urllib.parse

from hub import Client

HUB = None


def signed_in(login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


def ask(path, login="staff-sun"):
    return signed_in(login).ask("GET", f"/office/v1/{path}")[:2]


class WorkWithNumbers(unittest.TestCase):
    """The register of numbers (R-105)."""

    def ask(self, login="staff-zhou", query=""):
        return signed_in(login).ask("GET", f"/office/v1/numbers{query}")

    def test_the_register_says_what_became_of_each_number(self):
        status, page, _ = self.ask(query="?kind=hazard")
        self.assertEqual(status, 200)
        self.assertIn("hazard", [kind["kind"] for kind in page["kinds"]])
        self.assertIn(page["year"], page["years"])
        self.assertEqual([page["unit"]], [unit["id"] for unit in page["units"]])
        at = 1
        for row in page["rows"]:
            self.assertGreaterEqual(row["first"], at)
            self.assertEqual(row["count"], row["last"] - row["first"] + 1)
            at = row["last"] + 1

    def test_each_type_of_document_has_numbers_of_its_own(self):
        _, page, _ = self.ask(query="?kind=document")
        self.assertEqual({row["type_label"] for row in page["rows"]}, {"现场检查记录", "责令限期整改指令书"})
        self.assertEqual({row["state"] for row in page["rows"]} - {"used", "free", "lost"}, set())

    def test_wrong_questions_are_refused_by_name(self):
        for query, status, said in (("?kind=staff", 400, "kind"), ("?year=0", 400, "year"), ("?year=x", 400, "year"),
                                    ("?after=x", 400, "after"), ("?unit=x", 403, "unit")):
            got, content, _ = self.ask(query=query)
            self.assertEqual(got, status, query)
            self.assertIn(said, content["message"])

    def test_only_who_oversees_reads_it_as_far_as_the_unit_serves(self):
        self.assertEqual(Client(HUB).ask("GET", "/office/v1/numbers")[0], 401)
        self.assertEqual(self.ask("staff-zheng")[0], 403)
        unit = self.ask()[1]["unit"]
        self.assertEqual(self.ask("staff-side", f"?unit={unit}")[0], 403)


class WorkWithLists(unittest.TestCase):
    def test_a_search_is_taken_whole_or_refused(self):
        for place in ("inbox?lane=new", "enterprises?", "ledger?kind=hazard&name=overdue",
                      "count?list=enterprises"):
            for length, expected in ((400, 200), (401, 413)):
                search = urllib.parse.quote("长" * length)
                status, content = ask(f"{place}&search={search}")
                self.assertEqual((place, status), (place, expected))
        self.assertEqual(content["error"], "limit")

    def test_whatever_the_hub_refuses_has_words_for_people(self):
        hub = pathlib.Path(sys.argv[2], "sync/hub")
        words = (hub / "office/words.c").read_text(encoding="utf-8")
        known = [re.escape(said).replace("%s", r"\S+").replace(r"\*", ".*")
                 for said in re.findall(r'\{"((?:[^"\\]|\\.)*)",\s*"', words)]
        said = set()
        for source in ("judge-values.c", "judge-people.c", "judge-step.c", "judge-lock.c"):
            text = (hub / "ingest" / source).read_text(encoding="utf-8")
            for call in re.findall(r"(?:add_fault|refuse)\(judgement,(.*?)\);", text, re.DOTALL):
                said.update(one for one in re.findall(r'"([^"]*)"', call) if " " in one)
            said.update(re.findall(r'why = "([^"]*)"', text))
        self.assertGreater(len(said), 20)
        self.assertEqual([one for one in sorted(said) if not any(
            re.fullmatch(pattern, one.replace("%s", "x")) for pattern in known)], [])

    def test_hazards_are_found_by_their_enterprise(self):
        name = "样例东坡沟煤矿"
        for search in (name, name[2:4], name[4]):
            rows = ask(f"ledger?kind=hazard&name=overdue&search={urllib.parse.quote(search)}")[1]["rows"]
            self.assertEqual([row["subject"] for row in rows], [name] * 2, search)
        search = urllib.parse.quote(f"{name} 期限差 -400")
        self.assertEqual(len(ask(f"ledger?kind=hazard&name=overdue&search={search}")[1]["rows"]), 1)

    def test_problems_come_all_at_once_and_by_their_labels(self):
        client = Client(HUB)
        client.sign_in("staff-zhou")
        path = f"/office/v1/records/{HUB.told['hostile_hazard']}"
        covers = client.ask("GET", path)[1]["covers"]

        def step(values, language="zh"):
            return client.ask("POST", f"{path}/act?lang={language}", {
                "act": "step/ordered", "values": values, "covers": covers})[1]["message"]

        self.assertIn("请填写整改要求；请填写整改责任人", step({"demand": None}))
        self.assertIn("整改期限：不是日期", step({"deadline": "2026-99"}))
        self.assertNotIn("deadline", step({"deadline": "2026-99", "demand": None}))

    def test_no_number_of_a_requirement_is_shown(self):
        shown = [json.dumps(ask("filters")[1])]
        for name in ("hazard", "inspection", "major", "second"):
            shown.append(json.dumps(ask(f"records/{HUB.told[name]}", "staff-zhou")[1]))
        for text in shown:
            self.assertIsNone(re.search(r"\bR-\d{3}", text), text[:200])


class WorkAtDoubts(unittest.TestCase):
    """Its name makes it run before the device is revoked."""

    def test_a_doubtful_code_is_listed_shown_and_confirmed_with_a_reason(self):
        HUB.do("doubt")
        client = signed_in("staff-zhou")
        ledgers = client.ask("GET", "/office/v1/filters")[1]["ledgers"]
        name = next(one["name"] for one in ledgers if one["kind"] == "enterprise")

        def titles():
            rows = client.ask("GET", f"/office/v1/ledger?kind=enterprise&name={name}")[1]["rows"]
            return [row["title"] for row in rows]

        self.assertEqual(titles(), ["存疑代码经营部"])
        path = f"/office/v1/records/{HUB.told['doubtful']}"
        view = client.ask("GET", path)[1]
        rows = {row["key"]: row for section in view["sections"] for row in section["rows"]}
        self.assertIn("校验位", rows["uscc"]["doubt"])
        self.assertTrue(rows["uscc_doubt"]["missing"])
        self.assertNotIn("doubt", rows["name"])
        body = {"act": "step/confirmed", "values": {"provisional": False}, "covers": view["covers"]}
        status, content, _ = client.ask("POST", f"{path}/act", body)
        self.assertEqual(status, 400, content)
        self.assertIn("信用代码存疑原因", content["message"])
        body["values"]["uscc_doubt"] = "执照上就是这样"
        self.assertEqual(client.ask("POST", f"{path}/act", body)[0], 200)
        view = client.ask("GET", path)[1]
        self.assertEqual(view["state"], "confirmed")
        self.assertEqual(titles(), ["存疑代码经营部"])
        body = {"act": "step/confirmed", "values": {"uscc": "91140603MA0000015Q"}, "covers": view["covers"]}
        self.assertEqual(client.ask("POST", f"{path}/act", body)[0], 200)
        self.assertEqual(titles(), [])


class WorkInBulk(unittest.TestCase):
    """Its name makes it run after the tests that count lanes, and before the device is revoked."""

    def test_15_a_lane_counts_to_the_end(self):
        client = signed_in("staff-sun")
        before = client.ask("GET", "/office/v1/head")[1]["lanes"]["new"]
        HUB.do("ended 130")
        head = client.ask("GET", "/office/v1/head")[1]
        self.assertEqual((head["lanes"]["new"], head["lanes_more"]), (before + 130, {}))
        total = client.ask("GET", "/office/v1/count?list=inbox&lane=new")[1]
        self.assertEqual((total["total"], total["more"]), (before + 130, False))
