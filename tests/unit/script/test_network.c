/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { SETTINGS_MAX = 6 };

/* Names and values in turn, up to a NULL. */
struct settings {
	const char *words[2 * SETTINGS_MAX + 1];
};

static int set_all(const struct settings *settings, struct bf_network *network,
		   struct bf_error *error)
{
	*network = (struct bf_network){0};
	for (const char *const *word = settings->words; *word; word += 2) {
		int err = bf_network_set(network, word[0], word[1], error);
		if (err)
			return err;
	}
	return bf_network_check(network, error);
}

static void test_accepted(void **state)
{
	(void)state;
	static const struct settings accepted[] = {
		{{NULL}},
		{{"ip", "192.0.2.7/24"}},
		{{"ip", "192.0.2.1/1"}},
		{{"ip", "192.0.2.7/24", "gateway", "192.0.2.1"}},
		{{"ip", "192.0.2.7/24", "dns", "192.0.2.8", "dns", "192.0.2.9"}},
		{{"ip", "192.0.2.7/24", "gateway", "192.0.2.254", "dns", "9.9.9.9"}},
		/* RFC 3021: both addresses of a /31 are hosts. */
		{{"ip", "192.0.2.0/31", "gateway", "192.0.2.1"}},
		{{"ip", "192.0.2.255/31", "gateway", "192.0.2.254"}},
		{{"ip", "192.0.2.0/32", "gateway", "198.51.100.1"}},
		/* Zeros and ones that are not all of the host's bits. */
		{{"ip", "192.0.2.255/23"}},
		{{"ip", "192.0.3.0/23"}},
		{{"ip", "2001:db8::7/64", "gateway", "2001:db8::1"}},
		{{"ip", "2001:db8::7/64", "gateway", "fe80::1"}},
		{{"ip", "2001:DB8::ffff:ffff:ffff:ffff/64"}},
		{{"ip", "2001:db8::/128"}},
		{{"vlan", "1"}},
		{{"vlan", "4094", "nic", "net0"}},
		{{"nic", "net99"}},
		{{"nic", "52:54:00:AB:cd:ef"}},
		{{"nic", "52-54-00-12-34-56"}},
		{{"nic", "525400123456"}},
		{{"nic", "5254.0012.3456"}},
		{{"dns", "9.9.9.9", "dns", "2620:fe::fe"}},
		{{"hostname", "a.b-c.D9"}},
		{{"retries", "0"}},
		{{"retries", "9"}},
		{{"ip", "192.0.2.7/24", "retries", "0"}},
	};
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct bf_network network;
		struct bf_error error = {"no error text"};
		if (set_all(&accepted[i], &network, &error))
			fail_msg("%zu: %s", i, error.text);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		struct settings settings;
		const char *words;
	} refused[] = {
		{{{"ip", "192.0.2.7"}}, "the prefix length of 192.0.2.7 is missing"},
		{{{"ip", "2001:db8::7"}}, "missing: write it as in 2001:db8::7/64"},
		{{{"ip", "192.0.2.7/"}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/0"}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/33"}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/-1"}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/24 "}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/255.0.255.0"}},
		 "not a netmask, such as 255.255.255.0"},
		{{{"ip", "192.0.2.7/0.0.0.0"}}, "not a netmask"},
		{{{"ip", "192.0.2.7/255.255.255"}}, "not a netmask"},
		{{{"ip", "192.0.2.7//255.255.255.0"}}, "not a netmask"},
		{{{"ip", "192.0.2.7//24"}}, "from 1 to 32"},
		{{{"ip", "192.0.2.7/255.255.255.0/24"}}, "not a netmask"},
		{{{"ip", "192.0.2.0/255.255.255.0"}}, "192.0.2.0 is the network address"},
		{{{"ip", "192.0.2.7/255.255.255.0", "netmask", "255.255.254.0"}},
		 "the netmask is a /23 and the address has a /24"},
		{{{"ip", "2001:db8::7/255.255.255.0"}}, "from 1 to 128"},
		{{{"ip", "192.0.2.7/4294967320"}}, "from 1 to 32"},
		{{{"ip", "2001:db8::7/129"}}, "from 1 to 128"},
		{{{"ip", ""}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "/24"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "192.0.2.256/24"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "192.0.2/24"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "node7/24"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "fe80::1%net0/64"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64"}},
		 "not an IPv4 or IPv6 address"},
		{{{"ip", "0.0.0.1/24"}}, "not the address of one host"},
		{{{"ip", "127.0.0.1/8"}}, "not the address of one host"},
		{{{"ip", "224.0.0.1/24"}}, "not the address of one host"},
		{{{"ip", "255.255.255.255/24"}}, "not the address of one host"},
		{{{"ip", "::/64"}}, "not the address of one host"},
		{{{"ip", "::1/64"}}, "not the address of one host"},
		{{{"ip", "ff02::1/64"}}, "not the address of one host"},
		{{{"ip", "192.0.2.7/24", "ip", "192.0.2.8/24"}}, "given twice"},
		{{{"ip", "192.0.2.0/24"}}, "192.0.2.0 is the network address"},
		{{{"ip", "192.0.2.255/24"}}, "192.0.2.255 is the broadcast address"},
		{{{"ip", "192.0.2.3/30"}}, "broadcast address of its /30"},
		{{{"ip", "2001:db8::/64"}}, "2001:db8:: is the network address"},
		{{{"ip", "2001:db8::/127"}}, "network address of its /127"},
		{{{"ip", "192.0.2.7/24", "netmask", "255.255.254.0"}},
		 "the netmask is a /23 and the address has a /24"},
		{{{"netmask", "25", "ip", "192.0.2.7/24"}}, "is a /25"},
		{{{"ip", "192.0.2.7", "netmask", "33"}}, "IPv4 has 32 bits"},
		{{{"ip", "2001:db8::7", "netmask", "255.255.255.0"}}, "no netmask"},
		{{{"netmask", "24"}}, "netmask without ip"},
		{{{"netmask", "24", "netmask", "24"}}, "'24': given twice"},
		{{{"netmask", "255.0.255.0"}}, "'255.0.255.0': not a netmask"},
		{{{"gateway", "192.0.2.1"}}, "gateway without ip"},
		{{{"gateway", "192.0.2.1/24"}}, "not an IPv4 or IPv6 address"},
		{{{"ip", "192.0.2.7/24", "gateway", "192.0.3.1"}},
		 "gateway 192.0.3.1 is not in the subnet of 192.0.2.7/24"},
		{{{"ip", "192.0.2.7/31", "gateway", "192.0.2.1"}}, "not in the subnet"},
		{{{"ip", "2001:db8::7/64", "gateway", "2001:db8:0:1::1"}},
		 "not in the subnet of 2001:db8::7/64"},
		{{{"ip", "2001:db8::7/128", "gateway", "2001:db8::1"}},
		 "not in the subnet"},
		{{{"ip", "192.0.2.7/24", "gateway", "192.0.2.7"}}, "machine's own"},
		{{{"ip", "192.0.2.7/24", "gateway", "192.0.2.0"}},
		 "gateway 192.0.2.0 is the network address"},
		{{{"ip", "192.0.2.7/24", "gateway", "192.0.2.255"}},
		 "gateway 192.0.2.255 is the broadcast address"},
		{{{"ip", "192.0.2.7/24", "gateway", "2001:db8::1"}}, "both IPv4 or both"},
		{{{"ip", "192.0.2.7/24", "dns", "2001:db8::1"}},
		 "DNS server 2001:db8::1 and the address 192.0.2.7"},
		{{{"ip", "192.0.2.7/24", "dns", "192.0.2.7"}}, "machine's own"},
		{{{"ip", "192.0.2.7/24", "dns", "9.9.9.9"}}, "no gateway to reach it by"},
		{{{"dns", "1.1.1.1", "dns", "1.1.1.2", "dns", "1.1.1.3", "dns", "1.1.1.4",
		   "dns", "1.1.1.5"}},
		 "more than 4 DNS servers"},
		{{{"dns", "dns.example"}}, "not an IPv4 or IPv6 address"},
		{{{"vlan", "0"}}, "'0' is not a number from 1 to 4094"},
		{{{"vlan", "4095"}}, "is not a number from 1 to 4094"},
		{{{"vlan", "65537"}}, "is not a number from 1 to 4094"},
		{{{"vlan", "4x"}}, "is not a number from 1 to 4094"},
		{{{"vlan", ""}}, "is not a number from 1 to 4094"},
		{{{"vlan", "1", "vlan", "2"}}, "given twice"},
		{{{"nic", "foo"}}, "'foo': not a network card"},
		{{{"nic", "eth0"}}, "not a network card"},
		{{{"nic", "ne"}}, "not a network card"},
		{{{"nic", "net"}}, "not a network card"},
		{{{"nic", "net00"}}, "not a network card"},
		{{{"nic", "net100"}}, "not a network card"},
		{{{"nic", "net0-42"}}, "not a network card"},
		{{{"nic", "52:54:00:12:34"}}, "not a network card"},
		{{{"nic", "52:54:00:12:34:5g"}}, "not a network card"},
		{{{"nic", "52:54:00:12:34:567"}}, "not a network card"},
		{{{"nic", "525:4:00:12:34:56"}}, "not a network card"},
		{{{"nic", "01:00:5e:00:00:01"}}, "of a group"},
		{{{"nic", "FF:FF:FF:FF:FF:FF"}}, "of a group"},
		{{{"nic", "net0", "nic", "52:54:00:12:34:56"}}, "given twice"},
		{{{"hostname", ""}}, "0 characters"},
		{{{"hostname", "a123456789a123456789a123456789a123456789"
			       "a123456789a123456789a123"}},
		 "64 characters, a host name has 1 to 63"},
		{{{"hostname", "node_7"}}, "column 5"},
		{{{"hostname", "node7\nreboot"}}, "column 6"},
		{{{"hostname", "${uuid}"}}, "column 1"},
		{{{"hostname", "-a"}}, "starts and ends"},
		{{{"hostname", "a."}}, "starts and ends"},
		{{{"retries", "10"}}, "from 0 to 9"},
		{{{"retries", "-1"}}, "from 0 to 9"},
		{{{"ip", "192.0.2.7/24", "retries", "1"}}, "retries with ip"},
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bf_network network;
		struct bf_error error = {"no error text"};
		int err = set_all(&refused[i].settings, &network, &error);
		if (err != BF_ERR_USAGE || !strstr(error.text, refused[i].words))
			fail_msg("'%s': %d, %s", refused[i].words, err, error.text);
	}
}

