/* plimsoll.h - all of libplimsoll. */
#ifndef PLIMSOLL_PLIMSOLL_H
#define PLIMSOLL_PLIMSOLL_H

#include "plimsoll/tools.h"

#define PL_VERSION "0.1.0"

#endif
