"""What checked expressions are made of: values, conditions and scopes; fields; literals beside what they stand next to.

A V is a value and a C a condition; its `ev` computes it in an Env. Nothing is shared or reordered: each expression is
evaluated as it is written, every time. spec: language.md 3.6 to 3.8.
"""
import schema
import syntax
import vals
import view
from docread import Obj
from model import Rec, Subject, defaults_requests, join, native
from schema import Field
from syntax import PolicyError
from typing_rules import NONE, NUMBERS, together
from vals import Unknown

ROOTS = ("request", "namespace", "cluster")
BUILTINS = {"version", "ip", "int", "path", "image", "arn", "lower", "days_since", "count", "sum"}
READERS = {"version": (("version",), vals.version), "ip": (("ip",), vals.ip), "path": (("path",), vals.path),
           "image": (("image",), vals.image), "arn": (("arn",), vals.arn)}
CONDITIONS = {"and", "or", "not", "quant", "rel", "is", "matches"}
FLIP = {"+": "-", "-": "+", "±": "±"}
IN_SCOPE = {"container": ["workload"], "mount": ["workload", "container"], "port": ["workload", "container"],
            "variable": ["workload", "container"], "volume": ["workload"], "image": ["workload"],
            "security_context": ["workload"], "pod": ["workload"], "task": ["workload"], "workload": [], "object": []}


class V:
    """A value: type, whether it may be absent here, what it is (key), what must be present when it is (knows)."""

    def __init__(self, type_, ev, key, opt=False, knows=frozenset(), lit=None):
        self.type, self.ev, self.key, self.opt, self.knows, self.lit = type_, ev, key, opt, knows, lit
        self.fields = []  # (key, ev) of optional fields read on the way; for `if set`
        self.lookup = self.secret = False
        self.roots = frozenset()
        self.parts = ()  # of an `else`: each is shown as its own type
        self.places = None  # where the elements of a list of the manifest stand

    def took(self, *others):
        for o in others:
            self.fields = self.fields + o.fields
            self.lookup |= o.lookup
            self.secret |= o.secret
            self.knows |= o.knows
        return self


class C:
    """A condition: its value, what it makes known where it is true and where it is false, and whether it is one atom."""

    def __init__(self, ev, true=frozenset(), false=frozenset(), atom=None):
        self.ev, self.true, self.false, self.atom = ev, true, false, atom


class Scope:
    """What names mean at one place."""

    def __init__(self, program, file, platform, names, phi=frozenset(), in_let=False, strict=True, loops=0, calls=()):
        self.program, self.file, self.platform, self.names = program, file, platform, names
        self.phi, self.in_let, self.strict, self.loops, self.calls = phi, in_let, strict, loops, calls
        self.lenient = False  # the polarity is not known: a `let` by itself

    def but(self, **changes):
        s = Scope.__new__(Scope)
        s.__dict__.update(self.__dict__)
        s.__dict__.update(changes)
        return s

    def known(self, keys):
        return self.but(phi=self.phi | keys) if keys else self

    def bind(self, name, v):
        names = dict(self.names)
        names[name] = v
        return self.but(names=names)


def fail(code, what=""):
    raise PolicyError(code, str(what))


def strip(e):
    while e[0] == "paren":
        e = e[1]
    return e


# --- fields ---------------------------------------------------------------------------------------------------------

def find_field(t, name, scope):
    """(Field, from the view?, kind of the view) of a type's member."""
    kind = t[0]
    if kind == "subject":
        found = schema.VIEW.get((t[1], name))
        if found:
            if found[1] and found[1] != scope.platform:
                fail("E0303", name)
            return found[0], t[1]
        records = [(scope.platform, r) for r in schema.SUBJECT_RECORDS.get(scope.platform, {}).get(t[1], [])]
        f = schema.native_field(records, name) if records else None
    elif kind in ("image", "arn", "role", "entry"):
        found = schema.VIEW.get((kind, name))
        f = None
        if found:
            of = t[1] if kind == "entry" and name == "value" else found[0].type
            return Field(name, of, found[0].presence), kind
    elif kind == "row":
        f = t[1].get(name)
        if f:
            return Field(name, f[0], "optional" if f[1] else "required"), "row"
    else:
        f = schema.RECORDS[t[1]].get(name) if kind == "record" else None
    return (f, None) if f else fail("E0303", f"{t} {name}")


def places_of(base, name):
    """Paths of the elements of a list or the entries of a map that stands in the manifest."""
    if not isinstance(base, (Rec, Subject)) or base.node is None:
        return None
    if isinstance(base, Subject) and base.kind == "workload":
        if name != "labels":
            return None
        if base.w.platform == "ecs":
            at = "tags" if base.w.spec.get("tags") is None else join(base.w.top, "tags")
            return {t.get("key"): f"{at}[{i}].key" for i, t in enumerate(base.w.template)
                    if isinstance(t, Obj) and isinstance(t.get("key"), str)}
        if not base.node.get("metadata"):
            return None
        return places_of(Rec(base.node.get("metadata"), [], "metadata", base.w), "labels")
    if isinstance(base, Subject) and name in CAPABILITY_LISTS:
        return capability_places(base, name)
    node, path = base.node.get(name), join(base.path, name)
    if name == "requests" and defaults_requests(base):  # what was filled in stands where the limit does
        own = {k: join(path, k) for k, _ in node.pairs} if node else {}
        return {**(places_of(base, "limits") or {}), **own}
    if isinstance(node, list):
        return [f"{path}[{i}]" for i in range(len(node))]
    return {k: join(path, k) for k, _ in node.pairs} if isinstance(node, Obj) else None


