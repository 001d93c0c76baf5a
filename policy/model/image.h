/* image.h - image references. spec: distribution/reference, with language.md 7.8: registry lower case; docker.io,
 * index.docker.io and none are one; library/ added there; digests are sha256 with 64 or sha512 with 128 lower-case hex
 * digits; anything else, non-ASCII, white space or an upper-case repository is not an image. */
#ifndef PL_MODEL_IMAGE_H
#define PL_MODEL_IMAGE_H

#include "plimsoll/arena.h"

struct pl_image {
	pl_str text;	   /* as written */
	pl_str registry;   /* "docker.io", "registry.example.com:5000", "[2001:db8::1]:5000" */
	pl_str repository; /* "library/nginx" */
	pl_str tag;	   /* empty when there is none */
	pl_str digest;	   /* with algorithm; empty when there is none */
};

/* Parses; texts are borrowed from text or made in arena. PL_E_SYNTAX with *ret_why (static: what is wrong) or
 * PL_E_MEMORY. */
PL_MUST_USE pl_err pl_image_parse(pl_str text, struct pl_arena *arena, struct pl_image *ret, const char **ret_why);
/* Same image: registry, repository, then the digest where one has one, else the tag (none is "latest"). A tag beside a
 * digest says nothing. */
bool pl_image_eq(const struct pl_image *a, const struct pl_image *b);

/* An approved place: "registry", "registry/path", "registry/repository". Normalised like an image, without tag or
 * digest; one '/' at the end is tolerated. A text without a registry (no dot, colon or "localhost" in its first part)
 * is an error: write docker.io/... So is "docker.io/nginx", which as an image is library/nginx but as a place could be
 * the account nginx: write docker.io/library/nginx, or docker.io/nginx/ for the account. */
struct pl_image_base {
	pl_str registry;
	pl_str repository; /* empty: the whole registry */
};
PL_MUST_USE pl_err pl_image_base_parse(pl_str text, struct pl_arena *arena, struct pl_image_base *ret,
				       const char **ret_why);
/* Same place, or below it at a '/'. */
bool pl_image_under(const struct pl_image *image, const struct pl_image_base *base);

#endif
