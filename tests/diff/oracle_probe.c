/* oracle_probe.c - our readers behind a pipe, for programs in other languages to compare with (tests/diff/go).
 *
 *     request:  one byte that says what to read, four bytes of length (little endian), the text
 *     answer:   four bytes of length, then what the reader made of the text
 *
 *     j  one JSON text            y  the first document of a YAML stream       s  a file, as `plimsoll lint` reads it
 *     q  a quantity               i  an image reference                        c  an unquoted YAML scalar
 *     p  a pod in JSON            P  a pod in YAML                             !  no answer: send what is buffered
 *
 * An answer begins with `R` (refused, then why) or `A` (accepted). Values are written as a letter each: n t f null and
 * booleans, N..; a number as it stands, I..; an integer of YAML, D..; a float of YAML as it stands, S4:text a string,
 * [ ] { } with K4:text for each key. Keys that stand twice stand twice here. For a pod: `M` (malformed, then the notes)
 * or `A`, then every field of the schema and of the common view. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "doc/coretag.h"
#include "doc/tape.h"
#include "model/image.h"
#include "model/quantity.h"
#include "model/scalar.h"
#include "model/subjects.h"
#include "plimsoll/eval.h"

#define MAX_NEST 24

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "oracle_probe: %s\n", what);
	exit(2);
}

static void add_text(struct pl_buf *out, char letter, pl_str text)
{
	pl_buf_addf(out, "%c%zu:", letter, text.len);
	pl_buf_add(out, text);
}

/* --- values of a document ----------------------------------------------------------------------------------------- */

/* The two places that know what an unquoted scalar is must agree. */
static void check_coretag(pl_str text, enum pl_plain_kind kind)
{
	enum pl_coretag tag = pl_coretag_of(text);
	static const enum pl_plain_kind kinds[] = {
		[PL_CORETAG_STR] = PL_PLAIN_TEXT,   [PL_CORETAG_NULL] = PL_PLAIN_NULL,
		[PL_CORETAG_FALSE] = PL_PLAIN_BOOL, [PL_CORETAG_TRUE] = PL_PLAIN_BOOL,
		[PL_CORETAG_INT] = PL_PLAIN_INT,    [PL_CORETAG_FLOAT] = PL_PLAIN_FLOAT};
	if (kinds[tag] == kind || (kind == PL_PLAIN_FLOAT && tag == PL_CORETAG_INT))
		return;
	(void)fprintf(stderr, "oracle_probe: coretag.c and scalar.c disagree about `%.*s`\n", PL_FMT(text));
	exit(2);
}

static void add_plain(const struct pl_doc *doc, pl_node node, pl_str text, struct pl_buf *out)
{
	bool yes = false;
	int64_t number = 0;
	enum pl_plain_kind kind = pl_scalar_plain_kind(text);
	check_coretag(text, kind);
	switch (kind) {
	case PL_PLAIN_TEXT:
		add_text(out, 'S', text);
		return;
	case PL_PLAIN_NULL:
		pl_buf_addc(out, 'n');
		return;
	case PL_PLAIN_BOOL:
		if (!pl_scalar_bool(doc, node, &yes))
			die("a boolean without value");
		pl_buf_addc(out, yes ? 't' : 'f');
		return;
	case PL_PLAIN_INT:
		if (!pl_scalar_int(doc, node, &number))
			die("an integer without value");
		pl_buf_addf(out, "I%" PRId64 ";", number);
		return;
	case PL_PLAIN_FLOAT:
		pl_buf_addf(out, "D%.*s;", PL_FMT(text));
		return;
	}
}

static void add_scalar(const struct pl_doc *doc, pl_node node, struct pl_arena *arena, struct pl_buf *out)
{
	const struct pl_token *t = &doc->tokens[node];
	pl_str text = pl_doc_text(doc, node, arena);
	if (t->flags & PL_TOKEN_KEY)
		add_text(out, 'K', text);
	else if (t->type == PL_NODE_STRING)
		add_text(out, 'S', text);
	else if (t->type == PL_NODE_PLAIN)
		add_plain(doc, node, text, out);
	else if (t->type == PL_NODE_NUMBER)
		pl_buf_addf(out, "N%.*s;", PL_FMT(text));
	else
		pl_buf_addc(out, t->type == PL_NODE_TRUE ? 't' : t->type == PL_NODE_FALSE ? 'f' : 'n');
}

