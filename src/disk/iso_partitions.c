/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_partitions.h"

#include <string.h>
#include <zlib.h>

/*
 * isohybrid needs a BIOS's boot code to make sense; an image for UEFI alone gets the GPT
 * that UEFI asks for, without an MBR that contradicts it.
 */
static bool is_isohybrid(const struct bf_iso_disk *disk)
{
	return disk->layout == BF_ISO_LAYOUT_ISOHYBRID && disk->boot_code.size;
}

static bool has_gpt(const struct bf_iso_disk *disk)
{
	if (is_isohybrid(disk))
		return disk->esp_size > 0;
	return disk->layout == BF_ISO_LAYOUT_ISOHYBRID ||
	       disk->layout == BF_ISO_LAYOUT_GPT;
}

/* Whole cylinders: a BIOS may tell the geometry from where the partitions end. */
uint64_t bf_iso_partitions_grow(const struct bf_iso_disk *disk, uint64_t contents)
{
	if (disk->layout == BF_ISO_LAYOUT_CD)
		return bf_align(contents, BF_ISO_BLOCK);
	if (has_gpt(disk))
		contents += BF_GPT_TABLE_SIZE;
	return bf_align(contents, BF_MBR_CYLINDER);
}

/* ---- Ids: the same for the same label and time, and for nothing else ---- */

static uint32_t hash_label(const struct bf_iso_disk *disk)
{
	return (uint32_t)crc32(0, (const uint8_t *)disk->label,
			       (unsigned)strlen(disk->label));
}

static uint32_t disk_signature(const struct bf_iso_disk *disk)
{
	return hash_label(disk) ^ (uint32_t)disk->time;
}

/* RFC 9562, 5.8: version 8 is for ids made in a way of one's own. */
static void put_guid(const struct bf_iso_disk *disk, uint8_t number,
		     uint8_t out[BF_GPT_GUID])
{
	bf_put_le32(out, hash_label(disk));
	bf_put_le16(out + 4, 0x4642);
	bf_put_le16(out + 6, 0x8000);
	out[8] = 0x80;
	out[9] = number;
	bf_put_le16(out + 10, 0);
	bf_put_le32(out + 12, (uint32_t)disk->time);
}

/* ---- The tables ---- */

static uint32_t sector_of(uint64_t offset)
{
	return (uint32_t)(offset / BF_MBR_SECTOR);
}

static void put_mbr(const struct bf_iso_disk *disk, struct bf_mbr_partition first,
		    struct bf_mbr_partition second, uint8_t out[BF_MBR_SIZE])
{
	const struct bf_mbr mbr = {
		.code = disk->boot_code,
		.loaded_sector = sector_of(disk->loaded_offset),
		.disk_signature = disk_signature(disk),
		.partitions = {first, second},
	};
	bf_mbr_put(&mbr, out);
}

/*
 * What isohybrid has always written and the installers of Debian and Ubuntu still do: the
 * whole image as an active partition, because some BIOSes start nothing else, and the ESP
 * inside of it. The overlap is harmless with a type of 0, which EDK2 takes for an unused
 * entry; it refuses an MBR whose other partitions overlap.
 */
static void put_hybrid_mbr(const struct bf_iso_disk *disk, uint8_t out[BF_MBR_SIZE])
{
	const struct bf_mbr_partition image = {
		.is_active = true,
		.type = disk->esp_size ? BF_MBR_NO_TYPE : BF_MBR_HIDDEN_NTFS,
		.n_sectors = sector_of(disk->size),
	};
	const struct bf_mbr_partition esp = {
		.type = BF_MBR_EFI_SYSTEM,
		.first_sector = sector_of(disk->esp_offset),
		.n_sectors = sector_of(disk->esp_size),
	};
	if (disk->boot_code.size)
		put_mbr(disk, image, esp, out);
	else
		put_mbr(disk, esp, (struct bf_mbr_partition){0}, out);
}

