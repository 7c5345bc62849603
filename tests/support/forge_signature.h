/* SPDX-License-Identifier: GPL-3.0-only */
/* Authenticode signatures made with libcrypto, whole or with one thing wrong in them. */
#ifndef TEST_FORGE_SIGNATURE_H
#define TEST_FORGE_SIGNATURE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.h"

/* A certificate and its key. */
struct forge_signer {
	EVP_PKEY *key;
	X509 *certificate;
};

/* Make one, issued by another signer or by itself (NULL); with a key that is taken over. */
struct forge_signer forge_signer(const char *common_name,
				 const struct forge_signer *issuer);
struct forge_signer forge_signer_with(EVP_PKEY *key, const char *common_name,
				      const struct forge_signer *issuer);
void forge_signer_free(struct forge_signer *signer);

/* What a signature is made of; a zeroed one with a digest is in order. */
struct forge_signing {
	uint8_t digest[64];
	size_t digest_size;          /* 0 stands for 32 */
	const char *algorithm;       /* of the digest, NULL for SHA256 */
	const char *type;            /* of the content, NULL for SpcIndirectDataContent */
	const X509 *certificates[3]; /* beside the signer's own, NULL if fewer */
	bool has_no_certificate, has_no_signer, has_two_signers;
	bool is_digest_cut;   /* the DigestInfo ends early */
	bool is_content_text; /* an OCTET STRING, not a SEQUENCE */
	bool is_message_changed, is_signature_changed;
};

/* The PKCS #7, DER. */
struct bf_buffer forge_authenticode(const struct forge_signing *recipe,
				    const struct forge_signer *signer);

/*
 * Put a WIN_CERTIFICATE behind a PE whose size is a multiple of eight, into its table or
 * (the first one) into a new table.
 */
void forge_attach(struct bf_buffer *file, size_t directory, uint16_t type,
		  struct bf_view data);

#endif
