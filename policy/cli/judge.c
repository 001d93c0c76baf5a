/* judge.c - see judge.h. One file, one document, one object at a time; an error of one does not stop the others.
 *
 * Nothing passes in silence: every object that was met is judged, listed as not judged, or an error. */
#include "judge.h"

#include <string.h>

#include "input.h"

/* The tape of a document takes at most ten times its text, of which there are at most 32 MiB, and YAML may be read
 * twice. */
#define FILE_CEILING   ((size_t)1 << 30)
#define FILE_RETAIN    ((size_t)1 << 20)
#define OBJECT_CEILING ((size_t)1 << 30)

/* The document that is being judged. */
struct place {
	pl_str name;
	struct pl_doc *doc;
	uint32_t number;
	bool named;	      /* on the command line, not found in a directory */
	size_t lost;	      /* objects in lists that are not judged */
	struct pl_object one; /* the first of them */
};

bool pl_judge_init(struct pl_judge *j, struct pl_output *out)
{
	*j = (struct pl_judge){.out = out};
	j->evaluator = pl_evaluator_new(OBJECT_CEILING);
	j->file = pl_arena_new(FILE_CEILING, FILE_RETAIN);
	if (j->evaluator && j->file)
		return true;
	pl_output_failure(out, (pl_str){0}, PL_E_MEMORY);
	pl_judge_free(j);
	return false;
}

void pl_judge_free(struct pl_judge *j)
{
	pl_evaluator_free(j->evaluator);
	pl_arena_free(j->file);
	pl_policy_release(j->policy);
}

static struct pl_source *source_of(struct pl_judge *j, const struct pl_doc *doc)
{
	pl_str text = pl_doc_source(doc);
	if (!j->source || j->source_text.ptr != text.ptr || j->source_text.len != text.len) {
		j->source = pl_source_new(text, j->file);
		j->source_text = text;
	}
	return j->source;
}

/* An error at a node of the document. */
static void fail_at(struct pl_judge *j, const struct place *p, pl_node node, pl_str message, const char *help)
{
	struct pl_diag d = {.source = p->name, .at = pl_doc_span(p->doc, node), .message = message};
	d.help = pl_str_from(help);
	struct pl_source *source = source_of(j, p->doc);
	if (source)
		pl_output_diag_at(j->out, &d, p->doc, source);
	else
		pl_output_diag(j->out, &d);
}

/* The verdict with its paths as seen from the document: an object in a list does not begin there. */
static const struct pl_verdict *move_paths(const struct pl_verdict *v, pl_str at, struct pl_arena *scratch)
{
	struct pl_verdict *moved = pl_arena_alloc(scratch, sizeof *moved);
	struct pl_finding *findings = pl_arena_zalloc(scratch, v->count, sizeof *findings);
	if (!moved || !findings)
		return NULL;
	for (size_t i = 0; i < v->count; i++) {
		pl_str path = v->findings[i].path;
		const char *dot = path.len == 0 || path.ptr[0] == '[' ? "" : ".";
		findings[i] = v->findings[i];
		findings[i].path = pl_arena_printf(scratch, "%.*s%s%.*s", PL_FMT(at), dot, PL_FMT(path));
		if (!findings[i].path.ptr)
			return NULL;
	}
	*moved = *v;
	moved->findings = findings;
	return moved;
}

static pl_err read_workload(struct pl_judge *j, const struct place *p, const struct pl_object *o, pl_node node,
			    struct pl_workload **ret_workload)
{
	/* What the API server sends has been defaulted by it. */
	struct pl_workload_options options = {.offline = o->request == PL_NO_NODE};
	return pl_workload_read(p->doc, node, o->platform, &options, pl_evaluator_arena(j->evaluator), ret_workload);
}

/* The object before an UPDATE, for a review that holds it. */
static pl_err read_old(struct pl_judge *j, const struct place *p, const struct pl_object *o,
		       const struct pl_context *context, struct pl_workload **ret_old)
{
	*ret_old = NULL;
	pl_node node = pl_doc_get(p->doc, o->request, PL_STR("oldObject"), NULL);
	if (!pl_str_eq(context->operation, PL_STR("UPDATE")) || pl_doc_type(p->doc, node) != PL_NODE_OBJECT)
		return PL_OK;
	return read_workload(j, p, o, node, ret_old);
}

