"""The tables that both evaluators share: records and enums of schema.def, the common view of view.def.

They are data, reviewed where they stand; everything that is computed from them is written here a second time.

Types are tuples: ("int",), ("enum", name, values), ("record", (platform, name)), ("subject", name), ("list", of),
("map", of), ("entry", of). Presence is "required", "defaulted" or "optional".
"""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
MODEL = os.path.join(ROOT, "policy", "model")

# language.md 3.5.4 and LANGUAGE.md, "Common fields": texts of the view with a known domain.
DOMAINS = {
    ("container", "role"): ("main", "init", "sidecar", "ephemeral"),
    ("container", "seccomp"): ("RuntimeDefault", "Localhost", "Unconfined"),
    ("container", "aws_identity"): ("irsa", "pod-identity", "task-role"),
    ("workload", "platform"): ("kubernetes", "ecs"),
    ("request", "operation"): ("CREATE", "UPDATE", "DELETE", "CONNECT"),
    ("cluster", "imds_blocked"): ("pods", "awsvpc", "bridge"),
}

SCALARS = ("bool", "int", "cores", "bytes", "quantity", "string", "image", "path", "role", "arn", "ip", "version", "date")

# Which records of the manifest a subject is, by platform.
SUBJECT_RECORDS = {
    "k8s": {
        "object": ["Object"], "pod": ["PodTemplateSpec"], "container": ["Container", "EphemeralContainer"],
        "mount": ["VolumeMount"], "volume": ["Volume"], "port": ["ContainerPort"], "variable": ["EnvVar"],
        "security_context": ["PodSecurityContext", "SecurityContext"], "handler": ["Probe", "LifecycleHandler"],
    },
    "ecs": {
        "task": ["RegisterTaskDefinitionRequest"], "container": ["ContainerDefinition"], "mount": ["MountPoint"],
        "volume": ["Volume"], "port": ["PortMapping"], "variable": ["KeyValuePair", "Secret"],
    },
}
SUBJECTS = ("workload", "container", "mount", "volume", "port", "variable", "pod", "task", "object", "security_context",
            "image")
ONLY_ON = {"pod": "k8s", "object": "k8s", "security_context": "k8s", "task": "ecs"}


class Field:
    __slots__ = ("name", "type", "presence", "default", "blank")

    def __init__(self, name, type_, presence, default=None, blank=False):
        self.name, self.type, self.presence, self.default, self.blank = name, type_, presence, default, blank


def split_args(text):
    """Arguments of a row, at its commas outside brackets and quotes."""
    out, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "()":
            depth += 1 if c == "(" else -1
        elif not quoted and c == "," and depth == 0:
            out.append(text[start:i].strip())
            start = i + 1
    out.append(text[start:].strip())
    return out


def rows(path, macro):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith(macro + "("):
                yield split_args(line.rstrip()[len(macro) + 1:-1])


def unquote(text):
    return None if text == "NULL" else text[1:-1]


def load_schema():
    path = os.path.join(MODEL, "schema.def")
    enums, records = {}, {}
    for plat, name, *values in rows(path, "PL_ENUM"):
        enums[(plat.lower(), name)] = ("enum", plat.lower() + "." + name, tuple(unquote(v) for v in values))

    def type_of(text):
        letter, args = re.fullmatch(r"([A-Z]+)\((.*)\)", text).groups()
        args = split_args(args)
        one = {"T": lambda: (args[0].lower(),), "E": lambda: enums[(args[0].lower(), args[1])],
               "R": lambda: ("record", (args[0].lower(), args[1]))}
        if letter in one:
            return one[letter]()
        outer = {"L": "list", "M": "map"}[letter[0]]
        return (outer, one[letter[1:] or "T"]())

    for plat, name in rows(path, "PL_RECORD"):
        records[(plat.lower(), name)] = {}
    for plat, rec, name, typ, presence, default, blank in rows(path, "PL_FIELD"):
        records[(plat.lower(), rec)][name] = Field(name, type_of(typ), presence.lower(), unquote(default), blank == "1")
    return records, enums


def load_view():
    view = {}
    for subject, name, typ, presence, platforms, _ in rows(os.path.join(MODEL, "view.def"), "PL_VIEW"):
        letter, of = re.fullmatch(r"(VLS|VL|VM|VS|V)\((\w+)\)", typ).groups()
        of = of.lower()
        kind = {"V": (of,), "VL": ("list", (of,)), "VM": ("map", (of,)), "VS": ("subject", of),
                "VLS": ("list", ("subject", of))}[letter]
        subject = subject.lower()
        domain = DOMAINS.get((subject, name))
        if domain:
            enum = ("enum", "view." + name, domain)
            kind = ("list", enum) if kind[0] == "list" else enum
        only = {"BOTH": None, "KUBERNETES": "k8s", "ECS": "ecs"}[platforms]
        view[(subject, name)] = (Field(name, kind, presence.lower()), only)
    return view


RECORDS, ENUMS = load_schema()
VIEW = load_view()
assert len(RECORDS) > 100 and len(VIEW) > 50


def native_field(records, name):
    """The field of that name of a subject that is one of several records (language.md 3.5.3, CHECKING.md)."""
    found = [RECORDS[r].get(name) for r in records]
    have = [f for f in found if f]
    if not have:
        return None
    presences = {f.presence for f in have}
    if "optional" in presences or (None in found and presences == {"required"}):
        return Field(name, have[0].type, "optional", have[0].default)
    if "defaulted" in presences:
        f = next(f for f in have if f.presence == "defaulted")
        return Field(name, f.type, "defaulted", f.default)
    return have[0]
