package main

import (
	"fmt"
	"math/big"
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// pl_quantity_parse against resource.ParseQuantity, in billionths.
var quantityClasses = []class{
	{"beyond 128 bits", "we cut at 2^127 billionths (1.7e29), the library reads any size when the suffix is decimal. Both are beyond any limit that a rule can name", false},
	{"no digit", "the library reads a sign, a point or a suffix without number as 0 (`+`, `.`, `Ti`, `E7`: slips); we say that it is no quantity: malformed, never 0", false},
}

var (
	nanoMax = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 127), big.NewInt(1))
)

func goQuantity(text string) (*big.Int, error) {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return nil, err
	}
	d := q.AsDec()
	nano := new(big.Int).Set(d.UnscaledBig())
	shift := 9 - int64(d.Scale())
	if nano.Sign() == 0 {
		return nano, nil
	}
	if shift < 0 {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(-shift), nil)
		rest := new(big.Int)
		if nano.QuoRem(nano, unit, rest); rest.Sign() != 0 {
			return nil, fmt.Errorf("finer than a billionth: %s", d)
		}
		return nano, nil
	}
	return nano.Mul(nano, new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), nil)), nil
}

func judgeQuantity(answer, text string) (string, string) {
	theirs, err := goQuantity(text)
	if answer[0] == 'R' {
		if err != nil {
			return refused, ""
		}
		if number := strings.TrimLeft(text, "+-."); theirs.Sign() == 0 && (number == "" || !strings.ContainsAny(number[:1], "0123456789")) {
			return "no digit", ""
		}
		return "", fmt.Sprintf("only we refuse: theirs %s", theirs)
	}
	if err != nil {
		return "", "only they refuse: " + err.Error()
	}
	ours, _ := new(big.Int).SetString(answer[1:], 10)
	switch {
	case ours.Cmp(theirs) == 0:
		return same, ""
	case theirs.CmpAbs(nanoMax) > 0 && ours.CmpAbs(nanoMax) >= 0 && ours.Sign() == theirs.Sign():
		return "beyond 128 bits", ""
	}
	return "", fmt.Sprintf("the values differ: theirs %s", theirs)
}

func randomDigits(r *rand.Rand, most int) string {
	b := make([]byte, r.Intn(most+1))
	for i := range b {
		b[i] = "0123456789"[r.Intn(10)]
		if r.Intn(8) == 0 {
			b[i] = '0'
		}
	}
	return string(b)
}

var suffixes = []string{"", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E3", "e-3", "E+9", "e+0", "e00", "K", "ki", "g", "B", "MB", "i", "mi", "Zi", "e", "E1", "Ee",
	"e-9", "e-10", "e18", "e19", "e-30", "E-2", "e--1", "e1.5", "e+", " ", " Mi", "GiB", "μ", "µ", "e0x1", "nn", "Mm", "e1k", "e 1", "e-0"}

const quantityBytes = "0123456789+-.eEnumkMGTPKi \t\n_,xX"

func randomQuantity(r *rand.Rand) string {
	if r.Intn(5) == 0 {
		b := make([]byte, r.Intn(8))
		for i := range b {
			b[i] = quantityBytes[r.Intn(len(quantityBytes))]
		}
		return safeExponent(string(b))
	}
	most := []int{2, 4, 9, 20, 40}[r.Intn(5)]
	s := pick(r, []string{"", "", "", "", "-", "+", "--", " ", "+-"}) + randomDigits(r, most)
	if r.Intn(2) == 0 {
		s += "." + randomDigits(r, []int{1, 3, 10, 22}[r.Intn(4)])
	}
	s += pick(r, suffixes)
	if r.Intn(12) == 0 && len(s) > 0 {
		at := r.Intn(len(s))
		s = s[:at] + string([]byte{byte(r.Intn(256))}) + s[at+r.Intn(2):]
	}
	return safeExponent(s)
}

// An exponent of more than three digits keeps the library busy for ever (it computes the number).
func safeExponent(s string) string {
	if i := strings.LastIndexAny(s, "eE"); i >= 0 && len(s)-i > 4 {
		return s[:i+4]
	}
	return s
}

func quantityArea() area {
	return area{"quantity", 1000000, quantityClasses, func(r *rand.Rand) question {
		text := randomQuantity(r)
		return question{'q', text, func(answer string) (string, string) { return judgeQuantity(answer, text) }}
	}}
}
