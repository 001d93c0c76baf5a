/* ruleset.c - see ruleset.h. The declarations around the conditions of grammar.c, in the order in which they are made
 * up; what a rule needs is declared behind it, for their order never matters. */
#include "ruleset.h"

#include <string.h>

#include "constant.h"
#include "grammar.h"
#include "lang/types.h"
#include "model/subjects.h"

#define MAX_RULES   5
#define SAY(g, ...) pl_reach_say(&(g)->reach, __VA_ARGS__)

/* What an exception of a rule sees. */
struct scope {
	struct pl_reached names[PL_REACH_NAMES];
	unsigned name_count, platforms, shared, nesting;
	uint64_t turns;
};

struct writing {
	struct pl_grammar g;
	struct pl_buf out;
	struct scope scopes[MAX_RULES];
	pl_str rules[MAX_RULES];
	unsigned rule_count;
	unsigned known; /* from the guards of the policy */
};

static uint32_t below(struct writing *w, uint32_t n)
{
	return pl_choice_below(w->g.reach.choice, n);
}

static bool one_in(struct writing *w, uint32_t n)
{
	return pl_choice_one_in(w->g.reach.choice, n);
}

static void add_subject(struct writing *w, enum pl_subject subject, const char *name, bool optional)
{
	struct pl_type type = {.kind = PL_T_SUBJECT, .ref = (uint16_t)subject};
	if (subject == PL_SUBJECT_IMAGE)
		type = pl_type_scalar(PL_T_IMAGE);
	pl_reach_name(&w->g.reach, pl_str_from(name), type, optional);
	struct pl_reached *made = &w->g.reach.names[w->g.reach.name_count - 1];
	made->parts[0] = made->text;
	made->part_count = 1;
}

static void open_context(struct writing *w)
{
	w->g.reach.name_count = 0;
	w->g.reach.known_count = w->known;
	w->g.reach.platforms = PL_ON_BOTH;
	w->g.nesting = 0;
	w->g.turns = 1;
	add_subject(w, PL_SUBJECT_REQUEST, "request", false);
	add_subject(w, PL_SUBJECT_NAMESPACE, "namespace", false);
	add_subject(w, PL_SUBJECT_CLUSTER, "cluster", false);
	pl_reach_name(&w->g.reach, PL_STR("today"), pl_type_scalar(PL_T_DATE), false);
	w->g.shared = w->g.reach.name_count;
}

/* --- subjects ----------------------------------------------------------------------------------------------------- */

static void open_platform(struct writing *w, bool pod)
{
	w->g.reach.platforms = pod ? PL_ON_KUBERNETES : PL_ON_ECS;
	add_subject(w, pod ? PL_SUBJECT_POD : PL_SUBJECT_TASK, pod ? "old_pod" : "old_task", true);
	add_subject(w, pod ? PL_SUBJECT_POD : PL_SUBJECT_TASK, pod ? "pod" : "task", false);
}

static bool is_of_container(enum pl_subject subject)
{
	return subject == PL_SUBJECT_MOUNT || subject == PL_SUBJECT_PORT || subject == PL_SUBJECT_VARIABLE;
}

/* What the rule is about comes last. A pod, task or workload is in scope already. */
static pl_str open_narrowed(struct writing *w, enum pl_subject subject)
{
	const char *name = pl_subject_name(subject);
	bool itself = subject == PL_SUBJECT_POD || subject == PL_SUBJECT_TASK;
	bool always = itself || subject == PL_SUBJECT_SECURITY_CONTEXT;
	bool narrow = always || !one_in(w, 3);
	bool pod = always ? subject != PL_SUBJECT_TASK : one_in(w, 2);
	if (narrow)
		open_platform(w, pod);
	if (is_of_container(subject))
		add_subject(w, PL_SUBJECT_CONTAINER, "container", false);
	if (!itself && subject != PL_SUBJECT_WORKLOAD)
		add_subject(w, subject, name, false);
	return itself || !narrow ? pl_str_from(name) : SAY(&w->g, "~ ~", pod ? "pod" : "task", name);
}

/* "pod mount", and what is then in scope. `object` has no fields for both platforms: only its own rules have it here.
 */
static pl_str open_subject(struct writing *w)
{
	static const uint8_t subjects[] = {PL_SUBJECT_CONTAINER, PL_SUBJECT_CONTAINER,
					   PL_SUBJECT_CONTAINER, PL_SUBJECT_MOUNT,
					   PL_SUBJECT_VOLUME,	 PL_SUBJECT_PORT,
					   PL_SUBJECT_VARIABLE,	 PL_SUBJECT_IMAGE,
					   PL_SUBJECT_POD,	 PL_SUBJECT_POD,
					   PL_SUBJECT_TASK,	 PL_SUBJECT_WORKLOAD,
					   PL_SUBJECT_OBJECT,	 PL_SUBJECT_SECURITY_CONTEXT};
	enum pl_subject subject = (enum pl_subject)subjects[below(w, sizeof subjects)];
	bool object = subject == PL_SUBJECT_OBJECT;
	open_context(w);
	w->g.turns = pl_grammar_cap(subject);
	w->g.reach.platforms = pl_subject_platforms(subject);
	add_subject(w, object ? subject : PL_SUBJECT_WORKLOAD, object ? "object" : "workload", false);
	w->g.shared = w->g.reach.name_count;
	return object ? PL_STR("object") : open_narrowed(w, subject);
}

