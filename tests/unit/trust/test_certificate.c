/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"

/* What a certificate in a test is made of. */
struct recipe {
	EVP_PKEY *key;
	const EVP_MD *digest; /* NULL for keys that bring their own */
	const unsigned char *common_name;
	bool is_ca, is_pss;
};

static void add_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_true(X509_add_ext(x509, extension, -1));
	X509_EXTENSION_free(extension);
}

static void sign(X509 *x509, const struct recipe *recipe)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context;
	assert_int_equal(EVP_DigestSignInit(context, &key_context, recipe->digest, NULL,
					    recipe->key),
			 1);
	if (recipe->is_pss)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(key_context,
							 RSA_PKCS1_PSS_PADDING) > 0);
	assert_true(X509_sign_ctx(x509, context) > 0);
	EVP_MD_CTX_free(context);
}

static X509 *make(const struct recipe *recipe)
{
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	if (recipe->common_name)
		assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						       recipe->common_name, -1, -1, 0));
	X509_set_issuer_name(x509, name);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "20260101000000Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "20311224120000Z");
	X509_set_pubkey(x509, recipe->key);
	if (recipe->is_ca)
		add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
	sign(x509, recipe);
	return x509;
}

static void take_bio(BIO *bio, struct bf_buffer *ret)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);
	assert_int_equal(bf_buffer_append(ret, data, (size_t)size), BF_OK);
	BIO_free(bio);
}

static void add_pem(const struct recipe *recipe, struct bf_buffer *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x509 = make(recipe);
	assert_true(PEM_write_bio_X509(bio, x509));
	X509_free(x509);
	take_bio(bio, ret);
}

static void add_key(EVP_PKEY *key, struct bf_buffer *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert_true(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
	take_bio(bio, ret);
}

static void add_text(const char *text, struct bf_buffer *ret)
{
	assert_int_equal(bf_buffer_append(ret, text, strlen(text)), BF_OK);
}

static void make_der(const struct recipe *recipe, struct bf_buffer *ret)
{
	X509 *x509 = make(recipe);
	uint8_t *der = NULL;
	int size = i2d_X509(x509, &der);
	assert_true(size > 0);
	assert_int_equal(bf_buffer_append(ret, der, (size_t)size), BF_OK);
	OPENSSL_free(der);
	X509_free(x509);
}

static EVP_PKEY *rsa;

static struct recipe root_recipe(void)
{
	return (struct recipe){.key = rsa,
			       .digest = EVP_sha256(),
			       .common_name = (const unsigned char *)"Lab CA",
			       .is_ca = true};
}

static int parse(const struct bf_buffer *bytes, struct bf_certificate *ret,
		 struct bf_error *reterr)
{
	struct guard guard = guard_copy(bytes->data, bytes->size);
	int err = bf_certificate_parse(bf_view(guard.data, guard.size), ret, reterr);
	guard_free(&guard);
	return err;
}

static void assert_refused(struct bf_buffer *bytes, const char *sentence)
{
	struct bf_certificate certificate = {0};
	struct bf_error error;
	assert_int_equal(parse(bytes, &certificate, &error), BF_ERR_INPUT);
	assert_string_equal(error.text, sentence);
	assert_null(certificate.der.data);
	bf_buffer_free(bytes);
}

static void test_pem_and_der(void **state)
{
	(void)state;
	struct recipe recipe = root_recipe();
	struct bf_certificate from_der, from_pem;
	struct bf_buffer der = {0}, pem = {0};
	make_der(&recipe, &der);
	add_text("Lab CA, for the boot servers\n", &pem);
	add_pem(&recipe, &pem);
	/* A file for a server has its key too; it does no harm. */
	add_key(rsa, &pem);
	assert_int_equal(parse(&der, &from_der, NULL), BF_OK);
	assert_int_equal(parse(&pem, &from_pem, NULL), BF_OK);
	assert_int_equal(from_der.der.size, der.size);
	assert_memory_equal(from_der.der.data, der.data, der.size);
	assert_memory_equal(from_der.sha256, from_pem.sha256, BF_SHA256_SIZE);
	assert_string_equal(from_pem.subject, "CN=Lab CA");
	assert_string_equal(from_pem.issuer, "CN=Lab CA");
	assert_string_equal(from_pem.expires, "2031-12-24");
	assert_int_equal(from_pem.not_before, 1767225600);
	assert_int_equal(from_pem.not_after, 1955880000);
	assert_true(from_pem.is_ca);
	assert_string_equal(from_pem.key, "rsa");
	assert_null(from_pem.curve);
	assert_string_equal(from_pem.signature, "rsa");
	bf_certificate_free(&from_der);
	bf_certificate_free(&from_pem);
	bf_buffer_free(&der);
	bf_buffer_free(&pem);
}

static void test_elliptic_curves(void **state)
{
	(void)state;
	static const struct {
		const char *group, *curve;
	} cases[] = {{"P-256", "p256"}, {"P-384", "p384"}};
	for (size_t i = 0; i < 2; i++) {
		struct bf_certificate certificate;
		struct bf_buffer der = {0};
		struct recipe recipe = {.key = EVP_EC_gen(cases[i].group),
					.digest = EVP_sha384()};
		make_der(&recipe, &der);
		assert_int_equal(parse(&der, &certificate, NULL), BF_OK);
		assert_string_equal(certificate.key, "ecdsa");
		assert_string_equal(certificate.curve, cases[i].curve);
		assert_string_equal(certificate.signature, "ecdsa");
		assert_string_equal(certificate.subject, "(no name)");
		assert_false(certificate.is_ca);
		bf_certificate_free(&certificate);
		bf_buffer_free(&der);
		EVP_PKEY_free(recipe.key);
	}
}

static void test_useless_algorithms(void **state)
{
	(void)state;
	struct bf_buffer der = {0};
	struct recipe recipe = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
	make_der(&recipe, &der);
	assert_refused(&der,
		       "its key is of type ED25519, which iPXE cannot use: make one "
		       "with an RSA key");
	EVP_PKEY_free(recipe.key);

	recipe = (struct recipe){.key = EVP_EC_gen("P-521"), .digest = EVP_sha512()};
	make_der(&recipe, &der);
	assert_refused(&der, "its key is on secp521r1, and iPXE knows P-256 and P-384: "
			     "make one with an RSA key");
	EVP_PKEY_free(recipe.key);

	recipe = root_recipe();
	recipe.is_pss = true;
	make_der(&recipe, &der);
	assert_refused(&der,
		       "it is signed with rsassaPss, which iPXE cannot use: have it "
		       "signed with RSA and SHA-256");
	recipe = root_recipe();
	recipe.digest = EVP_sha3_256();
	make_der(&recipe, &der);
	assert_refused(&der,
		       "it is signed with RSA-SHA3-256, which iPXE cannot use: have "
		       "it signed with RSA and SHA-256");
}

static void test_not_one_certificate(void **state)
{
	(void)state;
	struct recipe recipe = root_recipe();
	struct bf_buffer bytes = {0};
	assert_refused(&bytes, "the file is empty");
	add_text("something else\n", &bytes);
	assert_refused(&bytes, "not a certificate, neither PEM nor DER");
	add_key(rsa, &bytes);
	assert_refused(&bytes, "it holds a private key and no certificate: give the "
			       "certificate, and keep the key to yourself");
	for (int i = 0; i < 3; i++)
		add_pem(&recipe, &bytes);
	assert_refused(&bytes, "it holds 3 certificates and one can be trusted: give a "
			       "file with the CA's alone");
	add_text("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
		 "-----END CERTIFICATE REQUEST-----\n",
		 &bytes);
	assert_refused(&bytes,
		       "it holds a certificate request: give the certificate a CA "
		       "made from it");
	add_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", &bytes);
	assert_refused(&bytes, "it holds a X509 CRL and no certificate");
	add_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		 &bytes);
	assert_refused(&bytes, "the certificate in it is damaged");

	uint8_t *der = NULL;
	int size = i2d_PrivateKey(rsa, &der);
	assert_int_equal(bf_buffer_append(&bytes, der, (size_t)size), BF_OK);
	OPENSSL_free(der);
	assert_refused(&bytes, "it holds a private key and no certificate: give the "
			       "certificate, and keep the key to yourself");
}

