/* testjunit.c - the results of tests as JUnit XML: a testsuite for each file, and one for the changes that no test
 * notices. Byte for byte the same for the same input: no times. Characters that XML 1.0 cannot hold are escaped as
 * reports do it. */
#include <stdio.h>
#include <string.h>

#include "testreport.h"

/* U+FFFE and U+FFFF are no characters of XML 1.0, however they are written. */
static bool is_no_character(pl_str text, size_t at)
{
	return text.len - at >= 3 && memcmp(text.ptr + at, "\xEF\xBF", 2) == 0 && (text.ptr[at + 2] & 0xFE) == 0xBE;
}

/* Text of an attribute or element. */
static void add_xml(struct pl_testreport *r, struct pl_buf *to, pl_str s)
{
	struct pl_buf *safe = pl_text_new(r->out->arena);
	pl_text_escaped(safe, s);
	pl_str text = pl_text_str(safe);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (is_no_character(text, i)) {
			pl_text_printf(to, "\\u{%s}", text.ptr[i + 2] & 1 ? "ffff" : "fffe");
			i += 2;
		} else if (c == '&')
			pl_text_printf(to, "&amp;");
		else if (c == '<')
			pl_text_printf(to, "&lt;");
		else if (c == '>')
			pl_text_printf(to, "&gt;");
		else if (c == '"')
			pl_text_printf(to, "&quot;");
		else
			pl_text_add(to, (pl_str){text.ptr + i, 1});
	}
}

static void add_attribute(struct pl_testreport *r, struct pl_buf *to, const char *name, pl_str value)
{
	pl_text_printf(to, " %s=\"", name);
	add_xml(r, to, value);
	pl_text_printf(to, "\"");
}

/* The testsuite of one file is complete. */
static void close_suite(struct pl_testreport *r)
{
	if (r->suite_tests == 0)
		return;
	pl_text_printf(r->tests, "<testsuite");
	add_attribute(r, r->tests, "name", r->suite);
	pl_text_printf(r->tests, " tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", r->suite_tests, r->suite_failed);
	pl_text_add(r->tests, pl_text_str(r->misses));
	pl_text_printf(r->tests, "</testsuite>\n");
	r->misses = pl_text_new(r->out->arena);
	r->suite_tests = r->suite_failed = 0;
}

static void add_failure(struct pl_testreport *r, const struct pl_test_result *t)
{
	struct pl_buf *lines = pl_text_new(r->out->arena);
	pl_text_printf(r->misses, "<failure message=\"%zu %s\">", t->miss_count,
		       t->miss_count == 1 ? "difference" : "differences");
	for (size_t i = 0; i < t->miss_count; i++)
		pl_testreport_miss(&t->misses[i], t->source, lines);
	pl_str text = pl_text_str(lines);
	for (size_t from = 0; from < text.len;) {
		const char *end = memchr(text.ptr + from, '\n', text.len - from);
		size_t len = end ? (size_t)(end - (text.ptr + from)) : text.len - from;
		add_xml(r, r->misses, (pl_str){text.ptr + from, len});
		pl_text_printf(r->misses, "\n");
		from += len + 1;
	}
	pl_text_printf(r->misses, "</failure>");
}

void pl_testjunit_result(struct pl_testreport *r, const struct pl_test_result *t)
{
	if (r->suite_tests &&
	    !(r->suite.len == t->source.len && memcmp(r->suite.ptr, t->source.ptr, t->source.len) == 0))
		close_suite(r);
	r->suite = t->source;
	r->suite_tests++;
	r->suite_failed += !t->passed;
	pl_text_printf(r->misses, "<testcase");
	add_attribute(r, r->misses, "name", t->name);
	add_attribute(r, r->misses, "classname", t->source);
	add_attribute(r, r->misses, "file", t->source);
	pl_text_printf(r->misses, " line=\"%u\"", t->position.line);
	if (t->passed) {
		pl_text_printf(r->misses, "/>\n");
		return;
	}
	pl_text_printf(r->misses, ">");
	add_failure(r, t);
	pl_text_printf(r->misses, "</testcase>\n");
}

void pl_testjunit_mutant(struct pl_testreport *r, const struct pl_mutant *m)
{
	pl_str place =
		pl_arena_printf(r->out->arena, "%.*s:%u:%u", PL_FMT(m->source), m->position.line, m->position.column);
	pl_text_printf(r->mutants, "<testcase");
	add_attribute(r, r->mutants, "name", place);
	add_attribute(r, r->mutants, "classname", PL_STR("mutation"));
	add_attribute(r, r->mutants, "file", m->source);
	pl_text_printf(r->mutants, " line=\"%u\"><failure message=\"no test notices\">no test notices if ",
		       m->position.line);
	add_xml(r, r->mutants, m->change);
	pl_text_printf(r->mutants, "</failure></testcase>\n");
}

/* Rules that never fire: cases of their own when they count. */
static size_t add_never(struct pl_testreport *r)
{
	if (!r->strict)
		return 0;
	for (size_t i = 0; i < r->never.count; i++) {
		pl_text_printf(r->mutants, "<testcase");
		add_attribute(r, r->mutants, "name", r->never.items[i]);
		pl_text_printf(r->mutants, " classname=\"W0401\"><failure message=\"no test makes this rule fire\"/>"
					   "</testcase>\n");
	}
	return r->never.count;
}

void pl_testjunit_end(struct pl_testreport *r)
{
	struct pl_buf *text = pl_text_new(r->out->arena);
	close_suite(r);
	size_t never = add_never(r), more = r->survived + never;
	pl_text_printf(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	pl_text_printf(text, "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		       r->passed + r->failed + more, r->failed + more, r->out->errors);
	pl_text_add(text, pl_text_str(r->tests));
	if (more) {
		pl_text_printf(
			text, "<testsuite name=\"what no test notices\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
			more, more);
		pl_text_add(text, pl_text_str(r->mutants));
		pl_text_printf(text, "</testsuite>\n");
	}
	pl_text_printf(text, "</testsuites>\n");
	pl_str s = pl_text_str(text);
	if (s.ptr && pl_text_str(r->tests).ptr && pl_text_str(r->mutants).ptr)
		fwrite(s.ptr, 1, s.len, stdout);
	else
		pl_output_failure(r->out, (pl_str){0}, PL_E_MEMORY);
}
