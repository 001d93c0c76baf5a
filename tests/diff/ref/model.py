"""A manifest, judged by the schema and laid out as subjects with the common view (language.md 3.5, ecs.md 2).

load() never fails for a bad document: it says that it is malformed, and why, and then nothing else may be read.
"""

import docread
import schema
import vals as values
from docread import Obj
from schema import RECORDS
from validate import check_record, is_text, join
from vals import Unknown

CARRIERS = {  # kind: group, older group, way to the pod template
    "Pod": ("", None, []), "PodTemplate": ("", None, ["template"]),
    "ReplicationController": ("", None, ["spec", "template"]), "Deployment": ("apps", "extensions", ["spec", "template"]),
    "ReplicaSet": ("apps", "extensions", ["spec", "template"]), "DaemonSet": ("apps", "extensions", ["spec", "template"]),
    "StatefulSet": ("apps", None, ["spec", "template"]), "Job": ("batch", "extensions", ["spec", "template"]),
    "CronJob": ("batch", None, ["spec", "jobTemplate", "spec", "template"]),
}
DAMAGED = Unknown("its text holds U+FFFD, or bytes that are not UTF-8")
AWAY = Unknown("it leads through a process in /proc to another place")
RELATIVE = Unknown("it is not an absolute path")
OVERLAY = Unknown("the volume mounts a file system made of the host itself")


class Rec:
    """A record of the manifest: its members, what it is in the schema, where it stands."""
    __slots__ = ("node", "records", "path", "w")

    def __init__(self, node, records, path, w=None):
        self.node, self.records, self.path, self.w = node, records, path, w


class Subject:
    __slots__ = ("kind", "w", "node", "records", "path", "container", "volume", "role", "read_only", "extra")

    def __init__(self, kind, w, node, record, path, container=None):
        self.kind, self.w, self.node, self.path, self.container = kind, w, node, path, container
        self.records = [record] if record else []
        self.volume = self.role = self.read_only = self.extra = None

    def __repr__(self):
        return self.shown()

    def raw(self, name):
        return self.node.get(name) if self.node else None

    def shown(self):
        return values.escape(SHOW[self.kind](self))

    def identity(self):
        """Role and name, never the position (language.md 3.8)."""
        return self.kind, self.shown()


def cut(text):
    return text if len(text) <= 256 else text[:256] + "…"


def quoted(text):
    return '"' + cut(text) + '"'


def of(s):
    return " of " + s.container.shown_raw() if isinstance(s.container, Container) else ""


class Container(Subject):
    __slots__ = ("_view",)

    def __init__(self, *args):
        super().__init__(*args)
        self._view = {}

    def shown_raw(self):
        prefix = {"main": "", "init": "init ", "sidecar": "sidecar ", "ephemeral": "ephemeral "}[self.role]
        return prefix + "container " + quoted(self.raw("name"))


def show_port(s):
    port, span = s.raw("containerPort"), s.raw("containerPortRange")
    return (f"port {int(port)}" if port is not None else f"ports {cut(span)}" if span else "a port") + of(s)


def show_object(s):
    return s.w.kind + (" " + quoted(s.w.name) if s.w.name else "")


SHOW = {
    "container": lambda s: s.shown_raw(),
    "mount": lambda s: "mount " + quoted(s.raw("mountPath") if s.w.platform == "k8s" else s.raw("containerPath")) + of(s),
    "volume": lambda s: "volume " + quoted(s.extra["name"]),
    "port": show_port,
    "variable": lambda s: "variable " + quoted(s.raw("name")) + of(s),
    "image": lambda s: "image " + quoted(s.extra.text) + (of(s) if s.container else " of volume " + quoted(s.volume.extra["name"])),
    "security_context": lambda s: "security context" + (of(s) or " of the pod"),
    "handler": lambda s: s.extra + of(s),
    "pod": lambda s: "pod",
    "task": lambda s: "task " + quoted(s.w.name) if s.w.name else "task",
    "workload": show_object,
    "object": show_object,
}


class Workload:
    def __init__(self):
        self.platform = self.kind = self.name = self.namespace = None
        self.bad = []
        self.offline = False
        self.subjects = {k: [] for k in SHOW}
        self.root = self.template = self.spec = self.pod_context = None
        self.top = ""

    @property
    def has_containers(self):
        return bool(self.subjects["workload"])


