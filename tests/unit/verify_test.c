/* verify_test.c - a program for every rule of the verifier that breaks it, and one that keeps them all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "vm/verify.h"

static const struct pl_value consts[] = {{.kind = PL_V_BOOL, .node = PL_NO_NODE, .u.b = true},
					 {.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = 7}};
static const struct pl_path_step steps[] = {{{true, PL_VIEW_CONTAINER_name}, PL_NO_RECORD}};
static const struct pl_path paths[] = {{steps, 1, {.kind = PL_T_STRING}, {"container.name", 14}}};
static const struct pl_slot slots[] = {{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 0},
				       {PL_ROOT_SUBJECT, PL_SUBJECT_MOUNT, 0},
				       {PL_ROOT_CONTAINER, PL_SUBJECT_CONTAINER, 0}};
static const pl_str keys[] = {{"a", 1}, {"b", 1}}, bad_keys[] = {{"b", 1}, {"a", 1}};
static const uint32_t targets[] = {2, 4};
static const struct pl_switch switches[] = {{keys, targets, 2, 6, 7}, {bad_keys, targets, 2, 6, 7}};
static const struct pl_template_piece words[] = {{{"no", 2}, PL_NO_CODE}};

struct sample {
	struct pl_program program;
	struct pl_rule rules[2];
	struct pl_check_code check;
	struct pl_loop_code loops[2];
	struct pl_guard_code guard;
	struct pl_pattern pattern;
};

/* A valid program with one rule about containers, whose check is the code at 0. */
static void fill(struct sample *s, const struct pl_insn *code, uint32_t count)
{
	memset(s, 0, sizeof *s);
	s->check = (struct pl_check_code){.cond = 0, .message = {words, 1}};
	s->rules[0] = (struct pl_rule){.name = PL_STR("r"),
				       .severity = 2,
				       .subject = PL_SUBJECT_CONTAINER,
				       .platforms = PL_ON_BOTH,
				       .where = PL_NO_CODE,
				       .rollout = PL_NO_CODE,
				       .checks = &s->check,
				       .check_count = 1,
				       .loops = s->loops,
				       .guards = &s->guard};
	s->program = (struct pl_program){.code = code,
					 .code_count = count,
					 .consts = consts,
					 .const_count = 2,
					 .paths = paths,
					 .path_count = 1,
					 .slots = slots,
					 .slot_count = 3,
					 .patterns = &s->pattern,
					 .pattern_count = 1,
					 .switches = switches,
					 .switch_count = 2,
					 .rules = s->rules,
					 .rule_count = 1};
}

/* "" when the program passes, else what the verifier says after its first words. */
static void expect(const struct sample *s, const char *complaint)
{
	static const char start[] = "the compiled policy is not valid: ";
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	pl_err err = pl_verify(&s->program, arena, &diags);
	if (!*complaint) {
		assert_int_equal(err, PL_OK);
		assert_int_equal(diags.count, 0);
	} else {
		assert_int_equal(err, PL_E_INTERNAL);
		assert_int_equal(diags.count, 1);
		pl_str message = pl_arena_printf(arena, "%.*s", PL_FMT(diags.items[0].message));
		assert_true(message.len > strlen(start));
		assert_string_equal(message.ptr + strlen(start), complaint);
	}
	pl_arena_free(arena);
}

static void try_code(const struct pl_insn *code, uint32_t count, const char *complaint)
{
	struct sample s;
	fill(&s, code, count);
	expect(&s, complaint);
}
#define TRY(complaint, ...)                                                                                            \
	do {                                                                                                           \
		const struct pl_insn code[] = {__VA_ARGS__};                                                           \
		try_code(code, COUNT(code), complaint);                                                                \
	} while (0)

#define RETURN	    OP(RETURN, 0, 0, 0)
#define CONST	    OP(CONST, 0, 0, 0)
#define LOOP(v, to) OP(LOOP, v, PL_LOOP_SOME, to)
#define NEXT(v, to) OP(NEXT, v, PL_LOOP_SOME, to)

static void valid(void **state)
{
	(void)state;
	TRY("", CONST, RETURN);
	TRY("", OP(SLOT, 0, 0, 0), OP(TRUTH, 0, 0, 0), OP(SKIP_FALSE, 0, 0, 5), CONST, OP(AND, 0, 0, 0), RETURN);
	TRY("", CONST, LOOP(0, 3), OP(VAR, 0, 0, 0), NEXT(0, 2), RETURN);
	TRY("", CONST, LOOP(0, 6), OP(VAR, 0, 0, 0), LOOP(1, 5), OP(VAR, 1, 0, 0), NEXT(1, 4), NEXT(0, 2), RETURN,
	    CONST, RETURN);
}

