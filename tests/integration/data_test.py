#!/usr/bin/env python3
"""Data files under a running server: read at start, replaced by rename, broken, missing, too old; and changed policies."""

import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import Server, Suite, equal, pod, policy_dir, review  # noqa: E402

suite = Suite()

POLICY = """policy sample

data approved: set of string from "approved.txt"
data scans: map of string to {critical: int} from "scans.json" fresh for 26h

deny unapproved
  for each image
  require image under approved

deny unscanned
  for each image
  require scans[image.name].critical == 0
"""
IMAGE = "registry.example.com/web"


def put(where, name, text):
    """Renames a file into place, as whoever writes data files should."""
    path = os.path.join(where, name)
    with open(path + ".new", "w") as f:
        f.write(text)
    os.rename(path + ".new", path)
    return path


def folder(**files):
    where = policy_dir(POLICY, "data")
    texts = {"approved.txt": "registry.example.com\n", "scans.json": json.dumps({IMAGE: {"critical": 0}})}
    texts.update({name.replace("_", "."): text for name, text in files.items()})
    for name, text in texts.items():
        if text is not None:
            put(where, name, text)
    return where


def answer(client):
    """(allowed, message) for one pod."""
    response = client.post(review()).json()["response"]
    return response["allowed"], response.get("status", {}).get("message", "")


def event(server, name):
    return json.loads(server.err.wait(lambda line: '"event":"%s"' % name in line))


@suite
def files_are_read_at_start():
    with Server(policy=folder()) as server, server.connect() as client:
        equal(answer(client)[0], True)
        assert "data-missing" not in "".join(server.err.all), server.err.all


@suite
def a_renamed_file_changes_the_verdict_and_a_broken_one_does_not():
    where = folder()
    with Server(policy=where) as server, server.connect() as client:
        before = client.get("/readyz").json()
        put(where, "scans.json", json.dumps({IMAGE: {"critical": 3}}))
        line = event(server, "policy-reloaded")
        equal((line["rules"], line["policy"] == before["policy"]), ("2", False))
        allowed, message = answer(client)
        equal(allowed, False)
        assert "unscanned" in message, message
        put(where, "scans.json", '{"%s": {"critical": "none"}}' % IMAGE)
        line = event(server, "policy-rejected")
        assert "a whole number is needed here, and this is a string" in line["problem"], line
        assert "scans.json:1:" in line["problem"], line
        equal(answer(client)[0], False)
        detail = client.get("/readyz").json()
        equal((detail["ready"], detail["reload_failed"]), (True, True))
        put(where, "scans.json", json.dumps({IMAGE: {"critical": 0}}))
        equal(event(server, "policy-reloaded")["policy"], before["policy"])
        equal(answer(client)[0], True)
        equal("reload_failed" in client.get("/readyz").json(), False)


@suite
def a_missing_file_is_named_once_and_decides_nothing():
    where = folder(scans_json=None)
    with Server(policy=where) as server, server.connect() as client:
        line = event(server, "data-missing")
        equal((line["data"], line["file"]), ("scans", where + "/scans.json"))
        allowed, message = answer(client)
        equal(allowed, False)
        assert "could not be decided: the file %s/scans.json of data `scans` is not there" % where in message, message
        put(where, "approved.txt", "registry.example.com\nother.example.com\n")
        event(server, "policy-reloaded")
        put(where, "scans.json", json.dumps({IMAGE: {"critical": 0}}))
        event(server, "policy-reloaded")
        equal(answer(client)[0], True)
        equal(sum("data-missing" in line for line in server.err.all), 1)
        os.unlink(os.path.join(where, "scans.json"))
        event(server, "data-missing")
        equal(answer(client)[0], False)


@suite
def a_file_grows_old_without_a_reload():
    where = folder()
    almost = time.time() - 26 * 3600 + 3
    os.utime(os.path.join(where, "scans.json"), (almost, almost))
    with Server(policy=where) as server, server.connect() as client:
        equal(answer(client)[0], True)
        until = time.monotonic() + 20
        while answer(client)[0] and time.monotonic() < until:
            pass
        allowed, message = answer(client)
        equal(allowed, False)
        assert "is good for 26h, and its age is 26h 0min" in message, message
        assert "policy-reloaded" not in "".join(server.err.all), server.err.all
        os.utime(os.path.join(where, "scans.json"))
        event(server, "policy-reloaded")
        equal(answer(client)[0], True)


@suite
def policies_are_read_again_too():
    where = folder()
    with Server(policy=where) as server, server.connect() as client:
        put(where, "test.plim", POLICY + "\ndeny web\n  for each container\n  require container.name != \"web\"\n")
        equal(event(server, "policy-reloaded")["rules"], "3")
        equal(answer(client)[0], False)
        put(where, "test.plim", "deny broken\n")
        assert "E0107" in event(server, "policy-rejected")["problem"]
        equal(answer(client)[0], False)
        put(where, "more.plim", "deny more\n  for each container\n  forbid container.privileged\n")
        event(server, "policy-rejected")
        put(where, "test.plim", POLICY)
        equal(event(server, "policy-reloaded")["rules"], "3")
        equal(answer(client)[0], True)


@suite
def flags_name_other_files():
    where, other = folder(approved_txt=None), policy_dir("", "other")
    path = put(other, "mine.txt", "registry.example.com\n")
    with Server("--data", "approved=" + path, policy=where) as server, server.connect() as client:
        equal(answer(client)[0], True)
        put(other, "mine.txt", "other.example.com\n")
        event(server, "policy-reloaded")
        equal(answer(client)[0], False)


@suite
def the_ecs_door_reads_the_same_files():
    task = {"family": "web", "containerDefinitions": [{"name": "web", "image": IMAGE + ":1"}]}
    where = folder()
    with Server(policy=where) as server:
        equal(server.post(json.dumps(task).encode(), "/v1/ecs").json()["allowed"], True)
        put(where, "approved.txt", "other.example.com\n")
        event(server, "policy-reloaded")
        equal(server.post(json.dumps(task).encode(), "/v1/ecs").json()["allowed"], False)


@suite
def requests_go_on_while_files_change():
    where = folder()
    with Server(policy=where) as server:
        wrong, stop = [], threading.Event()

        def ask():
            with server.connect() as client:
                while not stop.is_set():
                    response = client.post(review()).json()["response"]
                    if response["uid"] == "" or not isinstance(response["allowed"], bool):
                        wrong.append(response)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(3):
            put(where, "scans.json", json.dumps({IMAGE: {"critical": n}, **{"x%d" % i: {"critical": i} for i in range(2000)}}))
            event(server, "policy-reloaded")
        stop.set()
        for thread in threads:
            thread.join()
        equal(wrong, [])
        with server.connect() as client:
            equal(answer(client)[0], False)


suite.run()
