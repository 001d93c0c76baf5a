/* workload_ecs.c - an ECS task definition, as it is registered or described, into a workload.
 *
 * spec: ecs.md 1, 2.3, language.md 3.5.4. Containers come first, then volumes, then mounts, because volumesFrom lets a
 * container use the mounts of another. When anything is malformed the arrays stay as they are, because no rule will
 * look at them. */
#include "reader.h"

#include <string.h>

#include "doc/tape.h"
#include "bind.h"
#include "note.h"
#include "path.h"
#include "scalar.h"
#include "tags.h"
#include "volumes_from.h"

#define NO_REMEDY ((pl_str){NULL, 0})

static pl_node field(const struct pl_workload *w, pl_node record, uint16_t name_id)
{
	return pl_bind_field(w->doc, record, name_id);
}

static bool text_of(const struct pl_workload *w, pl_node record, uint16_t name_id, pl_str *ret)
{
	pl_err err = PL_OK;
	*ret = pl_bind_text(w->doc, record, name_id, w->arena, &err);
	return err == PL_OK;
}

static uint32_t count_of(const struct pl_workload *w, pl_node record, uint16_t name_id)
{
	return pl_bind_count(w->doc, field(w, record, name_id));
}

/* --- volumes ----------------------------------------------------------------------------------------------------- */

/* The kind that a known source stands for; empty when the field is no source, or none that is set. */
static pl_str source_kind(const struct pl_workload *w, pl_node key)
{
	pl_node value = pl_doc_value(w->doc, key);
	bool set = false;
	if (pl_scalar_is_null(w->doc, value))
		return PL_STR("");
	switch (w->doc->tokens[key].field) {
	case PL_NAME_name:
		return PL_STR("");
	case PL_NAME_host: /* without a path, Docker makes a directory of its own */
		return pl_scalar_is_blank(w->doc, field(w, value, PL_NAME_sourcePath)) ? PL_STR("") : PL_STR("host");
	case PL_NAME_dockerVolumeConfiguration:
		return PL_STR("docker");
	case PL_NAME_efsVolumeConfiguration:
		return PL_STR("efs");
	case PL_NAME_fsxWindowsFileServerVolumeConfiguration:
		return PL_STR("fsxWindowsFileServer");
	case PL_NAME_s3filesVolumeConfiguration:
		return PL_STR("s3files");
	case PL_NAME_configuredAtLaunch:
		return pl_scalar_bool(w->doc, value, &set) && set ? PL_STR("configuredAtLaunch") : PL_STR("");
	default:
		return pl_doc_text(w->doc, key, w->arena); /* a source of the future, by its own name */
	}
}

static pl_err read_kind(struct pl_workload *w, struct pl_volume *v)
{
	unsigned sources = 0;
	v->kind = PL_STR("scratch");
	for (pl_node key = pl_doc_first(w->doc, v->node); key != PL_NO_NODE; key = pl_doc_next(w->doc, v->node, key)) {
		pl_str kind = source_kind(w, key);
		if (!kind.ptr)
			return PL_E_MEMORY;
		if (kind.len > 0)
			v->kind = ++sources == 1 ? kind : PL_STR("several");
	}
	return PL_OK;
}

static bool is_absolute(pl_str path, struct pl_arena *arena)
{
	pl_err err = PL_OK;
	return pl_path_normal(path, arena, &err).ptr != NULL;
}

/* Text of an option of a volume; empty if it is not there. */
static pl_err option_of(const struct pl_workload *w, pl_node options, pl_str key, pl_str *ret)
{
	pl_node node = pl_doc_get(w->doc, options, key, NULL);
	*ret = PL_STR("");
	if (pl_scalar_is_blank(w->doc, node))
		return PL_OK;
	*ret = pl_scalar_text(w->doc, node, w->arena);
	return ret->ptr ? PL_OK : PL_E_MEMORY;
}

