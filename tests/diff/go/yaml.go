package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"strconv"
	"strings"

	k8syaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Our YAML reader against sigs.k8s.io/yaml. Both must accept the same documents and read the same values, and a key that
// stands twice must be seen by both, except for:
var yamlClasses = []class{
	{"key twice, seen by both", "no difference: the strict library refuses, we mark it, and the last value is that of the library that is not strict", false},
	{"empty document first", "the library reads the first document, which is empty; we skip empty ones, as kubectl does with a stream", false},
	{"key that is a number", "the library prints it in its own spelling (012 becomes 10); we refuse", false},
	{"key that is null", "the library refuses null keys in most places, but not where it merges or drops them; we refuse", true},
	{"key that is an alias", "we refuse; nobody writes that", false},
	{"key that is a collection", "the library panics or refuses, except where the value is dropped; we refuse", true},
	{"tag", "the library ignores tags that it does not know, and decodes !!binary; we refuse what changes the meaning", false},
	{"tag that does not fit", "`!!int 18446744073709551616`: the library refuses, we read the number", true},
	{"%YAML 1.2", "go-yaml knows 1.1 only and refuses the document, so the cluster never sees it", false},
	{"tag directive", "we refuse %TAG lines", false},
	{"character", "control characters, byte order marks inside, U+0085, U+2028 and U+2029, a lone carriage return: YAML 1.1 and 1.2 see different lines. We refuse", false},
	{"false document marker", "a line that begins with --- and goes on without a space is a document marker to kubectl and a text to YAML; we refuse", false},
	{"anchor inside a merged mapping", "we refuse an alias to what a merge key took apart", false},
	{"limit", "depth 64, 1,000 anchors, 100,000 copied values, ten times the length of the document: we refuse", true},
	{"number beyond double", "`1e400` and 0x with 17 digits are texts to the library, and numbers to us (a remark where a text belongs); the text that a field reads is the same", false},
	{"behind the first document", "we look at the bytes of the whole file before we read, the library at those of the first document", false},
	{"libyaml is stricter", "`{a:, b}`, `!!str[,] 1` and `\"\\'\"`: libyaml 0.2.5 follows YAML there, go-yaml its port of 0.1. We refuse", true},
	{"go-yaml is stricter", "`{a? b: c}`, `{a: !, b: c}` and plain scalars that its port of libyaml 0.1 does not know: it refuses, so the cluster never sees it", false},
	{"merge of an aliased list", "`<<: *list`: the library refuses, so the cluster never sees it; we merge the list", true},
	{"one key, two types", "`1` and \"1\" (or yes and \"true\") are two keys to go-yaml and one in JSON: the library takes either, by chance. We say that the key stands twice", true},
	{"escaped slash", "`\\/` in quotes is YAML 1.2: our libyaml reads it, go-yaml refuses, so the cluster never sees it", false},
	{"key written after <<", "the strict library refuses it as standing twice; without strictness, as kubectl reads, the written one wins, as for us", false},
	{"infinite or no number", "`.inf`, `.nan` and `1e400`-like values have no JSON: the library refuses the document, we keep the text, and no field of a workload takes it", false},
}

// A refusal of ours begins with one of these, and then the difference belongs to the class.
var yamlRefusals = []struct{ begins, class string }{
	{"the key `", "key that is a number"},
	{"a key is null", "key that is null"},
	{"a key is an alias", "key that is an alias"},
	{"a key is a mapping or a sequence", "key that is a collection"},
	{"the tag `", "tag"},
	{"tag directives are not read", "tag directive"},
	{"the character U+", "character"},
	{"a byte order mark stands inside", "character"},
	{"a line begins with `---` and goes on", "false document marker"},
	{"a carriage return stands without", "character"},
	{"the anchor `&", "anchor inside a merged mapping"},
	{"mappings and sequences are nested", "limit"},
	{"the byte 0x", "behind the first document"},
	{"not YAML: found unexpected ':'", "libyaml is stricter"},
	{"not YAML: found unknown escape character", "libyaml is stricter"},
	{"not YAML: found character that cannot start any token", "libyaml is stricter"},
	{"not YAML: did not find expected tag URI", "libyaml is stricter"},
	{"not YAML: block sequence entries are not allowed in this context", "libyaml is stricter"},
	{"not YAML: did not find expected whitespace or line break, while scanning a tag", "libyaml is stricter"},
	{"the document has far more values", "limit"},
}

// The library refuses with one of these in its text what we accept.
var yamlLenient = []struct{ contains, class string }{
	{"json: unsupported value", "infinite or no number"},
	{"found unknown escape character", "escaped slash"},
	{"did not find expected ',' or '}'", "go-yaml is stricter"},
	{"did not find expected ',' or ']'", "go-yaml is stricter"},
	{"found unexpected end of stream", "go-yaml is stricter"},
	{"cannot decode !!", "tag that does not fit"},
	{"found incompatible YAML document", "%YAML 1.2"},
	{"map merge requires map or sequence", "merge of an aliased list"},
}

