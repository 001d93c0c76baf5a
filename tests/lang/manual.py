#!/usr/bin/python3
"""Checks what the documents say against the programs and tables.

    README.md, policy/LANGUAGE.md   every ```plim example compiles; those marked error=CODE fail with that code
    README.md                       the refusal it shows is what tests/cli/readme prints, which tests/cli runs
    policy/LANGUAGE.md              its tables of fields and functions hold the names of view.def and builtins.def, and no others

usage: manual.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MANUAL = "policy/LANGUAGE.md"
OPERANDS = {"ARN", "ROLE", "ENTRY"}  # what functions and loops give: described with them


def read(name):
    return (ROOT / name).read_text()


def examples(plimsoll):
    """(where, what is wrong) of each example."""
    work = pathlib.Path(tempfile.mkdtemp())
    for doc in ("README.md", MANUAL):
        text = read(doc)
        for m in re.finditer(r"^```plim(?: error=(E\d{4}))?\n(.*?)^```$", text, re.M | re.S):
            line = text[:m.start()].count("\n") + 2
            example = work / "example.plim"
            example.write_text(m.group(2))
            run = subprocess.run([plimsoll, "check", str(example)], capture_output=True, text=True)
            said = run.stdout + run.stderr
            good = f"error[{m.group(1)}]" in said and run.returncode == 2 if m.group(1) else run.returncode == 0
            yield f"{doc}:{line}", "" if good else f"wanted {m.group(1) or 'to compile'}, exit {run.returncode}\n{said}"


def refusal():
    case = "tests/cli/readme/"
    command = read(case + "cmd").replace('"$PLIMSOLL"', "plimsoll")
    shown = f"```\n$ {command}{read(case + 'stdout')}```\n"
    yield "README.md: refusal", "" if shown in read("README.md") else f"does not hold what {case} prints:\n{shown}"


def differ(what, listed, there):
    missing, extra = sorted(there - listed), sorted(listed - there)
    yield f"{MANUAL}: {what}", "" if not missing + extra and there else f"missing: {missing}, not there: {extra}"


def fields():
    """Rows `| `subject` | `field` meaning; `field` ... |` of the section Common fields."""
    section = re.search(r"^## Common fields$(.*?)^## ", read(MANUAL), re.M | re.S)
    listed = {(row.group(1), name) for row in re.finditer(r"^\| `(\w+)` \| (.*) \|$", section.group(1) if section else "", re.M)
              for name in re.findall(r"`(\w+)`", row.group(2))}
    there = {(subject.lower(), name) for subject, name in re.findall(r"^PL_VIEW\((\w+), (\w+),", read("policy/model/view.def"), re.M)
             if subject not in OPERANDS}
    yield from differ("common fields", listed, there)


def functions():
    section = re.search(r"^Functions: (.*?)\n\n", read(MANUAL), re.M | re.S)
    listed = set(re.findall(r"`(\w+)\(", section.group(1) if section else "")) - {"sum"}
    there = set(re.findall(r'^PL_BUILTIN\(\w+, "(\w+)"', read("policy/lang/builtins.def"), re.M))
    yield from differ("functions", listed, there)


def main():
    passed = failed = 0
    for results in (examples(f"{sys.argv[1]}/plimsoll"), refusal(), fields(), functions()):
        count = 0
        for where, wrong in results:
            count += 1
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAIL {where}: {wrong}")
        failed += count == 0
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
