/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A deterministic writer for FAT12 and FAT16 (Microsoft's "FAT: General Overview of
 * On-Disk Format" 1.03), laid out for an EFI System Partition inside an ISO: every file
 * contiguous and 2048-aligned, no file's bytes copied.
 */
#ifndef BF_FAT_WRITER_H
#define BF_FAT_WRITER_H

#include "base/bytes.h"

enum {
	BF_FAT_FILES_MAX = 32,
	BF_FAT_PATH_MAX = 255,   /* characters, the leading "/" included */
	BF_FAT_LABEL_MAX = 11,   /* characters */
	BF_FAT_ALIGNMENT = 2048, /* of every file's first byte, one ISO 9660 block */
};

struct bf_fat_file {
	const char *path;     /* "/EFI/BOOT/BOOTX64.EFI"; folders are made as needed */
	struct bf_view bytes; /* stays the caller's; the image points into it */
};

struct bf_fat_request {
	const struct bf_fat_file *files;
	size_t n_files;
	const char *label; /* volume label in upper case, "" for none */
	uint32_t serial;   /* BS_VolID */
	int64_t time; /* of every entry, seconds since 1970 UTC; clamped to 1980..2107 */
	uint64_t limit; /* largest image to make, in bytes */
};

/* The finished file system: pieces in rising order, zeros between and after them. */
struct bf_fat_image {
	uint64_t size;                                /* a multiple of 2048 */
	unsigned bits;                                /* 12 or 16: the FAT type */
	uint64_t file_offset[BF_FAT_FILES_MAX];       /* of each file; 0 if it is empty */
	struct bf_piece pieces[BF_FAT_FILES_MAX + 1]; /* metadata, then the files */
	size_t n_pieces;
	struct bf_buffer metadata; /* boot sector, FATs and every folder */
};

/*
 * Lay the file system out. Names differ by more than case and are ASCII; those that are not
 * 8.3 in upper case get a long name too. BF_ERR_INPUT for a name FAT cannot hold,
 * BF_ERR_TOO_BIG above the limit or above what FAT16 takes. Release ret with bf_fat_free().
 */
bf_must_check int bf_fat_build(const struct bf_fat_request *request,
			       struct bf_fat_image *ret, struct bf_error *reterr);
void bf_fat_free(struct bf_fat_image *image);

#endif
