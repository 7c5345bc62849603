/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A hybrid ISO 9660 image: what is asked for, and what comes of it. Those that make its
 * parts, and those that compare the two, share these.
 */
#ifndef BF_ISO_IMAGE_H
#define BF_ISO_IMAGE_H

#include "base/pieces.h"

enum {
	BF_ISO_BLOCK = 2048,
	BF_ISO_SYSTEM_AREA = 32768, /* ECMA-119 6.2.1: sectors 0 to 15 */
	BF_ISO_LABEL_MAX = 32,      /* volume id, ECMA-119 8.4.7 */
	BF_ISO_FILES_MAX = 32,
	BF_ISO_PATH_MAX = 255,     /* characters, the leading "/" included */
	BF_ISO_MBR_CODE_MAX = 432, /* what isohybrid fills in stands behind it */
};

/* Largest image made, in bytes: what goes in is some ten megabytes at the most. */
#define BF_ISO_SIZE_MAX (UINT64_C(1) << 30)

/* What a disk with the image on it looks like; a CD looks the same in all of them. */
enum bf_iso_layout {
	BF_ISO_LAYOUT_ISOHYBRID, /* active MBR partition, ESP in MBR and GPT */
	BF_ISO_LAYOUT_GPT,       /* protective MBR with boot code, ESP in a clean GPT */
	BF_ISO_LAYOUT_MBR,       /* isohybrid without GPT */
	BF_ISO_LAYOUT_CD,        /* no partition table: boots from CD only */
};

/*
 * A file of the tree: pieces in rising order with zeros between them. Or, where within
 * names a file that comes before it in the request, size bytes of that file from offset
 * (a multiple of BF_ISO_BLOCK) on, under a second name and stored once.
 */
struct bf_iso_file {
	const char *path; /* "/isolinux/isolinux.bin"; folders are made as needed */
	const struct bf_piece *pieces;
	size_t n_pieces;
	uint64_t size;
	const struct bf_iso_file *within;
	uint64_t offset;
};

/* The files stand in the image in the order they have here, the BIOS one first. */
struct bf_iso_request {
	const struct bf_iso_file *files;
	size_t n_files;
	const char *bios_path;   /* El Torito BIOS entry (isolinux.bin), or NULL */
	const char *efi_path;    /* El Torito UEFI entry (the ESP image), or NULL */
	struct bf_view mbr_code; /* isohdpfx.bin, empty for no boot code */
	enum bf_iso_layout layout;
	const char *label; /* volume id, d-characters and lower case */
	int64_t time; /* of everything, seconds since 1970 UTC; clamped to 1970..2106 */
};

/* The file of this path, NULL if there is none or path is NULL. */
const struct bf_iso_file *bf_iso_request_find(const struct bf_iso_request *request,
					      const char *path);

struct bf_iso_image {
	struct bf_pieces pieces; /* all of it; they lead to the files' bytes */
	uint64_t file_offset[BF_ISO_FILES_MAX]; /* of every file; 0 if it is empty */
	struct bf_buffer head;   /* system area, descriptors, folders, the BIOS file */
	struct bf_buffer backup; /* of the GPT, the end of the image */
};
void bf_iso_image_free(struct bf_iso_image *image);

#endif
