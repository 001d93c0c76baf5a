/* volumes_from.c - the transitive closure of volumesFrom, with cycles. spec: ecs.md 2.3: the agent passes "name:ro"
 * only for readOnly, else Docker keeps the mode of the source, so a way is read-only when any of its steps is.
 *
 * A breadth-first walk from every container over a matrix of at most 128 x 128 steps: bounded by caps, not by the
 * document. */
#include "volumes_from.h"

#include <string.h>

#include "base/suggest.h"
#include "bind.h"
#include "note.h"

struct step {
	pl_node entry; /* of the volumesFrom list */
	uint8_t reach; /* enum pl_reach */
};

struct pl_volumes_from {
	uint32_t count;	     /* containers */
	struct step *direct; /* [user * count + source] */
	struct step *closed; /* the same, through any number of steps */
};

static uint32_t container_named(const struct pl_workload *w, pl_str name)
{
	for (uint32_t i = 0; i < w->container_count; i++) {
		if (pl_str_eq(w->containers[i].name, name))
			return i;
	}
	return PL_NO_INDEX;
}

static pl_err dangling(struct pl_workload *w, pl_node entry, pl_str name)
{
	pl_str candidates[PL_MAX_CONTAINERS];
	for (uint32_t i = 0; i < w->container_count; i++)
		candidates[i] = w->containers[i].name;
	pl_str near = pl_suggest(name, candidates, w->container_count);
	pl_str remedy = {NULL, 0};
	if (near.len)
		remedy = pl_arena_printf(w->arena, "did you mean %s?", pl_note_quote(w, near));
	pl_node node = pl_bind_field(w->doc, entry, PL_NAME_sourceContainer);
	if (node == PL_NO_NODE)
		return pl_note_malformed(w, entry, "sourceContainer", remedy, "is required but missing");
	return pl_note_malformed(w, node, NULL, remedy, "is %s, but there is no container of that name",
				 pl_note_quote(w, name));
}

static pl_err read_entry(struct pl_workload *w, struct pl_volumes_from *v, uint32_t user, pl_node entry)
{
	pl_err err = PL_OK;
	pl_str name = pl_bind_text(w->doc, entry, PL_NAME_sourceContainer, w->arena, &err);
	PL_TRY(err);
	uint32_t source = container_named(w, name);
	if (source == PL_NO_INDEX)
		return dangling(w, entry, name);
	bool read_only = pl_bind_bool(w->doc, entry, PL_NAME_readOnly, false);
	struct step *s = &v->direct[user * v->count + source];
	uint8_t reach = read_only ? PL_REACH_READ_ONLY : PL_REACH_AS_IS;
	if (reach > s->reach)
		*s = (struct step){entry, reach};
	return PL_OK;
}

/* Takes the step user -> source -> next, if it leads somewhere new or leaves more writable; true if it does. */
static bool extend(struct step *row, const struct step *onward, uint32_t source, uint32_t next)
{
	uint8_t reach = row[source].reach < onward[next].reach ? row[source].reach : onward[next].reach;
	if (reach <= row[next].reach)
		return false;
	row[next] = (struct step){row[source].entry, reach};
	return true;
}

/* Closes the row of one container. Every container enters the queue at most twice: read-only and as it is. */
static void close_row(struct pl_volumes_from *v, uint32_t user)
{
	uint32_t queue[2 * PL_MAX_CONTAINERS + 1], head = 0, tail = 0, n = v->count;
	struct step *row = v->closed + user * n;
	memcpy(row, v->direct + user * n, n * sizeof *row);
	for (uint32_t i = 0; i < n; i++) {
		if (row[i].reach != PL_REACH_NONE)
			queue[tail++] = i;
	}
	while (head < tail) {
		uint32_t source = queue[head++];
		const struct step *onward = v->direct + source * n;
		for (uint32_t next = 0; next < n; next++) {
			if (extend(row, onward, source, next))
				queue[tail++] = next;
		}
	}
}

pl_err pl_volumes_from_read(struct pl_workload *w, struct pl_volumes_from **ret)
{
	struct pl_volumes_from *v = pl_arena_zalloc(w->arena, 1, sizeof *v);
	size_t cells = (size_t)w->container_count * w->container_count;
	if (!v)
		return PL_E_MEMORY;
	v->count = w->container_count;
	v->direct = pl_arena_zalloc(w->arena, cells, sizeof *v->direct);
	v->closed = pl_arena_zalloc(w->arena, cells, sizeof *v->closed);
	if (!v->direct || !v->closed)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < v->count; i++) {
		pl_node list = pl_bind_field(w->doc, w->containers[i].node, PL_NAME_volumesFrom);
		for (pl_node e = pl_bind_first(w->doc, list); e != PL_NO_NODE; e = pl_doc_next(w->doc, list, e))
			PL_TRY(read_entry(w, v, i, e));
	}
	for (uint32_t i = 0; i < v->count; i++)
		close_row(v, i);
	*ret = v;
	return PL_OK;
}

enum pl_reach pl_volumes_from_reach(const struct pl_volumes_from *v, uint32_t user, uint32_t source, pl_node *ret_entry)
{
	const struct step *s = &v->closed[user * v->count + source];
	*ret_entry = s->reach == PL_REACH_NONE ? PL_NO_NODE : s->entry;
	return user == source ? PL_REACH_NONE : (enum pl_reach)s->reach;
}
