/* block.c - see block.h. The reader of YAML sees the block without its indentation; complaints and places are moved
 * back, line by line, to where they stand in the policy file. Invariant: a line has the same number in both. */
#include "block.h"

#include <string.h>

#include "lang/catalogue.h"

/* Complaints of a reader in its own places, before they are moved. */
struct inbox {
	struct pl_diags diags;
};

/* --- places ---------------------------------------------------------------------------------------------------------
 */

static uint32_t blanks(pl_str text, size_t at)
{
	size_t i = at;
	while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t'))
		i++;
	return (uint32_t)(i - at);
}

/* Behind the next line end at or after `at`. */
static size_t next_line(pl_str text, size_t at)
{
	const char *end = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
	return end ? (size_t)(end - text.ptr) + 1 : text.len;
}

static uint32_t count_lines(pl_str text)
{
	uint32_t n = 1;
	for (size_t i = next_line(text, 0); i < text.len; i = next_line(text, i))
		n++;
	return n;
}

/* The text of the block behind so many empty lines that each of its lines has the number it has in the file: readers
 * name lines in their messages. */
static pl_err pad(const struct pl_block *block, struct pl_arena *arena, pl_str *ret_text)
{
	struct pl_buf text;
	uint32_t lines = pl_position_of(block->source->text, block->at.start).line;
	pl_buf_init(&text, arena, lines + block->text.len);
	pl_buf_fill(&text, '\n', lines);
	pl_buf_add(&text, block->text);
	*ret_text = pl_buf_str(&text);
	return text.failed ? PL_E_MEMORY : PL_OK;
}

/* Line n of the padded text is line n of the file, which may begin with more blanks. */
static pl_err find_places(pl_str text, pl_str all, struct pl_arena *arena, struct pl_places *ret)
{
	uint32_t count = count_lines(text);
	uint32_t *from = pl_arena_zalloc(arena, count, sizeof *from), *to = pl_arena_zalloc(arena, count, sizeof *to);
	if (!from || !to)
		return PL_E_MEMORY;
	for (size_t i = 0, here = 0, there = 0; i < count; i++) {
		bool blank = here == text.len || text.ptr[here] == '\n';
		from[i] = (uint32_t)here;
		to[i] = (uint32_t)there + (blank ? 0 : blanks(all, there) - blanks(text, here));
		here = next_line(text, here);
		there = next_line(all, there);
	}
	*ret = (struct pl_places){from, to, count};
	return PL_OK;
}

/* --- complaints -----------------------------------------------------------------------------------------------------
 */

static void move_diags(const struct inbox *inbox, const struct pl_policy_source *source, const struct pl_places *places,
		       struct pl_diags *diags)
{
	for (unsigned i = 0; i < inbox->diags.count; i++) {
		struct pl_diag d = inbox->diags.items[i];
		d.at = pl_places_span(places, d.at);
		d.code = pl_code_name(PL_CODE_E0112);
		d.source = source->name;
		d.text = source->text;
		pl_diags_add(diags, &d);
	}
}

static pl_err settle(pl_err err, const struct inbox *inbox, const struct pl_policy_source *source,
		     const struct pl_places *places, struct pl_diags *diags)
{
	if (err == PL_OK || err == PL_E_MEMORY || err == PL_E_INTERNAL)
		return err;
	move_diags(inbox, source, places, diags);
	return PL_E_POLICY;
}

static pl_err refuse(const struct pl_block *block, struct pl_span at, const char *message, const char *help,
		     struct pl_diags *diags)
{
	pl_lang_error(diags, block->source, PL_CODE_E0112, at, (pl_str){0}, (pl_str){0}, pl_str_from(help), "%s",
		      message);
	return PL_E_POLICY;
}

/* --- reading --------------------------------------------------------------------------------------------------------
 */

static pl_err read_yaml(struct pl_yaml *yaml, const struct pl_block *block, const struct pl_places *places,
			struct pl_arena *arena, struct pl_edit *ret, struct inbox *inbox, struct pl_diags *diags)
{
	struct pl_doc *doc = NULL, *second = NULL;
	struct pl_span quotes = {block->at.start, 3};
	pl_err err = pl_yaml_next(yaml, &doc, &inbox->diags);
	if (err == PL_OK && doc)
		err = pl_yaml_next(yaml, &second, &inbox->diags);
	if (err != PL_OK)
		return settle(err, inbox, block->source, places, diags);
	if (!doc)
		return refuse(block, quotes, "this manifest is empty", "write the YAML between the quotes", diags);
	if (second)
		return refuse(block, pl_places_span(places, pl_doc_span(second, pl_doc_root(second))),
			      "this manifest holds a second document", "a test judges one object: write two tests",
			      diags);
	return pl_edit_take(doc, places, arena, ret);
}

pl_err pl_block_read(const struct pl_block *block, struct pl_arena *arena, struct pl_edit *ret_edit,
		     struct pl_diags *diags)
{
	struct inbox inbox;
	struct pl_places places;
	struct pl_yaml *yaml;
	pl_diags_init(&inbox.diags, arena);
	pl_str text;
	PL_TRY(pad(block, arena, &text));
	PL_TRY(find_places(text, block->source->text, arena, &places));
	pl_err err = pl_yaml_open(block->source->name, text, &pl_doc_yaml_limits, arena, &yaml, &inbox.diags);
	if (err != PL_OK)
		return settle(err, &inbox, block->source, &places, diags);
	err = read_yaml(yaml, block, &places, arena, ret_edit, &inbox, diags);
	pl_yaml_close(yaml);
	return err;
}

pl_err pl_block_read_json(const struct pl_policy_source *source, pl_str json, struct pl_arena *arena,
			  struct pl_edit *ret_edit, struct pl_diags *diags)
{
	/* As deep as the YAML around it may be, and within it. */
	static const struct pl_doc_limits limits = {.max_bytes = 1u << 20, .max_depth = 64};
	uint32_t from = 0, to = (uint32_t)(json.ptr - source->text.ptr);
	struct pl_places places = {&from, &to, 1};
	struct inbox inbox;
	struct pl_doc *doc;
	pl_diags_init(&inbox.diags, arena);
	pl_err err = pl_doc_read_json(source->name, json, &limits, arena, &doc, &inbox.diags);
	if (err != PL_OK)
		return settle(err, &inbox, source, &places, diags);
	return pl_edit_take(doc, &places, arena, ret_edit);
}
