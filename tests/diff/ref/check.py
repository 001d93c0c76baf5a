"""The checker: names, types, polarity and absence (language.md 3.6, 3.7), and the meaning of what it accepts (3.8).

value() makes a V of a tree, condition() a C. CHECKING.md decides where the specification is silent.
"""
import re
from fractions import Fraction

import schema
import typing_rules as tr
import vals
from operands import CHECKS, as_list, check_order, check_pattern, element_type
from terms import (
    BUILTINS, C, CONDITIONS, FLIP, READERS, ROOTS, V, convert, fail, field, is_text_literal, refuse_text,
    strip
)
from typing_rules import NONE, NUMBERS, TEXTS, together
from vals import Unknown


# --- values ---------------------------------------------------------------------------------------------------------

def value(e, scope):
    """A V for a tree in the position of a value."""
    kind = e[0]
    if kind == "paren":
        return value(e[1], scope)
    if kind in CONDITIONS:
        fail("E0304", "a condition as an operand")
    return VALUES[kind](e, scope)


def literal(e, scope):
    _, kind, raw = e
    if kind == "string":
        return V(("string",), lambda env: raw, ("lit", raw), lit=("text", raw))
    made = {"int": lambda: int(raw), "decimal": lambda: Fraction(raw), "cores": lambda: vals.quantity(raw),
            "bytes": lambda: vals.quantity(raw), "version": lambda: vals.version(raw), "date": lambda: vals.Date(raw),
            "bool": lambda: raw, "range": lambda: raw}[kind]()
    return V(("cores",) if kind == "decimal" else (kind,), lambda env: made, ("lit", kind, raw))


def name(e, scope):
    n = e[1]
    if n in scope.names:
        v = scope.names[n]
        if v is None:
            fail("E0302", n)
        out = V(v.type, v.ev, v.key, v.opt and v.key not in scope.phi, v.knows, v.lit)
        out.fields, out.lookup, out.secret, out.roots, out.places = v.fields, v.lookup, v.secret, v.roots, v.places
        return out
    let = scope.program.let(n, scope)
    if let:
        if let.args is not None:
            fail("E0314", n)
        if strip(let.body)[0] in CONDITIONS:
            fail("E0304", "a condition as an operand")
        return value(let.body, enter(let, scope, {}))
    param = scope.program.param(n, scope)
    return param if param else fail("E0302", n)


def enter(let, scope, names):
    """The scope of the body of a `let`."""
    if let in scope.calls:
        fail("E0313", let.name)
    let.called = True
    base = {n: v for n, v in scope.names.items() if n in ("workload", "object", "today") + ROOTS}
    base.update(names)
    return scope.but(names=base, file=let.file, in_let=True, calls=scope.calls + (let,))


def type_of_name(n):
    if n in schema.SUBJECTS:
        return ("image",) if n == "image" else ("subject", n)
    return (n,) if n in schema.SCALARS else fail("E0201", n)


def declared(t, set_inside=False):
    """A type as written, as a type."""
    if t[0] in ("list", "map", "row"):
        if t[0] == "row":
            return ("row", {n: (declared(k), opt) for n, (k, opt) in t[1].items()})
        if t[1][0] in ("list", "map"):
            fail("E0201")
        return (t[0], declared(t[1]))
    return type_of_name(t[0])


def call_let(let, args, scope):
    """Names of the body bound to the arguments of the call."""
    if let.args is None or len(args) != len(let.args):
        fail("E0314", let.name)
    names = {}
    for (n, t), a in zip(let.args, args):
        wanted = declared(t) if t else type_of_name(n)
        v = convert(value(a, scope), wanted)
        if not together(v.type, wanted):
            fail("E0304", n)
        names[n] = v
    return enter(let, scope, names)


def call(e, scope):
    _, n, args = e
    let = scope.program.let(n, scope) if n not in BUILTINS else None
    if let:
        if strip(let.body)[0] in CONDITIONS:
            fail("E0304", "a condition as an operand")
        return value(let.body, call_let(let, args, scope))
    if n not in BUILTINS or n == "sum":
        fail("E0302" if n != "sum" else "E0100", n)
    if len(args) != 1:
        fail("E0314", n)
    return builtin(n, value(args[0], scope), scope)


