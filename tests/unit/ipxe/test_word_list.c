/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/word_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_split(void **state)
{
	(void)state;
	struct bf_word_list schemes;
	bf_word_list_split("aoe,http,tftp", &schemes);
	assert_int_equal(schemes.n, 3);
	assert_string_equal(schemes.words[0], "aoe");
	assert_string_equal(schemes.words[2], "tftp");
	bf_word_list_split("http", &schemes);
	assert_int_equal(schemes.n, 1);
}

/* More names than fit are dropped, never written past the end. */
static void test_too_many(void **state)
{
	(void)state;
	struct bf_word_list schemes;
	char list[BF_WORD_LIST_SIZE];
	for (size_t i = 0; i + 1 < sizeof(list); i++)
		list[i] = i % 2 ? ',' : 'a';
	list[sizeof(list) - 1] = '\0';
	bf_word_list_split(list, &schemes);
	assert_int_equal(schemes.n, BF_WORD_LIST_MAX);
}

static void test_intersect(void **state)
{
	(void)state;
	static const struct {
		const char *list, *other, *both;
	} cases[] = {
		{"aoe,file,http", "aoe,http", "aoe,http"},
		{"aoe,http", "aoe,file,http", "aoe,http"},
		{"http", "https", ""},
		{"https,http", "http", "http"},
		{"", "http", ""},
		{"tftp", "tftp", "tftp"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char list[BF_WORD_LIST_SIZE];
		strcpy(list, cases[i].list);
		bf_word_list_intersect(list, cases[i].other);
		assert_string_equal(list, cases[i].both);
	}
}

static void test_has(void **state)
{
	(void)state;
	static const char list[] = "rsa,ecdsa,p256";
	assert_true(bf_word_list_has(list, "rsa"));
	assert_true(bf_word_list_has(list, "ecdsa"));
	assert_true(bf_word_list_has(list, "p256"));
	assert_false(bf_word_list_has(list, "p384"));
	assert_false(bf_word_list_has(list, "p25"));
	assert_false(bf_word_list_has(list, "p2567"));
	assert_false(bf_word_list_has(list, "rsa,ecdsa"));
	assert_false(bf_word_list_has("", "rsa"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_intersect),
		cmocka_unit_test(test_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
