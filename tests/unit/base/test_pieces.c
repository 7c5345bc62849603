/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/pieces.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TEXT_SIZE = 100,
	GAP = 150000, /* zeros that take more than one piece */
	WHOLE = 2 * TEXT_SIZE + GAP,
	PATCHES = 5,
};

/* Text, zeros, text; and the same in one piece, which the patches are copied into. */
struct fixture {
	uint8_t text[2][TEXT_SIZE];
	uint8_t patch_bytes[GAP + 20];
	struct bf_piece patches[PATCHES];
	struct bf_pieces base, whole;
	uint8_t *flat;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	for (size_t i = 0; i < TEXT_SIZE; i++) {
		f->text[0][i] = (uint8_t)(1 + i);
		f->text[1][i] = (uint8_t)(101 + i);
	}
	memset(f->patch_bytes, 0xee, sizeof(f->patch_bytes));
	for (size_t i = 0; i < sizeof(f->patch_bytes); i += 3)
		f->patch_bytes[i] = (uint8_t)i;
	assert_int_equal(bf_pieces_append(&f->base, bf_view(f->text[0], TEXT_SIZE)), 0);
	assert_int_equal(bf_pieces_append(&f->base, bf_view(NULL, 0)), 0);
	assert_int_equal(bf_pieces_append_zeros(&f->base, GAP), 0);
	assert_int_equal(bf_pieces_append_zeros(&f->base, 0), 0);
	assert_int_equal(bf_pieces_append(&f->base, bf_view(f->text[1], TEXT_SIZE)), 0);

