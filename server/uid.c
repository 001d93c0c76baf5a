/* uid.c - a scanner for {"request":{"uid":"..."}} at the start of anything.
 *
 * An answer without the right uid is a failed call, which some clusters take for a yes; so the uid is recovered from
 * reviews that are cut off, too deep, or wrong further on. The API server writes kind, apiVersion and request.uid
 * first. spec: server.md 1 One pass, no recursion, memory only for texts with escapes. Stops at the first byte that is
 * not JSON as far as it looks: brackets are counted, not matched. Keys are compared exactly, after their escapes are
 * resolved, as the API server's reader does. */
#include "uid.h"

#include <string.h>

#include "plimsoll/doc.h"

struct scan {
	const char *at, *end;
	struct pl_arena *arena;
	pl_str uid;
	bool found, conflict;
};

static void skip_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool peek(struct scan *s, char c)
{
	skip_space(s);
	return s->at < s->end && *s->at == c;
}

/* A string with its quotes; false when it does not end. */
static bool take_string(struct scan *s, pl_str *ret)
{
	const char *start = s->at;
	if (!take(s, '"'))
		return false;
	start = s->at - 1;
	for (; s->at < s->end; s->at++) {
		if (*s->at == '\\') {
			if (++s->at == s->end)
				return false;
		} else if (*s->at == '"') {
			s->at++;
			*ret = (pl_str){start, (size_t)(s->at - start)};
			return true;
		}
	}
	return false;
}

/* The text of a string with its quotes, read by the one reader that also reads whole reviews, so that both agree. */
static bool decode(struct scan *s, pl_str quoted, pl_str *ret)
{
	struct pl_doc *doc;
	struct pl_diags diags;
	pl_diags_init(&diags, s->arena);
	if (pl_doc_read_json(PL_STR("uid"), quoted, &pl_doc_json_limits, s->arena, &doc, &diags) != PL_OK)
		return false;
	*ret = pl_doc_text(doc, pl_doc_root(doc), s->arena);
	return ret->ptr != NULL;
}

static bool key_is(struct scan *s, pl_str quoted, pl_str name)
{
	pl_str text = {quoted.ptr + 1, quoted.len - 2};
	if (pl_str_eq(text, name))
		return true;
	/* An escape takes at most six bytes for one. */
	if (text.len > 6 * name.len || !memchr(text.ptr, '\\', text.len))
		return false;
	return decode(s, quoted, &text) && pl_str_eq(text, name);
}

/* Past one value of any depth. */
static bool skip_value(struct scan *s)
{
	size_t depth = 0;
	pl_str ignored;
	skip_space(s);
	while (s->at < s->end) {
		char c = *s->at;
		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return true;
		if (c == '"') {
			if (!take_string(s, &ignored))
				return false;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		s->at++;
	}
	return false;
}

/* The next key of an object that has been entered, up to after its colon. */
static bool next_key(struct scan *s, bool first, pl_str *ret_key)
{
	if (!first && !take(s, ','))
		return false;
	return take_string(s, ret_key) && take(s, ':');
}

static bool take_uid(struct scan *s)
{
	pl_str quoted, uid;
	if (!peek(s, '"')) {
		s->conflict = true;
		return skip_value(s);
	}
	if (!take_string(s, &quoted))
		return false;
	if (quoted.len > PL_UID_MAX || !decode(s, quoted, &uid) || (s->found && !pl_str_eq(uid, s->uid)))
		s->conflict = true;
	else
		s->uid = uid;
	s->found = true;
	return true;
}

/* Members of the request. False when the bytes end or stop being JSON. */
static bool scan_request(struct scan *s)
{
	pl_str key;
	if (!take(s, '{'))
		return false;
	if (take(s, '}'))
		return true;
	for (bool first = true; next_key(s, first, &key); first = false) {
		bool ok = key_is(s, key, PL_STR("uid")) ? take_uid(s) : skip_value(s);
		if (!ok)
			return false;
		if (take(s, '}'))
			return true;
	}
	return false;
}

static void scan_review(struct scan *s)
{
	pl_str key;
	if (!take(s, '{'))
		return;
	for (bool first = true; next_key(s, first, &key); first = false) {
		bool inside = key_is(s, key, PL_STR("request")) && peek(s, '{');
		if (!(inside ? scan_request(s) : skip_value(s)))
			return;
	}
}

bool pl_uid_scan(pl_str bytes, struct pl_arena *arena, pl_str *ret_uid)
{
	struct scan s = {.at = bytes.ptr, .end = bytes.ptr + bytes.len, .arena = arena};
	if (bytes.len == 0)
		return false;
	if (pl_str_starts(bytes, PL_STR("\xEF\xBB\xBF")))
		s.at += 3;
	scan_review(&s);
	if (!s.found || s.conflict || s.uid.len == 0)
		return false;
	*ret_uid = s.uid;
	return true;
}
