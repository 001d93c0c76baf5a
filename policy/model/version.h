/* version.h - up to three numbers, with or without v; a pre-release or build suffix is ignored. spec: language.md 3.9
 */
#ifndef PL_MODEL_VERSION_H
#define PL_MODEL_VERSION_H

#include "plimsoll/base.h"

struct pl_version {
	uint32_t part[3]; /* missing ones are 0 */
};

/* "v1.2.3", "1.2", "1.28.3-eks-4f4795d", "v1"; false for anything else. */
bool pl_version_parse(pl_str text, struct pl_version *ret);
int pl_version_cmp(struct pl_version a, struct pl_version b);
/* "v1.2.3" without trailing zero parts beyond the second; needs 40 bytes. */
pl_str pl_version_format(struct pl_version v, char ret[40]);

#endif
