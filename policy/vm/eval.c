/* eval.c - the stack machine. verify.c has proven what it relies on: depths, operands, jumps, loops, variables.
 *
 * An unknown value remembers in `ref` which path it was read from (path + 1; 0 none), so that a finding can name it.
 * Memory is only taken where values are read or made; the machine itself has none but its fixed stack. */
#include "run.h"

#include <string.h>

#include "base/invariant.h"
#include "builtins.h"
#include "sets.h"

struct machine {
	struct pl_run *run;
	uint32_t at; /* the next instruction */
	uint32_t depth;
	uint32_t loops; /* open ones */
	bool done;
};

/* --- evidence
 * --------------------------------------------------------------------------------------------------------- */

static pl_err note(struct pl_run *run, const struct pl_value *v)
{
	return run->evidence ? pl_evidence_add(run->evidence, v, run->arena) : PL_OK;
}

/* --- loops
 * ------------------------------------------------------------------------------------------------------------ */

static struct pl_value int_value(int64_t i)
{
	return (struct pl_value){.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = i};
}

/* The result over no element at all. */
static struct pl_value start_of(enum pl_loop_kind kind)
{
	switch (kind) {
	case PL_LOOP_SOME:
		return pl_value_bool(false);
	case PL_LOOP_EVERY:
	case PL_LOOP_NO:
		return pl_value_bool(true);
	case PL_LOOP_COUNT:
	case PL_LOOP_SUM:
		return int_value(0);
	}
	return pl_value_unknown("");
}

static pl_err count_one(struct pl_value *result, const struct pl_value *cond, const struct pl_value *number)
{
	if (result->kind == PL_V_UNKNOWN || pl_is_false(cond))
		return PL_OK;
	if (cond->kind == PL_V_UNKNOWN) {
		*result = *cond;
		return PL_OK;
	}
	if (number->kind == PL_V_ABSENT) {
		*result = pl_value_unknown("one of the summands is missing");
		return PL_OK;
	}
	struct pl_value sum;
	PL_TRY(pl_operator_arith(PL_OP_ADD, result, number, &sum));
	*result = sum;
	return PL_OK;
}

/* Takes the body's values into the result. */
static pl_err fold(enum pl_loop_kind kind, const struct pl_value *values, struct pl_value *result)
{
	const struct pl_value one = int_value(1);
	switch (kind) {
	case PL_LOOP_SOME:
		*result = pl_kleene_or(*result, values[0]);
		return PL_OK;
	case PL_LOOP_EVERY:
		*result = pl_kleene_and(*result, values[0]);
		return PL_OK;
	case PL_LOOP_NO:
		*result = pl_kleene_and(*result, pl_kleene_not(values[0]));
		return PL_OK;
	case PL_LOOP_COUNT:
		return count_one(result, &values[0], &one);
	case PL_LOOP_SUM:
		return count_one(result, &values[0], &values[1]);
	}
	return PL_E_INTERNAL;
}

static bool is_decided(enum pl_loop_kind kind, const struct pl_value *result)
{
	return kind == PL_LOOP_SOME ? pl_is_true(result)
				    : (kind == PL_LOOP_EVERY || kind == PL_LOOP_NO) && pl_is_false(result);
}

/* Fetches the next element into the variable. */
static pl_err fetch(struct machine *m, uint8_t var, bool *ret_done)
{
	struct pl_eval_loop *loop = &m->run->loops[m->loops - 1];
	struct pl_value element;
	*ret_done = false;
	PL_TRY(pl_value_iter_next(&loop->it, m->run->arena, &element, ret_done));
	if (!*ret_done)
		m->run->vars[var] = element;
	return PL_OK;
}

static void open_digest(struct machine *m)
{
	struct pl_run *run = m->run;
	if (!run->evidence)
		return;
	struct pl_eval_digest *d = &run->digests[m->loops - 1];
	d->outer = *run->evidence;
	memset(&d->sum, 0, sizeof d->sum);
	pl_evidence_begin(run->evidence);
}

static void next_digest(struct machine *m)
{
	struct pl_run *run = m->run;
	if (!run->evidence)
		return;
	struct pl_digest element = pl_evidence_end(run->evidence);
	pl_digest_sum(&run->digests[m->loops - 1].sum, &element);
	pl_evidence_begin(run->evidence);
}