# --- reading native fields ------------------------------------------------------------------------------------------

def default_of(field):
    if field.type[0] == "list":
        return []
    if field.type[0] == "map":
        return {}
    if field.type[0] == "bool":
        return field.default == "true"
    if field.type[0] == "int":
        return int(field.default)
    return field.default


def from_node(value, field_type, path):
    """A member that is there, as a value of its type."""
    kind = field_type[0]
    if kind == "bool":
        return value
    if kind == "int":
        return int(value)
    if kind == "quantity":
        return values.quantity(value)
    if kind == "record":
        return Rec(value, [field_type[1]], path)
    if kind == "list":
        return [from_node(v, field_type[1], f"{path}[{i}]") for i, v in enumerate(value)]
    if kind == "map":
        return {k: None if v is None else from_node(v, field_type[1], join(path, k)) for k, v in value.pairs}
    if values.damaged(value):
        return DAMAGED
    if kind == "intstr":
        return str(value)
    if kind == "image":
        return values.image(value)
    if kind == "path":
        return place(value)
    if kind == "role":
        return values.role(value)
    return value


def place(text):
    """A path, or why it cannot be known. Kubernetes takes mount paths that are relative, to what it does not say."""
    if values.damaged(text):
        return DAMAGED
    p = values.path(text)
    return RELATIVE if p is None else p


def native(base, name, field):
    """Field `name` of a record that may be absent (None)."""
    if isinstance(base, Unknown):
        return base
    own = None
    if base is not None and base.node is not None:
        own = next((RECORDS[r][name] for r in base.records if name in RECORDS[r]), None)
    value = base.node.get(name) if own else None
    if value == "" and is_text(value) and own.presence != "required":
        value = None
    if value is None:
        if base is not None and name == "requests" and base.records == [REQUIREMENTS]:
            return defaulted_requests(base, {})
        if isinstance(base, Subject) and own and base.w.offline:
            filled = fill_in(base, name)
            if filled is not None:
                return filled
        return default_of(own or field) if (own or field).presence == "defaulted" else None
    result = from_node(value, own.type, join(base.path, name))
    adopt(result, base.w)
    if name == "requests" and base.records == [REQUIREMENTS]:
        result = defaulted_requests(base, result)
    if isinstance(base, Subject) and base.w.offline and base.kind == "port" and name == "hostPort" and result == 0:
        return fill_in(base, name) or 0
    return result


def fill_in(s, name):
    """What the API server writes into a pod before it is stored, for the linter (language.md 3.5.2)."""
    if s.kind == "port" and name == "hostPort" and s.w.kind == "Pod":
        return int(s.raw("containerPort")) if s.w.spec.get("hostNetwork") is True else 0
    return None


REQUIREMENTS = ("k8s", "ResourceRequirements")


def adopt(value, w):
    """Records know the workload that they are of."""
    if isinstance(value, Rec):
        value.w = w
    elif isinstance(value, list):
        for item in value:
            adopt(item, w)


def defaults_requests(resources):
    """A Pod and its containers ask for what they are limited to, where they do not say."""
    return resources.records == [REQUIREMENTS] and resources.w and resources.w.offline and resources.w.kind == "Pod"


def defaulted_requests(resources, requests):
    if not defaults_requests(resources):
        return requests
    return {**native(resources, "limits", RECORDS[REQUIREMENTS]["limits"]), **requests}


# --- building the workload ------------------------------------------------------------------------------------------

def load(text, offline=False):
    w = Workload()
    w.offline = offline
    w.root = root = docread.read(text)
    if isinstance(root, Obj) and (root.get("containerDefinitions") is not None or isinstance(root.get("taskDefinition"), Obj)):
        w.platform = "ecs"
        load_task(w)
    else:
        w.platform = "k8s"
        load_object(w)
    return w


def text_of(node, name):
    value = node.get(name) if isinstance(node, Obj) else None
    return value if is_text(value) and value else None


