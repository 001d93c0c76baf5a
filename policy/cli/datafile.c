/* datafile.c - see datafile.h. A file of --data must be there. What a policy names is looked for in the folder of that
 * policy; what a shipped pack names, which has no folder, in those of --policy. */
#include "datafile.h"

#include <string.h>

#include "input.h"

struct finder {
	const struct pl_policy_list *list;
	struct pl_output *out;
	struct pl_policy_data *items;
	size_t count;
};

static bool refuse_flag(struct pl_output *out)
{
	pl_output_error(out, (pl_str){0}, "--data is written NAME=FILE", "for example: --data scans=scan-results.json");
	return false;
}

static bool read_given(struct finder *f, const char *given)
{
	struct pl_policy_data *data = &f->items[f->count];
	const char *equals = strchr(given, '=');
	bool there = true;
	if (!equals || equals == given || !equals[1])
		return refuse_flag(f->out);
	const char *path = equals + 1;
	data->name = (pl_str){given, (size_t)(equals - given)};
	data->file = pl_input_name(path, f->out->arena);
	if (!pl_input_read_if_there(path, PL_POLICY_DATA_MAX, f->out->arena, f->out, &data->text, &data->modified,
				    &there))
		return false;
	if (there) {
		f->count++;
		return true;
	}
	pl_str message = pl_arena_printf(f->out->arena, "the file of data `%.*s` is not there", PL_FMT(data->name));
	pl_output_error(f->out, pl_str_from(path), message.ptr ? message.ptr : "is not there", NULL);
	return false;
}

static bool is_taken(const struct finder *f, pl_str name)
{
	size_t i = 0;
	while (i < f->count && (f->items[i].name.len != name.len ||
				(name.len && memcmp(f->items[i].name.ptr, name.ptr, name.len) != 0)))
		i++;
	return i < f->count;
}

/* The file where it is wanted: in the folder of `beside`, a policy file. */
static pl_str path_beside(const struct finder *f, const struct pl_policy_want *want, const char *beside)
{
	struct pl_arena *arena = f->out->arena;
	const char *slash = strrchr(beside, '/');
	size_t len = slash ? (size_t)(slash - beside) + 1 : 0;
	return pl_arena_printf(arena, "%.*s%.*s", (int)len, beside, PL_FMT(want->from));
}

/* Takes the file at path if it is there. False after an error. */
static bool try_path(struct finder *f, const struct pl_policy_want *want, pl_str path, bool *ret_there)
{
	struct pl_policy_data *data = &f->items[f->count];
	if (!path.ptr) {
		pl_output_failure(f->out, want->from, PL_E_MEMORY);
		return false;
	}
	data->name = want->name;
	data->file = pl_input_name(path.ptr, f->out->arena);
	data->text = (pl_str){0};
	return pl_input_read_if_there(path.ptr, PL_POLICY_DATA_MAX, f->out->arena, f->out, &data->text, &data->modified,
				      ret_there);
}

static bool is_same(pl_str a, pl_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static pl_str folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return (pl_str){path, slash ? (size_t)(slash - path) : 0};
}

/* Whether what is wanted is looked for beside this policy, and not beside the one before already. */
static bool is_beside(const struct pl_policy_list *list, size_t i, const struct pl_policy_want *want)
{
	if (!list->paths[i] || (!want->pack && !is_same(list->items[i].name, want->source)))
		return false;
	return i == 0 || !want->pack || !list->paths[i - 1] ||
	       !is_same(folder_of(list->paths[i]), folder_of(list->paths[i - 1]));
}

static bool find(struct finder *f, const struct pl_policy_want *want)
{
	const struct pl_policy_list *list = f->list;
	pl_str first = {0};
	bool there = false;
	f->items[f->count] = (struct pl_policy_data){.name = want->name};
	for (size_t i = 0; i < list->count && !there; i++) {
		if (!is_beside(list, i, want))
			continue;
		pl_str path = path_beside(f, want, list->paths[i]);
		if (!try_path(f, want, path, &there))
			return false;
		if (!first.len)
			first = f->items[f->count].file;
	}
	if (!there)
		f->items[f->count].file = first;
	f->count++;
	return true;
}

bool pl_datafiles_read(const struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out,
		       struct pl_policy_input *input)
{
	const struct pl_policy_want *wants = NULL;
	size_t want_count = 0, given = pl_options_count(options, PL_FLAG_DATA);
	/* what does not parse is told when it is compiled */
	if (pl_policy_wants(list->items, list->count, out->arena, &wants, &want_count, NULL) != PL_OK)
		want_count = 0;
	struct finder f = {.list = list, .out = out};
	f.items = pl_arena_zalloc(out->arena, given + want_count + 1, sizeof *f.items);
	if (!f.items) {
		pl_output_failure(out, (pl_str){0}, PL_E_MEMORY);
		return false;
	}
	bool ok = true;
	for (size_t i = 0; i < given; i++)
		ok &= read_given(&f, pl_options_nth(options, PL_FLAG_DATA, i));
	for (size_t i = 0; i < want_count && ok; i++) {
		if (!is_taken(&f, wants[i].name))
			ok = find(&f, &wants[i]);
	}
	input->data = f.items;
	input->data_count = f.count;
	return ok;
}

void pl_datafiles_tell_missing(const struct pl_policy_input *input, struct pl_output *out)
{
	for (size_t i = 0; i < input->data_count; i++) {
		const struct pl_policy_data *data = &input->data[i];
		struct pl_diag d = {.level = PL_DIAG_WARNING, .source = data->file};
		if (data->text.ptr)
			continue;
		d.message = pl_arena_printf(out->arena, "%s `%.*s` %s", data->file.len ? "the file of data" : "data",
					    PL_FMT(data->name), data->file.len ? "is not there" : "has no file");
		d.note = PL_STR("rules that read it cannot be decided");
		d.help = pl_arena_printf(out->arena, "give it with --data %.*s=FILE", PL_FMT(data->name));
		pl_output_diag(out, &d);
	}
}
