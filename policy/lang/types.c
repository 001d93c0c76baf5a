/* types.c - relations between types and their names. Pure functions of small values; nothing fails. */
#include "types.h"

#include "base/buf.h"

struct pl_type pl_type_scalar(enum pl_type_kind kind)
{
	return (struct pl_type){.kind = (uint8_t)kind};
}

struct pl_type pl_type_list(struct pl_type elem)
{
	return (struct pl_type){.kind = PL_T_LIST, .elem = elem.kind, .elem_ref = elem.ref};
}

/* A type has room for one level: of sets in a map the reference is the kind of their elements, which are scalars. */
struct pl_type pl_type_map(struct pl_type elem)
{
	uint16_t ref = elem.kind == PL_T_LIST ? elem.elem : elem.ref;
	return (struct pl_type){.kind = PL_T_MAP, .elem = elem.kind, .elem_ref = ref};
}

struct pl_type pl_type_held(struct pl_type t)
{
	if (t.elem == PL_T_LIST)
		return (struct pl_type){.kind = PL_T_LIST, .elem = (uint8_t)t.elem_ref};
	return (struct pl_type){.kind = t.elem, .ref = t.elem_ref};
}

struct pl_type pl_type_element(struct pl_type list)
{
	if (list.kind == PL_T_LIST)
		return pl_type_held(list);
	if (list.kind == PL_T_MAP)
		return (struct pl_type){.kind = PL_T_ENTRY, .elem = list.elem, .elem_ref = list.elem_ref};
	return pl_type_scalar(PL_T_NONE);
}

/* Amounts and plain numbers, as bits: which kinds may meet is then a mask. */
static bool is_amount(uint8_t kind)
{
	return kind == PL_T_CORES || kind == PL_T_BYTES || kind == PL_T_QUANTITY;
}

bool pl_type_is_number(struct pl_type t)
{
	return t.kind == PL_T_INT || is_amount(t.kind);
}

bool pl_type_is_text(struct pl_type t)
{
	return t.kind == PL_T_STRING || t.kind == PL_T_ENUM || t.kind == PL_T_INTSTR;
}

bool pl_type_is_scalar(struct pl_type t)
{
	return t.kind == PL_T_BOOL || t.kind == PL_T_IMAGE || t.kind == PL_T_PATH || t.kind == PL_T_ROLE ||
	       t.kind == PL_T_ARN || t.kind == PL_T_IP || t.kind == PL_T_VERSION || t.kind == PL_T_DATE ||
	       pl_type_is_number(t) || pl_type_is_text(t);
}

bool pl_type_is_ordered(struct pl_type t)
{
	return pl_type_is_number(t) || t.kind == PL_T_VERSION || t.kind == PL_T_DATE;
}

/* spec: language.md 3.6: quantity with bytes, cores and int; int with cores; never int with bytes or bytes with cores.
 */
static bool numbers_together(uint8_t a, uint8_t b)
{
	if (a == b || a == PL_T_QUANTITY || b == PL_T_QUANTITY)
		return true;
	return (a == PL_T_INT && b == PL_T_CORES) || (a == PL_T_CORES && b == PL_T_INT);
}

static bool scalars_together(struct pl_type a, struct pl_type b)
{
	if (pl_type_is_number(a) && pl_type_is_number(b))
		return numbers_together(a.kind, b.kind);
	if (pl_type_is_text(a) && pl_type_is_text(b))
		return a.kind != PL_T_ENUM || b.kind != PL_T_ENUM || a.ref == b.ref;
	return a.kind == b.kind && a.ref == b.ref;
}

bool pl_type_together(struct pl_type a, struct pl_type b)
{
	if (a.kind != PL_T_LIST && a.kind != PL_T_MAP)
		return scalars_together(a, b);
	if (a.kind != b.kind)
		return false;
	struct pl_type x = pl_type_held(a), y = pl_type_held(b);
	if (x.kind == PL_T_LIST || y.kind == PL_T_LIST)
		return x.kind == y.kind && x.elem == y.elem;
	return x.kind == PL_T_NONE || y.kind == PL_T_NONE || scalars_together(x, y);
}

