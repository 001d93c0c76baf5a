/* check_field.c - one step of a path: a field of a record, of a subject (common view or native), a member of an image,
 * ARN, role or entry; and a look-up in a map. spec: language.md 3.5.4, 3.6
 *
 * In a rule about both platforms a subject has only the fields of the common view that both have. In a rule about one
 * it has its native fields too; where the names coincide, the common view wins. */
#include "check.h"

#include <string.h>

#include "base/buf.h"

#define MAX_NAMES 128 /* names listed in a help text */

struct found {
	struct pl_type type;
	enum pl_presence presence;
	struct pl_step step;
	uint16_t record;
	const char *name, *dflt;
};

static const char *const roles[] = {"ephemeral", "init", "main", "sidecar"};
static const char *const platforms[] = {"ecs", "kubernetes"};
static const char *const operations[] = {"CONNECT", "CREATE", "DELETE", "UPDATE"};
static const char *const identities[] = {"irsa", "pod-identity", "task-role"};
static const char *const seccomp_types[] = {"Localhost", "RuntimeDefault", "Unconfined"};
static const char *const imds_places[] = {"awsvpc", "bridge", "pods"};

#define DOMAIN(values)                                                                                                 \
	{                                                                                                              \
		values, sizeof(values) / sizeof *(values)                                                              \
	}

/* The strings of the view that have a fixed set of values. */
static const struct {
	enum pl_view row;
	struct pl_domain domain;
} domains[] = {
	{PL_VIEW_CONTAINER_role, DOMAIN(roles)},
	{PL_VIEW_CONTAINER_seccomp, DOMAIN(seccomp_types)},
	{PL_VIEW_CONTAINER_aws_identity, DOMAIN(identities)},
	{PL_VIEW_WORKLOAD_platform, DOMAIN(platforms)},
	{PL_VIEW_REQUEST_operation, DOMAIN(operations)},
	{PL_VIEW_CLUSTER_imds_blocked, DOMAIN(imds_places)},
};

static struct pl_domain domain_of_row(struct pl_step step)
{
	for (unsigned i = 0; step.view && i < sizeof domains / sizeof *domains; i++) {
		if (domains[i].row == step.id)
			return domains[i].domain;
	}
	return (struct pl_domain){0};
}

/* --- finding a field -------------------------------------------------------------------------------------------------
 */

static bool find_row(enum pl_subject subject, pl_str name, struct found *ret)
{
	enum pl_view row = pl_view_find(subject, name);
	if (row == PL_VIEW_COUNT)
		return false;
	const struct pl_view_field *f = &pl_view_fields[row];
	*ret = (struct found){.type = f->type,
			      .presence = f->presence,
			      .step = {.view = true, .id = (uint16_t)row},
			      .record = PL_NO_RECORD,
			      .name = f->name};
	return true;
}

static void from_schema(const struct pl_schema_field *f, uint16_t record, struct found *ret)
{
	*ret = (struct found){.type = f->type,
			      .presence = f->presence,
			      .step = {.view = false, .id = f->name_id},
			      .record = record,
			      .name = f->name,
			      .dflt = f->dflt};
}

static bool find_in_record(uint16_t record, pl_str name, struct found *ret)
{
	const struct pl_schema_field *f = pl_schema_field_find(record, name);
	if (f)
		from_schema(f, record, ret);
	return f != NULL;
}

/* A native field that at least one of the subject's records has. Where some record lacks a required field, it may be
 * absent. */
static bool find_native(enum pl_subject subject, enum pl_platforms platform, pl_str name, struct found *ret)
{
	uint16_t records[4];
	unsigned n = pl_subject_records(subject, platform, records), having = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_field *f = pl_schema_field_find(records[i], name);
		if (!f)
			continue;
		if (having++ == 0)
			from_schema(f, records[i], ret);
		else if (f->presence == PL_OPTIONAL)
			ret->presence = PL_OPTIONAL;
	}
	if (having > 0 && having < n && ret->presence == PL_REQUIRED)
		ret->presence = PL_OPTIONAL;
	return having > 0;
}

/* --- saying that there is none
 * ------------------------------------------------------------------------------------------ */

/* Offers the fields of a subject that can be used here. */
static void offer_subject(struct pl_checker *c, enum pl_subject subject, struct pl_nearest *nearest)
{
	for (unsigned i = 0; i < PL_VIEW_COUNT; i++) {
		const struct pl_view_field *f = &pl_view_fields[i];
		if (f->subject == subject && (f->platforms & c->scope.platforms) == c->scope.platforms)
			pl_nearest_offer(nearest, pl_str_from(f->name));
	}
	uint16_t records[4];
	if (c->scope.platforms == PL_ON_BOTH)
		return;
	unsigned n = pl_subject_records(subject, (enum pl_platforms)c->scope.platforms, records);
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_record *r = &pl_schema_records[records[i]];
		for (uint16_t k = 0; k < r->count; k++)
			pl_nearest_offer(nearest, pl_str_from(r->fields[k].name));
	}
}

