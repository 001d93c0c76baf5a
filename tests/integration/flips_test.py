#!/usr/bin/env python3
"""Every byte of a good review changed in several ways.

An answer is 200 with a review in it, or 400. Where the changed text still says one uid, the answer bears it. The review that is
changed is of a privileged pod, so `allowed: true` is only right where the change itself made the object harmless; an
independent reader (Python's json, which keeps duplicates here) tells where that is."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import Client, Server, Suite, equal, pod, request, review  # noqa: E402

suite = Suite()
server = Server()
BODY = review(pod(privileged=True))
BATCH = 64


class Twice(Exception):
    pass


def no_duplicates(pairs):
    if len(set(k for k, _ in pairs)) != len(pairs):
        raise Twice()
    return dict(pairs)


def no_constant(text):
    raise ValueError(text)


def reading(body):
    """What an independent strict reader makes of the body, or None."""
    try:
        return json.loads(body.decode("utf-8", "replace"), object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except (ValueError, Twice, RecursionError):
        return None


def uid_of(seen):
    request_ = seen.get("request") if isinstance(seen, dict) else None
    uid = request_.get("uid") if isinstance(request_, dict) else None
    return uid if isinstance(uid, str) and uid else None


def may_allow(seen):
    """Whether an honest reader could find no privileged container in it."""
    if not isinstance(seen, dict) or not isinstance(seen.get("request"), dict):
        return False
    obj = seen["request"].get("object")
    if seen["request"].get("operation") not in ("CREATE", "UPDATE", "CONNECT", "DELETE"):
        return False
    if seen.get("kind") != "AdmissionReview" or not str(seen.get("apiVersion")).startswith("admission.k8s.io/v1"):
        return False
    if not isinstance(obj, dict):
        return False
    spec = obj.get("spec")
    if obj.get("kind") != "Pod" or obj.get("apiVersion") != "v1" or not isinstance(spec, dict):
        return True
    containers = spec.get("containers")
    if not isinstance(containers, list):
        return containers is None
    context = containers[0].get("securityContext") if containers and isinstance(containers[0], dict) else None
    return not (isinstance(context, dict) and context.get("privileged") is True)


def check(body, answer):
    if answer is None:
        raise AssertionError("no answer to %r" % body)
    seen = reading(body)
    uid = uid_of(seen)
    if answer.status == 400:
        assert uid is None, ("400 although the uid is readable", body)
        return
    equal(answer.status, 200, "status of %r" % body)
    response = answer.json()["response"]
    if uid is not None:
        equal(response["uid"], uid, "uid of %r" % body)
    assert isinstance(response["uid"], str) and response["uid"], answer
    if response["allowed"] is not False:
        assert response["allowed"] is True and may_allow(seen), ("allowed", body)


def send_all(bodies):
    with Client(server) as client:
        for at in range(0, len(bodies), BATCH):
            batch = bodies[at:at + BATCH]
            client.send(b"".join(request("POST", "/v1/admit", body) for body in batch))
            for body in batch:
                check(body, client.read())


def changed(change):
    bodies = []
    for i in range(len(BODY)):
        new = change(BODY[i])
        if new != BODY[i:i + 1]:
            bodies.append(BODY[:i] + new + BODY[i + 1:])
    send_all(bodies)


@suite
def the_review_itself_is_refused_by_its_rule():
    response = server.post(BODY).json()["response"]
    equal((response["allowed"], response["auditAnnotations"]["rules"]), (False, "privileged"))


for bit in range(8):
    def flip(bit=bit):
        changed(lambda b: bytes([b ^ (1 << bit)]))
    flip.__name__ = "bit %d of every byte flipped" % bit
    suite(flip)


@suite
def every_byte_left_out():
    changed(lambda b: b"")


@suite
def every_byte_doubled():
    changed(lambda b: bytes([b, b]))


@suite
def every_byte_a_nul():
    changed(lambda b: b"\x00")


@suite
def every_byte_a_quote():
    changed(lambda b: b'"')


@suite
def every_byte_a_comma_and_a_brace():
    changed(lambda b: b",")
    changed(lambda b: b"}")


@suite
def cut_off_after_every_byte():
    send_all([BODY[:i] for i in range(1, len(BODY))])


@suite
def every_value_of_another_type():
    def variants(value):
        for other in (None, True, 7, -1, 1.5, "text", [], {}, [[]], {"a": {}}):
            if other != value:
                yield other

    def mutations(value):
        """Copies of value with one node replaced."""
        if isinstance(value, dict):
            for key in value:
                for new in list(variants(value[key])) + list(mutations(value[key])):
                    yield {**value, key: new}
        elif isinstance(value, list):
            for i, item in enumerate(value):
                for new in list(variants(item)) + list(mutations(item)):
                    yield value[:i] + [new] + value[i + 1:]

    send_all([json.dumps(m).encode() for m in mutations(json.loads(BODY))])


@suite
def the_server_is_alive_and_stops_cleanly():
    equal(server.post(BODY).json()["response"]["allowed"], False)
    equal(server.stop(), 0, "exit status")
    assert all("Sanitizer" not in line for line in server.err.all), server.err.all


suite.run()
