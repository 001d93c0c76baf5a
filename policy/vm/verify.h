/* verify.h - proves that a program cannot go wrong before it is run. spec: house.md (termination), lang/code.h
 *
 * Proven: every fragment begins with an empty stack and ends with one value, never deeper than PL_MAX_STACK; jumps go
 * forward and stay in their fragment and loop; LOOP and NEXT pair up; variables are read only where they are defined;
 * every operand and every entry of the rule tables is in range. The evaluator relies on all of it and checks nothing
 * again. */
#ifndef PL_VM_VERIFY_H
#define PL_VM_VERIFY_H

#include "lang/code.h"

/* PL_E_INTERNAL with a diagnostic that names the instruction or rule, PL_E_MEMORY, or PL_OK. Scratch is made in arena.
 */
PL_MUST_USE pl_err pl_verify(const struct pl_program *program, struct pl_arena *arena, struct pl_diags *diags);

#endif
