/* input.c - see input.h.
 *
 * The walk keeps a list of directories still to read, no recursion. A directory is known by device and inode, so that
 * symbolic links can make neither a loop nor a file that is judged twice through two names of its directory. */
#include "input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_READ ((size_t)64 << 10)

struct identity {
	dev_t device;
	ino_t inode;
};

struct walk {
	struct pl_output *out;
	const char *const *endings;
	bool recursive;
	struct pl_names pending; /* directories, NUL-terminated */
	struct pl_names files;	 /* NUL-terminated */
	void *seen;		 /* tree of struct identity */
};

static void fail(struct pl_output *out, const char *path, const char *what)
{
	pl_output_error(out, pl_str_from(strcmp(path, "-") == 0 ? "<stdin>" : path), what, NULL);
}

static void fail_errno(struct pl_output *out, const char *path, const char *doing, int error)
{
	pl_str what = pl_arena_printf(out->arena, "%s: %s", doing, strerror(error));
	fail(out, path, what.ptr ? what.ptr : doing);
}

enum pl_input_kind pl_input_kind_of(const char *path)
{
	struct stat st;
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return PL_INPUT_DIR;
	return PL_INPUT_FILE;
}

bool pl_input_ends(pl_str name, const char *ending)
{
	pl_str e = pl_str_from(ending);
	return name.len >= e.len && memcmp(name.ptr + name.len - e.len, e.ptr, e.len) == 0;
}

