/* space.h - everything that can matter to some rules, in finitely many values: the inside of the analysis, shared by
 * the space*.c files.
 *
 * A rule reads finitely many values and asks finitely many questions about each. A *knob* is a place in a manifest or
 * its surroundings that a rule reads, directly or through the common view, with one value for every way the questions
 * about it can be answered. A setting of all knobs is a small model: it is built as a real manifest and judged by the
 * real evaluator, so that the analysis cannot disagree with it. What is known to be missing makes the space incomplete,
 * with the reason: then nothing is concluded from what was not found. spec: language.md 6.5 */
#ifndef PL_TOOLS_SPACE_H
#define PL_TOOLS_SPACE_H

#include "automaton.h"
#include "draft.h"
#include "lang/check.h"
#include "plimsoll/eval.h"

#define PL_SPACE_KNOBS	 48   /* more, and it is not decided */
#define PL_SPACE_CHOICES 2000 /* of one knob */

enum pl_probe_kind {
	PL_PROBE_NOTHING, /* that it is read */
	PL_PROBE_TEXT,	  /* whether it is in lang */
	PL_PROBE_NUMBER,  /* how it compares with number; also dates */
	PL_PROBE_VERSION,
	PL_PROBE_NETWORK,
	PL_PROBE_IMAGE, /* whether it is this image */
	PL_PROBE_PLACE, /* whether it is below this place for images */
	PL_PROBE_ROLE,
};
struct pl_probe {
	uint8_t kind;
	struct pl_lang *lang;
	pl_nano number;
	struct pl_version version;
	const struct pl_network *net;
	const struct pl_image *image;
	const struct pl_image_base *place;
	const struct pl_role *role;
	bool derived; /* asked by the common view */
	bool rough;   /* and only about examples of what the view tells apart */
	struct pl_probe *next;
};

/* A value of a knob. */
struct pl_choice {
	bool absent;
	const struct pl_draft *draft; /* in a document */
	pl_str text;		      /* in the context, and of a part */
	unsigned weight;	      /* how much it adds to a manifest; the first is the lightest */
};

enum pl_part {
	PL_PART_WHOLE,
	PL_PART_IMAGE_NAME,
	PL_PART_IMAGE_TAG,
	PL_PART_IMAGE_DIGEST,
	PL_PART_ROLE_NAME,
	PL_PART_ROLE_ACCOUNT,
};

struct pl_knobs;
struct pl_knob {
	bool context;
	uint8_t part; /* enum pl_part */
	pl_str path;  /* of the document, or as a test writes it: namespace.labels["team"] */
	struct pl_edit_step *steps;
	uint32_t step_count;
	uint16_t view; /* of the context: enum pl_view; PL_VIEW_COUNT: today */
	pl_str key;    /* of the context: in a map */
	struct pl_type type;
	uint8_t presence; /* enum pl_presence */
	const char *dflt;
	bool blank;	 /* an empty text is something else than an absent one */
	bool in_element; /* of a list */
	struct pl_probe *probes;
	struct pl_knob *group;	  /* of those compared with one another; itself: none */
	unsigned uses;		  /* of a list: how many elements conditions can tell apart */
	unsigned longest;	  /* and how many they count */
	unsigned least;		  /* elements that it always has */
	struct pl_knobs *element; /* of a list */
	bool tags;		  /* a list of keys and values that is a map: an entry of it */
	struct pl_choice *choices;
	uint32_t choice_count;
};

struct pl_knobs {
	struct pl_knob *items[PL_SPACE_KNOBS];
	unsigned count;
	struct pl_type type; /* of an element that is a record */
};

/* What a manifest looks like, apart from what rules read: where its subject stands. */
struct pl_shape {
	uint8_t about; /* enum pl_subject */
	enum pl_platforms platform;
	const char *role;	 /* of the container, where rules read it; NULL: main */
	const char *subject;	 /* path; "" the object */
	const char *container;	 /* path; NULL: none */
	const char *volume;	 /* path; NULL: none */
	uint16_t record;	 /* of the subject, PL_NO_RECORD: none */
	const char *skeleton[8]; /* paths, and the texts that stand there ("{}": an object) in turn; NULL ends it */
};

struct pl_space {
	struct pl_arena *arena;
	const struct pl_shape *shape;
	struct pl_alphabet alphabet;
	struct pl_knobs knobs;
	const char *why; /* it is not complete; NULL: it is */
	pl_str why_of;	 /* what that is about */
	double models;	 /* settings of all knobs */
	int32_t today;
	unsigned metadata; /* whose is read: bits */
	pl_err err;
};

/* What is asked of a space. */
struct pl_space_rule {
	const struct pl_rule_terms *terms;
	const struct pl_guard_term *guards; /* of its policy */
	uint16_t guard_count;
	bool site;	  /* exceptions and roll-outs count too */
	pl_str exception; /* this one instead; empty: as site says */
};

/* --- space.c: making one --------------------------------------------------------------------------------------------
 */

/* The shapes in which a rule finds its subject. */
unsigned pl_space_shapes(const struct pl_space_rule *rules, size_t count, const struct pl_shape **ret, unsigned room);
/* The space of some rules in one shape. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_space_make(const struct pl_space_rule *rules, size_t count, const struct pl_shape *shape,
				 int32_t today, struct pl_arena *arena, struct pl_space *ret);
/* Notes what the space lacks; the first reason stays. */
void pl_space_lack(struct pl_space *s, const char *why, pl_str of);

