/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/hostlist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

static int parse(const char *text, struct bf_hostlist *ret, struct bf_error *reterr)
{
	/* Without the NUL: one byte too far is a fault. */
	struct guard guard = guard_copy(text, strlen(text));
	int err = bf_hostlist_parse(bf_view(guard.data, guard.size), ret, reterr);
	guard_free(&guard);
	return err;
}

static struct bf_hostlist must_parse(const char *text)
{
	struct bf_error error = {""};
	struct bf_hostlist list = {0};
	if (parse(text, &list, &error))
		fail_msg("%s", error.text);
	return list;
}

/* Rows as "LINE/FIELDS:value|value|", one after the other. */
static void assert_rows(const char *text, const char *expected)
{
	struct bf_hostlist list = must_parse(text);
	struct bf_buffer found = {0};
	for (size_t row = 0; row < list.n_rows; row++) {
		bf_buffer_print(&found, "%zu/%zu:", list.rows[row].line,
				list.rows[row].n_fields);
		for (size_t i = 0; i < list.n_columns; i++)
			bf_buffer_print(&found, "%s|", list.rows[row].values[i]);
	}
	bf_buffer_append(&found, "", 1);
	assert_string_equal((const char *)found.data, expected);
	bf_buffer_free(&found);
	bf_hostlist_free(&list);
}

static void test_names(void **state)
{
	(void)state;
	assert_rows("web1\nweb2\n", "1/1:web1|2/1:web2|");
	assert_rows("\n# all of them\n  web1 \t\r\n\nweb2", "3/1:web1|5/1:web2|");
	assert_rows("hosts\n", "1/1:hosts|");
	assert_rows("a,b\n", "1/1:a,b|");
	assert_rows("\xef\xbb\xbfweb1\n", "1/1:web1|");
}

static void test_csv(void **state)
{
	(void)state;
	assert_rows("host\nweb1\n", "2/1:web1|");
	assert_rows("host,ip\nweb1,10.0.0.1\n", "2/2:web1|10.0.0.1|");
	assert_rows("ip, host \n10.0.0.1 , web1", "2/2:10.0.0.1|web1|");
	assert_rows("\r\n\"host\",ip\r\n\r\nweb1,\r\nweb2,1\r\n",
		    "4/2:web1||5/2:web2|1|");
	assert_rows("\xef\xbb\xbfhost,ip\nweb1,1\n", "2/2:web1|1|");
	assert_rows("host,note\nweb1,\"a, \"\"b\"\"\"\n", "2/2:web1|a, \"b\"|");
	assert_rows("host,note\nweb1,#\n#web2,\n", "2/2:web1|#|3/2:#web2||");
}

static void test_lines_of_rows(void **state)
{
	(void)state;
	assert_rows("host,note\nweb1,\"a\n\nb\"\n\nweb2,c\n",
		    "2/2:web1|a\n\nb|6/2:web2|c|");
	assert_rows("\"host\",\"no\nte\"\n\"we\nb1\",x\nweb2,c\n",
		    "3/2:we\nb1|x|5/2:web2|c|");
}

static void test_another_number_of_fields(void **state)
{
	(void)state;
	struct bf_error error;
	struct bf_hostlist list = must_parse("host,a,b\nw1\nw2,1,2\nw3,1,2,3,4\n");
	assert_int_equal(list.n_rows, 3);
	assert_int_equal(list.host, 0);
	assert_int_equal(bf_hostlist_check_row(&list, 0, &error), BF_ERR_INPUT);
	assert_string_equal(error.text, "1 value for 3 columns: a comma too few?");
	assert_int_equal(bf_hostlist_check_row(&list, 1, &error), BF_OK);
	assert_int_equal(bf_hostlist_check_row(&list, 2, &error), BF_ERR_INPUT);
	assert_string_equal(error.text, "5 values for 3 columns: a comma too many?");
	assert_string_equal(list.rows[0].values[2], "");
	assert_string_equal(list.rows[2].values[2], "2");
	bf_hostlist_free(&list);
}

static void test_find(void **state)
{
	(void)state;
	size_t index = 7;
	struct bf_hostlist list = must_parse("ip,host\n1,w\n");
	assert_int_equal(list.host, 1);
	assert_false(bf_hostlist_find(&list, "hos", &index));
	assert_int_equal(index, 7);
	assert_true(bf_hostlist_find(&list, "ip", &index));
	assert_int_equal(index, 0);
	bf_hostlist_free(&list);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "no machine"},
		{"\n \n# nobody\n", "no machine"},
		{"host,ip\n", "no machine"},
		{"host,,ip\nweb1,,\n", "column 2 of 3 has no name"},
		{"host,ip,ip\nweb1,,\n", "columns 2 and 3 are both called 'ip'"},
		{"host,host\nweb1,\n", "both called 'host'"},
		{"host,a\nweb1,x\nweb2,\"y\nweb3,z\n", "line 3: quotes"},
		{"host,a\nweb1,x\"y\n", "line 2: quotes"},
		{"host,a\nweb1,\"x\"y\n", "line 2: quotes"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_error error = {""};
		struct bf_hostlist list = {0};
		assert_int_equal(parse(cases[i].text, &list, &error), BF_ERR_INPUT);
		if (!strstr(error.text, cases[i].words))
			fail_msg("'%s' lacks '%s'", error.text, cases[i].words);
		assert_null(list.cells);
	}
}

static void test_nul_byte(void **state)
{
	(void)state;
	struct bf_error error;
	struct bf_hostlist list = {0};
	assert_int_equal(bf_hostlist_parse(bf_view("host\na\nb\0c\n", 11), &list, &error),
			 BF_ERR_INPUT);
	assert_non_null(strstr(error.text, "line 3: a NUL byte"));
}

static void test_too_many_columns(void **state)
{
	(void)state;
	for (size_t n = BF_HOSTLIST_COLUMNS_MAX; n <= BF_HOSTLIST_COLUMNS_MAX + 1; n++) {
		struct bf_buffer text = {0};
		struct bf_hostlist list = {0};
		struct bf_error error;
		bf_buffer_print(&text, "host");
		for (size_t i = 1; i < n; i++)
			bf_buffer_print(&text, ",c%zu", i);
		bf_buffer_print(&text, "\nweb1\n");
		int err = bf_hostlist_parse(bf_buffer_view(&text), &list, &error);
		assert_int_equal(err, n > BF_HOSTLIST_COLUMNS_MAX ? BF_ERR_INPUT : BF_OK);
		bf_hostlist_free(&list);
		bf_buffer_free(&text);
	}
}

static void test_many_rows(void **state)
{
	(void)state;
	struct bf_buffer text = {0};
	struct bf_hostlist list = {0};
	char name[32];
	bf_buffer_print(&text, "host,n\n");
	for (int i = 0; i < 20000; i++)
		bf_buffer_print(&text, "web%d,%d\n", i, i);
	assert_int_equal(bf_hostlist_parse(bf_buffer_view(&text), &list, NULL), BF_OK);
	bf_buffer_free(&text);
	assert_int_equal(list.n_rows, 20000);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "web%d", i);
		assert_string_equal(list.rows[i].values[0], name);
		assert_int_equal(list.rows[i].line, i + 2);
	}
	bf_hostlist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_lines_of_rows),
		cmocka_unit_test(test_another_number_of_fields),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_too_many_columns),
		cmocka_unit_test(test_many_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
