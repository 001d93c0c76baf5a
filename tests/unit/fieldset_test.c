/* fieldset_test.c - paths through the schema: what stands there on each platform, and what is near one that is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/fieldset.h"

static struct pl_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static const char *side(enum pl_platforms p)
{
	return p == PL_ON_BOTH ? "both" : p == PL_ON_ECS ? "ecs" : "k8s";
}

/* "OF platforms view|native COUNT; ..." or "none NEAR". */
static const char *found(const char *path)
{
	struct pl_fieldset_list list;
	pl_str near;
	pl_err err = pl_fieldset_find(pl_str_from(path), arena, &list, &near);
	if (err == PL_E_UNRECOGNISED)
		return pl_arena_printf(arena, "none %.*s", PL_FMT(near)).ptr;
	assert_int_equal(err, PL_OK);
	pl_str text = PL_STR("");
	for (uint32_t i = 0; i < list.count; i++) {
		const struct pl_fieldset *s = &list.items[i];
		text = pl_arena_printf(arena, "%.*s%s%s %s %s", PL_FMT(text), i ? "; " : "", s->of, side(s->platforms),
				       s->view ? "view" : "native");
		if (s->count == 1)
			text = pl_arena_printf(arena, "%.*s %s", PL_FMT(text), s->rows[0].name);
		if (s->field.name)
			text = pl_arena_printf(arena, "%.*s as %s", PL_FMT(text), s->field.name);
	}
	return text.ptr;
}

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *path, *found;
	} cases[] = {
		{"container", "container both view; container k8s native; container ecs native"},
		{"task", "task ecs view fargate; task ecs native"},
		{"namespace", "namespace both view"},
		{"SecurityContext", "SecurityContext k8s native"},
		{"Volume", "Volume k8s native; Volume ecs native"},
		{"container.privileged", "container both view privileged"},
		{"container.image", "container both view image; image both view"},
		{"container.image.digest", "image both view digest"},
		{"container.securityContext", "SecurityContext k8s native as securityContext"},
		{"container.securityContext.capabilities.add", "Capabilities k8s native add"},
		{"container.linuxParameters", "LinuxParameters ecs native as linuxParameters"},
		{"container.restartPolicy", "container k8s native restartPolicy; ContainerRestartPolicy ecs native as "
					    "restartPolicy"},
		{"mount.volume", "volume both view; volume k8s native; volume ecs native"},
		{"mount.volume.host_path", "volume both view host_path"},
		{"spec.containers[0].securityContext.privileged", "SecurityContext k8s native privileged"},
		{"containerDefinitions[12].user", "ContainerDefinition ecs native user"},
		{"security_context.privileged", "security_context k8s native privileged"},
		{"Any", "Any k8s native; Any ecs native"},
		{"namespace.", "namespace both view"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(found(cases[i].path), cases[i].found);
}

static void near(void **state)
{
	(void)state;
	static const struct {
		const char *path, *found;
	} cases[] = {
		{"containr", "none container"},
		{"container.privilegd", "none container.privileged"},
		{"container.securityContxt.privileged", "none container.securityContext"},
		{"container.securityContext.privilegd", "none container.securityContext.privileged"},
		{"securitycontext", "none SecurityContext"},
		{"container.privileged.x", "none "},
		{".", "none "},
		{"container..image", "none "},
		{"[0]", "none "},
		{"spec.contaners[0].image", "none spec.containers"},
		{"\x1b[31m", "none "},
		{"zzzzzzzzzzzzzzzzzzzz", "none "},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(found(cases[i].path), cases[i].found);
}

static void presence(void **state)
{
	(void)state;
	struct pl_fieldset_list list;
	pl_str ignored;
	assert_int_equal(pl_fieldset_find(PL_STR("container.image"), arena, &list, &ignored), PL_OK);
	assert_int_equal(list.items[0].rows[0].presence, PL_REQUIRED);
	/* an EphemeralContainer has no resources: what all containers have may be absent */
	assert_int_equal(pl_fieldset_find(PL_STR("container.name"), arena, &list, &ignored), PL_OK);
	assert_int_equal(list.items[0].rows[0].presence, PL_REQUIRED);
	assert_int_equal(pl_fieldset_find(PL_STR("container.tty"), arena, &list, &ignored), PL_OK);
	assert_int_equal(list.items[0].rows[0].presence, PL_DEFAULTED);
	assert_string_equal(list.items[0].rows[0].dflt, "false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(near),
		cmocka_unit_test(presence),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
