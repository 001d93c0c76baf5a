/* trace.c - see trace.h. What is shown of a document is escaped and cut as in messages; secrets are not shown, and
 * neither is what was computed from one. */
#include "trace.h"

#include <string.h>

#include "base/buf.h"
#include "collect.h"
#include "doc/tape.h"
#include "model/subjects.h"
#include "secrecy.h"

#define HIDDEN	      "(hidden)"
#define SHOWN_ENTRIES 16
#define INDENT	      2u

/* What one rule did with one subject. */
struct block {
	struct block *next; /* of the same rule, by place */
	pl_node node;
	size_t start, end; /* in the text */
};

struct pl_trace {
	struct pl_run *run;
	struct pl_buf text;
	struct block **first, **last; /* of each rule; last: added last */
	struct block *block;	      /* that is being written */
	const struct pl_rule *rule;
	unsigned depth;	       /* further loops that stand at an element */
	pl_str words;	       /* of the part looked at last */
	struct pl_value value; /* its outcome */
	struct pl_reads reads; /* what it read */
	bool secret;	       /* it read something that is not shown */
};

pl_err pl_trace_new(struct pl_run *run, struct pl_trace **ret_trace)
{
	uint32_t rules = run->program->rule_count;
	struct pl_trace *t = pl_arena_zalloc(run->arena, 1, sizeof *t);
	struct block **first = pl_arena_zalloc(run->arena, rules, sizeof(struct block *));
	struct block **last = pl_arena_zalloc(run->arena, rules, sizeof(struct block *));
	if (!t || !first || !last)
		return PL_E_MEMORY;
	t->run = run;
	t->first = first;
	t->last = last;
	pl_buf_init(&t->text, run->arena, 0);
	*ret_trace = t;
	return PL_OK;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* A value does not say which object it stands in; what might be a secret of either is one. */
static bool hides_node(const struct pl_trace *t, pl_node node)
{
	const struct pl_run *run = t->run;
	return node != PL_NO_NODE && (pl_secrecy_hides(run->workload->doc, node, run->arena) ||
				      (run->old && pl_secrecy_hides(run->old->doc, node, run->arena)));
}

static void show(struct pl_trace *t, const struct pl_value *v)
{
	size_t before = t->text.len;
	if (hides_node(t, v->node) && v->kind != PL_V_SUBJECT && v->kind != PL_V_ABSENT)
		pl_buf_adds(&t->text, HIDDEN);
	else
		pl_value_show(v, t->run->arena, &t->text);
	if (t->text.len == before)
		pl_buf_adds(&t->text, "\"\""); /* an empty text looks like a mistake */
}

static void show_entry(struct pl_trace *t, const struct pl_value *entry)
{
	const struct pl_value *key = &entry->u.entry[0];
	pl_value_show(key, t->run->arena, &t->text);
	pl_buf_adds(&t->text, ": ");
	if (key->kind == PL_V_STRING && pl_secrecy_hides_key(key->u.s))
		pl_buf_adds(&t->text, HIDDEN);
	else
		show(t, &entry->u.entry[1]);
}

static void show_map(struct pl_trace *t, const struct pl_value *map)
{
	struct pl_value_iter it;
	struct pl_value entry;
	bool done;
	uint32_t count = pl_value_count(map);
	pl_value_iter_init(&it, map);
	pl_buf_addc(&t->text, '{');
	for (uint32_t i = 0; i < count && i < SHOWN_ENTRIES; i++) {
		if (pl_value_iter_next(&it, t->run->arena, &entry, &done) != PL_OK || done) {
			t->text.failed = true;
			return;
		}
		pl_buf_adds(&t->text, i ? ", " : "");
		show_entry(t, &entry);
	}
	if (count > SHOWN_ENTRIES)
		pl_buf_addf(&t->text, ", and %u more", count - SHOWN_ENTRIES);
	pl_buf_addc(&t->text, '}');
}

static void show_value(struct pl_trace *t, const struct pl_value *v)
{
	bool map = v->kind == PL_V_NODEMAP || v->kind == PL_V_MAP;
	if (v->kind == PL_V_ENTRY)
		show_entry(t, v);
	else if (map && !hides_node(t, v->node))
		show_map(t, v);
	else
		show(t, v);
}

/* --- what was read ------------------------------------------------------------------------------------------------ */

/* Members of texts are new values that stand nowhere: after a secret was read they may be of it. */
static bool is_derived(const struct pl_read *read)
{
	return read->root == PL_ROOT_NONE && read->var < 0 && read->value.node == PL_NO_NODE;
}

static bool is_secret(const struct pl_trace *t, const struct pl_read *read)
{
	uint8_t kind = read->value.kind;
	if (kind == PL_V_ABSENT || kind == PL_V_SUBJECT)
		return false;
	return pl_secrecy_hides_path(&t->run->program->paths[read->path]) || hides_node(t, read->value.node) ||
	       (t->secret && is_derived(read));
}

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
	if (is_secret(t, read)) {
		t->secret = true;
		pl_buf_adds(b, HIDDEN);
	} else {
		show_value(t, &read->value);
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

static void print_outcome(struct pl_trace *t, const struct pl_value *v)
{
	struct pl_buf *b = &t->text;
	if (v->kind == PL_V_UNKNOWN) {
		pl_str origin = pl_run_origin(t->run, v);
		pl_buf_adds(b, "unknown (");
		if (origin.len)
			pl_buf_addf(b, "`%.*s`: ", PL_FMT(origin));
		pl_buf_add_escaped(b, pl_str_from(v->u.why), 0);
		pl_buf_addc(b, ')');
	} else if (v->kind == PL_V_BOOL) {
		pl_buf_adds(b, v->u.b ? "true" : "false");
	} else if (v->kind == PL_V_ABSENT) {
		pl_buf_adds(b, "not set");
	} else {
		uint32_t count = pl_value_count(v);
		if (count)
			pl_buf_addf(b, "%u element%s", count, count == 1 ? "" : "s");
		else
			pl_buf_adds(b, "no elements");
	}
}

static void print_words(struct pl_trace *t)
{
	if (t->words.len)
		pl_buf_add_escaped(&t->text, t->words, 0);
	else
		pl_buf_adds(&t->text, "condition");
}

pl_err pl_trace_fragment(struct pl_trace *t, uint32_t code, pl_str words, struct pl_value *ret)
{
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
	print_outcome(t, ret);
	pl_buf_addc(&t->text, '\n');
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
	if (list->kind == PL_V_UNKNOWN || pl_value_count(list) > 0)
		return;
	begin_result(t);
	pl_buf_adds(&t->text, list->kind == PL_V_ABSENT ? "does not apply (the list is not set)"
							: "does not apply (the list is empty)");
	end_result(t);
}

void pl_trace_idle(struct pl_trace *t)
{
	begin_result(t);
	pl_buf_adds(&t->text, "does not apply (");
	print_words(t);
	pl_buf_adds(&t->text, " is ");
	print_outcome(t, &t->value);
	pl_buf_addc(&t->text, ')');
	end_result(t);
}

void pl_trace_result(struct pl_trace *t, const struct pl_value *violated)
{
	bool warns = t->run->context->unknown_warns && t->rule->mode == PL_AST_DENY;
	begin_result(t);
	if (violated->kind == PL_V_UNKNOWN)
		pl_buf_adds(&t->text, warns ? "undecided (warns)" : "undecided (counts as violated)");
	else
		pl_buf_adds(&t->text, pl_is_true(violated) ? "violated" : "holds");
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

static void print_title(struct pl_buf *out, const struct pl_rule *rule)
{
	pl_buf_addf(out, "rule %.*s (%s): ", PL_FMT(rule->name), pl_mode_name((enum pl_mode)rule->mode));
}

pl_err pl_trace_subject(struct pl_trace *t, uint32_t rule)
{
	const struct pl_run *run = t->run;
	struct block *block = pl_arena_zalloc(run->arena, 1, sizeof *block);
	if (!block)
		return PL_E_MEMORY;
	t->block = block;
	t->rule = &run->program->rules[rule];
	t->depth = 0;
	t->words = (pl_str){0};
	block->node = pl_subject_node(run->workload, run->subject, run->index);
	block->start = t->text.len;
	insert(t, rule, block);
	print_title(&t->text, t->rule);
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
	t->depth = depth;
	pl_buf_fill(&t->text, ' ', INDENT * (t->depth + 1));
	if (loop->name.len)
		pl_buf_add(&t->text, loop->name);
	else
		pl_buf_adds(&t->text, "element");
	pl_buf_adds(&t->text, " = ");
	show_value(t, v);
	pl_node node = node_of(t->run, v);
	if (node != PL_NO_NODE)
		print_path(t->run->workload, node, &t->text);
	t->depth = depth + 1u;
	end_result(t);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void print_missing(const struct pl_rule *rule, unsigned known, struct pl_buf *out)
{
	static const char *const names[] = {"the request", "the namespace", "labels and annotations of the namespace",
					    "the cluster", "the object before the change"};
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
static void print_absence(const struct pl_trace *t, uint32_t rule, const uint8_t *skip, unsigned known,
			  struct pl_buf *out)
{
	const struct pl_rule *r = &t->run->program->rules[rule];
	bool ecs = t->run->workload->platform == PL_PLATFORM_ECS;
	print_title(out, r);
	if (!(r->platforms & (ecs ? PL_ON_ECS : PL_ON_KUBERNETES)))
		pl_buf_addf(out, "does not apply (it is about %s only)\n", ecs ? "Kubernetes" : "ECS");
	else if (skip && pl_bit(skip, rule))
		print_missing(r, known, out);
	else
		pl_buf_addf(out, "does not apply (there is no %s here)\n",
			    pl_subject_name((enum pl_subject)r->subject));
}

pl_err pl_trace_print(const struct pl_trace *t, const uint8_t *skip, unsigned known, struct pl_buf *out)
{
	if (t->text.failed)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < t->run->program->rule_count; i++) {
		if (!t->first[i])
			print_absence(t, i, skip, known, out);
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
