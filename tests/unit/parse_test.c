/* parse_test.c - policy text to declarations: the tree, the places, recovery and limits. What is refused, and in which
 * words, is in tests/lang/errors; whole declarations are in tests/lang/syntax. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/parse.h"

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

static pl_err parse(const char *text, struct pl_decl **ret_decls)
{
	static struct pl_policy_source source;
	source = (struct pl_policy_source){PL_STR("t.plim"), pl_str_from(text)};
	pl_diags_init(&diags, arena);
	*ret_decls = NULL;
	return pl_parse(&source, 7, arena, ret_decls, &diags);
}

/* The one expression of `text`; NULL when it is refused. */
static struct pl_expr *expr(const char *text)
{
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	struct pl_expr *e = NULL;
	pl_diags_init(&diags, arena);
	pl_err err = pl_parse_value(&source, arena, &e, &diags);
	assert_int_equal(err, e ? PL_OK : PL_E_POLICY);
	return e;
}

static const char *printed(const struct pl_expr *e)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_expr_print(e, &b);
	pl_buf_addc(&b, '\0');
	return b.ptr;
}

/* The tree of `let x = TEXT`, as pl_ast_dump shows it. */
static const char *tree(const char *text)
{
	struct pl_decl let = {.kind = PL_DECL_LET, .name = {.text = PL_STR("x")}};
	let.u.let.value = expr(text);
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_ast_dump(&let, &b);
	pl_buf_addc(&b, '\0');
	return b.ptr + strlen("let x\n  value ");
}

/* Each row: as written, in canonical spelling, and its tree. */
static const struct {
	const char *text, *canonical, *tree;
} expressions[] = {
	{"a", "a", "a\n"},
	{"a.b.from", "a.b.from", "a.b.from\n"},
	{"a[\"k\"].b", "a[\"k\"].b", "(index a \"k\").b\n"},
	{"a[(b else \"c\")]", "a[b else \"c\"]", "(index a (else b \"c\"))\n"},
	{"1_0 + 2*3", "10 + 2 * 3", "(+ 10 (* 2 3))\n"},
	{"(1+2)*3", "(1 + 2) * 3", "(* (+ 1 2) 3)\n"},
	{"1 - (2 - 3)", "1 - (2 - 3)", "(- 1 (- 2 3))\n"},
	{"(1 - 2) - 3", "1 - 2 - 3", "(- (- 1 2) 3)\n"},
	{"2 * (3 * 4)", "2 * (3 * 4)", "(* 2 (* 3 4))\n"},
	{"a minus b minus c", "a minus b minus c", "(minus (minus a b) c)\n"},
	{"1.50", "1.50", "1.50\n"},
	{"1_024Mi", "1024Mi", "1024Mi\n"},
	{"1_0..2_0", "10..20", "10..20\n"},
	{"v1.27", "v1.27", "v1.27\n"},
	{"2024-02-29", "2024-02-29", "2024-02-29\n"},
	{"1969-07-20", "1969-07-20", "1969-07-20\n"},
	{"true == false", "true == false", "(== true false)\n"},
	{"\"a\\\"\\\\\\n\\t\\u{e9}\"", "\"a\\\"\\\\\\n\\t\xC3\xA9\"", "\"a\\\"\\\\\\n\\t\xC3\xA9\"\n"},
	{"\"\\u{200B}\\u{d}\\u{0}\\u{202e}\"", "\"\\u{200b}\\u{d}\\u{0}\\u{202e}\"",
	 "\"\\u{200b}\\u{d}\\u{0}\\u{202e}\"\n"},
	{"{}", "{}", "(set)\n"},
	{"{a, \"b\",}", "{a, \"b\"}", "(set a \"b\")\n"},
	{"{\"a\"=>1, \"b\"=>{2,3}}", "{\"a\" => 1, \"b\" => {2, 3}}", "(map \"a\" 1 \"b\" (set 2 3))\n"},
	{"f()", "f()", "(call f)\n"},
	{"f(a else 1, b == c)", "f(a else 1, b == c)", "(call f (else a 1) (== b c))\n"},
	{"count(a)", "count(a)", "(call count a)\n"},
	{"count(x in a)", "count(x in a)", "(count x in a)\n"},
	{"count(x in a where x.b)", "count(x in a where x.b)", "(count x in a where x.b)\n"},
	{"sum(x.m else 0 for x in a where x.b) + 1", "sum(x.m else 0 for x in a where x.b) + 1",
	 "(+ (sum x in a where x.b of (else x.m 0)) 1)\n"},
	{"a else b else 0", "a else b else 0", "(else a b 0)\n"},
	{"((a else b))", "(a else b)", "(else a b)\n"},
	{"(a else 0) + 1 == 2", "(a else 0) + 1 == 2", "(== (+ (else a 0) 1) 2)\n"},
	{"a not in b", "a not in b", "(not-in a b)\n"},
	{"a not matches /x\\/y\\d/i", "a not matches /x\\/y\\d/i", "(not-matches a /x/y\\d/i)\n"},
	{"a is not empty", "a is not empty", "(is-not-empty a)\n"},
	{"a+b is set", "a + b is set", "(is-set (+ a b))\n"},
	{"not not a", "not not a", "(not (not a))\n"},
	{"not a == b", "not a == b", "(not (== a b))\n"},
	{"not (a and b)", "not (a and b)", "(not (and a b))\n"},
	{"a and b and c", "a and b and c", "(and a b c)\n"},
	{"(a and b) and c", "(a and b) and c", "(and (and a b) c)\n"},
	{"a or (b and not c)", "a or (b and not c)", "(or a (and b (not c)))\n"},
	{"(a == b) == c", "(a == b) == c", "(== (== a b) c)\n"},
	{"some x in a satisfies x.b and x.c", "some x in a satisfies x.b and x.c",
	 "(some x in a satisfies (and x.b x.c))\n"},
	{"a and (no x in b where x.c satisfies x.d)", "a and (no x in b where x.c satisfies x.d)",
	 "(and a (no x in b where x.c satisfies x.d))\n"},
	{"not every x in a satisfies x.b", "not (every x in a satisfies x.b)", "(not (every x in a satisfies x.b))\n"},
	{"some x in a satisfies some y in x.b satisfies y", "some x in a satisfies some y in x.b satisfies y",
	 "(some x in a satisfies (some y in x.b satisfies y))\n"},
	{"image.name like {\"a*\", b}", "image.name like {\"a*\", b}", "(like image.name (set \"a*\" b))\n"},
};
#define EXPRESSIONS (sizeof expressions / sizeof *expressions)

