/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A template: a finished image whose script slots are known by offset. It is laid out
 * once; an image for a URL is the template with a few bytes laid over it.
 */
#ifndef BF_TEMPLATE_H
#define BF_TEMPLATE_H

#include "bundle/bundle.h"
#include "disk/fat_writer.h"
#include "disk/iso_writer.h"
#include "image/binaries.h"
#include "image/shims.h"
#include "image/signing.h"
#include "ipxe/site.h"

enum bf_format {
	BF_FORMAT_ISO,
	BF_FORMAT_EFI,  /* the iPXE of the one architecture in archs */
	BF_FORMAT_LKRN, /* the iPXE for BIOS */
	BF_FORMAT_ESP,  /* the FAT file system that the ISO's UEFI entry loads */
	BF_FORMAT_COUNT,
};

/* "iso", "efi", "lkrn", "esp". */
const char *bf_format_name(enum bf_format format);

struct bf_template_options {
	enum bf_format format;
	unsigned archs; /* set of 1u << enum bf_arch: the boot paths of the image */
	enum bf_iso_layout layout;
	const char *label;   /* volume id of the ISO */
	size_t script_room;  /* for a script of at least so many bytes */
	uint32_t loose_size; /* of the loose slot that the script goes into, 0 for none */
	/* Of its UEFI programs, which have room for that; or NULL. It outlives the template. */
	const struct bf_signer *signer;
	/* What is started before its UEFI programs, or NULL. They outlive the template. */
	const struct bf_shims *shims;
};

enum { BF_TEMPLATE_SCRIPT_ROOM_MAX = 1 << 20 };

#define BF_TEMPLATE_DEFAULT_LABEL "BOOTS_FROM"

/*
 * The slots hold the bundle's placeholder, or lead to a loose one, which is empty. Programs
 * whose slots take the script have zeros where their signature will be.
 */
struct bf_template {
	struct bf_iso_image image;
	struct bf_fat_image esp; /* pieces of the image are in its metadata, */
	struct bf_buffer loose;  /* here */
	struct bf_patches
		*led; /* and in these, of the slots that lead to the loose one */
	struct bf_site sites[BF_ARCH_COUNT + 1]; /* that take the script */
	size_t n_sites;
	struct bf_signing signing; /* of their programs */
};

/*
 * Lay an image out from the binaries and the bundle's other parts, which it goes on using:
 * both must outlive it. Only the formats iso and esp can have a loose slot. Release it with
 * bf_template_free().
 */
bf_must_check int bf_template_init(struct bf_template *ret,
				   const struct bf_bundle *bundle,
				   const struct bf_binaries *binaries,
				   const struct bf_template_options *options,
				   struct bf_error *reterr);
void bf_template_free(struct bf_template *tmpl);

/*
 * What has to change for this script (the body of a slot, see bf_script_render()). The
 * template is only read: threads may share it. ret may be reused; its pieces stay good
 * until then, and as long as the script. BF_ERR_TOO_BIG names both sizes.
 */
bf_must_check int bf_template_patch(const struct bf_template *tmpl, struct bf_view script,
				    struct bf_patches *ret, struct bf_error *reterr);

/*
 * The image with the patches laid over it, to be written piece by piece or read anywhere.
 * ret may be reused; its pieces stay good as long as the template and the patches.
 */
bf_must_check int bf_template_overlay(const struct bf_template *tmpl,
				      const struct bf_patches *patches,
				      struct bf_pieces *ret, struct bf_error *reterr);

#endif
