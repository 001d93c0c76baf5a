/* frame.c - the framing policy: libmicrohttpd 0.9.75 takes what RFC 9112 tells servers to refuse, and two readers that
 * disagree about where a request ends are how a second request is smuggled. spec: server.md 3.2; RFC 9112 6.1, 6.3, 3.2
 * What the library does not show (a NUL in a value, a bare LF) cannot be refused here; put no HTTP proxy in front. */
#include "frame.h"

#include <string.h>
#include <strings.h>

static bool is(pl_str text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

/* spec: RFC 9110 5.6.2 */
static bool is_token(pl_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return name.len > 0;
}

static bool is_clean(pl_str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] == '\r' || value.ptr[i] == '\n' || value.ptr[i] == '\0')
			return false;
	return true;
}

static void take_length(struct pl_frame *f, pl_str value)
{
	f->lengths++;
	f->length = 0;
	if (value.len == 0)
		f->malformed = true;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			f->malformed = true;
		else if (__builtin_mul_overflow(f->length, 10u, &f->length) ||
			 __builtin_add_overflow(f->length, (uint64_t)(value.ptr[i] - '0'), &f->length))
			f->too_long = true;
	}
}

void pl_frame_header(struct pl_frame *f, pl_str name, pl_str value)
{
	if (!is_token(name) || !is_clean(value))
		f->malformed = true;
	/* The library folds "Transfer-Encoding:\r\n chunked" into a header of this name. */
	if (name.len > strlen("transfer-encoding") && strncasecmp(name.ptr, "transfer-encoding", 17) == 0)
		f->malformed = true;
	if (is(name, "host"))
		f->hosts++;
	if (is(name, "content-length"))
		take_length(f, value);
	if (is(name, "transfer-encoding")) {
		f->encodings++;
		f->chunked = is(value, "chunked");
	}
	if (is(name, "expect"))
		f->expects = true;
}

unsigned pl_frame_refusal(const struct pl_frame *f, bool http_1_1, bool needs_body)
{
	if (f->malformed || f->lengths > 1 || (f->lengths && f->encodings))
		return 400;
	if (f->hosts > 1 || (http_1_1 && f->hosts == 0))
		return 400;
	if (f->encodings > 1 || (f->encodings && !f->chunked))
		return 501;
	if (f->too_long)
		return 413;
	if (needs_body && f->lengths == 0 && f->encodings == 0)
		return 411;
	return 0;
}
