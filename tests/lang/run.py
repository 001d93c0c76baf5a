#!/usr/bin/python3
"""Runs tests/lang/<area>/<case>.plim against the goldens that stand beside it.

    CASE.err    what `plimsoll check` says on standard error; it must then exit with 2
    CASE.ast    what `plimsoll explain --stage=ast` prints;  .tokens and .code likewise
    CASE.fmt    what `plimsoll fmt -` makes of it; such a case need only parse
    CASE.warn   what `plimsoll check --lint` says on standard error, on 22 November 2026; it must then exit with 0, and with 1
                when it is strict

A case without .err and .fmt must compile. A case without any golden says `# expect: ok` in its first line: it must compile, and no more.
--bless writes the goldens that exist anew (and CASE.err for a case that has none and does not compile); review the difference.

usage: run.py [--bless] [--root DIRECTORY] BUILD_DIR [AREA|AREA/CASE...]
"""
import argparse
import difflib
import pathlib
import subprocess
import sys

STAGES = ("tokens", "ast", "code")
GOLDENS = ("err", "fmt", "warn", *STAGES)
PACKS = pathlib.Path(__file__).resolve().parent.parent.parent / "policy" / "rules"
OK = "# expect: ok"


def run(args, *words, stdin=b""):
    """(exit status, standard output, standard error) of the program, started where the cases are: no path in a golden."""
    done = subprocess.run([args.plimsoll, *words], cwd=args.root, input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def compare(what, expected, found):
    if expected == found:
        return []
    lines = difflib.unified_diff(expected.decode(errors="replace").splitlines(), found.decode(errors="replace").splitlines(),
                                 f"expected {what}", f"found {what}", lineterm="")
    return list(lines) or [f"{what} differs in its line ends"]


def check_compile(args, case):
    """Compiles the case: its .err, or none."""
    golden = case.with_suffix(".err")
    if case.with_suffix(".fmt").exists() and not golden.exists():
        return []
    status, _, err = run(args, "check", str(case.relative_to(args.root)))
    if args.bless and (golden.exists() or status != 0):
        if status == 2:
            golden.write_bytes(err)
        else:
            golden.unlink()
    if not golden.exists():
        return [] if status == 0 else [f"exit status {status}, not 0"] + err.decode(errors="replace").splitlines()
    lines = compare(golden.name, golden.read_bytes(), err)
    return lines if status == 2 else [f"exit status {status}, not 2"] + lines


def check_stage(args, case, stage):
    golden = case.with_suffix("." + stage)
    if not golden.exists():
        return []
    status, out, err = run(args, "explain", f"--stage={stage}", str(case.relative_to(args.root)))
    if status != 0:
        return [f"explain --stage={stage}: exit status {status}"] + err.decode(errors="replace").splitlines()
    if args.bless:
        golden.write_bytes(out)
    return compare(golden.name, golden.read_bytes(), out)


def check_format(args, case):
    """The canonical form; and that of it, which is itself."""
    golden = case.with_suffix(".fmt")
    if not golden.exists():
        return []
    status, out, err = run(args, "fmt", "-", stdin=case.read_bytes())
    if status != 0:
        return [f"fmt: exit status {status}"] + err.decode(errors="replace").splitlines()
    if args.bless:
        golden.write_bytes(out)
    again = run(args, "fmt", "-", stdin=out)[1]
    return compare(golden.name, golden.read_bytes(), out) + compare("the form of " + golden.name, out, again)


def check_warnings(args, case):
    golden = case.with_suffix(".warn")
    if not golden.exists():
        return []
    words = ("check", "--lint", "--today", "2026-11-22", str(case.relative_to(args.root)))
    status, _, err = run(args, *words)
    if args.bless:
        golden.write_bytes(err)
    lines = compare(golden.name, golden.read_bytes(), err)
    if status != 0:
        lines.append(f"check --lint: exit status {status}, not 0")
    strict = run(args, *words, "--strict")[0]
    if strict != (1 if err else 0):
        lines.append(f"check --lint --strict: exit status {strict}")
    return lines


def check_all_format(args):
    """Formats every case that parses: the program itself reads each result again, and ends by a signal if it differs."""
    status, _, err = run(args, "fmt", "--check", ".")
    return [] if status in (0, 1, 2) else [f"fmt --check: exit status {status}"] + err.decode(errors="replace").splitlines()[-20:]


def check_packs(args):
    """The shipped packs are in canonical form."""
    status, out, err = run(args, "fmt", "--check", str(PACKS))
    return [] if status == 0 else ["run `plimsoll fmt policy/rules`"] + (out + err).decode(errors="replace").splitlines()


def check(args, case):
    """What is wrong with a case, as lines."""
    lines = check_compile(args, case) + check_format(args, case) + check_warnings(args, case)
    for stage in STAGES:
        lines += check_stage(args, case, stage)
    has_golden = any(case.with_suffix("." + s).exists() for s in GOLDENS)
    says_ok = case.read_bytes().split(b"\n", 1)[0].strip() == OK.encode()
    if not has_golden and not says_ok:
        lines.append(f"no golden beside it, and its first line is not `{OK}`")
    if says_ok and case.with_suffix(".err").exists():
        lines.append(f"its first line is `{OK}`, and there is an .err")
    return lines


def strays(args):
    """Goldens whose case is gone."""
    kinds = tuple("." + s for s in GOLDENS)
    return [p for p in sorted(args.root.glob("*/*")) if p.suffix in kinds and not p.with_suffix(".plim").exists()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.root, args.plimsoll = args.root.resolve(), (args.build / "plimsoll").resolve()

    cases = [p for p in sorted(args.root.glob("*/*.plim"))
             if not args.names or p.parent.name in args.names or f"{p.parent.name}/{p.stem}" in args.names]
    passed, failed = 0, 0
    if not cases:
        print("FAIL no cases")
        failed = 1
    for stray in strays(args):
        print(f"FAIL {stray.relative_to(args.root)}: its .plim is missing")
        failed += 1
    for what, lines in [] if args.names else [("the canonical form of all cases", check_all_format(args)),
                                              ("the canonical form of the packs", check_packs(args))]:
        passed, failed = passed + (not lines), failed + bool(lines)
        if lines:
            print(f"FAIL {what}\n    " + "\n    ".join(lines))
    for case in cases:
        lines = check(args, case)
        passed, failed = passed + (not lines), failed + bool(lines)
        if lines:
            print(f"FAIL {case.relative_to(args.root)}\n    " + "\n    ".join(lines))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
