/* cmd_fmt.c - `plimsoll fmt`: policies in their canonical form, in place. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "rewrite.h"

#define MAX_POLICY ((size_t)1 << 20) /* spec: language.md 3.3 */

struct fmt {
	struct pl_output out;
	bool check;
	size_t different; /* files */
};

static const char *const endings[] = {".plim", NULL};

/* The line of text that begins at `at`, without its end. */
static pl_str line_at(pl_str text, size_t at)
{
	const char *end = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
	return (pl_str){text.ptr + at, end ? (size_t)(end - text.ptr) - at : text.len - at};
}

static void print_line(struct pl_buf *report, char sign, pl_str text, size_t at)
{
	if (at == text.len)
		return;
	pl_str line = line_at(text, at);
	pl_text_printf(report, "  %c ", sign);
	pl_text_escaped(report, line);
	pl_text_printf(report, at + line.len == text.len ? " (no line end)\n" : "\n");
}

/* "FILE:LINE: not formatted" and the first line that differs, as it is and as it should be. */
static void report_difference(struct fmt *f, pl_str name, pl_str is, pl_str ought)
{
	size_t start = 0;
	unsigned line = 1;
	for (size_t i = 0; i < is.len && i < ought.len && is.ptr[i] == ought.ptr[i]; i++) {
		if (is.ptr[i] == '\n') {
			start = i + 1;
			line++;
		}
	}
	struct pl_buf *report = pl_text_new(f->out.arena);
	pl_text_printf(report, "%.*s:%u: not formatted\n", PL_FMT(name), line);
	print_line(report, '-', is, start);
	print_line(report, '+', ought, start);
	pl_str text = pl_text_str(report);
	if (text.ptr)
		fwrite(text.ptr, 1, text.len, stdout);
	else
		pl_output_failure(&f->out, name, PL_E_MEMORY);
}

/* Gives the canonical form; false after an error. */
static bool format(struct fmt *f, pl_str name, pl_str text, pl_str *ret_text)
{
	struct pl_policy_source source = {name, text};
	struct pl_buf *formatted = pl_text_new(f->out.arena);
	struct pl_diags diags;
	pl_diags_init(&diags, f->out.arena);
	pl_err err = formatted ? pl_policy_format(&source, formatted, &diags) : PL_E_MEMORY;
	pl_output_diags(&f->out, &diags);
	if (err != PL_OK && diags.errors == 0)
		pl_output_failure(&f->out, name, err);
	*ret_text = pl_text_str(formatted);
	return err == PL_OK;
}

static void do_file(struct fmt *f, const char *path)
{
	pl_str text, formatted, name = pl_input_name(path, f->out.arena);
	bool is_stdin = strcmp(path, "-") == 0;
	if (!pl_input_read(path, MAX_POLICY, f->out.arena, &f->out, &text) || !format(f, name, text, &formatted))
		return;
	bool same = pl_str_eq(text, formatted);
	f->different += !same;
	if (f->check && !same)
		report_difference(f, name, text, formatted);
	else if (is_stdin && !f->check)
		fwrite(formatted.ptr, 1, formatted.len, stdout);
	else if (!same && pl_rewrite_file(path, formatted, &f->out))
		printf("%.*s\n", PL_FMT(name));
}

static void do_path(struct fmt *f, const char *path)
{
	if (pl_input_kind_of(path) == PL_INPUT_FILE) {
		do_file(f, path);
		return;
	}
	size_t errors = f->out.errors;
	struct pl_names files = pl_input_files(path, endings, true, &f->out);
	for (size_t i = 0; i < files.count; i++)
		do_file(f, files.items[i].ptr);
	if (files.count == 0 && f->out.errors == errors)
		pl_output_error(&f->out, pl_str_from(path), "this directory holds no policy: no file *.plim", NULL);
}

int pl_cmd_fmt(const struct pl_options *options)
{
	struct fmt f = {.check = pl_options_count(options, PL_FLAG_CHECK) > 0};
	if (options->arg_count == 0) {
		pl_options_complain(options->arena,
				    "nothing to format: name policies or directories, or - (see plimsoll fmt --help)");
		return PL_EXIT_ERROR;
	}
	pl_output_init(&f.out, options->arena);
	for (size_t i = 0; i < options->arg_count; i++)
		do_path(&f, options->args[i]);
	if (pl_output_status(&f.out) == PL_EXIT_ERROR)
		return PL_EXIT_ERROR;
	return f.check && f.different ? PL_EXIT_FINDINGS : PL_EXIT_CLEAN;
}
