/* analysis_example.c - a model as a `test` declaration: the manifest, its surroundings, and what the policy finds in
 * it. It is laid out by the formatter; what it cannot lay out is a defect. */
#include "analysis.h"

#include <string.h>

static const char indent[] = "    ";

/* --- the manifest ---------------------------------------------------------------------------------------------------
 */

static bool is_text(const struct pl_draft *d, const char *text)
{
	return d && d->kind == PL_DRAFT_TEXT && pl_str_eq(d->text, pl_str_from(text));
}

static bool is_only_named(const struct pl_draft *metadata)
{
	return metadata && metadata->first && !metadata->first->next &&
	       pl_str_eq(metadata->first->key, PL_STR("name")) && is_text(metadata->first, "test");
}

/* What `given pod` and `given task` fill in by themselves is left out. */
static const char *shorten(struct pl_draft *root, bool ecs)
{
	if (ecs) {
		if (is_text(pl_draft_find(root, PL_STR("family")), "test"))
			pl_draft_drop(root, PL_STR("family"));
		return "task";
	}
	const struct pl_draft *metadata = pl_draft_find(root, PL_STR("metadata"));
	bool named = metadata && pl_draft_find(metadata, PL_STR("name"));
	if (!named || !is_text(pl_draft_find(root, PL_STR("kind")), "Pod"))
		return "manifest";
	pl_draft_drop(root, PL_STR("kind"));
	pl_draft_drop(root, PL_STR("apiVersion"));
	if (is_only_named(metadata))
		pl_draft_drop(root, PL_STR("metadata"));
	return "pod";
}

/* --- texts ----------------------------------------------------------------------------------------------------------
 */

/* A string of the language. */
static void add_string(struct pl_buf *out, pl_str s)
{
	pl_buf_addc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '"' || c == '\\')
			pl_buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7F)
			pl_buf_addf(out, "\\u{%x}", c);
		else
			pl_buf_addc(out, (char)c);
	}
	pl_buf_addc(out, '"');
}

/* spec: proleptic Gregorian calendar; the civil date of a day number */
static void add_date(struct pl_buf *out, int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097, day = z - era * 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t in_year = day - (365 * year + year / 4 - year / 100), month = (5 * in_year + 2) / 153;
	int64_t civil = month < 10 ? month + 3 : month - 9;
	pl_buf_addf(out, "%04d-%02d-%02d", (int)(year + era * 400 + (civil <= 2)), (int)civil,
		    (int)(in_year - (153 * month + 2) / 5 + 1));
}

/* A set, or a map. */
static void add_set(struct pl_buf *out, const struct pl_draft *list)
{
	pl_buf_addc(out, '{');
	for (const struct pl_draft *d = list->first; d; d = d->next) {
		if (list->kind == PL_DRAFT_OBJECT) {
			add_string(out, d->key);
			pl_buf_adds(out, " => ");
		}
		add_string(out, d->text);
		pl_buf_adds(out, d->next ? ", " : "");
	}
	pl_buf_addc(out, '}');
}

static void add_with(struct pl_buf *out, const struct pl_knob *k, const struct pl_choice *c)
{
	pl_buf_addf(out, "  with %.*s = ", PL_FMT(k->path));
	if (c->draft->kind == PL_DRAFT_LIST || c->draft->kind == PL_DRAFT_OBJECT)
		add_set(out, c->draft);
	else if (k->type.kind == PL_T_DATE)
		add_date(out, pl_space_day(c));
	else if (k->type.kind == PL_T_BOOL || k->type.kind == PL_T_VERSION)
		pl_buf_add(out, c->text);
	else
		add_string(out, c->text);
	pl_buf_addc(out, '\n');
}

/* --- expectations ---------------------------------------------------------------------------------------------------
 */

static const char *word_of(const struct pl_finding *f)
{
	return f->state == PL_FINDING_EXCEPTED ? "excepted" : pl_mode_name((enum pl_mode)f->mode);
}

static bool is_repeated(const struct pl_verdict *v, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (pl_str_eq(v->findings[k].rule, v->findings[i].rule) &&
		    pl_str_eq(v->findings[k].path, v->findings[i].path) &&
		    strcmp(word_of(&v->findings[k]), word_of(&v->findings[i])) == 0)
			return true;
	}
	return false;
}

static void add_expectations(struct pl_buf *out, const struct pl_verdict *v, pl_str rule)
{
	bool any = false;
	for (size_t i = 0; i < v->count; i++) {
		const struct pl_finding *f = &v->findings[i];
		if ((rule.len && !pl_str_eq(f->rule, rule)) || is_repeated(v, i))
			continue;
		any = true;
		pl_buf_addf(out, "  expect %s %.*s", word_of(f), PL_FMT(f->rule));
		if (f->path.len) {
			pl_buf_adds(out, " at ");
			add_string(out, f->path);
		}
		pl_buf_addc(out, '\n');
	}
	if (!any)
		pl_buf_adds(out, "  expect allow\n");
}

/* --- the declaration ------------------------------------------------------------------------------------------------
 */

static pl_err lay_out(pl_str draft, struct pl_arena *arena, pl_str *ret)
{
	const struct pl_policy_source source = {PL_STR("test"), draft};
	struct pl_buf out;
	pl_buf_init(&out, arena, draft.len + 64);
	pl_err err = pl_policy_format(&source, &out, NULL);
	if (err != PL_OK)
		return err == PL_E_POLICY ? PL_E_INTERNAL : err;
	*ret = pl_buf_str(&out);
	return out.failed ? PL_E_MEMORY : PL_OK;
}

pl_err pl_analysis_test(const struct pl_model *model, const struct pl_verdict *verdict, pl_str rule, pl_str title,
			struct pl_arena *arena, pl_str *ret_text)
{
	const struct pl_space *s = model->space;
	struct pl_buf out;
	struct pl_draft *root = pl_space_draft(model, arena);
	pl_buf_init(&out, arena, 1024);
	if (!root)
		return PL_E_MEMORY;
	const char *form = shorten(root, s->shape->platform == PL_ON_ECS);
	pl_buf_adds(&out, "test ");
	add_string(&out, title);
	pl_buf_addc(&out, '\n');
	if (rule.len)
		pl_buf_addf(&out, "  of %.*s\n", PL_FMT(rule));
	pl_buf_addf(&out, "  given %s \"\"\"\n", form);
	pl_draft_yaml(root, sizeof indent - 1, &out);
	pl_buf_addf(&out, "%s\"\"\"\n", indent);
	for (unsigned i = 0; i < s->knobs.count; i++) {
		const struct pl_knob *k = s->knobs.items[i];
		const struct pl_choice *c = &k->choices[model->at[i]];
		bool usual = k->type.kind == PL_T_BOOL && pl_str_eq(c->text, PL_STR("false"));
		if (k->context && !c->absent && !usual)
			add_with(&out, k, c);
	}
	add_expectations(&out, verdict, rule);
	return out.failed ? PL_E_MEMORY : lay_out(pl_buf_str(&out), arena, ret_text);
}
