/* SPDX-License-Identifier: GPL-3.0-only */
/* What a machine with Secure Boot does on a boot path. */
#ifndef BF_SECURE_BOOT_H
#define BF_SECURE_BOOT_H

#include "inspect/inspect.h"

/* Fill in the verdict with Secure Boot of a path that has the one without. */
void bf_judge_secure_boot(struct bf_boot_path *path);

#endif
