/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

static const char schemes[] = "aoe,http,https,iscsi,nfs,tftp";

/* Check a copy that ends at a guard page, so that looking past the NUL is a crash. */
static int check(const char *url, struct bf_error *error)
{
	struct guard guard = guard_copy(url, strlen(url) + 1);
	int err = bf_url_check((const char *)guard.data, schemes, error);
	guard_free(&guard);
	return err;
}

static void test_accepted(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"http://h/",
		"http://h",
		"hTTp://h/",
		"http://h:1/",
		"http://h:65535/",
		"http://h:/",
		"http://u:p@h:80/",
		"http://u@v@h/",
		"http://[::1]/",
		"http://[fe80::1%25net0]:80/",
		"http://${a}:${b}/",
		"http://h:${port}/",
		"http://h?x",
		"http://h#x",
		"http://${a${b${c}}}/",
		"${url}",
		"http://h/}{$$}",
		"iscsi:10.0.0.1::::iqn.x",
		"aoe:e0.0",
		"tftp://h/x",
	};
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct bf_error error = {"no error text"};
		if (check(urls[i], &error))
			fail_msg("%s: %s", urls[i], error.text);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *url, *words;
	} cases[] = {
		{"", "is empty"},
		{"http://h/\x01", "\\x01 at column 10"},
		{"http://h/\xff", "\\xff at column 10"},
		{"h ttp://h/", "space at column 2"},
		{"http://h/\\", "backslash at column 10: write it as %5C"},
		{"http://h/a\\b", "backslash at column 11"},
		{"${\\}", "backslash at column 3"},
		{"\\", "backslash at column 1"},
		{"http://h/${", "without its }"},
		{"${", "without its }"},
		{"${a", "without its }"},
		{"http://h/${a${b}", "${ at column 10"},
		{"${}", "empty ${}"},
		{"http", "not a URL"},
		{":", "not a URL"},
		{"http:", "needs //"},
		{"http:/", "needs //"},
		{"http:/h", "needs //"},
		{"http://", "no host"},
		{"http://?", "no host"},
		{"http://#", "no host"},
		{"http://@", "no host"},
		{"http://:1", "no host"},
		{"http://[", "IPv6"},
		{"http://[]", "IPv6"},
		{"http://[::1]1", "port after ]"},
		{"http://h:65536", ":65536"},
		{"http://h:00000000000080", "port"},
		{"http://h:-1", "port"},
		{"http://h:1x", "port"},
		{"htttp://h/", "did you mean 'http:'"},
		{"ftp://h/", "cannot open ftp:"},
		{"h:80/x", "did you mean http://h:80/x?"},
		{"h/x", "did you mean http://h/x?"},
		{"iscsi:", "nothing after"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_error error = {"no error text"};
		assert_int_equal(check(cases[i].url, &error), BF_ERR_INPUT);
		if (!strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].url, error.text);
	}
}

/* Whatever the bytes, the answer is yes or a sentence that is printable. */
static bool needs_dns(const char *url)
{
	struct guard guard = guard_copy(url, strlen(url) + 1);
	bool needs = bf_url_needs_dns((const char *)guard.data);
	guard_free(&guard);
	return needs;
}

static void test_needs_dns(void **state)
{
	(void)state;
	static const char *const names[] = {
		"http://a.example/",     "http://a.example", "HTTP://u:p@a.example:80/",
		"http://192.0.2.1.a/x",  "tftp://1a/x",      "nfs://a/192.0.2.1",
		"iscsi:a.example::::iqn"};
	static const char *const others[] = {"http://192.0.2.1",
					     "http://u@192.0.2.1:80/a",
					     "http://[::1]/a",
					     "http://${a}/b",
					     "http://a.${b}/c",
					     "${url}",
					     "iscsi:192.0.2.1::::a",
					     "iscsi:[::1]::::a",
					     "iscsi:${a}::::b",
					     "aoe:e0.0",
					     "a.example",
					     "http:",
					     "http:/",
					     "http://",
					     "iscsi:",
					     ""};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!needs_dns(names[i]))
			fail_msg("%s", names[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (needs_dns(others[i]))
			fail_msg("%s", others[i]);
}

static void test_noise(void **state)
{
	(void)state;
	static const char alphabet[] = "htp:/[]@${}.?#%0129 a\"\\\n\x80";
	uint32_t seed = 1;
	char url[40];
	for (int round = 0; round < 200000; round++) {
		struct bf_error error = {""};
		size_t length = 0;
		do {
			seed = seed * 1664525 + 1013904223;
			url[length++] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		} while (length < sizeof(url) - 1 && (seed >> 8) % 24);
		url[length] = '\0';
		needs_dns(url);
		if (bf_url_check(url, schemes, &error) == BF_OK) {
			assert_null(strchr(url, '\\'));
			continue;
		}
		assert_true(error.text[0] != '\0');
		for (const char *p = error.text; *p; p++)
			assert_true(*p >= ' ' && *p <= '~');
	}
}

static void test_parts(void **state)
{
	(void)state;
	struct bf_error error;
	assert_int_equal(bf_url_check_part("", NULL), BF_OK);
	assert_int_equal(bf_url_check_part("a3/${mac}%20", NULL), BF_OK);
	assert_int_equal(bf_url_check_part("a 3", &error), BF_ERR_INPUT);
	assert_string_equal(error.text, "it has a space at column 2: write it as %20");
}

static void test_san(void **state)
{
	(void)state;
	assert_true(bf_url_is_san("iscsi:h::::iqn"));
	assert_true(bf_url_is_san("AOE:e0.0"));
	assert_false(bf_url_is_san("http://iscsi/"));
	assert_false(bf_url_is_san("${iscsi}"));
	assert_false(bf_url_is_san(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_noise),    cmocka_unit_test(test_needs_dns),
		cmocka_unit_test(test_san),      cmocka_unit_test(test_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
