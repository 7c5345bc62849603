/* SPDX-License-Identifier: GPL-3.0-only */
/* The files a page hands over: there are no others where it runs. */
#ifndef BF_FILES_H
#define BF_FILES_H

#include "base/bytes.h"

enum { BF_FILES_MAX = 256 };

/* In front of the names of what images are made of, and of nothing a user has. */
#define BF_FILES_BUNDLED "bundle:"

/* Keep a file, whose bytes become ours, in the place of one of the same name. */
bf_must_check int bf_files_put(const char *name, struct bf_buffer bytes);

/* Its bytes, which stay where they are until it is replaced or dropped; or false. */
bool bf_files_find(const char *name, struct bf_view *ret);
void bf_files_drop(const char *name);

#endif
