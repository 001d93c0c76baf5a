/* subjects.c - what rules are about, by kind and index: counting, naming and telling them apart. */
#include "subjects.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/invariant.h"
#include "bind.h"
#include "scalar.h"

#define SHOWN_POINTS 256 /* spec: language.md 7.6 */

static bool has_pod(const struct pl_workload *w)
{
	return w->template != PL_NO_NODE;
}

uint32_t pl_subject_count_of(const struct pl_workload *w, enum pl_subject subject)
{
	switch (subject) {
	case PL_SUBJECT_OBJECT:
		return w->platform == PL_PLATFORM_KUBERNETES;
	case PL_SUBJECT_WORKLOAD:
		return has_pod(w) || w->task != PL_NO_NODE;
	case PL_SUBJECT_POD:
		return has_pod(w);
	case PL_SUBJECT_TASK:
		return w->task != PL_NO_NODE;
	case PL_SUBJECT_CONTAINER:
		return w->container_count;
	case PL_SUBJECT_MOUNT:
		return w->mount_count;
	case PL_SUBJECT_VOLUME:
		return w->volume_count;
	case PL_SUBJECT_PORT:
		return w->port_count;
	case PL_SUBJECT_VARIABLE:
		return w->variable_count;
	case PL_SUBJECT_IMAGE:
		return w->image_count;
	case PL_SUBJECT_SECURITY_CONTEXT:
		return w->security_context_count;
	case PL_SUBJECT_HANDLER:
		return w->handler_count;
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		break;
	}
	return 0;
}

struct pl_value pl_subject_value(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	return (struct pl_value){
		.kind = PL_V_SUBJECT, .of = PL_T_NONE, .ref = (uint16_t)subject, .node = index, .u.workload = w};
}

pl_node pl_subject_node(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	if (PL_NEVER(index >= pl_subject_count_of(w, subject)))
		return PL_NO_NODE;
	switch (subject) {
	case PL_SUBJECT_OBJECT:
	case PL_SUBJECT_WORKLOAD:
		return w->object;
	case PL_SUBJECT_POD:
		return w->template;
	case PL_SUBJECT_TASK:
		return w->task;
	case PL_SUBJECT_CONTAINER:
		return w->containers[index].node;
	case PL_SUBJECT_MOUNT:
		return w->mounts[index].inherited ? w->mounts[index].from : w->mounts[index].node;
	case PL_SUBJECT_VOLUME:
		return w->volumes[index].node;
	case PL_SUBJECT_PORT:
		return w->ports[index].node;
	case PL_SUBJECT_VARIABLE:
		return w->variables[index].node;
	case PL_SUBJECT_IMAGE:
		return w->images[index].node;
	case PL_SUBJECT_SECURITY_CONTEXT:
		return w->security_contexts[index].node;
	case PL_SUBJECT_HANDLER:
		return w->handlers[index].node;
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		break;
	}
	return PL_NO_NODE;
}

uint32_t pl_subject_container(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	if (PL_NEVER(index >= pl_subject_count_of(w, subject)))
		return PL_NO_INDEX;
	switch (subject) {
	case PL_SUBJECT_MOUNT:
		return w->mounts[index].container;
	case PL_SUBJECT_PORT:
		return w->ports[index].container;
	case PL_SUBJECT_VARIABLE:
		return w->variables[index].container;
	case PL_SUBJECT_IMAGE:
		return w->images[index].container;
	case PL_SUBJECT_SECURITY_CONTEXT:
		return w->security_contexts[index].container;
	case PL_SUBJECT_HANDLER:
		return w->handlers[index].container;
	case PL_SUBJECT_CONTAINER:
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_OBJECT:
	case PL_SUBJECT_WORKLOAD:
	case PL_SUBJECT_POD:
	case PL_SUBJECT_TASK:
	case PL_SUBJECT_VOLUME:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		break;
	}
	return PL_NO_INDEX;
}

/* --- naming ------------------------------------------------------------------------------------------------------ */

static pl_str text_of(const struct pl_workload *w, pl_node record, uint16_t name_id, struct pl_arena *arena)
{
	pl_err err = PL_OK;
	return pl_bind_text(w->doc, record, name_id, arena, &err);
}

static void add_quoted(struct pl_buf *out, const char *what, pl_str name)
{
	pl_buf_adds(out, what);
	pl_buf_adds(out, " \"");
	pl_buf_add_escaped(out, name, SHOWN_POINTS);
	pl_buf_addc(out, '"');
}

