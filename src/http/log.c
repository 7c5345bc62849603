/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

enum {
	LINE_SIZE = 2048,
	/* Some two thousand lines: a reader that hesitates for a moment loses nothing. */
	WAITING_MAX = 256 << 10,
	STACK_SIZE = 128 << 10,
	/* How long lines gather, so that not each of many is a switch of threads. */
	GATHER_MS = 2,
};

/*
 * The thread takes what waits, in exchange for its empty buffer, and writes it. It alone ever
 * blocks: a descriptor we were given cannot be made non-blocking, it belongs to others too.
 */
struct bf_log {
	int fd;
	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t changed;
	struct bf_buffer waiting, writing;
	uint64_t n_waiting, n_writing;   /* lines in them; of the second, left to write */
	uint64_t gap_before, gap_behind; /* lines missing before and behind "waiting" */
	uint64_t missing;                /* in all */
	bool closing, done, abandoned;
};

static struct timespec in_milliseconds(unsigned milliseconds)
{
	struct timespec when;
	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_sec += milliseconds / 1000;
	when.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000;
	}
	return when;
}

/* How much of the text may go in one write: whole lines, which a pipe keeps together. */
static size_t choose_size(struct bf_view text)
{
	if (text.size <= PIPE_BUF)
		return text.size;
	const uint8_t *newline = memrchr(text.data, '\n', PIPE_BUF);
	return newline ? (size_t)(newline - text.data) + 1 : PIPE_BUF;
}

static uint64_t count_lines(struct bf_view text)
{
	uint64_t lines = 0;
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	return lines;
}

/* Whether it is worth trying again after a write that failed. */
static bool may_go_on(int fd)
{
	struct pollfd item = {.fd = fd, .events = POLLOUT};
	if (errno != EAGAIN) /* somebody else made it non-blocking */
		return errno == EINTR;
	return poll(&item, 1, -1) >= 0 || errno == EINTR;
}

/* Write some of the text, which must not be empty; 0 when it cannot be written. */
static size_t write_some(int fd, struct bf_view text)
{
	for (;;) {
		ssize_t written = write(fd, text.data, choose_size(text));
		if (written > 0)
			return (size_t)written;
		if (written == 0 || !may_go_on(fd))
			return 0;
	}
}

/* Say how many lines are missing; false if that cannot be written. */
static bool write_gap(struct bf_log *log)
{
	char line[128];
	uint64_t lines = log->gap_before;
	log->gap_before = 0;
	pthread_mutex_unlock(&log->mutex);
	int length =
		snprintf(line, sizeof(line),
			 "boots-from: %llu lines are missing here, they could not be "
			 "written in time\n",
			 (unsigned long long)lines);
	bool written = write_some(log->fd, bf_view(line, (size_t)length)) > 0;
	pthread_mutex_lock(&log->mutex);
	log->gap_before += written ? 0 : lines;
	return written;
}

/* Where not even a gap can be told, what waits is part of it. */
static void lose_waiting(struct bf_log *log)
{
	log->missing += log->n_waiting;
	log->gap_before += log->n_waiting + log->gap_behind;
	log->gap_behind = 0;
	log->n_waiting = 0;
	log->waiting.size = 0;
}

static void take(struct bf_log *log)
{
	struct bf_buffer empty = log->writing;
	empty.size = 0;
	log->writing = log->waiting;
	log->n_writing = log->n_waiting;
	log->waiting = empty;
	log->n_waiting = 0;
	log->gap_before += log->gap_behind;
	log->gap_behind = 0;
}

/* Write what waits; false if some of it cannot be written, which is missing then. */
static bool write_waiting(struct bf_log *log)
{
	size_t some;
	take(log);
	struct bf_view text = bf_buffer_view(&log->writing);
	do {
		pthread_mutex_unlock(&log->mutex);
		some = write_some(log->fd, text);
		pthread_mutex_lock(&log->mutex);
		log->n_writing -= count_lines(bf_view_part(text, 0, some));
		text = bf_view_part(text, some, text.size - some);
	} while (some > 0 && text.size > 0);
	log->missing += log->n_writing;
	log->gap_before += log->n_writing;
	log->n_writing = 0;
	return some > 0;
}

