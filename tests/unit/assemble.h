/* assemble.h - programs written by hand, for the tests of policy/vm: an instruction a line, and one rule around them.
 */
#ifndef TESTS_UNIT_ASSEMBLE_H
#define TESTS_UNIT_ASSEMBLE_H

#include "lang/code.h"

#define OP(name, a, b, c)                                                                                              \
	{                                                                                                              \
		PL_OP_##name, (a), (b), (c)                                                                            \
	}
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static inline struct pl_value text_value(const char *s)
{
	return (struct pl_value){.kind = PL_V_STRING, .node = PL_NO_NODE, .u.s = pl_str_from(s)};
}

static inline struct pl_value path_value(const char *s)
{
	return (struct pl_value){.kind = PL_V_PATH, .node = PL_NO_NODE, .u.s = pl_str_from(s)};
}

static inline struct pl_value number_value(int64_t i)
{
	return (struct pl_value){.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = i};
}

static inline struct pl_value amount_value(uint8_t of, int64_t units)
{
	return (struct pl_value){
		.kind = PL_V_NUMBER, .of = of, .node = PL_NO_NODE, .u.q = (pl_nano)units * PL_NANO_ONE};
}

static inline struct pl_value list_value(const struct pl_list *list)
{
	return (struct pl_value){.kind = PL_V_LIST, .of = PL_T_STRING, .node = PL_NO_NODE, .u.list = list};
}

/* "true", "false", or why it is unknown. */
static inline const char *truth_of(const struct pl_value *v)
{
	if (v->kind == PL_V_BOOL)
		return v->u.b ? "true" : "false";
	return v->kind == PL_V_UNKNOWN ? v->u.why : v->kind == PL_V_ABSENT ? "absent" : "?";
}

#endif
