/* choice.c - see choice.h. */
#include "choice.h"

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

void pl_choice_init(struct pl_choice *c, const uint8_t *data, size_t size)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * 0x100000001b3u;
	*c = (struct pl_choice){data, size, 0, mix(h)};
}

struct pl_choice pl_choice_split(const struct pl_choice *c, uint32_t number)
{
	return (struct pl_choice){.state = mix(c->state + number * 0x9e3779b97f4a7c15u)};
}

static uint32_t next_byte(struct pl_choice *c)
{
	if (c->at < c->size)
		return c->data[c->at++];
	c->state += 0x9e3779b97f4a7c15u;
	return (uint32_t)(mix(c->state) & 0xFF);
}

uint32_t pl_choice_below(struct pl_choice *c, uint32_t n)
{
	uint32_t x = next_byte(c);
	for (uint32_t reach = 256; reach < n && reach <= 1u << 16; reach <<= 8)
		x = x << 8 | next_byte(c);
	return x % n;
}

bool pl_choice_one_in(struct pl_choice *c, uint32_t n)
{
	return pl_choice_below(c, n) == 0;
}

const char *pl_choice_of(struct pl_choice *c, const char *const *texts, size_t count)
{
	return texts[pl_choice_below(c, (uint32_t)count)];
}
