"""A policy set: declarations to rules that can be asked about a workload (language.md 3.4, 3.8, 3.10, 3.12).

Program(sources, ...) raises PolicyError with the code of the first mistake; decide() gives the findings of a workload.
"""
import json

import check
import schema
import syntax
import typing_rules as tr
import vals
from check import condition, declared, value
from model import Rec, Subject
from syntax import PolicyError
from terms import BUILTINS, C, IN_SCOPE, ROOTS, Scope, V, convert, fail, strip
from typing_rules import together
from vals import Unknown

FIXED = set(schema.SUBJECTS) | set(ROOTS) | {"today", "old_pod", "old_task"} | BUILTINS
NOT_GIVEN = Unknown("the object before the change was not given")
BEFORE_MALFORMED = Unknown("the object before the change is malformed")
STALE = Unknown("data")


class Env:
    __slots__ = ("vars", "ctx", "kleene")

    def __init__(self, variables, ctx, kleene=False):
        self.vars, self.ctx, self.kleene = variables, ctx, kleene

    def with_var(self, token, v):
        variables = dict(self.vars)
        variables[token] = v
        return Env(variables, self.ctx, self.kleene)


class File:
    def __init__(self, decls):
        self.decls = decls
        self.lets = {}
        self.guards = []


class Rule:
    pass


class Finding:
    __slots__ = ("rule", "check", "subject", "path", "mode", "state", "message", "exception", "remedy")

    def __init__(self, *values):
        for slot, v in zip(self.__slots__, values):
            setattr(self, slot, v)

    def row(self):
        return [getattr(self, s) for s in self.__slots__]


