/* SPDX-License-Identifier: GPL-3.0-only */
/* How long something took, whatever happens to the time of day in between. */
#ifndef BF_CLOCK_H
#define BF_CLOCK_H

#include <time.h>

struct timespec bf_clock_start(void);

/* Since bf_clock_start() returned start. */
double bf_clock_seconds(const struct timespec *start);

#endif
