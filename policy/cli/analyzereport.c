/* analyzereport.c - see analyzereport.h. In an overview, what is as it should be is silent. */
#include "analyzereport.h"

#include <stdio.h>

#include "command.h"

/* --- text -----------------------------------------------------------------------------------------------------------
 */

static void print(struct pl_analyzereport *r, const struct pl_buf *text)
{
	pl_str s = pl_text_str(text);
	if (!s.ptr)
		pl_output_failure(r->out, (pl_str){0}, PL_E_MEMORY);
	else if (s.len)
		fwrite(s.ptr, 1, s.len, stdout);
}

static void add_plural(struct pl_buf *text, size_t n, const char *one, const char *many)
{
	pl_text_printf(text, "%zu %s", n, n == 1 ? one : many);
}

static void add_place(struct pl_buf *text, pl_str source, struct pl_position at)
{
	pl_text_escaped(text, source);
	pl_text_printf(text, ":%u: ", at.line);
}

static void add_models(struct pl_buf *text, size_t models)
{
	pl_text_printf(text, " (");
	add_plural(text, models, "model", "models");
	pl_text_printf(text, ")\n");
}

static void add_why(struct pl_buf *text, const struct pl_analysis_answer *a)
{
	pl_text_printf(text, "not decided: ");
	pl_text_escaped(text, a->why);
	pl_text_printf(text, "\n");
}

static void add_example(struct pl_buf *text, const struct pl_analysis_answer *a)
{
	if (a->truth != PL_YES || !a->test.len)
		return;
	pl_text_printf(text, "\n");
	pl_text_add(text, a->test);
}

/* --- JSON -----------------------------------------------------------------------------------------------------------
 */

static const char *truth_name(uint8_t truth)
{
	return truth == PL_YES ? "yes" : truth == PL_NO ? "no" : "not decided";
}

static void open_member(struct pl_buf *list, size_t before)
{
	pl_text_printf(list, before ? ",\n{" : "\n{");
}

static void member(struct pl_buf *list, const char *name, pl_str value, bool first)
{
	pl_text_printf(list, "%s\"%s\":", first ? "" : ",", name);
	pl_text_json(list, value);
}

static void answer_json(struct pl_buf *list, const char *name, const struct pl_analysis_answer *a)
{
	pl_text_printf(list, ",\"%s\":{\"answer\":\"%s\"", name, truth_name(a->truth));
	if (a->why.len)
		member(list, "why", a->why, false);
	if (a->test.len)
		member(list, "test", a->test, false);
	pl_text_printf(list, ",\"models\":%zu}", a->models);
}

static void place_json(struct pl_buf *list, pl_str source, struct pl_position at)
{
	member(list, "file", source, false);
	pl_text_printf(list, ",\"line\":%u,\"column\":%u", at.line, at.column);
}

/* --- rules ----------------------------------------------------------------------------------------------------------
 */

static bool is_always(const struct pl_firing *f)
{
	return f->fires.truth == PL_YES && f->spares.truth == PL_NO;
}

static void rule_examples(struct pl_analyzereport *r, const struct pl_analysis_rule *rule, const struct pl_firing *f)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	if (f->fires.truth == PL_YES && f->spares.truth == PL_YES) {
		add_place(text, rule->source, rule->position);
		pl_text_printf(text, "`%.*s` fires on some and not on others", PL_FMT(rule->name));
		add_models(text, f->fires.models);
	}
	if (f->fires.truth == PL_NOT_DECIDED) {
		add_place(text, rule->source, rule->position);
		pl_text_printf(text, "whether `%.*s` can fire is ", PL_FMT(rule->name));
		add_why(text, &f->fires);
	}
	add_example(text, &f->fires);
	if (f->fires.truth == PL_YES && f->spares.truth == PL_NOT_DECIDED) {
		pl_text_printf(text, "\nwhether it spares anything is ");
		add_why(text, &f->spares);
	}
	if (f->fires.truth != PL_NO)
		add_example(text, &f->spares);
	print(r, text);
}

