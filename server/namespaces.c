/* namespaces.c - a list of Namespace objects into a table that requests look their namespace up in.
 *
 * The file is read by the reader of all documents and copied into an arena of the table's own, sorted by name. A table
 * stands whole or not at all: names, labels and annotations of another shape than the API server's, a name or a key
 * that stands twice, and a list of something else are refused with their place. Nothing that whoever owns a namespace
 * may write into it makes the file wrong, only large. A label that says another name than the namespace's is not
 * believed, as the API server does not store one. */
#include "namespaces.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "plimsoll/report.h"

#define FILE_BYTES_MAX (32u * 1024 * 1024)
#define COUNT_MAX      100000u
#define READ_MEMORY    ((size_t)1 << 30) /* for the document; given back */
#define TABLE_MEMORY   ((size_t)512 << 20)
#define NAME_LABEL     PL_STR("kubernetes.io/metadata.name")
#define HELP	       PL_STR("write the file with `kubectl get namespaces -o json`")

struct entry {
	pl_str name;
	const struct pl_pair *labels, *annotations;
	size_t label_count, annotation_count;
	pl_node node; /* of the document, while there is one */
};

struct pl_namespaces {
	atomic_size_t owners;
	struct pl_arena *arena;
	struct entry *entries; /* by name */
	size_t count;
	bool there;
	int64_t modified;
	uint64_t digest;
	pl_str why; /* why a namespace is not known that is not in it */
};

struct reading {
	struct pl_namespaces *table;
	struct pl_doc *doc;
	struct pl_arena *arena; /* of the reading */
	struct pl_diags *diags;
	bool kind_needed; /* of items: a NamespaceList does not say it again */
};

/* --- complaints --------------------------------------------------------------------------------------------------- */

static bool complain(struct reading *r, pl_node node, const char *what)
{
	struct pl_buf *text = pl_text_new(r->arena);
	pl_doc_path(r->doc, pl_doc_root(r->doc), node, text);
	if (pl_text_str(text).len)
		pl_text_add(text, PL_STR(": "));
	pl_text_add(text, pl_str_from(what));
	struct pl_diag d = {.level = PL_DIAG_ERROR,
			    .source = pl_doc_name(r->doc),
			    .text = pl_doc_source(r->doc),
			    .at = pl_doc_span(r->doc, node),
			    .message = pl_text_str(text),
			    .help = HELP};
	pl_diags_add(r->diags, &d);
	return false;
}

static bool out_of_memory(struct reading *r)
{
	struct pl_diag d = {.level = PL_DIAG_ERROR, .source = pl_doc_name(r->doc), .message = PL_STR("out of memory")};
	pl_diags_add(r->diags, &d);
	return false;
}

/* --- objects ------------------------------------------------------------------------------------------------------ */

static pl_node member(const struct reading *r, pl_node object, const char *key)
{
	return pl_doc_get(r->doc, object, pl_str_from(key), NULL);
}

static bool is_text(const struct reading *r, pl_node node, const char *text)
{
	return pl_doc_type(r->doc, node) == PL_NODE_STRING &&
	       pl_str_eq(pl_doc_text(r->doc, node, r->arena), pl_str_from(text));
}

/* A text that outlives the document. */
static bool keep_text(struct reading *r, pl_node node, pl_str *ret)
{
	pl_str text = pl_doc_text(r->doc, node, r->arena);
	*ret = text.ptr ? pl_arena_dup(r->table->arena, text) : text;
	return ret->ptr || out_of_memory(r);
}

/* The members of metadata.labels or .annotations, with room for one more. */
static bool read_pairs(struct reading *r, pl_node map, struct pl_pair **ret_pairs, size_t *ret_count)
{
	enum pl_node_type type = pl_doc_type(r->doc, map);
	if (type != PL_NODE_NONE && type != PL_NODE_NULL && type != PL_NODE_OBJECT)
		return complain(r, map, "this is not a map of strings");
	struct pl_pair *pairs = pl_arena_zalloc(r->table->arena, (size_t)pl_doc_count(r->doc, map) + 1, sizeof *pairs);
	if (!pairs)
		return out_of_memory(r);
	size_t count = 0;
	for (pl_node key = pl_doc_first(r->doc, map); key != PL_NO_NODE; key = pl_doc_next(r->doc, map, key)) {
		pl_node value = pl_doc_value(r->doc, key);
		if (pl_doc_type(r->doc, value) != PL_NODE_STRING)
			return complain(r, value, "this is not a string");
		if (!keep_text(r, key, &pairs[count].key) || !keep_text(r, value, &pairs[count].value))
			return false;
		count++;
	}
	*ret_pairs = pairs;
	*ret_count = count;
	return true;
}

/* The API server gives every namespace a label with its own name. */
static size_t add_name_label(struct pl_pair *labels, size_t count, pl_str name)
{
	size_t at = 0;
	while (at < count && !pl_str_eq(labels[at].key, NAME_LABEL))
		at++;
	labels[at] = (struct pl_pair){NAME_LABEL, name};
	return at == count ? count + 1 : count;
}

