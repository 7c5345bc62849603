/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"

enum { SIZE = 1024 };

static const char body[] = "dhcp\nchain http://example.com/\n";

/* A file with one slot of SIZE bytes at offset, 64 bytes longer than the slot. */
static void forge(uint8_t file[SIZE + 64], size_t offset)
{
	memset(file, 0x90, SIZE + 64);
	assert_int_equal(bf_slot_format(file + offset, SIZE, (uint32_t)offset,
					bf_view(body, sizeof(body) - 1), NULL),
			 BF_OK);
}

static void test_what_goes_in_comes_out(void **state)
{
	(void)state;
	uint8_t file[SIZE + 64];
	struct bf_slot slot;
	for (size_t offset = 0; offset <= 64; offset += 16) {
		forge(file, offset);
		struct guard guard = guard_copy(file, offset + SIZE);
		assert_int_equal(
			bf_slot_find(bf_view(guard.data, guard.size), &slot, NULL),
			BF_OK);
		assert_int_equal(slot.offset, offset);
		assert_int_equal(slot.declared_offset, offset);
		assert_int_equal(slot.size, SIZE);
		struct bf_view found = bf_slot_body(bf_view(guard.data + offset, SIZE));
		assert_int_equal(found.size, sizeof(body) - 1);
		assert_memory_equal(found.data, body, found.size);
		guard_free(&guard);
	}
}

static void test_the_format_is_fixed(void **state)
{
	(void)state;
	static const char header[] =
		"#!ipxe\n#boots-from-slot v1 size=0x00000400 offset=0x0001020f\n";
	uint8_t slot[SIZE];
	assert_int_equal(sizeof(header) - 1, BF_SLOT_HEADER_SIZE);
	assert_int_equal(bf_slot_format(slot, SIZE, 0x1020f,
					bf_view(body, sizeof(body) - 1), NULL),
			 BF_OK);
	assert_memory_equal(slot, header, sizeof(header) - 1);
	for (size_t i = BF_SLOT_HEADER_SIZE + sizeof(body) - 1; i < SIZE; i++)
		assert_int_equal(slot[i], '\n');
}

static void test_full_and_overfull(void **state)
{
	(void)state;
	uint8_t slot[SIZE];
	char text[SIZE];
	struct bf_error error;
	memset(text, 'x', sizeof(text));
	size_t capacity = bf_slot_capacity(SIZE);
	assert_int_equal(capacity, SIZE - BF_SLOT_HEADER_SIZE);
	assert_int_equal(bf_slot_format(slot, SIZE, 0, bf_view(text, capacity), NULL),
			 BF_OK);
	assert_int_equal(bf_slot_body(bf_view(slot, SIZE)).size, capacity);
	assert_int_equal(
		bf_slot_format(slot, SIZE, 0, bf_view(text, capacity + 1), &error),
		BF_ERR_TOO_BIG);
	assert_string_equal(error.text, "the script is 964 bytes, the slot takes 963");
	assert_int_equal(bf_slot_format(slot, SIZE, 0, bf_view(NULL, 0), NULL), BF_OK);
	assert_int_equal(bf_slot_body(bf_view(slot, SIZE)).size, 0);
}

/* Every byte of the header, changed, is an error or no slot at all; never a slot. */
static void test_each_damaged_header_byte(void **state)
{
	(void)state;
	uint8_t file[SIZE + 64];
	struct bf_slot slot;
	for (size_t i = 0; i < BF_SLOT_HEADER_SIZE; i++) {
		forge(file, 0);
		/* To upper case, or to something else where there is no case. */
		file[i] ^= 0x20;
		int err = bf_slot_find(bf_view(file, sizeof(file)), &slot, NULL);
		assert_true(err == BF_ERR_FORMAT || err == BF_ERR_NO_SLOT);
	}
}

static void test_sizes_out_of_range(void **state)
{
	(void)state;
	static const char *const sizes[] = {"00000000", "000001ff", "00010001",
					    "ffffffff", "00000441"};
	uint8_t file[SIZE + 64];
	struct bf_slot slot;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		forge(file, 0);
		memcpy(file + 34, sizes[i], 8);
		struct guard guard = guard_copy(file, sizeof(file));
		assert_int_equal(
			bf_slot_find(bf_view(guard.data, guard.size), &slot, NULL),
			BF_ERR_FORMAT);
		guard_free(&guard);
	}
}

/* Cut a file with a slot at every length: the end is never read past. */
static void test_truncated(void **state)
{
	(void)state;
	uint8_t file[SIZE + 64];
	struct bf_slot slot;
	forge(file, 0);
	for (size_t size = 0; size < SIZE; size++) {
		struct guard guard = guard_copy(file, size);
		int err = bf_slot_find(bf_view(guard.data, size), &slot, NULL);
		assert_true(err == BF_ERR_FORMAT || err == BF_ERR_NO_SLOT);
		guard_free(&guard);
	}
}

static void test_none_and_two(void **state)
{
	(void)state;
	uint8_t file[2 * SIZE + 64];
	struct bf_slot slot;
	struct bf_error error;
	memset(file, 0, sizeof(file));
	assert_int_equal(bf_slot_find(bf_view(file, sizeof(file)), &slot, &error),
			 BF_ERR_NO_SLOT);
	forge(file, 0);
	forge(file + SIZE, 0);
	assert_int_equal(bf_slot_find(bf_view(file, sizeof(file)), &slot, &error),
			 BF_ERR_FORMAT);
	assert_string_equal(error.text, "two script slots, at offsets 0 and 1024");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_goes_in_comes_out),
		cmocka_unit_test(test_the_format_is_fixed),
		cmocka_unit_test(test_full_and_overfull),
		cmocka_unit_test(test_each_damaged_header_byte),
		cmocka_unit_test(test_sizes_out_of_range),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_none_and_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
