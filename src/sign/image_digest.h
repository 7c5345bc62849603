/* SPDX-License-Identifier: GPL-3.0-only */
/* The Authenticode digest of a PE, by libcrypto. */
#ifndef BF_IMAGE_DIGEST_H
#define BF_IMAGE_DIGEST_H

#include "base/sha256.h"
#include "binary/authenticode.h"

enum { BF_IMAGE_DIGEST_MAX = 64 }; /* bytes of the longest, SHA-512's */

/*
 * Digest what a signature is of, with an algorithm by libcrypto's name ("SHA256"). Returns
 * BF_ERR_UNSUPPORTED for a name it does not have, or BF_ERR_NOMEM.
 */
bf_must_check int bf_image_digest(const struct bf_pe *pe, const char *algorithm,
				  uint8_t ret[BF_IMAGE_DIGEST_MAX], size_t *ret_size);

/* The one that firmware keeps lists of. BF_ERR_NOMEM is the only failure. */
bf_must_check int bf_image_sha256(const struct bf_pe *pe, uint8_t ret[BF_SHA256_SIZE]);

#endif
