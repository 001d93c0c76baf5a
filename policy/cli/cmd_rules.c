/* cmd_rules.c - `plimsoll rules`: the catalogue of rules. Without a policy, that of all packs shipped with plimsoll.
 *
 * Exit status 1 when a name or an identifier is not found, with those that are near it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "policies.h"
#include "refid.h"

#define LINE_WIDTH    110
#define SHOWN_NEAREST 5

struct catalogue {
	const struct pl_options *options;
	struct pl_output *out;
	struct pl_rule_info *rules; /* those of a pack or file together */
	size_t count;
	bool json;
	bool missing; /* something asked for is not there */
	struct pl_buf *text;
};

/* --- collecting -----------------------------------------------------------------------------------------------------
 */

static int by_source(const void *a, const void *b)
{
	const struct pl_rule_info *x = a, *y = b;
	int order = (int)y->pack - (int)x->pack;
	if (order == 0)
		order = pl_str_cmp(x->source, y->source);
	return order ? order : pl_str_cmp(x->name, y->name);
}

static bool collect(struct catalogue *c, const struct pl_policy *policy)
{
	c->count = pl_policy_rule_count(policy);
	c->rules = pl_arena_zalloc(c->options->arena, c->count, sizeof *c->rules);
	c->text = pl_text_new(c->options->arena);
	if (!c->rules || !c->text) {
		pl_output_failure(c->out, (pl_str){0}, PL_E_MEMORY);
		return false;
	}
	for (size_t i = 0; i < c->count; i++)
		pl_policy_rule(policy, i, &c->rules[i]);
	if (c->count)
		qsort(c->rules, c->count, sizeof *c->rules, by_source);
	return true;
}

/* --- what is not there ----------------------------------------------------------------------------------------------
 */

/* The nearest of the candidates, and then the nearest of the others. */
static void add_nearest(struct pl_buf *help, pl_str given, pl_str *candidates, size_t count)
{
	const char *between = "did you mean ";
	for (size_t n = 0; n < SHOWN_NEAREST; n++) {
		pl_str near = pl_text_nearest(given, candidates, count);
		if (near.len == 0)
			return;
		pl_text_printf(help, "%s`", between);
		pl_text_escaped(help, near);
		pl_text_printf(help, "`");
		between = " or ";
		for (size_t i = 0; i < count; i++) {
			if (pl_str_eq(candidates[i], near))
				candidates[i] = (pl_str){0};
		}
	}
}

static void miss(struct catalogue *c, const char *what, pl_str given, struct pl_buf *help)
{
	struct pl_buf *message = pl_text_new(c->options->arena);
	pl_text_printf(message, "%s `", what);
	pl_text_escaped(message, given);
	pl_text_printf(message, "`");
	if (pl_text_str(help).len == 0)
		pl_text_printf(help, "`plimsoll rules` lists all rules of the packs, with their identifiers elsewhere");
	else
		pl_text_printf(help, "?");
	struct pl_diag d = {.message = pl_text_str(message), .help = pl_text_str(help)};
	pl_output_diag(c->out, &d);
	c->out->errors--; /* a catalogue without it is whole */
	c->missing = true;
}

static void miss_name(struct catalogue *c, pl_str name)
{
	struct pl_buf *help = pl_text_new(c->options->arena);
	pl_str *names = pl_arena_zalloc(c->options->arena, c->count, sizeof *names);
	for (size_t i = 0; names && i < c->count; i++)
		names[i] = c->rules[i].name;
	if (names)
		add_nearest(help, name, names, c->count);
	miss(c, "no rule is called", name, help);
}

/* All identifiers, each as often as it is given. */
static pl_str *all_refs(const struct catalogue *c, size_t *ret_count)
{
	size_t n = 0;
	for (size_t i = 0; i < c->count; i++)
		n += c->rules[i].ref_count;
	pl_str *refs = pl_arena_zalloc(c->options->arena, n, sizeof *refs);
	*ret_count = refs ? n : 0;
	n = 0;
	for (size_t i = 0; refs && i < c->count; i++) {
		for (size_t k = 0; k < c->rules[i].ref_count; k++)
			refs[n++] = c->rules[i].refs[k];
	}
	return refs;
}

