/* cmd_explain.c - `plimsoll explain`: prints what one stage makes of a manifest or a policy. The goldens of the tests
 * come from here. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "judge.h"
#include "policies.h"

#define SHOWN_PLACES 8 /* when the one asked for is none */

enum stage { STAGE_DOC, STAGE_WORKLOAD, STAGE_TRACE, STAGE_VERDICT, STAGE_TOKENS, STAGE_AST, STAGE_CODE, STAGE_COUNT };

static const char *const stage_names[STAGE_COUNT] = {"doc", "workload", "trace", "verdict", "tokens", "ast", "code"};

static bool is_of_policy(enum stage stage)
{
	return stage >= STAGE_TOKENS;
}

static bool find_stage(const struct pl_options *o, const char *name, enum stage *ret_stage)
{
	pl_str names[STAGE_COUNT];
	for (int i = 0; i < STAGE_COUNT; i++) {
		names[i] = pl_str_from(stage_names[i]);
		if (strcmp(name, stage_names[i]) == 0) {
			*ret_stage = (enum stage)i;
			return true;
		}
	}
	pl_str near = pl_text_nearest(pl_str_from(name), names, STAGE_COUNT);
	pl_str hint = near.len ? pl_arena_printf(o->arena, "; did you mean `%.*s`?", PL_FMT(near)) : (pl_str){0};
	pl_options_complain(o->arena, "--stage: no stage `%s`%.*s (doc, workload, trace, verdict, tokens, ast, code)",
			    name, PL_FMT(hint));
	return false;
}

static bool choose_stage(const struct pl_options *o, const char *path, enum stage *ret_stage)
{
	bool policy = pl_input_ends(pl_str_from(path), ".plim");
	const char *name = pl_options_get(o, PL_FLAG_STAGE);
	bool part = pl_options_get(o, PL_FLAG_RULE) || pl_options_get(o, PL_FLAG_AT);
	*ret_stage = part ? STAGE_TRACE : policy ? STAGE_CODE : STAGE_VERDICT;
	if (name && !find_stage(o, name, ret_stage))
		return false;
	if (part && (policy || *ret_stage != STAGE_TRACE)) {
		pl_options_complain(o->arena, "--rule and --at explain what a rule did with a manifest: they go with "
					      "--stage=trace, which may be left out");
		return false;
	}
	if (!name)
		return true;
	if (!policy || is_of_policy(*ret_stage))
		return true;
	pl_options_complain(o->arena, "%s is a policy, and `%s` is a stage of manifests: use tokens, ast or code", path,
			    name);
	return false;
}

static void print_text(struct pl_output *out, pl_str name, const struct pl_buf *text)
{
	pl_str s = pl_text_str(text);
	if (!s.ptr)
		pl_output_failure(out, name, PL_E_MEMORY);
	else if (s.len)
		fwrite(s.ptr, 1, s.len, stdout);
}

static void explain_policy(const struct pl_options *o, const char *path, enum stage stage, struct pl_output *out)
{
	struct pl_policy_list list = {0};
	pl_policies_add_path(&list, path, out);
	pl_policies_add_packs(&list, o, out);
	if (out->errors)
		return;
	struct pl_diags diags;
	pl_diags_init(&diags, out->arena);
	struct pl_buf *text = pl_text_new(out->arena);
	if (!text) {
		pl_output_failure(out, pl_str_from(path), PL_E_MEMORY);
		return;
	}
	enum pl_policy_stage which = stage == STAGE_TOKENS ? PL_STAGE_TOKENS
				     : stage == STAGE_AST  ? PL_STAGE_AST
							   : PL_STAGE_CODE;
	pl_err err = pl_policy_print(list.items, list.count, which, text, &diags);
	pl_output_diags(out, &diags);
	if (err == PL_OK)
		print_text(out, pl_str_from(path), text);
	else if (diags.errors == 0)
		pl_output_failure(out, pl_str_from(path), err);
}

/* Every document, one after the other, with a line of dashes between. */
static void explain_docs(struct pl_manifest *m, pl_str name, struct pl_output *out)
{
	uint32_t number;
	for (struct pl_doc *doc; (doc = pl_manifest_next(m, &number));) {
		struct pl_buf *text = pl_text_new(out->arena);
		if (!text) {
			pl_output_failure(out, name, PL_E_MEMORY);
			return;
		}
		if (number)
			pl_text_printf(text, "---\n");
		pl_doc_dump(doc, text);
		print_text(out, name, text);
	}
}

static void explain_doc(const char *path, struct pl_output *out)
{
	pl_str text, name = pl_input_name(path, out->arena);
	if (!pl_input_read(path, pl_doc_json_limits.max_bytes, out->arena, out, &text))
		return;
	struct pl_manifest *m = pl_manifest_open(name, text, out->arena, out);
	if (!m)
		return;
	explain_docs(m, name, out);
	pl_manifest_close(m);
}

