#include "image/maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_options(void **state)
{
	(void)state;
	struct bf_maker_options options = {.layout = bf_template_options_default()};
	struct bf_error error;
	assert_int_equal(bf_maker_options_set(&options, "prebuilt", "a", NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "trust", "b", NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "label", "c", NULL), BF_OK);
	assert_string_equal(options.prebuilt, "a");
	assert_string_equal(options.trust, "b");
	assert_string_equal(options.layout.label, "c");
	assert_int_equal(bf_maker_options_set(&options, "url", "d", &error),
			 BF_ERR_USAGE);
}

static void test_new(void **state)
{
	(void)state;
	struct bf_maker_options options = {.layout = bf_template_options_default()};
	struct bf_maker maker;
	struct bf_buffer script = {0};
	assert_int_equal(bf_maker_new(&options, &maker, NULL), BF_OK);
	assert_int_equal(maker.image_template.n_sites, 3);
	assert_non_null(strstr(maker.schemes, "http"));
	assert_int_equal(bf_buffer_append(&script, "left over", 9), BF_OK);
	assert_int_equal(bf_maker_begin_script(&maker, &script, NULL), BF_OK);
	assert_int_equal(script.size, 0);
	bf_buffer_free(&script);
	bf_maker_free(&maker);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
	} cases[] = {{"prebuilt", "/nonexistent"}, {"trust", "/nonexistent"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_maker_options options = {.layout =
							   bf_template_options_default()};
		struct bf_maker maker = {0};
		struct bf_error error = {""};
		assert_int_equal(bf_maker_options_set(&options, cases[i].name,
						      cases[i].value, NULL),
				 BF_OK);
		assert_int_equal(bf_maker_new(&options, &maker, &error), BF_ERR_IO);
		assert_non_null(strstr(error.text, "/nonexistent"));
		assert_null(maker.bundle);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
