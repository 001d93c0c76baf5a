#!/usr/bin/python3
"""Compiles every ```plim example of the manual and the README: those marked error=CODE must fail with that code.

usage: manual.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    passed = failed = 0
    work = pathlib.Path(tempfile.mkdtemp())
    for doc in ("README.md", "policy/LANGUAGE.md"):
        text = (ROOT / doc).read_text()
        for m in re.finditer(r"^```plim(?: error=(E\d{4}))?\n(.*?)^```$", text, re.M | re.S):
            line = text[:m.start()].count("\n") + 2
            example = work / "example.plim"
            example.write_text(m.group(2))
            run = subprocess.run([f"{sys.argv[1]}/plimsoll", "check", str(example)], capture_output=True, text=True)
            said = run.stdout + run.stderr
            good = f"error[{m.group(1)}]" in said and run.returncode == 2 if m.group(1) else run.returncode == 0
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"FAIL {doc}:{line}: wanted {m.group(1) or 'to compile'}, exit {run.returncode}\n{said}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
