/* SPDX-License-Identifier: GPL-3.0-only */
/* Files of a page, each compressed, one behind the other. */
#ifndef BF_PACK_H
#define BF_PACK_H

#include "base/bytes.h"

/* In front of the names of what images are made of, as wasi/files.h has it. */
#define BF_PACK_BUNDLED "bundle:"

/*
 * Append a file: the sizes of its name and of what it is compressed (4 bytes each, little-endian),
 * the name, and the bytes in the format of zlib (RFC 1950). BF_ERR_NOMEM.
 */
bf_must_check int bf_pack_add(struct bf_buffer *pack, const char *name,
			      struct bf_view bytes);

#endif
