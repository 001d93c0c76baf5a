#!/usr/bin/env python3
"""Turns the upstream schema (schema.json) into schema.def, the table that the build reads.

    gen_schema.py SCHEMA.json > schema.def       write the table
    gen_schema.py --check SCHEMA.json schema.def  exit 1 when the table is not what this script gives

The build does not run this: schema.def is part of the source and reviewed like it. What upstream does not say, or says
in words only, stands in the tables below, where a reviewer sees it.
"""
import json
import sys

HEAD = """\
/* schema.def - the fields of Kubernetes pods and their carriers, and of ECS task definitions.
 * Made by gen_schema.py, which also holds the reviewed additions; do not edit by hand.
 *
 * PL_NAME(name)                                        every distinct field name, sorted: its name id is its position
 * PL_ENUM(platform, name, values...)                   known values, sorted
 * PL_RECORD(platform, name) ... PL_RECORD_END(...)     a record and, between, its fields sorted by name
 * PL_FIELD(platform, record, name, type, presence, default, blank)
 *   type: T(kind) | E(platform, enum) | R(platform, record) | L(kind) LE(..) LR(..) list of | M(kind) map of string to
 *   presence: REQUIRED | DEFAULTED | OPTIONAL (schema.h); default: text or NULL
 *   blank: 1 where a required string may be empty
 * PL_HASH(platform, record, seed, bits, slots...)      after each record: where a name's hash leads, field number + 1 or 0
 * PL_MAX_DEPTH(n)                                      records and lists inside each other, from any root
 * Define the rows you want, then include; the others vanish, and all are undefined at the end. */
"""

ROWS = ("PL_NAME", "PL_ENUM", "PL_RECORD", "PL_RECORD_END", "PL_FIELD", "PL_HASH", "PL_MAX_DEPTH")

# Strings that are more than strings (language.md D5): (platform, record, field) -> type kind.
DOMAIN_TYPES = {
    ("k8s", "Container", "image"): "IMAGE",
    ("k8s", "EphemeralContainer", "image"): "IMAGE",
    ("k8s", "ImageVolumeSource", "reference"): "IMAGE",
    ("k8s", "HostPathVolumeSource", "path"): "PATH",
    ("k8s", "VolumeMount", "mountPath"): "PATH",
    ("ecs", "ContainerDefinition", "image"): "IMAGE",
    ("ecs", "HostVolumeProperties", "sourcePath"): "PATH",
    ("ecs", "MountPoint", "containerPath"): "PATH",
    ("ecs", "Device", "hostPath"): "PATH",
}

# Required strings that the platform accepts when they are empty.
BLANK_OK = {
    ("k8s", "HTTPHeader", "value"),
    ("k8s", "Sysctl", "value"),
    ("ecs", "SystemControl", "value"),
}

# Presence that upstream states in validation code or prose: (platform, record, field) -> (presence, default).
PRESENCE = {
    # an int32 without omitempty: absent is 0, which is a valid unit number
    ("k8s", "ISCSIVolumeSource", "lun"): ("def", 0),
}

ANY = ["rec", "Any"]
META = {"apiVersion": ("string", "opt"), "kind": ("string", "opt"), "metadata": (["rec", "ObjectMeta"], "opt")}


def carrier(spec, **more):
    """A kind that carries a pod: object fields, its spec, and a status that is not looked into."""
    return {**META, "spec": (["rec", spec], "opt"), "status": (ANY, "opt"), **more}


def spec_of(ints="", bools="", strings="", anys="", template=("rec", "PodTemplateSpec"), at="template"):
    fields = {at: (list(template), "opt")}
    for names, kind in ((ints, "int"), (bools, "bool"), (strings, "string"), (anys, ANY)):
        fields.update({name: (kind, "opt") for name in names.split()})
    return fields


