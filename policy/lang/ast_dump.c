/* ast_dump.c - declarations as an outline: a line for each part, expressions as trees. For `explain --stage=ast` and
 * goldens.
 *
 * An expression is a literal, a plain path (container.image.tag), or (OPERATION OPERANDS): what belongs together is
 * visible without knowing the grammar. Recursion is bounded by PL_MAX_EXPR_HEIGHT. */
#include "ast.h"

#include "base/buf.h"

static void dump_expr(const struct pl_expr *e, struct pl_buf *out);

static const char *const mode_names[] = {
	[PL_AST_DENY] = "deny", [PL_AST_WARN] = "warn", [PL_AST_AUDIT] = "audit", [PL_AST_EXCEPTED] = "excepted"};

/* --- expressions
 * ------------------------------------------------------------------------------------------------------- */

static void dump_items(const struct pl_expr *first, struct pl_buf *out)
{
	for (const struct pl_expr *e = first; e; e = e->next) {
		pl_buf_addc(out, ' ');
		dump_expr(e, out);
	}
}

static void dump_operand(const char *before, const struct pl_expr *e, struct pl_buf *out)
{
	if (!e)
		return;
	pl_buf_adds(out, before);
	dump_expr(e, out);
}

static const char *word_of(const struct pl_expr *e)
{
	static const char *const states[] = {[PL_IS_SET] = "is-set",
					     [PL_IS_ABSENT] = "is-absent",
					     [PL_IS_EMPTY] = "is-empty",
					     [PL_IS_NOT_EMPTY] = "is-not-empty"};
	static const char *const quantifiers[] = {
		[PL_QUANT_SOME] = "some", [PL_QUANT_EVERY] = "every", [PL_QUANT_NO] = "no"};
	static const char *const others[] = {
		[PL_EXPR_INDEX] = "index", [PL_EXPR_SET] = "set",     [PL_EXPR_MAP] = "map",
		[PL_EXPR_ELSE] = "else",   [PL_EXPR_ADD] = "+",	      [PL_EXPR_SUB] = "-",
		[PL_EXPR_MUL] = "*",	   [PL_EXPR_MINUS] = "minus", [PL_EXPR_AND] = "and",
		[PL_EXPR_OR] = "or",	   [PL_EXPR_NOT] = "not",     [PL_EXPR_MATCHES] = "matches",
		[PL_EXPR_COUNT] = "count", [PL_EXPR_SUM] = "sum",     [PL_EXPR_CALL] = "call",
	};
	if (e->kind == PL_EXPR_COMPARE)
		return pl_relation_name((enum pl_relation)e->op);
	if (e->kind == PL_EXPR_IS)
		return states[e->op];
	if (e->kind == PL_EXPR_QUANT)
		return quantifiers[e->op];
	return others[e->kind];
}

/* Literals, names and patterns look the same as in the language. */
static bool is_leaf(const struct pl_expr *e)
{
	return e->kind <= PL_EXPR_NAME;
}

static void dump_pattern(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_adds(out, " /");
	pl_buf_add_escaped(out, e->u.regex.pattern, 0);
	pl_buf_adds(out, e->u.regex.ignore_case ? "/i" : "/");
}

static void dump_bound(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_addf(out, " %.*s", PL_FMT(e->name.text));
	dump_operand(" in ", e->a, out);
	dump_operand(" where ", e->b, out);
	dump_operand(e->kind == PL_EXPR_SUM ? " of " : " satisfies ", e->c, out);
}

static void dump_tree(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_addf(out, "(%s%s", e->negated ? "not-" : "", word_of(e));
	if (e->kind == PL_EXPR_QUANT || e->kind == PL_EXPR_COUNT || e->kind == PL_EXPR_SUM) {
		dump_bound(e, out);
	} else {
		if (e->kind == PL_EXPR_CALL)
			pl_buf_addf(out, " %.*s", PL_FMT(e->name.text));
		dump_items(e->a, out);
		dump_operand(" ", e->b, out);
		if (e->kind == PL_EXPR_MATCHES)
			dump_pattern(e, out);
	}
	pl_buf_addc(out, ')');
}

