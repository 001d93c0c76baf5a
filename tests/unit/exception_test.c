/* exception_test.c - exceptions and roll-outs in verdicts: who is covered, by which, until when; updates, lint, traces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_evaluator *ev;
static struct pl_arena *policies; /* of diagnostics and expectations */

static int set_up(void **state)
{
	(void)state;
	ev = pl_evaluator_new(64 << 20);
	policies = pl_arena_new(64 << 20, 0);
	return ev && policies ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pl_evaluator_free(ev);
	pl_arena_free(policies);
	return 0;
}

static struct pl_policy *compiled(const char *text)
{
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	pl_diags_init(&diags, policies);
	if (pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &policy, &diags) !=
	    PL_OK)
		fail_msg("%.*s\n%s", PL_FMT(diags.items[0].message), text);
	return policy;
}

static struct pl_workload *object(const char *text)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_doc *doc;
	struct pl_workload_options options = {0};
	struct pl_workload *w = NULL;
	bool task = strstr(text, "containerDefinitions") != NULL;
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), task ? PL_PLATFORM_ECS : PL_PLATFORM_KUBERNETES,
					  &options, arena, &w),
			 PL_OK);
	return w;
}

static const struct pl_verdict *verdict; /* of the last decision */

/* A finding a line: "RULE MODE STATE PATH | EXCEPTION | NOTE", after the counts. */
static const char *decide(const char *rules, const char *now, const char *old, const struct pl_context *context)
{
	static const char *const states[] = {"violation", "undecided", "malformed", "already", "excepted"};
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_policy *policy = compiled(rules);
	pl_evaluator_reset(ev);
	assert_int_equal(pl_decide(ev, policy, object(now), old ? object(old) : NULL, context, &verdict), PL_OK);
	const struct pl_verdict *v = verdict;
	assert_int_equal(v->count, v->denied + v->warned + v->audited + v->excepted);
	assert_int_equal(v->allowed, v->denied == 0);
	const char *out = "";
	for (size_t i = 0; i < v->count; i++) {
		const struct pl_finding *f = &v->findings[i];
		out = pl_arena_printf(arena, "%s%.*s %s %s %.*s|%.*s|%.*s\n", out, PL_FMT(f->rule),
				      pl_mode_name((enum pl_mode)f->mode), states[f->state], PL_FMT(f->path),
				      PL_FMT(f->exception), PL_FMT(f->note))
			      .ptr;
		assert_int_equal(f->state == PL_FINDING_EXCEPTED, f->exception.len > 0);
	}
	pl_policy_release(policy); /* nothing below reads the names of rules and exceptions */
	return out;
}

#define META(labels) "{\"name\":\"p\",\"namespace\":\"n\",\"labels\":{" labels "}}"
#define POD(labels, containers)                                                                                        \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":" META(labels) ",\"spec\":{\"containers\":[" containers  \
									     "]}}"
#define C(name, rest) "{\"name\":\"" name "\",\"image\":\"r.example/i:1\"" rest "}"
#define PRIVILEGED    ",\"securityContext\":{\"privileged\":true}"
#define NO_PRIVILEGE  "deny a for each container forbid container.privileged "
#define UNTIL(day)    " owner \"o@x.example\" reason \"r\" expires " day " "
#define DAY	      20778 /* 2026-11-21 */

static const struct pl_context here = {
	.namespace_known = true, .namespace_name = {"n", 1}, .cluster_known = true, .today = DAY};

static void the_last_day_is_included(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "exception e from a where namespace.name == \"n\"" UNTIL("2026-11-21");
	struct pl_context context = here;
	assert_string_equal(decide(rules, POD("", C("c", PRIVILEGED)), NULL, &context),
			    "a audit excepted spec.containers[0]|e|by exception `e` (o@x.example, until 2026-11-21)\n");
	assert_true(verdict->allowed);
	assert_int_equal(verdict->excepted, 1);
	assert_int_equal(verdict->audited, 0);
	context.today++;
	assert_string_equal(decide(rules, POD("", C("c", PRIVILEGED)), NULL, &context),
			    "a deny violation spec.containers[0]||exception `e` expired on 2026-11-21\n");
	assert_false(verdict->allowed);
	/* an expired exception that was about something else is no news */
	context.namespace_name = PL_STR("m");
	assert_string_equal(decide(rules, POD("", C("c", PRIVILEGED)), NULL, &context),
			    "a deny violation spec.containers[0]||\n");
}

