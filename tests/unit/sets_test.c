/* sets_test.c - an indexed set answers like the walk over its elements, and as fast at any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "plimsoll/eval.h"
#include "vm/operators.h"
#include "vm/sets.h"

static struct pl_arena *arena;
static const struct pl_context context;

static struct pl_value convert(enum pl_value_kind kind, const char *text)
{
	struct pl_operands o = {&context, arena};
	struct pl_value v;
	assert_int_equal(pl_operator_convert(&o, text_value(text), kind, &v), PL_OK);
	assert_int_equal(v.kind, kind);
	return v;
}

static const char *test(enum pl_relation rel, struct pl_value a, const struct pl_list *set)
{
	struct pl_operands o = {&context, arena};
	struct pl_value r;
	assert_int_equal(pl_relation_test(&o, rel, a, list_value(set), &r), PL_OK);
	return truth_of(&r);
}

/* A prepared set of texts read as a kind. */
static const struct pl_list *set_of(enum pl_value_kind kind, const char *const *texts, uint32_t count)
{
	struct pl_value *items = pl_arena_alloc(arena, count * sizeof *items);
	struct pl_list *list = pl_arena_zalloc(arena, 1, sizeof *list);
	for (uint32_t i = 0; i < count; i++)
		items[i] = convert(kind, texts[i]);
	*list = (struct pl_list){items, count, NULL};
	const struct pl_list *set = pl_sets_prepare(list, arena);
	assert_non_null(set);
	return set;
}

