/* run.c - where a run stands and what it reads from there. See eval.h.
 *
 * Every root has a stamp that changes when the run moves to another subject or container; a slot whose stamp is that of
 * its root holds what its path reads now. */
#include "run.h"

#include <string.h>

#include "base/invariant.h"
#include "model/subjects.h"

/* What is not of an object has no workload. */
static struct pl_value context_value(enum pl_subject subject)
{
	return (struct pl_value){.kind = PL_V_SUBJECT, .ref = (uint16_t)subject, .u.workload = NULL};
}

/* The one subject of a kind, if the workload has it. */
static struct pl_value single(const struct pl_workload *w, enum pl_subject subject)
{
	return pl_subject_count_of(w, subject) ? pl_subject_value(w, subject, 0) : pl_value_absent();
}

static struct pl_value old_value(const struct pl_run *run, enum pl_subject subject)
{
	bool update = run->context->request_known && pl_str_eq(run->context->operation, PL_STR("UPDATE"));
	if (!run->old)
		return update ? pl_value_unknown("the object before the change was not given") : pl_value_absent();
	if (run->old->malformed)
		return pl_value_unknown("the object before the change is malformed");
	return single(run->old, subject);
}

static void set_roots(struct pl_run *run)
{
	struct pl_value *roots = run->roots;
	for (unsigned i = 0; i < PL_ROOT_COUNT_; i++)
		run->root_stamps[i] = run->serial;
	roots[PL_ROOT_POD] = single(run->workload, PL_SUBJECT_POD);
	roots[PL_ROOT_TASK] = single(run->workload, PL_SUBJECT_TASK);
	roots[PL_ROOT_WORKLOAD] = single(run->workload, PL_SUBJECT_WORKLOAD);
	roots[PL_ROOT_OBJECT] = single(run->workload, PL_SUBJECT_OBJECT);
	roots[PL_ROOT_OLD_POD] = old_value(run, PL_SUBJECT_POD);
	roots[PL_ROOT_OLD_TASK] = old_value(run, PL_SUBJECT_TASK);
	roots[PL_ROOT_REQUEST] = context_value(PL_SUBJECT_REQUEST);
	roots[PL_ROOT_NAMESPACE] = context_value(PL_SUBJECT_NAMESPACE);
	roots[PL_ROOT_CLUSTER] = context_value(PL_SUBJECT_CLUSTER);
	roots[PL_ROOT_TODAY] = (struct pl_value){.kind = PL_V_DATE, .node = PL_NO_NODE, .u.i = run->context->today};
}

struct pl_run *pl_run_new(const struct pl_ready *ready, const struct pl_workload *w, const struct pl_workload *old,
			  const struct pl_context *context, struct pl_regex_scratch *regex, struct pl_arena *arena)
{
	struct pl_run *run = pl_arena_alloc(arena, sizeof *run);
	uint32_t slots = ready->program->slot_count;
	uint32_t *stamps = pl_arena_zalloc(arena, slots, sizeof *stamps);
	struct pl_value *values = pl_arena_alloc(arena, slots * sizeof *values);
	if (!run || !stamps || !values)
		return NULL;
	/* The machine's own areas are written before they are read, as verify.c has proven. */
	memset(run, 0, offsetof(struct pl_run, stack));
	run->ready = ready;
	run->program = ready->program;
	run->workload = w;
	run->old = old;
	run->context = context;
	run->regex = regex;
	run->arena = arena;
	run->operands = (struct pl_operands){context, arena};
	run->container = PL_NO_INDEX;
	run->read = PL_NO_NODE;
	run->serial = 1; /* an empty slot has the stamp 0 */
	run->slot_stamps = stamps;
	run->slots = values;
	set_roots(run);
	return run;
}