static void close_digest(struct machine *m)
{
	struct pl_run *run = m->run;
	if (!run->evidence)
		return;
	struct pl_eval_digest *d = &run->digests[m->loops - 1];
	*run->evidence = d->outer;
	pl_evidence_add_bytes(run->evidence, d->sum.bytes, sizeof d->sum.bytes);
}

/* Ends the innermost loop: its result is on the stack, and the code after it is next. */
static void leave(struct machine *m, uint32_t next)
{
	close_digest(m);
	m->run->stack[m->depth++] = m->run->loops[--m->loops].result;
	m->at = next + 1;
}

static pl_err op_loop(struct machine *m, const struct pl_insn *in)
{
	struct pl_run *run = m->run;
	struct pl_value list = run->stack[--m->depth];
	if (list.kind == PL_V_UNKNOWN || list.kind == PL_V_ABSENT) {
		/* nothing to walk: an absent list has no elements, an unknown one any */
		run->stack[m->depth++] = list.kind == PL_V_UNKNOWN ? list : start_of((enum pl_loop_kind)in->b);
		m->at = in->c + 1;
		return PL_OK;
	}
	struct pl_eval_loop *loop = &run->loops[m->loops++];
	loop->list = list;
	loop->result = start_of((enum pl_loop_kind)in->b);
	pl_value_iter_init(&loop->it, &loop->list);
	open_digest(m);
	bool done;
	PL_TRY(fetch(m, in->a, &done));
	if (done)
		leave(m, in->c);
	return PL_OK;
}

static pl_err op_next(struct machine *m, const struct pl_insn *in)
{
	struct pl_run *run = m->run;
	struct pl_eval_loop *loop = &run->loops[m->loops - 1];
	enum pl_loop_kind kind = (enum pl_loop_kind)in->b;
	m->depth -= kind == PL_LOOP_SUM ? 2 : 1;
	PL_TRY(fold(kind, &run->stack[m->depth], &loop->result));
	next_digest(m);
	bool done = !run->evidence && is_decided(kind, &loop->result);
	if (!done)
		PL_TRY(fetch(m, in->a, &done));
	if (done)
		leave(m, m->at - 1);
	else
		m->at = in->c;
	return PL_OK;
}

/* --- instructions
 * ----------------------------------------------------------------------------------------------------- */

static pl_err push(struct machine *m, const struct pl_value *v)
{
	m->run->stack[m->depth++] = *v;
	return PL_OK;
}

static pl_err push_read(struct machine *m, const struct pl_value *v)
{
	PL_TRY(note(m->run, v));
	return push(m, v);
}

#define CLOCK_SKEW 300 /* seconds that the clocks of two machines may differ */

/* A file dated in the future would be fresh until then. */
static bool is_early(const struct pl_data_code *data, int64_t now)
{
	int64_t age;
	return __builtin_sub_overflow(now, data->modified, &age) ? now < data->modified : age < -CLOCK_SKEW;
}

static bool is_stale(const struct pl_data_code *data, int64_t now)
{
	int64_t age;
	if (!data->fresh_seconds)
		return false;
	return is_early(data, now) || __builtin_sub_overflow(now, data->modified, &age) || age > data->fresh_seconds;
}

/* The age in the two units that people would name. */
static pl_err push_stale(struct machine *m, const struct pl_data_code *data, int64_t now)
{
	uint64_t age = (uint64_t)now - (uint64_t)data->modified;
	uint64_t minutes = age / 60, hours = minutes / 60;
	pl_str why;
	if (is_early(data, now))
		why = pl_arena_printf(m->run->arena, "the file of data `%.*s` is dated in the future",
				      PL_FMT(data->name));
	else if (hours >= 48)
		why = pl_arena_printf(m->run->arena, "%s%llud %lluh", data->stale, (unsigned long long)(hours / 24),
				      (unsigned long long)(hours % 24));
	else if (minutes >= 60)
		why = pl_arena_printf(m->run->arena, "%s%lluh %llumin %llus", data->stale, (unsigned long long)hours,
				      (unsigned long long)(minutes % 60), (unsigned long long)(age % 60));
	else
		why = pl_arena_printf(m->run->arena, "%s%llumin %llus", data->stale, (unsigned long long)minutes,
				      (unsigned long long)(age % 60));
	if (!why.ptr)
		return PL_E_MEMORY;
	struct pl_value v = pl_value_unknown(why.ptr);
	return push(m, &v);
}

