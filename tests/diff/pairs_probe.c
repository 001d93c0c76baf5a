/* pairs_probe.c - the compiler and the evaluator behind a pipe, for the second evaluator in tests/diff/ref to compare
 * with.
 *
 *     input:   frames, each a line with a number of bytes in decimal, then so many bytes of JSON
 *     output:  a line of JSON for each frame
 *
 *     {"policy": {"sources": [TEXT...], "settings": [[NAME, VALUE]...], "data": [[NAME, FILE, TEXT or null,
 * SECONDS]...]}}
 *         {"ok": true} or {"ok": false, "codes": [[CODE, SOURCE, LINE, MESSAGE]...]}; stays for the frames that follow
 *     {"decide": {"object": TEXT, "old": TEXT or null, "yaml": BOOL, "offline": BOOL, "context": {...}}}
 *         {"allowed": BOOL, "findings": [[RULE, CHECK, SUBJECT, PATH, MODE, STATE, MESSAGE, EXCEPTION, REMEDY]...],
 *          "not_checked": [RULE...]}, or {"error": TEXT}; without a policy {"error": "no policy"}
 *
 * Manifests travel as texts, so that duplicate keys and bad numbers reach our own reader. Only the public headers are
 * used: what this program sees is what a client sees. Everything lives in one arena for each frame; a defect of the
 * caller ends the program with status 2. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plimsoll/plimsoll.h"

#define FRAME_MAX   (64u << 20)
#define ARENA_MAX   (512u << 20)
#define MAX_ENTRIES 512

static struct pl_arena *arena;
static struct pl_doc *frame;
static struct pl_policy *policy;

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "pairs_probe: %s\n", what);
	exit(2);
}

/* --- members of the frame ----------------------------------------------------------------------------------------- */

static pl_node get(pl_node object, const char *key)
{
	return pl_doc_get(frame, object, pl_str_from(key), NULL);
}

static bool is_null(pl_node node)
{
	enum pl_node_type type = pl_doc_type(frame, node);
	return type == PL_NODE_NONE || type == PL_NODE_NULL;
}

static pl_str text_at(pl_node node)
{
	return is_null(node) ? (pl_str){NULL, 0} : pl_doc_text(frame, node, arena);
}

static pl_str text(pl_node object, const char *key)
{
	return text_at(get(object, key));
}

static bool flag(pl_node object, const char *key)
{
	return pl_doc_type(frame, get(object, key)) == PL_NODE_TRUE;
}

static int64_t number_at(pl_node node)
{
	pl_str s = text_at(node);
	char room[32];
	if (s.len >= sizeof room)
		die("a number too long");
	(void)snprintf(room, sizeof room, "%.*s", PL_FMT(s));
	return strtoll(room, NULL, 10);
}

static pl_node element(pl_node list, unsigned index)
{
	pl_node node = pl_doc_first(frame, list);
	while (index-- > 0)
		node = pl_doc_next(frame, list, node);
	return node;
}

static size_t bounded_count(pl_node list)
{
	size_t n = pl_doc_count(frame, list);
	if (n > MAX_ENTRIES)
		die("a list of the frame is too long");
	return n;
}

/* --- compiling ---------------------------------------------------------------------------------------------------- */

static void print(struct pl_buf *out)
{
	pl_str s = pl_text_str(out);
	if (!s.ptr)
		die("out of memory");
	if (fwrite(s.ptr, 1, s.len, stdout) != s.len || putchar('\n') == EOF)
		die("nobody reads the answers");
}

static void print_codes(const struct pl_diags *diags)
{
	struct pl_buf *out = pl_text_new(arena);
	pl_text_printf(out, "{\"ok\": false, \"codes\": [");
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		struct pl_position at = pl_position_of(d->text, d->at.start);
		if (d->level != PL_DIAG_ERROR)
			continue;
		pl_text_printf(out, "%s[\"%s\", ", i ? ", " : "", d->code ? d->code : "");
		pl_text_json(out, d->source);
		pl_text_printf(out, ", %" PRIu32 ", ", at.line);
		pl_text_json(out, d->message);
		pl_text_printf(out, "]");
	}
	pl_text_printf(out, "]}");
	print(out);
}

