/* words.c - see words.h. The lexer skips comments; they are found again in the gaps between its tokens. */
#include "words.h"

#include <string.h>

/* The gap in front of a token. */
struct gap {
	struct pl_arena *arena;
	pl_str source;
	uint32_t pos, end;
	uint32_t breaks;		    /* line breaks since the token before, or the last comment */
	const struct pl_remark *last;	    /* comment of this gap */
	bool last_behind;		    /* it belongs to the token before */
	struct pl_remark **behind, **above; /* where the next one is linked; behind is NULL for the first token */
};

static uint32_t column_of(pl_str source, uint32_t at)
{
	uint32_t column = 0;
	for (uint32_t i = at; i > 0 && source.ptr[i - 1] != '\n'; i--)
		column += ((unsigned char)source.ptr[i - 1] & 0xC0) != 0x80;
	return column;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The comment at pos, up to its last visible character. */
static struct pl_remark *take_remark(struct gap *g)
{
	struct pl_remark *r = pl_arena_zalloc(g->arena, 1, sizeof *r);
	const char *from = g->source.ptr + g->pos;
	const char *eol = memchr(from, '\n', g->end - g->pos);
	size_t len = eol ? (size_t)(eol - from) : g->end - g->pos;
	if (r) {
		r->at = g->pos;
		r->column = column_of(g->source, g->pos);
		r->text = (pl_str){from, len};
		while (r->text.len && is_space(from[r->text.len - 1]))
			r->text.len--;
	}
	g->pos += (uint32_t)len;
	return r;
}

/* It begins on the line of the token before, or goes on below what does. */
static bool belongs_behind(const struct gap *g, const struct pl_remark *r)
{
	if (!g->behind)
		return false;
	if (!g->last)
		return g->breaks == 0;
	return g->last_behind && g->breaks == 1 && r->column == g->last->column;
}

static void place_remark(struct gap *g, struct pl_remark *r)
{
	bool behind = belongs_behind(g, r);
	struct pl_remark ***tail = behind ? &g->behind : &g->above;
	r->blank = g->breaks > 1;
	**tail = r;
	*tail = &r->next;
	g->last = r;
	g->last_behind = behind;
	g->breaks = 0;
}

/* Gives the number of comments, UINT32_MAX when memory is out. */
static uint32_t read_gap(struct gap *g, struct pl_word *before, struct pl_word *after)
{
	uint32_t count = 0;
	g->behind = before ? &before->behind : NULL;
	g->above = &after->above;
	g->breaks = 0;
	g->last = NULL;
	while (g->pos < g->end) {
		if (g->source.ptr[g->pos] != '#') {
			g->breaks += g->source.ptr[g->pos++] == '\n';
			continue;
		}
		struct pl_remark *r = take_remark(g);
		if (!r)
			return UINT32_MAX;
		place_remark(g, r);
		count++;
	}
	after->blank = g->breaks > 1;
	return count;
}

/* `set "PATH" =` is followed by JSON. */
static bool json_follows(const struct pl_word *items, uint32_t count)
{
	return count >= 3 && items[count - 1].kind == PL_TOKEN_ASSIGN && items[count - 2].kind == PL_TOKEN_STRING &&
	       items[count - 3].kind == PL_TOKEN_SET;
}

static bool reserve(struct pl_words *w, uint32_t *cap, struct pl_arena *arena)
{
	if (w->count < *cap)
		return true;
	uint32_t more = *cap ? *cap * 2 : 256;
	struct pl_word *items = pl_arena_alloc(arena, more * sizeof *items);
	if (!items)
		return false;
	if (w->count)
		memcpy(items, w->items, w->count * sizeof *items);
	w->items = items;
	*cap = more;
	return true;
}

static void next_lexeme(struct pl_lexer *lx, const struct pl_words *w, struct pl_lexeme *ret)
{
	if (json_follows(w->items, w->count))
		pl_lex_json(lx, ret);
	else
		pl_lex_next(lx, ret);
}

pl_err pl_words_read(const struct pl_policy_source *source, struct pl_arena *arena, struct pl_words *ret_words,
		     struct pl_diags *diags)
{
	struct pl_lexer lx;
	struct pl_lexeme t;
	struct pl_words w = {0};
	struct gap g = {.arena = arena, .source = source->text};
	uint32_t cap = 0;
	PL_TRY(pl_lex_open(&lx, source, diags));
	do {
		if (!reserve(&w, &cap, arena))
			return PL_E_MEMORY;
		next_lexeme(&lx, &w, &t);
		if (t.kind == PL_TOKEN_ERROR)
			return PL_E_POLICY;
		struct pl_word *word = &w.items[w.count];
		*word = (struct pl_word){.kind = t.kind, .text = {source->text.ptr + t.start, t.end - t.start}};
		g.end = t.start;
		uint32_t remarks = read_gap(&g, w.count ? word - 1 : NULL, word);
		if (remarks == UINT32_MAX)
			return PL_E_MEMORY;
		w.remarks += remarks;
		w.count++;
		g.pos = t.end;
	} while (t.kind != PL_TOKEN_END);
	*ret_words = w;
	return PL_OK;
}
