#!/usr/bin/env python3
"""Each directory here is a request and the exact answer to it, over real TLS.

  request.json   the body as sent, or request.tmpl with {{N*text}} for N times text and {{hex:..}} for bytes
  response.json  the body of the answer, byte for byte
  status         the status, where it is not 200
  path           the path, where it is not /v1/admit
  flags          flags of the server, where the case needs some of its own; files are named from the top of the checkout

usage: run.py [--bless] [CASE ...]      --bless writes the answers; read the difference before keeping it."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from server_harness import Server  # noqa: E402

BASE_FLAGS = ["--set", "approved_images=registry.example.com", "--cluster.name", "test"]


def read(case, name, default=None):
    try:
        with open(os.path.join(HERE, case, name), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return default


def expand(template):
    """{{5*[}} is [[[[[ and {{hex:00ff}} is two bytes. The final newline of the file does not count."""
    def once(match):
        what = match.group(1)
        if what.startswith(b"hex:"):
            return bytes.fromhex(what[4:].decode())
        count, text = what.split(b"*", 1)
        return int(count) * text
    return re.sub(rb"\{\{((?:hex:[0-9a-fA-F]*)|(?:\d+\*.+?))\}\}", once, template.rstrip(b"\n"), flags=re.S)


def body_of(case):
    template = read(case, "request.tmpl")
    return expand(template) if template is not None else read(case, "request.json").rstrip(b"\n")


def write(case, name, data):
    with open(os.path.join(HERE, case, name), "wb") as f:
        f.write(data)


def bless(case, answer):
    write(case, "response.json", answer.body)
    if answer.status != 200:
        write(case, "status", b"%d\n" % answer.status)
    elif os.path.exists(os.path.join(HERE, case, "status")):
        os.remove(os.path.join(HERE, case, "status"))


def problem(case, answer):
    """What is wrong with the answer, or None."""
    status = int(read(case, "status", b"200"))
    if answer.status != status:
        return "status %d, not %d" % (answer.status, status)
    if answer.header("Content-Type") != "application/json":
        return "Content-Type %r" % answer.header("Content-Type")
    if answer.body != read(case, "response.json", b""):
        return "answered\n    %r\n  and not\n    %r" % (answer.body, read(case, "response.json"))
    return None


class Servers:
    """One server for each set of flags."""

    def __init__(self):
        self.by_flags = {}

    def of(self, case):
        flags = tuple(read(case, "flags", b"").decode().split())
        if flags not in self.by_flags:
            self.by_flags[flags] = Server(*BASE_FLAGS, *flags, policy=os.path.join(HERE, "policy"))
        return self.by_flags[flags]

    def stop(self):
        """Problems of stopping."""
        bad = []
        for server in self.by_flags.values():
            status = server.stop()
            if status != 0 or any("Sanitizer" in line for line in server.err.all):
                bad.append("the server ended with %d: %s" % (status, "\n".join(server.err.all[-20:])))
        return bad


def main(arguments):
    blessing = "--bless" in arguments
    wanted = [a for a in arguments if not a.startswith("--")]
    cases = sorted(d for d in os.listdir(HERE) if any(
        os.path.exists(os.path.join(HERE, d, n)) for n in ("request.json", "request.tmpl")))
    servers, passed, failed = Servers(), 0, 0
    os.chdir(os.path.join(HERE, "..", ".."))
    for case in wanted or cases:
        path = read(case, "path", b"/v1/admit").decode().strip()
        try:
            answer = servers.of(case).post(body_of(case), path)
            why = "no answer" if answer is None else None
        except Exception as error:  # noqa: BLE001: the other cases are to run too
            answer, why = None, repr(error)
        if answer and blessing:
            bless(case, answer)
        why = why or problem(case, answer)
        passed, failed = passed + (not why), failed + bool(why)
        if why:
            print("FAILED %s: %s" % (case, why))
    for why in servers.stop():
        failed += 1
        print("FAILED " + why)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
