/* verdict_test.c - findings of a hand-written program: order, places, words, lint, updates, malformed objects, memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "vm/verdict.h"
#include "vm/verify.h"

/* --- counting what is taken from the heap
 * ------------------------------------------------------------------------------ */

static unsigned long taken;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);
#ifndef PL_ARENA_SPLIT /* the sanitizers have their own */
void *malloc(size_t size)
{
	taken++;
	return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
	taken++;
	return __libc_calloc(count, size);
}
void *realloc(void *ptr, size_t size)
{
	taken++;
	return __libc_realloc(ptr, size);
}
#endif

/* --- the program
 * ------------------------------------------------------------------------------------------------------ */

#define CONST(n) OP(CONST, 0, 0, n)
#define SLOT(n)	 OP(SLOT, 0, 0, n)
#define EQUAL	 OP(COMPARE, PL_REL_EQ, 0, 0)
#define RETURN	 OP(RETURN, 0, 0, 0)

static const struct pl_path_step name_step[] = {{{true, PL_VIEW_CONTAINER_name}, PL_NO_RECORD}};
static const struct pl_path_step env_step[] = {{{true, PL_VIEW_CONTAINER_env}, PL_NO_RECORD}};
static const struct pl_path_step variable_step[] = {{{true, PL_VIEW_VARIABLE_name}, PL_NO_RECORD}};
static const struct pl_path_step operation_step[] = {{{true, PL_VIEW_REQUEST_operation}, PL_NO_RECORD}};
static const struct pl_path_step image_step[] = {{{true, PL_VIEW_CONTAINER_image}, PL_NO_RECORD}};
static const struct pl_path_step value_step[] = {{{true, PL_VIEW_VARIABLE_value}, PL_NO_RECORD}};
static const struct pl_path paths[] = {
	{name_step, 1, {.kind = PL_T_STRING}, {"container.name", 14}},
	{env_step, 1, {.kind = PL_T_LIST, .elem = PL_T_SUBJECT}, {"container.env", 13}},
	{variable_step, 1, {.kind = PL_T_STRING}, {"v.name", 6}},
	{operation_step, 1, {.kind = PL_T_STRING}, {"request.operation", 17}},
	{image_step, 1, {.kind = PL_T_IMAGE}, {"container.image", 15}},
	{NULL, 0, {.kind = PL_T_SUBJECT}, {"container", 9}},
	{value_step, 1, {.kind = PL_T_STRING}, {"v.value", 7}},
};
static const struct pl_slot slots[] = {
	{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 0}, {PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 1},
	{PL_ROOT_REQUEST, PL_SUBJECT_REQUEST, 3},   {PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 4},
	{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 5},
};
enum { NAME, ENV, OPERATION, IMAGE, CONTAINER };
static struct pl_value consts[4];
enum { WEB, CREATE, B, CONSTS };

static const struct pl_insn code[] = {
	SLOT(NAME),
	CONST(WEB),
	EQUAL,
	RETURN, /* 0: container.name == "web" */
	SLOT(OPERATION),
	CONST(CREATE),
	EQUAL,
	RETURN, /* 4: request.operation == "CREATE" */
	SLOT(ENV),
	RETURN, /* 8: container.env */
	OP(VAR, 0, 0, 0),
	OP(STEP, 0, 0, 2),
	CONST(B),
	EQUAL,
	RETURN, /* 10: v.name == "B" */
	SLOT(CONTAINER),
	RETURN, /* 15: container */
	SLOT(IMAGE),
	RETURN, /* 17: container.image */
	SLOT(IMAGE),
	OP(IS, PL_IS_SET, 0, 0),
	RETURN, /* 19: container.image is set */
	OP(VAR, 0, 0, 0),
	OP(STEP, 0, 0, 6),
	OP(IS, PL_IS_SET, 0, 0),
	RETURN, /* 22: v.value is set */
};
enum {
	IS_WEB = 0,
	IS_CREATE = 4,
	ENV_LIST = 8,
	IS_B = 10,
	SHOW_CONTAINER = 15,
	SHOW_IMAGE = 17,
	HAS_IMAGE = 19,
	HAS_VALUE = 22
};