static void prints_what_it_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < EXPRESSIONS; i++) {
		struct pl_expr *e = expr(expressions[i].text);
		assert_non_null(e);
		assert_string_equal(printed(e), expressions[i].canonical);
		assert_string_equal(tree(expressions[i].text), expressions[i].tree);
		/* The canonical spelling parses to the same tree. */
		assert_string_equal(tree(expressions[i].canonical), expressions[i].tree);
	}
}

static void knows_where_expressions_stand(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t start, len;
	} rows[] = {
		{" a.b [ 1 ] ", 1, 9},	    {" ( a else b ) ", 1, 12}, {"a not in {1}", 0, 12},
		{"a is not empty ", 0, 14}, {"not  a", 0, 6},	       {"f( a )", 0, 6},
		{"x matches /a/i ", 0, 14}, {"a + b * c", 0, 9},       {"some x in a satisfies b", 0, 23},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_expr *e = expr(rows[i].text);
		assert_non_null(e);
		assert_int_equal(e->at.start, rows[i].start);
		assert_int_equal(e->at.len, rows[i].len);
	}
}

/* Interpolations are read from the decoded text, and their places are those of the file. */
static void places_interpolations_in_the_file(void **state)
{
	(void)state;
	static const char text[] = "deny x for each container forbid container.privileged\n"
				   "message \"a\\u{41}{{\\u{7b}{m[\\\"k}\\\"].b}}}{c}\"";
	struct pl_decl *d;
	assert_int_equal(parse(text, &d), PL_OK);
	const struct pl_piece *piece = d->u.rule.checks->message.pieces;
	assert_true(pl_str_eq(piece->text, PL_STR("aA{{")));
	piece = piece->next;
	assert_string_equal(printed(piece->expr), "m[\"k}\"].b");
	assert_memory_equal(text + piece->expr->at.start, "m[\\\"k}\\\"].b}", piece->expr->at.len + 1);
	piece = piece->next;
	assert_true(pl_str_eq(piece->text, PL_STR("}")));
	assert_string_equal(printed(piece->next->expr), "c");
	assert_true(text[piece->next->expr->at.start] == 'c');
	assert_null(piece->next->next);
}

