/* collect.c - see collect.h. Subject by subject, so that all rules about one share what is read of it.
 *
 * A rule is one Kleene conjunction per environment: where, the filters of its further loops, its guards, and the
 * violated check. One false part and there is no finding; all true, a violation; otherwise it could not be decided. */
#include "collect.h"

#include <string.h>

#include "base/buf.h"
#include "base/invariant.h"
#include "doc/tape.h"
#include "exception.h"
#include "message.h"
#include "model/bind.h"
#include "model/subjects.h"
#include "screen.h"

struct collector {
	struct pl_run *run;
	const struct pl_collect_options *options;
	struct pl_collection *out;
	const struct pl_rule *rule;
	uint32_t rule_index;
	struct pl_grant grant; /* of the rule in the environment that is judged */
	uint8_t *modes;	       /* in effect, plus one; 0: not worked out yet. NULL: of no rule */
};

/* --- evidence
 * --------------------------------------------------------------------------------------------------------- */

static pl_err read_fragment(struct pl_run *run, uint32_t code)
{
	struct pl_value ignored;
	return code == PL_NO_CODE ? PL_OK : pl_run_fragment(run, code, &ignored);
}

/* Everything the rule reads up to this check. Not the lists of further loops: an element that was not in the list
 * before had no violation before, so only what is read of the element matters, and others beside it do not. */
static pl_err read_all(struct pl_run *run, const struct pl_rule *rule, const struct pl_check_code *check)
{
	PL_TRY(read_fragment(run, rule->where));
	for (uint16_t i = 0; i < rule->loop_count; i++)
		PL_TRY(read_fragment(run, rule->loops[i].where));
	for (uint16_t i = 0; i < rule->guard_count; i++)
		PL_TRY(read_fragment(run, rule->guards[i].cond));
	return read_fragment(run, check->cond);
}

static pl_err make_key(struct collector *c, uint16_t check, struct pl_violation *v)
{
	struct pl_run *run = c->run;
	struct pl_evidence evidence;
	pl_evidence_begin(&evidence);
	run->evidence = &evidence;
	pl_err err = read_all(run, c->rule, &c->rule->checks[check]);
	run->evidence = NULL;
	PL_TRY(err);
	v->key.rule = (uint16_t)c->rule_index;
	v->key.check = check;
	v->key.subject = pl_subject_identity(run->workload, run->subject, run->index, run->arena);
	v->key.evidence = pl_evidence_end(&evidence);
	v->keyed = true;
	pl_bit_set(c->out->rules, c->rule_index);
	return PL_OK;
}

/* --- findings
 * --------------------------------------------------------------------------------------------------------- */

static struct pl_violation *append(struct collector *c)
{
	struct pl_collection *out = c->out;
	if (out->count == out->cap) {
		uint32_t cap = out->cap ? out->cap * 2 : 16;
		struct pl_violation *items = pl_arena_alloc(c->run->arena, cap * sizeof *items);
		if (!items)
			return NULL;
		if (out->count)
			memcpy(items, out->items, out->count * sizeof *items);
		out->items = items;
		out->cap = cap;
	}
	struct pl_violation *v = &out->items[out->count];
	memset(v, 0, sizeof *v);
	v->order = out->count++;
	return v;
}

/* Where a value stands in the document of the workload; PL_NO_NODE if nowhere. */
static pl_node node_of(const struct pl_run *run, const struct pl_value *v)
{
	if (v->kind != PL_V_SUBJECT)
		return v->node;
	bool placed = v->ref < PL_SUBJECT_REQUEST || v->ref == PL_SUBJECT_HANDLER;
	return placed && v->u.workload == run->workload
		       ? pl_subject_node(run->workload, (enum pl_subject)v->ref, v->node)
		       : PL_NO_NODE;
}

/* The list of a further loop was read from the object before the change, or from an element of such a list: nodes of
 * its elements are not of this document. `olds`: bits of the variables of such loops so far. */
static bool is_of_old(const struct pl_program *p, const struct pl_loop_code *loop, unsigned olds)
{
	for (const struct pl_insn *in = &p->code[loop->list]; in->op != PL_OP_RETURN; in++) {
		uint8_t root = in->op == PL_OP_SLOT ? p->slots[in->c].root : PL_ROOT_NONE;
		if (root == PL_ROOT_OLD_POD || root == PL_ROOT_OLD_TASK || (in->op == PL_OP_VAR && (olds >> in->a & 1)))
			return true;
	}
	return false;
}

