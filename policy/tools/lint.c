/* lint.c - what compiles and is likely a mistake: see pl_policy_lint. What depends on the value of a parameter, and
 * what could not be decided, is not warned of. */
#include "lint.h"

#include <stdarg.h>
#include <string.h>

#define RULE_MODELS 5000
#define PAIR_MODELS 2000

/* --- warnings -------------------------------------------------------------------------------------------------------
 */

void pl_lint_warn(struct pl_lint *l, enum pl_code code, pl_str source, pl_str text, struct pl_span at,
		  const struct pl_lint_words *words)
{
	struct pl_diag d = {.level = PL_DIAG_WARNING,
			    .code = pl_code_name(code),
			    .source = source,
			    .text = text,
			    .at = at,
			    .message = words->message,
			    .label = words->label,
			    .note = words->note,
			    .help = words->help};
	pl_diags_add(l->diags, &d);
}

pl_str pl_lint_text(struct pl_lint *l, const char *fmt, ...)
{
	struct pl_buf out;
	va_list ap;
	pl_buf_init(&out, l->diags->arena, 128);
	va_start(ap, fmt);
	pl_buf_vaddf(&out, fmt, ap);
	va_end(ap);
	return out.failed ? (pl_str){0} : pl_buf_str(&out);
}

static void warn_rule(struct pl_lint *l, enum pl_code code, const struct pl_analysis_rule *r,
		      const struct pl_lint_words *words)
{
	pl_lint_warn(l, code, r->source, r->text, r->at, words);
}

/* --- tests ----------------------------------------------------------------------------------------------------------
 */

/* A file without tests is tested elsewhere, or not yet. */
static bool has_tests(const struct pl_lint *l, pl_str source)
{
	const struct pl_ruleset *set = &l->analysis->set;
	for (size_t i = 0; i < set->count; i++) {
		for (const struct pl_decl *d = set->decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_TEST && pl_str_eq(set->full[i].name, source))
				return true;
		}
	}
	return false;
}

static const struct pl_analysis_rule *find_rule(const struct pl_lint *l, pl_str name)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(l->analysis, &rules);
	for (size_t i = 0; i < count; i++) {
		if (pl_str_eq(rules[i].name, name))
			return &rules[i];
	}
	return NULL;
}

static void warn_untested(struct pl_lint *l, const struct pl_suite_rule *tested)
{
	const struct pl_analysis_rule *r = find_rule(l, tested->name);
	if (tested->fires || !r || !has_tests(l, tested->source))
		return;
	const struct pl_lint_words words = {
		.message = pl_lint_text(l, "no test makes `%.*s` fire", PL_FMT(r->name)),
		.note = PL_STR("other rules of this file have tests; what no test shows may be lost without notice"),
		.help = pl_lint_text(l, "`plimsoll analyze FILE %.*s` prints a test to begin with", PL_FMT(r->name))};
	warn_rule(l, PL_CODE_W0401, r, &words);
}

static pl_err look_at_tests(struct pl_lint *l)
{
	struct pl_suite *suite;
	const struct pl_suite_rule *rules;
	PL_TRY(pl_suite_open(l->input, &suite, l->diags));
	pl_err err = PL_OK;
	for (size_t i = 0; i < pl_suite_count(suite) && err == PL_OK; i++) {
		struct pl_test_result result;
		err = pl_suite_run(suite, i, &result);
	}
	size_t count = pl_suite_rules(suite, &rules);
	for (size_t i = 0; i < count && err == PL_OK; i++)
		warn_untested(l, &rules[i]);
	pl_suite_close(suite);
	return err;
}

/* --- what rules can do ----------------------------------------------------------------------------------------------
 */

static pl_err look_at_firing(struct pl_lint *l)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(l->analysis, &rules);
	for (size_t i = 0; i < count; i++) {
		struct pl_firing f;
		if (!rules[i].given || rules[i].param_count)
			continue;
		PL_TRY(pl_analysis_fires(l->analysis, i, RULE_MODELS, &f));
		if (f.fires.truth != PL_NO)
			continue;
		l->never[i] = true;
		const struct pl_lint_words words = {
			.message = pl_lint_text(l, "`%.*s` can never fire", PL_FMT(rules[i].name)),
			.note = pl_lint_text(l, "tried on %zu manifest%s, which is every one that it can tell apart",
					     f.fires.models, f.fires.models == 1 ? "" : "s"),
			.help = PL_STR(
				"its conditions exclude each other: look at its guards and at what it compares")};
		warn_rule(l, PL_CODE_W0402, &rules[i], &words);
	}
	return PL_OK;
}

static void warn_idle(struct pl_lint *l, const struct pl_analysis_rule *idle, const struct pl_analysis_rule *other,
		      bool equivalent)
{
	const struct pl_lint_words words = {
		.message =
			pl_lint_text(l, "`%.*s` adds nothing next to `%.*s`", PL_FMT(idle->name), PL_FMT(other->name)),
		.note = equivalent ? pl_lint_text(l, "each fires where the other does (%.*s:%u)", PL_FMT(other->source),
						  other->position.line)
				   : pl_lint_text(l, "whenever it fires, `%.*s` (%.*s:%u) fires too, and is as strict",
						  PL_FMT(other->name), PL_FMT(other->source), other->position.line)};
	warn_rule(l, PL_CODE_W0403, idle, &words);
}

