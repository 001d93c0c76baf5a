/* constant.c - see constant.h. */
#include "constant.h"

#include <string.h>

#include "lang/types.h"

#define SAY(g, ...) pl_reach_say(&(g)->reach, __VA_ARGS__)

typedef void writer(struct pl_choice *, struct pl_buf *);

static pl_str written(struct pl_grammar *g, writer *write)
{
	struct pl_buf b;
	pl_buf_init(&b, g->reach.arena, 0);
	write(g->reach.choice, &b);
	return pl_buf_str(&b);
}

pl_str pl_constant_literal(struct pl_grammar *g, struct pl_type type, struct pl_words_known words)
{
	struct pl_buf b;
	pl_buf_init(&b, g->reach.arena, 0);
	pl_literal_write(g->reach.choice, type, words, &b);
	return pl_buf_str(&b);
}

/* --- parameters and `let`s ---------------------------------------------------------------------------------------- */

static const struct pl_grammar_param *find_param(struct pl_grammar *g, uint8_t kind, bool set)
{
	for (unsigned i = 0; i < g->param_count; i++) {
		if (g->params[i].kind == kind && g->params[i].set == set)
			return &g->params[i];
	}
	return NULL;
}

static void keep_param(struct pl_grammar *g, pl_str name, uint8_t kind, bool set)
{
	if (g->param_count < PL_GRAMMAR_PARAMS)
		g->params[g->param_count++] = (struct pl_grammar_param){name, kind, set};
}

static void add_rows(struct pl_grammar *g, const pl_str *values, unsigned count)
{
	static const char *const keys[] = {"\"x\"", "\"production\"", "\"default\"", "\"\"", "\"CREATE\"", "\"a b\""};
	unsigned from = pl_choice_below(g->reach.choice, 6);
	for (unsigned i = 0; i + 1 < count; i++)
		pl_reach_add(&g->decls, "  ~ => @\n", keys[(from + i) % 6], values[i]);
	pl_reach_add(&g->decls, "  otherwise => @\n", values[count - 1]);
}

/* A parameter whose value is one of those given; a decision table of all of them now and then. */
static pl_str declare_param(struct pl_grammar *g, uint8_t kind, bool set, const pl_str *values, unsigned count)
{
	pl_str name = pl_grammar_fresh(g, "p");
	pl_reach_add(&g->decls, "param @: ~~", name, set ? "set of " : "", pl_literal_type(kind));
	if (pl_choice_one_in(g->reach.choice, 2)) {
		pl_reach_add(&g->decls, " = @\n", values[0]);
	} else {
		pl_reach_add(&g->decls, " by @\n", pl_grammar_key(g));
		add_rows(g, values, 1 + pl_choice_below(g->reach.choice, count));
	}
	keep_param(g, name, kind, set);
	return name;
}

static pl_str declare_let(struct pl_grammar *g, pl_str value)
{
	pl_str name = pl_grammar_fresh(g, "l");
	pl_reach_add(&g->decls, "let @ = @\n", name, value);
	return name;
}

pl_str pl_constant_one(struct pl_grammar *g, struct pl_type type, struct pl_words_known words)
{
	unsigned how = pl_choice_below(g->reach.choice, 10);
	bool named = pl_literal_type(type.kind) && words.count == 0;
	const struct pl_grammar_param *p = named && how == 0 ? find_param(g, type.kind, false) : NULL;
	if (p)
		return p->name;
	if (named && how < 2) {
		pl_str values[3];
		for (unsigned i = 0; i < 3; i++)
			values[i] = pl_constant_literal(g, type, words);
		return declare_param(g, type.kind, false, values, 3);
	}
	pl_str literal = pl_constant_literal(g, type, words);
	return how == 2 ? declare_let(g, literal) : literal;
}

/* --- data files --------------------------------------------------------------------------------------------------- */

static const uint8_t column_kinds[] = {PL_T_STRING, PL_T_INT,  PL_T_BOOL,    PL_T_DATE, PL_T_IMAGE, PL_T_PATH,
				       PL_T_BYTES,  PL_T_ROLE, PL_T_VERSION, PL_T_ARN,	PL_T_CORES, PL_T_QUANTITY};

static struct pl_type random_kind(struct pl_grammar *g)
{
	return pl_type_scalar((enum pl_type_kind)column_kinds[pl_choice_below(g->reach.choice, sizeof column_kinds)]);
}

