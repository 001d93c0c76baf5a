/* automaton_pattern.c - a bounded pattern as a language: characters, classes, groups, choices and repetition. Flags,
 * properties, word boundaries, and possessive repetition are not understood: such a pattern is not exact. spec:
 * language.md 3.9; pcre2pattern(3), with UTF and without UCP */
#include "automaton.h"

#include <string.h>

#include "base/utf8.h"

#define MAX_DEPTH  64
#define MAX_REPEAT 1000
#define MAX_NODES  20000 /* of one pattern, repetitions expanded */

struct scan {
	struct pl_alphabet *a;
	pl_str s;
	size_t i;
	bool fold;
	bool exact;
	unsigned nodes;
};

static struct pl_lang *choice(struct scan *sc, unsigned depth);

static struct pl_lang *give_up(struct scan *sc)
{
	sc->exact = false;
	return pl_lang_none(sc->a);
}

static bool at(const struct scan *sc, char c)
{
	return sc->i < sc->s.len && sc->s.ptr[sc->i] == c;
}

static bool take(struct scan *sc, char c)
{
	if (!at(sc, c))
		return false;
	sc->i++;
	return true;
}

/* --- classes --------------------------------------------------------------------------------------------------------
 */

static void add_range(struct pl_symbols *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		pl_symbols_add(s, c);
}

/* The class of \d, \w, \s and [:name:]; false for another one. */
static bool add_named(struct pl_symbols *s, pl_str name)
{
	static const struct {
		const char *name, *ranges; /* pairs of ends */
	} classes[] = {
		{"d", "09"},	      {"w", "09AZaz__"},    {"s", "\t\r  "},	   {"h", "\t\t  "},	{"digit", "09"},
		{"word", "09AZaz__"}, {"space", "\t\r  "},  {"alpha", "AZaz"},	   {"alnum", "09AZaz"}, {"upper", "AZ"},
		{"lower", "az"},      {"xdigit", "09AFaf"}, {"punct", "!/:@[`{~"},
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (!pl_str_eq(name, pl_str_from(classes[i].name)))
			continue;
		for (const char *r = classes[i].ranges; *r; r += 2)
			add_range(s, (unsigned char)r[0], (unsigned char)r[1]);
		return true;
	}
	return false;
}

static void add_all(struct pl_symbols *s, const struct pl_symbols *more)
{
	for (unsigned i = 0; i < PL_SYMBOLS / 64; i++) {
		s->in[i] |= more->in[i];
		s->named[i] |= more->named[i];
	}
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH and \x{H...}, behind the x. */
static bool hex_point(struct scan *sc, uint32_t *ret)
{
	bool braces = take(sc, '{');
	unsigned digits = 0;
	*ret = 0;
	while (sc->i < sc->s.len && hex(sc->s.ptr[sc->i]) >= 0 && digits < (braces ? 6u : 2u)) {
		*ret = *ret * 16 + (uint32_t)hex(sc->s.ptr[sc->i++]);
		digits++;
	}
	return *ret > 0 && *ret <= 0x10FFFF && (!braces || take(sc, '}'));
}

/* What a backslash and c stand for, when that is one character. */
static bool escape_point(struct scan *sc, char c, uint32_t *ret)
{
	static const char letters[] = "nrtfea", points[] = "\n\r\t\f\x1b\a";
	const char *known = memchr(letters, c, sizeof letters - 1);
	if (c == 'x')
		return hex_point(sc, ret);
	if (known)
		*ret = (unsigned char)points[known - letters];
	else if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80)
		return false;
	else
		*ret = (unsigned char)c;
	return true;
}

/* Takes one escape: *ret_point, or (false) a whole class into *set. */
static bool escape(struct scan *sc, uint32_t *ret_point, struct pl_symbols *set)
{
	char c = sc->i < sc->s.len ? sc->s.ptr[sc->i++] : '\0';
	struct pl_symbols named = {.in = {0}};
	char low = (char)(c | 0x20);
	if (c != 'x' && escape_point(sc, c, ret_point))
		return true;
	if (c == 'x') {
		sc->exact = hex_point(sc, ret_point) && sc->exact;
		return true;
	}
	if (!add_named(&named, (pl_str){&low, 1}) || (c == 'H' || low == 'h'))
		sc->exact = false; /* \h has members beyond ASCII */
	if (c != low)
		pl_symbols_invert(&named);
	add_all(set, &named);
	return false;
}

static uint32_t take_point(struct scan *sc)
{
	uint32_t point = 0;
	unsigned n = pl_utf8_decode(sc->s.ptr + sc->i, sc->s.len - sc->i, &point);
	sc->exact = sc->exact && n > 0;
	sc->i += n ? n : 1;
	return point;
}