def builtin(n, a, scope):
    key = ("call", n, a.key)
    if n == "count":
        if a.type[0] not in ("list", "map"):
            fail("E0311")
        return V(("int",), lambda env: unless_unknown(a.ev(env), lambda x: len(x)), key).took(a)
    if n == "days_since":
        if a.type != ("date",):
            fail("E0304")
        return V(("int",), lambda env: unless_unknown(a.ev(env), lambda x: env.ctx.today - x), key, a.opt).took(a)
    if a.type[0] not in TEXTS:
        fail("E0304")
    if n == "lower":
        low = lambda x: "".join(c.lower() if c.isascii() else c for c in x)
        return V(("string",), lambda env: unless_unknown(a.ev(env), low), key, a.opt).took(a)
    kind, parse = READERS.get(n) or (("int",), read_int)
    v = V(kind, lambda env: unless_unknown(a.ev(env), parse), key, key not in scope.phi).took(a)
    v.knows = v.knows | {key}
    return v


def read_int(text):
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    n = int(text)
    return n if vals.INT_MIN <= n <= vals.INT_MAX else Unknown("a number of more than 64 bits")


def unless_unknown(v, f):
    return v if v is None or isinstance(v, Unknown) else f(v)


def member(e, scope):
    base = e[1]
    return field(value(base, scope), e[2], scope)


def index(e, scope):
    base, k = value(e[1], scope), value(e[2], scope)
    if base.type[0] != "map":
        fail("E0305")
    if k.type[0] not in TEXTS:
        fail("E0304", "key")
    key = ("index", base.key, k.key)

    def ev(env):
        m, at = base.ev(env), k.ev(env)
        if isinstance(m, Unknown) or isinstance(at, Unknown):
            return m if isinstance(m, Unknown) else at
        if m is None or at is None:
            return None
        return m.get(at)
    v = V(base.type[1], ev, key, key not in scope.phi).took(base, k)
    v.knows = v.knows | {key}
    v.lookup = True
    return v


def otherwise(e, scope):
    parts = []
    for i, p in enumerate(e[1]):
        parts.append(value(p, scope))
        if i + 1 < len(e[1]) and not parts[i].opt and not scope.in_let and scope.strict:
            fail("E0306")
    for i in range(1, len(parts)):
        if not together(parts[0].type, convert(parts[i], parts[0].type).type):
            fail("E0304", "else")
    return join_else(parts)


def join_else(parts):
    t = parts[0].type
    parts = [convert(p, t) if p.type != t else p for p in parts]
    for p in parts[1:]:
        t = tr.joined(t, p.type)

    def ev(env):
        for p in parts:
            v = p.ev(env)
            if v is not None:
                return v
        return None
    v = V(t, ev, ("else",) + tuple(p.key for p in parts), parts[-1].opt)
    v.parts = parts
    for p in parts:
        v.secret |= p.secret
        if v.opt:
            v.fields, v.lookup = v.fields + p.fields, v.lookup | p.lookup
    if any(p.lit for p in parts):
        v.lit = ("else", parts, join_else)
    return v


def arith(e, scope):
    _, op, left, right = e
    a, b = value(left, scope), value(right, scope)
    key = ("arith", op, a.key, b.key)
    if op == "minus":
        a, b = as_list(a), as_list(b)
        b = convert(b, element_type(a))
        if not together(a.type, b.type) or element_type(a)[0] in ("record", "subject", "entry"):
            fail("E0304")
        return V(a.type, lambda env: tr.arithmetic("minus", None, a.ev(env), b.ev(env), env.ctx), key, a.opt or b.opt).took(a, b)
    for x in (a, b):
        if x.type[0] not in NUMBERS:
            fail("E0307")
    if op == "*":
        if a.type[0] != "int" and b.type[0] != "int":
            fail("E0307")
        t = b.type if a.type[0] == "int" else a.type
    else:
        if not together(a.type, b.type):
            fail("E0304")
        t = tr.joined(a.type, b.type)
    return V(t, lambda env: tr.arithmetic(op, t[0], a.ev(env), b.ev(env), env.ctx), key, a.opt or b.opt).took(a, b)


def set_of(e, scope):
    parts = []
    for item in e[1]:
        v = value(item, scope)
        if v.opt:
            fail("E0301", "an element of a set")
        parts.append(v)
    t = NONE
    for p in parts:
        own = p.type[1] if p.type[0] == "list" else p.type
        if own[0] == "range" or not together(t, own):
            mixed(t, p, own)
        t = tr.joined(t, own)
    return make_set(parts)


def mixed(t, p, own):
    if is_text_literal(p) and p.lit[0] == "text":
        refuse_text(p.lit[1], t)
    fail("E0304", "elements of two types")


