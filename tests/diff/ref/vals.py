"""Typed values of the language and how a text becomes one (language.md 3.6, 3.9, 7.8, 7.9), slowly and exactly.

Absent is None; what is there but cannot be known is an Unknown. Numbers are Fractions, paths and the rest small classes.
A parser answers None for a text that is not of its form.
"""
import ipaddress
import re
from fractions import Fraction

NANO = Fraction(1, 10**9)
INT_MAX, INT_MIN = 2**63 - 1, -2**63


class Unknown:
    """Present, or perhaps not, but nobody knows. Never equal to anything."""
    __slots__ = ("why",)

    def __init__(self, why=""):
        self.why = why

    def __repr__(self):
        return f"unknown({self.why})"


def damaged(text):
    """Texts that held bytes which are not UTF-8, or lone surrogates: what they say cannot be known."""
    return "\ufffd" in text or any("\ud800" <= c <= "\udfff" for c in text)


# --- quantities: resource.Quantity, exact, in billionths rounded away from zero -------------------------------------

SUFFIX = {"": 1, "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "k": 10**3, "M": 10**6,
          "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
          "Pi": 2**50, "Ei": 2**60}
QUANTITY = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)")


def quantity(text):
    m = QUANTITY.fullmatch(text)
    if not m or not text.isascii():
        return None
    sign, digits, exponent, suffix = m.groups()
    whole, _, part = digits.partition(".")
    value = Fraction(int((whole + part) or "0"), 10**len(part))
    if exponent:
        power = int(exponent[1:])
        if abs(power) > 10**6:
            return None if abs(power) > 2**31 - 1 else Fraction(0) if value == 0 else None
        value *= Fraction(10)**power
    value *= SUFFIX[suffix or ""]
    nanos = -((-value) // NANO)
    value = nanos * NANO
    if suffix and suffix.endswith("i"):
        value = min(value, Fraction(INT_MAX))
    return -value if sign == "-" else value


def decimal(value):
    """A Fraction with a finite decimal expansion, written out."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole = value.numerator // value.denominator
    rest, digits = value - whole, ""
    while rest:
        rest *= 10
        digits += str(rest.numerator // rest.denominator)
        rest -= rest.numerator // rest.denominator
    return f"{sign}{whole}" + ("." + digits if digits else "")


def shortest(value):
    """The shortest way to write it with a unit of memory; of two as short the one with the smaller unit."""
    best = decimal(value)
    for unit in ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "k", "M", "G", "T", "P", "E"):
        text = decimal(value / SUFFIX[unit]) + unit
        if abs(value) >= 1 and len(text) < len(best):
            best = text
    return best


def show_cores(value):
    """Whole cores, tenths below one, else thousandths; what is finer is written out."""
    if value.denominator == 1 or (value * 1000).denominator != 1:
        return decimal(value)
    return decimal(value) if abs(value) < 1 and (value * 10).denominator == 1 else f"{value * 1000}m"


def show_amount(kind, value):
    if kind == "cores":
        return show_cores(value)
    if kind == "bytes" or value.denominator == 1:
        return shortest(value)
    return show_cores(value) if abs(value) < 1024 else shortest(value)


def saturate(kind, value):
    limit = INT_MAX if kind == "int" else None
    if limit is None:
        return value
    return min(max(value, Fraction(INT_MIN)), Fraction(INT_MAX))


TASK_CPU = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(\s*vcpu)?", re.I)
TASK_MEMORY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(\s*gb)?", re.I)


def task_cpu(text):
    """ECS: units of 1/1024 core, or vCPU. spec: ecs.md 1"""
    m = TASK_CPU.fullmatch(text)
    if not m or (not m.group(2) and not m.group(1).isdigit()):
        return None
    value = Fraction("0" + m.group(1) if m.group(1)[0] == "." else m.group(1).rstrip("."))
    value = value if m.group(2) else value / 1024
    return -((-value) // NANO) * NANO


def task_memory(text):
    m = TASK_MEMORY.fullmatch(text)
    if not m or (not m.group(2) and not m.group(1).isdigit()):
        return None
    value = Fraction("0" + m.group(1) if m.group(1)[0] == "." else m.group(1).rstrip("."))
    return value * (2**30 if m.group(2) else 2**20)


# --- images: distribution/reference ---------------------------------------------------------------------------------

COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
ID = re.compile(r"(sha256:)?[0-9a-f]{64}")


class Image:
    __slots__ = ("text", "registry", "repository", "tag", "digest", "subject")

    def __init__(self, text, registry, repository, tag, digest):
        self.text, self.registry, self.repository, self.tag, self.digest = text, registry, repository, tag, digest
        self.subject = None

    @property
    def name(self):
        return self.registry + "/" + self.repository

    def normal(self):
        """What patterns and `like` see (LANGUAGE.md, Images)."""
        tag = ":" + self.tag if self.tag else "" if self.digest else ":latest"
        return self.name + tag + ("@" + self.digest if self.digest else "")

    def same(self, other):
        if self.name != other.name:
            return False
        if self.digest or other.digest:
            return self.digest == other.digest
        return (self.tag or "latest") == (other.tag or "latest")


def registry(text):
    host, port = text, None
    if text.startswith("["):
        end = text.find("]")
        addr = ip(text[1:end]) if end > 0 and ":" in text[1:end] else None
        if addr is None or (text[end + 1:] and not text[end + 1:].startswith(":")):
            return None
        host, port = (str(addr) if addr.version == 4 else f"[{addr}]"), text[end + 2:] if text[end + 1:] else None
    else:
        host, colon, port = text.partition(":")
        port = port if colon else None
        if not all(LABEL.fullmatch(label) for label in host.split(".")):
            return None
    if port is not None and not (re.fullmatch(r"[1-9][0-9]{0,4}", port) and int(port) < 65536):
        return None
    host = host.lower()
    host = "docker.io" if host == "index.docker.io" and port is None else host
    return host + (":" + port if port else "")


def names_registry(part):
    return "." in part or ":" in part or "[" in part or part.lower() == "localhost"


def image(text):
    if not text or not text.isascii() or any(c <= " " or c == "\x7f" for c in text) or "://" in text or ID.fullmatch(text):
        return None
    rest, at, digest = text.partition("@")
    if at and not DIGEST.fullmatch(digest):
        return None
    first, slash, more = rest.partition("/")
    host = "docker.io"
    if slash and names_registry(first):
        host, rest = registry(first), more
    rest, colon, tag = rest.partition(":")
    if host is None or (colon and not TAG.fullmatch(tag)) or not all(COMPONENT.fullmatch(c) for c in rest.split("/")):
        return None
    if host == "docker.io" and "/" not in rest:
        rest = "library/" + rest
    return Image(text, host, rest, tag if colon else None, digest if at else None) if len(rest) <= 255 else None


class Base:
    """An approved place: a registry, or a registry and a repository."""
    __slots__ = ("registry", "repository")

    def __init__(self, reg, repository):
        self.registry, self.repository = reg, repository

    def holds(self, img):
        return img.registry == self.registry and (
            not self.repository or img.repository == self.repository or img.repository.startswith(self.repository + "/"))


def base(text):
    if not text or not text.isascii() or any(c <= " " or c == "\x7f" for c in text) or "@" in text or "://" in text:
        return None
    first, slash, more = text.partition("/")
    if not names_registry(first):
        return None
    host = registry(first)
    if host is None:
        return None
    account = more.endswith("/")
    more = more[:-1] if account else more
    if not more:
        return Base(host, "") if not account else None
    if not all(COMPONENT.fullmatch(c) for c in more.split("/")) or len(more) > 255:
        return None
    if host == "docker.io" and "/" not in more and not account and more != "library":
        return None
    return Base(host, more)


# --- paths ----------------------------------------------------------------------------------------------------------

class Path(str):
    """A normalised path."""


def fold(parts):
    out = []
    for part in parts:
        if part == "..":
            if out:
                out.pop()
        elif part not in ("", "."):
            out.append(part)
    return out


def windows_parts(text):
    """The parts of a Windows path, in lower case; points and spaces at the end of a name are dropped."""
    return fold(p if p in (".", "..") else p.rstrip(". ") for p in re.split(r"[\\/]", text.lower()))


def windows_path(text):
    if re.match(r"[A-Za-z]:", text):
        return text[0].lower() + ":/" + "/".join(windows_parts(text[2:]))
    if not re.match(r"[\\/]{2}", text):
        return "c:/" + "/".join(windows_parts(text))
    device = re.match(r"[\\/]{2,}[.?][\\/]", text)
    parts = windows_parts(text[device.end():] if device else text)
    if device and len(parts) > 1 and parts[0] == "unc":
        device, parts = None, parts[1:]
    if device:
        drive = parts and re.fullmatch("[a-z]:", parts[0])
        return parts[0] + "/" + "/".join(parts[1:]) if drive else "//./" + "/".join(parts)
    if len(parts) > 1 and re.fullmatch("[a-z][$]", parts[1]):
        return parts[1][0] + ":/" + "/".join(parts[2:])
    return "//" + "/".join([".", *parts[1:]] if parts[1:2] == ["pipe"] else parts)


WINDOWS = re.compile(r"[A-Za-z]:([\\/]|$)|\\|/[\\/]([.?]|localhost|127\.0\.0\.1)[\\/]+(pipe|[a-z]:)([\\/]|$)(?!(.*[\\/])?\.\.([\\/]|$))",
                     re.IGNORECASE | re.DOTALL)


def path(text):
    if WINDOWS.match(text):
        return Path(windows_path(text))
    if not text.startswith("/"):
        return None
    normal = "/" + "/".join(fold(text.split("/")))
    if normal == "/var/run" or normal.startswith("/var/run/"):
        normal = normal[4:]
    return Path(normal)


PROCESS = re.compile(r"/proc/[^/]+/(task/[^/]+/)?(root|cwd|exe|fd|map_files)(/.*)?")


def path_leads_away(p):
    m = PROCESS.fullmatch(p)
    return bool(m) and bool(re.match(r"/proc/(\d+|self|thread-self)/", p))


def path_is_second_name(p):
    """Why a path of Windows may be another one; None if it is what it says."""
    if p.startswith("//./"):
        known = p == "//./" or p == "//./pipe" or p.startswith("//./pipe/")
        return None if known else "it is a device of Windows, which may stand for any place of the host"
    if (p.startswith("//") or not p.startswith("/")) and re.search(r":|~[0-9]", p[2:]):
        return "it holds a short name or a stream of Windows, a second name of another place"
    return None


def under(p, q):
    """p is q or below it; a path of Windows is never below one of another system."""
    if p.startswith("//") != q.startswith("//"):
        return False
    return p == q or p.startswith(q if q.endswith("/") else q + "/")


# --- versions, addresses, ARNs, roles, dates --------------------------------------------------------------------------

class Version(tuple):
    def __str__(self):
        return "v" + ".".join(str(n) for n in (self if self[2] else self[:2]))


VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]*)?")


def version(text):
    m = VERSION.fullmatch(text)
    if not m or not text.isascii():
        return None
    parts = tuple(int(m.group(i) or 0) for i in (1, 2, 3))
    return Version(parts) if max(parts) < 2**32 else None


def ip(text):
    if "%" in text or "/" in text or not text.isascii():
        return None
    try:
        addr = ipaddress.ip_address(text)
    except ValueError:
        return None
    return addr.ipv4_mapped or addr if addr.version == 6 else addr


class Network:
    def __init__(self, addr, bits):
        self.addr, self.bits = addr, bits
        self.net = ipaddress.ip_network((addr, bits), strict=False)

    def __contains__(self, addr):
        return addr.version == self.net.version and addr in self.net


def network(text):
    head, slash, bits = text.partition("/")
    raw = None
    try:
        raw = ipaddress.ip_address(head) if "%" not in head and text.isascii() else None
    except ValueError:
        return None
    if raw is None or (slash and not re.fullmatch(r"0|[1-9]\d{0,2}", bits)):
        return None
    size = int(bits) if slash else raw.max_prefixlen
    if size > raw.max_prefixlen:
        return None
    if raw.version == 6 and raw.ipv4_mapped and size >= 96:
        raw, size = raw.ipv4_mapped, size - 96
    return Network(raw, size)


ARN = re.compile(r"arn:([a-z0-9-]+):([A-Za-z0-9-]+):([A-Za-z0-9-]*):([A-Za-z0-9-]*):([!-~]+)")


class Arn:
    __slots__ = ("text", "partition", "service", "region", "account", "resource")

    def __init__(self, text, partition, service, region, account, resource):
        self.text, self.partition, self.service, self.resource = text, partition, service, resource
        self.region, self.account = region or None, account or None


def arn(text):
    m = ARN.fullmatch(text)
    return Arn(text, *m.groups()) if m and not re.search(r"[${}*]", text) else None


class Role:
    __slots__ = ("text", "name", "account")

    def __init__(self, text, name, account):
        self.text, self.name, self.account = text, name, account


ROLE = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(\d{12}):role/(?:[!-~]+/)?([A-Za-z0-9_+=,.@-]{1,64})")


def role(text):
    if re.fullmatch(r"[A-Za-z0-9_+=,.@-]{1,64}", text):
        return Role(text, text, None)
    m = ROLE.fullmatch(text)
    return Role(text, m.group(2), m.group(1)) if m else None


class Date(int):
    """Days since 1970-01-01."""


def show_date(days):
    import datetime
    try:
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=int(days))).isoformat()
    except OverflowError:
        return f"day {int(days)}"


# --- showing ----------------------------------------------------------------------------------------------------------

BIDI = set(range(0x202A, 0x202F)) | set(range(0x2066, 0x206A)) | {0x200E, 0x200F, 0x061C, 0x2028, 0x2029, 0xFEFF} | set(range(0x200B, 0x200E))


def escape(text):
    """What a terminal or a log reader would obey is spelt out (language.md 7.6)."""
    out = []
    for c in text:
        n = ord(c)
        if c in "\n\t\r":
            out.append({"\n": "\\n", "\t": "\\t", "\r": "\\r"}[c])
        elif n < 32 or 127 <= n < 160 or n in BIDI:
            out.append(f"\\u{{{n:x}}}")
        else:
            out.append(c)
    return "".join(out)
