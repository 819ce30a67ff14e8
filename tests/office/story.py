"""What the stories of the office share: a hub, people who sign in, and the acts that kinds declare."""

import datetime
import pathlib
import re
import unittest
import uuid

import acts
from acts import act, make, pick, view_of
from hub import Client


CHINA = datetime.timezone(datetime.timedelta(hours=8))


def day(days=0):
    """A day of China, as the hub counts them, wherever the test runs."""
    return (datetime.datetime.now(CHINA).date() + datetime.timedelta(days)).isoformat()


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clients = {}

    def client(self, login):
        if login not in self.clients:
            client = Client(acts.HUB)
            self.assertEqual(client.sign_in(login)[0], 200)
            self.clients[login] = client
        return self.clients[login]

    def do(self, login, record, name, **values):
        status, content = act(self.client(login), record, name, values)
        self.assertEqual(status, 200, content)

    def refuse(self, login, record, name, word, **values):
        status, content = act(self.client(login), record, name, values)
        self.assertIn(status, (400, 403), content)
        self.assertIn(word, str(content))

    def make(self, login, kind, creation, origin=None, **values):
        status, content = make(self.client(login), kind, creation, values, origin)
        self.assertEqual(status, 200, content)
        return content["record"]

    def attach(self, login, record, role, note):
        """Attaches a picture that is like no other one."""
        client = self.client(login)
        data = pathlib.Path(acts.HUB.dir, "photo1.jpg").read_bytes() + f"{note}{uuid.uuid4()}".encode()
        status, begun, _ = client.ask("POST", f"/office/v1/records/{record}/files", {"role": role, "size": len(data)})
        self.assertEqual(status, 200, begun)
        status, done, _ = client.ask("PATCH", f"/office/v1/uploads/{begun['upload']}?offset=0", data,
                                     {"Content-Type": "application/octet-stream"})
        self.assertEqual(status, 200, done)

    def rows(self, login, record):
        """{field: row} of what the office shows of a record."""
        return {row["key"]: row for section in view_of(self.client(login), record)["sections"]
                for row in section["rows"]}

    def state(self, record):
        return view_of(self.client("staff-sun"), record)["state"]

    def offered(self, login, record):
        return [one["act"] for one in view_of(self.client(login), record)["acts"]]

    def ledger(self, kind, name):
        return self.client("staff-sun").ask("GET", f"/office/v1/ledger?kind={kind}&name={name}")[1]["rows"]


class Matter(Story):
    """A record of the office, found and read by what people see."""

    SUN, ZHOU, WANG = "staff-sun", "staff-zhou", "staff-wang"
    CLOSE = dict(closing_number="平政〔2026〕3号", four_settled=["cause", "education", "liable", "measures"])

    def found(self, kind, search):
        """The id of a record that a form offers for this text."""
        return pick(self.client(self.SUN), kind=kind, search=search)[1]["rows"][0]["id"]

    def unit(self, name="平鲁区应急管理局"):
        return self.found("unit", name)

    def text(self, record, *names, login="staff-sun"):
        shown = self.rows(login, record)
        return [shown[name]["text"] if name in shown else None for name in names]

    def figure(self, record, name):
        """A computed number, without unit and note."""
        return float(re.match(r"-?[\d.]+", self.text(record, name)[0].replace(",", ""))[0])

    def listed(self, kind, name):
        return [row["id"] for row in self.ledger(kind, name)]

    def refuse_make(self, login, kind, creation, word, origin=None, **values):
        status, content = make(self.client(login), kind, creation, values, origin)
        self.assertIn(status, (400, 403), content)
        self.assertIn(word, str(content))
