/* SPDX-License-Identifier: GPL-3.0-only */
/* SHA-256 (FIPS 180-4), from OpenSSL. */
#ifndef BF_SHA256_H
#define BF_SHA256_H

#include "base/bytes.h"

enum {
	BF_SHA256_SIZE = 32,
	BF_SHA256_HEX_SIZE = 65, /* with the NUL */
};

/* BF_ERR_NOMEM is the only way to fail. */
int bf_sha256(struct bf_view bytes, uint8_t ret[BF_SHA256_SIZE]);

/* The same in hex. */
static inline int bf_sha256_hex(struct bf_view bytes, char ret[BF_SHA256_HEX_SIZE])
{
	uint8_t digest[BF_SHA256_SIZE];
	int err = bf_sha256(bytes, digest);
	if (!err)
		bf_hex(bf_view(digest, sizeof(digest)), ret);
	return err;
}

#endif
