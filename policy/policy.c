/* policy.c - the facade: sources and packs in, one compiled policy out; and deciding with it.
 *
 * A policy owns one arena with everything of it: copies of what it keeps of the sources, the program, its patterns and
 * indexes. It is immutable from then on; the only thing that changes is the count of its owners. */
#include "plimsoll/eval.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/suggest.h"
#include "lang/catalogue.h"
#include "lang/code.h"
#include "lang/lex.h"
#include "vm/disasm.h"
#include "vm/ready.h"
#include "vm/trace.h"
#include "vm/verdict.h"
#include "vm/verify.h"

#define POLICY_CEILING ((size_t)512 * 1024 * 1024)
#define POLICY_RETAIN  ((size_t)1024 * 1024)
#define REQUEST_RETAIN ((size_t)1024 * 1024)
#define MAX_SOURCES    4096

/* --- packs
 * ------------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *text;
} packs[] = {
#define PL_PACK(name, text) {name, text},
#include "packs.inc"
#undef PL_PACK
};
#define PACK_COUNT (sizeof packs / sizeof *packs)

static const char *const pack_names[] = {
#define PL_PACK(name, text) name,
#include "packs.inc"
#undef PL_PACK
};

/* The row of a pack; PACK_COUNT if there is none. */
static size_t find_pack(pl_str name)
{
	size_t i = 0;
	while (i < PACK_COUNT && !pl_str_eq(pl_str_from(packs[i].name), name))
		i++;
	return i;
}

pl_str pl_policy_pack(pl_str name)
{
	size_t i = find_pack(name);
	return i < PACK_COUNT ? pl_str_from(packs[i].text) : (pl_str){0};
}

size_t pl_policy_packs(const char *const **ret_names)
{
	*ret_names = pack_names;
	return PACK_COUNT;
}

/* --- reading sources and the packs they use
 * ----------------------------------------------------------------------------- */

struct unit {
	struct pl_arena *arena;
	struct pl_diags *diags;
	struct pl_policy_source *sources;
	struct pl_decl **decls;
	size_t count;
	bool failed;
	bool loaded[PACK_COUNT]; /* packs among the sources */
};

static pl_err complain(struct pl_diags *diags, pl_err err, const char *message, const char *help)
{
	struct pl_diag d = {.level = PL_DIAG_ERROR, .message = pl_str_from(message), .help = pl_str_from(help)};
	pl_diags_add(diags, &d);
	return err;
}

/* A source whose text is that of a pack is the pack: `--use` and `use` load it once. */
static size_t pack_of_text(pl_str text)
{
	size_t i = 0;
	while (i < PACK_COUNT && !pl_str_eq(pl_str_from(packs[i].text), text))
		i++;
	return i;
}

/* Parses one more source, unless it is a pack that is there already. */
static pl_err add_source(struct unit *u, pl_str name, pl_str text)
{
	size_t pack = pack_of_text(text);
	if (pack < PACK_COUNT && u->loaded[pack])
		return PL_OK;
	struct pl_policy_source *s = &u->sources[u->count];
	s->name = pl_arena_dup(u->arena, name);
	s->text = pack < PACK_COUNT ? pl_str_from(packs[pack].text) : pl_arena_dup(u->arena, text);
	if (!s->name.ptr || !s->text.ptr)
		return PL_E_MEMORY;
	if (pack < PACK_COUNT)
		u->loaded[pack] = true;
	pl_err err = pl_parse(s, (uint16_t)u->count, u->arena, &u->decls[u->count], u->diags);
	if (err != PL_OK && err != PL_E_POLICY)
		return err;
	u->failed = u->failed || err != PL_OK;
	u->count++;
	return PL_OK;
}

/* "essentials, pss-baseline". */
static pl_str list_packs(struct pl_arena *arena)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "shipped packs: ");
	for (size_t i = 0; i < PACK_COUNT; i++)
		pl_buf_addf(&b, "%s%s", i ? ", " : "", packs[i].name);
	return pl_buf_str(&b);
}

static pl_str suggest_pack(pl_str given, struct pl_arena *arena)
{
	pl_str names[PACK_COUNT];
	for (size_t i = 0; i < PACK_COUNT; i++)
		names[i] = pl_str_from(packs[i].name);
	pl_str best = pl_suggest(given, names, PACK_COUNT);
	return best.len ? pl_arena_printf(arena, "did you mean \"%.*s\"?", PL_FMT(best)) : (pl_str){0};
}

