/* doc_yaml_test.c - the YAML reader: a table of streams with the exact tapes and faults, limits, memory, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
#include "doc_yaml_cases.def"
#undef CASE
};
#define CASE_COUNT (sizeof cases / sizeof cases[0])

/* What one stream gave. */
struct outcome {
	pl_err err;
	unsigned documents;
	uint32_t tokens; /* of the last document */
};

/* Reads all documents; dumps them to out if given. */
static struct outcome read_all(pl_str text, struct pl_arena *arena, struct pl_diags *diags, struct pl_buf *out)
{
	struct outcome o = {PL_OK, 0, 0};
	struct pl_yaml *yaml = NULL;
	struct pl_doc *doc = NULL;
	o.err = pl_yaml_open(PL_STR("t"), text, &pl_doc_yaml_limits, arena, &yaml, diags);
	assert_true((yaml != NULL) == (o.err == PL_OK));
	while (o.err == PL_OK) {
		doc = NULL;
		o.err = pl_yaml_next(yaml, &doc, diags);
		if (o.err != PL_OK) {
			assert_null(doc);
			assert_int_equal(pl_yaml_next(yaml, &doc, diags), PL_OK); /* at its end, for good */
			assert_null(doc);
		}
		if (!doc)
			break;
		assert_true(pl_tape_check(doc));
		if (out && o.documents > 0)
			pl_buf_adds(out, "--\n");
		if (out)
			pl_doc_dump(doc, out);
		o.documents++;
		o.tokens = doc->count;
	}
	pl_yaml_close(yaml);
	return o;
}

static void render_diags(const struct pl_diags *diags, struct pl_buf *out)
{
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
		struct pl_arena *arena = pl_arena_new(1 << 24, 0);
		struct pl_diags diags;
		struct pl_buf out;
		pl_diags_init(&diags, scratch);
		pl_buf_init(&out, scratch, 0);
		struct outcome o = read_all(cases[i].text, arena, &diags, &out);
		assert_int_equal(diags.errors, o.err == PL_OK ? 0 : 1);
		render_diags(&diags, &out);
		if (strcmp(out.ptr, cases[i].result) != 0)
			fail_msg("%s: expected\n%sbut got\n%s", cases[i].name, cases[i].result, out.ptr);
		pl_arena_free(arena);
	}
	assert_true(CASE_COUNT >= 80);
	pl_arena_free(scratch);
}

static void test_memory_sweep(void **state)
{
	(void)state;
	struct pl_arena *scratch = pl_arena_new(1 << 16, 1 << 16);
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct outcome o = {PL_E_MEMORY, 0, 0};
		for (size_t ceiling = 0; o.err == PL_E_MEMORY; ceiling += ceiling < 60000 ? 496 : 200000) {
			assert_true(ceiling < 20000000);
			struct pl_arena *arena = pl_arena_new(ceiling, 0);
			struct pl_diags diags;
			pl_arena_reset(scratch);
			pl_diags_init(&diags, scratch);
			o = read_all(cases[i].text, arena, &diags, NULL);
			assert_int_equal(diags.errors, o.err == PL_OK ? 0 : 1);
			pl_arena_free(arena);
		}
	}
	pl_arena_free(scratch);
}

/* Finer steps on one stream that uses everything. */
static void test_memory_steps(void **state)
{
	(void)state;
	pl_str text = PL_STR("a: &a {x: 1, \"q\\n\": [2, 3]}\nb:\n  <<: [*a, {k: v}]\n  x: 4\nc: *a\n---\nd: |\n  t\n");
	struct outcome o = {PL_E_MEMORY, 0, 0};
	for (size_t ceiling = 0; o.err == PL_E_MEMORY; ceiling += 16) {
		assert_true(ceiling < 200000);
		struct pl_arena *arena = pl_arena_new(ceiling, 0);
		o = read_all(text, arena, NULL, NULL);
		pl_arena_free(arena);
	}
	assert_int_equal(o.err, PL_OK);
	assert_int_equal(o.documents, 2);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

/* head, then piece n times, then tail. */
static pl_str build(const char *head, const char *piece, size_t n, const char *tail)
{
	size_t h = strlen(head), p = strlen(piece), t = strlen(tail);
	char *text = malloc(h + n * p + t + 1);
	memcpy(text, head, h);
	for (size_t i = 0; i < n; i++)
		memcpy(text + h + i * p, piece, p);
	memcpy(text + h + n * p, tail, t);
	return (pl_str){text, h + n * p + t};
}

static void release(pl_str text)
{
	free((void *)(uintptr_t)text.ptr);
}

/* Reads a built text and frees it. */
static struct outcome read_built(pl_str text, const char *message)
{
	struct pl_arena *arena = pl_arena_new((size_t)1 << 28, 0), *scratch = pl_arena_new(1 << 16, 0);
	struct pl_diags diags;
	pl_diags_init(&diags, scratch);
	struct outcome o = read_all(text, arena, &diags, NULL);
	if (message) {
		assert_int_equal(diags.count, 1);
		pl_str got = diags.items[0].message;
		if (!pl_str_eq(got, pl_str_from(message)))
			fail_msg("expected `%s`, got `%.*s`", message, PL_FMT(got));
	} else {
		assert_int_equal(diags.errors, 0);
	}
	pl_arena_free(arena);
	pl_arena_free(scratch);
	release(text);
	return o;
}

static void test_depth(void **state)
{
	(void)state;
	static const char deep[] = "mappings and sequences are nested more than 64 deep";
	char close[65] = {0};
	memset(close, ']', 64);
	assert_int_equal(read_built(build("", "[", 64, close), NULL).tokens, 64);
	assert_int_equal(read_built(build("", "[", 65, close), deep).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("", "[", 200000, ""), deep).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("", "[\n", 200000, ""), deep).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("", "- ", 64, "a"), NULL).tokens, 65);
	assert_int_equal(read_built(build("", "- ", 65, "a"), deep).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("", "{a: ", 200000, ""), deep).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("", "- a:\n", 1, "  - b: 1\n"), NULL).tokens, 7);
}

