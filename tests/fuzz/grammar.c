/* grammar.c - see grammar.h. Everything returns text in the arena; an expression inside a larger one is a primary or in
 * parentheses. */
#include "grammar.h"

#include "constant.h"
#include "lang/types.h"
#include "model/subjects.h"

#define SAY(g, ...) pl_reach_say(&(g)->reach, __VA_ARGS__)
#define MAX_NESTING 3
#define MAX_TURNS   150000 /* of the innermost loop: more would be over the limit for costs soon */

static uint32_t below(struct pl_grammar *g, uint32_t n)
{
	return pl_choice_below(g->reach.choice, n);
}

static bool one_in(struct pl_grammar *g, uint32_t n)
{
	return pl_choice_one_in(g->reach.choice, n);
}

pl_str pl_grammar_fresh(struct pl_grammar *g, const char *letter)
{
	return SAY(g, "~#", letter, g->next++);
}

pl_str pl_grammar_key(struct pl_grammar *g)
{
	static const char *const keys[] = {"namespace.name",
					   "cluster.environment",
					   "(cluster.region else \"x\")",
					   "(namespace.labels[\"team\"] else \"\")",
					   "namespace.labels[\"environment\"]",
					   "cluster.account",
					   "(request.user else namespace.name else \"x\")"};
	return pl_str_from(PL_CHOICE_OF(g->reach.choice, keys));
}

/* What stays known behind a condition: what is present where it is true, in `and`, or where it is false, in `or`. */
enum keeping { KEEP_NOTHING, KEEP_WHERE_TRUE, KEEP_WHERE_FALSE };
static pl_str condition(struct pl_grammar *g, int side, unsigned depth, bool bare, enum keeping keep);

/* --- values ------------------------------------------------------------------------------------------------------- */

static const struct pl_words_known no_words;

static bool is_usable(const struct pl_reached *v)
{
	return pl_reach_is_single(v) || pl_reach_is_list(v) || v->optional;
}

static bool is_optional(const struct pl_reached *v)
{
	return v->optional;
}

static bool is_comparable(const struct pl_reached *v)
{
	return pl_reach_is_single(v) || pl_reach_is_list(v);
}

static bool is_optional_field(const struct pl_reached *v)
{
	return v->optional && !v->look_up && pl_reach_is_single(v) && v->type.kind != PL_T_LIST;
}

static void read_text(struct pl_grammar *g, struct pl_reached *v)
{
	static const struct {
		const char *name;
		enum pl_type_kind type;
		bool optional;
	} readers[] = {
		{"lower", PL_T_STRING, false}, {"version", PL_T_VERSION, true}, {"ip", PL_T_IP, true},
		{"int", PL_T_INT, true},       {"path", PL_T_PATH, true},	{"image", PL_T_IMAGE, true},
		{"arn", PL_T_ARN, true},
	};
	unsigned i = below(g, sizeof readers / sizeof *readers);
	pl_reach_make(&g->reach, pl_type_scalar(readers[i].type), readers[i].optional,
		      SAY(g, "~(@)", readers[i].name, v->text), v);
	if (v->type.kind == PL_T_IMAGE && one_in(g, 3))
		pl_reach_make(&g->reach, pl_type_scalar(PL_T_STRING), true,
			      SAY(g, "@.~", v->text, one_in(g, 2) ? "tag" : "digest"), v);
}

static void compute(struct pl_grammar *g, struct pl_reached *v)
{
	if (v->type.kind == PL_T_QUANTITY || one_in(g, 3)) {
		pl_reach_make(&g->reach, v->type, false, SAY(g, "(# * @)", below(g, 4), v->text), v);
		return;
	}
	pl_str other = pl_constant_one(g, v->type, no_words);
	bool turned = one_in(g, 4);
	pl_reach_make(&g->reach, v->type, false,
		      SAY(g, "(@ ~ @)", turned ? other : v->text, one_in(g, 2) ? "+" : "-", turned ? v->text : other),
		      v);
}

