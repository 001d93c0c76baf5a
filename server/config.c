/* config.c - config.def, a JSON file and flags into struct pl_config.
 *
 * Every value goes through the same parser, the defaults included, so that a default outside its own limits cannot stay
 * unnoticed. Fails with one sentence that names the setting, what is wrong with it and what it may be. jansson reads
 * the file: it is the operator's, not an attacker's. */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum type { TEXT, LIST, COUNT, BYTES, MILLIS, CHOICE, WORDS };

static const struct row {
	const char *key;
	enum type type;
	size_t offset;
	const char *initial;
	uint64_t min, max;
	const char *unit;
	const char *prose;
} rows[] = {
#define PL_CONFIG(member, key, type, initial, min, max, unit, reloadable, prose)                                       \
	{key, type, offsetof(struct pl_config, member), initial, min, max, unit, prose},
#include "config.def"
#undef PL_CONFIG
};

#define ROWS (sizeof rows / sizeof rows[0])

struct reader {
	struct pl_arena *arena;
	struct pl_config *config;
	const char *problem;
};

static bool fail(struct reader *r, const char *fmt, ...) PL_PRINTF(2, 3);
static bool fail(struct reader *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	pl_str copy = pl_arena_printf(r->arena, "%s", text);
	r->problem = copy.ptr ? copy.ptr : "out of memory";
	return false;
}

static const struct row *row_of(const char *key)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

static void *slot(const struct reader *r, const struct row *row)
{
	return (char *)r->config + row->offset;
}

/* What the suffix multiplies with; 0 when the type has no such suffix. */
static uint64_t unit_of(enum type type, const char *suffix)
{
	static const struct {
		enum type type;
		const char *suffix;
		uint64_t unit;
	} units[] = {
		{COUNT, "", 1},		 {BYTES, "", 1},    {BYTES, "Ki", 1u << 10}, {BYTES, "Mi", 1u << 20},
		{BYTES, "Gi", 1u << 30}, {MILLIS, "ms", 1}, {MILLIS, "s", 1000},
	};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (units[i].type == type && strcmp(units[i].suffix, suffix) == 0)
			return units[i].unit;
	return 0;
}

static const char *example_of(enum type type)
{
	return type == BYTES	? "a number of bytes such as 65536, 64Ki or 33Mi"
	       : type == MILLIS ? "a time such as 500ms or 10s"
				: "a whole number";
}

static bool set_number(struct reader *r, const struct row *row, const char *value)
{
	uint64_t number = 0, unit;
	const char *at = value;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
			return fail(r, "%s: \"%s\" is too large a number", row->key, value);
	unit = at == value ? 0 : unit_of(row->type, at);
	if (unit == 0 || __builtin_mul_overflow(number, unit, &number))
		return fail(r, "%s: \"%s\" is not %s", row->key, value, example_of(row->type));
	if (number < row->min || number > row->max)
		return fail(r, "%s: %s is outside the limits; it must be from %" PRIu64 " to %" PRIu64 "%s", row->key,
			    value, row->min, row->max,
			    row->type == MILLIS	 ? " ms"
			    : row->type == BYTES ? " bytes"
						 : "");
	*(uint64_t *)slot(r, row) = number;
	return true;
}

static bool is_word_of(const char *words, const char *value)
{
	size_t len = strlen(value);
	for (const char *at = words; at; at = strchr(at, '|'), at = at ? at + 1 : NULL)
		if (len && strncmp(at, value, len) == 0 && (at[len] == '|' || at[len] == '\0'))
			return true;
	return false;
}

static bool append(struct reader *r, const struct row *row, const char *value)
{
	struct pl_config_list *list = slot(r, row);
	const char **items = pl_arena_alloc(r->arena, (list->count + 1) * sizeof *items);
	if (!items)
		return fail(r, "%s: out of memory", row->key);
	if (list->count)
		memcpy(items, list->items, list->count * sizeof *items);
	items[list->count] = value;
	*list = (struct pl_config_list){items, list->count + 1};
	return true;
}

