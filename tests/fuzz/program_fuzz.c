/* program_fuzz.c - the bytes choose a random well-typed policy, an object, the state before it and a context
 * (ruleset.c, specimen.c). The compiler accepts the policy or says why not; what it accepts is verified, is decided
 * without an error, twice with the same bytes, and says the same when it is traced, explained, or formatted first; and
 * no rule takes more steps than its bound.
 *
 * PL_PROGRAM_FUZZ=1 in the environment prints at exit how many programs were accepted, and why others were not; =2
 * shows each program that was refused, with its errors; =3 each program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "lang/code.h"
#include "model/subjects.h"
#include "plimsoll/plimsoll.h"
#include "ruleset.h"
#include "specimen.h"
#include "vm/collect.h"
#include "vm/ready.h"
#include "vm/run.h"
#include "vm/verify.h"

#define CEILING (256u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- what happened ------------------------------------------------------------------------------------------------ */

#define MAX_CODES 80
static struct {
	int level;
	bool begun;
	unsigned long programs, accepted, judged, malformed, findings, undecided;
	struct {
		char code[8];
		unsigned long count;
	} codes[MAX_CODES];
} tally;

static void print_tally(void)
{
	fprintf(stderr, "%lu programs, %lu accepted, %lu judged, %lu objects malformed, %lu findings, %lu undecided\n",
		tally.programs, tally.accepted, tally.judged, tally.malformed, tally.findings, tally.undecided);
	for (unsigned i = 0; i < MAX_CODES && tally.codes[i].count; i++)
		fprintf(stderr, "  %s %lu\n", tally.codes[i].code, tally.codes[i].count);
}

static void begin_tally(void)
{
	const char *level = getenv("PL_PROGRAM_FUZZ");
	tally.begun = true;
	tally.level = level ? (int)strtol(level, NULL, 10) : 0;
	if (tally.level)
		atexit(print_tally);
}

static void count_code(const char *code)
{
	unsigned i = 0;
	while (i < MAX_CODES && tally.codes[i].count && strcmp(tally.codes[i].code, code) != 0)
		i++;
	if (i < MAX_CODES) {
		snprintf(tally.codes[i].code, sizeof tally.codes[i].code, "%s", code);
		tally.codes[i].count++;
	}
}

static void show(const struct pl_ruleset *set, const struct pl_diags *diags)
{
	struct pl_buf out;
	pl_buf_init(&out, diags->arena, 0);
	for (unsigned i = 0; i < diags->count; i++)
		pl_diag_render(&diags->items[i], &out);
	fprintf(stderr, "--- %.*s\n%.*s\n", PL_FMT(set->source.text), PL_FMT(pl_buf_str(&out)));
}

/* Says what is broken before the fuzzer stops. */
static void fail(const char *what, pl_str one, pl_str other)
{
	fprintf(stderr, "program_fuzz: %s\n--- one\n%.*s\n--- other\n%.*s\n", what, PL_FMT(one), PL_FMT(other));
	abort();
}

/* --- compiling ---------------------------------------------------------------------------------------------------- */

static struct pl_policy_input input_of(const struct pl_ruleset *set, bool explained)
{
	return (struct pl_policy_input){.sources = &set->source,
					.source_count = 1,
					.settings = &set->setting,
					.setting_count = set->setting_count,
					.data = set->data,
					.data_count = set->data_count,
					.explained = explained};
}

static struct pl_policy *compile(const struct pl_ruleset *set, bool explained, struct pl_arena *arena)
{
	struct pl_diags diags;
	struct pl_policy *policy = NULL;
	struct pl_policy_input input = input_of(set, explained);
	pl_diags_init(&diags, arena);
	pl_err err = pl_policy_compile(&input, &policy, &diags);
	bool refused = err == PL_E_POLICY || err == PL_E_LIMIT;
	if ((err == PL_OK) != (diags.errors == 0) || (err != PL_OK && !refused))
		fail(pl_err_text(err), set->source.text, (pl_str){0});
	if (err != PL_OK && !explained && diags.count)
		count_code(diags.items[0].code ? diags.items[0].code : "none");
	if (tally.level > (err != PL_OK ? 1 : 2) && !explained)
		show(set, &diags);
	return policy;
}

/* Without data files and settings, which the formatter knows nothing of; empty when they are what makes it compile. */
static pl_str list_code(pl_str text, struct pl_arena *arena)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), text};
	struct pl_buf *out = pl_text_new(arena);
	pl_err err = pl_policy_print(&source, 1, PL_STAGE_CODE, out, NULL);
	return err == PL_OK ? pl_text_str(out) : (pl_str){0};
}

