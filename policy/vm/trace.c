/* trace.c - see trace.h. What is shown of a document is escaped and cut as in messages; secrets are not shown, and
 * neither is what was computed from one. */
#include "trace.h"

#include <string.h>

#include "base/buf.h"
#include "collect.h"
#include "disclosure.h"
#include "doc/tape.h"
#include "model/subjects.h"
#include "parts.h"

#define INDENT 2u

/* What one rule did with one subject. */
struct block {
	struct block *next; /* of the same rule, by place */
	pl_node node;
	size_t start, end; /* in the text */
};

struct pl_trace {
	struct pl_run *run;
	struct pl_tracing *tracing;
	struct pl_buf text;
	struct block **first, **last; /* of each rule; last: added last */
	struct block *block;	      /* that is being written; NULL: this subject is not asked for */
	const struct pl_rule *rule;
	uint8_t mode;	       /* of the rule, in effect: enum pl_ast_mode */
	unsigned depth;	       /* further loops that stand at an element */
	pl_str words;	       /* of the part looked at last */
	struct pl_value value; /* its outcome */
	struct pl_reads reads; /* what it read */
	bool secret;	       /* it read something that is not shown */
};

pl_err pl_trace_new(struct pl_run *run, struct pl_tracing *tracing, struct pl_trace **ret_trace)
{
	uint32_t rules = run->program->rule_count;
	struct pl_trace *t = pl_arena_zalloc(run->arena, 1, sizeof *t);
	struct block **first = pl_arena_zalloc(run->arena, rules, sizeof(struct block *));
	struct block **last = pl_arena_zalloc(run->arena, rules, sizeof(struct block *));
	if (!t || !first || !last)
		return PL_E_MEMORY;
	t->run = run;
	t->tracing = tracing;
	t->first = first;
	t->last = last;
	pl_buf_init(&t->text, run->arena, 0);
	*ret_trace = t;
	return PL_OK;
}

/* --- what was read ------------------------------------------------------------------------------------------------ */

/* Where the path of a step begins, as the rule calls it. */
static void print_base(struct pl_trace *t, const struct pl_read *read)
{
	if (read->root != PL_ROOT_NONE)
		return;
	for (uint16_t i = 0; i < t->rule->loop_count; i++) {
		if (read->var == t->rule->loops[i].var) {
			pl_buf_addf(&t->text, "%.*s.", PL_FMT(t->rule->loops[i].name));
			return;
		}
	}
	pl_buf_adds(&t->text, read->var < 0 ? "(value)." : "(element).");
}

static bool is_same_text(const struct pl_buf *b, size_t from, size_t len, size_t other)
{
	return b->len - other == len && memcmp(b->ptr + from, b->ptr + other, len) == 0;
}

/* One line; for a slot only if the lines from `from` on do not have it already. */
static void print_read(struct pl_trace *t, const struct pl_read *read, size_t from)
{
	const struct pl_path *path = &t->run->program->paths[read->path];
	if (path->count == 0 && read->value.kind == PL_V_SUBJECT)
		return; /* the subject itself, which the block begins with */
	struct pl_buf *b = &t->text;
	size_t start = b->len;
	pl_buf_fill(b, ' ', INDENT * (t->depth + 2));
	print_base(t, read);
	pl_buf_addf(b, "%.*s = ", PL_FMT(path->text));
	if (pl_disclosure_is_secret(t->run, read, t->secret)) {
		t->secret = true;
		pl_buf_adds(b, PL_HIDDEN);
	} else {
		pl_disclosure_value(t->run, &read->value, b);
	}
	pl_buf_addc(b, '\n');
	if (read->root == PL_ROOT_NONE)
		return; /* of an element: each has its own */
	for (size_t at = from, end; at < start && !b->failed; at = end) {
		const char *line = memchr(b->ptr + at, '\n', start - at);
		end = line ? (size_t)(line - b->ptr) + 1 : start;
		if (is_same_text(b, at, end - at, start)) {
			b->len = start;
			return;
		}
	}
}

