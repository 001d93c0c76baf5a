/* workload_ecs_test.c - from a task definition to its subjects: host paths in every guise, volumesFrom, mixed case. */
#include "reading.h"

#define TASK(containers, more)	"{\"family\":\"f\",\"containerDefinitions\":[" containers "]" more "}"
#define C(name, more)		"{\"name\":\"" name "\",\"image\":\"x\"" more "}"
#define VOLUMES(v)		",\"volumes\":[" v "]"
#define POINT(volume, path, ro) "{\"sourceVolume\":\"" volume "\",\"containerPath\":\"" path "\",\"readOnly\":" ro "}"
#define FROM(container, ro)	"{\"sourceContainer\":\"" container "\",\"readOnly\":" ro "}"

static void tells_kinds_of_volumes(void **state)
{
	(void)state;
	static const struct {
		const char *volume, *kind, *host_path;
	} rows[] = {
		{"\"host\":{\"sourcePath\":\"/etc/\"}", "host", "/etc"},
		{"\"host\":{\"sourcePath\":\"/var/run/docker.sock\"}", "host", "/run/docker.sock"},
		{"\"host\":{\"sourcePath\":\"/a/../b\"}", "host", "/b"},
		{"\"host\":{\"sourcePath\":\"C:\\\\Data\"}", "host", "c:/data"},
		{"\"host\":{\"sourcePath\":\"\"}", "scratch", ""},
		{"\"host\":{}", "scratch", ""},
		{"\"host\":null", "scratch", ""},
		{"\"configuredAtLaunch\":false", "scratch", ""},
		{"\"configuredAtLaunch\":true", "configuredAtLaunch", ""},
		{"\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs\"}", "efs", ""},
		{"\"host\":{},\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs\"}", "efs", ""},
		{"\"fsxWindowsFileServerVolumeConfiguration\":{}", "fsxWindowsFileServer", ""},
		{"\"s3filesVolumeConfiguration\":{}", "s3files", ""},
		{"\"dockerVolumeConfiguration\":{}", "docker", ""},
		{"\"dockerVolumeConfiguration\":{\"driver\":\"local\",\"driverOpts\":{\"type\":\"none\",\"o\":\"bind\","
		 "\"device\":\"/etc\"}}",
		 "docker", "/etc"},
		{"\"dockerVolumeConfiguration\":{\"driverOpts\":{\"d\\u0065vice\":\"/etc/x/..\"}}", "docker", "/etc"},
		{"\"dockerVolumeConfiguration\":{\"driver\":\"local\",\"driverOpts\":{\"type\":\"nfs\",\"device\":\":/"
		 "export\"}}",
		 "docker", ""},
		{"\"dockerVolumeConfiguration\":{\"driver\":\"rexray/ebs\",\"driverOpts\":{\"device\":\"/etc\"}}",
		 "docker", ""},
		{"\"dockerVolumeConfiguration\":{\"driverOpts\":{\"type\":\"none\",\"o\":\"bind\",\"device\":\"etc\"}}",
		 "docker", "/etc"},
		{"\"dockerVolumeConfiguration\":{\"driverOpts\":{\"type\":\"nfs\",\"o\":\"ro,rbind\",\"device\":\"../"
		 "run\"}}",
		 "docker", "/run"},
		{"\"dockerVolumeConfiguration\":{\"driverOpts\":{\"type\":\"ext4\",\"o\":\"nobind\",\"device\":\"LABEL="
		 "x\"}}",
		 "docker", ""},
		{"\"host\":{\"sourcePath\":\"/a\"},\"dockerVolumeConfiguration\":{}", "several", "/a"},
		{"\"fancyVolumeConfiguration\":{}", "fancyVolumeConfiguration", ""},
		{"\"fancyVolumeConfiguration\":null", "scratch", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(arena, TASK(C("c", ""), ",\"volumes\":[{\"name\":\"v\",%s}]") "%c",
					      rows[i].volume, 0);
		const struct pl_workload *w = read_workload(text.ptr, ECS, false);
		assert_string_equal(notes_of(w), "");
		if (!pl_str_eq(w->volumes[0].kind, pl_str_from(rows[i].kind)) ||
		    !pl_str_eq(w->volumes[0].host_path, pl_str_from(rows[i].host_path)))
			fail_msg("%s is %.*s at `%.*s`", rows[i].volume, PL_FMT(w->volumes[0].kind),
				 PL_FMT(w->volumes[0].host_path));
	}
}

/* "container:path[:ro]" of every mount, in order. */
static const char *mounts_of(const struct pl_workload *w)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	for (uint32_t i = 0; i < w->mount_count; i++) {
		const struct pl_mount *m = &w->mounts[i];
		pl_buf_addf(&out, "%s%.*s:%.*s%s%s", i ? " " : "", PL_FMT(w->containers[m->container].name),
			    PL_FMT(w->volumes[m->volume].name), m->read_only ? ":ro" : "", m->inherited ? ":from" : "");
	}
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

#define V2	VOLUMES("{\"name\":\"v\",\"host\":{\"sourcePath\":\"/h\"}},{\"name\":\"u\"}")
#define OWN(ro) ",\"mountPoints\":[" POINT("v", "/v", ro) "]"

/* spec: ecs.md 2.3 */
static void closes_volumes_from(void **state)
{
	(void)state;
	static const struct {
		const char *text, *mounts;
	} rows[] = {
		{TASK(C("a", OWN("false")) "," C("b", ",\"volumesFrom\":[" FROM("a", "false") "]"), V2),
		 "a:v b:v:from"},
		{TASK(C("a", OWN("true")) "," C("b", ",\"volumesFrom\":[" FROM("a", "false") "]"), V2),
		 "a:v:ro b:v:ro:from"},
		{TASK(C("a", OWN("false")) "," C("b", ",\"volumesFrom\":[" FROM("a", "true") "]"), V2),
		 "a:v b:v:ro:from"},
		/* through another, which has mounts of its own */
		{TASK(C("c", ",\"volumesFrom\":[" FROM("b", "false") "]") "," C(
			      "b", ",\"mountPoints\":[" POINT("u", "/u", "false") "],\"volumesFrom\":[" FROM(
					   "a", "true") "]") "," C("a", OWN("false")),
		      V2),
		 "c:u:from c:v:ro:from b:u b:v:ro:from a:v"},
		/* two ways: the one that can write counts */
		{TASK(C("c", ",\"volumesFrom\":[" FROM("a", "true") "," FROM("b", "false") "]") "," C(
			      "b", ",\"volumesFrom\":[" FROM("a", "false") "]") "," C("a", OWN("false")),
		      V2),
		 "c:v:from b:v:from a:v"},
		{TASK(C("c", ",\"volumesFrom\":[" FROM("a", "false") "," FROM("a", "true") "]") "," C("a",
												      OWN("false")),
		      V2),
		 "c:v:from a:v"},
		/* cycles */
		{TASK(C("a", OWN("false") ",\"volumesFrom\":[" FROM("a", "true") "]"), V2), "a:v"},
		{TASK(C("a", OWN("false") ",\"volumesFrom\":[" FROM("b", "true") "]") "," C(
			      "b", ",\"volumesFrom\":[" FROM("a", "false") "]"),
		      V2),
		 "a:v b:v:from"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_workload *w = read_workload(rows[i].text, ECS, false);
		assert_string_equal(notes_of(w), "");
		assert_string_equal(mounts_of(w), rows[i].mounts);
	}
}

static void points_at_what_to_mend(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(
		TASK(C("a", OWN("false")) "," C("b", ",\"volumesFrom\":[" FROM("a", "false") "]"), V2), ECS, false);
	assert_string_equal(path_of(w, PL_SUBJECT_MOUNT, 0), "containerDefinitions[0].mountPoints[0]");
	assert_string_equal(path_of(w, PL_SUBJECT_MOUNT, 1), "containerDefinitions[1].volumesFrom[0]");
	assert_string_equal(shown(w, PL_SUBJECT_MOUNT, 1), "mount \"/v\" of container \"b\"");
	assert_int_equal(w->containers[1].first_mount, 1);
	assert_int_equal(w->containers[1].mounts, 1);
}

static void lists_parts(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(
		TASK(C("a", ",\"environment\":[{\"name\":\"E\",\"value\":\"v\"}],\"secrets\":[{\"name\":\"S\","
			    "\"valueFrom\":\"arn\"}],"
			    "\"portMappings\":[{\"containerPort\":80}]") "," C("b", ",\"secrets\":[{\"name\":\"T\","
										    "\"valueFrom\":\"x\"}]"),
		     ",\"taskRoleArn\":\"arn:aws:iam::123456789012:role/r\",\"cpu\":\"256\",\"memory\":\"1 "
		     "GB\",\"revision\":3,"
		     "\"status\":\"ACTIVE\",\"registeredAt\":\"2026-01-01\",\"requiresAttributes\":[{\"name\":\"x\"}],"
		     "\"compatibilities\":[\"EC2\"]"),
		ECS, true);
	assert_string_equal(notes_of(w), "");
	assert_text(pl_workload_kind(w), "TaskDefinition");
	assert_text(pl_workload_name(w), "f");
	assert_int_equal(w->variable_count, 3);
	assert_false(w->variables[0].from_secret);
	assert_true(w->variables[1].from_secret);
	assert_int_equal(w->containers[1].first_variable, 2);
	assert_int_equal(w->containers[1].variables, 1);
	assert_int_equal(w->port_count, 1);
	assert_int_equal(w->image_count, 2);
	assert_int_equal(w->image_count, w->container_count);
	assert_true(pl_workload_has_containers(w));
	assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_TASK), 1);
	assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_POD), 0);
	assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_OBJECT), 0);
}

