/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/bcj.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "guard.h"

/* 64 bytes, so that the limit is 59, with one branch at 16. */
static void test_known_targets(void **state)
{
	(void)state;
	enum { SIZE = 64, LIMIT = SIZE - 5, AT = 16 };
	static const struct {
		int32_t relative, absolute;
	} cases[] = {
		{0, AT},
		{8, 8 + AT},
		{-AT, 0},           /* the first byte */
		{-AT - 1, -AT - 1}, /* before it: untouched */
		{LIMIT - AT - 1, LIMIT - 1},
		{LIMIT - AT, -AT}, /* past the end: wrapped, so that it can be undone */
		{LIMIT - 1, -1},
		{LIMIT, LIMIT},
		{INT32_MAX, INT32_MAX},
		{INT32_MIN, INT32_MIN},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int opcode = 0xe8; opcode <= 0xe9; opcode++) {
			uint8_t code[SIZE] = {0}, before[SIZE];
			code[AT] = (uint8_t)opcode;
			bf_put_le32(code + AT + 1, (uint32_t)cases[i].relative);
			memcpy(before, code, SIZE);
			bf_bcj_encode(code, SIZE, 0);
			assert_int_equal((int32_t)bf_le32(code + AT + 1),
					 cases[i].absolute);
			bf_bcj_decode(code, SIZE, 0);
			assert_memory_equal(code, before, SIZE);
		}
	}
}

/* A branch's operand is no place for another branch; its end is where the next can be. */
static void test_operands_are_skipped(void **state)
{
	(void)state;
	uint8_t code[32] = {0xe8, 0xe8, 0, 0, 0, 0xe8, 1, 0, 0, 0, 0xe7, 1, 0, 0, 0};
	bf_bcj_encode(code, sizeof(code), 0);
	assert_int_equal(bf_le32(code + 1), 0xe8);
	assert_int_equal(bf_le32(code + 6), 1 + 5);
	assert_int_equal(bf_le32(code + 11), 1);
}

/* The last branch that fits is converted, one byte later nothing is touched or read. */
static void test_the_end(void **state)
{
	(void)state;
	uint8_t code[16] = {0};
	code[11] = 0xe8;
	struct guard guard = guard_copy(code, sizeof(code));
	bf_bcj_encode(guard.data, guard.size, 0);
	/* At the limit itself no target is inside: 0 wraps to -limit. */
	assert_int_equal((int32_t)bf_le32(guard.data + 12), -11);
	guard_free(&guard);

	for (size_t size = 0; size < 5; size++) {
		static const uint8_t branches[] = {0xe8, 0xe8, 0xe8, 0xe8};
		guard = guard_copy(branches, size);
		bf_bcj_encode(guard.data, size, 0);
		bf_bcj_decode(guard.data, size, 0);
		assert_memory_equal(guard.data, branches, size);
		guard_free(&guard);
	}
}

/* Bytes thick with branches, of every small size, come back. */
static void test_any_bytes_come_back(void **state)
{
	(void)state;
	uint32_t random = 12345;
	for (size_t size = 0; size < 600; size++) {
		uint8_t bytes[600], before[600];
		for (size_t i = 0; i < size; i++) {
			random = random * 1664525 + 1013904223;
			uint8_t value = (uint8_t)(random >> 24);
			bytes[i] = value < 64 ? 0xe8 : value < 160 ? 0 : value;
		}
		memcpy(before, bytes, size);
		bf_bcj_encode(bytes, size, 0);
		bf_bcj_decode(bytes, size, 0);
		assert_memory_equal(bytes, before, size);
	}
}

/* From any boundary on the rest is filtered as it was when filtering it all. */
static void test_from_a_boundary(void **state)
{
	(void)state;
	enum { TEXT = 60 };
	uint8_t plain[TEXT], whole[TEXT], part[TEXT];
	for (size_t i = 0; i < TEXT; i++)
		plain[i] = i % 11 == 3 || i % 17 == 4 ? 0xe8 : 0;
	memcpy(whole, plain, TEXT);
	bf_bcj_encode(whole, TEXT, 0);
	assert_memory_not_equal(whole, plain, TEXT);
	for (size_t from = 0; from <= TEXT; from++) {
		size_t boundary = bf_bcj_boundary(plain, TEXT, from);
		assert_in_range(boundary, from, from + 4);
		assert_int_equal(bf_bcj_boundary(whole, TEXT, from), boundary);
		/* What lies before is not looked at. */
		memset(part, 0xe9, TEXT);
		if (boundary < TEXT)
			memcpy(part + boundary, plain + boundary, TEXT - boundary);
		bf_bcj_encode(part, TEXT, boundary);
		for (size_t i = 0; i < TEXT; i++)
			assert_int_equal(part[i], i < boundary ? 0xe9 : whole[i]);
		bf_bcj_decode(part, TEXT, boundary);
		for (size_t i = 0; i < TEXT; i++)
			assert_int_equal(part[i], i < boundary ? 0xe9 : plain[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_targets),
		cmocka_unit_test(test_operands_are_skipped),
		cmocka_unit_test(test_the_end),
		cmocka_unit_test(test_any_bytes_come_back),
		cmocka_unit_test(test_from_a_boundary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
