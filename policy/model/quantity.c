/* quantity.c - reads and writes amounts of CPU and memory.
 *
 * A text becomes a whole number of billionths, rounded away from zero as the API server does; what does not fit is the
 * largest or smallest value. Nothing is allocated; time is linear in the text. Stricter than upstream in two places
 * where upstream accepts by accident: a number needs a digit ("." and "+" have none), and an exponent must fit 32 bits.
 *
 * spec: k8s.io/apimachinery/pkg/api/resource (quantity.go, suffix.go); ecs.md 1 for the sizes of tasks. */
#include "quantity.h"

#include <string.h>

#include "base/buf.h"

__extension__ typedef unsigned __int128 u128;

#define U128_MAX (~(u128)0)

const pl_nano pl_nano_max = (pl_nano)(U128_MAX >> 1);
const pl_nano pl_nano_min = -(pl_nano)(U128_MAX >> 1) - 1;

/* The pieces of a quantity: digits before and after the point, and what follows. */
struct parts {
	bool negative;
	pl_str whole, fraction, suffix;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static pl_str take_digits(pl_str *rest)
{
	size_t n = 0;
	while (n < rest->len && is_digit(rest->ptr[n]))
		n++;
	pl_str digits = {rest->ptr, n};
	rest->ptr += n;
	rest->len -= n;
	return digits;
}

static bool split(pl_str text, struct parts *ret)
{
	*ret = (struct parts){.negative = false};
	if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
		ret->negative = text.ptr[0] == '-';
		text.ptr++;
		text.len--;
	}
	ret->whole = take_digits(&text);
	if (text.len && text.ptr[0] == '.') {
		text.ptr++;
		text.len--;
		ret->fraction = take_digits(&text);
	}
	ret->suffix = text;
	return ret->whole.len + ret->fraction.len > 0;
}

/* Digits read into 128 bits; those that found no room are counted, and noted when not zero. */
struct mantissa {
	u128 value;
	size_t dropped;
	bool sticky;
};

static void take_mantissa(pl_str digits, struct mantissa *m)
{
	size_t i = 0;
	if (m->value == 0 && !m->dropped) {
		uint64_t few = 0; /* of most amounts, all */
		for (; i < digits.len && i < 19; i++)
			few = few * 10 + (unsigned)(digits.ptr[i] - '0');
		m->value = few;
	}
	for (; i < digits.len; i++) {
		unsigned digit = (unsigned)(digits.ptr[i] - '0');
		if (m->dropped || m->value > (U128_MAX - digit) / 10) {
			m->dropped++;
			m->sticky |= digit != 0;
			continue;
		}
		m->value = m->value * 10 + digit;
	}
}

static u128 clamp(u128 magnitude)
{
	return magnitude > (u128)pl_nano_max ? (u128)pl_nano_max : magnitude;
}

/* value * 10^exponent, rounded up, at most pl_nano_max. */
static u128 scale_decimal(struct mantissa m, int64_t exponent)
{
	static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
	if (m.value == 0)
		return 0; /* nothing is dropped before the first digit that is not 0 */
	if (exponent >= 0 && exponent <= 9 && m.value <= UINT64_MAX)
		return m.value * powers[exponent]; /* most amounts: nothing is dropped or too large */
	exponent += (int64_t)m.dropped;
	for (; exponent > 0; exponent--) {
		if (m.value > (u128)pl_nano_max / 10)
			return (u128)pl_nano_max;
		m.value *= 10;
	}
	bool rest = m.sticky;
	for (; exponent < 0 && m.value; exponent++) {
		rest |= m.value % 10 != 0;
		m.value /= 10;
	}
	return clamp(m.value < U128_MAX ? m.value + rest : m.value);
}

/* 0.FRACTION * 2^shift in billionths, rounded up; shift is 10 to 60. The fraction is kept in 120 bits, computed from
 * its last digit forward: every decimal that is a whole number of 2^-90 comes out exactly. */
static u128 scale_fraction(pl_str fraction, unsigned shift)
{
	u128 f = 0;
	bool rest = false;
	if (!fraction.len)
		return 0;
	for (size_t i = fraction.len; i-- > 0;) {
		u128 n = ((u128)(unsigned)(fraction.ptr[i] - '0') << 120) + f;
		rest |= n % 10 != 0;
		f = n / 10;
	}
	const u128 low60 = ((u128)1 << 60) - 1;
	u128 low = (f & low60) * 1000000000u;
	u128 high = (f >> 60) * 1000000000u + (low >> 60);
	u128 below = ((u128)1 << (60 - shift)) - 1;
	rest |= (low & low60) != 0 || (high & below) != 0;
	return (high >> (60 - shift)) + rest;
}

