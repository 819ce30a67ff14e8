#!/usr/bin/python3
"""A second verifier of export files and a second fold, from sync/wire/PROTOCOL.md § 1, § 11 and
§ 13.

usage: second_verifier.py FILE [HUB_KEY]    exit code: 0 authentic, 5 broken, 6 self-consistent
"""

import datetime
import pathlib
import re
import struct
import sys
import zlib

from second_client import (Entry, ProtocolError, ZERO_HASH, commitment, from_base64, parse,
                           require, sha256, signature_fits)

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z][a-z0-9_]*")
KEY = re.compile(r"[a-z][a-z0-9_]*(/[A-Za-z0-9_.-]+)?")
MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+")
LAST_MS = 253402300799999
EXIT_CODES = {"authentic": 0, "broken": 5, "self-consistent": 6}
ENVELOPE = {"format", "hub", "device", "incarnation", "seq", "prev", "kinds", "body"}


def fits(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def whole(value, least=None, most=None):
    return (isinstance(value, int) and not isinstance(value, bool)
            and (least is None or value >= least) and (most is None or value <= most))


def check_envelope(data):
    require(len(data) <= 1024, "the envelope is over 1,024 bytes")
    envelope = parse(data)
    require(isinstance(envelope, dict) and set(envelope) == ENVELOPE, "wrong members of an envelope")
    require(envelope["format"] == "bihuan-entry-1", "another format")
    require(fits(ID, envelope["hub"]) and fits(ID, envelope["device"]), "hub or device must be an id")
    require(fits(re.compile(r"[0-9a-f]{32}"), envelope["incarnation"]), "a wrong incarnation")
    require(whole(envelope["seq"], 1), "a wrong seq")
    for name in ("prev", "kinds", "body"):
        require(fits(HASH, envelope[name]), f"{name} must be a hash")
    return envelope


def check_value(value, depth=0):
    require(not isinstance(value, float), "a number with a fraction or exponent")
    if isinstance(value, (dict, list)):
        require(depth < 16, "a value nests too deep")
        for part in value.values() if isinstance(value, dict) else value:
            check_value(part, depth + 1)


def check_clock(clock):
    require(isinstance(clock, dict), "no clock")
    require({"wall_ms", "boot_ms", "boot_id", "quality"} <= set(clock)
            <= {"wall_ms", "boot_ms", "boot_id", "quality", "hub_ms", "hub_boot_ms", "hub_sig"},
            "wrong members of a clock")
    require(whole(clock["wall_ms"], None, LAST_MS) and whole(clock["boot_ms"], 0, LAST_MS),
            "a wrong time")
    require(fits(re.compile(r"[A-Za-z0-9-]{1,36}"), clock["boot_id"]), "a wrong boot_id")
    require(whole(clock["quality"], 0, 2), "a wrong quality")
    for name in ("hub_ms", "hub_boot_ms"):
        require(name not in clock or whole(clock[name], 1, LAST_MS), f"a wrong {name}")
    if "hub_sig" in clock:
        require("hub_ms" in clock, "a hub_sig without its hub_ms")
        from_base64(clock["hub_sig"], 64)


def check_body(data):
    require(len(data) <= 262144, "the body is over 262,144 bytes")
    body = parse(data)
    require(isinstance(body, dict) and {"id", "by", "clock", "ops"} <= set(body)
            <= {"id", "by", "clock", "ops", "observed_ms", "files", "signed"}, "wrong members of a body")
    require(fits(ID, body["id"]) and fits(ID, body["by"]), "id or by is no id")
    require("observed_ms" not in body or whole(body["observed_ms"], 1, LAST_MS),
            "a wrong observed_ms")
    check_clock(body["clock"])
    ops, keys = body["ops"], 0
    require(isinstance(ops, list) and 1 <= len(ops) <= 64, "1 … 64 operations belong there")
    require(len({op.get("record") for op in ops}) == len(ops), "a record named twice")
    for op in ops:
        require(set(op) == {"record", "kind", "set"}, "wrong members of an operation")
        require(fits(ID, op["record"]) and fits(NAME, op["kind"]), "a wrong record or kind")
        require(isinstance(op["set"], dict) and op["set"], "an empty set")
        for key, value in op["set"].items():
            keys += 1
            require(fits(KEY, key) and len(key) <= 96, f"a wrong key {key}")
            check_set(body["id"], value)
    require(keys <= 512, "over 512 keys")
    files = body.get("files")
    require(files is None or (isinstance(files, list) and 1 <= len(files) <= 32), "wrong files")
    for file in files or []:
        require(set(file) == {"sha256", "size", "type"}, "wrong members of a file")
        require(fits(HASH, file["sha256"]) and whole(file["size"], 1, 64 << 20)
                and fits(MEDIA_TYPE, file["type"]) and len(file["type"]) <= 64, "a wrong file")
    return body


def check_set(entry, value):
    require(isinstance(value, dict) and set(value) - {"was"} in ({"v"}, {"c"}), "neither v nor c")
    if "v" in value:
        check_value(value["v"])
    else:
        require(fits(HASH, value["c"]), "a wrong commitment")
    if "was" in value:
        was = value["was"]
        require(isinstance(was, list) and was and all(fits(ID, one) for one in was)
                and was == sorted(set(was)) and entry not in was, "a wrong was")


def check_openings(data, body):
    """Returns {(operation, key): (salt text, JSON text)}; each must match its commitment."""
    if not data:
        return {}
    require(len(data) <= 65536, "the openings are over 65,536 bytes")
    found = {}
    for opening in parse(data):
        require(set(opening) == {"op", "key", "salt", "value"}, "wrong members of an opening")
        place = opening["op"], opening["key"]
        require(place not in found, "a commitment opened twice")
        sealed = body["ops"][opening["op"]]["set"][opening["key"]]["c"]
        require(commitment(from_base64(opening["salt"], 16), opening["value"]) == sealed,
                f"the opening of {opening['key']} does not match")
        parse(opening["value"])
        found[place] = opening["salt"], opening["value"]
    return found


class Report:
    def __init__(self):
        self.problems = []
        self.entries = self.withheld = self.doubtful = 0
        self.times = {"signed": 0, "claimed": 0, "contradicted": 0}
        self.folded = []
        self.verdict = "broken"

    def fault(self, line, text):
        self.problems.append((line, text))


class Verifier:
    first = b"bihuan-export-1"
    head = {"hub", "hub_key", "made_ms", "kinds"}

    def __init__(self, hub_key=None):
        self.given = hub_key
        self.report = Report()
        self.keys = {}
        self.heads = {}
        self.bodies = {}
        self.enrolled = {}
        self.signed = {}

    def verify(self, data):
        report = self.report
        try:
            self.read(data)
        except (ProtocolError, ValueError, KeyError, TypeError, IndexError, AttributeError) as why:
            report.fault(0, str(why))
        if not report.problems:
            authentic = self.given is not None and self.given == self.hub_key
            report.verdict = "authentic" if authentic else "self-consistent"
            if self.given is not None and not authentic:
                report.fault(2, "the hub's key is another")
                report.verdict = "broken"
        return report

    def read(self, data):
        require(data.endswith(b"\n"), "the last line has no end")
        lines = data[:-1].split(b"\n")
        require(lines[0] == self.first, "another format")
        require(len(lines[1]) <= 262144, "a too long header")
        header = parse(lines[1])
        require(set(header) == self.head, "wrong members of a header")
        self.header = header
        self.hub, self.hub_key = header["hub"], from_base64(header["hub_key"], 32)
        self.keys[self.hub] = self.hub_key
        at = 2
        for name in header["kinds"]:
            text = lines[at]
            if not text.startswith(b"K ") or sha256(text[2:]) != name:
                self.report.fault(at + 1, "not the kind set of the header")
            elif parse(text[2:]).get("bihuan-kinds") != 1:
                self.report.fault(at + 1, "not a kind set")
            at += 1
        self.kinds = set(header["kinds"])
        while at < len(lines) and lines[at] == b"E":
            require(at + 4 < len(lines), f"line {at + 1}: an entry is cut off")
            self.entry(at + 1, Entry(*lines[at + 1:at + 5]))
            at += 5
        at = self.rest(lines, at)
        require(at == len(lines) - 1, f"line {at + 1}: neither entry nor seal")
        self.seal(at + 1, lines[at], data[:len(data) - len(lines[at]) - 1])

    def rest(self, lines, at):
        """Reads the lines between the entries and the seal. Returns the index of the line after them."""
        return at

    def follows(self, place, envelope):
        """Whether the entry continues its chain."""
        seq, prev = self.heads.get(place, (0, ZERO_HASH))
        return envelope["seq"] == seq + 1 and envelope["prev"] == prev

    def seal(self, line, text, before):
        require(text.startswith(b"Z "), "no seal")
        members = parse(text[2:])
        count, digest = self.report.entries, sha256(before)
        exact = f'Z {{"entries":{count},"sha256":"{digest}","sig":"{members["sig"]}"}}'
        require(text == exact.encode(), "the seal is not of this file")
        if not signature_fits(self.hub_key, "bihuan/export/1",
                              f"{self.hub} {count} {digest}".encode(),
                              from_base64(members["sig"], 64)):
            self.report.fault(line, "the hub did not sign the seal")

    def entry(self, line, entry):
        report = self.report
        report.entries += 1
        envelope = check_envelope(entry.envelope)
        key = self.keys.get(envelope["device"]) if envelope["hub"] == self.hub else None
        if key is None:
            report.fault(line, "a device that no record speaks of")
        elif not signature_fits(key, "bihuan/entry/1", entry.envelope,
                                from_base64(entry.signature.decode("ascii"), 64)):
            report.fault(line + 1, "a signature that does not fit")
        place = envelope["device"], envelope["incarnation"]
        if not self.follows(place, envelope):
            report.fault(line, "the chain is broken")
        self.heads[place] = envelope["seq"], entry.hash
        if not entry.body:
            report.withheld += 1
            return
        if sha256(entry.body) != envelope["body"]:
            report.fault(line + 2, "a body with another hash")
            return
        self.body(envelope, entry)

    def readable(self, body):
        pass

    def time(self, envelope, clock):
        """Counts which kind of time proves when an entry was made (§ 1, Time)."""
        device, place = envelope["device"], (envelope["device"], envelope["incarnation"])
        claimed_ms, carried = clock.get("hub_ms", 0), "hub_sig" in clock
        fits_ = carried and signature_fits(self.hub_key, "bihuan/time/1",
                                           f"{self.hub} {device} {claimed_ms}".encode(),
                                           from_base64(clock["hub_sig"], 64))
        latest = max(self.signed.get(place, 0), claimed_ms if fits_ else 0)
        self.signed[place] = latest
        enrolled, made = self.enrolled.get(device, 0), self.header["made_ms"]
        self.report.times["signed" if latest > 0 and enrolled <= latest <= made
                          else "claimed"] += 1
        passed = clock["boot_ms"] - clock.get("hub_boot_ms", clock["boot_ms"])
        if claimed_ms and ((carried and not fits_) or not max(enrolled, latest) <= claimed_ms <= made
                           or claimed_ms + max(passed, 0) > made + 5 * 60 * 1000):
            self.report.times["contradicted"] += 1

    def body(self, envelope, entry):
        report = self.report
        try:
            body = check_body(entry.body)
            openings = check_openings(entry.openings, body)
        except (ProtocolError, ValueError, KeyError, TypeError, AttributeError, IndexError,
                RecursionError):
            report.doubtful += 1
            return
        self.readable(body)
        if envelope["device"] != self.hub and envelope["device"] in self.keys:
            self.time(envelope, body["clock"])
        known = self.bodies.setdefault(body["id"], envelope["body"])
        if known != envelope["body"] or envelope["kinds"] not in self.kinds:
            report.doubtful += 1
            return
        if envelope["device"] == self.hub:
            for op in body["ops"]:
                if op["kind"] == "device" and "key" in op["set"]:
                    self.keys[op["record"]] = from_base64(op["set"]["key"]["v"], 32)
                    self.enrolled.setdefault(op["record"], body["clock"]["wall_ms"])
        report.folded.append((body, openings))


def unpacked(data):
    """Returns [(name, bytes)] and the time stamp of an archive, which must have the only form allowed."""
    members, at, stamp = [], 0, None
    while data[at:at + 4] == b"PK\3\4":
        (needed, flags, method, date, crc, packed, size, name_len,
         extra) = struct.unpack_from("<HHHIIIIHH", data, at + 4)
        require((needed, flags, method, extra) == (10, 0, 0, 0) and packed == size,
                "a local header of another form")
        name = data[at + 30:at + 30 + name_len]
        content = data[at + 30 + name_len:at + 30 + name_len + size]
        require(len(content) == size and zlib.crc32(content) == crc, "a wrong checksum")
        require(stamp in (None, date), "the members differ in their time")
        members.append((name.decode("ascii"), content))
        at, stamp = at + 30 + name_len + size, date
    require(data == packed_again(members, stamp or 0), "an archive of another form")
    return members, stamp


def packed_again(members, stamp):
    local, directory = b"", b""
    for name, content in members:
        common = struct.pack("<HHHIIIIHH", 10, 0, 0, stamp, zlib.crc32(content), len(content),
                             len(content), len(name), 0)
        directory += (b"PK\1\2" + struct.pack("<H", 20) + common
                      + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name.encode())
        local += b"PK\3\4" + common + name.encode() + content
    return local + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(members), len(members),
                                                       len(directory), len(local), 0)


