/* schema.h - the fields of the Kubernetes PodSpec and the ECS task definition, with types and presence classes; and the
 * common view of both. Tables only: generated from schema.def (by policy/model/gen_schema.py from the upstream schema)
 * and view.def.
 *
 * Every distinct field name has a name id; the reader of workloads writes it into the key tokens of the tape, so that a
 * look-up at decision time compares integers. */
#ifndef PL_MODEL_SCHEMA_H
#define PL_MODEL_SCHEMA_H

#include "plimsoll/base.h"

enum pl_type_kind {
	PL_T_NONE, /* also: no such type */
	PL_T_BOOL,
	PL_T_INT,
	PL_T_CORES,    /* CPU */
	PL_T_BYTES,    /* memory, storage */
	PL_T_QUANTITY, /* of either kind */
	PL_T_STRING,
	PL_T_ENUM,   /* ref: enum index */
	PL_T_INTSTR, /* int or string in the manifest; a string in the language */
	PL_T_IMAGE,
	PL_T_PATH,
	PL_T_ROLE,
	PL_T_ARN,
	PL_T_IP,
	PL_T_VERSION,
	PL_T_DATE,
	PL_T_RECORD,	/* ref: record index */
	PL_T_SUBJECT,	/* ref: enum pl_subject */
	PL_T_LIST,	/* of elem/elem_ref */
	PL_T_MAP,	/* of string to elem/elem_ref */
	PL_T_ENTRY,	/* element of a map in list position: .key string, .value elem/elem_ref */
	PL_T_RANGE,	/* lang only: 1..1024 */
	PL_T_NETWORK,	/* lang only: a literal next to ip() */
	PL_T_CONDITION, /* lang only: result of a comparison */
	PL_T_ROW,	/* lang only: of a data file; ref: index of its form in the policy set */
};

struct pl_type {
	uint8_t kind;	   /* enum pl_type_kind */
	uint8_t elem;	   /* enum pl_type_kind, for lists, maps and entries */
	uint16_t ref;	   /* record, enum or subject index of kind */
	uint16_t elem_ref; /* the same of elem */
};

enum pl_presence {
	PL_REQUIRED,  /* the platform refuses the object without it: present unless its parent is absent */
	PL_DEFAULTED, /* absent means the default (or empty list or map): always present, through absent parents too */
	PL_OPTIONAL,  /* absent means "not decided here" */
};

enum pl_subject {
	PL_SUBJECT_NONE,
	PL_SUBJECT_OBJECT,
	PL_SUBJECT_WORKLOAD,
	PL_SUBJECT_POD,
	PL_SUBJECT_TASK,
	PL_SUBJECT_CONTAINER,
	PL_SUBJECT_MOUNT,
	PL_SUBJECT_VOLUME,
	PL_SUBJECT_PORT,
	PL_SUBJECT_VARIABLE,
	PL_SUBJECT_IMAGE,
	PL_SUBJECT_SECURITY_CONTEXT,
	/* context, not iterated over */
	PL_SUBJECT_REQUEST,
	PL_SUBJECT_NAMESPACE,
	PL_SUBJECT_CLUSTER,
	PL_SUBJECT_HANDLER, /* element of container.handlers */
	/* not subjects at all, but values with members: rows of view.def, found by pl_view_find */
	PL_SUBJECT_ARN,
	PL_SUBJECT_ROLE,
	PL_SUBJECT_ENTRY,
	PL_SUBJECT_COUNT
};

enum pl_platforms { PL_ON_KUBERNETES = 1, PL_ON_ECS = 2, PL_ON_BOTH = 3 };

#define PL_NAME_UNKNOWN UINT16_MAX
#define PL_NO_RECORD	UINT16_MAX

/* Name ids: PL_NAME_image, ... in the order of the names, so that ids compare as names do. */
enum pl_field_name {
	PL_NAME_NONE,
#define PL_NAME(name) PL_NAME_##name,
#include "schema.def"
	PL_NAME_END
};

