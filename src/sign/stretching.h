/* SPDX-License-Identifier: GPL-3.0-only */
/* How much work it is to open a key with its passphrase, which the file itself says. */
#ifndef BF_STRETCHING_H
#define BF_STRETCHING_H

#include "base/bytes.h"

/* Seconds of work; what programs write by themselves has a thousandth of it. */
enum { BF_STRETCHING_ROUNDS_MAX = 1 << 24 };

/*
 * Check the encrypted keys (RFC 5958, 3) in a file: PEM, or DER if is_pem is false. BF_ERR_INPUT
 * for one whose passphrase is stretched in more rounds than the limit. Anything else is no
 * matter of this.
 */
bf_must_check int bf_stretching_check(struct bf_view bytes, bool is_pem,
				      struct bf_error *reterr);

#endif
