/* SPDX-License-Identifier: GPL-3.0-only */
/* Files of a page, deflated together. */
#ifndef BF_PACK_H
#define BF_PACK_H

#include "base/bytes.h"

/* In front of the names of what images are made of, as wasi/files.h has it. */
#define BF_PACK_BUNDLED "bundle:"

/* Append a file: the sizes of name and bytes (4 each, little-endian), then both. */
bf_must_check int bf_pack_add(struct bf_buffer *pack, const char *name,
			      struct bf_view bytes);

/* Append the pack in the format of zlib (RFC 1950), in base 85. BF_ERR_NOMEM. */
bf_must_check int bf_pack_print(struct bf_view pack, struct bf_buffer *text);

#endif
