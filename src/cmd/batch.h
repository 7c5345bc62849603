/* SPDX-License-Identifier: GPL-3.0-only */
/* Writing the planned images, in several threads that share one template. */
#ifndef BF_BATCH_H
#define BF_BATCH_H

#include <signal.h>

#include "batch/batch_plan.h"
#include "cmd/arguments.h"
#include "image/image.h"

struct bf_batch {
	const struct bf_arguments *options;
	const struct bf_fleet *fleet;
	const struct bf_batch_plan *plan;
	const struct bf_maker *maker;
};

struct bf_batch_counts {
	size_t written;
	size_t unchanged; /* there already, with the same bytes */
	size_t failed;    /* bad rows among them */
	double seconds;
	bool interrupted; /* by a signal, which is pending */
};

/*
 * Hold SIGHUP, SIGINT and SIGTERM, those that are not ignored, for bf_batch_run() to end
 * between two images instead.
 * ret_before is the mask to go back to with pthread_sigmask().
 */
void bf_batch_hold_signals(sigset_t *ret_before);

/*
 * Write every row's image that is not there yet. A failure is said on standard error; it
 * ends the work only without options->keep_going. The rest is in ret.
 */
void bf_batch_run(const struct bf_batch *batch, struct bf_batch_counts *ret);

#endif
