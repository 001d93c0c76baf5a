/* space_pool.c - the values of a knob: one for each way in which the questions about it can be answered. Values that
 * are compared with each other are given the same questions, and enough examples of each answer to be equal and to
 * differ. */
#include "space.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"

#define MAX_POINTS 200

void pl_space_choose(struct pl_space *s, struct pl_knob *k, struct pl_choice choice)
{
	if (k->choice_count == PL_SPACE_CHOICES) {
		pl_space_lack(s, "there are too many values to try", k->path);
		return;
	}
	if (!k->choices)
		k->choices = pl_arena_zalloc(s->arena, PL_SPACE_CHOICES, sizeof *k->choices);
	if (!k->choices) {
		s->err = PL_E_MEMORY;
		return;
	}
	choice.weight = choice.absent ? 0 : k->choice_count + 1;
	k->choices[k->choice_count++] = choice;
}

static void choose_draft(struct pl_space *s, struct pl_knob *k, enum pl_draft_kind kind, pl_str text)
{
	struct pl_draft *d = pl_draft_new(s->arena, kind, text);
	if (!d || (!text.ptr && kind != PL_DRAFT_OBJECT))
		s->err = PL_E_MEMORY;
	else
		pl_space_choose(s, k, (struct pl_choice){.draft = d, .text = text});
}

/* --- presence -------------------------------------------------------------------------------------------------------
 */

/* The place is in something that every model has. */
static bool is_direct(const struct pl_space *s, const struct pl_knob *k)
{
	struct pl_buf parent;
	const char *const always[] = {"spec", "metadata", s->shape->subject, s->shape->container, s->shape->volume};
	if (k->context || k->step_count <= 1)
		return true;
	pl_buf_init(&parent, s->arena, k->path.len);
	for (uint32_t i = 0; i + 1 < k->step_count; i++)
		pl_editpath_add(&k->steps[i], i == 0, &parent);
	for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
		if (always[i] && pl_str_eq(pl_buf_str(&parent), pl_str_from(always[i])))
			return true;
	}
	return false;
}

static void choose_absent(struct pl_space *s, struct pl_knob *k)
{
	if (k->presence != PL_REQUIRED || !is_direct(s, k))
		pl_space_choose(s, k, (struct pl_choice){.absent = true});
}

static void choose_bool(struct pl_space *s, struct pl_knob *k)
{
	const pl_str values[] = {PL_STR("false"), PL_STR("true")};
	choose_absent(s, k);
	for (unsigned i = 0; i < 2; i++) {
		bool as_absent = k->presence == PL_DEFAULTED && k->dflt && pl_str_eq(values[i], pl_str_from(k->dflt));
		if (!as_absent)
			choose_draft(s, k, PL_DRAFT_RAW, values[i]);
	}
}

/* --- numbers --------------------------------------------------------------------------------------------------------
 */

struct points {
	pl_nano items[MAX_POINTS];
	unsigned count;
};

static void add_point(struct points *p, pl_nano n)
{
	unsigned i = 0;
	while (i < p->count && p->items[i] < n)
		i++;
	if (p->count == MAX_POINTS || (i < p->count && p->items[i] == n))
		return;
	memmove(&p->items[i + 1], &p->items[i], (p->count - i) * sizeof *p->items);
	p->items[i] = n;
	p->count++;
}

static bool holds_bytes(const struct pl_knob *k)
{
	const pl_str memory = PL_STR("memory"), size = PL_STR("sizeLimit");
	pl_str last = k->step_count ? k->steps[k->step_count - 1].key : (pl_str){0};
	if (k->type.kind != PL_T_QUANTITY)
		return k->type.kind == PL_T_BYTES;
	return pl_str_eq(last, memory) || pl_str_eq(last, size) ||
	       (last.len && memmem(last.ptr, last.len, "storage", strlen("storage")));
}

/* The smallest step between two values of a type that is worth making. */
static pl_nano unit_of(const struct pl_knob *k)
{
	bool fraction = k->type.kind == PL_T_CORES || k->type.kind == PL_T_QUANTITY;
	return fraction && !holds_bytes(k) ? 1000000 : PL_NANO_ONE;
}

