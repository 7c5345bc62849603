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

#define MAC "the column mac picks no network card: one called nic does\n"

static void test_remarks(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"web1\n", "1 machine, one name per line\n"},
		{"host\nweb1\nweb2\n", "2 machines, a table with one column\n"},
		{"host,nic,mac\nweb1,,\n",
		 "1 machine, a table with commas between 3 columns; settings: nic\n"},
		{"Name;IP;prefix;Rack;\nweb1;;;;\n",
		 "1 machine, a table with semicolons between 4 columns; 'Name' is taken "
		 "for host; settings: IP, prefix\n"},
		{"FQDN\tMAC\nweb1\t\n",
		 "1 machine, a table with tabs between 2 columns; 'FQDN' is taken for "
		 "host\n" MAC},
		{"host,\x1b[2J\nweb1,\n",
		 "1 machine, a table with commas between 2 columns\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_text(bf_remarks_print, cases[i][0], cases[i][1]);
}

static void test_describe(void **state)
{
	(void)state;
	assert_text(bf_remarks_describe, "web1\nweb2\n",
		    "2 machines, one name per line\nin the URL: host\n");
	assert_text(bf_remarks_describe, "Name;IP;mac;Rack;S\x07te;\nweb1;;;;;\n",
		    "1 machine, a table with semicolons between 5 columns; 'Name' is "
		    "taken for host; settings: IP\n"
		    "in the URL: Name\n"
		    "not used: mac, Rack, S\\x07te\n" MAC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_describe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
