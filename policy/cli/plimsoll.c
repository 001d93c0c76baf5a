/* plimsoll.c - the offline linter: understands the command line and calls the function of its command.
 *
 * Exit status 0: clean; 1: findings; 2: something could not be judged. Nothing is judged in silence: when standard
 * output cannot be written, that is an error too. */
#include <stdio.h>

#include "command.h"

/* Policies, context, lists of errors: what lives as long as the process. */
#define PROCESS_CEILING ((size_t)512 << 20)
#define PROCESS_RETAIN	((size_t)64 << 10)

static int run(const struct pl_options *options)
{
	switch (options->command) {
#define PL_COMMAND(id, name, arguments, function, sentence, more)                                                      \
	case PL_COMMAND_##id:                                                                                          \
		return function(options);
#include "commands.def"
#undef PL_COMMAND
	case PL_COMMAND_COUNT:
		break;
	}
	return PL_EXIT_ERROR;
}

static int dispatch(int argc, char **argv, struct pl_arena *arena)
{
	struct pl_options options;
	switch (pl_options_parse(argc, argv, arena, &options)) {
	case PL_OPTIONS_RUN:
		return run(&options);
	case PL_OPTIONS_DONE:
		return PL_EXIT_CLEAN;
	case PL_OPTIONS_WRONG:
		break;
	}
	return PL_EXIT_ERROR;
}

int main(int argc, char **argv)
{
	struct pl_arena *arena = pl_arena_new(PROCESS_CEILING, PROCESS_RETAIN);
	if (!arena) {
		fputs("plimsoll: out of memory\n", stderr);
		return PL_EXIT_ERROR;
	}
	int status = dispatch(argc, argv, arena);
	pl_arena_free(arena);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("plimsoll: standard output");
		return PL_EXIT_ERROR;
	}
	return status;
}
