"""Properties of language.md 6.4, asked of the C code about programs and documents made at random.

Each is a function (rng, probe, seen) that makes one batch and yields a text for everything that is wrong with it. `seen`
counts what was really compared: a property that compared nothing has failed. P7 is checked on the pairs themselves
(pairs.ratchet), P8 belongs to fmt, P9 needs a counter of steps.
"""
import random
import re
from collections import Counter

import gen_doc
import gen_prog
import model
import pairs
import program
import view
from gen_doc import Members

DOCUMENTS = 25


def accepted_by_both(probe, rng, progs, tries=10):
    """A program that compiles, its rules not too dear."""
    for _ in range(tries):
        made = gen_prog.good(progs)
        while True:
            answer = pairs.ask(probe, [pairs.policy_frame([made.text], data=made.data)])[0]
            dear = pairs.too_dear(answer)
            if not dear:
                break
            made = gen_prog.Made(pairs.without(made.text, dear), made.data)
        if answer["ok"]:
            return made
    raise RuntimeError("no program compiles")


def rows(answer):
    return answer.get("findings") or []


def malformed(answer):
    return any(f[0] == "malformed-document" for f in rows(answer))


def decide(probe, made, texts, contexts, offline=False):
    frames = [pairs.policy_frame(made.text if isinstance(made.text, list) else [made.text], data=made.data)]
    return pairs.ask(probe, frames + [pairs.decide_frame(t, c, offline) for t, c in zip(texts, contexts)])[1:]


def batch(rng, wild=False):
    docs, progs = gen_doc.DocGen(rng), gen_prog.ProgGen(rng, pairs.FEATURES)
    made = [docs.document() for _ in range(DOCUMENTS)]
    return docs, progs, made, [docs.context() for _ in made]


# --- P1: absence never relaxes ----------------------------------------------------------------------------------------

def p1_absence(rng, probe, seen):
    """What is not reported would not be reported whatever the missing values were: each finding of the evaluation in which
    a comparison with something missing is unknown is a finding of the C code."""
    _, progs, made, contexts = batch(rng)
    p = accepted_by_both(probe, rng, progs)
    texts = [gen_doc.write(d) for d in made]
    ref = program.Program([p.text], data=p.data)
    for text, context, answer in zip(texts, contexts, decide(probe, p, texts, contexts)):
        w = model.load(text)
        if w.bad:
            continue
        found = {tuple(f[:4]) for f in rows(answer)}
        for f in ref.decide(w, view.Context(context), kleene=True)[0]:
            seen["p1_absence"] += 1
            if tuple(f.row()[:4]) not in found:
                yield f"a missing value relaxes: {f.row()}\n{p.text}\n{text}\n{context}"


# --- P2: order says nothing ------------------------------------------------------------------------------------------

SHUFFLED = {"containers", "initContainers", "ephemeralContainers", "volumes", "containerDefinitions"}


def shuffled(value, rng, name=None):
    if isinstance(value, Members):
        pairs_ = [(k, shuffled(v, rng, k)) for k, v in value]
        rng.shuffle(pairs_)
        return Members(pairs_)
    if isinstance(value, list):
        out = [shuffled(v, rng) for v in value]
        if name in SHUFFLED:
            rng.shuffle(out)
        return out
    return value


def reordered(text, rng):
    """Declarations in another order; `policy` stays the first."""
    parts = [p for p in re.split(r"(?m)^(?=\S)", text) if p]
    head = [p for p in parts if p.startswith("policy ")]
    rest = [p for p in parts if not p.startswith("policy ")]
    rng.shuffle(rest)
    return "".join(head + rest)


def without_places(answer):
    return sorted([f[0], f[1], f[2], re.sub(r"\[\d+\]", "[]", f[3]), f[4], f[5], f[7]] for f in rows(answer))


def p2_order(rng, probe, seen):
    _, progs, made, contexts = batch(rng)
    a, b = accepted_by_both(probe, rng, progs), accepted_by_both(probe, rng, progs)
    both = gen_prog.Made([a.text, b.text], a.data + b.data)
    other = gen_prog.Made([reordered(b.text, rng), reordered(a.text, rng)], b.data + a.data)
    texts, again = [gen_doc.write(d) for d in made], [gen_doc.write(shuffled(d, rng)) for d in made]
    for text, x, y in zip(texts, decide(probe, both, texts, contexts), decide(probe, other, again, contexts)):
        if malformed(x) and malformed(y):
            continue
        seen["p2_order"] += len(rows(x))
        if without_places(x) != without_places(y) or x.get("allowed") != y.get("allowed"):
            lost = [f for f in without_places(x) if f not in without_places(y)]
            new = [f for f in without_places(y) if f not in without_places(x)]
            yield f"the order counts: {lost[:2]} became {new[:2]}\n{a.text}{b.text}\n{text}"


