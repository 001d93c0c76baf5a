"""A plimsolld under test: started on a free port with a certificate of its own, spoken to over real TLS.

Python's standard library only. Every wait has a deadline and ends on an event, never after a fixed time. The server is the
binary that $PLIMSOLLD names, else build/release/plimsolld."""

import atexit
import json
import os
import queue
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 20.0

_scratch = None


def scratch():
    """A directory that goes away with the process."""
    global _scratch
    if _scratch is None:
        _scratch = tempfile.mkdtemp(prefix="plimsoll-test-")
        atexit.register(shutil.rmtree, _scratch, True)
    return _scratch


def binary():
    path = os.environ.get("PLIMSOLLD", os.path.join(ROOT, "build", "release", "plimsolld"))
    if not os.access(path, os.X_OK):
        sys.exit("no server at %s; build it, or set PLIMSOLLD" % path)
    return path


def certs():
    """The directory of a development CA and server pair, made once per process."""
    path = os.path.join(scratch(), "certs")
    if not os.path.isdir(path):
        subprocess.run(["sh", os.path.join(ROOT, "certs", "gen-dev.sh"), path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def policy_dir(text, name="policy"):
    path = tempfile.mkdtemp(prefix=name + "-", dir=scratch())
    with open(os.path.join(path, "test.plim"), "w") as f:
        f.write(text)
    return path


POLICY = """policy sample

deny privileged
  for each container
  forbid container.privileged
    message "{container} is privileged"
"""


class Lines:
    """Lines of a pipe, collected by a thread, waited for with a deadline."""

    def __init__(self, pipe):
        self.all = []
        self._queue = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(pipe,), daemon=True)
        self._thread.start()

    def _run(self, pipe):
        for raw in pipe:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.all.append(line)
            self._queue.put(line)
        self._queue.put(None)

    def wait(self, wanted, patience=PATIENCE):
        """The first line not seen yet for which wanted(line) holds."""
        until = time.monotonic() + patience
        while True:
            try:
                line = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError("no such line within %g s; got %r" % (patience, self.all[-5:]))
            if line is None:
                raise AssertionError("the output ended; got %r" % (self.all[-5:],))
            if wanted(line):
                return line

    def end(self):
        self._thread.join(PATIENCE)


class Server:
    def __init__(self, *flags, policy=None, stdout=None):
        """stdout: where the decisions go instead of into self.out."""
        where = certs()
        self.policy = policy or policy_dir(POLICY)
        command = [binary(), "--listen", "127.0.0.1:0", "--cert", where + "/server.crt", "--key", where + "/server.key",
                   "--policy", self.policy, "--drain-grace", "0ms"] + list(flags)
        self.process = subprocess.Popen(command, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE)
        self.out = Lines(self.process.stdout or ())
        self.err = Lines(self.process.stderr)
        line = self.err.wait(lambda text: '"event":"listening"' in text)
        self.port = int(json.loads(line)["address"].rsplit(":", 1)[1])
        atexit.register(self.kill)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            status = self.stop()
            assert status == 0, "exit status %d, log %r" % (status, self.err.all[-5:])

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        status = self.process.wait(PATIENCE + 20)
        self.out.end()
        self.err.end()
        return status

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def decisions(self):
        return [json.loads(line) for line in self.out.all]

    def plain(self, timeout=PATIENCE):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def tls(self, context=None, timeout=PATIENCE):
        return (context or client_context()).wrap_socket(self.plain(timeout), server_hostname="localhost")

    def connect(self):
        return Client(self)

    def post(self, body, path="/v1/admit", headers=()):
        """One request on a connection of its own."""
        with self.connect() as client:
            return client.post(body, path, headers)

    def rss_kib(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def fds(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))


def client_context():
    return ssl.create_default_context(cafile=certs() + "/ca.crt")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(values) if values else None

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "<%d %r>" % (self.status, self.body[:300])


class Client:
    """A connection that is kept; reads answers one by one."""

    def __init__(self, server, context=None):
        self.socket = server.tls(context)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def post(self, body, path="/v1/admit", headers=()):
        self.send(request("POST", path, body, headers))
        return self.read()

    def get(self, path):
        self.send(request("GET", path, None))
        return self.read()

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return len(data) > 0

    def read(self):
        """The next answer; None when the server closed first."""
        while b"\r\n\r\n" not in self.buffer:
            try:
                if not self._more():
                    return None
            except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                return None
        head, rest = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        self.buffer = rest
        if status == 100:
            return self.read()
        length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
        while len(self.buffer) < length:
            if not self._more():
                raise AssertionError("the answer was cut off: %r" % head)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(status, headers, body)

    def closed(self, patience=PATIENCE):
        """Whether the server closes within that time, without another answer."""
        self.socket.settimeout(patience)
        try:
            return self.buffer == b"" and not self._more()
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            return True
        except (TimeoutError, socket.timeout):
            return False


def request(method, path, body, headers=()):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: localhost"]
    if body is not None:
        lines += ["Content-Type: application/json", "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % pair for pair in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


UID = "705ab4f5-6393-11e8-b7cc-42010a800002"


def pod(privileged=False, name="web", **more):
    container = {"name": "web", "image": "registry.example.com/web:1"}
    if privileged:
        container["securityContext"] = {"privileged": True}
    spec = {"containers": [container]}
    spec.update(more)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def review(obj=None, uid=UID, operation="CREATE", old=None, **more):
    """A review as the API server writes it, as bytes."""
    inner = {"uid": uid, "kind": {"group": "", "version": "v1", "kind": "Pod"},
             "resource": {"group": "", "version": "v1", "resource": "pods"}, "name": "web", "namespace": "shop",
             "operation": operation, "userInfo": {"username": "dev", "groups": ["devs"]},
             "object": pod() if obj is None else obj, "oldObject": old, "dryRun": False}
    inner.update(more)
    whole = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": inner}
    return json.dumps(whole, separators=(",", ":")).encode()


class Suite:
    """Named checks; runs all, prints what failed, ends with a count."""

    def __init__(self):
        self.cases = []

    def __call__(self, function):
        self.cases.append(function)
        return function

    def run(self):
        passed = failed = 0
        for case in self.cases:
            name = case.__name__.replace("_", " ")
            try:
                case()
                passed += 1
            except Exception as why:  # noqa: BLE001: a failed case must not end the suite
                failed += 1
                print("FAILED %s: %s: %s" % (name, type(why).__name__, why))
        print("%d passed, %d failed" % (passed, failed))
        sys.exit(1 if failed else 0)


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))
