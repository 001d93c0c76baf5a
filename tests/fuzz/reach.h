/* reach.h - what an expression of a policy can read where it stands: names in scope, and random paths from them through
 * the schema and the common view, each with its type and whether it may be absent. This is the second opinion on the
 * checker's tables, so it asks the schema and never the checker. */
#ifndef PL_FUZZ_REACH_H
#define PL_FUZZ_REACH_H

#include "base/buf.h"
#include "literal.h"

#define PL_REACH_NAMES	 24
#define PL_REACH_KNOWN	 64
#define PL_REACH_PARTS	 12
#define PL_REACH_DATA	 6
#define PL_REACH_COLUMNS 4

/* A value that can be read, or made from such. */
struct pl_reached {
	pl_str text;
	struct pl_type type;
	struct pl_words_known words;
	bool optional;		      /* may be absent here */
	bool look_up;		      /* in a map */
	bool secret;		      /* may be the value of a variable */
	bool quoted;		      /* cannot stand inside a message */
	pl_str parts[PL_REACH_PARTS]; /* present when this is */
	unsigned part_count;
};

/* A table of a data file. */
struct pl_reach_data {
	pl_str name, text; /* text: the file; ptr NULL: there is none */
	struct pl_type type;
	int64_t modified;
	const char *columns[PL_REACH_COLUMNS]; /* of a map to records */
	struct pl_type types[PL_REACH_COLUMNS];
	bool optional[PL_REACH_COLUMNS];
	unsigned column_count;
};

struct pl_reach {
	struct pl_choice *choice;
	struct pl_arena *arena;
	unsigned platforms; /* enum pl_platforms */
	struct pl_reached names[PL_REACH_NAMES];
	unsigned name_count;
	pl_str known[PL_REACH_KNOWN]; /* texts of what is present here */
	unsigned known_count;
	struct pl_reach_data data[PL_REACH_DATA];
	unsigned data_count;
};

/* Puts a name in scope; too many are left out. */
void pl_reach_name(struct pl_reach *r, pl_str name, struct pl_type type, bool optional);
/* What is read is present from here on. */
void pl_reach_learn(struct pl_reach *r, const struct pl_reached *value);
bool pl_reach_is_known(const struct pl_reach *r, pl_str text);
/* A random value that fits; false when none was found in a few attempts. */
bool pl_reach_walk(struct pl_reach *r, bool (*fits)(const struct pl_reached *), struct pl_reached *ret);
/* What a function or operator makes of a value: as text says, of another type. */
void pl_reach_make(struct pl_reach *r, struct pl_type type, bool optional, pl_str text, struct pl_reached *value);

/* A text in the arena, or more of a buffer: `@` in the format stands for a pl_str, `~` for a C string, `#` for an
 * unsigned number. Arguments are computed in no certain order: at most one of them may make choices. */
pl_str pl_reach_say(struct pl_reach *r, const char *format, ...);
void pl_reach_add(struct pl_buf *out, const char *format, ...);

bool pl_reach_is_list(const struct pl_reached *v);   /* or a map */
bool pl_reach_is_single(const struct pl_reached *v); /* or a list of such */
bool pl_reach_is_text(const struct pl_reached *v);
bool pl_reach_is_number(const struct pl_reached *v);

#endif
