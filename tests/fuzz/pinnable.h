/* SPDX-License-Identifier: GPL-3.0-only */
/* The ipxe.lkrn that checkpoints are made for: any program, and a fingerprint near its end. */
#ifndef FUZZ_PINNABLE_H
#define FUZZ_PINNABLE_H

#include "forge_lkrn.h"
#include "ipxe/rootcert.h"
#include "samples.h"

enum { PINNABLE_SIZE = 4000, PINNABLE_PLACE = 3000 };

static inline void pinnable_make(struct bf_buffer *ret)
{
	uint8_t program[PINNABLE_SIZE];
	uint32_t seed = 31;
	sample_program(program, sizeof(program), &seed);
	memcpy(program + PINNABLE_PLACE, bf_rootcert_stock, BF_SHA256_SIZE);
	forge_lkrn(bf_view(program, sizeof(program)), ret);
}

#endif
