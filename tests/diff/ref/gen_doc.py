"""Documents by the schema: every field with its type and class, biased to what rules ask about and to the edges.

A document is Python data in which an object is a list of pairs (Members), so that keys can stand twice; write() makes it text.
Most are well-formed; `spoil` damages one place of a copy.
"""
import json

import pools
import schema
from model import CARRIERS

LIKELY = set("""securityContext privileged runAsUser runAsNonRoot capabilities add drop resources limits requests volumeMounts
volumes hostPath readOnly env ports hostPort hostNetwork hostPID hostIPC seccompProfile type allowPrivilegeEscalation name
image readOnlyRootFilesystem initContainers ephemeralContainers restartPolicy livenessProbe lifecycle labels metadata value
valueFrom secretKeyRef networkMode pidMode ipcMode taskRoleArn executionRoleArn requiresCompatibilities cpu memory
memoryReservation user mountPoints volumesFrom portMappings environment secrets linuxParameters dockerSecurityOptions host
sourcePath tags readonlyRootFilesystem runtimePlatform operatingSystemFamily os emptyDir localhostProfile hostAliases
containerPort annotations httpGet exec preStop dockerVolumeConfiguration driverOpts driver windowsOptions runAsUserName
procMount appArmorProfile seLinuxOptions sysctls efsVolumeConfiguration tolerations nodeSelector""".split())
NEVER = {"status", "managedFields", "volumeClaimTemplates", "apiVersion", "kind"}
BY_NAME = {
    "user": pools.USERS, "runAsUserName": pools.WINDOWS_USERS, "ip": pools.IPS, "hostIP": pools.IPS, "add": pools.CAPABILITIES,
    "drop": pools.CAPABILITIES, "namespace": pools.NAMESPACES, "taskDefinitionArn": pools.ARNS, "type": ["x"],
    "dockerSecurityOptions": ["no-new-privileges", "no-new-privileges:true", "no-new-privileges:false", "seccomp:unconfined",
                              "seccomp:p.json", "apparmor:x", "label:disable"],
    "device": ["/etc", "/var/run/docker.sock", "nfs:/x", "etc", "tmpfs"], "driver": ["local", "local", "rexray/ebs", ""],
}
SIZES = {"cpu": ["256", "512", "1024", "0", "0.5 vCPU", "1 vCPU", ".25 vcpu"], "memory": ["512", "1024", "0", "1 GB", "2GB", "0.5 gb"]}


class Members(list):
    """An object: pairs in order."""

    def get(self, name):
        return next((v for k, v in self if k == name), None)

    def set(self, name, value):
        for i, (k, _) in enumerate(self):
            if k == name:
                self[i] = (name, value)
                return
        self.append((name, value))


class Raw(str):
    """A value as it shall be spelt."""


def write(value):
    if isinstance(value, Members):
        return "{" + ",".join(json.dumps(k) + ":" + write(v) for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(v) for v in value) + "]"
    return str(value) if isinstance(value, Raw) else json.dumps(value)


def copy(value):
    if isinstance(value, Members):
        return Members((k, copy(v)) for k, v in value)
    return [copy(v) for v in value] if isinstance(value, list) else value


