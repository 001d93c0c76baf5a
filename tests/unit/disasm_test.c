/* disasm_test.c - a program with everything in it, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "base/buf.h"
#include "vm/disasm.h"
#include "vm/verify.h"

static const struct pl_path_step steps[] = {{{true, PL_VIEW_CONTAINER_name}, PL_NO_RECORD}};
static const struct pl_path paths[] = {{steps, 1, {.kind = PL_T_STRING}, {"container.name", 14}}};
static const struct pl_slot slots[] = {{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 0},
				       {PL_ROOT_NAMESPACE, PL_SUBJECT_NAMESPACE, 0}};
static const pl_str keys[] = {{"a", 1}, {"b\n", 2}};
static const uint32_t targets[] = {15, 17};
static const struct pl_switch switches[] = {{keys, targets, 2, 19, 20}};
static struct pl_pattern patterns[] = {{{"a\tb", 3}, true, NULL}};
static const struct pl_insn code[] = {
	OP(SLOT, 0, 0, 0),
	OP(MATCH, 0, 1, 0),
	OP(SKIP_FALSE, 0, 0, 8),
	OP(SLOT, 0, 0, 1),
	OP(LOOP, 1, PL_LOOP_EVERY, 6),
	OP(VAR, 1, 0, 0),
	OP(NEXT, 1, PL_LOOP_EVERY, 5),
	OP(AND, 0, 0, 0),
	OP(RETURN, 0, 0, 0),
	OP(CONST, 0, 0, 0),
	OP(CALL, PL_BUILTIN_LOWER, 1, 0),
	OP(STEP, 0, 0, 0),
	OP(RETURN, 0, 0, 0),
	OP(SLOT, 0, 0, 0),
	OP(SWITCH, 0, 0, 0),
	OP(CONST, 0, 0, 0),
	OP(JUMP, 0, 0, 20),
	OP(GATHER, 0, 0, 0),
	OP(JUMP, 0, 0, 20),
	OP(CONST, 0, 0, 0),
	OP(IS, PL_IS_NOT_EMPTY, 0, 0),
	OP(RETURN, 0, 0, 0),
	OP(SLOT, 0, 0, 0),
	OP(CONST, 0, 0, 0),
	OP(COMPARE, PL_REL_LE, 0, 0),
	OP(CONST, 0, 0, 0),
	OP(TEST, PL_REL_WITHIN, 1, 0),
	OP(RETURN, 0, 0, 0),
};
static const struct pl_template_piece pieces[] = {{{"say \"", 5}, PL_NO_CODE}, {{0}, 9}};

static const char expected[] = "warn r severity high for each container on ecs needs namespace needs old\n"
			       "  where\n"
			       "       0 SLOT       [0] subject(container): container.name\n"
			       "       1 MATCH      not /a\\tb/i\n"
			       "       2 SKIP_FALSE -> 8\n"
			       "       3 SLOT       [1] namespace: container.name\n"
			       "       4 LOOP       every $1 -> 6\n"
			       "       5 VAR        $1\n"
			       "       6 NEXT       every $1 -> 5\n"
			       "       7 AND\n"
			       "       8 RETURN\n"
			       "  for each $0\n"
			       "    in\n"
			       "         9 CONST      [0] \"x\"\n"
			       "        10 CALL       lower\n"
			       "        11 STEP       [0] container.name\n"
			       "        12 RETURN\n"
			       "  unless\n"
			       "      13 SLOT       [0] subject(container): container.name\n"
			       "      14 SWITCH     [0] \"a\" -> 15, \"b\\n\" -> 17, otherwise -> 19, end 20\n"
			       "      15 CONST      [0] \"x\"\n"
			       "      16 JUMP       -> 20\n"
			       "      17 GATHER     0\n"
			       "      18 JUMP       -> 20\n"
			       "      19 CONST      [0] \"x\"\n"
			       "      20 IS         not empty\n"
			       "      21 RETURN\n"
			       "  forbid\n"
			       "      22 SLOT       [0] subject(container): container.name\n"
			       "      23 CONST      [0] \"x\"\n"
			       "      24 COMPARE    <=\n"
			       "      25 CONST      [0] \"x\"\n"
			       "      26 TEST       not within\n"
			       "      27 RETURN\n"
			       "    message\n"
			       "      \"say \\\"\"\n"
			       "      show\n"
			       "           9 CONST      [0] \"x\"\n"
			       "          10 CALL       lower\n"
			       "          11 STEP       [0] container.name\n"
			       "          12 RETURN\n"
			       "  exception e until 2026-11-21\n"
			       "    where\n"
			       "         9 CONST      [0] \"x\"\n"
			       "        10 CALL       lower\n"
			       "        11 STEP       [0] container.name\n"
			       "        12 RETURN\n"
			       "  rollout\n"
			       "       9 CONST      [0] \"x\"\n"
			       "      10 CALL       lower\n"
			       "      11 STEP       [0] container.name\n"
			       "      12 RETURN\n"; /* not of the kind that the compiler makes */

static void whole_program(void **state)
{
	(void)state;
	const struct pl_value consts[] = {text_value("x")};
	const struct pl_loop_code loops[] = {{.list = 9, .where = PL_NO_CODE}};
	const struct pl_guard_code guards[] = {{.unless = true, .cond = 13}};
	const struct pl_check_code checks[] = {{.forbid = true, .cond = 22, .message = {pieces, 2}}};
	const struct pl_exception_code exceptions[] = {{.name = PL_STR("e"), .where = 9, .expires = 20778}};
	const struct pl_rule rules[] = {{.name = PL_STR("r"),
					 .mode = PL_AST_WARN,
					 .severity = 3,
					 .subject = PL_SUBJECT_CONTAINER,
					 .platforms = PL_ON_ECS,
					 .needs = PL_NEEDS_NAMESPACE | PL_NEEDS_OLD,
					 .where = 0,
					 .rollout = 9,
					 .exceptions = exceptions,
					 .exception_count = 1,
					 .loops = loops,
					 .loop_count = 1,
					 .guards = guards,
					 .guard_count = 1,
					 .checks = checks,
					 .check_count = 1}};
	const struct pl_program program = {.code = code,
					   .code_count = COUNT(code),
					   .consts = consts,
					   .const_count = 1,
					   .paths = paths,
					   .path_count = 1,
					   .slots = slots,
					   .slot_count = 2,
					   .patterns = patterns,
					   .pattern_count = 1,
					   .switches = switches,
					   .switch_count = 1,
					   .rules = rules,
					   .rule_count = 1};
	struct pl_arena *arena = pl_arena_new(1 << 20, 1 << 20);
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_verify(&program, arena, &diags), PL_OK);
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_disasm(&program, arena, &out);
	pl_buf_addc(&out, '\0');
	assert_false(out.failed);
	assert_string_equal(out.ptr, expected);
	pl_arena_free(arena);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(pl_disasm_op(PL_OP_SKIP_FALSE), "SKIP_FALSE");
	assert_string_equal(pl_disasm_op(PL_OP_COUNT_), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_program),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
