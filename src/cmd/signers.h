/* SPDX-License-Identifier: GPL-3.0-only */
/* Saying who signed the programs of images, whom a machine with Secure Boot has to know. */
#ifndef BF_SIGNERS_H
#define BF_SIGNERS_H

#include "image/maker.h"

struct bf_signers {
	char lines[1 + BF_ARCH_COUNT][512];
	size_t n;
};

/* A line for each signer; images starts the one that is about them: "it is", "each is". */
void bf_signers_describe(const struct bf_maker *maker, const char *images,
			 struct bf_signers *ret);

/* The same on standard error. */
void bf_signers_report(const struct bf_maker *maker, const char *images);

#endif