/* A DER file ends with the certificate. */
static void test_cut_and_trailing(void **state)
{
	(void)state;
	struct recipe recipe = root_recipe();
	struct bf_certificate certificate = {0};
	struct bf_buffer der = {0};
	make_der(&recipe, &der);
	size_t whole = der.size;
	for (der.size = 1; der.size < whole; der.size += 97)
		assert_int_equal(parse(&der, &certificate, NULL), BF_ERR_INPUT);
	der.size = whole;
	assert_int_equal(bf_buffer_append(&der, "\n", 1), BF_OK);
	assert_refused(&der, "not a certificate, neither PEM nor DER");
}

/* Nobody's name can put anything but printable ASCII on a screen or in a script. */
static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{"caf\xc3\xa9", "CN=caf\\C3\\A9"},
		{"a\nb", "CN=a\\0Ab"},
		{"a,b+c", "CN=a\\,b\\+c"},
	};
	struct recipe recipe = root_recipe();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_certificate certificate;
		struct bf_buffer der = {0};
		recipe.common_name = (const unsigned char *)cases[i].name;
		make_der(&recipe, &der);
		assert_int_equal(parse(&der, &certificate, NULL), BF_OK);
		assert_string_equal(certificate.subject, cases[i].shown);
		bf_certificate_free(&certificate);
		bf_buffer_free(&der);
	}
}

static int make_key(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	return rsa ? 0 : -1;
}

static int free_key(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pem_and_der),
		cmocka_unit_test(test_elliptic_curves),
		cmocka_unit_test(test_useless_algorithms),
		cmocka_unit_test(test_not_one_certificate),
		cmocka_unit_test(test_cut_and_trailing),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
