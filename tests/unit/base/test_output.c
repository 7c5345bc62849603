/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/publish.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 150001 }; /* more than one read */

static char folder[] = "/tmp/boots-from-output.XXXXXX";
static uint8_t bytes[SIZE];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 255);
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return chdir("/") || rmdir(folder);
}

static struct bf_pieces in_pieces(void)
{
	static const size_t sizes[] = {1, 2048, 100000};
	struct bf_pieces pieces = {0};
	size_t at = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); at += sizes[i++])
		assert_int_equal(bf_pieces_append(&pieces, bf_view(bytes + at, sizes[i])),
				 BF_OK);
	assert_int_equal(bf_pieces_append(&pieces, bf_view(bytes + at, SIZE - at)),
			 BF_OK);
	return pieces;
}

static void write_out(const struct bf_pieces *pieces, const char *path)
{
	struct bf_output output = {0};
	assert_int_equal(bf_output_open(path, &output, NULL), BF_OK);
	assert_int_equal(bf_output_write(&output, pieces, NULL), BF_OK);
	assert_int_equal(bf_output_publish(&output, NULL), BF_OK);
	bf_output_close(&output);
}

static void flip(const char *path, off_t offset)
{
	uint8_t byte;
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void test_is_there(void **state)
{
	(void)state;
	static const off_t places[] = {0, 1, 2048, 2049, 65536, 102048, 102049, SIZE - 1};
	struct bf_pieces pieces = in_pieces();
	assert_false(bf_output_is_there("a", &pieces));
	write_out(&pieces, "a");
	assert_true(bf_output_is_there("a", &pieces));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		flip("a", places[i]);
		assert_false(bf_output_is_there("a", &pieces));
		flip("a", places[i]);
		assert_true(bf_output_is_there("a", &pieces));
	}
	assert_int_equal(truncate("a", SIZE - 1), 0);
	assert_false(bf_output_is_there("a", &pieces));
	assert_int_equal(truncate("a", SIZE + 1), 0);
	assert_false(bf_output_is_there("a", &pieces));
	assert_int_equal(unlink("a"), 0);
	bf_pieces_free(&pieces);
}

/* None of these may be read from, or waited for. */
static void test_other_things_are_not_there(void **state)
{
	(void)state;
	struct bf_pieces pieces = in_pieces();
	struct bf_pieces empty = {0};
	assert_int_equal(mkdir("d", 0700), 0);
	assert_false(bf_output_is_there("d", &pieces));
	assert_int_equal(mkfifo("f", 0600), 0);
	assert_false(bf_output_is_there("f", &empty));
	assert_int_equal(symlink("nowhere", "l"), 0);
	assert_false(bf_output_is_there("l", &pieces));
	assert_int_equal(rmdir("d") || unlink("f") || unlink("l"), 0);
	bf_pieces_free(&pieces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_there),
		cmocka_unit_test(test_other_things_are_not_there),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
