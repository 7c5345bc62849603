/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Signing the programs of an image anew for every script: what comes before the slot is
 * digested once, and the place of the signature is known.
 */
#ifndef BF_SIGNING_H
#define BF_SIGNING_H

#include "ipxe/site.h"
#include "sign/image_digest.h"
#include "sign/signer.h"

/* A site's program. */
struct bf_signed_site {
	size_t index;  /* of the site */
	size_t offset; /* of the signature, in the program */
	struct bf_image_midstate midstate;
};

/* A zeroed one signs nothing. It is only read: threads may share it. */
struct bf_signing {
	const struct bf_signer *signer; /* must outlive it */
	struct bf_signed_site sites[BF_SITES_MAX];
	size_t n_sites;
};

/*
 * Sign the binary at sites[index], which must outlive it, and where at offset stand as many
 * zeros as the signature will have bytes (bf_authenticode_reserve()).
 */
bf_must_check int bf_signing_add(struct bf_signing *signing, const struct bf_site *sites,
				 size_t index, struct bf_view binary, size_t offset,
				 struct bf_error *reterr);
void bf_signing_free(struct bf_signing *signing);

/* Add the signatures to what bf_sites_patch() made for these sites. */
bf_must_check int bf_signing_patch(const struct bf_signing *signing,
				   const struct bf_site *sites,
				   struct bf_patches *patches, struct bf_error *reterr);

#endif
