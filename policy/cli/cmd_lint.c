/* cmd_lint.c - `plimsoll lint`: judges manifests and reports. */
#include <string.h>

#include "command.h"
#include "input.h"
#include "judge.h"
#include "policies.h"

static bool read_format(const struct pl_options *o, struct pl_output *out)
{
	const char *format = pl_options_get(o, PL_FLAG_FORMAT);
	if (format && strcmp(format, "json") == 0)
		out->format = PL_OUTPUT_JSON;
	else if (format && strcmp(format, "text") != 0) {
		pl_options_complain(o->arena, "--format: `%s` is none of text, json", format);
		return false;
	}
	return true;
}

static bool read_fail_on(const struct pl_options *o, struct pl_output *out)
{
	const char *mode = pl_options_get(o, PL_FLAG_FAIL_ON);
	for (int m = PL_MODE_DENY; mode && m <= PL_MODE_AUDIT; m++) {
		out->fail_on = (enum pl_mode)m;
		if (strcmp(mode, pl_mode_name(out->fail_on)) == 0)
			return true;
	}
	if (mode)
		pl_options_complain(o->arena, "--fail-on: `%s` is none of deny, warn, audit", mode);
	return !mode;
}

/* Something to read, and standard input at most once. */
static bool check_args(const struct pl_options *o)
{
	unsigned stdin_count = 0;
	for (size_t i = 0; i < o->arg_count; i++)
		stdin_count += strcmp(o->args[i], "-") == 0;
	if (o->arg_count && stdin_count < 2)
		return true;
	pl_options_complain(o->arena, "%s",
			    o->arg_count
				    ? "`-` is given twice, and standard input can be read once"
				    : "nothing to lint: name files or directories, or `-` (see plimsoll lint --help)");
	return false;
}

static void judge_args(struct pl_judge *judge, const struct pl_options *o)
{
	for (size_t i = 0; i < o->arg_count; i++) {
		if (pl_input_kind_of(o->args[i]) == PL_INPUT_DIR)
			pl_judge_dir(judge, o->args[i]);
		else
			pl_judge_file(judge, o->args[i]);
	}
}

int pl_cmd_lint(const struct pl_options *options)
{
	struct pl_output out;
	struct pl_context context;
	pl_output_init(&out, options->arena);
	out.require_context = pl_options_get(options, PL_FLAG_REQUIRE_CONTEXT) != NULL;
	if (!check_args(options) || !read_format(options, &out) || !read_fail_on(options, &out) ||
	    !pl_context_from_flags(options, &context))
		return PL_EXIT_ERROR;
	pl_output_begin(&out);
	struct pl_judge judge;
	if (pl_context_read_namespace(options, &out, &context) && pl_judge_init(&judge, &out)) {
		judge.context = context;
		judge.policy = pl_policies_load(options, &out);
		if (judge.policy)
			judge_args(&judge, options);
		pl_judge_free(&judge);
	}
	return pl_output_end(&out);
}
