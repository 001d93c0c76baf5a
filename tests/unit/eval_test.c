/* eval_test.c - the stack machine on programs written by hand and a real workload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assemble.h"
#include "vm/run.h"
#include "model/subjects.h"
#include "vm/verify.h"

static const char pod_text[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":["
	"{\"name\":\"web\",\"image\":\"nginx:1\",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":"
	"\"2\"}]},"
	"{\"name\":\"db\",\"image\":\"r.example/db\"}]}}";

static struct pl_arena *arena;
static struct pl_regex_scratch *scratch;

/* constants every test may use */
static struct pl_value items[4];
static const struct pl_list abc = {items, 3, NULL}, none = {items, 0, NULL}, open_list = {items, 4, NULL};
static struct pl_value number_items[3];
static const struct pl_list numbers = {number_items, 3, NULL};
static struct pl_value consts[20];
enum {
	TRUE_,
	FALSE_,
	UNKNOWN_,
	ABSENT_,
	A_,
	B_,
	ABC_,
	NONE_,
	OPEN_,
	ONE_,
	TWO_,
	NUMBERS_,
	LONG_,
	ABSENT_LIST_,
	Z_,
	CONSTS
};

static const struct pl_path_step name_step[] = {{{true, PL_VIEW_CONTAINER_name}, PL_NO_RECORD}};
static const struct pl_path_step env_step[] = {{{true, PL_VIEW_CONTAINER_env}, PL_NO_RECORD}};
static const struct pl_path_step variable_step[] = {{{true, PL_VIEW_VARIABLE_name}, PL_NO_RECORD}};
static const struct pl_path_step operation_step[] = {{{true, PL_VIEW_REQUEST_operation}, PL_NO_RECORD}};
static const struct pl_path_step image_step[] = {{{true, PL_VIEW_CONTAINER_image}, PL_NO_RECORD}};
static const struct pl_path paths[] = {
	{name_step, 1, {.kind = PL_T_STRING}, {"container.name", 14}},
	{env_step, 1, {.kind = PL_T_LIST, .elem = PL_T_SUBJECT}, {"container.env", 13}},
	{variable_step, 1, {.kind = PL_T_STRING}, {"v.name", 6}},
	{operation_step, 1, {.kind = PL_T_STRING}, {"request.operation", 17}},
	{NULL, 0, {.kind = PL_T_SUBJECT}, {"old_pod", 7}},
	{image_step, 1, {.kind = PL_T_IMAGE}, {"container.image", 15}},
	{NULL, 0, {.kind = PL_T_DATE}, {"today", 5}},
};
enum { NAME, ENV, OPERATION, OLD_POD, IMAGE, TODAY, POD_NAME };
static const struct pl_slot slots[] = {
	{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 0}, {PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 1},
	{PL_ROOT_REQUEST, PL_SUBJECT_REQUEST, 3},   {PL_ROOT_OLD_POD, PL_SUBJECT_POD, 4},
	{PL_ROOT_SUBJECT, PL_SUBJECT_CONTAINER, 5}, {PL_ROOT_TODAY, PL_SUBJECT_NONE, 6},
};
static const pl_str keys[] = {{"a", 1}, {"b", 1}};
static const uint32_t targets[] = {2, 4};
static const struct pl_switch switches[] = {{keys, targets, 2, 6, 7}};
static struct pl_pattern patterns[1];
static struct pl_context context;

static struct pl_workload *read_pod(const char *text)
{
	struct pl_doc *doc;
	struct pl_workload *w;
	struct pl_workload_options options = {0};
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w), PL_OK);
	assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_CONTAINER), 2);
	return w;
}

