/* format_expr.c - expressions and types, along the grammar of language.md 3.4. Recursion is as deep as the parser's,
 * which has taken the same words: PL_MAX_NESTING. */
#include "format.h"

#include <string.h>

enum pl_token_kind pl_format_kind(const struct pl_format *f)
{
	return f->lost ? PL_TOKEN_END : f->words[f->at].kind;
}

bool pl_format_at_word(const struct pl_format *f, const char *word)
{
	return pl_format_kind(f) == PL_TOKEN_NAME && pl_str_eq(f->words[f->at].text, pl_str_from(word));
}

void pl_format_take(struct pl_format *f)
{
	if (pl_format_kind(f) == PL_TOKEN_END) {
		f->lost = true;
		return;
	}
	pl_layout_word(&f->layout, &f->words[f->at]);
	f->at++;
}

void pl_format_next(struct pl_format *f)
{
	pl_layout_space(&f->layout);
	pl_format_take(f);
}

void pl_format_expect(struct pl_format *f, enum pl_token_kind kind)
{
	f->lost = f->lost || pl_format_kind(f) != kind;
	pl_format_take(f);
}

static bool take_if(struct pl_format *f, enum pl_token_kind kind)
{
	if (pl_format_kind(f) != kind)
		return false;
	pl_format_take(f);
	return true;
}

void pl_format_list(struct pl_format *f)
{
	pl_layout_space(&f->layout);
	pl_layout_open(&f->layout, PL_BASE_ALIGN, false);
	pl_format_take(f);
	while (take_if(f, PL_TOKEN_COMMA)) {
		pl_layout_break(&f->layout, 1, 0, PL_BREAK_REMARKS);
		pl_format_take(f);
	}
	pl_layout_close(&f->layout);
}

/* --- sets and maps -------------------------------------------------------------------------------------------------
 */

struct pl_format_key {
	uint32_t pad, width;
	struct pl_format_key *next;
};

void pl_format_arrow(struct pl_format *f, struct pl_format_arrows *arrows, uint32_t from)
{
	struct pl_format_key *key = pl_arena_zalloc(f->layout.arena, 1, sizeof *key);
	if (!key) {
		f->layout.failed = true;
		return;
	}
	key->width = pl_layout_width(&f->layout, from);
	key->pad = pl_layout_pad(&f->layout);
	key->next = arrows->keys;
	arrows->keys = key;
	if (key->width > arrows->widest)
		arrows->widest = key->width;
}

void pl_format_align(struct pl_format *f, const struct pl_format_arrows *arrows)
{
	for (const struct pl_format_key *key = arrows->keys; key; key = key->next)
		pl_layout_set_pad(&f->layout, key->pad, arrows->widest - key->width);
}

/* An element, or key and value. */
static bool format_element(struct pl_format *f, struct pl_format_arrows *arrows)
{
	uint32_t from = f->layout.count;
	pl_format_primary(f);
	if (pl_format_kind(f) != PL_TOKEN_ARROW)
		return false;
	pl_format_arrow(f, arrows, from);
	pl_format_next(f);
	pl_layout_space(&f->layout);
	pl_format_primary(f);
	return true;
}

/* The comma after the last element comes and goes with the line end; one with comments stays, for they force it. */
static bool drop_last_comma(struct pl_format *f)
{
	const struct pl_word *word = &f->words[f->at];
	if (pl_format_kind(f) != PL_TOKEN_COMMA || word[1].kind != PL_TOKEN_RBRACE)
		return false;
	if (word->above || word->behind)
		pl_format_take(f);
	else
		f->at++;
	return true;
}

static void format_elements(struct pl_format *f)
{
	struct pl_format_arrows arrows = {0};
	uint32_t group = pl_layout_open(&f->layout, PL_BASE_SAME, false);
	bool map = format_element(f, &arrows);
	while (!drop_last_comma(f) && take_if(f, PL_TOKEN_COMMA)) {
		pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS | PL_BREAK_SAME);
		format_element(f, &arrows);
	}
	pl_layout_change(&f->layout, group, PL_BASE_SAME, map);
	pl_layout_close(&f->layout);
	pl_format_align(f, &arrows);
}

