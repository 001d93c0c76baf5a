/* uid.h - request.uid out of a review that cannot be read as a whole. */
#ifndef PL_SERVER_UID_H
#define PL_SERVER_UID_H

#include "plimsoll/arena.h"

/* Longer ones are not recovered; the API server sends 36 bytes. */
#define PL_UID_MAX (64u * 1024u)

/* The decoded request.uid of the bytes up to where they stop being JSON. False when there is none, it is no text, is
 * empty or too long, or stands there twice with different values. The text lives in arena or in the bytes. */
bool pl_uid_scan(pl_str bytes, struct pl_arena *arena, pl_str *ret_uid);

#endif
