/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/http_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_parse(void **state)
{
	(void)state;
	/* The RFC's own example in its three formats, and the ends of what there is. */
	static const struct {
		const char *text;
		time_t date;
	} good[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
		{"Sun Nov  6 08:49:37 1994", 784111777},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Tue, 19 Jan 2038 03:14:08 GMT", 2147483648},
		{"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		time_t date = -1;
		assert_true(bf_http_date_parse(good[i].text, &date));
		assert_int_equal(date, good[i].date);
	}
}

static void test_refuse(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"0",
		"784111777",
		"1994-11-06T08:49:37Z",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 CET",
		"Sun, 06 Nov 1994 25:49:37 GMT",
		"Sun, 46 Nov 1994 08:49:37 GMT",
		"Sun, 06 Foo 1994 08:49:37 GMT",
		"\"3e59e1dab8e8e8c42be820f96bed6451\"",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		time_t date;
		if (bf_http_date_parse(bad[i], &date))
			fail_msg("'%s' was taken for a date", bad[i]);
	}
}

static void test_print(void **state)
{
	(void)state;
	char text[BF_HTTP_DATE_SIZE];
	assert_string_equal(bf_http_date_print(784111777, text),
			    "Sun, 06 Nov 1994 08:49:37 GMT");
	for (time_t date = 0; date < 4102444800; date += 123456789) {
		time_t back;
		assert_true(bf_http_date_parse(bf_http_date_print(date, text), &back));
		assert_int_equal(back, date);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_print),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