	/* At the start, touching, across all boundaries, one byte, at the end. */
	const uint64_t offsets[PATCHES] = {0, 10, 90, GAP + 150, WHOLE - 7};
	const size_t sizes[PATCHES] = {10, 1, GAP + 20, 1, 7};
	f->flat = calloc(1, WHOLE);
	assert_non_null(f->flat);
	memcpy(f->flat, f->text[0], TEXT_SIZE);
	memcpy(f->flat + TEXT_SIZE + GAP, f->text[1], TEXT_SIZE);
	for (size_t i = 0; i < PATCHES; i++) {
		f->patches[i] =
			(struct bf_piece){offsets[i], bf_view(f->patch_bytes, sizes[i])};
		memcpy(f->flat + offsets[i], f->patch_bytes, f->patches[i].bytes.size);
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_pieces_free(&f->base);
	bf_pieces_free(&f->whole);
	free(f->flat);
	free(f);
	return 0;
}

static void assert_gap_free(const struct bf_pieces *pieces)
{
	uint64_t at = 0;
	for (size_t i = 0; i < pieces->n_items; i++) {
		assert_int_equal(pieces->items[i].offset, at);
		assert_true(pieces->items[i].bytes.size > 0);
		at += pieces->items[i].bytes.size;
	}
	assert_int_equal(pieces->size, at);
}

static void assert_range(const struct bf_pieces *pieces, const uint8_t *flat,
			 uint64_t offset, size_t length)
{
	uint64_t left = offset < WHOLE ? WHOLE - offset : 0;
	size_t wanted = length < left ? length : (size_t)left;
	uint8_t *blank = calloc(1, length + 1);
	assert_non_null(blank);
	struct guard out = guard_copy(blank, length);
	free(blank);
	assert_int_equal(bf_pieces_read(pieces, offset, out.data, length), wanted);
	if (wanted)
		assert_memory_equal(out.data, flat + offset, wanted);
	guard_free(&out);
}

static void test_the_base_alone(void **state)
{
	struct fixture *f = *state;
	assert_gap_free(&f->base);
	assert_int_equal(f->base.size, WHOLE);
	assert_int_equal(bf_pieces_overlay(&f->base, NULL, 0, &f->whole, NULL), BF_OK);
	assert_gap_free(&f->whole);
	assert_int_equal(f->whole.size, WHOLE);
	assert_int_equal(f->whole.n_items, f->base.n_items);
}

static void test_an_empty_list(void **state)
{
	(void)state;
	struct bf_pieces empty = {0}, ret = {0};
	uint8_t byte;
	assert_int_equal(bf_pieces_read(&empty, 0, &byte, 1), 0);
	assert_int_equal(bf_pieces_overlay(&empty, NULL, 0, &ret, NULL), BF_OK);
	assert_int_equal(ret.size, 0);
	bf_pieces_free(&ret);
}

static void test_byte_by_byte(void **state)
{
	struct fixture *f = *state;
	/* Twice: the list is used again. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			bf_pieces_overlay(&f->base, f->patches, PATCHES, &f->whole, NULL),
			BF_OK);
	assert_gap_free(&f->whole);
	assert_int_equal(f->whole.size, WHOLE);
	for (uint64_t at = 0; at < WHOLE; at++) {
		uint8_t byte;
		assert_int_equal(bf_pieces_read(&f->whole, at, &byte, 1), 1);
		if (byte != f->flat[at])
			fail_msg("byte %llu is %u, not %u", (unsigned long long)at, byte,
				 f->flat[at]);
	}
}

/* Ranges around every boundary, so that each patch is split in every way, and others. */
static void test_ranges(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(
		bf_pieces_overlay(&f->base, f->patches, PATCHES, &f->whole, NULL), BF_OK);
	for (size_t i = 0; i < f->whole.n_items; i++)
		for (uint64_t before = 0; before < 3; before++)
			for (size_t length = 0; length < 6; length++)
				if (f->whole.items[i].offset >= before)
					assert_range(&f->whole, f->flat,
						     f->whole.items[i].offset - before,
						     length);
	uint32_t random = 1;
	for (int i = 0; i < 2000; i++) {
		random = random * 1664525 + 1013904223;
		uint64_t offset = (random >> 8) % (WHOLE + 10);
		random = random * 1664525 + 1013904223;
		assert_range(&f->whole, f->flat, offset, (random >> 8) % (WHOLE / 4));
	}
	assert_range(&f->whole, f->flat, 0, WHOLE + 5);
	assert_range(&f->whole, f->flat, WHOLE, 5);
	assert_range(&f->whole, f->flat, UINT64_MAX, 5);
}

static void test_patches_that_do_not_fit(void **state)
{
	struct fixture *f = *state;
	const struct bf_piece rows[][2] = {
		{{WHOLE - 1, bf_view(f->text, 2)}, {WHOLE, bf_view(NULL, 0)}},
		{{WHOLE + 1, bf_view(f->text, 0)}, {WHOLE + 1, bf_view(NULL, 0)}},
		{{UINT64_MAX, bf_view(f->text, 2)}, {UINT64_MAX, bf_view(NULL, 0)}},
		{{10, bf_view(f->text, 5)}, {14, bf_view(f->text, 5)}},
		{{10, bf_view(f->text, 5)}, {5, bf_view(f->text, 5)}},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct bf_error error = {""};
		assert_int_equal(
			bf_pieces_overlay(&f->base, rows[i], 2, &f->whole, &error),
			BF_ERR_INPUT);
		assert_non_null(strstr(error.text, "a patch of "));
		assert_int_equal(f->whole.size, 0);
		assert_int_equal(f->whole.n_items, 0);
	}
}

struct reader {
	int fd;
	uint8_t *bytes;
	size_t size;
};

/* In small pieces, so that the writer's writev() is cut short inside pieces. */
static void *read_slowly(void *argument)
{
	struct reader *reader = argument;
	for (ssize_t n = 1; n > 0; reader->size += n > 0 ? (size_t)n : 0)
		n = read(reader->fd, reader->bytes + reader->size, 4093);
	return NULL;
}

/* More pieces than one writev() takes, and more bytes than a pipe holds. */
static void test_write(void **state)
{
	(void)state;
	enum { PIECES = 300, STEP = 1021 };
	static uint8_t flat[PIECES * STEP], got[PIECES * STEP + 4096];
	struct bf_pieces pieces = {0};
	struct reader reader = {.bytes = got};
	pthread_t thread;
	int ends[2];
	for (size_t i = 0; i < sizeof(flat); i++)
		flat[i] = (uint8_t)(i * 7 + i / 251);
	for (size_t i = 0; i < PIECES; i++)
		assert_int_equal(
			bf_pieces_append(&pieces, bf_view(flat + i * STEP, STEP)), BF_OK);
	assert_int_equal(pipe(ends), 0);
	reader.fd = ends[0];
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
	assert_int_equal(bf_pieces_write(&pieces, ends[1]), BF_OK);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	assert_int_equal(reader.size, sizeof(flat));
	assert_memory_equal(got, flat, sizeof(flat));

	errno = 0;
	assert_int_equal(bf_pieces_write(&pieces, -1), BF_ERR_IO);
	assert_int_equal(errno, EBADF);
	bf_pieces_free(&pieces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_base_alone, setup, teardown),
		cmocka_unit_test(test_an_empty_list),
		cmocka_unit_test_setup_teardown(test_byte_by_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patches_that_do_not_fit, setup,
						teardown),
		cmocka_unit_test(test_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
