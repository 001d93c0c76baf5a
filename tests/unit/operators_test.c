/* operators_test.c - the relations of every type, absence, the unknown, arithmetic. spec: language.md 3.9 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "plimsoll/eval.h"
#include "vm/operators.h"

static struct pl_arena *arena;
static struct pl_context context;

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(16 << 20, 1 << 20);
	context = (struct pl_context){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_operands operands(void)
{
	return (struct pl_operands){&context, arena};
}

/* text as another kind, as the compiler makes its constants */
static struct pl_value made(enum pl_value_kind kind, const char *text)
{
	struct pl_operands o = operands();
	struct pl_value v;
	assert_int_equal(pl_operator_convert(&o, text_value(text), kind, &v), PL_OK);
	assert_int_equal(v.kind, kind);
	return v;
}

static const char *compare(enum pl_relation rel, struct pl_value a, struct pl_value b)
{
	struct pl_operands o = operands();
	struct pl_value r;
	assert_int_equal(pl_operator_compare(&o, rel, a, b, &r), PL_OK);
	return truth_of(&r);
}

static const char *test(enum pl_relation rel, struct pl_value a, struct pl_value b)
{
	struct pl_operands o = operands();
	struct pl_value r;
	assert_int_equal(pl_relation_test(&o, rel, a, b, &r), PL_OK);
	return truth_of(&r);
}

static struct pl_value unknown(void)
{
	return pl_value_unknown("nobody said");
}

static void numbers(void **state)
{
	(void)state;
	struct pl_value cores = amount_value(PL_T_CORES, 2), bytes = amount_value(PL_T_BYTES, 2);
	assert_string_equal(compare(PL_REL_EQ, number_value(2), number_value(2)), "true");
	assert_string_equal(compare(PL_REL_LT, number_value(INT64_MIN), number_value(INT64_MAX)), "true");
	assert_string_equal(compare(PL_REL_GE, number_value(INT64_MIN), number_value(INT64_MAX)), "false");
	assert_string_equal(compare(PL_REL_EQ, number_value(2), cores), "true");
	assert_string_equal(compare(PL_REL_NE, cores, number_value(2)), "false");
	assert_string_equal(compare(PL_REL_LE, bytes, amount_value(PL_T_QUANTITY, 2)), "true");
	assert_string_equal(compare(PL_REL_GT, bytes, amount_value(PL_T_QUANTITY, 2)), "false");
	struct pl_value range = {.kind = PL_V_RANGE, .u.range = {1, 1024}};
	assert_string_equal(test(PL_REL_IN, number_value(1), range), "true");
	assert_string_equal(test(PL_REL_IN, number_value(1024), range), "true");
	assert_string_equal(test(PL_REL_IN, number_value(0), range), "false");
	assert_string_equal(test(PL_REL_IN, number_value(1025), range), "false");
}

static void absence(void **state)
{
	(void)state;
	struct pl_value none = pl_value_absent(), x = text_value("x");
	for (unsigned rel = PL_REL_EQ; rel <= PL_REL_GE; rel++) {
		assert_string_equal(compare((enum pl_relation)rel, none, number_value(1)), "false");
		assert_string_equal(compare((enum pl_relation)rel, number_value(1), none), "false");
		assert_string_equal(compare((enum pl_relation)rel, none, unknown()), "false");
		assert_string_equal(compare((enum pl_relation)rel, unknown(), number_value(1)), "nobody said");
	}
	for (unsigned rel = PL_REL_IN; rel <= PL_REL_LIKE; rel++) {
		assert_string_equal(test((enum pl_relation)rel, none, x), "false");
		assert_string_equal(test((enum pl_relation)rel, unknown(), none), "false");
		assert_string_equal(test((enum pl_relation)rel, unknown(), x), "nobody said");
	}
}

static void texts_beside_types(void **state)
{
	(void)state;
	struct pl_value path = made(PL_V_PATH, "/run//docker.sock");
	assert_string_equal(compare(PL_REL_EQ, path, text_value("/var/run/x/../docker.sock")), "true");
	assert_string_equal(compare(PL_REL_EQ, text_value("relative"), path), "it is not an absolute path");
	assert_string_equal(compare(PL_REL_EQ, made(PL_V_IMAGE, "nginx"), text_value("docker.io/library/nginx:latest")),
			    "true");
	assert_string_equal(compare(PL_REL_NE, made(PL_V_IMAGE, "nginx"), text_value("Bad Image")),
			    "it is not an image reference");
	assert_string_equal(compare(PL_REL_LT, made(PL_V_VERSION, "v1.9"), text_value("1.10.0-eks")), "true");
	assert_string_equal(compare(PL_REL_EQ, text_value("latest"), made(PL_V_VERSION, "v1")), "it is not a version");
	assert_string_equal(compare(PL_REL_EQ, made(PL_V_IP, "::ffff:10.0.0.1"), text_value("10.0.0.1")), "true");
	assert_string_equal(compare(PL_REL_EQ, made(PL_V_ARN, "arn:aws:s3:::b"), text_value("arn:aws:s3:::b")), "true");
}

