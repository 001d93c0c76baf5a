#!/usr/bin/env python3
"""Compares two evaluators of the policy language on programs, documents and contexts made at random.

    pairs.py PROBE [--pairs N] [--properties BATCHES] [--seed S] [--jobs J] [--show K]

One seed gives one run, whatever the number of jobs. A chunk of CHUNK_PROGRAMS programs and CHUNK_DOCUMENTS documents gives
all their pairs; a difference is made smaller (shrink.py) and printed with everything that is needed to see it again.
"""
import argparse
import collections
import json
import multiprocessing
import random
import re
import subprocess
import sys

import gen_doc
import gen_prog
import model
import mutate
import program
import view
from syntax import PolicyError

CHUNK_PROGRAMS, CHUNK_DOCUMENTS = 20, 50
TIMEOUT = 120
FEATURES = ("data", "rollout", "exception")


def ask(probe, frames):
    """The answers of the probe to frames, one each."""
    data = b"".join(b"%d\n%s" % (len(b), b) for b in (json.dumps(f).encode() for f in frames))
    done = subprocess.run([probe], input=data, capture_output=True, timeout=TIMEOUT)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    answers = [json.loads(line) for line in lines]
    if done.returncode != 0 or len(answers) != len(frames):
        raise RuntimeError(f"the probe ended with {done.returncode} at frame {len(answers)}: {done.stderr.decode()[-2000:]}")
    return answers


def policy_frame(sources, settings=(), data=()):
    return {"policy": {"sources": list(sources), "settings": list(settings), "data": list(data)}}


def decide_frame(text, context, offline=False, old=None):
    return {"decide": {"object": text, "old": old, "offline": offline, "context": context}}


def ours(p, w, context, old=None):
    """What the reference says, in the form of the probe's answer."""
    result = p.decide(w, view.Context(context), old)
    if result is None:
        return None
    findings, not_checked = result
    return {"findings": [f.row() for f in findings], "not_checked": not_checked}


DATA_AGE = re.compile(r"unknown \((?:the file [^)]* of data|no file was given)[^)]*\)")


def comparable(row, unspoken):
    """Messages of the compiler, and those of undecided checks, are words, not values: they are not compared."""
    quiet = unspoken or row[5] == "undecided"
    return row[:6] + [None if quiet else row[6], row[7], "" if quiet else row[8]]


def compare(theirs, mine, excused=0):
    """None, or what differs."""
    if "error" in theirs:
        return "the probe: " + theirs["error"]
    malformed = [f for f in theirs["findings"] if f[0] == "malformed-document"]
    if bool(malformed) != (mine is None):
        return f"malformed: {[f[6] for f in malformed][:3]}"
    if mine is None:
        return None if not theirs["allowed"] and len(malformed) == len(theirs["findings"]) else "a malformed document is judged"
    for f in theirs["findings"]:
        f[6], f[8] = DATA_AGE.sub("unknown (data)", f[6]), DATA_AGE.sub("unknown (data)", f[8])
    unspoken = {tuple(f[:4]) for f in mine["findings"] if f[6] is None}
    got, want = (sorted((comparable(f, tuple(f[:4]) in unspoken) for f in side["findings"]), key=repr) for side in (theirs, mine))
    if got != want:
        return "\n".join(["findings:"] + ["  only C:   " + repr(f) for f in got if f not in want]
                         + ["  only ref: " + repr(f) for f in want if f not in got])
    if theirs["not_checked"] != mine["not_checked"]:
        return f"not checked: {theirs['not_checked']} and {mine['not_checked']}"
    allowed = sum(f[4] == "deny" and f[5] in ("violation", "undecided") for f in mine["findings"]) == excused
    return None if allowed == theirs["allowed"] else "the verdict"


def same_mistake(code, codes):
    """Of a token that does not fit one can say what was expected in its place (E0100), or what is missing for its sake."""
    return "E0100" in codes and code < "E0200"


