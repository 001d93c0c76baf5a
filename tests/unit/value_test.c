/* value_test.c - walking lists and maps, looking up keys, and how values are shown in messages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "model/capability.h"
#include "model/subjects.h"

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_value string(const char *text)
{
	return (struct pl_value){.kind = PL_V_STRING, .node = PL_NO_NODE, .u.s = {text, strlen(text)}};
}

static struct pl_value integer(int64_t i)
{
	return (struct pl_value){.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = i};
}

static struct pl_value number(enum pl_type_kind of, const char *text)
{
	struct pl_value v = {.kind = PL_V_NUMBER, .of = (uint8_t)of, .node = PL_NO_NODE};
	assert_true(pl_quantity_parse((pl_str){text, strlen(text)}, &v.u.q));
	return v;
}

static void shows(struct pl_value v, const char *wanted)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_value_show(&v, arena, &b);
	assert_false(b.failed);
	if (!pl_str_eq(pl_buf_str(&b), (pl_str){wanted, strlen(wanted)}))
		fail_msg("`%.*s`, not `%s`", PL_FMT(pl_buf_str(&b)), wanted);
}

static void shows_scalars(void **state)
{
	(void)state;
	struct pl_image_base base = {PL_STR("a.b"), PL_STR("x")}, whole = {PL_STR("a.b"), {NULL, 0}};
	struct pl_network net;
	struct pl_ip ip;
	struct pl_value v = {.kind = PL_V_RANGE};
	shows(pl_value_absent(), "not set");
	shows(pl_value_unknown("why"), "unknown (why)");
	shows(pl_value_bool(true), "true");
	shows(pl_value_bool(false), "false");
	shows(integer(INT64_MIN), "-9223372036854775808");
	shows(number(PL_T_BYTES, "512Mi"), "512Mi");
	shows(number(PL_T_CORES, "1.5"), "1500m");
	shows(number(PL_T_QUANTITY, "1.5"), "1500m");
	shows(number(PL_T_QUANTITY, "4Gi"), "4Gi");
	shows(number(PL_T_QUANTITY, "1"), "1");
	shows(string("a b"), "a b");
	shows(string(""), "\"\"");
	shows(string("a\n\t\x1b[31m\x7f\xe2\x80\xae"), "a\\n\\t\\u{1b}[31m\\u{7f}\\u{202e}");
	shows((struct pl_value){.kind = PL_V_PATH, .u.s = PL_STR("/run")}, "/run");
	shows((struct pl_value){.kind = PL_V_IMAGE_BASE, .u.base = &base}, "a.b/x");
	shows((struct pl_value){.kind = PL_V_IMAGE_BASE, .u.base = &whole}, "a.b");
	shows((struct pl_value){.kind = PL_V_VERSION, .u.version = {{1, 2, 0}}}, "v1.2");
	v.u.range.low = 1;
	v.u.range.high = 1024;
	shows(v, "1..1024");
	assert_true(pl_network_parse(PL_STR("10.0.0.0/8"), &net));
	shows((struct pl_value){.kind = PL_V_NETWORK, .u.net = &net}, "10.0.0.0/8");
	assert_true(pl_network_parse(PL_STR("fd00::/8"), &net));
	shows((struct pl_value){.kind = PL_V_NETWORK, .u.net = &net}, "fd00::/8");
	assert_true(pl_network_parse(PL_STR("10.1.2.3"), &net));
	shows((struct pl_value){.kind = PL_V_NETWORK, .u.net = &net}, "10.1.2.3");
	assert_true(pl_network_parse(PL_STR("::/0"), &net));
	shows((struct pl_value){.kind = PL_V_NETWORK, .u.net = &net}, "::/0");
	assert_true(pl_network_parse(PL_STR("0.0.0.0/0"), &net));
	shows((struct pl_value){.kind = PL_V_NETWORK, .u.net = &net}, "0.0.0.0/0");
	assert_true(pl_ip_parse(PL_STR("::1"), &ip));
	shows((struct pl_value){.kind = PL_V_IP, .u.ip = &ip}, "::1");
	shows((struct pl_value){.kind = PL_V_RECORD}, "{...}");
	shows((struct pl_value){.kind = PL_V_SUBJECT, .ref = PL_SUBJECT_REQUEST}, "request");
}

static void shows_dates(void **state)
{
	(void)state;
	static const struct {
		int64_t days;
		const char *shown;
	} rows[] = {
		{0, "1970-01-01"},	 {-1, "1969-12-31"},	   {59, "1970-03-01"},
		{11016, "2000-02-29"},	 {11017, "2000-03-01"},	   {20779, "2026-11-22"},
		{47540, "2100-02-28"},	 {47541, "2100-03-01"},	   {-719468, "0000-03-01"},
		{2932896, "9999-12-31"}, {2932897, "day 2932897"}, {INT64_MIN, "day -9223372036854775808"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		shows((struct pl_value){.kind = PL_V_DATE, .u.i = rows[i].days}, rows[i].shown);
}

static void cuts_long_texts_and_lists(void **state)
{
	(void)state;
	char text[400], wanted[300];
	memset(text, 'x', sizeof(text));
	memset(wanted, 'x', sizeof(wanted));
	memcpy(wanted + 256, "\xe2\x80\xa6", 4);
	text[399] = '\0';
	shows(string(text), wanted);
	struct pl_value items[20];
	for (int i = 0; i < 20; i++)
		items[i] = integer(i);
	struct pl_list list = {.items = items, .count = 20};
	struct pl_value v = {.kind = PL_V_LIST, .u.list = &list};
	shows(v, "{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, and 4 more}");
	list.count = 16;
	shows(v, "{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}");
	list.count = 0;
	shows(v, "{}");
	struct pl_list outer = {.items = &v, .count = 1};
	shows((struct pl_value){.kind = PL_V_LIST, .u.list = &outer}, "{{...}}");
}

/* A document node as a list or map of kind. */
static struct pl_value node_value(const char *json, enum pl_value_kind kind, enum pl_type_kind of)
{
	struct pl_workload *w = pl_arena_zalloc(arena, 1, sizeof(*w));
	struct pl_doc *doc;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	assert_int_equal(
		pl_doc_read_json(PL_STR("t"), (pl_str){json, strlen(json)}, &pl_doc_json_limits, arena, &doc, &diags),
		PL_OK);
	w->doc = doc;
	return (struct pl_value){.kind = (uint8_t)kind, .of = (uint8_t)of, .node = pl_doc_root(doc), .u.workload = w};
}