static void add_container(const struct pl_workload *w, uint32_t index, struct pl_buf *out)
{
	static const char *const roles[] = {
		[PL_ROLE_MAIN] = "container",
		[PL_ROLE_INIT] = "init container",
		[PL_ROLE_SIDECAR] = "sidecar container",
		[PL_ROLE_EPHEMERAL] = "ephemeral container",
	};
	add_quoted(out, roles[w->containers[index].role], w->containers[index].name);
}

static void add_of_container(const struct pl_workload *w, uint32_t index, struct pl_buf *out)
{
	pl_buf_adds(out, " of ");
	add_container(w, index, out);
}

/* Where a mount appears: the field that says so has another name on each platform. */
static pl_str mount_path(const struct pl_workload *w, uint32_t index, struct pl_arena *arena)
{
	bool ecs = w->platform == PL_PLATFORM_ECS;
	return text_of(w, w->mounts[index].node, ecs ? PL_NAME_containerPath : PL_NAME_mountPath, arena);
}

static void add_port(const struct pl_workload *w, uint32_t index, struct pl_arena *arena, struct pl_buf *out)
{
	pl_node port = w->ports[index].node;
	int64_t number;
	pl_str range = text_of(w, port, PL_NAME_containerPortRange, arena);
	if (pl_scalar_int(w->doc, pl_bind_field(w->doc, port, PL_NAME_containerPort), &number)) {
		pl_buf_addf(out, "port %" PRId64, number);
	} else {
		pl_buf_adds(out, range.len ? "ports " : "a port");
		pl_buf_add_escaped(out, range, SHOWN_POINTS);
	}
	add_of_container(w, w->ports[index].container, out);
}

static void add_image(const struct pl_workload *w, uint32_t index, struct pl_buf *out)
{
	const struct pl_image_use *use = &w->images[index];
	add_quoted(out, "image", use->image->text);
	if (use->container != PL_NO_INDEX) {
		add_of_container(w, use->container, out);
		return;
	}
	pl_buf_adds(out, " of ");
	add_quoted(out, "volume", w->volumes[use->volume].name);
}

static void add_security_context(const struct pl_workload *w, uint32_t index, struct pl_buf *out)
{
	uint32_t container = w->security_contexts[index].container;
	pl_buf_adds(out, "security context");
	if (container == PL_NO_INDEX)
		pl_buf_adds(out, " of the pod");
	else
		add_of_container(w, container, out);
}

static void add_object(const struct pl_workload *w, struct pl_buf *out)
{
	pl_buf_add_escaped(out, w->kind.len ? w->kind : PL_STR("object"), SHOWN_POINTS);
	if (w->name.len)
		add_quoted(out, "", w->name);
}

static void add_handler(const struct pl_workload *w, uint32_t index, struct pl_arena *arena, struct pl_buf *out)
{
	/* a handler is the value of the key that stands before it */
	pl_str name = pl_doc_text(w->doc, w->handlers[index].node - 1, arena);
	pl_buf_add_escaped(out, name, SHOWN_POINTS);
	add_of_container(w, w->handlers[index].container, out);
}

void pl_subject_show(const struct pl_workload *w, enum pl_subject subject, uint32_t index, struct pl_arena *arena,
		     struct pl_buf *out)
{
	if (PL_NEVER(index >= pl_subject_count_of(w, subject)))
		return;
	switch (subject) {
	case PL_SUBJECT_OBJECT:
	case PL_SUBJECT_WORKLOAD:
		add_object(w, out);
		return;
	case PL_SUBJECT_POD:
		pl_buf_adds(out, "pod");
		return;
	case PL_SUBJECT_TASK:
		add_quoted(out, "task", w->name);
		return;
	case PL_SUBJECT_CONTAINER:
		add_container(w, index, out);
		return;
	case PL_SUBJECT_MOUNT:
		add_quoted(out, "mount", mount_path(w, index, arena));
		add_of_container(w, w->mounts[index].container, out);
		return;
	case PL_SUBJECT_VOLUME:
		add_quoted(out, "volume", w->volumes[index].name);
		return;
	case PL_SUBJECT_PORT:
		add_port(w, index, arena, out);
		return;
	case PL_SUBJECT_VARIABLE:
		add_quoted(out, "variable", text_of(w, w->variables[index].node, PL_NAME_name, arena));
		add_of_container(w, w->variables[index].container, out);
		return;
	case PL_SUBJECT_IMAGE:
		add_image(w, index, out);
		return;
	case PL_SUBJECT_SECURITY_CONTEXT:
		add_security_context(w, index, out);
		return;
	case PL_SUBJECT_HANDLER:
		add_handler(w, index, arena, out);
		return;
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		return;
	}
}