/* One table more, in reach once it is declared. NULL when there are enough. */
static struct pl_reach_data *new_data(struct pl_grammar *g)
{
	if (g->reach.data_count == PL_REACH_DATA)
		return NULL;
	struct pl_reach_data *d = &g->reach.data[g->reach.data_count];
	memset(d, 0, sizeof *d);
	d->name = pl_grammar_fresh(g, "d");
	d->modified = 1795305600 - (int64_t)pl_choice_below(g->reach.choice, 4) * 40000;
	return d;
}

static void declare_data(struct pl_grammar *g, struct pl_reach_data *d, pl_str type, const struct pl_buf *text)
{
	bool fresh = pl_choice_one_in(g->reach.choice, 4);
	pl_reach_add(&g->decls, "data @: @ from \"@.json\"~\n", d->name, type, d->name, fresh ? " fresh for 26h" : "");
	if (!pl_choice_one_in(g->reach.choice, 10))
		d->text = pl_buf_str(text);
	g->reach.data_count++;
}

static void json_array(struct pl_grammar *g, struct pl_type type, writer *write, struct pl_buf *out)
{
	unsigned n = pl_choice_below(g->reach.choice, pl_choice_one_in(g->reach.choice, 8) ? 40 : 5);
	pl_buf_addc(out, '[');
	for (unsigned i = 0; i < n; i++) {
		pl_buf_adds(out, i ? "," : "");
		if (write)
			write(g->reach.choice, out);
		else
			pl_literal_json(g->reach.choice, type, out);
	}
	pl_buf_addc(out, ']');
}

/* A data file with a set; the literal set when there are files enough. */
static pl_str set_in_file(struct pl_grammar *g, const char *type, struct pl_type elem, writer *write, pl_str instead)
{
	struct pl_reach_data *d = new_data(g);
	struct pl_buf text;
	if (!d)
		return instead;
	pl_buf_init(&text, g->reach.arena, 0);
	json_array(g, elem, write, &text);
	d->type = pl_type_list(elem);
	declare_data(g, d, SAY(g, "set of ~", type), &text);
	return d->name;
}

/* --- sets --------------------------------------------------------------------------------------------------------- */

static pl_str braces(struct pl_grammar *g, struct pl_type type, struct pl_words_known words, writer *write)
{
	struct pl_choice *c = g->reach.choice;
	unsigned n = pl_choice_one_in(c, 8) ? pl_choice_below(c, 14) : 1 + pl_choice_below(c, 3);
	pl_str s = PL_STR("{");
	for (unsigned i = 0; i < n; i++) {
		pl_str item = write ? written(g, write) : pl_constant_literal(g, type, words);
		s = SAY(g, "@~@", s, i ? ", " : "", item);
	}
	return SAY(g, "@}", s);
}

/* A set in one of the ways that there are: as it is, with a name, as a parameter or in a file. */
static pl_str set_somehow(struct pl_grammar *g, const char *name, uint8_t kind, struct pl_type elem,
			  struct pl_words_known words, writer *write)
{
	unsigned how = pl_choice_below(g->reach.choice, 10);
	pl_str literal = braces(g, elem, words, write);
	if (how == 0)
		return declare_let(g, literal);
	if (how == 1) {
		pl_str let = declare_let(g, literal); /* a named set inside a set is spliced */
		return SAY(g, "{@, @}", let, write ? written(g, write) : pl_constant_literal(g, elem, words));
	}
	if (how == 2 && name) {
		pl_str values[2] = {literal, braces(g, elem, words, write)};
		return declare_param(g, kind, true, values, 2);
	}
	return how == 3 && name ? set_in_file(g, name, elem, write, literal) : literal;
}

pl_str pl_constant_set(struct pl_grammar *g, struct pl_type type, struct pl_words_known words)
{
	const char *name = words.count ? NULL : pl_literal_type(type.kind);
	const struct pl_grammar_param *p = name ? find_param(g, type.kind, true) : NULL;
	bool plain = type.kind != PL_T_STRING; /* sets of strings may hold approved places and globs */
	if (p && plain && pl_choice_one_in(g->reach.choice, 4))
		return p->name;
	return set_somehow(g, name, type.kind, type, words, NULL);
}

