/* verdict.c - findings sorted, weighed and counted. spec: language.md 3.8, 3.5.2
 *
 * A malformed object is judged by the built-in rule alone. On an UPDATE the violations that the old object had too
 * become warnings. */
#include "verdict.h"

#include <string.h>

#include "base/buf.h"
#include "base/invariant.h"
#include "collect.h"
#include "message.h"
#include "model/subjects.h"

struct deciding {
	const struct pl_ready *ready;
	const struct pl_workload *workload, *old;
	const struct pl_context *context;
	struct pl_regex_scratch *regex;
	struct pl_arena *arena;
	struct pl_verdict *verdict;
	struct pl_tracing *tracing; /* NULL: nobody asks */
};

/* --- the list
 * --------------------------------------------------------------------------------------------------------- */

static bool comes_first(const struct pl_violation *a, const struct pl_violation *b)
{
	if (a->key.rule != b->key.rule)
		return a->key.rule < b->key.rule;
	if (a->finding.node != b->finding.node)
		return a->finding.node < b->finding.node;
	if (a->finding.check != b->finding.check)
		return a->finding.check < b->finding.check;
	return a->order < b->order;
}

/* The violations in order, as pointers: a merge sort, since qsort may take memory from the heap. */
static pl_err sort_violations(const struct pl_collection *all, struct pl_arena *arena, const struct pl_violation ***ret)
{
	const struct pl_violation **from = pl_arena_alloc(arena, all->count * sizeof *from);
	const struct pl_violation **to = pl_arena_alloc(arena, all->count * sizeof *to);
	if (!from || !to)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < all->count; i++)
		from[i] = &all->items[i];
	for (size_t width = 1; width < all->count; width *= 2) {
		for (size_t n = 0, at = 0; at < all->count; at += width * 2) {
			size_t i = at, middle = at + width < all->count ? at + width : all->count;
			size_t k = middle, end = at + width * 2 < all->count ? at + width * 2 : all->count;
			while (n < end) {
				bool left = i < middle && (k >= end || !comes_first(from[k], from[i]));
				to[n++] = from[left ? i++ : k++];
			}
		}
		const struct pl_violation **swap = from;
		from = to;
		to = swap;
	}
	*ret = from;
	return PL_OK;
}

static void count(struct pl_verdict *v, const struct pl_finding *f)
{
	if (f->state == PL_FINDING_EXCEPTED)
		v->excepted++;
	else if (f->mode == PL_MODE_DENY)
		v->denied++;
	else if (f->mode == PL_MODE_WARN)
		v->warned++;
	else
		v->audited++;
}

static pl_err publish(struct deciding *d, const struct pl_collection *all)
{
	const struct pl_violation **sorted;
	PL_TRY(sort_violations(all, d->arena, &sorted));
	struct pl_finding *findings = pl_arena_alloc(d->arena, all->count * sizeof *findings);
	if (!findings)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < all->count; i++) {
		findings[i] = sorted[i]->finding;
		count(d->verdict, &findings[i]);
	}
	d->verdict->findings = findings;
	d->verdict->count = all->count;
	return PL_OK;
}

/* --- updates
 * ---------------------------------------------------------------------------------------------------------- */

struct keys {
	struct pl_violation_key *items;
	size_t count;
};

static pl_err keys_of(const struct pl_collection *all, struct pl_arena *arena, struct keys *ret)
{
	ret->count = 0;
	ret->items = pl_arena_alloc(arena, all->count * sizeof *ret->items);
	struct pl_violation_key *scratch = pl_arena_alloc(arena, all->count * sizeof *scratch);
	if (!ret->items || !scratch)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < all->count; i++) {
		if (!all->items[i].keyed)
			continue;
		ret->items[ret->count] = all->items[i].key;
		ret->items[ret->count++].owner = i;
	}
	pl_update_sort(ret->items, scratch, ret->count);
	return PL_OK;
}

/* What only records stays a record; what refused warns. */
static pl_err soften(struct deciding *d, struct pl_finding *f)
{
	if (f->mode == PL_MODE_DENY)
		f->mode = PL_MODE_WARN;
	f->state = PL_FINDING_ALREADY;
	return pl_message_already(d->arena, f->message, &f->message);
}