static void walks_documents(void **state)
{
	(void)state;
	struct pl_value v = node_value("[\"b\", \"a\", \"\\u0061\", \"\"]", PL_V_NODES, PL_T_STRING);
	assert_int_equal(pl_value_count(&v), 4);
	shows(v, "{b, a, a, \"\"}");
	shows(node_value("[1, -2]", PL_V_NODES, PL_T_INT), "{1, -2}");
	shows(node_value("[]", PL_V_NODES, PL_T_INT), "{}");
	shows(node_value("[{}, {\"a\": 1}]", PL_V_NODES, PL_T_RECORD), "{{...}, {...}}");
	v = node_value("{\"b\": \"2\", \"\": \"0\", \"a/\\u0062\": \"1\", \"a\": null}", PL_V_NODEMAP, PL_T_STRING);
	shows(v, "{\"\": 0, a: not set, a/b: 1, b: 2}");
	shows((struct pl_value){.kind = PL_V_NODES, .of = PL_T_STRING, .node = PL_NO_NODE}, "{}");
	shows((struct pl_value){.kind = PL_V_NODEMAP, .of = PL_T_STRING, .node = PL_NO_NODE}, "{}");
	assert_int_equal(pl_value_count(&(struct pl_value){.kind = PL_V_INT}), 0);
}

static struct pl_value index_of(struct pl_value map, const char *key)
{
	struct pl_value v;
	assert_int_equal(pl_value_index(&map, (pl_str){key, strlen(key)}, arena, &v), PL_OK);
	return v;
}

static void looks_up_keys(void **state)
{
	(void)state;
	struct pl_value v =
		node_value("{\"b\": \"2\", \"a\\u002fb\": \"1\", \"n\": null, \"e\": \"\"}", PL_V_NODEMAP, PL_T_STRING);
	shows(index_of(v, "b"), "2");
	shows(index_of(v, "a/b"), "1");
	shows(index_of(v, "e"), "\"\"");
	shows(index_of(v, "n"), "not set");
	shows(index_of(v, "B"), "not set");
	shows(index_of(v, ""), "not set");
	shows(index_of(pl_value_absent(), "b"), "not set");
	shows(index_of(pl_value_unknown("w"), "b"), "unknown (w)");
	shows(index_of((struct pl_value){.kind = PL_V_NODEMAP, .node = PL_NO_NODE}, "b"), "not set");
	const struct pl_value keys[] = {string("m"), string("b"), pl_value_unknown("x"), string("z")};
	const struct pl_value values[] = {integer(1), integer(2), integer(3), integer(4)};
	struct pl_value map;
	assert_int_equal(pl_value_map_make(keys, values, 4, arena, &map), PL_OK);
	shows(map, "{b: 2, m: 1, z: 4}");
	shows(index_of(map, "b"), "2");
	shows(index_of(map, "m"), "1");
	shows(index_of(map, "z"), "4");
	shows(index_of(map, "a"), "not set");
	shows(index_of(map, "zz"), "not set");
	assert_int_equal(pl_value_map_make(NULL, NULL, 0, arena, &map), PL_OK);
	shows(index_of(map, "a"), "not set");
	shows(map, "{}");
}

