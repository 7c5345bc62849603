/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/base85.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

/* Z85's own example, every length of the last group, and the two digits that are not Z85's. */
static void test_vectors(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"h", "xA"},
		{"hi", "xLv"},
		{"him", "xLzq"},
		{"\x86\x4f\xd2\x6f\xb5\x59\xf7\x5b", "HelloWorld"},
		{"\xff\xff\xff\xff", "%nSc0"},
		{"\x02\xaa\xdb\x20", "0~_#$"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bf_buffer text = {0};
		struct guard guard = guard_copy(rows[i][0], strlen(rows[i][0]));
		assert_int_equal(bf_buffer_print(&text, "="), BF_OK);
		assert_int_equal(bf_base85_append(&text, bf_view(guard.data, guard.size)),
				 BF_OK);
		assert_int_equal(text.size, strlen(rows[i][1]) + 1);
		assert_memory_equal(text.data + 1, rows[i][1], text.size - 1);
		guard_free(&guard);
		bf_buffer_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
