/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/number.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_taken(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned min, max, number;
	} cases[] = {
		{"0", 0, 9, 0},
		{"9", 0, 9, 9},
		{"1", 1, 1, 1},
		{"007", 0, 9, 7},
		{"00000000000000000000004", 1, 9, 4},
		{"4294967295", 0, UINT_MAX, UINT_MAX},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned number = 12345;
		assert_int_equal(bf_number_parse(cases[i].text, cases[i].min,
						 cases[i].max, &number, NULL),
				 BF_OK);
		assert_int_equal(number, cases[i].number);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned min, max;
	} cases[] = {
		{"", 0, 9},
		{"10", 0, 9},
		{"0", 1, 9},
		{"-1", 0, 9},
		{"+1", 0, 9},
		{" 1", 0, 9},
		{"1 ", 0, 9},
		{"1x", 0, 9},
		{"0x1", 0, 9},
		{"1.0", 0, 9},
		{"\xd9\xa1", 0, 9},
		{"4294967296", 0, UINT_MAX},
		/* These are small once a machine word has overflowed. */
		{"4294967297", 0, 9},
		{"18446744073709551617", 0, UINT_MAX},
		{"340282366920938463463374607431768211457", 0, UINT_MAX},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned number = 12345;
		struct bf_error error;
		char wanted[128], text[64];
		assert_int_equal(bf_number_parse(cases[i].text, cases[i].min,
						 cases[i].max, &number, &error),
				 BF_ERR_USAGE);
		snprintf(wanted, sizeof(wanted), "'%s' is not a number from %u to %u",
			 bf_printable(cases[i].text, text, sizeof(text)), cases[i].min,
			 cases[i].max);
		assert_string_equal(error.text, wanted);
		assert_int_equal(number, 12345);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