# Records that schema.json does not have: the way from an object to its pod template, and what describe-task-definition adds.
# All fields that the platform knows are here, so that the linter can tell a misspelt one.
ADDED_RECORDS = {
    "k8s": {
        "Object": META,
        "PodTemplateSpec": {"metadata": (["rec", "ObjectMeta"], "opt"), "spec": (["rec", "PodSpec"], "req")},
        "Pod": {**META, "spec": (["rec", "PodSpec"], "req"), "status": (ANY, "opt")},
        "PodTemplate": {**META, "template": (["rec", "PodTemplateSpec"], "opt")},
        "Deployment": carrier("DeploymentSpec"),
        "DeploymentSpec": spec_of("replicas minReadySeconds revisionHistoryLimit progressDeadlineSeconds", "paused",
                                  anys="selector strategy rollbackTo"),
        "ReplicaSet": carrier("ReplicaSetSpec"),
        "ReplicaSetSpec": spec_of("replicas minReadySeconds", anys="selector"),
        "ReplicationController": carrier("ReplicationControllerSpec"),
        "ReplicationControllerSpec": spec_of("replicas minReadySeconds", anys="selector"),
        "StatefulSet": carrier("StatefulSetSpec"),
        "StatefulSetSpec": {
            **spec_of("replicas minReadySeconds revisionHistoryLimit", "", "serviceName podManagementPolicy",
                      "selector updateStrategy persistentVolumeClaimRetentionPolicy ordinals"),
            "volumeClaimTemplates": (["list", ["rec", "PersistentVolumeClaim"]], "opt"),
        },
        "PersistentVolumeClaim": carrier("PersistentVolumeClaimSpec"),
        "DaemonSet": carrier("DaemonSetSpec"),
        "DaemonSetSpec": spec_of("minReadySeconds revisionHistoryLimit templateGeneration", anys="selector updateStrategy"),
        "Job": carrier("JobSpec"),
        "JobSpec": spec_of("parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes "
                           "ttlSecondsAfterFinished", "manualSelector suspend autoSelector",
                           "completionMode podReplacementPolicy managedBy", "selector podFailurePolicy successPolicy scheduling"),
        "CronJob": carrier("CronJobSpec"),
        "CronJobSpec": spec_of("startingDeadlineSeconds successfulJobsHistoryLimit failedJobsHistoryLimit", "suspend",
                               "schedule timeZone concurrencyPolicy", template=("rec", "JobTemplateSpec"), at="jobTemplate"),
        "JobTemplateSpec": {"metadata": (["rec", "ObjectMeta"], "opt"), "spec": (["rec", "JobSpec"], "opt")},
    },
    "ecs": {"Any": {}},
}

ADDED_FIELDS = {
    # clusterName: until 1.23
    ("k8s", "ObjectMeta"): {"clusterName": ("string", "opt"), "deletionGracePeriodSeconds": ("int", "opt")},
    ("k8s", "PersistentVolumeClaimTemplate"): {"metadata": (["rec", "ObjectMeta"], "opt")},
    # only in answers of the service; registered and deregistered are numbers or texts, by client
    ("ecs", "RegisterTaskDefinitionRequest"): {
        "compatibilities": (["list", ["enum", "ecs.Compatibility"]], "def"),
        "deleteRequestedAt": (ANY, "opt"),
        "deregisteredAt": (ANY, "opt"),
        "registeredAt": (ANY, "opt"),
        "registeredBy": ("string", "opt"),
        "requiresAttributes": (["list", ["rec", "Any"]], "def"),
        "revision": ("int", "opt"),
        "status": ("string", "opt"),
        "taskDefinitionArn": ("string", "opt"),
    },
}

PRESENCES = {"req": "REQUIRED", "def": "DEFAULTED", "opt": "OPTIONAL"}


def load(path):
    with open(path, encoding="utf-8") as f:
        schema = json.load(f)
    for platform, records in ADDED_RECORDS.items():
        for record, fields in records.items():
            assert record not in schema[platform], record
            schema[platform][record] = {n: {"type": t, "presence": p, "default": None} for n, (t, p) in fields.items()}
    for (platform, record), fields in ADDED_FIELDS.items():
        for name, (kind, presence) in fields.items():
            assert name not in schema[platform][record], name
            schema[platform][record][name] = {"type": kind, "presence": presence, "default": None}
    for (platform, record, name), kind in DOMAIN_TYPES.items():
        assert schema[platform][record][name]["type"] == "string", name
        schema[platform][record][name]["type"] = kind
    for (platform, record, name), (presence, default) in PRESENCE.items():
        schema[platform][record][name].update(presence=presence, default=default)
    return schema


def enum_ref(name):
    return ("ECS, " + name[4:]) if name.startswith("ecs.") else ("K8S, " + name)


