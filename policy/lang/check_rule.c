/* check_rule.c - a rule as terms: its subject and scopes, guards and checks, each in its polarity and knowing what
 * stands before it. spec: language.md 3.5 to 3.8 */
#include "check.h"

#include "base/buf.h"

/* --- subject
 * --------------------------------------------------------------------------------------------------------------- */

static void offer_subjects(struct pl_nearest *nearest)
{
	for (unsigned i = 1; i < PL_SUBJECT_COUNT; i++) {
		pl_str name = pl_str_from(pl_subject_name((enum pl_subject)i));
		if (pl_subject_from(name) != PL_SUBJECT_NONE)
			pl_nearest_offer(nearest, name);
	}
}

static bool unknown_subject(struct pl_checker *c, const struct pl_name *name)
{
	struct pl_nearest nearest = {.word = name->text};
	bool kind = name->text.len && name->text.ptr[0] >= 'A' && name->text.ptr[0] <= 'Z';
	offer_subjects(&nearest);
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0322,
			.at = name->at,
			.label = pl_check_did_you_mean(c, &nearest),
			.help = kind ? pl_check_text(c, "write `for each workload where workload.kind == \"%.*s\"`",
						     PL_FMT(name->text))
				     : PL_STR("a rule is about each workload, container, mount, volume, port, "
					      "variable, image, pod, task, object or security_context"),
		},
		"a rule cannot be about each `%.*s`", PL_FMT(name->text));
	return false;
}

static bool find_subject(struct pl_checker *c, const struct pl_decl *decl, enum pl_subject *ret, uint8_t *ret_platforms)
{
	const struct pl_name *name = &decl->u.rule.subject;
	unsigned platforms = PL_ON_BOTH;
	*ret = pl_subject_from(name->text);
	if (*ret == PL_SUBJECT_NONE)
		return unknown_subject(c, name);
	if (decl->u.rule.platform)
		platforms = decl->u.rule.platform == 'p' ? PL_ON_KUBERNETES : PL_ON_ECS;
	platforms &= (unsigned)pl_subject_platforms(*ret);
	*ret_platforms = (uint8_t)platforms;
	struct pl_complaint complaint = {.code = PL_CODE_E0322, .at = name->at};
	const char *word = pl_subject_name(*ret);
	if (platforms == 0) {
		pl_check_complain(c, &complaint, "there is no `%s` on %s", word,
				  decl->u.rule.platform == 'p' ? "Kubernetes" : "ECS");
		return false;
	}
	if (*ret == PL_SUBJECT_SECURITY_CONTEXT && decl->u.rule.platform != 'p') {
		complaint.help = PL_STR("write `for each pod security_context`");
		pl_check_complain(c, &complaint, "a `security_context` exists only on Kubernetes");
		return false;
	}
	return true;
}

/* --- scopes and guards
 * ---------------------------------------------------------------------------------------------------------- */

static const char filter_note[] = "a missing value would take it out of what the rule looks at";
static const char guard_note[] = "a missing value would switch the rule off";
static const char unless_note[] = "`unless` switches the rule off when its condition is met";
static const char require_note[] = "`require` passes when its condition is met";
static const char forbid_note[] = "`forbid` passes when its condition is not met";

pl_str pl_check_words(struct pl_checker *c, pl_str lead, const struct pl_expr *e, const char *tail)
{
	struct pl_buf out;
	pl_buf_init(&out, c->arena, 64);
	pl_buf_add(&out, lead);
	pl_expr_print(e, &out);
	pl_buf_adds(&out, tail);
	if (out.failed)
		pl_check_memory(c);
	return pl_buf_str(&out);
}

static bool filter(struct pl_checker *c, const struct pl_expr *e, struct pl_term **ret, pl_str *ret_words,
		   const struct pl_part_term **ret_parts)
{
	struct pl_cond cond;
	if (!e)
		return true;
	pl_check_part_begin(c);
	bool ok = pl_check_cond_as(c, e, PL_NEGATIVE, filter_note, &cond);
	*ret_parts = pl_check_part_end(c);
	if (!ok)
		return false;
	pl_check_learn(c, cond.when_true);
	*ret = cond.term;
	*ret_words = pl_check_words(c, PL_STR("where "), e, "");
	return true;
}

static bool loops(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *ret)
{
	uint16_t n = 0;
	for (const struct pl_ast_loop *l = decl->u.rule.loops; l; l = l->next)
		n++;
	ret->loops = pl_arena_zalloc(c->arena, n, sizeof *ret->loops);
	if (!ret->loops)
		return pl_check_memory(c) != NULL;
	for (const struct pl_ast_loop *l = decl->u.rule.loops; l; l = l->next) {
		struct pl_rule_loop *loop = &ret->loops[ret->loop_count];
		struct pl_loop_var var;
		pl_check_part_begin(c);
		bool ok = pl_check_loop_enter(c, &l->var, l->list, &var);
		loop->parts = pl_check_part_end(c);
		if (!ok)
			return false;
		ret->loop_count++;
		loop->list = var.list;
		loop->var = var.var;
		loop->name = l->var.text;
		loop->words =
			pl_check_words(c, pl_check_text(c, "for each %.*s in ", PL_FMT(l->var.text)), l->list, "");
		if (!filter(c, l->where, &loop->where, &loop->where_words, &loop->where_parts))
			return false;
	}
	return true;
}

