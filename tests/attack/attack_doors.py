"""Password guesses, and connections that send nothing, must not shut other people out."""

import http.client
import json
import resource
import socket
import ssl
import threading
import time

import attack_world as world
from attack_world import Case, Office, password


class Doors(Case):
    def test_guesses_at_the_same_time_are_limited_like_others(self):
        statuses = []

        def guess():
            statuses.append(Office().sign_in("b-legal", "wrong password 1")[0])

        threads = [threading.Thread(target=guess) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual(statuses.count(403), 5, statuses)
        self.assertEqual(set(statuses) - {403, 429}, set())

    def test_silent_connections_keep_nobody_out(self):
        for listen in (world.hub.office_listen, world.hub.listen):
            host, port = listen.rsplit(":", 1)
            silent = []
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
            try:
                for number in range(1100):
                    line = socket.socket()
                    silent.append(line)
                    line.settimeout(5)
                    line.bind((f"127.0.0.{2 + number % 4}", 0))
                    line.connect((host, int(port)))
                for _ in range(3):
                    time.sleep(0.5)
                    context = ssl.create_default_context()
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                    line = http.client.HTTPSConnection(host, int(port), timeout=8,
                                                       context=context)
                    line.request("GET", "/office/" if listen == world.hub.office_listen
                                 else "/v1/time")
                    self.assertLess(line.getresponse().status, 500)
                    line.close()
            finally:
                for line in silent:
                    line.close()

    def test_a_stranger_does_not_lock_a_named_person_out(self):
        # The person has signed in from this address before; the failures come from another one.
        host, port = world.hub.office_listen.rsplit(":", 1)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for _ in range(12):
            line = http.client.HTTPSConnection(host, int(port), timeout=30, context=context,
                                               source_address=("127.0.0.9", 0))
            line.request("POST", "/office/v1/session",
                         json.dumps({"login": "b-reviewer", "password": "wrong password 1"}),
                         {"Content-Type": "application/json", "Origin":
                          "https://" + world.hub.office_listen})
            line.getresponse().read()
            line.close()
        self.assertEqual(Office().sign_in("b-reviewer", password("b-reviewer"))[0], 200)