/* Record and enum indices: PL_RECORD_K8S_PodSpec, PL_RECORD_ECS_Volume, PL_ENUM_ECS_NetworkMode, ... */
enum pl_record_index {
#define PL_RECORD(platform, name) PL_RECORD_##platform##_##name,
#include "schema.def"
	PL_RECORD_COUNT
};
enum pl_enum_index {
#define PL_ENUM(platform, name, ...) PL_ENUM_##platform##_##name,
#include "schema.def"
	PL_ENUM_COUNT
};
/* Open records, lists and maps of a walk, at most. */
enum {
#define PL_MAX_DEPTH(n) PL_SCHEMA_DEPTH = (n),
#include "schema.def"
};

struct pl_schema_field {
	const char *name;
	uint16_t name_id; /* 1.. ; the same name has the same id in every record */
	struct pl_type type;
	enum pl_presence presence;
	const char *dflt; /* PL_DEFAULTED scalars: "false", "true", a number or an enum value; else NULL */
	bool blank;	  /* PL_REQUIRED strings: may be empty */
};

struct pl_schema_record {
	const char *name; /* "SecurityContext" */
	enum pl_platforms platform;
	const struct pl_schema_field *fields; /* sorted by name */
	uint16_t count;
};

struct pl_schema_enum {
	const char *name;
	const char *const *values; /* sorted */
	uint16_t count;
};

/* Record and enum tables. */
extern const struct pl_schema_record pl_schema_records[];
extern const uint16_t pl_schema_record_count;
/* For each record, by position: bits of the fields that are PL_REQUIRED. */
extern const uint64_t pl_schema_required[];
extern const struct pl_schema_enum pl_schema_enums[];
extern const uint16_t pl_schema_enum_count;
/* Name of a name id; NULL for none. */
const char *pl_schema_name(uint16_t name_id);
/* Index of a record by platform and name; PL_NO_RECORD if there is none. */
uint16_t pl_schema_record_find(enum pl_platforms platform, pl_str name);
/* The field of a record by spelling or by name id; NULL if it has none. Exact case. */
const struct pl_schema_field *pl_schema_field_find(uint16_t record, pl_str name);
const struct pl_schema_field *pl_schema_field_by_id(uint16_t record, uint16_t name_id);
/* True when value is one of the enum's. */
bool pl_schema_enum_has(uint16_t enum_index, pl_str value);

/* --- the common view --------------------------------------------------------------------------------------------- */

struct pl_view_field {
	enum pl_subject subject;
	const char *name;
	struct pl_type type;
	enum pl_presence
		presence; /* PL_REQUIRED: always has a value where its subject exists; PL_OPTIONAL: may be absent */
	enum pl_platforms platforms;
	const char *doc; /* one sentence for the reference table */
};

/* Row numbers are what programs hold (PL_VIEW_<subject>_<name>). */
enum pl_view {
#define PL_VIEW(subject, name, ...) PL_VIEW_##subject##_##name,
#include "view.def"
#undef PL_VIEW
	PL_VIEW_COUNT
};
extern const struct pl_view_field pl_view_fields[PL_VIEW_COUNT];
/* Row of a subject's view field; PL_VIEW_COUNT if there is none. */
enum pl_view pl_view_find(enum pl_subject subject, pl_str name);

/* The schema records whose fields a subject shows under their native names, on one platform: writes up to 4 record
 * indices and returns how many. A field exists natively on the subject when at least one of the records has it (the
 * others read as absent or default). Container: {Container, EphemeralContainer} | {ContainerDefinition}. */
unsigned pl_subject_records(enum pl_subject subject, enum pl_platforms platform, uint16_t ret_records[4]);
/* "container", ...; NULL-terminated spelling used in the language. */
const char *pl_subject_name(enum pl_subject subject);
/* PL_SUBJECT_NONE when it names none that a rule can be about. */
enum pl_subject pl_subject_from(pl_str name);
/* Platforms on which the subject exists. */
enum pl_platforms pl_subject_platforms(enum pl_subject subject);

#endif
