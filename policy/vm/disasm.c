/* disasm.c - see disasm.h. Constants that are not strings are written as messages show them, cut like there. */
#include "disasm.h"

#include "base/buf.h"
#include "builtins.h"

struct printer {
	const struct pl_program *p;
	struct pl_arena *arena;
	struct pl_buf *out;
};

static const char *const op_names[] = {
#define PL_OP(name, ...) #name,
#include "lang/ops.def"
#undef PL_OP
};

static const char *const relation_names[] = {"==",     "!=",	   "<",	       "<=",	">",	  ">=",	 "in",
					     "within", "overlaps", "contains", "under", "covers", "like"};
static const char *const is_names[] = {"set", "absent", "empty", "not empty"};
static const char *const loop_names[] = {"some", "every", "no", "count", "sum"};
static const char *const root_names[] = {"none",      "subject", "container", "pod",	  "task",
					 "workload",  "object",	 "old_pod",   "old_task", "request",
					 "namespace", "cluster", "today"};
static const char *const mode_names[] = {"deny", "warn", "audit"};
static const char *const severity_names[] = {"none", "low", "medium", "high", "critical"};

const char *pl_disasm_op(enum pl_op op)
{
	return op < PL_OP_COUNT_ ? op_names[op] : "?";
}

static void print_slot(struct printer *r, uint32_t c)
{
	const struct pl_slot *s = &r->p->slots[c];
	const struct pl_path *path = &r->p->paths[s->path];
	pl_buf_addf(r->out, "[%u] %s", c, root_names[s->root]);
	const char *subject = pl_subject_name((enum pl_subject)s->subject);
	if (s->root == PL_ROOT_SUBJECT && subject)
		pl_buf_addf(r->out, "(%s)", subject);
	pl_buf_addf(r->out, ": %.*s", PL_FMT(path->text));
}

static void print_switch(struct printer *r, uint32_t c)
{
	const struct pl_switch *s = &r->p->switches[c];
	pl_buf_addf(r->out, "[%u]", c);
	for (uint32_t i = 0; i < s->count; i++) {
		pl_buf_adds(r->out, " ");
		pl_buf_add_json(r->out, s->keys[i]);
		pl_buf_addf(r->out, " -> %u,", s->targets[i]);
	}
	pl_buf_addf(r->out, " otherwise -> %u, end %u", s->otherwise, s->end);
}

static void print_pattern(struct printer *r, const struct pl_insn *in)
{
	const struct pl_pattern *pattern = &r->p->patterns[in->c];
	pl_buf_addf(r->out, "%s/", in->b ? "not " : "");
	pl_buf_add_escaped(r->out, pattern->text, 0);
	pl_buf_adds(r->out, pattern->ignore_case ? "/i" : "/");
}

/* As messages show it, but a string in quotes: it might look like something else. */
static void print_const(struct printer *r, const struct pl_value *v)
{
	if (v->kind == PL_V_STRING)
		pl_buf_add_json(r->out, v->u.s);
	else
		pl_value_show(v, r->arena, r->out);
}

static void print_operands(struct printer *r, const struct pl_insn *in)
{
	switch ((enum pl_op)in->op) {
	case PL_OP_CONST:
		pl_buf_addf(r->out, "[%u] ", in->c);
		print_const(r, &r->p->consts[in->c]);
		return;
	case PL_OP_DATA:
		pl_buf_addf(r->out, "[%u] %.*s", in->c, PL_FMT(r->p->data[in->c].name));
		return;
	case PL_OP_SLOT:
		print_slot(r, in->c);
		return;
	case PL_OP_VAR:
		pl_buf_addf(r->out, "$%u", in->a);
		return;
	case PL_OP_STEP:
		pl_buf_addf(r->out, "[%u] %.*s", in->c, PL_FMT(r->p->paths[in->c].text));
		return;
	case PL_OP_COMPARE:
		pl_buf_adds(r->out, relation_names[in->a]);
		return;
	case PL_OP_TEST:
		pl_buf_addf(r->out, "%s%s", in->b ? "not " : "", relation_names[in->a]);
		return;
	case PL_OP_MATCH:
		print_pattern(r, in);
		return;
	case PL_OP_IS:
		pl_buf_adds(r->out, is_names[in->a]);
		return;
	case PL_OP_CALL:
		pl_buf_adds(r->out, pl_builtin_name((enum pl_builtin)in->a));
		return;
	case PL_OP_GATHER:
		pl_buf_addf(r->out, "%u", in->b);
		return;
	case PL_OP_SWITCH:
		print_switch(r, in->c);
		return;
	case PL_OP_JUMP:
	case PL_OP_SKIP_FALSE:
	case PL_OP_SKIP_TRUE:
	case PL_OP_SKIP_SET:
		pl_buf_addf(r->out, "-> %u", in->c);
		return;
	case PL_OP_LOOP:
	case PL_OP_NEXT:
		pl_buf_addf(r->out, "%s $%u -> %u", loop_names[in->b], in->a, in->c);
		return;
	case PL_OP_INDEX:
	case PL_OP_TRUTH:
	case PL_OP_NOT:
	case PL_OP_AND:
	case PL_OP_OR:
	case PL_OP_ELSE:
	case PL_OP_ADD:
	case PL_OP_SUB:
	case PL_OP_MUL:
	case PL_OP_LESS:
	case PL_OP_RETURN:
	case PL_OP_COUNT_:
		return;
	}
}

