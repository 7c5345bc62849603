/* SPDX-License-Identifier: GPL-3.0-only */
/* Reads ISO 9660 (ECMA-119) directories: where the bytes of a file stand in an image. */
#ifndef BF_ISO_READER_H
#define BF_ISO_READER_H

#include "base/source.h"

enum {
	BF_ISO9660_NAME_SIZE = 256,
	BF_ISO9660_LABEL_SIZE = 33,
};

struct bf_iso_extent {
	uint64_t offset; /* of the file's first byte in the image */
	uint64_t size;   /* in bytes */
	uint64_t record; /* of the file's Directory Record (ECMA-119 9.1) */
};

struct bf_iso_volume {
	struct bf_source source; /* the image */
	struct bf_iso_extent root;
	uint64_t size;                     /* Volume Space Size, in bytes */
	char label[BF_ISO9660_LABEL_SIZE]; /* Volume Identifier, spaces trimmed */
	bool has_susp;
	size_t susp_skip;
};

/* A folder in memory, and where reading it has got to. */
struct bf_iso_folder {
	struct bf_buffer bytes;
	uint64_t offset; /* of the folder in the image */
	size_t at;
};

struct bf_iso_entry {
	char name[BF_ISO9660_NAME_SIZE]; /* NUL-terminated */
	bool is_rock_ridge;              /* the name has its case */
	bool is_folder;
	bool is_split; /* the file has more extents than this one */
	struct bf_iso_extent extent;
};

/*
 * Open the volume an image begins with. BF_ERR_FORMAT when it is not ISO 9660 or damaged.
 * The volume has nothing to release.
 */
bf_must_check int bf_iso9660_open(const struct bf_source *image,
				  struct bf_iso_volume *ret, struct bf_error *reterr);

/* Read a folder, to go through it with bf_iso9660_next(); free its bytes afterwards. */
bf_must_check int bf_iso9660_read_folder(const struct bf_iso_volume *volume,
					 const struct bf_iso_extent *extent,
					 struct bf_iso_folder *ret,
					 struct bf_error *reterr);

/*
 * The folder's next entry, itself and its parent left out: 1 and ret is filled, 0 at the
 * end, or BF_ERR_FORMAT. Rock Ridge names are used where they are, else ISO names without
 * version. Whether an extent lies inside the image is not checked.
 */
bf_must_check int bf_iso9660_next(const struct bf_iso_volume *volume,
				  struct bf_iso_folder *folder, struct bf_iso_entry *ret,
				  struct bf_error *reterr);

/*
 * Find a file by its path, "/isolinux/isolinux.cfg"; case counts in Rock Ridge names only.
 * BF_ERR_INPUT when there is none, BF_ERR_FORMAT when the volume is damaged.
 */
bf_must_check int bf_iso9660_lookup(const struct bf_iso_volume *volume, const char *path,
				    struct bf_iso_extent *ret, struct bf_error *reterr);

/* The same in an image in memory. */
bf_must_check int bf_iso9660_find(struct bf_view image, const char *path,
				  struct bf_iso_extent *ret, struct bf_error *reterr);

#endif
