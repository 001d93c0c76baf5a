/* check_param.c - parameters: their declared types, their values or decision tables, and what --set makes of them.
 * spec: language.md 3.10; plimsoll/policy.h on --set */
#include "check.h"

/* --- types as written
 * ----------------------------------------------------------------------------------------------------- */

static const char *const type_names[] = {"bool", "int",	 "cores", "bytes", "quantity", "string", "image",
					 "path", "role", "arn",	  "ip",	   "version",  "date",	 "set of string"};

static struct pl_type unknown_type(struct pl_checker *c, const struct pl_type_expr *t)
{
	struct pl_nearest nearest = {.word = t->name.text};
	for (unsigned i = 0; i < sizeof type_names / sizeof *type_names; i++)
		pl_nearest_offer(&nearest, pl_str_from(type_names[i]));
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0201,
			.at = t->name.at,
			.label = pl_check_did_you_mean(c, &nearest),
			.help = PL_STR("types are bool, int, cores, bytes, quantity, string, image, path, role, "
				       "arn, ip, version, date, a subject, `set of ...` and `map of string to ...`"),
		},
		"no type is called `%.*s`", PL_FMT(t->name.text));
	return pl_type_scalar(PL_T_NONE);
}

struct pl_type pl_check_named_type(struct pl_checker *c, const struct pl_type_expr *t)
{
	struct pl_type type = pl_type_named(t->name.text);
	if (type.kind == PL_T_NONE)
		return unknown_type(c, t);
	if (type.kind == PL_T_SUBJECT && type.ref == PL_SUBJECT_IMAGE)
		return pl_type_scalar(PL_T_IMAGE);
	return type;
}

struct pl_type pl_check_type(struct pl_checker *c, const struct pl_type_expr *t)
{
	if (t->form == PL_TYPE_NAMED)
		return pl_check_named_type(c, t);
	if (t->form == PL_TYPE_RECORD || t->elem->form != PL_TYPE_NAMED) {
		pl_check_complain(c,
				  &(struct pl_complaint){
					  .code = PL_CODE_E0201,
					  .at = t->form == PL_TYPE_RECORD ? t->at : t->elem->at,
					  .note = PL_STR("sets and maps hold single values; records are for `data`")},
				  "there is no such type");
		return pl_type_scalar(PL_T_NONE);
	}
	struct pl_type elem = pl_check_named_type(c, t->elem);
	if (elem.kind == PL_T_NONE)
		return elem;
	return t->form == PL_TYPE_LIST ? pl_type_list(elem) : pl_type_map(elem);
}

/* --- values from the command line
 * -------------------------------------------------------------------------------------------- */

/* Types whose values may be given without quotes. */
static bool is_raw(uint8_t kind)
{
	return kind == PL_T_STRING || kind == PL_T_IMAGE || kind == PL_T_PATH || kind == PL_T_ROLE ||
	       kind == PL_T_ARN || kind == PL_T_IP || kind == PL_T_NETWORK;
}

static pl_str trim(pl_str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = (pl_str){s.ptr + 1, s.len - 1};
	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static bool is_literal_expr(const struct pl_expr *e)
{
	if (e->kind <= PL_EXPR_BOOL)
		return true;
	if (e->kind != PL_EXPR_SET && e->kind != PL_EXPR_MAP)
		return false;
	for (const struct pl_expr *item = e->a; item; item = item->next) {
		if (item->kind > PL_EXPR_BOOL)
			return false;
	}
	return true;
}

/* A setting is read wherever its parameter is used, and complained about once. */
static bool is_said(const struct pl_checker *c)
{
	const struct pl_policy_source *source = c->scope.source;
	for (unsigned i = 0; c->diags && i < c->diags->count; i++) {
		const struct pl_diag *d = &c->diags->items[i];
		if (d->text.ptr == source->text.ptr && pl_str_eq(d->source, source->name))
			return true;
	}
	return false;
}

/* A literal of the language; c->scope.source is the text itself. */
static struct pl_term *parsed_setting(struct pl_checker *c)
{
	struct pl_expr *e = NULL;
	struct pl_diags *diags = c->quiet || is_said(c) ? NULL : c->diags;
	pl_err err = pl_parse_value(c->scope.source, c->arena, &e, diags);
	if (err == PL_E_MEMORY)
		return pl_check_memory(c);
	if (err != PL_OK) {
		c->errors++;
		return NULL;
	}
	if (is_literal_expr(e))
		return pl_check_value(c, e);
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = e->at},
			  "a setting is a literal value, not an expression");
	return NULL;
}