type yamlVerdict struct {
	json []byte
	err  error
}

// go-yaml panics now and then; that is a refusal.
func guard(f func([]byte) ([]byte, error), text string) (v yamlVerdict) {
	defer func() {
		if p := recover(); p != nil {
			v = yamlVerdict{nil, fmt.Errorf("panic: %v", p)}
		}
	}()
	j, err := f([]byte(text))
	return yamlVerdict{j, err}
}

func isTwice(err error) bool {
	return err != nil && strings.Contains(err.Error(), "already set in map")
}

func classOfRefusal(message string) string {
	for _, r := range yamlRefusals {
		if strings.HasPrefix(message, r.begins) {
			return r.class
		}
	}
	return ""
}

func classOfLenient(err error) string {
	for _, r := range yamlLenient {
		if strings.Contains(err.Error(), r.contains) {
			return r.class
		}
	}
	return ""
}

func judgeYAML(text, answer string, strict, loose yamlVerdict) (string, string) {
	docs, refusal, refuses := parseAnswer(answer)
	if refuses || len(docs) == 0 {
		if loose.err != nil {
			return refused, ""
		}
		if !refuses {
			if string(loose.json) == "null" {
				return same, ""
			}
			return "", fmt.Sprintf("we find no document; theirs %s", loose.json)
		}
		if string(loose.json) == "null" {
			return "empty document first", ""
		}
		return classOfRefusal(refusal), fmt.Sprintf("only we refuse (%.30s); theirs %s", refusal, loose.json)
	}
	ours := docs[0]
	if loose.err != nil {
		return classOfLenient(loose.err), "only they refuse: " + loose.err.Error()
	}
	wide = false
	if d := differ("", ours.root, decode(loose.json)); d != "" {
		if string(loose.json) == "null" {
			return "empty document first", d
		}
		if hasTwoTypes(ours.root) {
			return "one key, two types", ""
		}
		return "", "the values differ " + d
	}
	switch {
	case wide && strict.err == nil:
		return "number beyond double", ""
	case strict.err == nil && !ours.twice:
		return same, ""
	case isTwice(strict.err) && ours.twice:
		return "key twice, seen by both", ""
	case isTwice(strict.err) && strings.Contains(text, "<<"):
		return "key written after <<", ""
	case isTwice(strict.err):
		return "", "only they see a key twice: " + strict.err.Error()
	case strict.err == nil && hasTwoTypes(ours.root):
		return "one key, two types", ""
	case strict.err == nil:
		return "", "only we see a key twice"
	}
	return "", "they refuse when strict: " + strict.err.Error()
}

// A key that stands twice may be a number or a boolean in one place and a text in the other.
func hasTwoTypes(v any) bool {
	switch o := v.(type) {
	case []any:
		for _, e := range o {
			if hasTwoTypes(e) {
				return true
			}
		}
	case object:
		seen := map[string]bool{}
		for _, m := range o {
			_, err := strconv.Atoi(m.key)
			if seen[m.key] && (err == nil || m.key == "true" || m.key == "false") || hasTwoTypes(m.value) {
				return true
			}
			seen[m.key] = true
		}
	}
	return false
}

func yamlArea(s seedTexts) area {
	return area{"yaml", 300000, yamlClasses, func(r *rand.Rand) question {
		text := randomYAML(r, s.yaml)
		strict, loose := guard(yaml.YAMLToJSONStrict, text), guard(yaml.YAMLToJSON, text)
		return question{'y', text, func(answer string) (string, string) { return judgeYAML(text, answer, strict, loose) }}
	}}
}

// --- streams ---------------------------------------------------------------------------------------------------------

// A file as kubectl reads it (NewYAMLOrJSONDecoder) against a file as `plimsoll lint` reads it. Every document that
// kubectl finds before it gives up must be one that we find, or we must refuse the file.
var streamClasses = []class{
	{"only we refuse", "the reasons of the yaml area, and: the file must be well-formed to its end, while kubectl cuts it into documents first", false},
	{"only kubectl refuses", "every document that it finds before is one of ours", false},
	{"more documents than kubectl sees", "what comes after `...` is another document for us and nothing for kubectl", false},
	{"no line feed at the end", "kubectl ends the last line of a file, so that a block scalar there ends with a line feed that the file (and sigs.k8s.io/yaml) does not have", true},
	{"a document that is no object", "plimsoll lint refuses a file with a document that is no object (`nothing here is recognised`), whatever the other documents are", true},
}

