#!/usr/bin/env python3
"""What the server refuses to start with, and what it says then: exit status 2 and a sentence."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import (PATIENCE, POLICY, Server, Suite, binary, certs, equal, pod, policy_dir, review,  # noqa: E402
                            scratch)

suite = Suite()
CERT, KEY = certs() + "/server.crt", certs() + "/server.key"


def refused(*flags):
    """Standard error of a server that must not start."""
    done = subprocess.run([binary()] + list(flags), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    equal(done.returncode, 2, "exit status of %r (%s)" % (flags, done.stderr))
    equal(done.stdout, b"", "standard output")
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("plimsolld: ")]
    assert lines, done.stderr
    return done.stderr.decode()


def says(text, *flags):
    got = refused(*flags)
    assert text in got, "%r does not say %r" % (got, text)


def with_pair(*flags, cert=CERT, key=KEY, policy=None):
    return ("--listen", "127.0.0.1:0", "--cert", cert, "--key", key, "--policy", policy or policy_dir(POLICY)) + flags


def make_cert(name, *flags, san="DNS:localhost", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
    """A self-signed pair; the paths of both."""
    cert, private = os.path.join(scratch(), name + ".crt"), os.path.join(scratch(), name + ".key")
    command = ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=localhost", "-keyout", private, "-out", cert]
    command += list(key) + list(flags)
    if san:
        command += ["-addext", "subjectAltName=" + san]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.chmod(private, 0o600)
    return cert, private


def write(name, text):
    path = os.path.join(scratch(), name)
    with open(path, "w") as f:
        f.write(text)
    return path


@suite
def flags_that_do_not_exist_are_named():
    says("there is no flag --prot", *with_pair("--prot", "1"))
    says('"serve" is not a flag', "serve")
    says("--listen needs a value", "--listen")


@suite
def values_are_checked():
    says('max-body: "33MB" is not a number of bytes', *with_pair("--max-body", "33MB"))
    says("max-body: 1 is outside the limits; it must be from 65536 to 268435456 bytes", *with_pair("--max-body", "1"))
    says('threads: "-1" is not a whole number', *with_pair("--threads", "-1"))
    says('request-deadline: "10" is not a time such as 500ms or 10s', *with_pair("--request-deadline", "10"))
    says("too large a number", *with_pair("--connections", "99999999999999999999999"))
    says('updates: "sometimes" is not one of relative|strict', *with_pair("--updates", "sometimes"))
    says('cluster.imds_blocked: "all" is not one of pods|awsvpc|bridge', *with_pair("--cluster.imds_blocked", "all"))
    says('set: "x" is not NAME=VALUE', *with_pair("--set", "x"))
    says('data: "x" is not NAME=FILE', *with_pair("--data", "x"))
    says("no data is called `x`", *with_pair("--data", "x=y"))
    says("in-flight must be at least max-body", *with_pair("--in-flight", "1Mi"))


@suite
def what_is_needed_is_asked_for():
    says("a certificate and its key are needed", "--policy", "x")
    says("no policy: give --policy DIRECTORY", "--cert", CERT, "--key", KEY)


@suite
def addresses_are_numeric():
    for address in ("localhost:8443", "8443", ":8443", "::1:8443", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999"):
        says("numeric address", *with_pair("--listen", address))
    says("cannot listen on 192.0.2.1:8443", *with_pair("--listen", "192.0.2.1:8443"))


@suite
def a_port_in_use_is_named():
    with Server() as server:
        says("Address already in use", *with_pair("--listen", "127.0.0.1:%d" % server.port))


@suite
def the_file_of_settings_is_checked():
    says("config.json:1:1: ", "--config", write("config.json", "{"))
    says('there is no setting "lisen"', "--config", write("config.json", '{"lisen":"x"}'))
    says("duplicate object key", "--config", write("config.json", '{"listen":"x","listen":"y"}'))
    says("must hold one JSON object", "--config", write("config.json", "[]"))
    says("threads: 1000 is outside", "--config", write("config.json", '{"threads":1000}'))
    says("write it as a string", "--config", write("config.json", '{"idle":10}'))
    says("No such file", "--config", os.path.join(scratch(), "nothing.json"))


@suite
def a_file_of_settings_is_used_and_flags_win():
    path = write("good.json", json.dumps({"set": ["limit=1"], "threads": 5, "log": "none", "max-body": 65536}))
    text = POLICY + "\nparam limit: int = 2\n"
    with Server("--config", path, "--threads", "6", policy=policy_dir(text)) as server:
        assert '"threads":"6"' in server.err.all[0], server.err.all
        equal(server.post(review()).status, 200)
    equal(server.out.all, [], "decisions with log: none")


@suite
def only_refusals_are_logged_if_so_wished():
    with Server("--log", "refused") as server:
        server.post(review())
        server.post(review(pod(privileged=True)))
    equal([line["allowed"] for line in server.decisions()], [False])


@suite
def exceptions_are_logged_with_their_rules():
    text = POLICY + """
