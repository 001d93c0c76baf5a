/* arn_test.c - ARNs and the names of roles. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/arn.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void same(pl_str got, const char *wanted)
{
	if (got.len != strlen(wanted) || memcmp(got.len ? got.ptr : "", wanted, got.len) != 0)
		fail_msg("`%.*s`, not `%s`", PL_FMT(got), wanted);
}

static void reads_arns(void **state)
{
	(void)state;
	static const struct {
		const char *text, *partition, *service, *region, *account, *resource;
	} rows[] = {
		{"arn:aws:iam::123456789012:role/app", "aws", "iam", "", "123456789012", "role/app"},
		{"arn:aws-cn:ecr:cn-north-1:1:repository/a", "aws-cn", "ecr", "cn-north-1", "1", "repository/a"},
		{"arn:aws:s3:::bucket/key:with:colons", "aws", "s3", "", "", "bucket/key:with:colons"},
		{"arn:aws:iam::aws:policy/AdministratorAccess", "aws", "iam", "", "aws", "policy/AdministratorAccess"},
		{"arn:aws:secretsmanager:eu-west-1:1:secret:x", "aws", "secretsmanager", "eu-west-1", "1", "secret:x"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_arn a;
		if (!pl_arn_parse(N(rows[i].text), &a))
			fail_msg("`%s` is refused", rows[i].text);
		same(a.text, rows[i].text);
		same(a.partition, rows[i].partition);
		same(a.service, rows[i].service);
		same(a.region, rows[i].region);
		same(a.account, rows[i].account);
		same(a.resource, rows[i].resource);
	}
}

static void refuses_what_is_no_arn(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"arn",
		"arn:",
		"arn:aws:iam::123456789012",
		"arn:aws:iam::123456789012:",
		"ARN:aws:iam::1:role/x",
		"xarn:aws:iam::1:role/x",
		" arn:aws:iam::1:role/x",
		"arn::iam::1:role/x",
		"arn:aws:::1:role/x",
		"arn:AWS:iam::1:role/x",
		"arn:aws:iam::1:role/a b",
		"arn:aws:iam::1:role/\xc3\xa9",
		"arn:aws:iam::${AWS::AccountId}:role/x",
		"arn:aws:iam::1:role/${Name}",
		"arn:aws:iam::*:role/x",
		"app",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pl_arn a;
		if (pl_arn_parse(N(bad[i]), &a))
			fail_msg("`%s` is read", bad[i]);
	}
}

static void reads_roles(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *account;
	} rows[] = {
		{"app", "app", ""},
		{"App_1+=,.@-x", "App_1+=,.@-x", ""},
		{X64, X64, ""},
		{"arn:aws:iam::123456789012:role/app", "app", "123456789012"},
		{"arn:aws:iam::123456789012:role/path/to/app", "app", "123456789012"},
		{"arn:aws-us-gov:iam::123456789012:role/" X64, X64, "123456789012"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_role r;
		if (!pl_role_parse(N(rows[i].text), &r))
			fail_msg("`%s` is refused", rows[i].text);
		same(r.text, rows[i].text);
		same(r.name, rows[i].name);
		same(r.account, rows[i].account);
	}
	static const char *const bad[] = {
		"",
		"path/app",
		"a b",
		X64 "x",
		"\xc3\xa9",
		"arn:aws:iam::123456789012:user/app",
		"arn:aws:iam::123456789012:role",
		"arn:aws:iam::123456789012:role/",
		"arn:aws:iam::123456789012:role/app/",
		"arn:aws:iam::12345678901:role/app",
		"arn:aws:iam::12345678901x:role/app",
		"arn:aws:iam:eu-west-1:123456789012:role/app",
		"arn:aws:iam:::role/app",
		"arn:xxx:iam::123456789012:role/app",
		"arn:awsx:iam::123456789012:role/app",
		"arn:aws:sts::123456789012:assumed-role/app/x",
		"arn:aws:iam::123456789012:role/" X64 "x",
		"a:b",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pl_role r;
		if (pl_role_parse(N(bad[i]), &r))
			fail_msg("`%s` is read", bad[i]);
	}
	struct pl_role r;
	assert_false(pl_role_parse((pl_str){"a\0b", 3}, &r));
}

static void compares_roles(void **state)
{
	(void)state;
	struct pl_role brief, here, there, other;
	assert_true(pl_role_parse(N("app"), &brief));
	assert_true(pl_role_parse(N("arn:aws:iam::111111111111:role/x/app"), &here));
	assert_true(pl_role_parse(N("arn:aws:iam::222222222222:role/app"), &there));
	assert_true(pl_role_parse(N("App"), &other));
	assert_true(pl_role_eq(&brief, &here, N("111111111111")));
	assert_true(pl_role_eq(&here, &brief, N("111111111111")));
	assert_false(pl_role_eq(&brief, &there, N("111111111111")));
	assert_false(pl_role_eq(&here, &there, N("111111111111")));
	assert_false(pl_role_eq(&brief, &here, N("")));
	assert_true(pl_role_eq(&brief, &brief, N("")));
	assert_false(pl_role_eq(&brief, &other, N("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_arns),
		cmocka_unit_test(refuses_what_is_no_arn),
		cmocka_unit_test(reads_roles),
		cmocka_unit_test(compares_roles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
