/* json_fuzz.c - any bytes as JSON: no crash; a tape that holds its invariants; every node can be decoded, placed and
 * named; the promise of ten bytes for a byte is kept. */
#include <stdlib.h>

#include "base/buf.h"
#include "doc/tape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void look(const struct pl_doc *doc, struct pl_arena *scratch)
{
	char room[4096];
	uint32_t step = doc->count / 64 + 1; /* naming a node is linear: all of them would be quadratic */
	for (pl_node n = 0; n < doc->count; n++) {
		struct pl_span at = pl_doc_span(doc, n);
		require((size_t)at.start + at.len <= doc->source.len);
		enum pl_node_type type = pl_doc_type(doc, n);
		pl_str text = pl_doc_text(doc, n, scratch);
		require((type == PL_NODE_STRING || type == PL_NODE_NUMBER) == (text.ptr != NULL));
		if (n % step == 0) {
			struct pl_buf out;
			pl_buf_init_fixed(&out, room, sizeof room);
			pl_doc_path(doc, 0, n, &out);
			require(n == 0 || out.len > 0);
		}
	}
	struct pl_buf dump;
	pl_buf_init(&dump, scratch, 0);
	pl_doc_dump(doc, &dump);
	require(!dump.failed);
	pl_node twice = pl_doc_find_duplicate(doc, 0, scratch);
	require(twice == PL_NO_NODE || doc->tokens[twice].flags & PL_TOKEN_KEY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pl_str text = {(const char *)data, size};
	struct pl_arena *arena = pl_arena_new(size * 10 + 256, 0);
	struct pl_arena *scratch = pl_arena_new((size_t)1 << 28, 0);
	struct pl_diags diags;
	struct pl_doc *doc = NULL;
	pl_diags_init(&diags, scratch);
	pl_err err = pl_doc_read_json(PL_STR("fuzz"), text, &pl_doc_json_limits, arena, &doc, &diags);
	require(err == PL_OK || err == PL_E_SYNTAX || err == PL_E_LIMIT);
	require((err == PL_OK) == (doc != NULL) && diags.errors == (err == PL_OK ? 0u : 1u));
	if (doc) {
		require(pl_tape_check(doc));
		look(doc, scratch);
	} else {
		struct pl_buf out;
		pl_buf_init(&out, scratch, 0);
		pl_diag_render(&diags.items[0], &out);
	}
	pl_arena_free(arena);
	pl_arena_free(scratch);
	return 0;
}
