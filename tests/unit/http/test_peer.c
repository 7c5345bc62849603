/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bf_peer make(const char *address)
{
	struct sockaddr_storage from = {.ss_family = AF_INET6};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(4711)};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(4711)};
	if (strchr(address, ':')) {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
		memcpy(&from, &in6, sizeof(in6));
	} else {
		assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
		memcpy(&from, &in, sizeof(in));
	}
	return bf_peer((const struct sockaddr *)&from);
}

static void test_print(void **state)
{
	(void)state;
	static const struct {
		const char *address, *text;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1:4711"},
		{"::ffff:192.0.2.1", "192.0.2.1:4711"},
		{"2001:db8::1", "[2001:db8::1]:4711"},
		{"::1", "[::1]:4711"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[BF_PEER_TEXT_SIZE];
		struct bf_peer peer = make(cases[i].address);
		assert_string_equal(bf_peer_print(&peer, text), cases[i].text);
	}
}

static void test_share(void **state)
{
	(void)state;
	static const struct {
		const char *one, *other;
		int same;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1", 1},
		{"192.0.2.1", "192.0.2.2", 0},
		{"192.0.2.1", "::ffff:192.0.2.1", 1},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.2", 0},
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", 1},
		{"2001:db8::1", "2001:db8:0:1::1", 0},
		{"2001:db8::1", "2001:db9::1", 0},
		{"::1", "192.0.2.1", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_peer one = make(cases[i].one);
		struct bf_peer other = make(cases[i].other);
		assert_int_equal(bf_peer_share(&one) == bf_peer_share(&other),
				 cases[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
