/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_format(void **state)
{
	(void)state;
	static const struct {
		size_t done, total;
		double seconds;
		bool bar;
		const char *text;
	} cases[] = {
		{0, 1000, 0, false, "0 % 0/1000, 0.0/s, ? left"},
		{500, 1000, 2, false, "50 % 500/1000, 250/s, 2 s left"},
		{1, 10, 2, false, "10 % 1/10, 0.5/s, 18 s left"},
		{100, 10000, 1, false, "1 % 100/10000, 100/s, 1:39 min left"},
		{1, 7200, 1, false, "0 % 1/7200, 1.0/s, 1:59 h left"},
		{1, 1000001, 1, false, "0 % 1/1000001, 1.0/s, over 99 h left"},
		{10, 10, 1, false, "100 % 10/10, 10/s, 0 s left"},
		{0, 0, 0, false, "100 % 0/0, 0.0/s, ? left"},
		{0, 2, 1, true,
		 "[>                             ] 0 % 0/2, 0.0/s, ? left"},
		{1, 2, 1, true,
		 "[===============>              ] 50 % 1/2, 1.0/s, 1 s left"},
		{2, 2, 1, true,
		 "[==============================] 100 % 2/2, 2.0/s, 0 s left"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[BF_PROGRESS_LINE_SIZE];
		assert_string_equal(bf_progress_format(cases[i].done, cases[i].total,
						       cases[i].seconds, cases[i].bar,
						       line),
				    cases[i].text);
	}
}

static void test_largest_numbers_fit(void **state)
{
	(void)state;
	char line[BF_PROGRESS_LINE_SIZE];
	bf_progress_format(1, SIZE_MAX / 200, 1e9, true, line);
	assert_true(strlen(line) < sizeof(line));
	assert_non_null(strstr(line, "left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_largest_numbers_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