/* spec: Unicode: U+017F is a kind of s, U+212A is K, when case does not matter. */
static void add_folded(struct scan *sc, struct pl_symbols *s)
{
	for (unsigned c = 'a'; c <= 'z' && sc->fold; c++) {
		unsigned big = c - 'a' + 'A';
		if (!pl_symbols_has(s, c) && !pl_symbols_has(s, big))
			continue;
		pl_symbols_add(s, c);
		pl_symbols_add(s, big);
		if (c == 's' || c == 'k')
			pl_symbols_add(s, pl_alphabet_symbol(sc->a, c == 's' ? 0x17F : 0x212A));
	}
}

/* Case beyond ASCII is not followed. */
static void add_point(struct scan *sc, struct pl_symbols *s, uint32_t point)
{
	sc->exact = sc->exact && (point < 0x80 || !sc->fold);
	pl_symbols_add(s, pl_alphabet_symbol(sc->a, point));
}

static bool posix(struct scan *sc, struct pl_symbols *s)
{
	if (!at(sc, '[') || sc->i + 1 >= sc->s.len || sc->s.ptr[sc->i + 1] != ':')
		return false;
	const char *from = sc->s.ptr + sc->i + 2;
	const char *end = memmem(from, sc->s.len - sc->i - 2, ":]", 2);
	if (!end)
		return false;
	bool negated = *from == '^';
	struct pl_symbols named = {.in = {0}};
	if (!add_named(&named, (pl_str){from + negated, (size_t)(end - from) - negated}))
		sc->exact = false;
	if (negated)
		pl_symbols_invert(&named);
	add_all(s, &named);
	sc->i = (size_t)(end - sc->s.ptr) + 2;
	return true;
}

/* One member of a class, or one end of a range; false: a class of its own, which is in s. */
static bool member(struct scan *sc, struct pl_symbols *s, uint32_t *ret)
{
	if (posix(sc, s))
		return false;
	if (!at(sc, '\\')) {
		*ret = take_point(sc);
		return true;
	}
	sc->i++;
	if (take(sc, 'b')) {
		*ret = '\b';
		return true;
	}
	return escape(sc, ret, s);
}

static void members(struct scan *sc, struct pl_symbols *s)
{
	for (bool first = true; sc->i < sc->s.len && (first || !at(sc, ']')); first = false) {
		uint32_t from, to;
		if (!member(sc, s, &from))
			continue;
		bool range = at(sc, '-') && sc->i + 1 < sc->s.len && sc->s.ptr[sc->i + 1] != ']';
		if (!range) {
			add_point(sc, s, from);
			continue;
		}
		sc->i++;
		if (!member(sc, s, &to) || from > to || to >= 0x80)
			sc->exact = false;
		else
			add_range(s, from, to);
	}
}

static struct pl_lang *class_of(struct scan *sc)
{
	struct pl_lang *l = pl_lang_new(sc->a, PL_LANG_CLASS, NULL, NULL);
	bool negated = take(sc, '^');
	if (!l)
		return NULL;
	members(sc, &l->symbols);
	sc->exact = take(sc, ']') && sc->exact;
	add_folded(sc, &l->symbols);
	if (negated)
		pl_symbols_invert(&l->symbols);
	return l;
}

/* --- sequences ------------------------------------------------------------------------------------------------------
 */

static struct pl_lang *one_point(struct scan *sc, uint32_t point)
{
	struct pl_lang *l = pl_lang_new(sc->a, PL_LANG_CLASS, NULL, NULL);
	if (!l)
		return NULL;
	add_point(sc, &l->symbols, point);
	add_folded(sc, &l->symbols);
	return l;
}

static struct pl_lang *escaped(struct scan *sc)
{
	struct pl_lang *l = pl_lang_new(sc->a, PL_LANG_CLASS, NULL, NULL);
	uint32_t point;
	if (!l || !escape(sc, &point, &l->symbols))
		return l;
	return one_point(sc, point);
}

static struct pl_lang *group(struct scan *sc, unsigned depth)
{
	if (depth == MAX_DEPTH)
		return give_up(sc);
	if (take(sc, '?') && !take(sc, ':'))
		return give_up(sc);
	struct pl_lang *l = choice(sc, depth + 1);
	return take(sc, ')') ? l : give_up(sc);
}

