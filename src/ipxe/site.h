/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Where an image takes its script: a slot, and around it, in the case of a PE, a binary
 * whose checksum covers the slot; or a loose slot, a file of its own. A script is put in by
 * a few patches at known offsets.
 */
#ifndef BF_SITE_H
#define BF_SITE_H

#include "base/digest.h"
#include "ipxe/arch.h"
#include "ipxe/slot.h"

enum {
	BF_SITES_MAX = 16,         /* in one image */
	BF_PATCHES_OTHERS_MAX = 4, /* in one image, what is of no site */
	BF_PATCHES_MAX = 5 * BF_SITES_MAX + BF_PATCHES_OTHERS_MAX,
};

/* Offsets are in the image unless they say otherwise; all sizes are in bytes. */
struct bf_site {
	enum bf_arch arch; /* BF_ARCH_COUNT for a loose slot */
	uint64_t
		binary_offset; /* of the file, which is the slot alone if that is loose */
	uint64_t binary_size;
	struct bf_slot slot;      /* its offset is in the binary */
	bool has_checksum;        /* a PE; a bzImage has none */
	uint64_t checksum_offset; /* of the CheckSum field, in the binary */
	uint64_t sum;             /* bf_pe_sum() of the binary without the slot's body */
	bool is_blank; /* the image has nothing but padding there: only the script is put in */
};

static inline bool bf_site_is_loose(const struct bf_site *site)
{
	return site->arch == BF_ARCH_COUNT;
}

/*
 * What one script changes in an image, in rising order of offsets: the bodies of the slots,
 * the checksums and, where somebody adds them, the signatures. The slots' headers say the
 * same before and after.
 */
struct bf_patches {
	struct bf_piece pieces[BF_PATCHES_MAX];
	size_t n_pieces;
	uint8_t checksums[BF_SITES_MAX][4];
	struct bf_buffer
		body; /* what the slots' pieces point to, all but the blank ones' */
	struct bf_buffer signatures; /* what theirs point to, one behind the other */
};

/*
 * The site of a binary that stands at an offset of an image, with its slot. For UEFI
 * architectures it is a PE whose stored CheckSum is right; BF_ARCH_COUNT is for a loose slot.
 * BF_ERR_FORMAT when the slot is not in the binary, or in its headers.
 */
bf_must_check int bf_site_init(struct bf_site *ret, enum bf_arch arch, uint64_t offset,
			       struct bf_view binary, struct bf_slot slot,
			       struct bf_error *reterr);

/*
 * The digest of everything in the site's binary that a script leaves alone: all but the
 * CheckSum and the slot's body. The image must have the whole binary.
 */
bf_must_check int bf_site_digest(const struct bf_site *site,
				 const struct bf_source *image,
				 char ret[BF_DIGEST_HEX_SIZE], struct bf_error *reterr);

/*
 * What has to change at these sites, BF_SITES_MAX at most, for this script (the body of a
 * slot, see bf_script_render()), to which the pieces of blank sites lead. ret may be reused;
 * its pieces stay good until then. BF_ERR_TOO_BIG names both sizes.
 */
bf_must_check int bf_sites_patch(const struct bf_site *sites, size_t n_sites,
				 struct bf_view script, struct bf_patches *ret,
				 struct bf_error *reterr);
/* Add other bytes, at an offset of the image, which stay where they are as long as the patches. */
void bf_patches_add(struct bf_patches *patches, uint64_t offset, struct bf_view bytes);
void bf_patches_free(struct bf_patches *patches);

/* The bytes of a slot's body among them, at a site that is not blank. */
struct bf_view bf_patches_body(const struct bf_patches *patches,
			       const struct bf_site *site);

/*
 * Add bytes that go to offset of the binary at sites[index], which has as many zeros there;
 * its checksum covers them. The site is one of those that were patched, and the bytes stay
 * where they are as long as the patches.
 */
void bf_patches_cover(struct bf_patches *patches, const struct bf_site *sites,
		      size_t index, uint64_t offset, struct bf_view bytes);

#endif
