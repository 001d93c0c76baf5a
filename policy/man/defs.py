"""Reads the tables of the sources: rows of .def files, constants of headers, titles of packs. Nothing is compiled; a row
that cannot be read is an error, never left out."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UNIT = re.compile(r"(?<=[0-9])[uUlL]+")
TOKEN = re.compile(r'\s+|"(?:[^"\\]|\\.)*"|[(),]|[^\s"(),]+')


def read(name):
    return (ROOT / name).read_text()


def text_of(word):
    """A string literal of C, decoded."""
    escapes = {"n": "\n", "t": "\t"}
    return re.sub(r"\\(.)", lambda m: escapes.get(m.group(1), m.group(1)), word[1:-1])


def argument(tokens):
    """Adjacent strings are one text; anything else is its words."""
    words = [t for t in tokens if not t.isspace()]
    if words and all(w[0] == '"' for w in words):
        return "".join(text_of(w) for w in words)
    return "".join(tokens).strip()


def rows(name, macro):
    """The arguments of every row MACRO(...) that begins a line of a file, as lists of texts."""
    source = read(name)
    found = []
    for start in re.finditer(rf"^{macro}\(", source, re.M):
        depth, at, arguments, current = 1, start.end(), [], []
        while depth:
            m = TOKEN.match(source, at)
            if not m:
                raise SystemExit(f"{name}: a row {macro} cannot be read")
            t, at = m.group(), m.end()
            depth += (t == "(") - (t == ")")
            if depth == 0 or (t == "," and depth == 1):
                arguments.append(argument(current))
                current = []
            else:
                current.append(t)
        found.append(arguments)
    if not found:
        raise SystemExit(f"{name}: no row {macro}")
    return found


def constant(name, macro):
    """The value of a #define, or of a member `.name = value`: sums, products and shifts of numbers."""
    m = re.search(rf"^#define\s+{re.escape(macro)}\s+([^/\n]+)|{re.escape(macro)} = ([^,}}\n]+)", read(name), re.M)
    if not m:
        raise SystemExit(f"{name}: no {macro}")
    value = UNIT.sub("", (m.group(1) or m.group(2)).replace("(size_t)", "").strip())
    if not re.fullmatch(r"[0-9 ()*+<]+", value):
        raise SystemExit(f"{name}: {macro} is not a number: {value}")
    return eval(value)  # digits and operators only


def subjects():
    """What a rule can be about, in the order of schema.h."""
    body = re.search(r"PL_SUBJECT_NONE,(.*?)/\* context", read("policy/model/schema.h"), re.S).group(1)
    return [name.lower() for name in re.findall(r"PL_SUBJECT_(\w+),", body)]


def relations():
    """The comparisons of the language as they are written."""
    body = re.search(r"pl_relation_name.*?\{(.*?)\};", read("policy/lang/ast.c"), re.S).group(1)
    return re.findall(r'= "([^"]+)"', body)


def type_names():
    """The types that a policy can name."""
    body = re.search(r"kinds\[\] = \{(.*?)\n\};", read("policy/lang/types.c"), re.S).group(1)
    return re.findall(r', "(\w+)"\},', body)


def packs():
    """(name, title, modes of its rules) of each shipped pack."""
    for path in sorted((ROOT / "policy/rules").glob("*.plim")):
        source = path.read_text()
        modes = re.findall(r"^(deny|warn|audit) [a-z]", source, re.M)
        title = re.search(r'^policy \S+\n  title "(.*)"$', source, re.M)
        if not title or not modes:
            raise SystemExit(f"{path.name}: no title, or no rules")
        yield path.stem, title.group(1), modes
