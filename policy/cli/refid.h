/* refid.h - identifiers of rules in other tools and benchmarks, in whatever spelling people use. */
#ifndef PL_CLI_REFID_H
#define PL_CLI_REFID_H

#include "plimsoll/plimsoll.h"

/* The plain form that all spellings of an identifier share: "CKV_K8S_20" and "ckv-k8s-020" are "ckvk8s20",
 * "AVD-KSV-0001" and "KSV001" are "ksv1", "CIS 5.2.8" is "cis5.2.8". Empty when nothing of it is a letter or a digit,
 * or memory is out.
 */
pl_str pl_refid_plain(pl_str id, struct pl_arena *arena);

#endif
