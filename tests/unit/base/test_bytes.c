/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/bytes.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard.h"

static void test_has(void **state)
{
	(void)state;
	static const struct {
		uint64_t offset, length;
		bool has;
	} cases[] = {
		{0, 0, true},           {0, 8, true},
		{8, 0, true},           {4, 4, true},
		{0, 9, false},          {9, 0, false},
		{8, 1, false},          {1, UINT64_MAX, false},
		{UINT64_MAX, 1, false}, {UINT64_MAX, UINT64_MAX, false},
	};
	uint8_t bytes[8] = {0};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(bf_view_has(bf_view(bytes, sizeof(bytes)),
					     cases[i].offset, cases[i].length),
				 cases[i].has);
}

static void test_find(void **state)
{
	(void)state;
	struct guard guard = guard_copy("abcabc", 6);
	struct bf_view view = bf_view(guard.data, guard.size);
	size_t offset = 99;
	assert_true(bf_view_find(view, 0, bf_view("abc", 3), &offset));
	assert_int_equal(offset, 0);
	assert_true(bf_view_find(view, 1, bf_view("abc", 3), &offset));
	assert_int_equal(offset, 3);
	assert_false(bf_view_find(view, 4, bf_view("abc", 3), &offset));
	assert_false(bf_view_find(view, 6, bf_view("a", 1), &offset));
	assert_false(bf_view_find(view, 7, bf_view("a", 1), &offset));
	assert_int_equal(offset, 3);
	guard_free(&guard);
}

static void test_integers(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x81, 2, 3, 0x84, 5, 6, 7, 0x88};
	uint8_t out[8];
	assert_int_equal(bf_le16(bytes), 0x0281);
	assert_int_equal(bf_le32(bytes), 0x84030281u);
	assert_true(bf_le64(bytes) == 0x8807060584030281u);
	assert_int_equal(bf_be32(bytes), 0x81020384u);
	bf_put_le64(out, 0x8807060584030281u);
	assert_memory_equal(out, bytes, sizeof(out));
	assert_int_equal(bf_align(0, 2048), 0);
	assert_int_equal(bf_align(1, 2048), 2048);
	assert_int_equal(bf_align(2048, 2048), 2048);
}

static void test_buffer(void **state)
{
	(void)state;
	struct bf_buffer buffer = {0};
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bf_buffer_print(&buffer, "%03d,", i), BF_OK);
	assert_int_equal(buffer.size, 4000);
	assert_memory_equal(buffer.data + 3996, "999,", 4);
	assert_int_equal(bf_buffer_append(&buffer, "x", SIZE_MAX / 2), BF_ERR_NOMEM);
	assert_int_equal(buffer.size, 4000);
	assert_int_equal(bf_buffer_zero(&buffer, 10), BF_OK);
	assert_int_equal(buffer.size, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(buffer.data[i], 0);
	bf_buffer_free(&buffer);
	assert_null(buffer.data);
	bf_buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
