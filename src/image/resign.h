/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Another script in a program of a finished image that has a signature, or had one: it is
 * signed again, or not signed any more. Its size stays, and so does all that says what it is.
 */
#ifndef BF_RESIGN_H
#define BF_RESIGN_H

#include "image/repoint_file.h"
#include "sign/signer.h"

/* Who signs, and what may become of signatures. */
struct bf_resign {
	const struct bf_signer *signer; /* NULL for nobody */
	bool is_unsigned; /* signatures that another script breaks are taken away */
};

/* Whether it takes bf_resign() to change the script of the program at a site. */
bool bf_resign_is_needed(const struct bf_resign *resign,
			 const struct bf_repoint_file *file, const struct bf_site *site);

/*
 * Make the program with this script, file->remade, and add what has to be written to the
 * patches, which lead to it. BF_ERR_SIGNED if it is signed and nobody is there to sign, or if it
 * is not known whose program he would sign: not the bundle's, nor what he signed himself;
 * BF_ERR_INPUT if there is no place for his signature; BF_ERR_TOO_BIG if the script does not
 * fit.
 */
bf_must_check int bf_resign(const struct bf_resign *resign, struct bf_repoint_file *file,
			    const struct bf_site *site, struct bf_view script,
			    struct bf_patches *patches, struct bf_error *reterr);

#endif