pl_str pl_constant_bases(struct pl_grammar *g)
{
	return set_somehow(g, "string", PL_T_STRING, pl_type_scalar(PL_T_STRING), (struct pl_words_known){0},
			   pl_literal_base);
}

pl_str pl_constant_networks(struct pl_grammar *g)
{
	return set_somehow(g, "ip", PL_T_IP, pl_type_scalar(PL_T_NETWORK), (struct pl_words_known){0},
			   pl_literal_network);
}

pl_str pl_constant_globs(struct pl_grammar *g)
{
	return set_somehow(g, "string", PL_T_STRING, pl_type_scalar(PL_T_STRING), (struct pl_words_known){0},
			   pl_literal_glob);
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

static const char *const map_keys[] = {"",	 "a",	 "web",	      "production", "default", "kube-system",
				       "nginx",	 "team", "c0",	      "v1",	    "latest",  "1.2.3",
				       "CREATE", "ALL",	 "Localhost", "x"};

static void json_row(struct pl_grammar *g, const struct pl_reach_data *d, struct pl_buf *out)
{
	const char *comma = "";
	pl_buf_addc(out, '{');
	for (unsigned i = 0; i < d->column_count; i++) {
		if (d->optional[i] && pl_choice_one_in(g->reach.choice, 2))
			continue;
		pl_reach_add(out, "~\"~\":", comma, d->columns[i]);
		if (d->types[i].kind == PL_T_LIST)
			json_array(g, pl_type_held(d->types[i]), NULL, out);
		else
			pl_literal_json(g->reach.choice, d->types[i], out);
		comma = ",";
	}
	if (pl_choice_one_in(g->reach.choice, 4))
		pl_reach_add(out, "~\"more\":[1]", comma);
	pl_buf_addc(out, '}');
}

static void json_map(struct pl_grammar *g, const struct pl_reach_data *d, struct pl_buf *out)
{
	const char *comma = "";
	pl_buf_addc(out, '{');
	for (size_t i = 0; i < sizeof map_keys / sizeof *map_keys; i++) {
		if (pl_choice_one_in(g->reach.choice, 2))
			continue;
		pl_reach_add(out, "~\"~\":", comma, map_keys[i]);
		comma = ",";
		if (d->type.elem == PL_T_ROW)
			json_row(g, d, out);
		else if (d->type.elem == PL_T_LIST)
			json_array(g, pl_type_held(pl_type_held(d->type)), NULL, out);
		else
			pl_literal_json(g->reach.choice, pl_type_held(d->type), out);
	}
	pl_buf_addc(out, '}');
}

static pl_str choose_columns(struct pl_grammar *g, struct pl_reach_data *d)
{
	static const char *const names[PL_REACH_COLUMNS] = {"critical", "scanned", "source", "note"};
	pl_str s = PL_STR("map of string to {");
	d->column_count = 1 + pl_choice_below(g->reach.choice, PL_REACH_COLUMNS);
	for (unsigned i = 0; i < d->column_count; i++) {
		struct pl_type type = random_kind(g);
		bool list = pl_choice_one_in(g->reach.choice, 4);
		d->columns[i] = names[i];
		d->types[i] = list ? pl_type_list(type) : type;
		d->optional[i] = pl_choice_one_in(g->reach.choice, 3);
		s = SAY(g, "@~~: ~~~", s, i ? ", " : "", names[i], list ? "set of " : "", pl_literal_type(type.kind),
			d->optional[i] ? "?" : "");
	}
	d->type = (struct pl_type){.kind = PL_T_MAP, .elem = PL_T_ROW, .elem_ref = (uint16_t)g->reach.data_count};
	return SAY(g, "@}", s);
}

void pl_constant_map(struct pl_grammar *g)
{
	struct pl_reach_data *d = new_data(g);
	struct pl_buf text;
	pl_str type;
	if (!d)
		return;
	if (pl_choice_one_in(g->reach.choice, 2)) {
		type = choose_columns(g, d);
	} else {
		struct pl_type held = random_kind(g);
		bool list = pl_choice_one_in(g->reach.choice, 3);
		type = SAY(g, "map of string to ~~", list ? "set of " : "", pl_literal_type(held.kind));
		d->type = pl_type_map(list ? pl_type_list(held) : held);
	}
	pl_buf_init(&text, g->reach.arena, 0);
	json_map(g, d, &text);
	declare_data(g, d, type, &text);
}
