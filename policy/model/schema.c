/* schema.c - the tables of schema.h, made from schema.def and view.def by the preprocessor. Constant data and look-ups;
 * nothing here can fail. A name is found by a hash without collisions, because every key of every document is. */
#include "schema.h"

#include <string.h>

/* --- names ------------------------------------------------------------------------------------------------------- */

struct name {
	const char *text;
	size_t len;
};

static const struct name names[] = {
	{"", 0},
#define PL_NAME(name) {#name, sizeof(#name) - 1},
#include "schema.def"
};

const char *pl_schema_name(uint16_t name_id)
{
	return name_id > PL_NAME_NONE && name_id < PL_NAME_END ? names[name_id].text : NULL;
}

/* --- types, as schema.def writes them ---------------------------------------------------------------------------- */

#define T(k)                                                                                                           \
	{                                                                                                              \
		PL_T_##k, PL_T_NONE, 0, 0                                                                              \
	}
#define E(p, e)                                                                                                        \
	{                                                                                                              \
		PL_T_ENUM, PL_T_NONE, PL_ENUM_##p##_##e, 0                                                             \
	}
#define R(p, r)                                                                                                        \
	{                                                                                                              \
		PL_T_RECORD, PL_T_NONE, PL_RECORD_##p##_##r, 0                                                         \
	}
#define L(k)                                                                                                           \
	{                                                                                                              \
		PL_T_LIST, PL_T_##k, 0, 0                                                                              \
	}
#define LE(p, e)                                                                                                       \
	{                                                                                                              \
		PL_T_LIST, PL_T_ENUM, 0, PL_ENUM_##p##_##e                                                             \
	}
#define LR(p, r)                                                                                                       \
	{                                                                                                              \
		PL_T_LIST, PL_T_RECORD, 0, PL_RECORD_##p##_##r                                                         \
	}
#define M(k)                                                                                                           \
	{                                                                                                              \
		PL_T_MAP, PL_T_##k, 0, 0                                                                               \
	}

/* --- records ----------------------------------------------------------------------------------------------------- */

/* The fields of all records stand one after the other; the second table says where each record begins and ends. An enum
 * counts them: BACK_ takes back the step that a marker costs. */
enum {
#define PL_RECORD(p, r)		  FIRST_##p##_##r, BACK_##p##_##r = FIRST_##p##_##r - 1,
#define PL_FIELD(p, r, name, ...) AT_##p##_##r##_##name,
#define PL_RECORD_END(p, r)	  END_##p##_##r, RESUME_##p##_##r = END_##p##_##r - 1,
#include "schema.def"
};

static const struct pl_schema_field fields[] = {
#define PL_FIELD(p, r, name, type, presence, dflt, blank) {#name, PL_NAME_##name, type, PL_##presence, dflt, blank},
#include "schema.def"
};

#define ON_K8S PL_ON_KUBERNETES
#define ON_ECS PL_ON_ECS

const struct pl_schema_record pl_schema_records[] = {
#define PL_RECORD(p, r) {#r, ON_##p, &fields[FIRST_##p##_##r], END_##p##_##r - FIRST_##p##_##r},
#include "schema.def"
};
const uint16_t pl_schema_record_count = PL_RECORD_COUNT;

