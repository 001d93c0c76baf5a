/* data_bench.c - data files of 100 and of 100,000 values: what loading them costs, and that deciding with them costs
 * the same. Eight rules read approved places, images by digest, networks, paths and rows of scan results; the pod has
 * three containers and breaks none of them. Trust the ratio. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plimsoll/plimsoll.h"

#define ROUNDS 301
#define ROOM   ((size_t)32 << 20)
#define FILES  5

static const char policy_text[] =
	"data places: set of string from \"places.txt\"\n"
	"data bases: set of image from \"bases.txt\"\n"
	"data nets: set of ip from \"nets.txt\"\n"
	"data forbidden: set of path from \"paths.txt\"\n"
	"data scans: map of string to {critical: int, high: int, scanned: date} from \"scans.json\" fresh for 26h\n"
	"deny a for each image require image under places\n"
	"deny b for each image require image in bases\n"
	"deny c for each pod for each h in pod.spec.hostAliases forbid (ip(h.ip) else ip(\"0.0.0.0\")) in nets if set\n"
	"deny d for each mount forbid mount.path under forbidden\n"
	"deny e for each mount forbid mount.path covers forbidden\n"
	"deny f for each container require scans[container.image.digest].critical == 0\n"
	"deny g for each container require scans[container.image.digest].high <= 3\n"
	"deny h for each container require days_since(scans[container.image.digest].scanned) <= 7\n";

#define DIGEST(n) "@sha256:00000000000000000000000000000000000000000000000000000000000000" n
#define CONTAINER(name, n)                                                                                             \
	"{\"name\":\"" name "\",\"image\":\"r0.example.com/team/base" DIGEST(                                          \
		n) "\",\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/var/lib/app\"}]}"
static const char pod[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
	"\"hostAliases\":[{\"ip\":\"192.0.2.7\",\"hostnames\":[\"x\"]}],\"containers\":[" CONTAINER(
		"web",
		"01") "," CONTAINER("cache",
				    "02") "," CONTAINER("log",
							"03") "],"
							      "\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}}]}}";

struct text {
	char *bytes;
	size_t len;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(t->bytes + t->len, ROOM - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= ROOM - t->len)
		exit(2);
	t->len += (size_t)n;
}

static void fill(struct text files[FILES], int count)
{
	for (int i = 0; i < FILES; i++)
		files[i].len = 0;
	for (int i = 0; i < count; i++) {
		add(&files[0], "r%d.example.com/team\n", i);
		add(&files[1], "r0.example.com/team/base@sha256:%064d\n", i);
		add(&files[2], "10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256);
		add(&files[3], "/srv/%d/secret\n", i);
		add(&files[4], "%c\"sha256:%064d\": ", i ? ',' : '{', i);
		add(&files[4], "{\"critical\": 0, \"high\": %d, \"scanned\": \"2026-11-20\"}", i % 4);
	}
	add(&files[4], "}\n");
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static struct pl_policy *compile(const struct text files[FILES])
{
	static const char *const names[FILES] = {"places", "bases", "nets", "forbidden", "scans"};
	struct pl_policy_data data[FILES];
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_policy_source source = {PL_STR("bench"), pl_str_from(policy_text)};
	struct pl_policy_input input = {.sources = &source, .source_count = 1, .data = data, .data_count = FILES};
	struct pl_policy *policy;
	struct pl_diags diags;
	if (!arena)
		exit(2);
	pl_diags_init(&diags, arena);
	for (int i = 0; i < FILES; i++)
		data[i] = (struct pl_policy_data){.name = pl_str_from(names[i]),
						  .file = i == 4 ? PL_STR("scans.json") : PL_STR("values.txt"),
						  .text = {files[i].bytes, files[i].len}};
	if (pl_policy_compile(&input, &policy, &diags) != PL_OK) {
		fprintf(stderr, "%.*s\n", PL_FMT(diags.items[0].message));
		exit(2);
	}
	pl_arena_free(arena);
	return policy;
}

/* One decision; the pod must pass. */
static double decide(struct pl_evaluator *ev, const struct pl_policy *policy)
{
	static const struct pl_workload_options options;
	struct pl_context context = {.request_known = true, .operation = PL_STR("CREATE"), .today = 20779, .now = 3600};
	const struct pl_verdict *verdict;
	struct pl_workload *w;
	struct pl_doc *doc;
	pl_evaluator_reset(ev);
	struct pl_arena *arena = pl_evaluator_arena(ev);
	if (pl_doc_read_json(PL_STR("pod"), pl_str_from(pod), &pl_doc_json_limits, arena, &doc, NULL) != PL_OK ||
	    pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK)
		exit(2);
	double start = now_us();
	if (pl_decide(ev, policy, w, NULL, &context, &verdict) != PL_OK)
		exit(2);
	double took = now_us() - start;
	if (!verdict->allowed) {
		fprintf(stderr, "%.*s\n", PL_FMT(verdict->findings[0].message));
		exit(2);
	}
	return took;
}

int main(void)
{
	static const int counts[] = {100, 100000};
	static double times[2][ROUNDS];
	const struct pl_policy *policies[2];
	struct text files[FILES];
	struct pl_evaluator *ev = pl_evaluator_new((size_t)64 << 20);
	for (int i = 0; i < FILES; i++)
		files[i].bytes = malloc(ROOM);
	for (int i = 0; i < FILES; i++)
		if (!files[i].bytes || !ev)
			return 2;
	printf("values in each of 5 files   compiling\n");
	for (int n = 0; n < 2; n++) {
		fill(files, counts[n]);
		double start = now_us();
		policies[n] = compile(files);
		printf("%-26d %7.1f ms\n", counts[n], (now_us() - start) / 1000);
	}
	for (int round = -20; round < ROUNDS; round++) {
		for (int n = 0; n < 2; n++) {
			double took = decide(ev, policies[n]);
			if (round >= 0)
				times[n][round] = took;
		}
	}
	for (int n = 0; n < 2; n++)
		qsort(times[n], ROUNDS, sizeof times[n][0], by_value);
	double few = times[0][ROUNDS / 2], many = times[1][ROUNDS / 2];
	printf("deciding with 8 rules: %.2f us with 100, %.2f us with 100,000, ratio %.2f\n", few, many, many / few);
	for (int i = 0; i < FILES; i++)
		free(files[i].bytes);
	pl_policy_release(policies[0]);
	pl_policy_release(policies[1]);
	pl_evaluator_free(ev);
	return 0;
}
