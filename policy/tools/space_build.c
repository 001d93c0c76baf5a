/* space_build.c - a setting of the knobs as a manifest and its surroundings: skeleton of the shape, values in their
 * places, and what the platform requires beside them. */
#include "space.h"

#include <string.h>

#include "model/kinds.h"

/* --- values ---------------------------------------------------------------------------------------------------------
 */

static const struct pl_knob *part_of(const struct pl_knobs *set, const struct pl_knob *k, enum pl_part part,
				     const uint32_t *at, pl_str *ret)
{
	*ret = (pl_str){0};
	for (unsigned i = 0; i < set->count; i++) {
		const struct pl_knob *other = set->items[i];
		if (other->part != part || !pl_str_eq(other->path, k->path))
			continue;
		const struct pl_choice *c = &other->choices[at[i]];
		if (!c->absent)
			*ret = c->text;
		return other;
	}
	return NULL;
}

/* name[:tag][@digest]; the shortest form of an image on Docker Hub. */
static pl_str image_text(struct pl_arena *arena, const struct pl_knobs *set, const struct pl_knob *k,
			 const uint32_t *at)
{
	const pl_str hub = PL_STR("docker.io/library/");
	pl_str name, tag, digest;
	part_of(set, k, PL_PART_IMAGE_NAME, at, &name);
	part_of(set, k, PL_PART_IMAGE_TAG, at, &tag);
	part_of(set, k, PL_PART_IMAGE_DIGEST, at, &digest);
	if (name.len == 0)
		name = PL_STR("x");
	else if (pl_str_starts(name, hub) && !memchr(name.ptr + hub.len, '/', name.len - hub.len))
		name = (pl_str){name.ptr + hub.len, name.len - hub.len};
	return pl_arena_printf(arena, "%.*s%s%.*s%s%.*s", PL_FMT(name), tag.len ? ":" : "", PL_FMT(tag),
			       digest.len ? "@" : "", PL_FMT(digest));
}

/* A short name, or the ARN of a role with an account; ptr NULL and *ret_absent: none. */
static pl_str role_text(struct pl_arena *arena, const struct pl_knobs *set, const struct pl_knob *k, const uint32_t *at,
			bool *ret_absent)
{
	pl_str name, account;
	const struct pl_knob *named = part_of(set, k, PL_PART_ROLE_NAME, at, &name);
	part_of(set, k, PL_PART_ROLE_ACCOUNT, at, &account);
	*ret_absent = named && !name.len;
	if (!name.len)
		name = PL_STR("app");
	if (!account.len)
		return pl_arena_dup(arena, name);
	return pl_arena_printf(arena, "arn:aws:iam::%.*s:role/%.*s", PL_FMT(account), PL_FMT(name));
}

/* The first part of a place stands for all. */
static bool is_first_part(const struct pl_knobs *set, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (set->items[i]->part && pl_str_eq(set->items[i]->path, set->items[index]->path))
			return false;
	}
	return true;
}

static bool put_parts(struct pl_arena *arena, const struct pl_knobs *set, const uint32_t *at, unsigned index,
		      struct pl_draft *root)
{
	const struct pl_knob *k = set->items[index];
	bool absent = false;
	if (!is_first_part(set, index))
		return true;
	pl_str text =
		k->type.kind == PL_T_IMAGE ? image_text(arena, set, k, at) : role_text(arena, set, k, at, &absent);
	struct pl_draft *d = text.ptr ? pl_draft_new(arena, PL_DRAFT_TEXT, text) : NULL;
	if (absent)
		return true;
	return d && pl_draft_put(arena, root, k->steps, k->step_count, d);
}

/* A tag of a task is an entry of a list of keys and values. */
static bool put_tag(struct pl_arena *arena, const struct pl_knob *k, const struct pl_choice *c, struct pl_draft *root)
{
	struct pl_draft *tag = pl_draft_new(arena, PL_DRAFT_OBJECT, (pl_str){0});
	struct pl_draft *key = pl_draft_new(arena, PL_DRAFT_TEXT, k->steps[1].key);
	const struct pl_edit_step place[2] = {{.key = PL_STR("tags")}, {.index = UINT32_MAX, .is_index = true}};
	return tag && key && pl_draft_put_key(arena, tag, PL_STR("key"), key) &&
	       pl_draft_put_key(arena, tag, PL_STR("value"), c->draft) && pl_draft_put(arena, root, place, 2, tag);
}

