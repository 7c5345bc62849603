/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A body is made by a libmicrohttpd that only puts together what it would send, from an
 * image in odd pieces: what is looked at are offsets, and every one there can be is.
 */

enum { SIZE = 5000 };

static uint8_t sent[2 * SIZE + 8192];
static size_t n_sent;
static bool refuse;
static MHD_ContentReaderFreeCallback release;
static void *release_closure;

static struct MHD_Response *collect(const struct MHD_IoVec *iov, unsigned n,
				    MHD_ContentReaderFreeCallback free_callback,
				    void *closure)
{
	n_sent = 0;
	if (refuse)
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		assert_true(iov[i].iov_len > 0);
		assert_true(n_sent + iov[i].iov_len <= sizeof(sent));
		memcpy(sent + n_sent, iov[i].iov_base, iov[i].iov_len);
		n_sent += iov[i].iov_len;
	}
	release = free_callback;
	release_closure = closure;
	return (struct MHD_Response *)sent;
}

static const struct bf_microhttpd mhd = {.create_response_from_iovec = collect};

/* An image of pieces of 1, 2, 3, ... bytes. */
static struct bf_served *make_image(const uint8_t *bytes)
{
	struct bf_served *served = calloc(1, sizeof(*served));
	assert_non_null(served);
	atomic_init(&served->holders, 1);
	for (size_t length = 1, offset = 0; offset < SIZE; offset += length, length++) {
		if (length > SIZE - offset)
			length = SIZE - offset;
		assert_int_equal(bf_pieces_append(&served->image.pieces,
						  bf_view(bytes + offset, length)),
				 BF_OK);
	}
	return served;
}

static void fill(uint8_t *bytes)
{
	srand(1);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)rand();
}

static void check_range(struct bf_served *served, const uint8_t *bytes, size_t first,
			size_t length)
{
	const struct bf_range range = {.first = first, .length = length};
	const struct bf_body_parts parts = {.ranges = &range, .n = 1};
	uint64_t reported;
	assert_non_null(bf_body_response(&mhd, served, &parts, &reported));
	assert_int_equal(reported, length);
	assert_int_equal(n_sent, length);
	assert_memory_equal(sent, bytes + first, length);
	release(release_closure);
}

static void test_every_range(void **state)
{
	(void)state;
	uint8_t bytes[SIZE];
	fill(bytes);
	struct bf_served *served = make_image(bytes);
	for (size_t first = 0; first < SIZE; first++) {
		check_range(served, bytes, first, 1);
		check_range(served, bytes, first, SIZE - first);
		check_range(served, bytes, 0, first + 1);
		check_range(served, bytes, first, 1 + (size_t)rand() % (SIZE - first));
	}
	for (size_t first = 0; first + 2048 <= SIZE; first++)
		check_range(served, bytes, first, 2048);
	bf_served_release(served);
}

static void test_multipart(void **state)
{
	(void)state;
	static const char wanted[] =
		"--frontier\r\nContent-Type: a/b\r\nContent-Range: bytes 4-6/5000\r\n\r\n"
		"EFG\r\n"
		"--frontier\r\nContent-Type: a/b\r\nContent-Range: bytes 0-0/5000\r\n\r\n"
		"A\r\n"
		"--frontier\r\nContent-Type: a/b\r\nContent-Range: bytes "
		"4999-4999/5000\r\n\r\n"
		"z\r\n"
		"--frontier--\r\n";
	static const struct bf_range ranges[] = {{4, 3}, {0, 1}, {4999, 1}};
	const struct bf_body_parts parts = {
		.ranges = ranges, .n = 3, .type = "a/b", .boundary = "frontier"};
	uint8_t bytes[SIZE];
	uint64_t length;
	memset(bytes, 'z', sizeof(bytes));
	memcpy(bytes, "ABCDEFGH", 8);
	struct bf_served *served = make_image(bytes);
	assert_non_null(bf_body_response(&mhd, served, &parts, &length));
	assert_int_equal(length, sizeof(wanted) - 1);
	assert_int_equal(n_sent, sizeof(wanted) - 1);
	assert_memory_equal(sent, wanted, n_sent);
	release(release_closure);
	bf_served_release(served);
}

/* The most parts a request may have, each over all the small pieces there are. */
static void test_most_pieces(void **state)
{
	(void)state;
	struct bf_range ranges[BF_RANGES_MAX];
	uint8_t bytes[SIZE];
	uint64_t length;
	fill(bytes);
	struct bf_served *served = make_image(bytes);
	for (size_t i = 0; i < BF_RANGES_MAX; i++)
		ranges[i] = (struct bf_range){.first = i, .length = SIZE / BF_RANGES_MAX};
	const struct bf_body_parts parts = {.ranges = ranges,
					    .n = BF_RANGES_MAX,
					    .type = "a/b",
					    .boundary = "frontier"};
	assert_non_null(bf_body_response(&mhd, served, &parts, &length));
	assert_int_equal(length, n_sent);
	release(release_closure);
	bf_served_release(served);
}

/* A response holds its image; one that could not be made does not. */
static void test_holding(void **state)
{
	(void)state;
	const struct bf_range range = {.first = 0, .length = 10};
	const struct bf_body_parts parts = {.ranges = &range, .n = 1};
	uint8_t bytes[SIZE];
	uint64_t length;
	fill(bytes);
	struct bf_served *served = make_image(bytes);
	assert_non_null(bf_body_response(&mhd, served, &parts, &length));
	assert_int_equal(atomic_load(&served->holders), 2);
	release(release_closure);
	assert_int_equal(atomic_load(&served->holders), 1);
	refuse = true;
	assert_null(bf_body_response(&mhd, served, &parts, &length));
	refuse = false;
	assert_int_equal(atomic_load(&served->holders), 1);
	bf_served_release(served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_range),
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_most_pieces),
		cmocka_unit_test(test_holding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