/* `twice` when a key stands twice somewhere, then the values. */
static void add_doc(const struct pl_doc *doc, struct pl_arena *arena, struct pl_buf *out)
{
	static uint32_t ends[10002];
	static char closers[10002];
	uint32_t depth = 0;
	if (!pl_tape_check(doc))
		die("a tape without its invariants");
	if (pl_doc_find_duplicate(doc, pl_doc_root(doc), arena) != PL_NO_NODE)
		pl_buf_adds(out, "twice");
	for (uint32_t i = 0; i < doc->count; i++) {
		while (depth > 0 && i >= ends[depth - 1])
			pl_buf_addc(out, closers[--depth]);
		const struct pl_token *t = &doc->tokens[i];
		if (t->type != PL_NODE_ARRAY && t->type != PL_NODE_OBJECT) {
			add_scalar(doc, i, arena, out);
			continue;
		}
		pl_buf_addc(out, t->type == PL_NODE_ARRAY ? '[' : '{');
		ends[depth] = t->next;
		closers[depth++] = t->type == PL_NODE_ARRAY ? ']' : '}';
	}
	while (depth > 0)
		pl_buf_addc(out, closers[--depth]);
}

static void add_refusal(const struct pl_diags *diags, pl_err err, struct pl_buf *out)
{
	pl_buf_addc(out, 'R');
	if (diags->count)
		pl_buf_add(out, diags->items[0].message);
	else
		pl_buf_adds(out, pl_err_text(err));
}

static void answer_json(pl_str text, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_diags diags;
	struct pl_doc *doc;
	pl_diags_init(&diags, arena);
	pl_err err = pl_doc_read_json(PL_STR("probe"), text, &pl_doc_json_limits, arena, &doc, &diags);
	if (err != PL_OK) {
		add_refusal(&diags, err, out);
		return;
	}
	pl_buf_addc(out, 'A');
	add_doc(doc, arena, out);
}

/* Documents of a stream, at most `most`, each after an `A`; at the end `.`, or a refusal. */
static void add_stream(pl_str text, unsigned most, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_diags diags;
	struct pl_yaml *yaml = NULL;
	struct pl_doc *doc = NULL;
	pl_diags_init(&diags, arena);
	pl_err err = pl_yaml_open(PL_STR("probe"), text, &pl_doc_yaml_limits, arena, &yaml, &diags);
	while (err == PL_OK && most-- > 0) {
		err = pl_yaml_next(yaml, &doc, &diags);
		if (err != PL_OK || !doc)
			break;
		pl_buf_addc(out, 'A');
		add_doc(doc, arena, out);
	}
	if (err != PL_OK)
		add_refusal(&diags, err, out);
	else
		pl_buf_addc(out, '.');
	pl_yaml_close(yaml);
}

/* As policy/cli/manifest.c decides. */
static void answer_file(pl_str text, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_diags diags;
	struct pl_doc *doc;
	pl_diags_init(&diags, arena);
	size_t i = 0;
	while (i < text.len && text.ptr[i] && strchr(" \t\r\n", text.ptr[i]))
		i++;
	bool json = i < text.len && (text.ptr[i] == '{' || text.ptr[i] == '[');
	if (json && pl_doc_read_json(PL_STR("probe"), text, &pl_doc_json_limits, arena, &doc, &diags) == PL_OK) {
		pl_buf_addc(out, 'A');
		add_doc(doc, arena, out);
		pl_buf_addc(out, '.');
		return;
	}
	add_stream(text, 2000, arena, out);
}

/* --- small texts -------------------------------------------------------------------------------------------------- */

