/* table.c - see table.h. Bad values are reported and passed over, so that an author sees several at once; a table with
 * one of them is none. The tape of a JSON file lives in an arena of its own, which is given back. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "model/scalar.h"

#define MAX_COMPLAINTS 10
#define SHOWN	       80 /* code points of a value in a message */
#define SCRATCH_LEAST  ((size_t)4 << 20)
#define JSON_DEPTH     64

struct reader {
	const struct pl_table_form *form;
	const struct pl_policy_source *file;
	struct pl_arena *arena;	  /* of the table */
	struct pl_arena *scratch; /* of the reading */
	struct pl_diags *diags;
	unsigned complaints;
	const struct pl_doc *doc;
	const struct pl_value *names; /* of the columns of a row */
};

/* --- complaints --------------------------------------------------------------------------------------------------- */

/* "`critical` in a row of `scans`", "`scans`". */
static pl_str place_of(const struct reader *r, const struct pl_table_column *column)
{
	const char *what = r->form->rows	      ? ""
			   : !r->form->keyed	      ? "an element of "
			   : column && column->listed ? "an element of an entry of "
						      : "an entry of ";
	if (r->form->rows && column)
		return pl_arena_printf(r->scratch, "`%.*s` of a row of `%.*s`", PL_FMT(column->name),
				       PL_FMT(r->form->name));
	if (r->form->rows)
		return pl_arena_printf(r->scratch, "a row of `%.*s`", PL_FMT(r->form->name));
	return pl_arena_printf(r->scratch, "%s`%.*s`", what, PL_FMT(r->form->name));
}

struct problem {
	enum pl_code code;
	struct pl_span at;
	pl_str label, note, help;
};

static void complain(struct reader *r, const struct problem *p, const char *fmt, ...) PL_PRINTF(3, 4);
static void complain(struct reader *r, const struct problem *p, const char *fmt, ...)
{
	if (r->complaints++ >= MAX_COMPLAINTS)
		return;
	va_list ap;
	va_start(ap, fmt);
	pl_lang_data_errorv(r->diags, r->file, p->code, p->at, p->label, p->note, p->help, fmt, ap);
	va_end(ap);
}

/* A text of the file as messages show it. */
static pl_str shown(const struct reader *r, pl_str text)
{
	struct pl_buf b;
	pl_buf_init(&b, r->scratch, 0);
	pl_buf_add_escaped(&b, text, SHOWN);
	return pl_buf_str(&b);
}

static void refuse_text(struct reader *r, const struct pl_table_column *column, pl_str text, struct pl_span at,
			const char *why)
{
	const char *example = pl_cell_example(column->form);
	pl_str place = place_of(r, column);
	complain(r,
		 &(struct problem){.code = PL_CODE_E0329,
				   .at = at,
				   .label = place,
				   .note = pl_str_from(why),
				   .help = pl_str_from(example)},
		 "\"%.*s\" is not %s", PL_FMT(shown(r, text)), pl_cell_noun(column->form));
}

static const char *found(const struct pl_doc *doc, pl_node node)
{
	switch (pl_doc_type(doc, node)) {
	case PL_NODE_NULL:
		return "null";
	case PL_NODE_FALSE:
	case PL_NODE_TRUE:
		return "true or false";
	case PL_NODE_NUMBER:
		return "a number";
	case PL_NODE_STRING:
	case PL_NODE_PLAIN:
		return "a string";
	case PL_NODE_ARRAY:
		return "an array";
	case PL_NODE_OBJECT:
		return "an object";
	case PL_NODE_NONE:
		break;
	}
	return "nothing";
}

static void refuse_type(struct reader *r, const struct pl_table_column *column, pl_node node, const char *wanted)
{
	bool quoted = column && pl_doc_type(r->doc, node) == PL_NODE_STRING &&
		      (column->form.kind == PL_T_INT || column->form.kind == PL_T_BOOL);
	bool bare = column && pl_doc_type(r->doc, node) == PL_NODE_NUMBER && column->form.kind == PL_T_STRING;
	pl_str help = quoted ? PL_STR("write it without quotes") : bare ? PL_STR("write it in quotes") : (pl_str){0};
	if (column && !help.len && pl_doc_type(r->doc, node) != PL_NODE_NULL)
		help = pl_str_from(pl_cell_example(column->form));
	complain(r,
		 &(struct problem){.code = PL_CODE_E0329,
				   .at = pl_doc_span(r->doc, node),
				   .label = place_of(r, column),
				   .help = help},
		 "%s is needed here, and this is %s", wanted, found(r->doc, node));
}

