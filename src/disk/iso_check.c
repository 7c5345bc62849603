/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_check.h"

#include <string.h>

#include "disk/eltorito.h"
#include "disk/iso_check_tree.h"
#include "disk/iso_fields.h"

enum {
	BOOT_RECORD = 17 * BF_ISO_BLOCK,
	BOOT_RECORD_CATALOG = 71,
	CATALOG_ENTRY = 32,
	CATALOG_SECTOR = 512,
	BIOS_LOAD_SIZE = BF_ISO_BLOCK,

	/* isolinux.bin's table about itself; the sum is that of the words behind it. */
	INFO_TABLE = 8,
	INFO_TABLE_END = 64,
};

struct check {
	const struct bf_iso_request *request;
	const struct bf_iso_image *image;
	const struct bf_iso_disk *disk;
	struct bf_source source;
	const struct bf_iso_file *bios; /* NULL where there is none */
	const struct bf_iso_file *efi;
};

static uint64_t offset_of(const struct check *check, const struct bf_iso_file *file)
{
	return check->image->file_offset[file - check->request->files];
}

/* ---- Descriptors behind the primary one ---- */

static bool is_block(const struct check *check, uint64_t offset,
		     const uint8_t expected[BF_ISO_BLOCK])
{
	uint8_t found[BF_ISO_BLOCK];
	return bf_source_read(&check->source, offset, found, sizeof(found), NULL) ==
		       BF_OK &&
	       memcmp(found, expected, sizeof(found)) == 0;
}

/* El Torito's boot record, section 2.0, and the terminator, ECMA-119 8.3. */
static int check_descriptors(const struct check *check, uint64_t catalog,
			     struct bf_error *reterr)
{
	uint8_t record[BF_ISO_BLOCK] = "\0CD001\1EL TORITO SPECIFICATION";
	const uint8_t terminator[BF_ISO_BLOCK] = {0xff, 'C', 'D', '0', '0', '1', 1};
	bf_put_le32(record + BOOT_RECORD_CATALOG, (uint32_t)(catalog / BF_ISO_BLOCK));
	if (catalog && !is_block(check, BOOT_RECORD, record))
		return bf_iso_check_fail(reterr, "the boot record");
	if (!is_block(check, BOOT_RECORD + (catalog ? BF_ISO_BLOCK : 0), terminator))
		return bf_iso_check_fail(reterr, "the end of the volume descriptors");
	return BF_OK;
}

/* ---- El Torito ---- */

/* An Initial/Default or a Section Entry (2.2, 2.4), bootable and without emulation. */
static void put_entry(const struct check *check, const struct bf_iso_file *file,
		      uint64_t load_size, uint8_t entry[CATALOG_ENTRY])
{
	entry[0] = 0x88;
	bf_put_le16(entry + 6, (uint16_t)(load_size / CATALOG_SECTOR));
	bf_put_le32(entry + 8, (uint32_t)(offset_of(check, file) / BF_ISO_BLOCK));
}

/*
 * The validation entry (2.1), whose words have a sum of zero, the default entry, and for a
 * second one the header (2.3) of the last section, which has this one entry.
 */
static void put_catalog(const struct check *check, uint8_t catalog[BF_ISO_BLOCK])
{
	const uint8_t platform_id = check->bios ? BF_ELTORITO_BIOS : BF_ELTORITO_UEFI;
	uint8_t *entry = catalog + CATALOG_ENTRY;
	catalog[0] = 1;
	catalog[1] = platform_id;
	bf_put_le16(catalog + 28, (uint16_t)(0x55ab - 1 - (platform_id << 8)));
	bf_put_le16(catalog + 30, 0xaa55);
	if (check->bios) {
		put_entry(check, check->bios, BIOS_LOAD_SIZE, entry);
		entry += CATALOG_ENTRY;
	}
	if (check->bios && check->efi) {
		entry[0] = 0x91;
		entry[1] = BF_ELTORITO_UEFI;
		bf_put_le16(entry + 2, 1);
		entry += CATALOG_ENTRY;
	}
	if (check->efi)
		put_entry(check, check->efi, bf_align(check->efi->size, CATALOG_SECTOR),
			  entry);
}

