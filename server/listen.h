/* listen.h - the listening socket. */
#ifndef PL_SERVER_LISTEN_H
#define PL_SERVER_LISTEN_H

#include "plimsoll/base.h"

#define PL_LISTEN_NAME_ROOM    80
#define PL_LISTEN_PROBLEM_ROOM 256

struct pl_listen {
	int fd;
	char name[PL_LISTEN_NAME_ROOM]; /* "127.0.0.1:8443", with the port that was taken */
};

/* Listens on ADDRESS:PORT. False and a sentence for the operator on failure. */
bool pl_listen_open(const char *address, struct pl_listen *ret_listen, char ret_problem[PL_LISTEN_PROBLEM_ROOM]);

#endif
