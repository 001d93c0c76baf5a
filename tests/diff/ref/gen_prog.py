"""Programs by the typed grammar: each comparison of types that go together, optional values answered as their polarity asks.

The generator knows types and presence, not the whole judgement of absence: a rule that the checker of the reference refuses
is thrown away (Programs.good) or kept on purpose (Programs.any), for then both must refuse it with one code.
"""
import json

import check
import pools
import program
import schema
from syntax import PolicyError

SCOPES = {  # subject as written: platform, names in scope with their types
    "container": (None, ["container", "workload"]), "pod container": ("k8s", ["container", "workload", "pod", "old_pod"]),
    "task container": ("ecs", ["container", "workload", "task", "old_task"]), "mount": (None, ["mount", "container", "workload"]),
    "pod mount": ("k8s", ["mount", "container", "pod"]), "task mount": ("ecs", ["mount", "container", "task"]),
    "volume": (None, ["volume", "workload"]), "pod volume": ("k8s", ["volume", "pod"]), "task volume": ("ecs", ["volume", "task"]),
    "port": (None, ["port", "container"]), "pod port": ("k8s", ["port", "container"]), "task port": ("ecs", ["port"]),
    "variable": (None, ["variable", "container"]), "pod variable": ("k8s", ["variable", "container"]),
    "task variable": ("ecs", ["variable"]), "image": (None, ["image", "workload"]), "pod image": ("k8s", ["image", "pod"]),
    "task image": ("ecs", ["image", "task"]), "pod": ("k8s", ["pod", "workload", "old_pod"]), "task": ("ecs", ["task", "workload", "old_task"]),
    "workload": (None, ["workload"]), "pod workload": ("k8s", ["workload", "pod"]), "object": ("k8s", ["object"]),
    "pod security_context": ("k8s", ["security_context", "pod"]),
}
WEIGHTS = {"container": 8, "pod container": 8, "task container": 6, "mount": 4, "pod": 5, "task": 5, "image": 3}
ROOTS = ["request", "namespace", "cluster"]
SCALAR = set(schema.SCALARS) | {"enum", "intstr"}


def type_of(name):
    if name in ("old_pod", "old_task"):
        return ("subject", name[4:])
    return ("image",) if name == "image" else ("subject", name)


def members(t, platform):
    """(name, type, presence) of what stands behind a dot."""
    kind = t[0]
    if kind == "subject":
        out = [(n, f.type, f.presence) for (s, n), (f, only) in schema.VIEW.items() if s == t[1] and only in (None, platform)]
        records = [(platform, r) for r in schema.SUBJECT_RECORDS.get(platform, {}).get(t[1], [])]
        have = {n for n, _, _ in out}
        for n in sorted({n for r in records for n in schema.RECORDS[r]} - have):
            f = schema.native_field(records, n)
            out.append((n, f.type, f.presence))
        return out
    if kind == "record":
        return [(n, f.type, f.presence) for n, f in schema.RECORDS[t[1]].items()]
    if kind in ("image", "arn", "role"):
        return [(n, f.type, f.presence) for (s, n), (f, _) in schema.VIEW.items() if s == kind]
    if kind == "row":
        return [(n, f, "optional" if opt else "required") for n, (f, opt) in t[1].items()]
    if kind == "entry":
        return [("key", ("string",), "required"), ("value", t[1], "required")]
    return []


class Path:
    __slots__ = ("text", "type", "opt")

    def __init__(self, text, t, opt):
        self.text, self.type, self.opt = text, t, opt


