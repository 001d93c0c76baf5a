/* rules_bench.c - what rules cost: compiling all packs together, and deciding one pod with 10 rules and with 200.
 *
 * The pod has three containers and breaks no rule, as most pods do. The 200 rules are of twenty shapes that the packs
 * use, each with ten constants of its own; the 10 are one of each second shape. Beside them, what ships: all packs
 * against `essentials`; there the pod breaks some rules. Trust the ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plimsoll/plimsoll.h"

#define ROUNDS	   301
#define SHAPES	   20
#define TEXT_ROOM  (256 * 1024)
#define MAX_PACKS  64
#define ARENA_SIZE ((size_t)64 << 20)

static const char pod[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\",\"labels\":{\"team\":\"shop\","
	"\"app.kubernetes.io/part-of\":\"shop\"}},\"spec\":{\"automountServiceAccountToken\":false,\"securityContext\":"
	"{\"runAsNonRoot\":true,\"runAsUser\":10001,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"containers\":["
#define CONTAINER(name)                                                                                                \
	"{\"name\":\"" name "\",\"image\":\"registry.example.com/team/" name                                           \
	":1.2.3\",\"ports\":[{\"containerPort\":8080}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},"          \
	"{\"name\":\"MODE\",\"value\":\"fast\"}],\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"512Mi\"},"   \
	"\"requests\":{\"cpu\":\"100m\",\"memory\":\"256Mi\"}},\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":"    \
	"\"/var/lib/app\"}],\"livenessProbe\":{\"httpGet\":{\"path\":\"/live\",\"port\":8080}},\"imagePullPolicy\":"   \
	"\"Always\",\"securityContext\":{\"capabilities\":{\"drop\":[\"ALL\"]},\"readOnlyRootFilesystem\":true,"       \
	"\"allowPrivilegeEscalation\":false}}"
	CONTAINER("web") "," CONTAINER("cache") "," CONTAINER(
		"log") "],\"volumes\":[{\"name\":\"data\",\"emptyDir\":{\"sizeLimit\":\"1Gi\"}}]}}";

/* %d is the number of the rule; each is a rule of its own, with a constant that no other has. */
static const char *const shapes[SHAPES] = {
	"deny r%d for each container forbid container.added_capabilities overlaps {\"SYS_ADMIN\", \"CAP%d\"}\n",
	"deny r%d for each container require container.memory_limit <= %dGi\n",
	"deny r%d for each mount when mount.host_path is set forbid mount.host_path covers \"/run/x%d.sock\"\n",
	"deny r%d for each image forbid (image.tag else \"latest\") == \"bad%d\"\n",
	"deny r%d for each pod container forbid container.securityContext.runAsUser == %d if set\n",
	"deny r%d for each pod forbid pod.spec.priorityClassName == \"class%d\" if set\n",
	"deny r%d for each port forbid port.host_port == %d\n",
	"deny r%d for each variable forbid variable.name == \"SECRET_%d\"\n",
	"deny r%d for each volume when volume.host_path is set forbid volume.host_path under \"/host%d\"\n",
	"deny r%d for each workload forbid (workload.labels[\"app\"] else \"\") == \"x%d\"\n",
	"deny r%d for each container require container.image.digest is set or (container.image.tag else \"latest\") != "
	"\"t%d\"\n",
	"deny r%d for each pod when (namespace.labels[\"env\"] else \"\") == \"prod%d\" require pod.spec.hostUsers == "
	"false\n",
	"deny r%d for each container forbid container.image.repository like \"*/bad%d\"\n",
	"deny r%d for each pod container forbid container.workingDir == \"/bad%d\" if set\n",
	"deny r%d for each pod security_context forbid security_context.seLinuxOptions.type == \"t%d\" if set\n",
	"deny r%d for each container require container.cpu_limit <= %d\n",
	"deny r%d for each mount forbid mount.path == \"/bad%d\"\n",
	"deny r%d for each task container forbid container.user == \"u%d\" if set\n",
	"deny r%d for each pod container for each e in container.env forbid e.name matches /BAD%d_[A-Z]+/\n",
	"deny r%d for each object forbid object.kind == \"Kind%d\"\n",
};

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_size);
	return values[ROUNDS / 2];
}

static void write_rules(char *text, int count)
{
	size_t len = 0;
	int step = count < SHAPES ? SHAPES / count : 1;
	for (int i = 0; i < count; i++) {
		char rule[256];
/* the shapes are constants of this file, each with two %d */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len += (size_t)snprintf(rule, sizeof rule, shapes[i * step % SHAPES], i, 1000 + i);
#pragma GCC diagnostic pop
		if (len >= TEXT_ROOM)
			exit(2);
		memcpy(text + len - strlen(rule), rule, strlen(rule) + 1);
	}
}