/* spec: quantity.go, maxAllowed: an amount with a binary suffix is at most 2^63-1. */
static u128 scale_binary(const struct parts *p, unsigned shift)
{
	const u128 most = (u128)INT64_MAX * 1000000000u;
	struct mantissa whole = {.value = 0};
	take_mantissa(p->whole, &whole);
	if (whole.dropped || whole.value > ((u128)INT64_MAX >> shift))
		return most;
	u128 nano = (whole.value << shift) * 1000000000u + scale_fraction(p->fraction, shift);
	return nano > most ? most : nano;
}

/* "e3", "E+3", "e-3": false when it is none. */
static bool parse_exponent(pl_str suffix, int64_t *ret)
{
	if (suffix.len < 2 || (suffix.ptr[0] != 'e' && suffix.ptr[0] != 'E'))
		return false;
	size_t at = suffix.ptr[1] == '-' || suffix.ptr[1] == '+' ? 2 : 1;
	int64_t n = 0;
	if (at == suffix.len)
		return false;
	for (size_t i = at; i < suffix.len; i++) {
		if (!is_digit(suffix.ptr[i]))
			return false;
		n = n * 10 + (suffix.ptr[i] - '0');
		if (n > INT32_MAX)
			return false;
	}
	*ret = suffix.ptr[1] == '-' ? -n : n;
	return true;
}

/* "", n u m k M G T P E, or an exponent. */
static bool decimal_exponent(pl_str suffix, int64_t *ret)
{
	static const char letters[] = "num kMGTPE";
	if (suffix.len == 0) {
		*ret = 0;
		return true;
	}
	if (suffix.len > 1)
		return parse_exponent(suffix, ret);
	const char *at = suffix.ptr[0] == ' ' ? NULL : memchr(letters, suffix.ptr[0], sizeof(letters) - 1);
	if (!at)
		return false;
	*ret = 3 * (at - letters) - 9;
	return true;
}

/* Ki .. Ei: the power of two; 0 when it is none of them. */
static unsigned binary_shift(pl_str suffix)
{
	static const char letters[] = "KMGTPE";
	if (suffix.len != 2 || suffix.ptr[1] != 'i')
		return 0;
	const char *at = memchr(letters, suffix.ptr[0], sizeof(letters) - 1);
	return at ? 10u * (unsigned)(at - letters + 1) : 0;
}

bool pl_quantity_parse(pl_str text, pl_nano *ret)
{
	struct parts p;
	if (!split(text, &p))
		return false;
	u128 magnitude;
	unsigned shift = binary_shift(p.suffix);
	int64_t exponent;
	if (shift) {
		magnitude = scale_binary(&p, shift);
	} else if (decimal_exponent(p.suffix, &exponent)) {
		struct mantissa m = {.value = 0};
		take_mantissa(p.whole, &m);
		take_mantissa(p.fraction, &m);
		magnitude = scale_decimal(m, exponent + 9 - (int64_t)p.fraction.len);
	} else {
		return false;
	}
	*ret = p.negative ? -(pl_nano)magnitude : (pl_nano)magnitude;
	return true;
}

static bool eq_nocase(pl_str s, pl_str lower)
{
	if (s.len != lower.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
		if (c != lower.ptr[i])
			return false;
	}
	return true;
}

/* A number without sign, then white space, then what *ret_unit says. *ret is in billionths. */
static bool parse_ecs(pl_str text, pl_nano *ret, pl_str *ret_unit, bool *ret_whole)
{
	struct parts p;
	if (!text.len || text.ptr[0] == '-' || text.ptr[0] == '+' || !split(text, &p))
		return false;
	*ret_whole = p.suffix.ptr == p.whole.ptr + p.whole.len;
	while (p.suffix.len && p.suffix.ptr[0] == ' ') {
		p.suffix.ptr++;
		p.suffix.len--;
	}
	struct mantissa m = {.value = 0};
	take_mantissa(p.whole, &m);
	take_mantissa(p.fraction, &m);
	*ret = (pl_nano)scale_decimal(m, 9 - (int64_t)p.fraction.len);
	*ret_unit = p.suffix;
	return text.ptr[text.len - 1] != ' ';
}

bool pl_quantity_parse_ecs_cpu(pl_str text, pl_nano *ret)
{
	pl_nano number;
	pl_str unit;
	bool whole;
	if (!parse_ecs(text, &number, &unit, &whole))
		return false;
	if (eq_nocase(unit, PL_STR("vcpu"))) {
		*ret = number;
		return true;
	}
	if (unit.len || !whole)
		return false;
	*ret = number / 1024 + (number % 1024 != 0);
	return true;
}

bool pl_quantity_parse_ecs_memory(pl_str text, pl_nano *ret)
{
	pl_nano number;
	pl_str unit;
	bool whole;
	if (!parse_ecs(text, &number, &unit, &whole))
		return false;
	if (eq_nocase(unit, PL_STR("gb"))) {
		*ret = pl_nano_mul_int(number, INT64_C(1) << 30);
		return true;
	}
	if (unit.len || !whole)
		return false;
	*ret = pl_nano_mul_int(number, INT64_C(1) << 20);
	return true;
}

