/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/zlib_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

/* A little that repeats and a little that does not, as in programs. */
static void fill(uint8_t *bytes, size_t size)
{
	uint32_t state = 7;
	for (size_t i = 0; i < size; i++) {
		state = state * 1103515245 + 12345;
		bytes[i] = (uint8_t)(i % 64 < 40 ? i % 8 : state >> 24);
	}
}

/* zlib's own decoder, which looks at the checksum of the whole, is the judge. */
static void test_round_trip(void **state)
{
	static const size_t sizes[] = {0, 1, 3, 4, 5, 1000, 65536, 300001};
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bf_buffer stream = {0}, again = {0};
		uint8_t *bytes = malloc(sizes[i] + 1), *found = malloc(sizes[i] + 1);
		uLongf size = (uLongf)sizes[i] + 1;
		assert_true(bytes && found);
		fill(bytes, sizes[i]);
		assert_int_equal(bf_zlib_stream_append(&stream, bf_view(bytes, sizes[i])),
				 BF_OK);
		assert_int_equal(bf_zlib_stream_append(&again, bf_view(bytes, sizes[i])),
				 BF_OK);
		assert_int_equal(
			uncompress(found, &size, stream.data, (uLong)stream.size), Z_OK);
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(found, bytes, sizes[i]);
		assert_int_equal(stream.size, again.size);
		assert_memory_equal(stream.data, again.data, stream.size);
		if (sizes[i] > 10000)
			assert_true(stream.size < sizes[i] * 3 / 4);
		bf_buffer_free(&stream);
		bf_buffer_free(&again);
		free(bytes);
		free(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