/* A further loop narrows the place down, when its element is part of the subject. */
static pl_node place_of(const struct collector *c)
{
	const struct pl_run *run = c->run;
	unsigned olds = 0;
	pl_node node = pl_subject_node(run->workload, run->subject, run->index);
	for (uint16_t i = 0; i < c->rule->loop_count; i++) {
		const struct pl_loop_code *loop = &c->rule->loops[i];
		pl_node inner = node_of(run, &run->vars[loop->var]);
		if (is_of_old(run->program, loop, olds)) {
			olds |= 1u << loop->var;
			continue;
		}
		const struct pl_token *t = pl_tape_at(run->workload->doc, node);
		if (t && inner > node && inner < t->next)
			node = inner;
	}
	return node;
}

/* What the excerpt points at: the value that was read, if it is part of the subject; else its name; else the subject.
 */
static pl_node telling_part(const struct pl_run *run, pl_node node)
{
	const struct pl_doc *doc = run->workload->doc;
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t || t->type != PL_NODE_OBJECT)
		return node;
	if (run->read > node && run->read < t->next)
		return run->read;
	pl_node name = pl_bind_field(doc, node, PL_NAME_name);
	return name == PL_NO_NODE ? node : name;
}

static pl_err locate(struct collector *c, struct pl_finding *f)
{
	const struct pl_workload *w = c->run->workload;
	struct pl_buf path;
	pl_buf_init(&path, c->run->arena, 0);
	f->node = place_of(c);
	f->span = pl_doc_span(w->doc, telling_part(c->run, f->node));
	if (f->node != w->base)
		pl_doc_path(w->doc, w->base, f->node, &path);
	f->path = path.len ? pl_buf_str(&path) : PL_STR("");
	return path.failed ? PL_E_MEMORY : PL_OK;
}

static pl_err say(struct collector *c, const struct pl_check_code *check, const struct pl_value *outcome,
		  struct pl_finding *f)
{
	PL_TRY(pl_message_subject(c->run, &f->subject));
	if (outcome->kind == PL_V_UNKNOWN) /* the remedy of the rule would not mend that */
		return pl_message_undecided(c->run, check, outcome, f->subject, &f->message);
	PL_TRY(pl_message_render(c->run, &check->remedy, &f->remedy));
	return pl_message_render(c->run, &check->message, &f->message);
}

/* The mode in effect, worked out at the first violation of the rule. */
static pl_err find_mode(struct collector *c, uint8_t *ret_mode)
{
	const struct pl_rule *rule = c->rule;
	*ret_mode = rule->mode;
	if (rule->rollout == PL_NO_CODE)
		return PL_OK;
	if (!c->modes && !(c->modes = pl_arena_zalloc(c->run->arena, c->run->program->rule_count, 1)))
		return PL_E_MEMORY;
	uint8_t *mode = &c->modes[c->rule_index];
	if (*mode == 0) {
		PL_TRY(pl_run_mode(c->run, rule, mode, NULL));
		++*mode;
	}
	*ret_mode = (uint8_t)(*mode - 1);
	return PL_OK;
}

/* What an exception covers is a record: it neither refuses nor warns. */
static pl_err weigh(struct collector *c, bool undecided, struct pl_finding *f)
{
	f->state = undecided ? PL_FINDING_UNDECIDED : PL_FINDING_VIOLATION;
	PL_TRY(find_mode(c, &f->mode));
	if (undecided && c->run->context->unknown_warns && f->mode == PL_MODE_DENY)
		f->mode = PL_MODE_WARN;
	if (c->rule->exception_count && !c->grant.judged)
		PL_TRY(pl_exception_judge(c->run, c->rule, c->options->words, c->options->trace, &c->grant));
	f->note = c->grant.note;
	if (c->grant.by) {
		f->state = PL_FINDING_EXCEPTED;
		f->mode = PL_MODE_AUDIT;
		f->exception = c->grant.by->name;
	}
	return PL_OK;
}

/* What could not be decided has one: the same that could not be decided before is no news, and an update that changes
 * nothing must go through while a data file is missing. An excepted violation has no key: it is not compared with the
 * old object, and what was excepted there was no violation that a new one could be the same as. */