static void test_values(void **state)
{
	(void)state;
	static const struct settings settings = {
		{"ip", "192.0.2.7/20", "nic", "52-54-00-AB-CD-EF", "vlan", "42"}};
	struct bf_network network;
	assert_int_equal(set_all(&settings, &network, NULL), BF_OK);
	assert_string_equal(network.mac, "52:54:00:ab:cd:ef");
	assert_string_equal(network.card, "");
	assert_int_equal(network.vlan, 42);
	assert_int_equal(network.prefix, 20);
	assert_memory_equal(network.address.bytes, "\xc0\x00\x02\x07", 4);
}

static void test_given(void **state)
{
	(void)state;
	struct bf_network network = {0};
	assert_null(bf_network_given(&network));
	assert_int_equal(bf_network_set(&network, "vlan", "4095", NULL), BF_ERR_USAGE);
	assert_null(bf_network_given(&network));
	assert_int_equal(bf_network_set(&network, "retries", "0", NULL), BF_OK);
	assert_string_equal(bf_network_given(&network), "retries");
}

static void test_attempts(void **state)
{
	(void)state;
	static const struct {
		const char *retries;
		unsigned attempts;
	} cases[] = {{NULL, 3}, {"0", 1}, {"2", 3}, {"9", 10}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_network network = {0};
		if (cases[i].retries)
			assert_int_equal(bf_network_set(&network, "retries",
							cases[i].retries, NULL),
					 BF_OK);
		assert_int_equal(bf_network_attempts(&network), cases[i].attempts);
	}
}

