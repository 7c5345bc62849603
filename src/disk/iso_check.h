/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Reads an image back and compares it with what was asked for. libisofs does not look at
 * the result of every allocation: short of memory, it may write other bytes and say nothing.
 */
#ifndef BF_ISO_CHECK_H
#define BF_ISO_CHECK_H

#include "disk/iso_partitions.h"

/*
 * BF_ERR_FORMAT, naming what is wrong, unless the finished image has the descriptors, the
 * files at their places, the boot catalog and the partition tables that the request asks
 * for. Not looked at: Rock Ridge attributes other than names.
 */
bf_must_check int bf_iso_check_image(const struct bf_iso_request *request,
				     const struct bf_iso_image *image,
				     const struct bf_iso_disk *disk,
				     struct bf_error *reterr);

#endif