static void print_reads(struct pl_trace *t, const struct pl_reads *reads)
{
	size_t from = t->text.len;
	uint32_t n = reads->count, last = n < PL_READS_FIRST ? 0 : n - PL_READS_FIRST;
	uint32_t lost = last > PL_READS_LAST ? last - PL_READS_LAST : 0;
	t->secret = lost > 0; /* what was lost may have been one */
	for (uint32_t i = 0; i < n && i < PL_READS_FIRST; i++)
		print_read(t, &reads->first[i], from);
	if (lost) {
		pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 2));
		pl_buf_addf(&t->text, "(%u more values)\n", lost);
	}
	for (uint32_t i = lost; i < last; i++)
		print_read(t, &reads->last[i % PL_READS_LAST], from);
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

static void print_words(struct pl_trace *t)
{
	if (t->words.len)
		pl_buf_add_escaped(&t->text, t->words, 0);
	else
		pl_buf_adds(&t->text, "condition");
}

pl_err pl_trace_fragment(struct pl_trace *t, uint32_t code, pl_str words, uint32_t parts, struct pl_value *ret)
{
	if (!t->block)
		return pl_run_fragment(t->run, code, ret);
	t->reads.count = 0;
	t->run->reads = &t->reads;
	pl_err err = pl_run_fragment(t->run, code, ret);
	t->run->reads = NULL;
	PL_TRY(err);
	t->words = words;
	t->value = *ret;
	pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 1));
	print_words(t);
	pl_buf_adds(&t->text, ": ");
	pl_disclosure_outcome(t->run, ret, &t->text);
	pl_buf_addc(&t->text, '\n');
	if (parts && t->tracing->rule != PL_NO_CODE)
		PL_TRY(pl_parts_show(t->run, parts, t->depth + 2, ret, &t->text));
	else
		print_reads(t, &t->reads);
	t->block->end = t->text.len;
	return t->text.failed ? PL_E_MEMORY : PL_OK;
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static void begin_result(struct pl_trace *t)
{
	pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 1));
	pl_buf_adds(&t->text, "result: ");
}

static void end_result(struct pl_trace *t)
{
	pl_buf_addc(&t->text, '\n');
	t->block->end = t->text.len;
}

void pl_trace_list(struct pl_trace *t, const struct pl_value *list)
{
	if (!t->block || list->kind == PL_V_UNKNOWN || pl_value_count(list) > 0)
		return;
	begin_result(t);
	pl_buf_adds(&t->text, list->kind == PL_V_ABSENT ? "does not apply (the list is not set)"
							: "does not apply (the list is empty)");
	end_result(t);
}

void pl_trace_idle(struct pl_trace *t)
{
	if (!t->block)
		return;
	begin_result(t);
	pl_buf_adds(&t->text, "does not apply (");
	print_words(t);
	pl_buf_adds(&t->text, " is ");
	pl_disclosure_outcome(t->run, &t->value, &t->text);
	pl_buf_addc(&t->text, ')');
	end_result(t);
}

static const char *result_word(const struct pl_trace *t, const struct pl_value *violated, bool excepted)
{
	bool warns = t->run->context->unknown_warns && t->mode == PL_AST_DENY;
	if (violated->kind != PL_V_UNKNOWN)
		return pl_is_true(violated) ? "violated" : "holds";
	if (excepted)
		return "undecided";
	return warns ? "undecided (warns)" : "undecided (counts as violated)";
}

void pl_trace_result(struct pl_trace *t, const struct pl_value *violated, const struct pl_exception_code *by)
{
	if (!t->block)
		return;
	begin_result(t);
	pl_buf_adds(&t->text, result_word(t, violated, by != NULL));
	if (by)
		pl_buf_addf(&t->text, ", and excepted by `%.*s`", PL_FMT(by->name));
	end_result(t);
}

void pl_trace_remark(struct pl_trace *t, pl_str text)
{
	if (!t->block)
		return;
	pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 2));
	pl_buf_add(&t->text, text);
	end_result(t);
}

/* --- blocks ------------------------------------------------------------------------------------------------------- */

static void print_path(const struct pl_workload *w, pl_node node, struct pl_buf *out)
{
	size_t before = out->len;
	pl_buf_adds(out, " at ");
	size_t start = out->len;
	if (node != w->base)
		pl_doc_path(w->doc, w->base, node, out);
	if (out->len == start)
		out->len = before; /* the object as a whole */
}

/* Subjects come in runs that ascend: nearly always the block belongs behind the one before. */
static void insert(struct pl_trace *t, uint32_t rule, struct block *block)
{
	struct block *last = t->last[rule];
	struct block **at = last && last->node <= block->node ? &last->next : &t->first[rule];
	while (*at && (*at)->node <= block->node)
		at = &(*at)->next;
	block->next = *at;
	*at = block;
	t->last[rule] = block;
}

