/* SPDX-License-Identifier: GPL-3.0-only */
/* The bundle's files inside the executable. */
#ifndef BF_EMBEDDED_H
#define BF_EMBEDDED_H

#include "base/bytes.h"

/* The embedded file of that name; size 0 when there is none. */
struct bf_view bf_embedded_file(const char *name);

#endif
