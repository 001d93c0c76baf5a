/* audit.h - one JSON line for each decision. */
#ifndef PL_SERVER_AUDIT_H
#define PL_SERVER_AUDIT_H

#include "decide.h"
#include "service.h"

struct pl_record {
	const char *door; /* "admit", "ecs" */
	pl_str uid, operation, kind, namespace_name, name, user;
	bool dry_run;
	bool allowed;
	const struct pl_verdict *verdict; /* may be NULL */
	const char *problem;		  /* NULL: judged */
	const char *policy;		  /* fingerprint; NULL: none in force */
	int64_t started_us;
};

/* Writes the line, built in arena. What does not fit is counted as lost, never waited for. */
void pl_audit_write(const struct pl_service *service, const struct pl_record *record, struct pl_arena *arena);

#endif
