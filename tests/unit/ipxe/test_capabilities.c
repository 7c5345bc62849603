/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/capabilities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct bf_capabilities new_ipxe = {.schemes = "http,https,tftp",
						.algorithms_known = true,
						.algorithms = "rsa,ecdsa,p256",
						.slot_size = 8192};
static const struct bf_capabilities old_ipxe = {.schemes = "aoe,http,tftp",
						.algorithms_known = true,
						.algorithms = "rsa,p384",
						.slot_size = 4096};
static const struct bf_capabilities stranger = {.schemes = "http", .slot_size = 16384};

/* Whatever the order, the set can do what all of one architecture's can. */
static void test_add(void **state)
{
	(void)state;
	const struct bf_capabilities *const orders[][3] = {
		{&new_ipxe, &old_ipxe, NULL},
		{&old_ipxe, &new_ipxe, NULL},
		{&stranger, &old_ipxe, &new_ipxe},
		{&new_ipxe, &stranger, &old_ipxe},
	};
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct bf_capability_set set = {0};
		for (size_t j = 0; j < 3 && orders[i][j]; j++)
			bf_capability_set_add(&set, BF_ARCH_ARM64, orders[i][j]);
		const struct bf_capabilities *can = &set.of[BF_ARCH_ARM64];
		assert_int_equal(set.archs, 1u << BF_ARCH_ARM64);
		assert_string_equal(can->schemes, orders[i][2] ? "http" : "http,tftp");
		assert_true(can->algorithms_known);
		assert_string_equal(can->algorithms, "rsa");
		assert_int_equal(can->slot_size, 4096);
	}
}

static void test_unknown_algorithms(void **state)
{
	(void)state;
	struct bf_capability_set set = {0};
	bf_capability_set_add(&set, BF_ARCH_BIOS, &stranger);
	bf_capability_set_add(&set, BF_ARCH_BIOS, &stranger);
	assert_false(set.of[BF_ARCH_BIOS].algorithms_known);
}

static void test_schemes(void **state)
{
	(void)state;
	struct bf_capability_set set = {0};
	char schemes[BF_WORD_LIST_SIZE];
	bf_capability_set_schemes(&set, schemes);
	assert_string_equal(schemes, "");
	bf_capability_set_add(&set, BF_ARCH_X86_64, &new_ipxe);
	bf_capability_set_schemes(&set, schemes);
	assert_string_equal(schemes, new_ipxe.schemes);
	bf_capability_set_add(&set, BF_ARCH_BIOS, &old_ipxe);
	bf_capability_set_schemes(&set, schemes);
	assert_string_equal(schemes, "http,tftp");
}

static void test_check_body(void **state)
{
	(void)state;
	struct bf_capability_set set = {0};
	struct bf_error error;
	char body[5000];
	memset(body, '#', sizeof(body));
	bf_capability_set_add(&set, BF_ARCH_X86_64, &new_ipxe);
	assert_int_equal(bf_capability_set_check_body(&set, sizeof(body), &error), BF_OK);
	bf_capability_set_add(&set, BF_ARCH_ARM64, &old_ipxe);
	assert_int_equal(bf_capability_set_check_body(&set, sizeof(body), &error),
			 BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "5000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_unknown_algorithms),
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_check_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
