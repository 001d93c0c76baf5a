/* pattern.h - what the compiler needs to know about a pattern: that it is bounded, and whether something cheaper says
 * the same. spec: language.md 3.9, 7.11 */
#ifndef PL_LANG_PATTERN_H
#define PL_LANG_PATTERN_H

#include "plimsoll/arena.h"

/* What is wrong with a pattern; NULL texts: nothing. */
struct pl_pattern_fault {
	bool anchor;	  /* `^` or `$`: E0321, else E0320 */
	const char *what; /* static: "a back-reference" */
	size_t at, len;	  /* bytes of the pattern */
};
/* False, with the first fault, when the pattern is not well-formed or uses a feature without a bound. */
bool pl_pattern_check(pl_str pattern, struct pl_pattern_fault *ret);

enum pl_pattern_form {
	PL_PATTERN_GENERAL,
	PL_PATTERN_LITERAL, /* texts[0] is the only text that matches */
	PL_PATTERN_CHOICE,  /* exactly the texts match */
	PL_PATTERN_LIKE,    /* matches what `like texts[0]` matches */
};
struct pl_pattern_plan {
	enum pl_pattern_form form;
	pl_str *texts;
	uint32_t count;
};
/* The cheapest exact way to test it, for a case-sensitive pattern that passed pl_pattern_check. */
PL_MUST_USE pl_err pl_pattern_plan(pl_str pattern, struct pl_arena *arena, struct pl_pattern_plan *ret);

#endif
