/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What libcrypto would do when it starts, and where it would ask a system. Its own init.c adds
 * all ciphers, engines and files of settings there are: here nobody asks for one.
 */
#include <crypto/cryptlib.h> /* not installed: its source is compiled with ours */
#include <crypto/ecx.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <string.h>

/* Digests by their names and numbers, as in signatures: those that the provider has. */
static void add_digests(void)
{
	EVP_add_digest(EVP_md5());
	EVP_add_digest(EVP_sha1());
	EVP_add_digest(EVP_sha224());
	EVP_add_digest(EVP_sha256());
	EVP_add_digest(EVP_sha384());
	EVP_add_digest(EVP_sha512());
}

int OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
	static bool is_started;
	(void)options;
	(void)settings;
	if (is_started)
		return 1;
	is_started = true;
	if (!ossl_init_thread()) /* the list of errors is a thread's */
		return 0;
	add_digests();
	return 1;
}

/*
 * libcrypto blinds what it computes with a private key, so that its time tells nothing of the key.
 * Here none is computed with: keys are public, or were given by whoever looks at the page. So
 * these need not be random.
 */
static int fill(unsigned char *bytes, size_t size)
{
	static uint32_t state = 1;
	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223; /* Knuth's, of 2^32 */
		bytes[i] = (unsigned char)(state >> 24);
	}
	return 1;
}

int RAND_bytes_ex(OSSL_LIB_CTX *context, unsigned char *bytes, size_t size,
		  unsigned int strength)
{
	(void)context;
	(void)strength;
	return fill(bytes, size);
}

int RAND_priv_bytes_ex(OSSL_LIB_CTX *context, unsigned char *bytes, size_t size,
		       unsigned int strength)
{
	(void)context;
	(void)strength;
	return fill(bytes, size);
}

/*
 * The public key of a private one, which libcrypto makes whenever it reads one. Here a private
 * key is only told from a certificate, and all of it forgotten.
 */
void ossl_x25519_public_from_private(uint8_t ret[32], const uint8_t private_key[32])
{
	(void)private_key;
	memset(ret, 0, 32);
}

void ossl_x448_public_from_private(uint8_t ret[56], const uint8_t private_key[56])
{
	(void)private_key;
	memset(ret, 0, 56);
}

int ossl_ed25519_public_from_private(OSSL_LIB_CTX *context, uint8_t ret[32],
				     const uint8_t private_key[32], const char *query)
{
	(void)context;
	(void)private_key;
	(void)query;
	memset(ret, 0, 32);
	return 1;
}

int ossl_ed448_public_from_private(OSSL_LIB_CTX *context, uint8_t ret[57],
				   const uint8_t private_key[57], const char *query)
{
	(void)context;
	(void)private_key;
	(void)query;
	memset(ret, 0, 57);
	return 1;
}