static void check_formatted(const struct pl_ruleset *set, struct pl_arena *arena)
{
	struct pl_buf *out = pl_text_new(arena);
	if (pl_policy_format(&set->source, out, NULL) != PL_OK)
		fail("what compiles cannot be formatted", set->source.text, (pl_str){0});
	pl_str one = list_code(set->source.text, arena), other = list_code(pl_text_str(out), arena);
	if (!pl_str_eq(one, other))
		fail("the formatted policy is another one", set->source.text, pl_text_str(out));
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

struct question {
	pl_str now, old; /* old: empty when there is none */
	bool ecs;
	struct pl_context context;
};
struct objects {
	struct pl_workload *now, *old;
};

static struct pl_workload *read_object(pl_str text, bool ecs, struct pl_arena *arena)
{
	struct pl_doc *doc;
	struct pl_workload *w;
	struct pl_workload_options options = {0};
	if (pl_doc_read_json(PL_STR("fuzz"), text, &pl_doc_json_limits, arena, &doc, NULL) != PL_OK)
		return NULL;
	enum pl_platform platform = ecs ? PL_PLATFORM_ECS : PL_PLATFORM_KUBERNETES;
	return pl_workload_read(doc, pl_doc_root(doc), platform, &options, arena, &w) == PL_OK ? w : NULL;
}

/* A fault can make the text no JSON at all. */
static bool read_objects(const struct question *q, struct pl_arena *arena, struct objects *ret)
{
	ret->now = read_object(q->now, q->ecs, arena);
	ret->old = q->old.len ? read_object(q->old, q->ecs, arena) : NULL;
	return ret->now != NULL;
}

static pl_str report(const struct objects *o, const struct pl_verdict *v, struct pl_arena *arena)
{
	struct pl_buf *out = pl_text_new(arena);
	pl_report_json(o->now, v, NULL, out);
	pl_report_message(v, 4096, out);
	return pl_text_str(out);
}

static void count_findings(const struct pl_verdict *v)
{
	tally.findings += v->count;
	for (size_t i = 0; i < v->count; i++)
		tally.undecided += v->findings[i].state == PL_FINDING_UNDECIDED;
	tally.malformed += v->count && v->findings[0].state == PL_FINDING_MALFORMED;
}

/* The verdict as text, in `keep`. ptr NULL: the object is no JSON. */
static pl_str decide(const struct pl_policy *policy, const struct question *q, struct pl_evaluator *ev,
		     struct pl_arena *keep)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	const struct pl_verdict *v;
	struct objects o;
	pl_str text = {0};
	if (read_objects(q, arena, &o)) {
		pl_err err = pl_decide(ev, policy, o.now, o.old, &q->context, &v);
		if (err != PL_OK)
			fail(pl_err_text(err), q->now, q->old);
		if (v->allowed != (v->denied == 0) || v->count != v->denied + v->warned + v->audited + v->excepted)
			fail("the findings are not counted right", q->now, q->old);
		count_findings(v);
		text = pl_arena_dup(keep, report(&o, v, arena));
	}
	pl_evaluator_reset(ev);
	return text;
}

/* The same with a trace: every condition runs on the machine, where verdicts leave most of them to screens. */
static void check_traced(const struct pl_policy *policy, const struct question *q, struct pl_evaluator *ev,
			 pl_str expected, bool explained)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_buf *trace = pl_text_new(arena);
	const struct pl_verdict *v;
	struct objects o;
	struct pl_explain explain = {.rule = {0}};
	if (!read_objects(q, arena, &o))
		return;
	pl_err err = explained ? pl_decide_explained(ev, policy, o.now, o.old, &q->context, &explain, trace, &v)
			       : pl_decide_traced(ev, policy, o.now, o.old, &q->context, trace, &v);
	if (err != PL_OK && err != PL_E_MEMORY)
		fail(pl_err_text(err), q->now, q->old);
	pl_str text = err == PL_OK ? report(&o, v, arena) : expected;
	if (text.ptr && !pl_str_eq(text, expected))
		fail(explained ? "explaining changes the verdict" : "tracing changes the verdict", expected, text);
	pl_evaluator_reset(ev);
}

/* --- costs -------------------------------------------------------------------------------------------------------- */

#ifdef PL_CHECKED
/* The same program once more, open to be looked into. */
static bool make_ready(const struct pl_ruleset *set, struct pl_arena *arena, struct pl_ready *ret)
{
	struct pl_policy_input input = input_of(set, false);
	struct pl_decl *decls;
	struct pl_program *program;
	return pl_parse(&set->source, 0, arena, &decls, NULL) == PL_OK &&
	       pl_compile(&input, &decls, arena, &program, NULL) == PL_OK && pl_verify(program, arena, NULL) == PL_OK &&
	       pl_ready_make(program, &set->source, 1, arena, ret, NULL) == PL_OK;
}

