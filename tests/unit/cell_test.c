/* cell_test.c - one value of a data file: what each type takes, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "lang/cell.h"

static struct pl_arena *arena;

struct row {
	uint8_t kind;
	const char *text, *shown; /* NULL: refused */
};

static const struct row rows[] = {
	{PL_T_BOOL, "true", "true"},
	{PL_T_BOOL, "false", "false"},
	{PL_T_BOOL, "True", NULL},
	{PL_T_BOOL, "yes", NULL},
	{PL_T_BOOL, "", NULL},
	{PL_T_INT, "0", "0"},
	{PL_T_INT, "-7", "-7"},
	{PL_T_INT, "9223372036854775807", "9223372036854775807"},
	{PL_T_INT, "-9223372036854775808", "-9223372036854775808"},
	{PL_T_INT, "9223372036854775808", NULL},
	{PL_T_INT, "-9223372036854775809", NULL},
	{PL_T_INT, "007", NULL},
	{PL_T_INT, "1e3", NULL},
	{PL_T_INT, "1.0", NULL},
	{PL_T_INT, "+1", NULL},
	{PL_T_INT, "-", NULL},
	{PL_T_INT, "", NULL},
	{PL_T_CORES, "500m", "0.5"},
	{PL_T_CORES, "0.5", "0.5"},
	{PL_T_CORES, "half", NULL},
	{PL_T_BYTES, "4Gi", "4Gi"},
	{PL_T_BYTES, "4GB", NULL},
	{PL_T_STRING, "any thing", "any thing"},
	{PL_T_STRING, "", "\"\""},
	{PL_T_IMAGE, "nginx:1", "nginx:1"},
	{PL_T_IMAGE, "Nginx", NULL},
	{PL_T_PATH, "/a/../b", "/b"},
	{PL_T_PATH, "a", NULL},
	{PL_T_ROLE, "arn:aws:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/x"},
	{PL_T_ROLE, "web", "web"},
	{PL_T_ROLE, "a b", NULL},
	{PL_T_ARN, "arn:aws:s3:::bucket", "arn:aws:s3:::bucket"},
	{PL_T_ARN, "bucket", NULL},
	{PL_T_IP, "10.0.0.1", "10.0.0.1"},
	{PL_T_IP, "10.0.0.0/8", NULL},
	{PL_T_NETWORK, "10.0.0.0/8", "10.0.0.0/8"},
	{PL_T_NETWORK, "fd00::1", "fd00::1"},
	{PL_T_NETWORK, "10.0.0.0/33", NULL},
	{PL_T_VERSION, "v1.29.3", "v1.29.3"},
	{PL_T_VERSION, "1.29", "v1.29"},
	{PL_T_VERSION, "latest", NULL},
	{PL_T_DATE, "2026-11-22", "2026-11-22"},
	{PL_T_DATE, "2024-02-29", "2024-02-29"},
	{PL_T_DATE, "2026-02-29", NULL},
	{PL_T_DATE, "2026-11-22T23:59:60Z", "2026-11-22"},
	{PL_T_DATE, "2026-11-22t01:02:03.4567+05:30", "2026-11-22"},
	{PL_T_DATE, "2026-11-22 01:02:03-00:00", "2026-11-22"},
	{PL_T_DATE, "2026-11-22T24:00:00Z", NULL},
	{PL_T_DATE, "2026-11-22T01:02:03", NULL},
	{PL_T_DATE, "2026-11-22T01:02:03.Z", NULL},
	{PL_T_DATE, "2026-11-22T01:02Z", NULL},
	{PL_T_DATE, "2026-11-22T01:02:03+24:00", NULL},
	{PL_T_DATE, "2026-11-2", NULL},
	{PL_T_DATE, "20261122", NULL},
	{PL_T_DATE, "1763769600", NULL},
};

static void values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_value v = pl_value_absent();
		const char *why = "untouched";
		struct pl_buf b;
		pl_err err = pl_cell_read(pl_str_from(rows[i].text), (struct pl_cell_form){.kind = rows[i].kind}, arena,
					  &v, &why);
		if ((err == PL_OK) != (rows[i].shown != NULL))
			fail_msg("row %zu: %s", i, rows[i].text);
		if (err != PL_OK) {
			assert_int_equal(err, PL_E_SYNTAX);
			assert_int_equal(v.kind, PL_V_ABSENT);
			continue;
		}
		assert_string_equal(why, "untouched");
		pl_buf_init(&b, arena, 0);
		pl_value_show(&v, arena, &b);
		pl_buf_addc(&b, '\0');
		assert_string_equal(b.ptr, rows[i].shown);
	}
}

static const char *place(const char *text, bool image)
{
	struct pl_value v;
	const char *why = NULL;
	struct pl_buf b;
	if (pl_cell_read(pl_str_from(text), (struct pl_cell_form){PL_T_IMAGE, true, image}, arena, &v, &why) != PL_OK)
		return why;
	assert_int_equal(v.kind, PL_V_IMAGE_BASE);
	pl_buf_init(&b, arena, 0);
	pl_value_show(&v, arena, &b);
	pl_buf_addc(&b, '\0');
	return b.ptr;
}

static void places(void **state)
{
	(void)state;
	assert_string_equal(place("R.example.com", false), "r.example.com");
	assert_string_equal(place("r.example.com/a/b", false), "r.example.com/a/b");
	assert_string_equal(place("docker.io/acme/", false), "docker.io/acme");
	assert_string_equal(place("r.example.com/a:1", false), "an approved place has no tag");
	/* an image stands for its repository, never for the registry that its name looks like */
	assert_string_equal(place("nginx", true), "docker.io/library/nginx");
	assert_string_equal(place("r.example.com", true), "docker.io/library/r.example.com");
	assert_string_equal(place("r.example.com/a/b", true), "r.example.com/a/b");
	assert_string_equal(place("r.example.com/a:1", true),
			    "what stands beside `under` is a place, without tag and digest");
}

static void nouns(void **state)
{
	(void)state;
	assert_string_equal(pl_cell_noun((struct pl_cell_form){.kind = PL_T_DATE}), "a date");
	assert_string_equal(pl_cell_noun((struct pl_cell_form){PL_T_IMAGE, true, false}), "a registry or repository");
	assert_null(pl_cell_example((struct pl_cell_form){.kind = PL_T_INT}));
	assert_non_null(pl_cell_example((struct pl_cell_form){.kind = PL_T_BYTES}));
}

static void little_memory(void **state)
{
	(void)state;
	struct pl_arena *none = pl_arena_new(0, 0);
	static const uint8_t kinds[] = {PL_T_IMAGE, PL_T_ROLE, PL_T_ARN, PL_T_IP, PL_T_NETWORK};
	struct pl_value v;
	const char *why;
	for (size_t i = 0; i < sizeof kinds; i++)
		assert_int_equal(pl_cell_read(PL_STR("x"), (struct pl_cell_form){.kind = kinds[i]}, none, &v, &why),
				 PL_E_MEMORY);
	pl_arena_free(none);
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 20, 0);
	return arena ? 0 : -1;
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
		cmocka_unit_test(values),
		cmocka_unit_test(places),
		cmocka_unit_test(nouns),
		cmocka_unit_test(little_memory),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
