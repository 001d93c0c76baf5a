/* compile.h - the inside of the compiler: from typed terms to the program of code.h. Shared by the compile_*.c files.
 */
#ifndef PL_LANG_COMPILE_H
#define PL_LANG_COMPILE_H

#include "check.h"

#define PL_MAX_CODE 2000000u /* instructions of a program: 16 MB */

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
uint32_t pl_emit_switch(struct pl_emit *e, const struct pl_switch *table);

/* compile_term.c. The fragment that computes the term: its first instruction. */
uint32_t pl_emit_fragment(struct pl_emit *e, struct pl_term *t);

#endif
