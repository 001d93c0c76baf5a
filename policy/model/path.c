/* path.c - the normal form of absolute paths, by their text alone.
 *
 * Time and memory are linear in the text; the result is borrowed from it where nothing changes. Symbolic links are not
 * known here: that is a limit of the common view, and the manual says so.
 *
 * spec: language.md 3.9, 7.9. A Windows path is one with a drive ("C:\x", "c:/x"), a device or share ("\\.\pipe\x",
 * "\\host\share") or a leading '\', which kubelet takes for drive C. What has several names there has one here; what
 * may be any place (a device, a short name) is not known. */
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

/* Same text, but for the case of letters; lower is in lower case. */
static bool is_word(pl_str s, pl_str lower)
{
	if (s.len != lower.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != lower.ptr[i] && !(is_letter(s.ptr[i]) && (s.ptr[i] | 0x20) == lower.ptr[i]))
			return false;
	}
	return true;
}

/* Cuts "part/" off *rest, with every slash that follows it. */
static pl_str take_windows_part(pl_str *rest)
{
	size_t end = 0, next;
	while (end < rest->len && !is_slash(rest->ptr[end]))
		end++;
	for (next = end; next < rest->len && is_slash(rest->ptr[next]); next++)
		;
	pl_str part = {rest->ptr, end};
	*rest = (pl_str){rest->ptr + next, rest->len - next};
	return part;
}

static bool is_drive(pl_str part)
{
	return part.len == 2 && is_letter(part.ptr[0]) && part.ptr[1] == ':';
}

static bool is_local(pl_str host)
{
	return is_word(host, PL_STR(".")) || is_word(host, PL_STR("?")) || is_word(host, PL_STR("localhost")) ||
	       is_word(host, PL_STR("127.0.0.1"));
}

/* "//./pipe/x" and "//?/C:/x": what Docker takes on Windows in place of backslashes. To Linux that is "/pipe/x", where
 * nobody keeps anything; with a ".." in it, it may be any place of Linux, and stays one. */
static bool is_windows_in_slashes(pl_str s)
{
	if (s.len < 4 || s.ptr[0] != '/' || !is_slash(s.ptr[1]))
		return false;
	pl_str rest = {s.ptr + 2, s.len - 2};
	if (!is_local(take_windows_part(&rest)))
		return false;
	pl_str first = take_windows_part(&rest);
	if (!is_word(first, PL_STR("pipe")) && !is_drive(first))
		return false;
	while (rest.len > 0) {
		if (is_word(take_windows_part(&rest), PL_STR("..")))
			return false;
	}
	return true;
}

static bool is_windows(pl_str s)
{
	return s.len > 0 && (s.ptr[0] != '/' || is_windows_in_slashes(s));
}

/* Length of what names a device, "\\.\" or "\\?\", however many slashes are there; 0: no device. */
static size_t device_length(pl_str s)
{
	size_t i = 0;
	while (i < s.len && is_slash(s.ptr[i]))
		i++;
	bool device = i >= 2 && i + 1 < s.len && (s.ptr[i] == '.' || s.ptr[i] == '?') && is_slash(s.ptr[i + 1]);
	return device ? i + 2 : 0;
}

/* Length of the root that is kept as it is: 1 for "/", else that of a drive, device, share or lone backslash; 0: not
 * absolute. */
