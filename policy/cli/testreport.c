/* testreport.c - see testreport.h. A test that passes is silent in text: what is said is what to do something about. */
#include "testreport.h"

#include <stdio.h>

#include "command.h"

/* --- text -----------------------------------------------------------------------------------------------------------
 */

static void print(struct pl_testreport *r, const struct pl_buf *text)
{
	pl_str s = pl_text_str(text);
	if (!s.ptr)
		pl_output_failure(r->out, (pl_str){0}, PL_E_MEMORY);
	else if (s.len)
		fwrite(s.ptr, 1, s.len, stdout);
}

void pl_testreport_miss(const struct pl_test_miss *miss, pl_str source, struct pl_buf *text)
{
	pl_text_printf(text, miss->unexpected ? "found, but not expected: " : "expected, but not found: ");
	pl_text_add(text, miss->mode);
	pl_text_printf(text, " ");
	pl_text_add(text, miss->rule);
	if (miss->path.len) {
		pl_text_printf(text, " at \"");
		pl_text_escaped(text, miss->path);
		pl_text_printf(text, "\"");
	}
	pl_text_printf(text, " (");
	pl_text_escaped(text, source);
	pl_text_printf(text, ":%u:%u)\n", miss->position.line, miss->position.column);
	if (miss->message.len) {
		pl_text_printf(text, "      ");
		pl_text_add(text, miss->message); /* escaped by who wrote it */
		pl_text_printf(text, "\n");
	}
}

static void result_text(struct pl_testreport *r, const struct pl_test_result *t)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	pl_text_printf(text, "FAIL \"");
	pl_text_escaped(text, t->name);
	pl_text_printf(text, "\"\n --> ");
	pl_text_escaped(text, t->source);
	pl_text_printf(text, ":%u:%u\n", t->position.line, t->position.column);
	for (size_t i = 0; i < t->miss_count; i++) {
		pl_text_printf(text, "    ");
		pl_testreport_miss(&t->misses[i], t->source, text);
	}
	pl_text_printf(text, "\n");
	print(r, text);
}

static void mutant_text(struct pl_testreport *r, const struct pl_mutant *m)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	pl_text_escaped(text, m->source);
	pl_text_printf(text, ":%u:%u: no test notices if ", m->position.line, m->position.column);
	pl_text_escaped(text, m->change);
	pl_text_printf(text, "\n");
	print(r, text);
}

static void add_plural(struct pl_buf *text, size_t n, const char *one, const char *many)
{
	pl_text_printf(text, "%zu %s", n, n == 1 ? one : many);
}

static void add_names(struct pl_buf *text, const struct pl_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		pl_text_printf(text, "%s", i ? ", " : "");
		pl_text_add(text, names->items[i]);
	}
}

static void add_fired(const struct pl_testreport *r, struct pl_buf *text)
{
	bool one = r->rules == 1 || r->fired == 1;
	if (r->rules) {
		pl_text_printf(text, "; %zu of ", r->fired);
		add_plural(text, r->rules, "rule", "rules");
		pl_text_printf(text, one ? " fires in a test" : " fire in a test");
	}
	pl_text_printf(text, "\n");
}

static void end_text(struct pl_testreport *r)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	if (r->never.count) {
		pl_text_printf(text, "warning[W0401]: no test makes ");
		pl_text_printf(text, r->never.count == 1 ? "this rule" : "these rules");
		pl_text_printf(text, " fire: ");
		add_names(text, &r->never);
		pl_text_printf(text, "\n");
	}
	add_plural(text, r->passed + r->failed, "test", "tests");
	pl_text_printf(text, ", %zu passed", r->passed);
	if (r->failed)
		pl_text_printf(text, ", %zu failed", r->failed);
	add_fired(r, text);
	if (r->failed && !r->explain)
		pl_text_printf(text, "--explain shows what the rules did in tests that fail\n");
	if (r->not_mutated)
		pl_text_printf(text, "no change was tried: --mutate needs tests that pass\n");
	if (r->mutated) {
		add_plural(text, r->noticed + r->survived, "change", "changes");
		pl_text_printf(text, ", %zu noticed, %zu not", r->noticed, r->survived);
		if (r->refused)
			pl_text_printf(text, "; %zu more %s", r->refused,
				       r->refused == 1 ? "does not compile" : "do not compile");
		pl_text_printf(text, "\n");
	}
	print(r, text);
}

/* --- JSON -----------------------------------------------------------------------------------------------------------
 */

static void add_place(struct pl_buf *text, pl_str source, struct pl_position position)
{
	pl_text_printf(text, "\"file\":");
	pl_text_json(text, source);
	pl_text_printf(text, ",\"line\":%u,\"column\":%u", position.line, position.column);
}

static void add_member(struct pl_buf *text, const char *name, pl_str value)
{
	pl_text_printf(text, ",\"%s\":", name);
	pl_text_json(text, value);
}

static void misses_json(struct pl_buf *text, const struct pl_test_result *t, bool unexpected)
{
	const char *before = "";
	for (size_t i = 0; i < t->miss_count; i++) {
		const struct pl_test_miss *m = &t->misses[i];
		if (m->unexpected != unexpected)
			continue;
		pl_text_printf(text, "%s{", before);
		add_place(text, t->source, m->position);
		add_member(text, "mode", m->mode);
		add_member(text, "rule", m->rule);
		add_member(text, "path", m->path);
		if (unexpected)
			add_member(text, "message", m->message);
		pl_text_printf(text, "}");
		before = ",";
	}
}