class Program:
    def __init__(self, sources, settings=(), data=(), packs=None):
        self.files = [File(syntax.parse(t)) for t in sources]
        self.params, self.rules, self.rollouts, self.exceptions, self.data = {}, {}, {}, [], {}
        self.settings, self.reads, self.busy = dict(settings), set(), set()
        self.loaded = {n: (text, modified) for n, _, text, modified in data}
        self.subject_tokens = {}
        self.collect()
        for name in self.params:
            self.param_v(name, self.params[name][0])
        for f in self.files:
            self.check_file(f)
        self.check_rollouts()
        for x in self.exceptions:
            self.check_exception(x)
        self.reads = set()
        self.check_lets()
        if not self.rules:
            fail("", "no rules")

    # --- names
    def collect(self):
        for f in self.files:
            for d in f.decls:
                if d.kind == "let":
                    if d.args is not None and not d.args:
                        fail("E0312", d.name)
                    self.once(f.lets, d.name)
                    d.file = f
                    f.lets[d.name] = d
                elif d.kind in ("param", "data"):
                    self.once(self.params, d.name)
                    self.params[d.name] = (f, d)
                elif d.kind == "rule":
                    if d.name in self.rules:
                        fail("E0203", d.name)
                    self.rules[d.name] = d
        for f in self.files:
            for n in f.lets:
                if n in self.params and self.params[n][0] is f:
                    fail("E0203", n)
        for n in self.settings:
            if n not in self.params:
                fail("E0302", n)

    def once(self, table, name):
        if name in table or name in FIXED:
            fail("E0203", name)

    def let(self, name, scope):
        return scope.file.lets.get(name)

    def means(self, name, scope):
        return name in FIXED or name in scope.file.lets or name in self.params

    def param(self, name, scope):
        if name not in self.params:
            return None
        f, d = self.params[name]
        v = self.param_v(name, f)
        out = V(v.type, v.ev, v.key, v.opt and v.key not in scope.phi, v.knows, v.lit)
        out.lookup, out.fields = v.lookup, v.fields
        return out

    # --- parameters and data
    def context_scope(self, f):
        return Scope(self, f, None, self.context_names())

    def context_names(self):
        names = {r: V(("subject", r), lambda env, r=r: r, ("root", r)) for r in ROOTS}
        names["today"] = V(("date",), lambda env: vals.Date(env.ctx.today), ("root", "today"))
        return names

    def param_v(self, name, f):
        _, d = self.params[name]
        if not hasattr(d, "v"):
            if name in self.busy:
                fail("E0313", name)
            self.busy.add(name)
            outer, self.reads = self.reads, set()
            d.v = self.data_v(d) if d.kind == "data" else self.make_param(d, f)
            d.reads, self.reads = self.reads, outer
            self.busy.discard(name)
        self.reads |= d.reads
        return d.v

    def make_param(self, d, f):
        t = declared(d.type)
        scope = self.context_scope(f)
        if d.name in self.settings:
            setting = self.settings[d.name]
            return typed(value(setting, scope), t)
        if d.table is None:
            return typed(value(d.value, scope), t)
        key, rows, other = d.table
        k = table_key(key, [r[0] for r in rows], scope)
        cells = [typed(value(v, scope), t) for _, v in rows] + [typed(value(other, scope), t)]
        names = [r[0] for r in rows]

        def make(cells):
            def ev(env):
                at = k.ev(env)
                if isinstance(at, Unknown):
                    return at
                return cells[names.index(at)].ev(env) if at in names else cells[-1].ev(env)
            v = V(cells[0].type, ev, ("table", d.name))
            v.lit = ("table", cells, make)
            v.opt = any(c.opt for c in cells)
            return v
        return make(cells)

    def data_v(self, d):
        t = declared(d.type)
        text, modified = self.loaded.get(d.name, (None, 0))
        content = read_data(d, t, text) if text is not None else None

        def ev(env):
            self_age = env.ctx.now - modified
            return STALE if content is None or (d.fresh and self_age > d.fresh) else content
        self.reads.add(("data", content is not None))
        return V(t, ev, ("data", d.name))

    # --- lets that nobody calls are checked all the same
    def check_lets(self):
        for f in self.files:
            for let in [x for x in f.lets.values() if not hasattr(x, "called")]:
                errors = []
                for platform in (None, "k8s", "ecs"):
                    try:
                        self.try_let(f, let, platform)
                        errors = []
                        break
                    except PolicyError as e:
                        if e.code == "E0301":
                            errors = []
                            break
                        errors.append(e)
                if errors:
                    raise errors[0]

    def try_let(self, f, let, platform):
        names = dict(self.context_names())
        names["workload"] = self.subject_v("workload")
        names["object"] = self.subject_v("object")
        for n, t in let.args or []:
            names[n] = V(declared(t) if t else check.type_of_name(n), None, ("arg", n))
        scope = Scope(self, f, platform, names, in_let=bool(let.args), strict=False, calls=(let,)).but(lenient=True)
        if check.is_condition(let, scope):
            condition(let.body, scope, "+")
        else:
            value(let.body, scope)

    # --- rules
    def subject_v(self, name, type_=None, opt=False):
        key = ("subject", name)
        v = V(type_ or (("image",) if name == "image" else ("subject", name)), lambda env: env.vars.get(key), key, opt)
        v.knows = frozenset({key}) if opt else frozenset()
        v.roots = frozenset({"old"}) if opt else frozenset()
        return v

    def rule_scope(self, d, f):
        if d.subject not in schema.SUBJECTS:
            fail("E0322", d.subject)
        only = schema.ONLY_ON.get(d.subject)
        platform = {"pod": "k8s", "task": "ecs", None: None}[d.platform]
        if only and platform and only != platform or d.platform and d.subject in ("object",):
            fail("E0322", d.subject)
        if d.subject == "security_context" and not d.platform:
            fail("E0322", d.subject)
        platform = platform or only
        names = self.context_names()
        for n in [d.subject] + IN_SCOPE[d.subject]:
            names[n] = self.subject_v(n)
        names["object"] = self.subject_v("object")
        if d.subject != "object" and platform == "k8s":
            names["pod"] = self.subject_v("pod")
            names["old_pod"] = self.subject_v("old_pod", ("subject", "pod"), True)
        if platform == "ecs":  # what follows is also read through old_*
            names["task"] = self.subject_v("task")
            names["old_task"] = self.subject_v("old_task", ("subject", "task"), True)
        return Scope(self, f, platform, names)

    def check_file(self, f):
        policy = [d for d in f.decls if d.kind == "policy"]
        scope = self.context_scope(f)
        self.reads = set()
        for d in policy:
            scope = self.check_guards(d.guards, scope, f.guards)
        guard_reads = self.reads
        for d in f.decls:
            if d.kind == "rule":
                self.reads = set(guard_reads)
                self.check_rule(d, f, scope.phi)
                d.reads = self.reads

    def check_guards(self, guards, scope, out):
        for kind, e in guards:
            c = condition(e, scope, "-" if kind == "when" else "+")
            out.append(c if kind == "when" else C(lambda env, c=c: tr.negate(c.ev(env))))
            scope = scope.known(c.true if kind == "when" else c.false)
        return scope

    def check_rule(self, d, f, phi):
        scope = self.rule_scope(d, f).known(phi)
        d.platform_only, d.filters, d.loop_vs, d.when = scope.platform, [], [], []
        if d.where:
            c = condition(d.where, scope, "-")
            d.filters.append((0, c))
            scope = scope.known(c.true)
        for i, (var, e, where) in enumerate(d.loops):
            v, token, scope = check.over(e, var, scope)
            d.loop_vs.append((v, token))
            if where:
                c = condition(where, scope, "-")
                d.filters.append((i + 1, c))
                scope = scope.known(c.true)
        scope = self.check_guards(d.guards, scope, d.when)
        d.scope = scope
        for c in d.checks:
            self.check_check(c, scope)

    def check_check(self, c, scope):
        pi = "+" if c.name == "require" else "-"
        c.pass_fields = []
        inner = scope
        if c.if_set:
            single, through_let = self.only_atom(c.cond, scope)
            fields = [x for v in single for x in v.fields]
            if any(v.lookup for v in single):
                fail("E0328")
            if not fields and not through_let:
                fail("E0324")
            c.pass_fields = fields
            known = frozenset()
            for v in single:
                known |= field_keys(v)
            inner = scope.known(known).but(strict=False)  # what is useless was said above
        c.c = condition(c.cond, inner, pi)
        c.words = [w if isinstance(w, str) else self.shown(w, scope) for w in c.message or []]
        c.remedy_words = [w if isinstance(w, str) else self.shown(w, scope) for w in c.remedy or []]

    def only_atom(self, e, scope):
        """The operands of the one comparison that `if set` stands beside, and whether it stands in a `let` with arguments:
        there another call may need it."""
        e = strip(e)
        if e[0] in ("and", "or", "not", "quant"):
            fail("E0323")
        if e[0] in ("name", "call"):
            let = self.let(e[1], scope) if e[1] not in scope.names and e[1] not in BUILTINS else None
            if let and check.is_condition(let, scope):
                inner = check.call_let(let, e[2], scope) if e[0] == "call" else check.enter(let, scope, {})
                return self.only_atom(let.body, inner)
        if e[0] == "is" and e[1] in ("set", "absent"):
            condition(e, scope, "+")
            return fail("E0324") if not scope.in_let else ([], True)
        return condition(e, scope, "+").atom, scope.in_let or (e[0] == "call" and bool(self.let(e[1], scope)))

    def shown(self, e, scope):
        reads, self.reads = self.reads, set()
        v = value(e, scope)
        self.reads = reads
        t = v.type
        if t[0] in ("record", "row") or v.secret or (t[0] == "subject" and t[1] in ROOTS) or (
                t[0] == "list" and t[1][0] in ("record", "entry")):
            fail("E0103", t)
        return v

    # --- rollouts, exceptions
    def check_rollouts(self):
        for f in self.files:
            for d in f.decls:
                if d.kind == "rollout":
                    for n in d.rules:
                        if n not in self.rules:
                            fail("E0326", n)
                        if n in self.rollouts:
                            fail("E0204", n)
                        self.reads = set()  # a rule is checked without the context of its rollout
                        key, rows, other = d.table
                        k = table_key(key, [r[0] for r in rows], self.context_scope(f))
                        self.rollouts[n] = (k, dict(rows), other)
                if d.kind == "exception":
                    d.file = f
                    self.once({x.name: 1 for x in self.exceptions}, d.name)
                    self.exceptions.append(d)

    def check_exception(self, x):
        x.conds = {}
        scopes = []
        for n in x.rules:
            if n not in self.rules:
                fail("E0326", n)
            scopes.append(self.rules[n].scope.but(phi=frozenset(), file=x.file))
        for n, own in zip(x.rules, scopes):
            self.reads = set()
            common = {k: v for k, v in own.names.items() if all(k in s.names and s.names[k].type == v.type for s in scopes)}
            platforms = {s.platform for s in scopes}
            scope = own.but(names=common, platform=own.platform if len(platforms) == 1 else None)
            x.conds[n] = condition(x.where, scope, "+")

    # --- deciding
    def decide(self, w, ctx, old=None, kleene=False):
        """(findings, rules not checked), or None for a malformed document."""
        if w.bad:
            return None
        ctx.old = old
        self.ctx_old_missing = ctx.old_missing()
        out, not_checked = [], []
        for f in self.files:
            for d in f.decls:
                if d.kind == "rule":
                    if not self.applies(d, w):
                        continue
                    if ctx.lint and self.unread(d, ctx):
                        not_checked.append(d.name)
                    else:
                        self.run_rule(d, f, w, ctx, out, kleene)
        return out, sorted(not_checked)

    def applies(self, d, w):
        return bool(w.subjects[d.subject]) and d.platform_only in (None, w.platform)

    def unread(self, d, ctx):
        known = {"request": ctx.request is not None, "cluster": ctx.cluster is not None, "old": ctx.old is not None}
        for root, part in d.reads:
            if root == "data":
                ok = part
            elif root == "namespace":
                ok = ctx.namespace is not None and (part != "metadata" or ctx.namespace.get("labels") is not None)
            else:
                ok = known[root]
            if not ok:
                return True
        return False

    def bindings(self, s, w, old):
        variables = {("subject", s.kind): s}
        for n in ("workload", "object", "pod", "task"):
            if w.subjects[n]:
                variables[("subject", n)] = w.subjects[n][0]
        if s.container is not None:
            variables[("subject", "container")] = s.container
        variables[("subject", s.kind)] = s
        if old is None and self.ctx_old_missing:
            variables[("subject", "old_pod")] = variables[("subject", "old_task")] = NOT_GIVEN
        if old is not None and old.bad:
            variables[("subject", "old_pod")] = variables[("subject", "old_task")] = BEFORE_MALFORMED
        elif old is not None:
            for n in ("pod", "task"):
                if old.subjects[n]:
                    variables[("subject", "old_" + n)] = old.subjects[n][0]
        return variables

    def run_rule(self, d, f, w, ctx, out, kleene):
        for s in w.subjects[d.subject]:
            env = Env(self.bindings(s, w, ctx.old), ctx, kleene)
            guards = [g.ev(env) for g in f.guards]
            self.extend(d, s, env, 0, guards, s.path, out)

    def extend(self, d, s, env, depth, so_far, at, out, lost=False):
        """Each further `for each` and its filter, then guards and checks. The filter of a list that cannot be known (lost)
        says nothing: nobody knows what it would be asked about."""
        if not lost:
            so_far = so_far + [c.ev(env) for level, c in d.filters if level == depth]
        if depth == len(d.loop_vs):
            self.run_checks(d, s, env, so_far + [g.ev(env) for g in d.when], at, out)
            return
        v, token = d.loop_vs[depth]
        found = check.elements(v, env)
        lost = isinstance(found, Unknown)
        if lost:
            found, so_far = [found], so_far + [found]
        places = v.places(env) if v.places and "old" not in v.roots else None
        for i, item in enumerate(found):
            own = env.with_var(token, item)
            self.extend(d, s, own, depth + 1, so_far, place_of(v, places, i, item, at), out, lost)

    def run_checks(self, d, s, env, guards, at, out):
        applies = tr.conjunction(guards)
        if applies is False:
            return
        for i, c in enumerate(d.checks):
            result = c.c.ev(env)
            failed = tr.negate(result) if c.name == "require" else result
            if c.if_set:
                missing = tr.disjunction(is_missing(ev, env) for _, ev in c.pass_fields)
                failed = tr.conjunction([failed, tr.negate(missing)])
            verdict = tr.conjunction([applies, failed])
            if verdict is False:
                continue
            state = "undecided" if isinstance(verdict, Unknown) else "violation"
            exception = self.excepted(d, env)
            message = self.render(c.words, env)
            remedy = self.render(c.remedy_words, env)
            spoken = c.message and state != "undecided"  # else the words are the compiler's
            out.append(Finding(d.name, i, s.shown(), at, "audit" if exception else self.mode(d, env), "excepted" if exception else state,
                               message if spoken else None, exception or "", remedy))

    def render(self, words, env):
        return "".join(vals.escape(w) if isinstance(w, str) else show(w, env) for w in words)

    def mode(self, d, env):
        if d.name not in self.rollouts:
            return d.mode
        k, rows, other = self.rollouts[d.name]
        at = k.ev(env)
        if isinstance(at, Unknown):
            return min([*rows.values(), other], key=["deny", "warn", "audit"].index)
        return rows.get(at, other)

    def excepted(self, d, env):
        names = sorted(x.name for x in self.exceptions
                       if d.name in x.rules and env.ctx.today <= x.expires and x.conds[d.name].ev(env) is True)
        return names[0] if names else None


