/* reading.h - for the tests of the model: a text becomes a workload, and its notes become one text to compare. */
#ifndef TESTS_UNIT_READING_H
#define TESTS_UNIT_READING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "model/subjects.h"

#define KUBERNETES PL_PLATFORM_KUBERNETES
#define ECS	   PL_PLATFORM_ECS

static struct pl_arena *arena;

static inline int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)256 << 20, 0);
	return arena ? 0 : -1;
}

static inline int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static inline struct pl_doc *read_doc(const char *text)
{
	struct pl_diags diags;
	struct pl_doc *doc = NULL;
	pl_diags_init(&diags, arena);
	pl_str source = pl_str_from(text);
	if (*text == '{' || *text == '[') {
		if (pl_doc_read_json(PL_STR("test"), source, &pl_doc_json_limits, arena, &doc, &diags) != PL_OK)
			fail_msg("not JSON: %.*s", PL_FMT(diags.items[0].message));
		return doc;
	}
	struct pl_yaml *yaml = NULL;
	pl_err err = pl_yaml_open(PL_STR("test"), source, &pl_doc_yaml_limits, arena, &yaml, &diags);
	if (err == PL_OK)
		err = pl_yaml_next(yaml, &doc, &diags);
	pl_yaml_close(yaml);
	if (err != PL_OK || !doc)
		fail_msg("not YAML: %.*s", PL_FMT(diags.items[0].message));
	return doc;
}

static inline struct pl_workload *read_workload(const char *text, enum pl_platform platform, bool offline)
{
	struct pl_workload *w = NULL;
	struct pl_doc *doc = read_doc(text);
	struct pl_workload_options options = {.offline = offline};
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), platform, &options, arena, &w), PL_OK);
	return w;
}

/* All notes, a line each: "! " before malformed ones, the remedy in brackets. */
static inline const char *notes_of(const struct pl_workload *w)
{
	struct pl_buf out;
	const struct pl_note *notes;
	size_t count = pl_workload_notes(w, &notes);
	pl_buf_init(&out, arena, 0);
	for (size_t i = 0; i < count; i++) {
		pl_buf_adds(&out, i ? "\n" : "");
		pl_buf_adds(&out, notes[i].malformed ? "! " : "");
		pl_buf_add(&out, notes[i].message);
		if (notes[i].remedy.len)
			pl_buf_addf(&out, " [%.*s]", PL_FMT(notes[i].remedy));
	}
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

/* text, read on platform, gives exactly these notes. */
static inline void expect(const char *text, enum pl_platform platform, bool offline, const char *notes)
{
	const struct pl_workload *w = read_workload(text, platform, offline);
	const char *got = notes_of(w);
	if (strcmp(got, notes) != 0)
		fail_msg("reading\n%s\ngives\n%s\nnot\n%s", text, got, notes);
	assert_int_equal(w->malformed, strncmp(notes, "! ", 2) == 0 || strstr(notes, "\n! ") != NULL);
}

/* How the index-th subject is named. */
static inline const char *shown(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_subject_show(w, subject, index, arena, &out);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

/* Where it stands. */
static inline const char *path_of(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_doc_path(w->doc, w->base, pl_subject_node(w, subject, index), &out);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

#define assert_text(s, want) assert_text_(s, want, __LINE__)
static inline void assert_text_(pl_str s, const char *want, int line)
{
	if (s.len != strlen(want) || memcmp(s.len ? s.ptr : "", want, s.len) != 0)
		fail_msg("line %d: `%.*s`, not `%s`", line, PL_FMT(s), want);
}

#endif
