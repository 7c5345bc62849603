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
	assert_rows("\xef\xbb\xbfweb1\n", "1/1:web1|");
	assert_rows("web1\r\nweb2\r\n", "1/1:web1|2/1:web2|");
	assert_rows("web1\rweb2\r", "1/1:web1|2/1:web2|");
	assert_rows("web1 # top, left\nweb#2\t#\n #\nweb3 #",
		    "1/1:web1|2/1:web#2|4/1:web3|");
}

static void test_csv(void **state)
{
	(void)state;
	assert_rows("host\nweb1\n", "2/1:web1|");
	assert_rows("host,ip\nweb1,10.0.0.1\n", "2/2:web1|10.0.0.1|");
	assert_rows("sep=;\r\nhost;ip\r\nweb1;1\r\n", "3/2:web1|1|");
	assert_rows("sep=\t\nhost\tip\nweb1\t1\n", "3/2:web1|1|");
	assert_rows("sep=\nsep=x\nsep=ab\n", "2/1:sep=x|3/1:sep=ab|");
	assert_rows("ip, host \n10.0.0.1 , web1", "2/2:10.0.0.1|web1|");
	assert_rows("\r\n\"host\",ip\r\n\r\nweb1,\r\nweb2,1\r\n",
		    "4/2:web1||5/2:web2|1|");
	assert_rows("\xef\xbb\xbfhost,ip\nweb1,1\n", "2/2:web1|1|");
	assert_rows("host,note\nweb1,\"a, \"\"b\"\"\"\n", "2/2:web1|a, \"b\"|");
	assert_rows("host,note\nweb1,#\n#web2,\n", "2/2:web1|#|3/2:#web2||");
}

/* What separates columns is what makes one of them host. */
static void test_separators(void **state)
{
	(void)state;
	assert_rows("host;ip;note\nweb1;10.0.0.1;a, b\n", "2/3:web1|10.0.0.1|a, b|");
	assert_rows("host\tip\n\t\nweb1\t10.0.0.1\nweb2\t\n",
		    "3/2:web1|10.0.0.1|4/2:web2||");
	assert_rows("note\thost\n \"a\tb\" \tweb1\n\tweb2\n", "2/2:a\tb|web1|3/2:|web2|");
	assert_rows("\"host\";\"a,b,c\"\nweb1;x\n", "2/2:web1|x|");
	assert_rows("a,b;host\nx;web1\n", "2/2:x|web1|");
	struct bf_hostlist list = must_parse("# of today\n\nhost;ip\nweb1;1\n");
	assert_int_equal(list.separator, ';');
	assert_int_equal(list.line, 3);
	assert_int_equal(list.rows[0].line, 4);
	assert_string_equal(bf_hostlist_separator_name(list.separator), "semicolon");
	bf_hostlist_free(&list);
}

static void assert_host(const char *text, const char *title, const char *host)
{
	struct bf_hostlist list = must_parse(text);
	assert_string_equal(list.columns[list.host], *title ? "host" : "Host");
	assert_string_equal(bf_hostlist_title(&list, list.host), *title ? title : "Host");
	assert_string_equal(list.rows[0].values[list.host], host);
	assert_int_equal(list.host == list.host_source, !*title);
	bf_hostlist_free(&list);
}

/* Of those that are there the first of host, hostname, name and fqdn, in any case. */
static void test_host_column(void **state)
{
	(void)state;
	assert_host("NAME,Host\nx,web1\n", "", "web1");
	assert_host("Name,Status\nweb1,active\n", "Name", "web1");
	assert_host("FQDN,Name\nx,web1\n", "Name", "web1");
	assert_host("fqdn,name,HostName\nx,y,web1\n", "HostName", "web1");
	assert_host("ip,fqdn\n1,web1\n", "fqdn", "web1");
	assert_host("\"Name\"\n\"web1\"\n", "Name", "web1");
	assert_rows("name,ip\nweb1,1\nweb2\n", "2/2:web1|1|web1|3/1:web2||web2|");
}

