/* check_error.c - how the checker complains: once for one mistake at one place, however often a `let` is expanded. */
#include "check.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"

#define MAX_PRINTED 120 /* bytes of an expression quoted in a message */

void *pl_check_memory(struct pl_checker *c)
{
	c->err = PL_E_MEMORY;
	return NULL;
}

static bool already_said(const struct pl_checker *c, const struct pl_complaint *complaint)
{
	const char *code = pl_code_name(complaint->code);
	for (unsigned i = 0; c->diags && i < c->diags->count; i++) {
		const struct pl_diag *d = &c->diags->items[i];
		if (d->code == code && d->text.ptr == complaint->source->text.ptr &&
		    d->at.start == complaint->at.start && d->at.len == complaint->at.len)
			return true;
	}
	return false;
}

void pl_check_complain(struct pl_checker *c, const struct pl_complaint *complaint, const char *fmt, ...)
{
	c->errors++;
	struct pl_complaint whole = *complaint;
	if (!whole.source)
		whole.source = c->scope.source;
	if (c->name_note.len && (whole.code == PL_CODE_E0302 || whole.code == PL_CODE_E0303))
		whole.note = whole.note.len ? pl_check_text(c, "%.*s\n%.*s", PL_FMT(whole.note), PL_FMT(c->name_note))
					    : c->name_note;
	if (c->quiet || already_said(c, &whole))
		return;
	struct pl_buf message;
	pl_buf_init(&message, c->arena, 128);
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	pl_lang_error(c->diags, whole.source, whole.code, whole.at, whole.label, whole.note, whole.help, "%.*s",
		      PL_FMT(pl_buf_str(&message)));
}

pl_str pl_check_text(struct pl_checker *c, const char *fmt, ...)
{
	struct pl_buf text;
	pl_buf_init(&text, c->arena, 128);
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	return pl_buf_str(&text);
}

static pl_str cut(struct pl_checker *c, pl_str s)
{
	size_t n = MAX_PRINTED;
	if (s.len <= n)
		return s;
	while (n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n--;
	return pl_check_text(c, "%.*s...", (int)n, s.ptr);
}

pl_str pl_check_print(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_buf text;
	pl_buf_init(&text, c->arena, 64);
	pl_expr_print(e, &text);
	return cut(c, pl_buf_str(&text));
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Length of the string, comment or single character at the start of s. */
static size_t unit_length(pl_str s)
{
	size_t n = 1;
	if (s.ptr[0] == '#') {
		const char *end = memchr(s.ptr, '\n', s.len);
		return end ? (size_t)(end - s.ptr) : s.len;
	}
	if (s.ptr[0] != '"')
		return 1;
	while (n < s.len && s.ptr[n] != '"')
		n += s.ptr[n] == '\\' ? 2 : 1;
	return n + 1 < s.len ? n + 1 : s.len;
}

/* The text on one line, however its author broke it: no comments, one space where there was any, none inside of
 * brackets, no comma before the closing one. */
static void put_on_one_line(pl_str s, struct pl_buf *out)
{
	bool space = false;
	while (s.len) {
		size_t n = unit_length(s);
		char c = s.ptr[0], last = out->len ? out->ptr[out->len - 1] : '(';
		bool opened = last == '(' || last == '{' || last == '[', closing = c == ')' || c == '}' || c == ']';
		if (closing && last == ',' && !out->failed)
			out->len--;
		if (!is_space(c) && c != '#') {
			if (space && !opened && !closing)
				pl_buf_addc(out, ' ');
			pl_buf_add(out, (pl_str){s.ptr, n});
			space = false;
		} else {
			space = true;
		}
		s = (pl_str){s.ptr + n, s.len - n};
	}
}

pl_str pl_check_written(struct pl_checker *c, const struct pl_term *t)
{
	struct pl_buf line;
	pl_str text = t->source->text;
	if (t->at.start > text.len || t->at.len > text.len - t->at.start)
		return PL_STR("this");
	pl_buf_init(&line, c->arena, t->at.len);
	put_on_one_line((pl_str){text.ptr + t->at.start, t->at.len}, &line);
	return cut(c, pl_buf_str(&line));
}

pl_str pl_check_type_text(struct pl_checker *c, struct pl_type t)
{
	struct pl_buf text;
	pl_buf_init(&text, c->arena, 32);
	pl_type_describe(t, &text);
	return pl_buf_str(&text);
}

pl_str pl_check_did_you_mean(struct pl_checker *c, const struct pl_nearest *nearest)
{
	if (nearest->best.len == 0)
		return (pl_str){0};
	return pl_check_text(c, "did you mean `%.*s`?", PL_FMT(nearest->best));
}

bool pl_check_enter(struct pl_checker *c, struct pl_span at)
{
	if (++c->depth <= PL_CHECK_DEPTH)
		return true;
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0003, .at = at, .help = PL_STR("split it into several rules or checks")},
		"expressions stand more than %d deep inside each other, `let`s counted as what they stand for",
		PL_CHECK_DEPTH);
	return false;
}

