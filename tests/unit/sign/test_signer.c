/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/signer.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "forge_signature.h"
#include "key_files.h"
#include "ready_key.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = {"key", "certificate", "other", NULL};

/* Root, intermediate, signer; and one nobody has issued. */
static struct forge_signer root, middle, signer, stranger;

static int make_signers(void **state)
{
	(void)state;
	root = forge_signer("Lab Root", NULL);
	middle = forge_signer("Lab Middle", &root);
	signer = forge_signer_with(ready_key(2048), "Lab Signer", &middle);
	stranger = forge_signer_with(ready_key(3072), "Stranger", NULL);
	return 0;
}

static int free_signers(void **state)
{
	(void)state;
	forge_signer_free(&root);
	forge_signer_free(&middle);
	forge_signer_free(&signer);
	forge_signer_free(&stranger);
	key_files_remove(names);
	return 0;
}

static void read_signer(const struct forge_signer *from, X509 *const *certificates,
			struct bf_signer *ret)
{
	struct bf_error error;
	if (bf_signer_read(key_pem("key", from->key),
			   certificates_pem("certificate", certificates), NULL, ret,
			   &error))
		fail_msg("%s", error.text);
}

static void test_what_is_read(void **state)
{
	(void)state;
	struct bf_signer read;
	uint8_t *der = NULL;
	read_signer(&signer, (X509 *const[]){signer.certificate, NULL}, &read);
	assert_string_equal(read.subject, "CN=Lab Signer");
	assert_string_equal(read.not_before_day, "2020-01-01");
	assert_string_equal(read.not_after_day, "2021-01-01");
	int size = i2d_X509(signer.certificate, &der);
	assert_int_equal(read.der.size, size);
	assert_memory_equal(read.der.data, der, read.der.size);
	OPENSSL_free(der);
	bf_signer_free(&read);
}

/* The key says whose signature it is, and the chain goes up from there without its root. */
static void test_which_certificates(void **state)
{
	(void)state;
	const struct {
		const struct forge_signer *key;
		X509 *file[5], *wanted[3];
	} cases[] = {
		{&signer, {signer.certificate}, {signer.certificate}},
		{&signer,
		 {signer.certificate, middle.certificate, root.certificate},
		 {signer.certificate, middle.certificate}},
		{&signer,
		 {root.certificate, stranger.certificate, middle.certificate,
		  signer.certificate},
		 {signer.certificate, middle.certificate}},
		{&signer, {root.certificate, signer.certificate}, {signer.certificate}},
		{&stranger,
		 {root.certificate, stranger.certificate},
		 {stranger.certificate}},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_signer read;
		int n = 0;
		read_signer(cases[i].key, cases[i].file, &read);
		for (; n < 3 && cases[i].wanted[n]; n++)
			assert_int_equal(X509_cmp(sk_X509_value(read.certificates, n),
						  cases[i].wanted[n]),
					 0);
		assert_int_equal(sk_X509_num(read.certificates), n);
		bf_signer_free(&read);
	}
}

/* ---- Refused ---- */

/* The key with other secret exponents: of two, one would be enough to sign. */
static EVP_PKEY *damage(EVP_PKEY *key)
{
	static const char *const names_of[] = {
		OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
	BIGNUM *numbers[ITEMS(names_of)] = {NULL};
	EVP_PKEY *damaged = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	for (size_t i = 0; i < ITEMS(names_of); i++) {
		assert_true(EVP_PKEY_get_bn_param(key, names_of[i], &numbers[i]));
		if (i == 2 || i == 5)
			BN_sub_word(numbers[i], 2);
		OSSL_PARAM_BLD_push_BN(builder, names_of[i], numbers[i]);
	}
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &damaged, EVP_PKEY_KEYPAIR, params),
			 1);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	for (size_t i = 0; i < ITEMS(names_of); i++)
		BN_free(numbers[i]);
	return damaged;
}

static void assert_refused(const char *key, const char *certificate, const char *words)
{
	struct bf_signer read;
	struct bf_error error = {"no error text"};
	assert_int_equal(bf_signer_read(key, certificate, NULL, &read, &error),
			 BF_ERR_INPUT);
	if (!strstr(error.text, words))
		fail_msg("'%s': %s", words, error.text);
	assert_int_equal(ERR_peek_error(), 0);
}

