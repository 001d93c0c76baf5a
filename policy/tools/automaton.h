/* automaton.h - sets of texts as languages, and the cells that several of them cut all texts into: a shortest text of
 * each.
 *
 * What a condition asks about a text (`==`, `in`, `like`, `matches`, `under`) is whether it is in a regular language.
 * All texts that give the same answers to all questions are one cell; a finite automaton finds every cell there is.
 * Texts are of Unicode characters without NUL; characters beyond ASCII that no language names are one, and U+00E9
 * stands for them. Everything lives in the arena of the alphabet. A NULL language means that memory ran out. */
#ifndef PL_TOOLS_AUTOMATON_H
#define PL_TOOLS_AUTOMATON_H

#include "plimsoll/arena.h"

#define PL_SYMBOLS	   256 /* ASCII, all others in one, and those that are named */
#define PL_SYMBOL_OTHER	   128
#define PL_AUTOMATON_TESTS 64

struct pl_alphabet {
	struct pl_arena *arena;
	uint32_t wide[PL_SYMBOLS]; /* code point of symbol i, from PL_SYMBOL_OTHER on */
	unsigned count;		   /* symbols */
	bool full;		   /* there were more: nothing that follows is exact */
};
void pl_alphabet_init(struct pl_alphabet *alphabet, struct pl_arena *arena);

struct pl_lang;
struct pl_lang *pl_lang_empty(struct pl_alphabet *a); /* the empty text alone */
struct pl_lang *pl_lang_none(struct pl_alphabet *a);  /* no text */
struct pl_lang *pl_lang_any(struct pl_alphabet *a);   /* all texts */
struct pl_lang *pl_lang_text(struct pl_alphabet *a, pl_str text);
/* One character of those in set, ASCII only; negated: any other one, beyond ASCII too. */
struct pl_lang *pl_lang_one(struct pl_alphabet *a, const char *set, bool negated);
struct pl_lang *pl_lang_like(struct pl_alphabet *a, pl_str pattern);
struct pl_lang *pl_lang_cat(struct pl_alphabet *a, struct pl_lang *x, struct pl_lang *y);
struct pl_lang *pl_lang_alt(struct pl_alphabet *a, struct pl_lang *x, struct pl_lang *y);
struct pl_lang *pl_lang_star(struct pl_alphabet *a, struct pl_lang *x);
/* A bounded pattern of the language (lang/pattern.h). *ret_exact is false when it has something that is not understood
 * here; then the language is that of no text. */
struct pl_lang *pl_lang_pattern(struct pl_alphabet *a, pl_str pattern, bool ignore_case, bool *ret_exact);
/* The texts whose lower (upper) case form, ASCII letters only, is in the language. */
struct pl_lang *pl_lang_lowered(struct pl_alphabet *a, const struct pl_lang *x);
struct pl_lang *pl_lang_uppered(struct pl_alphabet *a, const struct pl_lang *x);

struct pl_cells_wanted {
	struct pl_alphabet *alphabet;
	struct pl_lang *const *tests;
	unsigned test_count;
	struct pl_lang *domain; /* only texts of it; NULL: all */
	unsigned per_cell;	/* how many texts of each, if there are so many; at least 1 */
	const pl_str *favoured; /* texts that are better examples than others */
	unsigned favoured_count;
};
struct pl_cell {
	uint64_t tests; /* bits of those it is in */
	pl_str *texts;	/* shortest first, but for favoured ones */
	unsigned count;
};
struct pl_cells {
	struct pl_cell *items;
	unsigned count;
	bool complete; /* there are no other cells */
};
/* PL_E_MEMORY. */
PL_MUST_USE pl_err pl_cells_find(const struct pl_cells_wanted *wanted, struct pl_cells *ret);

/* --- for automaton_*.c: languages as trees -------------------------------------------------------------------------
 */

enum pl_lang_kind { PL_LANG_EMPTY, PL_LANG_NONE, PL_LANG_CLASS, PL_LANG_CAT, PL_LANG_ALT, PL_LANG_STAR };

/* Symbols of a class; one beyond ASCII that is not `named` is in it when PL_SYMBOL_OTHER is. */
struct pl_symbols {
	uint64_t in[PL_SYMBOLS / 64], named[PL_SYMBOLS / 64];
};
struct pl_lang {
	uint8_t kind;
	struct pl_symbols symbols;
	struct pl_lang *x, *y;
};
struct pl_lang *pl_lang_new(struct pl_alphabet *a, enum pl_lang_kind kind, struct pl_lang *x, struct pl_lang *y);
/* The symbol of a code point. */
unsigned pl_alphabet_symbol(struct pl_alphabet *a, uint32_t point);
void pl_symbols_add(struct pl_symbols *s, unsigned symbol);
bool pl_symbols_has(const struct pl_symbols *s, unsigned symbol);
/* All but those of s. */
void pl_symbols_invert(struct pl_symbols *s);

#endif
