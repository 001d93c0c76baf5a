/* load.c - policy files and data files into a policy. Texts are read into an arena that is given back as soon as they
 * are compiled: the policy keeps copies.
 *
 * Each file that is read goes into a stamp, as the open descriptor has it; watch.c later asks for the stamp of the same
 * names, so that a change during the reading is seen as one after it. */
#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "plimsoll/report.h"

#define FILES_MAX      1024u
#define FILE_BYTES_MAX (1024 * 1024) /* spec: language.md 3.3 */
#define READ_MEMORY    ((size_t)1 << 31)

struct loader {
	const struct pl_config *config;
	struct pl_arena *arena; /* of the reading */
	struct pl_policy_source *sources;
	size_t count;
	struct pl_policy_data *data;
	size_t data_count;
	uint64_t stamp;
	pl_str problem;
};

static bool fail(struct loader *l, const char *where, const char *what)
{
	l->problem = pl_arena_printf(l->arena, "%s: %s", where, what);
	return false;
}

/* --- stamps ------------------------------------------------------------------------------------------------------- */

static int is_policy(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".plim") == 0;
}

static uint64_t stamp_directory(const char *dir_name)
{
	struct dirent **names = NULL;
	uint64_t stamp = 0;
	int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = dir < 0 ? -1 : scandirat(dir, ".", &names, is_policy, alphasort);
	for (int i = 0; i < count; i++) {
		struct stat st;
		bool there = fstatat(dir, names[i]->d_name, &st, 0) == 0;
		stamp = pl_file_stamp(stamp, names[i]->d_name, there ? &st : NULL);
		free(names[i]);
	}
	free(names);
	if (dir >= 0)
		close(dir);
	return stamp;
}

uint64_t pl_load_stamp(const struct pl_config *config, const struct pl_load *load)
{
	uint64_t stamp = *config->policy ? stamp_directory(config->policy) : 0;
	for (size_t i = 0; i < load->data_count; i++)
		if (*load->data[i].path)
			stamp = pl_file_stamp_path(stamp, load->data[i].path);
	return stamp;
}

/* --- policies ----------------------------------------------------------------------------------------------------- */

static bool read_source(struct loader *l, int dir, const char *dir_name, const char *file)
{
	struct stat st;
	pl_str name = pl_arena_printf(l->arena, "%s/%s", dir_name, file), text = {0};
	if (!name.ptr)
		return fail(l, file, "out of memory");
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(l, name.ptr, strerror(errno));
	const char *problem = pl_file_read(fd, FILE_BYTES_MAX, "larger than 1 MiB; split it", l->arena, &st, &text);
	if (problem)
		return fail(l, name.ptr, problem);
	l->stamp = pl_file_stamp(l->stamp, file, &st);
	l->sources[l->count++] = (struct pl_policy_source){name, text};
	return true;
}

static bool read_names(struct loader *l, const char *dir_name, int dir, struct dirent **names, size_t count)
{
	if (count == 0)
		return fail(l, dir_name,
			    "no *.plim file in this directory; a server without a policy would admit everything");
	if (count > FILES_MAX)
		return fail(l, dir_name, "more than 1,024 policy files");
	for (size_t i = 0; i < count; i++)
		if (!read_source(l, dir, dir_name, names[i]->d_name))
			return false;
	return true;
}

static bool read_directory(struct loader *l, const char *dir_name)
{
	struct dirent **names = NULL;
	int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(l, dir_name,
			    errno == ENOTDIR ? "give the directory that holds the policy, not a file"
					     : strerror(errno));
	int count = scandirat(dir, ".", &names, is_policy, alphasort);
	bool ok = count >= 0 ? read_names(l, dir_name, dir, names, (size_t)count) : fail(l, dir_name, strerror(errno));
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	close(dir);
	return ok;
}

