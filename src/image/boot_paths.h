/* SPDX-License-Identifier: GPL-3.0-only */
/* Which boot paths an image has: what its options, its format and the user's files say. */
#ifndef BF_BOOT_PATHS_H
#define BF_BOOT_PATHS_H

#include "image/binaries.h"
#include "image/template.h"

/*
 * options->archs, where it is 0, becomes what the format and the user's own binaries suggest.
 * BF_ERR_USAGE when format, archs and binaries contradict.
 */
bf_must_check int bf_boot_paths_settle(struct bf_template_options *options,
				       const struct bf_binaries *binaries,
				       struct bf_error *reterr);

#endif
