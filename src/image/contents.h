/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What goes into an image: the files of the EFI System Partition and of the ISO 9660 tree,
 * gathered before anything is laid out.
 */
#ifndef BF_CONTENTS_H
#define BF_CONTENTS_H

#include "image/template.h"

/* What images are made of. */
struct bf_parts {
	const struct bf_bundle *bundle;
	const struct bf_binaries *binaries;
	struct bf_binary loose;       /* the loose slot, if there is one */
	const struct bf_shims *shims; /* or NULL */
	struct bf_view certificate;   /* of who signs, in DER; or empty */
};

/*
 * Files for UEFI and those of the ISO. Of the former the iPXEs come first, then the loose slot,
 * then what goes in as it is.
 */
struct bf_contents {
	struct bf_fat_file esp_files[BF_FAT_FILES_MAX];
	enum bf_arch esp_archs[BF_ARCH_COUNT]; /* of the programs, at the same index */
	size_t n_esp_programs, n_esp_files;
	struct bf_fat_image esp;
	const struct bf_iso_file *lkrn_file, *esp_file;
	const struct bf_iso_file *loose_file;     /* where there is no ESP to have it */
	struct bf_piece pieces[BF_ISO_FILES_MAX]; /* of files that are one piece */
	struct bf_iso_file files[BF_ISO_FILES_MAX];
	struct bf_iso_request request;
};

/*
 * Gather the files of an ISO, for which the request is; or those of an ESP alone, which is laid
 * out here. contents is zeroed, and stays where it is: the request leads into it, and into the
 * parts. Release it with bf_contents_free().
 */
bf_must_check int bf_contents_gather(struct bf_contents *contents,
				     const struct bf_parts *parts,
				     const struct bf_template_options *options,
				     struct bf_error *reterr);
bf_must_check int bf_contents_gather_esp(struct bf_contents *contents,
					 const struct bf_parts *parts, unsigned archs,
					 struct bf_error *reterr);
void bf_contents_free(struct bf_contents *contents);

/* The binary of an architecture, or the loose slot for BF_ARCH_COUNT. */
const struct bf_binary *bf_parts_binary(const struct bf_parts *parts, enum bf_arch arch);

#endif
