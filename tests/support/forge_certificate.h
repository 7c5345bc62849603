/* SPDX-License-Identifier: GPL-3.0-only */
/* Certificates made on the spot, in the forms that files have. */
#ifndef TEST_FORGE_CERTIFICATE_H
#define TEST_FORGE_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "base/bytes.h"

/* What a certificate is made of; it is valid for all of 2026 to 2031-12-24 12:00 UTC. */
struct forge_recipe {
	EVP_PKEY *key;
	const EVP_MD *digest; /* NULL for keys that bring their own */
	const char *name;     /* the subject's common name in UTF-8, or NULL */
	const char *issuer;   /* the issuer's, or NULL for one signed by itself */
	bool is_ca, is_pss;
};

/* Signed with its own key, whatever the issuer's name is. */
X509 *forge_certificate(const struct forge_recipe *recipe);

/* Append one of these to a file. */
void forge_der(const struct forge_recipe *recipe, struct bf_buffer *file);
void forge_pem(const struct forge_recipe *recipe, struct bf_buffer *file);
void forge_key(EVP_PKEY *key, struct bf_buffer *file);
void forge_text(const char *text, struct bf_buffer *file);

/* A PKCS #7 message with these certificates and no signature, in DER. */
void forge_pkcs7(const struct forge_recipe *recipes, size_t n, struct bf_buffer *file);

/* A block with this label around the bytes. */
void forge_block_of(const char *label, struct bf_view der, struct bf_buffer *file);

#endif
