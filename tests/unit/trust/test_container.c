/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/container.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forge_certificate.h"
#include "guard.h"

static EVP_PKEY *key;
static struct bf_buffer der; /* the one certificate that the forms below are of */

static struct forge_recipe root(void)
{
	return (struct forge_recipe){.key = key, .name = "Lab CA", .is_ca = true};
}

static int parse(const struct bf_buffer *bytes, struct bf_container *ret,
		 struct bf_error *reterr)
{
	struct guard guard = guard_copy(bytes->data, bytes->size);
	int err = bf_container_read(bf_view(guard.data, guard.size), ret, reterr);
	guard_free(&guard);
	return err;
}

/* ---- One certificate, as it comes ---- */

static void as_der(struct bf_buffer *file)
{
	bf_buffer_append(file, der.data, der.size);
}

static void as_pem(struct bf_buffer *file)
{
	forge_block_of("CERTIFICATE", bf_buffer_view(&der), file);
}

static void as_old_pem(struct bf_buffer *file)
{
	forge_block_of("X509 CERTIFICATE", bf_buffer_view(&der), file);
}

static void as_pkcs7(struct bf_buffer *file)
{
	const struct forge_recipe recipe = root();
	forge_pkcs7(&recipe, 1, file);
}

static void as_pkcs7_pem(const char *label, struct bf_buffer *file)
{
	struct bf_buffer message = {0};
	as_pkcs7(&message);
	forge_block_of(label, bf_buffer_view(&message), file);
	bf_buffer_free(&message);
}

static void as_p7b(struct bf_buffer *file)
{
	as_pkcs7_pem("PKCS7", file);
}

/* What Windows' web enrolment calls it. */
static void as_p7b_called_certificate(struct bf_buffer *file)
{
	as_pkcs7_pem("CERTIFICATE", file);
}

static void as_cms(struct bf_buffer *file)
{
	as_pkcs7_pem("CMS", file);
}

/* With another text in the place of each line end, and in front of the first line. */
static void with_lines(const char *front, const char *end, struct bf_buffer *file)
{
	struct bf_buffer pem = {0};
	as_pem(&pem);
	forge_text(front, file);
	for (size_t i = 0; i < pem.size; i++)
		if (pem.data[i] == '\n')
			forge_text(end, file);
		else
			bf_buffer_append(file, &pem.data[i], 1);
	bf_buffer_free(&pem);
}

static void with_crlf(struct bf_buffer *file)
{
	with_lines("", "\r\n", file);
}

static void with_cr(struct bf_buffer *file)
{
	with_lines("", "\r", file);
}

static void with_byte_order_mark(struct bf_buffer *file)
{
	with_lines("\xef\xbb\xbf", "\r\n", file);
}

static void in_yaml(struct bf_buffer *file)
{
	with_lines("ca: |\n    ", "\n    ", file);
}

static void with_tabs(struct bf_buffer *file)
{
	with_lines("\t", " \t\n\t", file);
}

static void between_text(struct bf_buffer *file)
{
	forge_text("Certificate:\n    Issuer: CN = \xc3\xa9\n", file);
	as_pem(file);
	forge_text("0 1 2 3\n", file);
}

static void in_one_line(struct bf_buffer *file)
{
	char *text = malloc(4 * ((der.size + 2) / 3) + 1);
	assert_non_null(text);
	EVP_EncodeBlock((unsigned char *)text, der.data, (int)der.size);
	forge_text("-----BEGIN CERTIFICATE-----\n", file);
	forge_text(text, file);
	forge_text("\n-----END CERTIFICATE-----\n", file);
	free(text);
}

static void as_utf16(bool is_big_endian, struct bf_buffer *file)
{
	struct bf_buffer pem = {0};
	with_crlf(&pem);
	forge_text(is_big_endian ? "\xfe\xff" : "\xff\xfe", file);
	for (size_t i = 0; i < pem.size; i++) {
		const uint8_t unit[] = {is_big_endian ? 0 : pem.data[i],
					is_big_endian ? pem.data[i] : 0};
		bf_buffer_append(file, unit, 2);
	}
	bf_buffer_free(&pem);
}

static void as_utf16le(struct bf_buffer *file)
{
	as_utf16(false, file);
}

static void as_utf16be(struct bf_buffer *file)
{
	as_utf16(true, file);
}

static const struct form {
	const char *name;
	void (*make)(struct bf_buffer *file);
} forms[] = {
	{"DER", as_der},
	{"PEM", as_pem},
	{"old PEM", as_old_pem},
	{"PKCS #7", as_pkcs7},
	{"PKCS #7, PEM", as_p7b},
	{"PKCS #7, called a certificate", as_p7b_called_certificate},
	{"PKCS #7, called CMS", as_cms},
	{"CRLF", with_crlf},
	{"CR", with_cr},
	{"byte order mark", with_byte_order_mark},
	{"YAML", in_yaml},
	{"tabs, and blanks at the end", with_tabs},
	{"text around", between_text},
	{"one line", in_one_line},
	{"UTF-16LE", as_utf16le},
	{"UTF-16BE", as_utf16be},
};