/* spec: mount(2): with this flag the type of the file system is ignored. */
static bool is_bind(pl_str options)
{
	while (options.len > 0) {
		const char *comma = memchr(options.ptr, ',', options.len);
		pl_str one = {options.ptr, comma ? (size_t)(comma - options.ptr) : options.len};
		if (pl_str_eq(one, PL_STR("bind")) || pl_str_eq(one, PL_STR("rbind")))
			return true;
		options.ptr += one.len + (comma != NULL);
		options.len -= one.len + (comma != NULL);
	}
	return false;
}

/* A file system that is made of the host itself and has no device. */
static bool is_of_host(pl_str type)
{
	static const char *const types[] = {"overlay", "proc",	  "sysfs",	"devtmpfs", "cgroup", "cgroup2",
					    "debugfs", "tracefs", "securityfs", "configfs", "bpf"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (pl_str_eq(type, pl_str_from(types[i])))
			return true;
	}
	return false;
}

/* What `driverOpts.device` of a local volume names, if that is a path on the host: a bind mount, or a block device,
 * which is no better. A bind of a relative path is one from "/", where the daemon runs. spec: ecs.md 2.3 */
static pl_err read_device(struct pl_workload *w, struct pl_volume *v, pl_str *ret)
{
	pl_node docker = field(w, v->node, PL_NAME_dockerVolumeConfiguration);
	pl_node options = field(w, docker, PL_NAME_driverOpts);
	pl_str driver, device, type, flags;
	if (!text_of(w, docker, PL_NAME_driver, &driver))
		return PL_E_MEMORY;
	if (driver.len > 0 && !pl_str_eq(driver, PL_STR("local")))
		return PL_OK;
	PL_TRY(option_of(w, options, PL_STR("device"), &device));
	PL_TRY(option_of(w, options, PL_STR("type"), &type));
	PL_TRY(option_of(w, options, PL_STR("o"), &flags));
	bool bind = device.len > 0 && is_bind(flags), absolute = is_absolute(device, w->arena);
	if (!bind && is_of_host(type))
		v->unknown_path = "the volume mounts a file system made of the host itself";
	pl_node node = pl_doc_get(w->doc, options, PL_STR("device"), NULL);
	if (pl_scalar_is_damaged(w->doc, node) && (bind || absolute))
		return pl_note_malformed(w, node, NULL, NO_REMEDY,
					 "holds bytes that are not UTF-8 or U+FFFD: which path that is cannot be told");
	*ret = bind && !absolute ? pl_arena_printf(w->arena, "/%.*s", PL_FMT(device)) : device;
	return ret->ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err read_host_path(struct pl_workload *w, struct pl_volume *v)
{
	pl_str path, device = PL_STR("");
	pl_err err = PL_OK;
	if (!text_of(w, field(w, v->node, PL_NAME_host), PL_NAME_sourcePath, &path))
		return PL_E_MEMORY;
	PL_TRY(read_device(w, v, &device));
	if (path.len == 0)
		path = device;
	if (path.len == 0)
		return PL_OK;
	pl_str normal = pl_path_normal(path, w->arena, &err);
	if (!normal.ptr)
		return err == PL_E_SYNTAX ? PL_OK : err; /* a device like ":/export" is on another host */
	v->host_path = normal;
	if (!v->unknown_path)
		v->unknown_path = pl_path_unknown(normal);
	return PL_OK;
}

static pl_err read_volumes(struct pl_workload *w)
{
	pl_node list = field(w, w->task, PL_NAME_volumes);
	for (pl_node n = pl_bind_first(w->doc, list); n != PL_NO_NODE; n = pl_doc_next(w->doc, list, n)) {
		struct pl_volume *v = &w->volumes[w->volume_count++];
		v->node = n;
		if (!text_of(w, n, PL_NAME_name, &v->name))
			return PL_E_MEMORY;
		PL_TRY(read_kind(w, v));
		PL_TRY(read_host_path(w, v));
	}
	return PL_OK;
}

/* --- mounts ------------------------------------------------------------------------------------------------------ */

/* Appends the mounts that source declares, for user. */
static pl_err add_mounts(struct pl_workload *w, uint32_t user, uint32_t source, bool read_only, pl_node from)
{
	pl_node list = field(w, w->containers[source].node, PL_NAME_mountPoints);
	for (pl_node m = pl_bind_first(w->doc, list); m != PL_NO_NODE; m = pl_doc_next(w->doc, list, m)) {
		pl_str name;
		if (!text_of(w, m, PL_NAME_sourceVolume, &name))
			return PL_E_MEMORY;
		uint32_t volume = pl_reader_volume_named(w, name);
		if (volume == PL_NO_INDEX)
			return pl_reader_dangling_volume(w, field(w, m, PL_NAME_sourceVolume), name);
		w->mounts[w->mount_count++] =
			(struct pl_mount){.node = m,
					  .container = user,
					  .volume = volume,
					  .read_only = read_only || pl_bind_bool(w->doc, m, PL_NAME_readOnly, false),
					  .inherited = from != PL_NO_NODE,
					  .from = from};
	}
	return PL_OK;
}

static pl_err read_mounts(struct pl_workload *w, const struct pl_volumes_from *reach, uint32_t user)
{
	struct pl_container *c = &w->containers[user];
	pl_node entry;
	c->first_mount = w->mount_count;
	PL_TRY(add_mounts(w, user, user, false, PL_NO_NODE));
	for (uint32_t source = 0; source < w->container_count && !w->malformed; source++) {
		enum pl_reach r = pl_volumes_from_reach(reach, user, source, &entry);
		if (r != PL_REACH_NONE)
			PL_TRY(add_mounts(w, user, source, r == PL_REACH_READ_ONLY, entry));
	}
	c->mounts = w->mount_count - c->first_mount;
	return PL_OK;
}

/* Mounts of all containers, inherited ones included. */
static uint32_t count_mounts(const struct pl_workload *w, const struct pl_volumes_from *reach)
{
	uint32_t own[PL_MAX_CONTAINERS] = {0}, total = 0;
	pl_node entry;
	for (uint32_t i = 0; i < w->container_count; i++)
		own[i] = count_of(w, w->containers[i].node, PL_NAME_mountPoints);
	for (uint32_t user = 0; user < w->container_count; user++) {
		total += own[user];
		for (uint32_t source = 0; source < w->container_count; source++) {
			if (pl_volumes_from_reach(reach, user, source, &entry) != PL_REACH_NONE)
				total += own[source];
		}
	}
	return total;
}

/* --- containers -------------------------------------------------------------------------------------------------- */

static void read_ports(struct pl_workload *w, struct pl_container *c, uint32_t index)
{
	pl_node list = field(w, c->node, PL_NAME_portMappings);
	c->first_port = w->port_count;
	for (pl_node p = pl_bind_first(w->doc, list); p != PL_NO_NODE; p = pl_doc_next(w->doc, list, p))
		w->ports[w->port_count++] = (struct pl_port){p, index};
	c->ports = w->port_count - c->first_port;
}

static void add_variables(struct pl_workload *w, pl_node list, uint32_t index, bool secret)
{
	for (pl_node v = pl_bind_first(w->doc, list); v != PL_NO_NODE; v = pl_doc_next(w->doc, list, v))
		w->variables[w->variable_count++] = (struct pl_variable){v, index, secret};
}

static void read_variables(struct pl_workload *w, struct pl_container *c, uint32_t index)
{
	c->first_variable = w->variable_count;
	add_variables(w, field(w, c->node, PL_NAME_environment), index, false);
	add_variables(w, field(w, c->node, PL_NAME_secrets), index, true);
	c->variables = w->variable_count - c->first_variable;
}

static pl_err read_container(struct pl_workload *w, uint32_t index)
{
	struct pl_container *c = &w->containers[index];
	read_ports(w, c, index);
	read_variables(w, c, index);
	return pl_reader_add_image(w, field(w, c->node, PL_NAME_image), index, PL_NO_INDEX);
}

/* Nodes and names of the containers: what the rest refers to. */
static pl_err list_containers(struct pl_workload *w, pl_node list)
{
	w->containers = pl_arena_zalloc(w->arena, pl_bind_count(w->doc, list), sizeof *w->containers);
	if (!w->containers)
		return PL_E_MEMORY;
	for (pl_node n = pl_bind_first(w->doc, list); n != PL_NO_NODE; n = pl_doc_next(w->doc, list, n)) {
		struct pl_container *c = &w->containers[w->container_count++];
		c->node = n;
		c->record = PL_RECORD_ECS_ContainerDefinition;
		c->role = PL_ROLE_MAIN;
		if (!text_of(w, n, PL_NAME_name, &c->name))
			return PL_E_MEMORY;
	}
	return PL_OK;
}

static void count_parts(const struct pl_workload *w, const struct pl_volumes_from *reach, struct pl_reader_room *room)
{
	*room = (struct pl_reader_room){.images = w->container_count};
	room->volumes = count_of(w, w->task, PL_NAME_volumes);
	room->mounts = count_mounts(w, reach);
	for (uint32_t i = 0; i < w->container_count; i++) {
		pl_node c = w->containers[i].node;
		room->ports += count_of(w, c, PL_NAME_portMappings);
		room->variables += count_of(w, c, PL_NAME_environment) + count_of(w, c, PL_NAME_secrets);
	}
}

static pl_err read_task(struct pl_workload *w)
{
	struct pl_volumes_from *reach;
	struct pl_reader_room room;
	PL_TRY(list_containers(w, field(w, w->task, PL_NAME_containerDefinitions)));
	PL_TRY(pl_volumes_from_read(w, &reach));
	count_parts(w, reach, &room);
	struct pl_container *containers = w->containers;
	PL_TRY(pl_reader_reserve(w, &room));
	w->containers = containers;
	if (w->malformed)
		return PL_OK;
	PL_TRY(read_volumes(w));
	for (uint32_t i = 0; i < w->container_count && !w->malformed; i++)
		PL_TRY(read_mounts(w, reach, i));
	for (uint32_t i = 0; i < w->container_count; i++)
		PL_TRY(read_container(w, i));
	return pl_reader_check_names(w, "task");
}

/* The task definition itself: what is registered, or what stands inside the answer of describe-task-definition. */
static pl_node task_of(const struct pl_workload *w)
{
	pl_node described = pl_doc_get(w->doc, w->object, PL_STR("taskDefinition"), NULL);
	pl_node registered = pl_doc_get(w->doc, w->object, PL_STR("containerDefinitions"), NULL);
	bool is_described = registered == PL_NO_NODE && pl_doc_type(w->doc, described) == PL_NODE_OBJECT;
	return is_described ? described : w->object;
}

pl_err pl_workload_ecs_read(struct pl_workload *w)
{
	pl_node task = task_of(w);
	w->kind = PL_STR("TaskDefinition");
	pl_node twin = task == w->object ? PL_NO_NODE : pl_doc_find_twin(w->doc, w->object, w->arena);
	if (twin != PL_NO_NODE)
		PL_TRY(pl_note_malformed(w, twin, NULL, PL_STR("remove one of them"),
					 "stands twice in the same object: readers disagree about which one counts"));
	PL_TRY(pl_bind_walk(w, task, PL_RECORD_ECS_RegisterTaskDefinitionRequest));
	w->task = task;
	if (!text_of(w, w->task, PL_NAME_family, &w->name))
		return PL_E_MEMORY;
	if (pl_reader_is_empty(w, w->task, PL_NAME_containerDefinitions))
		PL_TRY(pl_note_malformed(w, w->task, "containerDefinitions", NO_REMEDY,
					 "is missing or empty: a task has at least one container"));
	PL_TRY(pl_tags_check(w));
	return w->malformed ? PL_OK : read_task(w);
}
