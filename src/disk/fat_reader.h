/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Reads FAT12, FAT16 and FAT32 file systems (Microsoft's "FAT: General Overview of On-Disk
 * Format" 1.03), anybody's and of any size: only what is asked for is read.
 */
#ifndef BF_FAT_READER_H
#define BF_FAT_READER_H

#include "base/source.h"

enum {
	BF_FATREADER_NAME_SIZE = 256,
	BF_FATREADER_LABEL_SIZE = 12,
	BF_FATREADER_WINDOW = 4096, /* bytes of the FAT that are kept */
};

/* Sizes and offsets are bytes, offsets count from the source's start. */
struct bf_fat_volume {
	struct bf_source source;
	unsigned bits; /* 12, 16 or 32: the FAT type */
	uint64_t size; /* of the file system, as its boot sector says */
	uint64_t fat;  /* offset of the first FAT */
	uint64_t data; /* offset of cluster 2 */
	uint64_t root; /* offset of the root folder, FAT12 and FAT16 */
	size_t root_size;
	uint32_t root_cluster; /* FAT32 */
	uint32_t cluster_size;
	uint32_t n_clusters;
	char label[BF_FATREADER_LABEL_SIZE];
	/* One byte more than its unit: a FAT12 entry may start in the last byte. */
	uint8_t window[BF_FATREADER_WINDOW + 1];
	uint64_t window_offset; /* in the FAT; UINT64_MAX while the window is empty */
};

struct bf_fat_folder {
	struct bf_buffer bytes;
	size_t at;
};

struct bf_fat_entry {
	char name[BF_FATREADER_NAME_SIZE]; /* what is not printable ASCII as "?" */
	bool is_folder;
	uint32_t first_cluster;
	uint32_t size; /* of a file */
};

/* BF_ERR_UNSUPPORTED when the source is no FAT, BF_ERR_FORMAT when it is a damaged one. */
bf_must_check int bf_fatreader_open(const struct bf_source *source,
				    struct bf_fat_volume *ret, struct bf_error *reterr);

/* Read a folder, the root if entry is NULL; free its bytes afterwards. */
bf_must_check int bf_fatreader_read_folder(struct bf_fat_volume *volume,
					   const struct bf_fat_entry *entry,
					   struct bf_fat_folder *ret,
					   struct bf_error *reterr);

/* The folder's next entry, "." and ".." left out: 1, or 0 at the end. */
int bf_fatreader_next(struct bf_fat_folder *folder, struct bf_fat_entry *ret);

/*
 * Where a file's bytes are: the offset of its first one, and whether the others follow
 * without a gap. BF_ERR_FORMAT when the chain of clusters is damaged or too short.
 */
bf_must_check int bf_fatreader_locate(struct bf_fat_volume *volume,
				      const struct bf_fat_entry *file,
				      uint64_t *ret_offset, bool *ret_contiguous,
				      struct bf_error *reterr);

/* Read a file of at most limit bytes into ret, whose former memory is released. */
bf_must_check int bf_fatreader_load(struct bf_fat_volume *volume,
				    const struct bf_fat_entry *file, size_t limit,
				    struct bf_buffer *ret, struct bf_error *reterr);

#endif
