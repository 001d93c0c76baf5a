/* reply.c - a decision into the bytes the API server accepts as one.
 *
 * spec: server.md 2.2. kind and apiVersion exact; no patch; a refusal carries 403, Forbidden and every finding in one
 * message, because the user sees only the first refusal; warnings without control characters and short enough that none
 * is dropped; audit annotation keys are qualified names. */
#include "reply.h"

#define MESSAGE_MAX	8192u /* bytes */
#define WARNING_MAX	256u  /* code points; the API server cuts there */
#define WARNINGS_MAX	4096u /* code points in all; it drops what comes after */
#define WARNING_RESERVE 64u   /* for "N more warnings" */
#define RULES_MAX	32u   /* names in an annotation or a log line */
#define ANNOTATION_MAX	1024u /* bytes of rule names */

/* Appends to a warning: no byte that would make the API server drop it, and a code point counted for each. */
static void add_clean(struct pl_buf *out, pl_str text, size_t *points, size_t max)
{
	size_t from = 0, i = 0;
	for (; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool starts = (c & 0xC0) != 0x80;
		if (starts && *points == max)
			break;
		*points += starts;
		bool c1 = c == 0xC2 && i + 1 < text.len && ((unsigned char)text.ptr[i + 1] & 0xE0) == 0x80;
		if (c >= 0x20 && c != 0x7F && !c1)
			continue;
		pl_text_add(out, (pl_str){text.ptr + from, i - from});
		pl_text_add(out, PL_STR(" "));
		i += c1;
		from = i + 1;
	}
	if (from < i)
		pl_text_add(out, (pl_str){text.ptr + from, i - from});
}

static void add_warning(struct pl_buf *out, struct pl_arena *arena, const struct pl_finding *f, size_t *total)
{
	struct pl_buf *text = pl_text_new(arena);
	size_t points = 0;
	if (!text)
		return;
	add_clean(text, f->rule, &points, WARNING_MAX);
	add_clean(text, PL_STR(": "), &points, WARNING_MAX);
	add_clean(text, f->message, &points, WARNING_MAX - 1);
	if (points == WARNING_MAX - 1)
		add_clean(text, PL_STR("\xE2\x80\xA6"), &points, WARNING_MAX);
	*total += points;
	pl_text_json(out, pl_text_str(text));
}

static bool is_warning(const struct pl_finding *f)
{
	return f->state == PL_FINDING_ALREADY || f->mode == PL_MODE_WARN;
}

static void add_warnings(struct pl_buf *out, struct pl_arena *arena, const struct pl_verdict *v)
{
	size_t total = 0, count = 0, left = 0;
	for (size_t i = 0; i < v->count; i++) {
		if (!is_warning(&v->findings[i]))
			continue;
		if (total + WARNING_MAX > WARNINGS_MAX - WARNING_RESERVE) {
			left++;
			continue;
		}
		pl_text_add(out, count++ ? PL_STR(",") : PL_STR(",\"warnings\":["));
		add_warning(out, arena, &v->findings[i], &total);
	}
	if (left)
		pl_text_printf(out, ",\"%zu more warnings\"", left);
	if (count)
		pl_text_add(out, PL_STR("]"));
}

/* Takes effect in this mode: was not so before, and no exception covers it. */
static bool is_in_effect(const struct pl_finding *f, enum pl_mode mode)
{
	return f->mode == mode && f->state != PL_FINDING_ALREADY && f->state != PL_FINDING_EXCEPTED;
}

/* Whether finding i is the first of its rule and mode; findings are sorted by rule. */
static bool is_first_of_rule(const struct pl_verdict *v, size_t i, enum pl_mode mode)
{
	while (i-- > 0) {
		const struct pl_finding *before = &v->findings[i];
		if (!pl_str_eq(before->rule, v->findings[i + 1].rule))
			return true;
		if (is_in_effect(before, mode))
			return false;
	}
	return true;
}

/* Calls add for each rule with a finding of this mode. */
static void each_rule(const struct pl_verdict *v, enum pl_mode mode, struct pl_buf *out,
		      void (*add)(struct pl_buf *out, pl_str rule, bool first))
{
	size_t count = 0;
	for (size_t i = 0; i < v->count && count < RULES_MAX; i++) {
		const struct pl_finding *f = &v->findings[i];
		if (is_in_effect(f, mode) && is_first_of_rule(v, i, mode))
			add(out, f->rule, count++ == 0);
	}
}

static void add_json_name(struct pl_buf *out, pl_str rule, bool first)
{
	if (!first)
		pl_text_add(out, PL_STR(","));
	pl_text_json(out, rule);
}

static void add_plain_name(struct pl_buf *out, pl_str rule, bool first)
{
	if (pl_text_str(out).len + rule.len > ANNOTATION_MAX)
		return;
	if (!first)
		pl_text_add(out, PL_STR(","));
	pl_text_add(out, rule);
}

