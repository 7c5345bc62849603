/* SPDX-License-Identifier: GPL-3.0-only */
#include "forge_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* What cannot fail but for the test itself. */
static void expect(bool condition)
{
	if (!condition)
		abort();
}

static void add_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	expect(X509_add_ext(x509, extension, -1));
	X509_EXTENSION_free(extension);
}

static void sign(X509 *x509, const struct forge_recipe *recipe)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context;
	expect(EVP_DigestSignInit(context, &key_context, recipe->digest, NULL,
				  recipe->key) == 1);
	if (recipe->is_pss)
		expect(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) >
		       0);
	expect(X509_sign_ctx(x509, context) > 0);
	EVP_MD_CTX_free(context);
}

static void set_name(X509_NAME *name, const char *text)
{
	if (text)
		expect(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						  (const unsigned char *)text, -1, -1,
						  0));
}

X509 *forge_certificate(const struct forge_recipe *recipe)
{
	X509 *x509 = X509_new();
	X509_NAME *issuer = X509_NAME_new();
	expect(x509 && issuer);
	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	set_name(X509_get_subject_name(x509), recipe->name);
	set_name(issuer, recipe->issuer ? recipe->issuer : recipe->name);
	X509_set_issuer_name(x509, issuer);
	X509_NAME_free(issuer);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "20260101000000Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "20311224120000Z");
	X509_set_pubkey(x509, recipe->key);
	if (recipe->is_ca)
		add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
	sign(x509, recipe);
	return x509;
}

static void add(const void *data, size_t size, struct bf_buffer *file)
{
	expect(bf_buffer_append(file, data, size) == BF_OK);
}

static void take_bio(BIO *bio, struct bf_buffer *file)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);
	add(data, (size_t)size, file);
	BIO_free(bio);
}

void forge_der(const struct forge_recipe *recipe, struct bf_buffer *file)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x509 = forge_certificate(recipe);
	expect(i2d_X509_bio(bio, x509));
	X509_free(x509);
	take_bio(bio, file);
}

void forge_pem(const struct forge_recipe *recipe, struct bf_buffer *file)
{
	struct bf_buffer der = {0};
	forge_der(recipe, &der);
	forge_block_of("CERTIFICATE", bf_buffer_view(&der), file);
	bf_buffer_free(&der);
}

void forge_key(EVP_PKEY *key, struct bf_buffer *file)
{
	BIO *bio = BIO_new(BIO_s_mem());
	expect(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
	take_bio(bio, file);
}

void forge_text(const char *text, struct bf_buffer *file)
{
	add(text, strlen(text), file);
}

void forge_pkcs7(const struct forge_recipe *recipes, size_t n, struct bf_buffer *file)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS7 *pkcs7 = PKCS7_new();
	expect(PKCS7_set_type(pkcs7, NID_pkcs7_signed) &&
	       PKCS7_content_new(pkcs7, NID_pkcs7_data));
	for (size_t i = 0; i < n; i++) {
		X509 *x509 = forge_certificate(&recipes[i]);
		expect(PKCS7_add_certificate(pkcs7, x509));
		X509_free(x509);
	}
	expect(i2d_PKCS7_bio(bio, pkcs7));
	PKCS7_free(pkcs7);
	take_bio(bio, file);
}

void forge_block_of(const char *label, struct bf_view der, struct bf_buffer *file)
{
	BIO *bio = BIO_new(BIO_s_mem());
	expect(PEM_write_bio(bio, label, "", der.data, (long)der.size) > 0);
	take_bio(bio, file);
}
