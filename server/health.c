/* health.c - what the kubelet asks. Readiness goes away first when the server stops, so that no new connection is sent
 * here. */
#include "health.h"

#include <time.h>

#include "plimsoll/report.h"

void pl_health_live(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		    const struct pl_call *call, struct pl_answer *ret_answer)
{
	(void)service, (void)desk, (void)policy, (void)call;
	*ret_answer = (struct pl_answer){.status = 200, .body = PL_STR("{\"alive\":true}\n")};
}

static void add_certificate(struct pl_buf *out, int64_t not_after)
{
	struct tm utc = {0};
	char text[32];
	time_t at = (time_t)not_after;
	gmtime_r(&at, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	pl_text_printf(out, ",\"certificate_not_after\":\"%s\"", text);
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
		pl_text_printf(out, ",\"policy\":\"%s\",\"rules\":%zu", pl_policy_fingerprint(policy),
			       pl_policy_rule_count(policy));
	if (atomic_load(&service->reload_failed))
		pl_text_add(out, PL_STR(",\"reload_failed\":true"));
	add_certificate(out, service->cert_not_after);
	pl_text_add(out, PL_STR("}\n"));
	*ret_answer = (struct pl_answer){.status = ready ? 200 : 503, .body = pl_text_str(out)};
}
