/* compile_test.c - the program that comes out: instructions, jumps, sharing, cheaper tests, what rules need, and that
 * every program passes the verifier. */
#include "checking.h"

#include "vm/verify.h"

static const char *const op_names[] = {
#define PL_OP(name, pops, pushes, operands, sentence) #name,
#include "lang/ops.def"
#undef PL_OP
};
static const char *const relation_names[] = {"EQ",     "NE",	   "LT",       "LE",	"GT",	  "GE",	 "IN",
					     "WITHIN", "OVERLAPS", "CONTAINS", "UNDER", "COVERS", "LIKE"};

/* Instructions from `at` to its RETURN: "SLOT container.uid; CONST 0; COMPARE EQ; RETURN". Jumps as distances. */
static const char *code_at(const struct pl_program *p, uint32_t at)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (uint32_t i = at; i < p->code_count; i++) {
		struct pl_insn k = p->code[i];
		pl_buf_addf(&b, "%s%s", i == at ? "" : "; ", op_names[k.op]);
		if (k.op == PL_OP_SLOT)
			pl_buf_addf(&b, " %.*s", PL_FMT(p->paths[p->slots[k.c].path].text));
		else if (k.op == PL_OP_STEP)
			pl_buf_addf(&b, " %.*s", PL_FMT(p->paths[k.c].text));
		else if (k.op == PL_OP_CONST && p->consts[k.c].kind == PL_V_STRING)
			pl_buf_addf(&b, " \"%.*s\"", PL_FMT(p->consts[k.c].u.s));
		else if (k.op == PL_OP_CONST && p->consts[k.c].kind == PL_V_INT)
			pl_buf_addf(&b, " %lld", (long long)p->consts[k.c].u.i);
		else if (k.op == PL_OP_COMPARE || k.op == PL_OP_TEST)
			pl_buf_addf(&b, " %s%s", k.b ? "NOT " : "", relation_names[k.a]);
		else if (k.op == PL_OP_SKIP_FALSE || k.op == PL_OP_SKIP_TRUE || k.op == PL_OP_SKIP_SET ||
			 k.op == PL_OP_JUMP)
			pl_buf_addf(&b, " +%u", k.c - i);
		else if (k.op == PL_OP_LOOP || k.op == PL_OP_NEXT)
			pl_buf_addf(&b, " var %u kind %u %+d", k.a, k.b, (int)k.c - (int)i);
		else if (k.op == PL_OP_VAR || k.op == PL_OP_IS)
			pl_buf_addf(&b, " %u", k.a);
		if (k.op == PL_OP_RETURN)
			break;
	}
	pl_buf_addc(&b, '\0');
	return b.ptr;
}

static const struct pl_program *sound(const struct pl_program *p)
{
	if (!p)
		fail_msg("%s", rendered());
	if (pl_verify(p, arena, &diags) != PL_OK)
		fail_msg("%s", rendered());
	return p;
}

