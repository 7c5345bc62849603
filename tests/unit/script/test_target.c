/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char schemes[] = "http,https,iscsi";

struct setting {
	const char *name, *value;
};

/* Set all and render. Returns the first failure; text is the script or the sentence. */
static int render(const struct setting *settings, size_t n, struct bf_buffer *text)
{
	struct bf_target target = {0};
	struct bf_error error = {""};
	int err = BF_OK;
	text->size = 0;
	for (size_t i = 0; !err && i < n && settings[i].name; i++)
		err = bf_target_set(&target, settings[i].name, settings[i].value, &error);
	if (!err)
		err = bf_target_render(&target, schemes, text, &error);
	if (err)
		bf_buffer_print(text, "%s", error.text);
	bf_buffer_append(text, "", 1);
	bf_target_free(&target);
	return err;
}

struct row {
	struct setting settings[4];
	int err;
	const char *words;
};

static void test_render(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{{{"url", "http://h/b"}}, BF_OK, "chain --autofree http://h/b"},
		{{{"url", "iscsi:h::::iqn.x"}}, BF_OK, "sanboot iscsi:h"},
		{{{"url", "http://h/b"}, {"vlan", "7"}}, BF_OK, "vcreate --tag 7"},
		{{{"url", "http://10.0.0.1/"}, {"ip", "10.0.0.2/24"}},
		 BF_OK,
		 "set net0/ip 10.0.0.2"},
		{{{"url", "http://h/"}, {"ip", "10.0.0.2/24"}, {"dns", "10.0.0.1"}},
		 BF_OK,
		 "set dns 10.0.0.1"},
		{{{"script", "#!ipxe\nshell\n"}}, BF_OK, "shell\n"},

		{{{NULL, NULL}}, BF_ERR_USAGE, "neither a URL nor a script"},
		{{{"vlan", "7"}}, BF_ERR_USAGE, "neither a URL nor a script"},
		{{{"url", "htp://h/"}}, BF_ERR_INPUT, "did you mean 'http:'?"},
		{{{"url", "tftp://h/"}}, BF_ERR_INPUT, "tftp"},
		{{{"url", "http://h/"}, {"url", "http://h/"}}, BF_ERR_USAGE, "twice"},
		{{{"script", "a"}, {"script", "a"}}, BF_ERR_USAGE, "twice"},
		{{{"script", "shell"}, {"url", "http://h/"}}, BF_ERR_USAGE, "and url"},
		{{{"script", "shell"}, {"nic", "net1"}}, BF_ERR_USAGE, "and nic"},
		{{{"script", ""}}, BF_ERR_INPUT, ""},
		{{{"url", "http://h/"}, {"ip", "10.0.0.2/24"}},
		 BF_ERR_USAGE,
		 "without DNS"},
		{{{"url", "http://h/"}, {"gateway", "10.0.0.2"}},
		 BF_ERR_USAGE,
		 "gateway"},
		{{{"vlan", "5000"}}, BF_ERR_USAGE, "5000"},
		{{{"urk", "x"}}, BF_ERR_USAGE, "no setting 'urk': did you mean url?"},
		{{{"", "x"}}, BF_ERR_USAGE, "no setting ''"},
	};
	struct bf_buffer text = {0};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(render(rows[i].settings, 4, &text), rows[i].err);
		if (!strstr((const char *)text.data, rows[i].words))
			fail_msg("'%s' lacks '%s'", (const char *)text.data,
				 rows[i].words);
	}
	bf_buffer_free(&text);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(bf_target_find("url"), "url");
	assert_string_equal(bf_target_find("VLan"), "vlan");
	assert_null(bf_target_find("host"));
	assert_null(bf_target_find(""));
	assert_string_equal(bf_target_slip("GATEWAYS"), "gateway");
	assert_string_equal(bf_target_slip("gatewya"), "gateway");
	assert_string_equal(bf_target_slip("vlans"), "vlan");
	/* What inventories have as columns of their own. */
	static const char *const others[] = {"id",      "ID",   "rack",    "host",
					     "comment", "dns1", "network", "uri",
					     "remark",  "retry"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(bf_target_slip(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