static const struct pl_template_piece web_words_2[] = {{{0}, SHOW_CONTAINER},
						       {{" runs ", 6}, PL_NO_CODE},
						       {{0}, SHOW_IMAGE}},
				      plain[] = {{{"no\ngood", 7}, PL_NO_CODE}},
				      remedy[] = {{{"mend it", 7}, PL_NO_CODE}};
static const struct pl_check_code web_checks[] = {
	{.forbid = true, .cond = IS_WEB, .message = {web_words_2, 3}, .remedy = {remedy, 1}},
	{.cond = IS_WEB, .message = {plain, 1}}};
static const struct pl_check_code operation_check[] = {
	{.cond = IS_CREATE, .message = {plain, 1}, .condition = {"request.operation == \"CREATE\"", 29}}};
static const struct pl_check_code env_check[] = {{.forbid = true, .cond = IS_B, .message = {plain, 1}}};
static const struct pl_check_code image_check[] = {{.forbid = true, .cond = HAS_IMAGE, .message = {web_words_2, 3}}};
static const struct pl_check_code value_check[] = {{.forbid = true, .cond = HAS_VALUE, .message = {plain, 1}}};
static const struct pl_loop_code env_loop[] = {{.list = ENV_LIST, .where = PL_NO_CODE}};
static const struct pl_loop_code b_loop[] = {{.list = ENV_LIST, .where = IS_B}};
static const struct pl_guard_code is_create[] = {{.cond = IS_CREATE}},
				  unless_web[] = {{.unless = true, .cond = IS_WEB}};
static const pl_str refs[] = {{"CIS-1", 5}};

#define RULE(name_, mode_)                                                                                             \
	.name = {name_, sizeof(name_) - 1}, .mode = mode_, .severity = 3, .subject = PL_SUBJECT_CONTAINER,             \
	.platforms = PL_ON_BOTH, .where = PL_NO_CODE, .rollout = PL_NO_CODE
static const struct pl_rule all_rules[] = {
	{RULE("a-web", PL_AST_DENY), .title = {"T", 1}, .refs = refs, .ref_count = 1, .checks = web_checks,
	 .check_count = 2},
	{RULE("b-operation", PL_AST_WARN), .needs = PL_NEEDS_REQUEST, .checks = operation_check, .check_count = 1},
	{RULE("c-env", PL_AST_AUDIT), .loops = env_loop, .loop_count = 1, .checks = env_check, .check_count = 1},
	{RULE("d-guarded", PL_AST_DENY), .needs = PL_NEEDS_REQUEST, .guards = is_create, .guard_count = 1,
	 .checks = web_checks, .check_count = 1},
	{RULE("e-image", PL_AST_DENY), .guards = unless_web, .guard_count = 1, .checks = image_check, .check_count = 1},
	{RULE("f-value", PL_AST_DENY), .loops = b_loop, .loop_count = 1, .checks = value_check, .check_count = 1},
};

static struct pl_arena *policy_arena, *arena;
static struct pl_regex_scratch *scratch;
static struct pl_ready ready;
static struct pl_program program;

/* Makes a program of `count` rules from the first one on. */
static void use_rules(unsigned first, unsigned count)
{
	pl_arena_reset(policy_arena);
	program = (struct pl_program){.code = code,
				      .code_count = COUNT(code),
				      .consts = consts,
				      .const_count = CONSTS,
				      .paths = paths,
				      .path_count = COUNT(paths),
				      .slots = slots,
				      .slot_count = COUNT(slots),
				      .rules = all_rules + first,
				      .rule_count = count};
	struct pl_diags diags;
	pl_diags_init(&diags, policy_arena);
	if (pl_verify(&program, policy_arena, &diags) != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	assert_int_equal(pl_ready_make(&program, NULL, 0, policy_arena, &ready, &diags), PL_OK);
}

static int set_up(void **state)
{
	(void)state;

	consts[WEB] = text_value("web");
	consts[CREATE] = text_value("CREATE");
	consts[B] = text_value("B");
	policy_arena = pl_arena_new(16 << 20, 1 << 20);
	arena = pl_arena_new(64 << 20, 1 << 20);
	scratch = pl_regex_scratch_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(policy_arena);
	pl_arena_free(arena);
	pl_regex_scratch_free(scratch);
	return 0;
}

static pl_err read_in(struct pl_arena *where, const char *text, struct pl_workload **ret)
{
	struct pl_doc *doc;
	struct pl_workload_options options = {0};
	PL_TRY(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, where, &doc, NULL));
	return pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, where, ret);
}

