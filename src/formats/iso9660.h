/* Reads ISO 9660 (ECMA-119) directories: where the bytes of a file stand in an image. */
#ifndef BF_ISO9660_H
#define BF_ISO9660_H

#include "base/bytes.h"

struct bf_iso_extent {
	uint64_t offset; /* of the file's first byte in the image */
	uint64_t size;   /* in bytes */
	uint64_t record; /* of the file's Directory Record (ECMA-119 9.1) */
};

/*
 * Find a file by its path, "/isolinux/isolinux.cfg". Rock Ridge names are used where they
 * are, else ISO names without version, case ignored. BF_ERR_INPUT when there is none,
 * BF_ERR_FORMAT when the image is not ISO 9660 or damaged.
 */
int bf_iso9660_find(struct bf_view image, const char *path, struct bf_iso_extent *ret,
		    struct bf_error *reterr);

#endif