static void answer_quantity(pl_str text, struct pl_buf *out)
{
	pl_nano q;
	if (!pl_quantity_parse(text, &q)) {
		pl_buf_addc(out, 'R');
		return;
	}
	__extension__ unsigned __int128 rest = q < 0 ? -(unsigned __int128)q : (unsigned __int128)q;
	char digits[48];
	unsigned n = sizeof digits;
	do {
		digits[--n] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest);
	pl_buf_addf(out, "A%s%.*s", q < 0 ? "-" : "", (int)(sizeof digits - n), digits + n);
}

static void answer_image(pl_str text, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_image image;
	const char *why = NULL;
	if (pl_image_parse(text, arena, &image, &why) != PL_OK) {
		pl_buf_addc(out, 'R');
		pl_buf_adds(out, why ? why : "no memory");
		return;
	}
	pl_buf_addf(out, "A%.*s %.*s %.*s %.*s", PL_FMT(image.registry), PL_FMT(image.repository), PL_FMT(image.tag),
		    PL_FMT(image.digest));
}

/* --- pods --------------------------------------------------------------------------------------------------------- */

struct walk {
	const struct pl_workload *w;
	struct pl_arena *arena;
	struct pl_buf *out;
};

static void add_value(struct walk *k, const struct pl_value *v, unsigned nest);

static void add_step(struct walk *k, const struct pl_value *base, struct pl_step step, uint16_t record,
		     const char *name, unsigned nest)
{
	static const struct pl_context nothing_known = {0};
	struct pl_value v;
	if (pl_value_step(base, step, record, &nothing_known, k->arena, &v) != PL_OK)
		die("a step failed");
	if (v.kind == PL_V_ABSENT)
		return;
	pl_buf_fill(k->out, ' ', nest);
	pl_buf_addf(k->out, "%s: ", name);
	add_value(k, &v, nest);
	pl_buf_addc(k->out, '\n');
}

static void add_record(struct walk *k, const struct pl_value *v, uint16_t record, unsigned nest)
{
	const struct pl_schema_record *r = &pl_schema_records[record];
	for (uint16_t i = 0; i < r->count && nest < MAX_NEST; i++)
		add_step(k, v, (struct pl_step){false, r->fields[i].name_id}, record, r->fields[i].name, nest);
}

static void add_value(struct walk *k, const struct pl_value *v, unsigned nest)
{
	if (v->kind == PL_V_RECORD) {
		pl_buf_adds(k->out, "{\n");
		add_record(k, v, v->ref, nest + 1);
		pl_buf_fill(k->out, ' ', nest);
		pl_buf_addc(k->out, '}');
		return;
	}
	if (v->kind == PL_V_ENTRY) {
		add_value(k, &v->u.entry[0], nest);
		pl_buf_adds(k->out, " = ");
		add_value(k, &v->u.entry[1], nest);
		return;
	}
	if (v->kind != PL_V_NODES && v->kind != PL_V_LIST && v->kind != PL_V_NODEMAP && v->kind != PL_V_MAP) {
		pl_value_show(v, k->arena, k->out);
		return;
	}
	struct pl_value_iter it;
	struct pl_value element;
	bool done = false;
	pl_buf_adds(k->out, "[\n");
	pl_value_iter_init(&it, v);
	while (pl_value_iter_next(&it, k->arena, &element, &done) == PL_OK && !done) {
		pl_buf_fill(k->out, ' ', nest + 1);
		if (nest < MAX_NEST)
			add_value(k, &element, nest + 1);
		pl_buf_addc(k->out, '\n');
	}
	pl_buf_fill(k->out, ' ', nest);
	pl_buf_addc(k->out, ']');
}

static void add_subject(struct walk *k, enum pl_subject subject, uint32_t index)
{
	struct pl_value base = pl_subject_value(k->w, subject, index);
	pl_buf_addf(k->out, "%s ", pl_subject_name(subject));
	pl_subject_show(k->w, subject, index, k->arena, k->out);
	pl_buf_addc(k->out, '\n');
	for (unsigned row = 0; row < PL_VIEW_COUNT; row++) {
		const struct pl_view_field *f = &pl_view_fields[row];
		if (f->subject == subject && (f->platforms & PL_ON_KUBERNETES))
			add_step(k, &base, (struct pl_step){true, (uint16_t)row}, PL_NO_RECORD, f->name, 1);
	}
	uint16_t records[4];
	unsigned count = pl_subject_records(subject, PL_ON_KUBERNETES, records);
	for (unsigned i = 0; i < count; i++)
		add_record(k, &base, records[i], 1);
}