static pl_err add_violation(struct collector *c, uint16_t check, const struct pl_value *outcome)
{
	const struct pl_rule *rule = c->rule;
	struct pl_violation *v = append(c);
	if (!v)
		return PL_E_MEMORY;
	struct pl_finding *f = &v->finding;
	f->rule = rule->name;
	f->title = rule->title;
	f->refs = rule->refs;
	f->ref_count = rule->ref_count;
	f->check = check;
	f->severity = (uint8_t)(rule->severity - 1);
	v->key.rule = (uint16_t)c->rule_index;
	PL_TRY(weigh(c, outcome->kind == PL_V_UNKNOWN, f));
	if (c->options->keys && f->state != PL_FINDING_EXCEPTED)
		PL_TRY(make_key(c, check, v));
	if (!c->options->words)
		return PL_OK;
	PL_TRY(locate(c, f));
	return say(c, &rule->checks[check], outcome, f);
}

/* --- one environment
 * ---------------------------------------------------------------------------------------------------- */

static pl_err evaluate(struct collector *c, uint32_t code, pl_str words, uint32_t parts, struct pl_value *ret)
{
	struct pl_trace *trace = c->options->trace;
	return trace ? pl_trace_fragment(trace, code, words, parts, ret) : pl_run_fragment(c->run, code, ret);
}

/* Takes a condition into `so_far`. */
static pl_err conjoin(struct collector *c, uint32_t code, pl_str words, uint32_t parts, bool negate,
		      struct pl_value *so_far)
{
	struct pl_value v;
	if (code == PL_NO_CODE)
		return PL_OK;
	PL_TRY(evaluate(c, code, words, parts, &v));
	if (PL_NEVER(v.kind != PL_V_BOOL && v.kind != PL_V_UNKNOWN))
		return PL_E_INTERNAL;
	*so_far = pl_kleene_and(*so_far, negate ? pl_kleene_not(v) : v);
	return PL_OK;
}

/* The part before this took the rule out. */
static pl_err idle(const struct collector *c)
{
	if (c->options->trace)
		pl_trace_idle(c->options->trace);
	return PL_OK;
}

static pl_err judge(struct collector *c, struct pl_value applies)
{
	const struct pl_rule *rule = c->rule;
	if (rule->loop_count && !c->options->trace &&
	    pl_screen_is_idle_here(c->run, &c->run->ready->screens[c->rule_index]))
		return PL_OK;
	for (uint16_t i = 0; i < rule->guard_count && !pl_is_false(&applies); i++)
		PL_TRY(conjoin(c, rule->guards[i].cond, rule->guards[i].words, rule->guards[i].parts,
			       rule->guards[i].unless, &applies));
	if (pl_is_false(&applies))
		return idle(c);
	struct pl_value worst = pl_value_bool(false);
	c->grant = (struct pl_grant){0};
	for (uint16_t i = 0; i < rule->check_count; i++) {
		const struct pl_check_code *check = &rule->checks[i];
		struct pl_value violated = pl_value_bool(true);
		c->run->read = PL_NO_NODE;
		PL_TRY(conjoin(c, check->cond, check->condition, check->parts, !check->forbid, &violated));
		violated = pl_kleene_and(applies, violated);
		worst = pl_kleene_or(worst, violated);
		if (!pl_is_false(&violated))
			PL_TRY(add_violation(c, i, &violated));
	}
	if (c->options->trace)
		pl_trace_result(c->options->trace, &worst, c->grant.by);
	return PL_OK;
}

/* --- further loops
 * ------------------------------------------------------------------------------------------------------ */

struct level {
	struct pl_value_iter it;
	struct pl_value list;
	struct pl_value applies; /* before this loop */
	bool whole;		 /* the list itself is unknown: one environment whose element nobody knows */
};

/* The list of a further loop: most are a path, which needs no machine. */
static pl_err read_list(struct collector *c, const struct pl_loop_code *loop, struct pl_value *ret)
{
	const struct pl_insn *in = &c->run->program->code[loop->list];
	if (!c->options->trace && in[0].op == PL_OP_SLOT && in[1].op == PL_OP_RETURN)
		return pl_run_slot(c->run, in[0].c, ret);
	return evaluate(c, loop->list, loop->words, loop->parts, ret);
}

static pl_err open_level(struct collector *c, uint16_t depth, struct level *level, const struct pl_value *applies)
{
	const struct pl_loop_code *loop = &c->rule->loops[depth];
	PL_TRY(read_list(c, loop, &level->list));
	if (c->options->trace)
		pl_trace_list(c->options->trace, &level->list);
	level->applies = *applies;
	level->whole = level->list.kind == PL_V_UNKNOWN;
	if (!level->whole && level->list.kind != PL_V_ABSENT)
		pl_value_iter_init(&level->it, &level->list);
	return PL_OK;
}

static pl_err narrow(const struct collector *c, uint16_t depth)
{
	if (c->options->trace)
		pl_trace_element(c->options->trace, depth);
	return PL_OK;
}