static void offer(struct pl_buf *help, pl_str given, const pl_str *names, size_t count)
{
	pl_str near = pl_text_nearest(given, names, count);
	if (near.len == 0)
		return;
	pl_text_printf(help, "did you mean `");
	pl_text_escaped(help, near);
	pl_text_printf(help, "`? ");
}

/* What is called for does not exist: says so, with the nearest name that does. */
static void refuse(struct pl_output *out, const char *what, pl_str given, const struct pl_names *names, pl_str advice)
{
	struct pl_buf *message = pl_text_new(out->arena), *help = pl_text_new(out->arena);
	pl_text_printf(message, "%s `", what);
	pl_text_escaped(message, given);
	pl_text_printf(message, "`");
	offer(help, given, names->items, names->count);
	pl_text_add(help, advice);
	pl_output_diag(out, &(struct pl_diag){.message = pl_text_str(message), .help = pl_text_str(help)});
}

static bool has_rule(const struct pl_policy *policy, pl_str name, struct pl_output *out)
{
	struct pl_names names = {0};
	struct pl_rule_info info;
	for (size_t i = 0; i < pl_policy_rule_count(policy); i++) {
		pl_policy_rule(policy, i, &info);
		if (pl_str_eq(info.name, name))
			return true;
		if (!pl_names_add(&names, out->arena, info.name)) {
			pl_output_failure(out, (pl_str){0}, PL_E_MEMORY);
			return false;
		}
	}
	refuse(out, "this policy has no rule", name, &names, PL_STR("`plimsoll rules` lists what there is"));
	return false;
}

/* Every subject has been passed over. */
static void miss_place(struct pl_judge *judge, const struct pl_explain *explain)
{
	struct pl_buf *advice = pl_text_new(judge->out->arena);
	const struct pl_names *places = &judge->places;
	pl_text_printf(advice, places->count ? "it looks at" : "paths are those of findings, like spec.containers[0]");
	for (size_t i = 0; i < places->count && i < SHOWN_PLACES; i++) {
		pl_text_printf(advice, "%s ", i ? "," : "");
		pl_text_escaped(advice, places->items[i].len ? places->items[i] : PL_STR("the object as a whole"));
	}
	if (places->count > SHOWN_PLACES)
		pl_text_printf(advice, " and %zu more places", places->count - SHOWN_PLACES);
	refuse(judge->out, explain->rule.len ? "this rule looks at nothing at" : "no rule looks at anything at",
	       explain->at, places, pl_text_str(advice));
}

static void explain_part(struct pl_judge *judge, struct pl_explain *explain, const char *path)
{
	if (explain->rule.len && !has_rule(judge->policy, explain->rule, judge->out))
		return;
	judge->explain = explain;
	size_t errors = judge->out->errors;
	pl_judge_file(judge, path);
	bool elsewhere = judge->places.count > 0 || judge->out->results == 0;
	if (explain->at.len && judge->explained == 0 && elsewhere && judge->out->errors == errors)
		miss_place(judge, explain);
}

static void explain_manifest(const struct pl_options *o, const char *path, enum stage stage,
			     const struct pl_context *context, struct pl_output *out)
{
	struct pl_judge judge;
	if (!pl_judge_init(&judge, out))
		return;
	judge.context = *context;
	judge.traced = stage == STAGE_TRACE;
	if (stage != STAGE_WORKLOAD)
		judge.policy = pl_policies_load(o, out);
	struct pl_explain part = {.rule = pl_str_from(pl_options_get(o, PL_FLAG_RULE)),
				  .at = pl_str_from(pl_options_get(o, PL_FLAG_AT))};
	if (judge.policy && (part.rule.len || part.at.len))
		explain_part(&judge, &part, path);
	else if (stage == STAGE_WORKLOAD || judge.policy)
		pl_judge_file(&judge, path);
	pl_judge_free(&judge);
}

int pl_cmd_explain(const struct pl_options *options)
{
	enum stage stage;
	struct pl_context context;
	if (options->arg_count != 1) {
		pl_options_complain(options->arena, "explain takes one file (see plimsoll explain --help)");
		return PL_EXIT_ERROR;
	}
	const char *path = options->args[0];
	if (!choose_stage(options, path, &stage) || !pl_context_from_flags(options, &context))
		return PL_EXIT_ERROR;
	struct pl_output out;
	pl_output_init(&out, options->arena);
	out.format = PL_OUTPUT_STAGE;
	if (is_of_policy(stage))
		explain_policy(options, path, stage, &out);
	else if (stage == STAGE_DOC)
		explain_doc(path, &out);
	else if (pl_context_read_namespace(options, &out, &context))
		explain_manifest(options, path, stage, &context, &out);
	return pl_output_end(&out);
}
