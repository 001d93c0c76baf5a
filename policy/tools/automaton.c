/* automaton.c - languages as trees: letters, texts, `like`, and the ways to put them together. Trees are balanced, so
 * that recursion over one is as deep as its pattern is nested and no deeper than the logarithm of its length. */
#include "automaton.h"

#include <string.h>

#include "base/utf8.h"

/* --- symbols --------------------------------------------------------------------------------------------------------
 */

void pl_alphabet_init(struct pl_alphabet *alphabet, struct pl_arena *arena)
{
	*alphabet = (struct pl_alphabet){.arena = arena, .count = PL_SYMBOL_OTHER + 1};
	alphabet->wide[PL_SYMBOL_OTHER] = 0xE9;
}

/* U+00E9 stands for all that are not named; when it is named itself, another takes its place. */
unsigned pl_alphabet_symbol(struct pl_alphabet *a, uint32_t point)
{
	if (point < PL_SYMBOL_OTHER)
		return point;
	if (point == a->wide[PL_SYMBOL_OTHER])
		a->wide[PL_SYMBOL_OTHER]++;
	for (unsigned i = PL_SYMBOL_OTHER + 1; i < a->count; i++) {
		if (a->wide[i] == point)
			return i;
	}
	if (a->count == PL_SYMBOLS) {
		a->full = true;
		return PL_SYMBOL_OTHER;
	}
	a->wide[a->count] = point;
	for (unsigned i = PL_SYMBOL_OTHER + 1; i < a->count; i++)
		a->wide[PL_SYMBOL_OTHER] += a->wide[i] == a->wide[PL_SYMBOL_OTHER];
	return a->count++;
}

void pl_symbols_add(struct pl_symbols *s, unsigned symbol)
{
	s->in[symbol / 64] |= UINT64_C(1) << symbol % 64;
	if (symbol > PL_SYMBOL_OTHER)
		s->named[symbol / 64] |= UINT64_C(1) << symbol % 64;
}

bool pl_symbols_has(const struct pl_symbols *s, unsigned symbol)
{
	bool named = symbol <= PL_SYMBOL_OTHER || (s->named[symbol / 64] >> symbol % 64 & 1);
	unsigned asked = named ? symbol : PL_SYMBOL_OTHER;
	return s->in[asked / 64] >> asked % 64 & 1;
}

void pl_symbols_invert(struct pl_symbols *s)
{
	for (unsigned i = 0; i < PL_SYMBOLS / 64; i++)
		s->in[i] = ~s->in[i];
	s->in[0] &= ~UINT64_C(1);
}

/* --- trees ----------------------------------------------------------------------------------------------------------
 */

struct pl_lang *pl_lang_new(struct pl_alphabet *a, enum pl_lang_kind kind, struct pl_lang *x, struct pl_lang *y)
{
	struct pl_lang *l = pl_arena_zalloc(a->arena, 1, sizeof *l);
	if (l)
		*l = (struct pl_lang){.kind = (uint8_t)kind, .x = x, .y = y};
	return l;
}

struct pl_lang *pl_lang_empty(struct pl_alphabet *a)
{
	return pl_lang_new(a, PL_LANG_EMPTY, NULL, NULL);
}

struct pl_lang *pl_lang_none(struct pl_alphabet *a)
{
	return pl_lang_new(a, PL_LANG_NONE, NULL, NULL);
}

struct pl_lang *pl_lang_cat(struct pl_alphabet *a, struct pl_lang *x, struct pl_lang *y)
{
	if (!x || !y)
		return NULL;
	if (x->kind == PL_LANG_EMPTY || y->kind == PL_LANG_NONE)
		return y;
	return y->kind == PL_LANG_EMPTY || x->kind == PL_LANG_NONE ? x : pl_lang_new(a, PL_LANG_CAT, x, y);
}

struct pl_lang *pl_lang_alt(struct pl_alphabet *a, struct pl_lang *x, struct pl_lang *y)
{
	if (!x || !y)
		return NULL;
	if (x->kind == PL_LANG_NONE)
		return y;
	return y->kind == PL_LANG_NONE ? x : pl_lang_new(a, PL_LANG_ALT, x, y);
}

struct pl_lang *pl_lang_star(struct pl_alphabet *a, struct pl_lang *x)
{
	return x ? pl_lang_new(a, PL_LANG_STAR, x, NULL) : NULL;
}

