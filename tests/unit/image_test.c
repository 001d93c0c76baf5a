/* image_test.c - references, as distribution/reference reads them and stricter where runtimes disagree. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/image.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A64 A32 A32
#define SHA "sha256:" A64

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static void same(const char *image, const char *part, pl_str got, const char *wanted)
{
	if (got.len != strlen(wanted) || memcmp(got.len ? got.ptr : "", wanted, got.len) != 0)
		fail_msg("the %s of `%s` is `%.*s`, not `%s`", part, image, PL_FMT(got), wanted);
}

static void reads_references(void **state)
{
	(void)state;
	static const struct {
		const char *text, *registry, *repository, *tag, *digest;
	} rows[] = {
		{"nginx", "docker.io", "library/nginx", "", ""},
		{"nginx:1.25", "docker.io", "library/nginx", "1.25", ""},
		{"nginx:5000", "docker.io", "library/nginx", "5000", ""},
		{"acme/app", "docker.io", "acme/app", "", ""},
		{"docker.io/nginx", "docker.io", "library/nginx", "", ""},
		{"index.docker.io/nginx", "docker.io", "library/nginx", "", ""},
		{"index.docker.io/library/nginx:1", "docker.io", "library/nginx", "1", ""},
		{"DOCKER.io/nginx", "docker.io", "library/nginx", "", ""},
		{"registry-1.docker.io/nginx", "registry-1.docker.io", "nginx", "", ""},
		{"registry.example.com/app:1", "registry.example.com", "app", "1", ""},
		{"registry.example.com:5000/app", "registry.example.com:5000", "app", "", ""},
		{"registry.example.com:443/a/b/c@" SHA, "registry.example.com:443", "a/b/c", "", SHA},
		{"REGISTRY.Example.COM/app:1", "registry.example.com", "app", "1", ""},
		{"registry.example.com.evil.com/app:1", "registry.example.com.evil.com", "app", "1", ""},
		{"evil.com/registry.example.com/app:1", "evil.com", "registry.example.com/app", "1", ""},
		{"localhost/app", "localhost", "app", "", ""},
		{"LocalHost/app", "localhost", "app", "", ""},
		{"localhost:5000/app", "localhost:5000", "app", "", ""},
		{"myhost:5000/app", "myhost:5000", "app", "", ""},
		{"[2001:db8::1]:5000/app:1", "[2001:db8::1]:5000", "app", "1", ""},
		{"[2001:DB8:0::1]/app", "[2001:db8::1]", "app", "", ""},
		{"[::ffff:102:304]:80/app", "1.2.3.4:80", "app", "", ""},
		{"1.2.3.4/app", "1.2.3.4", "app", "", ""},
		{"a.b/x:t@" SHA, "a.b", "x", "t", SHA},
		{"a.b/x@sha512:" A64 A64, "a.b", "x", "", "sha512:" A64 A64},
		{"a.b/a__b/c--d/e.f/g-h_i", "a.b", "a__b/c--d/e.f/g-h_i", "", ""},
		{"a.b/x:_T.-1", "a.b", "x", "_T.-1", ""},
		{"a.b/x:" A64 A64, "a.b", "x", A64 A64, ""},
		{"a-b.c/x", "a-b.c", "x", "", ""},
		{"sha256/" A64, "docker.io", "sha256/" A64, "", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image image;
		const char *why = "";
		if (pl_image_parse(N(rows[i].text), arena, &image, &why) != PL_OK)
			fail_msg("`%s` is refused: %s", rows[i].text, why);
		same(rows[i].text, "text", image.text, rows[i].text);
		same(rows[i].text, "registry", image.registry, rows[i].registry);
		same(rows[i].text, "repository", image.repository, rows[i].repository);
		same(rows[i].text, "tag", image.tag, rows[i].tag);
		same(rows[i].text, "digest", image.digest, rows[i].digest);
	}
}

#define UPPER "its repository has upper-case letters"
#define PARTS                                                                                                          \
	"the parts of a repository are lower-case letters and digits, with single separators `.`, `_`, `__` or "       \
	"dashes "                                                                                                      \
	"between them"
#define EMPTY  "its repository has an empty part (`//`, or a `/` at an end)"
#define USER   "an `@` may only stand before a digest (a registry takes no user name)"
#define DIG    "after `@` comes a digest, `sha256:` or `sha512:`"
#define DIG256 "its digest is not `sha256:` with 64 lower-case hexadecimal digits"
#define PORT   "the port of its registry is not a number from 1 to 65535"
#define HOST   "its registry has characters other than letters, digits, `-` and `.`"
#define TAG    "its tag has characters other than letters, digits, `_`, `.` and `-`, or begins with `.` or `-`"
#define ID     "it is the id of an image on some node, not a reference"
#define V6     "its registry in brackets is not an IPv6 address"

static void refuses_with_a_reason(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "it is empty"},
		{" nginx", "it holds white space"},
		{"nginx\n", "it holds white space"},
		{"ngi\x01nx", "it holds control characters"},
		{"reg\xd1\x96stry.example.com/app", "it holds characters other than ASCII"},
		{"https://a.b/x", "it is a URL; leave out the scheme (`https://`)"},
		{"docker-pullable://nginx", "it is a URL; leave out the scheme (`https://`)"},
		{"registry.example.com@evil.com/app:1", USER},
		{"user:pass@evil.com/app", USER},
		{"a.b/x@", DIG},
		{"a.b/x@sha256", DIG},
		{"a.b/x@md5:" A32, DIG},
		{"a.b/x@sha256:zz", DIG256},
		{"a.b/x@" SHA "a", DIG256},
		{"a.b/x@sha256:A" A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", DIG256},
		{"a.b/x@" SHA "@" SHA, DIG256},
		{"a.b/x@sha512:" A64, "its digest is not `sha512:` with 128 lower-case hexadecimal digits"},
		{"Nginx", UPPER},
		{"a.b/App", UPPER},
		{"a.b/x/aB", UPPER},
		{"Foo/bar",
		 "its first part has upper-case letters: a repository must not, and a registry needs a dot or a port"},
		{"a.b/", EMPTY},
		{"a.b//x", EMPTY},
		{"/x", EMPTY},
		{"x/", EMPTY},
		{"a.b/x/:1", EMPTY},
		{"a.b/../x", PARTS},
		{"docker.io/../x", PARTS},
		{"a.b/-x", PARTS},
		{"a.b/x-", PARTS},
		{"a.b/x..y", PARTS},
		{"a.b/x___y", PARTS},
		{"a.b/x._y", PARTS},
		{"a.b/x%2fy", PARTS},
		{"a.b/x:", "its tag is empty"},
		{"a.b/x:-1", TAG},
		{"a.b/x:.1", TAG},
		{"a.b/x:1:2", TAG},
		{"a.b/x:a+b", TAG},
		{"a.b/x:" A64 A64 "a", "its tag is longer than 128 characters"},
		{"a.b./x", "the host name of its registry has an empty part"},
		{".b/x", "the host name of its registry has an empty part"},
		{"a..b/x", "the host name of its registry has an empty part"},
		{"-a.b/x", "a part of the host name of its registry begins or ends with `-`"},
		{"a-.b/x", "a part of the host name of its registry begins or ends with `-`"},
		{"a_b.c/x", HOST},
		{"a.b:/x", PORT},
		{"a.b:0/x", PORT},
		{"a.b:05000/x", PORT},
		{"a.b:65536/x", PORT},
		{"a.b:999999/x", PORT},
		{"a.b:80a/x", "the port of its registry is not a number"},
		{"a.b:1:2/x", "the port of its registry is not a number"},
		{"[::1/x", V6},
		{"[]/x:1", PARTS},
		{"[:::]:5/x", V6},
		{"[::1%eth0]:5/x", V6},
		{"[::1]5.0/x", "after the address in brackets comes `:` and a port, or `/`"},
		{"[::1]:x/y", "the port of its registry is not a number"},
		{A64, ID},
		{SHA, ID},
		{"app:sha256-" A64 ":x", TAG},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image image;
		const char *why = "";
		if (pl_image_parse(N(rows[i].text), arena, &image, &why) != PL_E_SYNTAX)
			fail_msg("`%s` is not refused", rows[i].text);
		if (strcmp(why, rows[i].why) != 0)
			fail_msg("`%s`: `%s`, not `%s`", rows[i].text, why, rows[i].why);
	}
	struct pl_image image;
	const char *why = "";
	assert_int_equal(pl_image_parse((pl_str){"a.b/x\0y", 7}, arena, &image, &why), PL_E_SYNTAX);
	assert_string_equal(why, "it holds control characters");
	assert_int_equal(pl_image_parse((pl_str){NULL, 0}, arena, &image, &why), PL_E_SYNTAX);
}

static void limits_the_name(void **state)
{
	(void)state;
	char text[300] = "a.b/";
	struct pl_image image;
	const char *why = "";
	memset(text + 4, 'x', 256);
	assert_int_equal(pl_image_parse((pl_str){text, 4 + 255}, arena, &image, &why), PL_OK);
	assert_int_equal(pl_image_parse((pl_str){text, 4 + 256}, arena, &image, &why), PL_E_SYNTAX);
	assert_string_equal(why, "its repository is longer than 255 characters");
	/* library/ counts */
	assert_int_equal(pl_image_parse((pl_str){text + 4, 247}, arena, &image, &why), PL_OK);
	assert_int_equal(pl_image_parse((pl_str){text + 4, 248}, arena, &image, &why), PL_E_SYNTAX);
}

