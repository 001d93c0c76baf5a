/* automaton_cells.c - see automaton.h: all tests as one non-deterministic automaton, its subsets visited breadth first.
 * Every subset that can be reached is visited, so every cell that holds a text is found, with a shortest one; when
 * there are too many subsets, the answer is not complete and says so. */
#include "automaton.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define MAX_STATES  200000u
#define MAX_SUBSETS 6000u
#define NONE	    UINT32_MAX

/* A state reads one symbol of its class and goes on, goes on to two others, or says that a test holds here. */
struct state {
	enum { READ, SPLIT, HOLDS } kind;
	const struct pl_symbols *symbols;
	uint32_t next, other;
	unsigned test;
};

struct group {
	unsigned symbols[4]; /* that all classes treat alike: examples, best first */
	unsigned count;
};

struct visit {
	uint32_t subset;
	uint32_t from; /* visit; NONE: the beginning */
	unsigned symbol;
};

struct search {
	const struct pl_cells_wanted *wanted;
	struct pl_arena *arena;
	struct state *states;
	uint32_t state_count, state_room;
	uint32_t starts[PL_AUTOMATON_TESTS + 1]; /* behind those of tests that of the domain */
	uint32_t domain_end;			 /* the state in which it holds */
	unsigned test_count;			 /* with the domain */
	struct group groups[PL_SYMBOLS];
	unsigned group_count;
	size_t words;	    /* of a subset; and sets of states: */
	uint64_t *split;    /* that only split */
	uint64_t *for_ever; /* whose test holds for ever */
	uint64_t *holds;    /* that say that a test holds */
	uint64_t *reading;  /* for each test: those of it that read */
	uint64_t *subsets;  /* one after the other */
	unsigned *seen;	    /* how often each was visited */
	uint32_t *table;    /* hash of subsets */
	uint32_t subset_count, subset_room, table_size;
	struct visit *visits;
	uint32_t visit_count, visit_room;
	uint32_t *stack;
	struct pl_cells *cells;
	unsigned cell_room;
	bool incomplete;
	pl_err err;
};

/* --- the automaton --------------------------------------------------------------------------------------------------
 */

static void *grow(struct search *s, void *items, uint32_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return items;
	uint32_t more = *room ? *room * 2 : 64;
	void *grown = pl_arena_alloc(s->arena, more * size);
	if (!grown) {
		s->err = PL_E_MEMORY;
		return NULL;
	}
	if (count)
		memcpy(grown, items, count * size);
	*room = more;
	return grown;
}

static uint32_t add_state(struct search *s, struct state state)
{
	if (s->state_count >= MAX_STATES) {
		s->incomplete = true;
		return 0;
	}
	struct state *grown = grow(s, s->states, s->state_count, &s->state_room, sizeof state);
	if (!grown)
		return 0;
	s->states = grown;
	grown[s->state_count] = state;
	return s->state_count++;
}

/* The state from which a text of l leads to next. NONE is a state that leads nowhere. */
static uint32_t build(struct search *s, const struct pl_lang *l, uint32_t next)
{
	if (s->err != PL_OK || s->incomplete)
		return next;
	switch ((enum pl_lang_kind)l->kind) {
	case PL_LANG_EMPTY:
		return next;
	case PL_LANG_NONE:
		return NONE;
	case PL_LANG_CLASS:
		return next == NONE ? NONE
				    : add_state(s, (struct state){.kind = READ, .symbols = &l->symbols, .next = next});
	case PL_LANG_CAT:
		return build(s, l->x, build(s, l->y, next));
	case PL_LANG_ALT: {
		uint32_t x = build(s, l->x, next), y = build(s, l->y, next);
		if (x == NONE || y == NONE)
			return x == NONE ? y : x;
		return add_state(s, (struct state){.kind = SPLIT, .next = x, .other = y});
	}
	case PL_LANG_STAR: {
		uint32_t loop = add_state(s, (struct state){.kind = SPLIT, .next = next, .other = next});
		uint32_t body = build(s, l->x, loop);
		if (s->err == PL_OK && !s->incomplete)
			s->states[loop].other = body;
		return loop;
	}
	}
	return next;
}