static void miss_ref(struct catalogue *c, pl_str id)
{
	size_t count;
	struct pl_buf *help = pl_text_new(c->options->arena);
	pl_str *refs = all_refs(c, &count);
	add_nearest(help, id, refs, count);
	miss(c, "no rule names", id, help);
}

/* --- words ----------------------------------------------------------------------------------------------------------
 */

static const char *platforms_of(const struct pl_rule_info *r)
{
	if (r->kubernetes && r->ecs)
		return "Kubernetes and ECS";
	return r->kubernetes ? "Kubernetes" : "ECS";
}

/* "deny, high, each container on Kubernetes and ECS". */
static void add_kind(struct pl_buf *text, const struct pl_rule_info *r)
{
	pl_text_printf(text, "%s%s, %s, each %.*s on %s", r->rollout ? "at most " : "",
		       pl_mode_name((enum pl_mode)r->mode), pl_severity_name((enum pl_severity)r->severity),
		       PL_FMT(r->subject), platforms_of(r));
	if (r->data)
		pl_text_printf(text, ", reads a data file");
}

/* Identifiers, with line ends where a line would be long. */
static void add_refs(struct pl_buf *text, const struct pl_rule_info *r, const char *lead)
{
	size_t indent = strlen(lead), column = indent;
	if (r->ref_count == 0)
		return;
	pl_text_printf(text, "%s", lead);
	for (size_t i = 0; i < r->ref_count; i++) {
		if (i > 0 && column + r->refs[i].len + 2 > LINE_WIDTH) {
			pl_text_printf(text, ",\n%*s", (int)indent, "");
			column = indent;
		} else if (i > 0) {
			pl_text_printf(text, ", ");
			column += 2;
		}
		pl_text_escaped(text, r->refs[i]);
		column += r->refs[i].len;
	}
	pl_text_printf(text, "\n");
}

static void add_line(struct pl_buf *text, const char *lead, pl_str s)
{
	if (s.len == 0)
		return;
	pl_text_printf(text, "%s", lead);
	pl_text_escaped(text, s);
	pl_text_printf(text, "\n");
}

/* Where rules stand: a heading when it is another one than before. */
static void add_heading(struct catalogue *c, const struct pl_rule_info *r, const struct pl_rule_info **last)
{
	if (*last && pl_str_eq((*last)->source, r->source) && (*last)->pack == r->pack)
		return;
	pl_text_printf(c->text, "%s%s ", *last ? "\n" : "", r->pack ? "pack" : "policy");
	pl_text_escaped(c->text, r->source);
	pl_text_printf(c->text, "\n");
	*last = r;
}

static void list_text(struct catalogue *c, const struct pl_rule_info *r)
{
	pl_text_printf(c->text, "  %.*s (", PL_FMT(r->name));
	add_kind(c->text, r);
	pl_text_printf(c->text, ")\n");
	add_line(c->text, "    ", r->title);
	add_refs(c->text, r, "    see ");
}

/* --- one rule whole -------------------------------------------------------------------------------------------------
 */

/* Text of a policy as it stands, moved to the right: it holds no control characters but line ends and tabs. */
static void add_source(struct pl_buf *text, pl_str source)
{
	for (size_t at = 0; at < source.len;) {
		const char *end = memchr(source.ptr + at, '\n', source.len - at);
		size_t len = end ? (size_t)(end - source.ptr) - at : source.len - at;
		size_t shown = len && source.ptr[at + len - 1] == '\r' ? len - 1 : len;
		pl_text_printf(text, "%s%.*s\n", shown ? "    " : "", (int)shown, source.ptr + at);
		at += len + 1;
	}
}

static const char *const kinds[] = {
	[PL_READ_PARAM] = "parameter", [PL_READ_DATA] = "data file", [PL_READ_LET] = "definition"};
static const char *const kind_words[] = {[PL_READ_PARAM] = "param", [PL_READ_DATA] = "data", [PL_READ_LET] = "let"};

