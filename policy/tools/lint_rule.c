/* lint_rule.c - what the text of a rule shows: lists of refused registries, `!=` next to what may be missing, and names
 * that say the opposite of the verb. */
#include "lint.h"

#include <string.h>

struct at_work {
	struct pl_lint *l;
	const struct pl_rule_terms *terms;
	const struct pl_policy_source *source;
};

static pl_str written(const struct pl_term *t)
{
	pl_str text = t->source ? t->source->text : (pl_str){0};
	if (t->at.start > text.len || t->at.len > text.len - t->at.start)
		return (pl_str){0};
	return (pl_str){text.ptr + t->at.start, t->at.len};
}

static void warn_term(const struct at_work *w, enum pl_code code, const struct pl_term *t,
		      const struct pl_lint_words *words)
{
	const struct pl_policy_source *source = t->source ? t->source : w->source;
	pl_lint_warn(w->l, code, source->name, source->text, t->at, words);
}

/* --- W0406 ----------------------------------------------------------------------------------------------------------
 */

/* `image under ...` where being there is what is refused. */
static void find_refused_places(const struct at_work *w, const struct pl_term *t, bool refused)
{
	if (t->kind == PL_TERM_NOT)
		refused = !refused;
	if (t->kind == PL_TERM_NOT || t->kind == PL_TERM_AND || t->kind == PL_TERM_OR) {
		for (uint32_t i = 0; i < t->count; i++)
			find_refused_places(w, t->items[i], refused);
		return;
	}
	bool place = t->kind == PL_TERM_TEST && t->op == PL_REL_UNDER && t->items[0]->type.kind == PL_T_IMAGE;
	if (!place || refused == t->negated)
		return;
	const struct pl_lint_words words = {
		.message = PL_STR("a list of places that are refused can be got round"),
		.label = PL_STR("refuses only these"),
		.note = PL_STR(
			"the same image can be pulled through a mirror, a cache or another name of the registry"),
		.help = PL_STR("list the places that are approved: `require image under {...}`")};
	warn_term(w, PL_CODE_W0406, t, &words);
}

/* --- W0407 ----------------------------------------------------------------------------------------------------------
 */

static bool may_be_absent(const struct pl_term *t)
{
	if (t->kind == PL_TERM_INDEX)
		return t->op != PL_INDEX_FIELD;
	if (t->kind == PL_TERM_FIELD && t->u.field.step.view)
		return pl_view_fields[t->u.field.step.id].presence == PL_OPTIONAL;
	return t->kind == PL_TERM_FIELD && t->u.field.presence == PL_OPTIONAL;
}

/* Somewhere the author says what a missing one means. */
static bool is_asked(const struct pl_term *t, pl_str text)
{
	if (!t)
		return false;
	if (t->kind == PL_TERM_IS && (t->op == PL_IS_SET || t->op == PL_IS_ABSENT) &&
	    pl_str_eq(written(t->items[0]), text))
		return true;
	for (uint32_t i = 0; i < t->count; i++) {
		if (is_asked(t->items[i], text))
			return true;
	}
	return false;
}

static bool is_asked_in_rule(const struct at_work *w, const struct pl_term *cond, pl_str text)
{
	bool yes = is_asked(cond, text) || is_asked(w->terms->where, text);
	for (uint16_t i = 0; i < w->terms->guard_count; i++)
		yes = yes || is_asked(w->terms->guards[i].cond, text);
	for (uint16_t i = 0; i < w->terms->loop_count; i++)
		yes = yes || is_asked(w->terms->loops[i].where, text);
	return yes;
}

static void find_unequal(const struct at_work *w, const struct pl_term *whole, const struct pl_term *t)
{
	if (t->kind == PL_TERM_AND || t->kind == PL_TERM_OR) {
		for (uint32_t i = 0; i < t->count; i++)
			find_unequal(w, whole, t->items[i]);
		return;
	}
	if (t->kind != PL_TERM_COMPARE || t->op != PL_REL_NE || !may_be_absent(t->items[1]))
		return;
	pl_str left = written(t->items[0]), right = written(t->items[1]);
	if (!right.len || is_asked_in_rule(w, whole, right))
		return;
	const struct pl_lint_words words = {
		.message = pl_lint_text(w->l, "`!=` is not met when `%.*s` is missing", PL_FMT(right)),
		.label = PL_STR("reported then"),
		.note = PL_STR("a comparison with something missing is not satisfied, `!=` included"),
		.help = pl_lint_text(
			w->l,
			"if a missing one is no violation, write `forbid %.*s == %.*s if set`; if it is, test "
			"it: `%.*s is set and ...`",
			PL_FMT(left), PL_FMT(right), PL_FMT(right))};
	warn_term(w, PL_CODE_W0407, t, &words);
}

/* --- W0408 ----------------------------------------------------------------------------------------------------------
 */

static const char *odd_word(pl_str name)
{
	static const char *const words[] = {"allow",   "permit",   "require", "must",	"ensure",
					    "enforce", "disallow", "forbid",  "prevent"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t len = strlen(words[i]);
		if (pl_str_starts(name, pl_str_from(words[i])) &&
		    (name.len == len || name.ptr[len] == '-' || name.ptr[len] == '_'))
			return words[i];
	}
	return NULL;
}

static void look_at_name(const struct at_work *w)
{
	static const char *const verbs[] = {"deny", "warn", "audit"};
	const struct pl_decl *d = w->terms->decl;
	const char *word = odd_word(d->name.text), *verb = verbs[d->u.rule.mode < 3 ? d->u.rule.mode : 0];
	if (!word)
		return;
	const struct pl_lint_words words = {
		.message =
			pl_lint_text(w->l, "`%s %.*s` says the opposite of what it does", verb, PL_FMT(d->name.text)),
		.label = pl_lint_text(w->l, "`%s` after `%s`", word, verb),
		.note = PL_STR(
			"a rule is named for what it finds, and its name is what people see when they are refused"),
		.help = PL_STR("name the fault: `privileged-containers`, `missing-limits`, `unapproved-images`")};
	pl_lint_warn(w->l, PL_CODE_W0408, w->source->name, w->source->text, d->name.at, &words);
}

void pl_lint_rule(struct pl_lint *l, const struct pl_checked_rule *rule)
{
	const struct pl_rule_terms *terms = rule->terms;
	const struct at_work w = {l, terms, pl_ruleset_source(&l->analysis->set, terms->decl)};
	const struct pl_ast_check *check = terms->decl->u.rule.checks;
	look_at_name(&w);
	for (uint16_t i = 0; i < terms->check_count && check; i++, check = check->next) {
		const struct pl_rule_check *c = &terms->checks[i];
		find_refused_places(&w, c->cond, c->forbid);
		if (!c->forbid && !check->if_set)
			find_unequal(&w, c->cond, c->cond);
	}
}
