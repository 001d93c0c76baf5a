/* analysis_hunt.c - the search: models with few values set before models with many, so that the first example is a
 * smallest one. Nothing is concluded from not finding when something could not be tried. */
#include "analysis.h"

#include <string.h>

#define MAX_SHAPES 8

struct search {
	struct pl_hunt *hunt;
	struct pl_evaluator *ev;
	struct pl_arena *arena; /* of answers */
	struct pl_model *model;
	const struct pl_space *space;
	unsigned reached;
	size_t tried;
	bool stopped; /* the budget is used up */
	const char *why;
	pl_str why_of;
	pl_err err;
};

static void lack(struct search *s, const char *why, pl_str of)
{
	if (s->why)
		return;
	s->why = why;
	s->why_of = pl_arena_dup(s->arena, of);
}

/* --- one model ------------------------------------------------------------------------------------------------------
 */

static bool is_at(pl_str path, const char *subject)
{
	pl_str want = pl_str_from(subject);
	if (want.len == 0)
		return true;
	return path.len >= want.len && memmem(path.ptr, path.len, want.ptr, want.len);
}

bool pl_hunt_fires(const struct pl_hunt_verdicts *v, unsigned which, pl_str rule)
{
	const struct pl_verdict *verdict = v->of[which];
	for (size_t i = 0; i < verdict->count; i++) {
		const struct pl_finding *f = &verdict->findings[i];
		if (pl_str_eq(f->rule, rule) && f->state != PL_FINDING_UNDECIDED && is_at(f->path, v->subject))
			return true;
	}
	return false;
}

/* A model that could not be judged says nothing. */
static bool is_sound(struct search *s, const struct pl_verdict *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct pl_finding *f = &v->findings[i];
		if (f->state == PL_FINDING_MALFORMED) {
			lack(s, "a combination of values is no manifest", f->message);
			return false;
		}
		if (f->state == PL_FINDING_UNDECIDED) {
			lack(s, "a combination of values could not be judged", f->message);
			return false;
		}
	}
	return true;
}

/* A model as the evaluator sees it. */
struct read {
	struct pl_workload *workload;
	struct pl_context context;
};

static pl_err read_model(struct search *s, struct read *ret)
{
	struct pl_arena *arena = pl_evaluator_arena(s->ev);
	static const struct pl_workload_options linter = {.offline = true};
	struct pl_buf json;
	struct pl_doc *doc;
	bool ecs = s->space->shape->platform == PL_ON_ECS;
	struct pl_draft *draft = pl_space_draft(s->model, arena);
	pl_buf_init(&json, arena, 512);
	if (!draft || !pl_space_context(s->model, arena, &ret->context))
		return PL_E_MEMORY;
	pl_draft_json(draft, &json);
	if (json.failed)
		return PL_E_MEMORY;
	PL_TRY(pl_doc_read_json(PL_STR("model"), pl_buf_str(&json), &pl_doc_json_limits, arena, &doc, NULL));
	return pl_workload_read(doc, pl_doc_root(doc), ecs ? PL_PLATFORM_ECS : PL_PLATFORM_KUBERNETES, &linter, arena,
				&ret->workload);
}

static pl_err decide(struct search *s, const struct read *r, const struct pl_policy *policy,
		     const struct pl_verdict **ret)
{
	return pl_decide(s->ev, policy, r->workload, NULL, &r->context, ret);
}

static pl_err answer(struct search *s, unsigned goal, const struct read *r)
{
	struct pl_hunt *h = s->hunt;
	const struct pl_verdict *verdict;
	h->answers[goal].truth = PL_YES;
	if (!h->shown[goal])
		return PL_OK;
	PL_TRY(decide(s, r, h->shown[goal], &verdict));
	return pl_analysis_test(s->model, verdict, h->shown_rule[goal], h->titles[goal], s->arena,
				&h->answers[goal].test);
}

