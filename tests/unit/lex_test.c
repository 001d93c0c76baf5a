/* lex_test.c - policy text to tokens: each kind, what is refused, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/lex.h"

static struct pl_arena *arena;
static struct pl_diags diags;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 24, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_policy_source source_of(const char *text)
{
	return (struct pl_policy_source){PL_STR("t.plim"), pl_str_from(text)};
}

/* The tokens of text as pl_lex_dump prints them, errors as "CODE LINE:COLUMN message". */
static const char *tokens(const char *text)
{
	struct pl_policy_source source = source_of(text);
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_diags_init(&diags, arena);
	pl_err err = pl_lex_dump(&source, &out, &diags);
	assert_int_equal(err, diags.errors ? PL_E_POLICY : PL_OK);
	for (unsigned i = 0; i < diags.count; i++) {
		const struct pl_diag *d = &diags.items[i];
		struct pl_position at = pl_position_of(d->text, d->at.start);
		pl_buf_addf(&out, "%s %u:%u+%u %.*s\n", d->code, at.line, at.column, d->at.len, PL_FMT(d->message));
	}
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

static void reads_each_kind(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{" \t\r\n# only a comment", ""},
		{"deny", "1 keyword deny\n"},
		{"denying", "1 name denying\n"},
		{"a_1", "1 name a_1\n"},
		{"no-root", "1 hyphenated name no-root\n"},
		{"a-1-b_c", "1 hyphenated name a-1-b_c\n"},
		{"a - b", "1 name a\n1 sign -\n1 name b\n"},
		{"a -b", "1 name a\n1 sign -\n1 name b\n"},
		{"a- b", "1 name a\n1 sign -\n1 name b\n"},
		{"x.from", "1 name x\n1 sign .\n1 name from\n"},
		{"x.v1", "1 name x\n1 sign .\n1 name v1\n"},
		{"0 1_000", "1 number 0\n1 number 1_000\n"},
		{"9223372036854775807", "1 number 9223372036854775807\n"},
		{"1.5 0.25", "1 decimal number 1.5\n1 decimal number 0.25\n"},
		{"4Gi 500m 1.5k 2E", "1 quantity 4Gi\n1 quantity 500m\n1 quantity 1.5k\n1 quantity 2E\n"},
		{"1..1024", "1 range 1..1024\n"},
		{"5s 30min 26h 7d", "1 duration 5s\n1 duration 30min\n1 duration 26h\n1 duration 7d\n"},
		{"2027-03-31", "1 date 2027-03-31\n"},
		{"v1 v1.27 v1.27.3", "1 version v1\n1 version v1.27\n1 version v1.27.3\n"},
		{"v1beta v v-1 v1-x", "1 name v1beta\n1 name v\n1 hyphenated name v-1\n1 hyphenated name v1-x\n"},
		{"\"a\\\"b\"", "1 string \"a\\\"b\"\n"},
		{"\"\" \"x\"", "1 string \"\"\n1 string \"x\"\n"},
		{"\"\\u{1F600}\\\\\"", "1 string \"\\u{1F600}\\\\\"\n"},
		{"\"\"\"\na\n\"\"\"", "1 text block \"\"\"\\na\\n\"\"\"\n"},
		{"matches /a\\/b/i", "1 keyword matches\n1 pattern /a\\/b/i\n"},
		{"matches /a\\\\/", "1 keyword matches\n1 pattern /a\\\\/\n"},
		{"= == => =", "1 sign =\n1 sign ==\n1 sign =>\n1 sign =\n"},
		{"<= < >= > !=", "1 sign <=\n1 sign <\n1 sign >=\n1 sign >\n1 sign !=\n"},
		{"{(a[1],b):c?}*+", "1 sign {\n1 sign (\n1 name a\n1 sign [\n1 number 1\n1 sign ]\n1 sign ,\n1 name "
				    "b\n1 sign )\n1 sign :\n"
				    "1 name c\n1 sign ?\n1 sign }\n1 sign *\n1 sign +\n"},
		{"a # deny\nb", "1 name a\n2 name b\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(tokens(rows[i].text), rows[i].expected);
}

static void refuses_with_the_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"a $", "1 name a\n1 unreadable $\nE0002 1:3+1 unexpected `$`\n"},
		{"!", "1 unreadable !\nE0002 1:1+1 unexpected `!`\n"},
		{"\"abc", "1 unreadable \"abc\nE0002 1:1+4 this string has no end\n"},
		{"\"a\\q\" b", "1 unreadable \"a\\q\"\n1 name b\nE0002 1:3+2 `\\q` is not an escape\n"},
		{"\"\\u{}\"", "1 unreadable \"\\u{}\"\nE0002 1:2+2 `\\u` is not an escape\n"},
		{"\"\\u{110000}\"", "1 unreadable \"\\u{110000}\"\nE0002 1:2+2 `\\u` is not an escape\n"},
		{"4GB", "1 unreadable 4GB\nE0002 1:1+3 there is no unit `GB`\n"},
		{"1.5h", "1 unreadable 1.5h\nE0002 1:1+4 there is no unit `h`\n"},
		{"007", "1 unreadable 007\nE0002 1:1+3 a number does not begin with 0\n"},
		{"9223372036854775808", "1 unreadable 9223372036854775808\nE0002 1:1+19 this number is too large\n"},
		{"2-1", "1 unreadable 2-1\nE0002 1:1+3 `2-1` is neither a date nor a subtraction\n"},
		{"2027-02-29", "1 unreadable 2027-02-29\nE0110 1:1+10 `2027-02-29` is not in the calendar\n"},
		{"1.2.3", "1 unreadable 1.2.3\nE0002 1:1+5 `1.2.3` is not a number\n"},
		{"v1.2.3.4", "1 unreadable v1.2.3.4\nE0002 1:1+8 `v1.2.3.4` is not a version\n"},
		{"3..1", "1 unreadable 3..1\nE0002 1:1+4 nothing lies in the range 3..1\n"},
		{"matches /a/x", "1 keyword matches\n1 unreadable x\nE0002 1:12+1 there is no pattern option `x`\n"},
		{"#\xE2\x80\xAE", "E0001 1:2+3 bidirectional control character (U+202E)\n"},
		{"\"\xE2\x80\x8B\"", "E0001 1:2+3 invisible character (U+200B)\n"},
		{"# a\rdeny", "E0001 1:4+1 carriage return in the middle of a line (U+000D)\n"},
		{"# \xC2\x85", "E0001 1:3+2 control character (U+0085)\n"},
		{"a\x7F", "E0001 1:2+1 control character (U+007F)\n"},
		{"# \xFF", "E0001 1:3+1 the byte 0xFF is not UTF-8\n"},
		{"# \xC0\xAF", "E0001 1:3+1 the byte 0xC0 is not UTF-8\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(tokens(rows[i].text), rows[i].expected);
}

static void gives_values(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum pl_token_kind kind;
		int64_t low, high;
	} rows[] = {
		{"1_000", PL_TOKEN_INT, 1000, 0},
		{"9223372036854775807", PL_TOKEN_INT, INT64_MAX, 0},
		{"3..7", PL_TOKEN_RANGE, 3, 7},
		{"26h", PL_TOKEN_DUR, 93600, 0},
		{"2min", PL_TOKEN_DUR, 120, 0},
		{"9223372036854775807d", PL_TOKEN_DUR, INT64_MAX, 0},
		{"1970-01-01", PL_TOKEN_DATE, 0, 0},
		{"1969-12-31", PL_TOKEN_DATE, -1, 0},
		{"2000-02-29", PL_TOKEN_DATE, 11016, 0},
		{"2026-11-22", PL_TOKEN_DATE, 20779, 0},
		{"9999-12-31", PL_TOKEN_DATE, 2932896, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_policy_source source = source_of(rows[i].text);
		struct pl_lexer lx;
		struct pl_lexeme t;
		assert_int_equal(pl_lex_open(&lx, &source, NULL), PL_OK);
		pl_lex_next(&lx, &t);
		assert_int_equal(t.kind, rows[i].kind);
		assert_true(t.low == rows[i].low && t.high == rows[i].high);
	}
}

static void reads_json_values(void **state)
{
	(void)state;
	static const struct {
		const char *text, *value; /* NULL: refused */
	} rows[] = {
		{" true x", "true"},
		{"-1.5e+3", "-1.5e+3"},
		{"\"a\\\"b\\/\" x", "\"a\\\"b\\/\""},
		{"[1, {\"a\": \"]\"}]x", "[1, {\"a\": \"]\"}]"},
		{"{}", "{}"},
		{"[}", NULL},
		{"[1", NULL},
		{"\"abc", NULL},
		{"", NULL},
		{"=", NULL},
		{"]", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_policy_source source = source_of(rows[i].text);
		struct pl_lexer lx;
		struct pl_lexeme t;
		assert_int_equal(pl_lex_open(&lx, &source, NULL), PL_OK);
		pl_lex_json(&lx, &t);
		assert_int_equal(t.kind, rows[i].value ? PL_TOKEN_JSON : PL_TOKEN_ERROR);
		if (rows[i].value)
			assert_true(pl_str_eq(t.text, pl_str_from(rows[i].value)));
	}
}

/* 64 open brackets are read, 65 are not. */
static void bounds_json_depth(void **state)
{
	(void)state;
	char text[131];
	for (size_t depth = 64; depth <= 65; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		struct pl_policy_source source = {PL_STR("t.plim"), {text, 2 * depth}};
		struct pl_lexer lx;
		struct pl_lexeme t;
		assert_int_equal(pl_lex_open(&lx, &source, NULL), PL_OK);
		pl_lex_json(&lx, &t);
		assert_int_equal(t.kind, depth == 64 ? PL_TOKEN_JSON : PL_TOKEN_ERROR);
	}
}

static void bounds_the_source(void **state)
{
	(void)state;
	char *text = malloc(PL_MAX_SOURCE + 1);
	assert_non_null(text);
	memset(text, ' ', PL_MAX_SOURCE + 1);
	struct pl_policy_source source = {PL_STR("t.plim"), {text, PL_MAX_SOURCE}};
	struct pl_lexer lx;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_lex_open(&lx, &source, &diags), PL_OK);
	source.text.len++;
	assert_int_equal(pl_lex_open(&lx, &source, &diags), PL_E_POLICY);
	assert_string_equal(diags.items[0].code, "E0003");
	assert_true(pl_str_eq(diags.items[0].message,
			      PL_STR("the file has 1048577 bytes; a policy file has at most 1048576")));
	free(text);
}

/* Not more complaints than a list holds, however many characters are wrong. */
static void stops_complaining(void **state)
{
	(void)state;
	char text[101];
	memset(text, '\x01', 100);
	text[100] = '\0';
	tokens(text);
	assert_int_equal(diags.errors, PL_DIAGS_MAX);
}

static void knows_keywords(void **state)
{
	(void)state;
	assert_string_equal(pl_token_name(PL_TOKEN_SATISFIES), "`satisfies`");
	assert_string_equal(pl_token_spelling(PL_TOKEN_ARROW), "=>");
	assert_true(pl_token_is_top(PL_TOKEN_DENY));
	assert_false(pl_token_is_top(PL_TOKEN_FOR));
	assert_false(pl_token_is_keyword(PL_TOKEN_NAME));
	unsigned keywords = 0;
	for (unsigned k = 0; k < PL_TOKEN_COUNT_; k++)
		keywords += pl_token_is_keyword((enum pl_token_kind)k);
	assert_int_equal(keywords, 62); /* the reserved words of language.md 3.3 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_each_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_with_the_place, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_values, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_json_values, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_json_depth, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_the_source, setup, teardown),
		cmocka_unit_test_setup_teardown(stops_complaining, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_keywords, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
