// The oracle of the pack pod-security-standards: random pods, and what makes pods, at random levels and versions, given to
// the checks of k8s.io/pod-security-admission and to the pack; the sets of reasons must be equal.
//
//	psa PROBE [-n N] [-seed S]        PROBE is tests/diff/psa_probe.c; one seed gives one run
//	psa -fixtures TESTDATA FILE       copies the upstream fixtures (fixtures.go)
//
// Status 1 when something differs, or when a reason never came up at a level that has it.
package main

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"time"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

const (
	batch  = 512
	shown  = 10
	labels = "version label"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, "psa:", err)
	os.Exit(2)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func moduleVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "k8s.io/pod-security-admission" {
			return m.Version
		}
	}
	return "of unknown version"
}

// --- the probe

type probe struct {
	in   *bufio.Writer
	out  *bufio.Reader
	wait func() error
}

func startProbe(path string) *probe {
	cmd := exec.Command(path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		fail(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		fail(err)
	}
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	wait := func() error {
		in.Close()
		return cmd.Wait()
	}
	return &probe{bufio.NewWriterSize(in, 1<<16), bufio.NewReaderSize(out, 1<<16), wait}
}

func (p *probe) send(of []sample) {
	for i := range of {
		mode := "s"
		if of[i].offline {
			mode = "o"
		}
		text := of[i].level + "\n" + of[i].version + "\n" + mode + "\n" + of[i].text
		binary.Write(p.in, binary.LittleEndian, uint32(len(text)))
		p.in.WriteString(text)
	}
	binary.Write(p.in, binary.LittleEndian, uint32(0))
	p.in.Flush()
}

func (p *probe) receive() string {
	var n uint32
	if err := binary.Read(p.out, binary.LittleEndian, &n); err != nil {
		fail(fmt.Errorf("the probe ended: %w", err))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(p.out, b); err != nil {
		fail(err)
	}
	return string(b)
}

// --- judging

type run struct {
	evaluator policy.Evaluator
	reasons   map[string]map[string]int // reason, level: how often upstream gave it
	clean     map[string]int            // level: pods without any reason
	versions  map[string]bool
	rules     map[string]int
	odd       map[string]int
	bad       int
	differ    int
	pods      map[string]int
}

// What upstream says about a sample, and whether the version label could be read.
func (r *run) expected(s *sample) ([]string, bool) {
	pod, err := extract(s.kind, []byte(s.text))
	if err != nil {
		fail(fmt.Errorf("%w in %s", err, s.text))
	}
	if s.offline {
		fillIn(s.kind, &pod.Spec)
	}
	lv, badLevel, badVersion := policyOf(s.level, s.version)
	reasons := evaluate(r.evaluator, lv, pod)
	for _, reason := range reasons {
		if r.reasons[reason] == nil {
			r.reasons[reason] = map[string]int{}
		}
		r.reasons[reason][string(lv.Level)]++
	}
	if len(reasons) == 0 {
		r.clean[string(lv.Level)]++
	}
	r.versions[string(lv.Level)+" "+lv.Version.String()] = true
	if lv.Level == api.LevelPrivileged {
		return reasons, true
	}
	if badLevel {
		reasons = append(reasons, "level label")
	}
	if badVersion {
		reasons = append(reasons, labels)
	}
	return unique(reasons), !badVersion
}

// The reasons of the rules in an answer "A rule rule".
func (r *run) found(answer string) []string {
	var reasons []string
	for _, rule := range strings.Fields(answer[1:]) {
		reason, ok := reasonOf[rule]
		if !ok {
			reason = "the rule " + rule
		}
		r.rules[rule]++
		reasons = append(reasons, reason)
	}
	return unique(reasons)
}

func covers(of, wanted []string) bool {
	for _, w := range wanted {
		if !slices.Contains(of, w) {
			return false
		}
	}
	return true
}

// Compares one answer; "" when it is right, else what differs.
func (r *run) judge(s *sample, answer string) string {
	want, readable := r.expected(s)
	r.pods[s.kind]++
	if answer[0] == 'M' && s.odd != "" {
		r.odd[s.odd+": malformed"]++
		return ""
	}
	if answer[0] != 'A' {
		return "answered " + answer
	}
	got := r.found(answer)
	switch {
	case !readable:
		// A label that the API server refuses. Which version is meant nobody knows; it must be denied for that.
		r.bad++
		if slices.Contains(got, labels) {
			return ""
		}
	case slices.Equal(got, want):
		return ""
	case s.odd != "" && covers(got, want):
		r.odd[s.odd+": stricter"]++
		return ""
	}
	return fmt.Sprintf("upstream %q\n         pack     %q", want, got)
}

func (r *run) batch(p *probe, of []sample) {
	go p.send(of)
	for i := range of {
		why := r.judge(&of[i], p.receive())
		if why == "" {
			continue
		}
		r.differ++
		if r.differ <= shown {
			fmt.Printf("DIFFERS  %s\n         level %q version %q offline %v odd %q\n         %s\n", why, of[i].level,
				of[i].version, of[i].offline, of[i].odd, of[i].text)
		}
	}
}

// --- what came up

// Reasons that a level has: every one must have come up, or the run has shown nothing about it.
func (r *run) missing() []string {
	var out []string
	for _, reason := range reasonOf {
		for _, level := range []string{"baseline", "restricted"} {
			onlyBaseline := reason == "hostPath volumes"
			onlyRestricted := slices.Contains([]string{"allowPrivilegeEscalation != false", "unrestricted capabilities",
				"restricted volume types", "runAsNonRoot != true", "runAsUser=0"}, reason)
			if strings.HasSuffix(reason, " label") || (onlyBaseline && level == "restricted") || (onlyRestricted && level == "baseline") {
				continue
			}
			if r.reasons[reason][level] == 0 {
				out = append(out, reason+" at "+level)
			}
		}
	}
	for rule := range reasonOf {
		if r.rules[rule] == 0 {
			out = append(out, "a finding of "+rule)
		}
	}
	for v := 0; v <= 37; v++ {
		for _, level := range []string{"baseline ", "restricted "} {
			if !r.versions[fmt.Sprintf("%sv1.%d", level, v)] {
				out = append(out, fmt.Sprintf("%sv1.%d", level, v))
			}
		}
	}
	return unique(out)
}

func (r *run) report() {
	fmt.Printf("  %-36s %9s %10s\n", "pods with the reason", "baseline", "restricted")
	for _, reason := range sortedKeys(r.reasons) {
		fmt.Printf("  %-36s %9d %10d\n", reason, r.reasons[reason]["baseline"], r.reasons[reason]["restricted"])
	}
	fmt.Printf("  %-36s %9d %10d\n", "none", r.clean["baseline"], r.clean["restricted"])
	fmt.Printf("  version labels that the API server refuses: %d, each denied for that\n", r.bad)
	for _, odd := range sortedKeys(r.odd) {
		fmt.Printf("  would not be stored: %s: %d\n", odd, r.odd[odd])
	}
	var by []string
	for _, kind := range sortedKeys(r.pods) {
		by = append(by, fmt.Sprintf("%s %d", kind, r.pods[kind]))
	}
	sort.Strings(by)
	fmt.Println("  " + strings.Join(by, ", "))
}

func compare(path string, n int, seed int64) {
	r := &run{evaluator: newEvaluator(), reasons: map[string]map[string]int{}, clean: map[string]int{}, versions: map[string]bool{},
		rules: map[string]int{}, odd: map[string]int{}, pods: map[string]int{}}
	p := startProbe(path)
	random := rand.New(rand.NewSource(seed))
	start := time.Now()
	for done := 0; done < n; {
		of := make([]sample, min(batch, n-done))
		for i := range of {
			of[i] = newSample(random)
		}
		r.batch(p, of)
		done += len(of)
	}
	if err := p.wait(); err != nil {
		fail(fmt.Errorf("the probe: %w", err))
	}
	fmt.Printf("psa: k8s.io/pod-security-admission %s, seed %d\n", moduleVersion(), seed)
	r.report()
	missing := r.missing()
	for _, m := range missing {
		fmt.Println("NEVER CAME UP:", m)
	}
	fmt.Printf("psa: %d pods in %.0f s: %d differ\n", n, time.Since(start).Seconds(), r.differ)
	if r.differ > 0 || len(missing) > 0 {
		os.Exit(1)
	}
}

func main() {
	n := flag.Int("n", 200000, "how many pods")
	seed := flag.Int64("seed", 1, "of the random numbers")
	fixtures := flag.String("fixtures", "", "copy the upstream fixtures of this folder to the file")
	flag.Parse()
	if flag.NArg() != 1 {
		fail(fmt.Errorf("usage: psa [-n N] [-seed S] PROBE | psa -fixtures TESTDATA FILE"))
	}
	if *fixtures != "" {
		if err := copyFixtures(*fixtures, flag.Arg(0)); err != nil {
			fail(err)
		}
		return
	}
	compare(flag.Arg(0), *n, *seed)
}