/* The order is that of bytes, for any number of keys. */
static void orders_keys(void **state)
{
	(void)state;
	for (int n = 1; n < 200; n += 13) {
		struct pl_buf b;
		pl_buf_init(&b, arena, 0);
		pl_buf_addc(&b, '{');
		for (int i = 0; i < n; i++)
			pl_buf_addf(&b, "%s\"k%03d\": %d", i ? ", " : "", (i * 89) % n, i);
		pl_buf_adds(&b, "}");
		pl_buf_addc(&b, '\0');
		struct pl_value v = node_value(b.ptr, PL_V_NODEMAP, PL_T_INT), entry;
		struct pl_value_iter it;
		bool done = false;
		pl_str last = {NULL, 0};
		int seen = 0;
		for (pl_value_iter_init(&it, &v);; seen++) {
			assert_int_equal(pl_value_iter_next(&it, arena, &entry, &done), PL_OK);
			if (done)
				break;
			assert_int_equal(entry.kind, PL_V_ENTRY);
			assert_true(pl_str_cmp(last, entry.u.entry[0].u.s) < 0);
			last = entry.u.entry[0].u.s;
		}
		assert_int_equal(seen, n);
	}
}

static void damage_is_unknown(void **state)
{
	(void)state;
	struct pl_value v = node_value("{\"a\\ud800\": \"x\", \"b\": \"\xff\"}", PL_V_NODEMAP, PL_T_STRING);
	shows(v, "{unknown (its text holds U+FFFD, or bytes that are not UTF-8): x, "
		 "b: unknown (its text holds U+FFFD, or bytes that are not UTF-8)}");
	assert_int_equal(index_of(v, "b").kind, PL_V_UNKNOWN);
}

static void runs_out_of_memory(void **state)
{
	(void)state;
	struct pl_value v = node_value("{\"a\": \"x\"}", PL_V_NODEMAP, PL_T_STRING), entry;
	struct pl_arena *tiny = pl_arena_new(1, 0);
	struct pl_value_iter it;
	bool done;
	struct pl_buf b;
	pl_value_iter_init(&it, &v);
	assert_int_equal(pl_value_iter_next(&it, tiny, &entry, &done), PL_E_MEMORY);
	pl_buf_init(&b, arena, 0);
	pl_value_show(&v, tiny, &b);
	assert_true(b.failed);
	pl_arena_free(tiny);
}

static void capabilities(void **state)
{
	(void)state;
	static const struct {
		const char *text, *normal;
		bool exact;
	} rows[] = {
		{"SYS_ADMIN", "SYS_ADMIN", true},
		{"sys_admin", "SYS_ADMIN", false},
		{"CAP_SYS_ADMIN", "SYS_ADMIN", false},
		{"cap_sys_admin", "SYS_ADMIN", false},
		{"ALL", "ALL", true},
		{"all", "ALL", false},
		{"CAP_ALL", "ALL", false},
		{"", "", false},
		{"CAP_", "", false},
		{"CAP_CAP_KILL", "CAP_KILL", false},
		{"NOPE", "NOPE", false},
		{"CHECKPOINT_RESTORE", "CHECKPOINT_RESTORE", true},
		{" ALL", " ALL", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_str text = {rows[i].text, strlen(rows[i].text)}, normal;
		assert_int_equal(pl_capability_normal(text, arena, &normal), PL_OK);
		if (!pl_str_eq(normal, (pl_str){rows[i].normal, strlen(rows[i].normal)}))
			fail_msg("`%s` is `%.*s`", rows[i].text, PL_FMT(normal));
		assert_int_equal(pl_capability_is_exact(text), rows[i].exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_scalars),
		cmocka_unit_test(shows_dates),
		cmocka_unit_test(cuts_long_texts_and_lists),
		cmocka_unit_test(walks_documents),
		cmocka_unit_test(looks_up_keys),
		cmocka_unit_test(orders_keys),
		cmocka_unit_test(damage_is_unknown),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(runs_out_of_memory),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
