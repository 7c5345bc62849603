/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/boots-from-secret.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink("one");
	unlink("two");
	return chdir("/") || rmdir(folder);
}

static void write_file(const char *name, const char *text, size_t size, mode_t mode)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static int read_one(struct bf_secrets *secrets, struct bf_error *error)
{
	const char *const paths[] = {"one"};
	return bf_secrets_read(paths, 1, secrets, error);
}

static void test_line_ends(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		size_t size;
	} cases[] = {
		{"0123456789abcdef0123456789abcdef", 32},
		{"0123456789abcdef0123456789abcdef\n", 32},
		{"0123456789abcdef0123456789abcdef\r\n", 32},
		{"0123456789abcdef0123456789abcdef\n\n", 33},
		{"0123456789abcdef\n0123456789abcdef", 33},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_secrets secrets;
		write_file("one", cases[i].file, strlen(cases[i].file), 0600);
		assert_int_equal(read_one(&secrets, NULL), BF_OK);
		assert_int_equal(secrets.n, 1);
		assert_int_equal(secrets.items[0].size, cases[i].size);
		assert_memory_equal(secrets.items[0].data, cases[i].file, cases[i].size);
		bf_secrets_free(&secrets);
	}
}

static void test_sizes(void **state)
{
	(void)state;
	static char text[BF_SECRET_MAX + 1];
	static const struct {
		size_t size;
		int err;
	} cases[] = {
		{0, BF_ERR_INPUT},
		{BF_SECRET_MIN - 1, BF_ERR_INPUT},
		{BF_SECRET_MIN, BF_OK},
		{BF_SECRET_MAX, BF_OK},
		{BF_SECRET_MAX + 1, BF_ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_secrets secrets = {0};
		struct bf_error error;
		write_file("one", text, cases[i].size, 0400);
		assert_int_equal(read_one(&secrets, &error), cases[i].err);
		if (cases[i].err)
			assert_non_null(strstr(error.text, "'one': a secret of "));
		bf_secrets_free(&secrets);
	}
}

static void test_who_can_read_it(void **state)
{
	(void)state;
	static const mode_t modes[] = {0640, 0604, 0644};
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct bf_secrets secrets = {0};
		struct bf_error error;
		write_file("one", "0123456789abcdef0123456789abcdef", 32, modes[i]);
		assert_int_equal(read_one(&secrets, &error), BF_ERR_INPUT);
		assert_non_null(strstr(error.text, "'one': others than its owner"));
		assert_int_equal(secrets.n, 0);
	}
}

static void test_two(void **state)
{
	(void)state;
	const char *const paths[] = {"one", "two"};
	struct bf_secrets secrets = {0};
	struct bf_error error;
	write_file("one", "0123456789abcdef0123456789abcdef", 32, 0600);
	unlink("two");
	assert_int_equal(bf_secrets_read(paths, 2, &secrets, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "two"));
	write_file("two", "0123456789ABCDEF0123456789ABCDEF", 32, 0600);
	assert_int_equal(bf_secrets_read(paths, 2, &secrets, &error), BF_OK);
	assert_int_equal(secrets.n, 2);
	assert_memory_not_equal(secrets.items[0].data, secrets.items[1].data, 32);
	bf_secrets_free(&secrets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_who_can_read_it),
		cmocka_unit_test(test_two),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