static void refuses(void **state)
{
	(void)state;
	static const struct {
		const char *text, *notes;
	} rows[] = {
		{"{\"family\":\"f\"}",
		 "! `containerDefinitions` is missing or empty: a task has at least one container"},
		{"{\"containerDefinitions\":[" C("c", "") "]}", "! `family` is required but missing"},
		{TASK(C("c", ",\"Privileged\":true"), ""),
		 "! `containerDefinitions[0].Privileged` is `privileged` in another case, which ECS does not read "
		 "[write `privileged`]"},
		{TASK("{\"Name\":\"c\",\"image\":\"x\"}", ""),
		 "! `containerDefinitions[0].Name` is `name` in another case, which ECS does not read [write "
		 "`name`]\n! `containerDefinitions[0].name` is required but missing"},
		{TASK(C("c", ",\"privileged\":\"true\""), ""),
		 "! `containerDefinitions[0].privileged` must be true or false, found the string \"true\" [write true "
		 "or false, without quotes]"},
		{TASK(C("c", ",\"memory\":\"512\""), ""),
		 "! `containerDefinitions[0].memory` must be a number, found the string \"512\" [remove the quotes]"},
		{TASK(C("c", ""), ",\"cpu\":256"), "! `cpu` must be a string, found the number 256 [quote it]"},
		{TASK(C("c", ""), ",\"memory\":\"lots\""),
		 "! `memory` must be the size of a task, found \"lots\" [write MiB or GB, like \"512\" or \"1 GB\"]"},
		{TASK(C("c", ""), ",\"taskRoleArn\":\"arn:aws:s3:::bucket\""),
		 "! `taskRoleArn` is \"arn:aws:s3:::bucket\", which is neither the ARN nor the name of an IAM role "
		 "[write arn:aws:iam::ACCOUNT:role/NAME, or the name of the role]"},
		{TASK(C("c", ",\"mountPoints\":[" POINT("w", "/w", "true") "]"), V2),
		 "! `containerDefinitions[0].mountPoints[0].sourceVolume` is \"w\", but there is no volume of that "
		 "name"},
		{TASK(C("c", ",\"volumesFrom\":[" FROM("d", "true") "]"), ""),
		 "! `containerDefinitions[0].volumesFrom[0].sourceContainer` is \"d\", but there is no container of "
		 "that name"},
		{TASK(C("c", ",\"volumesFrom\":[{}]"), ""),
		 "! `containerDefinitions[0].volumesFrom[0].sourceContainer` is required but missing"},
		{TASK(C("c", "") "," C("c", ""), ""),
		 "! `containerDefinitions[1].name` is \"c\", but another container of the task has that name"},
		{TASK(C("c", ""), VOLUMES("{\"name\":\"v\"},{\"name\":\"v\"}")),
		 "! `volumes[1].name` is \"v\", but another volume of the task has that name"},
		{TASK(C("c", ""), VOLUMES("{\"name\":\"v\",\"host\":{\"sourcePath\":\"etc\"}}")),
		 "! `volumes[0].host.sourcePath` must be an absolute path, found \"etc\" [write the path from its "
		 "root, beginning with /]"},
		{TASK(C("c", ""), VOLUMES("{\"name\":\"v\",\"host\":{\"sourcePath\":\"/a\xFF\"}}")),
		 "! `volumes[0].host.sourcePath` is \"/a\xEF\xBF\xBD\", which holds bytes that are not UTF-8 or "
		 "U+FFFD: which file that is cannot be told"},
		{TASK(C("c", ""), VOLUMES("{\"name\":\"v\",\"dockerVolumeConfiguration\":{\"driverOpts\":{\"device\":"
					  "\"/a\",\"device\":\"b\"}}}")),
		 "! `volumes[0].dockerVolumeConfiguration.driverOpts.device` stands twice in the same object: readers "
		 "disagree about which one counts [remove one of them]"},
		{TASK(C("c", ""), ",\"taskRoleArn\":null,\"task\\u0052oleArn\":\"r\""),
		 "! `[\"taskRoleArn\"]` stands twice in the same object: readers disagree about which one counts "
		 "[remove one of them]"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i].text, ECS, false, rows[i].notes);
}

