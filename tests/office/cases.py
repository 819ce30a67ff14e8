"""Cases as one archive. Run by test_api.py on its hub."""

import hashlib
import io
import pathlib
import unittest
import zipfile

from acts import signed_in
from hub import Client

HUB = None


class Cases(unittest.TestCase):
    def case(self, client, name, query=""):
        status, content, headers = client.ask("GET", f"/office/v1/records/{HUB.told[name]}/case{query}")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "application/zip")
        self.assertEqual(headers["Content-Disposition"],
                         f'attachment; filename="case-{HUB.told[name]}.zip"')
        self.assertEqual(headers["Cache-Control"], "no-store")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertIsNone(archive.testzip())
            return {one: archive.read(one) for one in archive.namelist()}

    def test_case_is_one_archive_with_page_originals_and_proof(self):
        members = self.case(signed_in(), "inspection")
        self.assertEqual(list(members)[-2:], ["index.html", "case.export"])
        page = members["index.html"].decode()
        for text in ("执法案卷", "样例东坡沟煤矿", "回风巷瓦斯传感器断线", "李样例", "井坪 1 号终端",
                     "证据清单", "核验说明", "缺：中心没有从登记它的单位收到这个文件", "样例负责人"):
            self.assertIn(text, page)
        self.assertNotIn("<script", page)
        originals = [name for name in members if name.startswith("files/")]
        self.assertEqual(len(originals), 4)
        for name in originals:
            digest = hashlib.sha256(members[name]).hexdigest()
            self.assertRegex(name, rf"^files/{digest}\.(jpg|bin)$")
            self.assertIn(digest, page)
        other = self.case(signed_in(), "second")
        self.assertNotIn("回风巷瓦斯传感器断线".encode(), other["case.export"] + other["index.html"])
        self.assertEqual(sorted(pathlib.Path(HUB.dir, "hub").glob("case*")), [])

    def test_personal_values_are_left_out_on_request(self):
        with_them = self.case(signed_in(), "inspection")
        self.assertIn("13900000001".encode(), with_them["case.export"])
        members = self.case(signed_in(), "inspection", "?without_personal=1")
        for text in ("13900000001", "样例负责人", "样例矿长"):
            self.assertNotIn(text.encode(), members["case.export"] + members["index.html"], text)

    def test_hostile_text_stays_text_in_the_page_of_a_case(self):
        page = self.case(signed_in(), "hostile")["index.html"].decode()
        self.assertIn("&lt;img src=x onerror=alert(0)&gt;", page)
        for text in ("<img", "<script", "<b ", " onmouseover=\"alert"):
            self.assertNotIn(text, page)

    def test_I13_a_case_is_given_to_who_may_see_it(self):
        def path(name):
            return f"/office/v1/records/{HUB.told[name]}/case"
        self.assertEqual(signed_in("staff-far").ask("GET", path("covert"))[0], 404)
        self.assertEqual(Client(HUB).ask("GET", path("inspection"))[0], 401)
        self.assertEqual(signed_in().ask("GET", path("enterprise"))[0], 400)
        self.assertIn("index.html", self.case(signed_in(), "covert"))

    def test_every_record_with_something_below_it_makes_a_case(self):
        client = signed_in()
        view = client.ask("GET", f"/office/v1/records/{HUB.told['hazard']}")[1]
        self.assertEqual(view["case"], bool(view["files"] or view["children"]))
        self.assertTrue(view["case"])
        members = self.case(client, "hazard")
        page = members["index.html"].decode()
        self.assertIn("回风巷瓦斯传感器断线", page)
        self.assertIn(HUB.told["hazard"], page)
        whole = self.case(client, "inspection")
        self.assertLess(len(members["case.export"]), len(whole["case.export"]))
        # The visit above is named by its id only: what stands in it is not in this case.
        self.assertIn(f"（案外记录 {HUB.told['inspection']}）", page)
        # Context makes no case, and its page offers none.
        enterprise = client.ask("GET", f"/office/v1/records/{HUB.told['enterprise']}")[1]
        self.assertIs(enterprise["case"], False)
        hidden = signed_in("staff-far").ask("GET", f"/office/v1/records/{HUB.told['covert']}/case")[0]
        self.assertEqual(hidden, 404)
