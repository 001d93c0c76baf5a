/* format_test.c - the canonical form: what comments do, which lines break where, and that neither white space nor
 * comments change what a policy says. Whole policies are in tests/lang/format. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/format.h"
#include "plimsoll/tools.h"

static struct pl_arena *arena;
static struct pl_diags diags;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)1 << 28, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static pl_str format_str(pl_str text)
{
	struct pl_policy_source source = {PL_STR("t.plim"), text};
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_diags_init(&diags, arena);
	pl_err err = pl_policy_format(&source, &out, &diags);
	if (diags.count) {
		struct pl_buf shown;
		pl_buf_init(&shown, arena, 0);
		pl_diag_render(&diags.items[0], &shown);
		fail_msg("%.*s", PL_FMT(pl_buf_str(&shown)));
	}
	assert_int_equal(err, PL_OK);
	return out.ptr ? pl_buf_str(&out) : PL_STR("");
}

static void expect_str(pl_str found, const char *expected)
{
	char *copy = pl_arena_alloc(arena, found.len + 1);
	assert_non_null(copy);
	memcpy(copy, found.ptr, found.len);
	copy[found.len] = '\0';
	assert_string_equal(copy, expected);
}

/* Formats text, and formats the result again. */
static void becomes(const char *text, const char *expected)
{
	expect_str(format_str(pl_str_from(text)), expected);
	expect_str(format_str(pl_str_from(expected)), expected);
}

static void stays(const char *text)
{
	becomes(text, text);
}

#define RULE "deny a\n  for each container\n"

/* --- layout --------------------------------------------------------------------------------------------------------
 */

static void spaces_and_lines(void **state)
{
	(void)state;
	becomes("", "");
	becomes("\n\n \t\n", "");
	becomes("policy a title\"t\"owner\"o\"when x==1", "policy a\n  title \"t\"\n  owner \"o\"\n  when x == 1\n");
	becomes("deny a for each pod container where c.x require a( 1,2 )[ \"k\" ] . b>=1..2 if set",
		"deny a\n  for each pod container where c.x\n  require a(1, 2)[\"k\"].b >= 1..2 if set\n");
	becomes("let f( a:set  of string,b )=a minus{ }", "let f(a: set of string, b) = a minus {}\n");
	becomes("let f ( ) = not  not a.b is  not empty", "let f() = not not a.b is not empty\n");
	becomes("data d:map of string to{a:int?,b:list of ip}from\"f\"fresh for 26h",
		"data d: map of string to {a: int?, b: list of ip} from \"f\" fresh for 26h\n");
}

static void keeps_spelling(void **state)
{
	(void)state;
	stays("let a = {1_000, 1_0.50, 0.5Gi, v1.02, 2026-01-02, \"\\u{41}\\n\\\"\", ((1))}\n");
	stays(RULE "  require a matches /\\/x y/i\n    message \"{ a  . b }\"\n");
}

static void blank_lines(void **state)
{
	(void)state;
	becomes("use \"a\"\n\n\nuse \"b\"\nlet a = 1\n\n\n\nlet b = 2\nparam c: int = 1\nparam d: int = 2",
		"use \"a\"\nuse \"b\"\n\nlet a = 1\nlet b = 2\n\nparam c: int = 1\n\nparam d: int = 2\n");
	becomes("let a = 1\n# about b\nlet b = 2\nlet c = 3\n", "let a = 1\n\n# about b\nlet b = 2\nlet c = 3\n");
	/* A definition of several lines stands alone. */
	becomes("let a = 1\nlet b = {\n  1, # x\n}\nlet c = 1\n",
		"let a = 1\n\nlet b = {\n  1,  # x\n}\n\nlet c = 1\n");
}

static void clause_order(void **state)
{
	(void)state;
	becomes("policy p unless a # 1\n owner \"o\" when b\n # 2\n title \"t\"",
		"policy p\n  # 2\n  title \"t\"\n  owner \"o\"\n  unless a  # 1\n  when b\n");
	becomes("deny a refs \"r\",\"s\" severity low title \"t\" for each pod require x",
		"deny a\n  title \"t\"\n  severity low\n  refs \"r\", \"s\"\n  for each pod\n  require x\n");
	becomes("exception e expires 2027-01-01 ticket \"t\" reason \"r\" owner \"o\"\n"
		"where some c in a where b satisfies d from f,g",
		"exception e\n  from f, g\n  where some c in a where b satisfies d\n  owner \"o\"\n  reason \"r\"\n"
		"  ticket \"t\"\n  expires 2027-01-01\n");
	/* Guards keep their order, and so do the edits of a test. */
	stays("policy p\n  unless a\n  when b\n  unless c\n");
	stays("fixture f = pod \"\"\"\n  a: b\n  \"\"\"\n\ntest \"t\"\n  given f\n  with today = 2026-01-01\n"
	      "  set \"a\" = 1\n  remove \"b\"\n  expect allow\n");
}