static bool has(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> i % 64 & 1;
}

static void put(uint64_t *set, uint32_t i)
{
	set[i / 64] |= UINT64_C(1) << i % 64;
}

/* Adds a state and what it leads to without reading; of those that only split, as marks against walking twice. */
static void close_over(struct search *s, uint64_t *set, uint32_t from)
{
	uint32_t n = 0;
	if (from == NONE || has(set, from))
		return;
	put(set, from);
	s->stack[n++] = from;
	while (n) {
		const struct state *q = &s->states[s->stack[--n]];
		const uint32_t nexts[2] = {q->next, q->other};
		for (unsigned i = 0; q->kind == SPLIT && i < 2; i++) {
			if (nexts[i] == NONE || has(set, nexts[i]))
				continue;
			put(set, nexts[i]);
			s->stack[n++] = nexts[i];
		}
	}
}

static bool reads_all(const struct search *s, const struct pl_symbols *symbols)
{
	for (unsigned i = 1; i < s->wanted->alphabet->count; i++) {
		if (!pl_symbols_has(symbols, i))
			return false;
	}
	return true;
}

/* A state that comes back whatever it reads, and whose test holds: nothing that follows changes that. */
static bool is_for_ever(struct search *s, uint32_t i, uint64_t *scratch)
{
	const struct state *q = &s->states[i];
	if (q->kind != READ || !reads_all(s, q->symbols))
		return false;
	memset(scratch, 0, s->words * sizeof *scratch);
	close_over(s, scratch, q->next);
	for (uint32_t k = 0; has(scratch, i) && k < s->state_count; k++) {
		if (has(scratch, k) && s->states[k].kind == HOLDS && s->states[k].test == q->test)
			return true;
	}
	return false;
}

static void sort_states(struct search *s, uint64_t *scratch)
{
	for (uint32_t i = 0; i < s->state_count; i++) {
		const struct state *q = &s->states[i];
		if (q->kind == SPLIT)
			put(s->split, i);
		else if (q->kind == HOLDS)
			put(s->holds, i);
		else
			put(s->reading + q->test * s->words, i);
		if (is_for_ever(s, i, scratch))
			put(s->for_ever, i);
	}
}

static void build_tests(struct search *s)
{
	for (unsigned t = 0; t < s->test_count && s->err == PL_OK; t++) {
		bool domain = t == s->wanted->test_count;
		uint32_t first = s->state_count;
		uint32_t end = add_state(s, (struct state){.kind = HOLDS, .test = t});
		if (domain)
			s->domain_end = end;
		s->starts[t] = build(s, domain ? s->wanted->domain : s->wanted->tests[t], end);
		for (uint32_t i = first; i < s->state_count; i++)
			s->states[i].test = t;
	}
}

/* --- symbols that are alike -----------------------------------------------------------------------------------------
 */

/* Examples are easier on the eye the further to the front they stand. */
static int rank_of(unsigned symbol)
{
	if (symbol >= 'a' && symbol <= 'z')
		return 0;
	if (symbol >= '0' && symbol <= '9')
		return 1;
	if (symbol >= 'A' && symbol <= 'Z')
		return 2;
	if (symbol == '-' || symbol == '.' || symbol == '_' || symbol == '/')
		return 3;
	return symbol > ' ' && symbol < 0x7F ? 4 : symbol == ' ' ? 5 : symbol >= PL_SYMBOL_OTHER ? 6 : 7;
}

static bool alike(const struct search *s, unsigned x, unsigned y)
{
	for (uint32_t i = 0; i < s->state_count; i++) {
		const struct state *q = &s->states[i];
		if (q->kind == READ && pl_symbols_has(q->symbols, x) != pl_symbols_has(q->symbols, y))
			return false;
	}
	return true;
}

static void add_symbol(struct search *s, unsigned symbol)
{
	unsigned g = 0;
	while (g < s->group_count && !alike(s, s->groups[g].symbols[0], symbol))
		g++;
	if (g == s->group_count)
		s->group_count++;
	if (s->groups[g].count < 4)
		s->groups[g].symbols[s->groups[g].count++] = symbol;
}