static struct pl_workload *object(const char *text)
{
	struct pl_workload *w = NULL;
	assert_int_equal(read_in(arena, text, &w), PL_OK);
	return w;
}

static const struct pl_verdict *decide(const struct pl_workload *w, const struct pl_workload *old,
				       const struct pl_context *context)
{
	const struct pl_verdict *v = NULL;
	assert_int_equal(pl_verdict_make(&ready, w, old, context, scratch, arena, &v), PL_OK);
	return v;
}

static const char *text_of(pl_str s)
{
	return pl_arena_printf(arena, "%.*s", PL_FMT(s)).ptr;
}

/* "rule mode state path: message", a line each. */
static const char *lines(const struct pl_verdict *v)
{
	static const char *const states[] = {"violation", "undecided", "malformed", "already"};
	const char *text = "";
	for (size_t i = 0; i < v->count; i++) {
		const struct pl_finding *f = &v->findings[i];
		text = pl_arena_printf(arena, "%s%.*s/%u %s %s %.*s: %.*s\n", text, PL_FMT(f->rule), f->check,
				       pl_mode_name((enum pl_mode)f->mode), states[f->state], PL_FMT(f->path),
				       PL_FMT(f->message))
			       .ptr;
	}
	return text;
}

#define POD(containers)                                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[" containers  \
	"]}}"
#define C(name, image, env) "{\"name\":\"" name "\",\"image\":\"" image "\",\"env\":[" env "]}"
#define V(name, value)	    "{\"name\":\"" name "\",\"value\":\"" value "\"}"

/* --- tests
 * ------------------------------------------------------------------------------------------------------------ */

static void order_and_words(void **state)
{
	(void)state;
	use_rules(0, 3);
	struct pl_context context = {.request_known = true, .operation = PL_STR("DELETE")};
	const struct pl_verdict *v =
		decide(object(POD(C("db", "d", V("B", "1")) "," C("web", "w:1", V("A", "1") "," V("B", "2")))), NULL,
		       &context);
	assert_string_equal(lines(v), "a-web/1 deny violation spec.containers[0]: no\\ngood\n"
				      "a-web/0 deny violation spec.containers[1]: container \"web\" runs w:1\n"
				      "b-operation/0 warn violation spec.containers[0]: no\\ngood\n"
				      "b-operation/0 warn violation spec.containers[1]: no\\ngood\n"
				      "c-env/0 audit violation spec.containers[0].env[0]: no\\ngood\n"
				      "c-env/0 audit violation spec.containers[1].env[1]: no\\ngood\n");
	assert_false(v->allowed);
	assert_int_equal(v->denied, 2);
	assert_int_equal(v->warned, 2);
	assert_int_equal(v->audited, 2);
	const struct pl_finding *f = &v->findings[1];
	assert_string_equal(text_of(f->subject), "container \"web\"");
	assert_string_equal(text_of(f->remedy), "mend it");
	assert_string_equal(text_of(f->title), "T");
	assert_int_equal(f->ref_count, 1);
	assert_int_equal(f->severity, PL_SEVERITY_HIGH);
	assert_int_equal(v->not_checked_count, 0);
}

