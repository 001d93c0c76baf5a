/* compile.h - the inside of the compiler: from typed terms to the program of code.h. Shared by the compile_*.c files.
 */
#ifndef PL_LANG_COMPILE_H
#define PL_LANG_COMPILE_H

#include "check.h"

#define PL_MAX_CODE  2000000u /* instructions of a program: 16 MB */
#define PL_MAX_EXTRA 1000000u /* beside them, those that only explain */

/* A program under construction. Pools are hash-consed: equal constants, paths, slots and patterns are one. */
struct pl_emit {
	struct pl_checker *c; /* reports; its arena holds the program */
	struct pl_insn *code;
	struct pl_value *consts;
	struct pl_path *paths;
	struct pl_slot *slots;
	struct pl_pattern *patterns;
	struct pl_switch *switches;
	uint32_t code_count, switch_count;
	uint32_t code_room, const_room, path_room, slot_room, pattern_room, switch_room;
	struct pl_intern const_ids, path_ids, slot_ids, pattern_ids;
	struct pl_intern fragment_ids; /* of terms that are fragments already */
	uint32_t *fragments;	       /* where they begin */
	uint32_t fragment_room;
	uint8_t *vars;	/* by binding: where the machine keeps the variable just now */
	unsigned depth; /* variables in use around this place */
	uint32_t extra; /* instructions that only explain */
	struct pl_part_code *parts;
	uint32_t part_count, part_room;
	unsigned stack; /* values on it at this point of the code */
	struct pl_span at;
	const struct pl_policy_source *source; /* of what is being compiled, for limits */
	bool failed;			       /* a limit was reported, or memory is out */
};

/* compile_pool.c. All give an index; after a failure any number. */
uint32_t pl_emit_const(struct pl_emit *e, struct pl_term *t);
uint32_t pl_emit_path(struct pl_emit *e, const struct pl_path *path);
uint32_t pl_emit_slot(struct pl_emit *e, uint8_t root, uint8_t subject, uint32_t path);
uint32_t pl_emit_pattern(struct pl_emit *e, pl_str text, bool ignore_case);
/* A table of a data file: never compared with other constants. `use` is its number. */
uint32_t pl_emit_table(struct pl_emit *e, uint32_t use, const struct pl_value *table);
uint32_t pl_emit_switch(struct pl_emit *e, const struct pl_switch *table);

/* compile_data.c. The tables of the checker's uses, in their order; NULL after a failure. */
const struct pl_data_code *pl_emit_data(struct pl_emit *e);

/* compile_term.c. The fragment that computes the term: its first instruction. The loops in it use variables from
 * e->depth on. */
uint32_t pl_emit_fragment(struct pl_emit *e, struct pl_term *t);
/* The same for a term that the policy can do without: PL_NO_CODE, and no complaint, where it does not fit. */
uint32_t pl_emit_extra(struct pl_emit *e, struct pl_term *t);
/* compile_part.c. The parts of a condition, e->depth being that of its fragment: the first, plus one; 0: none. */
uint32_t pl_emit_parts(struct pl_emit *e, const struct pl_part_term *whole);

#endif