static uint64_t steps_of(const struct pl_ready *ready, uint32_t rule, const struct objects *o,
			 const struct pl_context *context, struct pl_regex_scratch *regex, struct pl_arena *arena)
{
	struct pl_run *run = pl_run_new(ready, o->now, o->old, context, regex, arena);
	uint8_t *only = pl_arena_zalloc(arena, ready->program->rule_count / 8 + 1, 1);
	if (!run || !only)
		return 0;
	pl_bit_set(only, rule);
	pl_regex_scratch_begin(regex);
	struct pl_collect_options options = {.only = only};
	struct pl_collection all = {.items = NULL};
	if (pl_collect(run, &options, &all) != PL_OK)
		fail("the findings of one rule cannot be collected", ready->program->rules[rule].name, (pl_str){0});
	return run->steps;
}

/* spec: language.md 6.4, P9 */
static void check_cost(const struct pl_ruleset *set, const struct question *q, struct pl_arena *arena)
{
	struct pl_ready ready;
	struct objects o;
	struct pl_regex_scratch *regex = pl_regex_scratch_new();
	if (!regex || !make_ready(set, arena, &ready))
		fail("what compiled does not compile again", set->source.text, (pl_str){0});
	bool judged = read_objects(q, arena, &o) && !o.now->malformed;
	for (uint32_t i = 0; judged && i < ready.program->rule_count; i++) {
		const struct pl_rule *rule = &ready.program->rules[i];
		uint64_t steps = steps_of(&ready, i, &o, &q->context, regex, arena);
		if (steps > rule->cost)
			fail(pl_arena_printf(arena, "rule %.*s took %llu steps; its bound is %llu", PL_FMT(rule->name),
					     (unsigned long long)steps, (unsigned long long)rule->cost)
				     .ptr,
			     set->source.text, q->now);
	}
	pl_regex_scratch_free(regex);
}
#else
static void check_cost(const struct pl_ruleset *set, const struct question *q, struct pl_arena *arena)
{
	(void)set, (void)q, (void)arena;
}
#endif

/* --- all of it ---------------------------------------------------------------------------------------------------- */

/* The state before is often the same object, or nearly so: the same choices, with others from some point on. */
static struct question ask(struct pl_choice *c, struct pl_arena *arena)
{
	struct question q = {.ecs = pl_choice_one_in(c, 3)};
	unsigned before = pl_choice_below(c, 4);
	struct pl_choice stream = pl_choice_split(c, 1), again = pl_choice_split(c, before == 1 ? 2 : 1);
	q.context = pl_specimen_context(c);
	q.now = pl_specimen_object(&stream, q.ecs, arena);
	if (before == 2) {
		again.data = c->data;
		again.size = c->size < 12 ? c->size : 12;
	}
	if (before)
		q.old = pl_specimen_object(&again, q.ecs, arena);
	return q;
}

static void check_policy(const struct pl_ruleset *set, const struct pl_policy *policy, const struct question *q,
			 struct pl_arena *arena)
{
	struct pl_evaluator *ev = pl_evaluator_new(CEILING);
	struct pl_policy *explained = compile(set, true, arena);
	if (!ev || !explained)
		fail("what compiles cannot be explained", set->source.text, (pl_str){0});
	pl_str one = decide(policy, q, ev, arena), other = decide(explained, q, ev, arena);
	if (!pl_str_eq(one, other))
		fail("the policy compiled to be explained judges otherwise", one, other);
	if (!pl_str_eq(one, decide(policy, q, ev, arena)))
		fail("the same input is judged in two ways", one, q->now);
	if (one.ptr) {
		tally.judged++;
		check_traced(policy, q, ev, one, false);
		check_traced(explained, q, ev, one, true);
		check_cost(set, q, arena);
	}
	check_formatted(set, arena);
	pl_policy_release(explained);
	pl_evaluator_free(ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl_arena *arena = pl_arena_new(CEILING, 0);
	struct pl_choice choice;
	struct pl_ruleset set;
	if (!tally.begun)
		begin_tally();
	if (!arena)
		return 0;
	pl_choice_init(&choice, data, size);
	struct question q = ask(&choice, arena);
	pl_ruleset_write(&choice, arena, &set);
	struct pl_policy *policy = compile(&set, false, arena);
	tally.programs++;
	if (policy) {
		tally.accepted++;
		check_policy(&set, policy, &q, arena);
	}
	pl_policy_release(policy);
	pl_arena_free(arena);
	return 0;
}
