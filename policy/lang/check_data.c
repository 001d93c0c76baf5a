/* check_data.c - `data` declarations: their types, the files the client read for them, and the terms that read them. A
 * file is read into a constant once for each form in which it is used: as it is declared, and converted to what it
 * stands next to. spec: language.md 3.10, 7.1, 7.2 */
#include "check.h"

#include <stdlib.h>

#include "base/buf.h"

#define MAX_DATA 1024 /* declarations */

/* --- types -------------------------------------------------------------------------------------------------------- */

static bool refuse_type(struct pl_checker *c, const struct pl_type_expr *t, const char *what)
{
	pl_check_complain(
		c,
		&(struct pl_complaint){.code = PL_CODE_E0201,
				       .at = t->at,
				       .help = PL_STR("a data file is a `set of T`, or a `map of string to` T, "
						      "`set of T` or `{field: T, field: T?}`, where T is "
						      "bool, int, cores, bytes, quantity, string, image, "
						      "path, role, arn, ip, version or date")},
		"%s", what);
	return false;
}

/* A single value; addresses in a set are networks, as in parameters. */
static bool column_type(struct pl_checker *c, const struct pl_type_expr *t, struct pl_table_column *column,
			struct pl_type *ret)
{
	column->listed = t->form == PL_TYPE_LIST;
	const struct pl_type_expr *single = column->listed ? t->elem : t;
	if (single->form != PL_TYPE_NAMED)
		return refuse_type(c, single, "this cannot be inside a data file");
	struct pl_type type = pl_check_named_type(c, single);
	if (type.kind == PL_T_NONE)
		return false;
	if (!pl_type_is_scalar(type))
		return refuse_type(c, single, "a data file holds single values");
	if (column->listed && type.kind == PL_T_IP)
		type = pl_type_scalar(PL_T_NETWORK);
	column->form = (struct pl_cell_form){.kind = type.kind};
	*ret = column->listed ? pl_type_list(type) : type;
	return true;
}

struct field {
	const struct pl_type_field *decl;
};

static int by_name(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	return pl_str_cmp(x->decl->name.text, y->decl->name.text);
}

/* The fields of a record by name; NULL after an error. */
static struct field *sort_fields(struct pl_checker *c, const struct pl_type_expr *t, uint32_t *ret_count)
{
	uint32_t n = 0;
	for (const struct pl_type_field *f = t->fields; f; f = f->next)
		n++;
	struct field *fields = pl_arena_zalloc(c->arena, n, sizeof *fields);
	if (!fields)
		return pl_check_memory(c);
	n = 0;
	for (const struct pl_type_field *f = t->fields; f; f = f->next)
		fields[n++].decl = f;
	qsort(fields, n, sizeof *fields, by_name);
	for (uint32_t i = 1; i < n; i++) {
		if (!pl_str_eq(fields[i - 1].decl->name.text, fields[i].decl->name.text))
			continue;
		const struct pl_name *name = &fields[i].decl->name;
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0203, .at = name->at},
				  "the field `%.*s` is defined twice", PL_FMT(name->text));
		return NULL;
	}
	*ret_count = n;
	return fields;
}

static bool row_type(struct pl_checker *c, const struct pl_type_expr *t, struct pl_data_def *def)
{
	uint32_t n = 0;
	struct field *fields = sort_fields(c, t, &n);
	if (!fields)
		return false;
	if (n > PL_TABLE_MAX_COLUMNS) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0003, .at = t->at},
				  "a row has at most %u fields", PL_TABLE_MAX_COLUMNS);
		return false;
	}
	struct pl_table_column *columns = pl_arena_zalloc(c->arena, n, sizeof *columns);
	struct pl_type *types = pl_arena_zalloc(c->arena, n, sizeof *types);
	if (!columns || !types)
		return pl_check_memory(c) != NULL;
	for (uint32_t i = 0; i < n; i++) {
		columns[i] = (struct pl_table_column){.name = fields[i].decl->name.text,
						      .optional = fields[i].decl->optional};
		if (!column_type(c, fields[i].decl->type, &columns[i], &types[i]))
			return false;
	}
	def->types = types;
	def->form.columns = columns;
	def->form.column_count = (uint16_t)n;
	def->form.rows = true;
	return true;
}

