/* parts.c - see parts.h. Each part is a fragment of its own, run again where the run stands; values are pure, so that
 * it gives what it gave inside the whole. Parts behind the one that decided are shown too.
 *
 * Of a loop the first SHOWN_ELEMENTS elements are shown, and the first later one that matters when none of those does;
 * the rest is counted. Nothing is shown that a trace hides. The tree is no deeper than the expressions of a policy. */
#include "parts.h"

#include "base/buf.h"
#include "base/invariant.h"
#include "disclosure.h"

#define INDENT	       2u
#define SHOWN_ELEMENTS 8

struct teller {
	struct pl_run *run;
	struct pl_buf *out;
	struct pl_reads reads;
	bool full; /* what follows is left out, and it was said */
};

static pl_err show_one(struct teller *t, uint32_t at, unsigned indent);
static pl_err show_list(struct teller *t, uint32_t at, unsigned indent);

static const struct pl_part_code *part_at(const struct teller *t, uint32_t at)
{
	return &t->run->program->parts[at];
}

/* --- lines ----------------------------------------------------------------------------------------------------------
 */

static void begin_line(struct teller *t, unsigned indent, pl_str words)
{
	pl_buf_fill(t->out, ' ', INDENT * indent);
	pl_buf_add_escaped(t->out, words, 0);
}

/* A text, or what holds texts, that stands nowhere in the document: what it was computed from decides. */
static bool is_hidden(const struct teller *t, const struct pl_part_code *part, const struct pl_value *v)
{
	if (v->kind == PL_V_ABSENT || v->kind == PL_V_UNKNOWN || v->kind == PL_V_SUBJECT || v->kind == PL_V_RECORD)
		return false;
	if (part->loop && part->kind == PL_LOOP_COUNT)
		return false;
	return part->secret || (v->node == PL_NO_NODE && pl_disclosure_from_secret(t->run, &t->reads));
}

static void show_value(struct teller *t, const struct pl_part_code *part, const struct pl_value *v)
{
	pl_buf_adds(t->out, " = ");
	if (is_hidden(t, part, v))
		pl_buf_adds(t->out, PL_HIDDEN);
	else if (v->kind == PL_V_ABSENT)
		pl_buf_adds(t->out, "not set");
	else
		pl_disclosure_value(t->run, v, t->out);
}

/* A bool field as a condition: false when it is not set. */
static pl_err show_condition(struct teller *t, const struct pl_part_code *part, const struct pl_value *v)
{
	struct pl_value field;
	pl_buf_adds(t->out, ": ");
	pl_disclosure_outcome(t->run, v, t->out);
	if (part->value == PL_NO_CODE)
		return PL_OK;
	PL_TRY(pl_run_fragment(t->run, part->value, &field));
	if (field.kind == PL_V_ABSENT)
		pl_buf_adds(t->out, " (not set)");
	return PL_OK;
}

/* --- loops ----------------------------------------------------------------------------------------------------------
 */

struct tally {
	uint32_t met, unmet, unknown; /* of the elements that are not shown */
	bool told;		      /* one that matters was shown */
};

/* Whether an element with this outcome decides the whole, or counts. */
static bool matters(const struct pl_part_code *loop, const struct pl_value *v)
{
	return loop->kind == PL_LOOP_EVERY ? !pl_is_true(v) : !pl_is_false(v);
}

static void count_element(struct tally *tally, const struct pl_value *v)
{
	if (v->kind == PL_V_UNKNOWN)
		tally->unknown++;
	else if (pl_is_true(v))
		tally->met++;
	else
		tally->unmet++;
}

static void show_tally(struct teller *t, const struct tally *tally, unsigned indent)
{
	uint32_t rest = tally->met + tally->unmet + tally->unknown;
	if (rest == 0)
		return;
	pl_buf_fill(t->out, ' ', INDENT * indent);
	pl_buf_addf(t->out, "%u more element%s: ", rest, rest == 1 ? "" : "s");
	const char *between = "";
	const uint32_t counts[] = {tally->met, tally->unmet, tally->unknown};
	static const char *const names[] = {"true", "false", "unknown"};
	for (unsigned i = 0; i < 3; i++) {
		if (counts[i] == 0)
			continue;
		pl_buf_addf(t->out, "%s%u %s", between, counts[i], names[i]);
		between = ", ";
	}
	pl_buf_addc(t->out, '\n');
}