static void conditions(void **state)
{
	static const struct row rows[] = {
		{"container", "forbid container.privileged", "SLOT container.privileged; TRUTH; RETURN"},
		{"container", "require container.uid == 0", "SLOT container.uid; CONST 0; COMPARE EQ; RETURN"},
		{"container", "require container.uid == 2 * 3 + 1", "SLOT container.uid; CONST 7; COMPARE EQ; RETURN"},
		{"container", "require container.name not in {\"a\"}",
		 "SLOT container.name; CONST; TEST NOT IN; RETURN"},
		{"container", "require container.uid > 0 if set",
		 "SLOT container.uid; IS 1; SKIP_TRUE +5; SLOT container.uid; CONST 0; COMPARE GT; OR; RETURN"},
		{"container", "forbid container.uid > 0 if set",
		 "SLOT container.uid; IS 0; SKIP_FALSE +5; SLOT container.uid; CONST 0; COMPARE GT; AND; RETURN"},
		{"container", "require workload.host_pid and container.privileged and container.non_root",
		 "SLOT workload.host_pid; TRUTH; SKIP_FALSE +8; SLOT container.privileged; TRUTH; AND; SKIP_FALSE +4; "
		 "SLOT container.non_root; TRUTH; AND; RETURN"},
		{"container", "require (container.uid else 0) == 0",
		 "SLOT container.uid; SKIP_SET +3; CONST 0; ELSE; CONST 0; COMPARE EQ; RETURN"},
		{"container", "require not container.privileged", "SLOT container.privileged; TRUTH; NOT; RETURN"},
		{"container", "require every m in container.mounts where m.read_only satisfies m.path under \"/a\"",
		 "SLOT container.mounts; LOOP var 0 kind 1 +11; VAR 0; STEP read_only; TRUTH; NOT; SKIP_TRUE +6; VAR "
		 "0; "
		 "STEP path; CONST; TEST UNDER; OR; NEXT var 0 kind 1 -10; RETURN"},
		{"workload", "require sum(c.uid else 1 for c in workload.containers) > 3",
		 "SLOT workload.containers; LOOP var 0 kind 4 +7; CONST; VAR 0; STEP uid; SKIP_SET +3; CONST 1; ELSE; "
		 "NEXT var 0 kind 4 -6; CONST 3; COMPARE GT; RETURN"},
		{"pod", "require pod.metadata.labels[\"a\"] == \"b\"",
		 "SLOT pod.metadata.labels; CONST \"a\"; INDEX; CONST \"b\"; COMPARE EQ; RETURN"},
		{"container", "require container.name in {container.image.registry, \"x\"}",
		 "SLOT container.name; SLOT container.image.registry; CONST \"x\"; GATHER; TEST IN; RETURN"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = sound(compile_rule(rows[i].subject, rows[i].body));
		assert_string_equal(code_at(p, p->rules[0].checks[0].cond), rows[i].expect);
	}
}

/* The loop of the second quantifier stands one further in than the first. */
static void loops_inside_loops(void **state)
{
	(void)state;
	const struct pl_program *p =
		sound(compile_rule("workload\n for each c in workload.containers where c.privileged",
				   "require some m in c.mounts satisfies m.read_only"));
	const struct pl_rule *r = &p->rules[0];
	assert_int_equal(r->loop_count, 1);
	assert_int_equal(r->loops[0].var, 0);
	assert_string_equal(code_at(p, r->loops[0].list), "SLOT workload.containers; RETURN");
	assert_string_equal(code_at(p, r->loops[0].where), "VAR 0; STEP privileged; TRUTH; RETURN");
	assert_string_equal(
		code_at(p, r->checks[0].cond),
		"VAR 0; STEP mounts; LOOP var 1 kind 0 +4; VAR 1; STEP read_only; TRUTH; NEXT var 1 kind 0 -3; RETURN");
}

static void patterns_become_cheaper(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.name matches /abc/",
		 "SLOT container.name; CONST \"abc\"; COMPARE EQ; RETURN"},
		{"container", "require container.name not matches /a\\.c/",
		 "SLOT container.name; CONST \"a.c\"; COMPARE NE; RETURN"},
		{"container", "require container.name matches /abc.*/",
		 "SLOT container.name; CONST \"abc*\"; TEST LIKE; RETURN"},
		{"container", "require container.name not matches /.*a\\/b.*/",
		 "SLOT container.name; CONST \"*a/b*\"; TEST NOT LIKE; RETURN"},
		{"container", "require container.name matches /(a|b\\|c|)/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /a|b|cd/", "SLOT container.name; CONST; TEST IN; RETURN"},
		{"container", "require container.name matches /(?:a|b)/",
		 "SLOT container.name; CONST; TEST IN; RETURN"},
		/* not these */
		{"container", "require container.name matches /abc/i", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /ab?c/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /a.c/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /a\\*.*/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /a.*?/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /(a)|(b)/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /a{2}/", "SLOT container.name; MATCH; RETURN"},
		{"container", "require container.name matches /\\d/", "SLOT container.name; MATCH; RETURN"},
		/* an image compares by what it means, a pattern by its text */
		{"container", "require container.image matches /nginx/", "SLOT container.image; MATCH; RETURN"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = sound(compile_rule(rows[i].subject, rows[i].body));
		assert_string_equal(code_at(p, p->rules[0].checks[0].cond), rows[i].expect);
	}
}

static void tables(void **state)
{
	(void)state;
	const struct pl_program *p =
		sound(compile("param p: int by namespace.name \"b\" => 2 \"a\" => 1 otherwise => 3\n"
			      "deny x for each container require container.uid > p message \"m\""));
	assert_string_equal(
		code_at(p, p->rules[0].checks[0].cond),
		"SLOT container.uid; SLOT namespace.name; SWITCH; CONST 1; JUMP +4; CONST 2; JUMP +2; CONST 3; "
		"COMPARE GT; RETURN");
	const struct pl_switch *s = &p->switches[0];
	assert_int_equal(s->count, 2);
	assert_memory_equal(s->keys[0].ptr, "a", 1);
	assert_memory_equal(s->keys[1].ptr, "b", 1);
	uint32_t base = p->rules[0].checks[0].cond;
	assert_int_equal(s->targets[0] - base, 3);
	assert_int_equal(s->targets[1] - base, 5);
	assert_int_equal(s->otherwise - base, 7);
	assert_int_equal(s->end - base, 8);
}

static void equal_things_are_one(void **state)
{
	(void)state;
	const struct pl_program *p = sound(
		compile("let s = {\"a\", \"b\"}\n"
			"deny x for each container require container.name in s message \"{container}\"\n"
			"deny y for each container require container.name in {\"a\", \"b\"} message \"{container}\"\n"
			"deny z for each mount require container.name in s message \"{mount}\"\n"));
	assert_int_equal(p->const_count, 1);
	assert_int_equal(p->path_count, 3); /* container.name, container, mount */
	assert_int_equal(p->slot_count, 4); /* the container of a mount is another slot than the container of a rule */
	assert_int_equal(p->rules[0].checks[0].cond, p->rules[1].checks[0].cond);
	assert_int_equal(p->rules[0].checks[0].message.pieces[0].code, p->rules[1].checks[0].message.pieces[0].code);
}

/* The same spelling on two platforms is not the same field. */
static void platforms_are_kept_apart(void **state)
{
	(void)state;
	const struct pl_program *p =
		sound(compile("deny x for each pod container require container.command is empty message \"m\"\n"
			      "deny y for each task container require container.command is empty message \"m\"\n"));
	assert_int_equal(p->path_count, 2);
	assert_int_not_equal(p->paths[0].steps[0].record, p->paths[1].steps[0].record);
	assert_int_equal(p->rules[0].platforms, PL_ON_KUBERNETES);
	assert_int_equal(p->rules[1].platforms, PL_ON_ECS);
}

static void constants_fit_their_neighbour(void **state)
{
	static const struct {
		const char *subject, *body;
		enum pl_value_kind kind;
	} rows[] = {
		{"mount", "require mount.path == \"/a//b\" message \"m\"", PL_V_PATH},
		{"container", "require container.image == \"nginx\" message \"m\"", PL_V_IMAGE},
		{"container", "require container.image under \"docker.io\" message \"m\"", PL_V_IMAGE_BASE},
		{"container", "require container.cpu_limit == 2 message \"m\"", PL_V_NUMBER},
		{"container", "require container.memory_limit == 2Gi message \"m\"", PL_V_NUMBER},
		{"task", "require task.taskRoleArn == \"web\" message \"m\"", PL_V_ROLE},
		{"workload", "require cluster.version == v1.2 message \"m\"", PL_V_VERSION},
		{"workload", "require today == 2026-11-22 message \"m\"", PL_V_DATE},
		{"workload", "require ip(cluster.name) == \"::1\" message \"m\"", PL_V_IP},
		{"workload", "require ip(cluster.name) in \"::/8\" message \"m\"", PL_V_NETWORK},
		{"container", "require container.uid in 1..2 message \"m\"", PL_V_RANGE},
		{"container", "require container.name in {\"a\"} message \"m\"", PL_V_LIST},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = sound(compile_rule(rows[i].subject, rows[i].body));
		assert_int_equal(p->const_count, 1);
		assert_int_equal(p->consts[0].kind, rows[i].kind);
	}
	const struct pl_program *p = sound(compile_rule("mount", "require mount.path == \"/a//b/../c\" message \"m\""));
	assert_memory_equal(p->consts[0].u.s.ptr, "/a/c", p->consts[0].u.s.len);
	p = sound(compile_rule("mount", "require mount.path under {\"/a/\", \"/b\"} message \"m\""));
	assert_int_equal(p->consts[0].of, PL_T_PATH);
	assert_int_equal(p->consts[0].u.list->count, 2);
	assert_memory_equal(p->consts[0].u.list->items[0].u.s.ptr, "/a", p->consts[0].u.list->items[0].u.s.len);
}

static void what_rules_need(void **state)
{
	static const struct {
		const char *subject, *body;
		unsigned needs;
	} rows[] = {
		{"container", "require container.privileged", 0},
		{"container", "require container.privileged message \"{request.user}\"", 0},
		{"container", "require request.user == \"a\"", PL_NEEDS_REQUEST},
		{"container where namespace.name == \"a\" and namespace.name is set", "require container.privileged",
		 0 /* refused below */},
		{"container", "require namespace.name == \"a\"", PL_NEEDS_NAMESPACE},
		{"container", "require namespace.labels[\"x\"] == \"a\"", PL_NEEDS_NAMESPACE_METADATA},
		{"container", "unless namespace.annotations[\"x\"] == \"a\" require cluster.name == \"b\"",
		 PL_NEEDS_NAMESPACE_METADATA | PL_NEEDS_CLUSTER},
		{"pod", "unless old_pod is absent require pod.spec.hostPID", PL_NEEDS_OLD},
		{"workload\n for each g in request.groups", "require g == \"a\"", PL_NEEDS_REQUEST},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = compile_rule(rows[i].subject, rows[i].body);
		if (i == 3)
			assert_null(p);
		else
			assert_int_equal(sound(p)->rules[0].needs, rows[i].needs);
	}
}

static void rules_as_data(void **state)
{
	(void)state;
	const struct pl_program *p =
		sound(compile("policy acme when cluster.name is set unless cluster.name == \"x\"\n"
			      "warn zeta title \"Z\" severity critical refs \"A1\", \"B2\" for each pod container\n"
			      "  when container.uid is set require container.privileged forbid container.non_root\n"
			      "    message \"no {container}\" remedy \"fix it\"\n"
			      "audit alpha for each workload require workload.host_pid\n"));
	assert_int_equal(p->rule_count, 2);
	const struct pl_rule *alpha = &p->rules[0], *zeta = &p->rules[1];
	assert_memory_equal(alpha->name.ptr, "alpha", 5);
	assert_memory_equal(zeta->name.ptr, "zeta", 4);
	assert_memory_equal(zeta->policy.ptr, "acme", zeta->policy.len);
	assert_memory_equal(zeta->source.ptr, "t0.plim", zeta->source.len);
	assert_int_equal(zeta->mode, PL_AST_WARN);
	assert_int_equal(zeta->severity, 4);
	assert_int_equal(alpha->severity, 2);
	assert_int_equal(zeta->ref_count, 2);
	assert_memory_equal(zeta->refs[1].ptr, "B2", 2);
	assert_int_equal(zeta->guard_count, 3);
	assert_int_equal(alpha->guard_count, 2);
	assert_false(zeta->guards[0].unless);
	assert_true(zeta->guards[1].unless);
	assert_int_equal(zeta->guards[0].cond, alpha->guards[0].cond);
	assert_int_equal(zeta->check_count, 2);
	assert_false(zeta->checks[0].forbid);
	assert_true(zeta->checks[1].forbid);
	assert_int_equal(zeta->checks[1].message.count, 2);
	assert_int_equal(zeta->checks[1].remedy.count, 1);
	assert_true(zeta->checks[0].message.count > 0);
	assert_memory_equal(zeta->checks[1].condition.ptr, "forbid container.non_root", zeta->checks[1].condition.len);
	assert_int_equal(alpha->platforms, PL_ON_BOTH);
}

static void a_set_wider_than_the_machine(void **state)
{
	struct pl_buf b;
	(void)state;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "deny x for each container require container.name in {container.name");
	for (int i = 0; i < 80; i++)
		pl_buf_addf(&b, ", \"%d\"", i);
	pl_buf_adds(&b, "}\n");
	pl_buf_addc(&b, '\0');
	assert_null(compile(b.ptr));
	assert_string_equal(diags.items[0].code, "E0003");
}