static struct pl_term *raw_setting(struct pl_checker *c, pl_str text)
{
	struct pl_span at = {0, (uint32_t)text.len};
	return pl_check_const(c, at, pl_type_scalar(PL_T_STRING),
			      (struct pl_value){.kind = PL_V_STRING, .of = PL_T_STRING, .u.s = text});
}

/* One value: its text is a source of its own, so that a complaint shows it. */
static struct pl_term *setting_item(struct pl_checker *c, const struct pl_def *def, pl_str text, uint8_t kind)
{
	struct pl_policy_source *source = pl_arena_zalloc(c->arena, 1, sizeof *source);
	if (!source)
		return pl_check_memory(c);
	source->name = pl_check_text(c, "--set %.*s", PL_FMT(def->decl->name.text));
	source->text = text;
	c->scope.source = source;
	bool quoted = text.len && text.ptr[0] == '"';
	return is_raw(kind) && !quoted ? raw_setting(c, text) : parsed_setting(c);
}

/* a,b,c */
static struct pl_term *setting_list(struct pl_checker *c, const struct pl_def *def, pl_str text, uint8_t kind)
{
	uint32_t n = 0, count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == ',';
	if (trim(text).len == 0)
		count = 0;
	struct pl_term *set =
		pl_check_new(c, PL_TERM_SET, (struct pl_span){0}, pl_type_list(pl_type_scalar(PL_T_NONE)), count);
	for (size_t from = 0, i = 0; set && n < count && i <= text.len; i++) {
		if (i < text.len && text.ptr[i] != ',')
			continue;
		set->items[n] = setting_item(c, def, trim((pl_str){text.ptr + from, i - from}), kind);
		if (!set->items[n++])
			return NULL;
		from = i + 1;
	}
	struct pl_type elem;
	if (!set || !pl_check_unify(c, set->at, set->items, n, "in one set with", &elem))
		return NULL;
	set->type = pl_type_list(elem);
	return set;
}

static struct pl_term *setting_value(struct pl_checker *c, const struct pl_def *def, struct pl_type type)
{
	pl_str text = trim(def->setting->value);
	c->scope.source_index = UINT16_MAX; /* no `let` of any file is meant */
	bool braced = text.len && text.ptr[0] == '{';
	if (type.kind == PL_T_LIST && !braced)
		return setting_list(c, def, text, type.elem);
	return setting_item(c, def, text, type.kind);
}

/* --- tables
 * --------------------------------------------------------------------------------------------------------------------
 */

static uint32_t count_rows(const struct pl_table_row *rows)
{
	uint32_t n = 0;
	for (; rows; rows = rows->next)
		n++;
	return n;
}

static bool table_key(struct pl_checker *c, const struct pl_expr *e, struct pl_term **ret)
{
	*ret = pl_check_value(c, e);
	if (!*ret || pl_type_is_text((*ret)->type))
		return *ret != NULL;
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = e->at},
			  "a decision table goes by a string; this is %.*s",
			  PL_FMT(pl_check_type_text(c, (*ret)->type)));
	return false;
}

static bool fresh_key(struct pl_checker *c, const struct pl_table_row *rows, const struct pl_table_row *row)
{
	const struct pl_table_row *r = rows;
	while (r != row && !pl_str_eq(r->key, row->key))
		r = r->next;
	if (r != row)
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0327,
							 .at = row->at,
							 .label = PL_STR("the result would depend on their order")},
				  "the key \"%.*s\" stands twice in this table", PL_FMT(row->key));
	return r == row;
}

/* A key that the column can never have is a typing mistake. */
static bool possible_key(struct pl_checker *c, const struct pl_term *column, const struct pl_table_row *row)
{
	struct pl_want want = {.type = pl_type_scalar(PL_T_STRING), .domain = pl_term_domain(column)};
	struct pl_value v = {.kind = PL_V_STRING, .of = PL_T_STRING, .u.s = row->key};
	struct pl_term *key = pl_check_const(c, row->at, pl_type_scalar(PL_T_STRING), v);
	return key && pl_check_fit(c, &key, &want) == PL_FIT_OK;
}

struct pl_term *pl_check_table(struct pl_checker *c, struct pl_span at, struct pl_type type, const struct pl_expr *key,
			       const struct pl_table_row *rows)
{
	uint32_t n = count_rows(rows), i = 0;
	struct pl_term *t = pl_check_new(c, PL_TERM_SWITCH, at, type, n + 2);
	pl_str *keys = pl_arena_zalloc(c->arena, n, sizeof *keys);
	if (!t || !keys || !table_key(c, key, &t->items[0]))
		return keys || !t ? NULL : pl_check_memory(c);
	for (const struct pl_table_row *row = rows; row; row = row->next) {
		if (!fresh_key(c, rows, row) || !possible_key(c, t->items[0], row))
			return NULL;
		keys[i++] = row->key;
	}
	t->u.keys = keys;
	return t;
}

