/* yaml_fuzz.c - any bytes as YAML: no crash, no leak; tapes that hold their invariants; every node can be decoded,
 * placed and named; merge keys are gone; no more memory than promised. */
#include <stdlib.h>

#include "base/buf.h"
#include "doc/tape.h"

#define COPIES ((size_t)100000 * 64)

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
		const struct pl_token *t = pl_tape_at(doc, n);
		struct pl_span at = pl_doc_span(doc, n);
		require((size_t)at.start + at.len <= doc->source.len);
		bool has_text = t->type == PL_NODE_STRING || t->type == PL_NODE_PLAIN;
		require(has_text == (pl_doc_text(doc, n, scratch).ptr != NULL));
		require(has_text || t->type == PL_NODE_ARRAY || t->type == PL_NODE_OBJECT);
		require(!(t->flags & PL_TOKEN_KEY) || t->type != PL_NODE_PLAIN || !pl_tape_is(doc, t, PL_STR("<<")));
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
	pl_doc_find_duplicate(doc, 0, scratch);
}

static pl_err read_all(struct pl_yaml *yaml, struct pl_arena *scratch, struct pl_diags *diags)
{
	for (;;) {
		struct pl_doc *doc = NULL;
		pl_err err = pl_yaml_next(yaml, &doc, diags);
		require(err == PL_OK || doc == NULL);
		if (!doc)
			return err;
		require(pl_tape_check(doc));
		look(doc, scratch);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pl_str text = {(const char *)data, size};
	struct pl_arena *arena = pl_arena_new(size * 40 + COPIES + ((size_t)1 << 22), 0);
	struct pl_arena *scratch = pl_arena_new((size_t)1 << 30, 0);
	struct pl_diags diags;
	struct pl_yaml *yaml = NULL;
	pl_diags_init(&diags, scratch);
	pl_err err = pl_yaml_open(PL_STR("fuzz"), text, &pl_doc_yaml_limits, arena, &yaml, &diags);
	if (err == PL_OK)
		err = read_all(yaml, scratch, &diags);
	require(err == PL_OK || err == PL_E_SYNTAX || err == PL_E_LIMIT);
	require(diags.errors == (err == PL_OK ? 0u : 1u));
	struct pl_buf out;
	pl_buf_init(&out, scratch, 0);
	for (unsigned i = 0; i < diags.count; i++)
		pl_diag_render(&diags.items[i], &out);
	pl_yaml_close(yaml);
	pl_arena_free(arena);
	pl_arena_free(scratch);
	return 0;
}
