/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_nearest(void **state)
{
	(void)state;
	static const char *const names[] = {"arch", "label", "output", "print-script",
					    "q"};
	static const struct {
		const char *text, *nearest;
	} cases[] = {
		{"ouput", "output"},
		{"otuput", "output"},
		{"outputt", "output"},
		{"output", "output"},
		{"lable", "label"},
		{"print-scritp", "print-script"},
		{"printscript", "print-script"},
		{"xyz", NULL},
		{"", NULL},
		{"z", NULL},
		{"out", NULL},
		{"a-very-long-option-that-is-longer-than-any-of-ours", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = bf_nearest(cases[i].text, names,
						 sizeof(names) / sizeof(names[0]));
		if (cases[i].nearest)
			assert_string_equal(nearest, cases[i].nearest);
		else
			assert_null(nearest);
	}
	assert_null(bf_nearest("x", NULL, 0));
}

static void test_slips(void **state)
{
	(void)state;
	static const char *const slips[] = {"lable", "labe", "label1", "kabel"};
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		assert_true(bf_nearest_is_slip(slips[i], "label"));
	static const char *const others[] = {
		"label", "lab", "table1",
		"lbl",   "",    "a-very-long-option-that-is-longer-than-any-of-ours"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(bf_nearest_is_slip(others[i], "label"));
	assert_false(bf_nearest_is_slip("id", "ip"));
	assert_false(bf_nearest_is_slip("dns2", "dns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest),
					   cmocka_unit_test(test_slips)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
