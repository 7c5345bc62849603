/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "guard.h"

static void test_masks(void **state)
{
	(void)state;
	static const struct {
		int family;
		unsigned prefix;
		const char *text;
	} masks[] = {
		{AF_INET, 1, "128.0.0.0"},          {AF_INET, 8, "255.0.0.0"},
		{AF_INET, 23, "255.255.254.0"},     {AF_INET, 24, "255.255.255.0"},
		{AF_INET, 31, "255.255.255.254"},   {AF_INET, 32, "255.255.255.255"},
		{AF_INET6, 33, "ffff:ffff:8000::"},
	};
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		char text[BF_ADDRESS_TEXT_SIZE];
		struct bf_address mask =
			bf_address_mask(masks[i].family, masks[i].prefix);
		assert_string_equal(bf_address_print(&mask, text), masks[i].text);
	}
}

static int parse_prefix(const char *text, unsigned *ret, bool *ret_is_mask)
{
	struct guard guard = guard_copy(text, strlen(text) + 1);
	int err =
		bf_address_parse_prefix((const char *)guard.data, ret, ret_is_mask, NULL);
	guard_free(&guard);
	return err;
}

static void test_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned prefix; /* 0: refused */
		bool is_mask;
	} cases[] = {
		{"128.0.0.0", 1, true},
		{"255.255.254.0", 23, true},
		{"255.255.255.255", 32, true},
		{"1", 1, false},
		{"/24", 24, false},
		{"128", 128, false},
		{"0.0.0.0", 0, false},
		{"255.0.255.0", 0, false},
		{"0.0.0.255", 0, false},
		{"255.255.255", 0, false},
		{"0xffffff00", 0, false},
		{"0", 0, false},
		{"129", 0, false},
		{"//24", 0, false},
		{"24 ", 0, false},
		{"ffff::", 0, false},
		{"/", 0, false},
		{"", 0, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned prefix = 0;
		bool is_mask = false;
		int err = parse_prefix(cases[i].text, &prefix, &is_mask);
		if ((err == BF_OK) != (cases[i].prefix > 0) ||
		    prefix != cases[i].prefix || is_mask != cases[i].is_mask)
			fail_msg("'%s': %d, %u", cases[i].text, err, prefix);
	}
}

static void test_macs(void **state)
{
	(void)state;
	static const char *const good[] = {
		"52:54:00:ab:cd:ef", "52:54:00:AB:CD:EF", "52-54-00-Ab-Cd-Ef",
		"52.54.00.ab.cd.ef", "5254.00ab.cdef",    "5254-00AB-CDEF",
		"5254:00ab:cdef",    "525400-abcdef",     "525400abcdef",
		"525400ABCDEF",
	};
	static const char *const bad[] = {
		"",
		"net0",
		"52:54:00:ab:cd",
		"52:54:00:ab:cd:ef:00",
		"52:54:00:ab:cd:e",
		"52:54:00:ab:cd:efa",
		"525:4:00:ab:cd:ef",
		"52:54:00-ab:cd:ef",
		"52:54:00:ab:cd:eg",
		":52:54:00:ab:cd:ef",
		"52:54:00:ab:cd:ef:",
		"525:400:abc:def",
		"525400abcde",
		"525400abcdef0",
		"5254_00ab_cdef",
		"525400ab:cdef",
		"5254.00ab.cdef ",
		"::::::",
		":",
		":::::",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char mac[BF_MAC_TEXT_SIZE];
		if (!bf_address_parse_mac(good[i], mac))
			fail_msg("'%s' is not taken", good[i]);
		assert_string_equal(mac, "52:54:00:ab:cd:ef");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char mac[BF_MAC_TEXT_SIZE];
		struct guard guard = guard_copy(bad[i], strlen(bad[i]) + 1);
		if (bf_address_parse_mac((const char *)guard.data, mac))
			fail_msg("'%s' is taken", bad[i]);
		guard_free(&guard);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_macs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