static bool add_packs(struct loader *l)
{
	const struct pl_config_list *use = &l->config->use;
	for (size_t i = 0; i < use->count; i++) {
		pl_str text = pl_arena_printf(l->arena, "use \"%s\"\n", use->items[i]);
		if (!text.ptr)
			return fail(l, "--use", "out of memory");
		l->sources[l->count++] = (struct pl_policy_source){PL_STR("--use"), text};
	}
	return true;
}

/* --- data files --------------------------------------------------------------------------------------------------- */

/* What --data says about a name; NULL if nothing. */
static const char *given_path(const struct pl_config *config, pl_str name)
{
	for (size_t i = 0; i < config->data.count; i++) {
		const char *item = config->data.items[i], *equals = strchr(item, '=');
		if ((size_t)(equals - item) == name.len && memcmp(item, name.ptr, name.len) == 0)
			return equals + 1;
	}
	return NULL;
}

/* Where a data file stands: where --data says, else in the directory of the policy, also for a pack. Empty: nowhere. */
static pl_str path_of(struct loader *l, const struct pl_policy_want *want)
{
	const char *given = given_path(l->config, want->name), *folder = l->config->policy;
	if (given || !*folder)
		return pl_arena_printf(l->arena, "%s", given ? given : "");
	return pl_arena_printf(l->arena, "%s/%.*s", folder, PL_FMT(want->from));
}

static bool fail_data(struct loader *l, const struct pl_policy_data *data, const char *what)
{
	l->problem = pl_arena_printf(l->arena, "data %.*s: %.*s: %s", PL_FMT(data->name), PL_FMT(data->file), what);
	return false;
}

/* A file that is not there has no text. */
static bool read_data(struct loader *l, const struct pl_policy_want *want)
{
	struct stat st;
	struct pl_policy_data *data = &l->data[l->data_count];
	*data = (struct pl_policy_data){.name = want->name, .file = path_of(l, want)};
	if (!data->file.ptr)
		return fail(l, "data", "out of memory");
	l->data_count++;
	if (!data->file.len)
		return true; /* nobody says where it is */
	int fd = pl_file_open(data->file.ptr);
	if (fd < 0 && !pl_file_is_missing(errno))
		return fail_data(l, data, strerror(errno));
	if (fd < 0) {
		l->stamp = pl_file_stamp(l->stamp, data->file.ptr, NULL);
		return true;
	}
	const char *problem = pl_file_read(fd, PL_POLICY_DATA_MAX, "larger than 32 MiB", l->arena, &st, &data->text);
	if (problem)
		return fail_data(l, data, problem);
	data->modified = (int64_t)st.st_mtim.tv_sec;
	l->stamp = pl_file_stamp(l->stamp, data->file.ptr, &st);
	return true;
}

static bool is_read(const struct loader *l, pl_str name)
{
	size_t i = 0;
	while (i < l->data_count &&
	       (l->data[i].name.len != name.len || memcmp(l->data[i].name.ptr, name.ptr, name.len) != 0))
		i++;
	return i < l->data_count;
}

/* A setting for data that no policy declares goes to the compiler, which says so. */
static bool add_unwanted(struct loader *l)
{
	for (size_t i = 0; i < l->config->data.count; i++) {
		const char *item = l->config->data.items[i], *equals = strchr(item, '=');
		struct pl_policy_want want = {.name = {item, (size_t)(equals - item)}};
		if (!is_read(l, want.name) && !read_data(l, &want))
			return false;
	}
	return true;
}

static bool read_all_data(struct loader *l)
{
	const struct pl_policy_want *wants = NULL;
	size_t count = 0;
	/* what does not parse is told when it is compiled */
	if (pl_policy_wants(l->sources, l->count, l->arena, &wants, &count, NULL) != PL_OK)
		count = 0;
	l->data = pl_arena_zalloc(l->arena, count + l->config->data.count + 1, sizeof *l->data);
	if (!l->data)
		return fail(l, "data", "out of memory");
	for (size_t i = 0; i < count; i++)
		if (!is_read(l, wants[i].name) && !read_data(l, &wants[i]))
			return false;
	return add_unwanted(l);
}

