#!/usr/bin/env python3
"""Labels of namespaces under a running server: read at start, replaced, broken, missing; and what the server says that it
is not told."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import Server, Suite, binary, certs, equal, pod, policy_dir, review, scratch  # noqa: E402

suite = Suite()

LEVEL = "pod-security.kubernetes.io/enforce"
PSS = ("--use", "pod-security-standards")

# Nothing of its own: a directory of policies must have one.
QUIET = "policy quiet\n\naudit quiet\n  for each container\n  forbid container.name == \"no such name\"\n"


def namespace(name, level=None, labels=None, **metadata):
    labels = {"kubernetes.io/metadata.name": name} if labels is None else labels
    if level:
        labels[LEVEL] = level
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels, **metadata},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def listing(*items):
    """As `kubectl get namespaces -o json` writes it."""
    return json.dumps({"apiVersion": "v1", "items": list(items), "kind": "List", "metadata": {"resourceVersion": ""}}, indent=4)


USUAL = (namespace("shop", "restricted"), namespace("tools", "baseline"))


def put(path, text, modified=None):
    with open(path + ".new", "w") as f:
        f.write(text)
    if modified:
        os.utime(path + ".new", (modified, modified))
    os.rename(path + ".new", path)


def file_of(text):
    path = os.path.join(tempfile.mkdtemp(dir=scratch()), "namespaces.json")
    if text is not None:
        put(path, text)
    return path


def serve(text, *flags):
    """A server with the pack, and its file of namespaces."""
    path = file_of(text)
    return Server(*PSS, "--namespaces", path, *flags, policy=policy_dir(QUIET)), path


def event(server, name):
    return json.loads(server.err.wait(lambda line: '"event":"%s"' % name in line))


def answer(client, where, **more):
    """(allowed, message) for a pod that baseline admits and restricted refuses."""
    obj = pod()
    obj["metadata"]["namespace"] = where
    response = client.post(review(obj, namespace=where, **more)).json()["response"]
    return response["allowed"], response.get("status", {}).get("message", "")


@suite
def each_namespace_has_its_level():
    server, _ = serve(listing(*USUAL, namespace("open", "privileged")))
    with server, server.connect() as client:
        allowed, message = answer(client, "shop")
        equal(allowed, False)
        assert "pss-privilege-escalation" in message and "could not be decided" not in message, message
        equal(answer(client, "tools"), (True, ""))
        equal(answer(client, "open"), (True, ""))
        ready = client.get("/readyz").json()
        equal((ready["ready"], ready["namespaces"], "unknown" in ready, "data_missing" in ready), (True, 3, False, False))
        equal("context-unknown" in "".join(server.err.all), False)


@suite
def a_namespace_that_is_not_in_the_file_is_undecided_and_the_reason_names_the_file():
    server, path = serve(listing(*USUAL))
    with server, server.connect() as client:
        for name in ("", "a", "shop2", "sho", "zzz", "Shop", "shop\u0000"):
            allowed, message = answer(client, name)
            equal(allowed, False, "namespace %r" % name)
            if name == "":
                assert "could not be decided" not in message, message
            else:
                assert "are not known here: it is not in %s" % path in message, message


@suite
def without_the_setting_the_server_says_what_it_is_not_told():
    with Server(*PSS, policy=policy_dir(QUIET)) as server, server.connect() as client:
        line = event(server, "context-unknown")
        equal((line["level"], line["context"]), ("warning", "namespace.labels"))
        equal(line["message"], "%s rules read namespace.labels, which this server is not told: undecided, they refuse; "
                               "give --namespaces FILE" % line["rules"])
        rules = client.get("/readyz").json()["rules"]
        equal(int(line["rules"]), rules - 1)  # all but ours
        ready = client.get("/readyz").json()
        equal((ready["ready"], ready["unknown"]), (True, ["namespace.labels"]))
        equal("namespaces" in ready, False)
        allowed, message = answer(client, "tools")
        equal(allowed, False)
        assert "the labels of namespace `tools` are not known here: the server was not given --namespaces FILE" \
            in message, message


@suite
def annotations_and_versions_are_missed_too_and_data_files_are_listed():
    where = policy_dir("""policy sample

data scans: set of string from "scans.txt"
data unread: set of string from "unread.txt"

deny owned
  for each container
  require namespace.annotations["owner"] is set

deny old
  for each container
  require cluster.version >= v1.30

deny scanned
  for each image
  require image.name in scans