/* --- identity ---------------------------------------------------------------------------------------------------- */

/* FNV-1a over length and bytes, so that neighbouring texts do not run together. */
static uint64_t mix(uint64_t hash, pl_str s)
{
	uint64_t len = s.len;
	for (unsigned i = 0; i < 8; i++)
		hash = (hash ^ (len >> (8 * i) & 0xFF)) * 0x100000001B3u;
	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.ptr[i]) * 0x100000001B3u;
	return hash;
}

static uint64_t mix_byte(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * 0x100000001B3u;
}

static uint64_t mix_container(const struct pl_workload *w, uint64_t hash, uint32_t index)
{
	if (index == PL_NO_INDEX)
		return mix_byte(hash, 0xFF);
	return mix(mix_byte(hash, w->containers[index].role), w->containers[index].name);
}

static uint64_t mix_port(const struct pl_workload *w, uint64_t hash, uint32_t index, struct pl_arena *arena)
{
	static const uint16_t parts[] = {PL_NAME_containerPortRange, PL_NAME_protocol, PL_NAME_name};
	int64_t number = 0;
	pl_node node_of_number = pl_bind_field(w->doc, w->ports[index].node, PL_NAME_containerPort);
	if (pl_scalar_int(w->doc, node_of_number, &number))
		hash = mix(hash, pl_arena_printf(arena, "%" PRId64, number));
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
		pl_node node = pl_bind_field(w->doc, w->ports[index].node, parts[i]);
		hash = mix(hash, pl_scalar_text(w->doc, node, arena));
	}
	return hash;
}

static uint64_t mix_volume(const struct pl_workload *w, uint64_t hash, uint32_t index)
{
	return mix(hash, index == PL_NO_INDEX ? PL_STR("") : w->volumes[index].name);
}

/* Without its subPath a mount shows all of the volume: that is another mount. */
static uint64_t mix_mount(const struct pl_workload *w, uint64_t hash, uint32_t index, struct pl_arena *arena)
{
	const struct pl_mount *m = &w->mounts[index];
	hash = mix(hash, mount_path(w, index, arena));
	hash = mix(hash, text_of(w, m->node, PL_NAME_subPath, arena));
	hash = mix(hash, text_of(w, m->node, PL_NAME_subPathExpr, arena));
	return mix_volume(w, hash, m->volume);
}

/* Another image in the same place is another subject: an update that brings it is judged as new. */
static uint64_t mix_image(const struct pl_workload *w, uint64_t hash, uint32_t index)
{
	const struct pl_image *image = w->images[index].image;
	hash = mix(mix(hash, image->registry), image->repository);
	return mix(mix(hash, image->tag), image->digest);
}

uint64_t pl_subject_identity(const struct pl_workload *w, enum pl_subject subject, uint32_t index,
			     struct pl_arena *arena)
{
	uint64_t hash = mix_byte(0xCBF29CE484222325u, (unsigned char)subject);
	if (PL_NEVER(index >= pl_subject_count_of(w, subject)))
		return hash;
	uint32_t container = pl_subject_container(w, subject, index);
	if (subject == PL_SUBJECT_CONTAINER)
		return mix_container(w, hash, index);
	if (subject == PL_SUBJECT_VOLUME)
		return mix_volume(w, hash, index);
	hash = mix_container(w, hash, container);
	if (subject == PL_SUBJECT_MOUNT)
		return mix_mount(w, hash, index, arena);
	if (subject == PL_SUBJECT_PORT)
		return mix_port(w, hash, index, arena);
	if (subject == PL_SUBJECT_VARIABLE)
		return mix(hash, text_of(w, w->variables[index].node, PL_NAME_name, arena));
	if (subject == PL_SUBJECT_IMAGE)
		return mix_image(w, mix_volume(w, hash, w->images[index].volume), index);
	if (subject == PL_SUBJECT_HANDLER)
		return mix(hash, pl_doc_text(w->doc, w->handlers[index].node - 1, arena));
	return hash;
}
