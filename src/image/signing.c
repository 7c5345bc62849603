/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/signing.h"

int bf_signing_add(struct bf_signing *signing, const struct bf_site *sites, size_t index,
		   struct bf_view binary, size_t offset, struct bf_error *reterr)
{
	struct bf_signed_site *signed_site = &signing->sites[signing->n_sites];
	const struct bf_slot *slot = &sites[index].slot;
	struct bf_pe pe;
	int err = bf_pe_parse(binary, &pe, reterr);
	if (err)
		return err;
	if (bf_image_midstate_init(&pe, slot->offset + BF_SLOT_HEADER_SIZE,
				   bf_slot_capacity(slot->size), &signed_site->midstate))
		return bf_fail_nomem(reterr);
	signed_site->index = index;
	signed_site->offset = offset;
	signing->n_sites++;
	return BF_OK;
}

void bf_signing_free(struct bf_signing *signing)
{
	for (size_t i = 0; i < signing->n_sites; i++)
		bf_image_midstate_free(&signing->sites[i].midstate);
	*signing = (struct bf_signing){0};
}

static int sign(const struct bf_signing *signing, size_t i, const struct bf_site *sites,
		struct bf_patches *patches, struct bf_error *reterr)
{
	const struct bf_signed_site *signed_site = &signing->sites[i];
	size_t size = bf_signer_signature_size(signing->signer);
	uint8_t *signature = patches->signatures.data + i * size;
	struct bf_view body = bf_patches_body(patches, &sites[signed_site->index]);
	uint8_t digest[BF_SHA256_SIZE];
	if (bf_image_midstate_finish(&signed_site->midstate, body.data, digest))
		return bf_fail_nomem(reterr);
	int err = bf_signer_sign(signing->signer, digest, signature, reterr);
	if (!err)
		bf_patches_cover(patches, sites, signed_site->index, signed_site->offset,
				 bf_view(signature, size));
	return err;
}

int bf_signing_patch(const struct bf_signing *signing, const struct bf_site *sites,
		     struct bf_patches *patches, struct bf_error *reterr)
{
	if (signing->n_sites == 0)
		return BF_OK;
	size_t size = signing->n_sites * bf_signer_signature_size(signing->signer);
	if (patches->signatures.size != size &&
	    bf_buffer_zero(&patches->signatures, size))
		return bf_fail_nomem(reterr);
	int err = BF_OK;
	for (size_t i = 0; !err && i < signing->n_sites; i++)
		err = sign(signing, i, sites, patches, reterr);
	return err;
}