# --- P3: one container more ------------------------------------------------------------------------------------------

LISTS = re.compile(r"[cC]ontainers\b|containerDefinitions|workload\.|pod\.|task\.")
BELOW = ("container", "mount", "port", "variable", "image", "volume", "security_context")


def local_rules(text):
    """Names of the rules that see one subject below the workload, and none of the lists of containers."""
    out = set()
    if re.search(r"(?m)^let .*(workload|ontainers)", text):
        return out
    for part in re.split(r"(?m)^(?=\S)", text):
        m = re.match(r"(?:deny|warn|audit) (\S+)", part)
        if m and gen_prog.subject_of(part).split(" ")[-1] in BELOW and not LISTS.search(part):
            out.add(m.group(1))
    return out


def p3_one_more(rng, probe, seen):
    _, progs, made, contexts = batch(rng)
    p = accepted_by_both(probe, rng, progs)
    local = local_rules(p.text)
    if not local:
        return
    more = [with_container(gen_doc.copy(d)) for d in made]
    kept = [(d, m, c) for d, m, c in zip(made, more, contexts) if m]
    texts, again = [gen_doc.write(d) for d, _, _ in kept], [gen_doc.write(m) for _, m, _ in kept]
    contexts = [c for _, _, c in kept]
    for text, x, y in zip(texts, decide(probe, p, texts, contexts), decide(probe, p, again, contexts)):
        if malformed(x) or malformed(y):
            continue
        after = rows(y)
        for f in rows(x):
            seen["p3_one_more"] += f[0] in local
            if f[0] in local and f not in after:
                yield f"a container more, a finding less: {f}\n{p.text}\n{text}"


def with_container(doc):
    """The same with one container more, at the end; None where there is no place for it."""
    for holder, i in gen_doc.DocGen(None).places(doc, []):
        key, value = holder[i] if isinstance(holder, Members) else (None, None)
        if key in ("containers", "containerDefinitions") and isinstance(value, list):
            value.append(Members([("name", "one-more"), ("image", "nginx")]))
            return doc
    return None


# --- P4, P5 ----------------------------------------------------------------------------------------------------------

def p4_same_again(rng, probe, seen):
    _, progs, made, contexts = batch(rng)
    p = accepted_by_both(probe, rng, progs)
    texts = [gen_doc.write(d) for d in made]
    first = decide(probe, p, texts, contexts)
    seen["p4_same_again"] += sum(len(rows(x)) for x in first)
    if first != decide(probe, p, texts, contexts):
        yield f"two runs, two answers\n{p.text}"


def p5_any_document(rng, probe, seen):
    """However broken: an answer, and a malformed document is never allowed."""
    docs, progs, made, contexts = batch(rng)
    p = accepted_by_both(probe, rng, progs)
    for d in made:
        for _ in range(rng.choice((2, 5, 20))):
            if docs.places(d, []):
                docs.spoil(d)
    texts = [gen_doc.write(d) for d in made] + ["[]", "{}", "7", '""', "null", '{"kind":"Pod"}', '{"containerDefinitions":[]}']
    contexts += [contexts[0]] * 7
    for text, answer in zip(texts, decide(probe, p, texts, contexts)):
        seen["p5_any_document"] += malformed(answer)
        if "error" in answer or (malformed(answer) and answer["allowed"]):
            yield f"no answer to a broken document: {answer}\n{p.text}\n{text}"


# --- P6: strengthening -------------------------------------------------------------------------------------------------

def weaker(text, rng):
    """Texts that allow at least as much: a rule less, an exception more, a milder mode."""
    parts = [p for p in re.split(r"(?m)^(?=\S)", text) if p]
    rules = [p for p in parts if re.match(r"(deny|warn|audit) ", p)]
    names = [r.split("\n")[0].split(" ")[1] for r in rules]
    alone = [n for n in names if not re.search(rf"(?m)^(  from|rollout) .*\b{n}\b", text)]
    if len(rules) > 1 and alone:
        yield "a rule less", pairs.without(text, rng.choice(alone))
    milder = [p for p in rules if p.startswith("deny ")]
    if milder:
        chosen = rng.choice(milder)
        yield "a milder mode", text.replace(chosen, "warn " + chosen[5:])