/* A path as the user may write it: from the document when the object stands in a list. */
static pl_str path_in_object(pl_str path, pl_str at)
{
	if (at.len == 0 || !pl_str_starts(path, at))
		return path;
	pl_str rest = {path.ptr + at.len, path.len - at.len};
	if (rest.len == 0 || rest.ptr[0] == '.')
		return rest.len ? (pl_str){rest.ptr + 1, rest.len - 1} : rest;
	return path;
}

/* A path from the document, into another item of its list. */
static bool is_of_other(pl_str path, const struct pl_object *o)
{
	bool from_document = pl_str_starts(path, PL_STR("items[")) && o->in_list;
	return from_document && path_in_object(path, o->at).len == path.len;
}

static bool is_malformed(const struct pl_verdict *v)
{
	return v->count > 0 && v->findings[0].state == PL_FINDING_MALFORMED;
}

/* The paths outlive the object, so that a wrong one can be told from all there were. */
static bool keep_places(struct pl_judge *j, const struct pl_explain *explain)
{
	for (size_t i = 0; i < explain->path_count; i++) {
		pl_str copy = pl_arena_dup(j->out->arena, explain->paths[i]);
		if (!copy.ptr || !pl_names_add(&j->places, j->out->arena, copy))
			return false;
	}
	return true;
}

/* What is asked for and nothing else: an object without it is passed over. */
static pl_err explain(struct pl_judge *j, const struct pl_object *o, const struct pl_context *context,
		      const struct pl_workload *old, struct pl_result *result)
{
	struct pl_explain explain = *j->explain;
	struct pl_arena *scratch = pl_evaluator_arena(j->evaluator);
	if (is_of_other(explain.at, o))
		return PL_OK;
	explain.at = path_in_object(explain.at, o->at);
	PL_TRY(pl_decide_explained(j->evaluator, j->policy, result->workload, old, context, &explain, result->trace,
				   &result->verdict));
	bool malformed = is_malformed(result->verdict);
	bool said = explain.shown > 0 || (explain.rule.len && explain.path_count == 0);
	j->explained += said && !malformed;
	if (!said && explain.at.len && !malformed)
		return keep_places(j, &explain) ? PL_OK : PL_E_MEMORY;
	result->partial = true;
	pl_output_result(j->out, result, scratch);
	return PL_OK;
}

static pl_err judge_object(struct pl_judge *j, const struct place *p, const struct pl_object *o)
{
	struct pl_arena *scratch = pl_evaluator_arena(j->evaluator);
	struct pl_result result = {.at = o->at, .document = p->number, .source = source_of(j, p->doc)};
	struct pl_workload *workload, *old;
	if (!result.source)
		return PL_E_MEMORY;
	PL_TRY(read_workload(j, p, o, o->node, &workload));
	result.workload = workload;
	if (!j->policy) {
		pl_output_workload(j->out, workload, scratch);
		return PL_OK;
	}
	struct pl_context context;
	PL_TRY(pl_context_of_object(&j->context, p->doc, o, workload, scratch, &context));
	PL_TRY(read_old(j, p, o, &context, &old));
	if (j->traced && !(result.trace = pl_text_new(scratch)))
		return PL_E_MEMORY;
	if (j->explain)
		return explain(j, o, &context, old, &result);
	PL_TRY(pl_decide_traced(j->evaluator, j->policy, workload, old, &context, result.trace, &result.verdict));
	if (o->in_list)
		result.verdict = move_paths(result.verdict, o->at, scratch);
	if (!result.verdict)
		return PL_E_MEMORY;
	pl_output_result(j->out, &result, scratch);
	return PL_OK;
}

static void judge_ready(struct pl_judge *j, const struct place *p, const struct pl_object *o)
{
	j->recognised++;
	pl_err err = judge_object(j, p, o);
	if (err == PL_OK)
		return;
	pl_str message = pl_arena_printf(j->out->arena, "this object could not be judged: %s", pl_err_text(err));
	fail_at(j, p, o->node, message, NULL);
}