static void find_groups(struct search *s)
{
	for (int rank = 0; rank <= 7; rank++) {
		for (unsigned i = 1; i < s->wanted->alphabet->count; i++) {
			if (rank_of(i) == rank)
				add_symbol(s, i);
		}
	}
}

/* --- subsets --------------------------------------------------------------------------------------------------------
 */

static uint64_t *subset_at(const struct search *s, uint32_t i)
{
	return s->subsets + i * s->words;
}

static uint64_t hash_of(const uint64_t *set, size_t words)
{
	uint64_t h = 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < words; i++)
		h = (h ^ set[i] ^ (h >> 29)) * 0xbf58476d1ce4e5b9u;
	return h ^ h >> 32;
}

static const uint64_t *reading_of(const struct search *s, unsigned test)
{
	return s->reading + test * s->words;
}

/* Takes away what no longer matters: states that split, and those of a test that holds for ever beside that one. */
static void simplify(const struct search *s, uint64_t *set)
{
	for (size_t w = 0; w < s->words; w++)
		set[w] &= ~s->split[w];
	for (size_t w = 0; w < s->words; w++) {
		for (uint64_t bits = set[w] & s->for_ever[w]; bits; bits &= bits - 1) {
			uint32_t keep = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(bits));
			const uint64_t *others = reading_of(s, s->states[keep].test);
			if (!has(set, keep))
				continue; /* a second one of the same test */
			for (size_t k = 0; k < s->words; k++)
				set[k] &= ~others[k];
			put(set, keep);
		}
	}
}

/* The number of the subset that stands at the end of the list, which stays there when it is new. */
static uint32_t intern(struct search *s)
{
	uint64_t *set = subset_at(s, s->subset_count);
	uint32_t slot = (uint32_t)hash_of(set, s->words) & (s->table_size - 1);
	for (; s->table[slot] != NONE; slot = (slot + 1) & (s->table_size - 1)) {
		if (memcmp(subset_at(s, s->table[slot]), set, s->words * sizeof *set) == 0)
			return s->table[slot];
	}
	s->table[slot] = s->subset_count;
	return s->subset_count++;
}

static uint64_t tests_of(const struct search *s, const uint64_t *set, bool *ret_inside)
{
	uint64_t tests = 0;
	unsigned domain = s->wanted->test_count;
	*ret_inside = !s->wanted->domain;
	for (size_t w = 0; w < s->words; w++) {
		for (uint64_t bits = set[w] & s->holds[w]; bits; bits &= bits - 1) {
			unsigned test = s->states[w * 64 + (unsigned)__builtin_ctzll(bits)].test;
			if (test == domain)
				*ret_inside = true;
			else
				tests |= UINT64_C(1) << test;
		}
	}
	return tests;
}

/* No text that begins so is in the domain. */
static bool is_dead(const struct search *s, const uint64_t *set)
{
	const uint64_t *reading = reading_of(s, s->wanted->test_count);
	bool alive = !s->wanted->domain || has(set, s->domain_end);
	for (size_t w = 0; w < s->words && !alive; w++)
		alive = (set[w] & reading[w]) != 0;
	return !alive;
}

/* --- cells ----------------------------------------------------------------------------------------------------------
 */

static struct pl_cell *cell_for(struct search *s, uint64_t tests)
{
	struct pl_cells *cells = s->cells;
	for (unsigned i = 0; i < cells->count; i++) {
		if (cells->items[i].tests == tests)
			return &cells->items[i];
	}
	struct pl_cell *grown = grow(s, cells->items, cells->count, &s->cell_room, sizeof *grown);
	if (!grown)
		return NULL;
	cells->items = grown;
	grown[cells->count] = (struct pl_cell){.tests = tests};
	grown[cells->count].texts = pl_arena_zalloc(s->arena, s->wanted->per_cell, sizeof(pl_str));
	if (!grown[cells->count].texts) {
		s->err = PL_E_MEMORY;
		return NULL;
	}
	return &grown[cells->count++];
}