/* The table of a data file, as long as it may be used. spec: language.md 3.10 */
static pl_err op_data(struct machine *m, const struct pl_insn *in)
{
	const struct pl_data_code *data = &m->run->program->data[in->c];
	const struct pl_context *context = m->run->context;
	int64_t now = context->now ? context->now : (int64_t)context->today * 86400;
	struct pl_value v;
	if (data->value == PL_NO_CODE)
		v = pl_value_unknown(data->why);
	else if (is_stale(data, now))
		return push_stale(m, data, now);
	else
		v = m->run->ready->consts[data->value];
	return push(m, &v);
}

static void show_slot(const struct machine *m, const struct pl_insn *in, const struct pl_value *v)
{
	const struct pl_slot *slot = &m->run->program->slots[in->c];
	pl_run_note_read(m->run->reads, &(struct pl_read){slot->path, -1, slot->root, *v});
}

static void show_step(const struct machine *m, const struct pl_insn *in, const struct pl_value *v)
{
	const struct pl_insn *from = in - 1; /* what the step begins at is on the stack: something is before it */
	int16_t var = from->op == PL_OP_VAR ? from->a : (int16_t)-1;
	pl_run_note_read(m->run->reads, &(struct pl_read){in->c, var, PL_ROOT_NONE, *v});
}

static pl_err op_slot(struct machine *m, const struct pl_insn *in)
{
	struct pl_value v;
	PL_TRY(pl_run_slot(m->run, in->c, &v));
	enum pl_root root = (enum pl_root)m->run->program->slots[in->c].root;
	if (m->run->read == PL_NO_NODE && root == PL_ROOT_SUBJECT && v.kind != PL_V_SUBJECT && !m->run->evidence)
		m->run->read = v.node;
	if (m->run->reads)
		show_slot(m, in, &v);
	return push_read(m, &v);
}

static pl_err op_step(struct machine *m, const struct pl_insn *in)
{
	struct pl_value v = m->run->stack[--m->depth];
	PL_TRY(pl_run_walk(m->run, in->c, &v));
	pl_run_name_origin(&v, in->c);
	if (m->run->reads)
		show_step(m, in, &v);
	return push_read(m, &v);
}

static pl_err op_index(struct machine *m)
{
	struct pl_value *stack = m->run->stack;
	struct pl_value key = stack[--m->depth], map = stack[--m->depth];
	struct pl_value v = pl_value_absent();
	if (map.kind == PL_V_UNKNOWN || key.kind == PL_V_UNKNOWN)
		v = map.kind == PL_V_UNKNOWN ? map : key;
	else if (map.kind == PL_V_MAP && map.u.map->index && key.kind != PL_V_ABSENT)
		v = pl_sets_entry(map.u.map, key.u.s);
	else if (map.kind != PL_V_ABSENT && key.kind != PL_V_ABSENT)
		PL_TRY(pl_value_index(&map, key.u.s, m->run->arena, &v));
	return push_read(m, &v);
}

static pl_err op_compare(struct machine *m, const struct pl_insn *in)
{
	struct pl_value *stack = m->run->stack;
	m->depth -= 2;
	struct pl_value r;
	PL_TRY(pl_operator_compare(&m->run->operands, (enum pl_relation)in->a, stack[m->depth], stack[m->depth + 1],
				   &r));
	return push(m, &r);
}

static pl_err op_test(struct machine *m, const struct pl_insn *in)
{
	struct pl_value *stack = m->run->stack;
	m->depth -= 2;
	struct pl_value a = stack[m->depth], b = stack[m->depth + 1], r;
	PL_TRY(pl_relation_test(&m->run->operands, (enum pl_relation)in->a, a, b, &r));
	if (in->b && a.kind != PL_V_ABSENT && b.kind != PL_V_ABSENT)
		r = pl_kleene_not(r); /* something missing satisfies neither form */
	return push(m, &r);
}

/* The path whose value the instruction before read, as name_origin writes it: a pattern's operand has lost it. */
static uint16_t origin_before(const struct machine *m)
{
	const struct pl_insn *in = &m->run->program->code[m->at - 2];
	uint32_t path = in->op == PL_OP_SLOT ? m->run->program->slots[in->c].path : in->c;
	bool read = in->op == PL_OP_SLOT || in->op == PL_OP_STEP;
	return read && path < UINT16_MAX ? (uint16_t)(path + 1) : 0;
}