/* --- cells -------------------------------------------------------------------------------------------------------- */

static pl_err read_text(struct reader *r, const struct pl_table_column *column, pl_str text, struct pl_span at,
			struct pl_value *ret)
{
	const char *why = NULL;
	pl_err err = pl_cell_read(text, column->form, r->arena, ret, &why);
	if (err != PL_E_SYNTAX)
		return err;
	refuse_text(r, column, text, at, why);
	return PL_OK;
}

/* Whether a JSON value of this type can be a cell at all; its text then decides. */
static bool is_admitted(enum pl_node_type type, uint8_t kind)
{
	bool word = type == PL_NODE_TRUE || type == PL_NODE_FALSE;
	if (kind == PL_T_BOOL || kind == PL_T_INT)
		return kind == PL_T_BOOL ? word : type == PL_NODE_NUMBER;
	bool amount = kind == PL_T_CORES || kind == PL_T_QUANTITY;
	return type == PL_NODE_STRING || (amount && type == PL_NODE_NUMBER);
}

static pl_err read_cell(struct reader *r, const struct pl_table_column *column, pl_node node, struct pl_value *ret)
{
	enum pl_node_type type = pl_doc_type(r->doc, node);
	if (!is_admitted(type, column->form.kind)) {
		refuse_type(r, column, node, pl_cell_noun(column->form));
		return PL_OK;
	}
	if (column->form.kind == PL_T_BOOL)
		return pl_cell_read(type == PL_NODE_TRUE ? PL_STR("true") : PL_STR("false"), column->form, r->arena,
				    ret, &(const char *){NULL});
	pl_str text = pl_doc_text(r->doc, node, r->arena);
	if (!text.ptr)
		return PL_E_MEMORY;
	if (!pl_scalar_is_damaged(r->doc, node))
		return read_text(r, column, text, pl_doc_span(r->doc, node), ret);
	complain(r, &(struct problem){.code = PL_CODE_E0329, .at = pl_doc_span(r->doc, node)},
		 "this text holds a character that is none");
	return PL_OK;
}

static struct pl_value list_value(const struct pl_table_column *column, const struct pl_list *list)
{
	return (struct pl_value){.kind = PL_V_LIST, .of = column->form.kind, .node = PL_NO_NODE, .u.list = list};
}

static bool too_many(struct reader *r, uint32_t count, struct pl_span at)
{
	if (count <= PL_TABLE_MAX)
		return false;
	complain(r, &(struct problem){.code = PL_CODE_E0003, .at = at}, "a data file has at most %u values",
		 PL_TABLE_MAX);
	return true;
}

/* A JSON array as a set. */
static pl_err read_set(struct reader *r, const struct pl_table_column *column, pl_node node, struct pl_value *ret)
{
	if (pl_doc_type(r->doc, node) != PL_NODE_ARRAY) {
		refuse_type(r, NULL, node, "an array");
		return PL_OK;
	}
	uint32_t count = pl_doc_count(r->doc, node), n = 0;
	if (too_many(r, count, pl_doc_span(r->doc, node)))
		return PL_OK;
	struct pl_list *list = pl_arena_zalloc(r->arena, 1, sizeof *list);
	struct pl_value *items = pl_arena_zalloc(r->arena, count, sizeof *items);
	if (!list || !items)
		return PL_E_MEMORY;
	for (pl_node at = pl_doc_first(r->doc, node); at != PL_NO_NODE && r->complaints < MAX_COMPLAINTS;
	     at = pl_doc_next(r->doc, node, at))
		PL_TRY(read_cell(r, column, at, &items[n++]));
	*list = (struct pl_list){.items = items, .count = n};
	*ret = list_value(column, list);
	return PL_OK;
}

