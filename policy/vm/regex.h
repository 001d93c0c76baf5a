/* regex.h - whole-value pattern matching; the only door to PCRE2. spec: language.md 3.9, 7.11 */
#ifndef PL_VM_REGEX_H
#define PL_VM_REGEX_H

#include "plimsoll/arena.h"

#define PL_REGEX_MAX_SUBJECT 4096
#define PL_REGEX_MATCH_LIMIT 10000
#define PL_REGEX_BUDGET	     1000000

/* A compiled pattern: immutable, shared by threads, lives in the arena it was compiled into. */
struct pl_regex;
/* PL_E_POLICY with *ret_why (in arena) and the byte of the pattern where it goes wrong, or PL_E_MEMORY. */
PL_MUST_USE pl_err pl_regex_compile(pl_str pattern, bool ignore_case, struct pl_arena *arena,
				    const struct pl_regex **ret_regex, pl_str *ret_why, size_t *ret_offset);

/* What one thread needs to match: made once, warm after the first matches. */
struct pl_regex_scratch;
/* NULL when the heap is exhausted. Owned by the caller until pl_regex_scratch_free. */
struct pl_regex_scratch *pl_regex_scratch_new(void);
void pl_regex_scratch_free(struct pl_regex_scratch *scratch);
/* What is left of the budget of this request, and that again: for matches that will be done once more. */
uint32_t pl_regex_budget(const struct pl_regex_scratch *scratch);
void pl_regex_set_budget(struct pl_regex_scratch *scratch, uint32_t budget);
/* A new request: its whole budget of steps again. */
void pl_regex_scratch_begin(struct pl_regex_scratch *scratch);

enum pl_regex_answer { PL_REGEX_NO, PL_REGEX_YES, PL_REGEX_UNDECIDED };
/* Matches the whole of subject, which must be valid UTF-8. PL_REGEX_UNDECIDED with *ret_why (static) when a limit is
 * reached: never taken for "no". */
enum pl_regex_answer pl_regex_match(const struct pl_regex *regex, struct pl_regex_scratch *scratch, pl_str subject,
				    const char **ret_why);

#endif
