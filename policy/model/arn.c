/* arn.c - Amazon resource names and the two ways to name an IAM role. All parts are borrowed; no memory; failure is
 * "not one". A text with something unresolved in it ("${AWS::AccountId}") is not an ARN. spec: IAM identifiers; role
 * names are 1 to 64 of [A-Za-z0-9_+=,.@-]. */
#include "arn.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Lower-case letters, digits and '-': what partitions, services, regions and accounts are made of. */
static bool is_label(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != '-')
			return false;
		else if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
			return false;
	return true;
}

static bool is_visible_ascii(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
			return false;
	return s.len > 0;
}

/* Cuts the text before the next colon off *rest. */
static bool take_part(pl_str *rest, pl_str *ret)
{
	const char *colon = rest->len ? memchr(rest->ptr, ':', rest->len) : NULL;
	if (!colon)
		return false;
	*ret = (pl_str){rest->ptr, (size_t)(colon - rest->ptr)};
	rest->len -= ret->len + 1;
	rest->ptr = colon + 1;
	return is_label(*ret);
}

bool pl_arn_parse(pl_str text, struct pl_arn *ret)
{
	struct pl_arn arn = {.text = text};
	pl_str rest = text, scheme;
	if (!take_part(&rest, &scheme) || !pl_str_eq(scheme, PL_STR("arn")))
		return false;
	if (!take_part(&rest, &arn.partition) || !take_part(&rest, &arn.service) || !take_part(&rest, &arn.region) ||
	    !take_part(&rest, &arn.account))
		return false;
	if (!arn.partition.len || !arn.service.len || !is_visible_ascii(rest) || memmem(rest.ptr, rest.len, "${", 2))
		return false;
	arn.resource = rest;
	*ret = arn;
	return true;
}

static bool is_role_name(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && !memchr("_+=,.@-", s.ptr[i], 7))
			return false;
	return s.len >= 1 && s.len <= 64;
}

static bool is_account(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len == 12;
}

/* Of Amazon: aws, aws-cn, aws-us-gov and what else begins like them. A role elsewhere is one that ECS does not find,
 * and the task then has the role of its host. */
static bool is_partition(pl_str s)
{
	return pl_str_eq(s, PL_STR("aws")) || pl_str_starts(s, PL_STR("aws-"));
}

bool pl_role_parse(pl_str text, struct pl_role *ret)
{
	struct pl_arn arn;
	struct pl_role role = {.text = text, .name = text};
	if (is_role_name(text)) {
		*ret = role;
		return true;
	}
	const pl_str prefix = PL_STR("role/");
	if (!pl_arn_parse(text, &arn) || !is_partition(arn.partition) || !pl_str_eq(arn.service, PL_STR("iam")) ||
	    arn.region.len || !is_account(arn.account) || !pl_str_starts(arn.resource, prefix))
		return false;
	const char *slash = memrchr(arn.resource.ptr, '/', arn.resource.len);
	role.account = arn.account;
	role.name = (pl_str){slash + 1, arn.resource.len - (size_t)(slash + 1 - arn.resource.ptr)};
	if (!is_role_name(role.name))
		return false;
	*ret = role;
	return true;
}

bool pl_role_eq(const struct pl_role *a, const struct pl_role *b, pl_str cluster_account)
{
	pl_str x = a->account.len ? a->account : cluster_account;
	pl_str y = b->account.len ? b->account : cluster_account;
	return pl_str_eq(a->name, b->name) && pl_str_eq(x, y);
}
