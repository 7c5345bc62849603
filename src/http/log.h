/* SPDX-License-Identifier: GPL-3.0-only */
/* Lines to a descriptor whose reader may be slow, stuck or gone: nobody ever waits for it. */
#ifndef BF_LOG_H
#define BF_LOG_H

#include <stdint.h>

#include "base/error.h"

struct bf_log;

/*
 * Start a thread that writes to fd, which must stay open. What cannot be written in time, or
 * at all, is left out; a line in its place says how many lines are missing.
 */
bf_must_check int bf_log_open(int fd, struct bf_log **ret, struct bf_error *reterr);

/* Add a line, of less than 2048 bytes and with its newline. Threads may call it at once. */
void bf_log_print(struct bf_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many lines are missing so far, in all. */
uint64_t bf_log_missing(struct bf_log *log);

/*
 * Write what is left, for at most so many milliseconds, and close the log. Returns how many
 * lines are missing, in all.
 */
uint64_t bf_log_close(struct bf_log *log, unsigned milliseconds);

#endif
