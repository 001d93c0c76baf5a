package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// A random object, and how it is to be judged.
type sample struct {
	level, version string // labels of the namespace; "-" is none
	offline        bool
	kind           string
	text           string
	odd            string // why the API server would not store it: then only "at least as strict" can be asked
}

// Random pods, biased to what the checks read. Most values of a pod are good, with a probability that differs from pod to
// pod, so that pods with one thing wrong are as frequent as pods with many.
type generator struct {
	r     *rand.Rand
	bad   float64
	odd   string
	names []string // of the containers so far
}

func (g *generator) chance(p float64) bool { return g.r.Float64() < p }

func (g *generator) pick(of ...string) string { return of[g.r.Intn(len(of))] }

// A good value mostly, else one of any.
func (g *generator) value(good []string, any ...string) string {
	if g.chance(g.bad) {
		return g.pick(any...)
	}
	return g.pick(good...)
}

// Members of an object; an empty value is a member that is not there.
type members []string

func (m *members) add(key, value string) {
	if value != "" {
		*m = append(*m, quote(key)+":"+value)
	}
}

// In random order: the order of members means nothing.
func (g *generator) object(m members) string {
	g.r.Shuffle(len(m), func(i, k int) { m[i], m[k] = m[k], m[i] })
	return "{" + strings.Join(m, ",") + "}"
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func list(of []string) string { return "[" + strings.Join(of, ",") + "]" }

func quoted(of ...string) []string {
	out := make([]string, len(of))
	for i, s := range of {
		out[i] = quote(s)
	}
	return out
}

// A boolean whose good value is this; "" where it may stand absent.
func (g *generator) flag(good string, absent bool) string {
	goods := []string{good}
	if absent {
		goods = append(goods, "", "", "null")
	}
	return g.value(goods, "true", "false", "null", "")
}

// --- labels and annotations

func (g *generator) levelLabel() string {
	switch n := g.r.Intn(100); {
	case n < 44:
		return "baseline"
	case n < 90:
		return "restricted"
	case n < 93:
		return "privileged"
	case n < 97:
		return noLabel
	}
	return g.pick("", "Baseline", "restricted1", "privilege", "latest", "none")
}

func (g *generator) versionLabel() string {
	switch n := g.r.Intn(100); {
	case n < 50:
		return fmt.Sprintf("v1.%d", g.r.Intn(42))
	case n < 87: // both sides of every step
		step := []int{8, 19, 22, 23, 25, 27, 29, 31, 32, 34, 35, 37}[g.r.Intn(12)]
		return fmt.Sprintf("v1.%d", step-g.r.Intn(2))
	case n < 92:
		return "latest"
	case n < 97:
		return noLabel
	}
	return g.pick("", "1.20", "v1", "v1.", "v1.020", "v1.20.3", "v1.20-rc.1", "v2.0", "v01.3", "Latest", "V1.20", "v1.-1",
		"v1.20.", "20", "v1.99999999999999999999")
}

func (g *generator) annotations() string {
	var m members
	if g.chance(0.15) {
		g.annotate(&m, "container.apparmor.security.beta.kubernetes.io/"+g.pick(append(g.names, "gone", "")...),
			[]string{"runtime/default", "localhost/x", "", "localhost/"},
			"unconfined", "runtime/default ", "RuntimeDefault", "localhost", "docker/default")
	}
	if g.chance(0.2) {
		g.annotate(&m, "seccomp.security.alpha.kubernetes.io/pod", seccompNames, seccompOthers...)
	}
	if g.chance(0.2) {
		g.annotate(&m, "container.seccomp.security.alpha.kubernetes.io/"+g.pick(g.names...), seccompNames, seccompOthers...)
	}
	if g.chance(0.1) {
		g.annotate(&m, g.pick("seccomp.security.alpha.kubernetes.io/pods", "container.apparmor.security.beta.kubernetes.io",
			"x.container.apparmor.security.beta.kubernetes.io/a", "note", "seccomp.security.alpha.kubernetes.io"), nil,
			"unconfined")
	}
	if len(m) == 0 {
		return g.pick("", "", "{}", "null")
	}
	return g.object(m)
}

var seccompNames = []string{"runtime/default", "docker/default", "localhost/profile.json", "localhost/"}
var seccompOthers = []string{"unconfined", "", "RuntimeDefault", "localhost", "Docker/default", "runtime/default/"}

func (g *generator) annotate(m *members, key string, good []string, other ...string) {
	if len(good) == 0 {
		good = other
	}
	m.add(key, quote(g.value(good, append(other, good...)...)))
}

// --- security contexts

func (g *generator) profile() string {
	if g.chance(0.001) {
		g.odd = "a profile without a type"
		return "{}"
	}
	var m members
	t := g.value([]string{"RuntimeDefault", "Localhost"}, "Unconfined", "RuntimeDefault", "Localhost")
	m.add("type", quote(t))
	if t == "Localhost" {
		m.add("localhostProfile", quote("p.json"))
	}
	return g.object(m)
}

func (g *generator) maybe(p float64, make func() string) string {
	if g.chance(p) {
		return make()
	}
	return g.pick("", "", "", "null")
}

func (g *generator) selinux() string {
	var m members
	types := []string{"container_t", "container_init_t", "container_kvm_t", "container_engine_t", ""}
	if g.chance(0.7) {
		m.add("type", quote(g.value(types, append(types, "spc_t", "Container_t", "container_t ", "user_t")...)))
	}
	m.add("user", g.value([]string{"", "", `""`, "null"}, quote("system_u"), `""`, ""))
	m.add("role", g.value([]string{"", "", `""`, "null"}, quote("system_r"), `""`, ""))
	m.add("level", g.pick("", "", quote("s0:c1,c2")))
	return g.object(m)
}

func (g *generator) windows() string {
	var m members
	m.add("hostProcess", g.value([]string{"", "false", "null"}, "true", "false"))
	m.add("runAsUserName", g.pick("", quote("ContainerUser")))
	return g.object(m)
}

func (g *generator) user() string {
	if g.chance(0.005) {
		g.odd = "a negative user"
		return "-1"
	}
	return g.value([]string{"", "", "null", "1", "1000", "2147483647"}, "0", "0", "1", "65534")
}

// What pods and containers both have.
func (g *generator) commonContext(m *members) {
	m.add("appArmorProfile", g.maybe(0.15, g.profile))
	m.add("seLinuxOptions", g.maybe(0.2, g.selinux))
	m.add("windowsOptions", g.maybe(0.1, g.windows))
	m.add("runAsUser", g.user())
	m.add("runAsGroup", g.pick("", "", "0", "1000"))
}

func (g *generator) capabilities() string {
	var m members
	drop := g.value([]string{`["ALL"]`, `["ALL","NET_RAW"]`, `["KILL","ALL"]`}, `["all"]`, `["NET_RAW"]`, `[]`, "null", "",
		`["CAP_ALL"]`, `["ALL"]`, `["ALL "]`)
	m.add("drop", drop)
	var add []string
	for g.chance(0.3) {
		add = append(add, quote(g.value([]string{"NET_BIND_SERVICE"}, capabilities...)))
	}
	if len(add) > 0 {
		m.add("add", list(add))
	} else {
		m.add("add", g.pick("", "", "[]", "null"))
	}
	return g.object(m)
}

var capabilities = []string{"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "NET_RAW", "SYS_ADMIN", "ALL", "CAP_CHOWN", "chown", "all",
	"NET_ADMIN", "net_bind_service", "CAP_NET_BIND_SERVICE", "AUDIT_CONTROL", "KILL "}

func (g *generator) containerContext() string {
	var m members
	g.commonContext(&m)
	m.add("privileged", g.flag("false", true))
	m.add("allowPrivilegeEscalation", g.flag("false", false))
	m.add("runAsNonRoot", g.flag("true", true))
	m.add("readOnlyRootFilesystem", g.pick("", "true", "false"))
	m.add("seccompProfile", g.maybe(0.3, g.profile))
	m.add("procMount", g.value([]string{"", "", "null", quote("Default")}, quote("Unmasked"), quote("Default"), quote("Unmasked")))
	if g.chance(1 - g.bad/2) {
		m.add("capabilities", g.capabilities())
	} else {
		m.add("capabilities", g.pick("", "null", "{}"))
	}
	if g.chance(g.bad / 10) {
		return g.pick("null", "{}")
	}
	return g.object(m)
}

var sysctls = []string{"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
	"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start"}
var otherSysctls = []string{"net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "net/ipv4/tcp_syncookies",
	"net.ipv4.tcp_syncookies.x", "Net.ipv4.tcp_syncookies", "net.ipv4.ip_forward", "vm.overcommit_memory"}

func (g *generator) sysctls() string {
	var of []string
	for g.chance(0.7) && len(of) < 5 {
		name := g.value(sysctls, append(otherSysctls, sysctls...)...)
		of = append(of, g.object(members{`"name":` + quote(name), `"value":"1"`}))
	}
	return list(of)
}

func (g *generator) podContext() string {
	var m members
	g.commonContext(&m)
	m.add("runAsNonRoot", g.flag("true", g.chance(0.3)))
	m.add("seccompProfile", g.maybe(0.9, g.profile))
	m.add("sysctls", g.maybe(0.25, g.sysctls))
	m.add("fsGroup", g.pick("", "", "0", "2000"))
	m.add("supplementalGroups", g.pick("", "", "[0]", "[]"))
	if g.chance(g.bad / 5) {
		return g.pick("null", "{}")
	}
	return g.object(m)
}

// --- containers

func (g *generator) host(m *members) {
	m.add("host", g.value([]string{"", "", `""`, "null"}, quote("127.0.0.1"), quote("localhost"), quote("pod.example"), `""`))
}

func (g *generator) httpGet() string {
	var m members
	g.host(&m)
	m.add("port", g.pick("80", quote("http")))
	m.add("path", g.pick("", quote("/healthz")))
	return g.object(m)
}

func (g *generator) tcpSocket() string {
	var m members
	g.host(&m)
	m.add("port", g.pick("80", quote("http")))
	return g.object(m)
}

func (g *generator) handler(m *members, other ...string) {
	switch g.r.Intn(5) {
	case 0, 1:
		m.add("httpGet", g.httpGet())
	case 2, 3:
		m.add("tcpSocket", g.tcpSocket())
	default:
		*m = append(*m, g.pick(other...))
	}
}

func (g *generator) probe() string {
	var m members
	g.handler(&m, `"exec":{"command":["x"]}`, `"grpc":{"port":80}`)
	m.add("periodSeconds", g.pick("", "5"))
	return g.object(m)
}

func (g *generator) hook() string {
	var m members
	g.handler(&m, `"exec":{"command":["x"]}`, `"sleep":{"seconds":1}`)
	return g.object(m)
}

func (g *generator) lifecycle() string {
	var m members
	m.add("postStart", g.maybe(0.5, g.hook))
	m.add("preStop", g.maybe(0.5, g.hook))
	m.add("stopSignal", g.pick("", "", quote("SIGUSR1")))
	return g.object(m)
}

func (g *generator) port(n int) string {
	var m members
	m.add("containerPort", fmt.Sprint(8000+n))
	m.add("hostPort", g.value([]string{"", "", "0", "null"}, "80", "0", "65535", "1"))
	m.add("protocol", g.pick("", quote("TCP"), quote("UDP")))
	m.add("hostIP", g.pick("", "", `""`, quote("127.0.0.1")))
	return g.object(m)
}

func (g *generator) ports() string {
	var of []string
	for g.chance(0.4) && len(of) < 4 {
		of = append(of, g.port(len(of)))
	}
	if len(of) == 0 {
		return g.pick("", "", "null", "[]")
	}
	return list(of)
}

func (g *generator) container(role string) string {
	var m members
	name := fmt.Sprintf("%s%d", role[:1], len(g.names))
	g.names = append(g.names, name)
	m.add("name", quote(name))
	m.add("image", quote("registry.example/app:1"))
	if g.chance(1 - g.bad/4) {
		m.add("securityContext", g.containerContext())
	}
	ports := g.ports()
	m.add("ports", ports)
	if role == "ephemeral" && strings.HasPrefix(ports, "[{") {
		g.odd = "an ephemeral container with ports"
	}
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		m.add(probe, g.maybe(0.12, g.probe))
	}
	m.add("lifecycle", g.maybe(0.1, g.lifecycle))
	if role == "init" {
		m.add("restartPolicy", g.pick("", "", quote("Always")))
	}
	if role == "ephemeral" {
		m.add("targetContainerName", g.pick("", `""`))
	}
	m.add("command", g.pick("", "", `["sh"]`))
	m.add("env", g.pick("", "", `[{"name":"A","value":"b"}]`))
	return g.object(m)
}

