"""The common view: language.md 3.5.4 with section 7.3, and the decisions of LANGUAGE.md ("What fields say")."""
import re
from fractions import Fraction

import vals as values
from model import DAMAGED, Container, Subject, place
from vals import Unknown

CAPABILITIES = set("""ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE
DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN
NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT
SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM""".split())
ADMINISTRATORS = {"containeradministrator", "administrator", "system", "localsystem"}


def dig(node, *names):
    for name in names:
        node = node.get(name) if node is not None else None
    return node


def text(value):
    return value if value else None


def known_text(value):
    return DAMAGED if value and values.damaged(value) else text(value)


def added(c):
    names = dig(c.node, "securityContext", "capabilities", "add") if c.w.platform == "k8s" else dig(
        c.node, "linuxParameters", "capabilities", "add")
    out = []
    for n in names or []:
        n = "".join(x.upper() if x.isascii() else x for x in n)
        out.append(DAMAGED if values.damaged(n) else n[4:] if n.startswith("CAP_") else n)
    return out


def dropped(c):
    names = dig(c.node, "securityContext", "capabilities", "drop") if c.w.platform == "k8s" else dig(
        c.node, "linuxParameters", "capabilities", "drop")
    return [n for n in names or [] if n in CAPABILITIES]


def privileged(c):
    return (dig(c.node, "securityContext", "privileged") if c.w.platform == "k8s" else c.raw("privileged")) is True


def from_contexts(c, *names):
    """A field of the container's security context, else of the pod's."""
    own = dig(c.node, "securityContext", *names)
    return own if own is not None else dig(c.w.pod_context, *names)


def ecs_user(c):
    """(uid, provably not root) of `user`, `user:group`. spec: ecs.md 1"""
    user = c.raw("user") or ""
    if values.damaged(user):
        return DAMAGED, False
    name = user.partition(":")[0]
    if re.fullmatch(r"[+-]?\d+", name):
        number = int(name)
        return (number, number > 0) if 0 <= number <= 2**31 - 1 else (None, False)
    if name == "root":
        return 0, False
    return None, bool(name) and name.split("\\")[-1].lower() not in ADMINISTRATORS


def uid(c):
    if c.w.platform == "ecs":
        return ecs_user(c)[0]
    number = from_contexts(c, "runAsUser")
    return int(number) if number is not None else None


def non_root(c):
    if c.w.platform == "ecs":
        return ecs_user(c)[1]
    name = from_contexts(c, "windowsOptions", "runAsUserName")
    if name and (values.damaged(name) or name.split("\\")[-1].lower() in ADMINISTRATORS):
        return False
    number = uid(c)
    return number > 0 if number is not None and number != 0 else number is None and from_contexts(c, "runAsNonRoot") is True


def escalation(c):
    caps = added(c)
    if privileged(c) or any(isinstance(x, Unknown) or x in ("SYS_ADMIN", "ALL") for x in caps):
        return True
    if c.w.platform == "k8s":
        return dig(c.node, "securityContext", "allowPrivilegeEscalation") is not False
    options = [o for o in c.raw("dockerSecurityOptions") or [] if re.match(r"no-new-privileges([:=]|$)", o)]
    return not options or not all(re.fullmatch(r"no-new-privileges([:=]true)?", o) for o in options)


def seccomp(c):
    if c.w.platform == "k8s":
        profile = dig(c.node, "securityContext", "seccompProfile")
        profile = dig(c.w.pod_context, "seccompProfile") if profile is None else profile
        kind = known_text(dig(profile, "type"))
        return "Unconfined" if kind == "Localhost" and not dig(profile, "localhostProfile") else kind
    found = [o[8:] for o in c.raw("dockerSecurityOptions") or [] if re.match(r"seccomp[:=]", o)]
    if not found:
        return None
    return "Unconfined" if any(f.lower() in ("", "unconfined") for f in found) else "Localhost"


def amount(value):
    return values.quantity(value) if value is not None else None


def pod_limit(w, kind, name):
    return amount(dig(w.spec, "resources", kind, name)) or None