static pl_err op_match(struct machine *m, const struct pl_insn *in)
{
	struct pl_run *run = m->run;
	struct pl_value v = pl_operator_plain(run->stack[--m->depth]);
	struct pl_value r = v;
	if (v.kind == PL_V_ABSENT)
		r = pl_value_bool(false);
	if (v.kind == PL_V_ABSENT || v.kind == PL_V_UNKNOWN)
		return push(m, &r);
	pl_str text = pl_operator_text(&v, run->arena);
	if (!text.ptr)
		return PL_E_MEMORY;
	const struct pl_pattern *pattern = &run->program->patterns[in->c];
	const char *why = "";
	enum pl_regex_answer answer = pl_regex_match(pattern->compiled, run->regex, text, &why);
	r = answer == PL_REGEX_UNDECIDED ? pl_value_unknown(why)
					 : pl_value_bool((answer == PL_REGEX_YES) != (in->b != 0));
	if (answer == PL_REGEX_UNDECIDED)
		r.ref = origin_before(m);
	return push(m, &r);
}

static pl_err op_is(struct machine *m, const struct pl_insn *in)
{
	struct pl_value v = m->run->stack[--m->depth], r;
	PL_TRY(pl_operator_is((enum pl_is)in->a, &v, &r));
	if (in->a == PL_IS_EMPTY || in->a == PL_IS_NOT_EMPTY)
		PL_TRY(note(m->run, &r)); /* of a map or list of records only its presence was noted */
	return push(m, &r);
}

static pl_err op_truth(struct machine *m)
{
	struct pl_value *top = &m->run->stack[m->depth - 1];
	if (top->kind == PL_V_ABSENT)
		*top = pl_value_bool(false);
	return PL_NEVER(top->kind != PL_V_BOOL && top->kind != PL_V_UNKNOWN) ? PL_E_INTERNAL : PL_OK;
}

static pl_err op_logic(struct machine *m, enum pl_op op)
{
	struct pl_value *stack = m->run->stack;
	m->depth -= 2;
	struct pl_value a = stack[m->depth], b = stack[m->depth + 1], r;
	if (op == PL_OP_ELSE)
		r = a.kind == PL_V_ABSENT ? b : a;
	else
		r = op == PL_OP_AND ? pl_kleene_and(a, b) : pl_kleene_or(a, b);
	return push(m, &r);
}

static pl_err op_arith(struct machine *m, enum pl_op op)
{
	struct pl_value *stack = m->run->stack;
	m->depth -= 2;
	struct pl_value r;
	PL_TRY(pl_operator_arith(op, &stack[m->depth], &stack[m->depth + 1], &r));
	return push(m, &r);
}

static pl_err op_less(struct machine *m)
{
	struct pl_value *stack = m->run->stack;
	m->depth -= 2;
	struct pl_value r;
	PL_TRY(pl_relation_less(&m->run->operands, stack[m->depth], stack[m->depth + 1], &r));
	return push(m, &r);
}

static pl_err op_gather(struct machine *m, const struct pl_insn *in)
{
	struct pl_list *list = pl_arena_zalloc(m->run->arena, 1, sizeof *list);
	struct pl_value *items = pl_arena_alloc(m->run->arena, in->b * sizeof *items);
	if (!list || !items)
		return PL_E_MEMORY;
	m->depth -= in->b;
	memcpy(items, &m->run->stack[m->depth], in->b * sizeof *items);
	*list = (struct pl_list){items, in->b, NULL};
	struct pl_value r = {.kind = PL_V_LIST, .node = PL_NO_NODE, .u.list = list};
	return push(m, &r);
}