func (g *generator) containers(role string, least int, more float64) string {
	var of []string
	for len(of) < least || (g.chance(more) && len(of) < 4) {
		of = append(of, g.container(role))
	}
	if len(of) == 0 {
		return g.pick("", "", "null", "[]")
	}
	return list(of)
}

// --- volumes

var goodVolumes = map[string]string{
	"configMap": `{"name":"x"}`, "csi": `{"driver":"x"}`, "downwardAPI": `{"items":[]}`, "emptyDir": `{}`,
	"ephemeral": `{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}`,
	"image":     `{"reference":"registry.example/data:1"}`, "persistentVolumeClaim": `{"claimName":"x"}`,
	"projected": `{"sources":[]}`, "secret": `{"secretName":"x"}`,
}

var otherVolumes = map[string]string{
	"hostPath": `{"path":"/etc"}`, "gcePersistentDisk": `{"pdName":"x"}`, "awsElasticBlockStore": `{"volumeID":"x"}`,
	"gitRepo": `{"repository":"x"}`, "nfs": `{"server":"x","path":"/"}`,
	"iscsi":     `{"targetPortal":"x","iqn":"iqn.2001-04.example:x","lun":0}`,
	"glusterfs": `{"endpoints":"x","path":"x"}`, "rbd": `{"monitors":["x"],"image":"x"}`, "flexVolume": `{"driver":"x"}`,
	"cinder": `{"volumeID":"x"}`, "cephfs": `{"monitors":["x"]}`, "flocker": `{"datasetName":"x"}`, "fc": `{"lun":0}`,
	"azureFile": `{"secretName":"x","shareName":"x"}`, "vsphereVolume": `{"volumePath":"x"}`,
	"quobyte": `{"registry":"x","volume":"x"}`, "azureDisk": `{"diskName":"x","diskURI":"x"}`,
	"portworxVolume": `{"volumeID":"x"}`, "photonPersistentDisk": `{"pdID":"x"}`,
	"scaleIO": `{"gateway":"x","system":"x","secretRef":{"name":"x"}}`, "storageos": `{"volumeName":"x"}`,
}

