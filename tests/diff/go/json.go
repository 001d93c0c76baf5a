package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"strings"

	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// Our JSON reader against encoding/json (values, numbers as text) and sigs.k8s.io/json (keys that stand twice).
var jsonClasses = []class{
	{"infinite number", "sigs.k8s.io/json refuses 1e400 before it sees whether a key stands twice; we keep it, marked inexact, because the API server passes it on in fields that it does not know", false},
}

func goJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more follows")
	}
	return v, nil
}

func twiceJSON(text string) bool {
	var v any
	strict, err := kjson.UnmarshalStrict([]byte(text), &v)
	if err != nil {
		return false
	}
	for _, e := range strict {
		if strings.Contains(e.Error(), "duplicate field") {
			return true
		}
	}
	return false
}

func judgeJSON(answer, text string) (string, string) {
	theirs, err := goJSON(text)
	docs, refusal, refuses := parseAnswer(answer)
	if refuses && err != nil {
		return refused, ""
	}
	if refuses {
		return "", fmt.Sprintf("only we refuse: %s", refusal)
	}
	if err != nil {
		return "", "only they refuse: " + err.Error()
	}
	if d := differ("", docs[0].root, theirs); d != "" {
		return "", "the values differ " + d
	}
	twice := twiceJSON(text)
	if twice == docs[0].twice {
		return same, ""
	}
	var v any
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(text), &v); err != nil {
		return "infinite number", ""
	}
	return "", fmt.Sprintf("a key stands twice: ours %v, theirs %v", docs[0].twice, twice)
}

var jsonTokens = []string{"{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"a\":1,", "\"\":null", "null", "true", "false", "nul", "True", "0", "-0", "-", "01", "1.", ".5", "1e5", "1E+5", "1e",
	"-1.5e-10", "1e400", "1e-400", "9223372036854775808", "18446744073709551616", "123456789012345678901234567890", "\\u0041", "\\u00e9", "\\ud800", "\\udc00", "\\ud83d\\ude00",
	"\\ud83d\\u0041", "\\u12", "\\x41", "\\/", "\\b\\f\\n\\r\\t", "\\'", "\\0", "\t", "\n", "\r\n", " ", "\v", "\f", "\u00a0", "\u2028", "\xef\xbb\xbf", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
	"\x00", "\x1f", "\x7f", "\u0085", "é", "😀", "\ufffd", "\\ufffd", "\\u0000", "//", "/* */", "#", "'", "NaN", "Infinity", "+1", "0x1", "1_000", "{}", "[]", "[[[[", "]]]]", "{\"a\":{\"a\":1,\"a\":2}}", "{\"a\":1,\"A\":2,\"\\u0061\":3}", "\"a\":\"b\",\"a\":\"c\",", "\"\\ud800\":1,\"\ufffd\":2,", "\"\xff\":1,\"\\ufffd\":2,"}

func growJSON(r *rand.Rand, b *strings.Builder, fuel *int) {
	*fuel--
	kind := r.Intn(7)
	if *fuel <= 0 || kind < 4 {
		scalars := []string{"1", "-2", "0.5", "1e3", "\"a\"", "\"\\u0041\"", "null", "true", "false", "\"\"", "12345678901234567890"}
		if r.Intn(6) == 0 {
			b.WriteString(pick(r, jsonTokens))
			return
		}
		b.WriteString(pick(r, scalars))
		return
	}
	isMap := kind > 4
	b.WriteString(map[bool]string{true: "{", false: "["}[isMap])
	for i, n := 0, r.Intn(5); i < n; i++ {
		if i > 0 {
			b.WriteString(",")
		}
		if isMap {
			b.WriteString(pick(r, []string{"\"a\"", "\"b\"", "\"\\u0061\"", "\"c\"", "\"d\"", "\"\"", "\"\\ud800\"", "\"\ufffd\"", "\"\xff\"", "\"\\u00e9\"", "\"é\"", "\"\\u0000\""}) + ":")
		}
		growJSON(r, b, fuel)
	}
	b.WriteString(map[bool]string{true: "}", false: "]"}[isMap])
}

func randomJSON(r *rand.Rand, s seedTexts) string {
	var text string
	switch r.Intn(3) {
	case 0:
		var b strings.Builder
		fuel := 2 + r.Intn(25)
		growJSON(r, &b, &fuel)
		text = b.String()
		if r.Intn(2) == 0 {
			return text
		}
	case 1:
		text = pick(r, s.json)
		if len(text) > 4*maxWindow {
			text = text[:r.Intn(4*maxWindow)]
		}
	case 2:
		j, err := yaml.YAMLToJSON([]byte(window(r, pick(r, s.yaml))))
		if err != nil {
			j = []byte("{}")
		}
		text = string(j)
		if r.Intn(2) == 0 {
			var b bytes.Buffer
			json.Indent(&b, j, "", "\t")
			text = b.String()
		}
	}
	for i := r.Intn(3); i > 0; i-- {
		text = mutateLines(r, text, jsonTokens)
	}
	return text
}

func jsonArea(s seedTexts) area {
	return area{"json", 300000, jsonClasses, func(r *rand.Rand) question {
		text := randomJSON(r, s)
		return question{'j', text, func(answer string) (string, string) { return judgeJSON(answer, text) }}
	}}
}
