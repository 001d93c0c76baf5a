/* tags.c - see tags.h. Tags beside the task have not been walked against the schema, so nothing is taken for granted.
 */
#include "tags.h"

#include "bind.h"
#include "doc/tape.h"
#include "note.h"
#include "scalar.h"

pl_node pl_tags_list(const struct pl_workload *w)
{
	pl_node own = pl_bind_field(w->doc, w->task, PL_NAME_tags);
	if (own != PL_NO_NODE || w->task == w->object)
		return own;
	return pl_doc_get(w->doc, w->object, PL_STR("tags"), NULL);
}

#define MAX_TAGS 1024 /* spec: language.md 3.14, any other list; AWS takes 50 */

static pl_err refuse_damaged(struct pl_workload *w, pl_node key)
{
	return pl_note_malformed(w, key, NULL, PL_STR("write the key in UTF-8"),
				 "holds bytes that are not UTF-8 or U+FFFD: which tag that is cannot be told");
}

static pl_err refuse_twin(struct pl_workload *w, pl_node key, pl_str text)
{
	return pl_note_malformed(w, key, NULL, PL_STR("remove one of them"),
				 "repeats the key %s: readers disagree about which tag counts", pl_note_quote(w, text));
}

static bool is_text(const struct pl_workload *w, pl_node key)
{
	enum pl_node_type type = pl_doc_type(w->doc, key);
	return type == PL_NODE_STRING || type == PL_NODE_PLAIN || type == PL_NODE_NUMBER;
}

/* Compares the key of a tag with those before it. */
static pl_err check_key(struct pl_workload *w, pl_node key, pl_str *keys, uint32_t before)
{
	if (pl_scalar_is_damaged(w->doc, key))
		return refuse_damaged(w, key);
	keys[before] = pl_doc_text(w->doc, key, w->arena);
	if (!keys[before].ptr)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < before; i++) {
		if (pl_str_eq(keys[i], keys[before]))
			return refuse_twin(w, key, keys[before]);
	}
	return PL_OK;
}

/* Each with each: there are at most MAX_TAGS, and most keys differ in length. */
pl_err pl_tags_check(struct pl_workload *w)
{
	pl_node list = pl_tags_list(w);
	uint32_t count = pl_bind_count(w->doc, list), n = 0;
	if (count > MAX_TAGS)
		return pl_note_malformed(w, list, NULL, PL_STR("remove some"), "has %u tags; at most %d are read",
					 count, MAX_TAGS);
	pl_str *keys = pl_arena_zalloc(w->arena, count, sizeof *keys);
	if (!keys)
		return PL_E_MEMORY;
	for (pl_node tag = pl_bind_first(w->doc, list); tag != PL_NO_NODE && n < count;
	     tag = pl_doc_next(w->doc, list, tag)) {
		pl_node key = pl_doc_get(w->doc, tag, PL_STR("key"), NULL);
		if (is_text(w, key))
			PL_TRY(check_key(w, key, keys, n++));
	}
	return PL_OK;
}
