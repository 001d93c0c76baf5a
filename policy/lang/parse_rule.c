/* parse_rule.c - policy and rules. spec: language.md 3.4
 *
 * The clauses of a rule have one order: title, severity, refs; for each; when, unless; require, forbid. A clause out of
 * order is told where it belongs. */
#include "parse.h"

#include "base/buf.h"

bool pl_parse_mode(struct pl_parser *p, uint8_t *ret_mode)
{
	if (pl_parse_accept(p, PL_TOKEN_DENY))
		*ret_mode = PL_AST_DENY;
	else if (pl_parse_accept(p, PL_TOKEN_WARN))
		*ret_mode = PL_AST_WARN;
	else if (pl_parse_accept(p, PL_TOKEN_AUDIT))
		*ret_mode = PL_AST_AUDIT;
	else
		pl_parse_unexpected(p, PL_STR("`deny`, `warn` or `audit`"), PL_NONE);
	return !p->panic;
}

static bool at_guard(const struct pl_parser *p)
{
	return pl_parse_at(p, PL_TOKEN_WHEN) || pl_parse_at(p, PL_TOKEN_UNLESS);
}

static bool parse_guard(struct pl_parser *p, struct pl_ast_guard ***tail)
{
	struct pl_ast_guard *guard = pl_parse_alloc(p, 1, sizeof *guard);
	if (!guard)
		return false;
	guard->unless = pl_parse_at(p, PL_TOKEN_UNLESS);
	pl_parse_advance(p);
	guard->cond = pl_parse_expr(p);
	**tail = guard;
	*tail = &guard->next;
	return guard->cond;
}

/* A clause that stands for the second time. */
static void complain_twice(struct pl_parser *p, bool twice)
{
	if (twice)
		pl_parse_complain(p, PL_CODE_E0100, p->cur.at, PL_NONE, PL_NONE, PL_STR("keep one of them"),
				  "`%.*s` stands twice", PL_FMT(p->cur.text));
}

/* --- policy
 * -------------------------------------------------------------------------------------------------------------- */

static bool parse_policy_clause(struct pl_parser *p, struct pl_decl *d, struct pl_ast_guard ***tail)
{
	if (at_guard(p))
		return parse_guard(p, tail);
	bool title = pl_parse_at(p, PL_TOKEN_TITLE);
	if (!title && !pl_parse_at(p, PL_TOKEN_OWNER))
		return false;
	pl_str *text = title ? &d->u.policy.title : &d->u.policy.owner;
	complain_twice(p, text->ptr != NULL);
	pl_parse_advance(p);
	return pl_parse_string(p, "a string", text);
}

void pl_parse_policy(struct pl_parser *p, struct pl_decl *d)
{
	struct pl_ast_guard **tail = &d->u.policy.guards;
	pl_parse_advance(p);
	if (!pl_parse_name(p, true, "a policy", &d->name))
		return;
	while (parse_policy_clause(p, d, &tail))
		;
}

/* --- title, severity, refs
 * --------------------------------------------------------------------------------------------------- */

static void parse_severity(struct pl_parser *p, struct pl_decl *d)
{
	static const char *const names[] = {"low", "medium", "high", "critical"};
	for (uint8_t i = 0; i < 4; i++) {
		if (!pl_parse_at_word(p, names[i]))
			continue;
		d->u.rule.severity = (uint8_t)(i + 1);
		pl_parse_advance(p);
		return;
	}
	pl_parse_unexpected(p, PL_STR("`low`, `medium`, `high` or `critical`"), PL_NONE);
}

static void parse_refs(struct pl_parser *p, struct pl_decl *d)
{
	struct pl_name **tail = &d->u.rule.refs;
	do {
		struct pl_name *ref = pl_parse_alloc(p, 1, sizeof *ref);
		if (!ref)
			return;
		ref->at = p->cur.at;
		if (!pl_parse_string(p, "a string", &ref->text))
			return;
		*tail = ref;
		tail = &ref->next;
	} while (pl_parse_accept(p, PL_TOKEN_COMMA));
}

static bool at_meta(const struct pl_parser *p)
{
	return pl_parse_at(p, PL_TOKEN_TITLE) || pl_parse_at(p, PL_TOKEN_SEVERITY) || pl_parse_at(p, PL_TOKEN_REFS);
}

