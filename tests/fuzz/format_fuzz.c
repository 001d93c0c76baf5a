/* format_fuzz.c - any text through the formatter, and what parses once more with other white space and comments between
 * its words. pl_policy_format itself reads its result again and aborts in this build when it says anything else; beyond
 * that: what parses can be formatted, white space makes no difference, and each comment is there once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lang/words.h"
#include "plimsoll/plimsoll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pl_str format(pl_str text, bool must_parse, struct pl_arena *arena)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), text};
	struct pl_diags diags;
	struct pl_buf out;
	pl_diags_init(&diags, arena);
	pl_buf_init(&out, arena, 0);
	pl_err err = pl_policy_format(&source, &out, &diags);
	if (err == PL_E_INTERNAL || (err != PL_OK && (diags.errors == 0 || out.len != 0)))
		abort();
	if (err == PL_E_POLICY && must_parse)
		abort();
	if (err != PL_OK)
		return (pl_str){0};
	return out.ptr ? pl_buf_str(&out) : PL_STR("");
}

/* The words again, with gaps that depend on the seed. */
static pl_str scatter(const struct pl_words *words, uint32_t seed, bool remarks, uint32_t *ret_count,
		      struct pl_arena *arena)
{
	static const char *const gaps[] = {" ", "\n", "\r\n\t", "\n\n", " # ", "\n# ", "\n\n    # "};
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	*ret_count = 0;
	for (uint32_t i = 0; i < words->count; i++) {
		seed = seed * 1664525u + 1013904223u;
		uint32_t gap = (seed >> 16) % (remarks ? 7 : 4);
		pl_buf_adds(&b, gaps[gap]);
		if (gap >= 4)
			pl_buf_addf(&b, "<%u>%s\n", (*ret_count)++,
				    (seed >> 24) % 8 == 0 ? "---------------------------------------------" : "");
		pl_buf_add(&b, words->items[i].text);
	}
	return b.failed ? (pl_str){0} : pl_buf_str(&b);
}

/* Comments are numbered; the text has none of its own. */
static void check_remarks(pl_str text, uint32_t count, struct pl_arena *arena)
{
	struct pl_policy_source source = {PL_STR("again.plim"), text};
	struct pl_words words;
	unsigned char *seen = pl_arena_zalloc(arena, count + 1, 1);
	if (!seen || pl_words_read(&source, arena, &words, NULL) != PL_OK)
		return;
	for (uint32_t i = 0; i < words.count; i++) {
		for (const struct pl_remark *r = words.items[i].above; r; r = r->next)
			seen[strtoul(r->text.ptr + 3, NULL, 10)]++;
		for (const struct pl_remark *r = words.items[i].behind; r; r = r->next)
			seen[strtoul(r->text.ptr + 3, NULL, 10)]++;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (seen[i] != 1)
			abort();
	}
}

static void check_scattered(pl_str text, uint32_t seed, struct pl_arena *arena)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), text};
	struct pl_words words;
	uint32_t count;
	if (pl_words_read(&source, arena, &words, NULL) != PL_OK)
		abort();
	pl_str one = format(scatter(&words, seed, false, &count, arena), true, arena);
	pl_str other = format(scatter(&words, ~seed, false, &count, arena), true, arena);
	if (one.ptr && other.ptr && !pl_str_eq(one, other))
		abort();
	pl_str remarked = format(scatter(&words, seed, true, &count, arena), true, arena);
	if (remarked.ptr)
		check_remarks(remarked, count, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t seed = 2166136261u;
	struct pl_arena *arena = pl_arena_new(256u << 20, 0);
	if (!arena || size > 65536) {
		pl_arena_free(arena);
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		seed = (seed ^ data[i]) * 16777619u;
	pl_str text = {(const char *)data, size};
	if (format(text, false, arena).ptr)
		check_scattered(text, seed, arena);
	pl_arena_free(arena);
	return 0;
}
