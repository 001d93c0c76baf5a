/* scalar_test.c - what scalars mean, JSON's and YAML's. Rows are checked against go-yaml v2's resolve table. */
#include "reading.h"

#include "model/native.h"
#include "model/scalar.h"

static void classifies_plain_scalars(void **state)
{
	(void)state;
	static const struct {
		enum pl_plain_kind kind;
		const char *words; /* separated by blanks */
	} rows[] = {
		{PL_PLAIN_NULL, "~ null Null NULL"},
		{PL_PLAIN_BOOL, "true True TRUE yes Yes YES on On ON y Y false False FALSE no No NO off Off OFF n N"},
		{PL_PLAIN_INT, "0 00 7 -7 +7 012 0o12 0O12 0x1F 0X1f 0b101 0B1 1_000 -0x10 9223372036854775807 "
			       "-9223372036854775808 0_7 0_x1F 0b-1 -_0b1"},
		{PL_PLAIN_FLOAT,
		 "0.0 1. .5 .1_0 1e3 1E-3 +1.5e+3 08 1_0.5 .inf -.INF .nan 9223372036854775808 0xFFFFFFFFFFFFFFFFF"},
		{PL_PLAIN_TEXT, "nULL tRUE yES oN nope 12:30:45 2001-01-01 0x 0b2 0o8 1.2.3 1e . - + -- _1 0x1G e3 1e+ "
				"._1 .1_ 0B-1 -0b-1 "
				"v1 .infinity inf nan /x"},
	};
	assert_int_equal(pl_scalar_plain_kind(PL_STR("")), PL_PLAIN_NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *p = rows[i].words;
		while (*p) {
			size_t n = strcspn(p, " ");
			enum pl_plain_kind kind = pl_scalar_plain_kind((pl_str){p, n});
			if (kind != rows[i].kind)
				fail_msg("`%.*s` is of kind %d, not %d", (int)n, p, (int)kind, (int)rows[i].kind);
			p += n + (p[n] == ' ');
		}
	}
}

static void reads_json(void **state)
{
	(void)state;
	struct pl_doc *doc =
		read_doc("[true,\"true\",12,-0,\"12\",1.0,null,\"\",9223372036854775808,{},\"\\u0061\",\"\\ud800\"]");
	pl_node n[12];
	unsigned i = 0;
	for (pl_node c = pl_doc_first(doc, 0); c != PL_NO_NODE; c = pl_doc_next(doc, 0, c))
		n[i++] = c;
	bool b = false;
	int64_t v = -1;
	assert_int_equal(i, 12);
	assert_true(pl_scalar_bool(doc, n[0], &b) && b);
	assert_false(pl_scalar_bool(doc, n[1], &b));
	assert_true(pl_scalar_int(doc, n[2], &v) && v == 12);
	assert_true(pl_scalar_int(doc, n[3], &v) && v == 0);
	for (unsigned k = 4; k < 12; k++)
		assert_false(pl_scalar_int(doc, n[k], &v));
	assert_int_equal(v, 0);
	assert_true(pl_scalar_is_null(doc, n[6]) && pl_scalar_is_blank(doc, n[6]));
	assert_true(!pl_scalar_is_null(doc, n[7]) && pl_scalar_is_blank(doc, n[7]));
	assert_true(pl_scalar_is_null(doc, PL_NO_NODE));
	assert_false(pl_scalar_is_blank(doc, n[9]));
	assert_null(pl_scalar_text(doc, n[9], arena).ptr);
	assert_text(pl_scalar_text(doc, n[2], arena), "12");
	assert_text(pl_scalar_text(doc, n[10], arena), "a");
	assert_false(pl_scalar_is_damaged(doc, n[10]));
	assert_true(pl_scalar_is_damaged(doc, n[11]));
}

static void reads_quantities(void **state)
{
	(void)state;
	static const struct {
		const char *yaml;
		bool good;
		int64_t thousandths;
	} rows[] = {
		{"512Mi", true, 536870912000},
		{"0.5", true, 500},
		{"\"0.5\"", true, 500},
		{"1e3", true, 1000000},
		{"010", true, 8000},
		{"0x10", true, 16000},
		{"\"010\"", true, 10000},
		{"-1", true, -1000},
		{"lots", false, 0},
		{"\"\"", false, 0},
		{"true", false, 0},
		/* a nano for us, 0 for who makes a double of it first */
		{"1e-400", false, 0},
		{"-0.0000000000001", false, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_nano amount = 0;
		struct pl_doc *doc = read_doc(pl_arena_printf(arena, "a: %s\n%c", rows[i].yaml, 0).ptr);
		bool good = pl_scalar_quantity(doc, pl_doc_get(doc, 0, PL_STR("a"), NULL), arena, &amount);
		if (good != rows[i].good || (good && amount != (pl_nano)rows[i].thousandths * 1000000))
			fail_msg("%s is another quantity", rows[i].yaml);
	}
}

static void reads_ints_or_strings(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *text;
	} rows[] = {{"80", "80"},	  {"0x50", "80"},   {"0b1", "1"},   {"-_7", "-7"},
		    {"\"0x50\"", "0x50"}, {"http", "http"}, {"0b-1", "-1"}, {"0B-1", "0B-1"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_doc *doc = read_doc(pl_arena_printf(arena, "a: %s\n%c", rows[i].yaml, 0).ptr);
		struct pl_workload w = {.doc = doc};
		struct pl_value v;
		struct pl_type type = {.kind = PL_T_INTSTR};
		assert_int_equal(pl_native_read(&w, pl_doc_get(doc, 0, PL_STR("a"), NULL), type, arena, &v), PL_OK);
		assert_int_equal(v.kind, PL_V_STRING);
		assert_text(v.u.s, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(classifies_plain_scalars, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_json, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_quantities, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_ints_or_strings, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