CAPABILITY_LISTS = {"added_capabilities": "add", "dropped_capabilities": "drop"}


def capability_places(c, name):
    holder = "securityContext" if c.w.platform == "k8s" else "linuxParameters"
    names = view.dig(c.node, holder, "capabilities", CAPABILITY_LISTS[name]) or []
    return [f"{c.path}.{holder}.capabilities.{CAPABILITY_LISTS[name]}[{i}]" for i, n in enumerate(names)
            if name == "added_capabilities" or n in view.CAPABILITIES]


def is_secret(t, name, f):
    owner = t[1] if t[0] == "subject" else t[1][1] if t[0] == "record" else None
    return name == "value" and owner in ("variable", "EnvVar", "KeyValuePair")


def field(base, name, scope):
    f, kind = find_field(base.type, name, scope)
    key = ("field", base.key, name)
    if kind == "row":
        def ev(env):
            b = base.ev(env)
            return b if b is None or isinstance(b, Unknown) else b.get(name)
    elif kind in ROOTS:
        def ev(env):
            return env.ctx.read(kind, name)
    elif kind:
        if f.presence == "required" and f.type[0] in ("list", "map"):
            def ev(env):
                b = view.read(base.ev(env), kind, name, env.ctx)
                return ([] if f.type[0] == "list" else {}) if b is None else b
        else:
            def ev(env):
                return view.read(base.ev(env), kind, name, env.ctx)
    else:
        def ev(env):
            return native(base.ev(env), name, f)
    always = f.presence == "defaulted" or f.type[0] in ("list", "map")
    if "old" in base.roots:
        scope.program.reads.add(("old", ""))
    opt = not always and key not in scope.phi and (f.presence == "optional" or base.opt)
    v = V(f.type, ev, key, opt)
    v.roots = base.roots
    v.places = None if kind and kind not in ("workload", "container") else lambda env: places_of(base.ev(env), name)
    if always:
        v.lookup, v.secret = base.lookup, base.secret
    else:
        v.took(base)
        v.knows = base.knows | {key}
    if opt:
        v.fields = [(key, ev)]
    v.secret |= is_secret(base.type, name, f)
    if kind in ROOTS:
        scope.program.reads.add((kind, "name" if kind == "namespace" and name == "name" else
                                 "metadata" if kind == "namespace" else ""))
    return v


# --- literals beside what they are compared with ----------------------------------------------------------------------

def refuse_text(text, target):
    if target[0] in NUMBERS and vals.quantity(text) is not None:
        fail("E0310", text)
    fail("E0304", f"{text} beside {target}")


def text_as(text, target, how):
    """A string of the policy beside a value of that type."""
    kind = target[0]
    if how == "under":
        kind = {"image": "base"}.get(kind, kind)
    if kind == "ip" and how == "in":
        kind = "network"
    if kind == "enum":
        if text not in target[2]:
            fail("E0308", text)
        return text
    if kind in ("string", "intstr", "none"):
        return text
    parse = {"path": vals.path, "image": vals.image, "base": vals.base, "role": vals.role, "arn": vals.arn,
             "ip": vals.ip, "network": vals.network}.get(kind)
    if not parse:
        refuse_text(text, target)
    value = parse(text)
    return fail("E0309", text) if value is None else value


def convert(v, target, how="eq"):
    """v with the strings of the policy in it read as what they stand beside; v itself where there are none."""
    if v.lit is None:
        return v
    what = v.lit[0]
    if target[0] in ("string", "intstr"):
        return v
    if what == "text":
        value = text_as(v.lit[1], target, how)
        out = V(target if target != NONE else v.type, lambda env: value, ("lit", target, v.lit[1]), lit=None)
        return out
    if what == "else" and any(p.lit is None and target[0] in NUMBERS and not together(p.type, target) for p in v.lit[1]):
        fail("E0304", f"{v.type} beside {target}")
    parts = [convert(p, target, how) for p in v.lit[1]]
    if all(a is b for a, b in zip(parts, v.lit[1])):
        return v
    out = v.lit[2](parts)
    out.opt = v.opt
    out.lookup, out.secret, out.fields, out.knows = v.lookup, v.secret, v.fields, v.knows
    return out


def is_text_literal(v):
    """Made of strings of the policy alone (a string, a set, a table, a default)."""
    if v.lit is None:
        return False
    return v.lit[0] == "text" or any(is_text_literal(p) for p in v.lit[1])
