"""Policy text to a tree: lexer and parser of language.md 3.3, 3.4. The first mistake ends it, with its code (3.13). A tree is
nested tuples, ("rel", "==", left, right) and so on; a declaration is a Decl.
"""
import re

RESERVED = set("""policy use let param data deny warn audit rollout exception fixture test for each in where when unless
require forbid if set absent empty message remedy title severity refs owner reason ticket expires from by otherwise of
given expect with at and or not is within overlaps contains under covers like matches some every no satisfies else minus
true false to fresh""".split())
DECLARATIONS = {"use", "let", "param", "data", "deny", "warn", "audit", "rollout", "exception", "fixture", "test"}
RELOPS = ("==", "!=", "<=", ">=", "<", ">")
WORDOPS = {"in", "within", "overlaps", "contains", "under", "covers", "like"}

TOKEN = re.compile(r"""
    (?P<space>[ \t\r\n]+|\#[^\n]*)
  | (?P<text>\"\"\"[ \t]*\n(?:.|\n)*?\"\"\")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
  | (?P<version>v\d[\d_]*(?:\.\d[\d_]*){0,2}(?![\w.]))
  | (?P<range>\d[\d_]*\.\.\d[\d_]*)
  | (?P<number>\d[\d_]*(?:\.\d+)?)(?P<unit>[A-Za-z]*)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
  | (?P<sign>==|!=|<=|>=|=>|[-+*<>=(){}\[\],.:?/])
""", re.X)
UNITS = {"m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "s", "min", "h", "d"}


class PolicyError(Exception):
    def __init__(self, code, what=""):
        super().__init__(f"{code}: {what}")
        self.code = code


class Decl:
    def __init__(self, kind, name, **more):
        self.kind, self.name = kind, name
        self.__dict__.update(more)


def unescape(body):
    out, i = [], 0
    while i < len(body):
        if body[i] != "\\":
            out.append(body[i])
            i += 1
        elif body[i + 1] == "u":
            end = body.index("}", i)
            out.append(chr(int(body[i + 3:end], 16)))
            i = end + 1
        elif body[i + 1] in '"\\nt':
            out.append({'"': '"', "\\": "\\", "n": "\n", "t": "\t"}[body[i + 1]])
            i += 2
        else:
            raise PolicyError("E0002", "escape")
    return "".join(out)


class Lexer:
    """Tokens one at a time, because `/` begins a pattern after `matches` only."""

    def __init__(self, text, pos=0):
        self.text, self.pos = text, pos
        self.kind = self.value = None
        self.start = pos
        self.next()

    def next(self):
        while True:
            if self.pos >= len(self.text):
                self.kind, self.value, self.start = "end", "", self.pos
                return
            m = TOKEN.match(self.text, self.pos)
            if not m:
                raise PolicyError("E0002", repr(self.text[self.pos:self.pos + 10]))
            self.start, self.pos = self.pos, m.end()
            if m.lastgroup != "space":
                break
        self.take(m)

    def take(self, m):
        kind = "number" if m.group("number") else m.lastgroup
        value = m.group(0)
        if kind == "string":
            value = unescape(value[1:-1])
        elif kind == "text":
            kind = "string"
        elif kind == "name" and "-" in value:
            kind = "kebab"
        elif kind == "number":
            value = (m.group("number").replace("_", ""), m.group("unit"))
            if (value[1] and value[1] not in UNITS) or re.match(r"0\d", value[0]):
                raise PolicyError("E0002", "number")
            if self.pos < len(self.text) and re.match(r"[A-Za-z0-9_.]", self.text[self.pos]):
                raise PolicyError("E0002", "number")
        self.kind, self.value = kind, value

    def pattern(self):
        """The pattern that follows `matches`; the lexer stands on the token after it, which may be anything."""
        m = re.compile(r"\s*/((?:[^/\\\n]|\\.)*)/(\w*)").match(self.text, self.pos)
        if not m:
            return None
        if m.group(2) not in ("", "i"):
            raise PolicyError("E0002", "option")
        self.pos = m.end()
        self.next()
        return m.group(1).replace("\\/", "/"), m.group(2)

    def is_word(self, *words):
        return self.kind == "name" and self.value in words

    def is_sign(self, *signs):
        return self.kind == "sign" and self.value in signs


class Parser(Lexer):
    def accept(self, word):
        if (self.kind == "name" or self.kind == "sign") and self.value == word:
            self.next()
            return True
        return False

    def expect(self, word):
        if not self.accept(word):
            raise PolicyError("E0100", f"expected {word}, found {self.value}")

    def string(self):
        if self.kind != "string":
            raise PolicyError("E0100", "expected a string")
        value = self.value
        self.next()
        return value

    def name(self, kebab=False):
        if self.kind == "name" and self.value in RESERVED:
            raise PolicyError("E0102", self.value)
        if self.kind == "kebab" and not kebab:
            raise PolicyError("E0101", self.value)
        if self.kind not in ("name", "kebab"):
            raise PolicyError("E0100", f"expected a name, found {self.value}")
        value = self.value
        self.next()
        return value

    def names(self):
        out = [self.name(True)]
        while self.accept(","):
            out.append(self.name(True))
        return out

    def file(self):
        decls = []
        if self.is_word("policy"):
            decls.append(self.policy())
        while self.kind != "end":
            decls.append(self.declaration())
        return decls

    def policy(self):
        self.next()
        d = Decl("policy", self.name(True), guards=[])
        while True:
            if self.is_word("title", "owner"):
                self.next()
                self.string()
            elif self.is_word("when", "unless"):
                d.guards.append(self.guard())
            else:
                return d

    def guard(self):
        kind = self.value
        self.next()
        return kind, self.condition()

    def declaration(self):
        if self.is_word("policy"):
            raise PolicyError("E0105")
        if self.kind != "name" or self.value not in DECLARATIONS:
            raise PolicyError("E0104", str(self.value))
        kind = self.value
        self.next()
        return getattr(self, "decl_" + ("rule" if kind in ("deny", "warn", "audit") else kind))(kind)

    def decl_use(self, kind):
        return Decl("use", self.string())

    def decl_let(self, kind):
        name, args = self.name(), None
        if self.accept("("):
            args = []
            while not self.is_sign(")"):
                arg = self.name()
                args.append((arg, self.type() if self.accept(":") else None))
                if not self.accept(","):
                    break
            self.expect(")")
        self.expect("=")
        return Decl("let", name, args=args, body=self.value_else())

    def type(self):
        if self.kind != "name":
            raise PolicyError("E0100", "a type")
        word = self.value
        self.next()
        if word in ("set", "list"):
            self.expect("of")
            return "list", self.type()
        if word == "map":
            self.expect("of")
            self.expect("string")
            self.expect("to")
            return "map", self.record() if self.is_sign("{") else self.type()
        return (word,)

    def record(self):
        self.expect("{")
        fields = {}
        while True:
            name = self.name()
            self.expect(":")
            kind = self.type()
            fields[name] = (kind, self.accept("?"))
            if not self.accept(","):
                break
        self.expect("}")
        return "row", fields

    def decl_param(self, kind):
        name = self.name()
        if not self.accept(":"):
            raise PolicyError("E0202", name)
        typ = self.type()
        if self.accept("by"):
            return Decl("param", name, type=typ, value=None, table=self.table(self.primary))
        self.expect("=")
        return Decl("param", name, type=typ, value=self.value_else(), table=None)

    def table(self, element):
        key, table_rows = self.value_else(), []
        while self.kind == "string":
            k = self.string()
            self.expect("=>")
            table_rows.append((k, element()))
        if not self.accept("otherwise"):
            raise PolicyError("E0106")
        self.expect("=>")
        return key, table_rows, element()

    def mode(self):
        if not self.is_word("deny", "warn", "audit"):
            raise PolicyError("E0100", "a mode")
        value = self.value
        self.next()
        return value

    def decl_data(self, kind):
        name = self.name()
        self.expect(":")
        typ = self.type()
        self.expect("from")
        source, fresh = self.string(), None
        if self.accept("fresh"):
            self.expect("for")
            number, unit = self.value
            self.next()
            fresh = int(number) * {"s": 1, "min": 60, "h": 3600, "d": 86400}[unit]
        return Decl("data", name, type=typ, source=source, fresh=fresh)

    def decl_rollout(self, kind):
        names = self.names()
        self.expect("by")
        key, table_rows, other = self.table(self.mode)
        return Decl("rollout", names[0], rules=names, table=(key, table_rows, other))

    def decl_exception(self, kind):
        d = Decl("exception", self.name(True), rules=None, where=None, expires=None)
        seen = []
        while self.is_word("from", "where", "owner", "reason", "ticket", "expires"):
            word = self.value
            if word in seen:
                raise PolicyError("E0111", word)
            seen.append(word)
            self.next()
            if word == "from":
                d.rules = self.names()
            elif word == "where":
                d.where = self.condition()
            elif word == "expires":
                if self.kind != "date":
                    raise PolicyError("E0110")
                d.expires = date(self.value)
                self.next()
            else:
                self.string()
        if len(set(seen) - {"ticket"}) != 5:
            raise PolicyError("E0111")
        return d

    def decl_rule(self, mode):
        d = Decl("rule", self.name(True), mode=mode, guards=[], checks=[], loops=[], severity=None)
        for word in ("title", "severity", "refs"):
            if self.accept(word):
                if word == "severity":
                    d.severity = self.value
                    self.next()
                else:
                    self.string()
                    while word == "refs" and self.accept(","):
                        self.string()
        if not self.accept("for"):
            raise PolicyError("E0107", d.name)
        self.expect("each")
        self.subject(d)
        while self.accept("for"):
            self.expect("each")
            var = self.name()
            self.expect("in")
            d.loops.append((var, self.sum(), self.condition() if self.accept("where") else None))
        while self.is_word("when", "unless"):
            d.guards.append(self.guard())
        while self.is_word("require", "forbid"):
            d.checks.append(self.check())
        if not d.checks:
            raise PolicyError("E0108", d.name)
        if self.is_word("when", "unless"):
            raise PolicyError("E0109")
        return d

    def subject(self, d):
        first = self.name()
        d.platform = None
        d.subject = first
        if first in ("pod", "task") and self.kind == "name" and self.value not in RESERVED:
            d.platform, d.subject = first, self.name()
        if self.is_word("in"):
            raise PolicyError("E0107", d.name)
        d.where = self.condition() if self.accept("where") else None

    def check(self):
        c = Decl("check", self.value, if_set=False, message=None, remedy=None)
        self.next()
        c.cond = self.condition()
        if self.accept("if"):
            self.expect("set")
            c.if_set = True
        for word in ("message", "remedy"):
            if self.accept(word):
                setattr(c, word, interpolated(self.string()))
        return c

    def condition(self):
        c = self.expr()
        if self.is_word("else"):
            raise PolicyError("E0126")
        return c

    def value_else(self):
        e = self.expr()
        if not self.is_word("else"):
            return e
        if e[0] in ("and", "or", "not", "quant", "rel", "is", "matches"):
            raise PolicyError("E0126")
        parts = [e]
        while self.accept("else"):
            parts.append(self.sum())
            if self.is_sign(*RELOPS) or self.is_word("is", "matches", "not") or self.is_word(*WORDOPS):
                raise PolicyError("E0126")
        return ("else", parts)

    def expr(self):
        first = self.unary()
        if not self.is_word("and", "or"):
            return first
        op, parts = self.value, [first]
        if first[0] == "quant" and first[-1] != "()":
            raise PolicyError("E0121")
        while self.is_word("and", "or"):
            if self.value != op:
                raise PolicyError("E0120")
            self.next()
            if self.is_word("some", "every", "no"):
                raise PolicyError("E0121")
            parts.append(self.unary())
        return (op, parts)

    def unary(self):
        if self.accept("not"):
            return ("not", self.unary())
        if self.is_word("some", "every", "no"):
            kind = self.value
            self.next()
            var = self.name()
            self.expect("in")
            over = self.sum()
            if self.is_word("else"):
                raise PolicyError("E0126")
            where = self.expr() if self.accept("where") else None
            self.expect("satisfies")
            return ("quant", kind, var, over, where, self.expr(), "")
        return self.comparison()

    def comparison(self):
        left = self.sum()
        result = self.relation(left)
        if result is not left and (self.is_sign(*RELOPS) or self.is_word("is", "matches", *WORDOPS)):
            raise PolicyError("E0124")
        return result

    def relation(self, left):
        if self.is_sign(*RELOPS):
            op = self.value
            self.next()
            return ("rel", op, left, self.right())
        if self.accept("is"):
            return self.is_what(left)
        negated = False
        if self.is_word("not"):
            self.next()
            negated = True
            if not self.is_word("matches", *WORDOPS):
                raise PolicyError("E0100", "a relation after not")
        if self.is_word("matches"):
            found = self.pattern()
            if not found:
                raise PolicyError("E0123")
            return ("matches", negated, left, *found)
        if self.is_word(*WORDOPS):
            op = self.value
            self.next()
            return ("rel", ("not " if negated else "") + op, left, self.right())
        return left

    def right(self):
        if self.is_word("some", "every", "no"):
            raise PolicyError("E0121")
        return self.sum()

    def is_what(self, left):
        if self.accept("not"):
            if self.is_word("set", "absent"):
                raise PolicyError("E0122")
            self.expect("empty")
            return ("is", "not empty", left)
        if not self.is_word("set", "absent", "empty"):
            raise PolicyError("E0100", "after is")
        what = self.value
        self.next()
        return ("is", what, left)

    def sum(self):
        left = self.product()
        while self.is_sign("+", "-") or self.is_word("minus"):
            op = self.value
            self.next()
            left = ("arith", op, left, self.product())
        return left

    def product(self):
        left = self.primary()
        while self.is_sign("*"):
            self.next()
            left = ("arith", "*", left, self.primary())
        return left

    def primary(self):
        if self.kind in ("string", "number", "range", "version", "date"):
            return self.literal()
        if self.accept("("):
            inner = self.value_else()
            if not self.accept(")"):
                raise PolicyError("E0100", f"expected ), found {self.value}")
            return ("paren", inner)
        if self.is_sign("{"):
            return self.set_or_map()
        if self.is_word("true", "false"):
            value = self.value == "true"
            self.next()
            return ("lit", "bool", value)
        return self.path()

    def literal(self):
        kind, value = self.kind, self.value
        self.next()
        if kind == "number":
            number, unit = value
            if unit in ("s", "min", "h", "d"):
                raise PolicyError("E0100", "a duration")
            if not unit:
                return ("lit", "decimal" if "." in number else "int", number)
            return ("lit", "cores" if unit == "m" else "bytes", number + unit)
        if kind == "range":
            low, high = (int(n.replace("_", "")) for n in value.split(".."))
            if low > high:
                raise PolicyError("E0002", "range")
            return ("lit", "range", (low, high))
        if kind == "date":
            return ("lit", "date", date(value))
        return ("lit", kind, value)

    def set_or_map(self):
        self.expect("{")
        items, is_map = [], None
        while not self.is_sign("}"):
            item = self.primary()
            arrow = self.accept("=>")
            if is_map is not None and arrow != is_map:
                raise PolicyError("E0125")
            is_map = arrow
            items.append((item, self.primary()) if arrow else item)
            if not self.accept(","):
                break
        self.expect("}")
        return ("map", items) if is_map else ("set", items)

    def path(self):
        if self.kind == "kebab":
            raise PolicyError("E0101", self.value)
        name = self.name()
        e = self.call(name) if self.is_sign("(") else ("name", name)
        while True:
            if self.accept("."):
                if self.kind == "kebab":
                    raise PolicyError("E0101", self.value)
                if self.kind != "name":
                    raise PolicyError("E0100", "a field")
                e = ("field", e, self.value)
                self.next()
            elif self.accept("["):
                e = ("index", e, self.value_else())
                self.expect("]")
            else:
                return e

    def call(self, name):
        self.expect("(")
        if name == "count" and self.kind == "name" and self.value not in RESERVED:
            mark = (self.pos, self.kind, self.value, self.start)
            var = self.value
            self.next()
            if self.accept("in"):
                over = self.sum()
                where = self.expr() if self.accept("where") else None
                self.expect(")")
                return ("count", var, over, where)
            self.pos, self.kind, self.value, self.start = mark
        args = []
        while not self.is_sign(")"):
            args.append(self.value_else())
            if name == "sum" and self.accept("for"):
                var = self.name()
                self.expect("in")
                over = self.sum()
                where = self.expr() if self.accept("where") else None
                self.expect(")")
                return ("sum", args[0], var, over, where)
            if not self.accept(","):
                break
        self.expect(")")
        return ("call", name, args)


def date(text):
    import datetime
    y, m, d = (int(p) for p in text.split("-"))
    try:
        return (datetime.date(y, m, d) - datetime.date(1970, 1, 1)).days
    except ValueError:
        raise PolicyError("E0110", text) from None


def interpolated(text):
    """Words and expressions of a message: [str or tree...]."""
    if not text:
        raise PolicyError("E0103", "empty")
    out, i, words = [], 0, ""
    while i < len(text):
        c = text[i]
        if text[i:i + 2] in ("{{", "}}"):
            words += c
            i += 2
        elif c == "}":
            raise PolicyError("E0103", "closing brace")
        elif c == "{":
            try:
                p = Parser(text, i + 1)
                e = p.value_else()
            except PolicyError as err:
                raise PolicyError(err.code if err.code == "E0101" else "E0103", str(err)) from None
            if not p.is_sign("}"):
                raise PolicyError("E0103", "not closed")
            out += [words, e]
            words, i = "", p.start + 1
        else:
            words += c
            i += 1
    return out + [words]


def parse(text):
    return Parser(text).file()