static struct pl_image image_of(const char *text)
{
	struct pl_image image;
	const char *why;
	assert_int_equal(pl_image_parse(N(text), arena, &image, &why), PL_OK);
	return image;
}

static void compares(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"nginx", "docker.io/library/nginx:latest", true},
		{"nginx", "index.docker.io/library/nginx", true},
		{"nginx:1", "nginx:2", false},
		{"nginx:1", "nginx", false},
		{"A.B/x:1", "a.b/x:1", true},
		{"a.b:443/x", "a.b/x", false},
		{"a.b/x:1@" SHA, "a.b/x:2@" SHA, true},
		{"a.b/x@" SHA, "a.b/x@sha256:b" A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
		{"a.b/x:1@" SHA, "a.b/x:1", false},
		{"a.b/x@" SHA, "a.b/x", false},
		{"a.b/x@" SHA, "a.b/x:latest", false},
		{"a.b/x", "a.b/y", false},
		{"a.b/x", "c.b/x", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image a = image_of(rows[i].a), b = image_of(rows[i].b);
		if (pl_image_eq(&a, &b) != rows[i].same || pl_image_eq(&b, &a) != rows[i].same)
			fail_msg("`%s` and `%s`", rows[i].a, rows[i].b);
	}
}

static void reads_approved_places(void **state)
{
	(void)state;
	static const struct {
		const char *text, *registry, *repository;
	} rows[] = {
		{"docker.io", "docker.io", ""},
		{"index.docker.io/", "docker.io", ""},
		{"docker.io/library", "docker.io", "library"},
		{"docker.io/library/nginx", "docker.io", "library/nginx"},
		{"docker.io/acme/", "docker.io", "acme"},
		{"docker.io/acme/app", "docker.io", "acme/app"},
		{"public.ecr.aws/acme", "public.ecr.aws", "acme"},
		{"registry:5000/team/app", "registry:5000", "team/app"},
		{"registry:5000", "registry:5000", ""},
		{"REGISTRY.Example.com/team/", "registry.example.com", "team"},
		{"localhost", "localhost", ""},
		{"[2001:db8:0::1]:5000/x", "[2001:db8::1]:5000", "x"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image_base base;
		const char *why = "";
		if (pl_image_base_parse(N(rows[i].text), arena, &base, &why) != PL_OK)
			fail_msg("`%s` is refused: %s", rows[i].text, why);
		same(rows[i].text, "registry", base.registry, rows[i].registry);
		same(rows[i].text, "repository", base.repository, rows[i].repository);
	}
}

#define NO_REGISTRY                                                                                                    \
	"it names no registry; for an image of Docker Hub write `docker.io/...`, such as `docker.io/library/nginx`"
#define TWO                                                                                                            \
	"on docker.io one name is two things: write `docker.io/library/NAME` for the official image, "                 \
	"`docker.io/NAME/` "                                                                                           \
	"for everything that this account publishes"

static void refuses_vague_places(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "it is empty"},
		{"nginx", NO_REGISTRY},
		{"acme/app", NO_REGISTRY},
		{"/", NO_REGISTRY},
		{"docker.io/nginx", TWO},
		{"index.docker.io/acme", TWO},
		{"nginx:1.25", "an approved place has no tag, and begins with a registry"},
		{"nginx:latest", "an approved place has no tag, and begins with a registry"},
		{"docker.io/library/nginx:1.25", "an approved place has no tag"},
		{"a.b/x@" SHA, "an approved place has no digest"},
		{"nginx@" SHA, "an approved place has neither user name nor digest"},
		{"x@y", "an approved place has no digest, and begins with a registry"},
		{"user@a.b/x", "an approved place has neither user name nor digest"},
		{"https://a.b/x", "it is a URL; leave out the scheme (`https://`)"},
		{"a.b/*", PARTS},
		{"*.b/x", HOST},
		{"a.b//", EMPTY},
		{"a.b/X", UPPER},
		{"a.b:/x", PORT},
		{"a.b /x", "it holds white space"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image_base base;
		const char *why = "";
		if (pl_image_base_parse(N(rows[i].text), arena, &base, &why) != PL_E_SYNTAX)
			fail_msg("`%s` is not refused", rows[i].text);
		if (strcmp(why, rows[i].why) != 0)
			fail_msg("`%s`: `%s`, not `%s`", rows[i].text, why, rows[i].why);
	}
}

