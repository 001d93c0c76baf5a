/* yamlplace.c - see yamlplace.h. */
#include "yamlplace.h"

#include "base/utf8.h"

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint32_t pl_yamlplace_byte(struct pl_yamlplace *place, size_t index)
{
	const char *body = place->text.ptr + place->start;
	size_t len = place->text.len - place->start;
	if (place->ascii)
		return (uint32_t)(place->start + (index < len ? index : len));
	size_t point = place->point, byte = place->byte;
	for (; point < index && byte < len; point++) {
		byte++;
		while (byte < len && is_tail(body[byte]))
			byte++;
	}
	for (; point > index && byte > 0; point--) {
		byte--;
		while (byte > 0 && is_tail(body[byte]))
			byte--;
	}
	place->point = point;
	place->byte = byte;
	return (uint32_t)(place->start + byte);
}

struct pl_extent pl_yamlplace_skip_properties(const struct pl_yamlplace *place, struct pl_extent e)
{
	const char *s = place->text.ptr;
	while (e.start < e.end) {
		char c = s[e.start];
		if (c == '&' || c == '!') {
			while (e.start < e.end && !is_blank(s[e.start]))
				e.start++;
		} else if (c == '#') {
			while (e.start < e.end && s[e.start] != '\n')
				e.start++;
		} else if (is_blank(c)) {
			e.start++;
		} else {
			break;
		}
	}
	return e;
}

struct pl_span pl_yamlplace_span(const struct pl_yamlplace *place, struct pl_extent e)
{
	uint32_t len = e.end > e.start ? e.end - e.start : 1;
	if (len == 1 && e.start < place->text.len) {
		uint32_t point;
		unsigned n = pl_utf8_decode(place->text.ptr + e.start, place->text.len - e.start, &point);
		len = n ? n : 1;
	}
	return (struct pl_span){e.start, len};
}