def load_object(w):
    root = w.root
    kind, version = text_of(root, "kind"), text_of(root, "apiVersion")
    group = version.partition("/")[0] if version and "/" in version else ""
    carrier = CARRIERS.get(kind)
    if carrier and version and group not in carrier[:2] and "." not in group:
        w.bad.append("apiVersion: a group that has no such kind")
    carrier = carrier if carrier and group in carrier[:2] else None
    w.kind = kind or ""
    check_record(root, ("k8s", kind if carrier else "Object"), "", w)
    if not version:
        w.bad.append("apiVersion: missing")
    if not kind:
        w.bad.append("kind: missing")
    if w.bad and not carrier:
        return
    meta = root.get("metadata")
    name = text_of(meta, "name")
    generated = text_of(meta, "generateName")
    w.name = name or (generated + "*" if generated else "")
    w.namespace = text_of(meta, "namespace")
    if carrier:
        load_pod(w, carrier[2])
    if not w.bad:
        w.subjects["object"].append(Subject("object", w, root, ("k8s", "Object"), ""))


def load_pod(w, way):
    node, path = w.root, ""
    for step in way:
        node = node.get(step) if isinstance(node, Obj) else None
        path = join(path, step)
    if not isinstance(node, Obj) or not isinstance(node.get("spec"), Obj):
        w.bad.append(f"{path}: no pod template")
        return
    if w.bad:
        return
    w.template, w.spec = node, node.get("spec")
    spec_path = join(path, "spec")
    w.top = spec_path
    w.subjects["workload"].append(Subject("workload", w, w.root, None, ""))
    w.subjects["pod"].append(Subject("pod", w, node, ("k8s", "PodTemplateSpec"), path))
    if not w.spec.get("containers"):
        w.bad.append("containers: missing or empty")
    w.pod_context = w.spec.get("securityContext")
    if w.pod_context is not None:
        add_context(w, w.pod_context, "PodSecurityContext", spec_path + ".securityContext", None)
    pod_volumes(w, spec_path)
    for name, record, role in (("initContainers", "Container", "init"), ("containers", "Container", "main"),
                               ("ephemeralContainers", "EphemeralContainer", "ephemeral")):
        for i, c in enumerate(w.spec.get(name) or []):
            own = "sidecar" if role == "init" and c.get("restartPolicy") == "Always" else role
            pod_container(w, c, record, f"{spec_path}.{name}[{i}]", own)
    check_totals(w)


def add_context(w, node, record, path, container):
    w.subjects["security_context"].append(Subject("security_context", w, node, ("k8s", record), path, container))


def unique(w, what, names):
    if len(set(names)) != len(names):
        w.bad.append(f"{what}: two of one name")


def add_volume(w, node, path, name, kind, host_path, record=None):
    v = Subject("volume", w, node, record, path)
    v.extra = {"name": name, "kind": kind, "host_path": host_path}
    w.subjects["volume"].append(v)
    return v


def host(text):
    """A path of the host, or why it cannot be known."""
    p = place(text) if text else None
    if not p or isinstance(p, Unknown):
        return p
    second = values.path_is_second_name(p)
    return AWAY if values.path_leads_away(p) else Unknown(second) if second else p


def pod_volumes(w, spec_path):
    for i, v in enumerate(w.spec.get("volumes") or []):
        path = f"{spec_path}.volumes[{i}]"
        known = [k for k, n in v.pairs if n is not None and k != "name" and k in RECORDS[("k8s", "Volume")]]
        other = [k for k, n in v.pairs if n is not None and k not in RECORDS[("k8s", "Volume")]]
        kinds = known or other
        kind = "emptyDir" if not kinds else kinds[0] if len(kinds) == 1 else "several"
        hp = v.get("hostPath")
        vol = add_volume(w, v, path, v.get("name"), kind, host(hp.get("path")) if hp else None, ("k8s", "Volume"))
        image = v.get("image")
        if image is not None:
            if not image.get("reference"):
                w.bad.append(f"{path}: no reference")
                continue
            add_image(w, image.get("reference"), path + ".image.reference", None, vol)
    own = {v.extra["name"] for v in w.subjects["volume"]}
    unique(w, "volumes", [v.extra["name"] for v in w.subjects["volume"]])
    claims = (w.root.get("spec").get("volumeClaimTemplates") or []) if w.kind == "StatefulSet" else []
    for i, claim in enumerate(claims):
        name = text_of(claim.get("metadata"), "name")
        if name and name not in own:
            add_volume(w, None, f"spec.volumeClaimTemplates[{i}]", name, "persistentVolumeClaim", None, ("k8s", "Volume"))