def compile_both(answer, text, data=()):
    """(Program or None, what differs or None)."""
    try:
        p = program.Program([text], data=data)
    except PolicyError as e:
        if answer["ok"]:
            return None, f"accepted, but the reference refuses: {e}"
        codes = [c[0] for c in answer["codes"]]
        return None, None if e.code in codes or same_mistake(e.code, codes) else f"refused with {answer['codes']}, the reference with {e}"
    if answer["ok"]:
        return p, None
    return None, f"refused with {answer['codes']}, the reference accepts"


class Case:
    """A document, perhaps with the one before it, in a context."""

    def __init__(self, text, context, offline, old=None):
        self.text, self.context, self.offline, self.old = text, context, offline, old
        self.w = model.load(text, offline)
        self.old_w = model.load(old, offline) if old else None

    def frame(self):
        return decide_frame(self.text, self.context, self.offline, self.old)

    def as_json(self):
        return {"object": self.text, "old": self.old, "context": self.context, "offline": self.offline}


def make_case(rng, docs):
    doc, offline, old = docs.document(), rng.random() < 0.25, None
    update = rng.random() < 0.15
    if update:
        old = gen_doc.copy(doc)
        if rng.random() < 0.8:
            docs.spoil(doc)
        old = gen_doc.write(old)
    return Case(gen_doc.write(doc), docs.context(update), offline, old)


def chunk(job):
    """All pairs of one chunk: (pairs, accepted, refused, malformed, findings, undecided, differences)."""
    probe, seed, programs, documents = job
    rng = random.Random(seed)
    docs, progs = gen_doc.DocGen(rng), gen_prog.ProgGen(rng, FEATURES)
    cases = [make_case(rng, docs) for _ in range(documents)]
    counts, differences = [0] * 6, []
    for _ in range(programs):
        made = gen_prog.good(progs) if rng.random() < 0.8 else gen_prog.anything(progs)
        if rng.random() < 0.15:
            made = gen_prog.Made(mutate.mutated(made.text, rng), made.data)
        one_program(probe, seed, made, cases, counts, differences)
    return counts, differences


DEAR = re.compile(r"the rule `([^`]+)` may take \d+ steps")


def too_dear(answer):
    """The rule that the compiler refuses for its cost alone: the bound is no part of the language's meaning."""
    codes = answer.get("codes") or []
    found = DEAR.match(codes[0][3]) if codes and all(c[0] == "E0003" for c in codes) else None
    return found.group(1) if found else None


def without(text, rule):
    """The program without that rule and without what names it; declarations begin at the start of a line, clauses do not."""
    parts = re.split(r"(?m)^(?=\S)", text)
    return "".join(p for p in parts if not re.search(rf"(?m)^(deny|warn|audit|rollout|  from)\b.*\b{rule}\b", p))


def one_program(probe, seed, made, cases, counts, differences):
    text = made.text
    frames = [policy_frame([text], data=made.data)] + [c.frame() for c in cases]
    try:
        answers = ask(probe, frames)
    except (RuntimeError, subprocess.TimeoutExpired, ValueError) as e:
        differences.append((seed, "crash", str(e), text, {"data": made.data, "cases": [c.as_json() for c in cases]}))
        return
    dear = too_dear(answers[0])
    if dear and f" {dear}\n" in text:
        one_program(probe, seed, gen_prog.Made(without(text, dear), made.data), cases, counts, differences)
        return
    p, differs = compile_both(answers[0], text, made.data)
    if differs:
        differences.append((seed, "compile", differs, text, None))
    counts[1 if p else 2] += 1
    if not p:
        counts[0] += 1
        return
    for answer, case in zip(answers[1:], cases):
        mine = ours(p, case.w, case.context, case.old_w)
        counts[0] += 1
        if mine is None:
            counts[3] += 1
        else:
            counts[4] += len(mine["findings"])
            counts[5] += sum(f[5] == "undecided" for f in mine["findings"])
        differs = judge(answer, mine, case, p)
        if differs:
            differences.append((seed, "pair", differs, text, {**case.as_json(), "data": made.data}))


