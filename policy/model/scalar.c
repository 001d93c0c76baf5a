/* scalar.c - see scalar.h. spec: go-yaml v2's resolve table, which sigs.k8s.io/yaml and so kubectl use;
 * language.md 3.5.2. One choice is stricter: a plain float is no integer, although kubectl would send `80.0` as 80. */
#include "scalar.h"

#include "doc/coretag.h"
#include "doc/tape.h"

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

static pl_str drop(pl_str s, size_t n)
{
	return (pl_str){s.ptr + n, s.len - n};
}

/* A sign at the head of s; moves past it. */
static bool take_sign(pl_str *s, bool *ret_negative)
{
	if (!s->len || (*s->ptr != '-' && *s->ptr != '+'))
		return false;
	*ret_negative = *s->ptr == '-';
	*s = drop(*s, 1);
	return true;
}

static pl_str skip_underscores(pl_str s)
{
	while (s.len && *s.ptr == '_')
		s = drop(s, 1);
	return s;
}

/* What stands at the head of an integer: its sign and base; moves past them. 0b-1 is one, too: go-yaml parses what
 * comes after 0b on its own. */
static unsigned int_base(pl_str *s, bool *ret_negative)
{
	*ret_negative = false;
	bool has_sign = take_sign(s, ret_negative);
	*s = skip_underscores(*s);
	if (!s->len || *s->ptr != '0')
		return 10;
	pl_str rest = skip_underscores(drop(*s, 1));
	if (!rest.len)
		return 10;
	unsigned base = 8;
	switch (*rest.ptr) {
	case 'x':
	case 'X':
		base = 16;
		rest = drop(rest, 1);
		break;
	case 'b':
	case 'B':
		base = 2;
		has_sign |= *rest.ptr == 'B';
		rest = skip_underscores(drop(rest, 1));
		if (!has_sign)
			take_sign(&rest, ret_negative);
		break;
	case 'o':
	case 'O':
		rest = drop(rest, 1);
		break;
	default:
		break;
	}
	*s = rest;
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

enum pl_plain_kind pl_scalar_plain_kind(pl_str text)
{
	int64_t value;
	bool range = false;
	switch (pl_coretag_of(text)) {
	case PL_CORETAG_NULL:
		return PL_PLAIN_NULL;
	case PL_CORETAG_FALSE:
	case PL_CORETAG_TRUE:
		return PL_PLAIN_BOOL;
	case PL_CORETAG_INT:
		return parse_yaml_int(text, &value, &range) && !range ? PL_PLAIN_INT : PL_PLAIN_FLOAT;
	case PL_CORETAG_FLOAT:
		return PL_PLAIN_FLOAT;
	case PL_CORETAG_STR:
		break;
	}
	return PL_PLAIN_TEXT;
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
	enum pl_coretag tag = pl_coretag_of(pl_tape_raw(doc, t));
	if (tag != PL_CORETAG_TRUE && tag != PL_CORETAG_FALSE)
		return false;
	*ret = tag == PL_CORETAG_TRUE;
	return true;
}

/* spec: encoding/json into int64: an optional minus and digits, nothing else. */
static bool parse_json_int(pl_str s, int64_t *ret)
{
	bool negative = s.len && *s.ptr == '-';
	size_t first = negative;
	int64_t value = 0;
	if (s.len == first || (s.len > first + 1 && s.ptr[first] == '0'))
		return false;
	for (size_t i = first; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		int64_t digit = s.ptr[i] - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, negative ? digit : -digit, &value))
			return false;
	}
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
	if (!text.ptr || !pl_quantity_parse(text, ret))
		return false;
	/* 1e-400 is a nano when rounded up, and 0 where kubectl made a double of it on the way */
	return type == PL_NODE_STRING || (*ret != 1 && *ret != -1) || pl_scalar_plain_kind(text) != PL_PLAIN_FLOAT;
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