static void compile(pl_node what)
{
	static struct pl_policy_source sources[MAX_ENTRIES];
	static struct pl_param_setting settings[MAX_ENTRIES];
	static struct pl_policy_data data[MAX_ENTRIES];
	struct pl_policy_input input = {.sources = sources, .settings = settings, .data = data};
	struct pl_diags diags;
	pl_node list = get(what, "sources");
	input.source_count = bounded_count(list);
	for (size_t i = 0; i < input.source_count; i++) {
		sources[i].name = pl_arena_printf(arena, "t%zu.plim", i);
		sources[i].text = text_at(element(list, (unsigned)i));
	}
	list = get(what, "settings");
	input.setting_count = bounded_count(list);
	for (size_t i = 0; i < input.setting_count; i++) {
		pl_node pair = element(list, (unsigned)i);
		settings[i] = (struct pl_param_setting){text_at(element(pair, 0)), text_at(element(pair, 1))};
	}
	list = get(what, "data");
	input.data_count = bounded_count(list);
	for (size_t i = 0; i < input.data_count; i++) {
		pl_node row = element(list, (unsigned)i);
		data[i] = (struct pl_policy_data){text_at(element(row, 0)), text_at(element(row, 1)),
						  text_at(element(row, 2)), number_at(element(row, 3))};
	}
	pl_policy_release(policy);
	policy = NULL;
	pl_diags_init(&diags, arena);
	if (pl_policy_compile(&input, &policy, &diags) == PL_OK)
		puts("{\"ok\": true}");
	else
		print_codes(&diags);
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

static const struct pl_pair *pairs_of(pl_node object, size_t *ret_count)
{
	size_t n = bounded_count(object), i = 0;
	struct pl_pair *pairs = pl_arena_zalloc(arena, n + 1, sizeof *pairs);
	if (!pairs)
		die("out of memory");
	for (pl_node key = pl_doc_first(frame, object); key != PL_NO_NODE; key = pl_doc_next(frame, object, key))
		pairs[i++] = (struct pl_pair){pl_doc_text(frame, key, arena), text_at(pl_doc_value(frame, key))};
	*ret_count = n;
	return pairs;
}

static const pl_str *texts_of(pl_node list, size_t *ret_count)
{
	size_t n = bounded_count(list);
	pl_str *texts = pl_arena_zalloc(arena, n + 1, sizeof *texts);
	if (!texts)
		die("out of memory");
	for (size_t i = 0; i < n; i++)
		texts[i] = text_at(element(list, (unsigned)i));
	*ret_count = n;
	return texts;
}

static void read_request(pl_node c, struct pl_context *ctx)
{
	pl_node r = get(c, "request");
	if (is_null(r))
		return;
	ctx->request_known = true;
	ctx->operation = text(r, "operation");
	ctx->user = text(r, "user");
	ctx->groups = texts_of(get(r, "groups"), &ctx->group_count);
	ctx->dry_run = flag(r, "dry_run");
}

static void read_namespace(pl_node c, struct pl_context *ctx)
{
	pl_node n = get(c, "namespace");
	if (is_null(n))
		return;
	ctx->namespace_known = true;
	ctx->namespace_name = text(n, "name");
	ctx->namespace_metadata_known = !is_null(get(n, "labels"));
	ctx->namespace_labels = pairs_of(get(n, "labels"), &ctx->namespace_label_count);
	ctx->namespace_annotations = pairs_of(get(n, "annotations"), &ctx->namespace_annotation_count);
}

static void read_cluster(pl_node c, struct pl_context *ctx)
{
	pl_node k = get(c, "cluster");
	ctx->imds_blocked_pods = flag(c, "imds_pods");
	ctx->imds_blocked_awsvpc = flag(c, "imds_awsvpc");
	ctx->imds_blocked_bridge = flag(c, "imds_bridge");
	ctx->launch_fargate = flag(c, "launch_fargate");
	if (is_null(k))
		return;
	ctx->cluster_known = true;
	ctx->cluster_name = text(k, "name");
	ctx->cluster_environment = text(k, "environment");
	ctx->cluster_version = text(k, "version");
	ctx->cluster_account = text(k, "account");
	ctx->cluster_region = text(k, "region");
	ctx->cluster_cloud = text(k, "cloud");
}

static struct pl_context context_of(pl_node c)
{
	struct pl_context ctx = {.lint = flag(c, "lint"), .strict_updates = flag(c, "strict_updates")};
	ctx.unknown_warns = flag(c, "unknown_warns");
	ctx.today = (int32_t)number_at(get(c, "today"));
	ctx.now = is_null(get(c, "now")) ? 0 : number_at(get(c, "now"));
	read_request(c, &ctx);
	read_namespace(c, &ctx);
	read_cluster(c, &ctx);
	return ctx;
}

static struct pl_doc *read_doc(pl_str source, bool yaml, struct pl_diags *diags)
{
	struct pl_doc *doc = NULL;
	struct pl_yaml *stream = NULL;
	if (!yaml)
		return pl_doc_read_json(PL_STR("object"), source, &pl_doc_json_limits, arena, &doc, diags) == PL_OK
			       ? doc
			       : NULL;
	if (pl_yaml_open(PL_STR("object"), source, &pl_doc_yaml_limits, arena, &stream, diags) != PL_OK)
		return NULL;
	if (pl_yaml_next(stream, &doc, diags) != PL_OK)
		doc = NULL;
	pl_yaml_close(stream);
	return doc;
}

static enum pl_platform platform_of(enum pl_object_form form)
{
	if (form == PL_FORM_ECS_REGISTER || form == PL_FORM_ECS_DESCRIBE)
		return PL_PLATFORM_ECS;
	return form == PL_FORM_KUBERNETES ? PL_PLATFORM_KUBERNETES : PL_PLATFORM_NONE;
}

/* The workload of a text; NULL where the text cannot be read. */
static struct pl_workload *read_object(pl_node d, const char *key, struct pl_diags *diags)
{
	struct pl_workload_options options = {.offline = flag(d, "offline")};
	struct pl_workload *w = NULL;
	struct pl_doc *doc = read_doc(text(d, key), flag(d, "yaml"), diags);
	if (!doc)
		return NULL;
	enum pl_platform platform = platform_of(pl_object_detect(doc, pl_doc_root(doc)));
	if (pl_workload_read(doc, pl_doc_root(doc), platform, &options, arena, &w) != PL_OK)
		die("the workload cannot be read");
	return w;
}

static void add_finding(struct pl_buf *out, const struct pl_finding *f)
{
	static const char *const states[] = {"violation", "undecided", "malformed", "already", "excepted"};
	const pl_str texts[] = {f->message, f->exception, f->remedy};
	pl_text_printf(out, "[");
	pl_text_json(out, f->rule);
	pl_text_printf(out, ", %u, ", f->check);
	pl_text_json(out, f->subject);
	pl_text_printf(out, ", ");
	pl_text_json(out, f->path);
	pl_text_printf(out, ", \"%s\", \"%s\"", pl_mode_name((enum pl_mode)f->mode), states[f->state]);
	for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
		pl_text_printf(out, ", ");
		pl_text_json(out, texts[i]);
	}
	pl_text_printf(out, "]");
}

