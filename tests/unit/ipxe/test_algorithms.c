/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/algorithms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"

#define RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define ECDSA "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define P256 "\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define P384 "\x2b\x81\x04\x00\x22"

static void assert_list(const char *program, size_t size, const char *expected)
{
	char list[BF_ALGORITHMS_SIZE];
	struct guard guard = guard_copy(program, size);
	bf_algorithms_list(bf_view(guard.data, guard.size), list);
	assert_string_equal(list, expected);
	guard_free(&guard);
}

static void test_list(void **state)
{
	(void)state;
	static const char all[] = P384 "..." P256 RSA "." ECDSA;
	static const char rsa[] = "." P384 "." RSA;
	assert_list(all, sizeof(all) - 1, "rsa,ecdsa,p256,p384");
	assert_list(rsa, sizeof(rsa) - 1, "rsa,p384");
	assert_list(rsa, sizeof(rsa) - 2, "p384");
	assert_list("", 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
