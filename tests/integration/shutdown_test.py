#!/usr/bin/env python3
"""Stopping: what is in flight is answered, readiness goes first, a second signal ends at once."""

import json
import os
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import UID, Client, Lines, Server, Suite, equal, request, review  # noqa: E402

suite = Suite()
BODY = review()


def is_draining(line):
    return '"event":"draining"' in line


@suite
def an_idle_server_stops_with_0():
    for number in (signal.SIGTERM, signal.SIGINT):
        server = Server()
        server.signal(number)
        equal(server.wait(), 0, "exit status")
        assert '"event":"stopped","requests":"answered"' in server.err.all[-1], server.err.all


@suite
def idle_connections_do_not_hold_it_up():
    server = Server()
    clients = [Client(server) for _ in range(20)]
    for client in clients[:10]:
        equal(client.post(BODY).status, 200)
    start = time.monotonic()
    equal(server.stop(), 0, "exit status")
    assert time.monotonic() - start < 5
    for client in clients:
        equal(client.closed(), True, "closed")


@suite
def requests_in_flight_are_all_answered():
    server = Server()
    clients = [Client(server) for _ in range(60)]
    whole = request("POST", "/v1/admit", BODY)
    for client in clients:
        client.send(whole[:-10])
    # The exchange of a request exists once the server has seen its first line: an answer on each of the connections proves nothing,
    # so ask on another connection until all are counted in.
    until = time.monotonic() + 10
    while server.fds() < 60 and time.monotonic() < until:
        equal(server.post(BODY).status, 200)
    equal(server.post(BODY).status, 200)
    server.signal(signal.SIGTERM)
    server.err.wait(is_draining)
    for client in clients:
        client.send(whole[-10:])
    for client in clients:
        answer = client.read()
        equal(answer and answer.status, 200, "status")
        equal(answer.json()["response"]["uid"], UID)
        equal(answer.header("Connection"), "close")
    equal(server.wait(), 0, "exit status")


@suite
def readiness_goes_before_admission_does():
    server = Server("--drain-grace", "5s")
    with server.connect() as old, server.connect() as probe:
        answer = probe.get("/readyz")
        equal((answer.status, answer.json()["ready"]), (200, True))
        equal(old.post(BODY).status, 200)
        server.signal(signal.SIGTERM)
        server.err.wait(is_draining)
        answer = probe.get("/readyz")
        equal((answer.status, answer.json()["ready"], answer.json()["draining"]), (503, False, True))
        answer = old.post(BODY)
        equal((answer.status, answer.header("Connection")), (200, "close"))
        equal(old.closed(), True, "closed")
    answer = server.post(BODY)
    equal((answer.status, answer.header("Connection")), (200, "close"))
    with server.connect() as client:
        equal(client.get("/healthz").status, 200)
    server.signal(signal.SIGTERM)
    equal(server.wait(), 1, "exit status after the second signal")


@suite
def a_second_signal_ends_at_once():
    server = Server("--drain-grace", "60s")
    server.signal(signal.SIGTERM)
    server.err.wait(is_draining)
    start = time.monotonic()
    server.signal(signal.SIGINT)
    equal(server.wait(), 1, "exit status")
    assert time.monotonic() - start < 5


@suite
def a_request_that_never_ends_is_cut_off_at_the_deadline():
    server = Server("--drain-deadline", "700ms", "--request-deadline", "60s")
    with Client(server) as client:
        client.send(request("POST", "/v1/admit", BODY)[:-1])
        equal(server.post(BODY).status, 200)
        start = time.monotonic()
        server.signal(signal.SIGTERM)
        status = server.wait()
        assert 0.6 < time.monotonic() - start < 8
        equal(status, 1, "exit status: a request was cut off")
        assert '"requests":"cut off"' in server.err.all[-1], server.err.all


@suite
def no_new_connection_is_accepted_after_the_grace():
    server = Server("--drain-deadline", "10s")
    with Client(server) as client:
        whole = request("POST", "/v1/admit", BODY)
        client.send(whole[:-1])
        equal(server.post(BODY).status, 200)
        server.signal(signal.SIGTERM)
        server.err.wait(is_draining)
        until = time.monotonic() + 10
        refused = False
        while not refused and time.monotonic() < until:
            try:
                server.plain(1).close()
            except (ConnectionRefusedError, ConnectionResetError, socket.timeout):
                refused = True
        assert refused, "new connections are still accepted"
        client.send(whole[-1:])
        equal(client.read().status, 200)
    equal(server.wait(), 0, "exit status")