static void it_covers_what_it_names(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "deny b for each container require container.image.digest is set "
					 "exception e from a where container.name == \"x\"" UNTIL("2027-01-01");
	assert_string_equal(decide(rules, POD("", C("x", PRIVILEGED) "," C("y", PRIVILEGED)), NULL, &here),
			    "a audit excepted spec.containers[0]|e|by exception `e` (o@x.example, until 2027-01-01)\n"
			    "a deny violation spec.containers[1]||\n"
			    "b deny violation spec.containers[0]||\n"
			    "b deny violation spec.containers[1]||\n");
	assert_int_equal(verdict->denied, 3);
}

/* A narrow one and a wide one for different rules do not add up. */
static void exceptions_do_not_widen_each_other(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE
		"deny b for each container require container.image.digest is set "
		"exception narrow from a where container.name == \"x\" and namespace.name == "
		"\"other\"" UNTIL("2027-01-01") "exception wide from b where workload.name like \"*\"" UNTIL(
			"2027-01-01");
	assert_string_equal(decide(rules, POD("", C("x", PRIVILEGED)), NULL, &here),
			    "a deny violation spec.containers[0]||\n"
			    "b audit excepted spec.containers[0]|wide|by exception `wide` (o@x.example, until "
			    "2027-01-01)\n");
}

static void the_first_by_name_is_named(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "exception z from a where namespace.name == \"n\"" UNTIL(
		"2027-01-01") "exception m from a where container.name == \"x\"" UNTIL("2027-01-02") "exception b from "
												     "a where "
												     "namespace.name "
												     "== \"n\"" UNTIL(
													     "2020-01-"
													     "01");
	assert_string_equal(decide(rules, POD("", C("x", PRIVILEGED) "," C("y", PRIVILEGED)), NULL, &here),
			    "a audit excepted spec.containers[0]|m|by exception `m` (o@x.example, until 2027-01-02)\n"
			    "a audit excepted spec.containers[1]|z|by exception `z` (o@x.example, until 2027-01-01)\n");
}

static void every_subject_can_be_excepted(void **state)
{
	static const struct {
		const char *rule, *where, *path;
	} rows[] = {
		{"for each workload forbid workload.host_network", "workload.name == \"p\"", ""},
		{"for each pod forbid pod.spec.hostNetwork", "pod.metadata.labels[\"a\"] == \"b\"", ""},
		{"for each object require object.kind == \"X\"", "object.metadata.name == \"p\"", ""},
		{"for each container require container.name == \"z\"", "container.name == \"c\"", "spec.containers[0]"},
		{"for each mount require mount.read_only", "mount.path == \"/m\" and container.name == \"c\"",
		 "spec.containers[0].volumeMounts[0]"},
		{"for each volume require volume.kind == \"x\"", "volume.host_path under \"/var\"", "spec.volumes[0]"},
		{"for each port require port.host_port == 0", "port.host_port == 80", "spec.containers[0].ports[0]"},
		{"for each variable require variable.value is absent", "variable.name == \"V\"",
		 "spec.containers[0].env[0]"},
		{"for each image require image.digest is set", "image under \"r.example\"", "spec.containers[0].image"},
		{"for each pod security_context require security_context.runAsUser == 7",
		 "security_context.runAsUser == 0", "spec.containers[0].securityContext"},
		{"for each pod container for each v in container.env require v.name == \"X\"",
		 "v.name == \"V\" and (some x in workload.containers satisfies x.name == container.name)",
		 "spec.containers[0].env[0]"},
	};
	const char *pod = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":" META(
		"\"a\":\"b\"") ",\"spec\":{\"hostNetwork\":true,\"containers\":[" C("c", ",\"securityContext\":{"
											 "\"runAsUser\":0},\"ports\":[{"
											 "\"containerPort\":80,"
											 "\"hostPort\":80}],\"env\":[{"
											 "\"name\":\"V\",\"value\":"
											 "\"1\"}],\"volumeMounts\":[{"
											 "\"name\":\"m\",\"mountPath\":"
											 "\"/m\"}]") "],\"volumes\":[{"
												     "\"name\":\"m\","
												     "\"hostPath\":{"
												     "\"path\":\"/var/"
												     "x\"}}]}}";
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_arena *a = policies;
		pl_str rule = pl_arena_printf(a, "deny r %s exception e from r where %s" UNTIL("2027-01-01"),
					      rows[i].rule, rows[i].where);
		const char *expected = pl_arena_printf(a,
						       "r audit excepted %s|e|by exception `e` (o@x.example, until "
						       "2027-01-01)\n",
						       rows[i].path)
					       .ptr;
		assert_string_equal(decide(rule.ptr, pod, NULL, &here), expected);
		/* and not when it says the opposite */
		rule = pl_arena_printf(
			a,
			"deny r %s exception e from r where (%s) and namespace.name == \"other\"" UNTIL("2027-01-01"),
			rows[i].rule, rows[i].where);
		expected = pl_arena_printf(a, "r deny violation %s||\n", rows[i].path).ptr;
		assert_string_equal(decide(rule.ptr, pod, NULL, &here), expected);
	}
}