/*
 * Strictly what UEFI asks for (2.10, 5.2.3), and boot code, which it ignores. Some BIOSes
 * start a disk only if a partition is active, but EDK2 finds no GPT behind a protective
 * partition that is, and a second entry would be for those BIOSes a hybrid MBR again: they
 * are served by the layouts isohybrid and mbr.
 */
static void put_protective_mbr(const struct bf_iso_disk *disk, uint8_t out[BF_MBR_SIZE])
{
	const struct bf_mbr_partition protective = {
		.type = BF_MBR_GPT_PROTECTIVE,
		.first_sector = 1,
		.n_sectors = sector_of(disk->size) - 1,
	};
	put_mbr(disk, protective, (struct bf_mbr_partition){0}, out);
}

/*
 * Beside a hybrid MBR both partitions are basic data, the first one as large as the image
 * and therefore over the table itself: the layout's own rules, that firmware is used to.
 */
static size_t fill_hybrid_gpt(const struct bf_iso_disk *disk,
			      struct bf_gpt_partition partitions[2])
{
	const uint64_t attributes = BF_GPT_REQUIRED | BF_GPT_READ_ONLY;
	partitions[0] = (struct bf_gpt_partition){
		.type = bf_gpt_basic_data,
		.n_sectors = (disk->size - BF_GPT_TABLE_SIZE) / BF_GPT_SECTOR,
		.attributes = attributes,
		.name = "ISOHybrid",
	};
	partitions[1] = (struct bf_gpt_partition){
		.type = bf_gpt_basic_data,
		.first_sector = disk->esp_offset / BF_GPT_SECTOR,
		.n_sectors = disk->esp_size / BF_GPT_SECTOR,
		.attributes = attributes,
		.name = "ISOHybrid1",
	};
	return 2;
}

static size_t fill_clean_gpt(const struct bf_iso_disk *disk,
			     struct bf_gpt_partition partitions[2])
{
	if (disk->esp_size == 0)
		return 0;
	partitions[0] = (struct bf_gpt_partition){
		.type = bf_gpt_efi_system,
		.first_sector = disk->esp_offset / BF_GPT_SECTOR,
		.n_sectors = disk->esp_size / BF_GPT_SECTOR,
		.attributes = BF_GPT_REQUIRED,
		.name = "EFI System Partition",
	};
	return 1;
}

static void put_gpt(const struct bf_iso_disk *disk, uint8_t *primary, uint8_t *backup)
{
	struct bf_gpt_partition partitions[2];
	struct bf_gpt gpt = {.disk_sectors = disk->size / BF_GPT_SECTOR,
			     .partitions = partitions};
	gpt.n_partitions = is_isohybrid(disk) ? fill_hybrid_gpt(disk, partitions)
					      : fill_clean_gpt(disk, partitions);
	put_guid(disk, 0, gpt.disk_guid);
	for (size_t i = 0; i < gpt.n_partitions; i++)
		put_guid(disk, (uint8_t)(i + 1), partitions[i].guid);
	bf_gpt_put(&gpt, primary, backup);
}

size_t bf_iso_partitions_put(const struct bf_iso_disk *disk,
			     uint8_t area[BF_ISO_SYSTEM_AREA],
			     uint8_t backup[BF_GPT_TABLE_SIZE])
{
	if (disk->layout == BF_ISO_LAYOUT_CD)
		return 0;
	if (is_isohybrid(disk) || disk->layout == BF_ISO_LAYOUT_MBR)
		put_hybrid_mbr(disk, area);
	else
		put_protective_mbr(disk, area);
	if (!has_gpt(disk))
		return 0;
	put_gpt(disk, area + BF_MBR_SIZE, backup);
	return BF_GPT_TABLE_SIZE;
}

/* ---- The tables as they are read ---- */

static bool is_partition(const struct bf_mbr_entry *entry, enum bf_mbr_type type,
			 uint64_t offset, uint64_t size)
{
	return entry->type == type && entry->is_active == (offset == 0) &&
	       entry->offset == offset && entry->size == size;
}