static void small_sets(void **state)
{
	(void)state;
	static const char *const texts[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
	assert_null(set_of(PL_V_STRING, texts, 8)->index);
	assert_non_null(set_of(PL_V_STRING, texts, 9)->index);
	assert_int_equal(pl_sets_kind(set_of(PL_V_STRING, texts, 8)), PL_V_ABSENT);
	assert_int_equal(pl_sets_kind(set_of(PL_V_STRING, texts, 9)), PL_V_STRING);
}

static void strings(void **state)
{
	(void)state;
	static const char *const texts[] = {"a", "b", "c", "d", "e", "f", "g", "h", "", "a"};
	const struct pl_list *set = set_of(PL_V_STRING, texts, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_string_equal(test(PL_REL_IN, text_value(texts[i]), set), "true");
	assert_string_equal(test(PL_REL_IN, text_value("x"), set), "false");
	assert_string_equal(test(PL_REL_IN, pl_value_unknown("why"), set), "why");
	struct pl_value left[] = {text_value("a"), text_value("x")};
	struct pl_list both = {left, 2, NULL}, one = {left, 1, NULL};
	struct pl_operands o = {&context, arena};
	struct pl_value r;
	assert_int_equal(pl_relation_test(&o, PL_REL_WITHIN, list_value(&both), list_value(set), &r), PL_OK);
	assert_string_equal(truth_of(&r), "false");
	assert_int_equal(pl_relation_test(&o, PL_REL_WITHIN, list_value(&one), list_value(set), &r), PL_OK);
	assert_string_equal(truth_of(&r), "true");
	assert_int_equal(pl_relation_test(&o, PL_REL_OVERLAPS, list_value(&both), list_value(set), &r), PL_OK);
	assert_string_equal(truth_of(&r), "true");
}

static void numbers(void **state)
{
	(void)state;
	struct pl_value items[20];
	for (int i = 0; i < 20; i++)
		items[i] = i % 2 ? number_value(i) : amount_value(PL_T_CORES, i);
	struct pl_list list = {items, 20, NULL};
	const struct pl_list *set = pl_sets_prepare(&list, arena);
	assert_int_equal(pl_sets_kind(set), PL_V_NUMBER);
	assert_string_equal(test(PL_REL_IN, number_value(4), set), "true");
	assert_string_equal(test(PL_REL_IN, amount_value(PL_T_CORES, 5), set), "true");
	assert_string_equal(test(PL_REL_IN, number_value(20), set), "false");
}

static void images(void **state)
{
	(void)state;
	static const char *const texts[] = {"nginx:1",	   "nginx:2",	  "r.example/a",
					    "r.example/b", "r.example/c", "r.example/d",
					    "r.example/e", "r.example/f", "r.example/g:1.0"};
	const struct pl_list *set = set_of(PL_V_IMAGE, texts, 9);
	assert_non_null(set->index);
	assert_string_equal(test(PL_REL_IN, convert(PL_V_IMAGE, "docker.io/library/nginx:2"), set), "true");
	assert_string_equal(test(PL_REL_IN, convert(PL_V_IMAGE, "nginx:3"), set), "false");
	assert_string_equal(test(PL_REL_IN, convert(PL_V_IMAGE, "r.example/a:latest"), set), "true");
	assert_string_equal(test(PL_REL_IN, text_value("r.example/g:1.0"), set), "true");
	assert_string_equal(test(PL_REL_IN, text_value("R EXAMPLE"), set), "it is not an image reference");
}

static void image_bases(void **state)
{
	(void)state;
	static const char *const texts[] = {"a.example",      "b.example/x", "b.example/y/z",
					    "c.example:5000", "d.example/q", "e.example/q",
					    "f.example/q",    "g.example/q", "docker.io/library"};
	const struct pl_list *set = set_of(PL_V_IMAGE_BASE, texts, 9);
	assert_int_equal(pl_sets_kind(set), PL_V_IMAGE_BASE);
	static const struct {
		const char *image, *answer;
	} rows[] = {
		{"a.example/anything/at/all:1", "true"},
		{"b.example/x:1", "true"},
		{"b.example/x/y", "true"},
		{"b.example/xy", "false"},
		{"b.example/y", "false"},
		{"b.example/y/z/1", "true"},
		{"c.example:5000/i", "true"},
		{"c.example/i", "false"},
		{"nginx", "true"},
		{"bitnami/nginx", "false"},
		{"a.example.evil/x", "false"},
		{"z.example/x", "false"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(test(PL_REL_UNDER, convert(PL_V_IMAGE, rows[i].image), set), rows[i].answer);
		assert_string_equal(test(PL_REL_UNDER, text_value(rows[i].image), set), rows[i].answer);
		struct pl_list plain = {set->items, set->count, NULL};
		assert_string_equal(test(PL_REL_UNDER, convert(PL_V_IMAGE, rows[i].image), &plain), rows[i].answer);
	}
}

static void paths(void **state)
{
	(void)state;
	static const char *const texts[] = {"/etc",   "/var/log", "/run/docker.sock", "/opt/a",	  "/opt/b",
					    "/opt/c", "/opt/d",	  "/opt/e",	      "/opt/f/g", "C:\\data"};
	const struct pl_list *set = set_of(PL_V_PATH, texts, 10);
	static const char *const probes[] = {"/etc",	   "/etc/passwd", "/etcetera", "/var",
					     "/var/log/x", "/run",	  "/opt/f",    "/opt/f/g/h",
					     "/",	   "c:/data/x",	  "c:/date",   "//etc//x"};
	struct pl_list plain = {set->items, set->count, NULL};
	unsigned held = 0;
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
		const char *answer = test(PL_REL_UNDER, text_value(probes[i]), set);
		assert_string_equal(answer, test(PL_REL_UNDER, text_value(probes[i]), &plain));
		held += strcmp(answer, "true") == 0;
	}
	assert_int_equal(held, 6);
	static const char *const root[] = {"/", "/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"};
	assert_string_equal(test(PL_REL_UNDER, text_value("/x"), set_of(PL_V_PATH, root, 9)), "true");
	assert_string_equal(test(PL_REL_IN, text_value("/etc/"), set), "true");
	assert_string_equal(test(PL_REL_IN, text_value("etc"), set), "it is not an absolute path");
}

/* The answer of the index, which is that of the walk. */
static const char *both(enum pl_relation rel, struct pl_value a, const struct pl_list *set)
{
	struct pl_list plain = {set->items, set->count, NULL};
	const char *answer = test(rel, a, set);
	assert_string_equal(answer, test(rel, a, &plain));
	return answer;
}

#define D(c) "@sha256:" c c c c c c c c c c c c c c c c
#define A    "aaaa"
#define B    "bbbb"
#define C    "cccc"

/* A digest decides where there is one, tags elsewhere; none is "latest", but not beside a digest. */
static void digests(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"r.example/a" D(A), "r.example/a:2" D(B), "r.example/a:3", "r.example/b" D(A), "r.example/c",
		"r.example/d:1",    "r.example/e:1",	  "r.example/f:1", "r.example/a" D(A), "r.example/a:2" D(C),
	};
	const struct pl_list *set = set_of(PL_V_IMAGE, texts, 10);
	static const struct {
		const char *image, *answer;
	} rows[] = {
		{"r.example/a" D(A), "true"},	{"r.example/a:9" D(A), "true"},	 {"r.example/a" D("dddd"), "false"},
		{"r.example/a:2", "false"},	{"r.example/a:3" D(C), "true"},	 {"r.example/a:3" D("dddd"), "false"},
		{"r.example/a", "false"},	{"r.example/a:latest", "false"}, {"r.example/b" D(B), "false"},
		{"r.example/b", "false"},	{"r.example/c:latest", "true"},	 {"r.example/c" D(A), "false"},
		{"r.example/a:2" D(C), "true"}, {"r.example/a:4", "false"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *answer = both(PL_REL_IN, convert(PL_V_IMAGE, rows[i].image), set);
		if (strcmp(answer, rows[i].answer) != 0)
			fail_msg("%s: %s", rows[i].image, answer);
	}
}

static void networks(void **state)
{
	(void)state;
	static const char *const texts[] = {"10.0.0.0/8",    "192.168.1.0/24", "169.254.169.254",
					    "fd00::/8",	     "fd12:3456::/32", "::/0",
					    "172.16.0.0/12", "192.168.1.0/24", "127.0.0.0/8"};
	const struct pl_list *set = set_of(PL_V_NETWORK, texts, 9);
	assert_int_equal(pl_sets_kind(set), PL_V_NETWORK);
	static const struct {
		const char *ip, *answer;
	} rows[] = {
		{"10.255.255.255", "true"},  {"11.0.0.0", "false"},	  {"192.168.1.7", "true"},
		{"192.168.2.7", "false"},    {"169.254.169.254", "true"}, {"169.254.169.253", "false"},
		{"fd00::1", "true"},	     {"2001:db8::1", "true"},	  {"::ffff:10.0.0.1", "true"},
		{"::ffff:8.8.8.8", "false"}, {"172.31.0.1", "true"},	  {"172.32.0.1", "false"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *answer = both(PL_REL_IN, convert(PL_V_IP, rows[i].ip), set);
		if (strcmp(answer, rows[i].answer) != 0)
			fail_msg("%s: %s", rows[i].ip, answer);
	}
}

static void covered_paths(void **state)
{
	(void)state;
	static const char *const texts[] = {"/etc/shadow", "/run/docker.sock", "/run/a",      "/run-b", "/opt/x",
					    "/opt/x.y",	   "/opt/x/y",	       "C:\\data\\x", "/var"};
	const struct pl_list *set = set_of(PL_V_PATH, texts, 9);
	static const char *const probes[] = {"/",      "/etc",	   "/etc/shadow", "/etc/shadow/x", "/et",
					     "/run",   "/ru",	   "/run-b",	  "/run-",	   "/opt",
					     "/opt/x", "/opt/x.",  "c:/",	  "c:/data",	   "d:/",
					     "/var",   "/var/log", "/zzz",	  "//./pipe"};
	unsigned held = 0;
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
		held += strcmp(both(PL_REL_COVERS, text_value(probes[i]), set), "true") == 0;
	assert_int_equal(held, 10);
	assert_string_equal(both(PL_REL_COVERS, text_value("etc"), set), "it is not an absolute path");
	static const char *const rooted[] = {"//a", "//b", "//c", "//d", "//e", "//f", "//g", "//h", "/zz"};
	assert_string_equal(both(PL_REL_COVERS, text_value("/"), set_of(PL_V_PATH, rooted, 9)), "true");
}

/* Elements that say the same, and images of one repository: linear to build, and as quick to look up. */
static void equal_elements(void **state)
{
	(void)state;
	enum { MANY = 200000 };
	struct pl_value *items = pl_arena_alloc(arena, MANY * sizeof *items);
	struct pl_list list = {items, MANY, NULL};
	for (int i = 0; i < MANY; i++)
		items[i] = text_value("same");
	assert_string_equal(test(PL_REL_IN, text_value("same"), pl_sets_prepare(&list, arena)), "true");
	for (int i = 0; i < MANY; i++) {
		pl_str text = pl_arena_printf(arena, "r.example/base@sha256:%064d", i);
		items[i] = convert(PL_V_IMAGE, pl_arena_printf(arena, "%.*s", PL_FMT(text)).ptr);
	}
	const struct pl_list *set = pl_sets_prepare(&list, arena);
	for (int i = 0; i < MANY; i++) {
		struct pl_set_cursor cursor;
		unsigned found = 0;
		pl_sets_find(set, pl_sets_hash(&items[i]), &cursor);
		while (pl_sets_next(&cursor))
			found++;
		assert_int_equal(found, 1);
	}
	assert_string_equal(test(PL_REL_IN, convert(PL_V_IMAGE, "r.example/base:1"), set), "false");
}

static void tables(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct pl_value *keys = pl_arena_alloc(arena, MANY * sizeof *keys);
	struct pl_value *values = pl_arena_alloc(arena, MANY * sizeof *values);
	for (int i = 0; i < MANY; i++) {
		pl_str text = pl_arena_printf(arena, "key-%06d", i);
		keys[i] = (struct pl_value){.kind = PL_V_STRING, .node = PL_NO_NODE, .u.s = text};
		values[i] = number_value(i);
	}
	struct pl_map map = {.keys = keys, .values = values, .count = MANY};
	const struct pl_map *ready = pl_sets_prepare_map(&map, arena);
	assert_non_null(ready->index);
	for (int i = 0; i < MANY; i += 3) {
		struct pl_value v = pl_sets_entry(ready, keys[i].u.s);
		assert_int_equal(v.kind, PL_V_INT);
		assert_int_equal(v.u.i, i);
	}
	assert_int_equal(pl_sets_entry(ready, PL_STR("key-100000")).kind, PL_V_ABSENT);
	assert_int_equal(pl_sets_entry(ready, PL_STR("")).kind, PL_V_ABSENT);
	map.count = PL_SETS_SMALL;
	assert_null(pl_sets_prepare_map(&map, arena)->index);
}

/* Sets inside a map, and inside its rows, are indexed too. */
static void sets_in_tables(void **state)
{
	(void)state;
	static const char *const texts[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
	struct pl_value items[9];
	for (int i = 0; i < 9; i++)
		items[i] = text_value(texts[i]);
	struct pl_list nine = {items, 9, NULL}, two = {items, 2, NULL};
	struct pl_value key = text_value("k"), cell = list_value(&nine);
	struct pl_map row = {.keys = &key, .values = &cell, .count = 1};
	struct pl_value keys[] = {text_value("k"), text_value("l"), text_value("m")};
	struct pl_value values[] = {list_value(&two), list_value(&nine), {.kind = PL_V_MAP, .u.map = &row}};
	struct pl_map map = {.keys = keys, .values = values, .count = 3};
	const struct pl_map *ready = pl_sets_prepare_map(&map, arena);
	assert_null(ready->values[0].u.list->index);
	assert_non_null(ready->values[1].u.list->index);
	assert_non_null(ready->values[2].u.map->values[0].u.list->index);
	assert_null(values[1].u.list->index);
	assert_null(cell.u.list->index);
}

static void mixed(void **state)
{
	(void)state;
	struct pl_value items[10];
	for (int i = 0; i < 10; i++)
		items[i] = text_value("x");
	items[9] = convert(PL_V_NETWORK, "10.0.0.0/8");
	struct pl_list list = {items, 10, NULL};
	assert_ptr_equal(pl_sets_prepare(&list, arena), &list);
}

static void many(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct pl_value *items = pl_arena_alloc(arena, MANY * sizeof *items);
	for (int i = 0; i < MANY; i++) {
		pl_str text = pl_arena_printf(arena, "/data/%d/x", i);
		items[i] = (struct pl_value){.kind = PL_V_PATH, .node = PL_NO_NODE, .u.s = text};
	}
	struct pl_list list = {items, MANY, NULL};
	const struct pl_list *set = pl_sets_prepare(&list, arena);
	unsigned hits = 0;
	for (int i = 0; i < MANY; i += 7) {
		char text[64];
		snprintf(text, sizeof text, "/data/%d/x/y", i * 2);
		hits += pl_sets_path_under(set, pl_str_from(text));
		struct pl_value v = path_value(text);
		v.u.s.len -= 2;
		assert_string_equal(test(PL_REL_IN, v, set), i * 2 < MANY ? "true" : "false");
	}
	assert_int_equal(hits, 7143);
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(256 << 20, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_sets),	  cmocka_unit_test(strings),	 cmocka_unit_test(numbers),
		cmocka_unit_test(images),	  cmocka_unit_test(image_bases), cmocka_unit_test(paths),
		cmocka_unit_test(digests),	  cmocka_unit_test(networks),	 cmocka_unit_test(covered_paths),
		cmocka_unit_test(equal_elements), cmocka_unit_test(tables),	 cmocka_unit_test(sets_in_tables),
		cmocka_unit_test(mixed),	  cmocka_unit_test(many),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
