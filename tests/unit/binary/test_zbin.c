/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/zbin.h"

#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/bzimage.h"
#include "forge_lkrn.h"
#include "guard.h"
#include "stock.h"

/* Code with a branch in it, so that a filter left out shows. */
static const uint8_t contents[] = "\x90\x90\xe8\x10\0\0\0 the rest of the program";

/* The payload of a forged file, from which a test may break something. */
static void forge(struct bf_buffer *ret)
{
	struct bf_buffer file;
	forge_lkrn(bf_view(contents, sizeof(contents)), &file);
	*ret = (struct bf_buffer){0};
	assert_int_equal(bf_buffer_append(ret, file.data + FORGE_PAYLOAD,
					  file.size - FORGE_PAYLOAD),
			 BF_OK);
	bf_buffer_free(&file);
}

static int walk(struct bf_view payload, size_t *ret_count)
{
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	struct guard guard = guard_copy(payload.data, payload.size);
	int err = bf_zbin_walk(bf_view(guard.data, guard.size), blocks, ret_count, NULL);
	guard_free(&guard);
	return err;
}

static void test_walk(void **state)
{
	(void)state;
	struct bf_buffer payload;
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	forge(&payload);
	assert_int_equal(bf_zbin_walk(bf_buffer_view(&payload), blocks, &count, NULL),
			 BF_OK);
	assert_int_equal(count, 2);
	assert_int_equal(blocks[0].offset, 0);
	assert_int_equal(blocks[1].offset % 16, 0);
	assert_ptr_equal(blocks[1].packed.data, payload.data + blocks[1].offset + 4);
	assert_int_equal(blocks[1].offset + 4 + blocks[1].packed.size + 4, payload.size);
	bf_buffer_free(&payload);
}

static void test_walk_hostile_lengths(void **state)
{
	(void)state;
	enum { SIZE = 64 };
	static const struct {
		uint32_t length;
		int err;
	} cases[] = {
		{0, BF_ERR_FORMAT},
		{1, BF_ERR_FORMAT},
		{4, BF_ERR_FORMAT}, /* a CRC over nothing */
		{SIZE - 4, BF_OK},
		{SIZE - 3, BF_ERR_FORMAT},
		{SIZE, BF_ERR_FORMAT},
		{0x7fffffff, BF_ERR_FORMAT},
		{0x80000000, BF_ERR_FORMAT},
		{0xfffffff0, BF_ERR_FORMAT}, /* would come back to the first block */
		{0xfffffffb, BF_ERR_FORMAT},
		{0xffffffff, BF_ERR_FORMAT},
	};
	size_t count;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t payload[2 * SIZE] = {0};
		bf_put_le32(payload, cases[i].length);
		assert_int_equal(walk(bf_view(payload, SIZE), &count), cases[i].err);

		/* The same as a second block. */
		bf_put_le32(payload, SIZE - 4);
		bf_put_le32(payload + SIZE, cases[i].length);
		assert_int_equal(walk(bf_view(payload, sizeof(payload)), &count),
				 cases[i].err);
	}
}

/* Less than 16 bytes after a block are its padding; more are a block or an error. */
static void test_walk_the_end(void **state)
{
	(void)state;
	uint8_t payload[64] = {0};
	size_t count;
	for (size_t size = 0; size < 4; size++)
		assert_int_equal(walk(bf_view(payload, size), &count), BF_ERR_FORMAT);
	/* Nothing but a CRC is no block, even where it would end the payload. */
	bf_put_le32(payload, 4);
	assert_int_equal(walk(bf_view(payload, 8), &count), BF_ERR_FORMAT);
	for (size_t size = 17; size <= 36; size++) {
		memset(payload, 0xff, sizeof(payload));
		bf_put_le32(payload, 13);
		int expected = size <= 32 ? BF_OK : BF_ERR_FORMAT;
		assert_int_equal(walk(bf_view(payload, size), &count), expected);
	}
}

static void test_walk_too_many(void **state)
{
	(void)state;
	uint8_t payload[(BF_ZBIN_BLOCKS_MAX + 1) * 16] = {0};
	size_t count;
	for (size_t i = 0; i <= BF_ZBIN_BLOCKS_MAX; i++)
		payload[i * 16] = 12;
	assert_int_equal(walk(bf_view(payload, sizeof(payload) - 16), &count), BF_OK);
	assert_int_equal(count, BF_ZBIN_BLOCKS_MAX);
	assert_int_equal(walk(bf_view(payload, sizeof(payload)), &count), BF_ERR_FORMAT);
}