static size_t root_length(pl_str s)
{
	if (!s.len)
		return 0;
	if (!is_windows(s))
		return 1;
	if (s.len >= 2 && is_letter(s.ptr[0]) && s.ptr[1] == ':')
		return s.len == 2 ? 2 : is_slash(s.ptr[2]) ? 3 : 0;
	if (!is_slash(s.ptr[0]))
		return 0;
	if (device_length(s) > 0)
		return device_length(s);
	return s.len >= 2 && is_slash(s.ptr[1]) ? 2 : 1;
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

/* Windows drops points and spaces at the end of a name; "..." and the like are nothing then. */
static size_t trimmed(const char *part, size_t n)
{
	if (n == 2 && part[0] == '.' && part[1] == '.')
		return n;
	while (n > 0 && (part[n - 1] == '.' || part[n - 1] == ' '))
		n--;
	return n;
}

/* Appends the parts of rest to the root already in out; gives the new length. '..' never leaves the root. */
static size_t append_parts(char *out, size_t root, pl_str rest, bool windows)
{
	size_t len = root, i = 0;
	while (i < rest.len) {
		size_t start = i;
		while (i < rest.len && !(windows ? is_slash(rest.ptr[i]) : rest.ptr[i] == '/'))
			i++;
		const char *part = rest.ptr + start;
		size_t n = windows ? trimmed(part, i - start) : i - start;
		i++;
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

/* Writes the root of a Windows path with '/'; "\x" is on drive C, and "\\?\" is "\\.\". */
static size_t write_windows_root(char *out, pl_str text, size_t root)
{
	if (root == 1) {
		memcpy(out, "c:/", 3);
		return 3;
	}
	if (text.ptr[1] == ':') {
		out[0] = text.ptr[0];
		memcpy(out + 1, ":/", 2);
		return 3;
	}
	size_t len = root > 2 ? 4 : 2;
	memcpy(out, "//./", len);
	return len;
}

/* Writes prefix in front of the last characters of s, of which `from` and more are left out. */
static pl_str with_prefix(char *s, size_t len, size_t from, pl_str prefix)
{
	char *start = s + from - prefix.len;
	memcpy(start, prefix.ptr, prefix.len);
	return (pl_str){start, len - from + prefix.len};
}

/* "X:" or "X$" and what is below it, at s + from, as a path of that drive. There is room for a slash behind s. */
static pl_str on_drive(char *s, size_t len, size_t from)
{
	s[from + 1] = ':';
	if (from + 2 == len)
		s[len++] = '/';
	return (pl_str){s + from, len - from};
}

/* The other names of pipes and drives: "//./c:/x" is "c:/x", "//./unc/h/x" is "//h/x", "//h/pipe/x" is "//./pipe/x" (a
 * machine reaches itself under more names than can be listed), "//h/c$/x" is "c:/x". s is normal, in lower case. */
static pl_str fold_windows(char *s, size_t len)
{
	const pl_str device = PL_STR("//./"), unc = PL_STR("//./unc/"), pipe = PL_STR("//./pipe");
	pl_str all = {s, len};
	if (pl_str_starts(all, unc)) {
		all = with_prefix(s, len, unc.len, PL_STR("//"));
		s += unc.len - 2;
		len = all.len;
	}
	if (len < 3 || s[0] != '/')
		return all;
	pl_str rest = {s + 2, len - 2};
	take_windows_part(&rest);
	size_t from = len - rest.len;
	pl_str part = take_windows_part(&rest);
	if (pl_str_starts(all, device))
		return is_drive(part) ? on_drive(s, len, from) : all;
	if (part.len == 2 && is_letter(part.ptr[0]) && part.ptr[1] == '$')
		return on_drive(s, len, from);
	return pl_str_eq(part, PL_STR("pipe")) ? with_prefix(s, len, from + part.len, pipe) : all;
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
	bool windows = is_windows(text);
	if (!windows && is_normal(text))
		return fold_var_run(text);
	size_t size = text.len + 3; /* a leading backslash grows by a drive, a drive by a slash */
	char *out = pl_arena_alloc(arena, size);
	if (!out) {
		*ret_err = PL_E_MEMORY;
		return (pl_str){NULL, 0};
	}
	out[0] = '/';
	size_t kept = windows ? write_windows_root(out, text, root) : 1;
	size_t len = append_parts(out, kept, (pl_str){text.ptr + root, text.len - root}, windows);
	if (!windows) {
		pl_arena_shrink(arena, out, size, len);
		return fold_var_run((pl_str){out, len});
	}
	lower(out, len);
	return fold_windows(out, len);
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

/* True when a part of a Windows path is a short name ("progra~1") or names a stream of a file ("x::$data"). */
static bool has_second_name(pl_str s)
{
	for (size_t i = 2; i < s.len; i++) {
		bool numbered = i + 1 < s.len && s.ptr[i + 1] >= '0' && s.ptr[i + 1] <= '9';
		if (s.ptr[i] == ':' || (s.ptr[i] == '~' && numbered))
			return true;
	}
	return false;
}

static const char *windows_unknown(pl_str s)
{
	const pl_str device = PL_STR("//./");
	if (pl_str_starts(s, device)) {
		pl_str rest = {s.ptr + device.len, s.len - device.len};
		bool pipe = rest.len == 0 || pl_str_eq(take_windows_part(&rest), PL_STR("pipe"));
		return pipe ? NULL : "it is a device of Windows, which may stand for any place of the host";
	}
	return has_second_name(s) ? "it holds a short name or a stream of Windows, a second name of another place"
				  : NULL;
}

/* spec: proc(5): what these lead to is not below /proc, and the kernel follows them where links are forbidden. */
const char *pl_path_unknown(pl_str normal)
{
	static const char *const leading_away[] = {"root", "cwd", "exe", "fd", "map_files", "task"};
	if (normal.len > 1 && (normal.ptr[0] != '/' || normal.ptr[1] == '/'))
		return windows_unknown(normal);
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
