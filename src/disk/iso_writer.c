/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_writer.h"

#include <string.h>

#include "base/cleanup.h"
#include "disk/iso_check.h"
#include "disk/iso_fields.h"
#include "disk/iso_partitions.h"
#include "disk/iso_reader.h"
#include "disk/iso_tree.h"

enum {
	SECTOR = 512, /* what El Torito counts in */
	LOAD_SECTORS_MAX = UINT16_MAX,
	PRIMARY_DESCRIPTOR = 16 * BF_ISO_BLOCK,
	BOOT_RECORD = 17 * BF_ISO_BLOCK, /* El Torito 2.0: it has this place */
	CATALOG_ENTRY = 32,
	PATH_ENTRY = 8, /* of the path table, without the name */
};

/* An image in the making. */
struct layout {
	const struct bf_iso_request *request;
	const struct bf_iso_file *bios; /* NULL where there is none */
	const struct bf_iso_file *efi;
	struct bf_iso_disk disk;
	struct bf_iso_image image;
};

static void layout_free(struct layout *layout)
{
	bf_iso_image_free(&layout->image);
}

/* ---- What is asked for ---- */

static int check_within(const struct bf_iso_request *request,
			const struct bf_iso_file *file, struct bf_error *reterr)
{
	const struct bf_iso_file *outer = file->within;
	char path[BF_ISO_PATH_MAX + 8];
	if (!outer)
		return BF_OK;
	if (outer < request->files || outer >= file || outer->within ||
	    file->offset % BF_ISO_BLOCK || file->offset > outer->size ||
	    file->size > outer->size - file->offset)
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"ISO image: %s: %llu bytes at offset %llu are not blocks of "
			"a file in front of it",
			bf_printable(file->path, path, sizeof(path)),
			(unsigned long long)file->size, (unsigned long long)file->offset);
	return BF_OK;
}

static int check_files(const struct bf_iso_request *request, struct bf_error *reterr)
{
	uint64_t total = 0;
	for (size_t i = 0; i < request->n_files; i++) {
		const struct bf_iso_file *file = &request->files[i];
		if (file->size > BF_ISO_SIZE_MAX - total)
			return bf_fail(reterr, BF_ERR_TOO_BIG,
				       "ISO image: the files have more than %llu bytes",
				       (unsigned long long)BF_ISO_SIZE_MAX);
		total += file->size;
		if (file->path[0] != '/' || strlen(file->path) > BF_ISO_PATH_MAX)
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"ISO image: a path must start with '/' and have at "
				"most %d characters",
				BF_ISO_PATH_MAX);
		int err = check_within(request, file, reterr);
		if (err)
			return err;
	}
	return BF_OK;
}

static int check_boot_file(const char *what, const char *path,
			   const struct bf_iso_file *file, uint64_t limit,
			   struct bf_error *reterr)
{
	char shown[BF_ISO_PATH_MAX + 8];
	if (!path)
		return BF_OK;
	if (!file || file->within || file->size == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "ISO image: %s boot image: there is no file %s with bytes "
			       "of its own",
			       what, bf_printable(path, shown, sizeof(shown)));
	if (file->size > limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO image: %s boot image: %llu bytes, at most %llu fit",
			       what, (unsigned long long)file->size,
			       (unsigned long long)limit);
	return BF_OK;
}

static int check_limits(const struct bf_iso_request *request, struct bf_error *reterr)
{
	if (request->n_files > BF_ISO_FILES_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO image: %zu files, it takes %d", request->n_files,
			       BF_ISO_FILES_MAX);
	if (strlen(request->label) > BF_ISO_LABEL_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO image: the label has %zu characters, at most %d fit",
			       strlen(request->label), BF_ISO_LABEL_MAX);
	if (request->mbr_code.size > BF_ISO_MBR_CODE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO image: the MBR code has %zu bytes, at most %d fit",
			       request->mbr_code.size, BF_ISO_MBR_CODE_MAX);
	return BF_OK;
}

static int check_request(struct layout *layout, struct bf_error *reterr)
{
	const struct bf_iso_request *request = layout->request;
	int err = check_limits(request, reterr);
	if (!err)
		err = check_files(request, reterr);
	if (err)
		return err;
	layout->bios = bf_iso_request_find(request, request->bios_path);
	layout->efi = bf_iso_request_find(request, request->efi_path);
	err = check_boot_file("BIOS", request->bios_path, layout->bios, BF_ISO_SIZE_MAX,
			      reterr);
	if (!err)
		err = check_boot_file("UEFI", request->efi_path, layout->efi,
				      (uint64_t)LOAD_SECTORS_MAX * SECTOR, reterr);
	return err;
}

