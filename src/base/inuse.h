/* SPDX-License-Identifier: GPL-3.0-only */
/* Whether somebody else has a file or a device in use, as a disk or to change it. */
#ifndef BF_INUSE_H
#define BF_INUSE_H

#include "base/error.h"

/*
 * BF_ERR_INPUT for a device that is mounted or otherwise claimed, with its mount point if
 * that is known, for one that shares sectors with a mounted one, and for a file or a device
 * that is attached to a loop device; BF_OK also where the system does not tell.
 */
bf_must_check int bf_inuse_check(const char *path, struct bf_error *reterr);

/*
 * Have an open file for oneself among those who ask in this way, until it is closed:
 * BF_ERR_INPUT when another one has it, BF_OK also where the file system knows no locks.
 */
bf_must_check int bf_inuse_lock(int fd, struct bf_error *reterr);

#endif
