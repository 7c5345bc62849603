/* SPDX-License-Identifier: GPL-3.0-only */
/* The folders of a file system that was found: its files go into the findings. */
#ifndef BF_SCAN_WALK_H
#define BF_SCAN_WALK_H

#include "inspect/scan_findings.h"

/*
 * Take the files of a FAT, by its index, or of the ISO 9660 tree. Damage is a problem of the
 * scan; BF_ERR_NOMEM and BF_ERR_WORK are returned.
 */
bf_must_check int bf_scan_walk_fat(struct bf_scan *scan, unsigned fat);
bf_must_check int bf_scan_walk_iso(struct bf_scan *scan);

#endif