static pl_err op_switch(struct machine *m, const struct pl_insn *in)
{
	const struct pl_switch *s = &m->run->program->switches[in->c];
	struct pl_value key = m->run->stack[--m->depth];
	if (key.kind == PL_V_UNKNOWN) {
		m->at = s->end;
		return push(m, &key);
	}
	m->at = s->otherwise;
	uint32_t low = 0, high = key.kind == PL_V_STRING ? s->count : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int cmp = pl_str_cmp(s->keys[middle], key.u.s);
		if (cmp == 0) {
			m->at = s->targets[middle];
			break;
		}
		if (cmp < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return PL_OK;
}

static pl_err op_call(struct machine *m, const struct pl_insn *in)
{
	struct pl_value r;
	m->depth -= in->b;
	struct pl_value arg = pl_operator_plain(m->run->stack[m->depth]);
	PL_TRY(pl_builtin_call(&m->run->operands, (enum pl_builtin)in->a, &arg, &r));
	if (in->a == PL_BUILTIN_COUNT)
		PL_TRY(note(m->run, &r));
	return push(m, &r);
}

/* Shortcuts change nothing but time, and evidence wants everything read. */
static void skip(struct machine *m, const struct pl_insn *in)
{
	const struct pl_value *top = &m->run->stack[m->depth - 1];
	bool taken = in->op == PL_OP_SKIP_FALSE	 ? pl_is_false(top)
		     : in->op == PL_OP_SKIP_TRUE ? pl_is_true(top)
						 : top->kind != PL_V_ABSENT;
	if (taken && !m->run->evidence)
		m->at = in->c;
}

static pl_err execute(struct machine *m, const struct pl_insn *in)
{
	struct pl_value *stack = m->run->stack;
	switch ((enum pl_op)in->op) {
	case PL_OP_CONST:
		return push(m, &m->run->ready->consts[in->c]);
	case PL_OP_DATA:
		return op_data(m, in);
	case PL_OP_SLOT:
		return op_slot(m, in);
	case PL_OP_VAR:
		return push_read(m, &m->run->vars[in->a]);
	case PL_OP_STEP:
		return op_step(m, in);
	case PL_OP_INDEX:
		return op_index(m);
	case PL_OP_COMPARE:
		return op_compare(m, in);
	case PL_OP_TEST:
		return op_test(m, in);
	case PL_OP_MATCH:
		return op_match(m, in);
	case PL_OP_IS:
		return op_is(m, in);
	case PL_OP_TRUTH:
		return op_truth(m);
	case PL_OP_NOT:
		stack[m->depth - 1] = pl_kleene_not(stack[m->depth - 1]);
		return PL_OK;
	case PL_OP_AND:
	case PL_OP_OR:
	case PL_OP_ELSE:
		return op_logic(m, (enum pl_op)in->op);
	case PL_OP_SKIP_FALSE:
	case PL_OP_SKIP_TRUE:
	case PL_OP_SKIP_SET:
		skip(m, in);
		return PL_OK;
	case PL_OP_ADD:
	case PL_OP_SUB:
	case PL_OP_MUL:
		return op_arith(m, (enum pl_op)in->op);
	case PL_OP_LESS:
		return op_less(m);
	case PL_OP_GATHER:
		return op_gather(m, in);
	case PL_OP_SWITCH:
		return op_switch(m, in);
	case PL_OP_JUMP:
		m->at = in->c;
		return PL_OK;
	case PL_OP_CALL:
		return op_call(m, in);
	case PL_OP_LOOP:
		return op_loop(m, in);
	case PL_OP_NEXT:
		return op_next(m, in);
	case PL_OP_RETURN:
		m->done = true;
		return PL_OK;
	case PL_OP_COUNT_:
		break;
	}
	return PL_E_INTERNAL;
}

#ifdef PL_CHECKED
/* For tests to compare with the bound that cost.c promises. spec: language.md 6.4, P9 */
static void count_steps(struct pl_run *run, const struct pl_insn *in)
{
	static const uint8_t ops[PL_OP_COUNT_] = {
		[PL_OP_INDEX] = 1, [PL_OP_COMPARE] = 1, [PL_OP_TEST] = 1, [PL_OP_IS] = 1,
		[PL_OP_TRUTH] = 1, [PL_OP_ADD] = 1,	[PL_OP_SUB] = 1,  [PL_OP_MUL] = 1,
		[PL_OP_LESS] = 1,  [PL_OP_SWITCH] = 1,	[PL_OP_NEXT] = 1, [PL_OP_MATCH] = 50,
	};
	static const uint8_t builtins[PL_BUILTIN_COUNT_] = {
#define PL_BUILTIN(id, name, args, result, absent, cost, sentence) [PL_BUILTIN_##id] = cost,
#include "lang/builtins.def"
#undef PL_BUILTIN
	};
	if (!run->evidence)
		run->steps += in->op == PL_OP_CALL ? builtins[in->a] : ops[in->op];
}
#endif

pl_err pl_run_fragment(struct pl_run *run, uint32_t code, struct pl_value *ret)
{
	struct machine m = {.run = run, .at = code};
	while (!m.done) {
		const struct pl_insn *in = &run->program->code[m.at++];
#ifdef PL_CHECKED
		count_steps(run, in);
#endif
		PL_TRY(execute(&m, in));
	}
	*ret = run->stack[0];
	return PL_OK;
}
