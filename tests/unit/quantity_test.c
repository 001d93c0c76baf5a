/* quantity_test.c - amounts: what the API server reads, we read; what it refuses, we refuse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model/quantity.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}
#define NANO(whole, billionths) ((pl_nano)(whole)*PL_NANO_ONE + (billionths))

static void expect(const char *text, pl_nano wanted)
{
	pl_nano q = -77;
	if (!pl_quantity_parse(N(text), &q))
		fail_msg("`%s` is not read", text);
	if (q != wanted)
		fail_msg("`%s` is %lld.%09lld", text, (long long)(q / PL_NANO_ONE), (long long)(q % PL_NANO_ONE));
}

static void reads_every_suffix(void **state)
{
	(void)state;
	expect("0", 0);
	expect("1", NANO(1, 0));
	expect("+5", NANO(5, 0));
	expect("-1", NANO(-1, 0));
	expect("007", NANO(7, 0));
	expect("1n", 1);
	expect("1u", 1000);
	expect("1m", 1000000);
	expect("1k", NANO(1000, 0));
	expect("1M", NANO(1000000, 0));
	expect("1G", NANO(1000000000, 0));
	expect("1T", NANO(1000000000000, 0));
	expect("1P", NANO(1000000000000000, 0));
	expect("1E", NANO(1000000000000000000, 0));
	expect("1Ki", NANO(1024, 0));
	expect("1Mi", NANO(1 << 20, 0));
	expect("1Gi", NANO(1 << 30, 0));
	expect("1Ti", NANO(1ll << 40, 0));
	expect("1Pi", NANO(1ll << 50, 0));
	expect("1Ei", NANO(1ll << 60, 0));
}

static void reads_points_and_exponents(void **state)
{
	(void)state;
	expect("0.1", 100000000);
	expect(".5", 500000000);
	expect("5.", NANO(5, 0));
	expect("1.5Gi", NANO(1610612736, 0));
	expect("0.5Ki", NANO(512, 0));
	expect(".0009765625Ki", NANO(1, 0));
	expect("1e3", NANO(1000, 0));
	expect("1E3", NANO(1000, 0));
	expect("1E+3", NANO(1000, 0));
	expect("12e-1", NANO(1, 200000000));
	expect("1.5E", NANO(1500000000000000000, 0));
	expect("1000m", NANO(1, 0));
	expect("100m", 100000000);
	expect("0e-2147483647", 0);
	expect("00000000000000000000000000000000000000000000000000000000001", NANO(1, 0));
}

/* spec: quantity.go: values are rounded up to the next nano, away from zero. */
static void rounds_up_below_a_nano(void **state)
{
	(void)state;
	expect("0.1n", 1);
	expect("1.1n", 2);
	expect("-0.1n", -1);
	expect("0.0000000001", 1);
	expect("1e-100", 1);
	expect("0.0000000000000000000000000000000000000000000000000000001", 1);
	expect("1.00000000000000000000000000000000000000000000000000000001", NANO(1, 1));
	expect("0.1Ki", NANO(102, 400000000));
	expect("0.0000000001Ki", 103);
	expect("1.0000000000000000000000000000000000000000000000000000001Ki", NANO(1024, 1));
}

static void saturates(void **state)
{
	(void)state;
	expect("1e29", NANO(1, 0) * 10000000000000000ll * 10000000000000ll);
	expect("1e30", pl_nano_max);
	expect("-1e30", -pl_nano_max);
	expect("999999999999999999999999999999999999999999999", pl_nano_max);
	expect("99999999999999999999999999999999999999999999E", pl_nano_max);
	/* spec: quantity.go, maxAllowed */
	expect("7Ei", NANO(7ll << 60, 0));
	expect("8Ei", NANO(INT64_MAX, 0));
	expect("9223372036854775807", NANO(INT64_MAX, 0));
	expect("99999999999999999999999999999999999999999999Ki", NANO(INT64_MAX, 0));
	expect("7.9999999999999999999999999Ei", NANO(INT64_MAX, 0));
	assert_true(pl_nano_add(pl_nano_max, 1) == pl_nano_max);
	assert_true(pl_nano_add(pl_nano_min, -1) == pl_nano_min);
	assert_true(pl_nano_add(3, 4) == 7);
	assert_true(pl_nano_sub(pl_nano_min, 1) == pl_nano_min);
	assert_true(pl_nano_sub(pl_nano_max, -1) == pl_nano_max);
	assert_true(pl_nano_sub(3, 4) == -1);
	assert_true(pl_nano_mul_int(pl_nano_max, 2) == pl_nano_max);
	assert_true(pl_nano_mul_int(pl_nano_max, -2) == pl_nano_min);
	assert_true(pl_nano_mul_int(pl_nano_min, 1) == pl_nano_min);
	assert_true(pl_nano_mul_int(pl_nano_min, -1) == pl_nano_max);
	assert_true(pl_nano_mul_int(-3, -4) == 12);
	assert_true(pl_nano_mul_int(pl_nano_max, 0) == 0);
	assert_true(pl_nano_mul_int(2, INT64_MIN) == (pl_nano)INT64_MIN * 2);
}