static void enrich_list(struct pl_grammar *g, struct pl_reached *v)
{
	if (one_in(g, 2) || !pl_reach_is_single(v)) {
		pl_reach_make(&g->reach, pl_type_scalar(PL_T_INT), false, SAY(g, "count(@)", v->text), v);
		return;
	}
	struct pl_words_known words = v->words;
	pl_str set = pl_constant_set(g, pl_type_held(v->type), words);
	pl_reach_make(&g->reach, v->type, false, SAY(g, "(@ minus @)", v->text, set), v);
	v->words = words;
}

static void enrich(struct pl_grammar *g, struct pl_reached *v)
{
	if (pl_reach_is_text(v))
		read_text(g, v);
	else if (pl_reach_is_number(v))
		compute(g, v);
	else if (pl_reach_is_list(v))
		enrich_list(g, v);
	else if (v->type.kind == PL_T_DATE)
		pl_reach_make(&g->reach, pl_type_scalar(PL_T_INT), false, SAY(g, "days_since(@)", v->text), v);
}

/* As arguments are declared; ptr NULL for what has no name. */
static pl_str type_name(struct pl_grammar *g, struct pl_type t)
{
	bool list = t.kind == PL_T_LIST, map = t.kind == PL_T_MAP;
	struct pl_type one = list || map ? pl_type_held(t) : t;
	const char *name = pl_type_is_text(one) ? "string" : pl_literal_type(one.kind);
	if (t.kind == PL_T_SUBJECT) {
		pl_str subject = pl_str_from(pl_subject_name((enum pl_subject)t.ref));
		return pl_subject_from(subject) == PL_SUBJECT_NONE ? (pl_str){0} : subject;
	}
	if (!name || (list && one.kind == PL_T_IP))
		return (pl_str){0};
	return list ? SAY(g, "set of ~", name) : SAY(g, "~~", map ? "map of string to " : "", name);
}

/* The same with a value instead of a missing one; in a `let` of its own now and then. */
static void settle(struct pl_grammar *g, struct pl_reached *v)
{
	struct pl_words_known words = v->words;
	pl_str other = v->type.kind == PL_T_LIST ? PL_STR("{}") : pl_constant_literal(g, v->type, words);
	pl_str type = one_in(g, 6) ? type_name(g, v->type) : (pl_str){0};
	if (type.ptr) {
		pl_str f = pl_grammar_fresh(g, "f"), x = pl_grammar_fresh(g, "a");
		pl_reach_add(&g->decls, "let @(@: @) = (@ else @)\n", f, x, type, x, other);
		v->text = SAY(g, "@(@)", f, v->text);
	} else {
		v->text = SAY(g, "(@ else @)", v->text, other);
	}
	v->optional = false;
	v->quoted = true;
	v->part_count = 0;
}

/* Another value of the same type to compare with; NULL-like when none came along. */
static pl_str counterpart(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	struct pl_reached other;
	for (unsigned i = 0; i < 2 && one_in(g, 4); i++) {
		if (!pl_reach_walk(&g->reach, is_comparable, &other) || other.type.kind != v->type.kind ||
		    other.type.ref != v->type.ref || other.type.elem != v->type.elem || other.words.count ||
		    v->words.count)
			continue;
		if (other.optional && side != PL_SIDE_POSITIVE)
			settle(g, &other);
		return other.text;
	}
	return (pl_str){0};
}

/* --- atoms -------------------------------------------------------------------------------------------------------- */

static const char *denied(struct pl_grammar *g)
{
	return one_in(g, 3) ? "not " : "";
}

static pl_str compare(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	static const char *const all[] = {"==", "!=", "<", "<=", ">", ">="};
	const char *op = all[below(g, pl_type_is_ordered(v->type) ? 6 : 2)];
	pl_str other = counterpart(g, side, v);
	if (!other.ptr)
		other = pl_constant_one(g, v->type, v->words);
	bool turned = one_in(g, 8);
	return SAY(g, "@ ~ @", turned ? other : v->text, op, turned ? v->text : other);
}

static pl_str member(struct pl_grammar *g, const struct pl_reached *v)
{
	pl_str set = pl_constant_set(g, v->type, v->words);
	if (one_in(g, 6))
		return SAY(g, "@ ~contains @", set, denied(g), v->text);
	return SAY(g, "@ ~in @", v->text, denied(g), set);
}

