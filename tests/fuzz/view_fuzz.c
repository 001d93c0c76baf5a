/* view_fuzz.c - any JSON as a manifest: whatever is not malformed has every row of the common view and every native
 * field, of every subject, without a crash or an internal error, and REQUIRED rows are never absent. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "model/subjects.h"
#include "plimsoll/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void take(const struct pl_value *base, struct pl_step step, struct pl_arena *arena, struct pl_value *ret)
{
	const struct pl_context ctx = {.cluster_known = true, .cluster_cloud = PL_STR("aws")};
	struct pl_buf out;
	pl_err err = pl_value_step(base, step, PL_NO_RECORD, &ctx, arena, ret);
	must(err == PL_OK || err == PL_E_MEMORY);
	if (err != PL_OK)
		*ret = pl_value_unknown("memory");
	pl_buf_init(&out, arena, 0);
	pl_value_show(ret, arena, &out);
}

static void read_rows(const struct pl_value *base, enum pl_platforms platform, struct pl_arena *arena)
{
	struct pl_value v;
	for (unsigned row = 0; row < PL_VIEW_COUNT; row++) {
		const struct pl_view_field *f = &pl_view_fields[row];
		if (f->subject != base->ref || !(f->platforms & platform))
			continue;
		take(base, (struct pl_step){true, (uint16_t)row}, arena, &v);
		must(v.kind != PL_V_ABSENT || f->presence == PL_OPTIONAL);
	}
}

static void read_fields(const struct pl_value *base, enum pl_platforms platform, struct pl_arena *arena)
{
	uint16_t records[4];
	unsigned count = pl_subject_records((enum pl_subject)base->ref, platform, records);
	struct pl_value v;
	for (unsigned i = 0; i < count; i++) {
		const struct pl_schema_record *r = &pl_schema_records[records[i]];
		for (uint16_t k = 0; k < r->count; k++) {
			take(base, (struct pl_step){false, r->fields[k].name_id}, arena, &v);
			must(v.kind != PL_V_ABSENT || r->fields[k].presence != PL_DEFAULTED);
		}
	}
}

static void read_all(struct pl_doc *doc, bool offline, struct pl_arena *arena)
{
	const struct pl_workload_options options = {.offline = offline};
	struct pl_workload *w;
	enum pl_object_form form = pl_object_detect(doc, pl_doc_root(doc));
	bool ecs = form == PL_FORM_ECS_REGISTER || form == PL_FORM_ECS_DESCRIBE;
	enum pl_platforms platform = ecs ? PL_ON_ECS : PL_ON_KUBERNETES;
	if (pl_workload_read(doc, pl_doc_root(doc), ecs ? PL_PLATFORM_ECS : PL_PLATFORM_KUBERNETES, &options, arena,
			     &w) != PL_OK ||
	    w->malformed)
		return;
	for (unsigned subject = PL_SUBJECT_NONE; subject < PL_SUBJECT_COUNT; subject++) {
		uint32_t count = pl_subject_count_of(w, (enum pl_subject)subject);
		for (uint32_t i = 0; i < count; i++) {
			struct pl_value base = pl_subject_value(w, (enum pl_subject)subject, i);
			read_rows(&base, platform, arena);
			read_fields(&base, platform, arena);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl_arena *arena = pl_arena_new(32 << 20, 0);
	struct pl_diags diags;
	struct pl_doc *doc;
	must(arena != NULL);
	pl_diags_init(&diags, arena);
	if (pl_doc_read_json(PL_STR("fuzz"), (pl_str){(const char *)data, size}, &pl_doc_json_limits, arena, &doc,
			     &diags) == PL_OK) {
		read_all(doc, false, arena);
		read_all(doc, true, arena);
	}
	pl_arena_free(arena);
	return 0;
}
