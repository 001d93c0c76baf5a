/* json_diff.c - our JSON reader against jansson, on random documents and damaged ones.
 *
 *     json_diff [DOCUMENTS [SEED]]      (200,000 and 1)
 *
 * Both must accept the same texts and read the same values from them, except for the differences listed in `classes`,
 * each of them reviewed. The first difference that no class explains is printed and ends the run with status 1; so does
 * a class that never came up in a long run, because then it explains nothing. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/tape.h"

#define ROOM	 8192
#define LONG_RUN 100000

/* --- the reviewed list -------------------------------------------------------------------------------------------- */

enum difference {
	SAME_VALUE,
	BOTH_REFUSE,
	WIDE_INTEGER, /* we accept: the API server sends integers from 2^63 up. jansson: "too big integer" */
	INFINITE, /* we accept, marked inexact: passes the API server in raw fields. jansson: "real number overflow" */
	DAMAGED,  /* we accept, marked damaged: Go reads U+FFFD there. jansson refuses lone surrogates and invalid UTF-8
		   */
	NUL_IN_KEY,    /* we accept: legal JSON. jansson has NUL-terminated keys */
	DUPLICATE_KEY, /* we accept and keep both, for the model to judge. jansson is told to refuse here */
	DEEP,	       /* we accept up to 10,000 levels as Go does. jansson stops at 2,048 */
	RAW_NUL, /* we refuse. jansson takes a raw NUL behind a number or word for the end of a token and drops it (its
		    issue 331) */
	CLASS_COUNT,
};

static const char *const classes[CLASS_COUNT] = {
	[SAME_VALUE] = "accepted, same value",
	[BOTH_REFUSE] = "refused by both",
	[WIDE_INTEGER] = "wide integer",
	[INFINITE] = "infinite number",
	[DAMAGED] = "damaged text",
	[NUL_IN_KEY] = "NUL in a key",
	[DUPLICATE_KEY] = "duplicate key",
	[DEEP] = "deeper than 2,048",
	[RAW_NUL] = "raw NUL swallowed by jansson",
};

/* --- random documents --------------------------------------------------------------------------------------------- */

struct random {
	uint64_t state;
	char text[ROOM];
	size_t len;
};

static uint32_t next(struct random *r, uint32_t below)
{
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((r->state >> 33) % below);
}

static void put(struct random *r, const char *s, size_t len)
{
	if (len <= ROOM - r->len) {
		memcpy(r->text + r->len, s, len);
		r->len += len;
	}
}

static void puts_any(struct random *r, const char *const *choices, size_t count)
{
	const char *s = choices[next(r, (uint32_t)count)];
	put(r, s, strlen(s));
}

#define ONE_OF(r, list) puts_any((r), (list), sizeof(list) / sizeof(list)[0])

static void put_space(struct random *r)
{
	static const char *const spaces[] = {"", "", "", "", " ", "\n", "\t", "\r\n", "  "};
	ONE_OF(r, spaces);
}

static void put_string(struct random *r)
{
	static const char *const pieces[] = {
		"a",
		"name",
		"spec",
		"containers",
		"0123456789",
		"\\n",
		"\\\"",
		"\\\\",
		"\\/",
		"\\u0041",
		"\\u00e9",
		"\\u0000",
		"\\ud83d\\ude00",
		"\\ud83d",
		"\\udc00",
		"\\ufffd",
		"\xC3\xA9",
		"\xE2\x82\xAC",
		"\xF0\x9F\x98\x80",
		"\x7F",
		"\xFF",
		"\xC3",
		"\xED\xA0\x80",
		"\xEF\xBF\xBD",
		" ",
		"/",
		"<",
		"'",
	};
	put(r, "\"", 1);
	for (uint32_t n = next(r, 4); n > 0; n--)
		ONE_OF(r, pieces);
	put(r, "\"", 1);
}

static void put_number(struct random *r)
{
	static const char *const numbers[] = {
		"0",
		"-0",
		"1",
		"-1",
		"42",
		"65535",
		"1.5",
		"-0.25",
		"1e3",
		"1E-3",
		"2.5e+10",
		"9223372036854775807",
		"-9223372036854775808",
		"9223372036854775808",
		"18446744073709552000",
		"1e400",
		"-1e999",
		"1e-400",
		"5e-324",
		"1.7976931348623157e308",
		"1.7976931348623159e308",
		"0.1",
		"123456789012345678",
		"0.30000000000000004",
	};
	ONE_OF(r, numbers);
}

