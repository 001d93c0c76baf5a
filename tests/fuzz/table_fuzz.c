/* table_fuzz.c - any bytes as a data file of every form of declaration, in text and in JSON. Beyond "does not crash": a
 * file that is refused says why and where; one that is taken is taken again with the same fingerprint, and a decision
 * with it ends.
 *
 * Input: one byte that chooses form and name of the file, then its content. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plimsoll/plimsoll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RULE(condition) "deny r\n  for each image\n  require " condition "\n"
static const char *const policies[] = {
	"data d: set of string from \"d\"\n" RULE("image under d"),
	"data d: set of string from \"d\" fresh for 1h\n" RULE("image in d"),
	"data d: set of image from \"d\"\n" RULE("image under d or image in d"),
	"data d: set of path from \"d\"\ndeny r\n  for each mount\n  forbid mount.path covers d\n  require mount.path "
	"under d\n",
	"data d: set of ip from \"d\"\ndeny r\n  for each image\n  require ip((image.tag else \"10.0.0.1\")) in d\n",
	"data d: set of cores from \"d\"\ndeny r\n  for each container\n  require container.cpu_limit in d\n",
	"data d: set of date from \"d\"\n" RULE("some x in d satisfies days_since(x) < 7"),
	"data d: set of role from \"d\"\n" RULE("count(d) > 1"),
	"data d: map of string to string from \"d\"\n" RULE("image under d[image.registry]"),
	"data d: map of string to set of string from \"d\"\n" RULE("image in d[image.registry]"),
	"data d: map of string to {n: int, v: version?, s: set of string, b: bool?} from \"d\"\n" RULE(
		"d[image.name].n == 0 and image under d[image.name].s and "
		"(every e in d satisfies e.value.n < 3 and (e.value.b else true))"),
	"data d: set of arn from \"d\"\n" RULE("d is not empty"),
};
#define COUNT (sizeof policies / sizeof *policies)

static const char pod[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":["
	"{\"name\":\"c\",\"image\":\"r.example/a:10.0.0.1\",\"volumeMounts\":[{\"name\":\"v\","
	"\"mountPath\":\"/run\"}]}],\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]}}";

static struct pl_policy *compile(size_t form, bool json, pl_str text, struct pl_diags *diags)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), pl_str_from(policies[form])};
	struct pl_policy_data file = {
		.name = PL_STR("d"), .file = json ? PL_STR("d.json") : PL_STR("d.txt"), .text = text, .modified = 1000};
	struct pl_policy_input input = {.sources = &source, .source_count = 1, .data = &file, .data_count = 1};
	struct pl_policy *policy = NULL;
	pl_err err = pl_policy_compile(&input, &policy, diags);
	if ((err == PL_OK) != (policy != NULL) || err == PL_E_INTERNAL)
		abort();
	if (err == PL_E_POLICY && diags && diags->errors == 0)
		abort();
	return policy;
}

/* Each diagnostic points into its text and can be shown. */
static void show(const struct pl_diags *diags, struct pl_arena *arena)
{
	struct pl_buf *out = pl_text_new(arena);
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		if (d->text.len && (d->at.start > d->text.len || d->at.len > d->text.len - d->at.start))
			abort();
		if (out)
			pl_diag_render(d, out);
	}
}

static void decide(const struct pl_policy *policy)
{
	static const struct pl_workload_options options;
	struct pl_context context = {.now = 1800, .request_known = true, .operation = PL_STR("CREATE")};
	struct pl_evaluator *ev = pl_evaluator_new((size_t)64 << 20);
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_verdict *verdict;
	if (!ev)
		return;
	struct pl_arena *arena = pl_evaluator_arena(ev);
	if (pl_doc_read_json(PL_STR("pod"), pl_str_from(pod), &pl_doc_json_limits, arena, &doc, NULL) != PL_OK ||
	    pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK)
		abort();
	if (pl_decide(ev, policy, w, NULL, &context, &verdict) == PL_E_INTERNAL)
		abort();
	pl_evaluator_free(ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char none[1];
	if (size == 0)
		return 0;
	size_t form = (data[0] & 0x7F) % COUNT;
	bool json = data[0] & 0x80;
	pl_str text = {size > 1 ? (const char *)data + 1 : none, size - 1};
	struct pl_arena *arena = pl_arena_new((size_t)64 << 20, 0);
	struct pl_diags diags;
	if (!arena)
		return 0;
	pl_diags_init(&diags, arena);
	struct pl_policy *policy = compile(form, json, text, &diags);
	show(&diags, arena);
	if (policy) {
		struct pl_policy *again = compile(form, json, text, NULL);
		if (!again || strcmp(pl_policy_fingerprint(policy), pl_policy_fingerprint(again)) != 0)
			abort();
		pl_policy_release(again);
		decide(policy);
	}
	pl_policy_release(policy);
	pl_arena_free(arena);
	return 0;
}
