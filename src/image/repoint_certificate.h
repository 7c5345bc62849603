/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The certificate of a finished image that machines enrol: who signs the programs anew has to
 * be the one whose certificate it is.
 */
#ifndef BF_REPOINT_CERTIFICATE_H
#define BF_REPOINT_CERTIFICATE_H

#include "inspect/scan.h"
#include "ipxe/site.h"
#include "sign/signer.h"

/* Where the file is, of which file systems may each have one of their own. */
struct bf_repoint_certificates {
	uint64_t offset[BF_PATCHES_OTHERS_MAX];
	uint64_t size[BF_PATCHES_OTHERS_MAX];
	size_t n;
};

/* Take one. BF_ERR_UNSUPPORTED if it cannot be changed in place, or there are too many. */
bf_must_check int
bf_repoint_certificates_add(struct bf_repoint_certificates *certificates,
			    const struct bf_scan_file *file, struct bf_error *reterr);

/*
 * Add the signer's certificate, which must outlive the patches, in the place of each.
 * BF_ERR_INPUT if its size is another one.
 */
bf_must_check int
bf_repoint_certificates_patch(const struct bf_repoint_certificates *certificates,
			      const struct bf_signer *signer, struct bf_patches *patches,
			      struct bf_error *reterr);

#endif