static struct pl_lang *atom(struct scan *sc, unsigned depth)
{
	if (++sc->nodes > MAX_NODES)
		return give_up(sc);
	if (take(sc, '('))
		return group(sc, depth);
	if (take(sc, '['))
		return class_of(sc);
	if (take(sc, '.'))
		return pl_lang_one(sc->a, "", true);
	if (take(sc, '\\'))
		return escaped(sc);
	if (at(sc, '*') || at(sc, '+') || at(sc, '?'))
		return give_up(sc);
	return one_point(sc, take_point(sc));
}

/* {n}, {n,} or {n,m} at sc->i; false: the brace is a character. */
static bool bounds(struct scan *sc, unsigned *low, unsigned *high)
{
	size_t i = sc->i + 1;
	unsigned n[2] = {0, 0}, parts = 0, digits[2] = {0, 0};
	for (; i < sc->s.len && sc->s.ptr[i] != '}'; i++) {
		char c = sc->s.ptr[i];
		if (c == ',' && parts == 0) {
			parts = 1;
			continue;
		}
		if (c < '0' || c > '9' || digits[parts]++ > 4)
			return false;
		n[parts] = n[parts] * 10 + (unsigned)(c - '0');
	}
	if (i == sc->s.len || digits[0] == 0)
		return false;
	*low = n[0];
	*high = parts == 0 ? n[0] : digits[1] ? n[1] : UINT32_MAX;
	sc->i = i + 1;
	return true;
}

static struct pl_lang *repeated(struct scan *sc, struct pl_lang *l, unsigned low, unsigned high)
{
	unsigned limit = high == UINT32_MAX ? low : high;
	sc->nodes += limit;
	if (limit > MAX_REPEAT || sc->nodes > MAX_NODES || low > limit)
		return give_up(sc);
	struct pl_lang *out = high == UINT32_MAX ? pl_lang_star(sc->a, l) : pl_lang_empty(sc->a);
	for (unsigned i = limit; i-- > 0;) {
		out = pl_lang_cat(sc->a, l, out);
		if (i >= low)
			out = pl_lang_alt(sc->a, out, pl_lang_empty(sc->a));
	}
	return out;
}

static struct pl_lang *piece(struct scan *sc, unsigned depth)
{
	struct pl_lang *l = atom(sc, depth);
	for (;;) {
		unsigned low = 0, high = UINT32_MAX;
		if (take(sc, '+'))
			low = 1;
		else if (take(sc, '?'))
			high = 1;
		else if (!take(sc, '*') && !(at(sc, '{') && bounds(sc, &low, &high)))
			return l;
		l = repeated(sc, l, low, high);
		take(sc, '?'); /* lazy: the same language */
		if (take(sc, '+'))
			return give_up(sc);
		if (at(sc, '*') || at(sc, '?'))
			return give_up(sc);
	}
}

/* Pieces in pairs, pairs in pairs: the tree stays flat. */
static struct pl_lang *fold(struct scan *sc, struct pl_lang **items, size_t n, enum pl_lang_kind kind)
{
	for (; n > 1; n = (n + 1) / 2) {
		for (size_t i = 0; i < n / 2; i++)
			items[i] = kind == PL_LANG_CAT ? pl_lang_cat(sc->a, items[2 * i], items[2 * i + 1])
						       : pl_lang_alt(sc->a, items[2 * i], items[2 * i + 1]);
		if (n % 2)
			items[n / 2] = items[n - 1];
	}
	return n ? items[0] : pl_lang_empty(sc->a);
}

static struct pl_lang *sequence(struct scan *sc, unsigned depth)
{
	size_t n = 0, room = sc->s.len - sc->i;
	struct pl_lang **items = pl_arena_zalloc(sc->a->arena, room, sizeof *items);
	if (!items)
		return NULL;
	while (sc->i < sc->s.len && !at(sc, '|') && !at(sc, ')') && n < room)
		items[n++] = piece(sc, depth);
	return fold(sc, items, n, PL_LANG_CAT);
}

static struct pl_lang *choice(struct scan *sc, unsigned depth)
{
	size_t n = 0, room = sc->s.len - sc->i + 1;
	struct pl_lang **items = pl_arena_zalloc(sc->a->arena, room, sizeof *items);
	if (!items)
		return NULL;
	do {
		items[n++] = sequence(sc, depth);
	} while (take(sc, '|') && n < room);
	return fold(sc, items, n, PL_LANG_ALT);
}

struct pl_lang *pl_lang_pattern(struct pl_alphabet *a, pl_str pattern, bool ignore_case, bool *ret_exact)
{
	struct scan sc = {.a = a, .s = pattern, .fold = ignore_case, .exact = true};
	struct pl_lang *l = choice(&sc, 0);
	*ret_exact = sc.exact && sc.i == pattern.len;
	return *ret_exact ? l : pl_lang_none(a);
}
