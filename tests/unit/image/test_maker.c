/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

static void test_options(void **state)
{
	(void)state;
	struct bf_maker_options options = bf_maker_options_default();
	struct bf_error error;
	assert_int_equal(bf_maker_options_set(&options, "prebuilt", "a", NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "trust", "b", NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "label", "c", NULL), BF_OK);
	/* iPXE trusts one certificate, and no file has an empty name. */
	assert_int_equal(bf_maker_options_set(&options, "trust", "d", &error),
			 BF_ERR_USAGE);
	assert_int_equal(bf_maker_options_set(&options, "ipxe", "", &error),
			 BF_ERR_USAGE);
	assert_string_equal(options.prebuilt, "a");
	assert_string_equal(options.trust, "b");
	assert_string_equal(options.layout.label, "c");
	assert_int_equal(bf_maker_options_set(&options, "url", "d", &error),
			 BF_ERR_USAGE);
}

static void test_make(void **state)
{
	(void)state;
	struct bf_maker_options options = bf_maker_options_default();
	struct bf_maker maker;
	bf_cleanup(bf_image_free) struct bf_image image = {0};
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	assert_int_equal(bf_maker_init(&maker, &options, NULL), BF_OK);
	assert_int_equal(bf_maker_lay_out(&maker, NULL, 0, NULL), BF_OK);
	assert_int_equal(maker.tmpl.n_sites, 3);
	assert_non_null(strstr(maker.renderer.schemes, "http"));
	assert_int_equal(bf_target_set(&target, "url", "http://192.0.2.1/a", NULL),
			 BF_OK);
	assert_int_equal(bf_buffer_append(&image.script, "left over", 9), BF_OK);
	assert_int_equal(bf_image_make(&maker, &target, &image, NULL), BF_OK);
	assert_memory_equal(image.script.data, "set wait", 8);
	assert_int_equal(image.pieces.size, maker.tmpl.image.pieces.size);
	bf_maker_free(&maker);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
	} cases[] = {{"prebuilt", "/nonexistent"}, {"trust", "/nonexistent"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_maker_options options = bf_maker_options_default();
		struct bf_maker maker = {0};
		struct bf_error error = {""};
		assert_int_equal(bf_maker_options_set(&options, cases[i].name,
						      cases[i].value, NULL),
				 BF_OK);
		assert_int_equal(bf_maker_init(&maker, &options, &error), BF_ERR_IO);
		assert_non_null(strstr(error.text, "/nonexistent"));
		assert_null(maker.bundle);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
