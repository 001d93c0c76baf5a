#!/usr/bin/python3
"""Writes the man pages: plimsoll(1) and plimsolld(8) from the texts beside this file and the rows of commands.def, flags.def
and config.def; plimsoll-policy(5) from the reference part of policy/LANGUAGE.md, whose tables stand in it.

usage: pages.py DIRECTORY
"""
import pathlib
import re
import sys

import defs
import roff

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = "<!-- man: the reference begins -->\n"


def literal(text):
    """Text of a .def file: only back-quotes mean something in it."""
    return "".join(part if i % 2 else part.replace("*", "\\*") for i, part in enumerate(re.split(r"(`[^`]*`)", text)))


def commands():
    """A subsection a command, and its flags below it."""
    flags = defs.rows("policy/cli/flags.def", "PL_FLAG")
    out = []
    for ident, name, arguments, _, sentence, more in defs.rows("policy/cli/commands.def", "PL_COMMAND"):
        out.append(f"### plimsoll {name} {arguments}\n\n{sentence[0].upper()}{sentence[1:]}.\n\n{literal(more)}\n")
        for _, flag, argument, on, repeated, says in flags:
            if f"ON_{ident}" not in re.split(r"[ |()]+", on):
                continue
            head = f"`--{flag}`" + ("" if argument == "NULL" else f" *{argument}*")
            out.append(f"@ {head}\n{literal(says)}{'; may be repeated' if repeated == 'true' else ''}\n")
    return "\n".join(out)


def settings():
    out = []
    for _, key, kind, default, _, _, unit, _, prose in defs.rows("server/config.def", "PL_CONFIG"):
        repeated = " May be repeated." if kind in ("LIST", "WORDS") else ""
        known = f" Default: `{default}`." if default else ""
        out.append(f"@ `--{key}` *{unit}*\n{literal(prose)}{repeated}{known}\n")
    return "\n".join(out)


def packs():
    return "\n".join(f"@ `{name}`\n{title}; {len(modes)} rules\n" for name, title, modes in defs.packs())


PARTS = {"commands": commands, "settings": settings, "packs": packs}


def text_of(name):
    return re.sub(r"^@@(\w+)$", lambda m: PARTS[m.group(1)](), (HERE / name).read_text(), flags=re.M)


def reference():
    head, found, body = defs.read("policy/LANGUAGE.md").partition(REFERENCE)
    if not found:
        raise SystemExit("policy/LANGUAGE.md does not say where the reference begins")
    return (HERE / "plimsoll-policy.5.md").read_text().replace("@@reference\n", body)


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    version = re.search(r'^#define PL_VERSION "(.*)"$', defs.read("include/plimsoll/plimsoll.h"), re.M).group(1)
    for name, section, text in (("plimsoll", 1, text_of("plimsoll.1.md")), ("plimsoll-policy", 5, reference()),
                                ("plimsolld", 8, text_of("plimsolld.8.md"))):
        (target / f"{name}.{section}").write_text(roff.page(name, section, version, text))


if __name__ == "__main__":
    sys.exit(main())
