/* analysis_test.c - what rules can do, found by trying every small model. Covers analysis*.c, space*.c, ruleset.c and
 * lint*.c (whose words are goldens in tests/lang/warnings); tests/analyze tries to refute it on random programs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "plimsoll/tools.h"

#define BUDGET 20000
#define TODAY  20779 /* 2026-11-22 */

static struct pl_arena *arena;
static struct pl_policy_source source, old_source;
static struct pl_policy_input input, old_input;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)256 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_analysis *open_as(const char *text, struct pl_policy_source *s, struct pl_policy_input *in)
{
	struct pl_analysis *a;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	*s = (struct pl_policy_source){PL_STR("p.plim"), pl_str_from(text)};
	*in = (struct pl_policy_input){.sources = s, .source_count = 1};
	pl_err err = pl_analysis_open(in, TODAY, &a, &diags);
	if (err != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return a;
}

static char word_of(const struct pl_analysis_answer *a)
{
	assert_true(a->truth == PL_NOT_DECIDED ? a->why.len > 0 : a->why.len == 0);
	return a->truth == PL_YES ? 'y' : a->truth == PL_NO ? 'n' : '?';
}

/* Of the only rule with these lines: whether it fires on something, and spares something; "y", "n" or "?" each. */
static const char *firing_of(const char *lines)
{
	struct pl_firing f;
	pl_str text = pl_arena_printf(arena, "deny r\n%s\n", lines);
	char *zero = pl_arena_alloc(arena, text.len + 1);
	memcpy(zero, text.ptr, text.len);
	zero[text.len] = '\0';
	struct pl_analysis *a = open_as(zero, &source, &input);
	assert_int_equal(pl_analysis_fires(a, 0, BUDGET, &f), PL_OK);
	char *answer = pl_arena_alloc(arena, 3);
	answer[0] = word_of(&f.fires);
	answer[1] = word_of(&f.spares);
	answer[2] = '\0';
	pl_analysis_close(a);
	return answer;
}

static void rules_that_never_fire(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"for each container forbid container.privileged and not container.privileged",
		"for each container when container.name like \"web*\" forbid container.name == \"db\"",
		"for each container forbid container.name matches /[a-f]+/ and container.name like \"*g*\"",
		"for each container when container.memory_limit is set forbid container.memory_limit > 8Gi and "
		"container.memory_limit < 8Gi",
		"for each image forbid image under \"registry.example.com/a/b\" and image not under "
		"\"registry.example.com\"",
		"for each mount when mount.host_path is set forbid mount.host_path under \"/etc\" and not "
		"mount.host_path "
		"under {\"/etc\", \"/usr\"}",
		"for each container forbid container.added_capabilities contains \"NET_RAW\" and "
		"container.added_capabilities is empty",
		"for each pod container forbid (some v in container.env satisfies v.name == \"A\") and (every v in "
		"container.env satisfies v.name == \"B\")",
		"for each container where container.role == \"init\" forbid container.role == \"main\"",
		"for each pod when cluster.version >= v1.30 when cluster.version < v1.29 forbid pod.spec.hostPID",
		"for each pod forbid (namespace.labels[\"a\"] else \"x\") == \"y\" and namespace.labels[\"a\"] is "
		"absent",
		"for each container forbid container.non_root and (container.uid is set and container.uid == 0)",
		"for each task container forbid container.aws_identity is absent and task.taskRoleArn is set",
		"for each pod forbid count(pod.spec.hostAliases) > 1 and count(pod.spec.hostAliases) < 2",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (firing_of(rows[i])[0] != 'n')
			fail_msg("%s: %s", rows[i], firing_of(rows[i]));
	}
}

static void rules_that_always_fire(void **state)
{
	(void)state;
	assert_string_equal(firing_of("for each container require container.privileged forbid container.privileged"),
			    "yn");
	assert_string_equal(firing_of("for each image require image under {}"), "yn");
	assert_string_equal(firing_of("for each pod require pod.spec.hostPID or not pod.spec.hostPID"), "ny");
}

static void rules_that_do_both(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"for each container where container.role == \"ephemeral\" forbid container.privileged",
		"for each mount when mount.host_path is set require mount.read_only",
		"for each pod port forbid port.host_port in 1..1023",
		"for each variable where variable.value is set forbid variable.value matches /(AKIA|ASIA)[A-Z0-9]{16}/",
		"for each pod security_context forbid security_context.runAsUser == 0 if set",
		"for each task forbid task.networkMode == \"host\" if set",
		"for each task container for each secret in container.secrets require arn(secret.valueFrom).account == "
		"cluster.account",
		"for each object forbid object.kind == \"Secret\"",
		"for each workload where workload.kind == \"CronJob\" require workload.labels[\"team\"] is set",
		"for each pod container for each h in container.handlers forbid h.httpGet.host is set",
		"for each workload require sum(c.memory_limit else 0Gi for c in workload.containers) <= 32Gi",
		"for each pod require today < 2027-01-01",
		"for each pod for each alias in pod.spec.hostAliases require ip(alias.ip) not in {\"169.254.0.0/16\"}",
		"for each image require image.digest is set or image.registry == \"docker.io\"",
		"for each pod container require container.memory_limit <= 2 * container.memory_request",
		"for each container forbid container.inherits_host_role",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(firing_of(rows[i]), "yy") != 0)
			fail_msg("%s: %s", rows[i], firing_of(rows[i]));
	}
}