/* value must live as long as the configuration. */
static bool set_value(struct reader *r, const struct row *row, const char *value)
{
	switch (row->type) {
	case TEXT:
		*(const char **)slot(r, row) = value;
		return true;
	case CHOICE:
		if (!is_word_of(row->unit, value))
			return fail(r, "%s: \"%s\" is not one of %s", row->key, value, row->unit);
		*(const char **)slot(r, row) = value;
		return true;
	case WORDS:
		if (!is_word_of(row->unit, value))
			return fail(r, "%s: \"%s\" is not one of %s", row->key, value, row->unit);
		return append(r, row, value);
	case LIST:
		return append(r, row, value);
	case COUNT:
	case BYTES:
	case MILLIS:
		return set_number(r, row, value);
	}
	return fail(r, "%s: unknown type", row->key);
}

static bool set_defaults(struct reader *r)
{
	for (size_t i = 0; i < ROWS; i++) {
		bool list = rows[i].type == LIST || rows[i].type == WORDS;
		if (!list && !set_value(r, &rows[i], rows[i].initial))
			return false;
	}
	return true;
}

/* One scalar of the file as it would be written as a flag. */
static bool set_json_scalar(struct reader *r, const struct row *row, const json_t *value)
{
	if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value)) {
		pl_str copy = pl_arena_printf(r->arena, "%s", json_string_value(value));
		return copy.ptr ? set_value(r, row, copy.ptr) : fail(r, "%s: out of memory", row->key);
	}
	if (json_is_integer(value) && (row->type == COUNT || row->type == BYTES)) {
		pl_str copy = pl_arena_printf(r->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return copy.ptr ? set_value(r, row, copy.ptr) : fail(r, "%s: out of memory", row->key);
	}
	if (row->type == LIST || row->type == WORDS)
		return fail(r, "%s: write a list of strings, each as after --%s", row->key, row->key);
	return fail(r, "%s: write it as a string, as after --%s", row->key, row->key);
}

static bool set_json(struct reader *r, const struct row *row, const json_t *value)
{
	if (!json_is_array(value) || (row->type != LIST && row->type != WORDS))
		return set_json_scalar(r, row, value);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!set_json_scalar(r, row, json_array_get(value, i)))
			return false;
	return true;
}

static bool read_members(struct reader *r, const char *path, json_t *root)
{
	const char *key;
	json_t *value;
	if (!json_is_object(root))
		return fail(r, "%s: the file must hold one JSON object", path);
	json_object_foreach(root, key, value)
	{
		const struct row *row = row_of(key);
		if (!row)
			return fail(r, "%s: there is no setting \"%s\"; plimsolld --help lists them", path, key);
		if (!set_json(r, row, value)) {
			const char *problem = r->problem;
			return fail(r, "%s: %s", path, problem);
		}
	}
	return true;
}

static bool read_file(struct reader *r, const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return fail(r, "%s:%d:%d: %s", path, error.line > 0 ? error.line : 1,
			    error.column > 0 ? error.column : 1, error.text);
	bool ok = read_members(r, path, root);
	json_decref(root);
	return ok;
}

struct flag {
	const char *name;
	size_t name_len;
	const char *value; /* NULL: none */
	int taken;	   /* arguments used */
};

static struct flag flag_at(int argc, char **argv, int i)
{
	const char *text = argv[i] + 2, *equals = strchr(text, '=');
	if (equals)
		return (struct flag){text, (size_t)(equals - text), equals + 1, 1};
	return (struct flag){text, strlen(text), i + 1 < argc ? argv[i + 1] : NULL, 2};
}

static bool flag_is(const struct flag *flag, const char *name)
{
	return flag->name_len == strlen(name) && memcmp(flag->name, name, flag->name_len) == 0;
}

static bool read_flag(struct reader *r, const struct flag *flag)
{
	if (flag_is(flag, "config"))
		return true; /* read before the flags */
	for (size_t i = 0; i < ROWS; i++)
		if (flag_is(flag, rows[i].key))
			return flag->value ? set_value(r, &rows[i], flag->value)
					   : fail(r, "--%s needs a value: %s", rows[i].key, rows[i].unit);
	return fail(r, "there is no flag --%.*s; plimsolld --help lists them", (int)flag->name_len, flag->name);
}

