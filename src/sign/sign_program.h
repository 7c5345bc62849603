/* SPDX-License-Identifier: GPL-3.0-only */
/* Signing a whole program. */
#ifndef BF_SIGN_PROGRAM_H
#define BF_SIGN_PROGRAM_H

#include "sign/signer.h"

/*
 * Put a signature behind a PE that has none, and set its CheckSum, which is no part of what is
 * signed. BF_ERR_SIGNED for one that has, else as bf_pe_parse() and bf_authenticode_reserve().
 * On failure the file is unchanged.
 */
bf_must_check int bf_sign_program(const struct bf_signer *signer, struct bf_buffer *file,
				  struct bf_error *reterr);

#endif
