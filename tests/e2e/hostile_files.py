#!/usr/bin/python3
"""Uploads, enrolments and other requests that are not allowed (PROTOCOL.md §§ 2, 3, 7)."""

import json
import os
import threading

import nacl.signing

import second_client as second
from second_client import compact, sha256
from second_world import (Case, World, chain_at, enterprise, fresh, lines, make, new_client,
                          person, programs)


class Enrolment(Case):
    def ask(self, message):
        data = message if isinstance(message, bytes) else compact(message).encode()
        return self.client.line().ask("POST", "/v1/enrol", data)

    def test_a_lost_enrolment_answer_is_repeated_for_its_device_only(self):
        client = new_client("repeat")
        old = client.token
        answer = self.ask(client.enrol_request.encode())
        self.assertEqual((answer.status, answer.json["device"], answer.json["unit"]),
                         (201, client.device, client.unit))
        self.expect_error(client.ask("GET", "/v1/staff", token=old), 401, "denied")
        client.token = answer.json["token"]
        client.staff()
        thief = nacl.signing.SigningKey.generate()
        request = json.loads(client.enrol_request)
        token, public = second.from_base64(request["token"]), thief.verify_key.encode()
        request["key"] = second.to_base64(public)
        request["proof"] = second.to_base64(
            thief.sign(second.signed_text("bihuan/enrol/1", token + public)).signature)
        self.expect_error(self.ask(request), 403, "expired")
        self.expect_error(self.ask(dict(request, token=second.to_base64(os.urandom(16)))), 400, "signature")

    def test_wrong_requests(self):
        request = json.loads(self.client.enrol_request)
        wrong = [b"", b"{", b"[]", b"null", b'{"token":1}', b"\0" * 20,
                 b'{"token":"\xff"}', dict(request, name=""), dict(request, name="长" * 65),
                 dict(request, key="AAAA"), dict(request, token="!"), dict(request, encryption="yes"),
                 dict(request, encryption=["plain"])]
        for message in wrong:
            self.assertEqual(self.ask(message).status, 400, message)
        for message in (b" " * 70000, b"[" * 60000, b'{"name":' * 5000):
            self.expect_error(self.ask(message), 413, "limit")