struct names {
	const char *items[MAX_NAMES]; /* sorted, each once */
	unsigned count;
};

static void insert(struct names *names, const char *name)
{
	unsigned k = 0;
	while (k < names->count && strcmp(names->items[k], name) < 0)
		k++;
	if (names->count == MAX_NAMES || (k < names->count && strcmp(names->items[k], name) == 0))
		return;
	memmove(&names->items[k + 1], &names->items[k], (names->count - k) * sizeof *names->items);
	names->items[k] = name;
	names->count++;
}

/* The fields of a subject that can be used here: "added_capabilities, aws_identity, ...". */
static pl_str field_names(struct pl_checker *c, enum pl_subject subject)
{
	struct names names = {.count = 0};
	unsigned here = c->scope.platforms;
	for (unsigned i = 0; i < PL_VIEW_COUNT; i++) {
		const struct pl_view_field *f = &pl_view_fields[i];
		if (f->subject == subject && (f->platforms & here) == here)
			insert(&names, f->name);
	}
	uint16_t records[4];
	unsigned n = here == PL_ON_BOTH ? 0 : pl_subject_records(subject, (enum pl_platforms)here, records);
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_record *r = &pl_schema_records[records[i]];
		for (uint16_t k = 0; k < r->count; k++)
			insert(&names, r->fields[k].name);
	}
	struct pl_buf out;
	pl_buf_init(&out, c->arena, 256);
	for (unsigned i = 0; i < names.count; i++)
		pl_buf_addf(&out, "%s%s", i ? ", " : "", names.items[i]);
	return pl_buf_str(&out);
}

static const char *platform_word(enum pl_platforms platform)
{
	return platform == PL_ON_KUBERNETES ? "Kubernetes" : "ECS";
}

/* The platforms on which the subject has the field, in the view or natively. */
static enum pl_platforms platforms_of(enum pl_subject subject, pl_str name)
{
	struct found f;
	unsigned on = 0;
	enum pl_view row = pl_view_find(subject, name);
	if (row != PL_VIEW_COUNT)
		on |= (unsigned)pl_view_fields[row].platforms;
	if (find_native(subject, PL_ON_KUBERNETES, name, &f))
		on |= PL_ON_KUBERNETES;
	if (find_native(subject, PL_ON_ECS, name, &f))
		on |= PL_ON_ECS;
	return (enum pl_platforms)on;
}

/* A field that exists, but not in rules like this one. */
static void complain_platform(struct pl_checker *c, const struct pl_name *name, enum pl_subject subject,
			      enum pl_platforms on)
{
	struct pl_complaint complaint = {.code = PL_CODE_E0303, .at = name->at};
	const char *what = pl_subject_name(subject);
	if (c->scope.platforms != PL_ON_BOTH) {
		complaint.note =
			pl_check_text(c, "`%.*s` exists only on %s %ss, and this rule is about %s", PL_FMT(name->text),
				      platform_word(on), what, platform_word((enum pl_platforms)c->scope.platforms));
	} else {
		if (on == PL_ON_BOTH)
			complaint.note = pl_check_text(
				c, "`%.*s` is a native field of each platform, and this rule covers both platforms",
				PL_FMT(name->text));
		else
			complaint.note =
				pl_check_text(c, "`%.*s` exists only on %s %ss, and this rule covers both platforms",
					      PL_FMT(name->text), platform_word(on), what);
		pl_str common = field_names(c, subject);
		enum pl_subject about = c->scope.subject ? (enum pl_subject)c->scope.subject : subject;
		const char *word = on == PL_ON_ECS ? "task" : "pod";
		pl_str choice =
			common.len ? pl_check_text(c, "use a common field (%.*s), or ", PL_FMT(common)) : (pl_str){0};
		complaint.help = pl_check_text(c, "%.*snarrow the rule: `for each %s %s`", PL_FMT(choice), word,
					       pl_subject_name(about));
	}
	pl_check_complain(c, &complaint, "`%s` has no field `%.*s`", what, PL_FMT(name->text));
}

