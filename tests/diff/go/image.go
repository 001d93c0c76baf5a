package main

import (
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"math/rand"
	"net/netip"
	"strings"

	"github.com/distribution/reference"
)

// pl_image_parse against distribution/reference (ParseNormalizedNamed, as kubelet, containerd and docker use it).
var imageClasses = []class{
	{"image id", "a local image id (`sha256:` and 64 digits): the library reads docker.io/library/sha256 with a tag, ParseAnyReference and the runtimes an id. We refuse what has two readings", false},
	{"upper-case first part", "`REG/a` is a host to the library, a broken repository to others; we refuse", false},
	{"port", "the library takes any digits as a port (0, 05000, 99999); we take 1 to 65535 without leading zero", false},
	{"address in brackets", "the library takes any hexadecimal digits and colons in brackets; we take IPv6 addresses", false},
	{"long name", "a repository has at most 255 characters for both; we count the library/ that we add behind Docker.io", false},
	{"no host name", "`a_b.c/x`: the library splits off a registry, finds that it is no host name, and takes all for a path without registry. We refuse", false},
	{"sha384", "the library knows sha384; registries and runtimes pull sha256 and sha512 only (7.8)", false},
	{"case of the registry", "we write the registry in lower case, and add library/ to Docker.io as to docker.io: a host name has no case, and the host is the same one", false},
	{"spelling of an address", "we write an IPv6 address as RFC 5952 has it: the same address", false},
	{"IPv4 in brackets", "we read [::ffff:1.2.3.4] as that address. The library refuses it, so the pod cannot start", false},
}

var imageRefusals = []struct{ begins, class string }{
	{"it is the id of an image", "image id"},
	{"its first part has upper-case letters", "upper-case first part"},
	{"the port of its registry", "port"},
	{"its registry in brackets", "address in brackets"},
	{"its repository is longer than 255", "long name"},
}

func goImage(text string) (string, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return "", err
	}
	tag, digest := "", ""
	if t, ok := named.(reference.Tagged); ok {
		tag = t.Tag()
	}
	if d, ok := named.(reference.Digested); ok {
		digest = d.Digest().String()
	}
	return fmt.Sprintf("A%s %s %s %s", reference.Domain(named), reference.Path(named), tag, digest), nil
}

func judgeImage(answer, text string) (string, string) {
	theirs, err := goImage(text)
	if answer[0] == 'R' {
		if err != nil {
			return refused, ""
		}
		for _, c := range imageRefusals {
			if strings.HasPrefix(answer[1:], c.begins) {
				return c.class, ""
			}
		}
		if strings.HasPrefix(answer, "Rafter `@` comes a digest") && strings.Contains(theirs, " sha384:") {
			return "sha384", ""
		}
		if strings.HasPrefix(theirs, "A ") {
			return "no host name", ""
		}
		return "", "only we refuse, theirs " + theirs
	}
	if err != nil {
		if inner, _, found := strings.Cut(text, "]"); found && text[0] == '[' && strings.Contains(inner, ".") {
			return "IPv4 in brackets", ""
		}
		return "", "only they refuse: " + err.Error()
	}
	if answer == theirs {
		return same, ""
	}
	if class := sameRegistry(strings.Split(answer[1:], " "), strings.Split(theirs[1:], " ")); class != "" {
		return class, ""
	}
	return "", "they read it differently: " + theirs
}

// The class of two readings that differ in the spelling of the registry only.
func sameRegistry(ours, theirs []string) string {
	host := strings.ToLower(theirs[0])
	if host == "docker.io" || host == "index.docker.io" {
		host = "docker.io"
		if !strings.Contains(theirs[1], "/") {
			theirs[1] = "library/" + theirs[1]
		}
	}
	if strings.Join(ours[1:], " ") != strings.Join(theirs[1:], " ") {
		return ""
	}
	if ours[0] == host {
		return "case of the registry"
	}
	if addressOf(ours[0]) == addressOf(host) && addressOf(host) != "" {
		return "spelling of an address"
	}
	return ""
}

// The address and the port of "[...]:port"; "" when it is none.
func addressOf(host string) string {
	inner, port, found := strings.Cut(strings.TrimPrefix(host, "["), "]")
	a, err := netip.ParseAddr(inner)
	if !found || err != nil {
		return ""
	}
	return a.String() + port
}

