/* SPDX-License-Identifier: GPL-3.0-only */
/* Making the PKCS #7 that is an Authenticode signature. */
#ifndef BF_AUTHENTICODE_PKCS7_H
#define BF_AUTHENTICODE_PKCS7_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/sha256.h"

/*
 * Append the signature, DER, of a program with this digest: SignedData (RFC 2315, 9) of a
 * SpcIndirectDataContent with SHA-256, the attributes contentType and messageDigest, and the
 * certificates, the signer's own first. There is no time in it: the same input gives the same
 * bytes, and whatever the digest is, as many. It has been verified: BF_ERR_INPUT when it does
 * not, BF_ERR_UNSUPPORTED when libcrypto does not sign with this key.
 */
bf_must_check int bf_authenticode_pkcs7(EVP_PKEY *key, STACK_OF(X509) * certificates,
					const uint8_t sha256[BF_SHA256_SIZE],
					struct bf_buffer *ret, struct bf_error *reterr);

#endif