static void finds_images_under_places(void **state)
{
	(void)state;
	static const struct {
		const char *image, *base;
		bool under;
	} rows[] = {
		{"registry.example.com/app:1", "registry.example.com", true},
		{"REGISTRY.EXAMPLE.COM/app:1", "registry.example.com", true},
		{"registry.example.com:5000/app", "registry.example.com", false},
		{"registry.example.com.evil.com/app:1", "registry.example.com", false},
		{"evil.com/registry.example.com/app:1", "registry.example.com", false},
		{"localhost/app", "registry.example.com", false},
		{"nginx", "docker.io", true},
		{"nginx", "docker.io/library", true},
		{"nginx", "docker.io/library/nginx", true},
		{"nginx-evil", "docker.io/library/nginx", false},
		{"public.ecr.aws/acme/app", "public.ecr.aws/acme", true},
		{"public.ecr.aws/acme", "public.ecr.aws/acme", true},
		{"public.ecr.aws/acme2/app", "public.ecr.aws/acme", false},
		{"public.ecr.aws/acm", "public.ecr.aws/acme", false},
		{"acme/app", "docker.io/acme/", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_image image = image_of(rows[i].image);
		struct pl_image_base base;
		const char *why;
		assert_int_equal(pl_image_base_parse(N(rows[i].base), arena, &base, &why), PL_OK);
		if (pl_image_under(&image, &base) != rows[i].under)
			fail_msg("`%s` under `%s`", rows[i].image, rows[i].base);
	}
}

static void runs_out_of_memory(void **state)
{
	(void)state;
	struct pl_arena *tiny = pl_arena_new(1, 0);
	struct pl_image image;
	const char *why;
	assert_int_equal(pl_image_parse(N("nginx"), tiny, &image, &why), PL_E_MEMORY);
	assert_int_equal(pl_image_parse(N("A.b/x"), tiny, &image, &why), PL_E_MEMORY);
	assert_int_equal(pl_image_parse(N("[::1]/x"), tiny, &image, &why), PL_E_MEMORY);
	assert_int_equal(pl_image_parse(N("a.b/x"), tiny, &image, &why), PL_OK);
	pl_arena_free(tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_references),	     cmocka_unit_test(refuses_with_a_reason),
		cmocka_unit_test(limits_the_name),	     cmocka_unit_test(compares),
		cmocka_unit_test(reads_approved_places),     cmocka_unit_test(refuses_vague_places),
		cmocka_unit_test(finds_images_under_places), cmocka_unit_test(runs_out_of_memory),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