/* Nothing is found, and nothing is said. */
static void what_is_not_decided(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"for each pod container forbid (some a in container.env satisfies (some b in container.env satisfies "
		"a.name == b.name and a.value is set and b.value is absent and a.name != b.name))",
		"for each pod forbid pod.spec.hostPID and not pod.spec.hostPID and old_pod is set",
		"for each pod forbid workload.labels[\"a\"] is set and pod.metadata.labels[\"a\"] is absent",
		"for each container forbid container.image like \"*:latest\" and container.image not like \"*:latest\"",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (firing_of(rows[i])[0] != '?')
			fail_msg("%s: %s", rows[i], firing_of(rows[i]));
	}
}

static void a_budget_is_kept(void **state)
{
	(void)state;
	struct pl_firing f;
	struct pl_analysis *a = open_as("deny r for each container forbid container.privileged and container.name == "
					"\"x\" and not container.privileged",
					&source, &input);
	assert_int_equal(pl_analysis_fires(a, 0, 3, &f), PL_OK);
	assert_int_equal(f.fires.truth, PL_NOT_DECIDED);
	assert_int_equal(f.fires.models, 3);
	assert_int_equal(f.fires.why.len > 0, 1);
	assert_int_equal(pl_analysis_fires(a, 0, BUDGET, &f), PL_OK);
	assert_int_equal(f.fires.truth, PL_NO);
	pl_analysis_close(a);
}

/* spec: language.md 6.5, the examples. */
static void relations_of_two(void **state)
{
	(void)state;
	struct pl_pair_answer p;
	struct pl_analysis *a =
		open_as("deny a for each container forbid container.image.tag == \"latest\" if set\n"
			"deny b for each container forbid container.image.tag in {\"edge\", \"latest\"} if "
			"set\n"
			"deny c for each container require container.image.tag not in {\"latest\", "
			"\"edge\"} if set\n"
			"deny d for each container forbid container.privileged\n",
			&source, &input);
	static const struct {
		size_t first, second;
		char answer[3];
	} rows[] = {{0, 1, "ny"}, {1, 0, "yn"}, {1, 2, "nn"}, {0, 3, "yy"}, {0, 0, "nn"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(pl_analysis_pair(a, rows[i].first, rows[i].second, BUDGET, &p), PL_OK);
		const char answer[3] = {word_of(&p.first), word_of(&p.second), '\0'};
		assert_string_equal(answer, rows[i].answer);
	}
	assert_true(pl_analysis_related(a, 0, 1));
	assert_false(pl_analysis_related(a, 0, 3));
	pl_analysis_close(a);
}

static void an_example_is_a_test(void **state)
{
	(void)state;
	struct pl_firing f;
	struct pl_analysis *a = open_as("deny r for each container\n  when namespace.labels[\"team\"] is set\n"
					"  forbid container.privileged\n",
					&source, &input);
	assert_int_equal(pl_analysis_fires(a, 0, BUDGET, &f), PL_OK);
	pl_str expected = PL_STR("test \"r fires\"\n"
				 "  of r\n"
				 "  given pod \"\"\"\n"
				 "    spec:\n"
				 "      containers:\n"
				 "        - name: c\n"
				 "          image: x\n"
				 "          securityContext:\n"
				 "            privileged: true\n"
				 "    \"\"\"\n"
				 "  with namespace.labels[\"team\"] = \"app\"\n"
				 "  expect deny r at \"spec.containers[0]\"\n");
	assert_int_equal(f.fires.test.len, expected.len);
	assert_memory_equal(f.fires.test.ptr, expected.ptr, expected.len);
	pl_analysis_close(a);
}

static void exceptions_and_rows(void **state)
{
	(void)state;
	const struct pl_analysis_exception *e;
	const struct pl_analysis_row *rows;
	struct pl_analysis_answer covers;
	struct pl_analysis *a = open_as(
		"param m: bytes by namespace.name\n  \"Prod\" => 2Gi\n  \"dev\" => 4Gi\n  \"x\" => 1Gi\n  otherwise => "
		"4Gi\n"
		"deny r for each container require container.memory_limit <= m\n"
		"exception one from r where namespace.name == \"a\" owner \"o\" reason \"r\" expires 2026-11-21\n"
		"exception two from r where workload.name == \"a\" owner \"o\" reason \"r\" expires 2026-12-22\n"
		"exception three from r where namespace.name == \"a\" and container.memory_limit <= 1Gi owner \"o\" "
		"reason "
		"\"r\" expires 2027-12-22\n"
		"rollout r by cluster.environment\n  \"dev\" => warn\n  \"prod\" => deny\n  otherwise => deny\n",
		&source, &input);
	assert_int_equal(pl_analysis_exceptions(a, &e), 3);
	assert_true(e[0].expired && !e[0].expiring && !e[0].wide);
	assert_true(!e[1].expired && e[1].expiring && e[1].wide);
	assert_true(!e[2].expired && !e[2].expiring && !e[2].wide);
	const enum pl_truth expected[] = {PL_YES, PL_YES, PL_NO};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pl_analysis_covers(a, i, BUDGET, &covers), PL_OK);
		assert_int_equal(covers.truth, expected[i]);
	}
	assert_int_equal(pl_analysis_rows(a, &rows), 3);
	assert_true(pl_str_eq(rows[0].key, PL_STR("Prod")) && !rows[0].same);
	assert_true(pl_str_eq(rows[1].key, PL_STR("dev")) && rows[1].same && pl_str_eq(rows[1].table, PL_STR("m")));
	assert_true(pl_str_eq(rows[2].key, PL_STR("prod")) && rows[2].same && pl_str_eq(rows[2].table, PL_STR("r")));
	pl_analysis_close(a);
}

