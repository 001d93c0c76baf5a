/* namespace.c - which namespace an object is judged in, and what is known of it.
 *
 * --namespace FILE is a Namespace manifest. An object that names another namespace than the flag is judged in its own,
 * of which only the name is known: an exception for one namespace must not reach an object that goes to another. */
#include "context.h"
#include "input.h"

static bool is_text(const struct pl_doc *doc, pl_node node)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	return type == PL_NODE_STRING || type == PL_NODE_PLAIN;
}

static pl_node get(const struct pl_doc *doc, pl_node object, const char *key)
{
	return pl_doc_get(doc, object, pl_str_from(key), NULL);
}

static bool is_namespace(const struct pl_doc *doc, struct pl_arena *arena)
{
	pl_node kind = get(doc, pl_doc_root(doc), "kind");
	return is_text(doc, kind) && pl_str_eq(pl_doc_text(doc, kind, arena), PL_STR("Namespace"));
}

/* The members of metadata.labels or .annotations, with room for one more. False when they are not texts. */
static bool read_pairs(const struct pl_doc *doc, pl_node map, struct pl_arena *arena, struct pl_pair **ret_pairs,
		       size_t *ret_count)
{
	enum pl_node_type type = pl_doc_type(doc, map);
	bool absent = type == PL_NODE_NONE || type == PL_NODE_NULL;
	struct pl_pair *pairs = pl_arena_zalloc(arena, (size_t)pl_doc_count(doc, map) + 1, sizeof *pairs);
	if (!pairs || (!absent && type != PL_NODE_OBJECT))
		return false;
	size_t count = 0;
	for (pl_node key = pl_doc_first(doc, map); key != PL_NO_NODE; key = pl_doc_next(doc, map, key)) {
		pl_node value = pl_doc_value(doc, key);
		if (!is_text(doc, value))
			return false;
		pairs[count++] = (struct pl_pair){pl_doc_text(doc, key, arena), pl_doc_text(doc, value, arena)};
	}
	*ret_pairs = pairs;
	*ret_count = count;
	return true;
}

/* The API server gives every namespace a label with its own name. */
static size_t add_name_label(struct pl_pair *labels, size_t count, pl_str name)
{
	size_t at = 0;
	while (at < count && !pl_str_eq(labels[at].key, PL_STR("kubernetes.io/metadata.name")))
		at++;
	labels[at] = (struct pl_pair){PL_STR("kubernetes.io/metadata.name"), name};
	return at == count ? count + 1 : count;
}

/* What is wrong with the manifest, or NULL. */
static const char *read_manifest(const struct pl_doc *doc, struct pl_arena *arena, struct pl_context *c)
{
	pl_node metadata = get(doc, pl_doc_root(doc), "metadata");
	pl_node name = get(doc, metadata, "name");
	if (!is_text(doc, name) || pl_doc_text(doc, name, arena).len == 0)
		return "this Namespace has no `metadata.name`";
	if (pl_doc_find_duplicate(doc, pl_doc_root(doc), arena) != PL_NO_NODE)
		return "a key stands twice in this Namespace";
	struct pl_pair *labels, *annotations;
	size_t label_count, annotation_count;
	if (!read_pairs(doc, get(doc, metadata, "labels"), arena, &labels, &label_count) ||
	    !read_pairs(doc, get(doc, metadata, "annotations"), arena, &annotations, &annotation_count))
		return "the labels and annotations of this Namespace must be maps of texts";
	c->namespace_known = c->namespace_metadata_known = true;
	c->namespace_name = pl_doc_text(doc, name, arena);
	c->namespace_labels = labels;
	c->namespace_label_count = add_name_label(labels, label_count, c->namespace_name);
	c->namespace_annotations = annotations;
	c->namespace_annotation_count = annotation_count;
	return NULL;
}

