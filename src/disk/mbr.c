/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/mbr.h"

#include <string.h>

enum {
	LOADED_SECTOR = 432, /* isohybrid's u32, and four zero bytes */
	DISK_SIGNATURE = 440,
	TABLE = 446,
	ENTRY_SIZE = 16,
	BOOT_SIGNATURE_AT = 510,
	BOOT_SIGNATURE = 0xaa55,
	ACTIVE = 0x80,
	CYLINDERS_MAX = 1024,
};

/* ---- Writing ---- */

/* Cylinder, head, sector as the BIOS takes them; the last possible one for what is beyond. */
static void put_chs(uint8_t out[3], uint32_t sector)
{
	uint32_t track = sector / BF_MBR_SECTORS_PER_TRACK;
	uint32_t cylinder = track / BF_MBR_HEADS;
	if (cylinder >= CYLINDERS_MAX) {
		memcpy(out, "\xfe\xff\xff", 3);
		return;
	}
	out[0] = (uint8_t)(track % BF_MBR_HEADS);
	out[1] = (uint8_t)(sector % BF_MBR_SECTORS_PER_TRACK + 1);
	out[1] |= (uint8_t)(cylinder >> 8 << 6);
	out[2] = (uint8_t)cylinder;
}

static void put_entry(const struct bf_mbr_partition *partition, uint8_t out[ENTRY_SIZE])
{
	if (partition->n_sectors == 0)
		return;
	out[0] = partition->is_active ? ACTIVE : 0;
	out[4] = (uint8_t)partition->type;
	if (partition->type == BF_MBR_GPT_PROTECTIVE) {
		/* UEFI 2.10, table 5.4: from sector 1 of any geometry to beyond all. */
		memcpy(out + 1, "\x00\x02\x00", 3);
		memcpy(out + 5, "\xff\xff\xff", 3);
	} else {
		put_chs(out + 1, partition->first_sector);
		put_chs(out + 5, partition->first_sector + partition->n_sectors - 1);
	}
	bf_put_le32(out + 8, partition->first_sector);
	bf_put_le32(out + 12, partition->n_sectors);
}

void bf_mbr_put(const struct bf_mbr *mbr, uint8_t out[BF_MBR_SIZE])
{
	memset(out, 0, BF_MBR_SIZE);
	if (mbr->code.size) {
		memcpy(out, mbr->code.data, mbr->code.size);
		bf_put_le32(out + LOADED_SECTOR, mbr->loaded_sector);
	}
	bf_put_le32(out + DISK_SIGNATURE, mbr->disk_signature);
	for (size_t i = 0; i < BF_MBR_PARTITIONS; i++)
		put_entry(&mbr->partitions[i], out + TABLE + i * ENTRY_SIZE);
	bf_put_le16(out + BOOT_SIGNATURE_AT, BOOT_SIGNATURE);
}

/* ---- Reading ---- */

/*
 * The boot sector of a FAT has the same signature as an MBR and code where the table would
 * be: in a table every first byte is 0x80 or 0.
 */
static bool is_mbr(const uint8_t sector[BF_MBR_SIZE])
{
	if (bf_le16(sector + BOOT_SIGNATURE_AT) != BOOT_SIGNATURE)
		return false;
	for (size_t i = 0; i < BF_MBR_PARTITIONS; i++)
		if (sector[TABLE + i * ENTRY_SIZE] & ~ACTIVE)
			return false;
	return true;
}

static bool has_code(const uint8_t sector[BF_MBR_SIZE])
{
	for (size_t i = 0; i < BF_MBR_CODE_MAX; i++)
		if (sector[i])
			return true;
	return false;
}

static void take_entry(const uint8_t entry[ENTRY_SIZE], unsigned number,
		       struct bf_mbr_table *table)
{
	uint32_t n_sectors = bf_le32(entry + 12);
	if (n_sectors == 0)
		return;
	table->partitions[table->n_partitions++] = (struct bf_mbr_entry){
		.number = number,
		.is_active = entry[0] == ACTIVE,
		.type = entry[4],
		.offset = (uint64_t)bf_le32(entry + 8) * BF_MBR_SECTOR,
		.size = (uint64_t)n_sectors * BF_MBR_SECTOR,
	};
}

int bf_mbr_read(const struct bf_source *disk, struct bf_mbr_table *ret,
		struct bf_error *reterr)
{
	uint8_t sector[BF_MBR_SIZE];
	if (!bf_source_has(disk, 0, sizeof(sector)))
		return 0;
	int err = bf_source_read(disk, 0, sector, sizeof(sector), reterr);
	if (err)
		return err;
	if (!is_mbr(sector))
		return 0;
	*ret = (struct bf_mbr_table){
		.has_boot_code = has_code(sector),
		.isohybrid_isolinux =
			(uint64_t)bf_le32(sector + LOADED_SECTOR) * BF_MBR_SECTOR,
	};
	for (unsigned i = 0; i < BF_MBR_PARTITIONS; i++)
		take_entry(sector + TABLE + (size_t)i * ENTRY_SIZE, i + 1, ret);
	return 1;
}