class Files(Case):
    def declare(self, *contents, client=None):
        client = client or self.client
        files = [{"sha256": sha256(data), "size": len(data), "type": "image/jpeg"}
                 for data in contents]
        mine = enterprise(client)
        operations = [mine] + [(client.ids.next(), "file", {
            "parent": mine[0], "role": "photo", "sha256": file["sha256"], "size": file["size"],
            "media_type": file["type"]}) for file in files]
        chain = fresh(client)
        entry = chain.put(*person(client).body(operations, files=files))
        self.assertEqual(client.push([entry]), [])

    def place(self, data, client=None):
        answer = (client or self.client).create_upload(sha256(data), len(data))
        self.assertEqual(answer.status, 201)
        return answer.headers["Location"]

    def expect_offset(self, place, offset):
        answer = self.client.tus("HEAD", place)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Upload-Offset"], str(offset))

    def test_a_file_that_no_entry_declared(self):
        self.expect_error(self.client.create_upload("0" * 64, 5), 409, "chain")
        self.expect_error(self.client.ask("GET", "/v1/files/" + "0" * 64), 404, "not_found")
        data = os.urandom(100)
        self.declare(data)
        self.expect_error(self.client.create_upload(sha256(data), 99), 400, "invalid")
        self.expect_error(self.client.ask("GET", "/v1/files/" + sha256(data)), 404, "not_found")

    def test_wrong_creations(self):
        for length, metadata in (("x", "sha256 AAAA"), ("-1", "sha256 AAAA"), ("5", "sha256"),
                                 ("5", ""), ("5", "sha256 ****"), ("5", "x" * 2000),
                                 ("5", "sha256 " + second.to_base64(b"../../../etc/passwd")),
                                 ("5", "sha256 " + second.to_base64(b"\0" * 64))):
            answer = self.client.tus("POST", "/v1/uploads", b"", Upload_Length=length,
                                     Upload_Metadata=metadata)
            self.expect_error(answer, 400, "format")
        answer = self.client.tus("POST", "/v1/uploads", b"", Upload_Length=str(1 << 40),
                                 Upload_Metadata="sha256 " + second.to_base64(b"0" * 64))
        self.expect_error(answer, 413, "limit")
        answer = self.client.ask("POST", "/v1/uploads", b"", {"Upload-Length": "5"})
        self.expect_error(answer, 412, "unknown")
        self.assertEqual(answer.headers["Tus-Version"], "1.0.0")

    def test_path_tricks(self):
        data = os.urandom(100)
        self.declare(data)
        name = self.place(data).rsplit("/", 1)[1]
        for trick, status in (
                ("../hub.db", 400), ("..", 400), ("%2e%2e", 400), ("..%2f..%2fhub.db", 400),
                ("..%5chub.db", 400), ("%00", 400), (name + "%00", 400), ("%zz", 400),
                ("%ff", 400), ("%0a", 400), (name + "/", 404), (name.upper() + "x", 404),
                ("", 404), (name + "/..", 400), ("x" * 1500, 404), ("'%20or%201=1", 404),
                ("x" * 3000, 400)):
            for method in ("HEAD", "PATCH", "DELETE"):
                place = "/v1/uploads/" + trick
                headers = {"Tus-Resumable": "1.0.0"}
                if method == "PATCH":
                    headers.update({"Upload-Offset": "0",
                                    "Content-Type": "application/offset+octet-stream",
                                    "Upload-Checksum": "sha256 " + second.to_base64(
                                        second.hashlib.sha256(data).digest())})
                answer = self.client.ask(method, place, data if method == "PATCH" else None,
                                         headers)
                self.assertEqual(answer.status, status, f"{method} {trick}")
        for trick in ("../../keys/hub.key", "..%2f..%2fhub.db", "%2fetc%2fpasswd"):
            self.expect_error(self.client.ask("GET", "/v1/files/" + trick), 400, "format")
            self.expect_error(self.client.ask("GET", "/v1/kinds/" + trick), 400, "format")
        self.expect_offset("/v1/uploads/" + name, 0)
        self.assertEqual(self.client.upload(data), 1)

    def test_wrong_offsets(self):
        data = os.urandom(3000)
        self.declare(data)
        place = self.place(data)
        self.assertEqual(self.place(data), place, "the same upload again")
        self.assertEqual(self.client.patch(place, 0, data[:1000]).status, 204)
        for offset in (0, 999, 1001, 3000, 1 << 60):
            answer = self.client.patch(place, offset, data[:1000])
            self.expect_error(answer, 409, "chain")
            self.assertEqual(answer.headers["Upload-Offset"], "1000")
        for offset in ("-1", "x", "", "1e3", "99999999999999999999"):
            self.expect_error(self.client.patch(place, offset, data[:1000]), 400, "format")
        self.expect_error(self.client.patch(place, 1000, data[1000:] + b"x"), 413, "limit")
        self.expect_offset(place, 1000)
        self.assertEqual(self.client.upload(data, chunk=700), 3)
        self.assertEqual(self.client.download(sha256(data)), data)

    def test_wrong_checksums(self):
        data = os.urandom(2000)
        self.declare(data)
        place = self.place(data)
        answer = self.client.patch(place, 0, data, b"\0" * 32)
        self.expect_error(answer, 460, "signature")
        self.expect_offset(place, 0)
        answer = self.client.tus("PATCH", place, data, Upload_Offset="0",
                                 Content_Type="application/offset+octet-stream")
        self.expect_error(answer, 400, "format")
        answer = self.client.tus("PATCH", place, data, Upload_Offset="0", Content_Type="text/plain")
        self.expect_error(answer, 415, "format")
        self.expect_error(self.client.patch(place, 0, b"x" * (1024 * 1024 + 1)), 413, "limit")
        self.expect_offset(place, 0)
        self.assertEqual(self.client.upload(data), 1)

    def test_bytes_that_do_not_match_the_hash_are_refused(self):
        data = os.urandom(2000)
        other = os.urandom(2000)
        self.declare(data)
        place = self.place(data)
        self.assertEqual(self.client.patch(place, 0, other[:1500]).status, 204)
        answer = self.client.patch(place, 1500, other[1500:])
        self.expect_error(answer, 460, "signature")
        self.assertEqual(answer.headers["Upload-Offset"], "0")
        self.expect_offset(place, 0)
        self.expect_error(self.client.ask("GET", "/v1/files/" + sha256(data)), 404, "not_found")
        self.assertEqual(self.client.upload(data), 1)
        # The hub has the file now and accepts no further bytes for it.
        answer = self.client.create_upload(sha256(data), len(data))
        self.assertEqual((answer.status, answer.headers["Upload-Offset"]), (201, "2000"))
        answer = self.client.patch(answer.headers["Location"], 0, other)
        self.expect_error(answer, 409, "chain")
        self.assertEqual(answer.headers["Upload-Offset"], "2000")
        # Another device that knows only the hash cannot change it either.
        stranger = new_client("stranger")
        answer = stranger.create_upload(sha256(data), len(data))
        self.assertEqual((answer.status, answer.headers["Upload-Offset"]), (201, "2000"))
        self.expect_error(stranger.patch(answer.headers["Location"], 0, other), 409, "chain")
        self.expect_error(stranger.patch(place, 0, other), 404, "not_found")
        self.assertEqual(self.client.download(sha256(data)), data)

    def test_the_same_chunk_at_the_same_time(self):
        data = os.urandom(600000)
        self.declare(data)
        place, answers = self.place(data), []
        threads = [threading.Thread(
            target=lambda: answers.append(self.client.patch(place, 0, data[:400000]).status))
            for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [204] + [409] * 5)
        self.assertEqual(self.client.upload(data), 1)
        self.assertEqual(self.client.download(sha256(data)), data)

    def test_two_devices_send_one_file(self):
        data, other = os.urandom(3000), new_client("other sender")
        self.declare(data)
        self.declare(data, client=other)
        place, others = self.place(data), self.place(data, other)
        self.assertNotEqual(place, others)
        self.assertEqual(self.client.patch(place, 0, data[:1000]).status, 204)
        self.assertEqual(other.patch(others, 0, data[:2000]).status, 204)
        self.assertEqual(self.client.patch(place, 1000, data[1000:]).status, 204)
        answer = other.patch(others, 2000, data[2000:])
        self.expect_error(answer, 409, "chain")
        self.assertEqual(answer.headers["Upload-Offset"], "3000")
        self.assertEqual(other.upload(data), 0)
        self.assertEqual(other.download(sha256(data)), data)

    def test_an_upload_is_ended(self):
        data = os.urandom(500)
        self.declare(data)
        place = self.place(data)
        self.assertEqual(self.client.tus("DELETE", place).status, 204)
        self.assertEqual(self.client.tus("HEAD", place).status, 404)
        self.expect_error(self.client.patch(place, 0, data), 404, "not_found")
        self.assertEqual(self.client.upload(data), 1)

    def test_the_declared_size_counts_once_the_bytes_were_compared(self):
        data = os.urandom(500)

        def declare_wrongly():
            entry = fresh(self.client).put(*person(self.client).body(
                [enterprise(self.client)],
                files=[{"sha256": sha256(data), "size": 501, "type": "image/jpeg"}]))
            return entry, self.client.push([entry])
        entry, quarantined = declare_wrongly()
        self.assertEqual(quarantined, [], "a length that may be wrong binds nobody")
        self.declare(data)
        self.assertEqual(self.client.upload(data), 1)
        entry, quarantined = declare_wrongly()
        self.assertEqual(quarantined, [entry.id], "the unit sent the bytes: it knows")


