/* screen.c - see screen.h. Making: the code of a condition is run once over symbols instead of values, as in a compiler
 * that jumps instead of computing (short circuits with back-patching). Running: follow the jumps. */
#include "screen.h"

#include <string.h>

#include "run.h"

#define MAX_TESTS 16
#define MAX_DEPTH 8

/* Where a test leads: another test, an answer, or, while tests are made, an exit of the condition it belongs to. */
enum { ANSWER_TRUE = -1, ANSWER_FALSE = -2, EXIT_TRUE = -3, EXIT_FALSE = -4 };

/* --- making
 * ----------------------------------------------------------------------------------------------------------- */

enum symbol_kind { SYMBOL_READ, SYMBOL_CONST, SYMBOL_CONDITION };

struct symbol {
	enum symbol_kind kind;
	int8_t var;
	uint32_t from;
	const struct pl_value *key, *instead; /* of a read */
	const struct pl_value *value;	      /* of a constant */
	int first, last;		      /* tests of a condition */
};

struct maker {
	const struct pl_program *program;
	const struct pl_value *consts;
	struct symbol stack[MAX_DEPTH];
	unsigned depth;
	struct pl_screen_test tests[MAX_TESTS];
	int count;
	bool varies; /* reads a variable, or spends the budget of patterns: belongs into the environment */
};

static bool push(struct maker *m, struct symbol s)
{
	if (m->depth == MAX_DEPTH)
		return false;
	m->stack[m->depth++] = s;
	return true;
}

/* Sends what leaves tests [first, last) by `from` to `to`. */
static void redirect(struct maker *m, int first, int last, int8_t from, int8_t to)
{
	for (int i = first; i < last; i++) {
		struct pl_screen_test *t = &m->tests[i];
		if (t->if_true == from)
			t->if_true = to;
		if (t->if_false == from)
			t->if_false = to;
	}
}

/* A test of the read on top, and of the constant above it if it takes one. */
static bool put_test(struct maker *m, const struct pl_insn *in)
{
	bool binary = in->op == PL_OP_COMPARE || in->op == PL_OP_TEST;
	if (m->depth < (binary ? 2u : 1u) || m->count == MAX_TESTS)
		return false;
	const struct symbol *read = &m->stack[m->depth - (binary ? 2 : 1)], *other = &m->stack[m->depth - 1];
	if (read->kind != SYMBOL_READ || (binary && other->kind != SYMBOL_CONST))
		return false;
	m->tests[m->count] = (struct pl_screen_test){
		.kind = in->op,
		.op = in->a,
		.negated = (in->op == PL_OP_TEST || in->op == PL_OP_MATCH) && in->b,
		.if_true = EXIT_TRUE,
		.if_false = EXIT_FALSE,
		.var = read->var,
		.from = read->from,
		.key = read->key,
		.instead = read->instead,
		.constant = binary ? other->value : NULL,
		.pattern = in->op == PL_OP_MATCH ? m->program->patterns[in->c].compiled : NULL,
	};
	m->varies = m->varies || in->op == PL_OP_MATCH;
	m->depth -= binary ? 2 : 1;
	m->count++;
	return push(m, (struct symbol){.kind = SYMBOL_CONDITION, .first = m->count - 1, .last = m->count});
}

static bool put_logic(struct maker *m, enum pl_op op)
{
	if (m->depth < 2)
		return false;
	struct symbol *a = &m->stack[m->depth - 2], *b = &m->stack[m->depth - 1];
	if (a->kind != SYMBOL_CONDITION || b->kind != SYMBOL_CONDITION)
		return false;
	redirect(m, a->first, a->last, op == PL_OP_AND ? EXIT_TRUE : EXIT_FALSE, (int8_t)b->first);
	a->last = b->last;
	m->depth--;
	return true;
}

static bool put_not(struct maker *m)
{
	struct symbol *a = &m->stack[m->depth ? m->depth - 1 : 0];
	if (m->depth == 0 || a->kind != SYMBOL_CONDITION)
		return false;
	for (int i = a->first; i < a->last; i++) {
		struct pl_screen_test *t = &m->tests[i];
		bool to_true = t->if_true == EXIT_TRUE || t->if_true == EXIT_FALSE;
		bool to_false = t->if_false == EXIT_TRUE || t->if_false == EXIT_FALSE;
		if (to_true)
			t->if_true = t->if_true == EXIT_TRUE ? EXIT_FALSE : EXIT_TRUE;
		if (to_false)
			t->if_false = t->if_false == EXIT_TRUE ? EXIT_FALSE : EXIT_TRUE;
	}
	return true;
}