/* --- rules -------------------------------------------------------------------------------------------------------- */

static void clause(struct writing *w, const char *word, pl_str text)
{
	pl_reach_add(&w->out, "  ~ @\n", word, text);
}

static pl_str condition(struct writing *w, int side, unsigned depth)
{
	return pl_grammar_condition(&w->g, side, depth, true);
}

/* What must be so for the rule to apply; half of them say what is then there. */
static pl_str premise(struct writing *w)
{
	pl_str s;
	if (one_in(w, 2) && pl_grammar_presence(&w->g, &s))
		return s;
	return pl_grammar_guard(&w->g, false, below(w, 3));
}

static void write_meta(struct writing *w)
{
	static const char *const severities[] = {"low", "medium", "high", "critical"};
	if (one_in(w, 4))
		clause(w, "title", PL_STR("\"t \\u{e9} {\""));
	if (one_in(w, 3))
		clause(w, "severity", pl_str_from(PL_CHOICE_OF(w->g.reach.choice, severities)));
	if (one_in(w, 4))
		clause(w, "refs", PL_STR("\"CIS 5.2.1\", \"X-1\""));
}

static void write_scope(struct writing *w)
{
	pl_str var, list;
	pl_str subject = open_subject(w);
	pl_reach_add(&w->out, "  for each @", subject);
	if (one_in(w, 4))
		pl_reach_add(&w->out, " where @", premise(w));
	pl_buf_addc(&w->out, '\n');
	for (unsigned i = 0; i < 2 && one_in(w, 3) && pl_grammar_loop(&w->g, &var, &list); i++) {
		pl_reach_add(&w->out, "  for each @ in @", var, list);
		if (one_in(w, 3))
			pl_reach_add(&w->out, " where @", premise(w));
		pl_buf_addc(&w->out, '\n');
	}
}

static void write_text(struct writing *w, const char *word, bool interpolate)
{
	pl_str shown;
	pl_reach_add(&w->out, "    ~ \"it {{is}} so", word);
	for (unsigned i = 0; interpolate && i < 2 && pl_grammar_shown(&w->g, &shown); i++)
		pl_reach_add(&w->out, ", {@}", shown);
	pl_buf_adds(&w->out, "\"\n");
}

static void write_check(struct writing *w)
{
	bool forbid = one_in(w, 2);
	const char *word = forbid ? "forbid" : "require";
	pl_str s;
	if (one_in(w, 4) && pl_grammar_if_set(&w->g, &s))
		clause(w, word, SAY(&w->g, "@ if set", s));
	else
		clause(w, word, condition(w, forbid ? PL_SIDE_NEGATIVE : PL_SIDE_POSITIVE, below(w, 4)));
	if (one_in(w, 2))
		write_text(w, "message", true);
	if (one_in(w, 3))
		write_text(w, "remedy", one_in(w, 2));
}

static void keep_scope(struct writing *w)
{
	struct scope *s = &w->scopes[w->rule_count];
	memcpy(s->names, w->g.reach.names, sizeof s->names);
	s->name_count = w->g.reach.name_count;
	s->platforms = w->g.reach.platforms;
	s->shared = w->g.shared;
	s->nesting = w->g.nesting;
	s->turns = w->g.turns;
}