var goodVolumeKinds, otherVolumeKinds = sortedKeys(goodVolumes), sortedKeys(otherVolumes)

func (g *generator) volumeSource(m *members) {
	kinds, of := goodVolumeKinds, goodVolumes
	if g.chance(g.bad * 1.2) {
		kinds, of = otherVolumeKinds, otherVolumes
		if g.chance(0.4) {
			m.add("hostPath", otherVolumes["hostPath"])
			return
		}
	}
	kind := g.pick(kinds...)
	m.add(kind, of[kind])
}

func (g *generator) volume(n int, offline bool) string {
	var m members
	m.add("name", quote(fmt.Sprintf("v%d", n)))
	g.volumeSource(&m)
	if g.chance(0.1) && !strings.Contains(m[1], "hostPath") {
		m.add("hostPath", "null")
	}
	if offline && g.chance(0.02) {
		m = m[:1]
	}
	if g.chance(0.005) {
		g.odd = "a volume of two kinds"
		m.add("iscsi", otherVolumes["iscsi"])
	}
	return g.object(m)
}

func (g *generator) volumes(offline bool) string {
	var of []string
	for g.chance(0.4) && len(of) < 5 {
		of = append(of, g.volume(len(of), offline))
	}
	if len(of) == 0 {
		return g.pick("", "", "null", "[]")
	}
	return list(of)
}