/* --- compiling ---------------------------------------------------------------------------------------------------- */

static struct pl_param_setting *settings_of(struct loader *l, const struct pl_config_list *set)
{
	struct pl_param_setting *settings = pl_arena_zalloc(l->arena, set->count + 1, sizeof *settings);
	for (size_t i = 0; settings && i < set->count; i++) {
		const char *equals = strchr(set->items[i], '=');
		if (!equals)
			return NULL;
		settings[i].name = (pl_str){set->items[i], (size_t)(equals - set->items[i])};
		settings[i].value = pl_str_from(equals + 1);
	}
	return settings;
}

static pl_str render(const struct pl_diags *diags, struct pl_arena *arena)
{
	struct pl_buf *out = pl_text_new(arena);
	for (unsigned i = 0; out && i < diags->count; i++)
		pl_diag_render(&diags->items[i], out);
	return out ? pl_text_str(out) : PL_STR("out of memory");
}

static const struct pl_policy *compile(struct loader *l)
{
	const struct pl_config *config = l->config;
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	struct pl_param_setting *settings = settings_of(l, &config->set);
	if (!settings) {
		fail(l, "--set", "out of memory");
		return NULL;
	}
	pl_diags_init(&diags, l->arena);
	struct pl_policy_input input = {.sources = l->sources,
					.source_count = l->count,
					.settings = settings,
					.setting_count = config->set.count,
					.data = l->data,
					.data_count = l->data_count};
	pl_err err = pl_policy_compile(&input, &policy, &diags);
	if (err != PL_OK) {
		l->problem = diags.count ? render(&diags, l->arena) : pl_str_from(pl_err_text(err));
		return NULL;
	}
	if (pl_policy_rule_count(policy) > 0)
		return policy;
	pl_policy_release(policy);
	fail(l, *config->policy ? config->policy : "--use", "the policy has no rules and would admit everything");
	return NULL;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void list_data(const struct loader *l, struct pl_arena *arena, struct pl_load *ret)
{
	struct pl_load_data *data = pl_arena_zalloc(arena, l->data_count + 1, sizeof *data);
	for (size_t i = 0; data && i < l->data_count; i++) {
		data[i].name = pl_arena_printf(arena, "%.*s", PL_FMT(l->data[i].name)).ptr;
		data[i].path = pl_arena_printf(arena, "%.*s", PL_FMT(l->data[i].file)).ptr;
		data[i].there = l->data[i].text.ptr != NULL;
		if (!data[i].name || !data[i].path)
			return;
	}
	if (!data)
		return;
	ret->data = data;
	ret->data_count = l->data_count;
	ret->listed = true;
}

static const struct pl_policy *load(struct loader *l, struct pl_arena *arena, struct pl_load *ret)
{
	l->sources = pl_arena_zalloc(l->arena, FILES_MAX + l->config->use.count, sizeof *l->sources);
	if (!l->sources) {
		fail(l, "policy", "out of memory");
		return NULL;
	}
	if ((*l->config->policy && !read_directory(l, l->config->policy)) || !add_packs(l) || !read_all_data(l))
		return NULL;
	list_data(l, arena, ret);
	if (ret->listed)
		return compile(l);
	fail(l, "policy", "out of memory");
	return NULL;
}

void pl_load_policy(const struct pl_config *config, struct pl_arena *arena, struct pl_load *ret_load)
{
	struct loader l = {.config = config, .arena = pl_arena_new(READ_MEMORY, 0)};
	struct pl_load result = {.problem = PL_STR("out of memory")};
	if (l.arena)
		result.policy = load(&l, arena, &result);
	result.stamp = l.stamp;
	pl_str problem = result.policy ? (pl_str){0} : pl_arena_dup(arena, l.problem);
	result.problem = problem.ptr || result.policy ? problem : PL_STR("out of memory");
	pl_arena_free(l.arena);
	*ret_load = result;
}
