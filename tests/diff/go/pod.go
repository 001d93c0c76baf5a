package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"regexp"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// Pods and what makes pods, damaged: the API server's decoding (k8s.io/api with sigs.k8s.io/json) against our `malformed`
// notes. What both accept must also mean the same: every field that we read from the text is compared with what we read
// from the object that Go has decoded and written again.
var podClasses = []class{
	{"another kind", "the object is no pod any more", false},
	{"outside of the pod template", "Go cannot decode a selector, a status, a strategy, managed fields or a time of day, which no rule reads. The cluster refuses the object", false},
	{"more than 32 bits", "ports and counts are 32 bits for Go and 64 for us: we read the number that stands there. The cluster refuses the object", false},
	{"infinite number", "1e400 in a field that is not known: Go's decoding of any value refuses it, that of a typed object skips it", false},
	{"escaped quantity", "`\"\\u0031\"`: Go reads quantities without resolving escapes and refuses; kubectl has resolved them before", false},
	{"validation", "what Go decodes and the API server's validation refuses: missing names, images, containers, templates and paths, names that stand twice or name nothing, negative amounts, images that are none", false},
	{"key that stands twice", "Go lets the second one win, or merges both; we refuse in what we know", false},
	{"null in a list", "Go reads null in a list, or as a limit or request, as the empty value or 0; we refuse", false},
	{"tiny number", "1e-400 without quotes: the API server rounds it up to a billionth, kubectl makes 0 of it on the way; we refuse", false},
	{"damaged text", "U+FFFD in a path or image: which file or image that is cannot be told", false},
	{"blank around a quantity", "Go trims the text of a quantity and reads signs and suffixes without number as 0; we refuse", false},
	{"null in a map", "null as the value of a label or an annotation: Go writes \"\", we say that it is not set", false},
	{"volume of an unknown kind", "a source in wrong case or of no known name: Go drops it, and the volume is an emptyDir; we call it by its name, as a newer cluster would know it", false},
}

// What Go says about a part of the object that we do not read.
var podUnread = []struct{ contains, class string }{
	{".selector", "outside of the pod template"},
	{".status", "outside of the pod template"},
	{"Status", "outside of the pod template"},
	{".strategy", "outside of the pod template"},
	{".updateStrategy", "outside of the pod template"},
	{"managedFields", "outside of the pod template"},
	{"parsing time", "outside of the pod template"},
	{"DeploymentSpec.spec.", "outside of the pod template"},
	{"StatefulSetSpec.spec.", "outside of the pod template"},
	{"DaemonSetSpec.spec.", "outside of the pod template"},
	{"ReplicaSetSpec.spec.", "outside of the pod template"},
	{"ReplicationControllerSpec.spec.", "outside of the pod template"},
	{"JobSpec.spec.", "outside of the pod template"},
	{"volumeClaimTemplates", "outside of the pod template"},
	{"of type int32", "more than 32 bits"},
	{"of type float64", "infinite number"},
	{"quantities must match", "escaped quantity"},
}

// What we say about what Go decodes.
var podStricter = []struct{ contains, class string }{
	{"is required but missing", "validation"},
	{"is missing or empty", "validation"},
	{"is missing: a", "validation"},
	{"which is no image reference", "validation"},
	{"but another container of the pod has that name", "validation"},
	{"but another volume of the pod has that name", "validation"},
	{"but there is no volume of that name", "validation"},
	{"must not be empty", "validation"},
	{"must be an absolute path", "validation"},
	{"where the container mounts another volume", "validation"},
	{"must be a quantity that is not negative", "validation"},
	{"must be a quantity, found the string", "blank around a quantity"},
	{"must be a quantity, found the number", "tiny number"},
	{"stands twice in the same object", "key that stands twice"},
	{"must not be null", "null in a list"},
	{"which holds bytes that are not UTF-8 or U+FFFD", "damaged text"},
}

