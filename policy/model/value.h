/* value.h - one typed value: read from a document, from the evaluation context, or a constant of a policy.
 *
 * Absent: the field is not there and has no default. Unknown: it is there, but what it is cannot be told (a number no
 * type holds, damaged text, labels nobody gave us, a pattern that ran out of steps); u.why says why. The two are never
 * mixed up. Pointers live as long as the workload or policy that the value came from. */
#ifndef PL_MODEL_VALUE_H
#define PL_MODEL_VALUE_H

#include "plimsoll/doc.h"
#include "arn.h"
#include "image.h"
#include "ip.h"
#include "quantity.h"
#include "schema.h"
#include "version.h"

struct pl_workload;
struct pl_value;

enum pl_value_kind {
	PL_V_ABSENT,
	PL_V_UNKNOWN,	 /* u.why */
	PL_V_BOOL,	 /* u.b; also a decided condition */
	PL_V_INT,	 /* u.i */
	PL_V_NUMBER,	 /* u.q; type: PL_T_CORES, PL_T_BYTES or PL_T_QUANTITY in `of` */
	PL_V_STRING,	 /* u.s; enums, roles as text, too */
	PL_V_PATH,	 /* u.s, normal form */
	PL_V_IMAGE,	 /* u.image */
	PL_V_ROLE,	 /* u.role */
	PL_V_ARN,	 /* u.arn */
	PL_V_IP,	 /* u.ip */
	PL_V_NETWORK,	 /* u.net */
	PL_V_IMAGE_BASE, /* u.base: constants next to `under` */
	PL_V_VERSION,	 /* u.version */
	PL_V_DATE,	 /* u.i: days since 1970-01-01 */
	PL_V_RANGE,	 /* u.range */
	PL_V_RECORD,	 /* u.workload, node; record index in `ref` */
	PL_V_SUBJECT,	 /* u.workload, index of the subject in `node`; enum pl_subject in `ref` */
	PL_V_NODES,	 /* list as it stands in the document: u.workload, node; element type in `of`/`ref` */
	PL_V_LIST,	 /* u.list */
	PL_V_NODEMAP,	 /* map as it stands in the document: u.workload, node; value type in `of` */
	PL_V_MAP,	 /* u.map: constants and context */
	PL_V_ENTRY,	 /* u.entry */
};

/* Values side by side. A set of a policy may carry a hash of its elements (VM's business). */
struct pl_list {
	const struct pl_value *items;
	uint32_t count;
	const void *index; /* of the VM, NULL if none */
};

struct pl_map {
	const struct pl_value *keys; /* strings, in byte order */
	const struct pl_value *values;
	uint32_t count;
	const void *index; /* of the VM, NULL if none */
};

struct pl_value {
	uint8_t kind; /* enum pl_value_kind */
	uint8_t of;   /* enum pl_type_kind: of a number, or of elements */
	uint16_t ref; /* record, enum or subject index */
	pl_node node; /* where it stands in the document of u.workload or of the subject; PL_NO_NODE: nowhere */
	union {
		bool b;
		int64_t i;
		pl_nano q;
		pl_str s;
		const char *why;
		const struct pl_image *image;
		const struct pl_image_base *base;
		const struct pl_role *role;
		const struct pl_arn *arn;
		const struct pl_ip *ip;
		const struct pl_network *net;
		struct pl_version version;
		struct {
			int64_t low, high;
		} range;
		const struct pl_workload *workload;
		const struct pl_list *list;
		const struct pl_map *map;
		const struct pl_value *entry; /* two values: key, value */
	} u;
};

static inline struct pl_value pl_value_absent(void)
{
	return (struct pl_value){.kind = PL_V_ABSENT, .node = PL_NO_NODE};
}
static inline struct pl_value pl_value_bool(bool b)
{
	return (struct pl_value){.kind = PL_V_BOOL, .node = PL_NO_NODE, .u.b = b};
}
static inline struct pl_value pl_value_unknown(const char *why)
{
	return (struct pl_value){.kind = PL_V_UNKNOWN, .node = PL_NO_NODE, .u.why = why};
}

/* --- reading values from a workload (policy/model/view.c)
 * -------------------------------------------------------------- */

/* One step of a path: a native field by name id, or a row of the common view. */
struct pl_step {
	bool view;
	uint16_t id; /* name id, or enum pl_view */
};

/* Evaluation context as the model needs it: also what `request`, `namespace` and `cluster` read. */
struct pl_context;

/* Takes one step from base (a record, subject, entry, image, arn, role ... value) and stores the typed value. Absent
 * base: the default when the field is defaulted, else absent. Unknown base: unknown. Scratch (images, decoded text) is
 * made in arena. Only PL_E_MEMORY and PL_E_INTERNAL are possible: the document has been validated. `record` is the
 * static record of the base, which decides how a default reads when base is absent (PL_NO_RECORD: none). ctx may be
 * NULL: nothing is known. */
PL_MUST_USE pl_err pl_value_step(const struct pl_value *base, struct pl_step step, uint16_t record,
				 const struct pl_context *ctx, struct pl_arena *arena, struct pl_value *ret);

/* The entry of a map under key; absent if there is none. An absent or unknown map is the answer itself. */
PL_MUST_USE pl_err pl_value_index(const struct pl_value *map, pl_str key, struct pl_arena *arena, struct pl_value *ret);

/* Elements of a list (PL_V_NODES, PL_V_LIST) or entries of a map (PL_V_NODEMAP, PL_V_MAP, in key order). */
uint32_t pl_value_count(const struct pl_value *list);
struct pl_value_iter {
	const struct pl_value *list;
	uint32_t index;
	pl_node node;
	const void *order; /* of a map's entries */
};
void pl_value_iter_init(struct pl_value_iter *it, const struct pl_value *list);
/* Stores the next element; *ret_done is set at the end. */
PL_MUST_USE pl_err pl_value_iter_next(struct pl_value_iter *it, struct pl_arena *arena, struct pl_value *ret,
				      bool *ret_done);

/* A PL_V_MAP of keys (strings; others are left out) and values, in the order that it needs. */
PL_MUST_USE pl_err pl_value_map_make(const struct pl_value *keys, const struct pl_value *values, uint32_t count,
				     struct pl_arena *arena, struct pl_value *ret);

/* Appends the value as messages show it: strings escaped and cut at 256 code points, amounts with units, lists in {}.
 * spec: 7.6 */
struct pl_buf;
void pl_value_show(const struct pl_value *v, struct pl_arena *arena, struct pl_buf *out);

#endif
