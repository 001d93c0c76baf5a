/* schema_test.c - the tables: complete, sorted, and found by name and by id. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/schema.h"

static const struct pl_schema_field *find(enum pl_platforms platform, const char *record, const char *field)
{
	uint16_t r = pl_schema_record_find(platform, pl_str_from(record));
	return pl_schema_field_find(r, pl_str_from(field));
}

static void names_are_sorted_and_unique(void **state)
{
	(void)state;
	assert_null(pl_schema_name(PL_NAME_NONE));
	assert_null(pl_schema_name(PL_NAME_END));
	assert_null(pl_schema_name(PL_NAME_UNKNOWN));
	for (uint16_t i = PL_NAME_NONE + 2; i < PL_NAME_END; i++)
		assert_true(strcmp(pl_schema_name((uint16_t)(i - 1)), pl_schema_name(i)) < 0);
	assert_string_equal(pl_schema_name(PL_NAME_image), "image");
}

static void every_field_is_found(void **state)
{
	(void)state;
	assert_int_equal(pl_schema_record_count, PL_RECORD_COUNT);
	for (uint16_t r = 0; r < pl_schema_record_count; r++) {
		const struct pl_schema_record *record = &pl_schema_records[r];
		assert_int_equal(pl_schema_record_find(record->platform, pl_str_from(record->name)), r);
		assert_true(record->count <= 64);
		for (uint16_t i = 0; i < record->count; i++) {
			const struct pl_schema_field *f = &record->fields[i];
			assert_string_equal(f->name, pl_schema_name(f->name_id));
			assert_ptr_equal(pl_schema_field_find(r, pl_str_from(f->name)), f);
			assert_ptr_equal(pl_schema_field_by_id(r, f->name_id), f);
			if (f->type.kind == PL_T_RECORD)
				assert_true(f->type.ref < PL_RECORD_COUNT &&
					    pl_schema_records[f->type.ref].platform == record->platform);
			if (f->type.kind == PL_T_ENUM)
				assert_true(f->type.ref < PL_ENUM_COUNT);
		}
	}
}

static void has_what_the_language_promises(void **state)
{
	(void)state;
	static const struct {
		enum pl_platforms platform;
		const char *record, *field;
		enum pl_type_kind kind, elem;
		enum pl_presence presence;
		const char *dflt;
	} rows[] = {
		{PL_ON_KUBERNETES, "SecurityContext", "privileged", PL_T_BOOL, PL_T_NONE, PL_DEFAULTED, "false"},
		{PL_ON_KUBERNETES, "SecurityContext", "allowPrivilegeEscalation", PL_T_BOOL, PL_T_NONE, PL_DEFAULTED,
		 "true"},
		{PL_ON_KUBERNETES, "SecurityContext", "runAsNonRoot", PL_T_BOOL, PL_T_NONE, PL_OPTIONAL, NULL},
		{PL_ON_KUBERNETES, "SecurityContext", "procMount", PL_T_ENUM, PL_T_NONE, PL_DEFAULTED, "Default"},
		{PL_ON_KUBERNETES, "PodSpec", "hostUsers", PL_T_BOOL, PL_T_NONE, PL_DEFAULTED, "true"},
		{PL_ON_KUBERNETES, "PodSpec", "containers", PL_T_LIST, PL_T_RECORD, PL_DEFAULTED, NULL},
		{PL_ON_KUBERNETES, "Container", "name", PL_T_STRING, PL_T_NONE, PL_REQUIRED, NULL},
		{PL_ON_KUBERNETES, "Container", "image", PL_T_IMAGE, PL_T_NONE, PL_REQUIRED, NULL},
		{PL_ON_KUBERNETES, "EphemeralContainer", "image", PL_T_IMAGE, PL_T_NONE, PL_OPTIONAL, NULL},
		{PL_ON_KUBERNETES, "ResourceRequirements", "limits", PL_T_MAP, PL_T_QUANTITY, PL_DEFAULTED, NULL},
		{PL_ON_KUBERNETES, "HTTPGetAction", "port", PL_T_INTSTR, PL_T_NONE, PL_REQUIRED, NULL},
		{PL_ON_KUBERNETES, "HostPathVolumeSource", "path", PL_T_PATH, PL_T_NONE, PL_REQUIRED, NULL},
		{PL_ON_KUBERNETES, "ISCSIVolumeSource", "lun", PL_T_INT, PL_T_NONE, PL_DEFAULTED, "0"},
		{PL_ON_KUBERNETES, "ObjectMeta", "labels", PL_T_MAP, PL_T_STRING, PL_DEFAULTED, NULL},
		{PL_ON_KUBERNETES, "PodTemplateSpec", "spec", PL_T_RECORD, PL_T_NONE, PL_REQUIRED, NULL},
		{PL_ON_ECS, "ContainerDefinition", "privileged", PL_T_BOOL, PL_T_NONE, PL_DEFAULTED, "false"},
		{PL_ON_ECS, "RegisterTaskDefinitionRequest", "taskRoleArn", PL_T_ROLE, PL_T_NONE, PL_OPTIONAL, NULL},
		{PL_ON_ECS, "RegisterTaskDefinitionRequest", "revision", PL_T_INT, PL_T_NONE, PL_OPTIONAL, NULL},
		{PL_ON_ECS, "EFSVolumeConfiguration", "transitEncryption", PL_T_ENUM, PL_T_NONE, PL_DEFAULTED,
		 "DISABLED"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_schema_field *f = find(rows[i].platform, rows[i].record, rows[i].field);
		assert_non_null(f);
		if (f->type.kind != rows[i].kind || f->type.elem != rows[i].elem || f->presence != rows[i].presence)
			fail_msg("%s.%s has another type or presence", rows[i].record, rows[i].field);
		if (rows[i].dflt)
			assert_string_equal(f->dflt, rows[i].dflt);
		else
			assert_null(f->dflt);
	}
	assert_true(find(PL_ON_KUBERNETES, "Sysctl", "value")->blank);
	assert_false(find(PL_ON_KUBERNETES, "Container", "name")->blank);
}

static void finds_nothing_else(void **state)
{
	(void)state;
	uint16_t pod = pl_schema_record_find(PL_ON_KUBERNETES, PL_STR("PodSpec"));
	assert_int_equal(pl_schema_record_find(PL_ON_ECS, PL_STR("PodSpec")), PL_NO_RECORD);
	assert_null(pl_schema_field_find(pod, PL_STR("HostNetwork")));
	assert_null(pl_schema_field_find(pod, PL_STR("hostNetworks")));
	assert_null(pl_schema_field_find(pod, PL_STR("")));
	assert_null(pl_schema_field_find(pod, (pl_str){"hostNetwork\0", 12}));
	assert_null(pl_schema_field_find(PL_NO_RECORD, PL_STR("hostNetwork")));
	assert_null(pl_schema_field_by_id(pod, PL_NAME_family));
	assert_null(pl_schema_field_by_id(PL_NO_RECORD, PL_NAME_image));
	assert_true(pl_schema_enum_has(PL_ENUM_K8S_OSName, PL_STR("windows")));
	assert_false(pl_schema_enum_has(PL_ENUM_K8S_OSName, PL_STR("Windows")));
	assert_false(pl_schema_enum_has(PL_ENUM_COUNT, PL_STR("linux")));
}

static void knows_subjects(void **state)
{
	(void)state;
	uint16_t records[4];
	assert_int_equal(pl_subject_from(PL_STR("container")), PL_SUBJECT_CONTAINER);
	assert_int_equal(pl_subject_from(PL_STR("security_context")), PL_SUBJECT_SECURITY_CONTEXT);
	assert_int_equal(pl_subject_from(PL_STR("request")), PL_SUBJECT_NONE);
	assert_int_equal(pl_subject_from(PL_STR("handler")), PL_SUBJECT_NONE);
	assert_int_equal(pl_subject_records(PL_SUBJECT_CONTAINER, PL_ON_BOTH, records), 3);
	assert_int_equal(records[0], PL_RECORD_K8S_Container);
	assert_int_equal(records[1], PL_RECORD_K8S_EphemeralContainer);
	assert_int_equal(records[2], PL_RECORD_ECS_ContainerDefinition);
	assert_int_equal(pl_subject_records(PL_SUBJECT_VARIABLE, PL_ON_ECS, records), 2);
	assert_int_equal(pl_subject_records(PL_SUBJECT_WORKLOAD, PL_ON_BOTH, records), 0);
	assert_int_equal(pl_subject_platforms(PL_SUBJECT_POD), PL_ON_KUBERNETES);
	assert_int_equal(pl_subject_platforms(PL_SUBJECT_TASK), PL_ON_ECS);
	assert_string_equal(pl_subject_name(PL_SUBJECT_MOUNT), "mount");
	for (int i = PL_SUBJECT_NONE; i < PL_SUBJECT_COUNT; i++)
		assert_non_null(pl_subject_name((enum pl_subject)i));
}

static void knows_the_view(void **state)
{
	(void)state;
	assert_int_equal(pl_view_find(PL_SUBJECT_CONTAINER, PL_STR("image")), PL_VIEW_CONTAINER_image);
	assert_int_equal(pl_view_find(PL_SUBJECT_MOUNT, PL_STR("image")), PL_VIEW_COUNT);
	assert_int_equal(pl_view_fields[PL_VIEW_MOUNT_volume].type.kind, PL_T_SUBJECT);
	assert_int_equal(pl_view_fields[PL_VIEW_MOUNT_volume].type.ref, PL_SUBJECT_VOLUME);
	assert_int_equal(pl_view_fields[PL_VIEW_CONTAINER_mounts].type.elem_ref, PL_SUBJECT_MOUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted_and_unique),
		cmocka_unit_test(every_field_is_found),
		cmocka_unit_test(has_what_the_language_promises),
		cmocka_unit_test(finds_nothing_else),
		cmocka_unit_test(knows_subjects),
		cmocka_unit_test(knows_the_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
