#include "disk/gpt.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

enum {
	HEADER_SIZE = 92,
	ENTRY_SIZE = 128,
	N_ENTRIES = 128,
	ARRAY_SIZE = N_ENTRIES * ENTRY_SIZE,
	ARRAY_SECTORS = ARRAY_SIZE / BF_GPT_SECTOR,
	PRIMARY_SECTOR = 1,
};

static_assert(ARRAY_SECTORS + 1 == BF_GPT_TABLE_SECTORS, "a header and an array");

/* EBD0A0A2-B9E5-4433-87C0-68B6B72699C7; the first three fields are little-endian. */
const uint8_t bf_gpt_basic_data[BF_GPT_GUID] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9,
						0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6,
						0xb7, 0x26, 0x99, 0xc7};
/* C12A7328-F81F-11D2-BA4B-00A0C93EC93B */
const uint8_t bf_gpt_efi_system[BF_GPT_GUID] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8,
						0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0,
						0xc9, 0x3e, 0xc9, 0x3b};

static void put_entry(const struct bf_gpt_partition *partition, uint8_t out[ENTRY_SIZE])
{
	memcpy(out, partition->type, BF_GPT_GUID);
	memcpy(out + 16, partition->guid, BF_GPT_GUID);
	bf_put_le64(out + 32, partition->first_sector);
	bf_put_le64(out + 40, partition->first_sector + partition->n_sectors - 1);
	bf_put_le64(out + 48, partition->attributes);
	/* PartitionName is UTF-16, ASCII its low bytes. */
	for (size_t i = 0; partition->name[i]; i++)
		out[56 + 2 * i] = (uint8_t)partition->name[i];
}

/* Each header names itself (MyLBA), the other one, and its own copy of the array. */
static void put_header(const struct bf_gpt *gpt, uint64_t my_sector,
		       uint64_t other_sector, uint64_t array_sector, uint32_t array_crc,
		       uint8_t out[BF_GPT_SECTOR])
{
	memcpy(out, "EFI PART", 8);
	bf_put_le32(out + 8, 0x00010000); /* Revision */
	bf_put_le32(out + 12, HEADER_SIZE);
	bf_put_le64(out + 24, my_sector);
	bf_put_le64(out + 32, other_sector);
	bf_put_le64(out + 40, PRIMARY_SECTOR + BF_GPT_TABLE_SECTORS); /* FirstUsableLBA */
	bf_put_le64(out + 48, gpt->disk_sectors - BF_GPT_TABLE_SECTORS - 1);
	memcpy(out + 56, gpt->disk_guid, BF_GPT_GUID);
	bf_put_le64(out + 72, array_sector);
	bf_put_le32(out + 80, N_ENTRIES);
	bf_put_le32(out + 84, ENTRY_SIZE);
	bf_put_le32(out + 88, array_crc);
	/* HeaderCRC32 is computed with its own field, still zero, in it. */
	bf_put_le32(out + 16, (uint32_t)crc32(0, out, HEADER_SIZE));
}

void bf_gpt_put(const struct bf_gpt *gpt, uint8_t primary[BF_GPT_TABLE_SIZE],
		uint8_t backup[BF_GPT_TABLE_SIZE])
{
	uint8_t *array = primary + BF_GPT_SECTOR;
	uint64_t last_sector = gpt->disk_sectors - 1;
	assert(gpt->n_partitions <= N_ENTRIES);

	memset(primary, 0, BF_GPT_TABLE_SIZE);
	memset(backup, 0, BF_GPT_TABLE_SIZE);
	for (size_t i = 0; i < gpt->n_partitions; i++)
		put_entry(&gpt->partitions[i], array + i * ENTRY_SIZE);
	memcpy(backup, array, ARRAY_SIZE);

	uint32_t crc = (uint32_t)crc32(0, array, ARRAY_SIZE);
	put_header(gpt, PRIMARY_SECTOR, last_sector, PRIMARY_SECTOR + 1, crc, primary);
	put_header(gpt, last_sector, PRIMARY_SECTOR, last_sector - ARRAY_SECTORS, crc,
		   backup + ARRAY_SIZE);
}
