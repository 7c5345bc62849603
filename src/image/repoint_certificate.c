/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/repoint_certificate.h"

int bf_repoint_certificates_add(struct bf_repoint_certificates *certificates,
				const struct bf_scan_file *file, struct bf_error *reterr)
{
	/* The ISO's tree has the same bytes as the file system in it. */
	for (size_t i = 0; i < certificates->n; i++)
		if (certificates->offset[i] == file->offset)
			return BF_OK;
	if (!file->is_contiguous)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "%s: it lies in several pieces",
			       BF_SIGNER_CERTIFICATE_PATH);
	if (certificates->n == BF_PATCHES_OTHERS_MAX)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "more than %d files %s: this is no image of ours",
			       BF_PATCHES_OTHERS_MAX, BF_SIGNER_CERTIFICATE_PATH);
	certificates->offset[certificates->n] = file->offset;
	certificates->size[certificates->n++] = file->size;
	return BF_OK;
}

int bf_repoint_certificates_patch(const struct bf_repoint_certificates *certificates,
				  const struct bf_signer *signer,
				  struct bf_patches *patches, struct bf_error *reterr)
{
	struct bf_view der = bf_buffer_view(&signer->der);
	for (size_t i = 0; i < certificates->n; i++) {
		if (certificates->size[i] != der.size)
			return bf_fail(reterr, BF_ERR_INPUT,
				       "%s: it has %llu bytes, and the certificate that "
				       "belongs to this key %zu: make the image anew",
				       BF_SIGNER_CERTIFICATE_PATH,
				       (unsigned long long)certificates->size[i],
				       der.size);
		bf_patches_add(patches, certificates->offset[i], der);
	}
	return BF_OK;
}