static void print_verdict(const struct pl_verdict *v)
{
	struct pl_buf *out = pl_text_new(arena);
	pl_text_printf(out, "{\"allowed\": %s, \"findings\": [", v->allowed ? "true" : "false");
	for (size_t i = 0; i < v->count; i++) {
		pl_text_printf(out, "%s", i ? ", " : "");
		add_finding(out, &v->findings[i]);
	}
	pl_text_printf(out, "], \"not_checked\": [");
	for (size_t i = 0; i < v->not_checked_count; i++) {
		pl_text_printf(out, "%s", i ? ", " : "");
		pl_text_json(out, v->not_checked[i]);
	}
	pl_text_printf(out, "]}");
	print(out);
}

static void print_error(pl_str what)
{
	struct pl_buf *out = pl_text_new(arena);
	pl_text_printf(out, "{\"error\": ");
	pl_text_json(out, what);
	pl_text_printf(out, "}");
	print(out);
}

static void decide(pl_node d, struct pl_evaluator *ev)
{
	struct pl_diags diags;
	struct pl_workload *old = NULL;
	const struct pl_verdict *v;
	pl_diags_init(&diags, arena);
	if (!policy) {
		print_error(PL_STR("no policy"));
		return;
	}
	struct pl_workload *w = read_object(d, "object", &diags);
	if (w && !is_null(get(d, "old")))
		old = read_object(d, "old", &diags);
	if (!w || diags.count > 0) {
		print_error(diags.items[0].message);
		return;
	}
	struct pl_context ctx = context_of(get(d, "context"));
	pl_err err = pl_decide(ev, policy, w, old, &ctx, &v);
	if (err == PL_OK)
		print_verdict(v);
	else
		print_error(pl_str_from(pl_err_text(err)));
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static bool read_frame(char **ret_bytes, size_t *ret_len)
{
	char line[32];
	if (!fgets(line, sizeof line, stdin))
		return false;
	size_t len = (size_t)strtoull(line, NULL, 10);
	if (len == 0 || len > FRAME_MAX)
		die("a frame begins with its length");
	char *bytes = malloc(len);
	if (!bytes || fread(bytes, 1, len, stdin) != len)
		die("a frame is cut short");
	*ret_bytes = bytes;
	*ret_len = len;
	return true;
}

static void answer(pl_str source, struct pl_evaluator *ev)
{
	struct pl_diags diags;
	arena = pl_evaluator_arena(ev);
	pl_diags_init(&diags, arena);
	if (pl_doc_read_json(PL_STR("frame"), source, &pl_doc_json_limits, arena, &frame, &diags) != PL_OK)
		die("a frame is not JSON");
	pl_node what = get(pl_doc_root(frame), "policy");
	if (what != PL_NO_NODE)
		compile(what);
	else
		decide(get(pl_doc_root(frame), "decide"), ev);
}

int main(void)
{
	struct pl_evaluator *ev = pl_evaluator_new(ARENA_MAX);
	pl_str source;
	char *bytes;
	if (!ev)
		die("out of memory");
	while (read_frame(&bytes, &source.len)) {
		source.ptr = bytes;
		answer(source, ev);
		pl_evaluator_reset(ev);
		free(bytes);
	}
	pl_policy_release(policy);
	pl_evaluator_free(ev);
	return fflush(stdout) == 0 ? 0 : 1;
}