static pl_str like(struct pl_grammar *g, const struct pl_reached *v)
{
	struct pl_buf b;
	pl_buf_init(&b, g->reach.arena, 0);
	if (g->turns < MAX_TURNS / 3 && one_in(g, 2)) {
		pl_literal_pattern(g->reach.choice, &b);
		return SAY(g, "@ ~matches @", v->text, denied(g), pl_buf_str(&b));
	}
	pl_literal_glob(g->reach.choice, &b);
	pl_str globs = one_in(g, 2) ? pl_buf_str(&b) : pl_constant_globs(g);
	return SAY(g, "@ ~like @", v->text, denied(g), globs);
}

static pl_str below_place(struct pl_grammar *g, const struct pl_reached *v)
{
	bool path = v->type.kind == PL_T_PATH;
	pl_str places = path ? pl_constant_set(g, v->type, v->words) : pl_constant_bases(g);
	if (path && one_in(g, 3))
		places = pl_constant_one(g, v->type, v->words);
	const char *op = path && one_in(g, 3) ? "covers" : "under";
	return SAY(g, "@ ~~ @", v->text, denied(g), op, places);
}

static pl_str compare_text(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	unsigned how = below(g, 7);
	if (how == 0)
		return SAY(g, "@ is ~", v->text, one_in(g, 2) ? "empty" : "not empty");
	if (how < 3)
		return like(g, v);
	return how < 5 ? member(g, v) : compare(g, side, v);
}

static pl_str compare_list(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	struct pl_type held = pl_type_held(v->type);
	unsigned how = below(g, 4);
	if (v->type.kind == PL_T_MAP || how == 0 || !pl_reach_is_single(v))
		return SAY(g, "@ is ~", v->text, one_in(g, 2) ? "empty" : "not empty");
	if (how == 1) {
		pl_str one = pl_constant_one(g, held, v->words);
		return SAY(g, "@ ~contains @", v->text, denied(g), one);
	}
	pl_str other = counterpart(g, side, v);
	if (!other.ptr)
		other = pl_constant_set(g, held, v->words);
	bool turned = one_in(g, 8);
	return SAY(g, "@ ~~ @", turned ? other : v->text, denied(g), how == 2 ? "within" : "overlaps",
		   turned ? v->text : other);
}

static pl_str compare_number(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	struct pl_buf b;
	if (v->type.kind != PL_T_INT || !one_in(g, 4))
		return one_in(g, 5) ? member(g, v) : compare(g, side, v);
	pl_buf_init(&b, g->reach.arena, 0);
	pl_literal_range(g->reach.choice, &b);
	return SAY(g, "@ ~in @", v->text, denied(g), pl_buf_str(&b));
}

static pl_str compare_bool(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	if (one_in(g, 2))
		return v->text;
	return !v->optional && one_in(g, 2) ? SAY(g, "not @", v->text) : compare(g, side, v);
}

/* One comparison of a value that may be compared here. */
static pl_str comparison(struct pl_grammar *g, int side, const struct pl_reached *v)
{
	uint8_t k = v->type.kind;
	if (pl_reach_is_list(v))
		return compare_list(g, side, v);
	if (k == PL_T_BOOL)
		return compare_bool(g, side, v);
	if (pl_reach_is_number(v))
		return compare_number(g, side, v);
	if (pl_reach_is_text(v))
		return compare_text(g, side, v);
	if (k == PL_T_IP) {
		pl_str networks = pl_constant_networks(g);
		return SAY(g, "@ ~in @", v->text, denied(g), networks);
	}
	if ((k == PL_T_IMAGE || k == PL_T_PATH) && one_in(g, 2))
		return one_in(g, 3) ? like(g, v) : below_place(g, v);
	return one_in(g, 3) ? member(g, v) : compare(g, side, v);
}

static pl_str never(struct pl_grammar *g)
{
	return one_in(g, 2) ? PL_STR("request.dry_run") : PL_STR("request.operation == \"UPDATE\"");
}

