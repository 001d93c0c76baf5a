/* check_message_test.c - messages of authors and messages of the compiler, as they will read: values stand in braces by
 * their paths. */
#include "checking.h"

/* The template with {path} for each interpolated value; {...} for computed ones. */
static const char *shown(const struct pl_program *p, const struct pl_template *t)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->pieces[i].code == PL_NO_CODE) {
			pl_buf_add(&b, t->pieces[i].text);
			continue;
		}
		const struct pl_insn *insn = &p->code[t->pieces[i].code];
		if (insn[0].op == PL_OP_SLOT && insn[1].op == PL_OP_RETURN) {
			pl_str path = p->paths[p->slots[insn->c].path].text;
			pl_buf_addf(&b, "{%.*s}", PL_FMT(path));
		} else {
			pl_buf_adds(&b, insn[0].op == PL_OP_CONST ? "{constant}" : "{...}");
		}
	}
	pl_buf_addc(&b, '\0');
	return b.ptr;
}

static void default_messages(void **state)
{
	static const struct row rows[] = {
		{"mount", "require mount.read_only", "{mount}: read_only must be true; it is {mount.read_only}"},
		{"container", "forbid container.privileged",
		 "{container}: privileged must be false; it is {container.privileged}"},
		{"container", "require not container.privileged",
		 "{container}: privileged must be false; it is {container.privileged}"},
		{"container", "require container.memory_limit <= 4Gi",
		 "{container}: memory_limit must be at most 4Gi; it is {container.memory_limit}"},
		{"container", "forbid container.memory_limit > 4Gi if set",
		 "{container}: memory_limit must be at most 4Gi; it is {container.memory_limit}"},
		{"container", "require container.uid != 0", "{container}: uid must not be 0; it is {container.uid}"},
		{"container", "forbid container.uid == 0 if set",
		 "{container}: uid must not be 0; it is {container.uid}"},
		{"container", "require container.uid in 1..9",
		 "{container}: uid must be in 1..9; it is {container.uid}"},
		{"container", "require container.name not in {\"a\", \"b\"}",
		 "{container}: name must not be one of {\"a\", \"b\"}; it is {container.name}"},
		{"container", "forbid container.name not matches /[a-z]+/i",
		 "{container}: name must match /[a-z]+/i; it is {container.name}"},
		{"container", "require container.image.digest is set", "{container}: image.digest must be set"},
		{"container", "forbid container.image.tag is set",
		 "{container}: image.tag must not be set; it is {container.image.tag}"},
		{"container", "require container.added_capabilities is empty",
		 "{container}: added_capabilities must be empty; it is {container.added_capabilities}"},
		{"container", "forbid container.mounts is empty", "{container}: mounts must not be empty"},
		{"image", "require image under {\"docker.io\"}", "{image}: image must be under one of {\"docker.io\"}"},
		{"image", "require image like \"a*\"",
		 "{image}: image must be like \"a*\" (compared in full, such as docker.io/library/nginx:1)"},
		{"mount", "require workload.host_pid or mount.read_only",
		 "{mount}: this must hold: workload.host_pid or mount.read_only; workload.host_pid is "
		 "{workload.host_pid}, "
		 "mount.read_only is {mount.read_only}"},
		{"container", "forbid some m in container.mounts satisfies m.read_only",
		 "{container}: this must not hold: some m in container.mounts satisfies m.read_only"},
		{"container", "require version(container.image.tag) >= v1.2",
		 "{container}: version(container.image.tag) must be at least v1.2; it is {...}, container.image.tag is "
		 "{container.image.tag}"},
		/* never the value of a variable */
		{"variable", "forbid variable.value like \"AKIA*\" if set",
		 "{variable}: value must not be like \"AKIA*\""},
		{"variable", "require variable.value is absent", "{variable}: value must not be set"},
		{"variable", "forbid variable.name == \"A\" and (variable.value else \"\") == \"\"",
		 "{variable}: this must not hold: variable.name == \"A\" and (variable.value else \"\") == \"\"; "
		 "variable.name is "
		 "{variable.name}"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = compile_rule(rows[i].subject, rows[i].body);
		if (!p)
			fail_msg("%s:\n%s", rows[i].body, rendered());
		assert_string_equal(shown(p, &p->rules[0].checks[0].message), rows[i].expect);
	}
}

static void limits_with_a_name_are_shown_by_value(void **state)
{
	(void)state;
	const struct pl_program *p = compile("param most: bytes = 4Gi\n"
					     "deny x for each container require container.memory_limit <= most");
	assert_non_null(p);
	assert_string_equal(shown(p, &p->rules[0].checks[0].message),
			    "{container}: memory_limit must be at most {constant}; it is {container.memory_limit}");
}

static void what_authors_may_show(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.privileged message \"{container} {container.image} {container.uid}\"",
		 "ok"},
		{"container",
		 "require container.privileged message \"{container.added_capabilities minus {\\\"A\\\"}}\"", "ok"},
		{"mount", "require mount.read_only message \"{mount} of {container} {mount.volume}\"", "ok"},
		{"workload", "require workload.host_pid message \"{workload.containers}\"", "ok"},
		{"container", "require container.privileged message \"{container.nosuch}\"", "E0303 at \"nosuch\""},
		{"container", "require container.privileged remedy \"{container.nosuch}\"", "E0303 at \"nosuch\""},
		{"pod container", "require container.privileged message \"{container.securityContext}\"",
		 "E0103 at \"container.securityContext\""},
		{"container", "require container.privileged message \"{request}\"", "E0103 at \"request\""},
		{"variable", "require variable.from_secret message \"{variable.value}\"",
		 "E0103 at \"variable.value\""},
		{"variable", "require variable.from_secret message \"{lower(variable.value)}\"",
		 "E0103 at \"lower(variable.value)\""},
		{"variable", "require variable.from_secret message \"{(variable.value else \\\"\\\")}\"",
		 "E0103 at \"(variable.value else \\\"\\\")\""},
		{"variable", "require variable.from_secret remedy \"{variable.value}\"", "E0103 at \"variable.value\""},
		{"pod container\n for each e in container.env", "require e.from_secret message \"{e.value}\"",
		 "E0103 at \"e.value\""},
		{"pod\n for each k in pod.spec.containers\n for each e in k.env",
		 "require e.name == \"\" message \"{e.value}\"", "E0103 at \"e.value\""},
		{"task\n for each k in task.containerDefinitions\n for each e in k.environment",
		 "require e.name == \"\" message \"{e.value}\"", "E0103 at \"e.value\""},
		{"variable", "require variable.from_secret message \"{variable.name}\"", "ok"},
	};
	static const struct file_row files[] = {
		{"let v(x: variable) = x.value\ndeny r for each variable require variable.from_secret message "
		 "\"{v(variable)}\"",
		 "E0103 at \"v(variable)\""},
	};
	(void)state;
	RUN_ROWS(rows);
	RUN_FILES(files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_messages),
		cmocka_unit_test(limits_with_a_name_are_shown_by_value),
		cmocka_unit_test(what_authors_may_show),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