static int set_up(void **state)
{
	(void)state;
	static char long_text[5000];
	memset(long_text, 'x', sizeof long_text - 1);
	arena = pl_arena_new(64 << 20, 1 << 20);
	scratch = pl_regex_scratch_new();
	context = (struct pl_context){.today = 20779};
	items[0] = text_value("a");
	items[1] = text_value("b");
	items[2] = text_value("c");
	items[3] = pl_value_unknown("damaged");
	for (int i = 0; i < 3; i++)
		number_items[i] = amount_value(PL_T_BYTES, i + 1);
	consts[TRUE_] = pl_value_bool(true);
	consts[FALSE_] = pl_value_bool(false);
	consts[UNKNOWN_] = pl_value_unknown("not told");
	consts[ABSENT_] = pl_value_absent();
	consts[A_] = text_value("a");
	consts[B_] = text_value("b");
	consts[Z_] = text_value("z");
	consts[ABC_] = list_value(&abc);
	consts[NONE_] = list_value(&none);
	consts[OPEN_] = list_value(&open_list);
	consts[ONE_] = number_value(1);
	consts[TWO_] = number_value(2);
	consts[NUMBERS_] = list_value(&numbers);
	consts[LONG_] = text_value(long_text);
	consts[ABSENT_LIST_] = pl_value_absent();
	patterns[0] = (struct pl_pattern){.text = PL_STR("[a-m]")};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	pl_regex_scratch_free(scratch);
	return 0;
}