static bool is_amount(const struct pl_knob *k)
{
	return k->type.kind == PL_T_CORES || k->type.kind == PL_T_BYTES || k->type.kind == PL_T_QUANTITY;
}

/* Down to whole MiB or GiB where that leaves it above low. */
static pl_nano rounded(const struct pl_knob *k, pl_nano low, pl_nano x)
{
	for (unsigned shift = 30; holds_bytes(k) && shift > 0; shift -= 10) {
		pl_nano unit = PL_NANO_ONE << shift;
		if (x - x % unit > low)
			return x - x % unit;
	}
	return x;
}

/* Sizes of tasks and users of ECS are numbers in texts; what else they can be is known. */
static bool is_ecs_number(const struct pl_space *s, const struct pl_knob *k)
{
	const char *const names[] = {"memory", "cpu", "user"};
	pl_str last = k->step_count ? k->steps[k->step_count - 1].key : (pl_str){0};
	for (unsigned i = 0; i < 3; i++) {
		if (s->shape->platform == PL_ON_ECS && pl_str_eq(last, pl_str_from(names[i])))
			return true;
	}
	return false;
}

/* n values between two others, or fewer where there is no room. */
static void add_between(const struct pl_knob *k, struct points *p, pl_nano low, pl_nano high, unsigned n)
{
	pl_nano unit = unit_of(k);
	for (unsigned i = 1; i <= n; i++) {
		pl_nano x = low + (high - low) / (n + 1) * i;
		x -= (x % unit + unit) % unit;
		if (x <= low)
			x = low - (low % unit + unit) % unit + unit * (pl_nano)i;
		if (x > low && x < high)
			add_point(p, rounded(k, low, x));
	}
}

static void find_points(const struct pl_knob *k, bool amount, const struct points *consts, unsigned n,
			struct points *ret)
{
	pl_nano unit = unit_of(k), start = amount ? 0 : -unit * 4;
	*ret = (struct points){.count = 0};
	for (unsigned i = 0; i < consts->count; i++) {
		pl_nano c = consts->items[i], before = i ? consts->items[i - 1] : start;
		if (c % unit == 0)
			add_point(ret, c);
		if (i == 0 && !amount)
			before = c > unit * 4 ? 0 : c - unit * (pl_nano)(n + 2);
		add_between(k, ret, before, c, n);
	}
	pl_nano last = consts->count ? consts->items[consts->count - 1] : 0;
	pl_nano far = last > 0 ? last : unit * (holds_bytes(k) ? (pl_nano)1048576 : 1);
	if (k->type.kind == PL_T_INT || k->type.kind == PL_T_DATE)
		far = unit;
	for (unsigned i = 1; i <= n; i++)
		add_point(ret, pl_nano_add(last, pl_nano_mul_int(far, i)));
}

static pl_str number_text(struct pl_space *s, const struct pl_knob *k, pl_nano n)
{
	char text[64];
	if (holds_bytes(k))
		return pl_arena_dup(s->arena, pl_quantity_format_bytes(n, text));
	if (is_amount(k))
		return pl_arena_dup(s->arena, pl_quantity_format_cores(n, text));
	return pl_arena_printf(s->arena, "%" PRId64, (int64_t)(n / PL_NANO_ONE));
}

static void choose_numbers(struct pl_space *s, struct pl_knob *k, const struct points *consts, unsigned n)
{
	struct points points;
	enum pl_draft_kind kind = is_amount(k) ? PL_DRAFT_TEXT : PL_DRAFT_RAW;
	if (k->type.kind == PL_T_STRING)
		kind = PL_DRAFT_TEXT;
	find_points(k, is_amount(k) || is_ecs_number(s, k), consts, n, &points);
	for (int negative = 0; negative < 2; negative++) {
		for (unsigned i = 0; i < points.count; i++) {
			if ((points.items[i] < 0) == (negative == 1))
				choose_draft(s, k, kind, number_text(s, k, points.items[i]));
		}
	}
}

