/* space_part.c - images and roles by their parts: a question about a whole one, or about its registry, is one about
 * parts that are varied on their own. */
#include "space.h"

#include <string.h>

#include "base/invariant.h"

static struct pl_alphabet *letters(struct pl_space_reader *r)
{
	return &r->space->alphabet;
}

static void ask_part(struct pl_space_reader *r, const struct pl_place *whole, enum pl_part part,
		     const struct pl_probe *probe)
{
	struct pl_place place = *whole;
	place.part = (uint8_t)part;
	if (part == PL_PART_IMAGE_TAG || part == PL_PART_IMAGE_DIGEST || part == PL_PART_ROLE_ACCOUNT)
		place.presence = PL_OPTIONAL;
	pl_place_add(r, &place, probe);
}

static void ask_text(struct pl_space_reader *r, const struct pl_place *whole, enum pl_part part, pl_str text)
{
	struct pl_probe probe = {.kind = PL_PROBE_TEXT, .lang = pl_lang_text(letters(r), text)};
	if (text.len)
		ask_part(r, whole, part, &probe);
}

/* "registry/repository". */
static pl_str full_name(struct pl_space_reader *r, pl_str registry, pl_str repository)
{
	pl_str name = repository.len
			      ? pl_arena_printf(r->space->arena, "%.*s/%.*s", PL_FMT(registry), PL_FMT(repository))
			      : registry;
	if (!name.ptr)
		r->space->err = PL_E_MEMORY;
	return name;
}

static void ask_image(struct pl_space_reader *r, const struct pl_place *whole, const struct pl_image *image)
{
	ask_text(r, whole, PL_PART_IMAGE_NAME, full_name(r, image->registry, image->repository));
	ask_text(r, whole, PL_PART_IMAGE_TAG, image->tag.len || image->digest.len ? image->tag : PL_STR("latest"));
	const struct pl_probe present = {.kind = PL_PROBE_NOTHING};
	ask_part(r, whole, PL_PART_IMAGE_TAG, &present);
	ask_text(r, whole, PL_PART_IMAGE_DIGEST, image->digest);
	ask_part(r, whole, PL_PART_IMAGE_DIGEST, &present);
}

/* Places of one condition are one question: a list of them hangs together by `next`. */
static void ask_places(struct pl_space_reader *r, const struct pl_place *whole, const struct pl_probe *probe)
{
	struct pl_alphabet *a = letters(r);
	struct pl_probe asked = {.kind = PL_PROBE_TEXT, .lang = pl_lang_none(a)};
	for (const struct pl_probe *p = probe; p; p = p->next) {
		pl_str name = full_name(r, p->place->registry, p->place->repository);
		struct pl_lang *below = pl_lang_cat(a, pl_lang_text(a, PL_STR("/")), pl_lang_any(a));
		if (p->place->repository.len)
			below = pl_lang_alt(a, pl_lang_empty(a), below);
		asked.lang = pl_lang_alt(a, asked.lang, pl_lang_cat(a, pl_lang_text(a, name), below));
	}
	ask_part(r, whole, PL_PART_IMAGE_NAME, &asked);
}

static void ask_role(struct pl_space_reader *r, const struct pl_place *whole, const struct pl_role *role)
{
	ask_text(r, whole, PL_PART_ROLE_NAME, role->name);
	ask_text(r, whole, PL_PART_ROLE_ACCOUNT, role->account);
	const struct pl_probe present = {.kind = PL_PROBE_NOTHING};
	ask_part(r, whole, PL_PART_ROLE_ACCOUNT, &present);
}

static void ask_whole(struct pl_space_reader *r, const struct pl_place *whole, const struct pl_probe *probe)
{
	bool image = whole->type.kind == PL_T_IMAGE;
	const struct pl_probe present = {.kind = PL_PROBE_NOTHING};
	ask_part(r, whole, image ? PL_PART_IMAGE_NAME : PL_PART_ROLE_NAME, &present);
	if (probe->kind == PL_PROBE_IMAGE && image)
		ask_image(r, whole, probe->image);
	else if (probe->kind == PL_PROBE_PLACE && image)
		ask_places(r, whole, probe);
	else if (probe->kind == PL_PROBE_ROLE && !image)
		ask_role(r, whole, probe->role);
	else if (probe->kind != PL_PROBE_NOTHING)
		pl_space_lack(r->space, image ? "it compares an image as a text" : "it compares a role as a text",
			      r->words);
}

void pl_space_part_ask(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe)
{
	struct pl_alphabet *a = letters(r);
	struct pl_probe asked = *probe;
	if (place->part == PL_PART_WHOLE) {
		ask_whole(r, place, probe);
		return;
	}
	struct pl_lang *slash = pl_lang_text(a, PL_STR("/"));
	if (probe->kind == PL_PROBE_TEXT && place->view == PL_VIEW_IMAGE_registry)
		asked.lang = pl_lang_cat(a, probe->lang, pl_lang_cat(a, slash, pl_lang_any(a)));
	if (probe->kind == PL_PROBE_TEXT && place->view == PL_VIEW_IMAGE_repository)
		asked.lang =
			pl_lang_cat(a, pl_lang_star(a, pl_lang_one(a, "/", true)), pl_lang_cat(a, slash, probe->lang));
	ask_part(r, place, (enum pl_part)place->part, &asked);
	const struct pl_probe present = {.kind = PL_PROBE_NOTHING};
	if (place->type.kind == PL_T_ROLE)
		ask_part(r, place, PL_PART_ROLE_NAME, &present);
	if (place->part == PL_PART_IMAGE_TAG || place->part == PL_PART_IMAGE_DIGEST)
		ask_part(r, place, PL_PART_IMAGE_NAME, &present);
}
