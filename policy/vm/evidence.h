/* evidence.h - a digest of the values a check read: part of what makes two violations the same across an UPDATE.
 *
 * An attacker writes both objects, so the digest is SHA-256: a shorter or invertible hash could be made to collide, and
 * a new violation would pass as an old one. spec: FIPS 180-4; language.md 3.8 */
#ifndef PL_VM_EVIDENCE_H
#define PL_VM_EVIDENCE_H

#include "model/value.h"

struct pl_digest {
	uint8_t bytes[32];
};

struct pl_evidence {
	uint32_t state[8];
	uint64_t length;
	uint8_t block[64];
};

void pl_evidence_begin(struct pl_evidence *e);
void pl_evidence_add_bytes(struct pl_evidence *e, const void *bytes, size_t len);
/* Adds a scalar by its meaning, a list of scalars as a set of them, and of anything structured only that it is there:
 * its members are added when they are read. */
PL_MUST_USE pl_err pl_evidence_add(struct pl_evidence *e, const struct pl_value *v, struct pl_arena *arena);
struct pl_digest pl_evidence_end(struct pl_evidence *e);
/* Sum of digests modulo 2^256: the order of the summands does not matter. */
void pl_digest_sum(struct pl_digest *sum, const struct pl_digest *d);
int pl_digest_cmp(const struct pl_digest *a, const struct pl_digest *b);

#endif