static bool read_config_file(struct reader *r, int argc, char **argv)
{
	for (int i = 1; i < argc;) {
		if (strncmp(argv[i], "--", 2) != 0)
			return fail(r, "\"%s\" is not a flag; plimsolld takes only flags, see --help", argv[i]);
		struct flag flag = flag_at(argc, argv, i);
		if (flag_is(&flag, "config") && !flag.value)
			return fail(r, "--config needs a value: FILE");
		if (flag_is(&flag, "config") && !read_file(r, flag.value))
			return false;
		i += flag.taken;
	}
	return true;
}

static bool read_flags(struct reader *r, int argc, char **argv)
{
	for (int i = 1; i < argc;) {
		struct flag flag = flag_at(argc, argv, i);
		if (!read_flag(r, &flag))
			return false;
		i += flag.taken;
	}
	return true;
}

/* What no single row can say. */
static bool check_whole(struct reader *r)
{
	const struct pl_config *c = r->config;
	if (!*c->cert || !*c->key)
		return fail(r, "a certificate and its key are needed: give --cert FILE and --key FILE; "
			       "certs/gen-dev.sh makes a pair "
			       "for development");
	if (!*c->policy && c->use.count == 0)
		return fail(r, "no policy: give --policy DIRECTORY, or --use essentials for the shipped pack");
	if (c->in_flight < c->max_body)
		return fail(r,
			    "in-flight must be at least max-body (%" PRIu64
			    " bytes), or the largest review is never read",
			    c->max_body);
	for (size_t i = 0; i < c->set.count; i++)
		if (c->set.items[i][0] == '=' || !strchr(c->set.items[i], '='))
			return fail(r, "set: \"%s\" is not NAME=VALUE", c->set.items[i]);
	for (size_t i = 0; i < c->data.count; i++)
		if (c->data.items[i][0] == '=' || !strchr(c->data.items[i], '='))
			return fail(r, "data: \"%s\" is not NAME=FILE", c->data.items[i]);
	return true;
}

enum pl_config_result pl_config_read(int argc, char **argv, struct pl_arena *arena, struct pl_config *ret_config,
				     const char **ret_problem)
{
	struct pl_config config = {0};
	struct reader r = {arena, &config, NULL};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return PL_CONFIG_HELP;
		if (strcmp(argv[i], "--version") == 0)
			return PL_CONFIG_VERSION;
	}
	if (!set_defaults(&r) || !read_config_file(&r, argc, argv) || !read_flags(&r, argc, argv) || !check_whole(&r)) {
		*ret_problem = r.problem;
		return PL_CONFIG_BAD;
	}
	*ret_config = config;
	return PL_CONFIG_READY;
}

/* Prose in lines of at most 96 columns. */
static void print_prose(FILE *out, const char *prose)
{
	while (*prose) {
		size_t len = strlen(prose);
		if (len > 88) {
			len = 88;
			while (prose[len] != ' ')
				len--;
		}
		fprintf(out, "        %.*s\n", (int)len, prose);
		prose += len;
		prose += *prose == ' ';
	}
}

void pl_config_help(FILE *out)
{
	fputs("usage: plimsolld --cert FILE --key FILE (--policy DIRECTORY | --use PACK) [flags]\n"
	      "Answers Kubernetes admission reviews (POST /v1/admit) and judges ECS task definitions\n"
	      "(POST /v1/ecs).\n\n"
	      "  --config FILE\n        JSON object with the settings below; flags win over it.\n",
	      out);
	for (size_t i = 0; i < ROWS; i++) {
		bool list = rows[i].type == LIST || rows[i].type == WORDS;
		fprintf(out, "  --%s %s%s%s%s%s\n", rows[i].key, rows[i].unit, *rows[i].initial ? "  (default " : "",
			rows[i].initial, *rows[i].initial ? ")" : "", list ? "  (repeatable)" : "");
		print_prose(out, rows[i].prose);
	}
	fputs("  --help, --version\n\nSIGTERM and SIGINT stop it after the requests in flight; a second one stops it "
	      "at once.\n"
	      "Exit status: 0 stopped as asked, 1 failed while running, 2 refused to start.\n",
	      out);
}

bool pl_config_has(const struct pl_config_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], word) == 0)
			return true;
	return false;
}
