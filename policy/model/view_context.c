/* view_context.c - what surrounds the object: request, namespace and cluster. What nobody told us is unknown, which is
 * something else than absent: a namespace whose labels we have not been told is not a namespace without labels.
 * Fails for memory only. spec: language.md 3.5.4, 3.8, 7.1 */
#include "base/buf.h"
#include "native.h"
#include "view.h"

static struct pl_value unknown_request(void)
{
	return pl_value_unknown("who asked for what is not known here");
}

static struct pl_value unknown_cluster(void)
{
	return pl_value_unknown("nothing is known here about the cluster");
}

static struct pl_value optional_text(pl_str s)
{
	return s.len ? pl_native_string(s, PL_NO_NODE) : pl_value_absent();
}

/* --- request ------------------------------------------------------------------------------------------------------ */

static pl_err request_operation(const struct pl_view_at *at, struct pl_value *ret)
{
	bool known = at->ctx->request_known && at->ctx->operation.len;
	*ret = known ? optional_text(at->ctx->operation) : unknown_request();
	return PL_OK;
}

static pl_err request_user(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = at->ctx->request_known ? optional_text(at->ctx->user) : unknown_request();
	return PL_OK;
}

static pl_err request_groups(const struct pl_view_at *at, struct pl_value *ret)
{
	if (!at->ctx->request_known) {
		*ret = unknown_request();
		return PL_OK;
	}
	if (at->ctx->group_count > UINT32_MAX)
		return PL_E_MEMORY;
	uint32_t count = (uint32_t)at->ctx->group_count;
	struct pl_value *items = pl_arena_zalloc(at->arena, count, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		items[i] = pl_native_string(at->ctx->groups[i], PL_NO_NODE);
	PL_TRY(pl_view_list(at, items, count, ret));
	ret->of = PL_T_STRING;
	return PL_OK;
}

static pl_err request_dry_run(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = at->ctx->request_known ? pl_value_bool(at->ctx->dry_run) : unknown_request();
	return PL_OK;
}

/* --- namespace ---------------------------------------------------------------------------------------------------- */

static pl_err namespace_name(const struct pl_view_at *at, struct pl_value *ret)
{
	if (at->ctx->namespace_known)
		*ret = optional_text(at->ctx->namespace_name);
	else
		*ret = pl_value_unknown("the namespace is not known here");
	return PL_OK;
}

static pl_err unknown_metadata(const struct pl_view_at *at, const char *what, struct pl_value *ret)
{
	struct pl_buf why;
	pl_buf_init(&why, at->arena, 0);
	pl_buf_addf(&why, "the %s of namespace `", what);
	pl_buf_add_escaped(&why, at->ctx->namespace_name, 63);
	pl_buf_adds(&why, "` are not known here");
	if (at->ctx->namespace_why.len) {
		pl_buf_adds(&why, ": ");
		pl_buf_add_escaped(&why, at->ctx->namespace_why, 0);
	}
	pl_buf_addc(&why, '\0');
	if (why.failed)
		return PL_E_MEMORY;
	*ret = pl_value_unknown(why.ptr);
	return PL_OK;
}

static pl_err metadata(const struct pl_view_at *at, const char *what, const struct pl_pair *pairs, size_t count,
		       struct pl_value *ret)
{
	const struct pl_context *ctx = at->ctx;
	if (!ctx->namespace_metadata_known) {
		if (!ctx->namespace_known) {
			*ret = pl_value_unknown("the namespace is not known here");
			return PL_OK;
		}
		if (ctx->namespace_name.len)
			return unknown_metadata(at, what, ret);
		count = 0; /* outside of all namespaces there are none */
	}
	if (count > UINT32_MAX)
		return PL_E_MEMORY;
	struct pl_value *keys = pl_arena_zalloc(at->arena, count, sizeof(*keys));
	struct pl_value *values = pl_arena_zalloc(at->arena, count, sizeof(*values));
	if (!keys || !values)
		return PL_E_MEMORY;
	for (size_t i = 0; i < count; i++) {
		keys[i] = pl_native_string(pairs[i].key, PL_NO_NODE);
		values[i] = pl_native_string(pairs[i].value, PL_NO_NODE);
	}
	return pl_value_map_make(keys, values, (uint32_t)count, at->arena, ret);
}

static pl_err namespace_labels(const struct pl_view_at *at, struct pl_value *ret)
{
	return metadata(at, "labels", at->ctx->namespace_labels, at->ctx->namespace_label_count, ret);
}

static pl_err namespace_annotations(const struct pl_view_at *at, struct pl_value *ret)
{
	return metadata(at, "annotations", at->ctx->namespace_annotations, at->ctx->namespace_annotation_count, ret);
}

/* --- cluster ------------------------------------------------------------------------------------------------------ */

static pl_err cluster_text(const struct pl_view_at *at, pl_str text, struct pl_value *ret)
{
	*ret = at->ctx->cluster_known ? optional_text(text) : unknown_cluster();
	return PL_OK;
}

static pl_err cluster_name(const struct pl_view_at *at, struct pl_value *ret)
{
	return cluster_text(at, at->ctx->cluster_name, ret);
}

static pl_err cluster_environment(const struct pl_view_at *at, struct pl_value *ret)
{
	return cluster_text(at, at->ctx->cluster_environment, ret);
}

static pl_err cluster_account(const struct pl_view_at *at, struct pl_value *ret)
{
	return cluster_text(at, at->ctx->cluster_account, ret);
}

static pl_err cluster_region(const struct pl_view_at *at, struct pl_value *ret)
{
	return cluster_text(at, at->ctx->cluster_region, ret);
}

static pl_err cluster_cloud(const struct pl_view_at *at, struct pl_value *ret)
{
	return cluster_text(at, at->ctx->cluster_cloud, ret);
}

static pl_err cluster_version(const struct pl_view_at *at, struct pl_value *ret)
{
	struct pl_version version;
	if (!at->ctx->cluster_known || !at->ctx->cluster_version.len)
		*ret = pl_value_unknown("the version of the cluster is not known here");
	else if (!pl_version_parse(at->ctx->cluster_version, &version))
		*ret = pl_value_unknown("the version given for the cluster is none");
	else
		*ret = (struct pl_value){.kind = PL_V_VERSION, .node = PL_NO_NODE, .u.version = version};
	return PL_OK;
}

static pl_err cluster_imds_blocked(const struct pl_view_at *at, struct pl_value *ret)
{
	if (!at->ctx->cluster_known) {
		*ret = unknown_cluster();
		return PL_OK;
	}
	const struct {
		bool blocked;
		pl_str name;
	} places[] = {
		{at->ctx->imds_blocked_pods, PL_STR("pods")},
		{at->ctx->imds_blocked_awsvpc, PL_STR("awsvpc")},
		{at->ctx->imds_blocked_bridge, PL_STR("bridge")},
	};
	uint32_t count = 0;
	struct pl_value *items = pl_arena_zalloc(at->arena, 3, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (unsigned i = 0; i < 3; i++)
		if (places[i].blocked)
			items[count++] = pl_native_string(places[i].name, PL_NO_NODE);
	PL_TRY(pl_view_list(at, items, count, ret));
	ret->of = PL_T_STRING;
	return PL_OK;
}

pl_view_reader *const pl_view_context_readers[PL_VIEW_COUNT] = {
	[PL_VIEW_REQUEST_operation] = request_operation,
	[PL_VIEW_REQUEST_user] = request_user,
	[PL_VIEW_REQUEST_groups] = request_groups,
	[PL_VIEW_REQUEST_dry_run] = request_dry_run,
	[PL_VIEW_NAMESPACE_name] = namespace_name,
	[PL_VIEW_NAMESPACE_labels] = namespace_labels,
	[PL_VIEW_NAMESPACE_annotations] = namespace_annotations,
	[PL_VIEW_CLUSTER_name] = cluster_name,
	[PL_VIEW_CLUSTER_environment] = cluster_environment,
	[PL_VIEW_CLUSTER_version] = cluster_version,
	[PL_VIEW_CLUSTER_account] = cluster_account,
	[PL_VIEW_CLUSTER_region] = cluster_region,
	[PL_VIEW_CLUSTER_cloud] = cluster_cloud,
	[PL_VIEW_CLUSTER_imds_blocked] = cluster_imds_blocked,
};
