/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_certificate.h"
#include "guard.h"
#include "ready_key.h"

static EVP_PKEY *rsa;

static struct forge_recipe root_recipe(void)
{
	return (struct forge_recipe){
		.key = rsa, .digest = EVP_sha256(), .name = "Lab CA", .is_ca = true};
}

static int parse(const struct bf_buffer *bytes, struct bf_certificate *ret,
		 struct bf_error *reterr)
{
	struct guard guard = guard_copy(bytes->data, bytes->size);
	int err = bf_certificate_parse(bf_view(guard.data, guard.size), "file.pem", 0,
				       ret, reterr);
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
	struct forge_recipe recipe = root_recipe();
	struct bf_certificate from_der, from_pem;
	struct bf_buffer der = {0}, pem = {0};
	forge_der(&recipe, &der);
	forge_text("Lab CA, for the boot servers\n", &pem);
	forge_pem(&recipe, &pem);
	/* A file for a server has its key too; it does no harm. */
	forge_key(rsa, &pem);
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
	assert_true(from_pem.is_root);
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
		struct forge_recipe recipe = {.key = EVP_EC_gen(cases[i].group),
					      .digest = EVP_sha384()};
		forge_der(&recipe, &der);
		assert_int_equal(parse(&der, &certificate, NULL), BF_OK);
		assert_string_equal(certificate.key, "ecdsa");
		assert_string_equal(certificate.curve, cases[i].curve);
		assert_string_equal(certificate.signature, "ecdsa");
		assert_string_equal(certificate.subject, "(no name)");
		assert_false(certificate.is_ca);
		assert_false(certificate.is_root);
		bf_certificate_free(&certificate);
		bf_buffer_free(&der);
		EVP_PKEY_free(recipe.key);
	}
}

static void test_useless_algorithms(void **state)
{
	(void)state;
	struct bf_buffer der = {0};
	struct forge_recipe recipe = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
	forge_der(&recipe, &der);
	assert_refused(&der,
		       "its key is of type ED25519, which iPXE cannot use: make one "
		       "with an RSA key");
	EVP_PKEY_free(recipe.key);

	recipe =
		(struct forge_recipe){.key = EVP_EC_gen("P-521"), .digest = EVP_sha512()};
	forge_der(&recipe, &der);
	assert_refused(&der, "its key is on secp521r1, and iPXE knows P-256 and P-384: "
			     "make one with an RSA key");
	EVP_PKEY_free(recipe.key);

	recipe = root_recipe();
	recipe.is_pss = true;
	forge_der(&recipe, &der);
	assert_refused(&der,
		       "it is signed with rsassaPss, which iPXE cannot use: have it "
		       "signed with RSA and SHA-256");
	recipe = root_recipe();
	recipe.digest = EVP_sha3_256();
	forge_der(&recipe, &der);
	assert_refused(&der,
		       "it is signed with RSA-SHA3-256, which iPXE cannot use: have "
		       "it signed with RSA and SHA-256");
}

/* A DER file ends with the certificate. */
static void test_cut_and_trailing(void **state)
{
	(void)state;
	struct forge_recipe recipe = root_recipe();
	struct bf_certificate certificate = {0};
	struct bf_buffer der = {0};
	forge_der(&recipe, &der);
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
	struct forge_recipe recipe = root_recipe();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_certificate certificate;
		struct bf_buffer der = {0};
		recipe.name = cases[i].name;
		forge_der(&recipe, &der);
		assert_int_equal(parse(&der, &certificate, NULL), BF_OK);
		assert_string_equal(certificate.subject, cases[i].shown);
		bf_certificate_free(&certificate);
		bf_buffer_free(&der);
	}
}

static int make_key(void **state)
{
	(void)state;
	rsa = ready_key(2048);
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
		cmocka_unit_test(test_cut_and_trailing),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
