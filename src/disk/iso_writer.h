/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Writes the hybrid ISO 9660 image: El Torito entries for BIOS and UEFI, and partition
 * tables for when it is written to a stick. The file system itself is libisofs's work; the
 * files' bytes stay where the caller has them.
 */
#ifndef BF_ISO_WRITER_H
#define BF_ISO_WRITER_H

#include "disk/iso_image.h"

/*
 * Lay the image out, as bf_fat_build() does a file system. The same request gives the same
 * bytes at any time, in any time zone, locale and folder. The layout isohybrid without BIOS
 * entry or without mbr_code becomes gpt; mbr_code without BIOS entry is not used.
 *
 * libisofs keeps process-wide state: calls from several threads take turns inside. When
 * memory runs out inside it, it may crash; what it writes wrong is found, BF_ERR_FORMAT.
 * BF_ERR_INPUT for a request that makes no image, BF_ERR_TOO_BIG above a limit. Release ret
 * with bf_iso_image_free(), and the files after it.
 */
bf_must_check int bf_iso_build(const struct bf_iso_request *request,
			       struct bf_iso_image *ret, struct bf_error *reterr);

#endif
