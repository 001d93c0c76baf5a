/* secrecy.c - see secrecy.h. A tape knows no parents, so the way to a node is found from the top, and every member
 * passed says what is below it. */
#include "secrecy.h"

#include "doc/tape.h"
#include "model/private.h"

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
	enum pl_private place = PL_PRIVATE_NO;
	while (at != node && node < doc->count && place != PL_PRIVATE_ALL) {
		pl_node child = child_towards(doc, at, node);
		if (child == PL_NO_NODE)
			break;
		place = pl_private_inside(place, doc, at, arena);
		if (pl_doc_type(doc, at) == PL_NODE_ARRAY) {
			place = pl_private_element(place);
			at = child;
			continue;
		}
		if (child == node)
			return false; /* a key */
		place = pl_private_member(place, pl_doc_text(doc, child, arena));
		at = pl_doc_value(doc, child);
	}
	return pl_private_hides(place, doc, at, arena);
}

static bool is_command(const struct pl_path_step *step)
{
	return !step->step.view && pl_private_is_command(pl_str_from(pl_schema_name(step->step.id)));
}

bool pl_secrecy_hides_path(const struct pl_path *path)
{
	if (path->count == 0)
		return false;
	const struct pl_path_step *last = &path->steps[path->count - 1];
	if (last->step.view)
		return last->step.id == PL_VIEW_VARIABLE_value;
	return is_command(last) || pl_private_is_value(last->record, pl_str_from(pl_schema_name(last->step.id)));
}
