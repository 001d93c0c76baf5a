/* reader.c - see reader.h. Arrays are counted first and made in one piece, so that caps come before memory. */
#include "reader.h"

#include "base/invariant.h"
#include "base/suggest.h"
#include "bind.h"
#include "keys.h"
#include "note.h"
#include "scalar.h"

#define NO_REMEDY ((pl_str){NULL, 0})

static pl_err check_total(struct pl_workload *w, const char *what, uint32_t count, uint32_t cap)
{
	if (count <= cap)
		return PL_OK;
	return pl_note_malformed(w, w->object, NULL, NO_REMEDY, "has %u %s in all; more than %u are not judged", count,
				 what, cap);
}

static pl_err check_totals(struct pl_workload *w, const struct pl_reader_room *room)
{
	PL_TRY(check_total(w, "containers", room->containers, PL_MAX_CONTAINERS));
	PL_TRY(check_total(w, "volumes", room->volumes, PL_MAX_VOLUMES));
	PL_TRY(check_total(w, "volume mounts", room->mounts, PL_MAX_MOUNTS));
	PL_TRY(check_total(w, "ports", room->ports, PL_MAX_PORTS));
	return check_total(w, "environment variables", room->variables, PL_MAX_VARIABLES);
}

pl_err pl_reader_reserve(struct pl_workload *w, const struct pl_reader_room *room)
{
	PL_TRY(check_totals(w, room));
	if (w->malformed)
		return PL_OK;
	w->containers = pl_arena_zalloc(w->arena, room->containers, sizeof *w->containers);
	w->mounts = pl_arena_zalloc(w->arena, room->mounts, sizeof *w->mounts);
	w->volumes = pl_arena_zalloc(w->arena, room->volumes, sizeof *w->volumes);
	w->ports = pl_arena_zalloc(w->arena, room->ports, sizeof *w->ports);
	w->variables = pl_arena_zalloc(w->arena, room->variables, sizeof *w->variables);
	w->images = pl_arena_zalloc(w->arena, room->images, sizeof *w->images);
	w->security_contexts = pl_arena_zalloc(w->arena, room->security_contexts, sizeof *w->security_contexts);
	w->handlers = pl_arena_zalloc(w->arena, room->handlers, sizeof *w->handlers);
	bool all = w->containers && w->mounts && w->volumes && w->ports && w->variables && w->images &&
		   w->security_contexts && w->handlers;
	return all ? PL_OK : PL_E_MEMORY;
}

static const struct pl_image_read *find_image(const struct pl_image_read *from, pl_node node)
{
	while (from && from->node != node)
		from = from->next;
	return from;
}

pl_err pl_reader_add_image(struct pl_workload *w, pl_node node, uint32_t container, uint32_t volume)
{
	const struct pl_image_read *read = find_image(w->next_image, node);
	if (!read)
		read = find_image(w->first_image, node);
	if (PL_NEVER(!read))
		return PL_E_INTERNAL;
	w->next_image = read->next;
	w->images[w->image_count++] = (struct pl_image_use){node, container, volume, &read->image};
	return PL_OK;
}

uint32_t pl_reader_volume_named(const struct pl_workload *w, pl_str name)
{
	for (uint32_t i = 0; i < w->volume_count; i++) {
		if (pl_str_eq(w->volumes[i].name, name))
			return i;
	}
	return PL_NO_INDEX;
}

pl_err pl_reader_dangling_volume(struct pl_workload *w, pl_node node, pl_str name)
{
	pl_str candidates[PL_MAX_VOLUMES];
	for (uint32_t i = 0; i < w->volume_count; i++)
		candidates[i] = w->volumes[i].name;
	pl_str near = pl_suggest(name, candidates, w->volume_count);
	pl_str remedy = near.len ? pl_arena_printf(w->arena, "did you mean %s?", pl_note_quote(w, near)) : NO_REMEDY;
	return pl_note_malformed(w, node, NULL, remedy, "is %s, but there is no volume of that name",
				 pl_note_quote(w, name));
}

/* The node of the field `name` of a record, for a finding to point at. */
static pl_node name_node(const struct pl_workload *w, pl_node record)
{
	pl_node name = pl_bind_field(w->doc, record, PL_NAME_name);
	return name == PL_NO_NODE ? record : name;
}

static pl_err check_container_names(struct pl_workload *w, const char *unit)
{
	pl_str *names = pl_arena_alloc(w->arena, w->container_count * sizeof *names);
	size_t at;
	if (!names)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < w->container_count; i++)
		names[i] = w->containers[i].name;
	PL_TRY(pl_keys_find_equal(names, w->container_count, w->arena, &at));
	if (at == SIZE_MAX)
		return PL_OK;
	return pl_note_malformed(w, name_node(w, w->containers[at].node), NULL, NO_REMEDY,
				 "is %s, but another container of the %s has that name", pl_note_quote(w, names[at]),
				 unit);
}

static pl_err check_volume_names(struct pl_workload *w, const char *unit)
{
	pl_str *names = pl_arena_alloc(w->arena, w->volume_count * sizeof *names);
	size_t at;
	if (!names)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < w->volume_count; i++)
		names[i] = w->volumes[i].name;
	PL_TRY(pl_keys_find_equal(names, w->volume_count, w->arena, &at));
	if (at == SIZE_MAX)
		return PL_OK;
	return pl_note_malformed(w, name_node(w, w->volumes[at].node), NULL, NO_REMEDY,
				 "is %s, but another volume of the %s has that name", pl_note_quote(w, names[at]),
				 unit);
}

bool pl_reader_is_empty(const struct pl_workload *w, pl_node record, uint16_t name_id)
{
	pl_node list = pl_bind_field(w->doc, record, name_id);
	return list == PL_NO_NODE || (pl_doc_type(w->doc, list) == PL_NODE_ARRAY && pl_doc_count(w->doc, list) == 0);
}

pl_err pl_reader_check_names(struct pl_workload *w, const char *unit)
{
	PL_TRY(check_container_names(w, unit));
	return check_volume_names(w, unit);
}
