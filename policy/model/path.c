/* path.c - the normal form of absolute paths, by their text alone.
 *
 * Time and memory are linear in the text; the result is borrowed from it where nothing changes. Symbolic links are not
 * known here: that is a limit of the common view, and the manual says so.
 *
 * spec: language.md 3.9, 7.9. A Windows path is one with a drive ("C:\x", "c:/x"), a device or share ("\\.\pipe\x",
 * "\\host\share") or a leading '\', which kubelet takes for drive C. */
#include "path.h"

#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* A device: two backslashes, "." or "?", a backslash. */
static bool is_device(pl_str s)
{
	return s.len >= 4 && s.ptr[0] == '\\' && is_slash(s.ptr[1]) && (s.ptr[2] == '.' || s.ptr[2] == '?') &&
	       is_slash(s.ptr[3]);
}

/* Length of the root that is kept as it is: 1 for "/", else that of a drive, device, share or lone backslash; 0: not
 * absolute. */
static size_t root_length(pl_str s)
{
	if (!s.len)
		return 0;
	if (s.ptr[0] == '/')
		return 1;
	if (s.len >= 2 && is_letter(s.ptr[0]) && s.ptr[1] == ':')
		return s.len == 2 ? 2 : is_slash(s.ptr[2]) ? 3 : 0;
	if (is_device(s))
		return 4;
	if (s.ptr[0] != '\\')
		return 0;
	return s.len >= 2 && s.ptr[1] == '\\' ? 2 : 1;
}

/* True when a Linux path needs no change but the folding of /var/run. */
static bool is_normal(pl_str s)
{
	if (s.len > 1 && s.ptr[s.len - 1] == '/')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '/' || i + 1 == s.len)
			continue;
		if (s.ptr[i + 1] == '/' || s.ptr[i + 1] == '.')
			return false;
	}
	return true;
}

/* Appends the parts of rest to the root already in out; gives the new length. '..' never leaves the root. */
static size_t append_parts(char *out, size_t root, pl_str rest, bool windows)
{
	size_t len = root, i = 0;
	while (i < rest.len) {
		size_t start = i;
		while (i < rest.len && !(windows ? is_slash(rest.ptr[i]) : rest.ptr[i] == '/'))
			i++;
		size_t n = i++ - start;
		const char *part = rest.ptr + start;
		if (n == 0 || (n == 1 && part[0] == '.'))
			continue;
		if (n == 2 && part[0] == '.' && part[1] == '.') {
			while (len > root && out[--len] != '/')
				;
			continue;
		}
		if (len > root)
			out[len++] = '/';
		memcpy(out + len, part, n);
		len += n;
	}
	return len;
}

static void lower(char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] - 'A' + 'a');
}

/* Writes the root of a Windows path with '/'; "\x" is on drive C. */
static size_t write_windows_root(char *out, pl_str text, size_t root)
{
	if (root == 1) {
		memcpy(out, "c:/", 3);
		return 3;
	}
	for (size_t i = 0; i < root; i++)
		out[i] = text.ptr[i] == '\\' ? '/' : text.ptr[i];
	if (out[1] == ':')
		out[2] = '/';
	return out[1] == ':' ? 3 : root;
}

static pl_str fold_var_run(pl_str s)
{
	const pl_str var_run = PL_STR("/var/run");
	if (!pl_str_starts(s, var_run) || (s.len > var_run.len && s.ptr[var_run.len] != '/'))
		return s;
	return (pl_str){s.ptr + 4, s.len - 4};
}

pl_str pl_path_normal(pl_str text, struct pl_arena *arena, pl_err *ret_err)
{
	size_t root = root_length(text);
	if (root == 0) {
		*ret_err = PL_E_SYNTAX;
		return (pl_str){NULL, 0};
	}
	bool windows = text.ptr[0] != '/';
	if (!windows && is_normal(text))
		return fold_var_run(text);
	size_t size = text.len + 3; /* a leading backslash grows by a drive */
	char *out = pl_arena_alloc(arena, size);
	if (!out) {
		*ret_err = PL_E_MEMORY;
		return (pl_str){NULL, 0};
	}
	out[0] = '/';
	size_t kept = windows ? write_windows_root(out, text, root) : 1;
	size_t len = append_parts(out, kept, (pl_str){text.ptr + root, text.len - root}, windows);
	if (windows)
		lower(out, len);
	pl_arena_shrink(arena, out, size, len);
	pl_str normal = {out, len};
	return windows ? normal : fold_var_run(normal);
}

bool pl_path_under(pl_str p, pl_str q)
{
	if (!q.len || !pl_str_starts(p, q))
		return false;
	if (q.len == 1 && p.len > 1 && p.ptr[1] == '/')
		return false; /* //./pipe/x is not below / */
	return p.len == q.len || q.ptr[q.len - 1] == '/' || p.ptr[q.len] == '/';
}

/* Cuts "/part" off *rest; empty at its end. */
static pl_str take_part(pl_str *rest)
{
	if (!rest->len || rest->ptr[0] != '/')
		return (pl_str){"", 0};
	const char *slash = rest->len > 1 ? memchr(rest->ptr + 1, '/', rest->len - 1) : NULL;
	pl_str part = {rest->ptr + 1, (slash ? (size_t)(slash - rest->ptr) : rest->len) - 1};
	*rest = (pl_str){rest->ptr + part.len + 1, rest->len - part.len - 1};
	return part;
}

static bool is_process(pl_str s)
{
	size_t i = 0;
	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return (s.len && i == s.len) || pl_str_eq(s, PL_STR("self")) || pl_str_eq(s, PL_STR("thread-self"));
}

/* spec: proc(5): what these lead to is not below /proc, and the kernel follows them where links are forbidden. */
const char *pl_path_unknown(pl_str normal)
{
	static const char *const leading_away[] = {"root", "cwd", "exe", "fd", "map_files", "task"};
	pl_str rest = normal;
	if (!pl_str_eq(take_part(&rest), PL_STR("proc")) || !is_process(take_part(&rest)))
		return NULL;
	pl_str part = take_part(&rest);
	for (size_t i = 0; i < sizeof leading_away / sizeof *leading_away; i++) {
		if (pl_str_eq(part, pl_str_from(leading_away[i])))
			return "it leads through a process in /proc to another place";
	}
	return NULL;
}
