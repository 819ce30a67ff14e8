"""The world of the attacks: one real hub, a county and two of its townships. In each of them the attacker
has a valid device key and a sign-in for every office role. The attacks use the network only, never the
inside of a program."""

import hashlib
import http.client
import json
import pathlib
import shutil
import ssl
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "e2e")]

import programs  # noqa: E402
import second_client as second  # noqa: E402

UNITS = {"county": ("140603", "county", None), "a": ("140603100", "township", "county"),
         "b": ("140603101", "township", "county")}
ROLES = ("inspector", "colleague", "township", "reviewer", "leader", "legal", "admin")
PIN = "502917"
OFFICE_ROLES = ("reviewer", "leader", "legal", "admin")
AREA_A, AREA_B = UNITS["a"][0], UNITS["b"][0]

hub = None
staff = {}    # "a-reviewer" → id
units = {}    # "a" → id
devices = {}  # "a" → Client
sessions = {}
keys = {}     # staff id → signing key, opened with the PIN
kinds = {}    # name → declaration


def password(name):
    return f"attack {name} 2026!"


def people():
    """Returns records and passwords in the form that `bihuan-hub load` reads."""
    records, passwords, pins = [], {}, {}
    for unit, (area, level, parent) in UNITS.items():
        values = {"name": f"攻击 {unit}", "area": area, "level": level,
                  "authority": ["onsite_measure", "order_rectify", "penalty", "record"],
                  "authority_basis": "样例", "two_officers": True}
        if parent:
            values["parent"] = {"$ref": f"unit-{parent}"}
        records.append({"name": f"unit-{unit}", "kind": "unit", "set": values})
        for role in ROLES:
            name = f"{unit}-{role}"
            records.append({"name": name, "kind": "staff", "set": {
                "name": name, "unit": {"$ref": f"unit-{unit}"},
                "roles": ["inspector" if role == "colleague" else role], "state": "active",
                "certificate_no": f"SL{name}", "certificate_valid_to": "2040-01-01",
                "valid_from": "2020-01-01"}})
            pins[name] = PIN
            if role in OFFICE_ROLES:
                passwords[name] = password(name)
    return {"bihuan-records": 1, "space": "samples", "records": records}, passwords, pins


def start():
    global hub, directory
    directory = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-attack-"))
    hub = programs.Hub(directory / "hub")
    records, passwords, pins = people()
    load = directory / "load"
    load.mkdir()
    (load / "people.json").write_text(json.dumps(records))
    (load / "demo-passwords.json").write_text(json.dumps(passwords))
    (load / "demo-pins.json").write_text(json.dumps(pins))
    programs.run("bihuan-hub", "load", "--data", hub.directory, "--demo", load,
                 programs.SOURCE / "assets" / "packs")
    hub.serve()
    for unit, (area, _, _) in UNITS.items():
        devices[unit] = second.Client(hub.enrol_text(area), f"device {unit}")
    snapshots, _ = devices["county"].pull()
    for record, snapshot in snapshots.items():
        if snapshot["kind"] == "staff":
            staff[second.shown(snapshot, "name")] = record
    for unit, device in devices.items():
        units[unit] = device.unit
    open_keys()
    declared = devices["county"].kind_set(devices["county"].kinds)
    kinds.update({kind["kind"]: kind for kind in declared["kinds"]})
    for name in passwords:
        sessions[name] = Office(name)


def open_keys():
    """Opens the signing keys of everybody, as an attacker could who knows all PINs: the worst case."""
    for device in devices.values():
        for person in device.staff()["staff"]:
            if person["id"] not in keys and "seal" in person:
                keys[person["id"]] = second.open_seal(person["seal"], PIN)


def stop():
    for device in devices.values():
        device.close()
    hub.stop()
    shutil.rmtree(directory)


def rest():
    """Closes the connections of all devices, so that each test makes its own."""
    for device in devices.values():
        device.close()
        device.local = threading.local()


# --- the office page's interface ---

