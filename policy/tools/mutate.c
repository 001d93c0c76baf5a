/* mutate.c - all small changes of the sources of a suite, in the order of the text: rules, clauses, rows and exceptions
 * are left out, verbs turned round, and expressions changed (mutate_expr.c). Which of them a test notices is found out
 * in mutate_try.c. spec: language.md 6.3 */
#include "mutate.h"

#include <stdarg.h>
#include <string.h>

#include "lang/intern.h"

#define MAX_QUOTED 72

/* --- places ---------------------------------------------------------------------------------------------------------
 */

pl_str pl_mutate_slice(const struct pl_mutate *m, struct pl_span at)
{
	return (pl_str){m->text.ptr + at.start, at.len};
}

const struct pl_mutate_token *pl_mutate_token_from(const struct pl_mutate *m, uint32_t offset)
{
	uint32_t low = 0, high = m->token_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (m->tokens[middle].at.start < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->token_count ? &m->tokens[low] : NULL;
}

const struct pl_mutate_token *pl_mutate_token_before(const struct pl_mutate *m, uint32_t offset)
{
	const struct pl_mutate_token *t = pl_mutate_token_from(m, offset);
	size_t i = t ? (size_t)(t - m->tokens) : m->token_count;
	return i ? &m->tokens[i - 1] : NULL;
}

/* White space of any length is one space; comments are none of the words. */
pl_str pl_mutate_quote(struct pl_mutate *m, struct pl_span at)
{
	struct pl_buf b;
	uint32_t end = at.start + at.len, last = 0;
	pl_buf_init(&b, m->suite->arena, MAX_QUOTED + 8);
	for (const struct pl_mutate_token *t = pl_mutate_token_from(m, at.start);
	     t && t < m->tokens + m->token_count && t->at.start < end && b.len <= MAX_QUOTED; t++) {
		if (b.len && t->at.start > last)
			pl_buf_addc(&b, ' ');
		pl_buf_add(&b, pl_mutate_slice(m, t->at));
		last = t->at.start + t->at.len;
	}
	if (b.failed) {
		m->err = PL_E_MEMORY;
		return (pl_str){0};
	}
	if (b.len <= MAX_QUOTED)
		return pl_buf_str(&b);
	size_t n = MAX_QUOTED;
	while (n > 0 && ((unsigned char)b.ptr[n] & 0xC0) == 0x80)
		n--;
	return pl_arena_printf(m->suite->arena, "%.*s...", (int)n, b.ptr);
}

/* --- the list -------------------------------------------------------------------------------------------------------
 */

static bool grow(struct pl_mutate *m)
{
	struct pl_suite *s = m->suite;
	void *mutations = pl_intern_grow(s->arena, s->mutations, m->count, &m->room, sizeof *s->mutations);
	void *mutants = pl_intern_grow(s->arena, s->mutants, m->count, &m->mutant_room, sizeof *s->mutants);
	if (!mutations || !mutants) {
		m->err = PL_E_MEMORY;
		return false;
	}
	s->mutations = mutations;
	s->mutants = mutants;
	return true;
}

/* Where the first word of a change stands: not the white space or comma in front of it. */
static uint32_t shown_at(const struct pl_mutate *m, struct pl_span at)
{
	const struct pl_mutate_token *t = pl_mutate_token_from(m, at.start), *end = m->tokens + m->token_count;
	if (t && t->kind == PL_TOKEN_COMMA && t + 1 < end)
		t++;
	return t && t->at.start < at.start + at.len ? t->at.start : at.start;
}

void pl_mutate_add(struct pl_mutate *m, struct pl_span at, pl_str text, bool where, const char *fmt, ...)
{
	struct pl_buf change;
	va_list ap;
	if (m->err != PL_OK || !grow(m))
		return;
	pl_buf_init(&change, m->suite->arena, 128);
	va_start(ap, fmt);
	pl_buf_vaddf(&change, fmt, ap);
	va_end(ap);
	if (where)
		pl_buf_addf(&change, " in `%.*s`", PL_FMT(m->clause));
	if (change.failed || (!text.ptr && text.len)) {
		m->err = PL_E_MEMORY;
		return;
	}
	uint32_t place = shown_at(m, at);
	m->suite->mutations[m->count] = (struct pl_mutation){.decl = m->decl,
							     .at = at,
							     .text = text,
							     .whole = at.start == m->decl->at.start,
							     .local = m->local,
							     .rules = m->rules};
	m->suite->mutants[m->count++] = (struct pl_mutant){
		.source = m->suite->full[m->source].name,
		.position = pl_position_of(m->text, place),
		.change = pl_buf_str(&change),
	};
}

/* The clause from the word before `e` to its end. */
static struct pl_span clause_of(const struct pl_mutate *m, const struct pl_expr *e)
{
	const struct pl_mutate_token *word = pl_mutate_token_before(m, e->at.start);
	return word ? pl_span_join(word->at, e->at) : e->at;
}

static struct pl_span whole_decl(const struct pl_mutate *m, const struct pl_decl *d)
{
	uint32_t end = d->next ? d->next->at.start : (uint32_t)m->text.len;
	const struct pl_mutate_token *last = pl_mutate_token_before(m, end);
	return last ? pl_span_join(d->at, last->at) : d->at;
}

/* A whole declaration where it is short, else its first words. */
static pl_str quote_decl(struct pl_mutate *m, const struct pl_decl *d)
{
	struct pl_span whole = whole_decl(m, d);
	return pl_mutate_quote(m, whole.len > MAX_QUOTED ? pl_span_join(d->at, d->name.at) : whole);
}

static void leave_out(struct pl_mutate *m, struct pl_span at)
{
	pl_mutate_add(m, at, PL_STR(" "), false, "`%.*s` is deleted", PL_FMT(pl_mutate_quote(m, at)));
}

void pl_mutate_where(struct pl_mutate *m, const struct pl_expr *cond)
{
	if (!cond)
		return;
	pl_str around = m->clause;
	leave_out(m, clause_of(m, cond));
	m->clause = pl_mutate_quote(m, clause_of(m, cond));
	pl_mutate_condition(m, cond);
	m->clause = around;
}

/* --- rules ----------------------------------------------------------------------------------------------------------
 */

static void change_guards(struct pl_mutate *m, const struct pl_ast_guard *guards)
{
	for (const struct pl_ast_guard *g = guards; g; g = g->next) {
		struct pl_span at = clause_of(m, g->cond);
		const struct pl_mutate_token *word = pl_mutate_token_before(m, g->cond->at.start);
		leave_out(m, at);
		m->clause = pl_mutate_quote(m, at);
		if (word)
			pl_mutate_add(m, word->at, g->unless ? PL_STR("when") : PL_STR("unless"), true,
				      g->unless ? "`unless` becomes `when`" : "`when` becomes `unless`");
		pl_mutate_condition(m, g->cond);
	}
}

/* Up to the end of its message and remedy. */
static struct pl_span whole_check(const struct pl_ast_check *k)
{
	struct pl_span at = pl_span_join(k->at, k->cond->at);
	if (k->if_set)
		at = pl_span_join(at, k->if_at);
	if (k->message.pieces)
		at = pl_span_join(at, k->message.at);
	return k->remedy.pieces ? pl_span_join(at, k->remedy.at) : at;
}

static void change_check(struct pl_mutate *m, const struct pl_ast_check *k, bool only)
{
	struct pl_span words = pl_span_join(k->at, k->if_set ? k->if_at : k->cond->at);
	m->clause = pl_mutate_quote(m, words);
	if (!only)
		pl_mutate_add(m, whole_check(k), PL_STR(" "), false, "`%.*s` is deleted", PL_FMT(m->clause));
	pl_mutate_add(m, k->at, k->forbid ? PL_STR("require") : PL_STR("forbid"), true,
		      k->forbid ? "`forbid` becomes `require`" : "`require` becomes `forbid`");
	if (k->if_set)
		pl_mutate_add(m, k->if_at, PL_STR(" "), true, "`if set` is left out");
	pl_mutate_condition(m, k->cond);
}

static void change_rule(struct pl_mutate *m, const struct pl_decl *d)
{
	pl_mutate_add(m, whole_decl(m, d), PL_STR(" "), false, "rule `%.*s` is deleted", PL_FMT(d->name.text));
	m->clause = PL_STR("for each");
	pl_mutate_where(m, d->u.rule.where);
	for (const struct pl_ast_loop *l = d->u.rule.loops; l; l = l->next) {
		m->clause = pl_mutate_quote(m, pl_span_join(l->var.at, l->list->at));
		pl_mutate_value(m, l->list, 1);
		pl_mutate_where(m, l->where);
	}
	change_guards(m, d->u.rule.guards);
	for (const struct pl_ast_check *k = d->u.rule.checks; k; k = k->next)
		change_check(m, k, d->u.rule.checks->next == NULL);
}

/* --- tables, roll-outs, exceptions -----------------------------------------------------------------------------------
 */

static bool is_set_from_outside(const struct pl_mutate *m, pl_str name)
{
	const struct pl_policy_input *input = m->suite->input;
	for (size_t i = 0; i < input->setting_count; i++) {
		if (pl_str_eq(input->settings[i].name, name))
			return true;
	}
	return false;
}

static void change_param(struct pl_mutate *m, const struct pl_decl *d)
{
	if (is_set_from_outside(m, d->name.text))
		return; /* its value here is not used */
	m->clause = quote_decl(m, d);
	if (d->u.param.value) {
		pl_mutate_either(m, d->u.param.value);
		return;
	}
	pl_mutate_value(m, d->u.param.key, 1);
	for (const struct pl_table_row *row = d->u.param.rows; row; row = row->next) {
		struct pl_span at = pl_span_join(row->at, row->value->at);
		leave_out(m, at);
		m->clause = pl_mutate_quote(m, at);
		pl_mutate_value(m, row->value, 1);
	}
	m->clause = pl_mutate_quote(m, pl_span_join(d->at, d->name.at));
	pl_mutate_value(m, d->u.param.otherwise, 1);
}

/* A mode after an arrow becomes a weaker one, or the weakest a stronger one. */
static void change_mode(struct pl_mutate *m, const struct pl_mutate_token *mode)
{
	const char *old = mode->kind == PL_TOKEN_DENY ? "deny" : mode->kind == PL_TOKEN_WARN ? "warn" : "audit";
	const char *new = mode->kind == PL_TOKEN_WARN ? "audit" : "warn";
	pl_mutate_add(m, mode->at, pl_str_from(new), true, "`%s` becomes `%s`", old, new);
}

static void change_rollout(struct pl_mutate *m, const struct pl_decl *d)
{
	struct pl_span whole = whole_decl(m, d);
	leave_out(m, whole);
	const struct pl_mutate_token *t = pl_mutate_token_from(m, whole.start), *end = m->tokens + m->token_count;
	m->clause = quote_decl(m, d);
	pl_mutate_value(m, d->u.rollout.key, 1);
	for (; t && t + 2 < end && t->at.start < whole.start + whole.len; t++) {
		if (t[1].kind != PL_TOKEN_ARROW)
			continue;
		struct pl_span row = pl_span_join(t->at, t[2].at);
		if (t->kind == PL_TOKEN_STRING)
			leave_out(m, row);
		m->clause = pl_mutate_quote(m, row);
		change_mode(m, &t[2]);
	}
}

static void change_exception(struct pl_mutate *m, const struct pl_decl *d)
{
	pl_mutate_add(m, whole_decl(m, d), PL_STR(" "), false, "exception `%.*s` is deleted", PL_FMT(d->name.text));
	m->clause = pl_mutate_quote(m, clause_of(m, d->u.exception.where));
	pl_mutate_condition(m, d->u.exception.where);
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

static void concern(struct pl_mutate *m, bool local, const struct pl_name *rules)
{
	m->local = local;
	m->rules = rules;
}

static void change_decl(struct pl_mutate *m, const struct pl_decl *d)
{
	m->decl = d;
	concern(m, false, NULL);
	switch (d->kind) {
	case PL_DECL_POLICY:
		change_guards(m, d->u.policy.guards);
		break;
	case PL_DECL_LET:
		m->clause = quote_decl(m, d);
		pl_mutate_either(m, d->u.let.value);
		break;
	case PL_DECL_PARAM:
		change_param(m, d);
		break;
	case PL_DECL_RULE:
		concern(m, true, &d->name);
		change_rule(m, d);
		break;
	case PL_DECL_ROLLOUT:
		concern(m, true, d->u.rollout.rules);
		change_rollout(m, d);
		break;
	case PL_DECL_EXCEPTION:
		concern(m, true, d->u.exception.from);
		change_exception(m, d);
		break;
	case PL_DECL_USE:
	case PL_DECL_DATA:
	case PL_DECL_FIXTURE:
	case PL_DECL_TEST:
		break;
	}
}

static pl_err read_tokens(struct pl_mutate *m)
{
	struct pl_lexer lx;
	struct pl_lexeme t;
	m->token_count = 0;
	PL_TRY(pl_lex_open(&lx, &m->suite->active[m->source], NULL));
	for (pl_lex_next(&lx, &t); t.kind != PL_TOKEN_END; pl_lex_next(&lx, &t)) {
		struct pl_mutate_token *grown =
			pl_intern_grow(m->suite->arena, m->tokens, m->token_count, &m->token_room, sizeof *grown);
		if (!grown)
			return PL_E_MEMORY;
		m->tokens = grown;
		grown[m->token_count++] = (struct pl_mutate_token){t.kind, t.at};
	}
	return PL_OK;
}

pl_err pl_suite_mutants(struct pl_suite *s, const struct pl_mutant **ret_mutants, size_t *ret_count)
{
	struct pl_mutate m = {.suite = s};
	s->mutations = NULL;
	s->mutants = NULL;
	for (size_t i = 0; i < s->input->source_count && m.err == PL_OK; i++) {
		m.source = (uint16_t)i;
		m.text = s->active[i].text;
		PL_TRY(read_tokens(&m));
		for (const struct pl_decl *d = s->decls[i]; d && m.err == PL_OK; d = d->next)
			change_decl(&m, d);
	}
	s->mutant_count = m.count;
	*ret_mutants = s->mutants;
	*ret_count = m.count;
	return m.err;
}
