/* message.h - the words of a finding: one line, escaped, at most 1 KiB. spec: language.md 7.1, 7.6, 7.7;
 * server.md 4.3, 4.4 */
#ifndef PL_VM_MESSAGE_H
#define PL_VM_MESSAGE_H

#include "run.h"

#define PL_MESSAGE_MAX 1024

/* Runs the template where the run stands. */
PL_MUST_USE pl_err pl_message_render(struct pl_run *run, const struct pl_template *t, pl_str *ret);
/* `container "web"`: what the run stands at. */
PL_MUST_USE pl_err pl_message_subject(struct pl_run *run, pl_str *ret);
/* Why the check could not be decided. */
PL_MUST_USE pl_err pl_message_undecided(struct pl_run *run, const struct pl_check_code *check,
					const struct pl_value *unknown, pl_str subject, pl_str *ret);
/* message with " (already so before this change)" behind it. */
PL_MUST_USE pl_err pl_message_already(struct pl_arena *arena, pl_str message, pl_str *ret);

#endif
