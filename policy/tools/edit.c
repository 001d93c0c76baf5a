/* edit.c - see edit.h. A change is a splice: the tokens of the new value take the place of the old ones, what stands
 * behind moves, and the containers and keys around it grow. Linear in the tape; nothing recurses. */
#include "edit.h"

#include <string.h>

#include "base/invariant.h"
#include "doc/coretag.h"
#include "editpath.h"

#define MAX_TOKENS (1u << 24)

/* --- places --------------------------------------------------------------------------------------------------------
 */

static uint32_t translate(const struct pl_places *places, uint32_t offset)
{
	uint32_t low = 0, high = places->count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (places->from[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return places->to[low] + (offset - places->from[low]);
}

struct pl_span pl_places_span(const struct pl_places *places, struct pl_span at)
{
	uint32_t start = translate(places, at.start);
	if (at.len == 0)
		return (struct pl_span){start, 0};
	return (struct pl_span){start, translate(places, at.start + at.len - 1) + 1 - start};
}

/* --- building -------------------------------------------------------------------------------------------------------
 */

static pl_err reserve(struct pl_edit *e, uint32_t more)
{
	if (more <= e->room - e->count)
		return PL_OK;
	if (more > MAX_TOKENS - e->count)
		return PL_E_MEMORY;
	uint32_t room = e->count + more > e->room * 2 ? e->count + more : e->room * 2;
	struct pl_token *tokens = pl_arena_alloc(e->arena, room * sizeof *tokens);
	if (!tokens)
		return PL_E_MEMORY;
	if (e->count)
		memcpy(tokens, e->tokens, e->count * sizeof *tokens);
	e->tokens = tokens;
	e->room = room;
	return PL_OK;
}

/* Puts a text aside behind its place; gives where it begins. */
static pl_err put_text(struct pl_edit *e, pl_str text, struct pl_span at, uint32_t *ret_pos)
{
	pl_buf_add(&e->side, (pl_str){(const char *)&at, sizeof at});
	*ret_pos = (uint32_t)e->side.len;
	pl_buf_add(&e->side, text);
	return e->side.failed || e->side.len > UINT32_MAX / 2 ? PL_E_MEMORY : PL_OK;
}

static void begin(struct pl_edit *e, struct pl_arena *arena)
{
	*e = (struct pl_edit){.arena = arena};
	pl_buf_init(&e->side, arena, 0);
}

static bool is_container(const struct pl_token *t)
{
	return t->type == PL_NODE_ARRAY || t->type == PL_NODE_OBJECT;
}

/* One token of a document, with its text aside. */
static pl_err take_token(struct pl_edit *e, const struct pl_doc *doc, uint32_t i, const struct pl_places *places)
{
	struct pl_token t = doc->tokens[i];
	struct pl_span at = pl_places_span(places, pl_doc_span(doc, i));
	t.field = 0;
	if (is_container(&t)) {
		t.pos = at.start;
	} else {
		pl_str text = pl_tape_text(doc, i, e->arena);
		if (t.flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED) && !text.ptr)
			return PL_E_MEMORY;
		PL_TRY(put_text(e, text, at, &t.pos));
		t.len = (uint32_t)text.len;
		t.flags &= (uint8_t) ~(PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED | PL_TOKEN_QUOTED);
		t.flags |= PL_TOKEN_SIDE;
	}
	e->tokens[e->count++] = t;
	return PL_OK;
}

pl_err pl_edit_take(const struct pl_doc *doc, const struct pl_places *places, struct pl_arena *arena,
		    struct pl_edit *ret_edit)
{
	struct pl_edit e;
	begin(&e, arena);
	PL_TRY(reserve(&e, doc->count));
	for (uint32_t i = 0; i < doc->count; i++)
		PL_TRY(take_token(&e, doc, i, places));
	*ret_edit = e;
	return PL_OK;
}

pl_err pl_edit_copy(const struct pl_edit *edit, struct pl_arena *arena, struct pl_edit *ret_copy)
{
	struct pl_edit e;
	begin(&e, arena);
	PL_TRY(reserve(&e, edit->count));
	memcpy(e.tokens, edit->tokens, edit->count * sizeof *e.tokens);
	e.count = edit->count;
	pl_buf_add(&e.side, pl_buf_str(&edit->side));
	if (e.side.failed)
		return PL_E_MEMORY;
	*ret_copy = e;
	return PL_OK;
}

/* Appends a container, key or text to a piece of tape that is being built from the front; its `next` comes later. */
static pl_err push(struct pl_edit *e, enum pl_node_type type, unsigned flags, pl_str text, struct pl_span at)
{
	struct pl_token t = {.type = (uint8_t)type, .flags = (uint8_t)flags, .pos = at.start};
	PL_TRY(reserve(e, 1));
	if (!is_container(&t)) {
		t.flags |= PL_TOKEN_SIDE;
		t.len = (uint32_t)text.len;
		PL_TRY(put_text(e, text, at, &t.pos));
	} else {
		t.len = 1;
	}
	e->tokens[e->count++] = t;
	return PL_OK;
}

pl_err pl_edit_text(pl_str text, struct pl_span at, struct pl_arena *arena, struct pl_edit *ret_edit)
{
	struct pl_edit e;
	begin(&e, arena);
	PL_TRY(push(&e, PL_NODE_STRING, 0, text, at));
	e.tokens[0].next = 1;
	*ret_edit = e;
	return PL_OK;
}

/* Appends a copy of a whole document; its tokens follow those of e, its texts follow those of e. */
static pl_err append(struct pl_edit *e, const struct pl_edit *value)
{
	PL_TRY(reserve(e, value->count));
	uint32_t shift = e->count, side = (uint32_t)e->side.len;
	for (uint32_t i = 0; i < value->count; i++) {
		struct pl_token t = value->tokens[i];
		t.next += shift;
		if (!is_container(&t))
			t.pos += side;
		e->tokens[e->count++] = t;
	}
	pl_buf_add(&e->side, pl_buf_str(&value->side));
	return e->side.failed || e->side.len > UINT32_MAX / 2 ? PL_E_MEMORY : PL_OK;
}

/* --- finding --------------------------------------------------------------------------------------------------------
 */

/* How far a path leads: the node it has come to, what is around that, and the steps that are left. */
struct walk {
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	uint32_t count, done;
	pl_node at;
	uint32_t around[2 * PL_EDIT_MAX_STEPS + 2]; /* containers and keys, outermost first; `at` is in none of them */
	uint32_t depth;
};

static pl_str text_of(const struct pl_edit *e, const struct pl_token *t)
{
	return (pl_str){e->side.ptr + t->pos, t->len};
}

/* null, or an unquoted text that is: nothing stands there. */
static bool is_null(const struct pl_edit *e, const struct pl_token *t)
{
	return t->type == PL_NODE_NULL || (t->type == PL_NODE_PLAIN && pl_coretag_of(text_of(e, t)) == PL_CORETAG_NULL);
}

/* The key of a member; PL_NO_NODE if there is none. */
static uint32_t find_key(const struct pl_edit *e, uint32_t object, pl_str key)
{
	uint32_t end = e->tokens[object].next;
	for (uint32_t k = object + 1; k < end; k = e->tokens[k].next) {
		if (pl_str_eq(text_of(e, &e->tokens[k]), key))
			return k;
	}
	return PL_NO_NODE;
}

static uint32_t find_element(const struct pl_edit *e, uint32_t array, uint32_t index)
{
	uint32_t end = e->tokens[array].next, i = array + 1;
	for (; i < end && index > 0; index--)
		i = e->tokens[i].next;
	return i < end ? i : PL_NO_NODE;
}

/* One step further; false when nothing stands there. */
static bool advance(const struct pl_edit *e, struct walk *w)
{
	const struct pl_edit_step *step = &w->steps[w->done];
	const struct pl_token *t = &e->tokens[w->at];
	if (t->type != (step->is_index ? PL_NODE_ARRAY : PL_NODE_OBJECT))
		return false;
	uint32_t child = step->is_index ? find_element(e, w->at, step->index) : find_key(e, w->at, step->key);
	if (child == PL_NO_NODE)
		return false;
	w->around[w->depth++] = w->at;
	if (!step->is_index)
		w->around[w->depth++] = child++;
	w->at = child;
	w->done++;
	return true;
}

static pl_err walk_path(const struct pl_edit *e, pl_str path, struct walk *w, struct pl_edit_fault *fault)
{
	pl_err err = PL_OK;
	w->done = w->depth = 0;
	w->at = 0;
	const char *why = pl_editpath_split(path, e->arena, w->steps, &w->count, &err);
	if (err != PL_OK)
		return err;
	if (why) {
		fault->message = pl_arena_printf(e->arena, "this is no path into a manifest: %s", why);
		fault->help = PL_STR("write it as findings do: spec.containers[0].image, metadata.labels[\"a/b\"]");
		return fault->message.ptr ? PL_OK : PL_E_MEMORY;
	}
	while (w->done < w->count && advance(e, w))
		;
	return PL_OK;
}

pl_node pl_edit_find(const struct pl_edit *e, pl_str path)
{
	struct walk w;
	struct pl_edit_fault fault = {0};
	if (walk_path(e, path, &w, &fault) != PL_OK || fault.message.len || w.done < w.count)
		return PL_NO_NODE;
	return w.at;
}

/* --- faults ---------------------------------------------------------------------------------------------------------
 */

/* The first n steps as a path; "the manifest" for none. */
static pl_str steps_text(const struct pl_edit *e, const struct walk *w, uint32_t n)
{
	struct pl_buf out;
	pl_buf_init(&out, e->arena, 0);
	for (uint32_t i = 0; i < n; i++)
		pl_editpath_add(&w->steps[i], i == 0, &out);
	if (n == 0)
		pl_buf_adds(&out, "the manifest");
	return out.failed ? (pl_str){0} : pl_buf_str(&out);
}

static const char *what_is(const struct pl_token *t)
{
	return t->type == PL_NODE_ARRAY ? "a list" : t->type == PL_NODE_OBJECT ? "an object" : "a single value";
}

/* The next step does not fit what stands here. */
static pl_err blocked(const struct pl_edit *e, const struct walk *w, struct pl_edit_fault *fault)
{
	const struct pl_token *t = &e->tokens[w->at];
	pl_str here = steps_text(e, w, w->done), there = steps_text(e, w, w->done + 1);
	const struct pl_edit_step *step = &w->steps[w->done];
	if (t->type == PL_NODE_ARRAY && step->is_index)
		fault->message = pl_arena_printf(e->arena, "`%.*s` has %u element%s: there is no `%.*s`", PL_FMT(here),
						 t->len, t->len == 1 ? "" : "s", PL_FMT(there));
	else
		fault->message = pl_arena_printf(e->arena, "`%.*s` is %s: there is no `%.*s`", PL_FMT(here), what_is(t),
						 PL_FMT(there));
	if (t->type == PL_NODE_ARRAY)
		fault->help = PL_STR("elements are counted from [0]; the index after the last one appends");
	return here.ptr && there.ptr && fault->message.ptr ? PL_OK : PL_E_MEMORY;
}

/* --- changing -------------------------------------------------------------------------------------------------------
 */

/* Puts the tokens of `piece`, whose texts stand in e already, in place of `removed` tokens at `at`. */
static pl_err splice(struct pl_edit *e, const struct walk *w, uint32_t at, uint32_t removed,
		     const struct pl_token *piece, uint32_t n)
{
	if (n > removed)
		PL_TRY(reserve(e, n - removed));
	uint32_t end = at + removed;
	memmove(e->tokens + at + n, e->tokens + end, (e->count - end) * sizeof *e->tokens);
	e->count = e->count - removed + n;
	for (uint32_t i = at + n; i < e->count; i++)
		e->tokens[i].next = e->tokens[i].next + n - removed;
	for (uint32_t i = 0; i < n; i++) {
		e->tokens[at + i] = piece[i];
		e->tokens[at + i].next += at;
	}
	for (uint32_t i = 0; i < w->depth; i++)
		e->tokens[w->around[i]].next = e->tokens[w->around[i]].next + n - removed;
	return PL_OK;
}

/* What has to be made: containers and keys for the steps from `first` on, then the value. With `key`, the key of the
 * first step stands in front. */
static pl_err build_piece(const struct walk *w, uint32_t first, bool key, struct pl_span at,
			  const struct pl_edit *value, struct pl_edit *piece)
{
	for (uint32_t i = first; i < w->count; i++) {
		const struct pl_edit_step *step = &w->steps[i];
		if (i > first || !key)
			PL_TRY(push(piece, step->is_index ? PL_NODE_ARRAY : PL_NODE_OBJECT, 0, (pl_str){0}, at));
		if (!step->is_index)
			PL_TRY(push(piece, PL_NODE_STRING, PL_TOKEN_KEY, step->key, at));
	}
	uint32_t chain = piece->count;
	PL_TRY(append(piece, value));
	for (uint32_t i = 0; i < chain; i++)
		piece->tokens[i].next = piece->count;
	return PL_OK;
}

/* Texts of the piece become texts of e. */
static pl_err adopt(struct pl_edit *e, struct pl_edit *piece)
{
	uint32_t side = (uint32_t)e->side.len;
	for (uint32_t i = 0; i < piece->count; i++) {
		if (!is_container(&piece->tokens[i]))
			piece->tokens[i].pos += side;
	}
	pl_buf_add(&e->side, pl_buf_str(&piece->side));
	return e->side.failed || e->side.len > UINT32_MAX / 2 ? PL_E_MEMORY : PL_OK;
}

/* Steps that are to be made begin lists with their first element. */
static pl_err check_made(const struct pl_edit *e, const struct walk *w, uint32_t from, struct pl_edit_fault *fault)
{
	for (uint32_t i = from; i < w->count; i++) {
		if (!w->steps[i].is_index || w->steps[i].index == 0)
			continue;
		fault->message = pl_arena_printf(e->arena, "there is no list at `%.*s` yet, so its first index is [0]",
						 PL_FMT(steps_text(e, w, i)));
		return fault->message.ptr ? PL_OK : PL_E_MEMORY;
	}
	return PL_OK;
}

/* The path leads on from w->at, where its next step is missing: as a new child, or (null) from nothing. */
static pl_err set_missing(struct pl_edit *e, struct walk *w, struct pl_span at, const struct pl_edit *value,
			  struct pl_edit_fault *fault)
{
	const struct pl_edit_step *step = &w->steps[w->done];
	const struct pl_token *t = &e->tokens[w->at];
	bool nothing = is_null(e, t);
	bool fits = t->type == (step->is_index ? PL_NODE_ARRAY : PL_NODE_OBJECT) &&
		    (!step->is_index || step->index == t->len);
	if (!nothing && !fits)
		return blocked(e, w, fault);
	PL_TRY(check_made(e, w, nothing ? w->done : w->done + 1, fault));
	if (fault->message.len)
		return PL_OK;
	struct pl_edit piece;
	begin(&piece, e->arena);
	PL_TRY(build_piece(w, w->done, !nothing, at, value, &piece));
	PL_TRY(adopt(e, &piece));
	if (nothing)
		return splice(e, w, w->at, 1, piece.tokens, piece.count);
	w->around[w->depth++] = w->at;
	PL_TRY(splice(e, w, e->tokens[w->at].next, 0, piece.tokens, piece.count));
	e->tokens[w->at].len++;
	return PL_OK;
}

pl_err pl_edit_set(struct pl_edit *e, pl_str path, struct pl_span at, const struct pl_edit *value,
		   struct pl_edit_fault *ret_fault)
{
	struct walk w;
	*ret_fault = (struct pl_edit_fault){0};
	PL_TRY(walk_path(e, path, &w, ret_fault));
	if (ret_fault->message.len)
		return PL_OK;
	if (w.done < w.count)
		return set_missing(e, &w, at, value, ret_fault);
	struct pl_edit piece;
	PL_TRY(pl_edit_copy(value, e->arena, &piece));
	PL_TRY(adopt(e, &piece));
	return splice(e, &w, w.at, e->tokens[w.at].next - w.at, piece.tokens, piece.count);
}

pl_err pl_edit_remove(struct pl_edit *e, pl_str path, struct pl_edit_fault *ret_fault)
{
	struct walk w;
	*ret_fault = (struct pl_edit_fault){0};
	PL_TRY(walk_path(e, path, &w, ret_fault));
	if (ret_fault->message.len)
		return PL_OK;
	if (w.done < w.count) {
		ret_fault->message = pl_arena_printf(e->arena, "there is no `%.*s` to remove",
						     PL_FMT(steps_text(e, &w, w.done + 1)));
		return ret_fault->message.ptr ? PL_OK : PL_E_MEMORY;
	}
	uint32_t at = w.at;
	if (!w.steps[w.count - 1].is_index)
		at = w.around[--w.depth];
	uint32_t parent = w.around[w.depth - 1];
	PL_TRY(splice(e, &w, at, e->tokens[w.at].next - at, NULL, 0));
	e->tokens[parent].len--;
	return PL_OK;
}

struct pl_doc *pl_edit_finish(const struct pl_edit *e, pl_str name, pl_str source)
{
	struct pl_doc *doc = pl_arena_zalloc(e->arena, 1, sizeof *doc);
	if (!doc)
		return NULL;
	*doc = (struct pl_doc){.name = name,
			       .source = source,
			       .side = e->side.ptr,
			       .side_len = (uint32_t)e->side.len,
			       .count = e->count,
			       .tokens = e->tokens,
			       .format = PL_FORMAT_YAML};
	PL_ASSERT(pl_tape_check(doc));
	return doc;
}