def make_set(parts):
    t = NONE
    for p in parts:
        t = tr.joined(t, p.type[1] if p.type[0] == "list" else p.type)

    def ev(env):
        out = []
        for p in parts:
            v = p.ev(env)
            if isinstance(v, Unknown) and p.type[0] == "list":
                return v
            out += v if p.type[0] == "list" else [v]
        return out
    v = V(("list", t), ev, ("set",) + tuple(p.key for p in parts)).took(*parts)
    v.knows = frozenset()
    v.lit = ("set", parts, make_set)
    return v


def map_of(e, scope):
    keys, rows = [], []
    t = NONE
    for k, item in e[1]:
        k, v = value(k, scope), value(item, scope)
        if k.type != ("string",):
            fail("E0304", "key")
        if v.opt or k.opt:
            fail("E0301", "an element of a table")
        if k.key in keys:
            fail("E0327")
        if not together(t, v.type):
            mixed(t, v, v.type)
        t = tr.joined(t, v.type)
        keys.append(k.key)
        rows.append((k, v))

    def ev(env):
        return {k.ev(env): v.ev(env) for k, v in rows}
    return V(("map", t), ev, ("map",) + tuple(keys))


def over(e, var, scope):
    """A list to go over, its element, and the scope with it."""
    v = as_list(value(e, scope))
    t = element_type(v)
    if var in scope.names or scope.program.means(var, scope):
        fail("E0315", var)
    if scope.loops >= 3:
        fail("E0003", var)
    token = object()
    x = V(t, lambda env: env.vars[token], ("var", id(token), token))
    x.secret = v.secret
    x.roots = v.roots
    return v, token, scope.bind(var, x).but(loops=scope.loops + 1)


def elements(v, env):
    got = v.ev(env)
    return got if isinstance(got, Unknown) else tr.items(got if got is not None else [])


def count(e, scope):
    _, var, lst, where = e
    v, token, inner = over(lst, var, scope)
    f = condition(where, inner, "±") if where else None

    def ev(env):
        found = elements(v, env)
        if isinstance(found, Unknown):
            return found
        n = 0
        for item in found:
            ok = f.ev(env.with_var(token, item)) if f else True
            if isinstance(ok, Unknown):
                return ok
            n += bool(ok)
        return n
    return V(("int",), ev, ("count", id(token), token)).took(V(None, None, None).took(v))


def sum_of(e, scope):
    _, what, var, lst, where = e
    v, token, inner = over(lst, var, scope)
    f = condition(where, inner, "±") if where else None
    x = value(what, inner.known(f.true) if f else inner)
    if x.type[0] not in NUMBERS:
        fail("E0307")
    if x.opt:
        fail("E0301", "a sum needs every value")

    def ev(env):
        found = elements(v, env)
        if isinstance(found, Unknown):
            return found
        total, unknown = 0, None
        for item in found:
            own = env.with_var(token, item)
            ok = f.ev(own) if f else True
            if isinstance(ok, Unknown):
                return ok
            if not ok:
                continue
            add = x.ev(own)
            if isinstance(add, Unknown):
                return add
            total = vals.saturate(x.type[0], total + add)
        return total
    return V(x.type, ev, ("sum", id(token), token))


VALUES = {"lit": literal, "name": name, "field": member, "index": index, "call": call, "else": otherwise,
          "arith": arith, "set": set_of, "map": map_of, "count": count, "sum": sum_of}


# --- conditions -----------------------------------------------------------------------------------------------------

def condition(e, scope, pi):
    kind = e[0]
    if kind == "paren":
        return condition(e[1], scope, pi)
    if kind in CONDITIONS:
        return CONDS[kind](e, scope, pi)
    let = scope.program.let(e[1], scope) if kind in ("name", "call") and e[1] not in scope.names and e[1] not in BUILTINS else None
    if let and is_condition(let, scope):
        if kind == "name" and let.args is not None:
            fail("E0314", let.name)
        return condition(let.body, call_let(let, e[2], scope) if kind == "call" else enter(let, scope, {}), pi)
    v = value(e, scope)
    if v.type != ("bool",):
        fail("E0318", v.type)
    return atom([v], scope, pi, lambda env, xs: xs[0])


def is_condition(let, scope):
    body = strip(let.body)
    seen = set()
    while body[0] in ("name", "call") and body[1] not in seen:
        seen.add(body[1])
        inner = scope.program.let(body[1], scope.but(file=let.file))
        if not inner:
            break
        body = strip(inner.body)
    return body[0] in CONDITIONS


