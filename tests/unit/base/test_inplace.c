/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/inplace.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 30000 };

/* A file of "o" for old, and three pieces of "n" to write into it. */
struct fixture {
	struct bf_source file;
	uint8_t new[10000];
	struct bf_piece pieces[3];
	struct bf_error error;
};

static int setup(void **state)
{
	static const size_t offsets[] = {100, 5000, 20000}, sizes[] = {1, 10000, 9999};
	char path[] = "/tmp/boots-from-inplace.XXXXXX";
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->file = (struct bf_source){.fd = mkstemp(path), .size = SIZE};
	assert_true(f->file.fd >= 0);
	unlink(path);
	for (int i = 0; i < SIZE; i++)
		assert_int_equal(pwrite(f->file.fd, "o", 1, i), 1);
	memset(f->new, 'n', sizeof(f->new));
	for (size_t i = 0; i < 3; i++)
		f->pieces[i] = (struct bf_piece){offsets[i], bf_view(f->new, sizes[i])};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_source_close(&f->file);
	free(f);
	return 0;
}

/* The file has the new bytes where the pieces are, and nowhere else. */
static void expect_new_bytes(const struct fixture *f, bool are_there)
{
	char expected[SIZE], found[SIZE];
	memset(expected, 'o', SIZE);
	for (size_t i = 0; are_there && i < 3; i++)
		memset(expected + f->pieces[i].offset, 'n', f->pieces[i].bytes.size);
	assert_int_equal(pread(f->file.fd, found, SIZE, 0), SIZE);
	assert_memory_equal(found, expected, SIZE);
	assert_int_equal(lseek(f->file.fd, 0, SEEK_END), SIZE);
}

static void test_all(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(bf_inplace_write(&f->file, f->pieces, 3, &f->error), BF_OK);
	expect_new_bytes(f, true);
}

/*
 * A limit cuts the writing off before, in and after each piece, and not the putting back.
 * Beyond the limit a write fails, and one that reaches it is a short one.
 */
static void test_none_where_it_cannot_be_written(void **state)
{
	static const rlim_t limits[] = {1, 100, 101, 5000, 5001, 14999, 20000, 29998};
	struct fixture *f = *state;
	struct rlimit before;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = {.rlim_cur = limits[i],
				       .rlim_max = before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		int err = bf_inplace_write(&f->file, f->pieces, 3, &f->error);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(err, BF_ERR_IO);
		assert_non_null(strstr(f->error.text, "File too large; "));
		assert_non_null(strstr(f->error.text, limits[i] <= 100
							      ? "nothing has changed"
							      : "are put back"));
		expect_new_bytes(f, false);
	}
	/* What cannot be read could not be put back: nothing is begun. */
	f->file.size = 25000;
	assert_int_equal(bf_inplace_write(&f->file, f->pieces, 3, &f->error),
			 BF_ERR_FORMAT);
	expect_new_bytes(f, false);
}

static void test_signals_are_as_before(void **state)
{
	struct fixture *f = *state;
	sigset_t some, now;
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_SETMASK, &some, NULL), 0);
	assert_int_equal(bf_inplace_write(&f->file, f->pieces, 3, &f->error), BF_OK);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	assert_true(sigismember(&now, SIGUSR1));
	assert_false(sigismember(&now, SIGTERM));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none_where_it_cannot_be_written,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals_are_as_before, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
