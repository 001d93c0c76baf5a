/* format.c - all declarations of a source, one after the other; the blank lines and comments between them.
 *
 * A comment below a declaration belongs to it when it is indented and follows without a blank line (a clause that was
 * taken out, mostly); every other comment belongs to what comes next, and keeps its blank lines. */
#include "format.h"

#include "base/buf.h"

/* What was written last. */
struct written {
	enum pl_token_kind keyword; /* END: nothing */
	bool one_line;
};

/* Cuts off the comments that belong to the declaration above. */
static struct pl_remark *split_remarks(struct pl_word *word)
{
	struct pl_remark *first = word->above, **tail = &first;
	while (*tail && (*tail)->column > 0 && !(*tail)->blank)
		tail = &(*tail)->next;
	word->above = *tail;
	*tail = NULL;
	return first;
}

/* Imports and short definitions stand together, unless a comment heads the second. */
static bool stands_close(const struct written *last, enum pl_token_kind keyword, pl_str text, bool one_line)
{
	bool groups = keyword == PL_TOKEN_LET || keyword == PL_TOKEN_USE;
	return groups && keyword == last->keyword && last->one_line && one_line && text.ptr[0] != '#';
}

/* Of the declaration; the comments above it do not count. */
static bool is_one_line(pl_str text)
{
	size_t ends = 0;
	bool starts = true, remark = false;
	for (size_t i = 0; i < text.len; i++) {
		if (starts)
			remark = text.ptr[i] == '#';
		starts = text.ptr[i] == '\n';
		ends += starts && !remark && i > 0 && text.ptr[i - 1] != '\n';
	}
	return ends == 1;
}

static pl_err format_next(struct pl_format *f, struct written *last, struct pl_buf *scratch, struct pl_buf *out)
{
	enum pl_token_kind keyword = f->words[f->at].kind;
	pl_layout_begin(&f->layout);
	pl_format_decl(f);
	bool at_next = f->words[f->at].kind == PL_TOKEN_END || pl_token_is_top(f->words[f->at].kind);
	if (f->lost || !at_next)
		return PL_E_INTERNAL;
	f->layout.tail = split_remarks(&f->words[f->at]);
	scratch->len = 0;
	PL_TRY(pl_layout_print(&f->layout, scratch));
	pl_str text = pl_buf_str(scratch);
	bool one_line = is_one_line(text);
	if (last->keyword != PL_TOKEN_END && !stands_close(last, keyword, text, one_line))
		pl_buf_addc(out, '\n');
	pl_buf_add(out, text);
	*last = (struct written){keyword, one_line};
	return PL_OK;
}

/* The comments at the end of the file. */
static void format_end(const struct pl_word *end, const struct written *last, struct pl_buf *out)
{
	for (const struct pl_remark *r = end->above; r; r = r->next) {
		bool first = r == end->above;
		if (first ? last->keyword != PL_TOKEN_END : r->blank)
			pl_buf_addc(out, '\n');
		pl_buf_add(out, r->text);
		pl_buf_addc(out, '\n');
	}
}

pl_err pl_format_words(struct pl_words *words, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_format f = {.layout = {.arena = arena}, .words = words->items};
	struct written last = {PL_TOKEN_END, false};
	struct pl_buf scratch;
	pl_buf_init(&scratch, arena, 4096);
	while (f.words[f.at].kind != PL_TOKEN_END)
		PL_TRY(format_next(&f, &last, &scratch, out));
	format_end(&f.words[f.at], &last, out);
	return out->failed ? PL_E_MEMORY : PL_OK;
}
