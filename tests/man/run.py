#!/usr/bin/python3
"""Checks the man pages that policy/man/pages.py makes: groff renders them without a warning, nothing of the markdown is left in
them, and every command, flag, setting, error code, function, field and reserved word of the .def files stands in its page.

usage: run.py
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LEFT = re.compile(r"@@|<!--|```|\*\*|\]\(|^#+ |^\| ", re.M)
COMMAND = re.compile(r"^   plimsoll (\w+).*?(?=^   plimsoll |^[A-Z])", re.M | re.S)


def rows(source, pattern):
    """What the pattern finds at the beginning of lines of a .def file; nothing is an error."""
    found = re.findall(rf"^{pattern}", (ROOT / source).read_text(), re.M)
    if not found:
        raise SystemExit(f"{source}: no rows {pattern}")
    return found


def rendered(page):
    """(the text as a reader sees it, what groff complains of)"""
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-rLL=200n", "-P-c", str(page)], capture_output=True, text=True, check=False)
    return re.sub(".\b", "", done.stdout), done.stderr + ("" if done.returncode == 0 else f"exit {done.returncode}")


def flags_of(command):
    """The flags of one command."""
    return [name for name, on in rows("policy/cli/flags.def", r'PL_FLAG\(\w+, "([a-z-]+)", [^,]+,((?: ?\|? ?ON_\w+)+),')
            if f"ON_{command.upper()}" in on.replace("|", " ").split()]


def misses(text, words):
    return [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])" if word[-1] != "(" else re.escape(word), text)]


def check_plimsoll(text):
    sections = {m.group(1): m.group() for m in COMMAND.finditer(text)}
    commands = rows("policy/cli/commands.def", r'PL_COMMAND\(\w+, "(\w+)"')
    yield "commands", sorted(set(commands) ^ set(sections))
    for command in commands:
        wanted = {"--" + flag for flag in flags_of(command)}
        shown = set(re.findall(r"^       (--[a-z-]+)", sections.get(command, ""), re.M))
        yield f"flags of {command}", sorted(wanted ^ shown) if wanted else ["none"]
    known = set(rows("policy/cli/flags.def", r'PL_FLAG\(\w+, "([a-z-]+)"')) | {"version", "flag"}
    yield "flags of texts and examples", sorted(set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", text)) - known)
    yield "packs", misses(text, [p.stem for p in (ROOT / "policy/rules").glob("*.plim")])


def check_policy(text):
    yield "error codes", misses(text, rows("policy/lang/catalogue.def", r"PL_CODE\((\w+),"))
    yield "fields", misses(text, [f"{s.lower()}.{f}" for s, f in rows("policy/model/view.def", r"PL_VIEW\((\w+), (\w+),")])
    yield "functions", misses(text, [f"{f}(" for f in rows("policy/lang/builtins.def", r'PL_BUILTIN\(\w+, "(\w+)"')])
    yield "reserved words", misses(text, rows("policy/lang/tokens.def", r'PL_KEYWORD\(\w+, "(\w+)"'))


def check_server(text):
    keys = rows("server/config.def", r'PL_CONFIG\(\w+, "([a-z._-]+)"')
    shown = re.findall(r"^       (--[a-z._-]+)", text, re.M)
    yield "settings", sorted({"--" + k for k in keys} ^ (set(shown) - {"--config"}))


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-B", ROOT / "policy/man/pages.py", scratch], check=True)
        for name, check in (("plimsoll.1", check_plimsoll), ("plimsoll-policy.5", check_policy), ("plimsolld.8", check_server)):
            text, complaints = rendered(pathlib.Path(scratch) / name)
            results = [("groff", complaints), ("markdown", LEFT.findall(text)), ("its end", [] if "SEE ALSO" in text else ["missing"]), *check(text)]
            for what, wrong in results:
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"FAIL {name}: {what}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