static void refuse_pack(struct unit *u, const struct pl_policy_source *s, const struct pl_name *name)
{
	struct pl_diag d = {.level = PL_DIAG_ERROR, .source = s->name, .text = s->text, .at = name->at};
	d.code = pl_code_name(PL_CODE_E0205);
	d.message = pl_arena_printf(u->arena, "there is no pack \"%.*s\"", PL_FMT(name->text));
	d.label = suggest_pack(name->text, u->arena);
	d.help = list_packs(u->arena);
	pl_diags_add(u->diags, &d);
	u->failed = true;
}

/* Adds what the sources `use`, and what that uses: a list that grows while it is walked. */
static pl_err add_packs(struct unit *u)
{
	for (size_t i = 0; i < u->count; i++) {
		for (const struct pl_decl *d = u->decls[i]; d; d = d->next) {
			if (d->kind != PL_DECL_USE)
				continue;
			size_t pack = find_pack(d->name.text);
			if (pack == PACK_COUNT)
				refuse_pack(u, &u->sources[i], &d->name);
			else
				PL_TRY(add_source(u, d->name.text, pl_str_from(packs[pack].text)));
		}
	}
	return PL_OK;
}

static pl_err read_sources(struct unit *u, const struct pl_policy_source *sources, size_t count)
{
	if (count == 0)
		return complain(u->diags, PL_E_POLICY, "there is no policy",
				"give a policy file, or a pack with --use");
	if (count > MAX_SOURCES)
		return complain(u->diags, PL_E_LIMIT, "there are more than 4096 policy files", "put them together");
	u->sources = pl_arena_zalloc(u->arena, count + PACK_COUNT, sizeof *u->sources);
	u->decls = pl_arena_zalloc(u->arena, count + PACK_COUNT, sizeof *u->decls);
	if (!u->sources || !u->decls)
		return PL_E_MEMORY;
	for (size_t i = 0; i < count; i++)
		PL_TRY(add_source(u, sources[i].name, sources[i].text));
	PL_TRY(add_packs(u));
	return u->failed ? PL_E_POLICY : PL_OK;
}

/* The caller's text that equals this one becomes it. */
static bool is_given(const struct pl_policy_input *input, pl_str *text)
{
	for (size_t i = 0; i < input->source_count; i++) {
		if (pl_str_eq(input->sources[i].text, *text)) {
			*text = input->sources[i].text;
			return true;
		}
	}
	for (size_t i = 0; i < input->data_count; i++) {
		if (pl_str_eq(input->data[i].text, *text)) {
			*text = input->data[i].text;
			return true;
		}
	}
	return false;
}

/* Complaints outlive the policy: they show the caller's texts, or copies beside the complaint, not the policy's own. */
static void settle_diags(struct pl_diags *diags, unsigned from, const struct pl_policy_input *input)
{
	for (unsigned i = from; diags && i < diags->count; i++) {
		struct pl_diag *d = &diags->items[i];
		bool shared = d->text.len == 0 || pack_of_text(d->text) < PACK_COUNT;
		d->source = pl_arena_dup(diags->arena, d->source);
		if (!shared && !is_given(input, &d->text))
			d->text = pl_arena_dup(diags->arena, d->text);
	}
}

/* --- compiling
 * -------------------------------------------------------------------------------------------------------- */

struct pl_policy {
	atomic_size_t owners;
	struct pl_policy *self; /* what release gives back: everybody else sees it const */
	struct pl_arena *arena;
	struct pl_ready ready;
	char fingerprint[17];
};

static uint64_t hash_text(uint64_t h, pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
	h = (h ^ s.len) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* The order of sources and of settings does not matter, so neither does it here. */
static void take_fingerprint(const struct unit *u, const struct pl_policy_input *input, char ret[17])
{
	uint64_t sum = 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < u->count; i++)
		sum += hash_text(0xcbf29ce484222325u, u->sources[i].text) * 0xd6e8feb86659fd93u;
	for (size_t i = 0; i < input->setting_count; i++) {
		uint64_t h = hash_text(0x84222325cbf29ce4u, input->settings[i].name);
		sum += hash_text(h, input->settings[i].value) * 0xd6e8feb86659fd93u;
	}
	for (size_t i = 0; i < input->data_count; i++) {
		uint64_t h = hash_text(0x29ce484222325cb8u, input->data[i].name);
		sum += hash_text(h, input->data[i].text) * 0xd6e8feb86659fd93u;
	}
	snprintf(ret, 17, "%016llx", (unsigned long long)(sum ^ sum >> 32));
}