struct pl_type pl_type_sum(struct pl_type a, struct pl_type b)
{
	if (a.kind == PL_T_LIST)
		return a.elem == PL_T_NONE ? b : a;
	if (a.kind == PL_T_INT || (a.kind == PL_T_QUANTITY && b.kind != PL_T_INT))
		return b;
	if (a.kind == PL_T_ENUM)
		return b;
	return a;
}

static const struct {
	const char *one, *many, *name; /* name: as policies write the type, NULL where they cannot */
} kinds[] = {
	[PL_T_NONE] = {"nothing", "anything", NULL},
	[PL_T_BOOL] = {"true or false", "true or false", "bool"},
	[PL_T_INT] = {"a number", "numbers", "int"},
	[PL_T_CORES] = {"CPU", "amounts of CPU", "cores"},
	[PL_T_BYTES] = {"memory", "amounts of memory", "bytes"},
	[PL_T_QUANTITY] = {"a quantity", "quantities", "quantity"},
	[PL_T_STRING] = {"a string", "strings", "string"},
	[PL_T_ENUM] = {"a string", "strings", NULL},
	[PL_T_INTSTR] = {"a string", "strings", NULL},
	[PL_T_IMAGE] = {"an image", "images", "image"},
	[PL_T_PATH] = {"a path", "paths", "path"},
	[PL_T_ROLE] = {"a role", "roles", "role"},
	[PL_T_ARN] = {"an ARN", "ARNs", "arn"},
	[PL_T_IP] = {"an IP address", "IP addresses", "ip"},
	[PL_T_VERSION] = {"a version", "versions", "version"},
	[PL_T_DATE] = {"a date", "dates", "date"},
	[PL_T_RECORD] = {"a record", "records", NULL},
	[PL_T_SUBJECT] = {"a subject", "subjects", NULL},
	[PL_T_LIST] = {"a list", "lists", NULL},
	[PL_T_MAP] = {"a map", "maps", NULL},
	[PL_T_ENTRY] = {"an entry of a map", "entries", NULL},
	[PL_T_RANGE] = {"a range of numbers", "ranges", NULL},
	[PL_T_NETWORK] = {"a network", "networks", NULL},
	[PL_T_CONDITION] = {"a condition", "conditions", NULL},
	[PL_T_ROW] = {"a row of a data file", "rows", NULL},
};

static void describe_many(struct pl_type t, struct pl_buf *out)
{
	if (t.kind == PL_T_RECORD && t.ref < pl_schema_record_count)
		pl_buf_addf(out, "`%s`", pl_schema_records[t.ref].name);
	else if (t.kind == PL_T_SUBJECT)
		pl_buf_addf(out, "%ss", pl_subject_name((enum pl_subject)t.ref));
	else
		pl_buf_adds(out, kinds[t.kind].many);
}

void pl_type_describe(struct pl_type t, struct pl_buf *out)
{
	if (t.kind == PL_T_LIST || t.kind == PL_T_MAP) {
		pl_buf_adds(out, t.kind == PL_T_LIST ? "a list of " : "a map of ");
		describe_many(pl_type_held(t), out);
	} else if (t.kind == PL_T_RECORD && t.ref < pl_schema_record_count) {
		pl_buf_addf(out, "the record `%s`", pl_schema_records[t.ref].name);
	} else if (t.kind == PL_T_SUBJECT) {
		pl_buf_addf(out, "the %s itself", pl_subject_name((enum pl_subject)t.ref));
	} else {
		pl_buf_adds(out, kinds[t.kind].one);
	}
}

struct pl_type pl_type_named(pl_str name)
{
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].name && pl_str_eq(name, pl_str_from(kinds[i].name)))
			return pl_type_scalar((enum pl_type_kind)i);
	}
	enum pl_subject subject = pl_subject_from(name);
	if (subject == PL_SUBJECT_NONE)
		return pl_type_scalar(PL_T_NONE);
	return (struct pl_type){.kind = PL_T_SUBJECT, .ref = (uint16_t)subject};
}
