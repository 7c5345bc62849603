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
		{"//web1.iso", "web1", ""},
		{"///a1b2//web1.iso", "web1", "a1b2"},
		{"/web1.ISO", "web1", ""},
		{"/web1.Iso", "web1", ""},
		{"/web1.ISO.iso", "web1.ISO", ""},
		{"/%77eb1.iso", "web1", ""},
		{"/%57EB1%2eIS%4f", "WEB1", ""},
		{"/a%2Db%5Fc/%7a%5A%30%39.iso", "zZ09", "a-b_c"},
		{"/%41%31%2D/web1%2Eiso", "web1", "A1-"},
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
		"/web1.iso/",
		"/.iso",
		"/..iso",
		"/../web1.iso",
		"/./web1.iso",
		"/a/../web1.iso",
		"/a/..",
		"/-web1.iso",
		"/_web1.iso",
		"/.web1.iso",
		"/..%2f..%2fetc%2fpasswd.iso",
		"/%2e%2e/web1.iso",
		"/%2E/web1.iso",
		"/a/%2e%2e/web1.iso",
		"/%2d.iso",
		"/%5f.iso",
		"/a%2Fweb1.iso",
		"/a%5Cweb1.iso",
		"%2fweb1.iso",
		"/web1.iso%00",
		"/web%001.iso",
		"/web1%00.iso",
		"/web1%2",
		"/web1%",
		"/web1%.iso",
		"/web1%zz.iso",
		"/web1%2g.iso",
		"/web1%g2.iso",
		"/web1% 1.iso",
		"/web1%+1.iso",
		"/web1%7e.iso",
		"/web1~.iso",
		"/web1%20.iso",
		"/web1+.iso",
		"/web1%25.iso",
		"/%2577eb1.iso",
		"/w%c3%a9b.iso",
		"/w%E1b.iso",
		"/web1.iso//",
		"/web1.iso%2f",
		"/web1.is\304\260",
		"///",
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
	assert_int_equal(bf_path_parse("//%68ealthz", &path), BF_PATH_HEALTH);
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

/* Every byte and its encoding: it is the same name, or neither is one. */
static void test_encoded(void **state)
{
	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		struct bf_path plain, encoded;
		char path[32];
		snprintf(path, sizeof(path), "/a/x%cx.iso", (int)byte);
		enum bf_path_kind kind = bf_path_parse(path, &plain);
		snprintf(path, sizeof(path), "/a/x%%%02xx.iso", byte);
		if (byte == '/')
			kind = BF_PATH_NONE;
		assert_int_equal(bf_path_parse(path, &encoded), kind);
		if (kind == BF_PATH_IMAGE)
			assert_string_equal(encoded.host, plain.host);
	}
}

/* What is encoded counts as what it stands for, and slashes that are passed over do not. */
static void test_length_encoded(void **state)
{
	(void)state;
	char path[4 * BF_PATH_MAX] = "/";
	struct bf_path parsed;
	for (size_t i = 1; i <= BF_PATH_HOST_SIZE - 1; i++)
		strcat(path, "%61");
	strcat(path, ".iso");
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_IMAGE);
	assert_int_equal(strlen(parsed.host), BF_PATH_HOST_SIZE - 1);

	memset(path, '/', 3 * BF_PATH_MAX);
	strcpy(path + 3 * BF_PATH_MAX, "a.iso");
	assert_int_equal(bf_path_parse(path, &parsed), BF_PATH_IMAGE);
	assert_string_equal(parsed.host, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),          cmocka_unit_test(test_none),
		cmocka_unit_test(test_lengths),        cmocka_unit_test(test_encoded),
		cmocka_unit_test(test_length_encoded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
