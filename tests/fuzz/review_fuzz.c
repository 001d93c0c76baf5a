/* review_fuzz.c - arbitrary bytes through the Kubernetes door, in the process.
 *
 * Whatever comes in, what goes out is 400, or 200 with a review that jansson can read, a uid, and a boolean; `allowed`
 * is false when jansson says that the input is not well-formed; and the uid is the one that jansson finds in it. Linked
 * with the server's objects but its main. jansson refuses some texts that are JSON (lone surrogates, large numbers):
 * about those it is not asked. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../../server/admission.h"
#include "../../server/uid.h"

#define MEMORY	  (64u * 1024u * 1024u)
#define BODY_MAX  (1024u * 1024u)
#define CHECK(ok) ((ok) ? (void)0 : abort())

static const char policy_text[] = "policy fuzz\n"
				  "deny privileged\n"
				  "  for each container\n"
				  "  forbid container.privileged\n"
				  "    message \"{container} is privileged\"\n"
				  "warn no-memory-limit\n"
				  "  for each container\n"
				  "  require container.memory_limit is set\n"
				  "    message \"{container} has no memory limit\"\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pl_policy *compile(void)
{
	struct pl_policy_source source = {PL_STR("fuzz.plim"), {policy_text, sizeof policy_text - 1}};
	struct pl_arena *arena = pl_arena_new(MEMORY, 0);
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	CHECK(arena);
	pl_diags_init(&diags, arena);
	CHECK(pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &policy, &diags) ==
	      PL_OK);
	pl_arena_free(arena);
	return policy;
}

/* What jansson makes of the input; NULL when it refuses, and *ret_malformed when it is sure that it is no JSON. A key
 * that stands twice is no proof: where nothing reads it, it says nothing (language.md 7.4). */
static json_t *read_input(const uint8_t *data, size_t size, bool *ret_malformed)
{
	json_error_t error;
	json_t *root =
		json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	*ret_malformed = false;
	if (root)
		return root;
	enum json_error_code code = json_error_code(&error);
	*ret_malformed = code == json_error_premature_end_of_input || code == json_error_end_of_input_expected ||
			 (code == json_error_invalid_syntax && !strstr(error.text, "Unicode"));
	return NULL;
}

static const json_t *uid_of(const json_t *review, const char *member)
{
	const json_t *uid = json_object_get(json_object_get(review, member), "uid");
	return json_is_string(uid) && json_string_length(uid) > 0 ? uid : NULL;
}

static void check_answer(const struct pl_answer *answer, const json_t *input, bool must_refuse)
{
	json_error_t error;
	const json_t *wanted = uid_of(input, "request");
	CHECK(answer->status == 200 || answer->status == 400);
	if (wanted && json_string_length(wanted) < PL_UID_MAX / 6)
		CHECK(answer->status == 200);
	json_t *out = json_loadb(answer->body.ptr, answer->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	CHECK(out);
	if (answer->status == 200) {
		const json_t *uid = uid_of(out, "response");
		const json_t *allowed = json_object_get(json_object_get(out, "response"), "allowed");
		CHECK(uid && json_is_boolean(allowed));
		CHECK(!wanted || json_equal(wanted, uid));
		CHECK(!must_refuse || json_is_false(allowed));
		CHECK(json_is_false(allowed) == (json_object_get(json_object_get(out, "response"), "status") != NULL));
	}
	json_decref(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pl_policy *policy;
	static struct pl_desk *desk;
	static struct pl_store *store;
	static struct pl_config config = {.updates = "relative", .log = "all"};
	struct pl_answer answer;
	bool malformed;
	if (!policy) {
		policy = compile();
		desk = pl_desk_new(MEMORY);
		store = pl_store_new();
		CHECK(desk && store);
	}
	struct pl_service service = {.config = &config, .store = store};
	json_t *input = read_input(data, size, &malformed);
	struct pl_call call = {.body = {(const char *)data, size}, .whole = true, .limit = BODY_MAX};
	pl_desk_clear(desk);
	pl_admission_answer(&service, desk, policy, &call, &answer);
	check_answer(&answer, input, malformed);

	call.whole = false;
	pl_desk_clear(desk);
	pl_admission_answer(&service, desk, policy, &call, &answer);
	check_answer(&answer, input, true);
	json_decref(input);
	return 0;
}