""")
    with Server(policy=where) as server, server.connect() as client:
        lines = [event(server, "context-unknown") for _ in range(2)]
        equal([(line["context"], line["rules"]) for line in lines], [("namespace.annotations", "1"), ("cluster.version", "1")])
        equal(lines[1]["message"], "1 rule reads cluster.version, which this server is not told: undecided, they refuse; "
                                   "give --cluster.version vX.Y")
        ready = client.get("/readyz").json()
        equal((ready["ready"], ready["data_missing"], ready["unknown"]),
              (True, ["scans"], ["namespace.annotations", "cluster.version"]))
        put(os.path.join(where, "scans.txt"), "registry.example.com/web\n")
        event(server, "policy-reloaded")
        equal("data_missing" in client.get("/readyz").json(), False)
    with Server("--cluster.version", "v1.34", "--namespaces", file_of(listing(*USUAL)), policy=where) as server:
        with server.connect() as client:
            equal("unknown" in client.get("/readyz").json(), False)


@suite
def a_replaced_file_changes_the_verdict_and_a_broken_one_does_not():
    server, path = serve(listing(*USUAL))
    with server, server.connect() as client:
        equal(answer(client, "shop")[0], False)
        put(path, listing(namespace("shop", "baseline"), namespace("tools", "restricted"), namespace("new", "baseline")))
        equal(event(server, "namespaces-reloaded")["namespaces"], "3")
        equal([answer(client, name)[0] for name in ("shop", "tools", "new")], [True, False, True])
        put(path, listing(namespace("shop", "restricted"))[:-2])
        line = event(server, "namespaces-rejected")
        equal((line["level"], line["message"]), ("error", "what was there before stays in force"))
        assert path + ":" in line["problem"] and "kubectl get namespaces -o json" in line["problem"], line
        equal([answer(client, name)[0] for name in ("shop", "tools", "new")], [True, False, True])
        ready = client.get("/readyz").json()
        equal((ready["ready"], ready["reload_failed"], ready["namespaces"]), (True, True, 3))
        put(path, listing(namespace("shop", "restricted")))
        equal(event(server, "namespaces-reloaded")["namespaces"], "1")
        equal(answer(client, "shop")[0], False)
        equal("reload_failed" in client.get("/readyz").json(), False)
        equal(sum("policy-reloaded" in line for line in server.err.all), 0)


@suite
def a_broken_file_of_namespaces_does_not_hold_up_the_policy_nor_the_other_way_round():
    server, path = serve(listing(*USUAL))
    mine = os.path.join(server.policy, "test.plim")
    with server, server.connect() as client:
        put(path, "{")
        event(server, "namespaces-rejected")
        put(mine, QUIET + "\ndeny web\n  for each container\n  require container.name != \"web\"\n")
        event(server, "policy-reloaded")
        equal(client.get("/readyz").json()["reload_failed"], True)
        equal(answer(client, "tools")[0], False)
        put(mine, "deny broken\n")
        event(server, "policy-rejected")
        put(path, listing(*USUAL, namespace("more")))
        event(server, "namespaces-reloaded")
        ready = client.get("/readyz").json()
        equal((ready["reload_failed"], ready["namespaces"]), (True, 3))
        put(mine, QUIET)
        event(server, "policy-reloaded")
        equal("reload_failed" in client.get("/readyz").json(), False)
        equal(answer(client, "tools")[0], True)


@suite
def a_file_written_anew_that_says_the_same_is_no_news():
    server, path = serve(listing(*USUAL))
    with server, server.connect() as client:
        put(path, listing(*reversed(USUAL)), 1000000000)
        until = time.monotonic() + 20
        while client.get("/readyz").json()["namespaces_modified"] != "2001-09-09T01:46:40Z" and time.monotonic() < until:
            time.sleep(0.05)
        equal(client.get("/readyz").json()["namespaces_modified"], "2001-09-09T01:46:40Z")
        put(path, listing(*USUAL, namespace("third")))
        equal(event(server, "namespaces-reloaded")["namespaces"], "3")
        equal(sum("namespaces-reloaded" in line for line in server.err.all), 1)


@suite
def a_missing_file_is_named_and_may_come_later_and_go():
    server, path = serve(None)
    with server, server.connect() as client:
        line = event(server, "namespaces-missing")
        equal((line["level"], line["file"]), ("warning", path))
        allowed, message = answer(client, "tools")
        equal(allowed, False)
        assert "the file %s is not there" % path in message, message
        ready = client.get("/readyz").json()
        equal((ready["ready"], ready["namespaces"], ready["namespaces_missing"]), (True, 0, True))
        put(path, listing(*USUAL))
        event(server, "namespaces-reloaded")
        equal(answer(client, "tools")[0], True)
        os.unlink(path)
        event(server, "namespaces-missing")
        equal(answer(client, "tools")[0], False)


@suite
def the_label_with_the_name_is_always_there_and_true():
    where = policy_dir("""policy sample

