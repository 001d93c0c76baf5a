/* service.c - the answer of last resort, and the operator's assertions about the cluster as every decision sees them.
 */
#include "service.h"

void pl_service_busy(struct pl_answer *ret_answer)
{
	*ret_answer = (struct pl_answer){
		.status = 503,
		.body = PL_STR("{\"error\":\"plimsolld has no room for this request; try again\"}\n"),
		.retry = true,
		.close = true,
	};
}

void pl_service_context(const struct pl_config *config, struct pl_context *ret_context)
{
	struct pl_context c = {
		.cluster_name = pl_str_from(config->cluster_name),
		.cluster_environment = pl_str_from(config->cluster_environment),
		.cluster_version = pl_str_from(config->cluster_version),
		.cluster_account = pl_str_from(config->cluster_account),
		.cluster_region = pl_str_from(config->cluster_region),
		.cluster_cloud = pl_str_from(config->cluster_cloud),
		.imds_blocked_pods = pl_config_has(&config->imds_blocked, "pods"),
		.imds_blocked_awsvpc = pl_config_has(&config->imds_blocked, "awsvpc"),
		.imds_blocked_bridge = pl_config_has(&config->imds_blocked, "bridge"),
		.strict_updates = config->updates[0] == 's',
		.cluster_known = true, /* an assertion not made is absent, not unknown: the operator has been asked */
	};
	*ret_context = c;
}
