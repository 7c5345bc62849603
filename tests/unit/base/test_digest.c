/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SIZE = (40 << 10) + 3 };

static uint8_t *make_bytes(void)
{
	uint8_t *bytes = malloc(SIZE);
	assert_non_null(bytes);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 31 >> 4);
	return bytes;
}

static void digest(const uint8_t *bytes, const struct bf_extent *parts, size_t n_parts,
		   char ret[BF_DIGEST_HEX_SIZE])
{
	struct bf_source source = bf_source_view(bf_view(bytes, SIZE));
	assert_int_equal(bf_digest_hex(&source, parts, n_parts, ret, NULL), BF_OK);
}

/* What the specification's own program, xxhsum -H128, prints for no bytes at all. */
static void test_nothing(void **state)
{
	(void)state;
	char hex[BF_DIGEST_HEX_SIZE];
	struct bf_extent part = {7, 7};
	digest(NULL, NULL, 0, hex);
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
	digest(NULL, &part, 1, hex);
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
}

/* In parts, read a little at a time, it is what the whole in one call gives. */
static void test_parts(void **state)
{
	(void)state;
	static const uint64_t cuts[] = {0, 1, 16383, 16384, 16385, 32768, SIZE - 1, SIZE};
	uint8_t *bytes = make_bytes();
	XXH128_canonical_t canonical;
	char wanted[BF_DIGEST_HEX_SIZE], hex[BF_DIGEST_HEX_SIZE];
	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, SIZE));
	bf_hex(bf_view(canonical.digest, sizeof(canonical.digest)), wanted);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct bf_extent parts[] = {{0, cuts[i]}, {cuts[i], SIZE}};
		digest(bytes, parts, 2, hex);
		assert_string_equal(hex, wanted);
	}
	free(bytes);
}

/* A difference inside a part is seen, one outside is not. */
static void test_differences(void **state)
{
	(void)state;
	static const struct bf_extent parts[] = {{5, 20000}, {20004, SIZE - 3}};
	static const struct {
		size_t place;
		bool is_seen;
	} cases[] = {
		{4, false},    {5, true},        {16388, true},
		{19999, true}, {20000, false},   {20003, false},
		{20004, true}, {SIZE - 4, true}, {SIZE - 3, false},
	};
	uint8_t *bytes = make_bytes();
	char before[BF_DIGEST_HEX_SIZE], after[BF_DIGEST_HEX_SIZE];
	digest(bytes, parts, 2, before);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes[cases[i].place] ^= 0x10;
		digest(bytes, parts, 2, after);
		assert_int_equal(strcmp(before, after) != 0, cases[i].is_seen);
		bytes[cases[i].place] ^= 0x10;
	}
	free(bytes);
}

static void test_beyond_the_end(void **state)
{
	(void)state;
	uint8_t *bytes = make_bytes();
	struct bf_source source = bf_source_view(bf_view(bytes, SIZE));
	struct bf_extent part = {SIZE - 4, SIZE + 1};
	char hex[BF_DIGEST_HEX_SIZE];
	assert_int_equal(bf_digest_hex(&source, &part, 1, hex, NULL), BF_ERR_FORMAT);
	free(bytes);
}

static void test_hash(void **state)
{
	(void)state;
	static const uint64_t seeds[] = {0, 1, UINT64_MAX};
	uint8_t *bytes = make_bytes();
	for (size_t size = 0; size < 300; size++)
		for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
			assert_true(bf_digest_hash(bf_view(bytes, size), seeds[i]) ==
				    XXH3_64bits_withSeed(bytes, size, seeds[i]));
	/* What the specification has for no bytes at all. */
	assert_true(bf_digest_hash(bf_view(NULL, 0), 0) == 0x2d06800538d394c2);
	free(bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),        cmocka_unit_test(test_hash),
		cmocka_unit_test(test_parts),          cmocka_unit_test(test_differences),
		cmocka_unit_test(test_beyond_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
