#include "disk/partition.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
	BLOCK = BF_PARTITION_BLOCK,

	MBR_CODE_SIZE = 432,
	MBR_ISOHYBRID_LBA =
		432, /* isohdpfx reads isolinux.bin from here, 512-byte blocks */
	MBR_TABLE = 446,
	MBR_ENTRY = 16,

	GPT_HEADER_SIZE_MIN = 92,
	GPT_ENTRY_SIZE_MIN = 128,
	GPT_ENTRIES_BYTES_MAX = 1 << 20,
};

/* UEFI 2.10, table 5.7, in the byte order of the disk. */
static const uint8_t esp_type[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				     0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/*
 * The boot sector of a FAT has the same signature as an MBR and code where the table would
 * be: in a table every first byte is 0x80 or 0.
 */
static bool is_mbr(const uint8_t sector[BLOCK])
{
	if (bf_le16(sector + 510) != 0xaa55)
		return false;
	for (size_t i = 0; i < BF_PARTITION_MBR_ENTRIES; i++)
		if (sector[MBR_TABLE + i * MBR_ENTRY] & 0x7f)
			return false;
	return true;
}

int bf_partition_read_mbr(const struct bf_source *disk, struct bf_partition_mbr *ret,
			  struct bf_error *reterr)
{
	uint8_t sector[BLOCK];
	if (!bf_source_has(disk, 0, BLOCK))
		return 0;
	int err = bf_source_read(disk, 0, sector, BLOCK, reterr);
	if (err)
		return err;
	if (!is_mbr(sector))
		return 0;
	struct bf_partition_mbr mbr = {
		.has_boot_code = !is_zero(sector, MBR_CODE_SIZE),
		.isohybrid_isolinux =
			(uint64_t)bf_le32(sector + MBR_ISOHYBRID_LBA) * BLOCK,
	};
	for (unsigned i = 0; i < BF_PARTITION_MBR_ENTRIES; i++) {
		const uint8_t *entry = sector + MBR_TABLE + (size_t)i * MBR_ENTRY;
		uint32_t n_blocks = bf_le32(entry + 12);
		if (n_blocks == 0)
			continue;
		mbr.partitions[mbr.n_partitions++] = (struct bf_partition_mbr_entry){
			.number = i + 1,
			.is_active = entry[0] == 0x80,
			.type = entry[4],
			.offset = (uint64_t)bf_le32(entry + 8) * BLOCK,
			.size = (uint64_t)n_blocks * BLOCK,
		};
	}
	*ret = mbr;
	return 1;
}

/* Names are UTF-16; what this tool has to say about them is said in ASCII. */
static void take_name(const uint8_t *entry, char ret[BF_PARTITION_NAME_SIZE])
{
	size_t i = 0;
	for (; i < BF_PARTITION_NAME_SIZE - 1; i++) {
		uint16_t c = bf_le16(entry + 56 + 2 * i);
		if (c == 0)
			break;
		ret[i] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	ret[i] = '\0';
}

static void take_partition(const uint8_t *entry, unsigned number,
			   struct bf_partition_gpt *gpt)
{
	uint64_t first = bf_le64(entry + 32);
	uint64_t last = bf_le64(entry + 40);
	if (is_zero(entry, 16) || gpt->n_partitions == BF_PARTITION_GPT_MAX ||
	    last < first || last >= UINT64_MAX / BLOCK)
		return;
	struct bf_partition_gpt_entry *partition = &gpt->partitions[gpt->n_partitions++];
	*partition = (struct bf_partition_gpt_entry){
		.number = number,
		.offset = first * BLOCK,
		.size = (last - first + 1) * BLOCK,
	};
	memcpy(partition->type, entry, sizeof(partition->type));
	take_name(entry, partition->name);
}

/* The entries of a header: their CRC, and the used ones if gpt is not NULL. */
static int read_entries(const struct bf_source *disk, const uint8_t sector[BLOCK],
			struct bf_partition_gpt_header *header,
			struct bf_partition_gpt *gpt, struct bf_error *reterr)
{
	uint64_t lba = bf_le64(sector + 72);
	uint32_t number = bf_le32(sector + 80);
	uint32_t size = bf_le32(sector + 84);
	struct bf_buffer entries = {0};
	if (size < GPT_ENTRY_SIZE_MIN || number == 0 ||
	    number > GPT_ENTRIES_BYTES_MAX / size || lba >= UINT64_MAX / BLOCK)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "GPT: %u partition entries of %u bytes at block %llu",
			       number, size, (unsigned long long)lba);
	int err = bf_source_load(disk, lba * BLOCK, (size_t)number * size, &entries,
				 reterr);
	if (err)
		return bf_fail_in(reterr, err, "GPT entries");
	header->entries_crc_computed =
		(uint32_t)crc32(0, entries.data, (uInt)entries.size);
	for (unsigned i = 0; gpt && i < number; i++)
		take_partition(entries.data + (size_t)i * size, i + 1, gpt);
	bf_buffer_free(&entries);
	return BF_OK;
}

/* Returns 1 when there is a header at this block, 0 when there is none, or an error. */
static int read_header(const struct bf_source *disk, uint64_t lba,
		       struct bf_partition_gpt_header *ret, struct bf_partition_gpt *gpt,
		       struct bf_error *reterr)
{
	uint8_t sector[BLOCK];
	if (lba >= UINT64_MAX / BLOCK || !bf_source_has(disk, lba * BLOCK, BLOCK))
		return 0;
	int err = bf_source_read(disk, lba * BLOCK, sector, BLOCK, reterr);
	if (err)
		return err;
	uint32_t size = bf_le32(sector + 12);
	if (memcmp(sector, "EFI PART", 8) != 0)
		return 0;
	if (size < GPT_HEADER_SIZE_MIN || size > BLOCK)
		return bf_fail(reterr, BF_ERR_FORMAT, "GPT: a header of %u bytes", size);
	*ret = (struct bf_partition_gpt_header){
		.lba = lba,
		.alternate_lba = bf_le64(sector + 32),
		.header_crc = bf_le32(sector + 16),
		.entries_crc = bf_le32(sector + 88),
	};
	bf_put_le32(sector + 16, 0);
	ret->header_crc_computed = (uint32_t)crc32(0, sector, size);
	err = read_entries(disk, sector, ret, gpt, reterr);
	if (err)
		return err;
	ret->is_there = true;
	return 1;
}

int bf_partition_read_gpt(const struct bf_source *disk, struct bf_partition_gpt *ret,
			  struct bf_error *reterr)
{
	ret->n_partitions = 0;
	int found = read_header(disk, 1, &ret->primary, ret, reterr);
	if (found <= 0) {
		ret->n_partitions = 0;
		return found;
	}
	/* A backup that is damaged is one that is not there; the primary counts. */
	if (read_header(disk, ret->primary.alternate_lba, &ret->backup, NULL, NULL) <= 0)
		ret->backup = (struct bf_partition_gpt_header){
			.lba = ret->primary.alternate_lba};
	return 1;
}

bool bf_partition_header_is_good(const struct bf_partition_gpt_header *header)
{
	return header->is_there && header->header_crc == header->header_crc_computed &&
	       header->entries_crc == header->entries_crc_computed;
}

bool bf_partition_is_esp(const uint8_t type[16])
{
	return memcmp(type, esp_type, sizeof(esp_type)) == 0;
}

void bf_partition_format_guid(const uint8_t guid[16], char ret[BF_PARTITION_GUID_SIZE])
{
	snprintf(ret, BF_PARTITION_GUID_SIZE,
		 "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", bf_le32(guid),
		 bf_le16(guid + 4), bf_le16(guid + 6), guid[8], guid[9], guid[10],
		 guid[11], guid[12], guid[13], guid[14], guid[15]);
}