/* `input` gives all but the sources, which are those of the unit. */
static pl_err compile_unit(struct unit *u, const struct pl_policy_input *input, struct pl_ready *ret)
{
	struct pl_program *program;
	struct pl_policy_input all = *input;
	all.sources = u->sources;
	all.source_count = u->count;
	PL_TRY(pl_compile(&all, u->decls, u->arena, &program, u->diags));
	if (program->rule_count == 0)
		return complain(u->diags, PL_E_POLICY, "the policy has no rules: it would allow everything",
				"write a rule, or `use` a pack");
	PL_TRY(pl_verify(program, u->arena, u->diags));
	return pl_ready_make(program, u->sources, u->count, u->arena, ret, u->diags);
}

static pl_err explain_memory(pl_err err, struct pl_diags *diags, unsigned errors)
{
	if (err == PL_E_MEMORY && diags && diags->errors == errors)
		complain(diags, err, "the policy needs more memory than it may have", "");
	return err;
}

pl_err pl_policy_compile(const struct pl_policy_input *input, struct pl_policy **ret_policy, struct pl_diags *diags)
{
	unsigned before = diags ? diags->count : 0, errors = diags ? diags->errors : 0;
	struct pl_arena *arena = pl_arena_new(POLICY_CEILING, POLICY_RETAIN);
	struct pl_policy *policy = calloc(1, sizeof *policy);
	if (!arena || !policy) {
		pl_arena_free(arena);
		free(policy);
		return explain_memory(PL_E_MEMORY, diags, errors);
	}
	struct unit u = {.arena = arena, .diags = diags};
	pl_err err = read_sources(&u, input->sources, input->source_count);
	if (err == PL_OK)
		err = compile_unit(&u, input, &policy->ready);
	settle_diags(diags, before, input);
	if (err != PL_OK) {
		pl_arena_free(arena);
		free(policy);
		return explain_memory(err, diags, errors);
	}
	atomic_init(&policy->owners, 1);
	policy->self = policy;
	policy->arena = arena;
	take_fingerprint(&u, input, policy->fingerprint);
	*ret_policy = policy;
	return PL_OK;
}

const struct pl_policy *pl_policy_retain(const struct pl_policy *policy)
{
	atomic_fetch_add_explicit(&policy->self->owners, 1, memory_order_relaxed);
	return policy;
}

void pl_policy_release(const struct pl_policy *policy)
{
	if (!policy || atomic_fetch_sub_explicit(&policy->self->owners, 1, memory_order_acq_rel) != 1)
		return;
	pl_arena_free(policy->arena);
	free(policy->self);
}

size_t pl_policy_rule_count(const struct pl_policy *policy)
{
	return policy->ready.program->rule_count;
}

/* Sources that are packs keep the text that is part of the library. */
static bool is_of_pack(pl_str text)
{
	uintptr_t at = (uintptr_t)text.ptr;
	for (size_t i = 0; i < PACK_COUNT; i++) {
		uintptr_t start = (uintptr_t)packs[i].text;
		if (at >= start && at - start <= strlen(packs[i].text))
			return true;
	}
	return false;
}

void pl_policy_rule(const struct pl_policy *policy, size_t index, struct pl_rule_info *ret)
{
	const struct pl_rule *r = &policy->ready.program->rules[index];
	*ret = (struct pl_rule_info){
		.name = r->name,
		.title = r->title,
		.policy = r->policy,
		.source = r->source,
		.position = pl_position_of(r->source_text, r->at.start),
		.refs = r->refs,
		.ref_count = r->ref_count,
		.subject = pl_str_from(pl_subject_name((enum pl_subject)r->subject)),
		.mode = r->mode,
		.severity = (uint8_t)(r->severity - 1),
		.kubernetes = r->platforms & PL_ON_KUBERNETES,
		.ecs = r->platforms & PL_ON_ECS,
		.rollout = r->rollout != PL_NO_CODE,
		.data = r->reads_data,
		.text = r->text,
		.pack = is_of_pack(r->text),
		.reads = r->reads,
		.read_count = r->read_count,
		.checks = r->check_texts,
		.check_count = r->check_texts ? r->check_count : 0,
	};
}

size_t pl_policy_missing(const struct pl_policy *policy, struct pl_arena *arena, const pl_str **ret_names)
{
	const struct pl_program *p = policy->ready.program;
	pl_str *names = pl_arena_zalloc(arena, p->data_count, sizeof *names);
	size_t count = 0;
	for (uint32_t i = 0; names && i < p->data_count; i++) {
		size_t k = 0;
		while (k < count && !pl_str_eq(names[k], p->data[i].name))
			k++; /* a file has a row for each column that is converted */
		if (p->data[i].value == PL_NO_CODE && k == count)
			names[count++] = p->data[i].name;
	}
	*ret_names = names;
	return count;
}

