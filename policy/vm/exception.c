/* exception.c - see exception.h. Granted when its last day is not over and its `where` is true; a `where` that is
 * unknown grants nothing, and the note says so, because with more context it might. */
#include "exception.h"

#include "base/buf.h"
#include "base/invariant.h"

#define MAX_NOTED 4   /* exceptions explained in one note */
#define OWNER_MAX 256 /* code points, as in messages */

struct judging {
	struct pl_run *run;
	const struct pl_exception_code *exception;
	bool expired;
	struct pl_value where;
};

static void add_day(const struct judging *j, struct pl_buf *out)
{
	struct pl_value day = {.kind = PL_V_DATE, .node = PL_NO_NODE, .u.i = j->exception->expires};
	pl_value_show(&day, j->run->arena, out);
}

static bool is_granted(const struct judging *j)
{
	return !j->expired && pl_is_true(&j->where);
}

/* "`namespace.name`: the namespace was not given". */
static void add_reason(const struct judging *j, struct pl_buf *out)
{
	pl_str origin = pl_run_origin(j->run, &j->where);
	if (origin.len)
		pl_buf_addf(out, "`%.*s`: ", PL_FMT(origin));
	pl_buf_add_escaped(out, pl_str_from(j->where.u.why), 0);
}

/* --- notes -------------------------------------------------------------------------------------------------------- */

static void note_grant(const struct judging *j, struct pl_buf *out)
{
	out->len = 0;
	pl_buf_addf(out, "by exception `%.*s` (", PL_FMT(j->exception->name));
	pl_buf_add_escaped(out, j->exception->owner, OWNER_MAX);
	pl_buf_adds(out, ", until ");
	add_day(j, out);
	pl_buf_addc(out, ')');
}

/* One that another day or more context would make cover it; what it is plainly not about needs no word. */
static bool is_notable(const struct judging *j)
{
	return j->expired ? pl_is_true(&j->where) : j->where.kind == PL_V_UNKNOWN;
}

static void note_refusal(const struct judging *j, uint32_t before, struct pl_buf *out)
{
	if (before > MAX_NOTED)
		return;
	pl_buf_adds(out, before ? "; " : "");
	if (before == MAX_NOTED) {
		pl_buf_adds(out, "and more");
		return;
	}
	pl_buf_addf(out, "exception `%.*s` ", PL_FMT(j->exception->name));
	if (j->expired) {
		pl_buf_adds(out, "expired on ");
		add_day(j, out);
		return;
	}
	pl_buf_adds(out, "is not granted, for it cannot be judged: ");
	add_reason(j, out);
}

/* --- traces ------------------------------------------------------------------------------------------------------- */

static pl_err trace_result(const struct judging *j, struct pl_trace *trace)
{
	struct pl_buf text;
	pl_buf_init(&text, j->run->arena, 0);
	pl_buf_addf(&text, "exception `%.*s` ", PL_FMT(j->exception->name));
	if (is_granted(j)) {
		pl_buf_adds(&text, "granted until ");
		add_day(j, &text);
	} else if (j->expired) {
		pl_buf_adds(&text, "not granted: it expired on ");
		add_day(j, &text);
	} else if (j->where.kind == PL_V_UNKNOWN) {
		pl_buf_adds(&text, "not granted: ");
		add_reason(j, &text);
	} else {
		pl_buf_adds(&text, "not granted: its `where` is false");
	}
	if (text.failed)
		return PL_E_MEMORY;
	pl_trace_remark(trace, pl_buf_str(&text));
	return PL_OK;
}

static pl_err read_where(struct judging *j, struct pl_trace *trace)
{
	const struct pl_exception_code *e = j->exception;
	if (!trace)
		return pl_run_fragment(j->run, e->where, &j->where);
	pl_str words = pl_arena_printf(j->run->arena, "exception %.*s %.*s", PL_FMT(e->name), PL_FMT(e->where_words));
	if (!words.ptr)
		return PL_E_MEMORY;
	PL_TRY(pl_trace_fragment(trace, e->where, words, e->parts, &j->where));
	return trace_result(j, trace);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static pl_err judge_all(struct pl_run *run, const struct pl_rule *rule, struct pl_trace *trace, struct pl_grant *ret,
			struct pl_buf *note)
{
	uint32_t noted = 0;
	for (uint32_t i = 0; i < rule->exception_count && !ret->by; i++) {
		struct judging j = {.run = run, .exception = &rule->exceptions[i]};
		j.expired = run->context->today > j.exception->expires;
		PL_TRY(read_where(&j, trace));
		if (PL_NEVER(j.where.kind != PL_V_BOOL && j.where.kind != PL_V_UNKNOWN))
			return PL_E_INTERNAL;
		if (is_granted(&j)) {
			ret->by = j.exception;
			note_grant(&j, note);
		} else if (is_notable(&j)) {
			note_refusal(&j, noted++, note);
		}
	}
	return PL_OK;
}

pl_err pl_exception_judge(struct pl_run *run, const struct pl_rule *rule, bool words, struct pl_trace *trace,
			  struct pl_grant *ret)
{
	struct pl_grant grant = {.judged = true};
	struct pl_buf note;
	pl_node read = run->read;
	pl_buf_init(&note, run->arena, 0);
	PL_TRY(judge_all(run, rule, trace, &grant, &note));
	run->read = read;
	if (note.failed)
		return PL_E_MEMORY;
	if (words && note.len)
		grant.note = pl_buf_str(&note);
	*ret = grant;
	return PL_OK;
}
