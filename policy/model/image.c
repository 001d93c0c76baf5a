/* image.c - reads image references into registry, repository, tag and digest, the way a runtime will find them.
 *
 * Linear in the text; memory only from the arena, and only where normalising changes bytes. A text that is no reference
 * is refused with a reason, never guessed at: an allow-list must not be asked about something that a runtime reads
 * differently.
 *
 * spec: distribution/reference (regexp.go, normalize.go), with language.md 7.8. Stricter than upstream: a first part in
 * upper case without dot or port (a host to some, a repository to others), IPv6 that is none, a port above 65535 or
 * with a leading zero, and the local image ids "sha256:..." and 64 hexadecimal digits are refused. */
#include "image.h"

#include <string.h>

#include "ip.h"

/* With library/, without the registry. spec: distribution/reference, RepositoryNameTotalLengthMax */
#define MAX_REPOSITORY 255
#define MAX_TAG	       128

static const char no_separator[] =
	"the parts of a repository are lower-case letters and digits, with single separators `.`, `_`, "
	"`__` or dashes between them";

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower_hex(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
			return false;
	return true;
}

static const char *find_char(pl_str s, char c)
{
	return s.len ? memchr(s.ptr, c, s.len) : NULL;
}

static pl_str before(pl_str s, const char *at)
{
	return (pl_str){s.ptr, (size_t)(at - s.ptr)};
}

static pl_str after(pl_str s, const char *at)
{
	return (pl_str){at + 1, s.len - (size_t)(at + 1 - s.ptr)};
}

static bool is_scheme_end(pl_str text, size_t i)
{
	return text.len - i >= 3 && memcmp(text.ptr + i, "://", 3) == 0;
}

/* What is wrong with the characters whatever the form; NULL if nothing. */
static const char *check_characters(pl_str text)
{
	if (!text.len)
		return "it is empty";
	bool url = false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == ':')
			url = url || is_scheme_end(text, i);
		if (c > ' ' && c < 0x7f)
			continue;
		if (c == ' ' || (c >= '\t' && c <= '\r'))
			return "it holds white space";
		if (c < ' ' || c == 0x7f)
			return "it holds control characters";
		if (c > 0x7f)
			return "it holds characters other than ASCII";
	}
	return url ? "it is a URL; leave out the scheme (`https://`)" : NULL;
}

/* Moves over one separator: "." "_" "__" or dashes; 0 when none stands there. */
static size_t separator_length(pl_str s, size_t at)
{
	size_t n = 1;
	if (s.ptr[at] == '.')
		return 1;
	if (s.ptr[at] == '_')
		return at + 1 < s.len && s.ptr[at + 1] == '_' ? 2 : 1;
	if (s.ptr[at] != '-')
		return 0;
	while (at + n < s.len && s.ptr[at + n] == '-')
		n++;
	return n;
}

/* spec: regexp.go, path-component: [a-z0-9]+ ((. | _ | __ | -+) [a-z0-9]+)* */
static const char *check_component(pl_str s)
{
	size_t i = 0, n;
	if (!s.len)
		return "its repository has an empty part (`//`, or a `/` at an end)";
	for (;;) {
		size_t start = i;
		while (i < s.len && is_lower_alnum(s.ptr[i]))
			i++;
		if (i < s.len && is_upper(s.ptr[i]))
			return "its repository has upper-case letters";
		if (i == start)
			return no_separator;
		if (i == s.len)
			return NULL;
		n = separator_length(s, i);
		if (!n)
			return no_separator;
		i += n;
	}
}

static const char *check_repository(pl_str s)
{
	for (;;) {
		const char *slash = find_char(s, '/');
		const char *why = check_component(slash ? before(s, slash) : s);
		if (why || !slash)
			return why;
		s = after(s, slash);
	}
}

static const char *check_tag(pl_str s)
{
	if (!s.len)
		return "its tag is empty";
	if (s.len > MAX_TAG)
		return "its tag is longer than 128 characters";
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (is_lower_alnum(c) || is_upper(c) || c == '_' || (i && (c == '.' || c == '-')))
			continue;
		return "its tag has characters other than letters, digits, `_`, `.` and `-`, or begins with `.` or `-`";
	}
	return NULL;
}

