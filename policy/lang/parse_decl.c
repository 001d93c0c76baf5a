/* parse_decl.c - use, let, param, data, rollout, exception. spec: language.md 3.4, 3.10 */
#include "parse.h"

#include "base/buf.h"

void pl_parse_use(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	d->name.at = p->cur.at;
	pl_parse_string(p, "the name of a pack in quotes", &d->name.text);
}

/* --- types
 * ------------------------------------------------------------------------------------------------------------- */

static struct pl_type_expr *parse_type(struct pl_parser *p);

static bool parse_record_field(struct pl_parser *p, struct pl_type_field ***tail)
{
	struct pl_type_field *field = pl_parse_alloc(p, 1, sizeof *field);
	if (!field || !pl_parse_name(p, false, "a field", &field->name) || !pl_parse_expect(p, PL_TOKEN_COLON))
		return false;
	field->type = parse_type(p);
	field->optional = pl_parse_accept(p, PL_TOKEN_QUESTION);
	**tail = field;
	*tail = &field->next;
	return !p->panic;
}

static bool parse_record(struct pl_parser *p, struct pl_type_expr *t)
{
	struct pl_type_field **tail = &t->fields;
	t->form = PL_TYPE_RECORD;
	pl_parse_advance(p);
	do {
		if (!parse_record_field(p, &tail))
			return false;
	} while (pl_parse_accept(p, PL_TOKEN_COMMA));
	return pl_parse_expect(p, PL_TOKEN_RBRACE);
}

static bool parse_list_type(struct pl_parser *p, struct pl_type_expr *t)
{
	t->form = PL_TYPE_LIST;
	pl_parse_advance(p);
	if (!pl_parse_expect(p, PL_TOKEN_OF))
		return false;
	t->elem = parse_type(p);
	return t->elem;
}

static bool parse_map_type(struct pl_parser *p, struct pl_type_expr *t)
{
	t->form = PL_TYPE_MAP;
	pl_parse_advance(p);
	if (!pl_parse_expect(p, PL_TOKEN_OF))
		return false;
	if (!pl_parse_at_word(p, "string")) {
		pl_parse_unexpected(p, PL_STR("`string`"),
				    PL_STR("the keys of a map are strings: `map of string to ...`"));
		return false;
	}
	pl_parse_advance(p);
	if (!pl_parse_expect(p, PL_TOKEN_TO))
		return false;
	t->elem = parse_type(p);
	return t->elem;
}

static bool parse_type_inside(struct pl_parser *p, struct pl_type_expr *t)
{
	if (pl_parse_at(p, PL_TOKEN_LBRACE))
		return parse_record(p, t);
	if (pl_parse_at(p, PL_TOKEN_SET) || pl_parse_at_word(p, "list"))
		return parse_list_type(p, t);
	if (pl_parse_at_word(p, "map"))
		return parse_map_type(p, t);
	t->form = PL_TYPE_NAMED;
	if (pl_parse_at(p, PL_TOKEN_NAME))
		return pl_parse_name(p, false, "a type", &t->name);
	pl_parse_unexpected(p, PL_STR("a type"),
			    PL_STR("types are bool, int, cores, bytes, quantity, string, image, path, "
				   "role, arn, ip, version, date, set of T, map of string to T"));
	return false;
}

static struct pl_type_expr *parse_type(struct pl_parser *p)
{
	struct pl_type_expr *t = pl_parse_alloc(p, 1, sizeof *t);
	if (!t || !pl_parse_enter(p))
		return NULL;
	t->at = p->cur.at;
	bool ok = parse_type_inside(p, t);
	pl_parse_leave(p);
	t->at = pl_span_join(t->at, p->before);
	return ok ? t : NULL;
}

/* --- let
 * ----------------------------------------------------------------------------------------------------------------- */

static bool parse_argument(struct pl_parser *p, struct pl_arg ***tail)
{
	struct pl_arg *arg = pl_parse_alloc(p, 1, sizeof *arg);
	if (!arg || !pl_parse_name(p, false, "an argument", &arg->name))
		return false;
	if (pl_parse_accept(p, PL_TOKEN_COLON))
		arg->type = parse_type(p);
	**tail = arg;
	*tail = &arg->next;
	return !p->panic;
}

