/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_read_file(void **state)
{
	(void)state;
	char path[] = "/tmp/boots-from-test.XXXXXX";
	struct bf_buffer buffer = {0};
	struct bf_error error;
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "0123456789", 10) == 10);
	close(fd);
	assert_int_equal(bf_buffer_read_file(path, 10, &buffer, &error), BF_OK);
	assert_int_equal(buffer.size, 10);
	assert_int_equal(bf_buffer_read_file(path, 9, &buffer, &error), BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "limit of 9 bytes"));
	assert_int_equal(buffer.size, 10);
	unlink(path);
	assert_int_equal(bf_buffer_read_file(path, 9, &buffer, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "cannot open: No such file"));
	bf_buffer_free(&buffer);
}

/* Nothing here is waited for: a FIFO without a writer, and one with one that writes nothing. */
static void test_read_no_file(void **state)
{
	(void)state;
	char path[] = "/tmp/boots-from-test.XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	const char *const paths[] = {path, path, "/", "/dev/zero"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct bf_buffer buffer = {0};
		struct bf_error error;
		char text[128];
		fd = i == 1 ? open(path, O_RDWR) : -1;
		snprintf(text, sizeof(text), "'%s': not a regular file", paths[i]);
		assert_int_equal(bf_buffer_read_file(paths[i], 9, &buffer, &error),
				 BF_ERR_INPUT);
		assert_string_equal(error.text, text);
		if (fd >= 0)
			close(fd);
	}
	unlink(path);
}

static void test_read_fd(void **state)
{
	(void)state;
	int ends[2];
	struct bf_buffer buffer = {0};
	struct bf_error error;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "0123456789", 10), 10);
	close(ends[1]);
	assert_int_equal(bf_buffer_read_fd(ends[0], "a pipe", 10, &buffer, &error),
			 BF_OK);
	assert_int_equal(buffer.size, 10);
	close(ends[0]);
	assert_int_equal(bf_buffer_read_fd(ends[0], "a pipe", 10, &buffer, &error),
			 BF_ERR_IO);
	assert_string_equal(error.text, "'a pipe': cannot read: Bad file descriptor");
	bf_buffer_free(&buffer);
}

static void test_read_path(void **state)
{
	(void)state;
	int ends[2];
	struct bf_buffer buffer = {0};
	struct bf_error error;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "0123456789", 10), 10);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(bf_buffer_read_path("-", 10, &buffer, &error), BF_OK);
	assert_int_equal(buffer.size, 10);
	close(STDIN_FILENO);
	assert_int_equal(bf_buffer_read_path("-", 10, &buffer, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "'standard input': cannot read"));
	assert_int_equal(bf_buffer_read_path("./-", 10, &buffer, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "'./-': cannot open"));
	assert_string_equal(bf_path_name("-"), "standard input");
	assert_string_equal(bf_path_name("--"), "--");
	bf_buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_file),
		cmocka_unit_test(test_read_no_file),
		cmocka_unit_test(test_read_fd),
		cmocka_unit_test(test_read_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