/* --- space_place.c: where a term stands -----------------------------------------------------------------------------
 */

enum pl_place_kind { PL_PLACE_NONE, PL_PLACE_SUBJECT, PL_PLACE_NODE, PL_PLACE_VIEW, PL_PLACE_CONTEXT, PL_PLACE_ENTRY };
struct pl_place {
	uint8_t kind;
	struct pl_knobs *set;
	pl_str path;
	uint8_t subject; /* of a subject or a row of its view */
	uint16_t record; /* of a subject */
	uint16_t view;
	pl_str key; /* of the context */
	struct pl_type type;
	uint8_t presence;
	const char *dflt;
	uint8_t part;
	bool blank; /* as in a knob */
};

struct pl_space_binding {
	uint32_t binding;
	struct pl_place place;
	struct pl_space_binding *next;
};
struct pl_space_reader {
	struct pl_space *space;
	struct pl_space_binding *bindings;
	struct pl_knob *touched[PL_SPACE_KNOBS]; /* by the last operand */
	unsigned touched_count;
	pl_str words; /* of the condition that is being read */
};

/* False: it is nowhere that can be varied; why has been noted, unless it is constant. */
bool pl_place_of(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret);
/* The place at a path below a record. */
bool pl_place_below(struct pl_space_reader *r, struct pl_knobs *set, pl_str base, uint16_t record, const char *path,
		    struct pl_place *ret);
/* What one element of the list is. */
bool pl_place_element(struct pl_space_reader *r, const struct pl_place *list, struct pl_place *ret);
/* Asks about what is there, through the common view if it is of that. */
void pl_place_ask(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe);
/* The same for a knob that is one already. */
void pl_place_add(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe);
/* The same for an image or a role, or a part of one. */
void pl_space_part_ask(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe);
/* One more condition tells elements of the list apart. */
void pl_place_use(struct pl_space_reader *r, const struct pl_place *list, unsigned more);
/* A condition counts the elements, up to so many. */
void pl_place_count(struct pl_space_reader *r, const struct pl_place *list, unsigned up_to);
/* The knob of a place that is of a document or context; NULL when there are too many. */
struct pl_knob *pl_place_knob(struct pl_space_reader *r, const struct pl_place *place);

/* --- space_view.c: the common view by what it is made of ------------------------------------------------------------
 */

void pl_space_view_ask(struct pl_space_reader *r, const struct pl_place *view, const struct pl_probe *probe);
/* The list in the manifest that a list of the view is; false: none. */
bool pl_space_view_list(struct pl_space_reader *r, const struct pl_place *view, struct pl_place *ret);
/* The place in the manifest of an entry of a map of the view. */
bool pl_space_view_entry(struct pl_space_reader *r, const struct pl_place *view, pl_str key, struct pl_place *ret);

/* --- space_probe.c: constants as questions --------------------------------------------------------------------------
 */

#define PL_MAX_CONSTS 256 /* values on one side of a comparison */
struct pl_consts {
	struct pl_value items[PL_MAX_CONSTS]; /* lists as they are */
	unsigned count;
};
/* The constants that a value can be: itself, outcomes of a table, entries of a constant map, defaults. */
void pl_consts_find(struct pl_space_reader *r, const struct pl_term *t, struct pl_consts *c);
/* One value; false: it is no question (a truth value, or nothing). */
bool pl_probe_of(struct pl_space_reader *r, enum pl_relation op, const struct pl_value *v, struct pl_probe *ret);
/* The language of ARNs of which one part is in x; PL_VIEW_COUNT: of all ARNs. */
struct pl_lang *pl_probe_arn(struct pl_alphabet *a, uint16_t view, struct pl_lang *x);

/* --- space_read.c: conditions ---------------------------------------------------------------------------------------
 */

void pl_space_read_rule(struct pl_space_reader *r, const struct pl_space_rule *rule);

/* --- space_pool.c, space_list.c: values -----------------------------------------------------------------------------
 */

void pl_space_pool(struct pl_space *s, struct pl_knob *k);
void pl_space_pool_list(struct pl_space *s, struct pl_knob *k);
/* Choices of all knobs of a set, those that are compared together. */
void pl_space_pool_all(struct pl_space *s, struct pl_knobs *set);
void pl_space_choose(struct pl_space *s, struct pl_knob *k, struct pl_choice choice);

/* --- space_build.c: a model as a manifest ---------------------------------------------------------------------------
 */

struct pl_model {
	const struct pl_space *space;
	uint32_t at[PL_SPACE_KNOBS]; /* the choice of each knob */
};
/* Puts the chosen values of a set into root. */
bool pl_space_put(struct pl_arena *arena, const struct pl_knobs *set, const uint32_t *at, struct pl_draft *root);
/* The manifest; NULL when memory is out. */
struct pl_draft *pl_space_draft(const struct pl_model *model, struct pl_arena *arena);
/* The day that a choice of `today` is, since 1970-01-01. */
int64_t pl_space_day(const struct pl_choice *c);
/* The surroundings. */
bool pl_space_context(const struct pl_model *model, struct pl_arena *arena, struct pl_context *ret);

#endif
