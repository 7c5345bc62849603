/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/source.h"

static void test_draw(void **state)
{
	(void)state;
	struct bf_budget budget = bf_budget(10);
	struct bf_error error;
	assert_int_equal(bf_budget_draw(&budget, 4, NULL), BF_OK);
	assert_int_equal(bf_budget_draw(&budget, 6, NULL), BF_OK);
	assert_int_equal(budget.used, 10);
	assert_int_equal(bf_budget_draw(&budget, 0, NULL), BF_OK);
	assert_false(budget.is_exhausted);
	assert_int_equal(bf_budget_draw(&budget, 1, &error), BF_ERR_WORK);
	assert_non_null(strstr(error.text, "not looked at from here on"));
	assert_true(budget.is_exhausted);
	assert_int_equal(budget.used, 10);
}

/* What is refused once stays refused: the sentence says "from here on". */
static void test_end(void **state)
{
	(void)state;
	struct bf_budget budget = bf_budget(10);
	assert_int_equal(bf_budget_draw(&budget, UINT64_MAX, NULL), BF_ERR_WORK);
	assert_int_equal(bf_budget_draw(&budget, 1, NULL), BF_ERR_WORK);
	assert_int_equal(budget.used, 0);
}

static void test_put_back(void **state)
{
	(void)state;
	struct bf_budget budget = bf_budget(10);
	assert_int_equal(bf_budget_draw(&budget, 8, NULL), BF_OK);
	bf_budget_put_back(&budget, 5);
	assert_int_equal(budget.used, 3);
	bf_budget_put_back(&budget, 5);
	assert_int_equal(budget.used, 0);
	bf_budget_put_back(NULL, 5);
	assert_int_equal(bf_budget_draw(NULL, UINT64_MAX, NULL), BF_OK);
}

/* Parts of a source draw from the same budget, for each read and for its bytes. */
static void test_source(void **state)
{
	(void)state;
	static const uint8_t bytes[64] = {0};
	struct bf_budget budget = bf_budget(2000);
	struct bf_source source = bf_source_view(bf_view(bytes, sizeof(bytes)));
	uint8_t out[64];
	source.budget = &budget;
	struct bf_source part = bf_source_part(&source, 32, 32);
	assert_int_equal(bf_source_read(&source, 0, out, 64, NULL), BF_OK);
	uint64_t whole = budget.used;
	assert_int_equal(bf_source_read(&part, 0, out, 32, NULL), BF_OK);
	assert_int_equal(budget.used, 2 * whole - 32);
	/* What is refused for another reason is no work. */
	assert_int_equal(bf_source_read(&part, 0, out, 33, NULL), BF_ERR_FORMAT);
	assert_int_equal(budget.used, 2 * whole - 32);
	int err = BF_OK;
	for (int i = 0; !err && i < 100; i++)
		err = bf_source_read(&part, 0, out, 1, NULL);
	assert_int_equal(err, BF_ERR_WORK);
	assert_int_equal(bf_source_read(&source, 0, out, 0, NULL), BF_ERR_WORK);
	assert_true(budget.used <= budget.limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draw),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_put_back),
		cmocka_unit_test(test_source),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