def place_of(v, places, i, item, at):
    """The path of an element, where it stands inside what is being judged; else that path."""
    if isinstance(item, (Subject, Rec)) and "old" not in v.roots:
        path = item.path
    elif places:
        path = places[i] if isinstance(places, list) else places[item[0]]
    else:
        return at
    inside = not at or path.startswith((at + ".", at + "["))
    return path if inside else at


def show(v, env):
    x = v.ev(env)
    if v.parts:
        v = next((p for p in v.parts if p.ev(env) is not None), v.parts[-1])
        return show(v, env)
    return tr.show(x, v.type)


def is_missing(ev, env):
    x = ev(env)
    return x if isinstance(x, Unknown) else x is None


def field_keys(v):
    out = set()
    for key, _ in v.fields:
        while isinstance(key, tuple) and key[0] == "field":
            out.add(key)
            key = key[1]
    return frozenset(out)


def typed(v, t):
    """v as a value of a declared type."""
    if t == ("list", ("ip",)):
        v = convert(v, ("ip",), "in")
        return retype(v, t) if v.type[0] == "list" else fail("E0304")
    v = convert(v, t[1] if t[0] in ("list", "map") and v.type[0] == t[0] else t)
    if v.type[0] in ("list", "map") and v.type[0] == t[0] and together(v.type[1], t[1]):
        return retype(v, t)
    if t[0] in ("list", "map") or not fits(v.type, t):
        fail("E0304", f"{v.type} for {t}")
    return retype(v, t)


