/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The partition tables of an ISO 9660 image that is also written to sticks. They live in
 * its system area (ECMA-119 6.2.1), which a CD drive does not look at, and at its end.
 */
#ifndef BF_ISO_PARTITIONS_H
#define BF_ISO_PARTITIONS_H

#include "disk/gpt.h"
#include "disk/iso_image.h"
#include "disk/mbr.h"

/* What the tables tell of. Offsets and sizes are in bytes, multiples of BF_ISO_BLOCK. */
struct bf_iso_disk {
	enum bf_iso_layout layout;
	struct bf_view boot_code; /* empty where there is nothing for a BIOS to boot */
	uint64_t loaded_offset;   /* of what the code loads, isolinux.bin */
	uint64_t esp_offset;
	uint64_t esp_size; /* 0: no ESP */
	uint64_t size;     /* of the whole image, bf_iso_partitions_grow()n */
	const char *label; /* the ids in the tables follow from these two */
	int64_t time;
};

/* The size an image with contents of this size needs to have room for its tables. */
uint64_t bf_iso_partitions_grow(const struct bf_iso_disk *disk, uint64_t contents);

/*
 * Write the tables into a system area of zeros, and the GPT's backup into the zeros that
 * are the image's end. Returns how many bytes of backup are in use: all or none.
 */
size_t bf_iso_partitions_put(const struct bf_iso_disk *disk,
			     uint8_t area[BF_ISO_SYSTEM_AREA],
			     uint8_t backup[BF_GPT_TABLE_SIZE]);

/*
 * Whether this is what readers find in the finished image, and nothing else is there: 1 or
 * 0, or why it cannot be told.
 */
bf_must_check int bf_iso_partitions_check(const struct bf_iso_disk *disk,
					  const struct bf_source *image,
					  struct bf_error *reterr);

#endif
