/* evidence.c - see evidence.h. Every value goes in as kind, length and bytes, so that no two rows of values read alike.
 */
#include "evidence.h"

#include <string.h>

#include "operators.h"

static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void expand(const uint8_t block[64], uint32_t w[64])
{
	for (unsigned i = 0; i < 16; i++) {
		const uint8_t *p = block + (size_t)i * 4;
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	}
	for (unsigned i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];
		uint32_t s0 = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3;
		uint32_t s1 = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void compress(uint32_t state[8], const uint8_t block[64])
{
	uint32_t w[64], s[8];
	expand(block, w);
	memcpy(s, state, sizeof s);
	for (unsigned i = 0; i < 64; i++) {
		uint32_t s1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t t1 = s[7] + s1 + choice + round_constants[i] + w[i];
		uint32_t s0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += t1;
		s[0] = t1 + s0 + majority;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] += s[i];
}

void pl_evidence_begin(struct pl_evidence *e)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	memcpy(e->state, start, sizeof start);
	e->length = 0;
}

void pl_evidence_add_bytes(struct pl_evidence *e, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	while (len) {
		size_t at = e->length % 64, n = 64 - at < len ? 64 - at : len;
		memcpy(e->block + at, from, n);
		e->length += n;
		from += n;
		len -= n;
		if (at + n == 64)
			compress(e->state, e->block);
	}
}

struct pl_digest pl_evidence_end(struct pl_evidence *e)
{
	static const uint8_t padding[64] = {0x80};
	uint64_t bits = e->length * 8;
	size_t at = e->length % 64;
	pl_evidence_add_bytes(e, padding, at < 56 ? 56 - at : 120 - at);
	uint8_t tail[8];
	for (unsigned i = 0; i < 8; i++)
		tail[i] = (uint8_t)(bits >> (56 - 8 * i));
	pl_evidence_add_bytes(e, tail, sizeof tail);
	struct pl_digest d;
	for (unsigned i = 0; i < 32; i++)
		d.bytes[i] = (uint8_t)(e->state[i / 4] >> (24 - 8 * (i % 4)));
	return d;
}

void pl_digest_sum(struct pl_digest *sum, const struct pl_digest *d)
{
	unsigned carry = 0;
	for (unsigned i = 32; i-- > 0;) {
		carry += (unsigned)sum->bytes[i] + d->bytes[i];
		sum->bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

int pl_digest_cmp(const struct pl_digest *a, const struct pl_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static void add_number(struct pl_evidence *e, pl_nano q)
{
	pl_evidence_add_bytes(e, &q, sizeof q);
}

static void add_text(struct pl_evidence *e, pl_str s)
{
	uint64_t len = s.len;
	pl_evidence_add_bytes(e, &len, sizeof len);
	pl_evidence_add_bytes(e, s.ptr, s.len);
}

static void add_image(struct pl_evidence *e, const struct pl_image *image)
{
	add_text(e, image->registry);
	add_text(e, image->repository);
	add_text(e, image->tag);
	add_text(e, image->digest);
}

static void add_scalar(struct pl_evidence *e, const struct pl_value *v)
{
	switch ((enum pl_value_kind)v->kind) {
	case PL_V_BOOL:
		add_number(e, v->u.b);
		return;
	case PL_V_INT:
		add_number(e, (pl_nano)v->u.i * PL_NANO_ONE);
		return;
	case PL_V_DATE:
		add_number(e, v->u.i);
		return;
	case PL_V_NUMBER:
		add_number(e, v->u.q);
		return;
	case PL_V_STRING:
	case PL_V_PATH:
		add_text(e, v->u.s);
		return;
	case PL_V_IMAGE:
		add_image(e, v->u.image);
		return;
	case PL_V_ROLE:
		add_text(e, v->u.role->text);
		return;
	case PL_V_ARN:
		add_text(e, v->u.arn->text);
		return;
	case PL_V_IP:
		pl_evidence_add_bytes(e, v->u.ip, sizeof *v->u.ip);
		return;
	case PL_V_VERSION:
		pl_evidence_add_bytes(e, &v->u.version, sizeof v->u.version);
		return;
	case PL_V_UNKNOWN:
		add_text(e, pl_str_from(v->u.why));
		return;
	case PL_V_ABSENT:
	case PL_V_NETWORK: /* constants only */
	case PL_V_IMAGE_BASE:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		return;
	}
}

static void add_one(struct pl_evidence *e, const struct pl_value *v)
{
	uint8_t kind = v->kind == PL_V_INT ? PL_V_NUMBER : v->kind;
	pl_evidence_add_bytes(e, &kind, 1);
	add_scalar(e, v);
}

/* A list is a set: the order of its elements is nobody's evidence. */
static void add_elements(struct pl_evidence *e, const struct pl_list *list)
{
	struct pl_digest sum = {{0}};
	for (uint32_t i = 0; i < list->count; i++) {
		struct pl_evidence one;
		pl_evidence_begin(&one);
		struct pl_value element = pl_operator_plain(list->items[i]);
		add_one(&one, &element);
		struct pl_digest d = pl_evidence_end(&one);
		pl_digest_sum(&sum, &d);
	}
	pl_evidence_add_bytes(e, sum.bytes, sizeof sum.bytes);
}

static bool is_structured(enum pl_type_kind kind)
{
	return kind == PL_T_RECORD || kind == PL_T_SUBJECT || kind == PL_T_ENTRY || kind == PL_T_LIST ||
	       kind == PL_T_MAP;
}

pl_err pl_evidence_add(struct pl_evidence *e, const struct pl_value *v, struct pl_arena *arena)
{
	struct pl_value plain = pl_operator_plain(*v);
	bool list = plain.kind == PL_V_LIST || plain.kind == PL_V_NODES;
	if (!list || is_structured((enum pl_type_kind)plain.of)) {
		if (list)
			plain.kind = PL_V_LIST; /* two forms of one thing */
		add_one(e, &plain);
		return PL_OK;
	}
	const struct pl_list *elements;
	PL_TRY(pl_relation_elements(&plain, arena, &elements));
	uint8_t kind = PL_V_LIST;
	pl_evidence_add_bytes(e, &kind, 1);
	add_elements(e, elements);
	return PL_OK;
}
