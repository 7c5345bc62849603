/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { NOW = 1800000000 };

static char one[] = "0123456789abcdef0123456789abcdef",
	    two[] = "another secret, of some length..";

static struct bf_secrets secrets_of(char *text)
{
	return (struct bf_secrets){
		.items = {{.data = (uint8_t *)text, .size = strlen(text)}}, .n = 1};
}

/* A token, to be freed. */
static char *print(char *secret, const char *host, uint32_t expires,
		   struct bf_view settings)
{
	struct bf_buffer text = {0};
	const struct bf_token token = {.expires = expires, .settings = settings};
	assert_int_equal(
		bf_token_print(bf_view(secret, strlen(secret)), &token, host, &text),
		BF_OK);
	assert_int_equal(bf_buffer_append(&text, "", 1), BF_OK);
	return (char *)text.data;
}

static bool judge(const struct bf_secrets *secrets, const char *text, const char *host,
		  int64_t now)
{
	struct bf_token_bytes bytes;
	struct bf_token token;
	return bf_token_judge(secrets, text, host, now, &bytes, &token);
}

/* Made with python3's hmac and base64 from the description in the header. */
static void test_known(void **state)
{
	(void)state;
	static const uint8_t settings[] = "url=http://192.0.2.1/boot\0ip=192.0.2.5/24";
	char *plain = print(one, "web1", NOW, bf_view(NULL, 0));
	char *full = print(one, "web1", NOW, bf_view(settings, sizeof(settings)));
	assert_string_equal(plain, "BGtJ0gDM6lBruiIu5cKLUYs8c-eN");
	assert_string_equal(full, "BGtJ0gB1cmw9aHR0cDovLzE5Mi4wLjIuMS9ib290AGlwPTE5Mi4wLj"
				  "IuNS8yNACfyysKysSPpfCnT0XKEJRq");
	free(plain);
	free(full);
}

static void test_one_host_until_a_time(void **state)
{
	(void)state;
	struct bf_secrets right = secrets_of(one), wrong = secrets_of(two);
	char *text = print(one, "web1", NOW, bf_view(NULL, 0));
	assert_true(judge(&right, text, "web1", NOW - 1));
	assert_true(judge(&right, text, "web1", 0));
	assert_true(judge(&right, text, "web1", -4 * 3600));
	assert_false(judge(&right, text, "web1", NOW));
	assert_false(judge(&right, text, "web1", NOW + 1));
	assert_false(judge(&right, text, "web2", NOW - 1));
	assert_false(judge(&right, text, "web", NOW - 1));
	assert_false(judge(&right, text, "", NOW - 1));
	assert_false(judge(&wrong, text, "web1", NOW - 1));
	assert_false(judge(&(struct bf_secrets){0}, text, "web1", NOW - 1));
	free(text);
}

static void test_two_secrets(void **state)
{
	(void)state;
	struct bf_secrets both = secrets_of(one);
	both.items[both.n++] = secrets_of(two).items[0];
	char *old = print(two, "web1", NOW, bf_view(NULL, 0));
	char *new = print(one, "web1", NOW, bf_view(NULL, 0));
	assert_true(judge(&both, old, "web1", NOW - 1));
	assert_true(judge(&both, new, "web1", NOW - 1));
	assert_string_not_equal(old, new);
	free(old);
	free(new);
}

/* A setting is no part of the host's name, nor the other way round. */
static void test_settings_come_back(void **state)
{
	(void)state;
	static const char settings[] = "url=http://192.0.2.1/";
	struct bf_secrets secrets = secrets_of(one);
	struct bf_token_bytes bytes;
	struct bf_token token;
	char *text = print(one, "web1", NOW, bf_view(settings, sizeof(settings)));
	assert_true(bf_token_judge(&secrets, text, "web1", NOW - 1, &bytes, &token));
	assert_int_equal(token.expires, NOW);
	assert_int_equal(token.settings.size, sizeof(settings));
	assert_memory_equal(token.settings.data, settings, sizeof(settings));
	free(text);
}

/* Every change of one character, every end cut off, and anything behind it. */
static void test_changed(void **state)
{
	(void)state;
	static const char alphabet[] = "AZaz09-_.=+/%* \n\x80";
	struct bf_secrets secrets = secrets_of(one);
	char *text = print(one, "web1", NOW, bf_view("a=b", 4));
	size_t length = strlen(text);
	char changed[128];
	for (size_t i = 0; i < length; i++)
		for (size_t j = 0; j < sizeof(alphabet); j++) {
			memcpy(changed, text, length + 1);
			changed[i] = alphabet[j];
			if (changed[i] != text[i] && judge(&secrets, changed, "web1", 0))
				fail_msg("'%s' was taken for '%s'", changed, text);
		}
	for (size_t i = 0; i < length; i++) {
		snprintf(changed, sizeof(changed), "%.*s", (int)i, text);
		assert_false(judge(&secrets, changed, "web1", 0));
		assert_false(judge(&secrets, text + length - i, "web1", 0));
	}
	for (const char *end = alphabet; *end; end++) {
		snprintf(changed, sizeof(changed), "%s%c", text, *end);
		assert_false(judge(&secrets, changed, "web1", 0));
	}
	free(text);
}

static void test_sizes(void **state)
{
	(void)state;
	struct bf_secrets secrets = secrets_of(one);
	static uint8_t settings[BF_TOKEN_SETTINGS_MAX + 1];
	char host[254], longer[2048];
	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	for (size_t size = BF_TOKEN_SETTINGS_MAX - 3; size <= BF_TOKEN_SETTINGS_MAX;
	     size++) {
		char *text = print(one, host, UINT32_MAX, bf_view(settings, size));
		assert_true(judge(&secrets, text, host, NOW));
		free(text);
	}
	struct bf_buffer text = {0};
	const struct bf_token token = {.settings = bf_view(settings, sizeof(settings))};
	assert_int_equal(
		bf_token_print(bf_buffer_view(&secrets.items[0]), &token, "a", &text),
		BF_ERR_TOO_BIG);
	for (size_t length = 0; length < sizeof(longer) - 1; length++) {
		memset(longer, 'B', length);
		longer[length] = '\0';
		assert_false(judge(&secrets, longer, "web1", 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_one_host_until_a_time),
		cmocka_unit_test(test_two_secrets),
		cmocka_unit_test(test_settings_come_back),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
