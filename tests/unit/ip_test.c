/* ip_test.c - addresses and networks, read strictly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/ip.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}

static void reads_and_writes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"0.0.0.0", "0.0.0.0"},
		{"169.254.169.254", "169.254.169.254"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"2001:DB8::1", "2001:db8::1"},
		{"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"fd00::", "fd00::"},
		{"::ffff:10.0.0.1", "10.0.0.1"},
		{"::ffff:a00:1", "10.0.0.1"},
		{"0:0:0:0:0:ffff:127.0.0.1", "127.0.0.1"},
		{"64:ff9b::10.0.0.1", "64:ff9b::a00:1"},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_ip ip, again;
		char text[48];
		if (!pl_ip_parse(N(rows[i].text), &ip))
			fail_msg("`%s` is refused", rows[i].text);
		pl_str s = pl_ip_format(&ip, text);
		if (s.len != strlen(rows[i].shown) || memcmp(s.ptr, rows[i].shown, s.len) != 0)
			fail_msg("`%s` is shown as `%.*s`", rows[i].text, PL_FMT(s));
		assert_true(pl_ip_parse(s, &again));
		assert_int_equal(pl_ip_cmp(&ip, &again), 0);
	}
}

static void refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"0x7f.1",
		"127.1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.04",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.-4",
		"1.2..4",
		"2130706433",
		":",
		":::",
		"1:::2",
		"1::2::3",
		":1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"12345::",
		"g::",
		"::1%eth0",
		"[::1]",
		"::1.2.3",
		"1.2.3.4::",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"::ffff:1.2.3.256",
		"1.2.3.4/8",
		"localhost",
		"\xd9\xa1.2.3.4",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pl_ip ip;
		if (pl_ip_parse(N(bad[i]), &ip))
			fail_msg("`%s` is read", bad[i]);
	}
	struct pl_ip ip;
	assert_false(pl_ip_parse((pl_str){NULL, 0}, &ip));
	assert_false(pl_ip_parse((pl_str){"1.2.3.4\0", 8}, &ip));
}

static void networks_contain(void **state)
{
	(void)state;
	static const struct {
		const char *net, *ip;
		bool has;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/8", "11.0.0.1", false},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"10.1.2.3/8", "10.200.0.0", true},
		{"169.254.169.254", "169.254.169.254", true},
		{"169.254.169.254/32", "169.254.169.253", false},
		{"10.0.0.128/25", "10.0.0.127", false},
		{"10.0.0.128/25", "10.0.0.129", true},
		{"0.0.0.0/0", "1.2.3.4", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "1.2.3.4", false},
		{"fd00::/8", "fdff::1", true},
		{"fd00::/8", "fe00::1", false},
		{"::ffff:10.0.0.0/104", "10.3.2.1", true},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_network net;
		struct pl_ip ip;
		assert_true(pl_network_parse(N(rows[i].net), &net));
		assert_true(pl_ip_parse(N(rows[i].ip), &ip));
		if (pl_network_has(&net, &ip) != rows[i].has)
			fail_msg("`%s` in `%s`", rows[i].ip, rows[i].net);
	}
}

static void refuses_networks(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",	    "/8",     "10.0.0.0/",    "10.0.0.0/33", "10.0.0.0/-1",	  "10.0.0.0/08",
		"10.0.0/8", "::/129", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/255.0.0.0"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pl_network net;
		if (pl_network_parse(N(bad[i]), &net))
			fail_msg("`%s` is read", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(networks_contain),
		cmocka_unit_test(refuses_networks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
