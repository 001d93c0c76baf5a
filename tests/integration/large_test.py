#!/usr/bin/env python3
"""Bodies of many megabytes: refused with their uid, or with 503 and Retry-After; memory stays bounded; small ones are served."""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import UID, Client, Server, Suite, equal, pod, request, review  # noqa: E402

suite = Suite()
MIB = 1024 * 1024
ASAN = "asan" in os.environ.get("PLIMSOLLD", "") or os.environ.get("PLIMSOLL_SANITIZED")
server = Server("--request-deadline", "60s")


def padded(size, privileged=False, piece=b"<"):
    """A review of exactly that many bytes."""
    body = review(pod(privileged, **{"hostname": "PAD"}))
    return body.replace(b"PAD", piece * ((size - len(body) + 3) // len(piece)))


@suite
def three_mib_are_judged():
    equal(server.post(padded(3 * MIB, True)).json()["response"]["auditAnnotations"]["rules"], "privileged")


@suite
def escapes_of_18_mib_are_judged():
    body = padded(18 * MIB, True, b"\\u003c")
    equal(server.post(body).json()["response"]["auditAnnotations"]["rules"], "privileged")


@suite
def just_below_and_at_the_limit_is_judged():
    for size in (33 * MIB - 1, 33 * MIB):
        body = padded(size, True)
        equal(len(body), size)
        equal(server.post(body).json()["response"]["auditAnnotations"]["decision"], "refused")


@suite
def one_byte_over_the_limit_is_refused_with_its_uid():
    with Client(server) as client:
        answer = client.post(padded(33 * MIB + 1))
        equal(answer.status, 200)
        response = answer.json()["response"]
        equal((response["uid"], response["allowed"], response["auditAnnotations"]["decision"]), (UID, False, "not-judged"))
        equal(answer.header("Connection"), "close")
        equal(client.closed(), True, "closed")


@suite
def chunks_over_the_limit_are_refused_with_their_uid():
    body = padded(40 * MIB)
    with Client(server) as client:
        client.send(b"POST /v1/admit HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(body), MIB):
            piece = body[at:at + MIB]
            client.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        client.send(b"0\r\n\r\n")
        response = client.read().json()["response"]
        equal((response["uid"], response["allowed"]), (UID, False))


@suite
def many_small_values_stay_in_the_memory_set_aside():
    for piece in (b"{},", b"[],", b"0,", b'"",', b'{"a":[]},'):
        many = piece * (3 * MIB // len(piece))
        body = review().replace(b'"dryRun":false', b'"x":[' + many[:-1] + b']')
        response = server.post(body).json()["response"]
        equal(response["uid"], UID)


@suite
def nested_garbage_is_refused_with_its_uid():
    for piece in (b"[", b'{"a":', b"[{", b'"\\u0061":{'):
        body = review()[:-40] + piece * (4 * MIB // len(piece))
        response = server.post(body).json()["response"]
        equal((response["uid"], response["allowed"]), (UID, False))


@suite
def keys_of_a_large_object_are_compared_in_linear_time():
    keys = b",".join(b'"k%d":1' % i for i in range(200000))
    body = review().replace(b'"dryRun":false', keys)
    equal(server.post(body).json()["response"]["allowed"], True)
    twice = body.replace(b'"k199999"', b'"k7"')
    equal(server.post(twice).json()["response"]["auditAnnotations"]["decision"], "not-judged")


@suite
def parallel_large_bodies_are_judged_or_told_to_come_again():
    body = request("POST", "/v1/admit", padded(30 * MIB, True))
    judged, busy, wrong = [], [], []

    def work():
        try:
            with Client(server) as client:
                client.send(body)
                answer = client.read()
                if answer is None:
                    wrong.append("no answer")
                elif answer.status == 200 and answer.json()["response"]["allowed"] is False:
                    judged.append(1)
                elif answer.status == 503 and answer.header("Retry-After") == "1" and \
                        answer.header("Connection") == "close":
                    busy.append(1)
                else:
                    wrong.append(repr(answer))
        except Exception as why:  # noqa: BLE001
            wrong.append(repr(why))

    small = []

    def good():
        while not done.is_set():
            answer = server.post(review())
            small.append(answer.status)

    done = threading.Event()
    beside = threading.Thread(target=good)
    beside.start()
    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    done.set()
    beside.join(60)
    equal(wrong, [], "wrong")
    equal(len(judged) + len(busy), 16)
    assert judged, "none of the large bodies was judged"
    assert small and set(small) == {200}, set(small)
    peak = server.rss_kib()
    assert ASAN or peak < 700 * 1024, "resident %d KiB" % peak


@suite
def beyond_the_budget_there_is_503():
    tight = Server("--max-body", "1Mi", "--in-flight", "1Mi")
    body = request("POST", "/v1/admit", padded(900 * 1024))
    # Two at once: whichever comes to need the second half of the budget while the other holds the first is told to come again.
    # They may also pass each other by, so this is tried until they meet.
    refused = []
    for _ in range(100):
        with Client(tight) as first, Client(tight) as second:
            first.send(body[:-1])
            second.send(body[:-1])
            equal(tight.post(review()).status, 200, "status of a small review beside them")
            second.send(body[-1:])
            first.send(body[-1:])
            answers = [first.read(), second.read()]
            refused = [answer for answer in answers if answer.status != 200]
            for answer in refused:
                equal((answer.status, answer.header("Retry-After"), answer.header("Connection")), (503, "1", "close"))
        if refused:
            break
    assert refused, "the budget was never used up"
    equal(tight.post(padded(900 * 1024)).status, 200)
    equal(tight.stop(), 0, "exit status")


@suite
def the_memory_ceiling_is_a_decision():
    tight = Server("--memory", "1Mi")
    body = review().replace(b'"dryRun":false', b'"x":[' + b"0," * 200000 + b"0]")
    response = tight.post(body).json()["response"]
    equal((response["uid"], response["allowed"], response["auditAnnotations"]["decision"]), (UID, False, "not-judged"))
    equal(tight.post(review()).json()["response"]["allowed"], True)
    equal(tight.stop(), 0, "exit status")


@suite
def task_definitions_have_a_smaller_limit():
    answer = server.post(b'{"family":"%s"}' % (b"x" * 2 * MIB), "/v1/ecs")
    equal((answer.status, answer.json()["allowed"], answer.header("Connection")), (413, False, "close"))


@suite
def the_server_is_alive_and_stops_cleanly():
    equal(server.post(review()).status, 200)
    equal(server.stop(), 0, "exit status")
    assert all("Sanitizer" not in line for line in server.err.all), server.err.all


suite.run()
