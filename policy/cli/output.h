/* output.h - what a run has found, written as text or as one JSON document, and the exit status that follows from it.
 *
 * Text: findings and the summary on standard output as they come, errors on standard error. JSON: one object on
 * standard output {results, errors, warnings, not_checked, not_judged, summary}; results are written as they come, the
 * rest is kept until the end. */
#ifndef PL_CLI_OUTPUT_H
#define PL_CLI_OUTPUT_H

#include "plimsoll/plimsoll.h"

enum pl_output_format {
	PL_OUTPUT_TEXT,
	PL_OUTPUT_JSON,
	PL_OUTPUT_STAGE, /* of `explain`: verdicts or workloads one after the other, and no summary */
};

/* Texts that live as long as the process, in the order they came. */
struct pl_names {
	pl_str *items;
	size_t count, cap;
};

struct pl_output {
	struct pl_arena *arena;
	enum pl_output_format format;
	bool require_context;
	enum pl_mode fail_on;

	size_t files, workloads, others;		 /* others: objects without containers */
	size_t denied, warned, audited, excepted, clean; /* objects, by the worst finding */
	size_t findings[PL_MODE_AUDIT + 1];		 /* by mode, without those that exceptions cover */
	size_t excepted_findings;
	size_t errors, warnings;		  /* warnings: what the reading noticed, not findings */
	size_t results;				  /* written */
	struct pl_names not_checked;		  /* rules, sorted, each once */
	struct pl_names not_judged;		  /* places in directories that hold nothing to judge */
	struct pl_buf *error_list, *warning_list; /* JSON only: elements with commas */
};

/* One object that was judged. */
struct pl_result {
	const struct pl_workload *workload;
	const struct pl_verdict *verdict;
	struct pl_source *source;
	pl_str at;	      /* where it stands in its document ("items[3]"); empty for the document itself */
	uint32_t document;    /* in its file, from 0 */
	struct pl_buf *trace; /* what each rule did; NULL when nobody asked */
	bool partial;	      /* the verdict is of one rule */
};

/* Starts a report in text; `format` and the rest are set by the caller before pl_output_begin. */
void pl_output_init(struct pl_output *out, struct pl_arena *arena);
void pl_output_begin(struct pl_output *out);
/* One object; scratch is used and may be reset afterwards. */
void pl_output_result(struct pl_output *out, const struct pl_result *result, struct pl_arena *scratch);
/* One object as rules see it. */
void pl_output_workload(struct pl_output *out, const struct pl_workload *workload, struct pl_arena *scratch);
/* A document in a directory that holds nothing to judge: place is "file" or "file:line". */
void pl_output_not_judged(struct pl_output *out, pl_str place);
void pl_output_diag(struct pl_output *out, const struct pl_diag *diag);
/* An error at d->at of a document that was read; its secrets are not shown. */
void pl_output_diag_at(struct pl_output *out, const struct pl_diag *d, const struct pl_doc *doc,
		       struct pl_source *source);
/* All of them, and a count of those that did not fit. */
void pl_output_diags(struct pl_output *out, const struct pl_diags *diags);
/* An error about a file as a whole. name and the texts are escaped here; help may be NULL. */
void pl_output_error(struct pl_output *out, pl_str name, const char *message, const char *help);
/* The error of a library call that left no diagnostic. */
void pl_output_failure(struct pl_output *out, pl_str name, pl_err err);
/* Writes what is left, and gives the exit status. */
int pl_output_end(struct pl_output *out);
/* Only the exit status. */
int pl_output_status(const struct pl_output *out);

/* Appends to the list; false when memory is out. */
bool pl_names_add(struct pl_names *names, struct pl_arena *arena, pl_str name);

#endif
