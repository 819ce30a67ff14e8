"""Files that a program attaches by the API of the office. Run by test_api.py on its hub."""

import os
import pathlib
import unittest

from hub import Client

HUB = None
PART = 1024 * 1024


def signed_in(login="staff-sun"):
    client = Client(HUB)
    status, content, _ = client.sign_in(login)
    assert status == 200, (status, content)
    return client


class AttachedFiles(unittest.TestCase):
    def setUp(self):
        self.client = signed_in()
        self.record = f"/office/v1/records/{HUB.told['second']}"
        self.photo = pathlib.Path(HUB.dir, "photo1.jpg").read_bytes()

    def begin(self, size, role="proof", client=None, **more):
        body = {"role": role, "size": size}
        return (client or self.client).ask("POST", f"{self.record}/files", body, **more)[:2]

    def begun(self, size):
        status, content = self.begin(size)
        self.assertEqual(status, 200, content)
        return f"/office/v1/uploads/{content['upload']}"

    def send(self, place, offset, data, client=None, headers=None, **more):
        return (client or self.client).ask("PATCH", f"{place}?lang=en&offset={offset}", data,
                                            {"Content-Type": "application/octet-stream", **(headers or {})}, **more)[:2]

    def test_a_file_is_sent_in_parts_and_read_back(self):
        data = self.photo + os.urandom(PART)
        place = self.begun(len(data))
        self.assertEqual(self.send(place, 0, data[:PART])[1], {"offset": PART})
        status, content = self.send(place, 7, data[7:99])
        self.assertEqual((status, content["error"], content["offset"]), (409, "chain", PART))
        self.assertEqual(self.client.ask("GET", place)[1], {"offset": PART})
        status, done = self.send(place, PART, data[PART:])
        self.assertEqual((status, done["repeated"]), (200, False))
        self.assertEqual(self.client.ask("GET", place)[1], done)
        file = f"/office/v1/records/{done['record']}/files/{done['sha256']}"
        self.assertEqual(self.client.ask("GET", file)[1], data)
        status, part, headers = self.client.ask("GET", file, headers={"Range": "bytes=0-9"})
        self.assertEqual((status, part, headers["Content-Type"]), (206, data[:10], "image/jpeg"))
        HUB.exchanges.pop()  # 206 is how 200 answers a Range, as everywhere in HTTP
        # What others see of it.
        view = signed_in("staff-zhou").ask("GET", self.record)[1]
        self.assertIn(done["record"], [one["record"] for one in view["files"]])
        self.assertNotIn("signature", [one["code"] for one in view["attach"]["roles"]])

    def test_an_upload_is_for_its_person_and_page_alone(self):
        place = self.begun(len(self.photo))
        other = signed_in("staff-zhou")
        for method in ("GET", "DELETE"):
            self.assertEqual(other.ask(method, place)[0], 404)
            self.assertEqual(Client(HUB).ask(method, place)[0], 401)
        self.assertEqual(self.send(place, 0, b"x", other)[0], 404)
        self.assertEqual(self.send(place, 0, b"x", Client(HUB))[0], 401)
        self.assertEqual(self.begin(1, client=Client(HUB))[0], 401)
        self.assertEqual(self.send(place, 0, b"x", origin=False)[0], 403)
        self.assertEqual(self.client.ask("DELETE", place, headers={"X-Bihuan-Token": None})[0], 403)
        self.assertEqual(self.begin(1, origin=False)[0], 403)
        self.assertEqual(self.client.ask("DELETE", place)[:2], (200, {}))

    def test_what_is_refused_says_why(self):
        before = self.left()
        for size, role, status, word in ((64 * 1024 * 1024 + 1, "proof", 413, "67108864"),
                                         (2 * 1024 ** 3, "proof", 413, "2147483648"),
                                         (2 ** 63 - 1, "proof", 413, "67108864"), (-1, "proof", 400, "size"),
                                         (1.5, "proof", 400, "size"), (1, "signature", 400, "signature"), (0, "proof", 400, "size"),
                                         ("1", "proof", 400, "size"), (1, "photo", 400, "")):
            got, content = self.begin(size, role)
            self.assertEqual(got, status, content)
            self.assertIn(word, content["message"])
        hidden = signed_in("staff-side").ask("POST", f"/office/v1/records/{HUB.told['covert']}/files",
                                             {"role": "proof", "size": 1})
        self.assertEqual(hidden[0], 404)
        place = self.begun(4)
        self.assertEqual(self.send(place, "x", b"text")[0], 400)
        self.assertEqual(self.send(place, 0, b"text")[1]["error"], "format")
        self.assertEqual(self.send(place, 0, b"text")[0], 404)
        self.assertEqual(self.send(self.begun(3), 0, b"text")[0], 413)
        place = self.begun(9)
        status, content = self.send(place, 0, b"{}", headers={"Content-Type": "text/plain"})
        self.assertEqual((status, content["error"]), (400, "format"))
        self.client.ask("DELETE", place)
        self.assertEqual(self.left(), before)

    def left(self):
        return sorted(pathlib.Path(HUB.dir, "hub/uploads").glob("office-*"))

    def test_few_uploads_are_open_at_a_time(self):
        client = signed_in("staff-zheng")
        places = []
        while True:
            status, content = self.begin(9, client=client)
            if status != 200:
                break
            places.append(f"/office/v1/uploads/{content['upload']}")
        self.assertEqual((status, content["error"], len(places)), (503, "busy", 4))
        for place in places:
            client.ask("DELETE", place)

    def test_a_disk_that_fails_makes_no_record(self):
        folder = pathlib.Path(HUB.dir, "hub/uploads")
        before = self.client.ask("GET", self.record)[1]["files"]
        data = self.photo + b"a disk that fails"
        place = self.begun(len(data))
        folder.rename(folder.with_name("elsewhere"))
        try:
            self.assertEqual(self.begin(9)[0], 507)
            self.assertEqual(self.client.ask("POST", "/office/v1/uploads", {
                "record": "00000000-0000-7000-8000-0000000000ac", "kind": "tip_off", "act": "create/register",
                "role": "proof", "size": 9})[0], 507)
            self.assertEqual(self.send(place, 0, data)[0], 507)
        finally:
            folder.with_name("elsewhere").rename(folder)
        self.assertEqual(self.client.ask("GET", self.record)[1]["files"], before)
