/* SPDX-License-Identifier: GPL-3.0-only */
/* The heads of all images there may be, see disk/iso_heads.h. */
#ifndef BF_HEADS_H
#define BF_HEADS_H

#include "disk/iso_heads.h"
#include "image/binaries.h"

/*
 * Add those of images with these binaries, for every set of boot paths, with a loose slot and
 * without.
 */
bf_must_check int bf_heads_add(struct bf_iso_heads *heads, const struct bf_bundle *bundle,
			       const struct bf_binaries *binaries,
			       struct bf_error *reterr);

#endif
