/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/source.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard.h"

static const uint8_t text[] = "0123456789";

static void test_reads_of_memory(void **state)
{
	(void)state;
	struct guard guard = guard_copy(text, 10);
	struct bf_source source = bf_source_view(bf_view(guard.data, 10));
	struct bf_error error;
	uint8_t out[10] = {0};
	assert_int_equal(bf_source_read(&source, 0, out, 10, &error), BF_OK);
	assert_memory_equal(out, text, 10);
	assert_int_equal(bf_source_read(&source, 10, out, 0, &error), BF_OK);
	assert_int_equal(bf_source_read(&source, 1, out, 10, &error), BF_ERR_FORMAT);
	assert_string_equal(error.text, "10 bytes at offset 1 are beyond the end at 10");
	assert_int_equal(bf_source_read(&source, UINT64_MAX, out, 2, &error),
			 BF_ERR_FORMAT);
	guard_free(&guard);
}

static void test_reads_of_pieces(void **state)
{
	(void)state;
	struct bf_pieces pieces = {0};
	struct bf_error error;
	uint8_t out[10] = {0};
	assert_int_equal(bf_pieces_append(&pieces, bf_view(text, 3)), BF_OK);
	assert_int_equal(bf_pieces_append(&pieces, bf_view(text + 3, 7)), BF_OK);
	struct bf_source source = bf_source_pieces(&pieces);
	assert_int_equal(source.size, 10);
	assert_int_equal(bf_source_read(&source, 0, out, 10, &error), BF_OK);
	assert_memory_equal(out, text, 10);
	struct bf_source part = bf_source_part(&source, 2, 4);
	assert_int_equal(bf_source_read(&part, 1, out, 3, &error), BF_OK);
	assert_memory_equal(out, text + 3, 3);
	assert_int_equal(bf_source_read(&part, 2, out, 3, &error), BF_ERR_FORMAT);
	bf_pieces_free(&pieces);
}

static void test_parts(void **state)
{
	(void)state;
	static const struct {
		uint64_t offset, size;
		uint64_t wanted_size;
		uint8_t first;
	} cases[] = {
		{0, 10, 10, '0'}, {3, 4, 4, '3'},        {8, 100, 2, '8'},
		{10, 1, 0, 0},    {UINT64_MAX, 5, 0, 0}, {2, UINT64_MAX, 8, '2'},
	};
	struct bf_source source = bf_source_view(bf_view(text, 10));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_source part =
			bf_source_part(&source, cases[i].offset, cases[i].size);
		uint8_t byte = 0;
		assert_int_equal(part.size, cases[i].wanted_size);
		if (part.size) {
			assert_int_equal(bf_source_read(&part, 0, &byte, 1, NULL), BF_OK);
			assert_int_equal(byte, cases[i].first);
		}
		/* A part does not see what is behind it. */
		assert_int_equal(bf_source_read(&part, part.size, &byte, 1, NULL),
				 BF_ERR_FORMAT);
	}
	struct bf_source inner = bf_source_part(&source, 2, 6);
	inner = bf_source_part(&inner, 3, 6);
	assert_int_equal(inner.size, 3);
	assert_int_equal(inner.start, 5);
}

static void test_loading(void **state)
{
	(void)state;
	struct bf_source source = bf_source_view(bf_view(text, 10));
	struct bf_buffer buffer = {0};
	assert_int_equal(bf_source_load(&source, 4, 3, &buffer, NULL), BF_OK);
	assert_int_equal(buffer.size, 3);
	assert_memory_equal(buffer.data, "456", 3);
	/* A failure leaves what was there, and does not ask for memory that a lie wants. */
	assert_int_equal(bf_source_load(&source, 4, SIZE_MAX / 2, &buffer, NULL),
			 BF_ERR_FORMAT);
	assert_memory_equal(buffer.data, "456", 3);
	bf_buffer_free(&buffer);
}

static void test_files(void **state)
{
	(void)state;
	char path[] = "/tmp/boots-from-test.XXXXXX";
	int fd = mkstemp(path);
	struct bf_source source;
	struct bf_error error;
	uint8_t out[4];
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, 10), 10);
	assert_int_equal(bf_source_open(path, O_RDONLY, &source, &error), BF_OK);
	assert_int_equal(source.size, 10);
	assert_int_equal(bf_source_read(&source, 5, out, 4, &error), BF_OK);
	assert_memory_equal(out, "5678", 4);
	/* A file that becomes shorter under us. */
	assert_int_equal(ftruncate(fd, 6), 0);
	assert_int_equal(bf_source_read(&source, 5, out, 4, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "became shorter"));
	bf_source_close(&source);
	assert_int_equal(source.size, 0);
	close(fd);
	unlink(path);
	assert_int_equal(bf_source_open(path, O_RDONLY, &source, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "No such file"));
	assert_int_equal(bf_source_open("/tmp", O_RDONLY, &source, &error), BF_ERR_INPUT);
	assert_int_equal(bf_source_open("/dev/null", O_RDONLY, &source, &error),
			 BF_ERR_INPUT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_of_memory),
		cmocka_unit_test(test_reads_of_pieces),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_loading),
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
