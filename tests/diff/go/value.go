package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Values as the probe writes them. Objects keep their keys as they stand.
type number struct {
	kind byte // N, I, D: oracle_probe.c
	text string
}

type member struct {
	key   string
	value any
}

type object []member

type scanner struct {
	s  string
	at int
}

func (s *scanner) until(c byte) string {
	n := strings.IndexByte(s.s[s.at:], c)
	text := s.s[s.at : s.at+n]
	s.at += n + 1
	return text
}

func (s *scanner) text() string {
	n, err := strconv.Atoi(s.until(':'))
	if err != nil {
		fail(fmt.Errorf("the probe wrote %q", s.s))
	}
	text := s.s[s.at : s.at+n]
	s.at += n
	return text
}

func (s *scanner) value() any {
	c := s.s[s.at]
	s.at++
	switch c {
	case 'n':
		return nil
	case 't':
		return true
	case 'f':
		return false
	case 'N', 'I', 'D':
		return number{c, s.until(';')}
	case 'S':
		return s.text()
	case '[':
		list := []any{}
		for s.s[s.at] != ']' {
			list = append(list, s.value())
		}
		s.at++
		return list
	case '{':
		o := object{}
		for s.s[s.at] != '}' {
			s.at++
			key := s.text()
			o = append(o, member{key, s.value()})
		}
		s.at++
		return o
	}
	panic(fmt.Sprintf("the probe wrote %c at %d of %q", c, s.at-1, s.s))
}

// A document that we accept.
type document struct {
	twice bool // a key stands twice
	root  any
}

// Documents of an answer, and the reason when it ends with a refusal.
func parseAnswer(answer string) (docs []document, refusal string, refuses bool) {
	s := scanner{s: answer}
	for s.at < len(answer) {
		switch c := answer[s.at]; c {
		case '.':
			return docs, "", false
		case 'R':
			return docs, answer[s.at+1:], true
		case 'A':
			s.at++
			d := document{}
			if strings.HasPrefix(answer[s.at:], "twice") {
				d.twice = true
				s.at += len("twice")
			}
			d.root = s.value()
			docs = append(docs, d)
		default:
			fail(fmt.Errorf("the probe wrote %q", answer))
		}
	}
	return docs, "", false
}

func decode(text []byte) any {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		fail(fmt.Errorf("the library wrote %q: %v", text, err))
	}
	return v
}

// The double that go-yaml makes of a number that is not an int64.
func yamlFloat(text string) (float64, error) {
	plain := strings.ReplaceAll(text, "_", "")
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return float64(u), nil
	}
	return strconv.ParseFloat(plain, 64)
}

// Set by differ: a number that no double holds was a text to them.
var wide bool

func isWide(text string) bool {
	_, err := yamlFloat(text)
	return err != nil && (errors.Is(err, strconv.ErrRange) || strings.ContainsAny(text, "xXoObB"))
}

func sameNumber(ours number, theirs json.Number) bool {
	if ours.kind != 'D' {
		return ours.text == theirs.String()
	}
	a, err := yamlFloat(ours.text)
	b, err2 := theirs.Float64()
	return err == nil && err2 == nil && a == b && !math.IsInf(a, 0)
}

// What differs; "" when nothing does. Where a key stands twice, the last one counts.
func differ(at string, ours, theirs any) string {
	bad := fmt.Sprintf("at %s: ours %#v, theirs %#v", at, ours, theirs)
	switch o := ours.(type) {
	case nil:
		if theirs != nil {
			return bad
		}
	case bool:
		if t, ok := theirs.(bool); !ok || t != o {
			return bad
		}
	case string:
		if t, ok := theirs.(string); !ok || t != o {
			return bad
		}
	case number:
		t, ok := theirs.(json.Number)
		if text, is := theirs.(string); is && o.kind == 'D' && text == o.text && isWide(text) {
			wide = true
			return ""
		}
		if !ok || !sameNumber(o, t) {
			return bad
		}
	case []any:
		t, ok := theirs.([]any)
		if !ok || len(t) != len(o) {
			return bad
		}
		for i := range o {
			if d := differ(fmt.Sprintf("%s[%d]", at, i), o[i], t[i]); d != "" {
				return d
			}
		}
	case object:
		t, ok := theirs.(map[string]any)
		last := map[string]any{}
		for _, m := range o {
			last[m.key] = m.value
		}
		if !ok || len(t) != len(last) {
			return bad
		}
		for k, v := range last {
			tv, ok := t[k]
			if !ok {
				return bad
			}
			if d := differ(at+"."+k, v, tv); d != "" {
				return d
			}
		}
	}
	return ""
}