/* --- operands that do not go together -------------------------------------------------------------------------------
 */

/* "memory", "CPU", "a number": what stands on one side, in the singular where a list is meant. */
static pl_str side(struct pl_checker *c, const struct pl_term *t)
{
	if (t->type.kind == PL_T_INT)
		return PL_STR("a plain number");
	return pl_check_type_text(c, t->type);
}

static bool are(const struct pl_term *a, const struct pl_term *b, enum pl_type_kind x, enum pl_type_kind y)
{
	return (a->type.kind == x && b->type.kind == y) || (a->type.kind == y && b->type.kind == x);
}

static pl_str memory_help(struct pl_checker *c, const struct pl_term *number)
{
	if (number->kind != PL_TERM_CONST || number->u.value.kind != PL_V_INT)
		return PL_STR("memory is written with a unit: Ki, Mi, Gi");
	int64_t n = number->u.value.u.i;
	return pl_check_text(c, "did you mean `%lld%s`?", (long long)(n > 0 ? n : 0), n > 64 ? "Mi" : "Gi");
}

/* The function that makes a string comparable with a value of the other type. */
static const char *conversion(const struct pl_term *other)
{
	switch ((enum pl_type_kind)other->type.kind) {
	case PL_T_PATH:
		return "path";
	case PL_T_IMAGE:
		return "image";
	case PL_T_IP:
	case PL_T_NETWORK:
		return "ip";
	case PL_T_VERSION:
		return "version";
	case PL_T_INT:
		return "int";
	case PL_T_ARN:
		return "arn";
	case PL_T_NONE:
	case PL_T_BOOL:
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
	case PL_T_STRING:
	case PL_T_ENUM:
	case PL_T_INTSTR:
	case PL_T_ROLE:
	case PL_T_DATE:
	case PL_T_RECORD:
	case PL_T_SUBJECT:
	case PL_T_LIST:
	case PL_T_MAP:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_CONDITION:
	case PL_T_ROW:
		return NULL;
	}
	return NULL;
}

static pl_str mismatch_help(struct pl_checker *c, const struct pl_term *a, const struct pl_term *b)
{
	if (are(a, b, PL_T_INT, PL_T_BYTES))
		return memory_help(c, a->type.kind == PL_T_INT ? a : b);
	const struct pl_term *text = pl_type_is_text(a->type) ? a : pl_type_is_text(b->type) ? b : NULL;
	const struct pl_term *other = text == a ? b : a;
	if (text && text->kind == PL_TERM_CONST) {
		if (other->type.kind == PL_T_VERSION)
			return PL_STR("versions are written without quotes: v1.27.3");
		if (other->type.kind == PL_T_DATE)
			return PL_STR("dates are written without quotes: 2027-03-31");
		if (other->type.kind == PL_T_BOOL)
			return PL_STR("write true or false without quotes");
		return (pl_str){0};
	}
	if (text && pl_type_is_text(text->type) && (other->type.kind == PL_T_INT && text->type.kind == PL_T_INTSTR))
		return PL_STR("this field is a number or a name, and reads as a string: write the number in quotes");
	const char *function = text ? conversion(other) : NULL;
	if (function)
		return pl_check_text(c, "read the string as one with `%s(...)`", function);
	return (pl_str){0};
}

void pl_check_mismatch(struct pl_checker *c, struct pl_span at, const struct pl_term *a, const struct pl_term *b,
		       const char *verb)
{
	struct pl_complaint complaint = {.code = PL_CODE_E0304, .at = at};
	if (are(a, b, PL_T_BYTES, PL_T_CORES)) {
		const struct pl_term *cores = a->type.kind == PL_T_CORES ? a : b;
		const struct pl_term *memory = cores == a ? b : a;
		if (cores->kind == PL_TERM_CONST)
			complaint.note = PL_STR("`m` means thousandths of a core; memory is written with Ki, Mi, Gi");
		else if (memory->kind == PL_TERM_CONST)
			complaint.note = PL_STR("Ki, Mi, Gi mean memory; CPU is written like 500m or 2");
	} else {
		if (are(a, b, PL_T_INT, PL_T_BYTES))
			complaint.note = PL_STR("memory carries a unit");
		complaint.help = mismatch_help(c, a, b);
	}
	pl_check_complain(c, &complaint, "%.*s %s %.*s", PL_FMT(side(c, a)), verb, PL_FMT(side(c, b)));
}