/* ---- Places ---- */

static uint64_t *offset_of(struct layout *layout, const struct bf_iso_file *file)
{
	return &layout->image.file_offset[file - layout->request->files];
}

/* Have libisofs write its part. It places the BIOS file, whose boot info table tells where. */
static int write_head(struct layout *layout, struct bf_error *reterr)
{
	struct bf_buffer *head = &layout->image.head;
	struct bf_iso_extent extent = {0};
	int err = bf_iso_tree_write(layout->request, head, reterr);
	if (err)
		return err;
	if (head->size < BOOT_RECORD + BF_ISO_BLOCK || head->size % BF_ISO_BLOCK)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO image: libisofs wrote %zu bytes, no file system",
			       head->size);
	if (!layout->bios)
		return BF_OK;
	err = bf_iso9660_find(bf_buffer_view(head), layout->bios->path, &extent, reterr);
	*offset_of(layout, layout->bios) = extent.offset;
	return err;
}

/* Append the file's pieces, zeros between them, and zeros up to the next block. */
static int append_file(struct bf_pieces *pieces, const struct bf_iso_file *file)
{
	uint64_t start = pieces->size;
	for (size_t i = 0; i < file->n_pieces; i++) {
		const struct bf_piece *piece = &file->pieces[i];
		if (bf_pieces_append_zeros(pieces,
					   start + piece->offset - pieces->size) ||
		    bf_pieces_append(pieces, piece->bytes))
			return BF_ERR_NOMEM;
	}
	return bf_pieces_append_zeros(pieces, start + bf_align(file->size, BF_ISO_BLOCK) -
						      pieces->size);
}

static int place_files(struct layout *layout, struct bf_error *reterr)
{
	const struct bf_iso_request *request = layout->request;
	struct bf_iso_image *image = &layout->image;
	if (bf_pieces_append(&image->pieces, bf_buffer_view(&image->head)))
		return bf_fail_nomem(reterr);
	for (size_t i = 0; i < request->n_files; i++) {
		const struct bf_iso_file *file = &request->files[i];
		if (file == layout->bios || file->size == 0)
			continue;
		if (file->within) {
			image->file_offset[i] =
				*offset_of(layout, file->within) + file->offset;
			continue;
		}
		image->file_offset[i] = image->pieces.size;
		if (append_file(&image->pieces, file))
			return bf_fail_nomem(reterr);
	}
	return BF_OK;
}

/* ---- What libisofs could not know ---- */

/*
 * The second record of a folder is called "\1", for its parent (ECMA-119 7.6.2). libisofs takes
 * that from the first byte of an int, which is 0 where the largest byte comes first. The path
 * table (9.4) has all folders; what it has no room for is found by the check in the end.
 */
static void patch_parents(struct layout *layout)
{
	struct bf_buffer *head = &layout->image.head;
	struct bf_view view = bf_buffer_view(head);
	const uint8_t *descriptor = head->data + PRIMARY_DESCRIPTOR;
	uint64_t at =
		(uint64_t)bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_L) * BF_ISO_BLOCK;
	uint64_t end = at + bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_SIZE);
	while (at < end && bf_view_has(view, at, PATH_ENTRY)) {
		uint64_t folder = (uint64_t)bf_le32(view.data + at + 2) * BF_ISO_BLOCK;
		if (bf_view_has(view, folder, BF_ISO_BLOCK))
			head->data[folder + view.data[folder] + BF_ISO_RECORD_NAME] = 1;
		at += bf_align((uint64_t)PATH_ENTRY + view.data[at], 2);
	}
}

