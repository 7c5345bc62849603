/* SPDX-License-Identifier: GPL-3.0-only */
/* Base64 (RFC 4648, section 4) in one line, padded. */
#ifndef BF_BASE64_H
#define BF_BASE64_H

#include "base/bytes.h"

/* Append the bytes' base64. BF_ERR_NOMEM leaves the buffer as it was. */
bf_must_check int bf_base64_append(struct bf_buffer *text, struct bf_view bytes);

#endif