void pl_policy_reads(const struct pl_policy *policy, struct pl_policy_reads *ret)
{
	const struct pl_program *p = policy->ready.program;
	*ret = (struct pl_policy_reads){0};
	for (uint32_t i = 0; i < p->rule_count; i++) {
		bool kubernetes = p->rules[i].platforms & PL_ON_KUBERNETES;
		ret->namespace_labels += kubernetes && p->rules[i].reads_labels;
		ret->namespace_annotations += kubernetes && p->rules[i].reads_annotations;
		ret->cluster_version += p->rules[i].reads_version;
	}
}

const char *pl_policy_fingerprint(const struct pl_policy *policy)
{
	return policy->fingerprint;
}

/* --- data files
 * ----------------------------------------------------------------------------------------------------------- */

static pl_err list_wants(struct unit *u, struct pl_arena *arena, const struct pl_policy_want **ret, size_t *ret_count)
{
	size_t count = 0;
	for (size_t i = 0; i < u->count; i++)
		for (const struct pl_decl *d = u->decls[i]; d; d = d->next)
			count += d->kind == PL_DECL_DATA;
	struct pl_policy_want *wants = pl_arena_zalloc(arena, count + 1, sizeof *wants);
	if (!wants)
		return PL_E_MEMORY;
	count = 0;
	for (size_t i = 0; i < u->count; i++) {
		for (const struct pl_decl *d = u->decls[i]; d; d = d->next) {
			if (d->kind != PL_DECL_DATA)
				continue;
			struct pl_policy_want *w = &wants[count++];
			*w = (struct pl_policy_want){.name = pl_arena_dup(arena, d->name.text),
						     .from = pl_arena_dup(arena, d->u.data.from),
						     .source = pl_arena_dup(arena, u->sources[i].name),
						     .pack = pack_of_text(u->sources[i].text) < PACK_COUNT,
						     .fresh_seconds = d->u.data.fresh_seconds};
			if (!w->name.ptr || !w->from.ptr || !w->source.ptr)
				return PL_E_MEMORY;
		}
	}
	*ret = wants;
	*ret_count = count;
	return PL_OK;
}

pl_err pl_policy_wants(const struct pl_policy_source *sources, size_t source_count, struct pl_arena *arena,
		       const struct pl_policy_want **ret_wants, size_t *ret_count, struct pl_diags *diags)
{
	unsigned before = diags ? diags->count : 0, errors = diags ? diags->errors : 0;
	struct unit u = {.arena = pl_arena_new(POLICY_CEILING, POLICY_RETAIN), .diags = diags};
	if (!u.arena)
		return explain_memory(PL_E_MEMORY, diags, errors);
	pl_err err = read_sources(&u, sources, source_count);
	settle_diags(diags, before, &(struct pl_policy_input){.sources = sources, .source_count = source_count});
	if (err == PL_OK)
		err = list_wants(&u, arena, ret_wants, ret_count);
	pl_arena_free(u.arena);
	return explain_memory(err, diags, errors);
}

/* --- printing
 * --------------------------------------------------------------------------------------------------------- */

static pl_err print_tokens(const struct pl_policy_source *sources, size_t count, struct pl_buf *out,
			   struct pl_diags *diags)
{
	for (size_t i = 0; i < count; i++) {
		struct pl_policy_source s = {sources[i].name, sources[i].text};
		PL_TRY(pl_lex_dump(&s, out, diags));
	}
	return PL_OK;
}

/* The files as given; what they use is not printed. */
static void print_ast(const struct unit *u, size_t count, struct pl_buf *out)
{
	for (size_t i = 0; i < count && i < u->count; i++)
		pl_ast_dump(u->decls[i], out);
}

static pl_err print_unit(struct unit *u, const struct pl_policy_source *sources, size_t count,
			 enum pl_policy_stage stage, struct pl_buf *out)
{
	PL_TRY(read_sources(u, sources, count));
	if (stage == PL_STAGE_AST) {
		print_ast(u, count, out);
		return PL_OK;
	}
	struct pl_ready ready;
	PL_TRY(compile_unit(u, &(struct pl_policy_input){0}, &ready));
	pl_disasm(ready.program, u->arena, out);
	return PL_OK;
}