static void refuses_what_is_no_quantity(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		" ",
		"-",
		"+",
		".",
		"-.",
		"e3",
		"1e",
		"1e+",
		"1E-",
		"1ee3",
		"1e3e",
		"1e3.5",
		"1e3k",
		"k",
		"Gi",
		"1 Gi",
		" 1",
		"1 ",
		"1gi",
		"1GI",
		"1K",
		"1g",
		"1B",
		"1GB",
		"1Kib",
		"1ki",
		"0x10",
		"1_000",
		"1,5",
		"1..5",
		"1.2.3",
		"--1",
		"+-1",
		"1i",
		"1mi",
		"1nn",
		"NaN",
		"inf",
		"1e2147483648",
		"1e-2147483648",
		"1e99999999999999999999",
		"\xd9\xa1",
		"1\n",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pl_nano q = -77;
		if (pl_quantity_parse(N(bad[i]), &q))
			fail_msg("`%s` is read", bad[i]);
		assert_true(q == -77);
	}
	pl_nano q = -77;
	assert_false(pl_quantity_parse((pl_str){"1\0", 2}, &q));
	assert_false(pl_quantity_parse((pl_str){NULL, 0}, &q));
}

static void reads_sizes_of_tasks(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		pl_nano cpu, memory; /* -1: refused */
	} rows[] = {
		{"256", 250000000, NANO(256ll << 20, 0)},
		{"1024", NANO(1, 0), NANO(1ll << 30, 0)},
		{"1", 976563, NANO(1 << 20, 0)},
		{"0", 0, 0},
		{"1 vCPU", NANO(1, 0), -1},
		{"0.25 vcpu", 250000000, -1},
		{".5VCPU", 500000000, -1},
		{"16 VCpu", NANO(16, 0), -1},
		{"1 GB", -1, NANO(1ll << 30, 0)},
		{"0.5GB", -1, NANO(512ll << 20, 0)},
		{"30 gb", -1, NANO(30ll << 30, 0)},
		{"", -1, -1},
		{" 256", -1, -1},
		{"256 ", -1, -1},
		{"0.25", -1, -1},
		{"1.", -1, -1},
		{"-1", -1, -1},
		{"+256", -1, -1},
		{"256m", -1, -1},
		{"1 MB", -1, -1},
		{"512Mi", -1, -1},
		{"vCPU", -1, -1},
		{"1e3", -1, -1},
		{"${Cpu}", -1, -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_nano cpu = -1, memory = -1;
		bool a = pl_quantity_parse_ecs_cpu(N(rows[i].text), &cpu);
		bool b = pl_quantity_parse_ecs_memory(N(rows[i].text), &memory);
		if (cpu != rows[i].cpu || memory != rows[i].memory || a != (rows[i].cpu >= 0) ||
		    b != (rows[i].memory >= 0))
			fail_msg("`%s`: %d %lld, %d %lld", rows[i].text, a, (long long)cpu, b, (long long)memory);
	}
}

static void shows(const char *written, const char *bytes, const char *cores)
{
	char text[64];
	pl_nano q;
	assert_true(pl_quantity_parse(N(written), &q));
	pl_str s = pl_quantity_format_bytes(q, text);
	if (s.len != strlen(bytes) || memcmp(s.ptr, bytes, s.len) != 0)
		fail_msg("`%s` as bytes is shown as `%.*s`, not `%s`", written, (int)s.len, s.ptr, bytes);
	s = pl_quantity_format_cores(q, text);
	if (s.len != strlen(cores) || memcmp(s.ptr, cores, s.len) != 0)
		fail_msg("`%s` as cores is shown as `%.*s`, not `%s`", written, (int)s.len, s.ptr, cores);
}

static void shows_as_people_write(void **state)
{
	(void)state;
	shows("8Gi", "8Gi", "8589934592");
	shows("512Mi", "512Mi", "536870912");
	shows("1536Mi", "1.5Gi", "1610612736");
	shows("1Ki", "1Ki", "1024");
	shows("1500M", "1.5G", "1500000000");
	shows("1000", "1k", "1000");
	shows("1001", "1001", "1001");
	shows("0", "0", "0");
	shows("2", "2", "2");
	shows("1500m", "1.5", "1500m");
	shows("500m", "0.5", "0.5");
	shows("100m", "0.1", "0.1");
	shows("250m", "0.25", "250m");
	shows("50m", "0.05", "50m");
	shows("1.0005", "1.0005", "1.0005");
	shows("1n", "0.000000001", "0.000000001");
	shows("-1500m", "-1.5", "-1500m");
	shows("-512Mi", "-512Mi", "-536870912");
	shows("100000000000000000000", "100E", "100000000000000000000");
	char text[64];
	assert_int_equal(pl_quantity_format_bytes(pl_nano_min, text).len, 25);
	assert_memory_equal(text, "-147573952589.676412928Ei", 25);
	assert_int_equal(pl_quantity_format_cores(pl_nano_min, text).len, 41);
	assert_memory_equal(text, "-170141183460469231731687303715.884105728", 41);
	assert_int_equal(pl_quantity_format_cores(pl_nano_max, text).len, 40);
}

/* What is shown means the same amount. */
static void shown_is_read_back(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		pl_nano q = (pl_nano)(seed >> (seed % 60)) * ((seed & 4) ? (pl_nano)1 << (seed % 50) : 1000000);
		char text[64];
		pl_nano back = 0;
		pl_str s = pl_quantity_format_cores(q, text);
		assert_true(pl_quantity_parse(s, &back));
		assert_true(back == q);
		s = pl_quantity_format_bytes(q, text);
		assert_true(pl_quantity_parse(s, &back));
		bool capped = s.ptr[s.len - 1] == 'i' && q > (pl_nano)INT64_MAX * PL_NANO_ONE;
		assert_true(back == q || capped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_suffix),	       cmocka_unit_test(reads_points_and_exponents),
		cmocka_unit_test(rounds_up_below_a_nano),      cmocka_unit_test(saturates),
		cmocka_unit_test(refuses_what_is_no_quantity), cmocka_unit_test(reads_sizes_of_tasks),
		cmocka_unit_test(shows_as_people_write),       cmocka_unit_test(shown_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