static bool one_column(struct pl_checker *c, const struct pl_type_expr *t, struct pl_data_def *def)
{
	struct pl_table_column *column = pl_arena_zalloc(c->arena, 1, sizeof *column);
	struct pl_type *type = pl_arena_zalloc(c->arena, 1, sizeof *type);
	if (!column || !type)
		return pl_check_memory(c) != NULL;
	if (!column_type(c, t, column, type))
		return false;
	def->types = type;
	def->form.columns = column;
	def->form.column_count = 1;
	return true;
}

static void find_type(struct pl_checker *c, struct pl_data_def *def, uint32_t index)
{
	const struct pl_type_expr *t = def->decl->u.data.type;
	def->form.name = def->decl->name.text;
	def->form.keyed = t->form == PL_TYPE_MAP;
	if (t->form == PL_TYPE_LIST) {
		if (one_column(c, t, def))
			def->type = def->types[0];
	} else if (t->form != PL_TYPE_MAP) {
		refuse_type(c, t, "a data file is a set or a map");
	} else if (t->elem->form == PL_TYPE_RECORD) {
		if (row_type(c, t->elem, def))
			def->type = (struct pl_type){.kind = PL_T_MAP, .elem = PL_T_ROW, .elem_ref = (uint16_t)index};
	} else if (one_column(c, t->elem, def)) {
		def->type = pl_type_map(def->types[0]);
	}
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void unknown_data(struct pl_checker *c, const struct pl_policy_data *given)
{
	struct pl_nearest nearest = {.word = given->name};
	pl_str known = {0};
	for (uint32_t i = 0; i < c->data_names.count; i++) {
		pl_str name = c->data_defs[i].decl->name.text;
		pl_nearest_offer(&nearest, name);
		if (i < 32)
			known = pl_check_text(c, "%.*s%s%.*s", PL_FMT(known), i ? ", " : "data are ", PL_FMT(name));
	}
	struct pl_complaint complaint = {.code = PL_CODE_E0302, .at = {0, (uint32_t)given->name.len}};
	complaint.label = pl_check_did_you_mean(c, &nearest);
	complaint.help = known.len ? known : PL_STR("the policy declares no data");
	pl_check_complain(c, &complaint, "no data is called `%.*s`", PL_FMT(given->name));
}

static void take_file(struct pl_checker *c, const struct pl_policy_data *given)
{
	uint32_t i;
	struct pl_policy_source *source = pl_arena_zalloc(c->arena, 1, sizeof *source);
	if (!source) {
		pl_check_memory(c);
		return;
	}
	*source = (struct pl_policy_source){PL_STR("--data"), given->name};
	c->scope.source = source;
	if (!pl_intern_find(&c->data_names, given->name, &i))
		unknown_data(c, given);
	else if (c->data_defs[i].given)
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0203, .at = {0, (uint32_t)given->name.len}},
				  "two files are given for the data `%.*s`", PL_FMT(given->name));
	else if (given->text.len > PL_POLICY_DATA_MAX)
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0003, .at = {0, (uint32_t)given->name.len}},
				  "the file of the data `%.*s` is larger than %u MiB", PL_FMT(given->name),
				  PL_POLICY_DATA_MAX >> 20);
	else
		c->data_defs[i].given = given;
}

/* A copy of the file, from which values borrow. */
static bool keep_file(struct pl_checker *c, struct pl_data_def *def)
{
	def->file.name = pl_arena_dup(c->arena, def->given->file);
	def->file.text = pl_arena_dup(c->arena, def->given->text);
	return def->file.name.ptr && def->file.text.ptr ? true : pl_check_memory(c) != NULL;
}

/* --- uses --------------------------------------------------------------------------------------------------------- */

static bool same_form(struct pl_cell_form a, struct pl_cell_form b)
{
	return a.kind == b.kind && a.place == b.place && a.image == b.image;
}

/* The form of the file in which one column is of another type. */
static const struct pl_table_column *converted_columns(struct pl_checker *c, const struct pl_table_form *form,
						       const struct pl_data_use *use)
{
	struct pl_table_column *columns = pl_arena_zalloc(c->arena, form->column_count, sizeof *columns);
	for (uint16_t i = 0; columns && i < form->column_count; i++) {
		columns[i] = form->columns[i];
		if (i == use->column)
			columns[i].form = use->form;
	}
	return columns;
}