static void stack(void **state)
{
	(void)state;
	TRY("RETURN at 0 takes 1 values and finds 0", RETURN);
	TRY("AND at 1 takes 2 values and finds 1", CONST, OP(AND, 0, 0, 0), RETURN);
	TRY("the fragment at 0 ends with 2 values", CONST, CONST, RETURN);
	TRY("instruction 0 peeks at an empty stack", OP(SKIP_TRUE, 0, 0, 1), CONST, RETURN);
	TRY("instruction 3 is reached with 1 and with 2 values on the stack", CONST, OP(SKIP_TRUE, 0, 0, 3), CONST,
	    RETURN);
	struct pl_insn deep[67];
	for (unsigned i = 0; i < 65; i++)
		deep[i] = (struct pl_insn)CONST;
	deep[65] = (struct pl_insn)OP(GATHER, 0, 64, 0);
	deep[66] = (struct pl_insn)RETURN;
	try_code(deep, 67, "instruction 64 needs more than 64 values on the stack");
	try_code(deep + 1, 66, "");
}

static void jumps(void **state)
{
	(void)state;
	TRY("instruction 1 jumps to 1, out of its fragment [0, 2] or back", CONST, OP(JUMP, 0, 0, 1), RETURN);
	TRY("instruction 1 jumps to 0, out of its fragment [0, 2] or back", CONST, OP(JUMP, 0, 0, 0), RETURN);
	TRY("instruction 1 jumps to 3, out of its fragment [0, 2] or back", CONST, OP(SKIP_SET, 0, 0, 3), RETURN, CONST,
	    RETURN);
	TRY("instruction 2 is never reached", CONST, OP(JUMP, 0, 0, 3), CONST, RETURN);
	TRY("the fragment at 0 has no RETURN", CONST);
	TRY("the fragment at 2 has no RETURN", CONST, RETURN, CONST);
}

static void operands(void **state)
{
	(void)state;
	TRY("instruction 0 has the unknown opcode 77", {77, 0, 0, 0}, RETURN);
	static const struct pl_insn bad[] = {
		OP(CONST, 0, 0, 2),
		OP(SLOT, 0, 0, 3),
		OP(VAR, 8, 0, 0),
		OP(STEP, 0, 0, 1),
		OP(COMPARE, PL_REL_IN, 0, 0),
		OP(TEST, PL_REL_GE, 0, 0),
		OP(TEST, PL_REL_LIKE + 1, 0, 0),
		OP(TEST, PL_REL_IN, 2, 0),
		OP(MATCH, 0, 0, 1),
		OP(MATCH, 0, 2, 0),
		OP(IS, 4, 0, 0),
		OP(GATHER, 0, 65, 0),
		OP(SWITCH, 0, 0, 2),
		OP(CALL, PL_BUILTIN_COUNT_, 1, 0),
		OP(CALL, PL_BUILTIN_IP, 2, 0),
		OP(LOOP, 8, 0, 1),
		OP(LOOP, 0, 5, 1),
		OP(NEXT, 0, 5, 1),
	};
	for (uint32_t i = 0; i < COUNT(bad); i++)
		TRY("instruction 0 has an operand out of range", bad[i], RETURN);
}

static void loops(void **state)
{
	(void)state;
	TRY("LOOP at 1 has no NEXT at 2", CONST, LOOP(0, 2), CONST, NEXT(0, 2), RETURN);
	TRY("LOOP at 1 has no NEXT at 1", CONST, LOOP(0, 1), CONST, NEXT(0, 2), RETURN);
	TRY("LOOP at 1 and NEXT at 3 do not belong together", CONST, LOOP(0, 3), CONST, NEXT(1, 2), RETURN);
	TRY("LOOP at 1 and NEXT at 3 do not belong together", CONST, LOOP(0, 3), CONST, OP(NEXT, 0, PL_LOOP_NO, 2),
	    RETURN);
	TRY("LOOP at 1 and NEXT at 3 do not belong together", CONST, LOOP(0, 3), CONST, NEXT(0, 1), RETURN);
	TRY("NEXT at 1 has no LOOP", CONST, NEXT(0, 0), RETURN);
	TRY("NEXT at 4 finds 2 values of its body, not 1", CONST, LOOP(0, 4), CONST, CONST, NEXT(0, 2), RETURN);
	TRY("NEXT at 3 takes 2 values and finds 1", CONST, OP(LOOP, 0, PL_LOOP_SUM, 3), CONST,
	    OP(NEXT, 0, PL_LOOP_SUM, 2), RETURN);
	TRY("AND at 3 takes 2 values and finds 0", CONST, CONST, OP(LOOP, 0, 0, 4), OP(AND, 0, 0, 0), NEXT(0, 3),
	    RETURN);
	TRY("LOOP at 3 uses variable 0 of a loop around it", CONST, LOOP(0, 6), CONST, LOOP(0, 5), CONST, NEXT(0, 4),
	    NEXT(0, 2), RETURN);
}

