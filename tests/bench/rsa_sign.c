/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The floor for signing: nothing but the RSA operation, in the same libcrypto.
 *
 *     rsa_sign KEY COUNT
 *
 * signs COUNT digests of 32 bytes with the PEM key (PKCS #1 v1.5, SHA-256), one after the
 * other, and prints what that took of processor time, in seconds.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static EVP_PKEY_CTX *open_key(const char *path)
{
	FILE *file = fopen(path, "r");
	EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	if (context && EVP_PKEY_sign_init(context) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1)
		return context;
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned char digest[32] = {0}, signature[1024];
	EVP_PKEY_CTX *context = argc == 3 ? open_key(argv[1]) : NULL;
	if (!context)
		return 1;
	double start = cpu_seconds();
	for (long i = atol(argv[2]); i > 0; i--) {
		size_t size = sizeof(signature);
		digest[0]++;
		if (EVP_PKEY_sign(context, signature, &size, digest, sizeof(digest)) != 1)
			return 1;
	}
	printf("%f\n", cpu_seconds() - start);
	return 0;
}