static void long_lines(void **state)
{
	(void)state;
	/* 96 columns fit, 97 do not; columns are characters. */
	stays("let a = {\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}\n");
	stays("let a = {\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyé\"}\n");
	becomes("let a = {\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", "
		"\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}",
		"let a = {\n  \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", "
		"\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\",\n}\n");
	/* A comma comes and goes with the line end. */
	becomes("let a = {\n  1,\n  2,\n}\n", "let a = {1, 2}\n");
	becomes("let a = {\n  \"k\" => 1,\n  \"kk\" => 2\n}\n", "let a = {\"k\" => 1, \"kk\" => 2}\n");
}

#define LONG_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LONG_C "cccccccccccccccccccccccccccccccccccccccc"

static void chains(void **state)
{
	(void)state;
	stays(RULE "  when " LONG_A "\n    or " LONG_B "\n    or " LONG_C "\n  require " LONG_A "\n      and " LONG_B
		   "\n      and " LONG_C "\n    if set\n");
	stays(RULE "  require (" LONG_A "\n           else " LONG_B "\n           else " LONG_C ")\n");
	stays(RULE "  require " LONG_A "\n       or (" LONG_B "\n           and " LONG_C "\n           and x)\n");
	stays("let x =\n  " LONG_A "\n  and " LONG_B "\n  and " LONG_C "\n");
	stays(RULE "  forbid some v in " LONG_A "\n    where " LONG_B "\n    satisfies " LONG_C "\n");
	stays(RULE "  require " LONG_A "." LONG_B "\n    == " LONG_C "\n");
	stays(RULE "  require x in {\n    \"" LONG_A "\", \"" LONG_B "\",\n    \"" LONG_C "\",\n  } if set\n");
	stays(RULE "  require sum(" LONG_A "\n              for v in " LONG_B "\n              where " LONG_C
		   ") == x\n");
}

static void tables(void **state)
{
	(void)state;
	becomes("param p: int by a.b \"k\" => 1 \"kkkkkkkkkk\"=>{1,2} otherwise=>(3)",
		"param p: int by a.b\n  \"k\"          => 1\n  \"kkkkkkkkkk\" => {1, 2}\n  otherwise    => (3)\n");
	becomes("rollout a,b by c \"x\" => audit otherwise => deny",
		"rollout a, b by c\n  \"x\"       => audit\n  otherwise => deny\n");
	becomes("let m = {\"" LONG_A "\" => 1, \"b\" => 2, \"" LONG_C "\" => 3}",
		"let m = {\n  \"" LONG_A "\" => 1,\n  \"b\"                                        => 2,\n  \"" LONG_C
		"\" => 3,\n}\n");
}

static void blocks(void **state)
{
	(void)state;
	becomes("test \"t\" given pod \"\"\"\n\t \n      a:\n        b: |\n          x\n\n      c: d  \n\"\"\" expect "
		"allow",
		"test \"t\"\n  given pod \"\"\"\n\n    a:\n      b: |\n        x\n\n    c: d  \n    \"\"\"\n  expect "
		"allow\n");
	becomes("fixture f = task \"\"\"  \r\n a\r\n  b\"\"\"", "fixture f = task \"\"\"\n  a\n   b\"\"\"\n");
	becomes("fixture f = task \"\"\"\n\"\"\"", "fixture f = task \"\"\"\n  \"\"\"\n");
	becomes("fixture f = task \"\"\"\n\n\n    \"\"\"", "fixture f = task \"\"\"\n\n\n  \"\"\"\n");
	becomes("test \"t\" given f set \"a\"={\r\n  \"b\": [1,\r\n 2]}\nexpect deny r at \"p\"",
		"test \"t\"\n  given f\n  set \"a\" = {\n  \"b\": [1,\n 2]}\n  expect deny r at \"p\"\n");
}

/* --- comments ------------------------------------------------------------------------------------------------------
 */