static const char *check_digest(pl_str s)
{
	const pl_str sha256 = PL_STR("sha256:"), sha512 = PL_STR("sha512:");
	size_t digits = pl_str_starts(s, sha256) ? 64 : pl_str_starts(s, sha512) ? 128 : 0;
	if (!digits && find_char(s, '/'))
		return "an `@` may only stand before a digest (a registry takes no user name)";
	if (!digits)
		return "after `@` comes a digest, `sha256:` or `sha512:`";
	pl_str hex = {s.ptr + sha256.len, s.len - sha256.len};
	if (hex.len != digits || !is_lower_hex(hex))
		return digits == 64 ? "its digest is not `sha256:` with 64 lower-case hexadecimal digits"
				    : "its digest is not `sha512:` with 128 lower-case hexadecimal digits";
	return NULL;
}

/* --- registries --------------------------------------------------------------------------------------------------- */

static bool eq_nocase(pl_str s, pl_str lower)
{
	if (s.len != lower.len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((is_upper(s.ptr[i]) ? s.ptr[i] - 'A' + 'a' : s.ptr[i]) != lower.ptr[i])
			return false;
	return true;
}

static const char *check_port(pl_str s)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.len && i < 6; i++) {
		if (!is_digit(s.ptr[i]))
			return "the port of its registry is not a number";
		n = n * 10 + (unsigned)(s.ptr[i] - '0');
	}
	if (!s.len || s.len > 5 || s.ptr[0] == '0' || n > 65535)
		return "the port of its registry is not a number from 1 to 65535";
	return NULL;
}

/* spec: regexp.go, domain-name: components of letters, digits and inner dashes between dots. */
static const char *check_host(pl_str s)
{
	for (size_t start = 0, i = 0;; i++) {
		if (i < s.len && s.ptr[i] != '.') {
			char c = s.ptr[i];
			if (!is_lower_alnum(c) && !is_upper(c) && c != '-')
				return "its registry has characters other than letters, digits, `-` and `.`";
			continue;
		}
		if (i == start)
			return "the host name of its registry has an empty part";
		if (s.ptr[start] == '-' || s.ptr[i - 1] == '-')
			return "a part of the host name of its registry begins or ends with `-`";
		if (i >= s.len)
			return NULL;
		start = i + 1;
	}
}

/* Lower case; index.docker.io is docker.io. */
static pl_err normalise_host(pl_str s, struct pl_arena *arena, pl_str *ret)
{
	if (eq_nocase(s, PL_STR("docker.io")) || eq_nocase(s, PL_STR("index.docker.io"))) {
		*ret = PL_STR("docker.io");
		return PL_OK;
	}
	size_t i = 0;
	while (i < s.len && !is_upper(s.ptr[i]))
		i++;
	*ret = s;
	if (i == s.len)
		return PL_OK;
	char *out = pl_arena_alloc(arena, s.len);
	if (!out)
		return PL_E_MEMORY;
	for (i = 0; i < s.len; i++)
		out[i] = is_upper(s.ptr[i]) ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
	*ret = (pl_str){out, s.len};
	return PL_OK;
}

