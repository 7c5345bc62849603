/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Packed streams made by a plan instead of out of contents: a plan of any bytes is a stream
 * without a fault, which damaged bytes of another stream hardly ever are.
 */
#ifndef FUZZ_PACKER_H
#define FUZZ_PACKER_H

#include "base/bytes.h"
#include "binary/lzma1.h"

enum { PACKER_SYMBOLS_MAX = 2048, PACKER_CONTENTS_MAX = 1 << 16 };

struct packer {
	struct bf_lzma1_symbol symbols[PACKER_SYMBOLS_MAX];
	size_t n_symbols; /* the last one is the END */
	uint8_t contents[PACKER_CONTENTS_MAX];
	size_t size; /* of contents */
	struct bf_lzma1_encoder encoder;
};

/* Four bytes of the plan are a symbol. The stream is encoder.packed. */
void packer_make(struct packer *ret, struct bf_view plan);
void packer_free(struct packer *packer);

#endif
