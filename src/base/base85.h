/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Five digits for four bytes, most significant first, as Z85 (ZeroMQ RFC 32) has them, but for
 * the two that mean something in HTML: '_' is in the place of '<' and '~' in that of '&'. As in
 * Ascii85, the last one to three bytes have one digit more than bytes.
 */
#ifndef BF_BASE85_H
#define BF_BASE85_H

#include "base/bytes.h"

/* Append the bytes' digits, in one line. BF_ERR_NOMEM leaves the buffer as it was. */
bf_must_check int bf_base85_append(struct bf_buffer *text, struct bf_view bytes);

#endif