static void loop_nesting(void **state)
{
	(void)state;
	/* a body that takes what stood under the loop */
	TRY("NOT at 3 takes 1 values and finds 0", CONST, CONST, LOOP(0, 4), OP(NOT, 0, 0, 0), NEXT(0, 3),
	    OP(AND, 0, 0, 0), RETURN);
	/* out of the body */
	TRY("instruction 3 jumps to 5, into or out of a loop", CONST, LOOP(0, 4), CONST, OP(SKIP_TRUE, 0, 0, 5),
	    NEXT(0, 2), RETURN);
	/* into the body */
	TRY("instruction 4 jumps to 5, into or out of a loop", CONST, CONST, OP(SKIP_TRUE, 0, 0, 5), LOOP(0, 6), CONST,
	    OP(NOT, 0, 0, 0), NEXT(0, 4), OP(AND, 0, 0, 0), RETURN);
	TRY("LOOP at 3 ends after the loop around it", CONST, LOOP(0, 4), CONST, LOOP(1, 6), NEXT(0, 2), CONST,
	    NEXT(1, 4), RETURN);
}

static void variables(void **state)
{
	(void)state;
	struct sample s;
	static const struct pl_insn reads[] = {OP(VAR, 0, 0, 0), RETURN, CONST, RETURN};
	fill(&s, reads, COUNT(reads));
	expect(&s, "rule r runs the fragment at 0 without a variable it reads");
	s.rules[0].loop_count = 1;
	s.loops[0] = (struct pl_loop_code){.list = 2, .where = PL_NO_CODE};
	expect(&s, "");
	s.loops[0].where = 0;
	expect(&s, "");
	const struct pl_exception_code exception = {.name = PL_STR("e"), .where = 0};
	s.rules[0].exceptions = &exception;
	s.rules[0].exception_count = 1;
	expect(&s, "");
	s.rules[0].rollout = 0;
	expect(&s, "rule r runs the fragment at 0 without a variable it reads");
	s.rules[0].rollout = PL_NO_CODE;
	s.loops[0].list = 0;
	expect(&s, "rule r runs the fragment at 0 without a variable it reads");
	s.loops[0] = (struct pl_loop_code){.list = 2, .where = PL_NO_CODE};
	s.loops[1] = s.loops[0];
	s.rules[0].loop_count = 2;
	expect(&s, "rule r: loop 1 has a variable out of range or in use");
	static const struct pl_insn sets[] = {CONST, LOOP(0, 3), OP(VAR, 0, 0, 0), NEXT(0, 2), RETURN, CONST, RETURN};
	fill(&s, sets, COUNT(sets));
	s.rules[0].loop_count = 1;
	s.loops[0] = (struct pl_loop_code){.list = 5, .where = PL_NO_CODE};
	expect(&s, "rule r runs the fragment at 0, which uses a variable of the rule");
	TRY("VAR at 4 reads variable 0 after its loop", CONST, LOOP(0, 3), CONST, NEXT(0, 2), OP(VAR, 0, 0, 0),
	    OP(AND, 0, 0, 0), RETURN);
}

