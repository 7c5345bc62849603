/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "link/path.h"

static const char secret[] = "0123456789abcdef0123456789abcdef";

static const struct bf_renderer renderer = {.schemes = "http,https", .is_open = true};

static struct bf_link plain(void)
{
	return (struct bf_link){.secret = bf_view(secret, strlen(secret)),
				.base = "http://192.0.2.1:8080",
				.host = "web1",
				.expires = 1800000000,
				.renderer = &renderer};
}

static struct bf_buffer settings; /* of the link that pack() was called for */

static void pack(struct bf_link *link, const char *const *texts, size_t n)
{
	settings.size = 0;
	for (size_t i = 0; i < n && texts[i]; i++)
		assert_int_equal(
			bf_buffer_append(&settings, texts[i], strlen(texts[i]) + 1),
			BF_OK);
	link->settings = bf_buffer_view(&settings);
}

static int print(const struct bf_link *link, char text[2048], struct bf_error *error)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer buffer = {0};
	int err = bf_link_print(link, &buffer, error);
	snprintf(text, 2048, "%.*s", (int)buffer.size, (const char *)buffer.data);
	return err;
}

static void test_bases(void **state)
{
	(void)state;
	static const struct {
		const char *base, *start; /* NULL: refused */
	} cases[] = {
		{"http://192.0.2.1:8080", "http://192.0.2.1:8080/B"},
		{"http://192.0.2.1:8080/", "http://192.0.2.1:8080/B"},
		{"https://boot.example/images//", "https://boot.example/images/B"},
		{"http://[2001:db8::1]:80", "http://[2001:db8::1]:80/B"},
		{"", NULL},
		{"http://", NULL},
		{"http:///", NULL},
		{"http:///a", NULL},
		{"ftp://192.0.2.1", NULL},
		{"192.0.2.1:8080", NULL},
		{"http://192.0.2.1/?a=", NULL},
		{"http://192.0.2.1/#a", NULL},
		{"http://192.0.2.1/a b", NULL},
		{"http://192.0.2.1/\n", NULL},
		{"http://192.0.2.1/\xc3\xa9", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_link link = plain();
		struct bf_error error;
		char text[2048];
		link.base = cases[i].base;
		int err = print(&link, text, &error);
		if (!cases[i].start) {
			assert_int_equal(err, BF_ERR_USAGE);
			assert_non_null(strstr(error.text, "is no base for links"));
			continue;
		}
		assert_int_equal(err, BF_OK);
		if (strncmp(text, cases[i].start, strlen(cases[i].start)) != 0 ||
		    !strstr(text, "/web1.iso"))
			fail_msg("%s", text);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		int64_t expires;
		const char *settings[3], *words;
		int err;
	} cases[] = {
		{"a/b", 1, {NULL}, "no name to serve a host by", BF_ERR_INPUT},
		{"", 1, {NULL}, "no name to serve a host by", BF_ERR_INPUT},
		{"web1", -1, {NULL}, "before 1970", BF_ERR_INPUT},
		{"web1", 1ll << 32, {NULL}, "after February 2106", BF_ERR_INPUT},
		{"web1", 1, {"url"}, "'url' is no setting", BF_ERR_USAGE},
		{"web1", 1, {"colour=red"}, "there is no setting 'colour'", BF_ERR_USAGE},
		{"web1", 1, {"url=http://192.0.2.1/", "ip=1"}, "ip: ", BF_ERR_USAGE},
		{"web1", 1, {"ip=192.0.2.5/24"}, "URL", BF_ERR_USAGE},
		{"web1", 1, {"url=ftp://192.0.2.1/"}, "ftp", BF_ERR_INPUT},
		{"web1", 1, {"url=http://192.0.2.1/a\\"}, "backslash", BF_ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_link link = plain();
		struct bf_error error = {0};
		char text[2048];
		link.host = cases[i].host;
		link.expires = cases[i].expires;
		pack(&link, cases[i].settings, 3);
		int err = print(&link, text, &error);
		if (err != cases[i].err || !strstr(error.text, cases[i].words))
			fail_msg("%zu: %d, '%s'", i, err, error.text);
		assert_string_equal(text, "");
	}
}

static void test_short_secret(void **state)
{
	(void)state;
	struct bf_link link = plain();
	char text[2048];
	link.secret.size = BF_SECRET_MIN - 1;
	assert_int_equal(print(&link, text, NULL), BF_ERR_INPUT);
}

/* What a link says is what the server reads in its path. */
static void test_there_and_back(void **state)
{
	(void)state;
	static const char *const texts[] = {"url=http://192.0.2.1/boot",
					    "ip=192.0.2.5/24", "dns=192.0.2.1",
					    "dns=192.0.2.2"};
	struct bf_link link = plain();
	struct bf_secrets secrets = {
		.items = {{.data = (uint8_t *)(uintptr_t)secret, .size = strlen(secret)}},
		.n = 1};
	struct bf_token_bytes bytes;
	struct bf_token token;
	struct bf_path path;
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	char text[2048];
	pack(&link, texts, sizeof(texts) / sizeof(texts[0]));
	assert_int_equal(print(&link, text, NULL), BF_OK);
	assert_int_equal(bf_path_parse(text + strlen(link.base), &path), BF_PATH_IMAGE);
	assert_string_equal(path.host, "web1");
	assert_true(bf_token_judge(&secrets, path.folder, path.host, 1799999999, &bytes,
				   &token));
	assert_int_equal(bf_link_target(token.settings, &target, NULL), BF_OK);
	assert_string_equal(target.url, "http://192.0.2.1/boot");
}

static void test_longest(void **state)
{
	(void)state;
	char url[700], text[2048], host[BF_PATH_HOST_SIZE];
	const char *const texts[] = {url};
	struct bf_link link = plain();
	struct bf_error error;
	struct bf_path path;
	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	link.host = host;
	memset(url, 'a', sizeof(url));
	memcpy(url, "url=http://192.0.2.1/", 21);
	url[BF_TOKEN_SETTINGS_MAX] = '\0';
	pack(&link, texts, 1);
	assert_int_equal(print(&link, text, &error), BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "641 bytes; a link has room for 640"));
	url[BF_TOKEN_SETTINGS_MAX - 1] = '\0';
	pack(&link, texts, 1);
	assert_int_equal(print(&link, text, &error), BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "servers take 1024"));
	link.host = "web1";
	assert_int_equal(print(&link, text, &error), BF_OK);
	assert_int_equal(bf_path_parse(text + strlen(link.base), &path), BF_PATH_IMAGE);
}

/* Signed by us, and still only bytes from the network. */
static void test_broken_settings(void **state)
{
	(void)state;
	static const char *const cases[] = {"url=http://192.0.2.1/", "url", "=", "a=b"};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bf_cleanup(bf_target_free) struct bf_target target = {0};
		/* The first has no NUL at its end. */
		size_t size = strlen(cases[i]) + (i > 0);
		assert_int_not_equal(
			bf_link_target(bf_view(cases[i], size), &target, NULL), BF_OK);
	}
}

static int teardown(void **state)
{
	(void)state;
	bf_buffer_free(&settings);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_short_secret),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_broken_settings),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
