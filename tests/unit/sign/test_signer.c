/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/signer.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
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

/* Issuers that vouch for each other, and more of them than a chain has. */
static void test_circles(void **state)
{
	(void)state;
	EVP_PKEY *keys[2] = {ready_key(1024), ready_key(1024)};
	struct forge_signer one = forge_signer_with(keys[0], "One", NULL);
	struct forge_signer two = forge_signer_with(keys[1], "Two", &one);
	struct bf_signer read;
	EVP_PKEY_up_ref(keys[0]);
	struct forge_signer back = forge_signer_with(keys[0], "One", &two);
	struct forge_signer leaf = forge_signer_with(ready_key(2048), "Leaf", &back);
	read_signer(&leaf,
		    (X509 *const[]){leaf.certificate, two.certificate, back.certificate,
				    middle.certificate, root.certificate,
				    stranger.certificate, NULL},
		    &read);
	assert_int_equal(sk_X509_num(read.certificates), 3);
	bf_signer_free(&read);
	forge_signer_free(&leaf);
	forge_signer_free(&back);
	forge_signer_free(&two);
	forge_signer_free(&one);
}

static void test_long_chain(void **state)
{
	(void)state;
	enum { LENGTH = 12 };
	struct forge_signer chain[LENGTH];
	X509 *certificates[LENGTH + 1] = {NULL};
	struct bf_signer read;
	for (int i = 0; i < LENGTH; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%d", i);
		chain[i] = forge_signer_with(ready_key(i == LENGTH - 1 ? 2048 : 1024),
					     name, i ? &chain[i - 1] : NULL);
		certificates[i] = chain[i].certificate;
	}
	read_signer(&chain[LENGTH - 1], certificates, &read);
	assert_int_equal(sk_X509_num(read.certificates), BF_SIGNER_CERTIFICATES_MAX);
	bf_signer_free(&read);
	for (int i = 0; i < LENGTH; i++)
		forge_signer_free(&chain[i]);
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

/* One byte of its signature: the key still is the certificate's. */
static void test_damaged_certificate(void **state)
{
	(void)state;
	uint8_t *der = NULL;
	int size = i2d_X509(stranger.certificate, &der);
	BIO *bio = BIO_new(BIO_s_mem());
	der[size - 1] ^= 1;
	assert_int_equal(BIO_write(bio, der, size), size);
	assert_refused(key_pem("key", stranger.key), key_file("certificate", bio),
		       "/certificate': the certificate in it is damaged");
	OPENSSL_free(der);
}

static void add_extension(X509 *certificate, int nid, ASN1_OCTET_STRING *value)
{
	X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, value);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
}

/* Firmware reads no signature that long. */
static void test_large_certificate(void **state)
{
	(void)state;
	struct forge_signer large = forge_signer_with(ready_key(2048), "Large", &middle);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	uint8_t *zeros = calloc(1, BF_CERTIFICATE_FILE_MAX - 800);
	ASN1_OCTET_STRING_set(value, zeros, BF_CERTIFICATE_FILE_MAX - 800);
	add_extension(large.certificate, NID_netscape_comment, value);
	X509_sign(large.certificate, middle.key, EVP_sha256());
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(i2d_X509_bio(bio, large.certificate), 1);
	assert_refused(key_pem("key", large.key), key_file("certificate", bio),
		       "a signature with its certificates has 1048");
	free(zeros);
	forge_signer_free(&large);
}

/* As those that DKMS signs modules with are on some systems. */
static void test_for_modules(void **state)
{
	(void)state;
	static const struct {
		const char *usage;
		bool is_warned;
	} cases[] = {{"codeSigning", false},
		     {"codeSigning,1.3.6.1.4.1.2312.16.1.2", true},
		     {"serverAuth", false}};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct forge_signer own =
			forge_signer_with(ready_key(2048), "Modules", &root);
		struct bf_signer read;
		struct bf_signer_warnings warnings;
		X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage,
							    cases[i].usage);
		assert_int_equal(X509_add_ext(own.certificate, usage, -1), 1);
		X509_EXTENSION_free(usage);
		X509_sign(own.certificate, root.key, EVP_sha256());
		read_signer(&own, (X509 *const[]){own.certificate, NULL}, &read);
		bf_signer_warn(&read, "key", 1600000000, &warnings);
		assert_int_equal(warnings.n, cases[i].is_warned);
		if (warnings.n)
			assert_non_null(strstr(warnings.texts[0],
					       "CN=Modules is for kernel modules"));
		bf_signer_free(&read);
		forge_signer_free(&own);
	}
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
		bool is_open, is_passphrase_open;
		int64_t now;
		size_t n;
		const char *words;
	} cases[] = {
		{false, false, 1600000000, 0, ""},
		{true, false, 1600000000, 1, "the key 'a\\x0ab' can be read by others"},
		{false, false, 1609459201, 1, "CN=Lab Signer expired on 2021-01-01"},
		{false, false, 1577836799, 1,
		 "CN=Lab Signer is not valid before 2020-01-01"},
		{true, false, 1700000000, 2, "can be read by others"},
		{false, true, 1600000000, 1,
		 "the passphrase of the key 'a\\x0ab' is in a file"},
	};
	struct bf_signer read;
	read_signer(&signer, (X509 *const[]){signer.certificate, NULL}, &read);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_signer_warnings warnings;
		read.key.is_open = cases[i].is_open;
		read.is_passphrase_open = cases[i].is_passphrase_open;
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
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged_certificate),
		cmocka_unit_test(test_large_certificate),
		cmocka_unit_test(test_for_modules),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_same_bytes_and_size),
		cmocka_unit_test(test_attributes),
	};
	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
