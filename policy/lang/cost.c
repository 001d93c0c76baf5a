/* cost.c - counts the steps of a rule for the largest document that rules ever meet: a comparison is one step, a
 * pattern 50, a built-in function what builtins.def says, and a loop multiplies by the cap of its list. It is an upper
 * bound because documents over the caps of model/subjects.h never reach the rules. Counts stop at UINT64_MAX. spec:
 * language.md 3.14 */
#include "cost.h"

#include "model/subjects.h"

#define PATTERN_STEPS 50
#define MAX_HANDLERS  8 /* probes and lifecycle hooks of one container: five, with room for more */

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* --- caps
 * ----------------------------------------------------------------------------------------------------------------- */

/* In a whole workload. */
static uint64_t cap_of_subject(enum pl_subject subject)
{
	switch (subject) {
	case PL_SUBJECT_CONTAINER:
		return PL_MAX_CONTAINERS;
	case PL_SUBJECT_MOUNT:
		return PL_MAX_MOUNTS;
	case PL_SUBJECT_VOLUME:
		return PL_MAX_VOLUMES;
	case PL_SUBJECT_PORT:
		return PL_MAX_PORTS;
	case PL_SUBJECT_VARIABLE:
		return PL_MAX_VARIABLES;
	case PL_SUBJECT_IMAGE:
		return PL_MAX_CONTAINERS + PL_MAX_VOLUMES;
	case PL_SUBJECT_SECURITY_CONTEXT:
		return PL_MAX_CONTAINERS + 1;
	case PL_SUBJECT_HANDLER:
		return (uint64_t)PL_MAX_CONTAINERS * MAX_HANDLERS;
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_OBJECT:
	case PL_SUBJECT_WORKLOAD:
	case PL_SUBJECT_POD:
	case PL_SUBJECT_TASK:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		return 1;
	}
	return 1;
}

/* The subject that the elements of a list are, natively or in the view; NONE if they are something else. */
static enum pl_subject subject_of(struct pl_type list)
{
	static const enum pl_subject counted[] = {PL_SUBJECT_CONTAINER, PL_SUBJECT_MOUNT, PL_SUBJECT_VOLUME,
						  PL_SUBJECT_PORT, PL_SUBJECT_VARIABLE};
	if (list.kind == PL_T_LIST && list.elem == PL_T_SUBJECT)
		return (enum pl_subject)list.elem_ref;
	for (unsigned i = 0; list.kind == PL_T_LIST && list.elem == PL_T_RECORD && i < 5; i++) {
		uint16_t records[4];
		unsigned n = pl_subject_records(counted[i], PL_ON_BOTH, records);
		for (unsigned k = 0; k < n; k++) {
			if (records[k] == list.elem_ref)
				return counted[i];
		}
	}
	return PL_SUBJECT_NONE;
}

/* The list belongs to a container that is itself iterated over: all its like together are capped, not each. */
static bool is_shared(const struct pl_term *list, enum pl_subject elements)
{
	bool inside = elements == PL_SUBJECT_MOUNT || elements == PL_SUBJECT_PORT || elements == PL_SUBJECT_VARIABLE ||
		      elements == PL_SUBJECT_HANDLER;
	if (!inside || list->kind != PL_TERM_FIELD)
		return false;
	const struct pl_term *owner = list->items[0];
	return owner->kind == PL_TERM_VAR || (owner->kind == PL_TERM_ROOT && owner->root == PL_ROOT_SUBJECT &&
					      owner->subject == PL_SUBJECT_CONTAINER);
}

#define PLACES 3 /* where the metadata service can be out of reach: pods, awsvpc, bridge */

/* At most so many elements in a list that holds no subjects. */
static uint64_t cap_of_list(const struct pl_term *list)
{
	if (list->kind == PL_TERM_FIELD && list->u.field.step.view &&
	    list->u.field.step.id == PL_VIEW_CLUSTER_imds_blocked)
		return PLACES;
	return list->type.kind == PL_T_MAP ? PL_MAX_ANNOTATIONS : PL_MAX_LIST;
}

