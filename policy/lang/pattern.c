/* pattern.c - reads a pattern without compiling it. The first half refuses what has no bound (back-references,
 * look-around, recursion, verbs, \C, callouts) and what would surprise (anchors, \K); the second half recognises
 * patterns that are only a text, a choice between texts, or texts with `.*` between. What neither half understands is
 * left to PCRE2, which may still refuse it when the program is prepared. spec: language.md 3.9 */
#include "pattern.h"

#include <string.h>

#include "base/buf.h"

/* --- bounded and well-formed -----------------------------------------------------------------------------------------
 */

struct scan {
	pl_str s;
	size_t i;
	unsigned open; /* groups */
	struct pl_pattern_fault *fault;
};

static bool fail(struct scan *sc, const char *what, size_t len)
{
	size_t rest = sc->s.len - sc->i;
	*sc->fault = (struct pl_pattern_fault){.what = what, .at = sc->i, .len = len < rest ? len : rest};
	return false;
}

static char peek(const struct scan *sc, size_t ahead)
{
	return sc->i + ahead < sc->s.len ? sc->s.ptr[sc->i + ahead] : '\0';
}

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool scan_escape(struct scan *sc)
{
	char c = peek(sc, 1);
	if (c == '\0')
		return fail(sc, "a backslash at the end", 1);
	if (one_of(c, "123456789gk"))
		return fail(sc, "a back-reference", 2);
	if (c == 'C')
		return fail(sc, "`\\C`", 2);
	if (c == 'K')
		return fail(sc, "`\\K`", 2);
	if (c == 'Q' || c == 'E')
		return fail(sc, "`\\Q` or `\\E`", 2);
	sc->i += 2;
	return true;
}

/* What stands after `(?`. */
static const char *group_fault(const struct scan *sc)
{
	char c = peek(sc, 2), d = peek(sc, 3);
	if (c == '=' || c == '!')
		return "look-ahead";
	if (c == '<' && (d == '=' || d == '!' || d == '*'))
		return "look-behind";
	if (c == '*')
		return "look-ahead";
	if (c == 'P' && d == '=')
		return "a back-reference";
	if (one_of(c, "R&0123456789") || (c == 'P' && d == '>') || (one_of(c, "+-") && one_of(d, "0123456789")))
		return "recursion";
	if (c == 'C')
		return "a callout";
	return c == '(' ? "a condition" : NULL;
}

static bool scan_group(struct scan *sc)
{
	if (peek(sc, 1) == '*')
		return fail(sc, "a verb", 2);
	const char *fault = peek(sc, 1) == '?' ? group_fault(sc) : NULL;
	if (fault)
		return fail(sc, fault, 3);
	sc->open++;
	sc->i++;
	if (peek(sc, 0) == '?')
		sc->i++;
	return true;
}

/* A class in brackets; a `]` in first place is an ordinary character. */
static bool scan_class(struct scan *sc)
{
	size_t i = sc->i + 1;
	if (i < sc->s.len && sc->s.ptr[i] == '^')
		i++;
	if (i < sc->s.len && sc->s.ptr[i] == ']')
		i++;
	while (i < sc->s.len && sc->s.ptr[i] != ']') {
		char c = sc->s.ptr[i];
		bool posix = c == '[' && i + 1 < sc->s.len && sc->s.ptr[i + 1] == ':';
		const char *end = posix ? memmem(sc->s.ptr + i + 2, sc->s.len - i - 2, ":]", 2) : NULL;
		if (end)
			i = (size_t)(end - sc->s.ptr) + 2;
		else
			i += c == '\\' ? 2 : 1;
	}
	if (i >= sc->s.len)
		return fail(sc, "a `[` that is not closed", 1);
	sc->i = i + 1;
	return true;
}

static bool scan_one(struct scan *sc)
{
	char c = peek(sc, 0);
	if (c == '\\')
		return scan_escape(sc);
	if (c == '[')
		return scan_class(sc);
	if (c == '(')
		return scan_group(sc);
	if (c == ')' && sc->open == 0)
		return fail(sc, "a `)` that closes nothing", 1);
	if (c == '^' || c == '$') {
		fail(sc, "`^` and `$`", 1);
		sc->fault->anchor = true;
		return false;
	}
	if (c == ')')
		sc->open--;
	sc->i++;
	return true;
}

bool pl_pattern_check(pl_str pattern, struct pl_pattern_fault *ret)
{
	struct scan sc = {.s = pattern, .fault = ret};
	*ret = (struct pl_pattern_fault){0};
	while (sc.i < pattern.len) {
		if (!scan_one(&sc))
			return false;
	}
	sc.i = 0;
	return sc.open == 0 || fail(&sc, "a `(` that is not closed", pattern.len);
}

