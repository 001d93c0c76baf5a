/* note.h - what the reading of a workload has to say: malformed parts, and remarks of the offline reading. */
#ifndef PL_MODEL_NOTE_H
#define PL_MODEL_NOTE_H

#include "subjects.h"

/* Kept of each sort; further ones are counted in one last note. */
#define PL_NOTES_KEPT 100

/* Notes that something is malformed; the workload is malformed from now on. The message begins with the path of node
 * (and
 * `.below`, if given) in back quotes. `remedy` may be empty. Texts from the document that go into fmt come from
 * pl_note_quote or pl_note_found. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_note_malformed(struct pl_workload *w, pl_node node, const char *below, pl_str remedy,
				     const char *fmt, ...) PL_PRINTF(5, 6);
/* A remark: kept by the offline reading only. */
PL_MUST_USE pl_err pl_note_remark(struct pl_workload *w, pl_node node, pl_str remedy, const char *fmt, ...)
	PL_PRINTF(4, 5);
/* The text in quotes, escaped and cut; empty when memory is out, which the note will then report. */
const char *pl_note_quote(struct pl_workload *w, pl_str text);
/* What stands there: `the string "80"`, `a list`; without its text when secret. */
const char *pl_note_found(struct pl_workload *w, pl_node node, bool secret);

#endif
