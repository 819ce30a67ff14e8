"""Lists of the office: what they find and how they say it; run by test_api.py on its hub."""

import unittest
import urllib.parse

from hub import Client

HUB = None


def ask(path, login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client.ask("GET", f"/office/v1/{path}")[:2]


class WorkWithLists(unittest.TestCase):
    def test_a_search_is_taken_whole_or_refused(self):
        for place in ("inbox?lane=new", "enterprises?", "ledger?kind=hazard&name=overdue",
                      "count?list=enterprises"):
            for length, expected in ((400, 200), (401, 413)):
                search = urllib.parse.quote("长" * length)
                status, content = ask(f"{place}&search={search}")
                self.assertEqual((place, status), (place, expected))
        self.assertEqual(content["error"], "limit")
