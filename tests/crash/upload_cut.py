#!/usr/bin/python3
"""Kills the hub with SIGKILL several times while a device uploads a file.

The device continues with the bytes that the hub's disk does not have: each kill costs at most one chunk
that is sent again. In the end the hub has the file with the right hash, and no unfinished upload (L3).
A relay between the two counts the bytes and kills the hub at certain counts."""

import contextlib
import hashlib
import pathlib
import random
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import programs  # noqa: E402
import recording  # noqa: E402

MIB = 1024 * 1024
FILE_BYTES = 24 * MIB
CHUNK_MAX_BYTES = MIB             # sync/wire/limits.h
CUTS = (5 * MIB, 12 * MIB, 18 * MIB)  # the hub is killed after so many bytes from the device
OVERHEAD_BYTES = MIB              # TLS, headers, entries and pulls of all rounds together


class Relay:
    """Forwards connections to the hub and counts the bytes that the device sends."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.up = 0
        self.cut_at = None
        self.cut = None  # called once when `up` reaches `cut_at`, in the middle of a chunk
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            for source, sink, counts in ((near, far, True), (far, near, False)):
                threading.Thread(target=self.pump, args=(source, sink, counts), daemon=True).start()

    def pump(self, source, sink, counts):
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                if counts:
                    self.up += len(data)
                    if self.cut_at is not None and self.up >= self.cut_at:
                        self.cut_at = None
                        self.cut()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def sync(store):
    return programs.run("bihuanctl", "--store", store, "sync", check=False, timeout=120)


def sent_so_far(hub):
    """Bytes of the unfinished upload on the hub's disk."""
    return sum(path.stat().st_size for path in (hub.directory / "uploads").iterdir())


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-cut-"))
    relay = Relay()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: shutil.rmtree(top, ignore_errors=True))
        stack.callback(relay.listener.close)
        hub = programs.Hub(top / "hub")
        hub.load_samples()
        hub.serve()
        stack.callback(hub.stop)
        relay.target = ("127.0.0.1", int(hub.listen.rpartition(":")[2]))
        relay.cut = hub.kill
        store = top / "device"
        programs.run("bihuanctl", "--store", store, "enrol",
                     hub.enrol_text("140603100", url=f"https://127.0.0.1:{relay.port}"))
        staff, pin = recording.pick_inspector(store)
        (top / "pin").write_text(pin + "\n")
        enterprise = recording.list_rows(store, "enterprise")[0]["id"]
        photo = top / "photo.jpg"
        recording.make_photo(photo, random.randrange(1 << 30), FILE_BYTES)
        sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
        programs.run("bihuanctl", "--store", store, "record", "--json", "--by", staff, "--pin-file",
                     top / "pin", "-", stdin=recording.make_finding(enterprise, "断点续传", photo) + "\n")

        relay.up = 0
        durable = 0
        for cut_at in CUTS:
            relay.cut_at = cut_at
            done = sync(store)
            assert done.returncode != 0 and hub.process is None, (done.returncode, done.stdout)
            on_disk = sent_so_far(hub)
            assert durable < on_disk < FILE_BYTES, f"killed at {cut_at}: the hub had {durable} bytes, now {on_disk}"
            durable = on_disk
            assert recording.read_status(store)["files_pending"] == 1
            hub.serve()
        before = relay.up
        end = time.monotonic() + 60
        while recording.read_status(store)["files_pending"] and time.monotonic() < end:
            sync(store)
        status = recording.read_status(store)
        assert status["files_pending"] == 0 and status["pending"] == 0, status
        last = relay.up - before
        assert last <= FILE_BYTES - durable + CHUNK_MAX_BYTES + OVERHEAD_BYTES, (
            f"{last} bytes were sent after the last restart, when {FILE_BYTES - durable} were missing")
        most = FILE_BYTES + len(CUTS) * CHUNK_MAX_BYTES + OVERHEAD_BYTES
        assert relay.up <= most, f"L3: {relay.up} bytes were sent for a file of {FILE_BYTES}"
        kept = hub.directory / "files" / sha256[:2] / sha256
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
        assert list((hub.directory / "uploads").iterdir()) == []
        print(f"{len(CUTS)} kills; {relay.up} bytes were sent for a file of {FILE_BYTES}")


if __name__ == "__main__":
    main()
