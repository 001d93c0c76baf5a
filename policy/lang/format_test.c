/* format_test.c - fixtures and tests. spec: language.md 3.4, 3.11. The edits of a test keep their order, in which they
 * are done. */
#include "format.h"

#define CLAUSE 2

static bool at_form(const struct pl_format *f)
{
	return pl_format_at_word(f, "pod") || pl_format_at_word(f, "task") || pl_format_at_word(f, "manifest");
}

static bool at_manifest(const struct pl_format *f)
{
	return at_form(f) && f->words[f->at + 1].kind == PL_TOKEN_TEXT;
}

void pl_format_fixture(struct pl_format *f)
{
	pl_format_next(f);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_ASSIGN);
	pl_format_next(f);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_TEXT);
}

static void start_clause(struct pl_format *f, enum pl_token_kind kind)
{
	pl_layout_line(&f->layout, CLAUSE);
	pl_format_expect(f, kind);
}

static void format_given(struct pl_format *f)
{
	start_clause(f, PL_TOKEN_GIVEN);
	pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_TEXT)
		pl_format_next(f);
}

/* "set" STRING "=" json | "remove" STRING */
static void format_edit(struct pl_format *f)
{
	pl_layout_line(&f->layout, CLAUSE);
	bool sets = pl_format_kind(f) == PL_TOKEN_SET;
	pl_format_take(f);
	pl_format_next(f);
	if (!sets)
		return;
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_ASSIGN);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_JSON);
}

static void format_with(struct pl_format *f)
{
	start_clause(f, PL_TOKEN_WITH);
	pl_layout_space(&f->layout);
	pl_format_primary(f);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_ASSIGN);
	if (at_manifest(f)) {
		pl_format_next(f);
		pl_format_next(f);
		return;
	}
	pl_layout_space(&f->layout);
	pl_format_primary(f);
}

static void format_expect(struct pl_format *f)
{
	pl_layout_line(&f->layout, CLAUSE);
	pl_layout_open(&f->layout, PL_BASE_LINE, false);
	pl_format_take(f);
	bool allow = pl_format_at_word(f, "allow");
	pl_format_next(f);
	if (!allow)
		pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_AT) {
		pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
		pl_format_take(f);
		pl_format_next(f);
	}
	pl_layout_close(&f->layout);
}

void pl_format_test(struct pl_format *f)
{
	pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_OF) {
		start_clause(f, PL_TOKEN_OF);
		pl_format_list(f);
	}
	format_given(f);
	for (;;) {
		if (pl_format_kind(f) == PL_TOKEN_SET || pl_format_at_word(f, "remove"))
			format_edit(f);
		else if (pl_format_kind(f) == PL_TOKEN_WITH)
			format_with(f);
		else
			break;
	}
	while (pl_format_kind(f) == PL_TOKEN_EXPECT)
		format_expect(f);
}
