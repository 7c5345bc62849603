/* Writes a GUID Partition Table, the primary one and its backup (UEFI 2.10, 5.3). */
#ifndef BF_GPT_H
#define BF_GPT_H

#include "base/bytes.h"

enum {
	BF_GPT_SECTOR = 512,
	BF_GPT_GUID = 16,
	BF_GPT_NAME_MAX = 36,      /* characters */
	BF_GPT_TABLE_SECTORS = 33, /* a header and the least entry array there may be */
	BF_GPT_TABLE_SIZE = BF_GPT_TABLE_SECTORS * BF_GPT_SECTOR,
};

/* Attributes, 5.3.3, and Microsoft's for basic data. */
#define BF_GPT_REQUIRED (UINT64_C(1) << 0)
#define BF_GPT_READ_ONLY (UINT64_C(1) << 60)

/* Partition types, as they stand in the file. */
extern const uint8_t bf_gpt_basic_data[BF_GPT_GUID];
extern const uint8_t bf_gpt_efi_system[BF_GPT_GUID];

struct bf_gpt_partition {
	const uint8_t *type;
	uint8_t guid[BF_GPT_GUID];
	uint64_t first_sector;
	uint64_t n_sectors;
	uint64_t attributes;
	const char *name; /* ASCII, at most BF_GPT_NAME_MAX characters */
};

struct bf_gpt {
	uint8_t disk_guid[BF_GPT_GUID];
	uint64_t disk_sectors;
	const struct bf_gpt_partition *partitions;
	size_t n_partitions; /* at most 128 */
};

/*
 * Write both tables: primary stands from sector 1 on (the protective MBR is in sector 0),
 * backup fills the disk's last BF_GPT_TABLE_SECTORS sectors.
 */
void bf_gpt_put(const struct bf_gpt *gpt, uint8_t primary[BF_GPT_TABLE_SIZE],
		uint8_t backup[BF_GPT_TABLE_SIZE]);

#endif
