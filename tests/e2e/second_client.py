#!/usr/bin/python3
"""A second client of Bihuan, written from sync/wire/PROTOCOL.md alone. It shares no code with the C
programs, so where both agree, the document is sufficient."""

import base64
import hashlib
import http.client
import json
import os
import ssl
import threading
import time
import urllib.parse
import uuid

import nacl.exceptions
import nacl.public
import nacl.pwhash
import nacl.secret
import nacl.signing
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import serialization

ZERO_HASH = "0" * 64
ENTRY_LIMIT = 500
BATCH_LIMIT = 4 * 1024 * 1024
CHUNK_LIMIT = 1024 * 1024
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class ProtocolError(Exception):
    """The other side did not do what PROTOCOL.md specifies."""


class Refused(Exception):
    """An answer with status >= 400."""

    def __init__(self, answer):
        self.answer = answer
        self.status = answer.status
        members = answer.json if isinstance(answer.json, dict) else {}
        self.code = members.get("error")
        self.message = members.get("message")
        super().__init__(f"{answer.status} {self.code}: {self.message}")


def require(condition, text):
    if not condition:
        raise ProtocolError(text)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def to_base64(data):
    return base64.b64encode(data).decode()


def from_base64(text, size=None):
    data = base64.b64decode(text, validate=True)
    require(size is None or len(data) == size, f"{len(data)} bytes where {size} belong")
    return data


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def no_repeats(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is repeated")
    return found


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def parse(data):
    """Reads strict JSON: UTF-8, no duplicate member, no NaN."""
    text = data.decode("utf-8", "strict") if isinstance(data, bytes) else data
    return json.loads(text, object_pairs_hook=no_repeats, parse_constant=no_constant)


def signed_text(purpose, data):
    return purpose.encode() + b"\0" + data


def signature_fits(key, purpose, data, signature):
    try:
        nacl.signing.VerifyKey(key).verify(signed_text(purpose, data), signature)
        return True
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False


def base45_decode(text):
    out = bytearray()
    for at in range(0, len(text), 3):
        digits = [BASE45.index(letter) for letter in text[at:at + 3]]
        require(len(digits) > 1, "base45 ends in one letter")
        number = sum(digit * 45 ** place for place, digit in enumerate(digits))
        size = len(digits) - 1
        require(number < 256 ** size, "base45 letters out of range")
        out += number.to_bytes(size, "big")
    return bytes(out)


class Ids:
    """Makes UUIDs of version 7, each greater than the one before, also within one millisecond."""

    def __init__(self):
        self.last = 0

    def next(self):
        ms = int(time.time() * 1000)
        value = (ms << 80) | (7 << 76) | (int.from_bytes(os.urandom(9), "big") & ((1 << 76) - 1))
        value = (value & ~(3 << 62)) | (2 << 62)
        if value <= self.last:
            value = self.last + 1
        self.last = value
        return str(uuid.UUID(int=value))


def commitment(salt, value_text):
    return sha256(signed_text("bihuan/commit/1", salt + value_text.encode()))


class Entry:
    """The four texts of an entry (§ 1), as the bytes that were signed; they are never written anew."""

    def __init__(self, envelope, signature, body, openings):
        self.envelope = envelope
        self.signature = signature
        self.body = body
        self.openings = openings

    def lines(self):
        return b"".join(line + b"\n"
                        for line in (self.envelope, self.signature, self.body, self.openings))

    @property
    def hash(self):
        return sha256(self.envelope)

    @property
    def id(self):
        return parse(self.body)["id"]


class Chain:
    """The chain of entries of one incarnation (§ 1), signed with one key."""

    def __init__(self, key, hub, device, kinds):
        self.key = key
        self.hub = hub
        self.device = device
        self.kinds = kinds
        self.incarnation = os.urandom(16).hex()
        self.seq = 0
        self.prev = ZERO_HASH

    def sign(self, envelope):
        return to_base64(self.key.sign(signed_text("bihuan/entry/1", envelope)).signature).encode()

    def put(self, body, openings=b"", /, **other):
        """Makes the next entry from a body; `other` overrides members of the envelope, for hostile tests."""
        members = {
            "format": "bihuan-entry-1", "hub": self.hub, "device": self.device,
            "incarnation": self.incarnation, "seq": self.seq + 1, "prev": self.prev,
            "kinds": self.kinds, "body": sha256(body),
        }
        members.update(other)
        envelope = compact(members).encode()
        entry = Entry(envelope, self.sign(envelope), body, openings)
        self.seq += 1
        self.prev = entry.hash
        return entry


def open_seal(seal, pin):
    """Decrypts a person's signing key with the PIN (§ 6)."""
    require(seal.startswith("BHP1:"), "a strange seal")
    data = from_base64(seal[5:], 88)
    key = nacl.pwhash.argon2id.kdf(32, pin.encode(), data[:16], opslimit=3,
                                   memlimit=64 * 1024 * 1024)
    seed = nacl.secret.SecretBox(key).decrypt(data[40:], data[16:40])
    return nacl.signing.SigningKey(seed)


class Person:
    """The acting person, who makes bodies with plain and personal values. With a key, bodies are signed; with
    `client`, they carry the hub's last signed time."""

    def __init__(self, staff, ids, client=None, key=None):
        self.staff = staff
        self.ids = ids
        self.client = client
        self.key = key
        self.boot_id = str(uuid.uuid4())

    def sign(self, body):
        if self.key is None:
            return body
        text = signed_text("bihuan/person/1", self.client.hub.encode() + b"\0" + body[:-1])
        return body[:-1] + b',"signed":' + compact({
            "key": to_base64(self.key.verify_key.encode()),
            "sig": to_base64(self.key.sign(text).signature)}).encode() + b"}"

    def clock(self):
        clock = {"wall_ms": int(time.time() * 1000), "boot_ms": int(time.monotonic() * 1000),
                 "boot_id": self.boot_id, "quality": 0}
        if self.client is not None:
            clock.update(hub_ms=self.client.time["ms"], hub_sig=self.client.time["sig"])
        return clock

    def body(self, operations, files=(), **other):
        """`operations`: (record, kind, {key: value | Personal | Set}). Returns (body, openings)."""
        ops, openings = [], []
        for index, (record, kind, values) in enumerate(operations):
            named = {}
            for key, value in values.items():
                was = []
                if isinstance(value, Set):
                    value, was = value.value, sorted(set(value.was))
                if isinstance(value, Personal):
                    salt, text = os.urandom(16), compact(value.value)
                    named[key] = {"c": commitment(salt, text)}
                    openings.append({"op": index, "key": key, "salt": to_base64(salt),
                                     "value": text})
                else:
                    named[key] = {"v": value}
                if was:
                    named[key]["was"] = was
            ops.append({"record": record, "kind": kind, "set": named})
        members = {"id": self.ids.next(), "by": self.staff, "clock": self.clock(), "ops": ops}
        if files:
            members["files"] = list(files)
        members.update(other)
        return (self.sign(compact(members).encode()),
                compact(openings).encode() if openings else b"")


class Personal:
    def __init__(self, value):
        self.value = value


class Set:
    """A value together with the entries it replaces."""

    def __init__(self, value, was):
        self.value = value
        self.was = was


class Answer:
    def __init__(self, status, headers, data):
        self.status = status
        self.headers = headers
        self.data = data
        self.json = None
        if data and (headers.get("Content-Type") or "").startswith("application/json"):
            self.json = parse(data)


class Line:
    """A TLS connection to a hub whose key is pinned."""

    def __init__(self, url, pins, hub, timeout=30):
        parts = urllib.parse.urlsplit(url)
        require(parts.scheme == "https" and parts.path in ("", "/"), "not an https base URL")
        self.host, self.port = parts.hostname, parts.port or 443
        self.pins = pins
        self.hub = hub
        self.timeout = timeout
        self.connection = None

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout,
                                                 context=context)
        connection.connect()
        certificate = x509.load_der_x509_certificate(connection.sock.getpeercert(True))
        spki = certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        if hashlib.sha256(spki).digest() not in self.pins:
            connection.close()
            raise ProtocolError("the server's key is not the pinned one")
        return connection

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        for again in (True, False):
            fresh = self.connection is None
            if fresh:
                self.connection = self.connect()
            try:
                self.connection.request(method, path, body=body, headers=headers or {})
                got = self.connection.getresponse()
                data = got.read()
                break
            except (http.client.HTTPException, OSError):
                self.close()
                if fresh or not again:
                    raise
        if got.will_close:
            self.close()
        require(got.headers.get("Bihuan-Hub") == self.hub, "an answer that is not from the hub")
        require(got.status != 500, f"500 for {method} {path}: {data[:200]}")
        if got.headers.get("Content-Encoding") == "zstd":
            data = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj().decompress(
                data)
        return Answer(got.status, got.headers, data)


