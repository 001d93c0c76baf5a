/* detect.c - what an object is, told by its own fields. An object that is two things at once, or whose telling fields
 * stand twice, is not guessed at: the answer is then one that ends in a refusal. spec: ecs.md 1, language.md 3.5.1 */
#include "plimsoll/workload.h"

#include "doc/tape.h"
#include "doc/unescape.h"
#include "kinds.h"

/* A member of the object being looked at. */
struct member {
	pl_node value; /* PL_NO_NODE: not there */
	bool twice;
};

static struct member member(const struct pl_doc *doc, pl_node object, pl_str key)
{
	struct member m = {PL_NO_NODE, false};
	m.value = pl_doc_get(doc, object, key, &m.twice);
	return m;
}

static bool is_there(struct member m)
{
	return m.value != PL_NO_NODE;
}

#define LONGEST_KIND 256

/* The kind, decoded into area if it holds escapes; empty when it is no text or too long to be a kind. */
static pl_str kind_text(const struct pl_doc *doc, pl_node node, char area[PL_UNESCAPE_ROOM(LONGEST_KIND)])
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t || (t->type != PL_NODE_STRING && t->type != PL_NODE_PLAIN) || t->len > LONGEST_KIND)
		return (pl_str){"", 0};
	pl_str raw = pl_tape_raw(doc, t);
	if (!(t->flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED)))
		return raw;
	return (pl_str){area, pl_unescape_all(raw, area)};
}

/* spec: apimachinery, unstructuredJSONScheme.decode: kubectl takes whatever has `items` for a list, of any kind, and
 * applies each of them. */
static enum pl_object_form detect_kubernetes(const struct pl_doc *doc, pl_node node, struct member kind,
					     struct member version)
{
	char area[PL_UNESCAPE_ROOM(LONGEST_KIND)];
	pl_str text = kind_text(doc, kind.value, area);
	if (!is_there(version))
		return pl_kind_named(text) ? PL_FORM_KUBERNETES : PL_FORM_UNKNOWN;
	if (kind.twice || version.twice)
		return PL_FORM_KUBERNETES; /* which the reading finds malformed */
	if (pl_str_eq(text, PL_STR("AdmissionReview")))
		return PL_FORM_REVIEW;
	struct member items = member(doc, node, PL_STR("items"));
	if (!items.twice && pl_doc_type(doc, items.value) == PL_NODE_ARRAY)
		return PL_FORM_LIST;
	return PL_FORM_KUBERNETES;
}

static enum pl_object_form detect_ecs(const struct pl_doc *doc, pl_node node, struct member containers)
{
	struct member task = member(doc, node, PL_STR("taskDefinition"));
	if (is_there(member(doc, node, PL_STR("ContainerDefinitions"))))
		return PL_FORM_UNKNOWN; /* the case of CloudFormation, or a mixture */
	if (is_there(containers))
		return is_there(task) ? PL_FORM_UNKNOWN : PL_FORM_ECS_REGISTER;
	if (task.twice || pl_doc_type(doc, task.value) != PL_NODE_OBJECT)
		return PL_FORM_UNKNOWN;
	return PL_FORM_ECS_DESCRIBE;
}

enum pl_object_form pl_object_detect(const struct pl_doc *doc, pl_node node)
{
	if (pl_doc_type(doc, node) != PL_NODE_OBJECT)
		return PL_FORM_UNKNOWN;
	struct member kind = member(doc, node, PL_STR("kind"));
	struct member version = member(doc, node, PL_STR("apiVersion"));
	struct member containers = member(doc, node, PL_STR("containerDefinitions"));
	if (!is_there(kind) && !is_there(version))
		return detect_ecs(doc, node, containers);
	if (!is_there(kind) || is_there(containers))
		return PL_FORM_UNKNOWN;
	return detect_kubernetes(doc, node, kind, version);
}
