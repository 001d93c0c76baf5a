/* options.c - argv into pl_options, and the help texts, both from the rows of commands.def and flags.def.
 *
 * `--flag value` and `--flag=value` are the same; `--` ends the flags; `-` is an argument. Flags may stand between
 * arguments. A flag that is not repeated but given twice is refused: which one counts would be a guess. */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ON_LINT	   (1u << PL_COMMAND_LINT)
#define ON_CHECK   (1u << PL_COMMAND_CHECK)
#define ON_EXPLAIN (1u << PL_COMMAND_EXPLAIN)
#define ON_FMT	   (1u << PL_COMMAND_FMT)
#define ON_RULES   (1u << PL_COMMAND_RULES)
#define ON_SCHEMA  (1u << PL_COMMAND_SCHEMA)
#define ON_TEST	   (1u << PL_COMMAND_TEST)
#define ON_ANALYZE (1u << PL_COMMAND_ANALYZE)

static const struct {
	const char *name, *arguments, *sentence, *more;
} commands[PL_COMMAND_COUNT] = {
#define PL_COMMAND(id, name, arguments, function, sentence, more) {name, arguments, sentence, more},
#include "commands.def"
#undef PL_COMMAND
};

static const struct {
	const char *name, *argument;
	unsigned commands;
	bool repeated;
	const char *sentence;
} flags[PL_FLAG_COUNT] = {
#define PL_FLAG(id, name, argument, commands, repeated, sentence) {name, argument, commands, repeated, sentence},
#include "flags.def"
#undef PL_FLAG
};

void pl_options_complain(struct pl_arena *arena, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	struct pl_buf *text = pl_text_new(arena);
	pl_text_escaped(text, pl_str_from(line));
	pl_str safe = pl_text_str(text);
	fflush(stdout);
	fprintf(stderr, "plimsoll: %.*s\n", PL_FMT(safe));
}

static void print_usage(void)
{
	printf("plimsoll - judges Kubernetes and Amazon ECS manifests by policy, before and without a server\n\n"
	       "usage: plimsoll COMMAND [FLAGS] ARGUMENTS\n\n");
	for (size_t i = 0; i < PL_COMMAND_COUNT; i++)
		printf("  %-8s %-16s %s\n", commands[i].name, commands[i].arguments, commands[i].sentence);
	printf("\n`plimsoll COMMAND --help` lists the flags of a command, `plimsoll --version` prints the version.\n"
	       "exit status: 0 clean, 1 findings, 2 error\n");
}

static void print_flag(enum pl_flag_id id)
{
	char left[64];
	const char *argument = flags[id].argument;
	snprintf(left, sizeof left, "--%s%s%s", flags[id].name, argument ? " " : "", argument ? argument : "");
	printf("  %-27s %s%s\n", left, flags[id].sentence, flags[id].repeated ? "; may be repeated" : "");
}

static void print_packs(void)
{
	const char *const *names;
	size_t count = pl_policy_packs(&names);
	printf("\npacks:");
	for (size_t i = 0; i < count; i++)
		printf(" %s", names[i]);
	printf("\n");
}

static void print_command(enum pl_command_id id)
{
	printf("plimsoll %s %s - %s\n\n%s\n", commands[id].name, commands[id].arguments, commands[id].sentence,
	       commands[id].more);
	for (size_t i = 0; i < PL_FLAG_COUNT; i++) {
		if (flags[i].commands & (1u << id))
			print_flag((enum pl_flag_id)i);
	}
	print_packs();
	printf("exit status: 0 clean, 1 findings, 2 error\n");
}

/* "; did you mean `x`?" or nothing. `dashes` go before the candidate. */
static pl_str suggestion(struct pl_arena *arena, pl_str given, const pl_str *names, size_t count, const char *dashes)
{
	pl_str near = pl_text_nearest(given, names, count);
	if (near.len == 0)
		return (pl_str){0};
	return pl_arena_printf(arena, "; did you mean `%s%.*s`?", dashes, PL_FMT(near));
}

static bool find_command(struct pl_arena *arena, const char *word, enum pl_command_id *ret_id)
{
	pl_str names[PL_COMMAND_COUNT];
	for (size_t i = 0; i < PL_COMMAND_COUNT; i++) {
		names[i] = pl_str_from(commands[i].name);
		if (strcmp(word, commands[i].name) == 0) {
			*ret_id = (enum pl_command_id)i;
			return true;
		}
	}
	pl_str hint = suggestion(arena, pl_str_from(word), names, PL_COMMAND_COUNT, "");
	pl_options_complain(arena, "no command `%s`%.*s (see plimsoll --help)", word, PL_FMT(hint));
	return false;
}