class ProgGen:
    def __init__(self, rng, features=()):
        self.r = rng
        self.features = features
        self.names = 0

    def one(self, pool):
        return self.r.choice(pool)

    def chance(self, p):
        return self.r.random() < p

    def fresh(self, stem):
        self.names += 1
        return f"{stem}{self.names}"

    # --- walking to a value
    def walk(self, scope, want=None, depth=0):
        """A random path from a name in scope to something that `want` accepts; None when the walk ends elsewhere."""
        for _ in range(12):
            name, t, opt = self.one(scope.vars)
            text = name
            if t[0] == "map":
                text, t, opt = text + f"[{self.key(t, text)}]", t[1], True
            for _ in range(self.one((1, 1, 2, 2, 3, 4))):
                nxt = members(t, scope.platform)
                if not nxt:
                    break
                field, t, presence = self.favour(nxt)
                always = presence == "defaulted" or t[0] in ("list", "map")
                opt = False if always else opt or presence == "optional"
                text += "." + field
                if t[0] == "map" and self.chance(0.75):
                    text += f"[{self.key(t, text)}]"
                    t, opt = t[1], True
            if self.usable(t) and (want is None or want(t)):
                return Path(text, t, opt)
        return None

    def favour(self, nxt):
        from gen_doc import LIKELY
        liked = [m for m in nxt if m[0] in LIKELY or "_" in m[0]]
        return self.one(liked) if liked and self.chance(0.7) else self.one(nxt)

    def key(self, t, text):
        if t[1][0] == "row" or text.startswith("d"):
            return self.one([json.dumps(self.one(pools.NAMES)), '(workload.name else "")', "namespace.name", '(request.user else "x")'])
        keys = ["cpu", "memory", "example.com/gpu", "nope"] if t[1] == ("quantity",) else pools.LABEL_KEYS + ["o"]
        return json.dumps(self.one(keys))

    def usable(self, t):
        return t[0] in SCALAR or t[0] in ("list", "map")

    # --- literals
    def text(self, pool):
        return self.quoted(self.one(pool))

    def literal(self, t):
        kind = t[0]
        pool = {"image": pools.IMAGES, "path": pools.POLICY_PATHS, "role": pools.ROLES, "arn": [a for a in pools.ARNS if a.count(":") >= 5],
                "ip": [i for i in pools.IPS if i[0] in "1:f"][:5], "intstr": ["80", "http"],
                "string": pools.NAMES + pools.LABEL_VALUES + pools.TEXTS[:8] + ["ALL", "SYS_ADMIN", "hostPath", "emptyDir", "Pod", "default"]}.get(kind)
        if kind == "enum":
            return json.dumps(self.one([v for v in t[2] if v] or ["x"]))
        if pool:
            return self.text(pool)
        return {"int": lambda: str(self.one(pools.SMALL_INTS)), "bool": lambda: self.one(["true", "false"]),
                "cores": lambda: self.one(["500m", "1", "2", "0.5", "1.5", "250m"]), "bytes": lambda: self.one(["64Mi", "512Mi", "1Gi", "4Gi", "1G", "0Gi", "1.5Gi"]),
                "quantity": lambda: self.one(["500m", "1Gi", "2", "512Mi", "0"]), "version": lambda: self.one(pools.VERSIONS),
                "date": lambda: self.one(["2024-10-04", "2024-10-05", "2030-01-01"])}[kind]()

    def set_of(self, t, n=None):
        items = [self.literal(t) for _ in range(n if n is not None else self.one((0, 1, 2, 3)))]
        return "{" + ", ".join(items) + "}"

    # --- values that stand in comparisons
    def operand(self, p, scope, pi):
        """The path as an operand, with a default where its absence would have to be answered."""
        if p.opt and pi != "+" and not self.chance(0.04) and p.type[0] in SCALAR and p.type[0] not in ("role", "arn", "ip"):
            return f"({p.text} else {self.literal(p.type)})"
        if p.opt and self.chance(0.1) and p.type[0] in SCALAR and p.type[0] not in ("role", "arn", "ip"):
            other = self.walk(scope, lambda t: t == p.type)
            if other and other.opt and other.text != p.text:
                return f"({p.text} else {other.text} else {self.literal(p.type)})"
        return p.text

    def guarded(self, p, atom, pi):
        """One of the other answers: a test before the comparison."""
        if p.opt and pi != "+" and p.text in atom:
            return self.one([f"({p.text} is set and {atom})", f"({p.text} is absent or {atom})"]) if self.chance(0.9) else atom
        return atom

    def atom(self, scope, pi):
        p = self.walk(scope)
        if p is None:
            return self.one(["true == true", 'workload.kind == "Pod"']) if "workload" in scope.names else "today > 2024-10-04"
        if p.opt and self.chance(0.12):
            return f"{p.text} is {self.one(['set', 'absent'])}"
        if p.opt and pi != "+" and self.chance(0.35):
            return self.guarded(p, self.compare(p, p.text, scope, "+"), pi)
        return self.compare(p, self.operand(p, scope, pi), scope, pi)

    def compare(self, p, x, scope, pi):
        kind = p.type[0]
        if kind in ("list", "map"):
            return self.about_list(p, x, scope, pi)
        return getattr(self, "cmp_" + {"cores": "number", "bytes": "number", "quantity": "number", "int": "number",
                                       "enum": "text", "intstr": "text", "string": "text", "arn": "equal", "ip": "ip",
                                       "role": "equal", "date": "ordered", "version": "ordered"}.get(kind, kind))(p, x, scope, pi)

    def relop(self):
        return self.one(["==", "!=", "<", "<=", ">", ">="])

    def negatable(self, word):
        return ("not " if self.chance(0.3) else "") + word

    def cmp_bool(self, p, x, scope, pi):
        return x if self.chance(0.6) else f"{x} {self.one(['==', '!='])} {self.one(['true', 'false'])}"

    def cmp_equal(self, p, x, scope, pi):
        if self.chance(0.3):
            return f"{x} {self.negatable('in')} {self.set_of(p.type, 2)}"
        return f"{x} {self.one(['==', '!='])} {self.literal(p.type)}"

    def cmp_ordered(self, p, x, scope, pi):
        return f"{x} {self.relop()} {self.literal(p.type)}"

    def cmp_ip(self, p, x, scope, pi):
        return f"{x} {self.negatable('in')} {{{self.text(pools.NETWORKS)}, {self.text(pools.NETWORKS)}}}"

    def cmp_number(self, p, x, scope, pi):
        r = self.r.random()
        if r < 0.55:
            return f"{x} {self.relop()} {self.literal(p.type)}"
        if r < 0.65:
            return f"{x} {self.negatable('in')} {self.set_of(p.type, 2)}"
        if r < 0.75 and p.type == ("int",):
            return f"{x} {self.negatable('in')} {self.one(['1..1024', '0..0', '1_000..65_535'])}"
        other = self.walk(scope, lambda t: t == p.type)
        if other is None:
            return f"{x} * 2 {self.relop()} {self.literal(p.type)}"
        y = self.operand(other, scope, pi)
        op, literal = self.relop(), self.literal(p.type)
        return self.one([f"{x} {op} {y}", f"{x} + {y} {op} {literal}", f"{x} - {literal} {op} {y}", f"2 * {x} {op} {y}",
                         f"{x} {op} {y} * 3"])

    def cmp_text(self, p, x, scope, pi):
        r = self.r.random()
        if r < 0.3:
            return f"{x} {self.one(['==', '!='])} {self.literal(p.type)}"
        if r < 0.45:
            return f"{x} {self.negatable('in')} {self.set_of(p.type)}"
        if r < 0.6:
            return f"{x} {self.negatable('like')} {self.globs()}"
        if r < 0.72:
            return f"{x} {self.negatable('matches')} {self.pattern()}"
        if r < 0.77:
            return f"{x} is {self.one(['empty', 'not empty'])}"
        if r < 0.82:
            return f"lower({x}) {self.one(['==', '!='])} {self.text(pools.NAMES)}"
        if r < 0.88:
            other = self.walk(scope, lambda t: t == ("string",))
            if other:
                return f"{x} {self.one(['==', '!='])} {self.operand(other, scope, pi)}"
        return self.through_function(p, x, scope, pi)

    def through_function(self, p, x, scope, pi):
        fn, test = self.one([("version", lambda: f"{self.relop()} {self.one(pools.VERSIONS)}"), ("int", lambda: f"{self.relop()} {self.one(pools.SMALL_INTS)}"),
                             ("ip", lambda: f"{self.negatable('in')} {{{self.text(pools.NETWORKS)}}}"), ("ip", lambda: f"== {self.text(pools.IPS[:3])}"),
                             ("path", lambda: f"{self.negatable('under')} {self.text(pools.POLICY_PATHS)}"), ("image", lambda: f"{self.negatable('under')} {self.text(pools.BASES)}"),
                             ("arn", lambda: f"== {self.text([pools.ARNS[0]])}")])
        if pi != "+" and fn in ("version", "int") and not self.chance(0.1):
            return f"({fn}({x}) else {'v1.1' if fn == 'version' else '7'}) {test()}"
        atom = f"{fn}({x}) {test()}"
        if pi != "+" and not self.chance(0.1):
            return f"({fn}({x}) is set and {atom})"
        return atom

    def globs(self):
        return self.text(pools.GLOBS) if self.chance(0.7) else "{" + self.text(pools.GLOBS) + ", " + self.text(pools.GLOBS) + "}"

    def pattern(self):
        return "/" + self.one(pools.PATTERNS).replace("/", "\\/") + "/" + self.one(["", "", "i"])

    def cmp_image(self, p, x, scope, pi):
        r = self.r.random()
        if r < 0.5:
            params = [n for n, t in scope.params if t == "places"]
            two = "{" + self.text(pools.BASES) + ", " + self.text(pools.BASES) + "}"
            place = self.one(params) if params and self.chance(0.4) else self.one([self.text(pools.BASES), two])
            return f"{x} {self.negatable('under')} {place}"
        if r < 0.7:
            return f"{x} {self.one(['==', '!='])} {self.literal(p.type)}"
        if r < 0.8:
            return f"{x} {self.negatable('in')} {self.set_of(p.type)}"
        return f"{x} {self.negatable('like')} {self.globs()}" if r < 0.92 else f"{x} {self.negatable('matches')} {self.pattern()}"

    def cmp_path(self, p, x, scope, pi):
        r = self.r.random()
        if r < 0.35:
            return f"{x} {self.negatable('under')} {self.paths()}"
        if r < 0.6:
            return f"{x} {self.negatable('covers')} {self.paths()}"
        if r < 0.75:
            return f"{x} {self.one(['==', '!='])} {self.literal(p.type)}"
        if r < 0.85:
            return f"{x} {self.negatable('in')} {self.set_of(p.type)}"
        return f"{x} {self.negatable('like')} {self.globs()}" if r < 0.95 else f"{x} {self.negatable('matches')} {self.pattern()}"

    def paths(self):
        return self.text(pools.POLICY_PATHS) if self.chance(0.5) else self.set_of(("path",), 2)

    def about_list(self, p, x, scope, pi):
        t = p.type[1] if p.type[0] == "list" else ("entry", p.type[1])
        r = self.r.random()
        if r < 0.18:
            return f"{x} is {self.one(['empty', 'not empty'])}"
        if r < 0.3:
            return f"count({x}) {self.relop()} {self.one([0, 1, 2, 3])}"
        if t[0] in SCALAR and t[0] not in ("image",) and r < 0.75:
            small = self.caps(t)
            return self.one([f"{x} {self.negatable('contains')} {self.literal_of(t, x)}", f"{x} {self.negatable('within')} {small}",
                             f"{x} {self.negatable('overlaps')} {small}", f"{x} minus {small} is {self.one(['empty', 'not empty'])}",
                             f"count({x} minus {small}) {self.relop()} {self.one([0, 1])}"])
        if scope.depth >= 2:
            return f"{x} is empty"
        return "(" + self.quantifier(x, t, scope, pi) + ")" if r < 0.9 else self.counted(x, t, scope)

    def literal_of(self, t, x):
        return self.text(pools.CAPABILITIES) if "capabilit" in x else self.literal(t)

    def caps(self, t):
        if t == ("string",) and self.chance(0.6):
            return "{" + ", ".join(self.text(pools.CAPABILITIES) for _ in range(self.one((0, 1, 2, 3)))) + "}"
        return self.set_of(t)

    def quantifier(self, x, t, scope, pi):
        kind, var = self.one(["some", "every", "no"]), self.fresh("q")
        inner = scope.with_var(var, t)
        flip = {"+": "-", "-": "+", "±": "±"}
        where = f" where {self.element(var, t, inner, pi if kind == 'some' else flip[pi])}" if self.chance(0.35) else ""
        return f"{kind} {var} in {x}{where} satisfies {self.element(var, t, inner, flip[pi] if kind == 'no' else pi)}"

    def counted(self, x, t, scope):
        var = self.fresh("q")
        inner = scope.with_var(var, t)
        where = f" where {self.element(var, t, inner, '±')}"
        number = self.walk(inner, lambda k: k[0] in ("int", "cores", "bytes"))
        if number and number.text.startswith(var + ".") and self.chance(0.5):
            e = f"({number.text} else {self.literal(number.type)})" if number.opt else number.text
            where = where if self.chance(0.4) else ""
            return f"sum({e} for {var} in {x}{where}) {self.relop()} {self.literal(number.type)}"
        return f"count({var} in {x}{where}) {self.relop()} {self.one([0, 1, 2])}"

    def element(self, var, t, inner, pi):
        if t[0] in SCALAR:
            return self.compare(Path(var, t, False), var, inner, pi)
        return self.cond(inner.only(var) if self.chance(0.85) else inner, pi, 1)

    # --- conditions
    def cond(self, scope, pi, depth):
        r = self.r.random()
        if depth >= 2 or r < 0.5:
            lets = [(n, v) for n, v in scope.lets if v in scope.names]
            if lets and self.chance(0.15):
                n, v = self.one(lets)
                return f"{n}({v})"
            return self.atom(scope, pi)
        if r < 0.66:
            return "not (" + self.cond(scope, {"+": "-", "-": "+", "±": "±"}[pi], depth + 1) + ")"
        op = self.one(["and", "or"])
        parts = [self.bracket(self.cond(scope, pi, depth + 1)) for _ in range(self.one((2, 2, 3)))]
        return f" {op} ".join(parts)

    def bracket(self, text):
        return "(" + text + ")"

    # --- declarations
    def scope_of(self, subject, params, lets):
        platform, names = SCOPES[subject]
        variables = [(n, type_of(n), n.startswith("old_")) for n in names for _ in range(1 if n.startswith("old_") else 4 if n == names[0] else 2)]
        variables += [(n, ("subject", n), False) for n in ROOTS]
        return GenScope(platform, variables, names, params, lets)

    def rule(self, params, lets):
        subject = self.r.choices(list(SCOPES), [WEIGHTS.get(s, 1) for s in SCOPES])[0]
        scope = self.scope_of(subject, params, lets)
        lines = [f"{self.one(['deny', 'deny', 'warn', 'audit'])} {self.fresh('r-')}"]
        if self.chance(0.2):
            lines.append(f"  severity {self.one(['low', 'high', 'critical'])}")
        where = f" where {self.cond(scope, '-', 1)}" if self.chance(0.25) else ""
        lines.append(f"  for each {subject}{where}")
        if self.chance(0.15):
            p = self.walk(scope, lambda t: t[0] in ("list", "map"))
            if p:
                var = self.fresh("e")
                t = p.type[1] if p.type[0] == "list" else ("entry", p.type[1])
                if t[0] in SCALAR | {"record", "subject", "entry"}:
                    scope = scope.with_var(var, t)
                    where = f" where {self.element(var, t, scope, '-')}" if self.chance(0.3) else ""
                    lines.append(f"  for each {var} in {p.text}{where}")
        for _ in range(self.one((0, 0, 1, 1, 2))):
            kind = self.one(["when", "unless"])
            lines.append(f"  {kind} {self.cond(scope, '-' if kind == 'when' else '+', 1)}")
        for _ in range(self.one((1, 1, 2))):
            lines += self.check(scope)
        return "\n".join(lines) + "\n"

    def check(self, scope):
        kind = self.one(["require", "forbid"])
        pi = "+" if kind == "require" else "-"
        if self.chance(0.15):
            p = self.walk(scope, lambda t: t[0] in SCALAR)
            body = (self.compare(p, p.text, scope, "+") + " if set") if p else self.cond(scope, pi, 0)
        else:
            body = self.cond(scope, pi, 0)
        lines = [f"  {kind} {body}"]
        if self.chance(0.9):
            lines.append(f"    message {self.message(scope)}")
        if self.chance(0.15):
            lines.append(f"    remedy {self.message(scope)}")
        return lines

    def message(self, scope):
        words = []
        for _ in range(self.one((1, 2, 3))):
            r = self.r.random()
            if r < 0.3:
                words.append(self.one(["text", "{{braces}}", "ü", "a\tb", "100%"]))
            elif r < 0.5:
                words.append("{" + scope.names[0] + "}")
            else:
                p = self.walk(scope)
                if p:
                    plain = not p.opt or self.chance(0.7) or p.type[0] not in SCALAR
                    words.append("{" + (p.text if plain else f"({p.text} else {self.literal(p.type)})") + "}")
        return self.quoted(" ".join(words) or "x")

    def quoted(self, text):
        return json.dumps(text, ensure_ascii=False).replace("\u202e", "\\u{202e}").replace("\ufffd", "\\u{fffd}")

    def let(self):
        n = self.fresh("f")
        arg = self.one(["container", "mount", "port", "volume", "workload", "variable"])
        scope = GenScope(None, [(arg, ("subject", arg), False)] * 3 + [(r, ("subject", r), False) for r in ROOTS], [arg], [], [])
        return f"let {n}({arg}) = {self.cond(scope, self.one(['+', '-', '±']), 0)}\n", (n, arg)

    def param(self):
        n = self.fresh("p")
        if self.chance(0.4):
            return f"param {n}: set of string = {{{', '.join(self.text(pools.BASES) for _ in range(self.one((0, 1, 2))))}}}\n", (n, "places")
        t = self.one([("int",), ("bytes",), ("cores",), ("string",), ("bool",), ("version",)])
        if self.chance(0.5):
            return f"param {n}: {t[0]} = {self.literal(t)}\n", (n, t)
        key = self.one(["namespace.name", 'namespace.labels["environment"]', "cluster.environment", "request.operation"])
        keys = {"request.operation": ["CREATE", "UPDATE"], "namespace.name": pools.NAMESPACES}.get(key, pools.ENVIRONMENTS)
        chosen = self.r.sample(keys, self.one((0, 1, 2)))
        table = "".join(f"\n  {json.dumps(k)} => {self.literal(t)}" for k in chosen)
        return f"param {n}: {t[0]} by {key}{table}\n  otherwise => {self.literal(t)}\n", (n, t)

    # --- data, rollouts, exceptions
    DATA = [("set of string", ("list", ("string",)), "txt"), ("set of image", ("list", ("image",)), "txt"),
            ("set of int", ("list", ("int",)), "json"), ("map of string to int", ("map", ("int",)), "json"),
            ("map of string to {critical: int, scanned: date, note: string?}",
             ("map", ("row", {"critical": (("int",), False), "scanned": (("date",), False), "note": (("string",), True)})), "json")]

    def data(self):
        """(declaration, (name, type), frame row): a table, sometimes missing, sometimes too old."""
        n = self.fresh("d")
        words, t, ext = self.one(self.DATA)
        fresh = self.one(["", "", " fresh for 26h"])
        text = None if self.chance(0.15) else self.content(t, ext)
        modified = 20000 * 86400 - self.one([0, 3600, 26 * 3600, 26 * 3600 + 1, 200000])
        return f'data {n}: {words} from "{n}.{ext}"{fresh}\n', (n, t), [n, f"{n}.{ext}", text, modified]

    def content(self, t, ext):
        if ext == "txt":
            pool = pools.NAMES + pools.NAMESPACES if t[1] == ("string",) else pools.IMAGES
            return "# what is known\n" + "".join(self.one(pool) + "\n" for _ in range(self.one((0, 1, 3))))
        if t[0] == "list":
            return json.dumps([self.one(pools.SMALL_INTS) for _ in range(self.one((0, 2, 4)))])
        keys = [k for k in pools.NAMES + pools.NAMESPACES + ["alice"] if self.chance(0.4)]
        if t[1] == ("int",):
            return json.dumps({k: self.one(pools.SMALL_INTS) for k in keys})
        return json.dumps({k: {"critical": self.one([0, 1, 5]), "scanned": self.one(["2024-10-01", "2024-10-04"]),
                               **({"note": self.one(["x", ""])} if self.chance(0.5) else {})} for k in keys})

    def rollout(self, rules):
        key = self.one(["cluster.environment", "namespace.name", 'namespace.labels["environment"]', "request.operation"])
        keys = {"request.operation": ["CREATE", "UPDATE"], "namespace.name": pools.NAMESPACES}.get(key, pools.ENVIRONMENTS)
        table = "".join(f"\n  {json.dumps(k)} => {self.mode()}" for k in self.r.sample(keys, self.one((0, 1, 2))))
        return f"rollout {', '.join(rules)} by {key}{table}\n  otherwise => {self.mode()}\n"

    def mode(self):
        return self.one(["deny", "warn", "audit"])

    def exception(self, rules, subjects, params):
        """`where` begins with something of the object or its context, so that it has a limit."""
        names = sorted(set.intersection(*(set(SCOPES[s][1]) for s in subjects)))
        platforms = {SCOPES[s][0] for s in subjects}
        platform = platforms.pop() if len(platforms) == 1 else None
        variables = [(n, type_of(n), n.startswith("old_")) for n in names for _ in range(3)] + [(n, ("subject", n), False) for n in ROOTS]
        scope = GenScope(platform, variables, names or ["request"], params, [])
        limit = self.one([f"namespace.name in {self.set_of(('string',), 2)}", f"namespace.name in {{{self.text(pools.NAMESPACES)}, {self.text(pools.NAMESPACES)}}}",
                          "cluster.environment == \"dev\"", "request.operation in {\"CREATE\", \"UPDATE\"}"])
        more = f" and ({self.cond(scope, '+', 1)})" if self.chance(0.5) else ""
        return (f"exception {self.fresh('x-')}\n  from {', '.join(rules)}\n  where {limit}{more}\n  owner \"o\"\n  reason \"r\"\n"
                f"  expires {self.one(['2024-10-03', '2024-10-04', '2024-10-05', '2030-01-01'])}\n")

    def policy(self):
        if self.chance(0.7):
            return ""
        scope = GenScope(None, [(r, ("subject", r), False) for r in ROOTS], [], [], [])
        return f"policy acme\n  title \"t\"\n  {self.one(['when', 'unless'])} {self.cond(scope, '-', 1)}\n"

    def parts(self, tables=()):
        """Declarations of one program, texts by themselves."""
        params = [self.param() for _ in range(self.one((0, 0, 1, 2)))]
        lets = [self.let() for _ in range(self.one((0, 0, 1, 2)))]
        head = self.policy()
        known, named = [p for _, p in params] + list(tables), [n for _, n in lets]
        rules = [lambda: self.rule(known, named) for _ in range(self.one((2, 3, 4, 5)))]
        return head, [t for t, _ in params], [t for t, _ in lets], rules


