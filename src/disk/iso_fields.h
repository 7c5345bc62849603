/* SPDX-License-Identifier: GPL-3.0-only */
/* Fields of ISO 9660 descriptors and directory records, ECMA-119 chapters 7 to 9. */
#ifndef BF_ISO_FIELDS_H
#define BF_ISO_FIELDS_H

#include "base/bytes.h"

/* Offsets in the Primary Volume Descriptor, 8.4. */
enum {
	BF_ISO_PVD_LABEL = 40,
	BF_ISO_PVD_SPACE_SIZE = 80,
	BF_ISO_PVD_SET_SIZE = 120,
	BF_ISO_PVD_SEQUENCE_NUMBER = 124,
	BF_ISO_PVD_BLOCK_SIZE = 128,
	BF_ISO_PVD_PATH_TABLE_SIZE = 132,
	BF_ISO_PVD_PATH_TABLE_L = 140,
	BF_ISO_PVD_PATH_TABLE_M = 148,
	BF_ISO_PVD_ROOT =
		156, /* the root folder's record, with a name of one zero byte */
	BF_ISO_PVD_SET_ID = 190,
	BF_ISO_PVD_PUBLISHER = 318,
	BF_ISO_PVD_PREPARER = 446,
	BF_ISO_PVD_APPLICATION = 574,
	BF_ISO_PVD_COPYRIGHT_FILE = 702, /* and two more files, to the times */
	BF_ISO_PVD_CREATED = 813,
	BF_ISO_PVD_MODIFIED = 830,
	BF_ISO_PVD_EXPIRES = 847,
	BF_ISO_PVD_EFFECTIVE = 864,
	BF_ISO_PVD_STRUCTURE_VERSION = 881,
};

/* Offsets in a Directory Record, 9.1. */
enum {
	BF_ISO_RECORD_EXTENT = 2,
	BF_ISO_RECORD_SIZE = 10,
	BF_ISO_RECORD_DATE = 18,
	BF_ISO_RECORD_FLAGS = 25,
	BF_ISO_RECORD_SEQUENCE_NUMBER = 28,
	BF_ISO_RECORD_NAME_LENGTH = 32,
	BF_ISO_RECORD_NAME = 33,

	BF_ISO_FLAG_FOLDER = 1 << 1,
};

/* Most significant byte first, 7.2.2 and 7.3.2. */
static inline void bf_iso_put_be16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void bf_iso_put_be32(uint8_t *p, uint32_t value)
{
	bf_iso_put_be16(p, (uint16_t)(value >> 16));
	bf_iso_put_be16(p + 2, (uint16_t)value);
}

/* Both orders, one after the other, 7.2.3 and 7.3.3. */
static inline void bf_iso_put_both16(uint8_t *p, uint16_t value)
{
	bf_put_le16(p, value);
	bf_iso_put_be16(p + 2, value);
}

static inline void bf_iso_put_both32(uint8_t *p, uint32_t value)
{
	bf_put_le32(p, value);
	bf_iso_put_be32(p + 4, value);
}

#endif
