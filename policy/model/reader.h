/* reader.h - what the readers of both platforms share: filling the arrays of a workload. Inside the model only. */
#ifndef PL_MODEL_READER_H
#define PL_MODEL_READER_H

#include "subjects.h"

/* Read the object of w, whose platform is known, into w. Malformed objects are PL_OK with notes. PL_E_MEMORY,
 * PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_workload_k8s_read(struct pl_workload *w);
PL_MUST_USE pl_err pl_workload_ecs_read(struct pl_workload *w);

struct pl_reader_room {
	uint32_t containers, mounts, volumes, ports, variables, images, security_contexts, handlers;
};

/* Makes room in the arrays of w, which then are empty; notes totals that are over their cap, and makes no room then. */
PL_MUST_USE pl_err pl_reader_reserve(struct pl_workload *w, const struct pl_reader_room *room);
/* Appends the image reference at node, which is a checked one; of a container or of a volume, the other is PL_NO_INDEX.
 */
PL_MUST_USE pl_err pl_reader_add_image(struct pl_workload *w, pl_node node, uint32_t container, uint32_t volume);
/* Index of the volume; PL_NO_INDEX if there is none. */
uint32_t pl_reader_volume_named(const struct pl_workload *w, pl_str name);
/* Notes that the name at node is that of no volume. */
PL_MUST_USE pl_err pl_reader_dangling_volume(struct pl_workload *w, pl_node node, pl_str name);
/* Notes containers and volumes that share a name. `unit` is what they are in: "pod" or "task". */
PL_MUST_USE /* The list that is this field of the record is not there, or has nothing in it. What is no list at all is
	     * not this one's to complain about. */
	bool
	pl_reader_is_empty(const struct pl_workload *w, pl_node record, uint16_t name_id);
pl_err pl_reader_check_names(struct pl_workload *w, const char *unit);

#endif
