/* scalar.c - see scalar.h. spec: go-yaml v2's resolve table, which sigs.k8s.io/yaml and so kubectl use;
 * language.md 3.5.2. One choice is stricter: a plain float is no integer, although kubectl would send `80.0` as 80. */
#include "scalar.h"

#include <string.h>

#include "doc/tape.h"

static bool one_of(pl_str s, const char *const *words)
{
	for (; *words; words++) {
		if (strlen(*words) == s.len && memcmp(*words, s.ptr, s.len) == 0)
			return true;
	}
	return false;
}

static const char *const null_words[] = {"~", "null", "Null", "NULL", NULL};
static const char *const true_words[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y", NULL};
static const char *const false_words[] = {"false", "False", "FALSE", "no", "No", "NO",
					  "off",   "Off",   "OFF",   "n",  "N",	 NULL};
static const char *const float_words[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf",
					  "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* What stands at the head of an integer: its sign and base; moves past them. */
static unsigned int_base(pl_str *s, bool *ret_negative)
{
	*ret_negative = s->len && *s->ptr == '-';
	if (s->len && (*s->ptr == '-' || *s->ptr == '+'))
		*s = (pl_str){s->ptr + 1, s->len - 1};
	if (s->len < 2 || *s->ptr != '0')
		return 10;
	unsigned base = 8;
	size_t skip = 1;
	switch (s->ptr[1]) {
	case 'x':
	case 'X':
		base = 16;
		skip = 2;
		break;
	case 'b':
	case 'B':
		base = 2;
		skip = 2;
		break;
	case 'o':
	case 'O':
		skip = 2;
		break;
	default:
		break;
	}
	*s = (pl_str){s->ptr + skip, s->len - skip};
	return base;
}

/* spec: strconv.ParseInt(text without "_", base 0): false when it is no integer; *ret_range when it is one beyond
 * int64. */
static bool parse_yaml_int(pl_str s, int64_t *ret, bool *ret_range)
{
	bool negative;
	unsigned base = int_base(&s, &negative), digits = 0;
	uint64_t value = 0, limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	bool over = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '_')
			continue;
		unsigned d = (unsigned)digit_value(s.ptr[i]);
		if (d >= base)
			return false;
		digits++;
		if (over || value > (limit - d) / base)
			over = true;
		else
			value = value * base + d;
	}
	if (digits == 0)
		return false;
	*ret_range = over;
	*ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

static size_t skip_digits(pl_str s, size_t i)
{
	while (i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '_'))
		i++;
	return i;
}

/* spec: ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$, "_" allowed between digits. */
static bool is_yaml_float(pl_str s)
{
	size_t i = s.len && (*s.ptr == '-' || *s.ptr == '+');
	size_t whole = skip_digits(s, i) - i;
	i += whole;
	size_t part = 0;
	if (i < s.len && s.ptr[i] == '.') {
		part = skip_digits(s, i + 1) - i - 1;
		i += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		i++;
		i += i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+');
		size_t end = skip_digits(s, i);
		if (end == i)
			return false;
		i = end;
	}
	return i == s.len;
}

enum pl_plain_kind pl_scalar_plain_kind(pl_str text)
{
	if (text.len == 0 || one_of(text, null_words))
		return PL_PLAIN_NULL;
	if (one_of(text, true_words) || one_of(text, false_words))
		return PL_PLAIN_BOOL;
	char c = *text.ptr;
	if (!(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')
		return PL_PLAIN_TEXT;
	int64_t value;
	bool range = false;
	if (parse_yaml_int(text, &value, &range))
		return range ? PL_PLAIN_FLOAT : PL_PLAIN_INT;
	return is_yaml_float(text) || one_of(text, float_words) ? PL_PLAIN_FLOAT : PL_PLAIN_TEXT;
}

bool pl_scalar_is_null(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t || t->type == PL_NODE_NULL)
		return true;
	return t->type == PL_NODE_PLAIN && pl_scalar_plain_kind(pl_tape_raw(doc, t)) == PL_PLAIN_NULL;
}

bool pl_scalar_is_blank(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return pl_scalar_is_null(doc, node) || ((t->type == PL_NODE_STRING || t->type == PL_NODE_PLAIN) && t->len == 0);
}

bool pl_scalar_bool(const struct pl_doc *doc, pl_node node, bool *ret)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t)
		return false;
	if (t->type == PL_NODE_TRUE || t->type == PL_NODE_FALSE) {
		*ret = t->type == PL_NODE_TRUE;
		return true;
	}
	if (t->type != PL_NODE_PLAIN)
		return false;
	pl_str text = pl_tape_raw(doc, t);
	bool yes = one_of(text, true_words);
	if (!yes && !one_of(text, false_words))
		return false;
	*ret = yes;
	return true;
}

/* spec: encoding/json into int64: an optional minus and digits, nothing else. */
static bool parse_json_int(pl_str s, int64_t *ret)
{
	size_t first = s.len && *s.ptr == '-';
	for (size_t i = first; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	}
	bool range = false;
	int64_t value;
	if ((s.len > first + 1 && s.ptr[first] == '0') || !parse_yaml_int(s, &value, &range) || range)
		return false;
	*ret = value;
	return true;
}

bool pl_scalar_int(const struct pl_doc *doc, pl_node node, int64_t *ret)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (t && t->type == PL_NODE_NUMBER)
		return parse_json_int(pl_tape_raw(doc, t), ret);
	if (!t || t->type != PL_NODE_PLAIN || pl_scalar_plain_kind(pl_tape_raw(doc, t)) != PL_PLAIN_INT)
		return false;
	bool range = false;
	int64_t value;
	if (!parse_yaml_int(pl_tape_raw(doc, t), &value, &range) || range)
		return false;
	*ret = value;
	return true;
}

bool pl_scalar_quantity(const struct pl_doc *doc, pl_node node, struct pl_arena *arena, pl_nano *ret)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	int64_t whole;
	/* kubectl resolves a plain 010 or 0x10 to a number before the API server sees a quantity */
	if (type == PL_NODE_PLAIN && pl_scalar_int(doc, node, &whole)) {
		*ret = pl_nano_mul_int(PL_NANO_ONE, whole);
		return true;
	}
	if (type != PL_NODE_STRING && type != PL_NODE_PLAIN && type != PL_NODE_NUMBER)
		return false;
	pl_str text = pl_doc_text(doc, node, arena);
	return text.ptr && pl_quantity_parse(text, ret);
}

pl_str pl_scalar_text(const struct pl_doc *doc, pl_node node, struct pl_arena *arena)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	if (type != PL_NODE_STRING && type != PL_NODE_PLAIN && type != PL_NODE_NUMBER)
		return (pl_str){NULL, 0};
	return pl_doc_text(doc, node, arena);
}

bool pl_scalar_is_damaged(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return t && (t->flags & (PL_TOKEN_DAMAGED | PL_TOKEN_REPLACED));
}