static void result_json(struct pl_testreport *r, const struct pl_test_result *t)
{
	struct pl_buf *text = r->tests;
	pl_text_printf(text, r->passed + r->failed > 1 ? ",\n{" : "\n{");
	add_place(text, t->source, t->position);
	add_member(text, "name", t->name);
	pl_text_printf(text, ",\"passed\":%s,\"missing\":[", t->passed ? "true" : "false");
	misses_json(text, t, false);
	pl_text_printf(text, "],\"unexpected\":[");
	misses_json(text, t, true);
	pl_text_printf(text, "]}");
}

static void mutant_json(struct pl_testreport *r, const struct pl_mutant *m)
{
	pl_text_printf(r->mutants, r->survived > 1 ? ",\n{" : "\n{");
	add_place(r->mutants, m->source, m->position);
	add_member(r->mutants, "change", m->change);
	pl_text_printf(r->mutants, "}");
}

static int status_of(const struct pl_testreport *r)
{
	if (r->out->errors)
		return PL_EXIT_ERROR;
	bool bad = r->failed || r->survived || (r->strict && r->never.count);
	return bad ? PL_EXIT_FINDINGS : PL_EXIT_CLEAN;
}

static void end_json(struct pl_testreport *r)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	pl_text_printf(text, "{\"tests\":[");
	pl_text_add(text, pl_text_str(r->tests));
	pl_text_printf(text, "],\n\"unnoticed\":[");
	pl_text_add(text, pl_text_str(r->mutants));
	pl_text_printf(text, "],\n\"never_fire\":[");
	for (size_t i = 0; i < r->never.count; i++) {
		pl_text_printf(text, "%s", i ? "," : "");
		pl_text_json(text, r->never.items[i]);
	}
	pl_text_printf(text, "],\n\"errors\":[");
	pl_text_add(text, pl_text_str(r->out->error_list));
	pl_text_printf(text, "],\n\"warnings\":[");
	pl_text_add(text, pl_text_str(r->out->warning_list));
	pl_text_printf(
		text,
		"],\n\"summary\":{\"tests\":%zu,\"passed\":%zu,\"failed\":%zu,\"rules\":%zu,\"fire\":%zu,"
		"\"mutated\":%s,\"noticed\":%zu,\"unnoticed\":%zu,\"refused\":%zu,\"errors\":%zu,\"exit\":%d}}\n",
		r->passed + r->failed, r->passed, r->failed, r->rules, r->fired, r->mutated ? "true" : "false",
		r->noticed, r->survived, r->refused, r->out->errors, status_of(r));
	print(r, text);
}

/* --- all formats ----------------------------------------------------------------------------------------------------
 */

void pl_testreport_begin(struct pl_testreport *r, struct pl_output *out)
{
	r->out = out;
	r->tests = pl_text_new(out->arena);
	r->misses = pl_text_new(out->arena);
	r->mutants = pl_text_new(out->arena);
	if (r->format != PL_TESTREPORT_JSON)
		return;
	out->format = PL_OUTPUT_JSON; /* errors are kept for the end */
	out->error_list = pl_text_new(out->arena);
	out->warning_list = pl_text_new(out->arena);
}

void pl_testreport_result(struct pl_testreport *r, const struct pl_test_result *t)
{
	r->passed += t->passed;
	r->failed += !t->passed;
	if (r->format == PL_TESTREPORT_JSON)
		result_json(r, t);
	else if (r->format == PL_TESTREPORT_JUNIT)
		pl_testjunit_result(r, t);
	else if (!t->passed)
		result_text(r, t);
}

void pl_testreport_trace(struct pl_testreport *r, const struct pl_buf *trace)
{
	pl_str said = pl_text_str(trace);
	if (r->format != PL_TESTREPORT_TEXT || (said.ptr && said.len == 0))
		return;
	print(r, trace);
	fputs("\n", stdout);
}

void pl_testreport_rules(struct pl_testreport *r, const struct pl_suite_rule *rules, size_t count)
{
	r->rules = count;
	for (size_t i = 0; i < count; i++) {
		r->fired += rules[i].fires;
		if (!rules[i].fires && !pl_names_add(&r->never, r->out->arena, rules[i].name))
			pl_output_failure(r->out, (pl_str){0}, PL_E_MEMORY);
	}
}

void pl_testreport_mutant(struct pl_testreport *r, const struct pl_mutant *m, enum pl_mutant_fate fate)
{
	r->noticed += fate == PL_MUTANT_NOTICED;
	r->survived += fate == PL_MUTANT_SURVIVED;
	r->refused += fate == PL_MUTANT_REFUSED;
	if (fate != PL_MUTANT_SURVIVED)
		return;
	if (r->format == PL_TESTREPORT_JSON)
		mutant_json(r, m);
	else if (r->format == PL_TESTREPORT_JUNIT)
		pl_testjunit_mutant(r, m);
	else
		mutant_text(r, m);
}

int pl_testreport_end(struct pl_testreport *r)
{
	bool any = r->passed + r->failed > 0;
	if (r->format == PL_TESTREPORT_JSON)
		end_json(r);
	else if (r->format == PL_TESTREPORT_JUNIT)
		pl_testjunit_end(r);
	else if (any)
		end_text(r);
	return status_of(r);
}