static bool is_tag(const struct pl_knob *k)
{
	return k->step_count == 2 && !k->steps[1].is_index && pl_str_eq(k->steps[0].key, PL_STR("tags"));
}

bool pl_space_put(struct pl_arena *arena, const struct pl_knobs *set, const uint32_t *at, struct pl_draft *root)
{
	for (unsigned i = 0; i < set->count; i++) {
		const struct pl_knob *k = set->items[i];
		const struct pl_choice *c = &k->choices[at[i]];
		bool done = true;
		if (k->context)
			continue;
		if (k->part)
			done = put_parts(arena, set, at, i, root);
		else if (c->absent)
			pl_draft_cut(root, k->steps, k->step_count); /* maybe it is part of the skeleton */
		else if (is_tag(k))
			done = put_tag(arena, k, c, root);
		else
			done = pl_draft_put(arena, root, k->steps, k->step_count, c->draft);
		if (!done)
			return false;
	}
	return true;
}

/* --- the manifest ---------------------------------------------------------------------------------------------------
 */

static bool put_at(struct pl_arena *arena, struct pl_draft *root, const char *path, const char *text)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	uint32_t count = 0;
	pl_err err = PL_OK;
	bool object = strcmp(text, "{}") == 0;
	struct pl_draft *d = pl_draft_new(arena, object ? PL_DRAFT_OBJECT : PL_DRAFT_TEXT, pl_str_from(text));
	if (!d || pl_editpath_split(pl_str_from(path), arena, steps, &count, &err))
		return false;
	return pl_draft_put(arena, root, steps, count, d);
}

static bool put_skeleton(struct pl_arena *arena, const struct pl_shape *shape, struct pl_draft *root)
{
	static const char *const pod[] = {"apiVersion",
					  "v1",
					  "kind",
					  "Pod",
					  "metadata.name",
					  "test",
					  "spec.containers[0].name",
					  "c",
					  "spec.containers[0].image",
					  "x",
					  NULL};
	static const char *const task[] = {
		"family", "test", "containerDefinitions[0].name", "c", "containerDefinitions[0].image", "x", NULL};
	static const char *const other[] = {"apiVersion",
					    "example.com/v1",
					    "kind",
					    "Other",
					    "metadata.name",
					    "test",
					    "spec.containers[0].name",
					    "c",
					    "spec.containers[0].image",
					    "x",
					    NULL};
	const char *const *base = shape->platform == PL_ON_ECS ? task : shape->about == PL_SUBJECT_OBJECT ? other : pod;
	for (unsigned pass = 0; pass < 2; pass++) {
		for (const char *const *p = pass ? shape->skeleton : base; *p; p += 2) {
			if (!put_at(arena, root, p[0], p[1]))
				return false;
		}
	}
	return true;
}

static bool put_text(struct pl_arena *arena, struct pl_draft *root, const char *key, pl_str text)
{
	struct pl_draft *d = text.ptr ? pl_draft_new(arena, PL_DRAFT_TEXT, text) : NULL;
	return d && pl_draft_put_key(arena, root, pl_str_from(key), d);
}

/* The apiVersion of the pod where it fits the kind. */
static pl_str version_for(struct pl_arena *arena, const struct pl_draft *pod, const struct pl_kind *kind)
{
	const struct pl_draft *given = pl_draft_find(pod, PL_STR("apiVersion"));
	if (given && pl_kind_fits(kind, given->text))
		return given->text;
	return *kind->group ? pl_arena_printf(arena, "%s/v1", kind->group) : PL_STR("v1");
}

/* metadata and spec of the pod into the template. */
static bool put_template(struct pl_arena *arena, struct pl_draft *root, const struct pl_draft *const parts[2],
			 const struct pl_kind *kind)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	uint32_t count = 0;
	pl_err err = PL_OK;
	if (*kind->where && pl_editpath_split(pl_str_from(kind->where), arena, steps, &count, &err))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		steps[count] = (struct pl_edit_step){.key = parts[i]->key};
		if (!pl_draft_put(arena, root, steps, count + 1, parts[i]))
			return false;
	}
	return true;
}

