#!/usr/bin/python3
"""Three doors, one verdict: every manifest of the tests goes through the webhook, the ECS door and the linter.

The linter reads the file as it is written (YAML or JSON) and, once more, as JSON converted by an independent reader (PyYAML); the doors
get the JSON over TLS. What must agree: allowed, and each finding with rule, mode, state, exception, subject, path and message. The webhook answers
with text, so there the refusal message and the audit annotations are compared.

A case says with `# flags:` what else is known; `--policy NAME` is the directory NAME of tests/doors/policies.

usage: doors/run.py BUILD_DIR [DIR ...]   (default: tests/rules tests/doors/cases)
"""
import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FLAGS = ["--set", "approved_images=registry.example.com,public.ecr.aws/acme"]


class Loader(yaml.SafeLoader):
    """YAML 1.1 without timestamps, as sigs.k8s.io/yaml has it; duplicate keys are refused."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents(path):
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".json":
        return [json.loads(text)]
    return [d for d in yaml.load_all(text, Loader=Loader) if d is not None]


def is_task(obj):
    return isinstance(obj, dict) and ("containerDefinitions" in obj or "taskDefinition" in obj)


def key(finding):
    return tuple(finding.get(k, "") for k in ("rule", "mode", "state", "exception", "subject", "path", "message"))


class Server:
    def __init__(self, build, extra):
        self.certs = tempfile.mkdtemp()
        subprocess.run(["sh", str(ROOT / "certs/gen-dev.sh"), self.certs], check=True, stdout=subprocess.DEVNULL)
        crt, keyfile = f"{self.certs}/server.crt", f"{self.certs}/server.key"
        self.proc = subprocess.Popen(
            [f"{build}/plimsolld", "--listen", "127.0.0.1:0", "--drain-grace", "0ms", "--cert", crt, "--key", keyfile, "--use", "essentials",
             *FLAGS, *extra], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.proc.stderr:
            m = re.search(r'"address":\s*"127\.0\.0\.1:(\d+)"', line) or re.search(r"127\.0\.0\.1:(\d+)", line)
            if m:
                self.port = int(m.group(1))
                break
        else:
            sys.exit(f"plimsolld did not start (exit {self.proc.wait()})")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)

    def post(self, path, obj):
        body = json.dumps(obj)
        self.connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def stop(self):
        self.connection.close()
        self.proc.terminate()
        self.proc.stderr.close()
        return self.proc.wait(timeout=30)


def case_flags(path):
    """The flags that a case asks of the linter (# flags: ...)."""
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        if line.startswith("# flags:"):
            words = line[len("# flags:"):].split()
            return tuple(str(HERE / "policies" / w) if before == "--policy" else w for before, w in zip([""] + words, words))
        if not line.startswith("#"):
            break
    return ()


def server_flags(flags):
    """The same for the server; None when it has no such flag (how a task will be launched is known to the linter's user only)."""
    words, out = list(flags), []
    while words:
        word = words.pop(0)
        if word == "--policy":
            out += [word, words.pop(0)]
            continue
        if word != "--cluster":
            return None
        key, _, value = words.pop(0).partition("=")
        for one in value.split(","):
            out += [f"--cluster.{key.replace('-', '_')}", one]
    return out


def lint(build, paths, flags):
    run = subprocess.run([f"{build}/plimsoll", "lint", "--format", "json", "--use", "essentials", *FLAGS, *flags, *map(str, paths)],
                         capture_output=True, text=True)
    if run.returncode not in (0, 1, 2):
        sys.exit(f"plimsoll died: {run.returncode}\n{run.stderr[-2000:]}")
    try:
        report = json.loads(run.stdout)
    except ValueError:
        sys.exit(f"the linter's output is no JSON: {run.stdout[:500]}\n{run.stderr[:500]}")
    by_file = {str(p): [] for p in paths}
    for result in report["results"]:
        by_file[result["file"]].append(result)
    return by_file


def review(obj, number):
    meta = obj.get("metadata") or {}
    version = str(obj.get("apiVersion", ""))
    group, _, short = version.rpartition("/")
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
        "uid": f"doors-{number}", "kind": {"group": group, "version": short, "kind": obj.get("kind", "")},
        "resource": {"group": group, "version": short, "resource": "x"}, "operation": "CREATE",
        "namespace": meta.get("namespace", "default") if isinstance(meta, dict) else "default",
        "userInfo": {"username": "doors"}, "object": obj, "oldObject": None, "dryRun": False}}


