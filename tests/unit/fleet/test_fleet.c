/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/boots-from-fleet.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return chdir("/") || rmdir(folder);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
	FILE *file = fopen(name, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int load(const char *list, const char *url, struct bf_fleet *ret,
		struct bf_error *reterr)
{
	write_file("list", list, strlen(list));
	int err = bf_fleet_load("list", url, ret, reterr);
	assert_int_equal(unlink("list"), 0);
	return err;
}

/* The first row's script, or the sentence why there is none. */
static int render_first(const char *list, const char *url, struct bf_buffer *text)
{
	struct bf_fleet fleet = {0};
	struct bf_error error = {""};
	text->size = 0;
	assert_int_equal(load(list, url, &fleet, &error), BF_OK);
	struct bf_target target = {0};
	int err = bf_fleet_target(&fleet, 0, &target, &error);
	if (!err) {
		err = bf_target_render(&target, "http,tftp", text, &error);
		if (err)
			err = bf_fleet_fail_in(&fleet, 0, err, &error);
	}
	bf_target_free(&target);
	if (err)
		bf_buffer_print(text, "%s", error.text);
	bf_buffer_append(text, "", 1);
	bf_fleet_free(&fleet);
	return err;
}

static void test_render(void **state)
{
	(void)state;
	static const struct {
		const char *list, *url;
		int err;
		const char *words;
	} cases[] = {
		{"web1\n", "http://s/{host}", BF_OK, "chain --autofree http://s/web1 "},
		{"host,url\nweb1,http://t/x\n", "http://s/{host}", BF_OK, "http://t/x"},
		{"host,url\nweb1,http://t/x\n", NULL, BF_OK, "http://t/x"},
		{"host,url\nweb1,http://t/{host}\n", NULL, BF_OK, "http://t/{host}"},
		{"host,url\nweb1,\n", "http://s/{host}", BF_OK, "http://s/web1"},
		{"host,rack\nweb1,a 3\n", "http://s/{rack}", BF_ERR_INPUT,
		 "line 2, column rack: it has a space at column 2"},
		{"host,rack\nweb1,a3\n", "http://s/{rack}", BF_OK, "http://s/a3"},
		{"host;dns;ip\nw;10.0.0.1, 10.0.0.3;10.0.0.2/24\n", "http://s/", BF_OK,
		 "set dns:hex 0a:00:00:01:0a:00:00:03\n"},
		{"host,ip,dns\nw,10.0.0.2/24,\"10.0.0.1;\n10.0.0.3,\"\n", "http://s/",
		 BF_OK, "set dns:hex 0a:00:00:01:0a:00:00:03\n"},
		{"host,dns,ip\nw,10.0.0.1  10.0.0.3 ,10.0.0.2/24\n", "http://s/", BF_OK,
		 "# 10.0.0.1 10.0.0.3\n"},
		{"host,vlan,nic,hostname,retries\nw,9,net1,w.x,2\n", "http://s/", BF_OK,
		 "vcreate --tag 9 net1"},
		{"Host;IP;Netmask\nw;10.0.0.2;255.255.254.0\n", "http://10.0.0.1/", BF_OK,
		 "netmask 255.255.254.0\n"},
		{"name\tprefix\tip\nw\t/23\t10.0.0.2\n", "http://10.0.0.1/{Name}/{host}",
		 BF_OK, "chain --autofree http://10.0.0.1/w/w "},
		{"hostname,ip\nw,\n", "http://s/", BF_OK, "set hostname w\n"},
		{"host,nic\nw,5254.00AB.CDEF\n", "http://s/", BF_OK, "52:54:00:ab:cd:ef"},
		{"host,script\nw,own\n", "http://s/", BF_OK, "echo own"},
		{"host,script\nw,\n", "http://s/", BF_OK, "chain"},

		{"host,url\nweb1,\n", NULL, BF_ERR_INPUT, "line 2: no URL"},
		{"\nweb1\n", NULL, BF_ERR_INPUT, "line 2: no URL"},
		{"host,url\nweb1,gopher://a/\n", NULL, BF_ERR_INPUT,
		 "line 2, column url: "},
		{"host,rack\nweb1,\n", "http://s/{rack}", BF_ERR_INPUT,
		 "line 2, column rack: it is empty"},
		{"host,vlan\nweb1,5000\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column vlan: "},
		{"host,dns\nweb1,10.0.0.1 x\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column dns: "},
		{"host,script\nw,missing\n", "http://s/", BF_ERR_IO,
		 "line 2, column script: 'missing': cannot open"},
		{"host,script\nw,bad\n", "http://s/", BF_ERR_INPUT,
		 "line 2, column script: 'bad': "},
		{"host,script\nw,nul\n", "http://s/", BF_ERR_INPUT, "'nul': a NUL byte"},
		{"host,script,vlan\nw,own,7\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column script: a script and vlan"},
		{"host,gateway\nweb1,10.0.0.1\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column gateway: gateway without ip"},
		{"Host,IP\nweb1,10.0.0.1\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column IP: the prefix length of 10.0.0.1 is missing"},
		{"name,ip,prefix\nweb1,10.0.0.1,33\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column prefix: a prefix length of 33"},
		{"name,ip,prefix,netmask\nweb1,10.0.0.1,8,255.0.0.0\n", "http://s/",
		 BF_ERR_USAGE, "line 2, column netmask: '255.0.0.0': given twice"},
		{"host,ip\nweb1,10.0.0.1/24\n", "http://s/", BF_ERR_USAGE,
		 "line 2, column ip: a static address without DNS"},
		{"Name,x\nweb1,\\\n", "http://s/{x}", BF_ERR_INPUT,
		 "line 2, column x: it has a backslash"},
		{"Name,x\nweb\\1,\n", "http://s/{host}", BF_ERR_INPUT,
		 "line 2, column Name: it has a backslash"},
		{"host,rack\nweb1\n", "http://s/", BF_ERR_INPUT, "line 2: 1 value for"},
	};
	struct bf_buffer text = {0};
	write_file("own", "echo own\n", 9);
	write_file("bad", "echo \xc3\xa4\n", 8);
	write_file("nul", "echo \0\n", 7);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(render_first(cases[i].list, cases[i].url, &text),
				 cases[i].err);
		if (!strstr((const char *)text.data, cases[i].words))
			fail_msg("'%s' lacks '%s'", (const char *)text.data,
				 cases[i].words);
	}
	bf_buffer_free(&text);
	assert_int_equal(unlink("own") || unlink("bad") || unlink("nul"), 0);
}