static struct pl_term *table(struct pl_checker *c, const struct pl_decl *decl, struct pl_type type)
{
	uint32_t i = 1;
	struct pl_term *t = pl_check_table(c, decl->name.at, type, decl->u.param.key, decl->u.param.rows);
	for (const struct pl_table_row *row = decl->u.param.rows; t && row; row = row->next, i++) {
		t->items[i] = pl_check_value(c, row->value);
		if (!t->items[i])
			return NULL;
	}
	if (t)
		t->items[i] = pl_check_value(c, decl->u.param.otherwise);
	return t && t->items[i] ? t : NULL;
}

/* --- the value of a parameter
 * ----------------------------------------------------------------------------------------------------- */

/* A set of addresses is a set of networks: one address is the smallest. */
static struct pl_type wanted_type(struct pl_type declared)
{
	if (declared.kind == PL_T_LIST && declared.elem == PL_T_IP)
		declared.elem = PL_T_NETWORK;
	return declared;
}

/* Where a table or `else` goes wrong: its first part that does not fit. */
static const struct pl_term *misfit(struct pl_checker *c, struct pl_term *value, const struct pl_want *want)
{
	if (value->kind != PL_TERM_SWITCH && value->kind != PL_TERM_ELSE)
		return value;
	for (uint32_t i = value->kind == PL_TERM_SWITCH ? 1 : 0; i < value->count; i++) {
		struct pl_term *item = value->items[i];
		if (pl_check_fit(c, &item, want) != PL_FIT_OK)
			return value->items[i];
	}
	return value;
}

static bool has_type(struct pl_checker *c, const struct pl_def *def, struct pl_type type, struct pl_term **value)
{
	struct pl_want want = {.type = type};
	enum pl_fit fit = pl_check_fit(c, value, &want);
	bool strict = type.kind != PL_T_INT || (*value)->type.kind == PL_T_INT;
	if (fit == PL_FIT_OK && strict)
		return true;
	if (fit == PL_FIT_FAILED)
		return false;
	const struct pl_term *wrong = misfit(c, *value, &want);
	struct pl_complaint complaint = {.code = PL_CODE_E0304, .at = wrong->at, .source = wrong->source};
	if (type.kind == PL_T_BYTES && wrong->type.kind == PL_T_INT)
		complaint.help = PL_STR("memory is written with a unit: Ki, Mi, Gi");
	if (type.kind == PL_T_VERSION)
		complaint.help = PL_STR("versions are written like v1.29");
	pl_check_complain(c, &complaint, "the parameter `%.*s` is %.*s; this is %.*s", PL_FMT(def->decl->name.text),
			  PL_FMT(pl_check_type_text(c, type)), PL_FMT(pl_check_type_text(c, wrong->type)));
	return false;
}

static struct pl_term *param_value(struct pl_checker *c, const struct pl_def *def)
{
	const struct pl_decl *decl = def->decl;
	struct pl_type type = wanted_type(pl_check_type(c, decl->u.param.type));
	if (type.kind == PL_T_NONE)
		return NULL;
	struct pl_term *t = def->setting	  ? setting_value(c, def, type)
			    : decl->u.param.value ? pl_check_value(c, decl->u.param.value)
						  : table(c, decl, type);
	return t && has_type(c, def, type, &t) ? t : NULL;
}

bool pl_check_param_takes(struct pl_checker *c, const struct pl_def *def, const struct pl_expr *literal)
{
	struct pl_scope before = c->scope;
	c->scope.source = def->source;
	c->scope.source_index = def->decl->source;
	struct pl_type type = wanted_type(pl_check_type(c, def->decl->u.param.type));
	c->scope = before;
	struct pl_term *t = type.kind == PL_T_NONE ? NULL : pl_check_value(c, literal);
	return t && has_type(c, def, type, &t);
}

struct pl_term *pl_check_param(struct pl_checker *c, struct pl_def *def, struct pl_span at)
{
	if (def->constant)
		return def->constant;
	if (def->open) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0313, .at = at},
				  "`%.*s` is defined by itself", PL_FMT(def->decl->name.text));
		return NULL;
	}
	struct pl_scope before = c->scope;
	c->scope = (struct pl_scope){.source = def->source,
				     .source_index = def->decl->source,
				     .platforms = PL_ON_BOTH,
				     .inside_let = true,
				     .inside_call = def->used};
	def->used = true;
	def->open = true;
	struct pl_term *t = pl_check_enter(c, at) ? param_value(c, def) : NULL;
	c->depth--;
	def->open = false;
	c->scope = before;
	if (t && pl_term_is_constant(t))
		def->constant = t;
	return t;
}