class Client:
    """A device, from its enrolment on."""

    def __init__(self, text, name="second client"):
        require(text.startswith("BHE1:"), "not an enrolment text")
        members = parse(base45_decode(text[5:]))
        self.key = nacl.signing.SigningKey.generate()
        self.pins = {from_base64(members["p"], 32)}
        self.url, self.hub = members["u"], members["h"]
        self.local = threading.local()
        self.lines = []
        self.ids = Ids()
        self.cursor = None
        self.records = {}
        answer = self.enrol(from_base64(members["t"], 16), name)
        require(answer["hub"] == self.hub, "another hub answered the enrolment")
        self.hub_name = answer["hub_name"]
        self.hub_key = from_base64(answer["hub_key"], 32)
        self.plaque_keys = [from_base64(key, 32) for key in answer["plaque_keys"]]
        self.device, self.token = answer["device"], answer["token"]
        from_base64(self.token, 32)
        self.unit, self.area, self.kinds = answer["unit"], answer["area"], answer["kinds"]
        self.pins |= {from_base64(pin, 32) for pin in answer["pins"]}
        self.check_time(answer["time"])
        self.chain = Chain(self.key, self.hub, self.device, self.kinds)

    def line(self):
        if not hasattr(self.local, "line"):
            self.local.line = Line(self.url, self.pins, self.hub)
            self.lines.append(self.local.line)
        return self.local.line

    def close(self):
        for line in self.lines:
            line.close()

    def enrol(self, token, name):
        public = self.key.verify_key.encode()
        proof = self.key.sign(signed_text("bihuan/enrol/1", token + public)).signature
        self.enrol_request = compact({"token": to_base64(token), "name": name,
                                      "key": to_base64(public), "proof": to_base64(proof)})
        answer = self.line().ask("POST", "/v1/enrol", self.enrol_request.encode(),
                                 {"Content-Type": "application/json"})
        if answer.status != 201:
            raise Refused(answer)
        return answer.json

    def ask(self, method, path, body=None, headers=None, device=None, token=None):
        """Sends a request with the device's token. Returns the answer, also one with an error status."""
        headers = dict(headers or {})
        headers["Authorization"] = f"Bihuan {device or self.device} {token or self.token}"
        answer = self.line().ask(method, path, body, headers)
        if answer.status >= 400 and method != "HEAD":
            require(isinstance(answer.json, dict) and answer.json.get("error")
                    and answer.json.get("message"), f"{answer.status} without an error text")
        return answer

    def get(self, path):
        answer = self.ask("GET", path, headers={"Accept-Encoding": "zstd"})
        if answer.status != 200:
            raise Refused(answer)
        return answer

    def check_time(self, signed_time):
        text = f"{self.hub} {self.device} {signed_time['ms']}".encode()
        require(signature_fits(self.hub_key, "bihuan/time/1", text, from_base64(signed_time["sig"], 64)),
                "the time is not signed by the hub")
        self.time = signed_time

    def head(self, incarnation=None):
        head = self.get("/v1/head?incarnation=" + (incarnation or self.chain.incarnation)).json
        self.check_time(head["time"])
        require(head["seq"] > 0 or head["hash"] == ZERO_HASH, "an empty head has a hash")
        return head["seq"], head["hash"]

    # -- push (§ 5)

    def post(self, data, zstd=True, **other):
        headers = {"Content-Type": "application/x-bihuan-entries"}
        if zstd:
            data = zstandard.ZstdCompressor(level=3).compress(data)
            headers["Content-Encoding"] = "zstd"
        return self.ask("POST", "/v1/entries", data, headers, **other)

    def push(self, entries, zstd=True):
        """Pushes entries of one incarnation in batches. Returns the ids that the hub quarantined."""
        quarantined, batch, size = [], [], 0
        for entry in [*entries, None]:
            lines = entry.lines() if entry else b""
            if batch and (entry is None or len(batch) == ENTRY_LIMIT
                          or size + len(lines) > BATCH_LIMIT):
                answer = self.post(b"".join(e.lines() for e in batch), zstd)
                if answer.status != 200:
                    raise Refused(answer)
                require(answer.json["seq"] >= parse(batch[-1].envelope)["seq"],
                        "success, and yet not everything is there")
                quarantined += answer.json["quarantined"]
                batch, size = [], 0
            if entry:
                batch.append(entry)
                size += len(lines)
        return quarantined

    # -- pull (§ 6)

    def pull(self, limit=500):
        """Pulls pages until `more` is false. Returns (records by id, last page)."""
        records, before = dict(self.records), self.cursor
        while True:
            query = {"limit": limit}
            if self.cursor is not None:
                query["cursor"] = self.cursor
            page = self.get("/v1/changes?" + urllib.parse.urlencode(query)).json
            self.check_time(page["time"])
            require(len(page["cursor"].encode()) <= 256, "a cursor over 256 bytes")
            require(len(page["records"]) <= limit, "more records than asked for")
            if page["reset"]:
                records = {}
            for snapshot in page["records"]:
                check_snapshot(snapshot)
                records[snapshot["record"]] = snapshot
            for gone in page["gone"]:
                records.pop(gone, None)
            require(not page["more"] or page["cursor"] != self.cursor, "the cursor stands still")
            self.cursor = page["cursor"]
            if not page["more"]:
                self.records = records
                return records, page
            require(before != self.cursor, "the cursor went back to where it started")

    def kind_set(self, name):
        data = self.get("/v1/kinds/" + name).data
        require(sha256(data) == name, "a kind set that does not have its hash")
        return parse(data)

    def staff(self):
        sealed = from_base64(self.get("/v1/staff").json["sealed"])
        box = nacl.public.SealedBox(self.key.to_curve25519_private_key())
        return parse(box.decrypt(sealed))

    # -- files (§ 7)

    def tus(self, method, path, body=None, **headers):
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = self.ask(method, path, body, {"Tus-Resumable": "1.0.0", **named})
        require(answer.headers.get("Tus-Resumable") == "1.0.0" or answer.status in (400, 404, 413),
                "an answer without Tus-Resumable")
        return answer

    def create_upload(self, name, size):
        return self.tus("POST", "/v1/uploads", b"", Upload_Length=str(size),
                        Upload_Metadata="sha256 " + to_base64(name.encode()))

    def patch(self, place, offset, chunk, checksum=None):
        checksum = checksum or hashlib.sha256(chunk).digest()
        return self.tus("PATCH", place, chunk, Upload_Offset=str(offset),
                        Content_Type="application/offset+octet-stream",
                        Upload_Checksum="sha256 " + to_base64(checksum))

    def upload(self, data, chunk=CHUNK_LIMIT):
        """Sends a declared file from the offset that the hub reports. Returns the number of chunks sent."""
        answer = self.create_upload(sha256(data), len(data))
        if answer.status != 201:
            raise Refused(answer)
        place = answer.headers["Location"]
        require(place.startswith("/v1/uploads/") and len(place) <= 256, "a strange Location")
        if answer.headers.get("Upload-Offset") == str(len(data)):
            return 0
        answer = self.tus("HEAD", place)
        if answer.status >= 400:
            raise Refused(answer)
        require(answer.headers["Upload-Length"] == str(len(data)), "another Upload-Length")
        require(answer.headers["Cache-Control"] == "no-store", "a cacheable offset")
        offset, sent = int(answer.headers["Upload-Offset"]), 0
        while offset < len(data):
            part = data[offset:offset + chunk]
            answer = self.patch(place, offset, part)
            if answer.status != 204:
                raise Refused(answer)
            offset, sent = int(answer.headers["Upload-Offset"]), sent + 1
        return sent

    def download(self, name, first=None, last=None):
        headers = {}
        if first is not None:
            headers["Range"] = f"bytes={first}-{last}"
        answer = self.ask("GET", "/v1/files/" + name, headers=headers)
        if answer.status not in (200, 206):
            raise Refused(answer)
        require((answer.status == 206) == (first is not None), f"{answer.status} for a range")
        if first is None:
            require(sha256(answer.data) == name, "other bytes than the file's name says")
        return answer.data


