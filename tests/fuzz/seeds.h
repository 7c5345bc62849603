/* SPDX-License-Identifier: GPL-3.0-only */
/* What makes inputs writes them to the same folder. */
#ifndef FUZZ_SEEDS_H
#define FUZZ_SEEDS_H

#include "base/bytes.h"

void write_seed(const char *target, const char *name, struct bf_view bytes);

/* Keys and certificates of those who sign. */
void write_signers(void);

#endif