/* Where the rule is rolled out by a table: its mode in effect, and if need be why the table did not say. */
static pl_err print_title(const struct pl_trace *t, struct pl_buf *out, const struct pl_rule *rule, uint8_t *ret_mode)
{
	struct pl_value key;
	PL_TRY(pl_run_mode(t->run, rule, ret_mode, &key));
	pl_buf_addf(out, "rule %.*s (%s", PL_FMT(rule->name), pl_mode_name((enum pl_mode) * ret_mode));
	if (key.kind == PL_V_UNKNOWN) {
		pl_str origin = pl_run_origin(t->run, &key);
		pl_buf_adds(out, ", the strictest of its rollout: ");
		if (origin.len)
			pl_buf_addf(out, "`%.*s`: ", PL_FMT(origin));
		pl_buf_add_escaped(out, pl_str_from(key.u.why), 0);
	} else if (rule->rollout != PL_NO_CODE) {
		pl_buf_adds(out, " by its rollout");
	}
	pl_buf_adds(out, "): ");
	return PL_OK;
}

/* True when `path` is `at` or in it: "a.b" is in "a", and "ab" is not. */
static bool is_in(pl_str path, pl_str at)
{
	return pl_str_starts(path, at) &&
	       (at.len == 0 || path.len == at.len || path.ptr[at.len] == '.' || path.ptr[at.len] == '[');
}

bool pl_trace_wants(const struct pl_tracing *tracing, pl_str path)
{
	return tracing->at.len == 0 || is_in(path, tracing->at) || is_in(tracing->at, path);
}

static pl_err note_path(struct pl_tracing *tracing, pl_str path, struct pl_arena *arena)
{
	if (tracing->path_count == tracing->path_room) {
		uint32_t room = tracing->path_room ? tracing->path_room * 2 : 32;
		pl_str *paths = pl_arena_zalloc(arena, room, sizeof *paths);
		if (!paths)
			return PL_E_MEMORY;
		if (tracing->path_count)
			memcpy(paths, tracing->paths, tracing->path_count * sizeof *paths);
		tracing->paths = paths;
		tracing->path_room = room;
	}
	tracing->paths[tracing->path_count++] = path;
	return PL_OK;
}

/* Notes where the run stands; whether that is asked for. */
static pl_err take_place(struct pl_trace *t, pl_node node, bool *ret_wanted)
{
	const struct pl_workload *w = t->run->workload;
	struct pl_buf path;
	*ret_wanted = true;
	if (t->tracing->at.len == 0)
		return PL_OK;
	pl_buf_init(&path, t->run->arena, 0);
	if (node != w->base)
		pl_doc_path(w->doc, w->base, node, &path);
	*ret_wanted = pl_trace_wants(t->tracing, pl_buf_str(&path));
	return path.failed ? PL_E_MEMORY : note_path(t->tracing, pl_buf_str(&path), t->run->arena);
}

pl_err pl_trace_subject(struct pl_trace *t, uint32_t rule)
{
	const struct pl_run *run = t->run;
	bool wanted;
	t->block = NULL;
	PL_TRY(take_place(t, pl_subject_node(run->workload, run->subject, run->index), &wanted));
	if (!wanted)
		return PL_OK;
	struct block *block = pl_arena_zalloc(run->arena, 1, sizeof *block);
	if (!block)
		return PL_E_MEMORY;
	t->tracing->shown++;
	t->block = block;
	t->rule = &run->program->rules[rule];
	t->depth = 0;
	t->words = (pl_str){0};
	block->node = pl_subject_node(run->workload, run->subject, run->index);
	block->start = t->text.len;
	insert(t, rule, block);
	PL_TRY(print_title(t, &t->text, t->rule, &t->mode));
	pl_subject_show(run->workload, run->subject, run->index, run->arena, &t->text);
	print_path(run->workload, block->node, &t->text);
	end_result(t);
	return t->text.failed ? PL_E_MEMORY : PL_OK;
}