/* " while `x` and `y` are as they are" */
static void add_params(struct pl_buf *text, const struct pl_analysis_rule *rule)
{
	for (size_t i = 0; i < rule->param_count; i++)
		pl_text_printf(text, "%s`%.*s`", i ? ", " : " while ", PL_FMT(rule->params[i]));
	if (rule->param_count)
		pl_text_printf(text, rule->param_count == 1 ? " is as it is" : " are as they are");
}

static void rule_text(struct pl_analyzereport *r, const struct pl_analysis_rule *rule, const struct pl_firing *f)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	bool never = f->fires.truth == PL_NO;
	if (never || is_always(f)) {
		add_place(text, rule->source, rule->position);
		pl_text_printf(text, "`%.*s` %s", PL_FMT(rule->name),
			       never ? "can never fire" : "fires on everything that it is about");
		add_params(text, rule);
		add_models(text, f->fires.models);
	}
	print(r, text);
	if (f->fires.truth != PL_NOT_DECIDED || r->asked)
		return;
	pl_text_printf(r->undecided_list, "  %.*s: ", PL_FMT(rule->name));
	pl_text_escaped(r->undecided_list, f->fires.why);
	pl_text_printf(r->undecided_list, "\n");
}

void pl_analyzereport_rule(struct pl_analyzereport *r, const struct pl_analysis_rule *rule, const struct pl_firing *f,
			   bool examples)
{
	bool never = f->fires.truth == PL_NO;
	if (r->json) {
		open_member(r->rule_list, r->rules);
		member(r->rule_list, "rule", rule->name, true);
		place_json(r->rule_list, rule->source, rule->position);
		answer_json(r->rule_list, "fires", &f->fires);
		answer_json(r->rule_list, "spares", &f->spares);
		pl_text_printf(r->rule_list, "}");
	} else {
		rule_text(r, rule, f);
		if (examples)
			rule_examples(r, rule, f);
	}
	r->rules++;
	r->never += never;
	r->always += is_always(f);
	bool finding = (never || is_always(f)) && rule->param_count == 0;
	r->undecided += f->fires.truth == PL_NOT_DECIDED;
	r->models += f->fires.models;
	r->findings = r->findings || finding;
}

/* --- pairs ----------------------------------------------------------------------------------------------------------
 */

/* The other finds what this one finds, and is as strict. */
static bool is_idle(const struct pl_analysis_answer *alone, const struct pl_analysis_rule *rule,
		    const struct pl_analysis_rule *other)
{
	return alone->truth == PL_NO && other->mode <= rule->mode;
}

static const char *relation_of(const struct pl_pair_answer *p)
{
	if (p->first.truth == PL_NO && p->second.truth == PL_NO)
		return "equivalent";
	if (p->first.truth == PL_NO)
		return "first adds nothing";
	if (p->second.truth == PL_NO)
		return "second adds nothing";
	return p->first.truth == PL_YES && p->second.truth == PL_YES ? "independent" : "not decided";
}

static void implied_text(struct pl_buf *text, const struct pl_analysis_rule *rule, const struct pl_analysis_rule *other,
			 size_t models)
{
	add_place(text, rule->source, rule->position);
	pl_text_printf(text, "whenever `%.*s` fires, `%.*s` fires too: ", PL_FMT(rule->name), PL_FMT(other->name));
	if (other->mode > rule->mode)
		pl_text_printf(text, "`%.*s` only makes it `%s`", PL_FMT(rule->name),
			       pl_mode_name((enum pl_mode)rule->mode));
	else
		pl_text_printf(text, "`%.*s` adds nothing next to `%.*s`", PL_FMT(rule->name), PL_FMT(other->name));
	if (rule->param_count + other->param_count)
		pl_text_printf(text, ", as parameters are set");
	add_models(text, models);
}

