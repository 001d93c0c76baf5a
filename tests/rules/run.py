#!/usr/bin/python3
"""Runs the linter over tests/rules/<rule-id>/{pass,fail}/*.{yaml,json} and compares the findings of each rule.

A case says what it expects: a YAML file in its leading comment lines, a JSON file in NAME.json.expect without the `# `.

    # expect deny RULE at PATH: MESSAGE        one line for each finding of RULE; MODE is deny, warn or audit;
    # expect deny RULE: MESSAGE                "at PATH" is left out for the object itself
    # flags: --cluster cloud=aws               further flags of the linter for this file

A case under pass/ expects nothing, one under fail/ at least one finding of its rule. Findings of other rules are ignored, except those of
malformed-document and errors: they fail the case unless they are expected (`# expect error: MESSAGE` for an error).
tests/rules/settings holds flags for all cases, one per line: a line is split like a shell does; `#` begins a comment.

usage: run.py [--root DIRECTORY] BUILD_DIR [RULE...]
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

MALFORMED = "malformed-document"
EXPECT = re.compile(r"expect (deny|warn|audit) (\S+?)(?: at (.+?))?: (.+)$")
ERROR = re.compile(r"expect error: (.+)$")
ALWAYS = ["--format", "json", "--today", "2026-11-22"]


class Case:
    """One manifest, what it expects and the flags it wants."""

    def __init__(self, path, rule, must_fail):
        self.path, self.rule, self.must_fail = path, rule, must_fail
        self.expected, self.errors, self.flags, self.problems = [], [], [], []
        for line in header(path):
            self.read_line(line)
        if must_fail and not self.expected and not self.errors:
            self.problems.append("a case under fail/ needs an `# expect` line")
        if not must_fail and (self.expected or self.errors):
            self.problems.append("a case under pass/ expects nothing")

    def read_line(self, line):
        if line.startswith("flags:"):
            self.flags = shlex.split(line[len("flags:"):])
            return
        if not line.startswith("expect"):
            return
        finding, error = EXPECT.match(line), ERROR.match(line)
        if finding:
            mode, rule, path, message = finding.groups()
            self.expected.append((mode, rule, path or "", message))
            if rule not in (self.rule, MALFORMED):
                self.problems.append(f"expects `{rule}` in the folder of `{self.rule}`")
        elif error:
            self.errors.append(error.group(1))
        else:
            self.problems.append(f"not understood: {line}")


def header(path):
    """The lines with the expectation, without their `# `."""
    if path.suffix == ".json":
        sidecar = path.with_name(path.name + ".expect")
        return sidecar.read_text().splitlines() if sidecar.exists() else []
    lines = []
    for line in path.read_text(errors="replace").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[1:].strip())
    return lines


def find_cases(root, rules):
    """Cases, and complaints about folders that hold none."""
    cases, problems = [], []
    folders = sorted(p for p in root.iterdir() if p.is_dir() and (not rules or p.name in rules))
    for name in sorted(set(rules) - {p.name for p in folders}):
        problems.append(f"{root / name}: no such rule folder")
    for folder in folders:
        for kind in ("pass", "fail"):
            files = sorted(p for p in (folder / kind).glob("*") if p.suffix in (".yaml", ".yml", ".json"))
            if not files:
                problems.append(f"{folder / kind}: no cases")
            cases += [Case(p, folder.name, kind == "fail") for p in files]
    if not folders and not problems:
        problems.append(f"{root}: no cases")
    return cases, problems


def settings(root):
    path = root / "settings"
    if not path.exists():
        return []
    return [word for line in path.read_text().splitlines() for word in shlex.split(line, comments=True)]


def lint(program, flags, paths):
    """The JSON report of one run over many files."""
    command = [program, "lint", *ALWAYS, *flags, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"no report from: {shlex.join(command)[:300]}\nexit {done.returncode}\n{done.stderr}{done.stdout[:500]}")
    if any(not e["file"] or e["file"] not in paths for e in report["errors"]):
        texts = [f"  {e['file']}: {e['message']}" for e in report["errors"] if e["file"] not in paths]
        sys.exit("the policy or its settings are at fault:\n" + "\n".join(texts))
    return report


def actual_of(report, case):
    """(findings of the rule and of malformed-document, errors, whether the rule was checked) of one file."""
    findings, checked = [], False
    for result in report["results"]:
        if result["file"] != str(case.path):
            continue
        verdict = result["verdict"]
        checked = checked or case.rule not in verdict["not_checked"]
        for f in verdict["findings"]:
            if f["rule"] in (case.rule, MALFORMED):
                findings.append((f["mode"], f["rule"], f["path"], f["message"]))
    return findings, [e["message"] for e in report["errors"] if e["file"] == str(case.path)], checked


def show(finding):
    mode, rule, path, message = finding
    return f"expect {mode} {rule}{' at ' + path if path else ''}: {message}"


def failures(report, case):
    """What is wrong with a case, as lines; none when it passes."""
    if case.problems:
        return case.problems
    findings, errors, checked = actual_of(report, case)
    lines = []
    if sorted(findings) != sorted(case.expected) or sorted(errors) != sorted(case.errors):
        lines += ["expected:"] + ["  # " + show(f) for f in case.expected] + [f"  # expect error: {e}" for e in case.errors]
        lines += ["found:"] + ["  # " + show(f) for f in findings] + [f"  # expect error: {e}" for e in errors]
    elif not checked and not errors:
        lines.append(f"`{case.rule}` was not checked: the file needs `# flags:` that give its context")
    return lines


def main():
    here = pathlib.Path(__file__).parent
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, default=here)
    parser.add_argument("rules", nargs="*")
    args = parser.parse_args()

    cases, problems = find_cases(args.root, args.rules)
    common, groups = settings(args.root), {}
    for case in cases:
        groups.setdefault(tuple(case.flags), []).append(case)
    passed, failed = 0, len(problems)
    for problem in problems:
        print(f"FAIL {problem}")
    for flags, group in groups.items():
        report = lint(str(args.build / "plimsoll"), [*common, *flags], [str(c.path) for c in group])
        for case in group:
            lines = failures(report, case)
            passed, failed = passed + (not lines), failed + bool(lines)
            if lines:
                print(f"FAIL {case.path}\n    " + "\n    ".join(lines))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
