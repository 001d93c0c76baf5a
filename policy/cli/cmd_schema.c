/* cmd_schema.c - `plimsoll schema`: the fields that rules can read, as tables. Exit status 1 for a name that is none.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"

static void print(struct pl_output *out, const struct pl_buf *text)
{
	pl_str s = pl_text_str(text);
	if (s.ptr)
		fwrite(s.ptr, 1, s.len, stdout);
	else
		pl_output_failure(out, (pl_str){0}, PL_E_MEMORY);
}

static void miss(struct pl_output *out, const char *what, pl_str near)
{
	struct pl_buf *message = pl_text_new(out->arena);
	pl_str help = PL_STR("`plimsoll schema` lists what there is");
	pl_text_printf(message, "nothing that rules can read is called `");
	pl_text_escaped(message, pl_str_from(what));
	pl_text_printf(message, "`");
	if (near.len)
		help = pl_arena_printf(out->arena, "did you mean `%.*s`? %.*s", PL_FMT(near), PL_FMT(help));
	pl_output_diag(out, &(struct pl_diag){.message = pl_text_str(message), .help = help});
}

/* False when there is nothing of that name. */
static bool show(struct pl_output *out, const char *what, bool json)
{
	pl_str near = {0};
	struct pl_buf *text = pl_text_new(out->arena);
	pl_err err = text ? pl_schema_show(pl_str_from(what), json, out->arena, text, &near) : PL_E_MEMORY;
	if (err == PL_OK)
		print(out, text);
	else if (err == PL_E_UNRECOGNISED)
		miss(out, what, near);
	else
		pl_output_failure(out, (pl_str){0}, err);
	return err != PL_E_UNRECOGNISED;
}

static bool read_options(const struct pl_options *o, bool *ret_json)
{
	const char *format = pl_options_get(o, PL_FLAG_FORMAT);
	*ret_json = format && strcmp(format, "json") == 0;
	if (format && !*ret_json && strcmp(format, "text") != 0) {
		pl_options_complain(o->arena, "--format: `%s` is none of text, json", format);
		return false;
	}
	if (o->arg_count + (pl_options_get(o, PL_FLAG_DEFAULTS) != NULL) > 1) {
		pl_options_complain(o->arena, "schema takes one name or path, or --defaults");
		return false;
	}
	return true;
}

int pl_cmd_schema(const struct pl_options *options)
{
	struct pl_output out;
	bool json;
	if (!read_options(options, &json))
		return PL_EXIT_ERROR;
	pl_output_init(&out, options->arena);
	out.format = PL_OUTPUT_STAGE;
	if (!pl_options_get(options, PL_FLAG_DEFAULTS))
		return show(&out, options->arg_count ? options->args[0] : "", json) ? pl_output_end(&out)
										    : PL_EXIT_FINDINGS;
	struct pl_buf *text = pl_text_new(options->arena);
	if (text)
		pl_schema_show_defaults(json, text);
	print(&out, text);
	return pl_output_end(&out);
}