static bool check_kind(struct reading *r, pl_node node)
{
	if (pl_doc_type(r->doc, node) != PL_NODE_OBJECT)
		return complain(r, node, "this is not a Namespace object");
	pl_node kind = member(r, node, "kind"), version = member(r, node, "apiVersion");
	if (!r->kind_needed && kind == PL_NO_NODE && version == PL_NO_NODE)
		return true;
	if (!is_text(r, kind, "Namespace"))
		return complain(r, kind == PL_NO_NODE ? node : kind, "its kind is not Namespace");
	return is_text(r, version, "v1") ||
	       complain(r, version == PL_NO_NODE ? node : version, "the apiVersion of a Namespace is v1");
}

static bool read_namespace(struct reading *r, pl_node node)
{
	struct entry e = {.node = node};
	struct pl_pair *labels, *annotations;
	if (!check_kind(r, node))
		return false;
	pl_node metadata = member(r, node, "metadata"), name = member(r, metadata, "name");
	if (pl_doc_type(r->doc, name) != PL_NODE_STRING || is_text(r, name, ""))
		return complain(r, name == PL_NO_NODE ? node : name, "a Namespace needs a metadata.name");
	if (!keep_text(r, name, &e.name) || !read_pairs(r, member(r, metadata, "labels"), &labels, &e.label_count) ||
	    !read_pairs(r, member(r, metadata, "annotations"), &annotations, &e.annotation_count))
		return false;
	e.label_count = add_name_label(labels, e.label_count, e.name);
	e.labels = labels;
	e.annotations = annotations;
	r->table->entries[r->table->count++] = e;
	return true;
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

static bool make_room(struct reading *r, size_t count)
{
	r->table->entries = pl_arena_zalloc(r->table->arena, count, sizeof *r->table->entries);
	return r->table->entries || out_of_memory(r);
}

static bool read_items(struct reading *r, pl_node items)
{
	uint32_t count = pl_doc_count(r->doc, items);
	if (pl_doc_type(r->doc, items) != PL_NODE_ARRAY)
		return complain(r, items == PL_NO_NODE ? pl_doc_root(r->doc) : items, "a list needs `items`");
	if (count == 0)
		return complain(r, items, "this list is empty, and no cluster is without namespaces");
	if (count > COUNT_MAX)
		return complain(r, items, "these are more than 100,000 namespaces");
	if (!make_room(r, count))
		return false;
	for (pl_node n = pl_doc_first(r->doc, items); n != PL_NO_NODE; n = pl_doc_next(r->doc, items, n))
		if (!read_namespace(r, n))
			return false;
	return true;
}

static bool read_root(struct reading *r)
{
	pl_node root = pl_doc_root(r->doc), kind = member(r, root, "kind");
	pl_node twice = pl_doc_find_duplicate(r->doc, root, r->arena);
	if (twice != PL_NO_NODE)
		return complain(r, twice, "this key stands twice in its object");
	if (is_text(r, kind, "Namespace")) {
		r->kind_needed = true;
		return make_room(r, 1) && read_namespace(r, root);
	}
	r->kind_needed = is_text(r, kind, "List");
	if (!r->kind_needed && !is_text(r, kind, "NamespaceList"))
		return complain(r, kind == PL_NO_NODE ? root : kind, "this is not a list of namespaces");
	return read_items(r, member(r, root, "items"));
}

/* What stands later in the file comes later. */
static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = pl_str_cmp(x->name, y->name);
	return order ? order : (x->node > y->node) - (x->node < y->node);
}

static bool sort(struct reading *r)
{
	struct pl_namespaces *t = r->table;
	qsort(t->entries, t->count, sizeof *t->entries, by_name);
	for (size_t i = 1; i < t->count; i++)
		if (pl_str_eq(t->entries[i - 1].name, t->entries[i].name))
			return complain(r, t->entries[i].node, "this namespace stands twice in the list");
	return true;
}

/* --- the digest --------------------------------------------------------------------------------------------------- */

