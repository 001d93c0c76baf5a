/* kinds.c - the table of kinds.def and its look-ups. */
#include "kinds.h"

#include <string.h>

static const struct pl_kind kinds[] = {
#define PL_KIND(kind, group, old_group, where, ...)                                                                    \
	{#kind, group, old_group, PL_RECORD_K8S_##kind, where, {__VA_ARGS__}},
#include "kinds.def"
#undef PL_KIND
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

const struct pl_kind *pl_kind_named(pl_str name)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (pl_str_eq(name, pl_str_from(kinds[i].name)))
			return &kinds[i];
	}
	return NULL;
}

pl_str pl_kind_group(pl_str api_version)
{
	const char *slash = api_version.len ? memchr(api_version.ptr, '/', api_version.len) : NULL;
	return slash ? (pl_str){api_version.ptr, (size_t)(slash - api_version.ptr)} : (pl_str){"", 0};
}

bool pl_kind_fits(const struct pl_kind *kind, pl_str api_version)
{
	pl_str group = pl_kind_group(api_version);
	return pl_str_eq(group, pl_str_from(kind->group)) ||
	       (kind->old_group && pl_str_eq(group, pl_str_from(kind->old_group)));
}

const struct pl_kind *pl_kind_miscased(pl_str name)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (name.len && pl_str_eq_fold(name, pl_str_from(kinds[i].name)))
			return &kinds[i];
	}
	return NULL;
}
