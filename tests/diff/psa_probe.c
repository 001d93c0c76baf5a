/* psa_probe.c - the pack pod-security-standards behind a pipe, for tests/diff/go-psa to compare with the upstream
 * checks.
 *
 *     request:  four bytes of length (little endian), then LEVEL "\n" VERSION "\n" MODE "\n" and the object in JSON
 *               LEVEL and VERSION are the namespace's labels; "-" is a label that is not there
 *               MODE is o (offline: as the linter reads) or s (as the server does)
 *               a length of 0 has no answer: send what is buffered
 *     answer:   four bytes of length, then
 *               A, and the rules with a finding, each once, by name: " pss-privileged pss-sysctls"
 *               M, and the notes of a malformed object      R, and why the text was refused
 *
 * With a file as argument, that policy is judged by instead: a pack with a change, to see whether it would be noticed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plimsoll/eval.h"

#define PACK "pod-security-standards"

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "psa_probe: %s\n", what);
	exit(2);
}

static pl_str read_file(const char *path, struct pl_arena *arena)
{
	size_t room = (size_t)1 << 20;
	char *text = pl_arena_alloc(arena, room);
	FILE *f = fopen(path, "rb");
	if (!f || !text)
		die("no such policy");
	size_t n = fread(text, 1, room, f);
	(void)fclose(f);
	return (pl_str){text, n};
}

static struct pl_policy *compile(const char *path, struct pl_arena *arena)
{
	struct pl_policy_source source = {PL_STR(PACK), path ? read_file(path, arena) : pl_policy_pack(PL_STR(PACK))};
	struct pl_policy_input input = {.sources = &source, .source_count = 1};
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	if (pl_policy_compile(&input, &policy, &diags) == PL_OK)
		return policy;
	for (unsigned i = 0; i < diags.count; i++)
		(void)fprintf(stderr, "%.*s\n", PL_FMT(diags.items[i].message));
	die("the policy does not compile");
}

/* Takes the text up to the next line end off the front. */
static pl_str take_line(pl_str *text)
{
	size_t n = 0;
	while (n < text->len && text->ptr[n] != '\n')
		n++;
	if (n == text->len)
		die("a request without its head");
	pl_str line = {text->ptr, n};
	*text = (pl_str){text->ptr + n + 1, text->len - n - 1};
	return line;
}

static struct pl_context context_of(pl_str level, pl_str version, struct pl_pair labels[2])
{
	struct pl_context context = {.namespace_known = true,
				     .namespace_name = PL_STR("somewhere"),
				     .namespace_metadata_known = true,
				     .namespace_labels = labels};
	if (!pl_str_eq(level, PL_STR("-")))
		labels[context.namespace_label_count++] =
			(struct pl_pair){PL_STR("pod-security.kubernetes.io/enforce"), level};
	if (!pl_str_eq(version, PL_STR("-")))
		labels[context.namespace_label_count++] =
			(struct pl_pair){PL_STR("pod-security.kubernetes.io/enforce-version"), version};
	return context;
}

static void add_notes(const struct pl_workload *w, struct pl_buf *out)
{
	const struct pl_note *notes;
	size_t count = pl_workload_notes(w, &notes);
	for (size_t i = 0; i < count; i++) {
		if (notes[i].malformed)
			pl_buf_addf(out, "%.*s; ", PL_FMT(notes[i].message));
	}
}

/* Findings come by rule, so equal names are neighbours. What could not be decided is no reason: it is a difference. */
static void add_verdict(const struct pl_verdict *verdict, const struct pl_workload *w, struct pl_buf *out)
{
	pl_str last = {0};
	if (verdict->not_checked_count)
		die("a rule was not checked");
	for (size_t i = 0; i < verdict->count; i++) {
		const struct pl_finding *f = &verdict->findings[i];
		if (f->state == PL_FINDING_MALFORMED) {
			pl_buf_addc(out, 'M');
			add_notes(w, out);
			return;
		}
	}
	pl_buf_addc(out, 'A');
	for (size_t i = 0; i < verdict->count; i++) {
		const struct pl_finding *f = &verdict->findings[i];
		if (f->state == PL_FINDING_VIOLATION && pl_str_eq(f->rule, last))
			continue;
		pl_buf_addf(out, " %.*s%s", PL_FMT(f->rule), f->state == PL_FINDING_VIOLATION ? "" : "(undecided)");
		last = f->rule;
	}
	if (verdict->allowed != (verdict->denied == 0))
		die("a verdict that contradicts its findings");
}

static void answer(struct pl_evaluator *ev, const struct pl_policy *policy, pl_str text, struct pl_buf *out)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_pair labels[2];
	struct pl_diags diags;
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_verdict *verdict;
	pl_str level = take_line(&text), version = take_line(&text), mode = take_line(&text);
	struct pl_context context = context_of(level, version, labels);
	struct pl_workload_options options = {.offline = pl_str_eq(mode, PL_STR("o"))};
	pl_diags_init(&diags, arena);
	if (pl_doc_read_json(PL_STR("probe"), text, &pl_doc_json_limits, arena, &doc, &diags) != PL_OK) {
		pl_buf_addc(out, 'R');
		pl_buf_add(out, diags.items[0].message);
		return;
	}
	if (pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK ||
	    pl_decide(ev, policy, w, NULL, &context, &verdict) != PL_OK)
		die("no verdict");
	if (!pl_workload_has_containers(w))
		die("an object without containers");
	add_verdict(verdict, w, out);
}

static void send(pl_str said)
{
	uint32_t n = (uint32_t)said.len;
	unsigned char length[4] = {(unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16),
				   (unsigned char)(n >> 24)};
	if (fwrite(length, 1, 4, stdout) != 4 || fwrite(said.ptr, 1, n, stdout) != n)
		die("nobody listens");
}

static void serve(struct pl_evaluator *ev, const struct pl_policy *policy)
{
	unsigned char head[4];
	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
		if (len == 0) {
			(void)fflush(stdout);
			continue;
		}
		pl_evaluator_reset(ev);
		char *text = pl_arena_alloc(pl_evaluator_arena(ev), len);
		if (!text || fread(text, 1, len, stdin) != len)
			die("a request was cut off");
		struct pl_buf out;
		pl_buf_init(&out, pl_evaluator_arena(ev), 0);
		answer(ev, policy, (pl_str){text, len}, &out);
		if (out.failed)
			die("no memory for an answer");
		send(pl_buf_str(&out));
	}
}

int main(int argc, char **argv)
{
	struct pl_arena *arena = pl_arena_new((size_t)1 << 24, 0);
	struct pl_evaluator *ev = pl_evaluator_new((size_t)1 << 28);
	if (!arena || !ev)
		die("no memory");
	struct pl_policy *policy = compile(argc > 1 ? argv[1] : NULL, arena);
	serve(ev, policy);
	pl_policy_release(policy);
	pl_evaluator_free(ev);
	pl_arena_free(arena);
	return 0;
}
