/* SPDX-License-Identifier: GPL-3.0-only */
/* The Master Boot Record: boot code and a table of four partitions (UEFI 2.10, 5.2). */
#ifndef BF_MBR_H
#define BF_MBR_H

#include "base/source.h"

enum {
	BF_MBR_SIZE = 512,
	BF_MBR_SECTOR = 512,
	BF_MBR_CODE_MAX = 432, /* isohybrid's; the address of what it loads follows */
	BF_MBR_PARTITIONS = 4,

	/* The geometry of the CHS fields, isohybrid's: a cylinder is 1 MiB. */
	BF_MBR_HEADS = 64,
	BF_MBR_SECTORS_PER_TRACK = 32,
	BF_MBR_CYLINDER = BF_MBR_HEADS * BF_MBR_SECTORS_PER_TRACK * BF_MBR_SECTOR,
};

enum bf_mbr_type {
	BF_MBR_NO_TYPE = 0x00,
	BF_MBR_HIDDEN_NTFS = 0x17, /* what isohybrid calls an ISO 9660 image */
	BF_MBR_GPT_PROTECTIVE = 0xee,
	BF_MBR_EFI_SYSTEM = 0xef,
};

/* ---- One to write ---- */

/* In sectors of 512 bytes; n_sectors is 0 for an entry that is not used. */
struct bf_mbr_partition {
	bool is_active;
	enum bf_mbr_type type;
	uint32_t first_sector;
	uint32_t n_sectors;
};

struct bf_mbr {
	struct bf_view code;    /* at most BF_MBR_CODE_MAX bytes, empty for none */
	uint32_t loaded_sector; /* where the code finds what it loads */
	uint32_t disk_signature;
	struct bf_mbr_partition partitions[BF_MBR_PARTITIONS];
};

void bf_mbr_put(const struct bf_mbr *mbr, uint8_t out[BF_MBR_SIZE]);

/* ---- One that was read ---- */

/* A used entry; offset and size are bytes. */
struct bf_mbr_entry {
	unsigned number; /* from 1 */
	bool is_active;
	uint8_t type; /* any, those of enum bf_mbr_type among them */
	uint64_t offset, size;
};

struct bf_mbr_table {
	bool has_boot_code;          /* the code area is not all zero */
	uint64_t isohybrid_isolinux; /* where isohybrid code looks for isolinux.bin */
	struct bf_mbr_entry partitions[BF_MBR_PARTITIONS];
	size_t n_partitions;
};

/* Returns 1 and fills ret, 0 when there is no MBR, or BF_ERR_IO. */
bf_must_check int bf_mbr_read(const struct bf_source *disk, struct bf_mbr_table *ret,
			      struct bf_error *reterr);

#endif