static void test_load_refuses(void **state)
{
	(void)state;
	static const struct {
		const char *list, *url;
		int err;
		const char *words;
	} cases[] = {
		{"", "http://s/", BF_ERR_INPUT, "'list': the list has no machine"},
		{"PK\3\4\x14", "http://s/", BF_ERR_INPUT, "'list': it is a spreadsheet"},
		{"web1\n", "http://s/{rack}", BF_ERR_USAGE, "no column 'rack'"},
		{"host,Gatewya\nw,1\n", "http://s/", BF_ERR_INPUT,
		 "nothing uses the column 'Gatewya': did you mean gateway?"},
		{"host,gateways\nw,1\n", "http://s/", BF_ERR_INPUT,
		 "line 1: nothing uses the column 'gateways': did you mean gateway?"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_fleet fleet = {0};
		struct bf_error error = {""};
		assert_int_equal(load(cases[i].list, cases[i].url, &fleet, &error),
				 cases[i].err);
		if (!strstr(error.text, cases[i].words))
			fail_msg("'%s' lacks '%s'", error.text, cases[i].words);
	}
	struct bf_fleet fleet = {0};
	struct bf_error error;
	assert_int_equal(bf_fleet_load("missing", NULL, &fleet, &error), BF_ERR_IO);
	/* A column that only looks like a setting may be one of the pattern's, or another. */
	static const char *const lists[] = {"host,vlans\nw,1\n", "vlans,vlan,host\n,,w\n",
					    "id,host,vlans,dns1,remark\n1,w,1,2,3\n"};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(load(lists[i], i == 1 ? "http://s/" : "http://s/{vlans}",
				      &fleet, NULL),
				 BF_OK);
		bf_fleet_free(&fleet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_load_refuses),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
