/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/loose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "guard.h"

enum { STEP = 65536, MAX = 17 * STEP, SIZE = 1024 };

static const char text[] = "echo hello\n";

/* Steps of 64 KiB, with 8 KiB to spare as long as there are any. */
static void test_size(void **state)
{
	(void)state;
	static const struct {
		size_t script;
		uint32_t size;
	} cases[] = {
		{0, STEP},
		{8132, STEP},
		{STEP - 8192 - BF_SLOT_HEADER_SIZE, STEP},
		{STEP - 8192 - BF_SLOT_HEADER_SIZE + 1, 2 * STEP},
		{1 << 20, MAX},
		{MAX - 8192 - BF_SLOT_HEADER_SIZE + 1, MAX},
		{MAX - BF_SLOT_HEADER_SIZE, MAX},
		{MAX - BF_SLOT_HEADER_SIZE + 1, 0},
		{SIZE_MAX, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(bf_loose_size(cases[i].script), cases[i].size);
}

static void test_make(void **state)
{
	(void)state;
	static const uint32_t sizes[] = {STEP, MAX};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bf_cleanup(bf_buffer_free) struct bf_buffer made = {0};
		struct bf_slot slot;
		assert_int_equal(bf_loose_make(sizes[i], &made, NULL), BF_OK);
		assert_int_equal(made.size, sizes[i]);
		assert_int_equal(bf_loose_find(bf_buffer_view(&made), &slot, NULL),
				 BF_OK);
		assert_int_equal(slot.offset, 0);
		assert_int_equal(slot.size, sizes[i]);
		for (size_t at = BF_SLOT_HEADER_SIZE; at < made.size; at++)
			assert_int_equal(made.data[at], '\n');
	}
}

static void forge(uint8_t *out, uint32_t declared_offset)
{
	assert_int_equal(bf_slot_format(out, SIZE, declared_offset,
					bf_view(text, sizeof(text) - 1), NULL),
			 BF_OK);
}

static int find(const uint8_t *file, size_t size)
{
	struct bf_slot slot;
	struct guard guard = guard_copy(file, size);
	int err = bf_loose_find(bf_view(guard.data, size), &slot, NULL);
	guard_free(&guard);
	return err;
}

static void test_find(void **state)
{
	(void)state;
	uint8_t file[2 * SIZE];
	memset(file, '\n', sizeof(file));
	forge(file, 0);
	assert_int_equal(find(file, SIZE), BF_OK);
	/* What somebody put behind it is not ours. */
	assert_int_equal(find(file, SIZE + 1), BF_OK);
	for (size_t size = 0; size < SIZE; size++)
		assert_int_equal(find(file, size), size < sizeof(BF_SLOT_SENTINEL) - 1
							   ? BF_ERR_NO_SLOT
							   : BF_ERR_FORMAT);
	file[BF_SLOT_HEADER_SIZE - 1] = ' ';
	assert_int_equal(find(file, SIZE), BF_ERR_FORMAT);
	forge(file, 1);
	assert_int_equal(find(file, SIZE), BF_ERR_FORMAT);
	forge(file, 0);
	forge(file + SIZE, 0);
	assert_int_equal(find(file, 2 * SIZE), BF_ERR_FORMAT);
	/* A slot further in is not the file's. */
	memset(file, '\n', SIZE);
	assert_int_equal(find(file, 2 * SIZE), BF_ERR_NO_SLOT);
	memcpy(file, "#!ipxe\necho a script\n", 21);
	assert_int_equal(find(file, SIZE), BF_ERR_NO_SLOT);
}

/* It fits the smallest slot, and comes out of one as it was put in. */
static void test_handover(void **state)
{
	(void)state;
	uint8_t slot[BF_SLOT_SIZE_MIN];
	struct bf_view handover = bf_loose_handover();
	assert_int_equal(bf_slot_format(slot, sizeof(slot), 0, handover, NULL), BF_OK);
	assert_true(bf_loose_is_handover(bf_slot_body(bf_view(slot, sizeof(slot)))));
	slot[BF_SLOT_HEADER_SIZE + 100] ^= 1; /* said in other words */
	assert_true(bf_loose_is_handover(bf_slot_body(bf_view(slot, sizeof(slot)))));
	slot[BF_SLOT_HEADER_SIZE + 1] ^= 1;
	assert_false(bf_loose_is_handover(bf_slot_body(bf_view(slot, sizeof(slot)))));
	assert_false(bf_loose_is_handover(bf_view(text, sizeof(text) - 1)));
	assert_false(bf_loose_is_handover(bf_view(NULL, 0)));
}

static void test_can_run(void **state)
{
	(void)state;
	static const char ascii[] = "....file:autoexec.ipxe";
	static const char utf16[] = "a\0u\0t\0o\0e\0x\0e\0c\0.\0i\0p\0x\0e\0\0";
	static const char initrd[] = "<CMDLINE>\0<INITRD>";
	static const struct {
		const char *bytes;
		size_t size;
		bool pe, lkrn;
	} cases[] = {
		{ascii, sizeof(ascii), true, false},
		{ascii, sizeof(ascii) - 1, false, false}, /* a longer name's front */
		{utf16, sizeof(utf16), true, false},
		{initrd, sizeof(initrd), false, true},
		{text, sizeof(text), false, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_view program = bf_view(cases[i].bytes, cases[i].size);
		assert_int_equal(bf_loose_can_run(program, true), cases[i].pe);
		assert_int_equal(bf_loose_can_run(program, false), cases[i].lkrn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),    cmocka_unit_test(test_make),
		cmocka_unit_test(test_find),    cmocka_unit_test(test_handover),
		cmocka_unit_test(test_can_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
