/* catalogue_test.c - the table of codes: well-formed, complete, and each code with a golden case in tests/lang/errors.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lang/catalogue.h"

#define CASES "tests/lang/errors"

/* No policy text that is compiled can raise these: they are the linter's. */
static bool has_no_case(enum pl_code code)
{
	return pl_code_stage_of(code) == PL_CODE_STAGE_LINT;
}

static void codes_are_well_formed_and_sorted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PL_CODE_COUNT_; i++) {
		const char *name = pl_code_name((enum pl_code)i);
		assert_int_equal(strlen(name), 5);
		assert_true(name[0] == 'E' || name[0] == 'W');
		assert_true((name[0] == 'W') == (pl_code_stage_of((enum pl_code)i) == PL_CODE_STAGE_LINT));
		for (unsigned k = 1; k < 5; k++)
			assert_true(isdigit((unsigned char)name[k]));
		if (i > 0)
			assert_true(strcmp(pl_code_name((enum pl_code)(i - 1)), name) < 0);
	}
}

static void titles_are_sentences_without_a_stop(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PL_CODE_COUNT_; i++) {
		const char *title = pl_code_title((enum pl_code)i);
		assert_true(strlen(title) > 10);
		assert_true(title[strlen(title) - 1] != '.');
		assert_true(title[0] == '`' || islower((unsigned char)title[0]));
	}
}

/* Number of files CODE-*.err in the directory of cases. */
static unsigned cases_of(const char *code)
{
	unsigned n = 0;
	DIR *dir = opendir(CASES);
	if (!dir)
		fail_msg("run this test where " CASES " is");
	for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		size_t len = strlen(e->d_name);
		n += strncmp(e->d_name, code, 5) == 0 && e->d_name[5] == '-' &&
		     strcmp(e->d_name + len - 4, ".err") == 0;
	}
	closedir(dir);
	return n;
}

static void each_code_has_a_golden_case(void **state)
{
	(void)state;
	unsigned missing = 0;
	for (unsigned i = 0; i < PL_CODE_COUNT_; i++) {
		const char *code = pl_code_name((enum pl_code)i);
		if (has_no_case((enum pl_code)i) || cases_of(code) > 0)
			continue;
		print_error("%s has no case in " CASES "\n", code);
		missing++;
	}
	assert_int_equal(missing, 0);
}

/* A golden holds the code it is named after. */
static void each_case_shows_its_code(void **state)
{
	(void)state;
	static char text[1 << 16];
	unsigned wrong = 0;
	DIR *dir = opendir(CASES);
	assert_non_null(dir);
	for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		size_t len = strlen(e->d_name);
		if (len < 10 || e->d_name[0] != 'E' || strcmp(e->d_name + len - 4, ".err") != 0)
			continue;
		char path[512], expected[16];
		snprintf(path, sizeof path, CASES "/%s", e->d_name);
		snprintf(expected, sizeof expected, "error[%.5s]", e->d_name);
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
		if (strstr(text, expected))
			continue;
		print_error("%s does not hold %s\n", e->d_name, expected);
		wrong++;
	}
	closedir(dir);
	assert_int_equal(wrong, 0);
}

static void complains_with_everything(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	struct pl_diags diags;
	struct pl_policy_source source = {PL_STR("a.plim"), PL_STR("deny x")};
	pl_diags_init(&diags, arena);
	pl_lang_error(&diags, &source, PL_CODE_E0302, (struct pl_span){5, 1}, PL_STR("label"), PL_STR("note"),
		      PL_STR("help"), "`%s` and %d", "x", 7);
	pl_lang_warning(&diags, &source, PL_CODE_W0401, (struct pl_span){0, 4}, PL_STR(""), PL_STR(""), PL_STR(""),
			"silent");
	pl_lang_error(NULL, &source, PL_CODE_E0302, (struct pl_span){0, 0}, PL_STR(""), PL_STR(""), PL_STR(""),
		      "to nobody");
	assert_int_equal(diags.errors, 1);
	assert_int_equal(diags.warnings, 1);
	const struct pl_diag *d = diags.items;
	assert_string_equal(d->code, "E0302");
	assert_true(pl_str_eq(d->message, PL_STR("`x` and 7")));
	assert_true(pl_str_eq(d->label, PL_STR("label")));
	assert_true(pl_str_eq(d->note, PL_STR("note")));
	assert_true(pl_str_eq(d->help, PL_STR("help")));
	assert_int_equal(d->at.start, 5);
	assert_int_equal(diags.items[1].level, PL_DIAG_WARNING);
	pl_arena_free(arena);
}

static void joins_spans(void **state)
{
	(void)state;
	static const struct {
		struct pl_span a, b, joined;
	} rows[] = {
		{{1, 2}, {5, 3}, {1, 7}},
		{{5, 3}, {1, 2}, {1, 7}},
		{{0, 10}, {2, 3}, {0, 10}},
		{{4, 0}, {4, 1}, {4, 1}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_span joined = pl_span_join(rows[i].a, rows[i].b);
		assert_int_equal(joined.start, rows[i].joined.start);
		assert_int_equal(joined.len, rows[i].joined.len);
	}
}

static void finds_the_nearest(void **state)
{
	(void)state;
	static const struct {
		const char *word, *best;
	} rows[] = {
		{"requre", "require"}, {"Deny", "deny"}, {"danyy", ""}, {"forbdi", "forbid"}, {"x", ""}, {"banana", ""},
	};
	static const char *const candidates[] = {"deny", "require", "forbid", "denial"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_nearest nearest = {.word = pl_str_from(rows[i].word)};
		for (size_t k = 0; k < 4; k++)
			pl_nearest_offer(&nearest, pl_str_from(candidates[k]));
		assert_true(pl_str_eq(nearest.best, pl_str_from(rows[i].best)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_well_formed_and_sorted),
		cmocka_unit_test(titles_are_sentences_without_a_stop),
		cmocka_unit_test(each_code_has_a_golden_case),
		cmocka_unit_test(each_case_shows_its_code),
		cmocka_unit_test(complains_with_everything),
		cmocka_unit_test(joins_spans),
		cmocka_unit_test(finds_the_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
