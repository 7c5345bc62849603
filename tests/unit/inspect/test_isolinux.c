/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/isolinux.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_default(void **state)
{
	(void)state;
	static const struct {
		const char *config;
		const char *kernel; /* NULL: it cannot be told */
		const char *initrd; /* NULL for none */
	} cases[] = {
		{"DEFAULT a\nLABEL a\n KERNEL /x\n", "/x", NULL},
		{"default a\r\nlabel a\r\n  linux\t/x arguments\r\n", "/x", NULL},
		{"DEFAULT b\nLABEL a\nKERNEL /x\nLABEL b\nKERNEL /y\n", "/y", NULL},
		{"LABEL a\nKERNEL /x\nDEFAULT a", "/x", NULL},
		{"DEFAULT a\nLABEL a\nLABEL b\nKERNEL /y\n", NULL, NULL},
		{"DEFAULT a\n", NULL, NULL},
		{"DEFAULT a\nUI menu.c32\nLABEL a\nKERNEL /x\n", NULL, NULL},
		{"INCLUDE more.cfg\nDEFAULT a\nLABEL a\nKERNEL /x\n", NULL, NULL},
		{"", NULL, NULL},
		{"\n\n \n", NULL, NULL},
		{"DEFAULT a\nLABEL a\nKERNEL /x\nINITRD /i\n", "/x", "/i"},
		{"DEFAULT a\nLABEL a\ninitrd i j\nKERNEL /x\n", "/x", "i"},
		{"DEFAULT a\nLABEL b\nINITRD /i\nLABEL a\nKERNEL /x\n", "/x", NULL},
		{"DEFAULT a\nINITRD /i\nLABEL a\nKERNEL /x\n", "/x", NULL},
		{"DEFAULT a\nLABEL a\nINITRD /i\n", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_isolinux_label label;
		struct bf_view config = bf_view(cases[i].config, strlen(cases[i].config));
		bool found = bf_isolinux_default(config, &label);
		assert_int_equal(found, cases[i].kernel != NULL);
		if (!found)
			continue;
		assert_string_equal(label.kernel, cases[i].kernel);
		assert_string_equal(label.initrd, cases[i].initrd ? cases[i].initrd : "");
	}
}

/* Words and lines longer than there is room for are cut, not written past the room. */
static void test_long_lines(void **state)
{
	(void)state;
	struct bf_isolinux_label label;
	char config[4096];
	memset(config, 'x', sizeof(config));
	assert_false(bf_isolinux_default(bf_view(config, sizeof(config)), &label));
	memcpy(config, "DEFAULT a\nLABEL a\nKERNEL ", 25);
	assert_true(bf_isolinux_default(bf_view(config, sizeof(config)), &label));
	assert_int_equal(strlen(label.kernel), BF_ISOLINUX_PATH_SIZE - 1);
}

enum { OFFSET = 34 * 2048, SIZE = 256 };

static void forge(uint8_t loader[SIZE])
{
	for (size_t i = 0; i < SIZE; i++)
		loader[i] = (uint8_t)(i * 3);
	uint32_t sum = 0;
	for (size_t i = 64; i < SIZE; i += 4)
		sum += bf_le32(loader + i);
	bf_put_le32(loader + 8, 16);
	bf_put_le32(loader + 12, OFFSET / 2048);
	bf_put_le32(loader + 16, SIZE);
	bf_put_le32(loader + 20, sum);
}

static void test_info_table(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		const char *words;
	} cases[] = {
		{8, "believes to be at block"}, {12, "believes to be at block"},
		{17, "believes to have"},       {20, "has the checksum"},
		{64, "has the checksum"},       {SIZE - 1, "has the checksum"},
	};
	uint8_t loader[SIZE];
	struct bf_error error;
	forge(loader);
	assert_int_equal(bf_isolinux_check(bf_view(loader, SIZE), OFFSET, &error), BF_OK);
	assert_int_equal(bf_isolinux_check(bf_view(loader, 63), OFFSET, &error),
			 BF_ERR_FORMAT);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		forge(loader);
		loader[cases[i].at] ^= 0x40;
		assert_int_equal(bf_isolinux_check(bf_view(loader, SIZE), OFFSET, &error),
				 BF_ERR_FORMAT);
		assert_non_null(strstr(error.text, cases[i].words));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_info_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
