/* subjects.h - the inside of pl_workload: arrays of what rules are about, joined once while reading. */
#ifndef PL_MODEL_SUBJECTS_H
#define PL_MODEL_SUBJECTS_H

#include "plimsoll/workload.h"
#include "value.h"

#define PL_MAX_CONTAINERS  128
#define PL_MAX_MOUNTS	   2048
#define PL_MAX_PORTS	   1024
#define PL_MAX_VARIABLES   8192
#define PL_MAX_VOLUMES	   256
#define PL_MAX_LABELS	   256
#define PL_MAX_ANNOTATIONS 1024
#define PL_MAX_LIST	   1024
#define PL_NO_INDEX	   UINT32_MAX

enum pl_role_of_container { PL_ROLE_MAIN, PL_ROLE_INIT, PL_ROLE_SIDECAR, PL_ROLE_EPHEMERAL };

struct pl_container {
	pl_node node;
	pl_str name;
	uint16_t record; /* Container, EphemeralContainer or ContainerDefinition */
	uint8_t role;	 /* enum pl_role_of_container */
	/* ranges of the arrays below that belong to this container */
	uint32_t first_mount, mounts;
	uint32_t first_port, ports;
	uint32_t first_variable, variables;
};

struct pl_mount {
	pl_node node;	    /* the volumeMount or mountPoint; for inherited ones that of the container it comes from */
	uint32_t container; /* who can use it */
	uint32_t volume;    /* index, always valid in a well-formed workload */
	bool read_only;	    /* in effect */
	bool inherited;	    /* through volumesFrom */
	pl_node from;	    /* the volumesFrom entry, PL_NO_NODE if not inherited: where a finding points */
};

struct pl_volume {
	pl_node node;
	pl_str name;
	pl_str kind;		  /* language.md 3.5.4 */
	pl_str host_path;	  /* normal form; ptr NULL if none */
	const char *unknown_path; /* why the path on the host cannot be known; NULL: it can */
};

struct pl_port {
	pl_node node;
	uint32_t container;
};

struct pl_variable {
	pl_node node;
	uint32_t container;
	bool from_secret;
};

/* An image reference of a container or of an image volume. */
struct pl_image_use {
	pl_node node;	    /* the string */
	uint32_t container; /* PL_NO_INDEX for a volume */
	uint32_t volume;    /* PL_NO_INDEX for a container */
	const struct pl_image *image;
};

struct pl_security_context {
	pl_node node;
	uint32_t container; /* PL_NO_INDEX: the pod's */
};

struct pl_handler {
	pl_node node;
	uint32_t container;
	uint16_t record; /* Probe or LifecycleHandler */
};

/* An image reference as the walk over the document read it. */
struct pl_image_read {
	struct pl_image_read *next; /* in the document */
	pl_node node;
	struct pl_image image;
};

struct pl_workload {
	struct pl_doc *doc;
	pl_node base;			/* paths are relative to this */
	pl_node object;			/* the submitted object */
	pl_node template;		/* of the pod template: object with metadata and spec; PL_NO_NODE if none */
	pl_node pod_metadata, pod_spec; /* PL_NO_NODE if absent */
	pl_node task;			/* the task definition, PL_NO_NODE on Kubernetes */
	uint8_t platform;		/* enum pl_platform */
	bool malformed;			/* some note is malformed: no rule is evaluated */
	bool offline;
	pl_str kind, api_version, name, namespace_;
	struct pl_container *containers;
	struct pl_mount *mounts;
	struct pl_volume *volumes;
	struct pl_port *ports;
	struct pl_variable *variables;
	struct pl_image_use *images;
	struct pl_image_read *first_image, *last_image; /* of the walk */
	const struct pl_image_read *next_image;		/* probably the next to be asked for */
	struct pl_security_context *security_contexts;
	struct pl_handler *handlers;
	uint32_t container_count, mount_count, volume_count, port_count, variable_count, image_count,
		security_context_count, handler_count;
	struct pl_note *notes;
	uint32_t note_count, note_cap;
	struct pl_arena *arena;
};

/* Number of subjects of a kind that rules iterate over (POD, TASK, WORKLOAD, OBJECT: 0 or 1). */
uint32_t pl_subject_count_of(const struct pl_workload *w, enum pl_subject subject);
/* The value of the index-th subject. For PL_SUBJECT_IMAGE a PL_V_SUBJECT too; the language's `image` reads as its
 * image. */
struct pl_value pl_subject_value(const struct pl_workload *w, enum pl_subject subject, uint32_t index);
/* The node a finding about it points at. */
pl_node pl_subject_node(const struct pl_workload *w, enum pl_subject subject, uint32_t index);
/* The subject that encloses it: container of a mount, port, variable or image; PL_NO_INDEX where there is none. */
uint32_t pl_subject_container(const struct pl_workload *w, enum pl_subject subject, uint32_t index);
/* Appends how messages name it: `container "web"`, `mount "/data" of container "web"`, `image "nginx:1" of container
 * "web"`. */
void pl_subject_show(const struct pl_workload *w, enum pl_subject subject, uint32_t index, struct pl_arena *arena,
		     struct pl_buf *out);
/* Identity across an UPDATE: role and name, never the position. spec: language.md 3.8 */
uint64_t pl_subject_identity(const struct pl_workload *w, enum pl_subject subject, uint32_t index,
			     struct pl_arena *arena);

#endif
