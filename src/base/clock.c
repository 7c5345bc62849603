/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/clock.h"

struct timespec bf_clock_start(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

double bf_clock_seconds(const struct timespec *start)
{
	struct timespec now = bf_clock_start();
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}