static void test_counts(void **state)
{
	(void)state;
	assert_int_equal(read_built(build("", "--- a\n", 1000, ""), NULL).documents, 1000);
	assert_int_equal(read_built(build("", "--- a\n", 1001, ""), "the file has more than 1000 documents").documents,
			 1000);
	assert_int_equal(read_built(build("", "---\n", 1001, ""), "the file has more than 1000 documents").err,
			 PL_E_LIMIT);
	assert_int_equal(read_built(build("", "- &x a\n", 1000, ""), NULL).tokens, 1001);
	assert_int_equal(read_built(build("", "- &x a\n", 1001, ""), "the file has more than 1000 anchors").err,
			 PL_E_LIMIT);
	/* The anchored list has 1 + 1 + 99 tokens in all copies: 990 of them fit in 100,000. */
	static const char list[] =
		"- &x [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		"1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		"1,1,1,1,1,1,1,1]\n";
	assert_int_equal(read_built(build(list, "- *x\n", 1000, ""), NULL).tokens, 1 + 100 * 1001);
	assert_int_equal(
		read_built(build(list, "- *x\n", 1001, ""), "the aliases of the file stand for more than 100000 values")
			.err,
		PL_E_LIMIT);
}

static void test_bytes(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	struct pl_doc_limits limits = {4, 64};
	struct pl_yaml *yaml = NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_yaml_open(PL_STR("t"), PL_STR("a: 12"), &limits, arena, &yaml, &diags), PL_E_LIMIT);
	assert_null(yaml);
	assert_true(pl_str_eq(diags.items[0].message, PL_STR("the file has 5 bytes; at most 4 are read")));
	assert_int_equal(pl_doc_yaml_limits.max_bytes, 10485760);
	assert_int_equal(pl_doc_yaml_limits.max_depth, 64);
	pl_yaml_close(NULL);
	pl_arena_free(arena);
}

/* More nodes than half the bytes is not what people write, and would need more memory than promised. */
static void test_dense(void **state)
{
	(void)state;
	static const char dense[] = "the document has far more values than its length can hold in ordinary YAML";
	assert_int_equal(read_built(build("{a", ",a", 100000, "}"), dense).err, PL_E_LIMIT);
	assert_int_equal(read_built(build("{a", ",a", 20, "}"), NULL).tokens, 43);
	assert_int_equal(read_built(build("[1", ",1", 100000, "]"), NULL).tokens, 100002);
}

/* At most ten bytes of memory for a byte of text, and a little, as long as there are no aliases. */
static void test_memory_bound(void **state)
{
	(void)state;
	static const char *const greedy[][3] = {
		{"[1", ",1", "]"},	{"[", "\"\\L\",", "]"}, {"[", "a\n b,", "]"}, {"[", "'''',", "]"},
		{"", "- |\n  x\n", ""}, {"", "-\n", ""},	{"", "k: v\n", ""},   {"\"", "\\L", "\""},
		{"[", "{},", "]"},	{"a: >\n", " x\n", ""},
	};
	for (size_t i = 0; i < sizeof greedy / sizeof greedy[0]; i++) {
		pl_str text = build(greedy[i][0], greedy[i][1], 20000, greedy[i][2]);
		struct pl_arena *arena = pl_arena_new((size_t)1 << 28, 0);
		assert_int_equal(read_all(text, arena, NULL, NULL).err, PL_OK);
		assert_true(pl_arena_peak(arena) <= text.len * 10 + 4096);
		pl_arena_free(arena);
		release(text);
	}
}

static double seconds(pl_str text)
{
	struct timespec from, to;
	struct pl_arena *arena = pl_arena_new((size_t)1 << 30, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	(void)read_all(text, arena, NULL, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	pl_arena_free(arena);
	release(text);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Eight times the text takes about eight times as long, where libyaml alone would need sixty-four times: a ratio of CPU
 * times, with a wide margin, because a machine is never quiet. */
static void test_linear(void **state)
{
	(void)state;
	static const char *const hostile[][3] = {
		{"", "[", ""},
		{"", "{a: ", ""},
		{"", "? ", ""},
		{"", "%TAG !a! b\n", ""},
		{"", "- &a b\n", ""},
		{"[", "a,", "]"},
		{"", "a: b\n", ""},
		{"\"", "a\n\n", "\""},
		{"", "a\n", ""},
		{"a: |\n", " \xC3\xA9\n", ""},
		{"", "---\n", ""},
		{"", "#\n", ""},
		{"", "- \xC3\xA9\n", ""},
		{"", "- '\xC3\xA9\n  b'\n", ""},
		{"<<: {", "a: 1,", "}"},
	};
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		double small = 1e9, large = 1e9;
		for (int tries = 0; tries < 3; tries++) {
			double s = seconds(build(hostile[i][0], hostile[i][1], 10000, hostile[i][2]));
			double l = seconds(build(hostile[i][0], hostile[i][1], 80000, hostile[i][2]));
			small = s < small ? s : small;
			large = l < large ? l : large;
		}
		if (large > 32 * (small + 0.002))
			fail_msg("%s: %f s for one, %f s for eight", hostile[i][1], small, large);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_memory_sweep), cmocka_unit_test(test_memory_steps),
		cmocka_unit_test(test_depth), cmocka_unit_test(test_counts),	   cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_dense), cmocka_unit_test(test_memory_bound), cmocka_unit_test(test_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
