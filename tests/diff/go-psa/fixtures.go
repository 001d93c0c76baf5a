package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/yaml"
)

// One run of versions in which upstream labels a pod in one way, and gives these reasons.
type labelled struct {
	Name    string   `json:"name"`
	Level   string   `json:"level"`
	First   int      `json:"first"` // v1.First
	Last    int      `json:"last"`
	Verdict string   `json:"verdict"` // pass or fail: the folder of the fixture
	Reasons []string `json:"reasons"` // what the upstream checks say
}

type fixture struct {
	Cases []labelled      `json:"cases"`
	Pod   json.RawMessage `json:"pod"`
}

// Copies the fixtures of the upstream module (folder `testdata`) into one compact file: each pod once, with the levels and
// versions that label it. The label is upstream's folder; the reasons are what the upstream checks answer, which must fit.
func copyFixtures(testdata, to string) error {
	pods := map[string]*fixture{}
	files, err := filepath.Glob(filepath.Join(testdata, "*", "*", "*", "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no fixtures below %s", testdata)
	}
	for _, file := range files {
		if err := addFixture(pods, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return write(pods, len(files), to)
}

func addFixture(pods map[string]*fixture, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	pod, err := yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	c := labelled{Name: filepath.Base(file[:len(file)-len(".yaml")]), Verdict: filepath.Base(dir),
		Level: filepath.Base(filepath.Dir(filepath.Dir(dir)))}
	if _, err := fmt.Sscanf(filepath.Base(filepath.Dir(dir)), "v1.%d", &c.First); err != nil {
		return err
	}
	c.Last = c.First
	var p corev1.Pod
	if err := yaml.Unmarshal(text, &p); err != nil {
		return err
	}
	fillIn("Pod", &p.Spec)
	lv := api.LevelVersion{Level: api.Level(c.Level), Version: api.MajorMinorVersion(1, c.First)}
	c.Reasons = evaluate(newEvaluator(), lv, &corev1.PodTemplateSpec{ObjectMeta: p.ObjectMeta, Spec: p.Spec})
	if c.Reasons == nil {
		c.Reasons = []string{}
	}
	if (len(c.Reasons) == 0) != (c.Verdict == "pass") {
		return fmt.Errorf("labelled %s, but the checks say %v", c.Verdict, c.Reasons)
	}
	f := pods[string(pod)]
	if f == nil {
		f = &fixture{Pod: pod}
		pods[string(pod)] = f
	}
	f.Cases = append(f.Cases, c)
	return nil
}

// Joins neighbouring versions that are labelled alike.
func merge(cases []labelled) []labelled {
	sort.Slice(cases, func(i, k int) bool {
		a, b := cases[i], cases[k]
		if a.Level+a.Name != b.Level+b.Name {
			return a.Level+a.Name < b.Level+b.Name
		}
		return a.First < b.First
	})
	var out []labelled
	for _, c := range cases {
		n := len(out) - 1
		if n >= 0 && out[n].Level == c.Level && out[n].Name == c.Name && out[n].Verdict == c.Verdict &&
			out[n].Last+1 == c.First && slices.Equal(out[n].Reasons, c.Reasons) {
			out[n].Last = c.Last
			continue
		}
		out = append(out, c)
	}
	return out
}

func write(pods map[string]*fixture, count int, to string) error {
	var b bytes.Buffer
	rules, err := json.Marshal(reasonOf)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "{\"source\":\"k8s.io/pod-security-admission %s, test/testdata\",\"license\":\"Apache-2.0\",\"count\":%d,\n",
		moduleVersion(), count)
	fmt.Fprintf(&b, "\"reason_of\":%s,\n\"pods\":[\n", rules)
	for i, key := range sortedKeys(pods) {
		pods[key].Cases = merge(pods[key].Cases)
		line, err := json.Marshal(pods[key])
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return os.WriteFile(to, b.Bytes(), 0o644)
}