def add_image(w, text, path, container, volume=None):
    parsed = values.image(text)
    s = Subject("image", w, None, None, path, container)
    s.extra, s.volume = parsed, volume
    w.subjects["image"].append(s)


def pod_container(w, node, record, path, role):
    c = Container("container", w, node, ("k8s", record), path)
    c.role = role
    w.subjects["container"].append(c)
    if not node.get("image"):
        w.bad.append(f"{path}: no image")
        return
    add_image(w, node.get("image"), path + ".image", c)
    if node.get("securityContext") is not None:
        add_context(w, node.get("securityContext"), "SecurityContext", path + ".securityContext", c)
    volumes = {v.extra["name"]: v for v in w.subjects["volume"]}
    places = []
    for i, m in enumerate(node.get("volumeMounts") or []):
        s = Subject("mount", w, m, ("k8s", "VolumeMount"), f"{path}.volumeMounts[{i}]", c)
        s.volume, s.read_only = volumes.get(m.get("name")), m.get("readOnly") is True
        places.append(m.get("mountPath"))
        if s.volume is None:
            w.bad.append(f"{s.path}: no such volume")
        w.subjects["mount"].append(s)
    if len(set(places)) != len(places):
        w.bad.append(f"{path}: two mounts at one place")
    parts(w, c, node, path, (("port", "ports", "ContainerPort"), ("variable", "env", "EnvVar")), "k8s")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if node.get(name) is not None:
            handler(w, c, node.get(name), "Probe", f"{path}.{name}", name)
    for name in ("postStart", "preStop"):
        hook = node.get("lifecycle") and node.get("lifecycle").get(name)
        if hook is not None:
            handler(w, c, hook, "LifecycleHandler", f"{path}.lifecycle.{name}", name)


def handler(w, c, node, record, path, name):
    s = Subject("handler", w, node, ("k8s", record), path, c)
    s.extra = name
    w.subjects["handler"].append(s)


def parts(w, c, node, path, lists, platform):
    for kind, name, record in lists:
        for i, item in enumerate(node.get(name) or []):
            s = Subject(kind, w, item, (platform, record), f"{path}.{name}[{i}]", c)
            w.subjects[kind].append(s)


def check_totals(w):
    for kind, cap in (("container", 128), ("mount", 2048), ("port", 1024), ("variable", 8192)):
        if len(w.subjects[kind]) > cap:
            w.bad.append(f"{kind}: too many")
    unique(w, "containers", [c.raw("name") for c in w.subjects["container"]])


# --- tasks ----------------------------------------------------------------------------------------------------------

def load_task(w):
    root = w.root
    described = root.get("containerDefinitions") is None
    w.kind, w.top = "TaskDefinition", "taskDefinition" if described else ""
    if described and root.duplicates():
        w.bad.append("duplicate keys")
    task = w.spec = root.get("taskDefinition") if described else root
    check_record(task, ("ecs", "RegisterTaskDefinitionRequest"), w.top, w)
    if w.bad:
        return
    w.name = task.get("family")
    if not task.get("containerDefinitions"):
        w.bad.append("containerDefinitions: missing or empty")
    for name, parse in (("cpu", values.task_cpu), ("memory", values.task_memory)):
        if task.get(name) and parse(task.get(name)) is None:
            w.bad.append(f"{name}: not a size of a task")
    tags = task.get("tags") if task.get("tags") is not None else root.get("tags")
    w.template = tags if isinstance(tags, list) else []
    keys = [t.get("key") for t in w.template if isinstance(t, Obj) and isinstance(t.get("key"), str)]
    unique(w, "tags", keys)
    if any(values.damaged(k) for k in keys):
        w.bad.append("tags: a key that is no text")
    w.subjects["workload"].append(Subject("workload", w, root, None, ""))
    w.subjects["task"].append(Subject("task", w, task, ("ecs", "RegisterTaskDefinitionRequest"), w.top))
    for i, v in enumerate(task.get("volumes") or []):
        task_volume(w, v, join(w.top, "volumes") + f"[{i}]")
    unique(w, "volumes", [v.extra["name"] for v in w.subjects["volume"]])
    for i, c in enumerate(task.get("containerDefinitions") or []):
        task_container(w, c, join(w.top, "containerDefinitions") + f"[{i}]")
    close_volumes_from(w)
    check_totals(w)


