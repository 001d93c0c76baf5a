/* store.c - policy files into the policy in force, and who holds it.
 *
 * The lock covers two instructions: read the pointer and count one more owner. A plain atomic pointer would let the
 * last owner free the policy between the two. A policy without rules is refused: it would admit everything and look
 * healthy. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plimsoll/report.h"

#define FILES_MAX      1024u
#define FILE_BYTES_MAX (1024 * 1024) /* spec: language.md 3.3 */

struct pl_store {
	pthread_mutex_t lock;
	const struct pl_policy *current;
};

struct pl_store *pl_store_new(void)
{
	struct pl_store *store = calloc(1, sizeof *store);
	if (store)
		pthread_mutex_init(&store->lock, NULL);
	return store;
}

void pl_store_free(struct pl_store *store)
{
	if (!store)
		return;
	pl_policy_release(store->current);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

void pl_store_put(struct pl_store *store, const struct pl_policy *policy)
{
	pthread_mutex_lock(&store->lock);
	const struct pl_policy *before = store->current;
	store->current = policy;
	pthread_mutex_unlock(&store->lock);
	pl_policy_release(before);
}

const struct pl_policy *pl_store_take(struct pl_store *store)
{
	pthread_mutex_lock(&store->lock);
	const struct pl_policy *policy = store->current ? pl_policy_retain(store->current) : NULL;
	pthread_mutex_unlock(&store->lock);
	return policy;
}

struct load {
	struct pl_arena *arena;
	struct pl_policy_source *sources;
	size_t count;
	pl_str problem;
};

static bool fail(struct load *l, const char *where, const char *what)
{
	l->problem = pl_arena_printf(l->arena, "%s: %s", where, what);
	return false;
}

/* Reads an open file whole. */
static bool read_open(struct load *l, int fd, const char *name, size_t size, pl_str *ret_text)
{
	char *text = pl_arena_alloc(l->arena, size + 1);
	size_t len = 0;
	if (!text)
		return fail(l, name, "out of memory");
	while (len <= size) {
		ssize_t n = read(fd, text + len, size + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(l, name, strerror(errno));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len != size)
		return fail(l, name, "the file changed while it was read; start again");
	*ret_text = (pl_str){text, len};
	return true;
}

static bool read_source(struct load *l, int dir, const char *dir_name, const char *file)
{
	struct stat st;
	pl_str name = pl_arena_printf(l->arena, "%s/%s", dir_name, file), text = {0};
	if (!name.ptr)
		return fail(l, file, "out of memory");
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(l, name.ptr, strerror(errno));
	bool ok = false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fail(l, name.ptr, "not a regular file");
	else if (st.st_size > FILE_BYTES_MAX)
		fail(l, name.ptr, "larger than 1 MiB; split it");
	else
		ok = read_open(l, fd, name.ptr, (size_t)st.st_size, &text);
	close(fd);
	if (ok)
		l->sources[l->count++] = (struct pl_policy_source){name, text};
	return ok;
}

static int is_policy(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".plim") == 0;
}

static bool read_names(struct load *l, const char *dir_name, int dir, struct dirent **names, size_t count)
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

static bool read_directory(struct load *l, const char *dir_name)
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

static bool add_packs(struct load *l, const struct pl_config_list *use)
{
	for (size_t i = 0; i < use->count; i++) {
		pl_str text = pl_arena_printf(l->arena, "use \"%s\"\n", use->items[i]);
		if (!text.ptr)
			return fail(l, "--use", "out of memory");
		l->sources[l->count++] = (struct pl_policy_source){PL_STR("--use"), text};
	}
	return true;
}

static struct pl_param_setting *settings_of(struct load *l, const struct pl_config_list *set)
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

static const struct pl_policy *compile(struct load *l, const struct pl_config *config)
{
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
					.setting_count = config->set.count};
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

const struct pl_policy *pl_store_load(const struct pl_config *config, struct pl_arena *arena, pl_str *ret_problem)
{
	struct load l = {.arena = arena};
	const struct pl_policy *policy = NULL;
	l.sources = pl_arena_zalloc(arena, FILES_MAX + config->use.count, sizeof *l.sources);
	if (!l.sources)
		fail(&l, "policy", "out of memory");
	else if ((!*config->policy || read_directory(&l, config->policy)) && add_packs(&l, &config->use))
		policy = compile(&l, config);
	*ret_problem = l.problem;
	return policy;
}
