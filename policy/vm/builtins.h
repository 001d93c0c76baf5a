/* builtins.h - the functions of the language, one per row of lang/builtins.def. */
#ifndef PL_VM_BUILTINS_H
#define PL_VM_BUILTINS_H

#include "operators.h"

/* How many arguments a function takes. */
unsigned pl_builtin_arity(enum pl_builtin builtin);
const char *pl_builtin_name(enum pl_builtin builtin);
/* Its value; absent for an absent argument, unknown for an unknown one. PL_E_MEMORY or PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_builtin_call(const struct pl_operands *o, enum pl_builtin builtin, const struct pl_value *args,
				   struct pl_value *ret);

#endif
