/* cell.c - see cell.h. The same readers as for literals of the language and values of manifests, so that a value means
 * the same wherever it is written. */
#include "cell.h"

#include "lex.h"
#include "model/path.h"

static const char not_said[] = "";

static pl_err plain(struct pl_value *ret, enum pl_value_kind kind, enum pl_type_kind of)
{
	*ret = (struct pl_value){.kind = (uint8_t)kind, .of = (uint8_t)of, .node = PL_NO_NODE};
	return PL_OK;
}

/* --- numbers, dates, versions ------------------------------------------------------------------------------------- */

static pl_err read_bool(pl_str text, struct pl_value *ret)
{
	bool yes = pl_str_eq(text, PL_STR("true"));
	if (!yes && !pl_str_eq(text, PL_STR("false")))
		return PL_E_SYNTAX;
	*ret = pl_value_bool(yes);
	ret->of = PL_T_BOOL;
	return PL_OK;
}

/* Digits with an optional sign; no other form, so that 1e3 and 0x10 are nobody's guess. */
static pl_err read_int(pl_str text, struct pl_value *ret)
{
	int64_t n = 0;
	bool negative = text.len && text.ptr[0] == '-';
	size_t from = negative ? 1 : 0;
	if (text.len == from || (text.ptr[from] == '0' && text.len > from + 1))
		return PL_E_SYNTAX;
	for (size_t i = from; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return PL_E_SYNTAX;
		int digit = text.ptr[i] - '0';
		if (__builtin_mul_overflow(n, (int64_t)10, &n) ||
		    __builtin_add_overflow(n, (int64_t)(negative ? -digit : digit), &n))
			return PL_E_SYNTAX;
	}
	plain(ret, PL_V_INT, PL_T_INT);
	ret->u.i = n;
	return PL_OK;
}

static pl_err read_quantity(pl_str text, enum pl_type_kind kind, struct pl_value *ret)
{
	pl_nano q;
	if (!pl_quantity_parse(text, &q))
		return PL_E_SYNTAX;
	plain(ret, PL_V_NUMBER, kind);
	ret->u.q = q;
	return PL_OK;
}

static bool has_shape(pl_str text, const char *shape)
{
	for (size_t i = 0; shape[i]; i++) {
		bool digit = i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
		if (i >= text.len || (shape[i] == 'd' ? !digit : text.ptr[i] != shape[i]))
			return false;
	}
	return true;
}

static int two_digits(pl_str text, size_t at)
{
	return (text.ptr[at] - '0') * 10 + text.ptr[at + 1] - '0';
}

static bool is_zone(pl_str text)
{
	if (pl_str_eq_fold(text, PL_STR("z")))
		return true;
	return text.len == 6 && (has_shape(text, "+dd:dd") || has_shape(text, "-dd:dd")) && two_digits(text, 1) < 24 &&
	       two_digits(text, 4) < 60;
}

/* Bytes of ".123" at the beginning; 0 when there is none. */
static size_t fraction_length(pl_str text)
{
	size_t len = 1;
	if (!text.len || text.ptr[0] != '.')
		return 0;
	while (len < text.len && text.ptr[len] >= '0' && text.ptr[len] <= '9')
		len++;
	return len > 1 ? len : 0;
}

/* spec: RFC 3339 5.6, what stands after full-date. */
static bool is_time_of_day(pl_str text)
{
	if (!has_shape(text, "Tdd:dd:dd") && !has_shape(text, "tdd:dd:dd") && !has_shape(text, " dd:dd:dd"))
		return false;
	if (two_digits(text, 1) > 23 || two_digits(text, 4) > 59 || two_digits(text, 7) > 60)
		return false;
	pl_str rest = {text.ptr + 9, text.len - 9};
	size_t fraction = fraction_length(rest);
	return is_zone((pl_str){rest.ptr + fraction, rest.len - fraction});
}

