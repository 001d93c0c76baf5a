/* number.c - the grammar of numbers, and whether one fits. spec: RFC 8259 section 6. No strtod: the answer must not
 * depend on a locale, and a number may be megabytes long. */
#include "number.h"

#include <string.h>

/* 2^1024 - 2^970: the least number that rounds to infinity as a double. */
static const char infinite_from[] =
	"17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633028641"
	"66928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700698555713669"
	"59622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
#define INFINITE_EXPONENT 308
#define EXPONENT_CAP	  2000000000 /* beyond any length of a text, so that sums cannot overflow 64 bits */

struct parts {
	const char *whole, *whole_end;
	const char *fraction, *fraction_end; /* equal when there is none */
	int64_t exponent;
	bool negative, integer;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* After `e`: sign and digits. NULL when there is no digit, *ret_fault then. */
static const char *scan_exponent(const char *p, const char *end, int64_t *ret_exponent, const char **ret_fault)
{
	bool negative = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	const char *digits = p;
	p = skip_digits(p, end);
	if (p == digits) {
		*ret_fault = p;
		return NULL;
	}
	int64_t value = 0;
	for (const char *d = digits; d < p; d++)
		value = value >= EXPONENT_CAP ? EXPONENT_CAP : value * 10 + (*d - '0');
	*ret_exponent = negative ? -value : value;
	return p;
}

/* More than int64 holds. */
static bool is_wide(const struct parts *n)
{
	size_t len = (size_t)(n->whole_end - n->whole);
	if (len != 19)
		return len > 19;
	return memcmp(n->whole, n->negative ? "9223372036854775808" : "9223372036854775807", 19) > 0;
}

/* Digit i of whole and fraction read as one run. */
static char digit_at(const struct parts *n, size_t i)
{
	size_t whole = (size_t)(n->whole_end - n->whole);
	return i < whole ? n->whole[i] : n->fraction[i - whole];
}

static bool is_infinite(const struct parts *n)
{
	size_t whole = (size_t)(n->whole_end - n->whole);
	size_t count = whole + (size_t)(n->fraction_end - n->fraction);
	size_t first = 0;
	while (first < count && digit_at(n, first) == '0')
		first++;
	if (first == count)
		return false; /* zero */
	int64_t magnitude = (int64_t)whole - 1 - (int64_t)first + n->exponent;
	if (magnitude != INFINITE_EXPONENT)
		return magnitude > INFINITE_EXPONENT;
	for (size_t i = 0; i < sizeof infinite_from - 1; i++) {
		char digit = first + i < count ? digit_at(n, first + i) : '0';
		if (digit != infinite_from[i])
			return digit > infinite_from[i];
	}
	return true;
}

/* Fraction and exponent, from p on. */
static const char *scan_rest(const char *p, const char *end, struct parts *n, const char **ret_fault)
{
	n->fraction = n->fraction_end = p;
	if (p < end && *p == '.') {
		n->integer = false;
		n->fraction = p + 1;
		n->fraction_end = p = skip_digits(p + 1, end);
		if (n->fraction == n->fraction_end) {
			*ret_fault = p;
			return NULL;
		}
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		n->integer = false;
		p = scan_exponent(p + 1, end, &n->exponent, ret_fault);
	}
	return p;
}

size_t pl_number_scan(const char *p, const char *end, bool *ret_inexact, const char **ret_fault)
{
	const char *start = p;
	struct parts n = {.integer = true, .negative = *p == '-'};
	if (n.negative)
		p++;
	n.whole = p;
	p = p < end && *p == '0' ? p + 1 : skip_digits(p, end);
	n.whole_end = p;
	if (n.whole == p) {
		*ret_fault = p;
		return 0;
	}
	p = scan_rest(p, end, &n, ret_fault);
	if (!p)
		return 0;
	if (n.integer)
		*ret_inexact = p - start > 18 && is_wide(&n);
	else
		*ret_inexact = is_infinite(&n);
	return (size_t)(p - start);
}
