/* policy_test.c - the facade: packs, sources, what is refused, and a whole decision through the public headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_arena *arena;
static struct pl_diags diags;

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 1 << 20);
	pl_diags_init(&diags, arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_policy *compile(const char *text, const char *second)
{
	struct pl_policy_source sources[2] = {{PL_STR("one.plim"), pl_str_from(text)},
					      {PL_STR("two.plim"), pl_str_from(second ? second : "")}};
	struct pl_policy *policy = NULL;
	pl_err err = pl_policy_compile(&(struct pl_policy_input){.sources = sources, .source_count = second ? 2 : 1},
				       &policy, &diags);
	if (err == PL_OK)
		return policy;
	assert_int_equal(err, PL_E_POLICY);
	assert_null(policy);
	assert_true(diags.errors > 0);
	return NULL;
}

static struct pl_policy *good(const char *text, const char *second)
{
	struct pl_policy *policy = compile(text, second);
	if (!policy)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return policy;
}

static const char *text_of(pl_str s)
{
	return pl_arena_printf(arena, "%.*s", PL_FMT(s)).ptr;
}

static void refuse(const char *text, const char *message)
{
	pl_diags_init(&diags, arena);
	assert_null(compile(text, NULL));
	assert_string_equal(text_of(diags.items[0].message), message);
}

#define A_RULE "deny r\n  for each container\n  forbid container.privileged\n"

static void shipped_packs(void **state)
{
	(void)state;
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	assert_true(count >= 1);
	for (size_t i = 0; i < count; i++) {
		pl_str text = pl_policy_pack(pl_str_from(names[i]));
		assert_true(text.len > 0);
		struct pl_policy *policy = good(text_of(text), NULL);
		assert_true(pl_policy_rule_count(policy) > 0);
		pl_policy_release(policy);
		policy = good(pl_arena_printf(arena, "use \"%s\"\n", names[i]).ptr, NULL);
		pl_policy_release(policy);
	}
	assert_int_equal(pl_policy_pack(PL_STR("nothing")).len, 0);
}

static void a_pack_once(void **state)
{
	(void)state;
	pl_str pack = pl_policy_pack(PL_STR("essentials"));
	struct pl_policy *one = good("use \"essentials\"\n", NULL);
	struct pl_policy *two = good("use \"essentials\"\nuse \"essentials\"\n", "use \"essentials\"\n");
	struct pl_policy *both = good(text_of(pack), "use \"essentials\"\n");
	struct pl_policy *more = good("use \"essentials\"\n", A_RULE);
	assert_int_equal(pl_policy_rule_count(one), 6);
	assert_int_equal(pl_policy_rule_count(two), 6);
	assert_int_equal(pl_policy_rule_count(both), 6);
	assert_int_equal(pl_policy_rule_count(more), 7);
	pl_policy_release(one);
	pl_policy_release(two);
	pl_policy_release(both);
	pl_policy_release(more);
}

static void unknown_pack(void **state)
{
	(void)state;
	refuse("use \"esentials\"\n", "there is no pack \"esentials\"");
	const struct pl_diag *d = &diags.items[0];
	assert_string_equal(text_of(d->label), "did you mean \"essentials\"?");
	assert_true(pl_str_starts(d->help, PL_STR("shipped packs: ")));
	assert_string_equal(text_of(d->source), "one.plim");
	assert_int_equal(d->at.start, 4);
	assert_string_equal(text_of(d->text), "use \"esentials\"\n");
}

static void nothing_to_enforce(void **state)
{
	(void)state;
	refuse("let x = 3\n", "the policy has no rules: it would allow everything");
	refuse("", "the policy has no rules: it would allow everything");
	struct pl_policy *policy = NULL;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_policy_compile(&(struct pl_policy_input){.source_count = 0}, &policy, &diags), PL_E_POLICY);
	assert_string_equal(text_of(diags.items[0].message), "there is no policy");
}

static void bad_pattern(void **state)
{
	(void)state;
	static const char text[] = "deny r\n  for each container\n  forbid container.name matches /[z-a]/\n";
	pl_diags_init(&diags, arena);
	assert_null(compile(text, NULL));
	assert_string_equal(diags.items[0].code, "E0320");
	assert_memory_equal(text + diags.items[0].at.start, "/[z-a]/", diags.items[0].at.len);
}

static void fingerprints(void **state)
{
	(void)state;
	struct pl_policy *a = good(A_RULE, "let x = 1\n"), *b = good("let x = 1\n", A_RULE),
			 *c = good(A_RULE, "let x = 2\n");
	assert_int_equal(strlen(pl_policy_fingerprint(a)), 16);
	assert_int_equal(strspn(pl_policy_fingerprint(a), "0123456789abcdef"), 16);
	assert_string_equal(pl_policy_fingerprint(a), pl_policy_fingerprint(b));
	assert_string_not_equal(pl_policy_fingerprint(a), pl_policy_fingerprint(c));
	const struct pl_policy_source source = {PL_STR("p"), pl_policy_pack(PL_STR("essentials"))};
	const struct pl_param_setting set = {PL_STR("max_memory"), PL_STR("4Gi")};
	struct pl_policy *plain = NULL, *given = NULL;
	assert_int_equal(
		pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &plain, &diags),
		PL_OK);
	assert_int_equal(pl_policy_compile(
				 &(struct pl_policy_input){
					 .sources = &source, .source_count = 1, .settings = &set, .setting_count = 1},
				 &given, &diags),
			 PL_OK);
	assert_string_not_equal(pl_policy_fingerprint(plain), pl_policy_fingerprint(given));
	pl_policy_release(a);
	pl_policy_release(b);
	pl_policy_release(c);
	pl_policy_release(plain);
	assert_ptr_equal(pl_policy_retain(given), given);
	pl_policy_release(given);
	assert_int_equal(pl_policy_rule_count(given), 6);
	pl_policy_release(given);
	pl_policy_release(NULL);
}

static void printing(void **state)
{
	(void)state;
	struct pl_policy_source source = {PL_STR("one.plim"), PL_STR(A_RULE)};
	for (unsigned stage = PL_STAGE_TOKENS; stage <= PL_STAGE_CODE; stage++) {
		struct pl_buf *out = pl_text_new(arena);
		assert_int_equal(pl_policy_print(&source, 1, (enum pl_policy_stage)stage, out, &diags), PL_OK);
		const char *text = text_of(pl_text_str(out));
		assert_non_null(strstr(text, "privileged"));
		if (stage == PL_STAGE_CODE)
			assert_ptr_equal(strstr(text, "deny r severity medium for each container on both\n  forbid\n"),
					 text);
	}
	source.text = PL_STR("deny\n");
	assert_int_equal(pl_policy_print(&source, 1, PL_STAGE_AST, pl_text_new(arena), &diags), PL_E_POLICY);
}

/* Messages of the findings about a Pod with one container, a line each. */
static const char *judge(const struct pl_policy *policy, const char *pod, const struct pl_context *context)
{
	struct pl_evaluator *ev = pl_evaluator_new(16 << 20);
	struct pl_arena *request = pl_evaluator_arena(ev);
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_verdict *v;
	struct pl_workload_options options = {0};
	assert_int_equal(pl_doc_read_json(PL_STR("p"), pl_str_from(pod), &pl_doc_json_limits, request, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, request, &w), PL_OK);
	assert_int_equal(pl_decide(ev, policy, w, NULL, context, &v), PL_OK);
	const char *text = v->allowed ? "allowed\n" : "";
	for (size_t i = 0; i < v->count; i++)
		text = pl_arena_printf(arena, "%s%.*s: %.*s\n", text, PL_FMT(v->findings[i].rule),
				       PL_FMT(v->findings[i].message))
			       .ptr;
	pl_evaluator_free(ev);
	return text;
}

