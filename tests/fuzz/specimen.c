/* specimen.c - see specimen.h. What the platforms ask of an object as a whole (names that differ, mounts of volumes
 * that there are) is kept, for a malformed object is judged by no rule; one in a few objects breaks the schema
 * somewhere, and one in a few has a list near its cap, so that costs are compared with what they are bounded by. */
#include "specimen.h"

#include <string.h>

#include "base/buf.h"
#include "lang/types.h"
#include "literal.h"

#define MAX_BYTES  (192u * 1024)
#define MAX_INSIDE 14

struct object {
	struct pl_choice *c;
	struct pl_buf out;
	const char *kind, *version; /* of the object itself */
	const char *crowded;	    /* field whose list is long; NULL: none */
	unsigned crowd;
	unsigned containers, mounts;
	bool faulty;
};

static bool one_in(struct object *o, uint32_t n)
{
	return pl_choice_one_in(o->c, n);
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_any(const char *name, const char *const *names, size_t count)
{
	size_t i = 0;
	while (i < count && !is(name, names[i]))
		i++;
	return i < count;
}

/* --- which fields ------------------------------------------------------------------------------------------------- */

static bool has_field(struct object *o, const struct pl_schema_field *f, unsigned depth)
{
	static const char *const always[] = {
		"spec", "template", "jobTemplate", "containers", "containerDefinitions", "apiVersion",
		"kind", "volumes",  "image",	   "reference",	 "sourceContainer"};
	static const char *const often[] = {"securityContext", "env",	       "ports",	       "volumeMounts",
					    "resources",       "environment",  "portMappings", "mountPoints",
					    "labels",	       "capabilities", "limits",       "hostPath",
					    "metadata",	       "memory",       "cpu",	       "secrets"};
	if (f->presence == PL_REQUIRED || is_any(f->name, always, sizeof always / sizeof *always))
		return true;
	if (depth >= MAX_INSIDE || o->out.len > MAX_BYTES)
		return false;
	if (o->crowded && is(f->name, o->crowded))
		return true;
	unsigned rare = o->crowded ? 20 : depth > 4 ? 12 : 7;
	return one_in(o, is_any(f->name, often, sizeof often / sizeof *often) ? 2 : rare);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static void write_fault(struct object *o)
{
	static const char *const faults[] = {"null", "[]",   "{}",   "\"\"",	    "0",	   "-1",
					     "true", "1e99", "[[]]", "{\"a\":[1]}", "\"\\ud800\"", "\"\\u0000\""};
	pl_buf_adds(&o->out, PL_CHOICE_OF(o->c, faults));
}

static void write_scalar(struct object *o, struct pl_type type)
{
	if (o->faulty && one_in(o, 24))
		write_fault(o);
	else
		pl_literal_json(o->c, type, &o->out);
}

/* What must not be empty. */
static void write_text(struct object *o)
{
	size_t before = o->out.len;
	do {
		o->out.len = before;
		pl_literal_json(o->c, pl_type_scalar(PL_T_STRING), &o->out);
	} while (o->out.len - before == 2);
}

static void write_map(struct object *o, struct pl_type held)
{
	static const char *const keys[] = {"team", "app.kubernetes.io/name", "environment", "a", "web", "x", "default",
					   "v1"};
	static const char *const amounts[] = {"cpu", "memory", "ephemeral-storage", "hugepages-2Mi"};
	bool quantity = held.kind == PL_T_QUANTITY;
	const char *comma = "";
	pl_buf_addc(&o->out, '{');
	for (unsigned i = 0; i < (quantity ? 4 : 8); i++) {
		if (one_in(o, 2))
			continue;
		pl_buf_addf(&o->out, "%s\"%s\":", comma, quantity ? amounts[i] : keys[i]);
		write_scalar(o, quantity && i == 0 ? pl_type_scalar(PL_T_CORES) : held);
		comma = ",";
	}
	pl_buf_addc(&o->out, '}');
}

/* Names that others refer to; false when the field is none of them. */
static bool write_name(struct object *o, const char *record, const char *field, unsigned index)
{
	bool container =
		is(record, "Container") || is(record, "EphemeralContainer") || is(record, "ContainerDefinition");
	if (is(field, "apiVersion") && o->version)
		pl_buf_addf(&o->out, "\"%s\"", o->version);
	else if (is(field, "kind") && o->kind && is(record, o->kind))
		pl_buf_addf(&o->out, "\"%s\"", o->kind);
	else if (is(field, "name") && container)
		pl_buf_addf(&o->out, "\"c%u\"", o->containers++);
	else if (is(field, "name") && is(record, "Volume"))
		pl_buf_addf(&o->out, "\"v%u\"", index);
	else if ((is(field, "name") && is(record, "VolumeMount")) || is(field, "sourceVolume"))
		pl_buf_addf(&o->out, "\"v%u\"", pl_choice_below(o->c, 2));
	else if (is(field, "mountPath") || (is(field, "containerPath") && is(record, "MountPoint")))
		pl_buf_addf(&o->out, "\"/m%u\"", o->mounts++ % 3000);
	else if ((is(field, "cpu") || is(field, "memory")) && is(record, "RegisterTaskDefinitionRequest"))
		pl_buf_addf(&o->out, "\"%u\"", 256u << pl_choice_below(o->c, 4));
	else if (is(field, "reference") && is(record, "ImageVolumeSource"))
		pl_literal_json(o->c, pl_type_scalar(PL_T_IMAGE), &o->out);
	else if (is(field, "sourceContainer") || (is(field, "containerName") && is(record, "ContainerDependency")))
		pl_buf_adds(&o->out, "\"c0\"");
	else if (is(field, "containerPort") || is(field, "hostPort"))
		pl_buf_addf(&o->out, "%u", 1 + pl_choice_below(o->c, 65535));
	else
		return false;
	return true;
}

static void write_record(struct object *o, uint16_t record, unsigned depth, unsigned index);

static void write_value(struct object *o, struct pl_type type, const char *name, unsigned depth, unsigned index);

static void write_list(struct object *o, struct pl_type type, const char *name, unsigned depth)
{
	bool long_one = o->crowded && is(name, o->crowded);
	unsigned n = long_one ? o->crowd : is(name, "volumes") ? 2 : pl_choice_below(o->c, 3);
	if (is(name, "containers") || is(name, "containerDefinitions"))
		n += n == 0;
	pl_buf_addc(&o->out, '[');
	for (unsigned i = 0; i < n; i++) {
		pl_buf_adds(&o->out, i ? "," : "");
		write_value(o, pl_type_held(type), "", depth, i);
	}
	pl_buf_addc(&o->out, ']');
}

static void write_value(struct object *o, struct pl_type type, const char *name, unsigned depth, unsigned index)
{
	if (type.kind == PL_T_RECORD)
		write_record(o, type.ref, depth + 1, index);
	else if (type.kind == PL_T_LIST)
		write_list(o, type, name, depth);
	else if (type.kind == PL_T_MAP)
		write_map(o, pl_type_held(type));
	else
		write_scalar(o, type);
}

static void write_field(struct object *o, const struct pl_schema_field *f, unsigned depth, unsigned index)
{
	if (f->type.kind == PL_T_STRING && f->presence == PL_REQUIRED && !f->blank)
		write_text(o);
	else
		write_value(o, f->type, f->name, depth, index);
}

static void write_record(struct object *o, uint16_t record, unsigned depth, unsigned index)
{
	const struct pl_schema_record *r = &pl_schema_records[record];
	const char *comma = "";
	pl_buf_addc(&o->out, '{');
	for (uint16_t i = 0; i < r->count; i++) {
		const struct pl_schema_field *f = &r->fields[i];
		if (!has_field(o, f, depth))
			continue;
		pl_buf_addf(&o->out, "%s\"%s\":", comma, f->name);
		if (o->faulty && one_in(o, 60))
			write_fault(o);
		else if (!write_name(o, r->name, f->name, index))
			write_field(o, f, depth, index);
		comma = ",";
	}
	pl_buf_addc(&o->out, '}');
}

/* --- objects ------------------------------------------------------------------------------------------------------ */

static void crowd(struct object *o, bool ecs)
{
	static const char *const pod[] = {"containers", "env",	       "ports",	 "volumeMounts",
					  "args",	"tolerations", "volumes"};
	static const unsigned pod_sizes[] = {128, 800, 100, 100, 1024, 1000, 250};
	static const char *const task[] = {"containerDefinitions", "environment", "portMappings",
					   "mountPoints",	   "command",	  "volumes"};
	static const unsigned task_sizes[] = {128, 800, 100, 100, 1024, 250};
	unsigned i = pl_choice_below(o->c, ecs ? 6 : 7);
	o->crowded = ecs ? task[i] : pod[i];
	o->crowd = ecs ? task_sizes[i] : pod_sizes[i];
}

pl_str pl_specimen_object(struct pl_choice *choice, bool ecs, struct pl_arena *arena)
{
	static const struct {
		const char *kind, *version;
		uint16_t record;
	} kinds[] = {
		{"Pod", "v1", PL_RECORD_K8S_Pod},
		{"Deployment", "apps/v1", PL_RECORD_K8S_Deployment},
		{"CronJob", "batch/v1", PL_RECORD_K8S_CronJob},
		{"StatefulSet", "apps/v1", PL_RECORD_K8S_StatefulSet},
	};
	struct object o = {.c = choice};
	pl_buf_init(&o.out, arena, 4096);
	unsigned kind = pl_choice_below(choice, 4);
	o.faulty = one_in(&o, 12);
	if (one_in(&o, 20))
		crowd(&o, ecs);
	if (ecs) {
		write_record(&o, PL_RECORD_ECS_RegisterTaskDefinitionRequest, 0, 0);
		return pl_buf_str(&o.out);
	}
	o.kind = kinds[kind].kind;
	o.version = kinds[kind].version;
	write_record(&o, kinds[kind].record, 0, 0);
	return pl_buf_str(&o.out);
}

/* --- context ------------------------------------------------------------------------------------------------------ */

struct pl_context pl_specimen_context(struct pl_choice *c)
{
	static const struct pl_pair labels[] = {{{"environment", 11}, {"production", 10}}, {{"team", 4}, {"a", 1}}};
	static const pl_str operations[] = {{"CREATE", 6}, {"UPDATE", 6}, {"DELETE", 6}, {"CONNECT", 7}};
	static const pl_str names[] = {{"x", 1}, {"default", 7}, {"production", 10}, {"", 0}};
	static const pl_str groups[] = {{"system:masters", 14}, {"a", 1}};
	unsigned known = pl_choice_below(c, 256), more = pl_choice_below(c, 256), ways = pl_choice_below(c, 64);
	return (struct pl_context){
		.request_known = known & 1,
		.operation = operations[known >> 1 & 3],
		.user = names[more & 3],
		.groups = groups,
		.group_count = more >> 2 & 1,
		.dry_run = more >> 3 & 1,
		.namespace_known = (known & 24) != 0,
		.namespace_name = names[more >> 4 & 3],
		.namespace_metadata_known = (known & 8) != 0,
		.namespace_labels = labels,
		.namespace_label_count = known >> 5 & 1 ? 2 : 0,
		.cluster_known = (known & 192) != 0,
		.cluster_name = names[more >> 5 & 3],
		.cluster_environment = names[more >> 1 & 3],
		.cluster_version = PL_STR("v1.30"),
		.cluster_account = PL_STR("123456789012"),
		.cluster_cloud = more >> 6 & 1 ? PL_STR("aws") : (pl_str){0},
		.imds_blocked_pods = more >> 7 & 1,
		.today = 20779,
		.lint = (ways & 3) == 0,
		.strict_updates = (ways >> 2 & 3) == 0,
		.unknown_warns = ways >> 4 == 0,
	};
}
