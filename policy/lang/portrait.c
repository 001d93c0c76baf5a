/* portrait.c - see portrait.h. What a rule reads is found in its text: names of parameters and data files mean the same
 * wherever no argument of a `let` hides them, and a `let` reads what its text reads. */
#include "portrait.h"

#include <string.h>

#include "base/buf.h"

/* --- text -----------------------------------------------------------------------------------------------------------
 */

/* The line that ends at `end` (its line feed, or the end of the text) begins here. */
static size_t line_before(pl_str text, size_t end)
{
	while (end > 0 && text.ptr[end - 1] != '\n')
		end--;
	return end;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The first letter of the line, 0 if it has none. */
static char first_letter(pl_str text, size_t at, size_t end)
{
	while (at < end && is_blank(text.ptr[at]))
		at++;
	return at < end ? text.ptr[at] : '\0';
}

/* Without the comments and empty lines at its end: they belong to what follows. */
static size_t trim_end(pl_str text, size_t start, size_t end)
{
	for (;;) {
		while (end > start && (is_blank(text.ptr[end - 1]) || text.ptr[end - 1] == '\n'))
			end--;
		size_t line = line_before(text, end);
		if (line <= start || first_letter(text, line, end) != '#')
			return end;
		end = line;
	}
}

pl_str pl_portrait_text(const struct pl_policy_source *source, const struct pl_decl *decl)
{
	pl_str text = source->text;
	size_t start = decl->at.start, end = decl->next ? decl->next->at.start : text.len;
	if (start > text.len || end > text.len || end < start)
		return (pl_str){0};
	end = trim_end(text, start, end);
	start = line_before(text, start);
	while (start > 0) {
		size_t above = line_before(text, start - 1);
		if (first_letter(text, above, start - 1) != '#')
			break;
		start = above;
	}
	return (pl_str){text.ptr + start, end - start};
}

/* --- what is read ---------------------------------------------------------------------------------------------------
 */

/* Arguments of the `let`s that are open. */
struct hidden {
	const struct pl_arg *args;
	const struct hidden *around;
};

struct painter {
	struct pl_checker *c;
	struct pl_intern seen; /* parameters, data files and `let`s */
	struct pl_rule_read_info *reads;
	uint32_t count, room;
};

static void look(struct painter *p, const struct pl_expr *e, uint16_t source, const struct hidden *hidden);

static bool is_first(struct painter *p, char kind, uint32_t index)
{
	uint32_t ignored;
	bool fresh = false;
	pl_str key = pl_check_text(p->c, "%c%u", kind, index);
	if (!key.len || pl_intern_add(&p->seen, key, &ignored, &fresh) != PL_OK)
		pl_check_memory(p->c);
	return fresh;
}

static void note(struct painter *p, const struct pl_policy_source *source, const struct pl_decl *decl,
		 const struct pl_param_setting *setting)
{
	struct pl_rule_read_info *grown = pl_intern_grow(p->c->arena, p->reads, p->count, &p->room, sizeof *grown);
	if (!grown) {
		pl_check_memory(p->c);
		return;
	}
	p->reads = grown;
	grown[p->count++] = (struct pl_rule_read_info){.name = decl->name.text,
						       .text = pl_portrait_text(source, decl),
						       .set = setting != NULL,
						       .setting = setting ? setting->value : (pl_str){0},
						       .kind = decl->kind == PL_DECL_DATA  ? PL_READ_DATA
							       : decl->kind == PL_DECL_LET ? PL_READ_LET
											   : PL_READ_PARAM};
}

static bool is_hidden(const struct hidden *hidden, pl_str name)
{
	for (; hidden; hidden = hidden->around) {
		for (const struct pl_arg *arg = hidden->args; arg; arg = arg->next) {
			if (pl_str_eq(arg->name.text, name))
				return true;
		}
	}
	return false;
}

/* In the order in which a name is looked up. */
static void look_up(struct painter *p, pl_str name, uint16_t source, const struct hidden *hidden)
{
	struct pl_checker *c = p->c;
	uint32_t i;
	if (is_hidden(hidden, name) || c->err != PL_OK)
		return;
	if (pl_intern_find(&c->let_names, pl_check_text(c, "%u:%.*s", (unsigned)source, PL_FMT(name)), &i)) {
		const struct pl_decl *let = c->lets[i].decl;
		if (!is_first(p, 'l', i))
			return;
		note(p, c->lets[i].source, let, NULL);
		look(p, let->u.let.value, source, &(struct hidden){let->u.let.args, NULL});
	} else if (pl_intern_find(&c->param_names, name, &i)) {
		const struct pl_decl *param = c->params[i].decl;
		if (!is_first(p, 'p', i))
			return;
		note(p, c->params[i].source, param, c->params[i].setting);
		look(p, param->u.param.value, param->source, NULL);
		look(p, param->u.param.key, param->source, NULL);
		for (const struct pl_table_row *row = param->u.param.rows; row; row = row->next)
			look(p, row->value, param->source, NULL);
		look(p, param->u.param.otherwise, param->source, NULL);
	} else if (pl_intern_find(&c->data_names, name, &i) && is_first(p, 'd', i)) {
		const struct pl_decl *data = c->data_defs[i].decl;
		note(p, &c->sources[data->source], data, NULL);
	}
}

/* Expressions are no deeper than PL_MAX_EXPR_HEIGHT; lists are walked along. */
static void look(struct painter *p, const struct pl_expr *e, uint16_t source, const struct hidden *hidden)
{
	for (; e; e = e->next) {
		if (e->kind == PL_EXPR_NAME)
			look_up(p, e->u.text, source, hidden);
		if (e->kind == PL_EXPR_CALL)
			look_up(p, e->name.text, source, hidden);
		look(p, e->a, source, hidden);
		look(p, e->b, source, hidden);
		look(p, e->c, source, hidden);
	}
}

static void look_at_text(struct painter *p, const struct pl_text *text, uint16_t source)
{
	for (const struct pl_piece *piece = text->pieces; piece; piece = piece->next)
		look(p, piece->expr, source, NULL);
}

static void look_at_guards(struct painter *p, const struct pl_ast_guard *guards, uint16_t source)
{
	for (; guards; guards = guards->next)
		look(p, guards->cond, source, NULL);
}

static void look_at_rule(struct painter *p, const struct pl_decl *d)
{
	look(p, d->u.rule.where, d->source, NULL);
	for (const struct pl_ast_loop *l = d->u.rule.loops; l; l = l->next) {
		look(p, l->list, d->source, NULL);
		look(p, l->where, d->source, NULL);
	}
	look_at_guards(p, d->u.rule.guards, d->source);
	for (const struct pl_ast_check *k = d->u.rule.checks; k; k = k->next) {
		look(p, k->cond, d->source, NULL);
		look_at_text(p, &k->message, d->source);
		look_at_text(p, &k->remedy, d->source);
	}
}

/* --- what is said ---------------------------------------------------------------------------------------------------
 */

static pl_str written(struct pl_checker *c, const struct pl_text *text)
{
	struct pl_buf out;
	pl_buf_init(&out, c->arena, 64);
	for (const struct pl_piece *piece = text->pieces; piece; piece = piece->next) {
		if (!piece->expr) {
			pl_buf_add(&out, piece->text);
			continue;
		}
		pl_buf_addc(&out, '{');
		pl_expr_print(piece->expr, &out);
		pl_buf_addc(&out, '}');
	}
	if (out.failed)
		pl_check_memory(c);
	return out.len ? pl_buf_str(&out) : (pl_str){0};
}

static const struct pl_rule_check_info *list_checks(struct pl_checker *c, const struct pl_decl *decl,
						    const struct pl_rule *rule)
{
	uint16_t n = 0;
	struct pl_rule_check_info *checks = pl_arena_zalloc(c->arena, rule->check_count, sizeof *checks);
	if (!checks)
		return pl_check_memory(c);
	for (const struct pl_ast_check *k = decl->u.rule.checks; k && n < rule->check_count; k = k->next, n++)
		checks[n] = (struct pl_rule_check_info){rule->checks[n].condition, written(c, &k->message),
							written(c, &k->remedy)};
	return checks;
}

void pl_portrait_take(struct pl_checker *c, const struct pl_decl *decl, const struct pl_decl *policy,
		      struct pl_rule *ret)
{
	struct painter p = {.c = c};
	pl_intern_init(&p.seen, c->arena);
	if (policy)
		look_at_guards(&p, policy->u.policy.guards, policy->source);
	look_at_rule(&p, decl);
	ret->reads = p.reads;
	ret->read_count = p.count;
	ret->check_texts = list_checks(c, decl, ret);
}
