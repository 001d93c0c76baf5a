/* update.h - what was so before an UPDATE: which findings of the new object the old one had too. spec: language.md 3.8
 * (D14) */
#ifndef PL_VM_UPDATE_H
#define PL_VM_UPDATE_H

#include "evidence.h"

/* What makes two violations the same. */
struct pl_violation_key {
	uint16_t rule, check;
	uint64_t subject; /* pl_subject_identity: role and name, never the position */
	struct pl_digest evidence;
	uint32_t owner; /* which violation this is the key of; not compared */
};

/* Sorts keys, equal ones as they came; scratch is as large as keys. */
void pl_update_sort(struct pl_violation_key *keys, struct pl_violation_key *scratch, size_t count);
/* Sets already[i] for every key of `now` that `before` has too; each of `before` serves once, so two equal ones now
 * need two before. Both sorted. */
void pl_update_match(const struct pl_violation_key *now, size_t now_count, const struct pl_violation_key *before,
		     size_t before_count, bool *already);
int pl_update_cmp(const struct pl_violation_key *a, const struct pl_violation_key *b);

#endif