static void test_refused(void **state)
{
	(void)state;
	const char *key = key_pem("key", signer.key);
	assert_refused(key, key, "it holds a private key and not the certificate");
	X509 *const alone[] = {stranger.certificate, NULL};
	assert_refused(key, certificates_pem("certificate", alone),
		       "/certificate': the certificate of CN=Stranger does not belong to "
		       "the key '/");
	X509 *const two[] = {stranger.certificate, root.certificate, NULL};
	key = key_path("key");
	assert_refused(key, certificates_pem("certificate", two),
		       "/certificate': none of its 2 certificates belongs to the key '/");
	X509 *const own[] = {signer.certificate, NULL};
	const char *certificate = certificates_pem("certificate", own);
	EVP_PKEY *damaged = damage(signer.key);
	assert_refused(key_pem("other", damaged), certificate,
		       "/other': what the key signs does not verify");
	EVP_PKEY_free(damaged);
	assert_refused(certificate, certificate, "not the private key that belongs");
}

/* A wrong certificate is said before anybody is asked for a passphrase. */
static void test_no_certificate(void **state)
{
	(void)state;
	struct bf_signer read;
	struct bf_error error;
	assert_int_equal(
		bf_signer_read("/nonexistent", "/not-there", NULL, &read, &error),
		BF_ERR_IO);
	assert_non_null(strstr(error.text, "'/not-there'"));
}

/* ---- Warnings ---- */

static void test_warnings(void **state)
{
	(void)state;
	static const struct {
		bool is_open;
		int64_t now;
		size_t n;
		const char *words;
	} cases[] = {
		{false, 1600000000, 0, ""},
		{true, 1600000000, 1, "the key 'a\\x0ab' can be read by others"},
		{false, 1609459201, 1, "CN=Lab Signer expired on 2021-01-01"},
		{false, 1577836799, 1, "CN=Lab Signer is not valid before 2020-01-01"},
		{true, 1700000000, 2, "can be read by others"},
	};
	struct bf_signer read;
	read_signer(&signer, (X509 *const[]){signer.certificate, NULL}, &read);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_signer_warnings warnings;
		read.key.is_open = cases[i].is_open;
		bf_signer_warn(&read, "a\nb", cases[i].now, &warnings);
		assert_int_equal(warnings.n, cases[i].n);
		if (warnings.n && !strstr(warnings.texts[0], cases[i].words))
			fail_msg("%s", warnings.texts[0]);
	}
	bf_signer_free(&read);
}

/* ---- Signatures ---- */

static void test_same_bytes_and_size(void **state)
{
	(void)state;
	struct bf_signer read;
	read_signer(&stranger, (X509 *const[]){stranger.certificate, NULL}, &read);
	size_t size = bf_signer_signature_size(&read);
	uint8_t *one = malloc(size), *other = malloc(size);
	uint8_t digest[BF_SHA256_SIZE] = {0};
	for (unsigned i = 0; i < 8; i++) {
		memset(digest, (int)(i * 0x25), sizeof(digest));
		assert_int_equal(bf_signer_sign(&read, digest, one, NULL), BF_OK);
		assert_int_equal(bf_signer_sign(&read, digest, other, NULL), BF_OK);
		assert_memory_equal(one, other, size);
	}
	free(one);
	free(other);
	bf_signer_free(&read);
}

/* Nothing says when it was made, and the attributes are those that firmware expects. */
static void test_attributes(void **state)
{
	(void)state;
	struct bf_signer read;
	static const uint8_t digest[BF_SHA256_SIZE];
	read_signer(&signer, (X509 *const[]){signer.certificate, NULL}, &read);
	size_t size = bf_signer_signature_size(&read);
	uint8_t *der = malloc(size);
	const uint8_t *at = der;
	assert_int_equal(bf_signer_sign(&read, digest, der, NULL), BF_OK);
	PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)size);
	assert_non_null(pkcs7);
	assert_ptr_equal(at, der + size);
	PKCS7_SIGNER_INFO *info =
		sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(pkcs7), 0);
	assert_int_equal(sk_X509_ATTRIBUTE_num(info->auth_attr), 2);
	assert_non_null(PKCS7_get_signed_attribute(info, NID_pkcs9_contentType));
	assert_non_null(PKCS7_get_signed_attribute(info, NID_pkcs9_messageDigest));
	assert_null(info->unauth_attr);
	PKCS7_free(pkcs7);
	free(der);
	bf_signer_free(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read),
		cmocka_unit_test(test_which_certificates),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_same_bytes_and_size),
		cmocka_unit_test(test_attributes),
	};
	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
