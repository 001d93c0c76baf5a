/* decide_bench.c - reading and deciding an AdmissionReview against a jansson parse of the same bytes, in one run.
 *
 * Prints, for reviews of about 2, 8 and 100 kB: the median of each, their ratio, and the memory a byte of input takes.
 * Trust the ratios; the absolute figures are of the machine and the moment. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plimsoll/plimsoll.h"

#define ROUNDS	 301
#define MAX_BODY (256 * 1024)

struct body {
	char text[MAX_BODY];
	size_t len;
};

static void add(struct body *b, const char *text)
{
	size_t len = strlen(text);
	if (b->len + len >= MAX_BODY)
		exit(2);
	memcpy(b->text + b->len, text, len + 1);
	b->len += len;
}

static void add_container(struct body *b, int i)
{
	char text[1600];
	snprintf(text, sizeof text,
		 "%s{\"name\":\"app-%d\",\"image\":\"registry.example.com/team/"
		 "app-%d:1.%d\",\"ports\":[{\"containerPort\":%d,"
		 "\"protocol\":\"TCP\"}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},{\"name\":\"POD_NAME\","
		 "\"valueFrom\":"
		 "{\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.name\"}}}],\"resources\":{\"limits\":{"
		 "\"cpu\":"
		 "\"500m\",\"memory\":\"512Mi\"},\"requests\":{\"cpu\":\"100m\",\"memory\":\"256Mi\"}},"
		 "\"volumeMounts\":[{\"name\":"
		 "\"data\",\"mountPath\":\"/var/lib/app\"},{\"name\":\"config\",\"readOnly\":true,\"mountPath\":\"/etc/"
		 "app\"}],"
		 "\"livenessProbe\":{\"httpGet\":{\"path\":\"/"
		 "healthz\",\"port\":%d,\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,"
		 "\"periodSeconds\":10,\"successThreshold\":1,\"failureThreshold\":3},\"terminationMessagePath\":"
		 "\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\",\"imagePullPolicy\":\"IfNotPresent\","
		 "\"securityContext\":{\"capabilities\":{\"drop\":[\"ALL\"]},\"runAsNonRoot\":true,"
		 "\"readOnlyRootFilesystem\":true,"
		 "\"allowPrivilegeEscalation\":false}}",
		 i ? "," : "", i, i, i, 8000 + i, 8000 + i);
	add(b, text);
}

/* A Deployment as the API server sends it, with `containers` containers and about `managed` entries of managedFields.
 */
static void make_review(struct body *b, int containers, int managed)
{
	b->len = 0;
	add(b, "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":"
	       "\"705ab4f5-6393-11e8-b7cc-42010a800002\",\"kind\":{\"group\":\"apps\",\"version\":\"v1\",\"kind\":"
	       "\"Deployment\"},"
	       "\"resource\":{\"group\":\"apps\",\"version\":\"v1\",\"resource\":\"deployments\"},\"name\":\"web\","
	       "\"namespace\":"
	       "\"shop\",\"operation\":\"CREATE\",\"userInfo\":{\"username\":\"alice\",\"groups\":[\"system:"
	       "authenticated\"]},"
	       "\"object\":{\"kind\":\"Deployment\",\"apiVersion\":\"apps/"
	       "v1\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\","
	       "\"labels\":{\"app\":\"web\"},\"managedFields\":[");
	for (int i = 0; i < managed; i++) {
		char text[300];
		snprintf(text, sizeof text,
			 "%s{\"manager\":\"kubectl-%d\",\"operation\":\"Update\",\"apiVersion\":\"apps/"
			 "v1\",\"fieldsType\":\"FieldsV1\","
			 "\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\".\":{},\"f:app\":{}}},\"f:spec\":{\"f:"
			 "replicas\":{}}}}",
			 i ? "," : "", i);
		add(b, text);
	}
	add(b, "]},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{"
	       "\"metadata\":{\"labels\":"
	       "{\"app\":\"web\"}},\"spec\":{\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}},{\"name\":\"config\","
	       "\"configMap\":"
	       "{\"name\":\"web\",\"defaultMode\":420}}],\"containers\":[");
	for (int i = 0; i < containers; i++)
		add_container(b, i);
	add(b,
	    "],\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
	    "\"securityContext\":{},\"schedulerName\":\"default-scheduler\"}}}},\"oldObject\":null,\"dryRun\":false}}");
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

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof *v, by_value);
	return v[ROUNDS / 2];
}