/* Fills the value of a use; false after an error. */
static bool read_use(struct pl_checker *c, struct pl_data_use *use)
{
	const struct pl_data_def *def = &c->data_defs[use->data];
	struct pl_table_form form = def->form;
	use->value = pl_value_absent();
	if (!def->file.text.ptr)
		return true;
	if (use->converted)
		form.columns = converted_columns(c, &form, use);
	pl_err err = form.columns ? pl_table_read(&form, &def->file, c->arena, &use->value, c->quiet ? NULL : c->diags)
				  : PL_E_MEMORY;
	if (err == PL_E_POLICY) {
		c->errors++;
		use->failed = !c->quiet;
	} else if (err != PL_OK) {
		c->err = err;
	}
	return err == PL_OK;
}

/* The number of a use, made when it is new; UINT32_MAX after an error. */
static uint32_t find_use(struct pl_checker *c, struct pl_data_use wanted)
{
	for (uint32_t i = 0; i < c->use_count; i++) {
		const struct pl_data_use *u = &c->uses[i];
		if (u->data != wanted.data || u->converted != wanted.converted || u->column != wanted.column ||
		    !same_form(u->form, wanted.form))
			continue;
		c->errors += u->failed; /* what is wrong has been said */
		return u->failed ? UINT32_MAX : i;
	}
	bool sound = read_use(c, &wanted);
	struct pl_data_use *grown = pl_intern_grow(c->arena, c->uses, c->use_count, &c->use_room, sizeof *grown);
	if (!grown) {
		pl_check_memory(c);
		return UINT32_MAX;
	}
	c->uses = grown;
	if (sound || wanted.failed)
		grown[c->use_count++] = wanted;
	return sound ? c->use_count - 1 : UINT32_MAX;
}

void pl_check_data(struct pl_checker *c)
{
	for (uint32_t i = 0; i < c->data_names.count && c->err == PL_OK; i++) {
		struct pl_data_def *def = &c->data_defs[i];
		c->scope.source = def->source;
		if (i >= MAX_DATA) {
			pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0003, .at = def->decl->name.at},
					  "a policy set has at most %d data files", MAX_DATA);
			return;
		}
		find_type(c, def, i);
	}
	for (size_t i = 0; i < c->data_count && c->err == PL_OK; i++)
		take_file(c, &c->data[i]);
	for (uint32_t i = 0; i < c->data_names.count && c->err == PL_OK; i++) {
		struct pl_data_def *def = &c->data_defs[i];
		if (def->given && def->given->text.ptr && def->type.kind != PL_T_NONE && keep_file(c, def))
			find_use(c, (struct pl_data_use){.data = i});
	}
}

/* --- terms -------------------------------------------------------------------------------------------------------- */

static struct pl_term *use_term(struct pl_checker *c, uint32_t use, struct pl_type type, struct pl_span at)
{
	const struct pl_data_use *u = &c->uses[use];
	struct pl_term *t = pl_check_new(c, PL_TERM_DATA, at, type, 0);
	if (!t)
		return NULL;
	t->u.data.use = use;
	t->u.data.given = u->value.kind != PL_V_ABSENT;
	t->u.data.count = pl_value_count(&u->value);
	return t;
}

struct pl_term *pl_check_data_term(struct pl_checker *c, uint32_t data, struct pl_span at)
{
	const struct pl_data_def *def = &c->data_defs[data];
	uint32_t use = def->type.kind == PL_T_NONE ? UINT32_MAX : find_use(c, (struct pl_data_use){.data = data});
	if (use != UINT32_MAX)
		return use_term(c, use, def->type, at);
	c->errors += def->type.kind == PL_T_NONE; /* the type has been complained about */
	return NULL;
}

static uint16_t find_column(const struct pl_table_form *form, pl_str name)
{
	uint16_t i = 0;
	while (i < form->column_count && !pl_str_eq(form->columns[i].name, name))
		i++;
	return i;
}

static struct pl_term *unknown_field(struct pl_checker *c, const struct pl_data_def *def, const struct pl_name *name)
{
	struct pl_nearest nearest = {.word = name->text};
	struct pl_buf fields;
	pl_buf_init(&fields, c->arena, 64);
	for (uint16_t i = 0; i < def->form.column_count; i++) {
		pl_nearest_offer(&nearest, def->form.columns[i].name);
		pl_buf_addf(&fields, "%s%.*s", i ? ", " : "its fields are ", PL_FMT(def->form.columns[i].name));
	}
	struct pl_complaint complaint = {.code = PL_CODE_E0303, .at = name->at};
	complaint.label = pl_check_did_you_mean(c, &nearest);
	complaint.help = pl_buf_str(&fields);
	pl_check_complain(c, &complaint, "a row of `%.*s` has no field `%.*s`", PL_FMT(def->form.name),
			  PL_FMT(name->text));
	return NULL;
}