static void pair_relation(struct pl_buf *text, const struct pl_analysis_rule *a, const struct pl_analysis_rule *b,
			  const struct pl_pair_answer *p, bool examples)
{
	bool first = p->first.truth == PL_NO, second = p->second.truth == PL_NO;
	size_t models = p->first.models;
	if (first && second) {
		add_place(text, a->source, a->position);
		pl_text_printf(text, "`%.*s` and `%.*s` are equivalent: each fires where the other does",
			       PL_FMT(a->name), PL_FMT(b->name));
		add_models(text, models);
	} else if (first && (examples || is_idle(&p->first, a, b))) {
		implied_text(text, a, b, models);
	} else if (second && (examples || is_idle(&p->second, b, a))) {
		implied_text(text, b, a, models);
	} else if (examples && p->first.truth == PL_YES && p->second.truth == PL_YES) {
		pl_text_printf(text, "independent: each fires without the other");
		add_models(text, models);
	}
}

static void pair_examples(struct pl_buf *text, const struct pl_analysis_rule *a, const struct pl_analysis_rule *b,
			  const struct pl_pair_answer *p)
{
	const struct pl_analysis_answer *answers[] = {&p->first, &p->second};
	const struct pl_analysis_rule *rules[] = {a, b};
	for (unsigned i = 0; i < 2; i++) {
		add_example(text, answers[i]);
		if (answers[i]->truth != PL_NOT_DECIDED)
			continue;
		pl_text_printf(text, "whether `%.*s` fires without `%.*s` is ", PL_FMT(rules[i]->name),
			       PL_FMT(rules[1 - i]->name));
		add_why(text, answers[i]);
	}
}

static void pair_json(struct pl_analyzereport *r, const struct pl_analysis_rule *a, const struct pl_analysis_rule *b,
		      const struct pl_pair_answer *p)
{
	open_member(r->pair_list, r->idle_pairs);
	member(r->pair_list, "first", a->name, true);
	member(r->pair_list, "second", b->name, false);
	pl_text_printf(r->pair_list, ",\"relation\":\"%s\"", relation_of(p));
	answer_json(r->pair_list, "first_alone", &p->first);
	answer_json(r->pair_list, "second_alone", &p->second);
	pl_text_printf(r->pair_list, "}");
}

void pl_analyzereport_pair(struct pl_analyzereport *r, const struct pl_analysis_rule *first,
			   const struct pl_analysis_rule *second, const struct pl_pair_answer *p, bool examples)
{
	bool idle = is_idle(&p->first, first, second) || is_idle(&p->second, second, first);
	struct pl_buf *text = pl_text_new(r->out->arena);
	if (r->json && (idle || examples))
		pair_json(r, first, second, p);
	if (!r->json) {
		pair_relation(text, first, second, p, examples);
		if (examples)
			pair_examples(text, first, second, p);
		print(r, text);
	}
	r->pairs++;
	r->idle_pairs += idle;
	r->models += p->first.models;
	r->findings = r->findings || (idle && first->param_count + second->param_count == 0);
}

/* --- what a site adds -----------------------------------------------------------------------------------------------
 */

static void exception_text(struct pl_analyzereport *r, const struct pl_analysis_exception *e, const char *what)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	add_place(text, e->source, e->position);
	pl_text_printf(text, "exception `%.*s` %s\n", PL_FMT(e->name), what);
	print(r, text);
}

static void flag_json(struct pl_buf *list, const char *name, bool value)
{
	pl_text_printf(list, ",\"%s\":%s", name, value ? "true" : "false");
}

static void exception_json(struct pl_analyzereport *r, const struct pl_analysis_exception *e)
{
	struct pl_buf *list = r->exception_list;
	open_member(list, r->exceptions);
	member(list, "exception", e->name, true);
	place_json(list, e->source, e->position);
	flag_json(list, "expired", e->expired);
	flag_json(list, "expiring", e->expiring);
	flag_json(list, "wide", e->wide);
	answer_json(list, "covers", &e->covers);
	pl_text_printf(list, "}");
}

