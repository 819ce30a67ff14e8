#!/usr/bin/python3
"""The hub and the correct client that the tests of the second client share, and their helpers."""

import http.client
import json
import pathlib
import shutil
import ssl
import sys
import tempfile
import threading
import unittest

import nacl.exceptions

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import programs  # noqa: E402
import second_client as second  # noqa: E402
from second_client import compact  # noqa: E402

UNIT = "140603100"
AREA = "140603100"


class World:
    """One hub and one correct client for all tests."""

    hub = None
    good = None
    records = None
    staff = None
    key = None
    quarantined = set()
    clients = []


class Client(second.Client):
    """A client that records which of its entries were quarantined, because the export does not say so."""

    def post(self, data, zstd=True, **other):
        answer = super().post(data, zstd, **other)
        if answer.status == 200:
            World.quarantined.update(answer.json["quarantined"])
        return answer


def start():
    World.directory = tempfile.mkdtemp(prefix="bihuan-second-")
    World.hub = programs.Hub(pathlib.Path(World.directory) / "hub")
    World.hub.load_samples()
    World.hub.serve()
    World.good = new_client("good")
    World.records, _ = World.good.pull(limit=7)
    World.staff = next(person for person in World.good.staff()["staff"]
                       if "inspector" in person["roles"] and "seal" in person)
    World.key = open_with(World.staff["seal"])


def open_with(seal):
    """Returns the signing key, opened with one of the PINs of the sample data."""
    pins = json.loads((programs.SOURCE / "assets/samples/demo-pins.json").read_text())
    for pin in pins.values():
        try:
            return second.open_seal(seal, pin)
        except nacl.exceptions.CryptoError:
            pass
    raise AssertionError("no PIN of the samples opens the seal")


def stop():
    for client in World.clients:
        client.close()
    World.hub.stop()
    shutil.rmtree(World.directory)


def new_client(name):
    client = Client(World.hub.enrol_text(UNIT), name)
    World.clients.append(client)
    return client


def person(client):
    return second.Person(World.staff["id"], client.ids, client, World.key)


def signed_again(client, members):
    """Returns the bytes of a changed body, signed by the person again."""
    members.pop("signed", None)
    return person(client).sign(compact(members).encode())


def enterprise(client, name="第二客户端煤矿", **more):
    values = {"state": "provisional", "name": name, "provisional": True,
              "provisional_reason": "无证照", "sector": "coal_mine", "area": AREA,
              "unit": client.unit}
    values.update(more)
    return client.ids.next(), "enterprise", values


def body(client, **more):
    return person(client).body([enterprise(client, **more)])


def fresh(client):
    """Starts a new incarnation, so that one test does not affect the next."""
    return second.Chain(client.key, client.hub, client.device, client.kinds)


def make(client, count, chain=None):
    chain = chain or fresh(client)
    return chain, [chain.put(*body(client)) for _ in range(count)]


def chain_at(chain, entry, seq):
    """Returns a copy of a chain as it was after one of its entries."""
    before = second.Chain(chain.key, chain.hub, chain.device, chain.kinds)
    before.incarnation, before.seq, before.prev = chain.incarnation, seq, entry.hash
    return before


def lines(entries):
    return b"".join(entry.lines() for entry in entries)


def flip(text):
    return ("A" if text[0:1] != b"A" else "B").encode() + text[1:]


def exported():
    path = pathlib.Path(World.directory) / "export"
    programs.run("bihuan-hub", "export", "--data", World.hub.directory, "--out", path)
    return path


class Case(unittest.TestCase):
    def setUp(self):
        self.client = World.good

    def tearDown(self):
        for client in World.clients:
            client.close()
            client.local = threading.local()

    def expect_error(self, answer, status, code):
        self.assertEqual((answer.status, answer.json and answer.json.get("error")), (status, code),
                         answer.data[:300])
        self.assertTrue(answer.json["message"])
        return answer.json

    def stored(self, answer, chain):
        self.assertEqual(answer.status, 200, answer.data[:300])
        self.assertEqual((answer.json["seq"], answer.json["hash"]), (chain.seq, chain.prev))
        return answer.json["quarantined"]


class Office:
    """A person who is signed in at the office, by its API, to issue plaques."""

    def __init__(self, login, password):
        self.address = World.hub.office_listen
        self.cookie = self.token = None
        self.token = self.ask("POST", "/office/v1/session",
                              {"login": login, "password": password})["token"]

    def ask(self, method, path, message=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.address, timeout=30, context=context)
        headers = {"Content-Type": "application/json", "Origin": "https://" + self.address}
        if self.cookie:
            headers.update({"Cookie": self.cookie, "X-Bihuan-Token": self.token})
        connection.request(method, path, message and json.dumps(message), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status in (200, 201), data
        if answer.headers.get("Set-Cookie"):
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return json.loads(data)
