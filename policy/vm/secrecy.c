/* secrecy.c - see secrecy.h. A tape knows no parents, so the way to a node is found from the top, and every member
 * passed says what is below it. The list of places is that of report_source.c, which vm may not include: what is added
 * there is added here. */
#include "secrecy.h"

#include "doc/tape.h"

#define KUBECTL_COPY "kubectl.kubernetes.io/last-applied-configuration"

enum place {
	PLACE_PLAIN,
	PLACE_ENV,   /* a list of environment variables */
	PLACE_ENTRY, /* one of them */
	PLACE_LOG,   /* a log configuration */
	PLACE_HIDDEN,
};

static bool is_called(pl_str key, const char *name)
{
	return pl_str_eq(key, pl_str_from(name));
}

bool pl_secrecy_hides_key(pl_str key)
{
	return is_called(key, KUBECTL_COPY);
}

static bool is_secret(const struct pl_doc *doc, pl_node object, struct pl_arena *arena)
{
	pl_node kind = pl_doc_get(doc, object, PL_STR("kind"), NULL);
	return kind != PL_NO_NODE && is_called(pl_doc_text(doc, kind, arena), "Secret");
}

/* What the value of a member is, by its name and by what surrounds it. */
static enum place place_of_member(enum place around, pl_str key)
{
	if (around == PLACE_HIDDEN || pl_secrecy_hides_key(key))
		return PLACE_HIDDEN;
	if (around == PLACE_ENTRY || around == PLACE_ENV)
		return is_called(key, "name") || is_called(key, "valueFrom") ? PLACE_PLAIN : PLACE_HIDDEN;
	if (around == PLACE_LOG && is_called(key, "options"))
		return PLACE_HIDDEN;
	if (is_called(key, "env") || is_called(key, "environment"))
		return PLACE_ENV;
	return is_called(key, "logConfiguration") ? PLACE_LOG : PLACE_PLAIN;
}

/* The child of parent whose subtree holds node. */
static pl_node child_towards(const struct pl_doc *doc, pl_node parent, pl_node node)
{
	pl_node child = pl_doc_first(doc, parent);
	while (child != PL_NO_NODE && node >= doc->tokens[child].next)
		child = pl_doc_next(doc, parent, child);
	return child;
}

bool pl_secrecy_hides(const struct pl_doc *doc, pl_node node, struct pl_arena *arena)
{
	pl_node at = pl_doc_root(doc);
	enum place place = PLACE_PLAIN;
	while (at != node && node < doc->count && place != PLACE_HIDDEN) {
		pl_node child = child_towards(doc, at, node);
		if (child == PL_NO_NODE)
			break;
		if (pl_doc_type(doc, at) == PL_NODE_ARRAY) {
			place = place == PLACE_ENV ? PLACE_ENTRY : place;
			at = child;
			continue;
		}
		if (child == node)
			return false; /* a key */
		pl_str key = pl_doc_text(doc, child, arena);
		bool data = (is_called(key, "data") || is_called(key, "stringData")) && is_secret(doc, at, arena);
		place = data ? PLACE_HIDDEN : place_of_member(place, key);
		at = pl_doc_value(doc, child);
	}
	enum pl_node_type type = pl_doc_type(doc, at);
	bool scalar = type != PL_NODE_ARRAY && type != PL_NODE_OBJECT;
	return place == PLACE_HIDDEN || (scalar && (place == PLACE_ENV || place == PLACE_ENTRY));
}

bool pl_secrecy_hides_path(const struct pl_path *path)
{
	if (path->count == 0)
		return false;
	const struct pl_path_step *last = &path->steps[path->count - 1];
	if (last->step.view)
		return last->step.id == PL_VIEW_VARIABLE_value;
	if (last->record >= pl_schema_record_count || last->step.id != PL_NAME_value)
		return false;
	const char *name = pl_schema_records[last->record].name;
	return is_called(pl_str_from(name), "EnvVar") || is_called(pl_str_from(name), "KeyValuePair");
}