pl_nano pl_nano_add(pl_nano a, pl_nano b)
{
	pl_nano sum;
	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b > 0 ? pl_nano_max : pl_nano_min;
}

pl_nano pl_nano_sub(pl_nano a, pl_nano b)
{
	pl_nano difference;
	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return b < 0 ? pl_nano_max : pl_nano_min;
}

pl_nano pl_nano_mul_int(pl_nano a, int64_t n)
{
	/* __builtin_mul_overflow on 128 bits needs a run-time library that clang does not always link */
	bool negative = (a < 0) != (n < 0);
	u128 x = a < 0 ? -(u128)a : (u128)a;
	u128 y = n < 0 ? -(u128)n : (u128)n;
	u128 most = (u128)pl_nano_max + negative;
	if (x == 0 || y == 0)
		return 0;
	if (x > most / y)
		return negative ? pl_nano_min : pl_nano_max;
	return negative ? (pl_nano)(-(x * y)) : (pl_nano)(x * y);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* numerator / unit as a decimal with all its digits, then the suffix; false when it does not end within nine digits. */
static bool write_in(struct pl_buf *b, bool negative, u128 magnitude, u128 unit, const char *suffix)
{
	u128 whole = magnitude / unit, rest = magnitude % unit;
	char digits[40];
	unsigned n = 0;
	do {
		digits[n++] = (char)('0' + (int)(whole % 10));
		whole /= 10;
	} while (whole);
	if (negative)
		pl_buf_addc(b, '-');
	while (n)
		pl_buf_addc(b, digits[--n]);
	if (rest)
		pl_buf_addc(b, '.');
	for (unsigned i = 0; rest && i < 9; i++) {
		pl_buf_addc(b, (char)('0' + (int)(rest / (unit / 10))));
		/* units are 10^k or 10^9*2^k: both divide by ten without a rest down to the last digit that matters */
		rest = (rest % (unit / 10)) * 10;
	}
	pl_buf_adds(b, suffix);
	return rest == 0;
}

struct unit {
	const char *suffix;
	unsigned shift; /* of a binary unit */
	unsigned zeros; /* of a decimal unit */
};

static u128 unit_size(struct unit u)
{
	u128 size = (u128)1000000000u << u.shift;
	for (unsigned i = 0; i < u.zeros; i++)
		size *= 10;
	return size;
}

/* Writes q into ret in the unit that is shortest; the first wins among equals. */
static pl_str write_shortest(pl_nano q, const struct unit *units, unsigned count, char ret[64])
{
	u128 magnitude = q < 0 ? -(u128)q : (u128)q;
	struct pl_buf best;
	char area[64];
	pl_buf_init_fixed(&best, ret, 64);
	write_in(&best, q < 0, magnitude, (u128)1000000000u, "");
	for (unsigned i = 0; i < count; i++) {
		struct pl_buf b;
		pl_buf_init_fixed(&b, area, sizeof(area));
		if (!write_in(&b, q < 0, magnitude, unit_size(units[i]), units[i].suffix) || b.failed ||
		    b.len >= best.len)
			continue;
		memcpy(ret, area, b.len);
		best.len = b.len;
	}
	return (pl_str){ret, best.len};
}

pl_str pl_quantity_format_bytes(pl_nano q, char ret[64])
{
	/* the whole number of a smaller unit before the fraction of a larger one: 512Mi, not 0.5Gi */
	static const struct unit units[] = {
		{"Ki", 10, 0}, {"Mi", 20, 0}, {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0},
		{"k", 0, 3},   {"M", 0, 6},   {"G", 0, 9},   {"T", 0, 12},  {"P", 0, 15},  {"E", 0, 18},
	};
	return write_shortest(q, units, sizeof(units) / sizeof(units[0]), ret);
}

/* Thousandths above one core, and below where that is no longer: 1500m, 250m, but 0.5. */
pl_str pl_quantity_format_cores(pl_nano q, char ret[64])
{
	const u128 one = 1000000000u, milli = 1000000u;
	u128 magnitude = q < 0 ? -(u128)q : (u128)q;
	char area[64];
	struct pl_buf plain, thousandths;
	pl_buf_init_fixed(&plain, ret, 64);
	write_in(&plain, q < 0, magnitude, one, "");
	if (magnitude % one == 0 || magnitude % milli != 0)
		return pl_buf_str(&plain);
	pl_buf_init_fixed(&thousandths, area, sizeof(area));
	write_in(&thousandths, q < 0, magnitude, milli, "m");
	if (magnitude < one && plain.len < thousandths.len)
		return pl_buf_str(&plain);
	memcpy(ret, area, thousandths.len);
	return (pl_str){ret, thousandths.len};
}
