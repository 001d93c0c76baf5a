#!/usr/bin/python3
"""Goldens of the model: what the linter's reading makes of a manifest, and that equal meaning on both platforms gives the
equal common view.

<kind>/<case>.yaml or .json beside <case>.workload: the output of `plimsoll explain FILE --stage=workload`.
pairs/<case>.pod.yaml beside <case>.task.json: two manifests that mean the same; their views are compared, but for
what the platforms have of their own (see OWN). --bless writes the goldens anew; read the difference.

usage: run.py [--bless] BUILD_DIR [CASE...]
"""
import argparse
import difflib
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# Lines of a view that differ between the platforms by nature: where a part stands, and words for the same thing.
OWN = re.compile(r"  (at |kind = |platform = |aws_identity = |inherits_host_role = )")
SHARED = ("volume:", "container:", "mount:", "port:", "variable:", "image:")


def explain(build, path):
    command = [f"{build}/plimsoll", "explain", str(path.relative_to(HERE)), "--stage=workload"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, timeout=60, check=False)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode < 0 or "runtime error" in text or "AddressSanitizer" in text:
        return f"crashed with status {done.returncode}\n{text}"
    return text


def view(text):
    """The sections that both platforms have, without what is the platform's own."""
    kept = []
    for section in text.split("\n\n"):
        if section.startswith(SHARED):
            kept += [line for line in section.rstrip("\n").split("\n") if not OWN.match(line)]
    return "\n".join(kept) + "\n"


def report(name, wanted, found):
    if wanted == found:
        return True
    print(f"FAILED {name}")
    print("".join(difflib.unified_diff(wanted.splitlines(True), found.splitlines(True), "wanted", "found")))
    return False


def run_golden(args, path):
    golden = path.with_suffix(".workload")
    found = explain(args.build.resolve(), path)
    if args.bless:
        golden.write_text(found, encoding="utf-8")
        return True
    wanted = golden.read_text(encoding="utf-8") if golden.exists() else "(there is no golden)\n"
    return report(path.relative_to(HERE), wanted, found)


def run_pair(args, path):
    task = path.with_name(path.name.replace(".pod.yaml", ".task.json"))
    pod_view, task_view = (view(explain(args.build.resolve(), p)) for p in (path, task))
    if "container:" not in pod_view:
        return report(path.relative_to(HERE), "a container\n", pod_view)
    return report(path.relative_to(HERE), pod_view, task_view)


def cases(names):
    found = [p for p in sorted(HERE.glob("*/*")) if p.suffix in (".yaml", ".json") and not p.name.endswith(".task.json")]
    return [p for p in found if not names or any(n in str(p.relative_to(HERE)) for n in names)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="CASE")
    args = parser.parse_args()
    passed = failed = 0
    for path in cases(args.names):
        good = run_pair(args, path) if path.parent.name == "pairs" else run_golden(args, path)
        passed += good
        failed += not good
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