static void parse_meta(struct pl_parser *p, struct pl_decl *d)
{
	enum pl_token_kind word = p->cur.kind;
	complain_twice(p, (word == PL_TOKEN_TITLE && d->u.rule.title.ptr) ||
				  (word == PL_TOKEN_SEVERITY && d->u.rule.severity) ||
				  (word == PL_TOKEN_REFS && d->u.rule.refs));
	pl_parse_advance(p);
	if (word == PL_TOKEN_TITLE)
		pl_parse_string(p, "a string", &d->u.rule.title);
	else if (word == PL_TOKEN_SEVERITY)
		parse_severity(p, d);
	else
		parse_refs(p, d);
}

/* --- for each
 * ---------------------------------------------------------------------------------------------------------------- */

/* `pod` and `task` narrow the subject that follows; alone they are one themselves. */
static void parse_platform(struct pl_parser *p, struct pl_decl *d)
{
	bool pod = pl_parse_at_word(p, "pod"), task = pl_parse_at_word(p, "task");
	if ((!pod && !task) || pl_parse_peek(p)->kind != PL_TOKEN_NAME)
		return;
	d->u.rule.platform = pod ? 'p' : 't';
	d->u.rule.platform_at = p->cur.at;
	pl_parse_advance(p);
}

static void refuse_loop_as_subject(struct pl_parser *p, const struct pl_decl *d)
{
	pl_parse_fail(p, PL_CODE_E0107, d->u.rule.subject.at, PL_NONE,
		      PL_STR("a rule is about one kind of subject first; further lists are walked from there"),
		      PL_STR("begin with `for each workload` or `for each container`, then `for each x in ...`"),
		      "rule `%.*s` does not say what it is about", PL_FMT(d->name.text));
}

static bool parse_subject(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (!pl_parse_expect(p, PL_TOKEN_EACH))
		return false;
	parse_platform(p, d);
	if (!pl_parse_name(p, false, "a subject", &d->u.rule.subject))
		return false;
	if (pl_parse_at(p, PL_TOKEN_IN))
		refuse_loop_as_subject(p, d);
	d->u.rule.where = pl_parse_where(p);
	return !p->panic;
}

static void refuse_second_subject(struct pl_parser *p, struct pl_span at)
{
	pl_parse_fail(p, PL_CODE_E0100, at, PL_NONE, PL_STR("a rule is about one kind of subject"),
		      PL_STR("walk a list, `for each x in ...`, or write two rules"), "a second subject");
}

static bool parse_loop(struct pl_parser *p, struct pl_ast_loop ***tail)
{
	struct pl_ast_loop *loop = pl_parse_alloc(p, 1, sizeof *loop);
	pl_parse_advance(p);
	if (!loop || !pl_parse_expect(p, PL_TOKEN_EACH) || !pl_parse_name(p, false, "a variable", &loop->var))
		return false;
	if (!pl_parse_at(p, PL_TOKEN_IN)) {
		refuse_second_subject(p, loop->var.at);
		return false;
	}
	pl_parse_advance(p);
	loop->list = pl_parse_sum(p);
	loop->where = pl_parse_where(p);
	**tail = loop;
	*tail = &loop->next;
	return !p->panic;
}

/* --- require, forbid
 * ----------------------------------------------------------------------------------------------------------- */

static bool at_check(const struct pl_parser *p)
{
	return pl_parse_at(p, PL_TOKEN_REQUIRE) || pl_parse_at(p, PL_TOKEN_FORBID);
}

static void parse_if_set(struct pl_parser *p, struct pl_ast_check *check)
{
	check->if_at = p->cur.at;
	if (!pl_parse_accept(p, PL_TOKEN_IF))
		return;
	if (!pl_parse_at(p, PL_TOKEN_SET)) {
		pl_parse_unexpected(
			p, PL_STR("`set` after `if`"),
			PL_STR("a rule applies under a condition with `when` or `unless`, before its checks"));
		return;
	}
	check->if_at = pl_span_join(check->if_at, p->cur.at);
	check->if_set = true;
	pl_parse_advance(p);
}

static bool parse_check(struct pl_parser *p, struct pl_ast_check ***tail)
{
	struct pl_ast_check *check = pl_parse_alloc(p, 1, sizeof *check);
	if (!check)
		return false;
	check->forbid = pl_parse_at(p, PL_TOKEN_FORBID);
	check->at = p->cur.at;
	pl_parse_advance(p);
	check->cond = pl_parse_expr(p);
	parse_if_set(p, check);
	if (pl_parse_accept(p, PL_TOKEN_MESSAGE))
		pl_parse_message(p, &check->message);
	if (pl_parse_accept(p, PL_TOKEN_REMEDY))
		pl_parse_message(p, &check->remedy);
	**tail = check;
	*tail = &check->next;
	return !p->panic;
}