static void roles(void **state)
{
	(void)state;
	struct pl_value full = made(PL_V_ROLE, "arn:aws:iam::123456789012:role/app");
	struct pl_value name = made(PL_V_ROLE, "app");
	const char *open = "cluster.account is not known, and one of the roles is a short name";
	assert_string_equal(compare(PL_REL_EQ, full, name), open);
	assert_string_equal(compare(PL_REL_EQ, full, text_value("other")), "false");
	assert_string_equal(compare(PL_REL_EQ, name, text_value("app")), "true");
	context.cluster_known = true;
	context.cluster_account = PL_STR("123456789012");
	assert_string_equal(compare(PL_REL_EQ, full, name), "true");
	context.cluster_account = PL_STR("999999999999");
	assert_string_equal(compare(PL_REL_NE, full, name), "true");
}

static void membership(void **state)
{
	(void)state;
	struct pl_value items[] = {text_value("a"), text_value("b"), unknown()};
	struct pl_list two = {items, 2, NULL}, three = {items, 3, NULL}, none = {items, 0, NULL},
		       one = {items + 1, 1, NULL};
	assert_string_equal(test(PL_REL_IN, text_value("b"), list_value(&two)), "true");
	assert_string_equal(test(PL_REL_IN, text_value("c"), list_value(&two)), "false");
	assert_string_equal(test(PL_REL_CONTAINS, list_value(&two), text_value("a")), "true");
	assert_string_equal(test(PL_REL_IN, text_value("b"), list_value(&three)), "true");
	assert_string_equal(test(PL_REL_IN, text_value("c"), list_value(&three)), "nobody said");
	assert_string_equal(test(PL_REL_WITHIN, list_value(&none), list_value(&none)), "true");
	assert_string_equal(test(PL_REL_WITHIN, list_value(&one), list_value(&two)), "true");
	assert_string_equal(test(PL_REL_WITHIN, list_value(&two), list_value(&one)), "false");
	assert_string_equal(test(PL_REL_WITHIN, list_value(&three), list_value(&one)), "false");
	assert_string_equal(test(PL_REL_WITHIN, list_value(&three), list_value(&two)), "nobody said");
	assert_string_equal(test(PL_REL_OVERLAPS, list_value(&two), list_value(&one)), "true");
	assert_string_equal(test(PL_REL_OVERLAPS, list_value(&none), list_value(&one)), "false");
	assert_string_equal(test(PL_REL_OVERLAPS, list_value(&one), list_value(&three)), "true");
	struct pl_value nets[] = {made(PL_V_NETWORK, "10.0.0.0/8"), made(PL_V_NETWORK, "fd00::/8")};
	struct pl_list networks = {nets, 2, NULL};
	assert_string_equal(test(PL_REL_IN, made(PL_V_IP, "10.2.3.4"), list_value(&networks)), "true");
	assert_string_equal(test(PL_REL_IN, made(PL_V_IP, "11.2.3.4"), list_value(&networks)), "false");
	assert_string_equal(test(PL_REL_IN, made(PL_V_IP, "fd00::1"), nets[1]), "true");
}