static pl_err compare_with_old(struct deciding *d, struct pl_collection *all)
{
	struct pl_run *run = pl_run_new(d->ready, d->old, NULL, d->context, d->regex, d->arena);
	struct pl_collect_options options = {.keys = true, .only = all->rules};
	struct pl_collection before = {0};
	if (!run)
		return PL_E_MEMORY;
	PL_TRY(pl_collect(run, &options, &before));
	struct keys now, then;
	PL_TRY(keys_of(all, d->arena, &now));
	PL_TRY(keys_of(&before, d->arena, &then));
	bool *already = pl_arena_zalloc(d->arena, now.count, sizeof *already);
	if (!already)
		return PL_E_MEMORY;
	pl_update_match(now.items, now.count, then.items, then.count, already);
	for (size_t i = 0; i < now.count; i++) {
		if (already[i])
			PL_TRY(soften(d, &all->items[now.items[i].owner].finding));
	}
	return PL_OK;
}

/* --- deciding
 * --------------------------------------------------------------------------------------------------------- */

static unsigned known_roots(const struct deciding *d)
{
	const struct pl_context *c = d->context;
	return (c->request_known ? PL_NEEDS_REQUEST : 0u) | (c->namespace_known ? PL_NEEDS_NAMESPACE : 0u) |
	       (c->namespace_metadata_known ? PL_NEEDS_NAMESPACE_METADATA : 0u) |
	       (c->cluster_known ? PL_NEEDS_CLUSTER : 0u) | (d->old ? PL_NEEDS_OLD : 0u);
}

static bool is_about_this(const struct deciding *d, const struct pl_rule *rule)
{
	unsigned platform = d->workload->platform == PL_PLATFORM_ECS ? PL_ON_ECS : PL_ON_KUBERNETES;
	return rule->platforms & platform && pl_subject_count_of(d->workload, (enum pl_subject)rule->subject) > 0;
}

/* Lint: the rules that read what nobody gave are listed, not run. */
static pl_err leave_out(struct deciding *d, const uint8_t **ret_skip)
{
	const struct pl_program *p = d->ready->program;
	uint8_t *skip = pl_arena_zalloc(d->arena, p->rule_count / 8 + 1, 1);
	pl_str *names = pl_arena_alloc(d->arena, p->rule_count * sizeof *names);
	if (!skip || !names)
		return PL_E_MEMORY;
	unsigned known = known_roots(d);
	for (uint32_t i = 0; i < p->rule_count; i++) {
		if (!(p->rules[i].needs & ~known) || !is_about_this(d, &p->rules[i]))
			continue;
		pl_bit_set(skip, i);
		names[d->verdict->not_checked_count++] = p->rules[i].name;
	}
	d->verdict->not_checked = names;
	*ret_skip = skip;
	return PL_OK;
}

/* The old object counts only when it could itself be judged. */
static bool has_before(const struct deciding *d)
{
	return d->old && !d->old->malformed && d->old->platform == d->workload->platform && !d->context->strict_updates;
}

/* What each rule did, then what the comparison with the old object changed about that. */
static pl_err tell(const struct deciding *d, const struct pl_collect_options *options)
{
	PL_TRY(pl_trace_print(options->trace, options->skip, known_roots(d)));
	for (size_t i = 0; i < d->verdict->count; i++) {
		const struct pl_finding *f = &d->verdict->findings[i];
		if (f->state == PL_FINDING_ALREADY && pl_trace_wants(d->tracing, f->path))
			pl_trace_already(f, d->tracing->out);
	}
	return d->tracing->out->failed ? PL_E_MEMORY : PL_OK;
}

/* Only the rule that is asked for. */
static pl_err narrow(struct deciding *d, struct pl_collect_options *options)
{
	if (!d->tracing || d->tracing->rule == PL_NO_CODE)
		return PL_OK;
	uint8_t *only = pl_arena_zalloc(d->arena, d->ready->program->rule_count / 8 + 1, 1);
	if (!only)
		return PL_E_MEMORY;
	pl_bit_set(only, d->tracing->rule);
	options->only = only;
	return PL_OK;
}