/* --- versions and addresses -----------------------------------------------------------------------------------------
 */

static void choose_version(struct pl_space *s, struct pl_knob *k, struct pl_version v)
{
	char text[40];
	pl_str shown = pl_version_format(v, text);
	for (uint32_t i = 0; i < k->choice_count; i++) {
		if (pl_str_eq(k->choices[i].text, shown))
			return;
	}
	choose_draft(s, k, PL_DRAFT_TEXT, pl_arena_dup(s->arena, shown));
}

/* Each version, and what lies right behind it; everything before the first, and what is none. */
static void choose_versions(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes, bool text)
{
	for (const struct pl_probe *p = probes; p; p = p->next) {
		struct pl_version after = p->version;
		if (p->kind != PL_PROBE_VERSION)
			continue;
		after.part[2]++;
		choose_version(s, k, p->version);
		choose_version(s, k, after);
	}
	choose_version(s, k, (struct pl_version){{0, 9, 0}});
	choose_version(s, k, (struct pl_version){{99, 0, 0}});
	if (text)
		choose_draft(s, k, PL_DRAFT_TEXT, PL_STR("none"));
}

static void choose_address(struct pl_space *s, struct pl_knob *k, const struct pl_ip *ip)
{
	char text[48];
	choose_draft(s, k, PL_DRAFT_TEXT, pl_arena_dup(s->arena, pl_ip_format(ip, text)));
}

/* The first address behind a network. */
static struct pl_ip behind(const struct pl_network *net)
{
	struct pl_ip ip = net->base;
	unsigned bit = net->prefix;
	while (bit > 0) {
		unsigned byte = (bit - 1) / 8, mask = 1u << (7 - (bit - 1) % 8);
		if (!(ip.bytes[byte] & mask)) {
			ip.bytes[byte] = (uint8_t)(ip.bytes[byte] | mask);
			return ip;
		}
		ip.bytes[byte] = (uint8_t)(ip.bytes[byte] & ~mask);
		bit--;
	}
	return ip;
}

static void choose_addresses(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes)
{
	for (const struct pl_probe *p = probes; p; p = p->next) {
		if (p->kind != PL_PROBE_NETWORK)
			continue;
		struct pl_ip next = behind(p->net);
		choose_address(s, k, &p->net->base);
		choose_address(s, k, &next);
	}
	choose_draft(s, k, PL_DRAFT_TEXT, PL_STR("192.0.2.1"));
	choose_draft(s, k, PL_DRAFT_TEXT, PL_STR("none"));
}

/* --- texts ----------------------------------------------------------------------------------------------------------
 */

static struct pl_lang *pattern(struct pl_space *s, const char *text)
{
	bool exact;
	struct pl_lang *l = pl_lang_pattern(&s->alphabet, pl_str_from(text), false, &exact);
	if (PL_NEVER(!exact))
		s->err = PL_E_INTERNAL;
	return l;
}

#define SEGMENT "([^./]|\\.[^./]|\\.\\.[^/])[^/]*"

/* What the platform does not know, a test cannot give. */
static struct pl_lang *known_values(struct pl_space *s, const struct pl_knob *k)
{
	const struct pl_schema_enum *e = &pl_schema_enums[k->type.ref];
	struct pl_lang *l = pl_lang_none(&s->alphabet);
	for (uint16_t i = 0; i < e->count; i++)
		l = pl_lang_alt(&s->alphabet, l, pl_lang_text(&s->alphabet, pl_str_from(e->values[i])));
	return l;
}

