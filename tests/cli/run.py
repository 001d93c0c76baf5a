#!/usr/bin/python3
"""Runs the cases of tests/cli: a folder each, with the command and what it must do.

    cmd       a shell script, run in a copy of the folder, with $PLIMSOLL as the program
    stdin     given to it, if it exists
    stdout, stderr, status    what it must print, byte for byte, and its exit status

Files of the folder are the input. --bless writes stdout, stderr and status anew; review the difference.

usage: run.py [--bless] [--root DIRECTORY] BUILD_DIR [CASE...]
"""
import argparse
import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

OUTPUTS = ("stdout", "stderr", "status")


def run(args, case):
    """What the command of a case printed, by name of the golden."""
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch) / "case"
        shutil.copytree(case, work, symlinks=True, ignore=shutil.ignore_patterns("cmd", *OUTPUTS))
        stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PLIMSOLL": str(args.plimsoll)}
        env.update({k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "GCOV_"))})
        done = subprocess.run(["sh", "-eu", str(case / "cmd")], cwd=work, env=env, input=stdin, capture_output=True,
                              timeout=60, check=False)
    return {"stdout": done.stdout, "stderr": done.stderr, "status": b"%d\n" % done.returncode}


def differences(case, found):
    lines = []
    for name in OUTPUTS:
        expected = (case / name).read_bytes() if (case / name).exists() else b""
        if expected == found[name]:
            continue
        lines += difflib.unified_diff(expected.decode(errors="replace").splitlines(),
                                      found[name].decode(errors="replace").splitlines(),
                                      f"expected {name}", f"found {name}", lineterm="")
        lines.append(f"{name} differs")
    if not (case / "status").exists():
        lines.append("no golden `status`")
    return lines


def bless(case, found):
    for name in OUTPUTS:
        if found[name]:
            (case / name).write_bytes(found[name])
        else:
            (case / name).unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.root, args.plimsoll = args.root.resolve(), (args.build / "plimsoll").resolve()

    cases = [p.parent for p in sorted(args.root.glob("*/cmd")) if not args.names or p.parent.name in args.names]
    passed, failed = 0, 0
    if not cases:
        print("FAIL no cases")
        failed = 1
    for case in cases:
        found = run(args, case)
        if args.bless:
            bless(case, found)
        lines = differences(case, found)
        passed, failed = passed + (not lines), failed + bool(lines)
        if lines:
            print(f"FAIL {case.name}\n    " + "\n    ".join(lines))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