static void add_reads(struct pl_buf *text, const struct pl_rule_info *r)
{
	for (size_t i = 0; i < r->read_count; i++) {
		const struct pl_rule_read_info *read = &r->reads[i];
		pl_text_printf(text, "\n  reads the %s `%.*s`", kinds[read->kind], PL_FMT(read->name));
		if (read->set) {
			pl_text_printf(text, ", which is set to `");
			pl_text_escaped(text, read->setting);
			pl_text_printf(text, "`");
		}
		pl_text_printf(text, "\n\n");
		add_source(text, read->text);
	}
}

static void whole_text(struct catalogue *c, const struct pl_rule_info *r)
{
	struct pl_buf *text = c->text;
	pl_text_printf(text, "rule %.*s\n", PL_FMT(r->name));
	add_line(text, "  title      ", r->title);
	pl_text_printf(text, "  from       %s ", r->pack ? "pack" : "policy");
	pl_text_escaped(text, r->source);
	pl_text_printf(text, ", line %u\n  kind       ", r->position.line);
	add_kind(text, r);
	pl_text_printf(text, "\n");
	add_refs(text, r, "  see        ");
	for (size_t i = 0; i < r->check_count; i++) {
		add_line(text, "\n  check      ", r->checks[i].condition);
		add_line(text, "  message    ", r->checks[i].message);
		add_line(text, "  remedy     ", r->checks[i].remedy);
	}
	pl_text_printf(text, "\n  text\n\n");
	add_source(text, r->text);
	add_reads(text, r);
}

/* --- JSON -----------------------------------------------------------------------------------------------------------
 */

static void member(struct pl_buf *text, const char *name, pl_str value)
{
	pl_text_printf(text, ",\"%s\":", name);
	pl_text_json(text, value);
}

static void word(struct pl_buf *text, const char *name, const char *value)
{
	pl_text_printf(text, ",\"%s\":\"%s\"", name, value);
}

static void parts_json(struct pl_buf *text, const struct pl_rule_info *r)
{
	pl_text_printf(text, ",\"checks\":[");
	for (size_t i = 0; i < r->check_count; i++) {
		pl_text_printf(text, "%s{\"condition\":", i ? "," : "");
		pl_text_json(text, r->checks[i].condition);
		member(text, "message", r->checks[i].message);
		member(text, "remedy", r->checks[i].remedy);
		pl_text_printf(text, "}");
	}
	pl_text_printf(text, "],\"reads\":[");
	for (size_t i = 0; i < r->read_count; i++) {
		pl_text_printf(text, "%s{\"name\":", i ? "," : "");
		pl_text_json(text, r->reads[i].name);
		word(text, "what", kind_words[r->reads[i].kind]);
		member(text, "text", r->reads[i].text);
		if (r->reads[i].set)
			member(text, "setting", r->reads[i].setting);
		pl_text_printf(text, "}");
	}
	pl_text_printf(text, "]");
	member(text, "text", r->text);
}