/* True if the comma in front of the closing brace is a word already. */
static bool has_comma(const struct pl_format *f)
{
	const struct pl_word *before = &f->words[f->at - 1];
	return before->kind == PL_TOKEN_COMMA && (before->above || before->behind);
}

/* Only comments need a line in an empty set. */
static void format_nothing(struct pl_format *f)
{
	if (f->words[f->at].above || f->words[f->at - 1].behind) {
		pl_layout_open(&f->layout, PL_BASE_LINE, true);
		pl_layout_break(&f->layout, 0, 0, PL_BREAK_REMARKS | PL_BREAK_OPENING | PL_BREAK_CLOSING);
		pl_layout_close(&f->layout);
	}
	pl_format_take(f);
}

static void format_braces(struct pl_format *f)
{
	pl_format_take(f);
	if (pl_format_kind(f) == PL_TOKEN_RBRACE) {
		format_nothing(f);
		return;
	}
	pl_layout_open(&f->layout, PL_BASE_LINE, true);
	pl_layout_break(&f->layout, 0, 2, PL_BREAK_REMARKS | PL_BREAK_OPENING);
	format_elements(f);
	pl_layout_break(&f->layout, 0, 0,
			PL_BREAK_REMARKS | PL_BREAK_CLOSING | (has_comma(f) ? 0u : (unsigned)PL_BREAK_COMMA));
	pl_layout_close(&f->layout);
	pl_format_expect(f, PL_TOKEN_RBRACE);
}

/* --- paths and calls -----------------------------------------------------------------------------------------------
 */

void pl_format_where(struct pl_format *f, int offset)
{
	if (pl_format_kind(f) != PL_TOKEN_WHERE)
		return;
	pl_layout_break(&f->layout, 1, offset, PL_BREAK_REMARKS);
	pl_format_take(f);
	pl_format_expr(f, PL_LEAD_WORD);
}

/* NAME "in" sum [ "where" expr ] */
static void format_binding(struct pl_format *f, int offset)
{
	pl_format_expect(f, PL_TOKEN_NAME);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_IN);
	pl_layout_space(&f->layout);
	pl_format_sum(f);
	pl_format_where(f, offset);
}

static void format_arguments(struct pl_format *f)
{
	if (pl_format_kind(f) == PL_TOKEN_RPAREN)
		return;
	pl_format_elsex(f);
	while (take_if(f, PL_TOKEN_COMMA)) {
		pl_layout_break(&f->layout, 1, 0, PL_BREAK_REMARKS | PL_BREAK_SAME);
		pl_format_elsex(f);
	}
}

static void format_sum_form(struct pl_format *f)
{
	pl_format_elsex(f);
	pl_layout_break(&f->layout, 1, 0, PL_BREAK_REMARKS);
	pl_format_expect(f, PL_TOKEN_FOR);
	pl_layout_space(&f->layout);
	format_binding(f, 0);
}

/* What follows the name: "(" and one of three forms. */
static void format_call(struct pl_format *f)
{
	pl_str name = f->words[f->at - 1].text;
	bool sums = pl_str_eq(name, PL_STR("sum"));
	pl_format_take(f);
	bool counts = pl_str_eq(name, PL_STR("count")) && pl_format_kind(f) == PL_TOKEN_NAME &&
		      f->words[f->at + 1].kind == PL_TOKEN_IN;
	pl_layout_open(&f->layout, PL_BASE_ALIGN, sums || counts);
	if (sums)
		format_sum_form(f);
	else if (counts)
		format_binding(f, 0);
	else
		format_arguments(f);
	pl_layout_close(&f->layout);
	pl_format_expect(f, PL_TOKEN_RPAREN);
}

static void format_path(struct pl_format *f)
{
	pl_format_take(f);
	if (pl_format_kind(f) == PL_TOKEN_LPAREN)
		format_call(f);
	while (pl_format_kind(f) == PL_TOKEN_DOT || pl_format_kind(f) == PL_TOKEN_LBRACKET) {
		if (take_if(f, PL_TOKEN_DOT)) {
			pl_format_expect(f, PL_TOKEN_NAME);
			continue;
		}
		pl_format_take(f);
		pl_format_elsex(f);
		pl_format_expect(f, PL_TOKEN_RBRACKET);
	}
}