/* Something that may be absent, for which the author has to say what that means. */
static pl_str optional_atom(struct pl_grammar *g, int side, struct pl_reached *v, enum keeping keep)
{
	bool comparable = is_comparable(v);
	unsigned how = below(g, 6);
	if (!comparable || how == 0) {
		if (keep != KEEP_WHERE_FALSE && one_in(g, 2)) {
			if (keep)
				pl_reach_learn(&g->reach, v);
			return SAY(g, "@ is set", v->text);
		}
		if (keep == KEEP_WHERE_FALSE)
			pl_reach_learn(&g->reach, v);
		return SAY(g, "@ is absent", v->text);
	}
	if (side == PL_SIDE_POSITIVE && how > 2) {
		pl_str s = comparison(g, side, v);
		if (keep == KEEP_WHERE_TRUE)
			pl_reach_learn(&g->reach, v);
		return s;
	}
	if (how > 3) {
		settle(g, v);
		return comparison(g, side, v);
	}
	struct pl_reached there = *v;
	there.optional = false;
	unsigned known = g->reach.known_count;
	pl_reach_learn(&g->reach, v);
	pl_str rest = comparison(g, side, &there);
	bool there_then = how == 1 ? keep == KEEP_WHERE_TRUE : keep == KEEP_WHERE_FALSE;
	g->reach.known_count = there_then ? g->reach.known_count : known;
	return how == 1 ? SAY(g, "(@ is set and @)", v->text, rest) : SAY(g, "(@ is absent or @)", v->text, rest);
}

static pl_str atom(struct pl_grammar *g, int side, enum keeping keep)
{
	struct pl_reached v;
	if (!pl_reach_walk(&g->reach, is_usable, &v))
		return never(g);
	for (unsigned i = 0; i < 2 && one_in(g, 3); i++)
		enrich(g, &v);
	return v.optional ? optional_atom(g, side, &v, keep) : comparison(g, side, &v);
}

bool pl_grammar_if_set(struct pl_grammar *g, pl_str *ret)
{
	struct pl_reached v;
	if (!pl_reach_walk(&g->reach, is_optional_field, &v))
		return false;
	v.optional = false; /* so that nothing but the comparison is written */
	*ret = v.type.kind == PL_T_BOOL ? v.text : comparison(g, PL_SIDE_EITHER, &v);
	return true;
}

bool pl_grammar_presence(struct pl_grammar *g, pl_str *ret)
{
	struct pl_reached v;
	if (!pl_reach_walk(&g->reach, is_optional, &v))
		return false;
	pl_reach_learn(&g->reach, &v);
	*ret = SAY(g, "@ is set", v.text);
	return true;
}

static bool is_shown(const struct pl_reached *v)
{
	return pl_reach_is_single(v) && !v->secret && !v->quoted;
}

bool pl_grammar_shown(struct pl_grammar *g, pl_str *ret)
{
	struct pl_reached v;
	bool found = pl_reach_walk(&g->reach, is_shown, &v);
	*ret = v.text;
	return found;
}

/* --- quantifiers, counts and sums --------------------------------------------------------------------------------- */

/* How long the list can be; data files hold few values here. */
static uint64_t cap_of(const struct pl_reach *r, const struct pl_reached *list)
{
	for (unsigned i = 0; i < r->data_count; i++) {
		if (pl_str_eq(r->data[i].name, list->text))
			return 40;
	}
	bool subjects = list->type.kind == PL_T_LIST && list->type.elem == PL_T_SUBJECT;
	return subjects ? pl_grammar_cap((enum pl_subject)list->type.elem_ref) : PL_MAX_LIST;
}

uint64_t pl_grammar_cap(enum pl_subject subject)
{
	static const uint16_t caps[PL_SUBJECT_COUNT] = {
		[PL_SUBJECT_CONTAINER] = PL_MAX_CONTAINERS, [PL_SUBJECT_MOUNT] = PL_MAX_MOUNTS,
		[PL_SUBJECT_VOLUME] = PL_MAX_VOLUMES,	    [PL_SUBJECT_PORT] = PL_MAX_PORTS,
		[PL_SUBJECT_VARIABLE] = PL_MAX_VARIABLES,   [PL_SUBJECT_IMAGE] = PL_MAX_CONTAINERS + PL_MAX_VOLUMES,
		[PL_SUBJECT_HANDLER] = PL_MAX_LIST,	    [PL_SUBJECT_SECURITY_CONTEXT] = PL_MAX_CONTAINERS + 1,
	};
	return caps[subject] ? caps[subject] : 1;
}