struct pl_term *pl_check_row_field(struct pl_checker *c, const struct pl_expr *e, struct pl_term *row)
{
	const struct pl_data_def *def = &c->data_defs[row->type.ref];
	uint16_t i = find_column(&def->form, e->name.text);
	if (i == def->form.column_count)
		return unknown_field(c, def, &e->name);
	struct pl_value name = {.kind = PL_V_STRING, .of = PL_T_STRING, .u.s = def->form.columns[i].name};
	struct pl_term *key = pl_check_const(c, e->name.at, pl_type_scalar(PL_T_STRING), name);
	struct pl_term *t = pl_check_new2(c, PL_TERM_INDEX, e->at, def->types[i], row, key);
	if (t)
		t->op = def->form.columns[i].optional ? PL_INDEX_OPTIONAL_FIELD : PL_INDEX_FIELD;
	return t;
}

bool pl_check_is_data(const struct pl_term *t)
{
	return t->kind == PL_TERM_DATA && t->type.kind == PL_T_LIST;
}

/* --- converting --------------------------------------------------------------------------------------------------- */

/* Where a term reads its values: the table at its root, and the column. NULL: not from a table directly. */
static struct pl_term *table_of(struct pl_checker *c, struct pl_term *t, uint16_t *ret_column)
{
	*ret_column = 0;
	if (t->kind == PL_TERM_INDEX && t->op != PL_INDEX_ENTRY) {
		const struct pl_data_def *def = &c->data_defs[t->items[0]->type.ref];
		*ret_column = find_column(&def->form, t->items[1]->u.value.u.s);
		t = t->items[0];
	}
	if (t->kind == PL_TERM_INDEX && t->op == PL_INDEX_ENTRY)
		t = t->items[0];
	return t->kind == PL_TERM_DATA ? t : NULL;
}

/* What a value of one type can be read as, so that it goes with the other. */
static bool convert_form(struct pl_cell_form from, uint8_t to, bool place, struct pl_cell_form *ret)
{
	bool text = from.kind == PL_T_STRING && (to == PL_T_IMAGE || to == PL_T_PATH || to == PL_T_ROLE ||
						 to == PL_T_ARN || to == PL_T_IP || to == PL_T_NETWORK);
	bool image = from.kind == PL_T_IMAGE && to == PL_T_IMAGE && place;
	bool address = from.kind == PL_T_IP && to == PL_T_NETWORK;
	*ret = (struct pl_cell_form){.kind = to, .place = place, .image = image};
	return text || image || address;
}

/* The term with another table at its root. */
static struct pl_term *rebase(struct pl_checker *c, const struct pl_term *t, struct pl_term *table)
{
	struct pl_term *copy = t->kind == PL_TERM_INDEX ? pl_check_copy(c, t) : table;
	if (!copy || copy == table)
		return copy;
	copy->items[0] = rebase(c, t->items[0], table);
	return copy->items[0] ? copy : NULL;
}

enum pl_fit pl_check_data_fit(struct pl_checker *c, struct pl_term **term, const struct pl_want *want)
{
	struct pl_term *plain = (*term)->plain ? (*term)->plain : *term;
	uint16_t column;
	struct pl_term *table = table_of(c, plain, &column);
	bool listed = plain->type.kind == PL_T_LIST;
	if (!table || listed != (want->type.kind == PL_T_LIST))
		return PL_FIT_NOT;
	struct pl_data_use use = {.data = c->uses[table->u.data.use].data, .column = column, .converted = true};
	uint8_t to = listed ? want->type.elem : want->type.kind;
	if (!convert_form(c->data_defs[use.data].form.columns[column].form, to, want->base, &use.form))
		return PL_FIT_NOT;
	uint32_t found = find_use(c, use);
	struct pl_term *root = found == UINT32_MAX ? NULL : use_term(c, found, table->type, table->at);
	struct pl_term *made = root ? rebase(c, plain, root) : NULL;
	if (!made)
		return PL_FIT_FAILED;
	made->source = plain->source;
	made->type =
		listed ? pl_type_list(pl_type_scalar((enum pl_type_kind)to)) : pl_type_scalar((enum pl_type_kind)to);
	made->plain = plain;
	*term = made;
	return PL_FIT_OK;
}
