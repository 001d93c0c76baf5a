/* report_excerpt.c - shows the line of the manifest that a finding is about, in the layout of pl_diag_render.
 *
 * Unlike a diagnostic of a policy, this shows somebody's manifest: what pl_source hides appears as `***`. At most
 * CONTEXT bytes of the line are shown on each side of the place and SHOWN bytes of the place itself, so a manifest in
 * one line stays readable and a report stays linear in the number of findings. */
#include "report_excerpt.h"

#include "base/utf8.h"

#define TAB_WIDTH 4
#define CONTEXT	  160u
#define SHOWN	  160u
#define MASK	  "***"

/* What a terminal would obey, or not show at all. */
static bool is_unseen(uint32_t p)
{
	return p < 0x20 || (p >= 0x7F && p <= 0x9F) || p == 0x200B || p == 0xFEFF || p == 0x2028 || p == 0x2029 ||
	       pl_utf8_is_bidi(p);
}

/* Appends one code point so that no terminal obeys it; gives the bytes taken and adds the width. */
static unsigned add_point(struct pl_buf *out, pl_str s, size_t *width)
{
	uint32_t p;
	unsigned n = pl_utf8_decode(s.ptr, s.len, &p);
	if (n && p == '\t') {
		pl_buf_fill(out, ' ', TAB_WIDTH);
		*width += TAB_WIDTH;
		return n;
	}
	if (n == 0 || is_unseen(p))
		pl_buf_addc(out, '?');
	else
		pl_buf_add(out, (pl_str){s.ptr, n});
	*width += 1;
	return n ? n : 1;
}

/* Appends bytes [from, to) of the text, with what is hidden masked; gives the width. */
static size_t add_source(struct pl_buf *out, const struct pl_source *source, uint32_t from, uint32_t to)
{
	pl_str text = pl_source_text(source);
	size_t width = 0;
	while (from < to) {
		struct pl_span hidden = pl_source_hidden(source, from);
		uint32_t plain = hidden.start < from ? from : hidden.start < to ? hidden.start : to;
		while (from < plain)
			from += add_point(out, (pl_str){text.ptr + from, plain - from}, &width);
		if (from >= to)
			break;
		pl_buf_adds(out, MASK);
		width += sizeof MASK - 1;
		from = hidden.start + hidden.len;
	}
	return width;
}

/* The part of the line around [at.start, ...) that is shown: [*from, *to). True when it begins inside the line. */
static bool window(pl_str text, struct pl_span at, uint32_t *from, uint32_t *to)
{
	uint32_t end = (uint32_t)text.len;
	uint32_t most = at.start + (at.len < SHOWN ? at.len : SHOWN) + CONTEXT;
	*from = at.start;
	while (*from > 0 && text.ptr[*from - 1] != '\n' && at.start - *from < CONTEXT)
		--*from;
	bool cut = *from > 0 && text.ptr[*from - 1] != '\n';
	while (cut && *from < at.start && ((unsigned char)text.ptr[*from] & 0xC0) == 0x80)
		++*from;
	*to = at.start;
	while (*to < end && text.ptr[*to] != '\n' && *to < most)
		++*to;
	while (*to<end && * to> at.start && ((unsigned char)text.ptr[*to] & 0xC0) == 0x80)
		--*to;
	if (*to > at.start && text.ptr[*to - 1] == '\r')
		--*to;
	return cut;
}

static void gutter(struct pl_buf *out, unsigned width)
{
	pl_buf_fill(out, ' ', width + 1);
	pl_buf_addc(out, '|');
}

static void render_line(const struct pl_source *source, struct pl_span at, uint32_t line, unsigned width,
			struct pl_buf *out)
{
	uint32_t from, to;
	bool cut = window(pl_source_text(source), at, &from, &to);
	uint32_t end = to - at.start < at.len ? to : at.start + at.len;
	gutter(out, width);
	pl_buf_addf(out, "\n%u | %s", line, cut ? "..." : "");
	size_t before = (cut ? 3u : 0u) + add_source(out, source, from, at.start);
	size_t carets = add_source(out, source, at.start, end);
	add_source(out, source, end, to);
	pl_buf_addc(out, '\n');
	gutter(out, width);
	pl_buf_fill(out, ' ', before + 1);
	pl_buf_fill(out, '^', carets ? carets : 1);
	pl_buf_addc(out, '\n');
}

unsigned pl_excerpt_render(const struct pl_excerpt *e, const struct pl_source *source, struct pl_buf *out)
{
	unsigned width = 1;
	if (!e->has_source) {
		pl_buf_adds(out, " --> ");
		pl_buf_add_escaped(out, e->file, 0);
		pl_buf_addc(out, '\n');
		return width;
	}
	struct pl_span at = e->at;
	uint32_t end = (uint32_t)pl_source_text(source).len;
	if (at.start > end)
		at.start = end;
	struct pl_position place = pl_source_position(source, at.start);
	for (uint32_t n = place.line; n >= 10; n /= 10)
		width++;
	pl_buf_fill(out, ' ', width);
	pl_buf_adds(out, "--> ");
	pl_buf_add_escaped(out, e->file, 0);
	pl_buf_addf(out, ":%u:%u\n", place.line, place.column);
	render_line(source, at, place.line, width, out);
	return width;
}

void pl_excerpt_remark(unsigned width, const char *what, pl_str text, struct pl_buf *out)
{
	if (text.len == 0)
		return;
	pl_buf_fill(out, ' ', width + 1);
	pl_buf_addf(out, "= %s: ", what);
	pl_buf_add_escaped(out, text, 0);
	pl_buf_addc(out, '\n');
}
