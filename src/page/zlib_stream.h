/* SPDX-License-Identifier: GPL-3.0-only */
#ifndef BF_ZLIB_STREAM_H
#define BF_ZLIB_STREAM_H

#include "base/bytes.h"

/* Append the bytes, compressed in the format of zlib (RFC 1950). BF_ERR_NOMEM. */
bf_must_check int bf_zlib_stream_append(struct bf_buffer *stream, struct bf_view bytes);

#endif
