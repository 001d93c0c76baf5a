#!/usr/bin/python3
"""Judges the fixtures of Kubernetes' own admission plug-in with the pack pod-security-standards.

fixtures.json holds every upstream fixture of every version (NOTICE says whence): each pod once, with the levels and versions that
upstream labels it for, `pass` or `fail`, and the reasons that the upstream checks give there. A case passes when the verdict is that
of the label and the reasons of the rules with findings are those. A pod labelled for the newest version is also judged in every kind
that makes pods, and by `latest`. tests/diff/psa.sh, which needs Go, writes the file anew and compares random pods.

usage: run.py BUILD_DIR [LEVEL:VERSION...]        for example run.py build/asan restricted:v1.22
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PACK = "pod-security-standards"
HERE = pathlib.Path(__file__).parent
NEWEST = 37
APPS = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1"}
KINDS = ["Pod", "PodTemplate", "ReplicationController", *APPS, "Job", "CronJob"]


def wrap(kind, pod):
    """The pod as an object of this kind makes it."""
    template = {"metadata": pod["metadata"], "spec": pod["spec"]}
    head = {"apiVersion": APPS.get(kind, "batch/v1" if "Job" in kind else "v1"), "kind": kind, "metadata": {"name": "it"}}
    if kind == "Pod":
        return pod
    if kind == "PodTemplate":
        return {**head, "template": template}
    if kind == "CronJob":
        return {**head, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}}
    more = {"selector": {"matchLabels": {"app": "it"}}} if kind in APPS else {}
    return {**head, "spec": {**more, "template": template}}


def groups_of(pods):
    """{(level, version label): [(case, kind, pod)]}, versions as they stand in the label of the namespace."""
    groups, labelled = {}, 0
    for pod in pods:
        for case in pod["cases"]:
            labelled += case["last"] - case["first"] + 1
            for n in range(case["first"], case["last"] + 1):
                groups.setdefault((case["level"], f"v1.{n}"), []).append((case, "Pod", pod["pod"]))
            if case["last"] == NEWEST:
                of = groups.setdefault((case["level"], "latest"), [])
                of += [(case, kind, pod["pod"]) for kind in KINDS]
    return groups, labelled


def lint(program, level, version, objects):
    """[verdict] of the objects in a namespace with these labels; what went wrong instead is the end of the run."""
    labels = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": version}
    with tempfile.TemporaryDirectory() as folder:
        namespace, items = pathlib.Path(folder) / "namespace.json", pathlib.Path(folder) / "items.json"
        namespace.write_text(json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "labels": labels}}))
        items.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        command = [program, "lint", "--use", PACK, "--namespace", str(namespace), "--require-context", "--format", "json", str(items)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{level}:{version}: no report, exit {done.returncode}\n{done.stderr}{done.stdout[:500]}")
    if report["errors"]:
        sys.exit(f"{level}:{version}: " + "; ".join(e["message"] for e in report["errors"]))
    verdicts = {r["object"]: r["verdict"] for r in report["results"]}
    return [verdicts[f"items[{i}]"] for i in range(len(objects))]


def problem(case, verdict, reason_of):
    """What is wrong with a verdict; empty when it is right."""
    found = sorted({reason_of.get(f["rule"], "rule " + f["rule"]) for f in verdict["findings"]})
    if verdict["not_checked"]:
        return f"not checked: {verdict['not_checked']}"
    if verdict["allowed"] != (case["verdict"] == "pass"):
        return f"labelled {case['verdict']}, but allowed is {verdict['allowed']}: {found}"
    if found != case["reasons"]:
        return f"upstream says {case['reasons']}, the pack {found}"
    return ""


def judge(program, level, version, group, reason_of):
    """Lines about what is wrong in one group."""
    verdicts = lint(program, level, version, [wrap(kind, pod) for _, kind, pod in group])
    lines = []
    for (case, kind, _), verdict in zip(group, verdicts, strict=True):
        text = problem(case, verdict, reason_of)
        if text:
            lines.append(f"FAIL {level}:{version} {case['name']} as {kind}: {text}")
    return lines


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, only = str(pathlib.Path(sys.argv[1]) / "plimsoll"), set(sys.argv[2:])
    data = json.loads((HERE / "fixtures.json").read_text())
    groups, labelled = groups_of(data["pods"])
    if labelled != data["count"]:
        sys.exit(f"fixtures.json speaks of {data['count']} fixtures and holds {labelled}")
    chosen = {key: of for key, of in sorted(groups.items()) if not only or ":".join(key) in only}
    if only - {":".join(key) for key in chosen}:
        sys.exit("no such LEVEL:VERSION: " + " ".join(sorted(only - {":".join(key) for key in chosen})))
    lines = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(judge, program, *key, of, data["reason_of"]) for key, of in chosen.items()]
        for run in runs:
            lines += run.result()
    for line in lines:
        print(line)
    print(f"{sum(map(len, chosen.values())) - len(lines)} passed, {len(lines)} failed")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
