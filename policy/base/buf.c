/* buf.c - see buf.h. A failed buffer stays failed and keeps what it has. */
#include "buf.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

#define FIRST_CAP 256

void pl_buf_init(struct pl_buf *b, struct pl_arena *arena, size_t cap)
{
	*b = (struct pl_buf){.arena = arena};
	if (cap) {
		b->ptr = pl_arena_alloc(arena, cap);
		b->cap = b->ptr ? cap : 0;
		b->failed = !b->ptr;
	}
}

void pl_buf_init_fixed(struct pl_buf *b, char *ptr, size_t room)
{
	*b = (struct pl_buf){.ptr = ptr, .cap = room};
}

/* Room for n more bytes, or false and failed. */
static bool reserve(struct pl_buf *b, size_t n)
{
	if (n <= b->cap - b->len)
		return !b->failed;
	if (b->failed || !b->arena || n > SIZE_MAX / 4) {
		b->failed = true;
		return false;
	}
	size_t cap = b->cap * 2 > FIRST_CAP ? b->cap * 2 : FIRST_CAP;
	if (cap < b->len + n)
		cap = b->len + n;
	char *ptr = pl_arena_alloc(b->arena, cap);
	if (!ptr) {
		b->failed = true;
		return false;
	}
	if (b->len)
		memcpy(ptr, b->ptr, b->len);
	b->ptr = ptr;
	b->cap = cap;
	return true;
}

void pl_buf_add(struct pl_buf *b, pl_str s)
{
	if (s.len == 0 || !reserve(b, s.len))
		return;
	memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
}

void pl_buf_addc(struct pl_buf *b, char c)
{
	pl_buf_add(b, (pl_str){&c, 1});
}

void pl_buf_adds(struct pl_buf *b, const char *cstr)
{
	pl_buf_add(b, pl_str_from(cstr));
}

void pl_buf_fill(struct pl_buf *b, char c, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memset(b->ptr + b->len, c, n);
	b->len += n;
}

void pl_buf_vaddf(struct pl_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	/* Into the room there is; once more if that was too little. */
	size_t room = b->failed ? 0 : b->cap - b->len;
	int len = vsnprintf(room ? b->ptr + b->len : NULL, room, fmt, ap);
	if (len >= 0 && reserve(b, (size_t)len + 1)) {
		if ((size_t)len >= room)
			vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void pl_buf_addf(struct pl_buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(b, fmt, ap);
	va_end(ap);
}

pl_str pl_buf_str(const struct pl_buf *b)
{
	return (pl_str){b->ptr, b->len};
}

/* Characters that a terminal or log reader would act on instead of showing. */
static bool is_hostile(uint32_t p)
{
	return p < 0x20 || (p >= 0x7F && p <= 0x9F) || p == 0x2028 || p == 0x2029 || pl_utf8_is_bidi(p);
}

/* How much of a text is printable ASCII, which stands for itself: most texts are nothing else. At most max bytes. */
static size_t plain_prefix(pl_str s, size_t max)
{
	size_t n = 0;
	while (n < s.len && n < max && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7F)
		n++;
	return n;
}

void pl_buf_add_escaped(struct pl_buf *b, pl_str s, size_t max_points)
{
	size_t points = 0;
	for (size_t i = 0; i < s.len; points++) {
		size_t plain =
			plain_prefix((pl_str){s.ptr + i, s.len - i}, max_points ? max_points - points : SIZE_MAX);
		pl_buf_add(b, (pl_str){s.ptr + i, plain});
		i += plain;
		points += plain;
		if (i == s.len)
			return;
		if (max_points && points == max_points) {
			pl_buf_adds(b, "\xE2\x80\xA6");
			return;
		}
		uint32_t p;
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &p);
		if (n == 0) {
			pl_buf_addf(b, "\\x{%02x}", (unsigned)(unsigned char)s.ptr[i]);
			n = 1;
		} else if (p == '\n') {
			pl_buf_adds(b, "\\n");
		} else if (p == '\t') {
			pl_buf_adds(b, "\\t");
		} else if (is_hostile(p)) {
			pl_buf_addf(b, "\\u{%x}", p);
		} else {
			pl_buf_add(b, (pl_str){s.ptr + i, n});
		}
		i += n;
	}
}

static void add_json_point(struct pl_buf *b, uint32_t p, pl_str bytes)
{
	switch (p) {
	case '"':
		pl_buf_adds(b, "\\\"");
		return;
	case '\\':
		pl_buf_adds(b, "\\\\");
		return;
	case '\n':
		pl_buf_adds(b, "\\n");
		return;
	case '\r':
		pl_buf_adds(b, "\\r");
		return;
	case '\t':
		pl_buf_adds(b, "\\t");
		return;
	default:
		break;
	}
	if (is_hostile(p))
		pl_buf_addf(b, "\\u%04x", p);
	else
		pl_buf_add(b, bytes);
}

void pl_buf_add_json(struct pl_buf *b, pl_str s)
{
	pl_buf_addc(b, '"');
	size_t plain = 0; /* start of the run that needs no change */
	for (size_t i = 0; i < s.len;) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
			i++;
			continue;
		}
		pl_buf_add(b, (pl_str){s.ptr + plain, i - plain});
		uint32_t p;
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &p);
		if (n == 0)
			pl_buf_adds(b, "\xEF\xBF\xBD");
		else
			add_json_point(b, p, (pl_str){s.ptr + i, n});
		i += n ? n : 1;
		plain = i;
	}
	if (s.len > plain)
		pl_buf_add(b, (pl_str){s.ptr + plain, s.len - plain});
	pl_buf_addc(b, '"');
}