/* (read else constant) */
static bool put_else(struct maker *m)
{
	if (m->depth < 2)
		return false;
	struct symbol *a = &m->stack[m->depth - 2];
	const struct symbol *b = &m->stack[m->depth - 1];
	if (a->kind != SYMBOL_READ || a->instead || b->kind != SYMBOL_CONST)
		return false;
	a->instead = b->value;
	m->depth--;
	return true;
}

/* read["key"] */
static bool put_index(struct maker *m)
{
	if (m->depth < 2)
		return false;
	struct symbol *a = &m->stack[m->depth - 2];
	const struct symbol *b = &m->stack[m->depth - 1];
	if (a->kind != SYMBOL_READ || a->key || a->instead || b->kind != SYMBOL_CONST || b->value->kind != PL_V_STRING)
		return false;
	a->key = b->value;
	m->depth--;
	return true;
}

/* A path from the variable on top. */
static bool put_step(struct maker *m, uint32_t path)
{
	struct symbol *a = &m->stack[m->depth ? m->depth - 1 : 0];
	if (m->depth == 0 || a->kind != SYMBOL_READ || a->var < 0 || a->from != PL_NO_CODE || a->key || a->instead)
		return false;
	a->from = path;
	return true;
}

/* What one instruction does to the symbols; false when it is not one that screens know. */
static bool follow(struct maker *m, const struct pl_insn *in)
{
	switch (in->op) {
	case PL_OP_SLOT:
		return push(m, (struct symbol){.kind = SYMBOL_READ, .var = -1, .from = in->c});
	case PL_OP_VAR:
		m->varies = true;
		return push(m, (struct symbol){.kind = SYMBOL_READ, .var = (int8_t)in->a, .from = PL_NO_CODE});
	case PL_OP_STEP:
		return put_step(m, in->c);
	case PL_OP_CONST:
		return push(m, (struct symbol){.kind = SYMBOL_CONST, .value = &m->consts[in->c]});
	case PL_OP_COMPARE:
	case PL_OP_TEST:
	case PL_OP_TRUTH:
	case PL_OP_MATCH:
		return put_test(m, in);
	case PL_OP_IS:
		return (in->a == PL_IS_SET || in->a == PL_IS_ABSENT) && put_test(m, in);
	case PL_OP_AND:
	case PL_OP_OR:
		return put_logic(m, (enum pl_op)in->op);
	case PL_OP_NOT:
		return put_not(m);
	case PL_OP_ELSE:
		return put_else(m);
	case PL_OP_INDEX:
		return put_index(m);
	case PL_OP_SKIP_FALSE: /* short circuits only */
	case PL_OP_SKIP_TRUE:
	case PL_OP_SKIP_SET:
		return true;
	default:
		return false;
	}
}

/* The tests of a fragment, in arena; NULL when it has parts that are none. *ret_failed: memory is out. */
static const struct pl_screen_test *make_tests(struct maker *m, uint32_t code, struct pl_arena *arena, bool *ret_failed)
{
	const struct pl_insn *in = &m->program->code[code];
	m->depth = 0;
	m->count = 0;
	m->varies = false;
	while (in->op != PL_OP_RETURN) {
		if (!follow(m, in++))
			return NULL;
	}
	if (m->depth != 1 || m->stack[0].kind != SYMBOL_CONDITION)
		return NULL;
	redirect(m, 0, m->count, EXIT_TRUE, ANSWER_TRUE);
	redirect(m, 0, m->count, EXIT_FALSE, ANSWER_FALSE);
	struct pl_screen_test *tests = pl_arena_alloc(arena, (size_t)m->count * sizeof *tests);
	*ret_failed = !tests;
	if (tests)
		memcpy(tests, m->tests, (size_t)m->count * sizeof *tests);
	return tests;
}

/* Where parts of a rule gather. */
struct gates {
	struct pl_screen_part *outer, *inner;
	uint16_t outer_count, inner_count;
	bool loops;
};

static bool add_gate(struct maker *m, uint32_t code, bool idle_if, struct pl_arena *arena, struct gates *gates)
{
	bool failed = false;
	const struct pl_screen_test *tests = code == PL_NO_CODE ? NULL : make_tests(m, code, arena, &failed);
	if (!tests)
		return !failed;
	if (gates->loops && m->varies)
		gates->inner[gates->inner_count++] = (struct pl_screen_part){tests, idle_if};
	else
		gates->outer[gates->outer_count++] = (struct pl_screen_part){tests, idle_if};
	return true;
}

