/* view_member.c - the parts of an image, an ARN, a role and an entry of a map. Fails for memory only.
 * spec: language.md 3.5.4, 3.9 */
#include "base/invariant.h"
#include "native.h"
#include "view.h"

static struct pl_value part_value(pl_str s)
{
	return pl_native_string(s, PL_NO_NODE);
}

/* Empty is absent. */
static struct pl_value optional_part(pl_str s)
{
	return s.len ? part_value(s) : pl_value_absent();
}

static const struct pl_image *image_of(const struct pl_view_at *at)
{
	if (at->base->kind == PL_V_IMAGE)
		return at->base->u.image;
	return at->w ? at->w->images[at->index].image : NULL;
}

static pl_err image_registry(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_image *image = image_of(at);
	if (PL_NEVER(!image))
		return PL_E_INTERNAL;
	*ret = part_value(image->registry);
	return PL_OK;
}

static pl_err image_repository(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_image *image = image_of(at);
	if (PL_NEVER(!image))
		return PL_E_INTERNAL;
	*ret = part_value(image->repository);
	return PL_OK;
}

static pl_err image_tag(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_image *image = image_of(at);
	if (PL_NEVER(!image))
		return PL_E_INTERNAL;
	*ret = optional_part(image->tag);
	return PL_OK;
}

static pl_err image_digest(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_image *image = image_of(at);
	if (PL_NEVER(!image))
		return PL_E_INTERNAL;
	*ret = optional_part(image->digest);
	return PL_OK;
}

static pl_err image_name(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_image *image = image_of(at);
	if (PL_NEVER(!image))
		return PL_E_INTERNAL;
	pl_str name = pl_arena_printf(at->arena, "%.*s/%.*s", PL_FMT(image->registry), PL_FMT(image->repository));
	if (!name.ptr)
		return PL_E_MEMORY;
	*ret = part_value(name);
	return PL_OK;
}

static pl_err arn_partition(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = part_value(at->base->u.arn->partition);
	return PL_OK;
}

static pl_err arn_service(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = part_value(at->base->u.arn->service);
	return PL_OK;
}

static pl_err arn_region(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = optional_part(at->base->u.arn->region);
	return PL_OK;
}

static pl_err arn_account(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = optional_part(at->base->u.arn->account);
	return PL_OK;
}

static pl_err arn_resource(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = part_value(at->base->u.arn->resource);
	return PL_OK;
}

static pl_err role_name(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = part_value(at->base->u.role->name);
	return PL_OK;
}

static pl_err role_account(const struct pl_view_at *at, struct pl_value *ret)
{
	pl_str own = at->base->u.role->account;
	if (own.len == 0 && !at->ctx->cluster_known)
		*ret = pl_value_unknown("a short name stands for a role of cluster.account, which is not known here");
	else
		*ret = optional_part(own.len ? own : at->ctx->cluster_account);
	return PL_OK;
}

static pl_err entry_key(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = at->base->u.entry[0];
	return PL_OK;
}

static pl_err entry_value(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = at->base->u.entry[1];
	return PL_OK;
}

pl_view_reader *const pl_view_member_readers[PL_VIEW_COUNT] = {
	[PL_VIEW_IMAGE_registry] = image_registry, [PL_VIEW_IMAGE_repository] = image_repository,
	[PL_VIEW_IMAGE_name] = image_name,	   [PL_VIEW_IMAGE_tag] = image_tag,
	[PL_VIEW_IMAGE_digest] = image_digest,	   [PL_VIEW_ARN_partition] = arn_partition,
	[PL_VIEW_ARN_service] = arn_service,	   [PL_VIEW_ARN_region] = arn_region,
	[PL_VIEW_ARN_account] = arn_account,	   [PL_VIEW_ARN_resource] = arn_resource,
	[PL_VIEW_ROLE_name] = role_name,	   [PL_VIEW_ROLE_account] = role_account,
	[PL_VIEW_ENTRY_key] = entry_key,	   [PL_VIEW_ENTRY_value] = entry_value,
};
