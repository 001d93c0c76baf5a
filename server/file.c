/* file.c - a file into its text and its stamp. The stamp is made of the open descriptor's state, and later of what has
 * that name then, so that a change during the reading is seen as one after it. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static uint64_t add_number(uint64_t stamp, uint64_t n)
{
	stamp = (stamp ^ n) * 0x9e3779b97f4a7c15u;
	return stamp ^ stamp >> 29;
}

uint64_t pl_file_stamp(uint64_t stamp, const char *name, const struct stat *st)
{
	for (; *name; name++)
		stamp = add_number(stamp, (unsigned char)*name);
	if (!st)
		return add_number(stamp, 1);
	stamp = add_number(stamp, (uint64_t)st->st_dev);
	stamp = add_number(stamp, (uint64_t)st->st_ino);
	stamp = add_number(stamp, (uint64_t)st->st_size);
	stamp = add_number(stamp, (uint64_t)st->st_mtim.tv_sec);
	stamp = add_number(stamp, (uint64_t)st->st_mtim.tv_nsec);
	/* also tells of a copy that was given the time of its source, and of a change of permissions */
	stamp = add_number(stamp, (uint64_t)st->st_ctim.tv_sec);
	return add_number(stamp, (uint64_t)st->st_ctim.tv_nsec);
}

uint64_t pl_file_stamp_path(uint64_t stamp, const char *path)
{
	struct stat st;
	return pl_file_stamp(stamp, path, stat(path, &st) == 0 ? &st : NULL);
}

int pl_file_open(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

bool pl_file_is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* Reads an open file whole. */
static const char *read_open(int fd, size_t size, struct pl_arena *arena, pl_str *ret_text)
{
	char *text = pl_arena_alloc(arena, size + 1);
	size_t len = 0;
	if (!text)
		return "out of memory";
	while (len <= size) {
		ssize_t n = read(fd, text + len, size + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len != size)
		return "the file changed while it was read; start again";
	*ret_text = (pl_str){text, len};
	return NULL;
}

const char *pl_file_read(int fd, size_t max, const char *too_large, struct pl_arena *arena, struct stat *ret_st,
			 pl_str *ret_text)
{
	const char *problem = NULL;
	if (fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode))
		problem = "not a regular file";
	else if ((size_t)ret_st->st_size > max)
		problem = too_large;
	else
		problem = read_open(fd, (size_t)ret_st->st_size, arena, ret_text);
	close(fd);
	return problem;
}