/* The next element of a level into its variable; *ret_applies is what is then known of the rule. */
static pl_err next_element(struct collector *c, uint16_t depth, struct level *level, struct pl_value *ret_applies,
			   bool *ret_done)
{
	const struct pl_loop_code *loop = &c->rule->loops[depth];
	struct pl_value *var = &c->run->vars[loop->var];
	*ret_applies = level->applies;
	*ret_done = true;
	if (level->list.kind == PL_V_ABSENT)
		return PL_OK;
	if (level->list.kind == PL_V_UNKNOWN) {
		*ret_done = !level->whole;
		level->whole = false;
		*var = level->list;
		*ret_applies = pl_kleene_and(level->applies, level->list);
		return *ret_done ? PL_OK : narrow(c, depth);
	}
	PL_TRY(pl_value_iter_next(&level->it, c->run->arena, var, ret_done));
	if (*ret_done)
		return PL_OK;
	PL_TRY(narrow(c, depth));
	return conjoin(c, loop->where, loop->where_words, loop->where_parts, false, ret_applies);
}

/* All environments of the further loops, innermost first to advance. */
static pl_err walk_loops(struct collector *c, struct pl_value applies)
{
	struct level levels[PL_MAX_VARS];
	uint16_t count = c->rule->loop_count, depth = 0;
	PL_TRY(open_level(c, 0, &levels[0], &applies));
	for (;;) {
		bool done = true;
		PL_TRY(next_element(c, depth, &levels[depth], &applies, &done));
		if (done) {
			if (depth == 0)
				return PL_OK;
			depth--;
		} else if (pl_is_false(&applies)) {
			PL_TRY(idle(c));
		} else if (depth + 1 == count) {
			PL_TRY(judge(c, applies));
		} else {
			depth++;
			PL_TRY(open_level(c, depth, &levels[depth], &applies));
		}
	}
}

/* --- all of it
 * ---------------------------------------------------------------------------------------------------------- */

static pl_err apply_rule(struct collector *c)
{
	struct pl_value applies = pl_value_bool(true);
	if (c->options->trace)
		PL_TRY(pl_trace_subject(c->options->trace, c->rule_index));
	else if (pl_screen_is_idle(c->run, &c->run->ready->screens[c->rule_index]))
		return PL_OK;
	PL_TRY(conjoin(c, c->rule->where, c->rule->where_words, c->rule->where_parts, false, &applies));
	if (pl_is_false(&applies))
		return idle(c);
	return c->rule->loop_count ? walk_loops(c, applies) : judge(c, applies);
}

static bool is_wanted(const struct collector *c, uint32_t rule)
{
	const struct pl_collect_options *o = c->options;
	unsigned platform = c->run->workload->platform == PL_PLATFORM_ECS ? PL_ON_ECS : PL_ON_KUBERNETES;
	return (c->run->program->rules[rule].platforms & platform) && (!o->only || pl_bit(o->only, rule)) &&
	       (!o->skip || !pl_bit(o->skip, rule));
}

static pl_err collect_about(struct collector *c, enum pl_subject subject, uint16_t *wanted)
{
	const struct pl_ready *ready = c->run->ready;
	uint32_t rules = 0, count = pl_subject_count_of(c->run->workload, subject);
	for (uint32_t i = ready->first[subject]; count && i < ready->first[subject + 1]; i++) {
		if (is_wanted(c, ready->rules[i]))
			wanted[rules++] = ready->rules[i];
	}
	for (uint32_t i = 0; rules && i < count; i++) {
		pl_run_stand(c->run, subject, i);
		for (uint32_t k = 0; k < rules; k++) {
			c->rule_index = wanted[k];
			c->rule = &c->run->program->rules[wanted[k]];
			PL_TRY(apply_rule(c));
		}
	}
	return PL_OK;
}

pl_err pl_collect(struct pl_run *run, const struct pl_collect_options *options, struct pl_collection *collection)
{
	struct collector c = {.run = run, .options = options, .out = collection};
	uint32_t rules = run->program->rule_count;
	uint16_t *wanted = pl_arena_alloc(run->arena, rules * sizeof *wanted);
	if (!collection->rules)
		collection->rules = pl_arena_zalloc(run->arena, rules / 8 + 1, 1);
	if (!wanted || !collection->rules)
		return PL_E_MEMORY;
	for (unsigned s = PL_SUBJECT_OBJECT; s <= PL_SUBJECT_SECURITY_CONTEXT; s++)
		PL_TRY(collect_about(&c, (enum pl_subject)s, wanted));
	return PL_OK;
}