/* Empty columns and rows at the end are how some programs fill a sheet. */
static void test_empty(void **state)
{
	(void)state;
	assert_rows("host,ip,,\nweb1,1,,\nweb2,1\nweb3,\nweb4,1,,,,,\n",
		    "2/4:web1|1|3/2:web2|1|4/2:web3||5/4:web4|1|");
	assert_rows("host,,ip\n,,\nweb1,,1\n,,,,,\n\"\",,\n", "3/3:web1|1|");
	struct bf_error error;
	struct bf_hostlist list = must_parse("host,,ip,\nw1,,1,\nw2,x,1,\nw3,,1,y\nw4\n");
	assert_int_equal(bf_hostlist_check_row(&list, 0, &error), BF_OK);
	assert_int_equal(bf_hostlist_check_row(&list, 1, &error), BF_ERR_INPUT);
	assert_string_equal(error.text,
			    "column 2: a value, and line 1 has no name for the "
			    "column");
	assert_int_equal(bf_hostlist_check_row(&list, 2, &error), BF_ERR_INPUT);
	assert_non_null(strstr(error.text, "column 4: a value"));
	assert_int_equal(bf_hostlist_check_row(&list, 3, &error), BF_ERR_INPUT);
	assert_string_equal(error.text, "1 value for 3 columns: a comma too few?");
	bf_hostlist_free(&list);
}

/* A table further down in a list of names is the fault of its lines. */
static void test_more_than_a_name(void **state)
{
	(void)state;
	struct bf_error error;
	struct bf_hostlist list = must_parse("web1\nweb2,10.0.0.1/24\nweb3 b\n");
	assert_int_equal(list.separator, 0);
	assert_int_equal(bf_hostlist_check_row(&list, 0, &error), BF_OK);
	assert_int_equal(bf_hostlist_check_row(&list, 1, &error), BF_ERR_INPUT);
	assert_string_equal(error.text,
			    "'web2,10.0.0.1/24' is more than a name: there is one "
			    "per line, or the first line names columns");
	assert_int_equal(bf_hostlist_check_row(&list, 2, &error), BF_ERR_INPUT);
	bf_hostlist_free(&list);
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
	assert_true(bf_hostlist_find(&list, "IP", &index));
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
		{"host,,\n,,\n", "no machine"},
		{"host,ip,ip\nweb1,,\n", "line 1: columns 2 and 3 are both called 'ip'"},
		{"\nhost,Host\nweb1,\n",
		 "line 2: columns 1 and 2 are both called 'Host'"},
		{"host,a\nweb1,x\nweb2,\"y\nweb3,z\n", "line 3, column 2: quotes"},
		{"host,a\nweb1,x\"y\n", "line 2, column 2: quotes"},
		{"host,a\nweb1,\"x\"y\n", "line 2, column 2: quotes"},
		{"host;a\n\"we\"b1;\n", "line 2, column 1: quotes"},
		/* Tables, as nobody would call a machine like this. */
		{"server,ip\nweb1,1\n", "line 1: 'server,ip' is more than a name"},
		{"web1,10.0.0.1/24\n", "commas, semicolons or tabs between them"},
		{"#\nserver;ip\n", "line 2: 'server;ip' is more than a name"},
		{"server\tip\n", "'server\\x09ip' is more than a name"},
		{"host|ip\n", "'host|ip' is more than a name"},
		{"host ip\n", "'host ip' is more than a name"},
		{"\xff\xfeh\1o\1", "UTF-16"},
		{"\xfe\xff\1h\1o", "UTF-16"},
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
	assert_non_null(strstr(error.text, "line 3, column 2: a NUL byte"));
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

/* Whatever the text, it is a list or there is a sentence that is printable. */
static void test_noise(void **state)
{
	(void)state;
	static const char *const pieces[] = {"host", "Name", "fqdn", ",",   ";",
					     "\t",   "\n",   "\r",   "\"",  " ",
					     "#",    "|",    "a",    "\xfe"};
	uint32_t seed = 1;
	for (int round = 0; round < 50000; round++) {
		struct bf_hostlist list = {0};
		struct bf_error error = {""};
		char text[128] = "";
		do {
			seed = seed * 1664525 + 1013904223;
			strcat(text, pieces[(seed >> 16) % 14]);
		} while (strlen(text) < sizeof(text) - 8 && (seed >> 8) % 24);
		if (parse(text, &list, &error)) {
			assert_true(error.text[0] != '\0');
			for (const char *p = error.text; *p; p++)
				assert_true(*p >= ' ' && *p <= '~');
			continue;
		}
		assert_true(list.n_rows > 0 && list.n_columns > 0);
		for (size_t row = 0; row < list.n_rows; row++) {
			assert_true(list.rows[row].line > 0);
			assert_non_null(list.rows[row].values[list.host]);
			if (!bf_hostlist_check_row(&list, row, &error))
				assert_true(list.rows[row].n_fields <= list.n_fields);
		}
		bf_hostlist_free(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_separators),
		cmocka_unit_test(test_host_column),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_more_than_a_name),
		cmocka_unit_test(test_lines_of_rows),
		cmocka_unit_test(test_another_number_of_fields),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_too_many_columns),
		cmocka_unit_test(test_many_rows),
		cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
