/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/zbin_patch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/bcj.h"
#include "binary/zbin.h"
#include "forge_lkrn.h"
#include "guard.h"
#include "samples.h"

enum {
	SIZE = 6000,
	PIN = 32,
	MARGIN = 16,
	/* Offsets in a stored checkpoint. */
	FIELDS = 4,
	FIELD_CRC = 1,
	FIELD_SIZE = 3,
	FIELD_POSITION = 4,
	FIELD_FILTER_POSITION = 5,
	FIELD_USED = 6,
	FIELD_RANGE = 7,
	FIELD_CODE = 8,
	FIELD_STATE = 9,
	FIELD_REPS = 10,
	FIELD_PROBS = 14,
	PROBS = FIELDS + 15 * 4,
	RUNS = PROBS + (2 * BF_LZMA1_PROBS + 3) / 4 * 4,
};

static const uint8_t old_pin[PIN] = "the fingerprint is thirty-two B";

/* A program with the fingerprint at an offset, and the payload it is packed in. */
struct fixture {
	uint8_t contents[SIZE];
	struct bf_buffer payload;
};

static void forge(struct fixture *fixture, size_t offset, uint32_t seed)
{
	uint8_t filtered[SIZE];
	*fixture = (struct fixture){0};
	sample_program(fixture->contents, SIZE, &seed);
	memcpy(fixture->contents + offset, old_pin, PIN);
	memcpy(filtered, fixture->contents, SIZE);
	bf_bcj_encode(filtered, SIZE, 0);
	forge_block(&fixture->payload, bf_view("the first block", 15));
	forge_block(&fixture->payload, bf_view(filtered, SIZE));
}

static void make_checkpoint(const struct fixture *fixture, size_t before,
			    struct bf_zbin_checkpoint *ret)
{
	*ret = (struct bf_zbin_checkpoint){0};
	assert_int_equal(bf_zbin_checkpoint_make(bf_buffer_view(&fixture->payload),
						 bf_view(fixture->contents, SIZE), before,
						 ret, NULL),
			 BF_OK);
	assert_in_range(ret->position, before > 273 ? before - 273 : 0, before);
	assert_in_range(ret->filter_position, ret->position, ret->position + 4);
}

static void store_checkpoint(const struct fixture *fixture, size_t before,
			     struct bf_buffer *ret)
{
	struct bf_zbin_checkpoint checkpoint;
	make_checkpoint(fixture, before, &checkpoint);
	assert_int_equal(bf_zbin_checkpoint_write(&checkpoint, ret, NULL), BF_OK);
	bf_zbin_checkpoint_free(&checkpoint);
}

static int patch(const struct fixture *fixture, struct bf_zbin_checkpoint *checkpoint,
		 const uint8_t *pin, struct bf_buffer *ret, struct bf_error *reterr)
{
	return bf_zbin_patch_last(bf_buffer_view(&fixture->payload), checkpoint,
				  bf_view(old_pin, PIN), bf_view(pin, PIN), ret, reterr);
}

/* liblzma, through zbin.c, is what says what the patched payload unpacks to. */
static void assert_patched(struct fixture *fixture, size_t offset, const uint8_t *pin,
			   struct bf_view patched)
{
	struct bf_buffer unpacked = {0};
	assert_int_equal(bf_zbin_unpack_last(patched, &unpacked, NULL), BF_OK);
	memcpy(fixture->contents + offset, pin, PIN);
	assert_int_equal(unpacked.size, SIZE);
	assert_memory_equal(unpacked.data, fixture->contents, SIZE);
	memcpy(fixture->contents + offset, old_pin, PIN);
	bf_buffer_free(&unpacked);
}

static void fill_pin(uint8_t *pin, unsigned kind, uint32_t *seed)
{
	static const uint8_t branches[] = {0xe8, 0xe9, 0x00};
	for (size_t i = 0; i < PIN; i++)
		pin[i] = kind < sizeof(branches) ? branches[kind]
						 : (uint8_t)sample_number(seed);
}