/* True when there is no more room; says so the first time. */
static bool is_full(struct teller *t, unsigned indent)
{
	if (!t->full && t->out->len > PL_PARTS_TEXT) {
		begin_line(t, indent, PL_STR("(what is left of these parts is left out: the explanation is too long)"));
		pl_buf_addc(t->out, '\n');
		t->full = true;
	}
	return t->full;
}

static pl_err show_all(struct teller *t, uint32_t from, uint32_t end, unsigned indent)
{
	for (uint32_t at = from; at < end && !is_full(t, indent); at = part_at(t, at)->end)
		PL_TRY(show_one(t, at, indent));
	return PL_OK;
}

static pl_err show_element(struct teller *t, uint32_t at, const struct pl_value *v, bool hidden, unsigned indent)
{
	const struct pl_part_code *loop = part_at(t, at);
	begin_line(t, indent, loop->name);
	pl_buf_adds(t->out, " = ");
	if (hidden)
		pl_buf_adds(t->out, PL_HIDDEN);
	else
		pl_disclosure_value(t->run, &t->run->vars[loop->var], t->out);
	pl_buf_adds(t->out, ": ");
	pl_disclosure_outcome(t->run, v, t->out);
	pl_buf_addc(t->out, '\n');
	uint32_t end = loop->end;
	if (loop->inner < end && part_at(t, loop->inner)->filter && part_at(t, loop->inner)->code != PL_NO_CODE) {
		struct pl_value where;
		const struct pl_part_code *filter = part_at(t, loop->inner);
		PL_TRY(pl_run_fragment(t->run, filter->code, &where));
		end = pl_is_false(&where) ? filter->end : end;
	}
	return show_all(t, loop->inner, end, indent + 1);
}

/* Elements that stand nowhere in the document, of a list that was computed from a secret. */
static pl_err list_of(struct teller *t, const struct pl_part_code *loop, struct pl_value *ret, bool *ret_hidden)
{
	t->reads.count = 0;
	t->run->reads = &t->reads;
	pl_err err = pl_run_fragment(t->run, loop->list, ret);
	t->run->reads = NULL;
	*ret_hidden = ret->node == PL_NO_NODE && pl_disclosure_from_secret(t->run, &t->reads);
	return err;
}

static pl_err show_elements(struct teller *t, uint32_t at, unsigned indent)
{
	const struct pl_part_code *loop = part_at(t, at);
	struct pl_value list, outcome;
	struct pl_value_iter it;
	struct tally tally = {0};
	bool hidden, done;
	PL_TRY(list_of(t, loop, &list, &hidden));
	if (list.kind == PL_V_UNKNOWN || list.kind == PL_V_ABSENT)
		return PL_OK;
	pl_value_iter_init(&it, &list);
	for (uint32_t i = 0;; i++) {
		PL_TRY(pl_value_iter_next(&it, t->run->arena, &t->run->vars[loop->var], &done));
		if (done)
			break;
		PL_TRY(pl_run_fragment(t->run, loop->body, &outcome));
		bool late = i >= SHOWN_ELEMENTS && !tally.told && loop->kind <= PL_LOOP_NO && matters(loop, &outcome);
		tally.told |= matters(loop, &outcome);
		if (i < SHOWN_ELEMENTS || late)
			PL_TRY(show_element(t, at, &outcome, hidden && list.of != PL_T_SUBJECT, indent));
		else
			count_element(&tally, &outcome);
	}
	show_tally(t, &tally, indent);
	return PL_OK;
}

/* --- one part -------------------------------------------------------------------------------------------------------
 */

static pl_err show_inner(struct teller *t, uint32_t at, unsigned indent)
{
	const struct pl_part_code *part = part_at(t, at);
	if (!part->loop)
		return show_all(t, at + 1, part->end, indent);
	if (part->inner > at + 1)
		PL_TRY(show_list(t, at + 1, indent));
	return show_elements(t, at, indent);
}