def fits(own, t):
    """A number for a number only where nothing is lost: an int for cores, any of them for a quantity."""
    if own[0] in tr.NUMBERS and own != t:
        return t[0] == "quantity" or (own[0], t[0]) == ("int", "cores")
    return together(own, t)


def retype(v, t):
    out = V(t, v.ev, v.key, v.opt, v.knows, v.lit)
    out.fields, out.lookup, out.secret = v.fields, v.lookup, v.secret
    return out


def table_key(e, keys, scope):
    k = value(e, scope)
    if k.type[0] not in tr.TEXTS:
        fail("E0304", k.type)
    if len(set(keys)) != len(keys):
        fail("E0327")
    for text in keys:
        if k.type[0] == "enum" and text not in k.type[2]:
            fail("E0308", text)
    return k


def read_data(d, t, text):
    """The content of a data file (language.md 3.10)."""
    if d.source.endswith(".json"):
        content = json.loads(text)
    else:
        content = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return data_value(content, t)


def data_value(v, t):
    if v is None:
        return None
    if t[0] == "list":
        return [data_value(x, t[1]) for x in v]
    if t[0] == "map":
        return {k: data_value(x, t[1]) for k, x in v.items()}
    if t[0] == "row":
        return {n: data_value(v.get(n), k) for n, (k, _) in t[1].items()}
    if t[0] == "date":
        return vals.Date(syntax.date(v[:10]))
    parse = {"path": vals.path, "image": vals.image, "ip": vals.network, "version": vals.version, "role": vals.role,
             "arn": vals.arn, "bytes": vals.quantity, "cores": vals.quantity, "quantity": vals.quantity}.get(t[0])
    return parse(str(v)) if parse else v
