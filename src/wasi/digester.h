/* SPDX-License-Identifier: GPL-3.0-only */
/* SHA-256 of bytes that come a few at a time. liblzma has it, for checks of its own. */
#ifndef BF_DIGESTER_H
#define BF_DIGESTER_H

#include "base/sha256.h"

struct bf_digester {
	uint64_t state[13]; /* liblzma's lzma_check_state */
};

void bf_digester_init(struct bf_digester *digester);
void bf_digester_add(struct bf_digester *digester, struct bf_view bytes);
void bf_digester_finish(struct bf_digester *digester, uint8_t ret[BF_SHA256_SIZE]);

#endif
