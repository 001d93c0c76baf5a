/* workload.h - one pod template or task definition, read, validated and normalised; or any other object of which only kind
 * and metadata are known.
 *
 * A workload never fails to exist because its object is bad: what is malformed is listed in it and becomes a finding of the built-in
 * rule `malformed-document`, so that no door can forget to refuse it. */
#ifndef PLIMSOLL_WORKLOAD_H
#define PLIMSOLL_WORKLOAD_H

#include "plimsoll/doc.h"

struct pl_workload;

enum pl_platform { PL_PLATFORM_NONE, PL_PLATFORM_KUBERNETES, PL_PLATFORM_ECS };

enum pl_object_form {
	PL_FORM_UNKNOWN,         /* nothing recognised */
	PL_FORM_KUBERNETES,      /* an object with apiVersion and kind */
	PL_FORM_LIST,            /* kind List or *List with items: read each item */
	PL_FORM_REVIEW,          /* an AdmissionReview */
	PL_FORM_ECS_REGISTER,    /* register-task-definition: containerDefinitions at the top */
	PL_FORM_ECS_DESCRIBE,    /* describe-task-definition: {"taskDefinition": {...}} */
};

/* What an object is, by its content. */
enum pl_object_form pl_object_detect(const struct pl_doc *doc, pl_node node);

struct pl_workload_options {
	/* The linter's reading: report unknown fields, wrong case and duplicate keys anywhere as notes, and apply the API
	 * server's defaulting that changes meaning. A server leaves it off: the API server has already done so. */
	bool offline;
};

/* Reads the object at `node` of doc, a task definition in either form; paths in findings are relative to `node`.
 * Only PL_E_MEMORY and PL_E_INTERNAL are possible. The workload borrows doc and lives in arena.
 * Key tokens of doc are annotated, so one doc may be read by one thread at a time. */
PL_MUST_USE pl_err pl_workload_read(struct pl_doc *doc, pl_node node, enum pl_platform platform,
				    const struct pl_workload_options *options, struct pl_arena *arena,
				    struct pl_workload **ret_workload);

enum pl_platform pl_workload_platform(const struct pl_workload *w);
/* "Deployment", "TaskDefinition", ...; empty when not readable. */
pl_str pl_workload_kind(const struct pl_workload *w);
/* Object name, "generateName*", or family; empty when there is none. */
pl_str pl_workload_name(const struct pl_workload *w);
/* metadata.namespace; empty when there is none. */
pl_str pl_workload_namespace(const struct pl_workload *w);
const struct pl_doc *pl_workload_doc(const struct pl_workload *w);
/* True when it carries a pod template or task definition. */
bool pl_workload_has_containers(const struct pl_workload *w);

/* What the offline reading noticed but does not refuse: unknown field (with a suggestion), YAML 1.1 spelling, duplicate key in a part no rule
 * reads. Also what is malformed. */
struct pl_note {
	bool malformed;
	pl_node node;
	pl_str message;
	pl_str remedy; /* may be empty */
};
size_t pl_workload_notes(const struct pl_workload *w, const struct pl_note **ret_notes);
/* Prints the normalised view: for `explain --stage=workload` and goldens. */
struct pl_buf;
void pl_workload_dump(const struct pl_workload *w, struct pl_arena *arena, struct pl_buf *out);

#endif