static void removes_common_indentation(void **state)
{
	(void)state;
	static const struct {
		const char *block, *text;
	} rows[] = {
		{"\"\"\"\n  a:\n    b\n  \"\"\"", "a:\n  b\n"},
		{"\"\"\"  \n    a\n\n  b\n\"\"\"", "  a\n\nb\n"},
		{"\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb\n"},
		{"\"\"\"\n  a\"\"\"", "a"},
		{"\"\"\"\n\"\"\"", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128];
		struct pl_decl *d;
		snprintf(text, sizeof text, "fixture f = manifest %s", rows[i].block);
		assert_int_equal(parse(text, &d), PL_OK);
		assert_int_equal(d->u.fixture.form, 'm');
		assert_true(pl_str_eq(d->u.fixture.text, pl_str_from(rows[i].text)));
	}
}

static void fills_declarations(void **state)
{
	(void)state;
	struct pl_decl *d;
	assert_int_equal(parse("deny a severity high for each task mount where b\n"
			       "warn c for each pod require d if set message \"m\" remedy \"r\"\n"
			       "data e: map of string to {n: int, m: set of image?} from \"f\" fresh for 2h\n"
			       "exception g from a, c where h owner \"o\" reason \"r\" expires 1970-01-03",
			       &d),
			 PL_E_POLICY); /* a has no check */
	assert_string_equal(diags.items[0].code, "E0108");
	assert_int_equal(diags.errors, 1);
	assert_int_equal(d->source, 7);
	assert_int_equal(d->u.rule.severity, 3);
	assert_int_equal(d->u.rule.platform, 't');
	assert_true(pl_str_eq(d->u.rule.subject.text, PL_STR("mount")));
	assert_non_null(d->u.rule.where);
	d = d->next;
	assert_int_equal(d->u.rule.mode, PL_AST_WARN);
	assert_int_equal(d->u.rule.platform, 0);
	assert_true(pl_str_eq(d->u.rule.subject.text, PL_STR("pod")));
	assert_true(d->u.rule.checks->if_set);
	assert_int_equal(d->u.rule.checks->if_at.len, strlen("if set"));
	d = d->next;
	assert_int_equal(d->u.data.fresh_seconds, 7200);
	assert_int_equal(d->u.data.type->form, PL_TYPE_MAP);
	assert_int_equal(d->u.data.type->elem->form, PL_TYPE_RECORD);
	assert_false(d->u.data.type->elem->fields->optional);
	assert_true(d->u.data.type->elem->fields->next->optional);
	d = d->next;
	assert_int_equal(d->u.exception.expires, 2);
	assert_true(pl_str_eq(d->u.exception.from->next->text, PL_STR("c")));
	assert_null(d->next);
}

/* A mistake costs its own declaration and no other. */
static void recovers_at_the_next_declaration(void **state)
{
	(void)state;
	struct pl_decl *d;
	assert_int_equal(parse("let a = \nlet b = 1\nlet c = (2 deny\n  let\nlet d = 3\n& & &\nlet e = 4\n", &d),
			 PL_E_POLICY);
	assert_true(pl_str_eq(d->name.text, PL_STR("b")));
	assert_true(pl_str_eq(d->next->name.text, PL_STR("d")));
	assert_true(pl_str_eq(d->next->next->name.text, PL_STR("e")));
	assert_null(d->next->next->next);
	assert_int_equal(diags.errors, 4);
}

static void keeps_twenty_errors(void **state)
{
	(void)state;
	struct pl_decl *d;
	char text[50 * 7 + 1];
	for (size_t i = 0; i < 50; i++)
		memcpy(text + 7 * i, "let a=\n", 8);
	assert_int_equal(parse(text, &d), PL_E_POLICY);
	assert_int_equal(diags.errors, PL_DIAGS_MAX);
	assert_null(d);
}

