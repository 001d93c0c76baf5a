/* context.c - flags into pl_context, row by row.
 *
 * Nothing is guessed: a part of the context that no flag tells about stays unknown, and the rules that need it are "not
 * checked here". The exceptions are two, both true of any object: without --operation a known request is a CREATE, and
 * today is the day of the system's clock. */
#include "context.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400

struct fact {
	const char *key;
	size_t offset; /* of the pl_str in pl_context */
};

static const struct fact facts[] = {
	{"name", offsetof(struct pl_context, cluster_name)},
	{"environment", offsetof(struct pl_context, cluster_environment)},
	{"version", offsetof(struct pl_context, cluster_version)},
	{"account", offsetof(struct pl_context, cluster_account)},
	{"region", offsetof(struct pl_context, cluster_region)},
	{"cloud", offsetof(struct pl_context, cluster_cloud)},
};
#define FACTS (sizeof facts / sizeof facts[0])
#define IMDS  "imds-blocked"

/* One part of a list a,b,c; moves past it. */
static pl_str next_part(const char **list)
{
	size_t len = strcspn(*list, ",");
	pl_str part = {*list, len};
	*list += len + ((*list)[len] == ',');
	return part;
}

static bool set_imds(const struct pl_options *o, const char *list, struct pl_context *c)
{
	do {
		pl_str part = next_part(&list);
		bool *blocked = pl_str_eq(part, PL_STR("pods"))	    ? &c->imds_blocked_pods
				: pl_str_eq(part, PL_STR("awsvpc")) ? &c->imds_blocked_awsvpc
				: pl_str_eq(part, PL_STR("bridge")) ? &c->imds_blocked_bridge
								    : NULL;
		if (!blocked) {
			pl_options_complain(o->arena, "--cluster " IMDS ": `%.*s` is none of pods, awsvpc, bridge",
					    PL_FMT(part));
			return false;
		}
		*blocked = true;
	} while (*list);
	return true;
}

static bool refuse_fact(const struct pl_options *o, pl_str key)
{
	pl_str names[FACTS + 1];
	for (size_t i = 0; i < FACTS; i++)
		names[i] = pl_str_from(facts[i].key);
	names[FACTS] = PL_STR(IMDS);
	pl_str near = pl_text_nearest(key, names, FACTS + 1);
	pl_str hint = near.len ? pl_arena_printf(o->arena, "; did you mean `%.*s`?", PL_FMT(near)) : (pl_str){0};
	pl_options_complain(o->arena,
			    "--cluster: no fact `%.*s`%.*s (name, environment, version, account, region, cloud, " IMDS
			    ")",
			    PL_FMT(key), PL_FMT(hint));
	return false;
}

/* v1.29, 1.29.3: what the language reads as a version; a suffix such as -eks-1 is kept. */
static bool is_version(const char *text)
{
	unsigned major, minor;
	char after;
	return sscanf(*text == 'v' ? text + 1 : text, "%4u.%4u%c", &major, &minor, &after) >= 2;
}

static bool set_fact(const struct pl_options *o, const char *given, struct pl_context *c)
{
	const char *equals = strchr(given, '=');
	if (!equals || equals[1] == '\0') {
		pl_options_complain(o->arena, "--cluster is written KEY=VALUE, for example --cluster version=1.33");
		return false;
	}
	pl_str key = {given, (size_t)(equals - given)};
	if (pl_str_eq(key, PL_STR(IMDS)))
		return set_imds(o, equals + 1, c);
	if (pl_str_eq(key, PL_STR("version")) && !is_version(equals + 1)) {
		pl_options_complain(o->arena, "--cluster version: `%s` is no version such as 1.33", equals + 1);
		return false;
	}
	for (size_t i = 0; i < FACTS; i++) {
		if (!pl_str_eq(key, pl_str_from(facts[i].key)))
			continue;
		pl_str *field = (pl_str *)(void *)((char *)c + facts[i].offset);
		if (field->len) {
			pl_options_complain(o->arena, "--cluster %s is given twice", facts[i].key);
			return false;
		}
		*field = pl_str_from(equals + 1);
		return true;
	}
	return refuse_fact(o, key);
}

static bool set_cluster(const struct pl_options *o, struct pl_context *c)
{
	size_t count = pl_options_count(o, PL_FLAG_CLUSTER);
	for (size_t i = 0; i < count; i++) {
		if (!set_fact(o, pl_options_nth(o, PL_FLAG_CLUSTER, i), c))
			return false;
	}
	c->cluster_known = count > 0;
	return true;
}

