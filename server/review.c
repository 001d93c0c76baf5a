/* review.c - bytes into the facts of an AdmissionReview.
 *
 * spec: server.md 2, 3.1. Each check answers with a sentence for the person who was refused, or NULL. A key that
 * stands twice in the envelope is refused here, one in the object by whoever reads that; in parts that nothing reads
 * (options, raw extensions) it says nothing, and every door ignores it. Keys are compared exactly, like the API server
 * does. The member `response` of a request is not looked at. */
#include "review.h"

#include <inttypes.h>

#include "plimsoll/report.h"
#include "uid.h"

#define GROUPS_MAX    10000u
#define OUT_OF_MEMORY "the memory set aside for one request is used up"

struct reading {
	struct pl_review *review;
	struct pl_arena *arena, *reply;
	pl_node request;
};

static pl_node member(const struct pl_doc *doc, pl_node object, pl_str key)
{
	return pl_doc_get(doc, object, key, NULL);
}

static bool is_nothing(const struct pl_doc *doc, pl_node node)
{
	return node == PL_NO_NODE || pl_doc_type(doc, node) == PL_NODE_NULL;
}

/* A text member; absent and null give the empty text. */
static const char *read_text(struct reading *r, pl_node parent, pl_str key, const char *problem, pl_str *ret)
{
	const struct pl_doc *doc = r->review->doc;
	pl_node node = member(doc, parent, key);
	if (is_nothing(doc, node))
		return NULL;
	if (pl_doc_type(doc, node) != PL_NODE_STRING)
		return problem;
	pl_str text = pl_doc_text(doc, node, r->arena);
	if (!text.ptr)
		return OUT_OF_MEMORY;
	*ret = text;
	return NULL;
}

static const char *check_shape(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	if (pl_doc_type(doc, pl_doc_root(doc)) != PL_NODE_OBJECT)
		return "the body is not an object";
	return pl_doc_type(doc, r->request) == PL_NODE_OBJECT ? NULL : "request is missing or not an object";
}

static const char *read_version(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	pl_str kind = {0}, version = {0};
	const char *problem = read_text(r, pl_doc_root(doc), PL_STR("kind"), "its kind is not a string", &kind);
	if (!problem)
		problem = read_text(r, pl_doc_root(doc), PL_STR("apiVersion"), "its apiVersion is not a string",
				    &version);
	if (problem)
		return problem;
	r->review->beta = pl_str_eq(version, PL_STR("admission.k8s.io/v1beta1"));
	if (!pl_str_eq(kind, PL_STR("AdmissionReview")))
		return "its kind is not AdmissionReview";
	if (!r->review->beta && !pl_str_eq(version, PL_STR("admission.k8s.io/v1")))
		return "its apiVersion is neither admission.k8s.io/v1 nor v1beta1";
	return NULL;
}

static const char *read_operation(struct reading *r)
{
	static const char *const known[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};
	pl_str *operation = &r->review->operation;
	const char *problem =
		read_text(r, r->request, PL_STR("operation"), "request.operation is not a string", operation);
	if (problem)
		return problem;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (pl_str_eq(*operation, pl_str_from(known[i])))
			return NULL;
	return "request.operation is none of CREATE, UPDATE, DELETE, CONNECT";
}

static const char *read_kind(struct reading *r)
{
	struct pl_review *v = r->review;
	pl_node kind = member(v->doc, r->request, PL_STR("kind"));
	if (is_nothing(v->doc, kind))
		return NULL;
	if (pl_doc_type(v->doc, kind) != PL_NODE_OBJECT)
		return "request.kind is not an object";
	const char *problem = read_text(r, kind, PL_STR("group"), "request.kind.group is not a string", &v->group);
	if (!problem)
		problem = read_text(r, kind, PL_STR("version"), "request.kind.version is not a string", &v->version);
	if (!problem)
		problem = read_text(r, kind, PL_STR("kind"), "request.kind.kind is not a string", &v->kind);
	return problem;
}