static pl_err look_at_pair(struct pl_lint *l, const struct pl_analysis_rule *rules, size_t i, size_t k)
{
	struct pl_pair_answer p;
	bool fixed = rules[i].param_count == 0 && rules[k].param_count == 0;
	if (!fixed || (!rules[i].given && !rules[k].given) || !pl_analysis_related(l->analysis, i, k))
		return PL_OK;
	PL_TRY(pl_analysis_pair(l->analysis, i, k, PAIR_MODELS, &p));
	bool both = p.first.truth == PL_NO && p.second.truth == PL_NO;
	if (p.second.truth == PL_NO && rules[k].given && rules[i].mode <= rules[k].mode)
		warn_idle(l, &rules[k], &rules[i], both);
	else if (p.first.truth == PL_NO && rules[i].given && rules[k].mode <= rules[i].mode)
		warn_idle(l, &rules[i], &rules[k], both);
	return PL_OK;
}

static pl_err look_at_pairs(struct pl_lint *l)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(l->analysis, &rules);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			if (!l->never[i] && !l->never[k])
				PL_TRY(look_at_pair(l, rules, i, k));
		}
	}
	return PL_OK;
}

/* --- exceptions -----------------------------------------------------------------------------------------------------
 */

static void warn_exception(struct pl_lint *l, enum pl_code code, const struct pl_analysis_exception *e,
			   const struct pl_lint_words *words)
{
	pl_lint_warn(l, code, e->source, e->text, e->at, words);
}

static pl_err look_at_exception(struct pl_lint *l, size_t i, const struct pl_analysis_exception *e)
{
	struct pl_analysis_answer covers;
	long long left = (long long)(e->expires - l->analysis->today);
	if (e->expired || e->expiring) {
		const struct pl_lint_words words = {
			.message = e->expired ? pl_lint_text(l, "exception `%.*s` is expired", PL_FMT(e->name))
					      : pl_lint_text(l, "exception `%.*s` expires in %lld day%s",
							     PL_FMT(e->name), left, left == 1 ? "" : "s"),
			.note = e->expired ? PL_STR("it covers nothing any more: what it covered is found again")
					   : PL_STR("from the day after, what it covers is found again"),
			.help = PL_STR("remove it, or agree with its owner on a new day")};
		warn_exception(l, PL_CODE_W0404, e, &words);
	}
	if (e->wide) {
		const struct pl_lint_words words = {
			.message = pl_lint_text(l, "exception `%.*s` names neither a namespace nor an account",
						PL_FMT(e->name)),
			.note = PL_STR("it holds for everybody who can meet its `where`: names and labels are the "
				       "author's own"),
			.help = PL_STR("add one: `namespace.name == \"...\" and ...`")};
		warn_exception(l, PL_CODE_W0405, e, &words);
	}
	PL_TRY(pl_analysis_covers(l->analysis, i, RULE_MODELS, &covers));
	if (covers.truth == PL_NO) {
		const struct pl_lint_words words = {
			.message = pl_lint_text(l, "exception `%.*s` can cover nothing", PL_FMT(e->name)),
			.note = PL_STR("its `where` excludes every violation of its rules"),
			.help = PL_STR("remove it, or correct its `where`")};
		warn_exception(l, PL_CODE_W0404, e, &words);
	}
	return PL_OK;
}

/* Of the sources that were given: packs have none. */
static pl_err look_at_exceptions(struct pl_lint *l)
{
	const struct pl_analysis_exception *exceptions;
	size_t count = pl_analysis_exceptions(l->analysis, &exceptions);
	for (size_t i = 0; i < count; i++)
		PL_TRY(look_at_exception(l, i, &exceptions[i]));
	return PL_OK;
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

static pl_err look_at_all(struct pl_lint *l)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(l->analysis, &rules);
	l->never = pl_arena_zalloc(l->analysis->arena, count, sizeof *l->never);
	if (!l->never)
		return PL_E_MEMORY;
	PL_TRY(look_at_tests(l));
	PL_TRY(look_at_firing(l));
	PL_TRY(look_at_pairs(l));
	PL_TRY(look_at_exceptions(l));
	for (size_t i = 0; i < count; i++) {
		if (rules[i].given)
			pl_lint_rule(l, &l->analysis->set.rules[i]);
	}
	return PL_OK;
}

pl_err pl_policy_lint(const struct pl_policy_input *input, int32_t today, struct pl_diags *diags)
{
	struct pl_lint l = {.input = input, .diags = diags};
	PL_TRY(pl_analysis_open(input, today, &l.analysis, diags));
	pl_err err = look_at_all(&l);
	pl_analysis_close(l.analysis);
	return err;
}
