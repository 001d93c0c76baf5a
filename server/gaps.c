/* gaps.c - a policy and the settings into what is missing between them. Assertions about the cluster that nobody made
 * are no gap: rules see them absent, and say themselves what follows; only a version is never absent. */
#include "gaps.h"

size_t pl_gaps_find(const struct pl_policy *policy, const struct pl_config *config, struct pl_gap ret[PL_GAPS_MAX])
{
	struct pl_policy_reads reads;
	pl_policy_reads(policy, &reads);
	const struct pl_gap all[PL_GAPS_MAX] = {
		{"namespace.labels", *config->namespaces ? 0 : reads.namespace_labels, "--namespaces FILE"},
		{"namespace.annotations", *config->namespaces ? 0 : reads.namespace_annotations, "--namespaces FILE"},
		{"cluster.version", *config->cluster_version ? 0 : reads.cluster_version, "--cluster.version vX.Y"},
	};
	size_t count = 0;
	for (size_t i = 0; i < PL_GAPS_MAX; i++)
		if (all[i].rules)
			ret[count++] = all[i];
	return count;
}