def atom(operands, scope, pi, test):
    """One comparison: false where an operand is absent, unknown where one cannot be known."""
    if pi != "+" and not scope.lenient:
        for v in operands:
            if v.opt:
                fail("E0301", v.key)

    def ev(env):
        xs = [v.ev(env) for v in operands]
        if any(x is None for x in xs):
            return Unknown("absent") if env.kleene else False
        return test(env, xs)
    known = frozenset().union(*(v.knows for v in operands)) if operands else frozenset()
    return C(ev, known, frozenset(), operands)


def rel(e, scope, pi):
    _, op, left, right = e
    a, b = value(left, scope), value(right, scope)
    word = op[4:] if op.startswith("not ") else op
    a, b = CHECKS.get(word, check_order)(a, b, scope)
    return atom([a, b], scope, pi, lambda env, xs: tr.relate(op, xs[0], xs[1], env.ctx))


def matches(e, scope, pi):
    _, negated, left, pattern, flags = e
    a = value(left, scope)
    if a.type[0] not in TEXTS | {"image", "path"}:
        fail("E0319", a.type)
    check_pattern(pattern)
    compiled = re.compile(pattern, re.S | (re.I if flags else 0))

    def test(env, xs):
        if isinstance(xs[0], Unknown):
            return xs[0]
        subject = tr.text(xs[0])
        if len(subject.encode("utf-8", "surrogatepass")) > 4096:
            return Unknown("longer than patterns are tried on")
        return (compiled.fullmatch(subject) is not None) != negated
    return atom([a], scope, pi, test)


def is_test(e, scope, pi):
    _, what, left = e
    v = value(left, scope)
    if what in ("empty", "not empty"):
        if v.type[0] not in ("list", "map", "string", "intstr", "enum"):
            fail("E0316", v.type)
        return atom([v], scope, pi, lambda env, xs: xs[0] if isinstance(xs[0], Unknown) else (len(xs[0]) == 0) == (what == "empty"))
    if not v.opt and not scope.in_let and scope.strict:
        fail("E0317", v.key)

    def ev(env):
        x = v.ev(env)
        if isinstance(x, Unknown):
            return x
        return (x is None) == (what == "absent")
    known = v.knows | {v.key}
    c = C(ev, known, frozenset()) if what == "set" else C(ev, frozenset(), known)
    c.is_test = True
    c.atom = [] if v.opt or True else None
    return c


def both(e, scope, pi):
    """`and`: what the parts before it make known holds in the next one."""
    parts, inner = [], scope
    for p in e[1]:
        c = condition(p, inner, pi)
        parts.append(c)
        inner = inner.known(c.true)
    true = frozenset().union(*(c.true for c in parts))
    false = parts[0].false
    for c in parts[1:]:
        false &= c.false
    return C(lambda env: tr.conjunction(c.ev(env) for c in parts), true, false)


def either(e, scope, pi):
    parts, inner = [], scope
    for p in e[1]:
        c = condition(p, inner, pi)
        parts.append(c)
        inner = inner.known(c.false)
    false = frozenset().union(*(c.false for c in parts))
    true = parts[0].true
    for c in parts[1:]:
        true &= c.true
    return C(lambda env: tr.disjunction(c.ev(env) for c in parts), true, false)


def negation(e, scope, pi):
    c = condition(e[1], scope, FLIP[pi])
    return C(lambda env: tr.negate(c.ev(env)), c.false, c.true)


def quantifier(e, scope, pi):
    _, kind, var, lst, where, body, _ = e
    v, token, inner = over(lst, var, scope)
    f = condition(where, inner, pi if kind == "some" else FLIP[pi]) if where else None
    p = condition(body, inner.known(f.true) if f else inner, FLIP[pi] if kind == "no" else pi)

    def ev(env):
        found = elements(v, env)
        if isinstance(found, Unknown):
            return found
        hits = []
        for item in found:
            own = env.with_var(token, item)
            flt = f.ev(own) if f else True
            hit = p.ev(own)
            hits.append(tr.disjunction([tr.negate(flt), hit]) if kind == "every" else tr.conjunction([flt, hit]))
        result = tr.conjunction(hits) if kind == "every" else tr.disjunction(hits)
        return tr.negate(result) if kind == "no" else result
    return C(ev)


CONDS = {"and": both, "or": either, "not": negation, "quant": quantifier, "rel": rel, "is": is_test, "matches": matches}
