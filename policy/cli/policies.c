/* policies.c - see policies.h. A pack is compiled as a source that says `use "PACK"`, so that a pack that a policy uses
 * too is loaded once. */
#include "policies.h"

#include <string.h>

#include "datafile.h"
#include "input.h"

#define DEFAULT_PACK "essentials"
#define MAX_POLICY   ((size_t)1 << 20) /* spec: language.md 3.3 */

static const char *const endings[] = {".plim", NULL};

/* path: NULL for what stands in no file. */
static void add(struct pl_policy_list *list, const char *path, pl_str name, pl_str text, struct pl_output *out)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct pl_policy_source *more = pl_arena_zalloc(out->arena, cap, sizeof *more);
		const char **paths = pl_arena_zalloc(out->arena, cap, sizeof *paths);
		if (!more || !paths) {
			pl_output_failure(out, name, PL_E_MEMORY);
			return;
		}
		if (list->count) {
			memcpy(more, list->items, list->count * sizeof *more);
			memcpy(paths, list->paths, list->count * sizeof *paths);
		}
		list->items = more;
		list->paths = paths;
		list->cap = cap;
	}
	list->paths[list->count] = path;
	list->items[list->count++] = (struct pl_policy_source){name, text};
}

static void add_file(struct pl_policy_list *list, const char *path, struct pl_output *out)
{
	pl_str text;
	if (pl_input_read(path, MAX_POLICY, out->arena, out, &text))
		add(list, path, pl_input_name(path, out->arena), text, out);
}

void pl_policies_add_path(struct pl_policy_list *list, const char *path, struct pl_output *out)
{
	if (pl_input_kind_of(path) == PL_INPUT_FILE) {
		add_file(list, path, out);
		return;
	}
	size_t errors = out->errors;
	struct pl_names files = pl_input_files(path, endings, false, out);
	for (size_t i = 0; i < files.count; i++)
		add_file(list, files.items[i].ptr, out);
	if (files.count == 0 && out->errors == errors)
		pl_output_error(out, pl_str_from(path), "this directory holds no policy: no file *.plim", NULL);
}

/* The names of all packs, as texts. */
static pl_str *pack_names(struct pl_arena *arena, size_t *ret_count)
{
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	pl_str *texts = pl_arena_zalloc(arena, count + 1, sizeof *texts);
	for (size_t i = 0; texts && i < count; i++)
		texts[i] = pl_str_from(names[i]);
	*ret_count = texts ? count : 0;
	return texts;
}

static void refuse_pack(const char *pack, struct pl_output *out)
{
	size_t count;
	pl_str *names = pack_names(out->arena, &count);
	pl_str near = pl_text_nearest(pl_str_from(pack), names, count);
	struct pl_buf *message = pl_text_new(out->arena), *help = pl_text_new(out->arena);
	pl_text_printf(message, "--use: no pack `");
	pl_text_escaped(message, pl_str_from(pack));
	pl_text_printf(message, "` is shipped with plimsoll");
	if (near.len)
		pl_text_printf(help, "did you mean `%.*s`? ", PL_FMT(near));
	pl_text_printf(help, "packs:");
	for (size_t i = 0; i < count; i++)
		pl_text_printf(help, " %.*s", PL_FMT(names[i]));
	pl_output_diag(out, &(struct pl_diag){.message = pl_text_str(message), .help = pl_text_str(help)});
}

static void add_pack(struct pl_policy_list *list, const char *pack, struct pl_output *out)
{
	if (pl_policy_pack(pl_str_from(pack)).len == 0) {
		refuse_pack(pack, out);
		return;
	}
	pl_str name = pl_arena_printf(out->arena, "--use %s", pack);
	pl_str text = pl_arena_printf(out->arena, "use \"%s\"\n", pack);
	if (name.ptr && text.ptr)
		add(list, NULL, name, text, out);
	else
		pl_output_failure(out, name, PL_E_MEMORY);
}

void pl_policies_add_packs(struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out)
{
	for (size_t i = 0; i < pl_options_count(options, PL_FLAG_USE); i++)
		add_pack(list, pl_options_nth(options, PL_FLAG_USE, i), out);
}

static struct pl_param_setting *settings(const struct pl_options *options, size_t count, struct pl_output *out)
{
	struct pl_param_setting *items = pl_arena_zalloc(out->arena, count + 1, sizeof *items);
	for (size_t i = 0; items && i < count; i++) {
		const char *given = pl_options_nth(options, PL_FLAG_SET, i);
		const char *equals = strchr(given, '=');
		if (!equals || equals == given) {
			pl_output_error(out, (pl_str){0}, "--set is written NAME=VALUE",
					"for example: --set max_memory=4Gi");
			return NULL;
		}
		items[i].name = (pl_str){given, (size_t)(equals - given)};
		items[i].value = pl_str_from(equals + 1);
	}
	if (!items)
		pl_output_failure(out, (pl_str){0}, PL_E_MEMORY);
	return items;
}

struct pl_policy *pl_policies_compile(const struct pl_policy_list *list, const struct pl_options *options,
				      struct pl_output *out)
{
	size_t count = pl_options_count(options, PL_FLAG_SET);
	struct pl_param_setting *set = settings(options, count, out);
	if (!set)
		return NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, out->arena);
	struct pl_policy *policy = NULL;
	bool catalogue = options->command == PL_COMMAND_RULES; /* what data files hold is no matter there */
	struct pl_policy_input input = {.sources = list->items,
					.source_count = list->count,
					.settings = set,
					.setting_count = count,
					.explained = catalogue || pl_options_get(options, PL_FLAG_RULE) != NULL};
	if (!catalogue && !pl_datafiles_read(list, options, out, &input))
		return NULL;
	pl_err err = pl_policy_compile(&input, &policy, &diags);
	pl_output_diags(out, &diags);
	if (err != PL_OK && diags.errors == 0)
		pl_output_failure(out, (pl_str){0}, err);
	if (err != PL_OK)
		return NULL;
	pl_datafiles_tell_missing(&input, out);
	return policy;
}

bool pl_policies_settings(const struct pl_options *options, struct pl_output *out,
			  const struct pl_param_setting **ret_settings, size_t *ret_count)
{
	*ret_count = pl_options_count(options, PL_FLAG_SET);
	*ret_settings = settings(options, *ret_count, out);
	return *ret_settings;
}

/* A catalogue without a policy is that of everything there is. */
static void add_default(struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out)
{
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	if (options->command != PL_COMMAND_RULES) {
		add_pack(list, DEFAULT_PACK, out);
		return;
	}
	for (size_t i = 0; i < count; i++)
		add_pack(list, names[i], out);
}

struct pl_policy *pl_policies_load(const struct pl_options *options, struct pl_output *out)
{
	struct pl_policy_list list = {0};
	size_t errors = out->errors;
	size_t paths = pl_options_count(options, PL_FLAG_POLICY);
	for (size_t i = 0; i < paths; i++)
		pl_policies_add_path(&list, pl_options_nth(options, PL_FLAG_POLICY, i), out);
	pl_policies_add_packs(&list, options, out);
	if (paths == 0 && pl_options_count(options, PL_FLAG_USE) == 0)
		add_default(&list, options, out);
	if (out->errors != errors)
		return NULL;
	return pl_policies_compile(&list, options, out);
}
