/* space.c - the space of some rules: for each shape in which their subject can stand, the knobs that they read and the
 * values of each. */
#include "space.h"

#include <string.h>

#define K8S PL_ON_KUBERNETES
#define ECS PL_ON_ECS
#define NO  PL_NO_RECORD

/* In the order in which examples are looked for. */
static const struct pl_shape shapes[] = {
	{PL_SUBJECT_WORKLOAD, K8S, NULL, "", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_WORKLOAD, ECS, NULL, "", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_OBJECT, K8S, NULL, "", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_POD, K8S, NULL, "", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_TASK, ECS, NULL, "", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_CONTAINER, K8S, NULL, "spec.containers[0]", "spec.containers[0]", NULL, NO, {NULL}},
	{PL_SUBJECT_CONTAINER,
	 K8S,
	 "init",
	 "spec.initContainers[0]",
	 "spec.initContainers[0]",
	 NULL,
	 NO,
	 {"spec.initContainers[0].name", "i", "spec.initContainers[0].image", "x", NULL}},
	{PL_SUBJECT_CONTAINER,
	 K8S,
	 "sidecar",
	 "spec.initContainers[0]",
	 "spec.initContainers[0]",
	 NULL,
	 NO,
	 {"spec.initContainers[0].name", "i", "spec.initContainers[0].image", "x",
	  "spec.initContainers[0].restartPolicy", "Always", NULL}},
	{PL_SUBJECT_CONTAINER,
	 K8S,
	 "ephemeral",
	 "spec.ephemeralContainers[0]",
	 "spec.ephemeralContainers[0]",
	 NULL,
	 PL_RECORD_K8S_EphemeralContainer,
	 {"spec.ephemeralContainers[0].name", "e", "spec.ephemeralContainers[0].image", "x", NULL}},
	{PL_SUBJECT_CONTAINER, ECS, NULL, "containerDefinitions[0]", "containerDefinitions[0]", NULL, NO, {NULL}},
	{PL_SUBJECT_MOUNT,
	 K8S,
	 NULL,
	 "spec.containers[0].volumeMounts[0]",
	 "spec.containers[0]",
	 "spec.volumes[0]",
	 NO,
	 {"spec.volumes[0].name", "v", "spec.containers[0].volumeMounts[0].name", "v", NULL}},
	{PL_SUBJECT_MOUNT,
	 ECS,
	 NULL,
	 "containerDefinitions[0].mountPoints[0]",
	 "containerDefinitions[0]",
	 "volumes[0]",
	 NO,
	 {"volumes[0].name", "v", "containerDefinitions[0].mountPoints[0].sourceVolume", "v",
	  "containerDefinitions[0].mountPoints[0].containerPath", "/data", NULL}},
	{PL_SUBJECT_VOLUME,
	 K8S,
	 NULL,
	 "spec.volumes[0]",
	 NULL,
	 "spec.volumes[0]",
	 NO,
	 {"spec.volumes[0].name", "v", NULL}},
	{PL_SUBJECT_VOLUME, ECS, NULL, "volumes[0]", NULL, "volumes[0]", NO, {"volumes[0].name", "v", NULL}},
	{PL_SUBJECT_PORT,
	 K8S,
	 NULL,
	 "spec.containers[0].ports[0]",
	 "spec.containers[0]",
	 NULL,
	 NO,
	 {"spec.containers[0].ports[0]", "{}", NULL}},
	{PL_SUBJECT_PORT,
	 ECS,
	 NULL,
	 "containerDefinitions[0].portMappings[0]",
	 "containerDefinitions[0]",
	 NULL,
	 NO,
	 {"containerDefinitions[0].portMappings[0]", "{}", NULL}},
	{PL_SUBJECT_VARIABLE,
	 K8S,
	 NULL,
	 "spec.containers[0].env[0]",
	 "spec.containers[0]",
	 NULL,
	 NO,
	 {"spec.containers[0].env[0].name", "x", NULL}},
	{PL_SUBJECT_VARIABLE,
	 ECS,
	 NULL,
	 "containerDefinitions[0].environment[0]",
	 "containerDefinitions[0]",
	 NULL,
	 PL_RECORD_ECS_KeyValuePair,
	 {"containerDefinitions[0].environment[0].name", "x", NULL}},
	{PL_SUBJECT_VARIABLE,
	 ECS,
	 NULL,
	 "containerDefinitions[0].secrets[0]",
	 "containerDefinitions[0]",
	 NULL,
	 PL_RECORD_ECS_Secret,
	 {"containerDefinitions[0].secrets[0].name", "x", NULL}},
	{PL_SUBJECT_IMAGE, K8S, NULL, "spec.containers[0].image", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_IMAGE, ECS, NULL, "containerDefinitions[0].image", NULL, NULL, NO, {NULL}},
	{PL_SUBJECT_SECURITY_CONTEXT,
	 K8S,
	 NULL,
	 "spec.containers[0].securityContext",
	 NULL,
	 NULL,
	 PL_RECORD_K8S_SecurityContext,
	 {"spec.containers[0].securityContext", "{}", NULL}},
	{PL_SUBJECT_SECURITY_CONTEXT,
	 K8S,
	 NULL,
	 "spec.securityContext",
	 NULL,
	 NULL,
	 PL_RECORD_K8S_PodSecurityContext,
	 {"spec.securityContext", "{}", NULL}},
};

