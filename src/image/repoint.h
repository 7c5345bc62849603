/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Changing the script of a finished image in place. Every slot is found and every byte to
 * be written is ready before the first one is written, and nothing that is written is
 * needed to find the slots again: after an interruption, the same call repairs the image.
 */
#ifndef BF_REPOINT_H
#define BF_REPOINT_H

#include "image/renderer.h"
#include "image/repoint_certificate.h"
#include "image/repoint_file.h"
#include "image/resign.h"

struct bf_repoint {
	struct bf_site sites[BF_SITES_MAX];
	struct bf_repoint_file files[BF_SITES_MAX]; /* of the sites at the same index */
	size_t n_sites;
	struct bf_signer signer; /* for the caller to read who signs into; or zeroed */
	size_t n_changed;        /* sites, by bf_repoint_fill() */
	size_t n_signed;         /* of them, anew */
	size_t n_unsigned;       /* of them, that were signed and are not any more */
	struct bf_capability_set can; /* what all of its iPXEs can do */
	bool has_certificate;         /* what bf_repoint_trust() read */
	struct bf_certificate certificate;
	struct bf_repoint_certificates certificates; /* of who signs, to be enrolled */
	struct bf_renderer renderer; /* and made, for scripts that suit the image */
	struct bf_patches patches;   /* what bf_repoint_fill() made */
};

/*
 * Find every slot of an image and check that it is one of ours: each boot program in it, but
 * for shims and MokManagers, has a slot that knows its place, and lies in one piece.
 * BF_ERR_NO_SLOT, BF_ERR_FORMAT or BF_ERR_UNSUPPORTED name the file. What is in the bundle is not
 * loaded from the image but told by its digest; the bundle must outlive ret. Release ret with
 * bf_repoint_free(), also after a failure.
 */
bf_must_check int bf_repoint_open(const struct bf_source *image,
				  const struct bf_bundle *bundle, struct bf_repoint *ret,
				  struct bf_error *reterr);
void bf_repoint_free(struct bf_repoint *repoint);

/*
 * Read the certificate that the image was made with, NULL for none, and check that every iPXE
 * in it trusts that one alone, or its makers' root: a script goes with the certificate, which
 * stays as it is.
 */
bf_must_check int bf_repoint_trust(struct bf_repoint *repoint, const char *path,
				   struct bf_error *reterr);

/*
 * Make the patches for the script, the body of a slot. It goes into the loose slot where slots
 * lead to that; else the programs are signed anew, if they are signed, and the certificate in
 * the image becomes the signer's, who must outlive the patches, as repoint->signer does; or they
 * are not signed any more. See bf_resign() for what can be wrong with that. BF_ERR_TOO_BIG names
 * both sizes; BF_ERR_INPUT if there is no place for the certificate.
 */
bf_must_check int bf_repoint_fill(struct bf_repoint *repoint, struct bf_view script,
				  const struct bf_resign *resign,
				  struct bf_error *reterr);

/* Write the patches into the file or device, all or none, see bf_inplace_write(). */
bf_must_check int bf_repoint_write(const struct bf_repoint *repoint,
				   const struct bf_source *image,
				   struct bf_error *reterr);

#endif
