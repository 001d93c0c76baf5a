/* diag.c - collecting diagnostics and rendering them the way compilers that people like do. spec: language.md 3.13 */
#include "plimsoll/diag.h"

#include <string.h>

#include "buf.h"
#include "utf8.h"

#define TAB_WIDTH   4
#define MAX_EXCERPT 160 /* code points of a source line shown on each side of the place */

void pl_diags_init(struct pl_diags *diags, struct pl_arena *arena)
{
	memset(diags, 0, sizeof *diags);
	diags->arena = arena;
}

/* A free place; in a full list an error takes the place of the last warning. */
static struct pl_diag *find_place(struct pl_diags *diags, enum pl_diag_level level)
{
	if (diags->count < PL_DIAGS_MAX)
		return &diags->items[diags->count++];
	if (level == PL_DIAG_WARNING)
		return NULL;
	for (unsigned i = PL_DIAGS_MAX; i > 0; i--) {
		if (diags->items[i - 1].level == PL_DIAG_WARNING)
			return &diags->items[i - 1];
	}
	return NULL;
}

void pl_diags_add(struct pl_diags *diags, const struct pl_diag *d)
{
	if (!diags)
		return;
	if (d->level == PL_DIAG_ERROR)
		diags->errors++;
	else
		diags->warnings++;
	struct pl_diag *copy = find_place(diags, d->level);
	if (!copy)
		return;
	*copy = *d;
	copy->message = pl_arena_dup(diags->arena, d->message);
	copy->label = pl_arena_dup(diags->arena, d->label);
	copy->note = pl_arena_dup(diags->arena, d->note);
	copy->help = pl_arena_dup(diags->arena, d->help);
}

struct pl_position pl_position_of(pl_str text, uint32_t offset)
{
	struct pl_position at = {1, 1};
	uint32_t start = 0;
	if (offset > text.len)
		offset = (uint32_t)text.len;
	for (uint32_t i = 0; i < offset; i++) {
		if (text.ptr[i] == '\n') {
			at.line++;
			start = i + 1;
		}
	}
	if (start == 0 && offset >= 3 && pl_str_starts(text, PL_STR("\xEF\xBB\xBF")))
		start = 3; /* no editor counts a byte order mark */
	at.column = 1 + (uint32_t)pl_utf8_count((pl_str){text.ptr + start, offset - start});
	return at;
}

/* The line that holds offset, without its end. */
static pl_str line_at(pl_str text, uint32_t offset, uint32_t *ret_start)
{
	uint32_t start = offset, end = offset;
	while (start > 0 && text.ptr[start - 1] != '\n')
		start--;
	while (end < text.len && text.ptr[end] != '\n')
		end++;
	if (end > start && text.ptr[end - 1] == '\r')
		end--;
	*ret_start = start;
	return (pl_str){text.ptr + start, end - start};
}

/* What a terminal would obey, or not show at all. */
static bool is_unseen(uint32_t p)
{
	return p < 0x20 || (p >= 0x7F && p <= 0x9F) || p == 0x200B || p == 0xFEFF || p == 0x2028 || p == 0x2029 ||
	       pl_utf8_is_bidi(p);
}

/* Appends a piece of source with tabs widened and `?` for what is unseen; gives its width. */
static size_t add_source(struct pl_buf *out, pl_str s)
{
	size_t width = 0;
	for (size_t i = 0; i < s.len;) {
		uint32_t p;
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &p);
		if (n && p == '\t') {
			pl_buf_fill(out, ' ', TAB_WIDTH);
			width += TAB_WIDTH;
		} else if (n == 0 || is_unseen(p)) {
			pl_buf_addc(out, '?');
			width++;
		} else {
			pl_buf_add(out, (pl_str){s.ptr + i, n});
			width++;
		}
		i += n ? n : 1;
	}
	return width;
}

static void gutter(struct pl_buf *out, unsigned width)
{
	pl_buf_fill(out, ' ', width + 1);
	pl_buf_adds(out, "|");
}

/* Where the shown part of a line begins, for a place `before` bytes behind its beginning. */
static uint32_t first_shown(const struct pl_diag *d, pl_str line, uint32_t before)
{
	if (d->cut)
		return before < line.len ? before : (uint32_t)line.len;
	uint32_t from = before > MAX_EXCERPT ? before - MAX_EXCERPT : 0;
	while (from > 0 && from < before && ((unsigned char)line.ptr[from] & 0xC0) == 0x80)
		from++;
	return from;
}

/* What stands behind the place. */
static void add_rest(const struct pl_diag *d, pl_str rest, struct pl_buf *out)
{
	if (d->cut)
		pl_buf_adds(out, rest.len ? "..." : "");
	else
		add_source(out, (pl_str){rest.ptr, rest.len > MAX_EXCERPT ? MAX_EXCERPT : rest.len});
}

static void render_excerpt(const struct pl_diag *d, struct pl_position at, unsigned width, struct pl_buf *out)
{
	uint32_t start;
	uint32_t offset = d->at.start > d->text.len ? (uint32_t)d->text.len : d->at.start;
	pl_str line = line_at(d->text, offset, &start);
	uint32_t before = offset - start;
	uint32_t from = first_shown(d, line, before);
	uint32_t len = d->at.len;
	if (before > line.len)
		before = (uint32_t)line.len;
	if (len > line.len - before)
		len = (uint32_t)line.len - before;
	uint32_t end = before + len;

	gutter(out, width);
	pl_buf_addf(out, "\n%u | ", at.line);
	if (from)
		pl_buf_adds(out, "...");
	size_t column = (from ? 3u : 0u) + add_source(out, (pl_str){line.ptr + from, before - from});
	size_t carets = add_source(out, (pl_str){line.ptr + before, len > 4 * MAX_EXCERPT ? 4 * MAX_EXCERPT : len});
	add_rest(d, (pl_str){line.ptr + end, line.len - end}, out);
	pl_buf_addc(out, '\n');
	gutter(out, width);
	pl_buf_fill(out, ' ', column + 1);
	pl_buf_fill(out, '^', carets ? carets : 1);
	if (d->label.len) {
		pl_buf_addc(out, ' ');
		pl_buf_add(out, d->label);
	}
	pl_buf_addc(out, '\n');
}

static void render_lines(struct pl_buf *out, unsigned width, const char *what, pl_str text)
{
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		pl_buf_fill(out, ' ', width + 1);
		pl_buf_addf(out, "= %s: %.*s\n", what, (int)n, text.ptr);
		text.ptr += end ? n + 1 : n;
		text.len -= end ? n + 1 : n;
	}
}

void pl_diag_render(const struct pl_diag *d, struct pl_buf *out)
{
	const char *level = d->level == PL_DIAG_ERROR ? "error" : "warning";
	if (d->code)
		pl_buf_addf(out, "%s[%s]: ", level, d->code);
	else
		pl_buf_addf(out, "%s: ", level);
	pl_buf_add(out, d->message);
	pl_buf_addc(out, '\n');
	unsigned width = 1;
	if (d->text.len) {
		struct pl_position at = pl_position_of(d->text, d->at.start);
		for (uint32_t n = at.line; n >= 10; n /= 10)
			width++;
		pl_buf_fill(out, ' ', width);
		pl_buf_addf(out, "--> %.*s:%u:%u\n", PL_FMT(d->source), at.line, at.column);
		render_excerpt(d, at, width, out);
	} else if (d->source.len) {
		pl_buf_addf(out, " --> %.*s\n", PL_FMT(d->source));
	}
	render_lines(out, width, "note", d->note);
	render_lines(out, width, "help", d->help);
}