static pl_err judge(struct deciding *d)
{
	struct pl_collection all = {0};
	struct pl_collect_options options = {.keys = has_before(d), .words = true};
	if (d->context->lint)
		PL_TRY(leave_out(d, &options.skip));
	struct pl_run *run = pl_run_new(d->ready, d->workload, d->old, d->context, d->regex, d->arena);
	if (!run)
		return PL_E_MEMORY;
	PL_TRY(narrow(d, &options));
	if (d->tracing)
		PL_TRY(pl_trace_new(run, d->tracing, &options.trace));
	PL_TRY(pl_collect(run, &options, &all));
	if (options.keys && all.count)
		PL_TRY(compare_with_old(d, &all));
	PL_TRY(publish(d, &all));
	return d->tracing ? tell(d, &options) : PL_OK;
}

static pl_err add_malformed(struct deciding *d, const struct pl_note *note, struct pl_violation *v)
{
	const struct pl_workload *w = d->workload;
	struct pl_buf path;
	pl_buf_init(&path, d->arena, 0);
	if (note->node != PL_NO_NODE && note->node != w->base)
		pl_doc_path(w->doc, w->base, note->node, &path);
	v->finding = (struct pl_finding){
		.rule = PL_STR("malformed-document"),
		.title = PL_STR("The object is not what the platform accepts"),
		.message = note->message,
		.remedy = note->remedy,
		.path = pl_buf_str(&path),
		.node = note->node == PL_NO_NODE ? w->object : note->node,
		.mode = PL_MODE_DENY,
		.severity = PL_SEVERITY_HIGH,
		.state = PL_FINDING_MALFORMED,
	};
	v->finding.span = pl_doc_span(w->doc, v->finding.node);
	return path.failed ? PL_E_MEMORY : PL_OK;
}

static pl_err refuse_malformed(struct deciding *d)
{
	const struct pl_workload *w = d->workload;
	struct pl_collection all = {.items = pl_arena_zalloc(d->arena, w->note_count, sizeof(struct pl_violation))};
	if (!all.items)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < w->note_count; i++) {
		if (!w->notes[i].malformed)
			continue;
		struct pl_violation *v = &all.items[all.count];
		PL_TRY(add_malformed(d, &w->notes[i], v));
		v->order = all.count++;
	}
	if (PL_NEVER(all.count == 0))
		return PL_E_INTERNAL;
	PL_TRY(publish(d, &all));
	if (!d->tracing)
		return PL_OK;
	pl_trace_malformed(d->verdict->findings, d->verdict->count, d->tracing->out);
	return d->tracing->out->failed ? PL_E_MEMORY : PL_OK;
}

pl_err pl_verdict_make(const struct pl_ready *ready, const struct pl_workload *w, const struct pl_workload *old,
		       const struct pl_context *context, struct pl_regex_scratch *regex, struct pl_arena *arena,
		       const struct pl_verdict **ret_verdict)
{
	return pl_verdict_trace(ready, w, old, context, regex, arena, NULL, ret_verdict);
}

pl_err pl_verdict_trace(const struct pl_ready *ready, const struct pl_workload *w, const struct pl_workload *old,
			const struct pl_context *context, struct pl_regex_scratch *regex, struct pl_arena *arena,
			struct pl_tracing *tracing, const struct pl_verdict **ret_verdict)
{
	struct deciding d = {ready,  w, old, context, regex, arena, pl_arena_zalloc(arena, 1, sizeof *d.verdict),
			     tracing};
	if (!d.verdict)
		return PL_E_MEMORY;
	if (w->platform == PL_PLATFORM_NONE && !w->malformed)
		return PL_E_UNRECOGNISED;
	pl_regex_scratch_begin(regex);
	PL_TRY(w->malformed ? refuse_malformed(&d) : judge(&d));
	d.verdict->allowed = d.verdict->denied == 0;
	*ret_verdict = d.verdict;
	return PL_OK;
}
