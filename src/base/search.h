/* SPDX-License-Identifier: GPL-3.0-only */
/* Looking for several texts at once: one pass over the bytes, whatever they are. */
#ifndef BF_SEARCH_H
#define BF_SEARCH_H

#include "base/bytes.h"

enum {
	BF_SEARCH_NEEDLES_MAX = 32,
	BF_SEARCH_STATES_MAX = 256,  /* more than all needles together have bytes */
	BF_SEARCH_CLASSES_MAX = 128, /* more than there are different bytes in them */
};

/* What became of one needle. */
struct bf_search_hits {
	size_t count; /* places, which may overlap */
	size_t first; /* the first of them, if there is one */
};

/* Look for n needles, none of them empty; ret has as many items. */
void bf_search(struct bf_view haystack, const struct bf_view *needles, size_t n,
	       struct bf_search_hits *ret);

#endif
