/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_fail(void **state)
{
	(void)state;
	struct bf_error error;
	assert_int_equal(bf_fail(&error, BF_ERR_FORMAT, "byte %d", 7), BF_ERR_FORMAT);
	assert_string_equal(error.text, "byte 7");
	assert_int_equal(bf_fail_in(&error, BF_ERR_IO, "'%s'", "file"), BF_ERR_IO);
	assert_string_equal(error.text, "'file': byte 7");
	assert_int_equal(bf_fail_nomem(&error), BF_ERR_NOMEM);
	assert_string_equal(error.text, "out of memory");
	assert_int_equal(bf_fail(NULL, BF_ERR_IO, "nobody reads this"), BF_ERR_IO);
	assert_int_equal(bf_fail_in(NULL, BF_ERR_IO, "nor this"), BF_ERR_IO);
}

/* A sentence too long is cut, at every length of the prefix. */
static void test_long(void **state)
{
	(void)state;
	struct bf_error error;
	char text[2048];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	bf_error_set(&error, "%s", text);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	for (int length = 0; length < (int)sizeof(text); length += 13) {
		bf_error_set(&error, "inner");
		bf_error_prefix(&error, "%.*s", length, text);
		assert_true(strlen(error.text) < sizeof(error.text));
	}
}

static void test_printable(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned long size;
		const char *printed;
	} cases[] = {
		{"plain", 16, "plain"},
		{"", 16, ""},
		{"a\nb", 16, "a\\x0ab"},
		{"\x7f\x80\xff", 16, "\\x7f\\x80\\xff"},
		{"123456789", 12, "12345678..."},
		{"\n\n\n", 12, "\\x0a\\x0a..."},
		{"12", 4, "..."},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[32];
		assert_ptr_equal(bf_printable(cases[i].text, out, cases[i].size), out);
		assert_string_equal(out, cases[i].printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_printable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