// Documents of a file, until kubectl would report an error.
func kubectlDocuments(text string) (docs []any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	d := k8syaml.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if err == io.EOF {
			return docs, nil
		}
		if err != nil {
			return docs, err
		}
		raw = bytes.TrimSpace(raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		docs = append(docs, decode(raw))
	}
}

func judgeStream(text, answer string, theirs []any, err error) (string, string) {
	docs, refusal, refuses := parseAnswer(answer)
	if refuses && err != nil {
		return refused, ""
	}
	if refuses {
		return "only we refuse", refusal
	}
	at := 0
	for i, t := range theirs {
		for at < len(docs) && (docs[at].root == nil || differ("", docs[at].root, t) != "") {
			at++
		}
		if at == len(docs) && hasOther(docs) {
			return "a document that is no object", ""
		}
		if at == len(docs) && !strings.HasSuffix(text, "\n") && strings.ContainsAny(text, "|>") {
			return "no line feed at the end", ""
		}
		if at == len(docs) && hasTwoTypes(listOf(docs)) {
			return same, ""
		}
		if at == len(docs) {
			return "", fmt.Sprintf("document %d of kubectl is none of ours: %#v (%v)", i, t, err)
		}
		at++
	}
	if err != nil {
		return "only kubectl refuses", ""
	}
	if n := countValues(docs); n > len(theirs) {
		return "more documents than kubectl sees", ""
	}
	return same, ""
}

func listOf(docs []document) (all []any) {
	for _, d := range docs {
		all = append(all, d.root)
	}
	return all
}

// A document that the linter refuses, whatever it says.
func hasOther(docs []document) bool {
	for _, d := range docs {
		if _, is := d.root.(object); !is {
			return true
		}
	}
	return false
}

func countValues(docs []document) (n int) {
	for _, d := range docs {
		if d.root != nil {
			n++
		}
	}
	return n
}

var streamTokens = []string{"---\n", "--- #c\n", "---#c\n", "--- a\n", "---\ta: 1\n", "...\n", "... #c\n", "...x\n", "--- |\n", "---#c: 1\n", "---\u00a0: 1\n", "---\u00a0#: 1\n", "\u00a0{\"kind\":\"Pod\"}: 1\n", "\u3000{\"a\":1}: 1\n", "...#: 1\n", "{\"a\":1}: 1\n", "? {\"a\":1}\n: 1\n", "--- \u00a0\n", "--- {a: 1}\n", "{\"a\":1}\n",
	"{\"a\":1}{\"b\":2}\n", "# c\n", "\n", " ---\n", "\xef\xbb\xbf", "kind: Pod\n", "{\"kind\":\"Pod\"}\n", "%YAML 1.1\n", "%YAML 1.1\n---\n", "\"a\n", "'\n", "|\n", "\f", "\v", "\u00a0", "----\n", "---a\n", "--\n", "---\r\n", "-- -\n", "[\n", "]\n", "null\n", "~\n", "  x: |\n"}

func streamArea(s seedTexts) area {
	return area{"stream", 100000, streamClasses, func(r *rand.Rand) question {
		var b strings.Builder
		tidy := r.Intn(2) == 0
		if r.Intn(8) == 0 {
			b.WriteString(pick(r, []string{"\u00a0", "\u3000{\"a\":1}: 1\n", "\u00a0{\"kind\":\"Pod\"}: 1\n", " \u2003", "\ufeff", "{\"a\":1}\n", "\f{\"a\":1}: 1\n"}))
		}
		for i := 1 + r.Intn(5); i > 0; i-- {
			kind := r.Intn(4)
			if tidy {
				kind = 2
			}
			switch kind {
			case 0:
				b.WriteString(window(r, pick(r, s.yaml)))
			case 1:
				fuel := 4
				growYAML(r, &b, 1, false, &fuel)
				b.WriteString("\n")
			case 2:
				b.WriteString(pick(r, []string{"a: 1\n", "{\"a\":1}\n", "b:\n- 1\n", "- x\n", "text\n", "'a'\n", "{\"kind\":\"Pod\",\n\"a\":1}\n"}))
			}
			if tidy {
				b.WriteString(pick(r, []string{"---\n", "--- #c\n", "---#c\n", "---\r\n", "--- \n# c\n", "...\n---\n", "...\n", "--- {\"a\":1}\n---\n", "\n"}))
			}
			for j := r.Intn(3); j > 0 && (!tidy || r.Intn(6) == 0); j-- {
				b.WriteString(pick(r, streamTokens))
			}
		}
		text := b.String()
		if r.Intn(3) == 0 {
			text = mutateLines(r, text, streamTokens)
		}
		docs, err := kubectlDocuments(text)
		return question{'s', text, func(answer string) (string, string) { return judgeStream(text, answer, docs, err) }}
	}}
}
