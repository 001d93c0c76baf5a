#!/usr/bin/python3
"""Writes the tables of the documents from the tables of the sources, between `<!-- table: NAME -->` and `<!-- end -->`.

usage: tables.py [--check]     --check changes nothing, names the documents that are stale, and then ends with 1
"""
import re
import sys

import defs

DOCUMENTS = ("policy/LANGUAGE.md", "README.md")
PROSE = "policy/man/prose.def"
VIEW = "policy/model/view.def"
CATALOGUE = "policy/lang/catalogue.def"
PLATFORMS = {"BOTH": "", "KUBERNETES": "Kubernetes only", "ECS": "ECS only"}
ARGUMENTS = {"s": "string", "l": "list", "d": "date"}


def joined(what, there, said):
    """The rows of the prose for exactly the names that are there, in their order."""
    prose = {row[0]: row[1:] for row in said}
    missing, extra = [n for n in there if n not in prose], sorted(set(prose) - set(there))
    if missing or extra or len(prose) != len(said):
        raise SystemExit(f"{PROSE}: {what}: missing {missing}, not there {extra}, or one twice")
    return [(name, *prose[name]) for name in there]


def table(head, lines):
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [head, ["---"] * len(head), *lines])


def code(text):
    return f"`{text}`" if text else ""


# --- what rules read --------------------------------------------------------------------------------------------------

def subjects():
    said = joined("subjects", defs.subjects(), defs.rows(PROSE, "PL_SUBJECT"))
    return table(("subject", "is", "where", "also in scope"),
                 [(code(name), what, where, scope) for name, where, what, scope in said])


def kinds():
    return table(("kind", "group", "pod template"),
                 [(code(kind), code(group) if group else "core", code(where) or "the object itself")
                  for kind, group, _, where, *_ in defs.rows("policy/model/kinds.def", "PL_KIND")])


def type_of(words):
    """V(STRING) as a policy names it; VLS(MOUNT) and the like as lists."""
    form, kind = re.fullmatch(r"(\w+)\((\w+)\)", words).groups()
    return {"V": "{}", "VL": "list of {}", "VM": "map of string to {}", "VS": "{}", "VLS": "list of {}"}[form].format(
        "that of the map" if kind == "NONE" else kind.lower())


def fields():
    lines = [(code(f"{subject.lower()}.{name}"), type_of(kind), "may be absent" if presence == "OPTIONAL" else "",
              sentence + (f" ({PLATFORMS[where]})" if PLATFORMS[where] else ""))
             for subject, name, kind, presence, where, sentence in defs.rows(VIEW, "PL_VIEW")]
    return table(("field", "type", "presence", "says"), lines)


def defaults():
    """The reviewed table of absences with a fixed effect; the values stand in schema.def."""
    values = {(platform, record, field): value for platform, record, field, _, _, value, *_ in
              defs.rows("policy/model/schema.def", "PL_FIELD")}
    return table(("field", "absent means", "for"),
                 [(code(f"{record}.{field}"), code(values[platform, record, field]), why)
                  for platform, record, field, why in defs.rows("policy/model/defaults.def", "PL_DEFAULT")])


# --- the language -----------------------------------------------------------------------------------------------------

def types():
    said = joined("types", defs.type_names(), defs.rows(PROSE, "PL_TYPE"))
    return table(("type", "values", "written"), [(code(name), values, literal) for name, values, literal in said])


def operators():
    said = defs.rows(PROSE, "PL_OPERATOR")
    listed = {word for spellings, *_ in said for word in spellings.split()}
    tokens = {word for macro in ("PL_PUNCT", "PL_KEYWORD") for _, word, *_ in defs.rows("policy/lang/tokens.def", macro)}
    there = set(defs.relations()) | {"matches", "set", "absent", "empty", "and", "or", "not", "some", "every", "no"}
    if listed != there or not listed <= tokens:
        raise SystemExit(f"{PROSE}: operators: missing {there - listed}, not there {listed - there}, no token {listed - tokens}")
    return table(("form", "of", "true when"), [(form, operands, truth) for _, form, operands, truth in said])


def functions():
    lines = [(code(f"{name}({', '.join(ARGUMENTS[a] for a in arguments)})"),
              result.removeprefix("PL_T_").lower() + (", may be absent" if absent == "true" else ""), sentence)
             for _, name, arguments, result, absent, _, sentence in defs.rows("policy/lang/builtins.def", "PL_BUILTIN")]
    return table(("function", "gives", "which is"), lines)


def reserved():
    words = sorted(word for _, word, _ in defs.rows("policy/lang/tokens.def", "PL_KEYWORD"))
    lines = [" ".join(code(w) for w in words[i:i + 14]) for i in range(0, len(words), 14)]
    return "\n".join(lines) + "\n"


def codes(stage_is_lint):
    rows = [row for row in defs.rows(CATALOGUE, "PL_CODE")]
    advice = {code: rest[0] for code, *rest in joined("codes", [r[0] for r in rows], defs.rows(PROSE, "PL_ADVICE"))}
    return table(("code", "what is wrong" if not stage_is_lint else "what is noticed", "write instead"),
                 [(code(number), title, advice[number]) for number, stage, title in rows if (stage == "LINT") == stage_is_lint])


def amount(value, unit):
    if unit == "bytes":
        for step, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
            if value % step == 0:
                return f"{value // step:,} {name}"
    return f"{value:,}"


def limits():
    return table(("limit", "is", "beyond it"),
                 [(what, amount(defs.constant(source, macro), unit), then)
                  for source, macro, what, unit, then in defs.rows(PROSE, "PL_LIMIT")])


# --- what is shipped --------------------------------------------------------------------------------------------------

def packs():
    lines = []
    for name, title, modes in defs.packs():
        count = ", ".join(f"{modes.count(m)} {m}" for m in ("deny", "warn", "audit") if m in modes)
        lines.append((code(name), title, f"{len(modes)}: {count}", "in the linter" if name == "essentials" else ""))
    return table(("pack", "for", "rules", "on by default"), lines)


def commands():
    return table(("command", "does"), [(code(f"plimsoll {name} {arguments}").replace("|", r"\|"), sentence)
                                       for _, name, arguments, _, sentence, _ in defs.rows("policy/cli/commands.def", "PL_COMMAND")])


TABLES = {"subjects": subjects, "kinds": kinds, "fields": fields, "defaults": defaults, "types": types, "operators": operators,
          "functions": functions, "reserved words": reserved, "errors": lambda: codes(False), "warnings": lambda: codes(True),
          "limits": limits, "packs": packs, "commands": commands}
PLACE = re.compile(r"(^<!-- table: ([a-z ]+) -->\n)(.*?)(^<!-- end -->$)", re.M | re.S)


def written(name):
    """The text of a document with its tables as they should be."""
    return PLACE.sub(lambda m: m.group(1) + "\n" + TABLES[m.group(2)]() + "\n" + m.group(4), defs.read(name))


def main():
    places = [m.group(2) for name in DOCUMENTS for m in PLACE.finditer(defs.read(name))]
    if sorted(places) != sorted(TABLES):
        raise SystemExit(f"tables without one place in the documents: {sorted(set(TABLES) ^ set(places)) or places}")
    stale = [name for name in DOCUMENTS if written(name) != defs.read(name)]
    for name in stale:
        print(f"{name}: its tables are not those of the sources; run `make manual`" if "--check" in sys.argv else f"{name}: written")
        if "--check" not in sys.argv:
            (defs.ROOT / name).write_text(written(name))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
