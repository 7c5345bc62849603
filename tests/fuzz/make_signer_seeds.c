/* SPDX-License-Identifier: GPL-3.0-only */
/* Inputs of fuzz_signer: a key, certificates and a passphrase, in the forms that files have. */
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "forge_signature.h"
#include "fuzz.h"
#include "ready_key.h"
#include "seeds.h"

static const char passphrase[] = "correct horse";

static struct forge_signer root, middle, signer, large, curve;

/* ---- Keys ---- */

static int plain(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, signer.key, NULL, NULL, 0, NULL, NULL);
}

static int plain_der(BIO *bio)
{
	return i2d_PKCS8PrivateKey_bio(bio, signer.key, NULL, NULL, 0, NULL, NULL);
}

static int traditional(BIO *bio)
{
	return PEM_write_bio_PrivateKey_traditional(bio, signer.key, NULL, NULL, 0, NULL,
						    NULL);
}

static int encrypted(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, signer.key, EVP_aes_256_cbc(), NULL, 0,
					     NULL, (void *)passphrase);
}

static int encrypted_der(BIO *bio)
{
	return i2d_PKCS8PrivateKey_bio(bio, signer.key, EVP_aes_128_cbc(), NULL, 0, NULL,
				       (void *)passphrase);
}

static int encrypted_traditional(BIO *bio)
{
	return PEM_write_bio_PrivateKey_traditional(bio, signer.key, EVP_aes_128_cbc(),
						    NULL, 0, NULL, (void *)passphrase);
}

static int of_a_curve(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, curve.key, NULL, NULL, 0, NULL, NULL);
}

static int of_3072_bits(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, large.key, NULL, NULL, 0, NULL, NULL);
}

/* ---- Certificates ---- */

static int one(BIO *bio)
{
	return PEM_write_bio_X509(bio, signer.certificate);
}

static int one_der(BIO *bio)
{
	return i2d_X509_bio(bio, signer.certificate);
}

static int chain(BIO *bio)
{
	return PEM_write_bio_X509(bio, root.certificate) && one(bio) &&
	       PEM_write_bio_X509(bio, middle.certificate);
}

static int message(BIO *bio)
{
	PKCS7 *pkcs7 = PKCS7_new();
	int good = pkcs7 && PKCS7_set_type(pkcs7, NID_pkcs7_signed) &&
		   PKCS7_content_new(pkcs7, NID_pkcs7_data) &&
		   PKCS7_add_certificate(pkcs7, middle.certificate) &&
		   PKCS7_add_certificate(pkcs7, signer.certificate) &&
		   PEM_write_bio_PKCS7(bio, pkcs7);
	PKCS7_free(pkcs7);
	return good;
}

static int with_the_key(BIO *bio)
{
	return plain(bio) && one(bio);
}

static int self_signed(BIO *bio)
{
	return PEM_write_bio_X509(bio, large.certificate);
}

/* ---- Both ---- */

static const struct {
	const char *name;
	int (*write_key)(BIO *bio), (*write_certificates)(BIO *bio);
} seeds[] = {
	{"plain", plain, one},
	{"der", plain_der, one_der},
	{"traditional", traditional, chain},
	{"encrypted", encrypted, one},
	{"encrypted.der", encrypted_der, message},
	{"encrypted-traditional", encrypted_traditional, one_der},
	{"one-file", with_the_key, with_the_key},
	{"curve", of_a_curve, one},
	{"large", of_3072_bits, self_signed},
	{"stranger", plain, self_signed},
};

static struct bf_view bytes_of(BIO *bio)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);
	return bf_view(data, (size_t)size);
}

static void write_one(const char *name, int (*write_key)(BIO *bio),
		      int (*write_certificates)(BIO *bio))
{
	BIO *key = BIO_new(BIO_s_mem()), *certificates = BIO_new(BIO_s_mem());
	fuzz_require(write_key(key) && write_certificates(certificates));
	struct bf_view parts[] = {{0},
				  bytes_of(key),
				  bytes_of(certificates),
				  bf_view(passphrase, sizeof(passphrase) - 1)};
	uint8_t head[4];
	struct bf_buffer seed = {0};
	bf_put_le16(head, (uint16_t)parts[1].size);
	bf_put_le16(head + 2, (uint16_t)parts[2].size);
	parts[0] = bf_view(head, sizeof(head));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		fuzz_require(!bf_buffer_append(&seed, parts[i].data, parts[i].size));
	write_seed("signer", name, bf_buffer_view(&seed));
	bf_buffer_free(&seed);
	BIO_free(key);
	BIO_free(certificates);
}

void write_signers(void)
{
	root = forge_signer("Root", NULL);
	middle = forge_signer("Middle", &root);
	signer = forge_signer_with(ready_key(2048), "Signer", &middle);
	large = forge_signer_with(ready_key(3072), "Large", NULL);
	curve = forge_signer_with(EVP_EC_gen("P-256"), "Curve", NULL);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		write_one(seeds[i].name, seeds[i].write_key, seeds[i].write_certificates);
	forge_signer_free(&root);
	forge_signer_free(&middle);
	forge_signer_free(&signer);
	forge_signer_free(&large);
	forge_signer_free(&curve);
}
