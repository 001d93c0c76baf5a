/* literal.h - values of every type as policies and manifests write them: those that meet one another now and then, and
 * those at the edges. */
#ifndef PL_FUZZ_LITERAL_H
#define PL_FUZZ_LITERAL_H

#include "choice.h"
#include "model/schema.h"

struct pl_buf;

/* The known values of a string; none when count is 0. */
struct pl_words_known {
	const char *const *values;
	uint16_t count;
};
/* Those of a type, or of a row of the common view. */
struct pl_words_known pl_literal_words(struct pl_type type);
struct pl_words_known pl_literal_words_of_view(enum pl_view row);

/* "bytes", as declarations write a scalar type; NULL for one that they cannot. */
const char *pl_literal_type(uint8_t kind);
/* A literal of the language; for a text one of `words`, if there are any. */
void pl_literal_write(struct pl_choice *c, struct pl_type type, struct pl_words_known words, struct pl_buf *out);
/* An approved place for images; a network; what stands behind `like`; a pattern. */
void pl_literal_base(struct pl_choice *c, struct pl_buf *out);
void pl_literal_network(struct pl_choice *c, struct pl_buf *out);
void pl_literal_glob(struct pl_choice *c, struct pl_buf *out);
void pl_literal_pattern(struct pl_choice *c, struct pl_buf *out);
/* A range of numbers. */
void pl_literal_range(struct pl_choice *c, struct pl_buf *out);
/* The same values as a JSON document holds them. `quoted`: numbers too, as in a data file of quantities. */
void pl_literal_json(struct pl_choice *c, struct pl_type type, struct pl_buf *out);

#endif