/* A native field that stands one record deeper: `container.securityContext.privileged`; NULL if there is none. */
static const char *field_above(enum pl_subject subject, enum pl_platforms platform, pl_str name)
{
	uint16_t records[4];
	unsigned n = pl_subject_records(subject, platform, records);
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_record *r = &pl_schema_records[records[i]];
		for (uint16_t k = 0; k < r->count; k++) {
			if (r->fields[k].type.kind == PL_T_RECORD && pl_schema_field_find(r->fields[k].type.ref, name))
				return r->fields[k].name;
		}
	}
	return NULL;
}

/* For a name that is near none: where it stands in the manifest, or what there is instead. */
static pl_str subject_help(struct pl_checker *c, enum pl_subject subject, pl_str name)
{
	const char *word = pl_subject_name(subject);
	unsigned here = c->scope.platforms;
	enum pl_subject about = c->scope.subject ? (enum pl_subject)c->scope.subject : subject;
	pl_str fields = field_names(c, subject);
	for (unsigned on = PL_ON_KUBERNETES; on <= PL_ON_ECS; on++) {
		const char *above = here & on ? field_above(subject, (enum pl_platforms)on, name) : NULL;
		if (above && here != PL_ON_BOTH)
			return pl_check_text(c, "write `%s.%s.%.*s`", word, above, PL_FMT(name));
		if (above)
			return pl_check_text(c,
					     "`%s.%s.%.*s` is a field of %s: narrow the rule to `for each %s %s`, "
					     "or use a common field (%.*s)",
					     word, above, PL_FMT(name), platform_word((enum pl_platforms)on),
					     on == PL_ON_ECS ? "task" : "pod", pl_subject_name(about), PL_FMT(fields));
	}
	return pl_check_text(c, "fields%s are %.*s", here == PL_ON_BOTH ? " of both platforms" : "", PL_FMT(fields));
}

static void complain_subject(struct pl_checker *c, const struct pl_name *name, enum pl_subject subject)
{
	enum pl_platforms on = platforms_of(subject, name->text);
	if (on) {
		complain_platform(c, name, subject, on);
		return;
	}
	struct pl_nearest nearest = {.word = name->text};
	struct pl_complaint complaint = {.code = PL_CODE_E0303, .at = name->at};
	offer_subject(c, subject, &nearest);
	complaint.label = pl_check_did_you_mean(c, &nearest);
	if (complaint.label.len == 0)
		complaint.help = subject_help(c, subject, name->text);
	pl_check_complain(c, &complaint, "`%s` has no field `%.*s`", pl_subject_name(subject), PL_FMT(name->text));
}

static void complain_record(struct pl_checker *c, const struct pl_name *name, uint16_t record)
{
	const struct pl_schema_record *r = &pl_schema_records[record];
	struct pl_complaint complaint = {.code = PL_CODE_E0303, .at = name->at};
	struct pl_nearest nearest = {.word = name->text};
	for (uint16_t i = 0; i < r->count; i++)
		pl_nearest_offer(&nearest, pl_str_from(r->fields[i].name));
	complaint.label = pl_check_did_you_mean(c, &nearest);
	if (r->count == 0)
		complaint.note = PL_STR("plimsoll does not look inside this part of the object");
	pl_check_complain(c, &complaint, "`%s` has no field `%.*s`", r->name, PL_FMT(name->text));
}

static enum pl_subject members_of(struct pl_type t)
{
	switch ((enum pl_type_kind)t.kind) {
	case PL_T_IMAGE:
		return PL_SUBJECT_IMAGE;
	case PL_T_ARN:
		return PL_SUBJECT_ARN;
	case PL_T_ROLE:
		return PL_SUBJECT_ROLE;
	case PL_T_ENTRY:
		return PL_SUBJECT_ENTRY;
	case PL_T_SUBJECT:
		return (enum pl_subject)t.ref;
	case PL_T_NONE:
	case PL_T_BOOL:
	case PL_T_INT:
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
	case PL_T_STRING:
	case PL_T_ENUM:
	case PL_T_INTSTR:
	case PL_T_PATH:
	case PL_T_IP:
	case PL_T_VERSION:
	case PL_T_DATE:
	case PL_T_RECORD:
	case PL_T_LIST:
	case PL_T_MAP:
	case PL_T_RANGE:
	case PL_T_NETWORK:
	case PL_T_CONDITION:
	case PL_T_ROW:
		return PL_SUBJECT_NONE;
	}
	return PL_SUBJECT_NONE;
}

