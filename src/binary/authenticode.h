/* SPDX-License-Identifier: GPL-3.0-only */
/* Who signed a PE: the PKCS #7 signatures of its Certificate Table (PE Format). */
#ifndef BF_AUTHENTICODE_H
#define BF_AUTHENTICODE_H

#include "binary/pe.h"

enum {
	BF_SIGNERS_MAX = 4,
	BF_SIGNER_NAME_SIZE = 128,
};

/* The signers' common names, printable ASCII; what else signed it has an empty name. */
struct bf_signers {
	char names[BF_SIGNERS_MAX][BF_SIGNER_NAME_SIZE];
	size_t n;
};

/*
 * List them; none for a PE that is not signed. That a signature is there says nothing about
 * it being good: it is not verified. BF_ERR_FORMAT for a damaged table.
 */
bf_must_check int bf_authenticode_signers(const struct bf_pe *pe, struct bf_signers *ret,
					  struct bf_error *reterr);

#endif
