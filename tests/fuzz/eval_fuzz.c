/* eval_fuzz.c - bytes choose a policy, a context and one or two documents; deciding must not crash, and must give the
 * same verdict twice. The first two bytes are the choice; an 0x1E byte separates the old object from the new one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plimsoll/plimsoll.h"

/* Every operator and form of the language in a few rules. */
static const char dense[] =
	"let bases = {\"r.example/a\", \"r.example/b\", \"r.example/c\", \"r.example/d\", \"r.example/e\",\n"
	"  \"r.example/f\", \"r.example/g\", \"r.example/h\", \"r.example/i\"}\n"
	"let paths = {\"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\", \"/g\", \"/h\", \"/i\", \"/etc\"}\n"
	"param most: bytes by namespace.name\n  \"x\" => 1Gi\n  \"y\" => 2Gi\n  otherwise => 4Gi\n"
	"deny d-image\n  for each image\n  require image under bases\n  forbid image.tag == \"latest\" if set\n"
	"  require image like \"r.*/*\"\n"
	"warn d-memory\n  for each container where container.role in {\"main\", \"init\"}\n"
	"  require container.memory_limit <= most\n"
	"  require container.memory_limit - (container.memory_request else 0Gi) < 2 * 1Gi\n"
	"audit d-env\n  for each container\n  for each v in container.env where v.name matches "
	"/[A-Z_]+(?:KEY|TOKEN).*/i\n"
	"  forbid v.value is set\n"
	"deny d-caps\n  for each container\n"
	"  require container.added_capabilities within {\"CHOWN\", \"KILL\"}\n"
	"  forbid container.added_capabilities overlaps {\"SYS_ADMIN\", \"ALL\"}\n"
	"  forbid container.added_capabilities contains \"NET_ADMIN\"\n"
	"  require container.dropped_capabilities minus {\"ALL\"} is empty\n"
	"deny d-mount\n  for each mount\n  when mount.host_path is set\n  unless mount.read_only\n"
	"  forbid mount.host_path covers {\"/run/docker.sock\"}\n  forbid mount.host_path under paths\n"
	"deny d-workload\n  for each workload\n"
	"  require every c in workload.containers satisfies (c.non_root or c.read_only_root)\n"
	"  forbid some c in workload.containers where c.privileged satisfies c.name != \"x\"\n"
	"  require no c in workload.containers satisfies c.privilege_escalation\n"
	"  require count(c in workload.containers where (c.uid else 1) == 0) <= 3\n"
	"  require sum((c.cpu_limit else 0) for c in workload.containers) <= 10\n"
	"  require (workload.labels[\"team\"] else \"none\") != \"none\"\n"
	"deny d-port\n  for each port\n  require (port.container_port else 0) in 1024..65535\n"
	"deny d-name\n  for each workload\n  require lower(workload.name) == workload.name\n"
	"  forbid request.user like {\"system:*\", \"*admin*\"} if set\n"
	"warn d-host\n  for each container\n  forbid container.inherits_host_role\n";

#define MAX_POLICIES 32
static struct pl_policy *policies[MAX_POLICIES];
static unsigned policy_count;

static void add(const char *name, pl_str text, bool must)
{
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	struct pl_policy_source source = {pl_str_from(name), text};
	pl_err err = pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1},
				       &policies[policy_count], &diags);
	if (err != PL_OK && must) {
		struct pl_buf *out = pl_text_new(arena);
		for (unsigned i = 0; i < diags.count; i++)
			pl_diag_render(&diags.items[i], out);
		pl_str s = pl_text_str(out);
		fprintf(stderr, "%.*s\n", PL_FMT(s));
		abort();
	}
	policy_count += err == PL_OK;
	pl_arena_free(arena);
}

static void compile_all(void)
{
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	add("dense", pl_str_from(dense), true);
	for (size_t i = 0; i < count && policy_count < MAX_POLICIES; i++)
		add(names[i], pl_policy_pack(pl_str_from(names[i])), true);
}

