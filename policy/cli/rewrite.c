/* rewrite.c - see rewrite.h. */
#include "rewrite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path, struct pl_output *out)
{
	pl_str what = pl_arena_printf(out->arena, "cannot be written: %s", strerror(errno));
	pl_output_error(out, pl_str_from(path), what.ptr ? what.ptr : "cannot be written", NULL);
	return false;
}

static bool write_all(int fd, pl_str text)
{
	for (size_t done = 0; done < text.len;) {
		ssize_t n = write(fd, text.ptr + done, text.len - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Only root may give files away: for others the file is theirs already, or becomes so. */
static bool keep_rights(int fd, const struct stat *st)
{
	if (fchown(fd, st->st_uid, st->st_gid) != 0 && errno != EPERM)
		return false;
	return fchmod(fd, st->st_mode & 07777) == 0;
}

/* Fills the new file and gives it its name; errno after a failure. */
static bool finish(int fd, const char *temporary, const char *path, const struct stat *st, pl_str text)
{
	bool ok = write_all(fd, text) && keep_rights(fd, st) && fsync(fd) == 0;
	int error = errno;
	if (close(fd) != 0 && ok) {
		error = errno;
		ok = false;
	}
	if (ok && rename(temporary, path) == 0)
		return true;
	errno = ok ? errno : error;
	return false;
}

bool pl_rewrite_file(const char *path, pl_str text, struct pl_output *out)
{
	struct stat st;
	char *target = realpath(path, NULL);
	pl_str temporary = pl_arena_printf(out->arena, "%s.XXXXXX", target ? target : "");
	if (!target || stat(target, &st) != 0 || access(target, W_OK) != 0) {
		free(target);
		return fail(path, out);
	}
	char *name = temporary.ptr ? strndup(temporary.ptr, temporary.len) : NULL;
	int fd = name ? mkstemp(name) : -1;
	bool ok = fd >= 0 && finish(fd, name, target, &st, text);
	if (!ok) {
		fail(path, out);
		if (fd >= 0)
			unlink(name);
	}
	free(name);
	free(target);
	return ok;
}
