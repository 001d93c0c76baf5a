/* compile_term.c - a term becomes a fragment of code: operands first, then the instruction. `and`, `or` and `else`
 * leave early when the rest cannot matter; unknown values make everything else matter (Kleene), which the instructions
 * see to. */
#include "compile.h"

#include <string.h>

#include "base/buf.h"

/* --- instructions
 * ------------------------------------------------------------------------------------------------------------- */

static void limit(struct pl_emit *e, const char *what, unsigned long max, const char *help)
{
	if (!e->failed)
		pl_check_complain(
			e->c,
			&(struct pl_complaint){
				.code = PL_CODE_E0003, .at = e->at, .source = e->source, .help = pl_str_from(help)},
			"%s (%lu)", what, max);
	e->failed = true;
}

/* Appends an instruction that takes `pops` values and leaves `pushes`; gives its index. */
static uint32_t put(struct pl_emit *e, enum pl_op op, struct pl_insn operands, unsigned pops, unsigned pushes)
{
	if (e->failed)
		return 0;
	if (e->code_count - e->extra == PL_MAX_CODE) {
		limit(e, "the policy set compiles to too many instructions", PL_MAX_CODE,
		      "use fewer or smaller `let`s");
		return 0;
	}
	struct pl_insn *grown = pl_intern_grow(e->c->arena, e->code, e->code_count, &e->code_room, sizeof *grown);
	if (!grown) {
		pl_check_memory(e->c);
		e->failed = true;
		return 0;
	}
	e->code = grown;
	operands.op = (uint8_t)op;
	grown[e->code_count] = operands;
	e->stack = e->stack - pops + pushes;
	if (e->stack > PL_MAX_STACK)
		limit(e, "this needs more values at once than the machine holds", PL_MAX_STACK,
		      "split the expression; a set with many elements consists of constants");
	return e->code_count++;
}

/* Makes the jumps at `jumps` go on at the next instruction. */
static void land(struct pl_emit *e, const uint32_t *jumps, uint32_t n)
{
	for (uint32_t i = 0; i < n && !e->failed; i++)
		e->code[jumps[i]].c = e->code_count;
}

static void emit(struct pl_emit *e, struct pl_term *t);

static void emit_items(struct pl_emit *e, struct pl_term *t)
{
	for (uint32_t i = 0; i < t->count && !e->failed; i++)
		emit(e, t->items[i]);
}

/* --- paths
 * ------------------------------------------------------------------------------------------------------------------------
 */

static const char *root_name(const struct pl_term *root)
{
	if (root->root == PL_ROOT_OLD_POD)
		return "old_pod";
	if (root->root == PL_ROOT_OLD_TASK)
		return "old_task";
	return root->root == PL_ROOT_TODAY ? "today" : pl_subject_name((enum pl_subject)root->subject);
}

/* The path from base to t; base is reached through fields only. */
static uint32_t path_of(struct pl_emit *e, const struct pl_term *t, const struct pl_term *base)
{
	uint16_t n = 0;
	for (const struct pl_term *f = t; f != base; f = f->items[0])
		n++;
	struct pl_path_step *steps = pl_arena_zalloc(e->c->arena, n, sizeof *steps);
	const char **names = pl_arena_zalloc(e->c->arena, n, sizeof *names);
	if (!steps || !names) {
		pl_check_memory(e->c);
		e->failed = true;
		return 0;
	}
	uint16_t i = n;
	for (const struct pl_term *f = t; f != base; f = f->items[0]) {
		steps[--i] = (struct pl_path_step){f->u.field.step, f->u.field.record};
		names[i] = f->u.field.name;
	}
	struct pl_buf text;
	pl_buf_init(&text, e->c->arena, 64);
	pl_buf_adds(&text, base->kind == PL_TERM_ROOT ? root_name(base) : "");
	for (i = 0; i < n; i++)
		pl_buf_addf(&text, "%s%s", text.len ? "." : "", names[i]);
	return pl_emit_path(e, &(struct pl_path){steps, n, t->type, pl_buf_str(&text)});
}

