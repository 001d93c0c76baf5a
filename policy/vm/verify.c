/* verify.c - see verify.h. One forward walk over the code: since jumps only go forward, the depth at a target is known
 * when the walk arrives there. Then the rule tables, which refer to what the walk found out about each fragment. */
#include "verify.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "builtins.h"
#include "disasm.h"

/* What the walk knows about the place before an instruction. */
struct place {
	int16_t depth;	     /* -1: nothing arrives here */
	uint16_t loop;	     /* nesting: loops entered and not left */
	uint32_t loop_start; /* the innermost, PL_NO_CODE if none */
};

/* What a rule must provide to run a fragment. */
struct fragment {
	bool starts;	   /* a fragment begins here */
	uint8_t vars;	   /* loop variables it reads but does not define; bits */
	uint8_t sets;	   /* loop variables it defines */
	uint16_t roots;	   /* enum pl_root it reads; bits */
	uint32_t subjects; /* enum pl_subject its ROOT_SUBJECT slots stand for; bits */
};

struct open_loop {
	uint32_t start;
	uint8_t var, kind;
	int16_t floor; /* depth under the body */
	uint32_t end;  /* its NEXT */
};

struct verifier {
	const struct pl_program *p;
	struct pl_arena *arena;
	struct pl_diags *diags;
	struct place *places;
	struct fragment *fragments; /* by code index; of use where one starts */
	struct open_loop open[PL_MAX_VARS];
	unsigned open_count;
	uint32_t first, last; /* of the fragment that is walked */
};

static const struct {
	int8_t pops, pushes;
} effects[] = {
#define PL_OP(name, pops, pushes, ...) {pops, pushes},
#include "lang/ops.def"
#undef PL_OP
};

static pl_err defect(struct verifier *v, const char *fmt, ...) PL_PRINTF(2, 3);
static pl_err defect(struct verifier *v, const char *fmt, ...)
{
	struct pl_buf text;
	pl_buf_init(&text, v->arena, 0);
	va_list ap;
	va_start(ap, fmt);
	pl_buf_adds(&text, "the compiled policy is not valid: ");
	pl_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	struct pl_diag d = {.level = PL_DIAG_ERROR,
			    .source = PL_STR("program"),
			    .message = pl_buf_str(&text),
			    .help = PL_STR("this is a defect in plimsoll; please report it with the policy")};
	pl_diags_add(v->diags, &d);
	return PL_E_INTERNAL;
}

/* --- operands
 * --------------------------------------------------------------------------------------------------------- */

static bool has_relation(const struct pl_insn *in)
{
	if (in->op == PL_OP_TEST)
		return in->a >= PL_REL_IN && in->a <= PL_REL_LIKE && in->b <= 1;
	return in->a <= (in->op == PL_OP_IS ? (unsigned)PL_IS_NOT_EMPTY : (unsigned)PL_REL_GE);
}

static bool in_table(const struct pl_program *p, const struct pl_insn *in)
{
	switch ((enum pl_op)in->op) {
	case PL_OP_CONST:
		return in->c < p->const_count;
	case PL_OP_DATA:
		return in->c < p->data_count;
	case PL_OP_SLOT:
		return in->c < p->slot_count;
	case PL_OP_STEP:
		return in->c < p->path_count;
	case PL_OP_MATCH:
		return in->b <= 1 && in->c < p->pattern_count;
	case PL_OP_SWITCH:
		return in->c < p->switch_count;
	case PL_OP_VAR:
		return in->a < PL_MAX_VARS;
	case PL_OP_COMPARE:
	case PL_OP_TEST:
	case PL_OP_IS:
		return has_relation(in);
	case PL_OP_CALL:
		return in->a < PL_BUILTIN_COUNT_ && in->b == pl_builtin_arity((enum pl_builtin)in->a);
	case PL_OP_GATHER:
		return in->b <= PL_MAX_STACK;
	case PL_OP_LOOP:
	case PL_OP_NEXT:
		return in->a < PL_MAX_VARS && in->b <= PL_LOOP_SUM;
	case PL_OP_INDEX:
	case PL_OP_TRUTH:
	case PL_OP_NOT:
	case PL_OP_AND:
	case PL_OP_OR:
	case PL_OP_SKIP_FALSE:
	case PL_OP_SKIP_TRUE:
	case PL_OP_SKIP_SET:
	case PL_OP_ELSE:
	case PL_OP_ADD:
	case PL_OP_SUB:
	case PL_OP_MUL:
	case PL_OP_LESS:
	case PL_OP_JUMP:
	case PL_OP_RETURN:
		return true;
	case PL_OP_COUNT_:
		break;
	}
	return false;
}