static bool is_literal(enum pl_token_kind kind)
{
	return (kind >= PL_TOKEN_INT && kind <= PL_TOKEN_STRING && kind != PL_TOKEN_DUR) || kind == PL_TOKEN_TRUE ||
	       kind == PL_TOKEN_FALSE;
}

void pl_format_primary(struct pl_format *f)
{
	enum pl_token_kind kind = pl_format_kind(f);
	if (kind == PL_TOKEN_NAME) {
		format_path(f);
	} else if (kind == PL_TOKEN_LBRACE) {
		format_braces(f);
	} else if (kind == PL_TOKEN_LPAREN) {
		pl_format_take(f);
		pl_format_elsex(f);
		pl_format_expect(f, PL_TOKEN_RPAREN);
	} else if (is_literal(kind)) {
		pl_format_take(f);
	} else {
		f->lost = true;
	}
}

/* --- arithmetic and comparisons ------------------------------------------------------------------------------------
 */

static bool is_arithmetic(enum pl_token_kind kind)
{
	return kind == PL_TOKEN_PLUS || kind == PL_TOKEN_DASH || kind == PL_TOKEN_MINUS || kind == PL_TOKEN_STAR;
}

void pl_format_sum(struct pl_format *f)
{
	pl_layout_open(&f->layout, PL_BASE_SAME, false);
	pl_format_primary(f);
	while (is_arithmetic(pl_format_kind(f))) {
		pl_layout_break(&f->layout, 1, 2, 0);
		pl_format_take(f);
		pl_layout_space(&f->layout);
		pl_format_primary(f);
	}
	pl_layout_close(&f->layout);
}

static bool is_relation(enum pl_token_kind kind)
{
	return (kind >= PL_TOKEN_EQ && kind <= PL_TOKEN_GE) || kind == PL_TOKEN_IN ||
	       (kind >= PL_TOKEN_WITHIN && kind <= PL_TOKEN_LIKE);
}

static void format_is(struct pl_format *f)
{
	pl_format_take(f);
	if (pl_format_kind(f) == PL_TOKEN_NOT)
		pl_format_next(f);
	pl_format_next(f);
}

static void format_comparison(struct pl_format *f)
{
	pl_format_sum(f);
	enum pl_token_kind kind = pl_format_kind(f);
	bool compares = is_relation(kind) || kind == PL_TOKEN_NOT || kind == PL_TOKEN_MATCHES || kind == PL_TOKEN_IS;
	if (!compares)
		return;
	pl_layout_break(&f->layout, 1, 2, 0);
	if (kind == PL_TOKEN_IS) {
		format_is(f);
		return;
	}
	if (take_if(f, PL_TOKEN_NOT))
		pl_layout_space(&f->layout);
	bool matches = pl_format_kind(f) == PL_TOKEN_MATCHES;
	pl_format_take(f);
	pl_layout_space(&f->layout);
	if (matches)
		pl_format_expect(f, PL_TOKEN_REGEX);
	else
		pl_format_sum(f);
}

/* --- quantifiers, and, or, not, else -------------------------------------------------------------------------------
 */

static bool at_quantifier(const struct pl_format *f)
{
	enum pl_token_kind kind = pl_format_kind(f);
	return kind == PL_TOKEN_SOME || kind == PL_TOKEN_EVERY || kind == PL_TOKEN_NO;
}

static enum pl_layout_base base_of(enum pl_lead lead)
{
	return lead == PL_LEAD_WORD ? PL_BASE_LINE : PL_BASE_ALIGN;
}

static void lead_in(struct pl_format *f, enum pl_lead lead)
{
	if (lead == PL_LEAD_WORD)
		pl_layout_space(&f->layout);
}

static void format_quantifier(struct pl_format *f, enum pl_lead lead)
{
	pl_layout_open(&f->layout, base_of(lead), true);
	pl_format_take(f);
	pl_layout_space(&f->layout);
	format_binding(f, 2);
	pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
	pl_format_expect(f, PL_TOKEN_SATISFIES);
	pl_format_expr(f, PL_LEAD_WORD);
	pl_layout_close(&f->layout);
}

