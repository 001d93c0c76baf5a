"""Which types go together (language.md 3.6), and the relations of values (3.8, 3.9), Kleene where something is unknown."""
import re
from fractions import Fraction

import vals
from model import Rec, Subject
from vals import Unknown

NUMBERS = {"int", "cores", "bytes", "quantity"}
ORDERED = NUMBERS | {"version", "date"}
TEXTS = {"string", "enum", "intstr"}
NONE = ("none",)


def together(a, b):
    if a == b or NONE in (a, b):
        return True
    if a[0] in NUMBERS and b[0] in NUMBERS:
        pair = {a[0], b[0]}
        return "quantity" in pair or pair <= {"int", "cores"} or len(pair) == 1
    if a[0] in TEXTS and b[0] in TEXTS:
        return "string" in (a[0], b[0]) or a == b
    if a[0] == b[0] == "list":
        return together(a[1], b[1])
    return False


def joined(a, b):
    """The type of something that is a or b."""
    if a == NONE:
        return b
    if a[0] in NUMBERS and b[0] in NUMBERS and a != b:
        for kind in ("bytes", "cores", "quantity"):
            if kind in (a[0], b[0]):
                return (kind,)
    return a if a[0] != "string" or b[0] not in TEXTS else b


def element(t):
    return t[1] if t[0] == "list" else ("entry", t[1]) if t[0] == "map" else None


def items(value):
    """The elements of a list, or the entries of a map."""
    return sorted(value.items()) if isinstance(value, dict) else value


# --- three-valued logic: True, False, or an Unknown -----------------------------------------------------------------

def negate(x):
    return x if isinstance(x, Unknown) else not x


def conjunction(parts):
    unknown = None
    for p in parts:
        if isinstance(p, Unknown):
            unknown = unknown or p
        elif not p:
            return False
    return unknown or True


def disjunction(parts):
    return negate(conjunction(negate(p) for p in parts))


# --- relations ------------------------------------------------------------------------------------------------------

def same_role(a, b, ctx):
    if a.name != b.name:
        return False
    if a.account == b.account:
        return True
    first, second = a.account or ctx.account(), b.account or ctx.account()
    if first is None or second is None or isinstance(first, Unknown) or isinstance(second, Unknown):
        return Unknown("cluster.account is not known, and one of the roles is a short name")
    return first == second


def equal(a, b, ctx):
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(a, Unknown) else b
    a, b = plain(a), plain(b)
    if isinstance(a, vals.Image):
        return a.same(b)
    if isinstance(a, vals.Role):
        return same_role(a, b, ctx)
    if isinstance(a, vals.Arn):
        return a.text == b.text
    if isinstance(a, vals.Network) or isinstance(b, vals.Network):
        return a in b if isinstance(b, vals.Network) else b in a
    return a == b


def plain(v):
    return v.extra if isinstance(v, Subject) and v.kind == "image" else v


def member(x, s, ctx):
    if isinstance(s, Unknown):
        return s
    if isinstance(s, tuple) and not isinstance(s, vals.Version):
        return s[0] <= x <= s[1]
    if isinstance(s, vals.Network):
        return x in s
    return disjunction(equal(x, e, ctx) for e in items(s))


def text(v):
    v = plain(v)
    return v.normal() if isinstance(v, vals.Image) else str(v)


def like(pattern, subject):
    return re.fullmatch(".*".join(re.escape(p) for p in pattern.split("*")), subject, re.S) is not None


def one_of(test, x, s):
    """x against one thing or a set of them."""
    if isinstance(x, Unknown) or isinstance(s, Unknown):
        return x if isinstance(x, Unknown) else s
    if isinstance(s, list):
        return disjunction(e if isinstance(e, Unknown) else test(x, e) for e in s)
    return test(x, s)


def is_under(x, q):
    x = plain(x)
    return q.holds(x) if isinstance(x, vals.Image) else vals.under(x, q)


def subset(a, b, ctx):
    return a if isinstance(a, Unknown) else conjunction(member(x, b, ctx) for x in items(a))


def compare(op, a, b):
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(a, Unknown) else b
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def relate(op, a, b, ctx):
    """A relation of two values that are there."""
    if op.startswith("not "):
        return negate(relate(op[4:], a, b, ctx))
    if op in ("==", "!="):
        result = equal(a, b, ctx)
        return negate(result) if op == "!=" else result
    if op in ("<", "<=", ">", ">="):
        return compare(op, a, b)
    if op == "in":
        return a if isinstance(a, Unknown) else member(a, b, ctx)
    if op == "contains":
        return b if isinstance(b, Unknown) else member(b, a, ctx)
    if op == "within":
        return subset(a, b, ctx)
    if op == "overlaps":
        return a if isinstance(a, Unknown) else disjunction(member(x, b, ctx) for x in items(a))
    if op == "under":
        return one_of(is_under, a, b)
    if op == "covers":
        return one_of(lambda p, q: vals.under(q, p), a, b)
    assert op == "like", op
    return one_of(lambda x, p: like(p, text(x)), a, b)


# --- arithmetic -----------------------------------------------------------------------------------------------------

def arithmetic(op, kind, a, b, ctx):
    if a is None or b is None:
        return None
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(a, Unknown) else b
    if op == "minus":
        out = []
        for x in items(a):
            found = member(x, b, ctx)
            if isinstance(found, Unknown):
                return found
            if not found:
                out.append(x)
        return out
    result = a + b if op == "+" else a - b if op == "-" else a * b
    return vals.saturate(kind, result)


# --- showing --------------------------------------------------------------------------------------------------------

def show(v, t):
    if v is None:
        return "not set"
    if isinstance(v, Unknown):
        return f"unknown ({v.why})"
    if isinstance(v, Subject):
        return v.shown()
    if isinstance(v, bool):
        return "true" if v else "false"
    if t[0] in ("cores", "bytes", "quantity"):
        return vals.show_amount(t[0], Fraction(v))
    if t[0] == "int":
        return str(int(v))
    if t[0] == "date":
        return vals.show_date(v)
    if t[0] == "list":
        shown = [show(x, t[1]) for x in v[:16]]
        return "{" + ", ".join(shown + ([f"and {len(v) - 16} more"] if len(v) > 16 else [])) + "}"
    if t[0] == "map":
        shown = [f"{bare(k)}: {show(x, t[1])}" for k, x in sorted(v.items(), key=lambda kv: kv[0].encode("utf-8", "surrogatepass"))]
        more = [f"and {len(shown) - 16} more"] if len(shown) > 16 else []
        return "{" + ", ".join(shown[:16] + more) + "}"
    if isinstance(v, Rec):
        return "{...}"
    return bare(getattr(v, "text", None) if isinstance(v, (vals.Image, vals.Role, vals.Arn)) else str(v))


def bare(text):
    return cut(vals.escape(text)) if text else '""'


def cut(text):
    return text if len(text) <= 256 else text[:256] + "…"