static void comments_above(void **state)
{
	(void)state;
	becomes("# one\n\n\n\n# two\n# three\n\n\npolicy p", "# one\n\n# two\n# three\n\npolicy p\n");
	becomes("#only  \t\n\n\n#this", "#only\n\n#this\n");
	stays("# a\ndeny a\n  # b\n  for each pod\n\n  # c\n  when x\n  # d\n  require y\n    # e\n    message "
	      "\"m\"\n\n# f\n");
	/* A blank line within a declaration stays only in front of a comment. */
	becomes("deny a\n\n  for each pod\n\n  require x\n\n\n  # c\n\n  require y\n",
		"deny a\n  for each pod\n  require x\n\n  # c\n  require y\n");
	stays("let a = {\n  # x\n  1, 2, 3,\n\n  # y\n  4,\n  # z\n}\n");
	becomes("let a = {\n\n  # x\n}", "let a = {\n  # x\n}\n");
	stays(RULE "  require a\n       # why\n       or b\n");
}

static void comments_behind(void **state)
{
	(void)state;
	becomes("deny a # 1\n for each pod # 2\n require x # 3\n message \"m\" # 4\n",
		"deny a  # 1\n  for each pod  # 2\n  require x  # 3\n    message \"m\"  # 4\n");
	becomes("let a = { # 1\n 1 # 2\n, 2, # 3\n 3 # 4\n} # 5\n",
		"let a = {  # 1\n  1,  # 2\n  2,  # 3\n  3,  # 4\n}  # 5\n");
	becomes("param p: int # 1\n by a # 2\n \"k\" => 1 # 3\n otherwise => 2 # 4\n",
		"param p: int  # 1\n    by a  # 2\n  \"k\"       => 1  # 3\n  otherwise => 2  # 4\n");
	/* What goes on in the same column below stays together. */
	becomes("deny a\n  for each pod\n  require x  # because\n             # of this\n  forbid y\n",
		"deny a\n  for each pod\n  # because\n  # of this\n  require x\n  forbid y\n");
}

static void comments_that_move_up(void **state)
{
	(void)state;
	becomes("deny # 1\n a for # 2\n each # 3\n pod require # 4\n x # 5\n == y # 6\n",
		"# 1\ndeny a\n  # 2\n  # 3\n  for each pod\n  # 4\n  # 5\n  require x == y  # 6\n");
	becomes(RULE "require a or # 1\n # 2\n b or (c # 3\n) or d",
		RULE "  require a\n       # 1\n       # 2\n       or b\n       # 3\n       or (c)\n       or d\n");
	/* One that has no room behind its line: 96 columns fit, 97 do not. */
	stays(RULE "  require x  # " LONG_A " " LONG_B "\n");
	becomes(RULE "  require x  # " LONG_A " " LONG_B "c\n", RULE "  # " LONG_A " " LONG_B "c\n  require x\n");
	becomes("# s\n\nlet # 1\n a = 1", "# s\n\n# 1\nlet a = 1\n");
	becomes("let a = {1 # 1\n # 2\n , # 3\n}", "let a = {\n  # 1\n  # 2\n  1,  # 3\n}\n");
}

/* The set would fit behind `in`, to the last column, but for its comments: they decide, and the comma does not. */
static void comments_and_the_last_column(void **state)
{
	(void)state;
	const char *head = RULE "  require (container.securityContext.seccompProfile.type\n"
				"           else pod.spec.securityContext.seccompProfile.type) in {";
	const char *tails[] = {"\"RuntimeDefault\", \"Localhost\"\n# 1\n}",
			       "\"RuntimeDefault\", \"Localhost\"\n# 1\n,\n}",
			       "\"RuntimeDefault\", \"Localhost\", # 1\n}", "\"RuntimeDefault\", \"Localhost\"# 1\n}"};
	const char *results[] = {
		"\n             \"RuntimeDefault\", \"Localhost\",\n             # 1\n           }\n",
		"\n             \"RuntimeDefault\",\n             # 1\n             \"Localhost\",\n           }\n",
		"\n             \"RuntimeDefault\", \"Localhost\",  # 1\n           }\n",
		"\n             \"RuntimeDefault\", \"Localhost\",  # 1\n           }\n"};
	stays(RULE
	      "  require (container.securityContext.seccompProfile.type\n"
	      "           else pod.spec.securityContext.seccompProfile.type) in {\"RuntimeDefault\", \"Localhost\"}\n");
	for (size_t i = 0; i < 4; i++) {
		pl_str text = pl_arena_printf(arena, "%s%s", head, tails[i]);
		pl_str expected = pl_arena_printf(arena, "%s%s", head, results[i]);
		becomes(text.ptr, expected.ptr);
	}
}