static double parse_jansson(const struct body *b)
{
	double start = now_us();
	json_error_t error;
	json_t *json = json_loadb(b->text, b->len, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		fprintf(stderr, "jansson: %s\n", error.text);
		exit(2);
	}
	json_decref(json);
	return now_us() - start;
}

static double decide(struct pl_evaluator *ev, const struct pl_policy *policy, const struct body *b, bool *ret_allowed)
{
	static const struct pl_workload_options options;
	struct pl_context context = {.request_known = true, .operation = PL_STR("CREATE"), .cluster_known = true};
	double start = now_us();
	pl_evaluator_reset(ev);
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_verdict *verdict;
	if (pl_doc_read_json(PL_STR("review"), (pl_str){b->text, b->len}, &pl_doc_json_limits, arena, &doc, NULL) !=
	    PL_OK)
		exit(2);
	pl_node request = pl_doc_get(doc, pl_doc_root(doc), PL_STR("request"), NULL);
	pl_node object = pl_doc_get(doc, request, PL_STR("object"), NULL);
	if (pl_workload_read(doc, object, PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK)
		exit(2);
	if (pl_decide(ev, policy, w, NULL, &context, &verdict) != PL_OK)
		exit(2);
	*ret_allowed = verdict->allowed;
	return now_us() - start;
}

static const struct pl_policy *compile(void)
{
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_diags diags;
	struct pl_policy *policy;
	struct pl_policy_source source = {PL_STR("bench"), PL_STR("use \"essentials\"\n")};
	struct pl_param_setting approved = {PL_STR("approved_images"), PL_STR("registry.example.com")};
	if (!arena)
		exit(2);
	pl_diags_init(&diags, arena);
	if (pl_policy_compile(
		    &(struct pl_policy_input){
			    .sources = &source, .source_count = 1, .settings = &approved, .setting_count = 1},
		    &policy, &diags) != PL_OK) {
		fprintf(stderr, "%.*s\n", PL_FMT(diags.items[0].message));
		exit(2);
	}
	pl_arena_free(arena);
	return policy;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int containers, managed;
	} sizes[] = {{"2 kB", 1, 0}, {"8 kB", 5, 8}, {"100 kB", 80, 60}};
	static struct body body;
	static double ours[ROUNDS], theirs[ROUNDS];
	if (argc == 2 && strcmp(argv[1], "--print") == 0) { /* the 8 kB review, for the HTTPS benchmark */
		make_review(&body, sizes[1].containers, sizes[1].managed);
		return fwrite(body.text, 1, body.len, stdout) != body.len;
	}
	const struct pl_policy *policy = compile();
	struct pl_evaluator *ev = pl_evaluator_new(64u << 20);
	if (!ev)
		return 2;
	printf("review     bytes  jansson parse  read and decide  ratio  memory per byte\n");
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		bool allowed = false;
		make_review(&body, sizes[s].containers, sizes[s].managed);
		for (int i = -20; i < ROUNDS; i++) {
			double a = parse_jansson(&body), b = decide(ev, policy, &body, &allowed);
			if (i >= 0) {
				theirs[i] = a;
				ours[i] = b;
			}
		}
		double a = median(theirs), b = median(ours);
		printf("%-7s %8zu  %10.1f us  %12.1f us   %.2f  %.1f  (%s)\n", sizes[s].name, body.len, a, b, b / a,
		       (double)pl_arena_used(pl_evaluator_arena(ev)) / (double)body.len,
		       allowed ? "allowed" : "denied");
	}
	pl_evaluator_free(ev);
	pl_policy_release(policy);
	return 0;
}