/* "[2001:db8::1]:5000", written as RFC 5952 has it; an IPv4 address in IPv6 form is that address. */
static pl_err parse_bracketed(pl_str s, struct pl_arena *arena, pl_str *ret, const char **ret_why)
{
	const char *close = find_char(s, ']');
	struct pl_ip ip;
	char text[48];
	*ret_why = "its registry in brackets is not an IPv6 address";
	if (!close)
		return PL_E_SYNTAX;
	pl_str inner = {s.ptr + 1, (size_t)(close - s.ptr) - 1};
	pl_str port = after(s, close);
	if (!find_char(inner, ':') || !pl_ip_parse(inner, &ip))
		return PL_E_SYNTAX;
	if (port.len) {
		*ret_why = port.ptr[0] == ':' ? check_port((pl_str){port.ptr + 1, port.len - 1})
					      : "after the address in brackets comes `:` and a port, or `/`";
		if (*ret_why)
			return PL_E_SYNTAX;
	}
	pl_str shown = pl_ip_format(&ip, text);
	bool v4 = !find_char(shown, ':');
	*ret = pl_arena_printf(arena, v4 ? "%.*s%.*s" : "[%.*s]%.*s", PL_FMT(shown), PL_FMT(port));
	return ret->ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err parse_registry(pl_str s, struct pl_arena *arena, pl_str *ret, const char **ret_why)
{
	if (s.len && s.ptr[0] == '[')
		return parse_bracketed(s, arena, ret, ret_why);
	const char *colon = find_char(s, ':');
	*ret_why = check_host(colon ? before(s, colon) : s);
	if (!*ret_why && colon)
		*ret_why = check_port(after(s, colon));
	return *ret_why ? PL_E_SYNTAX : normalise_host(s, arena, ret);
}

/* spec: normalize.go, splitDockerDomain: the first part is a registry when it has a dot or colon or is localhost. */
static bool is_registry(pl_str first)
{
	return find_char(first, '.') || find_char(first, ':') || eq_nocase(first, PL_STR("localhost"));
}

static bool has_upper(pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_upper(s.ptr[i]))
			return true;
	return false;
}

/* Splits "registry/repository" or "repository" into its normal parts; the repository is only split off, not checked. */
static pl_err split_name(pl_str name, struct pl_arena *arena, struct pl_image *image, const char **ret_why)
{
	const char *slash = find_char(name, '/');
	image->registry = PL_STR("docker.io");
	image->repository = name;
	if (!slash)
		return PL_OK;
	pl_str first = before(name, slash);
	if (is_registry(first)) {
		image->repository = after(name, slash);
		return parse_registry(first, arena, &image->registry, ret_why);
	}
	if (!has_upper(first))
		return PL_OK;
	*ret_why = "its first part has upper-case letters: a repository must not, and a registry needs a dot or a port";
	return PL_E_SYNTAX;
}

/* --- references --------------------------------------------------------------------------------------------------- */

/* What a runtime takes for the id of an image that is already on the node, not for a reference. */
static bool is_image_id(pl_str text)
{
	const pl_str scheme = PL_STR("sha256:");
	pl_str hex = pl_str_starts(text, scheme) ? (pl_str){text.ptr + scheme.len, text.len - scheme.len} : text;
	return hex.len == 64 && is_lower_hex(hex);
}

/* Takes "@digest" and ":tag" off *rest. */
static const char *take_suffixes(pl_str *rest, struct pl_image *image)
{
	const char *at = find_char(*rest, '@');
	if (at) {
		image->digest = after(*rest, at);
		*rest = before(*rest, at);
		const char *why = check_digest(image->digest);
		if (why)
			return why;
	}
	const char *slash = rest->len ? memrchr(rest->ptr, '/', rest->len) : NULL;
	const char *colon = find_char(slash ? after(*rest, slash) : *rest, ':');
	if (!colon)
		return NULL;
	image->tag = after(*rest, colon);
	*rest = before(*rest, colon);
	return check_tag(image->tag);
}

static pl_err add_library(struct pl_image *image, struct pl_arena *arena)
{
	if (!pl_str_eq(image->registry, PL_STR("docker.io")) || find_char(image->repository, '/'))
		return PL_OK;
	pl_str full = pl_arena_printf(arena, "library/%.*s", PL_FMT(image->repository));
	if (!full.ptr)
		return PL_E_MEMORY;
	image->repository = full;
	return PL_OK;
}

pl_err pl_image_parse(pl_str text, struct pl_arena *arena, struct pl_image *ret, const char **ret_why)
{
	struct pl_image image = {.text = text};
	pl_str name = text;
	const char *why = check_characters(text);
	if (!why && is_image_id(text))
		why = "it is the id of an image on some node, not a reference";
	if (!why)
		why = take_suffixes(&name, &image);
	if (why) {
		*ret_why = why;
		return PL_E_SYNTAX;
	}
	PL_TRY(split_name(name, arena, &image, ret_why));
	why = check_repository(image.repository);
	if (why) {
		*ret_why = why;
		return PL_E_SYNTAX;
	}
	PL_TRY(add_library(&image, arena));
	if (image.repository.len > MAX_REPOSITORY) {
		*ret_why = "its repository is longer than 255 characters";
		return PL_E_SYNTAX;
	}
	*ret = image;
	return PL_OK;
}

