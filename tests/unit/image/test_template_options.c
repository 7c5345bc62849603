/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/template_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_default(void **state)
{
	(void)state;
	struct bf_template_options options = bf_template_options_default();
	assert_int_equal(options.archs, 0);
	assert_string_equal(options.label, "BOOTS_FROM");
	assert_int_equal(options.layout, BF_ISO_LAYOUT_ISOHYBRID);
}

static void test_archs(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		unsigned archs;
	} cases[] = {
		{"bios", 1u << BF_ARCH_BIOS},
		{"x86_64,bios", 1u << BF_ARCH_BIOS | 1u << BF_ARCH_X86_64},
		{"arm64,arm64", 1u << BF_ARCH_ARM64},
		{"riscv64", 1u << BF_ARCH_RISCV64},
		{"all", (1u << BF_ARCH_COUNT) - 1},
		{"bios,all", (1u << BF_ARCH_COUNT) - 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_template_options options = bf_template_options_default();
		assert_int_equal(
			bf_template_options_set(&options, "arch", cases[i].value, NULL),
			BF_OK);
		assert_int_equal(options.archs, cases[i].archs);
	}
}

static void test_layout_and_label(void **state)
{
	(void)state;
	struct bf_template_options options = bf_template_options_default();
	assert_int_equal(bf_template_options_set(&options, "layout", "gpt", NULL), BF_OK);
	assert_int_equal(options.layout, BF_ISO_LAYOUT_GPT);
	assert_int_equal(bf_template_options_set(&options, "layout", "cd", NULL), BF_OK);
	assert_int_equal(options.layout, BF_ISO_LAYOUT_CD);
	assert_int_equal(bf_template_options_set(&options, "label", "a-B_c.7", NULL),
			 BF_OK);
	assert_string_equal(options.label, "a-B_c.7");
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value, *words;
	} cases[] = {
		{"arch", "", "'' is not one of bios, x86_64, arm64, riscv64, all"},
		{"arch", "x86_46", "did you mean x86_64?"},
		{"arch", "bios,", "'' is not one of"},
		{"arch", "bios,,arm64", "'' is not one of"},
		{"arch", "allx", "'allx'"},
		{"arch", "a\nb", "'a\\x0ab'"},
		{"script-room", "2M", "'2M' is not a size from 1 to 1048576 bytes"},
		{"layout", "", "'' is not one of isohybrid, gpt, mbr, cd"},
		{"layout", "isohybird", "did you mean isohybrid?"},
		{"label", "", "the label is empty"},
		{"label", "a b", "column 2"},
		{"label", "123456789012345678901234567890123", "33 characters, at most"},
		{"colour", "red", "there is no option 'colour'"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_template_options options = bf_template_options_default();
		struct bf_error error = {""};
		assert_int_equal(bf_template_options_set(&options, cases[i].name,
							 cases[i].value, &error),
				 BF_ERR_USAGE);
		if (!strstr(error.text, cases[i].words))
			fail_msg("'%s' lacks '%s'", error.text, cases[i].words);
		assert_int_equal(options.archs, 0);
		assert_string_equal(options.label, "BOOTS_FROM");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_archs),
		cmocka_unit_test(test_layout_and_label),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
