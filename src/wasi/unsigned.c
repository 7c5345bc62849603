/* SPDX-License-Identifier: GPL-3.0-only */
/* A page has no keys, and says so. */
#include "sign/image_digest.h"
#include "sign/signer.h"

static int refuse(struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_UNSUPPORTED,
		       "signing is for the command boots-from, not for its page");
}

/* ---- sign/signer.h ---- */

int bf_signer_read(const char *key_path, const char *certificate_path,
		   const struct bf_passphrase *passphrase, struct bf_signer *ret,
		   struct bf_error *reterr)
{
	(void)key_path;
	(void)certificate_path;
	(void)passphrase;
	(void)ret;
	return refuse(reterr);
}

void bf_signer_free(struct bf_signer *signer)
{
	(void)signer; /* there is none */
}

size_t bf_signer_signature_size(const struct bf_signer *signer)
{
	return signer->signature_size;
}

int bf_signer_sign(const struct bf_signer *signer, const uint8_t sha256[BF_SHA256_SIZE],
		   uint8_t *ret, struct bf_error *reterr)
{
	(void)signer;
	(void)sha256;
	(void)ret;
	return refuse(reterr);
}

/* ---- sign/image_digest.h ---- */

int bf_image_sha256(const struct bf_pe *pe, uint8_t ret[BF_SHA256_SIZE])
{
	(void)pe;
	(void)ret;
	return BF_ERR_UNSUPPORTED;
}

int bf_image_midstate_init(const struct bf_pe *pe, size_t offset, size_t size,
			   struct bf_image_midstate *ret)
{
	(void)pe;
	(void)offset;
	(void)size;
	(void)ret;
	return BF_ERR_UNSUPPORTED;
}

void bf_image_midstate_free(struct bf_image_midstate *midstate)
{
	(void)midstate; /* there is none */
}

int bf_image_midstate_finish(const struct bf_image_midstate *midstate,
			     const uint8_t *bytes, uint8_t ret[BF_SHA256_SIZE])
{
	(void)midstate;
	(void)bytes;
	(void)ret;
	return BF_ERR_UNSUPPORTED;
}
