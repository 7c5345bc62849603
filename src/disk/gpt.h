/* SPDX-License-Identifier: GPL-3.0-only */
/* The GUID Partition Table, the primary one and its backup (UEFI 2.10, 5.3). */
#ifndef BF_GPT_H
#define BF_GPT_H

#include "base/source.h"

enum {
	BF_GPT_SECTOR = 512, /* as on every CD image and stick */
	BF_GPT_GUID = 16,
	BF_GPT_GUID_TEXT = 37,     /* in its usual spelling, with its NUL */
	BF_GPT_NAME_MAX = 36,      /* characters */
	BF_GPT_TABLE_SECTORS = 33, /* a header and the least entry array there may be */
	BF_GPT_TABLE_SIZE = BF_GPT_TABLE_SECTORS * BF_GPT_SECTOR,
	BF_GPT_LISTED_MAX = 32, /* used entries that are listed when reading */
};

/* Attributes, 5.3.3, and Microsoft's for basic data. */
#define BF_GPT_REQUIRED (UINT64_C(1) << 0)
#define BF_GPT_READ_ONLY (UINT64_C(1) << 60)

/* Partition types, as they stand in the file. */
extern const uint8_t bf_gpt_basic_data[BF_GPT_GUID];
extern const uint8_t bf_gpt_efi_system[BF_GPT_GUID];

/* ---- One to write ---- */

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

/* ---- One that was read ---- */

/* A used entry; offset and size are bytes. */
struct bf_gpt_entry {
	unsigned number;           /* from 1 */
	uint8_t type[BF_GPT_GUID]; /* as it stands on the disk */
	uint64_t offset, size;
	char name[BF_GPT_NAME_MAX + 1]; /* what is not printable ASCII as "?" */
};

/* One of the two headers and the entries it leads to. */
struct bf_gpt_header {
	bool is_there; /* it has the signature and could be read */
	uint64_t lba;
	uint64_t alternate_lba;
	uint32_t header_crc, header_crc_computed;
	uint32_t entries_crc, entries_crc_computed;
};

struct bf_gpt_table {
	struct bf_gpt_header primary, backup;
	size_t n_partitions; /* of the primary */
	size_t n_unlisted;   /* used entries that there is no room for here */
	struct bf_gpt_entry partitions[BF_GPT_LISTED_MAX];
};

/*
 * Returns 1 and fills ret, 0 when there is no GPT, or BF_ERR_FORMAT and BF_ERR_IO. Wrong
 * CRCs are no failure: they are reported as they are.
 */
bf_must_check int bf_gpt_read(const struct bf_source *disk, struct bf_gpt_table *ret,
			      struct bf_error *reterr);

/* Whether both CRCs of a header are right. */
bool bf_gpt_header_is_good(const struct bf_gpt_header *header);

/* Whether this is the type of an EFI System Partition. */
bool bf_gpt_is_efi_system(const uint8_t type[BF_GPT_GUID]);

/* A GUID in its usual spelling, C12A7328-F81F-... */
void bf_gpt_format_guid(const uint8_t guid[BF_GPT_GUID], char ret[BF_GPT_GUID_TEXT]);

#endif
