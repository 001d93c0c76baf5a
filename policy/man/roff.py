"""Turns the markdown of our documents into the roff of man pages: headings, paragraphs, lists, tables, code. A table becomes a
list of its rows, the first cell in front; a link is its text. One form is ours: `@ TERM` and, below it, what it means."""
import re

INLINE = re.compile(r"(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*\\])\*([^*]+)\*(?![\w*])|\[([^\]]+)\]\([^)]+\)")


def plain(text):
    """Text that roff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga").replace("'", "\\(aq")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def inline(text):
    """Markdown inside a paragraph."""
    parts, at = [], 0
    for m in INLINE.finditer(text):
        _, code, bold, italic, link = m.groups()
        parts.append(plain(unescaped(text[at:m.start()])))
        if code:
            parts.append(f"\\fB{plain(code.strip().replace(chr(92) + '|', '|'))}\\fP")
        elif link:
            parts.append(inline(link))
        else:
            parts.append(f"\\fI{inline(bold or italic)}\\fP")
        at = m.end()
    return "".join(parts) + plain(unescaped(text[at:]))


def unescaped(text):
    return re.sub(r"\\([|*_`])", r"\1", text)


def safe(line):
    """A line that begins no request."""
    return ("\\&" if line[:1] in (".", "'") else "") + line


def quoted(text):
    return '"' + text.replace('"', "\\(dq") + '"'


def code(lines):
    body = [safe(plain(line)) for line in lines]
    return [".PP", ".in +4n", ".EX", *body, ".EE", ".in"]


def cells(line):
    return [c.strip() for c in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def table(lines):
    head, _, *rows = [cells(line) for line in lines]
    out = []
    for row in rows:
        rest = [inline(cell if i == 0 else f"*{name}*: {cell}") for i, (name, cell) in enumerate(zip(head[1:], row[1:])) if cell]
        out += [".TP", safe(inline(row[0])), safe(". ".join(rest)) if rest else "\\&"]
    return out


def item(mark, lines):
    return [f".IP {mark} 4", safe(inline(" ".join(line.strip() for line in lines)))]


def blocks(text):
    """(kind, lines) of each block."""
    lines = re.sub(r"^<!--.*?-->$\n?", "", text, flags=re.M).split("\n")
    at = 0
    while at < len(lines):
        line, begin = lines[at], at
        if line.startswith("```"):
            at = lines.index("```", at + 1) + 1
            yield "code", lines[begin + 1:at - 1]
        elif re.match(r"#+ ", line):
            at += 1
            yield "heading", [line]
        elif line.startswith("@ "):
            while at < len(lines) and lines[at].strip():
                at += 1
            yield "definition", lines[begin:at]
        elif line.startswith("|"):
            while at < len(lines) and lines[at].startswith("|"):
                at += 1
            yield "table", lines[begin:at]
        elif re.match(r"(\*|-|\d+\.) ", line):
            at += 1
            while at < len(lines) and lines[at].startswith("  "):
                at += 1
            yield "item", lines[begin:at]
        elif line.strip():
            while at < len(lines) and lines[at].strip() and not re.match(r"```|#+ |\||(\*|-|\d+\.) ", lines[at]):
                at += 1
            at += at == begin
            yield "text", lines[begin:at]
        else:
            at += 1


def heading(line):
    level, text = re.match(r"(#+) (.*)", line).groups()
    return [f".SH {quoted(plain(text).upper())}" if len(level) == 2 else f".SS {quoted(inline(text))}"]


def convert(text):
    out = []
    for kind, lines in blocks(text):
        if kind == "code":
            out += code(lines)
        elif kind == "heading":
            out += heading(lines[0])
        elif kind == "table":
            out += table(lines)
        elif kind == "definition":
            out += [".TP", safe(inline(lines[0][2:])), safe(inline(" ".join(line.strip() for line in lines[1:])))]
        elif kind == "item":
            mark, rest = re.match(r"(\*|-|\d+\.) (.*)", lines[0]).groups()
            out += item("\\(bu" if mark in "*-" else mark, [rest, *lines[1:]])
        else:
            out += [".PP", safe(inline(" ".join(line.strip() for line in lines)))]
    return "\n".join(out) + "\n"


def page(name, section, version, text):
    """A whole page; its text begins with `## NAME`."""
    return f'.TH {quoted(plain(name).upper())} {section} "" {quoted("plimsoll " + version)} {quoted("plimsoll")}\n.nr HY 0\n.hy 0\n.ad l\n{convert(text)}'