var imageHosts = []string{"", "", "", "docker.io/", "index.docker.io/", "Docker.io/", "INDEX.docker.io/", "quay.io/", "Quay.IO/", "localhost/", "LOCALHOST/", "localhost:5000/", "Localhost:5000/", "reg:5000/", "reg:05000/", "reg:0/", "reg:99999/", "reg:/",
	"reg.example.com/", "reg.example.com:443/", "REG/", "reg/", "Reg/", "a-b.c/", "-a.c/", "a-.c/", "a..c/", ".a/", "a./", "1.2.3.4/", "1.2.3.4:80/", "[::1]/", "[::1]:80/", "[2001:DB8::1]/", "[2001:db8:0:0:0:0:0:1]:5000/", "[::ffff:1.2.3.4]/", "[1.2.3.4]/", "[:::]/", "[::1%25eth0]/", "[::1]:/", "[ff]/", "user@reg.io/", "https://", "docker.io:443/", "a_b.c/", "xn--a.de/", "reg:5000:5000/", "registry-1.docker.io/", "docker.io/library/", "docker.io//", "/"}

var imageParts = []string{"nginx", "library/nginx", "a", "a/b", "a/b/c", "a__b", "a_b", "a___b", "a.b", "a..b", "a-b", "a--b", "a---b", "a-_b", "-a", "a-", "_a", "a_", ".a", "a.", "A", "aB", "Nginx", "a/B", "0", "9/9", "a//b", "a/", "library", "library/library/x", "é", "a b", "a\tb", "a/_b", "sha256", "localhost", "a.b/c", "com.example/x", "x:5000/y", "library/"}

var imageTags = []string{"", "", "", ":1", ":latest", ":v1.2.3", ":", ":-a", ":.a", ":_a", ":A_b-c.d", ":a:b", ":a/b", ":é", ": ", ":1 ", ":1\n", ":a+b", ":a@", ":0"}

func hexDigits(r *rand.Rand, n int, letters string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.Intn(len(letters))]
	}
	return string(b)
}

func randomDigest(r *rand.Rand) string {
	const lower = "0123456789abcdef"
	switch r.Intn(24) {
	case 0, 1, 2, 3:
		return "@sha256:" + hexDigits(r, 64, lower)
	case 4:
		return "@sha512:" + hexDigits(r, 128, lower)
	case 5:
		return "@sha384:" + hexDigits(r, 96, lower)
	case 6:
		return "@sha256:" + hexDigits(r, 63+r.Intn(3), lower)
	case 7:
		return "@sha256:" + hexDigits(r, 64, "0123456789ABCDEF")
	case 8:
		return pick(r, []string{"@", "@sha256", "@sha256:", "@md5:" + hexDigits(r, 32, lower), "@SHA256:" + hexDigits(r, 64, lower), "@sha256+b64:" + hexDigits(r, 64, lower), "@foo:" + hexDigits(r, 64, lower), "@sha256:" + hexDigits(r, 64, lower) + "@sha256:" + hexDigits(r, 64, lower), "@sha256:" + hexDigits(r, 64, lower) + ":t", "@sha512:" + hexDigits(r, 64, lower), "@sha256:" + hexDigits(r, 128, lower)})
	}
	return ""
}

func randomImage(r *rand.Rand) string {
	var s string
	switch r.Intn(12) {
	case 0:
		b := make([]byte, r.Intn(12))
		for i := range b {
			b[i] = "abAB01._-/:@[] "[r.Intn(15)]
		}
		s = string(b)
	case 1:
		s = hexDigits(r, 63+r.Intn(3), "0123456789abcdef")
		if r.Intn(2) == 0 {
			s = "sha256:" + s
		}
	case 2:
		s = pick(r, imageHosts) + strings.Repeat("a", 100+r.Intn(170)) + pick(r, imageTags)
	case 3:
		s = pick(r, imageParts) + ":" + strings.Repeat("t", 126+r.Intn(5))
	default:
		s = pick(r, imageHosts) + pick(r, imageParts)
		if r.Intn(4) == 0 {
			s += "/" + pick(r, imageParts)
		}
		s += pick(r, imageTags) + randomDigest(r)
	}
	if r.Intn(8) == 0 && len(s) > 0 {
		at := r.Intn(len(s))
		s = s[:at] + string([]byte{byte(r.Intn(256))}) + s[at+r.Intn(2):]
	}
	return s
}

func imageArea() area {
	return area{"image", 1000000, imageClasses, func(r *rand.Rand) question {
		text := randomImage(r)
		return question{'i', text, func(answer string) (string, string) { return judgeImage(answer, text) }}
	}}
}