/* The secrets of a log are no variables of its container, though they look the same. */
static bool is_of_log(const struct pl_term *list)
{
	return list->kind == PL_TERM_FIELD && list->items[0]->type.kind == PL_T_RECORD &&
	       list->items[0]->type.ref == PL_RECORD_ECS_LogConfiguration;
}

/* How often the body of a loop runs in all, when the loop is begun n times. */
static uint64_t turns(const struct pl_term *list, uint64_t n)
{
	enum pl_subject elements = is_of_log(list) ? PL_SUBJECT_NONE : subject_of(list->type);
	if (list->kind == PL_TERM_SET)
		return times(n, list->count);
	if (list->kind == PL_TERM_DATA)
		return times(n, list->u.data.count ? list->u.data.count : 1); /* of no file: one that nobody knows */
	if (elements == PL_SUBJECT_NONE)
		return times(n, cap_of_list(list));
	if (is_shared(list, elements))
		return times(n / PL_MAX_CONTAINERS + (n % PL_MAX_CONTAINERS != 0), cap_of_subject(elements));
	return times(n, cap_of_subject(elements));
}

/* --- terms
 * ---------------------------------------------------------------------------------------------------------------- */

static uint64_t own_cost(const struct pl_term *t)
{
	static const uint8_t builtins[PL_BUILTIN_COUNT_] = {
#define PL_BUILTIN(id, name, args, result, absent, cost, sentence) [PL_BUILTIN_##id] = cost,
#include "builtins.def"
#undef PL_BUILTIN
	};
	switch ((enum pl_term_kind)t->kind) {
	case PL_TERM_MATCH:
		return PATTERN_STEPS;
	case PL_TERM_CALL:
		return builtins[t->op];
	case PL_TERM_INDEX:
	case PL_TERM_ADD:
	case PL_TERM_SUB:
	case PL_TERM_MUL:
	case PL_TERM_LESS:
	case PL_TERM_SWITCH:
	case PL_TERM_COMPARE:
	case PL_TERM_TEST:
	case PL_TERM_IS:
	case PL_TERM_TRUTH:
		return 1;
	case PL_TERM_CONST:
	case PL_TERM_ROOT:
	case PL_TERM_VAR:
	case PL_TERM_DATA:
	case PL_TERM_FIELD:
	case PL_TERM_ELSE:
	case PL_TERM_SET:
	case PL_TERM_MAP:
	case PL_TERM_LOOP:
	case PL_TERM_NOT:
	case PL_TERM_AND:
	case PL_TERM_OR:
		return 0;
	}
	return 0;
}

/* A data file that is walked from end to end: as the list whose elements are looked up elsewhere, or as patterns. */
static uint64_t walked(const struct pl_term *t)
{
	bool lists = t->kind == PL_TERM_LESS ||
		     (t->kind == PL_TERM_TEST && (t->op == PL_REL_WITHIN || t->op == PL_REL_OVERLAPS));
	bool patterns = t->kind == PL_TERM_TEST && t->op == PL_REL_LIKE;
	const struct pl_term *list = lists ? t->items[0] : patterns ? t->items[1] : NULL;
	return list && list->kind == PL_TERM_DATA ? list->u.data.count : 0;
}

/* Steps of n evaluations. */
static uint64_t cost(const struct pl_term *t, uint64_t n)
{
	uint64_t sum = times(n, plus(own_cost(t), walked(t)));
	bool loop = t->kind == PL_TERM_LOOP;
	uint64_t inner = loop ? turns(t->items[0], n) : n;
	if (loop)
		sum = plus(sum, inner);
	if (t->kind == PL_TERM_SET && pl_term_is_constant(t))
		return sum;
	for (uint32_t i = 0; i < t->count; i++)
		sum = plus(sum, cost(t->items[i], loop && i > 0 ? inner : n));
	return sum;
}

/* --- rules
 * ---------------------------------------------------------------------------------------------------------------- */

