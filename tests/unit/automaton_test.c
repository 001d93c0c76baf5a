/* automaton_test.c - languages and the cells they cut texts into. Covers automaton.c, automaton_pattern.c and
 * automaton_cells.c; patterns are compared with the program's own matcher in tests/analyze. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "tools/automaton.h"

static struct pl_arena *arena;
static struct pl_alphabet alphabet;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)256 << 20, 0);
	pl_alphabet_init(&alphabet, arena);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_lang *pattern(const char *text)
{
	bool exact;
	struct pl_lang *l = pl_lang_pattern(&alphabet, pl_str_from(text), false, &exact);
	assert_true(exact);
	return l;
}

static struct pl_lang *like(const char *text)
{
	return pl_lang_like(&alphabet, pl_str_from(text));
}

static struct pl_lang *text(const char *s)
{
	return pl_lang_text(&alphabet, pl_str_from(s));
}

/* "0: x; 1: abc", cells by their tests. */
static const char *cells_with(struct pl_lang *const *tests, unsigned count, struct pl_lang *domain, unsigned per_cell,
			      const char *favoured)
{
	struct pl_cells cells;
	struct pl_buf out;
	pl_str better = favoured ? pl_str_from(favoured) : (pl_str){0};
	const struct pl_cells_wanted wanted = {&alphabet, tests, count, domain, per_cell, &better, favoured != NULL};
	assert_int_equal(pl_cells_find(&wanted, &cells), PL_OK);
	assert_true(cells.complete);
	pl_buf_init(&out, arena, 64);
	for (uint64_t mask = 0, seen = 0; seen < cells.count && mask < 1024; mask++) {
		for (unsigned i = 0; i < cells.count; i++) {
			if (cells.items[i].tests != mask)
				continue;
			pl_buf_addf(&out, "%s%llu:", seen++ ? "; " : "", (unsigned long long)mask);
			for (unsigned k = 0; k < cells.items[i].count; k++)
				pl_buf_addf(&out, " %.*s", PL_FMT(cells.items[i].texts[k]));
		}
	}
	pl_buf_addc(&out, '\0');
	assert_false(out.failed);
	return out.ptr;
}

static const char *cells2(struct pl_lang *a, struct pl_lang *b)
{
	struct pl_lang *const tests[] = {a, b};
	return cells_with(tests, b ? 2 : 1, NULL, 1, NULL);
}

static void literals_cut_in_two(void **state)
{
	(void)state;
	assert_string_equal(cells2(text("abc"), NULL), "0: ; 1: abc");
	assert_string_equal(cells2(text("abc"), text("abd")), "0: ; 1: abc; 2: abd");
	assert_string_equal(cells2(text(""), NULL), "0: a; 1: ");
	assert_string_equal(cells2(pl_lang_none(&alphabet), NULL), "0: ");
	assert_string_equal(cells2(pl_lang_any(&alphabet), NULL), "1: ");
}

static void stars_meet_in_the_middle(void **state)
{
	(void)state;
	assert_string_equal(cells2(like("web*"), like("*-1")), "0: ; 1: web; 2: -1; 3: web-1");
	/* `ab` cannot do for both */
	assert_string_equal(cells2(like("ab*b"), like("ab")), "0: ; 1: abb; 2: ab");
	/* the one is part of the other */
	assert_string_equal(cells2(like("a*c*e"), like("a*e")), "0: ; 2: ae; 3: ace");
}

static void patterns_match_whole_texts(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *cells;
	} rows[] = {
		{"ab?c", "0: ; 1: ac"},
		{"(a|bc){2}", "0: ; 1: aa"},
		{"[0-9]{2,3}x", "0: ; 1: 00x"},
		{"a{2,}", "0: ; 1: aa"},
		{"\\d+\\.\\d", "0: ; 1: 0.0"},
		{"[^a-z]", "0: ; 1: 0"},
		{"[[:upper:]]\\w", "0: ; 1: Aa"},
		{"x\\x41\\x{e9}", "0: ; 1: xA\xC3\xA9"},
		{"a*?b", "0: ; 1: b"},
		{"[]a]", "0: ; 1: a"},
		{"[a\\]b]c", "0: ; 1: ac"},
		{"(?:a|)b", "0: ; 1: b"},
		{"a{,2}", "0: ; 1: a{,2}"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_alphabet_init(&alphabet, arena);
		assert_string_equal(cells2(pattern(rows[i].pattern), NULL), rows[i].cells);
	}
}