deny named
  for each container
  require namespace.labels["kubernetes.io/metadata.name"] == namespace.name
  require (namespace.annotations["note"] else "none") in {"none", "a\\"b"}
""")
    items = (namespace("bare", labels={}), namespace("liar", labels={"kubernetes.io/metadata.name": "shop"}),
             namespace("noted", annotations={"note": "a\"b"}), namespace("other", annotations={"note": "ab"}),
             {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "none", "labels": None, "annotations": None}})
    with Server("--namespaces", file_of(listing(*items)), policy=where) as server, server.connect() as client:
        equal([answer(client, i["metadata"]["name"])[0] for i in items], [True, True, True, False, True])


@suite
def other_forms_of_the_list_are_read():
    bare = {"metadata": {"name": "tools", "labels": {LEVEL: "baseline"}}}
    raw = json.dumps({"kind": "NamespaceList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [bare]})
    for text in (raw, json.dumps(namespace("tools", "baseline"))):
        server, _ = serve(text)
        with server, server.connect() as client:
            equal((answer(client, "tools")[0], answer(client, "shop")[0]), (True, False))


def refusal(text):
    """What a server says that does not start with such a file."""
    return refusal_of(file_of(text))


def refusal_of(path):
    command = [binary(), "--cert", certs() + "/server.crt", "--key", certs() + "/server.key", "--listen", "127.0.0.1:0",
               "--namespaces", path, *PSS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    equal(done.returncode, 2, "the exit status with %s: %s" % (path, done.stderr))
    return done.stderr


@suite
def what_is_no_list_of_namespaces_is_refused_at_start():
    one = namespace("a")
    cases = [
        ("", "the document is empty"),
        ("apiVersion: v1\nkind: List\n", "write the file with `kubectl get namespaces -o json`"),
        ("[]", "this is not a list of namespaces"),
        (json.dumps({"kind": "PodList", "items": []}), "kind: this is not a list of namespaces"),
        (json.dumps({"kind": "List"}), "a list needs `items`"),
        (json.dumps({"kind": "List", "items": {}}), "items: a list needs `items`"),
        (listing(), "items: this list is empty"),
        (listing(one, pod()), "items[1].kind: its kind is not Namespace"),
        (listing(one, {"metadata": {"name": "b"}}), "items[1]: its kind is not Namespace"),
        (listing({"kind": "Namespace", "apiVersion": "v2", "metadata": {"name": "b"}}), "items[0].apiVersion: the apiVersion"),
        (listing(one, {"kind": "Namespace", "apiVersion": "v1"}), "items[1]: a Namespace needs a metadata.name"),
        (listing(namespace("")), "items[0].metadata.name: a Namespace needs a metadata.name"),
        (listing(one, 7), "items[1]: this is not a Namespace object"),
        (listing(namespace("a", labels=[])), "items[0].metadata.labels: this is not a map of strings"),
        (listing(namespace("a", labels={"x": True})), "items[0].metadata.labels.x: this is not a string"),
        (listing(namespace("a", annotations={"x": None})), "items[0].metadata.annotations.x: this is not a string"),
        (listing(one, namespace("b"), one), "items[2]: this namespace stands twice in the list"),
        (listing(one).replace('"kind": "Namespace"', '"kind": "Namespace", "kind": "Namespace"'), "stands twice in its object"),
        ('{"kind":"NamespaceList","items":[%s]}' % ",".join(["0"] * 100001), "more than 100,000 namespaces"),
        (" " * (32 * 1024 * 1024 + 1), "larger than 32 MiB"),
    ]
    for text, wanted in cases:
        said = refusal(text)
        assert wanted in said, "%r and not %r for %r" % (said, wanted, text[:200])
    assert "not a regular file" in refusal_of(scratch())


@suite
def many_namespaces_are_found_by_all_threads_while_the_file_changes():
    def big(first):
        return listing(*(namespace("n%05d" % i, "baseline" if i % 2 == first else "restricted") for i in range(5000)))
    server, path = serve(big(0))
    with server:
        wrong, stop = [], threading.Event()

        def ask(seed):
            with server.connect() as client:
                i = seed
                while not stop.is_set():
                    pair = [answer(client, "n%05d" % (i % 4999 + n)) for n in (0, 1)]
                    i += 37
                    if any("not known" in message for _, message in pair):
                        wrong.append(pair)

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for n in (1, 0, 1):
            put(path, big(n))
            equal(event(server, "namespaces-reloaded")["namespaces"], "5000")
        stop.set()
        for thread in threads:
            thread.join()
        equal(wrong, [])
        with server.connect() as client:
            equal([answer(client, "n%05d" % i)[0] for i in (0, 1, 2498, 2499, 4998, 4999)], [False, True] * 3)


suite.run()