static const char *read_namespaces(struct pl_manifest *m, struct pl_arena *arena, struct pl_context *c)
{
	uint32_t number;
	const char *wrong = NULL;
	unsigned found = 0;
	for (struct pl_doc *doc; !wrong && (doc = pl_manifest_next(m, &number));) {
		if (!is_namespace(doc, arena))
			continue;
		wrong = found++ ? "this file holds more than one Namespace" : read_manifest(doc, arena, c);
	}
	if (wrong || found || !pl_manifest_ok(m))
		return wrong;
	return "this file holds no Namespace manifest";
}

bool pl_context_read_namespace(const struct pl_options *options, struct pl_output *out, struct pl_context *context)
{
	const char *path = pl_options_get(options, PL_FLAG_NAMESPACE);
	if (!path || context->namespace_known)
		return true;
	pl_str text;
	if (!pl_input_read(path, pl_doc_yaml_limits.max_bytes, out->arena, out, &text))
		return false;
	struct pl_manifest *m = pl_manifest_open(pl_input_name(path, out->arena), text, out->arena, out);
	if (!m)
		return false;
	const char *wrong = read_namespaces(m, out->arena, context);
	if (wrong)
		pl_output_error(
			out, pl_str_from(path), wrong,
			"--namespace takes a Namespace manifest, or a name of lower-case letters, digits and `-`");
	bool ok = !wrong && pl_manifest_ok(m);
	pl_manifest_close(m);
	return ok;
}

static pl_str text_of(const struct pl_doc *doc, pl_node object, const char *key, struct pl_arena *scratch)
{
	pl_node node = get(doc, object, key);
	return is_text(doc, node) ? pl_doc_text(doc, node, scratch) : (pl_str){0};
}

/* Who asks for what, as the review says; it knows better than the flags. */
static pl_err add_review(const struct pl_doc *doc, pl_node request, struct pl_arena *scratch, struct pl_context *c)
{
	pl_node user_info = get(doc, request, "userInfo"), list = get(doc, user_info, "groups");
	pl_str *groups = pl_arena_zalloc(scratch, (size_t)pl_doc_count(doc, list) + 1, sizeof *groups);
	if (!groups)
		return PL_E_MEMORY;
	c->group_count = 0;
	if (pl_doc_type(doc, list) == PL_NODE_ARRAY) {
		for (pl_node g = pl_doc_first(doc, list); g != PL_NO_NODE; g = pl_doc_next(doc, list, g)) {
			if (is_text(doc, g))
				groups[c->group_count++] = pl_doc_text(doc, g, scratch);
		}
	}
	c->groups = groups;
	c->request_known = true;
	c->operation = text_of(doc, request, "operation", scratch);
	c->user = text_of(doc, user_info, "username", scratch);
	pl_node dry_run = get(doc, request, "dryRun");
	c->dry_run = pl_doc_type(doc, dry_run) == PL_NODE_TRUE ||
		     pl_str_eq(pl_doc_text(doc, dry_run, scratch), PL_STR("true"));
	return PL_OK;
}

static void settle_namespace(struct pl_context *c, pl_str name)
{
	if (c->namespace_known && pl_str_eq(c->namespace_name, name))
		return;
	c->namespace_known = true;
	c->namespace_name = name;
	c->namespace_metadata_known = false;
	c->namespace_labels = c->namespace_annotations = NULL;
	c->namespace_label_count = c->namespace_annotation_count = 0;
}

pl_err pl_context_of_object(const struct pl_context *flags, const struct pl_doc *doc, const struct pl_object *object,
			    const struct pl_workload *workload, struct pl_arena *scratch,
			    struct pl_context *ret_context)
{
	struct pl_context c = *flags;
	if (object->request != PL_NO_NODE) {
		PL_TRY(add_review(doc, object->request, scratch, &c));
		settle_namespace(&c, text_of(doc, object->request, "namespace", scratch));
	} else if (pl_workload_namespace(workload).len) {
		settle_namespace(&c, pl_workload_namespace(workload));
	}
	*ret_context = c;
	return PL_OK;
}