def p6_strengthening(rng, probe, seen):
    _, progs, made, contexts = batch(rng)
    p = accepted_by_both(probe, rng, progs)
    texts = [gen_doc.write(d) for d in made]
    strong = decide(probe, p, texts, contexts)
    without_exceptions = "".join(x for x in re.split(r"(?m)^(?=\S)", p.text) if not x.startswith("exception "))
    for what, text in [*weaker(p.text, rng), ("an exception more", None)]:
        weak = decide(probe, gen_prog.Made(text, p.data), texts, contexts) if text else strong
        strict = strong if text else decide(probe, gen_prog.Made(without_exceptions, p.data), texts, contexts)
        for t, x, y in zip(texts, strict, weak):
            seen["p6_strengthening"] += x.get("allowed") != y.get("allowed")
            if x.get("allowed") and not y.get("allowed"):
                yield f"{what} refuses what was allowed\n{p.text}\n{t}"


# --- P10: a pod and a task that mean the same -------------------------------------------------------------------------

DIFFERS = re.compile(r"\.(platform|kind|labels|inherits_host_role|aws_identity)\b|\{workload\}|workload\.name|object\.")
COMMON = ("container", "mount", "port", "variable", "image", "volume")


def twins(rng):
    """A pod and its translation, for what the common view says of both."""
    one = rng.choice
    names = ["v1", "v2"]
    hosts = {n: one([None, "/etc", "/var/run/docker.sock", "/data/x", "/var/log/../lib"]) for n in names}
    pod_c, task_c = [], []
    for name in rng.sample(["web", "db", "side"], one((1, 2, 3))):
        p, t, sc, caps = Members([("name", name)]), Members([("name", name)]), Members(), {}
        image = one(gen_doc.pools.IMAGES)
        p.set("image", image), t.set("image", image)
        both_flags(rng, sc, t)
        for k in ("add", "drop"):
            if rng.random() < 0.5:
                caps[k] = rng.sample(gen_doc.pools.CAPABILITIES, 2)
        if caps:
            sc.set("capabilities", Members(caps.items()))
            t.set("linuxParameters", Members([("capabilities", Members(caps.items()))]))
        if sc:
            p.set("securityContext", sc)
        sizes(rng, p, t)
        mounts(rng, p, t, names)
        ports_and_env(rng, p, t)
        pod_c.append(p), task_c.append(t)
    spec, task = Members([("containers", pod_c)]), Members([("family", "p"), ("containerDefinitions", task_c)])
    spec.set("volumes", [Members([("name", n), ("hostPath", Members([("path", h)]))] if h else [("name", n), ("emptyDir", Members())]) for n, h in hosts.items()])
    task.set("volumes", [Members([("name", n)] + ([("host", Members([("sourcePath", h)]))] if h else [])) for n, h in hosts.items()])
    for field, key in (("hostNetwork", "networkMode"), ("hostPID", "pidMode"), ("hostIPC", "ipcMode")):
        if rng.random() < 0.4:
            spec.set(field, True), task.set(key, "host")
    if rng.random() < 0.5:
        spec.set("resources", Members([("limits", Members([("memory", "1Gi"), ("cpu", "500m")]))]))
        task.set("memory", "1024"), task.set("cpu", "512")
    pod = Members([("apiVersion", "v1"), ("kind", "Pod"), ("metadata", Members([("name", "p")])), ("spec", spec)])
    return gen_doc.write(pod), gen_doc.write(task)


def both_flags(rng, sc, t):
    if rng.random() < 0.5:
        value = rng.random() < 0.5
        sc.set("privileged", value), t.set("privileged", value)
    if rng.random() < 0.5:
        value = rng.random() < 0.5
        sc.set("readOnlyRootFilesystem", value), t.set("readonlyRootFilesystem", value)
    if rng.random() < 0.5:
        value = rng.choice([0, 1, 1000, 65535])
        sc.set("runAsUser", value), t.set("user", str(value))
    options = []
    if rng.random() < 0.5:
        sc.set("allowPrivilegeEscalation", False)
        options.append("no-new-privileges")
    if rng.random() < 0.3:
        sc.set("seccompProfile", Members([("type", "Unconfined")]))
        options.append("seccomp:unconfined")
    if options:
        t.set("dockerSecurityOptions", options)


