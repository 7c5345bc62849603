/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * PEM (RFC 7468) as it comes out of editors, terminals and configuration files, made text
 * that libcrypto reads.
 */
#ifndef BF_PEM_TEXT_H
#define BF_PEM_TEXT_H

#include "base/bytes.h"

/*
 * Make ret, which is empty, the text without byte order mark and indentation, with LF at the
 * ends of lines, and in ASCII where it was UTF-16 with a byte order mark. BF_ERR_NOMEM is the
 * only way to fail.
 */
bf_must_check int bf_pem_text_read(struct bf_view bytes, struct bf_buffer *ret);

/* Whether there is anything in the text that might be PEM. */
bool bf_pem_text_has_block(struct bf_view text);

/* Whether the text starts like a certificate whose BEGIN and END lines were left out. */
bool bf_pem_text_is_bare(struct bf_view text);

#endif
