/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Finding out what an image or a disk is made of. Nothing is read but headers and folders,
 * so that the size of a disk does not matter.
 */
#ifndef BF_SCAN_H
#define BF_SCAN_H

#include "inspect/scan_findings.h"

/*
 * Look through the source, which must outlive ret. Damage goes into ret->problems; the only
 * failure is BF_ERR_NOMEM. Nothing under 64 MiB costs more than a second: when the budget is
 * exhausted, what is left is not looked at. Release ret with bf_scan_free().
 */
int bf_scan_new(const struct bf_source *source, struct bf_scan **ret);
void bf_scan_free(struct bf_scan *scan);

#endif
