/* disasm.h - a program as text: `explain --stage=code` and golden files. */
#ifndef PL_VM_DISASM_H
#define PL_VM_DISASM_H

#include "lang/code.h"

/* Prints every rule with its fragments, then the tables they refer to. The program must have been verified. */
void pl_disasm(const struct pl_program *program, struct pl_arena *arena, struct pl_buf *out);
/* The name of an instruction, "SKIP_FALSE". */
const char *pl_disasm_op(enum pl_op op);

#endif