static void what_is_not_understood_is_not_exact(void **state)
{
	(void)state;
	static const char *const patterns[] = {"(?i)a", "a++", "(?>a)", "\\bx", "\\p{L}", "[\\h]", "a**", "(a", "\\R"};
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		bool exact = true;
		assert_non_null(pl_lang_pattern(&alphabet, pl_str_from(patterns[i]), false, &exact));
		if (exact)
			fail_msg("%s is taken for exact", patterns[i]);
	}
}

/* spec: Unicode: U+017F and U+212A are an s and a K where case does not matter. */
static void case_has_strange_relatives(void **state)
{
	(void)state;
	bool exact;
	struct pl_lang *l = pl_lang_pattern(&alphabet, PL_STR("sk"), true, &exact);
	assert_true(exact);
	assert_string_equal(cells2(l, pl_lang_lowered(&alphabet, text("sk"))), "0: ; 1: s\xE2\x84\xAA; 3: sk");
}

static void lower_case_goes_backwards(void **state)
{
	(void)state;
	assert_string_equal(cells2(pl_lang_lowered(&alphabet, text("ab")), text("Ab")), "0: ; 1: ab; 3: Ab");
	/* no text becomes this one */
	assert_string_equal(cells2(pl_lang_lowered(&alphabet, text("aB")), NULL), "0: ");
	assert_string_equal(cells2(pl_lang_uppered(&alphabet, text("AB")), text("ab")), "0: ; 1: aB; 3: ab");
}

static void domains_and_favourites(void **state)
{
	(void)state;
	struct pl_lang *const tests[] = {like("*b*")};
	assert_string_equal(cells_with(tests, 1, pattern("[ab]{2}"), 1, NULL), "0: aa; 1: ab");
	assert_string_equal(cells_with(tests, 1, pattern("[ab]{2}"), 2, NULL), "0: aa; 1: ab ba");
	assert_string_equal(cells_with(tests, 1, NULL, 1, "main"), "0: main; 1: b");
	assert_string_equal(cells_with(tests, 1, pattern("x+"), 1, "main"), "0: x");
	/* as many as there are, and all different */
	assert_string_equal(cells_with(tests, 1, pattern("[0-9]{3}"), 3, NULL), "0: 000 001 002");
}

/* Sixty patterns are one automaton of reasonable size. */
static void many_patterns_are_found_apart(void **state)
{
	(void)state;
	struct pl_lang *all = pl_lang_none(&alphabet);
	for (char c = 'a'; c <= 'z'; c++) {
		char word[] = {'*', c, c, 'x', c, '*', '\0'};
		all = pl_lang_alt(&alphabet, all, like(word));
	}
	assert_string_equal(cells2(all, like("*_FILE")), "0: ; 1: aaxa; 2: _FILE; 3: aaxa_FILE");
}

/* Where there are too many subsets, nothing is claimed. */
static void too_much_is_incomplete(void **state)
{
	(void)state;
	struct pl_lang *tests[1] = {pattern("(a|b)*a(a|b){18}")};
	struct pl_cells cells;
	const struct pl_cells_wanted wanted = {&alphabet, tests, 1, NULL, 1, NULL, 0};
	assert_int_equal(pl_cells_find(&wanted, &cells), PL_OK);
	assert_false(cells.complete);
}

static void letters_beyond_ascii_stand_for_themselves(void **state)
{
	(void)state;
	assert_string_equal(cells2(text("\xC3\xA9"), pattern("[^a]")), "0: ; 2: b; 3: \xC3\xA9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(literals_cut_in_two, setup, teardown),
		cmocka_unit_test_setup_teardown(stars_meet_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(patterns_match_whole_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_understood_is_not_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(case_has_strange_relatives, setup, teardown),
		cmocka_unit_test_setup_teardown(lower_case_goes_backwards, setup, teardown),
		cmocka_unit_test_setup_teardown(domains_and_favourites, setup, teardown),
		cmocka_unit_test_setup_teardown(many_patterns_are_found_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_incomplete, setup, teardown),
		cmocka_unit_test_setup_teardown(letters_beyond_ascii_stand_for_themselves, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