static struct pl_context context_of(uint8_t bits)
{
	static const struct pl_pair labels[] = {{{"environment", 11}, {"production", 10}}};
	static const pl_str operations[] = {{"CREATE", 6}, {"UPDATE", 6}};
	struct pl_context c = {.today = 20779};
	c.request_known = bits & 1;
	c.operation = operations[bits >> 1 & 1];
	c.user = (bits & 4) ? PL_STR("system:admin") : (pl_str){0};
	c.namespace_known = bits & 8;
	c.namespace_name = PL_STR("x");
	c.namespace_metadata_known = bits & 16;
	c.namespace_labels = labels;
	c.namespace_label_count = 1;
	c.cluster_known = bits & 32;
	c.cluster_version = PL_STR("v1.30");
	c.cluster_cloud = PL_STR("aws");
	c.lint = bits & 64;
	c.strict_updates = bits & 128;
	return c;
}

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

/* A trace runs every condition on the machine, a verdict leaves most of them to screens: both say the same. */
static void compare_with_trace(const struct pl_policy *policy, struct pl_workload *w, struct pl_workload *before,
			       const struct pl_context *context, struct pl_evaluator *ev, const struct pl_verdict *v)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_buf *trace = pl_text_new(arena), *one = pl_text_new(arena), *other = pl_text_new(arena);
	const struct pl_verdict *traced;
	if (pl_decide_traced(ev, policy, w, before, context, trace, &traced) != PL_OK)
		return; /* out of memory: traces are long */
	pl_report_json(w, v, NULL, one);
	pl_report_json(w, traced, NULL, other);
	if (pl_text_str(one).ptr && pl_text_str(other).ptr && !pl_str_eq(pl_text_str(one), pl_text_str(other)))
		abort();
}

/* The verdict as JSON, in an arena of its own; empty when there is none. */
static pl_str decide(const struct pl_policy *policy, pl_str now, pl_str old, bool ecs, const struct pl_context *context,
		     struct pl_evaluator *ev, struct pl_arena *keep)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	const struct pl_verdict *v;
	pl_str answer = {0};
	struct pl_workload *w = read_object(now, ecs, arena);
	struct pl_workload *before = old.len ? read_object(old, ecs, arena) : NULL;
	pl_err err = w ? pl_decide(ev, policy, w, before, context, &v) : PL_E_SYNTAX;
	if (err == PL_E_INTERNAL)
		abort();
	if (err == PL_OK) {
		struct pl_buf *out = pl_text_new(arena);
		struct pl_source *source = pl_source_new(now, arena);
		pl_report_json(w, v, source, out);
		pl_report_message(v, 4096, out);
		if (source)
			pl_report_text(w, v, source, out);
		answer = pl_arena_dup(keep, pl_text_str(out));
		compare_with_trace(policy, w, before, context, ev, v);
		if (v->allowed != (v->denied == 0) || v->count != v->denied + v->warned + v->audited + v->excepted)
			abort();
	}
	pl_evaluator_reset(ev);
	return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (policy_count == 0)
		compile_all();
	if (size < 2)
		return 0;
	struct pl_context context = context_of(data[1]);
	const struct pl_policy *policy = policies[(data[0] >> 1) % policy_count];
	pl_str now = {(const char *)data + 2, size - 2}, old = {0};
	const char *split = memchr(now.ptr, 0x1E, now.len);
	if (split) {
		old = (pl_str){split + 1, now.len - (size_t)(split + 1 - now.ptr)};
		now.len = (size_t)(split - now.ptr);
	}
	struct pl_evaluator *ev = pl_evaluator_new(64 << 20);
	struct pl_arena *keep = pl_arena_new(64 << 20, 0);
	pl_str first = decide(policy, now, old, data[0] & 1, &context, ev, keep);
	pl_str second = decide(policy, now, old, data[0] & 1, &context, ev, keep);
	if (!pl_str_eq(first, second))
		abort();
	pl_arena_free(keep);
	pl_evaluator_free(ev);
	return 0;
}