static void print_fragment(struct printer *r, const char *title, uint32_t code, unsigned indent)
{
	pl_buf_fill(r->out, ' ', indent);
	pl_buf_addf(r->out, "%s\n", title);
	for (uint32_t at = code; at < r->p->code_count; at++) {
		const struct pl_insn *in = &r->p->code[at];
		pl_buf_fill(r->out, ' ', indent + 2u);
		size_t before = r->out->len;
		pl_buf_addf(r->out, "%4u %-10s ", at, pl_disasm_op((enum pl_op)in->op));
		print_operands(r, in);
		while (r->out->len > before && r->out->ptr[r->out->len - 1] == ' ')
			r->out->len--;
		pl_buf_addc(r->out, '\n');
		if (in->op == PL_OP_RETURN)
			return;
	}
}

static void print_template(struct printer *r, const char *title, const struct pl_template *t)
{
	if (t->count == 0)
		return;
	pl_buf_addf(r->out, "    %s\n", title);
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->pieces[i].code != PL_NO_CODE) {
			print_fragment(r, "show", t->pieces[i].code, 6);
			continue;
		}
		pl_buf_adds(r->out, "      ");
		pl_buf_add_json(r->out, t->pieces[i].text);
		pl_buf_addc(r->out, '\n');
	}
}

static void print_needs(struct printer *r, const struct pl_rule *rule)
{
	static const char *const names[] = {"request", "namespace", "namespace-metadata", "cluster", "old", "data"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (rule->needs & 1u << i)
			pl_buf_addf(r->out, " needs %s", names[i]);
	}
}

static void print_loops(struct printer *r, const struct pl_rule *rule)
{
	for (uint16_t i = 0; i < rule->loop_count; i++) {
		pl_buf_addf(r->out, "  for each $%u\n", rule->loops[i].var);
		print_fragment(r, "in", rule->loops[i].list, 4);
		if (rule->loops[i].where != PL_NO_CODE)
			print_fragment(r, "where", rule->loops[i].where, 4);
	}
}

static void print_exceptions(struct printer *r, const struct pl_rule *rule)
{
	for (uint32_t i = 0; i < rule->exception_count; i++) {
		const struct pl_exception_code *e = &rule->exceptions[i];
		struct pl_value day = {.kind = PL_V_DATE, .node = PL_NO_NODE, .u.i = e->expires};
		pl_buf_addf(r->out, "  exception %.*s until ", PL_FMT(e->name));
		pl_value_show(&day, r->arena, r->out);
		pl_buf_addc(r->out, '\n');
		print_fragment(r, "where", e->where, 4);
	}
}

static void print_rule(struct printer *r, const struct pl_rule *rule)
{
	static const char *const platforms[] = {"", "kubernetes", "ecs", "both"};
	pl_buf_addf(r->out, "%s %.*s severity %s for each %s on %s", mode_names[rule->mode], PL_FMT(rule->name),
		    severity_names[rule->severity], pl_subject_name((enum pl_subject)rule->subject),
		    platforms[rule->platforms]);
	print_needs(r, rule);
	pl_buf_addc(r->out, '\n');
	if (rule->where != PL_NO_CODE)
		print_fragment(r, "where", rule->where, 2);
	print_loops(r, rule);
	for (uint16_t i = 0; i < rule->guard_count; i++)
		print_fragment(r, rule->guards[i].unless ? "unless" : "when", rule->guards[i].cond, 2);
	for (uint16_t i = 0; i < rule->check_count; i++) {
		const struct pl_check_code *check = &rule->checks[i];
		print_fragment(r, check->forbid ? "forbid" : "require", check->cond, 2);
		print_template(r, "message", &check->message);
		print_template(r, "remedy", &check->remedy);
	}
	print_exceptions(r, rule);
	if (rule->rollout != PL_NO_CODE)
		print_fragment(r, "rollout", rule->rollout, 2);
}

void pl_disasm(const struct pl_program *program, struct pl_arena *arena, struct pl_buf *out)
{
	struct printer r = {program, arena, out};
	for (uint32_t i = 0; i < program->rule_count; i++) {
		if (i)
			pl_buf_addc(out, '\n');
		print_rule(&r, &program->rules[i]);
	}
}