void pl_analyzereport_exception(struct pl_analyzereport *r, const struct pl_analysis_exception *e)
{
	bool unused = e->covers.truth == PL_NO;
	if (r->json) {
		exception_json(r, e);
	} else {
		if (e->expired)
			exception_text(r, e, "is expired");
		if (e->expiring)
			exception_text(r, e, "expires within 30 days");
		if (unused)
			exception_text(r, e, "covers nothing: its `where` excludes every violation of its rules");
		if (e->wide)
			exception_text(r, e, "names neither a namespace nor an account");
	}
	r->exceptions++;
	bool idle = e->expired || e->expiring || unused || e->wide;
	r->idle_exceptions += idle;
	r->findings = r->findings || idle;
	r->models += e->covers.models;
}

void pl_analyzereport_row(struct pl_analyzereport *r, const struct pl_analysis_row *row)
{
	struct pl_buf *text = r->json ? r->row_list : pl_text_new(r->out->arena);
	if (r->json) {
		open_member(text, r->idle_rows);
		member(text, "table", row->table, true);
		member(text, "key", row->key, false);
		place_json(text, row->source, row->position);
		flag_json(text, "as_otherwise", row->same);
		pl_text_printf(text, "}");
	} else {
		add_place(text, row->source, row->position);
		pl_text_printf(text, "row \"");
		pl_text_escaped(text, row->key);
		pl_text_printf(text, "\" of `%.*s` %s\n", PL_FMT(row->table),
			       row->same ? "says the same as `otherwise`" : "is under a key that never comes");
		print(r, text);
	}
	r->idle_rows++;
	r->findings = true;
}

/* --- changes --------------------------------------------------------------------------------------------------------
 */

static const char *const change_words[] = {
	[PL_CHANGE_SAME] = "is the same", [PL_CHANGE_RENAMED] = "was renamed", [PL_CHANGE_ADDED] = "is new",
	[PL_CHANGE_REMOVED] = "is gone",  [PL_CHANGE_CHANGED] = "was changed",
};

static bool is_without_effect(const struct pl_change *c)
{
	return c->gained.truth == PL_NO && c->lost.truth == PL_NO && c->kind != PL_CHANGE_RENAMED;
}

static void direction_text(struct pl_buf *text, const char *what, const struct pl_analysis_answer *a)
{
	if (a->truth == PL_YES) {
		pl_text_printf(text, "\n  %s:\n", what);
		add_example(text, a);
	} else if (a->truth == PL_NOT_DECIDED) {
		pl_text_printf(text, "  whether anything is %s is ", what);
		add_why(text, a);
	}
}

static void change_text(struct pl_analyzereport *r, const struct pl_change *c)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	pl_text_printf(text, "`%.*s` %s", PL_FMT(c->rule), change_words[c->kind]);
	if (c->kind == PL_CHANGE_RENAMED)
		pl_text_printf(text, " to `%.*s`, and says the same", PL_FMT(c->other));
	else if (is_without_effect(c))
		pl_text_printf(text, ", and makes no difference");
	if (c->kind == PL_CHANGE_RENAMED)
		pl_text_printf(text, "\n");
	else
		add_models(text, c->gained.models > c->lost.models ? c->gained.models : c->lost.models);
	direction_text(text, "newly found", &c->gained);
	direction_text(text, "no longer found", &c->lost);
	if (c->gained.test.len + c->lost.test.len)
		pl_text_printf(text, "\n");
	print(r, text);
}

