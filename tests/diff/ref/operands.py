"""Which operands a relation takes (language.md 3.9): both sides are checked, and strings of the policy read as what they stand
beside. A pattern is checked for what has no bound.
"""
import re

import schema
from terms import convert, fail, is_text_literal
from typing_rules import NONE, ORDERED, TEXTS, element, together


def element_type(v):
    return element(v.type)


def as_list(v):
    return v if v.type[0] in ("list", "map") else fail("E0311", v.type)


def scalar(v):
    return v.type[0] in schema.SCALARS or v.type[0] in ("enum", "intstr")


def neighbours(a, b, how="eq"):
    """Both with the strings of the policy read as what they stand beside."""
    if is_text_literal(b) and not (is_text_literal(a) and a.lit[0] == "text"):
        return a, convert(b, a.type if a.type[0] != "list" else a.type[1], how)
    if is_text_literal(a):
        return convert(a, b.type if b.type[0] != "list" else b.type[1], how), b
    return a, b


def check_equal(a, b, scope):
    a, b = neighbours(a, b)
    if not scalar(a) or not scalar(b) or not together(a.type, b.type):
        fail("E0304", f"{a.type} {b.type}")
    return a, b


def check_order(a, b, scope):
    a, b = neighbours(a, b)
    if a.type[0] not in ORDERED or not together(a.type, b.type):
        fail("E0304", f"{a.type} {b.type}")
    return a, b


def check_in(a, b, scope):
    if b.type[0] == "range":
        return (a, b) if a.type == ("int",) else fail("E0304", a.type)
    if a.type == ("ip",) and is_text_literal(b):
        return a, convert(b, ("ip",), "in")
    if b.type == ("list", ("ip",)) and a.type == ("ip",):
        return a, b
    if b.type[0] not in ("list", "map"):
        fail("E0311", b.type)
    a, b = neighbours(a, b, "in")
    if not scalar(a) or not together(a.type, element_type(b)):
        fail("E0304", f"{a.type} in {b.type}")
    return a, b


def check_contains(a, b, scope):
    as_list(a)
    b, a = check_in(b, a, scope)
    return a, b


def check_sets(a, b, scope):
    as_list(a)
    as_list(b)
    a, b = neighbours(a, b)
    for x in (a, b):
        if element_type(x)[0] in ("record", "subject", "entry"):
            fail("E0304", x.type)
    return (a, b) if together(a.type, b.type) else fail("E0304", f"{a.type} {b.type}")


def check_under(a, b, scope):
    if a.type[0] not in ("image", "path"):
        fail("E0304", a.type)
    b = convert(b, a.type, "under")
    own = b.type[1] if b.type[0] == "list" else b.type
    if not holds_no_text(b) and (own not in (a.type, NONE) or (a.type == ("image",) and not is_base(b))):
        fail("E0304", b.type)
    return a, b


def holds_no_text(v):
    """An empty set of the policy goes with everything."""
    return v.lit is not None and v.lit[0] != "text" and all(holds_no_text(p) for p in v.lit[1])


def is_base(b):
    return b.key[0] in ("lit", "set", "else", "table", "param", "data")


def check_covers(a, b, scope):
    if a.type != ("path",):
        fail("E0304", a.type)
    b = convert(b, a.type, "covers")
    return (a, b) if (b.type[1] if b.type[0] == "list" else b.type) in (a.type, NONE) else fail("E0304", b.type)


def check_like(a, b, scope):
    if a.type[0] not in TEXTS | {"image", "path"}:
        fail("E0304", a.type)
    own = b.type[1] if b.type[0] == "list" else b.type
    return (a, b) if own in (("string",), NONE) else fail("E0304", b.type)


CHECKS = {"==": check_equal, "!=": check_equal, "in": check_in, "contains": check_contains, "within": check_sets,
          "overlaps": check_sets, "under": check_under, "covers": check_covers, "like": check_like}


def check_pattern(pattern):
    if re.search(r"\\[1-9gkCKQE]|\(\?[=!<RCP&>(+-]|\(\*|\(\?\d", pattern):
        fail("E0320", pattern)
    bare = re.sub(r"\\.|\[\]?[^\]]*\]", "", pattern)
    if "^" in bare or "$" in bare:
        fail("E0321", pattern)
    try:
        re.compile(pattern)
    except re.error:
        fail("E0320", pattern)
