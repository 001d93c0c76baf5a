/* yamlscan.c - see yamlscan.h. spec: YAML 1.2.2 section 5.1 (what may stand in a text), without C1 and NEL. */
#include "yamlscan.h"

#include <string.h>

#include "base/utf8.h"
#include "fault.h"

/* libyaml compares every %TAG with those before it. A line that looks like one inside a scalar counts, too: there are
 * never many. */
#define MAX_TAG_LINES 16

#define BOM	  "\xEF\xBB\xBF"
#define HIGH_BITS 0x8080808080808080u
#define ONES	  0x0101010101010101u

/* The first byte at or after i that is a control character, DEL or beyond ASCII. */
static size_t skip_printable(pl_str text, size_t i)
{
	while (text.len - i >= 8) {
		uint64_t w;
		memcpy(&w, text.ptr + i, sizeof w);
		/* Any byte below 0x20, above 0x7E: the word is looked at byte by byte. */
		if (((w - ONES * 0x20) | (w + ONES) | w) & HIGH_BITS)
			break;
		i += 8;
	}
	while (i < text.len && (unsigned char)(text.ptr[i] - 0x20) < 0x5F)
		i++;
	return i;
}

/* U+2028 and U+2029 end a line in YAML 1.1 and not in 1.2, and a lone carriage return does so in no editor: a text that
 * readers would divide into different lines is refused. */
static bool is_allowed(uint32_t point, pl_str rest)
{
	if (point == '\r')
		return rest.len >= 2 && rest.ptr[1] == '\n';
	if (point < 0xA0)
		return point == '\t' || point == '\n' || (point >= 0x20 && point < 0x7F);
	return point != 0xFEFF && point != 0xFFFE && point != 0xFFFF && point != 0x2028 && point != 0x2029;
}

static bool is_utf16(pl_str text)
{
	if (pl_str_starts(text, PL_STR("\xFE\xFF")) || pl_str_starts(text, PL_STR("\xFF\xFE")))
		return true;
	return text.len >= 2 && (text.ptr[0] == '\0') != (text.ptr[1] == '\0');
}

static pl_err fail_character(pl_str name, pl_str text, size_t i, uint32_t point, unsigned len, struct pl_diags *diags)
{
	struct pl_span at = {(uint32_t)i, len ? len : 1};
	if (len == 0)
		pl_fault(diags, name, text, at, "save the file as UTF-8", "the byte 0x%02X is not UTF-8 here",
			 (unsigned)(unsigned char)text.ptr[i]);
	else if (point == 0xFEFF)
		pl_fault(diags, name, text, at, "remove it: it may only stand at the beginning of the file",
			 "a byte order mark stands inside the file");
	else if (point == '\r')
		pl_fault(diags, name, text, at, "end lines with a line feed",
			 "a carriage return stands without a line feed");
	else
		pl_fault(diags, name, text, at, "remove it, or write it as an escape in double quotes, as in \"\\x1B\"",
			 "the character U+%04X may not stand in YAML", (unsigned)point);
	return PL_E_SYNTAX;
}

/* White space to Go, and part of a text to YAML. */
static bool is_foreign_space(uint32_t point)
{
	return point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x202F ||
	       point == 0x205F || point == 0x3000;
}

/* Kubernetes tools skip it and take a file whose first character is then `{` for JSON. */
static pl_err check_start(pl_str name, pl_str text, size_t i, struct pl_diags *diags)
{
	while (i < text.len && memchr(" \t\r\n", text.ptr[i], 4))
		i++;
	uint32_t point;
	unsigned n = i < text.len ? pl_utf8_decode(text.ptr + i, text.len - i, &point) : 0;
	return n && is_foreign_space(point) ? fail_character(name, text, i, point, n, diags) : PL_OK;
}

static pl_err check_characters(pl_str name, pl_str text, size_t start, bool *ret_ascii, struct pl_diags *diags)
{
	*ret_ascii = true;
	for (size_t i = skip_printable(text, start); i < text.len; i = skip_printable(text, i)) {
		uint32_t point;
		unsigned n = pl_utf8_decode(text.ptr + i, text.len - i, &point);
		if (n == 0 || !is_allowed(point, (pl_str){text.ptr + i, text.len - i}))
			return fail_character(name, text, i, point, n, diags);
		if (n > 1)
			*ret_ascii = false;
		i += n;
	}
	return PL_OK;
}

/* Kubernetes tools cut a file at every line that begins with ---, before they read YAML: where YAML sees a text that
 * goes on, such as the key `---#x: 1`, they see two documents. */
static bool is_false_marker(pl_str line)
{
	return line.len > 3 && pl_str_starts(line, PL_STR("---")) && !memchr(" \t\r\n", line.ptr[3], 4);
}

static pl_err check_lines(pl_str name, pl_str text, size_t start, struct pl_diags *diags)
{
	unsigned lines = 0;
	size_t i = start;
	while (i < text.len) {
		pl_str rest = {text.ptr + i, text.len - i};
		if (is_false_marker(rest)) {
			pl_fault(diags, name, text, (struct pl_span){(uint32_t)i, 3},
				 "write a space after `---` to begin a document, or indent the line",
				 "a line begins with `---` and goes on without a space: Kubernetes tools would begin "
				 "a document here");
			return PL_E_SYNTAX;
		}
		if (pl_str_starts(rest, PL_STR("%TAG")) && ++lines > MAX_TAG_LINES) {
			pl_fault(diags, name, text, (struct pl_span){(uint32_t)i, 4}, "remove the %TAG lines",
				 "more than %d lines begin with %%TAG", MAX_TAG_LINES);
			return PL_E_LIMIT;
		}
		const char *end = memchr(rest.ptr, '\n', rest.len);
		i = end ? (size_t)(end - text.ptr) + 1 : text.len;
	}
	return PL_OK;
}

pl_err pl_yamlscan_check(pl_str name, pl_str text, pl_str *ret_body, bool *ret_ascii, struct pl_diags *diags)
{
	if (is_utf16(text)) {
		pl_fault(diags, name, text, (struct pl_span){0, 1}, "save the file as UTF-8",
			 "the text is UTF-16, not UTF-8");
		return PL_E_SYNTAX;
	}
	size_t start = pl_str_starts(text, PL_STR(BOM)) ? sizeof BOM - 1 : 0;
	bool ascii;
	PL_TRY(check_characters(name, text, start, &ascii, diags));
	PL_TRY(check_start(name, text, start, diags));
	PL_TRY(check_lines(name, text, start, diags));
	*ret_body = (pl_str){text.len ? text.ptr + start : "", text.len - start};
	*ret_ascii = ascii;
	return PL_OK;
}

static bool is_marker(pl_str line)
{
	if (!pl_str_starts(line, PL_STR("---")) && !pl_str_starts(line, PL_STR("...")))
		return false;
	return line.len == 3 || line.ptr[3] == ' ' || line.ptr[3] == '\t' || line.ptr[3] == '\r' || line.ptr[3] == '\n';
}

size_t pl_yamlscan_document(pl_str body)
{
	size_t i = 0;
	while (i < body.len) {
		const char *end = memchr(body.ptr + i, '\n', body.len - i);
		if (!end)
			break;
		i = (size_t)(end - body.ptr) + 1;
		if (is_marker((pl_str){body.ptr + i, body.len - i}))
			return i;
	}
	return body.len;
}
