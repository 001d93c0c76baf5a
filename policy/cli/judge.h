/* judge.h - files and directories through all stages: text, documents, objects, workloads, verdicts, output. */
#ifndef PL_CLI_JUDGE_H
#define PL_CLI_JUDGE_H

#include "context.h"

struct pl_judge {
	struct pl_output *out;
	const struct pl_policy *policy; /* NULL: workloads are printed, not judged */
	struct pl_context context;	/* of the flags */
	bool traced;			/* results carry what each rule did */
	struct pl_explain *explain;	/* which rule and place is traced; NULL: all */
	size_t explained;		/* objects, so far */
	struct pl_names places;		/* that explain->at could have been; in out->arena */
	struct pl_evaluator *evaluator; /* reset for each object */
	struct pl_arena *file;		/* reset for each file */
	struct pl_source *source;	/* of the text that is being judged */
	pl_str source_text;
	size_t recognised; /* objects, so far */
};

/* False when memory is out, which out knows then. */
bool pl_judge_init(struct pl_judge *judge, struct pl_output *out);
void pl_judge_free(struct pl_judge *judge);
/* Judges a file or "-" that was named: when it holds nothing to judge, that is an error. */
void pl_judge_file(struct pl_judge *judge, const char *path);
/* Judges what is in a directory: a document that holds nothing to judge is listed; an error when that is all there is.
 */
void pl_judge_dir(struct pl_judge *judge, const char *path);

#endif
