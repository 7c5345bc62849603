/* SPDX-License-Identifier: GPL-3.0-only */
/* What a machine does that is booted from an image, on every boot path. */
#ifndef BF_JUDGE_H
#define BF_JUDGE_H

#include "inspect/inspect.h"

/*
 * Fill in the boot paths of a report that bf_inspect_new() has just made. The only failure is
 * BF_ERR_NOMEM.
 */
bf_must_check int bf_judge_boot_paths(struct bf_inspect *report);

#endif
