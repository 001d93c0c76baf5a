"""A manifest against the schema, before any rule runs (language.md 3.5.2): types, required fields, caps, duplicate keys."""
import re

import vals as values
from docread import Num, Obj
from schema import RECORDS

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CAPS = {"volumes": 256, "labels": 256, "annotations": 1024}


def join(path, name):
    if PLAIN_KEY.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f'{path}["{values.escape(name)}"]'


def check_scalar(value, field_type, field, path, w):
    kind = field_type[0]
    bad = w.bad.append
    if kind == "bool":
        if not isinstance(value, bool):
            bad(f"{path}: no boolean")
    elif kind == "int":
        if not isinstance(value, Num) or not re.fullmatch(r"-?\d+", value) or not values.INT_MIN <= int(value) <= values.INT_MAX:
            bad(f"{path}: no integer")
    elif kind == "intstr":
        if isinstance(value, Num):
            check_scalar(value, ("int",), None, path, w)
        elif not is_text(value):
            bad(f"{path}: neither integer nor string")
    elif kind == "quantity":
        if not (isinstance(value, Num) or is_text(value)) or values.quantity(value) is None or values.quantity(value) < 0:
            bad(f"{path}: no quantity")
    elif not is_text(value):
        bad(f"{path}: no string")
    elif value == "":
        if field and field.presence == "required" and not field.blank:
            bad(f"{path}: empty")
    elif kind == "enum" and w.platform == "ecs" and value not in field_type[2] and value.lower() in {v.lower() for v in field_type[2]}:
        bad(f"{path}: a value in another case")
    elif kind == "image" and values.image(value) is None:
        bad(f"{path}: no image")
    elif kind == "path" and (values.damaged(value) or (values.path(value) is None and not path.endswith(".mountPath"))):
        bad(f"{path}: no path")
    elif kind == "role" and values.role(value) is None:
        bad(f"{path}: no role")


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Num)


def check_value(value, field_type, field, path, w, name=""):
    kind = field_type[0]
    if kind == "record":
        check_record(value, field_type[1], path, w)
    elif kind == "list":
        if not isinstance(value, list):
            w.bad.append(f"{path}: no list")
            return
        if len(value) > CAPS.get(name, 1024):
            w.bad.append(f"{path}: too long")
        for i, item in enumerate(value):
            if item is None:
                w.bad.append(f"{path}[{i}]: null")
            else:
                check_value(item, field_type[1], None, f"{path}[{i}]", w)
    elif kind == "map":
        if not isinstance(value, Obj):
            w.bad.append(f"{path}: no object")
            return
        if value.duplicates():
            w.bad.append(f"{path}: duplicate keys")
        if len(value.pairs) > CAPS.get(name, 1024):
            w.bad.append(f"{path}: too long")
        for key, item in value.pairs:
            if item is None:
                if field_type[1][0] == "quantity":
                    w.bad.append(f"{join(path, key)}: null")
            else:
                check_value(item, field_type[1], None, join(path, key), w)
    else:
        check_scalar(value, field_type, field, path, w)


def check_record(value, record, path, w):
    fields = RECORDS[record]
    if record[1] == "Any":
        return
    if not isinstance(value, Obj):
        w.bad.append(f"{path}: no object")
        return
    if value.duplicates():
        w.bad.append(f"{path}: duplicate keys")
    lower = {n.lower(): n for n in fields} if record[0] == "ecs" else {}
    for key, item in value.pairs:
        field = fields.get(key)
        if field is None:
            if key.lower() in lower and key.isascii():
                w.bad.append(f"{join(path, key)}: in another case")
        elif item is not None:
            check_value(item, field.type, field, join(path, key), w, key)
    for name, field in fields.items():
        if field.presence == "required" and value.get(name) is None:
            w.bad.append(f"{join(path, name)}: missing")
