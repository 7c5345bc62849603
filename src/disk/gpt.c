/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/gpt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* Where the fields stand: in a header (UEFI 2.10, table 5.5), in an entry (table 5.6). */
enum {
	HEADER_REVISION = 8,
	HEADER_SIZE_OF_IT = 12,
	HEADER_CRC = 16,
	HEADER_MY_LBA = 24,
	HEADER_ALTERNATE_LBA = 32,
	HEADER_FIRST_USABLE_LBA = 40,
	HEADER_LAST_USABLE_LBA = 48,
	HEADER_DISK_GUID = 56,
	HEADER_ENTRIES_LBA = 72,
	HEADER_N_ENTRIES = 80,
	HEADER_ENTRY_SIZE = 84,
	HEADER_ENTRIES_CRC = 88,

	ENTRY_TYPE = 0,
	ENTRY_GUID = 16,
	ENTRY_FIRST_LBA = 32,
	ENTRY_LAST_LBA = 40,
	ENTRY_ATTRIBUTES = 48,
	ENTRY_NAME = 56,
};

enum {
	HEADER_SIZE = 92, /* what is written, and the least that is read */
	ENTRY_SIZE = 128, /* the same */
	N_ENTRIES = 128,
	ENTRIES_BYTES_MAX = 1 << 20, /* that are read */
	ARRAY_SIZE = N_ENTRIES * ENTRY_SIZE,
	ARRAY_SECTORS = ARRAY_SIZE / BF_GPT_SECTOR,
	PRIMARY_SECTOR = 1,
};

static const uint8_t signature[8] = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};

static_assert(ARRAY_SECTORS + 1 == BF_GPT_TABLE_SECTORS, "a header and an array");

/* EBD0A0A2-B9E5-4433-87C0-68B6B72699C7; the first three fields are little-endian. */
const uint8_t bf_gpt_basic_data[BF_GPT_GUID] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9,
						0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6,
						0xb7, 0x26, 0x99, 0xc7};
/* C12A7328-F81F-11D2-BA4B-00A0C93EC93B */
const uint8_t bf_gpt_efi_system[BF_GPT_GUID] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8,
						0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0,
						0xc9, 0x3e, 0xc9, 0x3b};

/* ---- Writing ---- */

static void put_entry(const struct bf_gpt_partition *partition, uint8_t out[ENTRY_SIZE])
{
	memcpy(out + ENTRY_TYPE, partition->type, BF_GPT_GUID);
	memcpy(out + ENTRY_GUID, partition->guid, BF_GPT_GUID);
	bf_put_le64(out + ENTRY_FIRST_LBA, partition->first_sector);
	bf_put_le64(out + ENTRY_LAST_LBA,
		    partition->first_sector + partition->n_sectors - 1);
	bf_put_le64(out + ENTRY_ATTRIBUTES, partition->attributes);
	/* PartitionName is UTF-16, ASCII its low bytes. */
	for (size_t i = 0; partition->name[i]; i++)
		out[ENTRY_NAME + 2 * i] = (uint8_t)partition->name[i];
}

