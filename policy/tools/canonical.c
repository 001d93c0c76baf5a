/* canonical.c - `plimsoll fmt` as a function: a policy in, the same policy in its canonical form out.
 *
 * Nothing is given out that has not been read again: it must parse to the same tree, hold as many comments, and not
 * change when it is formatted once more. Should the formatter ever be wrong, it says so and the file stays as it is. */
#include "plimsoll/tools.h"

#include "base/buf.h"
#include "base/invariant.h"
#include "lang/ast.h"
#include "lang/format.h"

#define CEILING ((size_t)1024 * 1024 * 1024)
#define RETAIN	((size_t)1024 * 1024)

/* What one reading of a text gives. */
struct reading {
	pl_str tree; /* what formatting must keep */
	uint32_t remarks;
	pl_str formatted;
};

static pl_err refuse(const struct pl_policy_source *source, pl_err err, struct pl_diags *diags)
{
	struct pl_diag d = {.level = PL_DIAG_ERROR, .source = source->name};
	d.message = err == PL_E_LIMIT ? PL_STR("its canonical form is larger than a policy may be")
		    : err == PL_E_MEMORY
			    ? PL_STR("formatting it needs more memory than there is")
			    : PL_STR("a defect in plimsoll: formatting would change what this policy says");
	d.help = err == PL_E_LIMIT ? PL_STR("split it: all files of a directory are one policy") : PL_STR("");
	pl_diags_add(diags, &d);
	return err;
}

/* Line ends become "\n". A carriage return stands nowhere else (lex.c), and is part of nothing but a JSON value's
 * layout.
 */
static pl_str plain_lines(pl_str text, struct pl_arena *arena)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\r')
			pl_buf_addc(&b, text.ptr[i]);
	}
	return b.failed ? (pl_str){0} : pl_buf_str(&b);
}

static pl_str finished(const struct pl_buf *b, struct pl_arena *keep)
{
	return b->failed ? (pl_str){0} : pl_arena_dup(keep, pl_buf_str(b));
}

static pl_err read_tree(const struct pl_policy_source *source, struct pl_arena *work, struct pl_arena *keep,
			struct reading *r)
{
	struct pl_decl *decls = NULL;
	struct pl_buf tree;
	pl_arena_reset(work);
	PL_TRY(pl_parse(source, 0, work, &decls, NULL));
	pl_buf_init(&tree, work, source->text.len);
	pl_ast_dump(decls, &tree);
	r->tree = finished(&tree, keep);
	return r->tree.ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err read_form(const struct pl_policy_source *source, struct pl_arena *work, struct pl_arena *keep,
			struct reading *r)
{
	struct pl_words words;
	struct pl_buf formatted;
	pl_arena_reset(work);
	PL_TRY(pl_words_read(source, work, &words, NULL));
	pl_buf_init(&formatted, work, source->text.len + 1);
	PL_TRY(pl_format_words(&words, work, &formatted));
	r->remarks = words.remarks;
	r->formatted = finished(&formatted, keep);
	return r->formatted.ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err read_both(const struct pl_policy_source *source, struct pl_arena *work, struct pl_arena *keep,
			struct reading *r)
{
	PL_TRY(read_tree(source, work, keep, r));
	return read_form(source, work, keep, r);
}

static bool says_the_same(const struct reading *before, const struct reading *after)
{
	return pl_str_eq(before->tree, after->tree) && before->remarks == after->remarks &&
	       pl_str_eq(before->formatted, after->formatted);
}

/* The canonical form of a source that parses, read again. */
static pl_err format_proven(const struct pl_policy_source *source, struct pl_arena *work, struct pl_arena *keep,
			    pl_str *ret_text)
{
	struct reading before, after;
	struct pl_policy_source plain = {source->name, plain_lines(source->text, keep)};
	if (!plain.text.ptr)
		return PL_E_MEMORY;
	PL_TRY(read_both(&plain, work, keep, &before));
	struct pl_policy_source again = {source->name, before.formatted};
	if (again.text.len > PL_MAX_SOURCE)
		return PL_E_LIMIT;
	pl_err err = read_both(&again, work, keep, &after);
	if (err == PL_E_MEMORY)
		return err;
	if (PL_NEVER(err != PL_OK || !says_the_same(&before, &after)))
		return PL_E_INTERNAL;
	*ret_text = before.formatted;
	return PL_OK;
}

static pl_err format_in(const struct pl_policy_source *source, struct pl_arena *work, struct pl_arena *keep,
			struct pl_buf *out, struct pl_diags *diags)
{
	struct pl_decl *decls = NULL;
	pl_str text = {0};
	pl_err err = pl_parse(source, 0, work, &decls, diags);
	if (err == PL_E_POLICY)
		return err;
	if (err == PL_OK)
		err = format_proven(source, work, keep, &text);
	if (err != PL_OK)
		return refuse(source, err, diags);
	size_t start = out->len;
	pl_buf_add(out, text);
	if (!out->failed)
		return PL_OK;
	out->len = start;
	return refuse(source, PL_E_MEMORY, diags);
}

pl_err pl_policy_format(const struct pl_policy_source *source, struct pl_buf *out, struct pl_diags *diags)
{
	struct pl_arena *work = pl_arena_new(CEILING, RETAIN), *keep = pl_arena_new(CEILING, RETAIN);
	pl_err err = work && keep ? format_in(source, work, keep, out, diags) : refuse(source, PL_E_MEMORY, diags);
	pl_arena_free(work);
	pl_arena_free(keep);
	return err;
}
