/* utf8.c - see utf8.h. spec: RFC 3629 section 4, the table of well-formed sequences. */
#include "utf8.h"

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

unsigned pl_utf8_decode(const char *s, size_t len, uint32_t *ret_point)
{
	const unsigned char *u = (const unsigned char *)s;
	*ret_point = 0xFFFD;
	if (u[0] < 0x80) {
		*ret_point = u[0];
		return 1;
	}
	if (u[0] >= 0xC2 && u[0] <= 0xDF && len >= 2 && is_tail(u[1])) {
		*ret_point = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3Fu);
		return 2;
	}
	if (u[0] >= 0xE0 && u[0] <= 0xEF && len >= 3 && is_tail(u[1]) && is_tail(u[2])) {
		uint32_t p = (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3Fu);
		if (p < 0x800 || (p >= 0xD800 && p <= 0xDFFF))
			return 0;
		*ret_point = p;
		return 3;
	}
	if (u[0] >= 0xF0 && u[0] <= 0xF4 && len >= 4 && is_tail(u[1]) && is_tail(u[2]) && is_tail(u[3])) {
		uint32_t p = (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 |
			     (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3Fu);
		if (p < 0x10000 || p > 0x10FFFF)
			return 0;
		*ret_point = p;
		return 4;
	}
	return 0;
}

unsigned pl_utf8_encode(uint32_t point, char out[4])
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xC0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xE0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3F));
		out[2] = (char)(0x80 | (point & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | (point >> 18 & 0x07));
	out[1] = (char)(0x80 | (point >> 12 & 0x3F));
	out[2] = (char)(0x80 | (point >> 6 & 0x3F));
	out[3] = (char)(0x80 | (point & 0x3F));
	return 4;
}

size_t pl_utf8_valid_prefix(pl_str s)
{
	size_t i = 0;
	uint32_t point;
	while (i < s.len) {
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &point);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

size_t pl_utf8_count(pl_str s)
{
	size_t count = 0;
	uint32_t point;
	for (size_t i = 0; i < s.len; count++) {
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &point);
		i += n ? n : 1;
	}
	return count;
}

bool pl_utf8_is_bidi(uint32_t p)
{
	return (p >= 0x202A && p <= 0x202E) || (p >= 0x2066 && p <= 0x2069) || p == 0x200E || p == 0x200F ||
	       p == 0x061C;
}
