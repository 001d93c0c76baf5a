/* view.h - inside the common view: one small function for each row of view.def, found by tables. */
#ifndef PL_MODEL_VIEW_H
#define PL_MODEL_VIEW_H

#include "plimsoll/eval.h"
#include "subjects.h"

/* What a row is read from. */
struct pl_view_at {
	const struct pl_workload *w;  /* NULL for context and members */
	uint32_t index;		      /* of the subject */
	const struct pl_value *base;  /* the image, arn, role or entry itself */
	const struct pl_context *ctx; /* never NULL */
	struct pl_arena *arena;
};

typedef pl_err pl_view_reader(const struct pl_view_at *at, struct pl_value *ret);

/* Readers of the rows that each platform computes in its own way; of the context; NULL for others. */
extern pl_view_reader *const pl_view_k8s_readers[PL_VIEW_COUNT];
extern pl_view_reader *const pl_view_ecs_readers[PL_VIEW_COUNT];
extern pl_view_reader *const pl_view_context_readers[PL_VIEW_COUNT];
/* Of the members of images, ARNs, roles and entries. */
extern pl_view_reader *const pl_view_member_readers[PL_VIEW_COUNT];

/* A PL_V_LIST of items, which live in the arena. */
PL_MUST_USE pl_err pl_view_list(const struct pl_view_at *at, struct pl_value *items, uint32_t count,
				struct pl_value *ret);
/* The container of `at`. */
const struct pl_container *pl_view_container(const struct pl_view_at *at);
/* Added capabilities in their normal form, or dropped ones that are spelled exactly; list may be PL_NO_NODE. */
PL_MUST_USE pl_err pl_view_added(const struct pl_view_at *at, pl_node list, struct pl_value *ret);
PL_MUST_USE pl_err pl_view_dropped(const struct pl_view_at *at, pl_node list, struct pl_value *ret);
/* ALL or SYS_ADMIN is among added capabilities. */
PL_MUST_USE pl_err pl_view_adds_admin(const struct pl_view_at *at, pl_node list, bool *ret);
/* Equal but for the case of ASCII letters. */
bool pl_view_eq_nocase(pl_str s, const char *lower);
/* True for the accounts that rule a Windows container or its host, with or without their domain. */
bool pl_view_is_windows_admin(pl_str user);
/* An amount; absent when it is zero: for a platform, 0 is "no limit". */
struct pl_value pl_view_amount(pl_nano q, enum pl_type_kind kind, pl_node node);

#endif