static void keep_dearest(struct pl_cost *bill, struct pl_cost_part part)
{
	for (unsigned i = 0; i < PL_COST_SHOWN; i++) {
		if (part.steps > bill->most[i].steps) {
			struct pl_cost_part smaller = bill->most[i];
			bill->most[i] = part;
			part = smaller;
		}
	}
}

static void charge(struct pl_cost *bill, const struct pl_term *t, uint64_t n)
{
	if (!t)
		return;
	struct pl_cost_part part = {t, cost(t, n)};
	bill->steps = plus(bill->steps, part.steps);
	keep_dearest(bill, part);
}

/* The guards of the policy are looked at where those of the rule are. */
static void charge_rule(struct pl_cost *bill, const struct pl_rule_terms *rule, const struct pl_guard_term *guards,
			uint16_t guard_count)
{
	uint64_t n = cap_of_subject((enum pl_subject)rule->subject);
	charge(bill, rule->where, n);
	for (uint16_t i = 0; i < rule->loop_count; i++) {
		charge(bill, rule->loops[i].list, n);
		n = turns(rule->loops[i].list, n);
		charge(bill, rule->loops[i].where, n);
	}
	for (uint16_t i = 0; i < guard_count; i++)
		charge(bill, guards[i].cond, n);
	for (uint16_t i = 0; i < rule->guard_count; i++)
		charge(bill, rule->guards[i].cond, n);
	for (uint16_t i = 0; i < rule->check_count; i++)
		charge(bill, rule->checks[i].cond, n);
	for (uint32_t i = 0; i < rule->exception_count; i++)
		charge(bill, rule->exceptions[i].where, n);
	charge(bill, rule->rollout, 1);
}

/* "409600 steps at t.plim:4:11: variable.name matches /[a-z]+/", a line each. */
static pl_str list_dearest(struct pl_checker *c, const struct pl_cost *bill)
{
	pl_str note = {0};
	for (unsigned i = 0; i < PL_COST_SHOWN && bill->most[i].term; i++) {
		const struct pl_term *t = bill->most[i].term;
		struct pl_position at = pl_position_of(t->source->text, t->at.start);
		note = pl_check_text(c, "%.*s%s%llu steps at %.*s:%u:%u: %.*s", PL_FMT(note), i ? "\n" : "",
				     (unsigned long long)bill->most[i].steps, PL_FMT(t->source->name), at.line,
				     at.column, PL_FMT(pl_check_written(c, t)));
	}
	return note;
}

static void over(struct pl_checker *c, const struct pl_rule_terms *rule, const struct pl_cost *bill, const char *what,
		 unsigned limit)
{
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0003,
			.at = rule->decl->name.at,
			.source = &c->sources[rule->decl->source],
			.note = list_dearest(c, bill),
			.help = PL_STR("begin the rule where the lists are (`for each mount`, `for each variable`), "
				       "or compare with `==` and `like` instead of a pattern"),
		},
		"%s `%.*s` may take %llu steps for the largest document; the limit is %u", what,
		PL_FMT(rule->decl->name.text), (unsigned long long)bill->steps, limit);
}

bool pl_cost_rule(struct pl_checker *c, const struct pl_rule_terms *rule, const struct pl_guard_term *guards,
		  uint16_t guard_count, struct pl_cost *total)
{
	struct pl_cost bill = {0};
	charge_rule(&bill, rule, guards, guard_count);
	uint64_t before = total->steps;
	total->steps = plus(before, bill.steps);
	for (unsigned i = 0; i < PL_COST_SHOWN; i++)
		keep_dearest(total, bill.most[i]);
	if (bill.steps > PL_MAX_RULE_COST) {
		over(c, rule, &bill, "the rule", PL_MAX_RULE_COST);
		return false;
	}
	if (before <= PL_MAX_SET_COST && total->steps > PL_MAX_SET_COST) {
		over(c, rule, total, "the policy set up to the rule", PL_MAX_SET_COST);
		return false;
	}
	return true;
}