static bool is_hybrid_mbr(const struct bf_iso_disk *disk, const struct bf_mbr_table *mbr)
{
	size_t n = 0;
	bool is_good = true;
	if (disk->boot_code.size)
		is_good &=
			is_partition(&mbr->partitions[n++],
				     disk->esp_size ? BF_MBR_NO_TYPE : BF_MBR_HIDDEN_NTFS,
				     0, disk->size);
	if (disk->esp_size)
		is_good &= is_partition(&mbr->partitions[n++], BF_MBR_EFI_SYSTEM,
					disk->esp_offset, disk->esp_size);
	return is_good && mbr->n_partitions == n;
}

static bool is_mbr(const struct bf_iso_disk *disk, const struct bf_mbr_table *mbr)
{
	bool has_code = disk->boot_code.size > 0;
	if (mbr->has_boot_code != has_code ||
	    (has_code && mbr->isohybrid_isolinux != disk->loaded_offset))
		return false;
	if (is_isohybrid(disk) || disk->layout == BF_ISO_LAYOUT_MBR)
		return is_hybrid_mbr(disk, mbr);
	return mbr->n_partitions == 1 &&
	       is_partition(&mbr->partitions[0], BF_MBR_GPT_PROTECTIVE, BF_MBR_SECTOR,
			    disk->size - BF_MBR_SECTOR);
}

static bool is_gpt(const struct bf_iso_disk *disk, const struct bf_gpt_table *gpt)
{
	const struct bf_gpt_entry *partition = gpt->partitions;
	if (!bf_gpt_header_is_good(&gpt->primary) ||
	    !bf_gpt_header_is_good(&gpt->backup) ||
	    gpt->backup.lba != disk->size / BF_GPT_SECTOR - 1)
		return false;
	if (is_isohybrid(disk))
		partition++;
	if (disk->esp_size && (partition->offset != disk->esp_offset ||
			       partition++->size != disk->esp_size))
		return false;
	return gpt->n_partitions == (size_t)(partition - gpt->partitions);
}

static int check_mbr(const struct bf_iso_disk *disk, const struct bf_source *image,
		     struct bf_error *reterr)
{
	struct bf_mbr_table mbr;
	if (disk->layout == BF_ISO_LAYOUT_CD)
		return 1;
	int found = bf_mbr_read(image, &mbr, reterr);
	return found > 0 ? is_mbr(disk, &mbr) : found;
}

static int check_gpt(const struct bf_iso_disk *disk, const struct bf_source *image,
		     struct bf_error *reterr)
{
	struct bf_gpt_table gpt;
	if (!has_gpt(disk))
		return 1;
	int found = bf_gpt_read(image, &gpt, reterr);
	return found > 0 ? is_gpt(disk, &gpt) : found;
}

/* The system area behind the tables. */
static int check_zeros(const struct bf_iso_disk *disk, const struct bf_source *image,
		       struct bf_error *reterr)
{
	uint8_t area[BF_ISO_SYSTEM_AREA];
	size_t used = disk->layout == BF_ISO_LAYOUT_CD ? 0
		      : has_gpt(disk)                  ? BF_MBR_SIZE + BF_GPT_TABLE_SIZE
						       : BF_MBR_SIZE;
	int err = bf_source_read(image, 0, area, sizeof(area), reterr);
	if (err)
		return err;
	/* The first byte is zero, and each one is like the one before it. */
	return area[used] == 0 &&
	       memcmp(area + used, area + used + 1, sizeof(area) - used - 1) == 0;
}

int bf_iso_partitions_check(const struct bf_iso_disk *disk, const struct bf_source *image,
			    struct bf_error *reterr)
{
	int found = check_mbr(disk, image, reterr);
	if (found > 0)
		found = check_gpt(disk, image, reterr);
	return found > 0 ? check_zeros(disk, image, reterr) : found;
}
