/* screen.h - what most rules do with most subjects is nothing: a cheap proof of that, without the machine.
 *
 * A condition made of reads of paths, constants, comparisons and logic is turned into a row of tests that jump to each
 * other. Where every answer is true or false, following them gives the value that the machine would give; where one is
 * unknown, or a condition has other parts, there is no proof and the machine decides. A screen never says "violated".
 */
#ifndef PL_VM_SCREEN_H
#define PL_VM_SCREEN_H

#include "lang/code.h"

/* One test of a value that is read. */
struct pl_screen_test {
	uint8_t kind;			/* TRUTH, IS, COMPARE, TEST or MATCH: an opcode */
	uint8_t op;			/* enum pl_is or pl_relation */
	bool negated;			/* of TEST and MATCH */
	int8_t if_true, if_false;	/* the next test, or an answer below 0 */
	int8_t var;			/* read from the variable of a further loop; -1: from a slot */
	uint32_t from;			/* slot; of a variable the path, or PL_NO_CODE for itself */
	const struct pl_value *key;	/* look it up in what was read; NULL: not */
	const struct pl_value *instead; /* of something absent; NULL: it stays so */
	const struct pl_value *constant;
	const void *pattern; /* of MATCH */
};

/* A condition as tests. */
struct pl_screen_part {
	const struct pl_screen_test *tests;
	bool idle_if; /* a `when` or `where` that is false, an `unless` that is true; a check that holds */
};

struct pl_screen_parts {
	const struct pl_screen_part *items;
	uint16_t count;
};

/* A rule: idle when one gate is, or when all checks are. A rule with further loops has its checks, and the guards that
 * read a variable, in each of its environments; what is the same in all of them stands in `gates`. */
struct pl_screen {
	struct pl_screen_parts gates;
	struct pl_screen_parts inner;  /* gates of an environment */
	struct pl_screen_parts checks; /* none: they could not all be made into tests */
	bool loops;
};

/* The screens of all rules of a program, in its order; constants are taken from `consts`, patterns are compiled. NULL
 * when memory is out. */
const struct pl_screen *pl_screen_make(const struct pl_program *program, const struct pl_value *consts,
				       struct pl_arena *arena);

struct pl_run;
/* True when the rule certainly does nothing with the subject at which the run stands. */
bool pl_screen_is_idle(struct pl_run *run, const struct pl_screen *screen);
/* True when a rule with further loops certainly does nothing with the elements at which its loops stand. */
bool pl_screen_is_idle_here(struct pl_run *run, const struct pl_screen *screen);

#endif