static bool make_gates(struct maker *m, const struct pl_rule *rule, struct pl_arena *arena, struct pl_screen *screen)
{
	size_t room = ((size_t)rule->guard_count + 1) * sizeof(struct pl_screen_part);
	struct gates gates = {.outer = pl_arena_alloc(arena, room),
			      .inner = pl_arena_alloc(arena, room),
			      .loops = rule->loop_count > 0};
	if (!gates.outer || !gates.inner || !add_gate(m, rule->where, false, arena, &gates))
		return false;
	for (uint16_t i = 0; i < rule->guard_count; i++) {
		if (!add_gate(m, rule->guards[i].cond, rule->guards[i].unless, arena, &gates))
			return false;
	}
	screen->gates = (struct pl_screen_parts){gates.outer, gates.outer_count};
	screen->inner = (struct pl_screen_parts){gates.inner, gates.inner_count};
	screen->loops = gates.loops;
	return true;
}

static bool make_checks(struct maker *m, const struct pl_rule *rule, struct pl_arena *arena, struct pl_screen *screen)
{
	bool failed = false;
	struct pl_screen_part *checks = pl_arena_alloc(arena, rule->check_count * sizeof *checks);
	if (!checks)
		return false;
	for (uint16_t i = 0; i < rule->check_count; i++) {
		checks[i].tests = make_tests(m, rule->checks[i].cond, arena, &failed);
		checks[i].idle_if = !rule->checks[i].forbid;
		if (!checks[i].tests)
			return !failed;
	}
	screen->checks = (struct pl_screen_parts){checks, rule->check_count};
	return true;
}

const struct pl_screen *pl_screen_make(const struct pl_program *program, const struct pl_value *consts,
				       struct pl_arena *arena)
{
	struct pl_screen *screens = pl_arena_zalloc(arena, program->rule_count, sizeof *screens);
	struct maker m = {.program = program, .consts = consts};
	for (uint32_t i = 0; screens && i < program->rule_count; i++) {
		if (!make_gates(&m, &program->rules[i], arena, &screens[i]) ||
		    !make_checks(&m, &program->rules[i], arena, &screens[i]))
			return NULL;
	}
	return screens;
}

/* --- running
 * ---------------------------------------------------------------------------------------------------------- */

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_OPEN };

static enum answer answer_of(bool b)
{
	return b ? ANSWER_YES : ANSWER_NO;
}

static bool is_text(const struct pl_value *v)
{
	return v->kind == PL_V_STRING || v->kind == PL_V_PATH;
}

static enum answer compare_amounts(pl_nano a, pl_nano b, uint8_t rel)
{
	return answer_of(pl_operator_holds((enum pl_relation)rel, a < b ? -1 : a > b));
}

/* Most comparisons are of two texts, amounts or truths: no need to ask the operators. */
static enum answer compare(struct pl_run *run, const struct pl_screen_test *t, const struct pl_value *v)
{
	const struct pl_value *k = t->constant;
	bool same = v->kind == k->kind, equality = t->op == PL_REL_EQ || t->op == PL_REL_NE;
	if (same && equality && is_text(v))
		return answer_of(pl_str_eq(v->u.s, k->u.s) == (t->op == PL_REL_EQ));
	if (same && equality && v->kind == PL_V_BOOL)
		return answer_of((v->u.b == k->u.b) == (t->op == PL_REL_EQ));
	if (same && v->kind == PL_V_INT)
		return compare_amounts(v->u.i, k->u.i, t->op);
	if (same && v->kind == PL_V_NUMBER)
		return compare_amounts(v->u.q, k->u.q, t->op);
	struct pl_value r;
	if (pl_operator_compare(&run->operands, (enum pl_relation)t->op, *v, *k, &r) != PL_OK || r.kind != PL_V_BOOL)
		return ANSWER_OPEN;
	return answer_of(r.u.b);
}

/* The same for lists with nothing in them, and texts beside one pattern. */
static enum answer relate(struct pl_run *run, const struct pl_screen_test *t, const struct pl_value *v)
{
	struct pl_value r;
	if (t->op == PL_REL_OVERLAPS && v->kind == PL_V_LIST && v->u.list->count == 0)
		return answer_of(t->negated);
	if (t->op == PL_REL_LIKE && is_text(v) && t->constant->kind == PL_V_STRING)
		return answer_of(pl_relation_like(v->u.s, t->constant->u.s) != t->negated);
	if (pl_relation_test(&run->operands, (enum pl_relation)t->op, *v, *t->constant, &r) != PL_OK ||
	    r.kind != PL_V_BOOL)
		return ANSWER_OPEN;
	return answer_of(r.u.b != t->negated);
}