const uint64_t pl_schema_required[] = {
#define PL_RECORD(p, r) 0
#define PL_FIELD(p, r, name, type, presence, ...)                                                                      \
	| (uint64_t)(PL_##presence == PL_REQUIRED) << (AT_##p##_##r##_##name - FIRST_##p##_##r)
#define PL_RECORD_END(p, r) ,
#include "schema.def"
};

uint16_t pl_schema_record_find(enum pl_platforms platform, pl_str name)
{
	for (uint16_t i = 0; i < PL_RECORD_COUNT; i++) {
		if (pl_schema_records[i].platform == platform &&
		    pl_str_eq(name, pl_str_from(pl_schema_records[i].name)))
			return i;
	}
	return PL_NO_RECORD;
}

#define PL_HASH(p, r, seed, bits, ...) static const uint8_t slots_##p##_##r[1 << (bits)] = {__VA_ARGS__};
#include "schema.def"

static const struct hash {
	const uint8_t *slots; /* number of a field + 1; 0 for none */
	uint32_t seed;
	uint8_t bits;
} hashes[] = {
#define PL_HASH(p, r, seed, bits, ...) {slots_##p##_##r, seed, bits},
#include "schema.def"
};

/* The only slot where a field of that name can be. gen_schema.py, letters(), adds up the same. */
static unsigned find_slot(const struct hash *h, pl_str name)
{
	const unsigned char *p = (const unsigned char *)name.ptr;
	uint32_t sum = p[0] | (uint32_t)p[name.len / 2] << 8 | (uint32_t)p[name.len * 3 / 4] << 16 |
		       (uint32_t)p[name.len - 1] << 24;
	return h->slots[(sum + (uint32_t)name.len) * h->seed >> (32 - h->bits)];
}

const struct pl_schema_field *pl_schema_field_find(uint16_t record, pl_str name)
{
	if (record >= PL_RECORD_COUNT || name.len == 0)
		return NULL;
	unsigned slot = find_slot(&hashes[record], name);
	if (slot == 0)
		return NULL;
	const struct pl_schema_field *field = &pl_schema_records[record].fields[slot - 1];
	const struct name *found = &names[field->name_id];
	return found->len == name.len && memcmp(found->text, name.ptr, name.len) == 0 ? field : NULL;
}

const struct pl_schema_field *pl_schema_field_by_id(uint16_t record, uint16_t name_id)
{
	if (record >= PL_RECORD_COUNT)
		return NULL;
	const struct pl_schema_field *base = pl_schema_records[record].fields;
	unsigned low = 0, high = pl_schema_records[record].count;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (base[middle].name_id == name_id)
			return &base[middle];
		if (name_id < base[middle].name_id)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* --- enums ------------------------------------------------------------------------------------------------------- */

#define PL_ENUM(p, e, ...) static const char *const values_##p##_##e[] = {__VA_ARGS__};
#include "schema.def"

const struct pl_schema_enum pl_schema_enums[] = {
#define PL_ENUM(p, e, ...) {#e, values_##p##_##e, sizeof values_##p##_##e / sizeof *values_##p##_##e},
#include "schema.def"
};
const uint16_t pl_schema_enum_count = PL_ENUM_COUNT;

bool pl_schema_enum_has(uint16_t enum_index, pl_str value)
{
	if (enum_index >= PL_ENUM_COUNT)
		return false;
	const struct pl_schema_enum *e = &pl_schema_enums[enum_index];
	for (uint16_t i = 0; i < e->count; i++) {
		if (pl_str_eq(value, pl_str_from(e->values[i])))
			return true;
	}
	return false;
}

/* --- the common view --------------------------------------------------------------------------------------------- */

#define V(k)  T(k)
#define VL(k) L(k)
#define VM(k) M(k)
#define VS(s)                                                                                                          \
	{                                                                                                              \
		PL_T_SUBJECT, PL_T_NONE, PL_SUBJECT_##s, 0                                                             \
	}
#define VLS(s)                                                                                                         \
	{                                                                                                              \
		PL_T_LIST, PL_T_SUBJECT, 0, PL_SUBJECT_##s                                                             \
	}
#define KUBERNETES PL_ON_KUBERNETES
#define ECS	   PL_ON_ECS
#define BOTH	   PL_ON_BOTH

const struct pl_view_field pl_view_fields[PL_VIEW_COUNT] = {
#define PL_VIEW(subject, name, type, presence, platforms, doc)                                                         \
	{PL_SUBJECT_##subject, #name, type, PL_##presence, platforms, doc},
#include "view.def"
#undef PL_VIEW
};

enum pl_view pl_view_find(enum pl_subject subject, pl_str name)
{
	unsigned i = 0;
	while (i < PL_VIEW_COUNT &&
	       (pl_view_fields[i].subject != subject || !pl_str_eq(name, pl_str_from(pl_view_fields[i].name))))
		i++;
	return (enum pl_view)i;
}

/* --- subjects ---------------------------------------------------------------------------------------------------- */

#define NO_RECORDS                                                                                                     \
	{                                                                                                              \
		PL_NO_RECORD, PL_NO_RECORD                                                                             \
	}

static const struct {
	const char *name;
	bool ruled; /* a rule can be about it */
	enum pl_platforms platforms;
	uint16_t k8s[2], ecs[2];
} subjects[PL_SUBJECT_COUNT] = {
	[PL_SUBJECT_NONE] = {"none", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_OBJECT] = {"object", true, PL_ON_KUBERNETES, {PL_RECORD_K8S_Object, PL_NO_RECORD}, NO_RECORDS},
	[PL_SUBJECT_WORKLOAD] = {"workload", true, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_POD] = {"pod", true, PL_ON_KUBERNETES, {PL_RECORD_K8S_PodTemplateSpec, PL_NO_RECORD}, NO_RECORDS},
	[PL_SUBJECT_TASK] =
		{"task", true, PL_ON_ECS, NO_RECORDS, {PL_RECORD_ECS_RegisterTaskDefinitionRequest, PL_NO_RECORD}},
	[PL_SUBJECT_CONTAINER] = {"container",
				  true,
				  PL_ON_BOTH,
				  {PL_RECORD_K8S_Container, PL_RECORD_K8S_EphemeralContainer},
				  {PL_RECORD_ECS_ContainerDefinition, PL_NO_RECORD}},
	[PL_SUBJECT_MOUNT] = {"mount",
			      true,
			      PL_ON_BOTH,
			      {PL_RECORD_K8S_VolumeMount, PL_NO_RECORD},
			      {PL_RECORD_ECS_MountPoint, PL_NO_RECORD}},
	[PL_SUBJECT_VOLUME] = {"volume",
			       true,
			       PL_ON_BOTH,
			       {PL_RECORD_K8S_Volume, PL_NO_RECORD},
			       {PL_RECORD_ECS_Volume, PL_NO_RECORD}},
	[PL_SUBJECT_PORT] = {"port",
			     true,
			     PL_ON_BOTH,
			     {PL_RECORD_K8S_ContainerPort, PL_NO_RECORD},
			     {PL_RECORD_ECS_PortMapping, PL_NO_RECORD}},
	[PL_SUBJECT_VARIABLE] = {"variable",
				 true,
				 PL_ON_BOTH,
				 {PL_RECORD_K8S_EnvVar, PL_NO_RECORD},
				 {PL_RECORD_ECS_KeyValuePair, PL_RECORD_ECS_Secret}},
	[PL_SUBJECT_IMAGE] = {"image", true, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_SECURITY_CONTEXT] = {"security_context",
					 true,
					 PL_ON_KUBERNETES,
					 {PL_RECORD_K8S_SecurityContext, PL_RECORD_K8S_PodSecurityContext},
					 NO_RECORDS},
	[PL_SUBJECT_REQUEST] = {"request", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_NAMESPACE] = {"namespace", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_CLUSTER] = {"cluster", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_HANDLER] =
		{"handler", false, PL_ON_KUBERNETES, {PL_RECORD_K8S_Probe, PL_RECORD_K8S_LifecycleHandler}, NO_RECORDS},
	[PL_SUBJECT_ARN] = {"arn", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_ROLE] = {"role", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
	[PL_SUBJECT_ENTRY] = {"entry", false, PL_ON_BOTH, NO_RECORDS, NO_RECORDS},
};

unsigned pl_subject_records(enum pl_subject subject, enum pl_platforms platform, uint16_t ret_records[4])
{
	unsigned n = 0;
	if (subject >= PL_SUBJECT_COUNT)
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		if ((platform & PL_ON_KUBERNETES) && subjects[subject].k8s[i] != PL_NO_RECORD)
			ret_records[n++] = subjects[subject].k8s[i];
	}
	for (unsigned i = 0; i < 2; i++) {
		if ((platform & PL_ON_ECS) && subjects[subject].ecs[i] != PL_NO_RECORD)
			ret_records[n++] = subjects[subject].ecs[i];
	}
	return n;
}

const char *pl_subject_name(enum pl_subject subject)
{
	return subject < PL_SUBJECT_COUNT ? subjects[subject].name : "none";
}

enum pl_subject pl_subject_from(pl_str name)
{
	for (unsigned i = 0; i < PL_SUBJECT_COUNT; i++) {
		if (subjects[i].ruled && pl_str_eq(name, pl_str_from(subjects[i].name)))
			return (enum pl_subject)i;
	}
	return PL_SUBJECT_NONE;
}

enum pl_platforms pl_subject_platforms(enum pl_subject subject)
{
	return subject < PL_SUBJECT_COUNT ? subjects[subject].platforms : PL_ON_BOTH;
}
