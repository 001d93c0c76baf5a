/* coretag.c - see coretag.h. */
#include "coretag.h"

#define MAX_INT_DIGITS 18 /* always within int64 */

/* The words are short; a longer text is none. */
static bool is_one_of(pl_str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pl_str_eq(text, pl_str_from(words[i])))
			return true;
	}
	return false;
}

#define IS_ONE_OF(text, words) is_one_of((text), (words), sizeof(words) / sizeof((words)[0]))

static const char *const null_words[] = {"", "~", "null", "Null", "NULL"};
static const char *const true_words[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
static const char *const false_words[] = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
static const char *const float_words[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
					  "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

/* A number read from the left; underscores between digits do not count. */
struct cursor {
	const char *p, *end;
};

static int peek(struct cursor *c)
{
	while (c->p < c->end && *c->p == '_')
		c->p++;
	return c->p < c->end ? (unsigned char)*c->p : -1;
}

static bool is_digit_of(int c, int base)
{
	if (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
		return true;
	return c >= '0' && c <= '9' && c - '0' < base;
}

static size_t skip_digits(struct cursor *c, int base)
{
	size_t n = 0;
	while (is_digit_of(peek(c), base)) {
		c->p++;
		n++;
	}
	return n;
}

static int base_of(int letter)
{
	switch (letter) {
	case 'x':
	case 'X':
		return 16;
	case 'o':
	case 'O':
		return 8;
	case 'b':
	case 'B':
		return 2;
	default:
		return 0;
	}
}

/* 0x, 0o and 0b with digits to the end; 0b-1 is one, too. */
static bool is_based_int(struct cursor c, bool has_sign)
{
	if (peek(&c) != '0')
		return false;
	c.p++;
	int letter = peek(&c), base = base_of(letter);
	if (base == 0)
		return false;
	c.p++;
	if (letter == 'b' && !has_sign && (peek(&c) == '-' || peek(&c) == '+'))
		c.p++;
	return skip_digits(&c, base) > 0 && peek(&c) == -1;
}

/* An octal or decimal integer to the end: 010 is one, 09 is a float. */
static bool is_plain_int(struct cursor c)
{
	struct cursor octal = c;
	if (peek(&c) == '0')
		return skip_digits(&octal, 8) > 0 && peek(&octal) == -1;
	return skip_digits(&c, 10) > 0 && peek(&c) == -1;
}

static bool is_float(struct cursor c)
{
	size_t digits = skip_digits(&c, 10);
	if (peek(&c) == '.') {
		c.p++;
		digits += skip_digits(&c, 10);
	}
	if (digits == 0)
		return false;
	if (peek(&c) == 'e' || peek(&c) == 'E') {
		c.p++;
		if (peek(&c) == '+' || peek(&c) == '-')
			c.p++;
		if (skip_digits(&c, 10) == 0)
			return false;
	}
	return peek(&c) == -1;
}

/* Every underscore stands between two digits. */
static bool has_inner_underscores(pl_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '_')
			continue;
		if (i == 0 || i + 1 == text.len || !is_digit_of(text.ptr[i - 1], 10) ||
		    !is_digit_of(text.ptr[i + 1], 10))
			return false;
	}
	return true;
}

enum pl_coretag pl_coretag_of(pl_str text)
{
	if (IS_ONE_OF(text, null_words))
		return PL_CORETAG_NULL;
	if (IS_ONE_OF(text, true_words))
		return PL_CORETAG_TRUE;
	if (IS_ONE_OF(text, false_words))
		return PL_CORETAG_FALSE;
	if (IS_ONE_OF(text, float_words))
		return PL_CORETAG_FLOAT;
	struct cursor c = {text.ptr, text.ptr + text.len};
	if (*c.p == '_' || (*c.p == '.' && !has_inner_underscores(text)))
		return PL_CORETAG_STR;
	bool has_sign = *c.p == '-' || *c.p == '+';
	if (has_sign)
		c.p++;
	if (is_based_int(c, has_sign) || is_plain_int(c))
		return PL_CORETAG_INT;
	return is_float(c) ? PL_CORETAG_FLOAT : PL_CORETAG_STR;
}

bool pl_coretag_is_canonical_int(pl_str text)
{
	struct cursor c = {text.ptr, text.ptr + text.len};
	bool negative = text.len > 0 && *c.p == '-';
	if (negative)
		c.p++;
	size_t len = (size_t)(c.end - c.p);
	if (len == 0 || len > MAX_INT_DIGITS || (*c.p == '0' && (len > 1 || negative)))
		return false;
	for (; c.p < c.end; c.p++) {
		if (*c.p < '0' || *c.p > '9')
			return false;
	}
	return true;
}

bool pl_coretag_fits(pl_str tag, pl_str text)
{
	switch (pl_coretag_of(text)) {
	case PL_CORETAG_NULL:
		return pl_str_eq(tag, PL_STR("null"));
	case PL_CORETAG_FALSE:
	case PL_CORETAG_TRUE:
		return pl_str_eq(tag, PL_STR("bool"));
	case PL_CORETAG_INT:
		return pl_str_eq(tag, PL_STR("int")) || pl_str_eq(tag, PL_STR("float"));
	case PL_CORETAG_FLOAT:
		return pl_str_eq(tag, PL_STR("float"));
	case PL_CORETAG_STR:
		break;
	}
	return false;
}