static void dump_expr(const struct pl_expr *e, struct pl_buf *out)
{
	if (is_leaf(e)) {
		pl_expr_print(e, out);
	} else if (e->kind == PL_EXPR_FIELD) {
		dump_expr(e->a, out);
		pl_buf_addf(out, ".%.*s", PL_FMT(e->name.text));
	} else {
		dump_tree(e, out);
	}
}

/* --- parts of declarations
 * --------------------------------------------------------------------------------------------------- */

static void line_expr(const char *what, const struct pl_expr *e, struct pl_buf *out)
{
	if (!e)
		return;
	pl_buf_addf(out, "  %s ", what);
	dump_expr(e, out);
	pl_buf_addc(out, '\n');
}

static void quoted(pl_str s, struct pl_buf *out)
{
	struct pl_expr literal = {.kind = PL_EXPR_STRING, .u = {.text = s}};
	pl_expr_print(&literal, out);
}

static void line_text(const char *what, pl_str s, struct pl_buf *out)
{
	if (!s.ptr)
		return;
	pl_buf_addf(out, "  %s ", what);
	quoted(s, out);
	pl_buf_addc(out, '\n');
}

static void dump_names(const char *what, const struct pl_name *names, bool quotes, struct pl_buf *out)
{
	if (!names)
		return;
	pl_buf_addf(out, "  %s", what);
	for (const struct pl_name *n = names; n; n = n->next) {
		pl_buf_addc(out, ' ');
		if (quotes)
			quoted(n->text, out);
		else
			pl_buf_add(out, n->text);
	}
	pl_buf_addc(out, '\n');
}

static void dump_type(const struct pl_type_expr *t, struct pl_buf *out)
{
	for (; t && t->form != PL_TYPE_NAMED && t->form != PL_TYPE_RECORD; t = t->elem)
		pl_buf_adds(out, t->form == PL_TYPE_LIST ? "set of " : "map of string to ");
	if (t && t->form == PL_TYPE_NAMED)
		pl_buf_add(out, t->name.text);
	if (!t || t->form != PL_TYPE_RECORD)
		return;
	pl_buf_addc(out, '{');
	for (const struct pl_type_field *f = t->fields; f; f = f->next) {
		pl_buf_addf(out, "%.*s: ", PL_FMT(f->name.text));
		dump_type(f->type, out);
		pl_buf_adds(out, f->optional ? "?" : "");
		pl_buf_adds(out, f->next ? ", " : "");
	}
	pl_buf_addc(out, '}');
}

static void dump_message(const char *what, const struct pl_text *text, struct pl_buf *out)
{
	if (!text->pieces)
		return;
	pl_buf_addf(out, "    %s", what);
	for (const struct pl_piece *piece = text->pieces; piece; piece = piece->next) {
		pl_buf_addc(out, ' ');
		if (piece->expr)
			dump_expr(piece->expr, out);
		else
			quoted(piece->text, out);
	}
	pl_buf_addc(out, '\n');
}

static void dump_guards(const struct pl_ast_guard *guards, struct pl_buf *out)
{
	for (const struct pl_ast_guard *g = guards; g; g = g->next)
		line_expr(g->unless ? "unless" : "when", g->cond, out);
}

static void dump_rows(const struct pl_table_row *rows, struct pl_buf *out)
{
	for (const struct pl_table_row *row = rows; row; row = row->next) {
		pl_buf_adds(out, "  row ");
		quoted(row->key, out);
		pl_buf_addc(out, ' ');
		if (row->value)
			dump_expr(row->value, out);
		else
			pl_buf_adds(out, mode_names[row->mode]);
		pl_buf_addc(out, '\n');
	}
}

/* A manifest, each line after a bar. */
static void dump_block(uint8_t form, pl_str text, struct pl_buf *out)
{
	if (!form)
		return;
	pl_buf_addf(out, "  %s\n", form == 'p' ? "pod" : form == 't' ? "task" : "manifest");
	for (size_t i = 0; i < text.len;) {
		size_t end = i;
		while (end < text.len && text.ptr[end] != '\n')
			end++;
		pl_buf_adds(out, "    |");
		pl_buf_add_escaped(out, (pl_str){text.ptr + i, end - i}, 0);
		pl_buf_addc(out, '\n');
		i = end + 1;
	}
}

