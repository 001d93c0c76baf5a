/* testreport.h - what `plimsoll test` has found: as text, as one JSON document, or as JUnit XML. */
#ifndef PL_CLI_TESTREPORT_H
#define PL_CLI_TESTREPORT_H

#include "output.h"
#include "plimsoll/tools.h"

enum pl_testreport_format { PL_TESTREPORT_TEXT, PL_TESTREPORT_JSON, PL_TESTREPORT_JUNIT };

struct pl_testreport {
	enum pl_testreport_format format;
	bool strict;	  /* a rule that never fires counts like a test that fails */
	bool explain;	  /* what rules did is shown, in text */
	bool mutated;	  /* changes were tried */
	bool not_mutated; /* they were wanted, but tests fail */
	struct pl_output *out;
	size_t passed, failed;
	size_t rules, fired;
	size_t noticed, survived, refused;
	struct pl_names never;			 /* rules that no test makes fire */
	struct pl_buf *tests, *misses, *mutants; /* JSON: elements; JUnit: elements, and those of this file */
	pl_str suite;				 /* JUnit: the file that `misses` is of */
	size_t suite_tests, suite_failed;	 /* JUnit: in it */
};

/* format and strict are set by the caller. */
void pl_testreport_begin(struct pl_testreport *report, struct pl_output *out);
void pl_testreport_result(struct pl_testreport *report, const struct pl_test_result *result);
/* What a rule did in the test that came last. */
void pl_testreport_trace(struct pl_testreport *report, const struct pl_buf *trace);
void pl_testreport_rules(struct pl_testreport *report, const struct pl_suite_rule *rules, size_t count);
void pl_testreport_mutant(struct pl_testreport *report, const struct pl_mutant *mutant, enum pl_mutant_fate fate);
/* Writes what is left, and gives the exit status. */
int pl_testreport_end(struct pl_testreport *report);

/* testjunit.c */
void pl_testjunit_result(struct pl_testreport *report, const struct pl_test_result *result);
void pl_testjunit_mutant(struct pl_testreport *report, const struct pl_mutant *mutant);
void pl_testjunit_end(struct pl_testreport *report);
/* Appends a difference between a test and the rules as a person reads it, in one or two lines. */
void pl_testreport_miss(const struct pl_test_miss *miss, pl_str source, struct pl_buf *text);

#endif