/* A date, or the date of a time as it is written, whatever its zone. */
static pl_err read_date(pl_str text, struct pl_value *ret)
{
	int64_t days;
	if (text.len < 10 || !pl_lex_day((pl_str){text.ptr, 10}, &days))
		return PL_E_SYNTAX;
	if (text.len > 10 && !is_time_of_day((pl_str){text.ptr + 10, text.len - 10}))
		return PL_E_SYNTAX;
	plain(ret, PL_V_DATE, PL_T_DATE);
	ret->u.i = days;
	return PL_OK;
}

static pl_err read_version(pl_str text, struct pl_value *ret)
{
	plain(ret, PL_V_VERSION, PL_T_VERSION);
	return pl_version_parse(text, &ret->u.version) ? PL_OK : PL_E_SYNTAX;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static pl_err read_path(pl_str text, struct pl_arena *arena, struct pl_value *ret)
{
	pl_err err = PL_OK;
	plain(ret, PL_V_PATH, PL_T_PATH);
	ret->u.s = pl_path_normal(text, arena, &err);
	return ret->u.s.ptr ? PL_OK : err;
}

static pl_err read_image(pl_str text, struct pl_arena *arena, struct pl_value *ret, const char **ret_why)
{
	struct pl_image *image = pl_arena_zalloc(arena, 1, sizeof *image);
	if (!image)
		return PL_E_MEMORY;
	PL_TRY(pl_image_parse(text, arena, image, ret_why));
	plain(ret, PL_V_IMAGE, PL_T_IMAGE);
	ret->u.image = image;
	return PL_OK;
}

/* An image stands for its repository, unless it is one image of it. */
static pl_err place_of_image(pl_str text, struct pl_arena *arena, struct pl_image_base *ret, const char **ret_why)
{
	struct pl_image image = {.tag = {0}};
	PL_TRY(pl_image_parse(text, arena, &image, ret_why));
	if (image.tag.len || image.digest.len) {
		*ret_why = "what stands beside `under` is a place, without tag and digest";
		return PL_E_SYNTAX;
	}
	*ret = (struct pl_image_base){.registry = image.registry, .repository = image.repository};
	return PL_OK;
}

static pl_err read_place(pl_str text, bool image, struct pl_arena *arena, struct pl_value *ret, const char **ret_why)
{
	struct pl_image_base *base = pl_arena_zalloc(arena, 1, sizeof *base);
	if (!base)
		return PL_E_MEMORY;
	PL_TRY(image ? place_of_image(text, arena, base, ret_why) : pl_image_base_parse(text, arena, base, ret_why));
	plain(ret, PL_V_IMAGE_BASE, PL_T_IMAGE);
	ret->u.base = base;
	return PL_OK;
}

static pl_err read_role(pl_str text, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_role *role = pl_arena_zalloc(arena, 1, sizeof *role);
	plain(ret, PL_V_ROLE, PL_T_ROLE);
	ret->u.role = role;
	return !role ? PL_E_MEMORY : pl_role_parse(text, role) ? PL_OK : PL_E_SYNTAX;
}

static pl_err read_arn(pl_str text, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_arn *arn = pl_arena_zalloc(arena, 1, sizeof *arn);
	plain(ret, PL_V_ARN, PL_T_ARN);
	ret->u.arn = arn;
	return !arn ? PL_E_MEMORY : pl_arn_parse(text, arn) ? PL_OK : PL_E_SYNTAX;
}

static pl_err read_ip(pl_str text, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_ip *ip = pl_arena_zalloc(arena, 1, sizeof *ip);
	plain(ret, PL_V_IP, PL_T_IP);
	ret->u.ip = ip;
	return !ip ? PL_E_MEMORY : pl_ip_parse(text, ip) ? PL_OK : PL_E_SYNTAX;
}

static pl_err read_network(pl_str text, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_network *net = pl_arena_zalloc(arena, 1, sizeof *net);
	plain(ret, PL_V_NETWORK, PL_T_NETWORK);
	ret->u.net = net;
	return !net ? PL_E_MEMORY : pl_network_parse(text, net) ? PL_OK : PL_E_SYNTAX;
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static pl_err read_as(pl_str text, struct pl_cell_form form, struct pl_arena *arena, struct pl_value *ret,
		      const char **ret_why)
{
	switch ((enum pl_type_kind)form.kind) {
	case PL_T_BOOL:
		return read_bool(text, ret);
	case PL_T_INT:
		return read_int(text, ret);
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
		return read_quantity(text, (enum pl_type_kind)form.kind, ret);
	case PL_T_STRING:
		plain(ret, PL_V_STRING, PL_T_STRING);
		ret->u.s = text;
		return PL_OK;
	case PL_T_IMAGE:
		return form.place ? read_place(text, form.image, arena, ret, ret_why)
				  : read_image(text, arena, ret, ret_why);
	case PL_T_PATH:
		return read_path(text, arena, ret);
	case PL_T_ROLE:
		return read_role(text, arena, ret);
	case PL_T_ARN:
		return read_arn(text, arena, ret);
	case PL_T_IP:
		return read_ip(text, arena, ret);
	case PL_T_NETWORK:
		return read_network(text, arena, ret);
	case PL_T_VERSION:
		return read_version(text, ret);
	case PL_T_DATE:
		return read_date(text, ret);
	case PL_T_NONE:
	case PL_T_ENUM:
	case PL_T_INTSTR:
	case PL_T_RECORD:
	case PL_T_SUBJECT:
	case PL_T_LIST:
	case PL_T_MAP:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_CONDITION:
	case PL_T_ROW:
		break;
	}
	return PL_E_INTERNAL;
}

pl_err pl_cell_read(pl_str text, struct pl_cell_form form, struct pl_arena *arena, struct pl_value *ret,
		    const char **ret_why)
{
	struct pl_value v = pl_value_absent();
	const char *why = not_said;
	pl_err err = read_as(text, form, arena, &v, &why);
	if (err == PL_E_SYNTAX)
		*ret_why = why == not_said ? NULL : why;
	if (err == PL_OK)
		*ret = v;
	return err;
}

static const struct {
	uint8_t kind;
	const char *noun, *example;
} words[] = {
	{PL_T_BOOL, "true or false", NULL},
	{PL_T_INT, "a whole number", NULL},
	{PL_T_CORES, "an amount of CPU", "CPU is written \"500m\", \"2\" or 0.5"},
	{PL_T_BYTES, "an amount of memory", "memory is written \"512Mi\" or \"4Gi\""},
	{PL_T_QUANTITY, "a quantity", "quantities are written \"512Mi\", \"500m\" or 3"},
	{PL_T_STRING, "a string", NULL},
	{PL_T_IMAGE, "an image reference", NULL},
	{PL_T_PATH, "an absolute path", "paths start with `/`"},
	{PL_T_ROLE, "a role", "write its ARN, or its name alone"},
	{PL_T_ARN, "an ARN", "an ARN has six parts: arn:aws:iam::123456789012:role/name"},
	{PL_T_IP, "an IP address", NULL},
	{PL_T_NETWORK, "a network", "networks are written 10.0.0.0/8 or fd00::/8, or as one address"},
	{PL_T_VERSION, "a version", "versions are written v1.29.3 or 1.29"},
	{PL_T_DATE, "a date", "dates are written 2027-03-31, or 2027-03-31T08:00:00Z"},
};

const char *pl_cell_noun(struct pl_cell_form form)
{
	if (form.place)
		return "a registry or repository";
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i].kind == form.kind)
			return words[i].noun;
	}
	return "a value";
}

const char *pl_cell_example(struct pl_cell_form form)
{
	if (form.place)
		return "write registry.example.com, or registry.example.com/path, without tag and digest";
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i].kind == form.kind)
			return words[i].example;
	}
	return NULL;
}