bool pl_grammar_loop(struct pl_grammar *g, pl_str *ret_var, pl_str *ret_list)
{
	struct pl_reached v;
	if (g->nesting >= MAX_NESTING || !pl_reach_walk(&g->reach, pl_reach_is_list, &v) ||
	    g->turns * cap_of(&g->reach, &v) > MAX_TURNS)
		return false;
	g->turns *= cap_of(&g->reach, &v);
	if (v.optional)
		settle(g, &v);
	*ret_var = pl_grammar_fresh(g, "x");
	*ret_list = v.text;
	struct pl_type element = pl_type_element(v.type);
	pl_reach_name(&g->reach, *ret_var, element, false);
	struct pl_reached *name = &g->reach.names[g->reach.name_count - 1];
	name->words = v.type.kind == PL_T_LIST ? v.words : no_words;
	name->secret = v.secret;
	g->nesting++;
	return true;
}

struct mark {
	unsigned names, known, nesting;
	uint64_t turns;
};

static struct mark mark(const struct pl_grammar *g)
{
	return (struct mark){g->reach.name_count, g->reach.known_count, g->nesting, g->turns};
}

static void forget(struct pl_grammar *g, struct mark m)
{
	g->reach.name_count = m.names;
	g->reach.known_count = m.known;
	g->nesting = m.nesting;
	g->turns = m.turns;
}

static pl_str filter(struct pl_grammar *g, int side, unsigned depth)
{
	if (!one_in(g, 2))
		return PL_STR("");
	if (one_in(g, 3)) {
		pl_str s;
		if (pl_grammar_presence(g, &s))
			return SAY(g, " where @", s);
	}
	return SAY(g, " where @", condition(g, side, depth, false, KEEP_WHERE_TRUE));
}

static pl_str quantifier(struct pl_grammar *g, int side, unsigned depth)
{
	static const char *const words[] = {"some", "every", "no"};
	struct mark before = mark(g);
	pl_str var, list;
	if (!pl_grammar_loop(g, &var, &list))
		return atom(g, side, KEEP_NOTHING);
	unsigned kind = below(g, 3);
	pl_str where = filter(g, kind == 0 ? side : -side, depth);
	pl_str body = pl_grammar_condition(g, kind == 2 ? -side : side, depth, true);
	forget(g, before);
	return SAY(g, "~ @ in @@ satisfies @", words[kind], var, list, where, body);
}

static struct pl_reached summand(struct pl_grammar *g)
{
	struct pl_reached v;
	if (!pl_reach_walk(&g->reach, pl_reach_is_number, &v))
		return (struct pl_reached){.text = PL_STR("1"), .type = pl_type_scalar(PL_T_INT)};
	if (v.optional)
		settle(g, &v);
	return v;
}

/* count(x in L where F) or sum(e for x in L where F), compared with something. */
static pl_str aggregate(struct pl_grammar *g, int side)
{
	struct mark before = mark(g);
	pl_str var, list;
	if (!pl_grammar_loop(g, &var, &list))
		return atom(g, side, KEEP_NOTHING);
	struct pl_reached v = {.type = pl_type_scalar(PL_T_INT)};
	pl_str where = filter(g, PL_SIDE_EITHER, 0);
	if (one_in(g, 2)) {
		v.text = SAY(g, "count(@ in @@)", var, list, where);
	} else {
		struct pl_reached e = summand(g);
		v.type = e.type;
		v.text = SAY(g, "sum(@ for @ in @@)", e.text, var, list, where);
	}
	forget(g, before);
	return comparison(g, side, &v);
}

/* --- `let` conditions --------------------------------------------------------------------------------------------- */

static bool is_argument(const struct pl_reached *v)
{
	return pl_reach_is_single(v) || pl_reach_is_list(v) || v->type.kind == PL_T_SUBJECT;
}

