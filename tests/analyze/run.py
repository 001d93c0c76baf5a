#!/usr/bin/python3
"""Tries to refute what `plimsoll analyze` claims, on programs and manifests made at random.

    run.py BUILD_DIR [--programs N] [--seed S]

For each program: a rule that "never fires" must find nothing in any manifest, one that "always fires" must spare none, and
where one rule "adds nothing" to another, each of its findings must stand beside one of the other. For each change of a
program: where there is "no difference", all manifests are judged alike, and every example is a test that passes with the
new version and fails with the old one. Examples that a rule fires, or spares, are run too. The manifests are made of the
values that the programs compare with and their neighbours, without knowing how the analysis chooses its own.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

NAMES = ["web", "web-1", "db", "webx", "proxy", ""]
TAGS = ["latest", "edge", "1.2", "1.2.3", "v1", ""]
REGISTRIES = ["registry.example.com/app", "registry.example.com/app/web", "registry.example.com/apple", "quay.io/x", "acme/web", ""]
PLACES = ["registry.example.com", "registry.example.com/app", "registry.example.com/app/web", "quay.io/x", "docker.io", "docker.io/acme/",
          "docker.io/library/nginx"]
CAPS = ["NET_RAW", "NET_ADMIN", "SYS_ADMIN", "CHOWN", "ALL", "net_raw", "CAP_CHOWN"]
AMOUNTS = ["1Gi", "2Gi", "4Gi", "4294967297", "8Gi", "512Mi", "0"]
UIDS = [0, 1, 999, 1000, 1001, 65534]
TEAMS = ["ml", "web", "", None]
SPACES = ["prod", "dev", "prod-eu", "kube-system"]


def string(s):
    return json.dumps(s)


def some_of(r, pool, low=1, high=3):
    return r.sample(pool, min(len(pool), r.randint(low, high)))


def texts(r, pool, low=1, high=3):
    return "{" + ", ".join(string(x) for x in some_of(r, [p for p in pool if p], low, high)) + "}"


class Programs:
    def __init__(self, r):
        self.r = r

    def atom(self, positive):
        """One condition that may stand in this polarity."""
        r = self.r
        pick = r.randrange(19)
        no = r.choice(["", "not "])
        if pick == 0:
            return "container.privileged"
        if pick == 1:
            return f"container.name {no}in {texts(r, NAMES)}"
        if pick == 2:
            return f"container.name {no}like {string(r.choice(['web*', '*-1', '*b*', 'web']))}"
        if pick == 3:
            return f"container.name {no}matches /{r.choice(['web(-[0-9])?', '[a-w]+', 'web.*', '.*-[0-9]', '(web|db)[x-]?.*'])}/"
        if pick == 4:
            return f"container.added_capabilities {r.choice(['overlaps', 'within'])} {texts(r, CAPS[:5])}"
        if pick == 5:
            return f"container.added_capabilities contains {string(r.choice(CAPS[:5]))}"
        if pick == 6:
            return f"container.dropped_capabilities contains {string(r.choice(CAPS[:5]))}"
        if pick == 7:
            return f"(container.memory_limit else {r.choice(['0Gi', '16Gi'])}) {r.choice(['<', '<=', '>', '>=', '=='])} {r.choice(['1Gi', '2Gi', '4Gi', '8Gi'])}"
        if pick == 8:
            return f"(container.uid else {r.choice([0, 1000])}) {r.choice(['<', '<=', '>', '>=', '==', '!='])} {r.choice([0, 1, 1000])}"
        if pick == 9:
            return f"container.image {no}under {texts(r, PLACES)}"
        if pick == 10:
            return f"(container.image.tag else \"latest\") {no}in {texts(r, TAGS)}"
        if pick == 11:
            return f"container.{r.choice(['non_root', 'read_only_root', 'privilege_escalation'])}"
        if pick == 12:
            return f"workload.{r.choice(['host_network', 'host_pid'])}"
        if pick == 13:
            return f"(namespace.labels[\"team\"] else \"ml\") {r.choice(['==', '!='])} {string(r.choice(['ml', 'web']))}"
        if pick == 14:
            return f"(namespace.name else \"dev\") {no}like {string(r.choice(['prod*', 'dev', '*-eu']))}"
        if pick == 15:
            return f"container.role {r.choice(['==', '!='])} {string(r.choice(['main', 'init', 'sidecar', 'ephemeral']))}"
        if pick == 16:
            return f"container.image.digest is {r.choice(['set', 'absent'])}"
        if pick == 17:
            kind = r.choice(["some", "every", "no"])
            return f"({kind} v in container.env satisfies v.name {no}like {string(r.choice(['A*', '*_B', 'X']))})"
        value = r.choice(["1Gi", "4Gi"])
        return f"container.memory_limit <= {value}" if positive else f"container.memory_limit is absent"

    def condition(self, depth, positive):
        r = self.r
        if depth == 0 or r.random() < 0.35:
            return self.atom(positive)
        if r.random() < 0.15:
            return f"not ({self.condition(depth - 1, not positive)})"
        word = r.choice([" and ", " or "])
        parts = [self.condition(depth - 1, positive) for _ in range(r.choice([2, 2, 3]))]
        return "(" + word.join(parts) + ")"

    def rule(self, name):
        r = self.r
        lines = [f"{r.choice(['deny', 'deny', 'warn'])} {name}", "  for each container"]
        if r.random() < 0.25:
            lines[-1] += f" where {self.condition(1, False)}"
        for _ in range(r.choice([0, 0, 1, 2])):
            lines.append(f"  {r.choice(['when', 'unless'])} {self.plain(self.condition(1, False))}")
        for _ in range(r.choice([1, 1, 2])):
            verb = r.choice(["require", "forbid"])
            lines.append(f"  {verb} {self.plain(self.condition(2, verb == 'require'))}")
        return "\n".join(lines) + "\n"

    @staticmethod
    def plain(cond):
        return cond

    def variant(self, rule, name):
        """The rule under another name, narrowed, contradicting itself, or with a small change."""
        r = self.r
        head, scope, *rest = rule.replace(" r0\n", f" {name}\n", 1).rstrip("\n").split("\n")
        cond = self.condition(1, False)
        how = r.randrange(4)
        if how == 0:
            rest.insert(0, f"  when {cond}")
        elif how == 1:
            rest[:0] = [f"  when {cond}", f"  unless {cond}"]
        text = "\n".join([head, scope, *rest]) + "\n"
        return self.changed(text) if how == 2 else text

    def program(self):
        rules = [self.rule(f"r{i}") for i in range(self.r.choice([1, 2]))]
        rules.append(self.variant(rules[0], "v"))
        return "policy p\n\n" + "\n".join(rules)

    def changed(self, text):
        """The text with one small change."""
        r = self.r
        swaps = [(" and ", " or "), (" or ", " and "), ("<=", "<"), (">", ">="), ("require", "forbid"), ("forbid", "require"),
                 ("deny", "warn"), ("not in", "in"), ('"web"', '"db"'), ("4Gi", "2Gi"), ("1000", "1001"), ("within", "overlaps"),
                 ('"latest"', '"edge"'), ("when", "unless"), ("some v", "every v"), ("prod*", "prod-*"), ("some v", "no v")]
        r.shuffle(swaps)
        for a, b in swaps:
            places = [m.start() for m in re.finditer(re.escape(a), text)]
            if places:
                at = r.choice(places)
                return text[:at] + b + text[at + len(a):]
        return text


class Manifests:
    def __init__(self, r):
        self.r = r

    def maybe(self, d, key, pool, p=0.5):
        if self.r.random() < p:
            d[key] = self.r.choice(pool)

    def image(self, digests=True):
        r = self.r
        name = r.choice(REGISTRIES) or "nginx"
        tag = r.choice(TAGS)
        return name + (":" + tag if tag else "") + ("@sha256:" + "a" * 64 if digests and r.random() < 0.2 else "")

    def env(self):
        return [{"name": self.r.choice(["A", "AB", "X", "X_B", "A_B", "Y"]), "value": "v"} for _ in range(self.r.choice([0, 0, 1, 2, 3]))]

    def pod_container(self, name):
        r = self.r
        c, sc, caps = {"name": name, "image": self.image()}, {}, {}
        self.maybe(sc, "privileged", [True, False], 0.4)
        self.maybe(sc, "runAsUser", UIDS, 0.5)
        self.maybe(sc, "runAsNonRoot", [True, False], 0.5)
        self.maybe(sc, "readOnlyRootFilesystem", [True, False], 0.4)
        self.maybe(sc, "allowPrivilegeEscalation", [True, False], 0.5)
        self.maybe(caps, "add", [some_of(r, CAPS, 0, 3)], 0.6)
        self.maybe(caps, "drop", [some_of(r, CAPS, 0, 2)], 0.4)
        if caps:
            sc["capabilities"] = caps
        if sc:
            c["securityContext"] = sc
        if r.random() < 0.6:
            c["resources"] = {"limits": {"memory": r.choice(AMOUNTS)}}
        if r.random() < 0.5:
            c["env"] = self.env()
        return c

    def names(self, n):
        return self.r.sample([x for x in NAMES if x], n)

    def pod(self):
        r = self.r
        spec = {}
        names = self.names(4)
        spec["containers"] = [self.pod_container(n) for n in names[:r.choice([1, 1, 1, 2])]]
        if r.random() < 0.3:
            i = self.pod_container(names[2])
            if r.random() < 0.5:
                i["restartPolicy"] = "Always"
            spec["initContainers"] = [i]
        if r.random() < 0.2:
            e = self.pod_container(names[3])
            spec["ephemeralContainers"] = [e]
        self.maybe(spec, "hostNetwork", [True, False], 0.3)
        self.maybe(spec, "hostPID", [True, False], 0.3)
        psc = {}
        self.maybe(psc, "runAsUser", UIDS, 0.3)
        self.maybe(psc, "runAsNonRoot", [True, False], 0.3)
        if psc:
            spec["securityContext"] = psc
        pod = {"metadata": {"name": "x"}, "spec": spec}
        if r.random() < 0.3:
            return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"template": pod}}
        return {"apiVersion": "v1", "kind": "Pod", **pod}

    def task(self):
        r = self.r
        cs = []
        for n in self.names(r.choice([1, 1, 2])):
            c = {"name": n, "image": self.image()}
            self.maybe(c, "privileged", [True, False], 0.3)
            self.maybe(c, "memory", [512, 1024, 2048, 4096, 4097, 8192], 0.5)
            self.maybe(c, "user", ["root", "0", "1000", "app", "999:1", "+0"], 0.5)
            self.maybe(c, "readonlyRootFilesystem", [True, False], 0.4)
            self.maybe(c, "dockerSecurityOptions", [["no-new-privileges"], ["no-new-privileges:false"], []], 0.5)
            if r.random() < 0.5:
                c["linuxParameters"] = {"capabilities": {"add": some_of(r, CAPS, 0, 2), "drop": some_of(r, CAPS, 0, 2)}}
            if r.random() < 0.4:
                c["environment"] = self.env()
            cs.append(c)
        t = {"family": "x", "containerDefinitions": cs}
        self.maybe(t, "networkMode", ["host", "awsvpc", "bridge", "none"], 0.5)
        self.maybe(t, "pidMode", ["host", "task"], 0.3)
        self.maybe(t, "memory", ["1024", "4096", "8192"], 0.3)
        return t

    def any(self):
        return self.pod() if self.r.random() < 0.7 else self.task()


class Tool:
    def __init__(self, plimsoll, folder):
        self.plimsoll, self.folder = plimsoll, folder

    def run(self, *words):
        return subprocess.run([self.plimsoll, *words], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def findings(self, policy, contexts):
        """For each context and document: the verdict's findings as sets of (rule, path, mode)."""
        out = []
        for i in range(contexts):
            done = self.run("lint", "--format", "json", "--policy", policy, "--namespace", f"ns{i}.yaml", "--user", "u",
                            "--cluster", "version=v1.37", "--today", "2000-01-01", "docs.yaml")
            report = json.loads(done.stdout)
            assert not report["errors"], report["errors"]
            for result in report["results"]:
                out.append([(f["rule"], f["path"], f["mode"]) for f in result["verdict"]["findings"]])
        return out