SOURCES = {"dockerVolumeConfiguration": "docker", "efsVolumeConfiguration": "efs",
           "fsxWindowsFileServerVolumeConfiguration": "fsxWindowsFileServer", "s3filesVolumeConfiguration": "s3files"}


def docker_host_path(config):
    """A bind mount in the clothes of a docker volume (ecs.md 2.3)."""
    driver, options = config.get("driver"), config.get("driverOpts")
    if driver not in (None, "", "local") or options is None:
        return None
    device, kind, o = (options.get(k) or "" for k in ("device", "type", "o"))
    if any(values.damaged(t) for t in (device, kind, o)):
        return DAMAGED
    if device and any(x in ("bind", "rbind") for x in o.split(",")):
        return host(device if device.startswith("/") else "/" + device)
    if kind == "overlay":
        return OVERLAY
    return host(device) if device.startswith("/") else None


def task_volume(w, v, path):
    source = v.get("host") and v.get("host").get("sourcePath")
    kinds = [SOURCES[k] for k, n in v.pairs if n is not None and k in SOURCES]
    kinds += ["host"] if source else []
    kinds += ["configuredAtLaunch"] if v.get("configuredAtLaunch") is True else []
    kinds += [k for k, n in v.pairs if n is not None and k not in RECORDS[("ecs", "Volume")]]
    kind = "scratch" if not kinds else kinds[0] if len(kinds) == 1 else "several"
    docker = v.get("dockerVolumeConfiguration")
    hp = docker_host_path(docker) if docker else None
    hp = hp if isinstance(hp, Unknown) else host(source) or hp
    add_volume(w, v, path, v.get("name"), kind, hp, ("ecs", "Volume"))


def task_container(w, node, path):
    c = Container("container", w, node, ("ecs", "ContainerDefinition"), path)
    c.role = "main"
    c.extra = []
    w.subjects["container"].append(c)
    add_image(w, node.get("image"), path + ".image", c)
    volumes = {v.extra["name"]: v for v in w.subjects["volume"]}
    for i, m in enumerate(node.get("mountPoints") or []):
        s = Subject("mount", w, m, ("ecs", "MountPoint"), f"{path}.mountPoints[{i}]", c)
        s.volume, s.read_only = volumes.get(m.get("sourceVolume")), m.get("readOnly") is True
        if s.volume is None:
            w.bad.append(f"{s.path}: no such volume")
        c.extra.append(s)
    parts(w, c, node, path, (("port", "portMappings", "PortMapping"), ("variable", "environment", "KeyValuePair"),
                             ("variable", "secrets", "Secret")), "ecs")


def close_volumes_from(w):
    """Mounts through volumesFrom, through as many steps as there are; of two ways the one that can write counts."""
    containers = {c.raw("name"): c for c in w.subjects["container"]}
    own = {name: c.extra for name, c in containers.items()}
    for name, c in containers.items():
        for i, v in enumerate(c.raw("volumesFrom") or []):
            if not v.get("sourceContainer"):
                w.bad.append(f"{c.path}: volumesFrom without a source")
            elif v.get("sourceContainer") not in containers:
                w.bad.append(f"{c.path}: no such container")
    if w.bad:
        return
    for name, c in containers.items():
        w.subjects["mount"] += own[name]
        ways = reach(containers, c)
        for source in [n for n in containers if n in ways and n != name]:
            read_only, _, i = ways[source]
            for m in own[source]:
                s = Subject("mount", w, m.node, ("ecs", "MountPoint"), f"{c.path}.volumesFrom[{i}]", c)
                s.volume, s.read_only = m.volume, read_only or m.read_only
                w.subjects["mount"].append(s)


def reach(containers, c):
    """Whose mounts a container takes over: name -> (only for reading, steps, through which of its volumesFrom).

    Of several ways the one that can write counts, then the one with fewer steps, then the one written first."""
    best = {}
    todo = [(v.get("sourceContainer"), (v.get("readOnly") is True, 1, i)) for i, v in enumerate(c.raw("volumesFrom") or [])]
    while todo:
        name, way = todo.pop()
        if name in best and best[name] <= way:
            continue
        best[name] = way
        for v in containers[name].raw("volumesFrom") or []:
            todo.append((v.get("sourceContainer"), (way[0] or v.get("readOnly") is True, way[1] + 1, way[2])))
    return best