static void test_unpack(void **state)
{
	(void)state;
	struct bf_buffer payload, unpacked = {0};
	forge(&payload);
	assert_int_equal(bf_zbin_unpack_last(bf_buffer_view(&payload), &unpacked, NULL),
			 BF_OK);
	assert_int_equal(unpacked.size, sizeof(contents));
	assert_memory_equal(unpacked.data, contents, sizeof(contents));
	bf_buffer_free(&payload);
	bf_buffer_free(&unpacked);
}

/* Every byte of the last block's stream and CRC is covered by the CRC. */
static void test_every_byte_is_checked(void **state)
{
	(void)state;
	struct bf_buffer payload, unpacked = {0};
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	forge(&payload);
	assert_int_equal(bf_zbin_walk(bf_buffer_view(&payload), blocks, &count, NULL),
			 BF_OK);
	for (size_t i = blocks[1].offset + 4; i < payload.size; i++) {
		payload.data[i] ^= 0x10;
		assert_int_equal(
			bf_zbin_unpack_last(bf_buffer_view(&payload), &unpacked, NULL),
			BF_ERR_FORMAT);
		assert_null(unpacked.data);
		payload.data[i] ^= 0x10;
	}
	bf_buffer_free(&payload);
}

/* A good CRC is no proof of a good stream. */
static void test_damaged_streams(void **state)
{
	(void)state;
	struct bf_buffer payload, unpacked = {0};
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	forge(&payload);
	assert_int_equal(bf_zbin_walk(bf_buffer_view(&payload), blocks, &count, NULL),
			 BF_OK);
	struct bf_view packed = blocks[1].packed;
	uint8_t longer[256] = {0};
	assert_true(packed.size < sizeof(longer));
	memcpy(longer, packed.data, packed.size);

	/* Cut short at every length; then with bytes behind the end marker. */
	for (size_t size = 1; size <= packed.size + 8; size++) {
		struct bf_buffer damaged = {0};
		forge_packed_block(&damaged, bf_view(longer, size));
		int expected = size == packed.size ? BF_OK : BF_ERR_FORMAT;
		assert_int_equal(
			bf_zbin_unpack_last(bf_buffer_view(&damaged), &unpacked, NULL),
			expected);
		bf_buffer_free(&damaged);
	}
	bf_buffer_free(&unpacked);
	bf_buffer_free(&payload);
}

static void test_a_bomb(void **state)
{
	(void)state;
	struct bf_buffer zeros = {0}, payload = {0}, unpacked = {0};
	struct bf_error error;
	assert_int_equal(bf_buffer_zero(&zeros, BF_ZBIN_UNPACKED_MAX + 1), BF_OK);
	forge_block(&payload, bf_buffer_view(&zeros));
	assert_true(payload.size < 1 << 16);
	assert_int_equal(bf_zbin_unpack_last(bf_buffer_view(&payload), &unpacked, &error),
			 BF_ERR_TOO_BIG);
	assert_string_equal(error.text,
			    "the packed block unpacks to more than 8388608 bytes");
	assert_null(unpacked.data);
	bf_buffer_free(&payload);

	/* One byte less is allowed. */
	forge_block(&payload, bf_view(zeros.data, BF_ZBIN_UNPACKED_MAX));
	assert_int_equal(bf_zbin_unpack_last(bf_buffer_view(&payload), &unpacked, NULL),
			 BF_OK);
	assert_int_equal(unpacked.size, BF_ZBIN_UNPACKED_MAX);
	bf_buffer_free(&payload);
	bf_buffer_free(&unpacked);
	bf_buffer_free(&zeros);
}

