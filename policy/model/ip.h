/* ip.h - addresses and networks: strict dotted quad or RFC 4291 IPv6; "0x7f.1" is neither. IPv4-mapped IPv6 is IPv4. */
#ifndef PL_MODEL_IP_H
#define PL_MODEL_IP_H

#include "plimsoll/base.h"

struct pl_ip {
	uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
};
struct pl_network {
	struct pl_ip base;
	uint8_t prefix; /* bits of the 128 */
};

bool pl_ip_parse(pl_str text, struct pl_ip *ret);
/* "10.0.0.0/8", "fd00::/8", or one address. */
bool pl_network_parse(pl_str text, struct pl_network *ret);
bool pl_network_has(const struct pl_network *net, const struct pl_ip *ip);
int pl_ip_cmp(const struct pl_ip *a, const struct pl_ip *b);
/* RFC 5952; needs 48 bytes. */
pl_str pl_ip_format(const struct pl_ip *ip, char ret[48]);

#endif
