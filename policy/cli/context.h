/* context.h - what the flags and an AdmissionReview tell about the surroundings of an object. */
#ifndef PL_CLI_CONTEXT_H
#define PL_CLI_CONTEXT_H

#include "manifest.h"
#include "options.h"

/* Reads the flags; false after a complaint about one of them. A namespace that is a file is not read yet. */
bool pl_context_from_flags(const struct pl_options *options, struct pl_context *ret_context);
/* Reads --namespace FILE into the context. False after an error, which is in out. */
bool pl_context_read_namespace(const struct pl_options *options, struct pl_output *out, struct pl_context *context);
/* The context of one object: the flags', with what its AdmissionReview and its own namespace tell. Texts may be made in
 * scratch. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_context_of_object(const struct pl_context *flags, const struct pl_doc *doc,
					const struct pl_object *object, const struct pl_workload *workload,
					struct pl_arena *scratch, struct pl_context *ret_context);

#endif