def sizes(rng, p, t):
    limits, requests = Members(), Members()
    if rng.random() < 0.5:
        mib = rng.choice([64, 512, 1024, 4096])
        limits.set("memory", f"{mib}Mi"), t.set("memory", mib)
    if rng.random() < 0.4:
        mib = rng.choice([16, 64])
        requests.set("memory", f"{mib}Mi"), t.set("memoryReservation", mib)
    if rng.random() < 0.4:
        units = rng.choice([256, 512, 1024])
        requests.set("cpu", {256: "250m", 512: "500m", 1024: "1"}[units]), t.set("cpu", units)
    if limits or requests:
        p.set("resources", Members([("limits", limits), ("requests", requests)]))


def mounts(rng, p, t, names):
    pod, task = [], []
    for i in range(rng.choice((0, 1, 2))):
        name, path, ro = rng.choice(names), rng.choice(["/a", "/b/../c", "/run/x"]) + str(i), rng.random() < 0.5
        pod.append(Members([("name", name), ("mountPath", path), ("readOnly", ro)]))
        task.append(Members([("sourceVolume", name), ("containerPath", path), ("readOnly", ro)]))
    p.set("volumeMounts", pod), t.set("mountPoints", task)


def ports_and_env(rng, p, t):
    ports, env, secrets, plain = [], [], [], []
    for i in range(rng.choice((0, 1, 2))):
        port = Members([("containerPort", rng.choice([80, 443]) + i)] + ([("hostPort", 8080 + i)] if rng.random() < 0.5 else []))
        ports.append(port)
    for i in range(rng.choice((0, 1, 2))):
        name = rng.choice(["A", "DB_PASSWORD", "PATH"]) + str(i)
        if rng.random() < 0.3:
            env.append(Members([("name", name), ("valueFrom", Members([("secretKeyRef", Members([("name", "s"), ("key", "k")]))]))]))
            secrets.append(Members([("name", name), ("valueFrom", "arn:aws:ssm:eu-west-1:123456789012:parameter/s")]))
        else:
            env.append(Members([("name", name), ("value", rng.choice(["", "x", "web"]))]))
            plain.append(env[-1])
    env.sort(key=lambda v: v.get("valueFrom") is not None)  # a task lists its secrets after its other variables
    p.set("ports", ports), t.set("portMappings", ports)
    p.set("env", env), t.set("environment", plain), t.set("secrets", secrets)


def common_program(progs):
    """Rules about both platforms that read nothing in which they differ."""
    out = ""
    for _ in range(12):
        subject = progs.one(COMMON)
        rule = progs.rule([], [])
        if not re.search(rf"for each ({'|'.join(COMMON)})\b", rule) or DIFFERS.search(rule):
            continue
        if gen_prog.accepted(out + rule):
            out += rule
    return out


def p10_twins(rng, probe, seen):
    progs, docs = gen_prog.ProgGen(rng), gen_doc.DocGen(rng)
    text = ""
    while not text:
        text = common_program(progs)
    answer = pairs.ask(probe, [pairs.policy_frame([text])])[0]
    while pairs.too_dear(answer):
        text = pairs.without(text, pairs.too_dear(answer))
        answer = pairs.ask(probe, [pairs.policy_frame([text])])[0]
    if not answer["ok"]:
        return
    both = [twins(rng) for _ in range(DOCUMENTS)]
    contexts = [docs.context() for _ in both]
    made = gen_prog.Made(text)
    xs = decide(probe, made, [p for p, _ in both], contexts)
    ys = decide(probe, made, [t for _, t in both], contexts)
    for (pod, task), c, x, y in zip(both, contexts, xs, ys):
        seen["p10_twins"] += len(rows(x))
        if malformed(x) != malformed(y) or platformless(x) != platformless(y):
            lost = [f for f in platformless(x) if f not in platformless(y)]
            new = [f for f in platformless(y) if f not in platformless(x)]
            yield f"pod and task differ: {lost[:2]} and {new[:2]}\n{text}\n{pod}\n{task}\n{c}"


def platformless(answer):
    return sorted([f[0], f[1], f[2], f[4], f[5], f[6]] for f in rows(answer) if f[0] != "malformed-document")


ALL = [p1_absence, p2_order, p3_one_more, p4_same_again, p5_any_document, p6_strengthening, p10_twins]


def run(job):
    """One batch of each property: (what was compared, differences)."""
    probe, seed = job
    seen, found = Counter({prop.__name__: 0 for prop in ALL}), []
    for prop in ALL:
        rng = random.Random(seed * 100 + ALL.index(prop))
        try:
            found += [(seed, prop.__name__, text, "", None) for text in prop(rng, probe, seen)]
        except (RuntimeError, OSError) as e:
            found.append((seed, prop.__name__, f"crash: {e}", "", None))
    return seen, found