static void places(void **state)
{
	(void)state;
	struct pl_value image = made(PL_V_IMAGE, "registry.example.com/team/app:1");
	assert_string_equal(test(PL_REL_UNDER, image, text_value("registry.example.com/team")), "true");
	assert_string_equal(test(PL_REL_UNDER, image, text_value("registry.example.com/te")), "false");
	assert_string_equal(test(PL_REL_UNDER, image, made(PL_V_IMAGE_BASE, "registry.example.com")), "true");
	assert_string_equal(test(PL_REL_UNDER, image, text_value("team")), "it does not name a registry or repository");
	assert_string_equal(test(PL_REL_UNDER, text_value("!"), made(PL_V_IMAGE_BASE, "registry.example.com")),
			    "it is not an image reference");
	struct pl_value path = made(PL_V_PATH, "/var/log/app");
	assert_string_equal(test(PL_REL_UNDER, path, text_value("/var/log")), "true");
	assert_string_equal(test(PL_REL_UNDER, path, text_value("/var/lo")), "false");
	assert_string_equal(test(PL_REL_UNDER, path, text_value("/")), "true");
	assert_string_equal(test(PL_REL_UNDER, text_value("var"), path), "it is not an absolute path");
	assert_string_equal(test(PL_REL_COVERS, made(PL_V_PATH, "/run"), text_value("/var/run/docker.sock")), "true");
	assert_string_equal(test(PL_REL_COVERS, path, text_value("/var/log")), "false");
	struct pl_value items[] = {made(PL_V_PATH, "/etc"), text_value("bad"), made(PL_V_PATH, "/var/log/app/x")};
	struct pl_list set = {items, 3, NULL}, first = {items, 1, NULL};
	assert_string_equal(test(PL_REL_COVERS, path, list_value(&set)), "true");
	assert_string_equal(test(PL_REL_COVERS, path, list_value(&first)), "false");
	assert_string_equal(test(PL_REL_UNDER, path, list_value(&set)), "it is not an absolute path");
}