class Doors(Case):
    def test_wrong_tokens_and_unknown_devices(self):
        wrong = second.to_base64(os.urandom(32))
        unknown = self.client.ids.next()
        other = new_client("other")
        _, entries = make(self.client, 1)
        for device, token in ((None, wrong), (unknown, None), (unknown, wrong),
                              (other.device, None), ("x", "y"), (None, "A" * 10000),
                              (self.client.hub, None)):
            self.expect_error(self.client.ask("GET", "/v1/staff", device=device, token=token),
                              401, "denied")
            self.expect_error(self.client.post(lines(entries), device=device, token=token), 401, "denied")
        for header in ("", "Bihuan", "Basic " + wrong, "Bihuan " + self.client.device):
            answer = self.client.line().ask("GET", "/v1/changes", headers={"Authorization": header})
            self.expect_error(answer, 401, "denied")
        self.expect_error(self.client.line().ask("GET", "/v1/head"), 401, "denied")

    def test_addresses_that_do_not_exist(self):
        for path in ("/", "/v1", "/v2/head", "/v1/heads", "/v1/head/x", "//v1/head",
                     "/office/v1/session"):
            self.expect_error(self.client.ask("GET", path), 404, "not_found")
        answer = self.client.ask("PUT", "/v1/entries", b"x")
        self.expect_error(answer, 405, "not_found")
        self.assertIn("POST", answer.headers["Allow"].split(", "))
        for incarnation in ("", "x" * 32, "0" * 31, "A" * 32):
            self.expect_error(self.client.ask("GET", "/v1/head?incarnation=" + incarnation), 400, "format")
        self.expect_error(self.client.ask("GET", "/v1/head"), 400, "format")
        self.expect_error(self.client.ask("GET", "/v1/kinds/" + "0" * 64), 404, "not_found")
        self.expect_error(self.client.ask("GET", "/v1/staff", headers={"X": "y" * 17000}), 431, "limit")

    def test_requests_that_http_forbids(self):
        """None of them is read as two requests, or with a body of another length."""
        host = b"Host: x\r\n"
        token = f"Authorization: Bihuan {self.client.device} {self.client.token}\r\n".encode()
        chunked = b"Transfer-Encoding: chunked\r\n"
        for head, rest in (
                (b"POST /v1/entries", b"Content-Length: 5\r\n" + chunked + b"\r\n0\r\n\r\n"),
                (b"POST /v1/entries", b"Content-Length: -5\r\n\r\n"),
                (b"POST /v1/entries", b"Content-Length: 99999999999999999999\r\n\r\n"),
                (b"POST /v1/entries", b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"),
                (b"POST /v1/entries", chunked + b"\r\nffffffffffffffffff\r\n"),
                (b"GET v1/staff", b"\r\n"),
                (b"GET http://elsewhere/v1/staff", b"\r\n"), (b"BREW /v1/staff", b"\r\n"),
                (b"GET /" + b"x" * 40000, b"\r\n")):
            with self.subTest(head=head[:40], rest=rest[:40]):
                connection = self.client.line().connect()
                connection.sock.sendall(head + b" HTTP/1.1\r\n" + host + token + rest)
                connection.sock.settimeout(20)
                got = b""
                try:
                    while b"\r\n" not in got:
                        data = connection.sock.recv(4096)
                        if not data:
                            break
                        got += data
                except ConnectionError:
                    pass
                finally:
                    connection.close()
                if got:
                    self.assertRegex(got.split(b"\r\n")[0], rb"^HTTP/1\.[01] 4\d\d ")
        self.client.staff()

    def test_ranges(self):
        data = os.urandom(100)
        Files.declare(self, data)
        self.client.upload(data)
        path = "/v1/files/" + sha256(data)
        answer = self.client.ask("GET", path, headers={"Range": "bytes=100-"})
        self.expect_error(answer, 416, "invalid")
        answer = self.client.ask("GET", path, headers={"Range": "bytes=-10"})
        self.assertEqual((answer.status, answer.data), (206, data[-10:]))
        self.assertEqual(answer.headers["Content-Range"], "bytes 90-99/100")

    def test_a_revoked_device(self):
        client = new_client("revoked")
        chain, entries = make(client, 2)
        self.stored(client.post(entries[0].lines()), chain_at(chain, entries[0], 1))
        programs.run("bihuan-hub", "device", "revoke", "--data", World.hub.directory, "--device",
                     client.device, "--reason", "lost")
        self.expect_error(client.post(entries[1].lines()), 403, "revoked")
        for path in ("/v1/changes", "/v1/staff", "/v1/kinds/" + client.kinds,
                     "/v1/head?incarnation=" + chain.incarnation, "/v1/files/" + "0" * 64):
            self.expect_error(client.ask("GET", path), 403, "revoked")
        self.expect_error(client.create_upload("0" * 64, 5), 403, "revoked")
        self.expect_error(client.ask("GET", "/v1/staff", token=second.to_base64(os.urandom(32))),
                          401, "denied")
