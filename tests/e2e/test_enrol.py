#!/usr/bin/python3
"""Enrolment texts that are too old, used, or of another hub are refused by the real programs, with a message
and an exit code. A refused text is not used up, and the store can be enrolled with the next text.

usage: test_enrol.py SHIFT_CLOCK_LIBRARY (preloaded, it moves the wall clock of one program)
"""

import contextlib
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import programs  # noqa: E402

UNIT = "140603100"
REFUSED, NO_HUB = 3, 4  # bihuanctl --help
VALID_S = 600
OVER = "the enrolment code was used, is too old or is not of this hub"  # one message, so that it does not reveal which
YEAR_S = 365 * 24 * 3600


def shift(seconds):
    return programs.environment(LD_PRELOAD=sys.argv[1], SHIFT_CLOCK_S=seconds)


def restart(hub, seconds=0):
    hub.stop()
    hub.env = shift(seconds)
    hub.serve()


def enrol(store, text, env=None):
    return programs.run("bihuanctl", "--store", store, "enrol", text, check=False, env=env)


def expect(done, code, *words):
    assert done.returncode == code, (done.returncode, code, done.stderr)
    assert all(word in done.stderr for word in words), done.stderr


def expect_enrolled(store):
    expect(programs.run("bihuanctl", "--store", store, "sync", check=False), 0)


def too_old(hub, top):
    store = top / "late"
    restart(hub)
    text = hub.enrol_text(UNIT)
    restart(hub, VALID_S + 5)
    expect(enrol(store, text), REFUSED, OVER)
    restart(hub, VALID_S - 60)
    expect(enrol(store, text), 0)
    expect_enrolled(store)
    # A text that ended so long ago that the hub has deleted it.
    forgotten = hub.enrol_text(UNIT)
    restart(hub, 5 * VALID_S)
    hub.enrol_text(UNIT)
    expect(enrol(top / "later", forgotten), REFUSED, OVER)


def used(hub, top):
    restart(hub)
    text = hub.enrol_text(UNIT)
    expect(enrol(top / "first", text), 0)
    expect(enrol(top / "second", text), REFUSED, OVER)
    # In the store that it enrolled, a used text only gives the address of the hub.
    expect(enrol(top / "first", text), 0)
    expect_enrolled(top / "first")
    expect(enrol(top / "second", hub.enrol_text(UNIT)), 0)
    expect_enrolled(top / "second")


def of_another_hub(hub, other, top):
    """When another hub answers at the address in the text, its key differs from the pinned one."""
    store = top / "astray"
    restart(hub)
    text = hub.enrol_text(UNIT)
    hub.stop()
    other.listen = hub.listen
    other.serve()
    expect(enrol(store, text), NO_HUB, "enrolment")
    other.stop()
    expect(enrol(store, text), NO_HUB, "enrolment")
    restart(hub)
    expect(enrol(store, text), 0)
    expect_enrolled(store)
    other.listen = "127.0.0.1:0"
    other.serve()
    expect(enrol(store, other.enrol_text(UNIT)), REFUSED, "enrolled already")
    expect_enrolled(store)


def no_text(hub, top):
    restart(hub)
    text = hub.enrol_text(UNIT)
    store = top / "garbled"
    for wrong in ("", "BHE1:", text[:-1], text.replace("BHE1", "BHE2"), "BHP1:1"):
        expect(enrol(store, wrong), REFUSED, "enrol")
    # A device with a wrong clock (no battery) can enrol: it checks the pinned key, not the certificate's dates.
    expect(enrol(store, text, shift(-20 * YEAR_S)), 0)
    expect_enrolled(store)


def without_encryption(hub, top):
    """A hub that demands encrypted disks takes no other device, and says so. The text is not used up."""
    store = top / "disk"
    programs.run("bihuanctl", "--store", store, "status")
    encryption = json.loads(programs.run("bihuanctl", "--store", store, "status", "--json").stdout)["encryption"]
    hub.options = ("--device-encryption", "required")
    restart(hub)
    text = hub.enrol_text(UNIT)
    if encryption != "encrypted":
        expect(enrol(store, text), REFUSED, "only devices with an encrypted disk")
        hub.options = ()
        restart(hub)
    expect(enrol(store, text), 0)
    expect_enrolled(store)
    device = json.loads(programs.run("bihuanctl", "--store", store, "status", "--json").stdout)["device"]
    rows = json.loads(programs.run("bihuan-hub", "device", "list", "--data", hub.directory, "--json").stdout)
    assert [row["encryption"] for row in rows if row["id"] == device] == [encryption], rows
    hub.options = ()


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-enrol-"))
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: shutil.rmtree(top, ignore_errors=True))
        hub = programs.Hub(top / "hub")
        other = programs.Hub(top / "other", name="别的中心")
        for one in (hub, other):
            one.load_samples()
            stack.callback(one.stop)
        too_old(hub, top)
        used(hub, top)
        of_another_hub(hub, other, top)
        other.stop()
        no_text(hub, top)
        without_encryption(hub, top)


if __name__ == "__main__":
    main()