static const struct pl_policy *compile(const struct pl_policy_source *sources, size_t count, double *ret_us)
{
	struct pl_arena *arena = pl_arena_new(ARENA_SIZE, 0);
	struct pl_diags diags;
	struct pl_policy *policy = NULL;
	struct pl_policy_input input = {.sources = sources, .source_count = count};
	if (!arena)
		exit(2);
	pl_diags_init(&diags, arena);
	double start = now_us();
	if (pl_policy_compile(&input, &policy, &diags) != PL_OK) {
		fprintf(stderr, "%.*s\n", PL_FMT(diags.items[0].message));
		exit(2);
	}
	*ret_us = now_us() - start;
	pl_arena_free(arena);
	return policy;
}

static size_t list_packs(struct pl_policy_source *sources)
{
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	for (size_t i = 0; i < count && i < MAX_PACKS; i++)
		sources[i] = (struct pl_policy_source){pl_str_from(names[i]), pl_policy_pack(pl_str_from(names[i]))};
	return count;
}

static void bench_packs(const struct pl_policy_source *sources, size_t count)
{
	static double times[ROUNDS];
	size_t rules = 0;
	for (int i = 0; i < ROUNDS; i++) {
		const struct pl_policy *policy = compile(sources, count, &times[i]);
		rules = pl_policy_rule_count(policy);
		pl_policy_release(policy);
	}
	printf("compiling all packs: %zu packs, %zu rules, %.1f ms\n", count, rules, median(times) / 1000);
}

static double decide(struct pl_evaluator *ev, const struct pl_policy *policy, size_t *ret_findings, double *ret_decide)
{
	static const struct pl_workload_options options;
	struct pl_context context = {.request_known = true,
				     .operation = PL_STR("CREATE"),
				     .cluster_known = true,
				     .namespace_known = true,
				     .namespace_metadata_known = true,
				     .namespace_name = PL_STR("shop")};
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_verdict *verdict;
	double start = now_us();
	pl_evaluator_reset(ev);
	struct pl_arena *arena = pl_evaluator_arena(ev);
	if (pl_doc_read_json(PL_STR("pod"), (pl_str){pod, sizeof pod - 1}, &pl_doc_json_limits, arena, &doc, NULL) !=
	    PL_OK)
		exit(2);
	if (pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK)
		exit(2);
	double middle = now_us();
	if (pl_decide(ev, policy, w, NULL, &context, &verdict) != PL_OK)
		exit(2);
	*ret_findings = verdict->count;
	double end = now_us();
	*ret_decide = end - middle;
	return end - start;
}

struct cost {
	double whole, deciding;
	size_t findings;
};

static struct cost measure(struct pl_evaluator *ev, const struct pl_policy *policy)
{
	static double whole[ROUNDS], part[ROUNDS];
	struct cost cost = {0};
	for (int i = -20; i < ROUNDS; i++) {
		double d, w = decide(ev, policy, &cost.findings, &d);
		if (i >= 0) {
			whole[i] = w;
			part[i] = d;
		}
	}
	cost.whole = median(whole);
	cost.deciding = median(part);
	printf("%3zu rules, %zu findings: read and decide %.1f us, of which deciding %.1f us\n",
	       pl_policy_rule_count(policy), cost.findings, cost.whole, cost.deciding);
	pl_policy_release(policy);
	return cost;
}

static void compare(const char *what, struct cost few, struct cost many)
{
	printf("%s: %.2f (deciding alone %.2f)\n", what, many.whole / few.whole, many.deciding / few.deciding);
}

static struct cost cost_of_shapes(struct pl_evaluator *ev, int count)
{
	static char text[TEXT_ROOM];
	double ignored;
	write_rules(text, count);
	struct pl_policy_source source = {PL_STR("rules"), pl_str_from(text)};
	struct cost cost = measure(ev, compile(&source, 1, &ignored));
	if (cost.findings) {
		fprintf(stderr, "the pod breaks a rule: that is another measurement\n");
		exit(2);
	}
	return cost;
}

int main(void)
{
	struct pl_policy_source sources[MAX_PACKS], essentials = {PL_STR("e"), PL_STR("use \"essentials\"\n")};
	double ignored;
	size_t count = list_packs(sources);
	struct pl_evaluator *ev = pl_evaluator_new(ARENA_SIZE);
	bench_packs(sources, count);
	struct cost few = measure(ev, compile(&essentials, 1, &ignored));
	compare("all packs against essentials", few, measure(ev, compile(sources, count, &ignored)));
	few = cost_of_shapes(ev, 10);
	compare("200 rules against 10", few, cost_of_shapes(ev, 200));
	pl_evaluator_free(ev);
	return 0;
}
