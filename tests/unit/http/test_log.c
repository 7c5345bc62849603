/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

/* For what has an end, and for what never will. */
enum { LONG_MS = 60000, STUCK_MS = 500 };

/* What a log says, line by line: the numbers it was given, and how many are missing. */
struct told {
	unsigned lines, gaps;
	unsigned long missing;
};

/* Read numbered lines to the end: in order, and where some are missing it says how many. */
static struct told read_lines(FILE *file)
{
	struct told told = {0};
	char line[256];
	unsigned long next = 0, number;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "line %lu ", &number) == 1) {
			assert_int_equal(number, next);
			told.lines++;
			next++;
		} else {
			assert_int_equal(sscanf(line, "boots-from: %lu lines are missing",
						&number),
					 1);
			told.gaps++;
			told.missing += number;
			next += number;
		}
	}
	return told;
}

static void *read_all(void *closure)
{
	struct told *told = closure;
	FILE *file = fdopen((int)told->lines, "r");
	*told = read_lines(file);
	fclose(file);
	return NULL;
}

static struct bf_log *open_log(int fd)
{
	struct bf_log *log;
	struct bf_error error;
	assert_int_equal(bf_log_open(fd, &log, &error), BF_OK);
	return log;
}

static void print(struct bf_log *log, unsigned from, unsigned to)
{
	static const char padding[] =
		"..................................................";
	for (unsigned i = from; i < to; i++)
		bf_log_print(log, "line %u %s\n", i, padding);
}

static void test_flows(void **state)
{
	(void)state;
	int ends[2];
	pthread_t reader;
	assert_int_equal(pipe(ends), 0);
	struct told told = {.lines = (unsigned)ends[0]};
	assert_int_equal(pthread_create(&reader, NULL, read_all, &told), 0);
	struct bf_log *log = open_log(ends[1]);
	print(log, 0, 1000);
	assert_int_equal(bf_log_close(log, LONG_MS), 0);
	close(ends[1]);
	pthread_join(reader, NULL);
	assert_int_equal(told.lines, 1000);
	assert_int_equal(told.gaps, 0);
}

/* Nobody reads for a while: the place and the size of the gap are told when somebody does. */
static void test_gap(void **state)
{
	(void)state;
	int ends[2];
	pthread_t reader;
	assert_int_equal(pipe(ends), 0);
	struct bf_log *log = open_log(ends[1]);
	print(log, 0, 20000);
	struct told told = {.lines = (unsigned)ends[0]};
	assert_int_equal(pthread_create(&reader, NULL, read_all, &told), 0);
	uint64_t missing = bf_log_close(log, LONG_MS);
	close(ends[1]);
	pthread_join(reader, NULL);
	assert_in_range(missing, 10000, 19999);
	assert_int_equal(told.missing, missing);
	assert_int_equal(told.lines + missing, 20000);
}

/* Nobody ever reads: closing does not wait for that, and says what did not get through. */
static void test_stuck(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct bf_log *log = open_log(ends[1]);
	print(log, 0, 20000);
	struct pollfd item = {.fd = ends[1], .events = POLLOUT};
	while (poll(&item, 1, 0) > 0) /* until the next write has to wait */
		usleep(10000);
	uint64_t missing = bf_log_close(log, STUCK_MS);
	/* What is in the pipe now was written; reading makes room, and more may follow. */
	int size;
	assert_int_equal(ioctl(ends[0], FIONREAD, &size), 0);
	char *text = malloc((size_t)size);
	assert_non_null(text);
	assert_int_equal(read(ends[0], text, (size_t)size), size);
	FILE *file = fmemopen(text, (size_t)size, "r");
	struct told told = read_lines(file);
	assert_int_equal(told.lines + missing, 20000);
	assert_int_equal(told.gaps, 0);
	fclose(file);
	free(text);
	/*
	 * The thread's next write fails, and it ends. Until then the other end is its own: in
	 * a file of the same number it would write what it has left.
	 */
	close(ends[0]);
}

static void test_fails(void **state)
{
	(void)state;
	int full = open("/dev/full", O_WRONLY);
	assert_true(full >= 0);
	struct bf_log *log = open_log(full);
	print(log, 0, 100);
	assert_int_equal(bf_log_close(log, LONG_MS), 100);
	close(full);
}

/* A full disk that has room again later. */
static void test_fails_and_flows(void **state)
{
	(void)state;
	int fd = open("/dev/full", O_WRONLY);
	FILE *file = tmpfile();
	assert_true(fd >= 0 && file);
	struct bf_log *log = open_log(fd);
	print(log, 0, 7);
	usleep(100000); /* until these are given up, which they need not be by now */
	assert_int_equal(dup2(fileno(file), fd), fd);
	print(log, 7, 10);
	uint64_t missing = bf_log_close(log, LONG_MS);
	rewind(file);
	struct told told = read_lines(file);
	assert_int_equal(told.missing, missing);
	assert_int_equal(told.lines + missing, 10);
	assert_true(told.lines >= 3);
	fclose(file);
	close(fd);
}

/* Somebody else made the descriptor non-blocking: it is waited for all the same. */
static void test_not_blocking(void **state)
{
	(void)state;
	int ends[2];
	pthread_t reader;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	struct bf_log *log = open_log(ends[1]);
	print(log, 0, 2000);
	struct told told = {.lines = (unsigned)ends[0]};
	assert_int_equal(pthread_create(&reader, NULL, read_all, &told), 0);
	assert_int_equal(bf_log_close(log, LONG_MS), 0);
	close(ends[1]);
	pthread_join(reader, NULL);
	assert_int_equal(told.lines, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_fails),
		cmocka_unit_test(test_fails_and_flows),
		cmocka_unit_test(test_not_blocking),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