class Office:
    """A person who is signed in at the office, by its API."""

    def __init__(self, name=None, secret=None):
        self.cookie = self.token = None
        self.name = name
        if name:
            status, content = self.sign_in(name, secret or password(name))
            assert status == 200, (status, content)

    def sign_in(self, name, secret):
        status, content = self.ask("POST", "/session", {"login": name, "password": secret})
        if status == 200:
            self.token = content["token"]
        return status, content

    def ask(self, method, path, message=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(hub.office_listen, timeout=120, context=context)
        headers = {"Content-Type": "application/json", "Origin": "https://" + hub.office_listen}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token and method != "GET":
            headers["X-Bihuan-Token"] = self.token
        body = json.dumps(message) if message is not None else None
        connection.request(method, "/office/v1" + path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        cookie = answer.headers.get("Set-Cookie")
        connection.close()
        assert answer.status < 500 or answer.status in (503, 507), (method, path, data[:300])
        if cookie:
            self.cookie = cookie.split(";")[0]
        if data[:1] in (b"{", b"["):
            return answer.status, json.loads(data)
        return answer.status, data

    def covers(self, record):
        """Returns the newest entry of a record that this person sees; a review names it."""
        status, content = self.ask("GET", f"/records/{record}")
        return content.get("covers") or content.get("newest") or "" if status == 200 else ""

    def review(self, record, decision, comment="", covers=None):
        if covers is None:
            covers = self.covers(record)
        return self.ask("POST", f"/records/{record}/review",
                        {"decision": decision, "covers": covers, "comment": comment})

    def step(self, record, to, values=None, covers=None):
        if covers is None:
            covers = self.covers(record)
        return self.ask("POST", f"/records/{record}/act",
                        {"act": f"step/{to}", "covers": covers, "values": values or {}})

    def release(self, entry, action="release"):
        return self.ask("POST", f"/quarantine/{entry}", {"action": action, "reason": "试"})


# --- what a device sends ---

def acting(unit, person):
    """Returns the person who acts on the device of `unit`, with their signing key if it was opened."""
    return second.Person(person, devices[unit].ids, devices[unit], keys.get(person))


def act(unit, operations, by=None, files=(), **body):
    """Sends one entry by the device of `unit`, in a new chain. Returns (entry id, whether quarantined)."""
    device = devices[unit]
    person = acting(unit, staff[by or f"{unit}-inspector"])
    chain = second.Chain(device.key, device.hub, device.device, device.kinds)
    entry = chain.put(*person.body(operations, files, **body))
    held = device.push([entry])
    return entry.id, entry.id in held


def new(unit="county"):
    return devices[unit].ids.next()


def now_ms():
    return int(time.time() * 1000)


def enterprise(unit, area, name="攻击煤矿"):
    record = new(unit)
    _, held = act(unit, [(record, "enterprise", {
        "state": "provisional", "name": name, "provisional": True, "provisional_reason": "无证照",
        "sector": "coal_mine", "area": area, "unit": units[unit]})])
    assert not held
    return record


def visit(unit, subject, modes=("routine",), by=None, of_unit=None, **more):
    """Makes a visit. Returns (record, entry that made it, whether it is quarantined)."""
    record = new(unit)
    values = {"enterprise": subject, "modes": list(modes), "unit": of_unit or units[unit],
              "lead": staff[by or f"{unit}-inspector"], "started_at": now_ms(),
              "subject_found_by": "list", "subject_reason": "牌损坏", "state": "on_site"}
    values.update(more)
    entry, held = act(unit, [(record, "inspection", values)], by)
    return record, entry, held


def hazard(unit, inspection, subject, by=None, **more):
    record = new(unit)
    values = {"inspection": inspection, "enterprise": subject, "summary": "顶板离层",
              "level": "general", "found_by": "inspection", "place": "主运输大巷",
              "recorded_by": staff[by or f"{unit}-inspector"], "demand": "立即处理",
              "responsible_person": second.Personal("矿长"), "deadline": "2027-01-31", "no_photo_reason": "井下",
              "state": "found"}
    entry, held = act(unit, [(record, "hazard", values | more)], by)
    return record, entry, held


def why(entry):
    """Returns what the office shows of an entry in quarantine, for the message of a failed test."""
    return sessions["county-admin"].ask("GET", f"/quarantine/{entry}")


def shown(unit, record, key):
    """Returns the value that the device of `unit` shows; None when the device does not receive the record."""
    snapshots, _ = devices[unit].pull()
    return second.shown(snapshots[record], key) if record in snapshots else None


def values(unit, record, key):
    """Returns all values of a key that the device of `unit` receives, including those in conflict."""
    snapshots, _ = devices[unit].pull()
    return [head.get("v") for head in snapshots[record]["keys"][key]["heads"]]


def is_given(unit, record):
    snapshots, _ = devices[unit].pull()
    return record in snapshots


def heads(unit, record, key):
    snapshots, _ = devices[unit].pull()
    return second.heads_of(snapshots[record], key)


def signed(facts=None):
    """Returns the fields that end a visit or draft a paper; their frozen fields name no hazard."""
    digest = hashlib.sha256("发现隐患 0 条\n".encode()).hexdigest()
    return {"signed_facts": second.Personal(facts or {"paper": 1}), "signed_sha256": digest}


def frozen(facts=None):
    return {"frozen": second.Personal(facts or {"paper": 1}),
            "signed_sha256": signed()["signed_sha256"]}


class Case(unittest.TestCase):
    maxDiff = None

    def tearDown(self):
        rest()

    def held(self, answer):
        """Asserts that an entry is in quarantine. Returns its id."""
        entry, quarantined = answer
        self.assertTrue(quarantined, "the hub applied it")
        return entry

    def applied(self, answer):
        """Asserts that an honest entry was applied. Returns its id."""
        entry, quarantined = answer
        self.assertFalse(quarantined, quarantined and why(entry))
        return entry

    def refused(self, answer, statuses=(400, 403, 404, 409)):
        self.assertIn(answer[0], statuses, answer[1])
        return answer[1]

    def done(self, answer):
        self.assertEqual(answer[0], 200, answer[1])
        return answer[1]