static void add_text(struct search *s, uint64_t tests, pl_str text)
{
	struct pl_cell *cell = cell_for(s, tests);
	if (!text.ptr)
		s->err = PL_E_MEMORY;
	if (!cell || !text.ptr || cell->count == s->wanted->per_cell)
		return;
	for (unsigned i = 0; i < cell->count; i++) {
		if (pl_str_eq(cell->texts[i], text))
			return;
	}
	cell->texts[cell->count++] = text;
}

/* Whether a cell has room; then its text is worth spelling. */
static bool is_wanted(const struct search *s, uint64_t tests)
{
	for (unsigned i = 0; i < s->cells->count; i++) {
		if (s->cells->items[i].tests == tests)
			return s->cells->items[i].count < s->wanted->per_cell;
	}
	return true;
}

static pl_str spell(const struct search *s, uint32_t visit)
{
	struct pl_buf reversed, out;
	pl_buf_init(&reversed, s->arena, 64);
	for (; s->visits[visit].from != NONE; visit = s->visits[visit].from) {
		unsigned symbol = s->visits[visit].symbol;
		pl_buf_add(&reversed, (pl_str){(const char *)&symbol, sizeof symbol});
	}
	pl_buf_init(&out, s->arena, reversed.len + 1);
	for (size_t i = reversed.len; i > 0 && !reversed.failed; i -= sizeof(unsigned)) {
		unsigned symbol;
		char bytes[4];
		memcpy(&symbol, reversed.ptr + i - sizeof symbol, sizeof symbol);
		uint32_t point = symbol < PL_SYMBOL_OTHER ? symbol : s->wanted->alphabet->wide[symbol];
		pl_buf_add(&out, (pl_str){bytes, pl_utf8_encode(point, bytes)});
	}
	if (reversed.failed || out.failed)
		return (pl_str){0};
	return out.len ? pl_buf_str(&out) : PL_STR("");
}

/* --- the search -----------------------------------------------------------------------------------------------------
 */

static void begin_subset(struct search *s)
{
	memset(subset_at(s, s->subset_count), 0, s->words * sizeof(uint64_t));
}

static void step(struct search *s, uint32_t from, unsigned symbol)
{
	begin_subset(s);
	uint64_t *to = subset_at(s, s->subset_count);
	const uint64_t *set = subset_at(s, from);
	for (size_t w = 0; w < s->words; w++) {
		for (uint64_t bits = set[w]; bits; bits &= bits - 1) {
			uint32_t i = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(bits));
			const struct state *q = &s->states[i];
			if (q->kind == READ && pl_symbols_has(q->symbols, symbol))
				close_over(s, to, q->next);
		}
	}
	simplify(s, to);
}

static void enter(struct search *s, uint32_t subset, uint32_t from, unsigned symbol)
{
	bool inside;
	if (s->seen[subset] >= s->wanted->per_cell || is_dead(s, subset_at(s, subset)))
		return;
	struct visit *grown = grow(s, s->visits, s->visit_count, &s->visit_room, sizeof *grown);
	if (!grown)
		return;
	s->visits = grown;
	s->seen[subset]++;
	grown[s->visit_count++] = (struct visit){subset, from, symbol};
	uint64_t tests = tests_of(s, subset_at(s, subset), &inside);
	if (inside && is_wanted(s, tests))
		add_text(s, tests, spell(s, s->visit_count - 1));
}

static void enter_start(struct search *s)
{
	begin_subset(s);
	for (unsigned t = 0; t < s->test_count; t++)
		close_over(s, subset_at(s, s->subset_count), s->starts[t]);
	simplify(s, subset_at(s, s->subset_count));
	enter(s, intern(s), NONE, 0);
}

/* Where one favoured text leads. */
static void favour(struct search *s, pl_str text)
{
	bool inside;
	uint32_t subset = 0;
	for (size_t i = 0; i < text.len;) {
		uint32_t point;
		unsigned n = pl_utf8_decode(text.ptr + i, text.len - i, &point);
		if (n == 0 || point >= 0x80 || s->subset_count + 1 >= s->subset_room)
			return;
		step(s, subset, point);
		subset = intern(s);
		i += n;
	}
	uint64_t tests = tests_of(s, subset_at(s, subset), &inside);
	if (inside)
		add_text(s, tests, text);
}