static void emit_path(struct pl_emit *e, struct pl_term *t)
{
	struct pl_term *base = t;
	while (base->kind == PL_TERM_FIELD)
		base = base->items[0];
	if (base->kind == PL_TERM_ROOT) {
		uint32_t path = path_of(e, t, base);
		uint32_t slot = pl_emit_slot(e, base->root, base->subject, path);
		put(e, PL_OP_SLOT, (struct pl_insn){.c = slot}, 0, 1);
		return;
	}
	emit(e, base);
	put(e, PL_OP_STEP, (struct pl_insn){.c = path_of(e, t, base)}, 1, 1);
}

/* --- early exits
 * --------------------------------------------------------------------------------------------------------------------
 */

/* A; skip; B; op; skip; C; op: ... */
static void emit_chain(struct pl_emit *e, struct pl_term *t, enum pl_op skip, enum pl_op op)
{
	uint32_t *jumps = pl_arena_zalloc(e->c->arena, t->count, sizeof *jumps);
	if (!jumps) {
		pl_check_memory(e->c);
		e->failed = true;
		return;
	}
	emit(e, t->items[0]);
	for (uint32_t i = 1; i < t->count && !e->failed; i++) {
		jumps[i - 1] = put(e, skip, (struct pl_insn){0}, 0, 0);
		emit(e, t->items[i]);
		put(e, op, (struct pl_insn){0}, 2, 1);
	}
	land(e, jumps, t->count - 1);
}

