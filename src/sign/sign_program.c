/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/sign_program.h"

#include "base/cleanup.h"
#include "binary/authenticode.h"
#include "sign/image_digest.h"

static int sign(const struct bf_signer *signer, struct bf_buffer *file, size_t place,
		struct bf_error *reterr)
{
	struct bf_pe pe;
	uint8_t digest[BF_SHA256_SIZE];
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (!err && bf_image_sha256(&pe, digest))
		err = bf_fail_nomem(reterr);
	if (!err)
		err = bf_signer_sign(signer, digest, file->data + place, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, file->data);
	return err;
}

int bf_sign_program(const struct bf_signer *signer, struct bf_buffer *file,
		    struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer result = {0};
	size_t place;
	if (bf_buffer_append(&result, file->data, file->size))
		return bf_fail_nomem(reterr);
	int err = bf_authenticode_reserve(&result, bf_signer_signature_size(signer),
					  &place, reterr);
	if (!err)
		err = sign(signer, &result, place, reterr);
	if (err)
		return err;
	struct bf_buffer unsigned_file = *file;
	*file = result;
	result = unsigned_file;
	return BF_OK;
}
