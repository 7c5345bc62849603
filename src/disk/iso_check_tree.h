/* SPDX-License-Identifier: GPL-3.0-only */
/* The part of iso_check.h that is about the volume descriptor, the folders and their files. */
#ifndef BF_ISO_CHECK_TREE_H
#define BF_ISO_CHECK_TREE_H

#include "base/source.h"
#include "disk/iso_image.h"

/*
 * Check that the image, which starts with a file system, has the request's files with their
 * names, places and sizes, and the boot catalog at this offset (0 for none), and nothing else.
 */
bf_must_check int bf_iso_check_tree(const struct bf_iso_request *request,
				    const struct bf_iso_image *image, uint64_t catalog,
				    struct bf_error *reterr);

/* How every check here fails: what names the part that is wrong. */
int bf_iso_check_fail(struct bf_error *reterr, const char *what);

#endif
