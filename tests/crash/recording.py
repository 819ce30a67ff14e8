"""Shared by the tests of this folder: the inspector who records, findings and photos."""

import json
import random

import pictures
import programs


def make_uuid():
    raw = bytearray(random.randbytes(16))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def make_photo(path, number, size):
    path.write_bytes(pictures.make_jpeg(size, number))


def make_finding(enterprise, summary, photo=None):
    """Returns the input line for `bihuanctl record` that records a hazard, with a photo if given."""
    hazard = make_uuid()
    ops = [{"record": hazard, "kind": "hazard", "set": {
        "enterprise": enterprise, "summary": summary, "level": "general",
        "place": "1301 工作面", "description": "支护间距超过作业规程",
        "found_by": "inspection", "responsible_person": "王某", "state": "found",
        "no_photo_reason": "井下不允许拍照"}}]
    if photo is not None:
        ops.append({"record": make_uuid(), "kind": "file", "set": {
            "parent": hazard, "role": "photo", "path": str(photo)}})
    return json.dumps({"ops": ops}, ensure_ascii=False)


def list_rows(store, kind):
    return json.loads(programs.run("bihuanctl", "--store", store, "list", kind,
                                   "--json").stdout)["rows"]


def pick_inspector(store):
    """Returns record id and PIN of the inspector in the sample data who uses this device."""
    samples = programs.SOURCE / "assets" / "samples"
    units = json.loads((samples / "units.json").read_text())["records"]
    sample = next(r for r in units if r["name"] == "staff-li")
    person = next(p for p in list_rows(store, "staff") if p["values"]["name"] == sample["set"]["name"])
    return person["id"], json.loads((samples / "demo-pins.json").read_text())["staff-li"]


def read_status(store):
    return json.loads(programs.run("bihuanctl", "--store", store, "status", "--json").stdout)