static void on_ecs_by_account(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "deny t for each task container forbid container.privileged "
					 "exception e from a, t where cluster.account == \"111122223333\" and "
					 "workload.name == \"f\"" UNTIL("2027-01-01");
	const char *task = "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"c\",\"image\":\"i\","
			   "\"privileged\":true}]}";
	struct pl_context context = here;
	context.cluster_account = PL_STR("111122223333");
	assert_string_equal(
		decide(rules, task, NULL, &context),
		"a audit excepted containerDefinitions[0]|e|by exception `e` (o@x.example, until 2027-01-01)\n"
		"t audit excepted containerDefinitions[0]|e|by exception `e` (o@x.example, until 2027-01-01)\n");
	context.cluster_account = PL_STR("444455556666");
	assert_string_equal(decide(rules, task, NULL, &context), "a deny violation containerDefinitions[0]||\n"
								 "t deny violation containerDefinitions[0]||\n");
	context.cluster_account = (pl_str){0}; /* absent: known, and not that */
	assert_string_equal(decide(rules, task, NULL, &context), "a deny violation containerDefinitions[0]||\n"
								 "t deny violation containerDefinitions[0]||\n");
	context.cluster_known = false;
	decide(rules, task, NULL, &context);
	assert_int_equal(verdict->denied, 2);
	assert_non_null(memmem(verdict->findings[0].note.ptr, verdict->findings[0].note.len, "`cluster.account`", 17));
}

static void what_is_not_known_grants_nothing(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "exception e from a where namespace.labels[\"x\"] == \"y\"" UNTIL(
		"2027-01-01") "exception f from a where namespace.labels[\"x\"] == \"z\"" UNTIL("2027-01-01") "exceptio"
													      "n g "
													      "from a "
													      "where "
													      "request."
													      "user == "
													      "\"me"
													      "\"" UNTIL(
														      "2020-01-01");
	struct pl_context context = here;
	context.lint = true;
	assert_string_equal(
		decide(rules, POD("", C("c", PRIVILEGED)), NULL, &context),
		"a deny violation spec.containers[0]||exception `e` is not granted, for it cannot be judged: "
		"`namespace.labels`: the labels of namespace `n` are not known here; exception `f` is not granted, for "
		"it cannot be judged: `namespace.labels`: the labels of namespace `n` are not known here\n");
	/* what `where` needs is not what the rule needs */
	assert_int_equal(verdict->not_checked_count, 0);
	/* unless the rest decides it */
	const char *either =
		NO_PRIVILEGE "exception e from a where namespace.labels[\"x\"] == \"y\" or container.name == "
			     "\"c\"" UNTIL("2027-01-01");
	decide(either, POD("", C("c", PRIVILEGED)), NULL, &context);
	assert_int_equal(verdict->excepted, 1);
}