def containers_of(doc):
    """Paths of all containers."""
    if "family" in doc:
        return [f"containerDefinitions[{i}]" for i in range(len(doc["containerDefinitions"]))]
    base, spec = ("spec.template.spec", doc["spec"]["template"]["spec"]) if doc["kind"] == "Deployment" else ("spec", doc["spec"])
    lists = ("containers", "initContainers", "ephemeralContainers")
    return [f"{base}.{n}[{i}]" for n in lists for i in range(len(spec.get(n, [])))]


class Checker:
    def __init__(self, tool, seed, contexts, docs):
        self.tool, self.seed, self.contexts, self.docs = tool, seed, contexts, docs
        self.counts = {"rules": 0, "never": 0, "always": 0, "idle": 0, "undecided": 0, "examples": 0, "changes": 0, "same": 0, "facts": 0}
        self.failed = []

    def fail(self, what, text):
        self.failed.append(f"seed {self.seed}: {what}\n{text}")

    def claims(self, text):
        policy = self.tool.write("p.plim", text)
        done = self.tool.run("analyze", "--format", "json", policy)
        if done.returncode == 2:
            return None
        report = json.loads(done.stdout)
        seen = self.tool.findings(policy, self.contexts)
        for rule in report["rules"]:
            self.one_rule(rule, seen, text)
        for pair in report["pairs"]:
            self.one_pair(pair, seen, text)
        self.examples([r[k]["test"] for r in report["rules"] for k in ("fires", "spares") if "test" in r[k]], text)
        return seen

    def one_rule(self, rule, seen, text):
        name = rule["rule"]
        self.counts["rules"] += 1
        self.counts["undecided"] += "not decided" in (rule["fires"]["answer"], rule["spares"]["answer"])
        fired = any(f[0] == name for v in seen for f in v)
        if rule["fires"]["answer"] == "no":
            self.counts["never"] += 1
            self.counts["facts"] += len(seen)
            if fired:
                self.fail(f"{name} never fires, and did", text)
        if rule["spares"]["answer"] == "no":
            self.counts["always"] += 1
            for v, doc in zip(seen, self.docs * self.contexts):
                paths = {f[1] for f in v if f[0] == name}
                self.counts["facts"] += 1
                if not set(containers_of(doc)) <= paths and "where" not in text:
                    self.fail(f"{name} always fires, and spared {json.dumps(doc)}", text)

    def one_pair(self, pair, seen, text):
        for idle, other, answer in ((pair["first"], pair["second"], pair["first_alone"]), (pair["second"], pair["first"], pair["second_alone"])):
            if answer["answer"] != "no":
                continue
            self.counts["idle"] += 1
            for i, v in enumerate(seen):
                mine, theirs = ({f[1] for f in v if f[0] == n} for n in (idle, other))
                self.counts["facts"] += 1
                if not mine <= theirs:
                    self.fail(f"{idle} adds nothing to {other}, and did at {mine - theirs} of {json.dumps(self.docs[i % len(self.docs)])}", text)

    def examples(self, tests, text):
        if not tests:
            return
        self.counts["examples"] += len(tests)
        done = self.tool.run("test", self.tool.write("t.plim", text + "\n" + "\n".join(tests)))
        if done.returncode != 0:
            self.fail("an example is not so: " + done.stdout + done.stderr, text)

    def change(self, old, new, old_seen):
        self.tool.write("old.plim", old)
        policy = self.tool.write("new.plim", new)
        done = self.tool.run("analyze", "--format", "json", "--against", "old.plim", policy)
        if done.returncode == 2:
            return
        report = json.loads(done.stdout)
        seen = self.tool.findings(policy, self.contexts)
        for change in report["changes"]:
            self.counts["changes"] += 1
            name = change["rule"]
            if change["kind"] == "changed" and change["gained"]["answer"] == "no" and change["lost"]["answer"] == "no":
                self.counts["same"] += 1
                for i, (a, b) in enumerate(zip(old_seen, seen)):
                    mine, theirs = ({f for f in v if f[0] == name} for v in (a, b))
                    self.counts["facts"] += 1
                    if mine != theirs:
                        self.fail(f"{name} is as before, but not for {json.dumps(self.docs[i % len(self.docs)])}\n--- new\n{new}", old)
            for side in ("gained", "lost"):
                if "test" in change[side]:
                    self.round_trip(change[side]["test"], old, new)

    def round_trip(self, test, old, new):
        self.examples([test], new)
        done = self.tool.run("test", self.tool.write("t.plim", old + "\n" + test))
        if done.returncode == 0:
            self.fail("an example of a change passes with the old version\n" + test, old)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--programs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    totals, failed = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        tool = Tool((args.build / "plimsoll").resolve(), pathlib.Path(scratch))
        for seed in range(args.seed, args.seed + args.programs):
            r = random.Random(seed)
            programs, manifests = Programs(r), Manifests(r)
            docs = [manifests.any() for _ in range(40)]
            tool.write("docs.yaml", "\n---\n".join(json.dumps(d) for d in docs) + "\n")
            for i in range(3):
                labels = {"team": t} if (t := r.choice(TEAMS)) is not None else {}
                tool.write(f"ns{i}.yaml", json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": r.choice(SPACES), "labels": labels}}))
            checker = Checker(tool, seed, 3, docs)
            old = programs.program()
            seen = checker.claims(old)
            if seen is not None:
                checker.change(old, programs.changed(old), seen)
            for k, v in checker.counts.items():
                totals[k] = totals.get(k, 0) + v
            failed += checker.failed
    for f in failed[:5]:
        print("FAIL " + f)
    print(", ".join(f"{v} {k}" for k, v in totals.items()))
    if totals["never"] == 0 or totals["idle"] == 0 or totals["same"] == 0:
        failed.append("too few claims")
        print("FAIL a kind of claim did not come up: more programs are needed")
    print(f"{totals['facts'] + totals['examples']} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