/* Where the catalog is, 0 if there is none; its entries are the request's. */
static int check_catalog(const struct check *check, uint64_t *ret,
			 struct bf_error *reterr)
{
	uint8_t expected[BF_ISO_BLOCK] = {0};
	struct bf_eltorito read = {0};
	int found = bf_eltorito_read(&check->source, &read, reterr);
	if (found < 0)
		return found;
	put_catalog(check, expected);
	if (found != (check->bios || check->efi) ||
	    (found && !is_block(check, read.catalog, expected)))
		return bf_iso_check_fail(reterr, "the boot catalog");
	*ret = read.catalog;
	return BF_OK;
}

/* ---- The BIOS file, which libisofs has written ---- */

static uint32_t sum_words(struct bf_view bytes)
{
	uint8_t last[4] = {0};
	uint32_t sum = 0;
	size_t whole = bytes.size / 4 * 4;
	for (size_t at = 0; at < whole; at += 4)
		sum += bf_le32(bytes.data + at);
	memcpy(last, bytes.data + whole, bytes.size - whole);
	return sum + bf_le32(last);
}

static bool is_info_table(struct bf_view file, uint64_t offset)
{
	uint8_t expected[INFO_TABLE_END - INFO_TABLE] = {
		16}; /* sector of the descriptor */
	struct bf_view rest =
		bf_view_part(file, INFO_TABLE_END, file.size - INFO_TABLE_END);
	bf_put_le32(expected + 4, (uint32_t)(offset / BF_ISO_BLOCK));
	bf_put_le32(expected + 8, (uint32_t)file.size);
	bf_put_le32(expected + 12, sum_words(rest));
	return memcmp(file.data + INFO_TABLE, expected, sizeof(expected)) == 0;
}

/* Whether a piece of a file is in it, but for what the info table has replaced. */
static bool has_piece(struct bf_view file, const struct bf_piece *piece)
{
	struct bf_view bytes = piece->bytes;
	size_t at = (size_t)piece->offset;
	if (at < INFO_TABLE) {
		size_t size = bytes.size < INFO_TABLE - at ? bytes.size : INFO_TABLE - at;
		if (memcmp(file.data + at, bytes.data, size) != 0)
			return false;
	}
	size_t skipped = at < INFO_TABLE_END ? INFO_TABLE_END - at : 0;
	return bytes.size <= skipped ||
	       memcmp(file.data + at + skipped, bytes.data + skipped,
		      bytes.size - skipped) == 0;
}

/* It is the last thing of libisofs's part, see bf_iso_tree_write(). */
static int check_bios_file(const struct check *check, struct bf_error *reterr)
{
	const struct bf_iso_file *bios = check->bios;
	struct bf_view head = bf_buffer_view(&check->image->head);
	if (!bios)
		return BF_OK;
	uint64_t offset = offset_of(check, bios);
	if (offset + bf_align(bios->size, BF_ISO_BLOCK) != head.size)
		return bf_iso_check_fail(reterr, "the place of the BIOS boot image");
	struct bf_view file = bf_view_part(head, (size_t)offset, (size_t)bios->size);
	bool is_good = file.size < INFO_TABLE_END || is_info_table(file, offset);
	for (size_t i = 0; is_good && i < bios->n_pieces; i++)
		is_good = has_piece(file, &bios->pieces[i]);
	return is_good ? BF_OK : bf_iso_check_fail(reterr, "the BIOS boot image");
}

static int check_partitions(const struct check *check, struct bf_error *reterr)
{
	int found = bf_iso_partitions_check(check->disk, &check->source, reterr);
	if (found == 0)
		return bf_iso_check_fail(reterr, "the partition table");
	return found < 0 ? found : BF_OK;
}

/* ---- All ---- */

int bf_iso_check_image(const struct bf_iso_request *request,
		       const struct bf_iso_image *image, const struct bf_iso_disk *disk,
		       struct bf_error *reterr)
{
	const struct check check = {
		.request = request,
		.image = image,
		.disk = disk,
		.source = bf_source_pieces(&image->pieces),
		.bios = bf_iso_request_find(request, request->bios_path),
		.efi = bf_iso_request_find(request, request->efi_path),
	};
	uint64_t catalog = 0;
	int err = check_catalog(&check, &catalog, reterr);
	if (!err)
		err = check_descriptors(&check, catalog, reterr);
	if (!err)
		err = bf_iso_check_tree(request, image, catalog, reterr);
	if (!err)
		err = check_bios_file(&check, reterr);
	return err ? err : check_partitions(&check, reterr);
}