static bool find_flag(const struct pl_options *o, pl_str word, enum pl_flag_id *ret_id)
{
	pl_str names[PL_FLAG_COUNT];
	size_t count = 0;
	for (size_t i = 0; i < PL_FLAG_COUNT; i++) {
		pl_str name = pl_str_from(flags[i].name);
		bool applies = flags[i].commands & (1u << o->command);
		if (applies && pl_str_eq(word, name)) {
			*ret_id = (enum pl_flag_id)i;
			return true;
		}
		if (applies)
			names[count++] = name;
	}
	const char *command = commands[o->command].name;
	pl_str hint = suggestion(o->arena, word, names, count, "--");
	pl_options_complain(o->arena, "`plimsoll %s` has no flag `--%.*s`%.*s (see plimsoll %s --help)", command,
			    PL_FMT(word), PL_FMT(hint), command);
	return false;
}

/* Takes the flag at argv[*at], and its argument from there or from the next word. */
static bool take_flag(struct pl_options *o, int argc, char **argv, int *at)
{
	const char *word = argv[*at] + 2;
	const char *equals = strchr(word, '=');
	pl_str name = {word, equals ? (size_t)(equals - word) : strlen(word)};
	enum pl_flag_id id;
	if (!find_flag(o, name, &id))
		return false;
	const char *value = equals ? equals + 1 : NULL;
	if (!flags[id].argument && value) {
		pl_options_complain(o->arena, "`--%s` takes no argument", flags[id].name);
		return false;
	}
	if (flags[id].argument && !value) {
		if (*at + 1 >= argc) {
			pl_options_complain(o->arena, "`--%s` needs an argument: --%s %s", flags[id].name,
					    flags[id].name, flags[id].argument);
			return false;
		}
		value = argv[++*at];
	}
	if (!flags[id].repeated && pl_options_count(o, id) > 0) {
		pl_options_complain(o->arena, "`--%s` is given twice", flags[id].name);
		return false;
	}
	o->items[o->count++] = (struct pl_option){id, value};
	return true;
}

static bool take_words(struct pl_options *o, int argc, char **argv)
{
	bool flags_end = false;
	for (int i = 2; i < argc; i++) {
		const char *word = argv[i];
		if (flags_end || word[0] != '-' || strcmp(word, "-") == 0) {
			o->args[o->arg_count++] = word;
		} else if (strcmp(word, "--") == 0) {
			flags_end = true;
		} else if (strcmp(word, "-h") == 0) {
			o->items[o->count++] = (struct pl_option){PL_FLAG_HELP, NULL};
		} else if (word[1] != '-') {
			pl_options_complain(o->arena, "no flag `%s`: flags are written --name (see plimsoll %s --help)",
					    word, commands[o->command].name);
			return false;
		} else if (!take_flag(o, argc, argv, &i)) {
			return false;
		}
	}
	return true;
}

static bool is_word(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

enum pl_options_outcome pl_options_parse(int argc, char **argv, struct pl_arena *arena, struct pl_options *ret_options)
{
	if (argc < 2) {
		pl_options_complain(arena, "no command given (see plimsoll --help)");
		return PL_OPTIONS_WRONG;
	}
	if (is_word(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0) {
		print_usage();
		return PL_OPTIONS_DONE;
	}
	if (is_word(argv[1], "--version", "version")) {
		printf("plimsoll %s\n", PL_VERSION);
		return PL_OPTIONS_DONE;
	}
	struct pl_options o = {.arena = arena};
	o.items = pl_arena_zalloc(arena, (size_t)argc, sizeof *o.items);
	o.args = pl_arena_zalloc(arena, (size_t)argc, sizeof *o.args);
	if (!o.items || !o.args) {
		pl_options_complain(arena, "%s", pl_err_text(PL_E_MEMORY));
		return PL_OPTIONS_WRONG;
	}
	if (!find_command(arena, argv[1], &o.command) || !take_words(&o, argc, argv))
		return PL_OPTIONS_WRONG;
	if (pl_options_count(&o, PL_FLAG_HELP) > 0) {
		print_command(o.command);
		return PL_OPTIONS_DONE;
	}
	*ret_options = o;
	return PL_OPTIONS_RUN;
}

const char *pl_options_nth(const struct pl_options *options, enum pl_flag_id flag, size_t n)
{
	for (size_t i = 0; i < options->count; i++) {
		if (options->items[i].flag == flag && n-- == 0)
			return options->items[i].value ? options->items[i].value : "";
	}
	return NULL;
}

const char *pl_options_get(const struct pl_options *options, enum pl_flag_id flag)
{
	return pl_options_nth(options, flag, 0);
}

size_t pl_options_count(const struct pl_options *options, enum pl_flag_id flag)
{
	size_t count = 0;
	for (size_t i = 0; i < options->count; i++)
		count += options->items[i].flag == flag;
	return count;
}