static bool parse_arguments(struct pl_parser *p, struct pl_decl *d)
{
	struct pl_arg **tail = &d->u.let.args;
	if (!pl_parse_accept(p, PL_TOKEN_LPAREN))
		return !p->panic;
	d->u.let.has_args = true;
	if (pl_parse_accept(p, PL_TOKEN_RPAREN))
		return true;
	do {
		if (!parse_argument(p, &tail))
			return false;
	} while (pl_parse_accept(p, PL_TOKEN_COMMA));
	return pl_parse_expect(p, PL_TOKEN_RPAREN);
}

void pl_parse_let(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (!pl_parse_name(p, false, "a value", &d->name) || !parse_arguments(p, d))
		return;
	if (pl_parse_expect(p, PL_TOKEN_ASSIGN))
		d->u.let.value = pl_parse_elsex(p);
}

/* --- decision tables
 * ------------------------------------------------------------------------------------------------------- */

/* The right side of a row: a value, or the mode of a rollout. */
static bool parse_outcome(struct pl_parser *p, bool modes, struct pl_expr **ret_value, uint8_t *ret_mode)
{
	if (!pl_parse_expect(p, PL_TOKEN_ARROW))
		return false;
	if (modes)
		return pl_parse_mode(p, ret_mode);
	*ret_value = pl_parse_primary(p);
	return *ret_value;
}

static bool parse_row(struct pl_parser *p, bool modes, struct pl_table_row ***tail)
{
	struct pl_table_row *row = pl_parse_alloc(p, 1, sizeof *row);
	if (!row)
		return false;
	row->at = p->cur.at;
	if (!pl_parse_string(p, "a string", &row->key) || !parse_outcome(p, modes, &row->value, &row->mode))
		return false;
	**tail = row;
	*tail = &row->next;
	return true;
}

/* A table: its key, its rows, and what holds otherwise. */
struct table {
	struct pl_expr *key;
	struct pl_table_row *rows;
	struct pl_expr *otherwise;
	uint8_t mode; /* of otherwise, in a rollout */
};

static void refuse_late_row(struct pl_parser *p)
{
	pl_parse_fail(p, PL_CODE_E0100, p->cur.at, PL_NONE, PL_NONE, PL_STR("move it in front of `otherwise`"),
		      "a row after `otherwise`, which is the last one");
}

static void parse_table(struct pl_parser *p, const struct pl_decl *d, bool modes, struct table *table)
{
	struct pl_table_row **tail = &table->rows;
	pl_parse_advance(p);
	table->key = pl_parse_elsex(p);
	while (pl_parse_at(p, PL_TOKEN_STRING)) {
		if (!parse_row(p, modes, &tail))
			return;
	}
	bool row = p->cur.first && pl_parse_at(p, PL_TOKEN_NAME) && pl_parse_peek(p)->kind == PL_TOKEN_ARROW;
	if (row)
		pl_parse_unexpected(p, PL_STR("a string or `otherwise`"),
				    PL_STR("the keys of a table stand in quotes"));
	if (!p->panic && p->cur.kind == PL_TOKEN_ERROR)
		p->panic = true;
	if (!pl_parse_at(p, PL_TOKEN_OTHERWISE)) {
		pl_parse_fail(p, PL_CODE_E0106, d->name.at, PL_NONE,
			      PL_STR("a table says what holds for every key, also for one that is absent"),
			      PL_STR("end the table with `otherwise => ...`"), "the table of `%.*s` has no `otherwise`",
			      PL_FMT(d->name.text));
		return;
	}
	pl_parse_advance(p);
	if (parse_outcome(p, modes, &table->otherwise, &table->mode) && pl_parse_at(p, PL_TOKEN_STRING))
		refuse_late_row(p);
}