/* --- which shapes ---------------------------------------------------------------------------------------------------
 */

static bool reads_role(const struct pl_term *t)
{
	if (!t)
		return false;
	if (t->kind == PL_TERM_FIELD && t->u.field.step.view && t->u.field.step.id == PL_VIEW_CONTAINER_role)
		return true;
	for (uint32_t i = 0; i < t->count; i++) {
		if (reads_role(t->items[i]))
			return true;
	}
	return false;
}

static bool rule_reads_role(const struct pl_space_rule *rule)
{
	const struct pl_rule_terms *t = rule->terms;
	bool yes = reads_role(t->where);
	for (uint16_t i = 0; i < t->loop_count; i++)
		yes = yes || reads_role(t->loops[i].list) || reads_role(t->loops[i].where);
	for (uint16_t i = 0; i < t->guard_count; i++)
		yes = yes || reads_role(t->guards[i].cond);
	for (uint16_t i = 0; i < t->check_count; i++)
		yes = yes || reads_role(t->checks[i].cond);
	for (uint32_t i = 0; i < t->exception_count; i++)
		yes = yes || reads_role(t->exceptions[i].where);
	return yes;
}

static bool is_shape_of(const struct pl_shape *shape, const struct pl_space_rule *rules, size_t count)
{
	bool about = false, role = false;
	for (size_t i = 0; i < count; i++) {
		about = about ||
			(rules[i].terms->subject == shape->about && (rules[i].terms->platforms & shape->platform));
		role = role || rule_reads_role(&rules[i]);
	}
	return about && (role || !shape->role);
}

unsigned pl_space_shapes(const struct pl_space_rule *rules, size_t count, const struct pl_shape **ret, unsigned room)
{
	unsigned n = 0;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes && n < room; i++) {
		if (is_shape_of(&shapes[i], rules, count))
			ret[n++] = &shapes[i];
	}
	return n;
}

/* --- making ---------------------------------------------------------------------------------------------------------
 */

void pl_space_lack(struct pl_space *s, const char *why, pl_str of)
{
	if (s->why)
		return;
	s->why = why;
	s->why_of = of;
}

static double count_models(const struct pl_knobs *knobs)
{
	double n = 1;
	for (unsigned i = 0; i < knobs->count; i++)
		n *= knobs->items[i]->choice_count;
	return n;
}

pl_err pl_space_make(const struct pl_space_rule *rules, size_t count, const struct pl_shape *shape, int32_t today,
		     struct pl_arena *arena, struct pl_space *ret)
{
	*ret = (struct pl_space){.arena = arena, .shape = shape, .today = today, .err = PL_OK};
	struct pl_space_reader r = {.space = ret};
	pl_alphabet_init(&ret->alphabet, arena);
	for (size_t i = 0; i < count && ret->err == PL_OK; i++) {
		if (rules[i].terms->platforms & shape->platform)
			pl_space_read_rule(&r, &rules[i]);
	}
	if (ret->err == PL_OK)
		pl_space_pool_all(ret, &ret->knobs);
	ret->models = count_models(&ret->knobs);
	return ret->err;
}
