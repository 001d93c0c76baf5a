/* image_fuzz.c - any bytes as an image reference and as an approved place: no crash, and what is read is read again
 * from its own normal form. */
#include <stdint.h>
#include <stdlib.h>

#include "model/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_image(pl_str text, struct pl_arena *arena)
{
	struct pl_image a, b;
	const char *why = NULL;
	if (pl_image_parse(text, arena, &a, &why) != PL_OK) {
		must(why != NULL);
		return;
	}
	pl_str normal = pl_arena_printf(arena, "%.*s/%.*s%s%.*s%s%.*s", PL_FMT(a.registry), PL_FMT(a.repository),
					a.tag.len ? ":" : "", PL_FMT(a.tag), a.digest.len ? "@" : "", PL_FMT(a.digest));
	must(pl_image_parse(normal, arena, &b, &why) == PL_OK);
	must(pl_image_eq(&a, &b) && pl_str_eq(a.tag, b.tag) && pl_str_eq(a.digest, b.digest));
}

static void check_base(pl_str text, struct pl_arena *arena)
{
	struct pl_image_base a;
	const char *why = NULL;
	if (pl_image_base_parse(text, arena, &a, &why) != PL_OK)
		must(why != NULL);
	else
		must(a.registry.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	pl_str text = {(const char *)data, size};
	must(arena != NULL);
	check_image(text, arena);
	check_base(text, arena);
	pl_arena_free(arena);
	return 0;
}