static int pops_of(const struct pl_insn *in)
{
	if (in->op == PL_OP_NEXT)
		return in->b == PL_LOOP_SUM ? 2 : 1;
	return effects[in->op].pops < 0 ? in->b : effects[in->op].pops;
}

/* --- the walk
 * --------------------------------------------------------------------------------------------------------- */

static uint32_t inner_loop(const struct verifier *v)
{
	return v->open_count ? v->open[v->open_count - 1].start : PL_NO_CODE;
}

/* Control goes from `at` to `to` with a depth: forward, in the fragment, and into no loop but the one it is in. */
static pl_err flow(struct verifier *v, uint32_t at, uint32_t to, int depth)
{
	if (to <= at || to > v->last)
		return defect(v, "instruction %u jumps to %u, out of its fragment [%u, %u] or back", at, to, v->first,
			      v->last);
	struct place *target = &v->places[to];
	if (target->depth < 0) {
		*target = (struct place){(int16_t)depth, (uint16_t)v->open_count, inner_loop(v)};
		return PL_OK;
	}
	if (target->depth != depth)
		return defect(v, "instruction %u is reached with %d and with %d values on the stack", to, target->depth,
			      depth);
	if (target->loop != v->open_count || target->loop_start != inner_loop(v))
		return defect(v, "instruction %u jumps to %u, into or out of a loop", at, to);
	return PL_OK;
}

static pl_err enter_loop(struct verifier *v, uint32_t at, const struct pl_insn *in, int depth)
{
	struct fragment *f = &v->fragments[v->first];
	if (in->c <= at || in->c >= v->last || v->p->code[in->c].op != PL_OP_NEXT)
		return defect(v, "LOOP at %u has no NEXT at %u", at, in->c);
	const struct pl_insn *next = &v->p->code[in->c];
	if (next->a != in->a || next->b != in->b || next->c != at + 1)
		return defect(v, "LOOP at %u and NEXT at %u do not belong together", at, in->c);
	if (v->open_count && in->c >= v->open[v->open_count - 1].end)
		return defect(v, "LOOP at %u ends after the loop around it", at);
	for (unsigned i = 0; i < v->open_count; i++) {
		if (v->open[i].var == in->a)
			return defect(v, "LOOP at %u uses variable %u of a loop around it", at, in->a);
	}
	PL_TRY(flow(v, at, in->c + 1, depth + 1)); /* the way past an empty list */
	f->sets |= (uint8_t)(1u << in->a);
	v->open[v->open_count++] = (struct open_loop){at, in->a, (uint8_t)in->b, (int16_t)depth, in->c};
	return flow(v, at, at + 1, depth);
}

static pl_err leave_loop(struct verifier *v, uint32_t at, const struct pl_insn *in, int depth)
{
	if (v->open_count == 0 || v->open[v->open_count - 1].end != at)
		return defect(v, "NEXT at %u has no LOOP", at);
	const struct open_loop *loop = &v->open[--v->open_count];
	if (depth - pops_of(in) != loop->floor)
		return defect(v, "NEXT at %u finds %d values of its body, not %d", at, depth - loop->floor,
			      pops_of(in));
	return flow(v, at, at + 1, loop->floor + 1);
}

static pl_err enter_switch(struct verifier *v, uint32_t at, const struct pl_insn *in, int depth)
{
	const struct pl_switch *s = &v->p->switches[in->c];
	for (uint32_t i = 0; i < s->count; i++) {
		if (i > 0 && pl_str_cmp(s->keys[i - 1], s->keys[i]) >= 0)
			return defect(v, "the keys of switch %u are not sorted", in->c);
		PL_TRY(flow(v, at, s->targets[i], depth));
	}
	PL_TRY(flow(v, at, s->otherwise, depth));
	return flow(v, at, s->end, depth + 1);
}

