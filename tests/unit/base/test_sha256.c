/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The examples of FIPS 180-4, as published with the standard. */
static void test_examples(void **state)
{
	(void)state;
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc",
		 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char hex[BF_SHA256_HEX_SIZE];
		struct bf_view bytes = bf_view(cases[i].text, strlen(cases[i].text));
		assert_int_equal(bf_sha256_hex(bytes, hex), BF_OK);
		assert_string_equal(hex, cases[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
