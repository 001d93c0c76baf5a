/* screen_test.c - what screens prove, shape by shape: that the shapes people write have one, and that none says more
 * than the machine. That verdicts with and without screens agree on anything is what eval_fuzz.c and the pairs of
 * tests/diff compare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"
#include "lang/code.h"
#include "vm/ready.h"
#include "vm/run.h"
#include "vm/screen.h"

static struct pl_regex_scratch *regex;

static const char pod_text[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":"
	"\"web\",\"image\":\"r.example/web:1\",\"env\":[{\"name\":\"A\",\"value\":\"x\"}],\"ports\":[{"
	"\"containerPort\":80}],\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/m\"}],\"resources\":{\"limits\":{"
	"\"memory\":\"1Gi\"}}}],\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]}}";

/* What the screen of the only rule says of the first subject it is about. */
static bool idle(const char *rule)
{
	struct pl_arena *arena = pl_arena_new((size_t)16 << 20, 0);
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(rule)};
	struct pl_decl *decls;
	struct pl_diags diags;
	struct pl_program *program;
	struct pl_ready ready;
	struct pl_doc *doc;
	struct pl_workload *w;
	struct pl_context context = {.cluster_known = true};
	struct pl_workload_options options = {0};
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_parse(&source, 0, arena, &decls, &diags), PL_OK);
	struct pl_policy_input input = {.sources = &source, .source_count = 1};
	pl_err err = pl_compile(&input, &decls, arena, &program, &diags);
	if (err != PL_OK)
		fail_msg("%s: %.*s", rule, PL_FMT(diags.items[0].message));
	assert_int_equal(pl_ready_make(program, &source, 1, arena, &ready, &diags), PL_OK);
	assert_int_equal(pl_doc_read_json(PL_STR("t"), (pl_str){pod_text, sizeof pod_text - 1}, &pl_doc_json_limits,
					  arena, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w), PL_OK);
	struct pl_run *run = pl_run_new(&ready, w, NULL, &context, regex, arena);
	assert_non_null(run);
	pl_run_stand(run, (enum pl_subject)program->rules[0].subject, 0);
	bool answer = pl_screen_is_idle(run, &ready.screens[0]);
	pl_arena_free(arena);
	return answer;
}

#define RULE(rest) "deny r " rest "\n"

static void proves_that_checks_hold(void **state)
{
	(void)state;
	assert_true(idle(RULE("for each container forbid container.privileged")));
	assert_true(idle(RULE("for each container require container.memory_limit <= 1Gi")));
	assert_true(idle(RULE("for each container forbid container.name == \"db\"")));
	assert_true(idle(RULE("for each container require container.name in {\"web\", \"db\"}")));
	assert_true(idle(RULE("for each container require container.name not in {\"db\"}")));
	assert_true(idle(RULE("for each container forbid (container.image.tag else \"latest\") == \"latest\"")));
	assert_true(idle(RULE("for each container forbid container.uid == 0 if set")));
	assert_true(idle(RULE("for each container require container.uid == 5 if set")));
	assert_true(idle(RULE("for each container forbid container.added_capabilities overlaps {\"A\"}")));
	assert_true(idle(RULE("for each image require image under {\"r.example\"}")));
	assert_true(idle(RULE("for each mount forbid mount.path == \"/x\"")));
	assert_true(idle(RULE("for each variable forbid variable.name like \"AWS_*\"")));
	assert_true(idle(RULE("for each variable forbid variable.name matches /AWS_.*[A-Z]/")));
	assert_true(idle(RULE("for each variable require variable.name not matches /AWS_.*[A-Z]/")));
	assert_true(idle(RULE("for each workload forbid (workload.labels[\"a\"] else \"\") == \"b\"")));
	assert_true(idle(RULE("for each container require container.name == \"web\" and container.uid is absent")));
	assert_true(idle(RULE("for each container require container.name == \"x\" or not container.privileged")));
}

static void proves_that_a_gate_is_closed(void **state)
{
	(void)state;
	assert_true(idle(RULE("for each mount when mount.host_path is set forbid mount.host_path covers \"/run\"")));
	assert_true(idle(RULE("for each container where container.role == \"init\" require container.uid is set")));
	assert_true(idle(RULE("for each container unless container.name == \"web\" require container.uid is set")));
	assert_true(idle(RULE("for each container for each v in container.env when container.privileged "
			      "forbid v.name == \"A\"")));
}

static void leaves_the_rest_to_the_machine(void **state)
{
	(void)state;
	assert_false(idle(RULE("for each container forbid container.name == \"web\"")));
	assert_false(idle(RULE("for each container require container.uid is set")));
	assert_false(idle(RULE("for each container require container.uid == 5")));
	assert_false(idle(RULE("for each container require container.uid != 5")));
	assert_false(idle(RULE("for each container require container.name not in {\"web\"}")));
	assert_false(idle(RULE("for each variable forbid variable.name matches /A[A-Z]*/")));
	assert_false(idle(RULE("for each container require container.name == \"web\" require container.uid is set")));
	assert_false(idle(RULE("for each container forbid request.user == \"root\" if set"))); /* not known */
	assert_false(idle(RULE("for each container when (namespace.labels[\"a\"] else \"\") == \"b\" require "
			       "container.uid is set")));
	assert_false(idle(RULE("for each container forbid count(v in container.env where v.name == \"A\") > 7")));
	assert_false(idle(RULE("for each container for each v in container.env forbid v.name == \"B\"")));
}

static int set_up(void **state)
{
	(void)state;
	regex = pl_regex_scratch_new();
	return regex ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pl_regex_scratch_free(regex);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proves_that_checks_hold),
		cmocka_unit_test(proves_that_a_gate_is_closed),
		cmocka_unit_test(leaves_the_rest_to_the_machine),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