exception e from privileged where workload.name == "web" owner "o" reason "r" expires 2099-12-31
exception gone from privileged where workload.name == "web" owner "o" reason "r" expires 2020-01-01
"""
    with Server(policy=policy_dir(text)) as server:
        response = server.post(review(pod(privileged=True))).json()["response"]
        equal((response["allowed"], response["auditAnnotations"]), (True, {"decision": "allowed", "excepted": "privileged:e"}))
        server.post(review())
    equal([(line["allowed"], line["rules"], line["audit"], line["excepted"]) for line in server.decisions()],
          [(True, [], [], [{"rule": "privileged", "exception": "e"}]), (True, [], [], [])])


@suite
def help_lists_every_setting():
    done = subprocess.run([binary(), "--help"], stdout=subprocess.PIPE, timeout=PATIENCE)
    equal(done.returncode, 0)
    text = done.stdout.decode()
    for flag in ("--listen", "--cert", "--policy", "--use", "--set", "--cluster.imds_blocked", "--max-body", "--config"):
        assert flag in text, flag
    assert max(len(line) for line in text.splitlines()) <= 100, "lines are too long"


@suite
def an_empty_policy_is_refused():
    empty = os.path.join(scratch(), "empty")
    os.makedirs(empty, exist_ok=True)
    says("no *.plim file in this directory", *with_pair(policy=empty))
    says("No such file", *with_pair(policy=os.path.join(scratch(), "nothing")))
    says("the policy has no rules", *with_pair(policy=policy_dir("policy nothing\n")))
    says("there is no pack \"nothing\"", *with_pair("--use", "nothing"))


@suite
def a_wrong_policy_is_shown_with_its_place():
    text = refused(*with_pair(policy=policy_dir(POLICY.replace("container.privileged", "container.privilaged"))))
    assert "test.plim:5:" in text and "privilaged" in text, text


@suite
def a_wrong_parameter_is_refused():
    text = refused(*with_pair("--set", "nothing=1"))
    assert "nothing" in text, text


@suite
def policies_below_the_directory_and_hidden_ones_are_not_read():
    where = policy_dir(POLICY)
    os.makedirs(where + "/below")
    for path in (where + "/below/x.plim", where + "/.x.plim", where + "/x.plim.bak"):
        with open(path, "w") as f:
            f.write("this is no policy")
    with Server(policy=where) as server:
        equal(server.post(review()).status, 200)


@suite
def a_shipped_pack_needs_no_directory():
    done = subprocess.Popen([binary(), "--listen", "127.0.0.1:0", "--cert", CERT, "--key", KEY, "--use", "essentials"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = done.stderr.readline().decode()
    done.terminate()
    done.communicate(timeout=PATIENCE)
    assert '"event":"listening"' in line, line
    equal(done.returncode, 0, "exit status")


@suite
def certificates_that_clients_reject_are_refused():
    old = make_cert("old", "-days", "1")
    says("the key does not belong to the certificate", *with_pair(cert=old[0]))
    nameless = make_cert("nameless", san=None)
    says("names no DNS name or address in subjectAltName", *with_pair(cert=nameless[0], key=nameless[1]))
    mail = make_cert("mail", san="email:a@example.com")
    says("names no DNS name or address in subjectAltName", *with_pair(cert=mail[0], key=mail[1]))
    short = make_cert("short", key=("-newkey", "rsa:1024"))
    says("an RSA key of 1024 bits is too short", *with_pair(cert=short[0], key=short[1]))
    sha1 = make_cert("sha1", "-sha1")
    says("which clients reject", *with_pair(cert=sha1[0], key=sha1[1]))


def dated(name, start, end):
    """A pair valid from start to end (YYYYMMDDHHMMSSZ), by openssl ca, which alone sets both dates."""
    where = os.path.join(scratch(), name)
    os.makedirs(where, exist_ok=True)
    for path, text in (("index.txt", ""), ("serial", "01\n")):
        with open(os.path.join(where, path), "w") as f:
            f.write(text)
    config = os.path.join(where, "ca.cnf")
    with open(config, "w") as f:
        f.write("[ca]\ndefault_ca=d\n[d]\ndir=%s\ndatabase=%s/index.txt\nserial=%s/serial\nnew_certs_dir=%s\n"
                "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\n"
                "subjectAltName=DNS:localhost\n" % ((where,) * 4))
    key, csr, cert = (os.path.join(where, n) for n in ("key", "csr", "crt"))
    quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["openssl", "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj",
                    "/CN=localhost", "-keyout", key, "-out", csr], **quiet)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", config, "-keyfile", key, "-in", csr, "-out", cert,
                    "-notext", "-startdate", start, "-enddate", end], **quiet)
    os.chmod(key, 0o600)
    return cert, key


@suite
def expired_and_future_certificates_are_refused():
    past = dated("past", "20200101000000Z", "20210101000000Z")
    says("the certificate expired on 2021-01-01 00:00:00 UTC", *with_pair(cert=past[0], key=past[1]))
    future = dated("future", "20980101000000Z", "20990101000000Z")
    says("the certificate is not valid before 2098-01-01 00:00:00 UTC", *with_pair(cert=future[0], key=future[1]))


@suite
def keys_open_to_others_are_refused_or_noted():
    cert, key = make_cert("open", "-days", "30")
    os.chmod(key, 0o602)
    says("others may write this key", *with_pair(cert=cert, key=key))
    os.chmod(key, 0o604)
    with Server("--cert", cert, "--key", key) as server:
        assert any('"event":"key-readable"' in line for line in server.err.all), server.err.all
    if os.geteuid() == 0:
        os.chmod(key, 0o600)
        os.chown(key, 12345, 12345)
        says("the key belongs to another user (uid 12345)", *with_pair(cert=cert, key=key))


@suite
def files_that_are_no_certificates_are_refused():
    says("No such file", *with_pair(cert="/nothing"))
    says("not a regular file", *with_pair(cert=scratch()))
    says("empty", *with_pair(cert=write("empty.crt", "")))
    says("no PEM certificate chain", *with_pair(cert=write("text.crt", "hello\n")))
    os.chmod(write("text.key", "hello\n"), 0o600)
    says("the key cannot be read", *with_pair(key=os.path.join(scratch(), "text.key")))


@suite
def ipv6_is_served():
    with Server("--listen", "[::1]:0") as server:
        assert '"address":"[::1]:' in server.err.all[0], server.err.all


@suite
def readiness_tells_policy_and_certificate():
    with Server() as server, server.connect() as client:
        detail = client.get("/readyz").json()
        equal(sorted(detail), ["certificate_not_after", "draining", "policy", "ready", "rules"])
        equal((detail["ready"], detail["rules"], len(detail["policy"])), (True, 1, 16))
        equal(client.get("/healthz").json(), {"alive": True})


suite.run()
