/* SPDX-License-Identifier: GPL-3.0-only */
/* Small file systems, disks and images of them, laid out by the tested writers. */
#ifndef TEST_FORGE_DISK_H
#define TEST_FORGE_DISK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "disk/fat_writer.h"
#include "disk/gpt.h"
#include "disk/iso_reader.h"
#include "disk/mbr.h"
#include "sample_iso.h"

enum {
	FORGE_SECTOR = 512,
	FORGE_FAT_SECTOR = 64, /* where the disk has its FAT */
	FORGE_FAT_AT = FORGE_FAT_SECTOR * FORGE_SECTOR,
	FORGE_EFI_SIZE = 3000,
	FORGE_ATTRIBUTES = 11, /* in a FAT's folder entry: section 6 */
	FORGE_FIRST_CLUSTER = 26,
};

static inline struct bf_buffer forge_zeros(size_t size)
{
	struct bf_buffer bytes = {0};
	assert_int_equal(bf_buffer_zero(&bytes, size), BF_OK);
	return bytes;
}

/* A FAT as large as it has to be, and where the bytes of its first file are. */
static inline struct bf_buffer forge_fat(const struct bf_fat_file *files, size_t n_files,
					 uint64_t *ret_first)
{
	struct bf_fat_image image = {0};
	const struct bf_fat_request request = {
		.files = files, .n_files = n_files, .label = "", .limit = 16 << 20};
	assert_int_equal(bf_fat_build(&request, &image, NULL), BF_OK);
	struct bf_buffer bytes = forge_zeros((size_t)image.size);
	for (size_t i = 0; i < image.n_pieces; i++)
		memcpy(bytes.data + image.pieces[i].offset, image.pieces[i].bytes.data,
		       image.pieces[i].bytes.size);
	if (ret_first)
		*ret_first = image.file_offset[0];
	bf_fat_free(&image);
	return bytes;
}

static const uint8_t forge_efi[FORGE_EFI_SIZE] = "a boot program";

/* Two files that matter for booting and one that does not; where the first one is. */
static inline struct bf_buffer forge_esp(uint64_t *ret_efi)
{
	const struct bf_fat_file files[] = {
		{"/EFI/BOOT/BOOTX64.EFI", bf_view(forge_efi, FORGE_EFI_SIZE)},
		{"/autoexec.ipxe", bf_view("#!ipxe\n", 7)},
		{"/Notes.txt", bf_view("none\n", 5)},
	};
	return forge_fat(files, 3, ret_efi);
}

/* The entry of a file or folder by the 11 characters of its short name. */
static inline uint8_t *forge_entry(struct bf_buffer *fat, const char *name)
{
	size_t at;
	assert_true(bf_view_find(bf_buffer_view(fat), 0, bf_view(name, 11), &at));
	return fat->data + at;
}

/* The bytes of a file are a folder's from now on. */
static inline void forge_folder(struct bf_buffer *fat, const char *name)
{
	uint8_t *entry = forge_entry(fat, name);
	entry[FORGE_ATTRIBUTES] = 0x10;
	bf_put_le32(entry + 28, 0);
}

/* A disk with a FAT, in an MBR and a GPT or in one of them. */
static inline struct bf_buffer forge_disk(const struct bf_buffer *fat, bool has_mbr,
					  bool has_gpt)
{
	uint32_t sectors = (uint32_t)(fat->size / FORGE_SECTOR);
	uint32_t end = FORGE_FAT_SECTOR + sectors + BF_GPT_TABLE_SECTORS;
	const struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_EFI_SYSTEM, FORGE_FAT_SECTOR, sectors}}};
	const struct bf_gpt_partition partition = {.type = bf_gpt_efi_system,
						   .first_sector = FORGE_FAT_SECTOR,
						   .n_sectors = sectors,
						   .name = "ESP"};
	const struct bf_gpt gpt = {
		.disk_sectors = end, .partitions = &partition, .n_partitions = 1};
	struct bf_buffer disk = forge_zeros((size_t)end * FORGE_SECTOR);
	if (has_mbr)
		bf_mbr_put(&mbr, disk.data);
	if (has_gpt)
		bf_gpt_put(&gpt, disk.data + FORGE_SECTOR,
			   disk.data + disk.size - BF_GPT_TABLE_SIZE);
	memcpy(disk.data + FORGE_FAT_AT, fat->data, fat->size);
	return disk;
}

/* The ESP in an ISO, whose tree has the program under the same name, stored once. */
static inline struct bf_buffer forge_iso(void)
{
	uint64_t at;
	struct bf_buffer esp = forge_esp(&at);
	struct sample *sample = sample_new();
	assert_true(esp.size <= sizeof(sample->esp));
	memset(sample->esp, 0, sizeof(sample->esp));
	memcpy(sample->esp, esp.data, esp.size);
	sample->files[SAMPLE_INSIDE].offset = at;
	sample->files[SAMPLE_INSIDE].size = FORGE_EFI_SIZE;
	sample->files[SAMPLE_EMPTY].path = "/a/b/empty.efi";
	sample->request.layout = BF_ISO_LAYOUT_CD;
	struct bf_buffer iso = sample_write(&sample->request, NULL);
	assert_non_null(iso.data);
	free(sample);
	bf_buffer_free(&esp);
	return iso;
}

/* Where a file of an ISO is. */
static inline struct bf_iso_extent forge_extent(const struct bf_buffer *iso,
						const char *path)
{
	struct bf_iso_extent extent;
	assert_int_equal(bf_iso9660_find(bf_buffer_view(iso), path, &extent, NULL),
			 BF_OK);
	return extent;
}

#endif