// --- pods and what makes them

func (g *generator) spec(offline bool) string {
	var m members
	m.add("containers", g.containers("main", 1, 0.25))
	m.add("initContainers", g.containers("init", 0, 0.25))
	m.add("ephemeralContainers", g.containers("ephemeral", 0, 0.08))
	m.add("volumes", g.volumes(offline))
	if g.chance(1 - g.bad/4) {
		m.add("securityContext", g.podContext())
	}
	for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if g.chance(0.4) {
			m.add(field, g.flag("false", true))
		}
	}
	m.add("hostUsers", g.pick("", "", "", "null", "true", "false", "false"))
	if g.chance(0.2) {
		m.add("os", g.pick(`{"name":"linux"}`, `{"name":"windows"}`, `{"name":"windows"}`, "null"))
	}
	m.add("runtimeClassName", g.pick("", "", quote("kata")))
	m.add("hostnetwork", g.value([]string{"", "", ""}, "true", ""))
	m.add("shareProcessNamespace", g.pick("", "", "true"))
	return g.object(m)
}

func (g *generator) template(offline bool) string {
	spec := g.spec(offline)
	meta := members{}
	meta.add("name", quote("it"))
	meta.add("annotations", g.annotations())
	meta.add("labels", g.pick("", `{"app":"it"}`))
	return `"metadata":` + g.object(meta) + `,"spec":` + spec
}