/* The texts that a manifest can have there. */
static struct pl_lang *domain_of(struct pl_space *s, const struct pl_knob *k)
{
	if (k->context && k->view == PL_VIEW_REQUEST_operation)
		return pattern(s, "CREATE|UPDATE|DELETE|CONNECT");
	if (!k->context && pl_str_eq(k->path, PL_STR("kind")) && s->shape->about != PL_SUBJECT_OBJECT)
		return pattern(s,
			       "Pod|PodTemplate|ReplicationController|Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|"
			       "CronJob");
	if (k->part == PL_PART_IMAGE_NAME)
		return pattern(s, "(docker\\.io/[a-z0-9]+(/[a-z0-9]+([._-][a-z0-9]+)*)+"
				  "|[a-z0-9]+([.-][a-z0-9]+)*\\.[a-z0-9]*[a-z][a-z0-9]*(:[0-9]+)?"
				  "(/[a-z0-9]+([._-][a-z0-9]+)*)+"
				  "|localhost(:[0-9]+)?(/[a-z0-9]+([._-][a-z0-9]+)*)+)");
	if (k->part == PL_PART_IMAGE_TAG)
		return pattern(s, "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
	if (k->part == PL_PART_IMAGE_DIGEST)
		return pattern(s, "sha256:[0-9a-f]{64}");
	if (k->part == PL_PART_ROLE_NAME)
		return pattern(s, "[A-Za-z0-9_+=,.@-]{1,64}");
	if (k->part == PL_PART_ROLE_ACCOUNT)
		return pattern(s, "[0-9]{12}");
	if (k->type.kind == PL_T_ENUM)
		return known_values(s, k);
	if (k->type.kind == PL_T_PATH)
		return pattern(s, "/|(/" SEGMENT ")+|//\\.(/" SEGMENT ")+");
	return k->blank ? NULL : pattern(s, ".+");
}

static unsigned favoured(struct pl_knob *k, pl_str *texts, unsigned room)
{
	static const char *const common[] = {"app", "x", "team", "main"};
	static const char *const paths[] = {"/data", "/etc", "/"};
	unsigned n = 0;
	if (k->part == PL_PART_IMAGE_NAME)
		texts[n++] = PL_STR("docker.io/library/x");
	if (k->part == PL_PART_IMAGE_TAG)
		texts[n++] = PL_STR("1.0");
	if (k->part == PL_PART_ROLE_ACCOUNT)
		texts[n++] = PL_STR("111122223333");
	if (pl_str_eq(k->path, PL_STR("kind")))
		texts[n++] = PL_STR("Pod");
	if (k->type.kind == PL_T_ENUM) {
		for (uint16_t i = 0; i < pl_schema_enums[k->type.ref].count && n < room; i++)
			texts[n++] = pl_str_from(pl_schema_enums[k->type.ref].values[i]);
	}
	bool path = k->type.kind == PL_T_PATH;
	for (unsigned i = 0; i < (path ? 3 : 4) && n < room && !k->part; i++)
		texts[n++] = pl_str_from(path ? paths[i] : common[i]);
	return n;
}

static bool same_lang(const struct pl_lang *a, const struct pl_lang *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind || memcmp(&a->symbols, &b->symbols, sizeof a->symbols) != 0)
		return false;
	return same_lang(a->x, b->x) && same_lang(a->y, b->y);
}

static bool is_listed(struct pl_lang *const *tests, unsigned n, const struct pl_lang *l)
{
	for (unsigned i = 0; i < n; i++) {
		if (same_lang(tests[i], l))
			return true;
	}
	return false;
}

/* A path is written as manifests have it: the normal form of what Windows calls \\.\pipe is not. */
static pl_str as_written(struct pl_space *s, const struct pl_knob *k, pl_str text)
{
	if (k->type.kind != PL_T_PATH || !pl_str_starts(text, PL_STR("//")))
		return text;
	char *copy = pl_arena_alloc(s->arena, text.len);
	for (size_t i = 0; copy && i < text.len; i++)
		copy[i] = text.ptr[i] == '/' ? '\\' : text.ptr[i];
	return (pl_str){copy, copy ? text.len : 0};
}

/* Names of images that are short for others: no image in normal form is called so. */
static struct pl_lang *short_names(struct pl_space *s)
{
	return pattern(s, "docker\\.io/[^/]*|index\\.docker\\.io/.*");
}