/* "r changed yn; s added yn": kind, gained, lost. */
static const char *changes(const char *before, const char *after)
{
	static const char *const kinds[] = {"same", "renamed", "added", "removed", "changed"};
	const struct pl_change *c;
	size_t count, same;
	struct pl_buf out;
	struct pl_analysis *old = open_as(before, &old_source, &old_input), *now = open_as(after, &source, &input);
	assert_int_equal(pl_analysis_changes(old, now, BUDGET, arena, &c, &count, &same), PL_OK);
	pl_buf_init(&out, arena, 64);
	for (size_t i = 0; i < count; i++)
		pl_buf_addf(&out, "%.*s %s %c%c; ", PL_FMT(c[i].rule), kinds[c[i].kind], word_of(&c[i].gained),
			    word_of(&c[i].lost));
	pl_buf_addf(&out, "%zu same%c", same, '\0');
	pl_analysis_close(old);
	pl_analysis_close(now);
	return out.ptr;
}

static void changes_of_a_rule(void **state)
{
	(void)state;
	static const char one[] = "deny r for each container forbid container.privileged";
	assert_string_equal(changes(one, one), "1 same");
	assert_string_equal(
		changes(one, "deny r title \"t\" for each container # why\n  forbid container.privileged message "
			     "\"no\""),
		"1 same");
	assert_string_equal(changes(one, "deny r for each container require not container.privileged"),
			    "r changed nn; 0 same");
	assert_string_equal(changes(one, "warn r for each container forbid container.privileged"),
			    "r changed ny; 0 same");
	assert_string_equal(changes(one, "deny r for each pod container forbid container.privileged"),
			    "r changed ny; 0 same");
	assert_string_equal(changes(one, "deny s for each container forbid container.privileged"),
			    "r renamed nn; 0 same");
	assert_string_equal(changes(one, "deny s for each pod forbid pod.spec.hostPID"),
			    "r removed ny; s added yn; 0 same");
}

/* The rule is as it was; what it reads, and who is excepted, is not. */
static void changes_around_a_rule(void **state)
{
	(void)state;
	static const char rule[] = "deny r for each container require container.memory_limit <= m\n";
	char before[512], after[1024];
	snprintf(before, sizeof before, "param m: bytes = 4Gi\n%s", rule);
	snprintf(after, sizeof after, "param m: bytes = 2Gi\n%s", rule);
	assert_string_equal(changes(before, after), "r changed yn; 0 same");
	assert_string_equal(changes(after, before), "r changed ny; 0 same");
	snprintf(after, sizeof after,
		 "%sexception e from r where namespace.name == \"a\" owner \"o\" reason \"x\" expires 2027-01-01\n",
		 before);
	assert_string_equal(changes(before, after), "r changed ny; 0 same");
	snprintf(after, sizeof after, "%srollout r by cluster.environment \"dev\" => warn otherwise => deny\n", before);
	assert_string_equal(changes(before, after), "r changed ny; 0 same");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_that_never_fire, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_that_always_fire, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_that_do_both, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_decided, setup, teardown),
		cmocka_unit_test_setup_teardown(a_budget_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(relations_of_two, setup, teardown),
		cmocka_unit_test_setup_teardown(an_example_is_a_test, setup, teardown),
		cmocka_unit_test_setup_teardown(exceptions_and_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_of_a_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_around_a_rule, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
