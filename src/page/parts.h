/* SPDX-License-Identifier: GPL-3.0-only */
/* What every page is made of, from files that were copied into the executable. */
#ifndef BF_PARTS_H
#define BF_PARTS_H

#include "base/bytes.h"

struct bf_page_parts {
	struct bf_view html;         /* with places for all the rest */
	struct bf_view style;        /* CSS */
	struct bf_view script;       /* JavaScript, one module */
	struct bf_view module;       /* WebAssembly, in the format of gzip (RFC 1952) */
	struct bf_view certificates; /* the same, with libcrypto */
};

/* All of them are empty where the page was left out of this build. */
struct bf_page_parts bf_page_parts(void);

#endif
