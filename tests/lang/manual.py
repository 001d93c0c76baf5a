#!/usr/bin/python3
"""Checks what the documents say against the programs and the tables of the sources.

    ```plim                  compiles; where tests stand in it, they pass
    ```plim error=CODE       does not compile, with that code
    ```plim file=NAME        is written to NAME, append=NAME added to it, for what follows; with=NAME is compiled beside it
    ```yaml file=NAME        likewise
    ```console               a session: each line `$ COMMAND` is run there, and prints what stands below it, byte for byte

The blocks of a document are run from its beginning to its end, in one directory. Beside them: the tables between markers are
those of policy/man/tables.py, links lead somewhere, the grammar has every reserved word, and the refusal in README.md is what
tests/cli/readme prints, which tests/cli runs.

usage: manual.py [--bless] BUILD_DIR     --bless writes the sessions anew; review the difference
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = ("README.md", "policy/LANGUAGE.md")
MANUAL = "policy/LANGUAGE.md"
BLOCK = re.compile(r"^```([a-z]+)((?: [a-z]+=\S+)*)\n(.*?)^```$", re.M | re.S)
END = "\x01"


def read(name):
    return (ROOT / name).read_text()


class Place:
    """The directory in which the blocks of one document are run."""

    def __init__(self, scratch, plimsoll):
        self.work, commands = pathlib.Path(scratch) / "work", pathlib.Path(scratch) / "commands"
        self.work.mkdir()
        commands.mkdir()
        (commands / "plimsoll").symlink_to(plimsoll.resolve())
        self.env = {"PATH": f"{commands}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self.env.update({k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "GCOV_"))})

    def run(self, *words):
        done = subprocess.run(words, cwd=self.work, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        return done.returncode, done.stdout

    def store(self, options, text):
        if "append" in options:
            path = self.work / options["append"]
            path.write_text(path.read_text() + "\n" + text)
            return options["append"]
        name = options.get("file", "example.plim")
        (self.work / name).write_text(text)
        return name


def policy(place, options, text):
    """What is wrong with a block of policy, or nothing."""
    name = place.store(options, text)
    files = [name] + ([options["with"]] if "with" in options else [])
    status, said = place.run("plimsoll", "check", *files)
    code = options.get("error")
    if code:
        return "" if status == 2 and f"error[{code}]" in said else f"wanted {code}, exit {status}\n{said}"
    if status == 0 and "file" not in options and "append" not in options and re.search(r'^test "', text, re.M):
        status, said = place.run("plimsoll", "test", *files)
    return "" if status == 0 else f"exit {status}\n{said}"


def session(place, text):
    """The block as it is when its commands are run now."""
    commands = re.findall(r"^\$ (.*)$", text, re.M)
    script = "".join(f"{{ {c}; }} 2>&1; status=$?; printf '\\001'; (exit $status)\n" for c in commands)
    outputs = place.run("sh", "-c", script)[1].split(END)
    return "".join(f"$ {command}\n{output}" for command, output in zip(commands, outputs))


def blocks(name, place, bless):
    """(where, what is wrong) of each block of a document that says something."""
    text = changed = read(name)
    for m in BLOCK.finditer(text):
        language, words, body = m.groups()
        options = dict(w.split("=", 1) for w in words.split())
        wrong = ""
        if language == "plim":
            wrong = policy(place, options, body)
        elif language == "console":
            found = session(place, body)
            changed = changed.replace(m.group(), f"```console{words}\n{found}```", 1)
            wrong = "" if found == body or bless else f"prints\n{found}"
        elif options:
            place.store(options, body)
        else:
            continue
        yield f"{name}:{text[:m.start()].count(chr(10)) + 2}", wrong
    if changed != text and bless:
        (ROOT / name).write_text(changed)


def documents(plimsoll, bless):
    for name in DOCUMENTS:
        with tempfile.TemporaryDirectory() as scratch:
            yield from blocks(name, Place(scratch, plimsoll), bless)


def refusal():
    case = "tests/cli/readme/"
    command = read(case + "cmd").replace('"$PLIMSOLL"', "plimsoll")
    shown = f"```\n$ {command}{read(case + 'stdout')}```\n"
    yield "README.md: refusal", "" if shown in read("README.md") else f"does not hold what {case} prints:\n{shown}"


def tables():
    run = subprocess.run([sys.executable, "-B", ROOT / "policy/man/tables.py", "--check"], capture_output=True, text=True, check=False)
    yield "tables", "" if run.returncode == 0 else run.stdout + run.stderr


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links():
    for name in DOCUMENTS:
        text = re.sub(r"^```.*?^```$", "", read(name), flags=re.M | re.S)
        for target in sorted(set(re.findall(r"\]\(([^)\s]+)\)", text))):
            path, _, part = target.partition("#")
            there = (ROOT / name).parent / path if path else ROOT / name
            good = there.exists() and (not part or part in {anchor(h) for h in re.findall(r"^#+ (.*)$", there.read_text(), re.M)})
            yield f"{name}: link {target}", "" if good else "leads nowhere"


def grammar():
    """The words in quotes of the grammar are the reserved words, and those that only mean something in their place."""
    plain = {"low", "medium", "high", "critical", "list", "map", "string", "pod", "task", "manifest", "allow", "excepted", "count", "sum", "remove"}
    section = re.search(r"^```ebnf\n(.*?)^```$", read(MANUAL), re.M | re.S)
    listed = set(re.findall(r'"([a-z]+)"', section.group(1) if section else ""))
    there = set(re.findall(r'^PL_KEYWORD\(\w+, "(\w+)"', read("policy/lang/tokens.def"), re.M)) | plain
    wrong = f"missing: {sorted(there - listed)}, not there: {sorted(listed - there)}" if listed != there else ""
    yield f"{MANUAL}: grammar", wrong


def packs(plimsoll):
    """The table of packs in README.md counts the rules that the program has."""
    rules = json.loads(subprocess.run([plimsoll, "rules", "--format", "json"], capture_output=True, text=True, check=True).stdout)
    shown = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| (\d+): ", read("README.md"), re.M))
    counted = {}
    for rule in rules["rules"]:
        counted[rule["pack"]] = counted.get(rule["pack"], 0) + 1
    yield "README.md: packs", "" if {k: int(v) for k, v in shown.items()} == counted else f"{shown}, but there are {counted}"


def main():
    bless = "--bless" in sys.argv
    plimsoll = pathlib.Path([a for a in sys.argv[1:] if a != "--bless"][0]) / "plimsoll"
    passed = failed = 0
    for results in (documents(plimsoll, bless), refusal(), tables(), links(), grammar(), packs(plimsoll)):
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