static pl_err read_field(struct reader *r, const struct pl_table_column *column, pl_node node, struct pl_value *ret)
{
	return column->listed ? read_set(r, column, node, ret) : read_cell(r, column, node, ret);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static bool is_nothing(const struct reader *r, pl_node node)
{
	return node == PL_NO_NODE || pl_doc_type(r->doc, node) == PL_NODE_NULL;
}

/* The member that was probably meant, among those that are no column. */
static pl_str similar_member(const struct reader *r, pl_node row, pl_str name)
{
	struct pl_nearest nearest = {.word = name};
	for (pl_node key = pl_doc_first(r->doc, row); key != PL_NO_NODE; key = pl_doc_next(r->doc, row, key))
		pl_nearest_offer(&nearest, pl_doc_text(r->doc, key, r->scratch));
	if (!nearest.best.len)
		return (pl_str){0};
	return pl_arena_printf(r->scratch, "there is `%.*s`", PL_FMT(shown(r, nearest.best)));
}

static void refuse_gap(struct reader *r, const struct pl_table_column *column, pl_node row, pl_node node)
{
	struct problem p = {.code = PL_CODE_E0329, .at = pl_doc_span(r->doc, node == PL_NO_NODE ? row : node)};
	p.help = pl_arena_printf(r->scratch, "a field that may be missing is declared with `?`: `%.*s: ...?`",
				 PL_FMT(column->name));
	p.label = node == PL_NO_NODE ? similar_member(r, row, column->name) : place_of(r, column);
	complain(r, &p,
		 node == PL_NO_NODE ? "this row of `%.*s` has no `%.*s`" : "in this row of `%.*s` `%.*s` is null",
		 PL_FMT(r->form->name), PL_FMT(column->name));
}

/* Members that are no column mean nothing: scanners add fields. */
static pl_err read_row(struct reader *r, pl_node node, struct pl_map *map, struct pl_value *cells, struct pl_value *ret)
{
	uint16_t n = r->form->column_count;
	if (pl_doc_type(r->doc, node) != PL_NODE_OBJECT) {
		refuse_type(r, NULL, node, "an object");
		return PL_OK;
	}
	for (uint16_t i = 0; i < n; i++) {
		const struct pl_table_column *column = &r->form->columns[i];
		pl_node value = pl_doc_get(r->doc, node, column->name, NULL);
		cells[i] = pl_value_absent();
		if (!is_nothing(r, value))
			PL_TRY(read_field(r, column, value, &cells[i]));
		else if (!column->optional)
			refuse_gap(r, column, node, value);
	}
	*map = (struct pl_map){.keys = r->names, .values = cells, .count = n};
	*ret = (struct pl_value){.kind = PL_V_MAP, .of = PL_T_NONE, .node = PL_NO_NODE, .u.map = map};
	return PL_OK;
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

struct entry {
	pl_str key;
	pl_node value;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return pl_str_cmp(x->key, y->key);
}

/* The members of an object in the byte order of their keys, which are distinct. */
static pl_err sort_members(struct reader *r, pl_node root, struct entry **ret, uint32_t *ret_count)
{
	uint32_t n = 0, count = pl_doc_count(r->doc, root);
	struct entry *entries = pl_arena_zalloc(r->scratch, count, sizeof *entries);
	if (!entries)
		return PL_E_MEMORY;
	for (pl_node key = pl_doc_first(r->doc, root); key != PL_NO_NODE; key = pl_doc_next(r->doc, root, key)) {
		entries[n] = (struct entry){pl_doc_text(r->doc, key, r->arena), pl_doc_value(r->doc, key)};
		if (!entries[n++].key.ptr)
			return PL_E_MEMORY;
		if (pl_scalar_is_damaged(r->doc, key))
			complain(r, &(struct problem){.code = PL_CODE_E0329, .at = pl_doc_span(r->doc, key)},
				 "this key holds a character that is none");
	}
	if (n)
		qsort(entries, n, sizeof *entries, by_key);
	*ret = entries;
	*ret_count = n;
	return PL_OK;
}

static pl_err fill_map(struct reader *r, const struct entry *entries, uint32_t n, struct pl_value *keys,
		       struct pl_value *values)
{
	bool rows = r->form->rows;
	size_t width = rows ? r->form->column_count : 0;
	struct pl_map *maps = pl_arena_zalloc(r->arena, rows ? n : 0, sizeof *maps);
	struct pl_value *cells = pl_arena_zalloc(r->arena, n * width, sizeof *cells);
	if (!maps || !cells)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < n && r->complaints < MAX_COMPLAINTS; i++) {
		keys[i] = (struct pl_value){
			.kind = PL_V_STRING, .of = PL_T_STRING, .node = PL_NO_NODE, .u.s = entries[i].key};
		if (rows)
			PL_TRY(read_row(r, entries[i].value, &maps[i], cells + i * width, &values[i]));
		else
			PL_TRY(read_field(r, r->form->columns, entries[i].value, &values[i]));
	}
	return PL_OK;
}

static pl_err read_map(struct reader *r, pl_node root, struct pl_value *ret)
{
	struct entry *entries;
	uint32_t n;
	if (pl_doc_type(r->doc, root) != PL_NODE_OBJECT) {
		refuse_type(r, NULL, root, "an object");
		return PL_OK;
	}
	if (too_many(r, pl_doc_count(r->doc, root), pl_doc_span(r->doc, root)))
		return PL_OK;
	PL_TRY(sort_members(r, root, &entries, &n));
	struct pl_map *map = pl_arena_zalloc(r->arena, 1, sizeof *map);
	struct pl_value *keys = pl_arena_zalloc(r->arena, n, sizeof *keys);
	struct pl_value *values = pl_arena_zalloc(r->arena, n, sizeof *values);
	if (!map || !keys || !values)
		return PL_E_MEMORY;
	PL_TRY(fill_map(r, entries, n, keys, values));
	*map = (struct pl_map){.keys = keys, .values = values, .count = n};
	*ret = (struct pl_value){.kind = PL_V_MAP, .node = PL_NO_NODE, .u.map = map};
	ret->of = r->form->rows ? PL_T_ROW : r->form->columns->listed ? PL_T_LIST : r->form->columns->form.kind;
	return PL_OK;
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* A fault of the JSON itself becomes one of the data file. */
static pl_err retell(struct reader *r, pl_err err, const struct pl_diags *diags)
{
	if (err == PL_E_MEMORY || diags->count == 0)
		return err == PL_E_MEMORY ? err : PL_E_INTERNAL;
	const struct pl_diag *d = &diags->items[0];
	struct problem p = {.code = PL_CODE_E0329, .at = d->at, .label = d->label, .note = d->note, .help = d->help};
	size_t left = p.at.start < r->file->text.len ? r->file->text.len - p.at.start : 0;
	if (p.at.len > left)
		p.at.len = (uint32_t)left; /* what is missing at the end stands nowhere */
	complain(r, &p, "%.*s", PL_FMT(d->message));
	return PL_OK;
}

static pl_err read_json(struct reader *r, struct pl_value *ret)
{
	const struct pl_doc_limits limits = {.max_bytes = UINT32_MAX / 8, .max_depth = JSON_DEPTH};
	struct pl_doc *doc = NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, r->scratch);
	pl_err err = pl_doc_read_json(r->file->name, r->file->text, &limits, r->scratch, &doc, &diags);
	if (err != PL_OK)
		return retell(r, err, &diags);
	r->doc = doc;
	pl_node root = pl_doc_root(doc), twin = pl_doc_find_duplicate(doc, root, r->scratch);
	if (twin != PL_NO_NODE) {
		complain(r, &(struct problem){.code = PL_CODE_E0329, .at = pl_doc_span(doc, twin)},
			 "the key \"%.*s\" stands twice in this object",
			 PL_FMT(shown(r, pl_doc_text(doc, twin, r->scratch))));
		return PL_OK;
	}
	return r->form->keyed ? read_map(r, root, ret) : read_set(r, r->form->columns, root, ret);
}

/* --- one value a line --------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What a line holds: up to a `#` at its beginning or after white space, without white space around. */
static pl_str value_of_line(pl_str line)
{
	size_t end = 0;
	while (end < line.len && (line.ptr[end] != '#' || (end > 0 && !is_blank(line.ptr[end - 1]))))
		end++;
	while (end > 0 && is_blank(line.ptr[end - 1]))
		end--;
	size_t start = 0;
	while (start < end && is_blank(line.ptr[start]))
		start++;
	return (pl_str){line.ptr + start, end - start};
}

static pl_str next_line(pl_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
	pl_str line = {rest->ptr, len};
	size_t skip = end ? len + 1 : len;
	*rest = (pl_str){rest->ptr + skip, rest->len - skip};
	return line;
}

/* Without the byte order mark that some editors write. */
static pl_str body_of(pl_str text)
{
	bool mark = pl_str_starts(text, PL_STR("\xEF\xBB\xBF"));
	return mark ? (pl_str){text.ptr + 3, text.len - 3} : text;
}

static uint32_t count_values(pl_str rest)
{
	uint32_t n = 0;
	while (rest.len)
		n += value_of_line(next_line(&rest)).len > 0;
	return n;
}

static pl_err read_lines(struct reader *r, struct pl_value *ret)
{
	pl_str text = r->file->text, rest = body_of(text);
	size_t valid = pl_utf8_valid_prefix(text);
	if (valid < text.len) {
		complain(r, &(struct problem){.code = PL_CODE_E0329, .at = {(uint32_t)valid, 1}},
			 "this is not a text: it is not valid UTF-8");
		return PL_OK;
	}
	uint32_t count = count_values(rest), n = 0;
	if (too_many(r, count, (struct pl_span){0}))
		return PL_OK;
	struct pl_list *list = pl_arena_zalloc(r->arena, 1, sizeof *list);
	struct pl_value *items = pl_arena_zalloc(r->arena, count, sizeof *items);
	if (!list || !items)
		return PL_E_MEMORY;
	while (rest.len && r->complaints < MAX_COMPLAINTS) {
		pl_str value = value_of_line(next_line(&rest));
		struct pl_span at = {(uint32_t)(value.ptr - text.ptr), (uint32_t)value.len};
		if (value.len)
			PL_TRY(read_text(r, r->form->columns, value, at, &items[n++]));
	}
	*list = (struct pl_list){.items = items, .count = n};
	*ret = list_value(r->form->columns, list);
	return PL_OK;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static bool is_json(const struct reader *r)
{
	pl_str name = r->file->name;
	return r->form->keyed ||
	       (name.len >= 5 && pl_str_eq_fold((pl_str){name.ptr + name.len - 5, 5}, PL_STR(".json")));
}

static pl_err name_columns(struct reader *r)
{
	struct pl_value *names = pl_arena_zalloc(r->arena, r->form->column_count, sizeof *names);
	for (uint16_t i = 0; names && i < r->form->column_count; i++)
		names[i] = (struct pl_value){
			.kind = PL_V_STRING, .of = PL_T_STRING, .node = PL_NO_NODE, .u.s = r->form->columns[i].name};
	r->names = names;
	return names ? PL_OK : PL_E_MEMORY;
}

static pl_err read_file(struct reader *r, struct pl_value *ret)
{
	PL_TRY(name_columns(r));
	return is_json(r) ? read_json(r, ret) : read_lines(r, ret);
}

pl_err pl_table_read(const struct pl_table_form *form, const struct pl_policy_source *file, struct pl_arena *arena,
		     struct pl_value *ret, struct pl_diags *diags)
{
	struct pl_value table = pl_value_absent();
	/* the tape takes ten times the text at most, sorting and finding twins another few */
	struct pl_arena *scratch = pl_arena_new(SCRATCH_LEAST + file->text.len * 40, SCRATCH_LEAST);
	if (!scratch)
		return PL_E_MEMORY;
	struct reader r = {.form = form, .file = file, .arena = arena, .scratch = scratch, .diags = diags};
	pl_err err = read_file(&r, &table);
	pl_arena_free(scratch);
	if (err != PL_OK)
		return err;
	if (r.complaints)
		return PL_E_POLICY;
	*ret = table;
	return PL_OK;
}
