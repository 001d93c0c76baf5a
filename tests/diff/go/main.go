// The oracle compares our readers with the libraries that Kubernetes and container registries use.
//
//	oracle PROBE [-n N] [-seed S] [-seconds T] [-cases DIR]... AREA...
//
// It starts PROBE (tests/diff/oracle_probe.c), gives it and the library the same random texts, and compares what both
// say. Every difference must belong to a class of the reviewed list of its area (yaml.go, json.go, quantity.go, image.go,
// pod.go). The first differences that belong to none are printed and end the run with status 1; so does, in a full run, a
// class that never came up, because then it explains nothing. One seed gives one run.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"time"
)

// A class of differences, each of them reviewed.
type class struct {
	name   string
	reason string
	rare   bool // need not come up in every run
}

// A case: what is asked, and what the library says, to be compared with the answer.
type question struct {
	what byte
	text string
	// Gives the name of the class of the answer; "" is a difference that nobody has explained, and why says what differs.
	judge func(answer string) (class, why string)
}

type area struct {
	name    string
	n       int
	classes []class
	make    func(r *rand.Rand) question
}

const (
	same    = "same value"
	refused = "refused by both"
	batch   = 256
	shown   = 12
)

var clipAt = 600

type probe struct {
	in  *bufio.Writer
	out *bufio.Reader
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
	return &probe{bufio.NewWriterSize(in, 1<<16), bufio.NewReaderSize(out, 1<<16)}
}

func (p *probe) put(what byte, text string) {
	var head [5]byte
	head[0] = what
	binary.LittleEndian.PutUint32(head[1:], uint32(len(text)))
	p.in.Write(head[:])
	p.in.WriteString(text)
}

// Asks a batch; the answers come in order.
func (p *probe) ask(qs []question) []string {
	written := make(chan bool)
	go func() {
		for _, q := range qs {
			p.put(q.what, q.text)
		}
		p.put('!', "")
		p.in.Flush()
		close(written)
	}()
	answers := make([]string, len(qs))
	for i := range qs {
		var head [4]byte
		if _, err := io.ReadFull(p.out, head[:]); err != nil {
			fail(fmt.Errorf("the probe ended at or before %c %q", qs[i].what, qs[i].text))
		}
		b := make([]byte, binary.LittleEndian.Uint32(head[:]))
		if _, err := io.ReadFull(p.out, b); err != nil {
			fail(err)
		}
		answers[i] = string(b)
	}
	<-written
	return answers
}

func (p *probe) askOne(what byte, text string) string {
	return p.ask([]question{{what: what, text: text}})[0]
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "oracle:", err)
	os.Exit(2)
}

func clip(s string) string {
	if len(s) > clipAt {
		return s[:clipAt] + "..."
	}
	return s
}

var variable = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|[0-9]+|(?s:\n.*)")

// What reasons have in common.
func groupOf(why string) string {
	why, _, _ = strings.Cut(why, " ### ")
	key := variable.ReplaceAllString(why, "_")
	if len(key) > 130 {
		key = key[:130]
	}
	return key
}

// Runs one area; false when something is unexplained.
func run(p *probe, a area, seed int64, limit time.Duration, full bool) bool {
	r := rand.New(rand.NewSource(seed))
	counts := map[string]int{}
	known := map[string]bool{same: true, refused: true}
	for _, c := range a.classes {
		known[c.name] = true
	}
	start := time.Now()
	done, unexplained := 0, 0
	whys := map[string]int{}
	for done < a.n && (limit == 0 || time.Since(start) < limit) {
		qs := make([]question, batch)
		for i := range qs {
			qs[i] = a.make(r)
		}
		for i, answer := range p.ask(qs) {
			done++
			name, why := qs[i].judge(answer)
			if name != "" && !known[name] {
				why = name + ": not in the list; " + why
			} else if name != "" {
				counts[name]++
				continue
			}
			unexplained++
			key := groupOf(why)
			whys[key]++
			if whys[key] == 1 && len(whys) <= shown {
				fmt.Printf("--- %s: %s\n%q\n  ours: %s\n", a.name, why, clip(qs[i].text), clip(answer))
			}
		}
	}
	fmt.Printf("%s: %d texts in %.0f s, seed %d\n", a.name, done, time.Since(start).Seconds(), seed)
	names := []string{}
	for n := range counts {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return counts[names[i]] > counts[names[j]] })
	for _, n := range names {
		fmt.Printf("  %8d %s\n", counts[n], n)
	}
	ok := unexplained == 0
	if !ok {
		fmt.Printf("  %8d UNEXPLAINED\n", unexplained)
	}
	for key, n := range whys {
		fmt.Printf("  %14d %s\n", n, key)
	}
	for _, c := range a.classes {
		if full && done >= a.n && !c.rare && counts[c.name] == 0 {
			fmt.Printf("  the class %q never came up: it explains nothing\n", c.name)
			ok = false
		}
	}
	return ok
}

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: oracle PROBE [flags] AREA..."))
	}
	flags := flag.NewFlagSet("oracle", flag.ExitOnError)
	n := flags.Int("n", 0, "texts in each area (0: as many as the area says)")
	seed := flags.Int64("seed", 1, "seed")
	seconds := flags.Int("seconds", 0, "stop an area after so many seconds (0: never)")
	flags.IntVar(&clipAt, "clip", clipAt, "bytes of a text that are shown")
	list_ := flags.Bool("list", false, "print the reviewed list and stop")
	var dirs list
	flags.Var(&dirs, "cases", "a folder whose *.yaml and *.json are texts to begin with; may be repeated")
	flags.Parse(os.Args[2:])
	p := startProbe(os.Args[1])
	seeds := readSeeds(dirs)
	areas := []area{yamlArea(seeds), streamArea(seeds), jsonArea(seeds), quantityArea(), imageArea(), podArea(p, seeds), podYAMLArea(p, seeds)}
	if *list_ {
		for _, a := range areas {
			for _, c := range a.classes {
				fmt.Printf("%s | %s | %s\n", a.name, c.name, c.reason)
			}
		}
		return
	}
	ok := true
	for _, a := range areas {
		if flags.NArg() > 0 && !strings.Contains(" "+strings.Join(flags.Args(), " ")+" ", " "+a.name+" ") {
			continue
		}
		full := *n == 0
		if !full {
			a.n = *n
		}
		ok = run(p, a, *seed, time.Duration(*seconds)*time.Second, full) && ok
	}
	if !ok {
		fmt.Println("oracle: FAILED")
		os.Exit(1)
	}
	fmt.Println("oracle: every difference is explained")
}