/* Tell the Directory Records (ECMA-119 9.1) where the files are. */
static int patch_records(struct layout *layout, struct bf_error *reterr)
{
	const struct bf_iso_request *request = layout->request;
	struct bf_buffer *head = &layout->image.head;
	patch_parents(layout);
	for (size_t i = 0; i < request->n_files; i++) {
		const struct bf_iso_file *file = &request->files[i];
		struct bf_iso_extent extent;
		if (file == layout->bios || file->size == 0)
			continue;
		int err = bf_iso9660_find(bf_buffer_view(head), file->path, &extent,
					  reterr);
		if (err)
			return err;
		uint8_t *record = head->data + extent.record;
		uint64_t offset = layout->image.file_offset[i];
		bf_iso_put_both32(record + BF_ISO_RECORD_EXTENT,
				  (uint32_t)(offset / BF_ISO_BLOCK));
		bf_iso_put_both32(record + BF_ISO_RECORD_SIZE, (uint32_t)file->size);
	}
	return BF_OK;
}

/*
 * El Torito 2.0, figures 2 to 5: the catalog starts with a validation entry, whose checksum
 * is over itself alone, and the default entry. With a BIOS image that one is the BIOS's,
 * and the UEFI entry the first one behind a section header.
 */
static int patch_catalog(struct layout *layout, struct bf_error *reterr)
{
	struct bf_buffer *head = &layout->image.head;
	const struct bf_iso_file *efi = layout->efi;
	if (!efi)
		return BF_OK;
	uint64_t catalog =
		(uint64_t)bf_le32(head->data + BOOT_RECORD + 71) * BF_ISO_BLOCK;
	uint64_t entry = catalog + (layout->bios ? 3u : 1u) * CATALOG_ENTRY;
	if (!bf_view_has(bf_buffer_view(head), entry, CATALOG_ENTRY) ||
	    head->data[entry] != 0x88)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO image: there is no UEFI boot entry at offset %llu",
			       (unsigned long long)entry);
	bf_put_le16(head->data + entry + 6,
		    (uint16_t)((efi->size + SECTOR - 1) / SECTOR));
	bf_put_le32(head->data + entry + 8,
		    (uint32_t)(*offset_of(layout, efi) / BF_ISO_BLOCK));
	return BF_OK;
}

static void describe_disk(struct layout *layout)
{
	const struct bf_iso_request *request = layout->request;
	struct bf_iso_disk *disk = &layout->disk;
	*disk = (struct bf_iso_disk){.layout = request->layout,
				     .label = request->label,
				     .time = request->time};
	if (layout->bios) {
		disk->boot_code = request->mbr_code;
		disk->loaded_offset = *offset_of(layout, layout->bios);
	}
	if (layout->efi) {
		disk->esp_offset = *offset_of(layout, layout->efi);
		disk->esp_size = bf_align(layout->efi->size, BF_ISO_BLOCK);
	}
	disk->size = bf_iso_partitions_grow(disk, layout->image.pieces.size);
}

/* Zeros up to the backup GPT, which ends the image where there is one. */
static int finish(struct layout *layout, struct bf_error *reterr)
{
	struct bf_iso_image *image = &layout->image;
	struct bf_iso_disk *disk = &layout->disk;
	describe_disk(layout);
	if (bf_buffer_zero(&image->backup, BF_GPT_TABLE_SIZE))
		return bf_fail_nomem(reterr);
	image->backup.size =
		bf_iso_partitions_put(disk, image->head.data, image->backup.data);
	bf_iso_put_both32(image->head.data + PRIMARY_DESCRIPTOR + BF_ISO_PVD_SPACE_SIZE,
			  (uint32_t)(disk->size / BF_ISO_BLOCK));
	uint64_t zeros = disk->size - image->backup.size - image->pieces.size;
	if (bf_pieces_append_zeros(&image->pieces, zeros) ||
	    bf_pieces_append(&image->pieces, bf_buffer_view(&image->backup)))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

int bf_iso_build(const struct bf_iso_request *request, struct bf_iso_image *ret,
		 struct bf_error *reterr)
{
	bf_cleanup(layout_free) struct layout layout = {.request = request};
	int err = check_request(&layout, reterr);
	if (!err)
		err = write_head(&layout, reterr);
	if (!err)
		err = place_files(&layout, reterr);
	if (!err)
		err = patch_records(&layout, reterr);
	if (!err)
		err = patch_catalog(&layout, reterr);
	if (!err)
		err = finish(&layout, reterr);
	if (!err)
		err = bf_iso_check_image(request, &layout.image, &layout.disk, reterr);
	if (err)
		return err;
	*ret = layout.image;
	layout.image = (struct bf_iso_image){0};
	return BF_OK;
}