static void rule_json(struct catalogue *c, const struct pl_rule_info *r, bool first, bool whole)
{
	struct pl_buf *text = c->text;
	pl_text_printf(text, "%s{\"name\":", first ? "\n" : ",\n");
	pl_text_json(text, r->name);
	member(text, r->pack ? "pack" : "file", r->source);
	pl_text_printf(text, ",\"line\":%u", r->position.line);
	member(text, "policy", r->policy);
	word(text, "mode", pl_mode_name((enum pl_mode)r->mode));
	word(text, "severity", pl_severity_name((enum pl_severity)r->severity));
	pl_text_printf(text, ",\"platforms\":[%s%s%s]", r->kubernetes ? "\"kubernetes\"" : "",
		       r->kubernetes && r->ecs ? "," : "", r->ecs ? "\"ecs\"" : "");
	member(text, "subject", r->subject);
	member(text, "title", r->title);
	pl_text_printf(text, ",\"refs\":[");
	for (size_t i = 0; i < r->ref_count; i++) {
		pl_text_printf(text, "%s", i ? "," : "");
		pl_text_json(text, r->refs[i]);
	}
	pl_text_printf(text, "],\"rollout\":%s,\"data\":%s", r->rollout ? "true" : "false", r->data ? "true" : "false");
	if (whole)
		parts_json(text, r);
	pl_text_printf(text, "}");
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

static bool has_ref(const struct catalogue *c, const struct pl_rule_info *r, pl_str plain)
{
	for (size_t i = 0; i < r->ref_count; i++) {
		if (pl_str_eq(pl_refid_plain(r->refs[i], c->options->arena), plain))
			return true;
	}
	return false;
}

/* The rules that are asked for, whole when they are named. */
static void show(struct catalogue *c, bool *wanted, bool whole)
{
	const struct pl_rule_info *last = NULL;
	bool first = true;
	for (size_t i = 0; i < c->count; i++) {
		if (!wanted[i])
			continue;
		if (c->json) {
			rule_json(c, &c->rules[i], first, whole);
		} else if (whole) {
			pl_text_printf(c->text, "%s", first ? "" : "\n");
			whole_text(c, &c->rules[i]);
		} else {
			add_heading(c, &c->rules[i], &last);
			list_text(c, &c->rules[i]);
		}
		first = false;
	}
}

static void choose_by_ref(struct catalogue *c, bool *wanted, pl_str id)
{
	bool found = false;
	pl_str plain = pl_refid_plain(id, c->options->arena);
	for (size_t i = 0; i < c->count; i++) {
		wanted[i] = plain.len && has_ref(c, &c->rules[i], plain);
		found |= wanted[i];
	}
	if (!found)
		miss_ref(c, id);
}

static void choose_by_name(struct catalogue *c, bool *wanted)
{
	for (size_t k = 0; k < c->options->arg_count; k++) {
		pl_str name = pl_str_from(c->options->args[k]);
		size_t i = 0;
		while (i < c->count && !pl_str_eq(c->rules[i].name, name))
			i++;
		if (i < c->count)
			wanted[i] = true;
		else
			miss_name(c, name);
	}
}

static void print(struct catalogue *c)
{
	bool *wanted = pl_arena_zalloc(c->options->arena, c->count + 1, sizeof *wanted);
	const char *ref = pl_options_get(c->options, PL_FLAG_REF);
	if (!wanted) {
		pl_output_failure(c->out, (pl_str){0}, PL_E_MEMORY);
		return;
	}
	if (ref)
		choose_by_ref(c, wanted, pl_str_from(ref));
	else if (c->options->arg_count)
		choose_by_name(c, wanted);
	else
		memset(wanted, true, c->count * sizeof *wanted);
	pl_text_printf(c->text, "%s", c->json ? "{\"rules\":[" : "");
	show(c, wanted, c->options->arg_count > 0);
	pl_text_printf(c->text, "%s", c->json ? "\n]}\n" : "");
	pl_str text = pl_text_str(c->text);
	if (text.ptr)
		fwrite(text.ptr, 1, text.len, stdout);
	else
		pl_output_failure(c->out, (pl_str){0}, PL_E_MEMORY);
}

static bool read_options(const struct pl_options *o, bool *ret_json)
{
	const char *format = pl_options_get(o, PL_FLAG_FORMAT);
	*ret_json = format && strcmp(format, "json") == 0;
	if (format && !*ret_json && strcmp(format, "text") != 0) {
		pl_options_complain(o->arena, "--format: `%s` is none of text, json", format);
		return false;
	}
	if (pl_options_get(o, PL_FLAG_REF) && o->arg_count) {
		pl_options_complain(o->arena, "give the name of a rule, or --ref: not both");
		return false;
	}
	return true;
}

int pl_cmd_rules(const struct pl_options *options)
{
	struct pl_output out;
	struct catalogue c = {.options = options, .out = &out};
	if (!read_options(options, &c.json))
		return PL_EXIT_ERROR;
	pl_output_init(&out, options->arena);
	out.format = PL_OUTPUT_STAGE;
	struct pl_policy *policy = pl_policies_load(options, &out);
	if (policy && collect(&c, policy))
		print(&c);
	pl_policy_release(policy);
	int status = pl_output_end(&out);
	return status == PL_EXIT_CLEAN && c.missing ? PL_EXIT_FINDINGS : status;
}
