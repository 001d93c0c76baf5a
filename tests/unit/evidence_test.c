/* evidence_test.c - SHA-256 by its published examples, and which values give the same evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "vm/evidence.h"

static struct pl_arena *arena;

static const char *hex(const struct pl_digest *d)
{
	static char text[65];
	for (unsigned i = 0; i < 32; i++)
		snprintf(text + (size_t)i * 2, 3, "%02x", d->bytes[i]);
	return text;
}

static void sha256(void **state)
{
	(void)state;
	static char million[1000000];
	memset(million, 'a', sizeof million);
	const struct {
		pl_str text;
		const char *digest;
	} rows[] = {
		{PL_STR(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{PL_STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{PL_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{{million, sizeof million}, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_evidence e;
		pl_evidence_begin(&e);
		pl_evidence_add_bytes(&e, rows[i].text.ptr, rows[i].text.len);
		struct pl_digest d = pl_evidence_end(&e);
		assert_string_equal(hex(&d), rows[i].digest);
	}
}

static struct pl_digest of(const struct pl_value *values, size_t count)
{
	struct pl_evidence e;
	pl_evidence_begin(&e);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pl_evidence_add(&e, &values[i], arena), PL_OK);
	return pl_evidence_end(&e);
}

static bool same(struct pl_value a, struct pl_value b)
{
	struct pl_digest x = of(&a, 1), y = of(&b, 1);
	return pl_digest_cmp(&x, &y) == 0;
}

static void values(void **state)
{
	(void)state;
	assert_true(same(text_value("a"), text_value("a")));
	assert_false(same(text_value("a"), text_value("b")));
	assert_false(same(text_value("a"), path_value("a")));
	assert_false(same(text_value(""), pl_value_absent()));
	assert_false(same(pl_value_bool(false), pl_value_bool(true)));
	assert_false(same(pl_value_bool(false), number_value(0)));
	assert_true(same(number_value(2), amount_value(PL_T_BYTES, 2)));
	const struct pl_value ab[] = {text_value("a"), text_value("bc")}, abc[] = {text_value("ab"), text_value("c")};
	struct pl_digest x = of(ab, 2), y = of(abc, 2);
	assert_int_not_equal(pl_digest_cmp(&x, &y), 0);
}

static void lists(void **state)
{
	(void)state;
	struct pl_value items[] = {text_value("a"), text_value("b"), text_value("a")};
	struct pl_list ab = {items, 2, NULL}, ba = {items + 1, 2, NULL}, aba = {items, 3, NULL};
	assert_true(same(list_value(&ab), list_value(&ba)));
	assert_false(same(list_value(&ab), list_value(&aba)));
	struct pl_value records = list_value(&aba), fewer = list_value(&ab);
	records.of = fewer.of = PL_T_RECORD;
	assert_true(same(records, fewer)); /* their members are read one by one */
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 20, 1 << 20);
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
		cmocka_unit_test(sha256),
		cmocka_unit_test(values),
		cmocka_unit_test(lists),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