func newObject(apiVersion, kind any) any {
	switch fmt.Sprint(apiVersion, "/", kind) {
	case "v1/Pod":
		return &corev1.Pod{}
	case "v1/PodTemplate":
		return &corev1.PodTemplate{}
	case "v1/ReplicationController":
		return &corev1.ReplicationController{}
	case "apps/v1/Deployment":
		return &appsv1.Deployment{}
	case "apps/v1/StatefulSet":
		return &appsv1.StatefulSet{}
	case "apps/v1/DaemonSet":
		return &appsv1.DaemonSet{}
	case "apps/v1/ReplicaSet":
		return &appsv1.ReplicaSet{}
	case "batch/v1/Job":
		return &batchv1.Job{}
	case "batch/v1/CronJob":
		return &batchv1.CronJob{}
	}
	return nil
}

// The object as the API server would see it, written again; nil and no error when it is none of ours.
func roundTrip(text []byte) (out []byte, err error) {
	var head struct{ APIVersion, Kind any }
	var any_ map[string]any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &any_); err != nil {
		return nil, err
	}
	head.APIVersion, head.Kind = any_["apiVersion"], any_["kind"]
	object := newObject(head.APIVersion, head.Kind)
	if object == nil {
		return nil, nil
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, object); err != nil {
		return nil, err
	}
	return json.Marshal(object)
}

// --- texts -----------------------------------------------------------------------------------------------------------

// JSON as it stands.
type raw string

func write(b *strings.Builder, v any) {
	switch t := v.(type) {
	case raw:
		b.WriteString(string(t))
	case object:
		b.WriteString("{")
		for i, m := range t {
			if i > 0 {
				b.WriteString(",")
			}
			key, _ := json.Marshal(m.key)
			b.Write(key)
			b.WriteString(":")
			write(b, m.value)
		}
		b.WriteString("}")
	case []any:
		b.WriteString("[")
		for i, e := range t {
			if i > 0 {
				b.WriteString(",")
			}
			write(b, e)
		}
		b.WriteString("]")
	default:
		text, _ := json.Marshal(t)
		b.Write(text)
	}
}

func ordered(v any) any {
	switch t := v.(type) {
	case map[string]any:
		o := object{}
		keys := []string{}
		for k := range t {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			o = append(o, member{k, ordered(t[k])})
		}
		return o
	case []any:
		list := make([]any, len(t))
		for i := range t {
			list[i] = ordered(t[i])
		}
		return list
	}
	return v
}

