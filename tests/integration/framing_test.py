#!/usr/bin/env python3
"""Where a request ends: ambiguous framing is refused and the connection closed, so that nothing can be smuggled behind it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import UID, Client, Server, Suite, equal, request, review  # noqa: E402

suite = Suite()
server = Server("--request-deadline", "2s")
BODY = review()


def raw(text, body=b""):
    """A client to which these bytes have been sent."""
    client = Client(server)
    client.send(text.replace("\n", "\r\n").encode("latin-1") + body)
    return client


def refused(status, text, body=b""):
    with raw(text, body) as client:
        answer = client.read()
        equal(answer and answer.status, status, "status")
        equal(answer.header("Connection"), "close", "Connection")
        equal(client.closed(), True, "closed after the answer")


def head(*lines):
    return "POST /v1/admit HTTP/1.1\nHost: localhost\n" + "".join(line + "\n" for line in lines) + "\n"


SMUGGLED = request("GET", "/healthz", None)


@suite
def a_good_request_is_answered_and_the_connection_kept():
    with server.connect() as client:
        for _ in range(3):
            answer = client.post(BODY)
            equal(answer.status, 200)
            equal(answer.header("Content-Type"), "application/json")
            equal(answer.header("Connection"), None)
            equal(answer.json()["response"]["uid"], UID)


@suite
def content_length_and_chunked_together_are_refused():
    refused(400, head("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + SMUGGLED)
    refused(400, head("Transfer-Encoding: chunked", "Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED)


@suite
def two_lengths_are_refused_even_when_equal():
    refused(400, head("Content-Length: 2", "Content-Length: 3"), b"{}" + SMUGGLED)
    refused(400, head("Content-Length: 2", "content-length: 2"), b"{}" + SMUGGLED)


@suite
def unknown_encodings_are_refused():
    for value in ("gzip", "identity", "xchunked", "gzip, chunked", "chunked, identity", "chunked;x"):
        refused(501, head("Transfer-Encoding: " + value), b"0\r\n\r\n" + SMUGGLED)


@suite
def two_encodings_are_refused():
    refused(501, head("Transfer-Encoding: identity", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + SMUGGLED)


@suite
def an_encoding_folded_into_a_name_is_refused():
    refused(400, head("Transfer-Encoding:", " chunked", "Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED)
    refused(400, head("Transfer-Encoding : chunked", "Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED)


@suite
def odd_lengths_are_refused():
    for value in ("-1", "+7", "0x7", "7,7", "7abc", "", "1 1"):
        with raw(head("Content-Length: " + value), b"{}" + SMUGGLED) as client:
            answer = client.read()
            equal(answer and answer.status, 400, "status for %r" % value)
            rest = client.read()
            assert rest is None or rest.status == 400, rest
            if rest is not None:
                equal(client.closed(), True, "closed")


@suite
def huge_lengths_are_refused_at_the_headers():
    for value in (2 ** 62, 2 ** 63 - 1, 2 ** 64 - 2):
        refused(413, head("Content-Length: %d" % value))
    for value in (2 ** 64 - 1, 2 ** 64, 10 ** 30):
        with raw(head("Content-Length: %d" % value)) as client:
            assert client.read().status in (400, 413)


@suite
def a_post_without_length_is_refused():
    refused(411, head())


@suite
def hosts_are_counted():
    with raw("POST /v1/admit HTTP/1.1\nContent-Length: 2\n\n", b"{}") as client:
        equal(client.read().status, 400)
    refused(400, "POST /v1/admit HTTP/1.1\nHost: a\nHost: b\nContent-Length: 2\n\n", b"{}")


@suite
def header_names_must_be_names():
    refused(400, head("Content-Length: 2", "X Y: 1"), b"{}")
    refused(400, head("Content-Length: 2", "X\tY: 1"), b"{}")
    # The library takes a line without a name for the end of the head: what follows must not be served as a request.
    with raw("GET /healthz HTTP/1.1\nHost: localhost\n: 1\nX: y\n\n") as client:
        equal(client.read().status, 200)
        rest = client.read()
        assert rest is None or rest.status == 400, rest


@suite
def a_carriage_return_in_a_value_is_refused():
    with Client(server) as client:
        client.send(b"POST /v1/admit HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\nContent-Length: 2\r\n\r\n{}")
        answer = client.read()
        assert answer is None or answer.status == 400, answer


@suite
def paths_have_one_spelling():
    for path in ("/v1/admit/", "//v1/admit", "/V1/admit", "/v1%2fadmit", "/v1/%61dmit", "/v1/admit;x", "/", "/v1",
                 "https://localhost/v1/admit", "/healthz/", "/v1/admit#x"):
        answer = server.post(BODY, path)
        equal(answer.status, 404, "status of " + path)


@suite
def a_query_is_not_part_of_the_path():
    for query in ("?timeout=5s", "?timeout=-1", "?timeout=9999h", "?timeout=x", "?", "?a=b&c"):
        equal(server.post(BODY, "/v1/admit" + query).status, 200, "status of " + query)


@suite
def each_path_has_one_method():
    with server.connect() as client:
        answer = client.get("/v1/admit")
        equal((answer.status, answer.header("Allow")), (405, "POST"))
        answer = client.post(b"{}", "/healthz")
        equal((answer.status, answer.header("Allow")), (405, "GET"))
        equal(client.get("/healthz").status, 200)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X" * 100):
        body = b"{}" if method in ("PUT", "PATCH") else None
        with server.connect() as client:
            client.send(request(method, "/v1/admit", body))
            equal(client.read().status, 405, "status of " + method)


@suite
def a_hundred_pipelined_requests_get_a_hundred_answers_in_order():
    with server.connect() as client:
        client.send(b"".join(request("POST", "/v1/admit", review(uid="uid-%d" % i)) for i in range(100)))
        for i in range(100):
            equal(client.read().json()["response"]["uid"], "uid-%d" % i)


@suite
def a_refused_body_does_not_become_a_request():
    with server.connect() as client:
        client.send(request("POST", "/nothing", SMUGGLED))
        equal(client.read().status, 404)
        client.send(request("GET", "/v1/admit", SMUGGLED))
        equal(client.read().status, 405)
        equal(client.post(BODY).status, 200)


@suite
def chunked_bodies_are_read():
    for size in (1, 7, 1000):
        pieces = [BODY[i:i + size] for i in range(0, len(BODY), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
        with raw(head("Transfer-Encoding: chunked"), body) as client:
            equal(client.read().json()["response"]["uid"], UID)
            equal(client.post(BODY).status, 200)


@suite
def bad_chunks_are_refused():
    for chunk in (b"0x7\r\n{}", b"-7\r\n{}", b"zz\r\n", b"2\r\n{}XX0\r\n\r\n", b"ffffffffffffffffff\r\n"):
        with raw(head("Transfer-Encoding: chunked"), chunk) as client:
            answer = client.read()
            assert answer is None or answer.status in (400, 413), (chunk, answer)
            equal(client.closed(), True, "closed after %r" % chunk)


@suite
def expect_continue_is_served():
    with raw(head("Content-Length: %d" % len(BODY), "Expect: 100-continue")) as client:
        client.send(BODY)
        equal(client.read().status, 200)


@suite
def expect_continue_spares_a_large_task_definition():
    text = head("Content-Length: 2000000", "Expect: 100-continue").replace("/v1/admit", "/v1/ecs")
    refused(413, text)


@suite
def large_heads_are_refused():
    for text, status in ((head("Content-Length: 2", "X: " + "a" * 65536), 431), (head(*["X: y"] * 5000), 431)):
        with Client(server) as client:
            try:
                client.send(text.replace("\n", "\r\n").encode("latin-1"))
                answer = client.read()
            except OSError:
                answer = None  # closed while we were still sending
            assert answer is None or answer.status == status, answer
    with raw("GET /%s HTTP/1.1\nHost: localhost\n\n" % ("a" * 40960)) as client:
        answer = client.read()
        assert answer is None or answer.status in (414, 431), answer


@suite
def other_versions_are_refused():
    for version in ("HTTP/2.0", "HTTP/9.9", "HTTP/0.9"):
        with raw("GET /healthz %s\nHost: localhost\n\n" % version) as client:
            answer = client.read()
            assert answer is None or answer.status in (400, 505), (version, answer)
    with raw("PRI * HTTP/2.0\n\nSM\n\n") as client:
        answer = client.read()
        assert answer is None or answer.status in (400, 505), answer


@suite
def http_1_0_is_answered_and_closed():
    with raw("GET /healthz HTTP/1.0\n\n") as client:
        equal(client.read().status, 200)
        equal(client.closed(), True, "closed")


@suite
def an_upgrade_is_ignored():
    with raw("GET /healthz HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: h2c\n\n") as client:
        equal(client.read().status, 200)


@suite
def error_pages_name_no_version_and_no_path_of_the_machine():
    for path in ("/", "/v1/admit"):
        with server.connect() as client:
            answer = client.get(path)
            text = (repr(answer.headers) + repr(answer.body)).lower()
            for word in ("microhttpd", "gnutls", "plimsoll/", "/work", "/tmp", "server"):
                assert word not in text, text


@suite
def the_server_is_alive_and_stops_cleanly():
    equal(server.post(BODY).status, 200)
    equal(server.stop(), 0, "exit status")
    assert all("Sanitizer" not in line for line in server.err.all), server.err.all


suite.run()
