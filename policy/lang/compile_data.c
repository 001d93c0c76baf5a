/* compile_data.c - the tables of data files become constants of the program, each with what to say when it may not be
 * used. */
#include "compile.h"

#include "base/buf.h"

/* "26h", "2d": as `fresh for` is written. */
static void add_span(struct pl_buf *out, uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	unsigned i = 0;
	while (seconds % units[i].seconds != 0)
		i++;
	pl_buf_addf(out, "%u%s", seconds / units[i].seconds, units[i].unit);
}

static const char *finish(struct pl_emit *e, struct pl_buf *text)
{
	pl_buf_addc(text, '\0');
	if (!text->failed)
		return text->ptr;
	pl_check_memory(e->c);
	e->failed = true;
	return "";
}

/* "the file scans.json of data `scans` is not there", "no file was given for data `scans`". */
static const char *why_none(struct pl_emit *e, const struct pl_data_def *def)
{
	struct pl_buf text;
	pl_buf_init(&text, e->c->arena, 64);
	if (def->given && def->given->file.len) {
		pl_buf_adds(&text, "the file ");
		pl_buf_add_escaped(&text, def->given->file, 0);
		pl_buf_addf(&text, " of data `%.*s` is not there", PL_FMT(def->form.name));
	} else {
		pl_buf_addf(&text, "no file was given for data `%.*s`", PL_FMT(def->form.name));
	}
	return finish(e, &text);
}

static const char *why_stale(struct pl_emit *e, const struct pl_data_def *def)
{
	struct pl_buf text;
	pl_buf_init(&text, e->c->arena, 64);
	pl_buf_adds(&text, "the file ");
	pl_buf_add_escaped(&text, def->file.name, 0);
	pl_buf_addf(&text, " of data `%.*s` is good for ", PL_FMT(def->form.name));
	add_span(&text, def->decl->u.data.fresh_seconds);
	pl_buf_adds(&text, ", and its age is ");
	return finish(e, &text);
}

const struct pl_data_code *pl_emit_data(struct pl_emit *e)
{
	uint32_t n = e->c->use_count;
	struct pl_data_code *data = pl_arena_zalloc(e->c->arena, n, sizeof *data);
	if (!data) {
		pl_check_memory(e->c);
		e->failed = true;
		return NULL;
	}
	for (uint32_t i = 0; i < n && !e->failed; i++) {
		const struct pl_data_use *use = &e->c->uses[i];
		const struct pl_data_def *def = &e->c->data_defs[use->data];
		data[i] = (struct pl_data_code){.name = def->form.name,
						.from = def->decl->u.data.from,
						.value = PL_NO_CODE,
						.fresh_seconds = def->decl->u.data.fresh_seconds};
		if (use->value.kind == PL_V_ABSENT) {
			data[i].why = why_none(e, def);
			continue;
		}
		data[i].modified = def->given->modified;
		data[i].value = pl_emit_table(e, i, &use->value);
		if (data[i].fresh_seconds)
			data[i].stale = why_stale(e, def);
	}
	return e->failed ? NULL : data;
}