static void test_patch(void **state)
{
	(void)state;
	struct fixture fixture;
	uint32_t seed = 7;
	for (unsigned run = 0; run < 64; run++) {
		struct bf_zbin_checkpoint checkpoint = {0};
		struct bf_buffer stored = {0}, patched = {0};
		uint8_t pin[PIN];
		size_t offset = 300 + sample_number(&seed) % (SIZE - 300 - PIN + 1);
		forge(&fixture, offset, sample_number(&seed));
		fill_pin(pin, run % 8, &seed);
		store_checkpoint(&fixture, offset - MARGIN, &stored);
		struct guard guard = guard_copy(stored.data, stored.size);
		assert_int_equal(bf_zbin_checkpoint_read(bf_view(guard.data, guard.size),
							 bf_buffer_view(&fixture.payload),
							 &checkpoint, NULL),
				 BF_OK);
		assert_int_equal(patch(&fixture, &checkpoint, pin, &patched, NULL),
				 BF_OK);
		assert_patched(&fixture, offset, pin, bf_buffer_view(&patched));
		bf_zbin_checkpoint_free(&checkpoint);
		bf_buffer_free(&stored);
		bf_buffer_free(&patched);
		bf_buffer_free(&fixture.payload);
		guard_free(&guard);
	}
}

/* Nothing changed, nothing to see: not even the packing. From every place in the block. */
static void test_patch_with_the_same(void **state)
{
	(void)state;
	struct fixture fixture;
	struct bf_buffer patched = {0};
	forge(&fixture, SIZE - PIN, 11);
	for (size_t before = 0; before <= SIZE - PIN - MARGIN; before += 97) {
		struct bf_zbin_checkpoint checkpoint;
		make_checkpoint(&fixture, before, &checkpoint);
		assert_int_equal(patch(&fixture, &checkpoint, old_pin, &patched, NULL),
				 BF_OK);
		assert_int_equal(patched.size, fixture.payload.size);
		assert_memory_equal(patched.data, fixture.payload.data, patched.size);
		bf_zbin_checkpoint_free(&checkpoint);
	}
	bf_buffer_free(&patched);
	bf_buffer_free(&fixture.payload);
}