/* The place of an element in the object; PL_NO_NODE when it stands elsewhere or shows itself. */
static pl_node node_of(const struct pl_run *run, const struct pl_value *v)
{
	bool placed = v->kind == PL_V_SUBJECT || v->kind == PL_V_RECORD;
	if (!placed || v->u.workload != run->workload)
		return PL_NO_NODE;
	if (v->kind == PL_V_RECORD)
		return v->node;
	return v->ref < PL_SUBJECT_REQUEST ? pl_subject_node(run->workload, (enum pl_subject)v->ref, v->node)
					   : PL_NO_NODE;
}

void pl_trace_element(struct pl_trace *t, uint16_t depth)
{
	const struct pl_loop_code *loop = &t->rule->loops[depth];
	const struct pl_value *v = &t->run->vars[loop->var];
	if (!t->block)
		return;
	t->depth = depth;
	pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 1));
	if (loop->name.len)
		pl_buf_add(&t->text, loop->name);
	else
		pl_buf_adds(&t->text, "element");
	pl_buf_adds(&t->text, " = ");
	pl_disclosure_value(t->run, v, &t->text);
	pl_node node = node_of(t->run, v);
	if (node != PL_NO_NODE)
		print_path(t->run->workload, node, &t->text);
	t->depth = depth + 1u;
	end_result(t);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void print_missing(const struct pl_rule *rule, unsigned known, struct pl_buf *out)
{
	static const char *const names[] = {"the request",
					    "the namespace",
					    "labels and annotations of the namespace",
					    "the cluster",
					    "the object before the change",
					    "its data files"};
	const char *between = "not checked (needs to know ";
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(rule->needs & ~known & 1u << i))
			continue;
		pl_buf_addf(out, "%s%s", between, names[i]);
		between = ", ";
	}
	pl_buf_adds(out, ")\n");
}

/* Why the rule looked at nothing. */
static pl_err print_absence(const struct pl_trace *t, uint32_t rule, const uint8_t *skip, unsigned known,
			    struct pl_buf *out)
{
	const struct pl_rule *r = &t->run->program->rules[rule];
	bool ecs = t->run->workload->platform == PL_PLATFORM_ECS;
	uint8_t mode;
	PL_TRY(print_title(t, out, r, &mode));
	if (!(r->platforms & (ecs ? PL_ON_ECS : PL_ON_KUBERNETES)))
		pl_buf_addf(out, "does not apply (it is about %s only)\n", ecs ? "Kubernetes" : "ECS");
	else if (skip && pl_bit(skip, rule))
		print_missing(r, known, out);
	else
		pl_buf_addf(out, "does not apply (there is no %s here)\n",
			    pl_subject_name((enum pl_subject)r->subject));
	return PL_OK;
}

/* A place is asked for, and what rules look at is not there: one rule that looks at nothing at all says why. */
static bool is_elsewhere(const struct pl_tracing *tracing)
{
	return tracing->at.len && (tracing->rule == PL_NO_CODE || tracing->path_count > 0);
}

pl_err pl_trace_print(const struct pl_trace *t, const uint8_t *skip, unsigned known)
{
	const struct pl_tracing *tracing = t->tracing;
	struct pl_buf *out = tracing->out;
	if (t->text.failed)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < t->run->program->rule_count; i++) {
		if (tracing->rule != PL_NO_CODE && tracing->rule != i)
			continue;
		if (!t->first[i] && !is_elsewhere(tracing))
			PL_TRY(print_absence(t, i, skip, known, out));
		for (const struct block *b = t->first[i]; b; b = b->next)
			pl_buf_add(out, (pl_str){t->text.ptr + b->start, b->end - b->start});
	}
	return out->failed ? PL_E_MEMORY : PL_OK;
}

void pl_trace_already(const struct pl_finding *f, struct pl_buf *out)
{
	pl_buf_addf(out, "rule %.*s: %.*s", PL_FMT(f->rule), PL_FMT(f->subject));
	if (f->path.len)
		pl_buf_addf(out, " at %.*s", PL_FMT(f->path));
	pl_buf_adds(out, ": violated before this change too, so it does not refuse it\n");
}

void pl_trace_malformed(const struct pl_finding *findings, size_t count, struct pl_buf *out)
{
	pl_buf_addf(out, "no rule was evaluated: the object is malformed: %.*s", PL_FMT(findings[0].message));
	if (count > 1)
		pl_buf_addf(out, ", and %zu more", count - 1);
	pl_buf_addc(out, '\n');
}
