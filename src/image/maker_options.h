/* SPDX-License-Identifier: GPL-3.0-only */
/* A maker's options by name: what they accept is the same wherever they are given. */
#ifndef BF_MAKER_OPTIONS_H
#define BF_MAKER_OPTIONS_H

#include "image/template_options.h"
#include "sign/signer.h"

enum { BF_MAKER_FILES_MAX = 8 };

/* The names of files, of which there is one for each architecture. */
struct bf_maker_files {
	const char *all[BF_MAKER_FILES_MAX];
	size_t n;
};

/* The strings belong to others. */
struct bf_maker_options {
	const char *prebuilt;       /* the bundle's folder, NULL for the one inside */
	const char *trust;          /* a certificate's file, or NULL */
	struct bf_maker_files ipxe; /* binaries instead of the bundle's */
	struct bf_maker_files shim, mok_manager;
	/* Files of who signs the UEFI programs: both, or NULL. */
	const char *sign_key, *sign_cert;
	const char *sign_passphrase; /* a file, too; or NULL */
	/* Asked for it where there is no such file; NULL for nobody. */
	const struct bf_passphrase *passphrase;
	struct bf_template_options layout;
};

/* An image nobody asked anything special of. */
struct bf_maker_options bf_maker_options_default(void);

/*
 * Set what a name stands for: "prebuilt", "trust", "ipxe", "shim" and "mokmanager", which add
 * one more, "sign-key", "sign-cert", "sign-passphrase", or what bf_template_options_set()
 * knows. value must outlive the options. BF_ERR_USAGE for an unknown name, an empty file name
 * and a second certificate to trust; the sentence does not repeat the name.
 */
bf_must_check int bf_maker_options_set(struct bf_maker_options *options, const char *name,
				       const char *value, struct bf_error *reterr);

#endif
