/* SPDX-License-Identifier: GPL-3.0-only */
/* Reads El Torito boot catalogs ("El Torito" Bootable CD-ROM Format Specification 1.0). */
#ifndef BF_ELTORITO_H
#define BF_ELTORITO_H

#include "base/source.h"

enum { BF_ELTORITO_ENTRIES_MAX = 16 };

/* Platform IDs; 0xef is UEFI's (UEFI 2.10, 13.3.2.1). */
enum {
	BF_ELTORITO_BIOS = 0x00,
	BF_ELTORITO_UEFI = 0xef,
};

/* An Initial/Default Entry or a Section Entry. */
struct bf_eltorito_entry {
	uint8_t platform_id;
	bool is_bootable;
	uint8_t boot_media_type; /* 0 is no emulation */
	uint32_t load_size;      /* Sector Count times 512: bytes the firmware loads */
	uint64_t offset;         /* of the boot image, in bytes */
};

struct bf_eltorito {
	uint64_t catalog; /* its offset, in bytes */
	size_t n_entries;
	size_t n_unlisted; /* entries that there is no room for here */
	struct bf_eltorito_entry entries[BF_ELTORITO_ENTRIES_MAX];
};

/*
 * Read the catalog. Returns 1 and fills ret, 0 when the image has no boot record, or
 * BF_ERR_FORMAT for a catalog that is damaged or cut off.
 */
bf_must_check int bf_eltorito_read(const struct bf_source *image, struct bf_eltorito *ret,
				   struct bf_error *reterr);

#endif
