/* disclosure.c - see disclosure.h. What was computed from a secret is one. */
#include "disclosure.h"

#include "base/buf.h"
#include "model/private.h"
#include "model/subjects.h"
#include "secrecy.h"

#define SHOWN_ENTRIES 16

/* A value does not say which object it stands in; what might be a secret of either is one. */
bool pl_disclosure_hides(const struct pl_run *run, pl_node node)
{
	return node != PL_NO_NODE && (pl_secrecy_hides(run->workload->doc, node, run->arena) ||
				      (run->old && pl_secrecy_hides(run->old->doc, node, run->arena)));
}

static void show(const struct pl_run *run, const struct pl_value *v, struct pl_buf *out)
{
	size_t before = out->len;
	if (pl_disclosure_hides(run, v->node) && v->kind != PL_V_SUBJECT && v->kind != PL_V_ABSENT)
		pl_buf_adds(out, PL_HIDDEN);
	else
		pl_value_show(v, run->arena, out);
	if (out->len == before)
		pl_buf_adds(out, "\"\""); /* an empty text looks like a mistake */
}

static void show_entry(const struct pl_run *run, const struct pl_value *entry, struct pl_buf *out)
{
	const struct pl_value *key = &entry->u.entry[0];
	pl_value_show(key, run->arena, out);
	pl_buf_adds(out, ": ");
	if (key->kind == PL_V_STRING && pl_private_is_copy(key->u.s))
		pl_buf_adds(out, PL_HIDDEN);
	else
		show(run, &entry->u.entry[1], out);
}

static void show_map(const struct pl_run *run, const struct pl_value *map, struct pl_buf *out)
{
	struct pl_value_iter it;
	struct pl_value entry;
	bool done;
	uint32_t count = pl_value_count(map);
	pl_value_iter_init(&it, map);
	pl_buf_addc(out, '{');
	for (uint32_t i = 0; i < count && i < SHOWN_ENTRIES; i++) {
		if (pl_value_iter_next(&it, run->arena, &entry, &done) != PL_OK || done) {
			out->failed = true;
			return;
		}
		pl_buf_adds(out, i ? ", " : "");
		show_entry(run, &entry, out);
	}
	if (count > SHOWN_ENTRIES)
		pl_buf_addf(out, ", and %u more", count - SHOWN_ENTRIES);
	pl_buf_addc(out, '}');
}

void pl_disclosure_value(const struct pl_run *run, const struct pl_value *v, struct pl_buf *out)
{
	bool map = v->kind == PL_V_NODEMAP || v->kind == PL_V_MAP;
	if (v->kind == PL_V_ENTRY)
		show_entry(run, v, out);
	else if (map && !pl_disclosure_hides(run, v->node))
		show_map(run, v, out);
	else
		show(run, v, out);
}

void pl_disclosure_outcome(const struct pl_run *run, const struct pl_value *v, struct pl_buf *out)
{
	if (v->kind == PL_V_UNKNOWN) {
		pl_str origin = pl_run_origin(run, v);
		pl_buf_adds(out, "unknown (");
		if (origin.len)
			pl_buf_addf(out, "`%.*s`: ", PL_FMT(origin));
		pl_buf_add_escaped(out, pl_str_from(v->u.why), 0);
		pl_buf_addc(out, ')');
	} else if (v->kind == PL_V_BOOL) {
		pl_buf_adds(out, v->u.b ? "true" : "false");
	} else if (v->kind == PL_V_ABSENT) {
		pl_buf_adds(out, "not set");
	} else {
		uint32_t count = pl_value_count(v);
		if (count)
			pl_buf_addf(out, "%u element%s", count, count == 1 ? "" : "s");
		else
			pl_buf_adds(out, "no elements");
	}
}

/* Members of texts are new values that stand nowhere: after a secret was read they may be of it. */
static bool is_derived(const struct pl_read *read)
{
	return read->root == PL_ROOT_NONE && read->var < 0 && read->value.node == PL_NO_NODE;
}

bool pl_disclosure_is_secret(const struct pl_run *run, const struct pl_read *read, bool after_secret)
{
	uint8_t kind = read->value.kind;
	if (kind == PL_V_ABSENT || kind == PL_V_SUBJECT)
		return false;
	return pl_secrecy_hides_path(&run->program->paths[read->path]) || pl_disclosure_hides(run, read->value.node) ||
	       (after_secret && is_derived(read));
}

bool pl_disclosure_from_secret(const struct pl_run *run, const struct pl_reads *reads)
{
	uint32_t n = reads->count, last = n < PL_READS_FIRST ? 0 : n - PL_READS_FIRST;
	if (last > PL_READS_LAST)
		return true; /* what was lost may have been one */
	for (uint32_t i = 0; i < n && i < PL_READS_FIRST; i++) {
		if (pl_disclosure_is_secret(run, &reads->first[i], false))
			return true;
	}
	for (uint32_t i = 0; i < last; i++) {
		if (pl_disclosure_is_secret(run, &reads->last[i], false))
			return true;
	}
	return false;
}