pl_err pl_policy_print(const struct pl_policy_source *sources, size_t source_count, enum pl_policy_stage stage,
		       struct pl_buf *out, struct pl_diags *diags)
{
	unsigned before = diags ? diags->count : 0, errors = diags ? diags->errors : 0;
	struct pl_arena *arena = pl_arena_new(POLICY_CEILING, POLICY_RETAIN);
	if (!arena)
		return explain_memory(PL_E_MEMORY, diags, errors);
	struct unit u = {.arena = arena, .diags = diags};
	pl_err err = stage == PL_STAGE_TOKENS ? print_tokens(sources, source_count, out, diags)
					      : print_unit(&u, sources, source_count, stage, out);
	settle_diags(diags, before, &(struct pl_policy_input){.sources = sources, .source_count = source_count});
	pl_arena_free(arena);
	if (err == PL_OK && out->failed)
		err = PL_E_MEMORY;
	return explain_memory(err, diags, errors);
}

/* --- deciding
 * --------------------------------------------------------------------------------------------------------- */

struct pl_evaluator {
	struct pl_arena *arena;
	struct pl_regex_scratch *regex;
};

struct pl_evaluator *pl_evaluator_new(size_t memory_ceiling)
{
	struct pl_evaluator *ev = calloc(1, sizeof *ev);
	if (!ev)
		return NULL;
	ev->arena = pl_arena_new(memory_ceiling, REQUEST_RETAIN);
	ev->regex = pl_regex_scratch_new();
	if (ev->arena && ev->regex)
		return ev;
	pl_evaluator_free(ev);
	return NULL;
}

void pl_evaluator_free(struct pl_evaluator *ev)
{
	if (!ev)
		return;
	pl_arena_free(ev->arena);
	pl_regex_scratch_free(ev->regex);
	free(ev);
}

struct pl_arena *pl_evaluator_arena(struct pl_evaluator *ev)
{
	return ev->arena;
}

void pl_evaluator_reset(struct pl_evaluator *ev)
{
	pl_arena_reset(ev->arena);
}

pl_err pl_decide(struct pl_evaluator *ev, const struct pl_policy *policy, const struct pl_workload *workload,
		 const struct pl_workload *old, const struct pl_context *context, const struct pl_verdict **ret_verdict)
{
	return pl_verdict_make(&policy->ready, workload, old, context, ev->regex, ev->arena, ret_verdict);
}

pl_err pl_decide_traced(struct pl_evaluator *ev, const struct pl_policy *policy, const struct pl_workload *workload,
			const struct pl_workload *old, const struct pl_context *context, struct pl_buf *trace,
			const struct pl_verdict **ret_verdict)
{
	struct pl_tracing tracing = {.out = trace, .rule = PL_NO_CODE};
	return pl_verdict_trace(&policy->ready, workload, old, context, ev->regex, ev->arena, trace ? &tracing : NULL,
				ret_verdict);
}

/* The number of a rule; PL_NO_CODE when the policy has none of that name. */
static uint32_t find_rule(const struct pl_policy *policy, pl_str name)
{
	const struct pl_program *p = policy->ready.program;
	uint32_t i = 0;
	while (i < p->rule_count && !pl_str_eq(p->rules[i].name, name))
		i++;
	return i < p->rule_count ? i : PL_NO_CODE;
}

pl_err pl_decide_explained(struct pl_evaluator *ev, const struct pl_policy *policy, const struct pl_workload *workload,
			   const struct pl_workload *old, const struct pl_context *context, struct pl_explain *explain,
			   struct pl_buf *trace, const struct pl_verdict **ret_verdict)
{
	struct pl_tracing tracing = {.out = trace, .rule = PL_NO_CODE, .at = explain->at};
	if (explain->rule.len)
		tracing.rule = find_rule(policy, explain->rule);
	if (explain->rule.len && tracing.rule == PL_NO_CODE)
		return PL_E_INTERNAL;
	PL_TRY(pl_verdict_trace(&policy->ready, workload, old, context, ev->regex, ev->arena, &tracing, ret_verdict));
	explain->shown = tracing.shown;
	explain->paths = tracing.paths;
	explain->path_count = tracing.path_count;
	return PL_OK;
}

const char *pl_mode_name(enum pl_mode mode)
{
	static const char *const names[] = {"deny", "warn", "audit"};
	return (unsigned)mode < sizeof names / sizeof *names ? names[mode] : "unknown";
}

const char *pl_severity_name(enum pl_severity severity)
{
	static const char *const names[] = {"low", "medium", "high", "critical"};
	return (unsigned)severity < sizeof names / sizeof *names ? names[severity] : "unknown";
}
