/* text.c - the text builder of base/buf.h and the suggestions of base/suggest.h for clients, who see only report.h. */
#include "plimsoll/report.h"

#include "base/buf.h"
#include "base/suggest.h"

struct pl_buf *pl_text_new(struct pl_arena *arena)
{
	struct pl_buf *text = pl_arena_alloc(arena, sizeof *text);
	if (text)
		pl_buf_init(text, arena, 0);
	return text;
}

pl_str pl_text_str(const struct pl_buf *text)
{
	if (!text || text->failed)
		return (pl_str){0};
	return text->ptr ? pl_buf_str(text) : PL_STR("");
}

void pl_text_add(struct pl_buf *text, pl_str s)
{
	if (text)
		pl_buf_add(text, s);
}

void pl_text_printf(struct pl_buf *text, const char *fmt, ...)
{
	if (!text)
		return;
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(text, fmt, ap);
	va_end(ap);
}

void pl_text_json(struct pl_buf *text, pl_str s)
{
	if (text)
		pl_buf_add_json(text, s);
}

void pl_text_escaped(struct pl_buf *text, pl_str s)
{
	if (text)
		pl_buf_add_escaped(text, s, 0);
}

pl_str pl_text_nearest(pl_str given, const pl_str *candidates, size_t count)
{
	return pl_suggest(given, candidates, count);
}