static const char *read_names(struct reading *r)
{
	struct pl_review *v = r->review;
	const char *problem = read_text(r, r->request, PL_STR("name"), "request.name is not a string", &v->name);
	if (!problem)
		problem = read_text(r, r->request, PL_STR("namespace"), "request.namespace is not a string",
				    &v->namespace_name);
	return problem;
}

static const char *read_dry_run(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	pl_node node = member(doc, r->request, PL_STR("dryRun"));
	if (is_nothing(doc, node))
		return NULL;
	if (pl_doc_type(doc, node) != PL_NODE_TRUE && pl_doc_type(doc, node) != PL_NODE_FALSE)
		return "request.dryRun is not a boolean";
	r->review->dry_run = pl_doc_type(doc, node) == PL_NODE_TRUE;
	return NULL;
}

static const char *read_groups(struct reading *r, pl_node list)
{
	const struct pl_doc *doc = r->review->doc;
	if (is_nothing(doc, list))
		return NULL;
	if (pl_doc_type(doc, list) != PL_NODE_ARRAY)
		return "request.userInfo.groups is not a list";
	if (pl_doc_count(doc, list) > GROUPS_MAX)
		return "request.userInfo.groups has more than 10,000 entries";
	pl_str *groups = pl_arena_zalloc(r->arena, pl_doc_count(doc, list), sizeof *groups);
	size_t count = 0;
	if (!groups)
		return OUT_OF_MEMORY;
	for (pl_node n = pl_doc_first(doc, list); n != PL_NO_NODE; n = pl_doc_next(doc, list, n)) {
		if (pl_doc_type(doc, n) != PL_NODE_STRING)
			return "request.userInfo.groups holds something that is not a string";
		groups[count] = pl_doc_text(doc, n, r->arena);
		if (!groups[count++].ptr)
			return OUT_OF_MEMORY;
	}
	r->review->groups = groups;
	r->review->group_count = count;
	return NULL;
}

static const char *read_user(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	pl_node info = member(doc, r->request, PL_STR("userInfo"));
	if (is_nothing(doc, info))
		return NULL;
	if (pl_doc_type(doc, info) != PL_NODE_OBJECT)
		return "request.userInfo is not an object";
	const char *problem =
		read_text(r, info, PL_STR("username"), "request.userInfo.username is not a string", &r->review->user);
	return problem ? problem : read_groups(r, member(doc, info, PL_STR("groups")));
}

static const char *read_objects(struct reading *r)
{
	struct pl_review *v = r->review;
	pl_node object = member(v->doc, r->request, PL_STR("object"));
	pl_node old = member(v->doc, r->request, PL_STR("oldObject"));
	v->object = is_nothing(v->doc, object) ? PL_NO_NODE : object;
	v->old = is_nothing(v->doc, old) ? PL_NO_NODE : old;
	if (v->object != PL_NO_NODE && pl_doc_type(v->doc, v->object) != PL_NODE_OBJECT)
		return "request.object is not an object";
	return NULL;
}

/* text is "group/version", or "version" of the group without a name. */
static bool is_version_of(pl_str text, pl_str group, pl_str version)
{
	if (group.len) {
		if (text.len <= group.len || !pl_str_starts(text, group) || text.ptr[group.len] != '/')
			return false;
		text = (pl_str){text.ptr + group.len + 1, text.len - group.len - 1};
	}
	return pl_str_eq(text, version);
}

/* Whether the object says of itself what the request says of it. */
static const char *check_object_kind(struct reading *r, pl_node object)
{
	struct pl_review *v = r->review;
	pl_str kind = {0}, version = {0};
	if (v->kind.len == 0 || object == PL_NO_NODE)
		return NULL;
	const char *problem = read_text(r, object, PL_STR("kind"), "the object's kind is not a string", &kind);
	if (!problem)
		problem =
			read_text(r, object, PL_STR("apiVersion"), "the object's apiVersion is not a string", &version);
	if (problem)
		return problem;
	if (!pl_str_eq(kind, v->kind) || (v->version.len && !is_version_of(version, v->group, v->version)))
		return "the object's apiVersion and kind are not those of request.kind";
	return NULL;
}