/* Each header names itself (MyLBA), the other one, and its own copy of the array. */
static void put_header(const struct bf_gpt *gpt, uint64_t my_sector,
		       uint64_t other_sector, uint64_t array_sector, uint32_t array_crc,
		       uint8_t out[BF_GPT_SECTOR])
{
	memcpy(out, signature, sizeof(signature));
	bf_put_le32(out + HEADER_REVISION, 0x00010000);
	bf_put_le32(out + HEADER_SIZE_OF_IT, HEADER_SIZE);
	bf_put_le64(out + HEADER_MY_LBA, my_sector);
	bf_put_le64(out + HEADER_ALTERNATE_LBA, other_sector);
	bf_put_le64(out + HEADER_FIRST_USABLE_LBA, PRIMARY_SECTOR + BF_GPT_TABLE_SECTORS);
	bf_put_le64(out + HEADER_LAST_USABLE_LBA,
		    gpt->disk_sectors - BF_GPT_TABLE_SECTORS - 1);
	memcpy(out + HEADER_DISK_GUID, gpt->disk_guid, BF_GPT_GUID);
	bf_put_le64(out + HEADER_ENTRIES_LBA, array_sector);
	bf_put_le32(out + HEADER_N_ENTRIES, N_ENTRIES);
	bf_put_le32(out + HEADER_ENTRY_SIZE, ENTRY_SIZE);
	bf_put_le32(out + HEADER_ENTRIES_CRC, array_crc);
	/* The CRC is computed with its own field, still zero, in it. */
	bf_put_le32(out + HEADER_CRC, (uint32_t)crc32(0, out, HEADER_SIZE));
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

/* ---- Reading ---- */

/* Names are UTF-16; what this tool has to say about them is said in ASCII. */
static void take_name(const uint8_t *field, char ret[BF_GPT_NAME_MAX + 1])
{
	size_t i = 0;
	for (; i < BF_GPT_NAME_MAX; i++) {
		uint16_t c = bf_le16(field + 2 * i);
		if (c == 0)
			break;
		ret[i] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	ret[i] = '\0';
}

/* An entry of no type is not used; one whose end cannot be is left out. */
static void take_entry(const uint8_t *entry, unsigned number, struct bf_gpt_table *table)
{
	static const uint8_t unused[BF_GPT_GUID];
	uint64_t first = bf_le64(entry + ENTRY_FIRST_LBA);
	uint64_t last = bf_le64(entry + ENTRY_LAST_LBA);
	if (memcmp(entry + ENTRY_TYPE, unused, BF_GPT_GUID) == 0 || last < first ||
	    last >= UINT64_MAX / BF_GPT_SECTOR)
		return;
	if (table->n_partitions == BF_GPT_LISTED_MAX) {
		table->n_unlisted++;
		return;
	}
	struct bf_gpt_entry *partition = &table->partitions[table->n_partitions++];
	*partition = (struct bf_gpt_entry){
		.number = number,
		.offset = first * BF_GPT_SECTOR,
		.size = (last - first + 1) * BF_GPT_SECTOR,
	};
	memcpy(partition->type, entry + ENTRY_TYPE, BF_GPT_GUID);
	take_name(entry + ENTRY_NAME, partition->name);
}

/* The entries of a header: their CRC, and the used ones if table is not NULL. */
static int read_entries(const struct bf_source *disk, const uint8_t sector[BF_GPT_SECTOR],
			struct bf_gpt_header *header, struct bf_gpt_table *table,
			struct bf_error *reterr)
{
	uint64_t lba = bf_le64(sector + HEADER_ENTRIES_LBA);
	uint32_t number = bf_le32(sector + HEADER_N_ENTRIES);
	uint32_t size = bf_le32(sector + HEADER_ENTRY_SIZE);
	struct bf_buffer entries = {0};
	if (size < ENTRY_SIZE || number == 0 || number > ENTRIES_BYTES_MAX / size ||
	    lba >= UINT64_MAX / BF_GPT_SECTOR)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "GPT: %u partition entries of %u bytes at block %llu",
			       number, size, (unsigned long long)lba);
	int err = bf_source_load(disk, lba * BF_GPT_SECTOR, (size_t)number * size,
				 &entries, reterr);
	if (err)
		return bf_fail_in(reterr, err, "GPT entries");
	header->entries_crc_computed =
		(uint32_t)crc32(0, entries.data, (uInt)entries.size);
	for (unsigned i = 0; table && i < number; i++)
		take_entry(entries.data + (size_t)i * size, i + 1, table);
	bf_buffer_free(&entries);
	return BF_OK;
}

/* Returns 1 when there is a header at this block, 0 when there is none, or an error. */
static int read_header(const struct bf_source *disk, uint64_t lba,
		       struct bf_gpt_header *ret, struct bf_gpt_table *table,
		       struct bf_error *reterr)
{
	uint8_t sector[BF_GPT_SECTOR];
	if (lba >= UINT64_MAX / BF_GPT_SECTOR ||
	    !bf_source_has(disk, lba * BF_GPT_SECTOR, BF_GPT_SECTOR))
		return 0;
	int err =
		bf_source_read(disk, lba * BF_GPT_SECTOR, sector, BF_GPT_SECTOR, reterr);
	if (err)
		return err;
	uint32_t size = bf_le32(sector + HEADER_SIZE_OF_IT);
	if (memcmp(sector, signature, sizeof(signature)) != 0)
		return 0;
	if (size < HEADER_SIZE || size > BF_GPT_SECTOR)
		return bf_fail(reterr, BF_ERR_FORMAT, "GPT: a header of %u bytes", size);
	*ret = (struct bf_gpt_header){
		.lba = lba,
		.alternate_lba = bf_le64(sector + HEADER_ALTERNATE_LBA),
		.header_crc = bf_le32(sector + HEADER_CRC),
		.entries_crc = bf_le32(sector + HEADER_ENTRIES_CRC),
	};
	bf_put_le32(sector + HEADER_CRC, 0);
	ret->header_crc_computed = (uint32_t)crc32(0, sector, size);
	err = read_entries(disk, sector, ret, table, reterr);
	if (err)
		return err;
	ret->is_there = true;
	return 1;
}

int bf_gpt_read(const struct bf_source *disk, struct bf_gpt_table *ret,
		struct bf_error *reterr)
{
	ret->n_partitions = ret->n_unlisted = 0;
	int found = read_header(disk, PRIMARY_SECTOR, &ret->primary, ret, reterr);
	if (found <= 0) {
		ret->n_partitions = 0;
		return found;
	}
	found = read_header(disk, ret->primary.alternate_lba, &ret->backup, NULL, reterr);
	if (found == BF_ERR_NOMEM)
		return found;
	/* A backup that is damaged is one that is not there; the primary counts. */
	if (found <= 0)
		ret->backup = (struct bf_gpt_header){.lba = ret->primary.alternate_lba};
	return 1;
}

bool bf_gpt_header_is_good(const struct bf_gpt_header *header)
{
	return header->is_there && header->header_crc == header->header_crc_computed &&
	       header->entries_crc == header->entries_crc_computed;
}

bool bf_gpt_is_efi_system(const uint8_t type[BF_GPT_GUID])
{
	return memcmp(type, bf_gpt_efi_system, BF_GPT_GUID) == 0;
}

void bf_gpt_format_guid(const uint8_t guid[BF_GPT_GUID], char ret[BF_GPT_GUID_TEXT])
{
	snprintf(ret, BF_GPT_GUID_TEXT,
		 "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", bf_le32(guid),
		 bf_le16(guid + 4), bf_le16(guid + 6), guid[8], guid[9], guid[10],
		 guid[11], guid[12], guid[13], guid[14], guid[15]);
}
