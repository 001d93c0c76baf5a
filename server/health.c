/* health.c - what the kubelet asks. Readiness goes away first when the server stops, so that no new connection is sent
 * here. */
#include "health.h"

#include <time.h>

#include "gaps.h"
#include "plimsoll/report.h"

void pl_health_live(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		    const struct pl_call *call, struct pl_answer *ret_answer)
{
	(void)service, (void)desk, (void)policy, (void)call;
	*ret_answer = (struct pl_answer){.status = 200, .body = PL_STR("{\"alive\":true}\n")};
}

static void add_time(struct pl_buf *out, const char *key, int64_t seconds)
{
	struct tm utc = {0};
	char text[32];
	time_t at = (time_t)seconds;
	if (!gmtime_r(&at, &utc) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		text[0] = '\0'; /* a year that nobody will see */
	pl_text_printf(out, ",\"%s\":\"%s\"", key, text);
}

/* Nothing where the list is empty. */
static void add_list(struct pl_buf *out, const char *key, const pl_str *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			pl_text_printf(out, ",\"%s\":[", key);
		pl_text_add(out, i ? PL_STR(",") : (pl_str){0});
		pl_text_json(out, items[i]);
	}
	pl_text_add(out, count ? PL_STR("]") : (pl_str){0});
}

/* Data files that are not there, and what rules read and nobody tells: either makes rules refuse. */
static void add_missing(const struct pl_service *service, const struct pl_policy *policy, struct pl_arena *arena,
			struct pl_buf *out)
{
	const pl_str *names;
	pl_str roots[PL_GAPS_MAX];
	struct pl_gap gaps[PL_GAPS_MAX];
	size_t count = pl_policy_missing(policy, arena, &names);
	add_list(out, "data_missing", names, count);
	count = pl_gaps_find(policy, service->config, gaps);
	for (size_t i = 0; i < count; i++)
		roots[i] = pl_str_from(gaps[i].root);
	add_list(out, "unknown", roots, count);
}

static void add_namespaces(const struct pl_service *service, struct pl_buf *out)
{
	struct pl_namespaces_info info;
	struct pl_namespaces *table = pl_store_take_namespaces(service->store);
	if (!table)
		return;
	pl_namespaces_describe(table, &info);
	pl_namespaces_release(table);
	pl_text_printf(out, ",\"namespaces\":%zu", info.count);
	if (info.there)
		add_time(out, "namespaces_modified", info.modified);
	else
		pl_text_add(out, PL_STR(",\"namespaces_missing\":true"));
}

static void add_policy(const struct pl_service *service, const struct pl_policy *policy, struct pl_arena *arena,
		       struct pl_buf *out)
{
	pl_text_printf(out, ",\"policy\":\"%s\",\"rules\":%zu", pl_policy_fingerprint(policy),
		       pl_policy_rule_count(policy));
	add_missing(service, policy, arena, out);
}

void pl_health_ready(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		     const struct pl_call *call, struct pl_answer *ret_answer)
{
	(void)call;
	bool draining = atomic_load(&service->draining);
	bool ready = policy && !draining;
	struct pl_buf *out = pl_text_new(desk->reply);
	pl_text_printf(out, "{\"ready\":%s,\"draining\":%s", ready ? "true" : "false", draining ? "true" : "false");
	if (policy)
		add_policy(service, policy, desk->reply, out);
	add_namespaces(service, out);
	if (atomic_load(&service->reload_failed))
		pl_text_add(out, PL_STR(",\"reload_failed\":true"));
	add_time(out, "certificate_not_after", service->cert_not_after);
	pl_text_add(out, PL_STR("}\n"));
	*ret_answer = (struct pl_answer){.status = ready ? 200 : 503, .body = pl_text_str(out)};
}
