/* unescape.c - see unescape.h. spec: RFC 8259 section 7. */
#include "unescape.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int32_t pl_unescape_hex4(const char *p)
{
	int32_t value = 0;
	for (unsigned i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* \uXXXX at p; a high surrogate followed by \u and a low one is one code point. */
static size_t next_unicode(const char *p, const char *end, char out[4], unsigned *ret_len)
{
	int32_t unit = end - p >= 6 ? pl_unescape_hex4(p + 2) : -1;
	size_t used = 6;
	uint32_t point = unit < 0 ? 0xFFFD : (uint32_t)unit;
	if (point >= 0xD800 && point <= 0xDBFF && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		int32_t low = pl_unescape_hex4(p + 8);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			point = 0x10000 + ((point - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
			used = 12;
		}
	}
	if (point >= 0xD800 && point <= 0xDFFF)
		point = 0xFFFD;
	*ret_len = pl_utf8_encode(point, out);
	return used < (size_t)(end - p) ? used : (size_t)(end - p);
}

static char short_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c; /* quote, backslash, slash */
	}
}

size_t pl_unescape_next(const char *p, const char *end, char out[4], unsigned *ret_len)
{
	if (*p == '\\' && end - p >= 2) {
		if (p[1] == 'u')
			return next_unicode(p, end, out, ret_len);
		out[0] = short_escape(p[1]);
		*ret_len = 1;
		return 2;
	}
	uint32_t point;
	unsigned n = pl_utf8_decode(p, (size_t)(end - p), &point);
	*ret_len = pl_utf8_encode(point, out);
	return n ? n : 1;
}

size_t pl_unescape_all(pl_str raw, char *out)
{
	const char *p = raw.ptr, *end = raw.ptr + raw.len;
	char *to = out;
	while (p < end) {
		if (*p != '\\' && (unsigned char)*p < 0x80) {
			*to++ = *p++;
			continue;
		}
		char unit[4];
		unsigned n;
		p += pl_unescape_next(p, end, unit, &n);
		memcpy(to, unit, n);
		to += n;
	}
	return (size_t)(to - out);
}

bool pl_unescape_equals(pl_str raw, pl_str text)
{
	const char *p = raw.ptr, *end = raw.ptr + raw.len;
	size_t at = 0;
	while (p < end) {
		char unit[4];
		unsigned n;
		p += pl_unescape_next(p, end, unit, &n);
		if (n > text.len - at || memcmp(text.ptr + at, unit, n) != 0)
			return false;
		at += n;
	}
	return at == text.len;
}

void pl_unescape_print(pl_str raw, size_t max_points, struct pl_buf *out)
{
	const char *p = raw.ptr, *end = raw.ptr + raw.len;
	for (size_t n = 0; p < end; n++) {
		if (max_points && n == max_points) {
			pl_buf_adds(out, "\xE2\x80\xA6");
			return;
		}
		char unit[4];
		unsigned len;
		p += pl_unescape_next(p, end, unit, &len);
		pl_buf_add_escaped(out, (pl_str){unit, len}, 0);
	}
}