static const char *check_duplicates(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	pl_node parts[] = {
		pl_doc_root(doc),
		r->request,
		pl_doc_get(doc, r->request, PL_STR("kind"), NULL),
		pl_doc_get(doc, r->request, PL_STR("userInfo"), NULL),
	};
	pl_node key = PL_NO_NODE;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && key == PL_NO_NODE; i++)
		key = pl_doc_find_twin(doc, parts[i], r->arena);
	if (key == PL_NO_NODE)
		return NULL;
	struct pl_buf *path = pl_text_new(r->reply);
	pl_text_add(path, PL_STR("a key stands twice in the same object: "));
	pl_doc_path(doc, pl_doc_root(doc), key, path);
	pl_text_add(path, (pl_str){"", 1});
	pl_str text = pl_text_str(path);
	return text.ptr && text.len < 1024 ? text.ptr : "a key stands twice in the same object";
}

/* The uid of a document whose request is an object; a uid that stands twice is left to the scanner. */
static bool read_uid(struct reading *r)
{
	const struct pl_doc *doc = r->review->doc;
	bool twice = false, twice_request = false;
	r->request = pl_doc_get(doc, pl_doc_root(doc), PL_STR("request"), &twice_request);
	pl_node uid = pl_doc_get(doc, r->request, PL_STR("uid"), &twice);
	if (twice || twice_request || pl_doc_type(doc, uid) != PL_NODE_STRING || pl_doc_span(doc, uid).len > PL_UID_MAX)
		return false;
	r->review->uid = pl_doc_text(doc, uid, r->reply);
	return r->review->uid.len > 0;
}

static void recover(struct reading *r, pl_str body, const char *problem)
{
	if (!pl_uid_scan(body, r->reply, &r->review->uid))
		r->review->uid = (pl_str){0};
	r->review->problem = problem;
}

static const char *too_large(struct pl_arena *reply, uint64_t limit)
{
	pl_str text = pl_arena_printf(reply, "the review is larger than %" PRIu64 " bytes", limit);
	return text.ptr ? text.ptr : OUT_OF_MEMORY;
}

static const char *unreadable(struct pl_arena *reply, pl_err err, const struct pl_diags *diags)
{
	if (err == PL_E_MEMORY)
		return OUT_OF_MEMORY;
	if (diags->count == 0)
		return pl_err_text(err);
	const struct pl_diag *d = &diags->items[0];
	pl_str text = pl_arena_printf(reply, "the review cannot be read: %.*s, at byte %u",
				      d->message.len > 512 ? 512 : PL_FMT(d->message), d->at.start);
	return text.ptr ? text.ptr : OUT_OF_MEMORY;
}

/* Everything after the uid, in the order in which a person would want to be told. */
static const char *read_request(struct reading *r)
{
	static const char *(*const steps[])(struct reading *) = {
		check_shape, check_duplicates, read_version, read_operation, read_kind,
		read_names,  read_dry_run,     read_user,    read_objects,
	};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		const char *problem = steps[i](r);
		if (problem)
			return problem;
	}
	return check_object_kind(r, r->review->object);
}

void pl_review_read(pl_str body, bool whole, uint64_t limit, struct pl_arena *arena, struct pl_arena *reply,
		    struct pl_review *ret_review)
{
	struct reading r = {ret_review, arena, reply, PL_NO_NODE};
	struct pl_doc_limits limits = pl_doc_json_limits;
	struct pl_diags diags;
	*ret_review = (struct pl_review){.object = PL_NO_NODE, .old = PL_NO_NODE};
	if (!whole) {
		recover(&r, body, too_large(reply, limit));
		return;
	}
	limits.max_bytes = limit > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)limit;
	pl_diags_init(&diags, reply);
	pl_err err = pl_doc_read_json(PL_STR("request"), body, &limits, arena, &ret_review->doc, &diags);
	if (err != PL_OK) {
		recover(&r, body, unreadable(reply, err, &diags));
		return;
	}
	bool has_uid = read_uid(&r);
	if (!has_uid)
		recover(&r, body, NULL);
	ret_review->problem = read_request(&r);
}
