#!/usr/bin/python3
"""The unsent work of a revoked device: the device writes it into a file, the hub takes the file, a person
releases it, and the office shows the records and the photo. Files with a fault change nothing.

usage: test_carry.py
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parents[1] / "app")]
import pictures  # noqa: E402
import programs  # noqa: E402
from hub_office import Office  # noqa: E402
from samples import PINS  # noqa: E402

UNIT = "140603100"
ACCIDENT = [word for value in ("place=3105", "course=冒顶", "dead=0", "injured=1") for word in
            ("--set", f"accident_{value}")]
FAILED, REFUSED = 1, 3  # bihuanctl --help
NOT_FOUND, INVALID = 3, 5  # bihuan-hub --help


def ctl(store, *arguments, check=True):
    return programs.run("bihuanctl", "--store", store, *arguments, check=check)


def ask(store, *arguments):
    return json.loads(ctl(store, *arguments, "--json").stdout)


def take(hub, path, *more, check=True):
    return programs.run("bihuan-hub", "import", "--data", hub.directory, path, *more, "--json", check=check)


def take_json(hub, path, *more):
    return json.loads(take(hub, path, *more).stdout)


def refused(hub, path, code, *words):
    done = take(hub, path, check=False)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert str(path) in done.stderr and all(word in done.stderr for word in words), done.stderr


def office_of(hub, login="staff-sun"):
    hub.office = f"https://{hub.office_listen}"
    return Office(hub, login)


class Device:
    def __init__(self, hub, top, name):
        self.store = top / name
        ctl(self.store, "enrol", hub.enrol_text(UNIT), "--name", name)
        ctl(self.store, "sync")
        self.pin = top / "pin"
        self.pin.write_text(PINS["staff-li"])
        people = ask(self.store, "staff")
        people = people.get("staff", people) if isinstance(people, dict) else people
        self.li = next(one["id"] for one in people if one["name"] == "李样例")
        self.id = ask(self.store, "status")["device"]
        self.name = name

    def act(self, *arguments):
        return ask(self.store, *arguments, "--by", self.li, "--pin-file", self.pin)

    def work(self, top, what):
        """An accident with an answer of its checklist and a photo; the id of the record."""
        record = self.act("create", "accident", "--act", "fill_in", *ACCIDENT, "--set",
                          f"accident_text={what}")["record"]
        self.act("worksheet", record, "--item", "ADR-01", "--answer", "noncompliant", "--note", "未上报")
        photo = top / f"{self.name}.jpg"
        photo.write_bytes(pictures.make_jpeg(20_000, self.id))
        self.act("attach", record, photo, "--role", "photo")
        return record

    def revoke(self, hub):
        programs.run("bihuan-hub", "device", "revoke", "--data", hub.directory, "--device", self.name, "--reason", "丢失")
        ctl(self.store, "sync", check=False)
        assert ask(self.store, "status")["shut"] is True


def whole_way(hub, top):
    device = Device(hub, top, "手持机一")
    record = device.work(top, "井下冒顶")
    waiting = ask(device.store, "status")
    assert (waiting["pending"], waiting["files_pending"]) == (3, 1), waiting
    device.revoke(hub)
    path = top / "unsent"
    wrote = ask(device.store, "export", path)
    assert (wrote["entries"], wrote["files"], wrote["missing_files"], wrote["drafts"]) == (3, 1, [], 0), wrote
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_bytes()
    assert "冒顶".encode() not in content and b"accident" not in content  # only the hub can read it
    again = ctl(device.store, "export", path, check=False)
    assert again.returncode == FAILED and "exists already" in again.stderr, again.stderr

    faults(hub, top, path)

    office = office_of(hub)
    taken = take_json(hub, path)
    assert (taken["device"], taken["revoked"]) == (device.id, True), taken
    assert [taken[name] for name in ("entries", "applied", "quarantined", "repeated", "files", "new_files", "waiting")] \
        == [3, 0, 3, 0, 1, 1, 3], taken
    # The office sees the entries and why they wait; nothing is applied.
    with contextlib.suppress(RuntimeError):
        raise AssertionError(office.get_record(record))
    rows = office.ask("GET", "inbox?lane=quarantine")["rows"]
    mine = [row for row in rows if row["device"] == device.name]
    assert len(mine) == 3, rows
    assert {(row["reason"], row["words"]) for row in mine} == {
        ("revoked", "无法证明此内容形成于停用之前")}, mine

    # A second import changes nothing.
    before = programs.read_export(export(hub, top / "before"))
    taken = take_json(hub, path)
    assert [taken[name] for name in ("applied", "quarantined", "repeated", "new_files", "waiting")] == [0, 0, 3, 0, 3], taken
    assert programs.read_export(export(hub, top / "after")) == before

    # A person releases them, oldest first; then the record is there, with answer and photo.
    taken = take_json(hub, path, "--release", "终端找回，内容属实")
    assert (taken["released"], taken["not_released"], taken["waiting"]) == (3, [], 0), taken
    shown = office.get_record(record)
    assert shown["title"].endswith("井下冒顶"), shown["title"]
    sheet = office.ask("GET", f"records/{record}/worksheet")
    first = next(one for one in sheet["items"] if one["item"] == "ADR-01")
    assert (first["answer"], first["note"]) == ("noncompliant", "未上报"), first
    files = [row for row in json.loads(programs.run(
        "bihuan-hub", "list", "file", "--data", hub.directory, "--as", "孙样例", "--parent", record, "--json").stdout)["rows"]]
    assert len(files) == 1, files
    photo = (top / f"{device.name}.jpg").read_bytes()
    assert office.get(f"records/{files[0]['id']}/files/{hashlib.sha256(photo).hexdigest()}") == photo
    # And nothing waits or repeats after that.
    taken = take_json(hub, path, "--release", "再来一次")
    assert (taken["repeated"], taken["released"], taken["waiting"]) == (3, 0, 0), taken
    # The key of the device still opens no door.
    status = ask(device.store, "status")
    assert status["pending"] == 3 and ctl(device.store, "sync", check=False).returncode == REFUSED


def export(hub, path):
    programs.run("bihuan-hub", "export", "--data", hub.directory, "--out", path)
    return path


def faults(hub, top, good):
    """Each of these files is refused as a whole, and the hub stays as it is."""
    before = programs.read_export(export(hub, top / "before-faults"))
    content = good.read_bytes()
    path = top / "bad"

    def refuse(changed, code, *words):
        path.write_bytes(changed)
        refused(hub, path, code, *words)

    refuse(b"", INVALID, "at byte 0", "not a file that bihuanctl export has written")
    refuse(os.urandom(5000), INVALID, "at byte 0", "not a file that bihuanctl export has written")
    refuse(b"PK\3\4" + bytes(200), INVALID, "at byte 0")
    blocks = content.index(b"\n", content.index(b"\n") + 1) + 1  # where the third part of the file begins
    for length in (10, blocks - 1, blocks + 10, blocks + 24, blocks + 30, len(content) // 2, len(content) - 1):
        refuse(content[:length], INVALID, "at byte")
    refuse(content + b"x", INVALID, "at byte")
    for place in (20, blocks - 30, blocks + 5, blocks + 40, len(content) // 2, len(content) - 5):
        changed = bytearray(content)
        changed[place] ^= 1
        refuse(bytes(changed), INVALID, "at byte")
    with open(path, "wb") as file:  # 2 GiB that take no room
        file.truncate(2 * 1024 ** 3)
    refused(hub, path, INVALID, "2147483648 bytes", "are allowed")
    refused(hub, top / "nothing-there", NOT_FOUND, "No such file")
    refused(hub, top, INVALID, "not a regular file")
    assert programs.read_export(export(hub, top / "after-faults")) == before


def of_another_hub(hub, other, top):
    device = Device(other, top, "别的手持机")
    device.work(top, "别处的事故")
    path = top / "foreign"
    ask(device.store, "export", path)
    refused(hub, path, INVALID, "is for hub")


def of_a_device_in_service(hub, top):
    """The file of a device that is not revoked counts as if it had sent it; what it sends later is known."""
    device = Device(hub, top, "手持机二")
    record = device.work(top, "皮带着火")
    path = top / "in-service"
    ask(device.store, "export", path)
    taken = take_json(hub, path)
    assert [taken[name] for name in ("revoked", "applied", "quarantined", "new_files", "waiting")] == [False, 3, 0, 1, 0], taken
    assert office_of(hub).get_record(record)["title"].endswith("皮带着火")
    ctl(device.store, "sync")
    status = ask(device.store, "status")
    assert (status["pending"], status["files_pending"]) == (0, 0), status


def what_was_made_after_the_revocation_waits(hub, top):
    """Whoever has the device can still sign. What says itself that it was made later is marked so, and a person at
    the office decides about each entry."""
    device = Device(hub, top, "手持机三")
    device.act("create", "accident", "--act", "fill_in", *ACCIDENT, "--set", "accident_text=停用之前")
    programs.run("bihuan-hub", "device", "revoke", "--data", hub.directory, "--device", device.name, "--reason", "丢失")
    time.sleep(1.1)
    late = device.act("create", "accident", "--act", "fill_in", *ACCIDENT, "--set", "accident_text=停用之后")["record"]
    path = top / "late"
    assert ask(device.store, "export", path)["entries"] == 2
    assert take_json(hub, path)["quarantined"] == 2
    office = office_of(hub)
    rows = {row["title"].split()[-1]: row for row in office.ask("GET", "inbox?lane=quarantine")["rows"]
            if row["device"] == device.name}
    assert rows["停用之前"]["words"] == "无法证明此内容形成于停用之前", rows
    assert rows["停用之后"]["words"] == "此内容形成于停用之后", rows
    office.ask("POST", f"quarantine/{rows['停用之后']['entry']}", {"action": "dismiss", "reason": "不是本单位填的"})
    office.ask("POST", f"quarantine/{rows['停用之前']['entry']}", {"action": "release", "reason": "已向本人核实"})
    taken = take_json(hub, path, "--release", "全部放行")
    assert (taken["released"], taken["waiting"]) == (0, 0), taken  # what was dismissed stays dismissed
    titles = [row["title"] for row in json.loads(programs.run(
        "bihuan-hub", "list", "accident", "--data", hub.directory, "--as", "孙样例", "--json").stdout)["rows"]]
    assert any("停用之前" in title for title in titles) and not any("停用之后" in title for title in titles), titles
    with contextlib.suppress(RuntimeError):
        raise AssertionError(office.get_record(late))


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-carry-"))
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: shutil.rmtree(top, ignore_errors=True))
        hub = programs.Hub(top / "hub")
        other = programs.Hub(top / "other", name="别的中心")
        for one in (hub, other):
            one.load_samples()
            stack.callback(one.stop)
            one.serve()
        whole_way(hub, top)
        of_another_hub(hub, other, top)
        of_a_device_in_service(hub, top)
        what_was_made_after_the_revocation_waits(hub, top)


if __name__ == "__main__":
    main()
