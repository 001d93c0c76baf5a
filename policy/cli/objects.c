/* objects.c - a document into the objects that are judged: a list gives its items, an AdmissionReview the object in it.
 *
 * Lists may stand in lists; the walk keeps its own stack, so their depth costs memory and not stack. Invariant: every
 * object of the document is given out once, in the order of the document, recognised or not. */
#include "manifest.h"

#define MAX_LISTS 8 /* lists in lists; kubectl writes one, and the place of an object in them must stay readable */

struct level {
	struct level *up;
	pl_node items, next; /* the array, and the element that comes next */
	uint32_t index;	     /* of next */
	unsigned depth;	     /* lists around this one */
};

struct pl_object_walk {
	const struct pl_doc *doc;
	struct pl_arena *arena;
	struct level *level;
	bool started, failed;
};

struct pl_object_walk *pl_object_walk_new(const struct pl_doc *doc, struct pl_arena *arena)
{
	struct pl_object_walk *walk = pl_arena_zalloc(arena, 1, sizeof *walk);
	if (walk)
		*walk = (struct pl_object_walk){.doc = doc, .arena = arena};
	return walk;
}

/* "items[3].items[0]" of the elements that are being walked, outermost first. `index` of each is one ahead. */
static pl_str place_in_lists(const struct level *level, struct pl_arena *scratch)
{
	pl_str at = {0};
	for (; level; level = level->up)
		at = pl_arena_printf(scratch, "items[%u]%s%.*s", level->index - 1, at.len ? "." : "", PL_FMT(at));
	return at;
}

static void problem(struct pl_object *object, const char *what)
{
	object->state = PL_OBJECT_PROBLEM;
	object->problem = what;
}

static bool is_missing(const struct pl_doc *doc, pl_node node)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	return type == PL_NODE_NONE || type == PL_NODE_NULL;
}

/* True when the member stands twice: then it is not clear which one somebody else would read. */
static bool stands_twice(const struct pl_doc *doc, pl_node object, const char *key)
{
	bool twice = false;
	(void)pl_doc_get(doc, object, pl_str_from(key), &twice);
	return twice;
}

static void open_review(const struct pl_doc *doc, struct pl_object *object)
{
	object->request = pl_doc_get(doc, object->node, PL_STR("request"), NULL);
	pl_node inner = pl_doc_get(doc, object->request, PL_STR("object"), NULL);
	object->at = PL_STR("request.object");
	if (stands_twice(doc, object->node, "request") || stands_twice(doc, object->request, "object")) {
		problem(object, "`request` or `request.object` stands twice in this AdmissionReview");
		return;
	}
	if (is_missing(doc, object->request)) {
		problem(object, "this AdmissionReview has no `request`: only its answer can have been recorded");
		return;
	}
	if (is_missing(doc, inner)) {
		problem(object, "this AdmissionReview has no `request.object`: there is nothing to judge");
		return;
	}
	if (pl_object_detect(doc, inner) != PL_FORM_KUBERNETES) {
		problem(object, "`request.object` of this AdmissionReview is no object with apiVersion and kind");
		return;
	}
	object->state = PL_OBJECT_READY;
	object->node = inner;
	object->platform = PL_PLATFORM_KUBERNETES;
}

/* Goes down into a list. False when it cannot, which is then a problem. */
static bool open_list(struct pl_object_walk *walk, pl_node list, struct pl_object *object)
{
	pl_node items = pl_doc_get(walk->doc, list, PL_STR("items"), NULL);
	unsigned depth = walk->level ? walk->level->depth + 1 : 0;
	if (depth == MAX_LISTS) {
		problem(object, "lists in lists are followed 8 levels deep, and not into this one");
		return false;
	}
	struct level *level = pl_arena_alloc(walk->arena, sizeof *level);
	if (!level) {
		walk->failed = true;
		problem(object, pl_err_text(PL_E_MEMORY));
		return false;
	}
	*level = (struct level){.up = walk->level, .items = items, .depth = depth};
	level->next = pl_doc_first(walk->doc, items);
	walk->level = level;
	return true;
}

/* A list whose items cannot be walked is an object for the library, and one that would seem clean. */
static bool is_broken_list(const struct pl_doc *doc, pl_node node, struct pl_arena *scratch)
{
	pl_node kind = pl_doc_get(doc, node, PL_STR("kind"), NULL);
	pl_node items = pl_doc_get(doc, node, PL_STR("items"), NULL);
	bool is_list = pl_str_eq(pl_doc_text(doc, kind, scratch), PL_STR("List"));
	return stands_twice(doc, node, "items") || (is_list && pl_doc_type(doc, items) != PL_NODE_ARRAY);
}

/* The next node of the walk: the root, then elements of the innermost list. */
static pl_node next_node(struct pl_object_walk *walk)
{
	if (!walk->started) {
		walk->started = true;
		return pl_doc_root(walk->doc);
	}
	while (walk->level && walk->level->next == PL_NO_NODE)
		walk->level = walk->level->up;
	if (!walk->level || walk->failed)
		return PL_NO_NODE;
	pl_node node = walk->level->next;
	walk->level->next = pl_doc_next(walk->doc, walk->level->items, node);
	walk->level->index++;
	return node;
}

/* Fills in the object at node. False when it is a list, into which the walk has gone down. */
static bool take(struct pl_object_walk *walk, pl_node node, struct pl_arena *scratch, struct pl_object *object)
{
	*object = (struct pl_object){.node = node, .request = PL_NO_NODE, .in_list = walk->level != NULL};
	enum pl_object_form form = pl_object_detect(walk->doc, node);
	if (form == PL_FORM_LIST && open_list(walk, node, object))
		return false;
	object->at = place_in_lists(walk->level, scratch);
	switch (form) {
	case PL_FORM_UNKNOWN:
		object->state = PL_OBJECT_UNRECOGNISED;
		break;
	case PL_FORM_LIST:
		break; /* its problem has been noted */
	case PL_FORM_REVIEW:
		if (walk->level)
			problem(object, "an AdmissionReview in a list is not judged: give it as a document of its own");
		else
			open_review(walk->doc, object);
		break;
	case PL_FORM_KUBERNETES:
		object->platform = PL_PLATFORM_KUBERNETES;
		if (is_broken_list(walk->doc, node, scratch))
			problem(object, "the `items` of this list are missing, are no list, or stand twice");
		break;
	case PL_FORM_ECS_REGISTER:
	case PL_FORM_ECS_DESCRIBE:
		object->platform = PL_PLATFORM_ECS;
		object->node = node;
		break;
	}
	return true;
}

bool pl_object_next(struct pl_object_walk *walk, struct pl_arena *scratch, struct pl_object *ret_object)
{
	for (;;) {
		pl_node node = next_node(walk);
		if (node == PL_NO_NODE)
			return false;
		if (take(walk, node, scratch, ret_object))
			return true;
	}
}