/* --- the rule
 * --------------------------------------------------------------------------------------------------------------------
 */

static void refuse_missing_subject(struct pl_parser *p, const struct pl_decl *d)
{
	if (p->cur.kind == PL_TOKEN_ERROR) {
		p->panic = true;
		return;
	}
	bool clause = at_guard(p) || at_check(p);
	if (clause || p->cur.first || p->cur.kind == PL_TOKEN_END)
		pl_parse_fail(p, PL_CODE_E0107, d->name.at, PL_NONE, PL_NONE,
			      PL_STR("write `for each container`, or another subject, before `when`, `unless`, "
				     "`require` and `forbid`"),
			      "rule `%.*s` does not say what it is about", PL_FMT(d->name.text));
	else
		pl_parse_unexpected(p, PL_STR("`for each`"), PL_NONE);
}

static void complain_no_check(struct pl_parser *p, const struct pl_decl *d)
{
	bool clause_or_end = p->cur.kind == PL_TOKEN_END || (p->cur.first && pl_token_is_keyword(p->cur.kind));
	if (!clause_or_end)
		return; /* the word that stands here will be refused, and says more */
	pl_parse_complain(p, PL_CODE_E0108, d->name.at, PL_NONE, PL_NONE,
			  PL_STR("say what must hold with `require`, or what must not with `forbid`"),
			  "rule `%.*s` checks nothing", PL_FMT(d->name.text));
}

/* A clause of a rule after its checks: each kind has its place further up. */
static void refuse_late_clause(struct pl_parser *p)
{
	struct pl_span at = p->cur.at;
	pl_str word = p->cur.text;
	if (at_guard(p))
		pl_parse_fail(p, PL_CODE_E0109, at, PL_NONE,
			      PL_STR("a guard decides about the whole rule, not about one check"),
			      PL_STR("move it in front of the first `require` or `forbid`, or make a second rule"),
			      "`%.*s` stands after a check", PL_FMT(word));
	else if (at_meta(p))
		pl_parse_fail(p, PL_CODE_E0100, at, PL_NONE, PL_NONE, PL_STR("move it in front of `for each`"),
			      "`%.*s` stands too late in the rule", PL_FMT(word));
	else if (pl_parse_at(p, PL_TOKEN_FOR))
		pl_parse_fail(p, PL_CODE_E0100, at, PL_NONE, PL_NONE,
			      PL_STR("move it in front of `when`, `unless`, `require` and `forbid`"),
			      "`for each` stands too late in the rule");
	else if (pl_parse_at(p, PL_TOKEN_MESSAGE) || pl_parse_at(p, PL_TOKEN_REMEDY))
		pl_parse_fail(p, PL_CODE_E0100, at, PL_NONE, PL_NONE,
			      PL_STR("a check has one `message` and then one `remedy`, both behind it"),
			      "`%.*s` does not belong here", PL_FMT(word));
}

static bool parse_scope(struct pl_parser *p, struct pl_decl *d)
{
	if (!pl_parse_at(p, PL_TOKEN_FOR)) {
		refuse_missing_subject(p, d);
		return false;
	}
	if (!parse_subject(p, d))
		return false;
	struct pl_ast_loop **loops = &d->u.rule.loops;
	while (pl_parse_at(p, PL_TOKEN_FOR)) {
		if (!parse_loop(p, &loops))
			return false;
	}
	return true;
}

void pl_parse_rule(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_mode(p, &d->u.rule.mode);
	if (!pl_parse_name(p, true, "a rule", &d->name))
		return;
	while (at_meta(p))
		parse_meta(p, d);
	if (p->panic || !parse_scope(p, d))
		return;
	struct pl_ast_guard **guards = &d->u.rule.guards;
	while (at_guard(p)) {
		if (!parse_guard(p, &guards))
			return;
	}
	struct pl_ast_check **checks = &d->u.rule.checks;
	while (at_check(p)) {
		if (!parse_check(p, &checks))
			return;
	}
	refuse_late_clause(p);
	if (!p->panic && !d->u.rule.checks)
		complain_no_check(p, d);
}