@suite
def under_load_no_request_is_left_without_an_answer():
    server = Server("--drain-grace", "500ms")
    lost, answered, lock = [], [0], threading.Lock()
    draining = threading.Event()

    def work():
        while True:
            try:
                client = Client(server)
            except OSError:
                return
            with client:
                while True:
                    try:
                        client.send(request("POST", "/v1/admit", BODY))
                    except OSError:
                        break
                    answer = client.read()
                    if answer is None:
                        if not draining.is_set():
                            lost.append("before the end")
                        break
                    with lock:
                        answered[0] += 1
                    if answer.status != 200 or answer.json()["response"]["uid"] != UID:
                        lost.append(repr(answer))
                    if answer.header("Connection") == "close":
                        break
            if draining.is_set():
                return

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 10
    while answered[0] < 200 and time.monotonic() < until:
        equal(server.post(BODY).status, 200)
    server.signal(signal.SIGTERM)
    server.err.wait(is_draining)
    draining.set()
    equal(server.wait(), 0, "exit status")
    for thread in threads:
        thread.join(20)
    equal(lost, [], "lost")
    assert answered[0] >= 200, answered


@suite
def the_log_is_one_json_object_for_each_decision():
    server = Server()
    hostile = review(uid="line\nbreak\u0007\u202e", name="a\"b", userInfo={"username": "\x1b[31mroot\n"})
    threads = [threading.Thread(target=lambda: [server.post(hostile) for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    equal(server.stop(), 0, "exit status")
    decisions = server.decisions()
    equal(len(decisions), 80, "lines")
    for line in decisions:
        equal(sorted(line), sorted(["time", "door", "uid", "operation", "kind", "namespace", "name", "user", "allowed", "rules",
                                    "warnings", "audit", "excepted", "policy", "duration_us"]), "keys")
        equal((line["uid"], line["name"], line["user"]), ("line\nbreak\u0007\u202e", "a\"b", "\x1b[31mroot\n"))
    for raw in server.out.all:
        assert not any(ord(c) < 0x20 or ord(c) == 0x7F or ord(c) == 0x202E for c in raw), raw


@suite
def no_value_of_the_environment_is_ever_written():
    server = Server()
    obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "annotations": {"note": "s3cr3t-note"}},
           "spec": {"containers": [{"name": "web", "image": "a/b:1", "securityContext": {"privileged": True},
                                    "env": [{"name": "PASSWORD", "value": "s3cr3t-value"}]}]}}
    body = review(obj)
    answer = server.post(body)
    equal(answer.json()["response"]["allowed"], False)
    broken = server.post(body[:-3])
    equal(broken.json()["response"]["allowed"], False)
    server.stop()
    written = "\n".join(server.out.all + server.err.all) + answer.body.decode() + broken.body.decode()
    assert "s3cr3t" not in written, written


@suite
def a_log_that_nobody_reads_does_not_stop_admission():
    reading, writing = os.pipe()
    server = Server(stdout=writing)
    os.close(writing)
    whole, count = request("POST", "/v1/admit", BODY), 6000
    with Client(server) as client:
        for _ in range(count // 100):
            client.send(whole * 100)
            for _ in range(100):
                equal(client.read().status, 200)
    lines = Lines(os.fdopen(reading, "rb"))
    lost = json.loads(lines.wait(lambda line: '"event":"lines-lost"' in line))["count"]
    equal(server.stop(), 0, "exit status")
    lines.end()
    kept = sum('"door":"admit"' in line for line in lines.all)
    assert lost > 0 and kept + lost == count, (kept, lost)


@suite
def a_log_that_is_never_read_does_not_stop_the_end():
    reading, writing = os.pipe()
    server = Server(stdout=writing)
    os.close(writing)
    for _ in range(6):
        with Client(server) as client:
            client.send(request("POST", "/v1/admit", BODY) * 100)
            for _ in range(100):
                equal(client.read().status, 200)
    equal(server.stop(), 0, "exit status")
    os.close(reading)


suite.run()
