/* manifest.c - the text of a file into documents: one JSON text, or a YAML stream.
 *
 * A name ending in .json is JSON and nothing else. Any other text that begins with `{` or `[` is tried as JSON first,
 * because that reader is exact and has the higher limit, and then as YAML, whose flow style begins the same way; when
 * both refuse it, the error of the reader that came further is shown. */
#include "manifest.h"

#include <string.h>

#include "input.h"
#include "secret.h"

struct pl_manifest {
	struct pl_output *out;
	struct pl_arena *arena;
	struct pl_yaml *yaml;
	struct pl_doc *first; /* read while opening, not yet given out */
	uint32_t count;	      /* given out */
	bool failed;
};

static bool begins_like_json(pl_str text)
{
	size_t i = pl_str_starts(text, PL_STR("\xEF\xBB\xBF")) ? 3 : 0;
	while (i < text.len && text.ptr[i] && strchr(" \t\r\n", text.ptr[i]))
		i++;
	return i < text.len && (text.ptr[i] == '{' || text.ptr[i] == '[');
}

static pl_err open_yaml(struct pl_manifest *m, pl_str name, pl_str text, struct pl_arena *arena, struct pl_diags *diags)
{
	PL_TRY(pl_yaml_open(name, text, &pl_doc_yaml_limits, arena, &m->yaml, diags));
	return pl_yaml_next(m->yaml, &m->first, diags);
}

static uint32_t reached(const struct pl_diags *diags)
{
	return diags->count ? diags->items[0].at.start : 0;
}

static pl_err open_either(struct pl_manifest *m, pl_str name, pl_str text, struct pl_arena *arena,
			  struct pl_diags *diags)
{
	pl_err err = pl_doc_read_json(name, text, &pl_doc_json_limits, arena, &m->first, diags);
	if (err == PL_OK || pl_input_ends(name, ".json") || err == PL_E_MEMORY || err == PL_E_INTERNAL)
		return err;
	struct pl_diags yaml_diags;
	pl_diags_init(&yaml_diags, arena);
	pl_err yaml_err = open_yaml(m, name, text, arena, &yaml_diags);
	if (yaml_err != PL_OK && reached(&yaml_diags) <= reached(diags))
		return err;
	*diags = yaml_diags;
	return yaml_err;
}

static void report(struct pl_manifest *m, pl_str name, pl_err err, struct pl_diags *diags)
{
	for (unsigned i = 0; i < diags->count; i++)
		diags->items[i].text = pl_secret_masked(diags->items[i].text, diags->items[i].at.start, m->arena);
	pl_output_diags(m->out, diags);
	if (err != PL_OK && diags->errors == 0)
		pl_output_failure(m->out, name, err);
	m->failed = m->failed || err != PL_OK;
}

struct pl_manifest *pl_manifest_open(pl_str name, pl_str text, struct pl_arena *arena, struct pl_output *out)
{
	struct pl_manifest *m = pl_arena_zalloc(arena, 1, sizeof *m);
	if (!m) {
		pl_output_failure(out, name, PL_E_MEMORY);
		return NULL;
	}
	m->out = out;
	m->arena = arena;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	bool json = pl_input_ends(name, ".json") || begins_like_json(text);
	pl_err err = json ? open_either(m, name, text, arena, &diags) : open_yaml(m, name, text, arena, &diags);
	report(m, name, err, &diags);
	if (err == PL_OK)
		return m;
	pl_manifest_close(m);
	return NULL;
}

struct pl_doc *pl_manifest_next(struct pl_manifest *m, uint32_t *ret_number)
{
	struct pl_doc *doc = m->first;
	m->first = NULL;
	if (!doc && m->yaml && !m->failed && m->count) {
		struct pl_diags diags;
		pl_diags_init(&diags, m->arena);
		pl_err err = pl_yaml_next(m->yaml, &doc, &diags);
		report(m, (pl_str){0}, err, &diags);
		if (err != PL_OK)
			return NULL;
	}
	if (doc)
		*ret_number = m->count++;
	return doc;
}

bool pl_manifest_ok(const struct pl_manifest *m)
{
	return !m->failed;
}

void pl_manifest_close(struct pl_manifest *m)
{
	pl_yaml_close(m->yaml);
	m->yaml = NULL;
}