/* An object of a kind that has a pod template, made of the pod: what was below `metadata` and `spec` stands in the
 * template. */
static struct pl_draft *wrap(struct pl_arena *arena, struct pl_draft *pod, const struct pl_kind *kind)
{
	struct pl_draft *root = pl_draft_new(arena, PL_DRAFT_OBJECT, (pl_str){0});
	const struct pl_draft *const parts[2] = {pl_draft_find(pod, PL_STR("metadata")),
						 pl_draft_find(pod, PL_STR("spec"))};
	if (!root || !parts[0] || !parts[1])
		return NULL;
	if (!put_text(arena, root, "apiVersion", version_for(arena, pod, kind)) ||
	    !put_text(arena, root, "kind", pl_str_from(kind->name)) ||
	    !pl_draft_put_key(arena, root, PL_STR("metadata"), parts[0]))
		return NULL;
	return put_template(arena, root, parts, kind) ? root : NULL;
}

/* The skeleton of other objects is of a group that has no pods. */
static bool root_is_of_other_group(const struct pl_draft *root, const struct pl_kind *kind)
{
	const struct pl_draft *api = pl_draft_find(root, PL_STR("apiVersion"));
	return !api || !pl_kind_fits(kind, api->text);
}

static struct pl_draft *finish_pod(struct pl_arena *arena, struct pl_draft *root)
{
	struct pl_draft *kind = pl_draft_find(root, PL_STR("kind")), *spec = pl_draft_find(root, PL_STR("spec"));
	const struct pl_kind *known = kind ? pl_kind_named(kind->text) : NULL;
	struct pl_draft *metadata = pl_draft_find(root, PL_STR("metadata"));
	if (metadata &&
	    !pl_draft_complete(arena, metadata, (struct pl_type){.kind = PL_T_RECORD, .ref = PL_RECORD_K8S_ObjectMeta}))
		return NULL;
	if (spec &&
	    !pl_draft_complete(arena, spec, (struct pl_type){.kind = PL_T_RECORD, .ref = PL_RECORD_K8S_PodSpec}))
		return NULL;
	if (!known)
		pl_draft_drop(root, PL_STR("spec"));
	return spec && known && (*known->where || root_is_of_other_group(root, known)) ? wrap(arena, root, known)
										       : root;
}

struct pl_draft *pl_space_draft(const struct pl_model *model, struct pl_arena *arena)
{
	const struct pl_space *s = model->space;
	struct pl_draft *root = pl_draft_new(arena, PL_DRAFT_OBJECT, (pl_str){0});
	if (!root || !put_skeleton(arena, s->shape, root) || !pl_space_put(arena, &s->knobs, model->at, root))
		return NULL;
	if (s->shape->platform != PL_ON_ECS)
		return finish_pod(arena, root);
	const struct pl_type task = {.kind = PL_T_RECORD, .ref = PL_RECORD_ECS_RegisterTaskDefinitionRequest};
	return pl_draft_complete(arena, root, task) ? root : NULL;
}

/* --- surroundings ---------------------------------------------------------------------------------------------------
 */

static bool add_pair(struct pl_arena *arena, const struct pl_pair **pairs, size_t *count, pl_str key, pl_str value)
{
	struct pl_pair *more = pl_arena_zalloc(arena, *count + 1, sizeof *more);
	if (!more)
		return false;
	if (*count)
		memcpy(more, *pairs, *count * sizeof *more);
	more[(*count)++] = (struct pl_pair){key, value};
	*pairs = more;
	return true;
}

/* One entry, or those of a whole map. */
static bool add_pairs(struct pl_arena *arena, const struct pl_knob *k, const struct pl_choice *c,
		      const struct pl_pair **pairs, size_t *count)
{
	if (k->key.ptr)
		return add_pair(arena, pairs, count, k->key, c->text);
	for (const struct pl_draft *d = c->draft->first; d; d = d->next) {
		if (!add_pair(arena, pairs, count, d->key, d->text))
			return false;
	}
	return true;
}