/* --- something cheaper
 * --------------------------------------------------------------------------------------------------- */

/* One literal character at i, escaped or not; false when it is not one. */
static bool literal_at(pl_str s, size_t *i, char *ret)
{
	char c = s.ptr[*i];
	if (c == '\\') {
		if (*i + 1 >= s.len || !one_of(s.ptr[*i + 1], "\\^$.|?*+()[]{}/-_@:;,=!<>~#%&'\" "))
			return false;
		*ret = s.ptr[*i + 1];
		*i += 2;
	} else {
		if (c == '\0' || one_of(c, "^$.|?*+()[]{}"))
			return false;
		*ret = c;
		*i += 1;
	}
	return *i >= s.len || !one_of(s.ptr[*i], "?*+{"); /* a quantifier after it makes it more than a literal */
}

/* The text of [from, to) when it is nothing but literal characters; ptr NULL when not. Memory is not an error here:
 * then the pattern stays a pattern. */
static pl_str literal(pl_str s, struct pl_arena *arena)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, s.len + 1);
	for (size_t i = 0; i < s.len;) {
		char c;
		if (!literal_at(s, &i, &c))
			return (pl_str){0};
		pl_buf_addc(&out, c);
	}
	pl_str text = pl_buf_str(&out);
	if (out.failed)
		return (pl_str){0};
	return text.ptr ? text : PL_STR("");
}

/* Texts with `.*` between, before or after: `like` with a star for each. */
static pl_str like(pl_str s, struct pl_arena *arena)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, s.len + 1);
	for (size_t i = 0; i < s.len;) {
		char c;
		if (s.ptr[i] == '.' && i + 1 < s.len && s.ptr[i + 1] == '*') {
			i += 2;
			if (i < s.len && one_of(s.ptr[i], "?+*{"))
				return (pl_str){0};
			pl_buf_addc(&out, '*');
		} else if (literal_at(s, &i, &c) && c != '*') {
			pl_buf_addc(&out, c);
		} else {
			return (pl_str){0};
		}
	}
	return out.failed ? (pl_str){0} : pl_buf_str(&out);
}

/* (a|b|c) or (?:a|b|c) without its brackets; s itself otherwise. */
static pl_str inside(pl_str s)
{
	if (s.len < 2 || s.ptr[0] != '(' || s.ptr[s.len - 1] != ')')
		return s;
	pl_str rest = {s.ptr + 1, s.len - 2};
	if (pl_str_starts(rest, PL_STR("?:")))
		return (pl_str){rest.ptr + 2, rest.len - 2};
	return rest;
}

static uint32_t count_bars(pl_str s)
{
	uint32_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '|';
	return n;
}

/* Splits at every bar; the parts must be literal, so that an escaped bar or a nested group fails the test anyway. */
static pl_err choice(pl_str s, struct pl_arena *arena, struct pl_pattern_plan *ret)
{
	uint32_t n = 0, room = count_bars(s) + 1;
	pl_str *texts = pl_arena_zalloc(arena, room, sizeof *texts);
	if (!texts)
		return PL_E_MEMORY;
	for (size_t from = 0, i = 0; i <= s.len; i++) {
		if (i < s.len && s.ptr[i] != '|')
			continue;
		texts[n] = literal((pl_str){s.ptr + from, i - from}, arena);
		if (!texts[n++].ptr)
			return PL_OK;
		from = i + 1;
	}
	*ret = (struct pl_pattern_plan){n == 1 ? PL_PATTERN_LITERAL : PL_PATTERN_CHOICE, texts, n};
	return PL_OK;
}

pl_err pl_pattern_plan(pl_str pattern, struct pl_arena *arena, struct pl_pattern_plan *ret)
{
	*ret = (struct pl_pattern_plan){.form = PL_PATTERN_GENERAL};
	PL_TRY(choice(inside(pattern), arena, ret));
	if (ret->form != PL_PATTERN_GENERAL)
		return PL_OK;
	pl_str text = like(pattern, arena);
	if (!text.ptr)
		return PL_OK;
	pl_str *texts = pl_arena_zalloc(arena, 1, sizeof *texts);
	if (!texts)
		return PL_E_MEMORY;
	texts[0] = text;
	*ret = (struct pl_pattern_plan){PL_PATTERN_LIKE, texts, 1};
	return PL_OK;
}
