/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The ISO 9660 file system without most of its files' bytes, by libisofs. Included by the ISO
 * writer, by the check of its work, and by who keeps it for later.
 */
#ifndef BF_ISO_TREE_H
#define BF_ISO_TREE_H

#include <time.h>

#include "disk/iso_image.h"

/* What libisofs is told and nobody else asks for. */
#define BF_ISO_CATALOG_PATH "/boot.cat"
#define BF_ISO_APPLICATION_ID "BOOTS-FROM"

/*
 * Write what stands in front of the files: an empty system area, the descriptors, the El
 * Torito catalog, the folders with Rock Ridge names, and the BIOS file with its boot info
 * table. The other files are there by name with a size of 0, that of the UEFI entry with
 * one block: where they are is the caller's to fill in. The BIOS file is the last of it all.
 * The request has been checked.
 */
bf_must_check int bf_iso_tree_write(const struct bf_iso_request *request,
				    struct bf_buffer *ret, struct bf_error *reterr);

/*
 * The time it gives to everything: the request's, clamped. 0 is libisofs's word for "now"; a
 * time before 1970 or after 2106 fits nowhere.
 */
static inline time_t bf_iso_tree_time(const struct bf_iso_request *request)
{
	return request->time < 1            ? 1
	       : request->time > UINT32_MAX ? (time_t)UINT32_MAX
					    : (time_t)request->time;
}

#endif