/* Replaces the scope by that of a `let`: what is shared, and its arguments. Gives the call. */
static pl_str enter_let(struct pl_grammar *g, pl_str name, pl_str *ret_head)
{
	struct pl_reached args[2];
	unsigned n = 0, wanted = below(g, 3);
	pl_str types[2];
	for (unsigned i = 0; i < wanted && pl_reach_walk(&g->reach, is_argument, &args[n]); i++) {
		types[n] = type_name(g, args[n].type);
		n += types[n].ptr != NULL;
	}
	pl_str head = name, call = name;
	g->reach.name_count = g->shared;
	g->reach.known_count = 0;
	for (unsigned i = 0; i < n; i++) {
		pl_str arg = pl_grammar_fresh(g, "a");
		head = SAY(g, "@~@: @", head, i ? ", " : "(", arg, types[i]);
		call = SAY(g, "@~@", call, i ? ", " : "(", args[i].text);
		args[i].text = arg;
		args[i].parts[0] = arg;
		args[i].part_count = 1;
		args[i].quoted = false;
		g->reach.names[g->reach.name_count++] = args[i];
	}
	*ret_head = n ? SAY(g, "@)", head) : head;
	return n ? SAY(g, "@)", call) : call;
}

static pl_str called(struct pl_grammar *g, int side, unsigned depth)
{
	struct pl_reach *before = pl_arena_alloc(g->reach.arena, sizeof *before);
	pl_str head, name = pl_grammar_fresh(g, "c");
	if (!before)
		return never(g);
	*before = g->reach;
	pl_str call = enter_let(g, name, &head);
	pl_str body = pl_grammar_condition(g, side, depth, true);
	pl_reach_add(&g->decls, "let @ = @\n", head, body);
	for (unsigned i = 0; i < before->name_count; i++)
		g->reach.names[i] = before->names[i];
	for (unsigned i = 0; i < before->known_count; i++)
		g->reach.known[i] = before->known[i];
	g->reach.name_count = before->name_count;
	g->reach.known_count = before->known_count;
	return call;
}

/* --- conditions --------------------------------------------------------------------------------------------------- */

static pl_str connective(struct pl_grammar *g, int side, unsigned depth, enum keeping keep)
{
	unsigned known = g->reach.known_count, n = 2 + below(g, 3);
	bool conjunction = one_in(g, 2);
	enum keeping inside = conjunction ? KEEP_WHERE_TRUE : KEEP_WHERE_FALSE;
	pl_str s = {0};
	for (unsigned i = 0; i < n; i++) {
		bool simple = depth == 0 || one_in(g, 2);
		pl_str part = condition(g, side, simple ? 0 : depth - 1, false, inside);
		s = i ? SAY(g, "@ ~ @", s, conjunction ? "and" : "or", part) : part;
	}
	if (keep != inside)
		g->reach.known_count = known;
	return s;
}

static pl_str negation(struct pl_grammar *g, int side, unsigned depth, enum keeping keep)
{
	enum keeping inside = keep == KEEP_WHERE_TRUE	 ? KEEP_WHERE_FALSE
			      : keep == KEEP_WHERE_FALSE ? KEEP_WHERE_TRUE
							 : KEEP_NOTHING;
	return SAY(g, "not @", condition(g, -side, depth, false, inside));
}

static pl_str condition(struct pl_grammar *g, int side, unsigned depth, bool bare, enum keeping keep)
{
	unsigned how = depth ? below(g, 10) : 0;
	pl_str s;
	if (how < 3)
		return one_in(g, 12) ? aggregate(g, side) : atom(g, side, keep);
	if (how == 3)
		return negation(g, side, depth - 1, keep);
	if (how == 4)
		return called(g, side, depth - 1);
	if (how == 5)
		return aggregate(g, side);
	s = how < 8 ? connective(g, side, depth - 1, keep) : quantifier(g, side, depth - 1);
	return bare ? s : SAY(g, "(@)", s);
}

pl_str pl_grammar_guard(struct pl_grammar *g, bool unless, unsigned depth)
{
	return condition(g, unless ? PL_SIDE_POSITIVE : PL_SIDE_NEGATIVE, depth, true,
			 unless ? KEEP_WHERE_FALSE : KEEP_WHERE_TRUE);
}

pl_str pl_grammar_condition(struct pl_grammar *g, int side, unsigned depth, bool bare)
{
	return condition(g, side, depth, bare, KEEP_NOTHING);
}