static void test_absent_and_twice(void **state)
{
	(void)state;
	struct fixture fixture;
	struct bf_zbin_checkpoint checkpoint;
	struct bf_buffer patched = {0};
	struct bf_error error;
	forge(&fixture, SIZE / 2, 13);
	/* A checkpoint behind it. */
	make_checkpoint(&fixture, SIZE - 10, &checkpoint);
	assert_int_equal(patch(&fixture, &checkpoint, old_pin, &patched, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text,
			    "the bytes to replace are not in the packed block");
	bf_zbin_checkpoint_free(&checkpoint);

	uint8_t filtered[SIZE];
	memcpy(fixture.contents + SIZE - PIN, old_pin, PIN);
	memcpy(filtered, fixture.contents, SIZE);
	bf_bcj_encode(filtered, SIZE, 0);
	bf_buffer_free(&fixture.payload);
	forge_block(&fixture.payload, bf_view(filtered, SIZE));
	make_checkpoint(&fixture, SIZE / 2 - MARGIN, &checkpoint);
	assert_int_equal(patch(&fixture, &checkpoint, old_pin, &patched, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(
		error.text,
		"the bytes to replace are in the packed block twice, at 3000 and 5968");
	assert_null(patched.data);
	bf_zbin_checkpoint_free(&checkpoint);
	bf_buffer_free(&fixture.payload);
}

static int read_changed(const struct fixture *fixture, const struct bf_buffer *stored,
			size_t offset, uint32_t value)
{
	struct bf_zbin_checkpoint checkpoint = {0};
	struct guard guard = guard_copy(stored->data, stored->size);
	bf_put_le32(guard.data + offset, value);
	int err = bf_zbin_checkpoint_read(bf_view(guard.data, guard.size),
					  bf_buffer_view(&fixture->payload), &checkpoint,
					  NULL);
	bf_zbin_checkpoint_free(&checkpoint);
	guard_free(&guard);
	return err;
}

static void test_damaged_fields(void **state)
{
	(void)state;
	struct fixture fixture;
	struct bf_buffer stored = {0};
	forge(&fixture, SIZE - 500, 17);
	store_checkpoint(&fixture, SIZE - 500 - MARGIN, &stored);
	uint32_t position = bf_le32(stored.data + FIELDS + 4 * FIELD_POSITION);
	uint32_t range = bf_le32(stored.data + FIELDS + 4 * FIELD_RANGE);
	const struct {
		size_t offset;
		uint32_t value;
		int err;
	} cases[] = {
		{0, 0, BF_ERR_FORMAT},
		{FIELDS, 2, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_CRC, 1, BF_ERR_UNSUPPORTED},
		{FIELDS + 4 * (FIELD_CRC + 1), 1, BF_ERR_UNSUPPORTED},
		{FIELDS + 4 * FIELD_SIZE, position - 1, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_SIZE, BF_ZBIN_UNPACKED_MAX + 1, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_SIZE, UINT32_MAX, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_POSITION, 0, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_POSITION, SIZE + 1, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_FILTER_POSITION, position - 1, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_FILTER_POSITION, SIZE + 1, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_USED, 4, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_USED, UINT32_MAX, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_RANGE, 0, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_CODE, range, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_STATE, BF_LZMA1_STATES, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_REPS, position, BF_ERR_FORMAT},
		{FIELDS + 4 * (FIELD_REPS + 3), UINT32_MAX, BF_ERR_FORMAT},
		{FIELDS + 4 * FIELD_PROBS, 1, BF_ERR_FORMAT},
		{PROBS, 0x04000000, BF_ERR_FORMAT},
		{PROBS, 0x08000400, BF_ERR_FORMAT},
		{RUNS, position, BF_ERR_FORMAT},
		{RUNS, UINT32_MAX, BF_ERR_FORMAT},
		{RUNS + 4, UINT32_MAX, BF_ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			read_changed(&fixture, &stored, cases[i].offset, cases[i].value),
			cases[i].err);
	bf_buffer_free(&stored);
	bf_buffer_free(&fixture.payload);
}

/* A checkpoint that lies gives an error or a wrong block, and never touches other memory. */
static void test_damaged_anywhere(void **state)
{
	(void)state;
	struct fixture fixture;
	struct bf_buffer stored = {0}, patched = {0};
	size_t offset = SIZE - 500;
	uint8_t pin[PIN];
	uint32_t seed = 19;
	unsigned refused = 0;
	forge(&fixture, offset, 23);
	store_checkpoint(&fixture, offset - MARGIN, &stored);
	fill_pin(pin, 9, &seed);
	for (size_t i = 0; i < stored.size; i += i < PROBS || i >= RUNS ? 1 : 41) {
		struct bf_zbin_checkpoint checkpoint = {0};
		stored.data[i] ^= 0x11;
		int err = bf_zbin_checkpoint_read(bf_buffer_view(&stored),
						  bf_buffer_view(&fixture.payload),
						  &checkpoint, NULL);
		if (!err)
			err = patch(&fixture, &checkpoint, pin, &patched, NULL);
		refused += err != BF_OK;
		bf_zbin_checkpoint_free(&checkpoint);
		stored.data[i] ^= 0x11;
	}
	assert_true(refused > 0);
	for (size_t size = 0; size < stored.size; size += size < RUNS ? 61 : 1) {
		struct bf_zbin_checkpoint checkpoint = {0};
		struct guard guard = guard_copy(stored.data, size);
		if (bf_zbin_checkpoint_read(bf_view(guard.data, guard.size),
					    bf_buffer_view(&fixture.payload), &checkpoint,
					    NULL) == BF_OK)
			assert_true(size >= RUNS);
		bf_zbin_checkpoint_free(&checkpoint);
		guard_free(&guard);
	}
	bf_buffer_free(&patched);
	bf_buffer_free(&stored);
	bf_buffer_free(&fixture.payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patch),
		cmocka_unit_test(test_patch_with_the_same),
		cmocka_unit_test(test_absent_and_twice),
		cmocka_unit_test(test_damaged_fields),
		cmocka_unit_test(test_damaged_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
