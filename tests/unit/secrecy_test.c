/* secrecy_test.c - which places of a document, and which paths of a program, a trace keeps to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "doc/tape.h"
#include "vm/secrecy.h"

static const char text[] =
	"{\"kind\":\"Secret\",\"data\":{\"a\":\"H0\"},\"stringData\":{\"b\":[\"H1\"]},\"metadata\":{\"annotations\":"
	"{\"kubectl.kubernetes.io/last-applied-configuration\":\"H2\",\"n\":\"S0\"}},"
	"\"env\":[{\"name\":\"S1\",\"value\":\"H3\",\"valueFrom\":{\"key\":\"S2\"}},\"H4\"],"
	"\"environment\":{\"name\":\"S3\",\"value\":\"H5\"},\"items\":[{\"kind\":\"Pod\",\"data\":\"S4\"}],"
	"\"logConfiguration\":{\"logDriver\":\"S5\",\"options\":{\"t\":\"H6\"}},\"options\":{\"t\":\"S6\"},"
	"\"Command\":[\"H7\",\"H8\"],\"args\":\"H9\",\"probe\":{\"exec\":{\"command\":[\"HA\"]}},\"entryPoint\":["
	"\"HB\"],"
	"\"httpHeaders\":[{\"name\":\"S7\",\"value\":\"HC\"}],\"secrets\":[{\"valueFrom\":\"HD\"},{\"valueFrom\":\"/"
	"S\"}]}";

/* Every value says itself whether it is hidden. */
static void places(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_doc *doc;
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, NULL),
			 PL_OK);
	unsigned hidden = 0, shown = 0;
	for (pl_node node = 0; node < doc->count; node++) {
		const struct pl_token *t = &doc->tokens[node];
		if (t->type != PL_NODE_STRING || t->flags & PL_TOKEN_KEY || t->len != 2)
			continue;
		char what = pl_tape_raw(doc, t).ptr[0];
		if (what == '/')
			what = 'S';
		if (pl_secrecy_hides(doc, node, arena) != (what == 'H'))
			fail_msg("%.*s", PL_FMT(pl_tape_raw(doc, t)));
		hidden += what == 'H';
		shown += what == 'S';
	}
	assert_int_equal(hidden, 14);
	assert_int_equal(shown, 9);
	assert_false(pl_secrecy_hides(doc, pl_doc_root(doc), arena));
	assert_false(pl_secrecy_hides(doc, doc->count, arena));
	pl_arena_free(arena);
}

static bool hides_step(bool view, uint16_t id, uint16_t record)
{
	struct pl_path_step step = {{view, id}, record};
	return pl_secrecy_hides_path(&(struct pl_path){.steps = &step, .count = 1});
}

static void paths(void **state)
{
	(void)state;
	assert_true(hides_step(true, PL_VIEW_VARIABLE_value, PL_NO_RECORD));
	assert_false(hides_step(true, PL_VIEW_VARIABLE_name, PL_NO_RECORD));
	assert_true(hides_step(false, PL_NAME_value, PL_RECORD_K8S_EnvVar));
	assert_true(hides_step(false, PL_NAME_value, PL_RECORD_ECS_KeyValuePair));
	assert_false(hides_step(false, PL_NAME_name, PL_RECORD_K8S_EnvVar));
	assert_true(hides_step(false, PL_NAME_value, PL_RECORD_K8S_HTTPHeader));
	assert_true(hides_step(false, PL_NAME_command, PL_RECORD_K8S_ExecAction));
	assert_true(hides_step(false, PL_NAME_entryPoint, PL_RECORD_ECS_ContainerDefinition));
	assert_false(hides_step(false, PL_NAME_image, PL_RECORD_K8S_Container));
	assert_false(hides_step(false, PL_NAME_value, PL_NO_RECORD));
	assert_false(pl_secrecy_hides_path(&(struct pl_path){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(places), cmocka_unit_test(paths)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