static void free_log(struct bf_log *log)
{
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->mutex);
	bf_buffer_free(&log->waiting);
	bf_buffer_free(&log->writing);
	free(log);
}

/*
 * Wait until there is something to write, and for what comes right after it; false at the end.
 * Where nothing can be written, a gap waits for the next line.
 */
static bool gather(struct bf_log *log, bool flows)
{
	while (!log->closing && log->waiting.size == 0 && !(flows && log->gap_before > 0))
		pthread_cond_wait(&log->changed, &log->mutex);
	struct timespec deadline = in_milliseconds(GATHER_MS);
	while (!log->closing &&
	       pthread_cond_timedwait(&log->changed, &log->mutex, &deadline) != ETIMEDOUT)
		;
	return log->waiting.size > 0 || (flows && log->gap_before > 0);
}

static void *run(void *closure)
{
	struct bf_log *log = closure;
	bool flows = true;
	pthread_mutex_lock(&log->mutex);
	while (gather(log, flows)) {
		if (log->gap_before > 0) {
			flows = write_gap(log);
			if (!flows)
				lose_waiting(log);
		}
		if (log->waiting.size > 0)
			flows = write_waiting(log);
	}
	log->done = true;
	bool abandoned = log->abandoned;
	pthread_cond_signal(&log->changed);
	pthread_mutex_unlock(&log->mutex);
	if (abandoned)
		free_log(log);
	return NULL;
}

/* Waiting for the end is by the clock that nobody sets. */
static void init_locks(struct bf_log *log)
{
	pthread_condattr_t attributes;
	pthread_mutex_init(&log->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&log->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

int bf_log_open(int fd, struct bf_log **ret, struct bf_error *reterr)
{
	pthread_attr_t attributes;
	struct bf_log *log = calloc(1, sizeof(*log));
	if (!log)
		return bf_fail_nomem(reterr);
	log->fd = fd;
	init_locks(log);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	int error = pthread_create(&log->thread, &attributes, run, log);
	pthread_attr_destroy(&attributes);
	if (error) {
		free_log(log);
		return bf_fail(reterr, BF_ERR_IO, "cannot start a thread: %s",
			       strerror(error));
	}
	*ret = log;
	return BF_OK;
}

void bf_log_print(struct bf_log *log, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0 || length >= LINE_SIZE)
		return;

	pthread_mutex_lock(&log->mutex);
	if (log->waiting.size == 0)
		pthread_cond_signal(&log->changed);
	/* Behind a gap there is nothing, so that each gap has one place. */
	if (log->gap_behind > 0 || log->waiting.size + (size_t)length > WAITING_MAX ||
	    bf_buffer_append(&log->waiting, line, (size_t)length)) {
		*(log->waiting.size > 0 ? &log->gap_behind : &log->gap_before) += 1;
		log->missing++;
	} else {
		log->n_waiting++;
	}
	pthread_mutex_unlock(&log->mutex);
}

uint64_t bf_log_missing(struct bf_log *log)
{
	pthread_mutex_lock(&log->mutex);
	uint64_t missing = log->missing;
	pthread_mutex_unlock(&log->mutex);
	return missing;
}

uint64_t bf_log_close(struct bf_log *log, unsigned milliseconds)
{
	struct timespec deadline = in_milliseconds(milliseconds);
	pthread_mutex_lock(&log->mutex);
	log->closing = true;
	pthread_cond_signal(&log->changed);
	int error = 0;
	while (!log->done && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&log->changed, &log->mutex, &deadline);
	bool done = log->done;
	uint64_t missing = log->missing + log->n_waiting + log->n_writing;
	/* It is blocked, perhaps for as long as the process lives: the log is its own now. */
	log->abandoned = !done;
	if (!done)
		pthread_detach(log->thread);
	pthread_mutex_unlock(&log->mutex);
	if (!done)
		return missing;
	pthread_join(log->thread, NULL);
	free_log(log);
	return missing;
}