/* Whatever its size, a stream of nothing but the best there is unpacks. */
static void test_the_best_ratio(void **state)
{
	(void)state;
	struct bf_buffer zeros = {0}, payload = {0}, unpacked = {0};
	struct bf_error error = {"no error"};
	for (size_t size = 1; size < BF_ZBIN_UNPACKED_MAX; size = size * 5 + 1) {
		assert_int_equal(bf_buffer_zero(&zeros, size), BF_OK);
		payload.size = 0;
		forge_block(&payload, bf_buffer_view(&zeros));
		if (bf_zbin_unpack_last(bf_buffer_view(&payload), &unpacked, &error))
			fail_msg("%zu: %s", size, error.text);
		assert_int_equal(unpacked.size, size);
	}
	bf_buffer_free(&zeros);
	bf_buffer_free(&payload);
	bf_buffer_free(&unpacked);
}

static void test_pack(void **state)
{
	(void)state;
	static const uint8_t other[] = "\xe8\1\0\0\0\xe9\2\0\0\0 something else entirely";
	struct bf_buffer payload, repacked = {0}, unpacked = {0};
	struct bf_zbin_block before[BF_ZBIN_BLOCKS_MAX], after[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	forge(&payload);
	for (uint32_t preset = 0; preset <= 9; preset += 3) {
		assert_int_equal(bf_zbin_pack_last(bf_buffer_view(&payload),
						   bf_view(other, sizeof(other)), preset,
						   &repacked, NULL),
				 BF_OK);
		assert_int_equal(
			bf_zbin_unpack_last(bf_buffer_view(&repacked), &unpacked, NULL),
			BF_OK);
		assert_int_equal(unpacked.size, sizeof(other));
		assert_memory_equal(unpacked.data, other, sizeof(other));
	}
	/* The blocks before it have not changed, the padding neither. */
	assert_int_equal(bf_zbin_walk(bf_buffer_view(&payload), before, &count, NULL),
			 BF_OK);
	assert_int_equal(bf_zbin_walk(bf_buffer_view(&repacked), after, &count, NULL),
			 BF_OK);
	assert_int_equal(count, 2);
	assert_int_equal(before[1].offset, after[1].offset);
	assert_memory_equal(payload.data, repacked.data, before[1].offset);
	bf_buffer_free(&payload);
	bf_buffer_free(&repacked);
	bf_buffer_free(&unpacked);
}

static void test_pack_refusals(void **state)
{
	(void)state;
	struct bf_buffer payload, repacked = {0};
	struct bf_view tiny = bf_view(contents, sizeof(contents));
	forge(&payload);
	struct bf_view whole = bf_buffer_view(&payload);
	assert_int_equal(bf_zbin_pack_last(whole, tiny, 10, &repacked, NULL),
			 BF_ERR_INPUT);
	/* The size alone decides; nothing is read. */
	assert_int_equal(bf_zbin_pack_last(whole,
					   bf_view(contents, BF_ZBIN_UNPACKED_MAX + 1), 0,
					   &repacked, NULL),
			 BF_ERR_TOO_BIG);
	assert_int_equal(
		bf_zbin_pack_last(bf_view(contents, 3), tiny, 0, &repacked, NULL),
		BF_ERR_FORMAT);
	assert_null(repacked.data);
	bf_buffer_free(&payload);
}

/* What the distribution's build packed, we pack to the same bytes. */
static void test_stock(void **state)
{
	(void)state;
	struct bf_buffer file = {0}, unpacked = {0}, repacked = {0};
	struct bf_bzimage image;
	unsigned i;
	for (i = 0; stock_read("ipxe.lkrn", i, &file); i++) {
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL),
				 BF_OK);
		assert_int_equal(bf_zbin_unpack_last(image.payload, &unpacked, NULL),
				 BF_OK);
		assert_int_equal(bf_zbin_pack_last(image.payload,
						   bf_buffer_view(&unpacked),
						   BF_ZBIN_PRESET | LZMA_PRESET_EXTREME,
						   &repacked, NULL),
				 BF_OK);
		assert_int_equal(repacked.size, image.payload.size);
		assert_memory_equal(repacked.data, image.payload.data, repacked.size);
	}
	bf_buffer_free(&file);
	bf_buffer_free(&unpacked);
	bf_buffer_free(&repacked);
	if (i == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_walk_hostile_lengths),
		cmocka_unit_test(test_walk_the_end),
		cmocka_unit_test(test_walk_too_many),
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_every_byte_is_checked),
		cmocka_unit_test(test_damaged_streams),
		cmocka_unit_test(test_a_bomb),
		cmocka_unit_test(test_the_best_ratio),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_pack_refusals),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