static void answer_workload(struct pl_doc *doc, struct pl_arena *arena, struct pl_buf *out)
{
	const struct pl_workload_options options = {.offline = true};
	struct pl_workload *w;
	if (pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w) != PL_OK)
		die("a workload could not be read");
	if (w->malformed) {
		pl_buf_addc(out, 'M');
		for (uint32_t i = 0; i < w->note_count; i++) {
			if (w->notes[i].malformed)
				pl_buf_addf(out, "%.*s\n", PL_FMT(w->notes[i].message));
		}
		return;
	}
	pl_buf_addc(out, 'A');
	struct walk k = {w, arena, out};
	for (unsigned subject = PL_SUBJECT_NONE + 1; subject < PL_SUBJECT_COUNT; subject++) {
		uint32_t count = pl_subject_count_of(w, (enum pl_subject)subject);
		for (uint32_t i = 0; i < count; i++)
			add_subject(&k, (enum pl_subject)subject, i);
	}
}

static void answer_pod(pl_str text, bool is_yaml, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_diags diags;
	struct pl_doc *doc = NULL;
	struct pl_yaml *yaml = NULL;
	pl_err err;
	pl_diags_init(&diags, arena);
	if (is_yaml) {
		err = pl_yaml_open(PL_STR("probe"), text, &pl_doc_yaml_limits, arena, &yaml, &diags);
		if (err == PL_OK)
			err = pl_yaml_next(yaml, &doc, &diags);
	} else {
		err = pl_doc_read_json(PL_STR("probe"), text, &pl_doc_json_limits, arena, &doc, &diags);
	}
	if (err != PL_OK || !doc)
		add_refusal(&diags, err, out);
	else
		answer_workload(doc, arena, out);
	pl_yaml_close(yaml);
}

/* --- the pipe ----------------------------------------------------------------------------------------------------- */

static void answer(char what, pl_str text, struct pl_arena *arena, struct pl_buf *out)
{
	switch (what) {
	case 'j':
		answer_json(text, arena, out);
		return;
	case 'y':
		add_stream(text, 1, arena, out);
		return;
	case 's':
		answer_file(text, arena, out);
		return;
	case 'q':
		answer_quantity(text, out);
		return;
	case 'i':
		answer_image(text, arena, out);
		return;
	case 'p':
	case 'P':
		answer_pod(text, what == 'P', arena, out);
		return;
	default:
		die("an unknown request");
	}
}

int main(void)
{
	struct pl_arena *arena = pl_arena_new((size_t)1 << 30, (size_t)1 << 20);
	unsigned char head[5];
	char *text = NULL;
	if (!arena)
		die("no memory");
	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t len = head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16 | (size_t)head[4] << 24;
		if (head[0] == '!') {
			(void)fflush(stdout);
			continue;
		}
		/* Exactly as long as it is, so that a sanitizer sees a read behind it. */
		free(text);
		text = malloc(len ? len : 1);
		if (!text || fread(text, 1, len, stdin) != len)
			die("a request was cut off");
		struct pl_buf out;
		pl_arena_reset(arena);
		pl_buf_init(&out, arena, 0);
		answer((char)head[0], (pl_str){text, len}, arena, &out);
		pl_str said = pl_buf_str(&out);
		if (out.failed)
			die("no memory for an answer");
		uint32_t n = (uint32_t)said.len;
		unsigned char length[4] = {(unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16),
					   (unsigned char)(n >> 24)};
		if (fwrite(length, 1, 4, stdout) != 4 || fwrite(said.ptr, 1, n, stdout) != n)
			die("nobody listens");
	}
	free(text);
	pl_arena_free(arena);
	return 0;
}
