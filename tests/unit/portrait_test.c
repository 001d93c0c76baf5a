/* portrait_test.c - what is shown of a rule: its text with the comments above it, its checks, and what it reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_policy *compiled(const char *text, const char *setting, bool explained)
{
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	struct pl_param_setting set = {PL_STR("most"), pl_str_from(setting)};
	struct pl_policy_input input = {.sources = &source,
					.source_count = 1,
					.settings = &set,
					.setting_count = setting ? 1 : 0,
					.explained = explained};
	pl_diags_init(&diags, arena);
	if (pl_policy_compile(&input, &policy, &diags) != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return policy;
}

static struct pl_rule_info rule(const struct pl_policy *policy, const char *name)
{
	struct pl_rule_info info;
	for (size_t i = 0; i < pl_policy_rule_count(policy); i++) {
		pl_policy_rule(policy, i, &info);
		if (pl_str_eq(info.name, pl_str_from(name)))
			return info;
	}
	fail_msg("no rule %s", name);
	return info;
}

static void is(pl_str found, const char *expected)
{
	assert_string_equal(pl_arena_printf(arena, "%.*s", PL_FMT(found)).ptr, expected);
}

static const char text[] = "# The head of the file.\n"
			   "\n"
			   "policy p\n"
			   "  when (cluster.environment else \"prod\") in places\n"
			   "\n"
			   "# Where it counts.\n"
			   "let places = {\"prod\"}\n"
			   "let low(most: int) = most < 10\n"
			   "let deep = top\n"
			   "let top = most\n"
			   "# At most.\n"
			   "#   So much.\n"
			   "param most: bytes = 4Gi # and no more\n"
			   "param unread: int = 1\n"
			   "\n"
			   "# About a.\n"
			   "deny a\n"
			   "  refs \"X-1\"\n"
			   "  for each container\n"
			   "  # in the middle\n"
			   "  require container.memory_limit <= deep\n"
			   "    message \"{container.name} # has {container.memory_limit}\"\n"
			   "    remedy \"less\"\n"
			   "  forbid container.privileged\r\n"
			   "  \t\n"
			   "# About b.\n"
			   "warn b\n"
			   "  for each container\n"
			   "  require low((container.uid else 1))\n"
			   "\n"
			   "# The end.\n";

static void texts(void **state)
{
	(void)state;
	struct pl_policy *policy = compiled(text, NULL, false);
	is(rule(policy, "a").text, "# About a.\n"
				   "deny a\n"
				   "  refs \"X-1\"\n"
				   "  for each container\n"
				   "  # in the middle\n"
				   "  require container.memory_limit <= deep\n"
				   "    message \"{container.name} # has {container.memory_limit}\"\n"
				   "    remedy \"less\"\n"
				   "  forbid container.privileged");
	is(rule(policy, "b").text, "# About b.\nwarn b\n  for each container\n  require low((container.uid else 1))");
	assert_int_equal(rule(policy, "a").read_count, 0);
	assert_int_equal(rule(policy, "a").check_count, 0);
	assert_false(rule(policy, "a").pack);
	pl_policy_release(policy);
	policy = compiled("deny a\n for each container\n forbid container.privileged", NULL, false);
	is(rule(policy, "a").text, "deny a\n for each container\n forbid container.privileged");
	pl_policy_release(policy);
}

static void reads(void **state)
{
	(void)state;
	struct pl_policy *policy = compiled(text, "2Gi", true);
	struct pl_rule_info a = rule(policy, "a"), b = rule(policy, "b");
	assert_int_equal(a.read_count, 4);
	is(a.reads[0].name, "places");
	is(a.reads[0].text, "# Where it counts.\nlet places = {\"prod\"}");
	assert_int_equal(a.reads[0].kind, PL_READ_LET);
	is(a.reads[1].name, "deep");
	is(a.reads[2].name, "top");
	is(a.reads[3].name, "most");
	is(a.reads[3].text, "# At most.\n#   So much.\nparam most: bytes = 4Gi # and no more");
	assert_int_equal(a.reads[3].kind, PL_READ_PARAM);
	assert_true(a.reads[3].set);
	is(a.reads[3].setting, "2Gi");
	/* the argument `most` of `low` is not the parameter */
	assert_int_equal(b.read_count, 2);
	is(b.reads[1].name, "low");
	assert_int_equal(a.check_count, 2);
	is(a.checks[0].condition, "require container.memory_limit <= deep");
	is(a.checks[0].message, "{container.name} # has {container.memory_limit}");
	is(a.checks[0].remedy, "less");
	is(a.checks[1].condition, "forbid container.privileged");
	is(a.checks[1].message, "");
	pl_policy_release(policy);
}

static void data(void **state)
{
	(void)state;
	struct pl_policy *policy = compiled("data bad: set of string from \"bad.txt\"\n"
					    "deny a\n for each container\n forbid container.name in bad\n",
					    NULL, true);
	struct pl_rule_info a = rule(policy, "a");
	assert_true(a.data);
	assert_int_equal(a.read_count, 1);
	assert_int_equal(a.reads[0].kind, PL_READ_DATA);
	is(a.reads[0].text, "data bad: set of string from \"bad.txt\"");
	pl_policy_release(policy);
}

/* Every rule that is shipped can be shown whole, and says which pack it is of. */
static void packs(void **state)
{
	(void)state;
	const char *const *names;
	size_t count = pl_policy_packs(&names), rules = 0;
	for (size_t p = 0; p < count; p++) {
		struct pl_policy *policy = compiled(pl_arena_printf(arena, "use \"%s\"\n", names[p]).ptr, NULL, true);
		for (size_t i = 0; i < pl_policy_rule_count(policy); i++, rules++) {
			struct pl_rule_info info;
			pl_policy_rule(policy, i, &info);
			assert_true(info.pack);
			assert_true(info.check_count > 0);
			assert_non_null(strstr(
				pl_arena_printf(arena, "%.*s", PL_FMT(info.text)).ptr,
				pl_arena_printf(arena, "%s %.*s\n", pl_mode_name(info.mode), PL_FMT(info.name)).ptr));
		}
		pl_policy_release(policy);
	}
	assert_true(rules >= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(reads),
		cmocka_unit_test(data),
		cmocka_unit_test(packs),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