class DocGen:
    def __init__(self, rng):
        self.r = rng
        self.depth = 0

    def one(self, pool):
        return self.r.choice(pool)

    def chance(self, p):
        return self.r.random() < p

    # --- values by type
    def record(self, rec, path=()):
        out = Members()
        fields = schema.RECORDS[rec]
        for name, f in fields.items():
            if name in NEVER:
                continue
            if f.presence == "required" or self.chance(self.likely(name, rec)):
                v = self.value(f.type, name, path + (rec[1],), f)
                if v is not None or self.chance(0.02):
                    out.append((name, v))
        self.r.shuffle(out)
        return out

    def likely(self, name, rec):
        base = 0.42 if name in LIKELY else 0.04
        return base * 0.8 ** max(0, self.depth - 4)

    def value(self, t, name, path, f=None):
        kind = t[0]
        if self.depth > 9 and kind in ("record", "list", "map"):
            return Members() if kind != "list" and not (f and f.presence == "required") else [] if kind == "list" else self.deep(t, name, path)
        self.depth += 1
        try:
            return self.deep(t, name, path, f)
        finally:
            self.depth -= 1

    def deep(self, t, name, path, f=None):
        kind = t[0]
        if kind == "record":
            return Members() if t[1][1] == "Any" else self.record(t[1], path)
        if kind == "list":
            return [self.value(t[1], name, path) for _ in range(self.one((0, 1, 1, 2, 2, 3)))]
        if kind == "map":
            return self.map(t[1], name, path)
        return self.scalar(t, name, path, f)

    def map(self, t, name, path):
        keys = {"quantity": ["cpu", "memory", "ephemeral-storage", "example.com/gpu"], "string": pools.LABEL_KEYS}[t[0]]
        if name == "driverOpts":
            options = (("type", ["none", "nfs", "overlay", "tmpfs"]), ("o", ["bind", "ro,rbind", "addr=x", "lowerdir=/etc"]),
                       ("device", BY_NAME["device"]))
            return Members((k, self.one(pool)) for k, pool in options if self.chance(0.7))
        chosen = [k for k in keys if self.chance(0.45)]
        return Members((k, self.one(pools.LABEL_VALUES) if t[0] == "string" else self.quantity()) for k in chosen)

    def quantity(self):
        q = self.one(pools.QUANTITIES)
        return Raw(q) if self.chance(0.15) and q.replace(".", "", 1).isdigit() else q

    def scalar(self, t, name, path, f):
        kind = t[0]
        if kind == "bool":
            return self.chance(0.5)
        if kind == "int":
            return self.one(pools.INTS if self.chance(0.3) else pools.SMALL_INTS)
        if kind == "quantity":
            return self.quantity()
        if kind == "enum":
            return self.one(t[2]) if self.chance(0.93) or (f and f.presence == "required" and self.chance(0.5)) else self.one(["Odd", "Odd2"])
        if kind == "intstr":
            return self.one([80, 8080, "http", "80"])
        if kind == "image":
            return self.one(pools.IMAGES)
        if kind == "path":
            return self.one(pools.PATHS)
        if kind == "role":
            return self.one(pools.ROLES)
        return self.string(name, path, f)

    def string(self, name, path, f):
        if path and path[-1] == "RegisterTaskDefinitionRequest" and name in SIZES:
            return self.one(SIZES[name])
        if name in BY_NAME and (name == "runAsUserName" or self.chance(0.9)):
            text = self.one(BY_NAME[name])
        elif path and path[-1] in ("EnvVar", "KeyValuePair", "Secret") and name == "name":
            text = self.one(pools.VARIABLES)
        elif name == "name":
            text = self.one(pools.NAMES)
        else:
            text = self.one(pools.TEXTS + pools.VERSION_TEXTS)
        required = f is not None and f.presence == "required" and not f.blank
        return text or ("x" if required else "")

    # --- whole objects
    def document(self):
        pick = self.r.random()
        if pick < 0.62:
            doc = self.carrier()
        elif pick < 0.94:
            doc = self.task()
        else:
            doc = self.other()
        return self.spoil(doc) if self.chance(0.12) else doc

    def names(self, items, key="name"):
        """Names that differ, as platforms demand."""
        used = set()
        for item in items:
            name = (item.get(key) or "n").replace("\ufffd", "n")
            while name in used:
                name = (name or "n") + self.one("abcdefgh0123")
            used.add(name)
            item.set(key, name)
        return sorted(used)

    def containers(self, spec, lists, volumes, mount_list, volume_key, place_key):
        everyone = []
        for name in lists:
            everyone += spec.get(name) or []
        self.names(everyone)
        for c in everyone:
            mounts = [m for m in c.get(mount_list) or [] if volumes]
            for m in mounts:
                m.set(volume_key, self.one(volumes))
            if place_key:
                places = set()
                for m in mounts:
                    while m.get(place_key) in places:
                        m.set(place_key, m.get(place_key) + "/" + self.one("pqrst"))
                    places.add(m.get(place_key))
            if c.get(mount_list) is not None:
                c.set(mount_list, mounts)
        return everyone

    def pod_spec(self):
        spec = self.record(("k8s", "PodSpec"))
        if not spec.get("containers"):
            spec.set("containers", [self.record(("k8s", "Container")) for _ in range(self.one((1, 1, 2)))])
        for c in spec.get("ephemeralContainers") or []:
            if not c.get("image"):
                c.set("image", self.one(pools.IMAGES))
        for name in ("containers", "initContainers", "ephemeralContainers"):
            for c in spec.get(name) or []:
                self.emphasise(c)
        volumes = spec.get("volumes") or []
        for v in volumes:
            self.one_source(v, ("hostPath", "emptyDir", "secret", "configMap", "image"), "k8s")
        names = self.names(volumes)
        self.containers(spec, ("initContainers", "containers", "ephemeralContainers"), names, "volumeMounts", "name", "mountPath")
        return spec

    def emphasise(self, c):
        if self.chance(0.35):
            c.set("resources", Members([("limits", Members([("memory", self.quantity()), ("cpu", self.quantity())]))]))

    def one_source(self, v, usual, platform):
        """Mostly one source to a volume, and now and then none, two, or one that nobody knows."""
        for name in [k for k, _ in v if k != "name"]:
            v.remove((name, v.get(name)))
        for _ in range(self.one((0, 1, 1, 1, 1, 1, 1, 2))):
            name = self.one(usual) if self.chance(0.85) else self.one([f for f in schema.RECORDS[(platform, "Volume")] if f != "name"])
            v.set(name, self.value(schema.RECORDS[(platform, "Volume")][name].type, name, ()))
            if name == "image":
                v.get(name).set("reference", self.one(pools.IMAGES))
        if self.chance(0.03):
            v.append(("brandNewSource", Members()))

    def metadata(self):
        m = self.record(("k8s", "ObjectMeta"))
        if self.chance(0.8):
            m.set("name", self.one(pools.NAMES))
        return m

    def carrier(self):
        kind = self.one(["Pod"] * 6 + list(CARRIERS))
        group, old, way = CARRIERS[kind]
        template = Members([("metadata", self.metadata()), ("spec", self.pod_spec())])
        if kind == "Pod":
            doc = template
        else:
            doc = Members([(way[-1], template)])
            for step in reversed(way[:-1]):
                doc = Members([(step, doc)])
            if self.chance(0.3) and way[0] == "spec":
                doc.get("spec").append(("replicas" if kind not in ("DaemonSet", "Job", "CronJob") else "foo", 3))
            doc.append(("metadata", self.metadata()))
        version = (old if old and self.chance(0.1) else group)
        doc.append(("apiVersion", (version + "/" if version else "") + "v1"))
        doc.append(("kind", kind))
        self.r.shuffle(doc)
        return doc

    def other(self):
        return Members([("apiVersion", self.one(["v1", "networking.k8s.io/v1", "example.com/v1"])), ("kind", self.one(["Service", "ConfigMap", "Widget"])),
                        ("metadata", self.metadata()), ("spec", Members([("a", 1), ("a", 2)]))])

    def task(self):
        task = self.record(("ecs", "RegisterTaskDefinitionRequest"))
        task.set("family", self.one(pools.NAMES))
        if not task.get("containerDefinitions"):
            task.set("containerDefinitions", [self.record(("ecs", "ContainerDefinition")) for _ in range(self.one((1, 2, 3)))])
        self.names(task.get("tags") or [], "key")
        volumes = task.get("volumes") or []
        for v in volumes:
            self.one_source(v, ("host", "host", "dockerVolumeConfiguration", "efsVolumeConfiguration"), "ecs")
        names = self.names(volumes)
        everyone = self.containers(task, ("containerDefinitions",), names, "mountPoints", "sourceVolume", None)
        sources = [c.get("name") for c in everyone]
        for c in everyone:
            for v in c.get("volumesFrom") or []:
                v.set("sourceContainer", self.one(sources))
        if self.chance(0.25):
            tags = self.value(("list", ("record", ("ecs", "Tag"))), "tags", ())
            self.names(tags, "key")
            return Members([("taskDefinition", task), ("tags", tags)])
        return task

    # --- damage
    def places(self, value, out):
        if isinstance(value, Members):
            for i, (k, v) in enumerate(value):
                out.append((value, i))
                self.places(v, out)
        elif isinstance(value, list):
            for i, v in enumerate(value):
                out.append((value, i))
                self.places(v, out)
        return out

    def spoil(self, doc):
        """One place damaged: the kind of damage that readers disagree about."""
        holder, i = self.one(self.places(doc, []))
        how = self.one(["null", "type", "twice", "drop", "empty", "unknown", "case", "extra", "bad"])
        is_object = isinstance(holder, Members)
        key, old = holder[i] if is_object else (None, holder[i])
        put = (lambda v: holder.__setitem__(i, (key, v))) if is_object else (lambda v: holder.__setitem__(i, v))
        if how == "null":
            put(None)
        elif how == "type":
            put(self.one([True, 7, "7", Raw("7.0"), Raw("1e2"), [], Members(), Raw("99999999999999999999"), "true", [[]], ""]))
        elif how == "twice" and is_object:
            holder.append((key, copy(old)))
        elif how == "drop":
            del holder[i]
        elif how == "empty":
            put(self.one(["", [], Members()]))
        elif how == "unknown" and is_object:
            holder.append((self.one(["futureField", "privilaged", "x.y/z"]), self.one([1, Members([("a", 1), ("a", 2)]), [[[]]]])))
        elif how == "case" and is_object:
            holder[i] = (key[:1].swapcase() + key[1:], old)
        elif how == "extra":
            put([copy(old), copy(old)])
        elif how == "bad":
            put(self.one(pools.BAD_IMAGES + pools.BAD_QUANTITIES + ["etc", "\ufffd", "a b"]))
        return doc

    def context(self, update=False):
        c = {"today": 20000 + self.r.randrange(3), "imds_pods": self.chance(0.3), "imds_awsvpc": self.chance(0.3),
             "imds_bridge": self.chance(0.3), "launch_fargate": self.chance(0.2), "lint": self.chance(0.25), "now": 20000 * 86400}
        if self.chance(0.85):
            c["request"] = {"operation": "UPDATE" if update else self.one(["CREATE", "CREATE", "UPDATE", "DELETE"]),
                            "user": self.one(["alice", "system:serviceaccount:argocd:x", ""]),
                            "groups": self.one([[], ["system:authenticated"], ["break-glass", "dev"]]), "dry_run": self.chance(0.2)}
        if self.chance(0.85):
            c["namespace"] = {"name": self.one(pools.NAMESPACES + [""])}
            if self.chance(0.8):
                c["namespace"]["labels"] = {k: self.one(pools.LABEL_VALUES) for k in pools.LABEL_KEYS if self.chance(0.5)}
                c["namespace"]["annotations"] = {k: self.one(pools.LABEL_VALUES) for k in pools.LABEL_KEYS if self.chance(0.3)}
        if self.chance(0.85):
            c["cluster"] = {"name": self.one(["prod-1", ""]), "environment": self.one(pools.ENVIRONMENTS + [""]),
                            "version": self.one(["1.28", "v1.30.2", "1.25.3-eks-1"]), "account": self.one(pools.ACCOUNTS + [""]),
                            "region": self.one(["eu-west-1", ""]), "cloud": self.one(["aws", ""])}
        return c
