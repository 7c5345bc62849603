/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400 };

static const int64_t now = 1800000000;

static struct bf_certificate sample(void)
{
	static uint8_t der[] = "not looked into";
	return (struct bf_certificate){
		.der = {.data = der, .size = sizeof(der) - 1},
		.sha256 = {0x01, 0xab, [31] = 0xff},
		.subject = "CN=Lab CA",
		.issuer = "CN=${net0/mac}",
		.expires = "2031-12-24",
		.not_before = now - 10 * DAY,
		.not_after = now + 100 * DAY,
		.is_ca = true,
		.is_root = true,
		.key = "rsa",
		.signature = "rsa",
	};
}

#define FINGERPRINT "01ab0000000000000000000000000000000000000000000000000000000000ff"

static const char comments[] = "# trusts only sha256 " FINGERPRINT "\n"
			       "# subject CN=Lab CA\n"
			       "# issuer CN=_{net0/mac}\n"
			       "# expires 2031-12-24\n"
			       "set crosscert x\n";

static void assert_rendered(const struct bf_certificate *certificate, const char *rest)
{
	struct bf_buffer script = {0};
	assert_int_equal(bf_trust_render(certificate, &script, NULL), BF_OK);
	assert_int_equal(script.size, strlen(comments) + strlen(rest));
	assert_memory_equal(script.data, comments, strlen(comments));
	assert_memory_equal(script.data + strlen(comments), rest, strlen(rest));
	bf_buffer_free(&script);
}

static void test_render(void **state)
{
	(void)state;
	struct bf_certificate certificate = sample();
	assert_rendered(&certificate, "set cert:base64 bm90IGxvb2tlZCBpbnRv\n");
	/* One byte less and one more: base64 pads. */
	certificate.der.size--;
	assert_rendered(&certificate, "set cert:base64 bm90IGxvb2tlZCBpbnQ=\n");
	certificate.der.size -= 2;
	assert_rendered(&certificate, "set cert:base64 bm90IGxvb2tlZCBp\n");
	certificate.is_ca = false;
	assert_rendered(&certificate, "");
}

/* iPXE joins lines at a backslash: a name cannot swallow the line after its own. */
static void test_no_line_goes_on(void **state)
{
	(void)state;
	static const char wanted[] = "# trusts only sha256 " FINGERPRINT "\n"
				     "# subject CN=a\\\\b\\_\n"
				     "# issuer _\n"
				     "# expires 2031-12-24\n";
	struct bf_certificate certificate = sample();
	struct bf_buffer script = {0};
	strcpy(certificate.subject, "CN=a\\\\b\\\\");
	strcpy(certificate.issuer, "\\");
	assert_int_equal(bf_trust_render(&certificate, &script, NULL), BF_OK);
	assert_memory_equal(script.data, wanted, strlen(wanted));
	bf_buffer_free(&script);
}

static void test_describe(void **state)
{
	(void)state;
	struct bf_certificate certificate = sample();
	struct bf_buffer text = {0};
	static const char expected[] = "trusts only CN=Lab CA, issued by CN=${net0/mac}, "
				       "expires 2031-12-24, sha256 " FINGERPRINT;
	assert_int_equal(bf_trust_describe(&certificate, &text, NULL), BF_OK);
	assert_int_equal(text.size, sizeof(expected) - 1);
	assert_memory_equal(text.data, expected, text.size);
	bf_buffer_free(&text);
}

static void test_warnings(void **state)
{
	(void)state;
	static const struct {
		int64_t not_before, not_after;
		char rank; /* 'r'oot, 'i'ntermediate, 's'erver */
		const char *url;
		size_t n;
		const char *words; /* in one of them */
	} cases[] = {
		{-DAY, 100 * DAY, 'r', "https://x/", 0, NULL},
		{-DAY, 100 * DAY, 'r', "HTTPS://x/", 0, NULL},
		{-DAY, 100 * DAY, 'r', "${next-server}", 0, NULL},
		{-DAY, 100 * DAY, 'r', NULL, 0, NULL},
		{-DAY, 30 * DAY, 'r', "https://x/", 0, NULL},
		{-DAY, 30 * DAY - 1, 'r', "https://x/", 1, "expires in 29 days"},
		{-DAY, 0, 'r', "https://x/", 1, "expires in 0 days"},
		{-DAY, -1, 'r', "https://x/", 1, "expired on"},
		{0, 100 * DAY, 'r', "https://x/", 0, NULL},
		{3600, 100 * DAY, 'r', "https://x/", 1, "another 1.0 hours"},
		{-DAY, 100 * DAY, 's', "https://x/", 1, "a server's own"},
		{-DAY, 100 * DAY, 'i', "https://x/", 1, "that of CN=${net0/mac} lasts"},
		{-DAY, 100 * DAY, 'r', "http://x/", 1, "trust is for https"},
		{-DAY, 100 * DAY, 'r', "httpsx://x/", 1, "trust is for https"},
		{-2 * DAY, -DAY, 's', "tftp://x/", 3, "expired on"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_trust_warnings warnings;
		struct bf_certificate certificate = sample();
		certificate.not_before = now + cases[i].not_before;
		certificate.not_after = now + cases[i].not_after;
		certificate.is_ca = cases[i].rank != 's';
		certificate.is_root = cases[i].rank == 'r';
		bf_trust_warn(&certificate, cases[i].url, now, &warnings);
		assert_int_equal(warnings.n, cases[i].n);
		if (cases[i].words)
			assert_non_null(strstr(warnings.texts[0], cases[i].words));
	}
}

static void test_check(void **state)
{
	(void)state;
	struct bf_capability_set can = {
		.archs = BF_ARCH_BIOS_ONLY | 1u << BF_ARCH_X86_64 | 1u << BF_ARCH_ARM64};
	struct bf_error error;
	struct bf_certificate certificate = sample();
	can.of[BF_ARCH_BIOS] = (struct bf_capabilities){.algorithms_known = true,
							.algorithms = "rsa,ecdsa,p256"};
	can.of[BF_ARCH_ARM64] = (struct bf_capabilities){.algorithms_known = true,
							 .algorithms = "rsa,p384"};
	/* Nobody knows what that of BF_ARCH_X86_64 has. */
	assert_int_equal(bf_trust_check(&certificate, &can, NULL), BF_OK);

	certificate.key = "ecdsa";
	certificate.curve = "p256";
	can.archs &= ~(1u << BF_ARCH_ARM64);
	assert_int_equal(bf_trust_check(&certificate, &can, NULL), BF_OK);
	can.archs |= 1u << BF_ARCH_ARM64;
	assert_int_equal(bf_trust_check(&certificate, &can, &error), BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "the certificate needs ecdsa, and this iPXE for "
					"arm64 has rsa,p384 only");
	certificate.curve = "p384";
	assert_int_equal(bf_trust_check(&certificate, &can, &error), BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "the certificate needs p384, and this iPXE for "
					"bios has rsa,ecdsa,p256 only");
	/* An RSA key signed by a CA with another kind. */
	certificate = sample();
	certificate.signature = "ecdsa";
	assert_int_equal(bf_trust_check(&certificate, &can, NULL), BF_ERR_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render),   cmocka_unit_test(test_no_line_goes_on),
		cmocka_unit_test(test_describe), cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