static void search(struct search *s)
{
	unsigned examples = s->wanted->per_cell < 4 ? s->wanted->per_cell : 4;
	begin_subset(s);
	for (unsigned t = 0; t < s->test_count; t++)
		close_over(s, subset_at(s, s->subset_count), s->starts[t]);
	simplify(s, subset_at(s, s->subset_count));
	intern(s);
	for (unsigned i = 0; i < s->wanted->favoured_count && s->err == PL_OK; i++)
		favour(s, s->wanted->favoured[i]);
	enter_start(s);
	for (uint32_t v = 0; v < s->visit_count && s->err == PL_OK; v++) {
		for (unsigned g = 0; g < s->group_count; g++) {
			if (s->subset_count + 1 >= s->subset_room) {
				s->incomplete = true;
				return;
			}
			step(s, s->visits[v].subset, s->groups[g].symbols[0]);
			uint32_t to = intern(s);
			for (unsigned k = 0; k < examples && k < s->groups[g].count; k++)
				enter(s, to, v, s->groups[g].symbols[k]);
		}
	}
}

static bool make_room(struct search *s)
{
	s->words = s->state_count / 64 + 1;
	/* at most 64 MiB of subsets */
	size_t room = ((size_t)64 << 20) / (s->words * sizeof(uint64_t));
	s->subset_room = room < MAX_SUBSETS ? (uint32_t)room : MAX_SUBSETS;
	s->table_size = 16384;
	s->subsets = pl_arena_zalloc(s->arena, s->subset_room, s->words * sizeof(uint64_t));
	s->split = pl_arena_zalloc(s->arena, s->words, sizeof(uint64_t));
	s->for_ever = pl_arena_zalloc(s->arena, s->words, sizeof(uint64_t));
	s->holds = pl_arena_zalloc(s->arena, s->words, sizeof(uint64_t));
	s->reading = pl_arena_zalloc(s->arena, (PL_AUTOMATON_TESTS + 1) * s->words, sizeof(uint64_t));
	s->seen = pl_arena_zalloc(s->arena, s->subset_room, sizeof *s->seen);
	s->table = pl_arena_alloc(s->arena, s->table_size * sizeof *s->table);
	s->stack = pl_arena_zalloc(s->arena, s->state_count, sizeof *s->stack);
	if (!s->split || !s->for_ever || !s->holds || !s->reading)
		return false;
	if (!s->subsets || !s->seen || !s->table || !s->stack)
		return false;
	memset(s->table, 0xFF, s->table_size * sizeof *s->table);
	return true;
}

static pl_err run(struct search *s)
{
	build_tests(s);
	if (s->err != PL_OK || s->incomplete)
		return s->err;
	if (!make_room(s))
		return PL_E_MEMORY;
	sort_states(s, s->subsets);
	find_groups(s);
	search(s);
	return s->err;
}

static bool has_all(const struct pl_cells_wanted *wanted)
{
	for (unsigned i = 0; i < wanted->test_count; i++) {
		if (!wanted->tests[i])
			return false;
	}
	return true;
}

pl_err pl_cells_find(const struct pl_cells_wanted *wanted, struct pl_cells *ret)
{
	struct pl_cells cells = {.complete = false};
	struct pl_arena *arena = wanted->alphabet->arena;
	struct search *s = pl_arena_zalloc(arena, 1, sizeof *s);
	if (!s || !has_all(wanted))
		return PL_E_MEMORY;
	unsigned tests = wanted->test_count < PL_AUTOMATON_TESTS ? wanted->test_count : PL_AUTOMATON_TESTS;
	struct pl_cells_wanted some = *wanted;
	some.test_count = tests;
	*s = (struct search){
		.wanted = &some, .arena = arena, .test_count = tests + (wanted->domain ? 1 : 0), .cells = &cells};
	PL_TRY(run(s));
	cells.complete = !s->incomplete && tests == wanted->test_count && !wanted->alphabet->full;
	*ret = cells;
	return PL_OK;
}