/* What is to blame where several settings do not go together. */
static void test_fault(void **state)
{
	(void)state;
	static const struct {
		struct settings settings;
		const char *fault;
	} cases[] = {
		{{{NULL}}, NULL},
		{{{"ip", "192.0.2.7/24"}}, NULL},
		{{{"ip", "192.0.2.7"}}, "ip"},
		{{{"ip", "192.0.2.0/24"}}, "ip"},
		{{{"netmask", "24"}}, "netmask"},
		{{{"gateway", "192.0.2.1"}}, "gateway"},
		{{{"ip", "192.0.2.7/24", "dns", "9.9.9.9"}}, "dns"},
		{{{"ip", "192.0.2.7/24", "retries", "1"}}, "retries"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_network network;
		int err = set_all(&cases[i].settings, &network, NULL);
		assert_int_equal(err, cases[i].fault ? BF_ERR_USAGE : BF_OK);
		const char *fault = bf_network_fault(&network);
		assert_string_equal(fault ? fault : "none",
				    cases[i].fault ? cases[i].fault : "none");
	}
}

/* A netmask is the address's prefix, behind its slash or by itself, whichever comes first. */
static void test_netmask(void **state)
{
	(void)state;
	static const struct {
		struct settings settings;
		unsigned prefix;
	} cases[] = {
		{{{"ip", "192.0.2.7", "netmask", "255.255.254.0"}}, 23},
		{{{"netmask", "255.255.254.0", "ip", "192.0.2.7"}}, 23},
		{{{"ip", "192.0.2.7/255.255.254.0"}}, 23},
		{{{"ip", "192.0.2.7/255.255.255.255"}}, 32},
		{{{"ip", "192.0.2.7/255.255.254.0", "netmask", "23"}}, 23},
		{{{"ip", "192.0.2.7", "netmask", "23"}}, 23},
		{{{"ip", "192.0.2.7", "netmask", "/23"}}, 23},
		{{{"ip", "192.0.2.7/23", "netmask", "255.255.254.0"}}, 23},
		{{{"netmask", "23", "ip", "192.0.2.7/23"}}, 23},
		{{{"ip", "2001:db8::7", "netmask", "64"}}, 64},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_network network;
		assert_int_equal(set_all(&cases[i].settings, &network, NULL), BF_OK);
		assert_int_equal(network.prefix, cases[i].prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_values),   cmocka_unit_test(test_given),
		cmocka_unit_test(test_fault),    cmocka_unit_test(test_netmask),
		cmocka_unit_test(test_attempts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
