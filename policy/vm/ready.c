/* ready.c - see ready.h. */
#include "ready.h"

#include <string.h>

#include "base/buf.h"
#include "regex.h"
#include "screen.h"
#include "sets.h"

/* --- patterns
 * --------------------------------------------------------------------------------------------------------- */

/* The pattern as it may stand in a source, between slashes. */
static pl_str as_written(pl_str pattern, struct pl_arena *arena)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, pattern.len + 2);
	pl_buf_addc(&b, '/');
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] == '/')
			pl_buf_addc(&b, '\\');
		pl_buf_addc(&b, pattern.ptr[i]);
	}
	pl_buf_addc(&b, '/');
	return b.failed ? (pl_str){0} : pl_buf_str(&b);
}

/* Programs do not hold places of patterns: the first source that has it is where it stands. */
static void locate(const struct pl_policy_source *sources, size_t count, pl_str text, struct pl_diag *d)
{
	for (size_t i = 0; i < count && text.len; i++) {
		const char *at = sources[i].text.len
					 ? memmem(sources[i].text.ptr, sources[i].text.len, text.ptr, text.len)
					 : NULL;
		if (!at)
			continue;
		d->source = sources[i].name;
		d->text = sources[i].text;
		d->at = (struct pl_span){(uint32_t)(at - sources[i].text.ptr), (uint32_t)text.len};
		return;
	}
}

static pl_err refuse_pattern(const struct pl_pattern *pattern, const struct pl_policy_source *sources, size_t count,
			     pl_str why, size_t offset, struct pl_arena *arena, struct pl_diags *diags)
{
	struct pl_diag d = {.level = PL_DIAG_ERROR, .code = "E0320"};
	d.message = pl_arena_printf(arena, "the pattern is not valid: %.*s", PL_FMT(why));
	d.note = pl_arena_printf(arena, "after %zu bytes of the pattern", offset);
	d.help = PL_STR("patterns are Perl-compatible regular expressions without back-references and look-around");
	pl_str text = as_written(pattern->text, arena);
	if (!d.message.ptr || !d.note.ptr || !text.ptr)
		return PL_E_MEMORY;
	locate(sources, count, text, &d);
	pl_diags_add(diags, &d);
	return PL_E_POLICY;
}

static pl_err compile_patterns(const struct pl_program *p, const struct pl_policy_source *sources, size_t count,
			       struct pl_arena *arena, struct pl_diags *diags)
{
	pl_err result = PL_OK;
	for (uint32_t i = 0; i < p->pattern_count; i++) {
		struct pl_pattern *pattern = &p->patterns[i];
		const struct pl_regex *regex;
		pl_str why;
		size_t offset;
		pl_err err = pl_regex_compile(pattern->text, pattern->ignore_case, arena, &regex, &why, &offset);
		if (err == PL_E_POLICY)
			result = err = refuse_pattern(pattern, sources, count, why, offset, arena, diags);
		else if (err == PL_OK)
			pattern->compiled = regex;
		if (err != PL_OK && err != PL_E_POLICY)
			return err;
	}
	return result;
}

/* --- sets and rules
 * --------------------------------------------------------------------------------------------------- */

static pl_err index_sets(const struct pl_program *p, struct pl_arena *arena, const struct pl_value **ret_consts)
{
	struct pl_value *consts = pl_arena_alloc(arena, p->const_count * sizeof *consts);
	if (!consts)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < p->const_count; i++) {
		consts[i] = p->consts[i];
		if (consts[i].kind == PL_V_LIST) {
			consts[i].u.list = pl_sets_prepare(p->consts[i].u.list, arena);
			if (!consts[i].u.list)
				return PL_E_MEMORY;
		} else if (consts[i].kind == PL_V_MAP) {
			consts[i].u.map = pl_sets_prepare_map(p->consts[i].u.map, arena);
			if (!consts[i].u.map)
				return PL_E_MEMORY;
		}
	}
	*ret_consts = consts;
	return PL_OK;
}

static pl_err sort_rules(const struct pl_program *p, struct pl_arena *arena, struct pl_ready *ready)
{
	uint16_t *rules = pl_arena_alloc(arena, p->rule_count * sizeof *rules);
	if (!rules)
		return PL_E_MEMORY;
	uint32_t n = 0;
	for (unsigned s = 0; s < PL_SUBJECT_COUNT; s++) {
		ready->first[s] = n;
		for (uint32_t i = 0; i < p->rule_count; i++) {
			if (p->rules[i].subject == s)
				rules[n++] = (uint16_t)i;
		}
	}
	ready->first[PL_SUBJECT_COUNT] = n;
	ready->rules = rules;
	return PL_OK;
}

pl_err pl_ready_make(const struct pl_program *program, const struct pl_policy_source *sources, size_t source_count,
		     struct pl_arena *arena, struct pl_ready *ret, struct pl_diags *diags)
{
	struct pl_ready ready = {.program = program};
	PL_TRY(compile_patterns(program, sources, source_count, arena, diags));
	PL_TRY(index_sets(program, arena, &ready.consts));
	PL_TRY(sort_rules(program, arena, &ready));
	ready.screens = pl_screen_make(program, ready.consts, arena);
	if (!ready.screens)
		return PL_E_MEMORY;
	*ret = ready;
	return PL_OK;
}