/* A whole document that holds nothing known. */
static void pass_over(struct pl_judge *j, const struct place *p, const struct pl_object *o)
{
	if (p->named) {
		fail_at(j, p, o->node, PL_STR("nothing here is recognised"),
			"plimsoll judges Kubernetes objects (with `apiVersion` and `kind`) and ECS task definitions "
			"(with `containerDefinitions`)");
		return;
	}
	struct pl_source *source = source_of(j, p->doc);
	uint32_t line = source ? pl_source_position(source, pl_doc_span(p->doc, o->node).start).line : 0;
	pl_output_not_judged(j->out, pl_arena_printf(j->file, "%.*s:%u", PL_FMT(p->name), line));
}

static void take_object(struct pl_judge *j, struct place *p, const struct pl_object *o)
{
	if (o->state == PL_OBJECT_READY) {
		judge_ready(j, p, o);
	} else if (o->in_list) {
		if (p->lost++ == 0)
			p->one = *o;
	} else if (o->state == PL_OBJECT_PROBLEM) {
		fail_at(j, p, o->node, pl_str_from(o->problem), NULL);
	} else {
		pass_over(j, p, o);
	}
}

/* One error for all of a list's items that are not judged: a list may have a million of them. */
static void report_lost(struct pl_judge *j, const struct place *p)
{
	const char *what = p->one.problem ? p->one.problem : "this item of a list has no `apiVersion` and `kind`";
	pl_str message = pl_str_from(what);
	if (p->lost > 1)
		message = pl_arena_printf(j->out->arena, "%s; %zu items like this one are not judged", what, p->lost);
	fail_at(j, p, p->one.node, message, "write every item as a whole object, as `kubectl get -o yaml` does");
}

static void judge_document(struct pl_judge *j, struct place *p)
{
	struct pl_object_walk *walk = pl_object_walk_new(p->doc, j->file);
	if (!walk) {
		pl_output_failure(j->out, p->name, PL_E_MEMORY);
		return;
	}
	struct pl_object object;
	pl_evaluator_reset(j->evaluator);
	while (pl_object_next(walk, pl_evaluator_arena(j->evaluator), &object)) {
		take_object(j, p, &object);
		pl_evaluator_reset(j->evaluator);
	}
	if (p->lost)
		report_lost(j, p);
}

static void judge_documents(struct pl_judge *j, struct pl_manifest *m, pl_str name, bool named)
{
	uint32_t number = 0;
	size_t count = 0;
	for (struct pl_doc *doc; (doc = pl_manifest_next(m, &number)); count++) {
		struct place p = {.name = name, .doc = doc, .number = number, .named = named};
		judge_document(j, &p);
	}
	if (count || !pl_manifest_ok(m))
		return;
	if (named)
		pl_output_error(j->out, name, "this file is empty: it holds no document", NULL);
	else
		pl_output_not_judged(j->out, name);
}

static void judge_path(struct pl_judge *j, const char *path, bool named)
{
	pl_arena_reset(j->file);
	j->source = NULL;
	j->out->files++;
	pl_str text, name = pl_input_name(path, j->file);
	if (!pl_input_read(path, pl_doc_json_limits.max_bytes, j->file, j->out, &text))
		return;
	struct pl_manifest *m = pl_manifest_open(name, text, j->file, j->out);
	if (!m)
		return;
	judge_documents(j, m, name, named);
	pl_manifest_close(m);
}

void pl_judge_file(struct pl_judge *j, const char *path)
{
	if (pl_input_ends(pl_str_from(path), ".plim")) {
		pl_output_error(j->out, pl_str_from(path), "this is a policy, not a manifest",
				"`plimsoll check` compiles it; `plimsoll lint --policy` judges by it");
		return;
	}
	judge_path(j, path, true);
}

void pl_judge_dir(struct pl_judge *j, const char *path)
{
	static const char *const endings[] = {".yaml", ".yml", ".json", NULL};
	size_t errors = j->out->errors, recognised = j->recognised;
	struct pl_names files = pl_input_files(path, endings, true, j->out);
	for (size_t i = 0; i < files.count; i++)
		judge_path(j, files.items[i].ptr, false);
	if (j->out->errors != errors || j->recognised != recognised)
		return;
	pl_output_error(j->out, pl_str_from(path),
			files.count ? "nothing in this directory is recognised"
				    : "this directory holds no *.yaml, *.yml or *.json",
			NULL);
}
