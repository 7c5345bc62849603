/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/passphrase_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "key_files.h"

static const char *const names[] = {"passphrase", NULL};

static int read_text(struct bf_view file, char text[BF_PASSPHRASE_SIZE],
		     struct bf_error *error)
{
	BIO *bio = BIO_new_mem_buf(file.data, (int)file.size);
	const char *path = key_file("passphrase", bio);
	struct bf_passphrase_file in_file = {.path = path};
	return bf_passphrase_file_read(&in_file, "key", text, error);
}

static void test_first_line(void **state)
{
	(void)state;
	static const struct {
		const char *file, *text;
	} cases[] = {
		{"secret", "secret"},         {"secret\n", "secret"},
		{"secret\r\n", "secret"},     {" a b \nnot this\n", " a b "},
		{"s\xc3\xa9\n", "s\xc3\xa9"}, {"a\rb\r", "a\rb"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[BF_PASSPHRASE_SIZE] = "left over from before";
		struct bf_view file = bf_view(cases[i].file, strlen(cases[i].file));
		assert_int_equal(read_text(file, text, NULL), BF_OK);
		assert_string_equal(text, cases[i].text);
	}
}

static void test_longest(void **state)
{
	(void)state;
	char line[BF_PASSPHRASE_SIZE + 1], text[BF_PASSPHRASE_SIZE];
	struct bf_error error;
	memset(line, 'a', sizeof(line));
	line[BF_PASSPHRASE_SIZE - 1] = '\n';
	assert_int_equal(read_text(bf_view(line, sizeof(line)), text, NULL), BF_OK);
	assert_int_equal(strlen(text), BF_PASSPHRASE_SIZE - 1);
	line[BF_PASSPHRASE_SIZE - 1] = 'a';
	line[BF_PASSPHRASE_SIZE] = '\n';
	assert_int_equal(read_text(bf_view(line, sizeof(line)), text, &error),
			 BF_ERR_INPUT);
	assert_non_null(strstr(error.text, "1024 bytes; at most 1023"));
}

static void test_who_can_read_it(void **state)
{
	(void)state;
	const char *path = key_file("passphrase", BIO_new_mem_buf("secret", -1));
	for (mode_t mode = 0600; mode <= 0644; mode += 044) {
		struct bf_passphrase_file in_file = {.path = path};
		char text[BF_PASSPHRASE_SIZE];
		assert_int_equal(chmod(path, mode), 0);
		assert_int_equal(bf_passphrase_file_read(&in_file, "key", text, NULL),
				 BF_OK);
		assert_int_equal(in_file.is_open, mode != 0600);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		size_t size;
		const char *sentence;
	} cases[] = {
		{"", 0, "empty"},
		{"\nsecret\n", 8, "empty"},
		{"\r\n", 2, "empty"},
		{"se\0cret\n", 8, "zero byte"},
	};
	struct bf_passphrase_file nowhere = {.path = "/nonexistent"};
	char text[BF_PASSPHRASE_SIZE];
	struct bf_error error;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			read_text(bf_view(cases[i].file, cases[i].size), text, &error),
			BF_ERR_INPUT);
		assert_non_null(strstr(error.text, cases[i].sentence));
		assert_non_null(strstr(error.text, "passphrase'"));
	}
	assert_int_equal(bf_passphrase_file_read(&nowhere, "key", text, &error),
			 BF_ERR_IO);
}

static int remove_files(void **state)
{
	(void)state;
	key_files_remove(names);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_who_can_read_it),
	};
	return cmocka_run_group_tests(tests, NULL, remove_files);
}
