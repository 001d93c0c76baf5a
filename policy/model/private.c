/* private.c - see private.h. Private are: all of an environment variable or a header but `name` (of what is called
 * `env`, `environment` or `httpHeaders`, whatever its shape), a text where `valueFrom` says where a value is, all words
 * of commands, the options of a log configuration, everything below `data` and `stringData` of an object of kind
 * Secret, and kubectl's copy of the object. */
#include "private.h"

#include "base/buf.h"
#include "schema.h"

#define KUBECTL_COPY "kubectl.kubernetes.io/last-applied-configuration"

static bool is_called(pl_str name, const char *what)
{
	return pl_str_eq_fold(name, pl_str_from(what));
}

bool pl_private_is_copy(pl_str key)
{
	return is_called(key, KUBECTL_COPY);
}

bool pl_private_is_command(pl_str name)
{
	return is_called(name, "command") || is_called(name, "args") || is_called(name, "entryPoint");
}

static bool is_secret(const struct pl_doc *doc, pl_node object, struct pl_arena *arena)
{
	pl_node kind = pl_doc_get(doc, object, PL_STR("kind"), NULL);
	return kind != PL_NO_NODE && is_called(pl_doc_text(doc, kind, arena), "Secret");
}

enum pl_private pl_private_inside(enum pl_private around, const struct pl_doc *doc, pl_node node,
				  struct pl_arena *arena)
{
	if (pl_doc_type(doc, node) != PL_NODE_OBJECT)
		return around;
	if (around == PL_PRIVATE_PAIRS)
		return PL_PRIVATE_PAIR; /* a single one where a list was meant */
	if (around == PL_PRIVATE_SOURCE)
		return PL_PRIVATE_NO;
	return around == PL_PRIVATE_NO && is_secret(doc, node, arena) ? PL_PRIVATE_SECRET : around;
}

static enum pl_private part_of_pair(pl_str key)
{
	if (is_called(key, "valueFrom"))
		return PL_PRIVATE_SOURCE;
	return is_called(key, "name") ? PL_PRIVATE_NO : PL_PRIVATE_ALL;
}

enum pl_private pl_private_member(enum pl_private around, pl_str key)
{
	if (around == PL_PRIVATE_ALL || pl_private_is_copy(key) || pl_private_is_command(key))
		return PL_PRIVATE_ALL;
	if (around == PL_PRIVATE_PAIR)
		return part_of_pair(key);
	if (around == PL_PRIVATE_LOG && is_called(key, "options"))
		return PL_PRIVATE_ALL;
	if (around == PL_PRIVATE_SECRET && (is_called(key, "data") || is_called(key, "stringData")))
		return PL_PRIVATE_ALL;
	if (is_called(key, "env") || is_called(key, "environment") || is_called(key, "httpHeaders"))
		return PL_PRIVATE_PAIRS;
	if (is_called(key, "valueFrom"))
		return PL_PRIVATE_SOURCE;
	return is_called(key, "logConfiguration") ? PL_PRIVATE_LOG : PL_PRIVATE_NO;
}

enum pl_private pl_private_element(enum pl_private around)
{
	return around == PL_PRIVATE_PAIRS ? PL_PRIVATE_PAIR : around;
}

/* Only what it begins with is read: nobody writes a password that begins like this. */
static bool is_reference(pl_str text)
{
	return pl_str_starts(text, PL_STR("arn:")) || pl_str_starts(text, PL_STR("/"));
}

bool pl_private_hides(enum pl_private place, const struct pl_doc *doc, pl_node node, struct pl_arena *arena)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	if (place == PL_PRIVATE_ALL)
		return true;
	if (type == PL_NODE_ARRAY || type == PL_NODE_OBJECT)
		return false;
	if (place == PL_PRIVATE_SOURCE)
		return !is_reference(pl_doc_text(doc, node, arena));
	return place == PL_PRIVATE_PAIRS || place == PL_PRIVATE_PAIR;
}

static bool is_of(uint16_t record, const char *name)
{
	return record < pl_schema_record_count &&
	       pl_str_eq(pl_str_from(pl_schema_records[record].name), pl_str_from(name));
}

bool pl_private_is_variable(uint16_t record, pl_str name)
{
	return pl_str_eq(name, PL_STR("value")) && (is_of(record, "EnvVar") || is_of(record, "KeyValuePair"));
}

bool pl_private_is_value(uint16_t record, pl_str name)
{
	return pl_private_is_variable(record, name) ||
	       (pl_str_eq(name, PL_STR("value")) && is_of(record, "HTTPHeader"));
}

bool pl_private_is_source(uint16_t record, pl_str name)
{
	return pl_str_eq(name, PL_STR("valueFrom")) && is_of(record, "Secret");
}
