/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What of the rooms trust and sign needs libcrypto, which has four times the size of all the
 * rest: a page has no keys, and says so. That a program is signed is seen, by whom is not. Of
 * the one certificate it may have, what there is to know was read when it was made.
 */
#include <stdio.h>
#include <string.h>

#include "sign/image_digest.h"
#include "sign/signature.h"
#include "sign/signer.h"
#include "trust/facts.h"
#include "wasi/digester.h"
#include "wasi/files.h"

static int refuse(const char *what, struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_UNSUPPORTED,
		       "%s is for the command boots-from, not for its page", what);
}

/* ---- trust/certificate.h ---- */

int bf_certificate_read(const char *path, struct bf_certificate *ret,
			struct bf_error *reterr)
{
	struct bf_view facts;
	if (!bf_files_find(path, &facts))
		return refuse("another certificate", reterr);
	return bf_facts_read(facts, ret, reterr);
}

void bf_certificate_free(struct bf_certificate *certificate)
{
	bf_buffer_free(&certificate->der);
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
	return refuse("signing", reterr);
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
	return refuse("signing", reterr);
}

/* ---- sign/image_digest.h ---- */

int bf_image_sha256(const struct bf_pe *pe, uint8_t ret[BF_SHA256_SIZE])
{
	static const uint8_t zeros[BF_AUTHENTICODE_ALIGNMENT];
	struct bf_authenticode_parts parts;
	struct bf_digester digester;
	bf_authenticode_parts(pe, &parts);
	bf_digester_init(&digester);
	for (size_t i = 0; i < parts.n; i++)
		bf_digester_add(&digester, parts.parts[i]);
	bf_digester_add(&digester, bf_view(zeros, parts.padding));
	bf_digester_finish(&digester, ret);
	return BF_OK;
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

/* ---- sign/signature.h ---- */

static void add_unread(struct bf_signatures *ret)
{
	struct bf_signature *signature = &ret->all[ret->n++];
	*signature = (struct bf_signature){.state = BF_SIGNATURE_UNKNOWN};
	snprintf(signature->problem, sizeof(signature->problem),
		 "a page does not read signatures: ask boots-from inspect");
}

int bf_signatures_read(const struct bf_pe *pe, struct bf_signatures *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (pe->has_signature)
		add_unread(ret);
	return bf_image_sha256(pe, ret->sha256);
}