/* Places of the keys in byte order. */
static uint32_t *key_order(struct pl_emit *e, const struct pl_term *t, uint32_t n)
{
	uint32_t *order = pl_arena_zalloc(e->c->arena, n, sizeof *order);
	for (uint32_t i = 0; order && i < n; i++) {
		uint32_t k = i;
		for (; k > 0 && pl_str_cmp(t->u.keys[order[k - 1]], t->u.keys[i]) > 0; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	return order;
}

static void emit_switch(struct pl_emit *e, struct pl_term *t)
{
	uint32_t n = t->count - 2;
	uint32_t *order = key_order(e, t, n);
	pl_str *keys = pl_arena_zalloc(e->c->arena, n, sizeof *keys);
	uint32_t *targets = pl_arena_zalloc(e->c->arena, n, sizeof *targets);
	uint32_t *jumps = pl_arena_zalloc(e->c->arena, n, sizeof *jumps);
	if (!order || !keys || !targets || !jumps) {
		pl_check_memory(e->c);
		e->failed = true;
		return;
	}
	emit(e, t->items[0]);
	uint32_t at = put(e, PL_OP_SWITCH, (struct pl_insn){0}, 1, 0);
	for (uint32_t i = 0; i < n && !e->failed; i++) {
		keys[i] = t->u.keys[order[i]];
		targets[i] = e->code_count;
		emit(e, t->items[order[i] + 1]);
		jumps[i] = put(e, PL_OP_JUMP, (struct pl_insn){0}, 1, 0); /* its value waits at the end */
	}
	uint32_t otherwise = e->code_count;
	emit(e, t->items[n + 1]);
	land(e, jumps, n);
	uint32_t table = pl_emit_switch(e, &(struct pl_switch){keys, targets, n, otherwise, e->code_count});
	if (!e->failed)
		e->code[at].c = table;
}

static void emit_loop(struct pl_emit *e, struct pl_term *t)
{
	emit(e, t->items[0]);
	if (e->depth == PL_MAX_VARS) {
		limit(e, "loops stand too deep inside each other, those in arguments of `let`s counted", PL_MAX_VARS,
		      "split the rule, or count outside of the loop");
		return;
	}
	struct pl_insn operands = {.a = (uint8_t)e->depth, .b = t->op};
	e->vars[t->u.var.binding] = operands.a;
	e->depth++;
	uint32_t loop = put(e, PL_OP_LOOP, operands, 1, 0);
	for (uint32_t i = 1; i < t->count; i++)
		emit(e, t->items[i]);
	operands.c = loop + 1;
	uint32_t next = put(e, PL_OP_NEXT, operands, t->count - 1, 1);
	e->depth--;
	if (!e->failed)
		e->code[loop].c = next;
}

/* --- all of them
 * --------------------------------------------------------------------------------------------------------------------
 */

static void emit_plain(struct pl_emit *e, struct pl_term *t, enum pl_op op, struct pl_insn operands)
{
	emit_items(e, t);
	put(e, op, operands, t->count, 1);
}

static void emit_set(struct pl_emit *e, struct pl_term *t)
{
	if (pl_term_is_constant(t))
		put(e, PL_OP_CONST, (struct pl_insn){.c = pl_emit_const(e, t)}, 0, 1);
	else
		emit_plain(e, t, PL_OP_GATHER, (struct pl_insn){.b = (uint16_t)t->count});
}

static void emit_match(struct pl_emit *e, struct pl_term *t)
{
	uint32_t pattern = pl_emit_pattern(e, t->u.pattern.text, t->u.pattern.ignore_case);
	emit_plain(e, t, PL_OP_MATCH, (struct pl_insn){.b = t->negated, .c = pattern});
}

/* Terms that are their operands and one instruction. */
static const uint8_t plain_ops[] = {
	[PL_TERM_INDEX] = PL_OP_INDEX, [PL_TERM_ADD] = PL_OP_ADD,   [PL_TERM_SUB] = PL_OP_SUB,
	[PL_TERM_MUL] = PL_OP_MUL,     [PL_TERM_LESS] = PL_OP_LESS, [PL_TERM_TRUTH] = PL_OP_TRUTH,
	[PL_TERM_NOT] = PL_OP_NOT,
};

static void emit(struct pl_emit *e, struct pl_term *t)
{
	struct pl_insn a = {.a = t->op};
	if (e->failed)
		return;
	switch ((enum pl_term_kind)t->kind) {
	case PL_TERM_CONST:
	case PL_TERM_MAP:
		put(e, PL_OP_CONST, (struct pl_insn){.c = pl_emit_const(e, t)}, 0, 1);
		break;
	case PL_TERM_ROOT:
	case PL_TERM_FIELD:
		emit_path(e, t);
		break;
	case PL_TERM_VAR:
		put(e, PL_OP_VAR, (struct pl_insn){.a = e->vars[t->u.var.binding]}, 0, 1);
		break;
	case PL_TERM_DATA:
		put(e, PL_OP_DATA, (struct pl_insn){.c = t->u.data.use}, 0, 1);
		break;
	case PL_TERM_ELSE:
		emit_chain(e, t, PL_OP_SKIP_SET, PL_OP_ELSE);
		break;
	case PL_TERM_SET:
		emit_set(e, t);
		break;
	case PL_TERM_SWITCH:
		emit_switch(e, t);
		break;
	case PL_TERM_CALL:
		emit_plain(e, t, PL_OP_CALL, (struct pl_insn){.a = t->op, .b = (uint16_t)t->count});
		break;
	case PL_TERM_LOOP:
		emit_loop(e, t);
		break;
	case PL_TERM_COMPARE:
		emit_plain(e, t, PL_OP_COMPARE, a);
		break;
	case PL_TERM_TEST:
		emit_plain(e, t, PL_OP_TEST, (struct pl_insn){.a = t->op, .b = t->negated});
		break;
	case PL_TERM_MATCH:
		emit_match(e, t);
		break;
	case PL_TERM_IS:
		emit_plain(e, t, PL_OP_IS, a);
		break;
	case PL_TERM_AND:
		emit_chain(e, t, PL_OP_SKIP_FALSE, PL_OP_AND);
		break;
	case PL_TERM_OR:
		emit_chain(e, t, PL_OP_SKIP_TRUE, PL_OP_OR);
		break;
	case PL_TERM_INDEX:
	case PL_TERM_ADD:
	case PL_TERM_SUB:
	case PL_TERM_MUL:
	case PL_TERM_LESS:
	case PL_TERM_TRUTH:
	case PL_TERM_NOT:
		emit_plain(e, t, (enum pl_op)plain_ops[t->kind], (struct pl_insn){0});
		break;
	}
}

static bool has_loop(const struct pl_term *t)
{
	if (t->kind == PL_TERM_LOOP)
		return true;
	for (uint32_t i = 0; i < t->count; i++) {
		if (has_loop(t->items[i]))
			return true;
	}
	return false;
}

/* Variables of loops around a term, with the places where the machine keeps them just now. */
struct outer {
	uint32_t bindings[PL_MAX_VARS];
	unsigned count;
	uint32_t places; /* four bits each, in the order in which they are read */
};

/* A loop of the term itself, inside others. */
struct own {
	uint32_t binding;
	const struct own *around;
};

static void note_outer(const struct pl_emit *e, uint32_t binding, const struct own *own, struct outer *ret)
{
	while (own && own->binding != binding)
		own = own->around;
	for (unsigned i = 0; i < ret->count && !own; i++) {
		if (ret->bindings[i] == binding)
			return;
	}
	if (own || ret->count == PL_MAX_VARS)
		return; /* there are no more at once */
	ret->bindings[ret->count] = binding;
	ret->places |= (uint32_t)(e->vars[binding] + 1) << 4 * ret->count++;
}

static void find_outer(const struct pl_emit *e, const struct pl_term *t, const struct own *own, struct outer *ret)
{
	bool loop = t->kind == PL_TERM_LOOP;
	struct own here = {loop ? t->u.var.binding : 0, own};
	if (t->kind == PL_TERM_VAR)
		note_outer(e, t->u.var.binding, own, ret);
	for (uint32_t i = 0; i < t->count; i++)
		find_outer(e, t->items[i], loop ? &here : own, ret);
}

/* Equal terms are one fragment, unless their loops need other variables, or those around them do: a guard of the policy
 * stands in rules with further loops and in rules without. */
static bool find_fragment(struct pl_emit *e, struct pl_term *t, uint32_t *ret_index, bool *ret_fresh)
{
	uint32_t key[3] = {0, 0, 0};
	struct outer outer = {.count = 0};
	if (pl_term_id(&e->c->ids, t, &key[0]) != PL_OK)
		return false;
	find_outer(e, t, NULL, &outer);
	key[1] = e->depth && has_loop(t) ? e->depth : 0;
	key[2] = outer.places;
	return pl_intern_add(&e->fragment_ids, (pl_str){(const char *)key, sizeof key}, ret_index, ret_fresh) == PL_OK;
}

uint32_t pl_emit_fragment(struct pl_emit *e, struct pl_term *t)
{
	uint32_t i;
	bool fresh;
	if (e->failed)
		return PL_NO_CODE;
	uint32_t *grown =
		pl_intern_grow(e->c->arena, e->fragments, e->fragment_ids.count, &e->fragment_room, sizeof *grown);
	if (!grown || !find_fragment(e, t, &i, &fresh)) {
		pl_check_memory(e->c);
		e->failed = true;
		return PL_NO_CODE;
	}
	e->fragments = grown;
	if (!fresh && grown[i] != PL_NO_CODE)
		return grown[i];
	e->stack = 0;
	e->at = t->at;
	e->source = t->source;
	grown[i] = e->code_count;
	emit(e, t);
	put(e, PL_OP_RETURN, (struct pl_insn){0}, 1, 0);
	return e->failed ? PL_NO_CODE : e->fragments[i];
}

uint32_t pl_emit_extra(struct pl_emit *e, struct pl_term *t)
{
	uint32_t i, count = e->code_count, fragments = e->fragment_ids.count;
	unsigned depth = e->depth;
	bool quiet = e->c->quiet, fresh;
	if (e->failed || pl_term_size(t) > (PL_MAX_EXTRA - e->extra) / 4)
		return PL_NO_CODE;
	e->c->quiet = true;
	uint32_t code = pl_emit_fragment(e, t);
	e->c->quiet = quiet;
	if (!e->failed || e->c->err != PL_OK) {
		e->extra += e->code_count - count;
		return code;
	}
	/* Forget what there is of it. */
	e->failed = false;
	e->code_count = count;
	e->depth = depth;
	if (e->fragment_ids.count > fragments && find_fragment(e, t, &i, &fresh))
		e->fragments[i] = PL_NO_CODE;
	return PL_NO_CODE;
}