const selector = `"selector":{"matchLabels":{"app":"it"}},`

func (g *generator) wrap(kind, template string) string {
	head := func(version string) string {
		return `{"apiVersion":` + quote(version) + `,"kind":` + quote(kind) + `,`
	}
	named := `"metadata":{"name":"it"},`
	switch kind {
	case "Pod":
		return head("v1") + template + "}"
	case "PodTemplate":
		return head("v1") + named + `"template":{` + template + "}}"
	case "ReplicationController":
		return head("v1") + named + `"spec":{"template":{` + template + "}}}"
	case "Job":
		return head("batch/v1") + named + `"spec":{"template":{` + template + "}}}"
	case "CronJob":
		return head("batch/v1") + named + `"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{` + template + "}}}}}"
	case "StatefulSet":
		return head("apps/v1") + named + `"spec":{"serviceName":"it",` + selector + `"template":{` + template + "}}}"
	}
	return head("apps/v1") + named + `"spec":{` + selector + `"template":{` + template + "}}}"
}

var kinds = []string{"Pod", "PodTemplate", "ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job",
	"CronJob"}

func newSample(r *rand.Rand) sample {
	g := &generator{r: r, bad: []float64{0.005, 0.03, 0.1, 0.4}[r.Intn(4)]}
	s := sample{level: g.levelLabel(), version: g.versionLabel(), offline: g.chance(0.5), kind: "Pod"}
	if g.chance(0.4) {
		s.kind = g.pick(kinds...)
	}
	s.text = g.wrap(s.kind, g.template(s.offline))
	s.odd = g.odd
	return s
}