void pl_run_stand(struct pl_run *run, enum pl_subject subject, uint32_t index)
{
	run->subject = subject;
	run->index = index;
	run->roots[PL_ROOT_SUBJECT] = pl_subject_value(run->workload, subject, index);
	run->root_stamps[PL_ROOT_SUBJECT] = ++run->serial;
	uint32_t container = pl_subject_container(run->workload, subject, index);
	if (container == run->container && run->root_stamps[PL_ROOT_CONTAINER] > 1)
		return; /* what was read of the container before is still so */
	run->container = container;
	run->roots[PL_ROOT_CONTAINER] = container == PL_NO_INDEX
						? pl_value_absent()
						: pl_subject_value(run->workload, PL_SUBJECT_CONTAINER, container);
	run->root_stamps[PL_ROOT_CONTAINER] = ++run->serial;
}

pl_err pl_run_mode(struct pl_run *run, const struct pl_rule *rule, uint8_t *ret_mode, struct pl_value *ret_key)
{
	struct pl_value v = pl_value_absent();
	pl_node read = run->read;
	if (rule->rollout != PL_NO_CODE)
		PL_TRY(pl_run_fragment(run, rule->rollout, &v));
	run->read = read;
	bool known = v.kind == PL_V_INT;
	if (PL_NEVER((!known && v.kind != PL_V_UNKNOWN && rule->rollout != PL_NO_CODE) ||
		     (known && (v.u.i < PL_AST_DENY || v.u.i > PL_AST_AUDIT))))
		return PL_E_INTERNAL;
	*ret_mode = known ? (uint8_t)v.u.i : rule->mode;
	if (ret_key)
		*ret_key = v;
	return PL_OK;
}

void pl_run_note_read(struct pl_reads *reads, const struct pl_read *read)
{
	uint32_t n = reads->count++;
	if (n < PL_READS_FIRST)
		reads->first[n] = *read;
	else
		reads->last[(n - PL_READS_FIRST) % PL_READS_LAST] = *read;
}

void pl_run_name_origin(struct pl_value *v, uint32_t path)
{
	if (v->kind == PL_V_UNKNOWN && v->ref == 0 && path < UINT16_MAX)
		v->ref = (uint16_t)(path + 1);
}

pl_str pl_run_origin(const struct pl_run *run, const struct pl_value *unknown)
{
	uint32_t path = unknown->ref;
	return path > 0 && path <= run->program->path_count ? run->program->paths[path - 1].text : (pl_str){0};
}

pl_err pl_run_walk(const struct pl_run *run, uint32_t index, struct pl_value *v)
{
	const struct pl_path *path = &run->program->paths[index];
	struct pl_value from = *v;
	for (uint16_t i = 0; i < path->count; i++) {
		struct pl_value to;
		PL_TRY(pl_value_step(&from, path->steps[i].step, path->steps[i].record, run->context, run->arena, &to));
		from = to;
	}
	*v = from;
	return PL_OK;
}

static bool is_scalar_type(uint8_t kind)
{
	return kind != PL_T_RECORD && kind != PL_T_SUBJECT && kind != PL_T_ENTRY && kind != PL_T_LIST &&
	       kind != PL_T_MAP;
}

/* A list of scalars is read once, not at every use. */
static pl_err settle(const struct pl_run *run, struct pl_value *v)
{
	if (v->kind != PL_V_NODES || !is_scalar_type(v->of))
		return PL_OK;
	const struct pl_list *list;
	PL_TRY(pl_relation_elements(v, run->arena, &list));
	v->kind = PL_V_LIST;
	v->u.list = list;
	return PL_OK;
}

pl_err pl_run_fill_slot(struct pl_run *run, uint32_t index)
{
	const struct pl_slot *slot = &run->program->slots[index];
	struct pl_value v = run->roots[slot->root];
	PL_TRY(pl_run_walk(run, slot->path, &v));
	PL_TRY(settle(run, &v));
	pl_run_name_origin(&v, slot->path);
	run->slots[index] = v;
	run->slot_stamps[index] = run->root_stamps[slot->root];
	return PL_OK;
}

pl_err pl_run_slot(struct pl_run *run, uint32_t index, struct pl_value *ret)
{
	if (run->slot_stamps[index] != run->root_stamps[run->program->slots[index].root])
		PL_TRY(pl_run_fill_slot(run, index));
	*ret = run->slots[index];
	return PL_OK;
}
