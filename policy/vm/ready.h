/* ready.h - a verified program made ready to run: patterns compiled, large sets indexed, rules sorted by what they are
 * about. Immutable and shared by threads; lives in the arena it was made in. */
#ifndef PL_VM_READY_H
#define PL_VM_READY_H

#include "lang/code.h"

struct pl_screen;
struct pl_ready {
	const struct pl_program *program;
	const struct pl_value *consts;	 /* those of the program, large sets with an index */
	const struct pl_screen *screens; /* of the rules of the program */
	/* rules about each subject, in the order of the program: rules[first[s]] .. rules[first[s + 1]] */
	const uint16_t *rules;
	uint32_t first[PL_SUBJECT_COUNT + 1];
};

/* Fills program->patterns[].compiled. PL_E_POLICY with a diagnostic when PCRE2 refuses a pattern, in `sources` at the
 * place where it stands; PL_E_MEMORY. */
PL_MUST_USE pl_err pl_ready_make(const struct pl_program *program, const struct pl_policy_source *sources,
				 size_t source_count, struct pl_arena *arena, struct pl_ready *ret,
				 struct pl_diags *diags);

#endif
