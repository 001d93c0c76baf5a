/* regex.c - PCRE2's interpreter with every limit set and every result but "match" and "no match" made undecided.
 *
 * No JIT: workers may not map executable memory. Memory of a pattern comes from the arena of its policy; that of a
 * match from an arena of the scratch, where PCRE2's frames only ever grow, so that a warm scratch allocates nothing.
 * PCRE2 does not tell how many steps a match took, so a match runs under a small limit first and under a larger one
 * when that is not enough; what is charged to the request's budget is the limits used up, which is never too little. */
#include "regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/utf8.h"

#define HEAP_KIB	1024
#define DEPTH_LIMIT	10000
#define SCRATCH_CEILING ((size_t)4 * 1024 * 1024)

struct pl_regex {
	pcre2_code *code;
	pl_str prefix; /* that every text it matches begins with */
};

struct pl_regex_scratch {
	struct pl_arena *arena;
	pcre2_match_data *data;
	pcre2_match_context *context;
	uint32_t budget;
};

static void *take(size_t size, void *arena)
{
	return pl_arena_alloc(arena, size);
}

static void give(void *ptr, void *arena)
{
	(void)ptr;
	(void)arena;
}

static bool is_literal(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-/:@,=% ", c));
}

/* The literal beginning of a pattern without alternatives: most texts that do not match differ there already. A
 * character before a quantifier may be missing, so it is not part of it. */
static pl_str literal_prefix(pl_str pattern, bool ignore_case)
{
	size_t len = 0;
	if (ignore_case || !pattern.len || memchr(pattern.ptr, '|', pattern.len))
		return (pl_str){0};
	while (len < pattern.len && is_literal(pattern.ptr[len]))
		len++;
	bool quantified = len > 0 && len < pattern.len && strchr("?*+{", pattern.ptr[len]);
	return (pl_str){pattern.ptr, quantified ? len - 1 : len};
}

pl_err pl_regex_compile(pl_str pattern, bool ignore_case, struct pl_arena *arena, const struct pl_regex **ret_regex,
			pl_str *ret_why, size_t *ret_offset)
{
	struct pl_regex *regex = pl_arena_zalloc(arena, 1, sizeof *regex);
	pcre2_general_context *memory = pcre2_general_context_create(take, give, arena);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
	if (!regex || !context)
		return PL_E_MEMORY;
	uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_UTF |
			   PCRE2_NEVER_BACKSLASH_C;
	int number;
	PCRE2_SIZE offset;
	regex->code = pcre2_compile((PCRE2_SPTR)(pattern.ptr ? pattern.ptr : ""), pattern.len,
				    ignore_case ? options | PCRE2_CASELESS : options, &number, &offset, context);
	if (regex->code) {
		regex->prefix = pl_arena_dup(arena, literal_prefix(pattern, ignore_case));
		if (!regex->prefix.ptr)
			return PL_E_MEMORY;
		*ret_regex = regex;
		return PL_OK;
	}
	if (number == PCRE2_ERROR_HEAP_FAILED || number == PCRE2_ERROR_NOMEMORY)
		return PL_E_MEMORY;
	char text[256];
	pcre2_get_error_message(number, (PCRE2_UCHAR *)text, sizeof text);
	*ret_why = pl_arena_dup(arena, pl_str_from(text));
	*ret_offset = offset < pattern.len ? offset : pattern.len;
	return ret_why->ptr ? PL_E_POLICY : PL_E_MEMORY;
}

struct pl_regex_scratch *pl_regex_scratch_new(void)
{
	struct pl_regex_scratch *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->arena = pl_arena_new(SCRATCH_CEILING, 0);
	pcre2_general_context *memory = s->arena ? pcre2_general_context_create(take, give, s->arena) : NULL;
	s->data = memory ? pcre2_match_data_create(1, memory) : NULL;
	s->context = memory ? pcre2_match_context_create(memory) : NULL;
	if (!s->data || !s->context) {
		pl_regex_scratch_free(s);
		return NULL;
	}
	pcre2_set_heap_limit(s->context, HEAP_KIB);
	pcre2_set_depth_limit(s->context, DEPTH_LIMIT);
	pl_regex_scratch_begin(s);
	return s;
}

void pl_regex_scratch_free(struct pl_regex_scratch *scratch)
{
	if (!scratch)
		return;
	pl_arena_free(scratch->arena);
	free(scratch);
}

void pl_regex_scratch_begin(struct pl_regex_scratch *scratch)
{
	scratch->budget = PL_REGEX_BUDGET;
}

uint32_t pl_regex_budget(const struct pl_regex_scratch *scratch)
{
	return scratch->budget;
}

void pl_regex_set_budget(struct pl_regex_scratch *scratch, uint32_t budget)
{
	scratch->budget = budget;
}

/* One attempt under a limit of steps, charged whole. */
static int attempt(const struct pl_regex *regex, struct pl_regex_scratch *s, pl_str subject, uint32_t limit)
{
	s->budget -= limit;
	pcre2_set_match_limit(s->context, limit);
	return pcre2_match(regex->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""), subject.len, 0,
			   PCRE2_NO_UTF_CHECK, s->data, s->context);
}

static const char *limit_text(int result)
{
	switch (result) {
	case PCRE2_ERROR_MATCHLIMIT:
		return "the pattern took more than 10,000 steps on it";
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_NOMEMORY:
		return "the pattern took more memory on it than it may";
	default:
		return "the pattern could not be run on it";
	}
}

enum pl_regex_answer pl_regex_match(const struct pl_regex *regex, struct pl_regex_scratch *scratch, pl_str subject,
				    const char **ret_why)
{
	static const uint32_t limits[] = {16, 128, 1024, PL_REGEX_MATCH_LIMIT};
	if (subject.len > PL_REGEX_MAX_SUBJECT) {
		*ret_why = "it is longer than the 4,096 bytes a pattern is matched against";
		return PL_REGEX_UNDECIDED;
	}
	if (pl_utf8_valid_prefix(subject) != subject.len) {
		*ret_why = "it is not valid UTF-8";
		return PL_REGEX_UNDECIDED;
	}
	pl_str prefix = regex->prefix;
	if (prefix.len && (subject.len < prefix.len || memcmp(subject.ptr, prefix.ptr, prefix.len) != 0))
		return PL_REGEX_NO;
	int result = PCRE2_ERROR_MATCHLIMIT;
	for (size_t i = 0; i < sizeof limits / sizeof *limits && result == PCRE2_ERROR_MATCHLIMIT; i++) {
		if (scratch->budget < limits[i]) {
			*ret_why = "the patterns of this request have used up their 1,000,000 steps";
			return PL_REGEX_UNDECIDED;
		}
		result = attempt(regex, scratch, subject, limits[i]);
	}
	if (result >= 0)
		return PL_REGEX_YES;
	if (result == PCRE2_ERROR_NOMATCH)
		return PL_REGEX_NO;
	*ret_why = limit_text(result);
	return PL_REGEX_UNDECIDED;
}