static unsigned collect_tests(struct pl_space *s, const struct pl_knob *k, const struct pl_probe *probes,
			      struct pl_lang **tests)
{
	unsigned count = 0;
	if (k->part == PL_PART_IMAGE_NAME)
		tests[count++] = short_names(s);
	for (const struct pl_probe *p = probes; p; p = p->next) {
		if (p->kind != PL_PROBE_TEXT || is_listed(tests, count, p->lang))
			continue;
		if (count == PL_AUTOMATON_TESTS)
			pl_space_lack(s, "a value is compared too often", k->path);
		else
			tests[count++] = p->lang;
	}
	return count;
}

static void choose_texts(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes, unsigned n)
{
	struct pl_lang *tests[PL_AUTOMATON_TESTS];
	pl_str better[48];
	struct pl_cells cells;
	struct pl_cells_wanted wanted = {
		.alphabet = &s->alphabet, .tests = tests, .domain = domain_of(s, k), .per_cell = n, .favoured = better};
	wanted.test_count = collect_tests(s, k, probes, tests);
	wanted.favoured_count = favoured(k, better, 48);
	if (s->err == PL_OK)
		s->err = pl_cells_find(&wanted, &cells);
	if (s->err != PL_OK)
		return;
	if (!cells.complete)
		pl_space_lack(s, "its patterns are too large together", k->path);
	for (unsigned i = 0; i < cells.count; i++) {
		bool short_name = k->part == PL_PART_IMAGE_NAME && (cells.items[i].tests & 1);
		for (unsigned t = 0; t < cells.items[i].count && !short_name; t++)
			choose_draft(s, k, PL_DRAFT_TEXT, as_written(s, k, cells.items[i].texts[t]));
	}
}

static bool has_kind(const struct pl_probe *probes, enum pl_probe_kind kind)
{
	for (const struct pl_probe *p = probes; p; p = p->next) {
		if (p->kind == kind)
			return true;
	}
	return false;
}

/* A text that is also read as a version, address or number: only one of these at a time is exact. */
static bool is_read_twice(const struct pl_space *s, const struct pl_knob *k, const struct pl_probe *probes, unsigned n)
{
	bool number = has_kind(probes, PL_PROBE_NUMBER) && !is_ecs_number(s, k);
	int ways = has_kind(probes, PL_PROBE_VERSION) + has_kind(probes, PL_PROBE_NETWORK) + number;
	bool text = has_kind(probes, PL_PROBE_TEXT);
	return ways > 1 || (ways == 1 && (text || n > 1));
}

/* Questions of the view that are only about examples, beside others about the text itself. */
static bool is_roughly_asked(const struct pl_probe *probes)
{
	bool rough = false, own = false;
	for (const struct pl_probe *p = probes; p; p = p->next) {
		rough = rough || p->rough;
		own = own || (p->kind == PL_PROBE_TEXT && !p->derived);
	}
	return rough && own;
}

/* One of few words: each that is asked about in another way than as a text is tried as it is. */
static void choose_fixed(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes)
{
	bool other = has_kind(probes, PL_PROBE_VERSION) || has_kind(probes, PL_PROBE_NETWORK) ||
		     has_kind(probes, PL_PROBE_NUMBER);
	if (other)
		pl_space_lack(s, "a word is read as something else", k->path);
	choose_texts(s, k, probes, other ? 8 : 1);
}

static void choose_text_like(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes,
			     const struct points *consts, unsigned n)
{
	uint32_t before = k->choice_count;
	bool fixed = k->type.kind == PL_T_ENUM || (k->context && k->view == PL_VIEW_REQUEST_operation);
	if (is_read_twice(s, k, probes, n) || is_roughly_asked(probes))
		pl_space_lack(s, "a value is read in two ways", k->path);
	if (fixed) {
		choose_fixed(s, k, probes);
		return;
	}
	if (has_kind(probes, PL_PROBE_VERSION))
		choose_versions(s, k, probes, true);
	if (has_kind(probes, PL_PROBE_NETWORK))
		choose_addresses(s, k, probes);
	bool text = has_kind(probes, PL_PROBE_TEXT) || !is_ecs_number(s, k);
	if (has_kind(probes, PL_PROBE_NUMBER))
		choose_numbers(s, k, consts, n);
	if (has_kind(probes, PL_PROBE_TEXT) || k->choice_count == before || (has_kind(probes, PL_PROBE_NUMBER) && text))
		choose_texts(s, k, probes, n);
}