const everyPart = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"n","labels":{"a":"b"},"annotations":{"c":"d"},"uid":"u",
"creationTimestamp":"2020-01-01T00:00:00Z","ownerReferences":[{"apiVersion":"v1","kind":"K","name":"o","uid":"u","controller":true}],"finalizers":["f"],"generation":1},
"spec":{"hostNetwork":true,"hostPID":false,"hostIPC":false,"shareProcessNamespace":true,"serviceAccountName":"s","automountServiceAccountToken":false,"nodeName":"n",
"nodeSelector":{"a":"b"},"priority":1,"priorityClassName":"p","restartPolicy":"Always","terminationGracePeriodSeconds":30,"activeDeadlineSeconds":5,"dnsPolicy":"Default",
"dnsConfig":{"nameservers":["1.1.1.1"],"searches":["a"],"options":[{"name":"n","value":"v"}]},"hostAliases":[{"ip":"1.2.3.4","hostnames":["h"]}],"hostname":"h","subdomain":"s",
"setHostnameAsFQDN":true,"enableServiceLinks":true,"runtimeClassName":"r","schedulerName":"s","os":{"name":"linux"},"hostUsers":false,"preemptionPolicy":"Never",
"imagePullSecrets":[{"name":"i"}],"overhead":{"cpu":"1"},"readinessGates":[{"conditionType":"c"}],"schedulingGates":[{"name":"g"}],
"tolerations":[{"key":"k","operator":"Equal","value":"v","effect":"NoExecute","tolerationSeconds":3}],
"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"k","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"a":"b"}}}],
"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]}]}},
"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"k","labelSelector":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}}]}},
"securityContext":{"runAsUser":1,"runAsGroup":2,"runAsNonRoot":true,"fsGroup":3,"fsGroupChangePolicy":"Always","supplementalGroups":[1,2],"sysctls":[{"name":"n","value":"v"}],
"seccompProfile":{"type":"Localhost","localhostProfile":"p"},"seLinuxOptions":{"user":"u","role":"r","type":"t","level":"l"},"appArmorProfile":{"type":"RuntimeDefault"},"windowsOptions":{"hostProcess":false,"runAsUserName":"u"}},
"volumes":[{"name":"e","emptyDir":{"medium":"Memory","sizeLimit":"1Gi"}},{"name":"h","hostPath":{"path":"/p","type":"Directory"}},{"name":"s","secret":{"secretName":"s","defaultMode":420,"optional":true,"items":[{"key":"k","path":"p","mode":256}]}},
{"name":"c","configMap":{"name":"c","items":[{"key":"k","path":"p"}]}},{"name":"p","persistentVolumeClaim":{"claimName":"c","readOnly":true}},{"name":"n","nfs":{"server":"s","path":"/","readOnly":false}},
{"name":"j","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"audience":"a","expirationSeconds":3600,"path":"p"}},{"downwardAPI":{"items":[{"path":"p","fieldRef":{"fieldPath":"f"}}]}}]}},
{"name":"v","csi":{"driver":"d","readOnly":true,"volumeAttributes":{"a":"b"}}},{"name":"i","image":{"reference":"r.io/i:1","pullPolicy":"Always"}},
{"name":"m","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"a":"b"}},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"s","resources":{"requests":{"storage":"1Gi"}}}}}}],
"initContainers":[{"name":"init","image":"i","restartPolicy":"Always","command":["c"]}],"ephemeralContainers":[{"name":"eph","image":"i","targetContainerName":"web","stdin":true}],
"containers":[{"name":"web","image":"r.io/web:1","imagePullPolicy":"Always","command":["a","b"],"args":["c"],"workingDir":"/w","stdin":false,"stdinOnce":false,"tty":true,
"terminationMessagePath":"/t","terminationMessagePolicy":"File","env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":false}}},{"name":"C","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}}],
"envFrom":[{"prefix":"P","configMapRef":{"name":"c","optional":true}},{"secretRef":{"name":"s"}}],"ports":[{"name":"p","containerPort":80,"hostPort":80,"hostIP":"0.0.0.0","protocol":"TCP"}],
"resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":0.5,"memory":"1e9"},"claims":[{"name":"c"}]},"resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"}],
"volumeMounts":[{"name":"e","mountPath":"/e","subPath":"s","readOnly":true,"mountPropagation":"None","recursiveReadOnly":"Enabled"},{"name":"h","mountPath":"/h","subPathExpr":"$(A)"}],"volumeDevices":[{"name":"p","devicePath":"/d"}],
"livenessProbe":{"httpGet":{"path":"/","port":"p","host":"h","scheme":"HTTPS","httpHeaders":[{"name":"n","value":"v"}]},"initialDelaySeconds":1,"timeoutSeconds":1,"periodSeconds":1,"successThreshold":1,"failureThreshold":1},
"readinessProbe":{"tcpSocket":{"port":80}},"startupProbe":{"exec":{"command":["c"]},"terminationGracePeriodSeconds":1},"lifecycle":{"postStart":{"exec":{"command":["c"]}},"preStop":{"sleep":{"seconds":1}}},
"securityContext":{"privileged":false,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"runAsUser":1,"runAsGroup":1,"runAsNonRoot":true,"procMount":"Default","capabilities":{"add":["A"],"drop":["ALL"]},
"seccompProfile":{"type":"RuntimeDefault"},"seLinuxOptions":{"level":"l"},"appArmorProfile":{"type":"Localhost","localhostProfile":"p"},"windowsOptions":{"hostProcess":true}}}]},"status":{"phase":"Running"}}`

// Objects that both sides take without a fault.
func podBases(p *probe, s seedTexts) (bases []object) {
	texts := [][]byte{}
	for i := 0; i < 6; i++ {
		texts = append(texts, []byte(everyPart))
	}
	for _, y := range s.yaml {
		for _, part := range strings.Split(y, "\n---") {
			if j := guard(yaml.YAMLToJSON, part); j.err == nil && len(j.json) < 6000 {
				texts = append(texts, j.json)
			}
		}
	}
	for _, text := range texts {
		out, err := roundTrip(text)
		if err != nil || out == nil {
			continue
		}
		if p.askOne('p', string(text))[0] == 'A' {
			var v any
			v = decode(text)
			bases = append(bases, ordered(v).(object))
		}
	}
	return bases
}

var oddValues = []raw{"null", "true", "false", "0", "1", "-1", "1.0", "1.5", "1e0", "8e1", "1E2", "-0", "-0.0", "2147483647", "2147483648", "-2147483649", "4294967376", "9223372036854775807", "9223372036854775808", "1e400", "1e-400", "65536",
	`""`, `"a"`, `"1"`, `"true"`, `"null"`, `"1Gi"`, `" 1"`, `"1 "`, `"\u0031"`, `"+"`, `"Gi"`, `"0"`, `"-1"`, `"1e-400"`, `"0.0000000001"`, `"A"`, `"\ud800"`, `"\ufffd"`, `"\u0000"`, `"/a/../b"`, `"é"`, "{}", "[]", `[null]`, `[{}]`, `[""]`, `["a",1]`, `{"a":1}`, `{"a":"b"}`, `{"":""}`, `{"a":null}`,
	`[[]]`, `[true]`, `{"name":"x"}`, `[{"name":"x"}]`, `"2020-01-01T00:00:00Z"`, `"not a time"`, `"RuntimeDefault"`, `"Unconfined"`, `"runtime/default"`, `[1]`, `{"type":"Unconfined"}`}

// A node of a tree: how to set it and its key.
type place struct {
	get func() any
	set func(any)
	in  *object // around it, if an object
	at  int
}

func places(v any, set func(any), out *[]place) {
	switch t := v.(type) {
	case object:
		o := &t
		for i := range t {
			i := i
			*out = append(*out, place{func() any { return (*o)[i].value }, func(x any) { (*o)[i].value = x }, o, i})
			places(t[i].value, func(x any) { (*o)[i].value = x }, out)
		}
	case []any:
		for i := range t {
			i := i
			*out = append(*out, place{func() any { return t[i] }, func(x any) { t[i] = x }, nil, 0})
			places(t[i], func(x any) { t[i] = x }, out)
		}
	}
}

func clone(v any) any {
	switch t := v.(type) {
	case object:
		o := make(object, len(t))
		for i, m := range t {
			o[i] = member{m.key, clone(m.value)}
		}
		return o
	case []any:
		l := make([]any, len(t))
		for i := range t {
			l[i] = clone(t[i])
		}
		return l
	}
	return v
}

func oddCase(r *rand.Rand, s string) string {
	if s == "" {
		return "a"
	}
	switch r.Intn(4) {
	case 0:
		return strings.ToUpper(s[:1]) + s[1:]
	case 1:
		return strings.ToLower(s)
	case 2:
		return strings.ReplaceAll(s, "s", "ſ")
	}
	return s + "x"
}

// Damages one place; the object itself keeps its kind.
func damage(r *rand.Rand, o object, keys []string) object {
	var all []place
	holder := any(o)
	places(o, func(x any) {}, &all)
	p := all[r.Intn(len(all))]
	if p.in != nil && ((*p.in)[p.at].key == "kind" || (*p.in)[p.at].key == "apiVersion") && r.Intn(20) > 0 {
		return o
	}
	switch r.Intn(12) {
	case 0, 1, 2, 3, 4:
		p.set(oddValues[r.Intn(len(oddValues))])
	case 5:
		p.set([]any{p.get()})
	case 6:
		if inner, is := p.get().([]any); is && len(inner) > 0 {
			p.set(inner[0])
		} else if t, is := p.get().(string); is {
			p.set(t + pick(r, []string{" ", "\n", "x", "\u0000", "\ufffd"}))
		}
	case 7:
		if p.in != nil {
			(*p.in)[p.at].key = oddCase(r, (*p.in)[p.at].key)
		}
	case 8: // a second one of the same name; in an object that has room for it
		if inner, is := p.get().(object); is && len(inner) > 0 {
			m := inner[r.Intn(len(inner))]
			value := any(oddValues[r.Intn(len(oddValues))])
			if r.Intn(3) == 0 {
				value = clone(m.value)
			}
			key := m.key
			if r.Intn(3) == 0 {
				key = oddCase(r, key)
			}
			p.set(append(append(object{}, inner...), member{key, value}))
		}
	case 9:
		if inner, is := p.get().(object); is {
			p.set(append(append(object{}, inner...), member{pick(r, keys), oddValues[r.Intn(len(oddValues))]}))
		}
	case 10:
		if inner, is := p.get().(object); is && len(inner) > 0 {
			i := r.Intn(len(inner))
			p.set(append(append(object{}, inner[:i]...), inner[i+1:]...))
		}
	case 11:
		if inner, is := p.get().([]any); is && len(inner) > 0 {
			p.set(append(append([]any{}, inner...), clone(inner[r.Intn(len(inner))])))
		}
	}
	return holder.(object)
}

func keysOf(bases []object) (keys []string) {
	seen := map[string]bool{}
	for _, b := range bases {
		var all []place
		places(b, func(any) {}, &all)
		for _, p := range all {
			if p.in != nil && !seen[(*p.in)[p.at].key] {
				seen[(*p.in)[p.at].key] = true
				keys = append(keys, (*p.in)[p.at].key)
			}
		}
	}
	return keys
}

// --- judging ---------------------------------------------------------------------------------------------------------

// Without empty lists and records: Go writes some that were not there, and leaves out some that were.
func tidy(dump string) string {
	lines := strings.Split(dump, "\n")
	for {
		var kept []string
		for i := 0; i < len(lines); i++ {
			if strings.TrimLeft(lines[i], " ") == "divisor: 0" { // Go writes it where there was none
				continue
			}
			next := ""
			if i+1 < len(lines) {
				next = strings.TrimLeft(lines[i+1], " ")
			}
			if opens := strings.HasSuffix(lines[i], ": [") && next == "]" || strings.HasSuffix(lines[i], ": {") && next == "}"; opens {
				i++
				continue
			}
			kept = append(kept, lines[i])
		}
		if len(kept) == len(lines) {
			return strings.Join(kept, "\n")
		}
		lines = kept
	}
}

func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range la {
		if i >= len(lb) || la[i] != lb[i] {
			other := "(nothing)"
			if i < len(lb) {
				other = lb[i]
			}
			before := ""
			for j := i - 1; j >= 0 && j > i-4; j-- {
				before = la[j] + " / " + before
			}
			return fmt.Sprintf("%s [%s] and from what Go wrote [%s]", before, la[i], other)
		}
	}
	return "more lines from Go"
}

var (
	notSet = regexp.MustCompile(` = (not set|"")\n`)
	// as we show amounts
	amount     = regexp.MustCompile(`\b[0-9.]+([kMGTPE]i?)?\b`)
	longNumber = regexp.MustCompile(`[0-9]{16}`)
	unknown    = regexp.MustCompile(`(?m)^ kind: (.+)$`)
)

// Both readings of an object that both sides accept.
func judgeMeaning(text, ours, after, out string) (string, string) {
	if ours == after {
		return same, ""
	}
	if notSet.ReplaceAllString(ours, " = *\n") == notSet.ReplaceAllString(after, " = *\n") {
		return "null in a map", ""
	}
	if longNumber.MatchString(text) && amount.ReplaceAllString(ours, "*") == amount.ReplaceAllString(after, "*") {
		return "more digits than a double", ""
	}
	if withoutUnknownKinds(ours) == withoutUnknownKinds(after) || withoutSeveral(ours, after) {
		return "volume of an unknown kind", ""
	}
	return "", "read differently after Go: " + firstDifference(ours, after) + " ### " + clip(out)
}

var volumeKinds = strings.Fields("emptyDir hostPath secret configMap persistentVolumeClaim nfs projected csi image ephemeral downwardAPI gitRepo awsElasticBlockStore gcePersistentDisk azureDisk azureFile cephfs cinder fc flexVolume flocker glusterfs iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume several")

// Several sources of which Go knows none.
func withoutSeveral(ours, after string) bool {
	a, b := strings.Split(ours, "\n"), strings.Split(after, "\n")
	for i := range a {
		if i < len(b) && a[i] == " kind: several" && b[i] == " kind: emptyDir" {
			a[i] = b[i]
		}
	}
	return withoutUnknownKinds(strings.Join(a, "\n")) == withoutUnknownKinds(after)
}

// Kinds of volumes that Go does not know are emptyDir to it.
func withoutUnknownKinds(dump string) string {
	return unknown.ReplaceAllStringFunc(dump, func(line string) string {
		kind := strings.TrimPrefix(line, " kind: ")
		for _, k := range append(volumeKinds, "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "ReplicationController", "PodTemplate") {
			if k == kind && k != "emptyDir" {
				return line
			}
		}
		return " kind: emptyDir"
	})
}

func judgePod(p *probe, answer string, out []byte, err error) (string, string) {
	switch {
	case err == nil && out == nil:
		return "another kind", ""
	case err != nil && answer[0] != 'A':
		return refused, ""
	case err != nil:
		for _, c := range podUnread {
			if strings.Contains(err.Error(), c.contains) {
				return c.class, ""
			}
		}
		return "", "only they refuse: " + err.Error()
	case answer[0] != 'A':
		for _, c := range podStricter {
			if strings.Contains(answer, c.contains) {
				return c.class, ""
			}
		}
		return "", "only we refuse: " + answer
	}
	again := p.askOne('p', string(out))
	return judgeMeaning("", tidy(answer), tidy(again), string(out))
}

func podArea(p *probe, s seedTexts) area {
	bases := podBases(p, s)
	keys := keysOf(bases)
	return area{"pod", 200000, podClasses, func(r *rand.Rand) question {
		o := clone(bases[r.Intn(len(bases))]).(object)
		for i := r.Intn(3); i >= 0; i-- {
			o = damage(r, o, keys)
		}
		var b strings.Builder
		write(&b, o)
		text := b.String()
		out, err := roundTrip([]byte(text))
		return question{'p', text, func(answer string) (string, string) {
			if class, _ := judgePod(p, answer, out, err); class != "" {
				return class, ""
			}
			_, why := judgePod(p, answer, out, err)
			return "", why
		}}
	}}
}

// --- pods in YAML ----------------------------------------------------------------------------------------------------

// A pod in YAML that both accept must mean the same.
var podYAMLClasses = []class{
	{"only they refuse", "the cluster never sees it: YAML that go-yaml refuses, and numbers and booleans in string fields, which we remark on", false},
	{"only we refuse", "the reasons of the areas yaml and pod", false},
	{"another kind", "the object is no pod any more", false},
	{"null in a map", "as in the area pod", false},
	{"more digits than a double", "an amount of more than 15 digits without quotes: kubectl makes a double of it, we keep it exactly", true},
	{"volume of an unknown kind", "as in the area pod", false},
}

func podYAMLArea(p *probe, s seedTexts) area {
	var texts []string
	for _, o := range podBases(p, s) {
		var b strings.Builder
		write(&b, o)
		y, err := yaml.JSONToYAML([]byte(b.String()))
		if err == nil {
			texts = append(texts, string(y))
		}
	}
	return area{"podyaml", 200000, podYAMLClasses, func(r *rand.Rand) question {
		text := pick(r, texts)
		for i := r.Intn(3); i >= 0; i-- {
			text = mutateLines(r, text, yamlTokens)
		}
		loose := guard(yaml.YAMLToJSON, text)
		var out []byte
		err := loose.err
		if err == nil {
			out, err = roundTrip(loose.json)
		}
		return question{'P', text, func(answer string) (string, string) {
			switch {
			case err != nil && answer[0] != 'A':
				return refused, ""
			case err != nil:
				return "only they refuse", ""
			case out == nil:
				return "another kind", ""
			case answer[0] != 'A':
				return "only we refuse", ""
			}
			again := p.askOne('p', string(out))
			return judgeMeaning(text, tidy(answer), tidy(again), string(loose.json))
		}}
	}}
}