struct pl_lang *pl_lang_one(struct pl_alphabet *a, const char *set, bool negated)
{
	struct pl_lang *l = pl_lang_new(a, PL_LANG_CLASS, NULL, NULL);
	if (!l)
		return NULL;
	for (; *set; set++)
		pl_symbols_add(&l->symbols, (unsigned char)*set);
	if (negated)
		pl_symbols_invert(&l->symbols);
	return l;
}

struct pl_lang *pl_lang_any(struct pl_alphabet *a)
{
	return pl_lang_star(a, pl_lang_one(a, "", true));
}

static struct pl_lang *letter(struct pl_alphabet *a, uint32_t point)
{
	struct pl_lang *l = pl_lang_new(a, PL_LANG_CLASS, NULL, NULL);
	if (l)
		pl_symbols_add(&l->symbols, pl_alphabet_symbol(a, point));
	return l;
}

/* Balanced: halves meet between two characters. */
struct pl_lang *pl_lang_text(struct pl_alphabet *a, pl_str text)
{
	uint32_t point;
	if (text.len == 0)
		return pl_lang_empty(a);
	unsigned first = pl_utf8_decode(text.ptr, text.len, &point);
	if (first == 0)
		return pl_lang_none(a); /* no value of a document is so */
	if (first == text.len)
		return letter(a, point);
	size_t half = text.len / 2;
	while (half > 0 && ((unsigned char)text.ptr[half] & 0xC0) == 0x80)
		half--;
	if (half == 0)
		half = first;
	return pl_lang_cat(a, pl_lang_text(a, (pl_str){text.ptr, half}),
			   pl_lang_text(a, (pl_str){text.ptr + half, text.len - half}));
}

struct pl_lang *pl_lang_like(struct pl_alphabet *a, pl_str pattern)
{
	const char *star = pattern.len ? memchr(pattern.ptr, '*', pattern.len) : NULL;
	if (!star)
		return pl_lang_text(a, pattern);
	if (pattern.len == 1)
		return pl_lang_any(a);
	/* the middle-most star cuts it in two, so that many stars do not make it deep */
	const char *middle = memchr(pattern.ptr + pattern.len / 2, '*', pattern.len - pattern.len / 2);
	star = middle ? middle : memrchr(pattern.ptr, '*', pattern.len);
	size_t at = (size_t)(star - pattern.ptr);
	struct pl_lang *head = pl_lang_like(a, (pl_str){pattern.ptr, at});
	struct pl_lang *tail = pl_lang_like(a, (pl_str){star + 1, pattern.len - at - 1});
	return pl_lang_cat(a, head, pl_lang_cat(a, pl_lang_any(a), tail));
}

/* --- case -----------------------------------------------------------------------------------------------------------
 */

/* The class of what becomes one of `s` when letters from `from` on become those from `to` on. */
static struct pl_symbols before_case(const struct pl_symbols *s, unsigned from, unsigned to)
{
	struct pl_symbols before = *s;
	for (unsigned i = 0; i < 26; i++) {
		uint64_t bit = UINT64_C(1) << (from + i) % 64;
		before.in[(from + i) / 64] &= ~bit;
		if (pl_symbols_has(s, to + i))
			before.in[(from + i) / 64] |= bit;
	}
	return before;
}

static struct pl_lang *recased(struct pl_alphabet *a, const struct pl_lang *l, unsigned from, unsigned to)
{
	if (!l)
		return NULL;
	struct pl_lang *copy = pl_lang_new(a, (enum pl_lang_kind)l->kind, NULL, NULL);
	if (!copy)
		return NULL;
	if (l->kind == PL_LANG_CLASS)
		copy->symbols = before_case(&l->symbols, from, to);
	copy->x = l->x ? recased(a, l->x, from, to) : NULL;
	copy->y = l->y ? recased(a, l->y, from, to) : NULL;
	return (l->x && !copy->x) || (l->y && !copy->y) ? NULL : copy;
}

struct pl_lang *pl_lang_lowered(struct pl_alphabet *a, const struct pl_lang *x)
{
	return recased(a, x, 'A', 'a');
}

struct pl_lang *pl_lang_uppered(struct pl_alphabet *a, const struct pl_lang *x)
{
	return recased(a, x, 'a', 'A');
}
