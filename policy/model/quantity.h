/* quantity.h - exact amounts of CPU and memory: 128-bit fixed point in units of 10^-9, saturating.
 * spec: k8s.io/apimachinery resource.Quantity (sign, digits with point, suffix n u m k M G T P E Ki..Ei or decimal
 * exponent). */
#ifndef PL_MODEL_QUANTITY_H
#define PL_MODEL_QUANTITY_H

#include "plimsoll/base.h"

__extension__ typedef __int128 pl_nano; /* billionths */

#define PL_NANO_ONE ((pl_nano)1000000000)
/* The limits of saturation. */
extern const pl_nano pl_nano_max;
extern const pl_nano pl_nano_min;

/* Parses as the API server does (rounding up below a nano). False when the text is not a quantity. */
bool pl_quantity_parse(pl_str text, pl_nano *ret);
/* ECS task size: "256", "1024", "1 GB", "0.25 vCPU", any case. cpu in cores (1024 units or 1 vCPU are one), memory in
 * bytes (MiB, or GB as AWS counts it: 1024 MiB). spec: ecs.md 1 */
bool pl_quantity_parse_ecs_cpu(pl_str text, pl_nano *ret);
bool pl_quantity_parse_ecs_memory(pl_str text, pl_nano *ret);
pl_nano pl_nano_add(pl_nano a, pl_nano b);
pl_nano pl_nano_sub(pl_nano a, pl_nano b);
pl_nano pl_nano_mul_int(pl_nano a, int64_t n);
/* As people write them: 512Mi, 1500m, 0.1. Exact; the shortest of the common spellings. `ret` needs 64 bytes. */
pl_str pl_quantity_format_bytes(pl_nano q, char ret[64]);
pl_str pl_quantity_format_cores(pl_nano q, char ret[64]);

#endif
