/* SPDX-License-Identifier: GPL-3.0-only */
/* Memory in pages, as the kernel hands it out. */
#ifndef BF_PAGES_H
#define BF_PAGES_H

#include "base/bytes.h"

/*
 * Memory that is zero and costs nothing until it is used; calloc() would touch all of it. NULL
 * when there is none. Release it, all size bytes, with bf_pages_free().
 */
void *bf_pages_new(size_t size);
void bf_pages_free(void *pages, size_t size);

/*
 * Say that all of a large block will be written, or all of a view, such as a part of a mapped
 * file, read: the kernel maps the pages in one call, where a fault for each at its first use
 * takes several times as long.
 */
void bf_pages_populate(void *block, size_t size);
void bf_view_populate(struct bf_view view);

#endif