class GenScope:
    def __init__(self, platform, variables, names, params, lets, depth=0):
        self.platform, self.vars, self.names, self.lets, self.depth = platform, list(variables), names, lets, depth
        self.params = params
        self.vars += [(n, t, False) for n, t in params if t != "places"]

    def with_var(self, name, t):
        return GenScope(self.platform, self.vars + [(name, t, False)] * 4, self.names, [p for p in self.params if p[1] == "places"], self.lets, self.depth + 1)

    def only(self, name):
        return GenScope(self.platform, [v for v in self.vars if v[0] == name], self.names, [], self.lets, self.depth)


def accepted(text, data=()):
    try:
        program.Program([text], data=data)
    except PolicyError as e:
        return e.code == ""  # no rules yet
    return True


class Made:
    """A program with its data files."""

    def __init__(self, text, data=()):
        self.text, self.data = text, list(data)


def good(gen):
    """A program that the reference accepts, declaration by declaration."""
    tables = [gen.data() for _ in range(gen.one((0, 0, 1)))] if "data" in gen.features else []
    rows = [row for _, _, row in tables]
    head, params, lets, rules = gen.parts([named for _, named, _ in tables])
    base = "".join(t for t, _, _ in tables)
    for t in params + lets:
        base += t if accepted(base + t, rows) else ""
    base = head + base if head and accepted(head + base, rows) else base
    out, made = base, []
    for make in rules:
        for _ in range(6):
            rule = make()
            if accepted(base + rule, rows):
                out += rule
                made.append(rule)
                break
    return Made(more(gen, out, made, rows), rows)


def subject_of(rule):
    line = next(x for x in rule.split("\n") if x.startswith("  for each "))
    return line[len("  for each "):].split(" where ")[0]


def more(gen, out, rules, rows):
    """Rollouts of and exceptions from some of the rules."""
    named = [(r.split("\n")[0].split(" ")[1], subject_of(r)) for r in rules]
    if "rollout" in gen.features and named and gen.chance(0.4):
        chosen = gen.r.sample(named, min(len(named), gen.one((1, 2))))
        t = gen.rollout([n for n, _ in chosen])
        out += t if accepted(out + t, rows) else ""
    for _ in range(gen.one((0, 0, 1, 2)) if "exception" in gen.features and named else 0):
        chosen = gen.r.sample(named, min(len(named), gen.one((1, 1, 2))))
        t = gen.exception([n for n, _ in chosen], [s for _, s in chosen], [])
        out += t if accepted(out + t, rows) else ""
    return out


def anything(gen):
    """A program that may or may not be right."""
    head, params, lets, rules = gen.parts()
    return Made(head + "".join(params + lets) + rules[0]())