/* Parts of a condition run with the variables of the parts around them, and of no others. */
static void parts(void **state)
{
	(void)state;
	struct sample s;
	static const struct pl_insn code[] = {CONST, RETURN, OP(VAR, 0, 0, 0), RETURN};
	const struct pl_part_code none = {.code = PL_NO_CODE, .value = PL_NO_CODE};
	struct pl_part_code row[4];
	fill(&s, code, COUNT(code));
	s.program.parts = row;
	s.program.part_count = 4;
	s.check.parts = 1;
	for (unsigned i = 0; i < 4; i++)
		row[i] = none;
	row[0].end = 4;
	row[0].loop = true;
	row[0].list = 0;
	row[0].body = 2;
	row[0].inner = 2;
	row[1].end = 2;
	row[2].end = 4;
	row[3].end = 4;
	row[3].code = 2;
	expect(&s, "");
	row[1].code = 2; /* the list, where there is no element yet */
	expect(&s, "rule r runs the fragment at 2 without a variable it reads");
	row[1].code = 1;
	expect(&s, "rule r refers to code 1, where no fragment begins");
	row[1].code = PL_NO_CODE;
	row[0].list = 2;
	expect(&s, "rule r runs the fragment at 2 without a variable it reads");
	row[0].list = 0;
	row[0].body = PL_NO_CODE;
	expect(&s, "rule r refers to code 4294967295, where no fragment begins");
	row[0].body = 2;
	row[0].var = PL_MAX_VARS;
	expect(&s, "rule r: the loop of part 0 is not valid");
	row[0].var = 0;
	row[0].inner = 5;
	expect(&s, "rule r: the loop of part 0 is not valid");
	row[0].inner = 2;
	row[2].loop = true; /* the same variable twice */
	expect(&s, "rule r: the loop of part 2 is not valid");
	row[2].loop = false;
	row[2].end = 5;
	expect(&s, "rule r: part 2 ends at 5");
	row[2].end = 2;
	expect(&s, "rule r: part 2 ends at 2");
	row[2].end = 4;
	row[0].end = 5;
	expect(&s, "rule r refers to part 0, which is not there");
	row[0].end = 4;
	s.check.parts = 5;
	expect(&s, "rule r refers to part 4, which is not there");
	s.check.parts = 4; /* on its own, without the loop around it */
	expect(&s, "rule r runs the fragment at 2 without a variable it reads");
}

static void switches_and_tables(void **state)
{
	(void)state;
	TRY("", CONST, OP(SWITCH, 0, 0, 0), CONST, OP(JUMP, 0, 0, 7), CONST, OP(JUMP, 0, 0, 7), CONST, RETURN);
	TRY("the keys of switch 1 are not sorted", CONST, OP(SWITCH, 0, 0, 1), CONST, OP(JUMP, 0, 0, 7), CONST,
	    OP(JUMP, 0, 0, 7), CONST, RETURN);
	TRY("instruction 1 jumps to 6, out of its fragment [0, 5] or back", CONST, OP(SWITCH, 0, 0, 0), CONST,
	    OP(JUMP, 0, 0, 5), CONST, RETURN);
	struct sample s;
	static const struct pl_insn code[] = {CONST, RETURN};
	fill(&s, code, COUNT(code));
	static const struct pl_path_step bad_step[] = {{{true, PL_VIEW_COUNT}, PL_NO_RECORD}};
	static const struct pl_path bad_path[] = {{bad_step, 1, {.kind = PL_T_STRING}, {"x.y", 3}}};
	s.program.paths = bad_path;
	expect(&s, "path 0 (x.y) names no field in step 0");
	static const struct pl_path_step bad_record[] = {{{true, 0}, 60000}};
	static const struct pl_path bad_base[] = {{bad_record, 1, {.kind = PL_T_STRING}, {"x.y", 3}}};
	s.program.paths = bad_base;
	expect(&s, "path 0 (x.y) names no record in step 0");
	s.program.paths = paths;
	static const struct pl_slot bad_slots[][1] = {{{PL_ROOT_NONE, 0, 0}},
						      {{PL_ROOT_COUNT_, 0, 0}},
						      {{PL_ROOT_POD, PL_SUBJECT_COUNT, 0}},
						      {{PL_ROOT_POD, 0, 1}}};
	s.program.slot_count = 1;
	for (uint32_t i = 0; i < COUNT(bad_slots); i++) {
		s.program.slots = bad_slots[i];
		expect(&s, "slot 0 is out of range");
	}
	s.program.slots = slots;
	static const struct pl_value record[] = {{.kind = PL_V_RECORD}}, list[] = {{.kind = PL_V_LIST}};
	s.program.const_count = 1;
	s.program.consts = record;
	expect(&s, "constant 0 is of a document");
	s.program.consts = list;
	expect(&s, "constant 0 has no elements");
}