static pl_err run_part(struct teller *t, const struct pl_part_code *part, struct pl_value *ret)
{
	t->reads.count = 0;
	t->run->reads = &t->reads;
	pl_err err = pl_run_fragment(t->run, part->code, ret);
	t->run->reads = NULL;
	return err;
}

/* What the rule is about has been named already. */
static bool is_own_subject(const struct teller *t, const struct pl_value *v)
{
	return v->kind == PL_V_SUBJECT && v->ref == t->run->subject && v->node == t->run->index &&
	       v->u.workload == t->run->workload;
}

static pl_err show_one(struct teller *t, uint32_t at, unsigned indent)
{
	const struct pl_part_code *part = part_at(t, at);
	struct pl_value v;
	if (part->code == PL_NO_CODE) {
		begin_line(t, indent, part->words);
		pl_buf_adds(t->out, ": (too large to be shown on its own)\n");
		return show_inner(t, at, indent + 1);
	}
	PL_TRY(run_part(t, part, &v));
	if (!part->condition && is_own_subject(t, &v) && part->end == at + 1)
		return PL_OK;
	begin_line(t, indent, part->words);
	if (part->condition)
		PL_TRY(show_condition(t, part, &v));
	else
		show_value(t, part, &v);
	pl_buf_addc(t->out, '\n');
	return t->out->failed ? PL_E_MEMORY : show_inner(t, at, indent + 1);
}

/* The list of a loop: its elements follow. */
static pl_err show_list(struct teller *t, uint32_t at, unsigned indent)
{
	const struct pl_part_code *part = part_at(t, at);
	struct pl_value v;
	if (part->code == PL_NO_CODE)
		return show_one(t, at, indent);
	PL_TRY(run_part(t, part, &v));
	begin_line(t, indent, part->words);
	pl_buf_adds(t->out, ": ");
	pl_disclosure_outcome(t->run, &v, t->out);
	pl_buf_addc(t->out, '\n');
	return t->out->failed ? PL_E_MEMORY : show_inner(t, at, indent + 1);
}

/* --- the whole ------------------------------------------------------------------------------------------------------
 */

static bool is_same(const struct pl_value *a, const struct pl_value *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == PL_V_BOOL ? a->u.b == b->u.b : pl_value_count(a) == pl_value_count(b);
}

/* The line of the whole stands there already: here is what it says no value of. */
static pl_err show_whole(struct teller *t, uint32_t at, unsigned indent, const struct pl_value *outcome)
{
	const struct pl_part_code *whole = part_at(t, at);
	struct pl_value v = *outcome;
	if (whole->code != PL_NO_CODE) {
		PL_TRY(run_part(t, whole, &v));
		if (PL_NEVER(!is_same(&v, outcome)))
			return PL_E_INTERNAL;
	}
	uint32_t value = whole->condition ? whole->value : whole->code;
	if (value != PL_NO_CODE) {
		struct pl_part_code field = *whole;
		field.code = value;
		PL_TRY(run_part(t, &field, &v));
		begin_line(t, indent, whole->words);
		show_value(t, whole, &v);
		pl_buf_addc(t->out, '\n');
		indent++;
	}
	return show_inner(t, at, indent);
}

pl_err pl_parts_show(struct pl_run *run, uint32_t parts, unsigned indent, const struct pl_value *outcome,
		     struct pl_buf *out)
{
	struct teller t = {.run = run, .out = out};
	pl_node read = run->read;
	if (parts == 0)
		return PL_OK;
	if (out->len > PL_PARTS_TEXT) {
		begin_line(&t, indent, PL_STR("(its parts are left out: the explanation is too long)"));
		pl_buf_addc(out, '\n');
		return PL_OK;
	}
	pl_err err = show_whole(&t, parts - 1, indent, outcome);
	run->read = read;
	return err != PL_OK ? err : out->failed ? PL_E_MEMORY : PL_OK;
}