#define POD(rest)                                                                                                      \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{"            \
	"\"name\":\"web\",\"image\":\"r.example/team/app:1\"" rest "}]}}"

static void essentials(void **state)
{
	(void)state;
	const struct pl_policy_source source = {PL_STR("p"), PL_STR("use \"essentials\"\n")};
	const struct pl_param_setting set = {PL_STR("approved_images"), PL_STR("r.example/team")};
	struct pl_policy *policy = NULL;
	assert_int_equal(pl_policy_compile(
				 &(struct pl_policy_input){
					 .sources = &source, .source_count = 1, .settings = &set, .setting_count = 1},
				 &policy, &diags),
			 PL_OK);
	struct pl_context context = {.cluster_known = true};
	assert_string_equal(
		judge(policy, POD(",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}"), &context),
		"allowed\n");
	assert_string_equal(
		judge(policy,
		      POD(",\"securityContext\":{\"privileged\":true},\"resources\":{\"limits\":{\"cpu\":\"1\"}}"),
		      &context),
		"missing-cgroup-limits: container \"web\": memory limit is not set; it must be set, and at most 8Gi\n"
		"privileged: container \"web\" is privileged: a break-out owns the host\n");
	pl_policy_release(policy);
}

static void what_rules_read(void **state)
{
	(void)state;
	struct pl_policy *policy =
		good("data a: set of string from \"a.txt\"\n"
		     "data b: map of string to {x: int, y: int} from \"b.json\"\n"
		     "data unread: set of string from \"c.txt\"\n"
		     "param tier: string = namespace.labels[\"tier\"] else \"none\"\n"
		     "deny k\n  for each container\n  when tier == \"gold\"\n"
		     "  require container.name in a\n  require container.name in a\n"
		     "deny l\n  for each image\n  require b[image.name].x == 0 and b[image.name].y == 0\n"
		     "  require namespace.annotations[\"x\"] is set\n"
		     "  require tier != \"x\" and cluster.version >= v1.3\n"
		     "deny m\n  for each container\n  require namespace.name != \"x\" and cluster.name is set\n",
		     NULL);
	struct pl_policy_reads reads;
	pl_policy_reads(policy, &reads);
	assert_int_equal(reads.namespace_labels, 2);
	assert_int_equal(reads.namespace_annotations, 1);
	assert_int_equal(reads.cluster_version, 1);
	const pl_str *names;
	assert_int_equal(pl_policy_missing(policy, arena, &names), 2);
	assert_string_equal(text_of(names[0]), "a");
	assert_string_equal(text_of(names[1]), "b");
	pl_policy_release(policy);
}