static bool guards(struct pl_checker *c, const struct pl_ast_guard *list, struct pl_guard_term **ret,
		   uint16_t *ret_count)
{
	uint16_t n = 0;
	bool ok = true;
	for (const struct pl_ast_guard *g = list; g; g = g->next)
		n++;
	*ret = pl_arena_zalloc(c->arena, n, sizeof **ret);
	if (!*ret)
		return pl_check_memory(c) != NULL;
	for (const struct pl_ast_guard *g = list; g; g = g->next) {
		struct pl_cond cond;
		enum pl_polarity polarity = g->unless ? PL_POSITIVE : PL_NEGATIVE;
		pl_check_part_begin(c);
		bool sound = pl_check_cond_as(c, g->cond, polarity, g->unless ? unless_note : guard_note, &cond);
		const struct pl_part_term *parts = pl_check_part_end(c);
		if (!sound) {
			ok = false;
			continue;
		}
		pl_check_learn(c, g->unless ? cond.when_false : cond.when_true);
		(*ret)[(*ret_count)++] = (struct pl_guard_term){
			g->unless, cond.term,
			pl_check_words(c, g->unless ? PL_STR("unless ") : PL_STR("when "), g->cond, ""), parts};
	}
	return ok;
}

bool pl_check_policy_guards(struct pl_checker *c, const struct pl_decl *decl, struct pl_guard_term **ret,
			    uint16_t *ret_count, struct pl_known *ret_known)
{
	c->known = (struct pl_known){0};
	c->scope = (struct pl_scope){
		.source = &c->sources[decl->source], .source_index = decl->source, .platforms = PL_ON_BOTH};
	bool ok = guards(c, decl->u.policy.guards, ret, ret_count);
	*ret_known = c->known;
	c->known = (struct pl_known){0};
	return ok;
}

/* --- checks
 * ------------------------------------------------------------------------------------------------------------------------
 */

static bool messages(struct pl_checker *c, const struct pl_ast_check *check, struct pl_rule_check *ret)
{
	bool ok = check->message.pieces ? pl_check_message(c, &check->message, &ret->message)
					: pl_default_message(c, check, ret->cond, &ret->message);
	return pl_check_message(c, &check->remedy, &ret->remedy) && ok;
}

static bool one_check(struct pl_checker *c, const struct pl_ast_check *check, struct pl_rule_check *ret)
{
	struct pl_cond cond;
	c->if_set = !check->if_set ? PL_IF_NOT_GIVEN : check->forbid ? PL_IF_FORBID : PL_IF_REQUIRE;
	c->if_at = check->if_at;
	pl_check_part_begin(c);
	bool ok = pl_check_cond_as(c, check->cond, check->forbid ? PL_NEGATIVE : PL_POSITIVE,
				   check->forbid ? forbid_note : require_note, &cond);
	const struct pl_part_term *parts = pl_check_part_end(c);
	c->if_set = PL_IF_NOT_GIVEN;
	if (!ok)
		return false;
	pl_str words = pl_check_words(c, check->forbid ? PL_STR("forbid ") : PL_STR("require "), check->cond,
				      check->if_set ? " if set" : "");
	*ret = (struct pl_rule_check){.forbid = check->forbid, .cond = cond.term, .condition = words, .parts = parts};
	return messages(c, check, ret);
}

/* All checks are looked at, so that the author sees all mistakes at once. */
static bool checks(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *ret)
{
	uint16_t n = 0;
	bool ok = true;
	for (const struct pl_ast_check *k = decl->u.rule.checks; k; k = k->next)
		n++;
	ret->checks = pl_arena_zalloc(c->arena, n, sizeof *ret->checks);
	if (!ret->checks)
		return pl_check_memory(c) != NULL;
	for (const struct pl_ast_check *k = decl->u.rule.checks; k && c->err == PL_OK; k = k->next)
		ok &= one_check(c, k, &ret->checks[ret->check_count++]);
	return ok;
}

static bool body(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *ret)
{
	if (!filter(c, decl->u.rule.where, &ret->where, &ret->where_words, &ret->where_parts) || !loops(c, decl, ret))
		return false;
	if (!guards(c, decl->u.rule.guards, &ret->guards, &ret->guard_count))
		return false;
	return checks(c, decl, ret);
}

bool pl_check_rule(struct pl_checker *c, const struct pl_decl *decl, struct pl_known known, struct pl_rule_terms *ret)
{
	struct pl_rule_terms rule = {.decl = decl, .mode = decl->u.rule.mode};
	enum pl_subject subject;
	c->scope = (struct pl_scope){.source = &c->sources[decl->source], .source_index = decl->source};
	if (!find_subject(c, decl, &subject, &rule.platforms))
		return false;
	rule.subject = (uint8_t)subject;
	c->scope.subject = (uint8_t)subject;
	c->scope.platforms = rule.platforms;
	c->known = known;
	c->nesting = 0;
	unsigned errors = c->errors;
	bool ok = body(c, decl, &rule) && c->errors == errors && c->err == PL_OK;
	c->known = (struct pl_known){0};
	c->nesting = 0;
	*ret = rule;
	return ok;
}