def flat(result):
    return result.get("verdict", result)


def compare(server, task_or_object, linted, number):
    """The differences between a door and what the linter said of the same bytes."""
    wanted = flat(linted)
    problems = []
    if is_task(task_or_object):
        status, got = server.post("/v1/ecs", task_or_object)
        if got.get("allowed") != wanted["allowed"]:
            problems.append(f"ecs door: allowed {got.get('allowed')}, linter {wanted['allowed']}")
        if status != (200 if wanted["allowed"] else 403):
            problems.append(f"ecs door: HTTP {status}")
        if sorted(map(key, got.get("findings", []))) != sorted(map(key, wanted["findings"])):
            problems.append(f"ecs door finds {got.get('findings')}\n    linter finds {wanted['findings']}")
        return problems
    status, got = server.post("/v1/admit", review(task_or_object, number))
    response = got.get("response", {})
    if status != 200 or response.get("uid") != f"doors-{number}":
        problems.append(f"webhook: HTTP {status}, {got}")
    if response.get("allowed") != wanted["allowed"]:
        problems.append(f"webhook: allowed {response.get('allowed')}, linter {wanted['allowed']}: {response}")
    message = response.get("status", {}).get("message", "")
    for finding in wanted["findings"]:
        if finding["mode"] == "deny" and (finding["rule"] not in message or finding["message"] not in message):
            if len(message) < 7000:
                problems.append(f"webhook does not say {finding['rule']}: {finding['message']}\n    but {message}")
        if finding["state"] == "excepted" and (finding["message"] in message or finding["message"] in str(response.get("warnings"))):
            problems.append(f"webhook tells of the excepted {finding['rule']}: {response}")
    excepted = sorted({f"{f['rule']}:{f['exception']}" for f in wanted["findings"] if f["state"] == "excepted"})
    noted = response.get("auditAnnotations", {}).get("excepted", "")
    if sorted(noted.split(",") if noted else []) != excepted:
        problems.append(f"webhook notes the exceptions {noted!r}, linter {excepted}")
    return problems


def main():
    build = sys.argv[1]
    dirs = [pathlib.Path(d) for d in sys.argv[2:]] or [ROOT / "tests/rules", HERE / "cases"]
    files = sorted(f for d in dirs if d.exists() for f in d.rglob("*") if f.suffix in (".yaml", ".yml", ".json"))
    passed, failed, work = 0, 0, pathlib.Path(tempfile.mkdtemp())
    groups = {}  # flags: [(source file, document number, object, converted file)]
    for f in files:
        flags = case_flags(f)
        if server_flags(flags) is None or "# doors: skip" in f.read_text(encoding="utf-8-sig", errors="replace")[:2000]:
            continue
        for n, obj in enumerate(documents(f)):
            if not isinstance(obj, dict) or str(obj.get("kind", "")).endswith("List"):
                continue
            converted = work / f"{sum(map(len, groups.values()))}.json"
            converted.write_text(json.dumps(obj))
            groups.setdefault(flags, []).append((f, n, obj, converted))
    for flags, cases in groups.items():
        good, bad = run_group(build, flags, cases)
        passed, failed = passed + good, failed + bad
    if passed == 0:
        failed += 1
        print("FAIL no case was run")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def run_group(build, flags, cases):
    passed = failed = 0
    as_written = lint(build, sorted({c[0] for c in cases}), flags)
    as_json = lint(build, [c[3] for c in cases], flags)
    server = Server(build, server_flags(flags))
    for number, (f, n, obj, converted) in enumerate(cases):
        problems = []
        ours, again = as_written[str(f)], as_json[str(converted)]
        if len(again) != 1 or n >= len(ours):
            problems.append(f"the linter gives {len(ours)} and {len(again)} results")
        else:
            a, b = flat(ours[n]), flat(again[0])
            if a["allowed"] != b["allowed"] or sorted(map(key, a["findings"])) != sorted(map(key, b["findings"])):
                problems.append(f"linter: as written {a['findings']}\n    as JSON {b['findings']}")
            problems += compare(server, obj, again[0], number)
        passed, failed = passed + (not problems), failed + bool(problems)
        if problems:
            print(f"FAIL {os.path.relpath(f, ROOT)} document {n}")
            for p in problems:
                print(f"    {p}")
    if server.stop() != 0:
        failed += 1
        print("FAIL plimsolld did not stop cleanly")
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
