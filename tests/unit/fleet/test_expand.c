/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/expand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const columns[] = {"host", "rack", "empty"};
static const char *const values[] = {"web1", "a3", ""};

static void test_good(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		uint64_t used;
	} cases[] = {
		{"", "", 0},
		{"http://a/b", "http://a/b", 0},
		{"{host}", "web1", 1},
		{"{host}{rack}", "web1a3", 3},
		{"http://s/{rack}/{host}.ipxe", "http://s/a3/web1.ipxe", 3},
		{"{host}-{host}", "web1-web1", 1},
		{"{Host}{RACK}", "web1a3", 3},
		{"m=${net0/mac}&h={host}", "m=${net0/mac}&h=web1", 1},
		{"${host}", "${host}", 0},
		{"${a${host}b}{rack}", "${a${host}b}a3", 2},
		{"a}b{host}}", "a}bweb1}", 1},
		{"$${host}{host}", "$${host}web1", 1},
		{"${net0", "${net0", 0},
		{"$", "$", 0},
	};
	struct bf_buffer text = {0};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_expand expand;
		assert_int_equal(
			bf_expand_parse(cases[i].pattern, columns, 3, &expand, NULL),
			BF_OK);
		assert_int_equal(bf_expand_print(&expand, values, &text, NULL, NULL),
				 BF_OK);
		assert_string_equal((const char *)text.data, cases[i].text);
		assert_int_equal(text.size, strlen(cases[i].text) + 1);
		assert_int_equal(expand.used, cases[i].used);
	}
	bf_buffer_free(&text);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *words;
	} cases[] = {
		{"{hots}", "there is no column 'hots' for {hots}: did you mean {host}?"},
		{"{}", "there is no column ''"},
		{"{host }", "there is no column 'host '"},
		{"{a\nb}", "'a\\x0ab'"},
		{"ab{host", "the { at column 3 is without its }"},
		{"{", "column 1"},
		{"{{host}}", "there is no column '{host'"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_expand expand;
		struct bf_error error = {""};
		assert_int_equal(
			bf_expand_parse(cases[i].pattern, columns, 3, &expand, &error),
			BF_ERR_USAGE);
		if (!strstr(error.text, cases[i].words))
			fail_msg("'%s' lacks '%s'", error.text, cases[i].words);
	}
}

/* A list's own column names are no terminal's business either. */
static void test_suggestion(void **state)
{
	(void)state;
	static const char *const names[] = {"host\x1b[2J\n"};
	struct bf_expand expand;
	struct bf_error error = {""};
	assert_int_equal(bf_expand_parse("{host\x1b[2J}", names, 1, &expand, &error),
			 BF_ERR_USAGE);
	assert_string_equal(error.text, "there is no column 'host\\x1b[2J' for "
					"{host\\x1b[2J}: did you mean "
					"{host\\x1b[2J\\x0a}?");
}

static void test_empty_value(void **state)
{
	(void)state;
	struct bf_expand expand;
	struct bf_buffer text = {0};
	size_t column = 0;
	assert_int_equal(bf_expand_parse("{host}{empty}", columns, 3, &expand, NULL),
			 BF_OK);
	assert_int_equal(bf_expand_print(&expand, values, &text, &column, NULL),
			 BF_ERR_INPUT);
	assert_int_equal(column, 2);
	bf_buffer_free(&text);
}

static void test_too_many_parts(void **state)
{
	(void)state;
	char pattern[6 * (BF_EXPAND_PARTS_MAX + 1) + 1] = "";
	struct bf_expand expand;
	for (int i = 0; i < BF_EXPAND_PARTS_MAX; i++)
		strcat(pattern, "{host}");
	assert_int_equal(bf_expand_parse(pattern, columns, 3, &expand, NULL), BF_OK);
	strcat(pattern, "{host}");
	assert_int_equal(bf_expand_parse(pattern, columns, 3, &expand, NULL),
			 BF_ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),           cmocka_unit_test(test_refused),
		cmocka_unit_test(test_suggestion),     cmocka_unit_test(test_empty_value),
		cmocka_unit_test(test_too_many_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