static void an_undecided_check_can_be_excepted(void **state)
{
	(void)state;
	const char *rules = "deny a for each container require namespace.labels[\"x\"] == \"y\" "
			    "exception e from a where container.name == \"c\"" UNTIL("2027-01-01");
	assert_string_equal(decide(rules, POD("", C("c", "") "," C("d", "")), NULL, &here),
			    "a audit excepted spec.containers[0]|e|by exception `e` (o@x.example, until 2027-01-01)\n"
			    "a deny undecided spec.containers[1]||\n");
	struct pl_context context = here;
	context.unknown_warns = true;
	decide(rules, POD("", C("c", "") "," C("d", "")), NULL, &context);
	assert_int_equal(verdict->warned, 1);
	assert_int_equal(verdict->excepted, 1);
}

static void malformed_is_never_excepted(void **state)
{
	(void)state;
	const char *rules = NO_PRIVILEGE "exception e from a where namespace.name == \"n\"" UNTIL("2027-01-01");
	decide(rules, POD("", "{\"name\":7}"), NULL, &here);
	assert_false(verdict->allowed);
	assert_int_equal(verdict->excepted, 0);
	assert_int_equal(verdict->findings[0].state, PL_FINDING_MALFORMED);
}

/* --- updates ------------------------------------------------------------------------------------------------------ */

#define BY_LABEL NO_PRIVILEGE "exception e from a where workload.labels[\"team\"] == \"x\"" UNTIL("2027-01-01")
#define COVERED	 "a audit excepted spec.containers[0]|e|by exception `e` (o@x.example, until 2027-01-01)\n"

static void updates(void **state)
{
	static const char with[] = POD("\"team\":\"x\"", C("c", PRIVILEGED)),
			  without[] = POD("\"team\":\"y\"", C("c", PRIVILEGED)),
			  two[] = POD("\"team\":\"x\"", C("c", PRIVILEGED) "," C("d", PRIVILEGED));
	struct pl_context context = here;
	context.request_known = true;
	context.operation = PL_STR("UPDATE");
	(void)state;
	/* unchanged: still covered, and not "already so" */
	assert_string_equal(decide(BY_LABEL, with, with, &context), COVERED);
	/* without the label that granted it, it is a new violation */
	assert_string_equal(decide(BY_LABEL, without, with, &context), "a deny violation spec.containers[0]||\n");
	/* what was not covered before and is not now was already so */
	assert_string_equal(decide(BY_LABEL, without, without, &context), "a warn already spec.containers[0]||\n");
	/* taking the label */
	assert_string_equal(decide(BY_LABEL, with, without, &context), COVERED);
	assert_string_equal(decide(BY_LABEL, two, with, &context),
			    COVERED "a audit excepted spec.containers[1]|e|by exception `e` (o@x.example, until "
				    "2027-01-01)\n");
	/* an exception that ended between: the object is as it was, so it can be updated, with a warning */
	context.today = DAY + 100;
	assert_string_equal(decide(BY_LABEL, with, with, &context),
			    "a warn already spec.containers[0]||exception `e` expired on 2027-01-01\n");
	context.today = DAY;
	context.strict_updates = true;
	assert_string_equal(decide(BY_LABEL, without, without, &context), "a deny violation spec.containers[0]||\n");
}

static void one_of_two_alike_was_covered(void **state)
{
	(void)state;
	const char *rules = "deny a for each pod container for each v in container.env require v.value is absent "
			    "exception e from a where v.name == \"OLD\"" UNTIL("2027-01-01");
#define ENV(first, second)                                                                                             \
	POD("", C("c", ",\"env\":[{\"name\":\"" first "\",\"value\":\"1\"},{\"name\":\"" second "\",\"value\":\"1\"}"  \
		       "]"))
	struct pl_context context = here;
	context.request_known = true;
	context.operation = PL_STR("UPDATE");
	/* evidence knows the value only: both are alike, and one of them was covered */
	assert_string_equal(decide(rules, ENV("A", "B"), ENV("A", "OLD"), &context),
			    "a warn already spec.containers[0].env[0]||\n"
			    "a deny violation spec.containers[0].env[1]||\n");
}

/* --- roll-outs ---------------------------------------------------------------------------------------------------- */