static void a_bad_setting_is_said_once(void **state)
{
	(void)state;
	struct pl_policy_source source = {PL_STR("one.plim"),
					  PL_STR("param p: bytes = 1Mi\nparam q: bytes = 1Mi\n"
						 "deny r\n  for each container\n  require container.memory_limit < p\n"
						 "    message \"{p}\"\n  require container.memory_limit < q\n")};
	struct pl_param_setting settings[] = {{PL_STR("p"), PL_STR("1Mi} or")}, {PL_STR("q"), PL_STR("1Mi} or")}};
	struct pl_policy *policy = NULL;
	assert_int_equal(pl_policy_compile(&(struct pl_policy_input){.sources = &source,
								     .source_count = 1,
								     .settings = settings,
								     .setting_count = 2},
					   &policy, &diags),
			 PL_E_POLICY);
	assert_int_equal(diags.errors, 2);
	assert_string_equal(text_of(diags.items[0].source), "--set p");
	assert_string_equal(text_of(diags.items[1].source), "--set q");
}

static void names_of_modes(void **state)
{
	(void)state;
	assert_string_equal(pl_mode_name(PL_MODE_AUDIT), "audit");
	assert_string_equal(pl_mode_name((enum pl_mode)9), "unknown");
	assert_string_equal(pl_severity_name(PL_SEVERITY_CRITICAL), "critical");
	assert_string_equal(pl_severity_name((enum pl_severity)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shipped_packs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pack_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_pack, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_to_enforce, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_pattern, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fingerprints, set_up, tear_down),
		cmocka_unit_test_setup_teardown(printing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(essentials, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_rules_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_setting_is_said_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_of_modes, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
