/* checking.h - for tests of the checker and the compiler: a policy text through parser and compiler in one call. */
#ifndef PL_TEST_CHECKING_H
#define PL_TEST_CHECKING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/code.h"
#include "plimsoll/policy.h"

static struct pl_arena *arena;
static struct pl_diags diags;

static inline int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 28, 0);
	return arena ? 0 : -1;
}

static inline int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

/* Compiles up to 4 sources t0.plim, t1.plim ... with settings. NULL when refused: see diags. */
static inline const struct pl_program *compile_with(const char *const *texts, size_t n,
						    const struct pl_param_setting *settings, size_t setting_count)
{
	static const char *const names[] = {"t0.plim", "t1.plim", "t2.plim", "t3.plim"};
	static struct pl_policy_source sources[4];
	struct pl_decl *decls[4] = {0};
	struct pl_program *program = NULL;
	pl_diags_init(&diags, arena);
	for (size_t i = 0; i < n; i++) {
		sources[i] = (struct pl_policy_source){pl_str_from(names[i]), pl_str_from(texts[i])};
		if (pl_parse(&sources[i], (uint16_t)i, arena, &decls[i], &diags) != PL_OK)
			return NULL;
	}
	struct pl_policy_input input = {
		.sources = sources, .source_count = n, .settings = settings, .setting_count = setting_count};
	pl_err err = pl_compile(&input, decls, arena, &program, &diags);
	assert_true(err == PL_OK || err == PL_E_POLICY);
	assert_int_equal(err == PL_OK, program != NULL);
	assert_int_equal(err == PL_OK, diags.errors == 0);
	return program;
}

static inline const struct pl_program *compile(const char *text)
{
	return compile_with(&text, 1, NULL, 0);
}

/* The first complaint as `E0301 at "container.uid"`; "ok" when there is none. */
static inline const char *complaint(void)
{
	static char out[512];
	if (diags.count == 0)
		return "ok";
	const struct pl_diag *d = &diags.items[0];
	pl_str at = {d->text.ptr ? d->text.ptr + d->at.start : "", d->at.len};
	snprintf(out, sizeof out, "%s at \"%.*s\"", d->code, PL_FMT(at));
	return out;
}

/* All complaints as people read them: for failing tests. */
static inline const char *rendered(void)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (unsigned i = 0; i < diags.count; i++)
		pl_diag_render(&diags.items[i], &b);
	pl_buf_addc(&b, '\0');
	return b.ptr;
}

/* The checks of a rule about each SUBJECT: "deny x for each SUBJECT ...". */
static inline const struct pl_program *compile_rule(const char *subject, const char *body)
{
	pl_str text = pl_arena_printf(arena, "deny x\n  for each %s\n  %s\n", subject, body);
	text = pl_arena_printf(arena, "%.*s", PL_FMT(text));
	char *copy = pl_arena_alloc(arena, text.len + 1);
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return compile(copy);
}

struct row {
	const char *subject, *body, *expect;
};

static inline void run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		compile_rule(rows[i].subject, rows[i].body);
		if (strcmp(complaint(), rows[i].expect) != 0)
			fail_msg("row %zu: %s | %s\nexpected %s, got %s\n%s", i, rows[i].subject, rows[i].body,
				 rows[i].expect, complaint(), rendered());
	}
}
#define RUN_ROWS(rows) run_rows(rows, sizeof(rows) / sizeof *(rows))

/* Whole files: {text, expectation}. */
struct file_row {
	const char *text, *expect;
};

static inline void run_files(const struct file_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		compile(rows[i].text);
		if (strcmp(complaint(), rows[i].expect) != 0)
			fail_msg("file %zu:\n%s\nexpected %s, got %s\n%s", i, rows[i].text, rows[i].expect, complaint(),
				 rendered());
	}
}
#define RUN_FILES(rows) run_files(rows, sizeof(rows) / sizeof *(rows))

#endif
