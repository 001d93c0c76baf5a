/* policy.h - a compiled policy set: immutable, shared by threads, counted. */
#ifndef PLIMSOLL_POLICY_H
#define PLIMSOLL_POLICY_H

#include "plimsoll/diag.h"

struct pl_policy;

struct pl_policy_source {
	pl_str name; /* as diagnostics show it */
	pl_str text;
};

/* --set NAME=VALUE: VALUE is a literal of the language of the parameter's type; for a string, image or path the quotes
 * may be left out, and a set may be written a,b,c. */
struct pl_param_setting {
	pl_str name;
	pl_str value;
};

/* Compiles sources (their order does not matter) and the shipped packs that they `use` into one policy. Copies what it
 * keeps. Errors: PL_E_POLICY with diagnostics, PL_E_MEMORY, PL_E_LIMIT. */
PL_MUST_USE pl_err pl_policy_compile(const struct pl_policy_source *sources, size_t source_count,
				     const struct pl_param_setting *settings, size_t setting_count,
				     struct pl_policy **ret_policy, struct pl_diags *diags);
/* One more and one less owner. Safe from any thread. NULL is allowed for release. */
const struct pl_policy *pl_policy_retain(const struct pl_policy *policy);
void pl_policy_release(const struct pl_policy *policy);

/* Packs shipped in the library: text of one by name (empty if there is none), and their names. */
pl_str pl_policy_pack(pl_str name);
size_t pl_policy_packs(const char *const **ret_names);

size_t pl_policy_rule_count(const struct pl_policy *policy);
/* SHA-256-free identity of the policy text and settings: 16 hex digits, for logs and reload checks. */
const char *pl_policy_fingerprint(const struct pl_policy *policy);

enum pl_policy_stage { PL_STAGE_TOKENS, PL_STAGE_AST, PL_STAGE_CODE };
/* Prints a stage of one source (AST, tokens) or of the whole program (code): for `plimsoll explain`. */
struct pl_buf;
PL_MUST_USE pl_err pl_policy_print(const struct pl_policy_source *sources, size_t source_count,
				   enum pl_policy_stage stage, struct pl_buf *out, struct pl_diags *diags);

#endif