static void comments_below(void **state)
{
	(void)state;
	/* Indented, and right below: it belongs to what stands above. */
	becomes("deny a\n  for each pod\n  require x\n    # require y\n  # require z\n# next\ndeny b for each pod "
		"require x",
		"deny a\n  for each pod\n  require x\n  # require y\n  # require z\n\n# next\ndeny b\n  for each pod\n"
		"  require x\n");
	becomes("let a = 1\n\n  # next\n let b = 1\n  # last\n# end\n",
		"let a = 1\n\n# next\nlet b = 1\n  # last\n\n# end\n");
	becomes("  # first\nlet b = 1", "# first\nlet b = 1\n");
}

/* --- refusals ------------------------------------------------------------------------------------------------------
 */

static pl_err try_format(pl_str text, struct pl_buf *out)
{
	struct pl_policy_source source = {PL_STR("t.plim"), text};
	pl_diags_init(&diags, arena);
	return pl_policy_format(&source, out, &diags);
}

static void refuses_what_does_not_parse(void **state)
{
	(void)state;
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_buf_adds(&out, "before");
	assert_int_equal(try_format(PL_STR("let a = 1\nlet b = \n"), &out), PL_E_POLICY);
	assert_int_equal(diags.errors, 1);
	assert_string_equal(diags.items[0].code, "E0100");
	expect_str(pl_buf_str(&out), "before");
	/* What only does not type-check is formatted. */
	expect_str(format_str(PL_STR("let a = nobody +  1")), "let a = nobody + 1\n");
}

static void refuses_what_would_be_too_large(void **state)
{
	(void)state;
	static char text[PL_MAX_SOURCE];
	for (size_t i = 0; i < sizeof text; i += 8)
		memcpy(text + i, "let a=1 ", 8);
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	assert_int_equal(try_format((pl_str){text, sizeof text}, &out), PL_E_LIMIT);
	assert_int_equal(out.len, 0);
	expect_str(diags.items[0].message, "its canonical form is larger than a policy may be");
}

static void says_when_memory_is_out(void **state)
{
	(void)state;
	struct pl_policy_source source = {PL_STR("t.plim"), PL_STR("let a = {1, 2, 3} # c\nlet b = 1\n")};
	unsigned refused = 0;
	for (size_t ceiling = 0;; ceiling += 512) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_words words = {0};
		struct pl_buf out;
		pl_buf_init(&out, small, 0);
		pl_err err = pl_words_read(&source, small, &words, NULL);
		if (err == PL_OK)
			err = pl_format_words(&words, small, &out);
		if (err == PL_OK)
			expect_str(pl_buf_str(&out), "let a = {1, 2, 3}  # c\nlet b = 1\n");
		pl_arena_free(small);
		if (err == PL_OK)
			break;
		assert_int_equal(err, PL_E_MEMORY);
		refused++;
	}
	assert_true(refused > 4);
}

/* --- white space and comments change nothing -----------------------------------------------------------------------
 */

static const char everything[] =
	"policy p title \"t\" owner \"o\" when a == 1 unless b use \"x\"\n"
	"let s = {\"a\", {\"b\"}, {}, c, 1..2, v1.2, 2026-01-02, 4Gi, 0.5, true}\n"
	"let m = {\"" LONG_A "\" => v1.0, \"b\" => {1, 2}, \"" LONG_B "\" => f(1)}\n"
	"let f(a: set of string, b) = a.x[\"k\"].from else b else (c and d)\n"
	"param q: bytes by a.b[\"k\"] else \"x\" \"l\" => 4Gi \"longer\" => {\"" LONG_A "\", \"" LONG_B
	"\"} otherwise => 1\n"
	"param r: map of string to {a: int, b: set of string?} = {\"x\" => y}\n"
	"data d: map of string to {" LONG_A ": int, " LONG_B ": date?} from \"f.json\" fresh for 26h\n"
	"deny n refs \"1\", \"2\" severity high title \"t\" for each pod container where a or b for each x in y + z * "
	"2 where q\n"
	"when not (a and " LONG_A ") or (some v in l where w satisfies " LONG_B " == z) unless a is not empty\n"
	"require " LONG_A " not in {\"" LONG_B "\", \"" LONG_C "\"} if set message \"m {a} \" remedy \"r\"\n"
	"forbid sum(a else b for c in d where e) <= count(x in y where z) + count(" LONG_A ", " LONG_B ", " LONG_C
	") - 1\n"
	"require x matches /a\\/b #/i or x not matches /" LONG_A "/ or y like \"*#\" or a minus b overlaps " LONG_C "\n"
	"rollout n, o by a \"x\" => audit otherwise => deny\n"
	"exception e expires 2027-01-01 from n, o ticket \"T-1\" where a.b owner \"o\" reason \"r\"\n"
	"fixture g = pod \"\"\"\n   a: # not a comment\n     b\n   \"\"\"\n"
	"test \"t\" of n, o given g set \"p\" = {\"a\": [1, 2]} remove \"q\" with today = 2026-01-01 with old = task "
	"\"\"\"\n x\"\"\"\n"
	"expect deny n at \"p\" expect excepted o\n";

