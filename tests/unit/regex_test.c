/* regex_test.c - whole-value matching, and every limit undecided instead of "no". */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vm/regex.h"

struct setup {
	struct pl_arena *arena;
	struct pl_regex_scratch *scratch;
};

static int set_up(void **state)
{
	struct setup *s = calloc(1, sizeof *s);
	s->arena = pl_arena_new(8 << 20, 1 << 20);
	s->scratch = pl_regex_scratch_new();
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct setup *s = *state;
	pl_arena_free(s->arena);
	pl_regex_scratch_free(s->scratch);
	free(s);
	return 0;
}

/* "yes", "no", or why not decided. */
static const char *match_text(struct setup *s, const char *pattern, bool ignore_case, pl_str subject)
{
	const struct pl_regex *regex;
	pl_str why;
	size_t offset;
	assert_int_equal(pl_regex_compile(pl_str_from(pattern), ignore_case, s->arena, &regex, &why, &offset), PL_OK);
	const char *reason = "?";
	switch (pl_regex_match(regex, s->scratch, subject, &reason)) {
	case PL_REGEX_YES:
		return "yes";
	case PL_REGEX_NO:
		return "no";
	case PL_REGEX_UNDECIDED:
		break;
	}
	return reason;
}

static void whole_value(void **state)
{
	static const struct {
		const char *pattern, *subject, *answer;
	} rows[] = {
		{"abc", "abc", "yes"},
		{"abc", "xabc", "no"},
		{"abc", "abcx", "no"},
		{"abc", "abc\n", "no"},
		{"a|ab", "ab", "yes"},
		{"a.c", "a\nc", "yes"},
		{"a.c",
		 "a\xc3\xa9"
		 "c",
		 "yes"},
		{"a.c",
		 "a\xc3\xa9\xc3\xa9"
		 "c",
		 "no"},
		{"", "", "yes"},
		{"", "x", "no"},
		{"(?:AWS|AZURE)_.*", "AWS_SECRET", "yes"},
		{"abc", "ABC", "no"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(match_text(*state, rows[i].pattern, false, pl_str_from(rows[i].subject)),
				    rows[i].answer);
	assert_string_equal(match_text(*state, "abc", true, PL_STR("aBC")), "yes");
	assert_string_equal(match_text(*state, "a.b", false, (pl_str){"a\0b", 3}), "yes");
}

static void long_subject(void **state)
{
	char text[4097];
	memset(text, 'a', sizeof text);
	assert_string_equal(match_text(*state, "a*", false, (pl_str){text, 4096}), "yes");
	assert_string_equal(match_text(*state, "a*", false, (pl_str){text, 4097}),
			    "it is longer than the 4,096 bytes a pattern is matched against");
}

static void damaged_subject(void **state)
{
	assert_string_equal(match_text(*state, ".*", false, PL_STR("a\xff")), "it is not valid UTF-8");
}

static void catastrophe(void **state)
{
	assert_string_equal(match_text(*state, "(a+)+[bc]", false, PL_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
			    "the pattern took more than 10,000 steps on it");
	char text[4096];
	memset(text, 'a', sizeof text);
	text[4095] = 'b';
	const char *answer = match_text(*state, "(?:a|b|c|(?:d|e))*", false, (pl_str){text, sizeof text});
	assert_string_not_equal(answer, "no");
}

static void budget(void **state)
{
	struct setup *s = *state;
	pl_str hard = PL_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	unsigned runs = 0;
	const char *answer;
	do {
		answer = match_text(s, "(a+)+[bc]", false, hard);
		runs++;
	} while (runs < 1000 && strcmp(answer, "the pattern took more than 10,000 steps on it") == 0);
	assert_string_equal(answer, "the patterns of this request have used up their 1,000,000 steps");
	assert_int_equal(runs, 90); /* 11,168 steps are charged for each */
	while (strcmp(match_text(s, "x", false, PL_STR("x")), "yes") == 0)
		assert_true(runs++ < 100000);
	assert_string_equal(match_text(s, "x", false, PL_STR("x")),
			    "the patterns of this request have used up their 1,000,000 steps");
	pl_regex_scratch_begin(s->scratch);
	assert_string_equal(match_text(s, "x", false, PL_STR("x")), "yes");
}

static void bad_pattern(void **state)
{
	struct setup *s = *state;
	const struct pl_regex *regex = NULL;
	pl_str why;
	size_t offset;
	assert_int_equal(pl_regex_compile(PL_STR("ab(c"), false, s->arena, &regex, &why, &offset), PL_E_POLICY);
	assert_null(regex);
	assert_int_equal(offset, 4);
	assert_int_equal(why.len, strlen("missing closing parenthesis"));
	assert_memory_equal(why.ptr, "missing closing parenthesis", why.len);
	assert_int_equal(pl_regex_compile(PL_STR("\\C"), false, s->arena, &regex, &why, &offset), PL_E_POLICY);
}

static void no_memory(void **state)
{
	(void)state;
	for (size_t ceiling = 0; ceiling < 8192; ceiling += 64) {
		struct pl_arena *arena = pl_arena_new(ceiling, 0);
		const struct pl_regex *regex;
		pl_str why;
		size_t offset;
		pl_err err = pl_regex_compile(PL_STR("(?:abc|def)+[a-z]{3,9}"), false, arena, &regex, &why, &offset);
		assert_true(err == PL_OK || err == PL_E_MEMORY);
		assert_true(err == PL_OK || ceiling < 4096);
		pl_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_subject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_subject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(catastrophe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(budget, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_pattern, set_up, tear_down),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
