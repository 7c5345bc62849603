#include "disk/mbr.h"

#include <string.h>

enum {
	LOADED_SECTOR = 432, /* isohybrid's u32, and four zero bytes */
	DISK_SIGNATURE = 440,
	TABLE = 446,
	ENTRY_SIZE = 16,
	BOOT_SIGNATURE = 510,
	CYLINDERS_MAX = 1024,
};

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
	out[0] = partition->is_active ? 0x80 : 0x00;
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
	bf_put_le16(out + BOOT_SIGNATURE, 0xaa55);
}
