/* options.h - the command line as commands.def and flags.def describe it. */
#ifndef PL_CLI_OPTIONS_H
#define PL_CLI_OPTIONS_H

#include "plimsoll/plimsoll.h"

enum pl_command_id {
#define PL_COMMAND(id, name, arguments, function, sentence, more) PL_COMMAND_##id,
#include "commands.def"
#undef PL_COMMAND
	PL_COMMAND_COUNT
};

enum pl_flag_id {
#define PL_FLAG(id, name, argument, commands, repeated, sentence) PL_FLAG_##id,
#include "flags.def"
#undef PL_FLAG
	PL_FLAG_COUNT
};

struct pl_option {
	enum pl_flag_id flag;
	const char *value; /* NULL for a flag without argument */
};

/* A command line that was understood. Borrows argv; lives in arena. */
struct pl_options {
	enum pl_command_id command;
	struct pl_arena *arena; /* of the process: policies, context, errors */
	struct pl_option *items;
	size_t count;
	const char **args;
	size_t arg_count;
};

enum pl_options_outcome { PL_OPTIONS_RUN, PL_OPTIONS_DONE, PL_OPTIONS_WRONG };

/* Understands the command line. DONE: it asked for help or the version, which has been printed. WRONG: said so on
 * standard error. */
enum pl_options_outcome pl_options_parse(int argc, char **argv, struct pl_arena *arena, struct pl_options *ret_options);
/* The argument of a flag that is not repeated; NULL when it was not given ("" for one without argument). */
const char *pl_options_get(const struct pl_options *options, enum pl_flag_id flag);
/* The n-th argument of a repeated flag, from 0; NULL when there are no more. */
const char *pl_options_nth(const struct pl_options *options, enum pl_flag_id flag, size_t n);
/* How often a flag was given. */
size_t pl_options_count(const struct pl_options *options, enum pl_flag_id flag);

/* Prints "plimsoll: ..." with everything escaped, and a pointer to --help. */
void pl_options_complain(struct pl_arena *arena, const char *fmt, ...) PL_PRINTF(2, 3);

#endif
