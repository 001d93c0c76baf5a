/* doc_json_test.c - the JSON reader: a table of texts with the exact tape or the exact fault, limits, memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "doc/tape.h"

struct doc_case {
	const char *name;
	pl_str text;
	const char *result;
};

static const struct doc_case cases[] = {
#define CASE(name, text, result) {#name, {(text), sizeof(text) - 1}, result},
#include "doc_json_cases.def"
#undef CASE
};
#define CASE_COUNT (sizeof cases / sizeof cases[0])

/* The dump of the tape, or "line:column+length message". */
static void render(const struct pl_doc *doc, const struct pl_diags *diags, struct pl_buf *out)
{
	if (doc)
		pl_doc_dump(doc, out);
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		struct pl_position at = pl_position_of(d->text, d->at.start);
		if (d->text.len)
			pl_buf_addf(out, "%u:%u+%u ", at.line, at.column, d->at.len);
		pl_buf_add(out, d->message);
		pl_buf_addc(out, '\n');
	}
	pl_buf_addc(out, '\0');
	assert_false(out->failed);
}

static void test_cases(void **state)
{
	(void)state;
	struct pl_arena *scratch = pl_arena_new(1 << 24, 0);
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct pl_arena *arena = pl_arena_new(1 << 20, 0);
		struct pl_diags diags;
		struct pl_buf out;
		pl_diags_init(&diags, scratch);
		pl_buf_init(&out, scratch, 0);
		struct pl_doc *doc = NULL;
		pl_err err = pl_doc_read_json(PL_STR("t"), cases[i].text, &pl_doc_json_limits, arena, &doc, &diags);
		render(doc, &diags, &out);
		if (strcmp(out.ptr, cases[i].result) != 0)
			fail_msg("%s: expected\n%sbut got\n%s", cases[i].name, cases[i].result, out.ptr);
		assert_int_equal(diags.errors, err == PL_OK ? 0 : 1);
		if (doc)
			assert_true(pl_tape_check(doc));
		pl_arena_free(arena);
	}
	pl_arena_free(scratch);
}

/* The class in a case's name is what RFC 8259 and our decisions ask for. */
static void test_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++) {
		bool accepted = cases[i].result[0] == '0';
		const char *class = cases[i].name[0] == 'i' ? cases[i].name + 2 : cases[i].name;
		if (accepted != (class[0] == 'y'))
			fail_msg("%s is not what its name says", cases[i].name);
	}
	assert_true(CASE_COUNT >= 120);
}

/* With too little memory reading fails cleanly, says so, and leaves the output alone. */
static void test_memory_sweep(void **state)
{
	(void)state;
	struct pl_arena *scratch = pl_arena_new(1 << 16, 1 << 16);
	for (size_t i = 0; i < CASE_COUNT; i++) {
		bool enough = false;
		for (size_t ceiling = 0; !enough; ceiling += 16) {
			assert_true(ceiling < (1 << 14));
			struct pl_arena *arena = pl_arena_new(ceiling, 0);
			struct pl_doc *doc = NULL;
			struct pl_diags diags;
			pl_arena_reset(scratch);
			pl_diags_init(&diags, scratch);
			pl_err err =
				pl_doc_read_json(PL_STR("t"), cases[i].text, &pl_doc_json_limits, arena, &doc, &diags);
			enough = err != PL_E_MEMORY;
			assert_true((doc != NULL) == (err == PL_OK));
			assert_int_equal(diags.errors, err == PL_OK ? 0 : 1);
			pl_arena_free(arena);
		}
	}
	pl_arena_free(scratch);
}

static char *repeat(const char *a, const char *middle, const char *b, size_t n, size_t *ret_len)
{
	size_t la = strlen(a), lm = strlen(middle), lb = strlen(b);
	*ret_len = n * (la + lb) + lm;
	char *text = malloc(*ret_len + 1);
	char *p = text;
	for (size_t i = 0; i < n; i++, p += la)
		memcpy(p, a, la);
	memcpy(p, middle, lm);
	p += lm;
	for (size_t i = 0; i < n; i++, p += lb)
		memcpy(p, b, lb);
	return text;
}

static pl_err read_repeated(const char *a, const char *middle, const char *b, size_t n, uint32_t *ret_count)
{
	size_t len;
	char *text = repeat(a, middle, b, n, &len);
	struct pl_arena *arena = pl_arena_new(len * 10 + 256, 0);
	struct pl_doc *doc = NULL;
	pl_err err = pl_doc_read_json(PL_STR("t"), (pl_str){text, len}, &pl_doc_json_limits, arena, &doc, NULL);
	if (doc) {
		assert_true(pl_tape_check(doc));
		*ret_count = doc->count;
	}
	pl_arena_free(arena);
	free(text);
	return err;
}

static void test_depth(void **state)
{
	(void)state;
	uint32_t count = 0;
	assert_int_equal(read_repeated("[", "", "]", 10000, &count), PL_OK);
	assert_int_equal(count, 10000);
	assert_int_equal(read_repeated("[", "", "]", 10001, &count), PL_E_LIMIT);
	assert_int_equal(read_repeated("{\"a\":", "1", "}", 10000, &count), PL_OK);
	assert_int_equal(count, 20001);
	assert_int_equal(read_repeated("{\"a\":", "1", "}", 10001, &count), PL_E_LIMIT);
	assert_int_equal(read_repeated("[", "", "", 1000000, &count), PL_E_LIMIT);
	assert_int_equal(read_repeated("[", "", "", 9000, &count), PL_E_SYNTAX);
}