/* --- declarations
 * -------------------------------------------------------------------------------------------------------------- */

static void dump_let(const struct pl_decl *d, struct pl_buf *out)
{
	for (const struct pl_arg *arg = d->u.let.args; arg; arg = arg->next) {
		pl_buf_addf(out, "  argument %.*s", PL_FMT(arg->name.text));
		pl_buf_adds(out, arg->type ? ": " : "");
		dump_type(arg->type, out);
		pl_buf_addc(out, '\n');
	}
	line_expr("value", d->u.let.value, out);
}

static void dump_param(const struct pl_decl *d, struct pl_buf *out)
{
	pl_buf_adds(out, "  type ");
	dump_type(d->u.param.type, out);
	pl_buf_addc(out, '\n');
	line_expr("value", d->u.param.value, out);
	line_expr("by", d->u.param.key, out);
	dump_rows(d->u.param.rows, out);
	line_expr("otherwise", d->u.param.otherwise, out);
}

static void dump_data(const struct pl_decl *d, struct pl_buf *out)
{
	pl_buf_adds(out, "  type ");
	dump_type(d->u.data.type, out);
	pl_buf_addc(out, '\n');
	line_text("from", d->u.data.from, out);
	if (d->u.data.fresh_seconds)
		pl_buf_addf(out, "  fresh for %u s\n", d->u.data.fresh_seconds);
}

static void dump_scope(const struct pl_decl *d, struct pl_buf *out)
{
	const char *platform = d->u.rule.platform == 'p' ? "pod " : d->u.rule.platform == 't' ? "task " : "";
	pl_buf_addf(out, "  for each %s%.*s", platform, PL_FMT(d->u.rule.subject.text));
	dump_operand(" where ", d->u.rule.where, out);
	pl_buf_addc(out, '\n');
	for (const struct pl_ast_loop *loop = d->u.rule.loops; loop; loop = loop->next) {
		pl_buf_addf(out, "  for each %.*s", PL_FMT(loop->var.text));
		dump_operand(" in ", loop->list, out);
		dump_operand(" where ", loop->where, out);
		pl_buf_addc(out, '\n');
	}
}

static void dump_rule(const struct pl_decl *d, struct pl_buf *out)
{
	static const char *const severities[] = {"", "low", "medium", "high", "critical"};
	line_text("title", d->u.rule.title, out);
	if (d->u.rule.severity)
		pl_buf_addf(out, "  severity %s\n", severities[d->u.rule.severity]);
	dump_names("refs", d->u.rule.refs, true, out);
	dump_scope(d, out);
	dump_guards(d->u.rule.guards, out);
	for (const struct pl_ast_check *check = d->u.rule.checks; check; check = check->next) {
		const char *what = check->forbid ? "forbid" : "require";
		const char *what_if_set = check->forbid ? "forbid-if-set" : "require-if-set";
		line_expr(check->if_set ? what_if_set : what, check->cond, out);
		dump_message("message", &check->message, out);
		dump_message("remedy", &check->remedy, out);
	}
}

static void dump_exception(const struct pl_decl *d, struct pl_buf *out)
{
	struct pl_expr day = {.kind = PL_EXPR_DATE, .u = {.integer = d->u.exception.expires}};
	dump_names("from", d->u.exception.from, false, out);
	line_expr("where", d->u.exception.where, out);
	line_text("owner", d->u.exception.owner, out);
	line_text("reason", d->u.exception.reason, out);
	line_text("ticket", d->u.exception.ticket, out);
	line_expr("expires", &day, out);
}

static void dump_edit(const struct pl_ast_edit *edit, struct pl_buf *out)
{
	if (edit->what == PL_EDIT_WITH) {
		pl_buf_adds(out, "  with ");
		dump_expr(edit->target, out);
		dump_operand(" = ", edit->value, out);
		pl_buf_addc(out, '\n');
		dump_block(edit->form, edit->text, out);
		return;
	}
	pl_buf_adds(out, edit->what == PL_EDIT_SET ? "  set " : "  remove ");
	quoted(edit->path, out);
	if (edit->what == PL_EDIT_SET) {
		pl_buf_adds(out, " = ");
		pl_buf_add_escaped(out, edit->json, 0);
	}
	pl_buf_addc(out, '\n');
}

