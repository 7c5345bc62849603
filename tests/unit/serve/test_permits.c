/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/permits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { NOW = 1800000000, MARGIN = 60 };

static const char *const files[] = {"one", "two"};
static const char *const texts[] = {"0123456789abcdef0123456789abcdef",
				    "another secret, of some length.."};
static char folder[] = "/tmp/boots-from-permits.XXXXXX";

static void write_secret(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0600), 0);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	write_secret(files[0], texts[0]);
	write_secret(files[1], texts[1]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(files[0]);
	unlink(files[1]);
	return chdir("/") || rmdir(folder);
}

static struct bf_permits *new_permits(size_t n)
{
	struct bf_permits *permits;
	assert_int_equal(bf_permits_new(files, n, MARGIN, &permits, NULL), BF_OK);
	return permits;
}

/* The path of a host's image, below a token made with this secret. */
static struct bf_path path_of(const char *secret, const char *host, uint32_t expires,
			      const char *settings)
{
	struct bf_path path = {.kind = BF_PATH_IMAGE};
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	const struct bf_token token = {
		.expires = expires,
		.settings = bf_view(settings, settings ? strlen(settings) + 1 : 0)};
	assert_int_equal(
		bf_token_print(bf_view(secret, strlen(secret)), &token, host, &text),
		BF_OK);
	snprintf(path.host, sizeof(path.host), "%s", host);
	snprintf(path.folder, sizeof(path.folder), "%.*s", (int)text.size,
		 (const char *)text.data);
	return path;
}

/* Asked twice: the second time it may be remembered. */
static bool judge(struct bf_permits *permits, const struct bf_path *path, int64_t now)
{
	struct bf_token_bytes bytes;
	struct bf_token token;
	bool first = bf_permits_judge(permits, path, now, &bytes, &token);
	assert_int_equal(bf_permits_judge(permits, path, now, &bytes, &token), first);
	return first;
}

static void test_nothing_needed(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(0);
	const struct bf_path path = {.kind = BF_PATH_IMAGE, .host = "web1"};
	assert_false(bf_permits_are_needed(permits));
	assert_true(judge(permits, &path, NOW));
	bf_permits_free(permits);
}

static void test_until_a_time(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(1);
	struct bf_path path = path_of(texts[0], "web1", NOW, NULL);
	assert_true(bf_permits_are_needed(permits));
	assert_true(judge(permits, &path, NOW - 1));
	assert_true(judge(permits, &path, NOW + MARGIN - 1));
	/* Remembered, and no longer good; the clock may go back again. */
	assert_false(judge(permits, &path, NOW + MARGIN));
	assert_true(judge(permits, &path, NOW));
	bf_permits_free(permits);
}

/* What is remembered of one token permits nothing to another. */
static void test_others(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(1);
	struct bf_path right = path_of(texts[0], "web1", NOW, NULL), wrong;
	assert_true(judge(permits, &right, 0));
	for (size_t i = 0; right.folder[i]; i++) {
		wrong = right;
		wrong.folder[i] = wrong.folder[i] == 'A' ? 'B' : 'A';
		assert_false(judge(permits, &wrong, 0));
		wrong = right;
		wrong.folder[i] = '\0';
		assert_false(judge(permits, &wrong, 0));
	}
	wrong = right;
	strcpy(wrong.host, "web2");
	assert_false(judge(permits, &wrong, 0));
	wrong = path_of(texts[1], "web1", NOW, NULL);
	assert_false(judge(permits, &wrong, 0));
	assert_true(judge(permits, &right, 0));
	bf_permits_free(permits);
}

static void test_settings_are_remembered(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(1);
	struct bf_token_bytes bytes;
	struct bf_token token;
	static const char *const settings[] = {"url=http://192.0.2.1/a",
					       "url=http://192.0.2.1/other", NULL};
	for (int i = 0; i < 9; i++) {
		const char *text = settings[i % 3];
		struct bf_path path = path_of(texts[0], "web1", NOW, text);
		for (int again = 0; again < 2; again++) {
			memset(&bytes, 0xff, sizeof(bytes));
			assert_true(bf_permits_judge(permits, &path, 0, &bytes, &token));
			assert_int_equal(token.expires, NOW);
			assert_int_equal(token.settings.size,
					 text ? strlen(text) + 1 : 0);
			if (text)
				assert_memory_equal(token.settings.data, text,
						    strlen(text) + 1);
		}
	}
	bf_permits_free(permits);
}

static void test_secrets_change(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(1);
	struct bf_path old = path_of(texts[0], "web1", NOW, NULL);
	struct bf_path new = path_of(texts[1], "web1", NOW, NULL);
	assert_true(judge(permits, &old, 0));
	write_secret(files[0], texts[1]);
	assert_true(judge(permits, &old, 0));
	assert_int_equal(bf_permits_reload(permits, NULL), BF_OK);
	assert_false(judge(permits, &old, 0));
	assert_true(judge(permits, &new, 0));
	write_secret(files[0], "short");
	assert_int_equal(bf_permits_reload(permits, NULL), BF_ERR_INPUT);
	assert_true(judge(permits, &new, 0));
	bf_permits_free(permits);
	write_secret(files[0], texts[0]);
}

static void test_either_of_two(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(2);
	struct bf_path one = path_of(texts[0], "web1", NOW, NULL);
	struct bf_path two = path_of(texts[1], "web1", NOW, NULL);
	for (int i = 0; i < 3; i++) {
		assert_true(judge(permits, &one, 0));
		assert_true(judge(permits, &two, 0));
	}
	bf_permits_free(permits);
}

/* Far more hosts than are remembered. */
static void test_many_hosts(void **state)
{
	(void)state;
	struct bf_permits *permits = new_permits(1);
	char host[16];
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			snprintf(host, sizeof(host), "web%d", i);
			struct bf_path path = path_of(texts[0], host, NOW, NULL);
			assert_true(judge(permits, &path, 0));
			snprintf(path.host, sizeof(path.host), "web%d", i + 1);
			assert_false(judge(permits, &path, 0));
		}
	bf_permits_free(permits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_needed),
		cmocka_unit_test(test_until_a_time),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_settings_are_remembered),
		cmocka_unit_test(test_secrets_change),
		cmocka_unit_test(test_either_of_two),
		cmocka_unit_test(test_many_hosts),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