#define ROLLED                                                                                                         \
	NO_PRIVILEGE "warn b for each container require container.image.digest is set "                                \
		     "rollout a, b by cluster.environment \"dev\" => audit \"staging\" => warn otherwise => deny"

static void modes_in_effect(void **state)
{
	static const struct {
		const char *environment, *mode;
	} rows[] = {{"dev", "audit"}, {"staging", "warn"}, {"production", "deny"}, {"", "deny"}, {"Dev", "deny"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_context context = here;
		context.cluster_environment = pl_str_from(rows[i].environment);
		const char *expected = pl_arena_printf(policies,
						       "a %s violation spec.containers[0]||\n"
						       "a %s violation spec.containers[1]||\n"
						       "b %s violation spec.containers[0]||\n"
						       "b %s violation spec.containers[1]||\n",
						       rows[i].mode, rows[i].mode, rows[i].mode, rows[i].mode)
					       .ptr;
		assert_string_equal(decide(ROLLED, POD("", C("c", PRIVILEGED) "," C("d", PRIVILEGED)), NULL, &context),
				    expected);
	}
}

static void an_unknown_key_is_the_strictest_mode(void **state)
{
	(void)state;
	struct pl_context context = {.lint = true};
	assert_string_equal(decide(ROLLED, POD("", C("c", PRIVILEGED)), NULL, &context),
			    "a deny violation spec.containers[0]||\n"
			    "b deny violation spec.containers[0]||\n");
	assert_int_equal(verdict->not_checked_count, 0);
	const char *mild = NO_PRIVILEGE "rollout a by cluster.environment \"dev\" => audit otherwise => warn";
	assert_string_equal(decide(mild, POD("", C("c", PRIVILEGED)), NULL, &context),
			    "a warn violation spec.containers[0]||\n");
	assert_true(verdict->allowed);
}

static void undecided_in_the_mode_in_effect(void **state)
{
	(void)state;
	const char *rules = "deny a for each container require namespace.labels[\"x\"] == \"y\" "
			    "rollout a by cluster.environment \"dev\" => audit otherwise => deny";
	struct pl_context context = here;
	context.cluster_environment = PL_STR("dev");
	context.unknown_warns = true;
	assert_string_equal(decide(rules, POD("", C("c", "")), NULL, &context),
			    "a audit undecided spec.containers[0]||\n");
	context.cluster_environment = PL_STR("live");
	assert_string_equal(decide(rules, POD("", C("c", "")), NULL, &context),
			    "a warn undecided spec.containers[0]||\n");
}

static void an_update_in_the_mode_in_effect(void **state)
{
	(void)state;
	struct pl_context context = here;
	context.request_known = true;
	context.operation = PL_STR("UPDATE");
	const char *pod = POD("", C("c", PRIVILEGED));
	const char *rules = NO_PRIVILEGE "rollout a by cluster.environment \"dev\" => audit otherwise => deny";
	context.cluster_environment = PL_STR("dev");
	assert_string_equal(decide(rules, pod, pod, &context), "a audit already spec.containers[0]||\n");
	context.cluster_environment = PL_STR("live");
	assert_string_equal(decide(rules, pod, pod, &context), "a warn already spec.containers[0]||\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_day_is_included),
		cmocka_unit_test(it_covers_what_it_names),
		cmocka_unit_test(exceptions_do_not_widen_each_other),
		cmocka_unit_test(the_first_by_name_is_named),
		cmocka_unit_test(every_subject_can_be_excepted),
		cmocka_unit_test(on_ecs_by_account),
		cmocka_unit_test(what_is_not_known_grants_nothing),
		cmocka_unit_test(an_undecided_check_can_be_excepted),
		cmocka_unit_test(malformed_is_never_excepted),
		cmocka_unit_test(updates),
		cmocka_unit_test(one_of_two_alike_was_covered),
		cmocka_unit_test(modes_in_effect),
		cmocka_unit_test(an_unknown_key_is_the_strictest_mode),
		cmocka_unit_test(undecided_in_the_mode_in_effect),
		cmocka_unit_test(an_update_in_the_mode_in_effect),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
