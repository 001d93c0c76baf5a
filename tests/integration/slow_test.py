#!/usr/bin/env python3
"""Clients that take their time or leave: each is closed at its deadline while others are served."""

import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import Client, Server, Suite, equal, request, review  # noqa: E402

suite = Suite()
server = Server("--request-deadline", "800ms", "--idle", "3s", "--connections", "100")
BODY = review()


class GoodTraffic:
    """One request after the other on kept connections, beside what a case does; any failure is kept."""

    def __enter__(self):
        self.stop = threading.Event()
        self.count, self.failure = 0, None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def _run(self):
        try:
            with Client(server) as client:
                while not self.stop.is_set():
                    answer = client.post(BODY)
                    assert answer is not None and answer.status == 200, answer
                    self.count += 1
        except Exception as why:  # noqa: BLE001
            self.failure = why

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(20)
        if self.failure:
            raise self.failure
        assert self.count > 0, "no good request was served"


def trickle(client, data, every=0.05):
    """Sends a byte at a time until the server closes; the seconds it took."""
    start = time.monotonic()
    client.socket.settimeout(every)
    for i in range(len(data)):
        try:
            client.send(data[i:i + 1])
            if client.socket.recv(1) == b"":
                break
        except (TimeoutError, socket.timeout):
            continue
        except OSError:
            break
    else:
        raise AssertionError("%d bytes were taken in without an end" % len(data))
    return time.monotonic() - start


@suite
def a_trickled_head_is_cut_off():
    with GoodTraffic(), Client(server) as client:
        assert trickle(client, request("GET", "/healthz?" + "x" * 2000, None)) < 5


@suite
def trickled_headers_are_cut_off():
    with GoodTraffic(), Client(server) as client:
        client.send(b"POST /v1/admit HTTP/1.1\r\n")
        assert trickle(client, b"X: y\r\n" * 400) < 5


@suite
def a_trickled_body_is_cut_off():
    with GoodTraffic(), Client(server) as client:
        client.send(b"POST /v1/admit HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n")
        assert trickle(client, b" " * 3000) < 5


@suite
def a_body_that_never_comes_is_cut_off():
    with Client(server) as client:
        client.send(b"POST /v1/admit HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n{")
        equal(client.closed(5), True, "closed")


@suite
def a_body_that_ends_early_is_cut_off():
    with Client(server) as client:
        client.send(request("POST", "/v1/admit", BODY)[:-1])
        equal(client.closed(5), True, "closed")


@suite
def a_handshake_without_a_request_is_cut_off():
    with Client(server) as client:
        equal(client.closed(5), True, "closed")


@suite
def an_idle_connection_outlives_the_request_deadline():
    with Client(server) as client:
        equal(client.get("/healthz").status, 200)
        equal(client.closed(1.5), False, "closed early")
        client.socket.settimeout(20)
        equal(client.get("/healthz").status, 200)
        equal(client.closed(6), True, "closed after the idle limit")


@suite
def an_answer_nobody_takes_is_cut_off():
    # Thousands of pipelined requests whose answers are not read: the server's send must not wait for ever.
    with GoodTraffic():
        client = Client(server)
        client.socket.settimeout(0.2)
        many = request("POST", "/v1/admit", BODY) * 200
        start = time.monotonic()
        while time.monotonic() - start < 15:
            try:
                client.send(many)
            except (TimeoutError, socket.timeout):
                continue
            except OSError:
                break
        else:
            raise AssertionError("the connection was never closed")
        client.socket.close()


@suite
def idle_peers_do_not_use_up_the_connections():
    peers = [server.plain() for _ in range(250)]
    with GoodTraffic():
        with Client(server) as client:
            equal(client.post(BODY).status, 200)
    for peer in peers:
        try:
            equal(peer.recv(1), b"")
        except ConnectionError:
            pass
        peer.close()


@suite
def a_reset_after_the_request_does_no_harm():
    for _ in range(50):
        client = Client(server)
        client.send(request("POST", "/v1/admit", BODY))
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    equal(server.post(BODY).status, 200)


@suite
def leaving_in_mid_body_leaks_nothing():
    def leave():
        client = Client(server)
        client.send(request("POST", "/v1/admit", BODY)[:-100])
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    for _ in range(20):
        leave()
    before = server.fds()
    for _ in range(200):
        leave()
    equal(server.post(BODY).status, 200)
    until = time.monotonic() + 10
    while server.fds() > before + 5 and time.monotonic() < until:
        equal(server.post(BODY).status, 200)
    assert server.fds() <= before + 5, (before, server.fds())


@suite
def the_server_is_alive_and_stops_cleanly():
    equal(server.post(BODY).status, 200)
    equal(server.stop(), 0, "exit status")
    assert all("Sanitizer" not in line for line in server.err.all), server.err.all


suite.run()