static void dump_expect(const struct pl_ast_expect *expect, struct pl_buf *out)
{
	if (expect->allow) {
		pl_buf_adds(out, "  expect allow\n");
		return;
	}
	pl_buf_addf(out, "  expect %s %.*s", mode_names[expect->mode], PL_FMT(expect->rule.text));
	if (expect->path.ptr) {
		pl_buf_adds(out, " at ");
		quoted(expect->path, out);
	}
	pl_buf_addc(out, '\n');
}

static void dump_test(const struct pl_decl *d, struct pl_buf *out)
{
	dump_names("of", d->u.test.of, false, out);
	if (d->u.test.given.text.len)
		pl_buf_addf(out, "  given %.*s\n", PL_FMT(d->u.test.given.text));
	dump_block(d->u.test.form, d->u.test.text, out);
	for (const struct pl_ast_edit *edit = d->u.test.edits; edit; edit = edit->next)
		dump_edit(edit, out);
	for (const struct pl_ast_expect *expect = d->u.test.expects; expect; expect = expect->next)
		dump_expect(expect, out);
}

static void dump_head(const struct pl_decl *d, struct pl_buf *out)
{
	static const char *const words[] = {
		[PL_DECL_POLICY] = "policy",   [PL_DECL_USE] = "use",
		[PL_DECL_LET] = "let",	       [PL_DECL_PARAM] = "param",
		[PL_DECL_DATA] = "data",       [PL_DECL_RULE] = "",
		[PL_DECL_ROLLOUT] = "rollout", [PL_DECL_EXCEPTION] = "exception",
		[PL_DECL_FIXTURE] = "fixture", [PL_DECL_TEST] = "test",
	};
	pl_buf_adds(out, d->kind == PL_DECL_RULE ? mode_names[d->u.rule.mode] : words[d->kind]);
	pl_buf_addc(out, ' ');
	if (d->kind == PL_DECL_USE || d->kind == PL_DECL_TEST)
		quoted(d->name.text, out);
	else if (d->kind != PL_DECL_ROLLOUT)
		pl_buf_add(out, d->name.text);
	for (const struct pl_name *n = d->kind == PL_DECL_ROLLOUT ? d->u.rollout.rules : NULL; n; n = n->next)
		pl_buf_addf(out, "%.*s%s", PL_FMT(n->text), n->next ? ", " : "");
	pl_buf_addc(out, '\n');
}

static void dump_decl(const struct pl_decl *d, struct pl_buf *out)
{
	dump_head(d, out);
	switch (d->kind) {
	case PL_DECL_POLICY:
		line_text("title", d->u.policy.title, out);
		line_text("owner", d->u.policy.owner, out);
		dump_guards(d->u.policy.guards, out);
		break;
	case PL_DECL_USE:
		break;
	case PL_DECL_LET:
		dump_let(d, out);
		break;
	case PL_DECL_PARAM:
		dump_param(d, out);
		break;
	case PL_DECL_DATA:
		dump_data(d, out);
		break;
	case PL_DECL_RULE:
		dump_rule(d, out);
		break;
	case PL_DECL_ROLLOUT:
		line_expr("by", d->u.rollout.key, out);
		dump_rows(d->u.rollout.rows, out);
		pl_buf_addf(out, "  otherwise %s\n", mode_names[d->u.rollout.otherwise]);
		break;
	case PL_DECL_EXCEPTION:
		dump_exception(d, out);
		break;
	case PL_DECL_FIXTURE:
		dump_block(d->u.fixture.form, d->u.fixture.text, out);
		break;
	case PL_DECL_TEST:
		dump_test(d, out);
		break;
	}
}

void pl_ast_dump(const struct pl_decl *decls, struct pl_buf *out)
{
	for (const struct pl_decl *d = decls; d; d = d->next)
		dump_decl(d, out);
}
