/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/coverage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 300, ROUNDS = 500 };

static void add(struct bf_coverage *coverage, uint64_t first, uint64_t length)
{
	const struct bf_range range = {first, length};
	bf_coverage_add(coverage, &range);
}

static void test_joins(void **state)
{
	(void)state;
	struct bf_coverage coverage = {0};
	assert_int_equal(bf_coverage_size(&coverage), 0);
	add(&coverage, 10, 10);
	add(&coverage, 30, 10);
	assert_int_equal(coverage.n, 2);
	add(&coverage, 10, 10);
	add(&coverage, 35, 2);
	assert_int_equal(bf_coverage_size(&coverage), 20);
	add(&coverage, 20, 10); /* touches both */
	assert_int_equal(coverage.n, 1);
	assert_int_equal(bf_coverage_size(&coverage), 30);
	add(&coverage, 0, 100);
	assert_int_equal(coverage.n, 1);
	assert_int_equal(bf_coverage_size(&coverage), 100);
	bf_coverage_free(&coverage);
	assert_int_equal(bf_coverage_size(&coverage), 0);
	bf_coverage_free(&coverage);
}

static void test_large_numbers(void **state)
{
	(void)state;
	struct bf_coverage coverage = {0};
	add(&coverage, UINT64_MAX - 10, 10);
	add(&coverage, 0, UINT64_MAX - 20);
	assert_int_equal(coverage.n, 2);
	add(&coverage, UINT64_MAX - 20, 10);
	assert_int_equal(coverage.n, 1);
	assert_true(bf_coverage_size(&coverage) == UINT64_MAX);
	bf_coverage_free(&coverage);
}

/* With more gaps than there is room for, it is said to be less than it was. */
static void test_forgets_the_shortest(void **state)
{
	(void)state;
	struct bf_coverage coverage = {0};
	for (uint64_t i = 0; i < BF_COVERAGE_MAX; i++)
		add(&coverage, 1000 * i, 10 + i);
	uint64_t size = bf_coverage_size(&coverage);
	add(&coverage, 1000 * BF_COVERAGE_MAX, 500);
	assert_int_equal(coverage.n, BF_COVERAGE_MAX);
	assert_int_equal(bf_coverage_size(&coverage), size - 10 + 500);
	add(&coverage, 1000 * BF_COVERAGE_MAX + 800, 1); /* is the shortest itself */
	assert_int_equal(bf_coverage_size(&coverage), size - 10 + 500);
	add(&coverage, 0, 1000000);
	assert_int_equal(coverage.n, 1);
	bf_coverage_free(&coverage);
}

/* Against a byte for each byte. */
static void test_any_order(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		struct bf_coverage coverage = {0};
		bool seen[SIZE] = {false};
		for (int i = 0; i < 30; i++) {
			uint64_t first = (uint64_t)rand() % SIZE;
			uint64_t length = 1 + (uint64_t)rand() % 20;
			if (length > SIZE - first)
				length = SIZE - first;
			add(&coverage, first, length);
			memset(seen + first, true, length);
		}
		uint64_t size = 0;
		for (size_t i = 0; i < SIZE; i++)
			size += seen[i];
		assert_int_equal(bf_coverage_size(&coverage), size);
		for (size_t i = 1; i < coverage.n; i++)
			assert_true(coverage.items[i - 1].first +
					    coverage.items[i - 1].length <
				    coverage.items[i].first);
		bf_coverage_free(&coverage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joins),
		cmocka_unit_test(test_large_numbers),
		cmocka_unit_test(test_forgets_the_shortest),
		cmocka_unit_test(test_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
