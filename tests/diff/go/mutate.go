package main

import (
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
)

// Texts to begin with.
type seedTexts struct {
	yaml, json []string
}

const (
	maxSeed   = 200 << 10
	maxWindow = 2500
)

func readSeeds(dirs []string) seedTexts {
	var s seedTexts
	for _, dir := range dirs {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			info, err := d.Info()
			if err != nil || info.Size() > maxSeed || info.Size() == 0 {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			switch {
			case strings.HasSuffix(path, ".json") || strings.Contains(path, "corpus/json"):
				s.json = append(s.json, string(b))
			case strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml") || strings.Contains(path, "corpus/yaml"):
				s.yaml = append(s.yaml, string(b))
			}
			return nil
		})
	}
	s.yaml = append(s.yaml, "a: &x {b: 1}\nc:\n  <<: *x\n  d: [1, 'two', \"three\", ~]\n", "kind: Pod\nspec: {containers: [{name: a, image: b}]}\n")
	s.json = append(s.json, `{"a": [1, -2.5e3, "x\u00e9\n", true, null, {}]}`)
	return s
}

func pick(r *rand.Rand, l []string) string { return l[r.Intn(len(l))] }

// Some lines of a text, cut at lines.
func window(r *rand.Rand, text string) string {
	if len(text) <= maxWindow && r.Intn(4) > 0 {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	from := 0
	if r.Intn(2) == 0 {
		from = r.Intn(len(lines))
	}
	size := 0
	to := from
	for to < len(lines) && to-from < 40 && size+len(lines[to]) < maxWindow {
		size += len(lines[to])
		to++
	}
	return strings.Join(lines[from:to], "")
}

var yamlTokens = []string{
	"<<: *a", "<<: [*a, *b]", "<<: {a: 1}", "? ", "&x ", "&a", "*x", "*a", "!!bool ", "!!str ", "!!int ", "!!float ", "!!null ",
	"!!map ", "!!seq ", "!!binary ", "!!timestamp ", "!!set ", "! ", "!foo ", "!<tag:yaml.org,2002:str> ", "yes", "no", "on", "Off", "y", "N", "012",
	"0o14", "0x1F", "0b101", "0b-1", "-0b11", "+0b1", "1_000", "_1", "1_", "1__0", "0x_1", "0_8", "08", "-012", "+012", "+1", "-0", "12:30:45", ".inf",
	"-.INF", ".nan", "~", "null", "Null", "NULL", "''", "'", "\"", "\"\\x41\"", "\"\\u0041\"", "\"\\U0001F600\"", "\"\\/\"", "\"\\e\"",
	"\"\\N\\_\\L\\P\"", "\"\\ud800\"", "\"\\0\"", "\t", "\t- ", "- ", "-", ": ", ":", "::", " #", "#", "| ", "|", "|2", "|-", "|+", "|1-", ">", ">-", ">9", "[", "]", "{", "}",
	",", "[,]", "{,}", "{a}", "{a: }", "{? a}", "[a: b]", "[? a]", "{\"a\":1}", "{a:1}", "[-1]", "[ - ]", "---", "--- ", "---\n", "...", "...\n", "%YAML 1.1\n---\n", "%YAML 1.2\n",
	"%TAG ! x\n", "%TAG !x! tag:x,2000:\n---\n", "%FOO\n", "@", "`", "\\", "\r\n", "\r", "\xef\xbb\xbf", "\u0085", "\u2028", "\xff", "\x00", "\x7f", "é", "😀", "\ufffd", "2001-01-01",
	"2001-12-14t21:59:43.10-05:00", "1e3", "1.5e+10", "1.", ".5", "1.e5", "1e400", "1e-400", "-1e400", "9223372036854775807", "9223372036854775808",
	"18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFF", "0.1", "-.5", "+.5", ".", "..", "-", "+", "=", "<<",
	"\"<<\"", "!!merge <<", "a: b", "a : b", "\n", "\n\n", "  ", " ", "\n  ", "\n- ", "'a''b'", "\"a\\\n  b\"", "0777", "0x", "0b2", "0o8", "1e", "1e+", "__proto__", "<<: ", "infinity", "nan", ".e5", ".1_0", "1_0.5", "1.5_", "0x1p4", "1E5", "._1", "+0x1f", "-0o7", "0B11", "0X1f", "0O17", "00", "0", "0_", "1_e5", "0_x1F", "0b_-1", "0B-1", "-_0b1", "0b+1", ".1_0", ".1_", "-._1", "! <<", "! \"<<\"", "! yes", "! 'yes'", "!!int '010'", "!!bool 'yes'",
}

func insertAt(s string, at int, t string) string { return s[:at] + t + s[at:] }

// One change to a text made of lines.
func mutateLines(r *rand.Rand, s string, tokens []string) string {
	if len(s) == 0 {
		return pick(r, tokens)
	}
	at := r.Intn(len(s))
	lines := strings.SplitAfter(s, "\n")
	i, j := r.Intn(len(lines)), r.Intn(len(lines))
	switch r.Intn(14) {
	case 0:
		b := []byte(s)
		b[at] ^= 1 << r.Intn(8)
		return string(b)
	case 1:
		return insertAt(s, at, string([]byte{byte(r.Intn(256))}))
	case 2:
		return s[:at] + s[at+1:]
	case 3:
		lines[i], lines[j] = lines[j], lines[i]
	case 4:
		lines[i] += lines[j]
	case 5:
		lines[i] = ""
	case 6:
		lines[i] = strings.Repeat(" ", 1+r.Intn(4)) + lines[i]
	case 7:
		lines[i] = strings.TrimPrefix(lines[i], strings.Repeat(" ", 1+r.Intn(2)))
	case 8, 9:
		return insertAt(s, at, pick(r, tokens))
	case 10, 11: // the value of a line
		if c := strings.Index(lines[i], ": "); c >= 0 {
			lines[i] = lines[i][:c+2] + pick(r, tokens) + "\n"
		} else {
			lines[i] = strings.TrimRight(lines[i], "\n") + pick(r, tokens) + "\n"
		}
	case 12: // the key of a line
		body := strings.TrimLeft(lines[i], " -")
		lead := lines[i][:len(lines[i])-len(body)]
		if c := strings.Index(body, ":"); c >= 0 {
			lines[i] = lead + pick(r, tokens) + body[c:]
		} else {
			lines[i] = lead + pick(r, tokens) + ": " + body
		}
	case 13: // a line of its own, as far in as line i
		body := strings.TrimLeft(lines[i], " ")
		lines[i] += lines[i][:len(lines[i])-len(body)] + pick(r, tokens) + "\n"
	}
	return strings.Join(lines, "")
}

var smallScalars = []string{"a", "b", "1", "x y", "'q'", "\"d\"", "yes", "no", "~", "", "12:30", "1.5", "-1", "<<", "true", "a#b", "a:b", "010", "0x1f", "- a", "? a", "*a", "&a a", "&b", "!!str 1", "!!int 1", "\"\"", "''", "null", "1e3", ".inf", "2001-01-01", "=", "k", "on"}

// A small document by grammar: rich in anchors, aliases, merge keys, flow collections and odd scalars.
func growYAML(r *rand.Rand, b *strings.Builder, indent int, flow bool, fuel *int) {
	*fuel--
	anchor := ""
	switch r.Intn(12) {
	case 0:
		anchor = "&a "
	case 1:
		anchor = "&b "
	}
	kind := r.Intn(8)
	if *fuel <= 0 || kind < 3 {
		switch r.Intn(8) {
		case 0:
			b.WriteString("*a")
		case 1:
			b.WriteString("*b")
		case 2:
			b.WriteString(anchor + pick(r, yamlTokens))
		default:
			b.WriteString(anchor + pick(r, smallScalars))
		}
		return
	}
	n := 1 + r.Intn(4)
	if flow || kind == 7 {
		growFlow(r, b, anchor, n, indent, fuel)
		return
	}
	pad := strings.Repeat(" ", indent)
	b.WriteString(anchor)
	for i := 0; i < n; i++ {
		b.WriteString("\n" + pad)
		if kind == 3 {
			b.WriteString("- ")
		} else {
			growKey(r, b)
			b.WriteString(": ")
		}
		growYAML(r, b, indent+1+r.Intn(2), false, fuel)
	}
}

func growKey(r *rand.Rand, b *strings.Builder) {
	switch r.Intn(10) {
	case 0, 1, 2:
		b.WriteString("<<")
	case 3:
		b.WriteString(pick(r, smallScalars))
	case 4:
		b.WriteString([]string{"? a\n", "\"<<\"", "!!str a", "&a k", "*a ", "'b'", "!!merge <<", "! <<", "'a'", "\"b\""}[r.Intn(10)])
	default:
		b.WriteString([]string{"a", "b", "c", "d", "k", "e"}[r.Intn(6)])
	}
}

func growFlow(r *rand.Rand, b *strings.Builder, anchor string, n, indent int, fuel *int) {
	isMap := r.Intn(3) > 0
	b.WriteString(anchor + map[bool]string{true: "{", false: "["}[isMap])
	for i := 0; i < n; i++ {
		if i > 0 {
			b.WriteString([]string{", ", ",", " ,", ",\n" + strings.Repeat(" ", indent)}[r.Intn(4)])
		}
		if isMap {
			growKey(r, b)
			b.WriteString(": ")
		}
		growYAML(r, b, indent+1, true, fuel)
	}
	b.WriteString(map[bool]string{true: "}", false: "]"}[isMap])
}

func randomYAML(r *rand.Rand, seeds []string) string {
	var s string
	if r.Intn(500) == 0 {
		s = pick(r, []string{"%TAG !x! tag:x,2000:\n---\n", "%YAML 1.1\n---\n", "\ufeff", "%YAML 1.2\n--- "})
		return s + randomYAML(r, seeds)
	}
	if r.Intn(2) == 0 {
		var b strings.Builder
		fuel := 3 + r.Intn(14)
		if r.Intn(2) == 0 {
			b.WriteString("z: &a {a: 1, b: {c: 2}}\ny: &b {b: 3, d: [1]}\nx: ")
		}
		growYAML(r, &b, 1, false, &fuel)
		s = b.String() + "\n"
		for i := r.Intn(3); i > 1; i-- {
			s = mutateLines(r, s, yamlTokens)
		}
		return s
	}
	s = window(r, pick(r, seeds))
	for i := r.Intn(4); i >= 0; i-- {
		s = mutateLines(r, s, yamlTokens)
	}
	return s
}