static void put_value(struct random *r, unsigned depth);

static void put_container(struct random *r, unsigned depth, bool is_object)
{
	put(r, is_object ? "{" : "[", 1);
	uint32_t n = next(r, 5);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			put(r, ",", 1);
		put_space(r);
		if (is_object) {
			put_string(r);
			put_space(r);
			put(r, ":", 1);
		}
		put_value(r, depth - 1);
	}
	put(r, is_object ? "}" : "]", 1);
}

static void put_value(struct random *r, unsigned depth)
{
	static const char *const words[] = {"null", "true", "false"};
	put_space(r);
	switch (next(r, depth > 0 ? 7 : 3)) {
	case 0:
		ONE_OF(r, words);
		break;
	case 1:
		put_string(r);
		break;
	case 2:
		put_number(r);
		break;
	case 3:
	case 4:
		put_container(r, depth, false);
		break;
	default:
		put_container(r, depth, true);
		break;
	}
	put_space(r);
}

/* Changes, removes, inserts or doubles a few bytes. */
static void damage(struct random *r)
{
	static const char bytes[] = "{}[]:,\"\\ \n0123456789-+.eEtfnul/'u\0\x01\x80\xFF\xEF";
	for (uint32_t n = 1 + next(r, 3); n > 0 && r->len > 0; n--) {
		size_t at = next(r, (uint32_t)r->len);
		char byte = bytes[next(r, sizeof bytes - 1)];
		switch (next(r, 4)) {
		case 0:
			r->text[at] = byte;
			break;
		case 1:
			memmove(r->text + at, r->text + at + 1, --r->len - at);
			break;
		case 2:
			r->len = at;
			break;
		default:
			if (r->len == ROOM)
				break;
			memmove(r->text + at + 1, r->text + at, r->len++ - at);
			r->text[at] = byte;
			break;
		}
	}
}

static void put_deep(struct random *r)
{
	uint32_t levels = 2000 + next(r, 100);
	for (uint32_t i = 0; i < levels; i++)
		put(r, "[", 1);
	for (uint32_t i = 0; i < levels; i++)
		put(r, "]", 1);
}

static void make_document(struct random *r)
{
	r->len = 0;
	if (next(r, 500) == 0)
		put_deep(r);
	else
		put_value(r, 1 + next(r, 6));
	if (next(r, 2) == 0)
		damage(r);
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static bool same_number(const struct pl_doc *doc, pl_node node, const json_t *other)
{
	char digits[ROOM + 1];
	pl_str raw = pl_tape_raw(doc, &doc->tokens[node]);
	memcpy(digits, raw.ptr, raw.len);
	digits[raw.len] = '\0';
	if (json_is_integer(other))
		return !strpbrk(digits, ".eE") && strtoll(digits, NULL, 10) == json_integer_value(other);
	double ours = strtod(digits, NULL), theirs = json_real_value(other);
	return json_is_real(other) && memcmp(&ours, &theirs, sizeof ours) == 0;
}

static bool same_string(const struct pl_doc *doc, pl_node node, const json_t *other, struct pl_arena *arena)
{
	pl_str theirs = {json_string_value(other), json_string_length(other)};
	return json_is_string(other) && pl_str_eq(pl_doc_text(doc, node, arena), theirs);
}

static bool same_value(const struct pl_doc *doc, pl_node node, const json_t *other, struct pl_arena *arena);

static bool same_array(const struct pl_doc *doc, pl_node node, const json_t *other, struct pl_arena *arena)
{
	size_t i = 0;
	if (!json_is_array(other) || json_array_size(other) != pl_doc_count(doc, node))
		return false;
	for (pl_node e = pl_doc_first(doc, node); e != PL_NO_NODE; e = pl_doc_next(doc, node, e)) {
		if (!same_value(doc, e, json_array_get(other, i++), arena))
			return false;
	}
	return true;
}

static bool same_object(const struct pl_doc *doc, pl_node node, const json_t *other, struct pl_arena *arena)
{
	if (!json_is_object(other) || json_object_size(other) != pl_doc_count(doc, node))
		return false;
	for (pl_node k = pl_doc_first(doc, node); k != PL_NO_NODE; k = pl_doc_next(doc, node, k)) {
		pl_str key = pl_doc_text(doc, k, arena);
		const json_t *value = json_object_getn(other, key.ptr, key.len);
		if (!value || !same_value(doc, pl_doc_value(doc, k), value, arena))
			return false;
	}
	return true;
}

/* Recursive: jansson has refused what is deeper than 2,048. */
static bool same_value(const struct pl_doc *doc, pl_node node, const json_t *other, struct pl_arena *arena)
{
	switch (pl_doc_type(doc, node)) {
	case PL_NODE_NULL:
		return json_is_null(other);
	case PL_NODE_FALSE:
		return json_is_false(other);
	case PL_NODE_TRUE:
		return json_is_true(other);
	case PL_NODE_NUMBER:
		return same_number(doc, node, other);
	case PL_NODE_STRING:
		return same_string(doc, node, other, arena);
	case PL_NODE_ARRAY:
		return same_array(doc, node, other, arena);
	case PL_NODE_OBJECT:
		return same_object(doc, node, other, arena);
	case PL_NODE_NONE:
	case PL_NODE_PLAIN:
		break;
	}
	return false;
}

/* --- explaining --------------------------------------------------------------------------------------------------- */

static bool is_integer(pl_str raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		if (strchr(".eE", raw.ptr[i]))
			return false;
	}
	return true;
}

