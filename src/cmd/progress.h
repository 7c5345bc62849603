/* SPDX-License-Identifier: GPL-3.0-only */
/* How far a long job is: a bar on a terminal, a line now and then elsewhere. */
#ifndef BF_PROGRESS_H
#define BF_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { BF_PROGRESS_LINE_SIZE = 128 };

struct bf_progress {
	size_t total;
	bool is_terminal;
	bool is_drawn; /* a bar stands on the terminal's last line */
	struct timespec start;
	double next; /* seconds after start when something is shown again */
};

/* Start the clock. What is shown goes to standard error. */
struct bf_progress bf_progress_start(size_t total);

/* Show that done of total are finished, if it is time to say so again. */
void bf_progress_show(struct bf_progress *progress, size_t done);

/* Take the bar off the terminal, before other lines are written there. */
void bf_progress_hide(struct bf_progress *progress);

/*
 * Write "[=====>    ] 50 % 500/1000, 480/s, 1 s left" to out, or without the bar. Returns
 * out.
 */
const char *bf_progress_format(size_t done, size_t total, double seconds, bool with_bar,
			       char out[BF_PROGRESS_LINE_SIZE]);

#endif
