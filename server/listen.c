/* listen.c - "ADDRESS:PORT" into a listening socket. Addresses are numeric: a name would need a resolver, and a server
 * that waits for DNS before it guards the cluster that runs the DNS does not start. */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

/* Up to five digits, at most 65535: getaddrinfo takes larger ones modulo 65536. */
static bool is_port(const char *text)
{
	unsigned port = 0;
	size_t len = strspn(text, "0123456789");
	for (size_t i = 0; i < len && len <= 5; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	return len > 0 && len <= 5 && text[len] == '\0' && port <= 65535;
}

/* Splits at the last colon; brackets around an IPv6 address go away. */
static bool split(const char *address, char host[64], const char **ret_port)
{
	const char *colon = strrchr(address, ':');
	if (!colon || !is_port(colon + 1))
		return false;
	size_t len = (size_t)(colon - address);
	if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	} else if (memchr(address, ':', len)) {
		return false;
	}
	if (len == 0 || len >= 64)
		return false;
	memcpy(host, address, len);
	host[len] = '\0';
	*ret_port = colon + 1;
	return true;
}

static int open_socket(const struct addrinfo *at)
{
	int on = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static void name_socket(int fd, char name[PL_LISTEN_NAME_ROOM])
{
	struct sockaddr_storage at = {0};
	socklen_t len = sizeof at;
	char host[64] = "?", port[16] = "?";
	if (getsockname(fd, (struct sockaddr *)&at, &len) == 0)
		getnameinfo((struct sockaddr *)&at, len, host, sizeof host, port, sizeof port,
			    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(name, PL_LISTEN_NAME_ROOM, at.ss_family == AF_INET6 ? "[%.63s]:%.15s" : "%.63s:%.15s", host, port);
}

bool pl_listen_open(const char *address, struct pl_listen *ret_listen, char ret_problem[PL_LISTEN_PROBLEM_ROOM])
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *found = NULL;
	char host[64];
	const char *port;
	if (!split(address, host, &port) || getaddrinfo(host, port, &hints, &found) != 0) {
		snprintf(ret_problem, PL_LISTEN_PROBLEM_ROOM,
			 "listen: \"%.100s\" is not ADDRESS:PORT; write a numeric address, such as 0.0.0.0:8443 or "
			 "[::]:8443",
			 address);
		return false;
	}
	int fd = open_socket(found);
	freeaddrinfo(found);
	if (fd < 0) {
		snprintf(ret_problem, PL_LISTEN_PROBLEM_ROOM, "listen: cannot listen on %.100s: %s", address,
			 strerror(errno));
		return false;
	}
	ret_listen->fd = fd;
	name_socket(fd, ret_listen->name);
	return true;
}
