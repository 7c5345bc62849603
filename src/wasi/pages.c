/* SPDX-License-Identifier: GPL-3.0-only */
/* Memory is zero where it grows, and there is no kernel to be told anything. */
#include "base/pages.h"

#include <stdlib.h>

void *bf_pages_new(size_t size)
{
	return calloc(1, size);
}

void bf_pages_free(void *pages, size_t size)
{
	(void)size;
	free(pages);
}

void bf_pages_populate(void *block, size_t size)
{
	(void)block;
	(void)size;
}

void bf_view_populate(struct bf_view view)
{
	(void)view;
}
