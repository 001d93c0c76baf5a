/* format.h - a policy in its canonical form; and what the format*.c files have of one another. spec: language.md 3.12
 *
 * The formatter walks the words of a source that parses along the grammar of 3.4, and lays them out; it neither adds
 * nor takes away a word, but for the comma after the last element of a set or map. Parentheses, strings and numbers
 * stay as they are written. */
#ifndef PL_LANG_FORMAT_H
#define PL_LANG_FORMAT_H

#include "layout.h"

/* Appends the canonical text of a source that parses. PL_E_MEMORY; PL_E_INTERNAL when the source does not parse, or the
 * grammar has grown and this did not. */
struct pl_buf;
PL_MUST_USE pl_err pl_format_words(struct pl_words *words, struct pl_arena *arena, struct pl_buf *out);

struct pl_format {
	struct pl_layout layout;
	struct pl_word *words;
	uint32_t at;
	bool lost; /* met what the grammar does not have here; nothing more is taken */
};

/* What an expression follows, and so where its lines begin. */
enum pl_lead {
	PL_LEAD_WORD,  /* the word of a clause: `and` and `or` hang under it, so that the operands are aligned */
	PL_LEAD_SPACE, /* anything else */
};

/* --- format_expr.c: each takes what its name says ------------------------------------------------------------------
 */

enum pl_token_kind pl_format_kind(const struct pl_format *f);
bool pl_format_at_word(const struct pl_format *f, const char *word);
/* The next word, whatever it is. */
void pl_format_take(struct pl_format *f);
/* The same with a space in front. */
void pl_format_next(struct pl_format *f);
/* The next word, which is one of this kind; else the formatter is lost. */
void pl_format_expect(struct pl_format *f, enum pl_token_kind kind);
/* ITEM { "," ITEM } of single words; further lines are aligned with the first word. */
void pl_format_list(struct pl_format *f);
/* True if it was a chain of `and`, `or` or `else`, or a quantifier. */
bool pl_format_elsex(struct pl_format *f);
bool pl_format_expr(struct pl_format *f, enum pl_lead lead);
void pl_format_sum(struct pl_format *f);
void pl_format_primary(struct pl_format *f);
/* [ "where" expr ], on a line of its own if its group is broken. */
void pl_format_where(struct pl_format *f, int offset);
void pl_format_type(struct pl_format *f);

/* Arrows of a table or map, one below the other. */
struct pl_format_arrows {
	struct pl_format_key *keys;
	uint32_t widest;
};
/* Before `=>`: the key began at item `from`. */
void pl_format_arrow(struct pl_format *f, struct pl_format_arrows *arrows, uint32_t from);
void pl_format_align(struct pl_format *f, const struct pl_format_arrows *arrows);

/* --- format_decl.c, format_test.c ----------------------------------------------------------------------------------
 */

/* One declaration. */
void pl_format_decl(struct pl_format *f);
/* After its keyword. */
void pl_format_fixture(struct pl_format *f);
void pl_format_test(struct pl_format *f);

#endif