static int by_identity(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int by_bytes(const void *a, const void *b)
{
	return pl_str_cmp(*(const pl_str *)a, *(const pl_str *)b);
}

static void keep(void *node)
{
	(void)node; /* identities live in the arena */
}

/* True the first time that this directory is met. */
static bool is_new(struct walk *w, const struct stat *st)
{
	struct identity *id = pl_arena_alloc(w->out->arena, sizeof *id);
	struct identity **found = NULL;
	if (id) {
		*id = (struct identity){st->st_dev, st->st_ino};
		found = tsearch(id, &w->seen, by_identity);
	}
	if (!found)
		pl_output_failure(w->out, (pl_str){0}, PL_E_MEMORY);
	return found && *found == id;
}

static void remember(struct walk *w, struct pl_names *names, pl_str path)
{
	if (!path.ptr || !pl_names_add(names, w->out->arena, path))
		pl_output_failure(w->out, path, PL_E_MEMORY);
}

static bool has_ending(const struct walk *w, const char *name)
{
	for (size_t i = 0; w->endings[i]; i++) {
		if (pl_input_ends(pl_str_from(name), w->endings[i]))
			return true;
	}
	return false;
}

static void take_entry(struct walk *w, const char *dir, const char *name)
{
	const char *slash = pl_input_ends(pl_str_from(dir), "/") ? "" : "/";
	pl_str path = pl_arena_printf(w->out->arena, "%s%s%s", dir, slash, name);
	if (!path.ptr) {
		pl_output_failure(w->out, pl_str_from(dir), PL_E_MEMORY);
		return;
	}
	struct stat st;
	bool found = stat(path.ptr, &st) == 0;
	if (found && S_ISDIR(st.st_mode)) {
		if (w->recursive)
			remember(w, &w->pending, path);
	} else if (!has_ending(w, name)) {
		return;
	} else if (!found) {
		fail_errno(w->out, path.ptr, "cannot be read", errno);
	} else if (!S_ISREG(st.st_mode)) {
		fail(w->out, path.ptr, "is neither a file nor a directory");
	} else {
		remember(w, &w->files, path);
	}
}

static void read_dir(struct walk *w, const char *path)
{
	DIR *dir = opendir(path);
	struct stat st;
	if (!dir || fstat(dirfd(dir), &st) != 0) {
		fail_errno(w->out, path, "cannot read the directory", errno);
		if (dir)
			closedir(dir);
		return;
	}
	bool more = is_new(w, &st);
	while (more) {
		errno = 0;
		struct dirent *entry = readdir(dir);
		more = entry != NULL;
		if (!entry && errno)
			fail_errno(w->out, path, "cannot read the directory", errno);
		if (entry && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			take_entry(w, path, entry->d_name);
	}
	closedir(dir);
}

struct pl_names pl_input_files(const char *dir, const char *const *endings, bool recursive, struct pl_output *out)
{
	struct walk w = {.out = out, .endings = endings, .recursive = recursive};
	remember(&w, &w.pending, pl_str_from(dir));
	for (size_t i = 0; i < w.pending.count; i++)
		read_dir(&w, w.pending.items[i].ptr);
	tdestroy(w.seen, keep);
	if (w.files.count)
		qsort(w.files.items, w.files.count, sizeof *w.files.items, by_bytes);
	return w.files;
}

pl_str pl_input_name(const char *path, struct pl_arena *arena)
{
	struct pl_buf *text = pl_text_new(arena);
	pl_text_escaped(text, pl_str_from(strcmp(path, "-") == 0 ? "<stdin>" : path));
	return pl_text_str(text);
}

/* One more piece of room; the bytes so far are copied into it. */
static char *enlarge(struct pl_arena *arena, const char *old, size_t len, size_t cap)
{
	char *more = pl_arena_alloc(arena, cap);
	if (more && len)
		memcpy(more, old, len);
	return more;
}

/* Reads to the end, or one byte more than max. */
static pl_err read_all(int fd, size_t cap, size_t max, struct pl_arena *arena, pl_str *ret_text)
{
	char *text = pl_arena_alloc(arena, cap);
	size_t len = 0;
	while (text && len <= max) {
		if (len == cap) {
			cap = cap * 2;
			text = enlarge(arena, text, len, cap);
			continue;
		}
		ssize_t got = read(fd, text + len, cap - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return PL_E_IO;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	*ret_text = (pl_str){text, len};
	return text ? PL_OK : PL_E_MEMORY;
}

static bool read_fd(int fd, const char *path, size_t max, struct pl_arena *arena, struct pl_output *out,
		    pl_str *ret_text)
{
	struct stat st;
	bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	size_t cap = regular && (size_t)st.st_size <= max ? (size_t)st.st_size + 1 : FIRST_READ;
	pl_str text = {0};
	pl_err err = regular && st.st_size > 0 && (size_t)st.st_size > max ? PL_E_LIMIT
									   : read_all(fd, cap, max, arena, &text);
	if (err == PL_E_IO) {
		fail_errno(out, path, "cannot be read", errno);
		return false;
	}
	if (err == PL_E_MEMORY) {
		pl_output_failure(out, pl_str_from(path), err);
		return false;
	}
	if (err != PL_OK || text.len > max) {
		pl_str what =
			pl_arena_printf(out->arena, "is larger than %zu MiB, the most that plimsoll reads", max >> 20);
		fail(out, path, what.ptr ? what.ptr : "is too large");
		return false;
	}
	*ret_text = text;
	return true;
}

bool pl_input_read_if_there(const char *path, size_t max, struct pl_arena *arena, struct pl_output *out,
			    pl_str *ret_text, int64_t *ret_modified, bool *ret_there)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	*ret_there = fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
	if (fd < 0) {
		if (*ret_there)
			fail_errno(out, path, "cannot be read", errno);
		return !*ret_there;
	}
	bool ok = read_fd(fd, path, max, arena, out, ret_text);
	*ret_modified = fstat(fd, &st) == 0 ? (int64_t)st.st_mtim.tv_sec : 0;
	close(fd);
	return ok;
}

bool pl_input_read(const char *path, size_t max, struct pl_arena *arena, struct pl_output *out, pl_str *ret_text)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		fail_errno(out, path, "cannot be read", errno);
		return false;
	}
	bool ok = read_fd(fd, path, max, arena, out, ret_text);
	if (!is_stdin)
		close(fd);
	return ok;
}