/* Notes which variables, roots and subjects the fragment needs. */
static pl_err note_needs(struct verifier *v, uint32_t at, const struct pl_insn *in)
{
	struct fragment *f = &v->fragments[v->first];
	if (in->op == PL_OP_VAR) {
		for (unsigned i = 0; i < v->open_count; i++) {
			if (v->open[i].var == in->a)
				return PL_OK;
		}
		if (f->sets & 1u << in->a)
			return defect(v, "VAR at %u reads variable %u after its loop", at, in->a);
		f->vars |= (uint8_t)(1u << in->a);
	}
	if (in->op == PL_OP_SLOT) {
		const struct pl_slot *slot = &v->p->slots[in->c];
		f->roots |= (uint16_t)(1u << slot->root);
		if (slot->root == PL_ROOT_SUBJECT)
			f->subjects |= 1u << slot->subject;
	}
	return PL_OK;
}

static pl_err walk_one(struct verifier *v, uint32_t at)
{
	const struct pl_insn *in = &v->p->code[at];
	int depth = v->places[at].depth;
	int floor = v->open_count ? v->open[v->open_count - 1].floor : 0;
	if (depth < 0)
		return defect(v, "instruction %u is never reached", at);
	if (v->places[at].loop_start != inner_loop(v))
		return defect(v, "instruction %u is reached from another loop", at);
	int left = depth - pops_of(in);
	if (left < floor)
		return defect(v, "%s at %u takes %d values and finds %d", pl_disasm_op((enum pl_op)in->op), at,
			      pops_of(in), depth - floor);
	int after = left + effects[in->op].pushes;
	if (after > PL_MAX_STACK)
		return defect(v, "instruction %u needs more than %d values on the stack", at, PL_MAX_STACK);
	PL_TRY(note_needs(v, at, in));
	switch (in->op) {
	case PL_OP_RETURN:
		return depth == 1 ? PL_OK : defect(v, "the fragment at %u ends with %d values", v->first, depth);
	case PL_OP_JUMP:
		return flow(v, at, in->c, after);
	case PL_OP_SWITCH:
		return enter_switch(v, at, in, left);
	case PL_OP_LOOP:
		return enter_loop(v, at, in, left);
	case PL_OP_NEXT:
		return leave_loop(v, at, in, depth);
	case PL_OP_SKIP_FALSE:
	case PL_OP_SKIP_TRUE:
	case PL_OP_SKIP_SET:
		if (depth <= floor)
			return defect(v, "instruction %u peeks at an empty stack", at);
		PL_TRY(flow(v, at, in->c, after));
		return flow(v, at, at + 1, after);
	default:
		return flow(v, at, at + 1, after);
	}
}

static pl_err walk_fragment(struct verifier *v, uint32_t first, uint32_t last)
{
	v->first = first;
	v->last = last;
	v->open_count = 0;
	v->fragments[first].starts = true;
	v->places[first] = (struct place){0, 0, PL_NO_CODE};
	for (uint32_t at = first; at <= last; at++)
		PL_TRY(walk_one(v, at));
	return v->open_count == 0 ? PL_OK : defect(v, "the fragment at %u ends inside a loop", first);
}