/* The deepest expression that is read, and one level more, for everything that nests. */
static void bounds_nesting(void **state)
{
	(void)state;
	static const struct {
		const char *open, *middle, *close;
	} rows[] = {
		{"(", "a", ")"},	   {"{", "a", "}"},
		{"f(", "a", ")"},	   {"a[", "a", "]"},
		{"not ", "a", ""},	   {"some x in a satisfies ", "b", ""},
		{"count(x in ", "a", ")"}, {"sum(", "a", " for x in b)"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t depth = PL_MAX_NESTING; depth <= PL_MAX_NESTING + 1; depth++) {
			struct pl_buf b;
			pl_buf_init(&b, arena, 0);
			for (size_t k = 0; k < depth; k++)
				pl_buf_adds(&b, rows[i].open);
			pl_buf_adds(&b, rows[i].middle);
			for (size_t k = 0; k < depth; k++)
				pl_buf_adds(&b, rows[i].close);
			pl_buf_addc(&b, '\0');
			struct pl_expr *e = expr(b.ptr);
			assert_true((e != NULL) == (depth == PL_MAX_NESTING));
			if (!e)
				assert_string_equal(diags.items[0].code, "E0003");
		}
	}
}

/* A chain is high without any bracket. */
static void bounds_height(void **state)
{
	(void)state;
	static const char *const links[] = {"+a", "*a", " minus a", ".a", "[a]"};
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct pl_buf b;
		pl_buf_init(&b, arena, 0);
		pl_buf_addc(&b, 'a');
		for (unsigned k = 1; k < PL_MAX_EXPR_HEIGHT; k++)
			pl_buf_adds(&b, links[i]);
		pl_buf_addc(&b, '\0');
		struct pl_expr *e = expr(b.ptr);
		assert_non_null(e);
		assert_int_equal(e->height, PL_MAX_EXPR_HEIGHT);
		printed(e);
		b.len--;
		pl_buf_adds(&b, links[i]);
		pl_buf_addc(&b, '\0');
		assert_null(expr(b.ptr));
		assert_string_equal(diags.items[0].code, "E0003");
	}
}

/* Long lists are not deep ones. */
static void reads_long_lists(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "a");
	for (unsigned k = 0; k < 2000; k++)
		pl_buf_adds(&b, " and a");
	pl_buf_addc(&b, '\0');
	struct pl_expr *e = expr(b.ptr);
	assert_non_null(e);
	assert_int_equal(e->height, 2);
}

static void refuses_more_than_a_value(void **state)
{
	(void)state;
	assert_null(expr("1 2"));
	assert_true(pl_str_eq(diags.items[0].message, PL_STR("expected the end of the value, found `2`")));
	assert_null(expr(""));
	assert_true(pl_str_eq(diags.items[0].message, PL_STR("expected a value, found the end of the file")));
	assert_null(expr("8Gi else 4Gi == 3"));
	assert_string_equal(diags.items[0].code, "E0126");
}

/* With every amount of memory up to enough: no crash, no half result that claims to be whole. */
static void survives_lack_of_memory(void **state)
{
	(void)state;
	static const char text[] =
		"policy p title \"t\" when a\nparam q: set of string by n \"x\" => {} otherwise => {}\n"
		"deny r refs \"1\" for each pod container for each v in container.env where v.a\n"
		"require sum(v.b else 1_0Gi for v in c) < 2 message \"{v.name} \\\"x\\\"\" remedy \"y\"\n"
		"test \"u\" of r given pod \"\"\"\n  a\n\"\"\" set \"b\" = 1 with c = 2 expect deny r at \"d\"";
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	pl_err err = PL_E_MEMORY;
	size_t ceiling = 0;
	for (; err == PL_E_MEMORY && ceiling < 100000; ceiling += 16) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_decl *d = NULL;
		pl_diags_init(&diags, small);
		err = pl_parse(&source, 0, small, &d, &diags);
		assert_true(err == PL_E_MEMORY ? d == NULL : err == PL_OK && d != NULL);
		pl_arena_free(small);
	}
	assert_int_equal(err, PL_OK);
	assert_true(ceiling > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(prints_what_it_parsed, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_where_expressions_stand, setup, teardown),
		cmocka_unit_test_setup_teardown(places_interpolations_in_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(removes_common_indentation, setup, teardown),
		cmocka_unit_test_setup_teardown(fills_declarations, setup, teardown),
		cmocka_unit_test_setup_teardown(recovers_at_the_next_declaration, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_twenty_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_nesting, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_height, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_long_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_more_than_a_value, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_lack_of_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
