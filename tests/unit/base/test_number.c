/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/number.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

static void test_size(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned max, size; /* 0: refused */
	} cases[] = {
		{"1", 1, 1},
		{"64K", 65536, 65536},
		{"64k", 65536, 65536},
		{"1M", 1 << 20, 1 << 20},
		{"1m", UINT_MAX, 1 << 20},
		{"4095M", UINT_MAX, 4095u << 20},
		{"4096M", UINT_MAX, 0},
		{"64K", 65535, 0},
		{"65537", 65536, 0},
		{"0", 9, 0},
		{"0K", 9, 0},
		{"", 9, 0},
		{"K", 9, 0},
		{"1KB", 65536, 0},
		{"1 K", 65536, 0},
		{"-1", 9, 0},
		{"1G", UINT_MAX, 0},
		{"18446744073709551617K", UINT_MAX, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned size = 0;
		struct bf_error error = {""};
		int err = bf_size_parse(cases[i].text, cases[i].max, &size, &error);
		assert_int_equal(size, cases[i].size);
		assert_int_equal(err, cases[i].size ? BF_OK : BF_ERR_USAGE);
		assert_true(cases[i].size || strstr(error.text, "is not a size"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