/* True when value is one of the words up to NULL; complains when not. */
static bool is_one_of(const struct pl_options *o, const char *flag, const char *value, const char *const *words)
{
	struct pl_buf *all = pl_text_new(o->arena);
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], value) == 0)
			return true;
		pl_text_printf(all, "%s%s", i ? ", " : "", words[i]);
	}
	pl_options_complain(o->arena, "--%s: `%s` is none of %.*s", flag, value, PL_FMT(pl_text_str(all)));
	return false;
}

static bool set_request(const struct pl_options *o, struct pl_context *c)
{
	static const char *const verbs[] = {"CREATE", "UPDATE", "DELETE", "CONNECT", NULL};
	const char *user = pl_options_get(o, PL_FLAG_USER), *operation = pl_options_get(o, PL_FLAG_OPERATION);
	size_t count = pl_options_count(o, PL_FLAG_GROUP);
	pl_str *groups = pl_arena_zalloc(o->arena, count + 1, sizeof *groups);
	if (!groups) {
		pl_options_complain(o->arena, "%s", pl_err_text(PL_E_MEMORY));
		return false;
	}
	for (size_t i = 0; i < count; i++)
		groups[i] = pl_str_from(pl_options_nth(o, PL_FLAG_GROUP, i));
	if (operation && !is_one_of(o, "operation", operation, verbs))
		return false;
	c->request_known = user || operation || count;
	c->user = pl_str_from(user);
	c->operation = pl_str_from(operation ? operation : "CREATE");
	c->groups = groups;
	c->group_count = count;
	return true;
}

static bool set_launch_type(const struct pl_options *o, struct pl_context *c)
{
	static const char *const types[] = {"FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES", NULL};
	const char *type = pl_options_get(o, PL_FLAG_LAUNCH_TYPE);
	if (type && !is_one_of(o, "launch-type", type, types))
		return false;
	c->launch_fargate = type && strcmp(type, "FARGATE") == 0;
	return true;
}

static bool set_unknown(const struct pl_options *o, struct pl_context *c)
{
	static const char *const modes[] = {"warn", "deny", NULL};
	const char *mode = pl_options_get(o, PL_FLAG_UNKNOWN);
	if (mode && !is_one_of(o, "unknown", mode, modes))
		return false;
	c->unknown_warns = mode && strcmp(mode, "warn") == 0;
	return true;
}

/* Days since 1970-01-01 of YYYY-MM-DD; false when that is no day. */
static bool parse_day(const char *text, int32_t *ret_days)
{
	struct tm day = {0};
	char after;
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, "0123456789-") != 10 ||
	    sscanf(text, "%4d-%2d-%2d%c", &day.tm_year, &day.tm_mon, &day.tm_mday, &after) != 3)
		return false;
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	struct tm normal = day;
	time_t seconds = timegm(&normal);
	if (normal.tm_year != day.tm_year || normal.tm_mon != day.tm_mon || normal.tm_mday != day.tm_mday)
		return false;
	*ret_days = (int32_t)(seconds / SECONDS_A_DAY);
	return true;
}

static bool set_today(const struct pl_options *o, struct pl_context *c)
{
	const char *day = pl_options_get(o, PL_FLAG_TODAY);
	if (!day) {
		c->now = (int64_t)time(NULL);
		c->today = (int32_t)(c->now / SECONDS_A_DAY);
		return true;
	}
	if (parse_day(day, &c->today)) {
		c->now = (int64_t)c->today * SECONDS_A_DAY;
		return true;
	}
	pl_options_complain(o->arena, "--today: `%s` is no day: it is written YYYY-MM-DD", day);
	return false;
}

/* A DNS label, as names of namespaces are; anything else names a file. So it does not depend on which files exist. */
static bool is_namespace_name(const char *text)
{
	size_t len = strlen(text);
	return len > 0 && len <= 63 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && text[0] != '-' &&
	       text[len - 1] != '-';
}

bool pl_context_from_flags(const struct pl_options *options, struct pl_context *ret_context)
{
	struct pl_context c = {.lint = true};
	if (!set_cluster(options, &c) || !set_request(options, &c) || !set_launch_type(options, &c) ||
	    !set_unknown(options, &c) || !set_today(options, &c))
		return false;
	const char *name = pl_options_get(options, PL_FLAG_NAMESPACE);
	if (name && is_namespace_name(name)) {
		c.namespace_known = true;
		c.namespace_name = pl_str_from(name);
	}
	*ret_context = c;
	return true;
}