static void undecided(void **state)
{
	(void)state;
	use_rules(1, 3);
	struct pl_context context = {0};
	const struct pl_workload *w = object(POD(C("web", "w", "")));
	const struct pl_verdict *v = decide(w, NULL, &context);
	assert_string_equal(lines(v),
			    "b-operation/0 warn undecided spec.containers[0]: container \"web\": could not be decided: "
			    "`request.operation`: who asked for what is not known here; the rule: request.operation == "
			    "\"CREATE\"\n"
			    "d-guarded/0 deny undecided spec.containers[0]: container \"web\": could not be decided: "
			    "`request.operation`: who asked for what is not known here\n");
	assert_false(v->allowed);
	context.unknown_warns = true;
	v = decide(w, NULL, &context);
	assert_true(v->allowed);
	assert_int_equal(v->warned, 2);
	/* an unknown guard and a check that is satisfied: nothing to find */
	v = decide(object(POD(C("db", "w", ""))), NULL, &context);
	assert_int_equal(v->count, 1);
}

static void lint(void **state)
{
	(void)state;
	use_rules(0, 4);
	struct pl_context context = {.lint = true};
	const struct pl_verdict *v = decide(object(POD(C("x", "w", ""))), NULL, &context);
	assert_string_equal(lines(v), "a-web/1 deny violation spec.containers[0]: no\\ngood\n");
	assert_int_equal(v->not_checked_count, 2);
	assert_string_equal(text_of(v->not_checked[0]), "b-operation");
	assert_string_equal(text_of(v->not_checked[1]), "d-guarded");
	v = decide(object("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"}}"), NULL,
		   &context);
	assert_true(v->allowed);
	assert_int_equal(v->count, 0);
	assert_int_equal(v->not_checked_count, 0);
}

static void malformed(void **state)
{
	(void)state;
	use_rules(0, 1);
	struct pl_context context = {0};
	const struct pl_verdict *v =
		decide(object(POD("{\"name\":7,\"image\":\"i\",\"image\":\"j\"}")), NULL, &context);
	assert_false(v->allowed);
	assert_true(v->count >= 1);
	for (size_t i = 0; i < v->count; i++) {
		assert_string_equal(text_of(v->findings[i].rule), "malformed-document");
		assert_int_equal(v->findings[i].mode, PL_MODE_DENY);
		assert_int_equal(v->findings[i].severity, PL_SEVERITY_HIGH);
		assert_int_equal(v->findings[i].state, PL_FINDING_MALFORMED);
		assert_true(v->findings[i].message.len > 0);
		assert_true(i == 0 || v->findings[i - 1].node <= v->findings[i].node);
	}
}

static const char *update(const char *old, const char *now, struct pl_context *context)
{
	context->request_known = true;
	context->operation = PL_STR("UPDATE");
	return lines(decide(object(now), object(old), context));
}

#define NEW_IMAGE  "e-image/0 deny violation spec.containers[0]: container \"db\" runs "
#define SAME_IMAGE "e-image/0 warn already spec.containers[0]: container \"db\" runs "
#define ALREADY	   " (already so before this change)\n"

static void updates(void **state)
{
	(void)state;
	struct pl_context context = {0};
	use_rules(4, 1);
	const char *old = POD(C("db", "d:1", ""));
	assert_string_equal(update(old, old, &context), SAME_IMAGE "d:1" ALREADY);
	/* what the check reads has changed */
	assert_string_equal(update(old, POD(C("db", "d:2", "")), &context), NEW_IMAGE "d:2\n");
	/* what it does not read has */
	assert_string_equal(update(old, POD(C("db", "d:1", V("A", "1"))), &context), SAME_IMAGE "d:1" ALREADY);
	/* another place, the same container */
	assert_string_equal(update(POD(C("web", "w", "") "," C("db", "d:1", "")), old, &context),
			    SAME_IMAGE "d:1" ALREADY);
	/* another container with the same image */
	assert_string_equal(update(POD(C("eb", "d:1", "")), old, &context), NEW_IMAGE "d:1\n");
	context.strict_updates = true;
	assert_string_equal(update(old, old, &context), NEW_IMAGE "d:1\n");
	context.strict_updates = false;
	/* a malformed old object excuses nothing */
	assert_string_equal(update(POD("{\"name\":7}"), old, &context), NEW_IMAGE "d:1\n");
	const struct pl_verdict *v = decide(object(old), object(old), &context);
	assert_true(v->allowed);
	assert_int_equal(v->warned, 1);
	assert_int_equal(v->denied, 0);
}