static bool set_groups(struct pl_arena *arena, const struct pl_choice *c, struct pl_context *ret)
{
	size_t n = 0;
	for (const struct pl_draft *d = c->draft->first; d; d = d->next)
		n++;
	pl_str *groups = pl_arena_zalloc(arena, n, sizeof *groups);
	if (!groups)
		return false;
	ret->group_count = 0;
	for (const struct pl_draft *d = c->draft->first; d; d = d->next)
		groups[ret->group_count++] = d->text;
	ret->groups = groups;
	return true;
}

static void set_imds(const struct pl_choice *c, struct pl_context *ret)
{
	for (const struct pl_draft *d = c->draft->first; d; d = d->next) {
		ret->imds_blocked_pods |= pl_str_eq(d->text, PL_STR("pods"));
		ret->imds_blocked_awsvpc |= pl_str_eq(d->text, PL_STR("awsvpc"));
		ret->imds_blocked_bridge |= pl_str_eq(d->text, PL_STR("bridge"));
	}
}

int64_t pl_space_day(const struct pl_choice *c)
{
	int64_t days = 0;
	bool negative = c->text.len && c->text.ptr[0] == '-';
	for (size_t i = negative; i < c->text.len; i++)
		days = days * 10 + (c->text.ptr[i] - '0');
	return negative ? -days : days;
}

/* The text of the context that a row is; NULL for others. */
static pl_str *text_of(struct pl_context *c, uint16_t view)
{
	const struct {
		uint16_t view;
		pl_str *text;
	} texts[] = {
		{PL_VIEW_NAMESPACE_name, &c->namespace_name},
		{PL_VIEW_REQUEST_operation, &c->operation},
		{PL_VIEW_REQUEST_user, &c->user},
		{PL_VIEW_CLUSTER_name, &c->cluster_name},
		{PL_VIEW_CLUSTER_environment, &c->cluster_environment},
		{PL_VIEW_CLUSTER_version, &c->cluster_version},
		{PL_VIEW_CLUSTER_account, &c->cluster_account},
		{PL_VIEW_CLUSTER_region, &c->cluster_region},
		{PL_VIEW_CLUSTER_cloud, &c->cluster_cloud},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (texts[i].view == view)
			return texts[i].text;
	}
	return NULL;
}

static bool set_context(struct pl_arena *arena, const struct pl_knob *k, const struct pl_choice *c,
			struct pl_context *ret)
{
	pl_str *text = text_of(ret, k->view);
	if (text)
		*text = c->text;
	else if (k->view == PL_VIEW_NAMESPACE_labels)
		return add_pairs(arena, k, c, &ret->namespace_labels, &ret->namespace_label_count);
	else if (k->view == PL_VIEW_NAMESPACE_annotations)
		return add_pairs(arena, k, c, &ret->namespace_annotations, &ret->namespace_annotation_count);
	else if (k->view == PL_VIEW_REQUEST_groups)
		return set_groups(arena, c, ret);
	else if (k->view == PL_VIEW_REQUEST_dry_run)
		ret->dry_run = pl_str_eq(c->text, PL_STR("true"));
	else if (k->view == PL_VIEW_CLUSTER_imds_blocked)
		set_imds(c, ret);
	else if (k->view == PL_VIEW_COUNT)
		ret->today = (int32_t)pl_space_day(c);
	return true;
}

bool pl_space_context(const struct pl_model *model, struct pl_arena *arena, struct pl_context *ret)
{
	const struct pl_space *s = model->space;
	*ret = (struct pl_context){.request_known = true,
				   .operation = PL_STR("CREATE"),
				   .namespace_known = true,
				   .namespace_metadata_known = true,
				   .cluster_known = true,
				   .cluster_version = PL_STR("v1.37"),
				   .today = s->today};
	for (unsigned i = 0; i < s->knobs.count; i++) {
		const struct pl_knob *k = s->knobs.items[i];
		const struct pl_choice *c = &k->choices[model->at[i]];
		if (k->context && !c->absent && !set_context(arena, k, c, ret))
			return false;
	}
	/* spec: every namespace has the label of its name */
	const pl_str label = PL_STR("kubernetes.io/metadata.name");
	for (size_t i = 0; i < ret->namespace_label_count; i++) {
		if (pl_str_eq(ret->namespace_labels[i].key, label))
			return true;
	}
	return !ret->namespace_name.len ||
	       add_pair(arena, &ret->namespace_labels, &ret->namespace_label_count, label, ret->namespace_name);
}