/* A run of code that has passed the verifier, standing at the first container. */
static struct pl_run *run_of(const struct pl_insn *code, uint32_t count, const struct pl_workload *w)
{
	static struct pl_program program;
	static struct pl_ready ready;
	program = (struct pl_program){.code = code,
				      .code_count = count,
				      .consts = consts,
				      .const_count = CONSTS,
				      .paths = paths,
				      .path_count = 7,
				      .slots = slots,
				      .slot_count = 6,
				      .patterns = patterns,
				      .pattern_count = 1,
				      .switches = switches,
				      .switch_count = 1};
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	pl_err err = pl_verify(&program, arena, &diags);
	if (err != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	assert_int_equal(pl_ready_make(&program, NULL, 0, arena, &ready, &diags), PL_OK);
	struct pl_run *run = pl_run_new(&ready, w, NULL, &context, scratch, arena);
	pl_run_stand(run, PL_SUBJECT_CONTAINER, 0);
	return run;
}

static struct pl_value value_of(const struct pl_insn *code, uint32_t count)
{
	struct pl_run *run = run_of(code, count, read_pod(pod_text));
	struct pl_value v;
	assert_int_equal(pl_run_fragment(run, 0, &v), PL_OK);
	return v;
}

#define EXPECT(text, ...)                                                                                              \
	do {                                                                                                           \
		const struct pl_insn code_[] = {__VA_ARGS__, OP(RETURN, 0, 0, 0)};                                     \
		struct pl_value got = value_of(code_, COUNT(code_));                                                   \
		assert_string_equal(truth_of(&got), text);                                                             \
	} while (0)
#define EXPECT_INT(n, ...)                                                                                             \
	do {                                                                                                           \
		const struct pl_insn code_[] = {__VA_ARGS__, OP(RETURN, 0, 0, 0)};                                     \
		struct pl_value got = value_of(code_, COUNT(code_));                                                   \
		assert_int_equal(got.kind, PL_V_INT);                                                                  \
		assert_int_equal(got.u.i, n);                                                                          \
	} while (0)
#define EXPECT_TEXT(text, ...)                                                                                         \
	do {                                                                                                           \
		const struct pl_insn code_[] = {__VA_ARGS__, OP(RETURN, 0, 0, 0)};                                     \
		struct pl_value got = value_of(code_, COUNT(code_));                                                   \
		assert_int_equal(got.kind, PL_V_STRING);                                                               \
		assert_true(pl_str_eq(got.u.s, PL_STR(text)));                                                         \
	} while (0)
#define CONST(n) OP(CONST, 0, 0, n)
#define SLOT(n)	 OP(SLOT, 0, 0, n)

static void logic(void **state)
{
	(void)state;
	EXPECT("true", CONST(TRUE_));
	EXPECT("false", CONST(TRUE_), OP(NOT, 0, 0, 0));
	EXPECT("not told", CONST(TRUE_), CONST(UNKNOWN_), OP(AND, 0, 0, 0));
	EXPECT("false", CONST(UNKNOWN_), CONST(FALSE_), OP(AND, 0, 0, 0));
	EXPECT("true", CONST(UNKNOWN_), CONST(TRUE_), OP(OR, 0, 0, 0));
	EXPECT("false", CONST(ABSENT_), OP(TRUTH, 0, 0, 0));
	EXPECT("not told", CONST(UNKNOWN_), OP(TRUTH, 0, 0, 0));
	EXPECT("true", CONST(ABSENT_), CONST(TRUE_), OP(ELSE, 0, 0, 0));
	EXPECT("false", CONST(FALSE_), CONST(TRUE_), OP(ELSE, 0, 0, 0));
	EXPECT("not told", CONST(UNKNOWN_), CONST(TRUE_), OP(ELSE, 0, 0, 0));
	EXPECT("true", CONST(A_), CONST(B_), OP(COMPARE, PL_REL_NE, 0, 0));
	EXPECT("false", CONST(A_), CONST(ABSENT_), OP(COMPARE, PL_REL_NE, 0, 0));
	EXPECT("true", CONST(A_), CONST(ABC_), OP(TEST, PL_REL_IN, 0, 0));
	EXPECT("false", CONST(A_), CONST(ABC_), OP(TEST, PL_REL_IN, 1, 0));
	EXPECT("false", CONST(ABSENT_), CONST(ABC_), OP(TEST, PL_REL_IN, 1, 0));
	EXPECT("not told", CONST(UNKNOWN_), CONST(ABC_), OP(TEST, PL_REL_IN, 1, 0));
	EXPECT("true", CONST(ABC_), OP(IS, PL_IS_NOT_EMPTY, 0, 0));
}

static void shortcuts(void **state)
{
	(void)state;
	EXPECT("false", CONST(FALSE_), OP(SKIP_FALSE, 0, 0, 4), CONST(UNKNOWN_), OP(AND, 0, 0, 0));
	EXPECT("not told", CONST(TRUE_), OP(SKIP_FALSE, 0, 0, 4), CONST(UNKNOWN_), OP(AND, 0, 0, 0));
	EXPECT("true", CONST(TRUE_), OP(SKIP_TRUE, 0, 0, 4), CONST(UNKNOWN_), OP(OR, 0, 0, 0));
	EXPECT("true", CONST(UNKNOWN_), OP(SKIP_TRUE, 0, 0, 4), CONST(TRUE_), OP(OR, 0, 0, 0));
	EXPECT_TEXT("a", CONST(A_), OP(SKIP_SET, 0, 0, 4), CONST(B_), OP(ELSE, 0, 0, 0));
	EXPECT_TEXT("b", CONST(ABSENT_), OP(SKIP_SET, 0, 0, 4), CONST(B_), OP(ELSE, 0, 0, 0));
}

static void matching(void **state)
{
	(void)state;
	EXPECT("true", CONST(A_), OP(MATCH, 0, 0, 0));
	EXPECT("false", CONST(A_), OP(MATCH, 0, 1, 0));
	EXPECT("false", CONST(Z_), OP(MATCH, 0, 0, 0));
	EXPECT("true", CONST(Z_), OP(MATCH, 0, 1, 0));
	EXPECT("false", CONST(ABSENT_), OP(MATCH, 0, 0, 0));
	EXPECT("false", CONST(ABSENT_), OP(MATCH, 0, 1, 0));
	EXPECT("not told", CONST(UNKNOWN_), OP(MATCH, 0, 1, 0));
	EXPECT("it is longer than the 4,096 bytes a pattern is matched against", CONST(LONG_), OP(MATCH, 0, 1, 0));
}

static void tables(void **state)
{
	(void)state;
#define TABLE(key)                                                                                                     \
	CONST(key), OP(SWITCH, 0, 0, 0), CONST(ONE_), OP(JUMP, 0, 0, 7), CONST(TWO_), OP(JUMP, 0, 0, 7), CONST(NUMBERS_)
	EXPECT_INT(1, TABLE(A_));
	EXPECT_INT(2, TABLE(B_));
	EXPECT("?", TABLE(Z_));
	EXPECT("?", TABLE(ABSENT_));
	EXPECT("not told", TABLE(UNKNOWN_));
}

static void lists(void **state)
{
	(void)state;
	EXPECT("true", CONST(A_), CONST(B_), OP(GATHER, 0, 2, 0), CONST(ABC_), OP(TEST, PL_REL_WITHIN, 0, 0));
	EXPECT("false", CONST(A_), CONST(Z_), OP(GATHER, 0, 2, 0), CONST(ABC_), OP(TEST, PL_REL_WITHIN, 0, 0));
	EXPECT("true", OP(GATHER, 0, 0, 0), OP(IS, PL_IS_EMPTY, 0, 0));
	EXPECT_INT(2, CONST(ABC_), CONST(A_), OP(GATHER, 0, 1, 0), OP(LESS, 0, 0, 0), OP(CALL, PL_BUILTIN_COUNT, 1, 0));
	EXPECT_INT(3, CONST(ONE_), CONST(TWO_), OP(ADD, 0, 0, 0));
	EXPECT_INT(-1, CONST(ONE_), CONST(TWO_), OP(SUB, 0, 0, 0));
	EXPECT_INT(4, CONST(TWO_), CONST(TWO_), OP(MUL, 0, 0, 0));
}

#define IS_B(kind, list)                                                                                               \
	CONST(list), OP(LOOP, 0, kind, 5), OP(VAR, 0, 0, 0), CONST(B_), OP(COMPARE, PL_REL_EQ, 0, 0),                  \
		OP(NEXT, 0, kind, 2)
#define IS_Z(kind, list)                                                                                               \
	CONST(list), OP(LOOP, 0, kind, 5), OP(VAR, 0, 0, 0), CONST(Z_), OP(COMPARE, PL_REL_EQ, 0, 0),                  \
		OP(NEXT, 0, kind, 2)

static void loops(void **state)
{
	(void)state;
	EXPECT("true", IS_B(PL_LOOP_SOME, ABC_));
	EXPECT("false", IS_Z(PL_LOOP_SOME, ABC_));
	EXPECT("false", IS_B(PL_LOOP_SOME, NONE_));
	EXPECT("false", IS_B(PL_LOOP_SOME, ABSENT_LIST_));
	EXPECT("not told", IS_B(PL_LOOP_SOME, UNKNOWN_));
	EXPECT("true", IS_B(PL_LOOP_SOME, OPEN_));
	EXPECT("damaged", IS_Z(PL_LOOP_SOME, OPEN_));
	EXPECT("false", IS_B(PL_LOOP_EVERY, ABC_));
	EXPECT("true", IS_B(PL_LOOP_EVERY, NONE_));
	EXPECT("false", IS_B(PL_LOOP_NO, ABC_));
	EXPECT("true", IS_Z(PL_LOOP_NO, ABC_));
	EXPECT("damaged", IS_Z(PL_LOOP_NO, OPEN_));
	EXPECT("false", IS_B(PL_LOOP_NO, OPEN_));
	EXPECT_INT(1, IS_B(PL_LOOP_COUNT, ABC_));
	EXPECT_INT(0, IS_B(PL_LOOP_COUNT, NONE_));
	EXPECT("damaged", IS_B(PL_LOOP_COUNT, OPEN_));
}

static void sums(void **state)
{
	(void)state;
	const struct pl_insn code[] = {CONST(NUMBERS_),	 OP(LOOP, 3, PL_LOOP_SUM, 4), CONST(TRUE_),
				       OP(VAR, 3, 0, 0), OP(NEXT, 3, PL_LOOP_SUM, 2), OP(RETURN, 0, 0, 0)};
	struct pl_value v = value_of(code, COUNT(code));
	assert_int_equal(v.kind, PL_V_NUMBER);
	assert_int_equal(v.of, PL_T_BYTES);
	assert_true(v.u.q == 6 * PL_NANO_ONE);
	EXPECT_INT(0, CONST(NUMBERS_), OP(LOOP, 3, PL_LOOP_SUM, 4), CONST(FALSE_), OP(VAR, 3, 0, 0),
		   OP(NEXT, 3, PL_LOOP_SUM, 2));
	EXPECT("one of the summands is missing", CONST(NUMBERS_), OP(LOOP, 3, PL_LOOP_SUM, 4), CONST(TRUE_),
	       CONST(ABSENT_), OP(NEXT, 3, PL_LOOP_SUM, 2));
}

static void nested_loops(void **state)
{
	(void)state;
	/* count(x in {a,b,c} where some y in {a,b,c} satisfies y == x and x != "b") */
	EXPECT_INT(2, CONST(ABC_), OP(LOOP, 0, PL_LOOP_COUNT, 13), CONST(ABC_), OP(LOOP, 1, PL_LOOP_SOME, 12),
		   OP(VAR, 1, 0, 0), OP(VAR, 0, 0, 0), OP(COMPARE, PL_REL_EQ, 0, 0), OP(SKIP_FALSE, 0, 0, 12),
		   OP(VAR, 0, 0, 0), CONST(B_), OP(COMPARE, PL_REL_NE, 0, 0), OP(AND, 0, 0, 0),
		   OP(NEXT, 1, PL_LOOP_SOME, 4), OP(NEXT, 0, PL_LOOP_COUNT, 2));
}

static void reading(void **state)
{
	(void)state;
	EXPECT_TEXT("web", SLOT(NAME));
	EXPECT("true", SLOT(ENV), OP(LOOP, 0, PL_LOOP_SOME, 6), OP(VAR, 0, 0, 0), OP(STEP, 0, 0, 2), CONST(B_),
	       OP(COMPARE, PL_REL_NE, 0, 0), OP(NEXT, 0, PL_LOOP_SOME, 2));
	EXPECT_INT(2, SLOT(ENV), OP(CALL, PL_BUILTIN_COUNT, 1, 0));
	EXPECT("true", SLOT(OLD_POD), OP(IS, PL_IS_ABSENT, 0, 0));
	struct pl_value today;
	const struct pl_insn code[] = {SLOT(TODAY), OP(RETURN, 0, 0, 0)};
	today = value_of(code, 2);
	assert_int_equal(today.kind, PL_V_DATE);
	assert_int_equal(today.u.i, 20779);
}

static void moving(void **state)
{
	(void)state;
	const struct pl_insn code[] = {SLOT(NAME), OP(RETURN, 0, 0, 0)};
	struct pl_run *run = run_of(code, 2, read_pod(pod_text));
	static const char *const names[] = {"web", "db", "web"};
	for (uint32_t i = 0; i < 3; i++) {
		struct pl_value v;
		pl_run_stand(run, PL_SUBJECT_CONTAINER, i % 2);
		assert_int_equal(pl_run_fragment(run, 0, &v), PL_OK);
		assert_true(pl_str_eq(v.u.s, pl_str_from(names[i])));
	}
}

static void origin(void **state)
{
	(void)state;
	const struct pl_insn code[] = {SLOT(OPERATION), CONST(A_), OP(COMPARE, PL_REL_EQ, 0, 0), OP(NOT, 0, 0, 0),
				       OP(RETURN, 0, 0, 0)};
	struct pl_run *run = run_of(code, COUNT(code), read_pod(pod_text));
	struct pl_value v;
	assert_int_equal(pl_run_fragment(run, 0, &v), PL_OK);
	assert_int_equal(v.kind, PL_V_UNKNOWN);
	assert_true(pl_str_eq(pl_run_origin(run, &v), PL_STR("request.operation")));
	assert_int_equal(pl_run_origin(run, &consts[UNKNOWN_]).len, 0);
}

static void old_objects(void **state)
{
	(void)state;
	const struct pl_insn code[] = {SLOT(OLD_POD), OP(IS, PL_IS_SET, 0, 0), OP(RETURN, 0, 0, 0)};
	context.request_known = true;
	context.operation = PL_STR("UPDATE");
	struct pl_value v = value_of(code, COUNT(code));
	assert_string_equal(truth_of(&v), "the object before the change was not given");
	context.operation = PL_STR("CREATE");
	v = value_of(code, COUNT(code));
	assert_string_equal(truth_of(&v), "false");
	context.request_known = false;
}

static struct pl_digest evidence_of(const struct pl_insn *code, uint32_t count, const char *pod)
{
	struct pl_run *run = run_of(code, count, read_pod(pod));
	struct pl_evidence e;
	struct pl_value v;
	pl_evidence_begin(&e);
	run->evidence = &e;
	assert_int_equal(pl_run_fragment(run, 0, &v), PL_OK);
	return pl_evidence_end(&e);
}

#define POD(env, image)                                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":["             \
	"{\"name\":\"web\",\"image\":\"" image "\",\"env\":[" env "]},{\"name\":\"db\",\"image\":\"d\"}]}}"
#define VAR_A "{\"name\":\"A\",\"value\":\"1\"}"
#define VAR_B "{\"name\":\"B\",\"value\":\"2\"}"
#define VAR_C "{\"name\":\"C\",\"value\":\"2\"}"

static void evidence(void **state)
{
	(void)state;
	/* some v in container.env satisfies v.name != "b": true at the first, and yet all are read */
	const struct pl_insn some[] = {SLOT(ENV),
				       OP(LOOP, 0, PL_LOOP_SOME, 6),
				       OP(VAR, 0, 0, 0),
				       OP(STEP, 0, 0, 2),
				       CONST(B_),
				       OP(COMPARE, PL_REL_NE, 0, 0),
				       OP(NEXT, 0, PL_LOOP_SOME, 2),
				       OP(RETURN, 0, 0, 0)};
	struct pl_digest ab = evidence_of(some, COUNT(some), POD(VAR_A "," VAR_B, "x"));
	struct pl_digest ba = evidence_of(some, COUNT(some), POD(VAR_B "," VAR_A, "x"));
	struct pl_digest ac = evidence_of(some, COUNT(some), POD(VAR_A "," VAR_C, "x"));
	struct pl_digest other_image = evidence_of(some, COUNT(some), POD(VAR_A "," VAR_B, "y"));
	struct pl_digest a = evidence_of(some, COUNT(some), POD(VAR_A, "x"));
	assert_int_equal(pl_digest_cmp(&ab, &ba), 0);
	assert_int_equal(pl_digest_cmp(&ab, &other_image), 0); /* the check does not read it */
	assert_int_not_equal(pl_digest_cmp(&ab, &ac), 0);
	assert_int_not_equal(pl_digest_cmp(&ab, &a), 0);
	/* false and container.image is set: the right side is read all the same */
	const struct pl_insn and[] = {CONST(FALSE_),	       OP(SKIP_FALSE, 0, 0, 5), SLOT(IMAGE),
				      OP(IS, PL_IS_SET, 0, 0), OP(AND, 0, 0, 0),	OP(RETURN, 0, 0, 0)};
	struct pl_digest x = evidence_of(and, COUNT(and), POD(VAR_A, "x"));
	struct pl_digest same = evidence_of(and, COUNT(and), POD(VAR_B, "docker.io/library/x"));
	struct pl_digest y = evidence_of(and, COUNT(and), POD(VAR_A, "y"));
	assert_int_equal(pl_digest_cmp(&x, &same), 0);
	assert_int_not_equal(pl_digest_cmp(&x, &y), 0);
}

static void no_memory(void **state)
{
	(void)state;
	const struct pl_insn code[] = {
		CONST(A_),	    CONST(B_), OP(GATHER, 0, 2, 0), SLOT(NAME), OP(TEST, PL_REL_CONTAINS, 0, 0),
		OP(RETURN, 0, 0, 0)};
	struct pl_run *whole = run_of(code, COUNT(code), read_pod(pod_text));
	bool seen = false;
	for (size_t ceiling = 0; ceiling < 32768; ceiling += 16) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_run *run = pl_run_new(whole->ready, whole->workload, NULL, &context, scratch, small);
		if (run) {
			struct pl_value v;
			pl_run_stand(run, PL_SUBJECT_CONTAINER, 0);
			pl_err err = pl_run_fragment(run, 0, &v);
			assert_true(err == PL_OK || err == PL_E_MEMORY);
			seen = seen || err == PL_E_MEMORY;
		}
		pl_arena_free(small);
	}
	assert_true(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logic),    cmocka_unit_test(shortcuts),    cmocka_unit_test(matching),
		cmocka_unit_test(tables),   cmocka_unit_test(lists),	    cmocka_unit_test(loops),
		cmocka_unit_test(sums),	    cmocka_unit_test(nested_loops), cmocka_unit_test(reading),
		cmocka_unit_test(moving),   cmocka_unit_test(origin),	    cmocka_unit_test(old_objects),
		cmocka_unit_test(evidence), cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
