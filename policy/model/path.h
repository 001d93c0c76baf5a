/* path.h - absolute file paths, compared lexically. spec: language.md 3.9, 7.9: `//`, `/./` and `/../` removed, no
 * trailing '/', /var/run is /run. Windows paths (C:\x, \\.\pipe\x) have '/' for '\' and lower
 * case, and one name where Windows has several (\\?\C:\x, //./pipe/x, \\localhost\pipe\x). */
#ifndef PL_MODEL_PATH_H
#define PL_MODEL_PATH_H

#include "plimsoll/arena.h"

/* The normal form, in arena only where it differs from text. ptr NULL: *ret_err says whether it is no absolute path
 * (PL_E_SYNTAX) or memory is out (PL_E_MEMORY). */
pl_str pl_path_normal(pl_str text, struct pl_arena *arena, pl_err *ret_err);
/* p is q or below it. Both normal. */
bool pl_path_under(pl_str p, pl_str q);
/* Why a normal path on a host does not say which file it is; NULL when it does. /proc/PID/root/etc is some /etc. */
const char *pl_path_unknown(pl_str normal);

#endif
