/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Public keys for libcrypto, which reads those by its older methods, and these by numbers of
 * its own. Its tables have what prints and writes keys, too; here is what reads them, and what
 * they are called. standard_methods.h has the order.
 */
#include <internal/deprecated.h> /* none is installed: its source is compiled with ours */
/* What is below needs that one first. */
#include <crypto/asn1.h>
#include <crypto/ec.h>
#include <crypto/ecx.h>
#include <crypto/evp.h>
#include <crypto/rsa.h>
#include <crypto/x509.h>
#include <stdbool.h>

/* A key's bytes, and what they are; false for none. */
static bool open_key(const X509_PUBKEY *from, const uint8_t **ret, int *ret_size,
		     X509_ALGOR **ret_algorithm)
{
	return X509_PUBKEY_get0_param(NULL, ret, ret_size, ret_algorithm, from) == 1;
}

/* RFC 8017, A.1.1; the parameters of RSASSA-PSS say how it may be used. */
static int read_rsa(EVP_PKEY *key, const X509_PUBKEY *from)
{
	const uint8_t *at;
	int size;
	X509_ALGOR *algorithm;
	if (!open_key(from, &at, &size, &algorithm))
		return 0;
	int type = key->ameth->pkey_id;
	RSA *rsa = d2i_RSAPublicKey(NULL, &at, size);
	if (!rsa)
		return 0;
	RSA_clear_flags(rsa, RSA_FLAG_TYPE_MASK);
	RSA_set_flags(rsa, type == EVP_PKEY_RSA_PSS ? RSA_FLAG_TYPE_RSASSAPSS
						    : RSA_FLAG_TYPE_RSA);
	if (ossl_rsa_param_decode(rsa, algorithm) && EVP_PKEY_assign(key, type, rsa))
		return 1;
	RSA_free(rsa);
	return 0;
}

static void free_rsa(EVP_PKEY *key)
{
	RSA_free(key->pkey.rsa);
}

/* RFC 5480: a curve, and a point of it. */
static int read_ec(EVP_PKEY *key, const X509_PUBKEY *from)
{
	const uint8_t *at;
	int size;
	X509_ALGOR *algorithm;
	if (!open_key(from, &at, &size, &algorithm))
		return 0;
	EC_KEY *ec = ossl_ec_key_param_from_x509_algor(algorithm, NULL, NULL);
	if (ec && o2i_ECPublicKey(&ec, &at, size) &&
	    EVP_PKEY_assign(key, EVP_PKEY_EC, ec))
		return 1;
	EC_KEY_free(ec);
	return 0;
}

static void free_ec(EVP_PKEY *key)
{
	EC_KEY_free(key->pkey.ec);
}

/* RFC 8410 */
static int read_ecx(EVP_PKEY *key, const X509_PUBKEY *from)
{
	const uint8_t *at;
	int size;
	X509_ALGOR *algorithm;
	if (!open_key(from, &at, &size, &algorithm))
		return 0;
	int type = key->ameth->pkey_id;
	ECX_KEY *ecx =
		ossl_ecx_key_op(algorithm, at, size, type, KEY_OP_PUBLIC, NULL, NULL);
	if (ecx && EVP_PKEY_assign(key, type, ecx))
		return 1;
	ossl_ecx_key_free(ecx);
	return 0;
}

static void free_ecx(EVP_PKEY *key)
{
	ossl_ecx_key_free(key->pkey.ecx);
}

#define METHOD(id, name, read, release)                                                  \
	{                                                                                \
		.pkey_id = id, .pkey_base_id = id, .pem_str = name, .pub_decode = read,  \
		.pkey_free = release                                                     \
	}

static char rsa[] = "RSA", ec[] = "EC", rsa_pss[] = "RSA-PSS", x25519[] = "X25519",
	    x448[] = "X448", ed25519[] = "ED25519", ed448[] = "ED448";

const EVP_PKEY_ASN1_METHOD bf_public_keys[] = {
	METHOD(EVP_PKEY_RSA, rsa, read_rsa, free_rsa),
	METHOD(EVP_PKEY_EC, ec, read_ec, free_ec),
	METHOD(EVP_PKEY_RSA_PSS, rsa_pss, read_rsa, free_rsa),
	METHOD(EVP_PKEY_X25519, x25519, read_ecx, free_ecx),
	METHOD(EVP_PKEY_X448, x448, read_ecx, free_ecx),
	METHOD(EVP_PKEY_ED25519, ed25519, read_ecx, free_ecx),
	METHOD(EVP_PKEY_ED448, ed448, read_ecx, free_ecx),
};
