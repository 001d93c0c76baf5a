/* policy_fuzz.c - any text through the policy compiler. Beyond "does not crash": a text that is refused says why, and
 * one that compiles does so again from the same bytes with the same fingerprint. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plimsoll/plimsoll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pl_policy *compile(pl_str text, struct pl_diags *diags)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), text};
	struct pl_policy *policy = NULL;
	pl_err err =
		pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &policy, diags);
	if ((err == PL_OK) != (policy != NULL))
		abort();
	if (err == PL_E_POLICY && diags->errors == 0)
		abort();
	if (err == PL_E_INTERNAL)
		abort();
	return policy;
}

/* Each diagnostic points into the text and can be shown. */
static void show(const struct pl_diags *diags, struct pl_arena *arena)
{
	struct pl_buf *out = pl_text_new(arena);
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		if (d->text.len && (d->at.start > d->text.len || d->at.len > d->text.len - d->at.start))
			abort();
		if (out)
			pl_diag_render(d, out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pl_str text = {(const char *)data, size};
	struct pl_arena *arena = pl_arena_new(64u << 20, 0);
	struct pl_diags diags;
	if (!arena)
		return 0;
	pl_diags_init(&diags, arena);
	struct pl_policy *policy = compile(text, &diags);
	show(&diags, arena);
	if (policy) {
		struct pl_policy *again = compile(text, NULL);
		if (!again || strcmp(pl_policy_fingerprint(policy), pl_policy_fingerprint(again)) != 0)
			abort();
		pl_policy_release(again);
	}
	pl_policy_release(policy);
	pl_arena_free(arena);
	return 0;
}
