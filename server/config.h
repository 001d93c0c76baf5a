/* config.h - the settings of plimsolld: defaults, then a JSON file, then flags. */
#ifndef PL_SERVER_CONFIG_H
#define PL_SERVER_CONFIG_H

#include <stdio.h>

#include "plimsoll/arena.h"

struct pl_config_list {
	const char **items;
	size_t count;
};

typedef const char *PL_CONFIG_TEXT;
typedef const char *PL_CONFIG_CHOICE;
typedef struct pl_config_list PL_CONFIG_LIST;
typedef struct pl_config_list PL_CONFIG_WORDS;
typedef uint64_t PL_CONFIG_COUNT;
typedef uint64_t PL_CONFIG_BYTES;
typedef uint64_t PL_CONFIG_MILLIS;

struct pl_config {
#define PL_CONFIG(member, key, type, ...) PL_CONFIG_##type member;
#include "config.def"
#undef PL_CONFIG
};

enum pl_config_result {
	PL_CONFIG_READY,
	PL_CONFIG_HELP, /* --help was asked for */
	PL_CONFIG_VERSION,
	PL_CONFIG_BAD, /* *ret_problem says what, where and what to do */
};

/* Reads argv[1..] and the file --config names. Texts live in arena or argv. */
enum pl_config_result pl_config_read(int argc, char **argv, struct pl_arena *arena, struct pl_config *ret_config,
				     const char **ret_problem);
/* Prints every setting with its default, limits and meaning. */
void pl_config_help(FILE *out);
/* Whether the list holds the word. */
bool pl_config_has(const struct pl_config_list *list, const char *word);

#endif