static void write_rule(struct writing *w)
{
	static const char *const modes[] = {"deny", "warn", "audit"};
	pl_str name = SAY(&w->g, "r#-x", w->rule_count);
	pl_reach_add(&w->out, "~ @\n", PL_CHOICE_OF(w->g.reach.choice, modes), name);
	write_meta(w);
	write_scope(w);
	keep_scope(w);
	for (unsigned i = 0; i < 2 && one_in(w, 3); i++) {
		bool unless = one_in(w, 3);
		clause(w, unless ? "unless" : "when", unless ? pl_grammar_guard(&w->g, true, below(w, 3)) : premise(w));
	}
	do
		write_check(w);
	while (one_in(w, 3));
	w->rules[w->rule_count++] = name;
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

static void write_policy(struct writing *w)
{
	open_context(w);
	w->g.turns = one_in(w, 4) ? 1 : PL_MAX_VARIABLES;
	pl_buf_adds(&w->out, "policy fuzzed\n  title \"random\"\n  owner \"nobody\"\n");
	for (unsigned i = 0; i < 2 && one_in(w, 3); i++) {
		bool unless = one_in(w, 2);
		clause(w, unless ? "unless" : "when", unless ? pl_grammar_guard(&w->g, true, below(w, 2)) : premise(w));
	}
	w->known = w->g.reach.known_count;
}

/* Either of one rule, with all that it has in scope, or of several, with what is in every scope. */
static void write_exception(struct writing *w, unsigned number)
{
	unsigned rule = below(w, w->rule_count);
	bool several = w->rule_count > 1 && one_in(w, 3);
	const struct scope *s = &w->scopes[rule];
	open_context(w);
	w->g.reach.known_count = 0;
	if (!several) {
		memcpy(w->g.reach.names, s->names, sizeof s->names);
		w->g.reach.name_count = s->name_count;
		w->g.reach.platforms = s->platforms;
		w->g.shared = s->shared;
		w->g.nesting = s->nesting;
		w->g.turns = s->turns;
	} else {
		w->g.nesting = 2;
		w->g.turns = PL_MAX_VARIABLES * 4;
	}
	pl_reach_add(&w->out, "exception e#-x\n  from @", number, w->rules[several ? 0 : rule]);
	for (unsigned i = 1; several && i < w->rule_count; i++)
		pl_reach_add(&w->out, ", @", w->rules[i]);
	w->g.reach.known[w->g.reach.known_count++] = PL_STR("namespace.name");
	pl_str where = pl_grammar_condition(&w->g, PL_SIDE_POSITIVE, below(w, 3), false);
	pl_reach_add(&w->out, "\n  where namespace.name in {\"x\", \"default\"} and @\n", where);
	pl_reach_add(&w->out, "  owner \"o\"\n  reason \"r\"\n  expires ~\n",
		     one_in(w, 4) ? "2026-11-21" : "2027-03-31");
}

static void write_rollout(struct writing *w)
{
	static const char *const modes[] = {"deny", "warn", "audit"};
	struct pl_choice *c = w->g.reach.choice;
	pl_reach_add(&w->out, "rollout @", w->rules[0]);
	if (w->rule_count > 1 && one_in(w, 2))
		pl_reach_add(&w->out, ", @", w->rules[1]);
	pl_reach_add(&w->out, " by @\n", pl_grammar_key(&w->g));
	pl_reach_add(&w->out, "  \"x\" => ~\n", PL_CHOICE_OF(c, modes));
	if (one_in(w, 2))
		pl_reach_add(&w->out, "  \"production\" => ~\n", PL_CHOICE_OF(c, modes));
	pl_reach_add(&w->out, "  otherwise => ~\n", PL_CHOICE_OF(c, modes));
}

/* Another value for the first parameter that takes a single one. */
static void choose_setting(struct writing *w, struct pl_ruleset *ret)
{
	struct pl_words_known none = {0};
	for (unsigned i = 0; i < w->g.param_count && ret->setting_count == 0; i++) {
		const struct pl_grammar_param *p = &w->g.params[i];
		if (p->set)
			continue;
		pl_str value = pl_constant_literal(&w->g, pl_type_scalar((enum pl_type_kind)p->kind), none);
		ret->setting = (struct pl_param_setting){p->name, value};
		ret->setting_count = 1;
	}
}

static void hand_over_data(const struct pl_reach *r, struct pl_ruleset *ret)
{
	for (unsigned i = 0; i < r->data_count; i++) {
		const struct pl_reach_data *d = &r->data[i];
		pl_str file = pl_arena_printf(r->arena, "%.*s.json", PL_FMT(d->name));
		if (d->text.ptr)
			ret->data[ret->data_count++] = (struct pl_policy_data){d->name, file, d->text, d->modified};
	}
}

void pl_ruleset_write(struct pl_choice *choice, struct pl_arena *arena, struct pl_ruleset *ret)
{
	struct writing *w = pl_arena_zalloc(arena, 1, sizeof *w);
	memset(ret, 0, sizeof *ret);
	if (!w)
		return;
	w->g.reach.choice = choice;
	w->g.reach.arena = arena;
	pl_buf_init(&w->out, arena, 4096);
	pl_buf_init(&w->g.decls, arena, 1024);
	if (one_in(w, 3))
		write_policy(w);
	for (unsigned i = 0; i < 2 && one_in(w, 2); i++)
		pl_constant_map(&w->g);
	unsigned rules = 1 + below(w, one_in(w, 2) ? 2 : MAX_RULES);
	while (w->rule_count < rules)
		write_rule(w);
	for (unsigned i = 0; i < 2 && one_in(w, 3); i++)
		write_exception(w, i);
	if (one_in(w, 4))
		write_rollout(w);
	if (one_in(w, 8))
		choose_setting(w, ret);
	pl_buf_add(&w->out, pl_buf_str(&w->g.decls));
	hand_over_data(&w->g.reach, ret);
	ret->source = (struct pl_policy_source){PL_STR("fuzz.plim"), pl_buf_str(&w->out)};
}
