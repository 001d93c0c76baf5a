package main

import (
	"fmt"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
)

const (
	enforce        = api.EnforceLevelLabel
	enforceVersion = api.EnforceVersionLabel
	noLabel        = "-"
)

// What the pack calls the reasons of the upstream checks. Several rules may stand for one reason, never one rule for two.
var reasonOf = map[string]string{
	"pss-apparmor":                "AppArmor",
	"pss-apparmor-annotations":    "AppArmor",
	"pss-capabilities-baseline":   "non-default capabilities",
	"pss-capabilities-restricted": "unrestricted capabilities",
	"pss-host-namespaces":         "host namespaces",
	"pss-host-path-volumes":       "hostPath volumes",
	"pss-host-ports":              "hostPort",
	"pss-host-probes":             "probe or lifecycle host",
	"pss-level-label":             "level label",
	"pss-privilege-escalation":    "allowPrivilegeEscalation != false",
	"pss-privileged":              "privileged",
	"pss-proc-mount":              "procMount",
	"pss-run-as-non-root":         "runAsNonRoot != true",
	"pss-run-as-root":             "runAsNonRoot != true",
	"pss-run-as-user":             "runAsUser=0",
	"pss-seccomp":                 "seccompProfile",
	"pss-seccomp-annotations":     "seccompProfile",
	"pss-seccomp-required":        "seccompProfile",
	"pss-selinux":                 "seLinuxOptions",
	"pss-sysctls":                 "forbidden sysctls",
	"pss-version-label":           "version label",
	"pss-volume-types":            "restricted volume types",
	"pss-windows-host-process":    "hostProcess",
}

// The reason as the map above writes it: upstream has a singular and a plural of one.
func normal(reason string) string {
	if strings.HasPrefix(reason, "forbidden AppArmor profile") {
		return "AppArmor"
	}
	return reason
}

func newEvaluator() policy.Evaluator {
	e, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		fail(err)
	}
	return e
}

// What the namespace's labels ask for, as the API server reads them; the default is the pack's.
func policyOf(level, version string) (lv api.LevelVersion, badLevel, badVersion bool) {
	labels := map[string]string{}
	if level != noLabel {
		labels[enforce] = level
	}
	if version != noLabel {
		labels[enforceVersion] = version
	}
	standard := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	p, errs := api.PolicyToEvaluate(labels, api.Policy{Enforce: standard, Audit: standard, Warn: standard})
	for _, e := range errs {
		badVersion = badVersion || strings.Contains(e.Field, enforceVersion)
		badLevel = badLevel || strings.Contains(e.Field, enforce+"]")
	}
	return p.Enforce, badLevel, badVersion
}

// Reasons, each once, sorted.
func evaluate(e policy.Evaluator, lv api.LevelVersion, pod *corev1.PodTemplateSpec) []string {
	var reasons []string
	for _, r := range policy.AggregateCheckResults(e.EvaluatePod(lv, &pod.ObjectMeta, &pod.Spec)).ForbiddenReasons {
		reasons = append(reasons, normal(r))
	}
	return unique(reasons)
}

func unique(s []string) []string {
	sort.Strings(s)
	out := s[:0]
	for i, r := range s {
		if i == 0 || r != s[i-1] {
			out = append(out, r)
		}
	}
	return out
}

// Decodes the object as the API server does and takes the pod out of it, as upstream's DefaultPodSpecExtractor.
func extract(kind string, text []byte) (*corev1.PodTemplateSpec, error) {
	var err error
	decode := func(into any) {
		err = kjson.UnmarshalCaseSensitivePreserveInts(text, into)
	}
	switch kind {
	case "Pod":
		var o corev1.Pod
		decode(&o)
		return &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}, err
	case "PodTemplate":
		var o corev1.PodTemplate
		decode(&o)
		return &o.Template, err
	case "ReplicationController":
		var o corev1.ReplicationController
		decode(&o)
		return o.Spec.Template, err
	case "Deployment":
		var o appsv1.Deployment
		decode(&o)
		return &o.Spec.Template, err
	case "ReplicaSet":
		var o appsv1.ReplicaSet
		decode(&o)
		return &o.Spec.Template, err
	case "StatefulSet":
		var o appsv1.StatefulSet
		decode(&o)
		return &o.Spec.Template, err
	case "DaemonSet":
		var o appsv1.DaemonSet
		decode(&o)
		return &o.Spec.Template, err
	case "Job":
		var o batchv1.Job
		decode(&o)
		return &o.Spec.Template, err
	case "CronJob":
		var o batchv1.CronJob
		decode(&o)
		return &o.Spec.JobTemplate.Spec.Template, err
	}
	return nil, fmt.Errorf("no such kind: %s", kind)
}

// What the API server fills in before admission and a check reads. A manifest that has not been there (offline) needs it;
// an object that has been there has it already. Ports of the host are filled in for pods, not for templates.
func fillIn(kind string, pod *corev1.PodSpec) {
	for i := range pod.Volumes {
		if pod.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			pod.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if kind != "Pod" || !pod.HostNetwork {
		return
	}
	for _, list := range [][]corev1.Container{pod.Containers, pod.InitContainers} {
		for i := range list {
			for k := range list[i].Ports {
				if list[i].Ports[k].HostPort == 0 {
					list[i].Ports[k].HostPort = list[i].Ports[k].ContainerPort
				}
			}
		}
	}
}
