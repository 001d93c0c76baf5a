/* gather.c - see gather.h. */
#include "gather.h"

static bool is_there(const struct pl_gather *g, pl_str text)
{
	for (size_t i = 0; i < g->count; i++) {
		if (pl_str_eq(g->sources[i].text, text))
			return true;
	}
	return false;
}

static pl_err add(struct pl_gather *g, pl_str name, pl_str text, struct pl_arena *arena)
{
	size_t i = g->count;
	g->sources[i] = (struct pl_policy_source){name, text};
	PL_TRY(pl_parse(&g->sources[i], (uint16_t)i, arena, &g->decls[i], NULL));
	g->count++;
	return PL_OK;
}

/* A list that grows while it is walked: what packs use is added too. */
static pl_err add_packs(struct pl_gather *g, struct pl_arena *arena)
{
	for (size_t i = 0; i < g->count; i++) {
		for (const struct pl_decl *d = g->decls[i]; d; d = d->next) {
			pl_str text = d->kind == PL_DECL_USE ? pl_policy_pack(d->name.text) : (pl_str){0};
			if (text.len && !is_there(g, text))
				PL_TRY(add(g, d->name.text, text, arena));
		}
	}
	return PL_OK;
}

pl_err pl_gather_sources(const struct pl_policy_input *input, struct pl_arena *arena, struct pl_gather *ret)
{
	const char *const *packs;
	size_t room = input->source_count + pl_policy_packs(&packs);
	struct pl_gather g = {.sources = pl_arena_zalloc(arena, room, sizeof *g.sources),
			      .decls = pl_arena_zalloc(arena, room, sizeof *g.decls)};
	if (!g.sources || !g.decls)
		return PL_E_MEMORY;
	for (size_t i = 0; i < input->source_count; i++)
		PL_TRY(add(&g, input->sources[i].name, input->sources[i].text, arena));
	PL_TRY(add_packs(&g, arena));
	*ret = g;
	return PL_OK;
}
