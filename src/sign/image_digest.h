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

/*
 * The same digest for many files that are one file but for the bytes at one place: what comes
 * before it is digested once. It is only read: threads may share it.
 */
struct bf_image_midstate {
	struct evp_md_ctx_st *before; /* of libcrypto */
	struct bf_view file;
	size_t offset, size;                /* of the bytes that differ */
	struct bf_authenticode_parts after; /* what is still to be digested */
};

/* size bytes at offset of the file, which must outlive ret, will differ. BF_ERR_NOMEM. */
bf_must_check int bf_image_midstate_init(const struct bf_pe *pe, size_t offset,
					 size_t size, struct bf_image_midstate *ret);
void bf_image_midstate_free(struct bf_image_midstate *midstate);

/* The digest with these bytes, as many as differ, in that place. BF_ERR_NOMEM. */
bf_must_check int bf_image_midstate_finish(const struct bf_image_midstate *midstate,
					   const uint8_t *bytes,
					   uint8_t ret[BF_SHA256_SIZE]);

#endif
