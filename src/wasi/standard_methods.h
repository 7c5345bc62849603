/* SPDX-License-Identifier: GPL-3.0-only */
/* In the place of libcrypto's file of this name: see public_keys.c, which is in this order. */
extern const EVP_PKEY_ASN1_METHOD bf_public_keys[];

static const EVP_PKEY_ASN1_METHOD *standard_methods[] = {
	&bf_public_keys[0], &bf_public_keys[1], &bf_public_keys[2], &bf_public_keys[3],
	&bf_public_keys[4], &bf_public_keys[5], &bf_public_keys[6],
};