/* 128 containers that all inherit from each other: bounded work, then the cap on mounts. */
static void bounds_the_closure(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 1u << 20);
	pl_buf_adds(&b, "{\"family\":\"f\",\"volumes\":[{\"name\":\"v\"}],\"containerDefinitions\":[");
	for (int i = 0; i < 128; i++) {
		pl_buf_addf(&b,
			    "%s{\"name\":\"c%d\",\"image\":\"x\",\"mountPoints\":[" POINT(
				    "v", "/v", "false") "],\"volumesFrom\":[",
			    i ? "," : "", i);
		for (int j = 0; j < 128; j++)
			pl_buf_addf(&b, "%s{\"sourceContainer\":\"c%d\",\"readOnly\":%s}", j ? "," : "", j,
				    (i ^ j) & 1 ? "true" : "false");
		pl_buf_adds(&b, "]}");
	}
	pl_buf_add(&b, (pl_str){"]}", 3});
	expect(b.ptr, ECS, false, "! the object has 16384 volume mounts in all; more than 2048 are not judged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_kinds_of_volumes, setup, teardown),
		cmocka_unit_test_setup_teardown(closes_volumes_from, setup, teardown),
		cmocka_unit_test_setup_teardown(points_at_what_to_mend, setup, teardown),
		cmocka_unit_test_setup_teardown(lists_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_the_closure, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
