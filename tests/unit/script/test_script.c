/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

static const char url[] = "http://192.0.2.1/boot";

/* Names and values in turn, up to a NULL. */
static void render(const char *const *settings, const char *target, struct bf_buffer *ret)
{
	struct bf_network network = {0};
	for (; *settings; settings += 2)
		assert_int_equal(bf_network_set(&network, settings[0], settings[1], NULL),
				 BF_OK);
	assert_int_equal(bf_network_check(&network, NULL), BF_OK);
	assert_int_equal(bf_script_render(&network, target, ret, NULL), BF_OK);
	assert_int_equal(bf_buffer_append(ret, "", 1), BF_OK);
}

static void assert_script(const char *const *settings, const char *target,
			  const char *wanted)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	render(settings, target, &script);
	assert_string_equal((const char *)script.data, wanted);
}

static void assert_line(const char *const *settings, const char *wanted)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	render(settings, url, &script);
	if (!strstr((const char *)script.data, wanted))
		fail_msg("no '%s' in:\n%s", wanted, (const char *)script.data);
}

/* What is the same for any number of attempts is in the next test. */
static void test_nothing_asked_for(void **state)
{
	(void)state;
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	render((const char *const[]){NULL}, url, &script);
	static const char start[] =
		"set wait 15000\n"
		"set attempt:int32 1\n"
		":attempt\n"
		"set i:int32 0\n"
		":card\n"
		"isset ${net${i}/mac} || goto next_card\n"
		"isset ${linked${i}} || iflinkwait --timeout ${wait} net${i} || goto "
		"next_card\n"
		"set linked${i} yes\n"
		"dhcp net${i} && goto boot ||\n"
		":next_card\n"
		"inc i\n"
		"iseq ${i} 32 || goto card\n"
		"ifstat || goto no_card\n"
		"set wait 5000\n"
		"inc attempt\n"
		"iseq ${attempt} 4 && goto no_address ||\n"
		"echo boots-from: no address yet, DHCP attempt ${attempt} of 3\n"
		"goto attempt\n"
		":boot\n"
		"chain --autofree http://192.0.2.1/boot || goto no_boot\n"
		"exit\n"
		"\n"
		":no_card\n"
		"echo boots-from: no network card that iPXE has a driver for\n"
		"shell\n"
		"exit\n"
		"\n"
		":no_address\n";
	assert_memory_equal(script.data, start, sizeof(start) - 1);
}

static void test_one_attempt(void **state)
{
	(void)state;
	assert_script(
		(const char *const[]){"retries", "0", NULL}, url,
		"dhcp || goto no_address\n"
		"chain --autofree http://192.0.2.1/boot || goto no_boot\n"
		"exit\n"
		"\n"
		":no_address\n"
		"echo boots-from: no network card got an address by DHCP\n"
		"echo Check cable, switch port and DHCP server, then try:\n"
		"echo   ifstat\n"
		"echo   dhcp\n"
		"echo   chain --autofree http://192.0.2.1/boot\n"
		"shell\n"
		"exit\n"
		"\n"
		":no_boot\n"
		"echo boots-from: could not boot http://192.0.2.1/boot\n"
		"echo The line above says why. Is the server up, and reachable from "
		"here? Try:\n"
		"echo   route\n"
		"echo   chain --autofree http://192.0.2.1/boot\n"
		"shell\n");
}

static void test_everything_asked_for(void **state)
{
	(void)state;
	assert_script(
		(const char *const[]){"ip", "192.0.2.7/20", "gateway", "192.0.0.1", "dns",
				      "192.0.2.53", "vlan", "4094", "nic",
				      "52:54:00:12:34:56", "hostname", "node7", NULL},
		"aoe:e0.0",
		"set hostname node7\n"
		"set dns 192.0.2.53\n"
		"set i:int32 0\n"
		":next_card\n"
		"isset ${net${i}/mac} || goto no_card\n"
		"iseq ${net${i}/mac} 52:54:00:12:34:56 && goto card ||\n"
		"inc i && goto next_card\n"
		":card\n"
		"set nic net${i}\n"
		"vcreate --tag 4094 ${nic} || goto no_vlan\n"
		"iflinkwait --timeout 30000 ${nic}-4094 || goto no_link\n"
		"set ${nic}-4094/ip 192.0.2.7\n"
		"set ${nic}-4094/netmask 255.255.240.0\n"
		"set ${nic}-4094/gateway 192.0.0.1\n"
		"sanboot aoe:e0.0 || goto no_boot\n"
		"exit\n"
		"\n"
		":no_card\n"
		"echo boots-from: no network card has the MAC address "
		"52:54:00:12:34:56; there are:\n"
		"ifstat\n"
		"shell\n"
		"exit\n"
		"\n"
		":no_vlan\n"
		"echo boots-from: could not make VLAN 4094 on ${nic}\n"
		"echo The line above says why. Try:\n"
		"echo   ifstat\n"
		"echo   vcreate --tag 4094 ${nic}\n"
		"shell\n"
		"exit\n"
		"\n"
		":no_link\n"
		"echo boots-from: ${nic}-4094 has no link\n"
		"echo Check cable and switch port. Is it the right card of these?\n"
		"ifstat\n"
		"shell\n"
		"exit\n"
		"\n"
		":no_boot\n"
		"echo boots-from: could not boot aoe:e0.0\n"
		"echo The line above says why. Is the server up, and reachable from "
		"here? Try:\n"
		"echo   route\n"
		"echo   sanboot aoe:e0.0\n"
		"shell\n");
}

static void test_names(void **state)
{
	(void)state;
	assert_line((const char *const[]){"nic", "net99", "vlan", "4094", NULL},
		    "\ndhcp net99-4094 && goto boot ||\n");
	assert_line((const char *const[]){"vlan", "1", "retries", "0", NULL},
		    "\ndhcp net0-1 || goto no_address\n");
	assert_line((const char *const[]){"nic", "net99", NULL},
		    "echo boots-from: net99 got no address by DHCP\n");
	assert_line((const char *const[]){"ip", "192.0.2.7/24", NULL},
		    "echo boots-from: no network card is called net0; there are:\n");
}

static void test_name_servers(void **state)
{
	(void)state;
	assert_line((const char *const[]){"dns", "192.0.2.1", "dns", "2001:db8::1", "dns",
					  "192.0.2.255", NULL},
		    "# 192.0.2.1 192.0.2.255\n"
		    "set dns:hex c0:00:02:01:c0:00:02:ff\n"
		    "set dns6 2001:db8::1\n"
		    "set wait ");
	assert_line((const char *const[]){"dns", "::2", "dns", "::3", NULL},
		    "# ::2 ::3\n"
		    "set dns6:hex 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:02:"
		    "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:03\n");
}

/* A caller that has not checked its URL: no line may swallow the next. */
static void test_no_line_goes_on(void **state)
{
	(void)state;
	const struct bf_network network = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	struct bf_error error;
	assert_int_equal(bf_script_render(&network, "http://h/\\", &script, &error),
			 BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "end in a backslash"));
	/* What was in the buffer before is somebody else's. */
	script.size = 0;
	assert_int_equal(bf_buffer_print(&script, "echo a\\\n"), BF_OK);
	assert_int_equal(bf_script_render(&network, url, &script, NULL), BF_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked_for),
		cmocka_unit_test(test_one_attempt),
		cmocka_unit_test(test_everything_asked_for),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_name_servers),
		cmocka_unit_test(test_no_line_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