static pl_err check_code(struct verifier *v)
{
	const struct pl_program *p = v->p;
	for (uint32_t at = 0; at < p->code_count; at++) {
		v->places[at].depth = -1;
		if (p->code[at].op >= PL_OP_COUNT_)
			return defect(v, "instruction %u has the unknown opcode %u", at, p->code[at].op);
		if (!in_table(p, &p->code[at]))
			return defect(v, "instruction %u has an operand out of range", at);
	}
	uint32_t first = 0;
	for (uint32_t at = 0; at < p->code_count; at++) {
		if (p->code[at].op != PL_OP_RETURN)
			continue;
		PL_TRY(walk_fragment(v, first, at));
		first = at + 1;
	}
	return first == p->code_count ? PL_OK : defect(v, "the fragment at %u has no RETURN", first);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static pl_err check_paths(struct verifier *v)
{
	const struct pl_program *p = v->p;
	for (uint32_t i = 0; i < p->path_count; i++) {
		for (uint16_t k = 0; k < p->paths[i].count; k++) {
			const struct pl_path_step *step = &p->paths[i].steps[k];
			if (step->step.view ? step->step.id >= PL_VIEW_COUNT : !pl_schema_name(step->step.id))
				return defect(v, "path %u (%.*s) names no field in step %u", i,
					      PL_FMT(p->paths[i].text), k);
			if (step->record != PL_NO_RECORD && step->record >= pl_schema_record_count)
				return defect(v, "path %u (%.*s) names no record in step %u", i,
					      PL_FMT(p->paths[i].text), k);
		}
	}
	for (uint32_t i = 0; i < p->slot_count; i++) {
		const struct pl_slot *s = &p->slots[i];
		if (s->root == PL_ROOT_NONE || s->root >= PL_ROOT_COUNT_ || s->subject >= PL_SUBJECT_COUNT ||
		    s->path >= p->path_count)
			return defect(v, "slot %u is out of range", i);
	}
	return PL_OK;
}

static pl_err check_consts(struct verifier *v)
{
	for (uint32_t i = 0; i < v->p->const_count; i++) {
		const struct pl_value *c = &v->p->consts[i];
		if (c->kind > PL_V_RANGE && c->kind != PL_V_LIST && c->kind != PL_V_MAP && c->kind != PL_V_ENTRY)
			return defect(v, "constant %u is of a document", i);
		if ((c->kind == PL_V_LIST && !c->u.list) || (c->kind == PL_V_MAP && !c->u.map))
			return defect(v, "constant %u has no elements", i);
	}
	return PL_OK;
}

/* A table is a constant, or there is a reason why it is none; one that grows old can say so. */
static pl_err check_data(struct verifier *v)
{
	for (uint32_t i = 0; i < v->p->data_count; i++) {
		const struct pl_data_code *d = &v->p->data[i];
		bool sound = d->value == PL_NO_CODE ? d->why != NULL
						    : d->value < v->p->const_count && (!d->fresh_seconds || d->stale);
		if (!sound)
			return defect(v, "data %u (%.*s) is out of range", i, PL_FMT(d->name));
	}
	return PL_OK;
}

static bool has_container(unsigned subject)
{
	return subject == PL_SUBJECT_CONTAINER || subject == PL_SUBJECT_MOUNT || subject == PL_SUBJECT_PORT ||
	       subject == PL_SUBJECT_VARIABLE || subject == PL_SUBJECT_IMAGE ||
	       subject == PL_SUBJECT_SECURITY_CONTEXT || subject == PL_SUBJECT_HANDLER;
}

/* A fragment that a rule runs with these loop variables defined. */
static pl_err check_entry(struct verifier *v, const struct pl_rule *r, uint32_t code, unsigned vars)
{
	if (code >= v->p->code_count || !v->fragments[code].starts)
		return defect(v, "rule %.*s refers to code %u, where no fragment begins", PL_FMT(r->name), code);
	const struct fragment *f = &v->fragments[code];
	if (f->vars & ~vars)
		return defect(v, "rule %.*s runs the fragment at %u without a variable it reads", PL_FMT(r->name),
			      code);
	if (f->sets & vars)
		return defect(v, "rule %.*s runs the fragment at %u, which uses a variable of the rule",
			      PL_FMT(r->name), code);
	if (f->subjects & ~(1u << r->subject))
		return defect(v, "rule %.*s runs the fragment at %u, which is about another subject", PL_FMT(r->name),
			      code);
	if (f->roots & 1u << PL_ROOT_CONTAINER && !has_container(r->subject))
		return defect(v, "rule %.*s runs the fragment at %u, which needs a container", PL_FMT(r->name), code);
	return PL_OK;
}

static pl_err check_optional(struct verifier *v, const struct pl_rule *r, uint32_t code, unsigned vars)
{
	return code == PL_NO_CODE ? PL_OK : check_entry(v, r, code, vars);
}

static pl_err check_template(struct verifier *v, const struct pl_rule *r, const struct pl_template *t, unsigned vars)
{
	for (uint32_t i = 0; i < t->count; i++)
		PL_TRY(check_optional(v, r, t->pieces[i].code, vars));
	return PL_OK;
}

/* --- parts ----------------------------------------------------------------------------------------------------------
 */

/* A part whose inside is being looked at. */
struct around {
	uint32_t end;
	uint32_t inner;		 /* parts from here on have its variable */
	unsigned before, inside; /* variables defined up to there, and from there on */
};

/* The fragments of one part; *ret is what holds inside it. */
static pl_err check_part(struct verifier *v, const struct pl_rule *r, uint32_t at, uint32_t end, unsigned vars,
			 struct around *ret)
{
	const struct pl_part_code *p = &v->p->parts[at];
	if (p->end <= at || p->end > end)
		return defect(v, "rule %.*s: part %u ends at %u", PL_FMT(r->name), at, p->end);
	PL_TRY(check_optional(v, r, p->code, vars));
	PL_TRY(check_optional(v, r, p->value, vars));
	*ret = (struct around){p->end, p->end, vars, vars};
	if (!p->loop)
		return PL_OK;
	if (p->var >= PL_MAX_VARS || vars & 1u << p->var || p->kind > PL_LOOP_SUM || p->inner <= at ||
	    p->inner > p->end)
		return defect(v, "rule %.*s: the loop of part %u is not valid", PL_FMT(r->name), at);
	ret->inner = p->inner;
	ret->inside = vars | 1u << p->var;
	PL_TRY(check_entry(v, r, p->list, vars));
	return check_entry(v, r, p->body, ret->inside);
}

/* `parts` as in code.h: plus one, or 0. */
static pl_err check_parts(struct verifier *v, const struct pl_rule *r, uint32_t parts, unsigned vars)
{
	struct around open[PL_MAX_PART_DEPTH];
	unsigned depth = 1;
	uint32_t first = parts - 1;
	if (parts == 0)
		return PL_OK;
	if (first >= v->p->part_count || v->p->parts[first].end > v->p->part_count)
		return defect(v, "rule %.*s refers to part %u, which is not there", PL_FMT(r->name), first);
	uint32_t end = v->p->parts[first].end;
	open[0] = (struct around){end, end, vars, vars};
	for (uint32_t at = first; at < end; at++) {
		while (at >= open[depth - 1].end)
			depth--;
		const struct around *a = &open[depth - 1];
		if (depth == PL_MAX_PART_DEPTH)
			return defect(v, "rule %.*s: its parts stand too deep", PL_FMT(r->name));
		PL_TRY(check_part(v, r, at, a->end, at < a->inner ? a->before : a->inside, &open[depth]));
		if (open[depth].end > at + 1)
			depth++;
	}
	return PL_OK;
}

static pl_err check_loops(struct verifier *v, const struct pl_rule *r, unsigned *ret_vars)
{
	unsigned vars = 0;
	for (uint16_t i = 0; i < r->loop_count; i++) {
		const struct pl_loop_code *loop = &r->loops[i];
		if (loop->var >= PL_MAX_VARS || vars & 1u << loop->var)
			return defect(v, "rule %.*s: loop %u has a variable out of range or in use", PL_FMT(r->name),
				      i);
		PL_TRY(check_entry(v, r, loop->list, vars));
		PL_TRY(check_parts(v, r, loop->parts, vars));
		vars |= 1u << loop->var;
		PL_TRY(check_optional(v, r, loop->where, vars));
		PL_TRY(check_parts(v, r, loop->where_parts, vars));
	}
	*ret_vars = vars;
	return PL_OK;
}

static bool rule_numbers_fit(const struct pl_rule *r)
{
	bool subject = r->subject > PL_SUBJECT_NONE && r->subject <= PL_SUBJECT_SECURITY_CONTEXT;
	return subject && r->mode <= PL_AST_AUDIT && r->severity >= 1 && r->severity <= 4 && r->platforms >= 1 &&
	       r->platforms <= PL_ON_BOTH && r->check_count > 0 && r->loop_count <= PL_MAX_VARS;
}

static pl_err check_exceptions(struct verifier *v, const struct pl_rule *r, unsigned vars)
{
	for (uint32_t i = 0; i < r->exception_count; i++) {
		PL_TRY(check_entry(v, r, r->exceptions[i].where, vars));
		PL_TRY(check_parts(v, r, r->exceptions[i].parts, vars));
		if (i > 0 && pl_str_cmp(r->exceptions[i - 1].name, r->exceptions[i].name) >= 0)
			return defect(v, "rule %.*s: its exceptions are not sorted by name at %u", PL_FMT(r->name), i);
	}
	return PL_OK;
}

/* The mode belongs to the request: it is worked out once, wherever the run stands then. */
static pl_err check_rollout(struct verifier *v, const struct pl_rule *r)
{
	const unsigned context =
		1u << PL_ROOT_REQUEST | 1u << PL_ROOT_NAMESPACE | 1u << PL_ROOT_CLUSTER | 1u << PL_ROOT_TODAY;
	PL_TRY(check_optional(v, r, r->rollout, 0));
	if (r->rollout != PL_NO_CODE && v->fragments[r->rollout].roots & ~context)
		return defect(v, "rule %.*s has a rollout that reads the object", PL_FMT(r->name));
	return PL_OK;
}

static pl_err check_rule(struct verifier *v, const struct pl_rule *r)
{
	if (!rule_numbers_fit(r))
		return defect(v, "rule %.*s has a number out of range", PL_FMT(r->name));
	unsigned vars = 0;
	PL_TRY(check_optional(v, r, r->where, 0));
	PL_TRY(check_parts(v, r, r->where_parts, 0));
	PL_TRY(check_loops(v, r, &vars));
	for (uint16_t i = 0; i < r->guard_count; i++) {
		PL_TRY(check_entry(v, r, r->guards[i].cond, vars));
		PL_TRY(check_parts(v, r, r->guards[i].parts, vars));
	}
	for (uint16_t i = 0; i < r->check_count; i++) {
		const struct pl_check_code *check = &r->checks[i];
		PL_TRY(check_entry(v, r, check->cond, vars));
		PL_TRY(check_parts(v, r, check->parts, vars));
		if (check->message.count == 0)
			return defect(v, "rule %.*s: check %u has no message", PL_FMT(r->name), i);
		PL_TRY(check_template(v, r, &check->message, vars));
		PL_TRY(check_template(v, r, &check->remedy, vars));
	}
	PL_TRY(check_exceptions(v, r, vars));
	return check_rollout(v, r);
}

static pl_err check_rules(struct verifier *v)
{
	const struct pl_program *p = v->p;
	if (p->rule_count > PL_MAX_RULES)
		return defect(v, "%u rules are more than %d", p->rule_count, PL_MAX_RULES);
	for (uint32_t i = 0; i < p->rule_count; i++) {
		if (i > 0 && pl_str_cmp(p->rules[i - 1].name, p->rules[i].name) >= 0)
			return defect(v, "the rules are not sorted by name at %.*s", PL_FMT(p->rules[i].name));
		PL_TRY(check_rule(v, &p->rules[i]));
	}
	return PL_OK;
}

pl_err pl_verify(const struct pl_program *program, struct pl_arena *arena, struct pl_diags *diags)
{
	struct verifier v = {.p = program, .arena = arena, .diags = diags};
	v.places = pl_arena_zalloc(arena, (size_t)program->code_count + 1, sizeof *v.places);
	v.fragments = pl_arena_zalloc(arena, (size_t)program->code_count + 1, sizeof *v.fragments);
	if (!v.places || !v.fragments)
		return PL_E_MEMORY;
	PL_TRY(check_paths(&v));
	PL_TRY(check_consts(&v));
	PL_TRY(check_data(&v));
	PL_TRY(check_code(&v));
	return check_rules(&v);
}