static bool is_ours(X509 *x509)
{
	uint8_t *bytes = NULL;
	int size = x509 ? i2d_X509(x509, &bytes) : 0;
	bool is_same = size > 0 && (size_t)size == der.size &&
		       memcmp(bytes, der.data, der.size) == 0;
	OPENSSL_free(bytes);
	return is_same;
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct bf_buffer file = {0};
		struct bf_container container;
		forms[i].make(&file);
		int err = parse(&file, &container, NULL);
		if (err || bf_container_size(&container) != 1 ||
		    !is_ours(bf_container_at(&container, 0)))
			fail_msg("%s: %d", forms[i].name, err);
		bf_container_free(&container);
		bf_buffer_free(&file);
	}
}

/* Cut anywhere, no form is taken for a whole certificate that it is not. */
static void test_cut_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct bf_buffer file = {0};
		forms[i].make(&file);
		for (size_t whole = file.size; file.size > 0;) {
			struct bf_container container;
			file.size -= file.size < 7 ? file.size : 7;
			assert_int_equal(parse(&file, &container, NULL), BF_OK);
			X509 *x509 = bf_container_at(&container, 0);
			if (x509 && (!is_ours(x509) || whole - file.size > 64))
				fail_msg("%s of %zu bytes", forms[i].name, file.size);
			bf_container_free(&container);
		}
		bf_buffer_free(&file);
	}
}

/* ---- Several, and other things ---- */

static void test_several(void **state)
{
	(void)state;
	struct bf_buffer file = {0};
	struct bf_container container;
	forge_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		   &file);
	forge_key(key, &file);
	as_pem(&file);
	forge_text("-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n",
		   &file);
	as_p7b(&file);
	assert_int_equal(parse(&file, &container, NULL), BF_OK);
	assert_int_equal(bf_container_size(&container), 4);
	assert_null(bf_container_at(&container, 0));
	assert_true(is_ours(bf_container_at(&container, 1)));
	assert_null(bf_container_at(&container, 2));
	assert_true(is_ours(bf_container_at(&container, 3)));
	assert_int_equal(container.keys, 1);
	bf_container_free(&container);
	bf_buffer_free(&file);
}

/* The file ends inside the last block. */
static void test_cut_block(void **state)
{
	(void)state;
	struct bf_buffer file = {0};
	struct bf_container container;
	as_pem(&file);
	as_pem(&file);
	file.size -= 100;
	assert_int_equal(parse(&file, &container, NULL), BF_OK);
	assert_int_equal(bf_container_size(&container), 2);
	assert_non_null(bf_container_at(&container, 0));
	assert_null(bf_container_at(&container, 1));
	bf_container_free(&container);
	bf_buffer_free(&file);
}

static void test_limit(void **state)
{
	(void)state;
	struct bf_buffer file = {0};
	struct bf_container container;
	struct bf_error error;
	for (size_t i = 0; i < BF_CONTAINER_CERTIFICATES_MAX; i++)
		as_pem(&file);
	assert_int_equal(parse(&file, &container, &error), BF_OK);
	assert_int_equal(bf_container_size(&container), BF_CONTAINER_CERTIFICATES_MAX);
	bf_container_free(&container);
	as_pem(&file);
	assert_int_equal(parse(&file, &container, &error), BF_ERR_TOO_BIG);
	assert_string_equal(error.text, "it holds more than 1000 certificates");
	bf_container_free(&container);
	bf_buffer_free(&file);
}

/* A message whose content, which is optional, is left out; and one without certificates. */
static void test_empty_pkcs7(void **state)
{
	(void)state;
	static const uint8_t no_content[] = {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
					     0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
	struct bf_buffer file = {0};
	struct bf_container container;
	bf_buffer_append(&file, no_content, sizeof(no_content));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(parse(&file, &container, NULL), BF_OK);
		assert_int_equal(bf_container_size(&container), 0);
		assert_string_equal(container.other, "PKCS #7 message");
		bf_container_free(&container);
		file.size = 0;
		forge_pkcs7(NULL, 0, &file);
	}
	bf_buffer_free(&file);
}

static int make(void **state)
{
	(void)state;
	/* Signs the same bytes in the same way, each time. */
	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	const struct forge_recipe recipe = root();
	forge_der(&recipe, &der);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	bf_buffer_free(&der);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),   cmocka_unit_test(test_cut_forms),
		cmocka_unit_test(test_several), cmocka_unit_test(test_cut_block),
		cmocka_unit_test(test_limit),   cmocka_unit_test(test_empty_pkcs7),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