static uint32_t state_of_random;

static uint32_t random_below(uint32_t n)
{
	state_of_random = state_of_random * 1664525u + 1013904223u;
	return (state_of_random >> 8) % n;
}

/* White space, and with `remarks` comments that are numbered. */
static void add_gap(struct pl_buf *b, bool remarks, unsigned *number)
{
	static const char *const blanks[] = {" ", "\n", "  ", "\t", "\r\n", "\n\n", "\n\n\n    "};
	pl_buf_adds(b, blanks[random_below(7)]);
	for (unsigned n = remarks && random_below(6) == 0 ? 1 + random_below(3) : 0; n > 0; n--) {
		bool wide = random_below(8) == 0;
		pl_buf_addf(b, "# c%u%s\n", (*number)++, wide ? " " LONG_A " " LONG_B : "");
		pl_buf_adds(b, blanks[random_below(7)]);
	}
}

static pl_str scatter(pl_str text, bool remarks, unsigned *ret_count)
{
	struct pl_policy_source source = {PL_STR("t.plim"), text};
	struct pl_words words;
	struct pl_buf b;
	*ret_count = 0;
	assert_int_equal(pl_words_read(&source, arena, &words, NULL), PL_OK);
	pl_buf_init(&b, arena, text.len * 4);
	for (uint32_t i = 0; i < words.count; i++) {
		add_gap(&b, remarks, ret_count);
		pl_buf_add(&b, words.items[i].text);
	}
	add_gap(&b, remarks, ret_count);
	assert_false(b.failed);
	return pl_buf_str(&b);
}

/* Each number once. */
static void count_remarks(pl_str text, unsigned count)
{
	unsigned char *seen = pl_arena_zalloc(arena, count + 1, 1);
	unsigned found = 0;
	assert_non_null(seen);
	for (size_t i = 0; i + 3 < text.len; i++) {
		unsigned number;
		if (memcmp(text.ptr + i, "# c", 3) != 0 || sscanf(text.ptr + i + 3, "%u", &number) != 1)
			continue;
		assert_true(number < count);
		assert_int_equal(seen[number]++, 0);
		found++;
	}
	assert_int_equal(found, count);
}

static void scatter_and_format(pl_str text, unsigned rounds)
{
	unsigned none;
	pl_str expected = format_str(text);
	/* Without the comments of the text itself, which stand at words. */
	pl_str bare = format_str(scatter(text, false, &none));
	for (unsigned i = 0; i < rounds; i++) {
		unsigned count;
		pl_str again = format_str(scatter(text, false, &none));
		assert_true(pl_str_eq(again, bare));
		pl_str remarked = format_str(scatter(text, true, &count));
		assert_true(count > 0);
		count_remarks(remarked, count);
		/* With the comments taken away, it is the same policy. */
		assert_true(pl_str_eq(format_str(scatter(remarked, false, &none)), bare));
		pl_arena_reset(arena);
		expected = format_str(text);
		bare = format_str(scatter(text, false, &none));
	}
	assert_true(expected.len > 0);
}

static void scattered_words(void **state)
{
	(void)state;
	const char *const *packs;
	size_t count = pl_policy_packs(&packs);
	state_of_random = 20261122;
	scatter_and_format(pl_str_from(everything), 150);
	for (size_t i = 0; i < count; i++)
		scatter_and_format(pl_policy_pack(pl_str_from(packs[i])), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(spaces_and_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_spelling, setup, teardown),
		cmocka_unit_test_setup_teardown(blank_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(clause_order, setup, teardown),
		cmocka_unit_test_setup_teardown(long_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(chains, setup, teardown),
		cmocka_unit_test_setup_teardown(tables, setup, teardown),
		cmocka_unit_test_setup_teardown(blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_above, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_that_move_up, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_and_the_last_column, setup, teardown),
		cmocka_unit_test_setup_teardown(comments_below, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_does_not_parse, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_would_be_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(says_when_memory_is_out, setup, teardown),
		cmocka_unit_test_setup_teardown(scattered_words, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
