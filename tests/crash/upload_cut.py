#!/usr/bin/python3
"""kill -9 of the hub in the middle of a file that a device sends, several times.

The device goes on where the hub's disk stands: beside the file itself no more than one chunk for
each kill is sent again, and the hub ends with the file, its hash right and nothing left over (L3).
A relay between the two counts the bytes and kills when so many have passed."""

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
CUTS = (5 * MIB, 12 * MIB, 18 * MIB)  # bytes of the device after which the hub dies
OVERHEAD_BYTES = MIB              # TLS, headers, entries, pulls, over all rounds


class Relay:
    """Forwards a port of its own to the hub and counts the bytes that are sent."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.up = 0
        self.cut_at = None
        self.cut = None  # called once, in the middle of a chunk
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
            standing = sent_so_far(hub)
            assert durable < standing < FILE_BYTES, f"cut at {cut_at}: {durable} then {standing}"
            durable = standing
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
            f"{last} bytes went up after the last restart, {FILE_BYTES - durable} were missing")
        most = FILE_BYTES + len(CUTS) * CHUNK_MAX_BYTES + OVERHEAD_BYTES
        assert relay.up <= most, f"L3: {relay.up} bytes went up for a file of {FILE_BYTES}"
        kept = hub.directory / "files" / sha256[:2] / sha256
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
        assert list((hub.directory / "uploads").iterdir()) == []
        print(f"{len(CUTS)} kills; {relay.up} bytes went up for a file of {FILE_BYTES}")


if __name__ == "__main__":
    main()