void pl_parse_param(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (!pl_parse_name(p, false, "a parameter", &d->name))
		return;
	if (pl_parse_at(p, PL_TOKEN_ASSIGN) || pl_parse_at(p, PL_TOKEN_BY)) {
		pl_parse_fail(p, PL_CODE_E0202, d->name.at, PL_NONE,
			      PL_STR("a site changes it from outside, and what it writes is checked against the type"),
			      pl_parse_printf(p, "write `param %.*s: TYPE ...`", PL_FMT(d->name.text)),
			      "parameter `%.*s` has no type", PL_FMT(d->name.text));
		return;
	}
	if (!pl_parse_expect(p, PL_TOKEN_COLON))
		return;
	d->u.param.type = parse_type(p);
	if (pl_parse_accept(p, PL_TOKEN_ASSIGN)) {
		d->u.param.value = pl_parse_elsex(p);
		return;
	}
	if (!pl_parse_at(p, PL_TOKEN_BY)) {
		pl_parse_unexpected(p, PL_STR("`=` or `by`"),
				    PL_STR("a parameter has a value, or a table: `by namespace.name`"));
		return;
	}
	struct table table = {0};
	parse_table(p, d, false, &table);
	d->u.param.key = table.key;
	d->u.param.rows = table.rows;
	d->u.param.otherwise = table.otherwise;
}

void pl_parse_rollout(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (!pl_parse_names(p, "a rule", &d->u.rollout.rules))
		return;
	d->name.text = d->u.rollout.rules->text;
	d->name.at = d->u.rollout.rules->at;
	if (!pl_parse_at(p, PL_TOKEN_BY)) {
		pl_parse_unexpected(p, PL_STR("`by`"), PL_NONE);
		return;
	}
	struct table table = {0};
	parse_table(p, d, true, &table);
	d->u.rollout.key = table.key;
	d->u.rollout.rows = table.rows;
	d->u.rollout.otherwise = table.mode;
}

/* --- data
 * --------------------------------------------------------------------------------------------------------------------
 */

static void parse_fresh(struct pl_parser *p, struct pl_decl *d)
{
	if (!pl_parse_expect(p, PL_TOKEN_FOR))
		return;
	if (!pl_parse_at(p, PL_TOKEN_DUR)) {
		pl_parse_unexpected(p, PL_STR("a duration"), PL_STR("durations are written 30min, 26h or 7d"));
		return;
	}
	if (p->cur.low == 0 || p->cur.low > UINT32_MAX) {
		pl_parse_fail(p, PL_CODE_E0003, p->cur.at, PL_NONE, PL_NONE, PL_STR("durations are from 1s to 49710d"),
			      "no data can be fresh for %.*s", PL_FMT(p->cur.text));
		return;
	}
	d->u.data.fresh_seconds = (uint32_t)p->cur.low;
	pl_parse_advance(p);
}

/* The segments `..` lead out, wherever they stand: nobody needs to think about what they cancel. */
static bool climbs(pl_str path)
{
	size_t start = 0;
	for (size_t i = 0; i <= path.len; i++) {
		if (i < path.len && path.ptr[i] != '/')
			continue;
		if (i - start == 2 && path.ptr[start] == '.' && path.ptr[start + 1] == '.')
			return true;
		start = i + 1;
	}
	return false;
}

static bool holds_control(pl_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7F)
			return true;
	}
	return false;
}

/* What is wrong with a path; NULL: nothing. */
static const char *fault_of_path(pl_str path)
{
	if (path.len == 0)
		return "this names no file";
	if (holds_control(path))
		return "this name of a file holds a control character";
	if (path.ptr[0] == '/' || climbs(path))
		return "this file is not in the folder of the policy";
	return NULL;
}

/* Policies come from more people than may read what the program can read, and show what is in their data. A parser that
 * stops here leaves nobody a path to open. */
static bool parse_from(struct pl_parser *p, struct pl_decl *d)
{
	if (!pl_parse_expect(p, PL_TOKEN_FROM))
		return false;
	struct pl_span at = p->cur.at;
	if (!pl_parse_string(p, "a file name in quotes", &d->u.data.from))
		return false;
	const char *fault = fault_of_path(d->u.data.from);
	if (!fault)
		return true;
	pl_str help = pl_parse_printf(p, "write a path below that folder, or name the file with --data %.*s=FILE",
				      PL_FMT(d->name.text));
	pl_parse_fail(p, PL_CODE_E0206, at, PL_NONE,
		      PL_STR("a policy reads files of its own folder only; which others are read is not for it to say"),
		      help, "%s", fault);
	return false;
}