static void updates_of_many(void **state)
{
	(void)state;
	struct pl_context context = {0};
	use_rules(5, 1); /* forbid v.value is set, for each v in container.env where v.name == "B" */

	const char *same =
		"f-value/0 warn already spec.containers[0].env[0]: no\\ngood (already so before this change)\n";
	assert_string_equal(update(POD(C("db", "d", V("B", "1"))), POD(C("db", "d", V("B", "1"))), &context), same);
	assert_string_equal(
		update(POD(C("db", "d", V("B", "1"))), POD(C("db", "d", V("B", "1") "," V("B", "1"))), &context),
		"f-value/0 warn already spec.containers[0].env[0]: no\\ngood (already so before this change)\n"
		"f-value/0 deny violation spec.containers[0].env[1]: no\\ngood\n");
	assert_string_equal(update(POD(C("db", "d", V("B", "1"))), POD(C("db", "d", V("B", "2"))), &context),
			    "f-value/0 deny violation spec.containers[0].env[0]: no\\ngood\n");
}

static void undecided_before_is_no_news(void **state)
{
	(void)state;
	use_rules(1, 1);
	struct pl_context context = {0};
	const struct pl_workload *w = object(POD(C("db", "d", "")));
	const struct pl_verdict *v = decide(w, w, &context);
	assert_int_equal(v->count, 1);
	assert_int_equal(v->findings[0].state, PL_FINDING_ALREADY);
	v = decide(object(POD(C("new", "d", ""))), w, &context);
	assert_int_equal(v->count, 1);
	assert_int_equal(v->findings[0].state, PL_FINDING_UNDECIDED);
}

static void warm_is_free(void **state)
{
	(void)state;
#ifdef PL_ARENA_SPLIT
	skip();
#endif
	use_rules(0, 6);
	const char *text = POD(C("db", "d", V("B", "1")) "," C("web", "w:1", V("A", "1") "," V("B", "2")));
	struct pl_evaluator *ev = pl_evaluator_new(64 << 20);
	struct pl_context context = {0};
	unsigned long before = 0;
	for (unsigned i = 0; i < 104; i++) {
		if (i == 4)
			before = taken;
		struct pl_workload *w = NULL, *old = NULL;
		const struct pl_verdict *v;
		pl_err err = read_in(pl_evaluator_arena(ev), text, &w);
		err = err == PL_OK ? read_in(pl_evaluator_arena(ev), text, &old) : err;
		err = err == PL_OK ? pl_verdict_make(&ready, w, i % 2 ? old : NULL, &context, scratch,
						     pl_evaluator_arena(ev), &v)
				   : err;
		if (err != PL_OK)
			fail();
		pl_evaluator_reset(ev);
	}
	assert_true(before > 0);
	assert_int_equal(taken - before, 0);
	pl_evaluator_free(ev);
}

static void no_memory(void **state)
{
	(void)state;
	use_rules(0, 6);
	const struct pl_workload *w = object(POD(C("db", "d", V("B", "1")) "," C("web", "w:1", V("B", "2"))));
	struct pl_context context = {0};
	unsigned failed = 0, passed = 0;
	for (size_t ceiling = 0; ceiling < 200000; ceiling += 1000) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		const struct pl_verdict *v = NULL;
		pl_err err = pl_verdict_make(&ready, w, w, &context, scratch, small, &v);
		assert_true(err == PL_OK || (err == PL_E_MEMORY && !v));
		assert_true(err == PL_E_MEMORY || v->count == 10);
		failed += err != PL_OK;
		passed += err == PL_OK;
		pl_arena_free(small);
	}
	assert_true(failed > 10);
	assert_true(passed > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_words),
		cmocka_unit_test(undecided),
		cmocka_unit_test(lint),
		cmocka_unit_test(malformed),
		cmocka_unit_test(updates),
		cmocka_unit_test(updates_of_many),
		cmocka_unit_test(undecided_before_is_no_news),
		cmocka_unit_test(warm_is_free),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