def type_text(platform, t):
    if isinstance(t, str):
        return f"T({t.upper()})"
    what, of = t
    if what == "enum":
        return f"E({enum_ref(of)})"
    if what == "rec":
        return f"R({platform.upper()}, {of})"
    assert what in ("list", "map"), t
    letter = what[0].upper()
    if isinstance(of, str):
        return f"{letter}({of.upper()})"
    assert what == "list", t
    return letter + type_text(platform, of)


def default_text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return '"true"' if value else '"false"'
    return f'"{value}"'


def field_text(platform, record, name, field):
    blank = int((platform, record, name) in BLANK_OK)
    return (f"PL_FIELD({platform.upper()}, {record}, {name}, {type_text(platform, field['type'])}, "
            f"{PRESENCES[field['presence']]}, {default_text(field['default'])}, {blank})")


def letters(name):
    """What schema.c, find_slot, multiplies: four letters and the length tell the fields of a record apart."""
    n = name.encode()
    return (n[0] | n[len(n) // 2] << 8 | n[len(n) * 3 // 4] << 16 | n[-1] << 24) + len(n) & 0xFFFFFFFF


def hash_text(platform, record, names):
    """A multiplier that leads no two names of the record to one slot, in the smallest table for which one turns up."""
    sums = [letters(n) for n in names]
    assert len(set(sums)) == len(sums), f"{record}: two names have the same letters and length"
    seed, tries, bits = 0x9E3779B1, 0, max(1, (len(names) - 1).bit_length())
    while len({(s * seed & 0xFFFFFFFF) >> (32 - bits) for s in sums}) != len(sums):
        seed, tries = (seed * 1664525 + 1013904223) & 0xFFFFFFFF | 1, tries + 1
        bits += tries % 20000 == 0
    slots = [0] * (1 << bits)
    for i, s in enumerate(sums):
        slots[(s * seed & 0xFFFFFFFF) >> (32 - bits)] = i + 1
    return f"PL_HASH({platform.upper()}, {record}, {seed:#010x}, {bits}, {', '.join(map(str, slots))})"


def depth_of(schema, platform, record, above=()):
    """Open frames of a walk: one for the record, one for each list or map."""
    assert record not in above, f"{record} holds itself: the walk needs another bound"
    deepest = 0
    for field in schema[platform][record].values():
        t, extra = field["type"], 0
        if isinstance(t, list) and t[0] in ("list", "map"):
            t, extra = t[1], 1
        below = depth_of(schema, platform, t[1], above + (record,)) if isinstance(t, list) and t[0] == "rec" else 0
        deepest = max(deepest, below + extra)
    return deepest + 1


def generate(path):
    schema = load(path)
    platforms = ("k8s", "ecs")
    names = sorted({n for p in platforms for fields in schema[p].values() for n in fields})
    assert len(names) < 65535
    out = [HEAD]
    out += [f"#ifndef {row}\n#define {row}(...)\n#endif" for row in ROWS] + [""]
    out += [f"PL_NAME({n})" for n in names]
    out.append("")
    for name, values in sorted(schema["enums"].items()):
        values = ", ".join(f'"{v}"' for v in sorted(values))
        out.append(f"PL_ENUM({enum_ref(name)}, {values})")
    for platform in platforms:
        for record, fields in sorted(schema[platform].items()):
            assert len(fields) <= 64, f"{record}: the walk keeps one bit for each field"
            out.append("")
            out.append(f"PL_RECORD({platform.upper()}, {record})")
            out += [field_text(platform, record, name, field) for name, field in sorted(fields.items())]
            out.append(f"PL_RECORD_END({platform.upper()}, {record})")
            out.append(hash_text(platform, record, sorted(fields)))
    depth = max(depth_of(schema, p, r) for p in platforms for r in schema[p])
    out += ["", f"PL_MAX_DEPTH({depth})", ""]
    out += [f"#undef {row}" for row in ROWS]
    return "\n".join(out) + "\n"


def main(args):
    if len(args) == 3 and args[0] == "--check":
        with open(args[2], encoding="utf-8") as f:
            if f.read() == generate(args[1]):
                return 0
        print(f"{args[2]} is not what gen_schema.py makes of {args[1]}: run it again", file=sys.stderr)
        return 1
    if len(args) == 1:
        sys.stdout.write(generate(args[0]))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
