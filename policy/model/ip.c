/* ip.c - addresses and networks, read strictly: no octal, no hexadecimal, no missing parts, no zone, no leading zeros
 * in a dotted quad. Everything is kept as IPv6; IPv4 is ::ffff:a.b.c.d. No memory; failure is "not an address". spec:
 * RFC 4291 2.2, RFC 5952 for writing. */
#include "ip.h"

#include <string.h>

#include "base/buf.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* A decimal number up to `most` at *at, without leading zeros. */
static bool take_decimal(pl_str s, size_t *at, unsigned most, unsigned *ret)
{
	size_t i = *at;
	unsigned n = 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) {
		n = n * 10 + (unsigned)(s.ptr[i] - '0');
		if (n > most)
			return false;
	}
	if (i == *at || (s.ptr[*at] == '0' && i - *at > 1))
		return false;
	*at = i;
	*ret = n;
	return true;
}

/* The whole of s as a dotted quad. */
static bool parse_quad(pl_str s, uint8_t ret[4])
{
	size_t at = 0;
	for (unsigned n = 0; n < 4; n++) {
		unsigned part;
		if (n && (at == s.len || s.ptr[at++] != '.'))
			return false;
		if (!take_decimal(s, &at, 255, &part))
			return false;
		ret[n] = (uint8_t)part;
	}
	return at == s.len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One to four hexadecimal digits at *at. */
static bool take_group(pl_str s, size_t *at, unsigned *ret)
{
	size_t i = *at;
	unsigned n = 0;
	for (; i < s.len && i - *at < 4 && hex_digit(s.ptr[i]) >= 0; i++)
		n = n * 16 + (unsigned)hex_digit(s.ptr[i]);
	if (i == *at)
		return false;
	*at = i;
	*ret = n;
	return true;
}

/* Groups between colons: up to `most` bytes, with no "::" inside. A dotted quad may stand last when `tail`. Gives the
 * number of bytes, -1 for a mistake. Empty text is no bytes. */
static int parse_groups(pl_str s, bool tail, unsigned most, uint8_t *out)
{
	unsigned len = 0;
	size_t at = 0;
	while (at < s.len) {
		pl_str rest = {s.ptr + at, s.len - at};
		if (tail && memchr(rest.ptr, '.', rest.len) && !memchr(rest.ptr, ':', rest.len))
			return len + 4 <= most && parse_quad(rest, out + len) ? (int)len + 4 : -1;
		unsigned group;
		if (len + 2 > most || !take_group(s, &at, &group))
			return -1;
		out[len++] = (uint8_t)(group >> 8);
		out[len++] = (uint8_t)(group & 0xff);
		if (at == s.len)
			break;
		if (s.ptr[at++] != ':' || at == s.len)
			return -1;
	}
	return (int)len;
}

static bool parse_v6(pl_str s, uint8_t ret[16])
{
	uint8_t head[16], tail[16];
	const char *gap = memmem(s.ptr, s.len, "::", 2);
	if (!gap)
		return parse_groups(s, true, 16, ret) == 16;
	size_t before = (size_t)(gap - s.ptr);
	int h = parse_groups((pl_str){s.ptr, before}, false, 14, head);
	int t = parse_groups((pl_str){gap + 2, s.len - before - 2}, true, 14, tail);
	if (h < 0 || t < 0 || h + t > 14)
		return false;
	memset(ret, 0, 16);
	memcpy(ret, head, (size_t)h);
	memcpy(ret + 16 - t, tail, (size_t)t);
	return true;
}

bool pl_ip_parse(pl_str text, struct pl_ip *ret)
{
	struct pl_ip ip = {{0}};
	if (!text.len || text.len > 45)
		return false;
	if (!memchr(text.ptr, ':', text.len)) {
		memcpy(ip.bytes, mapped, sizeof(mapped));
		if (!parse_quad(text, ip.bytes + 12))
			return false;
	} else if (!parse_v6(text, ip.bytes)) {
		return false;
	}
	*ret = ip;
	return true;
}

static bool is_v4(const struct pl_ip *ip)
{
	return memcmp(ip->bytes, mapped, sizeof(mapped)) == 0;
}

bool pl_network_parse(pl_str text, struct pl_network *ret)
{
	const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
	size_t len = slash ? (size_t)(slash - text.ptr) : text.len;
	struct pl_network net = {.prefix = 128};
	if (!pl_ip_parse((pl_str){text.ptr, len}, &net.base))
		return false;
	if (slash) {
		/* the form written decides what the prefix counts: ::ffff:10.0.0.0/104 is 10.0.0.0/8 */
		bool quad = !memchr(text.ptr, ':', len);
		unsigned bits;
		size_t at = len + 1;
		if (!take_decimal(text, &at, quad ? 32 : 128, &bits) || at != text.len)
			return false;
		net.prefix = (uint8_t)(quad ? bits + 96 : bits);
	}
	*ret = net;
	return true;
}

bool pl_network_has(const struct pl_network *net, const struct pl_ip *ip)
{
	unsigned whole = net->prefix / 8, bits = net->prefix % 8;
	if (net->prefix < 96 && is_v4(ip))
		return false; /* ::/0 is every IPv6 address, not every address */
	if (memcmp(net->base.bytes, ip->bytes, whole) != 0)
		return false;
	return bits == 0 || ((net->base.bytes[whole] ^ ip->bytes[whole]) >> (8 - bits)) == 0;
}

int pl_ip_cmp(const struct pl_ip *a, const struct pl_ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static unsigned group_at(const struct pl_ip *ip, unsigned i)
{
	return (unsigned)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

/* spec: RFC 5952 4.2: "::" stands for the longest run of two zero groups or more, the first of equals. */
static void longest_zeros(const struct pl_ip *ip, unsigned *ret_start, unsigned *ret_count)
{
	*ret_start = 8;
	*ret_count = 1;
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;
		while (i + n < 8 && group_at(ip, i + n) == 0)
			n++;
		if (n > *ret_count) {
			*ret_start = i;
			*ret_count = n;
		}
	}
}

pl_str pl_ip_format(const struct pl_ip *ip, char ret[48])
{
	struct pl_buf b;
	pl_buf_init_fixed(&b, ret, 48);
	if (is_v4(ip)) {
		pl_buf_addf(&b, "%u.%u.%u.%u", ip->bytes[12], ip->bytes[13], ip->bytes[14], ip->bytes[15]);
		return pl_buf_str(&b);
	}
	unsigned start, count;
	longest_zeros(ip, &start, &count);
	for (unsigned i = 0; i < 8; i++) {
		if (i == start) {
			pl_buf_adds(&b, "::");
			i += count - 1;
			continue;
		}
		if (i && i != start + count)
			pl_buf_addc(&b, ':');
		pl_buf_addf(&b, "%x", group_at(ip, i));
	}
	return pl_buf_str(&b);
}
