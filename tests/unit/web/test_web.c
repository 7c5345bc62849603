/* SPDX-License-Identifier: GPL-3.0-only */
/* What the page's module does, with all sanitizers, which WebAssembly has not. */
#include "web/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char url[] = "http://192.0.2.1/boot";

static void set(struct bf_web *web, const char *name, const char *value)
{
	struct bf_error error;
	assert_int_equal(bf_web_set(web, name, value, &error), BF_OK);
}

static void assert_text(struct bf_buffer *text, const char *wanted)
{
	assert_int_equal(bf_buffer_append(text, "", 1), BF_OK);
	assert_non_null(strstr((const char *)text->data, wanted));
	text->size = 0;
}

static void test_image(void **state)
{
	struct bf_web web = {0};
	struct bf_buffer text = {0};
	struct bf_error error;
	(void)state;
	bf_web_reset(&web);
	assert_int_equal(bf_web_make(&web, 0, &text, &error), BF_ERR_USAGE);
	assert_string_equal(error.text, "neither a URL nor a script");
	set(&web, "arch", "bios,arm64");
	set(&web, "label", "AB");
	bf_web_reset(&web);
	set(&web, "url", url);
	set(&web, "vlan", "7");
	assert_int_equal(bf_web_make(&web, 0, &text, &error), BF_OK);
	assert_text(&text, "\"command\": \"boots-from --vlan 7 http://192.0.2.1/boot\"");
	/* Again, with what was made still there. */
	assert_int_equal(bf_web_preview(&web, &text, &error), BF_OK);
	assert_text(&text, "#!ipxe\n");
	bf_buffer_free(&text);
	bf_web_free(&web);
}

static void test_settings(void **state)
{
	static const struct {
		const char *name, *value, *sentence;
	} rows[] = {
		{"vlan", "4095", "--vlan: "},
		{"layout", "gtp", "--layout: 'gtp' is not one of"},
		{"amiga", "1", "--amiga: there is no option 'amiga'"},
	};
	struct bf_web web = {0};
	struct bf_error error;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bf_web_reset(&web);
		assert_true(bf_web_set(&web, rows[i].name, rows[i].value, &error) < 0);
		assert_ptr_equal(strstr(error.text, rows[i].sentence), error.text);
	}
	bf_web_reset(&web);
	for (size_t i = 0; i < BF_WEB_SETTINGS_MAX; i++)
		set(&web, "layout", "gpt");
	assert_int_equal(bf_web_set(&web, "layout", "gpt", &error), BF_ERR_NOMEM);
	bf_web_free(&web);
}

static void take(const struct bf_pieces *pieces, struct bf_buffer *ret)
{
	assert_int_equal(bf_buffer_zero(ret, (size_t)pieces->size), BF_OK);
	assert_int_equal(bf_pieces_read(pieces, 0, ret->data, ret->size), ret->size);
}

static void test_finished_image(void **state)
{
	struct bf_web web = {0};
	struct bf_buffer text = {0}, image = {0}, changed = {0};
	struct bf_error error;
	(void)state;
	bf_web_reset(&web);
	set(&web, "url", url);
	assert_int_equal(bf_web_make(&web, 0, &text, &error), BF_OK);
	take(&web.image.pieces, &image);
	text.size = 0;
	assert_int_equal(bf_web_inspect("a.iso", bf_buffer_view(&image), &text, &error),
			 BF_OK);
	assert_text(&text, url);
	bf_web_reset(&web);
	set(&web, "url", "tftp://192.0.2.9/x");
	assert_int_equal(
		bf_web_repoint(&web, "a b.iso", bf_buffer_view(&image), &text, &error),
		BF_OK);
	assert_text(&text, "boots-from repoint 'a b.iso' tftp://192.0.2.9/x");
	take(&web.changed, &changed);
	assert_int_equal(changed.size, image.size);
	assert_memory_not_equal(changed.data, image.data, image.size);
	assert_int_equal(
		bf_web_repoint(&web, "cut", bf_view(image.data, 99999), &text, &error),
		BF_ERR_FORMAT);
	bf_buffer_free(&changed);
	bf_buffer_free(&image);
	bf_buffer_free(&text);
	bf_web_free(&web);
}

static void test_list(void **state)
{
	static const char list[] = "host,vlan\none,7\ntwo,4095\nthree,\n";
	char path[] = "/tmp/test_web-XXXXXX";
	struct bf_web web = {0};
	struct bf_buffer text = {0};
	struct bf_error error;
	int fd = mkstemp(path);
	(void)state;
	assert_int_equal(write(fd, list, sizeof(list) - 1), sizeof(list) - 1);
	close(fd);
	bf_web_reset(&web);
	set(&web, "url", "http://192.0.2.1/{host}");
	assert_int_equal(bf_web_plan(&web, path, "{host}.iso", &text, &error), BF_OK);
	assert_text(&text, "\"file\": \"one.iso\"");
	assert_int_equal(web.plan.n_bad, 1);
	assert_int_equal(bf_web_row(&web, 0, &error), BF_OK);
	assert_int_equal(bf_web_row(&web, 2, &error), BF_OK);
	assert_int_equal(bf_web_row(&web, 1, &error), BF_ERR_INPUT);
	assert_int_equal(bf_web_row(&web, 3, &error), BF_ERR_INPUT);
	bf_web_reset(&web);
	assert_int_equal(bf_web_plan(&web, path, "{rack}.iso", &text, &error),
			 BF_ERR_USAGE);
	unlink(path);
	bf_buffer_free(&text);
	bf_web_free(&web);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_finished_image),
		cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
