/* builtins.c - see builtins.h. A text that is not what the function reads is absent (language.md 3.9); a number that is
 * one but too large for the type is unknown, since "absent" could be answered with a default. */
#include "builtins.h"

#include <string.h>

#include "base/invariant.h"
#include "plimsoll/eval.h"

static const struct {
	const char *name, *args;
} builtins[] = {
#define PL_BUILTIN(id, name, args, ...) {name, args},
#include "lang/builtins.def"
#undef PL_BUILTIN
};

unsigned pl_builtin_arity(enum pl_builtin builtin)
{
	return (unsigned)strlen(builtins[builtin].args);
}

const char *pl_builtin_name(enum pl_builtin builtin)
{
	return builtins[builtin].name;
}

static struct pl_value int_value(int64_t i)
{
	return (struct pl_value){.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = i};
}

static struct pl_value read_int(pl_str s)
{
	bool negative = s.len && s.ptr[0] == '-';
	size_t i = s.len && (negative || s.ptr[0] == '+') ? 1 : 0;
	if (i == s.len)
		return pl_value_absent();
	int64_t n = 0;
	bool over = false;
	for (; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return pl_value_absent();
		int64_t digit = s.ptr[i] - '0';
		over = over || __builtin_mul_overflow(n, 10, &n) ||
		       __builtin_add_overflow(n, negative ? -digit : digit, &n);
	}
	return over ? pl_value_unknown("it is a number of more than 64 bits") : int_value(n);
}

static pl_err lower(struct pl_arena *arena, pl_str s, struct pl_value *ret)
{
	char *text = pl_arena_alloc(arena, s.len);
	if (!text)
		return PL_E_MEMORY;
	for (size_t i = 0; i < s.len; i++)
		text[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + ('a' - 'A')) : s.ptr[i];
	*ret = (struct pl_value){.kind = PL_V_STRING, .node = PL_NO_NODE, .u.s = {text, s.len}};
	return PL_OK;
}

/* Reads text as a type of operators.c; what it calls unknown is absent here. */
static pl_err convert(const struct pl_operands *o, pl_str text, enum pl_value_kind kind, struct pl_value *ret)
{
	struct pl_value s = {.kind = PL_V_STRING, .node = PL_NO_NODE, .u.s = text};
	struct pl_value made;
	PL_TRY(pl_operator_convert(o, s, kind, &made));
	*ret = made.kind == PL_V_UNKNOWN ? pl_value_absent() : made;
	return PL_OK;
}

static pl_err call_text(const struct pl_operands *o, enum pl_builtin builtin, pl_str s, struct pl_value *ret)
{
	switch (builtin) {
	case PL_BUILTIN_VERSION:
		return convert(o, s, PL_V_VERSION, ret);
	case PL_BUILTIN_IP:
		return convert(o, s, PL_V_IP, ret);
	case PL_BUILTIN_PATH:
		return convert(o, s, PL_V_PATH, ret);
	case PL_BUILTIN_IMAGE:
		return convert(o, s, PL_V_IMAGE, ret);
	case PL_BUILTIN_ARN:
		return convert(o, s, PL_V_ARN, ret);
	case PL_BUILTIN_INT:
		*ret = read_int(s);
		return PL_OK;
	case PL_BUILTIN_LOWER:
		return lower(o->arena, s, ret);
	case PL_BUILTIN_COUNT:
	case PL_BUILTIN_DAYS_SINCE:
	case PL_BUILTIN_COUNT_:
		break;
	}
	return PL_E_INTERNAL;
}

pl_err pl_builtin_call(const struct pl_operands *o, enum pl_builtin builtin, const struct pl_value *args,
		       struct pl_value *ret)
{
	if (args->kind == PL_V_ABSENT || args->kind == PL_V_UNKNOWN) {
		*ret = *args;
		return PL_OK;
	}
	if (builtin == PL_BUILTIN_COUNT) {
		*ret = int_value(pl_value_count(args));
		return PL_OK;
	}
	if (builtin == PL_BUILTIN_DAYS_SINCE) {
		if (PL_NEVER(args->kind != PL_V_DATE))
			return PL_E_INTERNAL;
		*ret = int_value((int64_t)o->context->today - args->u.i);
		return PL_OK;
	}
	pl_str text = pl_operator_text(args, o->arena);
	if (!text.ptr)
		return PL_E_MEMORY;
	return call_text(o, builtin, text, ret);
}