def stamp_of(made_ms):
    at = (datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=8, milliseconds=made_ms))
    return ((at.year - 1980) << 25 | at.month << 21 | at.day << 16 | at.hour << 11 | at.minute << 5
            | at.second // 2)


class CaseVerifier(Verifier):
    """A case: the archive, or the text extracted from it."""

    first = b"bihuan-case-1"
    head = Verifier.head | {"record", "personal", "spans"}

    def __init__(self, hub_key=None):
        super().__init__(hub_key)
        self.declared = {}
        self.sealed = []
        self.missing = self.gaps = 0
        self.members = None

    def read(self, data):
        if data.startswith(b"PK"):
            members, stamp = unpacked(data)
            require(members and members[-1][0] == "case.export", "no case.export at the end")
            self.members, data = members[:-1], members[-1][1]
            super().read(data)
            require(stamp == stamp_of(self.header["made_ms"]), "another time than the text's")
            require([(name, sha256(content), len(content)) for name, content in self.members]
                    == self.sealed, "other members than were sealed")
        else:
            super().read(data)
        for (device, incarnation), span in self.spans().items():
            require(self.heads.get((device, incarnation), (0,))[0] >= span[1], "a span is not whole")

    def spans(self):
        spans = {}
        for span in self.header["spans"]:
            require(set(span) == {"device", "incarnation", "from", "to"}
                    and whole(span["from"], 1) and whole(span["to"], span["from"]), "a wrong span")
            spans[span["device"], span["incarnation"]] = span["from"], span["to"]
        require(len(spans) == len(self.header["spans"]), "two spans of a chain")
        return spans

    def follows(self, place, envelope):
        last = self.heads.get(place, (0, ZERO_HASH))[0]
        if envelope["seq"] <= last + 1:
            return super().follows(place, envelope)
        begin, end = self.spans().get(place, (0, 0))
        self.gaps += 1
        return not (begin < envelope["seq"] and end > last)

    def readable(self, body):
        for file in body.get("files") or []:
            self.declared.setdefault(file["sha256"], (file["size"], file["type"]))

    def rest(self, lines, at):
        require(fits(ID, self.header["record"]) and isinstance(self.header["personal"], bool),
                "a wrong head")
        named = []
        while lines[at].startswith(b"F "):
            require(len(lines[at]) <= 512, "a too long line")
            file = parse(lines[at][2:])
            require({"sha256", "size", "type"} <= set(file) <= {"name", "sha256", "size", "type"},
                    "wrong members of a file")
            require(self.declared.get(file["sha256"]) == (file["size"], file["type"]),
                    "a file that no entry declares")
            named.append(file["sha256"])
            if "name" in file:
                require(re.fullmatch(f"files/{file['sha256']}\\.[a-z0-9]{{1,4}}", file["name"]),
                        "a name that is not the hub's")
                self.sealed.append((file["name"], file["sha256"], file["size"]))
            else:
                self.missing += 1
            at += 1
        require(named == list(self.declared), "not the files that entries declare")
        require(lines[at].startswith(b"P "), "no page")
        page = parse(lines[at][2:])
        require(set(page) == {"name", "sha256", "size"} and page["name"] == "index.html",
                "not the page")
        self.sealed.append((page["name"], page["sha256"], page["size"]))
        return at + 1


class Fold:
    """Computes records from entries as § 1 "Fold" says."""

    def __init__(self):
        self.kinds = {}
        self.keys = {}
        self.seen = {}

    def apply(self, body, openings):
        for index, op in enumerate(body["ops"]):
            if self.kinds.setdefault(op["record"], op["kind"]) == op["kind"]:
                self.operation(body["id"], index, op, openings)

    def operation(self, entry, index, op, openings):
        seen = self.seen.setdefault(op["record"], set())
        if entry in seen:
            return
        seen.add(entry)
        keys = self.keys.setdefault(op["record"], {})
        for key, value in op["set"].items():
            heads, pending = keys.setdefault(key, ({}, set()))
            for replaced in value.get("was", []):
                heads.pop(replaced, None)
                if replaced not in seen:
                    pending.add(replaced)
            if entry in pending:
                continue
            head = {"e": entry}
            head.update({name: value[name] for name in ("v", "c") if name in value})
            if (index, key) in openings:
                head["s"], head["o"] = openings[(index, key)]
            heads[entry] = head
        for heads, pending in keys.values():
            pending.discard(entry)

    def snapshot(self, record):
        keys = {}
        for key in sorted(self.keys[record]):
            heads, pending = self.keys[record][key]
            keys[key] = {"heads": [heads[entry] for entry in sorted(heads, reverse=True)]}
            if pending:
                keys[key]["pending"] = sorted(pending)
        return {"record": record, "kind": self.kinds[record], "keys": keys}


def without_openings(snapshot):
    """Returns a snapshot without openings, to compare those of two readers who may see different values."""
    keys = {key: dict(value, heads=[{name: head[name] for name in head if name not in ("s", "o")}
                                    for head in value["heads"]])
            for key, value in snapshot["keys"].items()}
    return dict(snapshot, keys=keys)


def main(path, hub_key=None):
    key = from_base64(hub_key, 32) if hub_key else None
    data = pathlib.Path(path).read_bytes()
    case = data.startswith((b"PK", b"bihuan-case-1"))
    report = (CaseVerifier if case else Verifier)(key).verify(data)
    for line, text in report.problems:
        print(f"line {line}: {text}")
    print(report.verdict)
    return EXIT_CODES[report.verdict]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