def check_snapshot(snapshot):
    require(set(snapshot) == {"record", "kind", "keys"}, f"members {sorted(snapshot)}")
    require(list(snapshot["keys"]) == sorted(snapshot["keys"]), "keys are not sorted")
    for key, value in snapshot["keys"].items():
        ids = [head["e"] for head in value["heads"]]
        require(ids == sorted(set(ids), reverse=True), f"heads of {key} are not newest first")
        for head in value["heads"]:
            if "o" in head:
                require(commitment(from_base64(head["s"], 16), head["o"]) == head["c"],
                        f"the opening of {key} does not match")


class Plaque:
    """The text on an enterprise's plaque (§ 12), verified with one of the hub's plaque keys."""

    def __init__(self, text, keys):
        require(text.startswith("BH1:") and len(text) <= 256, "not a plaque")
        data = base45_decode(text[4:])
        require(len(data) > 2 and data[0] == 1 and data[1:2] in (b"E", b"B"), "another plaque")
        self.type = data[1:2].decode()
        require(len(data) == (44 if self.type == "E" else 28) + 64, "a plaque of a wrong length")
        payload, signature = data[:-64], data[-64:]
        fitting = [key for key in keys if hashlib.sha256(key).digest()[:4] == payload[2:6]]
        require(any(signature_fits(key, "bihuan/plaque/1", payload, signature)
                    for key in fitting), "a forged plaque")
        self.hub = str(uuid.UUID(bytes=payload[6:22]))
        self.serial = int.from_bytes(payload[22:26], "big")
        self.day = int.from_bytes(payload[26:28], "big")
        self.enterprise = str(uuid.UUID(bytes=payload[28:44])) if self.type == "E" else None


def shown(snapshot, key):
    """The value that a person sees: that of the greatest entry id, opened if allowed."""
    heads = snapshot["keys"].get(key, {}).get("heads", [])
    if not heads:
        return None
    return parse(heads[0]["o"]) if "o" in heads[0] else heads[0].get("v")


def heads_of(snapshot, key):
    return [head["e"] for head in snapshot["keys"].get(key, {}).get("heads", [])]