def judge(answer, mine, case, p):
    """None, or what differs about one pair."""
    differs, excused = ratchet(answer, mine, case, p) if case.old and mine else (None, 0)
    return differs or compare(answer, mine, excused)


ALREADY = " (already so before this change)"


def subject_key(f, p):
    """Rule, check and subject of a finding: the object itself is the same whatever it is called."""
    return f[0], f[1], "" if p.rules[f[0]].subject in ("object", "workload", "pod", "task") else f[2]


def ratchet(theirs, mine, case, p):
    """P7: what an UPDATE is excused must have been so before, and what has not changed is excused. Findings that were
    excused are put back as what they would be on CREATE, for the comparison. (What differs or None, how many were
    excused of mode deny.) spec: language.md 3.8, D14"""
    was = p.decide(case.old_w, view.Context(case.context), case.old_w)
    old = {subject_key(f.row(), p) for f in was[0]} if was else set()
    modes = {tuple(f[:4]): f[4] for f in mine["findings"]}
    states = collections.defaultdict(list)
    for f in mine["findings"]:
        states[tuple(f[:4])].append(f[5])
    excused = 0
    for f in theirs.get("findings", []):
        if f[5] == "already":
            if subject_key(f, p) not in old:
                return f"excused, but was not so before: {f}", 0
            if not f[6].endswith(ALREADY):
                return f"excused without a word: {f}", 0
            own = states[tuple(f[:4])]
            f[5] = own.pop(own.index("undecided")) if "undecided" in own and "could not be decided" in f[6] else "violation"
            f[6] = f[6][:-len(ALREADY)]
            if f[4] == "warn" and modes.get(tuple(f[:4])) == "deny":
                f[4] = "deny"
                excused += 1
        elif f[5] in ("violation", "undecided") and case.old == case.text and ("old", "") not in p.rules[f[0]].reads:
            return f"nothing has changed, and it is not excused: {f}", 0
    return None, excused


def report(differences, limit):
    for seed, kind, differs, text, case in differences[:limit]:
        print(f"--- seed {seed}, {kind}: {differs}\n{text}")
        if case:
            print(json.dumps(case)[:6000])


def arguments():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("probe")
    args.add_argument("--pairs", type=int, default=20000)
    args.add_argument("--properties", type=int, default=0, help="batches of each property")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--jobs", type=int, default=1)
    args.add_argument("--show", type=int, default=5, help="differences to show")
    return args.parse_args()


def main():
    import props
    import shrink
    a = arguments()
    chunks = max(1, -(-a.pairs * 5 // (CHUNK_PROGRAMS * CHUNK_DOCUMENTS * 4)))  # a fifth of the programs is refused
    totals, differences, seen = [0] * 6, [], collections.Counter()
    with multiprocessing.Pool(a.jobs) as pool:
        jobs = [(a.probe, a.seed * 1000003 + i, CHUNK_PROGRAMS, CHUNK_DOCUMENTS) for i in range(chunks)]
        for counts, found in pool.imap_unordered(chunk, jobs):
            totals = [x + y for x, y in zip(totals, counts)]
            differences += found
        for counts, found in pool.imap_unordered(props.run, [(a.probe, a.seed * 1000003 + i) for i in range(a.properties)]):
            seen.update(counts)
            differences += found
    differences.sort(key=lambda d: (d[1], d[0]))
    report([shrink.smaller(a.probe, d) for d in differences[:a.show]], a.show)
    pairs, good, refused, malformed, findings, undecided = totals
    print(f"{pairs} pairs: {good} programs accepted, {refused} refused; {malformed} malformed documents; "
          f"{findings} findings, {undecided} undecided")
    idle = [name for name in seen if not seen[name]] if a.properties > 4 else []
    if seen:
        print("compared for properties: " + ", ".join(f"{n} {seen[n]}" for n in sorted(seen)))
    failed = len(differences) + len(idle) + (not findings) + (not undecided) + (not refused)
    print(f"{pairs + sum(seen.values()) - len(differences)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