void pl_parse_data(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (!pl_parse_name(p, false, "a data file", &d->name) || !pl_parse_expect(p, PL_TOKEN_COLON))
		return;
	d->u.data.type = parse_type(p);
	if (!parse_from(p, d))
		return;
	if (pl_parse_accept(p, PL_TOKEN_FRESH))
		parse_fresh(p, d);
}

/* --- exception
 * ----------------------------------------------------------------------------------------------------------------- */

enum exception_clause {
	CLAUSE_FROM,
	CLAUSE_WHERE,
	CLAUSE_OWNER,
	CLAUSE_REASON,
	CLAUSE_EXPIRES,
	CLAUSE_TICKET,
	CLAUSES
};

static const enum pl_token_kind clause_words[CLAUSES] = {
	PL_TOKEN_FROM, PL_TOKEN_WHERE, PL_TOKEN_OWNER, PL_TOKEN_REASON, PL_TOKEN_EXPIRES, PL_TOKEN_TICKET,
};

static enum exception_clause clause_at(const struct pl_parser *p)
{
	unsigned c = 0;
	while (c < CLAUSES && !pl_parse_at(p, clause_words[c]))
		c++;
	return (enum exception_clause)c;
}

static void parse_expires(struct pl_parser *p, struct pl_decl *d)
{
	if (pl_parse_at(p, PL_TOKEN_DATE)) {
		d->u.exception.expires = p->cur.low;
		pl_parse_advance(p);
		return;
	}
	if (p->cur.kind == PL_TOKEN_ERROR) {
		p->panic = true;
		return;
	}
	bool here = !p->cur.first && p->cur.kind != PL_TOKEN_END;
	pl_parse_fail(p, PL_CODE_E0110, here ? p->cur.at : p->before, PL_NONE,
		      PL_STR("it is the last day of the exception"),
		      PL_STR("dates are written YYYY-MM-DD, without quotes"), "`expires` is not a date");
}

static void parse_clause(struct pl_parser *p, struct pl_decl *d, enum exception_clause clause)
{
	switch (clause) {
	case CLAUSE_FROM:
		pl_parse_names(p, "a rule", &d->u.exception.from);
		break;
	case CLAUSE_WHERE:
		d->u.exception.where = pl_parse_expr(p);
		break;
	case CLAUSE_OWNER:
		pl_parse_string(p, "a string", &d->u.exception.owner);
		break;
	case CLAUSE_REASON:
		pl_parse_string(p, "a string", &d->u.exception.reason);
		break;
	case CLAUSE_TICKET:
		pl_parse_string(p, "a string", &d->u.exception.ticket);
		break;
	case CLAUSE_EXPIRES:
		parse_expires(p, d);
		break;
	case CLAUSES:
		break;
	}
}

static void complain_missing(struct pl_parser *p, const struct pl_decl *d, unsigned seen)
{
	for (unsigned c = 0; c < CLAUSE_TICKET; c++) {
		if (seen & (1u << c))
			continue;
		pl_parse_complain(
			p, PL_CODE_E0111, d->name.at,
			PL_STR("every exception names its rules, its scope, its owner, its reason and its last day"),
			PL_NONE, PL_NONE, "exception `%.*s` has no `%s`", PL_FMT(d->name.text),
			pl_token_spelling(clause_words[c]));
	}
}

void pl_parse_exception(struct pl_parser *p, struct pl_decl *d)
{
	unsigned seen = 0;
	pl_parse_advance(p);
	if (!pl_parse_name(p, true, "an exception", &d->name))
		return;
	for (enum exception_clause c = clause_at(p); c != CLAUSES; c = clause_at(p)) {
		if (seen & (1u << c))
			pl_parse_complain(p, PL_CODE_E0111, p->cur.at, PL_NONE, PL_NONE,
					  PL_STR("keep one, or write two exceptions"), "exception `%.*s` has two `%s`",
					  PL_FMT(d->name.text), pl_token_spelling(clause_words[c]));
		seen |= 1u << c;
		pl_parse_advance(p);
		parse_clause(p, d, c);
	}
	complain_missing(p, d, seen);
}