static void complain_members(struct pl_checker *c, const struct pl_name *name, struct pl_type t)
{
	struct pl_complaint complaint = {.code = PL_CODE_E0303, .at = name->at};
	struct pl_nearest nearest = {.word = name->text};
	enum pl_subject members = members_of(t);
	if (members != PL_SUBJECT_NONE)
		offer_subject(c, members, &nearest);
	complaint.label = pl_check_did_you_mean(c, &nearest);
	if (t.kind == PL_T_MAP && t.elem == PL_T_ROW)
		complaint.help = pl_check_text(c, "look a row up first: `...[KEY].%.*s`", PL_FMT(name->text));
	else if (t.kind == PL_T_MAP)
		complaint.help = pl_check_text(c, "look an entry up with [\"%.*s\"]", PL_FMT(name->text));
	else if (t.kind == PL_T_LIST)
		complaint.help = pl_check_text(c, "look at its elements: `some x in ... satisfies x.%.*s ...`",
					       PL_FMT(name->text));
	pl_check_complain(c, &complaint, "%.*s has no field `%.*s`", PL_FMT(pl_check_type_text(c, t)),
			  PL_FMT(name->text));
}

/* --- the step -------------------------------------------------------------------------------------------------------
 */

static bool find_on_subject(struct pl_checker *c, enum pl_subject subject, pl_str name, struct found *ret)
{
	unsigned here = c->scope.platforms;
	if (find_row(subject, name, ret) && ((unsigned)pl_view_fields[ret->step.id].platforms & here) == here)
		return true;
	return here != PL_ON_BOTH && find_native(subject, (enum pl_platforms)here, name, ret);
}

static bool find(struct pl_checker *c, struct pl_type base, const struct pl_name *name, struct found *ret)
{
	bool ok;
	if (base.kind == PL_T_RECORD) {
		ok = find_in_record(base.ref, name->text, ret);
		if (!ok)
			complain_record(c, name, base.ref);
	} else if (base.kind == PL_T_SUBJECT) {
		ok = find_on_subject(c, (enum pl_subject)base.ref, name->text, ret);
		if (!ok)
			complain_subject(c, name, (enum pl_subject)base.ref);
	} else {
		enum pl_subject members = members_of(base);
		ok = members != PL_SUBJECT_NONE && find_row(members, name->text, ret);
		if (!ok)
			complain_members(c, name, base);
	}
	return ok;
}

bool pl_check_has_field(struct pl_checker *c, enum pl_subject subject, pl_str name)
{
	struct found f;
	return find_on_subject(c, subject, name, &f);
}

static struct pl_term *step(struct pl_checker *c, const struct pl_expr *e, struct pl_term *base)
{
	struct found f;
	if (base->type.kind == PL_T_ROW)
		return pl_check_row_field(c, e, base);
	if (!find(c, base->type, &e->name, &f))
		return NULL;
	if (base->type.kind == PL_T_ENTRY && f.type.kind == PL_T_NONE)
		f.type = pl_type_held(base->type);
	struct pl_term *t = pl_check_new1(c, PL_TERM_FIELD, e->at, f.type, base);
	if (!t)
		return NULL;
	t->domain = domain_of_row(f.step);
	t->u.field.step = f.step;
	t->u.field.record = f.record;
	t->u.field.presence = (uint8_t)f.presence;
	t->u.field.name = f.name;
	t->u.field.dflt = f.dflt;
	return t;
}

static struct pl_term *look_up(struct pl_checker *c, const struct pl_expr *e, struct pl_term *map)
{
	struct pl_term *key = pl_check_value(c, e->b);
	if (!key)
		return NULL;
	if (map->type.kind != PL_T_MAP) {
		struct pl_complaint complaint = {.code = PL_CODE_E0305, .at = e->b->at};
		if (map->type.kind == PL_T_LIST)
			complaint.help = PL_STR("the order of a list means nothing: use `some x in ... satisfies ...`");
		else if (pl_type_is_text(map->type))
			complaint.help = PL_STR("test parts of a string with `like \"abc*\"` or `matches /.../`");
		else
			complaint.help = PL_STR("maps are labels, annotations, tags and the like; a field is written "
						"with a dot: `x.name`");
		pl_check_complain(c, &complaint, "`%.*s` is %.*s; only a map can be looked up in",
				  PL_FMT(pl_check_print(c, e->a)), PL_FMT(pl_check_type_text(c, map->type)));
		return NULL;
	}
	if (!pl_type_is_text(key->type)) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = e->b->at},
				  "the key of a map is a string; this is %.*s",
				  PL_FMT(pl_check_type_text(c, key->type)));
		return NULL;
	}
	return pl_check_new2(c, PL_TERM_INDEX, e->at, pl_type_held(map->type), map, key);
}

struct pl_term *pl_check_field(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_term *base = pl_check_value(c, e->a);
	if (!base)
		return NULL;
	return e->kind == PL_EXPR_FIELD ? step(c, e, base) : look_up(c, e, base);
}