void pl_reply_rules(const struct pl_verdict *verdict, enum pl_mode mode, struct pl_buf *out)
{
	each_rule(verdict, mode, out, add_json_name);
}

/* Whether finding i is the first of its rule that this exception covers. */
static bool is_first_excepted(const struct pl_verdict *v, size_t i)
{
	const struct pl_finding *f = &v->findings[i];
	if (f->state != PL_FINDING_EXCEPTED)
		return false;
	while (i-- > 0 && pl_str_eq(v->findings[i].rule, f->rule)) {
		if (pl_str_eq(v->findings[i].exception, f->exception))
			return false;
	}
	return true;
}

void pl_reply_exceptions(const struct pl_verdict *v, struct pl_buf *out)
{
	size_t count = 0;
	for (size_t i = 0; i < v->count && count < RULES_MAX; i++) {
		if (!is_first_excepted(v, i))
			continue;
		pl_text_add(out, count++ ? PL_STR(",{\"rule\":") : PL_STR("{\"rule\":"));
		pl_text_json(out, v->findings[i].rule);
		pl_text_add(out, PL_STR(",\"exception\":"));
		pl_text_json(out, v->findings[i].exception);
		pl_text_add(out, PL_STR("}"));
	}
}

static void add_status(const struct pl_reply *r, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_buf *message = pl_text_new(arena);
	if (!message)
		return;
	if (r->verdict) {
		pl_report_message(r->verdict, MESSAGE_MAX, message);
	} else {
		pl_text_add(message, PL_STR("plimsoll cannot judge this request, so it is refused: "));
		pl_text_add(message, r->problem);
	}
	pl_text_add(out, PL_STR(",\"status\":{\"status\":\"Failure\",\"message\":"));
	pl_text_json(out, pl_text_str(message));
	pl_text_add(out, PL_STR(",\"reason\":\"Forbidden\",\"code\":403}"));
}

static const char *decision_of(const struct pl_reply *r)
{
	if (r->allowed)
		return "allowed";
	return r->verdict ? "refused" : "not-judged";
}

/* Names of the rules of a mode as one annotation; nothing when there are none. */
static void add_annotation(struct pl_buf *out, struct pl_arena *arena, const char *key, const struct pl_verdict *v,
			   enum pl_mode mode)
{
	struct pl_buf *rules = pl_text_new(arena);
	each_rule(v, mode, rules, add_plain_name);
	if (pl_text_str(rules).len == 0)
		return;
	pl_text_printf(out, ",\"%s\":", key);
	pl_text_json(out, pl_text_str(rules));
}

/* "rule:exception" for each; no name holds a colon. */
static void add_excepted(struct pl_buf *out, struct pl_arena *arena, const struct pl_verdict *v)
{
	struct pl_buf *pairs = pl_text_new(arena);
	size_t count = 0;
	for (size_t i = 0; i < v->count && count < RULES_MAX; i++) {
		const struct pl_finding *f = &v->findings[i];
		bool fits = pl_text_str(pairs).len + f->rule.len + f->exception.len < ANNOTATION_MAX;
		if (!is_first_excepted(v, i) || !fits)
			continue;
		pl_text_printf(pairs, "%s%.*s:%.*s", count++ ? "," : "", PL_FMT(f->rule), PL_FMT(f->exception));
	}
	if (count == 0)
		return;
	pl_text_add(out, PL_STR(",\"excepted\":"));
	pl_text_json(out, pl_text_str(pairs));
}

static void add_annotations(const struct pl_reply *r, struct pl_arena *arena, struct pl_buf *out)
{
	pl_text_printf(out, ",\"auditAnnotations\":{\"decision\":\"%s\"", decision_of(r));
	if (r->verdict) {
		add_annotation(out, arena, "rules", r->verdict, PL_MODE_DENY);
		add_annotation(out, arena, "audit", r->verdict, PL_MODE_AUDIT);
		add_excepted(out, arena, r->verdict);
	}
	pl_text_add(out, PL_STR("}"));
}

void pl_reply_write(const struct pl_reply *reply, struct pl_arena *arena, struct pl_buf *out)
{
	pl_text_add(out, PL_STR("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1"));
	pl_text_add(out, reply->beta ? PL_STR("beta1") : PL_STR(""));
	pl_text_add(out, PL_STR("\",\"response\":{\"uid\":"));
	pl_text_json(out, reply->uid);
	pl_text_add(out, reply->allowed ? PL_STR(",\"allowed\":true") : PL_STR(",\"allowed\":false"));
	if (!reply->allowed)
		add_status(reply, arena, out);
	add_annotations(reply, arena, out);
	if (reply->verdict)
		add_warnings(out, arena, reply->verdict);
	pl_text_add(out, PL_STR("}}\n"));
}
