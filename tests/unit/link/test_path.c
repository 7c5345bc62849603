/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_hosts(void **state)
{
	(void)state;
	static const struct {
		const char *path, *host, *folder;
	} cases[] = {
		{"/web1.iso", "web1", ""},
		{"/a1b2/web1.iso", "web1", "a1b2"},
		{"/a/b/c/d/web1.iso", "web1", "d"},
		{"/web1.example.com.iso", "web1.example.com", ""},
		{"/WEB_1-a.iso", "WEB_1-a", ""},
		{"/7.iso", "7", ""},
		{"/web1.iso.iso", "web1.iso", ""},
		{"/web1.iso/web2.iso", "web2", "web1.iso"},
		{"/healthz.iso", "healthz", ""},
		{"/a..b.iso", "a..b", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_path path;
		assert_int_equal(bf_path_parse(cases[i].path, &path), BF_PATH_IMAGE);
		assert_string_equal(path.host, cases[i].host);
		assert_string_equal(path.folder, cases[i].folder);
		assert_true(bf_path_is_host(path.host));
	}
}

static void test_none(void **state)
{
	(void)state;
	static const char *const paths[] = {
		"",
		"/",
		"//",
		"web1.iso",
		"/web1",
		"/web1.ISO",
		"/web1.iso/",
		"/.iso",
		"/..iso",
		"/../web1.iso",
		"/./web1.iso",
		"/a/../web1.iso",
		"/a/..",
		"//web1.iso",
		"/a//web1.iso",
		"/-web1.iso",
		"/_web1.iso",
		"/.web1.iso",
		"/web1%2eiso",
		"/%77eb1.iso",
		"/..%2f..%2fetc%2fpasswd.iso",
		"/web1;.iso",
		"/web1 .iso",
		"/web1\n.iso",
		"/web1\\.iso",
		"/web1:.iso",
		"/web1*.iso",
		"/web1{host}.iso",
		"/web1$.iso",
		"/w\303\251b.iso",
		"/healthz/",
		"/a/healthz",
		"http://a/web1.iso",
		"*",
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct bf_path path;
		if (bf_path_parse(paths[i], &path) != BF_PATH_NONE)
			fail_msg("'%s' was taken", paths[i]);
	}
	struct bf_path path;
	assert_int_equal(bf_path_parse("/healthz", &path), BF_PATH_HEALTH);
	assert_false(bf_path_is_host(""));
	assert_false(bf_path_is_host("a/b"));
	assert_false(bf_path_is_host(".a"));
}

static void test_lengths(void **state)
{
	(void)state;
	char path[2 * BF_PATH_MAX];
	struct bf_path parsed;
	char name[BF_PATH_HOST_SIZE + 1];
	memset(name, 'a', sizeof(name));

	snprintf(path, sizeof(path), "/%.*s.iso", BF_PATH_HOST_SIZE - 1, name);
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_IMAGE);
	assert_int_equal(strlen(parsed.host), BF_PATH_HOST_SIZE - 1);
	snprintf(path, sizeof(path), "/%.*s.iso", BF_PATH_HOST_SIZE, name);
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_NONE);

	memset(path, 'a', BF_PATH_MAX + 1);
	path[0] = '/';
	strcpy(path + BF_PATH_MAX - 6, "/a.iso");
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_IMAGE);
	strcpy(path + BF_PATH_MAX - 6, "/ab.iso");
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_lengths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