static void check_refusal(pl_str text, struct pl_doc_limits limits, pl_err expected, const char *message)
{
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_doc *doc = NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_doc_read_json(PL_STR("t"), text, &limits, arena, &doc, &diags), expected);
	assert_null(doc);
	assert_int_equal(diags.count, 1);
	assert_true(pl_str_eq(diags.items[0].message, pl_str_from(message)));
	pl_arena_free(arena);
}

static void test_limits(void **state)
{
	(void)state;
	check_refusal(PL_STR("[1,2]"), (struct pl_doc_limits){4, 10}, PL_E_LIMIT,
		      "the document has 5 bytes; at most 4 are read");
	check_refusal(PL_STR("[[[1]]]"), (struct pl_doc_limits){100, 2}, PL_E_LIMIT,
		      "arrays and objects are nested more than 2 deep");
	check_refusal(PL_STR("[]"), (struct pl_doc_limits){100, 0}, PL_E_LIMIT,
		      "arrays and objects are nested more than 0 deep");
	check_refusal((pl_str){NULL, 0}, pl_doc_json_limits, PL_E_SYNTAX, "the document is empty");
	assert_int_equal(pl_doc_json_limits.max_bytes, 33554432);
	assert_int_equal(pl_doc_json_limits.max_depth, 10000);
}

/* House rule: at most ten bytes of memory for a byte of input, for the greediest texts there are. */
static void test_memory_bound(void **state)
{
	(void)state;
	static const struct {
		const char *a, *middle, *b;
	} greedy[] = {
		{"[", "", "]"},
		{"", "[1", ",1"},
		{"", "[{}", ",{}"},
		{"", "[\"\"", ",\"\""},
		{"", "{\"\":0", ",\"\":0"},
		{"", "[[]", ",[]"},
		{"[1,", "1", "]"},
		{"", "[\"\\u0000\"", ",\"\\n\""},
		{"", "[0", ",0"},
	};
	for (size_t i = 0; i < sizeof greedy / sizeof greedy[0]; i++) {
		size_t len;
		char *body = repeat(greedy[i].a, greedy[i].middle, greedy[i].b, 9000, &len);
		char *text = malloc(len + 1);
		memcpy(text, body, len);
		if (greedy[i].middle[0] == '[' || greedy[i].middle[0] == '{')
			text[len++] = greedy[i].middle[0] == '[' ? ']' : '}';
		struct pl_arena *arena = pl_arena_new(1 << 24, 0);
		struct pl_doc *doc = NULL;
		assert_int_equal(
			pl_doc_read_json(PL_STR("t"), (pl_str){text, len}, &pl_doc_json_limits, arena, &doc, NULL),
			PL_OK);
		assert_true(pl_arena_peak(arena) <= len * 10);
		assert_true(pl_arena_peak(arena) >= doc->count * sizeof(struct pl_token));
		pl_arena_free(arena);
		free(text);
		free(body);
	}
}

/* Every cut of a document is refused: nothing that ends early is taken for whole. */
static void test_cuts(void **state)
{
	(void)state;
	static const char text[] = "{\"a\":[1,-2.5e+3,\"x\\u00e9\\n\xC3\xA9\",true,false,null,{}],\"b\":{\"c\":[]}}";
	for (size_t len = 0; len < sizeof text - 1; len++) {
		struct pl_arena *arena = pl_arena_new(1 << 16, 0);
		struct pl_doc *doc = NULL;
		char *copy = malloc(len + 1); /* the sanitizer sees a read behind the end */
		memcpy(copy, text, len);
		char *exact = realloc(copy, len ? len : 1);
		assert_int_equal(
			pl_doc_read_json(PL_STR("t"), (pl_str){exact, len}, &pl_doc_json_limits, arena, &doc, NULL),
			PL_E_SYNTAX);
		free(exact);
		pl_arena_free(arena);
	}
}

/* Every byte value after every prefix length of a string: the eight-byte scan sees each special byte at each place. */
static void test_scan_places(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		for (size_t before = 0; before < 20; before++) {
			char text[64];
			size_t len = 0;
			text[len++] = '"';
			memset(text + len, 'x', before);
			len += before;
			text[len++] = (char)c;
			memset(text + len, 'y', 17);
			len += 17;
			text[len++] = '"';
			struct pl_arena *arena = pl_arena_new(1 << 12, 0);
			struct pl_doc *doc = NULL;
			pl_err err = pl_doc_read_json(PL_STR("t"), (pl_str){text, len}, &pl_doc_json_limits, arena,
						      &doc, NULL);
			bool fine = c >= 0x20 && c != '"' && c != '\\';
			assert_int_equal(err, fine ? PL_OK : PL_E_SYNTAX);
			if (fine)
				assert_int_equal((doc->tokens[0].flags & PL_TOKEN_DAMAGED) != 0, c >= 0x80);
			pl_arena_free(arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_classes),	  cmocka_unit_test(test_memory_sweep),
		cmocka_unit_test(test_depth), cmocka_unit_test(test_limits),	  cmocka_unit_test(test_memory_bound),
		cmocka_unit_test(test_cuts),  cmocka_unit_test(test_scan_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