static void rules(void **state)
{
	(void)state;
	struct sample s;
	static const struct pl_insn code[] = {CONST, RETURN, OP(SLOT, 0, 0, 1), RETURN, OP(SLOT, 0, 0, 2), RETURN};
	fill(&s, code, COUNT(code));
	struct pl_rule good = s.rules[0];
	expect(&s, "");
#define BREAK(change, complaint)                                                                                       \
	do {                                                                                                           \
		change;                                                                                                \
		expect(&s, complaint);                                                                                 \
		s.rules[0] = good;                                                                                     \
	} while (0)
	BREAK(s.rules[0].mode = PL_AST_EXCEPTED, "rule r has a number out of range");
	BREAK(s.rules[0].severity = 0, "rule r has a number out of range");
	BREAK(s.rules[0].severity = 5, "rule r has a number out of range");
	BREAK(s.rules[0].platforms = 0, "rule r has a number out of range");
	BREAK(s.rules[0].platforms = 4, "rule r has a number out of range");
	BREAK(s.rules[0].subject = PL_SUBJECT_NONE, "rule r has a number out of range");
	BREAK(s.rules[0].subject = PL_SUBJECT_REQUEST, "rule r has a number out of range");
	BREAK(s.rules[0].check_count = 0, "rule r has a number out of range");
	BREAK(s.rules[0].loop_count = 9, "rule r has a number out of range");
	BREAK(s.rules[0].where = 1, "rule r refers to code 1, where no fragment begins");
	BREAK(s.rules[0].where = 99, "rule r refers to code 99, where no fragment begins");
	BREAK(s.rules[0].where = 2, "rule r runs the fragment at 2, which is about another subject");
	struct pl_exception_code exceptions[] = {{.name = PL_STR("a"), .where = 0}, {.name = PL_STR("b"), .where = 2}};
	s.rules[0].exceptions = good.exceptions = exceptions;
	BREAK(s.rules[0].exception_count = 1, "");
	BREAK(s.rules[0].exception_count = 2, "rule r runs the fragment at 2, which is about another subject");
	exceptions[1].where = 99;
	BREAK(s.rules[0].exception_count = 2, "rule r refers to code 99, where no fragment begins");
	exceptions[1].where = PL_NO_CODE;
	BREAK(s.rules[0].exception_count = 2, "rule r refers to code 4294967295, where no fragment begins");
	exceptions[1].where = 0;
	BREAK(s.rules[0].exception_count = 2, "");
	exceptions[1].name = PL_STR("a");
	BREAK(s.rules[0].exception_count = 2, "rule r: its exceptions are not sorted by name at 1");
	BREAK(s.rules[0].rollout = 0, "");
	BREAK(s.rules[0].rollout = 1, "rule r refers to code 1, where no fragment begins");
	BREAK(s.rules[0].rollout = 4, "rule r has a rollout that reads the object");
	s.guard.cond = 4;
	BREAK(s.rules[0].guard_count = 1, "");
	s.rules[0].guard_count = 1;
	s.rules[0].subject = PL_SUBJECT_VOLUME;
	expect(&s, "rule r runs the fragment at 4, which needs a container");
	s.rules[0] = good;
	s.check.message.count = 0;
	expect(&s, "rule r: check 0 has no message");
	static const struct pl_template_piece broken[] = {{{0}, 1}};
	s.check.message = (struct pl_template){broken, 1};
	expect(&s, "rule r refers to code 1, where no fragment begins");
	s.check.message = (struct pl_template){words, 1};
	s.rules[1] = good;
	s.program.rule_count = 2;
	expect(&s, "the rules are not sorted by name at r");
	s.program.rule_count = PL_MAX_RULES + 1;
	expect(&s, "4097 rules are more than 4096");
}

static void no_memory(void **state)
{
	(void)state;
	struct sample s;
	static const struct pl_insn code[] = {CONST, RETURN};
	fill(&s, code, COUNT(code));
	struct pl_arena *arena = pl_arena_new(16, 0);
	assert_int_equal(pl_verify(&s.program, arena, NULL), PL_E_MEMORY);
	pl_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),     cmocka_unit_test(stack),	  cmocka_unit_test(jumps),
		cmocka_unit_test(operands),  cmocka_unit_test(loops),	  cmocka_unit_test(loop_nesting),
		cmocka_unit_test(variables), cmocka_unit_test(parts),	  cmocka_unit_test(switches_and_tables),
		cmocka_unit_test(rules),     cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