static enum answer match(struct pl_run *run, const struct pl_screen_test *t, const struct pl_value *v)
{
	const char *why;
	struct pl_value plain = pl_operator_plain(*v);
	pl_str text = pl_operator_text(&plain, run->arena);
	if (!text.ptr)
		return ANSWER_OPEN;
	enum pl_regex_answer answer = pl_regex_match(t->pattern, run->regex, text, &why);
	return answer == PL_REGEX_UNDECIDED ? ANSWER_OPEN : answer_of((answer == PL_REGEX_YES) != t->negated);
}

/* What the test is about; NULL when that cannot be told. Either kept by the run, or put into scratch. */
static const struct pl_value *read_value(struct pl_run *run, const struct pl_screen_test *t, struct pl_value *scratch)
{
	const struct pl_value *v = scratch;
	if (t->var < 0)
		v = pl_run_slot_at(run, t->from);
	else
		*scratch = run->vars[t->var];
	if (t->var >= 0 && t->from != PL_NO_CODE && pl_run_walk(run, t->from, scratch) != PL_OK)
		return NULL;
	if (v && t->key && v->kind != PL_V_ABSENT && v->kind != PL_V_UNKNOWN) {
		struct pl_value found;
		if (pl_value_index(v, t->key->u.s, run->arena, &found) != PL_OK)
			return NULL;
		*scratch = found;
		v = scratch;
	}
	return v && v->kind == PL_V_ABSENT && t->instead ? t->instead : v;
}

static enum answer ask(struct pl_run *run, const struct pl_screen_test *t)
{
	struct pl_value scratch;
	const struct pl_value *v = read_value(run, t, &scratch);
	if (!v || v->kind == PL_V_UNKNOWN)
		return ANSWER_OPEN;
	if (t->kind == PL_OP_IS)
		return answer_of((v->kind == PL_V_ABSENT) == (t->op == PL_IS_ABSENT));
	if (v->kind == PL_V_ABSENT)
		return ANSWER_NO; /* something missing satisfies no comparison, negated or not */
	if (t->kind == PL_OP_COMPARE)
		return compare(run, t, v);
	if (t->kind == PL_OP_TEST)
		return relate(run, t, v);
	if (t->kind == PL_OP_MATCH)
		return match(run, t, v);
	return v->kind == PL_V_BOOL ? answer_of(v->u.b) : ANSWER_OPEN;
}

/* True when the part is certainly idle. */
static bool is_idle(struct pl_run *run, const struct pl_screen_part *part)
{
	int8_t at = 0;
	while (at >= 0) {
		const struct pl_screen_test *t = &part->tests[at];
		enum answer answer = ask(run, t);
		if (answer == ANSWER_OPEN)
			return false;
		at = answer == ANSWER_YES ? t->if_true : t->if_false;
	}
	return (at == ANSWER_TRUE) == part->idle_if;
}

static bool any_idle(struct pl_run *run, const struct pl_screen_parts *parts)
{
	for (uint16_t i = 0; i < parts->count; i++) {
		if (is_idle(run, &parts->items[i]))
			return true;
	}
	return false;
}

static bool all_idle(struct pl_run *run, const struct pl_screen_parts *parts)
{
	for (uint16_t i = 0; i < parts->count; i++) {
		if (!is_idle(run, &parts->items[i]))
			return false;
	}
	return parts->count > 0;
}

/* Without a proof the machine runs all of it: what patterns have cost so far is not counted twice. */
static bool proven(struct pl_run *run, const struct pl_screen_parts *gates, const struct pl_screen_parts *checks)
{
	uint32_t budget = pl_regex_budget(run->regex);
	if (any_idle(run, gates) || all_idle(run, checks))
		return true;
	pl_regex_set_budget(run->regex, budget);
	return false;
}

bool pl_screen_is_idle(struct pl_run *run, const struct pl_screen *screen)
{
	return screen->loops ? any_idle(run, &screen->gates) : proven(run, &screen->gates, &screen->checks);
}

bool pl_screen_is_idle_here(struct pl_run *run, const struct pl_screen *screen)
{
	return proven(run, &screen->inner, &screen->checks);
}