/* Why jansson refuses what we accept; CLASS_COUNT when nothing explains it. */
static enum difference explain_accepted(const struct pl_doc *doc, const json_error_t *error, struct pl_arena *arena)
{
	if (json_error_code(error) == json_error_stack_overflow)
		return DEEP;
	for (pl_node n = 0; n < doc->count; n++) {
		const struct pl_token *t = &doc->tokens[n];
		if (t->flags & PL_TOKEN_INEXACT)
			return is_integer(pl_tape_raw(doc, t)) ? WIDE_INTEGER : INFINITE;
		if (t->flags & PL_TOKEN_DAMAGED)
			return DAMAGED;
		pl_str key = t->flags & PL_TOKEN_KEY ? pl_doc_text(doc, n, arena) : (pl_str){0};
		if (key.len && memchr(key.ptr, '\0', key.len))
			return NUL_IN_KEY;
	}
	if (json_error_code(error) == json_error_duplicate_key && pl_doc_find_duplicate(doc, 0, arena) != PL_NO_NODE)
		return DUPLICATE_KEY;
	return CLASS_COUNT;
}

static enum difference compare(pl_str text, struct pl_arena *arena)
{
	struct pl_doc *doc = NULL;
	json_error_t error;
	pl_err err = pl_doc_read_json(PL_STR("random"), text, &pl_doc_json_limits, arena, &doc, NULL);
	json_t *other =
		json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
	enum difference result = CLASS_COUNT;
	if (err == PL_OK && !pl_tape_check(doc))
		result = CLASS_COUNT;
	else if (err == PL_OK && other)
		result = same_value(doc, 0, other, arena) ? SAME_VALUE : CLASS_COUNT;
	else if (err == PL_OK)
		result = explain_accepted(doc, &error, arena);
	else if (!other)
		result = BOTH_REFUSE;
	else if (text.len && memchr(text.ptr, '\0', text.len))
		result = RAW_NUL;
	json_decref(other);
	return result;
}

int main(int argc, char **argv)
{
	unsigned long documents = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
	static struct random r;
	unsigned long counts[CLASS_COUNT] = {0};
	struct pl_arena *arena = pl_arena_new(1 << 20, 1 << 20);
	r.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < documents; i++) {
		make_document(&r);
		pl_arena_reset(arena);
		enum difference found = compare((pl_str){r.text, r.len}, arena);
		if (found == CLASS_COUNT) {
			printf("document %lu: no class explains the difference on:\n%.*s\n", i, (int)r.len, r.text);
			printf("%lu passed, 1 failed\n", i);
			return 1;
		}
		counts[found]++;
	}
	int status = 0;
	for (size_t c = 0; c < CLASS_COUNT; c++) {
		printf("%9lu %s\n", counts[c], classes[c]);
		if (documents >= LONG_RUN && counts[c] == 0)
			status = 1;
	}
	pl_arena_free(arena);
	printf("%lu passed, %d failed\n", documents, status);
	return status;
}