/* With too little memory there is an error, never a program. */
static void memory_runs_out(void **state)
{
	static const char text[] = "let s = {\"a\", \"b\"} param p: int by namespace.name \"a\" => 1 otherwise => 2\n"
				   "deny x for each container when container.uid is set require container.uid > p or "
				   "container.name in s forbid some m in container.mounts satisfies m.read_only";
	struct pl_policy_source source = {PL_STR("t.plim"), {text, sizeof text - 1}};
	unsigned refused = 0;
	(void)state;
	for (size_t ceiling = 1024; ceiling < 400 * 1024; ceiling += 1999) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_decl *decls = NULL;
		struct pl_program *program = NULL;
		assert_non_null(small);
		pl_err err = pl_parse(&source, 0, small, &decls, NULL);
		if (err == PL_OK)
			err = pl_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &decls,
					 small, &program, NULL);
		assert_true(err == PL_OK || err == PL_E_MEMORY);
		assert_int_equal(err == PL_OK, program != NULL);
		refused += err == PL_E_MEMORY;
		pl_arena_free(small);
	}
	assert_true(refused > 3 && refused < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),
		cmocka_unit_test(loops_inside_loops),
		cmocka_unit_test(patterns_become_cheaper),
		cmocka_unit_test(tables),
		cmocka_unit_test(equal_things_are_one),
		cmocka_unit_test(platforms_are_kept_apart),
		cmocka_unit_test(constants_fit_their_neighbour),
		cmocka_unit_test(what_rules_need),
		cmocka_unit_test(rules_as_data),
		cmocka_unit_test(a_set_wider_than_the_machine),
		cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