def windows(w):
    return (dig(w.spec, "runtimePlatform", "operatingSystemFamily") or "").upper().startswith("WINDOWS")


def task_size(w, name):
    value = text(w.spec.get(name))
    if value is None or windows(w):
        return None
    return (values.task_cpu if name == "cpu" else values.task_memory)(value) or None


def nanos(value):
    return None if value is None else -((-value) // values.NANO) * values.NANO


def workload_limit(w, name):
    return pod_limit(w, "limits", name) if w.platform == "k8s" else task_size(w, name)


def own_number(c, name, unit):
    """A size of a container definition; nothing where it is not positive."""
    value = c.raw(name)
    return nanos(Fraction(int(value)) * unit) if value is not None and int(value) > 0 else None


def limit(c, name):
    if c.w.platform == "k8s":
        return amount(dig(c.node, "resources", "limits", name)) or workload_limit(c.w, name)
    if name == "memory":
        return own_number(c, "memory", 2**20) or workload_limit(c.w, name)
    return own_number(c, "cpu", Fraction(1, 1024)) if windows(c.w) else workload_limit(c.w, name)


def request(c, name):
    if c.w.platform == "k8s":
        own = amount(dig(c.node, "resources", "requests", name))
        if own is not None:
            return own or None
        own = amount(dig(c.node, "resources", "limits", name))
        if own:
            return own
        pod = amount(dig(c.w.spec, "resources", "requests", name))
        return (pod or None) if pod is not None else workload_limit(c.w, name)
    if name == "memory":
        return own_number(c, "memoryReservation", 2**20) or limit(c, name)
    return own_number(c, "cpu", Fraction(1, 1024)) or workload_limit(c.w, name)


def identity(c):
    if c.w.platform == "ecs":
        return "task-role" if text(c.w.spec.get("taskRoleArn")) else None
    names = {v.get("name") for v in c.raw("env") or [] if v.get("value") or v.get("valueFrom") is not None}
    if {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"} <= names:
        return "irsa"
    if {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"} <= names:
        return "pod-identity"
    return None


def inherits(c, ctx):
    """ecs.md 2.1, language.md 7.3."""
    if c.w.platform == "k8s":
        if c.w.spec.get("hostNetwork") is True:
            return True
        return (ctx.cluster or {}).get("cloud") == "aws" and identity(c) is None and not ctx.imds["pods"]
    if fargate(c.w, ctx) or identity(c):
        return False
    mode = c.w.spec.get("networkMode") or "bridge"
    if mode == "none":
        return False
    blocked = {"awsvpc": ctx.imds["awsvpc"], "bridge": ctx.imds["bridge"], "<default>": ctx.imds["bridge"]}
    return not blocked.get(mode, False)


def fargate(w, ctx):
    """Where it can run: what it asks for; in an answer of the service that asks for nothing, what AWS has computed."""
    required = w.spec.get("requiresCompatibilities") or (w.top and w.spec.get("compatibilities")) or []
    return set(required) == {"FARGATE"} or (ctx.launch_fargate and "FARGATE" in required)


def of_container(kind):
    return lambda s, ctx: [x for x in s.w.subjects[kind] if x.container is s]


def labels(s, ctx):
    if s.w.platform == "k8s":
        found = dig(s.w.root.get("metadata"), "labels")
        return {k: known_map_text(v) for k, v in found.pairs} if found else {}
    out = {}
    for t in s.w.template:
        if hasattr(t, "get") and isinstance(t.get("key"), str):
            value = t.get("value")
            out[t.get("key")] = "" if value is None else known_map_text(value) if isinstance(value, str) else NO_TEXT
    return out


NO_TEXT = Unknown("it is not a text")


def known_map_text(value):
    return DAMAGED if value is not None and values.damaged(value) else value


def host_mode(field, spec_name, mode):
    return lambda s, ctx: (s.w.spec.get(spec_name) is True if s.w.platform == "k8s" else s.w.spec.get(mode) == "host")


def port_number(s, ctx):
    port = s.raw("containerPort")
    return int(port) if port is not None else None


def host_port(s, ctx):
    port = int(s.raw("hostPort") or 0)
    shared = s.w.spec.get("hostNetwork") is True if s.w.platform == "k8s" else s.w.spec.get("networkMode") == "host"
    return port or (int(s.raw("containerPort") or 0) if shared else 0)


def from_secret(s, ctx):
    return s.records[0][1] == "Secret" if s.w.platform == "ecs" else dig(s.node, "valueFrom", "secretKeyRef") is not None


def mount_path(s, ctx):
    p = s.raw("mountPath" if s.w.platform == "k8s" else "containerPath")
    return place(p)


def image_of(s, ctx):
    return values.image(s.raw("image"))


FIELDS = {
    ("container", "name"): lambda s, ctx: known_text(s.raw("name")),
    ("container", "image"): image_of,
    ("container", "role"): lambda s, ctx: s.role,
    ("container", "privileged"): lambda s, ctx: privileged(s),
    ("container", "added_capabilities"): lambda s, ctx: added(s),
    ("container", "dropped_capabilities"): lambda s, ctx: dropped(s),
    ("container", "uid"): lambda s, ctx: uid(s),
    ("container", "non_root"): lambda s, ctx: non_root(s),
    ("container", "read_only_root"): lambda s, ctx: (
        dig(s.node, "securityContext", "readOnlyRootFilesystem") if s.w.platform == "k8s" else s.raw("readonlyRootFilesystem")) is True,
    ("container", "privilege_escalation"): lambda s, ctx: escalation(s),
    ("container", "seccomp"): lambda s, ctx: seccomp(s),
    ("container", "memory_limit"): lambda s, ctx: limit(s, "memory"),
    ("container", "cpu_limit"): lambda s, ctx: limit(s, "cpu"),
    ("container", "memory_request"): lambda s, ctx: request(s, "memory"),
    ("container", "cpu_request"): lambda s, ctx: request(s, "cpu"),
    ("container", "aws_identity"): lambda s, ctx: identity(s),
    ("container", "inherits_host_role"): inherits,
    ("container", "mounts"): of_container("mount"),
    ("container", "ports"): of_container("port"),
    ("container", "env"): of_container("variable"),
    ("container", "handlers"): of_container("handler"),
    ("mount", "path"): mount_path,
    ("mount", "read_only"): lambda s, ctx: s.read_only,
    ("mount", "volume"): lambda s, ctx: s.volume,
    ("mount", "host_path"): lambda s, ctx: s.volume.extra["host_path"],
    ("mount", "container"): lambda s, ctx: s.container,
    ("volume", "name"): lambda s, ctx: known_text(s.extra["name"]),
    ("volume", "kind"): lambda s, ctx: known_text(s.extra["kind"]),
    ("volume", "host_path"): lambda s, ctx: s.extra["host_path"],
    ("port", "container_port"): port_number,
    ("port", "host_port"): host_port,
    ("port", "container"): lambda s, ctx: s.container,
    ("variable", "name"): lambda s, ctx: known_text(s.raw("name")),
    ("variable", "value"): lambda s, ctx: known_text(s.raw("value")),
    ("variable", "from_secret"): from_secret,
    ("variable", "container"): lambda s, ctx: s.container,
    ("workload", "platform"): lambda s, ctx: "kubernetes" if s.w.platform == "k8s" else "ecs",
    ("workload", "kind"): lambda s, ctx: s.w.kind,
    ("workload", "name"): lambda s, ctx: known_text(s.w.name),
    ("workload", "labels"): labels,
    ("workload", "host_network"): host_mode("host_network", "hostNetwork", "networkMode"),
    ("workload", "host_pid"): host_mode("host_pid", "hostPID", "pidMode"),
    ("workload", "host_ipc"): host_mode("host_ipc", "hostIPC", "ipcMode"),
    ("workload", "containers"): lambda s, ctx: list(s.w.subjects["container"]),
    ("workload", "volumes"): lambda s, ctx: list(s.w.subjects["volume"]),
    ("workload", "memory_limit"): lambda s, ctx: workload_limit(s.w, "memory"),
    ("workload", "cpu_limit"): lambda s, ctx: workload_limit(s.w, "cpu"),
    ("object", "apiVersion"): lambda s, ctx: known_text(s.raw("apiVersion")),
    ("object", "kind"): lambda s, ctx: s.w.kind,
    ("task", "fargate"): lambda s, ctx: fargate(s.w, ctx),
    ("image", "registry"): lambda v, ctx: v.registry,
    ("image", "repository"): lambda v, ctx: v.repository,
    ("image", "name"): lambda v, ctx: v.name,
    ("image", "tag"): lambda v, ctx: v.tag,
    ("image", "digest"): lambda v, ctx: v.digest,
    ("arn", "partition"): lambda v, ctx: v.partition,
    ("arn", "service"): lambda v, ctx: v.service,
    ("arn", "region"): lambda v, ctx: v.region,
    ("arn", "account"): lambda v, ctx: v.account,
    ("arn", "resource"): lambda v, ctx: v.resource,
    ("role", "name"): lambda v, ctx: v.name,
    ("role", "account"): lambda v, ctx: v.account or ctx.account(),
    ("entry", "key"): lambda v, ctx: v[0],
    ("entry", "value"): lambda v, ctx: v[1],
}

NO_REQUEST = Unknown("who asked for what is not known here")
NO_NAMESPACE = Unknown("the namespace is not known here")
NO_CLUSTER = Unknown("nothing is known here about the cluster")
NO_ACCOUNT = Unknown("a short name stands for a role of cluster.account, which is not known here")
NO_VERSION = Unknown("the version of the cluster is not known here")


class Context:
    """What surrounds the object, made of the same JSON that the probe reads."""

    def __init__(self, c):
        self.request, self.namespace, self.cluster = c.get("request"), c.get("namespace"), c.get("cluster")
        self.lint, self.today, self.old = c.get("lint", False), c.get("today", 0), None
        self.now = c.get("now") or self.today * 86400
        self.imds = {k: c.get("imds_" + k, False) for k in ("pods", "awsvpc", "bridge")}
        self.launch_fargate = c.get("launch_fargate", False)

    def metadata_known(self):
        """What lies in no namespace has one without labels."""
        n = self.namespace
        return n is not None and (n.get("labels") is not None or not n.get("name"))

    def old_missing(self):
        """An UPDATE of which nobody said what was there before."""
        return self.old is None and (self.request or {}).get("operation") == "UPDATE"

    def account(self):
        return (self.cluster.get("account") or None) if self.cluster is not None else NO_ACCOUNT

    def read(self, root, name):
        if root == "request":
            if self.request is None:
                return NO_REQUEST
            value = self.request.get(name)
            return value or ([] if name == "groups" else False if name == "dry_run" else None)
        if root == "namespace":
            if self.namespace is None:
                return NO_NAMESPACE
            if name == "name":
                return self.namespace.get("name") or None
            if self.metadata_known():
                return dict(self.namespace.get(name) or {})
            return Unknown(f"the {name} of namespace `{self.namespace['name']}` are not known here")
        if name == "imds_blocked":
            return NO_CLUSTER if self.cluster is None else [k for k in ("pods", "awsvpc", "bridge") if self.imds[k]]
        if self.cluster is None:
            return NO_VERSION if name == "version" else NO_CLUSTER
        value = self.cluster.get(name) or None
        if name == "version":
            return values.version(value) if value and values.version(value) else NO_VERSION
        return value


def read(base, kind, name, ctx):
    """Field `name` of the view of a value of that kind."""
    if base is None or isinstance(base, Unknown):
        return base
    if kind in ("request", "namespace", "cluster"):
        return ctx.read(kind, name)
    if kind == "image" and isinstance(base, Subject):
        base = base.extra
    if isinstance(base, Container):
        cached = base._view
        if name in cached and name not in ("inherits_host_role",):
            return cached[name]
        cached[name] = FIELDS[(kind, name)](base, ctx)
        return cached[name]
    return FIELDS[(kind, name)](base, ctx)
