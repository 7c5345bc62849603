/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A fleet as bf_fleet_load() makes it, without a file. */
static struct bf_fleet make_fleet(const char *list, const char *url)
{
	struct bf_fleet fleet = {0};
	assert_int_equal(
		bf_hostlist_parse(bf_view(list, strlen(list)), &fleet.hosts, NULL),
		BF_OK);
	assert_int_equal(bf_expand_parse(url, fleet.hosts.columns, fleet.hosts.n_columns,
					 &fleet.url, NULL),
			 BF_OK);
	return fleet;
}

static void assert_text(int (*print)(const struct bf_fleet *fleet, struct bf_buffer *ret,
				     struct bf_error *reterr),
			const char *list, const char *wanted)
{
	struct bf_fleet fleet = make_fleet(list, "http://s/{host}");
	struct bf_buffer text = {0};
	assert_int_equal(print(&fleet, &text, NULL), BF_OK);
	assert_int_equal(bf_buffer_append(&text, "", 1), BF_OK);
	assert_string_equal((const char *)text.data, wanted);
	bf_buffer_free(&text);
	bf_fleet_free(&fleet);
}

static void test_remarks(void **state)
{
	(void)state;
	static const char host[] = "no column is called host: 'Name' is taken for it\n";
	static const char mac[] =
		"the column mac picks no network card: one called nic does\n";
	assert_text(bf_remarks_print, "web1\n", "");
	assert_text(bf_remarks_print, "host,nic,mac\nweb1,,\n", "");
	assert_text(bf_remarks_print, "Name\nweb1\n", host);
	assert_text(bf_remarks_print, "host,MAC\nweb1,\n", mac);
	char both[256] = "";
	strcat(strcat(both, host), mac);
	assert_text(bf_remarks_print, "mac,Name\n,web1\n", both);
}

static void test_describe(void **state)
{
	(void)state;
	assert_text(bf_remarks_describe, "web1\nweb2\n",
		    "2 machines, one name per line\nin the URL: host\n");
	assert_text(bf_remarks_describe, "Name;IP;prefix;Rack;Site;\nweb1;;;;;\n",
		    "1 machine, a table with semicolons between 5 columns\n"
		    "settings: IP, prefix\n"
		    "in the URL: Name\n"
		    "not used: Rack, Site\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_describe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
