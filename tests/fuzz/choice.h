/* choice.h - the bytes of a fuzzer as a row of choices. When they have run out, a generator that they seeded goes on,
 * so that a short input is a whole program too. A stream split off does not move the one it came from. */
#ifndef PL_FUZZ_CHOICE_H
#define PL_FUZZ_CHOICE_H

#include "plimsoll/base.h"

struct pl_choice {
	const uint8_t *data;
	size_t size, at;
	uint64_t state;
};

void pl_choice_init(struct pl_choice *c, const uint8_t *data, size_t size);
/* A stream of the same seed without bytes: two of the same number are equal. */
struct pl_choice pl_choice_split(const struct pl_choice *c, uint32_t number);
/* A number below n, which is not 0. */
uint32_t pl_choice_below(struct pl_choice *c, uint32_t n);
/* True once in n times. */
bool pl_choice_one_in(struct pl_choice *c, uint32_t n);
/* One of a row of texts. */
const char *pl_choice_of(struct pl_choice *c, const char *const *texts, size_t count);

#define PL_CHOICE_OF(c, texts) pl_choice_of((c), (texts), sizeof(texts) / sizeof *(texts))

#endif