void pl_analyzereport_change(struct pl_analyzereport *r, const struct pl_change *c)
{
	static const char *const kinds[] = {"same", "renamed", "added", "removed", "changed"};
	if (r->json) {
		open_member(r->change_list, r->changes);
		member(r->change_list, "rule", c->rule, true);
		pl_text_printf(r->change_list, ",\"kind\":\"%s\"", kinds[c->kind]);
		if (c->other.len)
			member(r->change_list, "to", c->other, false);
		answer_json(r->change_list, "gained", &c->gained);
		answer_json(r->change_list, "lost", &c->lost);
		pl_text_printf(r->change_list, "}");
	} else {
		change_text(r, c);
	}
	r->changes++;
	r->models += c->gained.models > c->lost.models ? c->gained.models : c->lost.models;
	bool differs = c->kind != PL_CHANGE_RENAMED && !is_without_effect(c);
	r->differing += differs;
	r->findings = r->findings || differs;
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

void pl_analyzereport_begin(struct pl_analyzereport *r, struct pl_output *out, bool json)
{
	struct pl_arena *arena = out->arena;
	*r = (struct pl_analyzereport){.out = out,
				       .json = json,
				       .undecided_list = pl_text_new(arena),
				       .rule_list = pl_text_new(arena),
				       .pair_list = pl_text_new(arena),
				       .exception_list = pl_text_new(arena),
				       .row_list = pl_text_new(arena),
				       .change_list = pl_text_new(arena)};
	if (!json)
		return;
	out->format = PL_OUTPUT_JSON; /* errors are kept for the end */
	out->error_list = pl_text_new(arena);
	out->warning_list = pl_text_new(arena);
}

static int status_of(const struct pl_analyzereport *r)
{
	if (r->out->errors)
		return PL_EXIT_ERROR;
	return r->findings ? PL_EXIT_FINDINGS : PL_EXIT_CLEAN;
}

static void end_text(struct pl_analyzereport *r)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	pl_str undecided = pl_text_str(r->undecided_list);
	if (undecided.len) {
		pl_text_printf(text, "not decided whether these can fire:\n");
		pl_text_add(text, undecided);
	}
	if (r->compared) {
		add_plural(text, r->differing, "rule differs", "rules differ");
		pl_text_printf(text, ", %zu changed without effect, %zu as before", r->changes - r->differing, r->same);
	} else {
		add_plural(text, r->rules, "rule", "rules");
		pl_text_printf(text, ": %zu never fire, %zu always, %zu not decided; ", r->never, r->always,
			       r->undecided);
		add_plural(text, r->pairs, "pair", "pairs");
		pl_text_printf(text, ": %zu with a rule that adds nothing", r->idle_pairs);
		if (r->exceptions) {
			pl_text_printf(text, "; ");
			add_plural(text, r->exceptions, "exception", "exceptions");
			pl_text_printf(text, ": %zu to look at", r->idle_exceptions);
		}
	}
	pl_text_printf(text, "; ");
	add_plural(text, r->models, "model", "models");
	pl_text_printf(text, "\n");
	print(r, text);
}

static void end_json(struct pl_analyzereport *r)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	const struct {
		const char *name;
		const struct pl_buf *list;
	} lists[] = {
		{"rules", r->rule_list},
		{"pairs", r->pair_list},
		{"exceptions", r->exception_list},
		{"rows", r->row_list},
		{"changes", r->change_list},
		{"errors", r->out->error_list},
		{"warnings", r->out->warning_list},
	};
	pl_text_printf(text, "{");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		pl_text_printf(text, "%s\"%s\":[", i ? ",\n" : "", lists[i].name);
		pl_text_add(text, pl_text_str(lists[i].list));
		pl_text_printf(text, "]");
	}
	pl_text_printf(text,
		       ",\n\"summary\":{\"rules\":%zu,\"never\":%zu,\"always\":%zu,\"not_decided\":%zu,\"pairs\":%zu,"
		       "\"idle_pairs\":%zu,\"exceptions\":%zu,\"idle_exceptions\":%zu,\"idle_rows\":%zu,"
		       "\"changes\":%zu,\"differing\":%zu,\"same\":%zu,\"models\":%zu,\"errors\":%zu,\"exit\":%d}}\n",
		       r->rules, r->never, r->always, r->undecided, r->pairs, r->idle_pairs, r->exceptions,
		       r->idle_exceptions, r->idle_rows, r->changes, r->differing, r->same, r->models, r->out->errors,
		       status_of(r));
	print(r, text);
}

int pl_analyzereport_end(struct pl_analyzereport *r)
{
	if (r->json)
		end_json(r);
	else if (r->out->errors == 0 && !r->asked)
		end_text(r);
	return status_of(r);
}