static pl_err judge(struct search *s)
{
	struct pl_hunt_verdicts v = {.subject = s->space->shape->subject};
	struct read r;
	PL_TRY(read_model(s, &r));
	for (unsigned i = 0; i < 2; i++) {
		if (!s->hunt->policies[i])
			continue;
		PL_TRY(decide(s, &r, s->hunt->policies[i], &v.of[i]));
		if (!is_sound(s, v.of[i]))
			return PL_OK;
	}
	unsigned goals = s->hunt->goals(s->hunt, &v) & s->hunt->wanted & ~s->reached;
	s->reached |= goals;
	for (unsigned g = 0; g < PL_HUNT_GOALS; g++) {
		if (goals >> g & 1)
			PL_TRY(answer(s, g, &r));
	}
	return PL_OK;
}

static void try_model(struct search *s)
{
	if (s->tried == s->hunt->budget) {
		s->stopped = true;
		return;
	}
	s->tried++;
	pl_evaluator_reset(s->ev);
	s->err = judge(s);
}

/* --- all models -----------------------------------------------------------------------------------------------------
 */

static bool is_over(const struct search *s)
{
	return s->err != PL_OK || s->stopped || (s->hunt->wanted & ~s->reached) == 0;
}

/* Tries all settings in which `more` knobs from `from` on are not at their first choice. As deep as there are knobs. */
static void vary(struct search *s, unsigned from, unsigned more)
{
	const struct pl_knobs *knobs = &s->space->knobs;
	if (more == 0) {
		try_model(s);
		return;
	}
	for (unsigned i = from; i + more <= knobs->count && !is_over(s); i++) {
		for (uint32_t c = 1; c < knobs->items[i]->choice_count && !is_over(s); c++) {
			s->model->at[i] = c;
			vary(s, i + 1, more - 1);
		}
		s->model->at[i] = 0;
	}
}

static pl_err search_shape(struct search *s, const struct pl_shape *shape)
{
	struct pl_arena *arena = pl_arena_new((size_t)1 << 30, 0);
	struct pl_space *space = arena ? pl_arena_zalloc(arena, 1, sizeof *space) : NULL;
	struct pl_model *model = space ? pl_arena_zalloc(arena, 1, sizeof *model) : NULL;
	s->err = model ? pl_space_make(s->hunt->rules, s->hunt->rule_count, shape, s->hunt->today, arena, space)
		       : PL_E_MEMORY;
	if (s->err == PL_OK) {
		model->space = space;
		s->model = model;
		s->space = space;
		if (space->why)
			lack(s, space->why, space->why_of);
		for (unsigned more = 0; more <= space->knobs.count && !is_over(s); more++)
			vary(s, 0, more);
		if (s->stopped)
			lack(s, "there are too many combinations to try them all", (pl_str){0});
	}
	pl_arena_free(arena);
	return s->err;
}

static pl_str reason(struct search *s)
{
	if (!s->why)
		return (pl_str){0};
	return s->why_of.len ? pl_arena_printf(s->arena, "%s: %.*s", s->why, PL_FMT(s->why_of)) : pl_str_from(s->why);
}

pl_err pl_hunt_run(struct pl_hunt *hunt, struct pl_evaluator *ev, struct pl_arena *arena)
{
	const struct pl_shape *shapes[MAX_SHAPES];
	struct search s = {.hunt = hunt, .ev = ev, .arena = arena};
	unsigned count = pl_space_shapes(hunt->rules, hunt->rule_count, shapes, MAX_SHAPES);
	for (unsigned i = 0; i < count && !is_over(&s); i++)
		PL_TRY(search_shape(&s, shapes[i]));
	if (count == 0)
		lack(&s, "it is about what is not varied", (pl_str){0});
	pl_str why = reason(&s);
	for (unsigned g = 0; g < PL_HUNT_GOALS; g++) {
		struct pl_analysis_answer *a = &hunt->answers[g];
		a->models = s.tried;
		if (a->truth == PL_YES || s.reached >> g & 1)
			continue;
		a->truth = s.why ? PL_NOT_DECIDED : PL_NO;
		a->why = why;
	}
	return PL_OK;
}