static pl_str effective_tag(const struct pl_image *image)
{
	return image->tag.len ? image->tag : PL_STR("latest");
}

bool pl_image_eq(const struct pl_image *a, const struct pl_image *b)
{
	if (!pl_str_eq(a->registry, b->registry) || !pl_str_eq(a->repository, b->repository))
		return false;
	if (a->digest.len || b->digest.len) /* the tag beside a digest says nothing about what runs */
		return pl_str_eq(a->digest, b->digest);
	return pl_str_eq(effective_tag(a), effective_tag(b));
}

/* --- approved places ---------------------------------------------------------------------------------------------- */

/* The repository part of an approved place; slashed: it ended in '/'. */
static const char *check_base_repository(const struct pl_image_base *base, bool slashed)
{
	if (find_char(base->repository, '@'))
		return "an approved place has no digest";
	if (find_char(base->repository, ':'))
		return "an approved place has no tag";
	const char *why = check_repository(base->repository);
	if (why)
		return why;
	bool hub = pl_str_eq(base->registry, PL_STR("docker.io"));
	if (hub && !slashed && !find_char(base->repository, '/') && !pl_str_eq(base->repository, PL_STR("library")))
		return "on docker.io one name is two things: write `docker.io/library/NAME` for the official image, "
		       "`docker.io/NAME/` for everything that this account publishes";
	if (base->repository.len > MAX_REPOSITORY)
		return "its repository is longer than 255 characters";
	return NULL;
}

/* "nginx:1.25" would else be blamed for its port. */
static bool looks_like_tag(pl_str first)
{
	const char *colon = first.len && first.ptr[0] != '[' ? find_char(first, ':') : NULL;
	return colon && !memchr(first.ptr, '.', (size_t)(colon - first.ptr)) && check_port(after(first, colon));
}

/* What is wrong with the text before it is taken apart. */
static const char *check_base(pl_str text, pl_str first)
{
	const char *why = check_characters(text);
	if (why)
		return why;
	if (!is_registry(first) && find_char(text, '@'))
		return "an approved place has no digest, and begins with a registry";
	if (!is_registry(first))
		return "it names no registry; for an image of Docker Hub write `docker.io/...`, such as "
		       "`docker.io/library/nginx`";
	if (find_char(first, '@'))
		return "an approved place has neither user name nor digest";
	return looks_like_tag(first) ? "an approved place has no tag, and begins with a registry" : NULL;
}

pl_err pl_image_base_parse(pl_str text, struct pl_arena *arena, struct pl_image_base *ret, const char **ret_why)
{
	struct pl_image_base base = {.repository = {NULL, 0}};
	bool slashed = text.len > 1 && text.ptr[text.len - 1] == '/';
	pl_str place = {text.ptr, text.len - slashed};
	const char *slash = find_char(place, '/');
	pl_str first = slash ? before(place, slash) : place;
	const char *why = check_base(text, first);
	if (why) {
		*ret_why = why;
		return PL_E_SYNTAX;
	}
	PL_TRY(parse_registry(first, arena, &base.registry, ret_why));
	if (slash) {
		base.repository = after(place, slash);
		why = check_base_repository(&base, slashed);
	}
	if (why) {
		*ret_why = why;
		return PL_E_SYNTAX;
	}
	*ret = base;
	return PL_OK;
}

bool pl_image_under(const struct pl_image *image, const struct pl_image_base *base)
{
	if (!pl_str_eq(image->registry, base->registry) || !pl_str_starts(image->repository, base->repository))
		return false;
	return base->repository.len == 0 || image->repository.len == base->repository.len ||
	       image->repository.ptr[base->repository.len] == '/';
}
