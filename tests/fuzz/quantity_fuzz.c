/* quantity_fuzz.c - any bytes as a quantity: no crash, and what is shown means the same amount. */
#include <stdint.h>
#include <stdlib.h>

#include "model/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(pl_nano q)
{
	char text[64];
	pl_nano back;
	must(pl_quantity_parse(pl_quantity_format_cores(q, text), &back));
	must(back == q);
	/* a binary suffix holds no more than 2^63-1 */
	if (q < PL_NANO_ONE * INT64_MAX && q > -PL_NANO_ONE * INT64_MAX)
		must(pl_quantity_parse(pl_quantity_format_bytes(q, text), &back) && back == q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pl_str text = {(const char *)data, size};
	pl_nano q;
	if (pl_quantity_parse(text, &q))
		check(q);
	if (pl_quantity_parse_ecs_cpu(text, &q))
		check(q);
	if (pl_quantity_parse_ecs_memory(text, &q))
		check(q);
	return 0;
}