static void patterns(void **state)
{
	(void)state;
	static const struct {
		const char *text, *pattern;
		bool matches;
	} rows[] = {
		{"abc", "abc", true},
		{"abc", "ab", false},
		{"", "", true},
		{"", "*", true},
		{"abc", "*", true},
		{"abc", "a*", true},
		{"abc", "*c", true},
		{"abc", "a*c", true},
		{"ac", "a*c", true},
		{"a", "a*a", false},
		{"aba", "a*a", true},
		{"abcabc", "*bc*bc", true},
		{"abcbc", "*bc*bc*", true},
		{"abc", "*bc*bc", false},
		{"a*b", "a*b", true},
		{"abc", "**", true},
		{"xaby", "*a*b*", true},
		{"xbay", "*a*b*", false},
		{"ab", "ab*ab", false},
		{"abab", "ab*ab", true},
		{"abc", "*d*", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool got = pl_relation_like(pl_str_from(rows[i].text), pl_str_from(rows[i].pattern));
		if (got != rows[i].matches)
			fail_msg("%s like %s", rows[i].text, rows[i].pattern);
	}
	assert_string_equal(test(PL_REL_LIKE, made(PL_V_IMAGE, "nginx"), text_value("docker.io/library/*")), "true");
	assert_string_equal(test(PL_REL_LIKE, made(PL_V_PATH, "/a/b"), text_value("/a*")), "true");
	struct pl_value items[] = {text_value("x*"), text_value("*y")};
	struct pl_list set = {items, 2, NULL};
	assert_string_equal(test(PL_REL_LIKE, text_value("ay"), list_value(&set)), "true");
	assert_string_equal(test(PL_REL_LIKE, text_value("yx"), list_value(&set)), "false");
	/* what would take a backtracking matcher for ever */
	static char text[60000], pattern[2000];
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = i % 2 ? '*' : 'a';
	pattern[sizeof pattern - 1] = 'b';
	assert_false(pl_relation_like((pl_str){text, sizeof text}, (pl_str){pattern, sizeof pattern}));
}

static void is(void **state)
{
	(void)state;
	static const struct {
		enum pl_is is;
		const char *absent, *empty, *text, *unknown;
	} rows[] = {
		{PL_IS_SET, "false", "true", "true", "nobody said"},
		{PL_IS_ABSENT, "true", "false", "false", "nobody said"},
		{PL_IS_EMPTY, "false", "true", "false", "nobody said"},
		{PL_IS_NOT_EMPTY, "false", "false", "true", "nobody said"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_value values[] = {pl_value_absent(), text_value(""), text_value("x"), unknown()};
		const char *const expected[] = {rows[i].absent, rows[i].empty, rows[i].text, rows[i].unknown};
		for (size_t k = 0; k < 4; k++) {
			struct pl_value r;
			assert_int_equal(pl_operator_is(rows[i].is, &values[k], &r), PL_OK);
			assert_string_equal(truth_of(&r), expected[k]);
		}
	}
}

static struct pl_value arith(enum pl_op op, struct pl_value a, struct pl_value b)
{
	struct pl_value r;
	assert_int_equal(pl_operator_arith(op, &a, &b, &r), PL_OK);
	return r;
}

static void arithmetic(void **state)
{
	(void)state;
	assert_int_equal(arith(PL_OP_ADD, number_value(2), number_value(3)).u.i, 5);
	assert_int_equal(arith(PL_OP_SUB, number_value(2), number_value(3)).u.i, -1);
	assert_int_equal(arith(PL_OP_MUL, number_value(2), number_value(-3)).u.i, -6);
	assert_true(arith(PL_OP_ADD, number_value(INT64_MAX), number_value(1)).u.i == INT64_MAX);
	assert_true(arith(PL_OP_ADD, number_value(INT64_MIN), number_value(-1)).u.i == INT64_MIN);
	assert_true(arith(PL_OP_SUB, number_value(0), number_value(INT64_MIN)).u.i == INT64_MAX);
	assert_true(arith(PL_OP_SUB, number_value(-2), number_value(INT64_MAX)).u.i == INT64_MIN);
	assert_true(arith(PL_OP_MUL, number_value(INT64_MIN), number_value(-1)).u.i == INT64_MAX);
	assert_true(arith(PL_OP_MUL, number_value(INT64_MIN), number_value(2)).u.i == INT64_MIN);
	struct pl_value sum = arith(PL_OP_ADD, amount_value(PL_T_CORES, 1), number_value(2));
	assert_int_equal(sum.kind, PL_V_NUMBER);
	assert_int_equal(sum.of, PL_T_CORES);
	assert_true(sum.u.q == 3 * PL_NANO_ONE);
	struct pl_value product = arith(PL_OP_MUL, number_value(3), amount_value(PL_T_BYTES, 5));
	assert_int_equal(product.of, PL_T_BYTES);
	assert_true(product.u.q == 15 * PL_NANO_ONE);
	assert_int_equal(arith(PL_OP_ADD, amount_value(PL_T_QUANTITY, 1), amount_value(PL_T_BYTES, 1)).of, PL_T_BYTES);
	assert_int_equal(arith(PL_OP_ADD, pl_value_absent(), unknown()).kind, PL_V_ABSENT);
	assert_int_equal(arith(PL_OP_MUL, number_value(1), unknown()).kind, PL_V_UNKNOWN);
}

static void less(void **state)
{
	(void)state;
	struct pl_operands o = operands();
	struct pl_value items[] = {text_value("a"), text_value("b"), text_value("a"), unknown()};
	struct pl_list all = {items, 3, NULL}, b = {items + 1, 1, NULL}, open = {items + 3, 1, NULL};
	struct pl_value r;
	assert_int_equal(pl_relation_less(&o, list_value(&all), list_value(&b), &r), PL_OK);
	assert_int_equal(r.u.list->count, 2);
	assert_true(pl_str_eq(r.u.list->items[1].u.s, PL_STR("a")));
	assert_int_equal(pl_relation_less(&o, list_value(&all), list_value(&open), &r), PL_OK);
	assert_string_equal(truth_of(&r), "nobody said");
	assert_int_equal(pl_relation_less(&o, pl_value_absent(), list_value(&b), &r), PL_OK);
	assert_int_equal(r.kind, PL_V_ABSENT);
}

static void kleene(void **state)
{
	(void)state;
	struct pl_value t = pl_value_bool(true), f = pl_value_bool(false), u = unknown();
	const struct pl_value v[] = {t, f, u};
	static const char *const and[] = {"true",  "false",	  "nobody said", "false",      "false",
					  "false", "nobody said", "false",	 "nobody said"};
	static const char *const or
		[] = {"true", "true", "true", "true", "false", "nobody said", "true", "nobody said", "nobody said"};
	for (unsigned i = 0; i < 9; i++) {
		struct pl_value a = pl_kleene_and(v[i / 3], v[i % 3]), o = pl_kleene_or(v[i / 3], v[i % 3]);
		assert_string_equal(truth_of(&a), and[i]);
		assert_string_equal(truth_of(&o), or [i]);
	}
	u = pl_kleene_not(u);
	assert_string_equal(truth_of(&u), "nobody said");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),  cmocka_unit_test(absence),	  cmocka_unit_test(texts_beside_types),
		cmocka_unit_test(roles),    cmocka_unit_test(membership), cmocka_unit_test(places),
		cmocka_unit_test(patterns), cmocka_unit_test(is),	  cmocka_unit_test(arithmetic),
		cmocka_unit_test(less),	    cmocka_unit_test(kleene),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