/* --- one knob -------------------------------------------------------------------------------------------------------
 */

static struct pl_knob *root_of(struct pl_knob *k)
{
	while (k->group != k)
		k = k->group;
	return k;
}

/* The questions of all knobs that it is compared with; gives how many those are. */
static unsigned gather(struct pl_space *s, const struct pl_knobs *set, struct pl_knob *k, struct pl_probe **ret)
{
	unsigned members = 0;
	*ret = NULL;
	for (unsigned i = 0; i < set->count; i++) {
		struct pl_knob *other = set->items[i];
		if (other != k && root_of(other) != root_of(k))
			continue;
		members++;
		for (const struct pl_probe *p = other->probes; p; p = p->next) {
			struct pl_probe *copy = pl_arena_alloc(s->arena, sizeof *copy);
			if (!copy) {
				s->err = PL_E_MEMORY;
				return 1;
			}
			*copy = *p;
			copy->next = *ret;
			*ret = copy;
		}
	}
	return members ? members : 1;
}

static void find_consts(const struct pl_knob *k, const struct pl_probe *probes, struct points *ret)
{
	pl_nano unit = unit_of(k);
	*ret = (struct points){.count = 0};
	for (const struct pl_probe *p = probes; p; p = p->next) {
		if (p->kind != PL_PROBE_NUMBER)
			continue;
		add_point(ret, p->number);
		if (p->number % unit != 0) /* between two values of the type */
			add_point(ret, p->number - (p->number % unit + unit) % unit);
	}
}

static bool is_number(const struct pl_knob *k)
{
	return k->type.kind == PL_T_INT || k->type.kind == PL_T_DATE || is_amount(k);
}

static bool is_text(const struct pl_knob *k)
{
	static const uint8_t kinds[] = {PL_T_STRING, PL_T_ENUM, PL_T_INTSTR, PL_T_IMAGE,
					PL_T_PATH,   PL_T_ROLE, PL_T_ARN,    PL_T_IP};
	return memchr(kinds, k->type.kind, sizeof kinds) != NULL;
}

static void pool(struct pl_space *s, struct pl_knob *k, const struct pl_probe *probes, unsigned n)
{
	struct points consts;
	if (k->type.kind == PL_T_LIST || k->type.kind == PL_T_MAP) {
		pl_space_pool_list(s, k);
		return;
	}
	find_consts(k, probes, &consts);
	if (k->type.kind == PL_T_BOOL) {
		choose_bool(s, k);
		return;
	}
	choose_absent(s, k);
	if (is_number(k))
		choose_numbers(s, k, &consts, n);
	else if (k->type.kind == PL_T_VERSION)
		choose_versions(s, k, probes, false);
	else if (k->type.kind == PL_T_RECORD)
		choose_draft(s, k, PL_DRAFT_OBJECT, (pl_str){0});
	else if (is_text(k))
		choose_text_like(s, k, probes, &consts, n);
	else
		pl_space_lack(s, "it reads a value of a kind that is not varied", k->path);
}

void pl_space_pool_all(struct pl_space *s, struct pl_knobs *set)
{
	for (unsigned i = 0; i < set->count && s->err == PL_OK; i++) {
		struct pl_knob *k = set->items[i];
		struct pl_probe *probes;
		unsigned n = gather(s, set, k, &probes);
		if (s->err == PL_OK)
			pool(s, k, probes, n);
		if (s->err == PL_OK && k->choice_count == 0)
			pl_space_lack(s, "no value can be made for it", k->path);
		if (s->err == PL_OK && k->choice_count == 0)
			pl_space_choose(s, k, (struct pl_choice){.absent = true});
	}
}