/* Gives its group. */
static uint32_t format_unary(struct pl_format *f, enum pl_lead lead)
{
	uint32_t group = pl_layout_open(&f->layout, base_of(lead), false);
	while (take_if(f, PL_TOKEN_NOT))
		pl_layout_space(&f->layout);
	if (at_quantifier(f))
		format_quantifier(f, PL_LEAD_SPACE);
	else
		format_comparison(f);
	pl_layout_close(&f->layout);
	return group;
}

static bool at_connective(const struct pl_format *f)
{
	return pl_format_kind(f) == PL_TOKEN_AND || pl_format_kind(f) == PL_TOKEN_OR;
}

/* The word of the connective ends where that of the clause does: the operands stand one below the other. */
static int offset_of(const struct pl_format *f, enum pl_lead lead)
{
	return lead == PL_LEAD_WORD ? -(int)f->words[f->at].text.len - 1 : 0;
}

bool pl_format_expr(struct pl_format *f, enum pl_lead lead)
{
	lead_in(f, lead);
	if (at_quantifier(f)) {
		format_quantifier(f, lead);
		return true;
	}
	pl_layout_open(&f->layout, PL_BASE_ALIGN, true);
	uint32_t first = format_unary(f, lead);
	bool chain = at_connective(f);
	if (chain)
		pl_layout_change(&f->layout, first, PL_BASE_ALIGN, false);
	while (at_connective(f)) {
		pl_layout_break(&f->layout, 1, offset_of(f, lead), PL_BREAK_REMARKS);
		pl_format_take(f);
		pl_layout_space(&f->layout);
		format_unary(f, PL_LEAD_SPACE);
	}
	pl_layout_close(&f->layout);
	return chain;
}

bool pl_format_elsex(struct pl_format *f)
{
	pl_layout_open(&f->layout, PL_BASE_ALIGN, true);
	bool chain = pl_format_expr(f, PL_LEAD_SPACE);
	while (pl_format_kind(f) == PL_TOKEN_ELSE) {
		chain = true;
		pl_layout_break(&f->layout, 1, 0, PL_BREAK_REMARKS);
		pl_format_take(f);
		pl_layout_space(&f->layout);
		pl_format_sum(f);
	}
	pl_layout_close(&f->layout);
	return chain;
}

/* --- types ---------------------------------------------------------------------------------------------------------
 */

static void format_field(struct pl_format *f)
{
	pl_format_expect(f, PL_TOKEN_NAME);
	pl_format_expect(f, PL_TOKEN_COLON);
	pl_layout_space(&f->layout);
	pl_format_type(f);
	take_if(f, PL_TOKEN_QUESTION);
}

static void format_record(struct pl_format *f)
{
	pl_format_take(f);
	pl_layout_open(&f->layout, PL_BASE_LINE, true);
	pl_layout_break(&f->layout, 0, 2, PL_BREAK_REMARKS | PL_BREAK_OPENING);
	format_field(f);
	while (take_if(f, PL_TOKEN_COMMA)) {
		pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
		format_field(f);
	}
	pl_layout_break(&f->layout, 0, 0, PL_BREAK_REMARKS | PL_BREAK_CLOSING);
	pl_layout_close(&f->layout);
	pl_format_expect(f, PL_TOKEN_RBRACE);
}

void pl_format_type(struct pl_format *f)
{
	bool list = pl_format_kind(f) == PL_TOKEN_SET || pl_format_at_word(f, "list");
	bool map = pl_format_at_word(f, "map");
	if (pl_format_kind(f) == PL_TOKEN_LBRACE) {
		format_record(f);
		return;
	}
	if (!list && !map) {
		pl_format_expect(f, PL_TOKEN_NAME);
		return;
	}
	pl_format_take(f);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_OF);
	pl_layout_space(&f->layout);
	if (map) {
		pl_format_expect(f, PL_TOKEN_NAME);
		pl_layout_space(&f->layout);
		pl_format_expect(f, PL_TOKEN_TO);
		pl_layout_space(&f->layout);
	}
	pl_format_type(f);
}
