/* suite_fuzz.c - any text as a policy with tests: its manifests are read, changed and judged, and then the policy is
 * changed a little. Beyond "does not crash": a text that is refused says why, in its own places; a test gives the same
 * result twice, and fails exactly when it differs from what was found; a change stands where it says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plimsoll/plimsoll.h"

#define MAX_MUTANTS 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

/* True when every test passes. */
static bool run_tests(struct pl_suite *suite)
{
	bool all = true;
	for (size_t i = 0; i < pl_suite_count(suite); i++) {
		struct pl_test_result first, again;
		if (pl_suite_run(suite, i, &first) != PL_OK)
			return false;
		size_t misses = first.miss_count;
		bool passed = first.passed;
		if (passed != (misses == 0) || first.position.line == 0)
			abort();
		if (pl_suite_run(suite, i, &again) != PL_OK || again.passed != passed || again.miss_count != misses)
			abort();
		all = all && passed;
	}
	return all;
}

static void run_mutants(struct pl_suite *suite)
{
	const struct pl_mutant *mutants;
	size_t count;
	if (pl_suite_mutants(suite, &mutants, &count) != PL_OK)
		return;
	size_t step = count / MAX_MUTANTS + 1;
	for (size_t i = 0; i < count; i += step) {
		enum pl_mutant_fate fate;
		if (mutants[i].position.line == 0 || mutants[i].change.len == 0)
			abort();
		if (pl_suite_try(suite, i, &fate) == PL_E_INTERNAL)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), {(const char *)data, size}};
	struct pl_policy_input input = {.sources = &source, .source_count = 1};
	struct pl_arena *arena = pl_arena_new(64u << 20, 0);
	struct pl_suite *suite = NULL;
	struct pl_diags diags;
	if (!arena)
		return 0;
	pl_diags_init(&diags, arena);
	pl_err err = pl_suite_open(&input, &suite, &diags);
	if ((err == PL_OK) != (suite != NULL) || err == PL_E_INTERNAL)
		abort();
	if (err == PL_E_POLICY && diags.errors == 0)
		abort();
	show(&diags, arena);
	if (suite && run_tests(suite))
		run_mutants(suite);
	pl_suite_close(suite);
	pl_arena_free(arena);
	return 0;
}