static uint64_t add_text(uint64_t digest, pl_str text)
{
	digest = (digest ^ text.len) * 0x100000001b3u;
	for (size_t i = 0; i < text.len; i++)
		digest = (digest ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
	return digest;
}

static uint64_t add_pairs(uint64_t digest, const struct pl_pair *pairs, size_t count)
{
	digest = (digest ^ count) * 0x100000001b3u;
	for (size_t i = 0; i < count; i++)
		digest = add_text(add_text(digest, pairs[i].key), pairs[i].value);
	return digest;
}

static uint64_t digest_of(const struct pl_namespaces *t)
{
	uint64_t digest = 0xcbf29ce484222325u;
	for (size_t i = 0; i < t->count; i++) {
		const struct entry *e = &t->entries[i];
		digest = add_text(digest, e->name);
		digest = add_pairs(digest, e->labels, e->label_count);
		digest = add_pairs(digest, e->annotations, e->annotation_count);
	}
	return digest;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static struct pl_namespaces *make(void)
{
	struct pl_namespaces *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	atomic_init(&t->owners, 1);
	t->arena = pl_arena_new(TABLE_MEMORY, 0);
	if (t->arena)
		return t;
	free(t);
	return NULL;
}

/* Fills the table from the text, or says in diags why not. */
static bool read_text(struct pl_namespaces *t, const char *path, pl_str text, struct pl_arena *arena,
		      struct pl_diags *diags)
{
	struct reading r = {.table = t, .arena = arena, .diags = diags};
	struct pl_doc_limits limits = pl_doc_json_limits;
	limits.max_bytes = FILE_BYTES_MAX;
	if (pl_doc_read_json(pl_str_from(path), text, &limits, arena, &r.doc, diags) != PL_OK) {
		if (diags->count)
			diags->items[0].help = HELP;
		return false;
	}
	if (!read_root(&r) || !sort(&r))
		return false;
	t->digest = digest_of(t);
	return true;
}

static void set_problem(struct pl_namespaces_result *ret, pl_str problem)
{
	ret->problem = problem.len ? problem : PL_STR("out of memory");
}

static bool fail(struct pl_namespaces_result *ret, struct pl_arena *arena, const char *path, const char *what)
{
	set_problem(ret, pl_arena_printf(arena, "namespaces: %s: %s", path, what));
	return false;
}

static bool fail_diags(struct pl_namespaces_result *ret, struct pl_arena *arena, const struct pl_diags *diags)
{
	struct pl_buf *out = pl_text_new(arena);
	for (unsigned i = 0; i < diags->count; i++)
		pl_diag_render(&diags->items[i], out);
	set_problem(ret, pl_text_str(out));
	return false;
}

/* Reads what is open, which it closes. */
static bool fill(struct pl_namespaces *t, const char *path, int fd, struct pl_arena *scratch, struct pl_arena *arena,
		 struct pl_namespaces_result *ret)
{
	struct stat st;
	struct pl_diags diags;
	pl_str text = {0};
	const char *problem = pl_file_read(fd, FILE_BYTES_MAX, "larger than 32 MiB", scratch, &st, &text);
	if (problem)
		return fail(ret, arena, path, problem);
	ret->stamp = pl_file_stamp(0, path, &st);
	t->there = true;
	t->modified = (int64_t)st.st_mtim.tv_sec;
	pl_diags_init(&diags, scratch);
	return read_text(t, path, text, scratch, &diags) || fail_diags(ret, arena, &diags);
}

/* True when the table stands. */
static bool load(struct pl_namespaces *t, const char *path, struct pl_arena *scratch, struct pl_arena *arena,
		 struct pl_namespaces_result *ret)
{
	int fd = pl_file_open(path);
	bool missing = fd < 0 && pl_file_is_missing(errno);
	if (fd < 0 && !missing)
		return fail(ret, arena, path, strerror(errno));
	if (!missing && !fill(t, path, fd, scratch, arena, ret))
		return false;
	t->why = missing ? pl_arena_printf(t->arena, "the file %s is not there", path)
			 : pl_arena_printf(t->arena, "it is not in %s", path);
	return t->why.ptr != NULL;
}

void pl_namespaces_read(const char *path, struct pl_arena *arena, struct pl_namespaces_result *ret)
{
	struct pl_namespaces *table = make();
	struct pl_arena *scratch = pl_arena_new(READ_MEMORY, 0);
	*ret = (struct pl_namespaces_result){.problem = PL_STR("out of memory"), .stamp = pl_file_stamp(0, path, NULL)};
	if (table && scratch && load(table, path, scratch, arena, ret))
		ret->table = table;
	else
		pl_namespaces_release(table);
	pl_arena_free(scratch);
}

struct pl_namespaces *pl_namespaces_retain(struct pl_namespaces *table)
{
	atomic_fetch_add_explicit(&table->owners, 1, memory_order_relaxed);
	return table;
}

void pl_namespaces_release(struct pl_namespaces *table)
{
	if (!table || atomic_fetch_sub_explicit(&table->owners, 1, memory_order_acq_rel) != 1)
		return;
	pl_arena_free(table->arena);
	free(table);
}

void pl_namespaces_describe(const struct pl_namespaces *table, struct pl_namespaces_info *ret)
{
	*ret = (struct pl_namespaces_info){table->there, table->count, table->modified, table->digest};
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static int compare_name(const void *name, const void *entry)
{
	return pl_str_cmp(*(const pl_str *)name, ((const struct entry *)entry)->name);
}

void pl_namespaces_tell(const struct pl_namespaces *table, pl_str name, struct pl_context *context)
{
	context->namespace_known = true;
	context->namespace_name = name;
	const struct entry *e =
		table && table->count ? bsearch(&name, table->entries, table->count, sizeof *e, compare_name) : NULL;
	context->namespace_metadata_known = e != NULL;
	if (e) {
		context->namespace_labels = e->labels;
		context->namespace_label_count = e->label_count;
		context->namespace_annotations = e->annotations;
		context->namespace_annotation_count = e->annotation_count;
	} else {
		context->namespace_why = table ? table->why : PL_STR("the server was not given --namespaces FILE");
	}
}
