#include "ipxe/schemes.h"

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
	struct bf_schemes schemes;
	bf_schemes_split("aoe,http,tftp", &schemes);
	assert_int_equal(schemes.n, 3);
	assert_string_equal(schemes.names[0], "aoe");
	assert_string_equal(schemes.names[2], "tftp");
	bf_schemes_split("http", &schemes);
	assert_int_equal(schemes.n, 1);
}

/* More names than fit are dropped, never written past the end. */
static void test_too_many(void **state)
{
	(void)state;
	struct bf_schemes schemes;
	char list[BF_SCHEMES_SIZE];
	for (size_t i = 0; i + 1 < sizeof(list); i++)
		list[i] = i % 2 ? ',' : 'a';
	list[sizeof(list) - 1] = '\0';
	bf_schemes_split(list, &schemes);
	assert_int_equal(schemes.n, BF_SCHEMES_MAX);
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
		char list[BF_SCHEMES_SIZE];
		strcpy(list, cases[i].list);
		bf_schemes_intersect(list, cases[i].other);
		assert_string_equal(list, cases[i].both);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_intersect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
